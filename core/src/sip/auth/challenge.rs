//! Reading `WWW-Authenticate` and `Proxy-Authenticate`.

use super::Algorithm;
use crate::base::text::{Packer, Span};

/// A digest challenge that we can answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Challenge<'a> {
    /// The realm, as it stood between its quotes.
    pub realm: &'a [u8],
    /// The server's number, as it stood between its quotes.
    pub nonce: &'a [u8],
    /// To be given back unchanged.
    pub opaque: Option<&'a [u8]>,
    /// The hash.
    pub algorithm: Algorithm,
    /// `qop` offers `auth`.
    pub qop_auth: bool,
    /// `qop` offers `auth-int`.
    pub qop_auth_int: bool,
    /// There is no `qop`: the style of RFC 2069.
    pub qop_none: bool,
    /// Only the nonce was too old: the password need not be doubted.
    pub stale: bool,
    /// The user's name is wanted hashed. rfc7616#3.4.4
    pub userhash: bool,
}

impl<'a> Challenge<'a> {
    /// Reads the first challenge of a header's value; `None` if it is of another scheme, incomplete, or of an algorithm
    /// or `qop` that we do not know (rfc8760#2.4: such a one is passed over).
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        take(value)?.0
    }

    /// It wants the body hashed, and nothing less.
    #[must_use]
    pub const fn covers_body(&self) -> bool {
        self.qop_auth_int && !self.qop_auth
    }

    /// Its realm and nonce are those of `other`: it has been answered before.
    #[must_use]
    pub fn repeats(&self, other: &Challenge<'_>) -> bool {
        self.realm == other.realm && self.nonce == other.nonce
    }

    /// Bytes of its texts.
    #[must_use]
    pub fn size(&self) -> usize {
        self.realm.len() + self.nonce.len() + self.opaque.unwrap_or_default().len()
    }

    /// Stores its texts in a block; `None` when the block is full.
    #[must_use]
    pub fn pack(&self, packer: &mut Packer<'_>) -> Option<PackedChallenge> {
        let mut flags = 0;
        for (set, flag) in [
            (self.qop_auth, QOP_AUTH),
            (self.qop_auth_int, QOP_AUTH_INT),
            (self.qop_none, QOP_NONE),
            (self.stale, STALE),
            (self.userhash, USERHASH),
            (self.opaque.is_some(), OPAQUE),
        ] {
            if set {
                flags |= flag;
            }
        }
        Some(PackedChallenge {
            realm: packer.add(self.realm)?,
            opaque: packer.add(self.opaque.unwrap_or_default())?,
            // last, so that another one can take it over
            nonce: packer.add(self.nonce)?,
            algorithm: self.algorithm,
            flags,
        })
    }
}

const QOP_AUTH: u8 = 1;
const QOP_AUTH_INT: u8 = 2;
const QOP_NONE: u8 = 4;
const STALE: u8 = 8;
const USERHASH: u8 = 16;
const OPAQUE: u8 = 32;

/// A challenge whose texts lie in a block: 14 bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct PackedChallenge {
    realm: Span,
    nonce: Span,
    opaque: Span,
    algorithm: Algorithm,
    flags: u8,
}

impl PackedChallenge {
    /// No challenge.
    pub const EMPTY: Self =
        Self { realm: Span::EMPTY, nonce: Span::EMPTY, opaque: Span::EMPTY, algorithm: Algorithm::Md5, flags: 0 };

    /// No challenge is stored.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.flags == 0
    }

    /// The same challenge with another nonce, in the same block. `None`: the block is too small, and nothing has
    /// changed.
    #[must_use]
    pub fn with_nonce(&self, block: &mut [u8], nonce: &[u8]) -> Option<Self> {
        Some(Self { nonce: Packer::new(block, self.nonce.start()).add(nonce)?, ..*self })
    }

    /// As [`Challenge::covers_body`].
    #[must_use]
    pub const fn covers_body(&self) -> bool {
        self.flags & (QOP_AUTH | QOP_AUTH_INT) == QOP_AUTH_INT
    }

    /// The challenge again; `block` is the one it was packed into.
    #[must_use]
    pub fn view<'a>(&self, block: &'a [u8]) -> Challenge<'a> {
        let has = |flag| self.flags & flag != 0;
        Challenge {
            realm: self.realm.of(block),
            nonce: self.nonce.of(block),
            opaque: has(OPAQUE).then(|| self.opaque.of(block)),
            algorithm: self.algorithm,
            qop_auth: has(QOP_AUTH),
            qop_auth_int: has(QOP_AUTH_INT),
            qop_none: has(QOP_NONE),
            stale: has(STALE),
            userhash: has(USERHASH),
        }
    }
}

/// The challenges of one header's value that we can answer, in order.
pub fn challenges(value: &[u8]) -> impl Iterator<Item = Challenge<'_>> {
    let mut rest = value;
    core::iter::from_fn(move || {
        loop {
            let (challenge, after) = take(rest)?;
            rest = after;
            if challenge.is_some() {
                return challenge;
            }
        }
    })
}

