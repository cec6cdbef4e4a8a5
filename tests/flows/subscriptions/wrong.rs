//! Subscriptions and far ends that are wrong, or that would keep a phone busy for ever.

use super::*;
use microsip_core::phone::{AccountChange, AccountConfig, Flow, Taken};

/// For so long each SUBSCRIBE gets this reaction. Gives how many came.
fn asked(lab: &mut Lab, peer: &mut Peer, seconds: u64, mut react: impl FnMut(&mut Lab, &mut Peer, &Sip)) -> usize {
    let (until, mut seen) = (lab.now + Duration::from_secs(seconds), 0);
    while lab.now < until {
        lab.run_for(Duration::from_millis(20));
        while let Some(subscribe) = peer.all(lab, "SUBSCRIBE").get(seen) {
            seen += 1;
            react(lab, peer, subscribe);
        }
    }
    seen
}

/// An active subscription to a mailbox.
fn active(expires: u32) -> (Lab, Peer, SubscriptionId, Sip) {
    let (mut lab, mut peer, made) = subscribing(&mailbox());
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    accept(&mut lab, &mut peer, &first, expires);
    summary(&mut lab, &mut peer, "active", 1);
    (lab, peer, made, first)
}

// rfc6665#4.1.2.3
#[test]
fn taken_back_twice_it_still_ends_at_the_far_end() {
    let (mut lab, mut peer, made, _) = active(600);
    let now = lab.now;
    lab.ends[0].phone.subscription_remove(now, made).unwrap();
    lab.ends[0].phone.shutdown(now);
    lab.ends[0].phone.shutdown(now);
    let last = peer.wait(&mut lab, "SUBSCRIBE");
    assert_eq!(last.header("Expires"), "0");
    let again = peer.wait(&mut lab, "SUBSCRIBE");
    assert_eq!(again.bytes, last.bytes, "it is repeated");
    peer.respond_with(&mut lab, &last, 200, "Expires: 0\r\n", "");
    assert_eq!(summary(&mut lab, &mut peer, "terminated;reason=timeout", 1), 200);
    assert!(lab.ends[0].phone.is_idle());
}

// rfc6665#4.4.1: a notification that was on its way is not the last one
#[test]
fn a_notification_that_crosses_the_last_subscribe_does_not_stop_that() {
    let (mut lab, mut peer, made, _) = active(600);
    let now = lab.now;
    lab.ends[0].phone.subscription_remove(now, made).unwrap();
    assert_eq!(summary(&mut lab, &mut peer, "active", 7), 200);
    let told = lab.ends[0].events.len();
    lab.run_for(Duration::from_secs(2));
    assert!(peer.all(&lab, "SUBSCRIBE").len() > 3, "it is repeated");
    let last = peer.all(&lab, "SUBSCRIBE").last().unwrap().clone();
    peer.respond_with(&mut lab, &last, 200, "Expires: 0\r\n", "");
    lab.run_for(Duration::from_millis(50));
    assert_eq!(summary(&mut lab, &mut peer, "terminated", 8), 200);
    assert_eq!(lab.ends[0].events.len(), told, "it has no further events");
    assert!(lab.ends[0].phone.subscription_info(made).is_err());
    lab.assert_settled();
}

// the application may have freed what the tag names
#[test]
fn one_that_was_taken_back_has_no_events() {
    let (mut lab, mut peer, made, _) = active(600);
    let told = (events(&lab, EventKind::Notify).len(), states(&lab).len());
    let extra = "Event: message-summary\r\nSubscription-State: pending\r\nContact: <sip:box@10.0.0.9:5060>\r\n";
    let notify =
        peer.request("NOTIFY", &format!("{extra}{SUMMARY}"), "Messages-Waiting: yes\r\nVoice-Message: 9/2\r\n");
    let (now, flow) = (lab.now, Flow::Udp { socket: 0, remote: peer.at });
    let phone = &mut lab.ends[0].phone;
    assert_eq!(phone.handle_sip(now, flow, notify.as_bytes()), Taken::Bytes(notify.len()));
    assert!(phone.has_event(), "there is news");
    phone.subscription_remove(now, made).unwrap();
    assert!(phone.poll_event().is_none(), "and nobody to tell it");
    lab.run_for(Duration::from_secs(40));
    assert_eq!((events(&lab, EventKind::Notify).len(), states(&lab).len()), told);
    lab.assert_settled();
}

