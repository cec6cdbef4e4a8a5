//! A message is being written (RFC 3994): told to the application by its own event, and by us with its times.

use crate::server::{REGISTRAR, account_with, anna};
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountConfig, AccountId, Capacity, CommandError, MessageId, MessagePolicy, MessageState, MessageText, NewMessage,
};
use microsip_tests::{EventKind, Lab, Options, Peer};

const BOB: &str = "sip:bob@10.0.0.2:5060";
const ACTIVE: u32 = 1;
const IDLE: u32 = 2;
const TYPE: &str = "Content-Type: application/im-iscomposing+xml\r\n";

fn said(state: &str, more: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\"><state>{state}</state>\
         {more}</isComposing>"
    )
}

/// The states of those who write, as an end was told them.
fn told(lab: &Lab, end: usize) -> Vec<u32> {
    let events = lab.ends[end].events.iter();
    events.filter(|event| event.kind == EventKind::Composing).map(|event| event.state).collect()
}

fn last(lab: &Lab, end: usize) -> MessageId {
    lab.ends[end].events.iter().rev().find(|event| event.kind == EventKind::Composing).unwrap().message
}

fn messages(lab: &Lab, end: usize) -> usize {
    lab.ends[end].events.iter().filter(|event| event.kind == EventKind::Message).count()
}

fn text_of(lab: &Lab, end: usize, message: MessageId, which: MessageText) -> Result<String, CommandError> {
    let mut room = [0; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[end].phone.message_text(message, which, &mut out)?;
    Ok(String::from_utf8_lossy(out.written()).into_owned())
}

/// A phone and a peer of no account's.
fn one() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    (lab, peer)
}

/// The peer says it, and hears this.
fn say(lab: &mut Lab, peer: &mut Peer, body: &str) -> u16 {
    let text = peer.request("MESSAGE", TYPE, body);
    peer.send(lab, &text);
    let status = peer.wait(lab, "SIP/2.0").status();
    lab.run_for(Duration::from_millis(1));
    status
}

fn press(lab: &mut Lab, writes: bool) -> Result<(), CommandError> {
    let now = lab.now;
    let pressed = lab.ends[0].phone.compose(now, AccountId::NONE, BOB, writes);
    lab.drain();
    pressed
}

/// The states that left an end, in order.
fn sent(lab: &Lab) -> Vec<&'static str> {
    let all = lab.sent.iter().filter(|sent| sent.text.starts_with("MESSAGE ") && sent.text.contains("isComposing"));
    all.map(|sent| if sent.text.contains("<state>active</state>") { "active" } else { "idle" }).collect()
}

// rfc3994#3.3
#[test]
fn a_far_end_that_writes_is_told_as_such_and_needs_no_answer() {
    let (mut lab, mut peer) = one();
    assert_eq!(say(&mut lab, &mut peer, &said("active", "<contenttype>audio</contenttype>")), 200);
    assert_eq!((told(&lab, 0), messages(&lab, 0)), (vec![ACTIVE], 0));
    let who = last(&lab, 0);
    assert_eq!(text_of(&lab, 0, who, MessageText::RemoteUri).unwrap(), "sip:peer@10.0.0.9:5060");
    assert_eq!(text_of(&lab, 0, who, MessageText::ContentType).unwrap(), "audio");
    let info = lab.ends[0].phone.message_info(who).unwrap();
    assert!(info.composing && info.incoming && info.state == MessageState::Over && info.sip_code == 200);
    let now = lab.now;
    assert_eq!(lab.ends[0].phone.message_answer(now, who, 200), Err(CommandError::State));
    // again: no news
    assert_eq!(say(&mut lab, &mut peer, &said("active", "")), 200);
    assert_eq!(told(&lab, 0), [ACTIVE]);
    assert_eq!(say(&mut lab, &mut peer, &said("idle", "")), 200);
    assert_eq!(told(&lab, 0), [ACTIVE, IDLE]);
    assert_eq!(last(&lab, 0), who, "one slot");
    assert_eq!(say(&mut lab, &mut peer, &said("idle", "")), 200);
    assert_eq!(told(&lab, 0), [ACTIVE, IDLE], "idle is where it begins");
    assert_eq!(say(&mut lab, &mut peer, &said("active", "")), 200);
    assert_eq!(told(&lab, 0), [ACTIVE, IDLE, ACTIVE]);
    lab.run_for(Duration::from_secs(301));
    lab.assert_settled();
}

