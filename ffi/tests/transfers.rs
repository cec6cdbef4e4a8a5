//! Transfers in both families: a REFER that comes is followed and reported, one of ours is told step by step.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

mod world;

use core::cell::Cell;
use microsip::abi::code::*;
use microsip::abi::types::*;
use std::ffi::CString;
use world::{World, lines, zeroed};

/// A call that is up, with what its far end puts at the head of its requests.
fn up(world: &mut World, id: &str) -> (u64, String) {
    let (call, head) = world.invite(id, "timer");
    assert_eq!(world.answer(call, 200, core::ptr::null()), MICROSIP_OK);
    let ok = world.sent("SIP/2.0 200");
    let head = format!("{head}{}", lines(&ok, &["To"]));
    request(world, &head, "ACK", 1, "", "");
    world.call_event(MICROSIP_CONNECTED);
    (call, head)
}

/// The far end's request in that call's dialog.
fn request(world: &mut World, head: &str, method: &str, number: u32, more: &str, body: &str) {
    let (far, own) = (world.far(), world.own());
    world.deliver(&format!(
        "{method} sip:anna@{own} SIP/2.0\r\nVia: SIP/2.0/UDP {far};branch=z9hG4bK{method}{number}\r\n{head}\
         CSeq: {number} {method}\r\n{more}Content-Length: {}\r\n\r\n{body}",
        body.len()
    ));
}

fn is_followed_and_reported(mut world: World) {
    let far = world.far();
    let (call, head) = up(&mut world, "asks");
    let wish = format!("Refer-To: <sip:carol@{far}>\r\nReferred-By: <sip:bob@{far}>\r\n");
    request(&mut world, &head, "REFER", 2, &wish, "");
    let event = world.until(|event| event.r#type == MICROSIP_EV_REFER);
    assert_eq!((event.owner, event.state, event.sip_code), (call, MICROSIP_UNREAD, 0));
    assert_eq!(world.text(event.object, MICROSIP_TXT_REFER_TO), format!("sip:carol@{far}"));
    assert_eq!(world.text(event.object, MICROSIP_TXT_REFERRED_BY), format!("sip:bob@{far}"));
    let mut info: microsip_message_info = zeroed();
    assert_eq!(world.message_info_get(event.object, &mut info), MICROSIP_OK);
    assert_eq!((info.refer, info.call, info.state), (1, call, MICROSIP_UNREAD));

    let (o, mut new) = (microsip_options { refer: event.object, ..zeroed() }, 0);
    assert_eq!(world.dial(0, core::ptr::null(), &o, &mut new), MICROSIP_OK);
    // the order of what leaves is the core's; each of it is waited for
    let invite = world.sent("INVITE ");
    assert!(
        invite.starts_with("INVITE sip:carol@") && invite.contains(&format!("Referred-By: <sip:bob@{far}>")),
        "{invite}"
    );
    let mut told: microsip_call_info = zeroed();
    assert_eq!(world.call_info_get(new, &mut told), MICROSIP_OK);
    assert_eq!(told.refer, event.object);
    if !world.is_host() {
        // a host's far end has read these before the INVITE, and let them go
        assert!(world.sent("SIP/2.0 200").contains("CSeq: 2 REFER"));
        let notify = world.sent("NOTIFY ");
        assert!(notify.contains("Event: refer") && notify.ends_with("SIP/2.0 100 Trying\r\n"), "{notify}");
        world.respond(&notify, "200 OK", "");
        world.respond(&invite, "486 Busy Here", "");
        let notify = world.sent("NOTIFY ");
        assert!(notify.contains("terminated") && notify.ends_with("SIP/2.0 486 Busy Here\r\n"), "{notify}");
        world.respond(&notify, "200 OK", "");
    } else {
        world.respond(&invite, "486 Busy Here", "");
    }
    world.until(|event| event.object == new && event.r#type == MICROSIP_EV_CALL && event.state == MICROSIP_ENDED);
}

fn of_ours_is_told(mut world: World) {
    let (call, head) = up(&mut world, "asked");
    let to = CString::new(format!("sip:carol@{}", world.far())).unwrap();
    assert_eq!(world.transfer(call, to.as_ptr(), 0, core::ptr::null(), 9), MICROSIP_OK);
    let refer = world.sent("REFER ");
    assert!(refer.contains(&format!("Refer-To: <{}>", to.to_str().unwrap())), "{refer}");
    world.respond(&refer, "202 Accepted", "");
    let kind = "Event: refer\r\nContent-Type: message/sipfrag;version=2.0\r\n";
    let ringing = format!("{kind}Subscription-State: active;expires=60\r\n");
    request(&mut world, &head, "NOTIFY", 2, &ringing, "SIP/2.0 180 Ringing\r\n");
    let step = world.until(|event| event.r#type == MICROSIP_EV_TRANSFER && event.state == MICROSIP_TRANSFER_RINGING);
    assert_eq!((step.object, step.token, step.sip_code, step.result), (call, 9, 180, MICROSIP_OK));
    let mut info: microsip_call_info = zeroed();
    assert_eq!(world.call_info_get(call, &mut info), MICROSIP_OK);
    assert_eq!(info.transfer, MICROSIP_TRANSFER_RINGING);
    let over = format!("{kind}Subscription-State: terminated;reason=noresource\r\n");
    request(&mut world, &head, "NOTIFY", 3, &over, "SIP/2.0 200 OK\r\n");
    world.until(|event| event.r#type == MICROSIP_EV_TRANSFER && event.state == MICROSIP_TRANSFER_DONE);
    // the end of the command and that of the call follow, in this order or the other
    let (done, ended) = (Cell::new(false), Cell::new(false));
    world.until(|event| {
        let is_end = event.r#type == MICROSIP_EV_DONE && event.op == MICROSIP_OP_TRANSFER && event.token == 9;
        done.set(done.get() || is_end);
        ended.set(ended.get() || event.r#type == MICROSIP_EV_CALL && event.cause == MICROSIP_CAUSE_TRANSFERRED);
        done.get() && ended.get()
    });
    world.sent("BYE ");
}

fn engine() -> World {
    World::engine(&microsip_engine_config { refer: MICROSIP_POLICY_ASK, ..world::engine_config() })
}

fn host() -> World {
    World::host(|config| config.refer = MICROSIP_POLICY_ASK)
}

#[test]
fn a_refer_that_comes_is_followed_and_reported_by_an_engine() {
    is_followed_and_reported(engine());
}

#[test]
fn a_refer_that_comes_is_followed_by_a_phone() {
    is_followed_and_reported(host());
}

#[test]
fn a_transfer_of_an_engine_is_told_step_by_step() {
    of_ours_is_told(engine());
}

#[test]
fn a_transfer_of_a_phone_is_told_step_by_step() {
    of_ours_is_told(host());
}
