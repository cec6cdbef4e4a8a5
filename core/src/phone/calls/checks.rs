//! The checks of a request that brings a description, before it is looked at any further.

use crate::sip::dialog::is_target;
use crate::wire::sip::{Address, Described, Flaw, Message, Name, Params, Scheme, handling_is};

/// An INVITE that may be looked at further.
pub(super) struct Checked<'m> {
    /// Its offer, if it has one.
    pub(super) offer: Option<&'m [u8]>,
    /// The target of requests to its sender.
    pub(super) target: &'m [u8],
}

/// The checks of an INVITE before it is looked at any further.
pub(super) fn check_invite<'m>(invite: &Message<'m>) -> Result<Checked<'m>, u16> {
    let offer = check_body(invite)?;
    if !takes_sdp(invite) {
        return Err(406);
    }
    // rfc3261#12.1.1: a sips: route would want a sips: Contact of ours, and TLS
    let secure = |route: &[u8]| Address::parse(route).is_some_and(|route| Scheme::of(route.uri) == Some(Scheme::Sips));
    if invite.values(Name::RecordRoute).next().is_some_and(secure) {
        return Err(416);
    }
    // RFC 2543 asked for no Contact: then it is the sender's own URI
    let sender = || invite.from().ok().map(|from| from.uri).filter(|uri| is_target(uri));
    let target = check_target(invite)?.or_else(sender).ok_or(400u16)?;
    Ok(Checked { offer, target })
}

/// rfc3261#8.1.1.8: the target that a request names, if it does: one that we can send to.
pub(super) fn check_target<'m>(request: &Message<'m>) -> Result<Option<&'m [u8]>, u16> {
    let Some(contact) = request.only_contact().map_err(|_| 400u16)? else { return Ok(None) };
    let uri = contact.address().map(|address| address.uri).filter(|uri| is_target(uri));
    uri.map(Some).ok_or(400)
}

/// The offer that a request's body is, or has in a part, if there is one. 415: a body that we do not understand, or a
/// part that must be understood (rfc3261#8.2.3, rfc5621#8.4); 400: a body of parts that cannot be read.
pub(super) fn check_body<'m>(request: &Message<'m>) -> Result<Option<&'m [u8]>, u16> {
    if request.body().is_empty() {
        return Ok(None);
    }
    let Described { description, flaw } = request.described();
    let offer = description.filter(|text| !text.is_empty());
    if offer.is_some() && flaw.is_none() {
        return if request.is_coded() { Err(415) } else { Ok(offer) };
    }
    // rfc5621#8.2: one that is optional as a whole is, whatever its parts are
    match flaw {
        _ if may_be_ignored(request) => Ok(None),
        Some(Flaw::Malformed) => Err(400),
        Some(Flaw::Unknown) | None => Err(415),
    }
}

/// rfc3261#20.1: its sender takes a session description as an answer. Without Accept it does; an empty one takes
/// nothing; a closer name counts more (rfc2616#14.1).
fn takes_sdp(invite: &Message<'_>) -> bool {
    let (mut closest, mut takes) = (0, !invite.has(Name::Accept));
    for range in invite.values(Name::Accept) {
        let end = range.iter().position(|byte| *byte == b';').unwrap_or(range.len());
        let (kind, params) = range.split_at_checked(end).unwrap_or_default();
        let close = match kind.trim_ascii() {
            kind if kind.eq_ignore_ascii_case(b"application/sdp") => 3,
            kind if kind.eq_ignore_ascii_case(b"application/*") => 2,
            b"*/*" => 1,
            _ => continue,
        };
        if close > closest {
            // q=0, q=0.000
            let q = Params::new(params).get(b"q");
            (closest, takes) = (close, !q.is_some_and(|q| q.iter().all(|byte| matches!(byte, b'0' | b'.'))));
        }
    }
    takes
}

/// rfc3261#20.11: its sender marks the body as optional.
pub(super) fn may_be_ignored(invite: &Message<'_>) -> bool {
    handling_is(invite.header(Name::ContentDisposition).unwrap_or_default(), b"optional")
}
