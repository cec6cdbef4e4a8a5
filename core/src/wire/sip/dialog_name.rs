//! The name of a dialog as Replaces (RFC 3891) and Target-Dialog (RFC 4538) have it: a Call-ID and both tags.

use super::params::Params;
use crate::base::cursor::Cursor;

/// The name of a dialog, as its receiver sees the tags.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DialogName<'a> {
    /// Call-ID.
    pub call_id: &'a [u8],
    /// The tag of whoever reads it.
    pub local_tag: &'a [u8],
    /// The tag of the other side; empty for a far end as old as RFC 2543, which has none.
    pub remote_tag: &'a [u8],
    /// It is meant only as long as nobody has answered.
    pub early_only: bool,
}

impl<'a> DialogName<'a> {
    /// A value of Replaces. `None`: a part is missing, or stands there twice (rfc3891#6.1).
    #[must_use]
    pub fn replaces(value: &'a [u8]) -> Option<Self> {
        Self::read(value, b"to-tag", b"from-tag")
    }

    /// A value of Target-Dialog, whose tags are named as its sender sees them (rfc4538#7).
    #[must_use]
    pub fn target_dialog(value: &'a [u8]) -> Option<Self> {
        Self::read(value, b"remote-tag", b"local-tag")
    }

    fn read(value: &'a [u8], local: &[u8], remote: &[u8]) -> Option<Self> {
        let end = value.iter().position(|byte| *byte == b';')?;
        let (call_id, params) = value.split_at_checked(end)?;
        let call_id = call_id.trim_ascii();
        let params = Params::new(params);
        let only = |wanted: &[u8]| {
            let mut found = params.filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
            let first = found.next()?.1?;
            found.next().is_none().then_some(first)
        };
        let (local_tag, remote_tag) = (only(local)?, only(remote)?);
        if call_id.is_empty() || !call_id.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        // rfc3891#6.1: a tag of zero is no tag, too
        let remote_tag = if remote_tag == b"0" { b"" } else { remote_tag };
        Some(Self { call_id, local_tag, remote_tag, early_only: params.has(b"early-only") })
    }

    /// Writes a value of Replaces for the far end, whose own tag is our remote one.
    pub fn write_replaces(&self, out: &mut Cursor<'_>) {
        let or_zero = |tag: &'a [u8]| if tag.is_empty() { b"0" } else { tag };
        out.put(self.call_id);
        out.put_str(";to-tag=");
        out.put(or_zero(self.remote_tag));
        out.put_str(";from-tag=");
        out.put(or_zero(self.local_tag));
        out.put_str(if self.early_only { ";early-only" } else { "" });
    }
}

#[cfg(test)]
mod tests;