#[test]
fn no_far_end_keeps_the_phone_busy() {
    type React = fn(&mut Lab, &mut Peer, &Sip);
    fn terminated(lab: &mut Lab, peer: &mut Peer, subscribe: &Sip, reason: &str) {
        accept(lab, peer, subscribe, 600);
        summary(lab, peer, &format!("terminated;reason={reason}"), 1);
    }
    let storms: [(&str, Package, React); 12] = [
        ("timeout", Package::MessageSummary, |lab, peer, subscribe| terminated(lab, peer, subscribe, "timeout")),
        ("deactivated", Package::MessageSummary, |lab, peer, subscribe| {
            terminated(lab, peer, subscribe, "deactivated")
        }),
        ("probation", Package::MessageSummary, |lab, peer, subscribe| {
            terminated(lab, peer, subscribe, "probation;retry-after=0");
        }),
        ("an active one that is deactivated", Package::MessageSummary, |lab, peer, subscribe| {
            accept(lab, peer, subscribe, 600);
            summary(lab, peer, "active", 1);
            summary(lab, peer, "terminated;reason=deactivated", 1);
        }),
        ("a second", Package::MessageSummary, |lab, peer, subscribe| {
            if subscribe.to_tag().is_empty() {
                accept(lab, peer, subscribe, 1);
            } else {
                peer.respond_with(lab, subscribe, 200, "Expires: 1\r\n", "");
            }
            summary(lab, peer, "active;expires=1", 1);
        }),
        ("a second of wait", Package::MessageSummary, |lab, peer, subscribe| {
            terminated(lab, peer, subscribe, "giveup;retry-after=1");
        }),
        ("503 to the refresh", Package::MessageSummary, |lab, peer, subscribe| {
            if subscribe.to_tag().is_empty() {
                accept(lab, peer, subscribe, 20);
                summary(lab, peer, "active", 1);
            } else {
                peer.respond_with(lab, subscribe, 503, "Retry-After: 0\r\n", "");
            }
        }),
        ("302", Package::MessageSummary, |lab, peer, subscribe| {
            peer.respond_with(lab, subscribe, 302, "Contact: <sip:x@10.0.0.9:5060>\r\nRetry-After: 0\r\n", "");
        }),
        ("480", Package::MessageSummary, |lab, peer, subscribe| {
            peer.respond_with(lab, subscribe, 480, "Retry-After: 0\r\n", "");
        }),
        ("423", Package::MessageSummary, |lab, peer, subscribe| {
            let wanted: u32 = subscribe.header("Expires").parse().unwrap();
            peer.respond_with(lab, subscribe, 423, &format!("Min-Expires: {}\r\n", wanted + 1), "");
        }),
        ("481", Package::MessageSummary, |lab, peer, subscribe| {
            if subscribe.to_tag().is_empty() {
                accept(lab, peer, subscribe, 1);
                summary(lab, peer, "active", 1);
            } else {
                peer.respond(lab, subscribe, 481, "");
            }
        }),
        ("a gap", Package::Dialog, |lab, peer, subscribe| {
            if subscribe.to_tag().is_empty() {
                accept(lab, peer, subscribe, 600);
            } else {
                peer.respond_with(lab, subscribe, 200, "Expires: 600\r\n", "");
            }
            notify(lab, peer, "dialog", "active", INFO, &dialogs(peer.number * 2, "partial", RINGS));
        }),
    ];
    for (name, package, react) in storms {
        let new = if package == Package::Dialog { watching() } else { mailbox() };
        let (mut lab, mut peer, _) = subscribing(&new);
        let count = asked(&mut lab, &mut peer, 25, react);
        assert!((1..=7).contains(&count), "{name}: {count} in 25 s");
    }
}

// rfc6665#4.4.3: a fetch ends at once, or is of no use
#[test]
fn a_fetch_does_not_wait_for_ever() {
    let (mut lab, mut peer, made) = subscribing(&NewSubscription { once: true, ..mailbox() });
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    accept(&mut lab, &mut peer, &first, 0);
    assert_eq!(notify(&mut lab, &mut peer, "message-summary", "pending", "", ""), 200);
    peer.silence(&mut lab, "SUBSCRIBE", Duration::from_secs(33));
    assert_eq!(states(&lab), [(PENDING, 200, Cause::Normal), (ENDED, 0, Cause::Timeout)]);
    lab.ends[0].phone.subscription_release(made).unwrap();
    lab.assert_settled();
}

