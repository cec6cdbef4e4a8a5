//! A dialog (RFC 3261 §12): its texts lie packed in one block, and it knows how to address a request.
//!
//! The block holds what never changes first (local, remote, Call-ID, extra headers), then the remote tag and the route
//! set, and last the remote target, so that a target refresh only rewrites the end.

#[cfg(feature = "identity")]
mod connected;
#[cfg(feature = "identity")]
mod renamed;

use super::session::Session;
use super::tag::Tag;
use crate::base::copying::{copy, copy_within};
use crate::base::cursor::Cursor;
use crate::base::limits::{ROUTES, TARGET};
use crate::base::slots::Handle;
use crate::base::text::{Packer, Span};
use crate::wire::sip::{Address, Message, Name, Scheme, Uri};

/// A dialog. All texts are spans of its block.
#[derive(Clone, Copy, Debug)]
pub struct Dialog {
    /// Our tag; its handle is the slot of the call's first dialog.
    pub local_tag: Tag,
    /// From or To of ours, without the tag.
    pub local: Span,
    /// From or To of the far end, without the tag.
    pub remote: Span,
    /// The far end's tag; empty until it is known (and for RFC 2543 peers for ever).
    pub remote_tag: Span,
    /// Call-ID.
    pub call_id: Span,
    /// The INFO packages that we take in it.
    #[cfg(all(feature = "info", feature = "message"))]
    pub packages: Span,
    /// Those that the far end takes.
    #[cfg(all(feature = "info", feature = "message"))]
    pub their_packages: Span,
    /// Extra header lines of the first request.
    pub headers: Span,
    /// Route values in the order of use, comma-joined.
    pub routes: Span,
    /// The far end's Contact.
    pub target: Span,
    /// The INVITE's Request-URI after a redirection; before one it is the URI of `remote`.
    pub redirected: Span,
    /// The far end as the account's proxy asserts it since; empty: as `remote` names it.
    #[cfg(feature = "identity")]
    pub connected: Span,
    /// Our side as it is to be from the next request on that changes the session; empty: as it is.
    #[cfg(feature = "identity")]
    pub next_local: Span,
    /// That request has left.
    #[cfg(feature = "identity")]
    pub next_local_sent: bool,
    /// The end of the texts that no message of the INVITE's changes.
    pub fixed_end: u16,
    /// Number of our last request.
    pub local_number: u32,
    /// Number of the far end's last request; `None` before the first.
    pub remote_number: Option<u32>,
    /// A 2xx, ours or theirs, made it whole, and no BYE ended it.
    pub confirmed: bool,
    /// A 2xx came, so that further ones are its repetitions.
    pub accepted: bool,
    /// Offers, answers and editions.
    pub session: Session,
}

impl Dialog {
    /// A free slot's content.
    pub const EMPTY: Self = Self {
        local_tag: Tag { handle: Handle::NONE, secret: 0 },
        local: Span::EMPTY,
        remote: Span::EMPTY,
        remote_tag: Span::EMPTY,
        call_id: Span::EMPTY,
        #[cfg(all(feature = "info", feature = "message"))]
        packages: Span::EMPTY,
        #[cfg(all(feature = "info", feature = "message"))]
        their_packages: Span::EMPTY,
        headers: Span::EMPTY,
        routes: Span::EMPTY,
        target: Span::EMPTY,
        redirected: Span::EMPTY,
        #[cfg(feature = "identity")]
        connected: Span::EMPTY,
        #[cfg(feature = "identity")]
        next_local: Span::EMPTY,
        #[cfg(feature = "identity")]
        next_local_sent: false,
        fixed_end: 0,
        local_number: 0,
        remote_number: None,
        confirmed: false,
        accepted: false,
        session: Session::EMPTY,
    };

    /// The dialog of another branch of the same INVITE (rfc3261#12.1.2), before its response is read. It has our side,
    /// and none of the state that the first dialog has gained since, but for what stands in the block, which has to leave
    /// it by `leave_to_branch`.
    #[must_use]
    pub const fn branch(self) -> Self {
        Self { remote_number: None, confirmed: false, accepted: false, session: self.session.branch(), ..self }
    }

    /// Writes the texts that never change. `None`: the block is too small.
    pub fn set_fixed(
        &mut self,
        block: &mut [u8],
        local: &[&[u8]],
        remote: &[&[u8]],
        call_id: &[u8],
        headers: &[&[u8]],
    ) -> Option<()> {
        let mut packer = Packer::new(block, 0);
        self.local = packer.add_parts(local)?;
        self.remote = packer.add_parts(remote)?;
        self.call_id = packer.add(call_id)?;
        self.headers = packer.add_parts(headers)?;
        self.fixed_end = packer.used() as u16;
        Some(())
    }

