//! The presence of an account's own party: its document follows what the application said, and its calls; and it is
//! published (RFC 3903).

mod by_itself;
mod refused;
pub(crate) mod server;

use crate::server::{pass, until};
use microsip_core::base::cursor::Cursor;
use microsip_core::base::limits::PRESENCE_NOTE;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountConfig, AccountId, CallId, CallState, Capacity, Cause, CommandError, DialOptions, Op, Presence,
    PublicationInfo, PublicationState, Source,
};
use microsip_core::wire::body::pidf::{self, Activity};
use microsip_tests::{EventKind, Lab, Peer};
use server::{Compositor, Mode};

/// The document of an account's presence at this moment.
fn document(lab: &Lab, account: AccountId) -> String {
    let mut room = [0; 2048];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.write_presence(account, &mut out).unwrap();
    String::from_utf8(out.written().to_vec()).unwrap()
}

/// The same as a watcher reads it.
fn read(text: &str) -> (Option<bool>, Activity) {
    let read = pidf::Presence::parse(text.as_bytes()).unwrap();
    (read.open, read.activity)
}

/// Two phones, of which the first has an account in the other's domain.
fn neighbours() -> (Lab, AccountId) {
    let mut lab = Lab::pair();
    let (now, config) =
        (lab.now, AccountConfig { uri: "sip:anna@10.0.0.2", no_register: true, ..AccountConfig::default() });
    let account = lab.ends[0].phone.account_add(now, &config).unwrap();
    (lab, account)
}

const PENDING: u32 = PublicationState::Pending as u32;
const ACTIVE: u32 = PublicationState::Active as u32;
const RETRYING: u32 = PublicationState::Retrying as u32;
const ENDED: u32 = PublicationState::Ended as u32;

/// The events of the publication: states, statuses and results.
fn states(lab: &Lab) -> Vec<(u32, u16, Cause)> {
    let told = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Publication);
    told.map(|told| (told.state, told.sip_code, told.result)).collect()
}

/// The ends of the commands with tokens.
fn done(lab: &Lab) -> Vec<(u64, u16, Cause)> {
    let told = lab.ends[0].events.iter().filter(|event| event.op == Some(Op::Publish));
    told.map(|told| (told.token, told.sip_code, told.result)).collect()
}

/// The application publishes, with a token.
fn publish(lab: &mut Lab, account: AccountId, presence: &Presence<'_>, seconds: u32, token: u64) {
    let now = lab.now;
    lab.ends[0].phone.publish(now, account, Some(presence), (seconds, token)).unwrap();
    lab.drain();
}

fn take_back(lab: &mut Lab, account: AccountId, token: u64) {
    let now = lab.now;
    lab.ends[0].phone.publish(now, account, None, (0, token)).unwrap();
    lab.drain();
}

fn info(lab: &Lab, account: AccountId) -> Result<PublicationInfo, CommandError> {
    lab.ends[0].phone.publication(account)
}

const BUSY: Presence<'static> = Presence { activity: Activity::Busy, note: "in a <meeting>", ..Presence::USUAL };
const AWAY: Presence<'static> = Presence { activity: Activity::Away, ..Presence::USUAL };

/// An account that is registered, at a server that takes publications.
fn office(mode: Mode) -> (Lab, AccountId, Compositor) {
    let (lab, account, server) = Compositor::registered(mode, false);
    (lab, account, server)
}

/// Everything is taken back, and nothing is left.
fn finish(mut lab: Lab, account: AccountId, mut server: Compositor) {
    let now = lab.now;
    lab.ends[0].phone.account_remove(now, account).unwrap();
    lab.drain();
    pass(&mut lab, &mut server.server, 10);
    assert_eq!(server.kept(), 0, "the server has nothing of ours any more");
    lab.assert_settled();
}

fn set(lab: &mut Lab, account: AccountId, presence: Option<&Presence<'_>>) -> Result<(), CommandError> {
    let now = lab.now;
    let set = lab.ends[0].phone.publish(now, account, presence, (0, 0));
    lab.drain();
    set
}

/// The account calls the other phone, which answers.
fn talk(lab: &mut Lab, account: AccountId) -> CallId {
    let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
    let now = lab.now;
    let call = lab.ends[0].phone.dial(now, account, "sip:bob@10.0.0.2", &options).unwrap();
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    let (now, incoming) = (lab.now, lab.ends[1].last_call());
    lab.ends[1].phone.answer(now, incoming, 200).unwrap();
    lab.run_until("they talk", |lab| lab.ends[0].reached(CallState::Connected));
    call
}

