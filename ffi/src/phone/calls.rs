//! Calls: from the dialling to the last statistics.

use super::{begin, command, read, with_shared};
use crate::abi::types::*;
use crate::host::signal::lock;
use crate::host::slots::Target;
use crate::ops;
use core::ffi::c_char;

/// Calls sip:user@host, sips:, tel:, user@host, or a number or name that the account's domain completes. White space
/// around it is left out. Of a number, the separators that people write (space - . ( ) /) are left out, and with
/// MICROSIP_HAS_NUMBERS the account's prefix and dial plan are applied, tel:, callto: and quotes left out, escapes
/// decoded, and digits behind a comma are sent a second after the answer (each further comma is a second);
/// MICROSIP_TXT_REMOTE_URI is what became of it. NULL, with MICROSIP_HAS_NUMBERS: the target that this account dialled
/// last (MICROSIP_TXT_DIALLED), without the digits behind it; for account 0 that of all calls, by the account that
/// dialled it. account 0: directly, without an account. o: NULL, or the differences from the defaults. *call: its id.
/// It returns before anything is looked up or sent; MICROSIP_EV_CALL has each state and the end, with the SIP status
/// and a result. Unanswered calls are cancelled after three minutes without a response (RFC 3261 16.6). MICROSIP_E_URI:
/// no address, or no digits behind it. MICROSIP_E_BLOCKED: the dial plan has no match for it, or it is a number for help with o->pickup or
/// o->replaces. MICROSIP_E_ARG: it needs
/// an account, or o has a number out of range (o->session_expires or o->min_se from 1 to 89, say), or o->location_use
/// without a location. MICROSIP_E_TEXT: o->headers are not lines of "Name: value\r\n", name a header that the library
/// writes itself, a text is too long or has control characters, or o->location finds no room in the INVITE.
/// MICROSIP_E_FULL: max_calls are there; for a call for help (`emergency` of microsip_account) only where each of them
/// is one, too, for any other gives way. MICROSIP_E_NO_CODEC: o->codecs has a codec that this library does not have, or
/// this phone has no memory for. MICROSIP_E_UNSUPPORTED: o->info_packages in a phone without messages.
/// MICROSIP_E_CLOSED: after shutdown, to a call for help, too. MICROSIP_E_STATE: uri is
/// NULL, and nothing that was dialled is kept; or o->refer was answered, or o->replaces is not up. With o->refer,
/// o->replaces or o->pickup, of which one may be set, the call is made for a REFER or takes another's place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_dial(
    phone: microsip_id,
    account: microsip_id,
    uri: *const c_char,
    o: *const microsip_options,
    call: *mut microsip_id,
) -> i32 {
    // SAFETY: by contract.
    begin("microsip_dial", phone, |phone, now| unsafe { ops::call::dial(phone, now, account, uri, o, call) })
}

/// Answers an incoming call. code: 200 or 0 takes it, 183 lets it hear our sound before (until its far end's address is
/// confirmed as much of it as comes from there, and 400 ms), 180 means that it rings (the library has sent one already). A call that is not
/// answered within ten minutes, or the time that the caller gives it, is refused with 487. An answer of which a member is
/// refused leaves all of them as they were. MICROSIP_E_STATE: it is not
/// incoming, or answered. MICROSIP_E_ARG: another code, or o has a number out of range (o->session_expires below 90,
/// say, or o->min_se, which is no answer's). MICROSIP_E_TEXT: o->headers are not lines of "Name: value\r\n", name a
/// header that the library writes itself, or find no room beside the answer. MICROSIP_E_NO_CODEC: o->codecs has none of
/// the offer's. MICROSIP_E_UNSUPPORTED: o->reliable requires what the caller does not know, or o->dtmf is not built.
/// MICROSIP_E_FULL: o->reliable would make a response too long.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_answer(
    phone: microsip_id,
    call: microsip_id,
    code: u32,
    o: *const microsip_options,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_answer", phone, |phone, now| unsafe { ops::call::answer(phone, now, call, code, o) })
}

