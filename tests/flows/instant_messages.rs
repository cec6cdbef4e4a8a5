//! Messages (RFC 3428): sent in their order, kept until they are read, refused where nobody reads them.

use crate::server::{REGISTRAR, Server, account_with, anna, pass};
use crate::strangers::request as from_anywhere;
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountConfig, AccountId, Capacity, Cause, CommandError, MessageId, MessagePolicy, MessageState, MessageText,
    NewMessage, TransferPolicy,
};
use microsip_tests::{EventKind, Lab, Options, Peer, Told, ladder};

const BOB: &str = "sip:bob@10.0.0.2:5060";

fn text(body: &str) -> NewMessage<'_> {
    NewMessage { body: body.as_bytes(), token: 7, ..NewMessage::default() }
}

fn send(lab: &mut Lab, new: &NewMessage<'_>) -> MessageId {
    let now = lab.now;
    let sent = lab.ends[0].phone.message_send(now, AccountId::NONE, BOB, new).unwrap();
    lab.drain();
    sent
}

/// The events of a kind at an end.
fn events(lab: &Lab, end: usize, kind: EventKind) -> Vec<Told> {
    lab.ends[end].events.iter().filter(|event| event.kind == kind).copied().collect()
}

/// The next message that came to an end, of which so many have been seen.
fn arrived(lab: &mut Lab, end: usize, seen: usize) -> MessageId {
    lab.run_until("a message", |lab| events(lab, end, EventKind::Message).len() > seen);
    events(lab, end, EventKind::Message)[seen].message
}

fn answer(lab: &mut Lab, end: usize, message: MessageId, status: u16) -> Result<(), CommandError> {
    let now = lab.now;
    let answered = lab.ends[end].phone.message_answer(now, message, status);
    lab.drain();
    answered
}

fn body(lab: &Lab, end: usize, message: MessageId) -> String {
    String::from_utf8_lossy(lab.ends[end].phone.message_body(message).unwrap()).into_owned()
}

