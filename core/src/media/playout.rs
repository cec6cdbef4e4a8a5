//! When a packet is played: the ring's reader.
//!
//! The first packet is played at once. Nothing there when its turn comes: sound is invented and the turn waits, so a
//! packet that comes late is played whole and everything after it has that much more time. A packet that comes when a
//! later one has taken its turn asks for as much delay as would have saved it. Whatever waits in the ring over a whole
//! window is taken out again, 10 ms at a time, by leading one piece into the next: so delay shrinks slowly, and a peer
//! whose clock is faster or slower than ours is followed by the same two moves.

use super::codec::{Codec, CodecBank, CodecList};
use super::conceal::Concealer;
use super::jitter::{Arrival, Cells, Ring, Stored};
use crate::base::count::up;
use crate::base::limits;

#[cfg(test)]
mod tests;

/// Quanta that a surplus has to last before a piece is taken out: 2 s.
const WINDOW: u16 = 200;
/// After many vain attempts to shrink: 32 s.
const WINDOW_MAX: u16 = 3200;
/// However much there is: 200 ms.
const WINDOW_FAST: u16 = 20;
/// Pieces of delay that one late packet can ask for.
const GROWTH_MAX: u32 = 6;
/// Pieces of delay in all: a telephone call is none beyond (ITU-T G.114 ends at 400 ms).
const DEPTH_MAX: u32 = 20;

/// What the reader counts.
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
}

