//! Commands whose ends the application waits for. Each keeps an entry of one pool from its beginning until its end has
//! been told, so an end never gives way: not to other events, and not when the slot of its call does.

use super::event::{Event, EventKind, Op};
use super::object::Object;
use super::{AccountId, CallId, Cause, CommandError, Phone};
use crate::base::slots::Handle;

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
    /// When it ended ([`crate::base::time::Instant::stamp`]).
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

/// How it ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    pub(super) result: Cause,
    pub(super) sip_code: u16,
}

impl Phone<'_> {
    fn commands_of(&mut self, object: Object) -> Option<&mut Link> {
        match object {
            Object::Call(index) => {
                self.calls.handle_at(index).and_then(|handle| self.calls.get_mut(handle)).map(|call| &mut call.commands)
            }
            Object::Account(index) => self.lower.accounts.commands_at(index),
            _ => None,
        }
    }

    fn command(&self, link: Link) -> Option<&Command> {
        self.lower.cx.commands.get(link.index()?)
    }

    /// The last of an object's list, whatever its state.
    fn last_command(&mut self, object: Object) -> Option<Link> {
        let mut at = *self.commands_of(object)?;
        while let Some(next) = self.command(at).map(|command| command.next).filter(|next| *next != Link::NONE) {
            at = next;
        }
        Some(at).filter(|at| *at != Link::NONE)
    }

    /// The last command of an object, of this kind and without a token, still runs: another such one joins it.
    pub(super) fn joins(&mut self, object: Object, op: Op) -> bool {
        let last = self.last_command(object);
        last.and_then(|last| self.command(last))
            .is_some_and(|last| last.state == State::Running && last.op == op && last.token == 0)
    }

    /// There is room for one more.
    pub(super) fn can_begin(&self) -> bool {
        self.lower.cx.commands.iter().any(|command| command.state == State::Free)
    }

    /// A command has been taken.
    ///
    /// # Errors
    /// [`CommandError::Full`]: its end could not be kept.
    pub(super) fn begin(&mut self, object: Object, handle: Handle, op: Op, token: u64) -> Result<(), CommandError> {
        let last = self.last_command(object);
        let (index, free) = self
            .lower
            .cx
            .commands
            .iter_mut()
            .enumerate()
            .find(|(_, command)| command.state == State::Free)
            .ok_or(CommandError::Full)?;
        *free = Command { token, object: handle, op, state: State::Running, ..Command::EMPTY };
        let link = Link::to(index);
        match last.and_then(Link::index).and_then(|last| self.lower.cx.commands.get_mut(last)) {
            Some(last) => last.next = link,
            None => {
                if let Some(first) = self.commands_of(object) {
                    *first = link;
                }
            }
        }
        Ok(())
    }

    /// The oldest of an object's commands of a kind that still run have ended, at most so many. False: there was none.
    pub(super) fn end(&mut self, object: Object, op: Op, most: u32, ended: Ended) -> bool {
        let mut at = self.commands_of(object).map_or(Link::NONE, |first| *first);
        let (now, mut left) = (self.lower.cx.latest, most);
        while left > 0
            && let Some(command) = at.index().and_then(|index| self.lower.cx.commands.get_mut(index))
        {
            if command.state == State::Running && command.op == op {
                left -= 1;
                (command.state, command.at, command.result, command.sip_code) =
                    (State::Ended, now.stamp(), ended.result, ended.sip_code);
            }
            at = command.next;
        }
        if left < most {
            self.tell(object);
        }
        left < most
    }

    /// The next end that an object has to tell. Without a token a good end is not told.
    pub(super) fn poll_done(&mut self, object: Object) -> Option<Event> {
        loop {
            let (mut before, mut at) = (Link::NONE, *self.commands_of(object)?);
            while self.command(at)?.state == State::Running {
                (before, at) = (at, self.command(at)?.next);
            }
            let command = *self.command(at)?;
            match before.index().and_then(|before| self.lower.cx.commands.get_mut(before)) {
                Some(before) => before.next = command.next,
                None => *self.commands_of(object)? = command.next,
            }
            if let Some(event) = self.take_done(at, &command) {
                return Some(event);
            }
        }
    }

    /// The same of objects that gave way.
    pub(super) fn poll_orphan(&mut self) -> Option<Event> {
        loop {
            let at = self.lower.cx.orphans;
            let command = *self.command(at)?;
            self.lower.cx.orphans = command.next;
            if let Some(event) = self.take_done(at, &command) {
                return Some(event);
            }
        }
    }

    fn take_done(&mut self, at: Link, command: &Command) -> Option<Event> {
        *self.lower.cx.commands.get_mut(at.index()?)? = Command::EMPTY;
        if command.token == 0 && command.result == Cause::Normal {
            return None;
        }
        let (call, account) = match command.op {
            Op::Digits => (command.object, self.calls.get(command.object).map_or(Handle::NONE, |call| call.account)),
            Op::Register | Op::Unregister => (Handle::NONE, command.object),
        };
        let tag = self.calls.get(call).map(|call| call.tag).or_else(|| self.lower.accounts.tag(account));
        Some(Event {
            at: self.lower.cx.latest.back_to(command.at),
            account: AccountId(account),
            call: CallId(call),
            tag: tag.unwrap_or(0),
            kind: EventKind::Done {
                op: command.op,
                token: command.token,
                sip_code: command.sip_code,
                result: command.result,
            },
        })
    }

    /// An object goes: what still runs was outlived, and all ends that it has not told are told first of all.
    pub(super) fn orphan_commands(&mut self, object: Object) {
        let cancelled = Ended { result: Cause::Cancelled, sip_code: 0 };
        for op in [Op::Digits, Op::Register, Op::Unregister] {
            self.end(object, op, u32::MAX, cancelled);
        }
        let Some(first) = self.commands_of(object).map(core::mem::take) else { return };
        let mut last = self.lower.cx.orphans;
        while let Some(next) = self.command(last).map(|command| command.next).filter(|next| *next != Link::NONE) {
            last = next;
        }
        match last.index().and_then(|last| self.lower.cx.commands.get_mut(last)) {
            Some(last) => last.next = first,
            None => self.lower.cx.orphans = first,
        }
    }
}
