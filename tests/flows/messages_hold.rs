//! Messages in all weather: a thousand each way, bodies that lie, an application that sleeps, a network that changes
//! before the response. None is lost in silence, none is shown twice.

use crate::server::{REGISTRAR, Server, account_with, anna, until};
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    self, AccountConfig, AccountId, Asked, Capacity, Cause, CommandError, MessageId, MessagePolicy, NewMessage,
};
use microsip_tests::{EventKind, Lab, Options, Peer};
use std::net::SocketAddr;

const COUNT: usize = 1000;

fn new(body: &[u8], token: u64) -> NewMessage<'_> {
    NewMessage { body, token, ..NewMessage::default() }
}

/// The ends of the messages of an end: token, status, result.
fn sent(lab: &Lab, end: usize) -> Vec<(u64, u16, Cause)> {
    let events = lab.ends[end].events.iter().filter(|event| event.kind == EventKind::Sent);
    events.map(|event| (event.token, event.sip_code, event.result)).collect()
}

fn came(lab: &Lab, end: usize) -> Vec<MessageId> {
    let events = lab.ends[end].events.iter().filter(|event| event.kind == EventKind::Message);
    events.map(|event| event.message).collect()
}

fn body(lab: &Lab, end: usize, message: MessageId) -> Vec<u8> {
    lab.ends[end].phone.message_body(message).unwrap().to_vec()
}

/// Two phones that store what comes, and send each other a thousand messages at once: the bodies that each was shown.
fn each_way(loss: u32, seed: u8, notices: Asked) -> (Lab, Vec<Vec<Vec<u8>>>) {
    let capacity = Capacity {
        messages: 2 * COUNT as u32 + 200,
        messages_reserve: COUNT as u32 + 100,
        messages_per_source: u32::MAX,
        ..Capacity::host(4, 2, 1024)
    };
    let options = || Options { capacity, messages: MessagePolicy::Store, ..Options::default() };
    let mut lab = Lab::new(&[options(), options()]).seed(seed);
    lab.audio = false;
    lab.network.loss = loss;
    lab.patience = Duration::from_secs(100_000);
    for nth in 1..=COUNT as u64 {
        for (end, to) in [(0, "sip:b@10.0.0.2:5060"), (1, "sip:a@10.0.0.1:5060")] {
            let (now, line) = (lab.now, format!("{end} {nth}"));
            let line = NewMessage { notices, ..new(line.as_bytes(), nth) };
            lab.ends[end].phone.message_send(now, AccountId::NONE, to, &line).unwrap();
        }
    }
    lab.drain();
    let mut shown = vec![Vec::new(), Vec::new()];
    let mut read = [0, 0];
    lab.run_until("their ends", |lab| (0..2).all(|end| sent(lab, end).len() == COUNT));
    for end in 0..2 {
        for message in came(&lab, end).split_off(read[end]) {
            read[end] += 1;
            shown[end].push(body(&lab, end, message));
            let now = lab.now;
            lab.ends[end].phone.message_release(now, message).unwrap();
        }
    }
    (lab, shown)
}

// rfc3428#8: one after the other
#[test]
fn a_thousand_each_way_are_each_shown_once_in_their_order() {
    for notices in [Asked(0), Asked(3)] {
        let (mut lab, shown) = each_way(0, 1, notices);
        for (end, shown) in shown.iter().enumerate() {
            let wanted: Vec<_> = (1..=COUNT).map(|nth| format!("{} {nth}", 1 - end).into_bytes()).collect();
            assert!(*shown == wanted, "end {end} was shown {}", shown.len());
            assert!(sent(&lab, end).iter().all(|(_, status, _)| *status == 202));
        }
        lab.assert_settled();
    }
}

#[test]
fn under_loss_too_none_that_was_taken_is_missing_and_none_comes_twice() {
    for seed in 1..=3 {
        let (mut lab, shown) = each_way(200, seed, Asked(0));
        for (end, shown) in shown.iter().enumerate() {
            let mut order = (1..=COUNT).map(|nth| format!("{} {nth}", 1 - end).into_bytes());
            assert!(shown.iter().all(|one| order.any(|wanted| wanted == *one)), "seed {seed}: out of order, or twice");
            for (token, status, result) in sent(&lab, 1 - end) {
                let line = format!("{} {token}", 1 - end).into_bytes();
                assert!(status != 202 || shown.contains(&line), "seed {seed}: {token} is lost");
                assert!(status == 202 || result == Cause::Timeout, "seed {seed}: {status} {result:?}");
            }
        }
        lab.network.loss = 0;
        lab.assert_settled();
    }
}

