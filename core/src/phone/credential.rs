//! A challenge that was answered: the account names it, requests and dialogs keep it.

/// The challenge that a request's credentials answered.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Credential {
    /// The use of the account's challenge slot; 0 is none.
    pub(crate) challenge: u32,
    /// Nonce count.
    pub(crate) count: u32,
}
