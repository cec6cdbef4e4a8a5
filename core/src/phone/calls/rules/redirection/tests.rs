use super::{diversions, write_diversion};
use crate::base::cursor::Cursor;
use crate::phone::calls::rules::decide::Why;
use crate::wire::sip::Message;
use std::string::String;

fn head(lines: &str) -> String {
    std::format!("INVITE sip:me@a SIP/2.0\r\n{lines}\r\n")
}

fn written(diverted: u8, before: &str) -> String {
    let mut room = [0; 512];
    let mut out = Cursor::new(&mut room);
    let before = head(before);
    let message = Message::parse_head(before.as_bytes()).unwrap();
    write_diversion(&mut out, b"sip:me@a", Why::NoAnswer, diverted, Some(&message));
    String::from_utf8(out.written().to_vec()).unwrap()
}

#[test]
fn a_diversion_stands_before_those_that_came() {
    assert_eq!(
        written(1, "Diversion: <sip:x@a>;reason=user-busy\r\n"),
        "Diversion: <sip:me@a>;reason=no-answer;counter=1\r\nDiversion: <sip:x@a>;reason=user-busy\r\n"
    );
}

#[test]
fn those_that_are_not_kept_are_counted_with_ours() {
    assert_eq!(written(3, ""), "Diversion: <sip:me@a>;reason=no-answer;counter=4\r\n");
    assert_eq!(
        written(4, "Diversion: <sip:x@a>;counter=2\r\n"),
        "Diversion: <sip:me@a>;reason=no-answer;counter=3\r\nDiversion: <sip:x@a>;counter=2\r\n"
    );
    assert!(written(255, "").contains(";counter=99\r\n"));
}

#[test]
fn counters_are_added_up() {
    for (lines, sum) in [
        ("", 0),
        ("Diversion: <sip:x@a>\r\nDiversion: <sip:y@a>;counter=4, <sip:z@a>;counter=0\r\n", 6),
        ("Diversion: <sip:x@a>;counter=x, (\r\n", 2),
        ("Diversion: <sip:x@a>;counter=255\r\nDiversion: <sip:x@a>;counter=999\r\n", 255),
    ] {
        let text = head(lines);
        assert_eq!(diversions(&Message::parse_head(text.as_bytes()).unwrap()), sum, "{lines}");
    }
}
