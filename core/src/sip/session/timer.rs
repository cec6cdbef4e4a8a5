//! The session timer of a dialog (RFC 4028): its terms, which both sides' messages settle, and the time at which the
//! session runs out. Who acts on it, and how, is for the call to say.

use super::{Side, takes_updates};
use crate::base::time::{Duration, Instant};
use crate::wire::sip::{Message, Name, Params, Writer};

/// The shortest session that there may be, in seconds: twice the time that a transaction takes, and a bit (rfc4028#4).
pub const SHORTEST: u32 = 90;

/// Larger Min-SEs that are followed, one after the other. A path has few proxies that want one each; a far end that
/// raises it without end gets no more.
const RAISES: u8 = 3;

/// The last moment is so long before the session runs out, or a third of it if that is less (rfc4028#10).
const LAST_S: u32 = 32;

/// A refresh that came to nothing is tried again while its transaction has this time (64·T1).
const TRY_S: u64 = 32;

/// The option tag.
const TAG: &[u8] = b"timer";

/// The option tag of those that take another From in mid-call (rfc4916#4.4).
const FROM_CHANGE: &[u8] = b"from-change";

/// The timer that we want.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Wanted {
    /// One is to run.
    pub runs: bool,
    /// Where nobody on the way knows timers it runs too, for our benefit alone.
    pub alone: bool,
    /// The far end is to know timers.
    pub required: bool,
    /// Seconds for which a session may last without a refresh.
    pub expires: u32,
    /// The shortest such time that we take.
    pub least: u32,
    /// The side that we want to refresh, where we may choose.
    pub refresher: Option<Side>,
}

impl Wanted {
    /// No timer.
    pub const NONE: Self =
        Self { runs: false, alone: false, required: false, expires: SHORTEST, least: SHORTEST, refresher: None };
}

/// The parts of a message of the far end's that concern the timer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Heard {
    /// Session-Expires.
    pub expires: Option<u32>,
    /// Its refresher is the client; `None`: it does not say.
    pub by_client: Option<bool>,
    /// Min-SE.
    pub least: Option<u32>,
    /// The sender knows timers.
    pub knows: bool,
    /// It wants us to know them.
    pub requires: bool,
    /// The sender takes UPDATE; `None`: it does not say.
    pub updates: Option<bool>,
    /// It takes another From in mid-call (RFC 4916).
    pub renames: bool,
}

impl Heard {
    const NONE: Self = Self {
        expires: None,
        by_client: None,
        least: None,
        knows: false,
        requires: false,
        updates: None,
        renames: false,
    };

    /// Those of this message.
    #[must_use]
    pub fn of(message: &Message<'_>) -> Self {
        let requires = message.tokens(Name::Require).any(|tag| tag.eq_ignore_ascii_case(TAG));
        let (mut knows, mut renames) = (requires, false);
        for tag in message.tokens(Name::Supported) {
            knows |= tag.eq_ignore_ascii_case(TAG);
            renames |= cfg!(feature = "identity") && tag.eq_ignore_ascii_case(FROM_CHANGE);
        }
        let expires = message.seconds(Name::SessionExpires);
        let value = message.header(Name::SessionExpires).filter(|_| expires.is_some()).unwrap_or_default();
        let params = value.iter().position(|byte| *byte == b';').and_then(|at| value.get(at..)).unwrap_or_default();
        Self {
            expires,
            by_client: match Params::new(params).get(b"refresher") {
                Some(role) if role.eq_ignore_ascii_case(b"uac") => Some(true),
                Some(role) if role.eq_ignore_ascii_case(b"uas") => Some(false),
                _ => None,
            },
            least: message.seconds(Name::MinSe),
            knows,
            requires,
            renames,
            updates: takes_updates(message),
        }
    }
}

/// The terms of a timer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Terms {
    /// Seconds for which the session lasts without a refresh; 0: no timer runs.
    pub interval: u32,
    /// The side that refreshes.
    pub refresher: Side,
    /// It is a matter of both sides; or nobody but us knows timers.
    pub mutual: bool,
}

impl Terms {
    const NONE: Self = Self { interval: 0, refresher: Side::Us, mutual: false };
}

