//! Notices (RFC 5438): what became of a message of ours, and of one that came. A message that asks for them is in an
//! envelope (RFC 3862) and has a name, which carries its slot and 64 random bits: so a notice finds it without a walk.

use super::Messages;
use super::envelope::name_of;
use super::message::{Message, PENDING_NEWS, PENDING_NOTICE};
use super::sending::{in_call, to_uri};
use super::status::{Kind, Status};
use crate::base::cursor::Cursor;
use crate::base::limits::TARGET;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::arrived::Arrived;
use crate::phone::message::NewMessage;
use crate::phone::object::Object;
use crate::phone::{Asked, Cause, CommandError, Disposition, EventKind, Lower, MessageId, MessageState};
use crate::wire::body::composing::{self, Composing};
use crate::wire::body::cpim::{self, Cpim};
use crate::wire::body::imdn::{self, Notice};
use crate::wire::sip::{MediaType, Message as Sip, Name, Uri};

/// Bytes of the longest name of a message that notices are written about: a mail's Message-ID is no longer.
const NAME: usize = 128;

/// Bytes of the longest time that a message may say.
const TIME: usize = 64;

/// Bytes of the longest notice of ours: a name, a time and a URI, of which each byte may be written as six.
const NOTICE: usize = 6 * (NAME + TIME + TARGET) + 512;

/// The body of a message, out of its envelope.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Content<'a> {
    pub(super) content_type: &'a [u8],
    pub(super) body: &'a [u8],
    pub(super) envelope: Cpim<'a>,
}

impl<'a> Content<'a> {
    /// Of a body of this type. An envelope that cannot be opened is what it is.
    fn of(content_type: &'a [u8], body: &'a [u8]) -> Self {
        let is_envelope = MediaType::parse(content_type).is_some_and(|kind| kind.is(b"message", b"cpim"));
        match Cpim::parse(body).filter(|_| is_envelope) {
            Some(envelope) => Self { content_type: envelope.content_type, body: envelope.body, envelope },
            None => Self { content_type, body, envelope: Cpim::default() },
        }
    }

    fn is(&self, kind: &str) -> bool {
        let named = self.content_type.split(|byte| *byte == b';').next().unwrap_or_default();
        named.trim_ascii().eq_ignore_ascii_case(kind.as_bytes())
    }
}

/// The same of a message that came.
pub(super) fn content_of<'a>(sip: &Sip<'a>) -> Content<'a> {
    Content::of(sip.header(Name::ContentType).unwrap_or_default(), sip.body())
}

