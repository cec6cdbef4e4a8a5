//! Packages of INFO (RFC 6086) in a call, of both families: what each side takes, one of ours, one of theirs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
#![cfg(all(feature = "info", feature = "message"))]

mod world;

use microsip::abi::code::*;
use microsip::abi::types::*;
use world::{World, c, engine_config, lines, zeroed};

/// The far end sends an INFO of a package; the response begins so.
fn inform(world: &mut World, nth: u32, to: &str, package: &str) {
    let (far, own) = (world.far(), world.own());
    world.deliver(&format!(
        "INFO sip:anna@{own} SIP/2.0\r\nVia: SIP/2.0/UDP {far};branch=z9hG4bKp{nth}\r\nFrom: <sip:bob@{far}>;tag=c1\r\n\
         {to}Call-ID: c1\r\nCSeq: {nth} INFO\r\nMax-Forwards: 70\r\nInfo-Package: {package}\r\n\
         Content-Disposition: Info-Package\r\nContent-Type: a/b\r\nContent-Length: 2\r\n\r\nhi"
    ));
}

fn packages(mut world: World) {
    let call = world.connected("c1", "timer\r\nRecv-Info: beta, gamma;x=1");
    assert_eq!(world.text(call, MICROSIP_TXT_PACKAGE), "beta, gamma;x=1");
    let mut m: microsip_message = zeroed();
    let mut sent = 0;
    m.package = c(c"delta");
    assert_eq!(world.message_send(call, &m, 9, &mut sent), MICROSIP_E_STATE);
    (m.package, m.body, m.len, m.content_type) = (c(c"beta;n=2"), c(c"yo").cast(), 2, c(c"a/b"));
    assert_eq!(world.message_send(call, &m, 9, &mut sent), MICROSIP_OK);
    let info = world.sent("INFO ");
    assert!(info.contains("\r\nInfo-Package: beta;n=2\r\nContent-Disposition: Info-Package\r\n"), "{info}");
    assert!(info.ends_with("\r\n\r\nyo"), "{info}");
    assert_eq!(world.text(sent, MICROSIP_TXT_PACKAGE), "beta;n=2");
    world.respond(&info, "200 OK", "");
    let done = world.until(|event| event.r#type == MICROSIP_EV_DONE);
    assert_eq!((done.object, done.owner, done.token), (sent, call, 9));
    assert_eq!((done.op, done.result, done.sip_code), (MICROSIP_OP_SEND, MICROSIP_OK, 200));

    // our side of the dialog, as its far end names it
    let to = lines(&info, &["From"]).replacen("From", "To", 1);
    inform(&mut world, 2, &to, "foo;n=1");
    let told = world.until(|event| event.r#type == MICROSIP_EV_MESSAGE);
    assert_eq!((told.state, told.owner), (MICROSIP_UNREAD, call));
    let mut info: microsip_message_info = zeroed();
    assert_eq!(world.message_info_get(told.object, &mut info), MICROSIP_OK);
    assert_eq!((info.info, info.refer, info.incoming, info.call, info.len), (1, 0, 1, call, 2));
    assert_eq!(world.text(told.object, MICROSIP_TXT_PACKAGE), "foo;n=1");
    assert_eq!(world.message_answer(told.object, 0), MICROSIP_OK);
    world.sent("SIP/2.0 200");
    inform(&mut world, 3, &to, "beta");
    let refusal = world.sent("SIP/2.0 469");
    assert!(refusal.contains("\r\nRecv-Info: foo, bar\r\n"), "{refusal}");
    // a message has no package, and a call that was not asked has said none
    assert_eq!(world.text(call, MICROSIP_TXT_CONTENT_TYPE), format!("({MICROSIP_NOTHING})"));
    let mute = world.connected("c2", "timer");
    assert_eq!(world.text(mute, MICROSIP_TXT_PACKAGE), format!("({MICROSIP_NOTHING})"));
}

#[test]
fn an_engine_has_packages() {
    let config = microsip_engine_config { info_packages: c(c"foo, bar"), ..engine_config() };
    packages(World::engine(&config));
}

#[test]
fn a_phone_of_the_host_family_has_packages() {
    packages(World::host(|config| config.info_packages = c(c"foo, bar")));
}
