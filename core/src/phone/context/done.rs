//! Commands whose ends the application waits for. Each keeps an entry of one pool from its beginning until its end has
//! been fetched, so an end never gives way: not to other events, and not when the slot of its call does.

use super::Context;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::command::CommandError;
use crate::phone::event::{Cause, EndedBy, Event, EventKind, Op};
use crate::phone::id::{AccountId, CallId, ConferenceId};

/// The number of an entry + 1; 0: none.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Link(u32);

impl Link {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) const fn is_none(self) -> bool {
        self.0 == 0
    }

    const fn to(index: usize) -> Self {
        Self(index as u32 + 1)
    }

    const fn index(self) -> Option<usize> {
        (self.0 as usize).checked_sub(1)
    }
}

/// A command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Command {
    token: u64,
    /// The time of its end ([`crate::base::time::Instant::stamp`]).
    at: u32,
    /// The call or account, by its kind of command.
    object: Handle,
    result: Cause,
    /// The next of the same list: an object's, in the order of their beginnings, or that of objects which gave way.
    next: Link,
    sip_code: u16,
    state: State,
    op: Op,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Free,
    Running,
    Ended,
}

impl Command {
    pub(crate) const EMPTY: Self = Self {
        token: 0,
        at: 0,
        object: Handle::NONE,
        result: Cause::Normal,
        next: Link::NONE,
        sip_code: 0,
        state: State::Free,
        op: Op::Digits,
    };
}

/// The result of its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::phone) struct Ended {
    pub(in crate::phone) result: Cause,
    pub(in crate::phone) sip_code: u16,
}

impl Ended {
    /// It did what it was to do.
    pub(in crate::phone) const DONE: Self = Self { result: Cause::Normal, sip_code: 0 };
}

impl Command {
    const fn is_running(&self) -> bool {
        matches!(self.state, State::Running)
    }

    /// The object that it was about.
    pub(in crate::phone) const fn object(&self) -> Handle {
        self.object
    }

    pub(in crate::phone) const fn op(&self) -> Op {
        self.op
    }

    /// The conference that it was about, if it was about one.
    pub(in crate::phone) const fn conference(&self) -> Handle {
        #[cfg(feature = "tones")]
        if matches!(self.op, Op::ConferenceTone) {
            return self.object;
        }
        Handle::NONE
    }

    /// The event of its end. `over`: who ended its call, where that is over; else the application has overtaken a command
    /// that was cancelled.
    pub(in crate::phone) fn event(
        &self,
        latest: Instant,
        (account, call, over): (AccountId, CallId, EndedBy),
        tag: u64,
    ) -> Event {
        let ended_by = match (self.result, over) {
            (Cause::Cancelled, EndedBy::Nobody) => EndedBy::Application,
            (Cause::Cancelled, over) => over,
            _ => EndedBy::of_failure(self.result, self.sip_code),
        };
        let kind = EventKind::Done {
            op: self.op,
            token: self.token,
            sip_code: self.sip_code,
            result: self.result,
            ended_by,
            conference: ConferenceId(self.conference()),
        };
        Event { at: latest.back_to(self.at), account, call, tag, kind }
    }
}

