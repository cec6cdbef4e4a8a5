//! Ids: 64 bits that name one use of one slot. Kind, generation and slot lie inside, below 2^53, so that JSON and
//! JavaScript can carry them; 0 is none.

use crate::base::slots::{Handle, MARK_SHIFT};

/// The kind of object that an id names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Kind {
    /// A host's phone (its table lives in ffi).
    Phone = 1,
    /// An account.
    Account = 2,
    /// A call.
    Call = 3,
    /// The media ports of a call.
    Media = 4,
    /// A wish that waits for its reply.
    Wish = 5,
    /// A conference.
    Conference = 6,
    /// A message.
    Message = 7,
    /// A subscription.
    Subscription = 8,
    /// A watcher.
    Watcher = 9,
}

/// Packs kind (4 bits), generation (28) and slot (20).
#[must_use]
pub const fn pack(kind: Kind, handle: Handle) -> u64 {
    ((kind as u64) << 48) | ((handle.generation as u64 & 0xfff_ffff) << 20) | (handle.index as u64 & 0xf_ffff)
}

/// The mark in a call's or an account's id: that of the phone which gave it out ([`super::Setup::mark`]).
#[must_use]
pub const fn mark(raw: u64) -> u8 {
    (raw >> (20 + MARK_SHIFT)) as u8
}

/// The fault of an id, before anything is looked up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IdError {
    /// It is 0, or no id of ours.
    None,
    /// It names a thing of another kind.
    WrongKind,
}

/// Takes an id apart.
///
/// # Errors
/// [`IdError`] when it is no id, or one of another kind.
pub const fn unpack(kind: Kind, raw: u64) -> Result<Handle, IdError> {
    let handle = Handle { index: (raw & 0xf_ffff) as u32, generation: ((raw >> 20) & 0xfff_ffff) as u32 };
    if raw == 0 || handle.generation == 0 || (raw >> 48) == 0 || (raw >> 48) > Kind::Watcher as u64 {
        return Err(IdError::None);
    }
    if raw >> 48 != kind as u64 {
        return Err(IdError::WrongKind);
    }
    Ok(handle)
}

macro_rules! id {
    ($name:ident, $kind:ident, $what:literal) => {
        #[doc = $what]
        #[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
        pub struct $name(pub(crate) Handle);

        impl $name {
            /// None.
            pub const NONE: Self = Self(Handle::NONE);

            /// As a number; 0 is none.
            #[must_use]
            pub const fn raw(self) -> u64 {
                if self.0.is_none() { 0 } else { pack(Kind::$kind, self.0) }
            }

            /// From a number.
            ///
            /// # Errors
            /// [`IdError`] when it is no id, or one of another kind. A stale one is found out by its use.
            pub const fn from_raw(raw: u64) -> Result<Self, IdError> {
                match unpack(Kind::$kind, raw) {
                    Ok(handle) => Ok(Self(handle)),
                    Err(error) => Err(error),
                }
            }

            /// Names nothing.
            #[must_use]
            pub const fn is_none(self) -> bool {
                self.0.is_none()
            }

            /// Its slot, from 0: an index for a driver's own table beside the pool.
            #[must_use]
            pub const fn slot(self) -> usize {
                self.0.index as usize
            }
        }
    };
}

id!(AccountId, Account, "Names an account.");
id!(CallId, Call, "Names a call.");
id!(ConferenceId, Conference, "Names a conference.");
id!(MessageId, Message, "Names a message.");
id!(SubscriptionId, Subscription, "Names a subscription of ours.");
id!(WatcherId, Watcher, "Names somebody who watches us.");
id!(MediaId, Media, "Names the media ports of one call: the same slot as the call's.");
id!(WishId, Wish, "Names a wish that the driver has to answer with `handle_reply`.");
