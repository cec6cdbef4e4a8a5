//! INVITE with Replaces (RFC 3891): who may take the place of a call, when, and what becomes of both.

use crate::digest::SDP;
use crate::server::{REGISTRAR, SECOND, account, anna};
use crate::strangers::{asked, request};
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountConfig, AccountId, CallId, CallState, Capacity, CommandError, DialOptions, EndCause, EndedBy, Member,
    MemberChange, Side, Source, TransferPolicy,
};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip, Told};

/// A phone that lets direct calls take a place.
pub(crate) fn following() -> Options {
    Options { transfers: (TransferPolicy::Follow, TransferPolicy::Follow), ..Options::default() }
}

fn lab(replaces: TransferPolicy) -> Lab {
    Lab::new(&[Options { transfers: (TransferPolicy::Inherited, replaces), ..Options::default() }])
}

fn two(lab: &mut Lab) -> (Peer, Peer) {
    (Peer::new(lab, "10.0.0.9:5060", 0), Peer::new(lab, "10.0.0.10:5060", 0))
}

/// A peer's dialog with the phone, as a Replaces in an INVITE to the phone names it.
pub(crate) fn name_of(peer: &Peer) -> String {
    format!("{};to-tag={};from-tag={}", peer.call_id, peer.theirs, peer.tag)
}

/// The peer's INVITE to take the place of another's call. Gives its text.
pub(crate) fn replace(lab: &mut Lab, peer: &mut Peer, name: &str) -> String {
    let body = peer.sdp();
    let text = peer.request("INVITE", &format!("Require: replaces\r\nReplaces: {name}\r\n"), &body);
    peer.send(lab, &text);
    text
}

fn state(lab: &Lab, call: CallId) -> CallState {
    lab.ends[0].phone.call_info(call).unwrap().state
}

fn ended(lab: &Lab, call: CallId) -> Option<Told> {
    lab.ends[0].events.iter().find(|told| told.call == call && told.call_is(CallState::Ended)).copied()
}

fn status(lab: &mut Lab, peer: &mut Peer, name: &str) -> u16 {
    let invite = replace(lab, peer, name);
    let response = peer.wait(lab, "SIP/2.0 ");
    if response.status() >= 300 {
        peer.ack_refusal(lab, &invite, &response);
    }
    peer.theirs.clear();
    peer.call_id.push('x');
    response.status()
}

// rfc3891#3
#[test]
fn the_new_call_is_answered_and_the_old_one_ends_by_bye() {
    let mut lab = lab(TransferPolicy::Follow);
    let (mut bob, mut carol) = two(&mut lab);
    bob.call(&mut lab, 0);
    let old = lab.ends[0].last_call();
    let phone = &mut lab.ends[0].phone;
    phone.set_source(old, Source::Echo).unwrap();
    phone.set_mute(old, true).unwrap();
    phone.set_volume(old, Side::Output, 150).unwrap();
    replace(&mut lab, &mut carol, &name_of(&bob));
    let ok = carol.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.lists("Supported", "replaces"), "rfc3891#6.2\n{}", ok.text());
    carol.learn(&ok);
    carol.ack(&mut lab, "");
    let bye = bob.wait(&mut lab, "BYE");
    bob.respond(&mut lab, &bye, 200, "");
    assert!(carol.all(&lab, "SIP/2.0 180").is_empty(), "it does not ring");
    let new = lab.ends[0].last_call();
    let told = lab.ends[0].events.iter().filter(|told| told.kind == EventKind::Call).copied().collect::<Vec<_>>();
    let new = told.iter().map(|told| told.call).find(|call| *call != old).unwrap_or(new);
    let info = lab.ends[0].phone.call_info(new).unwrap();
    assert_eq!((info.state, info.replaces), (CallState::Connected, old));
    assert_eq!((info.source, info.muted, info.volume_out), (Source::Echo, true, 150), "its sound goes on");
    let end = ended(&lab, old).unwrap();
    assert_eq!((end.cause, end.ended_by), (EndCause::Replaced, EndedBy::Remote));
    carol.be_hung_up(&mut lab, 0, new);
    lab.assert_settled();
}

