//! Printing messages into a bounded buffer.

use core::net::{IpAddr, Ipv6Addr, SocketAddr};

use super::method::Method;
use super::name::Name;
use super::status::reason_phrase;
use crate::base::cursor::Cursor;

/// Prints one message, line by line. Bytes that do not fit are counted by the [`Cursor`], never written past the end.
#[derive(Debug)]
pub struct Writer<'c, 'b> {
    out: &'c mut Cursor<'b>,
}

impl<'c, 'b> Writer<'c, 'b> {
    /// Prints behind the cursor's text.
    #[inline]
    pub const fn new(out: &'c mut Cursor<'b>) -> Self {
        Self { out }
    }

    /// The cursor, for what has no function here.
    pub const fn cursor(&mut self) -> &mut Cursor<'b> {
        self.out
    }

    /// `INVITE sip:bob@example.com SIP/2.0`
    pub fn request_line(&mut self, method: Method<'_>, uri: &[u8]) {
        self.out.put(method.text());
        self.out.put(b" ");
        self.out.put(uri);
        self.out.put(b" SIP/2.0\r\n");
    }

    /// `SIP/2.0 180 Ringing`
    pub fn status_line(&mut self, status: u16) {
        self.status_line_with(status, reason_phrase(status).as_bytes());
    }

    /// A status line with words of one's own.
    pub fn status_line_with(&mut self, status: u16, reason: &[u8]) {
        self.out.put(b"SIP/2.0 ");
        self.out.put_number(u64::from(status));
        self.out.put(b" ");
        self.out.put(reason);
        self.out.put(b"\r\n");
    }

    #[inline]
    fn name(&mut self, name: Name) {
        self.out.put(name.bytes());
        self.out.put(b": ");
    }

    /// A field whose value the closure prints.
    #[inline]
    pub fn header(&mut self, name: Name, value: impl FnOnce(&mut Cursor<'b>)) {
        self.name(name);
        value(self.out);
        self.out.put(b"\r\n");
    }

    /// A field with this value.
    #[inline]
    pub fn header_bytes(&mut self, name: Name, value: &[u8]) {
        self.name(name);
        self.out.put(value);
        self.out.put(b"\r\n");
    }

    /// A field by its name's text, for names this library does not know.
    pub fn header_named(&mut self, name: &[u8], value: &[u8]) {
        self.out.put(name);
        self.out.put(b": ");
        self.out.put(value);
        self.out.put(b"\r\n");
    }

    /// A field with a number.
    pub fn number(&mut self, name: Name, number: u64) {
        self.name(name);
        self.out.put_number(number);
        self.out.put(b"\r\n");
    }

    /// `Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=…`
    pub fn via(&mut self, transport: &[u8], local: SocketAddr, branch: &[u8], rport: bool) {
        self.out.put(b"Via: SIP/2.0/");
        self.out.put(transport);
        self.out.put(b" ");
        write_socket(self.out, local);
        if rport {
            self.out.put(b";rport");
        }
        self.out.put(b";branch=");
        self.out.put(branch);
        self.out.put(b"\r\n");
    }

    /// `CSeq: 1 INVITE`
    pub fn cseq(&mut self, number: u32, method: Method<'_>) {
        self.out.put(b"CSeq: ");
        self.out.put_number(u64::from(number));
        self.out.put(b" ");
        self.out.put(method.text());
        self.out.put(b"\r\n");
    }

    /// A From, To, Contact or Route: the display name plain (it is quoted and escaped here; none when empty), the URI
    /// as it stands, the tag if there is one.
    pub fn address(&mut self, name: Name, display: &[u8], uri: &[u8], tag: Option<&[u8]>) {
        self.name(name);
        write_address(self.out, display, uri);
        if let Some(tag) = tag {
            self.out.put(b";tag=");
            self.out.put(tag);
        }
        self.out.put(b"\r\n");
    }

    /// The text that [`super::echo`] wrote, which ends in To: completed with a tag, if To has none yet, and a line end.
    pub fn echoed(&mut self, echo: &[u8], tag: Option<&[u8]>) {
        self.out.put(echo);
        if let Some(tag) = tag {
            self.out.put(b";tag=");
            self.out.put(tag);
        }
        self.out.put(b"\r\n");
    }

    /// Content-Type, Content-Length, the empty line and the body.
    pub fn body(&mut self, content_type: &[u8], body: &[u8]) {
        self.body_of(content_type, body.len());
        self.out.put(body);
    }

    /// The same without the bytes of the body, which follow.
    #[inline]
    pub fn body_of(&mut self, content_type: &[u8], len: usize) {
        self.out.put(b"Content-Type: ");
        self.out.put(content_type);
        self.out.put(b"\r\nContent-Length: ");
        self.out.put_number(len as u64);
        self.out.put(b"\r\n\r\n");
    }

    /// No body: `Content-Length: 0` and the empty line.
    pub fn end(&mut self) {
        self.out.put(b"Content-Length: 0\r\n\r\n");
    }
}

