//! A source that we hear, as RFC 3550 keeps it: its validity, its losses, its jitter.

use crate::base::divide::divide;
use crate::base::time::{Duration, Instant};
use crate::wire::rtcp::Report;

#[cfg(test)]
mod tests;

/// rfc3550#A.1: further ahead than this is a jump (a minute at 50 packets a second).
const MAX_DROPOUT: u16 = 3000;
/// rfc3550#A.1: further behind than this is a jump (two seconds).
const MAX_MISORDER: u16 = 100;

/// A packet's standing within its source.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// The first of a source, or of a source that began anew.
    Restart,
    /// Ahead of all others.
    Ahead,
    /// Behind one that came before.
    Behind,
    /// It was there already.
    Duplicate,
    /// Perhaps a new source: the next packet in sequence decides.
    Probation,
}

/// One source.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    ssrc: u32,
    known: bool,
    base: u16,
    highest: u16,
    cycles: u32,
    /// A source or a sequence that may take over: its next packet would be this one.
    candidate: Option<(u32, u16)>,
    /// Bit n: the packet n below the highest came.
    seen: u64,
    received: u32,
    expected_prior: u32,
    received_prior: u32,
    transit: u32,
    transit_known: bool,
    jitter_scaled: u32,
    /// The clock that jitter and transit are counted in; 0: none yet.
    clock: u32,
    last_report: u32,
    last_report_at: Instant,
    /// Lost before the last jump or change of source, so that statistics go on.
    lost_before: u32,
}

impl Source {
    /// No source yet.
    pub const EMPTY: Self = Self {
        ssrc: 0,
        known: false,
        base: 0,
        highest: 0,
        cycles: 0,
        candidate: None,
        seen: 0,
        received: 0,
        expected_prior: 0,
        received_prior: 0,
        transit: 0,
        transit_known: false,
        jitter_scaled: 0,
        clock: 0,
        last_report: 0,
        last_report_at: Instant::ZERO,
        lost_before: 0,
    };

    /// Its identity, once known.
    #[must_use]
    pub fn ssrc(&self) -> Option<u32> {
        self.known.then_some(self.ssrc)
    }

    /// The next packet of any source begins a source: after a new offer, for example.
    pub fn reopen(&mut self) {
        self.lost_before = self.lost();
        self.known = false;
        self.candidate = None;
    }

    /// Records a packet.
    ///
    /// The first source is taken at its first packet, as its address has vouched for it; another one has to show two in
    /// sequence.
    pub fn update(&mut self, ssrc: u32, sequence: u16) -> Verdict {
        if !self.known {
            self.begin(ssrc, sequence);
            return Verdict::Restart;
        }
        if ssrc != self.ssrc {
            return self.try_candidate(ssrc, sequence);
        }
        let ahead = sequence.wrapping_sub(self.highest);
        if ahead == 0 {
            return Verdict::Duplicate;
        }
        if ahead < MAX_DROPOUT {
            // rfc3550#A.1: in order, with a gap that may be
            if sequence < self.highest {
                self.cycles = self.cycles.wrapping_add(0x1_0000);
            }
            self.highest = sequence;
            self.seen = self.seen.checked_shl(u32::from(ahead)).unwrap_or(0) | 1;
            self.candidate = None;
            self.received = self.received.saturating_add(1);
            return Verdict::Ahead;
        }
        let behind = self.highest.wrapping_sub(sequence);
        if behind > MAX_MISORDER {
            // rfc3550#A.1: a large jump; two in sequence there mean that the peer began anew
            return self.try_candidate(ssrc, sequence);
        }
        // further behind than the bits reach, a packet is too old to be of use; it counts as there already
        let bit = 1u64.checked_shl(u32::from(behind)).unwrap_or(0);
        if bit == 0 || self.seen & bit != 0 {
            return Verdict::Duplicate;
        }
        self.seen |= bit;
        self.received = self.received.saturating_add(1);
        // a packet from before our first one makes up for no loss
        if self.cycles == 0 && self.base.wrapping_sub(sequence) <= MAX_MISORDER && self.base != sequence {
            self.base = sequence;
        }
        Verdict::Behind
    }

    fn try_candidate(&mut self, ssrc: u32, sequence: u16) -> Verdict {
        if self.candidate == Some((ssrc, sequence)) {
            self.lost_before = self.lost();
            self.begin(ssrc, sequence);
            return Verdict::Restart;
        }
        self.candidate = Some((ssrc, sequence.wrapping_add(1)));
        Verdict::Probation
    }

