//! rfc3665#3.1: one phone calls, the other answers, both hear each other, one hangs up.

use microsip_core::base::time::Duration;
use microsip_core::media::detect::Detector;
use microsip_core::phone::{AccountId, CallState, DialOptions, Source};
use microsip_tests::Lab;

/// The longest run of a tone in what a call heard, in milliseconds.
pub(crate) fn heard_ms(lab: &Lab, end: usize, hertz: u32) -> u32 {
    let mut longest = 0;
    for pcm in lab.ends[end].sound.heard.values() {
        let mut detector = Detector::new(hertz, 8000);
        detector.feed(pcm);
        longest = longest.max(detector.longest_ms());
    }
    longest
}

#[test]
fn a_call_is_made_carries_sound_and_ends() {
    let mut lab = Lab::pair();
    lab.ends[0].sound.play = 440;
    lab.ends[1].sound.play = 620;
    let now = lab.now;
    let options = DialOptions { source: Source::Application, tag: 7, ..DialOptions::default() };
    let call = lab.ends[0].phone.dial(now, AccountId::NONE, "sip:bob@10.0.0.2", &options).unwrap();
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    let theirs = lab.ends[1].last_call();
    let now = lab.now;
    lab.ends[1].phone.set_source(theirs, Source::Application).unwrap();
    lab.ends[1].phone.answer(now, theirs, 200).unwrap();
    lab.run_until("connected", |lab| lab.ends[0].reached(CallState::Connected));
    lab.run_for(Duration::from_secs(2));
    assert!(
        heard_ms(&lab, 0, 620) > 1500,
        "caller heard {} ms\n{}",
        heard_ms(&lab, 0, 620),
        microsip_tests::ladder::draw(&lab)
    );
    assert!(heard_ms(&lab, 1, 440) > 1500, "callee heard {} ms", heard_ms(&lab, 1, 440));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_until("ended", |lab| lab.ends[0].ended().is_some() && lab.ends[1].ended().is_some());
    assert_eq!(lab.ends[0].ended().unwrap().tag, 7);
    lab.run_for(Duration::from_secs(40));
    for (start, count) in [("INVITE", 1), ("SIP/2.0 180", 1), ("ACK", 1), ("BYE", 1), ("SIP/2.0 200", 2)] {
        assert_eq!(lab.count(start), count, "{start}\n{}", microsip_tests::ladder::draw(&lab));
    }
    assert!(
        lab.ends.iter().all(|end| end.phone.is_idle() && end.media.is_empty() && end.phone.poll_timeout().is_none())
    );
}
