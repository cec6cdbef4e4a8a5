//! Messages of ours that wait for their turn: what they hold meanwhile, and what becomes of them when their account goes.

use crate::server::{REGISTRAR, Server, account_with, anna, pass};
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, AccountId, Capacity, Cause, CommandError, MessageText, NewMessage};
use microsip_tests::{EventKind, Lab, Options, Peer};

fn text(body: &str, token: u64) -> NewMessage<'_> {
    NewMessage { body: body.as_bytes(), token, ..NewMessage::default() }
}

fn sent(lab: &Lab) -> Vec<(u64, u16, Cause)> {
    let ends = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Sent);
    ends.map(|event| (event.token, event.sip_code, event.result)).collect()
}

/// An account whose server says nothing.
fn silent(messages: u32) -> (Lab, AccountId, Server) {
    let config = AccountConfig { no_register: true, ..anna() };
    let capacity = Capacity::host(2, 2, 2048).writing(messages);
    let (mut lab, account) = account_with(capacity, &[REGISTRAR], config);
    let server = Server::new(&mut lab, REGISTRAR, |_, _| Vec::new());
    (lab, account, server)
}

// Messages to another far end take the first slots, and give them to the end of the queue.
#[test]
fn an_account_that_goes_takes_its_queue_along() {
    for first in 0..4 {
        let (mut lab, account, mut server) = silent(4);
        let mut other = Peer::new(&mut lab, "10.0.0.19:5060", 0);
        let send = |lab: &mut Lab, account, to: &str, token| {
            let now = lab.now;
            lab.ends[0].phone.message_send(now, account, to, &text("x", token)).unwrap();
            lab.drain();
        };
        for token in 0..first {
            send(&mut lab, AccountId::NONE, "sip:10.0.0.19:5060", 90 + token);
        }
        for token in first..4 {
            send(&mut lab, account, "bob", token);
        }
        for _ in 0..first {
            let message = other.wait(&mut lab, "MESSAGE");
            other.respond(&mut lab, &message, 200, "");
        }
        lab.run_for(Duration::from_millis(100));
        for token in 4..4 + first {
            send(&mut lab, account, "bob", token);
        }
        pass(&mut lab, &mut server, 1);
        let now = lab.now;
        lab.ends[0].phone.account_remove(now, account).unwrap();
        lab.drain();
        pass(&mut lab, &mut server, 1);
        let ends = sent(&lab);
        let gone = ends.iter().filter(|(_, _, result)| *result == Cause::Cancelled);
        let mut gone: Vec<u64> = gone.map(|(token, ..)| *token).collect();
        gone.sort_unstable();
        assert_eq!(gone, (first..4 + first).collect::<Vec<_>>(), "each ends once");
        let mut branches: Vec<_> = server.all("MESSAGE").iter().map(|seen| seen.header("Call-ID")).collect();
        branches.dedup();
        assert_eq!(branches.len(), 1, "none of those that waited leaves");
        lab.assert_settled();
    }
}

#[test]
fn those_that_wait_for_their_turn_hold_no_dialog() {
    let capacity = Capacity { messages: 16, dialogs: 2, ..Capacity::host(1, 1, 2048) };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let mut bob = Peer::new(&mut lab, "10.0.0.19:5060", 0);
    let now = lab.now;
    for token in 1..=16 {
        lab.ends[0].phone.message_send(now, AccountId::NONE, "sip:10.0.0.19:5060", &text("x", token)).unwrap();
    }
    lab.drain();
    assert_eq!(lab.ends[0].phone.in_use().dialogs, 1);
    let call = lab.dial(0, "sip:carol@10.0.0.10:5060");
    // the second far end finds no dialog, and tries again
    assert_eq!(lab.ends[0].phone.in_use().dialogs, 2);
    let mut call_ids = Vec::new();
    for _ in 1..=16 {
        let message = bob.wait(&mut lab, "MESSAGE");
        call_ids.push(message.header("Call-ID"));
        bob.respond(&mut lab, &message, 200, "");
    }
    lab.run_until("their ends", |lab| sent(lab).len() == 16);
    assert_eq!(sent(&lab), (1..=16).map(|token| (token, 200, Cause::Normal)).collect::<Vec<_>>());
    call_ids.dedup();
    assert_eq!(call_ids.len(), 16, "rfc3428#8: each is a dialog of its own for nobody");
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.drain();
    lab.assert_settled();
}

#[test]
fn one_that_finds_no_dialog_tries_again() {
    let capacity = Capacity { messages: 4, dialogs: 1, ..Capacity::host(1, 1, 2048) };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let mut bob = Peer::new(&mut lab, "10.0.0.19:5060", 0);
    let call = lab.dial(0, "sip:carol@10.0.0.10:5060");
    let now = lab.now;
    lab.ends[0].phone.message_send(now, AccountId::NONE, "sip:10.0.0.19:5060", &text("later", 1)).unwrap();
    lab.drain();
    bob.silence(&mut lab, "MESSAGE", Duration::from_millis(2500));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.drain();
    let message = bob.wait(&mut lab, "MESSAGE");
    bob.respond(&mut lab, &message, 200, "");
    lab.run_until("its end", |lab| !sent(lab).is_empty());
    lab.assert_settled();
}

