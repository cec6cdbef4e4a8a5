use super::{Insists, asks, insists};
use crate::wire::sip::Message;
use std::format;

fn of(line: &str) -> Option<u32> {
    read(line, asks)
}

fn read<T>(line: &str, by: impl Fn(&Message<'_>) -> T) -> T {
    let text = format!(
        "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c;branch=z9hG4bK1\r\nFrom: <sip:c@d>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n{line}\r\n\r\n"
    );
    by(&Message::parse(text.as_bytes()).unwrap())
}

// rfc5373#4.2
#[test]
fn a_caller_may_insist_on_a_way_of_being_answered() {
    for (line, insisted) in [
        ("X-Other: 1", Insists::Not),
        ("Answer-Mode: Auto", Insists::Not),
        ("Answer-Mode: auto ; Require", Insists::Automatic),
        ("Priv-Answer-Mode: Auto;x=y;require", Insists::Automatic),
        ("Answer-Mode: Manual;require", Insists::Manual),
        ("Answer-Mode: Other;require", Insists::Not),
        ("Answer-Mode: Auto\r\nPriv-Answer-Mode: Auto;require", Insists::Automatic),
    ] {
        assert_eq!(read(line, insists), insisted, "{line}");
    }
}

#[test]
fn headers_ask_for_an_answer() {
    for (line, seconds) in [
        ("X-Other: 1", None),
        ("Answer-Mode: Auto", Some(0)),
        ("Answer-Mode: auto;require", Some(0)),
        ("Answer-Mode: Manual", None),
        ("Priv-Answer-Mode: Auto", Some(0)),
        ("X-AUTOANSWER: true", Some(0)),
        ("x-autoanswer: 1", Some(0)),
        ("X-AUTOANSWER: 0", None),
        ("Call-Info: <sip:pbx>;answer-after=0", Some(0)),
        ("Call-Info: <sip:a;b=c>; answer-after=7", Some(7)),
        ("Call-Info: <http://x/a>;purpose=icon, <sip:pbx>;answer-after=\"3\"", Some(3)),
        ("Call-Info: <sip:pbx>;answer-after=121", None),
        ("Call-Info: <sip:pbx>;answer-after=junk", None),
        ("Call-Info: Auto Answer", Some(0)),
        ("Call-Info: <sip:pbx;answer-after=1>", None),
        ("Alert-Info: <http://127.0.0.1>;info=alert-autoanswer", Some(0)),
        ("Alert-Info: ;info=alert-autoanswer", Some(0)),
        ("Alert-Info: <urn:alert:service:normal>", None),
    ] {
        assert_eq!(of(line), seconds, "{line}");
    }
}
