//! The methods that we understand.

/// Methods that we understand, for Allow.
pub(super) const ALLOW: &[u8] = b"INVITE, ACK, BYE, CANCEL, OPTIONS";
