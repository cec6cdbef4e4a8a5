//! `application/rlmi+xml` (RFC 4662): the parties of a list, and which part of a body has the state of each.

use super::xml::{Fault, Reader, Text};

/// The type of the body.
pub const TYPE: &[u8] = b"application/rlmi+xml";

/// The head of a document.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Head<'a> {
    /// The list.
    pub uri: Text<'a>,
    /// Its number: each has the next (rfc4662#5.2).
    pub version: u32,
    /// It names all resources; else only those that changed.
    pub full: bool,
}

/// A document, its resources one by one.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    /// Its head.
    pub head: Head<'a>,
    reader: Reader<'a>,
}

/// A resource: a party, or a list of them.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'a> {
    /// Its URI.
    pub uri: Text<'a>,
    /// Its name for people, the first that there is.
    pub name: Text<'a>,
    /// Its instances follow.
    reader: Reader<'a>,
}

/// The state of the subscription that a server has to an instance (rfc4662#5.5).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum InstanceState {
    /// Its state is known. A word that is not known is taken as this one, for a part may come with it.
    #[default]
    Active,
    /// It waits for the consent of its party.
    Pending,
    /// It has ended.
    Terminated,
}

/// One notifier of a resource.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Instance<'a> {
    /// Its name among those of the resource.
    pub id: Text<'a>,
    /// The state of the subscription to it.
    pub state: InstanceState,
    /// The reason of an end.
    pub reason: Text<'a>,
    /// The name of the part with its state; blank: there is none.
    pub cid: Text<'a>,
}

impl<'a> List<'a> {
    /// Reads the head of a body.
    ///
    /// # Errors
    /// [`Fault`]: it is none.
    pub fn parse(body: &'a [u8]) -> Result<Self, Fault> {
        let mut reader = Reader::new(body);
        let root = reader.child(0)?.filter(|root| root.is("list")).ok_or(Fault)?;
        let head = Head {
            uri: root.attribute("uri").unwrap_or_default().trimmed(),
            version: root.attribute("version").and_then(|version| version.number()).ok_or(Fault)?,
            full: root.attribute("fullState").is_some_and(|full| full.is_any_case("true") || full.is("1")),
        };
        Ok(Self { head, reader })
    }

    /// The next resource; `None`: there is no more, and the document has ended as it should.
    ///
    /// # Errors
    /// [`Fault`]: it cannot be read on, or a resource has no URI.
    pub fn next_resource(&mut self) -> Result<Option<Resource<'a>>, Fault> {
        while let Some(element) = self.reader.child(1)? {
            if element.is("resource") {
                let uri = element.attribute("uri").map(Text::trimmed).filter(|uri| !uri.is_blank()).ok_or(Fault)?;
                let mut found = Resource { uri, name: Text::default(), reader: self.reader };
                found.name = self.name()?;
                return Ok(Some(found));
            }
            self.reader.skip()?;
        }
        if self.reader.depth() == 0 { self.reader.next_node()?.map_or(Ok(None), |_| Err(Fault)) } else { Err(Fault) }
    }

    /// The first name of the resource that began, which is read to its end.
    fn name(&mut self) -> Result<Text<'a>, Fault> {
        let inside = self.reader.depth();
        let mut name = Text::default();
        while let Some(element) = self.reader.child(inside)? {
            if element.is("name") && name.is_blank() {
                name = self.reader.text()?;
            } else {
                self.reader.skip()?;
            }
        }
        Ok(name)
    }
}

impl<'a> Resource<'a> {
    /// The next instance; `None`: there is no more. What follows has been read, so no fault is left to tell.
    pub fn next_instance(&mut self) -> Option<Instance<'a>> {
        while let Ok(Some(element)) = self.reader.child(2) {
            let text = |name| element.attribute(name).unwrap_or_default().trimmed();
            let found = element.is("instance").then(|| {
                let state = text("state");
                let state = if state.is_any_case("pending") {
                    InstanceState::Pending
                } else if state.is_any_case("terminated") {
                    InstanceState::Terminated
                } else {
                    InstanceState::Active
                };
                Instance { id: text("id"), state, reason: text("reason"), cid: text("cid") }
            });
            self.reader.skip().ok()?;
            if found.is_some() {
                return found;
            }
        }
        None
    }
}
