//! Reports: the time and the contents of ours, and the figures from the peer's (RFC 3550 §6).

use super::config::MediaTransmit;
use super::{Component, Stream};
use crate::base::count::up;
use crate::base::cursor::Cursor;
use crate::base::time::{Duration, Instant};
use crate::wire::rtcp::{self, Compound, Packet, Report, SenderInfo};
use core::net::SocketAddr;

/// rfc3550#6.2: the least time between reports.
const INTERVAL_US: u64 = 5_000_000;
/// rfc3550#A.7: e - 1.5, as the reconsideration would make the mean too short; in 100000ths.
const COMPENSATION: u64 = 121_828;
/// Sender report, one block, name and BYE.
const LARGEST: usize = 28 + 24 + 28 + 8;
/// A round trip longer than this is a clock's mistake.
const RTT_MAX_US: u64 = 60_000_000;
/// By so much (65536ths of a second; 50 ms) a peer's delay may exceed the whole trip: its clock ticks in milliseconds,
/// or in tens of them.
const TICK: u32 = 65536 / 20;

/// The peer's report on our packets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Remote {
    pub(super) lost: i32,
    pub(super) jitter: u32,
    pub(super) fraction_lost: u8,
    /// It was told.
    #[cfg(feature = "quality")]
    pub(super) known: bool,
}

/// Reports owed, and reports that came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reports {
    random: u64,
    next: Instant,
    owed: bool,
    bye_owed: bool,
    /// A BYE for a source of ours that collided.
    bye_for: Option<u32>,
    sent: bool,
    /// RTP packets sent at our last two reports: a source is a sender if it sent since the one before.
    packets_at: [u32; 2],
    pub(super) rtt_us: u32,
    pub(super) remote: Remote,
    pub(super) received: u32,
}

impl Reports {
    pub(super) const EMPTY: Self = Self {
        random: 0,
        next: Instant::NEVER,
        owed: false,
        bye_owed: false,
        bye_for: None,
        sent: false,
        packets_at: [0; 2],
        rtt_us: 0,
        remote: Remote {
            lost: 0,
            jitter: 0,
            fraction_lost: 0,
            #[cfg(feature = "quality")]
            known: false,
        },
        received: 0,
    };

    pub(super) fn begin(&mut self, now: Instant, seed: u64) {
        *self = Self { random: seed, ..Self::EMPTY };
        self.schedule(now, true);
    }

    /// A number that need not be secret: only report times and colliding sources depend on it (splitmix64).
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    // rfc3550#A.7: two members' reports never fill five hundredths of a call's bandwidth, so the minimum is the
    // interval; half of it first, times 0.5 to 1.5
    fn schedule(&mut self, now: Instant, first: bool) {
        let interval = if first { INTERVAL_US / 2 } else { INTERVAL_US };
        let thousandths = 500 + self.draw() % 1001;
        if !cfg!(feature = "rtcp") {
            return; // never
        }
        self.next = now + Duration::from_micros(interval * thousandths / 1000 * 100_000 / COMPENSATION);
    }

    pub(super) const fn owes(&self) -> bool {
        cfg!(feature = "rtcp") && (self.owed || self.bye_owed || self.bye_for.is_some())
    }

    pub(super) const fn next(&self) -> Instant {
        self.next
    }
}

/// Time since 1900, or since the driver's start, as an NTP time stamp: RFC 3550 §4 lets a sender count from when it
/// likes.
fn ntp(now: Instant, epoch_s: u32) -> u64 {
    let (whole, part) = (now.micros() / 1_000_000, now.micros() % 1_000_000);
    (whole.wrapping_add(u64::from(epoch_s)) << 32) | ((part << 32) / 1_000_000)
}

impl Stream {
    /// A datagram on the RTCP socket, or a report on a shared one.
    pub fn handle_rtcp(&mut self, now: Instant, from: SocketAddr, packet: &[u8]) {
        if !cfg!(feature = "rtcp") || !self.running {
            return;
        }
        let Some(compound) = Compound::parse(packet) else { return up(&mut self.malformed) };
        if !self.address.admit_report(self.config.remote_rtcp, from) {
            return up(&mut self.strangers);
        }
        self.heard(now);
        up(&mut self.reports.received);
        for packet in compound {
            match packet {
                Packet::SenderReport { ssrc, sender, reports } => {
                    if self.source.ssrc() == Some(ssrc) {
                        self.source.report_came(now, sender.ntp);
                    }
                    reports.for_each(|report| self.reported(now, &report));
                }
                Packet::ReceiverReport { reports, .. } => reports.for_each(|report| self.reported(now, &report)),
                Packet::Bye { sources } => {
                    if self.source.ssrc().is_some_and(|ssrc| sources.contains(ssrc)) {
                        self.peer_left = true;
                        // rfc3550#6.3.4: it has left; the next packet begins a new source
                        self.source.reopen();
                    }
                }
                Packet::Name { .. } => {}
            }
        }
    }

