//! Transfers (RFC 3515, 3891, 5589), as an application sees them.

use super::CallId;

/// The treatment of requests by which somebody else directs calls of ours. Strangers have none.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum TransferPolicy {
    /// As it is set elsewhere: for an account by the phone. Where nobody says anything: REFER is asked for an account's
    /// calls, Replaces is followed from the account's own server, and both are refused in direct calls.
    #[default]
    Inherited = 0,
    /// The application decides.
    Ask = 1,
    /// They are followed at once. Of a REFER: one call at a time in each dialog; in direct calls with the slots and limits
    /// of their INVITEs; of the numbers at the account's own hosts those that its dial plan has, and none for help.
    Follow = 2,
    /// They are refused (603), and told.
    Refuse = 3,
}

impl TransferPolicy {
    /// This one, unless it is set elsewhere.
    #[cfg(feature = "refer")]
    pub(super) const fn or(self, other: Self) -> Self {
        if matches!(self, Self::Inherited) { other } else { self }
    }
}

/// The party that a call is transferred to.
#[derive(Clone, Copy, Debug)]
pub enum TransferTo<'t> {
    /// A target as [`super::Phone::dial`] takes it, but without digits behind a number.
    Target(&'t str),
    /// The far end of another call of ours: both are brought together. It is up; or it was dialled and has no answer yet,
    /// and then the transfer waits for that (rfc5589#7.6). Its sound goes on until they talk.
    Call(CallId),
}

/// Choices of a transfer.
#[derive(Clone, Copy, Debug, Default)]
pub struct TransferOptions<'t> {
    /// Appears in its events.
    pub token: u64,
    /// No progress is asked for (RFC 4488): where the far end agrees, its acceptance is the end, and both calls end with it.
    pub no_progress: bool,
    /// Further header lines, `Name: value\r\n` each.
    pub headers: &'t str,
}
