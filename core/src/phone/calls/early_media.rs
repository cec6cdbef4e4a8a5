//! Early media as the account's own proxy authorises it (RFC 5009): for each early dialog, until the answer. Without
//! its word both ways are open, as SDP has them.

use super::Calls;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::{Flow, Lower};
use crate::wire::sdp::Direction;
use crate::wire::sip::{Message, Name};

impl Calls<'_> {
    /// A message of an early dialog of our INVITE came over this flow. What it says counts until another one says
    /// something else (rfc5009#8).
    pub(in crate::phone) fn hear_authorization(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        dialog: Handle,
        flow: Flow,
        message: &Message<'_>,
    ) {
        let Some(said) = said(message) else { return };
        // rfc5009#2: it means something within the trust domain alone
        if !lower.accounts.is_own_flow(lower.dialogs.account_of(dialog), flow) {
            return;
        }
        let call = lower.dialogs.call_of(dialog);
        let changed = lower.dialogs.session_mut(dialog).is_some_and(|session| session.authorize(said));
        if changed && lower.media.heard(call) == dialog {
            self.run_media(lower, now, call, false);
        }
    }
}

/// The directions of P-Early-Media, as its writer sees them. The first one is our media line's, for our offers have one;
/// words that are none are passed over.
fn said(message: &Message<'_>) -> Option<Direction> {
    message.tokens(Name::PEarlyMedia).find_map(|word| {
        [Direction::SendReceive, Direction::SendOnly, Direction::ReceiveOnly, Direction::Inactive]
            .into_iter()
            .find(|direction| word.eq_ignore_ascii_case(direction.name().as_bytes()))
    })
}
