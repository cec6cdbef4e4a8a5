//! One call's audio: packets in and out, PCM in and out.
//!
//! A driver's quantum: `receive_quantum`, `send_quantum`, then `poll_transmit` until it has nothing. Packets go in
//! whenever they come. Its memory is lent with each call and must be the same each time.

mod address;
mod config;
#[cfg(feature = "info")]
mod info;
#[cfg(feature = "hear-keys")]
mod keys;
#[cfg(feature = "quality")]
mod quality;
mod receiving;
mod reports;
mod sending;
#[cfg(test)]
mod tests;

pub use config::{Component, MediaTransmit, StreamBuffers, StreamConfig, StreamStats};

use crate::base::time::{Duration, Instant};
use crate::media::digits::{DigitMethod, DigitQueue, EventReceiver, HeardDigit, HeardDigits};
use crate::media::gain::Level;
use crate::media::playout::Playout;
#[cfg(not(feature = "quality"))]
use crate::media::quality::History;
#[cfg(feature = "quality")]
use crate::media::quality::Quality;
use crate::media::resample::Resampler;
use crate::media::source::Source;
use address::Address;
pub use address::Vouched;
use core::net::SocketAddr;
#[cfg(feature = "hear-keys")]
use keys::Keys;
use reports::Reports;
use sending::Sending;

/// One call's audio.
#[derive(Clone, Debug)]
pub struct Stream {
    config: StreamConfig,
    address: Address,
    sending: Sending,
    playout: Playout,
    source: Source,
    digits: DigitQueue,
    events: EventReceiver,
    heard_digits: HeardDigits,
    reports: Reports,
    resampler: Resampler,
    level_in: Level,
    level_out: Level,
    #[cfg(feature = "quality")]
    quality: Quality,
    #[cfg(feature = "hear-keys")]
    keys: Keys,
    running: bool,
    confirmed: bool,
    collided: bool,
    peer_left: bool,
    /// The time of the peer's last packet or report; or of the last agreement, if that was later.
    heard_at: Instant,
    /// The peer's silence was too long, and has been reported.
    lost: bool,
    received: u32,
    received_bytes: u32,
    duplicate: u32,
    reordered: u32,
    unknown_type: u32,
    strangers: u32,
    malformed: u32,
}

impl Stream {
    /// Not started.
    pub const EMPTY: Self = Self {
        config: StreamConfig::EMPTY,
        address: Address::EMPTY,
        sending: Sending::EMPTY,
        playout: Playout::EMPTY,
        source: Source::EMPTY,
        digits: DigitQueue::EMPTY,
        events: EventReceiver::EMPTY,
        heard_digits: HeardDigits::EMPTY,
        reports: Reports::EMPTY,
        resampler: Resampler::EMPTY,
        level_in: Level::EMPTY,
        level_out: Level::EMPTY,
        #[cfg(feature = "quality")]
        quality: Quality::EMPTY,
        #[cfg(feature = "hear-keys")]
        keys: Keys::EMPTY,
        running: false,
        confirmed: false,
        collided: false,
        peer_left: false,
        heard_at: Instant::ZERO,
        lost: false,
        received: 0,
        received_bytes: 0,
        duplicate: 0,
        reordered: 0,
        unknown_type: 0,
        strangers: 0,
        malformed: 0,
    };

    /// A message of the peer's came: these hosts may send its media too, before and after [`Stream::start`]. A `None`
    /// leaves a host as it was.
    pub fn vouch(&mut self, hosts: &Vouched) {
        self.address.vouched.renew(hosts);
    }

    /// Another call's messages vouch for no host in this one.
    pub const fn forget_vouched(&mut self) {
        self.address.vouched = Vouched::NONE;
    }

    /// Begins anew; only the hosts that are vouched for stay.
    pub fn start(&mut self, now: Instant, config: &StreamConfig) {
        let vouched = self.address.vouched;
        *self = Self::EMPTY;
        self.address.vouched = vouched;
        self.running = true;
        self.heard_at = now;
        self.config = *config;
        self.confirmed = config.confirmed;
        self.address.negotiate((config::NOWHERE, config::NOWHERE), config.remote_rtp, config.remote_rtcp);
        self.sending.begin(config.ssrc, config.first_sequence, config.first_timestamp);
        #[cfg(feature = "hear-keys")]
        self.listen_for_keys(now);
        self.reports.begin(now, config.cname ^ u64::from(config.ssrc));
    }

