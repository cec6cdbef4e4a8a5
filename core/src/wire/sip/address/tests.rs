use super::*;

#[test]
fn reads_every_form() {
    let table: &[(&str, &str, &str, Option<&str>)] = &[
        ("<sip:a@b>", "", "sip:a@b", None),
        ("sip:a@b;tag=1", "", "sip:a@b", Some("1")),
        ("<sip:a@b;tag=no>;TAG = yes", "", "sip:a@b;tag=no", Some("yes")),
        ("\"A, \\\"B\\\" <c>\" <sip:a@b>", "\"A, \\\"B\\\" <c>\"", "sip:a@b", None),
        ("A B\tC<sip:a@b>", "A B\tC", "sip:a@b", None),
        ("Zo\u{eb} (work) <sip:a@b>", "Zo\u{eb} (work)", "sip:a@b", None),
        ("Folded\r\n name <sip:a@b>;x=\"a;b,c\"\r\n ;tag=2", "Folded\r\n name", "sip:a@b", Some("2")),
        (" tel:+1;x ", "", "tel:+1", None),
        // not in the grammar, but peers write it and read it
        ("\"\"unknown\"\" <sip:a@b>;tag=3", "\"\"unknown\"\"", "sip:a@b", Some("3")),
        ("\"A\" B \"C\"<sip:a@b>", "\"A\" B \"C\"", "sip:a@b", None),
        ("A \"<sip:c@d>\"\r\n B <sip:a@b>", "A \"<sip:c@d>\"\r\n B", "sip:a@b", None),
        ("\"\" <sip:a@b>", "\"\"", "sip:a@b", None),
        ("<sip:a@b;i=\"<urn:uuid:0>\";ob>;tag=4", "", "sip:a@b;i=\"<urn:uuid:0>\";ob", Some("4")),
        ("<sip:a@b;i=\"a \\\"b>\\\", c\">", "", "sip:a@b;i=\"a \\\"b>\\\", c\"", None),
        ("<sip:a@b;i=\"x>;tag=5", "", "sip:a@b;i=\"x", Some("5")),
        ("<http://x/?a,b;c>", "", "http://x/?a,b;c", None),
    ];
    for (text, display, uri, tag) in table {
        let address = Address::parse(text.as_bytes()).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((address.display, address.uri), (display.as_bytes(), uri.as_bytes()), "{text}");
        assert_eq!(address.tag(), tag.map(str::as_bytes), "{text}");
        assert_eq!(address.raw(), text.trim().as_bytes());
    }
}

#[test]
fn refuses() {
    for text in [
        "",
        "*",
        "a",
        "<>",
        "<sip:a@b",
        "sip:a@b>",
        "< sip:a@b>",
        "\"a <sip:a@b>",
        "\"a\" sip:a@b",
        "\"\"a\" <sip:a@b>",
        "<sip:a@b;i=\"x y>",
        "<sip:a@b;i=\"x\r\n y\">",
        "<sip:a@b;i=x \"y\">",
        "<sip:a@b>;",
        "<sip:a@b>;;x",
        "<sip:a@b>;x=",
        "<sip:a@b> x",
        "<sip:a@b>, <sip:c@d>",
        "sip:a@b, sip:c",
        "sip:a@b?x=y",
        "a, b <sip:a@b>",
        "\"a\r\nb\" <sip:a@b>",
        "\"\\\r\n\" <sip:a@b>",
        "<sip:a@b>;x=\"",
        "<bob>",
        "bob;tag=1",
    ] {
        assert_eq!(Address::parse(text.as_bytes()), None, "{text:?}");
    }
}

#[test]
fn shows_names_to_people() {
    let mut room = [0; 50];
    let mut out = Cursor::new(&mut room);
    Address::parse(b"\"a \\\\ \\\"b\\\"\r\n\tc\" <sip:a@b>").unwrap().display_text(&mut out);
    assert_eq!(out.written(), b"a \\ \"b\" c");
    for (text, shown) in
        [("\"\"unknown\"\"", "unknown"), ("\"A \\\"B\\\"\" C \"D\"", "A \"B\" C D"), ("A\\ B", "A\\ B"), ("\"\"", "")]
    {
        let text = std::format!("{text} <sip:a@b>");
        let mut out = Cursor::new(&mut room);
        if let Some(address) = Address::parse(text.as_bytes()) {
            address.display_text(&mut out);
            assert_eq!(out.written(), shown.as_bytes(), "{text}");
        }
    }
}

#[test]
fn reads_q_and_expires() {
    let read = |text: &'static [u8]| Address::parse(text).map(|address| (address.q(), address.expires())).unwrap();
    assert_eq!(read(b"<sip:a>;q=0.75;expires=60"), (Some(750), Some(60)));
    assert_eq!(read(b"<sip:a>;q=1.0"), (Some(1000), None));
    assert_eq!(read(b"<sip:a>;q=1.1;expires=never"), (None, Some(3600)));
    assert_eq!(read(b"<sip:a>;q=2;expires=99999999999"), (None, Some(3600)));
}

#[test]
fn a_quoted_parameter_of_a_uri_hides_brackets_and_commas() {
    let list = b"<sip:a@b;i=\"<x>,<\";lr>;q=1, \"B, <\" <sip:c@d;i=\"\\\"\">,<sip:e@f>";
    let all: std::vec::Vec<&[u8]> = crate::wire::sip::token_list(list).collect();
    assert_eq!(all, [&b"<sip:a@b;i=\"<x>,<\";lr>;q=1"[..], b"\"B, <\" <sip:c@d;i=\"\\\"\">", b"<sip:e@f>"]);
    for value in &all {
        let address = Address::parse(value).unwrap();
        assert!(address.parsed_uri().is_ok(), "{}", std::string::String::from_utf8_lossy(address.uri));
    }
    let first = Address::parse(all[0]).unwrap();
    assert!(first.parsed_uri().unwrap().lr());
    assert_eq!(first.parsed_uri().unwrap().params.get(b"i"), Some(&b"\"<x>,<\""[..]));
    // white space has no place in a request line: such an address is read, but its URI is none to send to
    assert!(Address::parse(b"<sip:a@b;i=\"x y\">").unwrap().parsed_uri().is_err());
    // an unclosed quote hides nothing
    let odd: std::vec::Vec<&[u8]> = crate::wire::sip::token_list(b"<sip:a@b;i=\"x>, <sip:c@d>").collect();
    assert_eq!(odd, [&b"<sip:a@b;i=\"x>"[..], b"<sip:c@d>"]);
}