/// Prints an address as a host: IPv6 in brackets.
pub fn write_host(out: &mut Cursor<'_>, host: IpAddr) {
    match host {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            out.put_number(u64::from(a));
            for octet in [b, c, d] {
                out.put(b".");
                out.put_number(u64::from(octet));
            }
        }
        IpAddr::V6(address) => {
            out.put(b"[");
            write_v6(out, address);
            out.put(b"]");
        }
    }
}

/// Prints an IPv6 address as rfc5952#4 wants it, without brackets. The standard library's formatter would bring 4 KB of
/// code with it.
pub fn write_v6(out: &mut Cursor<'_>, address: Ipv6Addr) {
    if let Some(v4) = address.to_ipv4_mapped() {
        // rfc5952#5
        out.put(b"::ffff:");
        return write_host(out, v4.into());
    }
    let groups = address.segments();
    let zeros_from = |at: usize| groups.iter().skip(at).take_while(|group| **group == 0).count();
    // rfc5952#4.2: the longest run of zeros, the first of equals, but not a single one
    let (mut gap, mut length) = (0, 1);
    for at in 0..groups.len() {
        if zeros_from(at) > length {
            (gap, length) = (at, zeros_from(at));
        }
    }
    let gap = if length > 1 { gap..gap + length } else { 0..0 };
    for (at, group) in groups.into_iter().enumerate() {
        if gap.contains(&at) {
            if at == gap.start {
                out.put(b"::");
            }
            continue;
        }
        if at > 0 && at != gap.end {
            out.put(b":");
        }
        out.put_hex(u64::from(group), (35 - (u32::from(group) | 1).leading_zeros()) / 4);
    }
}

/// Prints an address and its port, the port always.
pub fn write_socket(out: &mut Cursor<'_>, socket: SocketAddr) {
    write_host(out, socket.ip());
    out.put(b":");
    out.put_number(u64::from(socket.port()));
}

/// Prints `"display" <uri>`, or `<uri>` without one; the display name comes plain and is escaped here.
pub fn write_address(out: &mut Cursor<'_>, display: &[u8], uri: &[u8]) {
    if !display.is_empty() {
        write_quoted(out, display);
        out.put(b" ");
    }
    out.put(b"<");
    out.put(uri);
    out.put(b">");
}

/// Prints a quoted string, escaping quotes and backslashes; controls become spaces, so no text can break out of its
/// line.
pub fn write_quoted(out: &mut Cursor<'_>, text: &[u8]) {
    out.put(b"\"");
    for run in text.split_inclusive(|byte| matches!(*byte, b'"' | b'\\' | 0..=0x1f | 0x7f)) {
        match run {
            [before @ .., special @ (b'"' | b'\\')] => {
                out.put(before);
                out.put(&[b'\\', *special]);
            }
            [before @ .., 0..=0x1f | 0x7f] => {
                out.put(before);
                out.put(b" ");
            }
            run => out.put(run),
        }
    }
    out.put(b"\"");
}

/// Prints a URI's user part, escaping every byte that must not stand there (once: a percent sign is escaped too).
pub fn write_user(out: &mut Cursor<'_>, user: &[u8]) {
    for byte in user {
        // a # is read where peers send it, but written as the grammar wants it
        if super::chars::is(*byte, super::chars::USER) && *byte != b'#' {
            out.put(&[*byte]);
        } else {
            out.put(b"%");
            let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 };
            out.put(&[digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

/// Prints the value of a header behind a URI's question mark: every byte is escaped that may mean something else there
/// (rfc3261#25.1: hvalue).
pub fn write_hvalue(out: &mut Cursor<'_>, value: &[u8]) {
    for byte in value {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()[]/?:+$".contains(byte) {
            out.put(&[*byte]);
        } else {
            out.put(b"%");
            let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 };
            out.put(&[digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

#[cfg(test)]
mod tests;
