//! Tones that the application plays into a call, or to all members of a conference.

use microsip_core::base::time::{Duration, Instant};
use microsip_core::media::detect::{Detector, key};
use microsip_core::media::{Codec, CodecBank, Coded, G711};
use microsip_core::phone::tone::{TONE_BEEP, TONE_BUSY, TONE_DIAL, TONE_RING};
use microsip_core::phone::{
    CallId, CallState, Capacity, Cause, CommandError, ConferenceId, Member, MemberChange, Op, Side, Source, ToneTarget,
    Tones,
};
use microsip_core::wire::rtp;
use microsip_tests::{EventKind, Lab, Options, Peer, sdp};

/// A phone with Germany's tones, in calls with so many scripted peers, whose sources are silent.
fn talking(peers: usize) -> (Lab, Vec<Peer>, Vec<CallId>) {
    let capacity = Capacity { conferences: 1, ..Options::default().capacity };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    lab.ends[0].phone.set_tones(&Tones { country: Some("DE"), ..Tones::default() }).unwrap();
    let (mut all, mut calls) = (Vec::new(), Vec::new());
    for nth in 0..peers {
        let mut peer = Peer::new(&mut lab, &format!("10.0.0.{}:5060", 7 + nth), 0);
        lab.open_raw(&media_of(&peer));
        peer.call(&mut lab, 0);
        let call = lab.ends[0].last_call();
        lab.ends[0].phone.set_source(call, Source::Silence).unwrap();
        calls.push(call);
        all.push(peer);
    }
    lab.run_for(Duration::from_millis(200));
    (lab, all, calls)
}

fn media_of(peer: &Peer) -> String {
    format!("{}:40000", peer.at.ip())
}

/// The sound that came to a peer since then.
fn came(lab: &Lab, peer: &Peer, since: Instant) -> Vec<i16> {
    let mut said = Vec::new();
    for (at, _, bytes) in &lab.raw[&media_of(peer).parse().unwrap()] {
        if let Some(packet) = rtp::Packet::parse(bytes).filter(|packet| packet.payload_type == 0 && *at >= since) {
            let mut pcm = vec![0; packet.payload.len()];
            G711.decode(0, Codec::Pcmu, Coded::Payload(packet.payload), &mut pcm);
            said.extend(pcm);
        }
    }
    said
}

/// Milliseconds of it in which a frequency is heard, and no other.
fn heard(pcm: &[i16], hz: u32) -> u32 {
    let mut detector = Detector::new(hz, 8000);
    detector.feed(pcm);
    detector.heard_ms()
}

fn is_silent(pcm: &[i16]) -> bool {
    pcm.iter().all(|sample| sample.abs() <= 8)
}

fn play(lab: &mut Lab, target: ToneTarget, tone: u32, ms: u32, token: u64) -> Result<(), CommandError> {
    let now = lab.now;
    let done = lab.ends[0].phone.play_tone(now, target, tone, ms, token);
    lab.drain();
    done
}

fn stop(lab: &mut Lab, target: ToneTarget) -> Result<(), CommandError> {
    let now = lab.now;
    let done = lab.ends[0].phone.stop_played_tone(now, target);
    lab.drain();
    done
}

/// The ends of tones that were told: token, result, and the conference.
fn done(lab: &Lab) -> Vec<(u64, Cause, bool)> {
    let events = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Done);
    let events = events.filter(|event| matches!(event.op, Some(Op::Tone | Op::ConferenceTone)));
    events.map(|event| (event.token, event.result, !event.conference.is_none())).collect()
}

#[track_caller]
fn finish(mut lab: Lab, peers: Vec<Peer>, calls: Vec<CallId>) {
    for (mut peer, call) in peers.into_iter().zip(calls) {
        peer.be_hung_up(&mut lab, 0, call);
    }
    lab.assert_settled();
}

