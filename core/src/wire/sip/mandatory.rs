//! The header fields that every message has.

use super::address::Address;
use super::message::Message;
use super::typed::{CSeq, HeaderError};
use super::via::Via;

/// The header fields that every message has and that say where it belongs (rfc3261#8.1.1), read once for all who need
/// them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Mandatory<'a> {
    /// The top Via.
    pub via: Via<'a>,
    /// From.
    pub from: Address<'a>,
    /// To.
    pub to: Address<'a>,
    /// Call-ID.
    pub call_id: &'a [u8],
    /// CSeq.
    pub cseq: CSeq<'a>,
}

impl<'a> Message<'a> {
    /// Its mandatory header fields.
    ///
    /// # Errors
    /// The first that is missing, malformed or repeated.
    // never inlined: whoever reads them in vain keeps no room for each
    #[inline(never)]
    pub fn mandatory(&self) -> Result<Mandatory<'a>, HeaderError> {
        Ok(Mandatory {
            via: self.via()?,
            from: self.from()?,
            to: self.to()?,
            call_id: self.call_id()?,
            cseq: self.cseq()?,
        })
    }
}
