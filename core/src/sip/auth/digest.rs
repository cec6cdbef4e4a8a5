//! Writing `Authorization` and `Proxy-Authorization`.

use super::md5::Md5;
use super::{Algorithm, Challenge};
use crate::base::copying::copy;
use crate::base::cursor::Cursor;
use core::fmt;
#[cfg(feature = "sha2")]
use sha2::{Digest, Sha256, Sha512_256};

/// The answer to a challenge: the value of Authorization.
#[derive(Clone, Copy)]
pub struct Authorization<'a> {
    /// The challenge.
    pub challenge: &'a Challenge<'a>,
    /// The user's name in that realm, unescaped.
    pub username: &'a [u8],
    /// The password. It is in no output of this type but the digest.
    pub password: &'a [u8],
    /// The request's method.
    pub method: &'a [u8],
    /// The request's URI, byte for byte as in its first line (rfc3261#22.4).
    pub uri: &'a [u8],
    /// The request's body; looked at for `auth-int` only.
    pub body: &'a [u8],
    /// The number of requests, with this one, that have used the nonce; from 1.
    pub nc: u32,
    /// Our random number.
    pub cnonce: u64,
}

impl fmt::Debug for Authorization<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorization(secret)")
    }
}

impl Authorization<'_> {
    /// Writes the header's value.
    pub fn write(&self, out: &mut Cursor<'_>) {
        let mut cnonce = [0; 16];
        let mut digits = Cursor::new(&mut cnonce);
        digits.put_hex(self.cnonce, 16);
        self.write_with(digits.written(), out);
    }

    pub(super) fn write_with(&self, cnonce: &[u8], out: &mut Cursor<'_>) {
        let challenge = self.challenge;
        out.put_str("Digest username=\"");
        if challenge.userhash {
            // rfc7616#3.4.4
            out.put(hex(&hash(challenge.algorithm, &[self.username, b":", challenge.realm])).digits());
        } else {
            quoted(self.username, out);
        }
        out.put_str("\", realm=\"");
        out.put(challenge.realm);
        out.put_str("\", nonce=\"");
        out.put(challenge.nonce);
        out.put_str("\", uri=\"");
        quoted(self.uri, out);
        out.put_str("\", response=\"");
        out.put(self.response(cnonce).digits());
        // rfc7616#3.4: algorithm, qop and nc are never in quotes.
        out.put_str("\", algorithm=");
        out.put_str(challenge.algorithm.name());
        // rfc2617#3.2.2: without qop no cnonce; but a session key is made of one.
        let qop = self.qop();
        if qop.is_some() || challenge.algorithm.is_session() {
            out.put_str(", cnonce=\"");
            out.put(cnonce);
            out.put(b"\"");
        }
        if let Some(opaque) = challenge.opaque {
            out.put_str(", opaque=\"");
            out.put(opaque);
            out.put(b"\"");
        }
        if let Some(qop) = qop {
            out.put_str(", qop=");
            out.put_str(qop);
            out.put_str(", nc=");
            out.put_hex(self.nc.into(), 8);
        }
        if challenge.userhash {
            out.put_str(", userhash=true");
        }
    }

    /// `auth` if it is offered, `auth-int` if that is all, none if the challenge has none.
    fn qop(&self) -> Option<&'static str> {
        if self.challenge.qop_auth {
            Some("auth")
        } else if self.challenge.qop_auth_int {
            Some("auth-int")
        } else {
            None
        }
    }

    /// rfc7616#3.4.1
    fn response(&self, cnonce: &[u8]) -> Hex {
        let Challenge { realm, nonce, algorithm, .. } = *self.challenge;
        let hashed = |parts: &[&[u8]]| hex(&hash(algorithm, parts));
        // rfc7616#3.4.2
        let mut secret = hashed(&[self.username, b":", realm, b":", self.password]);
        if algorithm.is_session() {
            secret = hashed(&[secret.digits(), b":", nonce, b":", cnonce]);
        }
        let qop = self.qop();
        // rfc7616#3.4.3
        let request = if qop == Some("auth-int") {
            hashed(&[self.method, b":", self.uri, b":", hashed(&[self.body]).digits()])
        } else {
            hashed(&[self.method, b":", self.uri])
        };
        match qop {
            Some(qop) => {
                let mut count = [0; 8];
                let mut digits = Cursor::new(&mut count);
                digits.put_hex(self.nc.into(), 8);
                let count = digits.written();
                hashed(&[
                    secret.digits(),
                    b":",
                    nonce,
                    b":",
                    count,
                    b":",
                    cnonce,
                    b":",
                    qop.as_bytes(),
                    b":",
                    request.digits(),
                ])
            }
            // rfc2617#3.2.2.1: the older form.
            None => hashed(&[secret.digits(), b":", nonce, b":", request.digits()]),
        }
    }
}

/// A digest: 16 or 32 bytes.
struct Sum {
    bytes: [u8; 32],
    len: usize,
}

impl Sum {
    fn take(&mut self, digest: &[u8]) {
        copy(digest, &mut self.bytes);
        self.len = digest.len();
    }
}

/// A digest in hexadecimal digits. rfc8760#2.2
struct Hex {
    text: [u8; 64],
    len: usize,
}

impl Hex {
    fn digits(&self) -> &[u8] {
        self.text.get(..self.len).unwrap_or_default()
    }
}

fn hash(algorithm: Algorithm, parts: &[&[u8]]) -> Sum {
    let mut sum = Sum { bytes: [0; 32], len: 0 };
    #[cfg(feature = "sha2")]
    fn run<D: Digest>(parts: &[&[u8]], sum: &mut Sum) {
        let mut state = D::new();
        parts.iter().for_each(|part| state.update(part));
        sum.take(&state.finalize());
    }
    match algorithm {
        Algorithm::Md5 | Algorithm::Md5Sess => {
            let mut state = Md5::new();
            parts.iter().for_each(|part| state.update(part));
            sum.take(&state.finish());
        }
        #[cfg(feature = "sha2")]
        Algorithm::Sha256 | Algorithm::Sha256Sess => run::<Sha256>(parts, &mut sum),
        #[cfg(feature = "sha2")]
        Algorithm::Sha512_256 | Algorithm::Sha512_256Sess => run::<Sha512_256>(parts, &mut sum),
    }
    sum
}

fn hex(sum: &Sum) -> Hex {
    let mut text = [0; 64];
    let mut out = Cursor::new(&mut text);
    for byte in sum.bytes.iter().take(sum.len) {
        out.put_hex((*byte).into(), 2);
    }
    Hex { text, len: sum.len * 2 }
}

/// Writes the text between quotes: quotes and backslashes escaped, and no byte that could end a line.
fn quoted(text: &[u8], out: &mut Cursor<'_>) {
    for byte in text {
        match byte {
            b'"' | b'\\' => out.put(&[b'\\', *byte]),
            0..=31 | 127 => {}
            _ => out.put(&[*byte]),
        }
    }
}
