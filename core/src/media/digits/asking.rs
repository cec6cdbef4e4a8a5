//! The methods of digits that are sent, and the one that goes as an INFO.

use super::DigitMethod;
use super::lengths::SHORTEST_MS;
use super::settings::Manner;
use crate::base::limits;
use crate::wire::dtmf;

/// A key that is held for so many milliseconds is let go: a minute, which its INFO can still say.
const LONGEST_MS: u16 = 60_000;

/// Tries of an INFO for which no request is free, and the quanta between them: two seconds, in which the others end or
/// the phone is too small for what it does.
const TRIES: (u8, u16) = (10, 20);

/// The progress of an INFO.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    /// Its key is held: its length is not known yet.
    Held,
    /// It is to leave.
    Owed,
    /// It found no room, and waits for its next try.
    Waits(u16),
    /// It left, and has no final response.
    Out,
    /// The far end has taken it.
    Answered,
}

/// A digit that goes as an INFO. The next one waits for its response and for the length of the digit, so that they come
/// one at a time and in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asking {
    code: u8,
    method: DigitMethod,
    ms: u16,
    /// Quanta of the digit and the gap behind it that have not passed.
    left: u16,
    stage: Stage,
    tries: u8,
}

impl Asking {
    /// `quanta`: its length; `None`: its key is held.
    pub(super) const fn new(code: u8, quanta: Option<u16>, gap: u16, method: DigitMethod) -> Self {
        let (quanta, stage) = match quanta {
            Some(quanta) => (quanta, Stage::Owed),
            None => (0, Stage::Held),
        };
        Self { code, method, ms: quanta * 10, left: quanta + gap, stage, tries: 0 }
    }

    /// Its key is let go: its length is known, and it leaves.
    pub(super) fn let_go(&mut self) {
        if self.stage == Stage::Held {
            (self.stage, self.ms) = (Stage::Owed, self.ms.max(SHORTEST_MS));
        }
    }

    /// A quantum passes. True: its time is over.
    pub(super) fn pass(&mut self) -> bool {
        if self.stage == Stage::Held {
            self.ms += 10;
            if self.ms >= LONGEST_MS {
                self.let_go();
            }
            return false;
        }
        self.left = self.left.saturating_sub(1);
        if let Stage::Waits(left) = &mut self.stage {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.stage = Stage::Owed;
            }
        }
        self.stage == Stage::Answered && self.left == 0
    }

    pub(super) const fn is_owed(&self) -> bool {
        matches!(self.stage, Stage::Owed)
    }

    pub(super) fn take(&mut self) -> Option<(u8, u16, DigitMethod)> {
        let digit = dtmf::digit_of(self.code).filter(|_| self.is_owed())?;
        self.stage = Stage::Out;
        Some((digit, self.ms, self.method))
    }

    pub(super) const fn put_back(&mut self) -> bool {
        self.tries += 1;
        self.stage = Stage::Waits(TRIES.1);
        self.tries < TRIES.0
    }

    pub(super) const fn answer(&mut self) {
        self.stage = Stage::Answered;
    }
}

/// A digit that has left.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Out {
    /// Its character.
    pub digit: u8,
    /// The method by which it left.
    pub method: DigitMethod,
}

/// The methods of the entries of a queue, and what else was asked for of each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ways {
    /// Two bits an entry: [`Ways::code`].
    entries: u64,
    manners: [Manner; limits::DIGITS],
    /// Those of the entries to come.
    pub(super) chosen: (DigitMethod, Manner),
    /// The code of the entry under way, and its manner.
    under_way: u8,
    pub(super) manner: Manner,
    /// The digit under way.
    sending: Option<Out>,
    /// The latest that has left.
    out: Option<Out>,
}

const AGREED: u8 = 0;
const TONES: u8 = 1;
const INFO: u8 = 2;
const INFO_PLAIN: u8 = 3;

impl Ways {
    pub(super) const EMPTY: Self = Self {
        entries: 0,
        manners: [Manner { gap: 0, level: 0 }; limits::DIGITS],
        chosen: (DigitMethod::Auto, Manner::USUAL),
        under_way: AGREED,
        manner: Manner::USUAL,
        sending: None,
        out: None,
    };

    const fn code(method: DigitMethod) -> u8 {
        match method {
            DigitMethod::Auto | DigitMethod::Events | DigitMethod::AutoInfo => AGREED,
            DigitMethod::Tones => TONES,
            DigitMethod::Info => INFO,
            DigitMethod::InfoPlain => INFO_PLAIN,
        }
    }

    const fn at(&self, place: u8) -> u8 {
        (self.entries >> (place * 2) & 3) as u8
    }

    /// An entry is queued there.
    pub(super) fn queue(&mut self, place: usize) {
        let (method, manner) = self.chosen;
        self.entries = self.entries & !(3 << (place * 2)) | u64::from(Self::code(method)) << (place * 2);
        if let Some(entry) = self.manners.get_mut(place) {
            *entry = manner;
        }
    }

    /// The entry there is under way.
    pub(super) fn begin(&mut self, place: u8) {
        self.under_way = self.at(place);
        self.manner = self.manners.get(usize::from(place)).copied().unwrap_or(Manner::USUAL);
    }

    /// The entry under way is this digit; the method by which it goes.
    pub(super) fn send(&mut self, code: u8, events: bool) -> DigitMethod {
        let method = match self.under_way {
            INFO => DigitMethod::Info,
            INFO_PLAIN => DigitMethod::InfoPlain,
            AGREED if events => DigitMethod::Events,
            _ => DigitMethod::Tones,
        };
        self.sending = dtmf::digit_of(code).map(|digit| Out { digit, method });
        method
    }

    /// The entry under way has left.
    pub(super) fn rest(&mut self) {
        self.out = self.sending.take().or(self.out);
    }

    /// The entry under way has not left.
    pub(super) const fn forget(&mut self) {
        self.sending = None;
    }

    /// The entry there goes as agreed.
    pub(super) const fn is_agreed_at(&self, place: u8) -> bool {
        self.at(place) == AGREED
    }

    pub(super) const fn is_tone(&self) -> bool {
        self.under_way == TONES
    }

    pub(super) const fn is_info(&self) -> bool {
        self.under_way >= INFO
    }

    pub(super) const fn is_info_at(&self, place: u8) -> bool {
        self.at(place) >= INFO
    }

    pub(super) const fn has_out(&self) -> bool {
        self.out.is_some()
    }

    pub(super) const fn take_out(&mut self) -> Option<Out> {
        self.out.take()
    }
}