/// Of several headers' values, the challenge to answer: of the first realm with an allowed one that we can answer, the
/// one with the strongest algorithm, and of equals the first. For a further realm, call again with an `allowed` that
/// leaves out those already answered.
///
/// rfc8760#2.4: unknown schemes are ignored; of one realm only one challenge is answered.
pub fn strongest<'a>(
    values: impl Iterator<Item = &'a [u8]>,
    allowed: impl Fn(&Challenge<'_>) -> bool,
) -> Option<Challenge<'a>> {
    let mut best: Option<Challenge<'a>> = None;
    for value in values {
        for challenge in challenges(value).filter(|challenge| allowed(challenge)) {
            match best {
                None => best = Some(challenge),
                Some(held)
                    if held.realm == challenge.realm && challenge.algorithm.strength() > held.algorithm.strength() =>
                {
                    best = Some(challenge)
                }
                Some(_) => {}
            }
        }
    }
    best
}

/// Reads one challenge and returns the text behind it; the outer `None` when there is none. Each call consumes at least
/// a scheme.
fn take(value: &[u8]) -> Option<(Option<Challenge<'_>>, &[u8])> {
    let (scheme, mut rest) = token(skip(value))?;
    let mut fields = Fields::default();
    loop {
        rest = skip(rest);
        let Some((name, after)) = token(rest) else { break };
        let [b'=', after @ ..] = white(after) else {
            // A token without `=` is the scheme of the next challenge.
            break;
        };
        let Some((text, after)) = text(white(after)) else {
            return Some((None, &[]));
        };
        fields.note(name, text);
        rest = after;
    }
    // Text that can be neither a parameter nor a scheme ends the value.
    let rest = if token(rest).is_some() { rest } else { &[] };
    Some((if scheme.eq_ignore_ascii_case(b"Digest") { fields.challenge() } else { None }, rest))
}

/// The parameters of one challenge.
#[derive(Default)]
struct Fields<'a> {
    realm: Option<&'a [u8]>,
    nonce: Option<&'a [u8]>,
    opaque: Option<&'a [u8]>,
    algorithm: Option<&'a [u8]>,
    qop: Option<&'a [u8]>,
    stale: bool,
    userhash: bool,
    repeated: bool,
}

impl<'a> Fields<'a> {
    fn note(&mut self, name: &[u8], text: &'a [u8]) {
        let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
        let parameter = if is(b"realm") {
            &mut self.realm
        } else if is(b"nonce") {
            &mut self.nonce
        } else if is(b"opaque") {
            &mut self.opaque
        } else if is(b"algorithm") {
            &mut self.algorithm
        } else if is(b"qop") {
            &mut self.qop
        } else {
            if is(b"stale") {
                self.stale = text.eq_ignore_ascii_case(b"true");
            } else if is(b"userhash") {
                self.userhash = text.eq_ignore_ascii_case(b"true");
            }
            return;
        };
        self.repeated |= parameter.replace(text).is_some();
    }

    fn challenge(self) -> Option<Challenge<'a>> {
        // rfc7235#2.1: a parameter stands once. The right one of two realms must not be guessed.
        if self.repeated {
            return None;
        }
        let (mut qop_auth, mut qop_auth_int) = (false, false);
        for option in self.qop.unwrap_or_default().split(|byte| matches!(byte, b',' | b' ' | b'\t' | b'\r' | b'\n')) {
            // rfc7616#3.3: options that we do not know are passed over.
            qop_auth |= option.eq_ignore_ascii_case(b"auth");
            qop_auth_int |= option.eq_ignore_ascii_case(b"auth-int");
        }
        let qop_none = self.qop.is_none_or(<[u8]>::is_empty);
        if !(qop_auth || qop_auth_int || qop_none) {
            return None;
        }
        Some(Challenge {
            realm: self.realm?,
            nonce: self.nonce?,
            opaque: self.opaque,
            algorithm: self.algorithm.map_or(Some(Algorithm::Md5), Algorithm::of)?,
            qop_auth,
            qop_auth_int,
            qop_none,
            stale: self.stale,
            userhash: self.userhash,
        })
    }
}

/// Past white space and commas.
fn skip(text: &[u8]) -> &[u8] {
    let at = text.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',')).unwrap_or(text.len());
    text.get(at..).unwrap_or_default()
}

/// Past white space. Folded lines count as such (rfc3261#25.1, LWS).
fn white(text: &[u8]) -> &[u8] {
    text.trim_ascii_start()
}

/// A token and the text behind it.
fn token(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(byte);
    let end = text.iter().position(|byte| !is_token(byte)).unwrap_or(text.len());
    let (token, rest) = text.split_at_checked(end)?;
    (!token.is_empty()).then_some((token, rest))
}

/// A parameter's value, in quotes or bare, without the quotes, and the text behind it.
fn text(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let [b'"', inside @ ..] = text else {
        // Servers leave out quotes: every byte that is no separator is taken.
        let end = text.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b',').unwrap_or(text.len());
        let (bare, rest) = text.split_at_checked(end)?;
        return (!bare.is_empty() && clean(bare) && !bare.contains(&b'"') && !bare.contains(&b'\\'))
            .then_some((bare, rest));
    };
    let mut escaped = false;
    let end = inside.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })?;
    let quoted = inside.get(..end)?;
    clean(quoted).then_some((quoted, inside.get(end + 1..)?))
}

/// No byte that could end a line of ours when it is written back.
fn clean(text: &[u8]) -> bool {
    !text.iter().any(|byte| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f)
}