#[test]
fn a_wrong_package_is_blamed_for_itself() {
    let mut lab = Lab::new(&[Options::default()]);
    let now = lab.now;
    let other =
        NewSubscription { package: Package::Other, event: "x", headers: "X-A: 1\r\n", ..NewSubscription::default() };
    for (new, error) in [
        (NewSubscription { event: "", ..other }, CommandError::Event),
        (NewSubscription { event: "x y", ..other }, CommandError::Event),
        (NewSubscription { accept: "a/b\r\n", ..other }, CommandError::Accept),
        (NewSubscription { event: "x", ..mailbox() }, CommandError::Given),
        (NewSubscription { accept: "a/b", ..mailbox() }, CommandError::Given),
        (NewSubscription { accept: "zz", ..other }, CommandError::Accept),
        (NewSubscription { accept: "a/b, ,c/d", ..other }, CommandError::Accept),
        (NewSubscription { accept: " ", ..other }, CommandError::Accept),
        (NewSubscription { accept: "a/b, c/d,", ..other }, CommandError::Accept),
        (NewSubscription { accept: "a/b;", ..other }, CommandError::Accept),
        (NewSubscription { headers: "X-A\r\n", ..other }, CommandError::HeaderLine),
        (NewSubscription { headers: "Event: y\r\n", ..other }, CommandError::HeaderOwned),
    ] {
        let made = lab.ends[0].phone.subscription_add(now, AccountId::NONE, "sip:box@10.0.0.9:5060", &new);
        assert_eq!(made, Err(error), "{new:?}");
    }
    lab.assert_settled();
}

// rfc6665#4.2.1.1, #4.2.2: both may shorten it, to nothing too
#[test]
fn one_that_was_granted_no_time_is_asked_for_again() {
    for (granted, state) in [(3600, "active;expires=0"), (0, "active"), (0, "pending;expires=0")] {
        let (mut lab, mut peer, made) = subscribing(&mailbox());
        let first = peer.wait(&mut lab, "SUBSCRIBE");
        accept(&mut lab, &mut peer, &first, granted);
        assert_eq!(summary(&mut lab, &mut peer, state, 1), 200);
        lab.patience = Duration::from_secs(80);
        let again = peer.wait(&mut lab, "SUBSCRIBE");
        let after = again.at.since(first.at).secs();
        assert!((31..=75).contains(&after), "{granted}, {state}: {after}");
        accept(&mut lab, &mut peer, &again, 600);
        summary(&mut lab, &mut peer, "active", 1);
        finish(lab, peer, made, "message-summary");
    }
}

// rfc6665#4.4.1: the NOTIFY made the dialog, and the 2xx is another branch's
#[test]
fn the_success_of_another_branch_changes_nothing_of_this_one() {
    let (mut lab, mut peer, made) = subscribing(&mailbox());
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    learn(&mut peer, &first);
    assert_eq!(summary(&mut lab, &mut peer, "active;expires=60", 1), 200);
    let own = core::mem::replace(&mut peer.tag, "other".to_owned());
    let extra = "Expires: 600\r\nContact: <sip:other@10.0.0.9:5060>\r\n";
    peer.respond_with(&mut lab, &first, 200, extra, "");
    peer.tag = own;
    lab.patience = Duration::from_secs(60);
    let refresh = peer.wait(&mut lab, "SUBSCRIBE");
    assert_eq!((refresh.uri().as_str(), refresh.to_tag()), ("sip:box@10.0.0.9:5060", peer.tag.clone()));
    peer.respond_with(&mut lab, &refresh, 200, "Expires: 600\r\nContact: <sip:moved@10.0.0.9:5060>\r\n", "");
    lab.run_for(Duration::from_millis(50));
    let now = lab.now;
    lab.ends[0].phone.subscription_remove(now, made).unwrap();
    let last = peer.wait(&mut lab, "SUBSCRIBE");
    assert_eq!(last.uri(), "sip:moved@10.0.0.9:5060", "its own one does");
    peer.respond_with(&mut lab, &last, 200, "Expires: 0\r\n", "");
    summary(&mut lab, &mut peer, "terminated", 1);
    lab.assert_settled();
}

