//! Character classes and the reader that every header parser walks with.

use crate::base::cursor::Cursor;
use crate::wire::bytes::{printable, visible_until};

/// token of rfc3261#25.1.
pub(super) const TOKEN: u16 = 1;
/// A parameter's unquoted value: token, IPv6 references, and bytes that peers send; no separator, no control.
pub(super) const VALUE: u16 = 2;
/// A URI between angle brackets: no space, no control, no bracket, no quote.
pub(super) const URI: u16 = 4;
/// The same without brackets: up to where its header goes on.
pub(super) const BARE_URI: u16 = 2048;
/// user and password of a SIP URI, unescaped (`#` is not in the grammar, but dial strings carry it).
pub(super) const USER: u16 = 8;
/// pname and pvalue of a SIP URI, unescaped.
pub(super) const URI_PARAM: u16 = 16;
/// A host name (`_` is not in the grammar, but names carry it).
pub(super) const HOST: u16 = 32;
/// word of rfc3261#25.1, the halves of a Call-ID.
pub(super) const WORD: u16 = 64;
/// An unquoted display name: token and LWS by the grammar; peers also send UTF-8 and marks that separate nothing here.
pub(super) const DISPLAY: u16 = 128;
/// A parameter's name, in a header or in a URI: token or pname.
pub(super) const PARAM: u16 = 256;
/// A parameter's name or value in a URI, unescaped: the same without the percent sign.
pub(super) const URI_PLAIN: u16 = 1024;
/// A byte that stands in a quoted string as it is: no quote, no backslash, no control.
pub(super) const QUOTED: u16 = 512;

const CLASSES: [u16; 256] = classes();

const fn has(set: &[u8], byte: u8) -> bool {
    let mut rest = set;
    while let Some((first, tail)) = rest.split_first() {
        if *first == byte {
            return true;
        }
        rest = tail;
    }
    false
}

#[allow(clippy::indexing_slicing)] // evaluated by the compiler only
const fn classes() -> [u16; 256] {
    let mut table = [0u16; 256];
    let mut at = 0usize;
    while at < 256 {
        let byte = at as u8;
        let alphanumeric = byte.is_ascii_alphanumeric();
        let visible = byte > 0x20 && byte < 0x7f;
        let mut class = 0;
        if alphanumeric || has(b"-.!%*_+`'~", byte) {
            class |= TOKEN | DISPLAY;
        }
        if visible && !has(b"\";,<>?\\", byte) {
            class |= VALUE;
        }
        if visible && !has(b"<>\"", byte) {
            class |= URI;
            if !has(b";,?", byte) {
                class |= BARE_URI;
            }
        }
        if alphanumeric || has(b"-_.!~*'()&=+$,;?/#", byte) {
            class |= USER;
        }
        if alphanumeric || has(b"-_.!~*'()[]/:&+$", byte) {
            class |= URI_PARAM;
        }
        if alphanumeric || has(b"-._", byte) {
            class |= HOST;
        }
        if alphanumeric || has(b"-.!%*_+`'~()<>:\\\"/[]?{}@", byte) {
            class |= WORD;
        }
        if byte >= 0x80 || has(b" \t()/:=?@[]{}|&#$^", byte) {
            class |= DISPLAY;
        }
        if byte >= 0x20 && byte != 0x7f && byte != b'"' && byte != b'\\' {
            class |= QUOTED;
        }
        if class & (TOKEN | URI_PARAM) != 0 {
            class |= PARAM;
            if byte != b'%' {
                class |= URI_PLAIN;
            }
        }
        table[at] = class;
        at += 1;
    }
    table
}

#[inline(always)]
fn class_of(byte: u8) -> u16 {
    CLASSES.get(byte as usize).copied().unwrap_or_default()
}

/// The byte is of this class.
#[inline(always)]
pub(super) fn is(byte: u8, class: u16) -> bool {
    class_of(byte) & class != 0
}

/// Every byte is of this class.
pub(super) fn all(bytes: &[u8], class: u16) -> bool {
    Scan::new(bytes).run(class).len() == bytes.len()
}

