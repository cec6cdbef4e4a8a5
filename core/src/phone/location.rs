//! The caller's place, as a document in its INVITE (RFC 6442 by value, RFC 4119): what may be given, and how it is
//! written.

use super::{CommandError, DialOptions, Longest};
use crate::base::cursor::Cursor;
use crate::base::time::Instant;

/// Bytes of an INVITE with a document, less its texts, our address and the document: its own header lines, the frame of
/// two parts, a description without formats. A test of flows holds it to what is sent.
pub(super) const AROUND: usize = 1100;

/// The times that our address stands in it: Via, Contact, `o=`, `c=`.
pub(super) const ADDRESSES: usize = 4;

/// Bytes of one more format in the description (`a=rtpmap`, its number, and G.722's or L16's bandwidth).
pub(super) const FORMAT: usize = 32;

/// Bytes of the credentials that a proxy may ask for: what is usual, with a nonce of 64 bytes.
pub(super) const CREDENTIALS: usize = 360;

/// The document of a call: its length, and what others may do with it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Location {
    /// Bytes of the document; 0: there is none.
    pub(super) len: u16,
    /// rfc6442#4.2: servers on the way may read it to find who is called.
    pub(super) routing: bool,
    /// It goes to whom a 3xx names, too.
    pub(super) follows: bool,
    /// It is left out where the INVITE is too long with it: a call for help goes in any case.
    pub(super) spare: bool,
    /// Bytes of one that was left out, until that is told; 0: none was.
    pub(super) left: u16,
    /// The time at which it was, as [`Instant::stamp`] has it; before that, the time of its call's command.
    pub(super) at: u32,
}

impl Location {
    /// There is none.
    pub(super) const NONE: Self = Self { len: 0, routing: false, follows: false, spare: false, left: 0, at: 0 };

    /// The wishes of a call. `help`: it asks for help in an emergency.
    pub(super) fn of(now: Instant, options: &DialOptions<'_>, document: &[u8], help: bool) -> Self {
        Self {
            len: u16::try_from(document.len()).unwrap_or(u16::MAX),
            routing: options.location_routing == Some(true),
            follows: options.location_follows,
            spare: help,
            left: 0,
            at: now.stamp(),
        }
    }

    /// The INVITE goes without it.
    pub(super) const fn leave_out(&mut self, at: u32) {
        *self = Self { left: self.len, at, ..Self::NONE };
    }

    /// Writes the header lines of an INVITE with it. `id`: a text that no other message has.
    pub(super) fn write_lines(self, id: &[u8], out: &mut Cursor<'_>) {
        out.put_str("Geolocation: <cid:");
        out.put(id);
        out.put_str("@pidf.invalid>\r\nGeolocation-Routing: ");
        out.put_str(if self.routing { "yes" } else { "no" });
        // the id was drawn after the document was made, so it is no line of it (rfc2046#5.1.1)
        out.put_str("\r\nContent-Type: multipart/mixed;boundary=");
        out.put(id);
        out.put_str("\r\n");
    }
}

/// Begins the body: the description follows.
pub(super) fn write_first(id: &[u8], out: &mut Cursor<'_>) {
    delimiter(id, out);
    out.put_str("\r\nContent-Type: application/sdp\r\n\r\n");
}

/// Ends the body behind the description: the document (rfc5621#9.4: the header refers to it).
pub(super) fn write_last(id: &[u8], document: &[u8], out: &mut Cursor<'_>) {
    out.put_str("\r\n");
    delimiter(id, out);
    out.put_str("\r\nContent-Type: application/pidf+xml\r\nContent-Disposition: by-reference;handling=optional\r\n");
    out.put_str("Content-ID: <");
    out.put(id);
    out.put_str("@pidf.invalid>\r\n\r\n");
    out.put(document);
    out.put_str("\r\n");
    delimiter(id, out);
    out.put_str("--\r\n");
}

fn delimiter(id: &[u8], out: &mut Cursor<'_>) {
    out.put_str("--");
    out.put(id);
}

/// A document may be given. `most`: the bytes that there are for one.
pub(super) fn check(document: &str, most: usize) -> Result<(), CommandError> {
    match document.len() {
        0 => Ok(()),
        // XML 1.0 knows no others
        _ if document.bytes().any(|byte| byte < 0x20 && !b"\t\r\n".contains(&byte)) => Err(CommandError::Text),
        _ if most == 0 => Err(CommandError::Unsupported),
        len if len > most => Err(too_long(most)),
        _ => Ok(()),
    }
}

/// The refusal of a document with more bytes.
pub(super) fn too_long(most: usize) -> CommandError {
    CommandError::Location { most: Longest::new(most) }
}

/// rfc6442#4.2.1: Geolocation-Routing stands once. Lines of the application's may not bring another beside a document.
pub(super) fn check_lines(lines: &[u8]) -> Result<(), CommandError> {
    const NAME: &[u8] = b"Geolocation-Routing:";
    let another = |line: &[u8]| line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME));
    if lines.split(|byte| *byte == b'\n').any(another) { Err(CommandError::HeaderOwned) } else { Ok(()) }
}
