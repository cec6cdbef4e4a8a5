//! The class of service that packets ask for, as the far end's socket sees it: SIP and media, IPv4 and IPv6, chosen and
//! not.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

use core::net::SocketAddr;
use core::time::Duration;
use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::phone::*;
use std::ffi::CString;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;

/// A far end that sees the class of each datagram.
struct FarEnd(UdpSocket);

impl FarEnd {
    fn bind(host: &str, port: u16) -> std::io::Result<Self> {
        let socket = UdpSocket::bind((host, port))?;
        socket.set_read_timeout(Some(Duration::from_secs(60)))?;
        let (level, name) = if host.contains(':') {
            (libc::IPPROTO_IPV6, libc::IPV6_RECVTCLASS)
        } else {
            (libc::IPPROTO_IP, libc::IP_RECVTOS)
        };
        let on: libc::c_int = 1;
        // SAFETY: a number, with its size.
        let set = unsafe {
            libc::setsockopt(socket.as_raw_fd(), level, name, (&raw const on).cast(), size_of_val(&on) as u32)
        };
        assert_eq!(set, 0);
        Ok(Self(socket))
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    /// A datagram, where it came from, and its code point.
    fn receive(&self) -> (Vec<u8>, SocketAddr, u8) {
        let from = self.0.peek_from(&mut [0; 1]).expect("nothing came").1;
        let (mut bytes, mut control) = (vec![0u8; 4096], [0u64; 16]);
        let mut part = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
        // SAFETY: all-zero is an empty header; its pointers are to our own buffers, which outlive the call.
        let (len, class) = unsafe {
            let mut header: libc::msghdr = core::mem::zeroed();
            (header.msg_iov, header.msg_iovlen) = (&raw mut part, 1);
            (header.msg_control, header.msg_controllen) = (control.as_mut_ptr().cast(), size_of_val(&control));
            let len = libc::recvmsg(self.0.as_raw_fd(), &raw mut header, 0);
            let told = libc::CMSG_FIRSTHDR(&raw const header);
            assert!(!told.is_null(), "the system says no class");
            // IPv4 gives one byte, IPv6 a number
            let class = if (*told).cmsg_level == libc::IPPROTO_IP {
                *libc::CMSG_DATA(told)
            } else {
                libc::CMSG_DATA(told).cast::<libc::c_int>().read_unaligned() as u8
            };
            (len, class)
        };
        bytes.truncate(usize::try_from(len).unwrap());
        (bytes, from, class >> 2)
    }
}

/// The far end's media: a pair of ports.
fn media(host: &str) -> (FarEnd, FarEnd) {
    loop {
        let rtp = FarEnd::bind(host, 0).unwrap();
        if rtp.port().is_multiple_of(2)
            && let Ok(rtcp) = FarEnd::bind(host, rtp.port() + 1)
        {
            return (rtp, rtcp);
        }
    }
}

/// A 200 with a description that answers an INVITE.
fn answer(invite: &[u8], host: &str, sip: u16, rtp: u16) -> Vec<u8> {
    let (ip, address) = if host.contains(':') { ("IP6", format!("[{host}]")) } else { ("IP4", host.to_owned()) };
    let sdp =
        format!("v=0\r\no=- 1 1 IN {ip} {host}\r\ns=-\r\nc=IN {ip} {host}\r\nt=0 0\r\nm=audio {rtp} RTP/AVP 0\r\n");
    let mut response = String::from("SIP/2.0 200 OK\r\n");
    for line in String::from_utf8_lossy(invite).lines().take_while(|line| !line.is_empty()) {
        match line.split(':').next().unwrap() {
            "Via" | "From" | "Call-ID" | "CSeq" => response += &format!("{line}\r\n"),
            "To" => response += &format!("{line};tag=far\r\n"),
            _ => {}
        }
    }
    let len = sdp.len();
    response += &format!(
        "Contact: <sip:far@{address}:{sip}>\r\nContent-Type: application/sdp\r\nContent-Length: {len}\r\n\r\n{sdp}"
    );
    response.into_bytes()
}

fn next_call_state(phone: u64, state: u32) {
    let mut event = microsip_event { size: size_of::<microsip_event>() as u32, ..Default::default() };
    while event.r#type != MICROSIP_EV_CALL || event.state != state {
        assert_eq!(unsafe { microsip_event_next(phone, &mut event, 60_000) }, MICROSIP_OK);
    }
}

fn create(bind: &str, sip_dscp: u32, media_dscp: u32) -> (i32, u64) {
    let bind = CString::new(bind).unwrap();
    let mut config: microsip_config = unsafe { core::mem::zeroed() };
    config.size = size_of::<microsip_config>() as u32;
    config.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
    config.bind = bind.as_ptr();
    (config.sip_dscp, config.media_dscp) = (sip_dscp, media_dscp);
    let mut phone = 0;
    (unsafe { microsip_create(MICROSIP_ABI_VERSION, &config, &mut phone) }, phone)
}

/// A call to a far end of ours: the code points of its INVITE, its ACK, its voice and its report.
fn seen(host: &str, bind: &str, sip_dscp: u32, media_dscp: u32) -> [u8; 4] {
    let far = FarEnd::bind(host, 0).unwrap();
    let (rtp, rtcp) = media(host);
    let (code, phone) = create(bind, sip_dscp, media_dscp);
    assert_eq!(code, MICROSIP_OK);
    let address = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let uri = CString::new(format!("sip:far@{address}:{}", far.port())).unwrap();
    let mut call = 0;
    assert_eq!(unsafe { microsip_dial(phone, 0, uri.as_ptr(), core::ptr::null(), &mut call) }, MICROSIP_OK);
    let (invite, from, at_invite) = far.receive();
    assert!(invite.starts_with(b"INVITE "), "{}", String::from_utf8_lossy(&invite));
    far.0.send_to(&answer(&invite, host, far.port(), rtp.port()), from).unwrap();
    next_call_state(phone, MICROSIP_CONNECTED);
    let at_ack = loop {
        let (request, _, class) = far.receive();
        if request.starts_with(b"ACK ") {
            break class;
        }
    };
    let at_voice = rtp.receive().2;
    let at_report = rtcp.receive().2;
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
    [at_invite, at_ack, at_voice, at_report]
}

// rfc4594#4.1: telephony asks for EF; its signalling goes apart from it.
#[test]
fn each_packet_asks_for_its_class_of_service() {
    assert_eq!(seen("127.0.0.1", "127.0.0.1:0", 0, 0), [24, 24, 46, 46]);
    assert_eq!(seen("127.0.0.1", "0.0.0.0:0", 40, 34), [40, 40, 34, 34]);
    assert_eq!(seen("127.0.0.1", "127.0.0.1:0", MICROSIP_NONE, MICROSIP_NONE), [0, 0, 0, 0]);
    if UdpSocket::bind("[::1]:0").is_err() {
        return println!("\nNOT CHECKED: the class of service over IPv6 (SKIPPED): this machine has no IPv6\n");
    }
    assert_eq!(seen("::1", "[::1]:0", 0, 0), [24, 24, 46, 46]);
    assert_eq!(seen("::1", "[::]:0", MICROSIP_NONE, 10), [0, 0, 10, 10]);
}

#[test]
fn a_code_point_has_six_bits() {
    for (sip, media) in [(64, 0), (0, 64), (u32::MAX - 1, 0)] {
        assert_eq!(create("127.0.0.1:0", sip, media).0, MICROSIP_E_ARG);
    }
}
