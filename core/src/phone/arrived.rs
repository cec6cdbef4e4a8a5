//! A request that came in, for the functions that take its method.

use super::Flow;
use crate::base::slots::Handle;
use crate::sip::tombstone::Keys;
use crate::wire::sip::{Mandatory, Message};

/// A request that came in: well formed, new, and of a dialog or of a caller that is let in. ACK and CANCEL are only
/// well formed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrived<'r, 'm> {
    pub(super) flow: Flow,
    pub(super) keys: Keys,
    pub(super) request: &'r Message<'m>,
    pub(super) mandatory: &'r Mandatory<'m>,
    /// Its dialog; none: it is in no dialog.
    pub(super) dialog: Handle,
    /// The account that it is for, where it is in no dialog; none: it is direct.
    pub(super) account: Handle,
}
