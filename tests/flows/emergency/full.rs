//! A call for help on a phone whose slots are all in use: what gives way, and what its far end and the application hear.

use super::{REGISTRAR, config, dial};
use microsip_core::base::time::Duration;
use microsip_core::media::digits::DigitMethod;
use microsip_core::phone::{
    AccountConfig, AccountId, CallId, CallState, Capacity, Cause, CommandError, DialOptions, EndCause, EndedBy, Source,
};
use microsip_tests::{EventKind, Lab, Options, Peer, Told, ladder};

const REASON: &str = "preemption;cause=1;text=\"UA Preemption\"";

/// The part of a call that gives way, or does not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Doing {
    /// It rings here.
    Rings,
    /// It is dialled, and nothing was heard of it yet.
    Unheard,
    /// It is dialled, and rings there.
    Dialled,
    /// The same, and two branches ring.
    Forked,
    /// The application gave it up, and its CANCEL has no response.
    GivenUp,
    /// It is on hold.
    Held,
    /// A hold of it has no response.
    Holding,
    Talks,
    /// We have answered it, and its ACK has not come.
    Unacknowledged,
}
use Doing::{Dialled, Forked, GivenUp, Held, Holding, Rings, Talks, Unacknowledged, Unheard};

const ALL: [Doing; 9] = [Rings, Unheard, Dialled, Forked, GivenUp, Held, Holding, Talks, Unacknowledged];

/// A phone of this capacity, with an account at a server that says nothing by itself.
pub(super) fn phone(capacity: Capacity) -> (Lab, AccountId, Peer) {
    let mut lab = Lab::new(&[Options { capacity: capacity.direct(u32::MAX, u32::MAX), ..Options::default() }]).repeat();
    lab.audio = false;
    let now = lab.now;
    let account = lab.ends[0].phone.account_add(now, &config()).unwrap();
    let server = Peer::new(&mut lab, REGISTRAR, 0);
    (lab, account, server)
}

/// A call that does so, with its far end. `None`: it finds no room.
pub(super) fn begin(lab: &mut Lab, nth: usize, doing: Doing) -> Option<(CallId, Peer)> {
    let mut peer = Peer::new(lab, &format!("10.0.0.{}:5060", 100 + nth), 0);
    let known: Vec<CallId> = lab.ends[0].phone.calls().collect();
    let out = DialOptions { source: Source::Silence, ..DialOptions::default() };
    match doing {
        Rings => {
            peer.invite(lab);
        }
        Unacknowledged => {
            peer.invite(lab);
            lab.drain();
            let call = lab.ends[0].phone.calls().find(|call| !known.contains(call))?;
            let now = lab.now;
            lab.ends[0].phone.answer(now, call, 200).unwrap();
            lab.run_for(Duration::from_millis(20));
            let ok = peer.all(lab, "SIP/2.0 200").pop().unwrap();
            peer.learn(&ok);
        }
        _ => {
            let target = format!("sip:peer@{}", peer.at.ip());
            dial(lab, AccountId::NONE, &target, &out).ok()?;
            let invite = peer.wait(lab, "INVITE");
            if doing != Unheard {
                peer.respond(lab, &invite, 180, "");
            }
            if doing == Forked {
                peer.tag = "another".into();
                peer.respond(lab, &invite, 180, "");
            }
            if matches!(doing, Talks | Held | Holding) {
                let body = peer.sdp();
                peer.respond(lab, &invite, 200, &body);
                peer.wait(lab, "ACK");
            }
        }
    }
    lab.run_for(Duration::from_millis(10));
    let call = lab.ends[0].phone.calls().find(|call| !known.contains(call))?;
    let now = lab.now;
    match doing {
        GivenUp => lab.ends[0].phone.hangup(now, call).unwrap(),
        Held | Holding => {
            lab.ends[0].phone.hold(now, call, true, 0).unwrap();
            lab.drain();
            if doing == Held {
                let again = peer.wait(lab, "INVITE");
                let body = microsip_tests::sdp(&peer.at.ip().to_string(), 40_000, "recvonly");
                peer.respond(lab, &again, 200, &body);
                peer.wait(lab, "ACK");
            }
        }
        _ => {}
    }
    lab.drain();
    lab.run_for(Duration::from_millis(10));
    Some((call, peer))
}

/// The ends of a call that were told.
fn ends(lab: &Lab, call: CallId) -> Vec<Told> {
    let told = lab.ends[0].events.iter().filter(|event| event.call == call && event.call_is(CallState::Ended));
    told.cloned().collect()
}

