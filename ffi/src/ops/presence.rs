//! The presence of an account's own party.

use super::{Done, account_id, range, refused, switch};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use microsip_core::base::cursor::Cursor;
use microsip_core::base::features;
use microsip_core::base::time::Instant;
use microsip_core::phone::{AccountId, CommandError, Phone, Presence};
use microsip_core::wire::body::pidf::Activity;

fn activity(value: u32) -> Result<Activity, Fail> {
    match value {
        0 => Ok(Activity::None),
        MICROSIP_ACTIVITY_AWAY => Ok(Activity::Away),
        MICROSIP_ACTIVITY_BUSY => Ok(Activity::Busy),
        MICROSIP_ACTIVITY_PHONE => Ok(Activity::Phone),
        MICROSIP_ACTIVITY_OTHER => Ok(Activity::Other),
        _ => Err(range("p->activity", value, "is no MICROSIP_ACTIVITY_*")),
    }
}

/// The presence that is given, and the seconds; none: it is taken back.
///
/// # Safety
/// Pointers as the C function documents them; its texts live as long as they are used.
unsafe fn said<'c>(p: *const microsip_presence) -> Result<(Option<Presence<'c>>, u32), Fail> {
    if p.is_null() {
        return Ok((None, 0));
    }
    // SAFETY: this and the following: by the C function's contract.
    let given = unsafe { pointer::read(p, "p")? };
    let note = unsafe { text::or_empty(given.note, "p->note")? };
    if given.reserved != 0 {
        return Err(Fail::new(MICROSIP_E_NEWER, "p->reserved", Value::None, "is not 0: use MICROSIP_ZERO"));
    }
    let (activity, on_phone) = (activity(given.activity)?, switch(given.on_phone, "p->on_phone")?.unwrap_or(false));
    let open = match given.state {
        0 => return Ok((None, 0)),
        MICROSIP_LAMP_OPEN => true,
        MICROSIP_LAMP_CLOSED => false,
        state => return Err(range("p->state", state, "is neither MICROSIP_LAMP_OPEN, MICROSIP_LAMP_CLOSED nor 0")),
    };
    Ok((Some(Presence { open, activity, on_phone, note }), given.expires))
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn publish(
    phone: &mut Phone<'_>,
    now: Instant,
    account: u64,
    p: *const microsip_presence,
    token: u64,
) -> Done {
    if !features::PUBLISH && !features::NOTIFY {
        return Err(Fail::command(CommandError::Unsupported, "account", Value::Id(account)));
    }
    // SAFETY: by contract.
    let (presence, seconds) = unsafe { said(p)? };
    let id = account_id(account)?;
    phone.publish(now, id, presence.as_ref(), (seconds, token)).map_err(|error| {
        let note = presence.map_or("", |presence| presence.note);
        match error {
            CommandError::Text => {
                let room = phone.text_rooms().presence_note;
                if note.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
                    Fail::new(MICROSIP_E_TEXT, "p->note", Value::text(note), "has control characters: leave them out")
                } else if note.len() > room {
                    Fail::new(MICROSIP_E_TEXT, "p->note", Value::bytes(note.len(), room), "is too long: shorten it")
                } else {
                    let fix = "makes a PUBLISH that is longer than max_message: shorten it, or set max_message higher";
                    Fail::new(MICROSIP_E_TEXT, "p->note", Value::text(note), fix)
                }
            }
            CommandError::Full => {
                let fix = "has every publication, or every command whose end is to be told, in use: take one back, or set \
                           max_publications higher";
                Fail::new(MICROSIP_E_FULL, "phone", Value::None, fix)
            }
            CommandError::State => super::shut_down("account", account),
            error => refused("account", account)(error),
        }
    })
}

/// The reason phrase of the refusal of its last PUBLISH.
pub(super) fn reason(phone: &Phone<'_>, account: AccountId, object: u64, out: &mut Cursor<'_>) -> Done {
    phone.publication_reason(account, out).map_err(refused("object", object))
}
