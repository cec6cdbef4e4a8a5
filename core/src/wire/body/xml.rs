//! XML as SIP's bodies have it: elements, attributes and text, one after the other, without a copy.
//!
//! Neither crate that could be had would do: one needs a heap, the others have not been kept for years. This one is
//! bounded in depth and in the length of names, refuses a document type (so there are no entities but XML's own five and
//! characters by number), and wants end tags to fit. Names are compared without their prefix, for the bodies of SIP mix
//! no vocabularies in which one name would mean two things.

use crate::base::cursor::Cursor;

/// Elements within each other; more is a fault. The deepest of PIDF, dialog-info and resource lists with extensions have
/// eight. 16 bytes each while a document is read.
pub const DEPTH: usize = 16;

/// Bytes of a name; more is a fault. The longest that a known vocabulary has are 30.
pub const NAME: usize = 64;

/// Bytes of a character or an entity by name or number, between `&` and `;`.
const ENTITY: usize = 8;

/// The document cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fault;

/// The next thing in a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Node<'a> {
    /// An element begins.
    Open(Element<'a>),
    /// The element that began last ends.
    Close,
    /// Text, or a part of it: comments, and sections without markup, divide it.
    Text(Text<'a>),
}

/// The beginning of an element.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Element<'a> {
    /// Its name without a prefix.
    pub name: &'a [u8],
    attributes: &'a [u8],
}

impl<'a> Element<'a> {
    /// It has this name.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name == name.as_bytes()
    }

    /// The value of an attribute, by its name without a prefix.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<Text<'a>> {
        let mut rest = self.attributes;
        while let Some((found, value, behind)) = attribute(rest) {
            if local(found) == name.as_bytes() {
                return Some(value);
            }
            rest = behind;
        }
        None
    }
}

/// Text as it stands in the document.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Text<'a> {
    raw: &'a [u8],
    /// Markup in it is none.
    verbatim: bool,
}

impl<'a> Text<'a> {
    const fn new(raw: &'a [u8]) -> Self {
        Self { raw, verbatim: false }
    }

    /// The same without white space around it.
    #[must_use]
    pub const fn trimmed(self) -> Self {
        Self { raw: self.raw.trim_ascii(), ..self }
    }

    /// It is this text, white space around it apart.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.raw.trim_ascii() == text.as_bytes()
    }

    /// The same, whatever the case of its letters.
    #[must_use]
    pub fn is_any_case(&self, text: &str) -> bool {
        self.raw.trim_ascii().eq_ignore_ascii_case(text.as_bytes())
    }

    /// Nothing but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.raw.trim_ascii().is_empty()
    }

    /// A number.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        core::str::from_utf8(self.raw.trim_ascii()).ok()?.parse().ok()
    }

    /// The text as it stands, with its entities.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Writes the text, its entities as the characters that they stand for. What is none is written as it stands.
    pub fn write(&self, out: &mut Cursor<'_>) {
        let mut rest = self.raw;
        while let Some(at) = rest.iter().position(|byte| *byte == b'&').filter(|_| !self.verbatim) {
            let (before, from) = rest.split_at_checked(at).unwrap_or_default();
            out.put(before);
            match entity(from) {
                Some((character, behind)) => {
                    out.put(character.encode_utf8(&mut [0; 4]).as_bytes());
                    rest = behind;
                }
                None => {
                    out.put_str("&");
                    rest = from.get(1..).unwrap_or_default();
                }
            }
        }
        out.put(rest);
    }
}

/// The character at `&…;`, and the text behind it.
fn entity(text: &[u8]) -> Option<(char, &[u8])> {
    let inner = text.get(1..)?;
    let end = inner.iter().take(ENTITY + 1).position(|byte| *byte == b';')?;
    let (name, behind) = inner.split_at_checked(end)?;
    let character = match name {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        _ => return None,
    };
    Some((character, behind.get(1..)?))
}

fn number(digits: &[u8], radix: u32) -> Option<char> {
    let value = u32::from_str_radix(core::str::from_utf8(digits).ok()?, radix).ok()?;
    // no controls: they are no characters of XML
    char::from_u32(value).filter(|character| !character.is_control() || matches!(character, '\t' | '\n' | '\r'))
}

/// A document, read from its beginning to its end.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    /// The whole names of the elements that have not ended.
    open: [&'a [u8]; DEPTH],
    depth: usize,
    /// The element that began last has ended already: `<name/>`.
    empty: bool,
    /// The root has ended.
    over: bool,
}

