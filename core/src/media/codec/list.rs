//! Codecs under payload types, as a description lists them.

use super::{Codec, FIRST_DYNAMIC};
use crate::base::limits::CODECS;

/// A codec under a payload type.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CodecEntry {
    /// The codec.
    pub codec: Codec,
    /// The number that its packets carry.
    pub payload_type: u8,
    /// The number of telephone-events at its clock (rfc4733#2.1); `None`: there are none.
    pub events: Option<u8>,
}

/// Codecs in order, the most wanted first; at most [`CODECS`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CodecList {
    entries: [CodecEntry; CODECS],
    len: u8,
}

impl CodecList {
    /// No codec.
    pub const EMPTY: Self =
        Self { entries: [CodecEntry { codec: Codec::FIRST, payload_type: 0, events: None }; CODECS], len: 0 };

    /// The codecs of a phone that is not told any: those that every telephone has.
    #[must_use]
    pub fn built_in() -> Self {
        Self::of(&[Codec::Pcmu, Codec::Pcma])
    }

    /// Codecs under the payload types of our offers; those beyond [`CODECS`] are left out.
    #[must_use]
    pub fn of(codecs: &[Codec]) -> Self {
        let mut list = Self::EMPTY;
        for codec in codecs {
            list.push(codec.entry());
        }
        list
    }

    /// One codec.
    #[must_use]
    pub fn of_one(entry: CodecEntry) -> Self {
        let mut list = Self::EMPTY;
        list.push(entry);
        list
    }

    /// The same, without telephone-events.
    #[must_use]
    pub fn without_events(mut self) -> Self {
        self.entries.iter_mut().for_each(|entry| entry.events = None);
        self
    }

    /// Appends one; `false` when the list is full or its payload type is in use.
    pub fn push(&mut self, entry: CodecEntry) -> bool {
        if self.uses(entry.payload_type) {
            return false;
        }
        let Some(slot) = self.entries.get_mut(usize::from(self.len)) else { return false };
        *slot = entry;
        self.len += 1;
        true
    }

    /// The entries in order.
    #[must_use]
    pub fn entries(&self) -> &[CodecEntry] {
        self.entries.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// One of them needs memory for each stream.
    #[must_use]
    pub fn remembers(&self) -> bool {
        self.entries().iter().any(|entry| entry.codec.remembers())
    }

    /// The bytes of 10 ms of the codec that takes most.
    #[must_use]
    pub fn quantum_bytes(&self) -> usize {
        self.entries().iter().map(|entry| entry.codec.quantum_bytes()).max().unwrap_or(0)
    }

    /// The codec under a payload type.
    #[must_use]
    pub fn codec(&self, payload_type: u8) -> Option<Codec> {
        self.entries().iter().find(|entry| entry.payload_type == payload_type).map(|entry| entry.codec)
    }

    /// It holds that codec.
    #[must_use]
    pub fn has(&self, codec: Codec) -> bool {
        self.entries().iter().any(|entry| entry.codec == codec)
    }

    /// The payload types of telephone-events, each once, with their clocks.
    pub fn events(&self) -> impl Iterator<Item = (u8, u32)> {
        self.entries().iter().enumerate().filter_map(|(nth, entry)| {
            let number = entry.events?;
            let told = self.entries().iter().take(nth).any(|before| before.events == Some(number));
            (!told).then_some((number, entry.codec.clock()))
        })
    }

    /// The clock of the telephone-events under a payload type; `None`: it is not theirs.
    #[must_use]
    pub fn events_clock(&self, payload_type: u8) -> Option<u32> {
        let entry = self.entries().iter().find(|entry| entry.events == Some(payload_type));
        entry.map(|entry| entry.codec.clock())
    }

    /// The payload type of telephone-events at a clock.
    #[must_use]
    pub fn events_at(&self, clock: u32) -> Option<u8> {
        self.entries().iter().filter(|entry| entry.codec.clock() == clock).find_map(|entry| entry.events)
    }

    /// A payload type has a meaning.
    fn uses(&self, payload_type: u8) -> bool {
        self.codec(payload_type).is_some() || self.events_clock(payload_type).is_some()
    }

    /// The same codecs, with the payload types that a session already uses.
    ///
    /// rfc3264#8.3.2: a number that once meant a format means it to the end of the session, so a codec whose number
    /// has another meaning there gets a free one.
    #[must_use]
    pub fn continuing(&self, used: &Self) -> Self {
        let mut list = Self::EMPTY;
        let mut free = (FIRST_DYNAMIC..=127).rev().filter(|number| !used.uses(*number) && !self.uses(*number));
        let mut keep = |number: u8| if used.uses(number) { free.next().unwrap_or(number) } else { number };
        for own in self.entries() {
            let before = used.entries().iter().find(|entry| entry.codec == own.codec);
            let payload_type = before.map_or_else(|| keep(own.payload_type), |entry| entry.payload_type);
            let clock = own.codec.clock();
            let events = own
                .events
                .map(|number| used.events_at(clock).or_else(|| list.events_at(clock)).unwrap_or_else(|| keep(number)));
            list.push(CodecEntry { codec: own.codec, payload_type, events });
        }
        list
    }
}