#[test]
fn a_conference_keeps_its_member() {
    let mut lab = lab(TransferPolicy::Follow);
    let (mut bob, mut carol) = two(&mut lab);
    bob.call(&mut lab, 0);
    let (old, now) = (lab.ends[0].last_call(), lab.now);
    let conference = lab.ends[0].phone.conference_create(0).unwrap();
    let phone = &mut lab.ends[0].phone;
    phone.conference_member_set(now, conference, Member::Call(old), &MemberChange::default()).unwrap();
    replace(&mut lab, &mut carol, &name_of(&bob));
    let ok = carol.wait(&mut lab, "SIP/2.0 200");
    carol.learn(&ok);
    carol.ack(&mut lab, "");
    let bye = bob.wait(&mut lab, "BYE");
    bob.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_secs(1));
    let members: Vec<Member> = lab.ends[0].phone.conference_members(conference).collect();
    let [Member::Call(new)] = members[..] else { panic!("{members:?}") };
    assert_ne!(new, old);
    carol.be_hung_up(&mut lab, 0, new);
    lab.ends[0].phone.conference_release(lab.now, conference).unwrap();
    lab.assert_settled();
}

// rfc3891#3: each refusal, and the call stays
#[test]
fn what_cannot_be_replaced_is_refused_and_stays() {
    let mut lab = lab(TransferPolicy::Follow);
    let (mut bob, mut carol) = two(&mut lab);
    bob.call(&mut lab, 0);
    let old = lab.ends[0].last_call();
    let name = name_of(&bob);
    for (wrong, code) in [
        (format!("{name};early-only"), 486),
        (name.replace(&bob.tag, "other"), 481),
        (name.replace(&bob.theirs, "other"), 481),
        (name.replace(&bob.call_id, "other"), 481),
        (bob.call_id.clone(), 400),
        (format!("{};to-tag={}", bob.call_id, bob.theirs), 400),
        (format!("{name};to-tag=2"), 400),
        (format!("{name}\r\nReplaces: {name}"), 400),
        (format!("{name}\r\nJoin: {name}"), 400),
    ] {
        assert_eq!(status(&mut lab, &mut carol, &wrong), code, "{wrong}");
        assert_eq!(state(&lab, old), CallState::Connected, "{wrong}");
    }
    // an offer that cannot be answered
    let body = carol.sdp().replace("RTP/AVP 0 8 101", "RTP/AVP 96");
    let text = carol.request("INVITE", &format!("Replaces: {name}\r\n"), &body);
    carol.send(&mut lab, &text);
    let refusal = carol.wait(&mut lab, "SIP/2.0 488");
    carol.ack_refusal(&mut lab, &text, &refusal);
    assert_eq!(state(&lab, old), CallState::Connected);
    // elsewhere than in an INVITE
    carol.call_id.push('x');
    let text = carol.request("OPTIONS", &format!("Replaces: {name}\r\n"), "");
    carol.send(&mut lab, &text);
    carol.wait(&mut lab, "SIP/2.0 400");
    // one that has ended is not to ring again
    lab.ends[0].keep = true;
    bob.be_hung_up(&mut lab, 0, old);
    assert_eq!(status(&mut lab, &mut carol, &name), 603);
    lab.ends[0].phone.release(old).unwrap();
    lab.run_for(Duration::from_secs(40));
    assert_eq!(status(&mut lab, &mut carol, &name), 481);
    assert!(!lab.ends[0].events.iter().any(|told| told.call != old && told.kind == EventKind::Call));
    lab.assert_settled();
}

