//! Subscriptions of ours (RFC 6665): the first SUBSCRIBE, notifications, refreshes, and each end.

mod ended;
pub(crate) mod lists;
mod wrong;

use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{
    AccountId, Capacity, Cause, CommandError, Lamp, NewSubscription, Package, Resource, SubscriptionId,
    SubscriptionState, SubscriptionText,
};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip, Told};

const PEER: &str = "10.0.0.9:5060";
pub(crate) const SUMMARY: &str = "Content-Type: application/simple-message-summary\r\n";

/// A subscription to this package at a peer.
fn subscribing(new: &NewSubscription<'_>) -> (Lab, Peer, SubscriptionId) {
    let mut lab = Lab::new(&[Options::default()]);
    let peer = Peer::new(&mut lab, PEER, 0);
    let now = lab.now;
    let made = lab.ends[0].phone.subscription_add(now, AccountId::NONE, "sip:box@10.0.0.9:5060", new).unwrap();
    lab.drain();
    (lab, peer, made)
}

fn mailbox() -> NewSubscription<'static> {
    NewSubscription { package: Package::MessageSummary, expires: 600, tag: 4, ..NewSubscription::default() }
}

fn watching() -> NewSubscription<'static> {
    NewSubscription { package: Package::Dialog, expires: 600, ..NewSubscription::default() }
}

/// The peer accepts a SUBSCRIBE, and becomes the far end of its dialog.
fn accept(lab: &mut Lab, peer: &mut Peer, subscribe: &Sip, expires: u32) {
    learn(peer, subscribe);
    let extra = format!("Expires: {expires}\r\nContact: <sip:box@10.0.0.9:5060>\r\n");
    peer.respond_with(lab, subscribe, 200, &extra, "");
    lab.run_for(Duration::from_millis(50));
}

pub(crate) fn learn(peer: &mut Peer, subscribe: &Sip) {
    peer.theirs = subscribe.from_tag();
    peer.call_id = subscribe.header("Call-ID");
    peer.target = subscribe.contact();
    peer.own = subscribe.header("To").split(";tag=").next().unwrap().to_owned();
    peer.other = subscribe.header("From").split(";tag=").next().unwrap().to_owned();
}

/// The peer notifies; the status of the response.
fn notify(lab: &mut Lab, peer: &mut Peer, event: &str, state: &str, kind: &str, body: &str) -> u16 {
    let extra = format!(
        "Event: {event}\r\nSubscription-State: {state}\r\nContact: <sip:box@10.0.0.9:5060>\r\n{}",
        if body.is_empty() { "" } else { kind }
    );
    let text = peer.request("NOTIFY", &extra, body);
    peer.send(lab, &text);
    let status = peer.wait(lab, "SIP/2.0").status();
    lab.run_for(Duration::from_millis(10));
    status
}

fn summary(lab: &mut Lab, peer: &mut Peer, state: &str, new: u32) -> u16 {
    let body = format!("Messages-Waiting: {}\r\nVoice-Message: {new}/2 (1/0)\r\n", if new > 0 { "yes" } else { "no" });
    notify(lab, peer, "message-summary", state, SUMMARY, &body)
}

fn events(lab: &Lab, kind: EventKind) -> Vec<Told> {
    lab.ends[0].events.iter().filter(|event| event.kind == kind).copied().collect()
}

fn states(lab: &Lab) -> Vec<(u32, u16, Cause)> {
    events(lab, EventKind::Subscription).iter().map(|told| (told.state, told.sip_code, told.result)).collect()
}

const PENDING: u32 = SubscriptionState::Pending as u32;
const ACTIVE: u32 = SubscriptionState::Active as u32;
const RETRYING: u32 = SubscriptionState::Retrying as u32;
const ENDED: u32 = SubscriptionState::Ended as u32;