/// Refuses an incoming call with a SIP status from 300 to 699; 0: 486 Busy Here. o: header lines, a phrase, and where a
/// 3xx sends the caller. MICROSIP_E_STATE: it is not incoming, or answered. MICROSIP_E_ARG: another code, or
/// o->contacts with one that redirects nobody. MICROSIP_E_URI, MICROSIP_E_BLOCKED: one of o->contacts cannot be called.
/// MICROSIP_E_TEXT: o->headers are not lines of "Name: value\r\n", or name a header that the library writes itself; or
/// all of it finds no room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_reject(
    phone: microsip_id,
    call: microsip_id,
    code: u32,
    o: *const microsip_options,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_reject", phone, |phone, now| unsafe { ops::call::reject(phone, now, call, code, o) })
}

/// Ends a call in any state: refuses with 486, cancels, or sends BYE, with o's header lines and reason. Sound stops at
/// once. call: or a conference: all of its calls, while it stays; without o. MICROSIP_E_STATE: it has ended.
/// MICROSIP_E_TEXT: as of microsip_reject.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_hangup(phone: microsip_id, call: microsip_id, o: *const microsip_options) -> i32 {
    // SAFETY: by contract.
    command("microsip_hangup", phone, |phone, now| unsafe { ops::call::hangup(phone, now, call, o) })
}

/// Puts the far end of a call on hold (MICROSIP_ON), or resumes (MICROSIP_OFF). It is offered to the far end, after another offer that is
/// out and after an ACK that is due; what the far end hears changes at once: on hold, the music that microsip_music_set
/// chose, else the call's source, be it the application's PCM or silence, but neither the microphone nor other calls of
/// its conference; and over it a file that plays.
/// MICROSIP_EV_MEDIA has MICROSIP_MEDIA_HOLDING when the far end has agreed, and MICROSIP_EV_DONE with the token follows
/// (with token 0 only a failure is told). One that comes before the one before it was offered replaces it:
/// MICROSIP_E_CANCELLED. A refusal leaves the call as it was. Before the answer it leaves as an UPDATE in the early dialog
/// that is heard (RFC 3311), where both sides list UPDATE in Allow and the offer of the INVITE has its answer in a
/// reliable 183 or 180 (RFC 3262): of a call that was dialled the far end's, of one that came in ours, whose PRACK it
/// waits for. A far end that refuses UPDATE (405, 501), or has to ask its user (504), is offered it behind its answer; and
/// so is another branch that answers in place of the one that was heard. MICROSIP_E_ARG: on is another number. MICROSIP_E_STATE: it is not
/// connected, and has no such early dialog yet; microsip_last_error says what it waits for. MICROSIP_E_FULL: the
/// end of one more command could not be kept. MICROSIP_E_UNSUPPORTED: without MICROSIP_HAS_REOFFER.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_hold(phone: microsip_id, call: microsip_id, on: u32, token: u64) -> i32 {
    command("microsip_hold", phone, |phone, now| ops::call::hold(phone, now, call, on, token))
}

/// Tells the far end that we are somebody else from now on (RFC 4916): caller, a URI with or without a name, stands in From
/// of an UPDATE, or of a re-INVITE where the far end takes none, and of all later requests of the call; its end is
/// MICROSIP_EV_DONE with MICROSIP_OP_IDENTIFY. Before the answer it leaves as an UPDATE in an early dialog whose far end
/// lists UPDATE in Allow (RFC 3311): of a call that was dialled in the one that is heard, else in the first; of a call that
/// came in once a reliable response of ours has its PRACK, else behind the answer. It is that dialog's: where another
/// branch answers, or the call is sent elsewhere, an end that was not told yet is MICROSIP_E_CANCELLED, and the branch that
/// answers knows us by the name that the INVITE had, whatever another one was told: MICROSIP_TXT_LOCAL_URI says which.
/// MICROSIP_E_UNSUPPORTED: the call is up or came in, and its far end has not said that it takes another From (Supported:
/// from-change), or the library is without MICROSIP_HAS_IDENTITY. MICROSIP_E_STATE: the call was dialled and has no such
/// early dialog yet, or its far end has not said that yet; it is over, or has one on its way.
/// MICROSIP_E_URI: caller is no address. MICROSIP_E_TEXT: it is too long. MICROSIP_E_FULL: the end of one more command could
/// not be kept.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_identify(
    phone: microsip_id,
    call: microsip_id,
    caller: *const c_char,
    token: u64,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_identify", phone, |phone, now| unsafe { ops::call::identify(phone, now, call, caller, token) })
}

