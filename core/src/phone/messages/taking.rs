//! Taking in: a message or a REFER that came gets a slot and a transaction, or takes nothing from anybody.

use super::Messages;
use super::message::Message;
use crate::base::count;
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::accounts::Accounts;
use crate::phone::arrived::Arrived;
use crate::phone::context::Context;
use crate::phone::dialogs::Dialogs;
use crate::phone::response::Extra;
use crate::phone::trace::{About, IS_MADE, Pool, Rule, What};
use crate::phone::transactions::server::{Kind, Served};
use crate::phone::transactions::serving::{Lent, NotOpened};
use crate::phone::transactions::sources::source_of;
use crate::phone::write::ACCEPT_TEXT;
#[cfg(feature = "refer")]
use crate::phone::write::contact_user;
use crate::phone::{Flow, Lower};
use crate::sip::tag::Tag;
use crate::sip::tombstone::{Own, Responded};
use crate::wire::sip::{Message as Sip, Start, Writer};

/// The limit that a message which came is refused for.
enum Limit {
    /// No slot is left.
    Full,
    Rule(Rule),
}

/// Our part of the response to a REFER that is followed: the dialog of it (none: it is in none), and whether its sender is
/// told how it goes.
pub(super) type Followed = Option<(Handle, bool)>;

impl Messages<'_> {
    /// A request is kept as it came. `owes`: its response waits, in a transaction that can hold it. An error is the status of
    /// its refusal; all is looked at before a message that has ended gives way.
    pub(super) fn take(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        message: Message,
        owes: bool,
    ) -> Result<Handle, u16> {
        let Arrived { flow, keys, request, mandatory, .. } = *arrived;
        if let Err(limit) = self.admits(lower, flow, message.account) {
            count::up(&mut lower.cx.counters.refused_full);
            trace_refusal(&mut lower.cx, flow, request, limit);
            return Err(message.unread());
        }
        let len = request.head().len() + request.body().len();
        if len > self.text.each() {
            lower.cx.too_long();
            return Err(513);
        }
        let mut server = Handle::NONE;
        if owes {
            let served = Served { call: Handle::NONE, dialog: Handle::NONE, kind: Kind::Message };
            let opened = lower.transactions.open(&mut lower.cx, now, (flow, keys), (request, mandatory), b"", served);
            server = match opened {
                Ok(server) if Self::answering_fits(lower, server, &message) => server,
                Ok(server) => {
                    lower.transactions.discard(&mut lower.cx, server);
                    lower.cx.too_long();
                    return Err(513);
                }
                Err(NotOpened::TooLong) => {
                    lower.cx.too_long();
                    return Err(513);
                }
                Err(NotOpened::Full) => {
                    count::up(&mut lower.cx.counters.refused_full);
                    lower.cx.trace_full(Pool::Servers);
                    return Err(message.unread());
                }
            };
        }
        let Some(handle) = self.open(&mut lower.cx) else {
            lower.transactions.discard(&mut lower.cx, server);
            return Err(message.unread());
        };
        self.keep_whole(handle, request);
        if let Some(slot) = self.slots.get_mut(handle) {
            let counted = message.account.is_none();
            *slot = Message { incoming: true, counted, server, began: now, changed: now, len: len as u16, ..message };
            self.came += 1;
            if counted {
                self.sources.insert(source_of(&lower.cx, flow), handle.index);
            }
        }
        Ok(handle)
    }

    /// A slot is left for one that comes: not one of those for ours, nor, where it is direct, for the accounts' callers; and
    /// its source has not as many as it may have.
    fn admits(&self, lower: &Lower<'_>, flow: Flow, account: Handle) -> Result<(), Limit> {
        let direct = account.is_none();
        let kept = if direct && lower.accounts.used() > 0 { 2 * self.reserve } else { self.reserve };
        if self.vacant() == 0 {
            return Err(Limit::Full);
        }
        if self.came + kept >= self.slots.capacity() {
            return Err(Limit::Rule(Rule::InboxReserve));
        }
        if direct && self.sources.find(source_of(&lower.cx, flow)).take(self.per_source).count() >= self.per_source {
            return Err(Limit::Rule(Rule::InboxPerSource));
        }
        Ok(())
    }

    /// A message that came may give way, or is released.
    pub(super) fn leaves_inbox(&mut self, handle: Handle) {
        let Some(message) = self.slots.get_mut(handle).filter(|message| message.incoming) else { return };
        self.came -= 1;
        if core::mem::take(&mut message.counted) {
            self.sources.remove(handle.index);
        }
    }

    /// A message goes into its block as it came.
    fn keep_whole(&mut self, handle: Handle, request: &Sip<'_>) {
        let (head, body) = (request.head(), request.body());
        let block = self.text.get_mut(handle.index);
        if let Some((front, rest)) = block.split_at_mut_checked(head.len())
            && let Some(place) = rest.get_mut(..body.len())
        {
            front.copy_from_slice(head);
            place.copy_from_slice(body);
        }
    }

    /// Any response fits behind its echo, at least without what may be left out.
    fn answering_fits(lower: &Lower<'_>, server: Handle, message: &Message) -> bool {
        let Some(owing) = lower.transactions.server(server) else { return false };
        let (flow, tag) = (owing.flow(), (!owing.has_tag()).then_some(Tag { handle: Handle::NONE, secret: 0 }));
        // the dialog may not be there yet, and its Contact is at its longest without it
        let followed = message.is_refer().then_some((Handle::NONE, false));
        let Lower { cx, accounts, dialogs, .. } = lower;
        let extra = Extra { bare: true, ..extra((cx, accounts, dialogs), message.account, followed) };
        let mut out = Cursor::new(&mut []);
        extra.write(&cx.fixed, 200, tag, (flow, cx.local_of(flow.socket())), &mut out);
        Writer::new(&mut out).end();
        lower.transactions.fits_any(server, out.needed())
    }

    /// The response to a message leaves, once.
    pub(super) fn respond(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, status: u16) {
        let secret = lower.cx.rng.next_u64();
        let tag = Tag { handle: Handle::NONE, secret };
        if let Some((server, tagged)) = self.respond_with(lower, now, handle, status, (tag, None)) {
            lower.transactions.bury_when_sent(server, if tagged { 0 } else { secret });
        }
    }

    /// The same, and its transaction repeats it. `tag`: where the request has none of ours. Gives the transaction, if it
    /// left, and whether the request had a tag.
    pub(super) fn respond_with(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        status: u16,
        (tag, followed): (Tag, Followed),
    ) -> Option<(Handle, bool)> {
        let message = self.slots.get_mut(handle)?;
        let server = core::mem::replace(&mut message.server, Handle::NONE);
        let info = message.is_info();
        // a REFER says all in its header: none is taken (rfc3261#20.1)
        let accept = if message.is_refer() { Some(b"".as_slice()) } else { Some(ACCEPT_TEXT).filter(|_| !info) };
        let account = message.account;
        let owing = lower.transactions.server(server)?;
        let (flow, tagged) = (owing.flow(), owing.has_tag());
        let ours = (!tagged).then_some(tag);
        let local = lower.cx.local_of(flow.socket());
        // where it does not fit, it is at least a response, without its optional headers
        for bare in [false, true] {
            let Lower { cx, accounts, dialogs, transactions, .. } = &mut *lower;
            let Lent { head, mut out, .. } = transactions.lend_response(server, status, b"")?;
            let extra = Extra {
                bare,
                accept,
                #[cfg(feature = "info")]
                info,
                ..extra((cx, accounts, dialogs), account, followed)
            };
            extra.write(&cx.fixed, status, ours, (flow, local), &mut out);
            Writer::new(&mut out).end();
            let needed = out.finish();
            if needed.is_err() && !bare {
                continue;
            }
            if lower.transactions.written_response(&mut lower.cx, server, head, needed).is_ok() {
                lower.transactions.respond(&mut lower.cx, now, server);
                return Some((server, tagged));
            }
        }
        // our Contact has grown since it came: a repetition gets the status all the same
        let own = Own::Tag(if tagged { 0 } else { tag.secret });
        lower.transactions.close(&mut lower.cx, now, server, Responded { own, status, ..Responded::default() });
        None
    }
}

/// Our part of a response to a request of this account's.
fn extra<'l>(
    (cx, accounts, dialogs): (&'l Context<'_>, &'l Accounts<'_>, &'l Dialogs<'_>),
    account: Handle,
    followed: Followed,
) -> Extra<'l> {
    #[cfg(feature = "refer")]
    if let Some((dialog, told)) = followed {
        let user = contact_user(accounts.call_user(account), cx.fixed.direct_user.get(), dialogs.our_side(dialog));
        return Extra { contact: Some(user), no_progress: !told, ..Extra::default() };
    }
    let _ = (cx, accounts, dialogs, account, followed);
    Extra::default()
}

/// A message was refused for want of a slot.
fn trace_refusal(cx: &mut Context<'_>, flow: Flow, request: &Sip<'_>, limit: Limit) {
    if !IS_MADE {
        return;
    }
    match (limit, request.start()) {
        (Limit::Rule(rule), Start::Request { method, .. }) => {
            cx.trace(About::Phone, What::Stranger { from: flow.remote(), method: method.named(), rule });
        }
        _ => cx.trace_full(Pool::Inbox),
    }
}