#[test]
fn a_far_end_hears_the_tone_until_it_is_over_or_stopped() {
    let (mut lab, peers, calls) = talking(1);
    let (peer, call) = (&peers[0], ToneTarget::Call(calls[0]));
    // so long and no longer
    let since = lab.now;
    assert_eq!(play(&mut lab, call, TONE_DIAL, 500, 1), Ok(()));
    lab.run_for(Duration::from_millis(400));
    assert_eq!(done(&lab), []);
    lab.run_for(Duration::from_millis(600));
    assert_eq!(done(&lab), [(1, Cause::Normal, false)]);
    let pcm = came(&lab, peer, since);
    assert!(heard(&pcm, 425).abs_diff(500) <= 40, "{}", heard(&pcm, 425));
    assert!(is_silent(&pcm[pcm.len() - 2400..]));
    assert_eq!(stop(&mut lab, call), Err(CommandError::Nothing));
    // until it is stopped, in its rhythm
    let since = lab.now;
    assert_eq!(play(&mut lab, call, TONE_BUSY, 0, 2), Ok(()));
    lab.run_for(Duration::from_secs(3));
    let pcm = came(&lab, peer, since);
    assert!((1300..1600).contains(&heard(&pcm, 425)), "480 ms on and off: {}", heard(&pcm, 425));
    assert_eq!((stop(&mut lab, call), stop(&mut lab, call)), (Ok(()), Err(CommandError::Nothing)));
    assert_eq!(done(&lab)[1..], [(2, Cause::Cancelled, false)]);
    lab.run_for(Duration::from_millis(100));
    let since = lab.now;
    lab.run_for(Duration::from_millis(500));
    assert!(is_silent(&came(&lab, peer, since)));
    // the beep is over by itself, and another takes the place of the one before
    assert_eq!(play(&mut lab, call, TONE_DIAL, 0, 3), Ok(()));
    lab.run_for(Duration::from_millis(100));
    assert_eq!(play(&mut lab, call, TONE_BEEP, 0, 4), Ok(()));
    assert_eq!(done(&lab)[2..], [(3, Cause::Cancelled, false)]);
    lab.run_for(Duration::from_secs(1));
    assert_eq!(done(&lab)[3..], [(4, Cause::Normal, false)]);
    finish(lab, peers, calls);
}

#[test]
fn a_keys_pair_is_a_sound_and_no_digit() {
    let (mut lab, peers, calls) = talking(1);
    let since = lab.now;
    assert_eq!(play(&mut lab, ToneTarget::Call(calls[0]), b'5'.into(), 300, 1), Ok(()));
    lab.run_for(Duration::from_millis(600));
    let pcm = came(&lab, &peers[0], since);
    let keys: Vec<_> = pcm.chunks_exact(400).filter_map(|piece| key(piece, 8000)).collect();
    assert!(keys.len() >= 5 && keys.iter().all(|key| *key == b'5'), "{keys:?}");
    assert!(lab.ends[0].events.iter().all(|event| event.kind != EventKind::DigitSent));
    finish(lab, peers, calls);
}

#[test]
fn what_is_no_tone_or_has_no_place_is_refused() {
    let (mut lab, peers, calls) = talking(1);
    let call = ToneTarget::Call(calls[0]);
    for wrong in [0, TONE_RING, 8, u32::from(b'x'), u32::from(b'5') + 256, u32::MAX] {
        assert_eq!(play(&mut lab, call, wrong, 0, 1), Err(CommandError::Range), "{wrong}");
    }
    let conference = lab.ends[0].phone.conference_create(0).unwrap();
    let now = lab.now;
    lab.ends[0].phone.conference_release(now, conference).unwrap();
    for gone in [ToneTarget::Call(CallId::NONE), ToneTarget::Conference(conference)] {
        assert_eq!(play(&mut lab, gone, TONE_BUSY, 0, 1), Err(CommandError::Stale));
        assert_eq!(stop(&mut lab, gone), Err(CommandError::Stale));
    }
    // a day, and no millisecond more
    assert_eq!(play(&mut lab, call, TONE_BUSY, 86_400_001, 1), Err(CommandError::Range));
    assert_eq!(play(&mut lab, call, TONE_BUSY, u32::MAX, 1), Err(CommandError::Range));
    assert_eq!(done(&lab), []);
    finish(lab, peers, calls);
}

#[test]
fn the_end_of_a_call_ends_its_tone() {
    let (mut lab, mut peers, calls) = talking(1);
    let call = ToneTarget::Call(calls[0]);
    assert_eq!(play(&mut lab, call, TONE_BUSY, 0, 7), Ok(()));
    lab.run_for(Duration::from_millis(300));
    peers[0].be_hung_up(&mut lab, 0, calls[0]);
    lab.run_until("it is over", |lab| lab.ends[0].reached(CallState::Ended));
    lab.run_for(Duration::from_millis(100));
    assert_eq!(done(&lab), [(7, Cause::Cancelled, false)]);
    // the lab has released it
    assert_eq!(play(&mut lab, call, TONE_BUSY, 0, 8), Err(CommandError::Stale));
    lab.assert_settled();
}

fn joined(lab: &mut Lab, calls: &[CallId]) -> ConferenceId {
    let conference = lab.ends[0].phone.conference_create(5).unwrap();
    let now = lab.now;
    for call in calls {
        let (member, change) = (Member::Call(*call), MemberChange::default());
        lab.ends[0].phone.conference_member_set(now, conference, member, &change).unwrap();
    }
    lab.run_for(Duration::from_millis(200));
    conference
}

