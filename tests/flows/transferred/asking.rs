//! The dialogs in which a REFER may come: a call that is up, and for the account's own server a subscription. What a dialog
//! has no use for is refused.

use super::*;
use microsip_core::phone::{NewSubscription, Package, SubscriptionId, SubscriptionState};

/// The status of the last response that a peer got to its request of this number.
fn status(lab: &Lab, peer: &Peer) -> u16 {
    let all = peer.all(lab, "SIP/2.0 ");
    all.iter().rev().find(|sip| sip.number() == peer.number).map_or(0, Sip::status)
}

/// A REFER to Carol is refused so, before anybody is asked, and nobody is called.
fn refused(lab: &mut Lab, peer: &mut Peer, carol: &Peer, code: u16) {
    let calls = lab.ends[0].phone.calls().count();
    for more in ["", "Refer-Sub: false\r\n"] {
        refer(lab, peer, CAROL, more);
        lab.run_for(Duration::from_millis(100));
        assert_eq!(status(lab, peer), code);
    }
    assert!(told(lab, EventKind::Refer).is_empty(), "nobody is asked");
    assert_eq!((carol.all(lab, "INVITE").len(), lab.ends[0].phone.calls().count()), (0, calls));
}

/// Both policies that would let it in.
fn policies() -> [Options; 2] {
    [asking(), following()]
}

// rfc5057#5.6
#[test]
fn a_caller_who_rings_is_not_followed() {
    for options in policies() {
        let mut lab = Lab::new(&[options]);
        let mut bob = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
        let invite = bob.invite(&mut lab);
        let ringing = bob.wait(&mut lab, "SIP/2.0 180");
        bob.learn(&ringing);
        refused(&mut lab, &mut bob, &carol, 603);
        // the call is as it was, and is asked for when it is up
        let (call, now) = (lab.ends[0].last_call(), lab.now);
        lab.ends[0].phone.answer(now, call, 200).unwrap();
        lab.drain();
        let ok = bob.wait(&mut lab, "SIP/2.0 200");
        bob.learn(&ok);
        let number = invite.lines().find_map(|line| line.strip_prefix("CSeq: ")).unwrap();
        let ack = bob.request("ACK", "", "");
        let own = ack.lines().find_map(|line| line.strip_prefix("CSeq: ")).unwrap().to_owned();
        let ack = ack.replace(&own, &number.replace("INVITE", "ACK"));
        bob.send(&mut lab, &ack);
        refer(&mut lab, &mut bob, CAROL, "");
        lab.run_for(Duration::from_millis(100));
        assert_eq!(told(&lab, EventKind::Refer).len(), 1);
    }
}

#[test]
fn a_phone_that_we_ring_at_does_not_have_us_dial() {
    for options in policies() {
        let mut lab = Lab::new(&[options]);
        let mut bob = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
        let now = lab.now;
        let to = "sip:bob@10.0.0.9:5060";
        lab.ends[0].phone.dial(now, AccountId::NONE, to, &DialOptions::default()).unwrap();
        let invite = bob.wait(&mut lab, "INVITE");
        bob.theirs = invite.from_tag();
        bob.call_id = invite.header("Call-ID");
        bob.target = invite.contact();
        bob.own = invite.header("To");
        bob.other = invite.header("From").split(";tag=").next().unwrap().to_owned();
        bob.respond(&mut lab, &invite, 180, "");
        lab.run_for(Duration::from_millis(50));
        refused(&mut lab, &mut bob, &carol, 603);
        assert!(bob.all(&lab, "CANCEL").is_empty());
    }
}

#[test]
fn a_call_that_is_over_is_not_handed_over() {
    for options in policies() {
        let (mut lab, mut bob, carol, call) = talking(options);
        let now = lab.now;
        lab.ends[0].phone.hangup(now, call).unwrap();
        bob.wait(&mut lab, "BYE");
        refused(&mut lab, &mut bob, &carol, 481);
    }
}

/// An account that watches somebody, who is not its server.
fn watching(refer: TransferPolicy, at: &str) -> (Lab, Peer, Peer, SubscriptionId) {
    let config = AccountConfig { refer, ..anna() };
    let capacity = Capacity::host(4, 2, 2048).writing(4).watching(4);
    let (mut lab, id) = account_with(capacity, &[REGISTRAR], config);
    let mut watched = Peer::new(&mut lab, at, 0);
    let carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    let now = lab.now;
    lab.ends[0].phone.register(now, id, 0).unwrap();
    lab.run_for(Duration::from_millis(50));
    let new = NewSubscription { package: Package::Presence, expires: 600, ..NewSubscription::default() };
    let now = lab.now;
    let made = lab.ends[0].phone.subscription_add(now, id, &format!("sip:box@{at}"), &new).unwrap();
    lab.drain();
    let subscribe = watched.wait(&mut lab, "SUBSCRIBE");
    watched.theirs = subscribe.from_tag();
    watched.call_id = subscribe.header("Call-ID");
    watched.target = subscribe.contact();
    watched.own = subscribe.header("To");
    watched.other = subscribe.header("From").split(";tag=").next().unwrap().to_owned();
    let extra = format!("Expires: 600\r\nContact: <sip:box@{at}>\r\n");
    watched.respond_with(&mut lab, &subscribe, 200, &extra, "");
    active(&mut lab, &mut watched);
    (lab, watched, carol, made)
}

