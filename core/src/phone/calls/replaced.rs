//! An INVITE that is to take the place of a call (RFC 3891): its dialog is found, its sender judged. The old call ends once
//! the new one is up, and leaves it its sound.

use super::Calls;
use super::call::Call;
use super::directed::Place;
use super::incoming::Admission;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::arrived::Arrived;
#[cfg(feature = "identity")]
use crate::phone::dialogs::For;
use crate::phone::media::ports::LeftPorts;
use crate::phone::{
    CallId, Cause, ConferenceId, EndCause, EndedBy, Lower, Member, Music, Side, Source, TransferPolicy,
};
use crate::wire::sip::{DialogName, Name};

/// The reason of a CANCEL to whom it rings at, while the caller talks with another one who took the call.
#[cfg(feature = "identity")]
const ELSEWHERE: &[u8] = b"Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n";

/// The sound of a call, and its seat in a conference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heritage {
    source: Source,
    music: Music,
    muted: bool,
    volumes: [u16; 2],
    conference: ConferenceId,
}

/// The legacy of a call that ended for the sake of its successor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    /// The successor's dialog and transaction.
    slots: (Handle, Handle),
    ports: LeftPorts,
}

impl Calls<'_> {
    /// The place that an INVITE is to take, if it is to take one. An error is the status of its refusal.
    pub(super) fn place_of(&self, lower: &Lower<'_>, arrived: &Arrived<'_, '_>) -> Result<Option<Place>, u16> {
        let (invite, account) = (arrived.request, arrived.account);
        let value = invite.header(Name::Replaces);
        // a REFER may have us call ourselves, or take the place of our own call, and talk with ourselves for ever
        let own = lower.dialogs.of_own_tag(arrived.mandatory.from.tag());
        let unasked = |leg| self.get(lower.dialogs.call_of(leg)).is_some_and(|call| call.report.unasked);
        if own.is_some_and(|leg| value.is_some() || unasked(leg)) {
            return Err(482);
        }
        let Some(value) = value else { return Ok(None) };
        // rfc3891#3: Join would leave the call as it is
        if invite.has(Name::Join) {
            return Err(400);
        }
        let name = DialogName::replaces(value).ok_or(400u16)?;
        let dialog = lower.dialogs.by_name(&name).ok_or(481u16)?;
        let old = lower.dialogs.call_of(dialog);
        let Some(call) = self.get(old) else { return Err(481) };
        // rfc3891#3: one that has just ended is not to ring again
        if call.is_over() || call.dialog != dialog && call.is_up() {
            return Err(603);
        }
        let (_, policy) = lower.accounts.transfers(&lower.cx, account);
        let own = account.is_none() || lower.accounts.brought_by_own_server(account, arrived.flow, invite);
        if policy == TransferPolicy::Refuse || call.account != account || !own {
            return Err(603);
        }
        if call.is_up() && name.early_only {
            return Err(486);
        }
        // rfc3891#3: one that rings here is not its caller's to replace
        if !call.is_up() && call.incoming {
            return Err(481);
        }
        Ok(Some(Place { old, follows: policy == TransferPolicy::Follow, taken: false }))
    }

    /// A call has this place, or is to have it.
    pub(super) fn set_place(&mut self, handle: Handle, place: Place) {
        if let Some(call) = self.get_mut(handle) {
            call.place = place;
        }
    }

    /// No slot is left for an INVITE that takes this place at once: the call that has it ends now, and gives its own, with
    /// its media ports. Before that the new call has all else that it needs, for one that cannot be accepted leaves the old
    /// one as it is (rfc3891#3). `None`: there is a slot, or no place. An error is the status of its refusal.
    pub(super) fn give_slot(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        place: Option<Place>,
        admission: Admission<'_>,
    ) -> Result<Option<Given>, u16> {
        let Some(place) = place.filter(|place| place.follows && self.possible() == 0) else { return Ok(None) };
        // a CANCEL takes its time, and so does the look-up of a host, which may come to nothing
        if !self.get(place.old).is_some_and(Call::is_up) || admission.named {
            return Err(486);
        }
        let local = lower.cx.local_of(arrived.flow.socket()).ok_or(503u16)?;
        let slots = Self::slots_of(lower, now, arrived, Handle::NONE, admission)?;
        let Some(ports) = lower.media.leave_behind(place.old, local.ip()) else {
            let (dialog, server) = slots;
            lower.transactions.discard(&mut lower.cx, server);
            lower.dialogs.discard(dialog);
            return Err(503);
        };
        if let Some(call) = self.get_mut(place.old) {
            call.gave_way = true;
        }
        self.end_replaced(lower, now, place.old);
        Ok(Some(Given { slots, ports }))
    }

    /// A call has come into the slot that it was given. Gives its dialog and its transaction.
    pub(super) fn enter(lower: &mut Lower<'_>, call: Handle, Given { slots, ports }: Given) -> (Handle, Handle) {
        let (dialog, server) = slots;
        lower.dialogs.set_call(dialog, call);
        lower.transactions.set_call(server, call);
        lower.media.take_over(&mut lower.cx, call, ports);
        slots
    }

    /// A call is up: the one whose place it takes ends.
    pub(super) fn take_place(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(call) = self.get_mut(handle) else { return };
        let Place { old, follows, taken } = call.place;
        call.place.taken = true;
        if old.is_none() || taken || !self.goes_on(old) {
            return;
        }
        if !follows {
            let heritage = self.heritage(lower, old);
            Self::inherit(lower, handle, heritage);
        }
        self.end_replaced(lower, now, old);
    }

    fn end_replaced(&mut self, lower: &mut Lower<'_>, now: Instant, old: Handle) {
        self.ends(old, EndedBy::Remote, EndCause::Replaced);
        if self.get(old).is_some_and(Call::is_unanswered) {
            // rfc3891#3: an early dialog that we began. rfc3326#2: nobody missed it
            #[cfg(feature = "identity")]
            if let Some(call) = self.get(old) {
                lower.dialogs.add_lines(call.dialog, For::End, &[ELSEWHERE]); // where it fits
            }
            self.cancel_call(lower, now, old, Cause::Normal);
        } else {
            self.end_call(lower, now, old, Cause::Normal, 0);
        }
    }

    /// The sound of a call.
    pub(super) fn heritage(&self, lower: &Lower<'_>, old: Handle) -> Option<Heritage> {
        let line = lower.media.line(old)?;
        Some(Heritage {
            source: line.source(),
            music: line.music(),
            muted: line.muted(),
            volumes: [line.volume(Side::Input), line.volume(Side::Output)],
            conference: ConferenceId(lower.media.conference_of(Member::Call(CallId(old)))),
        })
    }

    /// A call has this sound from now on.
    pub(super) fn inherit(lower: &mut Lower<'_>, handle: Handle, heritage: Option<Heritage>) {
        let Some(Heritage { source, music, muted, volumes: [input, output], conference }) = heritage else { return };
        lower.media.set_source(handle, source);
        #[cfg(feature = "reoffer")]
        lower.media.set_music(handle, music);
        let _ = music;
        lower.media.mute(handle, muted);
        lower.media.set_volume(handle, Side::Input, input);
        lower.media.set_volume(handle, Side::Output, output);
        if !conference.is_none() {
            lower.media.join(&mut lower.cx, conference.0, Member::Call(CallId(handle)));
        }
    }
}
