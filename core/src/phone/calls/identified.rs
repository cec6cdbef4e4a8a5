//! The far end of a call changes its identity (RFC 4916, RFC 3325).

use super::Calls;
#[cfg(feature = "identity")]
use super::call::PENDING_IDENTITY;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::Lower;
#[cfg(feature = "identity")]
use crate::phone::{Flow, object::Object};
#[cfg(feature = "identity")]
use crate::wire::sip::Message;

impl Calls<'_> {
    /// A response to our INVITE or re-INVITE may say who it is that rings or has answered: the account's proxy asserts
    /// it.
    #[cfg(feature = "identity")]
    pub(super) fn hear_identity(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        flow: Flow,
        dialog: Handle,
        response: &Message<'_>,
    ) {
        let trusted = lower.accounts.is_own_flow(lower.dialogs.account_of(dialog), flow);
        let changed = trusted && lower.dialogs.identify(dialog, response, trusted);
        let call = lower.dialogs.call_of(dialog);
        self.identified(lower, now, call, changed);
    }

    /// The far end is shown otherwise: an event, unless the call is over.
    #[cfg(feature = "identity")]
    pub(super) fn identified(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, changed: bool) {
        let Some(call) = self.get_mut(handle).filter(|call| changed && !call.is_over()) else { return };
        call.pending |= PENDING_IDENTITY;
        call.identified = call.moment(now);
        lower.cx.tell(Object::Call(handle.index));
    }

    /// Nothing is shown otherwise.
    #[cfg(not(feature = "identity"))]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(super) const fn identified(&mut self, _: &mut Lower<'_>, _: Instant, _: Handle, _: bool) {}
}