/// The header lines of a message of ours.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Lines {
    supported: bool,
    required: bool,
    expires: u32,
    /// The client refreshes; `None`: it is left open.
    by_client: Option<bool>,
    least: u32,
}

impl Lines {
    /// Those of a refusal of a session that is too short: this Min-SE.
    #[must_use]
    pub fn too_short(least: u32) -> Self {
        Self { least, ..Self::default() }
    }

    /// Those of a refusal of a far end that knows no timers (rfc3261#21.4.21).
    #[must_use]
    pub fn not_known() -> Self {
        Self { required: true, ..Self::default() }
    }

    /// Min-SE; 0: none.
    #[must_use]
    pub const fn least(&self) -> u32 {
        self.least
    }

    /// We know timers.
    #[must_use]
    pub const fn supported(&self) -> bool {
        self.supported
    }

    /// The far end is to know them.
    #[must_use]
    pub const fn required(&self) -> bool {
        self.required
    }

    /// Writes them; Supported and Require stand with our other extensions.
    pub fn write(&self, writer: &mut Writer<'_, '_>) {
        if self.expires > 0 {
            writer.header(Name::SessionExpires, |out| {
                out.put_number(self.expires.into());
                if let Some(by_client) = self.by_client {
                    out.put_str(if by_client { ";refresher=uac" } else { ";refresher=uas" });
                }
            });
        }
        if self.least > 0 {
            writer.number(Name::MinSe, self.least.into());
        }
    }
}

/// A dialog's session timer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timer {
    wanted: Wanted,
    /// The largest Min-SE that was heard (rfc4028#7.4); 0: none.
    least: u32,
    /// Larger ones that were followed since the last success.
    raises: u8,
    /// A far end that knows no timers refused to be refreshed: none runs any more.
    stands_down: bool,
    /// The far end takes UPDATE.
    updates: bool,
    /// It takes another From in mid-call.
    renames: bool,
    terms: Terms,
    /// The terms of our response to a request of theirs; they count once that has left.
    next: Terms,
    /// That request's lines.
    heard: Heard,
    /// The number of their last UPDATE that was heard; 0: there was none.
    update: u32,
    /// The session runs out.
    expires: Instant,
}

impl Default for Timer {
    fn default() -> Self {
        Self::NONE
    }
}

impl Timer {
    /// None runs, and none is wanted.
    pub const NONE: Self = Self::wanting(Wanted::NONE);

    /// None runs yet.
    #[must_use]
    pub const fn wanting(wanted: Wanted) -> Self {
        Self {
            wanted,
            least: 0,
            raises: 0,
            stands_down: false,
            updates: false,
            renames: false,
            terms: Terms::NONE,
            next: Terms::NONE,
            heard: Heard::NONE,
            update: 0,
            expires: Instant::NEVER,
        }
    }

    /// The terms on which it runs.
    #[must_use]
    pub const fn terms(&self) -> Terms {
        self.terms
    }

    /// The time at which the session runs out; [`Instant::NEVER`]: no timer runs.
    #[must_use]
    pub const fn expires(&self) -> Instant {
        self.expires
    }

    /// The far end takes UPDATE.
    #[must_use]
    pub const fn updates(&self) -> bool {
        self.updates
    }

    /// It has said that it takes another From in mid-call (RFC 4916).
    #[must_use]
    pub const fn renames(&self) -> bool {
        self.renames
    }

    /// A provisional response of its says which requests it takes; the terms are the 2xx's (rfc4028#7.2).
    #[cfg(feature = "reliable")]
    pub fn learn(&mut self, message: &Message<'_>) {
        let heard = Heard::of(message);
        self.updates = heard.updates.unwrap_or(self.updates);
        self.renames |= heard.renames;
    }

    /// That of another branch, whose far end has said nothing yet.
    #[must_use]
    pub const fn branch(self) -> Self {
        Self { updates: false, renames: false, ..self }
    }

    /// It takes UPDATE, or does not, whatever it said.
    pub const fn learn_updates(&mut self, updates: bool) {
        self.updates = updates;
    }

