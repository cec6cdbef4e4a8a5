//! Events.

use super::common::microsip_id;
use crate::abi::pointer::sized;
use core::ffi::c_void;

/// A call changed its state; with MICROSIP_INCOMING value is MICROSIP_ALERT_*, the ring that it asks for, and with an end
/// by MICROSIP_BY_RULE it is MICROSIP_RULE_*. A call that a rule has not let
/// in has one event: its end, with MICROSIP_INCOMING among the states reached. Unknown event types are to be ignored.
pub const MICROSIP_EV_CALL: u32 = 1;
/// An account changed its state.
pub const MICROSIP_EV_ACCOUNT: u32 = 2;
/// A digit was received, and is over; value is its ASCII code, state the MICROSIP_DTMF_* by which it came, reached the
/// milliseconds that it lasted.
pub const MICROSIP_EV_DIGIT: u32 = 3;
/// Command op ended: result, sip_code. Exactly once for a command with a token other than 0 that returned MICROSIP_OK;
/// without one only a failure has it.
pub const MICROSIP_EV_DONE: u32 = 4;
/// An audio device was opened (result 0) or failed; value is MICROSIP_DEV_*. Calls go on with the null device.
pub const MICROSIP_EV_DEVICE: u32 = 7;
/// The machine's addresses changed; value is the number that the phone has now, loopback's among them.
/// MICROSIP_E_UNREACHABLE: none but loopback's.
pub const MICROSIP_EV_NETWORK: u32 = 8;
/// value events that were not fetched, or ended calls that were not released, gave way to new ones; read states anew.
pub const MICROSIP_EV_LOST: u32 = 9;
/// microsip_shutdown has done its work: the last event of this phone. MICROSIP_E_TIMEOUT: the grace was over first.
pub const MICROSIP_EV_CLOSED: u32 = 10;
/// The library met a fault of its own: the last event of this phone.
pub const MICROSIP_EV_POISONED: u32 = 11;
/// A call's media changed; value is a set of MICROSIP_MEDIA_*. With a result that is no MICROSIP_OK nothing changed:
/// after a change of network the call was offered anew from our new address, and the offer failed, with the status that
/// refused it, its cause and its side.
/// MICROSIP_E_MEDIA_LOST: the far end sends nothing any more (see MICROSIP_LOST_TELL); MICROSIP_OK follows when it does
/// again.
pub const MICROSIP_EV_MEDIA: u32 = 12;
/// A challenge got no credentials, or they were refused: result says why (MICROSIP_E_AUTH, MICROSIP_E_NO_PASSWORD,
/// MICROSIP_E_REALM, MICROSIP_E_SCHEME, MICROSIP_E_CHALLENGE), MICROSIP_TXT_REALM names the realm.
pub const MICROSIP_EV_CHALLENGE: u32 = 13;
/// A transfer of call object goes on: state is MICROSIP_TRANSFER_*, token the command's, sip_code the status that the new
/// party gave, or that the far end refused with; with MICROSIP_TRANSFER_FAILED result, cause and ended_by say why. Of several
/// steps since the last event of this type, the latest. With MICROSIP_HAS_REFER.
pub const MICROSIP_EV_TRANSFER: u32 = 14;
/// Message object came (state MICROSIP_UNREAD, or MICROSIP_KEPT where it is stored); or nobody answered it in time
/// (MICROSIP_OVER, MICROSIP_E_TIMEOUT), and its sender got sip_code. owner: its call, else its account. With
/// MICROSIP_HAS_MESSAGE.
pub const MICROSIP_EV_MESSAGE: u32 = 15;
/// The far end that message object names writes to us, or does not any more: state is MICROSIP_COMPOSING_* (RFC 3994). It
/// sent a message, said so, or was silent for too long. The message needs no answer, and there is one for each far end
/// that writes, of at most a quarter of max_messages. owner: its call, else its account. With MICROSIP_HAS_IMDN, as the
/// next one.
pub const MICROSIP_EV_COMPOSING: u32 = 31;
/// A notice of what became of a message of ours (RFC 5438): state is MICROSIP_NOTICE_*; each of a message is told once.
/// object: the message, for as long as it is there; else the notice, a message that came and needs no answer. Both have the
/// message's name, MICROSIP_TXT_MESSAGE_ID. owner: its call, else its account.
pub const MICROSIP_EV_DELIVERY: u32 = 32;
/// Subscription object has another state, MICROSIP_SUB_*, or has failed once more: sip_code, result, cause. The first of
/// MICROSIP_SUB_PENDING says that somebody has to agree. With the state as it was: it was told something that cannot be read
/// (`unread` of its info). owner: its account. With MICROSIP_HAS_SUBSCRIBE.
pub const MICROSIP_EV_SUBSCRIPTION: u32 = 16;
/// The state that subscription object watches has changed: state is its MICROSIP_LAMP_*, value as in its info. Of several changes
/// since the last event of this type, the latest. With MICROSIP_HAS_SUBSCRIBE.
pub const MICROSIP_EV_NOTIFY: u32 = 17;
/// Watcher object would watch us (state MICROSIP_SUB_PENDING: microsip_watcher_answer decides), watches us (MICROSIP_SUB_ACTIVE), or
/// does no more (MICROSIP_SUB_ENDED): it was taken back, refused or not refreshed (MICROSIP_OK), refused what it was told
/// (MICROSIP_E_REFUSED, sip_code), or could not be told (MICROSIP_E_TIMEOUT and others). value is what it watches, MICROSIP_PRESENCE to
/// MICROSIP_MESSAGE_SUMMARY; owner: the account, 0: it came directly. With MICROSIP_HAS_NOTIFY.
pub const MICROSIP_EV_WATCHER: u32 = 33;
/// REFER object, a message, came (state MICROSIP_UNREAD): its sender wants us to call another party, MICROSIP_TXT_REFER_TO.
/// microsip_dial with o->refer follows it, microsip_message_answer refuses it. Or it is MICROSIP_OVER: it was
/// refused by a policy, or not answered in time (MICROSIP_E_TIMEOUT), or a policy could not follow it (MICROSIP_E_FULL: no call
/// was free), and its sender got sip_code; or a policy followed it
/// (MICROSIP_OK), and `refer` of a new call's info names it. owner: its call, else its account. With MICROSIP_HAS_REFER.
pub const MICROSIP_EV_REFER: u32 = 20;
/// The mailbox of account object has changed, as its own server says without a subscription (RFC 3842): state is its
/// MICROSIP_LAMP_*, value its new messages; microsip_account_info has both. Of several changes since the last event of this
/// type, the latest; a description that says the same again has none. With MICROSIP_HAS_SUBSCRIBE.
pub const MICROSIP_EV_MAILBOX: u32 = 26;
/// The own server of account object wants its settings to be read again (the event check-sync, by which PBXs set phones up
/// anew). value: MICROSIP_ON: and the phone is to begin anew with them; MICROSIP_OFF: it is not; 0: the server did not say.
/// The library does neither. Of several before this is fetched one is told, and MICROSIP_ON goes before the others.
/// Anybody else's is refused. With MICROSIP_HAS_SUBSCRIBE.
pub const MICROSIP_EV_CHECK_SYNC: u32 = 27;
/// The publication of the presence of account object has another state, or has failed once more: MICROSIP_SUB_ACTIVE: its
/// server has it; MICROSIP_SUB_RETRYING: a PUBLISH failed and is tried again, or waits for the account's registration;
/// MICROSIP_SUB_ENDED: it was taken back (MICROSIP_OK), or refused in a way that time does not mend, until
/// microsip_account_publish or microsip_account_update tries again. sip_code, result, cause. With MICROSIP_HAS_PUBLISH.
pub const MICROSIP_EV_PUBLICATION: u32 = 29;
/// Call other, or MICROSIP_SELF, joined (state 1) or left (state 0) conference object, which may be gone. What was
/// there and back before the event was fetched is not told.
pub const MICROSIP_EV_MEMBER: u32 = 18;
/// Call other, or MICROSIP_SELF, talks now in conference object; 0: nobody does. It is the loudest voice of the last
/// 300 ms, and a pause shorter than a second ends nothing.
pub const MICROSIP_EV_TALKER: u32 = 19;
/// A digit has begun and is not over: its key is held. value is its ASCII code, state the MICROSIP_DTMF_* by which it
/// comes; MICROSIP_EV_DIGIT follows. A digit that is over by the time this would be told has only that.
pub const MICROSIP_EV_DIGIT_BEGUN: u32 = 21;
/// The far end of a call is another, or has another name: MICROSIP_TXT_REMOTE_URI, MICROSIP_TXT_REMOTE_NAME. A re-INVITE
/// or an UPDATE names it in From (RFC 4916), or the account's own proxy asserts it in one, or in a response:
/// P-Asserted-Identity (RFC 3325), Remote-Party-ID. With MICROSIP_HAS_IDENTITY.
pub const MICROSIP_EV_IDENTITY: u32 = 24;
/// A request of a call or an account left by UDP, though it is longer than 1300 bytes, for its far end could not be
/// reached by TCP (RFC 3261 §18.1.1); value is its bytes. The network may drop it, and then nothing answers: fewer header
/// lines and codecs make it shorter, MICROSIP_TCP as transport of the account says at once what is wrong. Of several that left before this is
/// fetched the latest is told. With MICROSIP_HAS_STREAM.
pub const MICROSIP_EV_DATAGRAM: u32 = 25;
/// A call for help left without the document that says where the caller is, for the INVITE would have been longer than
/// `max_message` with it, or was refused with it (413, 415, 424, 513); value is the document's bytes. Those who are asked for help can only ask where it is. With
/// MICROSIP_HAS_IDENTITY.
pub const MICROSIP_EV_LOCATION: u32 = 28;

