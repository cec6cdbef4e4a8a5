//! A choice of codecs and their order, as a person writes it.

use super::{Codec, CodecList};
use crate::base::limits::CODECS;

/// Choices are kept; without the feature everything has the phone's codecs.
const IS_MADE: bool = cfg!(feature = "codecs");

/// Bits of a codec's number, which begins at 1.
const BITS: u32 = 4;
const _: () = assert!(Codec::ALL.len() < 1 << BITS && CODECS as u32 * BITS <= u32::BITS);

/// Codecs in order, the most wanted first; those that are not named are off. Empty: no choice was made. Half a byte a
/// codec, for each call and account has one.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CodecOrder([u32; IS_MADE as usize]);

impl CodecOrder {
    /// No choice.
    pub const EMPTY: Self = Self([0; IS_MADE as usize]);

    /// Reads `G722, PCMA/8000, L16/16000`: names without case, between commas or spaces, each with its clock where the
    /// name has several, and with the number of channels (1) if that is wanted. G.722's clock may be written as either
    /// its clock, 8000, or its rate, 16000, for both are in use. A codec named again stays where it was named first.
    ///
    /// # Errors
    /// The first word that names no codec of this build; the whole text if it names none.
    pub fn read(text: &str) -> Result<Self, &str> {
        let mut order = Self::EMPTY;
        let words = text.split([',', ' ', '\t']).filter(|word| !word.is_empty());
        for word in words {
            let codec = named(word).filter(|_| IS_MADE).ok_or(word)?;
            order.push(codec);
        }
        if order.is_empty() { Err(text) } else { Ok(order) }
    }

    /// These codecs in this order; those beyond [`CODECS`] are left out.
    #[must_use]
    pub fn of(codecs: &[Codec]) -> Self {
        let mut order = Self::EMPTY;
        codecs.iter().for_each(|codec| order.push(*codec));
        order
    }

    fn push(&mut self, codec: Codec) {
        let len = self.codecs().count() as u32;
        if self.codecs().any(|before| before == codec) || len >= CODECS as u32 {
            return;
        }
        if let Some(packed) = self.0.first_mut() {
            *packed |= (codec as u32 + 1) << (len * BITS);
        }
    }

    /// No choice was made.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|packed| *packed == 0)
    }

    /// This choice, or else another.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.is_empty() { other } else { self }
    }

    /// The codecs in order.
    pub fn codecs(&self) -> impl Iterator<Item = Codec> + use<> {
        let mut left = self.0.first().copied().unwrap_or(0);
        core::iter::from_fn(move || {
            let number = (left & ((1 << BITS) - 1)) as usize;
            left >>= BITS;
            Codec::ALL.get(number.checked_sub(1)?).copied()
        })
    }

    /// It as a number, for those who keep it without knowing it.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0.first().copied().unwrap_or(0)
    }

    /// The choice with this number.
    #[must_use]
    pub const fn of_number(number: u32) -> Self {
        Self([number; IS_MADE as usize])
    }

    /// The codecs under the payload types of our offers; `None`: no choice was made.
    #[must_use]
    pub fn list(&self) -> Option<CodecList> {
        if self.is_empty() {
            return None;
        }
        let mut list = CodecList::EMPTY;
        self.codecs().for_each(|codec| {
            list.push(codec.entry());
        });
        Some(list)
    }
}

/// The codec of a word. A name that several rows have needs its clock.
fn named(word: &str) -> Option<Codec> {
    let mut parts = word.split('/');
    let name = parts.next()?;
    let number = |part: Option<&str>| part.map(|part| part.parse::<u32>().ok()).map_or(Some(None), |it| it.map(Some));
    let (clock, channels) = (number(parts.next())?, number(parts.next())?);
    if parts.next().is_some() {
        return None;
    }
    let fits = |codec: &&Codec| {
        codec.name().eq_ignore_ascii_case(name)
            && clock.is_none_or(|clock| clock == codec.clock() || clock == codec.rate())
            && channels.is_none_or(|channels| channels == codec.channels().into())
    };
    let mut found = Codec::ALL.iter().filter(fits);
    let first = found.next()?;
    found.next().is_none().then_some(*first)
}

#[cfg(test)]
mod tests;
