//! Messages of ours: each leaves when the one before it to the same far end has its final response, so that they arrive
//! in their order.

use super::Messages;
use super::envelope::{ENVELOPE, envelope, outer_kind};
#[cfg(feature = "info")]
use super::informing::{self, lines};
#[cfg(feature = "imdn")]
use super::message::PENDING_NOTICE;
use super::message::{Message, PENDING_END, Parts};
#[cfg(feature = "imdn")]
use super::status::{Kind, Status};
use crate::base::cursor::Cursor;
use crate::base::limits::{MESSAGE_SLOT_MS, SLOT_RETRY_MS, TARGET};
use crate::base::slots::Handle;
use crate::base::table::Hasher;
use crate::base::text::Packer;
use crate::base::time::{Duration, Instant};
use crate::phone::MessageState;
use crate::phone::dialogs::Leg;
use crate::phone::fields::{cut, put};
use crate::phone::header_lines;
use crate::phone::message::NewMessage;
use crate::phone::object::Object;
use crate::phone::requests::Asking;
use crate::phone::target::address;
use crate::phone::transactions::request::{Owner, Sending};
use crate::phone::{Cause, CommandError, DialOptions, Lower};
use crate::wire::sip::{MediaType, Message as Sip, Name, Writer};

/// Headers that the package of an INFO brings.
pub(in crate::phone) const OF_PACKAGE: &[Name] = &[Name::InfoPackage, Name::ContentDisposition];

/// The end of a message of ours.
#[derive(Clone, Copy, Debug)]
pub(in crate::phone) struct Outcome {
    pub(in crate::phone) result: Cause,
    /// 0: there was no response.
    pub(in crate::phone) sip_code: u16,
}

