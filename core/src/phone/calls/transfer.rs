//! We transfer a call (RFC 3515, 5589): REFER in its dialog, the NOTIFYs that tell how it goes, and its end: both calls
//! end, or both stay as they were.

use super::Calls;
use super::call::{Call, Cancel, PENDING_TRANSFER};
use super::directed::{Stage, Transfer};
use super::moment::Moment;
use crate::base::cursor::Cursor;
use crate::base::limits::{REFER_LINES, SLOT_RETRY_MS, TARGET, TRANSFER_MS, TRANSFER_SILENT_MS, TRANSFER_WHOLE_MS};
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::arrived::Arrived;
use crate::phone::context::done::Ended;
#[cfg(feature = "identity")]
use crate::phone::dialogs::For;
use crate::phone::event::Op;
use crate::phone::header_lines;
use crate::phone::object::Object;
use crate::phone::response::Extra;
use crate::phone::target::address;
use crate::phone::transactions::request::{Request, Sending};
use crate::phone::{
    Cause, CommandError, EndCause, EndedBy, EventKind, Lower, TransferOptions, TransferState, TransferTo,
};
use crate::sip::dialog::contact_uri;
use crate::sip::subscription::Said;
use crate::wire::body::sipfrag;
use crate::wire::sip::{Address, EventType, Message, Name, write_hvalue};

impl Call {
    /// The last step of its transfer; `None`: there was none.
    pub(in crate::phone) fn transfer_state(&self) -> Option<TransferState> {
        (self.transfer.at != Moment::NEVER).then_some(self.transfer.state)
    }

    /// The event of its transfer's last step.
    pub(super) fn transfer_event(&self) -> (Instant, EventKind) {
        let Transfer { state, sip_code, result, token, .. } = self.transfer;
        (self.time(self.transfer.at), EventKind::Transfer { state, sip_code, result, token })
    }
}