// rfc3994#3.3
#[test]
fn one_that_says_nothing_more_is_idle_after_its_time() {
    for (refresh, seconds) in [
        ("", 120),
        ("<refresh>60</refresh>", 60),
        ("<refresh>0</refresh>", 1),
        ("<refresh>4000000000</refresh>", 300),
        ("<refresh>x</refresh>", 120),
    ] {
        let (mut lab, mut peer) = one();
        assert_eq!(say(&mut lab, &mut peer, &said("active", refresh)), 200);
        lab.run_for(Duration::from_millis(seconds * 1000 - 100));
        assert_eq!(told(&lab, 0), [ACTIVE], "{refresh}");
        lab.run_for(Duration::from_millis(200));
        assert_eq!(told(&lab, 0), [ACTIVE, IDLE], "{refresh}");
        lab.assert_settled();
    }
    // another indication makes it longer
    let (mut lab, mut peer) = one();
    say(&mut lab, &mut peer, &said("active", ""));
    lab.run_for(Duration::from_secs(100));
    say(&mut lab, &mut peer, &said("active", ""));
    lab.run_for(Duration::from_secs(100));
    assert_eq!(told(&lab, 0), [ACTIVE]);
    lab.run_for(Duration::from_secs(21));
    assert_eq!(told(&lab, 0), [ACTIVE, IDLE]);
}

