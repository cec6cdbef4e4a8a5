//! Those who watch an account: by its own server, its presence (RFC 3856) and its calls; and the end of the account.

use super::*;
use crate::server::{Server, pass, registered, unregister};
use microsip_core::phone::{AccountChange, AccountConfig, Presence};
use microsip_core::wire::body::pidf::{self, Activity};

/// A phone whose account is registered and watched by way of its own server.
pub(super) struct Watched {
    pub(super) lab: Lab,
    pub(super) account: AccountId,
    server: Server,
    pub(super) peer: Peer,
}

pub(super) fn begun(policy: WatcherPolicy) -> Watched {
    let (mut lab, account, server) = registered();
    let now = lab.now;
    let change = AccountChange { watchers: policy, ..AccountChange::default() };
    lab.ends[0].phone.account_update(now, account, &change).unwrap();
    let mut peer = Peer::new(&mut lab, "10.0.0.9:40000", 0);
    peer.target = "sip:anna@10.0.0.1:5060".to_owned();
    peer.other = "<sip:anna@example.org>".to_owned();
    Watched { lab, account, server, peer }
}

fn presence(notify: &Sip) -> (Option<bool>, Activity) {
    assert_eq!(notify.header("Content-Type"), "application/pidf+xml", "{}", notify.text());
    let body = notify.body();
    let read = pidf::Presence::parse(body.as_bytes()).unwrap();
    (read.open, read.activity)
}

impl Watched {
    fn set(&mut self, presence: &Presence<'_>) {
        let now = self.lab.now;
        self.lab.ends[0].phone.set_presence(now, self.account, Some(presence)).unwrap();
        self.lab.drain();
    }

    pub(super) fn notified(&mut self) -> Sip {
        notified(&mut self.lab, &mut self.peer)
    }

    /// The account has another server, or goes: its binding at this one is nothing to the test.
    pub(super) fn unregistered(self) {
        let Self { mut lab, account, .. } = self;
        let now = lab.now;
        lab.ends[0].phone.account_remove(now, account).unwrap();
        lab.drain();
        lab.run_for(Duration::from_secs(120));
        lab.assert_settled();
    }
}

// rfc6665#4.2.1.2: a NOTIFY leaves in any case, without what finds no room
#[test]
fn a_note_that_finds_no_room_is_left_out() {
    let mut all = begun(WatcherPolicy::Follow);
    let most = (1..=128).rev().map(|len| "\"".repeat(len)).find(|note| {
        let presence = Presence { open: true, note, ..Presence::default() };
        let now = all.lab.now;
        all.lab.ends[0].phone.set_presence(now, all.account, Some(&presence)).is_ok()
    });
    assert_eq!(most.unwrap().len(), 128);
    all.lab.drain();
    let (mut noted, mut bare) = (0, 0);
    for routes in 0..16 {
        let mut peer = Peer::new(&mut all.lab, &format!("10.0.0.9:{}", 41_000 + routes), 0);
        (peer.target, peer.other) = (all.peer.target.clone(), all.peer.other.clone());
        let lines: String = (0..routes)
            .map(|nth| format!("Record-Route: <sip:10.0.0.9:{};lr;n={nth:050}>\r\n", peer.at.port()))
            .collect();
        let response = subscribe(&mut all.lab, &mut peer, "presence", "0", &lines);
        if response.status() != 200 {
            break;
        }
        let notify = notified(&mut all.lab, &mut peer);
        if notify.header("Content-Type").is_empty() {
            continue;
        }
        assert_eq!(presence(&notify).0, Some(true));
        let is_noted = notify.body().contains("<note");
        (noted, bare) = (noted + u32::from(is_noted), bare + u32::from(!is_noted));
    }
    assert!(noted > 0 && bare > 0, "{noted} {bare}");
    all.unregistered();
}

