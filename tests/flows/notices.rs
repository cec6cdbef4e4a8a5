//! Notices (RFC 5438): a message in an envelope (RFC 3862) asks for them, and its writer learns what became of it.

use crate::server::{REGISTRAR, Seen, Server, account_with, anna, until};
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountConfig, AccountId, Asked, Capacity, CommandError, Disposition, MessageId, MessagePolicy, MessageState,
    MessageText, NewMessage, NoticePolicy,
};
use microsip_core::wire::body::cpim::Cpim;
use microsip_tests::{EventKind, Lab, Options, Peer};

const BOB: &str = "sip:bob@10.0.0.2:5060";
const BOTH: Asked = Asked(3);
const DELIVERED: u32 = Disposition::Delivered as u32;
const DISPLAYED: u32 = Disposition::Displayed as u32;

fn new(body: &str) -> NewMessage<'_> {
    NewMessage { body: body.as_bytes(), notices: BOTH, ..NewMessage::default() }
}

fn send(lab: &mut Lab, new: &NewMessage<'_>) -> MessageId {
    let now = lab.now;
    let sent = lab.ends[0].phone.message_send(now, AccountId::NONE, BOB, new).unwrap();
    lab.drain();
    sent
}

fn arrived(lab: &mut Lab, end: usize, seen: usize) -> MessageId {
    let came = |lab: &Lab| {
        lab.ends[end]
            .events
            .iter()
            .filter(|event| event.kind == EventKind::Message)
            .nth(seen)
            .map(|event| event.message)
    };
    lab.run_until("a message", |lab| came(lab).is_some());
    came(lab).unwrap()
}

fn answer(lab: &mut Lab, end: usize, message: MessageId, status: u16) {
    let now = lab.now;
    lab.ends[end].phone.message_answer(now, message, status).unwrap();
    lab.drain();
}

fn notice(lab: &mut Lab, end: usize, message: MessageId, what: Disposition) -> Result<(), CommandError> {
    let now = lab.now;
    let told = lab.ends[end].phone.message_notice(now, message, what);
    lab.drain();
    lab.run_for(Duration::from_millis(100));
    told
}

/// The notices that an end was told.
fn told(lab: &Lab, end: usize) -> Vec<(MessageId, u32)> {
    let events = lab.ends[end].events.iter().filter(|event| event.kind == EventKind::Delivery);
    events.map(|event| (event.message, event.state)).collect()
}