#[test]
fn an_account_has_the_presence_that_it_was_given() {
    let (mut lab, account) = neighbours();
    assert_eq!(read(&document(&lab, account)), (Some(true), Activity::None), "the phone is there, and says no more");
    let away = Presence { open: false, activity: Activity::Away, on_phone: false, note: "back <soon> & \u{e4}" };
    set(&mut lab, account, Some(&away)).unwrap();
    let text = document(&lab, account);
    assert_eq!(read(&text), (Some(false), Activity::Away));
    assert!(text.contains("<note>back &lt;soon&gt; &amp; \u{e4}</note>"), "{text}");
    assert!(text.contains(" entity=\"sip:anna@10.0.0.2\""), "{text}");
    assert_eq!(lab.ends[0].phone.presence(account).unwrap().note, away.note);
    // a note that is not taken changes nothing
    let longest = "n".repeat(PRESENCE_NOTE);
    for note in [format!("{longest}n"), "a\r\nb".into(), "\u{7f}".into()] {
        let wrong = Presence { note: &note, ..Presence::USUAL };
        assert_eq!(set(&mut lab, account, Some(&wrong)), Err(CommandError::Text), "{note:?}");
        assert_eq!(document(&lab, account), text);
    }
    set(&mut lab, account, Some(&Presence { note: &longest, ..away })).unwrap();
    assert!(document(&lab, account).contains(&longest));
    set(&mut lab, account, None).unwrap();
    assert_eq!(read(&document(&lab, account)), (Some(true), Activity::None));
    assert!(!document(&lab, account).contains("note"), "it was taken back as a whole");
    assert_eq!(set(&mut lab, AccountId::NONE, None), Err(CommandError::Stale));
}

// rfc4480#3.2: on-the-phone can be derived
#[test]
fn a_call_of_the_account_is_told_where_that_was_asked_for() {
    let (mut lab, account) = neighbours();
    let told = Presence { activity: Activity::Away, on_phone: true, ..Presence::USUAL };
    set(&mut lab, account, Some(&told)).unwrap();
    // a call of nobody's account says nothing of this one
    let other = lab.dial(0, "sip:bob@10.0.0.2");
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    assert_eq!(read(&document(&lab, account)).1, Activity::Away);
    let now = lab.now;
    lab.ends[0].phone.hangup(now, other).unwrap();
    lab.run_for(Duration::from_secs(1));
    for end in &mut lab.ends {
        end.events.clear();
    }
    let call = talk(&mut lab, account);
    let text = document(&lab, account);
    assert_eq!(read(&text), (Some(true), Activity::Phone));
    assert!(text.contains("<rpid:away/><rpid:on-the-phone/>"), "{text}");
    set(&mut lab, account, Some(&Presence { on_phone: false, ..told })).unwrap();
    assert_eq!(read(&document(&lab, account)).1, Activity::Away, "nobody asked for it");
    set(&mut lab, account, Some(&told)).unwrap();
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(read(&document(&lab, account)).1, Activity::Away);
    set(&mut lab, account, None).unwrap();
    lab.assert_settled();
}

