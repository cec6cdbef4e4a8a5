//! Commands over those who watch us, and SUBSCRIBEs that come, which join their room with the calls.

use super::arrived::Arrived;
use super::calls::Calls;
use super::calls::responses::respond_and_bury;
use super::media::Media;
use super::response::Extra;
use super::watchers::{Shown, Source};
use super::{AccountId, CallState, CommandError, Phone, WatcherId, WatcherInfo, WatcherText};
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::sip::tombstone::Responded;
use crate::wire::body::dialog_info::DialogState;
use crate::wire::body::message_summary::{CLASSES, Count};

impl Source for Calls<'_> {
    fn shown(&self, media: &Media<'_>, index: u32) -> Option<Shown> {
        let handle = self.handle_at(index)?;
        let call = self.get(handle)?;
        let (state, called) = call.shown();
        let state = match state {
            CallState::Calling => DialogState::Trying,
            CallState::Incoming | CallState::Early => DialogState::Early,
            CallState::Connected => DialogState::Confirmed,
            CallState::Ended => DialogState::Terminated,
        };
        let (account, dialog) = (call.account(), call.dialog());
        Some(Shown { account, dialog, state, called, ways: media.ways(handle), generation: handle.generation })
    }

    fn is_up(&self, account: Handle) -> bool {
        self.has_one_up(account)
    }
}

impl Phone<'_> {
    /// Decides on one that would watch us: 200 to 299 let it in, 300 to 699 refuse it, also one that was let in before.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for one that has ended, or is to be let in and was;
    /// [`CommandError::Range`] for another status.
    pub fn watcher_answer(&mut self, now: Instant, watcher: WatcherId, status: u16) -> Result<(), CommandError> {
        self.hear(now);
        self.watchers.answer(&mut self.lower, &self.calls, now, watcher.0, status)
    }

    /// Those who watch us, ended ones among them until their slots are released or needed.
    pub fn watchers(&self) -> impl Iterator<Item = WatcherId> {
        self.watchers.handles().map(WatcherId)
    }

    /// A watcher, in numbers.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn watcher_info(&self, watcher: WatcherId) -> Result<WatcherInfo, CommandError> {
        self.watchers.info(watcher.0).ok_or(CommandError::Stale)
    }

    /// A text of a watcher.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`] when there is none.
    pub fn watcher_text(
        &self,
        watcher: WatcherId,
        which: WatcherText,
        out: &mut Cursor<'_>,
    ) -> Result<(), CommandError> {
        self.watchers.write_text(&self.lower, watcher.0, which, out)
    }

    /// Sets the application's own number of a watcher.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn watcher_set_tag(&mut self, watcher: WatcherId, tag: u64) -> Result<(), CommandError> {
        if self.watchers.set_tag(watcher.0, tag) { Ok(()) } else { Err(CommandError::Stale) }
    }

    /// Gives the slot of a watcher back that has ended, at once or as soon as its far end has been told; it is given back by
    /// itself, too, when it is needed.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for one that has not ended.
    pub fn watcher_release(&mut self, watcher: WatcherId) -> Result<(), CommandError> {
        self.watchers.release(&mut self.lower, watcher.0)
    }

    /// Counts the messages of a class (from 1, voice, on) in the mailbox that an account is for others (RFC 3842): those who
    /// watch it are told. `None`: it is empty. No account: the mailbox of direct watchers. Until it is counted there is no
    /// such mailbox (404).
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Range`] for a class that there is not; [`CommandError::Unsupported`] of a
    /// phone that nobody can watch.
    pub fn mailbox_set(
        &mut self,
        now: Instant,
        account: AccountId,
        count: Option<(u32, Count)>,
    ) -> Result<(), CommandError> {
        self.hear(now);
        if !account.is_none() && !self.lower.accounts.stays(account.0) {
            return Err(CommandError::Stale);
        }
        let class = |class: u32| (class as usize).checked_sub(1).filter(|class| *class < CLASSES.len());
        let count = match count {
            Some((number, count)) => Some((class(number).ok_or(CommandError::Range)?, count)),
            None => None,
        };
        let set = self.watchers.set_mailbox(&mut self.lower.cx, account.0, count);
        if set { Ok(()) } else { Err(CommandError::Unsupported) }
    }

    /// A SUBSCRIBE came.
    pub(super) fn subscribe_arrived(&mut self, now: Instant, arrived: &Arrived<'_, '_>) {
        if let Err((status, retry_after)) = self.watchers.subscribed(&mut self.lower, &self.calls, now, arrived) {
            respond_and_bury(&mut self.lower, now, arrived, status, Extra { retry_after, ..Extra::default() });
            // a refresh that is not allowed any more has ended its subscription
            let handle = self.lower.dialogs.watcher_of(arrived.dialog);
            self.watchers.due(&mut self.lower, &self.calls, now, handle.index);
        }
    }

    /// rfc3261#17.2.2: a SUBSCRIBE is repeated.
    pub(super) fn subscribe_again(&mut self, arrived: &Arrived<'_, '_>, responded: Responded) {
        let now = self.lower.cx.latest;
        self.watchers.subscribed_again(&mut self.lower, now, arrived, responded);
    }
}
