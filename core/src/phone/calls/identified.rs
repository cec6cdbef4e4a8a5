//! The far end of a call changes its identity (RFC 4916, RFC 3325).

use super::Calls;
#[cfg(feature = "identity")]
use super::call::{Call, PENDING_IDENTITY};
#[cfg(feature = "identity")]
use super::forks::tag_of;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::Lower;
#[cfg(feature = "identity")]
use crate::phone::{Flow, object::Object};
#[cfg(feature = "identity")]
use crate::wire::sip::Message;

impl Calls<'_> {
    /// A response to our INVITE may say who it is that rings or has answered: the account's proxy asserts it, of the
    /// branch that responds. `first`: the call's first dialog.
    #[cfg(feature = "identity")]
    pub(super) fn hear_identity(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        flow: Flow,
        first: Handle,
        response: &Message<'_>,
    ) {
        let Some(dialog) = lower.dialogs.with_tag(first, tag_of(response)) else { return };
        let trusted = lower.accounts.is_own_flow(lower.dialogs.account_of(dialog), flow);
        let changed = trusted && lower.dialogs.identify(dialog, response, trusted);
        self.identified(lower, now, dialog, changed);
    }

    /// The far end of a dialog is named otherwise: an event, where it is the one that its call shows, unless the call is
    /// over.
    #[cfg(feature = "identity")]
    pub(super) fn identified(&mut self, lower: &mut Lower<'_>, now: Instant, dialog: Handle, changed: bool) {
        let handle = lower.dialogs.call_of(dialog);
        let shows = |call: &&mut Call| changed && call.dialog == dialog && !call.is_over();
        let Some(call) = self.get_mut(handle).filter(shows) else { return };
        call.pending |= PENDING_IDENTITY;
        call.identified = call.moment(now);
        lower.cx.tell(Object::Call(handle.index));
    }

    /// Nothing is shown otherwise.
    #[cfg(not(feature = "identity"))]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(super) const fn identified(&mut self, _: &mut Lower<'_>, _: Instant, _: Handle, _: bool) {}
}
