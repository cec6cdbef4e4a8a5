//! Several calls: their numbers, the chosen one, the conference of those that were joined by a key, and their list.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{App, Job, Press, Room};
use crate::list::{self, Row};
use crate::output::Output;
use crate::phone::{Failure, Id};
use crate::talk::Talk;
use crate::terminal;
use crate::verb::{KEYS, KEYS_RINGING, Verb, keys_of_several};

/// The interval at which what stands on the terminal is drawn anew.
const SCREEN: Duration = Duration::from_millis(200);
/// Lines of a terminal whose height is not known.
const LINES: usize = 24;

/// The state of what concerns more than one call.
#[derive(Default)]
pub(crate) struct Several<'a> {
    /// There may be more than one.
    pub(crate) on: bool,
    /// The last target is called again by a key.
    pub(super) redials: bool,
    /// Keys go to this call, if it is there.
    chosen: Option<Id>,
    /// The conference that all calls join.
    pub(crate) room: Option<Room<'a>>,
    /// That of the key, where there is no such.
    conference: Option<Id>,
    /// The time at which the terminal is drawn.
    pub(super) draw_at: Option<Instant>,
    /// The keys for several calls have been told.
    pub(super) told: bool,
}

impl Several<'_> {
    pub(super) fn new(on: bool, redials: bool) -> Self {
        Self { on, redials, ..Self::default() }
    }
}

impl<'a> App<'a> {
    /// The number of a call that comes: the least that is free.
    pub(super) fn free_number(&self) -> u32 {
        let taken: BTreeSet<u32> = self.calls.values().map(Talk::number).collect();
        (1..).find(|number| !taken.contains(number)).unwrap_or_default()
    }

    /// The beginning of a line about the call that comes next.
    pub(crate) fn label(&self) -> String {
        if self.several.on { format!("{}: ", self.free_number()) } else { String::new() }
    }

    /// The call that keys go to: the last one, until another is chosen.
    fn chosen(&self) -> Option<Id> {
        let last = || self.calls.values().max_by_key(|call| call.number()).map(Talk::call);
        self.several.chosen.filter(|call| self.calls.contains_key(call)).or_else(last)
    }

    /// A command by a key.
    pub(super) fn key(&mut self, verb: Verb, job: &mut dyn Job<'a>) {
        let press = core::mem::take(&mut self.press);
        if let Press::Held(call) = press {
            self.phone.digit_stop(call);
        }
        let up = self.chosen().and_then(|call| self.calls.get(&call)).filter(|call| call.is_up());
        match (verb, up) {
            (Verb::Redial, _) => job.redial(self),
            (Verb::Press, Some(_)) if !matches!(press, Press::Held(_)) => self.press = Press::Next,
            (Verb::Digit(digit), Some(call)) if press == Press::Next => {
                self.press = if call.hold_digit(digit) { Press::Held(call.call()) } else { Press::No };
            }
            _ => self.command(verb),
        }
    }

    /// A command from any source.
    fn command(&mut self, verb: Verb) {
        let chosen = self.chosen();
        match verb {
            Verb::Next => self.choose(1),
            Verb::Previous => self.choose(-1),
            Verb::Join => self.join(),
            Verb::Transfer => self.transfer(),
            Verb::List => self.list(),
            Verb::Help => self.help(),
            _ => {
                // one that rings is answered though another one is chosen
                let rings = matches!(verb, Verb::Answer | Verb::Reject);
                let ringing = self.calls.values().filter(|call| rings && call.rings_here());
                let first = ringing.min_by_key(|call| (Some(call.call()) != chosen, call.number())).map(Talk::call);
                if let Some(call) = first.or(chosen).and_then(|call| self.calls.get_mut(&call)) {
                    call.command(verb);
                }
            }
        }
        if self.several.draw_at.is_some() {
            self.several.draw_at = Some(Instant::now());
        }
    }

    /// The keys, those of a call that rings before the others.
    fn help(&self) {
        if self.calls.values().any(Talk::rings_here) {
            self.output.line(KEYS_RINGING);
        }
        self.output.line(KEYS);
        if self.several.on {
            self.output.line(keys_of_several(self.several.redials));
        }
    }