// rfc6665#4.1.2.2
#[test]
fn a_refusal_of_a_refresh_takes_nothing_back_but_where_it_says_so() {
    for status in [403, 406, 500, 603] {
        let (mut lab, mut peer, made, _) = active(60);
        lab.patience = Duration::from_secs(60);
        let refresh = peer.wait(&mut lab, "SUBSCRIBE");
        peer.respond(&mut lab, &refresh, status, "");
        assert_eq!(summary(&mut lab, &mut peer, "active", 6), 200, "{status}");
        let info = lab.ends[0].phone.subscription_info(made).unwrap();
        assert_eq!((info.state, info.value, info.sip_code), (SubscriptionState::Active, 6, status));
        assert_eq!(states(&lab), [(ACTIVE, 200, Cause::Normal)]);
        finish(lab, peer, made, "message-summary");
    }
    for status in [404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604] {
        let (mut lab, mut peer, made, _) = active(60);
        lab.patience = Duration::from_secs(60);
        let refresh = peer.wait(&mut lab, "SUBSCRIBE");
        peer.respond(&mut lab, &refresh, status, "");
        lab.run_for(Duration::from_millis(50));
        assert_eq!(summary(&mut lab, &mut peer, "active", 6), 481, "{status}");
        let state = states(&lab).last().unwrap().0;
        assert_eq!(state, if matches!(status, 480..=483) { RETRYING } else { ENDED }, "{status}");
        let now = lab.now;
        lab.ends[0].phone.subscription_remove(now, made).unwrap();
        lab.assert_settled();
    }
}

#[test]
fn a_password_that_is_wrong_is_tried_once() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, PEER, 0);
    lab.names.insert("example.org".into(), vec![peer.at]);
    let config = AccountConfig {
        uri: "sip:anna@example.org",
        password: "wrong",
        realms: "example.org",
        no_register: true,
        ..AccountConfig::default()
    };
    let now = lab.now;
    let account = lab.ends[0].phone.account_add(now, &config).unwrap();
    let made = lab.ends[0].phone.subscription_add(now, account, "box", &mailbox()).unwrap();
    let mut nonce = 0;
    let count = asked(&mut lab, &mut peer, 7200, |lab, peer, subscribe| {
        nonce += 1;
        let challenge = format!("WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n{nonce}\", qop=\"auth\"\r\n");
        peer.respond_with(lab, subscribe, 401, &challenge, "");
    });
    assert_eq!(count, 2, "one without it, one with it");
    assert_eq!(states(&lab), [(ENDED, 401, Cause::Auth)]);
    for _ in 0..2 {
        peer.wait(&mut lab, "SUBSCRIBE");
    }
    let change = |lab: &mut Lab, change: AccountChange<'_>| {
        let now = lab.now;
        lab.ends[0].phone.account_update(now, account, &change).unwrap();
        lab.drain();
    };
    change(&mut lab, AccountChange { display_name: Some("Anna"), password: Some("wrong"), ..AccountChange::default() });
    peer.silence(&mut lab, "SUBSCRIBE", Duration::from_secs(60));
    // another password, and it begins anew
    change(&mut lab, AccountChange { password: Some("right"), ..AccountChange::default() });
    let anew = peer.wait(&mut lab, "SUBSCRIBE");
    assert!(anew.to_tag().is_empty());
    assert_eq!(states(&lab).last(), Some(&(RETRYING, 401, Cause::Auth)));
    accept(&mut lab, &mut peer, &anew, 60);
    summary(&mut lab, &mut peer, "active", 1);
    assert_eq!(states(&lab).last(), Some(&(ACTIVE, 200, Cause::Normal)));
    // a refresh that was refused for it waits for nothing but another one
    lab.patience = Duration::from_secs(70);
    let challenge =
        |nonce| format!("WWW-Authenticate: Digest realm=\"example.org\", nonce=\"{nonce}\", qop=\"auth\"\r\n");
    for nonce in ["r1", "r2"] {
        let refresh = peer.wait(&mut lab, "SUBSCRIBE");
        assert!(!refresh.to_tag().is_empty());
        peer.respond_with(&mut lab, &refresh, 401, &challenge(nonce), "");
    }
    lab.run_for(Duration::from_millis(50));
    assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().result, Cause::Auth);
    change(&mut lab, AccountChange { password: Some("other"), ..AccountChange::default() });
    let refresh = peer.wait(&mut lab, "SUBSCRIBE");
    assert!(!refresh.to_tag().is_empty(), "in its dialog");
    peer.respond_with(&mut lab, &refresh, 200, "Expires: 600\r\n", "");
    finish(lab, peer, made, "message-summary");
}

