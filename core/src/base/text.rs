//! Packed text: the strings of one object lie in one block, and the object keeps only spans.

use super::copying::copy;

/// The text behind a beginning that it has.
// `strip_prefix` of the library takes 60 bytes of a board's flash for each length of a beginning
#[cfg_attr(target_pointer_width = "32", inline(never))]
pub(crate) fn after_start<'t>(text: &'t [u8], beginning: &[u8]) -> Option<&'t [u8]> {
    text.starts_with(beginning).then(|| text.get(beginning.len()..))?
}

/// The span of a text in its block.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Span {
    start: u16,
    len: u16,
}

impl Span {
    /// Nothing.
    pub const EMPTY: Self = Self { start: 0, len: 0 };

    /// From a start and a length, when both fit.
    #[must_use]
    pub fn new(start: usize, len: usize) -> Option<Self> {
        Some(Self { start: u16::try_from(start).ok()?, len: u16::try_from(len).ok()? })
    }

    /// Nothing there.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }

    /// First byte.
    #[must_use]
    pub const fn start(self) -> usize {
        self.start as usize
    }

    /// Length in bytes.
    #[must_use]
    pub const fn len(self) -> usize {
        self.len as usize
    }

    /// Its bytes in `block`.
    #[must_use]
    #[cfg_attr(target_os = "none", inline(never))] // on a board flash is dearer
    pub fn of(self, block: &[u8]) -> &[u8] {
        let start = self.start as usize;
        block.get(start..start + self.len as usize).unwrap_or_default()
    }

    /// Its text in `block`; empty if it is not UTF-8.
    #[must_use]
    pub fn text(self, block: &[u8]) -> &str {
        core::str::from_utf8(self.of(block)).unwrap_or_default()
    }
}

/// Appends texts to a block.
#[derive(Debug)]
pub struct Packer<'a> {
    block: &'a mut [u8],
    used: usize,
}

impl<'a> Packer<'a> {
    /// Appends from `used` on.
    pub const fn new(block: &'a mut [u8], used: usize) -> Self {
        Self { block, used }
    }

    /// Appends bytes; `None` when the block is full (it is then unchanged).
    pub fn add(&mut self, bytes: &[u8]) -> Option<Span> {
        self.add_parts(&[bytes])
    }

    /// Appends several pieces as one text.
    pub fn add_parts(&mut self, parts: &[&[u8]]) -> Option<Span> {
        let len = parts.iter().map(|part| part.len()).sum::<usize>();
        let end = self.used.checked_add(len)?;
        let room = self.block.get_mut(self.used..end)?;
        let span = Span::new(self.used, len)?;
        let mut at = 0;
        for part in parts {
            copy(part, room.get_mut(at..at + part.len())?);
            at += part.len();
        }
        self.used = end;
        Some(span)
    }

    /// The bytes of the block that are used.
    #[must_use]
    pub const fn used(&self) -> usize {
        self.used
    }
}
