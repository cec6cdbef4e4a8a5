//! Ends of watchers' subscriptions that a far end would hold up, or that an application meets early.

use super::presence::begun;
use super::*;
use microsip_core::phone::{AccountChange, AccountConfig, Capacity};

/// A wait that a watcher asked for is none for its end.
#[test]
fn a_watcher_does_not_decide_how_long_the_end_takes() {
    let (mut lab, mut peer) = watched(WatcherPolicy::Follow);
    accepted(&mut lab, &mut peer, "dialog", "600");
    let notify = peer.wait(&mut lab, "NOTIFY");
    peer.respond_with(&mut lab, &notify, 503, "Retry-After: 3600\r\n", "");
    lab.run_for(Duration::from_secs(2));
    let now = lab.now;
    lab.ends[0].phone.shutdown(now);
    lab.drain();
    assert_eq!(said(&notified(&mut lab, &mut peer)).0, "terminated;reason=deactivated");
    assert!(lab.now.since(now).millis() < 1000, "{}", lab.now.since(now).millis());
    lab.run_for(Duration::from_secs(1));
    assert!(lab.ends[0].phone.is_idle());
    lab.assert_settled();
}

/// A watcher that was told as ended can be given back, though its last NOTIFY has no response yet; and one that has forgotten
/// itself by then is no failure.
#[test]
fn one_that_ends_may_be_given_back() {
    for released in [false, true] {
        let (mut lab, mut peer) = watched(WatcherPolicy::Follow);
        accepted(&mut lab, &mut peer, "dialog", "600");
        notified(&mut lab, &mut peer);
        let one = watcher(&lab);
        assert_eq!(lab.ends[0].phone.watcher_release(one), Err(CommandError::State), "it goes on");
        assert_eq!(subscribe(&mut lab, &mut peer, "dialog", "0", "").status(), 200);
        let last = peer.wait(&mut lab, "NOTIFY");
        assert_eq!(told(&lab).last().unwrap().0, ENDED);
        if released {
            assert_eq!(lab.ends[0].phone.watcher_release(one), Ok(()));
            assert_eq!(lab.ends[0].phone.watcher_release(one), Err(CommandError::Stale));
        }
        peer.respond(&mut lab, &last, 481, "");
        lab.run_for(Duration::from_millis(50));
        match lab.ends[0].phone.watcher_info(one) {
            Ok(info) => assert_eq!((info.state, info.result, released), (WatcherState::Ended, Cause::Normal, false)),
            Err(error) => assert_eq!((error, released), (CommandError::Stale, true)),
        }
        assert_eq!(told(&lab).iter().filter(|told| told.0 == ENDED).count(), 1);
        lab.assert_settled();
    }
}

/// Lamps that were switched off, and hold a request for 32 s each, leave one to calls.
#[test]
fn silent_watchers_leave_a_request_to_calls() {
    let capacity = Capacity { requests: 2, ..Capacity::host(2, 1, 2048).watched(4) };
    let (mut lab, _) =
        watched_with(Options { watchers: (WatcherPolicy::Follow, None), capacity, ..Options::default() });
    for at in ["10.0.0.9:5061", "10.0.0.8:5062", "10.0.0.7:5063"] {
        let mut peer = Peer::new(&mut lab, at, 0);
        accepted(&mut lab, &mut peer, "dialog", "600");
    }
    let mut called = Peer::new(&mut lab, "10.0.0.5:5060", 0);
    lab.dial(0, "sip:bob@10.0.0.5:5060");
    let invite = called.wait(&mut lab, "INVITE");
    called.respond(&mut lab, &invite, 486, "");
    lab.run_for(Duration::from_secs(200));
    assert_eq!(told(&lab).iter().filter(|told| told.0 == ENDED).count(), 3, "each in its turn");
    lab.assert_settled();
}

// rfc6665#4.1.3: deactivated, so who may still watch comes again at once
#[test]
fn an_account_of_another_server_has_other_watchers() {
    for change in [
        AccountChange { registrar: Some("sip:10.0.0.77:5060"), ..AccountChange::default() },
        AccountChange { uri: Some("sip:berta@example.org"), ..AccountChange::default() },
        AccountChange { trusted: Some("10.0.0.1"), ..AccountChange::default() },
    ] {
        let mut all = begun(WatcherPolicy::Follow);
        accepted(&mut all.lab, &mut all.peer, "dialog", "600");
        all.notified();
        let now = all.lab.now;
        let same = AccountChange { display_name: Some("Anna"), ..AccountChange::default() };
        all.lab.ends[0].phone.account_update(now, all.account, &same).unwrap();
        all.lab.drain();
        assert_eq!(told(&all.lab).len(), 1, "it is watched on");
        all.lab.ends[0].phone.account_update(now, all.account, &change).unwrap();
        all.lab.drain();
        assert_eq!(said(&all.notified()).0, "terminated;reason=deactivated");
        assert_eq!(told(&all.lab).last().unwrap().0, ENDED);
        all.unregistered();
    }
}

/// Neither parameters nor the spelling of a host make one party several.
#[test]
fn a_party_has_one_share_however_it_writes_itself() {
    let capacity = Capacity::host(2, 1, 2048).watched(4);
    let (mut lab, _) =
        watched_with(Options { watchers: (WatcherPolicy::Refuse, None), capacity, ..Options::default() });
    let config = AccountConfig {
        uri: "sip:anna@example.org",
        no_register: true,
        trusted: "10.0.0.9",
        watchers: WatcherPolicy::Follow,
        ..AccountConfig::default()
    };
    let now = lab.now;
    lab.ends[0].phone.account_add(now, &config).unwrap();
    let mut peers = Vec::new();
    for (nth, own) in ["carol@example.net", "carol@EXAMPLE.net;n=1", "carol@example.net;n=2"].iter().enumerate() {
        let mut peer = Peer::new(&mut lab, &format!("10.0.0.9:{}", 5061 + nth), 0);
        peer.own = format!("<sip:{own}>");
        let response = subscribe(&mut lab, &mut peer, "dialog", "600", "");
        assert_eq!(response.status(), if nth < 2 { 200 } else { 503 }, "{own}");
        if nth < 2 {
            peer.learn(&response);
            notified(&mut lab, &mut peer);
            peers.push(peer);
        }
    }
    for mut peer in peers {
        assert_eq!(subscribe(&mut lab, &mut peer, "dialog", "0", "").status(), 200);
        notified(&mut lab, &mut peer);
    }
    lab.assert_settled();
}
