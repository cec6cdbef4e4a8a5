//! SIP messages as a ladder: two lines of life, an arrow a message, decoded with rsip; raw text where rsip cannot.

use std::fmt::Write;
use std::net::SocketAddr;
use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use rsip::SipMessage;

use rsip::prelude::{HasHeaders, HeadersExt, ToTypedHeader, UntypedHeader};

/// Columns between the two lines of life.
const INNER: usize = 56;
/// Columns left of them, for the time.
const MARGIN: usize = 11;

/// A message for people: what stands on the arrow, and the lines below it.
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

fn shorten(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

/// What the trace shows of a message between us (left) and a peer.
pub(crate) fn lines(ladder: &Ladder, at: Instant, sent: bool, peer: SocketAddr, bytes: &[u8]) -> Vec<String> {
    let decoded = decode(bytes);
    let mut lines = vec![ladder.arrow(at, sent, &decoded.label)];
    lines.push(ladder.below(&format!("{} {peer}", if sent { "to" } else { "from" })));
    lines.extend(decoded.details.iter().map(|detail| ladder.below(detail)));
    lines
}

/// Decodes with rsip; where rsip cannot (or stumbles: it is not ours), the first line becomes the label and the text follows as it is.
pub(crate) fn decode(bytes: &[u8]) -> Decoded {
    catch_unwind(|| decoded(bytes)).ok().flatten().unwrap_or_else(|| raw(bytes))
}

fn raw(bytes: &[u8]) -> Decoded {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines().map(|line| line.chars().map(|c| if c.is_control() { '·' } else { c }).collect::<String>());
    let label = lines.next().filter(|line| !line.is_empty()).unwrap_or_else(|| "(keepalive)".to_owned());
    Decoded { label, details: lines.collect() }
}

fn decoded(bytes: &[u8]) -> Option<Decoded> {
    let message = SipMessage::try_from(bytes).ok()?;
    let mut label = match &message {
        SipMessage::Request(request) => format!("{} {}", request.method(), request.uri()),
        SipMessage::Response(response) => {
            let method = message.cseq_header().ok()?.typed().ok()?.method;
            let status = response.status_code();
            let reason = first_line(bytes).splitn(3, ' ').nth(2).unwrap_or_default().to_owned();
            format!("{} {reason} ({method})", status.code())
        }
    };
    let mut details = vec![
        format!("From {}   To {}", party(message.from_header().ok()?.value()), party(message.to_header().ok()?.value())),
        format!("Call-ID {}   CSeq {}", message.call_id_header().ok()?.value(), message.cseq_header().ok()?.value()),
    ];
    if let Ok(contact) = message.contact_header() {
        details.push(format!("Contact {}", contact.value()));
    }
    if let Some(agent) = message.user_agent_header() {
        details.push(format!("User-Agent {}", agent.value()));
    }
    let wanted = message.headers().iter().filter(|header| {
        use rsip::Header as H;
        matches!(header, H::Expires(_) | H::WwwAuthenticate(_) | H::ProxyAuthenticate(_) | H::MinExpires(_) | H::Warning(_))
    });
    details.extend(wanted.map(|header| header.to_string().trim_end().to_owned()));
    if let Some(media) = sdp(message.body()) {
        let _ = write!(label, " · {media}"); // writing to a String cannot fail
        details.push(format!("SDP {}", sdp_address(message.body())));
    }
    Some(Decoded { label, details })
}

fn first_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.split(|b| matches!(b, b'\r' | b'\n')).next().unwrap_or_default()).into_owned()
}

/// The URI of a From or To without its tag and other parameters.
fn party(value: &str) -> &str {
    match value.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
        Some((uri, _)) => uri,
        None => value.split(';').next().unwrap_or_default().trim(),
    }
}

/// The codecs of a session description: `PCMU PCMA dtmf`.
fn sdp(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let media = text.lines().find_map(|line| line.strip_prefix("m=audio "))?;
    let name = |payload: &str| {
        let mapped = text.lines().find_map(|line| line.strip_prefix("a=rtpmap:")?.strip_prefix(payload)?.strip_prefix(' '));
        match (mapped, payload) {
            (Some(map), _) => map.split('/').next().unwrap_or_default().replace("telephone-event", "dtmf"),
            (None, "0") => "PCMU".to_owned(),
            (None, "8") => "PCMA".to_owned(),
            (None, other) => format!("payload {other}"),
        }
    };
    Some(media.split_whitespace().skip(2).map(name).collect::<Vec<_>>().join(" "))
}

fn sdp_address(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let of = |prefix| text.lines().find_map(|line| line.strip_prefix(prefix)).unwrap_or_default();
    let port = of("m=audio ").split_whitespace().next().unwrap_or_default();
    let address = of("c=").split_whitespace().last().unwrap_or_default();
    let direction =
        ["sendonly", "recvonly", "inactive"].into_iter().find(|way| text.lines().any(|line| line.strip_prefix("a=") == Some(way)));
    format!("audio at {address} port {port}, {}", direction.unwrap_or("sendrecv"))
}

#[cfg(test)]
#[path = "ladder/tests.rs"]
mod tests;
