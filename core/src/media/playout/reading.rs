//! Playing: 10 ms from the ring, or invented.

use super::{Playout, WINDOW};
use crate::base::count::up;
use crate::base::limits;
use crate::media::codec::{CodecBank, CodecList, Coded, Way};
use crate::media::conceal::history_of;
use crate::media::jitter::Cells;

/// However much there is: 200 ms.
const WINDOW_FAST: u16 = 20;

/// Memory and codecs lent to one pull.
pub struct Means<'r, 'm> {
    /// The jitter ring's memory.
    pub cells: &'r mut Cells<'m>,
    /// The bank that decodes.
    pub codecs: &'r mut dyn CodecBank,
    /// The stream's number there.
    pub stream: u32,
    /// The payloads the peer may send.
    pub types: &'r CodecList,
    /// The samples heard last.
    pub history: &'r mut [i16],
}

impl Means<'_, '_> {
    /// The part of the history that a rate of so many samples in 10 ms needs.
    fn history(&mut self, quantum: usize) -> &mut [i16] {
        self.history.get_mut(..history_of(quantum)).unwrap_or_default()
    }
}

impl Playout {
    /// Plays 10 ms (as [`Playout::prepare`] returned) of the codec's rate. False: nothing came yet, or nothing for so
    /// long that this is silence.
    pub fn pull(&mut self, means: &mut Means<'_, '_>, out: &mut [i16]) -> bool {
        if !self.ring.begun() && !self.concealer.sounds(out.len()) {
            out.fill(0);
            return false;
        }
        if !core::mem::replace(&mut self.pulled, true) {
            means.codecs.reset(means.stream, Way::Decode);
            self.skip_stale(means.cells);
        }
        self.since_shrink = self.since_shrink.saturating_add(1);
        self.since_late = self.since_late.saturating_add(1);
        if self.hold > 0 {
            self.hold -= 1;
            self.invent(means, out, None);
            return true;
        }
        if self.insert > 0 {
            self.insert -= 1;
            up(&mut self.counts.spliced);
            self.invent(means, out, None);
            return true;
        }
        if self.shrink && self.waiting() >= 2 * self.piece_ticks() {
            self.lead_over(means, out);
        } else {
            self.piece(means, out);
        }
        self.shrink = self.surplus();
        true
    }

    /// No tick ran while packets came: playing begins with the newest, or the wait would stay as delay.
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
    fn piece(&mut self, means: &mut Means<'_, '_>, out: &mut [i16]) {
        let quantum = self.codec.quantum_samples();
        let filled = self.take(means, out);
        let (came, missing) = out.split_at_mut_checked(filled).unwrap_or_default();
        self.concealer.heard(means.history(quantum), came);
        if !missing.is_empty() {
            self.invent(means, missing, Some(self.stalled));
            self.stalled = self.stalled.saturating_add(self.codec.ticks_of(missing.len()));
            self.clear_window();
        }
    }

    /// Sound for packets that did not come: the codec's own, or else the voice that was heard last. `stalled`: so much
    /// of the hole at the head was invented before; `None`: there is no hole, and the time is filled all the same.
    fn invent(&mut self, means: &mut Means<'_, '_>, out: &mut [i16], stalled: Option<u32>) {
        let quantum = self.codec.quantum_samples();
        if self.concealer.sounds(quantum) && !self.quiet {
            self.counts.concealed_ms =
                self.counts.concealed_ms.saturating_add((out.len() * 10 / quantum.max(1)) as u32);
        }
        let mut rest = out;
        if self.concealer.has_heard() {
            let behind = stalled.and_then(|stalled| self.behind(means.cells, means.types, stalled));
            let (next, before) = behind.map_or((None, 0), |(payload, before)| (Some(payload), before));
            let count = means.codecs.decode(means.stream, self.codec, Coded::Missing { next, before }, rest);
            let (carried, left) = rest.split_at_mut_checked(count.min(rest.len())).unwrap_or_default();
            self.concealer.carried(means.history(quantum), carried);
            rest = left;
        }
        if !rest.is_empty() {
            self.concealer.conceal(means.history(quantum), rest);
        }
    }

