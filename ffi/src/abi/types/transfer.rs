//! Transfers (RFC 3515, 5589), and calls that take the place of another (RFC 3891).

/// A policy for REFER, by which somebody has us call another party, and for an INVITE that is to take the place of a call of
/// ours: the application decides. A REFER waits for five seconds; an INVITE rings, and `replaces` of its
/// microsip_call_info names the call.
pub const MICROSIP_POLICY_ASK: u32 = 1;
/// A policy: it is followed at once. A REFER's call is dialled with the sound of the call in which it came: one at a time in
/// each dialog (491); in direct calls within direct_reserve and direct_per_source (480); of numbers at the account's own
/// hosts those that its dial plan has, without its prefix, and never one for help (603), by a redirection neither. An INVITE
/// is answered, whatever the rules for incoming calls say, and has the sound and the conference of the call that it replaces.
pub const MICROSIP_POLICY_FOLLOW: u32 = 2;
/// A policy: it is refused (603). A REFER is told, by MICROSIP_EV_REFER.
pub const MICROSIP_POLICY_REFUSE: u32 = 3;

/// State of a transfer: it waits for the other call's answer, or the far end was asked, or has accepted and not called yet.
pub const MICROSIP_TRANSFER_PENDING: u32 = 1;
/// State of a transfer: the far end calls the new party.
pub const MICROSIP_TRANSFER_TRYING: u32 = 2;
/// State of a transfer: the new party rings.
pub const MICROSIP_TRANSFER_RINGING: u32 = 3;
/// State of a transfer: they talk. Our calls with both end (MICROSIP_CAUSE_TRANSFERRED).
pub const MICROSIP_TRANSFER_DONE: u32 = 4;
/// State of a transfer: they do not. Our calls are as they were.
pub const MICROSIP_TRANSFER_FAILED: u32 = 5;
