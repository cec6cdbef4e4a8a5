//! Those who watch the first phone: a scripted one through calls, refreshes and its end; a phone of ours with a lamp; one
//! that the application lets in and shows out; one that falls silent.

use super::{Flow, answer_all, asks, dial, hangup_all, meanwhile, over, rings, up, wait};
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountId, Lamp, NewSubscription, Package, WatcherPolicy, WatcherState};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip};

pub(super) const FLOWS: [Flow; 4] = [
    Flow {
        name: "watched through a call",
        options: open,
        play: through_a_call,
        right: |lab| states(lab) == [ACTIVE, ENDED] && lab.ends[0].phone.in_use().watchers == 0,
    },
    Flow {
        name: "watched by a phone",
        options: open,
        play: by_a_phone,
        right: |lab| {
            let lamps: Vec<u32> = told(lab, 1, EventKind::Notify).map(|event| event.state).collect();
            states(lab) == [ACTIVE, ENDED]
                && lamps.ends_with(&[Lamp::Idle as u32])
                && lamps.contains(&(Lamp::Busy as u32))
        },
    },
    Flow {
        name: "watched by leave",
        options: asking,
        play: by_leave,
        right: |lab| states(lab) == [PENDING, ACTIVE, ENDED],
    },
    Flow {
        name: "watched by nobody any more",
        options: open,
        play: silent,
        right: |lab| states(lab) == [ACTIVE, ENDED],
    },
];

const PENDING: u32 = WatcherState::Pending as u32;
const ACTIVE: u32 = WatcherState::Active as u32;
const ENDED: u32 = WatcherState::Ended as u32;

fn open() -> Options {
    Options { watchers: (WatcherPolicy::Follow, None), ..Options::default() }
}

fn asking() -> Options {
    Options { watchers: (WatcherPolicy::Ask, None), ..Options::default() }
}

fn told(lab: &Lab, end: usize, kind: EventKind) -> impl Iterator<Item = &microsip_tests::Told> {
    lab.ends[end].events.iter().filter(move |event| event.kind == kind)
}

fn states(lab: &Lab) -> Vec<u32> {
    told(lab, 0, EventKind::Watcher).map(|event| event.state).collect()
}

fn subscribe(lab: &mut Lab, peer: &mut Peer, expires: u32) -> Option<Sip> {
    let lines = format!("Event: dialog\r\nExpires: {expires}\r\nContact: <sip:watcher@10.0.0.9:5060>\r\n");
    asks(lab, peer, "SUBSCRIBE", &lines, "").filter(|response| response.status() == 200)
}

fn watched(lab: &mut Lab) -> Option<Peer> {
    let mut peer = Peer::new(lab, "10.0.0.9:5060", 0);
    let response = subscribe(lab, &mut peer, 600)?;
    peer.learn(&response);
    Some(peer)
}

/// The peer was told this, and said 200 to it.
fn hears(lab: &mut Lab, peer: &mut Peer, what: &str) -> bool {
    let at = peer.at;
    meanwhile(lab, &mut [peer], |lab| {
        lab.raw[&at].iter().any(|(_, _, bytes)| String::from_utf8_lossy(bytes).contains(what))
    })
}

/// Its end was told, and nothing is under way.
fn ends(lab: &mut Lab, peer: &mut Peer) {
    hears(lab, peer, "terminated;reason=");
    meanwhile(lab, &mut [peer], |lab| lab.ends[0].phone.in_use().watchers + lab.ends[0].phone.in_use().requests == 0);
}

fn through_a_call(lab: &mut Lab) {
    if let Some(mut peer) = watched(lab) {
        hears(lab, &mut peer, "state=\"full\"");
        if dial(lab, 1, "sip:bob@10.0.0.1") && rings(lab, 0, 1) {
            hears(lab, &mut peer, "<state>early");
            answer_all(lab, 0);
            up(lab, 1, 1);
            hears(lab, &mut peer, "<state>confirmed");
        }
        over(lab, 1, &mut [&mut peer]);
        hears(lab, &mut peer, "<state>terminated");
        subscribe(lab, &mut peer, 60);
        subscribe(lab, &mut peer, 0);
        ends(lab, &mut peer);
    }
}

fn by_a_phone(lab: &mut Lab) {
    let new = NewSubscription { package: Package::Dialog, expires: 600, ..NewSubscription::default() };
    let now = lab.now;
    let made = lab.ends[1].phone.subscription_add(now, AccountId::NONE, "sip:10.0.0.1", &new);
    lab.in_vain += usize::from(made.is_err());
    lab.drain();
    let shows = |lab: &mut Lab, lamp: Lamp| {
        wait(lab, |lab| told(lab, 1, EventKind::Notify).last().is_some_and(|event| event.state == lamp as u32))
    };
    shows(lab, Lamp::Idle);
    if dial(lab, 2, "sip:bob@10.0.0.1") && rings(lab, 0, 1) {
        answer_all(lab, 0);
        up(lab, 2, 1);
        shows(lab, Lamp::Busy);
    }
    over(lab, 2, &mut []);
    shows(lab, Lamp::Idle);
    let now = lab.now;
    if let Ok(made) = made {
        let _ = lab.ends[1].phone.subscription_remove(now, made);
    }
    lab.drain();
    wait(lab, |lab| lab.ends[0].phone.in_use().watchers + lab.ends[1].phone.in_use().subscriptions == 0);
}

fn by_leave(lab: &mut Lab) {
    if let Some(mut peer) = watched(lab) {
        hears(lab, &mut peer, "Subscription-State: pending");
        for (code, said) in [(200, "Subscription-State: active"), (603, "reason=rejected")] {
            let (now, all) = (lab.now, lab.ends[0].phone.watchers().collect::<Vec<_>>());
            for watcher in all {
                let _ = lab.ends[0].phone.watcher_answer(now, watcher, code);
            }
            lab.drain();
            hears(lab, &mut peer, said);
        }
        ends(lab, &mut peer);
    }
}

fn silent(lab: &mut Lab) {
    if watched(lab).is_some() {
        wait(lab, |lab| lab.ends[0].phone.in_use().watchers == 0);
    }
    hangup_all(lab, 0);
    lab.run_for(Duration::from_secs(1));
}
