//! Playing: 10 ms from the ring, or invented.

use super::{Playout, WINDOW};
use crate::base::count::up;
use crate::base::limits;
use crate::media::codec::{CodecBank, CodecList};
use crate::media::jitter::Cells;

/// However much there is: 200 ms.
const WINDOW_FAST: u16 = 20;

impl Playout {
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
