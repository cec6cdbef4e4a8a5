//! Lists (RFC 4662): one subscription that watches many parties. A notification brings a document that names them, and a
//! part of its body for each whose state is known.

use super::contents::rows::{Lifted, Rows};
use super::contents::{Contents, ENTRIES, LONGEST, LeftOut, New, Piece, Place, id_of, text_in};
use super::folded::{
    Numbered, Read, add_classes, add_dialogs, begin_anew, document_of, lamp_of_a_mailbox, presence_of,
};
use super::slot::Slot;
use crate::phone::Lamp;
use crate::phone::subscription::{Package, Resource, Watched};
use crate::wire::body::message_summary::Summary;
use crate::wire::body::pidf::Presence;
use crate::wire::body::rlmi::{Instance, InstanceState, List};
use crate::wire::body::xml::Text;
use crate::wire::sip::{MediaType, Part, Related};

/// Reasons of ours why nothing is known of a resource.
const PENDING: &[u8] = b"pending";
const TERMINATED: &[u8] = b"terminated";
const MISSING: &[u8] = b"missing";
const UNREADABLE: &[u8] = b"unreadable";

/// Resources and instances of one notification that change rows: as many as a list has that fills the entries, with an
/// instance for each. Those behind are left out. Each walks the rows some times, and may move them, so without a bound one
/// long document of short elements would hold the phone for tens of milliseconds.
const CHANGES: u32 = 2 * ENTRIES;

/// A notification that is read.
struct Reading<'s> {
    package: Package,
    left_out: &'s mut LeftOut,
    key: (u64, u64),
    /// It brings the whole list.
    whole: bool,
    /// A part of what it builds upon is missing.
    gap: bool,
    /// Changes that may follow.
    changes: u32,
}

/// A body of this type is a list. An error is the status of the refusal.
pub(super) fn of<'k, 'm>(slot: &mut Slot, kind: Option<&'k MediaType<'m>>) -> Result<Option<&'k MediaType<'m>>, u16> {
    if slot.package == Package::Other {
        return Ok(None);
    }
    let list = kind.filter(|kind| kind.is(b"multipart", b"related"));
    // rfc4662#4.5: what is a list stays one for as long as its dialog
    if list.is_none() && slot.list && slot.version.is_some() {
        return Err(415);
    }
    Ok(list)
}

/// Folds a list. An error is the status of the refusal, and nothing has changed.
#[inline(never)]
pub(super) fn take(
    slot: &mut Slot,
    contents: &mut Contents<'_>,
    (kind, body): (&MediaType<'_>, &[u8]),
    key: (u64, u64),
) -> Result<Read, u16> {
    let mut parts = Related::parse(kind, body).ok_or(400u16)?;
    let list = document(parts.root())?;
    let last = slot.version.filter(|_| slot.list);
    let read = Numbered { version: list.head.version, full: list.head.full }.behind(last);
    if matches!(read, Read::Same) {
        return Ok(read);
    }
    // rfc4662#4.5: in another dialog nothing goes on, and the numbers of the rows' documents are those of the old one
    if last.is_none() {
        begin_anew(slot, contents);
    } else if list.head.full {
        slot.left_out = LeftOut::NONE;
    }
    slot.list = true;
    slot.version = Some(list.head.version);
    let mut reading = Reading {
        package: slot.package,
        left_out: &mut slot.left_out,
        key,
        whole: list.head.full,
        gap: matches!(read, Read::Gap),
        changes: CHANGES,
    };
    reading.resources(contents, Rows { from: 0, place: Place::Row }, list, &mut parts);
    let gap = reading.gap;
    slot.lamp = contents.brightest(0, |place| place != Place::Part).0;
    slot.value = match slot.package {
        Package::Dialog => contents.brightest(0, |place| place == Place::Part).1,
        Package::MessageSummary => {
            let rows = contents.from(0).filter(|entry| entry.watched.resource == Resource::Party);
            rows.fold(0, |sum: u32, row| sum.saturating_add(row.watched.counts.first().copied().unwrap_or(0)))
        }
        Package::Presence | Package::Other => 0,
    };
    Ok(if gap { Read::Gap } else { read })
}

/// The document that names the parties, read to its end before anything changes.
fn document<'a>(root: &Part<'a>) -> Result<List<'a>, u16> {
    if root.is_coded() || !root.content_type.is_some_and(|kind| kind.is(b"application", b"rlmi+xml")) {
        return Err(415);
    }
    let list = List::parse(root.body).map_err(|_| 400u16)?;
    let mut whole = list;
    while whole.next_resource().map_err(|_| 400u16)?.is_some() {}
    Ok(list)
}

/// A part whose bytes are of this type.
fn is(part: &Part<'_>, subtype: &[u8]) -> bool {
    !part.is_coded() && part.content_type.is_some_and(|kind| kind.is(b"application", subtype))
}

/// A row as its part has it: its lamp, its kind and its counts.
type Told = (Lamp, u32, [u32; 4]);

