//! Sound as it is heard: two phones over networks good and bad, at all rates, by device, echo and many buses.

use microsip_core::base::time::{Duration, Instant};
use microsip_core::media::detect::Detector;
use microsip_core::media::digits::DigitMethod;
use microsip_core::media::{CodecBank, G711};
use microsip_core::phone::{
    AccountId, Bus, CallId, CallState, Capacity, CommandError, DialOptions, Music, Patch, Side, Source,
};
use microsip_tests::{EventKind, Lab, Options};
use std::collections::HashMap;

/// Two phones in a call: 0 called 1, and the application is the source of both.
fn talking(mut lab: Lab) -> (Lab, CallId, CallId) {
    let now = lab.now;
    let options = DialOptions { source: Source::Application, ..DialOptions::default() };
    let ours = lab.ends[0].phone.dial(now, AccountId::NONE, "sip:x@10.0.0.2", &options).unwrap();
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    let (now, theirs) = (lab.now, lab.ends[1].last_call());
    lab.ends[1].phone.set_source(theirs, Source::Application).unwrap();
    lab.ends[1].phone.answer(now, theirs, 200).unwrap();
    lab.run_until("connected", |lab| lab.ends[0].reached(CallState::Connected));
    lab.run_for(Duration::from_millis(200));
    (lab, ours, theirs)
}

/// The time for which one end hears this tone within the next so many milliseconds, and the loudest sample.
fn hears(lab: &mut Lab, end: usize, call: CallId, hertz: u32, rate: u32, ms: u64) -> (u32, i16) {
    let before = lab.ends[end].sound.heard.get(&call.raw()).map_or(0, Vec::len);
    lab.run_for(Duration::from_millis(ms));
    let heard = &lab.ends[end].sound.heard[&call.raw()][before..];
    let mut detector = Detector::new(hertz, rate);
    detector.feed(heard);
    (detector.longest_ms(), heard.iter().map(|sample| sample.saturating_abs()).max().unwrap_or(0))
}

#[test]
fn phones_of_all_rates_hear_each_other() {
    for near in [8000, 16_000, 48_000] {
        for far in [8000, 16_000, 48_000] {
            let options = |rate| Options { rate, ..Options::default() };
            let (mut lab, ours, theirs) = talking(Lab::new(&[options(near), options(far)]));
            lab.ends[0].sound.play = 440;
            lab.ends[1].sound.play = 620;
            lab.run_for(Duration::from_millis(200));
            let (ms, loud) = hears(&mut lab, 1, theirs, 440, far, 1000);
            assert!(ms > 900 && (6000..10_500).contains(&loud), "{near} to {far}: {ms} ms, {loud}");
            let (ms, loud) = hears(&mut lab, 0, ours, 620, near, 1000);
            assert!(ms > 900 && (6000..10_500).contains(&loud), "{far} to {near}: {ms} ms, {loud}");
        }
    }
}

#[test]
fn loss_and_jitter_are_counted_on_both_sides_and_talked_over() {
    let (mut lab, ours, theirs) = talking(Lab::pair());
    lab.ends[0].sound.play = 440;
    lab.network.loss = 30;
    lab.network.jitter_ms = 30;
    lab.network.double = 10;
    lab.run_for(Duration::from_secs(60));
    let now = lab.now;
    let (near, far) =
        (lab.ends[0].phone.call_stats(now, ours).unwrap(), lab.ends[1].phone.call_stats(now, theirs).unwrap());
    assert!((50..150).contains(&far.lost), "{}", far.lost);
    assert!((3000..20_000).contains(&far.jitter_us), "{}", far.jitter_us);
    assert!(far.duplicate > 5 && far.reordered > 5 && far.concealed_ms > 500, "{far:?}");
    // rfc3550#6.4: the reports tell the other side
    assert!(near.reports_received >= 5 && far.reports_received >= 5, "{near:?}");
    assert!((30..150).contains(&near.remote_lost), "{}", near.remote_lost);
    assert!(near.remote_jitter_us > 2000 && near.rtt_us > 1000, "{near:?}");
    let heard = &lab.ends[1].sound.heard[&theirs.raw()];
    let mut detector = Detector::new(440, 8000);
    detector.feed(&heard[heard.len() - 8000 * 50..]);
    assert!(detector.heard_ms() > 45_000, "{} of 50000 ms", detector.heard_ms());
}

