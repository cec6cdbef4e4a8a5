//! Tones that the phone plays by itself: into the device's sound (ringback, busy and congestion, call waiting, the
//! beep of an automatic answer), and on the ring device; and which ring an INVITE may ask for.

mod by_hand;

use crate::server::{REGISTRAR, Server, account, anna, register, registered};
use microsip_core::base::time::Duration;
use microsip_core::media::G711;
use microsip_core::media::detect::Detector;
use microsip_core::phone::tone::{ALERT_EXTERNAL, PLAY_ALL, PLAY_REFUSAL, PLAY_RING, PLAY_RINGBACK, PLAY_WAITING};
use microsip_core::phone::{
    AUTO_ALL, AUTO_BEEP, AccountConfig, AccountId, Alert, Bus, CallId, CallState, CommandError, DialOptions,
    RuleNumbers, Rules, Source, Tones,
};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip, sdp};

const FAR: &str = "10.0.0.9:5060";

/// A phone whose device the test ticks, and a far end.
fn phone(tones: &Tones<'_>) -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    lab.audio = false;
    lab.ends[0].phone.set_tones(tones).unwrap();
    let peer = Peer::new(&mut lab, FAR, 0);
    (lab, peer)
}

fn playing(play: u32) -> Tones<'static> {
    Tones { play, ..Tones::default() }
}

/// The device's sound of so many milliseconds.
fn played(lab: &mut Lab, ms: usize) -> Vec<i16> {
    let mut pcm = vec![0; ms * 8];
    let now = lab.now;
    for out in pcm.chunks_mut(80) {
        lab.ends[0].phone.audio(now, Bus::Device, &mut G711, &mut (), &[0; 80], out);
    }
    lab.drain();
    pcm
}

/// Milliseconds of them in which that frequency is heard, and no other.
fn heard(pcm: &[i16], hz: u32) -> u32 {
    let mut detector = Detector::new(hz, 8000);
    detector.feed(pcm);
    detector.heard_ms()
}

fn is_silent(pcm: &[i16]) -> bool {
    pcm.iter().all(|sample| *sample == 0)
}

fn dial(lab: &mut Lab, source: Source) -> CallId {
    let now = lab.now;
    lab.ends[0]
        .phone
        .dial(now, AccountId::NONE, "sip:peer@10.0.0.9", &DialOptions { source, ..DialOptions::default() })
        .unwrap()
}

/// The far end of our call rings. Gives the INVITE.
fn far_end_rings(lab: &mut Lab, peer: &mut Peer) -> Sip {
    let invite = peer.wait(lab, "INVITE");
    peer.respond(lab, &invite, 180, "");
    lab.run_until("it rings", |lab| lab.ends[0].reached(CallState::Early));
    invite
}

/// We call, and the far end refuses.
fn refused(lab: &mut Lab, peer: &mut Peer, source: Source, status: u16) {
    dial(lab, source);
    let invite = peer.wait(lab, "INVITE");
    peer.respond(lab, &invite, status, "");
    peer.wait(lab, "ACK");
}

#[test]
fn ringback_is_the_countrys() {
    for (country, hz, on, off) in [("DE", 425, 1000, 4000), ("FR", 440, 1500, 3500), ("CL", 400, 1000, 3000)] {
        let (mut lab, mut peer) = phone(&Tones { country: Some(country), ..Tones::default() });
        dial(&mut lab, Source::Device);
        far_end_rings(&mut lab, &mut peer);
        let pcm = played(&mut lab, on + off + 200);
        assert!(heard(&pcm[..on * 8], hz) as usize >= on - 20, "{country}");
        assert!(is_silent(&pcm[on * 8..(on + off) * 8]) && !is_silent(&pcm[(on + off) * 8..]), "{country}");
    }
}

#[test]
fn early_media_beats_ringback_and_another_180_does_not_bring_it_back() {
    let (mut lab, mut peer) = phone(&Tones::default());
    dial(&mut lab, Source::Device);
    let invite = far_end_rings(&mut lab, &mut peer);
    assert!(!is_silent(&played(&mut lab, 100)));
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 183, &body);
    lab.run_for(Duration::from_millis(10));
    played(&mut lab, 10); // it fades
    assert!(is_silent(&played(&mut lab, 1000)));
    peer.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_millis(10));
    assert!(is_silent(&played(&mut lab, 6000)));
}

