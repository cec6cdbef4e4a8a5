//! A thousand messages each way between two phones over real sockets: each is shown once, in its order, and has one end.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

mod host;

use host::{next, phone};
use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::phone::*;
use std::ffi::CString;

const COUNT: u64 = 1000;

fn stores(config: &mut microsip_config) {
    config.messages = MICROSIP_MESSAGES_STORE;
    config.max_messages = 2 * COUNT as u32 + 200;
    config.messages_reserve = COUNT as u32 + 100;
    config.messages_per_source = MICROSIP_NONE;
}

fn send(phone: u64, uri: &CString, nth: u64, notices: u32) {
    let body = nth.to_string();
    let message = microsip_message {
        size: size_of::<microsip_message>() as u32,
        len: body.len() as u32,
        tag: nth,
        uri: uri.as_ptr(),
        content_type: core::ptr::null(),
        body: body.as_ptr().cast(),
        headers: core::ptr::null(),
        package: core::ptr::null(),
        reserved: core::ptr::null(),
        notices,
        reserved_notices: 0,
    };
    assert_eq!(unsafe { microsip_message_send(phone, 0, &message, nth, core::ptr::null_mut()) }, MICROSIP_OK);
}

fn body(phone: u64, message: u64) -> String {
    let (mut room, mut needed) = ([0u8; 64], 0);
    let code = unsafe { microsip_body_get(phone, message, room.as_mut_ptr().cast(), 64, &mut needed) };
    assert_eq!(code, MICROSIP_OK);
    String::from_utf8(room[..needed as usize].to_vec()).unwrap()
}

/// A phone's events, until its own have their end and as many came.
fn read(phone: u64) -> (Vec<u64>, Vec<String>) {
    let (mut ends, mut came) = (Vec::new(), Vec::new());
    while ends.len() < COUNT as usize || came.len() < COUNT as usize {
        let event = next(phone);
        match event.r#type {
            MICROSIP_EV_DONE => {
                assert_eq!((event.sip_code, event.result), (202, MICROSIP_OK), "of {}", event.token);
                ends.push(event.token);
            }
            MICROSIP_EV_MESSAGE => {
                came.push(body(phone, event.object));
                assert_eq!(microsip_id_release(phone, event.object), MICROSIP_OK);
            }
            MICROSIP_EV_LOST => panic!("events were lost"),
            _ => {}
        }
    }
    (ends, came)
}

#[test]
fn each_is_shown_once_in_its_order() {
    for notices in [0, MICROSIP_WANT_DELIVERY] {
        let phones = [phone(stores), phone(stores)];
        let uris = phones.map(|phone| {
            let mut address = microsip_addr::default();
            assert_eq!(unsafe { microsip_address_get(phone, MICROSIP_ADDRESS_V4, &mut address) }, MICROSIP_OK);
            CString::new(format!("sip:x@127.0.0.1:{}", address.port)).unwrap()
        });
        for nth in 1..=COUNT {
            send(phones[0], &uris[1], nth, notices);
            send(phones[1], &uris[0], nth, notices);
        }
        let readers = phones.map(|phone| std::thread::spawn(move || read(phone)));
        for reader in readers {
            let (ends, came) = reader.join().unwrap();
            assert!(ends.iter().copied().eq(1..=COUNT), "each has one end, in its order");
            assert!(
                came.iter().map(|body| body.parse::<u64>().unwrap()).eq(1..=COUNT),
                "each is shown once, in its order"
            );
        }
        for phone in phones {
            assert_eq!(microsip_destroy(phone), MICROSIP_OK);
        }
    }
}
