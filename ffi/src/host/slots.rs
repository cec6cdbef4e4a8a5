//! The host's own values of each call and conference, beside the core: a playing file, a recording, the application's
//! PCM. The tick reaches them as the core's `Patch`.

use super::audio::ring::{Reader, Writer};
use super::audio::wav::{Player, Recorder};
use crate::abi::code::*;
use microsip_core::phone::{CallId, ConferenceId, Patch, Source};
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// A file that lies over the call's source: they are mixed, and the source goes on.
pub(crate) struct Playing {
    pub(crate) player: Player,
    pub(crate) token: u64,
    pub(crate) over: bool,
}

/// The application's PCM on its way to the peer.
pub(crate) struct Outgoing {
    pub(crate) write: Writer,
    pub(crate) read: Reader,
}

/// The peer's sound on its way to the application.
pub(crate) struct Incoming {
    pub(crate) write: Writer,
    pub(crate) read: Reader,
}

/// A call or a conference: each has sound.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Target {
    Call(CallId),
    Conference(ConferenceId),
}

impl Target {
    pub(crate) const fn raw(self) -> u64 {
        match self {
            Self::Call(call) => call.raw(),
            Self::Conference(conference) => conference.raw(),
        }
    }
}

/// The values of one call or conference.
#[derive(Default)]
pub(crate) struct Slot {
    /// The call or conference it belongs to; another's values are void.
    pub(crate) target: u64,
    pub(crate) playing: Option<Playing>,
    pub(crate) recorder: Option<Recorder>,
    pub(crate) outgoing: Option<Outgoing>,
    pub(crate) incoming: Option<Incoming>,
    /// The call's own music on hold; `None`: that of all.
    pub(crate) music: Option<Music>,
}

/// Music on hold: a sound, over and over, or else the application's PCM.
type Music = Option<Arc<[i16]>>;

impl Slot {
    /// The application's PCM, and over it the file that plays. Returned is a file that ended.
    fn say(&mut self, application: bool, pcm: &mut [i16]) -> Option<Played> {
        if application && let Some(outgoing) = &mut self.outgoing {
            outgoing.read.fill(pcm);
        }
        let playing = self.playing.as_mut().filter(|playing| !playing.over)?;
        let done = playing.player.mix(pcm);
        playing.over = done.finished;
        let result = if done.failed { MICROSIP_E_FILE } else { MICROSIP_OK };
        done.finished.then_some(Played { target: self.target, token: playing.token, result })
    }

    fn tap(&mut self, said: &[i16], heard: &[i16]) {
        if let Some(recorder) = &mut self.recorder {
            recorder.push(said, heard);
        }
        if let Some(incoming) = &mut self.incoming {
            incoming.write.push(heard);
        }
    }
}

/// A file that ended, for its event.
#[derive(Clone, Copy)]
pub(crate) struct Played {
    pub(crate) target: u64,
    pub(crate) token: u64,
    /// MICROSIP_E_FILE: it could not be read to its end.
    pub(crate) result: i32,
}

/// The values of all calls and conferences.
pub(crate) struct Slots {
    /// Calls, then conferences.
    slots: Box<[Slot]>,
    calls: usize,
    /// The music of calls on hold that have none of their own.
    music: Music,
    /// By call slot: the next sample of its music.
    music_at: Box<[usize]>,
    /// Files that ended in this tick; room for one a slot, taken at creation.
    pub(crate) played: Vec<Played>,
    /// PCM moved in this tick: threads that wait for it are to be woken.
    pub(crate) moved: bool,
}

impl Slots {
    pub(crate) fn new(calls: usize, conferences: usize) -> Self {
        let count = calls + conferences;
        let slots = (0..count).map(|_| Slot::default()).collect();
        Self {
            slots,
            calls,
            music: None,
            music_at: vec![0; calls].into_boxed_slice(),
            played: Vec::with_capacity(count),
            moved: false,
        }
    }

    const fn index(&self, target: Target) -> usize {
        match target {
            Target::Call(call) => call.slot(),
            Target::Conference(conference) => self.calls + conference.slot(),
        }
    }

    /// The slot of a call or conference that has one already.
    pub(crate) fn of(&mut self, target: Target) -> Option<&mut Slot> {
        self.slots.get_mut(self.index(target)).filter(|slot| slot.target == target.raw())
    }

