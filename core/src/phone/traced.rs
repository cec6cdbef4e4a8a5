//! Strangers and INVITEs without room, as a log is told of them; and what a driver fetches of it.

use super::trace::{About, IS_MADE, Pool, Rule, What};
use super::{AccountId, Flow, Phone, Trace};
use crate::base::slots::Handle;
use crate::wire::sip::{Message, Method, Start, Uri};

impl Phone<'_> {
    /// The next record of what happened, in order; see [`super::Capacity::traces`].
    pub fn poll_trace(&mut self) -> Option<Trace> {
        if IS_MADE { self.lower.cx.traces.pop() } else { None }
    }

    /// Whether [`Phone::poll_trace`] has something.
    #[must_use]
    pub const fn has_trace(&self) -> bool {
        IS_MADE && self.lower.cx.traces.has_unread()
    }

    /// A request was kept out: one that is for an account's user needs another source, every other one has to be
    /// allowed.
    #[inline(never)]
    pub(super) fn trace_stranger(&mut self, flow: Flow, request: &Message<'_>) {
        if !IS_MADE {
            return;
        }
        let Start::Request { uri, method } = request.start() else { return };
        let user = Uri::parse(uri).ok().and_then(|uri| uri.user).unwrap_or_default();
        let (about, rule) = match self.lower.accounts.meant(user) {
            Some(handle) => (About::Account(AccountId(handle)), Rule::Address),
            None => (About::Phone, Rule::Direct),
        };
        self.lower.cx.trace(about, What::Stranger { from: flow.remote(), method: method.named(), rule });
    }

    /// An INVITE found no slot for its call.
    #[inline(never)]
    pub(super) fn trace_no_room(&mut self, flow: Flow, account: Handle) {
        if !IS_MADE {
            return;
        }
        let rule = match account.is_none() {
            true if self.lower.transactions.is_source_busy(&self.lower.cx, flow) => Rule::PerSource,
            true if self.calls.possible() > 0 => Rule::Reserve,
            _ => {
                self.lower.cx.trace_full(Pool::Calls);
                return;
            }
        };
        self.lower.cx.trace(About::Phone, What::Stranger { from: flow.remote(), method: Method::Invite, rule });
    }
}
