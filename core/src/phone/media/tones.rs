//! Tones for the person at this phone: into the device's sound, and on the ring device.

use crate::base::limits::REFUSAL_MS;
use crate::media::gain::{Gain, MAX_PERCENT};
use crate::media::tones::country::{Country, ITU, Meaning};
use crate::media::tones::signal::Player;
use crate::phone::CommandError;
use crate::phone::tone::{PLAY_ALL, PLAY_REFUSAL, PLAY_RING, PLAY_RINGBACK, PLAY_WAITING, Tones as Change, TonesInfo};

/// Busy or congestion sounds for five seconds: time enough to recognise it, and no reason to hurry.
const USUAL_REFUSAL_MS: u32 = 5000;

/// Tones for the person at this phone.
#[derive(Debug)]
pub(in crate::phone) struct Tones {
    country: &'static Country,
    play: u32,
    refusal_ms: u32,
    rate: u32,
    /// Calls whose far end rings and sends no media.
    pub(super) ringing_back: u32,
    /// Calls that ring here, and the number of the first one's ring.
    pub(super) ringing: u32,
    ring_number: u8,
    /// A call was refused: its tone, and samples that are left of it.
    refused: Option<Meaning>,
    refused_left: u32,
    /// A rule has answered: the person is to know.
    confirms: bool,
    /// The application plays this one, until it stops it or it is over.
    by_hand: Option<Meaning>,
    /// The phone was shut down: nobody is there for a tone.
    closed: bool,
    /// The tone in the device's sound; it begins anew, for its cause is another than before.
    sounding: Option<Meaning>,
    anew: bool,
    player: Player,
    /// The ring; the same of it.
    rings: bool,
    rings_anew: bool,
    ring: Player,
    /// The driver's own sound was the last of it.
    ring_is_own: bool,
    ring_gain: Gain,
}

impl Tones {
    pub(super) fn new() -> Self {
        Self {
            country: &ITU,
            play: PLAY_ALL & !PLAY_RING,
            refusal_ms: USUAL_REFUSAL_MS,
            rate: 8000,
            ringing_back: 0,
            ringing: 0,
            ring_number: 0,
            refused: None,
            refused_left: 0,
            confirms: false,
            by_hand: None,
            closed: false,
            sounding: None,
            anew: false,
            player: Player::default(),
            rings: false,
            rings_anew: false,
            ring: Player::default(),
            ring_is_own: false,
            ring_gain: Gain::EMPTY,
        }
    }

