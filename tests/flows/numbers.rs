//! Numbers as they are dialled: separators, prefix, dial plan, emergency numbers, and the digits behind it.

use crate::server::anna;
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountChange, AccountConfig, AccountText, CallState, CallText, CommandError, DialOptions, Source,
};
use microsip_tests::{EventKind, Lab, Options, Peer};

/// A phone with an account of these rules, whose proxy is a peer.
fn ruled(dial_plan: &str, dial_prefix: &str) -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let now = lab.now;
    let config =
        AccountConfig { proxy: "sip:10.0.0.9", no_register: true, dial_plan, dial_prefix, emergency: "112", ..anna() };
    lab.ends[0].phone.account_add(now, &config).unwrap();
    (lab, peer)
}

fn dial(lab: &mut Lab, target: &str) -> Result<String, CommandError> {
    let (now, account) = (lab.now, lab.ends[0].phone.accounts().next().unwrap());
    let call = lab.ends[0].phone.dial(now, account, target, &DialOptions::default())?;
    let mut room = [0; 300];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.call_text(call, CallText::RemoteUri, &mut out).unwrap();
    lab.drain();
    Ok(String::from_utf8(out.written().to_vec()).unwrap())
}

#[test]
fn the_plan_makes_the_number_that_is_dialled_and_its_text_is_told() {
    let (mut lab, mut peer) = ruled("<8:1555>xxxxxxx", "");
    assert_eq!(dial(&mut lab, "callto:8123-45 67").as_deref(), Ok("sip:15551234567@example.org"));
    assert_eq!(peer.wait(&mut lab, "INVITE").uri(), "sip:15551234567@example.org");
    let calls = lab.ends[0].phone.calls().count();
    assert_eq!(dial(&mut lab, "0900123"), Err(CommandError::Blocked));
    assert_eq!(lab.ends[0].phone.calls().count(), calls, "nothing was begun");
    assert_eq!(dial(&mut lab, "1-1-2").as_deref(), Ok("sip:112@example.org"));
    assert_eq!(dial(&mut lab, "sip:0900123@10.0.0.9").as_deref(), Ok("sip:0900123@10.0.0.9"));
}

#[test]
fn a_prefix_stands_in_the_place_of_a_plus() {
    for (typed, uri) in [
        ("+49 123", "sip:00049123@example.org"),
        ("tel:+49-123;ext=5", "sip:00049123;ext=5@example.org;user=phone"),
        ("123", "sip:123@example.org"),
        ("bob", "sip:bob@example.org"),
        ("%2B49123", "sip:00049123@example.org"),
    ] {
        let (mut lab, _) = ruled("", "000");
        assert_eq!(dial(&mut lab, typed).as_deref(), Ok(uri), "{typed}");
    }
}

#[test]
fn the_rules_are_changed_in_place() {
    let (mut lab, _) = ruled("911", "");
    let (now, account) = (lab.now, lab.ends[0].phone.accounts().next().unwrap());
    let phone = &mut lab.ends[0].phone;
    assert_eq!(
        phone.account_update(now, account, &AccountChange { dial_plan: Some("[2-"), ..AccountChange::default() }),
        Err(CommandError::Plan)
    );
    phone
        .account_update(now, account, &AccountChange { display_name: Some("Anna B"), ..AccountChange::default() })
        .unwrap();
    let mut room = [0; 64];
    let mut out = Cursor::new(&mut room);
    phone.account_text(account, AccountText::DialPlan, &mut out).unwrap();
    assert_eq!(out.written(), b"911");
    assert_eq!(dial(&mut lab, "1234"), Err(CommandError::Blocked));
    let change = AccountChange { dial_plan: Some(""), dial_prefix: Some("9"), ..AccountChange::default() };
    lab.ends[0].phone.account_update(now, account, &change).unwrap();
    assert_eq!(dial(&mut lab, "1234").as_deref(), Ok("sip:91234@example.org"));
}

/// The first pause is the comma that parts them from the number.
#[test]
fn digits_behind_a_number_are_sent_after_the_answer() {
    let mut lab = Lab::pair();
    lab.dial(0, "sip:bob@10.0.0.2,45,6#");
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    let (theirs, now) = (lab.ends[1].last_call(), lab.now);
    lab.ends[1].phone.set_source(theirs, Source::Silence).unwrap();
    lab.ends[1].phone.answer(now, theirs, 200).unwrap();
    lab.run_for(Duration::from_secs(4));
    let events = lab.ends[1].events.iter().filter(|event| event.kind == EventKind::Digit);
    let told: Vec<_> = events.map(|event| (event.value as u8, event.at.since(now).millis())).collect();
    assert_eq!(told.iter().map(|(digit, _)| *digit).collect::<Vec<_>>(), b"456#", "{told:?}");
    // after a second, each of 160 ms with a gap of 50 behind it; a second for the comma within
    for ((_, at), wanted) in told.iter().zip([1160, 1370, 2580, 2790]) {
        assert!(at.abs_diff(wanted) <= 80, "{told:?}");
    }
}

#[test]
fn digits_that_are_none_are_refused_before_anything_is_dialled() {
    let (mut lab, _) = ruled("", "");
    assert_eq!(dial(&mut lab, "123,4x"), Err(CommandError::Uri));
    assert_eq!(dial(&mut lab, &format!("123,{}", "1".repeat(32))), Err(CommandError::Text));
    assert_eq!(lab.ends[0].phone.calls().count(), 0);
    assert_eq!(dial(&mut lab, &format!("123,{}", "1".repeat(31))).as_deref(), Ok("sip:123@example.org"));
}
