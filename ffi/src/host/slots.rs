//! The host's own values of each call, beside the core: a playing file, a recording, the application's PCM. The tick
//! reaches them as the core's `Patch`.

use super::audio::ring::{Reader, Writer};
use super::audio::wav::{Player, Recorder};
use crate::abi::code::*;
use microsip_core::phone::{CallId, Patch, Source};

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

/// The values of one call.
#[derive(Default)]
pub(crate) struct Slot {
    /// The call it belongs to; another call's values are void.
    pub(crate) call: u64,
    pub(crate) playing: Option<Playing>,
    pub(crate) recorder: Option<Recorder>,
    pub(crate) outgoing: Option<Outgoing>,
    pub(crate) incoming: Option<Incoming>,
}

/// A file that ended, for its event.
#[derive(Clone, Copy)]
pub(crate) struct Played {
    pub(crate) call: u64,
    pub(crate) token: u64,
    /// MICROSIP_E_FILE: it could not be read to its end.
    pub(crate) result: i32,
}

/// The values of all calls.
pub(crate) struct Slots {
    slots: Box<[Slot]>,
    /// Files that ended in this tick; room for one a call, taken at creation.
    pub(crate) played: Vec<Played>,
    /// PCM moved in this tick: threads that wait for it are to be woken.
    pub(crate) moved: bool,
}

impl Slots {
    pub(crate) fn new(calls: usize) -> Self {
        Self { slots: (0..calls).map(|_| Slot::default()).collect(), played: Vec::with_capacity(calls), moved: false }
    }

    /// The slot of a call that has one already.
    pub(crate) fn of(&mut self, call: CallId) -> Option<&mut Slot> {
        self.slots.get_mut(call.slot()).filter(|slot| slot.call == call.raw())
    }

    /// The slot of a call, which takes it over from an earlier one; the earlier values are handed out, to be dropped
    /// without the lock.
    pub(crate) fn claim(&mut self, call: CallId) -> Option<(&mut Slot, Option<Slot>)> {
        let slot = self.slots.get_mut(call.slot())?;
        let old =
            (slot.call != call.raw()).then(|| core::mem::replace(slot, Slot { call: call.raw(), ..Slot::default() }));
        Some((slot, old))
    }

    /// Takes out the files of a call that has ended; its PCM can still be counted.
    pub(crate) fn silence(&mut self, call: CallId) -> Option<Slot> {
        self.of(call)?;
        self.silence_slot(call.slot())
    }

    /// The same for the call that has that slot; `None`: there are no more slots.
    pub(crate) fn silence_slot(&mut self, index: usize) -> Option<Slot> {
        let slot = self.slots.get_mut(index)?;
        Some(Slot { call: slot.call, playing: slot.playing.take(), recorder: slot.recorder.take(), ..Slot::default() })
    }

    /// Takes out everything.
    pub(crate) fn clear(&mut self) -> Vec<Slot> {
        self.slots.iter_mut().map(core::mem::take).collect()
    }
}

impl Patch for Slots {
    fn say(&mut self, call: CallId, source: Source, pcm: &mut [i16]) {
        let Some(slot) = self.slots.get_mut(call.slot()).filter(|slot| slot.call == call.raw()) else { return };
        if source == Source::Application
            && let Some(outgoing) = &mut slot.outgoing
        {
            outgoing.read.fill(pcm);
            self.moved = true;
        }
        if let Some(playing) = slot.playing.as_mut().filter(|playing| !playing.over) {
            let done = playing.player.mix(pcm);
            if done.finished {
                playing.over = true;
                if self.played.len() < self.played.capacity() {
                    let result = if done.failed { MICROSIP_E_FILE } else { MICROSIP_OK };
                    self.played.push(Played { call: call.raw(), token: playing.token, result });
                }
            }
        }
    }

    fn tap(&mut self, call: CallId, said: &[i16], heard: &[i16]) {
        let Some(slot) = self.slots.get_mut(call.slot()).filter(|slot| slot.call == call.raw()) else { return };
        if let Some(recorder) = &mut slot.recorder {
            recorder.push(said, heard);
        }
        if let Some(incoming) = &mut slot.incoming {
            incoming.write.push(heard);
            self.moved = true;
        }
    }
}
