//! A far end writes a message, or we do (RFC 3994). Each far end that does has one slot, each way; it says who, and keeps
//! the times.

use super::Messages;
use super::message::{Message, PENDING_NEWS};
use super::sending::{Outcome, check, in_call, to_uri};
use super::status::{Kind, Status};
use crate::base::cursor::Cursor;
use crate::base::limits::{
    COMPOSING_IDLE_MS, COMPOSING_MOST_S, COMPOSING_REFRESH_MS, COMPOSING_S, COMPOSING_SAID_S, TARGET,
};
use crate::base::slots::Handle;
use crate::base::text::Span;
use crate::base::time::{Duration, Instant};
use crate::phone::arrived::Arrived;
use crate::phone::context::Context;
use crate::phone::message::NewMessage;
use crate::phone::object::Object;
use crate::phone::target::address;
use crate::phone::{Cause, CommandError, Lower, MessageState};
use crate::wire::body::composing::{self, Composing};

/// Of so many messages one may be an indication whose state is active, each way: they are no messages that people miss,
/// and far ends that write keep nobody here from it.
pub(super) const SHARE: usize = 4;

/// Bytes of a body of ours.
const BODY: usize = 256;

/// The type of what we write: the library knows of no other.
const WRITTEN: &str = "text/plain";

