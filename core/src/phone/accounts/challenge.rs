//! Challenges: those that are answered, the realms learnt from them, and the events of those that are not.

use super::Accounts;
use super::account::{Account, Kept};
use super::told::PENDING_CHALLENGE;
use crate::base::limits::{AUTH_TRIES, CHALLENGES};
use crate::base::slots::Handle;
use crate::base::text::{Packer, Span};
use crate::base::time::Instant;
use crate::phone::credential::Credential;
use crate::phone::{Cause, Flow};
use crate::sip::auth::{Challenge, strongest};
use crate::wire::sip::{AuthParams, Message, Name};

/// The facts of a request of ours that its credentials depend on.
#[derive(Clone, Copy, Debug)]
pub(in crate::phone) struct Asked {
    /// It is the account's REGISTER.
    pub(in crate::phone) registers: bool,
    /// It is an INVITE, which has a body.
    pub(in crate::phone) describes: bool,
    /// It goes over the account's own hop.
    pub(in crate::phone) own_hop: bool,
    /// Challenges of it that were answered.
    pub(in crate::phone) tries: u8,
    /// The account's challenges that it answered, with their uses.
    pub(in crate::phone) answered: [Credential; CHALLENGES],
}

/// Facts about the dialog of a request.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::phone) struct Facts {
    /// The request is sent within it.
    pub(in crate::phone) within: bool,
    /// Its routes and its remote target are the account's own host.
    pub(in crate::phone) own_target: bool,
    /// It is the INVITE that begins it, without a 2xx yet.
    pub(in crate::phone) begins: bool,
}

/// The challenge that a request answers next: its slot, and the use of it.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(in crate::phone) struct Chosen {
    pub(in crate::phone) slot: usize,
    pub(in crate::phone) generation: u32,
}

