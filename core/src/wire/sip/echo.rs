//! The headers of a request that its responses repeat.

use core::net::SocketAddr;

use super::chars::{Scan, same};
use super::message::Message;
use super::name::Name;
use super::via::Via;
use super::write::{write_host, write_v6};
use crate::base::cursor::Cursor;

/// Writes the headers that every response repeats (rfc3261#8.2.6.2): all Via, the top one stamped with the request's
/// source; From, Call-ID, CSeq, Timestamp; and To last, *without its line end*, so that a tag can follow.
/// [`super::Writer::echoed`] completes it. `via`: the top Via, if it can be read.
pub fn echo(message: &Message<'_>, via: Option<&Via<'_>>, source: SocketAddr, out: &mut Cursor<'_>) {
    write(message, via, source, false, out);
}

/// The same with the Record-Route fields, for responses that make a dialog (rfc3261#12.1.1).
pub fn echo_with_routes(message: &Message<'_>, via: Option<&Via<'_>>, source: SocketAddr, out: &mut Cursor<'_>) {
    write(message, via, source, true, out);
}

fn write(message: &Message<'_>, via: Option<&Via<'_>>, source: SocketAddr, routes: bool, out: &mut Cursor<'_>) {
    let mut top = via;
    for mut field in message.fields(Name::Via) {
        if let Some(via) = top.take() {
            out.put(b"Via: ");
            stamp(via, source, out);
            out.put(b"\r\n");
            // the others of the same field
            let mut scan = Scan::new(field.get(via.raw().len()..).unwrap_or_default());
            scan.lws();
            let _ = scan.eat(b',');
            scan.lws();
            field = scan.rest;
        }
        if !field.is_empty() {
            line(b"Via: ", field, out);
        }
    }
    if routes {
        for field in message.fields(Name::RecordRoute) {
            line(b"Record-Route: ", field, out);
        }
    }
    for (name, label) in [
        (Name::From, &b"From: "[..]),
        (Name::CallId, b"Call-ID: "),
        (Name::CSeq, b"CSeq: "),
        (Name::Timestamp, b"Timestamp: "),
    ] {
        if let Some(value) = message.header(name) {
            line(label, value, out);
        }
    }
    out.put(b"To: ");
    out.put(message.header(Name::To).unwrap_or_default());
}

fn line(label: &[u8], value: &[u8], out: &mut Cursor<'_>) {
    out.put(label);
    out.put(value);
    out.put(b"\r\n");
}

/// A Via with received and rport as the source wants them.
fn stamp(via: &Via<'_>, source: SocketAddr, out: &mut Cursor<'_>) {
    let raw = via.raw();
    let params = via.params;
    let asked = via.rport().is_some();
    // rfc3261#18.2.1: received where sent-by is a name or another address; rfc3581#4: always where rport is there
    let received = asked || via.host.ip().is_none_or(|host| host.to_canonical() != source.ip().to_canonical());
    if !received && !params.has(b"received") {
        out.put(raw);
        return;
    }
    out.put(via.before_params());
    for (name, value) in params {
        // a value that is there already was written by the sender, who cannot know it
        if same(name, b"received") || same(name, b"rport") {
            continue;
        }
        out.put(b";");
        out.put(name);
        if let Some(value) = value {
            out.put(b"=");
            out.put(value);
        }
    }
    if received {
        out.put(b";received=");
        match source.ip().to_canonical() {
            core::net::IpAddr::V4(address) => write_host(out, address.into()),
            // rfc5118#4.5: without brackets, as the grammar of rfc3261#20.42 has it
            core::net::IpAddr::V6(address) => write_v6(out, address),
        }
    }
    if asked {
        out.put(b";rport=");
        out.put_number(u64::from(source.port()));
    }
}
