//! NOTIFYs without a subscription: an account's own server says what waits in its mailbox (RFC 3842), and that its
//! settings are to be read again. Anybody else's come to nothing.

use crate::server::{
    PASSWORD, REGISTRAR, Server, account_with, anna, pass, register, registered, state, unregister, until,
};
use crate::strangers::asked;
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{
    AccountChange, AccountConfig, AccountId, AccountState, AccountText, Capacity, CommandError, Lamp, MailboxInfo,
};
use microsip_tests::{EventKind, Lab, Options, Peer, Told};

const SUMMARY: &str = "application/simple-message-summary";
const ANNA: &str = "sip:anna@10.0.0.1:5060";

/// A NOTIFY without a subscription, of an event.
fn notify(from: &str, uri: &str, nth: u32, event: &str, (kind, body): (&str, &str)) -> String {
    let event = if event.is_empty() { String::new() } else { format!("Event: {event}\r\n") };
    let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
    format!(
        "NOTIFY {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bKu{nth};rport\r\nMax-Forwards: 70\r\n\
         From: <sip:pbx@{from}>;tag=u{nth}\r\nTo: <{uri}>\r\nCall-ID: u{nth}@{from}\r\nCSeq: 1 NOTIFY\r\n\
         Contact: <sip:pbx@{from}>\r\n{event}{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A phone with a registered account, and what its server sends.
struct Office {
    lab: Lab,
    account: AccountId,
    server: Server,
    nth: u32,
}

impl Office {
    fn new() -> Self {
        let (mut lab, account, server) = registered();
        lab.ends[0].events.clear();
        Self { lab, account, server, nth: 0 }
    }

    /// An event is sent from somewhere; the status of the response.
    fn from(&mut self, from: &str, uri: &str, event: &str, body: (&str, &str)) -> Option<u16> {
        self.nth += 1;
        asked(&mut self.lab, from, &notify(from, uri, self.nth, event, body))
    }

    /// The server sends an event to this account.
    fn send(&mut self, event: &str, body: (&str, &str)) -> Option<u16> {
        self.from(REGISTRAR, ANNA, event, body)
    }

    fn describe(&mut self, body: &str) -> Option<u16> {
        self.send("message-summary", (SUMMARY, body))
    }

    fn told(&self, kind: EventKind) -> Vec<Told> {
        self.lab.ends[0].events.iter().filter(|event| event.kind == kind).copied().collect()
    }

    /// The lamps and numbers of the events that told of a mailbox.
    fn changes(&self) -> Vec<(u32, u32)> {
        self.told(EventKind::Mailbox).iter().map(|told| (told.state, told.value)).collect()
    }

    fn info(&self) -> MailboxInfo {
        self.lab.ends[0].phone.mailbox_info(self.account).unwrap()
    }

    fn uri(&self) -> Result<String, CommandError> {
        uri_of(&self.lab, self.account)
    }
}

fn uri_of(lab: &Lab, account: AccountId) -> Result<String, CommandError> {
    let mut room = [0; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.account_text(account, AccountText::Mailbox, &mut out)?;
    Ok(String::from_utf8_lossy(out.written()).into_owned())
}

const OPEN: u32 = Lamp::Open as u32;
const CLOSED: u32 = Lamp::Closed as u32;

const UNKNOWN: MailboxInfo =
    MailboxInfo { lamp: Lamp::Unknown, new_messages: 0, entries: 0, described: Instant::NEVER };

// rfc3842#3.5
#[test]
fn a_mailbox_is_described_by_the_accounts_own_server() {
    let mut office = Office::new();
    assert_eq!((office.info(), office.uri()), (UNKNOWN, Err(CommandError::Nothing)));
    let body = "Messages-Waiting: yes\r\nMessage-Account: sip:*97@example.org\r\n\
                Voice-Message: 2/8 (0/2)\r\nFax-Message: 0/1\r\n";
    assert_eq!(office.describe(body), Some(200));
    let at = office.lab.now;
    let info = office.info();
    assert_eq!((info.lamp, info.new_messages, info.entries), (Lamp::Open, 2, 2));
    assert!(at.since(info.described) <= Duration::from_millis(20));
    assert_eq!(office.uri().unwrap(), "sip:*97@example.org");
    let phone = &office.lab.ends[0].phone;
    let entry = |nth| phone.mailbox_entry(office.account, nth).map(|entry| (entry.kind, entry.lamp, entry.counts));
    assert_eq!(entry(0), Ok((1, Lamp::Open, [2, 8, 0, 2])));
    assert_eq!(entry(1), Ok((2, Lamp::Closed, [0, 1, 0, 0])));
    assert_eq!(entry(2), Err(CommandError::Nothing));
    let told = office.told(EventKind::Mailbox);
    assert_eq!((told.len(), told[0].account, told[0].tag, told[0].at), (1, office.account, 41, info.described));
    assert_eq!(office.changes(), [(OPEN, 2)]);
    // the same once more, as servers send it after each REGISTER, is no news; what is another is
    assert_eq!(office.describe(body), Some(200));
    assert_eq!(office.changes(), [(OPEN, 2)]);
    assert!(office.info().described > info.described, "and its time is that of the last one");
    assert_eq!(office.describe(&body.replace("0/2", "1/2")), Some(200));
    assert_eq!(office.describe(&body.replace("*97", "*98").replace("0/2", "1/2")), Some(200));
    assert_eq!(office.changes(), [(OPEN, 2); 3], "urgent ones are news, and so is another address to call");
    assert_eq!(office.describe("Messages-Waiting: no\r\n"), Some(200));
    assert_eq!((office.changes()[3], office.info().entries), ((CLOSED, 0), 0));
    assert_eq!(office.uri(), Err(CommandError::Nothing));
    // without numbers
    assert_eq!(office.describe("Messages-Waiting: yes\r\n"), Some(200));
    assert_eq!(office.changes()[4], (OPEN, 1));
    // a body that is not there says nothing
    assert_eq!(office.send("message-summary", ("", "")), Some(200));
    assert_eq!((office.changes().len(), office.info().lamp), (5, Lamp::Open));
}

#[test]
fn an_account_without_news_is_told_nothing_twice() {
    let mut office = Office::new();
    office.lab.ends[0].fetch = false;
    for new in 1..4 {
        assert_eq!(office.describe(&format!("Messages-Waiting: yes\r\nVoice-Message: {new}/0\r\n")), Some(200));
    }
    for event in ["check-sync", "check-sync;reboot=true", "check-sync;reboot=false"] {
        assert_eq!(office.send(event, ("", "")), Some(200));
    }
    office.lab.ends[0].fetch = true;
    office.lab.drain();
    assert_eq!(office.changes(), [(OPEN, 3)], "the latest");
    let asked = office.told(EventKind::CheckSync);
    assert_eq!((asked.len(), asked[0].value), (1, 2), "one, and the strongest");
}

#[test]
fn settings_are_to_be_read_again() {
    let mut office = Office::new();
    for (event, value) in [
        ("check-sync", 0),
        ("check-sync;reboot=false", 1),
        ("check-sync;reboot=true", 2),
        ("check-sync ; id=4; Reboot=TRUE", 2),
        ("check-sync;reboot", 2),
        ("check-sync;reboot=perhaps", 0),
    ] {
        office.lab.ends[0].events.clear();
        assert_eq!(office.send(event, ("", "")), Some(200), "{event}");
        let told = office.told(EventKind::CheckSync);
        assert_eq!((told.len(), told[0].value, told[0].tag), (1, value, 41), "{event}");
    }
    // whatever it brings with it
    office.lab.ends[0].events.clear();
    assert_eq!(office.send("check-sync", ("text/plain", "now")), Some(200));
    assert_eq!(office.told(EventKind::CheckSync).len(), 1);
    assert_eq!(office.info(), UNKNOWN);
}

// rfc3261#17.2.2
#[test]
fn a_repeated_one_is_told_once() {
    let mut office = Office::new();
    let text = notify(REGISTRAR, ANNA, 77, "check-sync", ("", ""));
    for _ in 0..3 {
        assert_eq!(asked(&mut office.lab, REGISTRAR, &text), Some(200));
    }
    assert_eq!(office.told(EventKind::CheckSync).len(), 1);
}

// rfc3261#21.4.1, #21.4.13, rfc6665#4.1.3
#[test]
fn what_cannot_be_read_is_refused_and_changes_nothing() {
    let mut office = Office::new();
    assert_eq!(office.describe("Messages-Waiting: yes\r\nVoice-Message: 1/0\r\n"), Some(200));
    for (kind, body, status) in [
        (SUMMARY, "Voice-Message: 1/2\r\n", 400),
        (SUMMARY, "Messages-Waiting: perhaps\r\n", 400),
        ("text/plain", "Messages-Waiting: no\r\n", 415),
        ("", "Messages-Waiting: no\r\n", 415),
        (&format!("{SUMMARY}\r\nContent-Encoding: gzip"), "Messages-Waiting: no\r\n", 415),
    ] {
        assert_eq!(office.send("message-summary", (kind, body)), Some(status), "{kind} {body}");
    }
    assert_eq!((office.changes().len(), office.info().new_messages), (1, 1));
    // a repetition gets the same response, with what is taken instead
    let text = notify(REGISTRAR, ANNA, 99, "message-summary", ("text/plain", "Messages-Waiting: no\r\n"));
    let from = office.lab.open_raw(REGISTRAR);
    let before = office.lab.raw[&from].len();
    for _ in 0..2 {
        assert_eq!(asked(&mut office.lab, REGISTRAR, &text), Some(415));
    }
    let responses: Vec<String> = office.lab.raw_texts(from).split_off(before);
    assert!(responses.len() == 2 && responses[0] == responses[1], "{responses:#?}");
    let accept = crate::server::header(&responses[0], "Accept").unwrap();
    assert!(accept.starts_with("application/simple-message-summary,"), "{accept}");
}

// rfc6665#4.1.3
#[test]
fn other_events_need_a_subscription() {
    let mut office = Office::new();
    for event in ["presence", "dialog", "refer", "Check-Sync", "check-syncs", "message-summary.winfo", "ua-profile", ""]
    {
        assert_eq!(office.send(event, (SUMMARY, "Messages-Waiting: yes\r\n")), Some(481), "{event}");
    }
    assert_eq!((office.info(), office.lab.ends[0].events.len()), (UNKNOWN, 0));
}

#[test]
fn nobody_else_is_believed() {
    let body = (SUMMARY, "Messages-Waiting: yes\r\n");
    let events = ["message-summary", "check-sync;reboot=true"];
    // a stranger gets nothing at all
    let mut office = Office::new();
    for event in events {
        assert_eq!(office.from("10.0.0.66:5060", ANNA, event, body), None);
    }
    assert_eq!(office.lab.ends[0].phone.counters().strangers, 2);
    assert_eq!((office.info(), office.lab.ends[0].events.len()), (UNKNOWN, 0));
    // a host that an account lets in is not its server
    let config = AccountConfig { trusted: "10.0.0.7", ..anna() };
    let (mut lab, account) = account_with(Capacity::host(4, 2, 2048), &[REGISTRAR], config);
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    until(&mut lab, &mut server, "registered", |lab, _| state(lab) == AccountState::Registered);
    lab.ends[0].events.clear();
    let mut office = Office { lab, account, server, nth: 0 };
    for event in events {
        assert_eq!(office.from("10.0.0.7:5060", ANNA, event, body), Some(481));
    }
    assert_eq!((office.info(), office.lab.ends[0].events.len()), (UNKNOWN, 0));
    // nor is one that calls directly, where that is allowed
    let mut lab = Lab::new(&[Options::default()]);
    for (nth, event) in events.into_iter().enumerate() {
        let text = notify("10.0.0.9:5060", "sip:10.0.0.1:5060", nth as u32, event, body);
        assert_eq!(asked(&mut lab, "10.0.0.9:5060", &text), Some(481));
    }
    assert!(lab.ends[0].events.is_empty());
    lab.assert_settled();
}

#[test]
fn the_secret_of_a_binding_shows_that_its_registrar_sent_it_on() {
    let mut office = Office::new();
    let contact = office.server.seen[0].header("Contact").unwrap().trim_matches(['<', '>']).to_owned();
    assert!(contact.contains("mkey="), "{contact}");
    assert_eq!(office.from("10.0.0.66:5060", &contact, "check-sync", ("", "")), Some(200));
    assert_eq!(office.told(EventKind::CheckSync).len(), 1);
}

#[test]
fn in_a_call_it_needs_a_subscription() {
    let mut office = Office::new();
    let mut peer = Peer::new(&mut office.lab, "10.0.0.9:40000", 0);
    peer.call(&mut office.lab, 0);
    for event in ["check-sync", "message-summary"] {
        let extra = format!("Event: {event}\r\nContent-Type: {SUMMARY}\r\n");
        let text = peer.request("NOTIFY", &extra, "Messages-Waiting: yes\r\n");
        peer.send(&mut office.lab, &text);
        assert_eq!(peer.wait(&mut office.lab, "SIP/2.0").status(), 481);
    }
    assert_eq!((office.info(), office.told(EventKind::CheckSync).len()), (UNKNOWN, 0));
    let call = office.lab.ends[0].last_call();
    peer.be_hung_up(&mut office.lab, 0, call);
}

// rfc3842#3.5
#[test]
fn a_mailbox_is_the_accounts_that_it_names() {
    let (mut lab, first) = account_with(Capacity::host(4, 3, 2048), &[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    let bert = AccountConfig { uri: "sip:bert@example.org", password: PASSWORD, tag: 42, ..AccountConfig::default() };
    let now = lab.now;
    let second = lab.ends[0].phone.account_add(now, &bert).unwrap();
    for account in [first, second] {
        register(&mut lab, account);
        pass(&mut lab, &mut server, 1);
    }
    lab.ends[0].events.clear();
    let mut office = Office { lab, account: first, server, nth: 0 };
    let named =
        |uri: &str, new: u32| format!("Messages-Waiting: yes\r\nMessage-Account: {uri}\r\nVoice-Message: {new}/0\r\n");
    // the number for messages, as many PBXs name it
    assert_eq!(office.describe(&named("sip:asterisk@example.org", 1)), Some(200));
    assert_eq!(office.describe(&named("sip:*98@example.org", 2)), Some(200));
    assert_eq!((office.info().new_messages, office.uri().as_deref()), (2, Ok("sip:*98@example.org")));
    // the other account's mailbox is not this one's
    assert_eq!(office.describe(&named("sip:bert@EXAMPLE.org;user=phone", 5)), Some(200));
    assert_eq!(office.info().new_messages, 2);
    assert_eq!(office.lab.ends[0].phone.mailbox_info(second).unwrap().new_messages, 5);
    assert_eq!(uri_of(&office.lab, second).as_deref(), Ok("sip:bert@EXAMPLE.org;user=phone"));
    let told: Vec<u64> = office.told(EventKind::Mailbox).iter().map(|told| told.tag).collect();
    assert_eq!(told, [41, 41, 42]);
    // a server that names the account by its own address names a group's mailbox otherwise
    assert_eq!(office.describe(&named("<sip:anna@example.org>", 3)), Some(200));
    assert_eq!((office.info().new_messages, office.uri().as_deref()), (3, Ok("sip:anna@example.org")));
    assert_eq!(office.describe(&named("sip:sales@example.org", 9)), Some(200));
    assert_eq!((office.info().new_messages, office.changes().len()), (3, 4));
    // an address that finds no room, or is none, is left out
    let long = format!("sip:anna@example.org;x={}", "y".repeat(128));
    for uri in [long.as_str(), "sip:anna@example.org ;x", "nonsense\u{7}"] {
        office.describe(&named("sip:anna@example.org", 3));
        let own = uri.starts_with("sip:anna@example.org;");
        assert_eq!(office.describe(&named(uri, 4)), Some(200), "{uri}");
        let uri = office.uri();
        assert!(if own { uri == Err(CommandError::Nothing) } else { uri.is_ok() }, "{uri:?}");
    }
}

#[test]
fn it_is_known_while_somebody_would_tell_of_a_change() {
    let body = "Messages-Waiting: yes\r\nMessage-Account: sip:anna@example.org\r\nVoice-Message: 3/0\r\n";
    // a registration that fails is tried again, and the messages are still there
    let mut office = Office::new();
    office.describe(body);
    office.server.script = Box::new(|seen, _| vec![seen.response(503, "")]);
    pass(&mut office.lab, &mut office.server, 400);
    assert_eq!((state(&office.lab), office.info().new_messages), (AccountState::Failed, 3));
    // one that is taken back is not
    let mut office = Office::new();
    office.describe(body);
    unregister(&mut office.lab, office.account);
    until(&mut office.lab, &mut office.server, "gone", |lab, _| state(lab) == AccountState::Unregistered);
    assert_eq!((office.info(), office.uri()), (UNKNOWN, Err(CommandError::Nothing)));
    assert_eq!(office.changes(), [(OPEN, 3)], "the account's state says it");
    // another password leaves it, another user has another one
    let mut office = Office::new();
    office.describe(body);
    let now = office.lab.now;
    let change = AccountChange { password: Some("another"), ..AccountChange::default() };
    office.lab.ends[0].phone.account_update(now, office.account, &change).unwrap();
    assert_eq!(office.info().new_messages, 3);
    office.lab.ends[0].fetch = false;
    office.describe(&body.replace("3/0", "4/0"));
    let change = AccountChange { uri: Some("sip:carl@example.org"), ..AccountChange::default() };
    let now = office.lab.now;
    office.lab.ends[0].phone.account_update(now, office.account, &change).unwrap();
    assert_eq!(office.info(), UNKNOWN);
    office.lab.ends[0].fetch = true;
    office.lab.drain();
    assert_eq!(office.changes(), [(OPEN, 3)], "what was not told is not told any more");
}

#[test]
fn an_account_that_goes_has_no_news_but_its_end() {
    let mut office = Office::new();
    office.lab.ends[0].fetch = false;
    office.describe("Messages-Waiting: yes\r\n");
    office.send("check-sync", ("", ""));
    let now = office.lab.now;
    office.lab.ends[0].phone.account_remove(now, office.account).unwrap();
    office.lab.drain();
    assert_eq!(office.describe("Messages-Waiting: no\r\n"), Some(481));
    office.lab.ends[0].fetch = true;
    pass(&mut office.lab, &mut office.server, 2);
    assert!(office.lab.ends[0].events.iter().all(|event| event.kind == EventKind::Account), "{:?}", office.changes());
    assert!(office.lab.ends[0].phone.mailbox_info(office.account).is_err());
    // its slot begins anew
    let now = office.lab.now;
    let next = office.lab.ends[0].phone.account_add(now, &anna()).unwrap();
    assert_eq!(office.lab.ends[0].phone.mailbox_info(next).unwrap(), UNKNOWN);
    assert_eq!(uri_of(&office.lab, next), Err(CommandError::Nothing));
}
