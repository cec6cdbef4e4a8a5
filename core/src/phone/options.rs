//! OPTIONS: our capabilities (rfc3261#11.2).

use super::Phone;
use super::accounts::Accounts;
use super::arrived::Arrived;
use super::dialogs::Dialogs;
use super::response::Extra;
use super::write::contact_user;
use crate::base::features;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::sip::tombstone::Responded;

/// The response's headers. `user`: ours, where the phone is the focus of conferences, which says so in a Contact
/// (rfc4579#4.3).
fn able(user: Option<&[u8]>) -> Extra<'_> {
    Extra { contact: user.filter(|_| features::CONFERENCE), allow: true, capabilities: true, ..Extra::default() }
}

/// A capability is what is not refused.
#[cfg(feature = "refer")]
fn with_transfers<'e>(extra: Extra<'e>, lower: &super::Lower<'_>, account: Handle) -> Extra<'e> {
    Extra { supported: lower.accounts.transfer_tags(&lower.cx, account), ..extra }
}

/// rfc3261#11.2, #12.2.2: in a dialog the response is the same, and nothing changes there but its number: OPTIONS is no
/// target refresh.
pub(super) fn take(phone: &mut Phone<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
    let lower = &mut phone.lower;
    let extra = able(user(&lower.accounts, &lower.dialogs, arrived.dialog).filter(|_| lower.cx.fixed.focus));
    #[cfg(feature = "refer")]
    let extra = with_transfers(extra, lower, lower.dialogs.account_of(arrived.dialog));
    lower.transactions.respond_and_bury(&mut lower.cx, now, arrived, 200, extra);
}

/// rfc3261#17.2.2: a repetition gets the same; a tombstone has no room for the Contact.
pub(super) fn repeat(phone: &mut Phone<'_>, arrived: &Arrived<'_, '_>, responded: Responded) {
    let lower = &mut phone.lower;
    let extra = Extra::again(responded);
    let contact = user(&lower.accounts, &lower.dialogs, arrived.dialog);
    let contact = contact.filter(|_| features::CONFERENCE && lower.cx.fixed.focus && responded.status == 200);
    let extra = Extra { contact, ..extra };
    #[cfg(feature = "refer")]
    let extra = with_transfers(extra, lower, lower.dialogs.account_of(arrived.dialog));
    lower.transactions.respond_at_once(&mut lower.cx, arrived.flow, arrived.request, responded.status, extra);
}

/// The user of our Contact in a dialog.
fn user<'l>(accounts: &'l Accounts<'_>, dialogs: &'l Dialogs<'_>, dialog: Handle) -> Option<&'l [u8]> {
    Some(contact_user(accounts.call_user(dialogs.account_of(dialog)), b"", dialogs.our_side(dialog)))
}

/// rfc3261#11.2: in no dialog its status is the one that an INVITE would get.
pub(super) fn take_outside(phone: &mut Phone<'_>, _: Instant, arrived: &Arrived<'_, '_>) {
    let (account, flow) = (arrived.account, arrived.flow);
    let fits = if account.is_none() {
        phone.calls.direct_fits(&phone.lower, flow)
    } else {
        phone.calls.account_fits(&phone.lower)
    };
    let lower = &mut phone.lower;
    let status = if lower.cx.closing {
        480
    } else if fits {
        200
    } else {
        486
    };
    let user = contact_user(lower.accounts.call_user(account), b"", b"");
    let extra = able(Some(user).filter(|_| lower.cx.fixed.focus && status == 200));
    #[cfg(feature = "refer")]
    let extra = with_transfers(extra, lower, account);
    lower.transactions.respond_at_once(&mut lower.cx, flow, arrived.request, status, extra);
}
