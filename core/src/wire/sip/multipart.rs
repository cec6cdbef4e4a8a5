//! Bodies of several parts (RFC 2046 §5.1).

use super::chars::{TOKEN, is, trim, unquoted};
use super::message::Message;
use super::name::Name;
use super::typed::MediaType;
use crate::wire::bytes::cut;

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

/// The parts of a multipart body, in order. Ends at the closing delimiter, or where none follows.
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    boundary: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Over a body whose Content-Type is multipart; `None` if it is another, or has no boundary.
    #[must_use]
    pub fn new(content_type: &MediaType<'a>, body: &'a [u8]) -> Option<Self> {
        if !content_type.kind.eq_ignore_ascii_case(b"multipart") {
            return None;
        }
        let boundary = unquoted(content_type.params.get(b"boundary")?);
        if boundary.is_empty() {
            return None;
        }
        let mut parts = Self { boundary, rest: body };
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
            if let Some(behind) = text.strip_prefix(b"--").and_then(|text| text.strip_prefix(self.boundary)) {
                let last = behind.starts_with(b"--");
                // a longer boundary that only begins with ours is another
                if last || trim(behind).is_empty() {
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
        if self.rest.is_empty() {
            return None;
        }
        let Some(part) = self.up_to_delimiter() else {
            self.rest = &[];
            return None;
        };
        let mut content_type = None;
        let mut rest = part;
        loop {
            let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
            let (line, after) = rest.split_at_checked(end)?;
            rest = after;
            if trim(line).is_empty() {
                break;
            }
            let name = line.iter().position(|byte| !is(*byte, TOKEN)).unwrap_or(0);
            if Name::find(line.get(..name)?) == Name::ContentType {
                content_type = trim(line.get(name..)?).strip_prefix(b":").and_then(MediaType::parse);
            }
        }
        let head = part.get(..part.len() - rest.len()).unwrap_or_default();
        Some(Part { content_type, head, body: rest })
    }
}

impl<'a> Message<'a> {
    /// The body of this type: the whole body, or the first part of a multipart body.
    #[must_use]
    pub fn body_of(&self, kind: &[u8], subtype: &[u8]) -> Option<&'a [u8]> {
        let content_type = self.content_type()?;
        if content_type.is(kind, subtype) {
            return Some(self.body());
        }
        let mut parts = Parts::new(&content_type, self.body())?;
        parts.find(|part| part.content_type.is_some_and(|found| found.is(kind, subtype))).map(|part| part.body)
    }
}
