//! Hold, and offers in calls that are up, by both sides and both methods: for each pool, and for bad networks.

use super::{Flow, answer_all, dial, each, hangup_all};
use microsip_core::base::time::Duration;
use microsip_core::phone::{Capacity, CommandError, Reoffer};
use microsip_tests::{Lab, Options, Peer, Sip, sdp};

pub(super) const FLOWS: [(&str, Flow); 6] = [
    ("held", held),
    ("held by UPDATE", held_by_update),
    ("both hold", both_hold),
    ("moved", moved),
    ("offered by UPDATE", offered_by_update),
    ("hosts in offers", named),
];

fn talking(lab: &mut Lab) {
    dial(lab, 0, "sip:bob@10.0.0.2");
    lab.run_for(Duration::from_millis(300));
    answer_all(lab, 1);
    lab.run_for(Duration::from_secs(1));
}

/// Each call of an end is held or resumed; a command that is taken has to be told its end.
fn hold(lab: &mut Lab, end: usize, on: bool) {
    let (now, calls) = (lab.now, lab.ends[end].phone.calls().collect::<Vec<_>>());
    for call in calls {
        let token = lab.ends[end].taken.len() as u64 + 1;
        if lab.ends[end].phone.hold(now, call, on, token).is_ok() {
            lab.ends[end].taken.push(token);
        }
    }
    lab.drain();
}

fn held(lab: &mut Lab) {
    talking(lab);
    for (end, on) in [(0, true), (1, true), (0, false), (1, false)] {
        hold(lab, end, on);
        lab.run_for(Duration::from_millis(700));
    }
    hangup_all(lab, 0);
}

fn held_by_update(lab: &mut Lab) {
    talking(lab);
    for end in [0, 1] {
        each(lab, end, |phone, now, call| {
            phone.reoffer(now, call, &Reoffer { by_update: Some(true), ..Reoffer::default() }, 0).is_ok()
        });
    }
    lab.run_for(Duration::from_secs(5));
    for (end, on) in [(0, true), (1, true), (0, false)] {
        hold(lab, end, on);
        lab.run_for(Duration::from_millis(700));
    }
    hangup_all(lab, 1);
}

fn both_hold(lab: &mut Lab) {
    talking(lab);
    for on in [true, false] {
        hold(lab, 0, on);
        hold(lab, 1, on);
        lab.run_for(Duration::from_millis(300));
    }
    // one waits behind a 491 when the call ends
    hangup_all(lab, 0);
}

fn moved(lab: &mut Lab) {
    talking(lab);
    hold(lab, 0, true);
    lab.run_for(Duration::from_millis(300));
    let now = lab.now;
    lab.ends[0].move_to(now, Some((0, "10.0.0.31:5060".parse().unwrap())));
    lab.drain();
    lab.run_for(Duration::from_secs(3));
    hangup_all(lab, 1);
}

/// A peer that is in a call with the first phone, if there was room for it.
fn called(lab: &mut Lab) -> Option<Peer> {
    let mut peer = Peer::new(lab, "10.0.0.9:5060", 0);
    peer.invite(lab);
    lab.run_for(Duration::from_millis(60));
    answer_all(lab, 0);
    let ok = peer.all(lab, "SIP/2.0 200").pop()?;
    peer.learn(&ok);
    peer.ack(lab, "");
    lab.run_for(Duration::from_millis(60));
    Some(peer)
}

fn offered_by_update(lab: &mut Lab) {
    let Some(mut peer) = called(lab) else { return };
    hold(lab, 0, true);
    for body in [sdp("10.0.0.9", 4000, "sendonly"), String::new(), "garbage".into(), sdp("10.0.0.9", 0, "")] {
        let text = peer.request("UPDATE", &format!("Contact: <{}>\r\n", peer.contact), &body);
        for _ in 0..2 {
            peer.send(lab, &text);
            lab.run_for(Duration::from_millis(60));
        }
    }
    if let Some(offer) = peer.all(lab, "INVITE").pop() {
        peer.respond(lab, &offer, 488, "");
    }
    hangup_all(lab, 0);
}

