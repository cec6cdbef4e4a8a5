//! The inbox: what a message or a REFER that comes takes, what it leaves to others, and what is refused.

use crate::server::{REGISTRAR, account_with, anna};
use crate::strangers::request;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountConfig, AccountId, Capacity, CommandError, MessagePolicy, NewMessage, TransferPolicy,
};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip};

const PLAIN: &str = "Content-Type: text/plain\r\n";

fn news(lab: &Lab, kind: EventKind) -> usize {
    lab.ends[0].events.iter().filter(|event| event.kind == kind).count()
}

/// Answers each message that waits.
fn answer_all(lab: &mut Lab) {
    let now = lab.now;
    let phone = &mut lab.ends[0].phone;
    for message in phone.messages().collect::<Vec<_>>() {
        let _ = phone.message_answer(now, message, 0); // it may have been answered
    }
    lab.drain();
}

/// Header lines that a response echoes, of so many bytes and a few more.
fn echoed(pad: usize) -> String {
    format!("Via: SIP/2.0/UDP 10.0.0.200;branch=z9hG4bK{}\r\n", "v".repeat(pad))
}

/// A phone of which each message may have 1024 bytes, and a peer.
fn narrow(transfers: TransferPolicy, messages: MessagePolicy) -> (Lab, Peer) {
    let capacity = Capacity { messages: 2, ..Capacity::host(2, 1, 1024) };
    let mut lab = Lab::new(&[Options { capacity, transfers: (transfers, transfers), messages, ..Options::default() }]);
    lab.audio = false;
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    (lab, peer)
}

// A response that does not fit would leave a transaction behind: such a message is refused before anybody hears of it.
#[test]
fn a_message_whose_response_is_too_long_is_refused_and_takes_nothing() {
    for policy in [MessagePolicy::Ask, MessagePolicy::Store] {
        let mut seen = Vec::new();
        for pad in (100..900).step_by(3) {
            let (mut lab, mut peer) = narrow(TransferPolicy::Refuse, policy);
            let text = peer.request("MESSAGE", &format!("{}{PLAIN}", echoed(pad)), "hello");
            peer.send(&mut lab, &text);
            lab.run_for(Duration::from_millis(50));
            answer_all(&mut lab);
            lab.run_for(Duration::from_secs(40));
            let responses: Vec<u16> = peer.all(&lab, "SIP/2.0").iter().map(Sip::status).collect();
            let taken = matches!(responses[..], [200 | 202]);
            assert_eq!(news(&lab, EventKind::Message), usize::from(taken), "{pad} {responses:?}");
            assert!(taken || matches!(responses[..], [513] | []), "{pad} {responses:?}");
            assert_eq!(lab.ends[0].phone.in_use().servers, 0, "{pad} {responses:?}");
            seen.extend(responses);
        }
        assert!(seen.iter().any(|status| *status < 300), "{seen:?}");
        // one that is stored has its response at once, which is shorter
        assert!(seen.contains(&513) || policy == MessagePolicy::Store, "{seen:?}");
    }
}

#[test]
fn a_refer_whose_response_is_too_long_is_refused_and_takes_nothing() {
    for policy in [TransferPolicy::Ask, TransferPolicy::Follow] {
        let mut seen = Vec::new();
        for pad in (100..900).step_by(3) {
            let (mut lab, mut peer) = narrow(policy, MessagePolicy::Ask);
            peer.call(&mut lab, 0);
            let lines = format!("{}Refer-To: <sip:10.0.0.10>\r\nContact: <{}>\r\n", echoed(pad), peer.contact);
            let text = peer.request("REFER", &lines, "");
            let before = peer.all(&lab, "SIP/2.0").len();
            peer.send(&mut lab, &text);
            lab.run_for(Duration::from_millis(50));
            answer_all(&mut lab);
            lab.run_for(Duration::from_secs(1));
            peer.oblige(&mut lab);
            lab.run_for(Duration::from_secs(40));
            let responses: Vec<u16> = peer.all(&lab, "SIP/2.0").iter().skip(before).map(Sip::status).collect();
            let told = news(&lab, EventKind::Refer);
            match responses[..] {
                [603] => assert!(policy == TransferPolicy::Ask && told == 1, "{pad}"),
                [200] => assert!(policy == TransferPolicy::Follow && told == 1, "{pad}"),
                [513] | [] => assert_eq!(told, 0, "{pad}"),
                _ => panic!("{pad}: {responses:?}"),
            }
            assert_eq!(lab.ends[0].phone.in_use().servers, 0, "{pad} {responses:?}");
            seen.extend(responses);
        }
        assert!(seen.contains(&513) && seen.iter().any(|status| *status != 513), "{seen:?}");
    }
}