/// An object's commands are a list, whose first it keeps.
impl Context<'_> {
    fn command(&self, link: Link) -> Option<&Command> {
        self.commands.get(link.index()?)
    }

    /// The last of a list, whatever its state.
    fn last_command(&self, first: Link) -> Option<Link> {
        let mut at = first;
        while let Some(next) = self.command(at).map(|command| command.next).filter(|next| !next.is_none()) {
            at = next;
        }
        Some(at).filter(|at| !at.is_none())
    }

    /// The last command of an object, of this kind and without a token, still runs: another such one joins it.
    pub(in crate::phone) fn joins(&self, first: Link, op: Op) -> bool {
        let last = self.last_command(first).and_then(|last| self.command(last));
        last.is_some_and(|last| last.is_running() && last.op == op && last.token == 0)
    }

    /// The number of an object's commands of a kind that still run.
    #[cfg(any(feature = "reoffer", feature = "publish"))]
    pub(in crate::phone) fn running(&self, first: Link, op: Op) -> u32 {
        let (mut at, mut count) = (first, 0);
        while let Some(command) = self.command(at) {
            count += u32::from(command.is_running() && command.op == op);
            at = command.next;
        }
        count
    }

    /// There is room for one more.
    pub(in crate::phone) fn can_begin(&self) -> bool {
        self.commands.iter().any(|command| command.state == State::Free)
    }

    /// A command has been taken.
    ///
    /// # Errors
    /// [`CommandError::Full`]: its end could not be kept.
    pub(in crate::phone) fn begin(
        &mut self,
        first: &mut Link,
        object: Handle,
        op: Op,
        token: u64,
    ) -> Result<(), CommandError> {
        let last = self.last_command(*first);
        let mut all = self.commands.iter_mut().enumerate();
        let (index, free) = all.find(|(_, command)| command.state == State::Free).ok_or(CommandError::Full)?;
        *free = Command { token, object, op, state: State::Running, ..Command::EMPTY };
        match last.and_then(Link::index).and_then(|last| self.commands.get_mut(last)) {
            Some(last) => last.next = Link::to(index),
            None => *first = Link::to(index),
        }
        Ok(())
    }

    /// The oldest of an object's commands of a kind that still run have ended, at most so many. True: that is to have
    /// an event.
    pub(in crate::phone) fn end(&mut self, first: Link, op: Op, most: u32, ended: Ended) -> bool {
        self.end_behind(first, op, 0, most, ended)
    }

    /// The same, but for so many of the oldest.
    pub(in crate::phone) fn end_behind(&mut self, first: Link, op: Op, skip: u32, most: u32, ended: Ended) -> bool {
        let (now, mut at, mut left, mut skip) = (self.latest.stamp(), first, most, skip);
        while left > 0
            && let Some(command) = at.index().and_then(|index| self.commands.get_mut(index))
        {
            if command.is_running() && command.op == op && skip > 0 {
                skip -= 1;
            } else if command.is_running() && command.op == op {
                left -= 1;
                (command.state, command.at, command.result, command.sip_code) =
                    (State::Ended, now, ended.result, ended.sip_code);
            }
            at = command.next;
        }
        left < most
    }

    /// The next command of an object whose end needs its event.
    pub(in crate::phone) fn poll_done(&mut self, first: &mut Link) -> Option<Command> {
        loop {
            let (mut before, mut at) = (Link::NONE, *first);
            while self.command(at)?.is_running() {
                (before, at) = (at, self.command(at)?.next);
            }
            let next = self.command(at)?.next;
            match before.index().and_then(|before| self.commands.get_mut(before)) {
                Some(before) => before.next = next,
                None => *first = next,
            }
            let told = self.take_command(at);
            if told.is_some() {
                return told;
            }
        }
    }

    /// The same of objects that are gone.
    pub(in crate::phone) fn poll_orphan(&mut self) -> Option<Command> {
        loop {
            let at = self.orphans;
            self.orphans = self.command(at)?.next;
            let told = self.take_command(at);
            if told.is_some() {
                return told;
            }
        }
    }

    /// A command's entry is free. Without a token a success has no event.
    fn take_command(&mut self, at: Link) -> Option<Command> {
        let command = core::mem::replace(self.commands.get_mut(at.index()?)?, Command::EMPTY);
        (command.token != 0 || command.result != Cause::Normal).then_some(command)
    }

    /// An object goes: its running commands are outlived by their object, and all ends that were not fetched come first
    /// of all.
    pub(in crate::phone) fn orphan_commands(&mut self, first: Link) {
        let cancelled = Ended { result: Cause::Cancelled, sip_code: 0 };
        for op in [Op::Digits, Op::Hold, Op::Reoffer, Op::Register, Op::Unregister] {
            self.end(first, op, u32::MAX, cancelled);
        }
        #[cfg(feature = "tones")]
        for op in [Op::Tone, Op::ConferenceTone] {
            self.end(first, op, u32::MAX, cancelled);
        }
        #[cfg(feature = "identity")]
        self.end(first, Op::Identify, u32::MAX, cancelled);
        #[cfg(feature = "refer")]
        self.end(first, Op::Transfer, u32::MAX, cancelled);
        #[cfg(any(feature = "publish", feature = "notify"))]
        self.end(first, Op::Publish, u32::MAX, cancelled);
        match self.last_command(self.orphans).and_then(Link::index).and_then(|last| self.commands.get_mut(last)) {
            Some(last) => last.next = first,
            None => self.orphans = first,
        }
    }
}