    /// Writes the far end's tag, the route set and the target. False: the block is too small, and nothing changed.
    #[must_use]
    pub fn set_remote<'m>(
        &mut self,
        block: &mut [u8],
        remote_tag: &[u8],
        routes: impl Iterator<Item = &'m [u8]> + Clone,
        target: &[u8],
    ) -> bool {
        self.write_remote(block, usize::from(self.fixed_end), remote_tag, routes, target).is_some()
    }

    /// Measures before it writes, for a request may have to leave by the old texts. `None`: the block is too small, and
    /// nothing changed.
    fn write_remote<'m>(
        &mut self,
        block: &mut [u8],
        start: usize,
        remote_tag: &[u8],
        routes: impl Iterator<Item = &'m [u8]> + Clone,
        target: &[u8],
    ) -> Option<()> {
        let list = routes.clone().map(|route| route.len() + 1).sum::<usize>().saturating_sub(1);
        if start + remote_tag.len() + list + target_len(target) > block.len() {
            return None;
        }
        let mut packer = Packer::new(block, start);
        self.remote_tag = packer.add(remote_tag)?;
        let start = packer.used();
        for (index, route) in routes.enumerate() {
            let comma: &[u8] = if index == 0 { b"" } else { b"," };
            packer.add_parts(&[comma, route])?;
        }
        self.routes = Span::new(start, packer.used() - start)?;
        self.target = add_target(&mut packer, target)?;
        Some(())
    }

    /// Puts our side of a direct call in, once the local address is known: before the header lines, moving the texts
    /// behind it up.
    pub fn set_local(&mut self, block: &mut [u8], local: &[u8]) -> Option<()> {
        let start = self.headers.start();
        let end = self.target.start() + self.target.len();
        let by = local.len();
        if end + by > block.len() || end < start {
            return None;
        }
        copy_within(block, start..end, start + by);
        copy(local, block.get_mut(start..start + by)?);
        self.local = Span::new(start, by)?;
        self.fixed_end += by as u16;
        for span in [&mut self.headers, &mut self.remote_tag, &mut self.routes, &mut self.target] {
            *span = Span::new(span.start() + by, span.len())?;
        }
        Some(())
    }

    /// Its INVITE is not written again: its header lines leave their room to the far end's texts.
    pub fn drop_headers(&mut self, block: &mut [u8]) {
        if self.headers.start() + self.headers.len() == usize::from(self.fixed_end) {
            // the texts behind are about to be written anew
            self.fixed_end = self.headers.start() as u16;
        } else {
            // an identity, or another target, stands behind them
            #[cfg(any(feature = "identity", feature = "redirect", all(feature = "info", feature = "message")))]
            let _ = self.splice(block, self.headers, &[]); // it gets shorter
        }
        let _ = block;
        self.headers = Span::EMPTY;
    }

    /// A text takes the place of another, and moves those behind it. `None`: the block is too small, and nothing
    /// changed.
    #[cfg(any(feature = "identity", feature = "redirect", all(feature = "info", feature = "message")))]
    fn splice(&mut self, block: &mut [u8], old: Span, parts: &[&[u8]]) -> Option<Span> {
        let (start, end, used) = (old.start(), old.start() + old.len(), self.used());
        let len = parts.iter().map(|part| part.len()).sum::<usize>();
        let behind = used.checked_sub(end)?;
        if start + len + behind > block.len() {
            return None;
        }
        copy_within(block, end..used, start + len);
        let new = Packer::new(block, start).add_parts(parts)?;
        let moved = |at: usize| if at >= end { at - end + start + len } else { at };
        for span in [
            &mut self.local,
            &mut self.remote,
            &mut self.remote_tag,
            &mut self.call_id,
            #[cfg(all(feature = "info", feature = "message"))]
            &mut self.packages,
            #[cfg(all(feature = "info", feature = "message"))]
            &mut self.their_packages,
            &mut self.headers,
            &mut self.routes,
            &mut self.target,
            &mut self.redirected,
            #[cfg(feature = "identity")]
            &mut self.connected,
            #[cfg(feature = "identity")]
            &mut self.next_local,
        ] {
            *span = Span::new(moved(span.start()), span.len())?;
        }
        self.fixed_end = moved(usize::from(self.fixed_end)) as u16;
        Some(new)
    }

    /// As [`Dialog::set_remote`], from the first response with this tag: Record-Route backwards (rfc3261#12.1.2), the
    /// Contact as the target.
    #[must_use]
    pub fn learn_from_response(&mut self, block: &mut [u8], answer: &Message<'_>, tag: &[u8]) -> bool {
        let contact = contact_uri(answer);
        let mut old = [0u8; TARGET];
        let target = match contact {
            Some(uri) => uri,
            None => {
                let kept = self.target.of(block);
                let Some(room) = old.get_mut(..kept.len()) else { return false };
                copy(kept, room);
                room
            }
        };
        // backwards without a list of our own: each route is counted to from the front, so their number is bounded
        let count = answer.values(Name::RecordRoute).take(ROUTES + 1).count();
        if count > ROUTES {
            return false;
        }
        let backwards = (0..count).rev().filter_map(|place| answer.values(Name::RecordRoute).nth(place));
        self.set_remote(block, tag, backwards, target)
    }

    /// rfc3261#12.2.1.2, #12.2.2: a target refresh replaces the target. False: it does not fit, and the old one stays.
    #[must_use]
    pub fn refresh_target(&mut self, block: &mut [u8], target: &[u8]) -> bool {
        let span = add_target(&mut Packer::new(block, self.target.start()), target);
        self.target = span.unwrap_or(self.target);
        span.is_some()
    }

    /// The end of its last text.
    #[must_use]
    pub fn used(&self) -> usize {
        usize::from(self.fixed_end).max(self.target.start() + self.target.len())
    }

    /// A target refresh with this one would fit.
    #[must_use]
    pub fn has_room_for(&self, block: &[u8], target: &[u8]) -> bool {
        let len = match Uri::parse(target) {
            Ok(uri) => uri.for_request().iter().map(|part| part.len()).sum(),
            Err(_) => target.len(),
        };
        self.target.start() + len <= block.len()
    }

    /// rfc3261#12.2.1.1: the Request-URI: the target, or the first route if that one routes strictly.
    #[must_use]
    pub fn request_uri<'b>(&self, block: &'b [u8]) -> &'b [u8] {
        match self.first_route(block) {
            Some((uri, false)) => uri,
            _ => self.target.of(block),
        }
    }

    /// The Request-URI of the INVITE that made this dialog.
    #[must_use]
    pub fn invite_uri<'b>(&self, block: &'b [u8]) -> &'b [u8] {
        if !self.redirected.is_empty() {
            return self.redirected.of(block);
        }
        Address::parse(self.remote.of(block)).map_or(&[], |remote| remote.uri)
    }

    /// The block is a copy, of a dialog that has just branched: what the first far end has said, and a name of ours that
    /// it is to be told, are not this one's.
    #[cfg(any(feature = "identity", all(feature = "info", feature = "message")))]
    pub fn leave_to_branch(&mut self, block: &mut [u8]) {
        #[cfg(feature = "identity")]
        self.renamed_local(block, false);
        self.forget_said(block);
    }

    /// All that a far end has said of itself is forgotten, and its room is free: that may be as much as it likes, and
    /// the next one has texts of its own.
    pub fn forget_said(&mut self, block: &mut [u8]) {
        // each gets shorter
        #[cfg(feature = "identity")]
        {
            let _ = self.splice(block, self.connected, &[]);
            self.connected = Span::EMPTY;
        }
        #[cfg(all(feature = "info", feature = "message"))]
        {
            let _ = self.splice(block, self.their_packages, &[]);
            self.their_packages = Span::EMPTY;
        }
        let _ = block;
    }

    /// The INVITE goes elsewhere (rfc3261#8.1.3.4), and what was said of the far end is forgotten. False: the block is
    /// too small, and nothing else changed.
    #[must_use]
    pub fn redirect<'m>(
        &mut self,
        block: &mut [u8],
        routes: impl Iterator<Item = &'m [u8]> + Clone,
        target: &[u8],
    ) -> bool {
        self.forget_said(block);
        let start = if self.redirected.is_empty() { usize::from(self.fixed_end) } else { self.redirected.start() };
        let len = target_len(target);
        // the texts of the far end stand behind the new Request-URI: where they fit, it does
        if self.write_remote(block, start + len, b"", routes, target).is_none() {
            return false;
        }
        self.redirected = add_target(&mut Packer::new(block, start), target).unwrap_or(Span::EMPTY);
        self.fixed_end = (start + len) as u16;
        true
    }

    /// The INFO packages that we take in it stand behind its Call-ID. `None`: the block is too small.
    #[cfg(all(feature = "info", feature = "message"))]
    pub fn set_packages(&mut self, block: &mut [u8], names: &[u8]) -> Option<()> {
        let behind = Span::new(self.call_id.start() + self.call_id.len(), 0)?;
        self.packages = self.splice(block, behind, &[names])?;
        Some(())
    }

    /// The far end takes these packages, in parts. False: the block is too small, and it takes none that are known.
    #[cfg(all(feature = "info", feature = "message"))]
    pub fn hear_packages(&mut self, block: &mut [u8], parts: &[&[u8]]) -> bool {
        let end = Span::new(usize::from(self.fixed_end), 0).unwrap_or(Span::EMPTY);
        let old = if self.their_packages.is_empty() { end } else { self.their_packages };
        let heard = self.splice(block, old, parts);
        if heard.is_none() && !self.their_packages.is_empty() {
            let _ = self.splice(block, old, &[]); // it gets shorter
        }
        self.their_packages = heard.unwrap_or(Span::EMPTY);
        heard.is_some()
    }

    /// The far end as the account's proxy asserts it since the call began; empty: it has not.
    #[must_use]
    pub fn connected<'b>(&self, block: &'b [u8]) -> &'b [u8] {
        #[cfg(feature = "identity")]
        return self.connected.of(block);
        #[cfg(not(feature = "identity"))]
        return block.get(..0).unwrap_or_default();
    }

    /// The far end as a person is to see it.
    #[must_use]
    pub fn shown<'b>(&self, block: &'b [u8]) -> &'b [u8] {
        let connected = self.connected(block);
        if connected.is_empty() { self.remote.of(block) } else { connected }
    }

    /// The URI that the next hop is found from.
    #[must_use]
    pub fn next_hop<'b>(&self, block: &'b [u8]) -> &'b [u8] {
        self.first_route(block).map_or_else(|| self.target.of(block), |(uri, _)| uri)
    }

    /// The first route's URI, and whether it routes loosely.
    fn first_route<'b>(&self, block: &'b [u8]) -> Option<(&'b [u8], bool)> {
        let routes = self.routes.of(block);
        if routes.is_empty() {
            return None;
        }
        let first = crate::wire::sip::token_list(routes).next()?;
        let uri = Address::parse(first)?.uri;
        let loose = Uri::parse(uri).is_ok_and(|uri| uri.lr());
        Some((uri, loose))
    }

    /// Writes the Route header that goes with [`Dialog::request_uri`].
    pub fn write_routes(&self, block: &[u8], out: &mut Cursor<'_>) {
        let routes = self.routes.of(block);
        let Some((_, loose)) = self.first_route(block) else { return };
        if loose {
            out.put_str("Route: ");
            out.put(routes);
        } else {
            // rfc3261#12.2.1.1: behind a strict router the target is the last route
            out.put_str("Route: ");
            for route in crate::wire::sip::token_list(routes).skip(1) {
                out.put(route);
                out.put_str(",");
            }
            out.put_str("<");
            out.put(self.target.of(block));
            out.put_str(">");
        }
        out.put_str("\r\n");
    }

    /// The Call-ID of a request is this dialog's.
    #[must_use]
    pub fn has_id(&self, block: &[u8], call_id: &[u8]) -> bool {
        self.call_id.of(block) == call_id
    }

    /// rfc3261#12.2.2: the tags and the Call-ID of a request are this dialog's.
    #[must_use]
    pub fn is_of(&self, block: &[u8], call_id: &[u8], remote_tag: &[u8]) -> bool {
        self.call_id.of(block) == call_id && self.remote_tag.of(block) == remote_tag
    }
}

