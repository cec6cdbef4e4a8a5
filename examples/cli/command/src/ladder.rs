//! SIP messages as a ladder: two lines of life and an arrow a message. rsip decodes the lines below an arrow (feature
//! `trace`); without it, and where it cannot, the message follows as it is.

use std::fmt::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::output::{harmless, shorten};

#[cfg(feature = "trace")]
mod details;
/// Without rsip no message is decoded.
#[cfg(not(feature = "trace"))]
mod details {
    pub(super) fn details(_bytes: &[u8]) -> Option<Vec<String>> {
        None
    }
}

/// Columns between the two lines of life.
const INNER: usize = 56;
/// Columns left of them, for the time.
const MARGIN: usize = 11;

/// A message for people: the label on the arrow, and the lines below it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Decoded {
    pub(crate) label: String,
    pub(crate) details: Vec<String>,
}

/// A ladder of two parties; every function gives finished lines to print.
#[derive(Debug)]
pub(crate) struct Ladder {
    start: Instant,
}

impl Ladder {
    pub(crate) fn new(start: Instant) -> Self {
        Self { start }
    }

    /// The names over the two lines.
    pub(crate) fn head(&self, left: &str, right: &str) -> String {
        let gap = (INNER + MARGIN + 2).saturating_sub(MARGIN + left.chars().count() + right.chars().count()).max(2);
        let mut head = format!("{:>w$}  {left}{:gap$}{right}\n", "ms", "", w = MARGIN - 4);
        let _ = write!(head, "{:w$}│{:INNER$}│", "", "", w = MARGIN); // writing to a String cannot fail
        head
    }

    /// An arrow, to the right or to the left.
    pub(crate) fn arrow(&self, at: Instant, rightward: bool, label: &str) -> String {
        let room = INNER - 5; // both ends, and a space around the label
        let label = shorten(label, room);
        let line = "─".repeat(room - label.chars().count());
        if rightward {
            format!("{}├─ {label} {line}─▶│", self.stamp(at))
        } else {
            format!("{}│◀─{line} {label} ─┤", self.stamp(at))
        }
    }

    /// Something between the lines that is no message: voice, digits.
    pub(crate) fn note(&self, at: Instant, text: &str) -> String {
        let text = shorten(text, INNER - 2);
        format!("{}│{text:^INNER$}│", self.stamp(at))
    }

    /// A line below an arrow.
    pub(crate) fn below(&self, text: &str) -> String {
        format!("{:w$}│   {text}", "", w = MARGIN)
    }

    fn stamp(&self, at: Instant) -> String {
        format!("{:>w$}    ", milliseconds(at.saturating_duration_since(self.start)), w = MARGIN - 4)
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}

/// The trace of a message between us (left) and a peer.
pub(crate) fn lines(ladder: &Ladder, at: Instant, sent: bool, peer: SocketAddr, bytes: &[u8]) -> Vec<String> {
    let decoded = decode(bytes);
    let mut lines = vec![ladder.arrow(at, sent, &decoded.label)];
    lines.push(ladder.below(&format!("{} {peer}", if sent { "to" } else { "from" })));
    lines.extend(decoded.details.iter().map(|detail| ladder.below(detail)));
    lines
}

/// The label, and the lines below it.
pub(crate) fn decode(bytes: &[u8]) -> Decoded {
    let details = details::details(bytes).unwrap_or_else(|| raw(bytes));
    Decoded { label: label(bytes), details: details.iter().map(|line| harmless(line)).collect() }
}

/// The first line becomes the label; the text follows as it is.
fn raw(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes).lines().skip(1).map(str::to_owned).collect()
}

/// A message in a few words: `INVITE sip:bob@host · PCMU PCMA dtmf`, `180 Ringing (INVITE)`.
pub(crate) fn label(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let first = harmless(lines.next().unwrap_or_default());
    let method = lines.find_map(|line| line.strip_prefix("CSeq:")?.split_whitespace().nth(1));
    let mut label = match (first.strip_prefix("SIP/2.0 "), method) {
        (Some(status), Some(method)) => format!("{status} ({})", harmless(method)),
        _ if first.is_empty() => "(keepalive)".to_owned(),
        _ => first.trim_end_matches(" SIP/2.0").to_owned(),
    };
    if let Some(media) = sdp(body) {
        let _ = write!(label, " · {}", harmless(&media)); // writing to a String cannot fail
    }
    label
}

/// The codecs of a session description: `PCMU PCMA dtmf`.
fn sdp(text: &str) -> Option<String> {
    let media = text.lines().find_map(|line| line.strip_prefix("m=audio "))?;
    let name = |payload: &str| {
        let mapped =
            text.lines().find_map(|line| line.strip_prefix("a=rtpmap:")?.strip_prefix(payload)?.strip_prefix(' '));
        match (mapped, payload) {
            (Some(map), _) => map.split('/').next().unwrap_or_default().replace("telephone-event", "dtmf"),
            (None, "0") => "PCMU".to_owned(),
            (None, "8") => "PCMA".to_owned(),
            (None, other) => format!("payload {other}"),
        }
    };
    Some(media.split_whitespace().skip(2).map(name).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
#[path = "ladder/tests.rs"]
mod tests;
