//! Commands over the presence of an account's own party, and what its publication has to know of.

#[cfg(feature = "publish")]
use super::accounts::Registered;
use super::context::done::Ended;
use super::event::Op;
#[cfg(feature = "publish")]
use super::publications::{Facts, Publications};
use super::{AccountId, CommandError, Phone, Presence, PublicationInfo};
#[cfg(feature = "publish")]
use super::{CallId, Cause, Event};
use crate::base::cursor::Cursor;
#[cfg(feature = "publish")]
use crate::base::slots::Handle;
use crate::base::time::Instant;
#[cfg(feature = "publish")]
use crate::wire::sip::Message;

impl Phone<'_> {
    /// Sets the presence of an account's party, and publishes it (RFC 3903) for so many seconds (0: 3600; 10 to 86,400),
    /// refreshed until it is taken back (`None`). An account that was given none has [`Presence::USUAL`], which is
    /// published where the account does so by itself ([`super::AccountConfig::publish`]). While the account's
    /// registration is not there, it waits for that. With a token [`super::EventKind::Done`] has the result of the first
    /// try; [`super::EventKind::Publication`] tells what becomes of it. Without the feature `publish` it is told to those
    /// who watch, and that is all.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Text`] for a note that is too long or has control characters, or a
    /// document that would not fit a message; [`CommandError::Full`] when there is no slot for its publication, or the end
    /// of one more command could not be kept; [`CommandError::State`] when the phone is closing. Nothing changes then.
    pub fn publish(
        &mut self,
        now: Instant,
        account: AccountId,
        presence: Option<&Presence<'_>>,
        (seconds, token): (u32, u64),
    ) -> Result<(), CommandError> {
        self.hear(now);
        if self.lower.cx.closing {
            return Err(CommandError::State);
        }
        #[cfg(feature = "publish")]
        self.set_and_publish(now, account.0, presence, (seconds, token))?;
        #[cfg(not(feature = "publish"))]
        {
            let _ = seconds;
            if token != 0 && !self.lower.cx.can_begin() {
                return Err(CommandError::Full);
            }
            self.lower.accounts.set_presence(account.0, presence)?;
            if token != 0 {
                self.lower.accounts.begin(&mut self.lower.cx, account.0, Op::Publish, token)?;
                self.lower.accounts.end_publishing(&mut self.lower.cx, account.0, u32::MAX, Ended::DONE);
            }
        }
        self.presence_changed(account);
        Ok(())
    }

    /// The same for those alone who watch this phone itself: nothing is published that was not before.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Text`] for a note that is too long or has control characters: nothing
    /// changes then.
    pub fn set_presence(
        &mut self,
        now: Instant,
        account: AccountId,
        presence: Option<&Presence<'_>>,
    ) -> Result<(), CommandError> {
        self.hear(now);
        self.lower.accounts.set_presence(account.0, presence)?;
        #[cfg(feature = "publish")]
        self.settle_publication(now, account.0);
        self.presence_changed(account);
        Ok(())
    }

    /// Those who watch this phone are told of the presence of an account.
    pub(super) fn presence_changed(&mut self, account: AccountId) {
        #[cfg(feature = "notify")]
        self.watchers.changed(&mut self.lower.cx, account.0, super::Package::Presence);
        #[cfg(not(feature = "notify"))]
        let _ = (self, account);
    }

    /// The presence of an account's party, as the application gave it; [`Presence::USUAL`] where it gave none.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn presence(&self, account: AccountId) -> Result<Presence<'_>, CommandError> {
        self.lower.accounts.presence(account.0).ok_or(CommandError::Stale)
    }

    /// Writes the presence of an account's party as it is told at this moment, as a document (RFC 3863).
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn write_presence(&self, account: AccountId, out: &mut Cursor<'_>) -> Result<(), CommandError> {
        let up = self.calls.has_one_up(account.0);
        if self.lower.accounts.write_presence(&self.lower.cx, account.0, (up, true), out) {
            Ok(())
        } else {
            Err(CommandError::Stale)
        }
    }
}

