//! An input and an output joined for a bus: [`Duplex`] for the tick, [`Keeper`] for the errands thread.
//!
//! The Duplex never changes while devices come and go: a lost card leaves an empty ring, which is silence with the
//! timer as its clock, and the Keeper opens the card again, or what has become the default, onto the same ring.

use core::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;
use std::time::Instant;

use super::device::{DeviceError, INPUT_LOST, Name, News, OUTPUT_LOST, Side};
use super::ring::{Reader, Wake, Writer};
use super::wav::{self, Feed, Feeding, Player, Recorder, RecorderFile, Recording};

#[cfg(feature = "device")]
use super::link::{End, Link};
#[cfg(feature = "device")]
use super::ring::ring;

#[cfg(test)]
mod tests;

/// Length of a card's rings in milliseconds: enough for an engine that was not scheduled for a while, short enough for
/// a conversation.
#[cfg(feature = "device")]
const RING_MS: u32 = 200;

enum Input {
    Silence,
    File(Player),
    Card(Reader),
}

enum Output {
    Nothing,
    File(Recorder),
    Card(Writer),
}

/// The tick's half.
pub struct Duplex {
    input: Input,
    output: Output,
    faults: Arc<AtomicU32>,
    quantum: usize,
    /// Captured samples that were dropped, as far as [`Duplex::dropped`] has returned them.
    told: Option<usize>,
}

impl Duplex {
    /// Silence in, nothing out, clocked by the timer.
    #[must_use]
    pub fn null(rate: u32) -> Self {
        Self {
            input: Input::Silence,
            output: Output::Nothing,
            faults: Arc::new(AtomicU32::new(0)),
            quantum: rate as usize / 100,
            told: None,
        }
    }

    /// The application's own audio engine as the device: it writes the one ring and reads the other.
    #[must_use]
    pub fn of_rings(input: Reader, output: Writer, rate: u32) -> Self {
        Self { input: Input::Card(input), output: Output::Card(output), ..Self::null(rate) }
    }

    /// Fills `out` with captured samples, then silence. Returns the number captured. Copies, nothing else.
    pub fn capture(&mut self, out: &mut [i16]) -> usize {
        match &mut self.input {
            Input::File(player) => player.fill(out).samples,
            Input::Card(ring) => ring.fill(out),
            Input::Silence => {
                out.fill(0);
                0
            }
        }
    }

    /// Plays a piece. Copies, nothing else; with no room the oldest goes.
    pub fn play(&mut self, pcm: &[i16]) {
        match &mut self.output {
            Output::File(recorder) => recorder.push(pcm, pcm),
            Output::Card(ring) => ring.push(pcm),
            Output::Nothing => {}
        }
    }

    /// Whole quanta of 10 ms that wait to be captured.
    #[must_use]
    pub fn ready(&self) -> usize {
        match &self.input {
            Input::Card(ring) => ring.len() / self.quantum.max(1),
            Input::Silence | Input::File(_) => 0,
        }
    }

    /// True: the input has a clock of its own now; if not, the timer drives (see [`super::pace::Pacer`]).
    #[must_use]
    pub fn clocked_by_input(&self) -> bool {
        matches!(self.input, Input::Card(_)) && self.faults() & INPUT_LOST == 0
    }

    /// [`INPUT_LOST`] and [`OUTPUT_LOST`].
    #[must_use]
    pub fn faults(&self) -> u32 {
        self.faults.load(Ordering::Acquire)
    }

    /// Whole quanta that were captured and dropped since the last call, because the engine was late.
    pub fn dropped(&mut self) -> u32 {
        let (all, _) = self.lost();
        let told = self.told.get_or_insert(all);
        let quanta = all.wrapping_sub(*told) / self.quantum.max(1);
        *told = told.wrapping_add(quanta * self.quantum);
        u32::try_from(quanta).unwrap_or(u32::MAX)
    }

    /// Samples so far (each wraps): captured but dropped since the engine was late, and silence played since the engine
    /// was late.
    #[must_use]
    pub fn lost(&self) -> (usize, usize) {
        let input = if let Input::Card(ring) = &self.input { ring.overrun() } else { 0 };
        let output = if let Output::Card(ring) = &self.output { ring.underrun() } else { 0 };
        (input, output)
    }
}

/// The errands thread's half: owns the card's streams and the files. Drop it there too: closing a card can take a
/// while.
pub struct Keeper {
    #[cfg(feature = "device")]
    cards: [Option<Link>; 2],
    feed: Option<Feed>,
    file: Option<RecorderFile>,
    faults: Arc<AtomicU32>,
}

impl Keeper {
    /// A device or file is open that [`Keeper::tend`] has to look after.
    #[must_use]
    pub fn tends(&self) -> bool {
        #[cfg(feature = "device")]
        let cards = self.cards.iter().any(Option::is_some);
        #[cfg(not(feature = "device"))]
        let cards = false;
        cards || self.feed.is_some() || self.file.is_some()
    }

