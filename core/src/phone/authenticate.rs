//! Challenges of our requests: answered where the account chooses one, else told.

use super::accounts::Facts;
use super::object::Object;
use super::render::asked;
use super::trace::{About, What};
use super::transactions::request::{Owner, Sending};
use super::{AccountId, Cause, Flow, Phone};
use crate::base::count;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::wire::sip::Message;

impl Phone<'_> {
    /// Answers a challenge if it is ours to answer. False: the account remembers why not, and an event tells it.
    pub(super) fn authenticate(
        &mut self,
        now: Instant,
        handle: Handle,
        flow: Flow,
        response: &Message<'_>,
        status: u16,
    ) -> bool {
        let Some(request) = self.lower.transactions.request(handle) else { return false };
        let (owner, method, asked) = (request.owner, request.method, asked(request));
        let (account, facts) = (self.account_of(owner), self.facts(owner, method));
        let latest = self.lower.cx.latest;
        let chosen = match self.lower.accounts.choose(latest, account, (&asked, facts), flow, (response, status)) {
            Ok(chosen) => chosen,
            Err(cause) => {
                self.challenge_refused(account, cause);
                return false;
            }
        };
        // rfc3261#22.2: the same request, its number one higher, in a new transaction
        let Some(next) = self.again(handle) else {
            self.lower.accounts.set_refusal(account, Cause::Full);
            return false;
        };
        self.lower.transactions.answer_challenge(next, chosen.slot, chosen.generation);
        self.start(now, next);
        true
    }

    /// What the dialog of a request says of itself to the account.
    fn facts(&self, owner: Owner, method: Sending) -> Facts {
        let Owner::Dialog(handle) = owner else { return Facts::default() };
        let within = self.dialog_around(owner, method).is_some();
        let Some(dialog) = self.lower.dialogs.get(handle) else { return Facts { within, ..Facts::default() } };
        let target = dialog.target.of(self.lower.dialogs.text(handle));
        Facts {
            within,
            own_target: self.lower.accounts.is_own_host(dialog.account, target),
            begins: method == Sending::Invite && dialog.remote_tag.is_empty(),
        }
    }

    /// Tells that a challenge was not answered, and why.
    fn challenge_refused(&mut self, account: Handle, cause: Cause) {
        count::up(&mut self.lower.cx.counters.refused_challenges);
        self.lower.cx.trace(About::Account(AccountId(account)), What::ChallengeRefused(cause));
        if self.lower.accounts.has_news(account) {
            self.tell(Object::Account(account.index));
        }
    }
}
