//! Calls that share a bus: each far end hears the others and not itself.

use microsip_core::base::time::Duration;
use microsip_core::media::G711;
use microsip_core::phone::{
    AccountId, Bus, BusId, CallId, CallState, Capacity, CommandError, DialOptions, Patch, Source,
};
use microsip_tests::{Lab, Options};
use std::collections::HashMap;

/// The tones of the far ends: whole periods in 100 ms.
const TONES: [u32; 3] = [440, 620, 950];
/// The tone of the person at the device.
const PERSON: u32 = 1210;

/// Phone 0 has a call to each of the others, which send their tones.
fn three(source: Source, capacity: Capacity) -> (Lab, Vec<CallId>, Vec<CallId>) {
    let near = Options { capacity, ..Options::default() };
    let mut lab = Lab::new(&[near, Options::default(), Options::default(), Options::default()]);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for (far, tone) in TONES.into_iter().enumerate() {
        let now = lab.now;
        let options = DialOptions { source, ..DialOptions::default() };
        let target = format!("sip:x@10.0.0.{}", far + 2);
        ours.push(lab.ends[0].phone.dial(now, AccountId::NONE, &target, &options).unwrap());
        lab.run_until("it rings", |lab| lab.ends[far + 1].reached(CallState::Incoming));
        let (now, call) = (lab.now, lab.ends[far + 1].last_call());
        lab.ends[far + 1].phone.set_source(call, Source::Application).unwrap();
        lab.ends[far + 1].phone.answer(now, call, 200).unwrap();
        lab.ends[far + 1].sound.play = tone;
        theirs.push(call);
        lab.run_for(Duration::from_millis(100));
    }
    (lab, ours, theirs)
}

fn host() -> Capacity {
    Options::default().capacity
}

fn bus(clock: Bus, number: u16) -> BusId {
    BusId::shared(clock, number).unwrap()
}

/// The peak of one tone in a sound.
fn peak(pcm: &[i16], hertz: u32) -> u32 {
    let (mut real, mut imaginary) = (0.0f64, 0.0f64);
    for (at, sample) in pcm.iter().enumerate() {
        let angle = at as f64 * f64::from(hertz) * core::f64::consts::TAU / 8000.0;
        real += f64::from(*sample) * angle.cos();
        imaginary += f64::from(*sample) * angle.sin();
    }
    (2.0 * real.hypot(imaginary) / pcm.len().max(1) as f64) as u32
}

/// The tones that are in a sound, each as loud as it was sent; the others must be absent.
fn tones(pcm: &[i16]) -> Vec<u32> {
    let all = [TONES[0], TONES[1], TONES[2], PERSON];
    let found: Vec<u32> = all.into_iter().filter(|hertz| peak(pcm, *hertz) > 400).collect();
    for hertz in &found {
        let peak = peak(pcm, *hertz);
        assert!((6800..9200).contains(&peak), "{hertz} Hz with a peak of {peak}");
    }
    found
}

/// The tones that each far end hears in the last half second of the next one.
fn far_ends_hear(lab: &mut Lab, theirs: &[CallId]) -> Vec<Vec<u32>> {
    lab.run_for(Duration::from_secs(1));
    let heard = |(far, call): (usize, &CallId)| {
        let pcm = &lab.ends[far + 1].sound.heard[&call.raw()];
        tones(&pcm[pcm.len() - 4000..])
    };
    theirs.iter().enumerate().map(heard).collect()
}

#[test]
fn each_member_hears_the_others_and_not_itself() {
    let (mut lab, ours, theirs) = three(Source::Silence, host());
    assert_eq!(far_ends_hear(&mut lab, &theirs), [[0; 0]; 3], "a call is alone unless it is put on a bus");
    for call in &ours {
        lab.ends[0].phone.set_bus(*call, bus(Bus::Own, 1)).unwrap();
    }
    assert_eq!(far_ends_hear(&mut lab, &theirs), [[620, 950], [440, 950], [440, 620]]);
    let info = lab.ends[0].phone.call_info(ours[0]).unwrap();
    assert_eq!((info.bus, info.source), (bus(Bus::Own, 1), Source::Silence));
    // of each call we hear its far end alone
    for (call, tone) in ours.iter().zip(TONES) {
        let pcm = &lab.ends[0].sound.heard[&call.raw()];
        assert_eq!(tones(&pcm[pcm.len() - 4000..]), [tone]);
    }
}

