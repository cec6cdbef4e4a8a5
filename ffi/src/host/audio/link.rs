//! One side of a Duplex on a sound card: opened, watched, and opened again after it was lost.

use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use std::sync::Arc;
use std::time::Instant;

use super::card::{self, Card, Health};
use super::device::{DeviceCode, DeviceError, INPUT_LOST, News, OUTPUT_LOST, Side};
use super::ring::{Reader, Wake, Writer};

/// Between two attempts to open a lost card again: doubled from the first to the last.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// The interval at which a running card is checked. Only while a card is open, so an idle phone sleeps.
const WATCH: Duration = Duration::from_millis(500);
/// A card without a callback for so long has been lost without an error.
const STALLED: Duration = Duration::from_millis(2_000);
/// Until so many callbacks came it is still starting, and has so long for it: some sound systems fill seconds before
/// they run.
const STARTING: (u32, Duration) = (100, Duration::from_millis(6_000));

/// The shortest buffer asked of a card, and the longest. A loudspeaker whose sound system cannot keep up with the short
/// one (PulseAudio on a slow or busy machine takes far fewer frames than it should, and the sound is chopped) gets
/// twice as long a one.
const BUFFER_MS: (u32, u32) = (10, 80);
/// Over so long a time …
const WINDOW: Duration = Duration::from_millis(2_000);
/// … a card has to take so many of the frames that its rate promises, in percent.
const TAKEN: u64 = 92;

/// The end of the ring that the card's callback uses.
pub(super) enum End {
    Input(Writer),
    Output(Reader),
}

impl End {
    fn side(&self) -> Side {
        match self {
            Self::Input(_) => Side::Input,
            Self::Output(_) => Side::Output,
        }
    }
}

/// See the module.
pub(super) struct Link {
    end: End,
    name: String,
    rate: u32,
    errand: Wake,
    faults: Arc<AtomicU32>,
    card: Option<(Card, Arc<Health>)>,
    beats: u32,
    beaten: Instant,
    /// Frames at the beginning of the window, and its time.
    window: (u32, Instant),
    buffer_ms: u32,
    retry: Instant,
    pause: Duration,
}

impl Link {
    pub(super) fn open(
        end: End,
        name: &str,
        rate: u32,
        errand: &Wake,
        faults: &Arc<AtomicU32>,
        tell: &mut dyn FnMut(News),
    ) -> Self {
        let now = Instant::now();
        let mut link = Self {
            end,
            name: name.into(),
            rate,
            errand: Arc::clone(errand),
            faults: Arc::clone(faults),
            card: None,
            beats: 0,
            beaten: now,
            window: (0, now),
            buffer_ms: BUFFER_MS.0,
            retry: now,
            pause: RETRY.0,
        };
        if let Err(error) = link.connect() {
            link.lose(now, error, tell);
        }
        link
    }

    /// Watches the card or opens it again when that is due. Returns the time of the next call.
    pub(super) fn tend(&mut self, now: Instant, tell: &mut dyn FnMut(News)) -> Option<Instant> {
        if let Some((_, health)) = &self.card {
            let beats = health.beats();
            if beats != self.beats {
                self.beats = beats;
                self.beaten = now;
            }
            let patience = if beats < STARTING.0 { STARTING.1 } else { STALLED };
            let fault = health
                .fault()
                .or_else(|| (now.saturating_duration_since(self.beaten) > patience).then_some("it stopped moving"));
            let Some(fault) = fault else {
                self.widen(now);
                return Some(now + WATCH);
            };
            self.card = None;
            let why = format_args!("lost ({fault}); the null device stands in until it is back");
            let error = DeviceError::new(DeviceCode::Lost, self.end.side(), &self.name, why);
            self.pause = RETRY.0;
            self.lose(now, error, tell);
        } else if now >= self.retry {
            match self.connect() {
                Ok(()) => {
                    tell(News::Back(self.end.side(), self.name.clone()));
                    return Some(Instant::now() + WATCH);
                }
                Err(_) => {
                    self.pause = (self.pause * 2).min(RETRY.1);
                    self.retry = Instant::now() + self.pause;
                }
            }
        }
        Some(self.retry)
    }

    /// Gives a loudspeaker that takes too few frames a longer buffer. The new stream starts before the old one ends.
    fn widen(&mut self, now: Instant) {
        let Some((card, health)) = &self.card else { return };
        let (start, since) = self.window;
        let elapsed = now.saturating_duration_since(since);
        if elapsed < WINDOW || health.beats() < STARTING.0 {
            return;
        }
        let frames = health.frames();
        self.window = (frames, now);
        // Longer than two windows: it was starting, or this thread slept; either way nothing is known.
        let promised = u64::from(card.rate) * u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX) / 1_000;
        let taken = u64::from(frames.wrapping_sub(start));
        let starves = start > 0 && taken * 100 < promised * TAKEN && elapsed < WINDOW * 2;
        if starves && self.end.side() == Side::Output && self.buffer_ms < BUFFER_MS.1 {
            self.buffer_ms *= 2;
            let _ = self.start();
        }
    }

    fn lose(&mut self, now: Instant, error: DeviceError, tell: &mut dyn FnMut(News)) {
        self.faults.fetch_or(self.bit(), Ordering::AcqRel);
        self.retry = now + self.pause;
        tell(News::Lost(error));
    }

    fn bit(&self) -> u32 {
        match self.end {
            End::Input(_) => INPUT_LOST,
            End::Output(_) => OUTPUT_LOST,
        }
    }

    fn connect(&mut self) -> Result<(), DeviceError> {
        match &self.end {
            End::Input(writer) => writer.share().clear(),
            End::Output(reader) => reader.share().clear(),
        };
        self.start().inspect_err(|_| {
            self.faults.fetch_or(self.bit(), Ordering::AcqRel);
        })?;
        self.faults.fetch_and(!self.bit(), Ordering::AcqRel);
        // An error that came at once must not have been wiped away.
        if self.card.as_ref().is_some_and(|(_, health)| health.fault().is_some()) {
            self.faults.fetch_or(self.bit(), Ordering::AcqRel);
        }
        Ok(())
    }

    /// Opens a stream; one that was there before is closed afterwards.
    fn start(&mut self) -> Result<(), DeviceError> {
        let health = Arc::new(Health::new(self.bit(), &self.faults, &self.errand));
        let card = match &self.end {
            End::Input(writer) => card::open_input(&self.name, self.rate, self.buffer_ms, writer.share(), &health)?,
            End::Output(reader) => card::open_output(&self.name, self.rate, self.buffer_ms, reader.share(), &health)?,
        };
        self.card = Some((card, health));
        self.beats = 0;
        self.beaten = Instant::now();
        self.window = (0, self.beaten);
        Ok(())
    }
}
