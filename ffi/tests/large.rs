//! Messages of 64 KB over TCP, from an account's own server: what is too long is refused and passed over, what fits is
//! read, and neither the stream nor what goes over it ends.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
#![cfg(feature = "host")]

mod host;

use core::time::Duration;
use host::{next, phone, until};
use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::phone::*;
use std::ffi::CString;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};

/// The account's server, and the one stream that the phone has to it.
struct Server {
    listener: TcpListener,
    stream: TcpStream,
    held: Vec<u8>,
    number: u32,
}

fn header(text: &str, name: &str) -> String {
    let line = text.split("\r\n").find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).to_owned()
}

impl Server {
    /// The next message that begins so.
    fn hears(&mut self, start: &str) -> String {
        loop {
            if let Some(end) = self.held.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.held[..end]).into_owned();
                let whole = end + 4 + header(&head, "Content-Length").parse::<usize>().unwrap();
                if self.held.len() >= whole {
                    let text = String::from_utf8_lossy(&self.held[..whole]).into_owned();
                    self.held.drain(..whole);
                    if text.starts_with(start) {
                        return text;
                    }
                    continue;
                }
            }
            let mut bytes = [0; 4096];
            let len = self.stream.read(&mut bytes).unwrap_or_else(|error| panic!("no {start}: {error}"));
            assert!(len > 0, "the phone closed its stream before {start}");
            self.held.extend_from_slice(&bytes[..len]);
        }
    }

    fn respond(&mut self, request: &str, status: &str, more: &str) {
        let to = header(request, "To");
        let tag = if to.contains(";tag=") { "" } else { ";tag=s" };
        let lines: String = ["Via", "From", "Call-ID", "CSeq"]
            .iter()
            .map(|name| format!("{name}: {}\r\n", header(request, name)))
            .collect();
        let text = format!("SIP/2.0 {status}\r\n{lines}To: {to}{tag}\r\n{more}Content-Length: 0\r\n\r\n");
        self.stream.write_all(text.as_bytes()).unwrap();
    }

    /// A request in no dialog, or in that of a request of the phone's; the status of its response.
    fn asks(&mut self, method: &str, of: Option<&str>, lines: &str, body: &str) -> String {
        self.number += 1;
        let (number, at) = (self.number, self.listener.local_addr().unwrap());
        let own = self.stream.peer_addr().unwrap();
        let (from, to, call) = match of {
            Some(request) => {
                (format!("{};tag=s", header(request, "To")), header(request, "From"), header(request, "Call-ID"))
            }
            None => {
                ("<sip:pbx@example.org>;tag=s".to_owned(), "<sip:anna@example.org>".to_owned(), format!("c{number}"))
            }
        };
        let text = format!(
            "{method} sip:anna@{own} SIP/2.0\r\nVia: SIP/2.0/TCP {at};branch=z9hG4bKl{number}\r\nMax-Forwards: 70\r\nFrom: {from}\r\n\
             To: {to}\r\nCall-ID: {call}\r\nCSeq: {number} {method}\r\nContact: <sip:pbx@{at};transport=tcp>\r\n{lines}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(text.as_bytes()).unwrap();
        let response = self.hears("SIP/2.0");
        assert!(header(&response, "CSeq").starts_with(&format!("{number} ")), "{response}");
        response.split(' ').nth(1).unwrap().to_owned()
    }
}

/// A phone whose largest message is so long (0: as usual), with an account that is registered over TCP.
fn registered(largest: u32) -> (u64, u64, Server) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let registrar = CString::new(format!("sip:{}", listener.local_addr().unwrap())).unwrap();
    let phone = phone(|config| (config.max_message, config.messages) = (largest, MICROSIP_MESSAGES_STORE));
    let mut a: microsip_account = unsafe { core::mem::zeroed() };
    a.size = size_of::<microsip_account>() as u32;
    (a.uri, a.registrar, a.transport) = (c"sip:anna@example.org".as_ptr(), registrar.as_ptr(), MICROSIP_TCP);
    let mut account = 0;
    assert_eq!(unsafe { microsip_account_add(phone, &a, &mut account) }, MICROSIP_OK);
    let (stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    listener.set_nonblocking(true).unwrap();
    let mut server = Server { listener, stream, held: Vec::new(), number: 0 };
    let register = server.hears("REGISTER ");
    let contact = header(&register, "Contact");
    server.respond(&register, "200 OK", &format!("Contact: {contact}\r\nExpires: 3600\r\n"));
    while account_state(phone, account) != MICROSIP_REGISTERED {
        next(phone);
    }
    (phone, account, server)
}

