//! Codecs of the tests: their rows.

use super::{Coding, PCMU, Row};

/// As Opus: frames of 20 ms at 48 kHz, of which a packet may hold several. A frame is three bytes: its level, the level
/// of the frame before it, and a third.
pub(super) const FRAMED: Row = Row {
    name: "x-framed",
    clock: 48_000,
    channels: 2,
    rate: 48_000,
    payload_type: 110,
    events: 111,
    fmtp: "useinbandfec=1",
    coding: Coding::Frames(|payload| payload.len() as u32 / 3 * 960),
    frame_ms: 20,
};

/// As G.722: 16,000 samples a second, and 8000 ticks.
pub(super) const SPLIT: Row = Row { name: "x-split", rate: 16_000, payload_type: 112, ..PCMU };

/// As L16.
pub(super) const LINEAR: Row = Row {
    name: "x-linear",
    clock: 48_000,
    rate: 48_000,
    payload_type: 113,
    events: 111,
    coding: Coding::Ticks(2),
    ..PCMU
};
