//! PUBLISH: when one leaves, what it carries, and what becomes of it.

use super::{Publications, Slot};
use crate::base::count;
use crate::base::cursor::Cursor;
use crate::base::limits::{
    ENTITY_TAG, REFUSAL_REASON, SLOT_RETRY_MS, SUBSCRIPTION, SUBSCRIPTION_LEAST, SUBSCRIPTION_LONGEST, TARGET,
};
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::context::done::Ended;
use crate::phone::dialogs::Leg;
use crate::phone::requests::Asking as Way;
use crate::phone::transactions::request::{Owner, Sending};
use crate::phone::{Cause, CommandError, DialOptions, Lower, Presence};
use crate::sip::publication::{Asking, Publication, Refusal, Step};
use crate::wire::body::pidf;
use crate::wire::sip::{Message, Name, Start, Writer};

/// The facts that a publication follows.
#[derive(Clone, Copy, Debug)]
pub(in crate::phone) struct Facts {
    /// It is to be there.
    pub(in crate::phone) wanted: bool,
    /// A call of the account is up.
    pub(in crate::phone) up: bool,
    /// There is a slot for one more call.
    pub(in crate::phone) calls: bool,
}

/// The lines of a PUBLISH behind those of any request, with its document.
fn write_lines(out: &mut Cursor<'_>, (tag, expires): (&[u8], u32), document: Option<&dyn Fn(&mut Cursor<'_>)>) {
    let mut writer = Writer::new(out);
    writer.header_bytes(Name::Event, b"presence");
    writer.number(Name::Expires, expires.into());
    if !tag.is_empty() {
        writer.header_bytes(Name::SipIfMatch, tag);
    }
    let Some(write) = document else { return writer.end() };
    let mut count = Cursor::new(&mut []);
    write(&mut count);
    writer.header_bytes(Name::ContentType, pidf::TYPE);
    writer.number(Name::ContentLength, count.needed() as u64);
    let out = writer.cursor();
    out.put_str("\r\n");
    write(out);
}