/// No control, no space, nothing beyond ASCII.
#[inline]
pub(super) fn visible(bytes: &[u8]) -> bool {
    printable(bytes, b'!')
}

/// Walks over a header's value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Scan<'a> {
    #[inline]
    pub(super) const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Goes `n` bytes on and gives them; none when there are not so many.
    #[inline]
    pub(super) fn take(&mut self, n: usize) -> &'a [u8] {
        let Some((taken, rest)) = self.rest.split_at_checked(n) else { return &[] };
        self.rest = rest;
        taken
    }

    /// The longest run of bytes of a class; may be empty.
    #[inline]
    pub(super) fn run(&mut self, class: u16) -> &'a [u8] {
        let mut rest = self.rest;
        // four at a time: tags, branches and the like are long
        let more = loop {
            let [a, b, c, d, after @ ..] = rest else {
                break rest.iter().take_while(|byte| is(**byte, class)).count();
            };
            if !is(*a, class) {
                break 0;
            }
            if !is(*b, class) {
                break 1;
            }
            if !is(*c, class) {
                break 2;
            }
            if !is(*d, class) {
                break 3;
            }
            rest = after;
        };
        self.take(self.rest.len() - rest.len() + more)
    }

    /// The longest run of bytes of a class and of whole percent escapes; may be empty.
    #[cfg_attr(not(target_os = "none"), inline(always))] // on a board flash is dearer
    pub(super) fn run_escaped(&mut self, class: u16) -> &'a [u8] {
        let whole = self.rest;
        let _ = self.run(class);
        while let [b'%', high, low, rest @ ..] = self.rest
            && high.is_ascii_hexdigit()
            && low.is_ascii_hexdigit()
        {
            self.rest = rest;
            let _ = self.run(class);
        }
        whole.get(..whole.len() - self.rest.len()).unwrap_or_default()
    }

    /// Eats one byte if it is this one.
    #[cfg_attr(not(target_os = "none"), inline)]
    #[cfg_attr(target_os = "none", inline(never))] // on a board flash is dearer
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        match self.rest.split_first() {
            Some((first, rest)) if *first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Skips white space and foldings.
    #[cfg_attr(not(target_os = "none"), inline(always))] // on a board flash is dearer
    pub(super) fn lws(&mut self) {
        match self.rest {
            // the usual single space
            [b' ', rest @ ..] if matches!(rest, [b'!'..=255, ..]) => self.rest = rest,
            [0..=b' ', ..] => self.white_space(),
            _ => {}
        }
    }

    fn white_space(&mut self) {
        while let [first, rest @ ..] = self.rest {
            match *first {
                b' ' | b'\t' => self.rest = rest,
                b'\r' | b'\n' => match fold(self.rest) {
                    Some(after) => self.rest = after,
                    None => return,
                },
                _ => return,
            }
        }
    }

    /// Reads a quoted string, quotes included; `None` when it does not end, or holds a control.
    pub(super) fn quoted(&mut self) -> Option<&'a [u8]> {
        let whole = self.rest;
        let mut scan = *self;
        if !scan.eat(b'"') {
            return None;
        }
        loop {
            let _ = scan.run(QUOTED);
            match scan.rest {
                [b'"', rest @ ..] => {
                    *self = Scan::new(rest);
                    return whole.get(..whole.len() - rest.len());
                }
                // rfc3261#25.1: anything but CR and LF may follow the backslash
                [b'\\', next, rest @ ..] if !matches!(*next, b'\r' | b'\n' | 0x80..) => scan.rest = rest,
                [b'\t', rest @ ..] => scan.rest = rest,
                _ => scan.rest = fold(scan.rest)?,
            }
        }
    }

    /// A number in decimal, at least one digit; `None` also when it comes near the end of 64 bits (leading zeros do no
    /// harm).
    #[inline]
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut rest = self.rest;
        let mut value = 0u64;
        while let [digit @ b'0'..=b'9', after @ ..] = rest {
            value = value.wrapping_mul(10).wrapping_add(u64::from(*digit - b'0'));
            rest = after;
        }
        let digits = self.take(self.rest.len() - rest.len());
        match digits.len() {
            0 => None,
            1..=18 => Some(value),
            // the value may have gone round
            _ => long_number(digits),
        }
    }
}

