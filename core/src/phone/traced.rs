//! Records of strangers and of INVITEs without room; and the driver's fetch of records.

use super::trace::{About, IS_MADE, Rule, What};
use super::{AccountId, Flow, Phone, Trace};
use crate::wire::sip::{Message, Start, Uri};

impl Phone<'_> {
    /// The next record, in order; see [`super::Capacity::traces`].
    pub fn poll_trace(&mut self) -> Option<Trace> {
        if IS_MADE { self.lower.cx.traces.pop() } else { None }
    }

    /// [`Phone::poll_trace`] has something.
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
}
