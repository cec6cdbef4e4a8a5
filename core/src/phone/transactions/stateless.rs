//! Responses that belong to no transaction: rendered at once into the one response buffer, from the request's own
//! headers; and the responses to repetitions of such a request.

use super::Transactions;
use super::keys::OTHERS_BEGIN;
use crate::base::copying::copy;
use crate::base::count;
use crate::base::cursor::Cursor;
#[cfg(any(feature = "reoffer", feature = "notify"))]
use crate::base::cursor::Needed;
use crate::base::slots::Handle;
use crate::base::table::Hasher;
use crate::base::time::Instant;
use crate::phone::arrived::Arrived;
use crate::phone::context::Context;
use crate::phone::response::Extra;
use crate::phone::trace::Pool;
#[cfg(feature = "message")]
use crate::phone::write::{ACCEPT_ANY, ACCEPT_TEXT};
use crate::phone::{Flow, Transmit};
use crate::sip::session::timer::Lines;
use crate::sip::tag::Tag;
use crate::sip::tombstone::{Keys, Owed, Own, Responded};
#[cfg(all(feature = "info", feature = "message"))]
use crate::wire::dtmf::info::is_relay;
use crate::wire::sip::{Message, Method, Name, Start, Via, Writer, echo};

impl Extra<'_> {
    const ALLOW: u8 = 1;
    const CAPABILITIES: u8 = 2;
    const REORDERED: u8 = 4;
    #[cfg(feature = "reliable")]
    const RELIABLE: u8 = 8;
    #[cfg(feature = "info")]
    const INFO: u8 = 16;
    #[cfg(feature = "reoffer")]
    const DESCRIBED: u8 = 32;

    #[cfg(feature = "rules")]
    const FORWARDS: u8 = 64;

    /// It was a redirection, whose lines a tombstone has no room for.
    #[cfg(feature = "rules")]
    pub(in crate::phone) const fn forwards(responded: Responded) -> bool {
        responded.detail & Self::FORWARDS != 0
    }

    /// As a tombstone keeps it.
    fn responded(&self, status: u16, secret: u64) -> Responded {
        let detail = u8::from(self.allow) * Self::ALLOW
            + u8::from(self.capabilities) * Self::CAPABILITIES
            + u8::from(self.reordered) * Self::REORDERED;
        #[cfg(feature = "reliable")]
        let detail = detail + u8::from(self.reliable) * Self::RELIABLE;
        #[cfg(feature = "info")]
        let detail = detail + u8::from(self.info) * Self::INFO;
        #[cfg(feature = "reoffer")]
        let detail = detail + u8::from(self.described) * Self::DESCRIBED;
        #[cfg(feature = "rules")]
        let detail = detail + u8::from(!self.lines.is_empty()) * Self::FORWARDS;
        let own = Own::Tag(secret);
        // within a dialog, where alone a 422 is kept, no tag is made
        #[cfg(feature = "timers")]
        let own = if status == 422 { Own::MinSe(self.timer.least()) } else { own };
        Responded { own, status, detail, retry_after: self.retry_after }
    }

    /// From a tombstone.
    pub(in crate::phone) fn again(responded: Responded) -> Self {
        let (secret, least) = match responded.own {
            Own::Tag(secret) => (Some(secret), 0),
            Own::MinSe(seconds) => (None, seconds),
        };
        Self {
            allow: responded.detail & Self::ALLOW != 0,
            capabilities: responded.detail & Self::CAPABILITIES != 0,
            reordered: responded.detail & Self::REORDERED != 0,
            #[cfg(feature = "reliable")]
            reliable: responded.detail & Self::RELIABLE != 0,
            #[cfg(feature = "info")]
            info: responded.detail & Self::INFO != 0,
            #[cfg(feature = "reoffer")]
            described: responded.detail & Self::DESCRIBED != 0,
            retry_after: responded.retry_after,
            timer: Lines::too_short(least),
            secret,
            ..Self::default()
        }
    }
}

/// The target of responses to a request. Always the host that the request came from: `maddr` (rfc3261#18.2.2) is for
/// multicast, which we do not listen to, and in a datagram it would let any sender direct our responses to a third
/// host. rfc3581#4: with rport, where it came from; rfc3261#18.2.2: else to that address, but to the port of sent-by.
pub(super) fn responses_to(flow: Flow, via: &Via<'_>) -> Flow {
    match flow {
        Flow::Udp { socket, mut remote } if via.rport().is_none() => {
            remote.set_port(via.port.filter(|port| *port > 0).unwrap_or(5060));
            Flow::Udp { socket, remote }
        }
        _ => flow,
    }
}

/// A request, and the parts of it that its response is made from.
#[derive(Clone, Copy)]
struct Asked<'r, 'm> {
    request: &'r Message<'m>,
    /// The top Via, if it can be read.
    via: Option<&'r Via<'m>>,
    /// Its To has a tag.
    tagged: bool,
}

impl<'r, 'm> Asked<'r, 'm> {
    fn read(request: &'r Message<'m>, via: Option<&'r Via<'m>>) -> Self {
        Self { request, via, tagged: request.to().is_ok_and(|to| to.tag().is_some()) }
    }
}

