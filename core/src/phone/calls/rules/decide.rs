//! The decision about a call that comes in: rules and facts in, a verdict out.

use super::header::Insists;
use super::pattern::{self, Caller};
use crate::base::limits::REDIRECTS;
#[cfg(feature = "tones")]
use crate::phone::rule::AUTO_BEEP;
use crate::phone::rule::{
    AUTO_ALL, AUTO_HEADER, AUTO_LIST, AUTO_WHEN_IDLE, FORWARD_ALWAYS, FORWARD_BUSY, FORWARD_NO_ANSWER, Rule,
    RuleNumbers, Switch, TEXTS,
};

/// Seconds of ringing after which a call is forwarded that is not answered, where no other number is given.
const FORWARD_S: u32 = 20;

/// The rules in force for a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct InForce<'b> {
    pub(super) numbers: RuleNumbers,
    /// In the order of [`crate::phone::rule::Rules::texts`].
    pub(super) texts: [&'b [u8]; TEXTS],
}

impl<'b> InForce<'b> {
    /// There are none: a call rings, whatever it is.
    pub(super) fn are_none(&self) -> bool {
        self.numbers == RuleNumbers::UNSET && self.texts.iter().all(|text| text.is_empty())
    }

    /// A set of flags; none where it is given as none.
    const fn set(flags: u32) -> u32 {
        if flags == u32::MAX { 0 } else { flags }
    }

    /// A number; `None` where it is none or not given.
    const fn number(number: u32) -> Option<u32> {
        if number == 0 || number == u32::MAX { None } else { Some(number) }
    }

    /// The targets of a forwarded call.
    pub(super) const fn targets(&self, why: Why) -> &'b [u8] {
        let [always, busy, no_answer, ..] = self.texts;
        let own = match why {
            Why::Always => always,
            Why::Busy => busy,
            Why::NoAnswer => no_answer,
        };
        if own.is_empty() { always } else { own }
    }

    pub(super) fn forwards(&self, why: Why, facts: &Facts<'_>) -> bool {
        let flag = match why {
            Why::Always => FORWARD_ALWAYS,
            Why::Busy => FORWARD_BUSY,
            Why::NoAnswer => FORWARD_NO_ANSWER,
        };
        // a call that goes round is not sent round once more
        Self::set(self.numbers.forward) & flag != 0 && !self.targets(why).is_empty() && facts.diverted < REDIRECTS
    }

    /// The person at the device hears a beep when a rule answers.
    #[cfg(feature = "tones")]
    pub(super) const fn beeps(&self) -> bool {
        Self::set(self.numbers.auto_answer) & AUTO_BEEP != 0
    }

    /// Seconds after its answer at which a call is ended.
    pub(super) const fn longest(&self) -> Option<u32> {
        Self::number(self.numbers.max_duration_s)
    }

    /// The end of a call that rings for too long.
    pub(super) const fn stop(&self) -> Option<Next> {
        match Self::number(self.numbers.ring_s) {
            Some(after_s) => Some(Next { after_s, then: Then::Stop }),
            None => None,
        }
    }
}

/// The facts about a call that comes in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'f> {
    pub(super) caller: Caller<'f>,
    pub(super) anonymous: bool,
    /// It is an account's; else anybody may be behind it.
    pub(super) account: bool,
    /// Another call with the same party is there.
    pub(super) same: bool,
    /// The other calls of the phone.
    pub(super) others: u32,
    /// Phones that have forwarded it.
    pub(super) diverted: u8,
    /// The account's own server asks for an answer, after so many seconds.
    pub(super) asks: Option<u32>,
    /// The caller wants no other answer than this.
    pub(super) insists: Insists,
}

/// The reason for which a call is forwarded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Why {
    Always,
    Busy,
    NoAnswer,
}

/// The step of a rule while a call rings.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Then {
    /// It is answered.
    Answer,
    /// It is forwarded, for nobody has answered.
    Forward,
    /// It is refused.
    Stop,
}

/// The same, with its time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Next {
    pub(super) after_s: u32,
    pub(super) then: Then,
}

/// The verdict.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    /// It is refused with this status.
    Refuse(u16, Rule),
    /// It is forwarded at once.
    Forward(Why),
    /// It rings, and the first of what may follow.
    Ring(Option<Next>),
}

/// Decides.
pub(super) fn decide(rules: &InForce<'_>, facts: &Facts<'_>) -> Verdict {
    let numbers = &rules.numbers;
    let [.., answered, deny, allow] = rules.texts;
    let busy = |rule| {
        if rules.forwards(Why::Busy, facts) { Verdict::Forward(Why::Busy) } else { Verdict::Refuse(486, rule) }
    };
    if numbers.same_party == Switch::Off && facts.same {
        return Verdict::Refuse(486, Rule::SameParty);
    }
    if numbers.call_waiting == Switch::Off && facts.others > 0 {
        return busy(Rule::Waiting);
    }
    if InForce::number(numbers.max_calls).is_some_and(|most| facts.others >= most) {
        return busy(Rule::Limit);
    }
    let named = |list: &[u8]| pattern::names(list, facts.caller);
    if !named(allow) {
        if numbers.anonymous == Switch::Off && facts.anonymous {
            return Verdict::Refuse(433, Rule::Anonymous);
        }
        if named(deny) {
            return Verdict::Refuse(486, Rule::Deny);
        }
    }
    if numbers.dnd == Switch::On {
        let status = InForce::number(numbers.dnd_code).and_then(|code| u16::try_from(code).ok()).unwrap_or(486);
        return Verdict::Refuse(status, Rule::DoNotDisturb);
    }
    if rules.forwards(Why::Always, facts) {
        return Verdict::Forward(Why::Always);
    }
    let auto = InForce::set(numbers.auto_answer);
    let may = (auto & AUTO_WHEN_IDLE == 0 || facts.others == 0) && facts.insists != Insists::Manual;
    let delay = InForce::number(numbers.auto_answer_s).unwrap_or(0);
    let asked = facts.asks.filter(|_| auto & AUTO_HEADER != 0).map(|after| after.max(delay));
    let wanted = auto & AUTO_ALL != 0 || auto & AUTO_LIST != 0 && facts.account && named(answered);
    let answer = asked.into_iter().chain(wanted.then_some(delay)).min().filter(|_| may);
    let forward = rules.forwards(Why::NoAnswer, facts).then(|| InForce::number(numbers.forward_s).unwrap_or(FORWARD_S));
    // of equal times, forwarding counts more
    let steps = [
        forward.map(|after_s| Next { after_s, then: Then::Forward }),
        answer.map(|after_s| Next { after_s, then: Then::Answer }),
        rules.stop(),
    ];
    let next = steps.into_iter().flatten().min_by_key(|next| next.after_s);
    // rfc5373#4.5.1: where such headers are obeyed at all, nobody is asked to answer this one by hand
    if facts.insists == Insists::Automatic
        && auto & AUTO_HEADER != 0
        && next.is_none_or(|next| next.then != Then::Answer)
    {
        return Verdict::Refuse(403, Rule::AnswerMode);
    }
    Verdict::Ring(next)
}

#[cfg(test)]
#[path = "decide/tests.rs"]
mod tests;
