//! A tone that lies over the sound that is sent to a far end, or that all members of a conference hear.

use crate::media::tones::country::{Country, Meaning};
use crate::media::tones::signal::{Player, Signal};
use crate::media::tones::{self};

/// The level of a key's pair, in dB below 0 dBm0: that of digits that are sent.
const KEY_DB: u8 = 10;

/// A tone by its number: a [`Meaning`] but the ring, or the ASCII code of a key. `None`: there is no such tone.
pub(in crate::phone) fn number_of(tone: u32) -> Option<u8> {
    let is_ring = Meaning::of(tone) == Some(Meaning::Ring);
    let number = u8::try_from(tone).ok().filter(|number| *number > 0 && !is_ring)?;
    (Meaning::of(tone).is_some() || tones::key(number, KEY_DB).is_some()).then_some(number)
}

/// The signal of that tone.
fn signal_of(country: &Country, number: u8) -> Signal {
    match (Meaning::of(number.into()), tones::key(number, KEY_DB)) {
        (Some(meaning), _) => country.signal(meaning),
        (None, tone) => Signal { tone: tone.unwrap_or_default(), ..Signal::default() },
    }
}

/// A tone that lies over a sound; zeroed, none does.
#[derive(Clone, Debug, Default)]
pub(super) struct Laid {
    player: Player,
    /// The tone that is to sound; 0: none.
    wanted: u8,
    /// It has not begun: what sounds now is another, which fades first.
    anew: bool,
    /// Samples that are left of it; [`u32::MAX`]: until it is over by itself, or stopped.
    left: u32,
}

impl Laid {
    pub(super) const EMPTY: Self = Self { player: Player::SILENT, wanted: 0, anew: false, left: 0 };

    /// A tone begins, in place of one that plays. True: one did.
    pub(super) const fn begin(&mut self, number: u8, ms: u32, rate: u32) -> bool {
        let before = self.wanted != 0;
        let left = if ms == 0 { u32::MAX } else { ms.saturating_mul(rate / 1000) };
        (self.wanted, self.anew, self.left) = (number, true, left);
        before
    }

    /// It ends: it fades. False: none plays.
    pub(super) const fn stop(&mut self) -> bool {
        core::mem::replace(&mut self.wanted, 0) != 0
    }

    /// It is to sound: it is not over, nor fading.
    pub(super) const fn is_wanted(&self) -> bool {
        self.wanted != 0
    }

    /// Adds it to the next samples of a sound. True: it came to its end.
    pub(super) fn mix(&mut self, pcm: &mut [i16], country: &Country, rate: u32) -> bool {
        let mut done = 0;
        if self.anew || self.wanted == 0 {
            if self.wanted == 0 && self.player.is_over() {
                return false;
            }
            self.player.end();
            done = self.player.mix(pcm);
            if self.wanted == 0 || !self.player.is_over() {
                return false;
            }
            self.anew = false;
            self.player = Player::new(signal_of(country, self.wanted), rate);
        }
        let rest = pcm.get_mut(done..).unwrap_or_default();
        let count = rest.len().min(self.left as usize);
        self.player.mix(rest.get_mut(..count).unwrap_or_default());
        if self.left != u32::MAX {
            self.left -= count as u32;
        }
        let over = self.left == 0 || self.player.is_over();
        if over {
            self.wanted = 0;
        }
        over
    }
}