impl Publications<'_> {
    /// The document of an account fits a message, however it is named, and whatever its calls do.
    ///
    /// # Errors
    /// [`CommandError::Text`]: it does not.
    pub(in crate::phone) fn check(
        lower: &Lower<'_>,
        account: Handle,
        presence: &Presence<'_>,
    ) -> Result<(), CommandError> {
        let uri = lower.accounts.uri(account).unwrap_or_default();
        let Presence { open, activity, note, .. } = *presence;
        let write =
            |out: &mut Cursor<'_>| pidf::Own { entity: uri, id: 0, open, activity, on_phone: true, note }.write(out);
        let mut count = Cursor::new(&mut []);
        write_lines(&mut count, (&[b'x'; ENTITY_TAG], u32::MAX), Some(&write));
        let head = lower.first_head(account, uri, Sending::Publish);
        if head.saturating_add(count.needed()) > lower.transactions.longest() {
            Err(CommandError::Text)
        } else {
            Ok(())
        }
    }

    /// The application publishes the presence of an account, for so many seconds (0: the usual ones).
    ///
    /// # Errors
    /// [`CommandError::Full`]: there is no slot.
    pub(in crate::phone) fn want(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        account: Handle,
        seconds: u32,
    ) -> Result<(), CommandError> {
        let handle =
            self.of_account(lower, account).or_else(|| self.begin(lower, account)).ok_or(CommandError::Full)?;
        let seconds = if seconds == 0 { SUBSCRIPTION } else { seconds };
        if let Some(slot) = self.slots.get_mut(handle) {
            slot.machine.want(now, seconds.clamp(SUBSCRIPTION_LEAST, SUBSCRIPTION_LONGEST));
        }
        Ok(())
    }

    /// The publication of an account.
    fn of_account(&self, lower: &Lower<'_>, account: Handle) -> Option<Handle> {
        lower.accounts.publication(account).filter(|handle| self.slots.get(*handle).is_some())
    }

    fn begin(&mut self, lower: &mut Lower<'_>, account: Handle) -> Option<Handle> {
        let handle = self.open(&mut lower.cx)?;
        if let Some(slot) = self.slots.get_mut(handle) {
            *slot = Slot { machine: Publication::new(SUBSCRIPTION), account, changed: lower.cx.latest, ..Slot::EMPTY };
        }
        lower.accounts.set_publication(account, handle);
        Some(handle)
    }

    /// Something about an account or its calls may have changed, or a deadline has passed: the next PUBLISH leaves, if
    /// one is to leave.
    pub(in crate::phone) fn settle(&mut self, lower: &mut Lower<'_>, now: Instant, account: Handle, facts: Facts) {
        let handle = match self.of_account(lower, account) {
            Some(handle) => handle,
            None if facts.wanted => match self.begin(lower, account) {
                Some(handle) => handle,
                // nobody waits for it; the account's next registration tries again
                None => return count::up(&mut lower.cx.counters.refused_full),
            },
            None => return,
        };
        let (waits, sum) =
            (lower.accounts.publication_waits(account), lower.accounts.presence_sum(&lower.cx, account, facts.up));
        let Some(slot) = self.slots.get_mut(handle) else { return };
        slot.up = facts.up;
        if core::mem::replace(&mut slot.waits, waits) && !waits {
            slot.machine.resume(now);
        }
        // what the server keeps nevertheless: nobody can ask it to remove that
        let kept = waits && slot.machine.is_named() && slot.machine.ends() > now;
        if !facts.wanted {
            if !lower.accounts.stays(account) || lower.cx.closing {
                self.cancel(lower, account, u32::MAX);
            }
            let Some(slot) = self.slots.get_mut(handle) else { return };
            slot.machine.leave(now);
        } else if slot.machine.is_leaving() {
            slot.machine.want(now, SUBSCRIPTION);
        } else if sum != slot.told {
            slot.told = sum;
            slot.machine.change(now);
        }
        let Some(slot) = self.slots.get_mut(handle) else { return };
        match slot.machine.step(now, waits) {
            Step::Nothing => {}
            Step::Ask(asking) if Self::has_rooms(lower, facts.calls) => self.ask(lower, now, handle, asking),
            Step::Ask(_) => slot.machine.ask_at(now + Duration::from_millis(SLOT_RETRY_MS)),
            Step::Gone => self.gone(lower, handle, kept),
        }
        self.tell(lower, now, handle, false);
        self.wake(&mut lower.cx, handle);
    }

    /// It is to be taken back. So many commands were there before: those that our PUBLISH under way does not answer
    /// published what no server will have.
    pub(in crate::phone) fn cancel(&mut self, lower: &mut Lower<'_>, account: Handle, before: u32) {
        let slot = self.of_account(lower, account).and_then(|handle| self.slots.get(handle));
        let Some(slot) = slot.filter(|slot| !slot.machine.is_leaving()) else { return };
        let left = before.saturating_sub(slot.carried);
        lower.accounts.cancel_publishing(&mut lower.cx, account, (slot.carried, left));
    }

    /// Nothing is left of it: its account has none any more. `kept`: its server was not reached, and shows it until its
    /// time is over.
    fn gone(&mut self, lower: &mut Lower<'_>, handle: Handle, kept: bool) {
        let Some(slot) = self.slots.get_mut(handle) else { return };
        let (account, sip_code) = (slot.account, slot.sip_code);
        let ended = match lower.accounts.registration_failure(account) {
            _ if !kept => Ended { result: Cause::Normal, sip_code },
            Some((result, sip_code)) => Ended { result, sip_code },
            None => Ended { result: Cause::Unreachable, sip_code: 0 },
        };
        (slot.result, slot.sip_code) = (ended.result, ended.sip_code);
        lower.accounts.set_publication(account, Handle::NONE);
        lower.accounts.end_publishing(&mut lower.cx, account, u32::MAX, ended);
    }

    /// A PUBLISH may have a request and a dialog. A server that says nothing holds them for 32 s: the last request is left to
    /// calls and registrations, and the last dialog to a call, where there is a slot for one more.
    fn has_rooms(lower: &Lower<'_>, calls: bool) -> bool {
        let requests = 2.min(lower.transactions.request_capacity() as usize);
        let dialogs = if calls { 2.min(lower.dialogs.capacity()) } else { 1 };
        lower.transactions.has_rooms_to_ask(requests) && lower.dialogs.free() >= dialogs
    }

    /// A PUBLISH leaves.
    fn ask(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, asking: Asking) {
        let Some(slot) = self.slots.get_mut(handle) else { return };
        let (account, up, named) = (slot.account, slot.up, slot.machine.is_named());
        let mut room = [0; TARGET];
        let uri = lower.accounts.uri(account).and_then(|uri| {
            let room = room.get_mut(..uri.len())?;
            room.copy_from_slice(uri);
            Some(&*room)
        });
        // the account's own party is whom it is about (rfc3903#4.1)
        let leg = uri.ok_or(CommandError::Text).and_then(|uri| {
            let make = |tag, own_hop| Leg::of_publication(handle, account, tag, own_hop);
            lower.begin_leg(account, uri, &DialOptions::default(), make, |_| b"")
        });
        let dialog = match leg {
            Ok(dialog) => dialog,
            Err(CommandError::Full) => Handle::NONE,
            // its account is called otherwise by now
            Err(_) => {
                slot.carried = lower.accounts.publishing(&lower.cx, account);
                return self.failed(lower, now, handle, Cause::Full);
            }
        };
        let request = if dialog.is_none() { None } else { lower.dialog_request(dialog, Sending::Publish) };
        let Some(request) = request else {
            lower.dialogs.discard(dialog);
            if let Some(slot) = self.slots.get_mut(handle) {
                slot.machine.ask_at(now + Duration::from_millis(SLOT_RETRY_MS));
            }
            return;
        };
        let carried = lower.accounts.publishing(&lower.cx, account);
        let Some(slot) = self.slots.get_mut(handle) else { return };
        let expires = slot.machine.ask(now, asking);
        (slot.dialog, slot.request, slot.carried) = (dialog, request, carried);
        let tag = if named { self.tag(handle) } else { b"" };
        let accounts = &lower.accounts;
        let written = lower.transactions.carry_written(&mut lower.cx, request, |cx, out| {
            let document = |out: &mut Cursor<'_>| {
                accounts.write_presence(cx, account, (up, true), out);
            };
            write_lines(out, (tag, expires), (asking == Asking::Document).then_some(&document));
        });
        if written.is_err() {
            return self.over(lower, now, (handle, request), Cause::Full);
        }
        let own = lower.dialogs.get(dialog).is_some_and(Leg::own_hop);
        let hop = lower.accounts.fresh_hop(now, account).filter(|_| own);
        if let Way::Failed { request, cause } = lower.go(now, request, hop.map(|hop| (hop.flow(), true))) {
            self.over(lower, now, (handle, request), cause);
        }
    }

    /// A response to a PUBLISH of ours came by this leg. Gives its account.
    pub(in crate::phone) fn response(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        (dialog, request): (Handle, Handle),
        (response, status): (&Message<'_>, u16),
    ) -> Option<Handle> {
        if status < 200 {
            return None;
        }
        let handle = lower.dialogs.publication_of(dialog);
        let account = lower.dialogs.account_of(dialog);
        if !self.take(lower, (handle, request)) {
            return Some(account);
        }
        let refusal = lower.accounts.refusal(account);
        let slot = self.slots.get_mut(handle)?;
        let carried = core::mem::take(&mut slot.carried);
        slot.sip_code = status;
        slot.reason = 0;
        let (was_named, rng) = (slot.machine.is_named(), &mut lower.cx.rng);
        match status {
            200..=299 => {
                // rfc3903#4.1: a single one. Without one, or with one that finds no room, it has no name
                let mut tags = response.fields(Name::SipEtag);
                let one = tags.next().filter(|tag| {
                    tags.next().is_none() && tag.len() <= ENTITY_TAG && tag.iter().all(u8::is_ascii_graphic)
                });
                let tag = one.unwrap_or_default();
                if let Some(room) = self.text.get_mut(handle.index).get_mut(..tag.len()) {
                    room.copy_from_slice(tag);
                }
                slot.tag = tag.len() as u8;
                let taken = slot.machine.accepted(now, response.expires(), !tag.is_empty(), rng);
                slot.result = if taken { Cause::Normal } else { Cause::Refused };
            }
            423 if response.seconds(Name::MinExpires).is_some_and(|least| slot.machine.lengthen(now, least)) => {
                return Some(account);
            }
            _ => {
                slot.result = match status {
                    401 | 407 => refusal,
                    408 => Cause::Timeout,
                    489 => Cause::Unsupported,
                    _ => Cause::Refused,
                };
                if let Start::Response { reason, .. } = response.start() {
                    let room = self.text.get_mut(handle.index).get_mut(ENTITY_TAG..).unwrap_or_default();
                    let len = reason.len().min(REFUSAL_REASON);
                    if let (Some(room), Some(reason)) = (room.get_mut(..len), reason.get(..len)) {
                        room.copy_from_slice(reason);
                        slot.reason = len as u8;
                    }
                }
                let after = response.seconds(Name::RetryAfter);
                // a realm may be learnt yet, by the account's REGISTER
                let hopeless = slot.result.is_about_credentials() && slot.result != Cause::Realm;
                slot.machine.refused(now, Refusal { status, after, hopeless }, rng);
                if status == 412 && was_named {
                    return Some(account); // another one follows at once
                }
            }
        }
        self.answer(lower, now, handle, carried);
        Some(account)
    }

    /// Our PUBLISH is over: the commands that it was for have their ends, and a failure is told.
    fn answer(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, carried: u32) {
        let Some(slot) = self.slots.get(handle) else { return };
        let Slot { account, result, sip_code, .. } = *slot;
        lower.accounts.end_publishing(&mut lower.cx, account, carried, Ended { result, sip_code });
        self.tell(lower, now, handle, result != Cause::Normal);
    }

    /// A PUBLISH of ours came to nothing without a final response. Gives its account.
    pub(in crate::phone) fn request_failed(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        request: Handle,
        cause: Cause,
    ) -> Option<Handle> {
        let Some((Owner::Dialog(dialog), _)) = lower.came_to_nothing(request) else {
            lower.end_request(request); // its leg gave way
            return None;
        };
        let (handle, account) = (lower.dialogs.publication_of(dialog), lower.dialogs.account_of(dialog));
        self.over(lower, now, (handle, request), cause);
        Some(account)
    }

    fn over(&mut self, lower: &mut Lower<'_>, now: Instant, (handle, request): (Handle, Handle), cause: Cause) {
        if self.take(lower, (handle, request)) {
            self.failed(lower, now, handle, cause);
        }
    }

    fn failed(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, cause: Cause) {
        let Some(slot) = self.slots.get_mut(handle) else { return };
        (slot.sip_code, slot.result, slot.reason) = (0, cause, 0);
        let carried = core::mem::take(&mut slot.carried);
        slot.machine.silent(now, &mut lower.cx.rng);
        self.answer(lower, now, handle, carried);
        self.wake(&mut lower.cx, handle);
    }

    /// A request is over, with its leg. False: it is not, or not any more, the one of this publication.
    fn take(&mut self, lower: &mut Lower<'_>, (handle, request): (Handle, Handle)) -> bool {
        lower.end_request(request);
        let Some(slot) = self.slots.get_mut(handle).filter(|slot| slot.request == request) else { return false };
        slot.request = Handle::NONE;
        let dialog = core::mem::replace(&mut slot.dialog, Handle::NONE);
        lower.release_dialog(dialog);
        true
    }

    /// The registration of an account has failed: while that lasts, no PUBLISH leaves, and who waits for one is told.
    pub(in crate::phone) fn registration_failed(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        account: Handle,
        (cause, sip_code): (Cause, u16),
    ) {
        let Some(handle) = self.of_account(lower, account).filter(|_| lower.accounts.publication_waits(account)) else {
            return;
        };
        let Some(slot) = self.slots.get_mut(handle).filter(|slot| slot.request.is_none()) else { return };
        slot.machine.lose();
        (slot.result, slot.sip_code, slot.reason) = (cause, sip_code, 0);
        self.answer(lower, now, handle, u32::MAX);
    }

    /// The host has other addresses: a PUBLISH that is under way left from one that is gone.
    pub(in crate::phone) fn moved(&mut self, lower: &mut Lower<'_>, now: Instant, account: Handle) {
        let Some(handle) = self.of_account(lower, account) else { return };
        self.ask_again(lower, handle, now);
    }

    /// A PUBLISH under way is given up, and another one leaves at this time.
    fn ask_again(&mut self, lower: &mut Lower<'_>, handle: Handle, at: Instant) {
        let Some(slot) = self.slots.get_mut(handle) else { return };
        let request = slot.request;
        slot.machine.again(at);
        if !request.is_none() {
            self.take(lower, (handle, request));
        }
        self.wake(&mut lower.cx, handle);
    }

    /// An account has other settings. `elsewhere`: another party, or another server, which knows nothing of what was
    /// published before.
    pub(in crate::phone) fn account_changed(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        account: Handle,
        elsewhere: bool,
    ) {
        let Some(handle) = self.of_account(lower, account) else { return };
        if elsewhere {
            self.ask_again(lower, handle, now);
            if let Some(slot) = self.slots.get_mut(handle) {
                slot.machine.forget();
            }
        }
        if let Some(slot) = self.slots.get_mut(handle) {
            slot.machine.begin_anew(now);
        }
    }

    /// A call for help was dialled: the PUBLISHes whose request or leg gave way to it leave anew in a second.
    #[cfg(feature = "numbers")]
    pub(in crate::phone) fn way_was_made(&mut self, lower: &mut Lower<'_>, now: Instant) {
        for index in 0..self.slots.capacity() as u32 {
            let Some(handle) = self.slots.handle_at(index) else { continue };
            let Some(slot) = self.slots.get(handle).filter(|slot| !slot.request.is_none()) else { continue };
            let own = Owner::Dialog(slot.dialog);
            if lower.transactions.request(slot.request).is_none_or(|request| request.owner() != own) {
                self.ask_again(lower, handle, now + Duration::from_millis(SLOT_RETRY_MS));
            }
        }
    }
}
