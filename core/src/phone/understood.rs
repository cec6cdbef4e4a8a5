//! The methods and extensions that we understand. The functions that take the requests of a method stand in
//! [`super::methods`], with a row for each name here.

use crate::wire::sip::token_list;

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
];

/// Extensions that a request may require (rfc3261#8.2.2.3), by their option tags.
const EXTENSIONS: &[&str] = &[
    #[cfg(feature = "reliable")]
    "100rel",
    #[cfg(feature = "timers")]
    "timer",
    #[cfg(feature = "identity")]
    "from-change",
];

static ALLOW: [u8; listed(METHODS)] = list(METHODS);
static SUPPORTED: [u8; listed(EXTENSIONS)] = list(EXTENSIONS);

/// Our methods and extensions; a request that requires another extension is refused (rfc3261#8.2.2.3).
pub(super) static OURS: Understood = Understood { allow: &ALLOW, supported: &SUPPORTED };

/// Methods and extensions that we understand, as Allow and Supported list them.
#[derive(Debug)]
pub(super) struct Understood {
    pub(super) allow: &'static [u8],
    pub(super) supported: &'static [u8],
}

impl Understood {
    /// It is an extension that a request may require.
    pub(super) fn supports(&self, extension: &[u8]) -> bool {
        token_list(self.supported).any(|supported| supported.eq_ignore_ascii_case(extension))
    }
}

const SEPARATOR: &[u8] = b", ";

/// The length of names as a header lists them.
const fn listed(names: &[&str]) -> usize {
    let (mut rest, mut len) = (names, 0);
    while let [name, later @ ..] = rest {
        len += name.len() + if later.is_empty() { 0 } else { SEPARATOR.len() };
        rest = later;
    }
    len
}

/// Names as a header lists them. It is made by the compiler, so an index that is wrong does not compile.
#[expect(clippy::indexing_slicing, reason = "a fault in it is a fault of the build")]
const fn list<const N: usize>(names: &[&str]) -> [u8; N] {
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
