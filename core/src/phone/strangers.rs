//! Who may talk to us. A request is an account's own, a direct one where these are allowed, or a stranger's: counted,
//! and given nothing.

use super::{Flow, Phone};
use crate::base::slots::Handle;
use crate::wire::sip::{Message, Start, Uri};

/// Whose request it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Caller {
    /// An account's.
    Account(Handle),
    /// Anybody's, and that is allowed.
    Direct,
    /// Nobody's that we know.
    Stranger,
}

impl Phone<'_> {
    /// Judges a request that is in no dialog of ours.
    pub(super) fn caller(&self, flow: Flow, request: &Message<'_>) -> Caller {
        let Start::Request { uri, .. } = request.start() else { return Caller::Stranger };
        let uri = Uri::parse(uri).ok();
        let user = uri.and_then(|uri| uri.user).unwrap_or_default();
        // the secret that only REGISTER carried names the account by itself
        if let Some(uri) = uri
            && let Some((handle, _)) =
                self.lower.accounts.slots.iter().find(|(_, account)| account.is_bound() && account.is_named_by(&uri))
        {
            return Caller::Account(handle);
        }
        // an address that its registrar or proxies resolved to, or that it trusts, any port: the account whose user is
        // meant, else the first
        let from = flow.remote().ip();
        let mut own = None;
        for (handle, account) in self.lower.accounts.slots.iter() {
            if !account.own.contains(&Some(from)) && !self.trusts(handle, from) {
                continue;
            }
            let text = self.lower.accounts.text.get(handle.index);
            if account.user.of(text) == user || account.call_user().of(text) == user {
                return Caller::Account(handle);
            }
            own = own.or(Some(handle));
        }
        match own {
            Some(handle) => Caller::Account(handle),
            None if self.lower.cx.fixed.allow_direct => Caller::Direct,
            None => Caller::Stranger,
        }
    }
}
