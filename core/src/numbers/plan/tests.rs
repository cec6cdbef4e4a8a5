//! Dial plans.

use super::*;
use std::string::String;

fn made(plan: &str, number: &str) -> Option<String> {
    let mut room = [0; 256];
    let mut out = Cursor::new(&mut room);
    apply(plan.as_bytes(), number.as_bytes(), &mut out).then(|| String::from_utf8_lossy(out.written()).into_owned())
}

#[test]
fn the_examples() {
    let local = "<8:1555>xxxxxxx";
    assert_eq!(made(local, "81234567").as_deref(), Some("15551234567"));
    assert_eq!(made(local, "8123456"), None);
    let abroad = "<+:00>x.|x.";
    assert_eq!(made(abroad, "+4912").as_deref(), Some("004912"));
    assert_eq!(made(abroad, "4912").as_deref(), Some("4912"));
    let few = "(911|[2-9]xxxxxx)";
    assert_eq!(made(few, "911").as_deref(), Some("911"));
    assert_eq!(made(few, "2345678").as_deref(), Some("2345678"));
    for blocked in ["1345678", "23456789", "9110", "", "91"] {
        assert_eq!(made(few, blocked), None, "{blocked}");
    }
}

#[test]
fn elements() {
    assert_eq!(made("<*72>", "*72").as_deref(), Some("*72"));
    assert_eq!(made("<x.>", "x.").as_deref(), Some("x."));
    assert_eq!(made("[1-35*-]x", "-9").as_deref(), Some("-9"));
    assert_eq!(made("[1-35]", "4"), None);
    assert_eq!(made("[1-35]", "5").as_deref(), Some("5"));
    assert_eq!(made("<:0049>[1-9]x.", "12").as_deref(), Some("004912"));
    assert_eq!(made("<[0-1]x:>x.", "0912").as_deref(), Some("12"));
    assert_eq!(made("0x.0", "0120").as_deref(), Some("0120"));
    assert_eq!(made("<0.:>x.", "0001").as_deref(), Some("1"));
    assert_eq!(made("( 1 | 2 )", "2").as_deref(), Some("2"));
    assert_eq!(made("1.", "").as_deref(), Some(""));
    assert_eq!(made("<1:a>|<1:b>", "1").as_deref(), Some("a"), "the first wins");
}

#[test]
fn a_plan_without_meaning_is_refused() {
    for plan in [
        "", "(", "1|", "|1", "()", "[", "[]", "<", "<>", "<1", "1..", ".", "a>b", "<1:2>.", "(1)(2)", "1)", "<a<b>",
        "é",
    ] {
        assert!(!is_valid(plan.as_bytes()), "{plan}");
    }
    for plan in ["x.", "(x.)", "<:0>x.", "<1:>", "[2-9]xx|1", "<+:00>x.|x."] {
        assert!(is_valid(plan.as_bytes()), "{plan}");
    }
    assert!(is_valid("x".repeat(ELEMENTS).as_bytes()));
    assert!(!is_valid("x".repeat(ELEMENTS + 1).as_bytes()));
}

/// Repetitions within each other's reach are no work: 40 of them over 63 digits, with nothing at the end that matches.
#[test]
fn nothing_is_tried_twice() {
    let mut plan = "x.".repeat(40);
    plan.push('#');
    let number = "1".repeat(LONGEST);
    assert_eq!(made(&plan, &number), None);
    assert_eq!(made(&plan[..80], &number).as_deref(), Some(number.as_str()));
}