#[test]
fn one_without_media_ports_leaves_the_old_call() {
    let mut lab = lab(TransferPolicy::Follow);
    let (mut bob, mut carol) = two(&mut lab);
    bob.call(&mut lab, 0);
    let old = lab.ends[0].last_call();
    lab.ends[0].no_ports = true;
    assert_eq!(status(&mut lab, &mut carol, &name_of(&bob)), 503);
    assert_eq!(state(&lab, old), CallState::Connected);
    bob.be_hung_up(&mut lab, 0, old);
    lab.assert_settled();
}

// rfc3891#3: an early dialog that the phone began
#[test]
fn a_call_of_ours_that_rings_is_cancelled() {
    let mut lab = lab(TransferPolicy::Follow);
    let (mut bob, mut carol) = two(&mut lab);
    let old = lab.dial(0, "sip:peer@10.0.0.9:5060");
    let invite = bob.wait(&mut lab, "INVITE");
    bob.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_millis(50));
    replace(&mut lab, &mut carol, &format!("{};early-only", name_of(&bob)));
    let ok = carol.wait(&mut lab, "SIP/2.0 200");
    carol.learn(&ok);
    carol.ack(&mut lab, "");
    let cancel = bob.wait(&mut lab, "CANCEL");
    assert_eq!(
        cancel.header("Reason"),
        "SIP;cause=200;text=\"Call completed elsewhere\"",
        "rfc3326#2: nobody missed it"
    );
    bob.respond(&mut lab, &cancel, 200, "");
    bob.respond(&mut lab, &invite, 487, "");
    lab.run_for(Duration::from_secs(1));
    assert_eq!(ended(&lab, old).unwrap().cause, EndCause::Replaced);
    let new = lab.ends[0].events.iter().rev().find(|told| told.call_is(CallState::Connected)).unwrap().call;
    carol.be_hung_up(&mut lab, 0, new);
    lab.assert_settled();
}

// rfc3891#3: one that the phone did not begin
#[test]
fn a_call_that_rings_here_is_not_replaced() {
    let mut lab = lab(TransferPolicy::Follow);
    let (mut bob, mut carol) = two(&mut lab);
    let invite = bob.invite(&mut lab);
    let ringing = bob.wait(&mut lab, "SIP/2.0 180");
    bob.learn(&ringing);
    let old = lab.ends[0].last_call();
    assert_eq!(status(&mut lab, &mut carol, &name_of(&bob)), 481);
    assert_eq!(state(&lab, old), CallState::Incoming);
    let now = lab.now;
    lab.ends[0].phone.reject(now, old, 0).unwrap();
    let refusal = bob.wait(&mut lab, "SIP/2.0 486");
    bob.ack_refusal(&mut lab, &invite, &refusal);
    lab.assert_settled();
}

#[test]
fn the_application_is_asked_where_it_says_so() {
    for accepts in [true, false] {
        let mut lab = lab(TransferPolicy::Ask);
        let (mut bob, mut carol) = two(&mut lab);
        bob.call(&mut lab, 0);
        let old = lab.ends[0].last_call();
        lab.ends[0].phone.set_source(old, Source::Echo).unwrap();
        let invite = replace(&mut lab, &mut carol, &name_of(&bob));
        carol.wait(&mut lab, "SIP/2.0 180");
        let (new, now) = (lab.ends[0].last_call(), lab.now);
        assert_eq!(lab.ends[0].phone.call_info(new).unwrap().replaces, old);
        assert_eq!(state(&lab, old), CallState::Connected, "until it is answered");
        if accepts {
            lab.ends[0].phone.answer(now, new, 200).unwrap();
            let ok = carol.wait(&mut lab, "SIP/2.0 200");
            carol.learn(&ok);
            carol.ack(&mut lab, "");
            let bye = bob.wait(&mut lab, "BYE");
            bob.respond(&mut lab, &bye, 200, "");
            assert_eq!(ended(&lab, old).unwrap().cause, EndCause::Replaced);
            assert_eq!(lab.ends[0].phone.call_info(new).unwrap().source, Source::Echo);
            carol.be_hung_up(&mut lab, 0, new);
        } else {
            lab.ends[0].phone.reject(now, new, 603).unwrap();
            let refusal = carol.wait(&mut lab, "SIP/2.0 603");
            carol.ack_refusal(&mut lab, &invite, &refusal);
            assert_eq!(state(&lab, old), CallState::Connected);
            bob.be_hung_up(&mut lab, 0, old);
        }
        lab.assert_settled();
    }
}

