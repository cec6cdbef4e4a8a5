//! A key that is held at one end is held at the other: by each method, on bad networks, and whatever ends the call.

use crate::keys_heard::{finish, send, talking, told, without_events};
use microsip_core::base::time::Duration;
use microsip_core::media::digits::DigitMethod;
use microsip_core::phone::{Cause, CommandError, Op};
use microsip_tests::{EventKind, Lab, Network, Options};

fn press(lab: &mut Lab, digit: u8, method: DigitMethod, token: u64) -> Result<(), CommandError> {
    let (now, call) = (lab.now, lab.ends[0].last_call());
    let done = lab.ends[0].phone.press_digit(now, call, digit, method.into(), token);
    lab.drain();
    done
}

fn release(lab: &mut Lab) -> Result<(), CommandError> {
    let (now, call) = (lab.now, lab.ends[0].last_call());
    let done = lab.ends[0].phone.release_digit(now, call);
    lab.drain();
    done
}

/// The end of the command with that token.
fn done(lab: &Lab, token: u64) -> Option<Cause> {
    let mut events = lab.ends[0].events.iter().filter(|event| event.op == Some(Op::Digits));
    events.find(|event| event.token == token).map(|event| event.result)
}

#[test]
fn a_key_lasts_as_long_as_it_is_held() {
    for (far, method) in [
        (Options::default(), DigitMethod::Events),
        (without_events(8000), DigitMethod::Tones),
        (without_events(16_000), DigitMethod::Auto),
    ] {
        // 12 s are more than one segment of events
        for ms in [100, 1000, 12_000] {
            let mut lab = talking(8000, far.clone());
            assert_eq!(press(&mut lab, b'6', method, 5), Ok(()));
            assert_eq!(press(&mut lab, b'7', method, 6), Err(CommandError::Full), "one at a time");
            lab.run_for(Duration::from_millis(ms - 10));
            assert_eq!(told(&lab, EventKind::DigitBegun).len(), 1, "{method:?}");
            assert_eq!((told(&lab, EventKind::Digit), done(&lab, 5)), (vec![], None));
            lab.run_for(Duration::from_millis(10));
            assert_eq!((release(&mut lab), release(&mut lab)), (Ok(()), Err(CommandError::Nothing)));
            send(&mut lab, "8", method);
            lab.run_for(Duration::from_secs(1));
            let over = told(&lab, EventKind::Digit);
            assert_eq!((over.len(), over[0].0, over[1].0), (2, '6', '8'), "{method:?} {over:?}");
            assert!(over[0].2.abs_diff(ms as u32) <= 30, "{method:?}, {ms} ms: {over:?}");
            assert_eq!(done(&lab, 5), Some(Cause::Normal));
            finish(lab);
        }
    }
}

#[test]
fn an_info_has_the_length_of_the_key() {
    let mut lab = talking(8000, Options::default());
    assert_eq!(press(&mut lab, b'#', DigitMethod::Info, 5), Ok(()));
    lab.run_for(Duration::from_millis(1500));
    assert_eq!(told(&lab, EventKind::Digit), [], "its length is not known yet");
    assert_eq!(release(&mut lab), Ok(()));
    lab.run_for(Duration::from_secs(1));
    let over = told(&lab, EventKind::Digit);
    assert_eq!((over.len(), over[0].0, over[0].1), (1, '#', DigitMethod::Info as u32));
    assert!(over[0].2.abs_diff(1500) <= 20, "{over:?}");
    assert_eq!(done(&lab, 5), Some(Cause::Normal));
    // nobody lets it go: a minute is the longest
    assert_eq!(press(&mut lab, b'1', DigitMethod::Info, 6), Ok(()));
    lab.run_for(Duration::from_secs(62));
    assert_eq!((told(&lab, EventKind::Digit)[1].2, release(&mut lab)), (60_000, Err(CommandError::Nothing)));
    finish(lab);
}

#[test]
fn a_key_is_one_press_on_a_bad_network() {
    let mut lab = talking(8000, Options::default());
    lab.network = Network { loss: 200, double: 100, delay_ms: 5, jitter_ms: 15, ..lab.network };
    for digit in *b"159" {
        assert_eq!(press(&mut lab, digit, DigitMethod::Events, 0), Ok(()));
        lab.run_for(Duration::from_secs(10));
        assert_eq!(release(&mut lab), Ok(()));
        lab.run_for(Duration::from_secs(1));
    }
    lab.network = Network::default();
    lab.run_for(Duration::from_secs(1));
    let over = told(&lab, EventKind::Digit);
    assert_eq!(over.iter().map(|digit| digit.0).collect::<String>(), "159", "{over:?}");
    // rfc4733#2.5.2.2: three packets that are lost in a row are its end, and what comes of it later is no other press
    assert!(over.iter().all(|digit| (1000..=10_100).contains(&digit.2)), "{over:?}");
    finish(lab);
}

#[test]
fn a_key_ends_with_its_call_and_with_a_hold_of_the_far_ends() {
    let mut lab = talking(8000, Options::default());
    assert_eq!(press(&mut lab, b'2', DigitMethod::Events, 5), Ok(()));
    lab.run_for(Duration::from_millis(500));
    let (now, theirs) = (lab.now, lab.ends[1].last_call());
    lab.ends[1].phone.hold(now, theirs, true, 0).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!((done(&lab, 5), release(&mut lab)), (Some(Cause::State), Err(CommandError::Nothing)));
    assert_eq!(press(&mut lab, b'2', DigitMethod::Events, 6), Err(CommandError::State));
    let now = lab.now;
    lab.ends[1].phone.hold(now, theirs, false, 0).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(press(&mut lab, b'3', DigitMethod::Events, 7), Ok(()));
    lab.run_for(Duration::from_millis(500));
    let now = lab.now;
    lab.ends[1].phone.hangup(now, theirs).unwrap();
    lab.run_for(Duration::from_millis(100));
    assert_eq!(done(&lab, 7), Some(Cause::State));
    assert!(release(&mut lab).is_err());
    assert_eq!(told(&lab, EventKind::Digit).iter().map(|digit| digit.0).collect::<String>(), "23");
    lab.assert_settled();
}

#[test]
fn what_is_no_digit_cannot_be_pressed() {
    let mut lab = talking(8000, Options::default());
    for wrong in *b"x,w \0\xff" {
        assert_eq!(press(&mut lab, wrong, DigitMethod::Auto, 1), Err(CommandError::Range));
    }
    assert_eq!(release(&mut lab), Err(CommandError::Nothing));
    finish(lab);
}