    /// We take part in timers; without a wish of ours only where the far end requires it.
    const fn takes_part(&self) -> bool {
        self.wanted.runs || self.terms.interval > 0
    }

    /// The lines of a request of ours.
    #[must_use]
    pub fn request(&self, refreshes: bool) -> Lines {
        // rfc4028#7.1: each request says that we know timers, whether or not one is asked for
        let supported = true;
        if !refreshes || !self.takes_part() {
            return Lines { supported, ..Lines::default() };
        }
        let least = self.least.max(self.wanted.least);
        let (expires, refresher) = match self.terms {
            // rfc4028#7.4: a request that refreshes leaves interval and role as they are
            Terms { interval, refresher, .. } if interval > 0 => (interval.max(least), Some(refresher)),
            _ if self.stands_down => (0, None),
            // rfc4028#7.1: the first leaves the role to the far end, unless we want one
            _ => (self.wanted.expires.max(least), self.wanted.refresher),
        };
        Lines {
            supported,
            // rfc4028#7.4: in the first, and so in all
            required: self.wanted.required,
            expires,
            by_client: refresher.map(|side| side == Side::Us),
            least: if self.least > 0 || least > SHORTEST { least } else { 0 },
        }
    }

    /// Its first request shows that the far end knows no timers, and it is to know them.
    #[must_use]
    pub const fn misses(&self, heard: &Heard) -> bool {
        self.wanted.required && !heard.knows
    }

    /// A request of theirs that refreshes the session: the terms of our success.
    ///
    /// # Errors
    /// It is to be refused with 422 and this Min-SE.
    pub fn hear(&mut self, heard: &Heard) -> Result<(), u32> {
        self.note(heard);
        (self.next, self.heard) = (Terms::NONE, *heard);
        let unknown = !heard.knows && heard.expires.is_none() && !self.terms.mutual;
        if unknown && !self.wanted.alone || !(self.takes_part() || heard.requires) {
            return Ok(());
        }
        let least = self.wanted.least.max(SHORTEST);
        // rfc4028#9: only a client that knows timers can make something of a 422
        if heard.knows && heard.expires.is_some_and(|asked| asked < least) {
            return Err(least);
        }
        let interval = self.interval(heard);
        let ours = if self.terms.interval > 0 { Some(self.terms.refresher) } else { self.wanted.refresher };
        // rfc4028#9, table 2
        let refresher = match (heard.knows, heard.by_client) {
            (false, _) | (true, Some(false)) => Side::Us,
            (true, Some(true)) => Side::Them,
            (true, None) => ours.unwrap_or(Side::Them),
        };
        self.next = Terms { interval, refresher, mutual: heard.knows || heard.expires.is_some() };
        Ok(())
    }

    /// Another wish for our success to the request that was heard last. False: its sender is to know timers, and does
    /// not.
    pub fn want(&mut self, wanted: Wanted) -> bool {
        let heard = self.heard;
        let before = core::mem::replace(&mut self.wanted, wanted);
        // it was not too short before
        self.wanted.least = before.least;
        if self.misses(&heard) {
            self.wanted = before;
            return false;
        }
        let _ = self.hear(&heard);
        true
    }

    /// The timer that we want.
    #[must_use]
    pub const fn wanted(&self) -> Wanted {
        self.wanted
    }

    /// The interval of our success to a request.
    fn interval(&self, heard: &Heard) -> u32 {
        let floor = heard.least.unwrap_or(0).max(SHORTEST);
        match (heard.expires, self.terms.interval) {
            // rfc4028#9: it may be reduced to what we want, but neither below Min-SE nor in mid-call; and nothing is
            // shorter than the shortest
            (Some(asked), before) => {
                let wished = if before > 0 || !self.wanted.runs { asked } else { self.wanted.expires };
                asked.min(wished.max(floor)).max(SHORTEST)
            }
            (None, 0) if !self.wanted.runs || self.stands_down => 0,
            (None, 0) => self.wanted.expires.max(floor).max(self.wanted.least),
            (None, before) => before.max(floor),
        }
    }

