//! The codecs of an answer, among those that both sides have.

/// Ways of answering are chosen; without the feature all answers are the usual ones.
const IS_MADE: bool = cfg!(feature = "codecs");

/// The codecs of our answers, among those that both sides have; `None`: as it is set elsewhere, else off.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Answering {
    /// They are in our order, not in that of the offer, and ours decides which one is used (rfc3264#6.1 allows it).
    pub own_order: Option<bool>,
    /// There is one. Where an answer of the far end's has several, the next offer of ours has one of them
    /// (rfc3264#10.2), so that nobody changes the codec in mid-call.
    pub single: Option<bool>,
}

impl Answering {
    /// As usual.
    pub const USUAL: Self = Self { own_order: None, single: None };

    /// This one, where it says something.
    #[must_use]
    pub fn or(self, below: Self) -> Self {
        Self { own_order: self.own_order.or(below.own_order), single: self.single.or(below.single) }
    }

    pub(super) fn in_own_order(self) -> bool {
        IS_MADE && self.own_order == Some(true)
    }

    /// There is one codec.
    #[must_use]
    pub fn is_single(self) -> bool {
        IS_MADE && self.single == Some(true)
    }
}
