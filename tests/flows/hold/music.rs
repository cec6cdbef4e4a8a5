//! The sound that a far end hears while it is on hold: its call's source, nothing, or music of the driver's.

use microsip_core::base::time::Duration;
use microsip_core::media::detect::Detector;
use microsip_core::phone::{AccountId, CallId, CallState, CommandError, DialOptions, Music, Source};
use microsip_tests::{Lab, Options};

/// The tones of the source, of the music, and of the far end.
const SOURCE: u32 = 440;
const MUSIC: u32 = 950;
const THEIRS: u32 = 620;

/// A phone that sends its source to another one, and plays music to it on hold.
struct Pair {
    lab: Lab,
    ours: CallId,
    theirs: CallId,
}

impl Pair {
    fn new(source: Source, rate: u32) -> Self {
        let options = || Options { rate, ..Options::default() };
        let mut lab = Lab::new(&[options(), options()]);
        let now = lab.now;
        let dial = DialOptions { source, ..DialOptions::default() };
        let ours = lab.ends[0].phone.dial(now, AccountId::NONE, "sip:x@10.0.0.2", &dial).unwrap();
        lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
        let (now, theirs) = (lab.now, lab.ends[1].last_call());
        lab.ends[1].phone.set_source(theirs, Source::Application).unwrap();
        lab.ends[1].phone.answer(now, theirs, 200).unwrap();
        lab.run_until("connected", |lab| lab.ends[0].reached(CallState::Connected));
        for (end, tone) in lab.ends.iter_mut().zip([SOURCE, THEIRS]) {
            end.sound.play = tone;
        }
        lab.ends[0].sound.music = MUSIC;
        Self { lab, ours, theirs }
    }

    fn hold(&mut self, on: bool) {
        let now = self.lab.now;
        self.lab.ends[0].phone.hold(now, self.ours, on, 0).unwrap();
    }

    fn choose(&mut self, music: Music) {
        self.lab.ends[0].phone.set_hold_music(self.ours, music).unwrap();
    }

    /// The tones that either end hears in the last half second of the next one: ours, then theirs.
    fn hear(&mut self) -> [Vec<u32>; 2] {
        self.lab.run_for(Duration::from_secs(1));
        [(0, self.ours), (1, self.theirs)].map(|(end, call)| {
            let sound = &self.lab.ends[end].sound;
            let pcm = &sound.heard[&call.raw()];
            let last = &pcm[pcm.len() - sound.rate() as usize / 2..];
            let there = |hertz: &u32| {
                let mut detector = Detector::new(*hertz, sound.rate());
                detector.feed(last);
                match detector.longest_ms() {
                    0..50 => false,
                    450.. => true,
                    part => panic!("{hertz} Hz for {part} ms"),
                }
            };
            [SOURCE, MUSIC, THEIRS].into_iter().filter(there).collect()
        })
    }
}

#[test]
fn a_far_end_on_hold_hears_its_music_and_only_then() {
    for rate in [8000, 16_000, 48_000] {
        for (source, talks) in
            [(Source::Application, vec![SOURCE]), (Source::Silence, vec![]), (Source::Device, vec![])]
        {
            let mut pair = Pair::new(source, rate);
            // the lab's device bus does not run: what it clocks is not heard
            if source != Source::Device {
                assert_eq!(pair.hear(), [vec![THEIRS], talks.clone()]);
            } else {
                pair.lab.ends[0].phone.set_source(pair.ours, Source::Silence).unwrap();
            }
            for (music, held) in [
                (Music::Source, talks.clone()),
                (Music::Application, vec![MUSIC]),
                (Music::Silence, vec![]),
                (Music::Application, vec![MUSIC]),
            ] {
                pair.choose(music);
                assert_eq!(pair.lab.ends[0].phone.call_info(pair.ours).unwrap().music, music);
                assert_eq!(pair.hear(), [vec![THEIRS], talks.clone()], "{music:?} is not for a call that talks");
                pair.hold(true);
                // who holds hears nothing: the far end may not send
                assert_eq!(pair.hear(), [vec![], held.clone()], "{music:?} over {source:?} at {rate}");
                pair.hold(false);
            }
            assert_eq!(pair.hear(), [vec![THEIRS], talks]);
        }
    }
}

#[test]
fn music_is_chosen_for_all_calls_and_changed_while_one_is_on_hold() {
    let mut pair = Pair::new(Source::Application, 8000);
    pair.lab.ends[0].phone.set_hold_music(CallId::NONE, Music::Application).unwrap();
    pair.hold(true);
    assert_eq!(pair.hear()[1], [MUSIC]);
    pair.choose(Music::Silence);
    assert_eq!(pair.hear()[1], []);
    pair.choose(Music::Source);
    assert_eq!(pair.hear()[1], [SOURCE]);
    // the next call has the phone's
    let now = pair.lab.now;
    pair.lab.ends[0].phone.hangup(now, pair.ours).unwrap();
    pair.lab.run_for(Duration::from_secs(1));
    let stale = pair.lab.ends[0].phone.set_hold_music(pair.ours, Music::Silence);
    assert_eq!(stale, Err(CommandError::Stale));
    let now = pair.lab.now;
    let next = pair.lab.ends[0].phone.dial(now, AccountId::NONE, "sip:x@10.0.0.2", &DialOptions::default()).unwrap();
    assert_eq!(pair.lab.ends[0].phone.call_info(next).unwrap().music, Music::Application);
}

#[test]
fn mute_and_volume_are_not_for_music() {
    let mut pair = Pair::new(Source::Application, 8000);
    pair.choose(Music::Application);
    pair.lab.ends[0].phone.set_mute(pair.ours, true).unwrap();
    assert_eq!(pair.hear()[1], []);
    pair.hold(true);
    assert_eq!(pair.hear()[1], [MUSIC], "a muted microphone does not silence it");
    pair.hold(false);
    assert_eq!(pair.hear()[1], [], "and is still muted after it");
}

#[test]
fn music_is_not_sent_to_one_that_holds_us() {
    let mut pair = Pair::new(Source::Application, 8000);
    pair.choose(Music::Application);
    let now = pair.lab.now;
    pair.lab.ends[1].phone.hold(now, pair.theirs, true, 0).unwrap();
    assert_eq!(pair.hear(), [vec![THEIRS], vec![]]);
    pair.hold(true);
    assert_eq!(pair.hear(), [vec![], vec![]], "both on hold: nothing goes either way");
    let now = pair.lab.now;
    pair.lab.ends[1].phone.hold(now, pair.theirs, false, 0).unwrap();
    assert_eq!(pair.hear(), [vec![], vec![MUSIC]]);
}
