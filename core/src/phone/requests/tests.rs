//! Cases that the lab cannot bring about: no method of ours has a body of the application's yet, so a BYE carries it
//! here.

use super::Asking;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::dialogs::{Leg, Texts};
use crate::phone::tests::support::{self, START, flow, sent};
use crate::phone::transactions::request::{Owner, Sending};
use crate::phone::{AccountConfig, Capacity, Cause, Phone, Setup, Target};
use crate::sip::tag::Tag;
use crate::wire::sip::{Message, Name};
use std::format;
use std::string::{String, ToString};

/// The largest message of this phone.
const MESSAGE: usize = 8192;

fn phone() -> Phone<'static> {
    let capacity = Capacity::host(2, 1, MESSAGE as u32);
    support::phone(&capacity, &Setup::default())
}

/// The request is too long for a datagram, and there is no stream (rfc3261#18.1.1).
fn by_datagram_after_all(phone: &mut Phone<'_>, request: Handle) {
    let asked = phone.lower.prepare(START, request);
    if cfg!(feature = "stream") {
        assert!(matches!(asked, Asking::Waits));
        support::granted(phone, START);
    }
}

fn target(host: u8) -> Target {
    Target { flow: flow(host), priority: u16::from(host), weight: 0, lifetime: 0 }
}

/// A confirmed dialog with the account's own server, and a request in it that carries this.
fn carrying(phone: &mut Phone<'_>, lines: &[u8], body: (&[u8], &[u8])) -> Option<Handle> {
    let config = AccountConfig {
        uri: "sip:anna@example.org",
        password: "secret",
        no_register: true,
        ..AccountConfig::default()
    };
    let account = phone.account_add(START, &config).unwrap().0;
    let lower = &mut phone.lower;
    let (found, mut ordered) = ([target(8), target(9)], [target(8), target(9)]);
    lower.accounts.way_found(START, account, &found, &mut ordered, false);
    let tag = Tag { handle: Handle { index: 0, generation: 1 }, secret: 5 };
    let leg = Leg::outgoing(Handle::NONE, account, tag, true);
    let handle = lower.new_dialog(leg).unwrap();
    let (local, remote): (&[&[u8]], &[&[u8]]) = (&[b"<sip:anna@example.org>"], &[b"<sip:example.org>"]);
    let texts = Texts { local, remote, call_id: b"c", headers: &[] };
    lower.dialogs.begin(handle, leg, &texts, b"b", core::iter::empty(), b"sip:example.org").unwrap();
    lower.dialogs.confirm(handle);
    let dialog = handle;
    let request = lower.dialog_request(dialog, Sending::Bye).unwrap();
    if lower.transactions.carry(&mut lower.cx, request, lines, body).is_err() {
        return None;
    }
    lower.transactions.aim_at(request, &found, true);
    Some(request)
}

fn challenge(phone: &mut Phone<'_>, now: Instant, host: u8, request: &str, status: u16, fields: &str) {
    let message = Message::parse(request.as_bytes()).unwrap();
    let copy = |name: Name| String::from_utf8(message.header(name).unwrap().to_vec()).unwrap();
    let text = format!(
        "SIP/2.0 {status} No\r\nVia: {}\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {}\r\n{fields}\
         Content-Length: 0\r\n\r\n",
        copy(Name::Via),
        copy(Name::From),
        copy(Name::To),
        copy(Name::CallId),
        copy(Name::CSeq)
    );
    let _ = phone.handle_sip(now, target(host).flow, text.as_bytes());
}

/// The head of a message of ours, and what it carries.
fn parts(message: &str) -> (String, String) {
    let at = message.find("Subject:").unwrap();
    (message[..at].to_string(), message[at..].to_string())
}

fn value<'m>(message: &'m str, name: &str) -> &'m str {
    let mut lines = message.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    lines.next().unwrap_or_default()
}