/// A digit of ours has left; by INFO, the far end has taken it. value is its ASCII code, state the MICROSIP_DTMF_* by
/// which it left (never one of the automatic ones), reached the number of digits and pauses that wait behind it. Of
/// several that left before this is fetched the latest is told. With MICROSIP_HAS_INFO.
pub const MICROSIP_EV_DIGIT_SENT: u32 = 23;

/// Commands in op of MICROSIP_EV_DONE: the sound has been played to its end; MICROSIP_E_FILE: it could not be read to
/// its end. MICROSIP_E_CANCELLED: it was stopped, replaced, or its call ended first.
pub const MICROSIP_OP_PLAY: u32 = 1;
/// Commands in op of MICROSIP_EV_DONE: the recording is complete; MICROSIP_E_FILE: it could not be written on.
pub const MICROSIP_OP_RECORD: u32 = 2;
/// Commands in op of MICROSIP_EV_DONE: the digits are out; or (MICROSIP_E_STATE) cannot be sent any more since the call
/// ended, was put on hold, or, in a library without MICROSIP_HAS_TONES, takes no events any more. By INFO: MICROSIP_E_REFUSED,
/// with sip_code, MICROSIP_E_TIMEOUT, or what else kept one from the far end; the digits behind it are not sent.
pub const MICROSIP_OP_DIGITS: u32 = 3;
/// Commands in op of MICROSIP_EV_DONE: the far end is on hold, or is not any more. MICROSIP_E_REFUSED: it refused, with
/// sip_code, and the call stays as it was; MICROSIP_TXT_REASON and MICROSIP_TXT_WARNING of the call have its words until its
/// next message. MICROSIP_E_CANCELLED: a later one replaced it, or its call ended.
pub const MICROSIP_OP_HOLD: u32 = 4;
/// Commands in op of MICROSIP_EV_DONE: the far end has answered an offer of ours; otherwise as MICROSIP_OP_HOLD.
pub const MICROSIP_OP_REOFFER: u32 = 5;
/// Commands in op of MICROSIP_EV_DONE: the new party and the far end talk. MICROSIP_E_REFUSED: the far end does not call it,
/// or it does not answer, with sip_code. MICROSIP_E_TIMEOUT: the far end has not said for too long, or not at all, how it
/// went. MICROSIP_E_CANCELLED: the call ended first. With MICROSIP_HAS_REFER.
pub const MICROSIP_OP_TRANSFER: u32 = 6;
/// Commands in op of MICROSIP_EV_DONE: the account is registered, or the first try failed.
pub const MICROSIP_OP_REGISTER: u32 = 7;
/// Commands in op of MICROSIP_EV_DONE: the registration is gone.
pub const MICROSIP_OP_UNREGISTER: u32 = 8;
/// Commands in op of MICROSIP_EV_DONE: the server has the presence, or has it no more; or the first try failed, with
/// sip_code. Several that wait for their turn have one PUBLISH, and its result. MICROSIP_E_CANCELLED: the account went
/// first, or the presence was taken back before it left.
pub const MICROSIP_OP_PUBLISH: u32 = 9;
/// Commands in op of MICROSIP_EV_DONE: the far end has accepted message object. MICROSIP_E_REFUSED: it has not, with
/// sip_code. MICROSIP_E_TIMEOUT: it gave no response, and may have it all the same. MICROSIP_E_UNREACHABLE: it was too
/// long for a datagram, and no TCP was to be had, too. MICROSIP_E_CANCELLED: its account was removed. MICROSIP_E_STATE: its
/// call ended before its turn.
pub const MICROSIP_OP_SEND: u32 = 10;
/// Commands in op of MICROSIP_EV_DONE: the far end has our new identity. MICROSIP_E_REFUSED: it does not take it, with
/// sip_code, and ours stays as it was. MICROSIP_E_CANCELLED: a later one replaced it, or its call ended.
pub const MICROSIP_OP_IDENTIFY: u32 = 11;

