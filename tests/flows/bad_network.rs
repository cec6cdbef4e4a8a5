//! Calls over networks that lose, double and reorder: each ends as it should, and no slot stays used.

use microsip_core::base::rng::Rng;
use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Cause};
use microsip_tests::{EventKind, Lab, Network, Options, ladder};

/// One call under one seed. The side that ends it, and the time, are drawn from the seed too.
fn one(seed: u8) {
    let mut dice = Rng::new(&[seed.wrapping_add(100).max(1); 32]);
    let mut lab = Lab::new(&[Options::default(), Options::default()]).seed(seed);
    lab.audio = false;
    lab.network = Network { loss: 200, double: 200, delay_ms: 5, delay_us: 0, jitter_ms: 300 };
    let first = lab.dial(0, "sip:bob@10.0.0.2");
    let plan = dice.below(5);
    let wait = Duration::from_millis(u64::from(dice.below(3000)));
    match plan {
        // the caller gives up, perhaps before it has rung
        0 => {
            lab.run_for(wait);
            let now = lab.now;
            let _ = lab.ends[0].phone.hangup(now, first);
        }
        // the called side refuses
        1 => {
            lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming) || lab.ends[0].ended().is_some());
            let (theirs, now) = (lab.ends[1].last_call(), lab.now);
            let _ = lab.ends[1].phone.reject(now, theirs, 603);
        }
        // answered, and given up at the same time
        2 => {
            lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming) || lab.ends[0].ended().is_some());
            let (theirs, now) = (lab.ends[1].last_call(), lab.now);
            let _ = lab.ends[1].phone.answer(now, theirs, 200);
            let _ = lab.ends[0].phone.hangup(now, first);
        }
        // answered and ended by one or both
        _ => {
            lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming) || lab.ends[0].ended().is_some());
            let (theirs, now) = (lab.ends[1].last_call(), lab.now);
            let _ = lab.ends[1].phone.answer(now, theirs, 200);
            lab.run_for(wait);
            let now = lab.now;
            if plan == 3 || dice.below(2) == 0 {
                let _ = lab.ends[0].phone.hangup(now, first);
            }
            if plan == 4 {
                let _ = lab.ends[1].phone.hangup(now, theirs);
            }
        }
    }
    lab.run_for(Duration::from_secs(150));
    for (index, end) in lab.ends.iter().enumerate() {
        let states: Vec<u32> =
            end.events.iter().filter(|event| event.kind == EventKind::Call).map(|event| event.state).collect();
        let ended = states.iter().filter(|state| **state == CallState::Ended as u32).count();
        let incoming = states.iter().filter(|state| **state == CallState::Incoming as u32).count();
        assert!(
            ended <= 1 && incoming <= 1,
            "seed {seed} plan {plan} phone {index}: {states:?}\n{}",
            ladder::draw(&lab)
        );
        assert_eq!(
            ended == 1,
            !states.is_empty(),
            "seed {seed} plan {plan} phone {index}: {states:?}\n{}",
            ladder::draw(&lab)
        );
        if let Some(event) = end.ended() {
            assert!(
                matches!(event.result, Cause::Normal | Cause::Timeout | Cause::Refused | Cause::Cancelled),
                "seed {seed} plan {plan} phone {index}: {:?}\n{}",
                event.result,
                ladder::draw(&lab)
            );
        }
    }
    lab.network = Network::default();
    lab.assert_settled();
}

#[test]
fn two_hundred_seeds() {
    for seed in 1..=200 {
        one(seed);
    }
}
