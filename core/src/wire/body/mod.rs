//! Bodies that messages of other kinds than calls bring: what a watched party does, what a mailbox holds, how a
//! transfer goes on. Readers of bytes without state; each is bounded, and passes over what it does not know. Where a phone
//! tells such things of its own, their writers stand beside them.

pub mod composing;
pub mod cpim;
pub mod dialog_info;
pub mod escape;
pub mod imdn;
pub mod message_summary;
pub mod pidf;
#[cfg(feature = "lists")]
pub mod rlmi;
#[cfg(feature = "refer")]
pub mod sipfrag;
pub mod xml;

#[cfg(all(test, feature = "refer"))]
mod tests;