impl Calls<'_> {
    /// Transfers a call; see [`crate::phone::Phone::transfer`].
    pub(in crate::phone) fn transfer(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        to: TransferTo<'_>,
        options: &TransferOptions<'_>,
    ) -> Result<(), CommandError> {
        let call = self.get(handle).ok_or(CommandError::Stale)?;
        header_lines::check(options.headers, &[Name::ReferTo, Name::ReferredBy, Name::ReferSub])?;
        let dialog = call.dialog;
        if !call.is_up() || call.transfer.is_under_way() || !lower.dialogs.is_confirmed(dialog) || lower.cx.closing {
            return Err(CommandError::State);
        }
        if !lower.cx.can_begin() {
            return Err(CommandError::Full);
        }
        let (with, asking) = match to {
            TransferTo::Target(target) => {
                let write = |lower: &Lower<'_>, out: &mut Cursor<'_>| write_target(lower, call.account, target, out);
                (Handle::NONE, Some(begin_refer(lower, dialog, options.no_progress, options.headers, write)?))
            }
            TransferTo::Call(other) => {
                let with = self.get(other.0).ok_or(CommandError::Stale)?;
                let rings = !with.incoming && with.is_unanswered() && with.cancel == Cancel::No;
                let up = with.is_up() && lower.dialogs.is_confirmed(with.dialog);
                let free = other.0 != handle && !with.transfer.is_under_way() && with.transfer.of.is_none();
                if !free || !(up || rings) {
                    return Err(CommandError::State);
                }
                let write = |lower: &Lower<'_>, out: &mut Cursor<'_>| write_other(lower, with.dialog, out);
                let asking = if up {
                    Some(begin_refer(lower, dialog, options.no_progress, options.headers, write)?)
                } else {
                    keep_lines(lower, dialog, options.headers)?;
                    None
                };
                (other.0, asking)
            }
        };
        if let Some(call) = self.get_mut(handle) {
            let Transfer { of, open_before, .. } = call.transfer;
            let (token, at) = (options.token, call.moment(now));
            let (stage, quiet) = (Stage::Waits, options.no_progress);
            call.transfer = Transfer { stage, with, quiet, of, open_before, token, at, ..Transfer::NONE };
            lower.cx.begin(&mut call.commands, handle, Op::Transfer, token)?;
        }
        if let Some(with) = self.get_mut(with) {
            with.transfer.of = handle;
            with.transfer.stays();
        }
        if let Some(request) = asking {
            self.send_refer(lower, now, handle, request);
        }
        Ok(())
    }

    /// The REFER of a transfer leaves.
    fn send_refer(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, request: Handle) {
        let Some(call) = self.get_mut(handle) else { return };
        let last = call.moment(now + Duration::from_millis(TRANSFER_WHOLE_MS));
        call.transfer = Transfer { stage: Stage::Asked, request, last, until: Instant::NEVER, ..call.transfer };
        let way = lower.way_within(call.dialog);
        let asking = lower.go(now, request, way);
        self.asked(lower, now, asking);
    }

    /// A call is up: a transfer to it that waited for that is asked for now (rfc5589#7.6).
    pub(super) fn transfer_goes_on(&mut self, lower: &mut Lower<'_>, now: Instant, with: Handle) {
        let Some(with_call) = self.get(with).filter(|with| with.is_up()) else { return };
        let (handle, other) = (with_call.transfer.of, with_call.dialog);
        let waits = |call: &&mut Call| call.transfer.stage == Stage::Waits && call.transfer.with == with;
        let Some(call) = self.get_mut(handle).filter(waits) else { return };
        let (dialog, quiet) = (call.dialog, call.transfer.quiet);
        let write = |lower: &Lower<'_>, out: &mut Cursor<'_>| write_other(lower, other, out);
        match begin_refer(lower, dialog, quiet, "", write) {
            Ok(request) => self.send_refer(lower, now, handle, request),
            Err(CommandError::Full) => {
                call.transfer.until = now + Duration::from_millis(SLOT_RETRY_MS);
                self.wake(&mut lower.cx, handle);
            }
            Err(_) => self.transfer_failed(lower, now, handle, 0, Cause::Full),
        }
    }

    /// A response to a REFER of ours came.
    pub(in crate::phone) fn refer_response(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        dialog: Handle,
        request: Handle,
        response: &Message<'_>,
        status: u16,
    ) {
        if status < 200 {
            return;
        }
        let (handle, account) = (lower.dialogs.call_of(dialog), lower.dialogs.account_of(dialog));
        let number = lower.transactions.request(request).map_or(0, Request::number);
        lower.end_request(request);
        if self.get(handle).is_none_or(|call| call.transfer.request != request) {
            return;
        }
        self.keep(&lower.cx, handle, response);
        let Some(call) = self.get_mut(handle) else { return };
        call.transfer.request = Handle::NONE;
        match status {
            // rfc4488#4: no NOTIFY will come
            200..=299 if is_false(response) => self.transferred(lower, now, handle, status),
            200..=299 => {
                call.transfer.stage = Stage::Accepted;
                call.transfer.open = true;
                call.transfer.number = number;
                // a NOTIFY may have been faster
                if call.transfer.state == TransferState::Pending {
                    call.transfer.until = now + Duration::from_millis(TRANSFER_SILENT_MS);
                    self.tell_transfer(lower, now, handle, TransferState::Pending, status, Cause::Normal);
                }
                self.wake(&mut lower.cx, handle);
            }
            // rfc5057#5.1: the far end has no such call any more
            481 => {
                self.transfer_failed(lower, now, handle, status, Cause::Refused);
                self.ends(handle, EndedBy::Remote, EndCause::Network);
                self.end_call(lower, now, handle, Cause::Refused, status);
            }
            401 | 407 => {
                let cause = lower.accounts.refusal(account);
                self.transfer_failed(lower, now, handle, status, cause);
            }
            _ => self.transfer_failed(lower, now, handle, status, Cause::Refused),
        }
    }

    /// A REFER of ours came to nothing without a final response: the call stays, for its media shows whether the far end
    /// is there. One whose socket is gone may have been followed all the same: its response goes to where we were, and what
    /// the far end tells to where we are, as the call does.
    pub(super) fn refer_lost(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        request: Handle,
        cause: Cause,
    ) {
        let asked = lower.transactions.request(request);
        let moved = asked.filter(|asked| asked.was_sent() && lower.cx.local_of(asked.flow().socket()).is_none());
        let number = moved.map(Request::number);
        lower.end_request(request);
        let Some(call) = self.get_mut(handle).filter(|call| call.transfer.request == request) else { return };
        call.transfer.request = Handle::NONE;
        let Some(number) = number else { return self.transfer_failed(lower, now, handle, 0, cause) };
        call.transfer.number = number;
        call.transfer.until = now + Duration::from_millis(TRANSFER_SILENT_MS);
        self.wake(&mut lower.cx, handle);
    }

    /// A NOTIFY came in a call's dialog. False: it is not about a transfer of it.
    pub(in crate::phone) fn transfer_notified(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
    ) -> bool {
        let Arrived { request: notify, dialog, .. } = *arrived;
        let handle = lower.dialogs.call_of(dialog);
        let Some(call) = self.get_mut(handle) else { return false };
        let asked = lower.transactions.request(call.transfer.request).map(Request::number);
        let said = notify.header(Name::SubscriptionState).and_then(Said::parse);
        let over = matches!(said, Some(Said::Terminated(..)));
        let transfer = &mut call.transfer;
        match number_of(notify) {
            // rfc3515#2.4.6: it is of the first one, which is over for us; from now on, for the far end, too
            Some(None) if transfer.open_before => {
                transfer.open_before = !over;
                return false;
            }
            Some(number) if number.is_none_or(|number| number == asked.unwrap_or(transfer.number)) => {}
            _ => return false,
        }
        if !transfer.is_asked_for() {
            return false;
        }
        let respond = |lower: &mut Lower<'_>, status| {
            lower.transactions.respond_and_bury(&mut lower.cx, now, arrived, status, Extra::default());
        };
        let (Some(_), Ok(status)) = (said, status_of(notify)) else {
            respond(lower, if said.is_none() { 400 } else { status_of(notify).err().unwrap_or(400) });
            return true;
        };
        respond(lower, 200);
        self.keep(&lower.cx, handle, notify);
        // rfc5057#5.4: the target is the dialog's, whoever refreshes it
        lower.dialogs.renew_target(dialog, contact_uri(notify).unwrap_or_default());
        if let Some(call) = self.get_mut(handle) {
            call.transfer.open = !over;
            if call.transfer.request.is_none() {
                call.transfer.stage = Stage::Accepted; // its response may be lost
            }
        }
        match status {
            Some(status @ 200..=299) => self.transferred(lower, now, handle, status),
            Some(status @ 300..) => self.transfer_failed(lower, now, handle, status, Cause::Refused),
            // rfc3515#2.4.7: it ended, and nobody says how
            _ if over => self.transfer_failed(lower, now, handle, 0, Cause::Timeout),
            status => {
                let state = match status {
                    Some(180..=199) => TransferState::Ringing,
                    Some(_) => TransferState::Trying,
                    None => TransferState::Pending,
                };
                if let Some(call) = self.get_mut(handle) {
                    let last = call.time(call.transfer.last);
                    call.transfer.until = last.min(now + Duration::from_millis(TRANSFER_MS));
                }
                if state != TransferState::Pending {
                    self.tell_transfer(lower, now, handle, state, status.unwrap_or(0), Cause::Normal);
                }
                self.wake(&mut lower.cx, handle);
            }
        }
        true
    }

    /// The far end told nothing for too long, or nothing but that it goes on; or a slot for its REFER may be free; or the
    /// other party is still here, whose caller has hung up.
    pub(super) fn transfer_due(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(call) = self.get_mut(handle) else { return };
        let (stage, with) = (call.transfer.stage, call.transfer.with);
        match stage {
            Stage::Waits => {
                call.transfer.until = Instant::NEVER;
                self.transfer_goes_on(lower, now, with);
            }
            Stage::Leaves => self.end_transferred(lower, now, handle),
            _ => self.transfer_failed(lower, now, handle, 0, Cause::Timeout),
        }
    }

    /// The far end has sent BYE. One that had accepted its transfer has gone to the other party, whose call with us ends
    /// as well: by its BYE, for a call that we ended would be nobody's to replace (rfc3891#3), or by ours, where none
    /// comes. And a party that it was to take the place of goes, too.
    pub(super) fn left_by_transfer(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(call) = self.get(handle) else { return };
        let Transfer { stage, of, .. } = call.transfer;
        let replaced = self.get(of).is_some_and(|first| first.transfer.is_asked_for() && first.transfer.with == handle);
        if stage == Stage::Accepted {
            let with = self.over(lower, now, handle, TransferState::Done, 200, Cause::Normal);
            if let Some(call) = self.get_mut(with).filter(|call| !call.is_over()) {
                call.transfer.stage = Stage::Leaves;
                call.transfer.until = now + Duration::from_millis(TRANSFER_SILENT_MS);
                self.wake(&mut lower.cx, with);
            }
        } else if !replaced && stage != Stage::Leaves {
            return;
        }
        self.ends(handle, EndedBy::Remote, EndCause::Transferred);
    }

    /// A call ends so: its transfer is over, and it is no other's party any more. A transfer that waited for its answer has
    /// failed.
    pub(super) fn leave_transfer(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, end: (Cause, u16)) {
        let Some(call) = self.get_mut(handle) else { return };
        let of = core::mem::replace(&mut call.transfer.of, Handle::NONE);
        let request = core::mem::replace(&mut call.transfer.request, Handle::NONE);
        let under_way = call.transfer.is_under_way();
        call.transfer.stays();
        lower.end_request(request);
        if under_way {
            self.over(lower, now, handle, TransferState::Failed, 0, Cause::Cancelled);
        }
        if let Some(first) = self.get_mut(of).filter(|first| first.transfer.with == handle) {
            first.transfer.with = Handle::NONE;
            if first.transfer.stage == Stage::Waits {
                let (cause, status) = end;
                let cause = if cause == Cause::Normal { Cause::Cancelled } else { cause };
                self.transfer_failed(lower, now, of, status, cause);
            }
        }
    }

    /// Both parties talk: our calls with them end.
    fn transferred(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, status: u16) {
        let with = self.over(lower, now, handle, TransferState::Done, status, Cause::Normal);
        for call in [handle, with] {
            if self.goes_on(call) {
                self.end_transferred(lower, now, call);
            }
        }
    }

    fn end_transferred(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        self.ends(handle, EndedBy::Application, EndCause::Transferred);
        self.end_call(lower, now, handle, Cause::Normal, 0);
    }

    fn transfer_failed(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, status: u16, cause: Cause) {
        self.over(lower, now, handle, TransferState::Failed, status, cause);
    }

    /// A transfer is over. Gives the call with the party that it was to.
    fn over(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        state: TransferState,
        sip_code: u16,
        result: Cause,
    ) -> Handle {
        let Some(call) = self.get_mut(handle) else { return Handle::NONE };
        let (with, request) = (call.transfer.with, call.transfer.request);
        #[cfg(feature = "identity")]
        lower.dialogs.lines_written(call.dialog, For::Transfer);
        call.transfer.open_before |= call.transfer.open;
        (call.transfer.stage, call.transfer.until) = (Stage::None, Instant::NEVER);
        (call.transfer.with, call.transfer.request) = (Handle::NONE, Handle::NONE);
        lower.cx.end(call.commands, Op::Transfer, 1, Ended { result, sip_code });
        lower.end_request(request);
        if let Some(with) = self.get_mut(with).filter(|with| with.transfer.of == handle) {
            with.transfer.of = Handle::NONE;
        }
        self.tell_transfer(lower, now, handle, state, sip_code, result);
        with
    }

    fn tell_transfer(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        state: TransferState,
        sip_code: u16,
        result: Cause,
    ) {
        let Some(call) = self.get_mut(handle) else { return };
        call.transfer.at = call.moment(now);
        (call.transfer.state, call.transfer.sip_code, call.transfer.result) = (state, sip_code, result);
        call.pending |= PENDING_TRANSFER;
        lower.cx.tell(Object::Call(handle.index));
    }
}

