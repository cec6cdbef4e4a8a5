use super::{Tag, hex};
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;

const TAG: Tag = Tag { handle: Handle { index: 0xabcde, generation: 0x1234567 }, secret: 0x0fed_cba9_8765_4321 };

#[test]
fn literal_both_ways() {
    assert_eq!(&TAG.digits(), b"abcde12345670fedcba987654321");
    assert_eq!(Tag::read(b"abcde12345670fedcba987654321"), Some(TAG));
    let mut room = [0; 64];
    let mut out = Cursor::new(&mut room);
    TAG.write_branch(&mut out);
    assert_eq!(out.written(), b"z9hG4bKabcde12345670fedcba987654321");
    assert_eq!(Tag::read_branch(out.written()), Some(TAG));
}

#[test]
fn what_is_not_ours() {
    for text in [
        &b""[..],
        b"abcde12345670fedcba98765432",
        b"abcde12345670fedcba9876543210",
        b"ABCDE12345670fedcba987654321",
        b"abcde12345670fedcba98765432g",
    ] {
        assert_eq!(Tag::read(text), None);
    }
    assert_eq!(Tag::read_branch(b"z9hG4bkabcde12345670fedcba987654321"), None);
    assert_eq!(Tag::read_branch(b"abcde12345670fedcba987654321"), None);
    assert_eq!((hex(b""), hex(b"00000000000000000"), hex(b"ffffffffffffffff")), (Some(0), None, Some(u64::MAX)));
}