// A phone with one dialog is in a call for hours: a message does not wait for the end of that, nor does the one behind it.
#[test]
fn one_that_finds_no_dialog_for_long_has_failed() {
    let capacity = Capacity { dialogs: 1, ..Capacity::host(2, 2, 2048).writing(4) };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let begun = lab.now;
    for token in [1, 2] {
        let now = lab.now;
        lab.ends[0].phone.message_send(now, AccountId::NONE, "sip:10.0.0.19:5060", &text("x", token)).unwrap();
    }
    for (token, seconds) in [(1, 64), (2, 128)] {
        lab.run_until("its end", |lab| sent(lab).len() as u64 == token);
        assert_eq!(sent(&lab)[token as usize - 1], (token, 0, Cause::Full));
        let waited = lab.now.since(begun).millis();
        assert!((seconds * 1000..seconds * 1000 + 2000).contains(&waited), "{waited} ms");
    }
    let call = lab.ends[0].last_call();
    peer.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

// The longest body that a command takes is the longest that leaves: none is refused by an event for its length.
#[test]
fn one_that_does_not_fit_is_refused_at_the_command() {
    let capacity = Capacity { messages: 16, ..Capacity::host(4, 2, 1100) };
    for headers in ["", "Subject: Lunch\r\n"] {
        for in_call in [false, true] {
            let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
            let mut bob = Peer::new(&mut lab, "10.0.0.9:5060", 0);
            bob.call(&mut lab, 0);
            let call = lab.ends[0].last_call();
            let send = |lab: &mut Lab, len: usize| {
                let body = "x".repeat(len);
                let new = NewMessage { headers, ..text(&body, 1) };
                let (now, phone) = (lab.now, &mut lab.ends[0].phone);
                let sent = if in_call {
                    phone.message_send_in_call(now, call, &new)
                } else {
                    phone.message_send(now, AccountId::NONE, "sip:bob@10.0.0.9:5060", &new)
                };
                lab.drain();
                sent
            };
            let Err(CommandError::Size { most }) = send(&mut lab, 1090) else { panic!("it does not fit") };
            assert!(matches!(send(&mut lab, usize::from(most) + 2), Err(CommandError::Size { .. })));
            send(&mut lab, usize::from(most)).unwrap();
            let message = bob.wait(&mut lab, "MESSAGE");
            assert!((1095..=1100).contains(&message.bytes.len()), "{}", message.bytes.len());
            bob.respond(&mut lab, &message, 200, "");
            lab.run_until("its end", |lab| !sent(lab).is_empty());
            assert_eq!(sent(&lab), [(1, 200, Cause::Normal)]);
        }
    }
}

#[test]
fn one_that_does_not_fit_with_its_accounts_texts_is_refused_too() {
    let (mut lab, account, mut server) = silent(4);
    let now = lab.now;
    let mut send = |len: usize| {
        let body = "x".repeat(len);
        lab.ends[0].phone.message_send(now, account, "bob", &text(&body, 1))
    };
    let Err(CommandError::Size { most }) = send(2048) else { panic!("it does not fit") };
    assert!(matches!(send(usize::from(most) + 2), Err(CommandError::Size { .. })));
    send(usize::from(most)).unwrap();
    // it is too long for a datagram, and leaves by no other way here
    pass(&mut lab, &mut server, 1);
    assert_eq!(sent(&lab).first().map(|sent| sent.2), Some(Cause::Unreachable));
}

// The words and the fields of a refusal say what a status alone does not.
#[test]
fn the_response_to_a_message_can_be_read() {
    // with a body that leaves it hardly any room, it is cut behind a field
    for len in [10, 700] {
        let capacity = Capacity { messages: 2, ..Capacity::host(4, 2, 1100) };
        let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
        let mut bob = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let (now, body) = (lab.now, "x".repeat(len));
        let sent = lab.ends[0].phone.message_send(now, AccountId::NONE, "sip:10.0.0.9:5060", &text(&body, 1)).unwrap();
        lab.drain();
        let read = |lab: &Lab, name: &str| {
            let mut room = [0; 64];
            let mut out = Cursor::new(&mut room);
            let read = lab.ends[0].phone.message_header(sent, name, 0, &mut out);
            read.map(|()| String::from_utf8_lossy(out.written()).into_owned())
        };
        let reason = |lab: &Lab| {
            let mut room = [0; 64];
            let mut out = Cursor::new(&mut room);
            let read = lab.ends[0].phone.message_text(sent, MessageText::Reason, &mut out);
            read.map(|()| String::from_utf8_lossy(out.written()).into_owned())
        };
        assert_eq!((read(&lab, ""), reason(&lab)), (Err(CommandError::Nothing), Err(CommandError::Nothing)));
        let message = bob.wait(&mut lab, "MESSAGE");
        let refusal =
            bob.response_text(&message, 486, &format!("X-Long: {}\r\nRetry-After: 30\r\n", "l".repeat(300)), "");
        let refusal = refusal.replace("486 As Scripted", "486 Out to lunch");
        lab.send_raw(bob.at, message.from, refusal.as_bytes());
        lab.run_until("its end", |lab| !crate::outbox::sent(lab).is_empty());
        assert_eq!(read(&lab, "").unwrap(), "SIP/2.0 486 Out to lunch");
        assert_eq!(reason(&lab).unwrap(), "Out to lunch");
        let retry = if len == 10 { Ok("30".to_owned()) } else { Err(CommandError::Nothing) };
        assert_eq!(read(&lab, "Retry-After"), retry);
        assert_eq!(read(&lab, "cseq").unwrap(), "1 MESSAGE");
        assert_eq!(lab.ends[0].phone.message_body(sent), Ok(body.as_bytes()), "its own body stays");
    }
}