    /// The lines of our success to the request that was heard last.
    #[must_use]
    pub fn response(&self) -> Lines {
        let Terms { interval, refresher, .. } = self.next;
        if interval == 0 {
            return Lines { supported: self.takes_part() && self.heard.knows, ..Lines::default() };
        }
        Lines {
            supported: true,
            // rfc4028#9: the client is to look for it, where it knows timers
            required: self.heard.knows,
            expires: interval,
            by_client: Some(refresher == Side::Them),
            least: 0,
        }
    }

    /// The lines of our success to their UPDATE of this number; one that was not heard has none.
    #[must_use]
    pub fn response_to(&self, update: u32) -> Lines {
        if self.update == update { self.response() } else { Lines::default() }
    }

    /// Their UPDATE of this number is the one that is heard next.
    pub const fn updated_by(&mut self, number: u32) {
        self.update = number;
    }

    /// Our success has left: its terms count from now on.
    pub fn accept(&mut self, now: Instant) {
        self.begin(now, self.next);
    }

    /// A success to a request of ours came. `first`: it made the dialog.
    pub fn answered(&mut self, now: Instant, heard: &Heard, first: bool) {
        let asked = self.request(true).expires;
        if first {
            // rfc4028#7.4: what other paths wanted is forgotten
            self.least = 0;
        }
        self.raises = 0;
        self.note(heard);
        let terms = match heard.expires {
            // rfc4028#7.2; an interval below the shortest is none that a far end may want
            Some(interval) => Terms {
                interval: interval.max(SHORTEST),
                refresher: if heard.by_client == Some(false) { Side::Them } else { Side::Us },
                mutual: true,
            },
            // rfc4028#7.2: nobody on the way knows timers, so it is for our benefit alone
            None if self.wanted.alone => Terms { interval: asked, ..Terms::NONE },
            None => Terms::NONE,
        };
        self.begin(now, terms);
    }

    /// A 422 with this Min-SE came. True: it is followed.
    pub fn raise(&mut self, least: Option<u32>) -> bool {
        let Some(least) = least.filter(|least| *least > self.least && self.raises < RAISES && self.takes_part()) else {
            return false;
        };
        self.least = least;
        self.raises += 1;
        true
    }

    /// A refresh for our benefit alone was refused by a far end that is there: no timer runs any more.
    pub fn stand_down(&mut self) {
        self.stands_down = true;
        self.begin(Instant::NEVER, Terms::NONE);
    }

    /// It runs for our benefit alone, and nothing has refused that: the session goes on.
    pub fn renew(&mut self, now: Instant) {
        self.begin(now, self.terms);
    }

    fn begin(&mut self, now: Instant, terms: Terms) {
        self.terms = terms;
        let runs = terms.interval > 0;
        self.expires = if runs { now + Duration::from_secs(terms.interval.into()) } else { Instant::NEVER };
    }

    /// The first step from its beginning on: our refresh, or the last moment.
    #[must_use]
    pub fn first_step(&self) -> Instant {
        if self.terms.refresher == Side::Them || self.terms.interval == 0 {
            return self.last_moment();
        }
        // rfc4028#7.2: at half
        self.expires - Duration::from_millis(u64::from(self.terms.interval) * 500)
    }

    /// The step after a refresh that leaves now, if that comes to nothing: half of what is left, while it is worth one.
    #[must_use]
    pub fn next_step(&self, now: Instant) -> Instant {
        let last = self.last_moment();
        let half = Duration::from_micros(last.since(now).micros() / 2);
        if half < Duration::from_secs(TRY_S) { last } else { now + half }
    }

    /// The session ends here, unless it was refreshed (rfc4028#10).
    #[must_use]
    pub fn last_moment(&self) -> Instant {
        if self.terms.interval == 0 {
            return Instant::NEVER;
        }
        self.expires - Duration::from_secs(LAST_S.min(self.terms.interval / 3).into())
    }

    fn note(&mut self, heard: &Heard) {
        self.least = self.least.max(heard.least.unwrap_or(0));
        self.updates = heard.updates.unwrap_or(self.updates);
        self.renames |= heard.renames;
    }
}

#[cfg(test)]
mod tests;