/// A phone that keeps what comes, or asks; and a peer.
fn one(policy: MessagePolicy, bytes: u32) -> (Lab, Peer) {
    let capacity = Capacity { messages: 8, messages_per_source: u32::MAX, ..Capacity::host(2, 1, bytes) };
    let mut lab = Lab::new(&[Options { capacity, messages: policy, ..Options::default() }]);
    lab.audio = false;
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    (lab, peer)
}

/// The peer sends it, and hears this; 0: nothing.
fn ask(lab: &mut Lab, peer: &mut Peer, lines: &str, body: &[u8]) -> u16 {
    let text = peer.request("MESSAGE", lines, "");
    let head = text.split_once("\r\n\r\n").unwrap().0.lines().filter(|line| *line != "Content-Length: 0");
    let mut bytes = head.flat_map(|line| [line, "\r\n"]).collect::<String>().into_bytes();
    if !lines.contains("Content-Length") {
        bytes.extend(format!("Content-Length: {}\r\n", body.len()).bytes());
    }
    bytes.extend(b"\r\n");
    bytes.extend(body);
    lab.send_raw(peer.at, peer.phone, &bytes);
    let before = peer.all(lab, "SIP/2.0").len();
    lab.run_for(Duration::from_millis(50));
    peer.all(lab, "SIP/2.0").get(before).map_or(0, |response| response.status())
}

#[test]
fn a_full_inbox_goes_on_when_it_is_read() {
    for policy in [MessagePolicy::Ask, MessagePolicy::Store] {
        let (mut lab, mut peer) = one(policy, 2048);
        let taken = if policy == MessagePolicy::Ask { 0 } else { 202 };
        let statuses: Vec<u16> =
            (0..8).map(|_| ask(&mut lab, &mut peer, "Content-Type: text/plain\r\n", b"x")).collect();
        assert_eq!(statuses, [[taken; 6].as_slice(), &[480; 2]].concat(), "a quarter is left to ours");
        let first = came(&lab, 0)[0];
        let now = lab.now;
        lab.ends[0].phone.message_release(now, first).unwrap();
        lab.drain();
        lab.run_for(Duration::from_millis(10));
        assert_eq!(ask(&mut lab, &mut peer, "Content-Type: text/plain\r\n", b"again"), taken);
        assert_eq!(body(&lab, 0, *came(&lab, 0).last().unwrap()), b"again");
        assert_eq!(ask(&mut lab, &mut peer, "Content-Type: text/plain\r\n", b"x"), 480);
        // a sleeping application: it is told, and so is each sender
        lab.run_for(Duration::from_secs(6));
        if policy == MessagePolicy::Ask {
            assert_eq!(lab.ends[0].phone.in_use().servers, 0);
            assert_eq!(ask(&mut lab, &mut peer, "Content-Type: text/plain\r\n", b"x"), 0, "its time is over");
            lab.run_for(Duration::from_secs(6));
        }
        for message in lab.ends[0].phone.messages().collect::<Vec<_>>() {
            let now = lab.now;
            lab.ends[0].phone.message_release(now, message).unwrap();
        }
        lab.run_for(Duration::from_secs(40));
        lab.assert_settled();
    }
}

// An application that fetches one event and releases its message at once: the slot's next message is told in its turn.
#[test]
fn a_slot_that_is_used_again_at_once_is_told_in_its_turn() {
    let (mut lab, mut peer) = one(MessagePolicy::Store, 2048);
    lab.ends[0].fetch = false;
    for body in [b"1", b"2", b"3"] {
        ask(&mut lab, &mut peer, "Content-Type: text/plain\r\n", body);
    }
    let mut told = Vec::new();
    for body in [b"4", b"5", b"6"] {
        let event = lab.ends[0].phone.poll_event().unwrap();
        let phone::EventKind::Message { message, .. } = event.kind else { panic!("{event:?}") };
        told.extend(lab.ends[0].phone.message_body(message).unwrap());
        let now = lab.now;
        lab.ends[0].phone.message_release(now, message).unwrap();
        ask(&mut lab, &mut peer, "Content-Type: text/plain\r\n", body);
    }
    while let Some(event) = lab.ends[0].phone.poll_event() {
        let phone::EventKind::Message { message, .. } = event.kind else { panic!("{event:?}") };
        told.extend(lab.ends[0].phone.message_body(message).unwrap());
        let now = lab.now;
        lab.ends[0].phone.message_release(now, message).unwrap();
    }
    assert_eq!(String::from_utf8(told).unwrap(), "123456");
}

