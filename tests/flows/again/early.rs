//! Reliable provisional responses and early media, in both roles.

use super::{
    Flow, accepted, answer_all, calls_in, causes, dial_with, done, each, ends, flow, heard, is_over, meanwhile, over,
    rings, talks, told_each, up, wait,
};
use crate::reliable::lines;
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountId, CallState, Cause, DialOptions, EndCause, Reliable};
use microsip_tests::{Lab, Peer, Sip, sdp};

pub(super) const FLOWS: [Flow; 8] = [
    flow("early media", early, |lab| talks(lab, 0) == 2 && talks(lab, 1) == 2),
    flow("early media given up", given_up, |lab| {
        causes(lab, 0, EndCause::Cancelled) == 1 && ends(lab, 0, Cause::Refused) == 1
    }),
    flow("reliable branches", branches, |lab| talks(lab, 0) == 1 && lab.count("PRACK") >= 9),
    flow("a late offer and a PRACK", late, |lab| talks(lab, 0) == 1 && accepted(lab, "PRACK") >= 2),
    flow("no PRACK", unheard, |lab| lab.count("SIP/2.0 500") > 0),
    flow("updated early", updated, |lab| talks(lab, 0) == 1 && talks(lab, 1) == 1 && lab.count("UPDATE") > 0),
    flow("updated early and given up", updated_and_given_up, |lab| {
        causes(lab, 0, EndCause::Cancelled) == 1 && ends(lab, 0, Cause::Refused) == 1
    }),
    flow("updated early in a branch", updated_branches, |lab| talks(lab, 0) == 1 && lab.count("UPDATE") > 0),
];

/// Dials with reliable responses from 180 on.
fn dial(lab: &mut Lab, uri: &str) -> bool {
    dial_with(lab, 0, AccountId::NONE, uri, DialOptions { reliable: Reliable::Required, ..DialOptions::default() })
}

fn progress(lab: &mut Lab, end: usize) {
    each(lab, end, |phone, now, call| phone.answer(now, call, 183).is_ok());
    wait(lab, |lab| calls_in(lab, end, CallState::Incoming) == 0);
}

fn early(lab: &mut Lab) {
    let count = usize::from(dial(lab, "sip:bob@10.0.0.2")) + usize::from(dial(lab, "sip:bob@10.0.0.2"));
    rings(lab, 1, count);
    progress(lab, 1);
    answer_all(lab, 1);
    up(lab, 0, count);
    up(lab, 1, count);
    over(lab, 0, &mut []);
}

fn given_up(lab: &mut Lab) {
    for refused in [false, true] {
        if !dial(lab, "sip:bob@10.0.0.2") {
            return;
        }
        rings(lab, 1, 1);
        progress(lab, 1);
        wait(lab, |lab| calls_in(lab, 0, CallState::Early) > 0);
        if refused {
            each(lab, 1, |phone, now, call| phone.reject(now, call, 486).is_ok());
            wait(lab, is_over);
        } else {
            over(lab, 0, &mut []);
        }
    }
}

fn branches(lab: &mut Lab) {
    let mut peers = ["10.0.0.9:5060", "10.0.0.10:5060", "10.0.0.11:5060"].map(|at| Peer::new(lab, at, 0));
    if !dial(lab, "sip:peer@10.0.0.9") {
        return;
    }
    let Some(invite) = heard(lab, &peers[0], "INVITE", 0) else { return };
    let [one, two, three] = &mut peers;
    for (number, status) in [(1, 180), (2, 183), (3, 183), (0, 200), (0, 200)] {
        for peer in [&mut *one, &mut *two, &mut *three] {
            let body = if status == 180 { String::new() } else { peer.sdp() };
            let extra = if number > 0 { lines(number) } else { String::new() };
            peer.respond_with(lab, &invite, status, &extra, &body);
        }
        // each has its PRACK, as long as there is room for its dialog
        let until = lab.now + Duration::from_secs(10);
        meanwhile(lab, &mut [one, two, three], |lab| lab.now >= until || number == 0);
    }
    meanwhile(lab, &mut [one, two, three], |lab| calls_in(lab, 0, CallState::Connected) > 0);
    over(lab, 0, &mut [one, two, three]);
}

/// A call whose media exchange is complete in its early dialog. False: there is no room for it.
fn complete(lab: &mut Lab) -> bool {
    if !dial(lab, "sip:bob@10.0.0.2") {
        return false;
    }
    rings(lab, 1, 1);
    progress(lab, 1);
    let ready = |lab: &Lab, end: usize| {
        let phone = &lab.ends[end].phone;
        phone.calls().any(|call| phone.call_not_yet(call, true).is_none())
    };
    wait(lab, |lab| ready(lab, 0) && ready(lab, 1))
}