#[test]
fn ringback_is_left_out_where_it_is_not_asked_for() {
    let (mut lab, mut peer) = phone(&playing(u32::MAX));
    dial(&mut lab, Source::Device);
    far_end_rings(&mut lab, &mut peer);
    assert!(!lab.ends[0].phone.device_wanted() && !lab.ends[0].device);
    assert!(is_silent(&played(&mut lab, 1000)));
}

#[test]
fn a_refusal_has_its_tone_for_a_bounded_time() {
    // busy is half a second, congestion a quarter
    for (status, period) in [(486, 500), (600, 500), (603, 500), (503, 250), (500, 250), (404, 250)] {
        let (mut lab, mut peer) = phone(&Tones { refusal_ms: 1500, ..Tones::default() });
        refused(&mut lab, &mut peer, Source::Device, status);
        lab.drain();
        assert!(lab.ends[0].device, "{status}: the device is wished for");
        let pcm = played(&mut lab, 1500);
        let first = &pcm[..period * 8];
        assert!(heard(first, 425) as usize + 20 >= period, "{status}");
        assert!(is_silent(&pcm[period * 8..period * 16]) && !is_silent(&pcm[period * 16..period * 24]), "{status}");
        played(&mut lab, 10);
        assert!(is_silent(&played(&mut lab, 2000)), "{status}");
        assert!(!lab.ends[0].device, "{status}: it is over");
    }
}

#[test]
fn no_refusal_is_heard_that_was_none_or_that_no_person_waits_for() {
    // given up by us; no answer; another source; nothing asked for
    for (status, source, play) in [
        (487, Source::Device, 0),
        (480, Source::Device, 0),
        (486, Source::Silence, 0),
        (486, Source::Device, PLAY_RING),
    ] {
        let (mut lab, mut peer) = phone(&playing(play));
        if status == 487 {
            let call = dial(&mut lab, source);
            let invite = peer.wait(&mut lab, "INVITE");
            peer.respond(&mut lab, &invite, 100, "");
            lab.run_for(Duration::from_millis(10));
            let now = lab.now;
            lab.ends[0].phone.hangup(now, call).unwrap();
            let cancel = peer.wait(&mut lab, "CANCEL");
            peer.respond(&mut lab, &cancel, 200, "");
            peer.respond(&mut lab, &invite, 487, "");
            peer.wait(&mut lab, "ACK");
        } else {
            refused(&mut lab, &mut peer, source, status);
        }
        assert!(is_silent(&played(&mut lab, 500)) && !lab.ends[0].device, "{status} {source:?}");
    }
}

#[test]
fn the_next_call_ends_the_tone_of_the_last_ones_refusal() {
    let (mut lab, mut peer) = phone(&Tones::default());
    refused(&mut lab, &mut peer, Source::Device, 486);
    assert!(!is_silent(&played(&mut lab, 100)));
    dial(&mut lab, Source::Device);
    played(&mut lab, 10);
    assert!(is_silent(&played(&mut lab, 3000)));
}

#[test]
fn a_second_call_beeps_into_the_first_until_it_is_taken_or_gone() {
    for taken in [true, false] {
        let (mut lab, mut first) = phone(&playing(PLAY_WAITING | PLAY_RING));
        first.call(&mut lab, 0);
        played(&mut lab, 100);
        let mut second = Peer::new(&mut lab, "10.0.0.10:5060", 0);
        let invite = second.invite(&mut lab);
        second.wait(&mut lab, "SIP/2.0 180");
        // 0.2 on, 0.6 off, 0.2 on, 9 off
        let pcm = played(&mut lab, 1000);
        assert!(heard(&pcm[..200 * 8], 425) >= 160 && heard(&pcm[800 * 8..], 425) >= 160);
        assert!(is_silent(&pcm[200 * 8..800 * 8]));
        assert_eq!(lab.ends[0].phone.ring_wanted(), None, "it beeps, and does not ring");
        played(&mut lab, 8900);
        assert!(!is_silent(&played(&mut lab, 200)), "the next pair");
        let (now, call) = (lab.now, lab.ends[0].last_call());
        if taken {
            lab.ends[0].phone.answer(now, call, 200).unwrap();
        } else {
            let cancel = invite.replace("INVITE", "CANCEL");
            second.send(&mut lab, &cancel);
            second.wait(&mut lab, "SIP/2.0 487");
        }
        played(&mut lab, 10);
        assert!(is_silent(&played(&mut lab, 10_000)), "taken: {taken}");
    }
}

