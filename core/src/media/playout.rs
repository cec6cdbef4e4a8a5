//! The time at which each packet is played: the ring's reader.
//!
//! The first packet is played at once. Nothing there when its turn comes: sound is invented and the turn waits, so a
//! packet that comes late is played whole and everything after it has that much more time. A packet that comes when a
//! later one has taken its turn asks for as much delay as would have saved it. Sound that waits in the ring over a
//! whole window is taken out again, 10 ms at a time, by leading one piece into the next: so delay shrinks slowly, and a
//! peer whose clock is faster or slower than ours is followed by the same two moves.

pub use reading::Means;

use super::codec::{Codec, CodecList};
use super::conceal::Concealer;
use super::jitter::{Arrival, Cells, Ring, Stored};
use super::quality::Heard;
use crate::base::count::up;
use crate::base::divide::divide;

mod reading;
#[cfg(test)]
mod tests;

/// Quanta that a surplus has to last before a piece is taken out: 2 s.
const WINDOW: u16 = 200;
/// After many vain attempts to shrink: 32 s.
const WINDOW_MAX: u16 = 3200;
/// Pieces of delay that one late packet can ask for.
const GROWTH_MAX: u32 = 6;
/// Maximum adaptive delay, in pieces (200 ms): half of the 400 ms at which ITU-T G.114 ends.
const DEPTH_MAX: u32 = 20;

/// The counters of the reader.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct PlayoutCounts {
    /// Packets whose time had passed or was passing.
    pub late: u32,
    /// Packets that a full ring dropped.
    pub overflow: u32,
    /// Packets longer than the cells.
    pub oversize: u32,
    /// Samples invented, as milliseconds.
    pub concealed_ms: u32,
    /// Pieces put in or taken out.
    pub spliced: u32,
    /// The packets whose turn came.
    pub heard: Heard,
}

/// The ring's reader.
#[derive(Clone, Copy, Debug)]
pub struct Playout {
    ring: Ring,
    concealer: Concealer,
    /// The newest packet held no voice (a digit, comfort noise): a packet missing now was not lost.
    quiet: bool,
    /// Of the voice that is played.
    codec: Codec,
    /// Of the voice that came last.
    latest: Codec,
    /// Timestamp of the next sample to play.
    playhead: u32,
    /// Timestamp behind the last sample of the latest packet.
    end: u32,
    /// Ticks consumed of the packet at the head.
    consumed: u16,
    /// Ticks of the last whole packet.
    duration: u16,
    /// Ticks invented while the head's turn waits.
    stalled: u32,
    /// Pieces to invent for more delay.
    insert: u8,
    /// Pieces to wait before a talk spurt.
    hold: u8,
    /// Pieces of delay that late packets have asked for.
    depth: u8,
    /// Something has been pulled since the start.
    pulled: bool,
    /// A piece is to be taken out.
    shrink: bool,
    /// Quanta of the window so far.
    window: u16,
    /// The fewest ticks that waited in it.
    least: u32,
    /// Quanta that the window is to have.
    window_wanted: u16,
    /// Quanta since a piece was taken out.
    since_shrink: u16,
    /// Quanta since a packet came too late.
    since_late: u16,
    counts: PlayoutCounts,
}

impl Playout {
    /// Nothing came yet.
    pub const EMPTY: Self = Self {
        ring: Ring::EMPTY,
        concealer: Concealer::EMPTY,
        quiet: false,
        codec: Codec::FIRST,
        latest: Codec::FIRST,
        playhead: 0,
        end: 0,
        consumed: 0,
        duration: 0,
        stalled: 0,
        insert: 0,
        hold: 0,
        depth: 0,
        pulled: false,
        shrink: false,
        window: 0,
        least: u32::MAX,
        window_wanted: WINDOW,
        since_shrink: u16::MAX,
        since_late: u16::MAX,
        counts: PlayoutCounts { late: 0, overflow: 0, oversize: 0, concealed_ms: 0, spliced: 0, heard: Heard::NOTHING },
    };

    /// The source began anew: waiting packets are void, the last sound fades out.
    pub fn restart(&mut self) {
        self.ring.restart();
        self.consumed = 0;
        self.stalled = 0;
        self.insert = 0;
        self.hold = 0;
        self.pulled = false;
        self.clear_window();
    }

    /// A packet has come.
    #[must_use]
    pub const fn begun(&self) -> bool {
        self.ring.begun()
    }

    /// The counters.
    #[must_use]
    pub const fn counts(&self) -> &PlayoutCounts {
        &self.counts
    }

    /// The codec whose turn it is.
    #[must_use]
    pub const fn codec(&self) -> Codec {
        self.codec
    }

    /// The length of the peer's packets, in milliseconds.
    #[must_use]
    pub const fn packet_ms(&self) -> u32 {
        self.duration as u32 * 1000 / self.codec.clock()
    }

    /// Delay that late packets have asked for, in milliseconds.
    #[must_use]
    pub const fn depth_ms(&self) -> u32 {
        self.depth as u32 * 10
    }

    /// Sound that waits, in milliseconds.
    #[must_use]
    pub fn waiting_ms(&self) -> u32 {
        divide(u64::from(self.waiting()) * 1000, self.codec.clock()).0 as u32
    }

    /// Sound that waits, in ticks.
    fn waiting(&self) -> u32 {
        if !self.ring.waits() {
            return 0;
        }
        let waiting = self.end.wrapping_sub(self.playhead);
        // two seconds cannot wait: the timestamps jumped
        if waiting < self.codec.clock() * 2 { waiting } else { 0 }
    }

    /// 10 ms in ticks of the RTP clock.
    const fn piece_ticks(&self) -> u32 {
        self.codec.quantum_ticks()
    }

