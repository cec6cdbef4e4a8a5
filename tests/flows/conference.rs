//! Conferences: each member hears all others and not itself.

mod held;
mod many;
mod parts;
mod told;

use microsip_core::base::time::Duration;
use microsip_core::media::{Codec, CodecList, G711};
use microsip_core::phone::{
    AccountId, Bus, CallId, CallState, Capacity, ConferenceId, DialOptions, Member, MemberChange, Source,
};
use microsip_tests::{Lab, Options};

/// The tones of the far ends: whole periods in 100 ms.
const TONES: [u32; 4] = [440, 620, 950, 1480];
/// The tone of the person at the device.
const PERSON: u32 = 1210;
/// As a member is.
const AS_IT_IS: MemberChange = MemberChange { silent: None, deaf: None, gain_percent: None };

/// A phone that has a call to each of four others, which send their tones. Its own is the first.
struct Bridge {
    lab: Lab,
    ours: Vec<CallId>,
    theirs: Vec<CallId>,
}

impl Bridge {
    fn new(source: Source) -> Self {
        Self::at(source, &[8000; 5], Options::default().capacity)
    }

    /// The same, at these rates.
    fn at(source: Source, rates: &[u32; 5], capacity: Capacity) -> Self {
        let end = |rate: &u32| Options { rate: *rate, ..Options::default() };
        let mut options: Vec<Options> = rates.iter().map(end).collect();
        options[0].capacity = capacity;
        Self::of(source, &options)
    }

    /// The same, of such phones.
    fn of(source: Source, options: &[Options]) -> Self {
        let mut lab = Lab::new(options);
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
        Self { lab, ours, theirs }
    }

    fn conference(&mut self) -> ConferenceId {
        self.lab.ends[0].phone.conference_create(0).unwrap()
    }

    fn set(&mut self, conference: ConferenceId, member: Member, change: &MemberChange) {
        let now = self.lab.now;
        self.lab.ends[0].phone.conference_member_set(now, conference, member, change).unwrap();
    }

    fn join(&mut self, conference: ConferenceId, call: usize) {
        self.set(conference, Member::Call(self.ours[call]), &AS_IT_IS);
    }

    /// All of its calls are in one conference.
    fn full(&mut self) -> ConferenceId {
        let conference = self.conference();
        (0..TONES.len()).for_each(|call| self.join(conference, call));
        conference
    }

    fn remove(&mut self, conference: ConferenceId, call: usize) {
        let (now, member) = (self.lab.now, Member::Call(self.ours[call]));
        self.lab.ends[0].phone.conference_member_remove(now, conference, member).unwrap();
    }

    /// The tones that each far end hears in the last half second of the next one.
    fn far_ends_hear(&mut self) -> Vec<Vec<u32>> {
        self.lab.run_for(Duration::from_secs(1));
        self.far_ends_heard()
    }

    /// The tones that each far end heard in the last half second.
    fn far_ends_heard(&self) -> Vec<Vec<u32>> {
        let heard = |(far, call): (usize, &CallId)| {
            let sound = &self.lab.ends[far + 1].sound;
            let pcm = &sound.heard[&call.raw()];
            tones(&pcm[pcm.len() - sound.rate() as usize / 2..], sound.rate())
        };
        self.theirs.iter().enumerate().map(heard).collect()
    }

    /// The sound that a call of ours was sent.
    fn said(&self, call: usize) -> &[i16] {
        &self.lab.ends[0].sound.said[&self.ours[call].raw()]
    }
}

/// The peak of one tone in a sound (Goertzel's filter at one frequency).
fn peak(pcm: &[i16], hertz: u32, rate: u32) -> u32 {
    let twice = 2.0 * (f64::from(hertz) * core::f64::consts::TAU / f64::from(rate)).cos();
    let (mut before, mut last) = (0.0f64, 0.0f64);
    for sample in pcm {
        (before, last) = (last, f64::from(*sample) + twice * last - before);
    }
    let power = (last * last + before * before - twice * last * before).max(0.0);
    (2.0 * power.sqrt() / pcm.len().max(1) as f64) as u32
}

/// The tones that are in a sound, each as loud as it was sent; the others must be absent.
fn tones(pcm: &[i16], rate: u32) -> Vec<u32> {
    let all = TONES.into_iter().chain([PERSON]);
    let found: Vec<u32> = all.filter(|hertz| peak(pcm, *hertz, rate) > 400).collect();
    for hertz in &found {
        let peak = peak(pcm, *hertz, rate);
        assert!((6800..9200).contains(&peak), "{hertz} Hz with a peak of {peak}");
    }
    found
}

/// The other tones than one.
fn but(tone: u32) -> Vec<u32> {
    TONES.into_iter().filter(|other| *other != tone).collect()
}

