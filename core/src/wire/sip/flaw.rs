//! Faults that the pass over a message's bytes finds.

/// The reason for which bytes are no message at all: no response is possible.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Malformed {
    /// Nothing but line ends: a keepalive (rfc5626#4.4.1).
    Empty,
    /// The first line is no SIP start line.
    NotSip,
    /// The header section does not end.
    Unterminated,
    /// More than [`crate::base::limits::MESSAGE`] bytes.
    TooLarge,
}

/// A fault that [`super::Message::check`] objects to and that only the pass over the bytes can see.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Flaw {
    /// Nothing.
    None,
    /// Another version than 2.0.
    Version,
    /// The start line breaks the grammar.
    Start,
    /// A line that is no header field, or holds a control.
    Field,
    /// More than [`crate::base::limits::HEADERS`] fields.
    Fields,
    /// Content-Length is no number, says different things, or more than there is.
    Length,
    /// Its body was not taken in.
    TooLong,
}