    /// The slot of a call or conference, which takes it over from an earlier one; the earlier values are handed out, to
    /// be dropped without the lock.
    pub(crate) fn claim(&mut self, target: Target) -> Option<(&mut Slot, Option<Slot>)> {
        let slot = self.slots.get_mut(self.index(target))?;
        let own = target.raw();
        let old = (slot.target != own).then(|| core::mem::replace(slot, Slot { target: own, ..Slot::default() }));
        Some((slot, old))
    }

    /// Takes out the files of a call or conference that has ended; a call's PCM can still be counted.
    pub(crate) fn silence(&mut self, target: Target) -> Option<Slot> {
        self.of(target)?;
        self.silence_slot(self.index(target))
    }

    /// The same for the one that has that slot; `None`: there are no more slots.
    pub(crate) fn silence_slot(&mut self, index: usize) -> Option<Slot> {
        let slot = self.slots.get_mut(index)?;
        let (playing, recorder, music) = (slot.playing.take(), slot.recorder.take(), slot.music.take());
        Some(Slot { target: slot.target, playing, recorder, music, ..Slot::default() })
    }

    /// Chooses the music of a call on hold; no call: of all, whose own go. The values that it replaces are handed out,
    /// to be dropped without the lock.
    pub(crate) fn set_music(&mut self, call: Option<CallId>, music: Music) -> Vec<Slot> {
        let gone = |music| Slot { music: Some(music), ..Slot::default() };
        match call {
            Some(call) => {
                let Some((slot, old)) = self.claim(Target::Call(call)) else { return vec![gone(music)] };
                let before = slot.music.replace(music).map(gone);
                old.into_iter().chain(before).collect()
            }
            None => {
                let before = core::mem::replace(&mut self.music, music);
                self.slots.iter_mut().filter_map(|slot| slot.music.take()).chain([before]).map(gone).collect()
            }
        }
    }

    /// A call on hold hears a sound of its own, or that of all calls, and no application's PCM.
    pub(crate) fn has_music(&self, call: CallId) -> bool {
        let own = self.slots.get(call.slot()).filter(|slot| slot.target == call.raw());
        own.and_then(|slot| slot.music.as_ref()).unwrap_or(&self.music).is_some()
    }

    /// Takes out everything.
    pub(crate) fn clear(&mut self) -> Vec<Slot> {
        self.slots.iter_mut().map(core::mem::take).collect()
    }

    fn say_to(&mut self, target: Target, application: bool, pcm: &mut [i16]) {
        let Some(slot) = self.of(target) else { return };
        let (moves, played) = (application && slot.outgoing.is_some(), slot.say(application, pcm));
        self.moved |= moves;
        if let Some(played) = played
            && self.played.len() < self.played.capacity()
        {
            self.played.push(played);
        }
    }

    fn tap_of(&mut self, target: Target, said: &[i16], heard: &[i16]) {
        let Some(slot) = self.of(target) else { return };
        slot.tap(said, heard);
        let moves = slot.incoming.is_some();
        self.moved |= moves;
    }
}

impl Patch for Slots {
    fn say(&mut self, call: CallId, source: Source, pcm: &mut [i16]) {
        if let Some(at) = self.music_at.get_mut(call.slot()) {
            *at = 0; // the next hold hears the beginning
        }
        self.say_to(Target::Call(call), source == Source::Application, pcm);
    }

    fn hold(&mut self, call: CallId, pcm: &mut [i16]) {
        let own = self.slots.get(call.slot()).filter(|slot| slot.target == call.raw());
        let music = own.and_then(|slot| slot.music.as_ref()).unwrap_or(&self.music).as_deref();
        let application = music.is_none();
        if let (Some(music), Some(at)) = (music, self.music_at.get_mut(call.slot())) {
            for sample in pcm.iter_mut() {
                *sample = music.get(*at).or(music.first()).copied().unwrap_or(0);
                *at = if *at < music.len() { *at + 1 } else { 1 };
            }
        }
        self.say_to(Target::Call(call), application, pcm);
    }

    fn tap(&mut self, call: CallId, said: &[i16], heard: &[i16]) {
        self.tap_of(Target::Call(call), said, heard);
    }

    fn say_all(&mut self, conference: ConferenceId, pcm: &mut [i16]) {
        self.say_to(Target::Conference(conference), true, pcm);
    }

    fn tap_all(&mut self, conference: ConferenceId, said: &[i16], heard: &[i16]) {
        self.tap_of(Target::Conference(conference), said, heard);
    }
}