/// The message that a far end gets when its call gives way.
fn hears(doing: Doing) -> (&'static str, bool) {
    match doing {
        Rings => ("SIP/2.0 486", false),
        Dialled | Forked | GivenUp => ("CANCEL", doing != GivenUp),
        Held | Talks | Holding => ("BYE", true),
        Unheard | Unacknowledged => ("", false),
    }
}

/// The server's side of a call for help: it rings, and is answered.
pub(super) fn helped(lab: &mut Lab, server: &mut Peer) {
    let invite = server.wait(lab, "INVITE");
    assert_eq!(invite.uri(), "sip:112@example.org");
    server.respond(lab, &invite, 180, "");
    let body = server.sdp();
    server.respond(lab, &invite, 200, &body);
    server.wait(lab, "ACK");
}

#[test]
fn what_is_missed_least_gives_way_first() {
    let (mut lab, account, mut server) = phone(Capacity::host(5, 1, 2048));
    let order = [Rings, Dialled, Held, Talks, Talks];
    // they begin the other way round, but for those that talk
    let mut calls: Vec<_> =
        order.iter().enumerate().rev().map(|(nth, doing)| (nth, begin(&mut lab, nth, *doing))).collect();
    calls.reverse();
    calls.swap(3, 4); // the oldest that talks is the last
    let mut calls: Vec<(usize, (CallId, Peer))> = calls.into_iter().map(|(nth, call)| (nth, call.unwrap())).collect();
    calls[3..].sort_by_key(|(nth, _)| std::cmp::Reverse(*nth));
    for (nth, (call, peer)) in &mut calls {
        dial(&mut lab, account, "112", &DialOptions { tag: 112, ..DialOptions::default() }).unwrap();
        helped(&mut lab, &mut server);
        let (start, reason) = hears(order[*nth]);
        let last = peer.wait(&mut lab, start);
        assert_eq!(last.headers("Reason"), if reason { vec![REASON] } else { vec![] }, "{start}");
        peer.oblige(&mut lab);
        let ended = ends(&lab, *call);
        assert_eq!(ended.len(), 1, "told once\n{}", ladder::draw(&lab));
        let what = (ended[0].result, ended[0].cause, ended[0].ended_by);
        assert_eq!(what, (Cause::Full, EndCause::Emergency, EndedBy::Library), "{:?}", order[*nth]);
        assert_eq!(ended[0].sip_code == 486, order[*nth] == Rings);
    }
    // each of them asks for help
    let again = dial(&mut lab, account, "112", &DialOptions::default());
    assert_eq!(again, Err(CommandError::Full));
    let up = |lab: &Lab| {
        let phone = &lab.ends[0].phone;
        phone.calls().filter(|call| phone.call_info(*call).is_ok_and(|info| info.state == CallState::Connected)).count()
    };
    assert_eq!(up(&lab), 5);
}

#[test]
fn one_that_is_no_call_for_help_finds_no_slot() {
    let (mut lab, account, mut server) = phone(Capacity::host(1, 1, 2048));
    let (talks, _) = begin(&mut lab, 0, Talks).unwrap();
    assert_eq!(dial(&mut lab, account, "0", &DialOptions::default()), Err(CommandError::Full));
    // nothing was changed for a number that is none, or by a phone that is being shut down
    assert_eq!(dial(&mut lab, account, "urn:service:sos.", &DialOptions::default()), Err(CommandError::Blocked));
    assert!(ends(&lab, talks).is_empty());
    dial(&mut lab, account, "urn:service:sos", &DialOptions::default()).unwrap();
    assert_eq!(server.wait(&mut lab, "INVITE").uri(), "urn:service:sos");
    assert_eq!(ends(&lab, talks).len(), 1);
    let now = lab.now;
    lab.ends[0].phone.shutdown(now);
    assert_eq!(dial(&mut lab, account, "112", &DialOptions::default()), Err(CommandError::State));
}

/// One whose name is looked up yet has sent nothing, and its request is free at once.
#[test]
fn one_that_has_not_left_gives_way() {
    let (mut lab, account, mut server) = phone(Capacity { requests: 1, ..Capacity::host(1, 1, 2048) });
    lab.ends[0].grant = false;
    let sought = dial(&mut lab, AccountId::NONE, "sip:somebody@nowhere.example", &DialOptions::default()).unwrap();
    dial(&mut lab, account, "112", &DialOptions::default()).unwrap();
    assert_eq!(ends(&lab, sought)[0].cause, EndCause::Emergency);
    lab.ends[0].grant = true;
    helped(&mut lab, &mut server);
}

