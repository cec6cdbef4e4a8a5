//! Descriptions of a line, and agreements with its far end: one a dialog, for each branch of a fork has its own, and
//! one is heard.

use super::Media;
#[cfg(feature = "reliable")]
use super::desired::Desired;
use super::desired::Purpose;
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::media::{Codec, CodecOrder};
use crate::offer::{Agreed, Direction, Local, OfferState};
use crate::phone::context::Context;
use crate::phone::media::ports::Ports;
use crate::phone::{MEDIA_HELD, MEDIA_HOLDING, MEDIA_RECEIVING, MEDIA_SENDING};
#[cfg(feature = "reoffer")]
use crate::sip::session::Answered;
use crate::sip::session::{Edition, Session};

/// Editions of a description begin here, so that all have as many digits and can be patched in place.
const FIRST_VERSION: u64 = 1_000_000_000;

/// The agreement of a dialog.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Agreement {
    /// The use of the dialog's slot.
    dialog: u32,
    agreed: Agreed,
    /// The state of the line that it settled, and the direction of our description: another early dialog has others.
    #[cfg(feature = "reliable")]
    settled: Desired,
    #[cfg(all(feature = "reliable", feature = "timers"))]
    described: Direction,
}

/// Looks at a description just written (from `start` on), and writes its edition into its `o=` if it differs from the
/// one before.
pub(in crate::phone) fn set_edition(session: &Session, out: &mut Cursor<'_>, start: usize) -> Edition {
    let text = out.written().get(start..).unwrap_or_default();
    let edition = session.next(crate::offer::fingerprint(text) as u32 | 1);
    if edition.version != session.edition().version {
        let line = text.windows(2).position(|pair| pair == b"o=").unwrap_or(0);
        let mut spaces = text.iter().enumerate().skip(line).filter(|(_, byte)| **byte == b' ').map(|(at, _)| at);
        if let Some(at) = spaces.nth(1) {
            let mut digits = [0u8; 10];
            Cursor::new(&mut digits).put_number(version(edition));
            out.patch(start + at + 1, &digits);
        }
    }
    edition
}

/// An edition as it stands in `o=`.
pub(in crate::phone) fn version(edition: Edition) -> u64 {
    FIRST_VERSION + u64::from(edition.version)
}