#[test]
fn digits_arrive_one_by_one_over_a_bad_network() {
    let (mut lab, ours, _) = talking(Lab::pair());
    lab.network.loss = 50;
    lab.network.jitter_ms = 20;
    lab.network.double = 20;
    let now = lab.now;
    lab.ends[0].phone.send_digits(now, ours, "0123456789*#ABCD,,55", 77).unwrap();
    lab.run_for(Duration::from_secs(20));
    let digits: String = lab.ends[1]
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Digit)
        .map(|event| event.value as u8 as char)
        .collect();
    assert_eq!(digits, "0123456789*#ABCD55");
    // each is told as begun, then as over, with its length and the method
    let told = lab.ends[1].events.iter().filter(|event| matches!(event.kind, EventKind::Digit | EventKind::DigitBegun));
    let told: Vec<_> = told.collect();
    assert_eq!(told.len(), 36);
    for pair in told.chunks_exact(2) {
        assert_eq!(
            (pair[0].kind, pair[1].kind, pair[0].value),
            (EventKind::DigitBegun, EventKind::Digit, pair[1].value)
        );
        assert_eq!(pair[0].state, pair[1].state);
        assert!(pair[1].at > pair[0].at && (20..=160).contains(&pair[1].reached), "{pair:?}");
        assert_eq!(pair[1].state, DigitMethod::Events as u32);
    }
    let sent: Vec<u64> =
        lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Done).map(|event| event.token).collect();
    assert_eq!(sent, [77]);
}

#[test]
fn each_command_of_digits_has_an_event_when_it_is_out() {
    let (mut lab, ours, _) = talking(Lab::pair());
    let now = lab.now;
    lab.ends[0].phone.send_digits(now, ours, "1", 30).unwrap();
    lab.run_for(Duration::from_secs(2));
    let now = lab.now;
    lab.ends[0].phone.send_digits(now, ours, "2", 20).unwrap();
    lab.ends[0].phone.send_digits(now, ours, "3", 10).unwrap();
    lab.run_for(Duration::from_secs(3));
    let sent: Vec<u64> =
        lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Done).map(|event| event.token).collect();
    assert_eq!(sent, [30, 20, 10]);
    let now = lab.now;
    for wrong in ["", "x", "1 2", "12345e"] {
        assert!(lab.ends[0].phone.send_digits(now, ours, wrong, 0).is_err(), "{wrong}");
    }
    // more than the queue holds: refused as a whole
    assert!(lab.ends[0].phone.send_digits(now, ours, &"7".repeat(200), 0).is_err());
    lab.run_for(Duration::from_secs(30));
    let digits: String = lab.ends[1]
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Digit)
        .map(|event| event.value as u8 as char)
        .collect();
    assert_eq!(digits, "123", "a refused command changes nothing");
}

#[test]
fn volume_and_mute() {
    let (mut lab, ours, theirs) = talking(Lab::pair());
    lab.ends[0].sound.play = 440;
    let (_, plain) = hears(&mut lab, 1, theirs, 440, 8000, 500);
    lab.ends[0].phone.set_volume(ours, Side::Input, 50).unwrap();
    lab.run_for(Duration::from_millis(300));
    let (_, half) = hears(&mut lab, 1, theirs, 440, 8000, 500);
    assert!((3500..4600).contains(&half) && (7000..9000).contains(&plain), "{plain} {half}");
    lab.ends[1].phone.set_volume(theirs, Side::Output, 200).unwrap();
    lab.run_for(Duration::from_millis(300));
    let (_, again) = hears(&mut lab, 1, theirs, 440, 8000, 500);
    assert!((7000..9200).contains(&again), "{again}");
    lab.ends[0].phone.set_mute(ours, true).unwrap();
    lab.run_for(Duration::from_millis(300));
    let (_, muted) = hears(&mut lab, 1, theirs, 440, 8000, 500);
    assert!(muted < 50, "{muted}");
    assert!(lab.ends[0].phone.call_info(ours).unwrap().muted);
    lab.ends[0].phone.set_mute(ours, false).unwrap();
    lab.run_for(Duration::from_millis(300));
    let (ms, _) = hears(&mut lab, 1, theirs, 440, 8000, 500);
    assert!(ms > 400, "{ms}");
    assert!(lab.ends[0].phone.set_volume(ours, Side::Input, 401).is_err());
    assert!(lab.ends[0].phone.set_mute(CallId::NONE, true).is_ok());
    assert!(lab.ends[0].phone.call_info(ours).unwrap().muted, "all of them, and those to come");
}

