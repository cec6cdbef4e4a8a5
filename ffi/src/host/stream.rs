//! Streams of SIP: connections that were opened or accepted, with a bounded room for what came in and one for what goes
//! out. A room that is full ends its own stream and no other: a slow peer fails alone.
//!
//! `bytes` is the seam: whatever carries bytes in order (TCP; TLS and WebSocket can be laid over it) goes below
//! [`table::Streams`], which knows SIP's limits, and the engine's thread, which gives the bytes to the core.

mod bytes;
mod held;
mod limits;
pub(crate) mod listen;
mod table;
mod tcp;

pub(crate) use limits::DEAF;
pub(crate) use table::{Accepted, Connected, End, Streams};
pub(crate) use tcp::Tcp;
