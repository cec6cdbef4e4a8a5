//! Those who watch us (RFC 6665 §4.2): who is let in, what each is told and when, and each end.

mod calls;
mod ends;
mod limits;
mod mailbox;
mod phones;
mod presence;

use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountId, CallState, Cause, CommandError, Package, WatcherId, WatcherPolicy, WatcherState, WatcherText,
};
use microsip_core::wire::body::dialog_info::{self, DialogState};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip};

const WATCHER: &str = "10.0.0.9:5060";
const PENDING: u32 = WatcherState::Pending as u32;
const ACTIVE: u32 = WatcherState::Active as u32;
const ENDED: u32 = WatcherState::Ended as u32;

/// A phone with this policy for direct watchers, and one who would watch it.
fn watched(policy: WatcherPolicy) -> (Lab, Peer) {
    watched_with(Options { watchers: (policy, None), ..Options::default() })
}

fn watched_with(options: Options) -> (Lab, Peer) {
    let mut lab = Lab::new(&[options]);
    let peer = Peer::new(&mut lab, WATCHER, 0);
    (lab, peer)
}

/// The watcher subscribes, or refreshes; the response.
fn subscribe(lab: &mut Lab, peer: &mut Peer, event: &str, expires: &str, extra: &str) -> Sip {
    let event = if event.is_empty() { String::new() } else { format!("Event: {event}\r\n") };
    let expires = if expires.is_empty() { String::new() } else { format!("Expires: {expires}\r\n") };
    let lines = format!("{event}{expires}Contact: <sip:watcher@{}>\r\n{extra}", peer.at);
    let text = peer.request("SUBSCRIBE", &lines, "");
    peer.send(lab, &text);
    peer.wait(lab, "SIP/2.0")
}

/// It is accepted.
fn accepted(lab: &mut Lab, peer: &mut Peer, event: &str, expires: &str) -> Sip {
    let response = subscribe(lab, peer, event, expires, "");
    assert_eq!(response.status(), 200, "{}", response.text());
    peer.learn(&response);
    response
}

/// The next NOTIFY, to which the watcher says 200.
fn notified(lab: &mut Lab, peer: &mut Peer) -> Sip {
    let notify = peer.wait(lab, "NOTIFY");
    peer.respond(lab, &notify, 200, "");
    lab.run_for(Duration::from_millis(30));
    notify
}

/// The state of the subscription as a NOTIFY says it, and the time that is left.
fn said(notify: &Sip) -> (String, Option<u32>) {
    let value = notify.header("Subscription-State");
    match value.split_once(";expires=") {
        Some((state, left)) => (state.to_owned(), Some(left.parse().unwrap())),
        None => (value, None),
    }
}

/// The dialogs of a document, by their states; its number, and whether it is whole.
fn dialogs(notify: &Sip) -> (u32, bool, Vec<DialogState>) {
    assert_eq!(notify.header("Content-Type"), "application/dialog-info+xml", "{}", notify.text());
    let body = notify.body();
    let mut document = dialog_info::Document::parse(body.as_bytes()).unwrap();
    let mut states = Vec::new();
    while let Some(dialog) = document.next_dialog().unwrap() {
        states.push(dialog.state);
    }
    (document.head.version, document.head.full, states)
}

fn told(lab: &Lab) -> Vec<(u32, u16, Cause)> {
    let of = |event: &&microsip_tests::Told| event.kind == EventKind::Watcher;
    lab.ends[0].events.iter().filter(of).map(|told| (told.state, told.sip_code, told.result)).collect()
}

fn watcher(lab: &Lab) -> WatcherId {
    let of = |event: &&microsip_tests::Told| event.kind == EventKind::Watcher;
    lab.ends[0].events.iter().rev().find(of).unwrap().watcher
}

fn text(lab: &Lab, watcher: WatcherId, which: WatcherText) -> Result<String, CommandError> {
    let mut room = [0; 128];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.watcher_text(watcher, which, &mut out)?;
    Ok(String::from_utf8_lossy(out.written()).into_owned())
}

/// The watcher has had enough.
fn finish(mut lab: Lab, mut peer: Peer, event: &str) {
    assert_eq!(subscribe(&mut lab, &mut peer, event, "0", "").status(), 200);
    let last = notified(&mut lab, &mut peer);
    assert_eq!(said(&last).0, "terminated;reason=timeout", "rfc6665#4.2.1.4");
    assert_eq!(told(&lab).last().unwrap().0, ENDED);
    lab.assert_settled();
}

