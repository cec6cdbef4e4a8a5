use super::*;
use crate::abi as c;
use crate::args::{Arguments, Command};
use clap::Parser;

fn told(line: &str, method: u32, keys: bool) -> Option<String> {
    match Arguments::try_parse_from(format!("microsip {line} --null-audio").split_whitespace()).unwrap().command {
        Command::Call(call) => {
            let digits = call.target.iter().any(|target| target.contains(','));
            wrong(&call.sound.course, &call.network, method, (Side::Caller { digits }, keys))
        }
        Command::Answer(answer) => wrong(&answer.sound.course, &answer.network, method, (Side::Called, keys)),
        _ => panic!("neither"),
    }
}

#[test]
fn an_option_without_effect_says_what_would_give_it_one() {
    for (line, keys, part) in [
        ("call sip:a@b --offers-early", false, "add --hold-after, --reoffer-after or --identify-after"),
        ("call sip:a@b --offers-early --hold-after 1s --100rel off", false, "leave one of them out"),
        (
            "answer --offers-early --identify-after 1s --identify-as sip:c@d --100rel off",
            false,
            "leave one of them out",
        ),
        ("call sip:a@b --identify-as sip:c@d", false, "add --identify-after TIME, or --keys"),
        ("call sip:a@b --hold-after 10s --for 10s", false, "--hold-after comes when the call is over, after 10 s"),
        ("call sip:a@b --reoffer-after 11s --for 10s", false, "--reoffer-after comes when"),
        ("call sip:a@b --transfer-to sip:c@d --transfer-after 2s --for 1s", false, "--transfer-after comes when"),
        ("answer --transfer-to sip:c@d", false, "add --transfer-after TIME, or --keys"),
        ("call sip:a@b --hold-music x.wav", false, "add --hold-after TIME, or --keys"),
        ("answer --digit-gap 100ms", false, "--digit-gap is for digits that are sent: add --dtmf DIGITS, or --keys"),
        ("answer --digit-length 100ms", false, "--digit-length is for digits"),
        ("answer --digit-level 3", false, "--digit-level is for digits that are sent"),
        ("answer --digits-by info", false, "--digits-by is for digits"),
        ("call sip:a@b --digits-by info", false, "--digits-by is for digits that are sent: add --dtmf DIGITS"),
        ("call sip:a@b --digit-gap 100ms", false, "--digit-gap is for digits"),
        ("call sip:a@b --dtmf 1 --digits-by info --digit-level 3", false, "INFO has no loudness"),
        ("answer --dtmf 1 --digits-by info-plain --digit-level 3", true, "INFO has no loudness"),
    ] {
        let text = told(line, 0, keys).unwrap_or_default();
        assert!(text.contains(part), "{line}: {text}");
    }
    // the account file has a method, too
    assert!(told("call sip:a@b --dtmf 1 --digit-level 3", c::MICROSIP_DTMF_INFO, false).is_some());
    assert!(told("call sip:a@b --dtmf 1 --digit-level 3 --digits-by rtp", c::MICROSIP_DTMF_INFO, false).is_none());
}

#[test]
fn one_with_an_effect_is_taken() {
    for (line, keys) in [
        ("call sip:a@b --offers-early --hold-after 1s", false),
        ("call sip:a@b --offers-early --identify-after 1s --identify-as sip:c@d --100rel off", false),
        // the time before the answer is nobody's to know
        ("call sip:a@b --offers-early --hold-after 20s --for 10s", false),
        ("call sip:a@b --identify-as sip:c@d", true),
        ("call sip:a@b --identify-as sip:c@d --identify-after 1s", false),
        ("call sip:a@b --hold-after 9s --for 10s", false),
        ("call 100,1 --uri sip:a@b --digit-gap 100ms", false),
        ("answer --digit-gap 100ms --dtmf 1", false),
        ("answer --digit-gap 100ms", true),
        ("answer --transfer-to sip:c@d", true),
        ("call sip:a@b --transfer-to sip:c@d --transfer-after 1s --for 2s", false),
        ("call sip:a@b --hold-music x.wav --hold-after 1s", false),
        ("answer --hold-music x.wav", true),
        ("answer --dtmf 1 --digits-by rtp --digit-level 3", false),
    ] {
        assert_eq!(told(line, 0, keys), None, "{line}");
    }
}

#[test]
fn a_number_to_transfer_to_needs_a_domain() {
    let nobody =
        |to: &str, has_account| nobody(&Course { transfer_to: Some(to.to_owned()), ..Course::default() }, has_account);
    for to in ["101", "+49 30 1234", "tel:101", "TEL:+49301234"] {
        assert!(nobody(to, false).unwrap_or_default().contains("there is no account"), "{to}");
        assert_eq!(nobody(to, true), None, "{to}");
    }
    for to in ["sip:101@127.0.0.1", "101@example.org", "127.0.0.1", "localhost"] {
        assert_eq!(nobody(to, false), None, "{to}");
    }
}