/// A target as it stands in request lines (rfc3261#19.1.5).
fn add_target(packer: &mut Packer<'_>, target: &[u8]) -> Option<Span> {
    for_request(target, |parts| packer.add_parts(parts))
}

/// The bytes that a target takes: it is kept as it stands in requests.
#[must_use]
pub fn target_len(target: &[u8]) -> usize {
    for_request(target, |parts| parts.iter().map(|part| part.len()).sum())
}

fn for_request<R>(target: &[u8], read: impl FnOnce(&[&[u8]]) -> R) -> R {
    // only parameters and headers may have to be left out
    let plain = !target.iter().any(|byte| matches!(byte, b';' | b'?'));
    match Some(target).filter(|_| !plain).map(Uri::parse) {
        Some(Ok(uri)) => read(&uri.for_request()),
        _ => read(&[target]),
    }
}

/// The URI of a message's first Contact, if requests can be sent to it.
#[must_use]
pub fn contact_uri<'m>(message: &Message<'m>) -> Option<&'m [u8]> {
    message.contact().ok()??.address().map(|address| address.uri).filter(|uri| is_target(uri))
}

/// Requests can be sent to a URI (rfc3261#8.1.1.8): it is read, and stands in a request line, where a quoted
/// parameter's white space would be its end.
#[must_use]
pub fn is_target(uri: &[u8]) -> bool {
    let known = Uri::parse(uri).is_ok_and(|uri| matches!(uri.scheme, Scheme::Sip | Scheme::Sips));
    known && uri.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests;