#[test]
fn nobody_takes_the_place_of_a_direct_call_unasked() {
    for policy in [TransferPolicy::Inherited, TransferPolicy::Refuse] {
        let mut lab = lab(policy);
        let (mut bob, mut carol) = two(&mut lab);
        bob.call(&mut lab, 0);
        let old = lab.ends[0].last_call();
        assert_eq!(status(&mut lab, &mut carol, &name_of(&bob)), 603);
        assert_eq!(state(&lab, old), CallState::Connected);
        bob.be_hung_up(&mut lab, 0, old);
        lab.assert_settled();
    }
}

#[test]
fn a_call_takes_the_slot_of_the_one_that_it_replaces() {
    for (replaces, calls) in [(TransferPolicy::Follow, 1), (TransferPolicy::Follow, 2), (TransferPolicy::Ask, 1)] {
        let capacity = Capacity { direct_per_source: 4, ..Capacity::metal(calls, 1, 2048) };
        let transfers = (TransferPolicy::Inherited, replaces);
        let mut lab = Lab::new(&[Options { capacity, transfers, ..Options::default() }]);
        let (mut bob, mut carol) = two(&mut lab);
        let mut dora = Peer::new(&mut lab, "10.0.0.11:5060", 0);
        bob.call(&mut lab, 0);
        let old = lab.ends[0].last_call();
        let mut all = vec![];
        if calls == 2 {
            dora.call(&mut lab, 0);
            all.push(lab.ends[0].last_call());
        }
        if replaces == TransferPolicy::Ask {
            assert_eq!(status(&mut lab, &mut carol, &name_of(&bob)), 486, "nothing is left to ask with");
            assert_eq!(state(&lab, old), CallState::Connected);
            bob.be_hung_up(&mut lab, 0, old);
            lab.assert_settled();
            continue;
        }
        replace(&mut lab, &mut carol, &name_of(&bob));
        let bye = bob.wait(&mut lab, "BYE");
        bob.respond(&mut lab, &bye, 200, "");
        let ok = carol.wait(&mut lab, "SIP/2.0 200");
        carol.learn(&ok);
        carol.ack(&mut lab, "");
        lab.run_for(Duration::from_secs(1));
        let end = ended(&lab, old).unwrap();
        assert_eq!((end.cause, end.ended_by), (EndCause::Replaced, EndedBy::Remote), "its end is told");
        let new = lab.ends[0].events.iter().rev().find(|told| told.call_is(CallState::Connected)).unwrap().call;
        assert_eq!(lab.ends[0].phone.call_info(new).unwrap().replaces, old);
        carol.be_hung_up(&mut lab, 0, new);
        if calls == 2 {
            assert_eq!(state(&lab, all[0]), CallState::Connected, "no other gives way");
            dora.be_hung_up(&mut lab, 0, all[0]);
        }
        lab.assert_settled();
    }
}

/// A phone in as many calls as it can have, one of them with the peer.
fn full() -> (Lab, Peer, Peer, CallId) {
    let capacity =
        Capacity { direct_per_source: 4, dialog_text: 640, servers: 1, messages: 1, ..Capacity::host(1, 1, 4096) };
    let mut lab = Lab::new(&[Options { capacity, ..following() }]);
    let (mut bob, carol) = two(&mut lab);
    bob.call(&mut lab, 0);
    let old = lab.ends[0].last_call();
    (lab, bob, carol, old)
}