fn active(lab: &mut Lab, watched: &mut Peer) {
    let lines = format!("Event: presence\r\nSubscription-State: active\r\nContact: <sip:box@{}>\r\n", watched.at);
    let text = watched.request("NOTIFY", &lines, "");
    watched.send(lab, &text);
    lab.run_for(Duration::from_millis(50));
    assert_eq!(status(lab, watched), 200);
}

const STRANGER: &str = "10.0.0.66:5060";

#[test]
fn whoever_is_watched_does_not_have_us_dial() {
    for policy in [TransferPolicy::Ask, TransferPolicy::Follow] {
        let (mut lab, mut watched, carol, _) = watching(policy, STRANGER);
        refer(&mut lab, &mut watched, CAROL, "");
        lab.run_for(Duration::from_millis(100));
        assert_eq!(status(&lab, &watched), 603);
        assert!(told(&lab, EventKind::Refer).iter().all(|event| event.state == MessageState::Over as u32));
        assert_eq!((carol.all(&lab, "INVITE").len(), lab.ends[0].phone.calls().count()), (0, 0));
        active(&mut lab, &mut watched);
    }
}

// rfc3515#2.4.6: the NOTIFYs of the REFER name it, for the dialog has another subscription
#[test]
fn the_accounts_server_may_ask_in_a_subscription() {
    let (mut lab, mut server, mut carol, made) = watching(TransferPolicy::Follow, REGISTRAR);
    let asked = refer(&mut lab, &mut server, CAROL, "");
    let notify = server.wait(&mut lab, "NOTIFY");
    assert_eq!(status(&lab, &server), 200);
    assert_eq!(notify.header("Event"), format!("refer;id={}", asked.number()));
    server.respond(&mut lab, &notify, 200, "");
    let invite = carol.wait(&mut lab, "INVITE");
    carol.respond(&mut lab, &invite, 486, "");
    assert_eq!(notified(&mut lab, &mut server).1, "SIP/2.0 486 Busy Here\r\n");
    active(&mut lab, &mut server);
    assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().state, SubscriptionState::Active);
}

// rfc5057#5.3, rfc3261#12.2.2: what belongs to a call finds none in a subscription's dialog, and changes nothing there
#[test]
fn a_subscriptions_dialog_is_no_call() {
    for at in [STRANGER, REGISTRAR] {
        let (mut lab, mut watched, _, made) = watching(TransferPolicy::Ask, at);
        let events = lab.ends[0].events.len();
        for method in ["INVITE", "UPDATE", "INFO", "MESSAGE", "PRACK", "BYE"] {
            let body = if matches!(method, "INVITE" | "UPDATE") { watched.sdp() } else { String::new() };
            let text = watched.request(method, "", &body);
            watched.send(&mut lab, &text);
            lab.run_for(Duration::from_millis(100));
            assert_eq!(status(&lab, &watched), 481, "{method}");
            if method == "INVITE" {
                let refusal = watched.all(&lab, "SIP/2.0 481").pop().unwrap();
                watched.ack_refusal(&mut lab, &text, &refusal);
            }
            active(&mut lab, &mut watched);
        }
        for (method, code) in [("OPTIONS", 200), ("SUBSCRIBE", 489), ("FROB", 501)] {
            let text = watched.request(method, "", "");
            watched.send(&mut lab, &text);
            lab.run_for(Duration::from_millis(100));
            assert_eq!(status(&lab, &watched), code, "{method}");
        }
        assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().state, SubscriptionState::Active);
        assert_eq!(lab.ends[0].events.len(), events, "nobody is told");
    }
}

// the dialog that a REFER in none made
#[test]
fn the_dialog_of_a_refer_is_no_call() {
    let (mut lab, mut server, mut carol) = {
        let (mut lab, _) = clicked::with_account(TransferPolicy::Follow, false);
        let server = Peer::new(&mut lab, REGISTRAR, 0);
        let carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
        (lab, server, carol)
    };
    server.target = "sip:anna@10.0.0.1".into();
    refer(&mut lab, &mut server, CAROL, "");
    let ok = server.wait(&mut lab, "SIP/2.0 200");
    server.learn(&ok);
    assert_eq!(notified(&mut lab, &mut server).1, "SIP/2.0 100 Trying\r\n");
    for method in ["INVITE", "UPDATE", "INFO", "MESSAGE", "PRACK", "BYE", "REFER"] {
        let extra = if method == "REFER" { format!("Refer-To: {CAROL}\r\n") } else { String::new() };
        let text = server.request(method, &extra, "");
        server.send(&mut lab, &text);
        lab.run_for(Duration::from_millis(100));
        assert_eq!(status(&lab, &server), 481, "{method}");
        if method == "INVITE" {
            let refusal = server.all(&lab, "SIP/2.0 481").pop().unwrap();
            server.ack_refusal(&mut lab, &text, &refusal);
        }
    }
    let invite = carol.wait(&mut lab, "INVITE");
    carol.respond(&mut lab, &invite, 486, "");
    assert_eq!(notified(&mut lab, &mut server).1, "SIP/2.0 486 Busy Here\r\n", "it is told all the same");
}
