//! The presence of an account's own party: given by the application, kept here alone, and written for a PUBLISH or a
//! NOTIFY at the time at which that leaves.

use super::Accounts;
use crate::base::cursor::Cursor;
use crate::base::limits::PRESENCE_NOTE;
use crate::base::slots::Handle;
use crate::base::table::Hasher;
#[cfg(feature = "publish")]
use crate::base::time::Instant;
use crate::phone::context::Context;
use crate::phone::context::done::Ended;
use crate::phone::event::Op;
use crate::phone::header_lines::has_controls;
use crate::phone::object::Object;
#[cfg(feature = "publish")]
use crate::phone::{AccountState, Cause};
use crate::phone::{CommandError, Presence};
use crate::wire::body::pidf::{Activity, Own};

/// The presence of an account, but for its note, which stands in a block beside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// The application has given one that is to be published.
    #[cfg(feature = "publish")]
    given: bool,
    /// Without one, the usual one is published all the same, with the calls of the account.
    #[cfg(feature = "publish")]
    pub(super) by_itself: bool,
    open: bool,
    on_phone: bool,
    activity: Activity,
    /// Bytes of its note.
    note: u8,
}

impl Kept {
    pub(super) const USUAL: Self = {
        let Presence { open, activity, on_phone, note: _ } = Presence::USUAL;
        Self {
            #[cfg(feature = "publish")]
            given: false,
            #[cfg(feature = "publish")]
            by_itself: false,
            open,
            on_phone,
            activity,
            note: 0,
        }
    };
}

impl Accounts<'_> {
    /// Takes the presence of an account's party; `None` takes it back.
    ///
    /// # Errors
    /// As [`crate::phone::Phone::set_presence`].
    pub(in crate::phone) fn set_presence(
        &mut self,
        handle: Handle,
        presence: Option<&Presence<'_>>,
    ) -> Result<(), CommandError> {
        let account = self.slots.get_mut(handle).filter(|account| !account.leaving).ok_or(CommandError::Stale)?;
        let Presence { open, activity, on_phone, note } = presence.copied().unwrap_or_default();
        let block = self.notes.get_mut(handle.index);
        let room = block.get_mut(..note.len()).filter(|_| !has_controls(note)).ok_or(CommandError::Text)?;
        room.copy_from_slice(note.as_bytes());
        let kept = &mut account.presence;
        (kept.open, kept.on_phone, kept.activity, kept.note) = (open, on_phone, activity, note.len() as u8);
        Ok(())
    }

    /// Bytes for the note of each.
    pub(in crate::phone) const fn note_room(&self) -> usize {
        self.notes.each()
    }

    /// The presence of an account's party; that of one without is [`Presence::USUAL`].
    pub(in crate::phone) fn presence(&self, handle: Handle) -> Option<Presence<'_>> {
        let kept = self.slots.get(handle)?.presence;
        let Kept { open, on_phone, activity, note, .. } = kept;
        #[cfg(feature = "publish")]
        let on_phone = on_phone || kept.by_itself && !kept.given;
        let note = self.notes.get(handle.index).get(..usize::from(note)).unwrap_or_default();
        Some(Presence { open, activity, on_phone, note: core::str::from_utf8(note).unwrap_or_default() })
    }

    /// Writes it as a document (PIDF). `up`: a call of the account is up. False: there is no such account.
    pub(in crate::phone) fn write_presence(
        &self,
        cx: &Context<'_>,
        handle: Handle,
        (up, noted): (bool, bool),
        out: &mut Cursor<'_>,
    ) -> bool {
        let Some(Presence { open, activity, on_phone, note }) = self.presence(handle) else { return false };
        let note = if noted { note } else { Default::default() };
        let [key, _] = cx.keys;
        // rfc3863#4.1.2: it tells our tuple from those of the party's other phones, so it is drawn; and it is no secret
        let id = Hasher::new(key).with(&handle.index.to_le_bytes()).with(&handle.generation.to_le_bytes()).finish();
        let entity = self.text_of(handle, |account| account.uri).unwrap_or_default();
        Own { entity, id, open, activity, on_phone: on_phone && up, note }.write(out);
        true
    }
}

