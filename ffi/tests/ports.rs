//! Media ports: those of the range that the application chose, and the result when none is left.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

mod host;

use core::time::Duration;
use host::{phone, until};
use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::phone::*;
use std::ffi::CString;
use std::net::UdpSocket;

/// An even port with the next one, neither of them taken. They lie below those that a system gives to whoever asks for
/// any, so nobody takes one before the phone does.
fn pair() -> u32 {
    let start = std::process::id() as u16 % 4096 * 2;
    let free = |port: &u16| {
        let bound = (UdpSocket::bind(("127.0.0.1", *port)), UdpSocket::bind(("127.0.0.1", *port + 1)));
        bound.0.is_ok() && bound.1.is_ok()
    };
    (0..4096).map(|n| 24_576 + (start + n * 2) % 8192).find(free).expect("a free pair").into()
}

fn with_ports(first: u32, last: u32) -> u64 {
    phone(|config| (config.rtp_port_min, config.rtp_port_max) = (first, last))
}

fn dial(phone: u64, far: &UdpSocket) -> u64 {
    let uri = CString::new(format!("sip:far@{}", far.local_addr().unwrap())).unwrap();
    let mut call = 0;
    assert_eq!(unsafe { microsip_dial(phone, 0, uri.as_ptr(), core::ptr::null(), &mut call) }, MICROSIP_OK);
    call
}

/// The next message that begins so.
fn hears(far: &UdpSocket, start: &str) -> String {
    let mut bytes = [0; 4096];
    loop {
        let len = far.recv(&mut bytes).unwrap_or_else(|error| panic!("no {start}: {error}"));
        let text = String::from_utf8_lossy(&bytes[..len]).into_owned();
        if text.starts_with(start) {
            return text;
        }
    }
}

fn invite(from: &UdpSocket, to: u16) {
    let ours = from.local_addr().unwrap();
    let sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n";
    let text = format!(
        "INVITE sip:a@127.0.0.1:{to} SIP/2.0\r\nVia: SIP/2.0/UDP {ours};branch=z9hG4bKports\r\nMax-Forwards: 70\r\nFrom: <sip:b@{ours}>;tag=b\r\n\
         To: <sip:a@127.0.0.1:{to}>\r\nCall-ID: ports\r\nCSeq: 1 INVITE\r\nContact: <sip:b@{ours}>\r\nContent-Type: application/sdp\r\n\
         Content-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    );
    from.send_to(text.as_bytes(), ("127.0.0.1", to)).unwrap();
}

#[test]
fn a_range_that_is_used_up_refuses_the_next_call_and_serves_again_when_one_ends() {
    let far = UdpSocket::bind("127.0.0.1:0").unwrap();
    far.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let first = pair();
    let phone = with_ports(first, first + 1);
    let mut address = microsip_addr::default();
    assert_eq!(unsafe { microsip_address_get(phone, MICROSIP_ADDRESS_V4, &mut address) }, MICROSIP_OK);

    let one = dial(phone, &far);
    assert!(hears(&far, "INVITE ").contains(&format!("m=audio {first} ")));
    let two = dial(phone, &far);
    let ended = until(phone, MICROSIP_EV_CALL, MICROSIP_ENDED);
    assert_eq!((ended.object, ended.result), (two, MICROSIP_E_PORT_IN_USE));
    invite(&far, address.port);
    hears(&far, "SIP/2.0 503 ");

    assert_eq!(unsafe { microsip_hangup(phone, one, core::ptr::null()) }, MICROSIP_OK);
    while until(phone, MICROSIP_EV_CALL, MICROSIP_ENDED).object != one {}
    dial(phone, &far);
    assert!(hears(&far, "INVITE ").contains(&format!("m=audio {first} ")));
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

#[test]
fn the_last_port_is_the_last_one_of_the_range() {
    let far = UdpSocket::bind("127.0.0.1:0").unwrap();
    far.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    // the same test may run elsewhere on this machine
    for _ in 0..3000 {
        if UdpSocket::bind(("127.0.0.1", 65_534)).is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let phone = with_ports(65_534, 0);
    dial(phone, &far);
    assert!(hears(&far, "INVITE ").contains("m=audio 65534 "));
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}
