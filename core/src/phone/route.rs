//! One message in: to its transaction, its dialog, or neither.

use super::accounts::Caller;
use super::methods::{self, Arrived, OURS, Row};
use super::transactions::keys::keys_of;
use super::transactions::serving::Absorbed;
use super::transactions::stateless::Extra;
use super::{Flow, Phone, Taken};
use crate::base::count;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::sip::tag::Tag;
use crate::sip::tombstone::Keys;
use crate::wire::sip::{Frame, Malformed, Message, Method, Name, Scheme, Start, cut};

/// rfc5626#4.4.1: what a ping on a stream wants back.
const PONG: &[u8] = b"\r\n";

/// Why a `sips:` URI is refused, in the words of the response.
const NO_TLS: &str = "sips needs TLS, which is not here";

impl Phone<'_> {
    /// One datagram, or the bytes of a stream that have not been taken yet. Takes at most one message.
    pub fn handle_sip(&mut self, now: Instant, flow: Flow, bytes: &[u8]) -> Taken {
        self.hear(now);
        if self.lower.transactions.owes_reply() {
            return Taken::Drain;
        }
        if !flow.is_reliable() {
            self.handle_parsed(now, flow, &Message::parse(bytes));
            return Taken::Bytes(bytes.len());
        }
        match cut(bytes, self.lower.transactions.longest()) {
            // on a flow that we ping, it is the pong and not half of a ping of theirs
            Frame::Need if bytes == PONG && self.lower.accounts.is_pinged(flow) => Taken::Bytes(bytes.len()),
            Frame::Need => Taken::NeedMore,
            Frame::LineEnd(taken) => Taken::Bytes(taken),
            Frame::Ping(taken) => {
                self.lower.transactions.send_at_once(flow, PONG);
                Taken::Bytes(taken)
            }
            Frame::Message(taken) => {
                self.handle_parsed(now, flow, &Message::parse(bytes.get(..taken).unwrap_or_default()));
                Taken::Bytes(taken)
            }
            // rfc3261#18.3: Content-Length says where the next one begins, so the connection goes on
            Frame::TooLong { head, total } => {
                self.handle_parsed(now, flow, &Message::parse_head(bytes.get(..head).unwrap_or_default()));
                Taken::Bytes(total)
            }
            Frame::Broken => {
                self.lower.cx.trace_malformed(flow, "where the next message begins cannot be known");
                count::up(&mut self.lower.cx.counters.malformed);
                Taken::Close
            }
        }
    }

    fn handle_parsed(&mut self, now: Instant, flow: Flow, parsed: &Result<Message<'_>, Malformed>) {
        match parsed {
            Ok(message) => self.handle_message(now, flow, message),
            Err(Malformed::Empty) => {}
            Err(malformed) => {
                self.lower.cx.trace_malformed(flow, malformed.reason());
                count::up(&mut self.lower.cx.counters.malformed);
            }
        }
    }

    fn handle_message(&mut self, now: Instant, flow: Flow, message: &Message<'_>) {
        match message.start() {
            Start::Request { method, .. } => self.handle_request(now, flow, message, method),
            Start::Response { status, .. } => match message.check() {
                Ok(()) => self.handle_response(now, flow, message, status),
                Err(objection) => self.count_flawed(flow, message, objection.reason),
            },
        }
    }

    fn count_flawed(&mut self, flow: Flow, message: &Message<'_>, reason: &'static str) {
        self.lower.cx.trace_malformed(flow, reason);
        count::up(if message.is_too_long() {
            &mut self.lower.cx.counters.oversize
        } else {
            &mut self.lower.cx.counters.malformed
        });
    }

    // an answer's way is a board's deepest: it does not carry a request's frame too
    #[inline(never)]
    fn handle_request(&mut self, now: Instant, flow: Flow, request: &Message<'_>, method: Method<'_>) {
        // a tag of ours, with its 64 random bits, shows that the sender has heard from us
        let tag = request.to().ok().and_then(|to| to.tag());
        let dialog = tag.and_then(Tag::read).and_then(|tag| self.lower.dialogs.find(tag, request));
        let caller =
            if dialog.is_some() { Caller::Direct } else { self.lower.accounts.caller(&self.lower.cx, flow, request) };
        if caller == Caller::Stranger {
            // a request in a dialog that is gone gets the response again that it got: only its sender can repeat it
            // (rfc3261#17.2.2)
            let answered =
                keys_of(&self.lower.cx, request, method).and_then(|keys| self.lower.transactions.answered(now, keys));
            if let Some(answered) = answered {
                self.respond_at_once(flow, request, answered.status, Extra::again(answered, &OURS));
                return;
            }
            count::up(&mut self.lower.cx.counters.strangers);
            self.trace_stranger(flow, request);
            return;
        }
        if let Err(objection) = request.check() {
            self.count_flawed(flow, request, objection.reason);
            if objection.status > 0 {
                self.respond_at_once(
                    flow,
                    request,
                    objection.status,
                    Extra { reason: objection.reason, ..Extra::default() },
                );
            }
            return;
        }
        // sips: wants TLS all the way (rfc3261#26.2.2) and a sips: Contact of ours (#12.1.1), and neither is here
        if let Start::Request { uri, .. } = request.start()
            && Scheme::of(uri) == Some(Scheme::Sips)
        {
            self.respond_at_once(flow, request, 416, Extra { reason: NO_TLS, ..Extra::default() });
            return;
        }
        let Some(keys) = keys_of(&self.lower.cx, request, method) else { return };
        let keys = Keys { direct: dialog.map_or(caller == Caller::Direct, |dialog| self.is_direct(dialog)), ..keys };
        match method {
            Method::Ack => {
                self.acknowledged(now, keys, dialog, request);
                return;
            }
            Method::Cancel => {
                self.cancelled(now, flow, request);
                return;
            }
            _ => {}
        }
        // rfc3261#17.2.3: a repetition goes to its transaction
        let begins = tag.is_none() && method == Method::Invite;
        match self.lower.transactions.absorb(&mut self.lower.cx, now, keys, begins) {
            Absorbed::New => {}
            Absorbed::Nothing => return,
            Absorbed::Again(answered) => {
                self.respond_at_once(flow, request, answered.status, Extra::again(answered, &OURS));
                return;
            }
            Absorbed::Merged => {
                // rfc3261#8.2.2.2: the same request over another way
                self.respond_at_once(flow, request, 482, Extra::default());
                return;
            }
        }
        // rfc3261#8.2.2.3: it must be understood
        if request.tokens(Name::Require).any(|extension| !OURS.supports(extension)) {
            self.respond_at_once(flow, request, 420, Extra { unsupported: Some(&OURS), ..Extra::default() });
            return;
        }
        let account = match caller {
            Caller::Account(account) => account,
            _ => Handle::NONE,
        };
        let arrived = Arrived { flow, keys, request, dialog: dialog.unwrap_or(Handle::NONE), account };
        match (tag, dialog) {
            (Some(_), Some(_)) => self.request_in_dialog(now, &arrived, method),
            // rfc3261#12.2.2
            (Some(_), None) => self.respond_at_once(flow, request, 481, Extra::default()),
            (None, _) => self.request_outside(now, &arrived, method),
        }
    }

    /// A request that is in no dialog.
    fn request_outside(&mut self, now: Instant, arrived: &Arrived<'_, '_>, method: Method<'_>) {
        let (flow, request) = (arrived.flow, arrived.request);
        match methods::row(method) {
            Some(Row { outside: Some(take), .. }) => take(self, now, arrived),
            // rfc3261#12.2.2: it needs a dialog
            Some(_) => self.respond_at_once(flow, request, 481, Extra::default()),
            None => {
                let extra = Extra { allow: Some(&OURS), ..Extra::default() };
                self.respond_at_once(flow, request, methods::refusal(method), extra);
            }
        }
    }

    /// A request in one of our dialogs.
    fn request_in_dialog(&mut self, now: Instant, arrived: &Arrived<'_, '_>, method: Method<'_>) {
        let Arrived { flow, keys, request, dialog, .. } = *arrived;
        let Ok(cseq) = request.cseq() else { return };
        // rfc3261#12.2.2: a number that does not grow is out of order
        if !self.lower.dialogs.hear_number(dialog, cseq.number) {
            self.respond_and_bury(now, flow, request, keys, 500, Extra { reordered: true, ..Extra::default() });
            return;
        }
        match methods::row(method).and_then(|row| row.inside) {
            Some(take) => take(self, now, arrived),
            None => {
                let extra = Extra { allow: Some(&OURS), ..Extra::default() };
                self.respond_and_bury(now, flow, request, keys, methods::refusal(method), extra);
            }
        }
    }
}