fn text_of(lab: &Lab, end: usize, message: MessageId, which: MessageText) -> Result<String, CommandError> {
    let mut room = [0; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[end].phone.message_text(message, which, &mut out)?;
    Ok(String::from_utf8_lossy(out.written()).into_owned())
}

fn state(lab: &Lab, end: usize, message: MessageId) -> MessageState {
    lab.ends[end].phone.message_info(message).unwrap().state
}

fn sent(lab: &Lab) -> Vec<(u64, u16, Cause)> {
    events(lab, 0, EventKind::Sent).iter().map(|event| (event.token, event.sip_code, event.result)).collect()
}

// rfc3428#4, #7
#[test]
fn a_message_comes_is_read_and_answered() {
    let mut lab = Lab::pair();
    let new = NewMessage { headers: "Subject: Lunch\r\n", tag: 5, ..text("Grüße, Anna") };
    let ours = send(&mut lab, &new);
    assert_eq!(state(&lab, 0, ours), MessageState::Sending);
    let theirs = arrived(&mut lab, 1, 0);
    let wire = lab.sent.iter().find(|sent| sent.text.starts_with("MESSAGE ")).unwrap().text.clone();
    assert!(wire.starts_with("MESSAGE sip:bob@10.0.0.2:5060 SIP/2.0\r\n"), "{wire}");
    assert!(wire.contains("\r\nContent-Type: text/plain;charset=UTF-8\r\n"), "{wire}");
    assert!(wire.contains("\r\nSubject: Lunch\r\n"), "{wire}");
    assert!(!wire.contains("\r\nContact:"), "rfc3428#4: no Contact\n{wire}");
    assert!(wire.contains("\r\nSupported: timer\r\n"), "rfc4028#7.1: each request but ACK\n{wire}");
    assert_eq!(body(&lab, 1, theirs), "Grüße, Anna");
    assert_eq!(text_of(&lab, 1, theirs, MessageText::RemoteUri).unwrap(), "sip:microsip@10.0.0.1:5060");
    assert_eq!(text_of(&lab, 1, theirs, MessageText::LocalUri).unwrap(), BOB);
    assert_eq!(text_of(&lab, 1, theirs, MessageText::ContentType).unwrap(), "text/plain;charset=UTF-8");
    assert_eq!(text_of(&lab, 1, theirs, MessageText::RemoteName), Err(CommandError::Nothing));
    assert_eq!(text_of(&lab, 0, ours, MessageText::RemoteUri).unwrap(), BOB);
    let mut room = [0; 64];
    let mut out = Cursor::new(&mut room);
    lab.ends[1].phone.message_header(theirs, "subject", 0, &mut out).unwrap();
    assert_eq!(out.written(), b"Lunch");
    let info = lab.ends[1].phone.message_info(theirs).unwrap();
    assert_eq!((info.state, info.incoming, info.len), (MessageState::Unread, true, "Grüße, Anna".len()));
    assert!(sent(&lab).is_empty(), "it is not over before its response");
    answer(&mut lab, 1, theirs, 0).unwrap();
    lab.run_until("its end", |lab| !sent(lab).is_empty());
    assert_eq!(sent(&lab), [(7, 200, Cause::Normal)]);
    let told = events(&lab, 0, EventKind::Sent)[0];
    assert_eq!((told.tag, told.message), (5, ours));
    assert_eq!(answer(&mut lab, 1, theirs, 200), Err(CommandError::State), "once");
    assert_eq!((state(&lab, 0, ours), state(&lab, 1, theirs)), (MessageState::Over, MessageState::Over));
    assert_eq!(body(&lab, 1, theirs), "Grüße, Anna", "it stays readable");
    lab.assert_settled();
}

#[test]
fn any_answer_of_the_application_is_the_senders_end() {
    for (status, result) in [(202, Cause::Normal), (486, Cause::Refused), (603, Cause::Refused), (408, Cause::Timeout)]
    {
        let mut lab = Lab::pair();
        send(&mut lab, &NewMessage { token: 0, ..text("x") });
        let theirs = arrived(&mut lab, 1, 0);
        for out_of_range in [100, 199, 700, 65_535] {
            assert_eq!(answer(&mut lab, 1, theirs, out_of_range), Err(CommandError::Range));
        }
        answer(&mut lab, 1, theirs, status).unwrap();
        lab.run_for(Duration::from_secs(1));
        // without a token only a failure is told
        let told: &[_] = if result == Cause::Normal { &[] } else { &[(0, status, result)] };
        assert_eq!(sent(&lab), told);
        lab.assert_settled();
    }
}

#[test]
fn one_that_nobody_answers_is_refused_after_five_seconds() {
    let mut lab = Lab::pair();
    send(&mut lab, &text("anybody?"));
    let theirs = arrived(&mut lab, 1, 0);
    let at = lab.now;
    lab.run_until("its end", |lab| !sent(lab).is_empty());
    assert_eq!(sent(&lab), [(7, 480, Cause::Refused)]);
    assert!((4_990..=5_100).contains(&lab.now.since(at).millis()), "{:?}", lab.now.since(at));
    let news = events(&lab, 1, EventKind::Message);
    assert_eq!(news.len(), 2, "it came, and was given up");
    assert_eq!((news[1].state, news[1].sip_code), (MessageState::Over as u32, 480));
    assert_eq!(news[1].result, Cause::Timeout);
    assert_eq!(body(&lab, 1, theirs), "anybody?", "it can be read all the same");
    assert_eq!(answer(&mut lab, 1, theirs, 200), Err(CommandError::State));
    lab.assert_settled();
}

#[test]
fn a_release_accepts() {
    let mut lab = Lab::pair();
    send(&mut lab, &text("x"));
    let theirs = arrived(&mut lab, 1, 0);
    let now = lab.now;
    lab.ends[1].phone.message_release(now, theirs).unwrap();
    lab.drain();
    assert_eq!(lab.ends[1].phone.message_release(now, theirs), Err(CommandError::Stale));
    assert!(lab.ends[1].phone.message_info(theirs).is_err());
    lab.run_until("its end", |lab| !sent(lab).is_empty());
    assert_eq!(sent(&lab), [(7, 200, Cause::Normal)]);
    lab.assert_settled();
}

/// A pair whose second phone stores what comes, in so many slots.
fn storing(slots: u32) -> Lab {
    let capacity = Capacity { messages: slots, messages_per_source: u32::MAX, ..Capacity::host(4, 2, 2048) };
    Lab::new(&[Options::default(), Options { capacity, messages: MessagePolicy::Store, ..Options::default() }])
}

// rfc3428#7: 202 says that it is kept
#[test]
fn stored_messages_are_accepted_and_stay_until_they_are_released() {
    let mut lab = storing(2);
    for nth in 0..3 {
        send(&mut lab, &text(&format!("number {nth}")));
    }
    lab.run_until("their ends", |lab| sent(lab).len() == 3);
    assert_eq!(sent(&lab), [(7, 202, Cause::Normal), (7, 202, Cause::Normal), (7, 480, Cause::Refused)]);
    let kept: Vec<MessageId> = lab.ends[1].phone.messages().collect();
    let bodies: Vec<String> = kept.iter().map(|message| body(&lab, 1, *message)).collect();
    assert_eq!(bodies, ["number 0", "number 1"], "nothing that was said to be kept gives way");
    assert_eq!(state(&lab, 1, kept[0]), MessageState::Kept);
    assert_eq!(answer(&mut lab, 1, kept[0], 200), Err(CommandError::State), "it is answered");
    let now = lab.now;
    lab.ends[1].phone.message_release(now, kept[0]).unwrap();
    send(&mut lab, &text("number 3"));
    lab.run_until("its end", |lab| sent(lab).len() == 4);
    assert_eq!(sent(&lab)[3].1, 202);
    for message in lab.ends[1].phone.messages().collect::<Vec<_>>() {
        lab.ends[1].phone.message_release(now, message).unwrap();
    }
    lab.assert_settled();
}

#[test]
fn they_arrive_in_their_order_each_once_whatever_the_network_loses() {
    for seed in 1..=10 {
        let mut lab = storing(64).seed(seed);
        lab.network.loss = 200;
        lab.network.double = 100;
        lab.network.jitter_ms = 300;
        lab.patience = Duration::from_secs(1000);
        let mut wanted = Vec::new();
        for nth in 0..12 {
            let line = format!("line {nth}");
            send(&mut lab, &NewMessage { token: nth + 1, ..text(&line) });
            wanted.push(line);
        }
        lab.run_until("their ends", |lab| sent(lab).len() == 12);
        let tokens: Vec<u64> = sent(&lab).iter().map(|sent| sent.0).collect();
        assert_eq!(tokens, (1..=12).collect::<Vec<_>>(), "seed {seed}");
        let came: Vec<String> =
            events(&lab, 1, EventKind::Message).iter().map(|event| body(&lab, 1, event.message)).collect();
        // one that got no response may have come all the same; none comes twice, and none that was taken is missing
        let mut expected = wanted.iter();
        assert!(came.iter().all(|line| expected.any(|other| other == line)), "seed {seed}: {came:?}");
        for (line, (_, code, _)) in wanted.iter().zip(sent(&lab)) {
            assert!(code != 202 || came.contains(line), "seed {seed}: {line} is lost");
        }
        for message in lab.ends[1].phone.messages().collect::<Vec<_>>() {
            let now = lab.now;
            lab.ends[1].phone.message_release(now, message).unwrap();
        }
        lab.network.loss = 0;
        lab.assert_settled();
    }
}

#[test]
fn the_next_one_waits_for_the_response_and_not_for_another_far_end() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut bob = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    let now = lab.now;
    for (to, body) in [("10.0.0.9", "one"), ("10.0.0.9", "two"), ("10.0.0.10", "other")] {
        lab.ends[0].phone.message_send(now, AccountId::NONE, &format!("sip:{to}:5060"), &text(body)).unwrap();
    }
    lab.drain();
    let first = bob.wait(&mut lab, "MESSAGE");
    assert_eq!(carol.wait(&mut lab, "MESSAGE").body(), "other");
    bob.silence(&mut lab, "MESSAGE sip:nobody", Duration::from_secs(2));
    assert!(bob.all(&lab, "MESSAGE").iter().all(|sip| sip.body() == "one"));
    // a refusal is an end, too
    bob.respond(&mut lab, &first, 415, "");
    let second = bob.wait(&mut lab, "MESSAGE");
    assert_eq!(second.body(), "two");
    assert_ne!(second.header("Call-ID"), first.header("Call-ID"));
    bob.respond(&mut lab, &second, 200, "");
    lab.run_until("their ends", |lab| sent(lab).len() == 3);
    let statuses: Vec<u16> = sent(&lab).iter().map(|sent| sent.1).collect();
    assert_eq!(statuses, [415, 200, 0], "the last one had no response in 32 s");
    lab.assert_settled();
}