fn text_of(lab: &Lab, end: usize, message: MessageId, which: MessageText) -> Result<String, CommandError> {
    let mut room = [0; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[end].phone.message_text(message, which, &mut out)?;
    Ok(String::from_utf8_lossy(out.written()).into_owned())
}

fn name(lab: &Lab, end: usize, message: MessageId) -> Result<String, CommandError> {
    text_of(lab, end, message, MessageText::MessageId)
}

/// The notices that have left an end: their messages on the wire.
fn notices(lab: &Lab) -> Vec<String> {
    let mut all: Vec<String> = lab.sent.iter().map(|sent| sent.text.clone()).collect();
    all.retain(|text| text.starts_with("MESSAGE ") && text.contains("message/imdn+xml"));
    all.dedup();
    all
}

// rfc5438#7.1, #7.2
#[test]
fn a_message_is_delivered_and_displayed() {
    let mut lab = Lab::pair();
    let ours = send(&mut lab, &NewMessage { tag: 5, token: 7, ..new("Grüße") });
    let theirs = arrived(&mut lab, 1, 0);
    let wire = lab.sent.iter().find(|sent| sent.text.starts_with("MESSAGE ")).unwrap().text.clone();
    assert!(wire.contains("\r\nContent-Type: message/cpim\r\n"), "{wire}");
    let envelope = Cpim::parse(wire.split_once("\r\n\r\n").unwrap().1.as_bytes()).unwrap();
    assert_eq!((envelope.asked, envelope.content_type), (BOTH, b"text/plain;charset=UTF-8".as_slice()));
    // some far ends open none without its parties
    assert!(wire.contains("\r\n\r\nFrom: <sip:microsip@10.0.0.1:5060>\r\nTo: <sip:bob@10.0.0.2:5060>\r\n"), "{wire}");
    assert!(wire.contains("\r\nimdn.Disposition-Notification: positive-delivery, negative-delivery, display\r\n"));
    // both sides see what is in the envelope
    for (end, message) in [(0, ours), (1, theirs)] {
        assert_eq!(lab.ends[end].phone.message_body(message).unwrap(), "Grüße".as_bytes());
        assert_eq!(text_of(&lab, end, message, MessageText::ContentType).unwrap(), "text/plain;charset=UTF-8");
        let info = lab.ends[end].phone.message_info(message).unwrap();
        assert_eq!((info.len, info.notices, info.noticed), ("Grüße".len(), BOTH, 0));
    }
    let called = name(&lab, 0, ours).unwrap();
    assert_eq!((name(&lab, 1, theirs).unwrap(), called.len()), (called, 32));
    assert_eq!(notice(&mut lab, 1, theirs, Disposition::Displayed), Err(CommandError::State), "it is not accepted yet");
    answer(&mut lab, 1, theirs, 0);
    lab.run_for(Duration::from_secs(1));
    assert!(told(&lab, 0).is_empty(), "nothing leaves by itself");
    for what in [Disposition::Failed, Disposition::Error] {
        assert_eq!(notice(&mut lab, 1, theirs, what), Err(CommandError::Range));
    }
    notice(&mut lab, 1, theirs, Disposition::Delivered).unwrap();
    assert_eq!(told(&lab, 0), [(ours, DELIVERED)]);
    notice(&mut lab, 1, theirs, Disposition::Displayed).unwrap();
    assert_eq!(told(&lab, 0), [(ours, DELIVERED), (ours, DISPLAYED)]);
    assert!(lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Delivery).all(|event| event.tag == 5));
    // rfc5438#7.2.1: each once
    notice(&mut lab, 1, theirs, Disposition::Displayed).unwrap();
    assert_eq!((told(&lab, 0).len(), notices(&lab).len()), (2, 2));
    let wire = &notices(&lab)[0];
    assert!(wire.starts_with("MESSAGE sip:microsip@10.0.0.1:5060 SIP/2.0\r\n"), "{wire}");
    assert!(wire.contains("\r\nContent-Disposition: notification\r\n"), "{wire}");
    assert!(!wire.contains("imdn.Disposition-Notification"), "rfc5438#7.2.1: no notice of a notice\n{wire}");
    assert!(wire.contains(&format!("<message-id>{}</message-id>", name(&lab, 0, ours).unwrap())), "{wire}");
    // a notice is no message of the application's
    assert_eq!(lab.ends[1].phone.messages().collect::<Vec<_>>(), [theirs]);
    assert!(lab.ends[1].events.iter().all(|event| event.kind != EventKind::Sent));
    assert_eq!(lab.ends[0].phone.message_info(ours).unwrap().noticed, 6);
    lab.assert_settled();
}

// privacy: nothing that was not asked for, of nothing that was not accepted
#[test]
fn what_was_not_asked_for_is_not_told() {
    for (asked, what) in [
        (Asked(0), Disposition::Delivered),
        (Asked::DELIVERY, Disposition::Displayed),
        (Asked::DISPLAY, Disposition::Delivered),
    ] {
        let mut lab = Lab::pair();
        let ours = send(&mut lab, &NewMessage { notices: asked, ..new("x") });
        let theirs = arrived(&mut lab, 1, 0);
        answer(&mut lab, 1, theirs, 200);
        assert_eq!(notice(&mut lab, 1, theirs, what), Err(CommandError::Nothing));
        let nameless = Err(CommandError::Nothing);
        assert!(asked.0 != 0 || name(&lab, 0, ours) == nameless && name(&lab, 1, theirs) == nameless);
        let now = lab.now;
        assert_eq!(lab.ends[0].phone.message_notice(now, ours, what), Err(CommandError::State), "one of ours");
        assert!(notices(&lab).is_empty());
    }
    let mut lab = Lab::pair();
    send(&mut lab, &new("x"));
    let theirs = arrived(&mut lab, 1, 0);
    answer(&mut lab, 1, theirs, 486);
    assert_eq!(notice(&mut lab, 1, theirs, Disposition::Displayed), Err(CommandError::State));
    assert!(notices(&lab).is_empty());
    lab.assert_settled();
}

