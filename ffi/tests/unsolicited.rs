//! NOTIFYs without a subscription, from an account's own server: its mailbox (RFC 3842), and that its settings are to be
//! read again. Of both families.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
#![cfg(feature = "subscribe")]

mod world;

use microsip::abi::code::*;
use microsip::abi::types::*;
use world::{World, c, engine_config, zeroed};

/// The far end sends an event without a subscription; the line of the response.
fn notify(world: &mut World, nth: u32, event: &str, kind: &str, body: &str) -> String {
    let (far, own) = (world.far(), world.own());
    let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
    world.deliver(&format!(
        "NOTIFY sip:anna@{own} SIP/2.0\r\nVia: SIP/2.0/UDP {far};branch=z9hG4bKn{nth}\r\nFrom: <sip:pbx@{far}>;tag=n{nth}\r\n\
         To: <sip:anna@{own}>\r\nCall-ID: n{nth}\r\nCSeq: 1 NOTIFY\r\nMax-Forwards: 70\r\nEvent: {event}\r\n{kind}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    let response = world.sent("SIP/2.0 ");
    assert!(response.contains(&format!("\r\nCall-ID: n{nth}\r\n")), "{response}");
    response.split("\r\n").next().unwrap().to_owned()
}

fn info(world: &World, account: u64) -> microsip_account_info {
    let mut info: microsip_account_info = zeroed();
    assert_eq!(world.account_info_get(account, &mut info), MICROSIP_OK);
    info
}

fn unsolicited(mut world: World) {
    let registrar = std::ffi::CString::new(format!("sip:{}", world.far())).unwrap();
    let mut a: microsip_account = zeroed();
    (a.uri, a.registrar, a.tag) = (c(c"sip:anna@example.org"), registrar.as_ptr(), 41);
    let mut account = 0;
    assert_eq!(world.account_add(&a, &mut account), MICROSIP_OK);
    let register = world.sent("REGISTER ");
    let contact = world::lines(&register, &["Contact"]);
    world.respond(&register, "200 OK", &format!("{}\r\nExpires: 300\r\n", contact.trim_end()));
    world.until(|event| event.r#type == MICROSIP_EV_ACCOUNT && event.state == MICROSIP_REGISTERED);
    let before = info(&world, account);
    assert_eq!((before.mailbox, before.new_messages, before.mailbox_us), (MICROSIP_LAMP_UNKNOWN, 0, u64::MAX));
    let mut entry: microsip_entry = zeroed();
    assert_eq!(world.account_mailbox_get(account, 0, &mut entry), MICROSIP_NOTHING);
    assert_eq!(world.text(account, MICROSIP_TXT_MAILBOX), format!("({MICROSIP_NOTHING})"));

    let kind = "application/simple-message-summary";
    let body = "Messages-Waiting: yes\r\nMessage-Account: sip:*97@example.org\r\nVoice-Message: 2/8 (1/3)\r\nText-Message: 0/4\r\n";
    assert_eq!(notify(&mut world, 1, "message-summary", kind, body), "SIP/2.0 200 OK");
    let told = world.until(|event| event.r#type == MICROSIP_EV_MAILBOX);
    assert_eq!((told.object, told.owner, told.tag), (account, 0, 41));
    assert_eq!((told.state, told.value), (MICROSIP_LAMP_OPEN, 2));
    let now = info(&world, account);
    assert_eq!((now.mailbox, now.new_messages, now.mailbox_us), (MICROSIP_LAMP_OPEN, 2, told.time_us));
    assert_eq!(world.text(account, MICROSIP_TXT_MAILBOX), "sip:*97@example.org");
    let classes: Vec<_> = (0..2)
        .map(|index| {
            let mut entry: microsip_entry = zeroed();
            assert_eq!(world.account_mailbox_get(account, index, &mut entry), MICROSIP_OK);
            let counts = [entry.new_messages, entry.old_messages, entry.new_urgent, entry.old_urgent];
            (entry.message_class, entry.lamp, counts, entry.activity, entry.called)
        })
        .collect();
    assert_eq!(classes, [(1, MICROSIP_LAMP_OPEN, [2, 8, 1, 3], 0, 0), (5, MICROSIP_LAMP_CLOSED, [0, 4, 0, 0], 0, 0)]);
    assert_eq!(world.account_mailbox_get(account, 2, &mut entry), MICROSIP_NOTHING);
    assert_eq!(world.account_mailbox_get(account, 0, core::ptr::null_mut()), MICROSIP_E_NULL);
    assert_eq!(world.account_mailbox_get(0, 0, &mut entry), MICROSIP_E_ARG);

    // the same again is no event: the next one is that of the wish behind it
    assert_eq!(notify(&mut world, 2, "message-summary", kind, body), "SIP/2.0 200 OK");
    for (nth, event, value) in
        [(3, "check-sync", 0), (4, "check-sync;reboot=false", MICROSIP_OFF), (5, "check-sync;reboot=true", MICROSIP_ON)]
    {
        assert_eq!(notify(&mut world, nth, event, "", ""), "SIP/2.0 200 OK");
        let told = world.until(|event| matches!(event.r#type, MICROSIP_EV_CHECK_SYNC | MICROSIP_EV_MAILBOX));
        assert_eq!((told.r#type, told.object, told.value, told.tag), (MICROSIP_EV_CHECK_SYNC, account, value, 41));
    }
    assert_eq!(notify(&mut world, 6, "presence", "", ""), "SIP/2.0 481 Call/Transaction Does Not Exist");
    assert_eq!(notify(&mut world, 7, "message-summary", kind, "nothing"), "SIP/2.0 400 Bad Request");

    // once it is not registered any more, nobody would tell of a change
    assert_eq!(world.account_unregister(account, 0), MICROSIP_OK);
    let register = world.sent("REGISTER ");
    world.respond(&register, "200 OK", "");
    world.until(|event| event.r#type == MICROSIP_EV_ACCOUNT && event.state == MICROSIP_UNREGISTERED);
    let last = info(&world, account);
    assert_eq!((last.mailbox, last.new_messages, last.mailbox_us), (MICROSIP_LAMP_UNKNOWN, 0, u64::MAX));
    assert_eq!(world.account_remove(account), MICROSIP_OK);
    assert_eq!(world.account_mailbox_get(account, 0, &mut entry), MICROSIP_E_STALE);
}

#[test]
fn an_engine_is_told() {
    unsolicited(World::engine(&engine_config()));
}

#[test]
fn a_phone_of_the_host_family_is_told() {
    unsolicited(World::host(|_| ()));
}
