//! rfc3960#3.2: while the far end rings and sends no media, the device plays ringback; media or the end stops it.

use microsip_core::base::time::Duration;
use microsip_core::media::G711;
use microsip_core::phone::{AccountId, Bus, CallState, DialOptions};
use microsip_tests::{Lab, Options, Peer};

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
    // it fades within the next quantum
    lab.ends[0].phone.audio(now, Bus::Device, &mut G711, &mut (), &[0; 80], &mut out);
    lab.drain();
    assert!(!lab.ends[0].device && !lab.ends[0].phone.device_wanted());
}

fn sounds(lab: &mut Lab) -> bool {
    let (now, mut out) = (lab.now, [0i16; 80]);
    for _ in 0..2 {
        lab.ends[0].phone.audio(now, Bus::Device, &mut G711, &mut (), &[0; 80], &mut out);
    }
    out.iter().any(|sample| *sample != 0)
}

#[test]
fn responses_do_not_stop_ringback_but_media_and_the_hang_up_do() {
    for hangup in [false, true] {
        let mut lab = Lab::new(&[Options::default()]);
        lab.audio = false;
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let now = lab.now;
        let call = lab.ends[0].phone.dial(now, AccountId::NONE, "sip:peer@10.0.0.9", &DialOptions::default()).unwrap();
        let invite = peer.wait(&mut lab, "INVITE");
        peer.respond(&mut lab, &invite, 180, "");
        peer.respond(&mut lab, &invite, 183, "");
        lab.run_for(Duration::from_millis(10));
        assert!(sounds(&mut lab), "183 without a description brings no media");
        if hangup {
            let now = lab.now;
            lab.ends[0].phone.hangup(now, call).unwrap();
            peer.respond(&mut lab, &invite, 180, "");
        } else {
            let body = peer.sdp();
            peer.respond(&mut lab, &invite, 183, &body);
        }
        lab.run_for(Duration::from_millis(10));
        assert!(!sounds(&mut lab));
    }
}
