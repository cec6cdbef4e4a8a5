use super::cut;

fn kept(head: &str, room: usize) -> std::string::String {
    let [text, end] = cut(head.as_bytes(), room);
    std::string::String::from_utf8([text, end].concat()).unwrap()
}

#[test]
fn a_message_is_cut_behind_a_whole_field() {
    let head = "BYE sip:a SIP/2.0\r\nX: one\r\nY: two,\r\n three\r\n\tfour\r\nZ: five\r\n\r\n";
    let whole = |end: &str| std::format!("BYE sip:a SIP/2.0\r\n{end}\r\n");
    assert_eq!(kept(head, head.len()), head);
    assert_eq!(kept(head, head.len() - 1), whole("X: one\r\nY: two,\r\n three\r\n\tfour\r\n"));
    // rfc3261#7.3.1: lines that begin with white space go on with the field before
    for room in [30, 39, 47, 52] {
        assert_eq!(kept(head, room), whole("X: one\r\n"), "{room}");
    }
    assert_eq!(kept(head, 53), whole("X: one\r\nY: two,\r\n three\r\n\tfour\r\n"));
    assert_eq!(kept(head, 10), "BYE sip:", "a first line alone has no end");
}
