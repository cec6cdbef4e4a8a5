//! Counts what reading and printing one INVITE costs: run under callgrind with two lengths, the difference is the price.
//!
//! `valgrind --tool=callgrind target/release/examples/wire parse 1000`

use core::hint::black_box;
use std::io::Write as _;

use microsip_core::base::cursor::Cursor;
use microsip_core::wire::sip::{Message, Method, Name, Writer, echo};

const SDP: &[u8] = b"v=0\r\n\
o=- 3939393939 3939393939 IN IP4 192.168.17.42\r\n\
s=-\r\n\
c=IN IP4 192.168.17.42\r\n\
t=0 0\r\n\
m=audio 40000 RTP/AVP 0 8 101\r\n\
a=rtpmap:0 PCMU/8000\r\n\
a=rtpmap:8 PCMA/8000\r\n\
a=rtpmap:101 telephone-event/8000\r\n\
a=fmtp:101 0-16\r\n\
a=ptime:20\r\n\
a=sendrecv\r\n\
a=rtcp:40001 IN IP4 192.168.17.42\r\n\
a=ssrc:3735928559 cname:0123456789abcdef01\r\n";

fn print(out: &mut Cursor<'_>) {
    let mut writer = Writer::new(out);
    writer.request_line(Method::Invite, b"sip:+4930123456789@registrar.example.com;user=phone");
    writer.via(
        b"UDP",
        "192.168.17.42:5060".parse().unwrap_or_else(|_| std::process::exit(2)),
        b"z9hG4bKPj1f7d8c6a5b4e3f2a1b0c9d8e7f6a",
        true,
    );
    writer.number(Name::MaxForwards, 70);
    writer.address(Name::From, b"Alice Liddell", b"sip:alice@registrar.example.com", Some(b"8f7e6d5c4b3a2918"));
    writer.address(Name::To, b"", b"sip:+4930123456789@registrar.example.com;user=phone", None);
    writer.address(Name::Contact, b"", b"sip:alice-7c3e9a1b@192.168.17.42:5060;transport=udp", None);
    writer.header_bytes(Name::CallId, b"5f4e3d2c1b0a99887766554433221100");
    writer.cseq(20717, Method::Invite);
    writer.header_bytes(Name::Allow, b"INVITE, ACK, BYE, CANCEL, OPTIONS, NOTIFY, REFER, UPDATE");
    writer.body(b"application/sdp", SDP);
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let times = arguments.next().and_then(|times| times.parse().ok()).unwrap_or(1);
    let mut room = [0u8; 2048];
    let mut out = Cursor::new(&mut room);
    print(&mut out);
    let invite = out.written().to_vec();
    let source = "192.168.17.42:5060".parse().unwrap_or_else(|_| std::process::exit(2));
    let mut sum = 0usize;
    for _ in 0..times {
        match what.as_str() {
            "index" => sum += Message::parse(black_box(&invite)).map_or(0, |message| message.body().len()),
            "parse" => {
                let Ok(message) = Message::parse(black_box(&invite)) else { continue };
                let _ = black_box((message.via(), message.from(), message.to()));
                let _ = black_box((message.call_id(), message.cseq(), message.contact()));
            }
            "check" => sum += Message::parse(black_box(&invite)).map_or(0, |message| usize::from(message.check().is_ok())),
            "echo" => {
                let mut room = [0u8; 2048];
                let mut out = Cursor::new(&mut room);
                if let Ok(message) = Message::parse(black_box(&invite)) {
                    echo(&message, source, &mut out);
                }
                sum += black_box(&out).needed();
            }
            "print" => {
                let mut out = Cursor::new(&mut room);
                print(&mut out);
                sum += black_box(&out).needed();
            }
            _ => {
                let _ = std::io::stdout().write_all(&invite);
            }
        }
    }
    let _ = writeln!(std::io::stderr(), "{} bytes, {sum}", invite.len());
}
