//! Challenges: which are answered, what is learnt from them, and what is told of those that are not.

use super::accounts::account::Kept;
use super::object::Object;
use super::trace::{About, What};
use super::transactions::request::{Owner, Request, Sending};
use super::{AccountId, Cause, Flow, Phone};
use crate::base::count;
use crate::base::limits::{AUTH_TRIES, CHALLENGES};
use crate::base::slots::Handle;
use crate::base::text::Packer;
use crate::base::time::Instant;
use crate::sip::auth::{Challenge, strongest};
use crate::sip::dialog::Credential;
use crate::wire::sip::{AuthParams, Message, Name, Uri};

impl Phone<'_> {
    /// Answers a challenge if it is ours to answer: over the account's own hop, for a realm of the account's, once for
    /// each realm and nonce unless stale. False: the account remembers why not ([`Phone::refusal`]), and an event tells
    /// it.
    pub(super) fn authenticate(
        &mut self,
        now: Instant,
        handle: Handle,
        flow: Flow,
        answer: &Message<'_>,
        status: u16,
    ) -> bool {
        let Some(request) = self.lower.transactions.request(handle).copied() else { return false };
        let account = self.account_of(request.owner);
        let asked = self.choose(account, &request, flow, answer, status).and_then(|(challenge, slot)| {
            let learnt = !self.is_own_realm(account, challenge.realm);
            let generation = self.keep_challenge(account, &challenge, slot, status == 407)?;
            if learnt {
                self.learn_realm(account, challenge.realm);
            }
            Ok((slot, generation))
        });
        let (slot, generation) = match asked {
            Ok(asked) => asked,
            Err((cause, realm)) => {
                self.challenge_refused(account, cause, realm);
                return false;
            }
        };
        // rfc3261#22.2: the same request, its number one higher, in a new transaction
        let Some(next) = self.again(handle) else {
            if let Some(account) = self.lower.accounts.slots.get_mut(account) {
                account.refused = Cause::Full;
            }
            return false;
        };
        self.lower.transactions.answer_challenge(next, slot, generation);
        self.start(now, next);
        true
    }

    /// Why the account's last challenge was not answered. A call without an account has no password.
    pub(super) fn refusal(&self, account: Handle) -> Cause {
        self.lower.accounts.slots.get(account).map_or(Cause::NoPassword, |account| account.refused)
    }

    /// The challenge to answer, and the slot to keep it in; or why none is answered, and whose realm it is.
    fn choose<'m>(
        &self,
        account_handle: Handle,
        request: &Request,
        flow: Flow,
        answer: &Message<'m>,
        status: u16,
    ) -> Result<(Challenge<'m>, usize), (Cause, &'m [u8])> {
        let proxy = status == 407;
        let fields = || answer.fields(if proxy { Name::ProxyAuthenticate } else { Name::WwwAuthenticate });
        let first = |allowed: &dyn Fn(&Challenge<'_>) -> bool| strongest(fields(), allowed);
        let realm = || first(&|_| true).map_or(&b""[..], |challenge| challenge.realm);
        let Some(account) =
            self.lower.accounts.slots.get(account_handle).filter(|account| !account.password.is_empty())
        else {
            return Err((Cause::NoPassword, realm()));
        };
        let blocks = self.lower.accounts.challenges.get(account_handle.index);
        // rfc7616#3.4.3: `auth-int` hashes the body. An INVITE's is written after its header, and its ACK, which
        // repeats the credentials, has none: who wants that and nothing less of an INVITE is not answered. Our other
        // requests have no body.
        let usable = |challenge: &Challenge<'_>| !request.method.is_invite() || !challenge.covers_body();
        if first(&usable).is_none() {
            return Err((Cause::Scheme, realm()));
        }
        // the response came over the hop that the request took: the far end has seen our Via, and could write past the
        // proxy
        let own_hop = request.own_hop && self.is_own_flow(account_handle, flow) && self.may_answer(request);
        let learns = own_hop && self.may_learn_realm(account_handle, request);
        let ours = |challenge: &Challenge<'_>| {
            own_hop && usable(challenge) && self.is_own_realm(account_handle, challenge.realm)
        };
        let learnable = |challenge: &Challenge<'_>| learns && usable(challenge);
        let fits = |challenge: &Challenge<'_>| challenge.size() <= slot_of(blocks, 0).len();
        let tried = |realm: &[u8]| {
            account.challenges.iter().zip(request.answered).enumerate().any(|(slot, (kept, answered))| {
                kept.is_for_realm_of(answered)
                    && kept.proxy == proxy
                    && kept.challenge.view(slot_of(blocks, slot)).realm == realm
            })
        };
        // a realm that is known goes before one that could be learnt; and of several (rfc3261#22.3: a proxy that forks
        // gathers them) one that was not answered yet before one that was
        let chosen = first(&|one| fits(one) && ours(one) && !tried(one.realm))
            .or_else(|| first(&|one| fits(one) && ours(one)))
            .or_else(|| first(&|one| fits(one) && learnable(one)));
        let Some(challenge) = chosen else {
            return Err(match first(&|one| ours(one) || learnable(one)) {
                Some(long) => (Cause::ChallengeSize, long.realm),
                None => (Cause::Realm, realm()),
            });
        };
        let slot = self
            .slot_for(account_handle, &challenge, proxy, &request.answered)
            .ok_or((Cause::Full, challenge.realm))?;
        let answered = request.answered.get(slot).is_some_and(|answered| answered.challenge != 0);
        if (answered && !challenge.stale) || request.tries >= AUTH_TRIES {
            return Err((Cause::Auth, challenge.realm));
        }
        Ok((challenge, slot))
    }

    /// Keeps a challenge that fits its slot; gives its use.
    fn keep_challenge<'m>(
        &mut self,
        account: Handle,
        challenge: &Challenge<'m>,
        slot: usize,
        proxy: bool,
    ) -> Result<u32, (Cause, &'m [u8])> {
        let full = (Cause::Full, challenge.realm);
        let block = slot_of_mut(self.lower.accounts.challenges.get_mut(account.index), slot);
        let account = self.lower.accounts.slots.get_mut(account).ok_or(full)?;
        let kept = account.challenges.get_mut(slot).ok_or(full)?;
        let before = kept.challenge.view(block);
        let same = !kept.challenge.is_empty() && kept.proxy == proxy;
        let (same_realm, repeated) = (same && before.realm == challenge.realm, same && challenge.repeats(&before));
        if !same || before != *challenge {
            kept.challenge = challenge.pack(&mut Packer::new(block, 0)).ok_or(full)?;
        }
        // rfc7616#3.4: the count begins anew with a new nonce, and only then: what asks twice with one has its uses
        // counted on
        if !repeated {
            kept.renew(same_realm);
            kept.proxy = proxy;
        }
        Ok(kept.generation)
    }

    /// A realm is the account's: one of the configured ones; where none is configured, its domain's or one that was
    /// learnt.
    fn is_own_realm(&self, account: Handle, realm: &[u8]) -> bool {
        let Some(slot) = self.lower.accounts.slots.get(account) else { return false };
        let text = self.lower.accounts.text.get(account.index);
        if !slot.realms.is_empty() {
            let mut configured = slot.realms.of(text).split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
            return configured.any(|one| !one.is_empty() && one == realm);
        }
        realm == host_text(slot.domain.of(text))
            || slot.learnt.iter().any(|learnt| !learnt.is_empty() && learnt.of(text) == realm)
    }

    /// Inside a dialog, the far end could challenge us with our own realm and a nonce of its choice: it gets an answer
    /// only where it is the account's own server.
    fn may_answer(&self, request: &Request) -> bool {
        let Some(dialog_handle) = self.dialog_around(request.owner, request.method) else { return true };
        self.lower.dialogs.slots.get(dialog_handle).is_some_and(|dialog| {
            self.is_own_host(dialog.account, dialog.target.of(self.lower.dialogs.text.get(dialog_handle.index)))
        })
    }

    /// Realms are learnt from the registrar's challenges, and from those of an INVITE only where an account does not
    /// register: then the first that an INVITE to the own domain brings, for the proxy asks before it lets the far end
    /// see anything.
    fn may_learn_realm(&self, account_handle: Handle, request: &Request) -> bool {
        let Some(account) = self.lower.accounts.slots.get(account_handle).filter(|account| account.realms.is_empty())
        else {
            return false;
        };
        match request.owner {
            Owner::Account(_) => account.learnt.iter().any(|learnt| learnt.is_empty()),
            Owner::Dialog(dialog_handle) if account.no_register && request.method == Sending::Invite => {
                let fresh = self.lower.dialogs.slots.get(dialog_handle).is_some_and(|dialog| {
                    let target = dialog.target.of(self.lower.dialogs.text.get(dialog_handle.index));
                    dialog.remote_tag.is_empty() && self.is_own_host(account_handle, target)
                });
                fresh && account.learnt.iter().all(|learnt| learnt.is_empty())
            }
            _ => false,
        }
    }

    /// A URI's host is the account's: its domain, its registrar, its proxy, or an address that these resolved to.
    fn is_own_host(&self, account: Handle, uri: &[u8]) -> bool {
        let (Some(slot), Ok(uri)) = (self.lower.accounts.slots.get(account), Uri::parse(uri)) else { return false };
        let text = self.lower.accounts.text.get(account.index);
        let named = [slot.uri, slot.registrar, slot.proxy]
            .iter()
            .any(|own| Uri::parse(own.of(text)).is_ok_and(|own| own.host == uri.host));
        named || uri.host.ip().is_some_and(|ip| slot.own.contains(&Some(ip)))
    }

    fn learn_realm(&mut self, handle: Handle, realm: &[u8]) {
        let Some(account) = self.lower.accounts.slots.get_mut(handle) else { return };
        let used = account.learnt_end();
        let Some(span) = Packer::new(self.lower.accounts.text.get_mut(handle.index), used).add(realm) else { return };
        (account.refused_realm, account.reason_len) = (crate::base::text::Span::EMPTY, 0);
        if let Some(free) = account.learnt.iter_mut().find(|learnt| learnt.is_empty()) {
            *free = span;
        }
    }

    /// Tells that a challenge was not answered, why, and whose it was.
    fn challenge_refused(&mut self, handle: Handle, cause: Cause, realm: &[u8]) {
        count::up(&mut self.lower.cx.counters.refused_challenges);
        self.lower.cx.trace(About::Account(AccountId(handle)), What::ChallengeRefused(cause));
        let Some(account) = self.lower.accounts.slots.get_mut(handle) else { return };
        account.refused = cause;
        let used = account.learnt_end();
        account.reason_len = 0; // it stands behind
        account.refused_realm =
            Packer::new(self.lower.accounts.text.get_mut(handle.index), used).add(realm).unwrap_or_default();
        account.pending |= super::events::PENDING_CHALLENGE;
        account.challenged_at = self.lower.cx.latest.stamp();
        self.tell(Object::Account(handle.index));
    }

    /// Where a challenge is kept: where that realm's stood before, or the registrar's (its realm may change), or where
    /// nothing stands, or in the slot of one that this request has not answered. So a request may be asked by two
    /// proxies, and each is told what it wants.
    fn slot_for(
        &self,
        account: Handle,
        challenge: &Challenge<'_>,
        proxy: bool,
        answered: &[Credential; CHALLENGES],
    ) -> Option<usize> {
        let kept = &self.lower.accounts.slots.get(account)?.challenges;
        let blocks = self.lower.accounts.challenges.get(account.index);
        let at =
            |wanted: &dyn Fn(usize, &Kept) -> bool| kept.iter().enumerate().position(|(slot, kept)| wanted(slot, kept));
        let realm = |slot: usize, kept: &Kept| kept.challenge.view(slot_of(blocks, slot)).realm == challenge.realm;
        let free = |slot: usize| answered.get(slot).is_some_and(|answered| answered.challenge == 0);
        at(&|slot, kept| !kept.challenge.is_empty() && kept.proxy == proxy && (!proxy || realm(slot, kept)))
            .or_else(|| at(&|_, kept| kept.challenge.is_empty()))
            .or_else(|| at(&|slot, kept| free(slot) && !kept.proxy))
            .or_else(|| at(&|slot, _| free(slot)))
    }

    /// A registrar may say with its response which nonce it wants next (rfc7616#3.5): the next REGISTER is not
    /// challenged for an old one then. The response to another request may be the far end's, which would choose what we
    /// hash.
    pub(super) fn take_next_nonce(&mut self, account: Handle, answer: &Message<'_>) {
        for (proxy, name) in [(false, Name::AuthenticationInfo), (true, Name::ProxyAuthenticationInfo)] {
            let next = answer.header(name).and_then(|value| AuthParams::new(value).get(b"nextnonce"));
            let Some(next) =
                next.filter(|nonce| !nonce.is_empty() && nonce.iter().all(|byte| *byte >= b' ' && *byte != 0x7f))
            else {
                continue;
            };
            let Some(slot) = self.lower.accounts.slots.get_mut(account) else { continue };
            let mut asked = slot
                .challenges
                .iter_mut()
                .enumerate()
                .filter(|(_, kept)| !kept.challenge.is_empty() && kept.proxy == proxy);
            // of two proxies it does not say whose it is
            let (Some((at, kept)), None) = (asked.next(), asked.next()) else { continue };
            if let Some(renewed) =
                kept.challenge.with_nonce(slot_of_mut(self.lower.accounts.challenges.get_mut(account.index), at), next)
            {
                kept.challenge = renewed;
                kept.renew(true);
            }
        }
    }
}

/// The texts of one of an account's challenges: its block is cut into equal slots.
pub(super) fn slot_of(challenges: &[u8], slot: usize) -> &[u8] {
    let size = challenges.len() / CHALLENGES;
    challenges.get(slot * size..(slot + 1) * size).unwrap_or_default()
}

fn slot_of_mut(challenges: &mut [u8], slot: usize) -> &mut [u8] {
    let size = challenges.len() / CHALLENGES;
    challenges.get_mut(slot * size..(slot + 1) * size).unwrap_or_default()
}

/// A host without its port.
fn host_text(domain: &[u8]) -> &[u8] {
    if domain.first() == Some(&b'[') {
        let end = domain.iter().position(|byte| *byte == b']').map_or(domain.len(), |at| at + 1);
        return domain.get(..end).unwrap_or_default();
    }
    let end = domain.iter().position(|byte| *byte == b':').unwrap_or(domain.len());
    domain.get(..end).unwrap_or_default()
}
