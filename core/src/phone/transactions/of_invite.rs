//! Messages that are made of an INVITE's own bytes: its CANCEL, and the ACK of its refusal.

use super::asking::{Cancelled, Made};
use super::request::{Owner, Sending, Stage, Wanted};
use super::{Transactions, Unrendered, repeat};
use crate::base::copying::copy;
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::context::Context;
use crate::phone::object::Object;
use crate::sip::client::Client;

impl Transactions<'_> {
    /// Cancels an INVITE. Where no slot is free for the CANCEL, or it does not fit, the wait for the INVITE's end is
    /// bounded as if it had left.
    pub(in crate::phone) fn cancel(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        invite: Handle,
        lines: &[u8],
    ) -> Cancelled {
        let Some(sent) = self.requests.get(invite) else { return Cancelled { sent: false, over: None } };
        let (hop, branch, number) = (sent.place(), sent.branch, sent.number);
        let Some(Made { handle: cancel, over }) = self.make(cx, Owner::Invite(invite), Sending::Cancel) else {
            self.leave(cx, now, invite);
            return Cancelled { sent: false, over: None };
        };
        if self.write_cancel(cx, cancel, (invite, number), lines).is_err() {
            self.end(cx, cancel);
            self.leave(cx, now, invite);
            return Cancelled { sent: false, over };
        }
        if let Some(sent) = self.requests.get_mut(invite) {
            sent.cancel = cancel;
            sent.wanted = sent.wanted.max(Wanted::No);
            sent.client.handle_cancelled(now);
        }
        self.wake(cx, invite);
        if let Some(request) = self.requests.get_mut(cancel) {
            if let Some(first) = request.targets.first_mut() {
                *first = hop;
            }
            request.count = 1;
            request.branch = branch;
            request.number = number;
            request.stage = Stage::Running;
            request.client = Client::start(now, false, hop.flow().is_reliable());
        }
        self.send(cx, cancel);
        Cancelled { sent: true, over }
    }

    /// Writes the CANCEL of an INVITE (rfc3261#9.1): the same Request-URI, Via, Route, From, To, Call-ID and number.
    fn write_cancel(
        &mut self,
        cx: &mut Context<'_>,
        cancel: Handle,
        (invite, number): (Handle, u32),
        lines: &[u8],
    ) -> Result<(), Unrendered> {
        let len = self.requests.get(invite).map_or(0, |request| usize::from(request.len));
        let (source, room) = self.request_bytes.two(invite.index, cancel.index);
        let mut out = Cursor::new(room);
        repeat::write_cancel(source.get(..len).unwrap_or_default(), number, cx.fixed.agent.get(), lines, &mut out)
            .ok_or(Unrendered)?;
        let needed = out.finish();
        self.written(cx, cancel, needed)
    }

    /// Replaces an INVITE in its buffer by the ACK of its refusal (rfc3261#17.1.1.3): all of the INVITE's, with the
    /// response's To.
    pub(super) fn write_ack_of_refusal(
        &mut self,
        cx: &mut Context<'_>,
        invite: Handle,
        to: &[u8],
    ) -> Result<(), Unrendered> {
        let (len, number) =
            self.requests.get(invite).map(|request| (usize::from(request.len), request.number)).ok_or(Unrendered)?;
        let block = self.request_bytes.get_mut(invite.index);
        // the stateless response is not in use while a response is handled: handle_sip says Drain until it has left
        let mut out = Cursor::new(self.reply);
        repeat::write_ack(block.get(..len).unwrap_or_default(), number, to, &mut out).ok_or(Unrendered)?;
        let needed = out.finish();
        if let Ok(len) = needed
            && let (Some(room), Some(ack)) = (block.get_mut(..len), self.reply.get(..len))
        {
            copy(ack, room);
        }
        self.written(cx, invite, needed)
    }

    /// An absorbing request gives its slot away: an ACK that it still owes is kept as the stateless response, if that
    /// is free.
    pub(super) fn rescue_ack(&mut self, cx: &Context<'_>, handle: Handle) {
        let Some(request) = self.requests.get(handle).filter(|request| request.method.is_invite()) else { return };
        if self.reply_len > 0 || !cx.owes(Object::Request(handle.index)) {
            return;
        }
        let flow = request.place().flow();
        let ack = self.request_bytes.get(handle.index).get(..usize::from(request.len)).unwrap_or_default();
        if let Some(room) = self.reply.get_mut(..ack.len()) {
            copy(ack, room);
            self.reply_len = ack.len();
            self.reply_flow = Some(flow);
        }
    }
}