    /// The packet behind the hole at the head, if only one packet is missing before it from here on: its payload, and
    /// the samples from here to its beginning.
    fn behind<'c>(&self, cells: &'c Cells<'_>, types: &CodecList, stalled: u32) -> Option<(&'c [u8], usize)> {
        let (missing, cell) = self.ring.behind_hole(cells)?;
        let codec = types.codec(cell.payload_type?)?;
        let left = self.gap(missing, cell.timestamp).saturating_sub(stalled);
        let one = left > 0 && left <= u32::from(self.duration);
        (one && codec == self.codec).then(|| (cell.payload, codec.samples_of(left)))
    }

    /// Decodes from the ring until `out` is full or a packet is missing. Returns the samples decoded.
    fn take(&mut self, means: &mut Means<'_, '_>, out: &mut [i16]) -> usize {
        let mut filled = 0;
        // each turn fills something, passes a cell, or ends
        for _ in 0..means.cells.count().saturating_add(out.len() as u32) {
            let Some(room) = out.get_mut(filled..).filter(|room| !room.is_empty()) else { break };
            let Some(head) = self.ring.head(means.cells) else {
                if self.pass_hole(means.cells) {
                    continue;
                }
                break;
            };
            let codec = head.payload_type.and_then(|kind| means.types.codec(kind));
            let Some(codec) = codec.filter(|codec| codec.rate() == self.codec.rate()) else {
                if codec.is_some() && filled > 0 {
                    break; // another rate begins with the next 10 ms
                }
                self.ring.advance(means.cells);
                self.consumed = 0;
                continue;
            };
            self.codec = codec;
            if self.consumed == 0 {
                self.playhead = head.timestamp;
            }
            let coded = match codec.tick_bytes() {
                Some(bytes) => {
                    let rest = head.payload.get(usize::from(self.consumed) * bytes..).unwrap_or_default();
                    Coded::Payload(rest.get(..codec.ticks_of(room.len()) as usize * bytes).unwrap_or(rest))
                }
                None if self.consumed == 0 => Coded::Payload(head.payload),
                None => Coded::Rest,
            };
            let count = means.codecs.decode(means.stream, codec, coded, room).min(room.len());
            let ticks = codec.ticks_of(count);
            let done = count == 0 || u32::from(self.consumed) + ticks >= codec.ticks(head.payload);
            filled += count;
            self.playhead = self.playhead.wrapping_add(ticks);
            self.stalled = 0;
            if done {
                self.consumed = 0;
                self.ring.advance(means.cells);
                if self.ring.position().1 == 0 {
                    up(&mut self.counts.heard.played);
                }
            } else {
                self.consumed = self.consumed.saturating_add(ticks as u16);
            }
        }
        filled
    }

    /// The length of the hole at the head in ticks: so many packets are missing, and the next begins at `timestamp`.
    fn gap(&self, missing: u32, timestamp: u32) -> u32 {
        let by_count = missing.saturating_mul(u32::from(self.duration));
        let by_time = timestamp.wrapping_sub(self.playhead);
        // timestamps that do not go with the count of packets (a talk spurt began, the clock jumped) are not waited for
        if by_time as i32 >= 0 && by_time <= by_count.saturating_mul(2) { by_time } else { by_count }
    }

    /// A packet is missing at the head. True when its time is over and a later packet takes its turn.
    fn pass_hole(&mut self, cells: &Cells<'_>) -> bool {
        let Some((missing, cell)) = self.ring.behind_hole(cells) else { return false };
        let gap = self.gap(missing, cell.timestamp);
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
        self.missed(missing);
        true
    }

    /// Sound has been waiting over the whole window: true when a piece should go.
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
    fn lead_over(&mut self, means: &mut Means<'_, '_>, out: &mut [i16]) {
        let mut room = [0i16; limits::QUANTUM];
        self.piece(means, out);
        let Some(next) = room.get_mut(..out.len()) else { return };
        let filled = self.take(means, next);
        // a hole in the next piece: its samples are invented after the last sound
        let (came, missing) = next.split_at_mut_checked(filled).unwrap_or_default();
        if !missing.is_empty() {
            self.concealer.heard(means.history(out.len()), came);
            self.invent(means, missing, Some(0));
        }
        let whole = next.len() as i32;
        for (nth, (this, next)) in out.iter_mut().zip(next.iter()).enumerate() {
            let weight = nth as i32 + 1;
            *this = ((i32::from(*this) * (whole - weight) + i32::from(*next) * weight) / whole) as i16;
        }
        if filled == next.len() {
            self.concealer.replaced(means.history(out.len()), out);
        }
        up(&mut self.counts.spliced);
        self.depth = self.depth.saturating_sub(1);
        if u32::from(self.since_late) > u32::from(self.window_wanted) * 4 {
            self.window_wanted = (self.window_wanted / 2).max(WINDOW);
        }
        self.since_shrink = 0;
    }
}
