//! rfc8866#5.7: descriptions that name a host. It is looked up for its addresses; our answer waits for it, and so does
//! media.

mod updates;

use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Cause, Failure, Reply, Target, Usage, Wish, WishId};
use microsip_tests::{EventKind, Lab, Options, Peer, sdp};

const MEDIA: &str = "10.0.0.77:40000";

/// A description at a host by name.
fn named(way: &str) -> String {
    sdp("media.example.com", 40_000, way)
}

fn lab(knows: bool) -> Lab {
    let mut lab = Lab::new(&[Options::default()]);
    if knows {
        lab.names.insert(
            "media.example.com".into(),
            vec!["[2001:db8::77]:5004".parse().unwrap(), "10.0.0.77:5004".parse().unwrap()],
        );
    }
    lab.open_raw(MEDIA);
    lab
}

fn media(lab: &Lab) -> u64 {
    lab.media_sent.get(&MEDIA.parse().unwrap()).copied().unwrap_or_default()
}

fn ring(lab: &mut Lab, peer: &mut Peer) {
    let text = peer.request("INVITE", "", &named(""));
    peer.send(lab, &text);
    peer.wait(lab, "SIP/2.0 180");
}

#[test]
fn an_offer_at_a_named_host_is_answered_once_it_is_found() {
    let mut lab = lab(true);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    ring(&mut lab, &mut peer);
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    peer.learn(&ok);
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_millis(300));
    assert!(media(&lab) > 10, "{}", media(&lab));
    // a re-INVITE names it too
    let text = peer.request("INVITE", "", &named("sendonly"));
    peer.send(&mut lab, &text);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.text().contains("a=recvonly"), "{}", ok.text());
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_millis(50));
    let before = media(&lab);
    lab.run_for(Duration::from_millis(300));
    assert_eq!(media(&lab), before);
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    lab.assert_settled();
}

#[test]
fn an_answer_waits_for_the_host_as_for_its_ports() {
    let mut lab = lab(true);
    lab.ends[0].grant = false;
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    ring(&mut lab, &mut peer);
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.answer(now, call, 183).unwrap();
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    peer.silence(&mut lab, "SIP/2.0 183", Duration::from_secs(3));
    lab.ends[0].grant = true;
    lab.drain();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(peer.all(&lab, "SIP/2.0 183").len(), 0, "the 200 is not taken back");
    peer.learn(&ok);
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_millis(300));
    assert!(media(&lab) > 10);
}

#[test]
fn an_offer_whose_host_is_not_found_is_refused() {
    // there is no such name; it has an address of another family; it is no host
    let hosts: [&[&str]; 4] = [&[], &["[2001:db8::77]:5004"], &["233.252.0.1:5004"], &["127.255.255.255:5004"]];
    for (host, warning) in hosts.iter().zip(["399", "301", "301", "301"]) {
        let mut lab = lab(false);
        lab.names.insert("media.example.com".into(), host.iter().map(|host| host.parse().unwrap()).collect());
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let text = peer.request("INVITE", "", &named(""));
        peer.send(&mut lab, &text);
        let refusal = peer.wait(&mut lab, "SIP/2.0 488");
        assert!(refusal.header("Warning").starts_with(warning), "{}", refusal.text());
        peer.ack_refusal(&mut lab, &text, &refusal);
        let ended = lab.ends[0].ended().unwrap();
        assert_eq!((ended.result, ended.sip_code), (if host.is_empty() { Cause::Name } else { Cause::Codec }, 488));
        lab.assert_settled();
    }
}

#[test]
fn a_reinvite_whose_host_is_not_found_leaves_the_call() {
    let mut lab = lab(false);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let text = peer.request("INVITE", "", &named("sendonly"));
    peer.send(&mut lab, &text);
    let refusal = peer.wait(&mut lab, "SIP/2.0 488");
    peer.ack_refusal(&mut lab, &text, &refusal);
    lab.run_for(Duration::from_secs(1));
    let info = lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap();
    assert_eq!((info.state, info.held), (CallState::Connected, false));
    // and another one is answered
    let text = peer.request("INVITE", "", &peer.sdp());
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 200");
}

