//! The keys of a request that came in.

use crate::base::table::Hasher;
use crate::phone::context::Context;
use crate::sip::tombstone::Keys;
use crate::wire::sip::{Message, Method, Start};

/// rfc3261#17.2.3: branch, sent-by and method; without the cookie the fields that RFC 2543 compared.
pub(in crate::phone) fn keys_of(cx: &Context<'_>, request: &Message<'_>, method: Method<'_>) -> Option<Keys> {
    let via = request.via().ok()?;
    let cseq = request.cseq().ok()?;
    let from_tag = request.from().ok()?.tag().unwrap_or_default();
    let [key, _] = cx.keys;
    let base = Hasher::new(key).with(request.call_id().ok()?).with(from_tag).with(&cseq.number.to_le_bytes()).finish();
    let hash = Hasher::new(key).with(&base.to_le_bytes());
    let branch = if via.has_cookie() {
        // the branch and the sent-by, which stands before the parameters
        hash.with(via.branch().unwrap_or_default()).with(before_params(via.raw())).finish()
    } else {
        let uri = match request.start() {
            Start::Request { uri, .. } => uri,
            Start::Response { .. } => &[],
        };
        hash.with(uri).with(via.raw()).finish()
    };
    let kind = match method {
        Method::Ack => Method::Invite,
        method => method,
    };
    Some(Keys { base, key: Hasher::new(key).with(&branch.to_le_bytes()).with(kind.text()).finish(), direct: false })
}

fn before_params(via: &[u8]) -> &[u8] {
    let end = via.iter().position(|byte| *byte == b';').unwrap_or(via.len());
    via.get(..end).unwrap_or_default()
}
