//! Server transactions: requests that came in and owe their response, from their arrival to their tombstone.
//!
//! A transaction knows its owner and hands that back, but follows no handle to another room. A request of any method
//! may have one, for as long as its response is owed; one that is answered at once needs none (`stateless`).

#[cfg(feature = "message")]
use super::server::Then;
use super::server::{Host, Served, Server};
use super::stateless::responses_to;
use super::{Transactions, Unrendered};
use crate::base::copying::copy;
use crate::base::cursor::{Cursor, Needed};
use crate::base::limits::{STATUS_LINE, TRYING_MS};
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::Flow;
use crate::phone::context::Context;
use crate::phone::object::Object;
use crate::phone::place::Place;
use crate::sip::server::{Expiry, Server as Transaction, State};
#[cfg(feature = "message")]
use crate::sip::tombstone::Own;
use crate::sip::tombstone::{Keys, Owed, Responded};
use crate::wire::sip::{Mandatory, Message, Method, Start, Via, Writer, echo_with_routes};
#[cfg(feature = "stream")]
use core::net::SocketAddr;

/// A request is compared with those that came before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub(in crate::phone) enum Absorbed {
    /// It is new.
    New,
    /// A repetition; it gets the response that is owed, or none.
    Nothing,
    /// A repetition that gets the same response again.
    Again(Responded),
    /// A copy of it came over another path (rfc3261#8.2.2.2).
    Merged,
}

/// A request got no transaction.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::phone) enum NotOpened {
    /// There is no slot.
    Full,
    /// Its echo and its body do not fit.
    TooLong,
}

/// The first lines of a response, already written.
#[derive(Clone, Copy, Debug)]
pub(in crate::phone) struct Head {
    start: u16,
    status: u16,
}

/// The buffer of a response, which is written behind the echo.
#[derive(Debug)]
pub(in crate::phone) struct Lent<'t> {
    /// To be handed back with the bytes written.
    pub(in crate::phone) head: Head,
    pub(in crate::phone) out: Cursor<'t>,
    /// The kept part of the request's body.
    pub(in crate::phone) kept: &'t [u8],
}

/// An ACK's transaction.
#[derive(Clone, Copy, Debug)]
pub(in crate::phone) struct Acknowledged {
    pub(in crate::phone) handle: Handle,
    pub(in crate::phone) served: Served,
    /// It was accepted.
    pub(in crate::phone) success: bool,
}

/// The INVITE that a CANCEL is for.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(in crate::phone) enum Met {
    Nothing,
    /// Its transaction is over.
    Gone,
    /// It has its final response.
    Late(Served),
    /// It is not answered yet.
    Pending(Handle, Served),
}

/// A deadline of a server transaction has passed.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(in crate::phone) enum ServerDue {
    Nothing,
    Over,
    /// No ACK came for a 2xx.
    Unacknowledged(Served),
    /// No PRACK came for a provisional response.
    #[cfg(feature = "reliable")]
    Unheard(Served),
    /// Another provisional response is to keep the INVITE alive.
    #[cfg(feature = "reliable")]
    Extend,
}