#[test]
fn a_repetition_is_shown_once_and_gets_the_same_response() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let sip = peer.request("MESSAGE", "Content-Type: text/plain\r\n", "hello");
    peer.send(&mut lab, &sip);
    let message = arrived(&mut lab, 0, 0);
    peer.send(&mut lab, &sip);
    lab.run_for(Duration::from_millis(100));
    assert_eq!(events(&lab, 0, EventKind::Message).len(), 1);
    answer(&mut lab, 0, message, 200).unwrap();
    let response = peer.wait(&mut lab, "SIP/2.0 200");
    for _ in 0..3 {
        peer.send(&mut lab, &sip);
        assert_eq!(peer.wait(&mut lab, "SIP/2.0 200").bytes, response.bytes, "rfc3261#17.2.2");
    }
    assert_eq!(events(&lab, 0, EventKind::Message).len(), 1);
    assert!(!response.to_tag().is_empty());
    lab.assert_settled();
}

#[test]
fn a_slow_application_has_its_sender_told_that_it_is_there() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let sip = peer.request("MESSAGE", "Content-Type: text/plain\r\n", "hello");
    peer.send(&mut lab, &sip);
    // rfc4320#4.1: not before its sender's timer E has come to T2
    lab.run_for(Duration::from_millis(3400));
    assert!(peer.all(&lab, "SIP/2.0").is_empty());
    assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), 100);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), 480);
    lab.assert_settled();
}