    fn reported(&mut self, now: Instant, report: &Report) {
        if report.ssrc != self.sending.ssrc {
            return;
        }
        // it names a source that only who hears us knows
        self.confirmed = true;
        self.reports.remote = Remote {
            lost: report.lost,
            jitter: report.jitter,
            fraction_lost: report.fraction_lost,
            #[cfg(feature = "quality")]
            known: true,
        };
        if report.last_report != 0 {
            // rfc3550#6.4.1: arrival, less when our report left, less how long it lay there; in 65536ths of a second
            let arrival = (ntp(now, self.config.epoch_s) >> 16) as u32;
            let trip = arrival.wrapping_sub(report.last_report).wrapping_sub(report.delay);
            let shortest = trip.wrapping_neg() <= TICK; // less than nothing: shorter than its clock can tell
            let micros = if shortest { 1 } else { (u64::from(trip) * 1_000_000 / 65536).max(1) }; // 0 is unknown
            if micros <= RTT_MAX_US {
                self.reports.rtt_us = micros as u32;
            }
        }
    }

    /// Our source is the peer's as well (rfc3550#8.2): ours is given up with a BYE, once; a peer that follows is a
    /// mirror, and is heard.
    pub(super) fn collide(&mut self, now: Instant) {
        if !core::mem::replace(&mut self.collided, true) {
            self.change_source(now);
        }
    }

    /// Packets from now on have another source; a BYE is owed for the one before, if it was used.
    pub(super) fn change_source(&mut self, now: Instant) {
        let old = self.sending.ssrc;
        self.reports.random ^= now.micros();
        self.sending.ssrc = (self.reports.draw() as u32) ^ old.rotate_left(7) ^ 1;
        if self.sending.packets > 0 || self.reports.sent {
            self.reports.bye_for = Some(old);
        }
    }

    /// A report that is owed.
    pub(super) fn transmit_report(&mut self, now: Instant, buffer: &mut [u8]) -> Option<MediaTransmit> {
        if !self.reports.owes() {
            return None;
        }
        let mut room = [0u8; LARGEST];
        let mut to = Cursor::new(&mut room);
        let (ssrc, bye) = match self.reports.bye_for {
            Some(old) => (old, true),
            None => (self.sending.ssrc, self.reports.bye_owed),
        };
        // rfc3550#6.4: a sender report if RTP was sent since the report before the last
        let [_, before] = self.reports.packets_at;
        let sender = (self.sending.packets != before && self.reports.bye_for.is_none()).then(|| SenderInfo {
            ntp: ntp(now, self.config.epoch_s),
            rtp: self.sending.timestamp,
            packets: self.sending.packets,
            bytes: self.sending.bytes,
        });
        let mut source = self.source; // the interval ends only once the report leaves
        let report = source.report(now);
        rtcp::write_report(&mut to, ssrc, sender.as_ref(), report.as_ref());
        let mut name = [0u8; 16];
        let mut text = Cursor::new(&mut name);
        text.put_hex(self.config.cname, 16);
        rtcp::write_name(&mut to, ssrc, text.written());
        if bye {
            rtcp::write_bye(&mut to, ssrc);
        }
        let written = to.written();
        let transmit = MediaTransmit { component: Component::Rtcp, to: self.address.rtcp, len: written.len() };
        let Some(place) = buffer.get_mut(..written.len()) else { return Some(transmit) };
        place.copy_from_slice(written);
        self.source = source;
        self.reports.sent = true;
        if self.reports.bye_for.take().is_none() {
            self.reports.owed = false;
            self.reports.bye_owed = false;
            let [last, _] = self.reports.packets_at;
            self.reports.packets_at = [self.sending.packets, last];
        }
        Some(transmit)
    }

    /// The time of the next report, of giving an event up, or of giving the peer up.
    #[must_use]
    pub fn next_timeout(&self) -> Instant {
        if !self.running {
            return Instant::NEVER;
        }
        self.reports.next().min(self.events.next_timeout()).min(self.lost_at())
    }

    /// Handles due deadlines; early or repeated calls do nothing. True: the peer's silence has lasted too long;
    /// returned once.
    pub fn handle_timeout(&mut self, now: Instant) -> bool {
        if !self.running {
            return false;
        }
        self.events.handle_timeout(now, &mut self.heard_digits);
        if now >= self.reports.next {
            // nothing goes to a peer that has confirmed nothing, not even a report
            self.reports.owed = self.confirmed && self.address.reachable() && self.address.rtcp.port() != 0;
            self.reports.schedule(now, false);
        }
        let lost = now >= self.lost_at();
        self.lost |= lost;
        lost
    }

    /// After the call: one BYE is owed, if the peer has heard of us at all.
    pub(super) fn owe_bye(&mut self) {
        // rfc3550#6.3.7: a source that has sent nothing sends no BYE
        self.reports.owed = false;
        self.reports.bye_for = None;
        let heard_of_us = self.sending.packets > 0 || self.reports.sent;
        self.reports.bye_owed =
            self.confirmed && heard_of_us && self.address.reachable() && self.address.rtcp.port() != 0;
        self.reports.next = Instant::NEVER;
    }
}