#[test]
fn a_member_that_leaves_or_hangs_up_is_silent_and_the_others_talk_on() {
    let (mut lab, ours, theirs) = three(Source::Silence, host());
    for call in &ours {
        lab.ends[0].phone.set_bus(*call, bus(Bus::Own, 7)).unwrap();
    }
    lab.ends[0].phone.set_bus(ours[1], BusId::ALONE).unwrap();
    assert_eq!(far_ends_hear(&mut lab, &theirs), [vec![950], vec![], vec![440]]);
    // another bus is another conference
    lab.ends[0].phone.set_bus(ours[1], bus(Bus::Own, 8)).unwrap();
    lab.ends[0].phone.set_bus(ours[2], bus(Bus::Own, 8)).unwrap();
    assert_eq!(far_ends_hear(&mut lab, &theirs), [vec![], vec![950], vec![620]]);
    lab.ends[0].phone.set_bus(ours[0], bus(Bus::Own, 8)).unwrap();
    let now = lab.now;
    lab.ends[3].phone.hangup(now, theirs[2]).unwrap();
    assert_eq!(far_ends_hear(&mut lab, &theirs[..2]), [[620], [440]]);
    assert_eq!(lab.ends[0].phone.set_bus(ours[2], bus(Bus::Own, 8)), Err(CommandError::Stale), "it was released");
    let now = lab.now;
    lab.ends[0].phone.hangup_all(now);
    lab.run_for(Duration::from_secs(1));
    assert!(!lab.ends[0].phone.wants_tick());
}

#[test]
fn the_person_at_the_device_takes_part() {
    let (mut lab, ours, theirs) = three(Source::Device, host());
    lab.audio = false;
    // two calls on the device do not hear each other by themselves
    for (stage, expected) in [
        (0, [vec![PERSON], vec![PERSON], vec![PERSON]]),
        (1, [vec![620, 950, PERSON], vec![440, 950, PERSON], vec![440, 620, PERSON]]),
        // a muted member is silent for this one; the others are not
        (2, [vec![620, 950], vec![440, 950, PERSON], vec![440, 620, PERSON]]),
    ] {
        for call in ours.iter().filter(|_| stage == 1) {
            lab.ends[0].phone.set_bus(*call, bus(Bus::Device, 1)).unwrap();
        }
        lab.ends[0].phone.set_mute(ours[0], stage == 2).unwrap();
        let mut heard = Vec::new();
        for quantum in 0..100u32 {
            lab.run_for(Duration::from_millis(10));
            let now = lab.now;
            let mut input = [0i16; 80];
            for (at, sample) in input.iter_mut().enumerate() {
                let angle = f64::from(quantum * 80 + at as u32) * f64::from(PERSON) * core::f64::consts::TAU / 8000.0;
                *sample = (angle.sin() * 8000.0) as i16;
            }
            let mut output = [0i16; 80];
            let end = &mut lab.ends[0];
            assert!(!end.phone.wants_tick(), "their clock is the device's");
            assert!(!end.phone.audio(now, Bus::Device, &mut G711, &mut end.sound, &input, &mut output));
            heard.extend_from_slice(&output);
            for end in &mut lab.ends[1..] {
                assert!(!end.phone.audio(now, Bus::Own, &mut G711, &mut end.sound, &[], &mut []));
            }
            lab.drain();
        }
        for (far, expected) in expected.iter().enumerate() {
            let pcm = &lab.ends[far + 1].sound.heard[&theirs[far].raw()];
            assert_eq!(tones(&pcm[pcm.len() - 4000..]), *expected, "far end {far} in stage {stage}");
        }
        assert_eq!(tones(&heard[heard.len() - 4000..]), TONES, "the loudspeaker has them all, and not the person");
    }
}

