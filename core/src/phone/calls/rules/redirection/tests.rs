use super::{write_contacts, write_diversion};
use crate::base::cursor::Cursor;
use crate::phone::calls::rules::decide::Why;
use std::string::String;

fn contacts(list: &str, domain: Option<&[u8]>) -> (Option<usize>, String) {
    let mut room = [0; 512];
    let mut out = Cursor::new(&mut room);
    let count = write_contacts(&mut out, list, domain);
    (count, String::from_utf8_lossy(out.written()).into_owned())
}

#[test]
fn targets_become_contacts() {
    let (count, text) = contacts("200, sip:b@10.0.0.9 , \"A, B\" <sip:c,d@e>", Some(b"example.com"));
    assert_eq!(count, Some(3));
    assert_eq!(
        text,
        "Contact: <sip:200@example.com>;q=1.0\r\nContact: <sip:b@10.0.0.9>;q=0.9\r\nContact: <sip:c,d@e>;q=0.8\r\n"
    );
    assert_eq!(contacts("", None).0, Some(0));
    assert_eq!(contacts("200", None).0, None);
    assert_eq!(contacts("mailto:a@b", None).0, None);
}

#[test]
fn a_diversion_stands_before_those_that_came() {
    let mut room = [0; 512];
    let mut out = Cursor::new(&mut room);
    write_diversion(&mut out, b"sip:me@a", Why::NoAnswer, [b"<sip:x@a>;reason=user-busy".as_slice()].into_iter());
    assert_eq!(
        out.written(),
        b"Diversion: <sip:me@a>;reason=no-answer;counter=1\r\nDiversion: <sip:x@a>;reason=user-busy\r\n"
    );
}