impl Messages<'_> {
    /// A far end says that it writes, or does not any more. Gives the status of its response.
    pub(super) fn composing_arrived(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        (account, call): (Handle, Handle),
        said: &Composing<'_>,
    ) -> u16 {
        let peer = composer(lower, account, arrived);
        let seconds = said.refresh.unwrap_or(COMPOSING_S).clamp(1, COMPOSING_MOST_S);
        let due = if said.active { now + Duration::from_secs(seconds.into()) } else { Instant::NEVER };
        let known = self.composer(peer, true);
        let known = known.filter(|known| self.slots.get(*known).is_some_and(|slot| !slot.may_go()));
        if let Some(handle) = known {
            let changes = self.slots.get(handle).is_some_and(|slot| slot.status.active != said.active);
            self.change(handle, |slot| {
                (slot.status.active, slot.due) = (said.active, due);
                slot.changed = if changes { now } else { slot.changed };
                slot.pending |= if changes { PENDING_NEWS } else { 0 };
            });
            lower.cx.wake(Object::Message(handle.index), due);
            if changes {
                lower.cx.tell(Object::Message(handle.index));
            }
            return 200;
        }
        // rfc3994#3.3: idle is where it begins, so the end of nothing is no news
        if !said.active || self.composing_came >= self.most_composing {
            return 200;
        }
        if let Some(over) = self.composer(peer, true) {
            self.free(&mut lower.cx, over);
        }
        let status = Status { kind: Kind::Composing, active: true, ..Status::NONE };
        let message = Message { account, call, peer, due, status, ..Message::EMPTY };
        let handle = match self.take(lower, now, arrived, message, false) {
            Ok(handle) => handle,
            Err(status) => return status,
        };
        self.enlist_composer(handle, peer);
        self.set_outcome(handle, 200, Cause::Normal);
        lower.cx.wake(Object::Message(handle.index), due);
        self.reach(&mut lower.cx, handle, MessageState::Over, PENDING_NEWS);
        200
    }

    /// A message of this far end came: it does not write any more (rfc3994#3.3).
    pub(super) fn composer_wrote(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        account: Handle,
        arrived: &Arrived<'_, '_>,
    ) {
        if self.composing_came == 0 {
            return;
        }
        let peer = composer(lower, account, arrived);
        if let Some(handle) = self.composer(peer, true) {
            self.falls_idle(&mut lower.cx, now, handle);
        }
    }

    /// A far end that wrote is idle.
    pub(super) fn falls_idle(&mut self, cx: &mut Context<'_>, now: Instant, handle: Handle) {
        if !self.slots.get(handle).is_some_and(Message::is_active) {
            return;
        }
        self.change(handle, |slot| {
            (slot.status.active, slot.due, slot.changed) = (false, Instant::NEVER, now);
            slot.pending |= PENDING_NEWS;
        });
        cx.wake(Object::Message(handle.index), Instant::NEVER);
        cx.tell(Object::Message(handle.index));
    }

    /// We write to a far end, or do not any more; see [`crate::phone::Phone::compose`].
    pub(in crate::phone) fn compose(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        account: Handle,
        target: &str,
        writes: bool,
    ) -> Result<(), CommandError> {
        let mut room = [0u8; TARGET];
        let uri = address(&lower.accounts, account, target, &mut room)?;
        let message = to_uri(lower, account, uri);
        self.writes(lower, now, (message, uri), writes)
    }

    /// The same in a call's dialog.
    pub(in crate::phone) fn compose_in_call(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        named: (Handle, Handle),
        writes: bool,
    ) -> Result<(), CommandError> {
        let message = in_call(lower, named);
        self.writes(lower, now, (message, b""), writes)
    }

    fn writes(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        (message, uri): (Message, &[u8]),
        writes: bool,
    ) -> Result<(), CommandError> {
        let idle_at = now + Duration::from_millis(COMPOSING_IDLE_MS);
        if let Some(known) = self.composer(message.peer, false)
            && let Some(slot) = self.slots.get_mut(known)
        {
            let rests = slot.state == MessageState::Over;
            let heard = (200..300).contains(&slot.sip_code);
            if slot.status.deaf || rests && !heard && now < slot.status.refresh_at {
                return Ok(());
            }
            if !rests && slot.status.idle_at == Instant::NEVER {
                // the one on its way says idle, or a message stands behind it: the next key begins anew
                if writes {
                    (slot.status.active, slot.status.idle_at, slot.status.refresh_at) = (true, idle_at, now);
                }
                return Ok(());
            }
            if slot.status.active {
                slot.status.idle_at = if writes { idle_at } else { now };
                let due = if rests { slot.status.idle_at } else { slot.due };
                slot.due = due;
                lower.cx.wake(Object::Message(known.index), due);
                // rfc3994#3.2: it is told again where it goes on, and not more often than that
                if writes && rests && now >= slot.status.refresh_at {
                    self.indicate(lower, now, known, true);
                }
                return Ok(());
            }
            self.free(&mut lower.cx, known);
        }
        if !writes {
            return Ok(());
        }
        if self.composing >= self.most_composing {
            return Err(CommandError::Full);
        }
        let mut body = [0u8; BODY];
        let new = NewMessage { content_type: composing::TYPE, body: body_of(true, &mut body), ..NewMessage::default() };
        check(&new)?;
        let refresh_at = now + Duration::from_millis(COMPOSING_REFRESH_MS);
        let status = Status { kind: Kind::Composing, active: true, idle_at, refresh_at, ..Status::NONE };
        let peer = message.peer;
        let handle = self.send_to(lower, now, uri, Message { status, ..message }, &new)?;
        self.enlist_composer(handle, peer);
        Ok(())
    }

    /// An indication of ours that rests leaves again.
    fn indicate(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, writes: bool) {
        let Some(slot) = self.slots.get(handle) else { return };
        let mut message = *slot;
        let mut body = [0u8; BODY];
        let body = body_of(writes, &mut body);
        let Some(span) = Span::new(message.parts.body.start(), body.len()) else { return };
        let Some(room) = self.text.get_mut(handle.index).get_mut(span.start()..span.start() + span.len()) else {
            return;
        };
        room.copy_from_slice(body);
        message.parts.body = span;
        message.len = 0;
        message.status.refresh_at = now + Duration::from_millis(COMPOSING_REFRESH_MS);
        if !writes {
            message.status.idle_at = Instant::NEVER;
        }
        self.queue(lower, now, handle, message, &NewMessage::default());
    }

    /// An indication of ours has its response, or none.
    pub(super) fn composing_sent(&mut self, cx: &mut Context<'_>, handle: Handle, outcome: Outcome) {
        let Some(slot) = self.slots.get_mut(handle) else { return };
        // rfc3994#3.5: who does not understand one gets no more; any other refusal may be another one in a minute
        slot.status.deaf = matches!(outcome.sip_code, 405 | 415 | 488 | 501);
        let heard = (200..300).contains(&outcome.sip_code);
        // it said idle, or its far end did not hear that anybody writes
        if slot.status.idle_at == Instant::NEVER || !heard || cx.closing {
            slot.status.active = false;
        }
        if slot.status.active {
            slot.due = slot.status.idle_at;
            cx.wake(Object::Message(handle.index), slot.due);
        }
    }

    /// The time of an indication has come. True: it was one that rests.
    pub(super) fn composing_due(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) -> bool {
        let Some(slot) = self.slots.get(handle) else { return false };
        if slot.status.kind != Kind::Composing || slot.state != MessageState::Over {
            return false;
        }
        if slot.incoming {
            self.falls_idle(&mut lower.cx, now, handle);
        } else if slot.status.active && !lower.cx.closing {
            self.indicate(lower, now, handle, false);
        } else {
            self.rests(handle);
        }
        true
    }

    /// A message leaves to this far end: it shows that it is not written any more (rfc3994#3.2).
    pub(super) fn stops_composing(&mut self, peer: u64) {
        if self.composing > 0
            && let Some(handle) = self.composer(peer, false)
        {
            self.rests(handle);
        }
    }

    /// An account goes (`None`: the phone does): nobody writes to it any more, nor by it.
    pub(super) fn composing_ends(&mut self, cx: &mut Context<'_>, now: Instant, handle: Handle) {
        let Some(slot) = self.slots.get(handle).filter(|slot| slot.is_active()) else { return };
        if slot.incoming {
            self.falls_idle(cx, now, handle);
        } else {
            self.rests(handle);
        }
    }

    /// An indication of ours says nothing more: it may give way, once it is over.
    fn rests(&mut self, handle: Handle) {
        self.change(handle, |slot| (slot.status.active, slot.status.idle_at) = (false, Instant::NEVER));
    }

    /// The indication of a far end, or to it.
    fn composer(&self, peer: u64, incoming: bool) -> Option<Handle> {
        self.composers
            .find(peer)
            .filter_map(|index| self.slots.handle_at(index))
            .find(|handle| self.slots.get(*handle).is_some_and(|slot| slot.peer == peer && slot.incoming == incoming))
    }

    fn enlist_composer(&mut self, handle: Handle, peer: u64) {
        self.composers.insert(peer, handle.index);
        let incoming = self.slots.get(handle).is_some_and(|slot| slot.incoming);
        *self.composing_of(incoming) += 1;
    }

    const fn composing_of(&mut self, incoming: bool) -> &mut usize {
        if incoming { &mut self.composing_came } else { &mut self.composing }
    }

    /// An indication may give way.
    pub(super) fn composer_may_go(&mut self, handle: Handle) {
        let slot = self.slots.get(handle).filter(|slot| slot.status.kind == Kind::Composing);
        if let Some(incoming) = slot.map(|slot| slot.incoming) {
            let count = self.composing_of(incoming);
            *count = count.saturating_sub(1);
        }
    }

    /// A slot is given back.
    pub(super) fn forget_composer(&mut self, handle: Handle) {
        let Some(slot) = self.slots.get(handle).filter(|slot| slot.status.kind == Kind::Composing) else { return };
        let incoming = slot.incoming;
        if !slot.may_go() {
            let count = self.composing_of(incoming);
            *count = count.saturating_sub(1);
        }
        self.composers.remove(handle.index);
    }
}

/// A hash of a far end that writes to us, and of the account that it writes to.
fn composer(lower: &Lower<'_>, account: Handle, arrived: &Arrived<'_, '_>) -> u64 {
    if !arrived.dialog.is_none() {
        return in_call(lower, (Handle::NONE, arrived.dialog)).peer;
    }
    to_uri(lower, account, arrived.request.from().map_or(b"", |from| from.uri)).peer
}

fn body_of(writes: bool, room: &mut [u8; BODY]) -> &[u8] {
    let mut out = Cursor::new(room);
    composing::write(writes, WRITTEN, COMPOSING_SAID_S, &mut out);
    let len = out.needed();
    debug_assert!(len <= BODY, "a body of {len} bytes");
    room.get(..len).unwrap_or_default()
}