#[test]
fn a_bus_takes_members_up_to_its_limit() {
    let (mut lab, ours, theirs) = three(Source::Silence, Capacity { members: 2, ..host() });
    let phone = &mut lab.ends[0].phone;
    phone.set_bus(ours[0], bus(Bus::Own, 1)).unwrap();
    phone.set_bus(ours[1], bus(Bus::Own, 1)).unwrap();
    phone.set_bus(ours[1], bus(Bus::Own, 1)).unwrap();
    assert_eq!(phone.set_bus(ours[2], bus(Bus::Own, 1)), Err(CommandError::Full));
    assert_eq!(far_ends_hear(&mut lab, &theirs), [vec![620], vec![440], vec![]]);
    let (mut lab, ours, _) = three(Source::Silence, Capacity { members: 1, ..host() });
    let phone = &mut lab.ends[0].phone;
    assert_eq!(phone.set_bus(ours[0], bus(Bus::Own, 1)), Err(CommandError::Unsupported));
    assert_eq!(phone.set_bus(ours[0], BusId::ALONE), Ok(()));
    assert_eq!(phone.set_bus(CallId::NONE, BusId::ALONE), Err(CommandError::Stale));
    assert!(BusId::shared(Bus::Own, 0).is_none() && BusId::shared(Bus::Device, u16::MAX).is_none());
}

/// Counts the times each call is served.
#[derive(Default)]
struct Counting(HashMap<u64, u32>);

impl Patch for Counting {
    fn tap(&mut self, call: CallId, _said: &[i16], _heard: &[i16]) {
        *self.0.entry(call.raw()).or_default() += 1;
    }
}

/// Two phones with so many calls between them, on the first one's own buses as `bus_of` says.
fn many(count: usize, bus_of: impl Fn(usize) -> BusId) -> (Lab, Vec<CallId>) {
    let big = || Options { capacity: Capacity::host(count as u32, 1, 1500), ..Options::default() };
    let mut lab = Lab::new(&[big(), big()]);
    lab.audio = false;
    let mut calls = Vec::new();
    for at in 0..count {
        let now = lab.now;
        let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
        let call = lab.ends[0].phone.dial(now, AccountId::NONE, "sip:x@10.0.0.2", &options).unwrap();
        lab.run_for(Duration::from_millis(3));
        let (now, theirs) = (lab.now, lab.ends[1].last_call());
        lab.ends[1].phone.answer(now, theirs, 200).unwrap();
        lab.ends[0].phone.set_bus(call, bus_of(at)).unwrap();
        calls.push(call);
    }
    lab.run_for(Duration::from_secs(1));
    (lab, calls)
}

#[test]
fn many_buses_are_served_in_bounded_slices_and_each_member_once() {
    const CALLS: usize = 150;
    // members of a bus lie far from each other, and buses are of all sizes
    let (mut lab, calls) = many(CALLS, |at| bus(Bus::Own, (at * at % 23 + 1) as u16));
    for quantum in 0..12 {
        lab.run_for(Duration::from_millis(10));
        let (now, mut counting, mut slices) = (lab.now, Counting::default(), 1);
        let phone = &mut lab.ends[0].phone;
        while phone.audio(now, Bus::Own, &mut G711, &mut counting, &[], &mut []) {
            // 63 that are served, then a whole bus
            assert!(counting.0.len() <= (63 + 32) * slices, "a slice is bounded");
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
    // some are alone; the others are on buses of ten
    let (mut lab, mut calls) =
        many(CALLS, |at| if at % 3 == 0 { BusId::ALONE } else { bus(Bus::Own, (at / 10 + 1) as u16) });
    for quantum in 0..60 {
        lab.run_for(Duration::from_millis(10));
        let (now, mut counting, mut slices) = (lab.now, Counting::default(), 0);
        while lab.ends[0].phone.audio(now, Bus::Own, &mut G711, &mut counting, &[], &mut []) {
            slices += 1;
            let phone = &mut lab.ends[0].phone;
            for step in 0..4 {
                let call = calls[(quantum * 37 + slices * 53 + step * 31) % calls.len()];
                let to = (quantum * 11 + step * 7) % 20;
                phone.set_bus(call, if to < 8 { BusId::ALONE } else { bus(Bus::Own, to as u16) }).unwrap_or_default();
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
