//! Answers that belong to no transaction: rendered at once into the one reply buffer, from the request's own headers.

use super::{Flow, Phone};
use crate::base::count;
use crate::base::cursor::Cursor;
use crate::base::table::Hasher;
use crate::base::time::Instant;
use crate::sip::tag::Tag;
use crate::wire::sip::{Message, Method, Name, Start, Writer, echo};

/// Methods that we understand, for Allow.
pub(crate) const ALLOW: &[u8] = b"INVITE, ACK, BYE, CANCEL, OPTIONS";

/// What an answer carries beside the echo.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extra<'e> {
    /// Words that say why, instead of the standard ones.
    pub(crate) reason: &'e str,
    pub(crate) allow: bool,
    pub(crate) accept: bool,
    /// The Require values that are not supported.
    pub(crate) unsupported: bool,
    pub(crate) retry_after: u32,
    /// Call-ID's and so on are echoed; this tag is ours.
    pub(crate) secret: Option<u64>,
}

impl Phone<'_> {
    /// Answers a request without a transaction. ACK is never answered.
    pub(super) fn answer_at_once(&mut self, flow: Flow, request: &Message<'_>, status: u16, extra: Extra<'_>) {
        if matches!(request.start(), Start::Request { method: Method::Ack, .. }) {
            return;
        }
        // rfc3261#8.2.7: a stateless answer has the same tag each time, so it is made from the request
        let secret = extra.secret.unwrap_or_else(|| self.reply_secret(request));
        let mut cursor = Cursor::new(self.reply);
        let mut writer = Writer::new(&mut cursor);
        if extra.reason.is_empty() {
            writer.status_line(status);
        } else {
            writer.status_line_with(status, extra.reason.as_bytes());
        }
        echo(request, flow.remote(), writer.cursor());
        let tagged = request.to().is_ok_and(|to| to.tag().is_some());
        if !tagged && status > 100 {
            writer.cursor().put_str(";tag=");
            Tag { handle: crate::base::slots::Handle::NONE, secret }.write(writer.cursor());
        }
        writer.cursor().put_str("\r\n");
        if extra.allow {
            writer.header_bytes(Name::Allow, ALLOW);
        }
        if extra.accept {
            writer.header_bytes(Name::Accept, b"application/sdp");
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
        writer.header_bytes(Name::Server, self.fixed.agent.get());
        writer.end();
        match cursor.finish() {
            Ok(len) => {
                self.reply_len = len;
                self.reply_flow = Some(flow);
            }
            Err(_) => count::up(&mut self.counters.oversize),
        }
    }

    /// The secret of a stateless answer's tag.
    fn reply_secret(&self, request: &Message<'_>) -> u64 {
        let from_tag = request.from().ok().and_then(|from| from.tag()).unwrap_or_default();
        let branch = request.via().ok().and_then(|via| via.branch()).unwrap_or_default();
        let [_, key] = self.keys;
        Hasher::new(key).with(request.call_id().unwrap_or_default()).with(from_tag).with(branch).finish()
    }

    /// Answers a request other than INVITE, and leaves a tombstone that gives its repetitions the same answer (rfc3261#17.2.2).
    pub(super) fn answer_and_bury(&mut self, now: Instant, flow: Flow, request: &Message<'_>, key: u64, status: u16) {
        let secret = self.reply_secret(request);
        self.answer_at_once(flow, request, status, Extra { secret: Some(secret), ..Extra::default() });
        // rfc3261#17.2.2: on a stream nothing is repeated (timer J is 0)
        if !flow.is_reliable() {
            self.tombstones.bury(now, key, status, secret);
        }
    }
}
