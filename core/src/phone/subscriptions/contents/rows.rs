//! The entries of a list: a row for each resource, and behind it what is of that. Rows keep their order.
//!
//! The entries of a row are changed behind all others: the row is moved there with all that is of it, and back.

use super::{Contents, HEAD, Kept, LIST, NAMED, New, Place, RESOURCE, entry_at, lamp_of};
use crate::phone::Lamp;
use crate::phone::subscription::Resource;

/// The bytes of an entry's head that change in place.
const NAME: usize = 2;
const LAMP: usize = 10;
const KIND: usize = 11;
const MARKS: usize = 12;
const COUNTS: usize = 13;

impl Place {
    const fn of(marks: u8) -> Self {
        match marks >> 1 & 3 {
            1 => Self::Row,
            2 => Self::Inner,
            3 => Self::Part,
            _ => Self::Alone,
        }
    }

    /// An entry at this place is a resource.
    pub(super) const fn is_of_a_resource(self) -> bool {
        matches!(self, Self::Row | Self::Inner)
    }
}

/// The resource that an entry with these marks is.
pub(super) const fn resource_of(marks: u8) -> Resource {
    match Place::of(marks) {
        Place::Row | Place::Inner if marks & LIST != 0 => Resource::List,
        Place::Row | Place::Inner => Resource::Party,
        Place::Alone | Place::Part => Resource::None,
    }
}

impl Kept<'_> {
    pub(in crate::phone::subscriptions) const fn place(&self) -> Place {
        Place::of(self.marks)
    }
}

/// The rows of one list: those at this place that begin here, or behind it. Nothing else stands there.
#[derive(Clone, Copy)]
pub(in crate::phone::subscriptions) struct Rows {
    pub(in crate::phone::subscriptions) from: usize,
    pub(in crate::phone::subscriptions) place: Place,
}

/// A row that has been moved behind all others.
#[derive(Clone, Copy)]
pub(in crate::phone::subscriptions) struct Lifted {
    /// Its index, and that of what is of it.
    pub(in crate::phone::subscriptions) at: usize,
    pub(in crate::phone::subscriptions) parts: usize,
    /// Its place among the others.
    home: usize,
}

