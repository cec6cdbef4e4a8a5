use super::{Asked, Cpim, Envelope, read_id, write_date_time, write_id};
use crate::base::cursor::Cursor;
use std::borrow::ToOwned;
use std::format;
use std::string::String;

const WHOLE: &str = "From: MR SANDERS <im:piglet@100akerwood.com>\r\n\
    To: Depressed Donkey <im:eeyore@100akerwood.com>\r\n\
    DateTime: 2000-12-13T13:40:00-08:00\r\n\
    Subject: the weather will be fine today\r\n\
    NS: note <urn:ietf:params:imdn>\r\n\
    note.Message-ID: 34jk324j\r\n\
    note.Disposition-Notification: positive-delivery, display\r\n\
    \r\n\
    Content-type: text/xml; charset=utf-8\r\n\
    Content-ID: <1234567890@foo.com>\r\n\
    \r\n\
    <body>\r\n\r\nHere</body>";

// rfc3862#5, rfc5438#6
#[test]
fn an_envelope_is_opened() {
    let opened = Cpim::parse(WHOLE.as_bytes()).unwrap();
    assert_eq!(opened.from, b"im:piglet@100akerwood.com");
    assert_eq!(opened.date_time, b"2000-12-13T13:40:00-08:00");
    assert_eq!((opened.message_id, opened.asked), (b"34jk324j".as_slice(), Asked(3)));
    assert_eq!(opened.content_type, b"text/xml; charset=utf-8");
    assert_eq!(opened.body, b"<body>\r\n\r\nHere</body>", "an empty line of the body's is its own");
    // names of the envelope have their case (rfc3862#2.2), and the prefix is the one that was declared
    for (from, to) in [("note.M", "imdn.M"), ("note.M", "NOTE.M"), ("<urn:ietf:params:imdn>", "<urn:other>")] {
        assert_eq!(Cpim::parse(WHOLE.replace(from, to).as_bytes()).unwrap().message_id, b"", "{to}");
    }
    // a prefix may be declared behind its use
    let late = "a.Message-ID: 7\r\nNS: a <urn:ietf:params:imdn>\r\n\r\nContent-Type: text/plain\r\n\r\n";
    let late = Cpim::parse(late.as_bytes()).unwrap();
    assert_eq!((late.message_id, late.body), (b"7".as_slice(), b"".as_slice()));
}

#[test]
fn what_is_no_envelope_stays_shut() {
    let lines = |count: usize| format!("{}\r\nContent-Type: text/plain\r\n\r\nx", "To: <im:a@b>\r\n".repeat(count));
    assert!(Cpim::parse(lines(32).as_bytes()).is_some());
    for (shut, why) in [
        (lines(33), "too many fields"),
        ("From: <im:a@b>\r\n".to_owned(), "no end"),
        ("\r\nContent-Type: text/plain\r\n".to_owned(), "no end of the inner fields"),
        ("\r\n\r\nx".to_owned(), "no type"),
        ("\r\nContent-Type: text\r\n\r\nx".to_owned(), "no type"),
        ("\r\nContent-Type: text/plain\r\nContent-Encoding: deflate\r\n\r\nx".to_owned(), "coded"),
        ("\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nx".to_owned(), "encoded"),
        ("Require: x.y\r\n\r\nContent-Type: text/plain\r\n\r\nx".to_owned(), "rfc3862#4.7"),
        ("From\r\n\r\nContent-Type: text/plain\r\n\r\nx".to_owned(), "a field without a name"),
        ("A: \0\r\n\r\nContent-Type: text/plain\r\n\r\nx".to_owned(), "a control character"),
    ] {
        assert_eq!(Cpim::parse(shut.as_bytes()), None, "{why}: {shut:?}");
    }
    for cut in 0..WHOLE.find("<body>").unwrap() {
        assert_eq!(Cpim::parse(&WHOLE.as_bytes()[..cut]), None, "cut at {cut}");
    }
}

#[test]
fn an_envelope_of_ours_is_read_as_it_was_written() {
    for (asked, line) in [
        (Asked(0), None),
        (Asked::DELIVERY, Some("positive-delivery, negative-delivery")),
        (Asked::DISPLAY, Some("display")),
        (Asked(3), Some("positive-delivery, negative-delivery, display")),
    ] {
        let envelope = Envelope {
            from: b"sip:anna\\x@example.org",
            to: b"sip:bob@example.org",
            unix_s: 1_796_000_000,
            message_id: 0xfeed << 64 | 7,
            asked,
            is_notice: false,
            content_type: "text/plain",
        };
        let mut room = [0; 1024];
        let mut out = Cursor::new(&mut room);
        envelope.write(&mut out);
        out.put_str("hello");
        let text = String::from_utf8(out.written().to_vec()).unwrap();
        assert!(text.starts_with("From: <sip:anna\\\\x@example.org>\r\nTo: <sip:bob@example.org>\r\nDateTime: 2026-"));
        let wanted = line.map(|line| format!("\r\nimdn.Disposition-Notification: {line}\r\n"));
        assert!(wanted.is_none_or(|wanted| text.contains(&wanted)), "{text}");
        let read = Cpim::parse(text.as_bytes()).unwrap();
        assert_eq!((read.asked, read.content_type, read.body), (asked, b"text/plain".as_slice(), b"hello".as_slice()));
        assert_eq!(read_id(read.message_id), Some(0xfeed << 64 | 7));
    }
}

#[test]
fn names_of_ours_are_told_from_others() {
    let mut room = [0; 32];
    let mut out = Cursor::new(&mut room);
    write_id(u128::MAX - 5, &mut out);
    assert_eq!(read_id(out.written()), Some(u128::MAX - 5));
    for other in ["", "34jk324j", "FEED0000000000000000000000000007", "+eed0000000000000000000000000007"] {
        assert_eq!(read_id(other.as_bytes()), None, "{other}");
    }
}

#[test]
fn times_are_written_as_the_calendar_has_them() {
    for (unix_s, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_399, "2000-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (951_868_800, "2000-03-01T00:00:00Z"),
        (4_102_444_799, "2099-12-31T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
    ] {
        let mut room = [0; 32];
        let mut out = Cursor::new(&mut room);
        write_date_time(unix_s, &mut out);
        assert_eq!(core::str::from_utf8(out.written()), Ok(text));
    }
}
