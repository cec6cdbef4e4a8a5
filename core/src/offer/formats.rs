//! The payload types of an audio section.

use super::{Local, write::EVENTS};
use crate::{
    media::codec::Codec,
    wire::sdp::{Note, RtpMap},
};

/// The bit of a payload type among the 128.
const fn bit(payload_type: u8) -> u128 {
    1 << (payload_type & 127)
}

/// The meaning of a section's payload types: a bit for each of the 128.
#[derive(Default)]
pub(super) struct Formats {
    /// Named by `a=rtpmap`, or by the table behind it.
    named: u128,
    /// By the codecs' order in their table.
    voice: [u128; Codec::ALL.len()],
    /// telephone-events at the clock of each codec.
    events: [u128; Codec::ALL.len()],
    /// Named by `a=fmtp`.
    described: u128,
    /// Events that are not a telephone's digits.
    strange: u128,
}

impl Formats {
    pub(super) fn note(&mut self, note: Note<'_>) {
        match note {
            Note::Map(payload_type, text) if self.named & bit(payload_type) == 0 => {
                if let Some(map) = RtpMap::read(text) {
                    self.name(bit(payload_type), &map);
                }
            }
            Note::Parameters(payload_type, text) if self.described & bit(payload_type) == 0 => {
                self.described |= bit(payload_type);
                if !has_digits(text) {
                    self.strange |= bit(payload_type);
                }
            }
            _ => {}
        }
    }

    /// Adds the meanings that the section's lines may leave out.
    pub(super) fn complete(&mut self, ours: Option<&Local>) {
        // An answer that leaves out the map of a number of ours means our format.
        for entry in ours.iter().flat_map(|local| local.codecs.entries()) {
            self.add(entry.codec, bit(entry.payload_type));
        }
        for (payload_type, clock) in ours.iter().flat_map(|local| local.codecs.events()) {
            self.add_events(clock, bit(payload_type) & !self.named);
        }
        // rfc3264#5.1: without a=rtpmap the profile's table holds.
        for codec in Codec::ALL {
            if let Some(payload_type) = codec.static_type() {
                self.add(*codec, bit(payload_type));
            }
        }
    }

    fn name(&mut self, bit: u128, map: &RtpMap<'_>) {
        self.named |= bit;
        for (codec, voice) in Codec::ALL.iter().zip(&mut self.voice) {
            let known = map.clock == codec.clock()
                && map.channels == codec.channels()
                && map.name.eq_ignore_ascii_case(codec.name().as_bytes());
            if known {
                *voice |= bit;
                return;
            }
        }
        if map.name.eq_ignore_ascii_case(EVENTS.as_bytes()) {
            self.add_events(map.clock, bit);
        }
    }

    /// rfc4733#2.1: events share the voice's timestamps, and so its clock.
    fn add_events(&mut self, clock: u32, bit: u128) {
        self.named |= bit;
        for (codec, events) in Codec::ALL.iter().zip(&mut self.events) {
            if codec.clock() == clock {
                *events |= bit;
            }
        }
    }

    /// A number that no `a=rtpmap` names.
    fn add(&mut self, codec: Codec, bit: u128) {
        let bit = bit & !self.named;
        self.named |= bit;
        if let Some(voice) = self.voice.get_mut(codec as usize) {
            *voice |= bit;
        }
    }

    /// The codec of a payload type.
    pub(super) fn codec(&self, payload_type: u8) -> Option<Codec> {
        let bit = bit(payload_type);
        Codec::ALL.iter().zip(&self.voice).find(|(_, voice)| **voice & bit != 0).map(|(codec, _)| *codec)
    }

    /// A payload type has the digits, at this codec's clock.
    pub(super) fn takes_digits(&self, payload_type: u8, codec: Codec) -> bool {
        self.events.get(codec as usize).is_some_and(|events| events & !self.strange & bit(payload_type) != 0)
    }
}

/// A list of events like `0-15,66` holds the twelve keys. rfc4733#2.4.1: no list means the digits; so does one that
/// cannot be read.
fn has_digits(list: &[u8]) -> bool {
    let list = list.strip_prefix(b"events=").unwrap_or(list);
    if list.is_empty() {
        return true;
    }
    let mut keys = 0u16;
    for range in list.split(|byte| matches!(byte, b',' | b' ')).filter(|range| !range.is_empty()) {
        let mut ends = range.splitn(2, |byte| *byte == b'-');
        let event = |text: &[u8]| core::str::from_utf8(text.trim_ascii()).ok()?.parse::<u8>().ok();
        let Some(first) = ends.next().and_then(event) else { return true };
        let Some(last) = ends.next().map_or(Some(first), event) else { return true };
        for key in first..=last.min(11) {
            keys |= 1 << key;
        }
    }
    keys == 0x0fff
}
