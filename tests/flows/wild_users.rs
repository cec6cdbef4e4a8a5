//! Two users who press any key at any time, and three who transfer each other, over a bad network, with pools that are too
//! small: all calls end, no slot stays used.

use microsip_core::base::rng::Rng;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountId, CallState, DialOptions, MessageId, Op, Source, TransferOptions, TransferPolicy, TransferTo,
};
use microsip_tests::{EventKind, Lab, Network, Options, ladder};

fn one(seed: u32, transfers: bool) {
    let mut key = [9u8; 32];
    key[..4].copy_from_slice(&seed.to_le_bytes());
    let mut dice = Rng::new(&key);
    let mut options = Options::default();
    options.capacity.calls = 1 + dice.below(4);
    options.capacity.dialogs = 1 + dice.below(6);
    options.capacity.requests = 1 + dice.below(6);
    options.capacity.servers = 1 + dice.below(5);
    let ends = if transfers { 3 } else { 2 };
    if transfers {
        let policy = [TransferPolicy::Follow, TransferPolicy::Ask][dice.below(2) as usize];
        options.transfers = (policy, TransferPolicy::Follow);
        options.capacity.messages = 1 + dice.below(3);
    }
    let mut lab = Lab::new(&vec![options; ends]).seed(seed as u8);
    let mut taken = vec![Vec::new(); ends];
    lab.audio = false;
    lab.network = Network {
        loss: dice.below(300),
        double: dice.below(300),
        delay_ms: 1,
        delay_us: 0,
        jitter_ms: u64::from(dice.below(800)),
    };
    for _ in 0..40 {
        lab.run_for(Duration::from_millis([0, 5, 100, 1000, 7000][dice.below(5) as usize]));
        let (now, end) = (lab.now, dice.below(ends as u32) as usize);
        let calls: Vec<_> = lab.ends[end].phone.calls().collect();
        let call = calls.get(dice.below(calls.len().max(1) as u32) as usize).copied();
        let phone = &mut lab.ends[end].phone;
        match (dice.below(if transfers { 14 } else { 8 }), call) {
            (0..=2, _) | (_, None) => {
                let target = format!("sip:bob@10.0.0.{}", 1 + (end + 1 + dice.below(ends as u32 - 1) as usize) % ends);
                let _ = phone.dial(
                    now,
                    AccountId::NONE,
                    &target,
                    &DialOptions { source: Source::Silence, ..DialOptions::default() },
                );
            }
            (3 | 4, Some(call)) => {
                let _ = phone.answer(now, call, [200, 200, 183, 180][dice.below(4) as usize]);
            }
            (5, Some(call)) => {
                let _ = phone.reject(now, call, 600);
            }
            (8..=10, Some(call)) => {
                let other = calls[dice.below(calls.len() as u32) as usize];
                let target = format!("sip:bob@10.0.0.{}", 1 + dice.below(ends as u32));
                let to = if dice.below(2) == 0 { TransferTo::Call(other) } else { TransferTo::Target(&target) };
                let token = taken[end].len() as u64 + 1;
                let options = TransferOptions { token, no_progress: dice.below(4) == 0, ..TransferOptions::default() };
                if phone.transfer(now, call, to, &options).is_ok() {
                    taken[end].push(token);
                }
            }
            (11 | 12, _) => {
                for refer in phone.messages().collect::<Vec<MessageId>>() {
                    let options = DialOptions { source: Source::Silence, refer, ..DialOptions::default() };
                    let _ = phone.dial(now, AccountId::NONE, "", &options);
                }
            }
            (13, Some(_)) => {
                for refer in phone.messages().collect::<Vec<MessageId>>() {
                    let _ = phone.message_release(now, refer);
                }
            }
            (_, Some(call)) => {
                let _ = phone.hangup(now, call);
            }
        }
        lab.drain();
    }
    for _ in 0..5 {
        lab.run_for(Duration::from_secs(40));
        let now = lab.now;
        lab.ends.iter_mut().for_each(|end| end.phone.hangup_all(now));
        lab.drain();
    }
    lab.network = Network::default();
    for (end, taken) in lab.ends.iter().zip(&taken) {
        let mut told: Vec<u64> =
            end.events.iter().filter(|event| event.op == Some(Op::Transfer)).map(|event| event.token).collect();
        told.sort_unstable();
        assert_eq!(&told, taken, "seed {seed}: each transfer has its end, once\n{}", ladder::draw(&lab));
        let of = |state: CallState| -> Vec<u64> {
            let told = end.events.iter().filter(|event| event.kind == EventKind::Call && event.state == state as u32);
            told.map(|event| event.call.raw()).collect()
        };
        let all: std::collections::HashSet<u64> =
            end.events.iter().filter(|event| event.kind == EventKind::Call).map(|event| event.call.raw()).collect();
        assert_eq!(of(CallState::Ended).len(), all.len(), "seed {seed}\n{}", ladder::draw(&lab));
    }
    lab.assert_settled();
}

#[test]
fn many_seeds() {
    // more of them: WILD_SEEDS=20000 cargo test --release -p microsip-tests wild_users
    let seeds = std::env::var("WILD_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(250);
    for seed in 1..=seeds {
        one(seed, false);
        one(seed, true);
    }
}
