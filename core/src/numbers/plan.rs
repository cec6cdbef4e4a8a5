//! Dial plans: which numbers may be dialled, and what becomes of them.
//!
//! ```text
//! plan        = alternatives / "(" alternatives ")"
//! alternatives = alternative *("|" alternative)
//! element     = one ["."]                          repeated zero or more times
//! one         = "x" / "[" set "]" / character      any character; one of a set, with ranges; itself
//! group       = "<" text ">"                       each character of it as it is
//!             / "<" *element ":" text ">"          what the elements match is replaced by the text
//! ```
//!
//! The first alternative that matches the whole number wins. The work is bounded by the length of the plan times that
//! of the number: each element has a word of bits, one for each place of the number at which the rest can begin, so
//! nothing is ever tried twice.

use crate::base::cursor::Cursor;
use heapless::Vec;

/// Bytes of the longest number that a plan is asked about: those that a word of bits has room for, with its end. A
/// longer one matches nothing. E.164 knows 15 digits.
pub const LONGEST: usize = 63;

/// Elements of one alternative; a plan with more is none. Each costs 32 bytes of stack while a number is looked at.
pub const ELEMENTS: usize = 48;

/// The characters that an element stands for.
#[derive(Clone, Copy)]
enum Class<'p> {
    Any,
    One(u8),
    /// The text between the brackets.
    Set(&'p [u8]),
}

impl Class<'_> {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Any => true,
            Self::One(own) => own == byte,
            Self::Set(mut set) => loop {
                set = match set {
                    [first, b'-', last, rest @ ..] if (*first..=*last).contains(&byte) || rest.is_empty() => {
                        return (*first..=*last).contains(&byte);
                    }
                    [_, b'-', _, rest @ ..] => rest,
                    [one, ..] if *one == byte => return true,
                    [_, rest @ ..] => rest,
                    [] => return false,
                }
            },
        }
    }
}

#[derive(Clone, Copy)]
enum Element<'p> {
    /// Takes a character of the number. `silent`: a replacement stands for it.
    Take { class: Class<'p>, repeats: bool, silent: bool },
    /// Puts a text, and takes nothing.
    Put(&'p [u8]),
}

/// A plan, or a part of it, has no meaning.
struct Wrong;

/// A plan that is read from its front.
struct Reader<'p> {
    rest: &'p [u8],
}

type Elements<'p> = Vec<Element<'p>, ELEMENTS>;

impl<'p> Reader<'p> {
    fn new(plan: &'p [u8]) -> Self {
        let plan = plan.trim_ascii();
        let inner = plan.strip_prefix(b"(").and_then(|plan| plan.strip_suffix(b")"));
        Self { rest: inner.unwrap_or(plan) }
    }

    /// One alternative, to its end. True: another follows.
    fn alternative(&mut self, elements: &mut Elements<'p>) -> Result<bool, Wrong> {
        while let [first, rest @ ..] = self.rest {
            match first {
                b'|' => {
                    self.rest = rest;
                    return Ok(true);
                }
                b' ' => self.rest = rest,
                b'<' => self.group(elements)?,
                _ => self.take(elements, false)?,
            }
        }
        Ok(false)
    }

    /// An element that takes a character, with its dot.
    fn take(&mut self, elements: &mut Elements<'p>, silent: bool) -> Result<(), Wrong> {
        let (class, mut rest) = match self.rest {
            [b'x' | b'X', rest @ ..] => (Class::Any, rest),
            [b'[', rest @ ..] => {
                let end = rest.iter().position(|byte| *byte == b']').filter(|end| *end > 0).ok_or(Wrong)?;
                let (set, rest) = rest.split_at_checked(end).ok_or(Wrong)?;
                (Class::Set(set), rest.get(1..).unwrap_or_default())
            }
            [b'(' | b')' | b']' | b'>' | b'.' | b':' | b'<' | b'|', ..] | [] => return Err(Wrong),
            [one, ..] if !one.is_ascii_graphic() => return Err(Wrong),
            [one, rest @ ..] => (Class::One(*one), rest),
        };
        let mut repeats = false;
        if let [b'.', later @ ..] = rest {
            (repeats, rest) = (true, later);
        }
        self.rest = rest;
        elements.push(Element::Take { class, repeats, silent }).map_err(|_| Wrong)
    }

