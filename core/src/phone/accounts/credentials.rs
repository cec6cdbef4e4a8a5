//! Credentials written into requests, for the challenges that are kept.

use super::account::Kept;
use super::challenge::slot_of;
use super::{Accounts, Asked};
use crate::base::limits::CHALLENGES;
use crate::base::slots::Handle;
use crate::base::table::Hasher;
use crate::phone::credential::Credential;
use crate::sip::auth::{Authorization, Challenge};
use crate::wire::sip::{Name, Writer};

/// Parts of a digest that a request gives.
#[derive(Clone, Copy, Debug)]
pub(in crate::phone) struct Digest<'t> {
    /// Key of the client nonces.
    pub(in crate::phone) key: (u64, u64),
    pub(in crate::phone) method: &'t [u8],
    pub(in crate::phone) uri: &'t [u8],
    pub(in crate::phone) body: &'t [u8],
}

impl Accounts<'_> {
    /// Chooses the challenges that a request answers, and counts their use. Only over the account's own hop; and only
    /// those that were asked for: by the registrar of a REGISTER (rfc3261#22.2), else of this request, or of the INVITE
    /// of its dialog (rfc3261#22.3), whose credentials are `before`. What stands in Authorization is read by the far
    /// end, and Proxy-Authorization too where the proxy does not take it away.
    pub(in crate::phone) fn credentials(
        &mut self,
        handle: Handle,
        asked: &Asked,
        before: &[Credential; CHALLENGES],
    ) -> [Credential; CHALLENGES] {
        let mut credentials = [Credential::default(); CHALLENGES];
        let Some(account) = self.slots.get_mut(handle).filter(|_| asked.own_hop) else { return credentials };
        let known = asked.answered.iter().zip(before);
        for ((kept, credential), (answered, before)) in
            account.challenges.iter_mut().zip(credentials.iter_mut()).zip(known)
        {
            let wanted = asked.registers || kept.is_for_realm_of(*answered) || kept.is_for_realm_of(*before);
            if !kept.challenge.is_empty() && wanted && !(asked.describes && kept.challenge.covers_body()) {
                kept.count = kept.count.saturating_add(1);
                *credential = Credential { challenge: kept.generation, count: kept.count };
            }
        }
        credentials
    }

    /// Writes Authorization and Proxy-Authorization for the challenges that `credentials` name and that are still kept.
    pub(in crate::phone) fn write_credentials(
        &self,
        writer: &mut Writer<'_, '_>,
        handle: Handle,
        credentials: &[Credential; CHALLENGES],
        digest: Digest<'_>,
    ) {
        let Some(account) = self.slots.get(handle) else { return };
        let (text, challenges) = (self.text.get(handle.index), self.challenges.get(handle.index));
        for (slot, (kept, credential)) in account.challenges.iter().zip(credentials).enumerate() {
            if credential.challenge == 0 || kept.generation != credential.challenge {
                continue;
            }
            let challenge: Challenge<'_> = kept.challenge.view(slot_of(challenges, slot));
            let name = if kept.proxy { Name::ProxyAuthorization } else { Name::Authorization };
            let answer = Authorization {
                challenge: &challenge,
                username: account.username.of(text),
                password: account.password.of(text),
                method: digest.method,
                uri: digest.uri,
                body: digest.body,
                nc: credential.count,
                cnonce: nonce(digest.key, account.secret, kept, credential.count),
            };
            writer.header(name, |out| answer.write(out));
        }
    }
}

/// A client nonce that is the same when the same use is written again (the ACK of an INVITE).
fn nonce(key: (u64, u64), salt: u64, kept: &Kept, count: u32) -> u64 {
    Hasher::new(key).with(&salt.to_le_bytes()).with(&kept.generation.to_le_bytes()).with(&count.to_le_bytes()).finish()
}