/// Offers the media of a call anew, with the changes in m; NULL: as they are, at the addresses that are ours now. Its
/// turn and its end are those of microsip_hold. MICROSIP_E_ARG: m has a number out of range. MICROSIP_E_NO_CODEC:
/// m->codecs has a codec that this library does not have, or this phone has no memory for. MICROSIP_E_STATE: it is not
/// connected. MICROSIP_E_FULL: the end of one more command could not be kept. MICROSIP_E_UNSUPPORTED: without
/// MICROSIP_HAS_REOFFER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_reoffer(
    phone: microsip_id,
    call: microsip_id,
    m: *const microsip_media,
    token: u64,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_reoffer", phone, |phone, now| unsafe { ops::call::reoffer(phone, now, call, m, token) })
}

/// Transfers the far end of a call that is up: it is asked, by REFER, to call somebody else (RFC 3515), or the far end of
/// another call of ours (RFC 5589). uri: whom, as microsip_dial takes it, but without digits behind a number; NULL with a
/// consult. consult: that other call, which is up, or was dialled and rings (the transfer waits for its answer then); 0 with
/// a uri. o: headers, no_progress. MICROSIP_EV_TRANSFER tells each step, MICROSIP_EV_DONE with MICROSIP_OP_TRANSFER the end.
/// When they talk, our calls with them end (MICROSIP_CAUSE_TRANSFERRED); where it fails, they are as they were. Nobody is
/// put on hold by it: who shall hear nothing meanwhile is held first, by microsip_hold. A far end that accepts and then
/// says nothing is given up after 32 seconds, 200 seconds after its last word, and ten minutes after its REFER in any case;
/// for the answer of a consult that rings a transfer waits as long as that call does. A far end that accepts and then hangs
/// up has gone to the other party: that is MICROSIP_TRANSFER_DONE, and consult, whose place it takes, ends by its own far
/// end, or by us 32 seconds later.
/// MICROSIP_E_STATE: call is not MICROSIP_CONNECTED, consult is over or came in and is not answered, or one of them is being
/// transferred; microsip_last_error says which.
/// MICROSIP_E_ARG: uri and consult together, consult is call, a number without an account to complete it, or a member of o that
/// does not apply. MICROSIP_E_URI: no address, or digits behind it. MICROSIP_E_BLOCKED: the account's dial plan has no match.
/// MICROSIP_E_TEXT: o->headers are not lines of "Name: value\r\n", or name a header that the library writes itself; or all of it
/// does not fit a message. MICROSIP_E_FULL: no request is free, or the end of one more command could not be kept.
/// MICROSIP_E_UNSUPPORTED: a library without MICROSIP_HAS_REFER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_transfer(
    phone: microsip_id,
    call: microsip_id,
    uri: *const c_char,
    consult: microsip_id,
    o: *const microsip_options,
    token: u64,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_transfer", phone, |phone, now| unsafe {
        ops::transfer::transfer(phone, now, call, (uri, consult), o, token)
    })
}

/// Ends all calls, as microsip_hangup does.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_hangup_all(phone: microsip_id) -> i32 {
    command("microsip_hangup_all", phone, |phone, now| {
        phone.hangup_all(now);
        Ok(())
    })
}

/// A call, in numbers. out->size must be set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_call_info_get(
    phone: microsip_id,
    call: microsip_id,
    out: *mut microsip_call_info,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_call_info_get", phone, |phone, _| unsafe { ops::call::info(phone, call, out) })
}