#[test]
fn each_of_four_hears_exactly_the_other_three_at_every_rate() {
    for rates in [[8000; 5], [16_000, 16_000, 8000, 48_000, 16_000], [48_000, 8000, 16_000, 48_000, 48_000]] {
        let mut bridge = Bridge::at(Source::Silence, &rates, Options::default().capacity);
        assert_eq!(bridge.far_ends_hear(), [[0; 0]; 4], "a call is alone unless it is in a conference");
        let conference = bridge.full();
        assert_eq!(bridge.far_ends_hear(), TONES.map(but), "at {rates:?}");
        let info = bridge.lab.ends[0].phone.call_info(bridge.ours[0]).unwrap();
        assert_eq!((info.conference, info.source), (conference, Source::Silence));
        // of each call we hear its far end alone
        for (call, tone) in bridge.ours.iter().zip(TONES) {
            let pcm = &bridge.lab.ends[0].sound.heard[&call.raw()];
            assert_eq!(tones(&pcm[pcm.len() - rates[0] as usize / 2..], rates[0]), [tone]);
        }
    }
}

#[test]
fn calls_of_different_codecs_are_mixed_at_one_rate() {
    let codecs = [Codec::Pcma, Codec::G722, Codec::L16At16, Codec::L16At48];
    let options = |rate, codecs| {
        let mut options = Options { rate, codecs, ..Options::default() };
        options.capacity.payload = 1920; // 20 ms of L16 at 48 kHz
        options
    };
    for rate in [8000, 16_000, 48_000] {
        let mut all = vec![options(rate, CodecList::of(&codecs))];
        all.extend(codecs.map(|codec| options(codec.rate(), CodecList::of(&[codec]))));
        let mut bridge = Bridge::of(Source::Silence, &all);
        bridge.full();
        assert_eq!(bridge.far_ends_hear(), TONES.map(but), "at {rate} samples a second");
    }
}

#[test]
fn the_recording_of_the_whole_is_the_sum_of_the_recordings_of_each() {
    let mut bridge = Bridge::new(Source::Silence);
    let conference = bridge.full();
    bridge.lab.run_for(Duration::from_secs(1));
    let sound = &bridge.lab.ends[0].sound;
    let last = |pcm: &[i16]| pcm[pcm.len() - 4000..].to_vec();
    let whole = last(&sound.whole[&conference.raw()]);
    let each: Vec<Vec<i16>> = bridge.ours.iter().map(|call| last(&sound.heard[&call.raw()])).collect();
    let narrow = |sum: i32| sum.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
    for (at, sample) in whole.iter().enumerate() {
        let sum: i32 = each.iter().map(|pcm| i32::from(pcm[at])).sum();
        assert_eq!(*sample, narrow(sum), "sample {at}");
        for (call, pcm) in each.iter().enumerate() {
            let said = bridge.said(call);
            assert_eq!(said[said.len() - 4000 + at], narrow(sum - i32::from(pcm[at])), "sample {at} to member {call}");
        }
    }
    assert!(whole.iter().any(|sample| sample.unsigned_abs() > 20_000));
}

#[test]
fn nobody_hears_a_step_when_a_member_joins_or_leaves() {
    let mut bridge = Bridge::new(Source::Silence);
    // low tones: their samples lie close together, and a cut would be seen
    for (end, tone) in bridge.lab.ends[1..].iter_mut().zip([90, 120, 150, 190]) {
        end.sound.play = tone;
    }
    let conference = bridge.full();
    bridge.lab.run_for(Duration::from_secs(1));
    // of each member: how far its sample was from the one before, at most
    let largest = |pcm: &[i16]| pcm.windows(2).map(|pair| pair[1].abs_diff(pair[0])).max().unwrap_or(0);
    let most = |bridge: &Bridge, from: [usize; 4]| [0, 1, 2, 3].map(|call| largest(&bridge.said(call)[from[call]..]));
    let now = |bridge: &Bridge| [0, 1, 2, 3].map(|call| bridge.said(call).len() - 1);
    let usual = most(&bridge, now(&bridge).map(|now| now - 7000));
    let from = now(&bridge);
    let mut silence = 0;
    for round in 0..20 {
        bridge.remove(conference, 1 + round % 3);
        // at every phase of the tones
        bridge.lab.run_for(Duration::from_millis(30 + round as u64 % 7 * 10));
        bridge.join(conference, 1 + round % 3);
        bridge.lab.run_for(Duration::from_millis(40));
        let said = bridge.said(1 + round % 3);
        silence += usize::from(said[said.len() - 800..].windows(80).any(|window| window == [0; 80]));
    }
    assert!(silence > 15, "who left heard nothing");
    for (call, (most, usual)) in most(&bridge, from).into_iter().zip(&usual).enumerate() {
        assert!(most <= *usual, "member {call}: a step of {most}, where tones have {usual}");
    }
    // one that hangs up is gone at once
    let from = now(&bridge);
    let at = bridge.lab.now;
    bridge.lab.ends[0].phone.hangup(at, bridge.ours[2]).unwrap();
    bridge.lab.run_for(Duration::from_millis(200));
    for call in [0, 1, 3] {
        let most = largest(&bridge.said(call)[from[call]..]);
        assert!(most <= usual[call], "member {call}: a step of {most}, where tones have {}", usual[call]);
    }
    assert!(bridge.said(0).len() >= from[0] + 1600);
}

