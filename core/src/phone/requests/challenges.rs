//! Challenges of requests: the account chooses which one is answered.

use super::Asking;
use super::render::asked;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::accounts::{Chosen, Facts};
use crate::phone::transactions::request::{Owner, Sending};
use crate::phone::{Cause, Flow, Lower};
use crate::wire::sip::{Address, Message, token_list};

impl Lower<'_> {
    /// The challenge to answer, if it is ours to answer.
    pub(in crate::phone) fn choose(
        &mut self,
        handle: Handle,
        flow: Flow,
        response: (&Message<'_>, u16),
    ) -> Result<Chosen, Cause> {
        let Some(request) = self.transactions.request(handle) else { return Err(Cause::Realm) };
        let (owner, method, asked) = (request.owner(), request.method(), asked(request));
        let (account, facts) = (self.account_of(owner), self.facts(owner, method));
        self.accounts.choose(self.cx.latest, account, (&asked, facts), flow, response)
    }

    /// Answers a challenge. rfc3261#22.2: the same request, its number one higher, in a new transaction.
    pub(in crate::phone) fn answer(&mut self, now: Instant, handle: Handle, chosen: Chosen) -> Asking {
        self.transactions.answer_challenge(handle, chosen.slot, chosen.generation);
        self.start(now, handle)
    }

    /// Facts that the dialog of a request gives to the account.
    fn facts(&self, owner: Owner, method: Sending) -> Facts {
        let Owner::Dialog(handle) = owner else { return Facts::default() };
        let within = self.dialog_around(owner, method).is_some();
        let Some(leg) = self.dialogs.get(handle) else { return Facts { within, ..Facts::default() } };
        let (dialog, text) = (leg.dialog(), self.dialogs.text(handle));
        let own = |uri: &[u8]| self.accounts.is_own_host(leg.account(), uri);
        // the far end names its target, and the routes behind our proxy: each of them would see our credentials
        let own_routes =
            token_list(dialog.routes.of(text)).all(|route| Address::parse(route).is_some_and(|route| own(route.uri)));
        Facts {
            within,
            own_target: own_routes && own(dialog.target.of(text)),
            begins: method.begins() && dialog.remote_tag.is_empty(),
        }
    }
}
