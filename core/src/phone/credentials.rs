//! Credentials written into requests, for the challenges that are kept.

use super::Phone;
use super::account::Kept;
use super::render::Asked;
use super::request::Owner;
use crate::base::limits::{CHALLENGE, CHALLENGES};
use crate::base::slots::Handle;
use crate::base::table::Hasher;
use crate::sip::auth::{Answer, Challenge};
use crate::sip::dialog::Credential;
use crate::wire::sip::{Name, Writer};

impl Phone<'_> {
    /// Which challenges a request answers: those the account keeps, if the request goes over the account's own hop. Counts their use.
    pub(super) fn credentials_for(&mut self, account: Handle, request: &Asked) -> [Credential; CHALLENGES] {
        let mut credentials = [Credential::default(); CHALLENGES];
        if !request.own_hop {
            return credentials;
        }
        // What stands in Authorization is read by the far end of the request, whoever that is: it goes where it was asked for, or to the
        // account's own domain. Proxy-Authorization is for the proxy, which is the next hop.
        let (own_domain, before) = match request.owner {
            Owner::Account(_) => (true, credentials),
            Owner::Dialog(dialog_handle) => self.dialogs.get(dialog_handle).map_or((false, credentials), |dialog| {
                (self.in_domain(account, dialog.target.of(self.dialog_text.get(dialog_handle.index))), dialog.credentials)
            }),
            _ => (false, credentials),
        };
        let asked = request.answered.iter().zip(before);
        let Some(account) = self.accounts.get_mut(account) else { return credentials };
        for ((kept, credential), (asked, before)) in account.challenges.iter_mut().zip(credentials.iter_mut()).zip(asked) {
            let allowed = kept.proxy || own_domain || kept.generation == asked.challenge || kept.generation == before.challenge;
            if !kept.challenge.is_empty() && allowed && !(request.method.is_invite() && kept.challenge.covers_body()) {
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
    account: &super::account::Account,
    text: &[u8],
    challenges: &[u8],
    credentials: &[Credential; CHALLENGES],
    key: (u64, u64),
    method: &[u8],
    uri: &[u8],
) {
    for (place, (kept, credential)) in account.challenges.iter().zip(credentials).enumerate() {
        if credential.challenge == 0 || kept.generation != credential.challenge {
            continue;
        }
        let block = challenges.get(place * CHALLENGE..(place + 1) * CHALLENGE).unwrap_or_default();
        let challenge: Challenge<'_> = kept.challenge.view(block);
        let name = if kept.proxy { Name::ProxyAuthorization } else { Name::Authorization };
        let answer = Answer {
            challenge: &challenge,
            username: account.username.of(text),
            password: account.password.of(text),
            method,
            uri,
            body: b"",
            nc: credential.count,
            cnonce: nonce(key, account.contact, kept, credential.count),
        };
        writer.header(name, |out| answer.write(out));
    }
}

/// A client nonce that is the same when the same use is written again (the ACK of an INVITE).
fn nonce(key: (u64, u64), salt: u64, kept: &Kept, count: u32) -> u64 {
    Hasher::new(key).with(&salt.to_le_bytes()).with(&kept.generation.to_le_bytes()).with(&count.to_le_bytes()).finish()
}
