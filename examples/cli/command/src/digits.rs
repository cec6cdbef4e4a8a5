//! Digits on the command line: scripts of them, and the methods by which they go.

use crate::abi as c;
use crate::args::duration;
use clap::ValueEnum;
use std::time::Duration;

/// The method of digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum DigitsBy {
    /// Events of RFC 4733 where the far end takes them, else tones
    Auto,
    /// The same, but INFO where it does not
    AutoInfo,
    /// Events of RFC 4733
    Rtp,
    /// SIP INFO, application/dtmf-relay
    Info,
    /// SIP INFO, application/dtmf
    InfoPlain,
    /// Tones in the voice
    Inband,
}

impl DigitsBy {
    const ALL: [(Self, u32, &str); 6] = [
        (Self::Auto, c::MICROSIP_DTMF_AUTO, "auto"),
        (Self::AutoInfo, c::MICROSIP_DTMF_AUTO_INFO, "auto-info"),
        (Self::Rtp, c::MICROSIP_DTMF_RTP, "rtp"),
        (Self::Info, c::MICROSIP_DTMF_INFO, "info"),
        (Self::InfoPlain, c::MICROSIP_DTMF_INFO_PLAIN, "info-plain"),
        (Self::Inband, c::MICROSIP_DTMF_INBAND, "inband"),
    ];

    /// By its number in C; `None`: this program does not know it.
    pub(crate) fn read(number: u32) -> Option<Self> {
        Self::ALL.iter().find(|(_, other, _)| *other == number).map(|(by, ..)| *by)
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, _, other)| *other == name).map(|(by, ..)| *by)
    }

    pub(crate) fn number(self) -> u32 {
        Self::ALL.iter().find(|(by, ..)| *by == self).map_or(0, |(_, number, _)| *number)
    }

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(by, ..)| *by == self).map_or("", |(.., name)| name)
    }
}

/// Length, gap and level of digits, as members of the library's structs; 0: not given.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct DigitLook {
    pub(crate) ms: u32,
    pub(crate) gap_ms: u32,
    pub(crate) level_db: u32,
}

impl DigitLook {
    /// As they were given here. 0 dB has a name of its own there.
    pub(crate) fn new(length: Option<Duration>, gap: Option<Duration>, level: Option<u32>) -> Self {
        let ms = |time: Option<Duration>| time.map_or(0, |time| time.as_millis() as u32);
        let level_db = level.map_or(0, |db| if db == 0 { c::MICROSIP_NONE } else { db });
        Self { ms: ms(length), gap_ms: ms(gap), level_db }
    }

    /// These, and of the others what they do not give.
    pub(crate) fn or(self, other: Self) -> Self {
        let or = |own, other| if own == 0 { other } else { own };
        Self {
            ms: or(self.ms, other.ms),
            gap_ms: or(self.gap_ms, other.gap_ms),
            level_db: or(self.level_db, other.level_db),
        }
    }
}

/// The library has no others.
fn in_steps(time: Duration) -> bool {
    time.as_nanos().is_multiple_of(10_000_000)
}

pub(crate) fn digit_length(text: &str) -> Result<Duration, String> {
    let time = duration(text)?;
    if (Duration::from_millis(40)..=Duration::from_secs(20)).contains(&time) && in_steps(time) {
        Ok(time)
    } else {
        Err(format!("\"{text}\" is not within 40ms to 20s, in steps of 10ms"))
    }
}

pub(crate) fn digit_gap(text: &str) -> Result<Duration, String> {
    let time = duration(text)?;
    if (Duration::from_millis(40)..=Duration::from_millis(2500)).contains(&time) && in_steps(time) {
        Ok(time)
    } else {
        Err(format!("\"{text}\" is not within 40ms to 2.5s, in steps of 10ms"))
    }
}

pub(crate) fn digit_level(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(db @ 0..=63) => Ok(db),
        _ => Err(format!("\"{text}\" is not within 0 to 63, dB below 0 dBm0")),
    }
}

/// The most that the library lets wait.
const DIGITS: usize = 32;

/// Digits as `microsip_digits` takes them, checked before the call is placed.
pub(crate) fn digits(text: &str) -> Result<String, String> {
    const USE: &str = "use 0-9 * # A-D, a comma or p for a second's pause, w for half a second's";
    let known = |c: &char| matches!(c, '0'..='9' | '*' | '#' | 'A'..='D' | 'a'..='d' | ',' | 'p' | 'P' | 'w' | 'W');
    match text.chars().find(|c| !known(c)) {
        Some(wrong) => Err(format!("\"{wrong}\" is no digit; {USE}")),
        None if text.is_empty() => Err(format!("no digits; {USE}")),
        None if text.len() > DIGITS => Err(format!(
            "{} digits and pauses are more than can wait to be sent: give {DIGITS} at most, and send the rest by keys",
            text.len()
        )),
        None => Ok(text.to_owned()),
    }
}