#[test]
fn in_a_call_they_go_by_its_dialog() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    for body in ["one", "two"] {
        lab.ends[0].phone.message_send_in_call(now, call, &text(body)).unwrap();
    }
    lab.drain();
    for body in ["one", "two"] {
        let message = peer.wait(&mut lab, "MESSAGE");
        assert_eq!((message.body().as_str(), message.to_tag()), (body, peer.tag.clone()));
        assert_eq!((message.from_tag(), message.uri()), (peer.theirs.clone(), peer.contact.clone()));
        peer.respond(&mut lab, &message, 200, "");
    }
    lab.run_until("their ends", |lab| sent(lab).len() == 2);
    assert!(events(&lab, 0, EventKind::Sent).iter().all(|event| event.call == call));
    let sip = peer.request("MESSAGE", "Content-Type: text/html\r\n", "<p>");
    peer.send(&mut lab, &sip);
    let came = arrived(&mut lab, 0, 0);
    let info = lab.ends[0].phone.message_info(came).unwrap();
    assert_eq!((info.call, body(&lab, 0, came).as_str()), (call, "<p>"));
    answer(&mut lab, 0, came, 200).unwrap();
    assert_eq!(peer.wait(&mut lab, "SIP/2.0 200").to_tag(), peer.theirs);
    // one behind another goes down with the call
    let now = lab.now;
    for body in ["three", "four"] {
        lab.ends[0].phone.message_send_in_call(now, call, &text(body)).unwrap();
    }
    lab.drain();
    let three = peer.wait(&mut lab, "MESSAGE");
    peer.be_hung_up(&mut lab, 0, call);
    assert!(lab.ends[0].phone.message_send_in_call(now, call, &text("x")).is_err());
    peer.respond(&mut lab, &three, 200, "");
    lab.run_until("their ends", |lab| sent(lab).len() == 4);
    assert_eq!(sent(&lab)[2..], [(7, 200, Cause::Normal), (7, 0, Cause::State)]);
    lab.assert_settled();
}

