//! The payload of a telephone-event packet (RFC 4733 §2.3), digits as characters, and in the bodies of INFO.

#[cfg(feature = "info")]
pub mod info;
#[cfg(test)]
mod tests;

/// Length of one event report.
pub const EVENT_LEN: usize = 4;

/// One report on an event.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Event {
    /// The event: 0 to 9, `*` 10, `#` 11, A to D 12 to 15; others are no digits.
    pub code: u8,
    /// It is over; the duration is the whole one.
    pub end: bool,
    /// Level in -dBm0, 0 to 63.
    pub volume: u8,
    /// Its duration so far, in the RTP clock.
    pub duration: u16,
}

impl Event {
    /// Reads the first report of a payload.
    #[must_use]
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let [code, second, high, low] = *payload.first_chunk::<EVENT_LEN>()?;
        // rfc4733#2.3.3: the reserved bit is ignored
        Some(Self { code, end: second & 0x80 != 0, volume: second & 0x3f, duration: u16::from_be_bytes([high, low]) })
    }

    /// The report's four bytes.
    #[must_use]
    pub const fn bytes(self) -> [u8; EVENT_LEN] {
        let [high, low] = self.duration.to_be_bytes();
        [self.code, ((self.end as u8) << 7) | (self.volume & 0x3f), high, low]
    }

    /// Writes the report; `None` when there is no room.
    pub fn write(self, buffer: &mut [u8]) -> Option<usize> {
        *buffer.first_chunk_mut::<EVENT_LEN>()? = self.bytes();
        Some(EVENT_LEN)
    }
}

/// The event of a digit: `0` to `9`, `*`, `#`, `A` to `D` in either case.
#[must_use]
pub const fn event_of(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'*' => Some(10),
        b'#' => Some(11),
        b'A'..=b'D' => Some(digit - b'A' + 12),
        b'a'..=b'd' => Some(digit - b'a' + 12),
        _ => None,
    }
}

/// The digit of an event; `None` when the event is not a digit. We say that we take 0 to 15, so a flash (16 in RFC
/// 2833) is none.
#[must_use]
pub const fn digit_of(event: u8) -> Option<u8> {
    match event {
        0..=9 => Some(b'0' + event),
        10 => Some(b'*'),
        11 => Some(b'#'),
        12..=15 => Some(b'A' + (event - 12)),
        _ => None,
    }
}
