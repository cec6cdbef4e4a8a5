//! SIP as bytes: a zero-copy view of one message, typed headers read when asked for, a writer, and framing on streams.
//!
//! [`Message::parse`] makes one pass and keeps a header index on the stack; nothing is copied or allocated. A message
//! that can still get a response parses, with any other fault: [`Message::check`] objects to the rest.
//! Bytes are `&[u8]` everywhere, because SIP need not be UTF-8.

mod address;
mod auth;
mod chars;
mod check;
mod dialog_name;
mod echo;
mod fields;
mod flaw;
mod frame;
mod host;
mod list;
mod mandatory;
mod message;
mod method;
mod multipart;
mod name;
mod params;
mod start;
mod status;
mod typed;
mod uri;
mod via;
mod write;

#[cfg(test)]
mod tests;

pub use address::{Address, Contact};
pub use auth::AuthParams;
pub use chars::{unquoted, write_unescaped};
pub use check::Objection;
pub use dialog_name::DialogName;
pub use echo::{echo, echo_with_routes};
pub use flaw::Malformed;
pub use frame::{Cutter, Frame, cut};
pub use host::Host;
pub use list::{elements, token_list};
pub use mandatory::Mandatory;
pub use message::Message;
pub use method::Method;
#[cfg(feature = "lists")]
pub use multipart::Related;
pub use multipart::{Described, Flaw, Part, Parts, handling_is};
pub use name::Name;
pub use params::{Param, Params};
pub use start::Start;
pub use status::reason_phrase;
pub use typed::{CSeq, EventType, Fault, HeaderError, MediaType, RAck};
pub use uri::{Scheme, Uri, UriError};
pub use via::Via;
pub use write::{Writer, write_address, write_host, write_hvalue, write_quoted, write_socket, write_user, write_v6};
