use super::{targets, write_contact};
use crate::base::cursor::Cursor;
use std::vec::Vec;

#[test]
fn a_list_has_targets() {
    let list = "200, sip:b@10.0.0.9 ,, \"A, B\" <sip:c,d@e>";
    assert_eq!(targets(list).collect::<Vec<_>>(), ["200", "sip:b@10.0.0.9", "\"A, B\" <sip:c,d@e>"]);
    assert_eq!(targets(" ").count(), 0);
}

#[test]
fn the_first_is_the_most_wanted() {
    let mut room = [0; 512];
    let mut out = Cursor::new(&mut room);
    for place in [0, 1, 10, 30] {
        write_contact(&mut out, b"sip:a@b", place);
    }
    assert_eq!(
        out.written(),
        b"Contact: <sip:a@b>;q=1.0\r\nContact: <sip:a@b>;q=0.9\r\nContact: <sip:a@b>;q=0.1\r\nContact: <sip:a@b>;q=0.1\r\n"
    );
}