#[test]
fn a_call_that_is_given_up_while_the_host_is_sought_leaves_nothing() {
    for ends in ["CANCEL", "BYE", "reject"] {
        let mut lab = lab(true);
        lab.ends[0].grant = false;
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let invite = peer.request("INVITE", "", &named(""));
        peer.send(&mut lab, &invite);
        let ringing = peer.wait(&mut lab, "SIP/2.0 180");
        let (call, now) = (lab.ends[0].last_call(), lab.now);
        lab.ends[0].phone.answer(now, call, 200).unwrap();
        match ends {
            "CANCEL" => {
                let branch = invite
                    .lines()
                    .find(|line| line.starts_with("Via: "))
                    .unwrap()
                    .trim_start_matches("Via: ")
                    .to_owned();
                let cancel = peer.request_with("CANCEL", &branch, "", "");
                peer.send(&mut lab, &cancel);
            }
            "BYE" => {
                peer.learn(&ringing);
                let bye = peer.request("BYE", "", "");
                peer.send(&mut lab, &bye);
            }
            _ => lab.ends[0].phone.reject(now, call, 486).unwrap(),
        }
        let refusal = peer.wait(&mut lab, if ends == "reject" { "SIP/2.0 486" } else { "SIP/2.0 487" });
        peer.ack_refusal(&mut lab, &invite, &refusal);
        // the driver's reply now belongs to no call
        lab.ends[0].grant = true;
        lab.drain();
        lab.assert_settled();
    }
}

#[test]
fn media_begins_when_the_host_of_an_answer_is_found() {
    for early in [false, true] {
        let mut lab = lab(true);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        lab.dial(0, "sip:peer@10.0.0.9");
        let invite = peer.wait(&mut lab, "INVITE");
        if early {
            peer.respond(&mut lab, &invite, 183, &named(""));
            lab.run_for(Duration::from_millis(300));
            assert!(media(&lab) > 10);
        }
        // its 2xx without a description stands by what was agreed on
        let body = if early { String::new() } else { named("") };
        peer.respond(&mut lab, &invite, 200, &body);
        peer.wait(&mut lab, "ACK");
        assert!(lab.ends[0].reached(CallState::Connected));
        let before = media(&lab);
        lab.run_for(Duration::from_millis(300));
        assert!(media(&lab) > before + 10);
        assert!(lab.ends[0].events.iter().any(|event| event.kind == EventKind::Media));
        assert_eq!(lab.ends[0].phone.in_use().requests, 0, "the look-up is over");
    }
}

#[test]
fn a_2xx_may_come_while_the_host_of_a_provisional_response_is_sought() {
    // the branch that was sought wins, as the call's own dialog or as another one; or it loses
    for wins in ["left", "right", "other"] {
        let mut lab = lab(true);
        let mut left = Peer::new(&mut lab, "10.0.0.21:5060", 0);
        let mut right = Peer::new(&mut lab, "10.0.0.22:5060", 0);
        let mut proxy = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        (left.tag, right.tag) = ("left".into(), "right".into());
        lab.dial(0, "sip:peer@10.0.0.9");
        let invite = proxy.wait(&mut lab, "INVITE");
        lab.ends[0].grant = false;
        let (sought, other) = if wins == "left" { (&mut left, &mut right) } else { (&mut right, &mut left) };
        if wins != "left" {
            other.respond(&mut lab, &invite, 180, "");
        }
        sought.respond(&mut lab, &invite, 183, &named(""));
        lab.run_for(Duration::from_millis(100));
        assert_eq!(lab.ends[0].phone.in_use().requests, 2);
        if wins == "other" {
            other.respond(&mut lab, &invite, 200, &sdp("10.0.0.21", 4000, ""));
            other.wait(&mut lab, "ACK");
            assert_eq!(lab.ends[0].phone.in_use().requests, 0, "no call needs it any more");
            continue;
        }
        sought.respond(&mut lab, &invite, 200, "");
        sought.wait(&mut lab, "ACK");
        assert!(lab.ends[0].reached(CallState::Connected) && lab.ends[0].ended().is_none());
        assert_eq!(media(&lab), 0);
        lab.ends[0].grant = true;
        lab.drain();
        lab.run_for(Duration::from_millis(300));
        assert!(media(&lab) > 10, "{wins}");
    }
}

#[test]
fn a_call_whose_answer_names_an_unknown_host_ends() {
    for early in [false, true] {
        let mut lab = lab(false);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        lab.dial(0, "sip:peer@10.0.0.9");
        let invite = peer.wait(&mut lab, "INVITE");
        if early {
            // there is no early media, and the call rings on
            peer.respond(&mut lab, &invite, 183, &named(""));
            lab.run_for(Duration::from_secs(1));
            assert!(lab.ends[0].ended().is_none());
        }
        peer.respond(&mut lab, &invite, 200, &named(""));
        peer.wait(&mut lab, "ACK");
        let bye = peer.wait(&mut lab, "BYE");
        peer.respond(&mut lab, &bye, 200, "");
        assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Name);
        lab.assert_settled();
    }
}