    fn choose(&mut self, step: isize) {
        let mut numbers: Vec<(u32, Id)> = self.calls.values().map(|call| (call.number(), call.call())).collect();
        numbers.sort_unstable();
        let chosen = self.chosen();
        let Some(at) = numbers.iter().position(|(_, call)| Some(*call) == chosen) else { return };
        let next = (at as isize + step).rem_euclid(numbers.len() as isize);
        if let Some((number, call)) = usize::try_from(next).ok().and_then(|next| numbers.get(next)) {
            self.several.chosen = Some(*call);
            self.output.say("chosen", || json!({ "call": call, "number": number }), &format!("{number}: chosen"));
        }
    }

    /// The far end of the chosen call is to call whom --transfer-to names; else that of the other call, if there is one.
    fn transfer(&mut self) {
        let Some(chosen) = self.chosen() else { return };
        let others = self.calls.values().filter(|call| call.is_up() && call.call() != chosen);
        let others: Vec<Id> = others.map(Talk::call).collect();
        let Some(call) = self.calls.get_mut(&chosen) else { return };
        match (call.transfers_to(), others.as_slice()) {
            (Some(_), _) => call.command(Verb::Transfer),
            (None, [other]) if call.is_up() => call.bring_together(*other),
            (None, _) => {
                self.output.line("transfer to whom? give --transfer-to sip:user@domain, or have one other call")
            }
        }
    }

    /// The chosen call joins the conference, and the person at this end with it; or it leaves.
    fn join(&mut self) {
        let Some((call, number)) =
            self.chosen().and_then(|call| self.calls.get(&call).map(|talk| (call, talk.number())))
        else {
            return;
        };
        let joins = self.phone.conference_of(call) == 0;
        let done = if joins { self.join_conference(call) } else { self.leave_conference(call) };
        let text = match (&done, joins) {
            (Err(failure), _) => failure.text.clone(),
            (Ok(()), true) => "joined the conference".to_owned(),
            (Ok(()), false) => "left the conference".to_owned(),
        };
        let fields = || json!({ "call": call, "number": number, "joined": joins == done.is_ok() });
        self.output.say("conference", fields, &format!("{number}: {text}"));
    }

    fn conference(&self) -> Option<Id> {
        self.several.room.as_ref().map(|room| room.conference).or(self.several.conference)
    }

    fn join_conference(&mut self, call: Id) -> Result<(), Failure> {
        let conference = match self.conference() {
            Some(conference) => conference,
            None => self.phone.conference()?,
        };
        self.several.conference = Some(conference);
        self.phone.join_oneself(conference)?;
        self.phone.join(conference, call)
    }

    /// With the last call the person leaves, too, and is heard by the calls outside.
    fn leave_conference(&self, call: Id) -> Result<(), Failure> {
        let Some(conference) = self.conference() else { return Ok(()) };
        self.phone.part(conference, call)?;
        if self.calls.keys().all(|other| self.phone.conference_of(*other) == 0) {
            self.phone.part_oneself(conference)?;
        }
        Ok(())
    }

    /// The calls by their numbers.
    fn rows(&self) -> Vec<Row> {
        let (now, chosen) = (Instant::now(), self.chosen());
        let mut rows: Vec<Row> = self.calls.values().map(|call| call.row(now, chosen == Some(call.call()))).collect();
        rows.sort_by_key(|row| row.number);
        rows
    }

    /// Prints the list, wherever output goes.
    fn list(&self) {
        let rows = self.rows();
        let text = if rows.is_empty() { "no calls".to_owned() } else { list::lines(&rows, usize::MAX) };
        let fields = || json!({ "calls": rows.iter().map(Row::json).collect::<Vec<Value>>() });
        self.output.say("calls", fields, &text);
    }

    /// The end of a terminal: the levels of a sole call, or the list of several with those of the chosen
    /// one.
    pub(super) fn draw(&mut self, now: Instant) {
        let output: &Output = self.output;
        if !output.in_place() || self.calls.is_empty() {
            self.several.draw_at = None;
            return;
        }
        if self.several.draw_at.is_some_and(|at| at > now) {
            return;
        }
        self.several.draw_at = Some(now + SCREEN);
        let levels = self.chosen().and_then(|call| self.calls.get(&call)?.meter(now));
        let room = terminal::height().unwrap_or(LINES).saturating_sub(2);
        let list = self.several.on.then(|| list::lines(&self.rows(), room));
        let text: Vec<String> = list.into_iter().chain(levels).collect();
        if !text.is_empty() {
            output.progress(&text.join("\n"));
        }
    }
}
