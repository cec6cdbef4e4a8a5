//! Tones that the application plays, and none after the phone's end.

use super::*;
use microsip_core::phone::tone::{TONE_BEEP, TONE_BUSY, TONE_CONGESTION, TONE_DIAL, TONE_RING, TONE_RINGBACK};

/// The ring device's sound of so many milliseconds.
fn ring(lab: &mut Lab, ms: usize) -> Vec<i16> {
    let mut pcm = vec![0; ms * 8];
    for out in pcm.chunks_mut(80) {
        lab.ends[0].phone.ring(&[], out);
    }
    pcm
}

#[test]
fn each_tone_of_a_country_is_played_by_hand() {
    let (mut lab, _) = phone(&Tones { country: Some("DE"), ..Tones::default() });
    // Germany's: frequency, and milliseconds of the first burst (0: it goes on)
    for (tone, hz, burst) in
        [(TONE_DIAL, 425, 0), (TONE_RINGBACK, 425, 1000), (TONE_BUSY, 425, 480), (TONE_CONGESTION, 425, 240)]
    {
        let now = lab.now;
        assert!(!lab.ends[0].phone.device_wanted());
        assert_eq!(lab.ends[0].phone.start_tone(now, tone), Ok(()));
        lab.drain();
        assert!(lab.ends[0].phone.device_wanted() && lab.ends[0].device, "{tone}");
        let pcm = played(&mut lab, 2000);
        if burst == 0 {
            assert!(heard(&pcm, hz) >= 1960, "{tone}");
        } else {
            let first = heard(&pcm[..(burst + 40) * 8], hz);
            assert!(first.abs_diff(burst as u32) <= 40, "{tone}: {first}");
        }
        assert_eq!(lab.ends[0].phone.stop_tone(now), Ok(()));
        assert_eq!(lab.ends[0].phone.stop_tone(now), Err(CommandError::Nothing));
        played(&mut lab, 10); // it fades
        assert!(is_silent(&played(&mut lab, 500)) && !lab.ends[0].phone.device_wanted(), "{tone}");
    }
    // a beep is over by itself, and another tone takes the place of the one before
    let now = lab.now;
    lab.ends[0].phone.start_tone(now, TONE_DIAL).unwrap();
    played(&mut lab, 100);
    lab.ends[0].phone.start_tone(now, TONE_BEEP).unwrap();
    assert!(!is_silent(&played(&mut lab, 400)));
    assert!(is_silent(&played(&mut lab, 1000)) && !lab.ends[0].phone.device_wanted());
    assert_eq!(lab.ends[0].phone.stop_tone(now), Err(CommandError::Nothing));
    for wrong in [0, 8, u32::MAX] {
        assert_eq!(lab.ends[0].phone.start_tone(now, wrong), Err(CommandError::Range));
    }
}

#[test]
fn the_ring_is_played_by_hand_on_its_device_and_goes_on_where_a_call_rings() {
    let (mut lab, mut peer) = phone(&playing(PLAY_ALL));
    let now = lab.now;
    lab.ends[0].phone.start_tone(now, TONE_RING).unwrap();
    assert_eq!((lab.ends[0].phone.ring_wanted(), lab.ends[0].phone.device_wanted()), (Some(0), false));
    assert!(!is_silent(&ring(&mut lab, 500)));
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    assert!(!is_silent(&ring(&mut lab, 500)));
    let now = lab.now;
    assert_eq!(lab.ends[0].phone.stop_tone(now), Ok(()));
    assert_eq!(lab.ends[0].phone.ring_wanted(), Some(0), "the call rings on");
}

#[test]
fn a_phone_that_is_shut_down_plays_nothing_more() {
    let (mut lab, mut peer) = phone(&playing(PLAY_ALL));
    refused(&mut lab, &mut peer, Source::Device, 486);
    assert!(!is_silent(&played(&mut lab, 200)));
    let now = lab.now;
    lab.ends[0].phone.start_tone(now, TONE_RING).unwrap();
    ring(&mut lab, 100);
    lab.ends[0].phone.shutdown(now);
    // they fade
    played(&mut lab, 10);
    ring(&mut lab, 10);
    assert!(is_silent(&played(&mut lab, 1000)) && is_silent(&ring(&mut lab, 1000)));
    assert!(!lab.ends[0].phone.device_wanted() && lab.ends[0].phone.ring_wanted().is_none());
    assert_eq!(lab.ends[0].phone.start_tone(now, TONE_DIAL), Err(CommandError::State));

    // nor does what ends by the shutdown
    let (mut lab, mut peer) = phone(&playing(PLAY_ALL));
    dial(&mut lab, Source::Device);
    let invite = far_end_rings(&mut lab, &mut peer);
    let now = lab.now;
    lab.ends[0].phone.shutdown(now);
    lab.drain();
    peer.wait(&mut lab, "CANCEL");
    peer.respond(&mut lab, &invite, 486, "");
    lab.run_for(Duration::from_millis(100));
    played(&mut lab, 10);
    assert!(is_silent(&played(&mut lab, 1000)) && !lab.ends[0].phone.device_wanted());
}
