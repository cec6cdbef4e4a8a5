//! The script by which two builds are compared: it sends the same bytes each time, and every kind of call in it sends
//! some.

use microsip_tests::script::{KINDS, run};

#[test]
fn a_script_sends_the_same_bytes_each_time() {
    let count = KINDS.len() as u32;
    let (once, again) = (run(count, KINDS, false), run(count, KINDS, true));
    assert_eq!((once.hash(), once.sip, once.media), (again.hash(), again.sip, again.media));
    let lines = again.lines.unwrap();
    let calls: Vec<&[String]> = lines.split(|line| line.starts_with("call ")).skip(1).collect();
    assert_eq!(calls.len(), KINDS.len());
    for ((name, _), call) in KINDS.iter().zip(calls) {
        assert!(call.len() >= 4, "{name}: {call:?}");
    }
    assert!(once.media > 500, "{once:?}");
}

#[test]
fn another_script_sends_other_bytes() {
    let (one, other) = (run(1, KINDS, false), run(1, &KINDS[1..], false));
    assert_ne!(one.hash(), other.hash());
}