impl Media<'_> {
    /// A line's media as a description of this edition and purpose has them; `None` without ports.
    pub(in crate::phone) fn description(
        &self,
        cx: &Context<'_>,
        call: Handle,
        edition: Edition,
        purpose: Purpose,
    ) -> Option<(Local, OfferState)> {
        let codecs = self.described_codecs(call, purpose);
        // the INVITE was there before any agreement
        #[cfg(feature = "reliable")]
        let first = purpose == Purpose::Invited;
        #[cfg(not(feature = "reliable"))]
        let first = false;
        let described = self.described(cx, call, edition, (self.direction(call, purpose), codecs), first)?;
        #[cfg(feature = "timers")]
        if self.line(call)?.repeats(purpose)
            && let Some(agreed) = self.agreed(call)
        {
            return Some((Local { codecs: agreed.receive_types, ..described.0 }, described.1));
        }
        Some(described)
    }

    /// The description with which an UPDATE was answered, for its repetition: what we want may have changed since.
    #[cfg(feature = "reoffer")]
    pub(in crate::phone) fn description_again(
        &self,
        cx: &Context<'_>,
        call: Handle,
        edition: Edition,
        answered: Answered,
    ) -> Option<Local> {
        let edition = Edition { version: answered.version, ..edition };
        let codecs = CodecOrder::of_number(answered.codecs);
        self.described(cx, call, edition, (answered.direction, codecs), false).map(|(local, _)| local)
    }

    fn described(
        &self,
        cx: &Context<'_>,
        call: Handle,
        edition: Edition,
        (direction, codecs): (Direction, CodecOrder),
        first: bool,
    ) -> Option<(Local, OfferState)> {
        let line = self.line(call)?;
        let Ports::Open { local, rtp, rtcp } = line.ports else { return None };
        let mut media = Local::new(local, rtp, line.session_id.into());
        media.rtcp_port = rtcp;
        media.codecs = codecs.list().unwrap_or(cx.fixed.codecs);
        media.version = version(edition);
        media.direction = direction;
        #[cfg(feature = "codecs")]
        (media.answering = line.answering);
        media.max_ptime_ms = cx.fixed.longest_ms(&media.codecs);
        let longest = media.codecs.entries().first().map_or(media.ptime_ms, |first| first.codec.longest_ms());
        media.ptime_ms = media.ptime_ms.min(longest).min(media.max_ptime_ms);
        match self.agreed(call).filter(|_| !first) {
            Some(agreed) => Some((media.continuing(agreed), agreed.lines)),
            None => Some((media, OfferState::EMPTY)),
        }
    }

    /// The agreement that counts for a line's media: that of the dialog that is heard.
    pub(in crate::phone) fn agreed(&self, call: Handle) -> Option<&Agreed> {
        let heard = self.line(call)?.heard;
        let agreement = self.agreed.get(heard.index as usize)?.as_ref();
        agreement.filter(|agreement| agreement.dialog == heard.generation).map(|agreement| &agreement.agreed)
    }

    /// The directions of a line's media: a set of `MEDIA_*`.
    pub(in crate::phone) fn ways(&self, call: Handle) -> u32 {
        self.agreed(call).map_or(0, |agreed| {
            u32::from(agreed.send) * MEDIA_SENDING
                + u32::from(agreed.receive) * MEDIA_RECEIVING
                + u32::from(agreed.held) * MEDIA_HELD
                + u32::from(self.is_holding(call)) * MEDIA_HOLDING
        })
    }

    /// A dialog of a line's call is the one that is heard from now on; by `agreed`, to which our description had this
    /// purpose, or by its agreement from before. True: the directions have changed.
    #[must_use]
    pub(in crate::phone) fn agree(&mut self, call: Handle, dialog: Handle, agreed: Option<(Agreed, Purpose)>) -> bool {
        let before = self.agreed(call).map(|_| self.ways(call));
        #[cfg(feature = "reoffer")]
        let was_held = self.agreed(call).is_some_and(|agreed| agreed.held);
        let (Some(cell), Some(line)) = (
            self.agreed.get_mut(dialog.index as usize),
            self.lines.get_mut(call.index as usize).filter(|line| line.generation == call.generation),
        ) else {
            return false;
        };
        if let Some((agreed, purpose)) = agreed {
            #[cfg(feature = "reoffer")]
            let agreed = line.settle(agreed, purpose, was_held);
            #[cfg(not(feature = "reoffer"))]
            let _ = purpose;
            *cell = Some(Agreement {
                dialog: dialog.generation,
                agreed,
                #[cfg(feature = "reliable")]
                settled: line.settled,
                #[cfg(all(feature = "reliable", feature = "timers"))]
                described: line.described,
            });
        }
        line.heard = dialog;
        #[cfg(feature = "reliable")]
        if let Some(agreement) = cell.as_ref().filter(|agreement| agreement.dialog == dialog.generation) {
            line.settled = agreement.settled;
            #[cfg(feature = "timers")]
            (line.described = agreement.described);
        }
        let Some(after) = self.agreed(call).copied() else { return false };
        if let Some(line) = self.line_mut(call) {
            line.codec = Some(after.codec);
            #[cfg(all(feature = "reoffer", feature = "codecs"))]
            line.narrow(&after);
        }
        before != Some(self.ways(call))
    }

    /// The dialog whose agreement counts for a line; none before the first.
    pub(in crate::phone) fn heard(&self, call: Handle) -> Handle {
        self.line(call).map_or(Handle::NONE, |line| line.heard)
    }

    /// A fork of a line's call is over: if it was heard, the call's first dialog is.
    pub(in crate::phone) fn unheard(&mut self, call: Handle, fork: Handle, first: Handle) {
        if let Some(line) = self.line_mut(call).filter(|line| line.heard == fork) {
            line.heard = first;
        }
    }

    /// A dialog takes over the agreement of another.
    pub(in crate::phone) fn hand_over_agreed(&mut self, from: Handle, to: Handle) {
        let agreed = self.agreed.get(from.index as usize).copied().flatten();
        let agreed = agreed.filter(|agreement| agreement.dialog == from.generation);
        if Codec::HAVE_PARAMETERS {
            self.parameters.copy(from.index, to.index);
        }
        if let Some(cell) = self.agreed.get_mut(to.index as usize) {
            *cell = agreed.map(|agreement| Agreement { dialog: to.generation, ..agreement });
        }
    }

    /// A dialog has agreed on nothing: it is new, it is gone, or its INVITE is sent anew.
    pub(in crate::phone) fn forget_agreed(&mut self, dialog: Handle) {
        if let Some(cell) = self.agreed.get_mut(dialog.index as usize) {
            *cell = None;
        }
    }
}