#[cfg(feature = "publish")]
impl Phone<'_> {
    fn set_and_publish(
        &mut self,
        now: Instant,
        account: Handle,
        presence: Option<&Presence<'_>>,
        (seconds, token): (u32, u64),
    ) -> Result<(), CommandError> {
        let accounts = &mut self.lower.accounts;
        if !accounts.stays(account) {
            return Err(CommandError::Stale);
        }
        let there = accounts.publication(account).is_some();
        let wanted = presence.is_some() || there && accounts.publishes_by_itself(account);
        if !there && presence.is_some() && !self.publications.has_room() {
            return Err(CommandError::Full);
        }
        if presence.is_some_and(|presence| !accounts.takes_presence(presence)) {
            return Err(CommandError::Text);
        }
        if let Some(presence) = presence {
            Publications::check(&self.lower, account, presence)?;
        }
        let before = self.lower.accounts.publishing(&self.lower.cx, account);
        if token != 0 {
            self.lower.accounts.begin(&mut self.lower.cx, account, Op::Publish, token)?;
        }
        if !wanted {
            self.publications.cancel(&mut self.lower, account, before);
        }
        self.lower.accounts.set_presence(account, presence)?;
        self.lower.accounts.set_published(account, presence.is_some());
        if wanted {
            self.publications.want(&mut self.lower, now, account, seconds)?;
            // no other failure may follow, after a wrong password say: who waits has its end at once
            if let Some(failure) = self.lower.accounts.registration_failure(account) {
                self.publications.registration_failed(&mut self.lower, now, account, failure);
            }
        } else if !there {
            // nothing is to be taken back
            self.lower.accounts.end_publishing(&mut self.lower.cx, account, u32::MAX, Ended::DONE);
        }
        self.settle_publication(now, account);
        Ok(())
    }

    /// The publication of an account's presence, in numbers.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`]: there is none.
    pub fn publication(&self, account: AccountId) -> Result<PublicationInfo, CommandError> {
        let accounts = &self.lower.accounts;
        if !accounts.stays(account.0) {
            return Err(CommandError::Stale);
        }
        let info = accounts.publication(account.0).and_then(|publication| self.publications.info(publication));
        info.ok_or(CommandError::Nothing)
    }

    /// The reason phrase of the refusal of an account's last PUBLISH.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`]: there is none.
    pub fn publication_reason(&self, account: AccountId, out: &mut Cursor<'_>) -> Result<(), CommandError> {
        let accounts = &self.lower.accounts;
        if !accounts.stays(account.0) {
            return Err(CommandError::Stale);
        }
        let reason = accounts.publication(account.0).map_or(&[][..], |handle| self.publications.reason(handle));
        out.put(reason);
        if reason.is_empty() { Err(CommandError::Nothing) } else { Ok(()) }
    }

    /// Something that an account's publication follows may have changed.
    pub(super) fn settle_publication(&mut self, now: Instant, account: Handle) {
        let wanted = self.lower.accounts.wants_published(account) && !self.lower.cx.closing;
        if wanted || self.lower.accounts.publication(account).is_some() {
            let facts = Facts { wanted, up: self.calls.has_one_up(account), calls: !self.calls.are_full() };
            self.publications.settle(&mut self.lower, now, account, facts);
        }
    }

    /// A deadline of a publication has passed, or a call of its account went up or down.
    pub(super) fn publication_due(&mut self, now: Instant, index: u32) {
        if let Some(account) = self.publications.account_at(index) {
            self.settle_publication(now, account);
            self.calls.leave(&mut self.lower, account);
        }
    }

    /// PUBLISH has a response.
    pub(super) fn publish_response(
        &mut self,
        now: Instant,
        of: (Handle, Handle),
        (response, status): (&Message<'_>, u16),
    ) {
        let account = self.publications.response(&mut self.lower, now, of, (response, status));
        self.publish_is_over(now, account);
    }

    /// PUBLISH came to nothing.
    pub(super) fn publish_failed(&mut self, now: Instant, request: Handle, cause: Cause) {
        let account = self.publications.request_failed(&mut self.lower, now, request, cause);
        self.publish_is_over(now, account);
    }

    fn publish_is_over(&mut self, now: Instant, account: Option<Handle>) {
        if let Some(account) = account {
            self.settle_publication(now, account);
            self.calls.leave(&mut self.lower, account);
        }
    }

    /// The registration of an account has come, gone or failed.
    pub(super) fn registration_changed(&mut self, now: Instant, account: Handle, outcome: Registered) {
        if let Registered::Failed { cause, sip_code, .. } = outcome {
            self.publications.registration_failed(&mut self.lower, now, account, (cause, sip_code));
        }
        self.settle_publication(now, account);
    }

    /// The host has other addresses.
    pub(super) fn move_publications(&mut self, now: Instant) {
        for index in 0..self.lower.accounts.capacity() {
            let Some(account) = self.lower.accounts.handle_at(index) else { continue };
            self.publications.moved(&mut self.lower, now, account);
            self.settle_publication(now, account);
        }
    }

    /// The phone closes: what was published is taken back.
    pub(super) fn leave_publications(&mut self, now: Instant) {
        for index in 0..self.lower.accounts.capacity() {
            if let Some(account) = self.lower.accounts.handle_at(index) {
                self.settle_publication(now, account);
            }
        }
    }

    /// The next event of a publication.
    pub(super) fn publication_event(&mut self, index: u32) -> Option<Event> {
        let (at, account, kind) = self.publications.poll_event(&mut self.lower.cx, index)?;
        let tag = self.lower.accounts.tag(account).unwrap_or(0);
        Some(Event { at, account: AccountId(account), call: CallId::NONE, tag, kind })
    }
}

/// Nothing is published.
#[cfg(not(feature = "publish"))]
impl Phone<'_> {
    /// With the feature `publish`.
    ///
    /// # Errors
    /// [`CommandError::Nothing`].
    pub const fn publication(&self, _: AccountId) -> Result<PublicationInfo, CommandError> {
        Err(CommandError::Nothing)
    }

    /// With the feature `publish`.
    ///
    /// # Errors
    /// [`CommandError::Nothing`].
    pub const fn publication_reason(&self, _: AccountId, _: &mut Cursor<'_>) -> Result<(), CommandError> {
        Err(CommandError::Nothing)
    }
}
