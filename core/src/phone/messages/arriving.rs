//! Messages that come: kept as they are, until the application has answered, or for good.

use super::Messages;
use super::message::{Message, PENDING_NEWS};
use crate::base::limits::UNREAD_MS;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::MessageState;
use crate::phone::arrived::Arrived;
use crate::phone::message::MessagePolicy;
use crate::phone::object::Object;
use crate::phone::response::Extra;
use crate::phone::transactions::server::{Kind, Served, Server};
use crate::phone::transactions::serving::Lent;
#[cfg(feature = "refer")]
use crate::phone::write::contact_user;
use crate::phone::{Cause, CommandError, Lower};
use crate::sip::tag::Tag;
use crate::wire::sip::{Message as Sip, Name, Writer};

/// No message at all: the same as where nobody answers.
pub(super) const UNREAD: u16 = 480;

impl Messages<'_> {
    /// A MESSAGE came, in a call's dialog or in none.
    pub(in crate::phone) fn arrived(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        call: Handle,
    ) {
        let account = if arrived.dialog.is_none() { arrived.account } else { lower.dialogs.account_of(arrived.dialog) };
        if let Err(status) = self.take_in(lower, now, arrived, (account, call)) {
            lower.transactions.respond_and_bury(&mut lower.cx, now, arrived, status, Extra::default());
        }
    }

    /// An error is the status of its refusal.
    fn take_in(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        (account, call): (Handle, Handle),
    ) -> Result<(), u16> {
        let Arrived { flow, keys, request, mandatory, .. } = *arrived;
        if lower.cx.closing {
            return Err(UNREAD);
        }
        let policy = lower.accounts.messages(&lower.cx, account);
        if policy == MessagePolicy::Refuse {
            return Err(403);
        }
        let coding = request.header(Name::ContentEncoding);
        if coding.is_some_and(|coding| !coding.eq_ignore_ascii_case(b"identity")) {
            return Err(415);
        }
        // strangers that are let in leave room for the accounts' callers
        let kept = if account.is_none() && lower.accounts.used() > 0 { self.slots.capacity() / 4 } else { 0 };
        let handle = self.open(&mut lower.cx, kept).ok_or(UNREAD)?;
        let len = self.keep_whole(handle, request);
        let stores = policy == MessagePolicy::Store;
        let opened = len.ok_or(513).and_then(|len| {
            if stores {
                return Ok((len, Handle::NONE));
            }
            let served = Served { call: Handle::NONE, dialog: Handle::NONE, kind: Kind::Message };
            let server = lower.transactions.open(&mut lower.cx, now, (flow, keys), (request, mandatory), b"", served);
            server.map(|server| (len, server)).map_err(|_| UNREAD)
        });
        let (len, server) = match opened {
            Ok(opened) => opened,
            Err(status) => {
                self.free(&mut lower.cx, handle);
                return Err(status);
            }
        };
        let due = if stores { Instant::NEVER } else { now + Duration::from_millis(UNREAD_MS) };
        if let Some(slot) = self.slots.get_mut(handle) {
            *slot =
                Message { incoming: true, account, call, server, began: now, changed: now, due, len, ..Message::EMPTY };
        }
        if stores {
            lower.transactions.respond_and_bury(&mut lower.cx, now, arrived, 202, Extra::default());
            self.set_outcome(handle, 202, Cause::Normal);
        } else {
            lower.cx.wake(Object::Message(handle.index), due);
        }
        let state = if stores { MessageState::Kept } else { MessageState::Unread };
        self.reach(&mut lower.cx, handle, state, PENDING_NEWS);
        Ok(())
    }

    /// A message goes into its block as it came.
    pub(super) fn keep_whole(&mut self, handle: Handle, request: &Sip<'_>) -> Option<u16> {
        let (head, body) = (request.head(), request.body());
        let block = self.text.get_mut(handle.index);
        let (front, rest) = block.split_at_mut_checked(head.len())?;
        front.copy_from_slice(head);
        rest.get_mut(..body.len())?.copy_from_slice(body);
        u16::try_from(head.len() + body.len()).ok()
    }

    pub(super) fn set_outcome(&mut self, handle: Handle, sip_code: u16, result: Cause) {
        if let Some(message) = self.slots.get_mut(handle) {
            (message.sip_code, message.result) = (sip_code, result);
        }
    }

    /// Answers a message that came; see [`crate::phone::Phone::message_answer`].
    pub(in crate::phone) fn answer(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        status: u16,
    ) -> Result<(), CommandError> {
        let message = self.slots.get(handle).ok_or(CommandError::Stale)?;
        if message.state != MessageState::Unread {
            return Err(CommandError::State);
        }
        self.respond(lower, now, handle, status);
        self.over(lower, now, handle, status, Cause::Normal, 0);
        Ok(())
    }

    pub(super) fn over(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        status: u16,
        result: Cause,
        news: u8,
    ) {
        self.set_outcome(handle, status, result);
        if let Some(message) = self.slots.get_mut(handle) {
            (message.changed, message.due) = (now, Instant::NEVER);
        }
        lower.cx.wake(Object::Message(handle.index), Instant::NEVER);
        self.reach(&mut lower.cx, handle, MessageState::Over, news);
    }

    /// The response to a message leaves, once.
    fn respond(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, status: u16) {
        let secret = lower.cx.rng.next_u64();
        let tag = Tag { handle: Handle::NONE, secret };
        if let Some(server) = self.respond_with(lower, now, handle, status, (tag, None)) {
            let tagged = lower.transactions.server(server).is_some_and(Server::has_tag);
            lower.transactions.bury_when_sent(server, if tagged { 0 } else { secret });
        }
    }

    /// The same, and its transaction repeats it. `tag`: where the request has none of ours. `followed`: it is a REFER, which
    /// is followed in this dialog (none: it has none), and whether its sender is told how. Gives the transaction, if it
    /// left.
    pub(super) fn respond_with(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        status: u16,
        (tag, followed): (Tag, Option<(Handle, bool)>),
    ) -> Option<Handle> {
        let message = self.slots.get_mut(handle)?;
        let server = core::mem::replace(&mut message.server, Handle::NONE);
        let owing = lower.transactions.server(server)?;
        let (flow, tag) = (owing.flow(), (!owing.has_tag()).then_some(tag));
        let local = lower.cx.local_of(flow.socket());
        let Lent { head, mut out, .. } = lower.transactions.lend_response(server, status, b"")?;
        #[cfg(feature = "refer")]
        let extra = followed.map_or(Extra::default(), |(dialog, told)| {
            let (account, side) = (lower.accounts.call_user(message.account), lower.dialogs.our_side(dialog));
            let user = contact_user(account, lower.cx.fixed.direct_user.get(), side);
            Extra { contact: Some(user), no_progress: !told, ..Extra::default() }
        });
        #[cfg(not(feature = "refer"))]
        let extra = Extra::default();
        let _ = followed;
        extra.write(&lower.cx.fixed, status, tag, (flow, local), &mut out);
        Writer::new(&mut out).end();
        let needed = out.finish();
        lower.transactions.written_response(&mut lower.cx, server, head, needed).ok()?;
        lower.transactions.respond(&mut lower.cx, now, server);
        Some(server)
    }

    /// A deadline of a message: nobody has answered it, or one of ours is to try again.
    pub(in crate::phone) fn due(&mut self, lower: &mut Lower<'_>, now: Instant, index: u32) {
        let Some(handle) = self.slots.handle_at(index) else { return };
        let Some(message) = self.slots.get(handle) else { return };
        if message.due > now {
            lower.cx.wake(Object::Message(index), message.due);
        } else if message.incoming {
            self.respond(lower, now, handle, UNREAD);
            self.over(lower, now, handle, UNREAD, Cause::Timeout, PENDING_NEWS);
        } else {
            self.try_again(lower, now, handle);
        }
    }

    /// An account goes (`None`: the phone does): its messages that wait for a response are over, both ways.
    pub(in crate::phone) fn leave_all(&mut self, lower: &mut Lower<'_>, now: Instant, account: Option<Handle>) {
        for index in 0..self.slots.capacity() as u32 {
            let Some(handle) = self.slots.handle_at(index) else { continue };
            let Some(message) = self.slots.get(handle).filter(|message| message.is_under_way()) else { continue };
            if account.is_some_and(|account| account != message.account) {
                continue;
            }
            if message.incoming {
                self.respond(lower, now, handle, UNREAD);
                self.over(lower, now, handle, UNREAD, Cause::Cancelled, PENDING_NEWS);
            } else if account.is_some() {
                self.give_up(lower, now, handle);
            }
        }
    }
}