// rfc3856#6.10
#[test]
fn presence_is_told_as_it_changes_but_not_too_often() {
    let mut all = begun(WatcherPolicy::Follow);
    accepted(&mut all.lab, &mut all.peer, "presence", "600");
    let first = all.notified();
    assert_eq!(presence(&first), (Some(true), Activity::None));
    assert!(first.body().contains("entity=\"sip:anna@example.org\""), "{}", first.body());
    let at = first.at;
    all.set(&Presence { activity: Activity::Away, ..Presence::USUAL });
    all.set(&Presence { activity: Activity::Busy, on_phone: true, note: "<soon>", ..Presence::USUAL });
    let second = all.notified();
    assert!((4900..5200).contains(&second.at.since(at).millis()), "{}", second.at.since(at).millis());
    assert_eq!(presence(&second), (Some(true), Activity::Busy));
    assert!(second.body().contains("<note>&lt;soon&gt;</note>"), "{}", second.body());
    // a call is one more activity, from its answer on
    all.lab.run_for(Duration::from_secs(5));
    let mut caller = Peer::new(&mut all.lab, "10.0.0.9:40001", 0);
    caller.target = "sip:anna@10.0.0.1:5060".to_owned();
    caller.call(&mut all.lab, 0);
    assert_eq!(presence(&all.notified()), (Some(true), Activity::Phone));
    all.lab.run_for(Duration::from_secs(5));
    let text = caller.request("BYE", "", "");
    caller.send(&mut all.lab, &text);
    assert_eq!(presence(&all.notified()), (Some(true), Activity::Busy));
    let Watched { mut lab, account, mut server, mut peer } = all;
    assert_eq!(subscribe(&mut lab, &mut peer, "presence", "0", "").status(), 200);
    assert_eq!(presence(&notified(&mut lab, &mut peer)), (Some(true), Activity::Busy));
    unregister(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    lab.assert_settled();
}

/// One and the same presence is published and told.
#[test]
fn what_is_published_is_told_to_those_who_watch() {
    let mut all = begun(WatcherPolicy::Follow);
    accepted(&mut all.lab, &mut all.peer, "presence", "600");
    assert_eq!(presence(&all.notified()), (Some(true), Activity::None));
    all.lab.run_for(Duration::from_secs(5));
    let mut caller = Peer::new(&mut all.lab, "10.0.0.9:40001", 0);
    caller.target = "sip:anna@10.0.0.1:5060".to_owned();
    caller.call(&mut all.lab, 0);
    all.lab.run_for(Duration::from_secs(5));
    // an account that publishes by itself tells its calls
    for (publish, activity) in [(true, Activity::Phone), (false, Activity::None)] {
        let now = all.lab.now;
        let change = AccountChange { publish: Some(publish), ..AccountChange::default() };
        all.lab.ends[0].phone.account_update(now, all.account, &change).unwrap();
        all.lab.drain();
        loop {
            let (_, told) = presence(&all.notified());
            if told == activity {
                break;
            }
        }
        all.lab.run_for(Duration::from_secs(5));
    }
    let now = all.lab.now;
    let away = Presence { activity: Activity::Away, ..Presence::USUAL };
    all.lab.ends[0].phone.publish(now, all.account, Some(&away), (600, 0)).unwrap();
    all.lab.drain();
    assert_eq!(presence(&all.notified()), (Some(true), Activity::Away));
    all.lab.run_for(Duration::from_secs(5));
    let text = caller.request("BYE", "", "");
    caller.send(&mut all.lab, &text);
    let Watched { mut lab, account, mut server, mut peer } = all;
    assert_eq!(subscribe(&mut lab, &mut peer, "presence", "0", "").status(), 200);
    notified(&mut lab, &mut peer);
    let now = lab.now;
    lab.ends[0].phone.account_remove(now, account).unwrap();
    pass(&mut lab, &mut server, 100);
    lab.assert_settled();
}

#[test]
fn who_watches_an_account_hears_of_its_end() {
    let Watched { mut lab, account, mut server, mut peer } = begun(WatcherPolicy::Follow);
    accepted(&mut lab, &mut peer, "dialog", "600");
    assert_eq!(dialogs(&notified(&mut lab, &mut peer)).2, []);
    let info = lab.ends[0].phone.watcher_info(watcher(&lab)).unwrap();
    assert_eq!(info.account, account);
    let now = lab.now;
    lab.ends[0].phone.account_remove(now, account).unwrap();
    lab.drain();
    let last = notified(&mut lab, &mut peer);
    assert_eq!((said(&last).0.as_str(), last.body().as_str()), ("terminated;reason=noresource", ""));
    pass(&mut lab, &mut server, 1);
    lab.assert_settled();
}

/// A policy that has changed meets the next refresh.
#[test]
fn a_refresh_may_be_refused() {
    let Watched { mut lab, account, mut server, mut peer } = begun(WatcherPolicy::Follow);
    accepted(&mut lab, &mut peer, "dialog", "600");
    notified(&mut lab, &mut peer);
    let now = lab.now;
    let change = AccountChange { watchers: WatcherPolicy::Refuse, ..AccountChange::default() };
    lab.ends[0].phone.account_update(now, account, &change).unwrap();
    assert_eq!(subscribe(&mut lab, &mut peer, "dialog", "600", "").status(), 403);
    assert_eq!(said(&notified(&mut lab, &mut peer)).0, "terminated;reason=rejected");
    assert_eq!(told(&lab).last().unwrap().0, ENDED);
    unregister(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    lab.assert_settled();
}

/// Each account's watchers are told of its own calls alone.
#[test]
fn direct_calls_are_none_of_an_accounts() {
    let (mut lab, mut peer) = watched(WatcherPolicy::Refuse);
    let config = AccountConfig {
        uri: "sip:anna@example.org",
        no_register: true,
        trusted: "10.0.0.9",
        watchers: WatcherPolicy::Follow,
        ..AccountConfig::default()
    };
    let now = lab.now;
    lab.ends[0].phone.account_add(now, &config).unwrap();
    accepted(&mut lab, &mut peer, "dialog", "600");
    notified(&mut lab, &mut peer);
    lab.run_for(Duration::from_secs(2));
    let (mut direct, _) = ring(&mut lab, "10.0.0.5:5060");
    peer.silence(&mut lab, "NOTIFY", Duration::from_secs(2));
    let text = direct.request("CANCEL", "", "");
    direct.send(&mut lab, &text);
    lab.run_for(Duration::from_secs(33));
    assert_eq!(subscribe(&mut lab, &mut peer, "dialog", "0", "").status(), 200);
    assert_eq!(dialogs(&notified(&mut lab, &mut peer)).2, []);
    lab.assert_settled();
}

// rfc3261#22.2
#[test]
fn a_challenge_to_a_notify_is_answered_and_its_body_goes_along() {
    let Watched { mut lab, account, mut server, mut peer } = begun(WatcherPolicy::Follow);
    accepted(&mut lab, &mut peer, "presence", "600");
    let first = peer.wait(&mut lab, "NOTIFY");
    let challenge = "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n1\", qop=\"auth\"\r\n";
    peer.respond_with(&mut lab, &first, 407, challenge, "");
    let second = notified(&mut lab, &mut peer);
    assert!(second.header("Proxy-Authorization").contains("username=\"anna\""), "{}", second.text());
    assert_eq!((second.body(), second.number()), (first.body(), first.number() + 1));
    assert_eq!(told(&lab), [(ACTIVE, 0, Cause::Normal)]);
    assert_eq!(subscribe(&mut lab, &mut peer, "presence", "0", "").status(), 200);
    notified(&mut lab, &mut peer);
    unregister(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    lab.assert_settled();
}
