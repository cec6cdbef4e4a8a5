//! Header fields by name.

use super::chars::{TOKEN, is, same, trim};
use super::list::{first_of_list, token_list};
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
        self.first_of(name) != 0 || (self.unindexed != 0 && self.beyond(name).next().is_some())
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
            None if self.unindexed == 0 => None,
            None => self.beyond(name).next(),
        }
    }

    /// The value of every field of this name, in order.
    pub fn fields(&self, name: Name) -> impl Iterator<Item = &'a [u8]> {
        let first = usize::from(self.first_of(name) & !REPEATED);
        let fields = first.checked_sub(1).and_then(|first| self.index.get(first..)).unwrap_or_default();
        fields.iter().filter(move |field| field.name == name).map(|field| self.value_of(field)).chain(self.beyond(name))
    }

    /// The values of the fields that found no room in the index: their lines are read once more.
    #[inline]
    fn beyond(&self, name: Name) -> impl Iterator<Item = &'a [u8]> {
        let lines = if self.unindexed == 0 {
            &[]
        } else {
            self.bytes.get(usize::from(self.unindexed)..self.head).unwrap_or_default()
        };
        Lines(lines).filter(move |(found, _)| *found == name).map(|(_, value)| value)
    }

    /// The same, with comma-joined lists cut (quotes and angle brackets hide commas). Headers that are no lists are not
    /// cut. A list that is empty altogether gives nothing; an empty element between commas is given, for it is an error
    /// in most lists.
    pub fn values(&self, name: Name) -> impl Iterator<Item = &'a [u8]> {
        let mut fields = self.fields(name);
        let mut rest: Option<&'a [u8]> = None;
        core::iter::from_fn(move || {
            let list = match rest {
                Some(rest) => rest,
                None if name.is_list() => fields.by_ref().find(|field| !field.is_empty())?,
                None => return fields.next(),
            };
            let (first, after) = first_of_list(list);
            rest = after;
            Some(first)
        })
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
        self.fields(name).flat_map(token_list)
    }
}

/// Header fields, line by line. They have been read before, so other lines are skipped.
struct Lines<'a>(&'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = (Name, &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() { None } else { self.read() }
    }
}

impl<'a> Lines<'a> {
    #[cold]
    fn read(&mut self) -> Option<(Name, &'a [u8])> {
        loop {
            let rest = self.0;
            if matches!(rest, [] | [b'\r' | b'\n', ..]) {
                return None;
            }
            let (line, next) = folded_line(rest)?;
            self.0 = next;
            if let Some((name, value)) = field_name(line) {
                return Some((name, trim(value)));
            }
        }
    }
}