/// A REFER in a dialog, with the header lines of its application; or those that were kept for it.
///
/// # Errors
/// [`CommandError::Full`]; [`CommandError::Text`]; those of `write_to`.
// never inlined: its lines are no part of a board's deepest way
#[inline(never)]
fn begin_refer(
    lower: &mut Lower<'_>,
    dialog: Handle,
    quiet: bool,
    headers: &str,
    write_to: impl FnOnce(&Lower<'_>, &mut Cursor<'_>) -> Result<(), CommandError>,
) -> Result<Handle, CommandError> {
    let mut room = [0u8; REFER_LINES];
    let mut out = Cursor::new(&mut room);
    write_to(lower, &mut out)?;
    if quiet {
        // rfc4488#4
        out.put_str("Refer-Sub: false\r\nSupported: norefersub\r\n");
    }
    write_referred_by(lower, dialog, &mut out);
    let len = out.finish().map_err(|_| CommandError::Text)?;
    let request = lower.dialog_request(dialog, Sending::Refer).ok_or(CommandError::Full)?;
    let headers = headers.as_bytes();
    #[cfg(feature = "identity")]
    let headers = if headers.is_empty() { lower.dialogs.added(dialog, For::Transfer) } else { headers };
    let lines = [room.get(..len).unwrap_or_default(), headers];
    if lower.transactions.carry_lines(&mut lower.cx, request, lines, (b"", b"")).is_err() {
        lower.end_request(request);
        return Err(CommandError::Text);
    }
    #[cfg(feature = "identity")]
    lower.dialogs.lines_written(dialog, For::Transfer);
    Ok(request)
}