// rfc3891#3: "if the user agent cannot accept the INVITE, it must leave the matched dialog unchanged"
#[test]
fn a_full_phone_ends_no_call_for_one_that_it_cannot_take() {
    let body = |carol: &Peer, host: &str| carol.sdp().replace("c=IN IP4 10.0.0.10", &format!("c=IN IP4 {host}"));
    for (what, code) in [("a long Contact", 513), ("a host to be looked up", 486), ("no transaction", 503)] {
        let (mut lab, mut bob, mut carol, old) = full();
        let mut host = "10.0.0.10";
        match code {
            513 => carol.contact = format!("sip:{}@10.0.0.10", "x".repeat(700)),
            486 => host = "media.example.org",
            _ => {
                // a message that nobody has read yet has the only one
                let text = bob.request("MESSAGE", "Content-Type: text/plain\r\n", "hello");
                bob.send(&mut lab, &text);
                lab.run_for(Duration::from_millis(50));
            }
        }
        let lines = format!("Require: replaces\r\nReplaces: {}\r\n", name_of(&bob));
        let body = body(&carol, host);
        let text = carol.request("INVITE", &lines, &body);
        carol.send(&mut lab, &text);
        lab.run_for(Duration::from_secs(1));
        let statuses: Vec<u16> = carol.all(&lab, "SIP/2.0").iter().map(Sip::status).collect();
        assert_eq!(statuses.first(), Some(&code), "{what}");
        assert_eq!((state(&lab, old), bob.all(&lab, "BYE").len()), (CallState::Connected, 0), "{what}");
        let refusal = carol.wait(&mut lab, "SIP/2.0");
        carol.ack_refusal(&mut lab, &text, &refusal);
        bob.be_hung_up(&mut lab, 0, old);
        lab.assert_settled();
    }
}

// The only ports that a full phone can count on are those of the call that ends.
#[test]
fn a_full_phone_hands_the_media_ports_over() {
    let (mut lab, mut bob, mut carol, old) = full();
    let sdp_of = |lab: &Lab, peer: &Peer| {
        let ok = peer.all(lab, "SIP/2.0 200").remove(0).body();
        ok.lines().find(|line| line.starts_with("m=audio")).unwrap().to_owned()
    };
    let before = sdp_of(&lab, &bob);
    lab.ends[0].no_ports = true;
    replace(&mut lab, &mut carol, &name_of(&bob));
    let ok = carol.wait(&mut lab, "SIP/2.0 200");
    carol.learn(&ok);
    carol.ack(&mut lab, "");
    let bye = bob.wait(&mut lab, "BYE");
    bob.respond(&mut lab, &bye, 200, "");
    assert_eq!(sdp_of(&lab, &carol), before);
    lab.run_for(Duration::from_secs(1));
    assert_eq!(ended(&lab, old).unwrap().cause, EndCause::Replaced);
    let new = lab.ends[0].events.iter().rev().find(|told| told.call_is(CallState::Connected)).unwrap().call;
    lab.ends[0].no_ports = false;
    // and once more, so that a name that was handed over is handed on
    bob.theirs.clear();
    bob.call_id = "again".into();
    replace(&mut lab, &mut bob, &name_of(&carol));
    let ok = bob.wait(&mut lab, "SIP/2.0 200");
    bob.learn(&ok);
    bob.ack(&mut lab, "");
    let bye = carol.wait(&mut lab, "BYE");
    carol.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_secs(1));
    assert_eq!(ended(&lab, new).unwrap().cause, EndCause::Replaced);
    let last = lab.ends[0].events.iter().rev().find(|told| told.call_is(CallState::Connected)).unwrap().call;
    bob.be_hung_up(&mut lab, 0, last);
    lab.assert_settled();
}

