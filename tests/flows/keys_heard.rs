//! Keys in the voice of a far end with which no telephone-events were agreed on, beside the other ways of digits.

use microsip_core::base::time::Duration;
use microsip_core::media::CodecList;
use microsip_core::media::digits::DigitMethod;
use microsip_core::phone::{CallState, Capacity};
use microsip_tests::{EventKind, Lab, Network, Options};

/// Two phones in a call, of which the second agrees on no events, at these rates.
pub(crate) fn talking(near: u32, far: Options) -> Lab {
    let mut lab = Lab::new(&[Options { rate: near, ..Options::default() }, far]);
    lab.dial(0, "sip:bob@10.0.0.2");
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    let (theirs, now) = (lab.ends[1].last_call(), lab.now);
    lab.ends[1].phone.answer(now, theirs, 200).unwrap();
    lab.run_until("connected", |lab| lab.ends[0].reached(CallState::Connected));
    lab.run_for(Duration::from_millis(300));
    lab
}

pub(crate) fn without_events(rate: u32) -> Options {
    Options { rate, codecs: CodecList::built_in().without_events(), ..Options::default() }
}

pub(crate) fn send(lab: &mut Lab, digits: &str, method: DigitMethod) {
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.send_digits_by(now, call, digits, method.into(), 0).unwrap();
    lab.drain();
}

/// The digits that the second phone told, with their methods and lengths.
pub(crate) fn told(lab: &Lab, kind: EventKind) -> Vec<(char, u32, u32)> {
    let events = lab.ends[1].events.iter().filter(|event| event.kind == kind);
    events.map(|event| (char::from_u32(event.value).unwrap(), event.state, event.reached)).collect()
}

#[track_caller]
pub(crate) fn finish(mut lab: Lab) {
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.assert_settled();
}

#[test]
fn each_key_is_told_as_begun_and_over_with_its_length() {
    for (near, far) in [(8000, 8000), (8000, 16_000), (48_000, 8000), (16_000, 48_000)] {
        let mut lab = talking(near, without_events(far));
        send(&mut lab, "159*0#D773", DigitMethod::Auto);
        lab.run_for(Duration::from_secs(3));
        let (begun, over) = (told(&lab, EventKind::DigitBegun), told(&lab, EventKind::Digit));
        let keys = |told: &[(char, u32, u32)]| told.iter().map(|digit| digit.0).collect::<String>();
        assert_eq!((keys(&begun).as_str(), keys(&over).as_str()), ("159*0#D773", "159*0#D773"), "{near} to {far}");
        assert!(begun.iter().chain(&over).all(|digit| digit.1 == DigitMethod::Tones as u32));
        assert!(over.iter().all(|digit| digit.2.abs_diff(160) <= 20), "{near} to {far}: {over:?}");
        finish(lab);
    }
}

#[test]
fn where_events_were_agreed_on_a_tone_is_sound() {
    let mut lab = talking(8000, Options::default());
    send(&mut lab, "15", DigitMethod::Tones);
    lab.run_for(Duration::from_secs(1));
    assert_eq!(told(&lab, EventKind::Digit), []);
    send(&mut lab, "7", DigitMethod::Auto);
    lab.run_for(Duration::from_secs(1));
    let over = told(&lab, EventKind::Digit);
    assert_eq!((over.len(), over[0].0, over[0].1), (1, '7', DigitMethod::Events as u32));
    finish(lab);
}

#[test]
fn a_digit_by_info_and_in_the_voice_is_one() {
    for ways in [[DigitMethod::Tones, DigitMethod::Info], [DigitMethod::InfoPlain, DigitMethod::Tones]] {
        let mut lab = talking(8000, without_events(8000));
        for method in ways {
            send(&mut lab, "5", method);
        }
        lab.run_for(Duration::from_secs(3));
        let over = told(&lab, EventKind::Digit);
        assert_eq!((over.len(), over[0].0, over[0].1), (1, '5', ways[0] as u32), "{ways:?}");
        // from now on INFO is the way of this far end
        send(&mut lab, "78", DigitMethod::Tones);
        send(&mut lab, "9", DigitMethod::Info);
        lab.run_for(Duration::from_secs(3));
        let over = told(&lab, EventKind::Digit);
        assert_eq!((over.len(), over[1].0, over[1].1), (2, '9', DigitMethod::Info as u32), "{ways:?}");
        finish(lab);
    }
}

#[test]
fn a_digit_by_events_and_by_info_is_one() {
    let mut lab = talking(8000, Options::default());
    for digits in ["5", "5", "6"] {
        send(&mut lab, digits, DigitMethod::Events);
        send(&mut lab, digits, DigitMethod::Info);
    }
    lab.run_for(Duration::from_secs(5));
    let over: String = told(&lab, EventKind::Digit).iter().map(|digit| digit.0).collect();
    assert_eq!(over, "556");
    finish(lab);
}

#[test]
fn a_key_that_is_held_while_the_call_ends_is_over() {
    let mut lab = talking(8000, without_events(8000));
    send(&mut lab, "3", DigitMethod::Tones);
    lab.run_until("a key", |lab| !told(lab, EventKind::DigitBegun).is_empty());
    let (now, theirs) = (lab.now, lab.ends[1].last_call());
    lab.ends[1].phone.hangup(now, theirs).unwrap();
    lab.assert_settled();
    assert_eq!(told(&lab, EventKind::Digit).len(), 1);
}

#[test]
fn memory_that_is_not_lent_hears_nothing() {
    let far = without_events(8000);
    let mut lab = talking(8000, Options { capacity: Capacity { hear_keys: false, ..far.capacity }, ..far });
    send(&mut lab, "159", DigitMethod::Tones);
    lab.run_for(Duration::from_secs(1));
    assert_eq!((told(&lab, EventKind::DigitBegun), told(&lab, EventKind::Digit)), (vec![], vec![]));
    finish(lab);
}

#[test]
fn keys_in_the_voice_are_heard_though_packets_are_lost() {
    const SCRIPT: &str = "1234567890*#ABCD";
    // of each thousand packets; half a pause or half a key may be lost in a row
    for (loss, missing) in [(20, 0), (50, 1), (100, 1)] {
        let mut lab = talking(8000, without_events(8000));
        lab.network = Network { loss, delay_ms: 5, jitter_ms: 15, ..lab.network };
        for _ in 0..4 {
            send(&mut lab, SCRIPT, DigitMethod::Tones);
            lab.run_for(Duration::from_secs(6));
        }
        lab.network = Network::default();
        let over = told(&lab, EventKind::Digit);
        // none is told twice, and none that was not sent
        let mut sent = SCRIPT.chars().cycle().take(64);
        assert!(over.iter().all(|digit| sent.any(|key| key == digit.0)), "{loss}: {over:?}");
        assert!(over.len() + missing >= 64, "{loss}: {over:?}");
        finish(lab);
    }
}
