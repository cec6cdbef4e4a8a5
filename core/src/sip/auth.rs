//! Digest authentication (RFC 7616, RFC 8760, rfc3261#22) for user agents: reading challenges and answering them.
//!
//! Texts between quotes stay as they came, escapes and all: they are hashed so (rfc7616#3.4.5 takes away the quotation
//! marks, nothing else) and written back so. The caller decides which realms may be answered; nothing is learnt here.

mod challenge;
mod digest;
mod md5;

pub use challenge::{Challenge, PackedChallenge, challenges, strongest};
pub use digest::Authorization;

/// A digest algorithm that we know.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum Algorithm {
    /// The algorithm of a challenge that names none.
    #[default]
    Md5 = 0,
    /// MD5 over a session key.
    Md5Sess = 1,
    /// SHA-256.
    #[cfg(feature = "sha2")]
    Sha256 = 2,
    /// SHA-256 over a session key.
    #[cfg(feature = "sha2")]
    Sha256Sess = 3,
    /// SHA-512/256.
    #[cfg(feature = "sha2")]
    Sha512_256 = 4,
    /// SHA-512/256 over a session key.
    #[cfg(feature = "sha2")]
    Sha512_256Sess = 5,
}

impl Algorithm {
    #[cfg(feature = "sha2")]
    const ALL: &[Self] =
        &[Self::Md5, Self::Md5Sess, Self::Sha256, Self::Sha256Sess, Self::Sha512_256, Self::Sha512_256Sess];
    #[cfg(not(feature = "sha2"))]
    const ALL: &[Self] = &[Self::Md5, Self::Md5Sess];

    /// Its name in a challenge.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Md5Sess => "MD5-sess",
            #[cfg(feature = "sha2")]
            Self::Sha256 => "SHA-256",
            #[cfg(feature = "sha2")]
            Self::Sha256Sess => "SHA-256-sess",
            #[cfg(feature = "sha2")]
            Self::Sha512_256 => "SHA-512-256",
            #[cfg(feature = "sha2")]
            Self::Sha512_256Sess => "SHA-512-256-sess",
        }
    }

    /// The algorithm of that name; `None` if we do not know it.
    #[must_use]
    pub fn of(name: &[u8]) -> Option<Self> {
        Self::ALL.iter().copied().find(|algorithm| algorithm.name().as_bytes().eq_ignore_ascii_case(name))
    }

    /// It hashes a session key.
    #[must_use]
    pub const fn is_session(self) -> bool {
        self as u8 % 2 == 1
    }

    /// Higher is stronger; a session key makes no difference.
    #[must_use]
    pub const fn strength(self) -> u8 {
        self as u8 / 2
    }
}

#[cfg(all(test, feature = "sha2"))]
mod tests;
