//! Sound on a host: rings, WAV files, devices.
//!
//! | part | lives on | touched by | when full or gone |
//! |---|---|---|---|
//! | [`ring::Writer`], [`ring::Reader`] | one thread each | that thread alone | `write` takes what fits; `push` drops the oldest (counted); `fill` gives silence (counted) |
//! | [`wav::Player`] | the tick | the tick | the end is `finished`, then silence; the disk late: silence (counted) |
//! | [`wav::Feed`] | errands | `tend` when due or woken | a file that cannot be read on: reported once, the part that was read is played |
//! | [`wav::Recorder`] | the tick | the tick | four seconds behind the disk: the oldest goes (counted) |
//! | [`wav::RecorderFile`] | errands | `drain` when woken | disk full: reported once, the file stays readable |
//! | [`duplex::Duplex`] | the engine | the tick | never fails: a lost card is silence and a bit in `faults()` |
//! | [`duplex::Keeper`] | errands | `tend` when woken or due | opens a lost card again after 1, 2, 4 … 30 s |
//! | a card's callbacks | the sound system's threads | rings, filter, atomics, a wake | the engine late: capture drops the oldest, playback is silent |
//!
//! Nothing on the tick's side allocates, locks or waits after it was made; freeing does, so values that the tick is done
//! with go back to the errands thread. Opening a device can take seconds, so [`duplex::open`] and [`list`] belong
//! to the errands thread.
//!
//! Its use by an engine, with a quantum of 10 ms at the phone's rate:
//! ```text
//! errands:  let (duplex, keeper) = duplex::open_anyway(input, output, rate, &wakes, &mut tell);   // duplex goes to the engine
//! engine:   let mut pacer = Pacer::new(now);
//!           let due = pacer.due(now, duplex.clocked_by_input(), duplex.ready(), duplex.dropped());
//!           phone.skip(Bus::Device, due.skip);
//!           for _ in 0..due.run {
//!               duplex.capture(&mut input); phone.audio(.., &input, &mut output); duplex.play(&output);
//!           }                                                                                     // sleep until pacer.next(), or woken
//! errands:  next = keeper.tend(now, &mut tell);                                                   // when woken, and at `next`
//! ```
//! The microphone's clock drives while it delivers; it wakes the engine for every quantum. When it is late by 60 ms,
//! lost, a file, or "null", the timer drives. The loudspeaker's clock may differ from both: its callback trims the
//! resampling filter by the level of its ring (at most 0.3 %), so nothing ever has to be cut. A card's frames come in
//! pieces of any size; the ring makes quanta of them.
//!
//! Cards need the feature `device` (cpal). Without it the names `null` and `wav:PATH` remain, and any other is missing.

#[cfg(feature = "device")]
mod card;
pub mod device;
pub mod duplex;
#[cfg(feature = "device")]
mod link;
pub mod pace;
pub mod resample;
pub mod ring;
pub mod wav;

use device::Device;

/// All sound devices of this machine, those of the preferred sound system first. Blocks, up to seconds.
#[must_use]
pub fn list() -> Vec<Device> {
    #[cfg(feature = "device")]
    return card::list();
    #[cfg(not(feature = "device"))]
    Vec::new()
}