/// The counts of a row that has a document with a number. Zeros: it has none.
const fn numbered(version: u32) -> [u32; 4] {
    [0, version, 1, 0]
}

impl Reading<'_> {
    /// rfc4662#5.6: changes the rows that a document names; one that names all of them replaces the others, too.
    fn resources(&mut self, contents: &mut Contents<'_>, rows: Rows, mut list: List<'_>, parts: &mut Related<'_>) {
        // first those go that it does not name: their room is for the others
        if list.head.full {
            contents.forget_names(rows, None);
            let mut named = list;
            for _ in 0..self.changes {
                let Ok(Some(resource)) = named.next_resource() else { break };
                if let Some(uri) = text_in(resource.uri, &mut [0; LONGEST]) {
                    contents.name_all(rows, uri);
                }
            }
            contents.sweep(rows, None);
            contents.forget_names(rows, None);
        }
        while let Ok(Some(mut resource)) = list.next_resource() {
            if self.is_too_much(resource.uri) {
                continue;
            }
            let mut room = [0; LONGEST];
            let Some(uri) = text_in(resource.uri, &mut room) else {
                self.left_out.note(false, self.whole, id_of(self.key, resource.uri));
                continue;
            };
            // rfc4662#5.6.2: a resource is what its element says, so instances that this does not name are gone
            contents.forget_names(rows, Some(uri));
            let (name, mut active, mut other) = (resource.name, false, None);
            while let Some(instance) = resource.next_instance() {
                if instance.state == InstanceState::Active {
                    active = true;
                    if self.is_too_much(instance.id) {
                        continue;
                    }
                    self.active(contents, rows, (uri, name), &instance, parts);
                } else {
                    other.get_or_insert(instance);
                }
            }
            if !active {
                // rfc4662#5.5: without an instance nothing is known yet
                let (id, reason) = other.map_or((0, Piece::None), |instance| {
                    let reason = match instance.state {
                        InstanceState::Pending => Piece::Plain(PENDING),
                        _ if instance.reason.is_blank() => Piece::Plain(TERMINATED),
                        _ => Piece::Xml(instance.reason),
                    };
                    (id_of(self.key, instance.id), reason)
                });
                self.unknown(contents, rows, (uri, name), id, reason);
            }
            contents.sweep(rows, Some(uri));
        }
        // of what is left out behind the bound nothing is known any more
        if list.head.full {
            contents.sweep(rows, None);
        }
    }

    /// One more change is none any more: a resource, or an instance, of this name is left out.
    fn is_too_much(&mut self, name: Text<'_>) -> bool {
        let Some(rest) = self.changes.checked_sub(1) else {
            self.left_out.note(false, self.whole, id_of(self.key, name));
            // its row is as it was before, which the whole list brings in order
            self.gap |= !self.whole;
            return true;
        };
        self.changes = rest;
        false
    }

    /// An instance whose state is known.
    fn active(
        &mut self,
        contents: &mut Contents<'_>,
        rows: Rows,
        (uri, name): (&[u8], Text<'_>),
        instance: &Instance<'_>,
        parts: &mut Related<'_>,
    ) {
        let id = id_of(self.key, instance.id);
        // it should have a part (rfc4662#5.5); there are servers that name what has not changed without one
        if instance.cid.is_blank() {
            if !contents.name(rows, uri, id) {
                self.unknown(contents, rows, (uri, name), id, Piece::None);
            }
            return;
        }
        let mut room = [0; LONGEST];
        let Some(part) = text_in(instance.cid, &mut room).and_then(|cid| parts.take(cid)) else {
            // the server may have it: the whole list brings it
            self.gap |= !self.whole;
            return self.unknown(contents, rows, (uri, name), id, Piece::Plain(MISSING));
        };
        contents.adopt(rows, uri, id);
        let resource = if part.content_type.is_some_and(|kind| kind.is(b"multipart", b"related")) {
            Resource::List
        } else {
            Resource::Party
        };
        // a list that becomes a party, or a party that becomes one, has documents with other numbers
        let row = contents.row(rows, uri, id).map(|row| row.watched).filter(|row| row.resource == resource);
        let last = row.and_then(|row| match row.counts {
            [0, version, 1, 0] if self.package == Package::Dialog || resource == Resource::List => Some(version),
            _ => None,
        });
        let mut new = self.row(rows, (id, uri, name), Piece::None);
        new.watched.resource = resource;
        if self.package == Package::Presence
            && is(&part, b"pidf+xml")
            && let Ok(presence) = Presence::parse(part.body)
        {
            let told = presence_of(&presence);
            new.watched.lamp = told.watched.lamp;
            new.watched.kind = told.watched.kind;
            let [contact, _, note, _] = told.texts;
            new.texts = [contact, Piece::Xml(name), note, Piece::None];
        }
        let Some(lifted) = contents.lift(rows, uri, &new) else {
            return self.left_out.note(false, self.whole, id);
        };
        self.left_out.note(true, self.whole, id);
        match self.told(contents, rows, lifted, &part, last) {
            Some((lamp, kind, counts)) => {
                contents.say(lifted, lamp, kind.min(255) as u8, counts);
                contents.lower(lifted);
            }
            None => {
                contents.lower(lifted);
                self.unknown(contents, rows, (uri, name), id, Piece::Plain(UNREADABLE));
            }
        }
    }

    /// A row of which nothing is known.
    fn unknown(
        &mut self,
        contents: &mut Contents<'_>,
        rows: Rows,
        (uri, name): (&[u8], Text<'_>),
        id: u64,
        reason: Piece<'_>,
    ) {
        let mut new = self.row(rows, (id, uri, name), reason);
        new.watched.resource = Resource::Party;
        contents.adopt(rows, uri, id);
        let lifted = contents.lift(rows, uri, &new);
        if let Some(lifted) = lifted {
            contents.cut_off(lifted.parts);
            contents.lower(lifted);
        }
        self.left_out.note(lifted.is_some(), self.whole, id);
    }

    fn row<'t>(&self, rows: Rows, (id, uri, name): (u64, &'t [u8], Text<'t>), reason: Piece<'t>) -> New<'t> {
        let texts = [Piece::None, Piece::Xml(name), Piece::None, Piece::None];
        let watched = Watched::default();
        New { id, watched, place: rows.place, texts, row: [Piece::Plain(uri), reason] }
    }

    /// Takes the part of a row: the document of a party, or again a list. `None`: it cannot be read.
    fn told(
        &mut self,
        contents: &mut Contents<'_>,
        rows: Rows,
        row: Lifted,
        part: &Part<'_>,
        last: Option<u32>,
    ) -> Option<Told> {
        match part.content_type.filter(|kind| kind.is(b"multipart", b"related") && !part.is_coded()) {
            Some(_) if rows.place == Place::Inner => None,
            Some(kind) => self.list(contents, row, (&kind, part.body), last),
            None => self.part(contents, row, part, last),
        }
    }

    /// A list in the list (rfc4662#5.5), of which one that lies deeper is not read: so the stack that a message takes is
    /// bounded.
    #[inline(never)]
    fn list(
        &mut self,
        contents: &mut Contents<'_>,
        row: Lifted,
        (kind, body): (&MediaType<'_>, &[u8]),
        last: Option<u32>,
    ) -> Option<Told> {
        let mut parts = Related::parse(kind, body)?;
        let list = document(parts.root()).ok()?;
        let read = Numbered { version: list.head.version, full: list.head.full }.behind(last);
        let version = if matches!(read, Read::Same) { last.unwrap_or_default() } else { list.head.version };
        if !matches!(read, Read::Same) {
            self.gap |= matches!(read, Read::Gap);
            let rows = Rows { from: row.parts, place: Place::Inner };
            // what is there is of a party
            if last.is_none() {
                contents.cut_off(row.parts);
            }
            self.resources(contents, rows, list, &mut parts);
        }
        let (lamp, _) = contents.brightest(row.parts, |place| place == Place::Inner);
        Some((lamp, 0, numbered(version)))
    }

    /// The document of a party.
    fn part(&mut self, contents: &mut Contents<'_>, row: Lifted, part: &Part<'_>, last: Option<u32>) -> Option<Told> {
        let (from, place) = (row.parts, Place::Part);
        match self.package {
            // its row has been written with it
            Package::Presence if is(part, b"pidf+xml") => {
                let presence = Presence::parse(part.body).ok()?;
                contents.cut_off(from);
                let told = presence_of(&presence).watched;
                Some((told.lamp, told.kind, [0; 4]))
            }
            Package::Dialog if is(part, b"dialog-info+xml") => {
                let (document, read) = document_of(part.body, last).ok()?;
                let head = document.head;
                let version = if matches!(read, Read::Same) { last.unwrap_or_default() } else { head.version };
                if !matches!(read, Read::Same) {
                    self.gap |= matches!(read, Read::Gap);
                    // where nothing has come yet, what is there is of a list
                    if head.full || last.is_none() {
                        contents.cut_off(from);
                    }
                    add_dialogs(contents, self.left_out, document, (from, place), (self.key, self.whole));
                }
                let (lamp, count) = contents.brightest(from, |place| place == Place::Part);
                Some((if count == 0 { Lamp::Idle } else { lamp }, 0, numbered(version)))
            }
            Package::MessageSummary if is(part, b"simple-message-summary") => {
                let summary = Summary::parse(part.body)?;
                contents.cut_off(from);
                add_classes(contents, self.left_out, &summary, place, self.whole);
                let sum = |of: fn(&crate::wire::body::message_summary::Count) -> u32| {
                    summary.counts.iter().flatten().fold(0, |sum: u32, count| sum.saturating_add(of(count)))
                };
                let (old, new_urgent, old_urgent) =
                    (sum(|count| count.old), sum(|count| count.new_urgent), sum(|count| count.old_urgent));
                Some((lamp_of_a_mailbox(&summary), 0, [summary.new_messages(), old, new_urgent, old_urgent]))
            }
            _ => None,
        }
    }
}