fn named(lab: &mut Lab) {
    let Some(mut peer) = called(lab) else { return };
    lab.names.insert("media.example.org".into(), vec!["10.0.0.9:0".parse().unwrap()]);
    for (method, host) in [("INVITE", "media.example.org"), ("UPDATE", "nowhere.example.org")] {
        let text = peer.request(method, "", &sdp(host, 4000, ""));
        peer.send(lab, &text);
        lab.run_for(Duration::from_millis(200));
        if method == "INVITE" {
            peer.ack(lab, "");
        }
    }
    hangup_all(lab, 0);
}

/// A peer in a call with one phone of this capacity.
fn one(change: impl FnOnce(&mut Capacity)) -> (Lab, Peer) {
    let mut capacity = Capacity::host(4, 2, 2048);
    change(&mut capacity);
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let peer = called(&mut lab).expect("a call");
    (lab, peer)
}

fn offer(lab: &mut Lab, peer: &mut Peer, method: &str, contact: &str) -> Sip {
    peer.contact = contact.into();
    let extra = if method == "UPDATE" { format!("Contact: <{contact}>\r\n") } else { String::new() };
    let text = peer.request(method, &extra, &sdp("10.0.0.9", 4000, "sendonly"));
    peer.send(lab, &text);
    lab.run_for(Duration::from_millis(60));
    let number = peer.number;
    let response = peer.all(lab, "SIP/2.0").into_iter().rfind(|sip| sip.number() == number).expect("a response");
    if method == "INVITE" && response.status() == 200 {
        peer.ack(lab, "");
    } else if method == "INVITE" {
        peer.ack_refusal(lab, &text, &response);
    }
    response
}

#[test]
fn each_full_pool_has_its_written_outcome() {
    let finish = |mut lab: Lab, mut peer: Peer| {
        let call = lab.ends[0].last_call();
        peer.be_hung_up(&mut lab, 0, call);
        lab.assert_settled();
    };
    let here = "sip:peer@10.0.0.9:5060";
    // commands: none is taken whose end could not be told
    let (mut lab, peer) = one(|capacity| capacity.commands = 0);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    assert_eq!(lab.ends[0].phone.hold(now, call, true, 1), Err(CommandError::Full));
    assert_eq!(lab.ends[0].phone.reoffer(now, call, &Reoffer::default(), 1), Err(CommandError::Full));
    finish(lab, peer);
    // INVITE server transactions: a re-INVITE is told to come again; an UPDATE takes none
    let (mut lab, mut peer) = one(|capacity| (capacity.servers, capacity.direct_reserve) = (1, 0));
    lab.run_for(Duration::from_secs(40));
    let mut other = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    other.invite(&mut lab);
    other.wait(&mut lab, "SIP/2.0 180");
    let response = offer(&mut lab, &mut peer, "INVITE", here);
    assert_eq!((response.status(), response.header("Retry-After").as_str()), (500, "1"), "{}", response.text());
    assert_eq!(offer(&mut lab, &mut peer, "UPDATE", here).status(), 200);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_for(Duration::from_secs(40));
    let first = lab.ends[0].phone.calls().next().expect("the first call");
    peer.be_hung_up(&mut lab, 0, first);
    lab.assert_settled();
    // the texts of a dialog: a target that finds no room
    let long = format!("sip:{}@10.0.0.9:5060", "x".repeat(900));
    for method in ["INVITE", "UPDATE"] {
        let (mut lab, mut peer) = one(|capacity| capacity.dialog_text = 400);
        let before = lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap().ways;
        assert_eq!(offer(&mut lab, &mut peer, method, &long).status(), 513);
        assert_eq!(lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap().ways, before);
        peer.contact = here.into();
        finish(lab, peer);
    }
}
