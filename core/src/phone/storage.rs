//! Storage: slices, lent once, that never grow. Their sizes are the phone's capacity.

use super::accounts::Accounts;
use super::calls::Calls;
use super::capacity::Capacity;
use super::context::done::Command;
use super::dialogs::Dialogs;
use super::lender::Lender;
use super::media::Media;
#[cfg(feature = "message")]
use super::messages::Messages;
#[cfg(feature = "publish")]
use super::publications::Publications;
#[cfg(feature = "subscribe")]
use super::subscriptions::Subscriptions;
use super::trace::{self, Trace};
use super::transactions::Transactions;
#[cfg(feature = "notify")]
use super::watchers::Watchers;
use crate::base::due::{DueCell, OwedCell};
use core::net::SocketAddr;

/// The memory of a phone: the rooms with their slots, and their common ground.
pub struct Storage<'a> {
    pub(super) accounts: Accounts<'a>,
    pub(super) calls: Calls<'a>,
    pub(super) dialogs: Dialogs<'a>,
    pub(super) media: Media<'a>,
    pub(super) transactions: Transactions<'a>,
    #[cfg(feature = "message")]
    pub(super) messages: Messages<'a>,
    #[cfg(feature = "subscribe")]
    pub(super) subscriptions: Subscriptions<'a>,
    #[cfg(feature = "notify")]
    pub(super) watchers: Watchers<'a>,
    #[cfg(feature = "notify")]
    pub(super) changed: &'a mut [OwedCell],
    #[cfg(feature = "publish")]
    pub(super) publications: Publications<'a>,
    pub(super) sockets: &'a mut [Option<SocketAddr>],
    pub(super) due: &'a mut [DueCell],
    pub(super) owed: &'a mut [OwedCell],
    pub(super) events: &'a mut [OwedCell],
    pub(super) wishes: &'a mut [OwedCell],
    pub(super) commands: &'a mut [Command],
    pub(super) traces: &'a mut [Trace],
}

impl core::fmt::Debug for Storage<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Storage").finish_non_exhaustive() // lent memory may hold a secret of its use before
    }
}

impl<'a> Storage<'a> {
    /// Asks the lender for every slice, room by room: the same code counts and carves, so the two cannot disagree.
    /// `None`: the capacity is not valid, or the lender is short.
    #[must_use]
    pub fn lend(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Option<Self> {
        if !capacity.is_valid() {
            return None;
        }
        let storage = Self::lent(capacity, lender);
        if lender.is_short() { None } else { Some(storage) }
    }

    /// The same for a capacity that is valid, of a lender that says itself whether it is short: then slices are missing.
    #[must_use]
    pub fn lent(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Self {
        let (accounts, calls) = (capacity.accounts as usize, capacity.calls as usize);
        let (requests, servers, dialogs) =
            (capacity.requests as usize, capacity.servers as usize, capacity.dialogs as usize);
        let conferences = capacity.conferences();
        let others = capacity.messages() + capacity.subscriptions() + capacity.publications() + capacity.watchers();
        // the last are the streams
        let objects = requests + servers + dialogs + calls + accounts + conferences + others + calls;
        // and all calls together, for those who watch them
        #[cfg(feature = "notify")]
        let objects = objects + usize::from(capacity.watchers() > 0);
        Self {
            accounts: Accounts::lent(capacity, lender),
            calls: Calls::lent(capacity, lender),
            dialogs: Dialogs::lent(capacity, lender),
            media: Media::lent(capacity, lender),
            transactions: Transactions::lent(capacity, lender),
            #[cfg(feature = "message")]
            messages: Messages::lent(capacity, lender),
            #[cfg(feature = "subscribe")]
            subscriptions: Subscriptions::lent(capacity, lender),
            #[cfg(feature = "notify")]
            watchers: Watchers::lent(capacity, lender),
            #[cfg(feature = "notify")]
            changed: lender.zeroed(if capacity.watchers() > 0 { calls } else { 0 }),
            #[cfg(feature = "publish")]
            publications: Publications::lent(capacity, lender),
            sockets: lender.lend(capacity.sockets as usize, None),
            due: lender.zeroed(objects),
            owed: lender.zeroed(objects),
            events: lender.zeroed(calls + accounts + conferences + others),
            wishes: lender.zeroed(objects),
            commands: lender.lend(capacity.commands as usize, Command::EMPTY),
            traces: lender.lend(if trace::IS_MADE { capacity.traces as usize } else { 0 }, Trace::EMPTY),
        }
    }
}

#[cfg(test)]
mod tests;
