//! A far end that has fallen silent: neither RTP nor RTCP comes any more, and nobody holds. Its BYE may never come, so
//! the call is ended here.

use super::media_timeout::Patience;
use super::trace::{About, What};
use super::{CallId, CallState, Cause, Phone};
use crate::base::slots::Handle;
use crate::base::time::Instant;

impl Phone<'_> {
    pub(super) fn patience(&self, account: Handle) -> Patience {
        self.lower.accounts.patience(account).unwrap_or(self.lower.cx.fixed.patience)
    }

    /// The call is up: from here on its far end's silence counts.
    pub(super) fn watch_media(&mut self, now: Instant, handle: Handle) {
        let news = self.lower.media.watch(&mut self.lower.cx, now, handle);
        self.take_news(now, handle, news);
    }

    /// The stream of a call has waited long enough.
    pub(super) fn media_lost(&mut self, now: Instant, handle: Handle) {
        let Some(call) = self.calls.get(handle).filter(|call| call.state == CallState::Connected) else { return };
        if self.patience(call.account).tells {
            self.lower.cx.trace(About::Call(CallId(handle)), What::MediaSilent);
            self.tell_outcome(handle, Cause::MediaLost);
        } else {
            let dialog = call.dialog;
            if let Some((dialog, _)) = self.lower.dialogs.two(dialog) {
                dialog.media_lost = true;
            }
            self.end_call(now, handle, Cause::MediaLost, 0);
        }
    }

    /// Something came from a far end that was told to be silent.
    pub(super) fn media_is_back(&mut self, handle: Handle) {
        if self.calls.get(handle).is_some_and(|call| call.cause == Cause::MediaLost) {
            self.tell_outcome(handle, Cause::Normal);
        }
    }
}