    /// To be called when `alarm` was called and when the returned instant has come. News go to `tell`.
    pub fn tend(&mut self, now: Instant, tell: &mut dyn FnMut(News)) -> Option<Instant> {
        if let Some(file) = &mut self.file {
            match file.drain() {
                Recording::Running => {}
                Recording::Finished => self.file = None,
                Recording::Failed(error) => {
                    self.faults.fetch_or(OUTPUT_LOST, Ordering::AcqRel);
                    self.file = None;
                    tell(News::Lost(DeviceError::file(Side::Output, error)));
                }
            }
        }
        let mut next = None;
        if let Some(feed) = &mut self.feed {
            match feed.tend(now) {
                Feeding::Until(at) => next = Some(at),
                Feeding::Finished => self.feed = None,
                Feeding::Failed(error) => {
                    self.faults.fetch_or(INPUT_LOST, Ordering::AcqRel);
                    self.feed = None;
                    tell(News::Lost(DeviceError::file(Side::Input, error)));
                }
            }
        }
        #[cfg(feature = "device")]
        for link in self.cards.iter_mut().flatten() {
            next = next.into_iter().chain(link.tend(now, tell)).min();
        }
        next
    }
}

/// The wakes of an open device: both are called from the device's threads.
#[derive(Clone)]
pub struct Wakes {
    /// A quantum was captured: the engine.
    pub captured: Wake,
    /// A device failed or a file's ring fills: the errands thread.
    pub errand: Wake,
}

/// Opens both sides by name at the phone's rate. Blocks, up to seconds: only on the errands thread.
///
/// # Errors
/// A device is missing, busy or refuses; nothing is left open. The text lists the devices.
pub fn open(input: &str, output: &str, rate: u32, wakes: &Wakes) -> Result<(Duplex, Keeper), DeviceError> {
    let mut problem = None;
    let opened = open_anyway(input, output, rate, wakes, &mut |news| {
        if let News::Lost(error) = news {
            problem.get_or_insert(error);
        }
    });
    match problem {
        Some(error) => Err(error),
        None => Ok(opened),
    }
}

/// As [`open`], but a device that cannot be opened becomes news and is retried by the Keeper, while the null device
/// stands in.
pub fn open_anyway(
    input: &str,
    output: &str,
    rate: u32,
    wakes: &Wakes,
    tell: &mut dyn FnMut(News),
) -> (Duplex, Keeper) {
    let mut duplex = Duplex::null(rate);
    let mut keeper = Keeper {
        #[cfg(feature = "device")]
        cards: [None, None],
        feed: None,
        file: None,
        faults: Arc::clone(&duplex.faults),
    };
    match Name::parse(input) {
        Name::Null => {}
        Name::Wav(path) => match wav::open(&path, rate, 0, Some(Arc::clone(&wakes.errand))) {
            Ok((player, feed)) => {
                duplex.input = Input::File(player);
                keeper.feed = feed;
            }
            Err(error) => keeper.fail(INPUT_LOST, DeviceError::file(Side::Input, error), tell),
        },
        Name::Card(name) => duplex.input = keeper.input(&name, rate, wakes, tell),
    }
    match Name::parse(output) {
        Name::Null => {}
        Name::Wav(path) => match wav::record(&path, rate, wav::Mix::Said, Some(Arc::clone(&wakes.errand))) {
            Ok((recorder, file)) => {
                duplex.output = Output::File(recorder);
                keeper.file = Some(file);
            }
            Err(error) => keeper.fail(OUTPUT_LOST, DeviceError::file(Side::Output, error), tell),
        },
        Name::Card(name) => duplex.output = keeper.output(&name, rate, wakes, tell),
    }
    (duplex, keeper)
}

impl Keeper {
    fn fail(&self, bit: u32, error: DeviceError, tell: &mut dyn FnMut(News)) {
        self.faults.fetch_or(bit, Ordering::AcqRel);
        tell(News::Lost(error));
    }

    #[cfg(not(feature = "device"))]
    fn input(&self, name: &str, _rate: u32, _wakes: &Wakes, tell: &mut dyn FnMut(News)) -> Input {
        self.fail(INPUT_LOST, DeviceError::missing(Side::Input, name, &[]), tell);
        Input::Silence
    }

    #[cfg(not(feature = "device"))]
    fn output(&self, name: &str, _rate: u32, _wakes: &Wakes, tell: &mut dyn FnMut(News)) -> Output {
        self.fail(OUTPUT_LOST, DeviceError::missing(Side::Output, name, &[]), tell);
        Output::Nothing
    }

    #[cfg(feature = "device")]
    fn input(&mut self, name: &str, rate: u32, wakes: &Wakes, tell: &mut dyn FnMut(News)) -> Input {
        let (writer, reader) =
            ring((rate * RING_MS / 1000) as usize, rate as usize / 100, Some(Arc::clone(&wakes.captured)));
        let [link, _] = &mut self.cards;
        *link = Some(Link::open(End::Input(writer), name, rate, &wakes.errand, &self.faults, tell));
        Input::Card(reader)
    }

    #[cfg(feature = "device")]
    fn output(&mut self, name: &str, rate: u32, wakes: &Wakes, tell: &mut dyn FnMut(News)) -> Output {
        let (writer, reader) = ring((rate * RING_MS / 1000) as usize, usize::MAX, None);
        let [_, link] = &mut self.cards;
        *link = Some(Link::open(End::Output(reader), name, rate, &wakes.errand, &self.faults, tell));
        Output::Card(writer)
    }
}
