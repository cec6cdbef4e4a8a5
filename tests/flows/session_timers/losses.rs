//! Refreshes over a bad network, and where pools are used up.

use super::*;
use microsip_core::phone::Capacity;
use microsip_tests::Network;

/// Two phones in a call; the first has dialled.
fn two(options: &[Options; 2], seed: u8, network: Network) -> Lab {
    let mut lab = Lab::new(options).seed(seed);
    lab.audio = false;
    lab.dial(0, "sip:bob@10.0.0.2");
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    let (call, now) = (lab.ends[1].last_call(), lab.now);
    lab.ends[1].phone.answer(now, call, 200).unwrap();
    lab.run_until("it is up", |lab| lab.ends.iter().all(|end| end.reached(CallState::Connected)));
    lab.run_for(Duration::from_secs(1));
    lab.network = network;
    lab
}

fn refreshed_by(refresher: Refresher) -> Options {
    Options { session_timer: SessionTimer { expires: 90, refresher, ..SessionTimer::INHERITED }, ..Options::default() }
}

#[test]
fn sessions_outlive_a_bad_network() {
    // a fifth of all is lost: a refresh is sent seven times within its time, so none of these sessions runs out
    for seed in 1..=40 {
        let role = if seed % 2 == 0 { Refresher::Us } else { Refresher::Them };
        let network = Network { loss: 200, double: 100, delay_ms: 5, delay_us: 0, jitter_ms: 100 };
        let mut lab = two(&[refreshed_by(role), refreshed_by(Refresher::Inherited)], seed, network);
        let ours = usize::from(role == Refresher::Them);
        let told = lab.ends[ours].phone.call_info(lab.ends[ours].last_call()).unwrap();
        assert_eq!(told.session_refresher, Refresher::Us, "seed {seed}");
        lab.run_for(Duration::from_secs(600));
        assert!(lab.ends.iter().all(|end| end.ended().is_none()), "seed {seed}\n{}", ladder::draw(&lab));
        let refreshes = lab.count("UPDATE");
        assert!(refreshes >= 13, "seed {seed}: {refreshes}");
        let (now, call) = (lab.now, lab.ends[0].last_call());
        lab.ends[0].phone.hangup(now, call).unwrap();
        lab.run_for(Duration::from_secs(150));
        lab.network = Network::default();
        lab.assert_settled();
    }
}

#[test]
fn a_network_that_is_gone_ends_both_sides() {
    for role in [Refresher::Us, Refresher::Them] {
        let mut lab = two(
            &[refreshed_by(role), refreshed_by(Refresher::Inherited)],
            1,
            Network { loss: 1000, ..Network::default() },
        );
        let since = lab.now;
        lab.run_for(Duration::from_secs(150));
        for end in &lab.ends {
            let ended = end.ended().unwrap();
            assert_eq!((ended.cause, ended.ended_by), (EndCause::Expired, EndedBy::Library));
            assert!(seconds(since, ended.at) <= 60, "{}", seconds(since, ended.at));
        }
        lab.network = Network::default();
        lab.assert_settled();
    }
}

#[test]
fn with_any_pool_used_up_a_call_ends_as_it_should() {
    // a request's slot is all that a refresh takes: while there is none, it is tried again
    let usual = Capacity::host(4, 2, 2048);
    for requests in 1..=usual.requests {
        let capacity = Capacity { requests, ..usual };
        let options = Options { capacity, ..phone(600) };
        let (mut lab, mut peer) = lab(&options);
        calls(&mut lab, &mut peer, "Require: timer\r\nSession-Expires: 600;refresher=uac\r\nAllow: UPDATE\r\n");
        // others are dialled, and nobody is there
        lab.run_for(Duration::from_secs(299));
        for _ in 0..requests {
            let (now, options) = (lab.now, DialOptions::default());
            let _ = lab.ends[0].phone.dial(now, AccountId::NONE, "sip:other@10.0.0.8:5060", &options);
        }
        lab.drain();
        let held = lab.ends[0].phone.in_use().requests;
        // the call itself is one of the calls; with more requests than there are others one is free
        assert_eq!(held, requests.min(usual.calls - 1) as usize);
        let refresh = peer.wait(&mut lab, "UPDATE");
        peer.respond_with(&mut lab, &refresh, 200, "Session-Expires: 600;refresher=uac\r\n", "");
        lab.run_for(Duration::from_millis(10));
        assert_eq!(info_of_first(&lab).session_interval, 600, "{requests} requests");
        let bye = peer.request("BYE", "", "");
        peer.send(&mut lab, &bye);
        peer.wait(&mut lab, "SIP/2.0 200");
        lab.run_for(Duration::from_secs(300));
        lab.assert_settled();
    }
}

fn info_of_first(lab: &Lab) -> CallInfo {
    let first = lab.ends[0].phone.calls().next().unwrap();
    lab.ends[0].phone.call_info(first).unwrap()
}