fn text(lab: &Lab, made: SubscriptionId, which: SubscriptionText, nth: u32) -> Result<String, CommandError> {
    let mut room = [0; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.subscription_text(made, which, nth, &mut out)?;
    Ok(String::from_utf8_lossy(out.written()).into_owned())
}

/// It is taken back, and its far end agrees.
fn finish(mut lab: Lab, mut peer: Peer, made: SubscriptionId, event: &str) {
    let now = lab.now;
    lab.ends[0].phone.subscription_remove(now, made).unwrap();
    lab.drain();
    let last = peer.wait(&mut lab, "SUBSCRIBE");
    assert_eq!(last.header("Expires"), "0", "rfc6665#4.1.2.3");
    peer.respond_with(&mut lab, &last, 200, "Expires: 0\r\n", "");
    assert_eq!(notify(&mut lab, &mut peer, event, "terminated;reason=timeout", "", ""), 200);
    assert!(lab.ends[0].phone.subscription_info(made).is_err(), "its slot goes with its end");
    lab.assert_settled();
}

// rfc3842#3, rfc6665#4.1.2
#[test]
fn a_mailbox_is_watched() {
    let (mut lab, mut peer, made) = subscribing(&mailbox());
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    assert_eq!((first.header("Event").as_str(), first.header("Expires").as_str()), ("message-summary", "600"));
    assert_eq!(
        first.header("Accept"),
        "application/simple-message-summary, multipart/related, application/rlmi+xml",
        "rfc4662#4.3"
    );
    assert!(first.headers("Supported").iter().any(|field| field == "eventlist"), "rfc4662#4.1");
    assert!(first.contact().starts_with("sip:") && first.to_tag().is_empty());
    for of_calls in ["Session-Expires", "Min-SE", "Require"] {
        assert!(first.headers(of_calls).is_empty(), "{}", first.text());
    }
    accept(&mut lab, &mut peer, &first, 600);
    assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().state, SubscriptionState::Pending);
    assert_eq!(summary(&mut lab, &mut peer, "active;expires=600", 3), 200);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert_eq!((info.state, info.lamp, info.value, info.entries), (SubscriptionState::Active, Lamp::Open, 3, 1));
    let entry = lab.ends[0].phone.subscription_entry(made, 0).unwrap();
    assert_eq!((entry.kind, entry.counts), (1, [3, 2, 1, 0]));
    let told = events(&lab, EventKind::Notify);
    assert_eq!((told.len(), told[0].value, told[0].tag), (1, 3, 4));
    assert_eq!(states(&lab), [(ACTIVE, 200, Cause::Normal)]);
    assert_eq!(
        lab.ends[0].phone.subscription_body(made).unwrap(),
        b"Messages-Waiting: yes\r\nVoice-Message: 3/2 (1/0)\r\n"
    );
    assert_eq!(text(&lab, made, SubscriptionText::ContentType, 0).unwrap(), "application/simple-message-summary");
    assert_eq!(summary(&mut lab, &mut peer, "active", 0), 200);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert_eq!((info.lamp, info.value), (Lamp::Closed, 0));
    finish(lab, peer, made, "message-summary");
}

#[test]
fn it_is_refreshed_in_its_dialog() {
    let (mut lab, mut peer, made) = subscribing(&mailbox());
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    accept(&mut lab, &mut peer, &first, 300);
    summary(&mut lab, &mut peer, "active", 1);
    let at = lab.now;
    lab.patience = Duration::from_secs(400);
    let refresh = peer.wait(&mut lab, "SUBSCRIBE");
    let after = lab.now.since(at).millis();
    assert!((265_000..=271_000).contains(&after), "{after}");
    assert_eq!((refresh.to_tag(), refresh.header("Call-ID")), (peer.tag.clone(), first.header("Call-ID")));
    assert_eq!(refresh.number(), first.number() + 1);
    assert_eq!(refresh.uri(), "sip:box@10.0.0.9:5060");
    peer.respond_with(&mut lab, &refresh, 200, "Expires: 300\r\n", "");
    assert_eq!(summary(&mut lab, &mut peer, "active;expires=299", 1), 200);
    assert_eq!(states(&lab), [(ACTIVE, 200, Cause::Normal)], "a refresh is no news");
    finish(lab, peer, made, "message-summary");
}

// rfc6665#4.4.1: it makes the dialog
#[test]
fn a_notify_may_overtake_its_200() {
    let (mut lab, mut peer, made) = subscribing(&mailbox());
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    learn(&mut peer, &first);
    assert_eq!(summary(&mut lab, &mut peer, "active;expires=600", 2), 200);
    assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().state, SubscriptionState::Active);
    accept(&mut lab, &mut peer, &first, 600);
    assert_eq!(summary(&mut lab, &mut peer, "active", 1), 200);
    // another branch of the SUBSCRIBE is not followed
    let own = core::mem::replace(&mut peer.tag, "other".to_owned());
    assert_eq!(summary(&mut lab, &mut peer, "active", 9), 481);
    peer.tag = own;
    assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().value, 1);
    finish(lab, peer, made, "message-summary");
}