#[test]
fn a_refusing_phone_and_a_coded_body() {
    let mut lab = Lab::new(&[Options { messages: MessagePolicy::Refuse, ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let sip = peer.request("MESSAGE", "Content-Type: text/plain\r\n", "hello");
    peer.send(&mut lab, &sip);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), 403);
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let sip = peer.request("MESSAGE", "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n", "hello");
    peer.send(&mut lab, &sip);
    let refusal = peer.wait(&mut lab, "SIP/2.0");
    assert_eq!(refusal.status(), 415);
    // rfc3261#21.4.13: the coding is the fault, and any type is taken
    assert_eq!((refusal.header("Accept-Encoding").as_str(), refusal.header("Accept").as_str()), ("identity", "*/*"));
    assert!(events(&lab, 0, EventKind::Message).is_empty());
    lab.assert_settled();
}

// rfc3428#7: each far end shows plain text, so that is named where the application takes no other type
#[test]
fn a_type_that_the_application_refuses_is_answered_with_plain_text_as_what_is_taken() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let sip = peer.request("MESSAGE", "Content-Type: image/png\r\n", "picture");
    peer.send(&mut lab, &sip);
    let came = arrived(&mut lab, 0, 0);
    answer(&mut lab, 0, came, 415).unwrap();
    let refusal = peer.wait(&mut lab, "SIP/2.0");
    assert_eq!((refusal.status(), refusal.header("Accept").as_str()), (415, "text/plain"));
    lab.run_for(Duration::from_millis(500));
    peer.send(&mut lab, &sip);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0").bytes, refusal.bytes, "a repetition gets the same response");
}

