//! `application/dialog-info+xml` (RFC 4235): the calls of a watched party.

mod write;

pub use write::{END, Named, Own, write_head};

use super::xml::{Element, Fault, Reader, Text};

/// The type of the body.
pub const TYPE: &[u8] = b"application/dialog-info+xml";

/// The state of a dialog (rfc4235#3.7.1).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum DialogState {
    /// An INVITE is out, without a response.
    Trying = 1,
    /// A provisional response without a tag came.
    Proceeding = 2,
    /// One with a tag: it rings.
    Early = 3,
    /// Answered.
    Confirmed = 4,
    /// Over.
    #[default]
    Terminated = 5,
}

/// A party of a dialog.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Party<'a> {
    /// Its address of record.
    pub identity: Text<'a>,
    /// Its name.
    pub display: Text<'a>,
    /// The URI of its Contact.
    pub target: Text<'a>,
    /// It is not rendering its media: it holds the other (rfc4235#4.1.6.3, `sip.rendering`).
    pub holds: bool,
}

/// A dialog.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Dialog<'a> {
    /// Its name in the document, which stays.
    pub id: Text<'a>,
    /// Its Call-ID.
    pub call_id: Text<'a>,
    /// The watched party's tag.
    pub local_tag: Text<'a>,
    /// The other's.
    pub remote_tag: Text<'a>,
    /// The watched party is called; else it calls. `None`: it is not said.
    pub called: Option<bool>,
    /// Its state.
    pub state: DialogState,
    /// The watched party.
    pub local: Party<'a>,
    /// The other.
    pub remote: Party<'a>,
}

/// The head of a document.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Head<'a> {
    /// Its number: each has the next (rfc4235#4.1.1).
    pub version: u32,
    /// It names all dialogs; else only those that changed.
    pub full: bool,
    /// The party.
    pub entity: Text<'a>,
}

/// A document, its dialogs one by one.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// Its head.
    pub head: Head<'a>,
    reader: Reader<'a>,
}

impl<'a> Document<'a> {
    /// Reads the head of a body.
    ///
    /// # Errors
    /// [`Fault`]: it is none.
    pub fn parse(body: &'a [u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(body);
        let root = reader.child(0)?.filter(|root| root.is("dialog-info")).ok_or(Fault)?;
        let head = Head {
            version: root.attribute("version").and_then(|version| version.number()).ok_or(Fault)?,
            full: !root.attribute("state").is_some_and(|state| state.is("partial")),
            entity: root.attribute("entity").unwrap_or_default(),
        };
        Ok(Self { head, reader })
    }

    /// The next dialog; `None`: there is no more, and the document has ended as it should.
    ///
    /// # Errors
    /// [`Fault`]: it cannot be read on.
    pub fn next_dialog(&mut self) -> Result<Option<Dialog<'a>>, Fault> {
        while let Some(element) = self.reader.child(1)? {
            if element.is("dialog") {
                return self.dialog(&element).map(Some);
            }
            self.reader.skip()?;
        }
        if self.reader.depth() == 0 { self.reader.next_node()?.map_or(Ok(None), |_| Err(Fault)) } else { Err(Fault) }
    }

    fn dialog(&mut self, element: &Element<'a>) -> Result<Dialog<'a>, Fault> {
        let text = |name| element.attribute(name).unwrap_or_default();
        let mut found = Dialog {
            id: text("id"),
            call_id: text("call-id"),
            local_tag: text("local-tag"),
            remote_tag: text("remote-tag"),
            called: element.attribute("direction").map(|way| way.is("recipient")),
            ..Dialog::default()
        };
        let reader = &mut self.reader;
        let inside = reader.depth();
        while let Some(element) = reader.child(inside)? {
            if element.is("state") {
                let state = reader.text()?;
                found.state = state_of(state).unwrap_or(found.state);
            } else if element.is("local") {
                found.local = party(reader)?;
            } else if element.is("remote") {
                found.remote = party(reader)?;
            } else {
                reader.skip()?;
            }
        }
        Ok(found)
    }
}

/// The states by their names.
const STATES: [(&str, DialogState); 5] = [
    ("trying", DialogState::Trying),
    ("proceeding", DialogState::Proceeding),
    ("early", DialogState::Early),
    ("confirmed", DialogState::Confirmed),
    ("terminated", DialogState::Terminated),
];

fn state_of(text: Text<'_>) -> Option<DialogState> {
    STATES.into_iter().find(|(name, _)| text.is_any_case(name)).map(|(_, state)| state)
}

fn name_of(state: DialogState) -> &'static str {
    STATES.into_iter().find(|(_, named)| *named == state).map_or("", |(name, _)| name)
}

fn party<'a>(reader: &mut Reader<'a>) -> Result<Party<'a>, Fault> {
    let inside = reader.depth();
    let mut found = Party::default();
    while let Some(element) = reader.child(inside)? {
        if element.is("identity") {
            found.display = element.attribute("display").unwrap_or_default().trimmed();
            found.identity = reader.text()?;
        } else if element.is("target") {
            found.target = element.attribute("uri").unwrap_or_default().trimmed();
            let target = reader.depth();
            while let Some(element) = reader.child(target)? {
                let said = |name| element.attribute(name).unwrap_or_default();
                let rendering = ["sip.rendering", "+sip.rendering"].iter().any(|name| said("pname").is_any_case(name));
                // rfc4235#4.1.6.2 has `pval`, which many write as `pvalue`
                let no = ["pval", "pvalue"].iter().any(|name| said(name).is_any_case("no"));
                found.holds |= element.is("param") && rendering && no;
                reader.skip()?;
            }
        } else {
            reader.skip()?;
        }
    }
    Ok(found)
}
