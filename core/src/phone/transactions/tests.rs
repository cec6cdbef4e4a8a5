//! Cases that the lab cannot bring about: no method but INVITE owes its response yet.

use super::keys::keys_of;
use super::server::{Kind, Served};
use super::serving::{Absorbed, Lent, Met, ServerDue};
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::tests::support::{self, START, flow, sent};
use crate::phone::{Capacity, Phone, Setup};
use crate::sip::server::State;
use crate::sip::tombstone::Responded;
use crate::wire::sip::{Message, Method, Writer};
use std::format;
use std::string::String;

fn phone() -> Phone<'static> {
    let capacity = Capacity::host(2, 1, 2048);
    support::phone(&capacity, &Setup { allow_direct: true, ..Setup::default() })
}

fn message(method: &str) -> String {
    format!(
        "{method} sip:anna@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;rport;branch=z9hG4bK1\r\n\
         From: <sip:berta@10.0.0.9>;tag=b\r\nTo: <sip:anna@10.0.0.1>;tag=a\r\nCall-ID: c\r\nCSeq: 5 {method}\r\n\
         Max-Forwards: 70\r\nContent-Length: 2\r\n\r\nhi"
    )
}

fn respond(phone: &mut Phone<'_>, now: Instant, handle: Handle, status: u16) {
    let lower = &mut phone.lower;
    let Lent { head, mut out, kept } = lower.transactions.lend_response(handle, status, b"").unwrap();
    assert_eq!(kept, b"hi");
    out.put_str("\r\n");
    Writer::new(&mut out).end();
    let needed = out.finish();
    lower.transactions.written_response(&mut lower.cx, handle, head, needed).unwrap();
    lower.transactions.respond(&mut lower.cx, now, handle);
}

#[test]
fn a_request_of_another_method_may_owe_its_response() {
    let mut phone = phone();
    let text = message("UPDATE");
    let request = Message::parse(text.as_bytes()).unwrap();
    let served = Served { call: Handle::NONE, dialog: Handle { index: 1, generation: 1 }, kind: Kind::Reinvite };
    let lower = &mut phone.lower;
    let mandatory = request.mandatory().unwrap();
    let keys = keys_of(&lower.cx, &request, &mandatory, Method::Update);
    assert_eq!(lower.transactions.absorb(&mut lower.cx, START, keys, false), Absorbed::New);
    let handle = lower
        .transactions
        .open(&mut lower.cx, START, (flow(9), keys), (&request, &mandatory), request.body(), served)
        .unwrap();
    // a repetition is absorbed while nothing has left
    assert_eq!(lower.transactions.absorb(&mut lower.cx, START, keys, false), Absorbed::Nothing);
    assert_eq!(lower.transactions.kept_of(handle), b"hi");
    // no CANCEL and no ACK is for it
    let invite = keys_of(&lower.cx, &request, &mandatory, Method::Invite);
    assert!(matches!(lower.transactions.cancelled(START, invite), Met::Nothing));
    assert_eq!(sent(&mut phone, START), [""; 0]);
    // rfc4320#4.1: 100 after 3.5 s, not before
    let trying = START + Duration::from_millis(3500);
    assert_eq!(phone.lower.transactions.server(handle).unwrap().status(), 0);
    assert_eq!(phone.poll_timeout(), Some(trying));
    phone.handle_timeout(trying);
    assert!(sent(&mut phone, trying)[0].starts_with("SIP/2.0 100 "));
    // rfc3261#17.2.2: the final response, and the same again for each repetition, until timer J
    respond(&mut phone, trying, handle, 200);
    let first = sent(&mut phone, trying);
    assert!(first[0].starts_with("SIP/2.0 200 OK\r\n") && first[0].contains("CSeq: 5 UPDATE\r\n"), "{first:?}");
    assert_eq!(phone.lower.transactions.server_state(handle), Some(State::Completed));
    let lower = &mut phone.lower;
    assert_eq!(lower.transactions.absorb(&mut lower.cx, trying, keys, false), Absorbed::Nothing);
    assert!(lower.transactions.acknowledged(invite, Some(served.dialog)).is_none());
    assert_eq!(sent(&mut phone, trying), first);
    let end = trying + Duration::from_secs(32);
    assert_eq!(phone.poll_timeout(), Some(end));
    let lower = &mut phone.lower;
    assert!(matches!(lower.transactions.server_due(&mut lower.cx, end, handle), ServerDue::Over));
    assert_eq!(lower.transactions.close(&mut lower.cx, end, handle, Responded::default()), Some(served));
    assert_eq!(lower.transactions.servers_used(), 0);
    assert_eq!(lower.transactions.absorb(&mut lower.cx, end, keys, false), Absorbed::Nothing);
}