#[test]
fn a_late_answer_may_name_a_host() {
    for knows in [true, false] {
        let mut lab = lab(knows);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let text = peer.request("INVITE", "", "");
        peer.send(&mut lab, &text);
        peer.wait(&mut lab, "SIP/2.0 180");
        let (call, now) = (lab.ends[0].last_call(), lab.now);
        lab.ends[0].phone.answer(now, call, 200).unwrap();
        let ok = peer.wait(&mut lab, "SIP/2.0 200");
        peer.learn(&ok);
        peer.ack(&mut lab, &named(""));
        if knows {
            lab.run_for(Duration::from_millis(300));
            assert!(media(&lab) > 10);
        } else {
            peer.wait(&mut lab, "BYE");
            assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Name);
        }
    }
}

#[test]
fn a_look_up_that_never_ends_is_given_up() {
    let mut lab = lab(true);
    lab.ends[0].grant = false;
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let invite = peer.request("INVITE", "", &named(""));
    peer.send(&mut lab, &invite);
    peer.wait(&mut lab, "SIP/2.0 180");
    // the driver takes the wishes and does nothing about them
    let mut late = None;
    while let Some(wish) = lab.ends[0].phone.poll_wish() {
        if let Wish::Locate { id, .. } = wish {
            late = Some(id);
        }
    }
    let before = lab.now;
    let refusal = peer.wait(&mut lab, "SIP/2.0 488");
    assert_eq!((lab.now.millis() - before.millis()) / 1000, 10, "ten seconds after the INVITE");
    peer.ack_refusal(&mut lab, &invite, &refusal);
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Name);
    // a late reply belongs to no call
    let now = lab.now;
    lab.ends[0].phone.handle_reply(now, late.unwrap(), Reply::Failed(Failure::Name));
    lab.ends[0].phone.handle_reply(now, late.unwrap(), Reply::Hops(&[]));
    lab.ends[0].grant = true;
    lab.drain();
    lab.run_for(Duration::from_secs(40));
    assert_eq!(lab.ends[0].phone.in_use(), Usage::default());
}

#[test]
fn without_a_slot_for_its_look_up_a_call_is_refused() {
    let mut options = Options::default();
    options.capacity.requests = 1;
    let mut lab = Lab::new(&[options]);
    lab.dial(0, "sip:peer@10.0.0.44");
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let invite = peer.request("INVITE", "", &named(""));
    peer.send(&mut lab, &invite);
    let refusal = peer.wait(&mut lab, "SIP/2.0 503");
    peer.ack_refusal(&mut lab, &invite, &refusal);
}

#[test]
fn a_wish_has_the_name_and_any_address_will_do() {
    let mut lab = lab(false);
    lab.ends[0].grant = false;
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.send(&mut lab, &peer.clone().request("INVITE", "", &named("")));
    lab.run_for(Duration::from_millis(10));
    let mut id = None;
    while let Some(wish) = lookup_or_other(&mut lab) {
        id = id.or(wish);
    }
    let now = lab.now;
    let target = Target {
        flow: microsip_core::phone::Flow::Udp { socket: 0, remote: "10.0.0.77:5004".parse().unwrap() },
        priority: 7,
        weight: 0,
        lifetime: 0,
    };
    lab.ends[0].phone.handle_reply(now, id.unwrap(), Reply::Hops(&[target]));
    lab.drain();
    peer.wait(&mut lab, "SIP/2.0 180");
    assert!(lab.ends[0].ended().is_none());
}

#[test]
fn a_uri_with_the_port_of_media_is_none_of_a_description() {
    let mut lab = lab(false);
    lab.ends[0].grant = false;
    lab.dial(0, "sip:peer@far.example:5004;transport=udp");
    let wish = lab.ends[0].phone.poll_wish();
    let Some(Wish::Locate { port: Some(5004), .. }) = wish else { panic!("{wish:?}") };
    assert!(!wish.unwrap().is_of_a_description(), "its caller waits for it");
}

/// The next wish: the look-up's id, or nothing of it.
fn lookup_or_other(lab: &mut Lab) -> Option<Option<WishId>> {
    let wish = lab.ends[0].phone.poll_wish()?;
    assert_eq!(wish.is_of_a_description(), matches!(wish, Wish::Locate { .. }));
    match wish {
        Wish::Locate { id, host, port, .. } => {
            // with a port a name has addresses only: no SRV
            assert_eq!((host, port.is_some()), ("media.example.com", true));
            Some(Some(id))
        }
        _ => Some(None),
    }
}