// rfc6665#4.1.3
#[test]
fn each_reason_of_an_end_is_obeyed() {
    for (reason, wait) in [("probation;retry-after=2", 2_000..=2_100), ("deactivated", 0..=100), ("timeout", 0..=100)] {
        let (mut lab, mut peer, made) = subscribing(&mailbox());
        let first = peer.wait(&mut lab, "SUBSCRIBE");
        accept(&mut lab, &mut peer, &first, 600);
        summary(&mut lab, &mut peer, "active", 1);
        let at = lab.now;
        assert_eq!(summary(&mut lab, &mut peer, &format!("terminated;reason={reason}"), 1), 200);
        let again = peer.wait(&mut lab, "SUBSCRIBE");
        let after = again.at.since(at).millis();
        assert!(wait.contains(&after), "{reason}: {after}");
        assert!(again.to_tag().is_empty() && again.header("Call-ID") != first.header("Call-ID"), "rfc6665#4.1.2.2");
        let state = states(&lab).last().unwrap().0;
        assert_eq!(state, RETRYING, "{reason}");
        accept(&mut lab, &mut peer, &again, 600);
        summary(&mut lab, &mut peer, "active", 1);
        assert_eq!(states(&lab).last().unwrap().0, ACTIVE);
        finish(lab, peer, made, "message-summary");
    }
    for reason in ["rejected", "noresource", "invariant"] {
        let (mut lab, mut peer, made) = subscribing(&mailbox());
        let first = peer.wait(&mut lab, "SUBSCRIBE");
        accept(&mut lab, &mut peer, &first, 600);
        assert_eq!(summary(&mut lab, &mut peer, &format!("terminated;reason={reason}"), 1), 200);
        assert_eq!(states(&lab).last().unwrap().0, ENDED, "{reason}");
        peer.silence(&mut lab, "SUBSCRIBE", Duration::from_secs(600));
        assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().value, 1, "it can be read");
        lab.ends[0].phone.subscription_release(made).unwrap();
        lab.assert_settled();
    }
}

#[test]
fn refusals_and_silence() {
    for (status, extra, result, state) in [
        (489, "", Cause::Unsupported, ENDED),
        (404, "", Cause::Refused, ENDED),
        (603, "", Cause::Refused, ENDED),
        (480, "Retry-After: 5\r\n", Cause::Refused, RETRYING),
        (503, "", Cause::Refused, RETRYING),
    ] {
        let (mut lab, mut peer, made) = subscribing(&mailbox());
        let first = peer.wait(&mut lab, "SUBSCRIBE");
        peer.respond_with(&mut lab, &first, status, extra, "");
        lab.run_until("its end", |lab| !states(lab).is_empty());
        assert_eq!(states(&lab), [(state, status, result)]);
        if state == RETRYING {
            let again = peer.wait(&mut lab, "SUBSCRIBE");
            assert!(extra.is_empty() || again.at.since(lab.now).millis() < 5_100);
            accept(&mut lab, &mut peer, &again, 600);
            summary(&mut lab, &mut peer, "active", 1);
            finish(lab, peer, made, "message-summary");
        } else {
            let now = lab.now;
            lab.ends[0].phone.subscription_remove(now, made).unwrap();
            lab.assert_settled();
        }
    }
    // nobody is there
    let (mut lab, peer, made) = subscribing(&mailbox());
    lab.run_until("its failure", |lab| !states(lab).is_empty());
    assert_eq!(states(&lab), [(RETRYING, 0, Cause::Timeout)]);
    let now = lab.now;
    lab.ends[0].phone.subscription_remove(now, made).unwrap();
    drop(peer);
    lab.assert_settled();
    // it says yes, and tells nothing: timer N
    let (mut lab, mut peer, made) = subscribing(&mailbox());
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    accept(&mut lab, &mut peer, &first, 600);
    lab.run_until("its failure", |lab| !states(lab).is_empty());
    assert_eq!(states(&lab), [(RETRYING, 0, Cause::Timeout)]);
    let now = lab.now;
    lab.ends[0].phone.subscription_remove(now, made).unwrap();
    lab.assert_settled();
}

