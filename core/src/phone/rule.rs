//! Rules for incoming calls, as an application gives them: of the phone, and of an account over those of the phone.

/// A setting that is on or off, or as the one above it says.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum Switch {
    /// Not given.
    #[default]
    Unset = 0,
    /// On.
    On = 1,
    /// Off.
    Off = 2,
}

impl Switch {
    /// This one, where it is given.
    #[must_use]
    pub const fn over(self, below: Self) -> Self {
        if matches!(self, Self::Unset) { below } else { self }
    }
}

/// [`RuleNumbers::forward`]: every call.
pub const FORWARD_ALWAYS: u32 = 1;
/// [`RuleNumbers::forward`]: calls that call waiting or the limit would refuse.
pub const FORWARD_BUSY: u32 = 2;
/// [`RuleNumbers::forward`]: calls that rang for [`RuleNumbers::forward_s`].
pub const FORWARD_NO_ANSWER: u32 = 4;

/// [`RuleNumbers::auto_answer`]: calls whose headers ask for it, by way of the account's own server.
pub const AUTO_HEADER: u32 = 1;
/// [`RuleNumbers::auto_answer`]: an account's callers in [`Rules::auto_answer_from`].
pub const AUTO_LIST: u32 = 2;
/// [`RuleNumbers::auto_answer`]: every call that is let in.
pub const AUTO_ALL: u32 = 4;
/// [`RuleNumbers::auto_answer`]: the person at the device hears a beep first. With the feature `tones`.
pub const AUTO_BEEP: u32 = 256;
/// [`RuleNumbers::auto_answer`]: only where there is no other call.
pub const AUTO_WHEN_IDLE: u32 = 512;

/// The rule that ended a call. The numbers are frozen: they cross the C ABI.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Rule {
    /// A call with the same party was there.
    SameParty = 1,
    /// Another call was there, and call waiting is off.
    Waiting = 2,
    /// The limit of calls.
    Limit = 3,
    /// The caller hides.
    Anonymous = 4,
    /// The list of those who are denied.
    Deny = 5,
    /// Do not disturb.
    DoNotDisturb = 6,
    /// It was forwarded.
    Forward = 7,
    /// It rang for too long.
    Ring = 8,
    /// It lasted too long.
    Duration = 9,
    /// The phone had called itself.
    Itself = 10,
    /// It wanted no other answer than an automatic one, and gets none (RFC 5373).
    AnswerMode = 11,
}

/// The numbers among rules. 0 is not given: as the phone's rules, or the default. [`u32::MAX`] is none where a number
/// or a set is given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RuleNumbers {
    /// A second call with the same party is let in; default on.
    pub same_party: Switch,
    /// Calls come in while there is another; default on. Off: 486.
    pub call_waiting: Switch,
    /// Calls of anonymous callers are let in; default on. Off: 433.
    pub anonymous: Switch,
    /// Do not disturb; default off.
    pub dnd: Switch,
    /// On: answering a call ends the others. Off: one that comes up, or is resumed, holds the others. By default both stay
    /// as they are.
    pub single: Switch,
    /// Calls of the phone beyond which 486 is sent.
    pub max_calls: u32,
    /// The status of [`Self::dnd`], 400 to 699; default 486.
    pub dnd_code: u32,
    /// A set of `FORWARD_*`.
    pub forward: u32,
    /// A set of `AUTO_*`.
    pub auto_answer: u32,
    /// Seconds of ringing after which a call is forwarded; default 20.
    pub forward_s: u32,
    /// Seconds of ringing before a call is answered by a rule; default none.
    pub auto_answer_s: u32,
    /// Seconds of ringing after which a call is refused with 480; by default it ends with its INVITE.
    pub ring_s: u32,
    /// Seconds after its answer at which a call is ended, one of ours too.
    pub max_duration_s: u32,
    /// Milliseconds for the application to answer or refuse a call before these rules decide. It does not ring until
    /// then.
    pub decide_ms: u32,
    /// Redirections of our calls are followed; default on.
    pub redirect: Switch,
    /// Seconds behind a call for help in an emergency, in which a call that its account's own server brings rings whatever
    /// these rules say; default 1800. Where no slot is left for it, it gets 486. With the feature `numbers`.
    pub callback_s: u32,
}

impl RuleNumbers {
    /// Nothing is given.
    pub const UNSET: Self = Self {
        same_party: Switch::Unset,
        call_waiting: Switch::Unset,
        anonymous: Switch::Unset,
        dnd: Switch::Unset,
        single: Switch::Unset,
        max_calls: 0,
        dnd_code: 0,
        forward: 0,
        auto_answer: 0,
        forward_s: 0,
        auto_answer_s: 0,
        ring_s: 0,
        max_duration_s: 0,
        decide_ms: 0,
        redirect: Switch::Unset,
        callback_s: 0,
    };

    /// These where they are given, and those below where not.
    #[must_use]
    pub const fn over(self, below: Self) -> Self {
        const fn over(number: u32, below: u32) -> u32 {
            if number == 0 { below } else { number }
        }
        Self {
            same_party: self.same_party.over(below.same_party),
            call_waiting: self.call_waiting.over(below.call_waiting),
            anonymous: self.anonymous.over(below.anonymous),
            dnd: self.dnd.over(below.dnd),
            single: self.single.over(below.single),
            max_calls: over(self.max_calls, below.max_calls),
            dnd_code: over(self.dnd_code, below.dnd_code),
            forward: over(self.forward, below.forward),
            auto_answer: over(self.auto_answer, below.auto_answer),
            forward_s: over(self.forward_s, below.forward_s),
            auto_answer_s: over(self.auto_answer_s, below.auto_answer_s),
            ring_s: over(self.ring_s, below.ring_s),
            max_duration_s: over(self.max_duration_s, below.max_duration_s),
            decide_ms: over(self.decide_ms, below.decide_ms),
            redirect: self.redirect.over(below.redirect),
            callback_s: over(self.callback_s, below.callback_s),
        }
    }
}

impl Default for RuleNumbers {
    fn default() -> Self {
        Self::UNSET
    }
}

/// Rules, or changes of them: a number that is not given and a text that is `None` stay as they are; an empty text is
/// given up. Texts are copied.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules<'t> {
    /// All but the texts.
    pub numbers: RuleNumbers,
    /// Where calls are forwarded to, the most wanted first: `sip:a@example.com, 200`.
    pub forward_to: Option<&'t str>,
    /// The same of a phone that is busy; empty: as `forward_to`.
    pub forward_busy_to: Option<&'t str>,
    /// The same of calls that were not answered; empty: as `forward_to`.
    pub forward_no_answer_to: Option<&'t str>,
    /// Callers whose calls are answered ([`AUTO_LIST`]): `100, 2??, *@example.com`. `*` is any text, `?` one character;
    /// a pattern without `@` is for the user alone.
    pub auto_answer_from: Option<&'t str>,
    /// Callers whose calls are refused with 486, likewise.
    pub deny: Option<&'t str>,
    /// Callers who are let in though `deny` names them, likewise.
    pub allow: Option<&'t str>,
}

/// The texts among rules.
#[cfg(feature = "rules")]
pub(super) const TEXTS: usize = 6;

#[cfg(feature = "rules")]
impl<'t> Rules<'t> {
    /// The texts in the order in which they are kept.
    pub(super) const fn texts(&self) -> [Option<&'t str>; TEXTS] {
        [self.forward_to, self.forward_busy_to, self.forward_no_answer_to, self.auto_answer_from, self.deny, self.allow]
    }
}