#[test]
fn a_direct_sender_is_told_nothing_by_itself() {
    let options = Options { messages: MessagePolicy::Store, notices: NoticePolicy::Delivery, ..Options::default() };
    let mut lab = Lab::new(&[Options::default(), options]);
    let ours = send(&mut lab, &new("x"));
    let theirs = arrived(&mut lab, 1, 0);
    lab.run_for(Duration::from_secs(5));
    assert!(notices(&lab).is_empty());
    notice(&mut lab, 1, theirs, Disposition::Delivered).unwrap();
    assert_eq!(told(&lab, 0), [(ours, DELIVERED)], "but by the application");
}

const ASKS: &str = "NS: i <urn:ietf:params:imdn>\r\ni.Message-ID: m1\r\n\
    i.Disposition-Notification: positive-delivery, display\r\n\r\nContent-Type: text/plain\r\n\r\nhello";

// A datagram may say any From: nobody is written to who did not send it.
#[test]
fn a_direct_sender_that_says_to_be_elsewhere_is_told_nothing() {
    for (from, known) in [
        ("sip:victim@10.0.0.2:5060", false),
        ("sip:victim@example.org", false),
        ("sip:victim@10.0.0.9;maddr=10.0.0.2", false),
        ("sip:victim@[::ffff:10.0.0.9]:5060", true),
        ("sip:peer@10.0.0.9:5060", true),
    ] {
        let mut lab = Lab::new(&[Options { messages: MessagePolicy::Store, ..Options::default() }]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let text = peer.request("MESSAGE", "Content-Type: message/cpim\r\n", ASKS);
        assert!(text.contains("\r\nFrom: <sip:peer@10.0.0.9:5060>"), "{text}");
        let text = text.replace("\r\nFrom: <sip:peer@10.0.0.9:5060>", &format!("\r\nFrom: <{from}>"));
        peer.send(&mut lab, &text);
        let came = arrived(&mut lab, 0, 0);
        let wanted = if known { Ok(()) } else { Err(CommandError::Uri) };
        for what in [Disposition::Delivered, Disposition::Displayed] {
            assert_eq!(notice(&mut lab, 0, came, what), wanted, "{from}");
        }
        assert_eq!(notices(&lab).is_empty(), !known, "{from}");
    }
}

// A source is forged as easily where it is the victim's own: a second one leaves only for one that takes the first.
#[test]
fn a_direct_sender_that_takes_no_notice_gets_no_second_one() {
    for (status, released, most) in [(None, false, 1), (None, true, 1), (Some(481), false, 1), (Some(200), true, 2)] {
        let mut lab = Lab::new(&[Options { messages: MessagePolicy::Store, ..Options::default() }]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let text = peer.request("MESSAGE", "Content-Type: message/cpim\r\n", ASKS);
        peer.send(&mut lab, &text);
        let came = arrived(&mut lab, 0, 0);
        notice(&mut lab, 0, came, Disposition::Delivered).unwrap();
        if released {
            // both wait, and their message is gone
            notice(&mut lab, 0, came, Disposition::Displayed).unwrap();
            let now = lab.now;
            lab.ends[0].phone.message_release(now, came).unwrap();
        }
        let asked = peer.wait(&mut lab, "MESSAGE");
        if let Some(status) = status {
            peer.respond(&mut lab, &asked, status, "");
        }
        lab.run_for(Duration::from_secs(40));
        if !released {
            notice(&mut lab, 0, came, Disposition::Displayed).unwrap();
        }
        lab.run_for(Duration::from_secs(40));
        let mut branches: Vec<String> = notices(&lab)
            .iter()
            .map(|text| text.lines().find(|line| line.starts_with("Via:")).unwrap().to_owned())
            .collect();
        branches.sort();
        branches.dedup();
        assert_eq!(branches.len(), most, "{status:?} {released}");
    }
}

/// The phone of an account, and its server.
fn account(policy: MessagePolicy, notices: NoticePolicy) -> (Lab, AccountId, Server) {
    let config = AccountConfig { no_register: true, messages: policy, notices, ..anna() };
    let capacity = Capacity { messages: 16, ..Capacity::host(4, 2, 4096) };
    let (mut lab, account) = account_with(capacity, &[REGISTRAR], config);
    let server = Server::new(&mut lab, REGISTRAR, |seen, _| {
        if seen.start() == "MESSAGE" { vec![seen.response(200, "")] } else { Vec::new() }
    });
    (lab, account, server)
}

/// The messages that came to the server, without repetitions.
fn seen(server: &Server) -> Vec<&Seen> {
    let mut all = server.all("MESSAGE");
    all.dedup_by_key(|seen| seen.branch());
    all
}

/// The account's server brings a message.
fn brought(lab: &mut Lab, server: &mut Server, account: AccountId, from: &str, nth: u32) -> MessageId {
    if nth == 0 {
        // its server is known once it was asked
        let now = lab.now;
        let first = NewMessage { body: b"x", ..NewMessage::default() };
        lab.ends[0].phone.message_send(now, account, "bob", &first).unwrap();
        until(lab, server, "it", |_, server| !server.all("MESSAGE").is_empty());
        crate::server::pass(lab, server, 1);
    }
    let body = "From: <sip:mallory@example.com>\r\nDateTime: 2026-11-29T22:00:00Z\r\nNS: i <urn:ietf:params:imdn>\r\n\
        i.Message-ID: m&1\r\ni.Disposition-Notification: positive-delivery, display\r\n\r\n\
        Content-Type: text/plain\r\n\r\nhello";
    let text = format!(
        "MESSAGE sip:anna@10.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKn{nth}\r\n\
         Max-Forwards: 70\r\nFrom: {from};tag=f{nth}\r\nTo: <sip:anna@example.org>\r\nCall-ID: n{nth}\r\n\
         CSeq: 1 MESSAGE\r\nContent-Type: message/cpim\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    lab.send_raw(server.address, lab.ends[0].address, text.as_bytes());
    arrived(lab, 0, nth as usize)
}

// rfc5438#7.2.1: by itself where the account says so, to its sender and to nobody whom the envelope names
#[test]
fn delivery_is_told_by_itself_where_that_is_set() {
    for (policy, notices, leaves) in [
        (MessagePolicy::Store, NoticePolicy::Delivery, true),
        (MessagePolicy::Ask, NoticePolicy::Delivery, true),
        (MessagePolicy::Ask, NoticePolicy::Never, false),
        (MessagePolicy::Store, NoticePolicy::Inherited, false),
    ] {
        let (mut lab, account, mut server) = account(policy, notices);
        let came = brought(&mut lab, &mut server, account, "Bob <sip:bob@example.org>", 0);
        assert_eq!(lab.ends[0].phone.message_body(came).unwrap(), b"hello");
        assert_eq!(name(&lab, 0, came).unwrap(), "m&1");
        if policy == MessagePolicy::Ask {
            crate::server::pass(&mut lab, &mut server, 1);
            assert_eq!(seen(&server).len(), 1, "not before it is accepted");
            answer(&mut lab, 0, came, 0);
        }
        crate::server::pass(&mut lab, &mut server, 1);
        let all = seen(&server);
        assert_eq!(all.len(), if leaves { 2 } else { 1 });
        if leaves {
            let text = &all[1].text;
            assert_eq!(all[1].uri(), "sip:bob@example.org");
            assert!(!text.contains("mallory"), "{text}");
            assert!(
                text.contains("<message-id>m&amp;1</message-id><datetime>2026-11-29T22:00:00Z</datetime>"),
                "{text}"
            );
            assert!(text.contains("<recipient-uri>sip:anna@example.org</recipient-uri>"), "{text}");
            assert!(text.contains("<delivery-notification><status><delivered/></status></delivery-notification>"));
            assert!(text.contains("\r\nFrom: <sip:anna@example.org>\r\nTo: <sip:bob@example.org>\r\n"), "{text}");
            assert_eq!(notice(&mut lab, 0, came, Disposition::Delivered), Ok(()), "once");
        }
        notice(&mut lab, 0, came, Disposition::Displayed).unwrap();
        crate::server::pass(&mut lab, &mut server, 1);
        assert_eq!(seen(&server).len(), if leaves { 3 } else { 2 });
        if policy == MessagePolicy::Store {
            let now = lab.now;
            lab.ends[0].phone.message_release(now, came).unwrap();
        }
        lab.assert_settled();
    }
}

// rfc3323#4.1
#[test]
fn who_does_not_want_to_be_known_is_told_nothing() {
    let (mut lab, account, mut server) = account(MessagePolicy::Store, NoticePolicy::Delivery);
    let came = brought(&mut lab, &mut server, account, "\"Anonymous\" <sip:anonymous@anonymous.invalid>", 0);
    crate::server::pass(&mut lab, &mut server, 1);
    assert_eq!(seen(&server).len(), 1);
    assert_eq!(notice(&mut lab, 0, came, Disposition::Displayed), Err(CommandError::Uri));
}

/// A notice of the peer's.
fn notify(lab: &mut Lab, peer: &mut Peer, name: &str, kind: &str, status: &str) -> u16 {
    let body = format!(
        "From: <sip:far@10.0.0.9>\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: z\r\n\r\n\
         Content-Type: message/imdn+xml\r\nContent-Disposition: notification\r\n\r\n\
         <imdn xmlns=\"urn:ietf:params:xml:ns:imdn\"><message-id>{name}</message-id>\
         <{kind}-notification><status><{status}/></status></{kind}-notification></imdn>"
    );
    let text = peer.request("MESSAGE", "Content-Type: message/cpim\r\n", &body);
    peer.send(lab, &text);
    let status = peer.wait(lab, "SIP/2.0").status();
    lab.run_for(Duration::from_millis(1));
    status
}

// rfc5438#7.1.1.2: matched by its name, of which 64 bits cannot be guessed
#[test]
fn a_notice_finds_its_message_and_is_told_once() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.2:5060", 0);
    let ours = send(&mut lab, &NewMessage { token: 1, ..new("x") });
    let asked = peer.wait(&mut lab, "MESSAGE");
    peer.respond(&mut lab, &asked, 202, "");
    lab.run_for(Duration::from_millis(10));
    let called = name(&lab, 0, ours).unwrap();
    for (kind, status, state) in [
        ("processing", "stored", Disposition::Processed),
        ("processing", "processed", Disposition::Processed),
        ("delivery", "failed", Disposition::Failed),
        ("delivery", "delivered", Disposition::Delivered),
        ("display", "displayed", Disposition::Displayed),
        ("display", "forbidden", Disposition::Forbidden),
        ("display", "error", Disposition::Error),
    ] {
        for _ in 0..2 {
            assert_eq!(notify(&mut lab, &mut peer, &called, kind, status), 200);
        }
        assert_eq!(told(&lab, 0).last(), Some(&(ours, state as u32)));
    }
    assert_eq!(told(&lab, 0).len(), 6, "each once");
    // another name is another message's: it is told by itself, with that name
    let guessed = called.replace(&called[..4], "0000");
    assert_eq!(notify(&mut lab, &mut peer, &guessed, "display", "displayed"), 200);
    let (other, state) = *told(&lab, 0).last().unwrap();
    assert!(other != ours && state == DISPLAYED);
    assert_eq!(name(&lab, 0, other).unwrap(), guessed);
    let info = lab.ends[0].phone.message_info(other).unwrap();
    assert_eq!((info.incoming, info.state, info.composing), (true, MessageState::Over, false));
    // and once its slot is gone its own is
    let now = lab.now;
    lab.ends[0].phone.message_release(now, ours).unwrap();
    assert_eq!(notify(&mut lab, &mut peer, &called, "display", "displayed"), 200);
    assert_eq!(name(&lab, 0, told(&lab, 0).last().unwrap().0).unwrap(), called);
    lab.assert_settled();
}

// The far end's MESSAGE may overtake its 200.
#[test]
fn a_notice_is_told_behind_the_end_of_its_message() {
    for (before, fetches) in [(true, true), (true, false), (false, false)] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = Peer::new(&mut lab, "10.0.0.2:5060", 0);
        let ours = send(&mut lab, &NewMessage { token: 1, ..new("x") });
        let asked = peer.wait(&mut lab, "MESSAGE");
        let called = name(&lab, 0, ours).unwrap();
        lab.ends[0].fetch = fetches;
        if before {
            assert_eq!(notify(&mut lab, &mut peer, &called, "delivery", "delivered"), 200);
            assert!(lab.ends[0].events.is_empty(), "{:?}", lab.ends[0].events);
        }
        peer.respond(&mut lab, &asked, 200, "");
        lab.run_for(Duration::from_millis(10));
        if !before {
            assert_eq!(notify(&mut lab, &mut peer, &called, "delivery", "delivered"), 200);
        }
        lab.ends[0].fetch = true;
        lab.run_for(Duration::from_secs(6));
        let kinds: Vec<EventKind> = lab.ends[0].events.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [EventKind::Sent, EventKind::Delivery], "{before} {fetches}");
        lab.run_for(Duration::from_secs(40));
        lab.assert_settled();
    }
}