/// The statistics of a call's media: all zero when it had none. out->size must be set. Jitter, loss and round trip as
/// in RFC 3550.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_call_stats_get(
    phone: microsip_id,
    call: microsip_id,
    out: *mut microsip_stats,
) -> i32 {
    with_shared("microsip_call_stats_get", phone, |shared| {
        let mut core = lock(&shared.core);
        let slot = ops::call_id(call).ok().and_then(|id| core.slots.of(Target::Call(id)));
        let pcm = slot.map_or((0, 0), |slot| {
            let under = slot.outgoing.as_ref().map_or(0, |pcm| pcm.read.underrun());
            let over = slot.incoming.as_ref().map_or(0, |pcm| pcm.write.overrun());
            (under as u32, over as u32)
        });
        // SAFETY: by contract.
        unsafe { ops::call::stats(&core.phone, shared.clock.now(), call, pcm, out) }
    })
}

/// The quality of a call's seconds, the oldest first: mean opinion scores in hundredths as in microsip_stats; 0:
/// nothing was to be heard in that second. seconds_each: the seconds that a value stands for (NULL: not asked for).
/// When the memory is full (the configuration's quality_seconds), each two values become one, with the worse of both.
/// MICROSIP_E_BUFFER: there are more than cap, as needed says; the oldest are written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_call_quality_get(
    phone: microsip_id,
    call: microsip_id,
    mos_x100: *mut u32,
    cap: u32,
    needed: *mut u32,
    seconds_each: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_call_quality_get", phone, |phone, _| unsafe {
        ops::call::quality(phone, call, mos_x100, cap, needed, seconds_each)
    })
}

/// Sends a script of digits: 0-9 * # A-D; a comma is a pause of a second, and with MICROSIP_HAS_INFO p too, and w one of half a
/// second; at most 32 of all may wait. All or none are taken. o has settings of this script alone; what it does not set, or
/// NULL, is the call's (its options), else its account's, else the phone's. A pause is beside the gap behind the digit before
/// it, and the voice goes on in it. MICROSIP_EV_DIGIT_SENT tells the progress, MICROSIP_EV_DONE with the token the
/// end. By SIP INFO each digit waits for the response to the one before. What this side may not send now is not kept
/// for later: what it was to answer is over by then. MICROSIP_E_ARG: another character, or a number of o out of its range. MICROSIP_E_STATE: the call has
/// no sound yet, or the far end holds it and digits do not go by INFO, which goes all the same. MICROSIP_E_FULL: too
/// many wait, or the end of one more command could not be kept. MICROSIP_E_UNSUPPORTED: the far end takes no events, and
/// the library makes no tones (MICROSIP_HAS_TONES) or knows no INFO (MICROSIP_HAS_INFO).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_digits(
    phone: microsip_id,
    call: microsip_id,
    digits: *const c_char,
    o: *const microsip_digit_options,
    token: u64,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_digits", phone, |phone, now| unsafe { ops::digits::script(phone, now, call, digits, o, token) })
}

/// Presses a key and holds it: its digit, behind those that wait, lasts until microsip_digit_stop, ten minutes at most.
/// As an event it goes in segments where it has to (RFC 4733 §2.5.1.3). By SIP INFO it goes when it is let go, with its
/// length, a minute at most. Settings are as of microsip_digits, and those of this moment; the gap follows when it is let go.
/// MICROSIP_E_ARG: digit is none of 0 to 9, * # A B C D, or a number of o out of its range. For the rest as microsip_digits. MICROSIP_E_FULL: a key is held
/// already, or too many digits wait. MICROSIP_E_STATE: as of microsip_digits. MICROSIP_E_UNSUPPORTED: without
/// MICROSIP_HAS_INFO, too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_digit_start(
    phone: microsip_id,
    call: microsip_id,
    digit: u32,
    o: *const microsip_digit_options,
    token: u64,
) -> i32 {
    // SAFETY: by contract.
    command("microsip_digit_start", phone, |phone, now| unsafe {
        ops::digits::start(phone, now, call, digit, o, token)
    })
}

/// Lets the key go that is held: its digit ends, after 40 ms at the earliest. One whose turn has not come gets the
/// length that it was pressed with. MICROSIP_NOTHING: none is held; its call may have been put on hold.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_digit_stop(phone: microsip_id, call: microsip_id) -> i32 {
    command("microsip_digit_stop", phone, |phone, now| ops::digits::stop(phone, now, call))
}
