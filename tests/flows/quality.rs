//! The quality of calls: in all, lately, at the far end, and of each second.

use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountId, CallId, CallState, Capacity, CommandError, DialOptions, Source};
use microsip_tests::{Lab, Options};

fn talking(seconds: u32) -> (Lab, CallId, CallId) {
    let capacity = Capacity { seconds, ..Capacity::host(2, 2, 4096) };
    let options = Options { capacity, ..Options::default() };
    let mut lab = Lab::new(&[options.clone(), options]);
    let now = lab.now;
    let dialling = DialOptions { source: Source::Application, ..DialOptions::default() };
    let ours = lab.ends[0].phone.dial(now, AccountId::NONE, "sip:x@10.0.0.2", &dialling).unwrap();
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    let (now, theirs) = (lab.now, lab.ends[1].last_call());
    lab.ends[1].phone.set_source(theirs, Source::Application).unwrap();
    lab.ends[1].phone.answer(now, theirs, 200).unwrap();
    lab.run_until("connected", |lab| lab.ends[0].reached(CallState::Connected));
    (lab, ours, theirs)
}

fn values(lab: &Lab, end: usize, call: CallId) -> (Vec<u16>, u32) {
    let (values, each) = lab.ends[end].phone.call_quality(call).unwrap();
    (values.to_vec(), each)
}

#[test]
fn a_good_call_is_good_at_both_ends_in_each_second() {
    let (mut lab, ours, theirs) = talking(600);
    lab.run_for(Duration::from_secs(30));
    for (end, call) in [(0, ours), (1, theirs)] {
        let stats = lab.ends[end].phone.call_stats(lab.now, call).unwrap();
        let of = [stats.mos_x100, stats.mos_lately_x100, stats.remote_mos_x100];
        assert!(of.iter().all(|mos| (430..=441).contains(mos)), "{end}: {of:?}");
        let (values, each) = values(&lab, end, call);
        assert!((29..=30).contains(&values.len()) && each == 1, "{values:?}");
        assert!(values.iter().all(|mos| (430..=441).contains(mos)), "{values:?}");
    }
    lab.ends[0].keep = true;
    let now = lab.now;
    lab.ends[0].phone.hangup(now, ours).unwrap();
    lab.run_until("it ends", |lab| lab.ends[0].reached(CallState::Ended));
    let stats = lab.ends[0].phone.call_stats(lab.now, ours).unwrap();
    assert!(stats.mos_x100 >= 430 && values(&lab, 0, ours).0.len() >= 29, "at the end of the call, too");
    lab.ends[0].phone.release(ours).unwrap();
    assert_eq!(lab.ends[0].phone.call_quality(ours), Err(CommandError::Stale));
}

#[test]
fn losses_are_heard_lately_in_their_seconds_and_told_by_the_far_end() {
    let (mut lab, ours, theirs) = talking(600);
    lab.run_for(Duration::from_secs(20));
    lab.network.loss = 100;
    lab.run_for(Duration::from_secs(20));
    let stats = lab.ends[1].phone.call_stats(lab.now, theirs).unwrap();
    assert!((220..=370).contains(&stats.mos_lately_x100), "ten percent: {}", stats.mos_lately_x100);
    assert!((stats.mos_lately_x100 + 20..410).contains(&stats.mos_x100), "half of it was good: {}", stats.mos_x100);
    let told = lab.ends[0].phone.call_stats(lab.now, ours).unwrap().remote_mos_x100;
    assert!((200..=420).contains(&told), "{told}");
    lab.network.loss = 0;
    lab.run_for(Duration::from_secs(40));
    let stats = lab.ends[1].phone.call_stats(lab.now, theirs).unwrap();
    assert!(stats.mos_lately_x100 >= 420 && stats.mos_x100 < 420, "{} {}", stats.mos_lately_x100, stats.mos_x100);
    let (values, _) = values(&lab, 1, theirs);
    assert!(values[..18].iter().all(|mos| *mos >= 430) && values[22..38].iter().any(|mos| *mos < 380), "{values:?}");
}

#[test]
fn a_full_history_halves_and_a_board_keeps_none() {
    let (mut lab, ours, _) = talking(8);
    lab.run_for(Duration::from_secs(33));
    let (values, each) = values(&lab, 0, ours);
    assert_eq!((values.len(), each), (8, 4));
    let (mut lab, ours, _) = talking(0);
    lab.run_for(Duration::from_secs(3));
    assert_eq!(lab.ends[0].phone.call_quality(ours), Ok(([].as_slice(), 1)));
    assert!(lab.ends[0].phone.call_stats(lab.now, ours).unwrap().mos_x100 > 430);
}
