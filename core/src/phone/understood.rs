//! The methods and extensions that we understand. The functions that take the requests of a method stand in
//! [`super::methods`], with a row for each name here.

use crate::wire::sip::{Message, Name, Writer};
#[cfg(feature = "lists")]
use crate::wire::sip::{Method, Start};

/// A row in [`super::methods`] each. Those that a feature brings stand behind the others.
const METHODS: &[&str] = &[
    "INVITE",
    "ACK",
    "BYE",
    "CANCEL",
    "OPTIONS",
    #[cfg(feature = "reoffer")]
    "UPDATE",
    #[cfg(feature = "reliable")]
    "PRACK",
    #[cfg(feature = "info")]
    "INFO",
    #[cfg(feature = "message")]
    "MESSAGE",
    #[cfg(feature = "subscribe")]
    "NOTIFY",
    #[cfg(feature = "notify")]
    "SUBSCRIBE",
    #[cfg(feature = "refer")]
    "REFER",
];

/// Extensions that a request may require (rfc3261#8.2.2.3), by their option tags. A bit of [`Tags`] each.
const EXTENSIONS: &[&str] = &[
    #[cfg(feature = "reliable")]
    "100rel",
    #[cfg(feature = "timers")]
    "timer",
    #[cfg(feature = "identity")]
    "from-change",
    #[cfg(feature = "refer")]
    "replaces",
    #[cfg(feature = "refer")]
    "norefersub",
    #[cfg(feature = "refer")]
    "tdialog",
];

/// The option tag of resource lists.
#[cfg(feature = "lists")]
pub(super) const LISTS: &[u8] = b"eventlist";

/// Those of transfers, which stand behind the others.
const OF_REFER: usize = if cfg!(feature = "refer") { 3 } else { 0 };

/// Option tags, as one Supported or Require lists them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Tags(u8);

impl Tags {
    pub(super) const NONE: Self = Self(0);
    /// All but those of transfers, which are an account's.
    pub(super) const USUAL: Self = Self((1 << (EXTENSIONS.len() - OF_REFER)) - 1);
    #[cfg(feature = "reliable")]
    pub(super) const RELIABLE: Self = Self(1);
    #[cfg(feature = "timers")]
    pub(super) const TIMER: Self = Self(1 << cfg!(feature = "reliable") as u8);
    #[cfg(feature = "identity")]
    pub(super) const FROM_CHANGE: Self = Self(1 << (EXTENSIONS.len() - OF_REFER - 1));
    /// rfc3891#6.2: whoever lets a call take another's place says so.
    #[cfg(feature = "refer")]
    pub(super) const REPLACES: Self = Self(1 << (EXTENSIONS.len() - OF_REFER));
    /// rfc4488#4, rfc4538#4: whoever may follow a REFER says so.
    #[cfg(feature = "refer")]
    pub(super) const REFER: Self = Self(3 << (EXTENSIONS.len() - OF_REFER + 1));

    /// This one, or none.
    #[cfg(any(feature = "reliable", feature = "timers", feature = "identity", feature = "refer"))]
    pub(super) const fn when(self, said: bool) -> Self {
        if said { self } else { Self::NONE }
    }

    /// Those of both.
    #[cfg(any(feature = "timers", feature = "identity", feature = "refer"))]
    pub(super) const fn and(self, more: Self) -> Self {
        Self(self.0 | more.0)
    }

    /// Writes them as one field; without any there is none.
    pub(super) fn write(self, writer: &mut Writer<'_, '_>, name: Name) {
        if EXTENSIONS.is_empty() || self == Self::NONE {
            return;
        }
        writer.header(name, |out| {
            let listed = EXTENSIONS.iter().enumerate().filter(|(bit, _)| self.0 & 1 << bit != 0);
            for (position, (_, tag)) in listed.enumerate() {
                out.put_str(if position == 0 { "" } else { ", " });
                out.put_str(tag);
            }
        });
    }
}

static ALLOW: [u8; listed(METHODS)] = list(METHODS);

/// Our methods and extensions; a request that requires another extension is refused (rfc3261#8.2.2.3).
pub(super) static OURS: Understood = Understood { allow: &ALLOW };

/// Methods and extensions that we understand.
#[derive(Debug)]
pub(super) struct Understood {
    /// The methods as Allow lists them.
    pub(super) allow: &'static [u8],
}

impl Understood {
    /// It is an extension that a request of this kind may require. Lists (RFC 4662) are of NOTIFY alone, and what lists
    /// extensions of calls does not name them (rfc4662#4.1).
    pub(super) fn supports(
        &self,
        #[cfg_attr(not(feature = "lists"), expect(unused_variables, reason = "no extension is of one method"))]
        request: &Message<'_>,
        extension: &[u8],
    ) -> bool {
        #[cfg(feature = "lists")]
        if extension.eq_ignore_ascii_case(LISTS) {
            return matches!(request.start(), Start::Request { method: Method::Notify, .. });
        }
        EXTENSIONS.iter().any(|tag| tag.as_bytes().eq_ignore_ascii_case(extension))
    }
}

const SEPARATOR: &[u8] = b", ";

/// The length of names as a header lists them.
pub(super) const fn listed(names: &[&str]) -> usize {
    let (mut rest, mut len) = (names, 0);
    while let [name, later @ ..] = rest {
        len += name.len() + if later.is_empty() { 0 } else { SEPARATOR.len() };
        rest = later;
    }
    len
}

/// Names as a header lists them. It is made by the compiler, so an index that is wrong does not compile.
#[expect(clippy::indexing_slicing, reason = "a fault in it is a fault of the build")]
pub(super) const fn list<const N: usize>(names: &[&str]) -> [u8; N] {
    let (mut rest, mut out, mut at) = (names, [0; N], 0);
    while let [name, later @ ..] = rest {
        let mut bytes = name.as_bytes();
        let mut separated = later.is_empty();
        loop {
            if let [byte, left @ ..] = bytes {
                out[at] = *byte;
                at += 1;
                bytes = left;
            } else if separated {
                break;
            } else {
                bytes = SEPARATOR;
                separated = true;
            }
        }
        rest = later;
    }
    out
}
