//! Conferences: each member hears all others.

use super::{CallId, CommandError, ConferenceId, Event, EventKind, Member, MemberChange, MemberInfo, Phone};
use crate::base::features;
use crate::base::time::Instant;
use crate::media::gain::MAX_PERCENT;

impl Phone<'_> {
    /// Makes an empty conference. `tag`: the application's own number.
    ///
    /// # Errors
    /// [`CommandError::Full`]; [`CommandError::Unsupported`] without the feature `conference`, or where the capacity has
    /// none.
    pub fn conference_create(&mut self, tag: u64) -> Result<ConferenceId, CommandError> {
        if !features::CONFERENCE || !self.lower.media.can_confer() {
            return Err(CommandError::Unsupported);
        }
        self.lower.media.conference_create(tag).map(ConferenceId).ok_or(CommandError::Full)
    }

    /// Dissolves a conference: its calls go on alone, each with its source.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn conference_release(&mut self, now: Instant, conference: ConferenceId) -> Result<(), CommandError> {
        self.conference(conference)?;
        self.hear(now);
        self.lower.media.conference_release(&mut self.lower.cx, conference.0);
        Ok(())
    }

    /// Ends all calls of a conference, which stays.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn conference_hangup(&mut self, now: Instant, conference: ConferenceId) -> Result<(), CommandError> {
        self.conference(conference)?;
        loop {
            let next = self.conference_members(conference).find_map(Member::call);
            let Some(call) = next else { return Ok(()) };
            let _ = self.hangup(now, call);
            // one that cannot be hung up leaves all the same, so this ends
            self.lower.media.leave(&mut self.lower.cx, call.0.index);
        }
    }

    /// The conferences.
    pub fn conferences(&self) -> impl Iterator<Item = ConferenceId> {
        self.lower.media.conferences().map(ConferenceId)
    }

    /// The members of a conference; none, if it is not there.
    pub fn conference_members(&self, conference: ConferenceId) -> impl Iterator<Item = Member> {
        self.lower.media.members(conference.0)
    }

    /// The application's own number of a conference.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn conference_tag(&self, conference: ConferenceId) -> Result<u64, CommandError> {
        self.conference(conference)?;
        Ok(self.lower.media.conference_tag(conference.0))
    }

    /// Sets the application's own number of a conference.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn conference_set_tag(&mut self, conference: ConferenceId, tag: u64) -> Result<(), CommandError> {
        self.conference(conference)?;
        self.lower.media.conference_set_tag(conference.0, tag);
        Ok(())
    }

    /// Lets a call or the person join, or changes a member's part. It leaves with its end, or for another conference.
    /// From its next quantum on it hears all others, and they it: its own source is laid over what it hears, but for the
    /// device's, for the person is a member of his own, and an echo, for nobody hears himself.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for a call that has ended; [`CommandError::Range`] above 400
    /// percent.
    pub fn conference_member_set(
        &mut self,
        now: Instant,
        conference: ConferenceId,
        member: Member,
        change: &MemberChange,
    ) -> Result<(), CommandError> {
        self.conference(conference)?;
        if let Member::Call(call) = member
            && self.call(call)?.is_over()
        {
            return Err(CommandError::State);
        }
        if change.gain_percent.is_some_and(|percent| percent > MAX_PERCENT) {
            return Err(CommandError::Range);
        }
        self.hear(now);
        self.lower.media.join(&mut self.lower.cx, conference.0, member);
        self.lower.media.member_change(member, change);
        Ok(())
    }

    /// A member leaves: its call goes on alone, with its source.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`] when it is not in this conference.
    pub fn conference_member_remove(
        &mut self,
        now: Instant,
        conference: ConferenceId,
        member: Member,
    ) -> Result<(), CommandError> {
        self.member(conference, member)?;
        self.hear(now);
        self.lower.media.remove(&mut self.lower.cx, member);
        Ok(())
    }

    /// A member's part.
    ///
    /// # Errors
    /// As for [`Phone::conference_member_remove`].
    pub fn conference_member(&self, conference: ConferenceId, member: Member) -> Result<MemberInfo, CommandError> {
        self.member(conference, member)?;
        self.lower.media.member_info(member).ok_or(CommandError::Stale)
    }

    /// It is there. Without conferences none is, and no code behind it.
    pub(super) fn conference(&self, conference: ConferenceId) -> Result<(), CommandError> {
        if features::CONFERENCE && self.lower.media.has_conference(conference.0) {
            Ok(())
        } else {
            Err(CommandError::Stale)
        }
    }

    fn member(&self, conference: ConferenceId, member: Member) -> Result<(), CommandError> {
        self.conference(conference)?;
        if let Member::Call(call) = member {
            self.call(call)?;
        }
        if self.lower.media.conference_of(member) == conference.0 { Ok(()) } else { Err(CommandError::Nothing) }
    }

    /// A call left a conference: told before its end.
    pub(super) fn left_event(&mut self, call: CallId) -> Option<Event> {
        let (at, conference) = self.lower.media.poll_left(call.0.index)?;
        Some(self.member_event(at, conference, Member::Call(call), false))
    }

    /// A call joined a conference: told behind what it was before.
    pub(super) fn joined_event(&mut self, call: CallId) -> Option<Event> {
        let (at, conference) = self.lower.media.poll_joined(call.0.index)?;
        Some(self.member_event(at, conference, Member::Call(call), true))
    }

    fn member_event(&self, at: Instant, conference: ConferenceId, member: Member, joined: bool) -> Event {
        self.about(at, conference, EventKind::Member { conference, member, joined })
    }

    fn about(&self, at: Instant, conference: ConferenceId, kind: EventKind) -> Event {
        let tag = self.lower.media.conference_tag(conference.0);
        Event { at, account: super::AccountId::NONE, call: CallId::NONE, tag, kind }
    }

    /// The next event of a conference: the person came or went, or another member talks.
    pub(super) fn conference_event(&mut self, index: u32) -> Option<Event> {
        if let Some(seat) = self.lower.media.person_of(index) {
            if let Some((at, conference)) = self.lower.media.poll_left(seat) {
                return Some(self.member_event(at, conference, Member::Person, false));
            }
            if let Some((at, conference)) = self.lower.media.poll_joined(seat) {
                return Some(self.member_event(at, conference, Member::Person, true));
            }
        }
        #[cfg(feature = "tones")]
        if let Some((done, _, tag)) = self.lower.media.poll_toned(&mut self.lower.cx, index) {
            return Some(done.event(
                self.lower.cx.latest,
                (super::AccountId::NONE, CallId::NONE, super::EndedBy::Nobody),
                tag,
            ));
        }
        let (at, conference, talker) = self.lower.media.poll_talker(index)?;
        Some(self.about(at, conference, EventKind::Talker { conference, talker }))
    }
}