// rfc3261#20.1: of a REFER, which says all in its header, no body is taken
#[test]
fn a_refer_that_is_refused_for_its_body_names_none() {
    let mut lab = Lab::new(&[Options { transfers: (TransferPolicy::Ask, TransferPolicy::Ask), ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let lines = format!("Refer-To: <sip:x@10.0.0.10>\r\nContact: <{}>\r\nContent-Type: image/png\r\n", peer.contact);
    let sip = peer.request("REFER", &lines, "picture");
    peer.send(&mut lab, &sip);
    lab.run_until("it", |lab| !events(lab, 0, EventKind::Refer).is_empty());
    let came = events(&lab, 0, EventKind::Refer)[0].message;
    answer(&mut lab, 0, came, 415).unwrap();
    let refusal = peer.wait(&mut lab, "SIP/2.0 4");
    assert_eq!((refusal.status(), refusal.headers("Accept")), (415, vec![String::new()]), "{}", refusal.text());
}

#[test]
fn the_applications_part_is_checked() {
    let mut lab = Lab::pair();
    let (now, long) = (lab.now, "x".repeat(2100));
    for (new, error) in [
        (NewMessage { headers: "Via: x\r\n", ..text("x") }, CommandError::HeaderOwned),
        (NewMessage { headers: "Content-Type: x/y\r\n", ..text("x") }, CommandError::HeaderOwned),
        (NewMessage { headers: "no line", ..text("x") }, CommandError::HeaderLine),
        (NewMessage { content_type: "text/plain\r\nVia: x", ..text("x") }, CommandError::ContentType),
        (NewMessage { content_type: "text", ..text("x") }, CommandError::ContentType),
        (NewMessage { content_type: "text/plain", ..text("") }, CommandError::ContentType),
    ] {
        let result = lab.ends[0].phone.message_send(now, AccountId::NONE, BOB, &new);
        assert_eq!(result, Err(error), "{new:?}");
    }
    let result = lab.ends[0].phone.message_send(now, AccountId::NONE, BOB, &text(&long));
    assert!(matches!(result, Err(CommandError::Size { most: 1500..2048 })), "{result:?}");
    let far = format!("sip:{}@10.0.0.2", "b".repeat(1600));
    assert_eq!(lab.ends[0].phone.message_send(now, AccountId::NONE, &far, &text("x")), Err(CommandError::Text));
    for uri in ["", "mailto:bob@10.0.0.2", "sip:", "a b"] {
        assert!(lab.ends[0].phone.message_send(now, AccountId::NONE, uri, &text("x")).is_err(), "{uri}");
    }
    lab.drain();
    assert!(lab.sent.is_empty());
    lab.assert_settled();
}

/// An account with a proxy that asks for credentials.
fn by_account(message: u32, reply: u16) -> (Lab, AccountId, Server) {
    let config = AccountConfig { no_register: true, ..anna() };
    let (mut lab, account) =
        account_with(Capacity { messages: 16, ..Capacity::host(4, 2, message) }, &[REGISTRAR], config);
    let server = Server::new(&mut lab, REGISTRAR, move |seen, _| match seen.header("Proxy-Authorization") {
        None => {
            vec![seen.response(407, "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n\", qop=\"auth\"\r\n")]
        }
        Some(_) => vec![seen.response(reply, "")],
    });
    (lab, account, server)
}

// rfc3261#22.2: the same request with its body
#[test]
fn a_challenge_keeps_the_body() {
    let (mut lab, account, mut server) = by_account(4096, 200);
    let body = "0123456789abcdef".repeat(30);
    let now = lab.now;
    lab.ends[0].phone.message_send(now, account, "bob", &text(&body)).unwrap();
    crate::server::until(&mut lab, &mut server, "its end", |lab, _| !sent(lab).is_empty());
    assert_eq!(sent(&lab), [(7, 200, Cause::Normal)]);
    let tries = server.all("MESSAGE");
    assert_eq!(tries.len(), 2);
    for seen in tries {
        assert!(seen.text.ends_with(&body) && seen.uri() == "sip:bob@example.org", "{}", seen.text);
        assert!(seen.header("From").unwrap().starts_with("<sip:anna@example.org>;tag="));
    }
    lab.assert_settled();
}

#[test]
fn a_number_gets_the_accounts_rules_and_digits_behind_it_are_none() {
    let (mut lab, account, mut server) = by_account(4096, 200);
    let now = lab.now;
    lab.ends[0].phone.message_send(now, account, "030 / 12-34", &text("x")).unwrap();
    let behind = lab.ends[0].phone.message_send(now, account, "0301234,55", &text("x"));
    assert_eq!(behind, Err(CommandError::Uri));
    crate::server::until(&mut lab, &mut server, "its end", |lab, _| !sent(lab).is_empty());
    assert_eq!(server.last("MESSAGE").uri(), "sip:0301234@example.org");
    pass(&mut lab, &mut server, 1);
    lab.assert_settled();
}

// rfc3428#8: no datagram of more than 1300 bytes
#[test]
fn a_long_one_leaves_by_a_stream_or_not_at_all() {
    let mut lab = Lab::new(&[Options {
        capacity: Capacity { messages: 16, ..Capacity::host(4, 2, 4096) },
        ..Options::default()
    }]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let now = lab.now;
    let body = "x".repeat(1400);
    lab.ends[0].phone.message_send(now, AccountId::NONE, "sip:10.0.0.9:5060", &text(&body)).unwrap();
    lab.run_until("its end", |lab| !sent(lab).is_empty());
    assert_eq!(sent(&lab), [(7, 0, Cause::Unreachable)], "{}", ladder::draw(&lab));
    assert!(peer.all(&lab, "MESSAGE").is_empty());
    lab.assert_settled();
}

#[test]
fn strangers_get_nothing_and_an_accounts_callers_are_heard() {
    let (mut lab, account, mut server) = by_account(4096, 200);
    let from = "10.0.0.77:5060";
    let sip = from_anywhere("MESSAGE", from.parse().unwrap(), "sip:anna@10.0.0.1:5060", 1);
    let status = crate::strangers::asked(&mut lab, from, &sip);
    assert_eq!((status, lab.ends[0].phone.counters().strangers), (None, 1));
    assert!(events(&lab, 0, EventKind::Message).is_empty());
    // its own proxy is known once it has been asked
    let now = lab.now;
    lab.ends[0].phone.message_send(now, account, "bob", &text("x")).unwrap();
    pass(&mut lab, &mut server, 1);
    let sip = from_anywhere("MESSAGE", REGISTRAR.parse().unwrap(), "sip:anna@10.0.0.1:5060", 2);
    lab.send_raw(REGISTRAR.parse().unwrap(), lab.ends[0].address, sip.as_bytes());
    let came = arrived(&mut lab, 0, 0);
    assert_eq!(lab.ends[0].phone.message_info(came).unwrap().account, account);
    answer(&mut lab, 0, came, 200).unwrap();
    pass(&mut lab, &mut server, 1);
    lab.assert_settled();
}

#[test]
fn full_pools_have_their_written_response() {
    let capacity = Capacity { messages: 1, ..Capacity::host(4, 2, 2048) };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }, Options::default()]);
    let now = lab.now;
    send(&mut lab, &text("one"));
    let second = lab.ends[0].phone.message_send(now, AccountId::NONE, BOB, &text("two"));
    assert_eq!(second, Err(CommandError::Full));
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let sip = peer.request("MESSAGE", "Content-Type: text/plain\r\n", "hello");
    peer.send(&mut lab, &sip);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), 480, "the inbox is full");
    let theirs = arrived(&mut lab, 1, 0);
    answer(&mut lab, 1, theirs, 200).unwrap();
    lab.run_until("its end", |lab| !sent(lab).is_empty());
    // one that is over gives way
    send(&mut lab, &text("two"));
    let theirs = arrived(&mut lab, 1, 1);
    answer(&mut lab, 1, theirs, 200).unwrap();
    lab.run_until("its end", |lab| sent(lab).len() == 2);
    lab.assert_settled();
    // none at all
    let capacity = Capacity { messages: 0, ..Capacity::host(4, 2, 2048) };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let now = lab.now;
    let none = lab.ends[0].phone.message_send(now, AccountId::NONE, BOB, &text("x"));
    assert_eq!(none, Err(CommandError::Full));
}

