//! Calls: from the dialling to the end, in every way that one begins and ends.

use super::{
    Flow, PATIENCE, answer_all, asks, called, causes, dial, dial_with, each, ends, ends_it, flow, hangup_all, heard,
    is_over, meanwhile, media_changes, over, rest, rings, talking, talks, up, wait,
};
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, Capacity, Cause, DialOptions, EndCause};
use microsip_tests::{Lab, Options, Peer, sdp};

pub(super) const FLOWS: [Flow; 14] = [
    flow("answered", answered, |lab| talks(lab, 0) == 1 && talks(lab, 1) == 1),
    flow("three", three_calls_both_ways, |lab| talks(lab, 0) == 3 && talks(lab, 1) == 3),
    flow("cancelled", cancelled, |lab| [0, 1].map(|end| causes(lab, end, EndCause::Cancelled)) == [2, 2]),
    flow("refused", refused, |lab| ends(lab, 0, Cause::Refused) == 2),
    flow("forked", forked, |lab| talks(lab, 0) == 1 && lab.count("BYE") >= 2),
    flow("redirected", redirected, |lab| talks(lab, 0) == 1 && talks(lab, 1) == 1),
    flow("re-invited", reinvited, |lab| talks(lab, 0) == 1 && media_changes(lab, 0) >= 2),
    // their answer to our offer began the media
    flow("late offer", late_offer, |lab| talks(lab, 0) == 1 && media_changes(lab, 0) >= 1),
    flow("options", options, |lab| talks(lab, 0) == 1 && lab.count("SIP/2.0 200") >= 4),
    flow("both hang up", both_hang_up, |lab| talks(lab, 0) + talks(lab, 1) == 2),
    flow("no answer without audio", no_audio, |lab| causes(lab, 0, EndCause::Media) == 2),
    flow("unknown dialogs", unknown, |lab| lab.count("SIP/2.0 481") >= 2),
    Flow {
        options: || Options { capacity: Capacity::host(2, 2, 4096).direct(0, u32::MAX), ..Options::default() },
        ..flow("help where all is taken", help, |lab| {
            causes(lab, 0, EndCause::Emergency) == 1 && talks(lab, 0) == 2 && talks(lab, 1) == 2
        })
    },
    flow("shut down", shut_down, |lab| lab.ends.iter().all(|end| end.phone.is_idle())),
];

fn answered(lab: &mut Lab) {
    if talking(lab) {
        over(lab, 0, &mut []);
    }
}

fn three_calls_both_ways(lab: &mut Lab) {
    let (out, back) =
        ((dial(lab, 0, "sip:bob@10.0.0.2"), dial(lab, 0, "sip:bob@10.0.0.2")), dial(lab, 1, "sip:bob@10.0.0.1"));
    rings(lab, 1, usize::from(out.0) + usize::from(out.1));
    rings(lab, 0, usize::from(back));
    answer_all(lab, 1);
    answer_all(lab, 0);
    up(lab, 0, 3);
    up(lab, 1, 3);
    hangup_all(lab, 1);
    over(lab, 0, &mut []);
}

/// The phone's two calls are up when it asks for help.
fn help(lab: &mut Lab) {
    let config = AccountConfig {
        uri: "sip:anna@10.0.0.2",
        registrar: "sip:10.0.0.2",
        no_register: true,
        emergency: "112",
        ..AccountConfig::default()
    };
    let now = lab.now;
    let Ok(account) = lab.ends[0].phone.account_add(now, &config) else { return };
    for end in [1, 2] {
        dial(lab, 0, &format!("sip:bob@10.0.0.{}", end + 1));
        rings(lab, end, 1);
        answer_all(lab, end);
        up(lab, end, 1);
    }
    up(lab, 0, 2);
    if dial_with(lab, 0, account, "112", DialOptions::default()) {
        rings(lab, 1, 1);
        answer_all(lab, 1);
        up(lab, 0, 2);
    }
    lab.run_for(Duration::from_secs(2));
    over(lab, 0, &mut []);
}

fn cancelled(lab: &mut Lab) {
    let count = usize::from(dial(lab, 0, "sip:bob@10.0.0.2")) + usize::from(dial(lab, 0, "sip:bob@10.0.0.2"));
    rings(lab, 1, count);
    over(lab, 0, &mut []);
}

fn refused(lab: &mut Lab) {
    let count = usize::from(dial(lab, 0, "sip:bob@10.0.0.2")) + usize::from(dial(lab, 0, "sip:bob@10.0.0.2"));
    rings(lab, 1, count);
    each(lab, 1, |phone, now, call| phone.reject(now, call, 486).is_ok());
    wait(lab, is_over);
}

