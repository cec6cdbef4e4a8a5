//! Digits of every method, both ways: for each pool, and for bad networks.

use super::{Flow, answer_all, dial, hangup_all};
use microsip_core::base::time::Duration;
use microsip_core::media::digits::DigitMethod;
use microsip_core::phone::{Capacity, CommandError};
use microsip_tests::{Lab, Options, Peer};

pub(super) const FLOWS: [(&str, Flow); 2] = [("digits", digits), ("digits cut off", cut_off)];

/// Each call of an end sends digits; a command that is taken has to be told its end.
fn send(lab: &mut Lab, end: usize, digits: &str, method: DigitMethod) {
    let (now, calls) = (lab.now, lab.ends[end].phone.calls().collect::<Vec<_>>());
    for call in calls {
        let token = lab.ends[end].taken.len() as u64 + 1;
        if lab.ends[end].phone.send_digits_by(now, call, digits, method, token).is_ok() {
            lab.ends[end].taken.push(token);
        }
    }
    lab.drain();
}

/// Both send, by all methods at once; their clock is the media's.
fn pressed(lab: &mut Lab) -> bool {
    dial(lab, 0, "sip:bob@10.0.0.2");
    lab.run_for(Duration::from_millis(300));
    answer_all(lab, 1);
    let audio = core::mem::replace(&mut lab.audio, true);
    lab.run_for(Duration::from_millis(300));
    for (digits, method) in [
        ("1", DigitMethod::Info),
        ("2w3", DigitMethod::Auto),
        ("4", DigitMethod::InfoPlain),
        ("5", DigitMethod::Tones),
        ("6", DigitMethod::Info),
    ] {
        send(lab, 0, digits, method);
        send(lab, 1, digits, method);
    }
    audio
}

fn digits(lab: &mut Lab) {
    let audio = pressed(lab);
    lab.run_for(Duration::from_secs(4));
    lab.audio = audio;
    hangup_all(lab, 0);
}

/// The call ends while an INFO is on its way and others wait.
fn cut_off(lab: &mut Lab) {
    lab.audio = pressed(lab);
    hangup_all(lab, 1);
}

#[test]
fn each_full_pool_has_its_written_outcome() {
    // commands: none is taken whose end could not be told
    let capacity = Capacity { commands: 0, ..Options::default().capacity };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    for method in [DigitMethod::Info, DigitMethod::Auto, DigitMethod::Tones] {
        let result = lab.ends[0].phone.send_digits_by(now, call, "1", method, 1);
        assert_eq!(result, Err(CommandError::Full), "{method:?}");
    }
    lab.run_for(Duration::from_secs(1));
    assert!(peer.all(&lab, "INFO").is_empty());
    peer.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}