#[cold]
fn long_number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0u64, |value, digit| {
        (value < u64::MAX / 10 - 1).then(|| value * 10 + u64::from(digit.wrapping_sub(b'0')))
    })
}

/// The text behind a line end that folds (rfc3261#7.3.1): white space must come after it.
#[inline]
fn fold(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [b'\r', b'\n', b' ' | b'\t', rest @ ..] | [b'\n', b' ' | b'\t', rest @ ..] => Some(rest),
        _ => None,
    }
}

/// Cuts white space and foldings off both ends.
#[inline]
pub(super) fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\r' | b'\n', rest @ ..] = bytes {
        bytes = rest;
    }
    trim_end(bytes)
}

/// Cuts white space and foldings off the end.
#[inline]
pub(super) fn trim_end(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t' | b'\r' | b'\n'] = bytes {
        bytes = rest;
    }
    bytes
}

/// A number in decimal and nothing else.
pub(super) fn number(bytes: &[u8]) -> Option<u64> {
    let mut scan = Scan::new(bytes);
    let value = scan.number()?;
    scan.rest.is_empty().then_some(value)
}

/// The end of a URI behind an angle bracket. There is no white space in it (rfc4475#3.1.2.14), but in a parameter's
/// quoted value: the grammar has none in a URI, but peers write them and read them.
#[inline(always)]
pub(super) fn uri_end(text: &[u8]) -> Option<usize> {
    visible_until(text, b'>').or_else(|| quoted_uri_end(text))
}

#[cold]
fn quoted_uri_end(text: &[u8]) -> Option<usize> {
    let mut scan = Scan::new(text);
    let mut before = 0;
    while let Some(byte) = scan.peek() {
        match byte {
            b'>' => return Some(text.len() - scan.rest.len()),
            b'"' if before == b'=' => {
                let mut ahead = scan;
                match ahead.quoted() {
                    Some(value) if !value.iter().any(|byte| matches!(byte, b'\r' | b'\n')) => scan = ahead,
                    // an unclosed quote is a byte like others
                    _ => scan.rest = scan.rest.get(1..)?,
                }
            }
            b'!'..=b'~' => scan.rest = scan.rest.get(1..)?,
            _ => return None,
        }
        before = byte;
    }
    None
}

/// A value without its quotes, if it has any; escapes stay.
#[must_use]
pub fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] => inner,
        other => other,
    }
}

/// Writes a value without the quotes of its quoted strings, their backslash escapes undone and its foldings made one
/// space.
pub fn write_unescaped(value: &[u8], out: &mut Cursor<'_>) {
    let mut quoted = false;
    let mut scan = Scan::new(value);
    while let Some(byte) = scan.peek() {
        match byte {
            b'"' => {
                quoted = !quoted;
                let _ = scan.take(1);
            }
            b'\\' if quoted => {
                let _ = scan.take(1);
                out.put(scan.take(1));
            }
            b'\r' | b'\n' => {
                let before = scan.rest.len();
                scan.lws();
                if scan.rest.len() == before {
                    let _ = scan.take(1);
                } else {
                    out.put(b" ");
                }
            }
            _ => out.put(scan.take(1)),
        }
    }
}

/// Compares two texts without regard to the case of ASCII letters.
#[inline]
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x == y || x.eq_ignore_ascii_case(y))
}

/// The same for a known text of four to eight lower-case letters.
#[inline(always)]
pub(super) fn same_word(text: &[u8], known: &[u8]) -> bool {
    const CASE: u32 = 0x2020_2020;
    let differ = |a: &[u8; 4], b: &[u8; 4]| (u32::from_le_bytes(*a) | CASE) != u32::from_le_bytes(*b);
    if !cfg!(feature = "tables") {
        return same(text, known);
    }
    if text.len() != known.len() {
        return false;
    }
    match (text.first_chunk(), known.first_chunk(), text.last_chunk(), known.last_chunk()) {
        (Some(a), Some(b), Some(c), Some(d)) => !differ(a, b) && !differ(c, d),
        _ => false,
    }
}
