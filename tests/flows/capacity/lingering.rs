//! Calls that follow each other within the 32 s for which a refused INVITE absorbs repetitions: none of them may want
//! for a dialog because of those before it.

use crate::again::{self, challenged_proxy, each};
use crate::server::pass;
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountId, CallState, Capacity, DialOptions, Source};
use microsip_tests::{EventKind, Lab, Options};

/// More calls than there are dialogs, far more.
const CALLS: usize = 40;

/// Two phones with two calls each. A board has one dialog more, a computer eight.
fn pairs() -> [Lab; 2] {
    [Capacity::metal(2, 1, 1500), Capacity::host(2, 1, 2048)].map(|capacity| {
        let requests = capacity.requests + 8; // so that none of them gives way before its dialog does
        let options = Options { capacity: Capacity { requests, ..capacity }, ..Options::default() };
        let mut lab = Lab::new(&[options.clone(), options]);
        lab.audio = false;
        lab
    })
}

fn answer_all(lab: &mut Lab, end: usize) {
    again::answer_all(lab, end);
    lab.run_for(Duration::from_millis(300));
}

fn hangup_all(lab: &mut Lab, end: usize) {
    again::hangup_all(lab, end);
    lab.run_for(Duration::from_millis(300));
}

#[track_caller]
fn dial(lab: &mut Lab, account: AccountId, uri: &str) {
    let (now, options) = (lab.now, DialOptions { source: Source::Silence, ..DialOptions::default() });
    lab.ends[0].phone.dial(now, account, uri, &options).unwrap();
    lab.run_for(Duration::from_millis(200));
}

fn connected(lab: &Lab, end: usize) -> usize {
    let told = lab.ends[end].events.iter().filter(|event| event.kind == EventKind::Call);
    told.filter(|event| event.state == CallState::Connected as u32).count()
}

#[test]
fn refused_calls_follow_each_other() {
    for mut lab in pairs() {
        for _ in 0..CALLS {
            dial(&mut lab, AccountId::NONE, "sip:bob@10.0.0.2");
            each(&mut lab, 1, |phone, now, call| phone.reject(now, call, 486).is_ok());
            lab.run_for(Duration::from_millis(100));
            assert_eq!(lab.ends[0].ended().unwrap().sip_code, 486);
        }
        lab.run_for(Duration::from_secs(40));
        lab.assert_settled();
    }
}

#[test]
fn calls_whose_offers_crossed_follow_each_other() {
    for mut lab in pairs() {
        for nth in 1..=CALLS {
            dial(&mut lab, AccountId::NONE, "sip:bob@10.0.0.2");
            answer_all(&mut lab, 1);
            assert_eq!((connected(&lab, 0), connected(&lab, 1)), (nth, nth));
            for end in [0, 1] {
                each(&mut lab, end, |phone, now, call| phone.hold(now, call, true, 0).is_ok());
            }
            lab.run_for(Duration::from_millis(100));
            hangup_all(&mut lab, nth % 2);
        }
        assert!(lab.count("SIP/2.0 491") >= CALLS, "they crossed");
        lab.run_for(Duration::from_secs(40));
        lab.assert_settled();
    }
}

#[test]
fn calls_whose_invite_is_challenged_follow_each_other() {
    for mut lab in pairs() {
        let (mut server, account) = challenged_proxy(&mut lab).unwrap();
        pass(&mut lab, &mut server, 1);
        for nth in 1..=CALLS {
            dial(&mut lab, account, "bob");
            pass(&mut lab, &mut server, 1);
            assert_eq!(connected(&lab, 0), nth);
            hangup_all(&mut lab, 0);
            pass(&mut lab, &mut server, 1);
        }
    }
}