#[test]
fn a_call_that_comes_alone_rings_on_the_ring_device() {
    let (mut lab, mut peer) = phone(&playing(PLAY_ALL));
    assert_eq!(lab.ends[0].phone.ring_wanted(), None);
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    assert_eq!(lab.ends[0].phone.ring_wanted(), Some(0));
    assert!(!lab.ends[0].device, "the call's own device stays closed");
    let mut pcm = vec![0; 5000 * 8];
    for out in pcm.chunks_mut(80) {
        assert!(lab.ends[0].phone.ring(&[], out));
    }
    assert!(!is_silent(&pcm[..1000 * 8]) && is_silent(&pcm[1000 * 8..]), "the country's rhythm");
    let mut out = [0; 80];
    assert!(lab.ends[0].phone.ring(&[], &mut out) && !is_silent(&out));
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    lab.ends[0].phone.ring(&[], &mut out); // it fades
    assert_eq!((lab.ends[0].phone.ring_wanted(), lab.ends[0].phone.ring(&[], &mut out)), (None, false));
    assert!(is_silent(&out));
}

#[test]
fn a_sound_of_the_drivers_own_replaces_the_usual_ring_at_the_rings_volume() {
    let (mut lab, mut peer) = phone(&Tones { play: PLAY_ALL, ring_percent: Some(50), ..Tones::default() });
    let (own, mut out) = ([8000; 80], [0; 80]);
    assert!(!lab.ends[0].phone.ring(&own, &mut out) && is_silent(&out), "nobody calls");
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    lab.ends[0].phone.ring(&own, &mut out); // the volume moves within this quantum
    assert!(lab.ends[0].phone.ring(&own, &mut out) && out == [4000; 80]);
    assert_eq!(lab.ends[0].phone.tones().ring_percent, 50);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    assert_eq!(lab.ends[0].phone.ring_wanted(), Some(0), "it is to fade");
    assert!(lab.ends[0].phone.ring(&own, &mut out));
    assert!(out[0] > 3900 && out[79] == 0 && out.windows(2).all(|pair| pair[1] <= pair[0]), "{out:?}");
    assert_eq!((lab.ends[0].phone.ring_wanted(), lab.ends[0].phone.ring(&own, &mut out)), (None, false));
    assert!(is_silent(&out));
    let loudest = Tones { ring_percent: Some(401), ..Tones::default() };
    assert_eq!(lab.ends[0].phone.set_tones(&loudest), Err(CommandError::Range));
}

#[test]
fn the_ring_is_off_until_it_is_asked_for_and_ends_with_the_call() {
    let (mut lab, mut peer) = phone(&Tones::default());
    let invite = peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    assert_eq!(lab.ends[0].phone.ring_wanted(), None);
    lab.ends[0].phone.set_tones(&playing(PLAY_ALL)).unwrap();
    assert_eq!(lab.ends[0].phone.ring_wanted(), Some(0), "a call that rings already");
    peer.send(&mut lab, &invite.replace("INVITE", "CANCEL"));
    peer.wait(&mut lab, "SIP/2.0 487");
    assert_eq!(lab.ends[0].phone.ring_wanted(), None);
    assert_eq!(lab.ends[0].phone.tones().play, PLAY_ALL);
}

#[test]
fn a_call_whose_180_has_our_offer_rings_too() {
    let (mut lab, mut peer) = phone(&playing(PLAY_ALL));
    let text = peer.request("INVITE", "Require: 100rel\r\n", "");
    peer.send(&mut lab, &text);
    assert!(peer.wait(&mut lab, "SIP/2.0 180").body().contains("m=audio"));
    assert_eq!(lab.ends[0].phone.ring_wanted(), Some(0));
}