    /// A new offer was answered: address, direction and codecs may be others. Source, sequence, timestamps, reports and
    /// statistics go on; the peer's address and source are open again.
    pub fn update(&mut self, now: Instant, config: &StreamConfig) {
        if !self.running {
            return self.start(now, config);
        }
        self.heard(now);
        let old = self.config;
        self.config = StreamConfig {
            ssrc: old.ssrc,
            first_sequence: old.first_sequence,
            first_timestamp: old.first_timestamp,
            cname: old.cname,
            ..*config
        };
        if self.address.negotiate(old.remote(), config.remote_rtp, config.remote_rtcp) {
            self.confirmed = config.confirmed;
            self.sending.doubt();
            // another address is likely another device: its first packet counts
            self.source.reopen();
        } else {
            self.confirmed |= config.confirmed;
        }
        if old.codec.clock() != config.codec.clock() {
            // rfc7160#4.1: a source has one clock
            self.change_source(now);
        }
        if old.codec != config.codec
            || old.payload_type != config.payload_type
            || old.ptime_ms != config.ptime_ms
            || old.rate != config.rate
            || !config.send
        {
            self.sending.discard();
        }
        if old.codec.clock() != config.codec.clock() || (old.dtmf_send.is_some() && config.dtmf_send.is_none()) {
            self.digits.renew(self.sending.timestamp, config.dtmf_send.is_some(), config.rate);
        }
        if (!config.send || !config.hears_digits()) && self.digits_need_media() {
            // the peer does not receive them now, and does not expect them later
            self.digits = DigitQueue::EMPTY;
        }
        #[cfg(feature = "hear-keys")]
        self.listen_for_keys(now);
        if old.receive_audio != config.receive_audio || old.receive != config.receive {
            self.playout.restart();
            self.source.forget_transit();
        }
    }

    /// The call is up: from here on the peer's silence counts, as far as both sides may send.
    pub fn watch(&mut self, now: Instant) {
        self.config.watched = true;
        self.heard(now);
    }

    /// A sign of life.
    fn heard(&mut self, now: Instant) {
        self.heard_at = now;
        self.lost = false;
    }

    /// [`Stream::handle_timeout`] has found that the peer is silent, and nothing has come since.
    #[must_use]
    pub const fn lost(&self) -> bool {
        self.lost
    }

    /// The time at which the peer's silence is too long. While one side holds, nothing is due.
    fn lost_at(&self) -> Instant {
        let config = &self.config;
        let counts = config.watched && config.send && config.receive_audio && config.patience_s > 0 && !self.lost;
        if counts { self.heard_at + Duration::from_secs(config.patience_s.into()) } else { Instant::NEVER }
    }

    /// The peer has proved itself (an ACK, a 2xx): media may go on.
    pub fn confirm(&mut self) {
        self.confirmed = true;
    }

    /// The call is over: nothing more is sent but one RTCP BYE. Digits received and statistics stay.
    pub fn stop(&mut self, now: Instant) {
        if !core::mem::take(&mut self.running) {
            return;
        }
        self.events.restart(now, &mut self.heard_digits);
        #[cfg(feature = "hear-keys")]
        self.end_key(now);
        self.digits = DigitQueue::EMPTY;
        self.sending.discard();
        self.owe_bye();
    }

    /// It has been started and not stopped.
    #[must_use]
    pub const fn running(&self) -> bool {
        self.running
    }

    /// The source and target of media, and the number of packets from other addresses.
    #[must_use]
    pub const fn heard_from(&self) -> (SocketAddr, u32) {
        (self.address.rtp, self.strangers)
    }

    /// The latest agreement.
    #[must_use]
    pub const fn config(&self) -> &StreamConfig {
        &self.config
    }

    /// The next packet to send, voice first; `payload` is that of [`StreamBuffers`]. A buffer that is too short gets
    /// the length needed, and nothing changes.
    pub fn poll_transmit(&mut self, now: Instant, payload: &[u8], buffer: &mut [u8]) -> Option<MediaTransmit> {
        if let Some(transmit) = self.transmit_voice(payload, buffer) {
            return Some(transmit);
        }
        self.transmit_report(now, buffer)
    }

    /// A packet can be polled.
    #[must_use]
    pub const fn owes(&self) -> bool {
        self.sending.ready() || self.reports.owes()
    }

    /// Queues a digit (`0` to `9`, `*`, `#`, `A` to `D`) for so many milliseconds, 0 for the usual; false when the
    /// queue is full, it is no digit, the peer could not hear it, or the stream does not run. Sent as RFC 4733 events, or as tones if the peer
    /// takes none; or by the method of [`Stream::choose_digits`].
    pub fn send_digit(&mut self, digit: u8, duration_ms: u16) -> bool {
        self.running && self.hears_chosen() && self.digits.digit(digit, duration_ms)
    }

    /// The peer hears digits by the method that they are queued with.
    fn hears_chosen(&self) -> bool {
        #[cfg(feature = "info")]
        if self.digits.chosen().is_info() {
            return true;
        }
        self.config.hears_digits()
    }

