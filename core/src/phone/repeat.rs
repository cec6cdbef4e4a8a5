//! What repeats our INVITE: its CANCEL, and the ACK of its refusal. They are made from the bytes that were sent, not from the dialog, which
//! a provisional answer may have given another target and other routes meanwhile.

use super::Phone;
use super::render::Unrendered;
use super::transactions::request::Sending;
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::wire::sip::{Method, Name, Writer};

/// The lines of a message of ours: none is folded, each ends with CRLF. The blank one ends them.
fn lines(message: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = message;
    core::iter::from_fn(move || {
        let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        let (line, later) = rest.split_at_checked(end)?;
        rest = later.get(2..)?;
        (!line.is_empty()).then_some(line)
    })
}

/// Writes all that stands before CSeq, under another method. `to`: another To.
fn write(request: &[u8], sending: Method<'_>, number: u32, to: Option<&[u8]>, out: &mut Cursor<'_>) -> Option<()> {
    let mut lines = lines(request);
    let first = lines.next()?;
    let space = first.iter().position(|byte| *byte == b' ')?;
    out.put(sending.text());
    out.put(first.get(space..)?);
    out.put_str("\r\n");
    for line in lines.take_while(|line| !line.starts_with(b"CSeq:")) {
        match to.filter(|_| line.starts_with(b"To:")) {
            Some(to) => Writer::new(out).header_bytes(Name::To, to),
            None => {
                out.put(line);
                out.put_str("\r\n");
            }
        }
    }
    Writer::new(out).cseq(number, sending);
    Some(())
}

impl Phone<'_> {
    /// Renders the CANCEL of an INVITE (rfc3261#9.1): the same Request-URI, Via, Route, From, To, Call-ID and number.
    pub(super) fn render_cancel(&mut self, cancel: Handle, invite: Handle) -> Result<(), Unrendered> {
        let request = self.lower.transactions.requests.get(invite).copied().ok_or(Unrendered)?;
        let (source, room) = self.lower.transactions.request_bytes.two(invite.index, cancel.index);
        let source = source.get(..usize::from(request.len)).unwrap_or_default();
        let mut out = Cursor::new(room);
        write(source, Method::Cancel, request.number, None, &mut out).ok_or(Unrendered)?;
        let mut writer = Writer::new(&mut out);
        writer.header_bytes(Name::UserAgent, self.lower.cx.fixed.agent.get());
        writer.end();
        let needed = out.finish();
        self.finish_request(cancel, needed)
    }

    /// Replaces an INVITE in its buffer by the ACK of its refusal (rfc3261#17.1.1.3): all of the INVITE's, with the answer's To.
    pub(super) fn render_ack_of_refusal(&mut self, invite: Handle, to: &[u8]) -> Result<(), Unrendered> {
        let request = self.lower.transactions.requests.get(invite).copied().ok_or(Unrendered)?;
        let block = self.lower.transactions.request_bytes.get_mut(invite.index);
        // the one reply is not in use while an answer is handled: handle_sip says Drain until it has left
        let mut out = Cursor::new(self.lower.transactions.reply);
        write(block.get(..usize::from(request.len)).unwrap_or_default(), Method::Ack, request.number, Some(to), &mut out)
            .ok_or(Unrendered)?;
        Writer::new(&mut out).end();
        let needed = out.finish();
        if let Ok(len) = needed
            && let (Some(room), Some(ack)) = (block.get_mut(..len), self.lower.transactions.reply.get(..len))
        {
            room.copy_from_slice(ack);
        }
        self.finish_request(invite, needed)
    }

    /// A refused INVITE is to be sent anew though a provisional answer had made an early dialog: its target and routes are those it had first.
    pub(super) fn forget_early(&mut self, dialog_handle: Handle, invite: Handle) {
        let early = self.lower.dialogs.slots.get(dialog_handle).is_some_and(|dialog| !dialog.confirmed && !dialog.remote_tag.is_empty());
        if early {
            self.drop_forks(dialog_handle);
        }
        if self.lower.dialogs.slots.get(dialog_handle).is_some_and(|dialog| !dialog.confirmed) {
            self.forget_agreed(dialog_handle);
            self.forget_lookup(dialog_handle);
        }
        let Some(request) = self.lower.transactions.requests.get(invite).filter(|request| early && request.method == Sending::Invite)
        else {
            return;
        };
        let sent = self.lower.transactions.request_bytes.get(invite.index).get(..usize::from(request.len)).unwrap_or_default();
        let Some(target) = lines(sent).next().and_then(|first| first.split(|byte| *byte == b' ').nth(1)) else { return };
        let routes = lines(sent).filter_map(|line| line.strip_prefix(b"Route: "));
        if let Some(dialog) = self.lower.dialogs.slots.get_mut(dialog_handle) {
            // what fitted before fits again
            let _ = dialog.set_remote(self.lower.dialogs.text.get_mut(dialog_handle.index), b"", routes, target);
        }
    }

    /// An absorbing request gives its slot away: an ACK that it still owes is kept as the one reply, if that is free.
    pub(super) fn rescue_ack(&mut self, handle: Handle) {
        let Some(request) = self.lower.transactions.requests.get(handle).filter(|request| request.method.is_invite()) else { return };
        let number = self.lower.cx.objects.number(super::object::Object::Request(handle.index));
        if self.lower.transactions.reply_len > 0 || !self.lower.cx.owed.has(number) {
            return;
        }
        let ack = self.lower.transactions.request_bytes.get(handle.index).get(..usize::from(request.len)).unwrap_or_default();
        if let Some(room) = self.lower.transactions.reply.get_mut(..ack.len()) {
            room.copy_from_slice(ack);
            self.lower.transactions.reply_len = ack.len();
            self.lower.transactions.reply_flow = Some(request.place().flow());
        }
    }
}
