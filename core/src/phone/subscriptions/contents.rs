//! The contents of a subscription: entries with a few texts each, one behind the other in its block.
//!
//! An entry: its bytes (2), its name's hash (8), lamp, kind and marks (3), counts (16), and its texts with a length (2)
//! each. In a list an entry belongs to the nearest one before it whose place is higher.

#[cfg(feature = "lists")]
pub(super) mod rows;

use crate::base::cursor::Cursor;
use crate::base::table::Hasher;
use crate::phone::Lamp;
use crate::phone::subscription::{Resource, Watched};
use crate::wire::body::xml::Text;

/// Texts of an entry, in this order.
pub(super) const URI: usize = 0;
pub(super) const NAME: usize = 1;
pub(super) const NOTE: usize = 2;
pub(super) const REPLACES: usize = 3;
/// Texts that any entry has; those behind them are of resources.
const TEXTS: usize = 4;
#[cfg(feature = "lists")]
pub(super) const RESOURCE: usize = 4;
#[cfg(feature = "lists")]
pub(super) const REASON: usize = 5;

/// The place of an entry, and the bits of it in its marks.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub(super) enum Place {
    /// Of no list.
    #[default]
    Alone = 0,
    /// A resource of the list.
    #[cfg(feature = "lists")]
    Row = 1,
    /// A resource of a list in the list.
    #[cfg(feature = "lists")]
    Inner = 2,
    /// Of the resource before it.
    #[cfg(feature = "lists")]
    Part = 3,
}

/// Marks: it was called; its resource is a list; the document that is read names it. The bits between them are its place.
const CALLED: u8 = 1;
#[cfg(feature = "lists")]
const LIST: u8 = 8;
#[cfg(feature = "lists")]
const NAMED: u8 = 16;

const HEAD: usize = 2 + 8 + 3 + 16;

/// Entries that are kept of one subscription; the others are left out. Each change of one walks them all, so without a
/// bound a long document of changes would take time by its square. No lamp and no list of a phone shows as many.
pub(super) const ENTRIES: u32 = 128;

/// Bytes of one text that are kept; a longer one is left out. A URI with its parameters, and the three parts of a
/// Replaces, are shorter. That many bytes of stack.
pub(super) const LONGEST: usize = 255;

/// An entry to be kept.
#[derive(Clone, Copy, Default)]
pub(super) struct New<'t> {
    /// Its name in the document.
    pub(super) id: u64,
    pub(super) watched: Watched,
    pub(super) place: Place,
    pub(super) texts: [Piece<'t>; TEXTS],
    /// The URI of a resource, and the reason why nothing is known of it.
    #[cfg(feature = "lists")]
    pub(super) row: [Piece<'t>; 2],
}

impl<'t> New<'t> {
    /// One that is no resource.
    pub(super) const fn at(place: Place, id: u64, watched: Watched, texts: [Piece<'t>; TEXTS]) -> Self {
        Self {
            id,
            watched,
            place,
            texts,
            #[cfg(feature = "lists")]
            row: [Piece::None; 2],
        }
    }
}

/// A text of an entry, in the parts that it is made of.
#[derive(Clone, Copy, Default)]
pub(super) enum Piece<'t> {
    #[default]
    None,
    Plain(&'t [u8]),
    Xml(Text<'t>),
    /// A value for Replaces (rfc3891#6.1): Call-ID, To tag, From tag, and whether only before an answer.
    Replaces(Text<'t>, Text<'t>, Text<'t>, bool),
}

impl Piece<'_> {
    fn write(self, out: &mut Cursor<'_>) {
        match self {
            Self::None => {}
            Self::Plain(text) => out.put(text),
            Self::Xml(text) => text.write(out),
            Self::Replaces(call_id, to, from, early) => {
                call_id.write(out);
                out.put_str(";to-tag=");
                to.write(out);
                out.put_str(";from-tag=");
                from.write(out);
                out.put_str(if early { ";early-only" } else { "" });
            }
        }
    }
}

/// The hash of an entry's name; of a long one, as it stands.
pub(super) fn id_of(key: (u64, u64), name: Text<'_>) -> u64 {
    let mut room = [0; LONGEST];
    let mut out = Cursor::new(&mut room);
    name.write(&mut out);
    let text = if out.needed() > LONGEST { name.raw() } else { out.written() };
    Hasher::new(key).with(text).finish()
}

/// A text, its entities as their characters; `None`: it is longer than any that is kept.
#[cfg(feature = "lists")]
pub(super) fn text_in<'r>(text: Text<'_>, room: &'r mut [u8; LONGEST]) -> Option<&'r [u8]> {
    let mut out = Cursor::new(room);
    text.write(&mut out);
    let len = out.finish().ok()?;
    room.get(..len)
}

/// The entries that found no room: how many, and a bit for each of their names. Two names may share a bit, so of those
/// that later changes bring some may not be counted; a whole document counts anew.
#[derive(Clone, Copy, Debug)]
pub(super) struct LeftOut {
    pub(super) count: u32,
    names: u64,
}

impl LeftOut {
    pub(super) const NONE: Self = Self { count: 0, names: 0 };

    /// An entry has its place, or needs none; or it found no room. `whole`: its document names each entry once.
    pub(super) const fn note(&mut self, settled: bool, whole: bool, id: u64) {
        let bit = 1 << (id % 64);
        let counted = !whole && self.names & bit != 0;
        if settled && counted {
            self.count = self.count.saturating_sub(1);
            self.names = if self.count == 0 { 0 } else { self.names };
        } else if !settled && !counted {
            self.count = self.count.saturating_add(1);
            self.names |= bit;
        }
    }
}

/// The entries in a block, of which so many bytes are used.
pub(super) struct Contents<'b> {
    room: &'b mut [u8],
    pub(super) used: usize,
    /// The number of entries.
    pub(super) count: u32,
}

impl<'b> Contents<'b> {
    /// Those that are there.
    pub(super) fn of(room: &'b mut [u8], used: usize) -> Self {
        let count = entries(room.get(..used).unwrap_or_default()).count() as u32;
        Self { room, used, count }
    }

    /// Takes all out.
    pub(super) const fn clear(&mut self) {
        (self.used, self.count) = (0, 0);
    }

    /// Those that begin here, or behind it.
    pub(super) fn from(&self, at: usize) -> impl Iterator<Item = Kept<'_>> {
        entries(self.room.get(at..self.used).unwrap_or_default())
    }

    /// Takes an entry out that begins here, or behind it. False: it is not there.
    pub(super) fn remove(&mut self, from: usize, id: u64) -> bool {
        let mut at = from;
        while let Some((entry, end)) = entry_at(self.room.get(..self.used).unwrap_or_default(), at) {
            if entry.id == id {
                self.room.copy_within(end..self.used, at);
                self.used -= end - at;
                self.count -= 1;
                return true;
            }
            at = end;
        }
        false
    }

    /// Puts one behind the others. False: it finds no room.
    pub(super) fn push(&mut self, new: &New<'_>) -> bool {
        let Some(free) = self.room.get_mut(self.used..).filter(|_| self.count < ENTRIES) else { return false };
        let mut out = Cursor::new(free);
        out.put(&[0; 2]);
        out.put(&new.id.to_le_bytes());
        let Watched { lamp, kind, called, counts, resource } = new.watched;
        let marks = if called { CALLED } else { 0 } | (new.place as u8) << 1;
        #[cfg(feature = "lists")]
        let marks = if resource == Resource::List { marks | LIST } else { marks };
        #[cfg(not(feature = "lists"))]
        let _: Resource = resource;
        out.put(&[lamp as u8, kind.min(255) as u8, marks]);
        for count in counts {
            out.put(&count.to_le_bytes());
        }
        let texts = new.texts.into_iter();
        #[cfg(feature = "lists")]
        let texts = texts.chain(new.row.into_iter().filter(|_| new.place.is_of_a_resource()));
        for text in texts {
            let mut piece = [0; LONGEST];
            let mut cursor = Cursor::new(&mut piece);
            text.write(&mut cursor);
            let len = cursor.finish().unwrap_or(0);
            out.put(&(len as u16).to_le_bytes());
            out.put(piece.get(..len).unwrap_or_default());
        }
        let len = out.needed();
        out.patch(0, &(len as u16).to_le_bytes());
        if out.finish().is_err() {
            return false;
        }
        self.used += len;
        self.count += 1;
        true
    }
}

/// An entry that is kept.
#[derive(Clone, Copy)]
pub(super) struct Kept<'b> {
    pub(super) id: u64,
    pub(super) watched: Watched,
    #[cfg(feature = "lists")]
    marks: u8,
    texts: &'b [u8],
}

