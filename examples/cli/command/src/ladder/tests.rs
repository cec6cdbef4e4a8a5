use super::*;

const INVITE: &[u8] = b"INVITE sip:bob@127.0.0.1:5070 SIP/2.0\r\n\
Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1;rport\r\n\
From: \"Alice\" <sip:alice@127.0.0.1>;tag=a\r\n\
To: <sip:bob@127.0.0.1:5070>\r\n\
Call-ID: c1\r\n\
CSeq: 1 INVITE\r\n\
Contact: <sip:alice@127.0.0.1:5060>\r\n\
Max-Forwards: 70\r\n\
Content-Type: application/sdp\r\n\
Content-Length: 131\r\n\r\n\
v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n";

#[cfg(feature = "trace")]
#[test]
fn an_invite_is_shown_for_people() {
    let decoded = decode(INVITE);
    assert_eq!(decoded.label, "INVITE sip:bob@127.0.0.1:5070 · PCMU PCMA dtmf");
    assert_eq!(decoded.label, label(INVITE));
    assert_eq!(decoded.details[0], "From sip:alice@127.0.0.1   To sip:bob@127.0.0.1:5070");
    assert!(decoded.details.iter().any(|line| line == "SDP audio at 127.0.0.1 port 4000, sendrecv"), "{decoded:?}");
}

#[test]
fn a_response_names_the_request_and_keeps_its_own_reason() {
    let answer = b"SIP/2.0 180 Klingelt\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n";
    assert_eq!(decode(answer).label, "180 Klingelt (INVITE)");
}

#[cfg(not(feature = "trace"))]
#[test]
fn without_rsip_a_message_follows_its_label_as_it_is() {
    let decoded = decode(INVITE);
    assert_eq!(decoded.label, "INVITE sip:bob@127.0.0.1:5070 · PCMU PCMA dtmf");
    assert_eq!(decoded.details[2], "To: <sip:bob@127.0.0.1:5070>");
}

#[test]
fn a_message_that_rsip_cannot_read_is_shown_as_it_is() {
    let decoded = decode(b"NONSENSE\x07\r\nwhat is this\r\n");
    assert_eq!(decoded.label, "NONSENSE·");
    assert_eq!(decoded.details, ["what is this"]);
    assert_eq!(decode(b"\r\n\r\n").label, "(keepalive)");
    assert!(decode(&[0xff, 0xfe, 0]).label.starts_with('\u{fffd}'));
}

#[test]
fn no_part_of_a_message_commands_the_terminal() {
    for (part, with) in [
        ("sip:alice@127.0.0.1>;tag", "sip:alice@127.0.0.1;x=\"\x1b[2J\">;tag"),
        ("\"Alice\"", "\"\x1b[2J\""),
        ("PCMU", "\x1b[2J"),
        ("1 INVITE", "1 \x1b[2J"),
        ("a=rtpmap:101 telephone-event", "a=rtpmap:101 \x1b[2J"),
        ("c=IN IP4 127.0.0.1", "c=IN IP4 \x1b[2J"),
        ("bob@", "\u{202e}bob@"),
    ] {
        let text = String::from_utf8_lossy(INVITE).replace(part, with);
        let Decoded { label, details } = decode(text.as_bytes());
        assert!(
            ![label].iter().chain(&details).any(|line| line.contains(['\x1b', '\u{202e}'])),
            "{with:?}: {details:?}"
        );
    }
}

#[test]
fn arrows_line_up_whatever_stands_on_them() {
    let start = Instant::now();
    let ladder = Ladder::new(start);
    let at = start + Duration::from_micros(12_345);
    let long = "INVITE sip:somebody-with-a-very-long-name@a-host-with-a-very-long-name.example.org:5060";
    let all = [
        ladder.arrow(at, true, "ACK"),
        ladder.arrow(at, false, "200 OK (BYE)"),
        ladder.arrow(at, true, long),
        ladder.arrow(at, false, "ü"),
        ladder.note(at, "440 + 620 Hz"),
        ladder.note(at, long),
    ];
    for line in &all {
        assert_eq!(line.chars().count(), MARGIN + INNER + 2, "{line}");
        assert!(line.starts_with("   12.3    "), "{line}");
    }
    assert!(all[0].ends_with("▶│") && all[1].contains("│◀"));
    assert!(all[2].contains('…'));
}

#[test]
fn the_head_stands_over_the_lines() {
    let ladder = Ladder::new(Instant::now());
    let head = ladder.head("alice 127.0.0.1:5060", "bob 127.0.0.1:5070");
    let (names, line) = head.split_once('\n').unwrap();
    assert!(names.contains("alice") && names.ends_with("bob 127.0.0.1:5070"));
    assert_eq!(line.chars().count(), MARGIN + INNER + 2);
}