// rfc3903#4.2 to #4.5, table 1
#[test]
fn a_publication_from_its_beginning_to_its_end() {
    let (mut lab, account, mut server) = office(Mode::default());
    publish(&mut lab, account, &BUSY, 600, 7);
    until(&mut lab, &mut server.server, "published", |lab, _| !done(lab).is_empty());
    let first = server.server.last("PUBLISH").clone();
    assert_eq!(first.uri(), "sip:anna@example.org");
    assert_eq!((first.header("Event"), first.header("Expires")), (Some("presence"), Some("600")));
    assert_eq!(first.header("Content-Type"), Some("application/pidf+xml"));
    for absent in ["SIP-If-Match", "Contact", "Require"] {
        assert_eq!(first.header(absent), None, "{}", first.text);
    }
    let body = first.text.split("\r\n\r\n").nth(1).unwrap();
    assert_eq!(first.header("Content-Length"), Some(body.len().to_string().as_str()));
    assert_eq!((body.trim_end(), read(body)), (document(&lab, account).trim_end(), (Some(true), Activity::Busy)));
    assert!(body.contains("in a &lt;meeting&gt;"));
    assert_eq!((done(&lab), states(&lab)), (vec![(7, 200, Cause::Normal)], vec![(ACTIVE, 200, Cause::Normal)]));
    assert_eq!(info(&lab, account).unwrap().state, PublicationState::Active);
    // a refresh has no document, and the newest name
    let at = lab.now;
    until(&mut lab, &mut server.server, "refreshed", |_, server| server.all("PUBLISH").len() == 2);
    assert_eq!(lab.now.since(at).secs(), 540);
    let refresh = server.server.last("PUBLISH").clone();
    assert_eq!((refresh.header("SIP-If-Match"), refresh.header("Expires")), (Some("tag-1"), Some("600")));
    assert_eq!((refresh.header("Content-Length"), refresh.header("Content-Type")), (Some("0"), None));
    // a change has both
    publish(&mut lab, account, &AWAY, 300, 8);
    until(&mut lab, &mut server.server, "changed", |lab, _| done(lab).len() == 2);
    let change = server.server.last("PUBLISH").clone();
    assert_eq!((change.header("SIP-If-Match"), change.header("Expires")), (Some("tag-2"), Some("300")));
    assert!(change.text.contains("<rpid:away/>"));
    // its tuple is the same one (rfc3903#10.3)
    let tuple = |text: &str| text.split("<tuple id=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(tuple(&first.text), tuple(&change.text));
    pass(&mut lab, &mut server.server, 10);
    take_back(&mut lab, account, 9);
    until(&mut lab, &mut server.server, "taken back", |lab, _| done(lab).len() == 3);
    let last = server.server.last("PUBLISH").clone();
    assert_eq!((last.header("SIP-If-Match"), last.header("Expires")), (Some("tag-3"), Some("0")));
    assert_eq!(last.header("Content-Length"), Some("0"));
    assert_eq!(states(&lab).last(), Some(&(ENDED, 200, Cause::Normal)));
    assert_eq!(info(&lab, account).map(|info| info.state), Err(CommandError::Nothing));
    assert_eq!(server.kept(), 0);
    // nothing is to be taken back any more, and that is done
    take_back(&mut lab, account, 10);
    assert_eq!(done(&lab).last(), Some(&(10, 0, Cause::Normal)));
    assert!(states(&lab).iter().all(|(state, ..)| *state != PENDING), "nobody is told that it begins");
    finish(lab, account, server);
}

// rfc3903#4: one at a time; rfc3856#6.10: one each five seconds
#[test]
fn changes_wait_for_their_turn_and_become_one() {
    let (mut lab, account, mut server) = office(Mode { seconds: 2, ..Mode::default() });
    publish(&mut lab, account, &BUSY, 0, 1);
    publish(&mut lab, account, &AWAY, 0, 2);
    publish(&mut lab, account, &Presence { open: false, ..AWAY }, 0, 3);
    pass(&mut lab, &mut server.server, 1);
    assert_eq!((server.asked().len(), done(&lab)), (1, vec![]), "its response is waited for");
    let at = server.asked()[0].at;
    pass(&mut lab, &mut server.server, 3);
    assert_eq!(done(&lab), [(1, 200, Cause::Normal)], "of the others nothing has left yet");
    pass(&mut lab, &mut server.server, 10);
    let all = server.asked();
    assert_eq!(all.len(), 2, "what changed meanwhile is one");
    assert_eq!(all[1].at.since(at).secs(), 5);
    assert!(all[1].text.contains("<basic>closed</basic>"));
    assert_eq!(done(&lab)[1..], [(2, 200, Cause::Normal), (3, 200, Cause::Normal)]);
    finish(lab, account, server);
}

#[test]
fn commands_that_cannot_be_change_nothing() {
    let (mut lab, account, mut server) = office(Mode::default());
    publish(&mut lab, account, &BUSY, 0, 0);
    pass(&mut lab, &mut server.server, 1);
    let text = document(&lab, account);
    let now = lab.now;
    let long = "n".repeat(PRESENCE_NOTE + 1);
    for (account, note, wanted) in [
        (account, long.as_str(), CommandError::Text),
        (account, "a\tb", CommandError::Text),
        (AccountId::NONE, "", CommandError::Stale),
    ] {
        let presence = Presence { note, ..AWAY };
        assert_eq!(lab.ends[0].phone.publish(now, account, Some(&presence), (0, 5)), Err(wanted));
    }
    pass(&mut lab, &mut server.server, 10);
    assert_eq!((document(&lab, account), server.server.all("PUBLISH").len(), done(&lab)), (text, 1, vec![]));
    lab.ends[0].phone.shutdown(lab.now);
    let now = lab.now;
    assert_eq!(lab.ends[0].phone.publish(now, account, Some(&AWAY), (0, 5)), Err(CommandError::State));
    pass(&mut lab, &mut server.server, 5);
    assert_eq!(server.kept(), 0);
    lab.assert_settled();
}

#[test]
fn without_a_slot_it_fails_or_leaves_a_second_later() {
    let (mut lab, first, mut server) =
        Compositor::with(Mode::default(), false, |capacity| Capacity { publications: 1, ..capacity });
    let now = lab.now;
    let config = AccountConfig { uri: "sip:bert@example.org", no_register: true, ..AccountConfig::default() };
    let second = lab.ends[0].phone.account_add(now, &config).unwrap();
    publish(&mut lab, first, &BUSY, 0, 0);
    assert_eq!(lab.ends[0].phone.publish(now, second, Some(&AWAY), (0, 3)), Err(CommandError::Full));
    pass(&mut lab, &mut server.server, 1);
    take_back(&mut lab, first, 0);
    pass(&mut lab, &mut server.server, 1);
    publish(&mut lab, second, &AWAY, 0, 3);
    pass(&mut lab, &mut server.server, 1);
    assert_eq!(done(&lab), [(3, 200, Cause::Normal)]);
    // each dialog is a call's
    let (mut lab, account, mut server) =
        Compositor::with(Mode::default(), false, |capacity| Capacity { dialogs: capacity.calls, ..capacity });
    let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
    let now = lab.now;
    while lab.ends[0].phone.dial(now, account, "sip:nobody@10.0.0.77", &options).is_ok() {}
    publish(&mut lab, account, &BUSY, 0, 4);
    pass(&mut lab, &mut server.server, 3);
    assert_eq!(server.asked().len(), 0, "{:?}", lab.ends[0].phone.in_use());
    let now = lab.now;
    lab.ends[0].phone.hangup_all(now);
    lab.drain();
    pass(&mut lab, &mut server.server, 40);
    assert_eq!(done(&lab), [(4, 200, Cause::Normal)]);
    finish(lab, account, server);
}

/// A server that says nothing to a PUBLISH holds a request and a dialog for 32 s: the last of each is left to calls.
#[test]
fn a_silent_server_leaves_room_to_calls() {
    leaves_room(|capacity| Capacity { requests: 2, ..capacity });
    leaves_room(|capacity| Capacity { dialogs: 2, ..capacity });
}

fn leaves_room(capacity: fn(Capacity) -> Capacity) {
    let (mut lab, first, mut server) = Compositor::with(Mode::default(), false, capacity);
    let now = lab.now;
    let config = AccountConfig { uri: "sip:bert@example.org", no_register: true, ..AccountConfig::default() };
    let second = lab.ends[0].phone.account_add(now, &config).unwrap();
    server.state.borrow_mut().is_dead = true;
    publish(&mut lab, first, &BUSY, 600, 1);
    publish(&mut lab, second, &AWAY, 600, 2);
    pass(&mut lab, &mut server.server, 5);
    let branches: std::collections::HashSet<_> = server.asked().iter().map(|seen| seen.branch()).collect();
    assert_eq!(branches.len(), 1);
    let mut called = Peer::new(&mut lab, "10.0.0.5:5060", 0);
    let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
    let now = lab.now;
    lab.ends[0].phone.dial(now, first, "sip:bob@10.0.0.5:5060", &options).unwrap();
    lab.drain();
    let invite = called.wait(&mut lab, "INVITE");
    called.respond(&mut lab, &invite, 486, "");
    server.state.borrow_mut().is_dead = false;
    pass(&mut lab, &mut server.server, 200);
    assert_eq!((server.kept(), done(&lab).len()), (2, 2), "each in its turn");
    take_back(&mut lab, second, 3);
    pass(&mut lab, &mut server.server, 5);
    finish(lab, first, server);
}
