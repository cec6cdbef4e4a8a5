//! Received packets by sequence number, in lent memory.
//!
//! The memory is cut into cells of `stride` bytes: a header of 12 and a payload. A packet stands in the cell that its
//! sequence number names, so finding, storing and noticing a double cost the same for any number of cells. A payload
//! longer than a cell (a peer that ignores ptime) is cut over `parts` cells, if its codec lets it be cut.

use crate::base::copying::copy;
use crate::base::limits;

#[cfg(test)]
mod tests;

/// A cell with nothing in it.
const EMPTY: u8 = 0;
/// A cell with voice.
const VOICE: u8 = 1;
/// A packet that holds no voice (an event): it keeps its cell, so that it is not taken for lost.
const OTHER: u8 = 2;

/// The lent memory, cut into cells.
#[derive(Debug)]
pub struct Cells<'b> {
    memory: &'b mut [u8],
    stride: usize,
    count: u32,
}

/// A cell's content.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cell<'b> {
    /// Its payload type; `None` when it holds no voice.
    pub payload_type: Option<u8>,
    /// Its first sample's timestamp.
    pub timestamp: u32,
    /// The payload, or its part.
    pub payload: &'b [u8],
}

impl<'b> Cells<'b> {
    /// Cuts memory; a stride too small for any payload leaves no cells.
    pub fn new(memory: &'b mut [u8], stride: usize) -> Self {
        let count = if stride > limits::RING_HEADER { memory.len() / stride } else { 0 };
        Self { memory, stride, count: count.min(1 << 15) as u32 }
    }

    /// The number of cells.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Payload bytes of one.
    #[must_use]
    pub const fn room(&self) -> usize {
        self.stride.saturating_sub(limits::RING_HEADER)
    }

    fn cell(&self, unit: u32) -> Option<&[u8]> {
        let at = unit.checked_rem(self.count)? as usize * self.stride;
        self.memory.get(at..at + self.stride)
    }

    fn cell_mut(&mut self, unit: u32) -> Option<&mut [u8]> {
        let at = unit.checked_rem(self.count)? as usize * self.stride;
        self.memory.get_mut(at..at + self.stride)
    }

    fn clear_all(&mut self) {
        for cell in self.memory.chunks_exact_mut(self.stride.max(1)) {
            if let Some(kind) = cell.first_mut() {
                *kind = EMPTY;
            }
        }
    }

    /// The cell of a unit, if that unit stands in it.
    fn get(&self, unit: u32) -> Option<Cell<'_>> {
        let (header, payload) = self.cell(unit)?.split_first_chunk::<{ limits::RING_HEADER }>()?;
        let [kind, payload_type, l0, l1, u0, u1, u2, u3, t0, t1, t2, t3] = *header;
        if kind == EMPTY || u32::from_le_bytes([u0, u1, u2, u3]) != unit {
            return None;
        }
        Some(Cell {
            payload_type: (kind == VOICE).then_some(payload_type),
            timestamp: u32::from_le_bytes([t0, t1, t2, t3]),
            payload: payload.get(..usize::from(u16::from_le_bytes([l0, l1])))?,
        })
    }

    fn put(&mut self, unit: u32, payload_type: Option<u8>, timestamp: u32, payload: &[u8]) {
        let Some((header, room)) =
            self.cell_mut(unit).and_then(|cell| cell.split_first_chunk_mut::<{ limits::RING_HEADER }>())
        else {
            return;
        };
        let Some(room) = room.get_mut(..payload.len()) else { return };
        copy(payload, room);
        let [l0, l1] = (payload.len() as u16).to_le_bytes();
        let [u0, u1, u2, u3] = unit.to_le_bytes();
        let [t0, t1, t2, t3] = timestamp.to_le_bytes();
        let kind = if payload_type.is_some() { VOICE } else { OTHER };
        *header = [kind, payload_type.unwrap_or(0), l0, l1, u0, u1, u2, u3, t0, t1, t2, t3];
    }

    fn take(&mut self, unit: u32) {
        if self.get(unit).is_some()
            && let Some(kind) = self.cell_mut(unit).and_then(|cell| cell.first_mut())
        {
            *kind = EMPTY;
        }
    }
}

/// A packet's fate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stored {
    /// It waits; this many older packets had to go for it.
    Waits {
        /// Packets dropped because the ring was full.
        dropped: u32,
    },
    /// Its time has passed.
    Late,
    /// It does not fit the cells.
    Oversize,
}

/// A packet to store.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// Sequence number with cycles.
    pub sequence: u32,
    /// `None`: it holds no voice.
    pub payload_type: Option<u8>,
    /// In the codec's clock.
    pub timestamp: u32,
    /// The part of it to keep.
    pub payload: &'a [u8],
    /// Bytes that make a tick of the clock, so that parts get timestamps; 0 when the payload must not be cut.
    pub tick_bytes: usize,
}

/// The next packet, and the state of its parts.
#[derive(Clone, Copy, Debug)]
pub struct Ring {
    next: u32,
    highest: u32,
    part: u8,
    parts: u8,
    begun: bool,
    clean: bool,
}

