//! rfc3960#3.2: while the far end rings and sends no media, the device plays ringback; media or the end stops it.

use microsip_core::media::G711;
use microsip_core::phone::{AccountId, Bus, CallState, DialOptions};
use microsip_tests::Lab;

#[test]
fn ringback_sounds_until_the_answer() {
    let mut lab = Lab::pair();
    lab.audio = false;
    let now = lab.now;
    let call = lab.ends[0].phone.dial(now, AccountId::NONE, "sip:bob@10.0.0.2", &DialOptions::default()).unwrap();
    lab.run_until("it rings", |lab| lab.ends[0].reached(CallState::Early));
    assert!(lab.ends[0].device, "the device is wished for");
    let now = lab.now;
    let mut out = [0i16; 80];
    lab.ends[0].phone.audio(now, Bus::Device, &mut G711, &mut (), &[0; 80], &mut out);
    lab.ends[0].phone.audio(now, Bus::Device, &mut G711, &mut (), &[0; 80], &mut out);
    assert!(out.iter().any(|sample| *sample != 0), "a tone sounds");
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_until("ended", |lab| lab.ends[0].ended().is_some());
    lab.drain();
    assert!(!lab.ends[0].device && !lab.ends[0].phone.device_wanted());
}
