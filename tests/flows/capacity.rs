//! Pools that are used up by what they are for: each has its written outcome. `again` cuts each pool in each flow.

mod digits;
mod full;
mod lingering;
mod offers;

use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountId, CallState, Capacity, Cause, CommandError, DialOptions, EndCause};
use microsip_tests::{Lab, Options, Peer};

/// Our own name in a direct call is known late: by the address that it leaves from.
#[test]
fn a_dialog_without_room_for_our_name_sends_nothing() {
    let mut outcomes = [0, 0, 0];
    for dialog_text in 40..300 {
        let capacity = Capacity { dialog_text, ..Capacity::host(2, 1, 2048) };
        let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let (now, options) = (lab.now, DialOptions::default());
        let dialled = lab.ends[0].phone.dial(now, AccountId::NONE, "sip:peer@10.0.0.9", &options);
        lab.run_for(Duration::from_millis(10));
        let outcome = match (dialled, lab.ends[0].ended()) {
            (Err(error), _) => {
                assert_eq!(error, CommandError::Text);
                0
            }
            (_, Some(ended)) => {
                assert_eq!((ended.result, ended.cause, lab.sent.len()), (Cause::Full, EndCause::Full, 0));
                1
            }
            _ => {
                let invite = peer.wait(&mut lab, "INVITE");
                assert!(invite.header("From").starts_with("<sip:microsip@10.0.0.1:5060>;tag="));
                peer.respond(&mut lab, &invite, 486, "");
                2
            }
        };
        outcomes[outcome] += 1;
        lab.assert_settled();
    }
    assert!(outcomes.iter().all(|count| *count > 0), "{outcomes:?}");
}

/// A command over all calls does a bounded part at once, so that a driver's lock is held shortly; the rest is due at
/// once.
#[test]
fn two_hundred_calls_end_by_one_command() {
    let options = Options { capacity: Capacity::host(200, 1, 2048).direct(0, u32::MAX), ..Options::default() };
    let mut lab = Lab::new(&[options.clone(), options]);
    lab.audio = false;
    for _ in 0..200 {
        lab.dial(0, "sip:bob@10.0.0.2");
    }
    lab.run_for(Duration::from_millis(500));
    let ringing: Vec<_> = lab.ends[1].phone.calls().collect();
    let now = lab.now;
    // half of them talk, half ring
    for call in ringing.iter().step_by(2) {
        lab.ends[1].phone.answer(now, *call, 200).unwrap();
    }
    lab.drain();
    lab.run_for(Duration::from_millis(500));
    let now = lab.now;
    lab.ends[0].phone.hangup_all(now);
    // a call that comes after the command is not ended by it
    let later = lab.dial(0, "sip:bob@10.0.0.2");
    // a CANCEL that finds no request slot is tried again each second
    lab.run_for(Duration::from_secs(5));
    let left = |lab: &Lab, end: usize| {
        let phone = &lab.ends[end].phone;
        phone.calls().filter(|call| phone.call_info(*call).unwrap().state != CallState::Ended).count()
    };
    assert_eq!((left(&lab, 0), left(&lab, 1)), (1, 1));
    assert_ne!(lab.ends[0].phone.call_info(later).unwrap().state, CallState::Ended);
    assert_eq!((lab.count("BYE"), lab.count("CANCEL")), (100, 100));
    let now = lab.now;
    lab.ends[1].phone.shutdown(now);
    lab.drain();
    lab.assert_settled();
}