#[test]
fn a_member_that_leaves_or_hangs_up_is_silent_and_the_others_talk_on() {
    let mut bridge = Bridge::new(Source::Silence);
    let first = bridge.full();
    bridge.remove(first, 1);
    assert_eq!(bridge.far_ends_hear(), [vec![950, 1480], vec![], vec![440, 1480], vec![440, 950]]);
    // another conference, at the same time
    let second = bridge.conference();
    bridge.join(second, 1);
    bridge.join(second, 2);
    assert_eq!(bridge.far_ends_hear(), [vec![1480], vec![950], vec![620], vec![440]]);
    bridge.join(second, 0);
    let now = bridge.lab.now;
    bridge.lab.ends[3].phone.hangup(now, bridge.theirs[2]).unwrap();
    bridge.theirs[2] = bridge.theirs[0];
    bridge.lab.run_for(Duration::from_secs(1));
    let heard = |far: usize| {
        let pcm = &bridge.lab.ends[far + 1].sound.heard[&bridge.theirs[far].raw()];
        tones(&pcm[pcm.len() - 4000..], 8000)
    };
    assert_eq!((heard(0), heard(1), heard(3)), (vec![620], vec![440], vec![]));
    // all end
    let now = bridge.lab.now;
    bridge.lab.ends[0].phone.conference_hangup(now, second).unwrap();
    bridge.lab.run_for(Duration::from_secs(1));
    assert_eq!(bridge.lab.ends[0].phone.calls().collect::<Vec<_>>(), [bridge.ours[3]]);
    assert_eq!(bridge.lab.ends[0].phone.conference_members(second).count(), 0);
    let now = bridge.lab.now;
    bridge.lab.ends[0].phone.hangup_all(now);
    bridge.lab.run_for(Duration::from_secs(1));
    assert!(!bridge.lab.ends[0].phone.wants_tick());
}

#[test]
fn the_person_at_the_device_takes_part() {
    let mut bridge = Bridge::new(Source::Device);
    bridge.lab.audio = false;
    let conference = bridge.conference();
    let with_person = |tone| {
        let mut tones = but(tone);
        tones.push(PERSON);
        tones
    };
    // two calls on the device do not hear each other by themselves
    for (stage, expected, loudspeaker) in [
        (0, TONES.map(|_| vec![PERSON]), TONES.to_vec()),
        (1, TONES.map(with_person), TONES.to_vec()),
        (2, TONES.map(but), TONES.to_vec()),
        (3, TONES.map(with_person), vec![]),
        (4, TONES.map(but), vec![]),
    ] {
        let now = bridge.lab.now;
        match stage {
            0 => {}
            1 => {
                (0..4).for_each(|call| bridge.join(conference, call));
                bridge.set(conference, Member::Person, &AS_IT_IS);
            }
            2 => bridge.lab.ends[0].phone.set_mute(CallId::NONE, true).unwrap(),
            3 => {
                bridge.lab.ends[0].phone.set_mute(CallId::NONE, false).unwrap();
                bridge.set(conference, Member::Person, &MemberChange { deaf: Some(true), ..AS_IT_IS });
            }
            _ => bridge.lab.ends[0].phone.conference_member_remove(now, conference, Member::Person).unwrap(),
        }
        let mut heard = Vec::new();
        for quantum in 0..100u32 {
            bridge.lab.run_for(Duration::from_millis(10));
            let now = bridge.lab.now;
            let mut input = [0i16; 80];
            for (at, sample) in input.iter_mut().enumerate() {
                let angle = f64::from(quantum * 80 + at as u32) * f64::from(PERSON) * core::f64::consts::TAU / 8000.0;
                *sample = (angle.sin() * 8000.0) as i16;
            }
            let mut output = [0i16; 80];
            let end = &mut bridge.lab.ends[0];
            assert_eq!(end.phone.wants_tick(), stage == 4, "their clock is the device's while the person is there");
            assert!(!end.phone.audio(now, Bus::Device, &mut G711, &mut end.sound, &input, &mut output));
            heard.extend_from_slice(&output);
            for end in &mut bridge.lab.ends {
                assert!(!end.phone.audio(now, Bus::Own, &mut G711, &mut end.sound, &[], &mut []));
            }
            bridge.lab.drain();
        }
        assert_eq!(bridge.far_ends_heard(), expected, "in stage {stage}");
        assert_eq!(tones(&heard[heard.len() - 4000..], 8000), loudspeaker, "the loudspeaker in stage {stage}");
    }
}
