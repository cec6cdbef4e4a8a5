//! The signals of countries.
//!
//! Frequencies and rhythms are facts of ITU-T's list "Various tones used in national networks" (E.180 Supplement 2, and
//! Operational Bulletin 781 of 2003), or of a network's own specification: AU: ACIF S002, GB: BT SIN 350, NZ: TNA 102,
//! RU: GOST 45.223, SG: IDA TS PSTN 1. Each row was compared with the tables of Asterisk, DAHDI and FreePBX, and a
//! country that none of them has is not here. Where a list has several tones for a country, it is the one of most
//! exchanges. What a country has not listed is E.180's own. Levels are E.180's: -10 dBm0 within 5 dB, on a line. The
//! ring and its variants are no network's (a bell rings by a current), so they have the country's rhythm of ringing, and
//! those that Telcordia GR-506 numbers.

use super::Tone;
use super::signal::{PARTS, Signal};

#[cfg(test)]
mod tests;

/// The meaning of a signal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Meaning {
    /// Dial tone.
    Dial = 1,
    /// The far end rings.
    Ringback = 2,
    /// The far end is busy.
    Busy = 3,
    /// Congestion, also called reorder: there is no way to the far end.
    Congestion = 4,
    /// Another call waits: beeps into a call.
    Waiting = 5,
    /// The phone rings.
    Ring = 6,
    /// Confirmed: beeps, once.
    Confirmation = 7,
}

impl Meaning {
    /// The one with this number.
    #[must_use]
    pub const fn of(number: u32) -> Option<Self> {
        Some(match number {
            1 => Self::Dial,
            2 => Self::Ringback,
            3 => Self::Busy,
            4 => Self::Congestion,
            5 => Self::Waiting,
            6 => Self::Ring,
            7 => Self::Confirmation,
            _ => return None,
        })
    }
}

/// Peak of each frequency, -13 dBm0: a pair is at -10.
const LEVEL: u16 = 5000;
/// The same of what lies over a voice: 6 dB less.
const LEVEL_OVER: u16 = 2500;
/// The same of the ring, which is heard from another room.
const LEVEL_RING: u16 = 10_000;
/// The ring's sound: an octave that warbles, within what small loudspeakers give.
const RINGER: Pitch = Pitch { frequencies: [1000, 2000], modulation: 20 };
/// Confirmation: bursts and pauses of a tenth of a second, twice.
const CONFIRMATION: &[u16] = &[100, 100, 100, 100];

/// Telcordia GR-506 numbers five rhythms of ringing; phones have three more, of which no standard speaks: three short
/// rings, three longer ones, one alone.
const NUMBERED: [&[u16]; 8] = [
    &[2000, 4000],
    &[800, 400, 800, 4000],
    &[400, 200, 400, 200, 800, 4000],
    &[300, 200, 1000, 200, 300, 4000],
    &[500, 5500],
    &[200, 400, 200, 400, 200, 4000],
    &[400, 200, 400, 200, 400, 4000],
    &[250, 9750],
];
/// Numbers of rings with a rhythm of their own: 1 to this one.
pub const RINGS: u8 = NUMBERED.len() as u8;

/// Frequencies of a tone, and its modulation.
#[derive(Clone, Copy, Debug)]
struct Pitch {
    frequencies: [u16; 2],
    modulation: u16,
}

const fn one(hz: u16) -> Pitch {
    Pitch { frequencies: [hz, 0], modulation: 0 }
}

const fn two(first: u16, second: u16) -> Pitch {
    Pitch { frequencies: [first, second], modulation: 0 }
}

/// One frequency, modulated by another.
const fn by(hz: u16, modulation: u16) -> Pitch {
    Pitch { frequencies: [hz, 0], modulation }
}

type Rhythm = &'static [u16];

/// The signals of a country.
#[derive(Clone, Copy, Debug)]
pub struct Country {
    code: &'static str,
    dial: (Pitch, Rhythm),
    ringback: (Pitch, Rhythm),
    busy: (Pitch, Rhythm),
    congestion: (Pitch, Rhythm),
    waiting: (Pitch, Rhythm),
}

/// A country with one pitch for all.
const fn plain(code: &'static str, hz: u16, [ringback, busy, congestion, waiting]: [Rhythm; 4]) -> Country {
    mixed(code, one(hz), one(hz), one(hz), [ringback, busy, congestion, waiting], one(hz))
}

/// A country with a pitch of its own for dial tone, ringback, busy and congestion, and waiting.
const fn mixed(
    code: &'static str,
    dial: Pitch,
    ring: Pitch,
    busy: Pitch,
    [ringback, engaged, congestion, waiting]: [Rhythm; 4],
    waits: Pitch,
) -> Country {
    Country {
        code,
        dial: (dial, &[]),
        ringback: (ring, ringback),
        busy: (busy, engaged),
        congestion: (busy, congestion),
        waiting: (waits, waiting),
    }
}

