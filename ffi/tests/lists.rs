//! A list of parties that one subscription watches (RFC 4662), of both families.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
#![cfg(feature = "lists")]

mod world;

use microsip::abi::code::*;
use microsip::abi::types::*;
use world::{World, c, engine_config, lines, zeroed};

const LIST: &str = "--b\r\nContent-ID: <r>\r\nContent-Type: application/rlmi+xml\r\n\r\n<list uri=\"sip:floor@x\" version=\"0\" \
                    fullState=\"true\"><resource uri=\"sip:dora@x\"><name>Dora</name><instance id=\"1\" state=\"active\" cid=\"d\"/></resource>\
                    <resource uri=\"sip:jim@x\"><instance id=\"1\" state=\"terminated\" reason=\"rejected\"/></resource></list>\r\n\
                    --b\r\nContent-ID: <d>\r\nContent-Type: application/dialog-info+xml\r\n\r\n<dialog-info version=\"1\" state=\"full\" \
                    entity=\"sip:dora@x\"><dialog id=\"1\" call-id=\"c\" local-tag=\"l\" remote-tag=\"r\" direction=\"recipient\">\
                    <state>early</state><remote><identity>sip:erik@x</identity></remote></dialog></dialog-info>\r\n--b--\r\n";

fn notify(world: &mut World, subscribe: &str, nth: u32, kind: &str, body: &str) -> String {
    let (far, own) = (world.far(), world.own());
    let of = |name| lines(subscribe, &[name]).trim_end().split_once(": ").unwrap().1.to_owned();
    world.deliver(&format!(
        "NOTIFY sip:anna@{own} SIP/2.0\r\nVia: SIP/2.0/UDP {far};branch=z9hG4bKn{nth}\r\nFrom: {};tag=far\r\nTo: {}\r\nCall-ID: {}\r\n\
         CSeq: {nth} NOTIFY\r\nMax-Forwards: 70\r\nContact: <sip:{far}>\r\nEvent: dialog\r\nSubscription-State: active\r\n\
         Require: eventlist\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
        of("To"),
        of("From"),
        of("Call-ID"),
        body.len()
    ));
    let response = world.sent("SIP/2.0 ");
    response.split("\r\n").next().unwrap().to_owned()
}

fn watched(mut world: World) {
    let uri = std::ffi::CString::new(format!("sip:floor@{}", world.far())).unwrap();
    let mut s: microsip_subscription = zeroed();
    (s.package, s.uri, s.tag) = (MICROSIP_DIALOG, uri.as_ptr(), 9);
    let mut subscription = 0;
    // what contradicts the package is named
    for (event, accept, member) in
        [(c(c"x"), core::ptr::null(), "s->event"), (core::ptr::null(), c(c"a/b"), "s->accept")]
    {
        (s.event, s.accept) = (event, accept);
        assert_eq!(world.subscription_add(0, &s, &mut subscription), MICROSIP_E_TEXT);
        if cfg!(feature = "sentences") {
            let said = world.last_error();
            assert!(said.contains(member) && said.contains("s->package"), "{said}");
        }
    }
    (s.event, s.accept) = (core::ptr::null(), core::ptr::null());
    assert_eq!(world.subscription_add(0, &s, &mut subscription), MICROSIP_OK);
    let subscribe = world.sent("SUBSCRIBE ");
    assert!(subscribe.contains("\r\nSupported: eventlist\r\n"), "{subscribe}");
    let contact = format!("Contact: <sip:{}>\r\nExpires: 600\r\n", world.far());
    world.respond(&subscribe, "200 OK", &contact);
    let kind = "multipart/related;type=\"application/rlmi+xml\";boundary=b";
    assert_eq!(notify(&mut world, &subscribe, 1, kind, LIST), "SIP/2.0 200 OK");
    let told = world.until(|event| event.r#type == MICROSIP_EV_NOTIFY);
    assert_eq!((told.object, told.state, told.value, told.tag), (subscription, MICROSIP_LAMP_RINGING, 1, 9));
    let mut info: microsip_subscription_info = zeroed();
    assert_eq!(world.subscription_info_get(subscription, &mut info), MICROSIP_OK);
    assert_eq!((info.list, info.entries, info.left_out, info.unread), (1, 3, 0, 0));
    let entry = |world: &World, index| {
        let mut entry: microsip_entry = zeroed();
        assert_eq!(world.subscription_entry_get(subscription, index, &mut entry), MICROSIP_OK);
        let text = |which| {
            let (mut text, mut needed) = ([0u8; 100], 0);
            match world.text_get(subscription, which, index, text.as_mut_ptr().cast(), 100, &mut needed) {
                MICROSIP_OK => String::from_utf8_lossy(&text[..needed as usize - 1]).into_owned(),
                code => format!("({code})"),
            }
        };
        let texts =
            [MICROSIP_TXT_ENTRY_RESOURCE, MICROSIP_TXT_ENTRY_NAME, MICROSIP_TXT_ENTRY_URI, MICROSIP_TXT_ENTRY_REASON];
        (entry.resource, entry.lamp, texts.map(text).join(" "))
    };
    let (party, nothing) = (MICROSIP_RESOURCE_PARTY, format!("({MICROSIP_NOTHING})"));
    assert_eq!(entry(&world, 0), (party, MICROSIP_LAMP_RINGING, format!("sip:dora@x Dora {nothing} {nothing}")));
    assert_eq!(entry(&world, 1), (0, MICROSIP_LAMP_RINGING, format!("sip:dora@x {nothing} sip:erik@x {nothing}")));
    assert_eq!(entry(&world, 2), (party, MICROSIP_LAMP_UNKNOWN, format!("sip:jim@x {nothing} {nothing} rejected")));
    // one that cannot be read is told, and what was told stays
    assert_eq!(notify(&mut world, &subscribe, 2, kind, "x"), "SIP/2.0 400 Bad Request");
    let told = world.until(|event| event.r#type == MICROSIP_EV_SUBSCRIPTION);
    assert_eq!((told.object, told.state), (subscription, MICROSIP_SUB_ACTIVE));
    assert_eq!(world.subscription_info_get(subscription, &mut info), MICROSIP_OK);
    assert_eq!((info.unread, info.lamp, info.entries), (400, MICROSIP_LAMP_RINGING, 3));
}

#[test]
fn an_engine_watches_a_list() {
    let mut config = engine_config();
    (config.max_subscriptions, config.subscription_bytes) = (1, 2048);
    watched(World::engine(&config));
}

#[cfg(feature = "host")]
#[test]
fn a_phone_watches_a_list() {
    watched(World::host(|_| ()));
}