#[test]
fn all_members_of_a_conference_hear_a_tone() {
    let (mut lab, peers, calls) = talking(3);
    let conference = joined(&mut lab, &calls[..2]);
    let since = lab.now;
    assert_eq!(play(&mut lab, ToneTarget::Conference(conference), TONE_DIAL, 400, 9), Ok(()));
    lab.run_for(Duration::from_millis(800));
    for (nth, peer) in peers.iter().enumerate() {
        let pcm = came(&lab, peer, since);
        if nth < 2 {
            assert!(heard(&pcm, 425).abs_diff(400) <= 40, "{nth}: {}", heard(&pcm, 425));
        } else {
            assert!(is_silent(&pcm), "a call beside it");
        }
    }
    assert_eq!(done(&lab), [(9, Cause::Normal, true)]);
    assert_eq!(lab.ends[0].events.iter().find(|event| event.token == 9).map(|event| event.tag), Some(5));
    // into one member alone
    let since = lab.now;
    assert_eq!(play(&mut lab, ToneTarget::Call(calls[0]), TONE_DIAL, 400, 10), Ok(()));
    lab.run_for(Duration::from_millis(800));
    assert!(heard(&came(&lab, &peers[0], since), 425).abs_diff(400) <= 40);
    assert!(is_silent(&came(&lab, &peers[1], since)));
    // stopped, and dissolved with one that plays
    let room = ToneTarget::Conference(conference);
    assert_eq!(play(&mut lab, room, TONE_BUSY, 0, 11), Ok(()));
    assert_eq!(play(&mut lab, room, TONE_DIAL, 0, 12), Ok(()));
    assert_eq!((stop(&mut lab, room), stop(&mut lab, room)), (Ok(()), Err(CommandError::Nothing)));
    assert_eq!(play(&mut lab, room, TONE_BUSY, 0, 13), Ok(()));
    let now = lab.now;
    lab.ends[0].phone.conference_release(now, conference).unwrap();
    lab.drain();
    let ends = [(11, Cause::Cancelled, true), (12, Cause::Cancelled, true), (13, Cause::Cancelled, true)];
    assert_eq!(done(&lab)[2..], ends);
    finish(lab, peers, calls);
}

/// The far end offers another direction of its media.
fn offer(lab: &mut Lab, peer: &mut Peer, way: &str) {
    let text = peer.request("INVITE", "", &sdp(&peer.at.ip().to_string(), 40_000, way));
    peer.send(lab, &text);
    let response = peer.wait(lab, "SIP/2.0 200");
    peer.learn(&response);
    peer.ack(lab, "");
    lab.run_for(Duration::from_millis(100));
}

/// A tone that ended well has been heard, as a whole.
#[test]
fn a_tone_waits_while_the_far_end_holds_us() {
    let (mut lab, mut peers, calls) = talking(1);
    let call = ToneTarget::Call(calls[0]);
    // begun on hold
    offer(&mut lab, &mut peers[0], "sendonly");
    let since = lab.now;
    assert_eq!(play(&mut lab, call, TONE_DIAL, 400, 1), Ok(()));
    lab.run_for(Duration::from_secs(2));
    assert_eq!(done(&lab), []);
    offer(&mut lab, &mut peers[0], "sendrecv");
    lab.run_for(Duration::from_secs(1));
    assert_eq!(done(&lab), [(1, Cause::Normal, false)]);
    let pcm = came(&lab, &peers[0], since);
    assert!(heard(&pcm, 425).abs_diff(400) <= 60, "{}", heard(&pcm, 425));
    // put on hold in its midst
    let since = lab.now;
    assert_eq!(play(&mut lab, call, TONE_DIAL, 1000, 2), Ok(()));
    lab.run_for(Duration::from_millis(500));
    offer(&mut lab, &mut peers[0], "inactive");
    lab.run_for(Duration::from_secs(3));
    assert_eq!(done(&lab)[1..], []);
    offer(&mut lab, &mut peers[0], "sendrecv");
    lab.run_for(Duration::from_secs(1));
    assert_eq!(done(&lab)[1..], [(2, Cause::Normal, false)]);
    let pcm = came(&lab, &peers[0], since);
    assert!(heard(&pcm, 425).abs_diff(1000) <= 100, "{}", heard(&pcm, 425));
    // stopped while it waits: nothing of it is heard later
    offer(&mut lab, &mut peers[0], "sendonly");
    assert_eq!(play(&mut lab, call, TONE_DIAL, 0, 3), Ok(()));
    assert_eq!(stop(&mut lab, call), Ok(()));
    assert_eq!(done(&lab)[2..], [(3, Cause::Cancelled, false)]);
    let since = lab.now;
    offer(&mut lab, &mut peers[0], "sendrecv");
    lab.run_for(Duration::from_millis(500));
    let pcm = came(&lab, &peers[0], since);
    assert!(pcm.len() > 3000 && is_silent(&pcm));
    finish(lab, peers, calls);
}

