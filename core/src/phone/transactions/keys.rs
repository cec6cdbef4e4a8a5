//! The keys of a request that came in.

use crate::base::features;
use crate::base::table::Hasher;
use crate::phone::context::Context;
use crate::sip::tombstone::Keys;
use crate::wire::sip::{Mandatory, Message, Method, Start};

/// Requests other than INVITE have effects outside dialogs, so copies of them over other paths are recognised.
pub(in crate::phone) const OTHERS_BEGIN: bool = features::MESSAGE || features::SUBSCRIBE || features::NOTIFY;

/// rfc3261#17.2.3: branch, sent-by and method; without the cookie the fields that RFC 2543 compared.
pub(in crate::phone) fn keys_of(
    cx: &Context<'_>,
    request: &Message<'_>,
    mandatory: &Mandatory<'_>,
    method: Method<'_>,
) -> Keys {
    let Mandatory { via, from, call_id, cseq, .. } = mandatory;
    let from_tag = from.tag().unwrap_or_default();
    let [key, _] = cx.keys;
    let base = Hasher::new(key).with(call_id).with(from_tag).with(&cseq.number.to_le_bytes());
    // an ACK and a CANCEL are found by what their INVITE has
    let base = match method {
        Method::Invite | Method::Ack | Method::Cancel => base,
        method if OTHERS_BEGIN => base.with(method.text()),
        _ => base,
    };
    let base = base.finish();
    let hash = Hasher::new(key).with(&base.to_le_bytes());
    let branch = if via.has_cookie() {
        // the branch and the sent-by
        hash.with(via.branch().unwrap_or_default()).with(via.before_params()).finish()
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
    Keys { base, key: Hasher::new(key).with(&branch.to_le_bytes()).with(kind.text()).finish(), direct: false }
}