/// E.180's own: for any country that is not among these.
pub const ITU: Country = plain("", 425, [&[1000, 4000], &[500, 500], &[250, 250], &[200, 600, 200, 9000]]);

/// North America's precise tone plan.
const fn precise(code: &'static str) -> Country {
    let rhythms: [Rhythm; 4] = [&[2000, 4000], &[500, 500], &[250, 250], &[300, 10_000]];
    mixed(code, two(350, 440), two(440, 480), two(480, 620), rhythms, one(440))
}

/// A country whose dial tone has a rhythm.
const fn dials(country: Country, rhythm: Rhythm) -> Country {
    Country { dial: (country.dial.0, rhythm), ..country }
}

/// Two rings, as in Britain and where its exchanges went.
const TWICE: Rhythm = &[400, 200, 400, 2000];

/// By their codes, in order.
const COUNTRIES: [Country; 48] = [
    plain("AR", 425, [&[1000, 4500], &[300, 300], &[200, 300], &[400, 200, 400, 4000]]),
    plain("AT", 420, [&[1000, 5000], &[400, 400], &[200, 200], &[40, 1960]]),
    mixed(
        "AU",
        two(413, 438),
        two(413, 438),
        one(425),
        [TWICE, &[375, 375], &[375, 375], &[200, 200, 200, 4400]],
        one(425),
    ),
    mixed(
        "BE",
        one(425),
        one(425),
        one(425),
        [&[1000, 3000], &[500, 500], &[167, 167], &[175, 175, 175, 3500]],
        one(1400),
    ),
    plain("BG", 425, [&[1000, 4000], &[500, 500], &[250, 250], &[150, 150, 150, 4000]]),
    plain("BR", 425, [&[1000, 4000], &[250, 250], &[250, 250, 750, 250], &[50, 1000]]),
    precise("CA"),
    plain("CH", 425, [&[1000, 4000], &[500, 500], &[200, 200], &[200, 200, 200, 4000]]),
    plain("CL", 400, [&[1000, 3000], &[500, 500], &[200, 200], &[250, 8750]]),
    plain("CN", 450, [&[1000, 4000], &[350, 350], &[700, 700], &[400, 4000]]),
    plain("CR", 450, [&[1200, 4900], &[330, 330], &[330, 330], &[150, 150, 150, 8000]]),
    dials(plain("CZ", 425, [&[1000, 4000], &[330, 330], &[165, 165], &[330, 9000]]), &[330, 330, 660, 660]),
    plain("DE", 425, [&[1000, 4000], &[480, 480], &[240, 240], &[200, 200, 200, 5000]]),
    plain("DK", 425, [&[1000, 4000], &[500, 500], &[200, 200], &[200, 600, 200, 3000]]),
    plain("EE", 425, [&[1000, 4000], &[300, 300], &[200, 200], &[200, 600, 200, 9000]]),
    plain("ES", 425, [&[1500, 3000], &[200, 200], &[200, 200, 200, 200, 200, 600], &[175, 175, 175, 3500]]),
    plain("FI", 425, [&[1000, 4000], &[300, 300], &[200, 200], &[150, 150, 150, 8000]]),
    plain("FR", 440, [&[1500, 3500], &[500, 500], &[250, 250], &[300, 10_000]]),
    mixed(
        "GB",
        two(350, 440),
        two(400, 450),
        one(400),
        [TWICE, &[375, 375], &[400, 350, 225, 525], &[100, 4000]],
        one(400),
    ),
    dials(plain("GR", 425, [&[1000, 4000], &[300, 300], &[200, 200], &[150, 150, 150, 8000]]), &[200, 300, 700, 800]),
    mixed(
        "HK",
        two(350, 440),
        two(440, 480),
        two(480, 620),
        [&[400, 200, 400, 3000], &[500, 500], &[250, 250], &[300, 10_000]],
        one(440),
    ),
    plain("HU", 425, [&[1250, 3750], &[300, 300], &[300, 300], &[40, 1960]]),
    plain("ID", 425, [&[1000, 4000], &[500, 500], &[250, 250], &[150, 150, 150, 10_000]]),
    mixed("IE", one(425), two(400, 450), one(425), [TWICE, &[450, 450], &[375, 375], &[200, 200, 200, 4000]], one(425)),
    plain("IL", 414, [&[1000, 3000], &[500, 500], &[250, 250], &[100, 100, 100, 100, 600, 3000]]),
    mixed(
        "IN",
        by(400, 25),
        by(400, 25),
        one(400),
        [TWICE, &[750, 750], &[250, 250], &[200, 100, 200, 7500]],
        one(400),
    ),
    dials(
        plain("IT", 425, [&[1000, 4000], &[500, 500], &[200, 200], &[400, 100, 250, 100, 150, 14_000]]),
        &[200, 200, 600, 1000],
    ),
    mixed("JP", one(400), by(400, 16), one(400), [&[1000, 2000], &[500, 500], &[500, 500], &[500, 8000]], by(400, 16)),
    plain("LT", 425, [&[1000, 4000], &[350, 350], &[200, 200], &[150, 150, 150, 4000]]),
    plain("MO", 425, [&[1000, 4000], &[500, 500], &[250, 250], &[200, 600]]),
    plain("MX", 425, [&[1000, 4000], &[250, 250], &[250, 250], &[200, 600, 200, 10_000]]),
    plain("MY", 425, [TWICE, &[500, 500], &[500, 500], &[100, 4000]]),
    plain("NL", 425, [&[1000, 4000], &[500, 500], &[250, 250], &[500, 9500]]),
    plain("NO", 425, [&[1000, 4000], &[500, 500], &[200, 200], &[200, 600, 200, 10_000]]),
    mixed("NZ", one(400), two(400, 450), one(400), [TWICE, &[500, 500], &[250, 250], &[200, 3000]], one(400)),
    mixed(
        "PH",
        one(425),
        two(425, 480),
        two(480, 620),
        [&[1000, 4000], &[500, 500], &[250, 250], &[300, 10_000]],
        one(440),
    ),
    plain("PL", 425, [&[1000, 4000], &[500, 500], &[500, 500], &[150, 150, 150, 4000]]),
    plain("PT", 425, [&[1000, 5000], &[500, 500], &[200, 200], &[200, 200, 200, 5000]]),
    mixed(
        "RO",
        one(450),
        by(450, 25),
        one(450),
        [&[1850, 4150], &[167, 167], &[500, 500], &[150, 150, 150, 8000]],
        one(450),
    ),
    plain("RU", 425, [&[1000, 4000], &[350, 350], &[175, 175], &[200, 5000]]),
    plain("SE", 425, [&[1000, 5000], &[250, 250], &[250, 750], &[200, 500, 200, 9100]]),
    mixed(
        "SG",
        one(425),
        by(425, 24),
        one(425),
        [TWICE, &[750, 750], &[250, 250], &[300, 200, 300, 3200]],
        by(425, 24),
    ),
    mixed("TH", by(400, 50), one(400), one(400), [&[1000, 4000], &[500, 500], &[300, 300], &[400, 10_000]], one(1000)),
    plain("TR", 450, [&[2000, 4000], &[500, 500], &[200, 200, 200, 200, 200, 200, 600, 200], &[200, 600, 200, 8000]]),
    mixed(
        "TW",
        two(350, 440),
        two(440, 480),
        two(480, 620),
        [&[1000, 2000], &[500, 500], &[250, 250], &[250, 250, 250, 3250]],
        two(350, 440),
    ),
    precise("US"),
    mixed("VE", one(425), one(425), one(425), [&[1000, 4000], &[500, 500], &[250, 250], &[300, 6000]], two(400, 450)),
    mixed("ZA", by(400, 33), by(400, 33), one(400), [TWICE, &[500, 500], &[250, 250], &[250, 250]], by(400, 33)),
];