#[test]
fn a_message_that_is_noticed_again_keeps_its_slot_until_that_was_fetched() {
    let capacity = Capacity { messages: 2, messages_reserve: u32::MAX, ..Capacity::host(4, 2, 2048) };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, "10.0.0.2:5060", 0);
    let ours = send(&mut lab, &NewMessage { token: 1, ..new("x") });
    let asked = peer.wait(&mut lab, "MESSAGE");
    peer.respond(&mut lab, &asked, 200, "");
    lab.run_for(Duration::from_millis(10));
    let called = name(&lab, 0, ours).unwrap();
    lab.ends[0].fetch = false;
    assert_eq!(notify(&mut lab, &mut peer, &called, "delivery", "delivered"), 200);
    for nth in 0..3 {
        let text = peer.request("MESSAGE", "Content-Type: text/plain\r\n", &format!("{nth}"));
        peer.send(&mut lab, &text);
        lab.run_for(Duration::from_millis(5));
    }
    assert!(lab.ends[0].phone.message_info(ours).is_ok(), "it has news");
    lab.ends[0].fetch = true;
    lab.run_for(Duration::from_secs(6));
    assert_eq!(told(&lab, 0), [(ours, DELIVERED)]);
    for nth in 0..3 {
        let text = peer.request("MESSAGE", "Content-Type: text/plain\r\n", &format!("{nth}"));
        peer.send(&mut lab, &text);
        lab.run_for(Duration::from_secs(6));
    }
    assert!(lab.ends[0].phone.message_info(ours).is_err(), "and gives way behind it");
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn hostile_envelopes_and_notices_are_messages_or_refused() {
    let (mut lab, mut peer) = {
        let mut lab = Lab::new(&[Options { messages: MessagePolicy::Store, ..Options::default() }]);
        let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        (lab, peer)
    };
    let shut = ["", "x", "From: <sip:a@b>\r\n", "\r\n\r\n", "A: \0\r\n\r\nContent-Type: text/plain\r\n\r\nx"];
    for (came, body) in shut.into_iter().enumerate() {
        let text = peer.request("MESSAGE", "Content-Type: message/cpim\r\n", body);
        peer.send(&mut lab, &text);
        assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), 202, "{body:?}");
        let message = arrived(&mut lab, 0, came);
        // an envelope that cannot be opened is shown as it came
        assert_eq!(lab.ends[0].phone.message_body(message).unwrap(), body.as_bytes());
        assert_eq!(text_of(&lab, 0, message, MessageText::ContentType).unwrap(), "message/cpim");
        let now = lab.now;
        lab.ends[0].phone.message_release(now, message).unwrap();
    }
    for bad in [
        "",
        "<imdn/>",
        "<imdn><message-id>x</message-id></imdn>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><imdn><message-id>&b;</message-id></imdn>",
        &"<a>".repeat(300),
    ] {
        let text = peer.request("MESSAGE", "Content-Type: message/imdn+xml\r\n", bad);
        peer.send(&mut lab, &text);
        assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), 400, "{bad:?}");
    }
    assert!(told(&lab, 0).is_empty());
    lab.assert_settled();
}