/// The person there hears it, and our own hold does not keep a tone from the far end.
#[test]
fn a_tone_goes_out_over_our_own_hold() {
    let (mut lab, mut peers, calls) = talking(1);
    let now = lab.now;
    lab.ends[0].phone.hold(now, calls[0], true, 0).unwrap();
    lab.drain();
    let invite = peers[0].wait(&mut lab, "INVITE");
    let body = sdp(&peers[0].at.ip().to_string(), 40_000, "recvonly");
    peers[0].respond(&mut lab, &invite, 200, &body);
    peers[0].wait(&mut lab, "ACK");
    let since = lab.now;
    assert_eq!(play(&mut lab, ToneTarget::Call(calls[0]), TONE_DIAL, 400, 1), Ok(()));
    lab.run_for(Duration::from_millis(800));
    assert_eq!(done(&lab), [(1, Cause::Normal, false)]);
    assert!(heard(&came(&lab, &peers[0], since), 425).abs_diff(400) <= 40);
    finish(lab, peers, calls);
}

#[test]
fn our_mute_and_volume_are_for_a_tone_too() {
    let (mut lab, peers, calls) = talking(1);
    let call = ToneTarget::Call(calls[0]);
    let loudest = |pcm: &[i16]| pcm[1200..2000].iter().map(|sample| i32::from(sample.abs())).max().unwrap(); // a volume is led to another
    let sounds = |lab: &mut Lab, token: u64| {
        let since = lab.now;
        assert_eq!(play(lab, call, TONE_DIAL, 300, token), Ok(()));
        lab.run_for(Duration::from_millis(700));
        assert_eq!(done(lab).last(), Some(&(token, Cause::Normal, false)));
        came(lab, &peers[0], since)
    };
    let plain = loudest(&sounds(&mut lab, 1));
    lab.ends[0].phone.set_volume(calls[0], Side::Input, 50).unwrap();
    let half = loudest(&sounds(&mut lab, 2));
    assert!((plain / 2).abs_diff(half) < 200, "{plain} {half}");
    lab.ends[0].phone.set_mute(calls[0], true).unwrap();
    // the first quantum is led to silence
    assert!(is_silent(&sounds(&mut lab, 3)[160..]));
    lab.ends[0].phone.set_mute(calls[0], false).unwrap();
    assert_eq!(loudest(&sounds(&mut lab, 4)), half);
    finish(lab, peers, calls);
}

/// It has no clock, so a tone would neither sound nor end.
#[test]
fn a_conference_without_a_call_plays_none() {
    let (mut lab, peers, calls) = talking(2);
    let conference = joined(&mut lab, &[]);
    let room = ToneTarget::Conference(conference);
    assert_eq!(play(&mut lab, room, TONE_DIAL, 400, 1), Err(CommandError::State));
    // the person alone is no call
    let now = lab.now;
    let change = MemberChange::default();
    lab.ends[0].phone.conference_member_set(now, conference, Member::Person, &change).unwrap();
    assert_eq!(play(&mut lab, room, TONE_DIAL, 400, 2), Err(CommandError::State));
    let now = lab.now;
    lab.ends[0].phone.conference_member_remove(now, conference, Member::Person).unwrap();
    assert_eq!(done(&lab), []);
    // with its last call it ends
    let join = |lab: &mut Lab, call: CallId| {
        let now = lab.now;
        lab.ends[0].phone.conference_member_set(now, conference, Member::Call(call), &change).unwrap();
    };
    join(&mut lab, calls[0]);
    join(&mut lab, calls[1]);
    assert_eq!(play(&mut lab, room, TONE_DIAL, 0, 3), Ok(()));
    for (left, ends) in [(0, 0), (1, 1)] {
        lab.run_for(Duration::from_millis(200));
        let now = lab.now;
        lab.ends[0].phone.conference_member_remove(now, conference, Member::Call(calls[left])).unwrap();
        lab.drain();
        assert_eq!(done(&lab).len(), ends);
    }
    assert_eq!(done(&lab), [(3, Cause::Cancelled, true)]);
    // who joins later hears nothing of it
    let since = lab.now;
    join(&mut lab, calls[0]);
    lab.run_for(Duration::from_millis(500));
    let pcm = came(&lab, &peers[0], since);
    assert!(pcm.len() > 3000 && is_silent(&pcm));
    // a call that ends leaves, too
    assert_eq!(play(&mut lab, room, TONE_DIAL, 0, 4), Ok(()));
    let mut peers = peers;
    peers[0].be_hung_up(&mut lab, 0, calls[0]);
    assert_eq!(done(&lab)[1..], [(4, Cause::Cancelled, true)]);
    assert_eq!(play(&mut lab, room, TONE_DIAL, 0, 5), Err(CommandError::State));
    let now = lab.now;
    lab.ends[0].phone.conference_release(now, conference).unwrap();
    finish(lab, peers.split_off(1), calls[1..].to_vec());
}
