//! Texts and headers of any object.

/// Texts of a call, a message or a subscription: the far end's URI. Of a call after MICROSIP_EV_IDENTITY the new one's; where it was
/// redirected it stays the one that was dialled.
pub const MICROSIP_TXT_REMOTE_URI: u32 = 1;
/// Texts of a call, or of a message that came: the far end's display name.
pub const MICROSIP_TXT_REMOTE_NAME: u32 = 2;
/// Texts of a call, an account, or a message that came: our URI.
pub const MICROSIP_TXT_LOCAL_URI: u32 = 3;
/// Texts of a call: the last status's reason phrase, or the text of the Reason header in the message that ended it; in a
/// call that is up, those of the last offer that was refused. Of an account: the reason phrase of the response to its
/// last REGISTER, and with index 1 to its last PUBLISH, where that was refused; of a message of ours, that of its response. Of a subscription that was refused: the reason phrase; of one
/// that a NOTIFY ended: the reason in that (RFC 6665): deactivated, probation, rejected, timeout, giveup, noresource or
/// invariant. Of a subscription with neither, MICROSIP_NOTHING.
pub const MICROSIP_TXT_REASON: u32 = 4;
/// Texts of a call, or of a message that came: Call-ID.
pub const MICROSIP_TXT_CALL_ID: u32 = 5;
/// Texts of a call: its codec, as PCMU/8000.
pub const MICROSIP_TXT_CODEC: u32 = 6;
/// Texts of a call: the far end's User-Agent or Server.
pub const MICROSIP_TXT_USER_AGENT: u32 = 7;
/// Texts of a call: the URI that the account's own proxy asserts of the far end: in the INVITE that came in, or later
/// (MICROSIP_EV_IDENTITY), by P-Asserted-Identity or else Remote-Party-ID. Of no other host's message: nobody else is believed.
pub const MICROSIP_TXT_ASSERTED_URI: u32 = 9;
/// Texts of a call, by index from 0: the URIs of those who forwarded it before it came in, the last one first, as the
/// account's own proxy says: by Diversion (RFC 5806), else by History-Info (RFC 7044). With MICROSIP_HAS_IDENTITY, as
/// the next two.
pub const MICROSIP_TXT_DIVERSION: u32 = 10;
/// Texts of a call, by index from 0: the URIs of the Contacts of the 3xx that ended it, in the order in which they stand
/// there.
pub const MICROSIP_TXT_CONTACT: u32 = 12;
/// Texts of a call, by index from 0: why each of MICROSIP_TXT_DIVERSION did so, in Diversion's words: unconditional,
/// user-busy, no-answer, deflection, unavailable, unknown, and others.
pub const MICROSIP_TXT_DIVERSION_REASON: u32 = 33;
/// Texts of a subscription's entry, by index: a value for Replaces (RFC 3891) by which its call can be taken over, as
/// `pickup` of microsip_options has it. Of a call that is up: its own, as its far end knows it. Of a REFER: that of the call
/// whose place the new one is to take, for an attended transfer. The latter two with MICROSIP_HAS_REFER.
pub const MICROSIP_TXT_REPLACES: u32 = 11;
/// Texts of a message or a subscription: the type of its body. Of a message that says that another is being written
/// (MICROSIP_EV_COMPOSING): that one's.
pub const MICROSIP_TXT_CONTENT_TYPE: u32 = 20;
/// Texts of a message that asks for notices, of either way, and of a notice: the name of the message, 32 letters of one of
/// ours (RFC 5438, Message-ID). It outlives the message's slot: keep it where notices may come for days. With
/// MICROSIP_HAS_IMDN.
pub const MICROSIP_TXT_MESSAGE_ID: u32 = 46;
/// Texts of a REFER: the URI that it asks us to call, without its headers. With MICROSIP_HAS_REFER, as the next one.
pub const MICROSIP_TXT_REFER_TO: u32 = 21;
/// Texts of a REFER: the URI of whom it says that it asks (RFC 3892). Nobody vouches for it.
pub const MICROSIP_TXT_REFERRED_BY: u32 = 22;
/// Texts of a subscription's entry, by index: a note for people.
pub const MICROSIP_TXT_NOTE: u32 = 23;
/// Texts of a subscription's entry, by index: the party that is talked to, or the Contact; of a mailbox its account.
pub const MICROSIP_TXT_ENTRY_URI: u32 = 24;
/// Texts of a subscription's entry, by index: that party's name; of a party in a list its own.
pub const MICROSIP_TXT_ENTRY_NAME: u32 = 25;
/// Texts of a subscription's entry, by index: in a list the URI of the party that it is, or is of. With MICROSIP_HAS_LISTS, as
/// the next one.
pub const MICROSIP_TXT_ENTRY_RESOURCE: u32 = 50;
/// Texts of a subscription's entry, by index: why nothing is known of a party in a list: "pending", somebody has to agree
/// first; the reason of an end in RFC 6665's words, or "terminated"; "missing", its document is named, and not there;
/// "unreadable", it is broken, or of another type. MICROSIP_NOTHING: its state is known, or has not been told yet.
pub const MICROSIP_TXT_ENTRY_REASON: u32 = 51;
/// Texts of an account: the realm of the last refused challenge.
pub const MICROSIP_TXT_REALM: u32 = 17;
/// Texts of a call: the text of the Warning (RFC 3261 20.43) in its refusal; in a call that is up, in that of the last
/// offer that was refused.
pub const MICROSIP_TXT_WARNING: u32 = 32;
/// Texts of MICROSIP_SELF: the id of a device of the last microsip_device_scan(), for microsip_device_set(). index:
/// MICROSIP_DEV_* << 16 | n, n from 0.
pub const MICROSIP_TXT_DEVICE_ID: u32 = 26;
/// Texts of MICROSIP_SELF: the name of such a device, for people.
pub const MICROSIP_TXT_DEVICE_NAME: u32 = 27;
/// Texts of MICROSIP_SELF: a country, by its two letters of ISO 3166. index 0: the one whose tones are played, "" for
/// those that ITU-T recommends; from 1: those that there are.
pub const MICROSIP_TXT_COUNTRY: u32 = 40;
/// Texts of MICROSIP_SELF or an account: the target that was dialled last, by any account and without one, or by that
/// one, as it was given to microsip_dial(), which calls it again for NULL. Digits behind it, which may be a PIN, are not
/// kept; nor is a target with a password, or of more than 127 bytes, and then there is none. With MICROSIP_HAS_NUMBERS.
pub const MICROSIP_TXT_DIALLED: u32 = 41;
/// Texts of an account: the address of its mailbox, as its own server names it: in many PBXs the one to call to hear the
/// messages (RFC 3842, Message-Account). One of more than 128 bytes is left out. With MICROSIP_HAS_SUBSCRIBE.
pub const MICROSIP_TXT_MAILBOX: u32 = 42;