/// The ring's reader.
#[derive(Clone, Copy, Debug)]
pub struct Playout {
    ring: Ring,
    concealer: Concealer,
    /// The newest packet held no voice (a digit, comfort noise): what is missing now was not lost.
    quiet: bool,
    codec: Codec,
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
    /// Quanta of the window so far, and the least that waited in it.
    /// Something has been pulled since the start.
    pulled: bool,
    shrink: bool,
    window: u16,
    least: u32,
    window_wanted: u16,
    since_shrink: u16,
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
        playhead: 0,
        end: 0,
        consumed: 0,
        duration: 160,
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
        counts: PlayoutCounts { late: 0, overflow: 0, oversize: 0, concealed_ms: 0, spliced: 0 },
    };

    /// The source began anew: what waits is void, what has been heard fades out.
    pub fn restart(&mut self) {
        self.ring.restart();
        self.consumed = 0;
        self.stalled = 0;
        self.insert = 0;
        self.hold = 0;
        self.pulled = false;
        self.clear_window();
    }

    /// What was counted.
    #[must_use]
    pub const fn counts(&self) -> &PlayoutCounts {
        &self.counts
    }

    /// The codec whose turn it is.
    #[must_use]
    pub const fn codec(&self) -> Codec {
        self.codec
    }

    /// Delay that late packets have asked for, in milliseconds.
    #[must_use]
    pub const fn depth_ms(&self) -> u32 {
        self.depth as u32 * 10
    }

    /// Sound that waits, in milliseconds.
    #[must_use]
    pub fn waiting_ms(&self) -> u32 {
        (u64::from(self.waiting()) * 1000 / u64::from(self.codec.clock())) as u32
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
        self.codec.clock() / 100
    }

    fn clear_window(&mut self) {
        self.shrink = false;
        self.window = 0;
        self.least = u32::MAX;
    }

    /// A packet came. `payload` is `None` when it holds no voice but has a place in the sequence.
    pub fn insert(&mut self, cells: &mut Cells<'_>, sequence: u32, timestamp: u32, voice: Option<(u8, Codec, &[u8])>) {
        let (payload_type, codec, payload) = match voice {
            Some((payload_type, codec, payload)) => (Some(payload_type), codec, payload),
            None => (None, self.codec, Default::default()),
        };
        let ticks = match codec.tick_bytes() {
            Some(bytes) => (payload.len() / bytes.max(1)) as u32,
            // frames tell their length to the codec bank only; the next is as long as the last
            None => u32::from(self.duration),
        };
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
                if !first && self.ring.position() != position {
                    self.resume_at_head(cells);
                }
            }
        }
        if first {
            self.codec = codec;
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

    /// Packets were dropped at the head: the playhead moves to what is there now.
    fn resume_at_head(&mut self, cells: &Cells<'_>) {
        self.consumed = 0;
        self.stalled = 0;
        if let Some(head) = self.ring.head(cells) {
            self.playhead = head.timestamp;
        }
    }

    /// The codec whose turn it is may change with the head's payload type; tells how many samples 10 ms are.
    pub fn prepare(&mut self, cells: &Cells<'_>, types: &CodecList) -> usize {
        if self.consumed == 0
            && let Some(codec) =
                self.ring.head(cells).and_then(|head| head.payload_type).and_then(|kind| types.codec(kind))
        {
            if codec.rate() != self.codec.rate() {
                self.concealer.reset();
            }
            self.codec = codec;
        }
        self.codec.rate() as usize / 100
    }

    /// Plays 10 ms (what [`Playout::prepare`] told) of the codec's rate. False: nothing came yet, or nothing for so
    /// long that this is silence.
    pub fn pull(
        &mut self,
        cells: &mut Cells<'_>,
        stream: u32,
        codecs: &mut dyn CodecBank,
        types: &CodecList,
        out: &mut [i16],
    ) -> bool {
        if !self.ring.begun() && !self.concealer.sounds(out.len()) {
            out.fill(0);
            return false;
        }
        if !core::mem::replace(&mut self.pulled, true) {
            self.skip_stale(cells);
        }
        self.since_shrink = self.since_shrink.saturating_add(1);
        self.since_late = self.since_late.saturating_add(1);
        if self.hold > 0 {
            self.hold -= 1;
            self.invent(stream, codecs, out, out.len());
            return true;
        }
        if self.insert > 0 {
            self.insert -= 1;
            up(&mut self.counts.spliced);
            self.invent(stream, codecs, out, out.len());
            return true;
        }
        if self.shrink && self.waiting() >= 2 * self.piece_ticks() {
            self.lead_over(cells, stream, codecs, types, out);
        } else {
            self.piece(cells, stream, codecs, types, out);
        }
        self.shrink = self.surplus();
        true
    }

    /// Nobody listened while packets came: what is heard begins with the newest, or the wait would stay as delay.
    fn skip_stale(&mut self, cells: &mut Cells<'_>) {
        for _ in 0..cells.count() {
            if self.waiting() <= u32::from(self.duration).max(self.piece_ticks()) || self.ring.head(cells).is_none() {
                return;
            }
            self.ring.advance(cells);
            self.resume_at_head(cells);
        }
    }

    /// 10 ms from the ring, the rest invented.
    fn piece(
        &mut self,
        cells: &mut Cells<'_>,
        stream: u32,
        codecs: &mut dyn CodecBank,
        types: &CodecList,
        out: &mut [i16],
    ) {
        let piece = out.len();
        let filled = self.take(cells, stream, codecs, types, out);
        let (came, missing) = out.split_at_mut_checked(filled).unwrap_or_default();
        self.heard(came, piece);
        if !missing.is_empty() {
            self.stalled = self.stalled.saturating_add(
                (missing.len() as u64 * u64::from(self.codec.clock()) / u64::from(self.codec.rate())) as u32,
            );
            self.invent(stream, codecs, missing, piece);
            self.clear_window();
        }
    }

    fn invent(&mut self, stream: u32, codecs: &mut dyn CodecBank, out: &mut [i16], piece: usize) {
        if self.concealer.sounds(piece) && !self.quiet {
            self.counts.concealed_ms = self.counts.concealed_ms.saturating_add((out.len() * 10 / piece.max(1)) as u32);
        }
        self.concealer.conceal(out, piece);
        if self.codec.tick_bytes().is_none() && self.concealer.sounds(piece) {
            // a codec with frames carries on from its own state
            codecs.conceal(stream, self.codec, out);
        }
    }

    fn heard(&mut self, came: &mut [i16], piece: usize) {
        if self.codec.tick_bytes().is_some() {
            self.concealer.heard(came, piece);
        } else {
            self.concealer.follow(came);
        }
    }

    /// Decodes from the ring until `out` is full or a packet is missing; how much was there.
    fn take(
        &mut self,
        cells: &mut Cells<'_>,
        stream: u32,
        codecs: &mut dyn CodecBank,
        types: &CodecList,
        out: &mut [i16],
    ) -> usize {
        let mut filled = 0;
        // each turn fills something, passes a cell, or ends
        for _ in 0..cells.count().saturating_add(out.len() as u32) {
            let Some(room) = out.get_mut(filled..).filter(|room| !room.is_empty()) else { break };
            let Some(head) = self.ring.head(cells) else {
                if self.pass_hole(cells) {
                    continue;
                }
                break;
            };
            let codec = head.payload_type.and_then(|kind| types.codec(kind));
            let Some(codec) = codec.filter(|codec| codec.rate() == self.codec.rate()) else {
                if codec.is_some() && filled > 0 {
                    break; // another rate begins with the next 10 ms
                }
                self.ring.advance(cells);
                self.consumed = 0;
                continue;
            };
            self.codec = codec;
            if self.consumed == 0 {
                self.playhead = head.timestamp;
            }
            let (count, done) = match codec.tick_bytes() {
                Some(bytes) => {
                    let rest = head.payload.get(usize::from(self.consumed) * bytes..).unwrap_or_default();
                    let some = rest.get(..room.len() * bytes).unwrap_or(rest);
                    let count = codecs.decode(stream, codec, some, room).min(room.len());
                    (count, some.len() == rest.len() || count == 0)
                }
                None => {
                    let whole = codecs.duration(codec, head.payload);
                    let payload = if self.consumed == 0 { head.payload } else { Default::default() };
                    let count = codecs.decode(stream, codec, payload, room).min(room.len());
                    (count, usize::from(self.consumed) + count >= whole || count == 0)
                }
            };
            filled += count;
            // consumed counts samples; the playhead counts ticks
            self.playhead =
                self.playhead.wrapping_add((count as u64 * u64::from(codec.clock()) / u64::from(codec.rate())) as u32);
            self.stalled = 0;
            if done {
                self.consumed = 0;
                self.ring.advance(cells);
            } else {
                self.consumed = self.consumed.saturating_add(count as u16);
            }
        }
        filled
    }

    /// Something is missing at the head. True when its time is over and a later packet takes its turn.
    fn pass_hole(&mut self, cells: &Cells<'_>) -> bool {
        let Some((missing, timestamp)) = self.ring.behind_hole(cells) else { return false };
        let by_count = missing.saturating_mul(u32::from(self.duration));
        let by_time = timestamp.wrapping_sub(self.playhead);
        // timestamps that do not go with the count of packets (a talk spurt began, the clock jumped) are not waited for
        let gap = if by_time as i32 >= 0 && by_time <= by_count.saturating_mul(2) { by_time } else { by_count };
        if self.stalled < gap {
            return false;
        }
        let extra = (self.stalled - gap) / self.piece_ticks().max(1);
        if extra > 0 {
            self.grown(extra);
        }
        self.stalled = 0;
        self.consumed = 0;
        self.ring.skip(missing);
        true
    }

    /// Something has been waiting over the whole window: true when a piece should go.
    fn surplus(&mut self) -> bool {
        self.least = self.least.min(self.waiting());
        self.window = self.window.saturating_add(1);
        let pieces = self.least / self.piece_ticks().max(1);
        // the more there is, the sooner: twice as much, four times as soon
        let weighed = u64::from(self.window) * u64::from(pieces) * u64::from(pieces);
        let due = self.window >= self.window_wanted
            || (self.window >= WINDOW_FAST && weighed >= u64::from(self.window_wanted));
        if !due {
            return false;
        }
        self.clear_window();
        pieces > 0
    }

    /// Takes a piece out: one is led over into the next, so that both ends go on smoothly and the middle is 10 ms
    /// shorter.
    #[inline(never)]
    fn lead_over(
        &mut self,
        cells: &mut Cells<'_>,
        stream: u32,
        codecs: &mut dyn CodecBank,
        types: &CodecList,
        out: &mut [i16],
    ) {
        let mut room = [0i16; limits::QUANTUM];
        self.piece(cells, stream, codecs, types, out);
        let Some(next) = room.get_mut(..out.len()) else { return };
        let filled = self.take(cells, stream, codecs, types, next);
        // a hole in the next piece: what is not there is invented after the last that was heard
        let (came, missing) = next.split_at_mut_checked(filled).unwrap_or_default();
        if !missing.is_empty() {
            self.heard(came, out.len());
            self.invent(stream, codecs, missing, out.len());
        }
        let whole = next.len() as i32;
        for (nth, (this, next)) in out.iter_mut().zip(next.iter()).enumerate() {
            let weight = nth as i32 + 1;
            *this = ((i32::from(*this) * (whole - weight) + i32::from(*next) * weight) / whole) as i16;
        }
        if filled == next.len() {
            self.concealer.replaced(out);
        }
        up(&mut self.counts.spliced);
        self.depth = self.depth.saturating_sub(1);
        if u32::from(self.since_late) > u32::from(self.window_wanted) * 4 {
            self.window_wanted = (self.window_wanted / 2).max(WINDOW);
        }
        self.since_shrink = 0;
    }
}
