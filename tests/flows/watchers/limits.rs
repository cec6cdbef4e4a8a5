//! Limits of one party, and of all together.

use super::*;
use microsip_core::phone::Capacity;

// rfc6665#4.2.1.1
#[test]
fn one_party_has_half_of_the_slots_and_ended_ones_give_way() {
    let capacity = Capacity::host(2, 1, 2048).watched(4);
    let (mut lab, _) =
        watched_with(Options { watchers: (WatcherPolicy::Follow, None), capacity, ..Options::default() });
    let mut peers: Vec<Peer> =
        ["10.0.0.9:5061", "10.0.0.9:5062", "10.0.0.9:5063"].iter().map(|at| Peer::new(&mut lab, at, 0)).collect();
    for peer in &mut peers[..2] {
        accepted(&mut lab, peer, "dialog", "600");
        notified(&mut lab, peer);
    }
    let refused = subscribe(&mut lab, &mut peers[2], "dialog", "600", "");
    assert_eq!((refused.status(), refused.header("Retry-After").as_str()), (503, "60"), "it has two of four");
    let mut others: Vec<Peer> =
        ["10.0.0.7:5061", "10.0.0.8:5062", "10.0.0.6:5063"].iter().map(|at| Peer::new(&mut lab, at, 0)).collect();
    for peer in &mut others[..2] {
        accepted(&mut lab, peer, "dialog", "600");
        notified(&mut lab, peer);
    }
    assert_eq!(subscribe(&mut lab, &mut others[2], "dialog", "600", "").status(), 503, "all are taken");
    assert_eq!(lab.ends[0].phone.counters().refused_full, 2);
    // one that has ended is there to be read, until its slot is needed
    let first = lab.ends[0].phone.watchers().next().unwrap();
    assert_eq!(subscribe(&mut lab, &mut peers[0], "dialog", "0", "").status(), 200);
    notified(&mut lab, &mut peers[0]);
    assert_eq!(lab.ends[0].phone.watcher_info(first).unwrap().state, WatcherState::Ended);
    others[2].call_id += "x";
    accepted(&mut lab, &mut others[2], "dialog", "600");
    notified(&mut lab, &mut others[2]);
    assert!(lab.ends[0].phone.watcher_info(first).is_err(), "its slot is another's");
    let all = peers.remove(1);
    for mut peer in others.into_iter().chain([all]) {
        assert_eq!(subscribe(&mut lab, &mut peer, "dialog", "0", "").status(), 200);
        notified(&mut lab, &mut peer);
    }
    lab.assert_settled();
}

/// Without a free request a NOTIFY waits for a second.
#[test]
fn without_a_request_it_is_told_a_second_later() {
    let capacity = Capacity { requests: 1, ..Capacity::host(2, 1, 2048).watched(2) };
    let (mut lab, mut peer) =
        watched_with(Options { watchers: (WatcherPolicy::Follow, None), capacity, ..Options::default() });
    let mut called = Peer::new(&mut lab, "10.0.0.5:5060", 0);
    let call = lab.dial(0, "sip:bob@10.0.0.5:5060");
    let invite = called.wait(&mut lab, "INVITE");
    called.respond(&mut lab, &invite, 180, "");
    accepted(&mut lab, &mut peer, "dialog", "600");
    peer.silence(&mut lab, "NOTIFY", Duration::from_secs(3));
    let sdp = called.sdp();
    called.respond(&mut lab, &invite, 200, &sdp);
    let first = notified(&mut lab, &mut peer);
    assert_eq!(dialogs(&first), (0, true, vec![DialogState::Confirmed]));
    lab.run_for(Duration::from_secs(1));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.drain();
    lab.run_for(Duration::from_millis(20));
    called.oblige(&mut lab);
    notified(&mut lab, &mut peer);
    finish(lab, peer, "dialog");
}