impl Messages<'_> {
    /// Sends a message in no dialog, by an account or directly; see [`crate::phone::Phone::message_send`].
    pub(in crate::phone) fn send(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        account: Handle,
        target: &str,
        new: &NewMessage<'_>,
    ) -> Result<Handle, CommandError> {
        check(new)?;
        if !new.package.is_empty() {
            return Err(CommandError::Packages); // rfc6086#4.2.1: INFO is of a call
        }
        let mut room = [0u8; TARGET];
        let uri = address(&lower.accounts, account, target, &mut room)?;
        let message = to_uri(lower, account, uri);
        let message = asking(lower, message, new);
        self.send_to(lower, now, uri, message, new)
    }

    /// A message to this URI, or by its dialog, is queued.
    pub(super) fn send_to(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        uri: &[u8],
        message: Message,
        new: &NewMessage<'_>,
    ) -> Result<Handle, CommandError> {
        let Message { account, dialog, .. } = message;
        // nothing may fail behind this: a message that has ended may give way to this one
        if dialog.is_none() && !lower.can_name(account, uri) {
            return Err(CommandError::Text);
        }
        let mut room = [0u8; ENVELOPE];
        let envelope = envelope(lower, (now, Handle::NONE), &message, (uri, new), &mut room);
        let head = lower.message_head(if dialog.is_none() { account } else { Handle::NONE }, uri, dialog);
        self.has_room(lower, new, head, (uri, envelope))?;
        let handle = self.open(&mut lower.cx).ok_or(CommandError::Full)?;
        // its name has the same length, whichever slot it is
        let envelope = self::envelope(lower, (now, handle), &message, (uri, new), &mut room);
        let parts = self.keep_parts(handle, (uri, envelope), new).inspect_err(|_| self.free(&mut lower.cx, handle))?;
        self.queue(lower, now, handle, Message { parts, ..message }, new);
        #[cfg(feature = "imdn")]
        if message.status.kind == Kind::Text && !message.is_info() {
            self.stops_composing(message.peer);
        }
        Ok(handle)
    }

    /// The same in a call's dialog.
    pub(in crate::phone) fn send_in_call(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        (call, dialog): (Handle, Handle),
        new: &NewMessage<'_>,
    ) -> Result<Handle, CommandError> {
        check(new)?;
        #[cfg(feature = "info")]
        informing::check(lower, dialog, new)?;
        #[cfg(not(feature = "info"))]
        if !new.package.is_empty() {
            return Err(CommandError::Unsupported);
        }
        let message = Message {
            #[cfg(feature = "info")]
            info: !new.package.is_empty(),
            ..in_call(lower, (call, dialog))
        };
        let message = asking(lower, message, new);
        self.send_to(lower, now, b"", message, new)
    }

    /// A message fits behind a head of so many bytes, and its parts a block, with a target of so many.
    fn has_room(
        &self,
        lower: &Lower<'_>,
        new: &NewMessage<'_>,
        head: usize,
        (target, envelope): (&[u8], &[u8]),
    ) -> Result<(), CommandError> {
        let mut carried = Cursor::new(&mut []);
        lines(new).iter().for_each(|part| carried.put(part));
        let mut writer = Writer::new(&mut carried);
        let (kind, whole) = (outer_kind(new, envelope), envelope.len() + new.body.len());
        match kind {
            "" => writer.end(),
            kind => writer.body_of(kind.as_bytes(), whole),
        }
        let most = lower.transactions.longest();
        let over = (head.saturating_add(carried.needed() + whole)).saturating_sub(most);
        let parts = target.len() + lines(new).iter().map(|part| part.len()).sum::<usize>() + kind.len() + whole;
        let over = over.max(parts.saturating_sub(self.text.each()));
        if over == 0 {
            return Ok(());
        }
        Err(CommandError::Size { most: new.body.len().saturating_sub(over) as u16 })
    }

    /// The parts of a message go into its block.
    fn keep_parts(
        &mut self,
        handle: Handle,
        (uri, envelope): (&[u8], &[u8]),
        new: &NewMessage<'_>,
    ) -> Result<Parts, CommandError> {
        let kind = outer_kind(new, envelope);
        let mut packer = Packer::new(self.text.get_mut(handle.index), 0);
        let mut add = |parts: &[&[u8]]| packer.add_parts(parts).ok_or(CommandError::Text);
        Ok(Parts {
            target: add(&[uri])?,
            lines: add(&lines(new))?,
            content_type: add(&[kind.as_bytes()])?,
            body: add(&[envelope, new.body])?,
        })
    }

    /// The message takes its place behind the last one to the same far end; without one it leaves.
    pub(super) fn queue(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        message: Message,
        new: &NewMessage<'_>,
    ) {
        // a command may walk them, a packet may not
        let ours = |other: &Message| other.peer == message.peer && !other.incoming && other.is_under_way();
        let last = self.slots.iter().find(|(_, other)| ours(other) && other.next.is_none()).map(|(last, _)| last);
        if let Some(last) = last.and_then(|last| self.slots.get_mut(last)) {
            last.next = handle;
        }
        if let Some(slot) = self.slots.get_mut(handle) {
            *slot = Message {
                state: MessageState::Queued,
                tag: new.tag,
                token: new.token,
                began: now,
                changed: now,
                ..message
            };
        }
        if last.is_none() {
            self.go_on(lower, now, handle);
        }
    }

    /// A message has its turn, and where it fails at once the one behind it.
    fn go_on(&mut self, lower: &mut Lower<'_>, now: Instant, first: Handle) {
        let mut next = Some(first);
        while let Some(handle) = next {
            next = self.leave(lower, now, handle).and_then(|outcome| self.finish(lower, now, handle, outcome));
        }
    }

    /// A message that waits for its turn leaves. Gives its end, where it cannot.
    fn leave(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) -> Option<Outcome> {
        let failed = |result| Some(Outcome { result, sip_code: 0 });
        let message = self.slots.get_mut(handle).filter(|message| message.state == MessageState::Queued)?;
        let Message { call, dialog, account, parts, due, .. } = *message;
        #[cfg(feature = "imdn")]
        if message.status.deaf {
            return failed(Cause::Cancelled);
        }
        if due == Instant::NEVER {
            message.changed = now; // its turn has come
        }
        #[cfg(feature = "info")]
        let sending = if message.info { Sending::Package } else { Sending::Message };
        #[cfg(not(feature = "info"))]
        let sending = Sending::Message;
        message.due = Instant::NEVER;
        if !call.is_none() && !lower.dialogs.is_confirmed(dialog) {
            return failed(Cause::State); // its call ended before its turn
        }
        let block = self.text.get(handle.index);
        let dialog = if call.is_none() {
            let make = |tag, own_hop| Leg::of_message(handle, account, tag, own_hop);
            match lower.begin_leg(account, parts.target.of(block), &DialOptions::default(), make, |_| b"") {
                Ok(leg) => leg,
                Err(CommandError::Full) => Handle::NONE,
                Err(_) => return failed(Cause::Full), // its account is called otherwise by now
            }
        } else {
            dialog
        };
        let request = if dialog.is_none() { None } else { lower.dialog_request(dialog, sending) };
        let Some(request) = request else {
            if call.is_none() {
                lower.dialogs.discard(dialog);
            }
            // a call may hold them for hours
            if now.since(message.changed).millis() >= MESSAGE_SLOT_MS {
                return failed(Cause::Full);
            }
            message.due = now + Duration::from_millis(SLOT_RETRY_MS);
            lower.cx.wake(Object::Message(handle.index), message.due);
            return None;
        };
        (message.request, message.dialog) = (request, dialog);
        message.state = MessageState::Sending;
        lower.dialogs.set_message(dialog, handle);
        let body = (parts.content_type.of(block), parts.body.of(block));
        if lower.transactions.carry(&mut lower.cx, request, parts.lines.of(block), body).is_err() {
            lower.end_request(request);
            return failed(Cause::Full);
        }
        let way = if call.is_none() {
            let own = lower.dialogs.get(dialog).is_some_and(Leg::own_hop);
            lower.accounts.fresh_hop(now, account).filter(|_| own).map(|hop| (hop.flow(), true))
        } else {
            lower.way_within(dialog)
        };
        match lower.go(now, request, way) {
            Asking::Failed { request, cause } => {
                lower.end_request(request);
                failed(cause)
            }
            _ => None,
        }
    }

    /// A message of ours has ended. Gives the one whose turn it is now.
    fn finish(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, outcome: Outcome) -> Option<Handle> {
        let message = self.slots.get_mut(handle)?;
        let Message { dialog, call, token, state, .. } = *message;
        let next = core::mem::replace(&mut message.next, Handle::NONE);
        (message.request, message.changed) = (Handle::NONE, now);
        if call.is_none() || !message.is_active() {
            message.dialog = Handle::NONE; // an indication may leave by its call's again
        }
        (message.result, message.sip_code) = (outcome.result, outcome.sip_code);
        message.due = Instant::NEVER;
        if call.is_none() {
            lower.release_dialog(dialog); // none, before its turn
        } else if state == MessageState::Sending {
            lower.dialogs.set_message(dialog, Handle::NONE);
        }
        #[cfg(feature = "imdn")]
        let (status, ended) = (message.status, *message);
        let tells = !message.is_quiet() && (token != 0 || outcome.result != Cause::Normal);
        #[cfg(feature = "imdn")]
        if status.kind == Kind::Composing {
            self.composing_sent(&mut lower.cx, handle, outcome);
        }
        #[cfg(feature = "imdn")]
        if status.kind == Kind::Notice && !(200..300).contains(&outcome.sip_code) {
            self.notice_failed(&ended, next);
        }
        let news = if tells { PENDING_END } else { 0 };
        // notices that overtook the response
        #[cfg(feature = "imdn")]
        let news = news | if status.untold != 0 { PENDING_NOTICE } else { 0 };
        self.reach(&mut lower.cx, handle, MessageState::Over, news);
        Some(next).filter(|next| !next.is_none())
    }

    /// The same, and the next one has its turn.
    fn ends(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, outcome: Outcome) {
        if let Some(next) = self.finish(lower, now, handle, outcome) {
            self.go_on(lower, now, next);
        }
    }

    /// A response to a MESSAGE of ours came by this leg.
    pub(in crate::phone) fn response(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        dialog: Handle,
        request: Handle,
        (response, status): (&Sip<'_>, u16),
    ) {
        if status < 200 {
            return;
        }
        let (handle, account) = (lower.dialogs.message_of(dialog), lower.dialogs.account_of(dialog));
        let result = match status {
            200..=299 => Cause::Normal,
            401 | 407 => lower.accounts.refusal(account),
            408 => Cause::Timeout,
            _ => Cause::Refused,
        };
        if self.slots.get(handle).is_some_and(|message| message.request == request) {
            self.keep_response(handle, response.head());
        }
        self.carried(lower, now, (handle, request), Outcome { result, sip_code: status });
    }

    /// The response to a message of ours stands behind its parts, cut where it finds no room.
    fn keep_response(&mut self, handle: Handle, head: &[u8]) {
        let Some(message) = self.slots.get_mut(handle) else { return };
        let room = self.text.get_mut(handle.index).get_mut(message.parts.len()..).unwrap_or_default();
        let text = cut(head, room.len());
        if put(room, text) {
            message.len = text.iter().map(|part| part.len()).sum::<usize>() as u16;
        }
    }

    /// A MESSAGE of ours came to nothing without a final response.
    pub(in crate::phone) fn request_failed(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        request: Handle,
        cause: Cause,
    ) {
        let Some((Owner::Dialog(dialog), _)) = lower.came_to_nothing(request) else {
            return lower.end_request(request); // its leg gave way
        };
        let handle = lower.dialogs.message_of(dialog);
        self.carried(lower, now, (handle, request), Outcome { result: cause, sip_code: 0 });
    }

    /// A call for help was dialled: the messages whose request or dialog gave way to it have failed.
    #[cfg(feature = "numbers")]
    pub(in crate::phone) fn way_was_made(&mut self, lower: &mut Lower<'_>, now: Instant) {
        for index in 0..self.slots.capacity() as u32 {
            let Some(handle) = self.slots.handle_at(index) else { continue };
            let Some(message) = self.slots.get(handle).filter(|slot| slot.state == MessageState::Sending) else {
                continue;
            };
            let (request, own) = (message.request, Owner::Dialog(message.dialog));
            if lower.transactions.request(request).is_none_or(|request| request.owner() != own) {
                self.carried(lower, now, (handle, request), Outcome { result: Cause::Full, sip_code: 0 });
            }
        }
    }

    /// A request is over, and the message that it carries, if it still does.
    fn carried(&mut self, lower: &mut Lower<'_>, now: Instant, (handle, request): (Handle, Handle), outcome: Outcome) {
        lower.end_request(request);
        if self.slots.get(handle).is_some_and(|message| message.request == request) {
            self.ends(lower, now, handle, outcome);
        }
    }

    /// A message that found no slot for its request tries again.
    pub(super) fn try_again(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        self.go_on(lower, now, handle);
    }

    /// A message of ours is not to leave any more, or its response is not waited for. Those behind it are given up as well,
    /// each by itself, so none of them has its turn.
    pub(super) fn give_up(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(message) = self.slots.get(handle) else { return };
        lower.end_request(message.request);
        self.finish(lower, now, handle, Outcome { result: Cause::Cancelled, sip_code: 0 });
    }
}