#[test]
fn a_call_that_has_ended_takes_no_more_changes_of_its_sound() {
    let (mut lab, ours, theirs) = talking(Lab::pair());
    lab.ends.iter_mut().for_each(|end| end.keep = true);
    let now = lab.now;
    lab.ends[0].phone.hangup(now, ours).unwrap();
    lab.run_until("it ends", |lab| lab.ends[1].reached(CallState::Ended));
    for (phone, call) in [0, 1].into_iter().zip([ours, theirs]) {
        let phone = &mut lab.ends[phone].phone;
        assert_eq!(phone.set_source(call, Source::Echo), Err(CommandError::State));
        assert_eq!(phone.set_mute(call, true), Err(CommandError::State));
        assert_eq!(phone.set_volume(call, Side::Input, 50), Err(CommandError::State));
        assert_eq!(phone.set_volume(call, Side::Input, 401), Err(CommandError::Range));
        assert_eq!(phone.set_hold_music(call, Music::Silence), Err(CommandError::State));
        assert_eq!(phone.set_hold_music(CallId::NONE, Music::Silence), Ok(()));
        phone.release(call).unwrap();
        assert_eq!(phone.set_mute(call, true), Err(CommandError::Stale));
    }
}

#[test]
fn an_echo_comes_back() {
    let (mut lab, ours, theirs) = talking(Lab::pair());
    lab.ends[1].phone.set_source(theirs, Source::Echo).unwrap();
    lab.ends[0].sound.play = 440;
    lab.run_for(Duration::from_millis(300));
    let (ms, _) = hears(&mut lab, 0, ours, 440, 8000, 1000);
    assert!(ms > 900, "{ms}");
    lab.ends[1].phone.set_source(theirs, Source::Silence).unwrap();
    lab.run_for(Duration::from_millis(300));
    let (_, loud) = hears(&mut lab, 0, ours, 440, 8000, 500);
    assert!(loud < 50, "{loud}");
}

fn tone(from: u64, hertz: f64) -> Vec<i16> {
    (0..80)
        .map(|n| ((from * 80 + n) as f64 * hertz * core::f64::consts::TAU / 8000.0).sin() * 8000.0)
        .map(|sample| sample as i16)
        .collect()
}

#[test]
fn the_device_and_own_buses_run_side_by_side() {
    // phone 0 has two calls: one on its device, one of the application; phone 1 echoes both
    let mut lab = Lab::pair();
    lab.audio = false;
    let mut calls = Vec::new();
    for source in [Source::Device, Source::Application] {
        let now = lab.now;
        let options = DialOptions { source, ..DialOptions::default() };
        calls.push(lab.ends[0].phone.dial(now, AccountId::NONE, "sip:x@10.0.0.2", &options).unwrap());
        lab.run_for(Duration::from_millis(50));
        let (now, theirs) = (lab.now, lab.ends[1].last_call());
        lab.ends[1].phone.set_source(theirs, Source::Echo).unwrap();
        lab.ends[1].phone.answer(now, theirs, 200).unwrap();
        lab.run_for(Duration::from_millis(50));
    }
    assert!(lab.ends[0].device && lab.ends[0].phone.device_wanted() && lab.ends[0].phone.wants_tick());
    assert!(!lab.ends[1].device && lab.ends[1].phone.wants_tick());
    lab.ends[0].sound.play = 620;
    let (mut device, mut bank) = (Vec::new(), G711);
    for n in 0..150 {
        lab.run_for(Duration::from_millis(10));
        let now = lab.now;
        let (input, mut output) = (tone(n, 440.0), [0i16; 80]);
        let end = &mut lab.ends[0];
        assert!(!end.phone.audio(now, Bus::Device, &mut bank, &mut end.sound, &input, &mut output));
        assert!(!end.phone.audio(now, Bus::Own, &mut bank, &mut end.sound, &[], &mut []));
        device.extend_from_slice(&output);
        let end = &mut lab.ends[1];
        assert!(!end.phone.audio(now, Bus::Own, &mut bank, &mut end.sound, &[], &mut []));
        lab.drain();
    }
    let listen = |pcm: &[i16], hertz| {
        let mut detector = Detector::new(hertz, 8000);
        detector.feed(pcm);
        detector.longest_ms()
    };
    assert!(
        listen(&device, 440) > 1000 && listen(&device, 620) < 100,
        "{} {}",
        listen(&device, 440),
        listen(&device, 620)
    );
    let heard = &lab.ends[0].sound.heard;
    assert!(listen(&heard[&calls[1].raw()], 620) > 1000 && listen(&heard[&calls[1].raw()], 440) < 100);
    // the device is closed when its last call leaves it
    let now = lab.now;
    lab.ends[0].phone.set_source(calls[0], Source::Silence).unwrap();
    lab.drain();
    assert!(!lab.ends[0].device);
    lab.ends[0].phone.set_source(calls[0], Source::Device).unwrap();
    lab.drain();
    assert!(lab.ends[0].device);
    lab.ends[0].phone.hangup_all(now);
    lab.run_for(Duration::from_secs(1));
    assert!(!lab.ends[0].device && !lab.ends[0].phone.wants_tick());
}

