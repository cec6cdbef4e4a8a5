//! One outgoing request: it joins transactions with accounts, dialogs and lines, and owns nothing. Here alone `Lower`
//! has methods. A request that cannot be sent is returned to its caller, for the owner's sake: so a failure within a
//! command and one at a deadline take the same way.

pub(super) mod begin;
mod challenges;
mod render;
mod uses;
mod way;

#[cfg(test)]
mod tests;

use super::Cause;
use super::Lower;
use super::dialogs::Leg;
use super::trace::Pool;
use super::transactions::asking::Over;
use super::transactions::request::{Owner, Request, Sending};
use crate::base::slots::Handle;

/// The progress of a request.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(super) enum Asking {
    Sent,
    /// It left by a datagram that is longer than one should be, for no stream was to be had there (rfc3261#18.1.1).
    #[cfg(feature = "stream")]
    SentLong {
        request: Handle,
        bytes: u16,
    },
    /// It waits for its addresses or media ports; or there is nothing to do.
    Waits,
    /// The look-up of a host's addresses, which sends nothing, has ended: its result is its owner's.
    Looked,
    /// It cannot be sent, and is to be ended.
    Failed {
        request: Handle,
        cause: Cause,
    },
}

impl Lower<'_> {
    /// A slot for a request. When all are in use, one that only absorbs retransmissions gives way.
    pub(super) fn new_request(&mut self, owner: Owner, method: Sending) -> Option<Handle> {
        let Some(made) = self.transactions.make(&mut self.cx, owner, method) else {
            self.cx.trace_full(Pool::Requests);
            return None;
        };
        self.release(made.over);
        Some(made.handle)
    }

    /// A request is over.
    pub(super) fn end_request(&mut self, handle: Handle) {
        let over = self.transactions.end(&mut self.cx, handle);
        self.release(over);
    }

    /// The owner of a request that is over releases the dialog and line that it used.
    pub(super) fn release(&mut self, over: Option<Over>) {
        let Some(over) = over else { return };
        match over.owner {
            Owner::Dialog(dialog) => self.release_dialog(dialog),
            Owner::Account(account) => self.accounts.release(account, over.request),
            Owner::Answer(dialog) => {
                self.dialogs.lookup_over(dialog, over.request);
            }
            #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
            Owner::Update(dialog) => {
                self.dialogs.lookup_over(dialog, over.request);
            }
            Owner::Invite(_) | Owner::Offer(_) | Owner::Nobody => {}
        }
    }

    /// A new try of a refused INVITE, in a slot of its own, for the refused one goes on absorbing: its ACK stands in
    /// its buffer.
    pub(super) fn renew_request(&mut self, handle: Handle) -> Option<Handle> {
        let Some(made) = self.transactions.renew(&mut self.cx, handle) else {
            self.cx.trace_full(Pool::Requests);
            return None;
        };
        self.release(made.over);
        if let Some(Owner::Dialog(dialog)) = self.transactions.request(made.handle).map(Request::owner) {
            self.dialogs.take(dialog);
        }
        Some(made.handle)
    }

    /// The account of a request.
    pub(super) fn account_of(&self, owner: Owner) -> Handle {
        match owner {
            Owner::Account(account) => account,
            Owner::Dialog(dialog) => self.dialogs.account_of(dialog),
            _ => Handle::NONE,
        }
    }

    /// The dialog that a request is sent within; `None` for one that begins a dialog, or has none.
    pub(super) fn dialog_around(&self, owner: Owner, method: Sending) -> Option<Handle> {
        let Owner::Dialog(handle) = owner else { return None };
        let within = !method.begins() || self.dialogs.is_confirmed(handle);
        within.then_some(handle)
    }

    /// A request is located by its account's registrar or proxy.
    fn goes_to_own_hop(&self, owner: Owner) -> bool {
        match owner {
            Owner::Account(_) => true,
            Owner::Dialog(dialog) => self.dialogs.get(dialog).is_some_and(Leg::own_hop),
            _ => false,
        }
    }

    fn next_number(&mut self, owner: Owner) -> u32 {
        match owner {
            Owner::Account(account) => self.accounts.next_number(account),
            Owner::Dialog(dialog) => self.dialogs.next_number(dialog).unwrap_or(1),
            _ => 1,
        }
    }
}
