//! The methods and extensions that we understand. The functions that take the requests of a method stand in
//! [`super::methods`], with a row for each name here.

use crate::wire::sip::token_list;

/// Our methods and extensions; a request that requires another extension is refused (rfc3261#8.2.2.3).
pub(super) static OURS: Understood = Understood { allow: b"INVITE, ACK, BYE, CANCEL, OPTIONS", supported: b"" };

/// Methods and extensions that we understand, as Allow and Supported list them.
#[derive(Debug)]
pub(super) struct Understood {
    pub(super) allow: &'static [u8],
    pub(super) supported: &'static [u8],
}

impl Understood {
    /// It is an extension that a request may require.
    pub(super) fn supports(&self, extension: &[u8]) -> bool {
        token_list(self.supported).any(|supported| supported.eq_ignore_ascii_case(extension))
    }
}