#[test]
fn a_full_phone_cancels_no_call_of_its_own_for_one_that_it_cannot_take() {
    let capacity = Capacity { direct_per_source: 4, ..Capacity::host(1, 1, 4096) };
    let mut lab = Lab::new(&[Options { capacity, ..following() }]);
    let (mut bob, mut carol) = two(&mut lab);
    let old = lab.dial(0, "sip:peer@10.0.0.9:5060");
    let invite = bob.wait(&mut lab, "INVITE");
    bob.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_millis(50));
    assert_eq!(status(&mut lab, &mut carol, &format!("{};early-only", name_of(&bob))), 486);
    assert!(bob.all(&lab, "CANCEL").is_empty());
    let now = lab.now;
    lab.ends[0].phone.hangup(now, old).unwrap();
    lab.drain();
    let cancel = bob.wait(&mut lab, "CANCEL");
    bob.respond(&mut lab, &cancel, 200, "");
    bob.respond(&mut lab, &invite, 487, "");
    lab.assert_settled();
}

// rfc3891#8: who is let in is no reason
#[test]
fn an_accounts_call_is_taken_by_its_own_server_alone() {
    let trusted = AccountConfig { trusted: "10.5.0.1", ..anna() };
    for (from, code) in [(REGISTRAR, 200), (SECOND, 200), ("10.5.0.1:5060", 603)] {
        let (mut lab, _) = account(&[REGISTRAR, SECOND], trusted);
        let now = lab.now;
        let anna = lab.ends[0].phone.accounts().next().unwrap();
        lab.ends[0].phone.register(now, anna, 0).unwrap();
        lab.drain();
        let at = REGISTRAR.parse().unwrap();
        assert_eq!(asked(&mut lab, REGISTRAR, &request("INVITE", at, "sip:anna@10.0.0.1", 1)), Some(180));
        let (old, now) = (lab.ends[0].last_call(), lab.now);
        lab.ends[0].phone.answer(now, old, 200).unwrap();
        lab.run_for(Duration::from_millis(50));
        let ok = lab.raw_texts(at).into_iter().rev().find(|text| text.starts_with("SIP/2.0 200")).unwrap();
        let tag = crate::server::header(&ok, "To").unwrap().split("tag=").nth(1).unwrap().to_owned();
        let text = request("INVITE", from.parse().unwrap(), "sip:anna@10.0.0.1", 2);
        let lines = format!("Replaces: c1@{REGISTRAR};to-tag={tag};from-tag=m1\r\nContent-Type: ");
        let text = text.replacen("Content-Type: ", &lines, 1);
        assert!(text.contains(SDP));
        assert_eq!(asked(&mut lab, from, &text), Some(code), "{from}");
        assert_eq!(ended(&lab, old).map(|end| end.cause), (code == 200).then_some(EndCause::Replaced), "{from}");
    }
}

// rfc3891#4, #6.2
#[test]
fn a_call_of_ours_may_ask_for_the_place_of_another() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut bob = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let now = lab.now;
    let mut dial = |replaces: &str| {
        let options = DialOptions { replaces, source: Source::Silence, ..DialOptions::default() };
        lab.ends[0].phone.dial(now, AccountId::NONE, "sip:peer@10.0.0.9:5060", &options)
    };
    for wrong in ["a", "a;to-tag=1", "a;to-tag=1;from-tag=2\r\nX: y", "a\u{7f};to-tag=1;from-tag=2"] {
        assert_eq!(dial(wrong), Err(CommandError::HeaderLine), "{wrong}");
    }
    let call = dial("a@b;to-tag=1;from-tag=2;early-only").unwrap();
    lab.drain();
    let invite: Sip = bob.wait(&mut lab, "INVITE");
    assert_eq!(invite.header("Replaces"), "a@b;to-tag=1;from-tag=2;early-only");
    assert!(invite.headers("Require").iter().any(|value| value == "replaces"), "{}", invite.text());
    bob.respond(&mut lab, &invite, 481, "");
    lab.run_until("its end", |lab| ended(lab, call).is_some());
    lab.assert_settled();
}

#[test]
fn two_phones_take_over_from_each_other() {
    for calls in [4, 1] {
        take_over(calls);
    }
}

