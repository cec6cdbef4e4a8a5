//! Session timers: refreshes of either side, through a hold and a change of network, 422 in both roles, and the end.

use super::{
    Flow, accepted, asks, called, done, ends, ends_it, flow, heard, meanwhile, over, talking, talks, told_each, up,
    wait,
};
use microsip_core::base::time::Duration;
use microsip_core::phone::{Cause, SessionTimer, TimerMode};
use microsip_tests::{Lab, Options, Peer};

/// The shortest session that there may be; its refresh is due at half, after 45 s.
const SHORT_S: u32 = 90;

pub(super) const FLOWS: [Flow; 8] = [
    timed("refreshed", refreshed, |lab| talks(lab, 0) == 1 && lab.count("UPDATE") >= 3),
    timed("refreshed through a hold", held, |lab| talks(lab, 0) == 1 && lab.count("UPDATE") >= 2),
    timed("refreshed elsewhere", moved, |lab| talks(lab, 0) == 1 && lab.count("UPDATE") >= 2),
    timed("refreshed by the far end", by_them, |lab| {
        talks(lab, 0) == 1 && accepted(lab, "UPDATE") == 2 && accepted(lab, "INVITE") == 2
    }),
    timed("not refreshed", not_refreshed, |lab| ends(lab, 0, Cause::Expired) == 1),
    timed("422 three times", |lab| longer(lab, 3), |lab| talks(lab, 0) == 1),
    timed("422 four times", |lab| longer(lab, 4), |lab| ends(lab, 0, Cause::Refused) == 1 && lab.count("INVITE") >= 4),
    timed("too short for us", too_short, |lab| talks(lab, 0) == 1 && lab.count("SIP/2.0 422") > 0),
];

const fn timed(name: &'static str, play: fn(&mut Lab), right: fn(&Lab) -> bool) -> Flow {
    Flow { options: short, ..flow(name, play, right) }
}

fn short() -> Options {
    let session_timer = SessionTimer { mode: TimerMode::Always, expires: SHORT_S, ..SessionTimer::INHERITED };
    Options { session_timer, ..Options::default() }
}

fn refreshed(lab: &mut Lab) {
    if talking(lab) {
        lab.run_for(Duration::from_secs(180));
        over(lab, 0, &mut []);
    }
}

fn hold(lab: &mut Lab, on: bool) {
    told_each(lab, 0, |phone, now, call, token| phone.hold(now, call, on, token).is_ok());
    done(lab, &mut []);
}

fn held(lab: &mut Lab) {
    if talking(lab) {
        lab.run_for(Duration::from_millis(44_700));
        hold(lab, true);
        lab.run_for(Duration::from_secs(135));
        hold(lab, false);
        lab.run_for(Duration::from_secs(40));
        over(lab, 1, &mut []);
    }
}

fn moved(lab: &mut Lab) {
    if talking(lab) {
        let now = lab.now;
        lab.ends[0].move_to(now, Some((1, "10.0.0.31:5060".parse().unwrap())));
        lab.drain();
        lab.run_for(Duration::from_secs(180));
        over(lab, 0, &mut []);
    }
}

fn terms(side: &str) -> String {
    format!("Supported: timer\r\nSession-Expires: {SHORT_S};refresher={side}\r\n")
}

fn by_them(lab: &mut Lab) {
    let Some(mut peer) = called(lab, &terms("uac")) else { return };
    for method in ["UPDATE", "INVITE", "UPDATE"] {
        lab.run_for(Duration::from_secs(20));
        let contact = if method == "UPDATE" { format!("Contact: <{}>\r\n", peer.contact) } else { String::new() };
        let body = if method == "UPDATE" { String::new() } else { peer.sdp() };
        asks(lab, &mut peer, method, &format!("{contact}{}", terms("uac")), &body);
    }
    ends_it(lab, &mut peer);
}

fn not_refreshed(lab: &mut Lab) {
    let Some(mut peer) = called(lab, &terms("uac")) else { return };
    let until = lab.now + Duration::from_secs(100);
    meanwhile(lab, &mut [&mut peer], |lab| lab.now >= until);
    super::rest(lab, &mut [&mut peer]);
}

/// So many larger Min-SEs, each of which is followed up to the third; then the call goes up, and is refreshed.
fn longer(lab: &mut Lab, times: usize) {
    let mut peer = Peer::new(lab, "10.0.0.9:5060", 0);
    if !super::dial(lab, 0, "sip:peer@10.0.0.9") {
        return;
    }
    for nth in 0..times {
        let Some(invite) = heard(lab, &peer, "INVITE", nth) else { return };
        peer.respond_with(lab, &invite, 422, &format!("Min-SE: {}\r\n", 100 * (nth + 1)), "");
    }
    if times > 3 {
        wait(lab, super::is_over);
        return;
    }
    let Some(invite) = heard(lab, &peer, "INVITE", times) else { return };
    let body = peer.sdp();
    let lines = "Require: timer\r\nSession-Expires: 300;refresher=uac\r\nAllow: INVITE, UPDATE\r\n";
    peer.respond_with(lab, &invite, 200, lines, &body);
    up(lab, 0, 1);
    let until = lab.now + Duration::from_secs(160);
    for _ in 0..4 {
        meanwhile(lab, &mut [&mut peer], |lab| lab.now >= until);
    }
    over(lab, 0, &mut [&mut peer]);
}

/// A caller follows the Min-SE of our 422.
fn too_short(lab: &mut Lab) {
    let mut peer = Peer::new(lab, "10.0.0.9:5060", 0);
    let body = peer.sdp();
    let text = peer.request("INVITE", "Supported: timer\r\nSession-Expires: 60\r\n", &body);
    peer.send(lab, &text);
    if heard(lab, &peer, "SIP/2.0 422", 0).is_some() && super::calls(lab, &mut peer, &terms("uac")).is_some() {
        ends_it(lab, &mut peer);
    }
}
