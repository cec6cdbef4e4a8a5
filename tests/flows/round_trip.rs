//! The round trip from a caller through an echo: packets of 20 ms, and no more than 10 ms of waiting for ticks,
//! whatever their phase.

use microsip_core::base::time::{Duration, Instant};
use microsip_core::media::G711;
use microsip_core::phone::{AccountId, Bus, CallId, CallState, DialOptions, Patch, Source};
use microsip_tests::Lab;

/// Sends one loud quantum each half second, and measures its round trip.
#[derive(Default)]
struct Clapper {
    now: Instant,
    quanta: u32,
    clapped: Option<Instant>,
    /// The time of each one, and its round trip in microseconds.
    away: Vec<(Instant, u64)>,
}

impl Patch for Clapper {
    fn say(&mut self, _call: CallId, _source: Source, pcm: &mut [i16]) {
        self.quanta += 1;
        if self.quanta % 50 == 1 {
            pcm.fill(8000);
            self.clapped = Some(self.now);
        }
    }

    fn tap(&mut self, _call: CallId, _said: &[i16], heard: &[i16]) {
        if heard.iter().any(|sample| *sample > 6000)
            && let Some(clapped) = self.clapped.take()
        {
            self.away.push((clapped, self.now.since(clapped).micros()));
        }
    }
}

/// A call to an echo, each end ticked by a timer of its own.
struct Timed {
    lab: Lab,
    clapper: Clapper,
    /// The next tick of each end; `None`: it waits for a reason to tick.
    next: [Option<Instant>; 2],
    /// The timers listen to [`Phone::poll_tick`].
    steered: bool,
}

impl Timed {
    fn new(delay_us: u64) -> Self {
        let mut lab = Lab::pair();
        lab.audio = false;
        lab.network.delay_ms = 0;
        lab.network.delay_us = delay_us;
        let now = lab.now;
        let options = DialOptions { source: Source::Application, ..DialOptions::default() };
        lab.ends[0].phone.dial(now, AccountId::NONE, "sip:x@10.0.0.2", &options).unwrap();
        lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
        let (now, theirs) = (lab.now, lab.ends[1].last_call());
        lab.ends[1].phone.set_source(theirs, Source::Echo).unwrap();
        lab.ends[1].phone.answer(now, theirs, 200).unwrap();
        Self { lab, clapper: Clapper::default(), next: [None, None], steered: true }
    }

    /// As a driver does after each thing that came.
    fn settle(&mut self) {
        for (next, end) in self.next.iter_mut().zip(&mut self.lab.ends) {
            if next.is_none() && end.phone.wants_tick() {
                *next = Some(self.lab.now);
            }
            if let Some(at) = end.phone.poll_tick(Bus::Own)
                && self.steered
            {
                *next = Some(at);
            }
        }
    }

    fn run(&mut self, duration: Duration) {
        let until = self.lab.now + duration;
        while self.lab.now < until {
            let tick = self.next.iter().flatten().min().copied().unwrap_or(until).min(until);
            // in small steps, as a packet may move a timer
            let step = tick.min(self.lab.now + Duration::from_micros(100));
            self.lab.run_for(step.since(self.lab.now));
            self.settle();
            for index in 0..2 {
                if self.next[index].is_some_and(|at| at <= self.lab.now) {
                    self.tick(index);
                    self.settle();
                }
            }
        }
    }

    fn tick(&mut self, index: usize) {
        let now = self.lab.now;
        self.clapper.now = now;
        let patch: &mut dyn Patch = if index == 0 { &mut self.clapper } else { &mut () };
        while self.lab.ends[index].phone.audio(now, Bus::Own, &mut G711, patch, &[], &mut []) {}
        self.next[index] = self.next[index].map(|at| at + Duration::from_millis(10));
        // a packet of no delay is there before the other end ticks at the same instant
        self.lab.run_for(Duration::ZERO);
    }

    /// The round trips since then, in milliseconds.
    fn away_since(&self, since: Instant) -> Vec<f64> {
        let away: Vec<f64> =
            self.clapper.away.iter().filter(|clap| clap.0 >= since).map(|clap| clap.1 as f64 / 1000.0).collect();
        assert!(away.len() > 3, "{away:?}");
        away
    }
}

#[test]
fn thirty_milliseconds_whatever_the_phase_of_the_ticks() {
    for phase_ms in 0..10 {
        let mut timed = Timed::new(0);
        timed.steered = false;
        timed.lab.run_for(Duration::ZERO);
        let start = timed.lab.now + Duration::from_millis(1);
        timed.next = [Some(start), Some(start + Duration::from_millis(phase_ms))];
        timed.run(Duration::from_secs(4));
        let away = timed.away_since(start);
        assert!(away.iter().all(|ms| *ms <= 30.0), "phase {phase_ms}: {away:?}");
    }
}

#[test]
fn two_phones_that_begin_together_do_not_tick_when_packets_come() {
    for delay_us in [50, 200, 500, 1000] {
        let mut timed = Timed::new(delay_us);
        timed.run(Duration::from_secs(4));
        let away = timed.away_since(Instant::ZERO);
        assert!(away.iter().all(|ms| *ms <= 30.0), "delay {delay_us}: {away:?}");
    }
}

#[test]
fn ticks_that_meet_packets_are_moved_and_the_delay_goes() {
    for phase_us in (0..10_000).step_by(250) {
        let mut timed = Timed::new(300);
        timed.run(Duration::from_millis(20));
        let start = timed.lab.now;
        timed.next = [Some(start), Some(start + Duration::from_micros(phase_us))];
        timed.run(Duration::from_secs(8));
        // delay that had gathered before the move is taken out after two windows of two seconds
        let away = timed.away_since(start + Duration::from_millis(4500));
        assert!(away.iter().all(|ms| *ms <= 30.0), "phase {phase_us} µs: {away:?}");
        let now = timed.lab.now;
        for end in &mut timed.lab.ends {
            let call = end.last_call();
            let stats = end.phone.call_stats(now, call).unwrap();
            assert!(stats.late <= 1 && stats.lost == 0, "phase {phase_us}: {stats:?}");
        }
    }
}