// rfc6665#4.1.2.1, rfc5057#5.1
#[test]
fn a_longer_interval_and_a_dialog_that_is_gone() {
    let (mut lab, mut peer, made) = subscribing(&NewSubscription { expires: 60, ..mailbox() });
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    assert_eq!(first.header("Expires"), "60");
    peer.respond_with(&mut lab, &first, 423, "Min-Expires: 120\r\n", "");
    let longer = peer.wait(&mut lab, "SUBSCRIBE");
    assert_eq!(longer.header("Expires"), "120");
    accept(&mut lab, &mut peer, &longer, 120);
    summary(&mut lab, &mut peer, "active", 1);
    let refresh = peer.wait(&mut lab, "SUBSCRIBE");
    assert_eq!(refresh.to_tag(), peer.tag);
    peer.respond(&mut lab, &refresh, 481, "");
    let anew = peer.wait(&mut lab, "SUBSCRIBE");
    assert!(anew.to_tag().is_empty() && anew.from_tag() != first.from_tag());
    accept(&mut lab, &mut peer, &anew, 600);
    summary(&mut lab, &mut peer, "active", 1);
    finish(lab, peer, made, "message-summary");
}

#[test]
fn notifications_that_are_wrong_change_nothing() {
    let (mut lab, mut peer, made) = subscribing(&mailbox());
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    accept(&mut lab, &mut peer, &first, 600);
    summary(&mut lab, &mut peer, "active", 2);
    let before = events(&lab, EventKind::Notify).len();
    assert_eq!(notify(&mut lab, &mut peer, "presence", "active", "", ""), 489);
    assert_eq!(notify(&mut lab, &mut peer, "message-summary;id=1", "active", "", ""), 489);
    assert_eq!(notify(&mut lab, &mut peer, "message-summary", ";", "", ""), 400);
    assert_eq!(notify(&mut lab, &mut peer, "message-summary", "active", SUMMARY, "nonsense"), 400);
    assert_eq!(notify(&mut lab, &mut peer, "message-summary", "active", "Content-Type: text/html\r\n", "<p>"), 415);
    assert_eq!(
        notify(&mut lab, &mut peer, "message-summary", "active", "", ""),
        200,
        "one without a body says that it goes on"
    );
    assert_eq!(events(&lab, EventKind::Notify).len(), before);
    assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().value, 2);
    finish(lab, peer, made, "message-summary");
}

pub(crate) fn dialogs(version: u32, state: &str, list: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"{version}\" \
         state=\"{state}\" entity=\"sip:box@10.0.0.9\">{list}</dialog-info>"
    )
}

pub(crate) const INFO: &str = "Content-Type: application/dialog-info+xml\r\n";
pub(crate) const RINGS: &str = "<dialog id=\"a\" call-id=\"c1\" local-tag=\"l1\" remote-tag=\"r1\" direction=\"recipient\"><state>early</state>\
                     <remote><identity display=\"Carol &amp; Co\">sip:carol@example.net</identity></remote></dialog>";

// rfc4235#4.1, #4.3
#[test]
fn a_busy_line_is_watched_by_whole_and_partial_documents() {
    let (mut lab, mut peer, made) = subscribing(&watching());
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    assert_eq!(first.header("Event"), "dialog");
    accept(&mut lab, &mut peer, &first, 600);
    let tell = |lab: &mut Lab, peer: &mut Peer, body: &str| notify(lab, peer, "dialog", "active", INFO, body);
    let lamp = |lab: &Lab| {
        let info = lab.ends[0].phone.subscription_info(made).unwrap();
        (info.lamp, info.value)
    };
    assert_eq!(tell(&mut lab, &mut peer, &dialogs(0, "full", "")), 200);
    assert_eq!(lamp(&lab), (Lamp::Idle, 0));
    assert_eq!(tell(&mut lab, &mut peer, &dialogs(1, "partial", RINGS)), 200);
    assert_eq!(lamp(&lab), (Lamp::Ringing, 1));
    assert_eq!(text(&lab, made, SubscriptionText::EntryUri, 0).unwrap(), "sip:carol@example.net");
    assert_eq!(text(&lab, made, SubscriptionText::EntryName, 0).unwrap(), "Carol & Co");
    // rfc3891#6.1: by it the ringing call is taken
    assert_eq!(text(&lab, made, SubscriptionText::Replaces, 0).unwrap(), "c1;to-tag=r1;from-tag=l1;early-only");
    let up = RINGS.replace("early", "confirmed");
    assert_eq!(
        tell(
            &mut lab,
            &mut peer,
            &dialogs(2, "partial", &format!("{up}<dialog id=\"b\"><state>trying</state></dialog>"))
        ),
        200
    );
    assert_eq!(lamp(&lab), (Lamp::Busy, 2));
    let told = events(&lab, EventKind::Notify).len();
    assert_eq!(tell(&mut lab, &mut peer, &dialogs(1, "full", "")), 200, "it is late");
    assert_eq!(tell(&mut lab, &mut peer, &dialogs(2, "partial", RINGS)), 200, "it came before");
    assert_eq!((lamp(&lab), events(&lab, EventKind::Notify).len()), ((Lamp::Busy, 2), told));
    let over = "<dialog id=\"a\"><state>terminated</state></dialog>";
    assert_eq!(tell(&mut lab, &mut peer, &dialogs(3, "partial", over)), 200);
    assert_eq!(lamp(&lab), (Lamp::Trying, 1));
    // one is missing: all is asked for anew
    assert_eq!(tell(&mut lab, &mut peer, &dialogs(7, "partial", over)), 200);
    let anew = peer.wait(&mut lab, "SUBSCRIBE");
    assert_eq!((anew.to_tag(), anew.header("Expires").as_str()), (peer.tag.clone(), "600"));
    peer.respond_with(&mut lab, &anew, 200, "Expires: 600\r\n", "");
    assert_eq!(tell(&mut lab, &mut peer, &dialogs(8, "full", RINGS)), 200);
    assert_eq!(lamp(&lab), (Lamp::Ringing, 1));
    assert_eq!(tell(&mut lab, &mut peer, &dialogs(9, "partial", "<dialog>")), 400);
    // a far end that does not count
    assert_eq!(tell(&mut lab, &mut peer, &dialogs(8, "full", "")), 200);
    assert_eq!(lamp(&lab), (Lamp::Idle, 0));
    finish(lab, peer, made, "dialog");
}

