//! A far end that has fallen silent: neither RTP nor RTCP comes any more, and neither side holds. Its BYE may never
//! come, so the call is ended here.

use super::Calls;
use super::call::Call;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::context::done::Ended;
use crate::phone::dialogs::Lost;
use crate::phone::media_timeout::Patience;
use crate::phone::trace::{About, What};
use crate::phone::{CallId, CallState, Cause, Lower};

impl Calls<'_> {
    pub(super) fn patience(lower: &Lower<'_>, account: Handle) -> Patience {
        lower.accounts.patience(account).unwrap_or(lower.cx.fixed.patience)
    }

    /// The call is up: from here on its far end's silence counts.
    pub(super) fn watch_media(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let news = lower.media.watch(&mut lower.cx, now, handle);
        self.take_news(lower, now, handle, news);
    }

    /// The stream of a call has waited long enough.
    pub(super) fn media_lost(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(call) = self.get(handle).filter(|call| call.state == CallState::Connected) else { return };
        if Self::patience(lower, call.account).tells {
            lower.cx.trace(About::Call(CallId(handle)), What::MediaSilent);
            self.tell_outcome(lower, handle, Ended::DONE); // its line knows of the silence
        } else {
            let dialog = call.dialog;
            lower.dialogs.lose(dialog, Lost::Media);
            self.end_call(lower, now, handle, Cause::MediaLost, 0);
        }
    }

    /// Media came from a far end whose silence was reported.
    pub(super) fn media_is_back(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        if self.get(handle).is_some_and(Call::is_up) {
            self.tell_outcome(lower, handle, Ended::DONE);
        }
    }
}