// rfc6665#4.2.1.1, #4.2.1.2
#[test]
fn one_who_is_let_in_is_told_at_once() {
    let (mut lab, mut peer) = watched(WatcherPolicy::Follow);
    let response = accepted(&mut lab, &mut peer, "dialog", "600");
    assert_eq!(response.header("Expires"), "600");
    assert!(response.contact().starts_with("sip:") && !response.to_tag().is_empty());
    let first = notified(&mut lab, &mut peer);
    assert_eq!((first.from_tag(), first.to_tag()), (response.to_tag(), peer.tag.clone()), "in the dialog of the 200");
    assert_eq!((first.header("Event").as_str(), said(&first)), ("dialog", ("active".to_owned(), Some(600))));
    assert_eq!(dialogs(&first), (0, true, vec![]));
    assert!(first.contact().starts_with("sip:"));
    assert_eq!(told(&lab), [(ACTIVE, 0, Cause::Normal)]);
    let info = lab.ends[0].phone.watcher_info(watcher(&lab)).unwrap();
    assert_eq!((info.package, info.state, info.account), (Package::Dialog, WatcherState::Active, AccountId::NONE));
    let (watcher, own) = (watcher(&lab), peer.own.trim_matches(['<', '>']).to_owned());
    assert_eq!(text(&lab, watcher, WatcherText::RemoteUri).unwrap(), own);
    assert_eq!(text(&lab, watcher, WatcherText::RemoteName), Err(CommandError::Nothing));
    let now = lab.now;
    assert_eq!(lab.ends[0].phone.watcher_answer(now, watcher, 200), Err(CommandError::State), "it was");
    assert_eq!(lab.ends[0].phone.watcher_release(watcher), Err(CommandError::State));
    finish(lab, peer, "dialog");
}

// rfc6665#4.2.1.4, #4.4.3
#[test]
fn refreshes_fetches_and_ends() {
    let (mut lab, mut peer) = watched(WatcherPolicy::Follow);
    accepted(&mut lab, &mut peer, "dialog;id=7", "");
    let first = notified(&mut lab, &mut peer);
    assert_eq!((first.header("Event").as_str(), said(&first).1), ("dialog;id=7", Some(3600)), "rfc4235#3.3");
    // the very next SUBSCRIBE tells all again, and at once
    let again = subscribe(&mut lab, &mut peer, "dialog;id=7", "100000", "");
    assert_eq!((again.status(), again.header("Expires").as_str()), (200, "86400"), "shortened");
    assert_eq!(dialogs(&notified(&mut lab, &mut peer)), (1, true, vec![]));
    for (event, status) in [("dialog", 481), ("dialog;id=8", 481), ("presence;id=7", 481), ("call-info", 489)] {
        let refused = subscribe(&mut lab, &mut peer, event, "600", "");
        assert_eq!(refused.status(), status, "{event}");
    }
    let brief = subscribe(&mut lab, &mut peer, "dialog;id=7", "59", "");
    assert_eq!((brief.status(), brief.header("Min-Expires").as_str()), (423, "60"));
    // it is not refreshed
    assert_eq!(subscribe(&mut lab, &mut peer, "dialog;id=7", "60", "").status(), 200);
    notified(&mut lab, &mut peer);
    let at = lab.now;
    let last = notified(&mut lab, &mut peer);
    let waited = lab.now.since(at).secs();
    assert!((59..=60).contains(&waited), "{waited}");
    assert_eq!((said(&last).0.as_str(), last.header("Event").as_str()), ("terminated;reason=timeout", "dialog;id=7"));
    assert_eq!(subscribe(&mut lab, &mut peer, "dialog;id=7", "60", "").status(), 481, "it is gone");
    assert_eq!(told(&lab), [(ACTIVE, 0, Cause::Normal), (ENDED, 200, Cause::Normal)]);
    assert_eq!(text(&lab, watcher(&lab), WatcherText::RemoteUri).unwrap(), peer.own.trim_matches(['<', '>']));
    lab.assert_settled();
    // one that fetches is told once
    let mut other = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    accepted(&mut lab, &mut other, "dialog", "0");
    let fetched = notified(&mut lab, &mut other);
    assert_eq!((said(&fetched).0.as_str(), dialogs(&fetched).1), ("terminated;reason=timeout", true));
    lab.assert_settled();
}