#[test]
fn what_a_request_carries_survives_challenges_failures_and_retransmissions() {
    let mut phone = phone();
    // with its credentials it just fits
    let body: String = ('a'..='z').cycle().take(MESSAGE - 900).collect();
    let expected =
        format!("Subject: x\r\nX-One: 1\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let lines = b"Subject: x\r\nX-One: 1\r\n";
    let request = carrying(&mut phone, lines, (b"text/plain", body.as_bytes())).unwrap();
    assert_eq!(phone.lower.cx.counters.oversize, 0);
    by_datagram_after_all(&mut phone, request);
    let first = sent(&mut phone, START).remove(0);
    let (head, carried) = parts(&first);
    assert!(carried == expected, "{carried}");
    // rfc3261#17.1.2.2: a retransmission is the same bytes
    let again = START + Duration::from_millis(500);
    phone.handle_timeout(again);
    assert!(sent(&mut phone, again) == [first.as_str()]);
    // rfc3261#22.2
    let fields = "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n1\", qop=\"auth-int\"\r\n";
    challenge(&mut phone, again, 8, &first, 401, fields);
    let second = sent(&mut phone, again).remove(0);
    let (authorized, carried) = parts(&second);
    assert!(carried == expected, "{carried}");
    for name in ["From", "To", "Call-ID", "Max-Forwards", "User-Agent"] {
        assert_eq!(value(&authorized, name), value(&head, name), "{name}");
    }
    assert_eq!((value(&head, "CSeq"), value(&authorized, "CSeq")), ("1 BYE", "2 BYE"));
    assert_ne!(value(&head, "Via"), value(&authorized, "Via"));
    assert!(authorized.contains("qop=auth-int"), "{authorized}");
    // rfc7616#3.4.3: the digest is over that body
    let hash = |text: &str| {
        use md5::{Digest, Md5};
        Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let parameter = |name: &str| authorized.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap();
    let (secret, request_hash) =
        (hash("anna:example.org:secret"), hash(&format!("BYE:sip:example.org:{}", hash(&body))));
    let digest = hash(&format!("{secret}:n1:00000001:{}:auth-int:{request_hash}", parameter("cnonce")));
    assert_eq!(parameter("response"), digest);
    // rfc3263#4.3: the next address
    challenge(&mut phone, again, 8, &second, 503, "");
    let third = sent(&mut phone, again).remove(0);
    assert!(parts(&third).1 == expected);
    assert_eq!(value(&third, "CSeq"), "2 BYE");
    challenge(&mut phone, again, 9, &third, 200, "");
    assert_eq!(phone.in_use().requests, 0);
    assert_eq!(phone.lower.cx.counters.oversize, 0);
}

#[test]
fn lines_alone_are_carried_too_and_nothing_is_carried_by_the_next_request() {
    let mut phone = phone();
    let request = carrying(&mut phone, b"Subject: x\r\n", (b"", b"")).unwrap();
    assert!(matches!(phone.lower.prepare(START, request), Asking::Sent));
    let first = sent(&mut phone, START).remove(0);
    assert_eq!(parts(&first).1, "Subject: x\r\nContent-Length: 0\r\n\r\n");
    let fields = "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n1\", qop=\"auth\"\r\n";
    challenge(&mut phone, START, 8, &first, 401, fields);
    let second = sent(&mut phone, START).remove(0);
    assert_eq!(parts(&second).1, parts(&first).1);
    // the slot is used again
    let Owner::Dialog(dialog) = phone.lower.transactions.request(request).unwrap().owner() else { panic!() };
    phone.lower.dialogs.take(dialog);
    challenge(&mut phone, START, 8, &second, 200, "");
    let request = phone.lower.dialog_request(dialog, Sending::Bye).unwrap();
    phone.lower.transactions.aim_at(request, &[target(8)], true);
    assert!(matches!(phone.lower.prepare(START, request), Asking::Sent));
    let third = sent(&mut phone, START).remove(0);
    assert!(!third.contains("Subject") && third.ends_with("\r\nContent-Length: 0\r\n\r\n"), "{third}");
}

#[test]
fn what_does_not_fit_is_said_and_never_left_out() {
    // not even by itself
    let mut full = phone();
    assert!(carrying(&mut full, b"", (b"text/plain", &[b'a'; MESSAGE])).is_none());
    assert_eq!(full.lower.cx.counters.oversize, 1);
    // not with its head
    let mut full = phone();
    let request = carrying(&mut full, b"", (b"text/plain", &[b'a'; MESSAGE - 100])).unwrap();
    assert!(matches!(full.lower.prepare(START, request), Asking::Failed { cause: Cause::Full, .. }));
    assert_eq!(sent(&mut full, START), [""; 0]);
    // not with its credentials
    let mut full = phone();
    let request = carrying(&mut full, b"", (b"text/plain", &[b'a'; MESSAGE - 400])).unwrap();
    by_datagram_after_all(&mut full, request);
    let first = sent(&mut full, START).remove(0);
    let fields = "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n1\", qop=\"auth\"\r\n";
    challenge(&mut full, START, 8, &first, 401, fields);
    assert_eq!(sent(&mut full, START), [""; 0]);
    assert_eq!((full.in_use().requests, full.lower.cx.counters.oversize), (0, 1));
}
