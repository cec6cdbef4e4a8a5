//! Calls of our own, as they are told to those who watch.

use super::DialogState;
use crate::base::cursor::Cursor;
use crate::wire::body::escape;

/// A party of a dialog, to be told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Named<'a> {
    /// Its address of record; empty: nothing is told of it.
    pub identity: &'a [u8],
    /// Its name; empty: none.
    pub display: &'a [u8],
    /// The URI of its Contact; empty: none.
    pub target: &'a [u8],
    /// It holds the other: it does not render its media (rfc4235#5.2).
    pub holds: bool,
}

/// A dialog of our own, to be told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Own<'a> {
    /// Its name in the document, which stays.
    pub id: (u32, u32),
    /// Its state.
    pub state: DialogState,
    /// We were called.
    pub called: bool,
    /// Its Call-ID and tags, by which its place may be taken (rfc3891); empty: they are not told.
    pub call_id: &'a [u8],
    /// Our tag.
    pub local_tag: &'a [u8],
    /// The other's; empty: it is not known.
    pub remote_tag: &'a [u8],
    /// Our side.
    pub local: Named<'a>,
    /// The other.
    pub remote: Named<'a>,
}

/// The beginning of a document.
pub fn write_head(out: &mut Cursor<'_>, version: u32, full: bool, entity: &[u8]) {
    out.put_str("<?xml version=\"1.0\"?>\r\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"");
    out.put_number(version.into());
    out.put_str("\" state=\"");
    out.put_str(if full { "full" } else { "partial" });
    attribute(out, "\" entity=\"", entity);
    out.put_str("\">");
}

/// Its end.
pub const END: &str = "</dialog-info>\r\n";

fn attribute(out: &mut Cursor<'_>, before: &str, value: &[u8]) {
    out.put_str(before);
    escape::put(out, value);
}

impl Own<'_> {
    /// Writes one dialog of the document, its parts in the order of the schema (rfc4235#4.4).
    pub fn write(&self, out: &mut Cursor<'_>) {
        out.put_str("<dialog id=\"");
        out.put_hex(self.id.0.into(), 5);
        out.put_hex(self.id.1.into(), 7);
        if !self.call_id.is_empty() {
            attribute(out, "\" call-id=\"", self.call_id);
            attribute(out, "\" local-tag=\"", self.local_tag);
        }
        if !self.remote_tag.is_empty() {
            attribute(out, "\" remote-tag=\"", self.remote_tag);
        }
        if self.state != DialogState::Terminated {
            out.put_str("\" direction=\"");
            out.put_str(if self.called { "recipient" } else { "initiator" });
        }
        out.put_str("\"><state>");
        out.put_str(super::name_of(self.state));
        out.put_str("</state>");
        self.local.write("local>", out);
        self.remote.write("remote>", out);
        out.put_str("</dialog>");
    }
}

impl Named<'_> {
    fn write(&self, tag: &str, out: &mut Cursor<'_>) {
        if self.identity.is_empty() {
            return;
        }
        out.put_str("<");
        out.put_str(tag);
        out.put_str("<identity");
        if !self.display.is_empty() {
            attribute(out, " display=\"", self.display);
            out.put_str("\"");
        }
        out.put_str(">");
        escape::put(out, self.identity);
        out.put_str("</identity>");
        if !self.target.is_empty() {
            attribute(out, "<target uri=\"", self.target);
            // as phones with lamps read it
            out.put_str(if self.holds { "\"><param pname=\"+sip.rendering\" pval=\"no\"/></target>" } else { "\"/>" });
        }
        out.put_str("</");
        out.put_str(tag);
    }
}
