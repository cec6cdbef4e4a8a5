//! Our own identity in a call changes (RFC 4916): by UPDATE or re-INVITE, only where the far end takes it, and once.

use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::{CallId, CallState, CallText, Cause, CommandError, Op};
use microsip_tests::{EventKind, Lab, Network, Options, Peer, Sip};

const TAKES: &str = "Supported: from-change\r\nAllow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n";
const CAROL: &str = "\"Carol\" <sip:carol@example.org>";

fn local(lab: &Lab, call: CallId) -> String {
    let mut room = [0u8; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.call_text(call, CallText::LocalUri, &mut out).unwrap();
    String::from_utf8(out.written().to_vec()).unwrap()
}

/// The results of the commands that ended, by their tokens.
fn done(lab: &Lab) -> Vec<(u64, Cause, u16)> {
    let ended =
        lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Done && event.op == Some(Op::Identify));
    ended.map(|event| (event.token, event.result, event.sip_code)).collect()
}

/// The peer calls, with these lines in its INVITE, and is answered; a command that is given before that stands in `early`.
fn called(lab: &mut Lab, peer: &mut Peer, lines: &str, early: Option<&str>) -> CallId {
    let body = peer.sdp();
    let invite = peer.request("INVITE", lines, &body);
    peer.send(lab, &invite);
    peer.wait(lab, "SIP/2.0 180");
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    if let Some(caller) = early {
        lab.ends[0].phone.identify(now, call, caller, 9).unwrap();
    }
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(lab, "SIP/2.0 200");
    peer.learn(&ok);
    peer.ack(lab, "");
    lab.run_for(Duration::from_millis(10));
    call
}

fn identify(lab: &mut Lab, call: CallId, caller: &str, token: u64) -> Result<(), CommandError> {
    let now = lab.now;
    let done = lab.ends[0].phone.identify(now, call, caller, token);
    lab.drain();
    done
}

fn hang_up(mut lab: Lab, mut peer: Peer) {
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    lab.assert_settled();
}

fn begin() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    (lab, peer)
}

#[test]
fn an_update_has_another_from_and_so_have_later_requests() {
    let (mut lab, mut peer) = begin();
    let call = called(&mut lab, &mut peer, TAKES, None);
    identify(&mut lab, call, CAROL, 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    assert!(update.header("From").starts_with("\"Carol\" <sip:carol@example.org>;tag="), "{}", update.text());
    assert_eq!((update.body(), update.from_tag()), (String::new(), peer.theirs.clone()));
    assert_ne!(local(&lab, call), "sip:carol@example.org", "it is not taken yet");
    peer.respond(&mut lab, &update, 200, "");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Normal, 0)]);
    assert_eq!(local(&lab, call), "sip:carol@example.org");
    let bye = peer.be_hung_up(&mut lab, 0, call);
    assert!(bye.header("From").starts_with("\"Carol\" <sip:carol@example.org>;tag="), "{}", bye.text());
    lab.assert_settled();
}

#[test]
fn without_update_a_reinvite_repeats_the_description() {
    for refuses in [false, true] {
        let (mut lab, mut peer) = begin();
        let allow = if refuses { TAKES } else { "Supported: from-change\r\nAllow: INVITE, ACK, BYE, CANCEL\r\n" };
        let call = called(&mut lab, &mut peer, allow, None);
        identify(&mut lab, call, "sip:carol@example.org", 7).unwrap();
        if refuses {
            let update = peer.wait(&mut lab, "UPDATE");
            peer.respond(&mut lab, &update, 405, "");
        }
        let invite = peer.wait(&mut lab, "INVITE");
        assert!(invite.header("From").starts_with("<sip:carol@example.org>;tag="), "{}", invite.text());
        assert!(invite.body().contains("m=audio"));
        let body = peer.sdp();
        peer.respond(&mut lab, &invite, 200, &body);
        let ack = peer.wait(&mut lab, "ACK");
        assert!(ack.header("From").starts_with("<sip:carol@example.org>;tag="), "{}", ack.text());
        assert_eq!(done(&lab), [(7, Cause::Normal, 0)]);
        hang_up(lab, peer);
    }
}

