//! Texts that people type, and the numbers that are dialled for them.

use super::*;
use crate::base::limits::TARGET;
use std::string::{String, ToString};

fn by(rules: &Rules<'_>, text: &str) -> Result<(String, String), Fault> {
    let mut room = [0; TARGET];
    dialled(rules, true, text, &mut room).map(|made| (made.target.to_string(), made.digits.to_string()))
}

fn plain(text: &str) -> String {
    by(&Rules::default(), text).unwrap().0
}

/// Schemes, strokes and quotes around a number say nothing; separators in it are for the eye.
#[test]
fn a_number_is_bared() {
    for text in [
        "049123456",
        "sip:049123456",
        "CallTo:049123456",
        "dial:049123456",
        "dialpad:049123456",
        "callto://049123456/",
        "\"049 123-456\"",
        "callto:\"049 123-456\"",
        "(049) 123.456",
        "049/123 456",
        "049%20123%20456",
        "  049\u{a0}123456 ",
    ] {
        assert_eq!(plain(text), "049123456", "{text}");
    }
    assert_eq!(plain("+49 (0) 12-34"), "+4901234");
    assert_eq!(plain("%2B49%2012"), "+4912");
    assert_eq!(plain("+1-800-FLOWERS"), "+1800FLOWERS");
    assert_eq!(plain("tel:+49-12;ext=3"), "tel:+49-12;ext=3");
    assert_eq!(by(&Rules { plan: b"x.", ..Rules::default() }, "tel:+49-12;ext=3").unwrap().0, "tel:+4912;ext=3");
    assert_eq!(plain("192.0.2.1"), "192.0.2.1");
    assert_eq!(plain("anna-maria"), "anna-maria");
}

/// An escape is decoded once.
#[test]
fn an_escape_is_decoded_once() {
    assert_eq!(plain("a%2541"), "a%41");
    assert_eq!(plain("100%"), "100%");
    assert_eq!(plain("1%2"), "1%2");
    assert_eq!(plain("1%zz"), "1%zz");
    assert_eq!(plain("%C3%A9"), "é");
    assert_eq!(by(&Rules::default(), "%ff"), Err(Fault::Text));
}

/// A whole address is nobody's number: neither plan nor prefix concerns it.
#[test]
fn an_address_stays_as_it_is() {
    let rules = Rules { prefix: b"0", plan: b"911", emergency: b"" };
    for text in ["sip:123456@pbx.example", "sips:a@b", "123456@pbx.example", "sip:a,b@host;transport=tcp"] {
        assert_eq!(by(&rules, text), Ok((text.to_string(), String::new())), "{text}");
    }
    assert_eq!(by(&rules, "\"A, B\" <sip:a@b>").unwrap().0, "\"A, B\" <sip:a@b>");
    assert_eq!(by(&rules, "sip://a@b/").unwrap().0, "sip:a@b");
    assert_eq!(by(&rules, "sip:pbx.example").unwrap().0, "sip:pbx.example");
    // without a domain nothing is completed
    let mut room = [0; TARGET];
    assert_eq!(dialled(&rules, false, "192.0.2.1", &mut room).unwrap().target, "192.0.2.1");
}

#[test]
fn digits_follow_a_comma() {
    let digits = |text| by(&Rules::default(), text).unwrap();
    assert_eq!(digits("123,45,6#"), ("123".to_string(), "45,6#".to_string()));
    assert_eq!(digits("123,,9"), ("123".to_string(), ",9".to_string()));
    assert_eq!(digits("sip:a@b,1"), ("sip:a@b".to_string(), "1".to_string()));
    assert_eq!(digits("sip:a,1@b"), ("sip:a,1@b".to_string(), String::new()));
    assert_eq!(digits("callto:123,4"), ("123".to_string(), "4".to_string()));
}

#[test]
fn a_prefix_goes_before_long_numbers() {
    let rules = Rules { prefix: b"00", ..Rules::default() };
    for (text, made) in [
        ("123", "123"),
        ("1234", "001234"),
        ("+4912", "004912"),
        ("+49", "+49"),
        ("anna", "anna"),
        ("tel:1234", "tel:001234"),
    ] {
        assert_eq!(by(&rules, text).unwrap().0, made, "{text}");
    }
}

#[test]
fn emergencies_pass_the_rules() {
    let rules = Rules { prefix: b"0", plan: b"0xxxx", emergency: b"112, 91100" };
    assert_eq!(by(&rules, "112").unwrap().0, "112");
    assert_eq!(by(&rules, "911-00").unwrap().0, "91100");
    assert_eq!(by(&rules, "110"), Err(Fault::Blocked));
    assert_eq!(by(&rules, "4321").unwrap().0, "04321");
}

#[test]
fn a_text_that_is_too_long_is_none() {
    let long = "1".repeat(TARGET + 1);
    assert_eq!(by(&Rules::default(), &long), Err(Fault::Long));
    let rules = Rules { prefix: b"", plan: b"x.", emergency: b"" };
    assert_eq!(by(&rules, &"1".repeat(plan::LONGEST)).unwrap().0.len(), plan::LONGEST);
    assert_eq!(by(&rules, &"1".repeat(plan::LONGEST + 1)), Err(Fault::Blocked));
}