    /// The text between `<` and `>`.
    fn group(&mut self, elements: &mut Elements<'p>) -> Result<(), Wrong> {
        let inner = self.rest.get(1..).unwrap_or_default();
        let end = inner.iter().position(|byte| *byte == b'>').ok_or(Wrong)?;
        let (inner, rest) = inner.split_at_checked(end).ok_or(Wrong)?;
        let rest = rest.get(1..).unwrap_or_default();
        if !inner.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'<')
            || inner.is_empty()
            || rest.first() == Some(&b'.')
        {
            return Err(Wrong);
        }
        match inner.iter().position(|byte| *byte == b':') {
            Some(at) => {
                self.rest = inner.get(..at).unwrap_or_default();
                while !self.rest.is_empty() {
                    self.take(elements, true)?;
                }
                elements.push(Element::Put(inner.get(at + 1..).unwrap_or_default())).map_err(|_| Wrong)?;
            }
            None => {
                for byte in inner {
                    let literal = Element::Take { class: Class::One(*byte), repeats: false, silent: false };
                    elements.push(literal).map_err(|_| Wrong)?;
                }
            }
        }
        self.rest = rest;
        Ok(())
    }
}

/// A plan that can be understood.
#[must_use]
pub fn is_valid(plan: &[u8]) -> bool {
    let mut reader = Reader::new(plan);
    loop {
        let mut elements = Elements::new();
        match reader.alternative(&mut elements) {
            Ok(_) if elements.is_empty() => return false,
            Ok(true) => {}
            Ok(false) => return true,
            Err(Wrong) => return false,
        }
    }
}

/// Writes what a plan makes of a number. False: none of its alternatives matches, and nothing was written.
#[must_use]
pub fn apply(plan: &[u8], number: &[u8], out: &mut Cursor<'_>) -> bool {
    if number.len() > LONGEST {
        return false;
    }
    let mut reader = Reader::new(plan);
    loop {
        let mut elements = Elements::new();
        let Ok(more) = reader.alternative(&mut elements) else { return false };
        if !elements.is_empty() && matches(&elements, number, out) {
            return true;
        }
        if !more {
            return false;
        }
    }
}

/// One alternative. A repetition takes as much as it can, as long as the rest still matches.
fn matches(elements: &[Element<'_>], number: &[u8], out: &mut Cursor<'_>) -> bool {
    // bit `at` of the word `index`: the elements from there on match the number from there on
    let mut can = [0u64; ELEMENTS + 1];
    let mut later = 1u64 << number.len();
    for (element, word) in elements.iter().zip(&mut can).rev() {
        // behind the last element only the end of the number matches
        *word = match element {
            Element::Put(_) => later,
            Element::Take { class, repeats, .. } => {
                let mut here = if *repeats { later } else { 0 };
                for (at, byte) in number.iter().enumerate().rev() {
                    let next = if *repeats { here } else { later };
                    if next >> (at + 1) & 1 == 1 && class.has(*byte) {
                        here |= 1 << at;
                    }
                }
                here
            }
        };
        later = *word;
    }
    if later & 1 == 0 {
        return false;
    }
    let mut rest = number;
    for (element, word) in elements.iter().zip(&can) {
        match element {
            Element::Put(text) => out.put(text),
            Element::Take { class, repeats, silent } => {
                while let [byte, after @ ..] = rest {
                    let next = number.len() - after.len();
                    if *repeats && (word >> next & 1 == 0 || !class.has(*byte)) {
                        break;
                    }
                    if !silent {
                        out.put(&[*byte]);
                    }
                    rest = after;
                    if !repeats {
                        break;
                    }
                }
            }
        }
    }
    true
}

#[cfg(test)]
mod tests;
