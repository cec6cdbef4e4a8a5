//! Publications of the first phone, at a server that challenges each PUBLISH: changed, refreshed and taken back; by
//! itself, with a call; and through refusals.

use super::{Flow, dial_with, flow, hangup_all, is_over, talks};
use crate::publications::server::{Compositor, Mode};
use crate::server::anna;
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, AccountId, CallState, Cause, DialOptions, Op, Presence, PublicationState};
use microsip_core::wire::body::pidf::Activity;
use microsip_tests::{EventKind, Lab};

pub(super) const FLOWS: [Flow; 3] = [
    flow("published", published, |lab| done(lab) == 3 && is_clean(lab) && ended(lab)),
    flow("published by itself", by_itself, |lab| talks(lab, 0) == 1 && is_clean(lab) && told(lab).contains(&ACTIVE)),
    flow("published through refusals", refused, |lab| {
        done(lab) == 1 && is_clean(lab) && told(lab).contains(&ACTIVE) && told(lab).contains(&RETRYING)
    }),
];

const ACTIVE: u32 = PublicationState::Active as u32;
const RETRYING: u32 = PublicationState::Retrying as u32;

fn told(lab: &Lab) -> Vec<u32> {
    let told = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Publication);
    told.map(|event| event.state).collect()
}

fn ended(lab: &Lab) -> bool {
    told(lab).last() == Some(&(PublicationState::Ended as u32))
}

/// The commands that did their work.
fn done(lab: &Lab) -> usize {
    let told = lab.ends[0].events.iter().filter(|event| event.op == Some(Op::Publish));
    told.filter(|event| event.result == Cause::Normal).count()
}

/// No slot of a publication is taken.
fn is_clean(lab: &Lab) -> bool {
    lab.ends[0].phone.in_use().publications == 0
}

/// Time passes, with the server, until a condition holds, for 80 s at most: twice as long as a request is repeated.
fn served(lab: &mut Lab, server: &mut Compositor, holds: impl Fn(&Lab) -> bool) {
    for _ in 0..800 {
        if holds(lab) {
            return;
        }
        crate::server::run(lab, &mut [&mut server.server], Duration::from_millis(100));
    }
}

/// An account that does not register, and its server; where there is no room for it, nothing.
fn with_account(lab: &mut Lab, by_itself: bool, act: impl FnOnce(&mut Lab, AccountId, &mut Compositor)) {
    lab.names.insert("example.org".into(), vec![crate::server::REGISTRAR.parse().unwrap()]);
    let mut server = Compositor::new(lab, Mode { challenges: true, ..Mode::default() });
    let now = lab.now;
    let config = AccountConfig { publish: by_itself, no_register: true, realms: "example.org", ..anna() };
    let Ok(account) = lab.ends[0].phone.account_add(now, &config) else { return };
    lab.drain();
    act(lab, account, &mut server);
    let now = lab.now;
    lab.ends[0].phone.account_remove(now, account).unwrap();
    lab.drain();
    served(lab, &mut server, is_clean);
    crate::server::pass(lab, &mut server.server, 5);
}

/// Publishes, with a token.
fn say(lab: &mut Lab, account: AccountId, presence: Option<&Presence<'_>>) -> bool {
    let (now, token) = (lab.now, lab.ends[0].taken.len() as u64 + 1);
    let taken = lab.ends[0].phone.publish(now, account, presence, (60, token)).is_ok();
    if taken {
        lab.ends[0].taken.push(token);
    }
    lab.in_vain += usize::from(!taken);
    lab.drain();
    taken
}

/// Each command that was taken has its end.
fn answered(lab: &Lab) -> bool {
    lab.ends[0].events.iter().filter(|event| event.op == Some(Op::Publish)).count() == lab.ends[0].taken.len()
}

fn published(lab: &mut Lab) {
    with_account(lab, false, |lab, account, server| {
        for activity in [Activity::Busy, Activity::Away] {
            say(lab, account, Some(&Presence { activity, note: "in a meeting", ..Presence::USUAL }));
            served(lab, server, answered);
            // it is refreshed meanwhile
            crate::server::pass(lab, &mut server.server, 70);
        }
        say(lab, account, None);
        served(lab, server, |lab| answered(lab) && is_clean(lab));
    });
}

fn by_itself(lab: &mut Lab) {
    with_account(lab, true, |lab, account, server| {
        served(lab, server, |lab| told(lab).contains(&ACTIVE));
        let options = DialOptions::default();
        if dial_with(lab, 0, account, "sip:bob@10.0.0.2", options) {
            super::rings(lab, 1, 1);
            super::answer_all(lab, 1);
            served(lab, server, |lab| super::calls_in(lab, 0, CallState::Connected) == 1);
            crate::server::pass(lab, &mut server.server, 10);
        }
        hangup_all(lab, 0);
        served(lab, server, is_over);
        crate::server::pass(lab, &mut server.server, 40);
    });
}

fn refused(lab: &mut Lab) {
    with_account(lab, false, |lab, account, server| {
        server.refuse(500, "");
        say(lab, account, Some(&Presence::USUAL));
        served(lab, server, answered);
        served(lab, server, |lab| told(lab).contains(&ACTIVE));
        // the server forgets it, and then refuses its change for a while
        server.state.borrow_mut().kept.clear();
        say(lab, account, Some(&Presence { open: false, ..Presence::USUAL }));
        served(lab, server, answered);
        crate::server::pass(lab, &mut server.server, 60);
    });
}