    /// Digits that are queued need a side that may send, and a peer that hears them.
    pub(crate) fn digits_need_media(&self) -> bool {
        #[cfg(feature = "info")]
        return self.digits.needs_media();
        #[cfg(not(feature = "info"))]
        true
    }

    /// Queues a pause between digits; false when the queue is full.
    pub fn pause(&mut self, ms: u16) -> bool {
        self.running && self.digits.pause(ms)
    }

    /// The number of digits and pauses that the queue still takes.
    #[must_use]
    pub const fn digits_room(&self) -> usize {
        self.digits.room()
    }

    /// The digits queued since the last end belong together.
    pub const fn end_digits(&mut self) {
        self.digits.end_command();
    }

    /// The digits queued next belong to those queued last, if these are not out yet.
    pub const fn join_digits(&mut self) {
        self.digits.join_command();
    }

    /// The number of ends of [`Stream::end_digits`] reached since the last call.
    pub const fn take_digits_sent(&mut self) -> u8 {
        self.digits.take_sent()
    }

    /// All digits queued have been sent.
    #[must_use]
    pub const fn digits_idle(&self) -> bool {
        self.digits.idle()
    }

    /// A digit came by a way of its own (SIP INFO): it is told with those that came as media.
    pub fn take_digit(&mut self, now: Instant, digit: u8, ms: u16, method: DigitMethod) {
        #[cfg(feature = "hear-keys")]
        self.keys.leave();
        self.heard_digits.end(now, digit, ms, method);
    }

    /// A digit was received that was not fetched, or one has begun.
    #[must_use]
    pub const fn has_digit(&self) -> bool {
        self.heard_digits.waits()
    }

    /// The number of received digits that gave way since the last call, not fetched in time.
    pub const fn take_digits_lost(&mut self) -> u8 {
        self.heard_digits.take_lost()
    }

    /// The next digit received, and its end; `now` is the latest time that is known.
    pub fn poll_digit(&mut self, now: Instant) -> Option<(HeardDigit, Instant)> {
        self.heard_digits.poll(now)
    }

    /// The digit that is on, once, with its method and its beginning. Ask for those that are over first.
    pub fn poll_digit_begun(&mut self, now: Instant) -> Option<(u8, DigitMethod, Instant)> {
        self.heard_digits.poll_begun(now)
    }

    /// The peak of the last 100 ms of the peer's sound.
    #[must_use]
    pub const fn level_out(&self) -> u16 {
        self.level_out.peak()
    }

    /// The values of the call's seconds, the oldest first, and the seconds that each stands for.
    #[must_use]
    pub fn quality_of<'k>(&self, seconds: &'k [u16]) -> (&'k [u16], u32) {
        #[cfg(feature = "quality")]
        let history = *self.quality.history();
        #[cfg(not(feature = "quality"))]
        let history = History::EMPTY;
        (history.values(seconds), history.seconds_each())
    }

    /// Its statistics.
    #[must_use]
    pub fn stats(&self, now: Instant) -> StreamStats {
        let counts = self.playout.counts();
        #[cfg(feature = "quality")]
        let (mos, delay_ms) = (self.mos_x100(), self.delay_ms());
        #[cfg(not(feature = "quality"))]
        let (mos, delay_ms) = ([0; 3], 0);
        let [mos_x100, mos_lately_x100, remote_mos_x100] = mos;
        StreamStats {
            sent_packets: self.sending.packets,
            sent_bytes: self.sending.bytes,
            unsent: self.sending.unsent,
            received_packets: self.received,
            received_bytes: self.received_bytes,
            lost: self.source.lost(),
            late: counts.late,
            duplicate: self.duplicate,
            reordered: self.reordered,
            overflow: counts.overflow,
            oversize: counts.oversize,
            unknown_type: self.unknown_type,
            strangers: self.strangers,
            malformed: self.malformed,
            concealed_ms: counts.concealed_ms,
            spliced: counts.spliced,
            jitter_us: self.source.jitter_us(),
            rtt_us: self.reports.rtt_us,
            remote_fraction_lost: self.reports.remote.fraction_lost,
            remote_lost: self.reports.remote.lost.max(0).unsigned_abs(),
            remote_jitter_us: self.config.codec.micros_of(self.reports.remote.jitter),
            reports_received: self.reports.received,
            peer_left: self.peer_left,
            confirmed: self.confirmed,
            level_in: self.level_in.peak(),
            level_out: self.level_out.peak(),
            mos_x100,
            mos_lately_x100,
            remote_mos_x100,
            delay_ms,
            ring_ms: self.playout.waiting_ms(),
            depth_ms: self.playout.depth_ms(),
            silent_us: self.silent(now).map_or(u64::MAX, |silent| silent.micros()),
        }
    }
}
