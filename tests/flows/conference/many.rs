//! Many members, many conferences.

use super::AS_IT_IS;
use microsip_core::base::time::Duration;
use microsip_core::media::G711;
use microsip_core::phone::{AccountId, Bus, CallId, Capacity, ConferenceId, DialOptions, Member, Patch, Source};
use microsip_tests::{Lab, Options};
use std::collections::HashMap;

/// Counts the times each call is served.
#[derive(Default)]
struct Counting(HashMap<u64, u32>);

impl Patch for Counting {
    fn tap(&mut self, call: CallId, _said: &[i16], _heard: &[i16]) {
        *self.0.entry(call.raw()).or_default() += 1;
    }
}

/// Two phones with so many calls between them, in as many conferences of the first as wanted; 0 of `of` is none.
fn many(count: usize, conferences: usize, of: impl Fn(usize) -> usize) -> (Lab, Vec<CallId>, Vec<ConferenceId>) {
    let capacity = Capacity { conferences: conferences as u32, ..Capacity::host(count as u32, 1, 1500) };
    let big = || Options { capacity, ..Options::default() };
    let mut lab = Lab::new(&[big(), big()]);
    lab.audio = false;
    let rooms: Vec<_> = (0..conferences).map(|_| lab.ends[0].phone.conference_create(0).unwrap()).collect();
    let mut calls = Vec::new();
    for at in 0..count {
        let now = lab.now;
        let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
        let call = lab.ends[0].phone.dial(now, AccountId::NONE, "sip:x@10.0.0.2", &options).unwrap();
        lab.run_for(Duration::from_millis(3));
        let (now, theirs) = (lab.now, lab.ends[1].last_call());
        lab.ends[1].phone.answer(now, theirs, 200).unwrap();
        if let Some(room) = of(at).checked_sub(1) {
            lab.ends[0].phone.conference_member_set(now, rooms[room], Member::Call(call), &AS_IT_IS).unwrap();
        }
        calls.push(call);
    }
    lab.run_for(Duration::from_secs(1));
    (lab, calls, rooms)
}

#[test]
fn seventy_members_are_served_in_one_tick() {
    const CALLS: usize = 70;
    let (mut lab, _, rooms) = many(CALLS, 1, |_| 1);
    assert_eq!(lab.ends[0].phone.conference_members(rooms[0]).count(), CALLS);
    for _ in 0..5 {
        lab.run_for(Duration::from_millis(10));
        let (now, mut counting) = (lab.now, Counting::default());
        let phone = &mut lab.ends[0].phone;
        assert!(!phone.audio(now, Bus::Own, &mut G711, &mut counting, &[], &mut []), "a conference is served whole");
        assert!(counting.0.len() == CALLS && counting.0.values().all(|times| *times == 1));
        lab.drain();
    }
}

#[test]
fn many_conferences_are_served_in_bounded_slices_and_each_member_once() {
    const CALLS: usize = 150;
    // members of a conference lie far from each other, and conferences are of all sizes
    let (mut lab, calls, _) = many(CALLS, 23, |at| at * at % 23 + 1);
    for quantum in 0..12 {
        lab.run_for(Duration::from_millis(10));
        let (now, mut counting, mut slices) = (lab.now, Counting::default(), 1);
        let phone = &mut lab.ends[0].phone;
        while phone.audio(now, Bus::Own, &mut G711, &mut counting, &[], &mut []) {
            // 63 that are served, then a whole conference
            assert!(counting.0.len() <= (63 + 14) * slices, "a slice is bounded");
            slices += 1;
        }
        assert!(slices > 1 && counting.0.len() == CALLS - quantum, "quantum {quantum}");
        assert!(counting.0.values().all(|times| *times == 1), "quantum {quantum}");
        let now = lab.now;
        lab.ends[0].phone.hangup(now, calls[quantum * 7]).unwrap();
        lab.drain();
    }
}

#[test]
fn each_line_is_served_once_whatever_moves_between_the_slices_of_a_quantum() {
    const CALLS: usize = 150;
    // some are alone; the others are in conferences of ten
    let (mut lab, mut calls, rooms) = many(CALLS, 19, |at| if at % 3 == 0 { 0 } else { at / 10 + 1 });
    for quantum in 0..60 {
        lab.run_for(Duration::from_millis(10));
        let (now, mut counting, mut slices) = (lab.now, Counting::default(), 0);
        while lab.ends[0].phone.audio(now, Bus::Own, &mut G711, &mut counting, &[], &mut []) {
            slices += 1;
            let phone = &mut lab.ends[0].phone;
            for step in 0..4 {
                let call = calls[(quantum * 37 + slices * 53 + step * 31) % calls.len()];
                let (to, member) = ((quantum * 11 + step * 7) % 20, Member::Call(call));
                if to >= 8 {
                    phone.conference_member_set(now, rooms[to - 8], member, &AS_IT_IS).unwrap();
                } else {
                    let room = phone.call_info(call).unwrap().conference;
                    phone.conference_member_remove(now, room, member).unwrap_or_default();
                }
            }
            if slices == 1 && quantum % 2 == 0 {
                // one that has been served ends, and the last of all has to move
                let first = calls.iter().position(|call| counting.0.contains_key(&call.raw())).unwrap();
                counting.0.remove(&calls[first].raw());
                phone.hangup(now, calls.remove(first)).unwrap();
            }
        }
        assert!(slices > 0, "quantum {quantum}");
        for (at, call) in calls.iter().enumerate() {
            assert_eq!(counting.0.get(&call.raw()), Some(&1), "quantum {quantum}, call {at}");
        }
        lab.drain();
    }
}
