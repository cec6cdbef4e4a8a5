//! Transfers between phones of the host family, by an application that does what it should not: ids of another phone, a
//! release or a shut-down while one is under way, commands within callbacks, a transfer out of a hold, a conference and
//! a recording.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

mod host;

use core::ffi::{CStr, c_void};
use core::time::Duration;
use host::{next, phone, until};
use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::phone::*;
use std::ffi::CString;
use std::sync::mpsc::{Sender, channel};

fn following() -> u64 {
    phone(|config| (config.refer, config.replaces) = (MICROSIP_POLICY_FOLLOW, MICROSIP_POLICY_FOLLOW))
}

fn uri_of(phone: u64) -> CString {
    let mut address = microsip_addr::default();
    assert_eq!(unsafe { microsip_address_get(phone, MICROSIP_ADDRESS_V4, &mut address) }, MICROSIP_OK);
    CString::new(format!("sip:x@127.0.0.1:{}", address.port)).unwrap()
}

fn dial(near: u64, uri: &CStr) -> u64 {
    let mut call = 0;
    assert_eq!(unsafe { microsip_dial(near, 0, uri.as_ptr(), core::ptr::null(), &mut call) }, MICROSIP_OK);
    call
}

fn answer(far: u64) -> u64 {
    let call = until(far, MICROSIP_EV_CALL, MICROSIP_INCOMING).object;
    assert_eq!(unsafe { microsip_answer(far, call, 200, core::ptr::null()) }, MICROSIP_OK);
    call
}

/// A call of one phone with another; it is up at both.
fn talk(near: u64, far: u64) -> (u64, u64) {
    let call = dial(near, &uri_of(far));
    let theirs = answer(far);
    until(near, MICROSIP_EV_CALL, MICROSIP_CONNECTED);
    until(far, MICROSIP_EV_CALL, MICROSIP_CONNECTED);
    (call, theirs)
}

fn transfer(phone: u64, call: u64, uri: Option<&CStr>, consult: u64, token: u64) -> i32 {
    let uri = uri.map_or(core::ptr::null(), CStr::as_ptr);
    unsafe { microsip_transfer(phone, call, uri, consult, core::ptr::null(), token) }
}

fn state_of(phone: u64, call: u64) -> (i32, u32) {
    let mut info =
        microsip_call_info { size: size_of::<microsip_call_info>() as u32, ..unsafe { core::mem::zeroed() } };
    (unsafe { microsip_call_info_get(phone, call, &mut info) }, info.state)
}

fn last_error() -> String {
    let (mut text, mut needed) = ([0u8; 400], 0);
    assert_eq!(unsafe { microsip_last_error(text.as_mut_ptr().cast(), 400, &mut needed) }, MICROSIP_OK);
    CStr::from_bytes_until_nul(&text).unwrap().to_string_lossy().into_owned()
}

fn destroy(phones: &[u64]) {
    phones.iter().for_each(|phone| assert_eq!(microsip_destroy(*phone), MICROSIP_OK));
}

#[test]
fn ids_of_another_phone_and_of_other_things_transfer_nothing() {
    let (anna, bob) = (following(), following());
    let (ours, theirs) = talk(anna, bob);
    let uri = uri_of(bob);
    let mut conference = 0;
    assert_eq!(unsafe { microsip_conference_create(anna, 0, &mut conference) }, MICROSIP_OK);
    for (call, consult, uri, result) in [
        (theirs, 0, Some(&*uri), MICROSIP_E_FOREIGN),
        (ours, theirs, None, MICROSIP_E_FOREIGN),
        (conference, 0, Some(&*uri), MICROSIP_E_KIND),
        (ours, conference, None, MICROSIP_E_KIND),
        (bob, 0, Some(&*uri), MICROSIP_E_KIND),
        (0, 0, Some(&*uri), MICROSIP_E_ARG),
        (MICROSIP_SELF, 0, Some(&*uri), MICROSIP_E_ARG),
        (u64::MAX, 0, Some(&*uri), MICROSIP_E_ARG),
        (ours, u64::MAX, None, MICROSIP_E_ARG),
        (ours, ours, None, MICROSIP_E_ARG),
    ] {
        assert_eq!(transfer(anna, call, uri, consult, 1), result, "{call:#x} {consult:#x}: {}", last_error());
    }
    assert_eq!(transfer(conference, ours, Some(&uri), 0, 1), MICROSIP_E_KIND);
    assert_eq!(state_of(anna, ours), (MICROSIP_OK, MICROSIP_CONNECTED));
    // a text that is to be more than a target
    for wrong in [
        c"sip:x@127.0.0.1>\r\nX-Evil: 1\r\n",
        c"sip:x@127.0.0.1?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2",
        c"sip:x@127.0.0.1;method=BYE",
        c"sip:x@127.0.0.1, <sip:y@127.0.0.1>",
        c"<sip:x@127.0.0.1>, <sip:y@127.0.0.1>",
        c"",
        c"tel:+4930",
    ] {
        let result = transfer(anna, ours, Some(wrong), 0, 1);
        assert!(result < 0, "{wrong:?}: {result}");
        assert!(!last_error().is_empty());
    }
    let begun = transfer(anna, ours, Some(&uri_of(bob)), 0, 7);
    assert_eq!(begun, MICROSIP_OK, "and after all that it can be: {}", last_error());
    destroy(&[anna, bob]);
}

