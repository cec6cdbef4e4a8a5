//! Bodies of several parts (RFC 2046 §5.1), and the session description in them (RFC 5621).

use super::chars::{trim, unquoted};
use super::fields::Lines;
use super::message::Message;
#[cfg(feature = "lists")]
use super::message::{field_name, folded_line};
use super::name::Name;
use super::params::Params;
use super::typed::MediaType;
use crate::base::text::after_start;
use crate::wire::bytes::cut;

/// The longest boundary (rfc2046#5.1.1).
const BOUNDARY: usize = 70;

/// Parts of one body. A gateway's INVITE has two (a description and its signalling), one for help in an emergency three
/// (a location, and data of the caller); each part is looked through for its header lines.
const PARTS: usize = 16;

/// Bodies of parts within each other: a description among its alternatives, beside a location (rfc5621#4.1). One that
/// lies deeper is not read, so the work and the stack that a message takes are bounded.
const LEVELS: usize = 2;

/// Dispositions and codings of parts are read, as bodies of parts are written (a location): without it the first
/// description counts, whatever is said of it and of what stands beside it.
const DISPOSED: bool = cfg!(feature = "identity");

/// The reason why a body is not understood as a whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Flaw {
    /// It is no body of parts though it says so: 400.
    Malformed,
    /// A part that has to be understood is not: 415.
    Unknown,
}

/// The session description in a body.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Described<'a> {
    /// Its bytes.
    pub description: Option<&'a [u8]>,
    /// A request with such a body is refused, where the body as a whole is not optional.
    pub flaw: Option<Flaw>,
}

/// One part of a body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Part<'a> {
    /// Its Content-Type; absent means text/plain.
    pub content_type: Option<MediaType<'a>>,
    /// Its own header lines.
    pub head: &'a [u8],
    /// Its bytes.
    pub body: &'a [u8],
}

/// A disposition (rfc3261#20.11) says that what it belongs to is handled so.
#[must_use]
pub fn handling_is(disposition: &[u8], handling: &[u8]) -> bool {
    let params = disposition.get(cut(disposition, b';').0.len()..).unwrap_or_default();
    Params::new(params).get(b"handling").is_some_and(|named| named.eq_ignore_ascii_case(handling))
}

impl<'a> Part<'a> {
    fn field(&self, name: Name) -> Option<&'a [u8]> {
        Lines(self.head).read(name)
    }

    /// The part that these bytes are.
    fn of(part: &'a [u8]) -> Self {
        let mut rest = part;
        loop {
            let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
            let (line, after) = rest.split_at_checked(end).unwrap_or_default();
            rest = after;
            if trim(line).is_empty() {
                break;
            }
        }
        let head = part.get(..part.len() - rest.len()).unwrap_or_default();
        let mut part = Self { content_type: None, head, body: rest };
        part.content_type = part.field(Name::ContentType).and_then(MediaType::parse);
        part
    }

    /// Its bytes are not what its type says, but an encoding of it, as nothing need be in SIP (rfc5621#3.2).
    #[must_use]
    pub fn is_coded(&self) -> bool {
        let coding = |name, plain: &[&[u8]]| {
            self.field(name).is_some_and(|coding| !plain.iter().any(|plain| coding.eq_ignore_ascii_case(plain)))
        };
        coding(Name::ContentTransferEncoding, &[b"binary", b"8bit", b"7bit"])
            || coding(Name::ContentEncoding, &[b"identity"])
    }

    fn disposition(&self) -> &'a [u8] {
        self.field(Name::ContentDisposition).unwrap_or(b"session")
    }

    /// It is to be read as what its type says: it is the session's (rfc5621#8.1; a description may be another's,
    /// rfc3959), and nothing is encoded.
    fn is_plain(&self, content_type: &MediaType<'_>) -> bool {
        if !DISPOSED {
            return true;
        }
        let session = trim(cut(self.disposition(), b';').0).eq_ignore_ascii_case(b"session");
        (session || !is_description(content_type)) && !self.is_coded()
    }
}