impl Accounts<'_> {
    /// Its commands that published, but for so many of the oldest, came to nothing: their presence is not wanted any more.
    #[cfg(feature = "publish")]
    pub(in crate::phone) fn cancel_publishing(&self, cx: &mut Context<'_>, handle: Handle, (skip, count): (u32, u32)) {
        let Some(account) = self.slots.get(handle) else { return };
        let ended = Ended { result: Cause::Cancelled, sip_code: 0 };
        if cx.end_behind(account.commands, Op::Publish, skip, count, ended) {
            cx.tell(Object::Account(handle.index));
        }
    }

    /// So many of its commands that published, the oldest, have ended.
    pub(in crate::phone) fn end_publishing(&self, cx: &mut Context<'_>, handle: Handle, count: u32, ended: Ended) {
        let Some(account) = self.slots.get(handle) else { return };
        if cx.end(account.commands, Op::Publish, count, ended) {
            cx.tell(Object::Account(handle.index));
        }
    }
}

#[cfg(feature = "publish")]
impl Accounts<'_> {
    /// A presence can be taken, but for its account.
    pub(in crate::phone) fn takes_presence(&self, presence: &Presence<'_>) -> bool {
        presence.note.len() <= self.notes.each() && !has_controls(presence.note)
    }

    /// Its presence is to be published: the application gave one, or the account publishes by itself while it is
    /// registered, or has nobody to register with.
    pub(in crate::phone) fn wants_published(&self, handle: Handle) -> bool {
        self.slots
            .get(handle)
            .is_some_and(|account| !account.leaving && (account.presence.given || self.publishes_by_itself(handle)))
    }

    /// The presence that it was given is to be published, or there is none any more.
    pub(in crate::phone) fn set_published(&mut self, handle: Handle, given: bool) {
        if let Some(account) = self.slots.get_mut(handle) {
            account.presence.given = given;
        }
    }

    /// It publishes without a word of the application's.
    pub(in crate::phone) fn publishes_by_itself(&self, handle: Handle) -> bool {
        self.slots
            .get(handle)
            .is_some_and(|account| account.presence.by_itself && (account.no_register || account.registration.wanted))
    }

    /// Its server is not reached, as its registration shows: no PUBLISH is to leave.
    pub(in crate::phone) fn publication_waits(&self, handle: Handle) -> bool {
        self.slots.get(handle).is_some_and(|account| {
            account.registration.wanted && !account.is_bound() || account.state == AccountState::Failed
        })
    }

    /// The cause and status with which its registration has failed, while no REGISTER is under way that may end otherwise.
    pub(in crate::phone) fn registration_failure(&self, handle: Handle) -> Option<(Cause, u16)> {
        let account = self.slots.get(handle)?;
        let failed = account.state == AccountState::Failed && account.registration.request.is_none();
        failed.then_some((account.cause, account.sip_code))
    }

    /// A sum of all that its document says: another one means another document.
    pub(in crate::phone) fn presence_sum(&self, cx: &Context<'_>, handle: Handle, up: bool) -> u64 {
        let Some(Presence { open, activity, on_phone, note }) = self.presence(handle) else { return 0 };
        let [key, _] = cx.keys;
        let said = [u8::from(open), activity as u8, u8::from(on_phone && up)];
        Hasher::new(key)
            .with(&said)
            .with(note.as_bytes())
            .with(b"\n")
            .with(self.uri(handle).unwrap_or_default())
            .finish()
    }

    /// The publication of its presence.
    pub(in crate::phone) fn publication(&self, handle: Handle) -> Option<Handle> {
        self.slots.get(handle).map(|account| account.publication).filter(|publication| !publication.is_none())
    }

    /// A call of an account is up, or has ended: its publication looks at that before long. Nothing is done for an account
    /// without one.
    pub(in crate::phone) fn call_went_up_or_down(&self, cx: &mut Context<'_>, now: Instant, handle: Handle) {
        if let Some(publication) = self.publication(handle) {
            cx.wake(Object::Publication(publication.index), now);
        }
    }

    /// It has another publication, or none.
    pub(in crate::phone) fn set_publication(&mut self, handle: Handle, publication: Handle) {
        if let Some(account) = self.slots.get_mut(handle) {
            account.publication = publication;
        }
    }

    /// The number of its commands that wait for a PUBLISH.
    pub(in crate::phone) fn publishing(&self, cx: &Context<'_>, handle: Handle) -> u32 {
        self.slots.get(handle).map_or(0, |account| cx.running(account.commands, Op::Publish))
    }
}

const _: () = assert!(PRESENCE_NOTE <= u8::MAX as usize, "its length is kept in a byte");
