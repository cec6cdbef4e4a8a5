//! OPTIONS: our capabilities (rfc3261#11.2).

use super::Phone;
use super::arrived::Arrived;
use super::calls::responses::{respond_and_bury, respond_at_once};
use super::response::Extra;
use crate::base::time::Instant;

fn able() -> Extra<'static> {
    Extra { allow: true, capabilities: true, ..Extra::default() }
}

/// rfc3261#11.2, #12.2.2: in a dialog the response is the same, and nothing changes there but its number: OPTIONS is no
/// target refresh.
pub(super) fn take(phone: &mut Phone<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
    respond_and_bury(&mut phone.lower, now, arrived, 200, able());
}

/// rfc3261#11.2: in no dialog its status is the one that an INVITE would get.
pub(super) fn take_outside(phone: &mut Phone<'_>, _: Instant, arrived: &Arrived<'_, '_>) {
    let (account, flow) = (arrived.account, arrived.flow);
    let fits = if account.is_none() {
        phone.calls.direct_fits(&phone.lower, flow)
    } else {
        phone.calls.account_fits(&phone.lower)
    };
    let status = if phone.lower.cx.closing {
        480
    } else if fits {
        200
    } else {
        486
    };
    respond_at_once(&mut phone.lower, flow, arrived.request, status, able());
}