/// A message of ours to a URI. Those with the same hash of their far end leave one after the other.
pub(super) fn to_uri(lower: &Lower<'_>, account: Handle, uri: &[u8]) -> Message {
    let [key, _] = lower.cx.keys;
    let named = [account.index.to_le_bytes(), account.generation.to_le_bytes()];
    let peer = named.iter().fold(Hasher::new(key), |hasher, part| hasher.with(part)).with(uri).finish();
    Message { account, peer, ..Message::EMPTY }
}

/// The same in a call's dialog.
pub(super) fn in_call(lower: &Lower<'_>, (call, dialog): (Handle, Handle)) -> Message {
    let [key, _] = lower.cx.keys;
    let peer = Hasher::new(key).with(&dialog.index.to_le_bytes()).with(&dialog.generation.to_le_bytes()).finish();
    Message { account: lower.dialogs.account_of(dialog), call, dialog, peer, ..Message::EMPTY }
}

/// A message of the application's; where it asks for notices, its name is drawn, by which they find it.
fn asking(lower: &mut Lower<'_>, message: Message, new: &NewMessage<'_>) -> Message {
    #[cfg(feature = "imdn")]
    if new.notices.0 != 0 && !message.is_info() {
        let (asked, secret) = (new.notices, lower.cx.rng.next_u64());
        return Message { status: Status { asked, secret, ..Status::NONE }, ..message };
    }
    let _ = (lower, new);
    message
}

/// The header lines of a message.
#[cfg(not(feature = "info"))]
const fn lines<'n>(new: &NewMessage<'n>) -> [&'n [u8]; 1] {
    [new.headers.as_bytes()]
}

/// The application's part can be sent.
pub(super) fn check(new: &NewMessage<'_>) -> Result<(), CommandError> {
    header_lines::check(new.headers, if new.package.is_empty() { &[] } else { OF_PACKAGE })?;
    let wrong = CommandError::ContentType;
    let kind = new.content_type.as_bytes();
    let known = kind.len() < TARGET && kind.iter().all(|byte| *byte >= 0x20 && *byte != 0x7f);
    if !(kind.is_empty() || known && MediaType::parse(kind).is_some()) {
        return Err(wrong);
    }
    // one without a body is a message all the same (rfc3428#4), but its type would be of nothing
    if !kind.is_empty() && new.body.is_empty() {
        return Err(wrong);
    }
    #[cfg(not(feature = "imdn"))]
    if new.notices.0 != 0 {
        return Err(CommandError::Unsupported);
    }
    Ok(())
}