// rfc3994#3.3: a message ends it, and the event of that comes first
#[test]
fn a_message_of_the_same_far_end_ends_it() {
    for policy in [MessagePolicy::Ask, MessagePolicy::Store] {
        let mut lab = Lab::new(&[Options { messages: policy, ..Options::default() }]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        say(&mut lab, &mut peer, &said("active", ""));
        let text = peer.request("MESSAGE", "Content-Type: text/plain\r\n", "here it is");
        peer.send(&mut lab, &text);
        lab.run_until("it", |lab| messages(lab, 0) == 1);
        assert_eq!(told(&lab, 0), [ACTIVE, IDLE]);
        let at = |kind| lab.ends[0].events.iter().rposition(|event| event.kind == kind).unwrap();
        assert!(at(EventKind::Composing) < at(EventKind::Message));
    }
}

#[test]
fn what_is_no_indication_is_refused_and_a_refusing_phone_takes_none() {
    let (mut lab, mut peer) = one();
    for bad in [
        "",
        "x",
        "<isComposing/>",
        "<isComposing><state>active</state>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><isComposing><state>&b;</state></isComposing>",
    ] {
        assert_eq!(say(&mut lab, &mut peer, bad), 400, "{bad}");
    }
    assert!(told(&lab, 0).is_empty() && messages(&lab, 0) == 0);
    let mut lab = Lab::new(&[Options { messages: MessagePolicy::Refuse, ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    assert_eq!(say(&mut lab, &mut peer, &said("active", "")), 403);
    assert!(told(&lab, 0).is_empty());
}

// They are no messages that people miss, so they take a quarter of the slots at most.
#[test]
fn those_who_write_take_a_quarter_of_the_slots_and_no_message_is_missed() {
    let capacity = Capacity { messages: 8, messages_per_source: u32::MAX, ..Capacity::host(4, 2, 2048) };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let mut peers: Vec<Peer> =
        (1..=5).map(|nth| Peer::new(&mut lab, &format!("10.0.0.{}:5060", 10 + nth), 0)).collect();
    for peer in &mut peers {
        assert_eq!(say(&mut lab, peer, &said("active", "")), 200);
    }
    assert_eq!(told(&lab, 0), [ACTIVE, ACTIVE], "a quarter of eight");
    // one that is idle, and was told, leaves its place
    assert_eq!(say(&mut lab, &mut peers[0], &said("idle", "")), 200);
    assert_eq!(say(&mut lab, &mut peers[2], &said("active", "")), 200);
    assert_eq!(told(&lab, 0), [ACTIVE, ACTIVE, IDLE, ACTIVE]);
    // a release forgets it, and takes nothing else along
    let now = lab.now;
    let (first, third) = (lab.ends[0].events.clone(), last(&lab, 0));
    lab.ends[0].phone.message_release(now, third).unwrap();
    assert_eq!(say(&mut lab, &mut peers[3], &said("active", "")), 200);
    assert_eq!(told(&lab, 0).len(), first.iter().filter(|event| event.kind == EventKind::Composing).count() + 1);
    for nth in 0..4 {
        let text = peers[4].request("MESSAGE", "Content-Type: text/plain\r\n", &format!("{nth}"));
        peers[4].send(&mut lab, &text);
        lab.run_for(Duration::from_millis(5));
    }
    assert_eq!(messages(&lab, 0), 4);
    lab.run_for(Duration::from_secs(130));
    lab.assert_settled();
    assert_eq!(lab.ends[0].phone.messages().count(), 7, "all but the one that gave way and the one that was released");
}

// Far ends that write keep nobody here from it, nor the other way round.
#[test]
fn each_way_has_its_own_quarter() {
    let capacity = Capacity { messages: 8, messages_per_source: u32::MAX, ..Capacity::host(4, 2, 2048) };
    for came_first in [true, false] {
        let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
        let mut peers: Vec<Peer> =
            (1..=3).map(|nth| Peer::new(&mut lab, &format!("10.0.0.{}:5060", 10 + nth), 0)).collect();
        let come = |lab: &mut Lab, peers: &mut Vec<Peer>| {
            for peer in peers {
                assert_eq!(say(lab, peer, &said("active", "")), 200);
            }
        };
        if came_first {
            come(&mut lab, &mut peers);
        }
        let mut write = |target: &str| {
            let now = lab.now;
            let written = lab.ends[0].phone.compose(now, AccountId::NONE, target, true);
            lab.drain();
            written
        };
        assert_eq!(write("sip:a@10.0.0.2:5060"), Ok(()));
        assert_eq!(write("sip:b@10.0.0.2:5060"), Ok(()));
        assert_eq!(write("sip:c@10.0.0.2:5060"), Err(CommandError::Full));
        if !came_first {
            come(&mut lab, &mut peers);
        }
        assert_eq!(told(&lab, 0), [ACTIVE, ACTIVE]);
        lab.run_for(Duration::from_secs(400));
        lab.assert_settled();
    }
}

// rfc3994#3.2
#[test]
fn keys_become_one_indication_a_minute_and_an_end() {
    let mut lab = Lab::pair();
    press(&mut lab, true).unwrap();
    // it takes no part in what the application asks for: no end of it is told, and none is listed
    for _ in 0..130 {
        lab.run_for(Duration::from_millis(500));
        press(&mut lab, true).unwrap();
    }
    assert_eq!(sent(&lab), ["active", "active"], "65 seconds of keys");
    let wire = lab.sent.iter().rfind(|sent| sent.text.starts_with("MESSAGE ")).unwrap().text.clone();
    assert!(wire.contains("\r\nContent-Type: application/im-iscomposing+xml\r\n"), "{wire}");
    assert!(wire.contains("<refresh>90</refresh>") && wire.contains("<contenttype>text/plain</contenttype>"), "{wire}");
    assert_eq!(lab.ends[0].phone.messages().count(), 0);
    lab.run_for(Duration::from_millis(14_900));
    assert_eq!(sent(&lab).len(), 2);
    lab.run_for(Duration::from_millis(200));
    assert_eq!(sent(&lab), ["active", "active", "idle"], "15 s behind the last key");
    lab.run_for(Duration::from_secs(100));
    assert_eq!((sent(&lab).len(), told(&lab, 1)), (3, vec![ACTIVE, IDLE]));
    assert!(lab.ends[0].events.is_empty(), "{:?}", lab.ends[0].events);
    press(&mut lab, true).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(told(&lab, 1), [ACTIVE, IDLE, ACTIVE]);
    press(&mut lab, false).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(told(&lab, 1), [ACTIVE, IDLE, ACTIVE, IDLE], "an empty line is idle at once");
    press(&mut lab, false).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(sent(&lab).len(), 5, "and once");
    lab.assert_settled();
}

// rfc3994#3.2: the message says it all
#[test]
fn a_message_of_ours_ends_it_without_another_one() {
    let mut lab = Lab::new(&[Options::default(), Options { messages: MessagePolicy::Store, ..Options::default() }]);
    press(&mut lab, true).unwrap();
    lab.run_for(Duration::from_secs(1));
    let now = lab.now;
    let new = NewMessage { body: b"here it is", token: 1, ..NewMessage::default() };
    lab.ends[0].phone.message_send(now, AccountId::NONE, BOB, &new).unwrap();
    lab.drain();
    lab.run_for(Duration::from_secs(60));
    assert_eq!((sent(&lab), told(&lab, 1), messages(&lab, 1)), (vec!["active"], vec![ACTIVE, IDLE], 1));
    // and so it does while the indication is under way
    press(&mut lab, true).unwrap();
    let now = lab.now;
    lab.ends[0].phone.message_send(now, AccountId::NONE, BOB, &new).unwrap();
    lab.drain();
    press(&mut lab, true).unwrap();
    lab.run_for(Duration::from_secs(2));
    press(&mut lab, true).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(told(&lab, 1), [ACTIVE, IDLE, ACTIVE, IDLE, ACTIVE], "the next key begins anew");
    lab.run_for(Duration::from_secs(60));
    assert_eq!(told(&lab, 1), [ACTIVE, IDLE, ACTIVE, IDLE, ACTIVE, IDLE]);
    for message in lab.ends[1].phone.messages().collect::<Vec<_>>() {
        let now = lab.now;
        lab.ends[1].phone.message_release(now, message).unwrap();
    }
    lab.assert_settled();
}

// rfc3994#3.5
#[test]
fn a_far_end_that_understands_none_gets_no_more() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.2:5060", 0);
    press(&mut lab, true).unwrap();
    let asked = peer.wait(&mut lab, "MESSAGE");
    peer.respond(&mut lab, &asked, 415, "");
    lab.run_for(Duration::from_secs(1));
    for _ in 0..100 {
        press(&mut lab, true).unwrap();
        lab.run_for(Duration::from_secs(1));
    }
    lab.run_for(Duration::from_secs(60));
    assert_eq!(peer.all(&lab, "MESSAGE").len(), 1);
    assert!(lab.ends[0].events.is_empty());
    lab.assert_settled();
}

// One that failed says nothing of the next one, and needs no end: nobody was told that anybody writes.
#[test]
fn one_that_failed_is_tried_again_a_minute_later() {
    for (status, least, most) in [(Some(403), 2, 2), (Some(606), 2, 2), (Some(480), 2, 2), (None, 2, 3)] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = Peer::new(&mut lab, "10.0.0.2:5060", 0);
        press(&mut lab, true).unwrap();
        let asked = peer.wait(&mut lab, "MESSAGE");
        if let Some(status) = status {
            peer.respond(&mut lab, &asked, status, "");
        }
        let keys = |lab: &mut Lab, seconds: u64| {
            for _ in 0..seconds {
                lab.run_for(Duration::from_secs(1));
                press(lab, true).unwrap();
            }
        };
        let count = |lab: &Lab| {
            let all = lab.sent.iter().filter(|sent| sent.text.starts_with("MESSAGE "));
            let mut branches: Vec<&str> =
                all.map(|sent| sent.text.lines().find(|line| line.starts_with("Via:")).unwrap()).collect();
            branches.sort_unstable();
            branches.dedup();
            branches.len()
        };
        keys(&mut lab, 58);
        assert_eq!(count(&lab), 1, "{status:?}");
        keys(&mut lab, 4);
        assert_eq!(count(&lab), 2, "{status:?}: the next key of another minute");
        lab.run_for(Duration::from_secs(100));
        let all = count(&lab);
        assert!((least..=most).contains(&all), "{status:?}: {all}");
        assert!(!sent(&lab).contains(&"idle"), "{status:?}");
        assert!(lab.ends[0].events.is_empty());
        lab.assert_settled();
    }
}

#[test]
fn in_a_call_it_goes_by_its_dialog_and_ends_with_it() {
    let mut lab = Lab::pair();
    let call = lab.dial(0, BOB);
    lab.run_until("it rings", |lab| lab.ends[1].events.iter().any(|event| event.kind == EventKind::Call));
    let ringing = lab.ends[1].events[0].call;
    let now = lab.now;
    lab.ends[1].phone.answer(now, ringing, 200).unwrap();
    lab.drain();
    lab.run_for(Duration::from_secs(1));
    let now = lab.now;
    lab.ends[0].phone.compose_in_call(now, call, true).unwrap();
    lab.drain();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(told(&lab, 1), [ACTIVE]);
    assert_eq!(lab.ends[1].events.iter().find(|event| event.kind == EventKind::Composing).unwrap().call, ringing);
    lab.run_for(Duration::from_secs(16));
    assert_eq!(told(&lab, 1), [ACTIVE, IDLE]);
    let now = lab.now;
    lab.ends[0].phone.compose_in_call(now, call, true).unwrap();
    lab.drain();
    lab.run_for(Duration::from_secs(1));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.drain();
    lab.run_for(Duration::from_secs(130));
    assert_eq!(told(&lab, 1), [ACTIVE, IDLE, ACTIVE, IDLE], "by its time");
    let now = lab.now;
    assert!(lab.ends[0].phone.compose_in_call(now, call, true).is_err());
    lab.assert_settled();
}

#[test]
fn an_account_that_goes_and_a_phone_that_ends_take_theirs_along() {
    let config = AccountConfig { no_register: true, ..anna() };
    let capacity = Capacity { messages: 16, ..Capacity::host(4, 2, 2048) };
    let (mut lab, account) = account_with(capacity, &[REGISTRAR], config);
    let mut peer = Peer::new(&mut lab, REGISTRAR, 0);
    let now = lab.now;
    lab.ends[0].phone.compose(now, account, "bob", true).unwrap();
    lab.drain();
    let asked = peer.wait(&mut lab, "MESSAGE");
    peer.respond(&mut lab, &asked, 200, "");
    lab.run_for(Duration::from_secs(1));
    let now = lab.now;
    lab.ends[0].phone.account_remove(now, account).unwrap();
    lab.drain();
    lab.run_for(Duration::from_secs(60));
    assert_eq!(peer.all(&lab, "MESSAGE").len(), 1);
    lab.assert_settled();

    let mut lab = Lab::pair();
    press(&mut lab, true).unwrap();
    lab.run_for(Duration::from_secs(1));
    let now = lab.now;
    lab.ends[0].phone.shutdown(now);
    lab.drain();
    lab.run_for(Duration::from_secs(1));
    assert!(lab.ends[0].phone.is_idle());
    lab.run_for(Duration::from_secs(60));
    assert_eq!((sent(&lab).len(), press(&mut lab, true)), (1, Err(CommandError::State)));
}

// whatever is lost, whoever wrote is idle in the end
#[test]
fn under_loss_nobody_writes_for_ever() {
    for seed in 0..20 {
        let mut lab = Lab::pair().seed(seed);
        lab.network.loss = 300;
        for _ in 0..10 {
            let _ = press(&mut lab, true);
            lab.run_for(Duration::from_secs(3));
        }
        lab.network.loss = 0;
        lab.run_for(Duration::from_secs(200));
        assert!(told(&lab, 1).last().is_none_or(|state| *state == IDLE), "seed {seed}: {:?}", told(&lab, 1));
        lab.assert_settled();
    }
}