#[test]
fn a_call_is_not_released_while_it_is_transferred_and_a_shut_down_tells_the_end() {
    let (anna, bob, carol) = (following(), following(), following());
    let (ours, _) = talk(anna, bob);
    assert_eq!(transfer(anna, ours, Some(&uri_of(carol)), 0, 9), MICROSIP_OK);
    until(carol, MICROSIP_EV_CALL, MICROSIP_INCOMING);
    assert_eq!(microsip_id_release(anna, ours), MICROSIP_E_STATE, "{}", last_error());
    assert_eq!(transfer(anna, ours, Some(&uri_of(carol)), 0, 10), MICROSIP_E_STATE, "one at a time");
    assert_eq!(microsip_shutdown(anna, 2000), MICROSIP_OK);
    let (mut dones, mut ended) = (Vec::new(), 0);
    loop {
        let event = next(anna);
        match event.r#type {
            MICROSIP_EV_DONE => dones.push((event.token, event.op, event.result)),
            MICROSIP_EV_CALL if event.state == MICROSIP_ENDED => ended += 1,
            MICROSIP_EV_CLOSED => break,
            _ => {}
        }
    }
    assert_eq!((dones, ended), (vec![(9, MICROSIP_OP_TRANSFER, MICROSIP_E_CANCELLED)], 1));
    let late = transfer(anna, ours, Some(&uri_of(carol)), 0, 11);
    assert!(late == MICROSIP_E_STATE || late == MICROSIP_E_CLOSED, "{}", last_error());
    destroy(&[bob, anna, carol, anna]);
}

