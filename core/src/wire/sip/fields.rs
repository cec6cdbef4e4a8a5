//! Header fields by name.

use super::chars::{TOKEN, is, same, trim};
use super::list::first_of_list;
use super::message::{Field, Message, REPEATED, field_name, folded_line};
use super::name::Name;

impl<'a> Message<'a> {
    #[inline]
    fn value_of(&self, field: &Field) -> &'a [u8] {
        let start = usize::from(field.value);
        self.bytes.get(start..start + usize::from(field.len)).unwrap_or_default()
    }

    fn name_of(&self, field: &Field) -> &'a [u8] {
        let text = self.bytes.get(usize::from(field.start)..).unwrap_or_default();
        let end = text.iter().position(|byte| !is(*byte, TOKEN)).unwrap_or(text.len());
        text.get(..end).unwrap_or_default()
    }

    #[inline]
    fn first_of(&self, name: Name) -> u8 {
        self.first.get(name as usize).copied().unwrap_or_default()
    }

    /// It has at least one field of this name.
    #[must_use]
    #[inline]
    pub fn has(&self, name: Name) -> bool {
        self.first_of(name) != 0 || self.beyond().next_of(name).is_some()
    }

    #[inline]
    pub(super) fn is_repeated(&self, name: Name) -> bool {
        self.first_of(name) & REPEATED != 0
    }

    /// The first field's value, trimmed; folding is still inside.
    #[must_use]
    #[inline]
    pub fn header(&self, name: Name) -> Option<&'a [u8]> {
        match usize::from(self.first_of(name) & !REPEATED).checked_sub(1) {
            Some(at) => self.index.get(at).map(|field| self.value_of(field)),
            None => self.beyond().next_of(name),
        }
    }

    /// The value of every field of this name, in order.
    pub fn fields(&self, name: Name) -> impl Iterator<Item = &'a [u8]> {
        self.fields_of(name)
    }

    #[inline]
    fn fields_of(&self, name: Name) -> Fields<'_, 'a> {
        let first = usize::from(self.first_of(name) & !REPEATED);
        let index = first.checked_sub(1).and_then(|first| self.index.get(first..)).unwrap_or_default();
        Fields { message: self, name, index: index.iter(), beyond: self.beyond() }
    }

    /// The fields that found no room in the index: their lines are read once more.
    #[inline]
    fn beyond(&self) -> Lines<'a> {
        match usize::from(self.unindexed) {
            0 => Lines(&[]),
            from => Lines(self.bytes.get(from..self.head).unwrap_or_default()),
        }
    }

    /// The same, with comma-joined lists cut (quotes and angle brackets hide commas). Headers that are no lists are not
    /// cut. A list that is empty altogether gives nothing; an empty element between commas is given, for it is an error
    /// in most lists.
    pub fn values(&self, name: Name) -> impl Iterator<Item = &'a [u8]> + Clone {
        Values { fields: self.fields_of(name), rest: None, list: name.is_list() }
    }

    /// Any header by text: case-blind, compact forms and long ones are the same.
    #[must_use]
    pub fn field_named(&self, name: &[u8]) -> Option<&'a [u8]> {
        match Name::find(name) {
            Name::Other => {
                let mut others = self.index.iter().filter(|field| field.name == Name::Other);
                others.find(|field| same(self.name_of(field), name)).map(|field| self.value_of(field))
            }
            known => self.header(known),
        }
    }

    /// Every field in order: its name, its name's text, its value.
    pub fn all(&self) -> impl Iterator<Item = (Name, &'a [u8], &'a [u8])> {
        self.index.iter().map(|field| (field.name, self.name_of(field), self.value_of(field)))
    }

    /// The comma-joined tokens of every field of this name: Supported, Require, Allow …; empty ones are left out.
    pub fn tokens(&self, name: Name) -> impl Iterator<Item = &'a [u8]> {
        Values { fields: self.fields_of(name), rest: None, list: true }.filter(|token| !token.is_empty())
    }
}

/// The values of the fields of one name.
#[derive(Clone)]
struct Fields<'m, 'a> {
    message: &'m Message<'a>,
    name: Name,
    index: core::slice::Iter<'m, Field>,
    beyond: Lines<'a>,
}

impl<'a> Iterator for Fields<'_, 'a> {
    type Item = &'a [u8];

    // one function for all who walk: adaptors of the standard library would each bring their own
    fn next(&mut self) -> Option<Self::Item> {
        for field in self.index.by_ref() {
            if field.name == self.name {
                return Some(self.message.value_of(field));
            }
        }
        self.beyond.next_of(self.name)
    }
}

/// The elements of the lists in the fields of one name.
#[derive(Clone)]
struct Values<'m, 'a> {
    fields: Fields<'m, 'a>,
    /// The rest of the field's list.
    rest: Option<&'a [u8]>,
    list: bool,
}

impl<'a> Iterator for Values<'_, 'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let list = loop {
            let list = match self.rest {
                Some(rest) => break rest,
                None => self.fields.next()?,
            };
            if !self.list {
                return Some(list);
            }
            if !list.is_empty() {
                break list;
            }
        };
        let (first, after) = first_of_list(list);
        self.rest = after;
        Some(first)
    }
}

/// Header fields, line by line. They have been read before, so other lines are skipped.
#[derive(Clone)]
pub(super) struct Lines<'a>(pub(super) &'a [u8]);

impl<'a> Lines<'a> {
    /// The next value of a field of this name.
    #[inline]
    fn next_of(&mut self, name: Name) -> Option<&'a [u8]> {
        if self.0.is_empty() { None } else { self.read(name) }
    }

    #[cold]
    pub(super) fn read(&mut self, name: Name) -> Option<&'a [u8]> {
        loop {
            let rest = self.0;
            if matches!(rest, [] | [b'\r' | b'\n', ..]) {
                return None;
            }
            let (line, next) = folded_line(rest)?;
            self.0 = next;
            if let Some((found, value)) = field_name(line)
                && found == name
            {
                return Some(trim(value));
            }
        }
    }
}