/// The first phone has so many calls.
fn take_over(calls: u32) {
    let first = Options { capacity: Capacity::host(calls, 1, 4096), ..following() };
    let mut lab = Lab::new(&[first, following(), following()]);
    let old = lab.dial(1, "sip:a@10.0.0.1:5060");
    lab.run_until("it rings", |lab| lab.ends[0].reached(CallState::Incoming));
    let (first, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.answer(now, first, 200).unwrap();
    lab.run_until("it is up", |lab| lab.ends[1].reached(CallState::Connected));
    // the third phone knows the name from a lamp
    let invite = lab.sent.iter().find(|sent| sent.text.starts_with("SIP/2.0 200")).unwrap().text.clone();
    let field = |name: &str| crate::server::header(&invite, name).unwrap().to_owned();
    let tag = |value: String| value.split("tag=").nth(1).unwrap().to_owned();
    let name = format!("{};to-tag={};from-tag={}", field("Call-ID"), tag(field("To")), tag(field("From")));
    let options = DialOptions { replaces: &name, source: Source::Silence, ..DialOptions::default() };
    let (now, phone) = (lab.now, &mut lab.ends[2].phone);
    let new = phone.dial(now, AccountId::NONE, "sip:a@10.0.0.1:5060", &options).unwrap();
    lab.run_until("the old one is over", |lab| lab.ends[1].ended().is_some());
    assert!(lab.ends[2].reached(CallState::Connected));
    assert_eq!(lab.ends[1].ended().unwrap().call, old);
    lab.run_for(Duration::from_secs(2));
    let replaced = lab.ends[0].events.iter().rev().find(|told| told.call_is(CallState::Connected)).unwrap().call;
    for (end, call) in [(0, replaced), (2, new)] {
        let now = lab.now;
        let heard = lab.ends[end].phone.call_stats(now, call).unwrap();
        assert!(heard.received_packets > 80 && heard.sent_packets > 80, "{calls}: media flows both ways: {heard:?}");
    }
    let now = lab.now;
    lab.ends[2].phone.hangup(now, new).unwrap();
    lab.assert_settled();
}

// rfc3261#20.37: what is refused is not supported; our INVITEs, our responses and OPTIONS say the same
#[test]
fn what_is_refused_is_not_listed_as_supported() {
    use TransferPolicy::{Ask, Follow, Inherited, Refuse};
    for (transfers, refer, replaces) in [
        ((Inherited, Inherited), false, false),
        ((Ask, Inherited), true, false),
        ((Follow, Refuse), true, false),
        ((Refuse, Ask), false, true),
        ((Inherited, Follow), false, true),
        ((Ask, Follow), true, true),
    ] {
        let mut lab = Lab::new(&[Options { transfers, ..Options::default() }]);
        let (mut bob, mut carol) = two(&mut lab);
        bob.call(&mut lab, 0);
        let ok = bob.all(&lab, "SIP/2.0 200").swap_remove(0);
        let inside = bob.request("OPTIONS", "", "");
        bob.send(&mut lab, &inside);
        let inside = bob.wait(&mut lab, "SIP/2.0 200");
        let outside = carol.request("OPTIONS", "", "");
        carol.send(&mut lab, &outside);
        let outside = carol.wait(&mut lab, "SIP/2.0 200");
        let now = lab.now;
        lab.ends[0].phone.dial(now, AccountId::NONE, &carol.contact, &DialOptions::default()).unwrap();
        lab.drain();
        let invite = carol.wait(&mut lab, "INVITE");
        for (of, sent) in [("200", ok), ("OPTIONS inside", inside), ("OPTIONS outside", outside), ("INVITE", invite)] {
            for (tag, listed) in [("norefersub", refer), ("tdialog", refer), ("replaces", replaces)] {
                assert_eq!(sent.lists("Supported", tag), listed, "{of}, {transfers:?}: {tag}\n{}", sent.text());
            }
        }
    }
}