#[test]
fn a_message_that_does_not_fit_with_its_envelope_is_refused_at_the_command() {
    let mut lab = Lab::pair();
    let now = lab.now;
    let body = "x".repeat(4000);
    let plain = NewMessage { notices: Asked(0), ..new(&body) };
    let Err(CommandError::Size { most }) = lab.ends[0].phone.message_send(now, AccountId::NONE, BOB, &plain) else {
        panic!("2048 bytes are all there is");
    };
    let Err(CommandError::Size { most: wrapped }) =
        lab.ends[0].phone.message_send(now, AccountId::NONE, BOB, &new(&body))
    else {
        panic!("2048 bytes are all there is");
    };
    assert!(wrapped > 0 && wrapped + 100 < most, "{wrapped} {most}");
    let body = "x".repeat(wrapped.into());
    lab.ends[0].phone.message_send(now, AccountId::NONE, BOB, &new(&body)).unwrap();
    let longer = "x".repeat(usize::from(wrapped) + 1);
    assert!(lab.ends[0].phone.message_send(now, AccountId::NONE, BOB, &new(&longer)).is_err());
    lab.drain();
    lab.run_for(Duration::from_secs(40));
}

#[test]
fn in_a_call_notices_go_by_its_dialog() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    let ours = lab.ends[0].phone.message_send_in_call(now, call, &new("one")).unwrap();
    lab.drain();
    let asked = peer.wait(&mut lab, "MESSAGE");
    peer.respond(&mut lab, &asked, 200, "");
    lab.run_for(Duration::from_millis(10));
    let called = name(&lab, 0, ours).unwrap();
    assert_eq!(notify(&mut lab, &mut peer, &called, "delivery", "delivered"), 200);
    assert_eq!(told(&lab, 0), [(ours, DELIVERED)]);
    let body = "NS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: q\r\nimdn.Disposition-Notification: display\r\n\r\n\
        Content-Type: text/plain\r\n\r\nhello";
    let text = peer.request("MESSAGE", "Content-Type: message/cpim\r\n", body);
    peer.send(&mut lab, &text);
    let theirs = arrived(&mut lab, 0, 0);
    answer(&mut lab, 0, theirs, 200);
    let now = lab.now;
    lab.ends[0].phone.message_notice(now, theirs, Disposition::Displayed).unwrap();
    lab.drain();
    let told = peer.wait(&mut lab, "MESSAGE");
    assert_eq!((told.to_tag(), told.uri()), (peer.tag.clone(), peer.contact.clone()));
    assert!(told.body().contains("<message-id>q</message-id>"), "{}", told.text());
    assert!(
        told.body().starts_with("From: <sip:") && told.body().contains("\r\nTo: <sip:peer@10.0.0.9"),
        "{}",
        told.text()
    );
    peer.respond(&mut lab, &told, 200, "");
    peer.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

