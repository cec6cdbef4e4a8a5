//! Rules for incoming calls: their memory ([`book`]), the decision about a call ([`decide`]), and its consequences
//! ([`obey`]).
//!
//! Without the feature `rules` there are none: every call that is let in rings.

mod book;
mod decide;
mod full;
mod header;
mod obey;
mod pattern;
mod plan;
mod redirection;

pub(in crate::phone::calls) use book::Book;
pub(in crate::phone::calls) use plan::Plan;