impl Messages<'_> {
    /// The body of a message, out of its envelope.
    pub(super) fn content(&self, handle: Handle) -> Option<Content<'_>> {
        let message = self.slots.get(handle)?;
        if message.incoming {
            return Some(Sip::parse(self.whole(handle)?).map_or(Content::default(), |sip| content_of(&sip)));
        }
        let block = self.text.get(handle.index);
        let (content_type, body) = (message.parts.content_type.of(block), message.parts.body.of(block));
        // an envelope that the application made is its own
        if message.status.asked.0 == 0 {
            return Some(Content { content_type, body, envelope: Cpim::default() });
        }
        Some(Content::of(content_type, body))
    }

    /// A message may be about another one: the status of its response. `None`: it is one for people.
    pub(super) fn status_arrived(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        named: (Handle, Handle),
    ) -> Option<u16> {
        let content = content_of(arrived.request);
        if content.is(composing::TYPE) {
            let said = Composing::parse(content.body);
            return Some(said.map_or(400, |said| self.composing_arrived(lower, now, arrived, named, &said)));
        }
        if content.is(imdn::TYPE) {
            let said = Notice::parse(content.body);
            return Some(said.map_or(400, |said| self.notice_arrived(lower, now, arrived, named, &said)));
        }
        None
    }

    /// A notice came. Gives the status of its response.
    fn notice_arrived(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        (account, call): (Handle, Handle),
        said: &Notice<'_>,
    ) -> u16 {
        let bit = said.disposition.bit();
        if let Some(handle) = self.named(account, said.message_id.raw()) {
            // each is told once (rfc5438#7.1.2)
            if self.slots.get(handle).is_some_and(|slot| slot.status.noticed & bit == 0) {
                self.change(handle, |slot| {
                    slot.status.noticed |= bit;
                    slot.status.untold |= bit;
                    // it may overtake the response to its message
                    if !slot.is_under_way() {
                        slot.pending |= PENDING_NOTICE;
                        slot.changed = now;
                    }
                });
                if self.slots.get(handle).is_some_and(|slot| slot.pending & PENDING_NOTICE != 0) {
                    lower.cx.tell(Object::Message(handle.index));
                }
            }
            return 200;
        }
        // it is about one that is gone: the application may know it by its name
        let status = Status { kind: Kind::Notice, ..Status::NONE };
        let handle = match self.take(lower, now, arrived, Message { account, call, status, ..Message::EMPTY }, false) {
            Ok(handle) => handle,
            Err(status) => return status,
        };
        self.set_outcome(handle, 200, Cause::Normal);
        self.reach(&mut lower.cx, handle, MessageState::Over, PENDING_NEWS);
        200
    }

    /// The message of ours with this name, which went out by this account.
    fn named(&self, account: Handle, name: &[u8]) -> Option<Handle> {
        let id = cpim::read_id(name)?;
        let handle = Handle { index: (id >> 32) as u32, generation: id as u32 };
        let message = self.slots.get(handle)?;
        let ours = !message.incoming && message.status.asked.0 != 0;
        (ours && message.account == account && name_of(handle, message.status.secret) == id).then_some(handle)
    }

    /// A message that came says which notices its writer wants.
    pub(super) fn learn_wanted(&mut self, handle: Handle, arrived: &Arrived<'_, '_>) {
        let wanted = self.content(handle).map(|content| content.envelope);
        let wanted = wanted.filter(|envelope| (1..=NAME).contains(&envelope.message_id.len()));
        if let (Some(envelope), Some(message)) = (wanted.map(|envelope| envelope.asked), self.slots.get_mut(handle)) {
            message.status.asked = envelope;
            message.status.elsewhere = arrived.dialog.is_none() && message.account.is_none() && is_elsewhere(arrived);
        }
    }

    /// The call of a message; none: it is in none.
    pub(in crate::phone) fn call_of(&self, handle: Handle) -> Handle {
        self.slots.get(handle).map_or(Handle::NONE, |message| message.call)
    }

    /// A message that was accepted tells its writer that it came, where that is set and wanted. One that finds no slot does
    /// not leave: nobody waits for it.
    pub(in crate::phone) fn tell_delivery(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        dialog: Handle,
    ) {
        let Some(message) = self.slots.get(handle).filter(|message| message.status.asked.has(Asked::DELIVERY)) else {
            return;
        };
        if lower.accounts.tells_delivery(&lower.cx, message.account) {
            let _ = self.notice(lower, now, handle, dialog, Disposition::Delivered);
        }
    }

    /// Tells the writer of a message that came what became of it; see [`crate::phone::Phone::message_notice`].
    // `inline(never)`: its texts are on the stack of notices alone
    #[inline(never)]
    pub(in crate::phone) fn notice(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        dialog: Handle,
        disposition: Disposition,
    ) -> Result<(), CommandError> {
        let message = *self.slots.get(handle).ok_or(CommandError::Stale)?;
        let wanted = if disposition == Disposition::Displayed { Asked::DISPLAY } else { Asked::DELIVERY };
        let taken =
            matches!(message.state, MessageState::Kept | MessageState::Over) && (200..300).contains(&message.sip_code);
        if !message.incoming || message.is_refer() || message.status.kind != Kind::Text || !taken {
            return Err(CommandError::State);
        }
        if !message.status.asked.has(wanted) {
            return Err(CommandError::Nothing);
        }
        // rfc5438#7.2.1: one of each kind
        if message.status.noticed & disposition.bit() != 0 || message.status.deaf {
            return Ok(());
        }
        let (mut uri_room, mut body_room) = ([0u8; TARGET], [0u8; NOTICE]);
        let sip = self.whole(handle).and_then(|whole| Sip::parse(whole).ok()).ok_or(CommandError::State)?;
        // its sender is told, and nobody that the envelope names besides
        let writer = sip.from().map_err(|_| CommandError::Uri)?.uri;
        // one forged datagram would have us write to a third party
        if is_nobody(writer) || message.status.elsewhere {
            return Err(CommandError::Uri);
        }
        let uri = uri_room.get_mut(..writer.len()).ok_or(CommandError::Text)?;
        uri.copy_from_slice(writer);
        let us = lower.accounts.uri(message.account).or(sip.to().ok().map(|to| to.uri)).unwrap_or_default();
        let us = Some(us).filter(|us| us.len() <= TARGET).unwrap_or_default();
        let envelope = content_of(&sip).envelope;
        let time = Some(envelope.date_time).filter(|time| time.len() <= TIME).unwrap_or_default();
        let mut out = Cursor::new(&mut body_room);
        imdn::write(envelope.message_id, time, us, disposition == Disposition::Displayed, &mut out);
        let len = out.finish().map_err(|_| CommandError::Text)?;
        let body = body_room.get(..len).unwrap_or_default();
        let new = NewMessage { body, content_type: cpim::TYPE, tag: packed(handle), ..NewMessage::default() };
        let status = Status { kind: Kind::Notice, secret: lower.cx.rng.next_u64(), ..Status::NONE };
        let ours =
            if dialog.is_none() { to_uri(lower, message.account, uri) } else { in_call(lower, (message.call, dialog)) };
        self.send_to(lower, now, if dialog.is_none() { uri } else { b"" }, Message { status, ..ours }, &new)?;
        if let Some(message) = self.slots.get_mut(handle) {
            message.status.noticed |= disposition.bit();
        }
        Ok(())
    }

    /// A notice to a direct sender came to nothing: nobody knows that the sender is there, so that no second one leaves.
    pub(super) fn notice_failed(&mut self, notice: &Message, next: Handle) {
        if !notice.account.is_none() || !notice.call.is_none() {
            return;
        }
        let about = Handle { index: (notice.tag >> 32) as u32, generation: notice.tag as u32 };
        if let Some(message) = self.slots.get_mut(about) {
            message.status.deaf = true;
        }
        // its message may be released by now
        let next = self.slots.get_mut(next).filter(|next| next.status.kind == Kind::Notice && next.tag == notice.tag);
        if let Some(next) = next {
            next.status.deaf = true;
        }
    }

    /// The next event of a message that is about another one, or that notices are about.
    pub(super) fn poll_status(&mut self, handle: Handle, told: &Message) -> Option<EventKind> {
        let message = MessageId(handle);
        if told.pending & PENDING_NOTICE != 0 {
            let disposition = Disposition::first(told.status.untold);
            let left = told.status.untold & !disposition.map_or(u8::MAX, Disposition::bit);
            self.change(handle, |slot| {
                slot.status.untold = left;
                slot.pending &= if left == 0 { !PENDING_NOTICE } else { u8::MAX };
            });
            return Some(EventKind::Delivery { message, disposition: disposition? });
        }
        if told.pending & PENDING_NEWS == 0 || told.status.kind == Kind::Text {
            return None;
        }
        self.change(handle, |slot| slot.pending &= !PENDING_NEWS);
        if told.status.kind == Kind::Composing {
            return Some(EventKind::Composing { message, active: told.status.active });
        }
        let notice = self.content(handle).and_then(|content| Notice::parse(content.body).ok())?;
        Some(EventKind::Delivery { message, disposition: notice.disposition })
    }

    /// Writes the name of a message that has one, or that a notice is about. False: it has none.
    pub(super) fn write_name(&self, handle: Handle, out: &mut Cursor<'_>) -> bool {
        let Some(message) = self.slots.get(handle) else { return false };
        let Some(content) = self.content(handle) else { return false };
        if message.incoming && message.status.kind == Kind::Notice {
            return Notice::parse(content.body).map(|notice| notice.message_id.write(out)).is_ok();
        }
        out.put(content.envelope.message_id);
        !content.envelope.message_id.is_empty()
    }

    /// Writes the type of what a far end writes, where this message says so. False: it is no such message.
    pub(super) fn write_composed(&self, handle: Handle, out: &mut Cursor<'_>) -> bool {
        let composing = self.slots.get(handle).is_some_and(|message| message.status.kind == Kind::Composing);
        let said = self.content(handle).filter(|_| composing).and_then(|content| Composing::parse(content.body).ok());
        let Some(said) = said else { return false };
        if said.content_type.is_blank() {
            out.put_str("text/plain");
        } else {
            said.content_type.write(out);
        }
        true
    }
}

/// The message that a notice is about, in the notice's own number.
const fn packed(about: Handle) -> u64 {
    (about.index as u64) << 32 | about.generation as u64
}

/// The host in From is not the address that a request came from.
fn is_elsewhere(arrived: &Arrived<'_, '_>) -> bool {
    let from = arrived.request.from().ok().and_then(|from| Uri::parse(from.uri).ok());
    // rfc3261#19.1.1: what is sent to it would go to that one
    let from = from.filter(|uri| uri.params.get(b"maddr").is_none());
    let said = from.and_then(|uri| uri.host.ip());
    said.is_none_or(|said| said.to_canonical() != arrived.flow.remote().ip().to_canonical())
}

/// rfc3323#4.1: a far end that does not want to be known is told nothing.
fn is_nobody(uri: &[u8]) -> bool {
    uri.windows(b"anonymous.invalid".len()).any(|part| part.eq_ignore_ascii_case(b"anonymous.invalid"))
}