fn hold(lab: &mut Lab, end: usize, on: bool) {
    told_each(lab, end, |phone, now, call, token| phone.hold(now, call, on, token).is_ok());
}

/// Both sides, one after the other and at once; the last wish crosses the answer.
fn updated(lab: &mut Lab) {
    if !complete(lab) {
        return;
    }
    for (end, on) in [(0, true), (1, true), (0, false)] {
        hold(lab, end, on);
        done(lab, &mut []);
    }
    for end in [0, 1] {
        let caller = ["sip:carol@10.0.0.1", "sip:dave@10.0.0.2"][end];
        told_each(lab, end, |phone, now, call, token| phone.identify(now, call, caller, token).is_ok());
    }
    done(lab, &mut []);
    hold(lab, 0, true);
    hold(lab, 1, false);
    answer_all(lab, 1);
    up(lab, 0, 1);
    up(lab, 1, 1);
    done(lab, &mut []);
    over(lab, 0, &mut []);
}

fn updated_and_given_up(lab: &mut Lab) {
    for by in [0, 1] {
        if !complete(lab) {
            return;
        }
        hold(lab, 0, true);
        hold(lab, 1, true);
        lab.run_for(Duration::from_millis(3));
        over(lab, by, &mut []);
    }
}

/// One branch is held, and another one answers while that is under way.
fn updated_branches(lab: &mut Lab) {
    let mut peers = ["10.0.0.9:5060", "10.0.0.10:5060"].map(|at| Peer::new(lab, at, 0));
    if !dial(lab, "sip:peer@10.0.0.9") {
        return;
    }
    let Some(invite) = heard(lab, &peers[0], "INVITE", 0) else { return };
    let allow = "Allow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\r\n";
    let [one, two] = &mut peers;
    for peer in [&mut *one, &mut *two] {
        let body = peer.sdp();
        peer.respond_with(lab, &invite, 183, &format!("{}{allow}", lines(1)), &body);
    }
    // each has its PRACK, as long as there is room for its dialog
    let until = lab.now + Duration::from_secs(10);
    meanwhile(lab, &mut [one, two], |lab| lab.now >= until);
    for on in [true, false] {
        hold(lab, 0, on);
        done(lab, &mut [one, two]);
    }
    hold(lab, 0, true);
    for _ in 0..2 {
        let body = one.sdp();
        one.respond_with(lab, &invite, 200, allow, &body);
    }
    meanwhile(lab, &mut [one, two], |lab| calls_in(lab, 0, CallState::Connected) > 0);
    done(lab, &mut [one, two]);
    over(lab, 0, &mut [one, two]);
}

/// A peer that requires them; the reliable response that came last.
fn requires(lab: &mut Lab, body: &str) -> (Peer, Option<Sip>) {
    let mut peer = Peer::new(lab, "10.0.0.9:5060", 0);
    let text = peer.request("INVITE", "Require: 100rel\r\n", body);
    peer.send(lab, &text);
    rings(lab, 0, 1);
    // what waits behind the 180 leaves with its PRACK
    each(lab, 0, |phone, now, call| phone.answer(now, call, 183).is_ok());
    let response = heard(lab, &peer, "SIP/2.0 18", 0);
    (peer, response)
}

fn late(lab: &mut Lab) {
    let (mut peer, mut response) = requires(lab, "");
    let bodies = [sdp("10.0.0.9", 4000, ""), sdp("10.0.0.9", 4000, "sendonly"), String::new()];
    for (seen, body) in (1..).zip(bodies) {
        let Some(reliable) = response.filter(|response| !response.header("RSeq").is_empty()) else { break };
        peer.learn(&reliable);
        let rack = format!("RAck: {} {} INVITE\r\n", reliable.header("RSeq"), reliable.number());
        super::asks(lab, &mut peer, "PRACK", &rack, &body);
        let until = lab.now + Duration::from_secs(8);
        wait(lab, |lab| peer.all(lab, "SIP/2.0 18").len() > seen || lab.now >= until);
        response = peer.all(lab, "SIP/2.0 18").into_iter().nth(seen);
    }
    answer_all(lab, 0);
    let find = |lab: &Lab| peer.all(lab, "SIP/2.0 200").into_iter().find(|ok| ok.header("CSeq").ends_with("INVITE"));
    wait(lab, |lab| find(lab).is_some());
    if let Some(ok) = find(lab) {
        (peer.number, _) = (ok.number(), peer.learn(&ok));
        peer.ack(lab, "");
        peer.number += 10;
    }
    up(lab, 0, 1);
    over(lab, 0, &mut [&mut peer]);
}

fn unheard(lab: &mut Lab) {
    let (mut peer, _) = requires(lab, &sdp("10.0.0.9", 4000, ""));
    over(lab, 1, &mut [&mut peer]);
}