// every loss is made up for by a repetition: none is told twice, none that was taken is missing
#[test]
fn under_loss_each_is_told_once() {
    for seed in 1..=10 {
        let options = Options { messages: MessagePolicy::Store, ..Options::default() };
        let mut lab = Lab::new(&[Options::default(), options]).seed(seed);
        lab.network.loss = 200;
        lab.network.double = 100;
        let ours: Vec<MessageId> =
            (0..4).map(|nth| send(&mut lab, &NewMessage { token: nth + 1, ..new("x") })).collect();
        lab.run_for(Duration::from_secs(200));
        let kept: Vec<MessageId> = lab.ends[1].phone.messages().collect();
        for message in &kept {
            notice(&mut lab, 1, *message, Disposition::Delivered).unwrap();
            notice(&mut lab, 1, *message, Disposition::Displayed).unwrap();
        }
        lab.run_for(Duration::from_secs(300));
        for message in &ours {
            for state in [DELIVERED, DISPLAYED] {
                let count = told(&lab, 0).iter().filter(|one| **one == (*message, state)).count();
                assert!(count <= 1, "seed {seed}");
            }
        }
        assert!(told(&lab, 0).len() >= kept.len(), "seed {seed}: most come");
        for message in kept {
            let now = lab.now;
            lab.ends[1].phone.message_release(now, message).unwrap();
        }
        lab.network.loss = 0;
        lab.assert_settled();
    }
}