// rfc3261#26.2.2: no time mends that
#[test]
fn what_needs_tls_is_not_tried_again() {
    for (uri, target) in [("sip:anna@example.org", "sips:box@example.org"), ("sips:anna@example.org", "box")] {
        let mut lab = Lab::new(&[Options::default()]);
        let peer = Peer::new(&mut lab, PEER, 0);
        lab.names.insert("example.org".into(), vec![peer.at]);
        let config = AccountConfig { uri, no_register: true, ..AccountConfig::default() };
        let now = lab.now;
        let account = lab.ends[0].phone.account_add(now, &config).unwrap();
        let made = lab.ends[0].phone.subscription_add(now, account, target, &mailbox()).unwrap();
        lab.run_for(Duration::from_secs(7200));
        assert_eq!(states(&lab), [(ENDED, 0, Cause::Unsupported)], "{target}");
        assert!(peer.all(&lab, "SUBSCRIBE").is_empty());
        lab.ends[0].phone.subscription_release(made).unwrap();
        lab.assert_settled();
    }
}

// many servers have another realm than their domain, and its REGISTER shows it
#[test]
fn a_realm_that_is_not_learnt_yet_ends_nothing() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, PEER, 0);
    lab.names.insert("example.org".into(), vec![peer.at]);
    let config = AccountConfig { uri: "sip:anna@example.org", password: "secret", ..AccountConfig::default() };
    let now = lab.now;
    let account = lab.ends[0].phone.account_add(now, &config).unwrap();
    let made = lab.ends[0].phone.subscription_add(now, account, "box", &mailbox()).unwrap();
    lab.drain();
    let challenge = |nonce: u8| format!("WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n{nonce}\", qop=\"auth\"\r\n");
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    peer.respond_with(&mut lab, &first, 401, &challenge(1), "");
    lab.run_for(Duration::from_millis(50));
    assert_eq!(states(&lab), [(RETRYING, 401, Cause::Realm)]);
    let now = lab.now;
    lab.ends[0].phone.register(now, account, 0).unwrap();
    lab.drain();
    let register = peer.wait(&mut lab, "REGISTER");
    peer.respond_with(&mut lab, &register, 401, &challenge(2), "");
    let register = peer.wait(&mut lab, "REGISTER");
    let contact = format!("Contact: {};expires=600\r\n", register.header("Contact"));
    peer.respond_with(&mut lab, &register, 200, &contact, "");
    lab.patience = Duration::from_secs(40);
    let again = peer.wait(&mut lab, "SUBSCRIBE");
    peer.respond_with(&mut lab, &again, 401, &challenge(3), "");
    let proven = peer.wait(&mut lab, "SUBSCRIBE");
    assert!(proven.header("Authorization").contains("n3"), "{}", proven.text());
    accept(&mut lab, &mut peer, &proven, 600);
    summary(&mut lab, &mut peer, "active", 1);
    assert_eq!(states(&lab).last().unwrap().0, ACTIVE);
    let now = lab.now;
    lab.ends[0].phone.subscription_remove(now, made).unwrap();
    let last = peer.wait(&mut lab, "SUBSCRIBE");
    peer.respond_with(&mut lab, &last, 200, "Expires: 0\r\n", "");
    assert_eq!(notify(&mut lab, &mut peer, "message-summary", "terminated", "", ""), 200);
    assert!(lab.ends[0].phone.subscription_info(made).is_err());
}

