//! `application/simple-message-summary` (RFC 3842): what waits in a mailbox.

use crate::base::cursor::Cursor;

/// The type of the body.
pub const TYPE: &[u8] = b"application/simple-message-summary";

/// The classes of messages (rfc3842#5.2, rfc3458), in the order of their counts.
pub const CLASSES: [&str; 6] =
    ["voice-message", "fax-message", "pager-message", "multimedia-message", "text-message", "none"];

/// The same as we write them, as the examples of rfc3842 do.
const WRITTEN: [&str; CLASSES.len()] =
    ["Voice-Message", "Fax-Message", "Pager-Message", "Multimedia-Message", "Text-Message", "None"];

/// The counts of a class.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Count {
    /// New messages.
    pub new: u32,
    /// Old ones.
    pub old: u32,
    /// Of the new ones, the urgent.
    pub new_urgent: u32,
    /// Of the old ones, the urgent.
    pub old_urgent: u32,
}

/// A mailbox.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Summary<'a> {
    /// New messages wait.
    pub waiting: bool,
    /// The account of the mailbox, a URI; empty: it is not said.
    pub account: &'a [u8],
    /// The counts by class; `None`: the body does not name it.
    pub counts: [Option<Count>; CLASSES.len()],
}

impl<'a> Summary<'a> {
    /// Reads a body. `None`: the line that has to be there is not.
    #[must_use]
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let mut found = Self::default();
        let mut waiting = None;
        for line in body.split(|byte| *byte == b'\n') {
            // rfc3842#5.2: behind it stand header fields of the messages, which are their senders' words
            if waiting.is_some() && line.trim_ascii().is_empty() {
                break;
            }
            let Some(at) = line.iter().position(|byte| *byte == b':') else { continue };
            let (name, value) = line.split_at_checked(at)?;
            let (name, value) = (name.trim_ascii(), value.get(1..)?.trim_ascii());
            if name.eq_ignore_ascii_case(b"Messages-Waiting") {
                waiting = waiting.or_else(|| yes(value));
            } else if name.eq_ignore_ascii_case(b"Message-Account") && found.account.is_empty() {
                found.account = value;
            } else if let Some(place) = class(name).and_then(|class| found.counts.get_mut(class)) {
                *place = place.or_else(|| count(value));
            }
        }
        found.waiting = waiting?;
        Some(found)
    }

    /// All new messages; without counts one, where some wait.
    #[must_use]
    pub fn new_messages(&self) -> u32 {
        let named = self.counts.iter().flatten();
        let sum = named.fold(0u32, |sum, count| sum.saturating_add(count.new));
        if sum == 0 { u32::from(self.waiting) } else { sum }
    }
}

/// Writes a mailbox of our own. A class without a message that ever was is left out (rfc3842#5.2).
pub fn write(account: &[u8], counts: &[Count; CLASSES.len()], out: &mut Cursor<'_>) {
    let waiting = counts.iter().any(|count| count.new > 0);
    out.put_str(if waiting { "Messages-Waiting: yes\r\n" } else { "Messages-Waiting: no\r\n" });
    if !account.is_empty() {
        out.put_str("Message-Account: ");
        out.put(account);
        out.put_str("\r\n");
    }
    for (class, count) in WRITTEN.iter().zip(counts).filter(|(_, count)| **count != Count::default()) {
        out.put_str(class);
        for (before, number) in [(": ", count.new), ("/", count.old), (" (", count.new_urgent), ("/", count.old_urgent)]
        {
            out.put_str(before);
            out.put_number(number.into());
        }
        out.put_str(")\r\n");
    }
}

fn yes(value: &[u8]) -> Option<bool> {
    if value.eq_ignore_ascii_case(b"yes") { Some(true) } else { value.eq_ignore_ascii_case(b"no").then_some(false) }
}

fn class(name: &[u8]) -> Option<usize> {
    CLASSES.iter().position(|class| name.eq_ignore_ascii_case(class.as_bytes()))
}

/// `2/8 (0/2)` (rfc3842#5.2).
fn count(value: &[u8]) -> Option<Count> {
    let (new, rest) = number(value)?;
    let (old, rest) = number(rest.trim_ascii_start().strip_prefix(b"/")?)?;
    let Some(urgent) = rest.trim_ascii_start().strip_prefix(b"(") else {
        return Some(Count { new, old, ..Count::default() });
    };
    let (new_urgent, rest) = number(urgent)?;
    let (old_urgent, _) = number(rest.trim_ascii_start().strip_prefix(b"/")?)?;
    Some(Count { new, old, new_urgent, old_urgent })
}

/// Digits, at least one. rfc3842#3.5: a number that is too large is the largest.
fn number(text: &[u8]) -> Option<(u32, &[u8])> {
    let text = text.trim_ascii_start();
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let with = |sum: u32, digit: &u8| sum.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
    (end > 0).then(|| (digits.iter().fold(0, with), rest))
}
