//! Answers that belong to no transaction: rendered at once into the one reply buffer, from the request's own headers.

use super::answers::write_warning;
use super::{Flow, Phone};
use crate::base::count;
use crate::base::cursor::Cursor;
use crate::base::table::Hasher;
use crate::base::time::Instant;
use crate::sip::tag::Tag;
use crate::sip::tombstone::{Answered, Keys};
use crate::wire::sip::{Message, Method, Name, Start, Writer, echo};

/// Methods that we understand, for Allow.
pub(crate) const ALLOW: &[u8] = b"INVITE, ACK, BYE, CANCEL, OPTIONS";

/// Bodies that we understand, for Accept: a description, by itself or as a part.
pub(crate) const ACCEPT: &[u8] = b"application/sdp, multipart/mixed";

/// What an answer carries beside the echo.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extra<'e> {
    /// Words that say why, instead of the standard ones.
    pub(crate) reason: &'e str,
    pub(crate) allow: bool,
    pub(crate) accept: bool,
    /// The Require values that are not supported.
    pub(crate) unsupported: bool,
    pub(crate) retry_after: u8,
    /// Code and words of a Warning (rfc3261#20.43).
    pub(crate) warning: Option<(u16, &'static str)>,
    /// The number was out of order (the words of a 500).
    pub(crate) reordered: bool,
    /// The secret of the To tag; none: made from the request.
    pub(crate) secret: Option<u64>,
    /// The To tag of a dialog.
    pub(crate) tag: Option<Tag>,
    /// Nothing that may be left out.
    pub(crate) bare: bool,
}

impl Extra<'_> {
    const ALLOW: u8 = 1;
    const ACCEPT: u8 = 2;
    const REORDERED: u8 = 4;

    /// As a tombstone keeps it.
    fn answered(&self, status: u16, secret: u64) -> Answered {
        let detail = u8::from(self.allow) * Self::ALLOW
            + u8::from(self.accept) * Self::ACCEPT
            + u8::from(self.reordered) * Self::REORDERED;
        Answered { secret, status, detail, retry_after: self.retry_after }
    }

    /// From a tombstone.
    pub(super) fn again(answered: Answered) -> Self {
        Self {
            allow: answered.detail & Self::ALLOW != 0,
            accept: answered.detail & Self::ACCEPT != 0,
            reordered: answered.detail & Self::REORDERED != 0,
            retry_after: answered.retry_after,
            secret: Some(answered.secret),
            ..Self::default()
        }
    }
}

/// Where answers to a request go. Always to the host that the request came from: `maddr` (rfc3261#18.2.2) is for
/// multicast, which we do not listen to, and in a datagram it would let anybody have our answers sent to a third host.
/// rfc3581#4: with rport, where it came from; rfc3261#18.2.2: else to that address, but to the port of sent-by.
pub(super) fn answers_to(flow: Flow, request: &Message<'_>) -> Flow {
    match (flow, request.via()) {
        (Flow::Udp { socket, mut remote }, Ok(via)) if via.rport().is_none() => {
            remote.set_port(via.port.filter(|port| *port > 0).unwrap_or(5060));
            Flow::Udp { socket, remote }
        }
        _ => flow,
    }
}

