//! `application/im-iscomposing+xml` (RFC 3994): somebody is writing a message.

use super::escape;
use super::xml::{Fault, Reader, Text};
use crate::base::cursor::Cursor;

/// The type of the body.
pub const TYPE: &str = "application/im-iscomposing+xml";

/// The indication of a far end's.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Composing<'a> {
    /// A message is being written. rfc3994#3.4: any state but `active` counts as idle.
    pub active: bool,
    /// The type of what is being written; empty: it is not said.
    pub content_type: Text<'a>,
    /// Seconds after which the state is idle without another indication.
    pub refresh: Option<u32>,
    /// The time at which its writer was active last, as it stands there.
    pub last_active: Text<'a>,
}

impl<'a> Composing<'a> {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Fault`]: it is none.
    pub fn parse(body: &'a [u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(body);
        reader.child(0)?.filter(|root| root.is("isComposing")).ok_or(Fault)?;
        let (mut found, mut state) = (Self::default(), None);
        while let Some(element) = reader.child(1)? {
            match element.name {
                b"state" => state = Some(reader.text()?),
                b"contenttype" => found.content_type = reader.text()?,
                b"refresh" => found.refresh = reader.text()?.number(),
                b"lastactive" => found.last_active = reader.text()?,
                _ => reader.skip()?,
            }
        }
        // what follows the root has to be nothing
        reader.next_node()?;
        // the one element that there has to be
        found.active = state.ok_or(Fault)?.is("active");
        Ok(found)
    }
}

/// Writes a body. `refresh`: seconds until the next one, of an active state.
pub fn write(active: bool, content_type: &str, refresh: u32, out: &mut Cursor<'_>) {
    out.put_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n");
    out.put_str("<isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\"><state>");
    out.put_str(if active { "active" } else { "idle" });
    out.put_str("</state><contenttype>");
    escape::put(out, content_type.as_bytes());
    out.put_str("</contenttype>");
    if active {
        out.put_str("<refresh>");
        out.put_number(refresh.into());
        out.put_str("</refresh>");
    }
    out.put_str("</isComposing>\r\n");
}

#[cfg(test)]
mod tests;