fn account_state(phone: u64, account: u64) -> u32 {
    let mut info: microsip_account_info = unsafe { core::mem::zeroed() };
    info.size = size_of::<microsip_account_info>() as u32;
    assert_eq!(unsafe { microsip_account_info_get(phone, account, &mut info) }, MICROSIP_OK);
    info.state
}

fn watched(phone: u64, subscription: u64) -> microsip_subscription_info {
    let mut info =
        microsip_subscription_info { size: size_of::<microsip_subscription_info>() as u32, ..Default::default() };
    assert_eq!(unsafe { microsip_subscription_info_get(phone, subscription, &mut info) }, MICROSIP_OK);
    info
}

fn pidf(basic: &str, len: usize) -> String {
    let before =
        format!("<presence entity=\"sip:b@x\"><tuple id=\"t\"><status><basic>{basic}</basic></status></tuple><note>");
    let behind = "</note></presence>";
    let note = "n".repeat(len - before.len() - behind.len());
    format!("{before}{note}{behind}")
}

/// A presence is watched, and its document is as long as this; and messages as long.
fn large(largest: u32, len: usize, taken: bool) {
    let (phone, account, mut server) = registered(largest);
    let mut s: microsip_subscription = unsafe { core::mem::zeroed() };
    s.size = size_of::<microsip_subscription>() as u32;
    (s.package, s.uri) = (MICROSIP_PRESENCE, c"sip:bob@example.org".as_ptr());
    let mut subscription = 0;
    assert_eq!(unsafe { microsip_subscription_add(phone, account, &s, &mut subscription) }, MICROSIP_OK);
    let subscribe = server.hears("SUBSCRIBE ");
    let at = server.listener.local_addr().unwrap();
    server.respond(&subscribe, "200 OK", &format!("Expires: 3600\r\nContact: <sip:pbx@{at};transport=tcp>\r\n"));
    let lines = "Event: presence\r\nSubscription-State: active;expires=3600\r\nContent-Type: application/pidf+xml\r\n";
    let of = Some(&*subscribe);
    assert_eq!(server.asks("NOTIFY", of, lines, &pidf("closed", 400)), "200");
    until(phone, MICROSIP_EV_NOTIFY, 0);
    assert_eq!(watched(phone, subscription).lamp, MICROSIP_LAMP_CLOSED);

    let (status, lamp) = if taken { ("200", MICROSIP_LAMP_OPEN) } else { ("513", MICROSIP_LAMP_CLOSED) };
    assert_eq!(server.asks("NOTIFY", of, lines, &pidf("open", len)), status, "{len} bytes of PIDF");
    let now = watched(phone, subscription);
    assert_eq!((now.state, now.lamp, now.unread), (MICROSIP_SUB_ACTIVE, lamp, 0));
    // a message of the same length
    let status = server.asks("MESSAGE", None, "Content-Type: text/plain\r\n", &"m".repeat(len));
    assert_eq!(status, if taken { "202" } else { "513" }, "a message of {len} bytes");
    if taken {
        let message = until(phone, MICROSIP_EV_MESSAGE, 0).object;
        let mut needed = 0;
        unsafe { microsip_body_get(phone, message, core::ptr::null_mut(), 0, &mut needed) };
        assert_eq!(needed as usize, len, "all of it is kept");
    }
    // and the largest that a head can announce and its sender does send: passed over to its end
    let long = "x".repeat(1 << 20);
    assert_eq!(server.asks("NOTIFY", of, lines, &long), "513");
    assert_eq!(server.asks("MESSAGE", None, "Content-Type: text/plain\r\n", &long), "513");
    // the stream goes on, and all that goes over it
    assert_eq!(server.asks("NOTIFY", of, lines, &pidf("open", 300)), "200");
    assert_eq!(watched(phone, subscription).lamp, MICROSIP_LAMP_OPEN);
    assert_eq!(server.asks("OPTIONS", None, "", ""), "200");
    assert_eq!(account_state(phone, account), MICROSIP_REGISTERED);
    let other = server.listener.accept().map(drop).map_err(|error| error.kind());
    assert_eq!(other, Err(ErrorKind::WouldBlock), "it has no other stream");
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

#[test]
fn what_is_longer_than_a_message_may_be_is_refused_and_nothing_ends() {
    large(0, 64 * 1024, false);
    large(60_000, 64 * 1024, false);
}

#[test]
fn the_largest_that_fits_is_read() {
    large(60_000, 59_000, true);
}