impl Contents<'_> {
    fn bytes(&self) -> &[u8] {
        self.room.get(..self.used).unwrap_or_default()
    }

    fn byte(&mut self, at: usize) -> Option<&mut u8> {
        self.room.get_mut(..self.used)?.get_mut(at)
    }

    /// The rows of a list, and their indices.
    fn rows(&self, rows: Rows) -> impl Iterator<Item = (usize, Kept<'_>)> {
        let (all, mut at) = (self.bytes(), rows.from);
        let entries = core::iter::from_fn(move || {
            let (entry, end) = entry_at(all, at)?;
            let begin = core::mem::replace(&mut at, end);
            Some((begin, entry))
        });
        entries.filter(move |(_, entry)| entry.place() == rows.place)
    }

    /// The next row: where it begins, where what is of it ends, whether it is of this resource, and named.
    fn next_row(&self, rows: Rows, uri: Option<&[u8]>) -> Option<(usize, usize, bool, bool)> {
        let (at, row) = self.rows(rows).next()?;
        let is = uri.is_none_or(|uri| row.text(RESOURCE) == uri);
        Some((at, self.end_of(at).1, is, row.marks & NAMED != 0))
    }

    /// The end of a row, and of what is of it.
    fn end_of(&self, at: usize) -> (usize, usize) {
        let Some((row, end)) = entry_at(self.bytes(), at) else { return (self.used, self.used) };
        let mut behind = end;
        while let Some((entry, next)) = entry_at(self.bytes(), behind).filter(|(entry, _)| entry.place() > row.place())
        {
            let _ = entry;
            behind = next;
        }
        (end, behind)
    }

    /// No row is named yet; of one resource, or of all.
    pub(in crate::phone::subscriptions) fn forget_names(&mut self, rows: Rows, uri: Option<&[u8]>) {
        let mut from = rows.from;
        while let Some((at, end, is, _)) = self.next_row(Rows { from, ..rows }, uri) {
            if let Some(marks) = self.byte(at + MARKS).filter(|_| is) {
                *marks &= !NAMED;
            }
            from = end;
        }
    }

    /// All rows of a resource are named.
    pub(in crate::phone::subscriptions) fn name_all(&mut self, rows: Rows, uri: &[u8]) {
        let mut from = rows.from;
        while let Some((at, end, is, _)) = self.next_row(Rows { from, ..rows }, Some(uri)) {
            if let Some(marks) = self.byte(at + MARKS).filter(|_| is) {
                *marks |= NAMED;
            }
            from = end;
        }
    }

    /// Takes the rows out that were not named, with what is of them; of one resource, or of all.
    pub(in crate::phone::subscriptions) fn sweep(&mut self, rows: Rows, uri: Option<&[u8]>) {
        let mut from = rows.from;
        while let Some((at, end, is, named)) = self.next_row(Rows { from, ..rows }, uri) {
            let goes = is && !named;
            if goes {
                self.take_out(at, end);
            }
            from = if goes { at } else { end };
        }
    }

    /// Takes the entries out between two indices.
    fn take_out(&mut self, at: usize, end: usize) {
        let gone = self.room.get(at..end).map_or(0, |gone| super::entries(gone).count());
        if end <= self.used && at <= end {
            self.room.copy_within(end..self.used, at);
            self.used -= end - at;
            self.count = self.count.saturating_sub(gone as u32);
        }
    }

    /// Takes out what begins here, or behind it.
    pub(in crate::phone::subscriptions) fn cut_off(&mut self, at: usize) {
        self.take_out(at.min(self.used), self.used);
    }

    /// The row of this resource and instance, as it was told last.
    pub(in crate::phone::subscriptions) fn row(&self, rows: Rows, uri: &[u8], id: u64) -> Option<Kept<'_>> {
        self.find(rows, uri, id).map(|(_, row)| row)
    }

    fn find(&self, rows: Rows, uri: &[u8], id: u64) -> Option<(usize, Kept<'_>)> {
        self.rows(rows).find(|(_, row)| row.id == id && row.text(RESOURCE) == uri)
    }

    /// The row of this resource and instance is named, and stays as it is. False: there is none.
    pub(in crate::phone::subscriptions) fn name(&mut self, rows: Rows, uri: &[u8], id: u64) -> bool {
        let at = self.find(rows, uri, id).map(|(at, _)| at + MARKS);
        at.and_then(|at| self.byte(at)).map(|marks| *marks |= NAMED).is_some()
    }

    /// A row of this resource that is not named yet becomes that of this instance, where there is none: a server that began
    /// anew has other names, and the resource keeps its place. Nothing of what was told stays.
    pub(in crate::phone::subscriptions) fn adopt(&mut self, rows: Rows, uri: &[u8], id: u64) {
        if self.find(rows, uri, id).is_some() {
            return;
        }
        let of_it = |(_, row): &(usize, Kept<'_>)| row.text(RESOURCE) == uri && row.marks & NAMED == 0;
        let Some(at) = self.rows(rows).find(of_it).map(|(at, _)| at) else { return };
        let (end, behind) = self.end_of(at);
        self.take_out(end, behind);
        if let Some(head) = self.room.get_mut(at..end).and_then(|row| row.get_mut(..HEAD)) {
            head.iter_mut().skip(NAME).zip(id.to_le_bytes()).for_each(|(place, byte)| *place = byte);
            head.iter_mut().skip(COUNTS).for_each(|place| *place = 0);
        }
    }

    /// Writes a row, new or anew, and moves it behind all others with what is of it. `None`: it finds no room, and is not
    /// there any more.
    pub(in crate::phone::subscriptions) fn lift(&mut self, rows: Rows, uri: &[u8], new: &New<'_>) -> Option<Lifted> {
        let known = self.find(rows, uri, new.id).map(|(at, _)| at);
        let home = known.unwrap_or(self.used);
        let mut at = self.used;
        if let Some(known) = known {
            let (end, behind) = self.end_of(known);
            let parts = behind - end;
            self.room.get_mut(known..self.used)?.rotate_left((behind - known).min(self.used - known));
            // the row as it was goes, and what is of it stays
            at = self.used - parts;
            self.take_out(at - (end - known), at);
            at = self.used - parts;
        }
        let before = self.used;
        if !self.push(new) {
            self.cut_off(at);
            return None;
        }
        let len = self.used - before;
        self.room.get_mut(at..self.used)?.rotate_right(len);
        *self.byte(at + MARKS)? |= NAMED;
        Some(Lifted { at, parts: at + len, home })
    }

    /// Moves a row back to its place, with what is of it.
    pub(in crate::phone::subscriptions) fn lower(&mut self, row: Lifted) {
        if let Some(behind) = self.room.get_mut(row.home..self.used) {
            behind.rotate_right((self.used - row.at).min(behind.len()));
        }
    }

    /// Changes what a row says in numbers. Of dialogs and lists the counts are their documents' number.
    pub(in crate::phone::subscriptions) fn say(&mut self, row: Lifted, lamp: Lamp, kind: u8, counts: [u32; 4]) {
        let Some(head) = self.room.get_mut(row.at..self.used).and_then(|all| all.get_mut(..HEAD)) else { return };
        for (at, byte) in [(LAMP, lamp as u8), (KIND, kind)] {
            if let Some(place) = head.get_mut(at) {
                *place = byte;
            }
        }
        let bytes = counts.iter().flat_map(|count| count.to_le_bytes());
        head.iter_mut().skip(COUNTS).zip(bytes).for_each(|(place, byte)| *place = byte);
    }

    /// The largest lamp of those at some places that begin here, or behind it, and how many there are.
    pub(in crate::phone::subscriptions) fn brightest(&self, from: usize, is: impl Fn(Place) -> bool) -> (Lamp, u32) {
        let all = self.from(from).filter(|entry| is(entry.place()));
        all.fold((Lamp::Unknown, 0), |(lamp, count), entry| (lamp.max(entry.watched.lamp), count + 1))
    }
}

const _: () = assert!(lamp_of(7) as u8 == 7 && HEAD == COUNTS + 16);
