use super::*;
use crate::phone::tests::support::Boxes;
use std::string::String;

fn kept(target: &str, digits: bool) -> Option<String> {
    let mut redials = Redials::lent(&Capacity::metal(1, 1, 1500), &mut Boxes);
    redials.keep(Handle::NONE, "before", false);
    redials.keep(Handle::NONE, target, digits);
    redials.last(Handle::NONE).map(|redial| redial.target().into())
}

#[test]
fn a_target_is_kept_as_it_was_given_without_the_digits_behind_it() {
    for (target, digits, expected) in [
        ("100", false, "100"),
        (" +49 30-12 ", false, "+49 30-12"),
        ("100,,1234#", true, "100"),
        ("\"100 , 12\"", true, "100"),
        ("tel:+49,1", true, "tel:+49"),
        // a comma in front of the host is the user's own
        ("sip:a,b@example.org", false, "sip:a,b@example.org"),
        ("sip:a,b@example.org,12", true, "sip:a,b@example.org"),
        ("sip:a@[2001:db8::1]:5070", false, "sip:a@[2001:db8::1]:5070"),
        ("sip:[2001:db8::1]:5070", false, "sip:[2001:db8::1]:5070"),
        ("\"B: C\" <sip:b@example.org>", false, "\"B: C\" <sip:b@example.org>"),
        ("urn:service:sos", false, "urn:service:sos"),
    ] {
        assert_eq!(kept(target, digits).as_deref(), Some(expected), "{target}");
    }
}

#[test]
fn what_is_not_kept_leaves_no_older_one_behind() {
    for (target, digits) in [
        ("sip:anna:secret@example.org", false),
        ("anna:secret@example.org", false),
        ("Anna <sips:anna:secret@example.org>", false),
        ("callto:\"100,12\"", true),
    ] {
        assert_eq!(kept(target, digits), None, "{target}");
    }
    let longest = "1".repeat(127);
    assert_eq!(kept(&longest, false), Some(longest.clone()));
    assert_eq!(kept(&(longest + "1"), false), None);
}

#[test]
fn each_account_has_its_own_and_the_next_one_in_its_slot_has_none() {
    let mut redials = Redials::lent(&Capacity::metal(1, 2, 1500), &mut Boxes);
    let [first, second] = [0, 1].map(|index| Handle { index, generation: 1 });
    let target = |redials: &Redials<'_>, of| redials.last(of).map(|redial| String::from(redial.target()));
    assert_eq!(target(&redials, Handle::NONE), None);
    redials.keep(first, "1", false);
    redials.keep(second, "2", false);
    assert_eq!(target(&redials, first).as_deref(), Some("1"));
    assert_eq!(target(&redials, second).as_deref(), Some("2"));
    assert_eq!(redials.last(Handle::NONE).map(|redial| redial.account()), Some(AccountId(second)));
    assert_eq!(target(&redials, Handle { index: 0, generation: 2 }), None);
    // without an account
    redials.keep(Handle::NONE, "sip:bob@example.org", false);
    assert_eq!(target(&redials, Handle::NONE).as_deref(), Some("sip:bob@example.org"));
    assert_eq!(target(&redials, second).as_deref(), Some("2"));
}
