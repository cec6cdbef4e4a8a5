//! A machine stalls now and then: sound that was due meanwhile is sent late, up to 200 ms of it, and no source leaves
//! anything out. The phone is ticked as a host does it, by a [`Timer`] that comes late.

use microsip_core::base::time::{Duration, Instant};
use microsip_core::media::catch_up::Timer;
use microsip_core::media::detect::Detector;
use microsip_core::media::{Codec, CodecBank, Coded, G711};
use microsip_core::phone::{AccountId, Bus, CallId, CallState, DialOptions, Patch, Source};
use microsip_core::wire::rtp;
use microsip_tests::{Lab, Options, Peer};

const MEDIA: &str = "10.0.0.9:40000";

/// A file: each quantum of it has a level of its own.
#[derive(Default)]
struct File {
    quanta: i16,
}

impl Patch for File {
    fn say(&mut self, _call: CallId, _source: Source, pcm: &mut [i16]) {
        self.quanta += 1;
        pcm.fill(level(self.quanta));
    }
}

/// Levels that G.711 keeps apart: steps of an eighth, up and down.
fn level(quantum: i16) -> i16 {
    256 << (quantum % 7)
}

/// A packet as it came to the far end.
#[derive(Debug)]
struct Came {
    at: Instant,
    sequence: u16,
    timestamp: u32,
    marker: bool,
    levels: Vec<i16>,
}

struct Stalled {
    lab: Lab,
    file: File,
    timer: Timer,
}

impl Stalled {
    /// A call whose source is the file; it has run for a second.
    fn new() -> Self {
        let mut lab = Lab::new(&[Options::default()]);
        lab.audio = false;
        lab.open_raw(MEDIA);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        peer.invite(&mut lab);
        peer.wait(&mut lab, "SIP/2.0 180");
        let (now, call) = (lab.now, lab.ends[0].last_call());
        lab.ends[0].phone.set_source(call, Source::Application).unwrap();
        lab.ends[0].phone.answer(now, call, 200).unwrap();
        let ok = peer.wait(&mut lab, "SIP/2.0 200");
        peer.learn(&ok);
        peer.ack(&mut lab, "");
        lab.run_for(Duration::from_millis(5));
        let timer = Timer::new(lab.now);
        let mut stalled = Self { lab, file: File::default(), timer };
        stalled.run(1000);
        stalled
    }

    /// Time passes, with ticks.
    fn run(&mut self, ms: u64) {
        let until = self.lab.now + Duration::from_millis(ms);
        while self.lab.now < until {
            self.tick();
            let next = self.timer.next().min(until);
            self.lab.run_for(next.since(self.lab.now));
        }
    }

    /// Time passes without ticks; then all due ticks are done.
    fn stall(&mut self, ms: u64) {
        self.lab.run_for(Duration::from_millis(ms));
        self.tick();
    }

    /// As the engine of a host does it.
    fn tick(&mut self) {
        let now = self.lab.now;
        let due = self.timer.due(now);
        self.lab.ends[0].phone.skip(Bus::Own, due.skip);
        for _ in 0..due.run {
            while self.lab.ends[0].phone.audio(now, Bus::Own, &mut G711, &mut self.file, &[], &mut []) {}
            self.lab.drain();
        }
    }

    fn came(&self) -> Vec<Came> {
        let all = self.lab.raw[&MEDIA.parse().unwrap()].iter();
        all.filter_map(|(at, _, bytes)| {
            let packet = rtp::Packet::parse(bytes)?;
            let mut pcm = [0i16; 160];
            G711.decode(0, Codec::Pcmu, Coded::Payload(packet.payload), &mut pcm);
            let levels = pcm.chunks(80).map(|quantum| quantum[40]).collect();
            Some(Came {
                at: *at,
                sequence: packet.sequence,
                timestamp: packet.timestamp,
                marker: packet.marker,
                levels,
            })
        })
        .collect()
    }
}

/// All levels of the file came, in order, and packets and sequence numbers have no gap.
#[track_caller]
fn assert_whole(stalled: &Stalled, came: &[Came]) {
    let levels: Vec<i16> = came.iter().flat_map(|packet| packet.levels.clone()).collect();
    for (heard, quantum) in levels.iter().zip(1i16..) {
        let said = level(quantum);
        assert!((heard - said).abs() <= said / 16, "quantum {quantum}: {heard} for {said}");
    }
    assert!(
        i16::try_from(levels.len()).unwrap() >= stalled.file.quanta - 1,
        "{} of {}",
        levels.len(),
        stalled.file.quanta
    );
    assert!(came.windows(2).all(|two| two[1].sequence == two[0].sequence.wrapping_add(1)));
    let stats = stalled.lab.ends[0].phone.call_stats(stalled.lab.now, stalled.lab.ends[0].last_call()).unwrap();
    assert_eq!(stats.unsent, 0, "none was replaced before it left");
}

