//! Transfers, and calls that take the place of another.

use super::options::{For, apply, built};
use super::{Done, ENDED, call_id, refused, shut_down, switch};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use core::ffi::c_char;
use microsip_core::base::cursor::Cursor;
use microsip_core::base::features;
use microsip_core::base::limits::TARGET;
use microsip_core::base::time::Instant;
use microsip_core::phone::{
    AccountId, CallId, CallState, CommandError, DialOptions, MessageId, MessageState, Phone, TransferOptions,
    TransferState, TransferTo,
};
use microsip_core::wire::sip::DialogName;

/// Dials with `refer`, `replaces` and `pickup`. `target`: empty where none was given.
///
/// `inline(never)`: the room of its texts is no part of a usual call's stack.
///
/// # Safety
/// Pointers as the C function documents them.
#[inline(never)]
pub(super) unsafe fn dial(
    phone: &mut Phone<'_>,
    now: Instant,
    id: AccountId,
    target: &str,
    (given, options): (&microsip_options, &DialOptions<'_>),
    not_dialled: fn(&Phone<'_>, CommandError, AccountId, &str, &DialOptions<'_>) -> Fail,
) -> Result<CallId, Fail> {
    // SAFETY: by contract.
    let pickup = unsafe { text::or_empty(given.pickup, "o->pickup")? };
    let (mut name, mut contact) = ([0; TARGET], [0; TARGET]);
    let (mut options, mut id, mut target) = (*options, id, target);
    let given_in = [given.refer != 0, given.replaces != 0, !pickup.is_empty()];
    if given_in.iter().filter(|given| **given).count() > 1 {
        let fix = "are set together: a call takes one place, and a REFER names it itself";
        return Err(Fail::new(MICROSIP_E_ARG, "o->refer, o->replaces or o->pickup", Value::None, fix));
    }
    if given.refer != 0 {
        let refer = MessageId::from_raw(given.refer).map_err(|error| Fail::id("o->refer", given.refer, error))?;
        let info = phone.message_info(refer).map_err(refused("o->refer", given.refer))?;
        let wrong = |fix| Fail::new(MICROSIP_E_STATE, "o->refer", Value::Id(given.refer), fix);
        if !info.refer {
            return Err(wrong("is a message, and no REFER: microsip_message_answer answers it"));
        }
        if info.state != MessageState::Unread {
            return Err(wrong("waits for no answer: only one in MICROSIP_UNREAD does, for five seconds"));
        }
        if !id.is_none() && info.account != id {
            return Err(wrong("came for another account: pass that of its info, or 0"));
        }
        options.refer = refer;
    }
    if !pickup.is_empty() {
        if DialogName::replaces(pickup.as_bytes()).is_none() || pickup.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
            let fix = "names no call: write \"call-id;to-tag=x;from-tag=y\", as MICROSIP_TXT_REPLACES has it";
            return Err(Fail::new(MICROSIP_E_TEXT, "o->pickup", Value::text(pickup), fix));
        }
        options.replaces = pickup;
    }
    if given.replaces != 0 {
        let call = CallId::from_raw(given.replaces).map_err(|error| Fail::id("o->replaces", given.replaces, error))?;
        let failed = |error| match error {
            CommandError::Nothing => not_up(phone, call, "o->replaces"),
            error => refused("o->replaces", given.replaces)(error),
        };
        options.replaces = written(&mut name, |out| phone.call_replaces(call, out)).map_err(failed)?;
        if target.is_empty() {
            target = written(&mut contact, |out| phone.call_target(call, out)).map_err(failed)?;
            id = phone.call_info(call).map_or(id, |info| info.account);
        }
    }
    phone.dial(now, id, target, &options).map_err(|error| match error {
        CommandError::Uri | CommandError::NoAccount if given.refer != 0 && target.is_empty() => {
            Fail::command(error, "o->refer", Value::Id(given.refer))
        }
        error => not_dialled(phone, error, id, target, &options),
    })
}

