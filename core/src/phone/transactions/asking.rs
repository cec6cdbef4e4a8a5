//! Client transactions: requests of ours, from their slot to the last retransmission that they
//! absorb.
//!
//! A request knows its owner and hands that back, but follows no handle to another room.

use super::request::{Owner, Request, Sending, Stage, Wanted};
use super::{Transactions, Unrendered};
use crate::base::copying::copy_within;
use crate::base::cursor::{Cursor, Needed};
use crate::base::limits::FAIL_OVER_MS;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::Flow;
use crate::phone::context::Context;
use crate::phone::object::Object;
use crate::sip::client::{Client, Expiry, Heard, State};
use crate::sip::tag::Tag;
use crate::wire::sip::{CSeq, Message, Method, Name, Writer};

/// A request that is over, and its owner, which may have to release the dialog and line that the request used.
#[derive(Clone, Copy, Debug)]
pub(in crate::phone) struct Over {
    pub(in crate::phone) request: Handle,
    pub(in crate::phone) owner: Owner,
}

/// A new request, and the one that gave way for it.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(in crate::phone) struct Made {
    pub(in crate::phone) handle: Handle,
    pub(in crate::phone) over: Option<Over>,
}

/// The CANCEL of an INVITE: its success, and the request that gave way for it.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(in crate::phone) struct Cancelled {
    pub(in crate::phone) sent: bool,
    pub(in crate::phone) over: Option<Over>,
}

/// The transaction that a response belongs to.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(in crate::phone) enum Found {
    Nothing,
    /// None; but it is a 2xx to an INVITE, whose dialog may know it (rfc6026#7.2).
    Success,
    Request(Handle),
}

/// A response that is more than a retransmission.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(in crate::phone) struct Response {
    pub(in crate::phone) owner: Owner,
    pub(in crate::phone) method: Sending,
    /// The request went over its account's own hop.
    pub(in crate::phone) own_hop: bool,
    /// Another address is left.
    pub(in crate::phone) has_next: bool,
    /// The transaction is completed.
    pub(in crate::phone) completed: bool,
    /// The request has no owner any more.
    pub(in crate::phone) left: bool,
}

/// A deadline of a request has passed.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(in crate::phone) enum RequestDue {
    Nothing,
    TimedOut,
    Over,
}