    fn begin(&mut self, ssrc: u32, sequence: u16) {
        let lost_before = self.lost_before;
        let same = self.known && self.ssrc == ssrc;
        let (last_report, last_report_at) =
            if same { (self.last_report, self.last_report_at) } else { (0, Instant::ZERO) };
        *self = Self {
            ssrc,
            known: true,
            base: sequence,
            highest: sequence,
            seen: 1,
            received: 1,
            lost_before,
            last_report,
            last_report_at,
            ..Self::EMPTY
        };
    }

    /// A sequence number near the highest, with the cycles above it. Begins at 2^16, so that the first packets'
    /// predecessors fit below.
    #[must_use]
    pub fn extend(&self, sequence: u16) -> u32 {
        let ahead = sequence.wrapping_sub(self.highest) as i16;
        self.highest_extended().wrapping_add(0x1_0000).wrapping_add_signed(i32::from(ahead))
    }

    const fn highest_extended(&self) -> u32 {
        self.cycles.wrapping_add(self.highest as u32)
    }

    // rfc3550#A.3
    const fn expected(&self) -> u32 {
        if self.known { self.highest_extended().wrapping_sub(self.base as u32).wrapping_add(1) } else { 0 }
    }

    /// Packets that never came, from all the sources of the stream.
    #[must_use]
    pub fn lost(&self) -> u32 {
        if self.known {
            self.lost_before.saturating_add(self.expected().saturating_sub(self.received))
        } else {
            self.lost_before
        }
    }

    /// Records the arrival of a voice packet. `clock` is the codec's.
    pub fn arrived(&mut self, now: Instant, timestamp: u32, clock: u32) {
        if clock != self.clock {
            // rfc7160#4.1: transit times of two clocks are not compared; the jitter so far is converted to the new one
            let (jitter, _) = divide(u64::from(self.jitter_scaled) * u64::from(clock), self.clock); // of no clock yet it is 0
            self.jitter_scaled = jitter.min(u32::MAX.into()) as u32;
            self.transit_known = false;
            self.clock = clock;
        }
        // rfc3550#A.8: a sixteenth of the change of transit time, kept sixteen-fold
        let (whole, part) = divide(now.micros(), 1_000_000);
        let (part, _) = divide(u64::from(part) * u64::from(clock), 1_000_000);
        let arrival = (whole as u32).wrapping_mul(clock).wrapping_add(part as u32);
        let transit = arrival.wrapping_sub(timestamp);
        if self.transit_known {
            let change = (transit.wrapping_sub(self.transit) as i32).unsigned_abs();
            // more than four seconds is no jitter but another clock
            if change < clock.saturating_mul(4) {
                self.jitter_scaled = self
                    .jitter_scaled
                    .saturating_add(change)
                    .saturating_sub((self.jitter_scaled.saturating_add(8)) >> 4);
            }
        }
        self.transit = transit;
        self.transit_known = true;
    }

    /// The next packet's transit time is compared with none before (the clock or the talk spurt changed).
    pub fn forget_transit(&mut self) {
        self.transit_known = false;
    }

    /// Interarrival jitter, in the clock of the packet that came last.
    #[must_use]
    pub const fn jitter(&self) -> u32 {
        self.jitter_scaled >> 4
    }

    /// Interarrival jitter in microseconds.
    #[must_use]
    pub fn jitter_us(&self) -> u32 {
        let (micros, _) = divide(u64::from(self.jitter()) * 1_000_000, self.clock);
        micros.min(u32::MAX.into()) as u32
    }

    /// The source's sender report came.
    pub fn report_came(&mut self, now: Instant, ntp: u64) {
        self.last_report = (ntp >> 16) as u32;
        self.last_report_at = now;
    }

    /// The block about this source for our next report; it begins the next interval of the fraction.
    pub fn report(&mut self, now: Instant) -> Option<Report> {
        if !self.known {
            return None;
        }
        let expected = self.expected();
        // rfc3550#A.3: the losses since the report before, in 256ths; duplicates can make it negative, which is zero
        let expected_interval = expected.wrapping_sub(self.expected_prior);
        let received_interval = self.received.wrapping_sub(self.received_prior);
        let lost_interval = expected_interval.saturating_sub(received_interval);
        self.expected_prior = expected;
        self.received_prior = self.received;
        let fraction = (u64::from(lost_interval) << 8).checked_div(u64::from(expected_interval)).unwrap_or(0);
        let delay = if self.last_report == 0 { Duration::ZERO } else { now.since(self.last_report_at) };
        Some(Report {
            ssrc: self.ssrc,
            fraction_lost: fraction.min(255) as u8,
            lost: expected.wrapping_sub(self.received) as i32,
            highest_sequence: self.highest_extended(),
            jitter: self.jitter(),
            last_report: self.last_report,
            delay: (delay.micros().min(u64::from(u32::MAX)) * 65536 / 1_000_000) as u32,
        })
    }
}
