//! NOTIFY in a subscription of ours: it makes the dialog where it comes before the 2xx, says how the subscription goes
//! on, and what is watched.

use super::Subscriptions;
use super::contents::Contents;
use super::events::names;
use super::folded::{Read, take_alone};
use super::slot::{PENDING_NEWS, PENDING_STATE};
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::Lower;
use crate::phone::arrived::Arrived;
use crate::phone::object::Object;
use crate::phone::response::Extra;
use crate::sip::dialog::contact_uri;
use crate::sip::subscription::{Said, Stage, Step};
use crate::wire::sip::{Message, Name};

impl Subscriptions<'_> {
    /// A NOTIFY came by this leg. False: it is not for a subscription there.
    pub(in crate::phone) fn notified(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
    ) -> bool {
        let handle = lower.dialogs.subscription_of(arrived.dialog);
        let Some(slot) = self.slots.get(handle) else { return false };
        let request = arrived.request;
        let event = request.header(Name::Event).unwrap_or_default();
        let respond = |lower: &mut Lower<'_>, status| {
            lower.transactions.respond_and_bury(&mut lower.cx, now, arrived, status, Extra::default());
        };
        if !names(event, slot.event.of(self.text.get(handle.index))) {
            respond(lower, 489);
            return true;
        }
        let Some(said) = request.header(Name::SubscriptionState).and_then(Said::parse) else {
            respond(lower, 400);
            return true;
        };
        if !lower.dialogs.is_confirmed(arrived.dialog) && !lower.dialogs.begin_from_request(arrived) {
            lower.cx.too_long();
            respond(lower, 513);
            return true;
        }
        // rfc6665#4.4.1: it is a target refresh
        lower.dialogs.renew_target(arrived.dialog, contact_uri(request).unwrap_or_default());
        let read = self.take_body(lower, handle, request);
        match read {
            Ok(_) => respond(lower, 200),
            // rfc6665#4.1.3: a body that is none of the package's, or cannot be read
            Err(status) => respond(lower, status),
        }
        if let Said::Terminated(reason, _) = said {
            self.keep_head(handle, request.head(), Some(reason));
        }
        let Some(slot) = self.slots.get_mut(handle) else { return true };
        slot.notified = now;
        let asked = slot.machine.stage() == Stage::Asking;
        let step = slot.machine.notified(now, said, &mut lower.cx.rng);
        // to whom nothing was told yet, somebody's consent is news; so is a document that cannot be read, once
        let waits = asked && slot.machine.stage() == Stage::Pending;
        let unread = match read {
            Err(status) => status,
            Ok(_) if request.body().is_empty() => slot.unread,
            Ok(_) => 0,
        };
        let wonders = core::mem::replace(&mut slot.unread, unread) == 0 && unread != 0;
        if (waits || wonders) && !slot.removed {
            slot.pending |= PENDING_STATE;
            slot.changed = now;
            lower.cx.tell(Object::Subscription(handle.index));
        }
        if let Said::Terminated(..) = said
            && step == Step::End
        {
            (slot.sip_code, slot.result) = (0, crate::phone::Cause::Normal);
        }
        if matches!(read, Ok(Read::Part | Read::Whole | Read::Gap)) && !slot.removed {
            slot.pending |= PENDING_NEWS;
            lower.cx.tell(Object::Subscription(handle.index));
        }
        let step = match read {
            Ok(Read::Whole) if step == Step::Nothing => {
                slot.machine.complete();
                step
            }
            Ok(Read::Gap) if step == Step::Nothing => slot.machine.incomplete(now),
            _ => step,
        };
        self.take_step(lower, now, handle, step);
        true
    }

    /// Folds a body into what is kept. An error is the status of the refusal.
    fn take_body(&mut self, lower: &Lower<'_>, handle: Handle, request: &Message<'_>) -> Result<Read, u16> {
        let body = request.body();
        if request.is_coded() {
            return Err(415);
        }
        if body.is_empty() {
            return Ok(Read::Same);
        }
        self.keep_body(handle, request);
        let slot = self.slots.get_mut(handle).ok_or(481u16)?;
        let kind = request.content_type();
        let block = self.text.get_mut(handle.index);
        let (start, end) = (usize::from(slot.start), usize::from(slot.end));
        let room = block.get_mut(start..).unwrap_or_default();
        let mut contents = Contents::of(room, end - start);
        let [key, _] = lower.cx.keys;
        #[cfg(feature = "lists")]
        let read = match super::lists::of(slot, kind.as_ref())? {
            Some(kind) => super::lists::take(slot, &mut contents, (kind, body), key)?,
            None => {
                let read = take_alone(slot, &mut contents, (kind.as_ref(), body), key)?;
                slot.list = false;
                read
            }
        };
        #[cfg(not(feature = "lists"))]
        let read = take_alone(slot, &mut contents, (kind.as_ref(), body), key)?;
        slot.end = (start + contents.used) as u16;
        if !matches!(read, Read::Same) {
            // its place may be theirs now
            slot.head = 0;
        }
        Ok(read)
    }

    /// The body that came last, of all subscriptions.
    fn keep_body(&mut self, handle: Handle, request: &Message<'_>) {
        let kind = request.header(Name::ContentType).unwrap_or_default();
        let body = request.body();
        let len = kind.len() + body.len();
        self.body_of = Handle::NONE;
        if let Some((front, rest)) = self.body.split_at_mut_checked(kind.len())
            && let Some(room) = rest.get_mut(..body.len())
            && let Ok(kind_len) = u16::try_from(kind.len())
        {
            front.copy_from_slice(kind);
            room.copy_from_slice(body);
            (self.body_of, self.body_len, self.kind_len) = (handle, len, kind_len);
        }
    }
}
