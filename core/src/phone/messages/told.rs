//! The news of messages: events, numbers and texts.

use super::Messages;
use super::message::{Message, PENDING_END, PENDING_NEWS};
#[cfg(feature = "imdn")]
use super::status::Kind;
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::phone::fields::{first_line, nth_field};
use crate::phone::message::{MessageInfo, MessageText};
use crate::phone::{AccountId, CallId, CommandError, Event, EventKind, MessageId};
use crate::wire::sip::{Address, Message as Sip, Name, Uri};

impl Messages<'_> {
    /// The next event of a message.
    pub(in crate::phone) fn poll_event(&mut self, index: u32) -> Option<Event> {
        let handle = self.slots.handle_at(index)?;
        let told = *self.slots.get(handle)?;
        let Message { state, sip_code, result, token, tag, .. } = told;
        let message = MessageId(handle);
        // what became of a message is told behind its own end
        #[cfg(feature = "imdn")]
        if !told.owes_end()
            && let Some(kind) = self.poll_status(handle, &told)
        {
            let (account, call) = (AccountId(told.account), CallId(told.call));
            return Some(Event { at: told.changed, account, call, tag, kind });
        }
        let kind = if told.pending & PENDING_NEWS != 0 {
            self.change(handle, |message| message.pending &= !PENDING_NEWS);
            if told.is_refer() {
                EventKind::Refer { message, state, sip_code, result }
            } else {
                EventKind::Message { message, state, sip_code, result }
            }
        } else if told.pending & PENDING_END != 0 {
            self.change(handle, |message| message.pending &= !PENDING_END);
            EventKind::Sent { message, token, sip_code, result }
        } else {
            return None;
        };
        Some(Event { at: told.changed, account: AccountId(told.account), call: CallId(told.call), tag, kind })
    }

    /// It has an event that was not fetched.
    pub(in crate::phone) fn has_news(&self, index: u32) -> bool {
        let handle = self.slots.handle_at(index);
        handle.and_then(|handle| self.slots.get(handle)).is_some_and(|message| message.pending != 0)
    }

    /// A message, in numbers.
    pub(in crate::phone) fn info(&self, handle: Handle) -> Option<MessageInfo> {
        let message = self.slots.get(handle)?;
        Some(MessageInfo {
            message: MessageId(handle),
            account: AccountId(message.account),
            call: CallId(message.call),
            tag: message.tag,
            state: message.state,
            incoming: message.incoming,
            refer: message.is_refer(),
            info: message.is_info(),
            began: message.began,
            len: self.body(handle).map_or(0, <[u8]>::len),
            sip_code: message.sip_code,
            result: message.result,
            #[cfg(feature = "imdn")]
            composing: message.status.kind == Kind::Composing,
            #[cfg(feature = "imdn")]
            notices: message.status.asked,
            #[cfg(feature = "imdn")]
            noticed: message.status.noticed,
            #[cfg(not(feature = "imdn"))]
            composing: false,
            #[cfg(not(feature = "imdn"))]
            notices: crate::phone::Asked::default(),
            #[cfg(not(feature = "imdn"))]
            noticed: 0,
        })
    }

    /// The body of a message; empty: it has none.
    pub(in crate::phone) fn body(&self, handle: Handle) -> Option<&[u8]> {
        #[cfg(feature = "imdn")]
        return self.content(handle).map(|content| content.body);
        #[cfg(not(feature = "imdn"))]
        self.whole_body(handle)
    }

    #[cfg(not(feature = "imdn"))]
    fn whole_body(&self, handle: Handle) -> Option<&[u8]> {
        let message = self.slots.get(handle)?;
        if !message.incoming {
            return Some(message.parts.body.of(self.text.get(handle.index)));
        }
        Some(Sip::parse(self.whole(handle)?).map_or(b"".as_slice(), |sip| sip.body()))
    }

    /// The bytes of a message that came.
    pub(super) fn whole(&self, handle: Handle) -> Option<&[u8]> {
        let message = self.slots.get(handle).filter(|message| message.incoming)?;
        self.text.get(handle.index).get(..usize::from(message.len))
    }

    /// The bytes of a message that came, or of the response to one of ours.
    fn heard(&self, handle: Handle) -> Option<&[u8]> {
        let message = self.slots.get(handle)?;
        let start = if message.incoming { 0 } else { message.parts.len() };
        self.text.get(handle.index).get(start..)?.get(..usize::from(message.len))
    }

    /// A text of a message.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`].
    pub(in crate::phone) fn write_text(
        &self,
        handle: Handle,
        which: MessageText,
        out: &mut Cursor<'_>,
    ) -> Result<(), CommandError> {
        let message = self.slots.get(handle).ok_or(CommandError::Stale)?;
        let block = self.text.get(handle.index);
        let mut put = |text: &[u8]| {
            out.put(text);
            if text.is_empty() { Err(CommandError::Nothing) } else { Ok(()) }
        };
        if which == MessageText::MessageId {
            #[cfg(feature = "imdn")]
            if self.write_name(handle, out) {
                return Ok(());
            }
            return Err(CommandError::Nothing);
        }
        #[cfg(feature = "imdn")]
        if which == MessageText::ContentType {
            if !self.write_composed(handle, out) {
                let kind = self.content(handle).map_or(b"".as_slice(), |content| content.content_type);
                out.put(kind);
                return if kind.is_empty() { Err(CommandError::Nothing) } else { Ok(()) };
            }
            return Ok(());
        }
        if !message.incoming {
            return match which {
                MessageText::RemoteUri => put(message.parts.target.of(block)),
                MessageText::ContentType => put(message.parts.content_type.of(block)),
                #[cfg(feature = "info")]
                MessageText::Package if message.is_info() => {
                    put(super::informing::package_of(message.parts.lines.of(block)))
                }
                MessageText::Reason => {
                    let line = self.heard(handle).and_then(first_line).unwrap_or_default();
                    // behind the version and the status
                    put(line.splitn(3, |byte| *byte == b' ').nth(2).unwrap_or_default())
                }
                _ => Err(CommandError::Nothing),
            };
        }
        let nothing = CommandError::Nothing;
        let sip = self.whole(handle).and_then(|whole| Sip::parse(whole).ok()).ok_or(nothing)?;
        match which {
            MessageText::RemoteUri => put(sip.from().map_err(|_| nothing)?.uri),
            MessageText::LocalUri => put(sip.to().map_err(|_| nothing)?.uri),
            MessageText::CallId => put(sip.call_id().map_err(|_| nothing)?),
            MessageText::ContentType => put(sip.header(Name::ContentType).unwrap_or_default()),
            MessageText::ReferTo if message.is_refer() => {
                let to = sip.addresses(Name::ReferTo).flatten().next().ok_or(nothing)?;
                let uri = Uri::parse(to.uri).map_err(|_| nothing)?;
                uri.for_request().into_iter().for_each(|part| out.put(part));
                Ok(())
            }
            MessageText::ReferredBy if message.is_refer() => {
                put(sip.addresses(Name::ReferredBy).flatten().next().map_or(b"", |by| by.uri))
            }
            MessageText::Replaces if message.is_refer() => {
                let to = sip.addresses(Name::ReferTo).flatten().next().ok_or(nothing)?;
                let uri = Uri::parse(to.uri).map_err(|_| nothing)?;
                if uri.write_header("Replaces", out) { Ok(()) } else { Err(nothing) }
            }
            MessageText::Package if message.is_info() => put(sip.header(Name::InfoPackage).unwrap_or_default()),
            MessageText::Package
            | MessageText::Reason
            | MessageText::ReferTo
            | MessageText::ReferredBy
            | MessageText::Replaces
            | MessageText::MessageId => Err(nothing),
            MessageText::RemoteName => {
                let from: Address<'_> = sip.from().map_err(|_| nothing)?;
                if from.display.is_empty() {
                    return Err(nothing);
                }
                from.display_text(out);
                Ok(())
            }
        }
    }

    /// A header field of a message that came, or of the response to one of ours; for no name its first line. `nth` from 0.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`].
    pub(in crate::phone) fn write_header(
        &self,
        handle: Handle,
        name: &str,
        nth: u32,
        out: &mut Cursor<'_>,
    ) -> Result<(), CommandError> {
        self.slots.get(handle).ok_or(CommandError::Stale)?;
        let head = self.heard(handle).unwrap_or_default();
        let field = match name {
            "" => first_line(head).filter(|_| nth == 0),
            name => nth_field(head, name.as_bytes(), nth),
        };
        out.put(field.ok_or(CommandError::Nothing)?);
        Ok(())
    }
}