// A message that ended gives its slot for one that is taken in, and not for one that finds no transaction.
#[test]
fn one_that_finds_no_transaction_costs_nobody_a_slot() {
    let capacity = Capacity { messages: 1, servers: 1, ..Capacity::host(2, 1, 2048) };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let text = peer.request("MESSAGE", PLAIN, "hello");
    peer.send(&mut lab, &text);
    lab.run_for(Duration::from_millis(50));
    answer_all(&mut lab);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), 200);
    let kept = lab.ends[0].events.iter().find(|event| event.kind == EventKind::Message).expect("it came").message;
    let mut other = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    other.invite(&mut lab);
    other.wait(&mut lab, "SIP/2.0 180");
    let refused = lab.ends[0].phone.counters().refused_full;
    peer.call_id = "another".into();
    let text = peer.request("MESSAGE", PLAIN, "no room");
    peer.send(&mut lab, &text);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), 480);
    assert_eq!(lab.ends[0].phone.counters().refused_full, refused + 1);
    assert_eq!(lab.ends[0].phone.message_body(kept), Ok(&b"hello"[..]), "it can still be read");
}

// rfc3261#8.2.2.2: a proxy that forks sends one request over two paths, and it is shown once.
#[test]
fn copies_over_other_paths_are_merged() {
    for policy in [MessagePolicy::Ask, MessagePolicy::Store] {
        let capacity = Capacity { messages: 8, ..Capacity::host(2, 1, 2048) };
        let mut lab = Lab::new(&[Options { capacity, messages: policy, ..Options::default() }]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let text = peer.request("MESSAGE", PLAIN, "hello");
        let copy = |nth: u32| text.replace("branch=z9hG4bK", &format!("branch=z9hG4bKcopy{nth}"));
        peer.send(&mut lab, &text);
        lab.run_for(Duration::from_millis(50));
        // while it waits for its response
        peer.send(&mut lab, &copy(1));
        lab.run_for(Duration::from_millis(50));
        answer_all(&mut lab);
        lab.run_for(Duration::from_millis(50));
        // and when it has that
        peer.send(&mut lab, &copy(2));
        peer.send(&mut lab, &text);
        lab.run_for(Duration::from_millis(50));
        let mut statuses: Vec<u16> = peer.all(&lab, "SIP/2.0").iter().map(Sip::status).collect();
        statuses.sort_unstable();
        let taken = if policy == MessagePolicy::Ask { 200 } else { 202 };
        assert_eq!(statuses, [taken, taken, 482, 482]);
        assert_eq!(news(&lab, EventKind::Message), 1);
        // another method with the same number is another request
        let other = text.replace("MESSAGE", "OPTIONS").replace("branch=z9hG4bK", "branch=z9hG4bKother");
        peer.send(&mut lab, &other);
        lab.run_for(Duration::from_millis(50));
        let last = peer.all(&lab, "SIP/2.0").pop().unwrap();
        assert_eq!((last.status(), last.header("CSeq").contains("OPTIONS")), (200, true));
    }
}

// The same of REFER, which would dial twice.
#[test]
fn a_refer_over_two_paths_is_followed_once() {
    let config = AccountConfig { refer: TransferPolicy::Follow, ..anna() };
    let (mut lab, account) = account_with(Capacity::host(4, 2, 2048).writing(8), &[REGISTRAR], config);
    let at = lab.open_raw(REGISTRAR);
    // its server is known once it has been asked
    let now = lab.now;
    lab.ends[0].phone.register(now, account, 0).unwrap();
    lab.run_for(Duration::from_millis(50));
    let carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    let to = lab.ends[0].address;
    let text = request("REFER", at, "sip:anna@10.0.0.1", 1).replacen(
        "Content-Length",
        "Refer-To: <sip:carol@10.0.0.10:5060>\r\nContent-Length",
        1,
    );
    for branch in ["a", "b"] {
        let text = text.replace("z9hG4bKx1", &format!("z9hG4bKx1{branch}"));
        lab.send_raw(at, to, text.as_bytes());
    }
    lab.run_for(Duration::from_millis(50));
    assert_eq!(lab.ends[0].phone.calls().count(), 1);
    let mut statuses: Vec<String> = lab.raw_texts(at).iter().filter(|text| text.starts_with("SIP")).cloned().collect();
    statuses.iter_mut().for_each(|text| text.truncate(11));
    statuses.sort();
    assert_eq!(statuses, ["SIP/2.0 200", "SIP/2.0 482"]);
    assert!(!carol.all(&lab, "INVITE").is_empty());
}

/// So many messages from a host; the statuses of their responses so far.
fn flood(lab: &mut Lab, from: &str, count: u32) -> Vec<u16> {
    let at = lab.open_raw(from);
    let (seen, to) = (lab.raw_texts(at).len(), lab.ends[0].address);
    for nth in 0..count {
        let text = request("MESSAGE", at, "sip:anna@10.0.0.1:5060", seen as u32 * 100 + nth);
        lab.send_raw(at, to, text.as_bytes());
    }
    lab.run_for(Duration::from_millis(50));
    lab.raw_texts(at).iter().skip(seen).map(|text| text[8..11].parse().unwrap()).collect()
}

fn send(lab: &mut Lab) -> Result<(), CommandError> {
    let (now, new) = (lab.now, NewMessage { body: b"x", ..NewMessage::default() });
    lab.ends[0].phone.message_send(now, AccountId::NONE, "sip:bob@10.0.0.9:5060", &new).map(drop)
}

const MALLORY: &str = "10.0.0.66:5060";

#[test]
fn one_source_takes_half_of_the_inbox_and_ours_is_left() {
    for policy in [MessagePolicy::Ask, MessagePolicy::Store] {
        let capacity = Capacity::host(4, 2, 2048).writing(16);
        let mut lab = Lab::new(&[Options { capacity, messages: policy, ..Options::default() }]);
        let stored = |statuses: &[u16]| statuses.iter().filter(|status| **status == 202).count();
        let statuses = flood(&mut lab, MALLORY, 40);
        assert_eq!(statuses.iter().filter(|status| **status == 480).count(), 32);
        assert_eq!(lab.ends[0].phone.messages().count(), 8);
        assert_eq!(lab.ends[0].phone.counters().refused_full, 32);
        assert_eq!(stored(&statuses), if policy == MessagePolicy::Store { 8 } else { 0 });
        // another port is no other host
        assert_eq!(flood(&mut lab, "10.0.0.66:5090", 1), [480]);
        flood(&mut lab, "10.0.0.67:5060", 9);
        assert_eq!(lab.ends[0].phone.messages().count(), 12, "a quarter is left");
        assert_eq!(flood(&mut lab, "10.0.0.68:5060", 1), [480]);
        for _ in 0..4 {
            send(&mut lab).unwrap();
        }
        assert_eq!(send(&mut lab), Err(CommandError::Full));
        // what is over, or released, counts no more
        let all: Vec<_> = lab.ends[0].phone.messages().collect();
        let (now, phone) = (lab.now, &mut lab.ends[0].phone);
        for message in all {
            if phone.message_info(message).unwrap().incoming {
                phone.message_release(now, message).unwrap();
            }
        }
        lab.drain();
        flood(&mut lab, MALLORY, 9);
        assert_eq!(lab.ends[0].phone.messages().count(), 12);
    }
}

#[test]
fn one_that_is_over_and_told_counts_no_more() {
    let mut lab = Lab::new(&[Options { capacity: Capacity::host(4, 2, 2048).writing(4), ..Options::default() }]);
    for round in 0..5 {
        flood(&mut lab, MALLORY, 2);
        assert_eq!(news(&lab, EventKind::Message), 2 * (round + 1), "each finds a slot");
        answer_all(&mut lab);
        lab.run_for(Duration::from_millis(50));
    }
    // and one that nobody answered neither, once that is told
    flood(&mut lab, MALLORY, 2);
    lab.run_for(Duration::from_secs(6));
    flood(&mut lab, MALLORY, 2);
    assert_eq!(lab.ends[0].phone.in_use().messages, 2);
}

#[test]
fn the_host_chooses_how_many_a_source_may_have_and_how_many_are_left() {
    for (reserve, per_source, taken) in [(u32::MAX, u32::MAX, 16), (3, u32::MAX, 13), (u32::MAX, 5, 5), (20, 5, 0)] {
        let capacity = Capacity {
            messages_reserve: reserve,
            messages_per_source: per_source,
            ..Capacity::host(4, 2, 2048).writing(16)
        };
        let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
        flood(&mut lab, MALLORY, 20);
        assert_eq!(lab.ends[0].phone.messages().count(), taken);
        assert_eq!(send(&mut lab).is_ok(), taken < 16);
    }
}

#[test]
fn direct_senders_leave_as_many_to_the_accounts_callers() {
    let capacity = Capacity { messages_per_source: u32::MAX, ..Capacity::host(4, 2, 2048).writing(16) };
    let config = AccountConfig { trusted: "10.5.0.1", ..anna() };
    let options = Options { capacity, messages: MessagePolicy::Store, ..Options::default() };
    let mut lab = Lab::new(&[options]);
    let now = lab.now;
    lab.ends[0].phone.account_add(now, &config).unwrap();
    flood(&mut lab, MALLORY, 20);
    assert_eq!(lab.ends[0].phone.messages().count(), 8);
    assert_eq!(flood(&mut lab, "10.5.0.1:5060", 5), [202, 202, 202, 202, 480], "they leave ours");
    send(&mut lab).unwrap();
}
