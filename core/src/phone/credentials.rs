//! Credentials written into requests, for the challenges that are kept.

use super::Phone;
use super::accounts::account::Kept;
use super::challenge::slot_of;
use super::render::Asked;
use super::transactions::request::Owner;
use crate::base::limits::CHALLENGES;
use crate::base::slots::Handle;
use crate::base::table::Hasher;
use crate::sip::auth::{Answer, Challenge};
use crate::sip::dialog::Credential;
use crate::wire::sip::{Name, Writer};

impl Phone<'_> {
    /// Which challenges a request answers, and counts their use. Only over the account's own hop; and only what was
    /// asked for: by the registrar of a REGISTER (rfc3261#22.2), else of this request, or of the INVITE of its dialog
    /// (rfc3261#22.3). What stands in Authorization is read by the far end, and Proxy-Authorization too where the proxy
    /// does not take it away.
    pub(super) fn credentials_for(&mut self, account: Handle, request: &Asked) -> [Credential; CHALLENGES] {
        let mut credentials = [Credential::default(); CHALLENGES];
        if !request.own_hop {
            return credentials;
        }
        let registers = matches!(request.owner, Owner::Account(_));
        let around =
            self.dialog_around(request.owner, request.method).and_then(|dialog| self.lower.dialogs.slots.get(dialog));
        let before = around.map_or(credentials, |dialog| dialog.credentials);
        let Some(account) = self.lower.accounts.slots.get_mut(account) else { return credentials };
        let asked = request.answered.iter().zip(&before);
        for ((kept, credential), (asked, before)) in
            account.challenges.iter_mut().zip(credentials.iter_mut()).zip(asked)
        {
            let wanted = registers || kept.is_for_realm_of(*asked) || kept.is_for_realm_of(*before);
            if !kept.challenge.is_empty() && wanted && !(request.method.is_invite() && kept.challenge.covers_body()) {
                kept.count = kept.count.saturating_add(1);
                *credential = Credential { challenge: kept.generation, count: kept.count };
            }
        }
        credentials
    }
}

/// Writes Authorization and Proxy-Authorization for the challenges that `credentials` name and that are still kept.
#[allow(clippy::too_many_arguments)] // all of them are parts of one digest
pub(super) fn write_credentials(
    writer: &mut Writer<'_, '_>,
    account: &super::accounts::account::Account,
    text: &[u8],
    challenges: &[u8],
    credentials: &[Credential; CHALLENGES],
    key: (u64, u64),
    method: &[u8],
    uri: &[u8],
) {
    for (slot, (kept, credential)) in account.challenges.iter().zip(credentials).enumerate() {
        if credential.challenge == 0 || kept.generation != credential.challenge {
            continue;
        }
        let challenge: Challenge<'_> = kept.challenge.view(slot_of(challenges, slot));
        let name = if kept.proxy { Name::ProxyAuthorization } else { Name::Authorization };
        let answer = Answer {
            challenge: &challenge,
            username: account.username.of(text),
            password: account.password.of(text),
            method,
            uri,
            body: b"",
            nc: credential.count,
            cnonce: nonce(key, account.secret, kept, credential.count),
        };
        writer.header(name, |out| answer.write(out));
    }
}

/// A client nonce that is the same when the same use is written again (the ACK of an INVITE).
fn nonce(key: (u64, u64), salt: u64, kept: &Kept, count: u32) -> u64 {
    Hasher::new(key).with(&salt.to_le_bytes()).with(&kept.generation.to_le_bytes()).with(&count.to_le_bytes()).finish()
}