    /// The country whose tones they are.
    pub(super) const fn country(&self) -> &'static Country {
        self.country
    }

    pub(super) const fn set_rate(&mut self, rate: u32) {
        self.rate = rate;
    }

    /// # Errors
    /// [`CommandError::Range`] for a number, [`CommandError::Nothing`] for a country; nothing changes.
    pub(in crate::phone) fn change(&mut self, change: &Change<'_>) -> Result<(), CommandError> {
        if change.refusal_ms > REFUSAL_MS || change.play != u32::MAX && change.play & !PLAY_ALL != 0 {
            return Err(CommandError::Range);
        }
        if change.ring_percent.is_some_and(|percent| percent > u32::from(MAX_PERCENT)) {
            return Err(CommandError::Range);
        }
        if let Some(code) = change.country {
            self.country = Country::find(code).ok_or(CommandError::Nothing)?;
        }
        match change.play {
            0 => {}
            u32::MAX => self.play = 0,
            play => self.play = play,
        }
        if change.refusal_ms > 0 {
            self.refusal_ms = change.refusal_ms;
        }
        if let Some(percent) = change.ring_percent {
            self.ring_gain.set(percent as u16);
        }
        Ok(())
    }

    pub(in crate::phone) const fn info(&self) -> TonesInfo {
        TonesInfo {
            country: self.country.code(),
            play: self.play,
            refusal_ms: self.refusal_ms,
            ring_percent: self.ring_gain.percent() as u32,
        }
    }

    const fn plays(&self, what: u32) -> bool {
        self.play & what != 0 && !self.closed
    }

    /// The application plays a tone, in place of one that it plays already.
    pub(in crate::phone) fn start(&mut self, tone: u32) -> Result<(), CommandError> {
        let meaning = Meaning::of(tone).ok_or(CommandError::Range)?;
        if self.closed {
            return Err(CommandError::State);
        }
        if meaning == Meaning::Ring {
            // a call that rings keeps its own
            if self.ringing == 0 {
                (self.ring_number, self.rings_anew) = (0, true);
            }
        } else {
            self.begin(meaning);
        }
        self.by_hand = Some(meaning);
        Ok(())
    }

    /// That tone ends. False: none plays.
    pub(in crate::phone) const fn stop(&mut self) -> bool {
        self.by_hand.take().is_some()
    }

    /// The phone is shut down: what sounds fades, and nothing begins.
    pub(in crate::phone) const fn close(&mut self) {
        (self.closed, self.by_hand, self.refused, self.confirms) = (true, None, None, false);
    }

    const fn rings_by_hand(&self) -> bool {
        matches!(self.by_hand, Some(Meaning::Ring))
    }

    /// There is a cause for this tone: one that still fades, or was cut off in a pause, had another.
    fn begin(&mut self, meaning: Meaning) {
        self.anew |= self.sounding == Some(meaning);
    }

    /// A far end rings, and sends no media.
    pub(super) fn ringback_begins(&mut self) {
        if self.ringing_back == 0 {
            self.begin(Meaning::Ringback);
        }
        self.ringing_back = self.ringing_back.saturating_add(1);
    }

    /// A call rings here; `ring`: the number of its ring.
    pub(super) fn ring_begins(&mut self, ring: u8) {
        if self.ringing == 0 {
            self.ring_number = ring;
            self.rings_anew = true;
            self.begin(Meaning::Waiting);
        }
        self.ringing = self.ringing.saturating_add(1);
    }

    /// A far end has refused a call of the device's.
    pub(super) fn refuse(&mut self, meaning: Meaning) {
        if self.plays(PLAY_REFUSAL) {
            self.begin(meaning);
            self.refused = Some(meaning);
            self.refused_left = self.refusal_ms.saturating_mul(self.rate / 1000);
        }
    }

    /// Another call begins: the last one's refusal is old news.
    pub(super) const fn forget_refusal(&mut self) {
        self.refused = None;
    }

    /// A rule has answered a call of the device's.
    #[cfg(feature = "rules")]
    pub(super) fn confirm(&mut self) {
        self.begin(Meaning::Confirmation);
        self.confirms = !self.closed;
    }

    /// The tone that belongs into the device's sound now.
    const fn wanted(&self, device_calls: u32) -> Option<Meaning> {
        if self.confirms {
            Some(Meaning::Confirmation)
        } else if self.by_hand.is_some() && !self.rings_by_hand() {
            self.by_hand
        } else if self.ringing_back > 0 && self.plays(PLAY_RINGBACK) {
            Some(Meaning::Ringback)
        } else if self.refused.is_some() {
            self.refused
        } else if self.ringing > 0 && device_calls > 0 && self.plays(PLAY_WAITING) {
            Some(Meaning::Waiting)
        } else {
            None
        }
    }

    /// The device is to play: a tone is due, or one fades.
    pub(super) fn want_device(&self, device_calls: u32) -> bool {
        self.wanted(device_calls).is_some() || self.sounding.is_some() && self.player.is_audible()
    }

    /// The tone for the next samples of the device's sound. Without room for any (the device is not open yet) nothing
    /// goes on.
    pub(super) fn mix(&mut self, out: &mut [i16], device_calls: u32) {
        let wanted = self.wanted(device_calls);
        if out.is_empty() || wanted.is_none() && self.sounding.is_none() {
            return;
        }
        let mut done = 0;
        if self.sounding != wanted || self.anew {
            self.player.end();
            done = self.player.mix(out);
            if !self.player.is_over() {
                return;
            }
            (self.sounding, self.anew) = (wanted, false);
            let Some(meaning) = wanted else { return };
            self.player = Player::new(self.country.signal(meaning), self.rate);
        }
        self.player.mix(out.get_mut(done..).unwrap_or_default());
        if self.player.is_over() {
            self.confirms &= wanted != Some(Meaning::Confirmation);
            self.by_hand = self.by_hand.filter(|meaning| wanted != Some(*meaning));
        }
        if self.refused.is_some() && self.sounding == self.refused {
            self.refused_left = self.refused_left.saturating_sub(out.len() as u32);
            if self.refused_left == 0 {
                self.refused = None;
            }
        }
    }

    const fn is_to_ring(&self, device_calls: u32) -> bool {
        self.ringing > 0 && device_calls == 0 && self.plays(PLAY_RING) || self.rings_by_hand()
    }

    /// The number of the ring that the ring device is to play, 0 for the usual one; `None`: it is to be silent.
    pub(super) fn want_ring(&self, device_calls: u32) -> Option<u8> {
        let fades = self.rings && (self.ring_is_own || self.ring.is_audible());
        (self.is_to_ring(device_calls) || fades).then_some(self.ring_number)
    }

    /// The ring's next samples, `own` in place of the usual ring unless it is empty. False: there is none.
    pub(super) fn ring(&mut self, own: &[i16], out: &mut [i16], device_calls: u32) -> bool {
        out.fill(0);
        let wanted = self.is_to_ring(device_calls);
        let own = if self.ring_number == 0 { own } else { &[] };
        let more = if own.is_empty() { self.made(out, wanted) } else { self.owned(own, out, wanted) };
        self.ring_gain.apply(out);
        more
    }

    /// The country's ring. False: there is none.
    fn made(&mut self, out: &mut [i16], wanted: bool) -> bool {
        // the driver's own sound is gone: nothing of it fades
        self.rings &= !core::mem::take(&mut self.ring_is_own);
        let mut done = 0;
        if self.rings && (!wanted || self.rings_anew) {
            self.ring.end();
            done = self.ring.mix(out);
            self.rings = !self.ring.is_over();
            if self.rings {
                return true;
            }
        }
        if wanted && !self.rings {
            self.ring = Player::new(self.country.ring(self.ring_number), self.rate);
            (self.rings, self.rings_anew) = (true, false);
        }
        if self.rings {
            self.ring.mix(out.get_mut(done..).unwrap_or_default());
        }
        self.rings || done > 0
    }

    /// The driver's own sound, which goes on from one call to the next. False: there is none.
    fn owned(&mut self, own: &[i16], out: &mut [i16], wanted: bool) -> bool {
        let sounds = wanted || self.ring_is_own;
        if sounds {
            out.iter_mut().zip(own).for_each(|(cell, sample)| *cell = *sample);
        }
        if !wanted {
            fade(out);
        }
        (self.rings, self.ring_is_own, self.rings_anew) = (sounds, wanted, false);
        sounds
    }
}

/// The nth country that there is.
pub(in crate::phone) fn country(nth: usize) -> Option<&'static str> {
    Country::all().get(nth).map(Country::code)
}

/// Leads a sound to silence.
fn fade(pcm: &mut [i16]) {
    let len = pcm.len() as i32;
    for (left, sample) in (0..len).rev().zip(pcm.iter_mut()) {
        *sample = (i32::from(*sample) * left / len) as i16;
    }
}
