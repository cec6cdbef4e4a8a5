//! Headers that several rooms write: functions over values.

use crate::wire::sip::{Name, Writer, write_host};
use core::net::SocketAddr;

/// Bodies that we understand, for Accept: a description, by itself or as a part.
pub(crate) const ACCEPT: &[u8] = b"application/sdp, multipart/mixed";

/// rfc3261#20.43: why a description was refused, for people.
pub(super) fn write_warning(writer: &mut Writer<'_, '_>, code: u16, local: SocketAddr, words: &str) {
    writer.header(Name::Warning, |out| {
        out.put_number(u64::from(code));
        out.put_str(" ");
        write_host(out, local.ip());
        out.put_str(" \"");
        out.put_str(words);
        out.put_str("\"");
    });
}
