//! The caller of a request: an account's own, a direct one where these are allowed, or a stranger, whose requests are
//! counted and get nothing.

use super::Accounts;
use crate::base::slots::Handle;
use crate::phone::Flow;
use crate::phone::context::Context;
use crate::wire::sip::{Message, Start, Uri};

/// The caller of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::phone) enum Caller {
    /// An account's.
    Account(Handle),
    /// Any other host's, where that is allowed.
    Direct,
    /// A stranger.
    Stranger,
}

impl Accounts<'_> {
    /// Judges a request that is in no dialog of ours.
    pub(in crate::phone) fn caller(&self, cx: &Context<'_>, flow: Flow, request: &Message<'_>) -> Caller {
        let Start::Request { uri, .. } = request.start() else { return Caller::Stranger };
        let uri = Uri::parse(uri).ok();
        let user = uri.and_then(|uri| uri.user).unwrap_or_default();
        // the secret that only REGISTER carried names the account by itself
        if let Some(uri) = uri
            && let Some((handle, _)) =
                self.slots.iter().find(|(_, account)| account.is_bound() && account.is_named_by(&uri))
        {
            return Caller::Account(handle);
        }
        // an address that its registrar or proxies resolved to, or that it trusts, any port: the account whose user is
        // meant, else the first
        let from = flow.remote().ip();
        let mut own = None;
        for (handle, account) in self.slots.iter() {
            if !account.own.contains(&Some(from)) && !self.trusts(handle, from) {
                continue;
            }
            if self.has_user(handle, user) {
                return Caller::Account(handle);
            }
            own = own.or(Some(handle));
        }
        match own {
            Some(handle) => Caller::Account(handle),
            None if cx.fixed.allow_direct => Caller::Direct,
            None => Caller::Stranger,
        }
    }

    /// A request came by way of the account's own server: from an address that its registrar or proxies resolved to, or
    /// with the secret that only its REGISTER carried. Hosts that an account merely lets in are not among them.
    #[cfg(any(feature = "rules", feature = "tones", feature = "subscribe"))]
    pub(in crate::phone) fn brought_by_own_server(&self, handle: Handle, flow: Flow, request: &Message<'_>) -> bool {
        let Start::Request { uri, .. } = request.start() else { return false };
        let names = |account: &super::account::Account| {
            account.is_bound() && Uri::parse(uri).is_ok_and(|uri| account.is_named_by(&uri))
        };
        self.is_own_flow(handle, flow) || self.slots.get(handle).is_some_and(names)
    }

    /// The account whose user a request names, from any source.
    pub(in crate::phone) fn meant(&self, user: &[u8]) -> Option<Handle> {
        let mut all = self.slots.iter().map(|(handle, _)| handle);
        all.find(|handle| !user.is_empty() && self.has_user(*handle, user))
    }

    fn has_user(&self, handle: Handle, user: &[u8]) -> bool {
        self.text_of(handle, |account| account.user) == Some(user) || self.call_user(handle) == Some(user)
    }
}
