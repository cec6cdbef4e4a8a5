//! Challenges and credentials: a scheme and comma-separated parameters.

use super::chars::{Scan, TOKEN, VALUE, same, unquoted};

/// One challenge, one set of credentials, or Authentication-Info's parameters (which have no scheme).
#[derive(Clone, Copy)]
pub struct AuthParams<'a> {
    scheme: &'a [u8],
    rest: &'a [u8],
}

impl<'a> AuthParams<'a> {
    /// Over one header field's value.
    #[must_use]
    pub fn new(value: &'a [u8]) -> Self {
        let mut scan = Scan::new(value);
        scan.lws();
        let mut ahead = scan;
        let scheme = ahead.run(TOKEN);
        let before = ahead.rest.len();
        ahead.lws();
        // a token with an equals sign behind it is the first parameter already
        if ahead.peek() == Some(b'=') || (ahead.rest.len() == before && !ahead.rest.is_empty()) {
            return Self { scheme: scheme.get(..0).unwrap_or_default(), rest: scan.rest };
        }
        Self { scheme, rest: ahead.rest }
    }

    /// `Digest` or another scheme; empty where there is none.
    #[must_use]
    pub const fn scheme(&self) -> &'a [u8] {
        self.scheme
    }

    /// The scheme is Digest.
    #[must_use]
    pub fn is_digest(&self) -> bool {
        same(self.scheme, b"Digest")
    }

    /// A parameter's value without its quotes, escapes still inside.
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<&'a [u8]> {
        let mut params = *self;
        params.find_map(|(found, value)| same(found, name).then(|| unquoted(value)))
    }
}

impl core::fmt::Debug for AuthParams<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // credentials are a secret
        f.debug_struct("AuthParams")
            .field("scheme", &core::str::from_utf8(self.scheme).unwrap_or_default())
            .finish_non_exhaustive()
    }
}

impl<'a> Iterator for AuthParams<'a> {
    /// Name and raw value.
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let mut scan = Scan::new(self.rest);
        self.rest = &[];
        scan.lws();
        while scan.eat(b',') {
            scan.lws();
        }
        let name = scan.run(TOKEN);
        scan.lws();
        if name.is_empty() || !scan.eat(b'=') {
            return None;
        }
        scan.lws();
        let value = if scan.peek() == Some(b'"') { scan.quoted()? } else { scan.run(VALUE) };
        scan.lws();
        if matches!(scan.peek(), Some(b',')) {
            self.rest = scan.rest;
        }
        Some((name, value))
    }
}

#[cfg(test)]
mod tests;