// rfc3863#4.1
#[test]
fn presence_is_watched() {
    let new = NewSubscription { package: Package::Presence, ..NewSubscription::default() };
    let (mut lab, mut peer, made) = subscribing(&new);
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    assert_eq!((first.header("Event").as_str(), first.header("Expires").as_str()), ("presence", "3600"));
    accept(&mut lab, &mut peer, &first, 3600);
    assert_eq!(notify(&mut lab, &mut peer, "presence", "pending", "", ""), 200);
    assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().state, SubscriptionState::Pending);
    let body = "<presence entity=\"sip:box@x\"><tuple id=\"t\"><status><basic>open</basic></status><note>at lunch</note></tuple></presence>";
    assert_eq!(notify(&mut lab, &mut peer, "presence", "active", "Content-Type: application/pidf+xml\r\n", body), 200);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert_eq!((info.state, info.lamp), (SubscriptionState::Active, Lamp::Open));
    assert_eq!(text(&lab, made, SubscriptionText::Note, 0).unwrap(), "at lunch");
    assert_eq!(states(&lab), [(PENDING, 200, Cause::Normal), (ACTIVE, 200, Cause::Normal)], "somebody had to agree");
    finish(lab, peer, made, "presence");
}

// rfc6665#4.4.3
#[test]
fn a_state_is_fetched_once() {
    let (mut lab, mut peer, made) = subscribing(&NewSubscription { once: true, ..mailbox() });
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    assert_eq!(first.header("Expires"), "0");
    accept(&mut lab, &mut peer, &first, 0);
    assert_eq!(summary(&mut lab, &mut peer, "terminated;reason=timeout", 5), 200);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert_eq!((info.state, info.value), (SubscriptionState::Ended, 5));
    peer.silence(&mut lab, "SUBSCRIBE", Duration::from_secs(60));
    lab.ends[0].phone.subscription_release(made).unwrap();
    lab.assert_settled();
}

#[test]
fn a_full_pool_and_a_phone_that_ends() {
    let capacity = Capacity { subscriptions: 1, ..Capacity::host(4, 2, 2048) };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, PEER, 0);
    let now = lab.now;
    let add =
        |lab: &mut Lab| lab.ends[0].phone.subscription_add(now, AccountId::NONE, "sip:box@10.0.0.9:5060", &mailbox());
    add(&mut lab).unwrap();
    assert_eq!(add(&mut lab), Err(CommandError::Full));
    lab.drain();
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    accept(&mut lab, &mut peer, &first, 600);
    summary(&mut lab, &mut peer, "active", 1);
    let now = lab.now;
    lab.ends[0].phone.shutdown(now);
    assert!(!lab.ends[0].phone.is_idle());
    lab.drain();
    let last = peer.wait(&mut lab, "SUBSCRIBE");
    assert_eq!(last.header("Expires"), "0");
    peer.respond_with(&mut lab, &last, 200, "Expires: 0\r\n", "");
    summary(&mut lab, &mut peer, "terminated", 1);
    assert!(lab.ends[0].phone.is_idle());
    assert_eq!(states(&lab).last().unwrap().0, ENDED);
}