#[test]
fn each_ring_begins_with_its_call() {
    // the ring device has had a quantum since the end of the last call, or none
    for quanta in [0, 1] {
        let (mut lab, mut first) = phone(&playing(PLAY_ALL));
        let invite = first.invite(&mut lab);
        first.wait(&mut lab, "SIP/2.0 180");
        let mut pcm = vec![0; 500 * 8];
        pcm.chunks_mut(80).for_each(|out| assert!(lab.ends[0].phone.ring(&[], out)));
        first.send(&mut lab, &invite.replace("INVITE", "CANCEL"));
        let refusal = first.wait(&mut lab, "SIP/2.0 487");
        first.ack_refusal(&mut lab, &invite, &refusal);
        for out in pcm.chunks_mut(80).take(quanta) {
            assert!(lab.ends[0].phone.ring(&[], out), "it fades");
        }
        let mut second = Peer::new(&mut lab, "10.0.0.10:5060", 0);
        second.invite(&mut lab);
        second.wait(&mut lab, "SIP/2.0 180");
        let mut pcm = vec![0; 2000 * 8];
        pcm.chunks_mut(80).for_each(|out| assert!(lab.ends[0].phone.ring(&[], out)));
        for (from, to) in [(10, 100), (500, 600), (900, 1000)] {
            assert!(!is_silent(&pcm[from * 8..to * 8]), "{quanta}: from {from} ms");
        }
        assert!(is_silent(&pcm[1010 * 8..]));
    }
}

#[test]
fn a_tone_that_was_cut_off_in_its_pause_begins_anew() {
    let (mut lab, mut peer) = phone(&Tones { refusal_ms: 700, ..Tones::default() });
    let call = dial(&mut lab, Source::Device);
    let invite = far_end_rings(&mut lab, &mut peer);
    played(&mut lab, 1500);
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    let cancel = peer.wait(&mut lab, "CANCEL");
    peer.respond(&mut lab, &cancel, 200, "");
    peer.respond(&mut lab, &invite, 487, "");
    peer.wait(&mut lab, "ACK");
    lab.drain();
    assert!(!lab.ends[0].device);
    dial(&mut lab, Source::Device);
    let invite = far_end_rings(&mut lab, &mut peer);
    lab.run_for(Duration::from_millis(10));
    assert!(!is_silent(&played(&mut lab, 100)), "ringback");
    // busy is half a second, and its pause too
    peer.respond(&mut lab, &invite, 486, "");
    peer.wait(&mut lab, "ACK");
    played(&mut lab, 700);
    assert!(!lab.ends[0].device);
    refused(&mut lab, &mut peer, Source::Device, 486);
    assert!(!is_silent(&played(&mut lab, 100)), "busy");
}

#[test]
fn an_automatic_answer_beeps_where_its_rule_says_so() {
    for (beep, source) in [(AUTO_BEEP, Source::Device), (0, Source::Device), (AUTO_BEEP, Source::Silence)] {
        let (mut lab, mut peer) = phone(&Tones::default());
        let numbers = RuleNumbers { auto_answer: AUTO_ALL | beep, auto_answer_s: 1, ..RuleNumbers::UNSET };
        lab.ends[0].phone.set_rules(AccountId::NONE, &Rules { numbers, ..Rules::default() }).unwrap();
        peer.invite(&mut lab);
        peer.wait(&mut lab, "SIP/2.0 180");
        let call = lab.ends[0].last_call();
        lab.ends[0].phone.set_source(call, source).unwrap();
        let ok = peer.wait(&mut lab, "SIP/2.0 200");
        peer.learn(&ok);
        peer.ack(&mut lab, "");
        // while the device opens there is no room for its sound, and the beep waits
        let now = lab.now;
        lab.ends[0].phone.audio(now, Bus::Device, &mut G711, &mut (), &[], &mut []);
        let pcm = played(&mut lab, 400);
        let beeps = heard(&pcm[..800], 425) >= 60 && is_silent(&pcm[800..1600]) && heard(&pcm[1600..2400], 425) >= 60;
        assert_eq!(beeps, beep != 0 && source == Source::Device, "{beep} {source:?}");
        assert!(is_silent(&played(&mut lab, 1000)), "once");
    }
}

#[test]
fn an_automatic_answer_beeps_once_the_call_is_up() {
    // the 200 waits for the host of the offer
    let (mut lab, mut peer) = phone(&Tones::default());
    let numbers = RuleNumbers { auto_answer: AUTO_ALL | AUTO_BEEP, auto_answer_s: 1, ..RuleNumbers::UNSET };
    lab.ends[0].phone.set_rules(AccountId::NONE, &Rules { numbers, ..Rules::default() }).unwrap();
    lab.ends[0].grant = false;
    let text = peer.request("INVITE", "", &sdp("media.example.com", 40_000, ""));
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 180");
    lab.run_for(Duration::from_secs(2));
    assert!(is_silent(&played(&mut lab, 100)) && !lab.ends[0].phone.device_wanted());
    lab.names.insert("media.example.com".into(), vec!["10.0.0.9:5004".parse().unwrap()]);
    lab.ends[0].grant = true;
    lab.drain();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    peer.learn(&ok);
    peer.ack(&mut lab, "");
    assert!(heard(&played(&mut lab, 100), 425) >= 60);
}

