//! OPTIONS: our capabilities (rfc3261#11.2).

use super::Phone;
use super::arrived::Arrived;
use super::response::Extra;
use super::write::contact_user;
use crate::base::features;
use crate::base::time::Instant;

/// The response's headers. `user`: ours, where the phone is the focus of conferences, which says so in a Contact
/// (rfc4579#4.3).
fn able(user: Option<&[u8]>) -> Extra<'_> {
    Extra { contact: user.filter(|_| features::CONFERENCE), allow: true, capabilities: true, ..Extra::default() }
}

/// rfc3261#11.2, #12.2.2: in a dialog the response is the same, and nothing changes there but its number: OPTIONS is no
/// target refresh.
pub(super) fn take(phone: &mut Phone<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
    let lower = &mut phone.lower;
    let (account, side) = (lower.dialogs.account_of(arrived.dialog), lower.dialogs.our_side(arrived.dialog));
    let user = contact_user(lower.accounts.call_user(account), b"", side);
    let extra = able(Some(user).filter(|_| lower.cx.fixed.focus));
    lower.transactions.respond_and_bury(&mut lower.cx, now, arrived, 200, extra);
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
    lower.transactions.respond_at_once(&mut lower.cx, flow, arrived.request, status, extra);
}