impl<'b> Kept<'b> {
    /// One of its texts; empty: it has none.
    pub(super) fn text(&self, which: usize) -> &'b [u8] {
        let mut rest = self.texts;
        for _ in 0..which {
            rest = piece(rest).map_or(&[], |(_, behind)| behind);
        }
        piece(rest).map_or(&[], |(text, _)| text)
    }
}

fn piece(texts: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = texts.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_le_bytes(*len)))
}

/// The entries of a block.
pub(super) fn entries(used: &[u8]) -> impl Iterator<Item = Kept<'_>> {
    let mut at = 0;
    core::iter::from_fn(move || {
        let (entry, end) = entry_at(used, at)?;
        at = end;
        Some(entry)
    })
}

fn entry_at(used: &[u8], at: usize) -> Option<(Kept<'_>, usize)> {
    let rest = used.get(at..)?;
    let (len, _) = rest.split_first_chunk::<2>()?;
    let len = usize::from(u16::from_le_bytes(*len));
    let entry = rest.get(..len).filter(|_| len >= HEAD)?;
    let (head, texts) = entry.split_at_checked(HEAD)?;
    let id = u64::from_le_bytes(*head.get(2..)?.first_chunk()?);
    let (lamp, kind, marks) = (*head.get(10)?, *head.get(11)?, *head.get(12)?);
    let mut counts = [0; 4];
    for (count, bytes) in counts.iter_mut().zip(head.get(13..)?.as_chunks::<4>().0) {
        *count = u32::from_le_bytes(*bytes);
    }
    #[cfg(feature = "lists")]
    let resource = rows::resource_of(marks);
    #[cfg(not(feature = "lists"))]
    let resource = Resource::None;
    let watched = Watched { lamp: lamp_of(lamp), kind: kind.into(), called: marks & CALLED != 0, counts, resource };
    let kept = Kept {
        id,
        watched,
        #[cfg(feature = "lists")]
        marks,
        texts,
    };
    Some((kept, at + len))
}

const fn lamp_of(number: u8) -> Lamp {
    match number {
        1 => Lamp::Closed,
        2 => Lamp::Open,
        3 => Lamp::Idle,
        4 => Lamp::Trying,
        5 => Lamp::Ringing,
        6 => Lamp::Busy,
        7 => Lamp::Held,
        _ => Lamp::Unknown,
    }
}