fn is_description(content_type: &MediaType<'_>) -> bool {
    content_type.is(b"application", b"sdp")
}

/// The description in a body of this type. `levels`: of bodies of parts that are read.
fn described<'a>(content_type: &MediaType<'a>, body: &'a [u8], levels: usize) -> Described<'a> {
    if is_description(content_type) {
        return Described { description: Some(body), flaw: None };
    }
    let mut found = Described { description: None, flaw: Some(Flaw::Unknown) };
    if levels == 0 || !content_type.kind.eq_ignore_ascii_case(b"multipart") {
        return found;
    }
    let alternative = content_type.subtype.eq_ignore_ascii_case(b"alternative");
    let mut flaw = None;
    let mut parts = Parts::new(content_type, body);
    let mut count = 0;
    while let Some(part) = parts.as_mut().and_then(Iterator::next) {
        count += 1;
        let inner = match part.content_type.filter(|content_type| part.is_plain(content_type)) {
            Some(content_type) => described(&content_type, part.body, levels - 1),
            None => Described { description: None, flaw: Some(Flaw::Unknown) },
        };
        // rfc2046#5.1.4: the last alternative that is understood; rfc5621#8.3: whatever the handling of the others
        if inner.description.is_some() && (alternative || found.description.is_none()) {
            found.description = inner.description;
        }
        // a part that does not say how it is handled is passed over: a call matters more than a picture beside it
        let refused = match inner.flaw.filter(|_| DISPOSED) {
            Some(Flaw::Malformed) => !handling_is(part.disposition(), b"optional"),
            Some(Flaw::Unknown) => handling_is(part.disposition(), b"required"),
            None => false,
        };
        if refused && !alternative && flaw != Some(Flaw::Malformed) {
            flaw = inner.flaw;
        }
    }
    if count > PARTS || !parts.is_some_and(|parts| parts.closed) {
        return Described { description: None, flaw: Some(Flaw::Malformed) };
    }
    if found.description.is_some() || flaw.is_some() {
        found.flaw = flaw;
    }
    found
}

/// The parts of a multipart body, in order. Ends at the closing delimiter, or where none follows.
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    boundary: &'a [u8],
    rest: &'a [u8],
    closed: bool,
}

impl<'a> Parts<'a> {
    /// Over a body whose Content-Type is multipart; `None` if it is another, or has no boundary, or no delimiter.
    #[must_use]
    pub fn new(content_type: &MediaType<'a>, body: &'a [u8]) -> Option<Self> {
        if !content_type.kind.eq_ignore_ascii_case(b"multipart") {
            return None;
        }
        let boundary = unquoted(content_type.params.get(b"boundary")?);
        if !(1..=BOUNDARY).contains(&boundary.len()) {
            return None;
        }
        let mut parts = Self { boundary, rest: body, closed: false };
        parts.up_to_delimiter()?;
        Some(parts)
    }

    /// Everything before the next delimiter line, and moves behind that line; the line end before it belongs to it.
    fn up_to_delimiter(&mut self) -> Option<&'a [u8]> {
        let all = self.rest;
        let mut lines = all;
        loop {
            let line = lines;
            let (text, after) = cut(line, b'\n');
            lines = after.unwrap_or_default();
            if let Some(behind) = after_start(text, b"--").and_then(|text| after_start(text, self.boundary)) {
                let last = behind.starts_with(b"--");
                // a longer boundary that only begins with ours is another
                if last || trim(behind).is_empty() {
                    self.closed = last;
                    self.rest = if last { &[] } else { lines };
                    return Some(match all.get(..all.len() - line.len())? {
                        [content @ .., b'\r', b'\n'] | [content @ .., b'\n'] => content,
                        nothing => nothing,
                    });
                }
            }
            after?;
        }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        self.next_bytes().map(Part::of)
    }
}

impl<'a> Parts<'a> {
    /// The next part, its head and its body.
    fn next_bytes(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let part = self.up_to_delimiter();
        if part.is_none() {
            self.rest = &[];
        }
        part
    }
}