#[test]
fn only_a_far_end_that_takes_it_is_told() {
    let (mut lab, mut peer) = begin();
    let call = called(&mut lab, &mut peer, "Allow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n", None);
    assert_eq!(identify(&mut lab, call, CAROL, 7), Err(CommandError::Unsupported));
    // it says so later
    let contact = format!("Contact: <{}>\r\n", peer.contact);
    let update = peer.request("UPDATE", &format!("{contact}Supported: timer, from-change\r\n"), "");
    peer.send(&mut lab, &update);
    peer.wait(&mut lab, "SIP/2.0 200");
    for wrong in ["", "carol", "mailto:carol@example.org", "<sip:a@b>;x=1", "\"a\r\nX: 1\" <sip:a@b>"] {
        assert_eq!(identify(&mut lab, call, wrong, 7), Err(CommandError::Uri), "{wrong:?}");
    }
    let long = format!("sip:{}@example.org", "x".repeat(3000));
    assert_eq!(identify(&mut lab, call, &long, 7), Err(CommandError::Text));
    assert!(done(&lab).is_empty());
    identify(&mut lab, call, CAROL, 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    assert_eq!(identify(&mut lab, call, CAROL, 8), Err(CommandError::State), "one is on its way");
    peer.respond(&mut lab, &update, 200, "");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Normal, 0)]);
    hang_up(lab, peer);
}

#[test]
fn a_refusal_leaves_the_identity_as_it_was() {
    let (mut lab, mut peer) = begin();
    let call = called(&mut lab, &mut peer, TAKES, None);
    let before = local(&lab, call);
    identify(&mut lab, call, CAROL, 7).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    peer.respond(&mut lab, &update, 403, "");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Refused, 403)]);
    assert_eq!(local(&lab, call), before);
    assert_eq!(lab.ends[0].phone.call_info(call).unwrap().state, CallState::Connected);
    // 491 is tried again
    identify(&mut lab, call, CAROL, 8).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    peer.respond(&mut lab, &update, 491, "");
    let update = peer.wait(&mut lab, "UPDATE");
    peer.respond(&mut lab, &update, 200, "");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab)[1], (8, Cause::Normal, 0));
    hang_up(lab, peer);
}

#[test]
fn one_that_finds_no_slot_fails_after_its_tries() {
    let mut options = Options::default();
    options.capacity.requests = 1;
    let mut lab = Lab::new(&[options]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut other = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    let call = called(&mut lab, &mut peer, TAKES, None);
    let before = local(&lab, call);
    // another call's INVITE has the only slot
    lab.dial(0, "sip:other@10.0.0.8");
    let invite = other.wait(&mut lab, "INVITE");
    other.respond(&mut lab, &invite, 180, "");
    identify(&mut lab, call, CAROL, 7).unwrap();
    peer.silence(&mut lab, "UPDATE", Duration::from_secs(150));
    assert_eq!(done(&lab), [(7, Cause::Full, 0)]);
    other.respond(&mut lab, &invite, 486, "");
    // it is given up: a later request has the old one
    peer.silence(&mut lab, "UPDATE", Duration::from_secs(60));
    assert_eq!(local(&lab, call), before);
    identify(&mut lab, call, CAROL, 8).unwrap();
    let update = peer.wait(&mut lab, "UPDATE");
    peer.respond(&mut lab, &update, 200, "");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Full, 0), (8, Cause::Normal, 0)]);
    hang_up(lab, peer);
}

#[test]
fn one_that_waits_behind_a_hold_without_a_slot_fails_with_it() {
    let mut options = Options::default();
    options.capacity.requests = 1;
    let mut lab = Lab::new(&[options]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut other = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    let call = called(&mut lab, &mut peer, TAKES, None);
    lab.dial(0, "sip:other@10.0.0.8");
    let invite = other.wait(&mut lab, "INVITE");
    other.respond(&mut lab, &invite, 180, "");
    let now = lab.now;
    lab.ends[0].phone.hold(now, call, true, 1).unwrap();
    identify(&mut lab, call, CAROL, 7).unwrap();
    peer.silence(&mut lab, "INVITE", Duration::from_secs(150));
    assert_eq!(done(&lab), [(7, Cause::Full, 0)]);
    other.respond(&mut lab, &invite, 486, "");
    peer.silence(&mut lab, "UPDATE", Duration::from_secs(10));
    let bye = peer.be_hung_up(&mut lab, 0, call);
    assert!(bye.header("From").starts_with("<sip:bob@"), "{}", bye.text());
    lab.assert_settled();
}

#[test]
fn one_that_has_no_turn_fails_after_a_minute() {
    let (mut lab, mut peer) = begin();
    let call = called(&mut lab, &mut peer, TAKES, None);
    let mut begun = None;
    while done(&lab).is_empty() {
        // no ACK: the next one is there before
        let body = peer.sdp();
        let text = peer.request("INVITE", "", &body);
        peer.send(&mut lab, &text);
        peer.wait(&mut lab, "SIP/2.0 200");
        if begun.is_none() {
            identify(&mut lab, call, CAROL, 7).unwrap();
            begun = Some(lab.now);
        }
        lab.run_for(Duration::from_millis(1300));
        assert!(peer.number < 300);
    }
    let waited = lab.now.millis() - begun.unwrap().millis();
    assert!((58_000..64_000).contains(&waited), "{waited}");
    assert_eq!(done(&lab), [(7, Cause::Timeout, 0)]);
    assert!(peer.all(&lab, "UPDATE").is_empty());
    peer.ack(&mut lab, "");
    hang_up(lab, peer);
}

#[test]
fn one_that_is_wanted_before_the_answer_follows_it() {
    let (mut lab, mut peer) = begin();
    let call = called(&mut lab, &mut peer, TAKES, Some(CAROL));
    let update = peer.wait(&mut lab, "UPDATE");
    assert!(update.header("From").starts_with("\"Carol\""), "{}", update.text());
    peer.respond(&mut lab, &update, 200, "");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(9, Cause::Normal, 0)]);
    assert_eq!(local(&lab, call), "sip:carol@example.org");
    hang_up(lab, peer);
}

