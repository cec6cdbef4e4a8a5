//! A call for help on a phone whose slots are in use by messages, subscriptions, and reports to who asked for a call.

use super::full::{Doing, begin, helped, phone};
use super::{REGISTRAR, dial};
use crate::replaces::following;
use crate::subscriptions::{SUMMARY, learn};
use crate::transferred::refer;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountId, CallState, Capacity, Cause, DialOptions, NewMessage, NewSubscription, Package, SubscriptionId,
    SubscriptionState,
};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip};

/// A mailbox at this peer is watched.
fn watch(lab: &mut Lab, peer: &Peer) -> SubscriptionId {
    let new = NewSubscription { package: Package::MessageSummary, expires: 600, ..NewSubscription::default() };
    let now = lab.now;
    let made = lab.ends[0].phone.subscription_add(now, AccountId::NONE, &format!("sip:{}", peer.at), &new).unwrap();
    lab.drain();
    made
}

/// The peer accepts a SUBSCRIBE, and notifies.
fn accept(lab: &mut Lab, peer: &mut Peer, subscribe: &Sip) {
    learn(peer, subscribe);
    let contact = format!("Contact: <{}>\r\n", peer.contact);
    peer.respond_with(lab, subscribe, 200, &format!("Expires: 600\r\n{contact}"), "");
    let lines = format!("Event: message-summary\r\nSubscription-State: active;expires=600\r\n{contact}{SUMMARY}");
    let notify = peer.request("NOTIFY", &lines, "Messages-Waiting: yes\r\n");
    peer.send(lab, &notify);
    peer.wait(lab, "SIP/2.0 200");
    lab.run_for(Duration::from_millis(10));
}

fn help(lab: &mut Lab, account: AccountId, server: &mut Peer) {
    dial(lab, account, "112", &DialOptions::default()).unwrap();
    helped(lab, server);
}

/// Calls are given up, with far ends that answer nothing.
fn end(lab: &mut Lab) {
    for _ in 0..3 {
        let now = lab.now;
        lab.ends[0].phone.hangup_all(now);
        lab.run_for(Duration::from_secs(40));
    }
}

fn sent(lab: &Lab) -> Vec<(u64, u16, Cause)> {
    let ends = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Sent);
    ends.map(|event| (event.token, event.sip_code, event.result)).collect()
}

fn text(token: u64) -> NewMessage<'static> {
    NewMessage { body: b"x", token, ..NewMessage::default() }
}

/// A phone with an active subscription, and its far end.
fn watching(capacity: Capacity) -> (Lab, AccountId, Peer, Peer, SubscriptionId) {
    let (mut lab, account, server) = phone(capacity);
    let mut mailbox = Peer::new(&mut lab, "10.0.0.50:5060", 0);
    let made = watch(&mut lab, &mailbox);
    let first = mailbox.wait(&mut lab, "SUBSCRIBE");
    accept(&mut lab, &mut mailbox, &first);
    assert_eq!(state(&lab, made), (SubscriptionState::Active, Cause::Normal));
    (lab, account, server, mailbox, made)
}

fn state(lab: &Lab, made: SubscriptionId) -> (SubscriptionState, Cause) {
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    (info.state, info.result)
}

// A call gives its slot, and the BYE of that goes on without its dialog.
#[test]
fn a_subscription_that_is_up_is_missed_more_than_the_dialog_of_a_call_that_is_over() {
    let (mut lab, account, mut server, _mailbox, made) = watching(Capacity::metal(2, 1, 1500).watching(1));
    begin(&mut lab, 0, Doing::Talks).unwrap();
    begin(&mut lab, 1, Doing::Talks).unwrap();
    assert_eq!(lab.ends[0].phone.in_use().dialogs, 3);
    help(&mut lab, account, &mut server);
    assert_eq!(state(&lab, made), (SubscriptionState::Active, Cause::Normal));
}

#[test]
fn a_subscription_whose_dialog_gives_way_begins_anew() {
    let capacity = Capacity { dialogs: 2, ..Capacity::host(4, 1, 2048).watching(1) };
    let (mut lab, account, mut server, mut mailbox, made) = watching(capacity);
    let (talks, mut peer) = begin(&mut lab, 0, Doing::Talks).unwrap();
    help(&mut lab, account, &mut server);
    assert_eq!(lab.ends[0].phone.call_info(talks).unwrap().state, CallState::Connected);
    assert_eq!(state(&lab, made), (SubscriptionState::Retrying, Cause::Full), "it is told that its lamp is stale");
    peer.be_hung_up(&mut lab, 0, talks);
    lab.patience = Duration::from_secs(600);
    let again = mailbox.wait(&mut lab, "SUBSCRIBE");
    assert!(again.to_tag().is_empty(), "it is a first one");
    accept(&mut lab, &mut mailbox, &again);
    assert_eq!(state(&lab, made), (SubscriptionState::Active, Cause::Normal));
}