#[test]
fn who_is_not_let_in() {
    for (policy, event, extra, status) in [
        (WatcherPolicy::Inherited, "dialog", "", 403),
        (WatcherPolicy::Refuse, "dialog", "", 403),
        (WatcherPolicy::Follow, "", "", 489),
        (WatcherPolicy::Follow, "call-info", "", 489),
        (WatcherPolicy::Follow, "dialog.winfo", "", 489),
        (WatcherPolicy::Follow, "dialog;id=0123456789abcdef0", "", 400),
        (WatcherPolicy::Follow, "message-summary", "", 404),
        (WatcherPolicy::Follow, "presence", "", 404),
        (WatcherPolicy::Follow, "dialog", "Accept: application/pidf+xml\r\n", 406),
        (WatcherPolicy::Follow, "dialog", "Accept: text/*, application/dialog-info+xml;q=0.5\r\n", 200),
        (WatcherPolicy::Follow, "dialog", "Accept: */*\r\n", 200),
        (WatcherPolicy::Follow, "dialog", "Require: eventlist\r\n", 420),
    ] {
        let (mut lab, mut peer) = watched(policy);
        let response = subscribe(&mut lab, &mut peer, event, "600", extra);
        assert_eq!(response.status(), status, "{event} {extra}");
        let events = if status == 489 { "dialog, message-summary, presence" } else { "" };
        assert_eq!(response.header("Allow-Events"), events, "rfc6665#8.2.2");
        if status == 200 {
            peer.learn(&response);
            notified(&mut lab, &mut peer);
            finish(lab, peer, event);
        } else {
            assert!(told(&lab).is_empty() && lab.ends[0].phone.watchers().count() == 0);
            peer.silence(&mut lab, "NOTIFY", Duration::from_secs(1));
            lab.assert_settled();
        }
    }
    // without a Contact nobody could be told
    let (mut lab, mut peer) = watched(WatcherPolicy::Follow);
    let text = peer.request("SUBSCRIBE", "Event: dialog\r\n", "");
    peer.send(&mut lab, &text);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), 400);
    lab.assert_settled();
}

// rfc6665#4.2.1.3
#[test]
fn the_application_decides() {
    let (mut lab, mut peer) = watched(WatcherPolicy::Ask);
    accepted(&mut lab, &mut peer, "dialog", "600");
    let first = notified(&mut lab, &mut peer);
    assert_eq!((said(&first), first.body().as_str()), (("pending".to_owned(), Some(600)), ""));
    assert_eq!(told(&lab), [(PENDING, 0, Cause::Normal)]);
    let (watcher, now) = (watcher(&lab), lab.now);
    for status in [0, 199, 700] {
        assert_eq!(lab.ends[0].phone.watcher_answer(now, watcher, status), Err(CommandError::Range), "{status}");
    }
    assert_eq!(lab.ends[0].phone.watcher_set_tag(watcher, 9), Ok(()));
    lab.ends[0].phone.watcher_answer(now, watcher, 200).unwrap();
    lab.drain();
    let second = notified(&mut lab, &mut peer);
    assert_eq!((said(&second).0.as_str(), dialogs(&second)), ("active", (0, true, vec![])));
    assert_eq!(told(&lab), [(PENDING, 0, Cause::Normal), (ACTIVE, 200, Cause::Normal)]);
    // and has other thoughts
    let now = lab.now;
    lab.ends[0].phone.watcher_answer(now, watcher, 603).unwrap();
    lab.drain();
    let last = notified(&mut lab, &mut peer);
    assert_eq!((said(&last).0.as_str(), last.body().as_str()), ("terminated;reason=rejected", ""));
    let now = lab.now;
    assert_eq!(lab.ends[0].phone.watcher_answer(now, watcher, 200), Err(CommandError::State));
    assert_eq!(lab.ends[0].phone.watcher_info(watcher).unwrap().tag, 9);
    assert_eq!(lab.ends[0].phone.watcher_release(watcher), Ok(()));
    assert_eq!(lab.ends[0].phone.watcher_answer(now, watcher, 200), Err(CommandError::Stale));
    lab.assert_settled();
    // whoever fetches waits for nobody
    let mut other = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    accepted(&mut lab, &mut other, "dialog", "0");
    let fetched = notified(&mut lab, &mut other);
    assert_eq!((said(&fetched).0.as_str(), fetched.body().as_str()), ("terminated;reason=timeout", ""));
    lab.assert_settled();
}

// rfc3261#17.2.2
#[test]
fn a_repeated_subscribe_gets_the_same_response() {
    let (mut lab, mut peer) = watched(WatcherPolicy::Follow);
    let lines = format!("Event: dialog\r\nExpires: 600\r\nContact: <sip:watcher@{WATCHER}>\r\n");
    let text = peer.request("SUBSCRIBE", &lines, "");
    peer.send(&mut lab, &text);
    let first = peer.wait(&mut lab, "SIP/2.0");
    peer.learn(&first);
    notified(&mut lab, &mut peer);
    peer.send(&mut lab, &text);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0").text(), first.text());
    // in the dialog, too
    let text = peer.request("SUBSCRIBE", &lines, "");
    peer.send(&mut lab, &text);
    let first = peer.wait(&mut lab, "SIP/2.0");
    notified(&mut lab, &mut peer);
    peer.send(&mut lab, &text);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0").text(), first.text());
    peer.silence(&mut lab, "NOTIFY", Duration::from_secs(3));
    assert_eq!(lab.ends[0].phone.watchers().count(), 1);
    finish(lab, peer, "dialog");
}