/// Texts of a message that is an INFO: its package with its parameters; MICROSIP_NOTHING: it has none. Of a call: the
/// packages that the far end takes, comma separated, at most 16 and 128 bytes, maybe none ("", with `needed` 1);
/// MICROSIP_NOTHING: it has not said. With MICROSIP_HAS_INFO and MICROSIP_HAS_MESSAGE.
pub const MICROSIP_TXT_PACKAGE: u32 = 45;

/// A message that came for a call: the first, which is always kept.
pub const MICROSIP_FIRST: u32 = 1;
/// A message that came for a call: the last, whatever it is; an INFO within the call, too.
pub const MICROSIP_LAST: u32 = 2;
/// A message that came for a call: the last INVITE; of a call that is up, the last re-INVITE.
pub const MICROSIP_INVITE: u32 = 3;
/// A message that came for a call: the last ACK.
pub const MICROSIP_ACK: u32 = 4;
/// A message that came for a call: the last PRACK.
pub const MICROSIP_PRACK: u32 = 5;
/// A message that came for a call: the last UPDATE.
pub const MICROSIP_UPDATE: u32 = 6;
/// A message that came for a call: the last INFO.
pub const MICROSIP_INFO: u32 = 7;
/// A message that came for a call: its CANCEL.
pub const MICROSIP_CANCEL: u32 = 8;
/// A message that came for a call: its BYE.
pub const MICROSIP_BYE: u32 = 9;
/// Messages that came for a call and are kept, in the order in which they came: MICROSIP_NTH is the
/// first, MICROSIP_NTH + 1 the second. A
/// number from 100 to 699 is the last response with that status.
pub const MICROSIP_NTH: u32 = 1000;