impl Ring {
    /// Nothing came yet; the memory's content is void.
    pub const EMPTY: Self = Self { next: 0, highest: 0, part: 0, parts: 1, begun: false, clean: false };

    /// Begins anew at the next packet.
    pub fn restart(&mut self) {
        *self = Self { parts: self.parts, ..Self::EMPTY };
    }

    /// The turn: packet and part.
    #[must_use]
    pub const fn position(&self) -> (u32, u8) {
        (self.next, self.part)
    }

    /// A packet has come since the restart.
    #[must_use]
    pub const fn begun(&self) -> bool {
        self.begun
    }

    /// The distance of a sequence number from the next packet.
    #[must_use]
    pub const fn ahead(&self, sequence: u32) -> i32 {
        sequence.wrapping_sub(self.next) as i32
    }

    const fn unit(&self, sequence: u32, part: u8) -> u32 {
        sequence.wrapping_mul(self.parts as u32).wrapping_add(part as u32)
    }

    /// Stores a packet.
    pub fn store(&mut self, cells: &mut Cells<'_>, packet: &Arrival<'_>) -> Stored {
        let room = cells.room() - cells.room() % packet.tick_bytes.max(1); // cut between two ticks
        let needed = packet.payload.len().div_ceil(room.max(1)).max(1);
        // half of the cells for one packet would leave no room for jitter
        if (needed > 1 && packet.tick_bytes == 0)
            || needed as u32 > (cells.count() / 2).max(1)
            || needed > 255
            || cells.count() == 0
        {
            return Stored::Oversize;
        }
        if !self.clean || needed as u8 > self.parts {
            // the peer's packets are longer than thought: those that wait stand in the wrong cells
            if self.clean {
                self.next = self.highest.wrapping_add(1);
            }
            cells.clear_all();
            self.clean = true;
            self.parts = self.parts.max(needed as u8);
            self.part = 0;
        }
        if !self.begun {
            self.begun = true;
            self.next = packet.sequence;
            self.highest = packet.sequence;
        }
        let ahead = self.ahead(packet.sequence);
        if ahead < 0 || (ahead == 0 && self.part > 0) {
            return Stored::Late;
        }
        let capacity = (cells.count() / u32::from(self.parts)).max(1);
        let mut dropped = 0;
        if ahead as u32 >= capacity {
            // full: the oldest go
            let target = packet.sequence.wrapping_sub(capacity - 1);
            let steps = target.wrapping_sub(self.next);
            for _ in 0..steps.min(capacity) {
                dropped += u32::from(self.drop_next(cells));
            }
            self.next = target;
            self.part = 0;
        }
        let mut rest = packet.payload;
        let mut timestamp = packet.timestamp;
        for part in 0..self.parts {
            let (piece, behind) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            let kind = if part > 0 && piece.is_empty() { None } else { packet.payload_type };
            cells.put(self.unit(packet.sequence, part), kind, timestamp, piece);
            timestamp = timestamp.wrapping_add(piece.len().checked_div(packet.tick_bytes).unwrap_or(0) as u32);
            rest = behind;
        }
        if self.highest.wrapping_sub(packet.sequence) as i32 <= 0 {
            self.highest = packet.sequence;
        }
        Stored::Waits { dropped }
    }

    /// The packet, or part of it, whose turn it is.
    #[must_use]
    pub fn head<'c>(&self, cells: &'c Cells<'_>) -> Option<Cell<'c>> {
        if !self.begun {
            return None;
        }
        cells.get(self.unit(self.next, self.part))
    }

    /// Done with the head: on to the next part or packet.
    pub fn advance(&mut self, cells: &mut Cells<'_>) {
        cells.take(self.unit(self.next, self.part));
        self.part += 1;
        if self.part >= self.parts {
            self.part = 0;
            self.next = self.next.wrapping_add(1);
        }
    }

    /// Drops the rest of the next packet; true if it was there.
    fn drop_next(&mut self, cells: &mut Cells<'_>) -> bool {
        let there = self.head(cells).is_some();
        let next = self.next;
        while self.next == next {
            self.advance(cells);
        }
        there
    }

    /// The first packet behind a hole, and the number missing before it.
    #[must_use]
    pub fn behind_hole<'c>(&self, cells: &'c Cells<'_>) -> Option<(u32, Cell<'c>)> {
        let waiting = self.highest.wrapping_sub(self.next);
        if !self.begun || waiting as i32 <= 0 {
            return None;
        }
        (1..=waiting.min(cells.count())).find_map(|missing| {
            let cell = cells.get(self.unit(self.next.wrapping_add(missing), 0))?;
            Some((missing, cell))
        })
    }

    /// Gives up on missing packets.
    pub fn skip(&mut self, missing: u32) {
        self.next = self.next.wrapping_add(missing);
        self.part = 0;
    }

    /// The next packet or a later one is here.
    #[must_use]
    pub const fn waits(&self) -> bool {
        self.begun && self.highest.wrapping_sub(self.next) as i32 >= 0
    }
}