#[test]
fn a_look_up_ends_with_its_invite() {
    // one caller, many INVITEs that it takes back: none leaves a look-up behind, which would keep a slot that our own
    // requests need
    let mut lab = lab(true);
    lab.ends[0].grant = false;
    let slots = lab.ends[0].phone.in_use().requests;
    for nth in 0..30 {
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        peer.call_id = format!("call-{nth}");
        peer.number += nth;
        let invite = peer.request("INVITE", "", &named(""));
        peer.send(&mut lab, &invite);
        lab.run_for(Duration::from_millis(50));
        assert_eq!(lab.ends[0].phone.in_use().requests, slots + 1);
        let branch =
            invite.lines().find(|line| line.starts_with("Via: ")).unwrap().trim_start_matches("Via: ").to_owned();
        let cancel = peer.request_with("CANCEL", &branch, "", "");
        peer.send(&mut lab, &cancel);
        lab.run_for(Duration::from_millis(50));
        let refusal = peer.all(&lab, "SIP/2.0 487").pop().unwrap();
        peer.ack_refusal(&mut lab, &invite, &refusal);
        lab.run_for(Duration::from_millis(50));
        assert_eq!(lab.ends[0].phone.in_use().requests, slots, "after {nth}");
    }
}

#[test]
fn an_older_answer_does_not_overtake_a_newer_offer() {
    // rfc3261#14.2: while the host of an answer is looked up, that exchange is not over
    let mut lab = lab(true);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let text = peer.request("INVITE", "", "");
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 180");
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    peer.learn(&ok);
    lab.ends[0].grant = false;
    peer.ack(&mut lab, &named(""));
    lab.run_for(Duration::from_millis(10));
    let text = peer.request("INVITE", "", &peer.sdp());
    peer.send(&mut lab, &text);
    let refusal = peer.wait(&mut lab, "SIP/2.0 491");
    peer.ack_refusal(&mut lab, &text, &refusal);
    lab.ends[0].grant = true;
    lab.drain();
    lab.run_for(Duration::from_millis(300));
    assert!(media(&lab) > 10);
    // and now it may be offered anew
    let text = peer.request("INVITE", "", &peer.sdp());
    peer.send(&mut lab, &text);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(ok.status(), 200);
}

#[test]
fn a_call_that_ends_while_a_reinvites_host_is_sought_refuses_it() {
    let mut lab = lab(true);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    lab.ends[0].grant = false;
    let text = peer.request("INVITE", "", &named(""));
    peer.send(&mut lab, &text);
    lab.run_for(Duration::from_millis(50));
    let call = lab.ends[0].last_call();
    peer.be_hung_up(&mut lab, 0, call);
    lab.ends[0].grant = true;
    lab.drain();
    lab.run_for(Duration::from_millis(100));
    assert_eq!(media(&lab), 0);
    let came =
        peer.all(&lab, "SIP/2.0 ").into_iter().rfind(|sip| sip.number() == peer.number && sip.status() >= 200).unwrap();
    assert!(came.status() >= 400, "{}", came.text());
    peer.ack_refusal(&mut lab, &text, &came);
    lab.assert_settled();
}

#[test]
fn an_offer_of_ours_waits_for_the_host_of_the_answer_before() {
    let mut lab = lab(true);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    lab.run_for(Duration::from_millis(200));
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].grant = false;
    lab.ends[0].phone.hold(now, call, true, 1).unwrap();
    let offer = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &offer, 200, &named("recvonly"));
    peer.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_millis(10));
    let now = lab.now;
    lab.ends[0].phone.hold(now, call, false, 2).unwrap();
    peer.silence(&mut lab, "INVITE", Duration::from_secs(3));
    let done = |lab: &Lab| {
        let told = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Done);
        told.map(|event| (event.token, event.result)).collect::<Vec<_>>()
    };
    assert_eq!(done(&lab), [], "neither is agreed on");
    lab.ends[0].grant = true;
    lab.drain();
    let offer = peer.wait(&mut lab, "INVITE");
    assert!(offer.body().contains("a=sendrecv"), "{}", offer.text());
    assert_eq!(done(&lab), [(1, Cause::Normal)]);
    peer.respond(&mut lab, &offer, 200, &named(""));
    peer.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_millis(300));
    assert_eq!(done(&lab), [(1, Cause::Normal), (2, Cause::Normal)]);
    assert!(media(&lab) > 10);
}
