//! The documents of one party, or of its mailbox, folded into what is kept.

use super::contents::{Contents, LeftOut, NAME, NOTE, New, Piece, Place, REPLACES, URI, id_of};
use super::slot::Slot;
use crate::phone::Lamp;
use crate::phone::subscription::{Package, Watched};
use crate::wire::body::dialog_info::{Dialog, DialogState, Document};
use crate::wire::body::message_summary::Summary;
use crate::wire::body::pidf::Presence;
use crate::wire::sip::MediaType;

/// The outcome of a body.
#[derive(Clone, Copy)]
pub(super) enum Read {
    /// It changed nothing.
    Same,
    /// It changed what is shown.
    Part,
    /// It is all that is shown.
    Whole,
    /// It changed what is shown, and another change is missing before it (rfc4235#4.3).
    Gap,
}

/// Folds the document of one party, or of its mailbox.
pub(super) fn take_alone(
    slot: &mut Slot,
    contents: &mut Contents<'_>,
    (kind, body): (Option<&MediaType<'_>>, &[u8]),
    key: (u64, u64),
) -> Result<Read, u16> {
    let is = |subtype: &[u8]| kind.is_some_and(|kind| kind.is(b"application", subtype));
    Ok(match slot.package {
        Package::Presence if is(b"pidf+xml") => {
            let presence = Presence::parse(body).map_err(|_| 400u16)?;
            take_presence(slot, contents, &presence);
            Read::Whole
        }
        Package::Dialog if is(b"dialog-info+xml") => take_dialogs(slot, contents, body, key)?,
        Package::MessageSummary if is(b"simple-message-summary") => {
            let summary = Summary::parse(body).ok_or(400u16)?;
            take_summary(slot, contents, &summary);
            Read::Whole
        }
        Package::Other => Read::Whole,
        _ => return Err(415),
    })
}

/// Nothing is kept of what was watched before.
pub(super) const fn begin_anew(slot: &mut Slot, contents: &mut Contents<'_>) {
    contents.clear();
    slot.left_out = LeftOut::NONE;
}

/// The entry of a presence: the whole of it.
pub(super) fn presence_of<'d>(presence: &Presence<'d>) -> New<'d> {
    let lamp = match presence.open {
        Some(true) => Lamp::Open,
        Some(false) => Lamp::Closed,
        None => Lamp::Unknown,
    };
    let watched = Watched { lamp, kind: presence.activity as u32, ..Watched::default() };
    let texts = texts(Piece::Xml(presence.contact), Piece::None, Piece::Xml(presence.note), Piece::None);
    New::at(Place::Alone, 0, watched, texts)
}

fn take_presence(slot: &mut Slot, contents: &mut Contents<'_>, presence: &Presence<'_>) {
    begin_anew(slot, contents);
    let new = presence_of(presence);
    (slot.lamp, slot.value) = (new.watched.lamp, new.watched.kind);
    slot.left_out.note(contents.push(&new), true, new.id);
}

const fn texts<'t>(uri: Piece<'t>, name: Piece<'t>, note: Piece<'t>, replaces: Piece<'t>) -> [Piece<'t>; 4] {
    const { assert!(URI == 0 && NAME == 1 && NOTE == 2 && REPLACES == 3) };
    [uri, name, note, replaces]
}

pub(super) const fn lamp_of_a_mailbox(summary: &Summary<'_>) -> Lamp {
    if summary.waiting { Lamp::Open } else { Lamp::Closed }
}

fn take_summary(slot: &mut Slot, contents: &mut Contents<'_>, summary: &Summary<'_>) {
    begin_anew(slot, contents);
    slot.lamp = lamp_of_a_mailbox(summary);
    slot.value = summary.new_messages();
    add_classes(contents, &mut slot.left_out, summary, Place::Alone, true);
}

/// One entry a class.
pub(super) fn add_classes(
    contents: &mut Contents<'_>,
    left_out: &mut LeftOut,
    summary: &Summary<'_>,
    place: Place,
    whole: bool,
) {
    for (class, count) in summary.counts.iter().enumerate() {
        let Some(count) = count else { continue };
        let watched = Watched::of_class(class, count);
        let texts = texts(Piece::Plain(summary.account), Piece::None, Piece::None, Piece::None);
        let id = class as u64;
        left_out.note(contents.push(&New::at(place, id, watched, texts)), whole, id);
    }
}