// rfc4235#4.3
#[test]
fn a_document_behind_a_gap_is_shown_and_the_rest_asked_for() {
    let (mut lab, mut peer, made) = subscribing(&watching());
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    accept(&mut lab, &mut peer, &first, 600);
    notify(&mut lab, &mut peer, "dialog", "active", INFO, &dialogs(0, "full", ""));
    lab.run_for(Duration::from_secs(60));
    let (before, at) = (events(&lab, EventKind::Notify).len(), lab.now);
    assert_eq!(notify(&mut lab, &mut peer, "dialog", "active", INFO, &dialogs(5, "partial", RINGS)), 200);
    let info = lab.ends[0].phone.subscription_info(made).unwrap();
    assert_eq!((info.lamp, info.value), (Lamp::Ringing, 1));
    assert_eq!(events(&lab, EventKind::Notify).len(), before + 1);
    let refresh = peer.wait(&mut lab, "SUBSCRIBE");
    assert!(refresh.at.since(at).millis() < 100, "nothing was asked for lately");
    peer.respond_with(&mut lab, &refresh, 200, "Expires: 600\r\n", "");
    // another gap: the refresh is not repeated at once
    notify(&mut lab, &mut peer, "dialog", "active", INFO, &dialogs(9, "partial", RINGS));
    peer.silence(&mut lab, "SUBSCRIBE", Duration::from_secs(4));
    let refresh = peer.wait(&mut lab, "SUBSCRIBE");
    peer.respond_with(&mut lab, &refresh, 200, "Expires: 600\r\n", "");
    // a whole one needs none
    notify(&mut lab, &mut peer, "dialog", "active", INFO, &dialogs(20, "partial", RINGS));
    notify(&mut lab, &mut peer, "dialog", "active", INFO, &dialogs(30, "full", ""));
    peer.silence(&mut lab, "SUBSCRIBE", Duration::from_secs(60));
    finish(lab, peer, made, "dialog");
}

/// The calls of a party, watched by a phone of this capacity.
fn watched_within(capacity: Capacity) -> (Lab, Peer, SubscriptionId) {
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, PEER, 0);
    let now = lab.now;
    let made = lab.ends[0].phone.subscription_add(now, AccountId::NONE, "sip:box@10.0.0.9:5060", &watching()).unwrap();
    lab.drain();
    let first = peer.wait(&mut lab, "SUBSCRIBE");
    accept(&mut lab, &mut peer, &first, 600);
    (lab, peer, made)
}

// a change of each entry walks those that are kept: so many, and no more
#[test]
fn a_long_document_is_cut_off() {
    let capacity = Capacity { subscriptions: 1, subscription_text: 60_000, ..Capacity::host(4, 2, 60_000) };
    let (mut lab, mut peer, made) = watched_within(capacity);
    let list: String = (0..1000).map(|nth| format!("<dialog id=\"{nth}\"><state>early</state></dialog>")).collect();
    for (version, whole) in [(0, "full"), (1, "partial"), (2, "full")] {
        assert_eq!(notify(&mut lab, &mut peer, "dialog", "active", INFO, &dialogs(version, whole, &list)), 200);
        let info = lab.ends[0].phone.subscription_info(made).unwrap();
        assert_eq!((info.entries, info.left_out, info.value), (128, 872, 128));
    }
    finish(lab, peer, made, "dialog");
}

#[test]
fn entries_without_room_are_counted_once_and_taken_off() {
    let capacity = Capacity { subscriptions: 1, subscription_text: 256, ..Capacity::host(4, 2, 2048) };
    let (mut lab, mut peer, made) = watched_within(capacity);
    let list = |names: &[&str], state: &str| -> String {
        names.iter().map(|name| format!("<dialog id=\"{name}\"><state>{state}</state></dialog>")).collect()
    };
    let mut version = 0;
    let mut tell = |lab: &mut Lab, peer: &mut Peer, whole: &str, body: &str| {
        notify(lab, peer, "dialog", "active", INFO, &dialogs(version, whole, body));
        version += 1;
        let info = lab.ends[0].phone.subscription_info(made).unwrap();
        (info.entries, info.left_out)
    };
    let all = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let (kept, left_out) = tell(&mut lab, &mut peer, "full", &list(&all, "confirmed"));
    assert!((2..=6).contains(&kept) && kept + left_out == 12, "{kept}, {left_out}");
    let last = [all[11]];
    for _ in 0..3 {
        assert_eq!(tell(&mut lab, &mut peer, "partial", &list(&last, "confirmed")), (kept, left_out));
    }
    assert_eq!(tell(&mut lab, &mut peer, "partial", &list(&last, "terminated")), (kept, left_out - 1));
    // the first gives its room to one that found none
    assert_eq!(tell(&mut lab, &mut peer, "partial", &list(&all[..1], "terminated")), (kept - 1, left_out - 1));
    assert_eq!(tell(&mut lab, &mut peer, "partial", &list(&all[10..11], "confirmed")), (kept, left_out - 2));
    assert_eq!(lab.ends[0].phone.subscription_info(made).unwrap().value, kept);
    assert_eq!(tell(&mut lab, &mut peer, "full", &list(&all[..2], "confirmed")), (2, 0));
    finish(lab, peer, made, "dialog");
}
