//! The choices that an answer to an incoming call has: a command that makes several makes all of them, or none.

use super::Calls;
use crate::base::slots::Handle;
use crate::media::CodecOrder;
use crate::phone::Lower;
#[cfg(feature = "reliable")]
use crate::phone::reliable::Reliability;
use crate::sip::session::timer::Timer;

/// The choices for the answer to an incoming call.
#[derive(Clone, Copy, Debug)]
pub(in crate::phone) struct Choices {
    codecs: CodecOrder,
    timer: Timer,
    #[cfg(feature = "reliable")]
    reliability: Reliability,
}

impl Calls<'_> {
    /// The choices as they are. `None`: there is no such call.
    pub(in crate::phone) fn choices(&self, lower: &Lower<'_>, handle: Handle) -> Option<Choices> {
        let call = self.get(handle)?;
        Some(Choices {
            codecs: lower.media.chosen(handle),
            timer: lower.dialogs.session(call.dialog).timer,
            #[cfg(feature = "reliable")]
            reliability: lower.transactions.reliability(call.server),
        })
    }

    /// They are as they were.
    pub(in crate::phone) fn restore_choices(&mut self, lower: &mut Lower<'_>, handle: Handle, before: Choices) {
        let Some(call) = self.get(handle) else { return };
        lower.media.set_codecs(handle, before.codecs);
        Self::set_timer(lower, call.dialog, before.timer);
        #[cfg(feature = "reliable")]
        {
            let asked = lower.transactions.asked_reliably(call.server);
            lower.transactions.set_reliability(call.server, asked, before.reliability);
        }
    }
}