// A body is the bytes that came, and not what it says of itself; what breaks SIP is refused before anybody is told.
#[test]
fn hostile_bodies_are_shown_as_they_came_or_refused() {
    let plain = "Content-Type: text/plain\r\n";
    let (mut lab, mut peer) = one(MessagePolicy::Store, 60_000);
    let every: Vec<u8> = (0..=255).collect();
    let bomb = format!(
        "<!DOCTYPE a [{}]><a>&z;</a>",
        (b'b'..=b'z')
            .map(|c| format!("<!ENTITY {} \"&{};&{};\">", c as char, (c - 1) as char, (c - 1) as char))
            .collect::<String>()
    );
    let deep = "<a>".repeat(5000);
    let parts = "--b\r\nContent-Type: text/plain\r\n\r\n--b--\r\n--b\r\n\r\n--b".repeat(50);
    for (lines, bytes) in [
        (plain, b"\0\0\0".as_slice()),
        (plain, &every),
        (plain, b"\xff\xfe\xc0\x80\xed\xa0\x80"),
        (plain, b"\r\n\r\nINVITE sip:x SIP/2.0\r\n\r\n"),
        ("Content-Type: multipart/mixed;boundary=b\r\n", parts.as_bytes()),
        ("Content-Type: multipart/mixed\r\n", parts.as_bytes()),
        ("Content-Type: application/xml\r\n", bomb.as_bytes()),
        ("Content-Type: application/xml\r\n", deep.as_bytes()),
        ("Content-Type: message/cpim\r\n", b"From: <sip:a@b>\r\nTo: <sip:c@d>"),
        ("Content-Type: message/cpim\r\n", b"\r\n\r\n\r\n\r\n"),
        ("Content-Type: message/cpim\r\n", b"NS: <urn:ietf:params:imdn>\r\n\r\nContent-Type: x\r\n\r\n"),
        ("", b"no type at all"),
        (plain, &[b'x'; 50_000]),
    ] {
        assert_eq!(ask(&mut lab, &mut peer, lines, bytes), 202, "{lines}{}", String::from_utf8_lossy(bytes));
        let last = *came(&lab, 0).last().unwrap();
        assert_eq!(body(&lab, 0, last), bytes, "{lines}");
        let now = lab.now;
        lab.ends[0].phone.message_release(now, last).unwrap();
    }
    let before = came(&lab, 0).len();
    for (lines, bytes, statuses) in [
        // rfc3261#18.3: by datagram what is missing is an error, and what is too much is cut off
        (format!("{plain}Content-Length: 10\r\n"), b"short".as_slice(), [400].as_slice()),
        (format!("{plain}Content-Length: -1\r\n"), b"x", &[400]),
        (format!("{plain}Content-Length: 1\r\nContent-Length: 2\r\n"), b"xy", &[400]),
        (format!("{plain}Content-Length: 99999999999999999999\r\n"), b"x", &[400]),
        (plain.to_owned(), &[b'x'; 61_000], &[513]),
        ("Content-Type: application/im-iscomposing+xml\r\n".to_owned(), bomb.as_bytes(), &[400]),
        ("Content-Type: message/imdn+xml\r\n".to_owned(), bomb.as_bytes(), &[400]),
        ("Content-Type: message/imdn+xml\r\n".to_owned(), deep.as_bytes(), &[400]),
        ("Content-Type: text/plain\r\nContent-Encoding: gzip\r\n".to_owned(), b"\x1f\x8b", &[415]),
    ] {
        let status = ask(&mut lab, &mut peer, &lines, bytes);
        assert!(statuses.contains(&status), "{status} for {lines}");
    }
    assert_eq!(came(&lab, 0).len(), before, "nobody was told");
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

fn at(address: &str) -> SocketAddr {
    address.parse().unwrap()
}

// The response to a message finds its way by the Via, so it cannot come any more: the sender's phone says so in its time,
// or learns it from a repetition; the recipient's shows it once.
#[test]
fn the_network_changes_between_a_message_and_its_response() {
    for (policy, socket) in [MessagePolicy::Ask, MessagePolicy::Store].into_iter().flat_map(|one| [(one, 0), (one, 1)])
    {
        for moved in [0, 1] {
            for heard in [false, true] {
                let options = || Options { messages: policy, ..Options::default() };
                let mut lab = Lab::new(&[options(), options()]);
                lab.audio = false;
                lab.patience = Duration::from_secs(200);
                let now = lab.now;
                lab.ends[0].phone.message_send(now, AccountId::NONE, "sip:b@10.0.0.2:5060", &new(b"once", 1)).unwrap();
                lab.drain();
                if heard {
                    lab.run_until("it", |lab| came(lab, 1).len() == 1);
                }
                let now = lab.now;
                lab.ends[moved].move_to(now, Some((socket, at("10.0.0.31:5060"))));
                lab.drain();
                for _ in 0..200 {
                    lab.run_for(Duration::from_millis(200));
                    for message in lab.ends[1].phone.messages().collect::<Vec<_>>() {
                        let now = lab.now;
                        let _ = lab.ends[1].phone.message_answer(now, message, 0);
                    }
                    lab.drain();
                }
                let ends = sent(&lab, 0);
                assert_eq!(ends.len(), 1, "{policy:?} {socket} {moved} {heard}: its end is told, once");
                assert!(came(&lab, 1).len() <= 1, "{policy:?} {socket} {moved} {heard}: it is shown once");
                let (_, status, result) = ends[0];
                assert!(status / 100 != 2 || came(&lab, 1).len() == 1, "one that is said to have come was shown");
                let said = result == Cause::Normal || matches!(result, Cause::Timeout | Cause::Unreachable);
                assert!(said, "{policy:?} {socket} {moved} {heard}: {status} {result:?}");
                for message in lab.ends[1].phone.messages().collect::<Vec<_>>() {
                    let now = lab.now;
                    lab.ends[1].phone.message_release(now, message).unwrap();
                }
                lab.assert_settled();
            }
        }
    }
}

// An account's message goes on from the new address, where its registration is.
#[test]
fn an_accounts_message_has_its_end_behind_a_change_of_network() {
    for answers in [false, true] {
        let config = AccountConfig { no_register: true, ..anna() };
        let capacity = Capacity { messages: 16, ..Capacity::host(4, 2, 4096) };
        let (mut lab, account) = account_with(capacity, &[REGISTRAR], config);
        lab.patience = Duration::from_secs(200);
        let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| {
            if answers && seen.from.ip().to_string() == "10.0.0.31" { vec![seen.response(200, "")] } else { Vec::new() }
        });
        let now = lab.now;
        for token in [1, 2] {
            lab.ends[0].phone.message_send(now, account, "bob", &new(b"x", token)).unwrap();
        }
        lab.drain();
        until(&mut lab, &mut server, "it", |_, server| !server.all("MESSAGE").is_empty());
        let now = lab.now;
        lab.ends[0].move_to(now, Some((1, at("10.0.0.31:5060"))));
        lab.drain();
        until(&mut lab, &mut server, "their ends", |lab, _| sent(lab, 0).len() == 2);
        let ends = sent(&lab, 0);
        assert_eq!(ends.iter().map(|end| end.0).collect::<Vec<_>>(), [1, 2], "in their order");
        if answers {
            assert_eq!(ends[1].1, 200, "the next one leaves from the new address: {ends:?}");
        }
        crate::server::pass(&mut lab, &mut server, 1);
        lab.assert_settled();
    }
}

#[test]
fn nothing_is_sent_without_an_end_where_there_is_no_network() {
    let mut lab = Lab::pair();
    lab.patience = Duration::from_secs(200);
    let now = lab.now;
    lab.ends[0].move_to(now, None);
    lab.drain();
    let now = lab.now;
    let sending = lab.ends[0].phone.message_send(now, AccountId::NONE, "sip:b@10.0.0.2:5060", &new(b"x", 1));
    match sending {
        Ok(_) => {
            lab.drain();
            lab.run_until("its end", |lab| sent(lab, 0).len() == 1);
            assert_ne!(sent(&lab, 0)[0].2, Cause::Normal);
        }
        Err(error) => assert_ne!(error, CommandError::Full),
    }
    lab.assert_settled();
}
