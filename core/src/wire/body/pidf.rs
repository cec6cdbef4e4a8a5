//! `application/pidf+xml` (RFC 3863), with the activities of RPID (RFC 4480): the presence of a party.

use super::xml::{Fault, Reader, Text};

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
