//! Hold, and offers in calls that are up, by both sides and both methods.

use super::{
    Flow, accepted, asks, called, done, each, flow, meanwhile, media_changes, over, served, talking, talks, told_each,
};
use microsip_core::base::time::Duration;
use microsip_core::phone::Reoffer;
use microsip_tests::{Lab, sdp};

pub(super) const FLOWS: [Flow; 6] = [
    flow("held", held, |lab| talks(lab, 0) == 1 && lab.count("INVITE") >= 5),
    flow("held by UPDATE", held_by_update, |lab| talks(lab, 0) == 1 && lab.count("UPDATE") >= 3),
    flow("both hold", both_hold, |lab| talks(lab, 0) == 1 && served(lab, 0) + served(lab, 1) >= 2),
    flow("moved", moved, |lab| talks(lab, 0) == 1 && accepted(lab, "INVITE") == 3),
    flow("offered by UPDATE", offered_by_update, |lab| {
        talks(lab, 0) == 1 && served(lab, 0) == 1 && accepted(lab, "UPDATE") == 3 && media_changes(lab, 0) >= 4
    }),
    flow("hosts in offers", named, |lab| {
        talks(lab, 0) == 1 && accepted(lab, "INVITE") == 2 && accepted(lab, "UPDATE") == 1
    }),
];

/// Each call of an end is held or resumed; a command that is taken has to be told its end.
fn hold(lab: &mut Lab, end: usize, on: bool) {
    told_each(lab, end, |phone, now, call, token| phone.hold(now, call, on, token).is_ok());
}

fn held(lab: &mut Lab) {
    if !talking(lab) {
        return;
    }
    for (end, on) in [(0, true), (1, true), (0, false), (1, false)] {
        hold(lab, end, on);
        done(lab, &mut []);
    }
    over(lab, 0, &mut []);
}

fn held_by_update(lab: &mut Lab) {
    if !talking(lab) {
        return;
    }
    for end in [0, 1] {
        each(lab, end, |phone, now, call| {
            phone.reoffer(now, call, &Reoffer { by_update: Some(true), ..Reoffer::default() }, 0).is_ok()
        });
    }
    lab.run_for(Duration::from_secs(5));
    for (end, on) in [(0, true), (1, true), (0, false)] {
        hold(lab, end, on);
        done(lab, &mut []);
    }
    over(lab, 1, &mut []);
}

fn both_hold(lab: &mut Lab) {
    if !talking(lab) {
        return;
    }
    hold(lab, 0, true);
    hold(lab, 1, true);
    done(lab, &mut []);
    hold(lab, 0, false);
    hold(lab, 1, false);
    lab.run_for(Duration::from_millis(300));
    // one waits behind a 491 when the call ends
    over(lab, 0, &mut []);
}

fn moved(lab: &mut Lab) {
    if !talking(lab) {
        return;
    }
    hold(lab, 0, true);
    done(lab, &mut []);
    let now = lab.now;
    lab.ends[0].move_to(now, Some((0, "10.0.0.31:5060".parse().unwrap())));
    lab.drain();
    lab.run_for(Duration::from_secs(10));
    over(lab, 1, &mut []);
}

fn offered_by_update(lab: &mut Lab) {
    let Some(mut peer) = called(lab, "") else { return };
    hold(lab, 0, true);
    meanwhile(lab, &mut [&mut peer], |lab| lab.ends[0].events.iter().any(|event| event.token > 0));
    let contact = format!("Contact: <{}>\r\n", peer.contact);
    for body in [sdp("10.0.0.9", 4000, "sendonly"), String::new(), "garbage".into(), sdp("10.0.0.9", 0, "")] {
        asks(lab, &mut peer, "UPDATE", &contact, &body);
    }
    over(lab, 0, &mut [&mut peer]);
}

fn named(lab: &mut Lab) {
    let Some(mut peer) = called(lab, "") else { return };
    lab.names.insert("media.example.org".into(), vec!["10.0.0.9:0".parse().unwrap()]);
    let hosts = [("INVITE", "media.example.org"), ("UPDATE", "media.example.org"), ("UPDATE", "nowhere.example.org")];
    for (method, host) in hosts {
        asks(lab, &mut peer, method, "", &sdp(host, 4000, ""));
    }
    over(lab, 0, &mut [&mut peer]);
}
