//! Messages between two phones: both ways and in their order, kept without an application, and in a call's dialog.

use super::{Flow, accepted, done, flow, over, talking, talks, told_each, wait};
use microsip_core::phone::{AccountId, MessagePolicy, MessageState, NewMessage};
use microsip_tests::{EventKind, Lab, Options};

pub(super) const FLOWS: [Flow; 3] = [
    flow("messages both ways", both_ways, |lab| {
        came(lab, 1) == 3 && came(lab, 0) == 2 && accepted(lab, "MESSAGE") == 5
    }),
    Flow {
        options: || Options { messages: MessagePolicy::Store, ..Options::default() },
        ..flow("messages kept", kept, |lab| came(lab, 1) == 2 && lab.count("SIP/2.0 202") >= 2)
    },
    flow("messages in a call", in_a_call, |lab| came(lab, 1) == 2 && came(lab, 0) == 1 && talks(lab, 0) == 1),
];

/// Messages that came to an end, each counted once.
fn came(lab: &Lab, end: usize) -> usize {
    let told = lab.ends[end].events.iter().filter(|event| event.kind == EventKind::Message);
    told.map(|event| event.message.raw()).collect::<std::collections::HashSet<_>>().len()
}

fn token(lab: &Lab, end: usize) -> u64 {
    lab.ends[end].taken.len() as u64 + 1
}

/// A message of an end's to another.
fn send(lab: &mut Lab, end: usize, to: &str, body: &str) {
    let (now, token) = (lab.now, token(lab, end));
    let new = NewMessage { body: body.as_bytes(), token, ..NewMessage::default() };
    match lab.ends[end].phone.message_send(now, AccountId::NONE, to, &new) {
        Ok(_) => lab.ends[end].taken.push(token),
        Err(_) => lab.in_vain += 1,
    }
    lab.drain();
}

/// An end has read what came to it.
fn read(lab: &mut Lab, end: usize) {
    let now = lab.now;
    for message in lab.ends[end].phone.messages().collect::<Vec<_>>() {
        let unread = |state| matches!(state, MessageState::Unread);
        if lab.ends[end].phone.message_info(message).is_ok_and(|info| unread(info.state)) {
            let _ = lab.ends[end].phone.message_answer(now, message, 200); // its time may be over
        }
    }
    lab.drain();
}

/// Both read, until all that was sent has ended.
fn read_all(lab: &mut Lab) {
    let ended = |lab: &Lab| {
        lab.ends.iter().all(|end| end.events.iter().filter(|event| event.ends_command()).count() == end.taken.len())
    };
    let until = lab.now + super::PATIENCE + super::PATIENCE + super::PATIENCE;
    while !ended(lab) && lab.step(until) {
        (0..lab.ends.len()).for_each(|end| read(lab, end));
    }
}

fn both_ways(lab: &mut Lab) {
    for nth in 0..3 {
        send(lab, 0, "sip:bob@10.0.0.2", &format!("from anna, {nth}"));
    }
    for nth in 0..2 {
        send(lab, 1, "sip:anna@10.0.0.1", &format!("from bob, {nth}"));
    }
    read_all(lab);
}

fn kept(lab: &mut Lab) {
    for nth in 0..2 {
        send(lab, 0, "sip:bob@10.0.0.2", &format!("number {nth}"));
    }
    done(lab, &mut []);
    lab.run_for(super::PATIENCE);
    let now = lab.now;
    for message in lab.ends[1].phone.messages().collect::<Vec<_>>() {
        let _ = lab.ends[1].phone.message_release(now, message); // it is
    }
    lab.drain();
}

fn in_a_call(lab: &mut Lab) {
    if !talking(lab) {
        return;
    }
    for (end, body) in [(0, "one"), (0, "two"), (1, "three")] {
        told_each(lab, end, |phone, now, call, token| {
            let new = NewMessage { body: body.as_bytes(), token, ..NewMessage::default() };
            phone.message_send_in_call(now, call, &new).is_ok()
        });
    }
    read_all(lab);
    wait(lab, |lab| lab.ends.iter().all(|end| end.phone.in_use().requests == 0));
    over(lab, 0, &mut []);
}
