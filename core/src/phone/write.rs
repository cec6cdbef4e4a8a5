//! Parts of messages that several rooms write: functions over values.

use super::understood::Tags;
#[cfg(feature = "subscribe")]
use super::understood::{list, listed};
use super::{Flow, Transport};
use crate::base::cursor::Cursor;
use crate::base::features;
use crate::sip::session::timer::Lines;
use crate::sip::tag::Tag;
use crate::wire::sip::{Method, Name, Uri, Writer, write_host, write_socket};
use core::net::SocketAddr;

/// The parameter of our Contact's URI that carries an account's secret.
pub(super) const SECRET: &[u8] = b"mkey";

/// Bodies of INFO that we understand, for Accept.
#[cfg(feature = "info")]
pub(crate) const ACCEPT_INFO: &[u8] = b"application/dtmf-relay, application/dtmf";

/// Bodies of NOTIFY that we understand, for Accept.
#[cfg(feature = "subscribe")]
const OF_NOTIFY: &[&str] = &[
    "application/simple-message-summary",
    "application/dialog-info+xml",
    "application/pidf+xml",
    #[cfg(feature = "lists")]
    "multipart/related",
    #[cfg(feature = "lists")]
    "application/rlmi+xml",
    #[cfg(feature = "refer")]
    "message/sipfrag",
];
#[cfg(feature = "subscribe")]
pub(crate) static ACCEPT_NOTIFY: [u8; listed(OF_NOTIFY)] = list(OF_NOTIFY);

/// The packages that those who watch us are told of, for Allow-Events (rfc6665#8.2.2).
#[cfg(feature = "notify")]
pub(crate) const EVENTS: &[u8] = b"dialog, message-summary, presence";

/// Bodies of MESSAGE that every far end shows (rfc3428#7), for Accept: the types that an application takes beside this one
/// are not known.
#[cfg(feature = "message")]
pub(crate) const ACCEPT_TEXT: &[u8] = b"text/plain";

/// The same where the coding of a body is the fault: any type is taken.
#[cfg(feature = "message")]
pub(crate) const ACCEPT_ANY: &[u8] = b"*/*";

/// Bodies that we understand, for Accept: a description, by itself or as a part.
pub(crate) const ACCEPT: &[u8] = b"application/sdp, multipart/mixed";

/// Bytes of the end of a message without a body.
pub(super) const END: usize = "Content-Length: 0\r\n\r\n".len();

pub(super) const fn transport_name(transport: Transport) -> &'static [u8] {
    match transport {
        Transport::Udp => b"UDP",
        Transport::Tcp => b"TCP",
        Transport::Tls => b"TLS",
    }
}

/// The top of a request: request line, Via, Max-Forwards.
pub(super) fn write_top(
    writer: &mut Writer<'_, '_>,
    sending: Method<'_>,
    uri: &[u8],
    flow: Flow,
    local: SocketAddr,
    branch: Tag,
) {
    writer.request_line(sending, uri);
    let out = writer.cursor();
    out.put_str("Via: SIP/2.0/");
    out.put(transport_name(flow.transport()));
    out.put_str(" ");
    write_socket(out, local);
    // rfc3581#3: rport asks for the response at the request's source
    out.put_str(";rport;branch=");
    branch.write_branch(out);
    out.put_str("\r\nMax-Forwards: 70\r\n");
}

/// Our Contact: the flow's local address. Only that of REGISTER has a secret in it.
pub(super) fn write_contact(out: &mut Cursor<'_>, user: &[u8], flow: Flow, local: SocketAddr, secret: &[u8]) {
    write_contact_uri(out, user, flow, local, secret);
    out.put_str("\r\n");
}

/// Our Contact in a dialog. `focus`: what we are to the other side.
pub(super) fn write_target(out: &mut Cursor<'_>, user: &[u8], flow: Flow, local: SocketAddr, focus: bool) {
    write_contact_uri(out, user, flow, local, b"");
    // rfc4579#4.2: a focus says so in the Contact of its dialogs
    out.put_str(if features::CONFERENCE && focus { ";isfocus\r\n" } else { "\r\n" });
}

fn write_contact_uri(out: &mut Cursor<'_>, user: &[u8], flow: Flow, local: SocketAddr, secret: &[u8]) {
    out.put_str("Contact: <");
    write_target_uri(out, user, flow, local);
    if !secret.is_empty() {
        out.put_str(";");
        out.put(SECRET);
        out.put_str("=");
        out.put(secret);
    }
    out.put_str(">");
}

/// The URI of our Contact in a dialog.
pub(super) fn write_target_uri(out: &mut Cursor<'_>, user: &[u8], flow: Flow, local: SocketAddr) {
    out.put_str("sip:");
    if !user.is_empty() {
        out.put(user);
        out.put_str("@");
    }
    write_socket(out, local);
    match flow.transport() {
        Transport::Udp => {}
        Transport::Tcp => out.put_str(";transport=tcp"),
        Transport::Tls => out.put_str(";transport=tls"),
    }
}

/// The extensions of a message, in one Supported and one Require (`tags`, and the session timer's), and the timer's
/// other lines.
pub(super) fn write_extensions(writer: &mut Writer<'_, '_>, tags: (Tags, Tags), timer: &Lines) {
    let (supported, required) = tags;
    #[cfg(feature = "timers")]
    let supported = supported.and(Tags::TIMER.when(timer.supported()));
    #[cfg(feature = "timers")]
    let required = required.and(Tags::TIMER.when(timer.required()));
    supported.write(writer, Name::Supported);
    required.write(writer, Name::Require);
    timer.write(writer);
}

/// Writes Content-Length with room for a number that is known only later. Returns its offset.
pub(super) fn write_length_place(out: &mut Cursor<'_>) -> usize {
    out.put_str("Content-Length: ");
    let at = out.needed();
    out.put_str("    \r\n\r\n");
    at
}

/// RFC 4411: the reason for which a phone ends a call for one that matters more.
#[cfg(feature = "numbers")]
pub(super) const PREEMPTION: &[u8] = b"preemption;cause=1;text=\"UA Preemption\"";

/// Fills the number in: four columns, blanks before it.
pub(super) fn patch_length(out: &mut Cursor<'_>, at: usize, len: usize) {
    let mut digits = [b' '; 4];
    let mut rest = len;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.patch(at, &digits);
}

/// The user of our Contact in a dialog's requests and responses: its account's, or that of direct calls. `local`: our
/// side of the dialog.
pub(super) fn contact_user<'u>(account: Option<&'u [u8]>, direct: &'u [u8], local: &[u8]) -> &'u [u8] {
    // rfc3323#4.1.1.3: a Contact of an anonymous call names nobody
    #[cfg(feature = "identity")]
    if super::identity::is_anonymous(local) {
        return b"";
    }
    let _ = local;
    account.unwrap_or(direct)
}

/// The account's outbound proxy as a route: always loose.
pub(super) fn write_proxy(out: &mut Cursor<'_>, proxy: &[u8]) {
    out.put_str("<");
    out.put(proxy);
    if !Uri::parse(proxy).is_ok_and(|uri| uri.lr()) {
        out.put_str(";lr");
    }
    out.put_str(">");
}

/// rfc3261#20.43: the reason of a refused description, for people.
pub(super) fn write_warning(writer: &mut Writer<'_, '_>, code: u16, local: SocketAddr, words: &str) {
    writer.header(Name::Warning, |out| {
        out.put_number(u64::from(code));
        out.put_str(" ");
        write_host(out, local.ip());
        out.put_str(" \"");
        out.put_str(words);
        out.put_str("\"");
    });
}