#[test]
fn sound_due_in_a_stall_of_up_to_200_ms_is_sent_late() {
    // at each moment between two packets
    for stall_ms in [50, 150, 200] {
        for phase_ms in [0, 10] {
            let mut stalled = Stalled::new();
            stalled.run(phase_ms);
            let before = stalled.came().len();
            stalled.stall(stall_ms);
            let end = stalled.lab.now + Duration::from_millis(1);
            stalled.run(1000 - phase_ms);
            let came = stalled.came();
            // a packet each 20 ms of all the time, and the clock of RTP went on as if nothing had been (rfc3550#5.1)
            let ms = 2000 + stall_ms;
            assert!(
                (ms / 20..=ms / 20 + 1).contains(&(came.len() as u64)),
                "{stall_ms}: {} packets in {ms} ms",
                came.len()
            );
            assert!(came.windows(2).all(|two| two[1].timestamp == two[0].timestamp.wrapping_add(160)), "{stall_ms}");
            assert!(came[1..].iter().all(|packet| !packet.marker), "no talk spurt begins");
            assert_whole(&stalled, &came);
            // the late packets came at once, as early as they still could, and no more of them than were due
            let late = came[before..].iter().filter(|packet| packet.at <= end).count() as u64;
            assert!((stall_ms / 20..=stall_ms / 20 + 1).contains(&late), "{stall_ms}: {late}");
        }
    }
}

#[test]
fn a_longer_stall_leaves_a_gap_in_time_and_none_in_the_sound() {
    let mut stalled = Stalled::new();
    let before = stalled.came().len();
    stalled.stall(500);
    let end = stalled.lab.now + Duration::from_millis(1);
    stalled.run(1000);
    let came = stalled.came();
    // of 500 ms the last 200 are sent, in ten packets at once
    let late = came[before..].iter().filter(|packet| packet.at <= end).count();
    assert!((10..=11).contains(&late), "{late}");
    assert_whole(&stalled, &came);
    let gaps: Vec<(u32, bool)> = came
        .windows(2)
        .filter(|two| two[1].timestamp != two[0].timestamp.wrapping_add(160))
        .map(|two| (two[1].timestamp.wrapping_sub(two[0].timestamp) - 160, two[1].marker))
        .collect();
    // rfc3550#5.1: the clock went on; rfc3551#4.1: behind the gap a talk spurt begins
    let [(gap, true)] = gaps[..] else { panic!("{gaps:?}") };
    assert_eq!(gap % 80, 0);
    assert!((290..=300).contains(&(gap / 8)), "{} ms", gap / 8);
    // and the packets of the end are as far from the first as the wall clock is
    let (first, last) = (&came[0], came.last().unwrap());
    let (wall, rtp) = (last.at.since(first.at).millis(), u64::from(last.timestamp.wrapping_sub(first.timestamp)) / 8);
    assert!(wall.abs_diff(rtp) <= 20, "{wall} {rtp}");
}

#[test]
fn a_machine_that_stalls_often_loses_nothing() {
    let mut stalled = Stalled::new();
    for nth in 0..50u64 {
        stalled.stall(30 + nth * 37 % 170);
        stalled.run(nth * 13 % 60);
    }
    stalled.run(100);
    let came = stalled.came();
    assert_whole(&stalled, &came);
    assert!(came.windows(2).all(|two| two[1].timestamp == two[0].timestamp.wrapping_add(160)));
}

#[test]
fn a_far_end_of_ours_takes_the_burst_and_its_delay_goes_again() {
    for stall_ms in [50, 150, 200, 500] {
        let mut lab = Lab::pair();
        lab.audio = false;
        let now = lab.now;
        let options = DialOptions { source: Source::Application, ..DialOptions::default() };
        lab.ends[0].phone.dial(now, AccountId::NONE, "sip:x@10.0.0.2", &options).unwrap();
        lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
        let (now, far) = (lab.now, lab.ends[1].last_call());
        lab.ends[1].phone.set_source(far, Source::Silence).unwrap();
        lab.ends[1].phone.answer(now, far, 200).unwrap();
        lab.run_for(Duration::from_millis(5));
        lab.ends[0].sound.play = 440;
        let mut timers = [Timer::new(lab.now), Timer::new(lab.now + Duration::from_millis(5))];
        let mut run = |lab: &mut Lab, ms: u64, stalls: bool| {
            let until = lab.now + Duration::from_millis(ms);
            while lab.now < until {
                for (end, timer) in timers.iter_mut().enumerate().skip(usize::from(stalls)) {
                    let due = timer.due(lab.now);
                    lab.ends[end].phone.skip(Bus::Own, due.skip);
                    for _ in 0..due.run {
                        let now = lab.now;
                        lab.ends[end].tick(now);
                        lab.drain();
                    }
                }
                lab.run_for(Duration::from_millis(1));
            }
        };
        run(&mut lab, 2000, false);
        run(&mut lab, stall_ms, true);
        run(&mut lab, 1000, false);
        let stats = lab.ends[1].phone.call_stats(lab.now, far).unwrap();
        assert_eq!((stats.lost, stats.overflow, stats.reordered), (0, 0, 0), "{stall_ms}: {stats:?}");
        assert!(u64::from(stats.ring_ms) <= stall_ms.min(200) + 30, "{stall_ms}: {stats:?}");
        run(&mut lab, 60_000, false);
        let stats = lab.ends[1].phone.call_stats(lab.now, far).unwrap();
        assert!(stats.ring_ms <= 30, "{stall_ms}: {stats:?}");
        let heard = &lab.ends[1].sound.heard[&far.raw()];
        let mut detector = Detector::new(440, 8000);
        detector.feed(&heard[heard.len() - 8 * 60_000..]);
        assert!(detector.heard_ms() > 59_000, "{stall_ms}: {}", detector.heard_ms());
    }
}
