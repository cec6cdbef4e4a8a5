//! The presence of an account's own party: given by the application, kept here alone, and written for a PUBLISH or a
//! NOTIFY at the time at which that leaves.

use super::Accounts;
use crate::base::cursor::Cursor;
use crate::base::limits::PRESENCE_NOTE;
use crate::base::slots::Handle;
use crate::base::table::Hasher;
use crate::phone::context::Context;
use crate::phone::header_lines::has_controls;
use crate::phone::{CommandError, Presence};
use crate::wire::body::pidf::{Activity, Own};

/// The presence of an account, but for its note, which stands in a block beside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    open: bool,
    on_phone: bool,
    activity: Activity,
    /// Bytes of its note.
    note: u8,
}

impl Kept {
    pub(super) const USUAL: Self = {
        let Presence { open, activity, on_phone, note: _ } = Presence::USUAL;
        Self { open, on_phone, activity, note: 0 }
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
        account.presence = Kept { open, on_phone, activity, note: note.len() as u8 };
        Ok(())
    }

    /// The presence of an account's party; that of one without is [`Presence::USUAL`].
    pub(in crate::phone) fn presence(&self, handle: Handle) -> Option<Presence<'_>> {
        let Kept { open, on_phone, activity, note, .. } = self.slots.get(handle)?.presence;
        let note = self.notes.get(handle.index).get(..usize::from(note)).unwrap_or_default();
        Some(Presence { open, activity, on_phone, note: core::str::from_utf8(note).unwrap_or_default() })
    }

    /// Writes it as a document (PIDF). `up`: a call of the account is up. False: there is no such account.
    pub(in crate::phone) fn write_presence(
        &self,
        cx: &Context<'_>,
        handle: Handle,
        up: bool,
        out: &mut Cursor<'_>,
    ) -> bool {
        let Some(Presence { open, activity, on_phone, note }) = self.presence(handle) else { return false };
        let [key, _] = cx.keys;
        // rfc3863#4.1.2: it tells our tuple from those of the party's other phones, so it is drawn; and it is no secret
        let id = Hasher::new(key).with(&handle.index.to_le_bytes()).with(&handle.generation.to_le_bytes()).finish();
        let entity = self.text_of(handle, |account| account.uri).unwrap_or_default();
        Own { entity, id, open, activity, on_phone: on_phone && up, note }.write(out);
        true
    }
}

const _: () = assert!(PRESENCE_NOTE <= u8::MAX as usize, "its length is kept in a byte");
