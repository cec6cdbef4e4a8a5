//! `application/pidf+xml` (RFC 3863), with the activities of RPID (RFC 4480): the presence of a party.

use super::escape;
use super::xml::{Fault, Reader, Text};
use crate::base::cursor::Cursor;

/// The type of the body.
pub const TYPE: &[u8] = b"application/pidf+xml";

/// A person's activity (rfc4480#3.2), as far as a lamp shows it.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Activity {
    /// Nothing is said.
    #[default]
    None = 0,
    /// Away from the phone.
    Away = 1,
    /// Busy, and not by a call.
    Busy = 2,
    /// In a call.
    Phone = 3,
    /// Something else.
    Other = 4,
}

/// The presence of a party.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Presence<'a> {
    /// The party.
    pub entity: Text<'a>,
    /// It can be reached: one of its tuples is open. `None`: no tuple says.
    pub open: Option<bool>,
    /// Its activity.
    pub activity: Activity,
    /// A note for people, the first that there is.
    pub note: Text<'a>,
    /// The Contact of the tuple that is open, else of the first.
    pub contact: Text<'a>,
    /// Its tuples.
    pub tuples: u32,
}

impl<'a> Presence<'a> {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Fault`]: it is none.
    pub fn parse(body: &'a [u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(body);
        let root = reader.child(0)?.filter(|root| root.is("presence")).ok_or(Fault)?;
        let mut found = Self { entity: root.attribute("entity").unwrap_or_default(), ..Self::default() };
        while let Some(element) = reader.child(1)? {
            if element.is("tuple") {
                found.tuples = found.tuples.saturating_add(1);
                found.tuple(&mut reader)?;
            } else if element.is("person") {
                found.person(&mut reader)?;
            } else if element.is("note") {
                found.take_note(reader.text()?);
            } else {
                reader.skip()?;
            }
        }
        // what follows the root has to be nothing
        reader.next_node()?;
        Ok(found)
    }

    fn tuple(&mut self, reader: &mut Reader<'a>) -> Result<(), Fault> {
        let inside = reader.depth();
        let (mut open, mut contact) = (None, Text::default());
        while let Some(element) = reader.child(inside)? {
            if element.is("status") {
                let status = reader.depth();
                while let Some(element) = reader.child(status)? {
                    if element.is("basic") {
                        let basic = reader.text()?;
                        open = if basic.is_any_case("open") {
                            Some(true)
                        } else {
                            basic.is_any_case("closed").then_some(false).or(open)
                        };
                    } else if element.is("activities") {
                        self.activities(reader)?;
                    } else {
                        reader.skip()?;
                    }
                }
            } else if element.is("contact") {
                contact = reader.text()?;
            } else if element.is("note") {
                self.take_note(reader.text()?);
            } else if element.is("activities") {
                self.activities(reader)?;
            } else {
                reader.skip()?;
            }
        }
        if self.contact.is_blank() || open == Some(true) && self.open != Some(true) {
            self.contact = contact;
        }
        // one that is open is enough (rfc3863#4.1.4)
        self.open = match (self.open, open) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (known, said) => known.or(said),
        };
        Ok(())
    }

    fn person(&mut self, reader: &mut Reader<'a>) -> Result<(), Fault> {
        let inside = reader.depth();
        while let Some(element) = reader.child(inside)? {
            if element.is("activities") {
                self.activities(reader)?;
            } else if element.is("note") {
                self.take_note(reader.text()?);
            } else {
                reader.skip()?;
            }
        }
        Ok(())
    }

    /// Of several activities the one that counts most for who would call.
    fn activities(&mut self, reader: &mut Reader<'a>) -> Result<(), Fault> {
        let inside = reader.depth();
        while let Some(element) = reader.child(inside)? {
            let said = match element.name {
                b"on-the-phone" => Activity::Phone,
                b"busy" | b"meeting" | b"appointment" | b"in-transit" | b"presentation" => Activity::Busy,
                b"away" | b"vacation" | b"holiday" | b"permanent-absence" | b"sleeping" | b"meal" => Activity::Away,
                b"unknown" | b"note" => Activity::None,
                _ => Activity::Other,
            };
            let rank = |activity| match activity {
                Activity::Phone => 4,
                Activity::Busy => 3,
                Activity::Away => 2,
                Activity::Other => 1,
                Activity::None => 0,
            };
            if rank(said) > rank(self.activity) {
                self.activity = said;
            }
            if element.is("note") {
                self.take_note(reader.text()?);
            } else {
                reader.skip()?;
            }
        }
        Ok(())
    }

    fn take_note(&mut self, note: Text<'a>) {
        if self.note.is_blank() {
            self.note = note;
        }
    }
}

/// The presence of our own party, as it is told to others.
#[derive(Clone, Copy, Debug, Default)]
pub struct Own<'a> {
    /// The party, and the URI that reaches it.
    pub entity: &'a [u8],
    /// Tells this phone's part of the presence from those of others of the party: it stays, and is no secret.
    pub id: u64,
    /// It can be reached.
    pub open: bool,
    /// Its activity.
    pub activity: Activity,
    /// It is on the phone besides.
    pub on_phone: bool,
    /// A note for people; empty: none.
    pub note: &'a str,
}

impl Own<'_> {
    /// Writes the document: one tuple (rfc3863#4.1), and where there is an activity a person (rfc4480#3.2), in the order
    /// of their schemas (rfc3863#4.4, rfc4479#3.3).
    pub fn write(&self, out: &mut Cursor<'_>) {
        out.put_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<presence xmlns=\"urn:ietf:params:xml:ns:pidf\"");
        let on_phone = self.on_phone || self.activity == Activity::Phone;
        let has_person = on_phone || self.activity != Activity::None;
        if has_person {
            out.put_str(" xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\"");
            out.put_str(" xmlns:rpid=\"urn:ietf:params:xml:ns:pidf:rpid\"");
        }
        out.put_str(" entity=\"");
        escape::put(out, self.entity);
        out.put_str("\"><tuple id=\"t");
        out.put_hex(self.id, 16);
        out.put_str("\"><status><basic>");
        out.put_str(if self.open { "open" } else { "closed" });
        out.put_str("</basic></status><contact>");
        escape::put(out, self.entity);
        out.put_str("</contact>");
        if !self.note.is_empty() {
            out.put_str("<note>");
            escape::put(out, self.note.as_bytes());
            out.put_str("</note>");
        }
        out.put_str("</tuple>");
        if has_person {
            out.put_str("<dm:person id=\"p");
            out.put_hex(self.id, 16);
            out.put_str("\"><rpid:activities>");
            match self.activity {
                Activity::None | Activity::Phone => {}
                Activity::Away => out.put_str("<rpid:away/>"),
                Activity::Busy => out.put_str("<rpid:busy/>"),
                Activity::Other => {
                    // rfc4480#3.2: in words, which are the note's
                    out.put_str("<rpid:other>");
                    escape::put(out, self.note.as_bytes());
                    out.put_str("</rpid:other>");
                }
            }
            out.put_str(if on_phone { "<rpid:on-the-phone/>" } else { "" });
            out.put_str("</rpid:activities></dm:person>");
        }
        out.put_str("</presence>\r\n");
    }
}
