//! One side of a Duplex on a sound card: opened, watched, and opened again after it was lost.

use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use std::sync::Arc;
use std::time::Instant;

use super::card::{self, Card, Health};
use super::device::{DeviceCode, DeviceError, Side};
use super::duplex::{INPUT_LOST, News, OUTPUT_LOST};
use super::ring::{Reader, Wake, Writer};

/// Between two attempts to open a lost card again: doubled from the first to the last.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// How often a running card is looked at. Only while a card is open, so an idle phone sleeps.
const WATCH: Duration = Duration::from_millis(500);
/// A card without a callback for so long has been lost without saying so.
const STALLED: Duration = Duration::from_millis(2_000);

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
    retry: Instant,
    pause: Duration,
}

impl Link {
    pub(super) fn open(end: End, name: &str, rate: u32, errand: &Wake, faults: &Arc<AtomicU32>, tell: &mut dyn FnMut(News)) -> Self {
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
            retry: now,
            pause: RETRY.0,
        };
        if let Err(error) = link.connect() {
            link.lose(now, error, tell);
        }
        link
    }

    /// Watches the card or opens it again when that is due; says when to be called next.
    pub(super) fn tend(&mut self, now: Instant, tell: &mut dyn FnMut(News)) -> Option<Instant> {
        if let Some((_, health)) = &self.card {
            let beats = health.beats();
            if beats != self.beats {
                self.beats = beats;
                self.beaten = now;
            }
            let fault = health.fault().or_else(|| (now.saturating_duration_since(self.beaten) > STALLED).then_some("it stopped moving"));
            let Some(fault) = fault else { return Some(now + WATCH) };
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
        let health = Arc::new(Health::new(self.bit(), &self.faults, &self.errand));
        self.faults.fetch_and(!self.bit(), Ordering::AcqRel);
        let opened = match &self.end {
            End::Input(writer) => {
                let mut writer = writer.share();
                writer.clear();
                card::open_input(&self.name, self.rate, writer, &health)
            }
            End::Output(reader) => {
                let mut reader = reader.share();
                reader.clear();
                card::open_output(&self.name, self.rate, reader, &health)
            }
        };
        match opened {
            Ok(card) => {
                self.card = Some((card, health));
                self.beats = 0;
                self.beaten = Instant::now();
                Ok(())
            }
            Err(error) => {
                self.faults.fetch_or(self.bit(), Ordering::AcqRel);
                Err(error)
            }
        }
    }
}