#[test]
fn requests_that_find_no_slot_try_again() {
    let capacity = Capacity { requests: 1, messages: 16, ..Capacity::host(4, 2, 2048) };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }, Options::default()]);
    let call = lab.dial(0, "sip:carol@10.0.0.9:5060");
    send(&mut lab, &text("later"));
    lab.run_for(Duration::from_secs(2));
    assert_eq!(lab.count("MESSAGE"), 0);
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    let theirs = arrived(&mut lab, 1, 0);
    answer(&mut lab, 1, theirs, 200).unwrap();
    lab.run_until("its end", |lab| !sent(lab).is_empty());
    assert_eq!(sent(&lab), [(7, 200, Cause::Normal)]);
    lab.assert_settled();
}

#[test]
fn an_account_that_goes_and_a_phone_that_ends() {
    let (mut lab, account, mut server) = by_account(4096, 100);
    let now = lab.now;
    for token in [1, 2] {
        lab.ends[0].phone.message_send(now, account, "bob", &NewMessage { token, ..text("x") }).unwrap();
    }
    pass(&mut lab, &mut server, 1);
    let sip = from_anywhere("MESSAGE", REGISTRAR.parse().unwrap(), "sip:anna@10.0.0.1:5060", 2);
    lab.send_raw(REGISTRAR.parse().unwrap(), lab.ends[0].address, sip.as_bytes());
    arrived(&mut lab, 0, 0);
    let now = lab.now;
    lab.ends[0].phone.account_remove(now, account).unwrap();
    lab.run_for(Duration::from_millis(100));
    assert_eq!(sent(&lab), [(1, 0, Cause::Cancelled), (2, 0, Cause::Cancelled)]);
    let came = events(&lab, 0, EventKind::Message);
    assert_eq!((came[1].sip_code, came[1].result), (480, Cause::Cancelled));
    lab.assert_settled();

    let mut lab = Lab::pair();
    send(&mut lab, &text("x"));
    arrived(&mut lab, 1, 0);
    let now = lab.now;
    lab.ends[1].phone.shutdown(now);
    lab.drain();
    lab.run_until("its end", |lab| !sent(lab).is_empty());
    assert_eq!(sent(&lab), [(7, 480, Cause::Refused)]);
    let refused = lab.ends[1].phone.message_send(now, AccountId::NONE, BOB, &text("x"));
    assert_eq!(refused, Err(CommandError::State));
    lab.assert_settled();
}
