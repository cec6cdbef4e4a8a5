//! Two phones over a network that loses.

use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountId, CallState, DialOptions, Reliable};
use microsip_tests::{Lab, Options};

#[test]
fn calls_with_early_media_end_right_while_one_packet_in_five_is_lost() {
    for seed in 1..=30 {
        let options = Options { reliable: Reliable::Required, ..Options::default() };
        let mut lab = Lab::new(&[options.clone(), options]).seed(seed);
        lab.audio = false;
        lab.network.loss = 200;
        let now = lab.now;
        let dialled =
            lab.ends[0].phone.dial(now, AccountId::NONE, "sip:bob@10.0.0.2", &DialOptions::default()).unwrap();
        lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
        let call = lab.ends[1].last_call();
        for code in [183, 200] {
            let now = lab.now;
            lab.ends[1].phone.answer(now, call, code).unwrap();
        }
        lab.run_until("both are up or over", |lab| {
            lab.ends.iter().all(|end| end.reached(CallState::Connected) || end.ended().is_some())
        });
        if lab.ends[0].ended().is_none() {
            let now = lab.now;
            lab.ends[0].phone.hangup(now, dialled).unwrap();
        }
        lab.run_for(Duration::from_secs(120));
        assert!(lab.ends.iter().all(|end| end.ended().is_some()), "seed {seed}");
        lab.assert_settled();
    }
}