/// Keeps the header lines of a REFER that is to leave later.
fn keep_lines(lower: &mut Lower<'_>, dialog: Handle, headers: &str) -> Result<(), CommandError> {
    #[cfg(feature = "identity")]
    let kept = lower.dialogs.add_lines(dialog, For::Transfer, &[headers.as_bytes()]);
    #[cfg(not(feature = "identity"))]
    let kept = {
        let _ = (lower, dialog);
        headers.is_empty()
    };
    if kept { Ok(()) } else { Err(CommandError::Text) }
}

/// Refer-To of a target that people give.
// never inlined: a URI's room is no part of a board's deepest way
#[inline(never)]
fn write_target(lower: &Lower<'_>, account: Handle, target: &str, out: &mut Cursor<'_>) -> Result<(), CommandError> {
    let mut room = [0u8; TARGET];
    let uri = address(&lower.accounts, account, target, &mut room)?;
    out.put_str("Refer-To: <");
    out.put(uri);
    out.put_str(">\r\n");
    Ok(())
}

/// Refer-To of the far end of another call, with that call's name (rfc5589#7.3): to its Contact, for no other phone has
/// the call (rfc3891#4).
fn write_other(lower: &Lower<'_>, dialog: Handle, out: &mut Cursor<'_>) -> Result<(), CommandError> {
    let known = lower.dialogs.dialog(dialog).ok_or(CommandError::State)?;
    out.put_str("Refer-To: <");
    out.put(known.target.of(lower.dialogs.text(dialog)));
    out.put_str("?Replaces=");
    let mut room = [0u8; REFER_LINES / 3];
    let mut name = Cursor::new(&mut room);
    lower.dialogs.write_replaces(dialog, &mut name);
    let len = name.finish().map_err(|_| CommandError::Text)?;
    write_hvalue(out, room.get(..len).unwrap_or_default());
    out.put_str(">\r\n");
    Ok(())
}

