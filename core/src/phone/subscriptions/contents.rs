//! The contents of a subscription: entries with a few texts each, one behind the other in its block.
//!
//! An entry: its bytes (2), its name's hash (8), lamp, kind and called (3), counts (16), and its texts with a length (2)
//! each.

use crate::base::cursor::Cursor;
use crate::base::table::Hasher;
use crate::phone::Lamp;
use crate::phone::subscription::Watched;
use crate::wire::body::xml::Text;

/// Texts of an entry, in this order.
pub(super) const URI: usize = 0;
pub(super) const NAME: usize = 1;
pub(super) const NOTE: usize = 2;
pub(super) const REPLACES: usize = 3;
const TEXTS: usize = 4;

const HEAD: usize = 2 + 8 + 3 + 16;

/// Entries that are kept of one subscription; the others are left out. Each change of one walks them all, so without a
/// bound a long document of changes would take time by its square. No lamp and no list of a phone shows as many.
const ENTRIES: u32 = 128;

/// Bytes of one text that are kept; a longer one is left out. A URI with its parameters, and the three parts of a
/// Replaces, are shorter. That many bytes of stack.
const LONGEST: usize = 255;

/// An entry to be kept.
#[derive(Clone, Copy, Default)]
pub(super) struct New<'t> {
    /// Its name in the document.
    pub(super) id: u64,
    pub(super) watched: Watched,
    pub(super) texts: [Piece<'t>; TEXTS],
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

    /// The lamp of each.
    pub(super) fn lamps(&self) -> impl Iterator<Item = Lamp> {
        entries(self.room.get(..self.used).unwrap_or_default()).map(|entry| entry.watched.lamp)
    }

    /// Takes an entry out. False: it is not there.
    pub(super) fn remove(&mut self, id: u64) -> bool {
        let mut at = 0;
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
        let Watched { lamp, kind, called, counts } = new.watched;
        out.put(&[lamp as u8, kind.min(255) as u8, u8::from(called)]);
        for count in counts {
            out.put(&count.to_le_bytes());
        }
        for text in new.texts {
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
    let (lamp, kind, called) = (*head.get(10)?, *head.get(11)?, *head.get(12)?);
    let mut counts = [0; 4];
    for (count, bytes) in counts.iter_mut().zip(head.get(13..)?.as_chunks::<4>().0) {
        *count = u32::from_le_bytes(*bytes);
    }
    let watched = Watched { lamp: lamp_of(lamp), kind: kind.into(), called: called != 0, counts };
    Some((Kept { id, watched, texts }, at + len))
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
