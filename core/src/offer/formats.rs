//! The payload types of an audio section.

use super::{Local, write::EVENTS};
use crate::base::text::after_start;
use crate::{
    media::codec::Codec,
    wire::sdp::{Note, RtpMap, number},
};

/// A set of payload types: a bit for each of the 128. Words of 32 bits, for a board shifts longer ones by a function.
#[derive(Clone, Copy, Default)]
struct Types([u32; 4]);

impl Types {
    fn has(&self, payload_type: u8) -> bool {
        let word = self.0.get(usize::from(payload_type >> 5 & 3));
        word.is_some_and(|word| word >> (payload_type & 31) & 1 != 0)
    }

    /// Adds one. False: it is there already.
    fn add(&mut self, payload_type: u8) -> bool {
        let fresh = !self.has(payload_type);
        if let Some(word) = self.0.get_mut(usize::from(payload_type >> 5 & 3)) {
            *word |= 1 << (payload_type & 31);
        }
        fresh
    }
}

/// The meaning of a section's payload types.
#[derive(Default)]
pub(super) struct Formats {
    /// Named by `a=rtpmap`, or by the table behind it.
    named: Types,
    /// By the codecs' order in their table.
    voice: [Types; Codec::ALL.len()],
    /// telephone-events at the clock of each codec.
    events: [Types; Codec::ALL.len()],
    /// Named by `a=fmtp`.
    described: Types,
    /// Events that are not a telephone's digits.
    strange: Types,
}

impl Formats {
    pub(super) fn note(&mut self, note: Note<'_>) {
        match note {
            Note::Map(payload_type, text) if !self.named.has(payload_type) => {
                if let Some(map) = RtpMap::read(text) {
                    self.name(payload_type, &map);
                }
            }
            Note::Parameters(payload_type, text) if self.described.add(payload_type) && !has_digits(text) => {
                self.strange.add(payload_type);
            }
            _ => {}
        }
    }

    /// Adds the meanings that the section's lines may leave out.
    pub(super) fn complete(&mut self, ours: Option<&Local>) {
        // An answer that leaves out the map of a number of ours means our format.
        if let Some(local) = ours {
            for entry in local.codecs.entries() {
                self.add(entry.codec, entry.payload_type);
            }
            for (payload_type, clock) in local.codecs.events() {
                self.add_events(clock, payload_type);
            }
        }
        // rfc3264#5.1: without a=rtpmap the profile's table holds.
        for codec in Codec::ALL {
            if let Some(payload_type) = codec.static_type() {
                self.add(*codec, payload_type);
            }
        }
    }

    fn name(&mut self, payload_type: u8, map: &RtpMap<'_>) {
        for codec in Codec::ALL {
            let known = map.clock == codec.clock()
                && map.channels == codec.channels()
                && map.name.eq_ignore_ascii_case(codec.name().as_bytes());
            if known {
                return self.add(*codec, payload_type);
            }
        }
        if map.name.eq_ignore_ascii_case(EVENTS.as_bytes()) {
            self.add_events(map.clock, payload_type);
        }
        // whatever it is, it is no other format
        self.named.add(payload_type);
    }

    /// A number that no `a=rtpmap` names, for events. rfc4733#2.1: they share the voice's timestamps, and so its clock.
    fn add_events(&mut self, clock: u32, payload_type: u8) {
        if !self.named.add(payload_type) {
            return;
        }
        for (codec, events) in Codec::ALL.iter().zip(&mut self.events) {
            if codec.clock() == clock {
                events.add(payload_type);
            }
        }
    }

    /// The same for a codec.
    fn add(&mut self, codec: Codec, payload_type: u8) {
        if self.named.add(payload_type)
            && let Some(voice) = self.voice.get_mut(codec as usize)
        {
            voice.add(payload_type);
        }
    }

    /// The codec of a payload type.
    pub(super) fn codec(&self, payload_type: u8) -> Option<Codec> {
        Codec::ALL.iter().zip(&self.voice).find(|(_, voice)| voice.has(payload_type)).map(|(codec, _)| *codec)
    }

    /// A payload type has the digits, at this codec's clock.
    pub(super) fn takes_digits(&self, payload_type: u8, codec: Codec) -> bool {
        !self.strange.has(payload_type)
            && self.events.get(codec as usize).is_some_and(|events| events.has(payload_type))
    }
}

/// A list of events like `0-15,66` holds the twelve keys. rfc4733#2.4.1: no list means the digits; so does one that
/// cannot be read.
fn has_digits(list: &[u8]) -> bool {
    let list = after_start(list, b"events=").unwrap_or(list);
    if list.is_empty() {
        return true;
    }
    let mut keys = 0u16;
    for range in list.split(|byte| matches!(byte, b',' | b' ')).filter(|range| !range.is_empty()) {
        let mut ends = range.splitn(2, |byte| *byte == b'-');
        let event = |text: &[u8]| u8::try_from(number(text.trim_ascii())?).ok();
        let Some(first) = ends.next().and_then(event) else { return true };
        let Some(last) = ends.next().map_or(Some(first), event) else { return true };
        for key in first..=last.min(11) {
            keys |= 1 << key;
        }
    }
    keys == 0x0fff
}
