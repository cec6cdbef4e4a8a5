//! A phone without room for another call forwards an account's callers, where its rules say so of a busy one.

use crate::server::{REGISTRAR, Server, account_with, anna, register, state, until};
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountState, Capacity, CommandError, FORWARD_ALWAYS, FORWARD_BUSY, RuleNumbers, Rules, Switch,
};
use microsip_tests::{Lab, Peer, Sip};

const NONE: RuleNumbers = RuleNumbers::UNSET;
const BUSY: RuleNumbers = RuleNumbers { forward: FORWARD_BUSY, ..NONE };

/// A registered phone of this capacity, with rules for its account's calls.
fn phone(capacity: Capacity, numbers: RuleNumbers, deny: &str) -> (Lab, Server) {
    let (mut lab, account) = account_with(capacity, &[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    until(&mut lab, &mut server, "registered", |lab, _| state(lab) == AccountState::Registered);
    let rules = Rules { numbers, forward_busy_to: Some("sip:busy@10.0.0.7"), deny: Some(deny), ..Rules::default() };
    lab.ends[0].phone.set_rules(account, &rules).unwrap();
    (lab, server)
}

/// A caller at this address. Its INVITE, with more lines.
fn call(lab: &mut Lab, from: &str, lines: &str) -> (Peer, String) {
    let mut peer = Peer::new(lab, from, 0);
    peer.target = "sip:anna@10.0.0.1".into();
    let body = peer.sdp();
    let invite = peer.request("INVITE", lines, &body);
    peer.send(lab, &invite);
    (peer, invite)
}

/// The final response to a caller behind the account's server.
fn refused(lab: &mut Lab, lines: &str) -> Sip {
    let (mut peer, invite) = call(lab, "10.0.0.9:40002", lines);
    let response = peer.wait(lab, "SIP/2.0 ");
    peer.ack_refusal(lab, &invite, &response);
    response
}

/// Capacities with room for that many calls, by each pool that an incoming call takes from.
fn cut() -> Vec<(usize, Capacity)> {
    let all = Capacity::host(2, 1, 2048);
    vec![
        (0, Capacity { calls: 0, ..all }),
        (1, Capacity { calls: 1, ..all }),
        (0, Capacity { dialogs: 0, ..all }),
        (1, Capacity { dialogs: 1, ..all }),
        (1, Capacity { servers: 1, ..all }),
    ]
}

/// A phone with as many calls as it has room for.
fn full(calls: usize, capacity: Capacity, numbers: RuleNumbers, deny: &str) -> (Lab, Option<Peer>) {
    let (mut lab, _server) = phone(capacity, numbers, deny);
    let first = (calls > 0).then(|| {
        let (mut peer, _) = call(&mut lab, "10.0.0.9:40001", "");
        peer.wait(&mut lab, "SIP/2.0 180");
        peer
    });
    (lab, first)
}

#[test]
fn it_takes_no_slot_and_repetitions_get_the_same() {
    for (calls, capacity) in cut() {
        let (mut lab, first) = full(calls, capacity, BUSY, "");
        let taken = lab.ends[0].phone.in_use();
        let (mut peer, invite) =
            call(&mut lab, "10.0.0.9:40002", "Diversion: <sip:desk@x.example>;reason=no-answer\r\n");
        let moved = peer.wait(&mut lab, "SIP/2.0 ");
        assert_eq!(moved.status(), 302, "{capacity:?}");
        assert_eq!(moved.headers("Contact"), ["<sip:busy@10.0.0.7>;q=1.0"]);
        let diverted = ["<sip:anna@example.org>;reason=user-busy;counter=1", "<sip:desk@x.example>;reason=no-answer"];
        assert_eq!(moved.headers("Diversion"), diverted);
        assert_eq!(lab.ends[0].phone.in_use(), taken);
        // the response was lost, and a slot has become free: the caller that was sent on does not ring here
        if first.is_some() {
            let (now, ringing) = (lab.now, lab.ends[0].last_call());
            lab.ends[0].phone.reject(now, ringing, 0).unwrap();
            lab.drain();
        }
        peer.send(&mut lab, &invite);
        lab.run_for(Duration::from_millis(100));
        let all = peer.all(&lab, "SIP/2.0 302");
        assert_eq!((all.len(), &all[0].bytes), (2, &all[1].bytes));
        peer.ack_refusal(&mut lab, &invite, &moved);
        lab.run_for(Duration::from_millis(100));
        assert_eq!(peer.all(&lab, "SIP/2.0").len(), 2);
        assert_eq!(lab.ends[0].phone.counters().refused_full, 1);
    }
}

#[test]
fn a_repetition_says_where_to_or_nothing_of_it() {
    // rfc3261#21.3.3: a 302 has a Contact; the rules were taken back before the caller has heard of it
    let (mut lab, _first) = full(0, Capacity { calls: 0, ..Capacity::host(2, 1, 2048) }, BUSY, "");
    let (mut peer, invite) = call(&mut lab, "10.0.0.9:40002", "");
    let moved = peer.wait(&mut lab, "SIP/2.0 302");
    let account = lab.ends[0].phone.accounts().next().unwrap();
    let numbers = RuleNumbers { forward: u32::MAX, ..NONE };
    lab.ends[0].phone.set_rules(account, &Rules { numbers, ..Rules::default() }).unwrap();
    peer.send(&mut lab, &invite);
    let again = peer.wait(&mut lab, "SIP/2.0");
    assert_eq!((again.status(), again.to_tag()), (480, moved.to_tag()));
}

#[test]
fn all_calls_are_forwarded_as_a_rule_for_all_says() {
    for (calls, capacity) in cut().into_iter().filter(|(calls, _)| *calls == 0) {
        let numbers = RuleNumbers { forward: FORWARD_ALWAYS, ..NONE };
        let (mut lab, _) = full(calls, capacity, NONE, "");
        let account = lab.ends[0].phone.accounts().next().unwrap();
        // a target for all is needed: that of a busy phone is none
        let nowhere = Rules { numbers, ..Rules::default() };
        assert_eq!(lab.ends[0].phone.set_rules(account, &nowhere), Err(CommandError::Nowhere));
        assert!(matches!(refused(&mut lab, "").status(), 486 | 503));
        let rules = Rules { numbers, forward_to: Some("sip:all@10.0.0.7"), ..Rules::default() };
        lab.ends[0].phone.set_rules(account, &rules).unwrap();
        let mut peer = Peer::new(&mut lab, "10.0.0.9:40003", 0);
        peer.target = "sip:anna@10.0.0.1".into();
        peer.invite(&mut lab);
        let moved = peer.wait(&mut lab, "SIP/2.0 302");
        assert_eq!(moved.header("Contact"), "<sip:all@10.0.0.7>;q=1.0");
        assert!(moved.header("Diversion").contains(";reason=unconditional;"));
    }
}

#[test]
fn who_would_not_be_forwarded_is_refused() {
    let round = "Diversion: <sip:x@y>\r\n".repeat(5);
    let muted = RuleNumbers { dnd: Switch::On, dnd_code: 603, ..BUSY };
    for (calls, capacity) in cut() {
        // no rule forwards; it goes round; a rule refuses the caller, or all
        let hidden = RuleNumbers { anonymous: Switch::Off, ..BUSY };
        let hides = "Privacy: id\r\n";
        for (numbers, deny, lines, status) in [
            (NONE, "", "", 0),
            (BUSY, "", round.as_str(), 0),
            (BUSY, "", "Diversion: <sip:x@y>;counter=5\r\n", 0),
            (BUSY, "peer", "", 486),
            (muted, "", "", 603),
            (hidden, "", hides, 433),
        ] {
            let (mut lab, _first) = full(calls, capacity, BUSY, "");
            let account = lab.ends[0].phone.accounts().next().unwrap();
            let forward = if numbers.forward == 0 { u32::MAX } else { numbers.forward };
            let rules = Rules { numbers: RuleNumbers { forward, ..numbers }, deny: Some(deny), ..Rules::default() };
            lab.ends[0].phone.set_rules(account, &rules).unwrap();
            let response = refused(&mut lab, lines);
            let usual = matches!(response.status(), 486 | 503);
            assert!(if status == 0 { usual } else { response.status() == status }, "{numbers:?} {}", response.text());
            assert_eq!(response.header("Contact"), "");
        }
        // a stranger gets nothing
        let (mut lab, _first) = full(calls, capacity, BUSY, "");
        let (peer, _) = call(&mut lab, "10.0.0.66:5060", "");
        lab.run_for(Duration::from_secs(5));
        assert!(peer.all(&lab, "SIP/2.0").is_empty());
    }
}
