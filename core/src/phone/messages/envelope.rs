//! The body of a message of ours: its type, and the envelope (RFC 3862) of one that notices are wanted of.

use super::message::Message;
#[cfg(feature = "imdn")]
use super::status::Kind;
#[cfg(feature = "imdn")]
use crate::base::cursor::Cursor;
use crate::base::limits::TARGET;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::Lower;
use crate::phone::message::NewMessage;
#[cfg(feature = "imdn")]
use crate::wire::body::cpim::{self, Envelope};
#[cfg(feature = "imdn")]
use crate::wire::body::imdn;
#[cfg(feature = "imdn")]
use crate::wire::sip::{Address, write_socket};

/// The type of a body that the application gives none for (rfc3428#4).
pub(super) const TEXT: &str = "text/plain;charset=UTF-8";

/// Bytes of the longest envelope of a message that asks for notices: two URIs, of which each byte may be written as two,
/// the type of what is in it, and fields of known length.
pub(super) const ENVELOPE: usize = if cfg!(feature = "imdn") { 4 * TARGET + TARGET + 256 } else { 0 };

/// Seconds from 1900, where the phone's clock of the day begins, to 1970.
#[cfg(feature = "imdn")]
const TO_1970: u64 = 2_208_988_800;

/// The seconds since 1970, where the driver gave a clock of the day.
#[cfg(feature = "imdn")]
fn unix_s(lower: &Lower<'_>, now: Instant) -> u64 {
    let epoch = u64::from(lower.cx.fixed.epoch_s);
    if epoch == 0 {
        return 0;
    }
    // one before 1968 is of the era that begins in 2036
    let since_1900 = if epoch < 1 << 31 { epoch + (1 << 32) } else { epoch };
    since_1900.saturating_add(now.millis() / 1000).saturating_sub(TO_1970)
}

/// Writes the envelope of a message of ours, with the name of its slot; none: it is in no envelope.
// `inline(never)`: its texts are on the stack of these messages alone
#[cfg(feature = "imdn")]
#[inline(never)]
pub(super) fn envelope<'r>(
    lower: &Lower<'_>,
    (now, handle): (Instant, Handle),
    message: &Message,
    (uri, new): (&[u8], &NewMessage<'_>),
    room: &'r mut [u8; ENVELOPE],
) -> &'r [u8] {
    let is_notice = message.status.kind == Kind::Notice;
    if message.status.asked.0 == 0 && !is_notice {
        return b"";
    }
    let mut out = Cursor::new(room);
    let mut own = [0u8; TARGET];
    let [from, to] = parties(lower, message, uri, &mut own);
    let content_type = if is_notice { imdn::TYPE } else { kind_of(new) };
    Envelope {
        from,
        to,
        unix_s: unix_s(lower, now),
        message_id: name_of(handle, message.status.secret),
        asked: message.status.asked,
        is_notice,
        content_type: if content_type.is_empty() { TEXT } else { content_type },
    }
    .write(&mut out);
    let len = out.needed();
    debug_assert!(len <= ENVELOPE, "an envelope of {len} bytes");
    room.get(..len).unwrap_or_default()
}

/// Without notices there is no envelope.
#[cfg(not(feature = "imdn"))]
pub(super) const fn envelope<'r>(
    _: &Lower<'_>,
    _: (Instant, Handle),
    _: &Message,
    _: (&[u8], &NewMessage<'_>),
    room: &'r mut [u8; ENVELOPE],
) -> &'r [u8] {
    room
}

/// The parties of a message, as its envelope names them, for an envelope without them is none to some far ends: those of
/// its call; else the account, and the URI that it goes to. A direct sender is named by an address of the phone's, for its
/// way is not known yet; one who does not want to be known by nobody's (rfc3323#4.1).
#[cfg(feature = "imdn")]
fn parties<'l>(lower: &'l Lower<'_>, message: &Message, uri: &'l [u8], room: &'l mut [u8; TARGET]) -> [&'l [u8]; 2] {
    if let Some(dialog) = lower.dialogs.dialog(message.dialog) {
        let block = lower.dialogs.text(message.dialog);
        return [dialog.local, dialog.remote].map(|named| {
            let uri = Address::parse(named.of(block)).map_or(b"".as_slice(), |address| address.uri);
            Some(uri).filter(|uri| uri.len() <= TARGET).unwrap_or_default()
        });
    }
    #[cfg(feature = "identity")]
    if lower.accounts.identity(message.account, &crate::phone::DialOptions::default()).names() {
        return [b"sip:anonymous@anonymous.invalid", uri];
    }
    if let Some(own) = lower.accounts.uri(message.account) {
        return [Some(own).filter(|own| own.len() <= TARGET).unwrap_or_default(), uri];
    }
    let mut out = Cursor::new(room);
    out.put_str("sip:");
    out.put(lower.cx.fixed.direct_user.get());
    if let Some(local) = lower.cx.sockets.iter().flatten().next() {
        out.put_str("@");
        write_socket(&mut out, *local);
    }
    let len = out.finish().unwrap_or(0);
    [room.get(..len).unwrap_or_default(), uri]
}

/// The name of a message of ours (rfc5438#6.3).
#[cfg(feature = "imdn")]
pub(super) const fn name_of(handle: Handle, secret: u64) -> u128 {
    (secret as u128) << 64 | (handle.index as u128) << 32 | handle.generation as u128
}

/// The type of its body, or of the envelope around it.
pub(super) fn outer_kind<'n>(new: &NewMessage<'n>, envelope: &[u8]) -> &'n str {
    #[cfg(feature = "imdn")]
    if !envelope.is_empty() {
        return cpim::TYPE;
    }
    let _ = envelope;
    kind_of(new)
}

/// The type of its body.
fn kind_of<'n>(new: &NewMessage<'n>) -> &'n str {
    match new.content_type {
        // what is in an envelope has a type, though it may have no bytes
        "" if new.body.is_empty() && new.notices.0 == 0 => "",
        "" => TEXT,
        kind => kind,
    }
}