/// A document with a number: which one it is, and whether it is all there is to know.
#[derive(Clone, Copy)]
pub(super) struct Numbered {
    pub(super) version: u32,
    pub(super) full: bool,
}

impl Numbered {
    /// The outcome of it behind the one that came last; nothing has come in this dialog where that has no number.
    pub(super) fn behind(self, last: Option<u32>) -> Read {
        match last {
            // one that is older is late, and so is a part that came before. A whole one may have the number of the last:
            // there are far ends that do not count
            Some(last) if self.version < last || (self.version == last && !self.full) => Read::Same,
            _ if self.full => Read::Whole,
            Some(last) if last.checked_add(1) == Some(self.version) => Read::Part,
            // it is taken all the same, and a refresh is to bring the rest
            _ => Read::Gap,
        }
    }
}

/// rfc4235#4.3: a full document replaces what there is, a partial one changes it, and one number follows another.
fn take_dialogs(slot: &mut Slot, contents: &mut Contents<'_>, body: &[u8], key: (u64, u64)) -> Result<Read, u16> {
    let (document, read) = document_of(body, slot.version)?;
    if matches!(read, Read::Same) {
        return Ok(read);
    }
    let head = document.head;
    // what is there where none has come in this dialog is of another one, or of a list
    let anew = head.full || slot.version.is_none();
    slot.version = Some(head.version);
    if anew {
        begin_anew(slot, contents);
    }
    add_dialogs(contents, &mut slot.left_out, document, (0, Place::Alone), (key, head.full));
    slot.lamp = contents.from(0).map(|entry| entry.watched.lamp).max().unwrap_or(Lamp::Idle);
    slot.value = contents.count;
    Ok(read)
}

/// A document of dialogs, and what becomes of it behind the last one. An error is the status of the refusal.
pub(super) fn document_of(body: &[u8], last: Option<u32>) -> Result<(Document<'_>, Read), u16> {
    let document = Document::parse(body).map_err(|_| 400u16)?;
    // read to its end before anything changes
    let mut whole = document;
    while whole.next_dialog().map_err(|_| 400u16)?.is_some() {}
    let head = document.head;
    Ok((document, Numbered { version: head.version, full: head.full }.behind(last)))
}

/// Changes the entries that begin here, or behind it, as a document says. `whole`: what was left out is counted anew.
pub(super) fn add_dialogs(
    contents: &mut Contents<'_>,
    left_out: &mut LeftOut,
    mut document: Document<'_>,
    (from, place): (usize, Place),
    (key, whole): ((u64, u64), bool),
) {
    while let Ok(Some(dialog)) = document.next_dialog() {
        let id = id_of(key, dialog.id);
        let known = contents.remove(from, id);
        let settled = dialog.state == DialogState::Terminated || contents.push(&entry_of(id, place, &dialog));
        if !(known && settled) {
            left_out.note(settled, whole, id);
        }
    }
}

fn entry_of<'d>(id: u64, place: Place, dialog: &Dialog<'d>) -> New<'d> {
    let called = dialog.called == Some(true);
    let lamp = match dialog.state {
        DialogState::Confirmed if dialog.local.holds => Lamp::Held,
        DialogState::Confirmed => Lamp::Busy,
        DialogState::Early | DialogState::Proceeding | DialogState::Trying if called => Lamp::Ringing,
        DialogState::Early | DialogState::Proceeding | DialogState::Trying => Lamp::Trying,
        DialogState::Terminated => Lamp::Idle,
    };
    // who takes the call over asks the other party, whose tag is the remote one here (rfc3891#6.1, rfc4235#6.2)
    let whole = !dialog.call_id.is_blank() && !dialog.local_tag.is_blank() && !dialog.remote_tag.is_blank();
    let early = dialog.state != DialogState::Confirmed;
    let replaces = Piece::Replaces(dialog.call_id, dialog.remote_tag, dialog.local_tag, early);
    let uri = if dialog.remote.identity.is_blank() { dialog.remote.target } else { dialog.remote.identity };
    let watched = Watched { lamp, called, ..Watched::default() };
    let texts = texts(
        Piece::Xml(uri),
        Piece::Xml(dialog.remote.display),
        Piece::None,
        if whole { replaces } else { Piece::None },
    );
    New::at(place, id, watched, texts)
}
