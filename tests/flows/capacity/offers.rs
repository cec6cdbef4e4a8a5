//! Offers in calls that are up, where a pool is full.

use crate::again::called;
use microsip_core::base::time::Duration;
use microsip_core::phone::{Capacity, CommandError, Reoffer};
use microsip_tests::{Lab, Options, Peer, Sip, sdp};

/// A peer in a call with one phone of this capacity.
fn one(change: impl FnOnce(&mut Capacity)) -> (Lab, Peer) {
    let mut capacity = Capacity::host(4, 2, 2048);
    change(&mut capacity);
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let peer = called(&mut lab, "").expect("a call");
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
