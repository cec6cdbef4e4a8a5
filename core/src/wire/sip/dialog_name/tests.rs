use super::DialogName;
use crate::base::cursor::Cursor;

// rfc3891#6.1
#[test]
fn each_part_is_there_once() {
    let read = |text: &'static str| DialogName::replaces(text.as_bytes());
    let name = read("12adf2f34456gs5;to-tag=12345;from-tag=54321;early-only").unwrap();
    assert_eq!(
        (name.call_id, name.local_tag, name.remote_tag),
        (&b"12adf2f34456gs5"[..], &b"12345"[..], &b"54321"[..])
    );
    assert!(name.early_only);
    let name = read("98732@sip.example.com ;from-tag=r33th4x0r ;To-Tag=ff87ff").unwrap();
    assert_eq!((name.local_tag, name.early_only), (&b"ff87ff"[..], false));
    assert_eq!(read("87134@171.161.34.23;to-tag=24796;from-tag=0").unwrap().remote_tag, b"", "a tag of zero is none");
    for broken in [
        "",
        "a",
        "a;to-tag=1",
        "a;from-tag=1",
        "a;to-tag;from-tag=2",
        "a;to-tag=1;from-tag=2;to-tag=3",
        ";to-tag=1;from-tag=2",
        "a b;to-tag=1;from-tag=2",
    ] {
        assert_eq!(read(broken), None, "{broken}");
    }
}

// rfc4538#7
#[test]
fn a_target_dialog_names_the_tags_as_its_sender_sees_them() {
    let name =
        DialogName::target_dialog(b"fa77as7dad8-sd98ajzz@host.example.com;local-tag=kkaz-;remote-tag=6544").unwrap();
    assert_eq!((name.local_tag, name.remote_tag), (&b"6544"[..], &b"kkaz-"[..]));
    assert_eq!(DialogName::target_dialog(b"a;to-tag=1;from-tag=2"), None);
}

#[test]
fn what_is_written_names_the_same_dialog_at_the_other_side() {
    let ours = DialogName { call_id: b"x@y", local_tag: b"us", remote_tag: b"", early_only: true };
    let mut room = [0; 64];
    let mut out = Cursor::new(&mut room);
    ours.write_replaces(&mut out);
    assert_eq!(out.written(), b"x@y;to-tag=0;from-tag=us;early-only");
    let theirs = DialogName::replaces(out.written()).unwrap();
    assert_eq!((theirs.local_tag, theirs.remote_tag), (&b"0"[..], &b"us"[..]));
}
