//! One message in: to its transaction, its dialog, or neither.

use super::accounts::Caller;
use super::arrived::Arrived;
use super::calls::Calls;
use super::calls::responses::{respond_and_bury, respond_at_once};
use super::methods::{self, Taker, Takes};
use super::response::Extra;
use super::transactions::keys::{OTHERS_BEGIN, keys_of};
use super::transactions::serving::Absorbed;
use super::understood::OURS;
use super::{Flow, Phone, Taken};
use crate::base::count;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::sip::tag::Tag;
use crate::sip::tombstone::Keys;
use crate::wire::sip::{Frame, HeaderError, Malformed, Mandatory, Message, Method, Name, Scheme, Start, cut};

/// rfc5626#4.4.1: the pong to a ping on a stream.
const PONG: &[u8] = b"\r\n";

/// The reason phrase of a refused `sips:` URI.
const NO_TLS: &str = "sips needs TLS, which is not here";

impl Phone<'_> {
    /// One datagram, or the bytes of a stream that have not been taken yet. Takes at most one message.
    pub fn handle_sip(&mut self, now: Instant, flow: Flow, bytes: &[u8]) -> Taken {
        self.hear(now);
        if self.lower.transactions.owes_reply() {
            return Taken::Drain;
        }
        if !cfg!(feature = "stream") && matches!(flow, Flow::Stream { .. }) {
            return Taken::Close;
        }
        if !flow.is_reliable() {
            return self.handle_parsed(now, flow, &Message::parse(bytes), bytes.len());
        }
        match cut(bytes, self.lower.transactions.longest()) {
            // on a flow that we ping, it is the pong and not half of a ping of theirs
            Frame::Need if bytes == PONG && self.lower.accounts.is_pinged(flow) => {
                #[cfg(feature = "stream")]
                self.lower.accounts.hear_pong(flow);
                Taken::Bytes(bytes.len())
            }
            Frame::Need => Taken::NeedMore,
            Frame::LineEnd(taken) => {
                #[cfg(feature = "stream")]
                self.lower.accounts.hear_pong(flow);
                Taken::Bytes(taken)
            }
            Frame::Ping(taken) => {
                self.lower.transactions.send_at_once(flow, PONG);
                Taken::Bytes(taken)
            }
            Frame::Message(taken) => {
                self.handle_parsed(now, flow, &Message::parse(bytes.get(..taken).unwrap_or_default()), taken)
            }
            // rfc3261#18.3: Content-Length says where the next one begins, so the connection goes on
            Frame::TooLong { head, total } => {
                self.handle_parsed(now, flow, &Message::parse_head(bytes.get(..head).unwrap_or_default()), total)
            }
            Frame::Broken => {
                self.lower.cx.trace_malformed(flow, "where the next message begins cannot be known");
                count::up(&mut self.lower.cx.counters.malformed);
                Taken::Close
            }
        }
    }

    /// `taken` bytes are done with, unless their response waits for another one to leave.
    // never inlined: a build without streams calls it once, and inlining it there takes 400 bytes of flash
    #[inline(never)]
    fn handle_parsed(
        &mut self,
        now: Instant,
        flow: Flow,
        parsed: &Result<Message<'_>, Malformed>,
        taken: usize,
    ) -> Taken {
        match parsed {
            Ok(message) => self.handle_message(now, flow, message),
            Err(Malformed::Empty) => {}
            Err(malformed) => {
                self.lower.cx.trace_malformed(flow, malformed.reason());
                count::up(&mut self.lower.cx.counters.malformed);
            }
        }
        if self.lower.transactions.take_postponed() { Taken::Drain } else { Taken::Bytes(taken) }
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

    // never inlined: keeps a request's frame off a response's stack path
    #[inline(never)]
    fn handle_request(&mut self, now: Instant, flow: Flow, request: &Message<'_>, method: Method<'_>) {
        let mandatory = request.mandatory();
        if let Some((take, arrived)) = self.sift(now, flow, (request, &mandatory), method) {
            take(self, now, &arrived);
        }
    }

    /// The checks of a request before its method counts. `None`: it has got its response, or gets none.
    // never inlined: keeps this frame off a board's deepest stack path, which takes the request
    #[inline(never)]
    fn sift<'r, 'm>(
        &mut self,
        now: Instant,
        flow: Flow,
        request: (&'r Message<'m>, &'r Result<Mandatory<'m>, HeaderError>),
        method: Method<'_>,
    ) -> Option<(Taker, Arrived<'r, 'm>)> {
        let (request, mandatory) = request;
        let known = mandatory.as_ref().ok();
        // a tag of ours, with its 64 random bits, shows that the sender has heard from us
        let tag = known.and_then(|known| known.to.tag());
        let dialog = tag.and_then(Tag::read).zip(known).and_then(|(tag, known)| self.lower.dialogs.find(tag, known));
        let caller =
            if dialog.is_some() { Caller::Direct } else { self.lower.accounts.caller(&self.lower.cx, flow, request) };
        if caller == Caller::Stranger {
            // a request in a dialog that is gone gets the response again that it got: only its sender can repeat it
            // (rfc3261#17.2.2)
            let keys = known.map(|known| keys_of(&self.lower.cx, request, known, method));
            let responded = keys.and_then(|keys| self.lower.transactions.responded(now, keys));
            // whom the rules sent on is no account's caller any more: where to is not said again
            #[cfg(feature = "rules")]
            let responded = responded.filter(|responded| !Extra::forwards(*responded));
            if let Some(responded) = responded {
                respond_at_once(&mut self.lower, flow, request, responded.status, Extra::again(responded));
                return None;
            }
            count::up(&mut self.lower.cx.counters.strangers);
            self.trace_stranger(flow, request);
            return None;
        }
        if let Err(objection) = request.check_with(mandatory) {
            self.count_flawed(flow, request, objection.reason);
            if objection.status > 0 {
                respond_at_once(
                    &mut self.lower,
                    flow,
                    request,
                    objection.status,
                    Extra { reason: objection.reason, ..Extra::default() },
                );
            }
            return None;
        }
        let mandatory = known?;
        let keys = keys_of(&self.lower.cx, request, mandatory, method);
        let keys = Keys {
            direct: dialog.map_or(caller == Caller::Direct, |dialog| Calls::is_direct(&self.lower, dialog)),
            ..keys
        };
        let account = match caller {
            Caller::Account(account) => account,
            _ => Handle::NONE,
        };
        let arrived = Arrived { flow, keys, request, mandatory, dialog: dialog.unwrap_or(Handle::NONE), account };
        let takes = methods::takes(method);
        if let Some(Takes::OfInvite(take)) = takes {
            return Some((*take, arrived));
        }
        // rfc3261#17.2.3: a repetition goes to its transaction
        let begins = tag.is_none() && (OTHERS_BEGIN || method == Method::Invite);
        match self.lower.transactions.absorb(&mut self.lower.cx, now, keys, begins) {
            Absorbed::New => {}
            Absorbed::Nothing => return None,
            Absorbed::Again(responded) => {
                let again = match takes {
                    Some(Takes::Described { again, .. } | Takes::Anywhere { again: Some(again), .. }) => Some(again),
                    _ => None,
                };
                match again.filter(|_| dialog.is_some()) {
                    Some(again) => again(self, &arrived, responded),
                    #[cfg(feature = "notify")]
                    None if method == Method::Subscribe => self.subscribe_again(&arrived, responded),
                    #[cfg(feature = "rules")]
                    None if Extra::forwards(responded) => {
                        self.calls.forwards_again(&mut self.lower, &arrived, responded)
                    }
                    None => respond_at_once(&mut self.lower, flow, request, responded.status, Extra::again(responded)),
                }
                return None;
            }
            Absorbed::Merged => {
                // rfc3261#8.2.2.2: the same request over another way
                respond_at_once(&mut self.lower, flow, request, 482, Extra::default());
                return None;
            }
        }
        if tag.is_some() && dialog.is_none() {
            // rfc3261#12.2.2
            respond_at_once(&mut self.lower, flow, request, 481, Extra::default());
            return None;
        }
        if dialog.is_some_and(|dialog| self.lacks_use(dialog, method)) {
            // rfc3261#12.2.2
            respond_and_bury(&mut self.lower, now, &arrived, 481, Extra::default());
            return None;
        }
        // rfc3261#8.2: the method is inspected first, then the headers
        let chosen = match takes {
            Some(Takes::Anywhere { inside, .. } | Takes::Inside(inside) | Takes::Described { inside, .. })
                if dialog.is_some() =>
            {
                Ok(*inside)
            }
            Some(Takes::Anywhere { outside, .. }) => Ok(*outside),
            // rfc3261#12.2.2: it needs a dialog
            Some(_) => Err((481, false)),
            None => Err((methods::refusal(method), true)),
        };
        if chosen.is_ok() && !self.understands(flow, request) {
            return None;
        }
        // rfc3261#12.2.2: a number that does not grow is out of order
        if let Some(dialog) = dialog
            && !self.lower.dialogs.hear_number(dialog, mandatory.cseq.number)
        {
            respond_and_bury(&mut self.lower, now, &arrived, 500, Extra { reordered: true, ..Extra::default() });
            return None;
        }
        match chosen {
            Ok(take) => return Some((take, arrived)),
            Err((status, allow)) => {
                let extra = Extra { allow, ..Extra::default() };
                if dialog.is_some() {
                    respond_and_bury(&mut self.lower, now, &arrived, status, extra);
                } else {
                    respond_at_once(&mut self.lower, flow, request, status, extra);
                }
            }
        }
        None
    }

    /// The scheme of its Request-URI and the extensions that it requires are ours. One that has others is refused.
    fn understands(&mut self, flow: Flow, request: &Message<'_>) -> bool {
        // rfc3261#8.2.2.1: sips: wants TLS all the way (#26.2.2) and a sips: Contact of ours (#12.1.1), and neither is
        // here
        if let Start::Request { uri, .. } = request.start()
            && Scheme::of(uri) == Some(Scheme::Sips)
        {
            respond_at_once(&mut self.lower, flow, request, 416, Extra { reason: NO_TLS, ..Extra::default() });
            return false;
        }
        // rfc3891#3
        #[cfg(feature = "refer")]
        if request.has(Name::Replaces) && !matches!(request.start(), Start::Request { method: Method::Invite, .. }) {
            respond_at_once(&mut self.lower, flow, request, 400, Extra::default());
            return false;
        }
        // rfc3261#8.2.2.3
        if request.tokens(Name::Require).any(|extension| !OURS.supports(request, extension)) {
            respond_at_once(
                &mut self.lower,
                flow,
                request,
                420,
                Extra { unsupported: Some(request), ..Extra::default() },
            );
            return false;
        }
        true
    }

    /// A dialog has no use that a method's requests belong to (rfc5057#5.3): its call has ended, though its slot is still
    /// there for the response to our BYE (rfc3261#15.1.1), or it never had one.
    fn lacks_use(&self, dialog: Handle, method: Method<'_>) -> bool {
        let call = self.lower.dialogs.call_of(dialog);
        // rfc5057#5.3: these belong to a call, and MESSAGE has no dialog of its own
        #[cfg(feature = "subscribe")]
        if !self.lower.dialogs.subscription_of(dialog).is_none() {
            use Method::{Bye, Info, Invite, Message, Prack, Update};
            return matches!(method, Bye | Info | Invite | Message | Prack | Update);
        }
        #[cfg(feature = "notify")]
        if !self.lower.dialogs.watcher_of(dialog).is_none() {
            return !matches!(method, Method::Subscribe | Method::Options);
        }
        // the dialog of a REFER: its BYE would end what it has not
        #[cfg(feature = "refer")]
        if call.is_none() && !self.lower.dialogs.reporter_of(dialog).is_none() {
            return method != Method::Options;
        }
        // rfc3262#3: a PRACK may come behind the refusal of its INVITE
        !matches!(method, Method::Bye | Method::Prack) && !self.calls.goes_on(call)
    }
}