/// rfc3892#2: whoever is called learns who sent the caller; but not from somebody who stays unnamed.
fn write_referred_by(lower: &Lower<'_>, dialog: Handle, out: &mut Cursor<'_>) {
    let local = lower.dialogs.our_side(dialog);
    #[cfg(feature = "identity")]
    if crate::phone::identity::is_anonymous(local) {
        return;
    }
    let Some(ours) = Address::parse(local) else { return };
    out.put_str("Referred-By: <");
    out.put(ours.uri);
    out.put_str(">\r\n");
}

/// rfc3515#2.4.6: the number of the REFER that a NOTIFY is about, where it has one. None: it is about none, or its number
/// cannot be read.
fn number_of(notify: &Message<'_>) -> Option<Option<u32>> {
    let event = EventType::of(notify.header(Name::Event)?);
    if !event.name.eq_ignore_ascii_case(b"refer") {
        return None;
    }
    match event.params.get(b"id") {
        Some(id) => Some(Some(core::str::from_utf8(id).ok()?.parse().ok()?)),
        None => Some(None),
    }
}

/// The status that a NOTIFY brings, if it has a body. An error is the status of its refusal.
fn status_of(notify: &Message<'_>) -> Result<Option<u16>, u16> {
    let body = notify.body();
    if body.is_empty() {
        return Ok(None);
    }
    if notify.is_coded() || !notify.content_type().is_some_and(|kind| kind.is(b"message", b"sipfrag")) {
        return Err(415);
    }
    sipfrag::status(body).map(|(status, _)| Some(status)).ok_or(400)
}

/// rfc4488#4: no subscription was made.
pub(in crate::phone) fn is_false(message: &Message<'_>) -> bool {
    let value = message.header(Name::ReferSub).unwrap_or_default();
    let end = value.iter().position(|byte| *byte == b';').unwrap_or(value.len());
    value.get(..end).unwrap_or_default().trim_ascii().eq_ignore_ascii_case(b"false")
}