/// The one request is a REGISTER: it waits for a second. An INFO fails, and its call goes on.
#[test]
fn other_requests_give_way() {
    let capacity = Capacity { requests: 1, ..Capacity::host(2, 2, 2048) };
    let (mut lab, account, mut server) = phone(capacity);
    let now = lab.now;
    let registers = AccountConfig { no_register: false, registrar: "sip:10.0.0.8", ..config() };
    let second = lab.ends[0].phone.account_add(now, &registers).unwrap();
    crate::server::register(&mut lab, second);
    let mut registrar = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    registrar.wait(&mut lab, "REGISTER");
    dial(&mut lab, account, "112", &DialOptions::default()).unwrap();
    helped(&mut lab, &mut server);
    lab.run_for(Duration::from_millis(1100));
    let again = registrar.all(&lab, "REGISTER").pop().unwrap();
    registrar.respond_with(&mut lab, &again, 200, &format!("Contact: {};expires=60\r\n", again.header("Contact")), "");

    let (mut lab, account, mut server) = phone(capacity);
    lab.audio = true;
    let (talks, peer) = begin(&mut lab, 0, Talks).unwrap();
    let now = lab.now;
    lab.ends[0].phone.send_digits_by(now, talks, "12", DigitMethod::Info.into(), 5).unwrap();
    lab.run_for(Duration::from_millis(50));
    assert_eq!(peer.all(&lab, "INFO").len(), 1);
    dial(&mut lab, account, "112", &DialOptions::default()).unwrap();
    helped(&mut lab, &mut server);
    let done =
        lab.ends[0].events.iter().find(|event| event.kind == EventKind::Done).map(|event| (event.token, event.result));
    assert_eq!(done, Some((5, Cause::Full)));
    assert!(ends(&lab, talks).is_empty(), "it goes on");
}

/// Each pool so small that it is full, with calls that do anything: the call for help is taken, its INVITE leaves and is
/// answered, and each call that gave way is told once. At the end nothing is left.
#[test]
fn each_pool_is_full() {
    type Cut = fn(&mut Capacity, u32);
    let pools: [(&str, Cut); 5] = [
        ("calls", |capacity, size| capacity.calls = size),
        ("dialogs", |capacity, size| capacity.dialogs = size),
        ("requests", |capacity, size| capacity.requests = size),
        ("servers", |capacity, size| capacity.servers = size),
        ("a board's", |capacity, size| *capacity = Capacity::metal(size, 1, 1500)),
    ];
    let mut gave_way = 0;
    for (pool, cut) in pools {
        for size in [1, 2, 4] {
            for first in ALL {
                for second in ALL {
                    let mut capacity = Capacity::host(4, 1, 2048);
                    cut(&mut capacity, size);
                    gave_way += play(&format!("{pool} {size}, {first:?} and {second:?}"), capacity, [first, second]);
                }
            }
        }
    }
    assert!(gave_way > 500, "{gave_way}");
}

/// Returns how many calls gave way.
fn play(about: &str, capacity: Capacity, doing: [Doing; 2]) -> usize {
    let (mut lab, account, mut server) = phone(capacity);
    let mut began = Vec::new();
    for nth in 0..5 {
        began.extend(begin(&mut lab, nth, doing[nth % 2]).map(|(call, peer)| (call, peer, doing[nth % 2])));
    }
    let dialled = dial(&mut lab, account, "112", &DialOptions::default());
    let Ok(help) = dialled else { panic!("{about}: {dialled:?}\n{}", ladder::draw(&lab)) };
    lab.run_for(Duration::from_millis(10));
    let Some(invite) = server.all(&lab, "INVITE").pop() else { panic!("{about}\n{}", ladder::draw(&lab)) };
    server.respond(&mut lab, &invite, 180, "");
    let body = server.sdp();
    server.respond(&mut lab, &invite, 200, &body);
    lab.run_for(Duration::from_secs(3));
    let state = lab.ends[0].phone.call_info(help).unwrap().state;
    assert_eq!(state, CallState::Connected, "{about}\n{}", ladder::draw(&lab));
    assert!(!server.all(&lab, "ACK").is_empty(), "{about}");
    let mut gave_way = 0;
    for (call, _, _) in &began {
        let ended = ends(&lab, *call);
        assert!(ended.len() <= 1, "{about}: {ended:?}");
        gave_way += ended.iter().filter(|event| event.cause == EndCause::Emergency).count();
    }
    // all is given up, and far ends that answer nothing are waited for
    for _ in 0..4 {
        let now = lab.now;
        lab.ends[0].phone.hangup_all(now);
        lab.run_for(Duration::from_secs(40));
    }
    for (call, _, _) in &began {
        assert_eq!(ends(&lab, *call).len(), 1, "{about}: {call:?} is told once\n{}", ladder::draw(&lab));
    }
    let lost = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Lost).count();
    assert_eq!(lost, 0, "{about}");
    let now = lab.now;
    lab.ends[0].phone.shutdown(now);
    lab.drain();
    lab.assert_settled();
    gave_way
}