impl Accounts<'_> {
    /// Chooses the challenge to answer: over the account's own hop, for a realm of the account's, once for each realm
    /// and nonce unless stale. Else the cause why none is answered, which the account remembers for an event.
    pub(in crate::phone) fn choose(
        &mut self,
        now: Instant,
        handle: Handle,
        (asked, facts): (&Asked, Facts),
        flow: Flow,
        (response, status): (&Message<'_>, u16),
    ) -> Result<Chosen, Cause> {
        let chosen = self.chosen(handle, asked, facts, flow, response, status).and_then(|(challenge, slot)| {
            let learnt = !self.is_own_realm(handle, challenge.realm);
            let generation = self.keep_challenge(handle, &challenge, slot, status == 407)?;
            if learnt {
                self.learn_realm(handle, challenge.realm);
            }
            Ok(Chosen { slot, generation })
        });
        chosen.map_err(|(cause, realm)| {
            self.refused(now, handle, cause, realm);
            cause
        })
    }

    /// The cause why the account's last challenge was not answered. A call without an account has no password.
    pub(in crate::phone) fn refusal(&self, handle: Handle) -> Cause {
        self.slots.get(handle).map_or(Cause::NoPassword, |account| account.refused)
    }

    /// A challenge that was chosen could not be answered after all.
    pub(in crate::phone) fn set_refusal(&mut self, handle: Handle, cause: Cause) {
        if let Some(account) = self.slots.get_mut(handle) {
            account.refused = cause;
        }
    }

    /// The challenge to answer, and the slot to keep it in; or the cause why none is answered, with its realm.
    fn chosen<'m>(
        &self,
        handle: Handle,
        asked: &Asked,
        facts: Facts,
        flow: Flow,
        response: &Message<'m>,
        status: u16,
    ) -> Result<(Challenge<'m>, usize), (Cause, &'m [u8])> {
        let proxy = status == 407;
        let fields = || response.fields(if proxy { Name::ProxyAuthenticate } else { Name::WwwAuthenticate });
        let first = |allowed: &dyn Fn(&Challenge<'_>) -> bool| strongest(fields(), allowed);
        let realm = || first(&|_| true).map_or(&b""[..], |challenge| challenge.realm);
        let Some(account) = self.slots.get(handle).filter(|account| !account.password.is_empty()) else {
            return Err((Cause::NoPassword, realm()));
        };
        let blocks = self.challenges.get(handle.index);
        // rfc7616#3.4.3: `auth-int` hashes the body. An INVITE's is written after its header, and its ACK, which
        // repeats the credentials, has none: an INVITE's challenge with `auth-int` alone is not answered. The
        // bodies of others lie there before their header is written.
        let usable = |challenge: &Challenge<'_>| !asked.describes || !challenge.covers_body();
        if first(&usable).is_none() {
            return Err((Cause::Scheme, realm()));
        }
        // the response came over the hop that the request took: the far end has seen our Via, and could write past the
        // proxy
        // inside a dialog, the far end could challenge us with our own realm and a nonce of its choice: it gets an
        // answer only where it is the account's own server
        let own_hop = asked.own_hop && self.is_own_flow(handle, flow) && (!facts.within || facts.own_target);
        let learns = own_hop && may_learn_realm(account, asked, facts);
        let ours =
            |challenge: &Challenge<'_>| own_hop && usable(challenge) && self.is_own_realm(handle, challenge.realm);
        let learnable = |challenge: &Challenge<'_>| learns && usable(challenge);
        let fits = |challenge: &Challenge<'_>| challenge.size() <= slot_of(blocks, 0).len();
        let tried = |realm: &[u8]| {
            account.challenges.iter().zip(asked.answered).enumerate().any(|(slot, (kept, answered))| {
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
        let slot = self.slot_for(handle, &challenge, proxy, &asked.answered).ok_or((Cause::Full, challenge.realm))?;
        let answered = asked.answered.get(slot).is_some_and(|answered| answered.challenge != 0);
        if (answered && !challenge.stale) || asked.tries >= AUTH_TRIES {
            return Err((Cause::Auth, challenge.realm));
        }
        Ok((challenge, slot))
    }

    /// Keeps a challenge that fits its slot. Returns its use.
    fn keep_challenge<'m>(
        &mut self,
        account: Handle,
        challenge: &Challenge<'m>,
        slot: usize,
        proxy: bool,
    ) -> Result<u32, (Cause, &'m [u8])> {
        let full = (Cause::Full, challenge.realm);
        let block = slot_of_mut(self.challenges.get_mut(account.index), slot);
        let account = self.slots.get_mut(account).ok_or(full)?;
        let kept = account.challenges.get_mut(slot).ok_or(full)?;
        let before = kept.challenge.view(block);
        let same = !kept.challenge.is_empty() && kept.proxy == proxy;
        let (same_realm, repeated) = (same && before.realm == challenge.realm, same && challenge.repeats(&before));
        if !same || before != *challenge {
            kept.challenge = challenge.pack(&mut Packer::new(block, 0)).ok_or(full)?;
        }
        // rfc7616#3.4: the count begins anew with a new nonce, and only then: the uses of a nonce that comes twice are
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
        let Some(slot) = self.slots.get(account) else { return false };
        let text = self.text.get(account.index);
        if !slot.realms.is_empty() {
            let mut configured = slot.realms.of(text).split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
            return configured.any(|one| !one.is_empty() && one == realm);
        }
        realm == host_text(slot.domain.of(text))
            || slot.learnt.iter().any(|learnt| !learnt.is_empty() && learnt.of(text) == realm)
    }

    fn learn_realm(&mut self, handle: Handle, realm: &[u8]) {
        let Some(account) = self.slots.get_mut(handle) else { return };
        let used = account.learnt_end();
        let Some(span) = Packer::new(self.text.get_mut(handle.index), used).add(realm) else { return };
        (account.refused_realm, account.reason_len) = (Span::EMPTY, 0);
        if let Some(free) = account.learnt.iter_mut().find(|learnt| learnt.is_empty()) {
            *free = span;
        }
    }

    /// A challenge was not answered: the account remembers the cause and the realm.
    fn refused(&mut self, now: Instant, handle: Handle, cause: Cause, realm: &[u8]) {
        let Some(account) = self.slots.get_mut(handle) else { return };
        account.refused = cause;
        let used = account.learnt_end();
        account.reason_len = 0; // it stands behind
        account.refused_realm = Packer::new(self.text.get_mut(handle.index), used).add(realm).unwrap_or_default();
        account.pending |= PENDING_CHALLENGE;
        account.challenged_at = now.stamp();
    }

    /// The slot of a challenge: that of its realm, or of the registrar (its realm may change), or a free one, or that
    /// of one that this request has not answered. So two proxies may challenge a request, and each gets its
    /// credentials.
    fn slot_for(
        &self,
        account: Handle,
        challenge: &Challenge<'_>,
        proxy: bool,
        answered: &[Credential; CHALLENGES],
    ) -> Option<usize> {
        let kept = &self.slots.get(account)?.challenges;
        let blocks = self.challenges.get(account.index);
        let at =
            |wanted: &dyn Fn(usize, &Kept) -> bool| kept.iter().enumerate().position(|(slot, kept)| wanted(slot, kept));
        let realm = |slot: usize, kept: &Kept| kept.challenge.view(slot_of(blocks, slot)).realm == challenge.realm;
        let free = |slot: usize| answered.get(slot).is_some_and(|answered| answered.challenge == 0);
        at(&|slot, kept| !kept.challenge.is_empty() && kept.proxy == proxy && (!proxy || realm(slot, kept)))
            .or_else(|| at(&|_, kept| kept.challenge.is_empty()))
            .or_else(|| at(&|slot, kept| free(slot) && !kept.proxy))
            .or_else(|| at(&|slot, _| free(slot)))
    }

    /// A registrar may name the next nonce in its response (rfc7616#3.5): the next REGISTER is not challenged for an
    /// old one then. The response to another request may be the far end's, which would choose the nonce that we hash.
    pub(in crate::phone) fn take_next_nonce(&mut self, account: Handle, response: &Message<'_>) {
        for (proxy, name) in [(false, Name::AuthenticationInfo), (true, Name::ProxyAuthenticationInfo)] {
            let next = response.header(name).and_then(|value| AuthParams::new(value).get(b"nextnonce"));
            let Some(next) =
                next.filter(|nonce| !nonce.is_empty() && nonce.iter().all(|byte| *byte >= b' ' && *byte != 0x7f))
            else {
                continue;
            };
            let Some(slot) = self.slots.get_mut(account) else { continue };
            let mut asked = slot
                .challenges
                .iter_mut()
                .enumerate()
                .filter(|(_, kept)| !kept.challenge.is_empty() && kept.proxy == proxy);
            // of two proxies it does not name its own
            let (Some((at, kept)), None) = (asked.next(), asked.next()) else { continue };
            if let Some(renewed) =
                kept.challenge.with_nonce(slot_of_mut(self.challenges.get_mut(account.index), at), next)
            {
                kept.challenge = renewed;
                kept.renew(true);
            }
        }
    }
}

/// Realms are learnt from the registrar's challenges, and from those of an INVITE only where an account does not
/// register: then the first that an INVITE to the own domain brings, for the proxy asks before it lets the far end see
/// anything.
fn may_learn_realm(account: &Account, asked: &Asked, facts: Facts) -> bool {
    if !account.realms.is_empty() {
        return false;
    }
    if asked.registers {
        return account.learnt.iter().any(|learnt| learnt.is_empty());
    }
    let first = account.no_register && facts.begins && facts.own_target;
    first && account.learnt.iter().all(|learnt| learnt.is_empty())
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