impl Phone<'_> {
    /// Answers a request without a transaction. ACK is never answered.
    pub(super) fn answer_at_once(&mut self, flow: Flow, request: &Message<'_>, status: u16, extra: Extra<'_>) {
        if matches!(request.start(), Start::Request { method: Method::Ack, .. }) {
            return;
        }
        // rfc3261#8.2.7: a stateless answer has the same tag each time, so it is made from the request
        let secret = extra.secret.unwrap_or_else(|| self.reply_secret(request));
        // where it does not fit, it is at least a response: without what may be left out
        let written = self.write_reply(flow, request, status, &extra, secret).or_else(|| {
            let bare = Extra { secret: extra.secret, tag: extra.tag, bare: true, ..Extra::default() };
            self.write_reply(flow, request, status, &bare, secret)
        });
        match written {
            Some(len) => {
                self.lower.transactions.reply_len = len;
                self.lower.transactions.reply_flow = Some(answers_to(flow, request));
            }
            None => {
                count::up(&mut self.lower.cx.counters.oversize);
                self.lower.cx.trace_full(super::trace::Pool::Message);
            }
        }
    }

    fn write_reply(
        &mut self,
        flow: Flow,
        request: &Message<'_>,
        status: u16,
        extra: &Extra<'_>,
        secret: u64,
    ) -> Option<usize> {
        let local = self.local_of(flow.socket());
        let mut cursor = Cursor::new(self.lower.transactions.reply);
        let mut writer = Writer::new(&mut cursor);
        let reason = if extra.reordered { "CSeq Out Of Order" } else { extra.reason };
        if reason.is_empty() {
            writer.status_line(status);
        } else {
            writer.status_line_with(status, reason.as_bytes());
        }
        echo(request, flow.remote(), writer.cursor());
        let tagged = request.to().is_ok_and(|to| to.tag().is_some());
        if !tagged && status > 100 {
            writer.cursor().put_str(";tag=");
            extra.tag.unwrap_or(Tag { handle: crate::base::slots::Handle::NONE, secret }).write(writer.cursor());
        }
        writer.cursor().put_str("\r\n");
        if extra.allow {
            writer.header_bytes(Name::Allow, ALLOW);
        }
        if extra.accept {
            writer.header_bytes(Name::Accept, ACCEPT);
        }
        if (status == 415 && !extra.bare) || extra.accept {
            writer.header_bytes(Name::AcceptEncoding, b"identity");
        }
        if extra.accept && extra.allow {
            // rfc3261#11.2: OPTIONS asks for all of it; we speak English and know no extension
            writer.header_bytes(Name::AcceptLanguage, b"en");
            writer.header_bytes(Name::Supported, b"");
        }
        if extra.unsupported {
            writer.header(Name::Unsupported, |out| {
                for (place, token) in request.tokens(Name::Require).enumerate() {
                    out.put_str(if place == 0 { "" } else { ", " });
                    out.put(token);
                }
            });
        }
        if extra.retry_after > 0 {
            writer.number(Name::RetryAfter, u64::from(extra.retry_after));
        }
        if let (Some((code, words)), Some(local)) = (extra.warning, local) {
            write_warning(&mut writer, code, local, words);
        }
        if !extra.bare {
            writer.header_bytes(Name::Server, self.lower.cx.fixed.agent.get());
        }
        writer.end();
        cursor.finish().ok()
    }

    /// Has these bytes sent next.
    pub(super) fn reply_with(&mut self, flow: Flow, bytes: &[u8]) {
        if let Some(room) = self.lower.transactions.reply.get_mut(..bytes.len()) {
            room.copy_from_slice(bytes);
            self.lower.transactions.reply_len = bytes.len();
            self.lower.transactions.reply_flow = Some(flow);
        }
    }

    /// The secret of a stateless answer's tag.
    fn reply_secret(&self, request: &Message<'_>) -> u64 {
        let from_tag = request.from().ok().and_then(|from| from.tag()).unwrap_or_default();
        let branch = request.via().ok().and_then(|via| via.branch()).unwrap_or_default();
        let [_, key] = self.lower.cx.keys;
        Hasher::new(key).with(request.call_id().unwrap_or_default()).with(from_tag).with(branch).finish()
    }

    /// Answers a request, and leaves a tombstone that gives its repetitions the same answer (rfc3261#17.2.1, #17.2.2).
    pub(super) fn answer_and_bury(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Message<'_>,
        keys: Keys,
        status: u16,
        extra: Extra<'_>,
    ) {
        let secret = self.reply_secret(request);
        self.answer_at_once(flow, request, status, Extra { secret: Some(secret), ..extra });
        // rfc3261#17.2.2: on a stream nothing is repeated (timer J is 0), but an INVITE may come another way too
        if !flow.is_reliable() || matches!(request.start(), Start::Request { method: Method::Invite, .. }) {
            self.lower.transactions.tombstones.bury(now, keys, extra.answered(status, secret));
        }
    }
}
