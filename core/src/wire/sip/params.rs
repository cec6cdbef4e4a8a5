//! Parameters behind semicolons.

use super::chars::{PARAM, Scan, VALUE, same};

/// The parameters of a header's value or of a URI: `;name`, `;name=value`, `;name="quoted"`.
///
/// Iterating gives names and raw values (a quoted string keeps its quotes and escapes, see [`super::unquoted`]).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Params<'a> {
    rest: &'a [u8],
}

/// A name, and a value if there is one.
pub type Param<'a> = (&'a [u8], Option<&'a [u8]>);

/// One step: the next parameter, `None` where none follows, an error where something else stands after the semicolon.
#[cfg_attr(not(target_os = "none"), inline(always))] // on a board flash is dearer
pub(super) fn next<'a>(scan: &mut Scan<'a>) -> Result<Option<Param<'a>>, ()> {
    // white space may stand around everything and mostly does not: it is looked for where something else was expected
    let mut ahead = *scan;
    if !ahead.eat(b';') {
        ahead.lws();
        if !ahead.eat(b';') {
            return Ok(None);
        }
    }
    // rfc3261#25.1: a URI's parameter names may hold brackets and colons beside what a token holds
    let mut name = ahead.run(PARAM);
    if name.is_empty() {
        ahead.lws();
        name = ahead.run(PARAM);
        if name.is_empty() {
            return Err(());
        }
    }
    *scan = ahead;
    if !ahead.eat(b'=') {
        ahead.lws();
        if !ahead.eat(b'=') {
            return Ok(Some((name, None)));
        }
    }
    let mut value = ahead.run(VALUE);
    if value.is_empty() {
        ahead.lws();
        value = if ahead.peek() == Some(b'"') { ahead.quoted().ok_or(())? } else { ahead.run(VALUE) };
    }
    if value.is_empty() {
        return Err(());
    }
    *scan = ahead;
    Ok(Some((name, Some(value))))
}

impl<'a> Params<'a> {
    /// Over bytes that are empty or begin with a semicolon. Reading stops at the first thing that is no parameter.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Reads all parameters where the reader stands, showing each as it passes.
    #[inline]
    pub(super) fn read(scan: &mut Scan<'a>, mut seen: impl FnMut(&'a [u8], Option<&'a [u8]>)) -> Result<Self, ()> {
        // a reader of its own: the caller's would be written back at every step
        let mut ahead = *scan;
        ahead.lws();
        let start = ahead.rest;
        while let Some((name, value)) = next(&mut ahead)? {
            seen(name, value);
        }
        let all = start.get(..start.len() - ahead.rest.len()).unwrap_or_default();
        ahead.lws();
        *scan = ahead;
        Ok(Self { rest: all })
    }

    /// The value of a parameter, its name in any case; empty for one without a value.
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.find(name).map(Option::unwrap_or_default)
    }

    /// The parameter is there, with or without a value.
    #[must_use]
    pub fn has(&self, name: &[u8]) -> bool {
        self.find(name).is_some()
    }

    /// The parameter: absent, without a value, or with one.
    #[must_use]
    pub fn find(&self, name: &[u8]) -> Option<Option<&'a [u8]>> {
        let mut params = *self;
        params.find_map(|(found, value)| same(found, name).then_some(value))
    }

    /// As they stand, from the first semicolon on.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.rest
    }

    /// There are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

impl<'a> Iterator for Params<'a> {
    type Item = Param<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut scan = Scan::new(self.rest);
        match next(&mut scan) {
            Ok(Some(param)) => {
                self.rest = scan.rest;
                Some(param)
            }
            _ => {
                self.rest = &[];
                None
            }
        }
    }
}