/// Two branches ring with sound, and both answer: one call, and a BYE to the loser.
fn forked(lab: &mut Lab) {
    let mut left = Peer::new(lab, "10.0.0.9:5060", 0);
    let mut right = Peer::new(lab, "10.0.0.10:5060", 0);
    (left.tag, right.tag) = ("left".into(), "right".into());
    if !dial(lab, 0, "sip:peer@10.0.0.9") {
        return;
    }
    let Some(invite) = heard(lab, &left, "INVITE", 0) else { return };
    for status in [183, 200, 200] {
        for peer in [&mut left, &mut right] {
            let body = sdp(&peer.at.ip().to_string(), 4000, "");
            peer.respond(lab, &invite, status, &body);
        }
        lab.run_for(Duration::from_millis(300));
    }
    // the second gets its BYE by itself
    meanwhile(lab, &mut [&mut left, &mut right], |lab| lab.count("BYE") > 0);
    up(lab, 0, 1);
    over(lab, 0, &mut [&mut left, &mut right]);
}

fn redirected(lab: &mut Lab) {
    let mut peer = Peer::new(lab, "10.0.0.9:5060", 0);
    if !dial(lab, 0, "sip:peer@10.0.0.9") {
        return;
    }
    let Some(invite) = heard(lab, &peer, "INVITE", 0) else { return };
    peer.respond(lab, &invite, 180, "");
    peer.respond_with(lab, &invite, 302, "Contact: <sip:bob@10.0.0.2>\r\n", "");
    rings(lab, 1, 1);
    answer_all(lab, 1);
    up(lab, 0, 1);
    over(lab, 1, &mut []);
}

fn reinvited(lab: &mut Lab) {
    let Some(mut peer) = called(lab, "") else { return };
    for body in [sdp("10.0.0.9", 4000, "sendonly"), String::new(), sdp("10.0.0.9", 4000, "inactive"), "garbage".into()]
    {
        asks(lab, &mut peer, "INVITE", "", &body);
    }
    over(lab, 0, &mut [&mut peer]);
}

/// Our offer stands in the 200, theirs in none.
fn late_offer(lab: &mut Lab) {
    let mut peer = Peer::new(lab, "10.0.0.9:5060", 0);
    let invite = peer.request("INVITE", "", "");
    peer.send(lab, &invite);
    rings(lab, 0, 1);
    answer_all(lab, 0);
    let Some(ok) = heard(lab, &peer, "SIP/2.0 200", 0) else { return };
    peer.learn(&ok);
    let body = peer.sdp();
    peer.ack(lab, &body);
    wait(lab, |lab| media_changes(lab, 0) > 0);
    ends_it(lab, &mut peer);
}

fn options(lab: &mut Lab) {
    let mut stranger = Peer::new(lab, "10.0.0.10:5060", 0);
    asks(lab, &mut stranger, "OPTIONS", "", "");
    let Some(mut peer) = called(lab, "") else { return };
    asks(lab, &mut peer, "OPTIONS", "", "");
    ends_it(lab, &mut peer);
}

fn both_hang_up(lab: &mut Lab) {
    if talking(lab) {
        hangup_all(lab, 0);
        over(lab, 1, &mut []);
    }
}

/// A call that comes without audio is refused; one of ours that is answered without any ends.
fn no_audio(lab: &mut Lab) {
    let mut peer = Peer::new(lab, "10.0.0.9:5060", 0);
    for body in [sdp("10.0.0.9", 0, ""), String::new()] {
        if !dial(lab, 0, "sip:peer@10.0.0.9") {
            return;
        }
        let nth = usize::from(body.is_empty());
        let Some(invite) = heard(lab, &peer, "INVITE", nth) else { return };
        peer.respond(lab, &invite, if body.is_empty() { 488 } else { 200 }, &body);
        rest(lab, &mut [&mut peer]);
    }
}

/// Requests of dialogs that there are not.
fn unknown(lab: &mut Lab) {
    let mut peer = Peer::new(lab, "10.0.0.9:5060", 0);
    peer.theirs = "nobody".into();
    for method in ["BYE", "INVITE", "UPDATE", "INFO"] {
        let text = peer.request(method, "", "");
        peer.send(lab, &text);
        lab.run_for(Duration::from_millis(100));
    }
    lab.run_for(PATIENCE);
}

fn shut_down(lab: &mut Lab) {
    dial(lab, 0, "sip:bob@10.0.0.2");
    dial(lab, 1, "sip:bob@10.0.0.1");
    lab.run_for(Duration::from_millis(300));
    for end in [0, 1] {
        let now = lab.now;
        lab.ends[end].phone.shutdown(now);
        lab.run_for(Duration::from_millis(300));
    }
}
