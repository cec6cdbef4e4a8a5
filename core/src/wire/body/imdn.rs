//! `message/imdn+xml` (RFC 5438): what became of an instant message at its recipient.

use super::escape;
use super::xml::{Fault, Reader, Text};
use crate::base::cursor::Cursor;

/// The type of the body.
pub const TYPE: &str = "message/imdn+xml";

/// The disposition of a message. The numbers are frozen: they cross the C ABI.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum Disposition {
    /// It came to its recipient's device.
    #[default]
    Delivered = 1,
    /// Its recipient has seen it.
    Displayed = 2,
    /// It did not come.
    Failed = 3,
    /// A server on the way has worked on it, or keeps it until its recipient is there.
    Processed = 4,
    /// The recipient does not tell.
    Forbidden = 5,
    /// Its fate is not known.
    Error = 6,
}

impl Disposition {
    /// Its bit in a set.
    #[must_use]
    pub const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// The lowest one of a set.
    #[must_use]
    pub fn first(set: u8) -> Option<Self> {
        const ALL: [Disposition; 6] = [
            Disposition::Delivered,
            Disposition::Displayed,
            Disposition::Failed,
            Disposition::Processed,
            Disposition::Forbidden,
            Disposition::Error,
        ];
        ALL.into_iter().find(|one| set & one.bit() != 0)
    }
}

/// A notice.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Notice<'a> {
    /// The Message-ID of the message that it is about.
    pub message_id: Text<'a>,
    /// The fate of that message.
    pub disposition: Disposition,
}

impl<'a> Notice<'a> {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Fault`]: it is none, or says what RFC 5438 does not know.
    pub fn parse(body: &'a [u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(body);
        reader.child(0)?.filter(|root| root.is("imdn")).ok_or(Fault)?;
        let (mut message_id, mut disposition) = (Text::default(), None);
        while let Some(element) = reader.child(1)? {
            match element.name {
                b"message-id" => message_id = reader.text()?,
                b"delivery-notification" | b"processing-notification" | b"display-notification" => {
                    disposition = status(&mut reader)?.or(disposition);
                }
                _ => reader.skip()?,
            }
        }
        // what follows the root has to be nothing
        reader.next_node()?;
        if message_id.is_blank() {
            return Err(Fault);
        }
        Ok(Self { message_id, disposition: disposition.ok_or(Fault)? })
    }
}

/// The status of a notification.
fn status(reader: &mut Reader<'_>) -> Result<Option<Disposition>, Fault> {
    let (outside, mut found) = (reader.depth(), None);
    while let Some(element) = reader.child(outside)? {
        if !element.is("status") {
            reader.skip()?;
            continue;
        }
        let inside = reader.depth();
        while let Some(element) = reader.child(inside)? {
            found = match element.name {
                b"delivered" => Some(Disposition::Delivered),
                b"displayed" => Some(Disposition::Displayed),
                b"failed" => Some(Disposition::Failed),
                b"processed" | b"stored" => Some(Disposition::Processed),
                b"forbidden" => Some(Disposition::Forbidden),
                b"error" => Some(Disposition::Error),
                _ => found,
            };
            reader.skip()?;
        }
    }
    Ok(found)
}

/// Writes a notice about the message with this id, for it was delivered, or displayed. `date_time`: that of the message,
/// where it said one. `recipient`: our URI.
pub fn write(message_id: &[u8], date_time: &[u8], recipient: &[u8], displayed: bool, out: &mut Cursor<'_>) {
    let (element, state) = if displayed { ("display", "displayed") } else { ("delivery", "delivered") };
    out.put_str(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\"><message-id>",
    );
    escape::put(out, message_id);
    out.put_str("</message-id>");
    for (name, value) in [("datetime", date_time), ("recipient-uri", recipient)] {
        if !value.is_empty() {
            [b"<", name.as_bytes(), b">"].into_iter().for_each(|part| out.put(part));
            escape::put(out, value);
            [b"</", name.as_bytes(), b">"].into_iter().for_each(|part| out.put(part));
        }
    }
    for part in ["<", element, "-notification><status><", state, "/></status></", element, "-notification></imdn>\r\n"]
    {
        out.put_str(part);
    }
}

#[cfg(test)]
mod tests;
