//! Via.

use core::net::IpAddr;

use super::chars::{Scan, TOKEN, number, same_word, trim_end};
use super::host::Host;
use super::params::Params;

/// One value of Via.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Via<'a> {
    /// UDP, TCP, TLS …, as written.
    pub transport: &'a [u8],
    /// Sent-by: the sender's own address.
    pub host: Host<'a>,
    /// The port, if one is written.
    pub port: Option<u16>,
    /// Its parameters.
    pub params: Params<'a>,
    branch: Option<&'a [u8]>,
    rport: Option<Option<u16>>,
    raw: &'a [u8],
}

impl<'a> Via<'a> {
    /// A whole text that is one value.
    #[must_use]
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let mut scan = Scan::new(text);
        let via = Self::read(&mut scan)?;
        scan.rest.is_empty().then_some(via)
    }

    /// One value at the reader; behind it stands nothing or a comma.
    pub(super) fn read(scan: &mut Scan<'a>) -> Option<Self> {
        let mut via = Self::read_sent_by(scan)?;
        let (mut branch, mut rport) = (None, None);
        via.params = Params::read(scan, |name, value| {
            if branch.is_none() && same_word(name, b"branch") {
                branch = value;
            } else if rport.is_none() && same_word(name, b"rport") {
                rport = Some(value);
            }
        })
        .ok()?;
        via.branch = branch;
        let port = |value: &'a [u8]| u16::try_from(number(value)?).ok().filter(|port| *port > 0);
        via.rport = rport.map(|value| value.and_then(port));
        if !matches!(scan.peek(), None | Some(b',')) {
            return None;
        }
        via.raw = trim_end(via.raw.get(..via.raw.len() - scan.rest.len()).unwrap_or_default());
        Some(via)
    }

    /// The protocol, host and port; the rest of the text is left in `raw`.
    #[cfg_attr(not(target_os = "none"), inline(always))] // on a board flash is dearer
    pub(super) fn read_sent_by(scan: &mut Scan<'a>) -> Option<Self> {
        scan.lws();
        let raw = scan.rest;
        // the usual spelling in one step; any other token is a protocol too (rfc4475#3.1.1.10)
        if let Some((protocol, rest)) = raw.split_first_chunk::<8>()
            && *protocol == *b"SIP/2.0/"
        {
            scan.rest = rest;
        } else {
            for _ in 0..2 {
                let token = scan.run(TOKEN);
                scan.lws();
                if token.is_empty() || !scan.eat(b'/') {
                    return None;
                }
                scan.lws();
            }
        }
        scan.lws();
        let transport = scan.run(TOKEN);
        let before = scan.rest.len();
        scan.lws();
        if transport.is_empty() || scan.rest.len() == before {
            return None;
        }
        let host = Host::read(scan)?;
        scan.lws();
        let mut port = None;
        if scan.eat(b':') {
            scan.lws();
            port = Some(super::uri::port(scan)?);
        }
        Some(Self { transport, host, port, params: Params::default(), branch: None, rport: None, raw })
    }

    /// The branch parameter.
    #[must_use]
    pub const fn branch(&self) -> Option<&'a [u8]> {
        self.branch
    }

    /// The branch names its transaction by rfc3261#8.1.1.7: the cookie, and something behind it (rfc4475#3.2.1).
    #[must_use]
    pub fn has_cookie(&self) -> bool {
        self.branch.is_some_and(|branch| {
            branch.len() > 7 && branch.get(..7).is_some_and(|cookie| cookie.eq_ignore_ascii_case(b"z9hG4bK"))
        })
    }

    /// The address that the next hop saw (with or without brackets: rfc5118#4.5).
    #[must_use]
    pub fn received(&self) -> Option<IpAddr> {
        Host::parse_bare(self.params.get(b"received")?)?.ip()
    }

    /// rport: absent, asked for, or filled in (rfc3581).
    #[must_use]
    pub const fn rport(&self) -> Option<Option<u16>> {
        self.rport
    }

    /// The multicast address, or any other text.
    #[must_use]
    pub fn maddr(&self) -> Option<Host<'a>> {
        Host::parse_bare(self.params.get(b"maddr")?)
    }

    /// The ttl parameter.
    #[must_use]
    pub fn ttl(&self) -> Option<u8> {
        number(self.params.get(b"ttl")?).and_then(|ttl| u8::try_from(ttl).ok())
    }

    /// The value up to its parameters: protocol, transport and sent-by.
    #[must_use]
    pub fn before_params(&self) -> &'a [u8] {
        self.raw.get(..self.raw.len().saturating_sub(self.params.raw().len())).unwrap_or_default()
    }

    /// The value as it stands.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }
}

#[cfg(test)]
mod tests;
