//! Challenges: which are answered, what is learnt from them, and what is told of those that are not.

use super::account::Kept;
use super::object::Object;
use super::request::{Owner, Request, Sending};
use super::{Flow, Phone};
use crate::base::count;
use crate::base::limits::{AUTH_TRIES, CHALLENGE, CHALLENGES};
use crate::base::slots::Handle;
use crate::base::text::Packer;
use crate::base::time::Instant;
use crate::sip::auth::{Challenge, PackedChallenge, strongest};
use crate::sip::dialog::Credential;
use crate::wire::sip::{AuthParams, Message, Name, Uri};

impl Phone<'_> {
    /// Answers a challenge if it is ours to answer: over the account's own hop, for a realm of the account's, once for each realm and nonce
    /// unless stale.
    pub(super) fn authenticate(&mut self, now: Instant, handle: Handle, flow: Flow, answer: &Message<'_>, status: u16) -> bool {
        let Some(request) = self.requests.get(handle).copied() else { return false };
        let account_handle = self.account_of(request.owner);
        let name = if status == 401 { Name::WwwAuthenticate } else { Name::ProxyAuthenticate };
        let Some(account) = self.accounts.get(account_handle) else { return false };
        let ours = |realm: &[u8]| self.is_own_realm(account_handle, realm);
        // the response came over the hop that the request took: the far end has seen our Via, and could write past the proxy
        let usable = request.own_hop && self.is_own_flow(account_handle, flow) && !account.password.is_empty() && self.may_answer(&request);
        let learns = usable && self.may_learn_realm(account_handle, &request);
        let tried = |realm: &[u8]| {
            let places = account.challenges.iter().enumerate().zip(request.answered);
            places.filter(|((_, kept), answered)| kept.is_for_realm_of(*answered) && kept.proxy == (status == 407)).any(
                |((place, kept), _)| {
                    let block = self.challenges.get(account_handle.index).get(place * CHALLENGE..).unwrap_or_default();
                    !kept.challenge.is_empty() && kept.challenge.view(block).realm == realm
                },
            )
        };
        // rfc7616#3.4.3: `auth-int` hashes the body. An INVITE's is written after its header, and its ACK, which repeats the credentials,
        // has none: who wants that and nothing less of an INVITE is not answered. Our other requests have no body.
        let fits = |challenge: &Challenge<'_>| !request.method.is_invite() || !challenge.covers_body();
        // a realm that is known goes before one that could be learnt; and of several (rfc3261#22.3: a proxy that forks gathers them) one
        // that was not answered yet before one that was
        let known = if usable {
            strongest(answer.fields(name), |one| fits(one) && ours(one.realm) && !tried(one.realm))
                .or_else(|| strongest(answer.fields(name), |one| fits(one) && ours(one.realm)))
        } else {
            None
        };
        let chosen = known.or_else(|| strongest(answer.fields(name), |one| learns && fits(one)));
        let Some(challenge) = chosen else {
            let realm = strongest(answer.fields(name), |_| true).map_or(&b""[..], |challenge| challenge.realm);
            self.challenge_refused(account_handle, realm);
            return false;
        };
        let Some(place) = self.place_for(account_handle, &challenge, status == 407, &request.answered) else { return false };
        let answered = request.answered.get(place).is_some_and(|answered| answered.challenge != 0);
        if (answered && !challenge.stale) || request.tries >= AUTH_TRIES {
            return false;
        }
        let learnt = !ours(challenge.realm);
        let block = self.challenges.get_mut(account_handle.index).get_mut(place * CHALLENGE..(place + 1) * CHALLENGE).unwrap_or_default();
        let realm = challenge.realm;
        let Some(account) = self.accounts.get_mut(account_handle) else { return false };
        let Some(kept) = account.challenges.get_mut(place) else { return false };
        if kept.challenge.is_empty() || kept.challenge.view(block) != challenge {
            // rfc7616#3.4: the count begins anew with a new nonce, and only then: what asks twice with one has its uses counted on
            let same_realm = !kept.challenge.is_empty() && kept.challenge.view(block).realm == realm;
            let renewed = kept.challenge.is_empty() || kept.proxy != (status == 407) || !challenge.repeats(&kept.challenge.view(block));
            let Some(packed) = challenge.pack(&mut Packer::new(block, 0)) else {
                // what stood there is overwritten
                kept.challenge = PackedChallenge::EMPTY;
                count::up(&mut self.counters.oversize);
                return false;
            };
            kept.challenge = packed;
            if renewed {
                kept.renew(same_realm && kept.proxy == (status == 407));
                kept.proxy = status == 407;
            }
        }
        let generation = kept.generation;
        if learnt {
            self.learn_realm(account_handle, realm);
        }
        // rfc3261#22.2: the same request, its number one higher, in a new transaction
        let Some(next) = self.again(handle) else { return false };
        if let Some(request) = self.requests.get_mut(next) {
            request.number = 0;
            request.tries += 1;
            if let Some(answered) = request.answered.get_mut(place) {
                answered.challenge = generation;
            }
        }
        self.start(now, next);
        true
    }

    /// A realm is the account's: one of the configured ones; where none is configured, its domain's or one that was learnt.
    fn is_own_realm(&self, account: Handle, realm: &[u8]) -> bool {
        let Some(slot) = self.accounts.get(account) else { return false };
        let text = self.account_text.get(account.index);
        if !slot.realms.is_empty() {
            let mut configured = slot.realms.of(text).split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
            return configured.any(|one| !one.is_empty() && one == realm);
        }
        realm == host_text(slot.domain.of(text)) || slot.learnt.iter().any(|learnt| !learnt.is_empty() && learnt.of(text) == realm)
    }

    /// Inside a dialog, the far end could challenge us with our own realm and a nonce of its choice: it gets an answer only where it is the
    /// account's own server.
    fn may_answer(&self, request: &Request) -> bool {
        let Some(dialog_handle) = self.dialog_around(request.owner, request.method) else { return true };
        self.dialogs
            .get(dialog_handle)
            .is_some_and(|dialog| self.is_own_host(dialog.account, dialog.target.of(self.dialog_text.get(dialog_handle.index))))
    }

    /// Realms are learnt from the registrar's challenges, and from those of an INVITE only where an account does not register: then the
    /// first that an INVITE to the own domain brings, for the proxy asks before it lets the far end see anything.
    fn may_learn_realm(&self, account_handle: Handle, request: &Request) -> bool {
        let Some(account) = self.accounts.get(account_handle).filter(|account| account.realms.is_empty()) else { return false };
        match request.owner {
            Owner::Account(_) => account.learnt.iter().any(|learnt| learnt.is_empty()),
            Owner::Dialog(dialog_handle) if account.no_register && request.method == Sending::Invite => {
                let fresh = self.dialogs.get(dialog_handle).is_some_and(|dialog| {
                    let target = dialog.target.of(self.dialog_text.get(dialog_handle.index));
                    dialog.remote_tag.is_empty() && self.is_own_host(account_handle, target)
                });
                fresh && account.learnt.iter().all(|learnt| learnt.is_empty())
            }
            _ => false,
        }
    }

    /// A URI's host is the account's: its domain, its registrar, its proxy, or an address that these resolved to.
    fn is_own_host(&self, account: Handle, uri: &[u8]) -> bool {
        let (Some(slot), Ok(uri)) = (self.accounts.get(account), Uri::parse(uri)) else { return false };
        let text = self.account_text.get(account.index);
        let named = [slot.uri, slot.registrar, slot.proxy].iter().any(|own| Uri::parse(own.of(text)).is_ok_and(|own| own.host == uri.host));
        named || uri.host.ip().is_some_and(|ip| slot.own.contains(&Some(ip)))
    }

    fn learn_realm(&mut self, handle: Handle, realm: &[u8]) {
        let Some(account) = self.accounts.get_mut(handle) else { return };
        let used = account.learnt.iter().map(|learnt| learnt.start() + learnt.len()).max().unwrap_or(0).max(usize::from(account.fixed_end));
        let Some(span) = Packer::new(self.account_text.get_mut(handle.index), used).add(realm) else { return };
        account.refused_realm = crate::base::text::Span::EMPTY;
        if let Some(free) = account.learnt.iter_mut().find(|learnt| learnt.is_empty()) {
            *free = span;
        }
    }

    /// Tells that a challenge was not answered, and whose it was.
    fn challenge_refused(&mut self, handle: Handle, realm: &[u8]) {
        count::up(&mut self.counters.refused_challenges);
        let Some(account) = self.accounts.get_mut(handle) else { return };
        let used = account.learnt.iter().map(|learnt| learnt.start() + learnt.len()).max().unwrap_or(0).max(usize::from(account.fixed_end));
        account.refused_realm = Packer::new(self.account_text.get_mut(handle.index), used).add(realm).unwrap_or_default();
        account.pending |= super::events::PENDING_CHALLENGE;
        self.tell(Object::Account(handle.index));
    }

    /// Where a challenge is kept: where that realm's stood before, or the registrar's (its realm may change), or where nothing stands, or in
    /// the place of one that this request has not answered. So a request may be asked by two proxies, and each is told what it wants.
    fn place_for(&self, account: Handle, challenge: &Challenge<'_>, proxy: bool, answered: &[Credential; CHALLENGES]) -> Option<usize> {
        let kept = &self.accounts.get(account)?.challenges;
        let blocks = self.challenges.get(account.index);
        let at = |wanted: &dyn Fn(usize, &Kept) -> bool| kept.iter().enumerate().position(|(place, kept)| wanted(place, kept));
        let realm = |place: usize, kept: &Kept| {
            let block = blocks.get(place * CHALLENGE..(place + 1) * CHALLENGE).unwrap_or_default();
            kept.challenge.view(block).realm == challenge.realm
        };
        let free = |place: usize| answered.get(place).is_some_and(|answered| answered.challenge == 0);
        at(&|place, kept| !kept.challenge.is_empty() && kept.proxy == proxy && (!proxy || realm(place, kept)))
            .or_else(|| at(&|_, kept| kept.challenge.is_empty()))
            .or_else(|| at(&|place, kept| free(place) && !kept.proxy))
            .or_else(|| at(&|place, _| free(place)))
    }

    /// A registrar may say with its response which nonce it wants next (rfc7616#3.5): the next REGISTER is not challenged for an old one
    /// then. The response to another request may be the far end's, which would choose what we hash.
    pub(super) fn take_next_nonce(&mut self, account: Handle, answer: &Message<'_>) {
        for (proxy, name) in [(false, Name::AuthenticationInfo), (true, Name::ProxyAuthenticationInfo)] {
            let next = answer.header(name).and_then(|value| AuthParams::new(value).get(b"nextnonce"));
            let Some(next) = next.filter(|nonce| !nonce.is_empty() && nonce.iter().all(|byte| *byte >= b' ' && *byte != 0x7f)) else {
                continue;
            };
            let Some(slot) = self.accounts.get_mut(account) else { continue };
            let mut asked = slot.challenges.iter_mut().enumerate().filter(|(_, kept)| !kept.challenge.is_empty() && kept.proxy == proxy);
            // of two proxies it does not say whose it is
            let (Some((place, kept)), None) = (asked.next(), asked.next()) else { continue };
            let block = self.challenges.get_mut(account.index).get_mut(place * CHALLENGE..(place + 1) * CHALLENGE).unwrap_or_default();
            let mut old = [0u8; CHALLENGE];
            let Some(texts) = old.get_mut(..block.len()) else { continue };
            texts.copy_from_slice(block);
            let challenge = Challenge { nonce: next, ..kept.challenge.view(texts) };
            kept.challenge = challenge.pack(&mut Packer::new(block, 0)).unwrap_or(PackedChallenge::EMPTY);
            kept.renew(true);
        }
    }
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