/// Counts the times each call is served.
#[derive(Default)]
struct Counting(HashMap<u64, u32>);

impl Patch for Counting {
    fn tap(&mut self, call: CallId, _said: &[i16], _heard: &[i16]) {
        *self.0.entry(call.raw()).or_default() += 1;
    }
}

#[test]
fn many_own_buses_are_served_in_bounded_slices() {
    const CALLS: u32 = 300;
    let big = || Options { capacity: Capacity::host(CALLS, 1, 1500), ..Options::default() };
    let mut lab = Lab::new(&[big(), big()]);
    lab.audio = false;
    for _ in 0..CALLS {
        let now = lab.now;
        let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
        lab.ends[0].phone.dial(now, AccountId::NONE, "sip:x@10.0.0.2", &options).unwrap();
        lab.run_for(Duration::from_millis(3));
        let (now, theirs) = (lab.now, lab.ends[1].last_call());
        lab.ends[1].phone.set_source(theirs, Source::Echo).unwrap();
        lab.ends[1].phone.answer(now, theirs, 200).unwrap();
    }
    lab.run_for(Duration::from_secs(1));
    let mut bank: Box<dyn CodecBank> = Box::new(G711);
    for quantum in 1..=20u32 {
        lab.run_for(Duration::from_millis(10));
        let now = lab.now;
        for end in &mut lab.ends {
            let mut counting = Counting::default();
            let mut slices = 1;
            while end.phone.audio(now, Bus::Own, bank.as_mut(), &mut counting, &[], &mut []) {
                assert!(counting.0.len() <= 64 * slices, "a slice is bounded");
                slices += 1;
                assert!(slices <= 5);
            }
            assert_eq!(slices, 5);
            assert_eq!(counting.0.len(), CALLS as usize, "quantum {quantum}");
            assert!(counting.0.values().all(|times| *times == 1));
        }
        lab.drain();
    }
    // calls that end between two slices of a quantum starve no other for long
    let now = lab.now;
    let mut counting = Counting::default();
    assert!(lab.ends[0].phone.audio(now, Bus::Own, bank.as_mut(), &mut counting, &[], &mut []));
    let served: Vec<u64> = counting.0.keys().copied().take(20).collect();
    for raw in served {
        lab.ends[0].phone.hangup(now, CallId::from_raw(raw).unwrap()).unwrap();
    }
    while lab.ends[0].phone.audio(now, Bus::Own, bank.as_mut(), &mut counting, &[], &mut []) {}
    assert!(counting.0.values().all(|times| *times == 1), "no call is served twice in a quantum");
    assert!(counting.0.len() >= CALLS as usize - 20, "{} were served", counting.0.len());
    // each stream has sent its packets
    let calls: Vec<CallId> = lab.ends[1].phone.calls().collect();
    let stats = lab.ends[1].phone.call_stats(now, calls[0]).unwrap();
    assert!(stats.sent_packets >= 9, "{stats:?}");
    let _ = Instant::ZERO;
}
