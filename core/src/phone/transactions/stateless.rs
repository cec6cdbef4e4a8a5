//! Responses that belong to no transaction: rendered at once into the one response buffer, from the request's own
//! headers; and the responses to repetitions of such a request.

use super::Transactions;
use crate::base::count;
use crate::base::cursor::Cursor;
#[cfg(feature = "reoffer")]
use crate::base::cursor::Needed;
use crate::base::slots::Handle;
use crate::base::table::Hasher;
use crate::base::time::Instant;
use crate::phone::arrived::Arrived;
use crate::phone::context::Context;
use crate::phone::trace::Pool;
use crate::phone::understood::OURS;
#[cfg(feature = "info")]
use crate::phone::write::ACCEPT_INFO;
use crate::phone::write::{ACCEPT, write_extensions, write_target, write_warning};
use crate::phone::{Flow, Transmit};
use crate::sip::session::timer::Lines;
use crate::sip::tag::Tag;
use crate::sip::tombstone::{Keys, Owed, Responded};
use crate::wire::sip::{Message, Method, Name, Start, Via, Writer, echo};

/// Headers and words of a response beside the echo.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::phone) struct Extra<'e> {
    /// A reason phrase instead of the standard one.
    pub(in crate::phone) reason: &'e str,
    /// Our methods.
    pub(in crate::phone) allow: bool,
    /// Our bodies, languages and extensions.
    pub(in crate::phone) capabilities: bool,
    /// The Require values that are not ours.
    pub(in crate::phone) unsupported: bool,
    pub(in crate::phone) retry_after: u8,
    /// The lines of the dialog's session timer, or of a refusal for its sake.
    pub(in crate::phone) timer: Lines,
    /// Code and words of a Warning (rfc3261#20.43).
    pub(in crate::phone) warning: Option<(u16, &'static str)>,
    /// The user of a Contact of ours (rfc3261#12.2.2: of the 2xx to a target refresh).
    pub(in crate::phone) contact: Option<&'e [u8]>,
    /// The number was out of order (the words of a 500).
    pub(in crate::phone) reordered: bool,
    /// It is the response to an INFO: it says which bodies and packages are taken.
    #[cfg(feature = "info")]
    pub(in crate::phone) info: bool,
    /// The secret of the To tag; none: made from the request.
    pub(in crate::phone) secret: Option<u64>,
    /// The To tag of a dialog.
    pub(in crate::phone) tag: Option<Tag>,
    /// It requires reliable provisional responses (rfc3261#21.4.15).
    #[cfg(feature = "reliable")]
    pub(in crate::phone) reliable: bool,
    /// Its body is a description of its owner's.
    #[cfg(feature = "reoffer")]
    pub(in crate::phone) described: bool,
    /// Nothing that may be left out.
    pub(in crate::phone) bare: bool,
}

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

    /// Of the refusal of a session that is too short (rfc4028#6): this Min-SE.
    pub(in crate::phone) fn too_short(least: u32) -> Self {
        Self { timer: Lines::too_short(least), ..Self::default() }
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
        // within a dialog, where alone a 422 is kept, no tag is made
        #[cfg(feature = "timers")]
        let secret = if status == 422 { self.timer.least().into() } else { secret };
        Responded { secret, status, detail, retry_after: self.retry_after }
    }

    /// From a tombstone.
    pub(in crate::phone) fn again(responded: Responded) -> Self {
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
            timer: Lines::too_short(if responded.status == 422 { responded.secret as u32 } else { 0 }),
            secret: Some(responded.secret),
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
        self.respond_to(cx, flow, (request, request.via().ok().as_ref()), status, extra);
    }

    /// The same with its top Via, if it can be read.
    fn respond_to(
        &mut self,
        cx: &mut Context<'_>,
        flow: Flow,
        (request, via): (&Message<'_>, Option<&Via<'_>>),
        status: u16,
        extra: Extra<'_>,
    ) {
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
        let mut write = |extra: &Extra<'_>| {
            let mut out = self.write_head(cx, flow, (request, via), status, extra, secret);
            Writer::new(&mut out).end();
            out.finish().ok()
        };
        let bare = Extra { secret: extra.secret, tag: extra.tag, bare: true, ..Extra::default() };
        let written = write(&extra).or_else(|| write(&bare));
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
    #[cfg(feature = "reoffer")]
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
        Some(self.write_head(cx, flow, (request, request.via().ok().as_ref()), status, &extra, secret))
    }

    /// A response is whole in its buffer, and leaves. False: it did not fit, and nothing leaves.
    #[cfg(feature = "reoffer")]
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
        request: (&Message<'_>, Option<&Via<'_>>),
        status: u16,
        extra: &Extra<'_>,
        secret: u64,
    ) -> Cursor<'_> {
        let (request, via) = request;
        let local = cx.local_of(flow.socket());
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
        let tagged = request.to().is_ok_and(|to| to.tag().is_some());
        if !tagged && status > 100 {
            writer.cursor().put_str(";tag=");
            extra.tag.unwrap_or(Tag { handle: Handle::NONE, secret }).write(writer.cursor());
        }
        writer.cursor().put_str("\r\n");
        if let (Some(user), Some(local)) = (extra.contact, local) {
            write_target(writer.cursor(), user, flow, local, cx.fixed.focus);
        }
        if extra.allow {
            writer.header_bytes(Name::Allow, OURS.allow);
        }
        // rfc3261#21.4.13: a 415 lists the bodies that we take
        if (status == 415 && !extra.bare) || extra.capabilities {
            #[cfg(feature = "info")]
            let accept = if extra.info { ACCEPT_INFO } else { ACCEPT };
            #[cfg(not(feature = "info"))]
            let accept = ACCEPT;
            writer.header_bytes(Name::Accept, accept);
            writer.header_bytes(Name::AcceptEncoding, b"identity");
        }
        #[cfg(feature = "info")]
        if status == 469 {
            // rfc6086#4.2.2: an empty list, for we take no packages
            writer.header_bytes(Name::RecvInfo, b"");
        }
        if extra.capabilities {
            // rfc3261#11.2: OPTIONS asks for all of it; we speak English
            writer.header_bytes(Name::AcceptLanguage, b"en");
            writer.header_bytes(Name::Supported, OURS.supported);
        }
        #[cfg(feature = "reliable")]
        if extra.reliable {
            writer.header_bytes(Name::Require, b"100rel");
        }
        if extra.unsupported {
            writer.header(Name::Unsupported, |out| {
                let unsupported = request.tokens(Name::Require).filter(|token| !OURS.supports(token));
                for (position, token) in unsupported.enumerate() {
                    out.put_str(if position == 0 { "" } else { ", " });
                    out.put(token);
                }
            });
        }
        write_extensions(&mut writer, &extra.timer);
        if extra.retry_after > 0 {
            writer.number(Name::RetryAfter, u64::from(extra.retry_after));
        }
        if let (Some((code, words)), Some(local)) = (extra.warning, local) {
            write_warning(&mut writer, code, local, words);
        }
        if !extra.bare {
            writer.header_bytes(Name::Server, cx.fixed.agent.get());
        }
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
        let secret = if mandatory.to.tag().is_some() { 0 } else { reply_secret(cx, request) };
        self.respond_to(cx, flow, (request, Some(&mandatory.via)), status, Extra { secret: Some(secret), ..extra });
        // rfc3261#17.2.2: on a stream nothing is repeated (timer J is 0), but an INVITE may come another way too
        if !flow.is_reliable() || matches!(request.start(), Start::Request { method: Method::Invite, .. }) {
            self.tombstones.bury(now, keys, extra.responded(status, secret));
        }
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
            room.copy_from_slice(bytes);
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