// rfc6665#4.2.2, rfc5057#5.1
#[test]
fn who_refuses_or_is_silent_is_told_no_more() {
    let (mut lab, mut peer) = watched(WatcherPolicy::Follow);
    accepted(&mut lab, &mut peer, "dialog", "600");
    let notify = peer.wait(&mut lab, "NOTIFY");
    peer.respond(&mut lab, &notify, 481, "");
    lab.run_for(Duration::from_millis(50));
    assert_eq!(told(&lab), [(ACTIVE, 0, Cause::Normal), (ENDED, 481, Cause::Refused)]);
    peer.silence(&mut lab, "NOTIFY", Duration::from_secs(700));
    lab.assert_settled();
    // timer F
    let mut other = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    accepted(&mut lab, &mut other, "dialog", "600");
    lab.run_for(Duration::from_secs(33));
    assert_eq!(told(&lab).last(), Some(&(ENDED, 0, Cause::Timeout)));
    lab.assert_settled();
    // what is no end is tried again
    let mut third = Peer::new(&mut lab, "10.0.0.7:5060", 0);
    accepted(&mut lab, &mut third, "dialog", "600");
    let notify = third.wait(&mut lab, "NOTIFY");
    third.respond_with(&mut lab, &notify, 500, "Retry-After: 40\r\n", "");
    let at = lab.now;
    assert!(dialogs(&notified(&mut lab, &mut third)).1, "it was not told");
    let waited = lab.now.since(at).secs();
    assert!((39..=41).contains(&waited), "{waited}");
    finish(lab, third, "dialog");
}

#[test]
fn the_end_of_the_phone_is_told() {
    let (mut lab, mut peer) = watched(WatcherPolicy::Follow);
    accepted(&mut lab, &mut peer, "dialog", "600");
    notified(&mut lab, &mut peer);
    let now = lab.now;
    lab.ends[0].phone.shutdown(now);
    lab.drain();
    assert!(!lab.ends[0].phone.is_idle());
    let last = notified(&mut lab, &mut peer);
    assert_eq!((said(&last).0.as_str(), last.body().as_str()), ("terminated;reason=deactivated", ""));
    lab.run_for(Duration::from_secs(1));
    assert!(lab.ends[0].phone.is_idle());
    let mut other = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    assert_eq!(subscribe(&mut lab, &mut other, "dialog", "600", "").status(), 480, "the phone is closing");
    assert_eq!(lab.ends[0].phone.counters().malformed, 0);
    lab.assert_settled();
}

// rfc6665#4.4.1: NOTIFY is a target refresh
#[test]
fn a_watcher_learns_our_new_address() {
    let (mut lab, mut peer) = watched(WatcherPolicy::Follow);
    accepted(&mut lab, &mut peer, "dialog", "600");
    notified(&mut lab, &mut peer);
    let now = lab.now;
    lab.ends[0].move_to(now, Some((1, "10.0.7.1:5070".parse().unwrap())));
    lab.drain();
    let moved = notified(&mut lab, &mut peer);
    assert_eq!((moved.from.to_string().as_str(), said(&moved).0.as_str()), ("10.0.7.1:5070", "active"));
    assert!(moved.contact().contains("10.0.7.1:5070"), "{}", moved.contact());
    peer.target = moved.contact();
    peer.phone = moved.from;
    finish(lab, peer, "dialog");
}

/// A request that is none of a subscription's finds none in its dialog.
#[test]
fn its_dialog_has_no_other_use() {
    let (mut lab, mut peer) = watched(WatcherPolicy::Follow);
    accepted(&mut lab, &mut peer, "dialog", "600");
    notified(&mut lab, &mut peer);
    for (method, status) in [
        ("BYE", 481),
        ("INVITE", 481),
        ("MESSAGE", 481),
        ("INFO", 481),
        ("NOTIFY", 481),
        ("REFER", 481),
        ("OPTIONS", 200),
    ] {
        let text = peer.request(method, "Contact: <sip:watcher@10.0.0.9>\r\n", "");
        peer.send(&mut lab, &text);
        assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), status, "{method}");
    }
    finish(lab, peer, "dialog");
}

/// A call of the phone's, which rings; or is up.
fn ring(lab: &mut Lab, from: &str) -> (Peer, Sip) {
    let mut caller = Peer::new(lab, from, 0);
    caller.invite(lab);
    let ringing = caller.wait(lab, "SIP/2.0 180");
    caller.learn(&ringing);
    assert!(lab.ends[0].reached(CallState::Incoming));
    (caller, ringing)
}