/// The bodies that a 415 to this request names, where it is a MESSAGE, or an INFO that may be taken as one.
#[cfg(feature = "message")]
fn messages_accept(request: &Message<'_>) -> Option<&'static [u8]> {
    match request.start() {
        Start::Request { method: Method::Message, .. } if request.is_coded() => Some(ACCEPT_ANY),
        // a package has bodies of any type
        #[cfg(feature = "info")]
        Start::Request { method: Method::Info, .. } if request.is_coded() && !brings_digits(request) => {
            Some(ACCEPT_ANY)
        }
        Start::Request { method: Method::Message, .. } => Some(ACCEPT_TEXT),
        _ => None,
    }
}

/// An INFO is of digits, and of no package.
#[cfg(all(feature = "info", feature = "message"))]
fn brings_digits(request: &Message<'_>) -> bool {
    !request.has(Name::InfoPackage) && is_relay(request.content_type().as_ref()).is_some()
}

impl Transactions<'_> {
    /// Responds without a transaction. ACK gets no response.
    pub(in crate::phone) fn respond_at_once(
        &mut self,
        cx: &mut Context<'_>,
        flow: Flow,
        request: &Message<'_>,
        status: u16,
        extra: Extra<'_>,
    ) {
        self.respond_to(cx, flow, Asked::read(request, request.via().ok().as_ref()), status, extra);
    }

    /// The same, its parts having been read.
    fn respond_to(&mut self, cx: &mut Context<'_>, flow: Flow, asked: Asked<'_, '_>, status: u16, extra: Extra<'_>) {
        let Asked { request, via, .. } = asked;
        if matches!(request.start(), Start::Request { method: Method::Ack, .. }) {
            return;
        }
        // what waits to be sent goes first: that of a call that gave way to this request's, say
        if self.owes_reply() {
            self.postponed = true;
            return;
        }
        // rfc3261#8.2.7: a stateless response has the same tag each time, so it is made from the request
        let secret = extra.secret.unwrap_or_else(|| reply_secret(cx, request));
        // where it does not fit, it is at least a response, without its optional headers
        let mut write = |extra: &Extra<'_>, status| {
            let mut out = self.write_head(cx, flow, asked, status, extra, secret);
            Writer::new(&mut out).end();
            out.finish().ok()
        };
        let bare = Extra { secret: extra.secret, tag: extra.tag, bare: true, ..Extra::default() };
        // and a redirection that says not where to is a refusal
        #[cfg(feature = "rules")]
        let refusal = if extra.lines.is_empty() { status } else { 486 };
        #[cfg(not(feature = "rules"))]
        let refusal = status;
        let written = write(&extra, status).or_else(|| write(&bare, refusal));
        match written {
            Some(len) => {
                self.reply_len = len;
                self.reply_flow = Some(via.map_or(flow, |via| responses_to(flow, via)));
            }
            None => {
                count::up(&mut cx.counters.oversize);
                cx.trace_full(Pool::Message);
            }
        }
    }

    /// A response whose body its owner writes, behind its headers in the one response buffer: see
    /// [`Transactions::written_reply`]. `None`: another one waits there, and the request will be given again.
    #[cfg(any(feature = "reoffer", feature = "notify"))]
    pub(in crate::phone) fn lend_reply(
        &mut self,
        cx: &Context<'_>,
        flow: Flow,
        request: &Message<'_>,
        status: u16,
        extra: Extra<'_>,
    ) -> Option<Cursor<'_>> {
        if self.owes_reply() {
            self.postponed = true;
            return None;
        }
        let secret = extra.secret.unwrap_or_else(|| reply_secret(cx, request));
        Some(self.write_head(cx, flow, Asked::read(request, request.via().ok().as_ref()), status, &extra, secret))
    }

    /// A response is whole in its buffer, and leaves. False: it did not fit, and nothing leaves.
    #[cfg(any(feature = "reoffer", feature = "notify"))]
    pub(in crate::phone) fn written_reply(
        &mut self,
        cx: &mut Context<'_>,
        flow: Flow,
        request: &Message<'_>,
        needed: Result<usize, Needed>,
    ) -> bool {
        let Ok(len) = needed else {
            cx.too_long();
            return false;
        };
        self.reply_len = len;
        self.reply_flow = Some(request.via().map_or(flow, |via| responses_to(flow, &via)));
        true
    }

    /// Writes all of a response but its end.
    fn write_head(
        &mut self,
        cx: &Context<'_>,
        flow: Flow,
        Asked { request, via, tagged }: Asked<'_, '_>,
        status: u16,
        extra: &Extra<'_>,
        secret: u64,
    ) -> Cursor<'_> {
        let mut cursor = Cursor::new(self.reply);
        let mut writer = Writer::new(&mut cursor);
        let reason = if extra.reordered { "CSeq Out Of Order" } else { extra.reason };
        #[cfg(feature = "info")]
        let reason = if extra.info && status == 400 { "Digit Cannot Be Read" } else { reason };
        if reason.is_empty() {
            writer.status_line(status);
        } else {
            writer.status_line_with(status, reason.as_bytes());
        }
        echo(request, via, flow.remote(), writer.cursor());
        let tag = (!tagged).then(|| extra.tag.unwrap_or(Tag { handle: Handle::NONE, secret }));
        #[cfg(feature = "subscribe")]
        let extra = {
            let notify = matches!(request.start(), Start::Request { method: Method::Notify, .. });
            &Extra { notify, ..*extra }
        };
        #[cfg(feature = "message")]
        let extra = &Extra { accept: messages_accept(request), ..*extra };
        extra.write(&cx.fixed, status, tag, (flow, cx.local_of(flow.socket())), &mut cursor);
        cursor
    }

    /// Repetitions of a request whose 200 has left get the same (rfc3261#17.2.2). `described`: with a description.
    #[cfg(feature = "reoffer")]
    pub(in crate::phone) fn bury(&mut self, now: Instant, arrived: &Arrived<'_, '_>, described: bool) {
        if !arrived.flow.is_reliable() {
            self.tombstones.bury(now, arrived.keys, Extra { described, ..Extra::default() }.responded(200, 0));
        }
    }

    /// Responds without a transaction, and leaves a tombstone that gives repetitions of the request the same response
    /// (rfc3261#17.2.1, #17.2.2).
    pub(in crate::phone) fn respond_and_bury(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        status: u16,
        extra: Extra<'_>,
    ) {
        let Arrived { flow, keys, request, mandatory, .. } = *arrived;
        // a request with a tag of ours keeps it, so none is made
        let tagged = mandatory.to.tag().is_some();
        let secret = if tagged { 0 } else { reply_secret(cx, request) };
        let asked = Asked { request, via: Some(&mandatory.via), tagged };
        self.respond_to(cx, flow, asked, status, Extra { secret: Some(secret), ..extra });
        // rfc3261#17.2.2: on a stream nothing is repeated (timer J is 0), but an INVITE, or another request in no dialog, may
        // come another way too
        if !flow.is_reliable()
            || OTHERS_BEGIN && !tagged
            || matches!(request.start(), Start::Request { method: Method::Invite, .. })
        {
            self.tombstones.bury(now, keys, extra.responded(status, secret));
        }
    }

    /// The same with all of its lines, or not at all: false, and nothing leaves.
    #[cfg(feature = "notify")]
    pub(in crate::phone) fn respond_whole_and_bury(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        status: u16,
        extra: Extra<'_>,
    ) -> bool {
        let Arrived { flow, keys, request, .. } = *arrived;
        let Some(mut out) = self.lend_reply(cx, flow, request, status, extra) else { return false };
        Writer::new(&mut out).end();
        let needed = out.finish();
        if !self.written_reply(cx, flow, request, needed) {
            return false;
        }
        self.tombstones.bury(now, keys, extra.responded(status, extra.secret.unwrap_or_default()));
        true
    }

    /// The response that a request got which is only a tombstone any more.
    pub(in crate::phone) fn responded(&mut self, now: Instant, keys: Keys) -> Option<Responded> {
        match self.tombstones.find(now, keys.base, keys.key)? {
            Owed::Response(responded) => Some(responded),
            Owed::Nothing => None,
        }
    }

    /// Has these bytes sent next.
    pub(in crate::phone) fn send_at_once(&mut self, flow: Flow, bytes: &[u8]) {
        if let Some(room) = self.reply.get_mut(..bytes.len()) {
            copy(bytes, room);
            self.reply_len = bytes.len();
            self.reply_flow = Some(flow);
        }
    }

    /// The stateless response has not left yet: there is no room for another one.
    pub(in crate::phone) const fn owes_reply(&self) -> bool {
        self.reply_len > 0
    }

    /// The response to the message in hand had no room: the same message, given again, gets it.
    pub(in crate::phone) const fn take_postponed(&mut self) -> bool {
        core::mem::replace(&mut self.postponed, false)
    }

    /// The longest message.
    pub(in crate::phone) const fn longest(&self) -> usize {
        self.reply.len()
    }

    /// The stateless response leaves.
    pub(in crate::phone) fn transmit_reply(&mut self, buffer: &mut [u8]) -> Transmit {
        let Some(flow) = self.reply_flow else { return Transmit::Nothing };
        let sent = Transmit::copy(self.reply.get(..self.reply_len).unwrap_or_default(), flow, buffer);
        if !matches!(sent, Transmit::Needs(_)) {
            self.reply_len = 0;
            self.reply_flow = None;
        }
        sent
    }
}

/// The secret of a stateless response's tag: the same for each copy of its request.
fn reply_secret(cx: &Context<'_>, request: &Message<'_>) -> u64 {
    let [_, key] = cx.keys;
    let fields = [Name::CallId, Name::From, Name::Via].map(|name| request.header(name).unwrap_or_default());
    fields.iter().fold(Hasher::new(key), |hash, field| hash.with(field)).finish()
}