impl Transactions<'_> {
    /// A slot for a request. When all are in use, one that only absorbs retransmissions gives way, with its ACK kept if
    /// that is still owed.
    pub(in crate::phone) fn make(&mut self, cx: &mut Context<'_>, owner: Owner, method: Sending) -> Option<Made> {
        let mut over = None;
        while self.requests.is_full() {
            // one that has gone since, or serves another request now, is passed over
            let handle = self.requests.handle_at(self.lingering.pop()?);
            let Some(lingering) = handle.filter(|handle| self.is_completed(*handle)) else { continue };
            self.rescue_ack(cx, lingering);
            over = self.end(cx, lingering);
        }
        self.requests.insert(Request { owner, method, ..Request::EMPTY }).map(|handle| Made { handle, over })
    }

    /// A request is over, and its CANCEL with it: an INVITE that is over can no longer be cancelled.
    pub(in crate::phone) fn end(&mut self, cx: &mut Context<'_>, handle: Handle) -> Option<Over> {
        let (owner, cancel) = self.requests.get(handle).map(|request| (request.owner, request.cancel))?;
        if let Owner::Invite(invite) = owner
            && let Some(invite) = self.requests.get_mut(invite)
        {
            invite.cancel = Handle::NONE;
        }
        for gone in [cancel, handle] {
            if self.requests.get(gone).is_some() {
                self.requests.remove(gone);
                cx.wake(Object::Request(gone.index), Instant::NEVER);
            }
        }
        Some(Over { request: handle, owner })
    }

    pub(in crate::phone) fn request(&self, handle: Handle) -> Option<&Request> {
        self.requests.get(handle)
    }

    pub(in crate::phone) fn request_at(&self, index: u32) -> Option<Handle> {
        self.requests.handle_at(index)
    }

    pub(in crate::phone) fn request_capacity(&self) -> u32 {
        self.requests.capacity() as u32
    }

    #[cfg(any(feature = "reliable", feature = "sdp-hosts"))]
    pub(in crate::phone) fn requests_free(&self) -> usize {
        self.requests.free()
    }

    /// A request finds a slot, if need be that of one that only absorbs.
    pub(in crate::phone) fn has_room_to_ask(&self) -> bool {
        !self.requests.is_full() || self.requests.iter().any(|(_, request)| request.client.state() == State::Completed)
    }

    /// As many requests find slots. It walks the pool.
    #[cfg(any(feature = "refer", feature = "notify", feature = "publish"))]
    pub(in crate::phone) fn has_rooms_to_ask(&self, count: usize) -> bool {
        let absorbing = self.requests.iter().filter(|(_, request)| request.client.state() == State::Completed).count();
        self.requests.free() + absorbing >= count
    }

    /// All requests. It walks the pool: for commands, never for a packet.
    #[cfg(feature = "numbers")]
    pub(in crate::phone) fn requests(&self) -> impl Iterator<Item = (Handle, &Request)> {
        self.requests.iter()
    }

    /// A request in this dialog, and its method.
    #[cfg(feature = "numbers")]
    pub(in crate::phone) fn request_of(&self, dialog: Handle) -> Option<(Handle, Sending)> {
        let mut of_dialog = self.requests.iter().filter(|(_, request)| request.owner == Owner::Dialog(dialog));
        of_dialog.next().map(|(handle, request)| (handle, request.method))
    }

    pub(in crate::phone) const fn requests_used(&self) -> usize {
        self.requests.used()
    }

    /// A request waits for its response, or for its addresses or ports.
    pub(in crate::phone) fn is_asking(&self) -> bool {
        self.requests.iter().any(|(_, request)| request.client.state() != State::Completed)
    }

    /// It has its final response, and only absorbs retransmissions.
    fn is_completed(&self, handle: Handle) -> bool {
        self.requests.get(handle).is_some_and(|request| request.client.state() == State::Completed)
    }

    /// A new transaction with a branch of its own. Its bytes are still to be written.
    pub(in crate::phone) fn begin(&mut self, cx: &mut Context<'_>, now: Instant, handle: Handle, number: u32) {
        let secret = cx.rng.next_u64();
        self.take_back(handle);
        let Some(request) = self.requests.get_mut(handle) else { return };
        let reliable = request.place().flow().is_reliable();
        request.number = number;
        request.branch = secret;
        request.stage = Stage::Running;
        request.client = Client::start(now, request.method.is_invite(), reliable);
        // 4 s of silence move on while another address remains: rfc3263#4.3 would wait for 32 s
        request.fail_over =
            if request.is_impatient() { now + Duration::from_millis(FAIL_OVER_MS) } else { Instant::NEVER };
    }

    /// The buffer that a request is written into, and the carried part behind that.
    pub(in crate::phone) fn lend(&mut self, handle: Handle) -> (&mut [u8], &[u8]) {
        let carried = self.requests.get(handle).map_or(0, |request| usize::from(request.carried));
        let block = self.request_bytes.get_mut(handle.index);
        let (head, carried) = block.split_at_mut_checked(block.len().saturating_sub(carried)).unwrap_or_default();
        (head, carried)
    }

    /// The bytes of a request are written, or did not fit. The carried part follows them.
    pub(in crate::phone) fn written(
        &mut self,
        cx: &mut Context<'_>,
        handle: Handle,
        needed: Result<usize, Needed>,
    ) -> Result<(), Unrendered> {
        let Ok(len) = needed else {
            cx.too_long();
            return Err(Unrendered);
        };
        if let Some(request) = self.requests.get_mut(handle) {
            let carried = usize::from(request.carried);
            let block = self.request_bytes.get_mut(handle.index);
            copy_within(block, block.len().saturating_sub(carried)..block.len(), len);
            request.len = (len + carried) as u16;
        }
        Ok(())
    }

    /// A request that is not written yet carries header lines and a body (none: an empty type) behind its own headers,
    /// in each of its transactions.
    #[cfg_attr(
        not(any(test, feature = "reliable", feature = "info", feature = "message")),
        expect(dead_code, reason = "no method of ours carries anything")
    )]
    pub(in crate::phone) fn carry(
        &mut self,
        cx: &mut Context<'_>,
        handle: Handle,
        lines: &[u8],
        body: (&[u8], &[u8]),
    ) -> Result<(), Unrendered> {
        self.carry_lines(cx, handle, [lines, b""], body)
    }

    /// The same with lines of two owners.
    pub(in crate::phone) fn carry_lines(
        &mut self,
        cx: &mut Context<'_>,
        handle: Handle,
        lines: [&[u8]; 2],
        body: (&[u8], &[u8]),
    ) -> Result<(), Unrendered> {
        self.carry_written(cx, handle, |_, out| {
            lines.into_iter().for_each(|lines| out.put(lines));
            let mut writer = Writer::new(out);
            match body {
                (b"", _) => writer.end(),
                (kind, body) => writer.body(kind, body),
            }
        })
    }

    /// The same, which `write` writes, with the empty line and its length before it.
    pub(in crate::phone) fn carry_written(
        &mut self,
        cx: &mut Context<'_>,
        handle: Handle,
        write: impl FnOnce(&Context<'_>, &mut Cursor<'_>),
    ) -> Result<(), Unrendered> {
        let mut out = Cursor::new(self.lend(handle).0);
        write(cx, &mut out);
        let needed = out.finish();
        self.carried(cx, handle, needed)
    }

    /// The same, and its owner has written all of it into the buffer that [`Self::lend`] lends.
    pub(in crate::phone) fn carried(
        &mut self,
        cx: &mut Context<'_>,
        handle: Handle,
        needed: Result<usize, Needed>,
    ) -> Result<(), Unrendered> {
        self.written(cx, handle, needed)?;
        if let Some(request) = self.requests.get_mut(handle) {
            request.carried = request.len;
        }
        self.take_back(handle);
        Ok(())
    }

    /// The body and tail of a request go to its buffer's end, and the message before them is void.
    fn take_back(&mut self, handle: Handle) {
        let Some(request) = self.requests.get_mut(handle) else { return };
        let (end, carried) = (usize::from(core::mem::take(&mut request.len)), usize::from(request.carried));
        let block = self.request_bytes.get_mut(handle.index);
        if let Some(from) = end.checked_sub(carried) {
            copy_within(block, from..end, block.len().saturating_sub(carried));
        }
    }

    /// Keeps a text in the buffer of a request that sends nothing.
    pub(in crate::phone) fn keep(
        &mut self,
        cx: &mut Context<'_>,
        handle: Handle,
        text: &[u8],
    ) -> Result<(), Unrendered> {
        let mut out = Cursor::new(self.lend(handle).0);
        out.put(text);
        let needed = out.finish();
        self.written(cx, handle, needed)
    }

    /// The request has another owner.
    pub(in crate::phone) fn give_to(&mut self, handle: Handle, owner: Owner) {
        if let Some(request) = self.requests.get_mut(handle) {
            request.owner = owner;
        }
    }

    /// The bytes of a request as they were sent, or the text that it keeps.
    pub(in crate::phone) fn sent(&self, handle: Handle) -> &[u8] {
        let len = self.requests.get(handle).map_or(0, |request| usize::from(request.len));
        self.request_bytes.get(handle.index).get(..len).unwrap_or_default()
    }

    /// The written bytes leave.
    pub(in crate::phone) fn send(&mut self, cx: &mut Context<'_>, handle: Handle) {
        cx.owe(Object::Request(handle.index));
        self.wake(cx, handle);
    }

    /// Bytes that are owed, and their flow. `None`: they did not fit, or were for an address that failed meanwhile.
    pub(in crate::phone) fn owed_request(&self, index: u32) -> Option<(&[u8], Flow)> {
        let handle = self.requests.handle_at(index)?;
        let request = self.requests.get(handle)?;
        let leaves = request.stage == Stage::Running && request.len > 0;
        leaves.then(|| (self.sent(handle), request.place().flow()))
    }

    pub(super) fn wake(&self, cx: &mut Context<'_>, handle: Handle) {
        if let Some(request) = self.requests.get(handle) {
            cx.wake(Object::Request(handle.index), request.deadline());
        }
    }

    /// The transaction of a response: rfc3261#17.1.3, the branch and the method of CSeq.
    pub(in crate::phone) fn find(&self, branch: Option<&[u8]>, cseq: &CSeq<'_>, status: u16) -> Found {
        // a CANCEL's own success is none of its INVITE
        let success = (200..300).contains(&status) && matches!(cseq.method, Method::Invite);
        let running = branch.and_then(Tag::read_branch).and_then(|tag| {
            let request = self.requests.get(tag.handle)?;
            (request.branch == tag.secret && request.stage == Stage::Running).then_some((tag.handle, request))
        });
        // rfc6026#7.2: a forking proxy hands on each 2xx. One that comes behind a refusal, or behind another one, is
        // its dialog's business.
        let running = running.filter(|(_, request)| {
            !(success && request.method == Sending::Invite && request.client.state() == State::Completed)
        });
        match (running, cseq.method) {
            (Some((_, invite)), Method::Cancel) if !invite.cancel.is_none() => Found::Request(invite.cancel),
            (Some((handle, request)), method) if request.method.method() == method => Found::Request(handle),
            (None, _) if success => Found::Success,
            _ => Found::Nothing,
        }
    }

    /// A response came to a request. `None`: it is a retransmission; an ACK that has to be repeated is owed.
    pub(in crate::phone) fn hear(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        handle: Handle,
        response: &Message<'_>,
        status: u16,
    ) -> Option<Response> {
        let request = self.requests.get_mut(handle)?;
        request.fail_over = Instant::NEVER;
        let heard = request.client.handle_response(now, status);
        let found = Response {
            owner: request.owner,
            method: request.method,
            own_hop: request.own_hop,
            has_next: request.has_next(),
            completed: request.client.state() == State::Completed,
            left: request.is_left(),
        };
        if found.completed {
            self.lingering.push(handle.index);
        }
        match heard {
            Heard::Absorb => return None,
            Heard::Ack => {
                cx.owe(Object::Request(handle.index));
                return None;
            }
            Heard::PassAndAck => {
                let to = response.header(Name::To).unwrap_or_default();
                if self.write_ack_of_refusal(cx, handle, to).is_err()
                    && let Some(request) = self.requests.get_mut(handle)
                {
                    request.len = 0; // the INVITE would leave in its stead
                }
                cx.owe(Object::Request(handle.index));
            }
            Heard::Pass => {}
        }
        self.wake(cx, handle);
        Some(found)
    }

    /// The patience with the address that the request was sent to is over. Asked before [`Transactions::request_due`].
    pub(in crate::phone) fn request_silent(&mut self, now: Instant, handle: Handle) -> Option<State> {
        let request = self.requests.get_mut(handle).filter(|request| request.fail_over <= now)?;
        request.fail_over = Instant::NEVER;
        Some(request.client.state())
    }

    /// A timer of a request.
    pub(in crate::phone) fn request_due(&mut self, cx: &mut Context<'_>, now: Instant, handle: Handle) -> RequestDue {
        let Some(request) = self.requests.get_mut(handle) else { return RequestDue::Nothing };
        match request.client.handle_timeout(now) {
            Expiry::Nothing => {}
            Expiry::Resend => cx.owe(Object::Request(handle.index)),
            Expiry::Over => return RequestDue::Over,
            Expiry::TimedOut => return RequestDue::TimedOut,
        }
        self.wake(cx, handle);
        RequestDue::Nothing
    }

    /// A new try of a refused request in a slot of its own, with its addresses and challenges. The refused
    /// one may be the very request that gives way.
    pub(in crate::phone) fn renew(&mut self, cx: &mut Context<'_>, handle: Handle) -> Option<Made> {
        let request = self.requests.get(handle).copied()?;
        let made = self.make(cx, request.owner, request.method)?;
        if let Some(slot) = self.requests.get_mut(made.handle) {
            *slot = Request { client: Client::EMPTY, cancel: Handle::NONE, ..request };
        }
        Some(made)
    }

    /// A challenge is answered: the next transaction of this request has a number of its own (rfc3261#22.2).
    pub(in crate::phone) fn answer_challenge(&mut self, handle: Handle, slot: usize, generation: u32) {
        let Some(request) = self.requests.get_mut(handle) else { return };
        request.number = 0;
        request.tries += 1;
        if let Some(answered) = request.answered.get_mut(slot) {
            answered.challenge = generation;
        }
    }

    /// The next transaction of this request has a number of its own.
    #[cfg(feature = "timers")]
    pub(in crate::phone) fn number_anew(&mut self, handle: Handle) {
        if let Some(request) = self.requests.get_mut(handle) {
            request.number = 0;
        }
    }

    /// The owner does not wait for the response any more: the wait for it is bounded.
    pub(in crate::phone) fn bound(&mut self, cx: &mut Context<'_>, now: Instant, handle: Handle) {
        if let Some(request) = self.requests.get_mut(handle) {
            request.client.handle_given_up(now);
        }
        self.wake(cx, handle);
    }

    /// The request has no owner any more; its response is awaited for its ACK only, and not for ever.
    pub(in crate::phone) fn leave(&mut self, cx: &mut Context<'_>, now: Instant, handle: Handle) {
        if let Some(request) = self.requests.get_mut(handle) {
            request.wanted = request.wanted.max(Wanted::No);
        }
        self.bound(cx, now, handle);
    }

    /// The INVITE's call was given up before any response: CANCEL waits for a provisional one (rfc3261#9.1).
    pub(in crate::phone) fn abandon(&mut self, handle: Handle) {
        if let Some(request) = self.requests.get_mut(handle) {
            request.wanted = Wanted::Abandoned;
        }
    }

    /// The deadline of a request's wait: an abandoned INVITE, whose CANCEL found no slot,
    /// tries again; a look-up is given up.
    pub(in crate::phone) fn try_again_at(&mut self, cx: &mut Context<'_>, handle: Handle, at: Instant) {
        if let Some(request) = self.requests.get_mut(handle) {
            request.fail_over = at;
        }
        self.wake(cx, handle);
    }
}