/// The ring that a call asks for, by its event and its numbers.
fn asked(lab: &mut Lab, from: &str, line: &str) -> (u32, Alert) {
    let mut peer = Peer::new(lab, from, 0);
    peer.target = "sip:anna@10.0.0.1".into();
    let body = peer.sdp();
    let text = peer.request("INVITE", line, &body);
    peer.send(lab, &text);
    peer.wait(lab, "SIP/2.0 180");
    let call = lab.ends[0].last_call();
    let incoming = |event: &&microsip_tests::Told| {
        event.kind == EventKind::Call && event.call == call && event.state == CallState::Incoming as u32
    };
    let value = lab.ends[0].events.iter().find(incoming).unwrap().value;
    (value, lab.ends[0].phone.call_info(call).unwrap().alert)
}

#[test]
fn the_accounts_server_chooses_the_ring() {
    let (mut lab, _, _server) = registered();
    lab.ends[0].phone.set_tones(&playing(PLAY_RING)).unwrap();
    let line = "Alert-Info: <http://127.0.0.1/Bellcore-dr3>, <urn:alert:source:external>\r\n";
    let wanted = ALERT_EXTERNAL | 3;
    assert_eq!(asked(&mut lab, "10.0.0.9:40000", line), (wanted, Alert(wanted)));
    assert_eq!(lab.ends[0].phone.ring_wanted(), Some(3));
    let mut pcm = vec![0; 2000 * 8];
    pcm.chunks_mut(80).for_each(|out| assert!(lab.ends[0].phone.ring(&[], out)));
    // 0.4 on, 0.2 off, 0.4 on, 0.2 off, 0.8 on
    for (from, to, sounds) in
        [(0, 400, true), (400, 600, false), (600, 1000, true), (1000, 1200, false), (1200, 2000, true)]
    {
        assert_eq!(!is_silent(&pcm[from * 8..to * 8]), sounds, "from {from} to {to} ms");
    }
}

#[test]
fn a_stranger_does_not_choose_the_ring() {
    let line = "Alert-Info: <urn:alert:priority:high>\r\n";
    // a direct call, where these are let in
    let mut lab = Lab::new(&[Options::default()]);
    lab.ends[0].phone.set_tones(&playing(PLAY_RING)).unwrap();
    assert_eq!(asked(&mut lab, "10.0.0.12:5060", line), (0, Alert(0)));
    assert_eq!(lab.ends[0].phone.ring_wanted(), Some(0), "it rings as usual");
    // a host that the account lets in, but that is not its server
    let (mut lab, id) = account(&[REGISTRAR], AccountConfig { trusted: "10.0.0.66", ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, id);
    server.serve(&mut lab);
    assert_eq!(asked(&mut lab, "10.0.0.66:5060", line), (0, Alert(0)));
}

#[test]
fn settings_are_checked_and_change_all_or_nothing() {
    let (mut lab, _) = phone(&Tones { country: Some("us"), play: PLAY_RINGBACK, refusal_ms: 100, ..Tones::default() });
    let phone = &mut lab.ends[0].phone;
    for (change, error) in [
        (Tones { country: Some("XX"), play: PLAY_ALL, refusal_ms: 1, ..Tones::default() }, CommandError::Nothing),
        (Tones { country: Some("DE"), play: 16, refusal_ms: 1, ..Tones::default() }, CommandError::Range),
        (Tones { country: Some("DE"), play: PLAY_ALL, refusal_ms: 60_001, ..Tones::default() }, CommandError::Range),
    ] {
        assert_eq!(phone.set_tones(&change), Err(error));
    }
    let info = phone.tones();
    assert_eq!((info.country, info.play, info.refusal_ms), ("US", PLAY_RINGBACK, 100));
    phone.set_tones(&Tones { country: Some(""), play: PLAY_REFUSAL, ..Tones::default() }).unwrap();
    assert_eq!((phone.tones().country, phone.tones().refusal_ms), ("", 100));
}
