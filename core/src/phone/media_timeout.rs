//! A far end that has fallen silent: neither RTP nor RTCP comes any more, and nobody holds. Its BYE may never come, so
//! the call is ended here.

use super::trace::{About, What};
use super::{CallId, CallState, Cause, Phone};
use crate::base::slots::Handle;
use crate::base::time::Instant;

/// Seconds of silence, where nothing else is said. rfc3550#6.3.5 gives a member up after five intervals of its reports,
/// 25 s and up to 38 s by chance; a peer that neither reports nor sends in silence has a minute.
const USUAL_S: u16 = 60;

/// When a far end is given up that is up, holds nothing, and sends neither RTP nor RTCP. Comfort noise is RTP.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct MediaTimeout {
    /// Seconds since its last packet, else since the call was answered, or resumed. 0: for an account the phone's, for
    /// the phone 60; `u32::MAX`: never. At most 65535.
    pub seconds: u32,
    /// What is done then.
    pub lost: WhenLost,
}

/// What is done about a far end that has fallen silent.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum WhenLost {
    /// For an account the phone's; for the phone [`WhenLost::End`].
    #[default]
    Inherit,
    /// The call is ended with [`Cause::MediaLost`].
    End,
    /// An [`super::EventKind::Media`] tells it, with [`Cause::MediaLost`]; and another, with [`Cause::Normal`], when
    /// something comes again.
    Tell,
}

/// The same, resolved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// 0: no end.
    pub(crate) seconds: u16,
    pub(crate) tells: bool,
}

impl Patience {
    pub(crate) const USUAL: Self = Self { seconds: USUAL_S, tells: false };

    /// What is not said is as in `self`.
    pub(crate) fn with(self, said: MediaTimeout) -> Self {
        Self {
            seconds: match said.seconds {
                0 => self.seconds,
                u32::MAX => 0,
                seconds => u16::try_from(seconds).unwrap_or(u16::MAX),
            },
            tells: match said.lost {
                WhenLost::Inherit => self.tells,
                WhenLost::End => false,
                WhenLost::Tell => true,
            },
        }
    }
}

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