#[test]
fn a_transfer_out_of_a_hold_a_conference_and_a_recording_leaves_nothing() {
    let (anna, bob, carol) = (following(), following(), following());
    let (first, _) = talk(anna, bob);
    let (second, _) = talk(anna, carol);
    let mut conference = 0;
    assert_eq!(unsafe { microsip_conference_create(anna, 0, &mut conference) }, MICROSIP_OK);
    for call in [first, second] {
        let set = unsafe { microsip_conference_member_set(anna, conference, call, core::ptr::null()) };
        assert_eq!(set, MICROSIP_OK, "{}", last_error());
    }
    let folder = std::env::temp_dir().join(format!("microsip-transfers-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = CString::new(folder.join("call.wav").to_str().unwrap()).unwrap();
    assert_eq!(unsafe { microsip_record_start(anna, first, path.as_ptr(), 0, 3) }, MICROSIP_OK, "{}", last_error());
    assert_eq!(microsip_hold(anna, first, MICROSIP_ON, 4), MICROSIP_OK);
    loop {
        let event = until(anna, MICROSIP_EV_DONE, 0);
        if event.token == 4 {
            assert_eq!(event.result, MICROSIP_OK);
            break;
        }
    }
    std::thread::sleep(Duration::from_millis(200)); // some sound
    assert_eq!(transfer(anna, first, None, second, 9), MICROSIP_OK, "{}", last_error());
    let (mut ends, mut dones) = (Vec::new(), Vec::new());
    while ends.len() < 2 || dones.len() < 2 {
        let event = next(anna);
        match event.r#type {
            MICROSIP_EV_DONE => dones.push((event.token, event.result)),
            MICROSIP_EV_CALL if event.state == MICROSIP_ENDED => ends.push((event.object, event.cause)),
            _ => {}
        }
    }
    dones.sort_unstable();
    ends.sort_unstable();
    // what was recorded is there up to its end
    assert_eq!(dones, [(3, MICROSIP_OK), (9, MICROSIP_OK)]);
    assert_eq!(ends, [(first, MICROSIP_CAUSE_TRANSFERRED), (second, MICROSIP_CAUSE_TRANSFERRED)]);
    assert!(std::fs::metadata(folder.join("call.wav")).unwrap().len() > 44);
    let mut info = microsip_info { size: size_of::<microsip_info>() as u32, ..unsafe { core::mem::zeroed() } };
    for call in [first, second, conference] {
        assert_eq!(microsip_id_release(anna, call), MICROSIP_OK, "{}", last_error());
    }
    assert_eq!(unsafe { microsip_info_get(anna, &mut info) }, MICROSIP_OK);
    assert_eq!(info.calls, 0);
    std::fs::remove_dir_all(&folder).unwrap();
    destroy(&[anna, bob, carol]);
}

/// The part of a callback: its transfers' target, and its listener.
struct Hook {
    target: CString,
    told: Sender<(u32, u64, i32)>,
}

/// Transfers each call that is up, at once and twice; releases what has ended; and destroys its phone, which it must not.
unsafe extern "C" fn eager(user: *mut c_void, event: *const microsip_event) {
    // SAFETY: the test keeps its hook for as long as its phone lives.
    let (hook, event) = unsafe { (&*user.cast::<Hook>(), &*event) };
    let phone = event.phone;
    let tell = |result| hook.told.send((event.r#type, event.token, result)).unwrap_or_default(); // its test is over
    match event.r#type {
        MICROSIP_EV_CALL if event.state == MICROSIP_CONNECTED => {
            tell(transfer(phone, event.object, Some(&hook.target), 0, 21));
            tell(transfer(phone, event.object, Some(&hook.target), 0, 22));
            tell(microsip_id_release(phone, event.object));
            tell(microsip_destroy(phone));
        }
        MICROSIP_EV_CALL if event.state == MICROSIP_ENDED => tell(microsip_id_release(phone, event.object)),
        MICROSIP_EV_DONE => tell(event.result),
        _ => {}
    }
}

#[test]
fn commands_within_callbacks_do_what_they_do_elsewhere() {
    let (bob, carol) = (following(), following());
    let (told, heard) = channel();
    let hook = Box::new(Hook { target: uri_of(carol), told });
    let anna = phone(|config| {
        config.on_event = Some(eager);
        config.event_user = (&raw const *hook).cast_mut().cast();
    });
    dial(anna, &uri_of(bob));
    answer(bob);
    answer(carol);
    let mut all = Vec::new();
    while all.len() < 6 {
        all.push(heard.recv_timeout(Duration::from_secs(60)).expect("what the callback did"));
    }
    assert_eq!(
        all[..4],
        [
            (MICROSIP_EV_CALL, 0, MICROSIP_OK),
            (MICROSIP_EV_CALL, 0, MICROSIP_E_STATE),
            (MICROSIP_EV_CALL, 0, MICROSIP_E_STATE),
            (MICROSIP_EV_CALL, 0, MICROSIP_E_REENTRY)
        ]
    );
    assert_eq!(all[4..], [(MICROSIP_EV_DONE, 21, MICROSIP_OK), (MICROSIP_EV_CALL, 0, MICROSIP_OK)]);
    destroy(&[anna, bob, carol]);
}

// Destroyed by another thread in the middle of it, at any moment: nobody waits for ever, and nothing is used that is gone.
#[test]
fn a_phone_may_be_destroyed_in_the_middle() {
    let (bob, carol) = (following(), following());
    for wait in [0, 1, 3, 10, 30] {
        let anna = following();
        let (ours, _) = talk(anna, bob);
        assert_eq!(transfer(anna, ours, Some(&uri_of(carol)), 0, 9), MICROSIP_OK);
        std::thread::sleep(Duration::from_millis(wait));
        let other = std::thread::spawn(move || microsip_destroy(anna));
        assert_eq!(other.join().unwrap(), MICROSIP_OK);
        let gone = transfer(anna, ours, Some(&uri_of(carol)), 0, 9);
        assert!(gone == MICROSIP_E_STALE || gone == MICROSIP_E_CLOSED, "{gone}");
        assert_eq!(microsip_hangup_all(bob), MICROSIP_OK);
        assert_eq!(microsip_hangup_all(carol), MICROSIP_OK);
        until(bob, MICROSIP_EV_CALL, MICROSIP_ENDED);
    }
    destroy(&[bob, carol]);
}