impl Transactions<'_> {
    /// Compares a request with those that came before (rfc3261#17.2.3). `begins`: it is in no dialog, and its copies are
    /// recognised.
    pub(in crate::phone) fn absorb(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        keys: Keys,
        begins: bool,
    ) -> Absorbed {
        match self.tombstones.find(now, keys.base, keys.key) {
            Some(Owed::Response(responded)) => return Absorbed::Again(responded),
            Some(Owed::Nothing) => return Absorbed::Nothing,
            None => {}
        }
        // it has its response already, for a copy that came over another path
        let mut merged = begins && self.tombstones.has(now, keys.base);
        for index in self.server_table.find(keys.base) {
            let Some(server) = self.servers.handle_at(index).and_then(|handle| self.servers.get(handle)) else {
                continue;
            };
            if server.key == keys.key {
                // rfc6026#7.1: Accepted absorbs it; the 2xx is repeated by its own clock
                if server.end > 0 && server.state() != State::Accepted {
                    self.owe_response(cx, index);
                }
                return Absorbed::Nothing;
            }
            merged |= begins;
        }
        if merged { Absorbed::Merged } else { Absorbed::New }
    }

    /// A transaction for a request. It keeps the headers that a response echoes, and `kept` of its body.
    pub(in crate::phone) fn open(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        of: (Flow, Keys),
        request: (&Message<'_>, &Mandatory<'_>),
        kept: &[u8],
        served: Served,
    ) -> Result<Handle, NotOpened> {
        let ((flow, keys), (request, mandatory)) = (of, request);
        #[cfg(feature = "refer")]
        if self.servers.free() == 0 {
            self.yield_server(cx, now);
        }
        let handle = self.servers.insert(Server::EMPTY).ok_or(NotOpened::Full)?;
        let Some((echo_end, kept)) = self.keep_request(handle, flow, (request, &mandatory.via), kept) else {
            self.servers.remove(handle);
            return Err(NotOpened::TooLong);
        };
        let transaction = match request.start() {
            Start::Request { method: Method::Invite, .. } => {
                Transaction::start(now, flow.is_reliable(), Duration::from_millis(TRYING_MS))
            }
            _ => Transaction::start_other(now, flow.is_reliable()),
        };
        let server = Server {
            transaction,
            served,
            flow: Place::new(responses_to(flow, &mandatory.via)),
            base: keys.base,
            key: keys.key,
            echo_end,
            kept,
            has_tag: mandatory.to.tag().is_some(),
            direct: keys.direct,
            #[cfg(feature = "reliable")]
            reliably: super::reliable::Reliably::of(mandatory.cseq.number),
            #[cfg(feature = "stream")]
            sent_by: mandatory.via.port.filter(|port| *port > 0).unwrap_or(5060),
            ..Server::EMPTY
        };
        if let Some(slot) = self.servers.get_mut(handle) {
            *slot = server;
        }
        self.server_table.insert(keys.base, handle.index);
        if server.is_counted() {
            self.count_source(cx, handle, flow);
        }
        self.wake_server(cx, handle);
        Ok(handle)
    }

    /// Puts a request's echo and the end of its body in its transaction's buffer.
    fn keep_request(
        &mut self,
        handle: Handle,
        flow: Flow,
        request: (&Message<'_>, &Via<'_>),
        kept: &[u8],
    ) -> Option<(u16, u16)> {
        let (request, via) = request;
        let block = self.server_bytes.get_mut(handle.index);
        let (front, back) = block.split_at_mut_checked(block.len().checked_sub(kept.len())?)?;
        copy(kept, back);
        let mut out = Cursor::new(front.get_mut(STATUS_LINE..)?);
        echo_with_routes(request, Some(via), flow.remote(), &mut out);
        let echo_end = STATUS_LINE + out.finish().ok()?;
        Some((u16::try_from(echo_end).ok()?, u16::try_from(kept.len()).ok()?))
    }

    /// A response with so many bytes behind its echo fits.
    pub(in crate::phone) fn fits(&self, handle: Handle, needed: usize) -> bool {
        let Some(server) = self.servers.get(handle) else { return false };
        let end = usize::from(server.echo_end) + needed;
        let room = self.server_bytes.get(handle.index).len().saturating_sub(usize::from(server.kept));
        end <= room && end <= ACCEPTED + self.reply.len()
    }

    /// The same of a response with any status.
    #[cfg(feature = "message")]
    pub(in crate::phone) fn fits_any(&self, handle: Handle, needed: usize) -> bool {
        self.fits(handle, needed + ACCEPTED)
    }

    pub(in crate::phone) fn server(&self, handle: Handle) -> Option<&Server> {
        self.servers.get(handle)
    }

    pub(in crate::phone) fn server_at(&self, index: u32) -> Option<Handle> {
        self.servers.handle_at(index)
    }

    /// The state of a transaction; `None`: it is over.
    pub(in crate::phone) fn server_state(&self, handle: Handle) -> Option<State> {
        self.servers.get(handle).map(Server::state)
    }

    pub(in crate::phone) const fn servers_used(&self) -> usize {
        self.servers.used()
    }

    /// Slots that are free, or whose transaction gives way.
    pub(in crate::phone) fn servers_free(&self) -> usize {
        #[cfg(feature = "refer")]
        return self.servers.free() + self.yielding as usize;
        #[cfg(not(feature = "refer"))]
        self.servers.free()
    }

    /// A 2xx waits for its ACK.
    pub(in crate::phone) fn awaits_ack(&self) -> bool {
        self.servers.iter().any(|(_, server)| server.state() == State::Accepted)
    }

    /// The kept part of a request's body.
    pub(in crate::phone) fn kept_of(&self, handle: Handle) -> &[u8] {
        let block = self.server_bytes.get(handle.index);
        let len = self.servers.get(handle).map_or(0, |server| usize::from(server.kept));
        block.get(block.len().saturating_sub(len)..).unwrap_or_default()
    }

    /// The address of the offer's media.
    pub(in crate::phone) fn set_host(&mut self, handle: Handle, host: Host) {
        if let Some(server) = self.servers.get_mut(handle) {
            server.host = host;
        }
    }

    /// A request is this call's, which had no slot before.
    #[cfg(feature = "refer")]
    pub(in crate::phone) fn set_call(&mut self, handle: Handle, call: Handle) {
        if let Some(server) = self.servers.get_mut(handle) {
            server.served.call = call;
        }
    }

    /// The call of a request is gone.
    pub(in crate::phone) fn forget_call(&mut self, handle: Handle) {
        if let Some(server) = self.servers.get_mut(handle) {
            server.served.call = Handle::NONE;
        }
    }

    /// The buffer for a response with this status, whose status line is written. `phrase`: its reason phrase; empty: the
    /// usual one.
    pub(in crate::phone) fn lend_response(&mut self, handle: Handle, status: u16, phrase: &[u8]) -> Option<Lent<'_>> {
        let server = self.servers.get(handle)?;
        let (echo_end, kept) = (usize::from(server.echo_end), usize::from(server.kept));
        let block = self.server_bytes.get_mut(handle.index);
        let (front, kept) = block.split_at_mut_checked(block.len().saturating_sub(kept))?;
        let (echo, rest) = front.split_at_mut_checked(echo_end)?;
        // the status line ends where the echo begins
        let mut line = [0u8; STATUS_LINE];
        let mut cursor = Cursor::new(&mut line);
        let mut writer = Writer::new(&mut cursor);
        // one that is too long for its place is left out
        if phrase.is_empty() || "SIP/2.0 200 \r\n".len() + phrase.len() > STATUS_LINE {
            writer.status_line(status);
        } else {
            writer.status_line_with(status, phrase);
        }
        let written = cursor.finish().ok()?;
        let start = STATUS_LINE - written;
        if let (Some(room), Some(line)) = (echo.get_mut(start..STATUS_LINE), line.get(..written)) {
            copy(line, room);
        }
        // no datagram may be longer than a message
        let longest = self.reply.len().saturating_sub(echo_end.saturating_sub(start)).min(rest.len());
        let out = Cursor::new(rest.get_mut(..longest).unwrap_or_default());
        Some(Lent { head: Head { start: start as u16, status }, out, kept })
    }

    /// A response is written behind the echo, or did not fit.
    pub(in crate::phone) fn written_response(
        &mut self,
        cx: &mut Context<'_>,
        handle: Handle,
        head: Head,
        needed: Result<usize, Needed>,
    ) -> Result<(), Unrendered> {
        let Ok(len) = needed else {
            cx.too_long();
            return Err(Unrendered);
        };
        if let Some(server) = self.servers.get_mut(handle) {
            server.start = head.start;
            server.end = server.echo_end + len as u16;
            server.status = head.status;
        }
        Ok(())
    }

    /// The response that was written leaves.
    pub(in crate::phone) fn respond(&mut self, cx: &mut Context<'_>, now: Instant, handle: Handle) {
        if let Some(server) = self.servers.get_mut(handle) {
            server.transaction.handle_response(now, server.status);
        }
        #[cfg(feature = "reliable")]
        self.respond_reliably(now, handle);
        self.owe_response(cx, handle.index);
        self.wake_server(cx, handle);
    }

    /// The response that was written leaves once, for its transaction ends.
    pub(in crate::phone) fn respond_last(&mut self, handle: Handle) {
        let Some(server) = self.servers.get(handle) else { return };
        let text = self.server_bytes.get(handle.index).get(usize::from(server.start)..usize::from(server.end));
        if let Some(text) = text
            && let Some(room) = self.reply.get_mut(..text.len())
        {
            copy(text, room);
            self.reply_len = text.len();
            self.reply_flow = Some(server.flow());
        }
    }

    /// Bytes that are owed, and their flow.
    pub(in crate::phone) fn owed_response(&self, index: u32) -> Option<(&[u8], Flow)> {
        let server = self.servers.get(self.servers.handle_at(index)?)?;
        let bytes = self.server_bytes.get(index).get(usize::from(server.start)..usize::from(server.end));
        Some((bytes.unwrap_or_default(), server.flow()))
    }

    /// The response that was written is to leave once, for a tombstone gives it again to repetitions. `secret`: of its
    /// tag.
    #[cfg(feature = "message")]
    pub(in crate::phone) fn bury_when_sent(&mut self, handle: Handle, secret: u64) {
        if let Some(server) = self.servers.get_mut(handle) {
            server.then = Then::Ends(secret);
        }
    }

    /// The response that was written is repeated by its transaction; where no slot is free, that gives way, and a tombstone
    /// gives it again. `secret`: of its tag.
    #[cfg(feature = "refer")]
    pub(in crate::phone) fn may_yield(&mut self, handle: Handle, secret: u64) {
        if let Some(server) = self.servers.get_mut(handle) {
            server.then = Then::MayYield(secret);
        }
    }

    /// A transaction whose response has left gives way: the oldest of those in dialogs, whose repetitions get the very tag
    /// again; else the oldest. It looks at all that there are, but only where no slot is free.
    #[cfg(feature = "refer")]
    fn yield_server(&mut self, cx: &mut Context<'_>, now: Instant) {
        let yields = |server: &Server| match server.then {
            Then::Yields(secret) => Some((secret, server.status)),
            _ => None,
        };
        let all = self.servers.iter().filter(|(_, server)| yields(server).is_some());
        let first = all.min_by_key(|(_, server)| (!server.has_tag, server.transaction.deadline()));
        if let Some((handle, (secret, status))) = first.and_then(|(handle, server)| Some((handle, yields(server)?))) {
            self.close(cx, now, handle, Responded { own: Own::Tag(secret), status, ..Responded::default() });
        }
    }

    /// A response has left.
    #[cfg(feature = "message")]
    pub(in crate::phone) fn response_left(&mut self, cx: &mut Context<'_>, index: u32) {
        let Some(handle) = self.servers.handle_at(index) else { return };
        let Some(server) = self.servers.get_mut(handle) else { return };
        #[cfg(feature = "refer")]
        if let Then::MayYield(secret) = server.then {
            server.then = Then::Yields(secret);
            self.yielding += 1;
            return;
        }
        if let Then::Ends(secret) = server.then
            && server.state() == State::Completed
        {
            let responded = Responded { own: Own::Tag(secret), status: server.status, ..Responded::default() };
            let now = cx.latest;
            self.close(cx, now, handle, responded);
        }
    }

    /// A stream is gone. rfc3261#18.2.2: responses to what came over it go to the same host over a new one, to the port
    /// that its sender named.
    #[cfg(feature = "stream")]
    pub(in crate::phone) fn lose_stream(&mut self, cx: &mut Context<'_>, flow: Flow) {
        for index in 0..self.servers.capacity() as u32 {
            let Some(handle) = self.servers.handle_at(index) else { continue };
            if let Some(server) = self.servers.get_mut(handle).filter(|server| server.flow() == flow) {
                let to = SocketAddr::new(flow.remote().ip(), server.sent_by);
                server.flow = Place::new(Flow::to_open(flow.transport(), to, flow.socket()));
                if cx.owes(Object::Server(index)) {
                    cx.wish(Object::Server(index));
                }
            }
        }
    }

    /// A transaction whose response waits for a stream.
    #[cfg(feature = "stream")]
    pub(in crate::phone) fn waits_for_stream(&self, index: u32) -> Option<(Handle, Flow)> {
        let handle = self.servers.handle_at(index)?;
        let flow = self.servers.get(handle)?.flow();
        (!flow.is_open()).then_some((handle, flow))
    }

    /// The stream that a response waits for is there.
    #[cfg(feature = "stream")]
    pub(in crate::phone) fn take_stream(&mut self, cx: &mut Context<'_>, handle: Handle, flow: Flow) {
        if let Some(server) = self.servers.get_mut(handle).filter(|server| !server.flow().is_open()) {
            server.flow = Place::new(flow);
            cx.owe(Object::Server(handle.index));
        }
    }

    /// A response is to leave: now, or by a stream that is to be opened first.
    fn owe_response(&self, cx: &mut Context<'_>, index: u32) {
        #[cfg(feature = "stream")]
        if self.waits_for_stream(index).is_some() {
            cx.wish(Object::Server(index));
            return;
        }
        cx.owe(Object::Server(index));
    }

    pub(super) fn wake_server(&self, cx: &mut Context<'_>, handle: Handle) {
        if let Some(server) = self.servers.get(handle) {
            cx.wake(Object::Server(handle.index), server.transaction.deadline());
        }
    }

    /// The transaction of a request that came in this dialog, or made it.
    #[cfg(feature = "numbers")]
    pub(in crate::phone) fn server_of(&self, dialog: Handle) -> Option<(Handle, State)> {
        let mut of_dialog = self.servers.iter().filter(|(_, server)| server.served.dialog == dialog);
        of_dialog.next().map(|(handle, server)| (handle, server.state()))
    }

    /// A refused INVITE waits for its ACK without its dialog: its response is written.
    #[cfg(feature = "numbers")]
    pub(in crate::phone) fn forget_dialog(&mut self, handle: Handle) {
        if let Some(server) = self.servers.get_mut(handle) {
            server.served.dialog = Handle::NONE;
        }
    }

    /// A transaction without any response ends without a tombstone.
    pub(in crate::phone) fn discard(&mut self, cx: &mut Context<'_>, handle: Handle) {
        let Some(counted) = self.servers.get(handle).map(Server::is_counted) else { return };
        self.server_table.remove(handle.index);
        #[cfg(feature = "refer")]
        if self.servers.get(handle).is_some_and(|server| matches!(server.then, Then::Yields(_))) {
            self.yielding -= 1;
        }
        if counted {
            self.forget_source(handle);
        }
        self.servers.remove(handle);
        cx.wake(Object::Server(handle.index), Instant::NEVER);
    }

    /// A transaction is over; repetitions of its request get this response, or are absorbed in silence
    /// (rfc3261#17.2.1 timer I, rfc6026#7.1 timer L).
    pub(in crate::phone) fn close(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        handle: Handle,
        responded: Responded,
    ) -> Option<Served> {
        let server = self.servers.get(handle)?;
        let (served, keys) = (server.served, Keys { base: server.base, key: server.key, direct: server.direct });
        self.tombstones.bury(now, keys, responded);
        self.discard(cx, handle);
        Some(served)
    }

    /// The transaction that an ACK is for: of a refusal (the same branch), or of a 2xx (the same dialog and number).
    pub(in crate::phone) fn acknowledged(&self, keys: Keys, dialog: Option<Handle>) -> Option<Acknowledged> {
        self.server_table.find(keys.base).find_map(|index| {
            let handle = self.servers.handle_at(index)?;
            let server = self.servers.get(handle).filter(|server| server.transaction.is_invite())?;
            let of_refusal = server.state() == State::Completed && server.key == keys.key;
            // a 2543 peer acknowledges a refusal with the To tag in: its key differs, its dialog does not
            let of_dialog = server.state() != State::Proceeding && dialog == Some(server.served.dialog);
            let success = server.state() == State::Accepted;
            (of_refusal || of_dialog).then_some(Acknowledged { handle, served: server.served, success })
        })
    }

    /// The INVITE that a CANCEL is for (rfc3261#9.2). `invite`: the keys that it has.
    pub(in crate::phone) fn cancelled(&mut self, now: Instant, invite: Keys) -> Met {
        let found = self.server_table.find(invite.base).find_map(|index| {
            let handle = self.servers.handle_at(index)?;
            self.servers.get(handle).filter(|server| server.key == invite.key).map(|server| (handle, server))
        });
        match found {
            Some((handle, server)) if server.state() == State::Proceeding => Met::Pending(handle, server.served),
            Some((_, server)) => Met::Late(server.served),
            None if self.tombstones.find(now, invite.base, invite.key).is_some() => Met::Gone,
            None => Met::Nothing,
        }
    }

    /// A timer of a transaction.
    pub(in crate::phone) fn server_due(&mut self, cx: &mut Context<'_>, now: Instant, handle: Handle) -> ServerDue {
        let Some(server) = self.servers.get_mut(handle) else { return ServerDue::Nothing };
        match server.transaction.handle_timeout(now) {
            Expiry::Nothing => {}
            Expiry::Trying => self.write_trying(cx, handle),
            Expiry::Resend => self.owe_response(cx, handle.index),
            Expiry::Over => return ServerDue::Over,
            Expiry::Unacknowledged => return ServerDue::Unacknowledged(server.served),
            #[cfg(feature = "reliable")]
            Expiry::Unheard => return ServerDue::Unheard(server.served),
            #[cfg(feature = "reliable")]
            Expiry::Extend => {
                self.wake_server(cx, handle);
                return ServerDue::Extend;
            }
        }
        self.wake_server(cx, handle);
        ServerDue::Nothing
    }

    /// rfc3261#17.2.1, rfc4320#4.1: nothing else has left yet, so 100 does; but not without its socket.
    fn write_trying(&mut self, cx: &mut Context<'_>, handle: Handle) {
        if self.servers.get(handle).is_none_or(|server| cx.local_of(server.flow().socket()).is_none()) {
            return;
        }
        let Some(Lent { head, mut out, .. }) = self.lend_response(handle, 100, b"") else { return };
        out.put_str("\r\n");
        Writer::new(&mut out).end();
        let needed = out.finish();
        if self.written_response(cx, handle, head, needed).is_ok() {
            self.owe_response(cx, handle.index);
        }
    }
}

/// The beginning of the status line of a 200.
const ACCEPTED: usize = STATUS_LINE - "SIP/2.0 200 OK\r\n".len();