#[test]
fn a_hold_that_is_out_comes_first_and_one_that_follows_waits() {
    let (mut lab, mut peer) = begin();
    let call = called(&mut lab, &mut peer, TAKES, None);
    let now = lab.now;
    lab.ends[0].phone.hold(now, call, true, 1).unwrap();
    lab.drain();
    let hold = peer.wait(&mut lab, "INVITE");
    identify(&mut lab, call, "sip:one@example.org", 7).unwrap();
    identify(&mut lab, call, CAROL, 8).unwrap();
    let now = lab.now;
    lab.ends[0].phone.hold(now, call, false, 2).unwrap();
    assert!(hold.header("From").starts_with("<sip:bob@"), "{}", hold.text());
    let body = peer.sdp();
    let held = body.replace("m=audio", "a=recvonly\r\nm=audio");
    peer.respond(&mut lab, &hold, 200, &held);
    peer.wait(&mut lab, "ACK");
    // both leave in one
    let resume = peer.wait(&mut lab, "INVITE");
    assert!(resume.header("From").starts_with("\"Carol\""), "{}", resume.text());
    peer.respond(&mut lab, &resume, 200, &body);
    peer.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Cancelled, 0), (8, Cause::Normal, 0)]);
    peer.silence(&mut lab, "UPDATE", Duration::from_secs(2));
    hang_up(lab, peer);
}

#[test]
fn the_end_of_the_call_ends_the_command() {
    let (mut lab, mut peer) = begin();
    let call = called(&mut lab, &mut peer, TAKES, None);
    identify(&mut lab, call, CAROL, 7).unwrap();
    peer.wait(&mut lab, "UPDATE");
    let bye: Sip = peer.be_hung_up(&mut lab, 0, call);
    assert!(bye.header("From").starts_with("<sip:bob@"), "{}", bye.text());
    lab.run_for(Duration::from_millis(10));
    assert_eq!(done(&lab), [(7, Cause::Cancelled, 0)]);
    lab.assert_settled();
}

#[test]
fn two_phones_tell_each_other_over_a_bad_network() {
    for seed in 1..=20 {
        let mut lab = Lab::new(&[Options::default(), Options::default()]).seed(seed);
        lab.audio = false;
        lab.dial(0, "sip:bob@10.0.0.2");
        lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
        let (call, now) = (lab.ends[1].last_call(), lab.now);
        lab.ends[1].phone.answer(now, call, 200).unwrap();
        lab.run_until("it is up", |lab| lab.ends.iter().all(|end| end.reached(CallState::Connected)));
        lab.run_for(Duration::from_secs(1));
        lab.network = Network { loss: 200, double: 100, delay_ms: 5, delay_us: 0, jitter_ms: 100 };
        let calls = [lab.ends[0].last_call(), lab.ends[1].last_call()];
        let now = lab.now;
        for (end, name) in [(0, "sip:zero@example.org"), (1, "sip:one@example.org")] {
            lab.ends[end].phone.identify(now, calls[end], name, 7).unwrap();
        }
        lab.run_for(Duration::from_secs(60));
        for end in 0..2 {
            let ended = lab.ends[end].events.iter().find(|event| event.kind == EventKind::Done).unwrap();
            assert_eq!((ended.token, ended.result), (7, Cause::Normal), "seed {seed}");
            let mut room = [0u8; 256];
            let mut out = Cursor::new(&mut room);
            lab.ends[end].phone.call_text(calls[end], CallText::RemoteUri, &mut out).unwrap();
            assert_eq!(out.written(), [b"sip:one@example.org".as_slice(), b"sip:zero@example.org"][end], "seed {seed}");
        }
        let now = lab.now;
        lab.ends[0].phone.hangup(now, calls[0]).unwrap();
        lab.run_for(Duration::from_secs(150));
        lab.network = Network::default();
        lab.assert_settled();
    }
}