/// Commands in op of MICROSIP_EV_DONE: the tone is over. MICROSIP_E_CANCELLED: it was stopped, another took its place, its
/// call or conference ended first, or the last call left the conference.
pub const MICROSIP_OP_TONE: u32 = 12;

/// An event. 96 bytes on every target; all of it is numbers.
///
/// The events of one object come in a fixed order: of a call its coming, its states, its media and its identity, digits,
/// the ends of commands, last its end; what became of it twice since its last event of a type is told once, the latest.
/// Objects take turns by their first news that was not fetched. So time_us may run backwards from one event to the next:
/// sort by it where the time is what counts.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_event {
    /// sizeof(microsip_event).
    pub size: u32,
    /// MICROSIP_EV_*.
    pub r#type: u32,
    /// The phone; 0 in the engine family.
    pub phone: microsip_id,
    /// The object that it is about; MICROSIP_KIND() gives its kind. 0: the phone.
    pub object: microsip_id,
    /// The object's owner: a call's account. 0: nothing.
    pub owner: microsip_id,
    /// A second object, where the type says so; else 0.
    pub other: microsip_id,
    /// The application's own number for object, else for owner.
    pub tag: u64,
    /// The command's, in MICROSIP_EV_DONE and MICROSIP_EV_TRANSFER; else 0.
    pub token: u64,
    /// The time at which it happened: microseconds since the phone's creation; in the engine family by now_us.
    pub time_us: u64,
    /// The state that the object is in: MICROSIP_EV_CALL: MICROSIP_CALLING to MICROSIP_ENDED; MICROSIP_EV_ACCOUNT:
    /// MICROSIP_UNREGISTERED to MICROSIP_REG_FAILED; others as the type says; else 0. MICROSIP_EV_DIGIT, _BEGUN and _SENT:
    /// MICROSIP_DTMF_*.
    pub state: u32,
    /// MICROSIP_EV_CALL and MICROSIP_EV_ACCOUNT: a bit, 1 << state, for each state reached since the object's last event of
    /// this type, that of state among them: states that follow each other at once are one event, and
    /// reached & (1 << MICROSIP_EARLY) says that it rang before it was answered. MICROSIP_EV_DIGIT: milliseconds.
    /// MICROSIP_EV_DIGIT_SENT: what waits behind it. Else 0.
    pub reached: u32,
    /// The SIP status that came with it, or 0.
    pub sip_code: u32,
    /// The result.
    pub result: i32,
    /// MICROSIP_CAUSE_*, with the end of a call, and with MICROSIP_EV_DONE of a command that failed, or
    /// MICROSIP_TRANSFER_FAILED.
    pub cause: u32,
    /// MICROSIP_BY_*, with the end of a call; with MICROSIP_EV_DONE of a command that failed, MICROSIP_BY_REMOTE where a
    /// response refused it, MICROSIP_BY_LIBRARY where none came; with MICROSIP_E_CANCELLED who ended its call, and
    /// MICROSIP_BY_APPLICATION where another command overtook it.
    pub ended_by: u32,
    /// A digit, a device, a number, or bits, as the type says.
    pub value: u32,
    /// MICROSIP_OP_*, with MICROSIP_EV_DONE.
    pub op: u32,
}

/// Takes events, on a thread of the library's own, one at a time. Everything but microsip_destroy may be called inside.
/// An ended call can be read in it and after it, until microsip_id_release, or until its slot is needed.
pub type microsip_event_fn = Option<unsafe extern "C" fn(user: *mut c_void, ev: *const microsip_event)>;

sized!(
    microsip_event up to op,
);