/// A text of the core's.
fn written(
    room: &mut [u8; TARGET],
    write: impl FnOnce(&mut Cursor<'_>) -> Result<(), CommandError>,
) -> Result<&str, CommandError> {
    let mut out = Cursor::new(room);
    write(&mut out)?;
    let len = out.finish().map_err(|_| CommandError::Text)?;
    core::str::from_utf8(room.get(..len).unwrap_or_default()).map_err(|_| CommandError::Text)
}

/// A call that is not up, where one is wanted that is: its state is told.
fn not_up(phone: &Phone<'_>, call: CallId, argument: &'static str) -> Fail {
    let fix = match phone.call_info(call).map(|info| info.state) {
        Ok(CallState::Ended) => ENDED,
        _ => "is not MICROSIP_CONNECTED: wait for that",
    };
    Fail::new(MICROSIP_E_STATE, argument, Value::Id(call.raw()), fix)
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn transfer(
    phone: &mut Phone<'_>,
    now: Instant,
    call: u64,
    (uri, consult): (*const c_char, u64),
    o: *const microsip_options,
    token: u64,
) -> Done {
    if !features::REFER {
        return Err(Fail::command(CommandError::Unsupported, "call", Value::Id(call)));
    }
    // SAFETY: this and the following: by the C function's contract.
    let (uri, given) = unsafe { (text::optional(uri, "uri")?, pointer::read_or_zero(o, "o")?) };
    built(&given)?;
    apply(&given, For::Transfer)?;
    // SAFETY: as above.
    let headers = unsafe { text::or_empty(given.headers, "o->headers")? };
    let no_progress = switch(given.no_progress, "o->no_progress")? == Some(true);
    let id = call_id(call)?;
    let to = match (uri, consult) {
        (Some(uri), 0) => TransferTo::Target(uri),
        (None, 0) => {
            let fix = "is NULL, and consult is 0: pass a uri to transfer to, or a call of this phone as consult";
            return Err(Fail::new(MICROSIP_E_NULL, "uri", Value::None, fix));
        }
        (None, consult) => {
            TransferTo::Call(CallId::from_raw(consult).map_err(|error| Fail::id("consult", consult, error))?)
        }
        (Some(uri), _) => {
            let fix = "is set beside consult: pass NULL for it, or 0 for consult";
            return Err(Fail::new(MICROSIP_E_ARG, "uri", Value::text(uri), fix));
        }
    };
    if consult == call {
        let fix = "is the call that is transferred: pass another one of this phone, or a uri";
        return Err(Fail::new(MICROSIP_E_ARG, "consult", Value::Id(consult), fix));
    }
    phone.call_info(id).map_err(refused("call", call))?;
    phone.transfer(now, id, to, &TransferOptions { token, no_progress, headers }).map_err(|error| match error {
        CommandError::Stale => refused("consult", consult)(error),
        CommandError::State => not_transferred(phone, id, to),
        CommandError::HeaderLine | CommandError::HeaderOwned => Fail::command(error, "o->headers", Value::None),
        CommandError::Text => Fail::command(error, "uri or o->headers", Value::None),
        CommandError::Full => Fail::command(error, "phone", Value::None),
        error => Fail::command(error, "uri", uri.map_or(Value::None, Value::text)),
    })
}

/// A call that cannot be transferred, or not to that one: the state that is in the way is told.
fn not_transferred(phone: &Phone<'_>, call: CallId, to: TransferTo<'_>) -> Fail {
    let is_up = |call| phone.call_info(call).is_ok_and(|info| info.state == CallState::Connected);
    let over = |call| phone.call_info(call).is_ok_and(|info| info.state == CallState::Ended);
    let rings = |call| phone.call_info(call).is_ok_and(|info| info.incoming) && !is_up(call);
    let busy = |call| {
        let state = phone.call_transfer(call);
        state.is_ok_and(|state| !matches!(state, TransferState::Done | TransferState::Failed))
    };
    let wrong = |call: CallId, argument, fix| Fail::new(MICROSIP_E_STATE, argument, Value::Id(call.raw()), fix);
    if phone.is_shut_down() {
        return shut_down("call", call.raw());
    }
    if !is_up(call) {
        return not_up(phone, call, "call");
    }
    if busy(call) {
        return wrong(call, "call", "is being transferred: wait for its MICROSIP_EV_DONE");
    }
    match to {
        TransferTo::Call(consult) if over(consult) => wrong(consult, "consult", ENDED),
        TransferTo::Call(consult) if rings(consult) => {
            wrong(consult, "consult", "came in and is not MICROSIP_CONNECTED: microsip_answer it first")
        }
        TransferTo::Call(consult) if busy(consult) => {
            wrong(consult, "consult", "is being transferred: wait for its MICROSIP_EV_DONE")
        }
        TransferTo::Call(consult) => wrong(consult, "consult", "is the party of another transfer, or is given up"),
        TransferTo::Target(_) => wrong(call, "call", "has not been acknowledged: wait for its ACK"),
    }
}

/// The state of a call's transfer; 0: there was none.
pub(super) fn state_of(phone: &Phone<'_>, call: CallId) -> u32 {
    if features::REFER { phone.call_transfer(call).map_or(0, |state| state as u32) } else { 0 }
}