// A SUBSCRIBE that is under way: its slot is the last, and it leaves again.
#[test]
fn a_subscribe_that_gives_way_leaves_again() {
    let (mut lab, account, mut server) = phone(Capacity { requests: 1, ..Capacity::host(2, 1, 2048).watching(2) });
    let mut mailbox = Peer::new(&mut lab, "10.0.0.50:5060", 0);
    let made = watch(&mut lab, &mailbox);
    mailbox.wait(&mut lab, "SUBSCRIBE");
    help(&mut lab, account, &mut server);
    let again = mailbox.wait(&mut lab, "SUBSCRIBE");
    accept(&mut lab, &mut mailbox, &again);
    assert_eq!(state(&lab, made).0, SubscriptionState::Active);
    let told = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Subscription);
    assert!(told.clone().all(|event| event.state == SubscriptionState::Active as u32), "{told:?}");
}

// The dialog of a message, or its request, is the last: it has failed, is told, and those behind it have their turn.
#[test]
fn a_message_that_gives_way_has_failed() {
    let pools = [
        ("dialogs", Capacity { dialogs: 1, ..Capacity::host(2, 1, 2048).writing(2) }),
        ("requests", Capacity { requests: 1, ..Capacity::host(2, 1, 2048).writing(2) }),
    ];
    for (pool, capacity) in pools {
        let (mut lab, account, mut server) = phone(capacity);
        let mut bob = Peer::new(&mut lab, "10.0.0.51:5060", 0);
        let now = lab.now;
        for token in [1, 2] {
            lab.ends[0].phone.message_send(now, AccountId::NONE, "sip:10.0.0.51:5060", &text(token)).unwrap();
        }
        lab.drain();
        bob.wait(&mut lab, "MESSAGE");
        help(&mut lab, account, &mut server);
        assert_eq!(sent(&lab), [(1, 0, Cause::Full)], "{pool}");
        end(&mut lab);
        let second = bob.all(&lab, "MESSAGE").pop().unwrap();
        bob.respond(&mut lab, &second, 200, "");
        lab.run_for(Duration::from_secs(1));
        assert_eq!(sent(&lab).len(), 2, "{pool}: {:?}", sent(&lab));
        lab.assert_settled();
    }
}

// rfc6665#4.2.2: a NOTIFY of ours has no response, in the dialog of a call that is over, and that is the last one. Nobody
// is told any more, and the call that was dialled goes on.
#[test]
fn a_report_that_gives_way_is_over() {
    let capacity = Capacity { dialogs: 2, messages: 4, ..Capacity::host(4, 1, 2048) };
    let mut lab = Lab::new(&[Options { capacity: capacity.direct(u32::MAX, u32::MAX), ..following() }]);
    lab.audio = false;
    let now = lab.now;
    let account = lab.ends[0].phone.account_add(now, &super::config()).unwrap();
    let mut server = Peer::new(&mut lab, REGISTRAR, 0);
    let mut bob = Peer::new(&mut lab, "10.0.0.51:5060", 0);
    let mut carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    bob.call(&mut lab, 0);
    refer(&mut lab, &mut bob, "<sip:carol@10.0.0.10:5060>", "");
    bob.wait(&mut lab, "NOTIFY");
    let invite = carol.wait(&mut lab, "INVITE");
    let body = carol.sdp();
    carol.respond(&mut lab, &invite, 200, &body);
    carol.wait(&mut lab, "ACK");
    // the first call is over, and its dialog is there for the report alone
    let bye = bob.request("BYE", "", "");
    bob.send(&mut lab, &bye);
    bob.wait(&mut lab, "SIP/2.0 200");
    let dialled = lab.ends[0].phone.calls().next().unwrap();
    assert_eq!(lab.ends[0].phone.in_use().dialogs, 2);
    help(&mut lab, account, &mut server);
    assert_eq!(lab.ends[0].phone.call_info(dialled).unwrap().state, CallState::Connected, "it goes on");
    end(&mut lab);
    let now = lab.now;
    lab.ends[0].phone.shutdown(now);
    lab.drain();
    lab.assert_settled();
}
