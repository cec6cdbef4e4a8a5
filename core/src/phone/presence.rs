//! The presence of an account's own party, as an application gives it. One and the same is published, and told to those
//! who watch.

use super::event::{Cause, PublicationState};
use crate::base::time::Instant;
use crate::wire::body::pidf::Activity;

/// Own presence.
#[derive(Clone, Copy, Debug)]
pub struct Presence<'t> {
    /// The party can be reached.
    pub open: bool,
    /// Its activity.
    pub activity: Activity,
    /// It is told that the party is on the phone while a call of the account is up, whatever its activity.
    pub on_phone: bool,
    /// A note for people, of [`super::Capacity::presence_note`] bytes at most, without control characters; empty: none.
    pub note: &'t str,
}

impl Presence<'_> {
    /// The presence of an account that was given none: its phone is there, and says no more.
    pub const USUAL: Self = Self { open: true, activity: Activity::None, on_phone: false, note: "" };
}

impl Default for Presence<'_> {
    fn default() -> Self {
        Self::USUAL
    }
}

/// The publication of an account's presence, in numbers.
#[derive(Clone, Copy, Debug)]
pub struct PublicationInfo {
    /// Its state.
    pub state: PublicationState,
    /// The last status.
    pub sip_code: u16,
    /// The result of its end, or of its last failure.
    pub result: Cause,
    /// The end of the time that was granted; [`Instant::NEVER`]: the server has nothing.
    pub expires: Instant,
    /// The time of the next try of one that failed; [`Instant::NEVER`]: it did not, or there is none.
    pub retry: Instant,
}