/// The largest number of parts of a `multipart/related` body that are found by their names: a root, and one for each entry
/// that a subscription keeps. Those behind them are not there.
#[cfg(feature = "lists")]
const NAMED: usize = 1 + 128;

/// A `multipart/related` body (RFC 2387): its root, and the parts that this names.
#[cfg(feature = "lists")]
#[derive(Clone, Debug)]
pub struct Related<'a> {
    root: Part<'a>,
    /// Of each part a sum of its name's bytes, by which it is found without reading its head, and its bytes. So a body is
    /// gone through once, whatever the order in which its parts are asked for.
    parts: [(u32, &'a [u8]); NAMED],
}

#[cfg(feature = "lists")]
impl<'a> Related<'a> {
    /// Of a body of this type; `None`: it is none, or is broken. It is some kilobytes long.
    #[inline(never)]
    #[must_use]
    pub fn parse(content_type: &MediaType<'a>, body: &'a [u8]) -> Option<Self> {
        if !content_type.is(b"multipart", b"related") {
            return None;
        }
        // rfc2387#3.2: without a start it is the first part
        let start = content_type.params.get(b"start").map(|start| bare(unquoted(start)));
        let mut all = Parts::new(content_type, body)?;
        let mut root = None;
        let mut parts: [(u32, &[u8]); NAMED] = [(0, &[]); NAMED];
        let mut places = parts.iter_mut();
        while let Some(bytes) = all.next_bytes() {
            let part = Part::of(bytes);
            let name = part.name();
            if root.is_none() && start.is_none_or(|start| name == Some(start)) {
                root = Some(part);
            } else if let (Some(name), Some(place)) = (name, places.next()) {
                *place = (sum(name), bytes);
            }
        }
        let root = root.filter(|_| all.closed)?;
        Some(Self { root, parts })
    }

    /// The part that says which others there are, and what they are of.
    #[must_use]
    pub const fn root(&self) -> &Part<'a> {
        &self.root
    }

    /// The part with this Content-ID, of several the first; it is not there any more. So each byte of a body is read for
    /// one party at most, however many name it.
    pub fn take(&mut self, name: &[u8]) -> Option<Part<'a>> {
        let name = bare(name);
        let wanted = sum(name);
        self.parts.iter_mut().filter(|(sum, bytes)| *sum == wanted && !bytes.is_empty()).find_map(|(_, bytes)| {
            let part = Part::of(bytes);
            (part.name() == Some(name)).then(|| {
                *bytes = &[];
                part
            })
        })
    }
}

/// A Content-ID without its brackets.
#[cfg(feature = "lists")]
fn bare(name: &[u8]) -> &[u8] {
    let name = trim(name);
    name.strip_prefix(b"<").and_then(|name| name.strip_suffix(b">")).unwrap_or(name)
}

/// FNV-1a: nobody gains by two names with one sum, for both are read then.
#[cfg(feature = "lists")]
fn sum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(feature = "lists")]
impl<'a> Part<'a> {
    /// Its Content-ID, without its brackets. No header of SIP has that name, so it is found by its text.
    fn name(&self) -> Option<&'a [u8]> {
        const NAME: &[u8] = b"Content-ID";
        let mut rest = self.head;
        loop {
            let (line, next) = folded_line(rest)?;
            if line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME))
                && let Some((Name::Other, value)) = field_name(line)
            {
                return Some(bare(value)).filter(|value| !value.is_empty());
            }
            rest = next;
        }
    }
}

impl<'a> Message<'a> {
    /// The session description of this message: its body, or one in a body of parts.
    #[must_use]
    pub fn described(&self) -> Described<'a> {
        match self.content_type() {
            Some(content_type) => described(&content_type, self.body(), LEVELS),
            None if self.body().is_empty() => Described::default(),
            None => Described { description: None, flaw: Some(Flaw::Unknown) },
        }
    }
}