impl<'a> Reader<'a> {
    /// Of these bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        Self { rest: bytes, open: [&[]; DEPTH], depth: 0, empty: false, over: false }
    }

    /// The number of elements that have begun and not ended.
    #[must_use]
    pub const fn depth(&self) -> usize {
        self.depth
    }

    /// The next node; `None`: the document has ended.
    ///
    /// # Errors
    /// [`Fault`]: what follows cannot be read, or is refused.
    pub fn next_node(&mut self) -> Result<Option<Node<'a>>, Fault> {
        if core::mem::take(&mut self.empty) {
            return self.close().map(Some);
        }
        loop {
            let Some(at) = self.rest.iter().position(|byte| *byte == b'<') else {
                let blank = self.rest.iter().all(|byte| byte.is_ascii_whitespace());
                return if self.over && blank { Ok(None) } else { Err(Fault) };
            };
            let (text, markup) = self.rest.split_at_checked(at).ok_or(Fault)?;
            if !text.is_empty() {
                self.rest = markup;
                if self.depth > 0 {
                    return Ok(Some(Node::Text(Text::new(text))));
                }
                if !text.trim_ascii().is_empty() {
                    return Err(Fault);
                }
                continue;
            }
            match markup {
                [b'<', b'?', ..] => self.pass(2, b"?>")?,
                [b'<', b'!', b'-', b'-', ..] => self.pass(4, b"-->")?,
                [b'<', b'!', b'[', ..] => {
                    let inner = markup.strip_prefix(b"<![CDATA[").filter(|_| self.depth > 0).ok_or(Fault)?;
                    let (text, behind) = split(inner, b"]]>").ok_or(Fault)?;
                    self.rest = behind;
                    return Ok(Some(Node::Text(Text { raw: text, verbatim: true })));
                }
                // a document type may define entities
                [b'<', b'!', ..] => return Err(Fault),
                [b'<', b'/', inner @ ..] => {
                    let (name, behind) = split(inner, b">").ok_or(Fault)?;
                    let began = self.depth.checked_sub(1).and_then(|last| self.open.get(last)).ok_or(Fault)?;
                    if name.trim_ascii_end() != *began {
                        return Err(Fault);
                    }
                    self.rest = behind;
                    return self.close().map(Some);
                }
                [b'<', inner @ ..] => return self.begin(inner).map(Some),
                _ => return Err(Fault),
            }
        }
    }

    /// The rest of the element that began last is passed over, its end too.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn skip(&mut self) -> Result<(), Fault> {
        let outside = self.depth.checked_sub(1).ok_or(Fault)?;
        while self.depth > outside {
            self.next_node()?.ok_or(Fault)?;
        }
        Ok(())
    }

    /// The text of the element that began last, up to its end; of text in several parts the first that is not blank.
    /// Elements in it are passed over.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn text(&mut self) -> Result<Text<'a>, Fault> {
        let inside = self.depth;
        let mut found = Text::default();
        while self.depth >= inside {
            if let Node::Text(text) = self.next_node()?.ok_or(Fault)?
                && found.is_blank()
                && self.depth == inside
            {
                found = text;
            }
        }
        Ok(found.trimmed())
    }

    /// The next element within the one that began as the `outside`th; `None`: that one has ended.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn child(&mut self, outside: usize) -> Result<Option<Element<'a>>, Fault> {
        loop {
            match self.next_node()? {
                Some(Node::Open(element)) => return Ok(Some(element)),
                Some(Node::Close) if self.depth < outside => return Ok(None),
                Some(_) => {}
                None => return Ok(None),
            }
        }
    }

    fn pass(&mut self, skip: usize, end: &[u8]) -> Result<(), Fault> {
        let inner = self.rest.get(skip..).ok_or(Fault)?;
        self.rest = split(inner, end).ok_or(Fault)?.1;
        Ok(())
    }

    fn close(&mut self) -> Result<Node<'a>, Fault> {
        self.depth = self.depth.checked_sub(1).ok_or(Fault)?;
        self.over = self.depth == 0;
        Ok(Node::Close)
    }

    fn begin(&mut self, inner: &'a [u8]) -> Result<Node<'a>, Fault> {
        if self.over {
            return Err(Fault);
        }
        let end = inner.iter().position(|byte| !is_name(*byte)).ok_or(Fault)?;
        let (name, rest) = inner.split_at_checked(end).ok_or(Fault)?;
        if name.is_empty() || name.len() > NAME {
            return Err(Fault);
        }
        let mut behind = rest;
        while let Some((found, _, after)) = attribute(behind) {
            if found.len() > NAME {
                return Err(Fault);
            }
            behind = after;
        }
        let attributes = rest.get(..rest.len() - behind.len()).ok_or(Fault)?;
        let behind = behind.trim_ascii_start();
        let (empty, behind) = match behind {
            [b'/', b'>', behind @ ..] => (true, behind),
            [b'>', behind @ ..] => (false, behind),
            _ => return Err(Fault),
        };
        *self.open.get_mut(self.depth).ok_or(Fault)? = name;
        self.depth += 1;
        self.rest = behind;
        self.empty = empty;
        Ok(Node::Open(Element { name: local(name), attributes }))
    }
}

/// A byte of a name: what is outside ASCII is taken for a letter.
const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_' | b'.') || byte >= 0x80
}

/// A name without its prefix.
fn local(name: &[u8]) -> &[u8] {
    name.iter().position(|byte| *byte == b':').and_then(|at| name.get(at + 1..)).unwrap_or(name)
}

/// The attribute that a text begins with, and the text behind it.
fn attribute(text: &[u8]) -> Option<(&[u8], Text<'_>, &[u8])> {
    let from = text.trim_ascii_start();
    if from.len() == text.len() {
        return None; // white space stands before each
    }
    let end = from.iter().position(|byte| !is_name(*byte)).filter(|end| *end > 0)?;
    let (name, rest) = from.split_at_checked(end)?;
    let rest = rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (quote, rest) = rest.split_first()?;
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    let (value, behind) = split(rest, &[*quote])?;
    (!value.contains(&b'<')).then_some((name, Text::new(value), behind))
}

/// The text before an end, and the text behind it.
fn split<'t>(text: &'t [u8], end: &[u8]) -> Option<(&'t [u8], &'t [u8])> {
    let at = text.windows(end.len()).position(|window| window == end)?;
    Some((text.get(..at)?, text.get(at + end.len()..)?))
}