    fn clear_window(&mut self) {
        self.shrink = false;
        self.window = 0;
        self.least = u32::MAX;
    }

    /// A packet came that holds no voice, but has a place in the sequence. `clock`: of its timestamp, if it has one of
    /// its own.
    pub fn pass(&mut self, cells: &mut Cells<'_>, sequence: u32, timestamp: u32, clock: Option<u32>) {
        let comparable = clock.is_none_or(|clock| clock == self.latest.clock());
        self.insert(cells, sequence, if comparable { timestamp } else { self.end }, None);
    }

    /// A packet came. `voice` is `None` when it holds none but has a place in the sequence.
    pub fn insert(&mut self, cells: &mut Cells<'_>, sequence: u32, timestamp: u32, voice: Option<(u8, Codec, &[u8])>) {
        let (payload_type, codec, payload) = match voice {
            Some((payload_type, codec, payload)) => (Some(payload_type), codec, payload),
            None => (None, self.latest, Default::default()),
        };
        if codec.clock() != self.latest.clock() && self.ring.begun() {
            // timestamps of two clocks cannot be compared: waiting packets go
            self.restart();
        }
        self.latest = codec;
        let ticks = codec.ticks(payload);
        let first = !self.ring.begun();
        let ahead = self.ring.ahead(sequence);
        if first || ahead >= 0 {
            self.quiet = voice.is_none();
        }
        let packet =
            Arrival { sequence, payload_type, timestamp, payload, tick_bytes: codec.tick_bytes().unwrap_or(0) };
        let position = self.ring.position();
        let was_next = !first && ahead == 0;
        match self.ring.store(cells, &packet) {
            Stored::Oversize => return up(&mut self.counts.oversize),
            Stored::Late => return self.too_late(timestamp),
            Stored::Waits { dropped } => {
                self.counts.overflow = self.counts.overflow.saturating_add(dropped);
                if dropped > 0 {
                    self.missed(dropped);
                }
                if !first && self.ring.position() != position {
                    self.resume_at_head(cells);
                }
            }
        }
        if first {
            self.turn_to(codec);
            self.playhead = timestamp;
            self.end = timestamp;
            self.stalled = 0;
        }
        let end = timestamp.wrapping_add(ticks);
        if first
            || end.wrapping_sub(self.end) as i32 > 0
            || end.wrapping_sub(self.end) as i32 <= -(codec.clock() as i32)
        {
            self.end = end;
        }
        if ticks > 0 {
            self.duration = ticks.min(u32::from(u16::MAX)) as u16;
        }
        if was_next && self.stalled > 0 && payload_type.is_some() {
            self.came_for_its_turn(timestamp);
        }
    }

    /// The packet whose turn it is came while sound was being invented.
    fn came_for_its_turn(&mut self, timestamp: u32) {
        let gap = timestamp.wrapping_sub(self.playhead) as i32;
        let pieces = self.stalled.div_ceil(self.piece_ticks().max(1));
        self.stalled = 0;
        if gap.unsigned_abs() < u32::from(self.duration) {
            // it belongs to what was played before: late; all that follows has so much more time
            up(&mut self.counts.late);
            self.grown(pieces);
        } else {
            // the peer was silent: a talk spurt begins, with the delay that the last one had
            self.playhead = timestamp;
            self.hold = self.depth;
        }
        self.clear_window();
    }

    /// A packet came after a later one was played.
    fn too_late(&mut self, timestamp: u32) {
        up(&mut self.counts.late);
        let needed = self.playhead.wrapping_sub(timestamp);
        let pieces = needed.div_ceil(self.piece_ticks().max(1));
        if needed as i32 <= 0 || needed > self.codec.clock() {
            return;
        }
        let pieces = pieces.min(GROWTH_MAX).min(DEPTH_MAX.saturating_sub(u32::from(self.depth)));
        // several packets of one burst ask for the same delay
        let more = pieces.saturating_sub(u32::from(self.insert));
        self.insert = self.insert.saturating_add(more as u8);
        self.grown(more);
        self.clear_window();
    }

    fn grown(&mut self, pieces: u32) {
        self.depth = (u32::from(self.depth) + pieces).min(DEPTH_MAX) as u8;
        if self.since_shrink < self.window_wanted {
            // the last shrinking was a mistake: be slower to try again
            self.window_wanted = (self.window_wanted * 2).min(WINDOW_MAX);
        }
        self.since_late = 0;
    }

    /// So many packets in a row were not there at their turn.
    fn missed(&mut self, count: u32) {
        self.counts.heard.missed = self.counts.heard.missed.saturating_add(count);
        up(&mut self.counts.heard.holes);
    }

    /// Packets were dropped at the head: the playhead moves to what is there now.
    fn resume_at_head(&mut self, cells: &Cells<'_>) {
        self.consumed = 0;
        self.stalled = 0;
        if let Some(head) = self.ring.head(cells) {
            self.playhead = head.timestamp;
        }
    }

    /// The codec whose turn it is may change with the head's payload type. Returns the samples of 10 ms.
    pub fn prepare(&mut self, cells: &Cells<'_>, types: &CodecList) -> usize {
        if self.consumed == 0
            && let Some(codec) =
                self.ring.head(cells).and_then(|head| head.payload_type).and_then(|kind| types.codec(kind))
        {
            self.turn_to(codec);
        }
        self.codec.quantum_samples()
    }

    /// A codec has its turn. Sound of another rate than its own is no history for it.
    fn turn_to(&mut self, codec: Codec) {
        if codec.rate() != self.codec.rate() {
            self.concealer.reset();
        }
        self.codec = codec;
    }
}
