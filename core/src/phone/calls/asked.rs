//! Requests of calls: what became of them, and their next tries.

use super::Calls;
#[cfg(feature = "stream")]
use super::call::PENDING_DATAGRAM;
use crate::base::slots::Handle;
use crate::base::time::Instant;
#[cfg(feature = "stream")]
use crate::phone::object::Object;
use crate::phone::requests::Asking;
use crate::phone::transactions::request::{Owner, Request, Sending};
use crate::phone::{Cause, Lower};

impl Calls<'_> {
    /// A request of a call is on its way; or it failed, however it began.
    pub(in crate::phone) fn asked(&mut self, lower: &mut Lower<'_>, now: Instant, asking: Asking) {
        match asking {
            Asking::Failed { request, cause } => self.request_failed(lower, now, request, cause),
            #[cfg(feature = "stream")]
            Asking::SentLong { request, bytes } => self.sent_long(lower, request, bytes),
            _ => {}
        }
    }

    /// A request of a call left by a datagram that is longer than one should be.
    #[cfg(feature = "stream")]
    pub(in crate::phone) fn sent_long(&mut self, lower: &mut Lower<'_>, request: Handle, bytes: u16) {
        let Some(Owner::Dialog(dialog)) = lower.transactions.request(request).map(Request::owner) else { return };
        let handle = lower.dialogs.call_of(dialog);
        let Some(call) = self.get_mut(handle).filter(|call| !call.is_over()) else { return };
        call.pending |= PENDING_DATAGRAM;
        call.datagram = bytes;
        lower.cx.tell(Object::Call(handle.index));
    }

    /// A request that is no account's came to nothing without a final response.
    pub(in crate::phone) fn request_failed(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        cause: Cause,
    ) {
        let Some((owner, method)) = lower.came_to_nothing(handle) else { return };
        let Owner::Dialog(dialog) = owner else {
            lower.end_request(handle);
            return;
        };
        let call = lower.dialogs.call_of(dialog);
        if method.changes() {
            self.reoffer_failed(lower, now, call, handle, cause);
        } else if method == Sending::Invite {
            self.invite_failed(lower, now, call, handle, cause);
        } else {
            #[cfg(feature = "info")]
            if method == Sending::Info {
                return self.info_lost(lower, now, call, handle, cause);
            }
            #[cfg(feature = "refer")]
            if method == Sending::Refer {
                return self.refer_lost(lower, now, call, handle, cause);
            }
            #[cfg(feature = "refer")]
            if method == Sending::Notify {
                return self.report_lost(lower, dialog, handle);
            }
            lower.end_request(handle);
        }
    }

    /// Our INVITE is over without a response: its call ends.
    pub(super) fn invite_failed(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        request: Handle,
        cause: Cause,
    ) {
        if let Some(call) = self.get_mut(handle) {
            call.request = Handle::NONE;
        }
        lower.end_request(request);
        self.end_call(lower, now, handle, cause, 0);
    }

    /// A refused request is to be sent anew. An INVITE that was refused goes on absorbing, so its new try needs a slot
    /// of its own. Others use theirs again.
    pub(in crate::phone) fn again(&mut self, lower: &mut Lower<'_>, handle: Handle) -> Option<Handle> {
        let request = lower.transactions.request(handle)?;
        let owner = request.owner();
        if !request.method().is_invite() {
            return Some(handle);
        }
        if request.is_left() {
            return None;
        }
        if let Owner::Dialog(dialog) = owner {
            self.forget_early(lower, dialog, handle);
        }
        let next = lower.renew_request(handle)?;
        if let Owner::Dialog(dialog) = owner
            && let Some(call) = self.get_mut(lower.dialogs.call_of(dialog))
        {
            call.request = next;
        }
        Some(next)
    }

    /// An INVITE was refused, and its owner knows: it absorbs repetitions for 32 s more, which needs no dialog. The one
    /// of a call that is over stays all the same while it can be spared, for a 2xx of another branch (rfc6026#7.2).
    pub(in crate::phone) fn refused(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        let Some(Owner::Dialog(dialog)) = lower.transactions.request(handle).map(Request::owner) else { return };
        if !self.goes_on(lower.dialogs.call_of(dialog)) && lower.dialogs.free() > self.possible() {
            return;
        }
        lower.transactions.give_to(handle, Owner::Nobody);
        lower.release_dialog(dialog);
    }
}