impl Country {
    /// A country by its two letters of ISO 3166, large or small; `""`: [`ITU`]. `None`: it is not in the table.
    #[must_use]
    pub fn find(code: &str) -> Option<&'static Self> {
        if code.is_empty() {
            return Some(&ITU);
        }
        COUNTRIES.iter().find(|country| country.code.eq_ignore_ascii_case(code))
    }

    /// All that are in the table, by their codes.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        &COUNTRIES
    }

    /// Its two letters of ISO 3166; `""`: it is [`ITU`].
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// One of its signals.
    #[must_use]
    pub fn signal(&self, meaning: Meaning) -> Signal {
        let (pitch, rhythm) = match meaning {
            Meaning::Dial => self.dial,
            Meaning::Ringback => self.ringback,
            Meaning::Busy => self.busy,
            Meaning::Congestion => self.congestion,
            Meaning::Waiting => self.waiting,
            Meaning::Ring => return self.ring(0),
            Meaning::Confirmation => (self.dial.0, CONFIRMATION),
        };
        let over = matches!(meaning, Meaning::Waiting | Meaning::Confirmation);
        let signal = signal(pitch, if over { LEVEL_OVER } else { LEVEL }, rhythm);
        Signal { rounds: u8::from(meaning == Meaning::Confirmation), ..signal }
    }

    /// Its ring; 1 to [`RINGS`]: one with a rhythm of its own.
    #[must_use]
    pub fn ring(&self, number: u8) -> Signal {
        let own = usize::from(number).checked_sub(1).and_then(|at| NUMBERED.get(at));
        signal(RINGER, LEVEL_RING, own.copied().unwrap_or(self.ringback.1))
    }
}

fn signal(pitch: Pitch, level: u16, rhythm: &[u16]) -> Signal {
    let mut cadence = [0; PARTS];
    cadence.iter_mut().zip(rhythm).for_each(|(part, ms)| *part = *ms);
    Signal { tone: Tone { frequencies: pitch.frequencies, level }, modulation: pitch.modulation, cadence, rounds: 0 }
}
