//! The last error's text names the wrong argument, and the right form.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

mod host;

use core::ffi::CStr;
use host::until;
use microsip::abi::about::microsip_strerror;
use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::phone::*;
use std::ffi::CString;

fn last_error() -> String {
    let (mut text, mut needed) = ([0u8; 512], 0);
    assert_eq!(unsafe { microsip_last_error(text.as_mut_ptr().cast(), 512, &mut needed) }, MICROSIP_OK);
    String::from_utf8_lossy(&text[..needed as usize - 1]).into_owned()
}

fn dial(phone: u64, target: &str, headers: &str) -> (i32, u64, String) {
    let (target, headers) = (CString::new(target).unwrap(), CString::new(headers).unwrap());
    let mut options: microsip_options = unsafe { core::mem::zeroed() };
    options.size = size_of::<microsip_options>() as u32;
    options.headers = headers.as_ptr();
    let mut call = 0;
    let code = unsafe { microsip_dial(phone, 0, target.as_ptr(), &options, &mut call) };
    (code, call, last_error())
}

#[test]
fn each_text_names_what_is_wrong() {
    let phone = host::phone(|_| ());
    for (headers, code, part) in [
        ("X-A: 1", MICROSIP_E_TEXT, "o->headers has \"X-A\": has a line that is not \"Name: value\\r\\n\""),
        ("X-B: 1\r\nX-A: 1\n", MICROSIP_E_TEXT, "o->headers has \"X-A\": has a line that is not"),
        (
            "Via: SIP/2.0/UDP x\r\n",
            MICROSIP_E_TEXT,
            "o->headers has \"Via\": names a header that the library writes itself",
        ),
    ] {
        let (got, _, text) = dial(phone, "sip:a@127.0.0.1:9", headers);
        assert!(got == code && text.contains(part), "{headers:?}: {got}, {text}");
    }
    let (code, _, text) = dial(phone, "http://x", "");
    assert!(code == MICROSIP_E_URI && text.contains("uri is \"http://x\": is no address: write sip:"), "{text}");
    // a socket that says nothing: the call neither succeeds nor fails by itself
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let (code, call, _) = dial(phone, &format!("sip:a@{}", silent.local_addr().unwrap()), "");
    assert_eq!(code, MICROSIP_OK);
    assert_eq!(unsafe { microsip_digits(phone, call, c"12x".as_ptr(), core::ptr::null(), 7) }, MICROSIP_E_ARG);
    assert!(
        last_error().contains("digits is \"12x\": holds what is no digit: 0 to 9, * # A B C D"),
        "{}",
        last_error()
    );
    // a wrong state is told, and what is legal in it
    assert_eq!(unsafe { microsip_answer(phone, call, 200, core::ptr::null()) }, MICROSIP_E_STATE);
    assert!(last_error().contains("is MICROSIP_CALLING: only one that came in"), "{}", last_error());
    assert_eq!(unsafe { microsip_reject(phone, call, 486, core::ptr::null()) }, MICROSIP_E_STATE);
    assert!(last_error().contains("is MICROSIP_CALLING: only one that came in"), "{}", last_error());
    // a member that is for another command is named
    let zero: microsip_options = unsafe { core::mem::zeroed() };
    let zero = microsip_options { size: size_of::<microsip_options>() as u32, ..zero };
    let text = c"x".as_ptr();
    for (options, name) in [
        (microsip_options { display_name: text, ..zero }, "o->display_name"),
        (microsip_options { dtmf_ms: 40, ..zero }, "o->dtmf_ms"),
        (microsip_options { info_packages: text, ..zero }, "o->info_packages"),
        (microsip_options { contacts: text, ..zero }, "o->contacts"),
        (microsip_options { location_use: 1, ..zero }, "o->location or o->location_use"),
        (microsip_options { pickup: text, ..zero }, "o->pickup"),
    ] {
        assert_eq!(unsafe { microsip_hangup(phone, call, &options) }, MICROSIP_E_ARG, "{name}");
        assert!(last_error().contains(&format!("{name} is set, but does not apply here")), "{}", last_error());
    }
    let nowhere = unsafe { microsip_transfer(phone, call, core::ptr::null(), 0, core::ptr::null(), 0) };
    assert_eq!(nowhere, MICROSIP_E_NULL);
    assert!(last_error().contains("uri is NULL, and consult is 0: pass a uri"), "{}", last_error());
    assert_eq!(microsip_shutdown(phone, 5000), MICROSIP_OK);
    let closed = unsafe { microsip_transfer(phone, call, c"sip:b@127.0.0.1".as_ptr(), 0, core::ptr::null(), 0) };
    assert!(closed == MICROSIP_E_CLOSED && last_error().contains("the phone was shut down"), "{}", last_error());
    assert_eq!(until(phone, MICROSIP_EV_CALL, MICROSIP_ENDED).object, call);
    assert_eq!(unsafe { microsip_hangup(phone, call, core::ptr::null()) }, MICROSIP_E_STATE);
    assert!(last_error().contains("is MICROSIP_ENDED: it can only be read and released"), "{}", last_error());
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);

    let mut config: microsip_config = unsafe { core::mem::zeroed() };
    config.size = size_of::<microsip_config>() as u32;
    config.transports = 64;
    let mut phone = 0;
    assert_eq!(unsafe { microsip_create(MICROSIP_ABI_VERSION, &config, &mut phone) }, MICROSIP_E_NEWER);
    assert!(last_error().contains("config->transports is 64: has bits"), "{}", last_error());
}

#[test]
fn each_result_has_a_text_of_its_own() {
    let text = |code| unsafe { CStr::from_ptr(microsip_strerror(code)) };
    let unknown = text(-500);
    let mut known: Vec<&CStr> = (-499..=100).map(text).filter(|text| *text != unknown).collect();
    let count = known.len();
    known.sort_unstable();
    known.dedup();
    assert_eq!((known.len(), count > 30), (count, true));
    // why a challenge was not answered
    let credentials =
        [MICROSIP_E_AUTH, MICROSIP_E_NO_PASSWORD, MICROSIP_E_REALM, MICROSIP_E_SCHEME, MICROSIP_E_CHALLENGE];
    assert!(credentials.iter().all(|code| text(*code) != unknown));
}

#[test]
fn an_account_and_its_rules_change_together_and_the_text_at_fault_is_named() {
    let phone = host::phone(|_| ());
    let mut given: microsip_account = unsafe { core::mem::zeroed() };
    given.size = size_of::<microsip_account>() as u32;
    (given.uri, given.registers) = (c"sip:anna@example.org".as_ptr(), MICROSIP_OFF);
    given.dial_plan = c"(911|[2-9]xxxxxx)".as_ptr();
    let mut account = 0;
    assert_eq!(unsafe { microsip_account_add(phone, &given, &mut account) }, MICROSIP_OK);
    let zero = || {
        let mut rules: microsip_rules = unsafe { core::mem::zeroed() };
        rules.size = size_of::<microsip_rules>() as u32;
        rules
    };
    let update = |plan: &CStr, rules: &microsip_rules| {
        let mut change: microsip_account = unsafe { core::mem::zeroed() };
        change.size = size_of::<microsip_account>() as u32;
        (change.dial_plan, change.rules) = (plan.as_ptr(), rules);
        (unsafe { microsip_account_update(phone, account, &change) }, last_error())
    };
    let ring_s = || {
        let mut out = zero();
        assert_eq!(unsafe { microsip_rules_get(phone, account, &mut out) }, MICROSIP_OK);
        out.ring_s
    };
    let mut rules = zero();
    (rules.ring_s, rules.forward_busy_to) = (30, c"2345678".as_ptr());
    // a plan that is none; one that does not allow the target
    let (code, text) = update(c"(((", &rules);
    assert!(code == MICROSIP_E_ARG && text.contains("a->dial_plan is \"(((\""), "{code}: {text}");
    let (code, text) = update(c"(911|1xx)", &rules);
    let blamed = "rules->forward_busy_to is \"2345678\": has no match in the account's dial plan";
    assert!(code == MICROSIP_E_BLOCKED && text.contains(blamed), "{code}: {text}");
    assert_eq!(ring_s(), 0, "nothing has changed");
    assert_eq!(update(c"(911|2xxxxxx)", &rules).0, MICROSIP_OK);
    assert_eq!(ring_s(), 30);
    let mut rules = zero();
    (rules.forward_to, rules.forward_no_answer_to) = (c"sip:bob@example.org".as_ptr(), c"mailto:a@b".as_ptr());
    assert_eq!(unsafe { microsip_rules_set(phone, account, &rules) }, MICROSIP_E_URI);
    assert!(last_error().contains("rules->forward_no_answer_to is \"mailto:a@b\""), "{}", last_error());
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

fn options() -> microsip_options {
    let mut options: microsip_options = unsafe { core::mem::zeroed() };
    options.size = size_of::<microsip_options>() as u32;
    options
}

/// A change of a struct, its result, and a part of the text.
type Trial<'t, S> = (&'t dyn Fn(&mut S), i32, &'t str);

/// Each text of a refusal has the member, its value or length, and the limit.
#[test]
fn a_text_at_fault_is_named_with_its_length_and_the_limit() {
    let phone = host::phone(|_| ());
    let lines = CString::new("X-A: 1\r\n".repeat(300)).unwrap();
    let (place, large, name) = (text_of(2900), text_of(5000), text_of(159));
    // it takes all and says nothing: a call to it goes on
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let far = CString::new(format!("sip:a@{}", silent.local_addr().unwrap())).unwrap();
    let dial = |change: &dyn Fn(&mut microsip_options)| {
        let mut options = options();
        change(&mut options);
        let code = unsafe { microsip_dial(phone, 0, far.as_ptr(), &options, &mut 0) };
        (code, last_error())
    };
    let trials: &[Trial<'_, microsip_options>] = &[
        (&|o| o.location = place.as_ptr(), MICROSIP_E_TEXT, "o->location has 2900 bytes of at most 2"),
        (&|o| o.location = place.as_ptr(), MICROSIP_E_TEXT, "max_message"),
        (&|o| o.location = large.as_ptr(), MICROSIP_E_TEXT, "o->location has 5000 bytes of at most 2"),
        (
            &|o| o.location = c"<a>\x01</a>".as_ptr(),
            MICROSIP_E_TEXT,
            "o->location is 3: (the offset of a control character",
        ),
        (&|o| o.display_name = c"An\r\nna".as_ptr(), MICROSIP_E_TEXT, "o->display_name is \"An??na\": has control"),
        (
            &|o| o.display_name = name.as_ptr(),
            MICROSIP_E_TEXT,
            "o->display_name has 159 bytes of at most 160: with its",
        ),
        (
            &|o| o.headers = lines.as_ptr(),
            MICROSIP_E_TEXT,
            "o->headers has 2400 bytes of at most 1536: with the call's",
        ),
        (&|o| o.caller = c"anna".as_ptr(), MICROSIP_E_URI, "o->caller is \"anna\": is no address of a caller"),
        (&|o| o.location_use = 2, MICROSIP_E_ARG, "o->location_use is 2: is set, and there is no location"),
        (&|o| o.dtmf_ms = 45, MICROSIP_E_ARG, "o->dtmf_ms is 45: is neither 0 nor 40 to 20000 in steps of 10"),
        (&|o| o.dtmf_gap_ms = 45, MICROSIP_E_ARG, "o->dtmf_gap_ms is 45: is neither 0 nor 40 to 2500 in steps of 10"),
    ];
    for (change, code, part) in trials {
        let (got, text) = dial(change);
        assert!(got == *code && text.contains(part), "{part}: {got}, {text}");
    }
    for (uri, part) in [
        (c"sip:a\r\n@b", "uri is \"sip:a??@b\": has control characters"),
        (c"urn:service:sos", "uri is \"urn:service:sos\": is a service, which only an account's server can find"),
    ] {
        assert!(unsafe { microsip_dial(phone, 0, uri.as_ptr(), core::ptr::null(), &mut 0) } < 0);
        assert!(last_error().contains(part), "{}", last_error());
    }
    // white space around it is no part of it
    let mut call = 0;
    assert_eq!(unsafe { microsip_dial(phone, 0, c" sip:a@127.0.0.1:9\r\n".as_ptr(), core::ptr::null(), &mut call) }, 0);
    // an account
    let add = |change: &dyn Fn(&mut microsip_account)| {
        let mut given: microsip_account = unsafe { core::mem::zeroed() };
        given.size = size_of::<microsip_account>() as u32;
        (given.uri, given.registers) = (c"sip:anna@example.org".as_ptr(), MICROSIP_OFF);
        change(&mut given);
        let mut account = 0;
        (unsafe { microsip_account_add(phone, &given, &mut account) }, last_error(), account)
    };
    let password = text_of(2000);
    let trials: &[Trial<'_, microsip_account>] = &[
        (&|a| a.location = large.as_ptr(), MICROSIP_E_TEXT, "a->location has 5000 bytes of at most 4096"),
        (&|a| a.emergency = c"112, 9l1".as_ptr(), MICROSIP_E_ARG, "a->emergency has \"9l1\": is no number for help"),
        (&|a| a.emergency = c"112;911".as_ptr(), MICROSIP_E_ARG, "a->emergency has \"112;911\": is no number"),
        (&|a| a.emergency = c"112,".as_ptr(), MICROSIP_E_ARG, "a->emergency has \"\": is no number"),
        (&|a| a.headers = c"X-A 1\r\n".as_ptr(), MICROSIP_E_TEXT, "a->headers has \"X-A 1\": has a line"),
        (&|a| a.call_headers = c"Via: x\r\n".as_ptr(), MICROSIP_E_TEXT, "a->call_headers has \"Via\": names a header"),
        (&|a| a.display_name = c"An\nna".as_ptr(), MICROSIP_E_TEXT, "a->display_name is \"An?na\": has control"),
        (&|a| a.password = password.as_ptr(), MICROSIP_E_TEXT, "a->password has 2000 bytes of at most 1024: all texts"),
    ];
    for (change, code, part) in trials {
        let (got, text, _) = add(change);
        assert!(got == *code && text.contains(part), "{part}: {got}, {text}");
    }
    let (code, text, account) = add(&|a| (a.location, a.emergency) = (large_enough().as_ptr(), c"112".as_ptr()));
    assert_eq!(code, MICROSIP_OK, "{text}");
    let mut other = options();
    assert_eq!(unsafe { microsip_dial(phone, account, far.as_ptr(), &other, &mut call) }, MICROSIP_E_TEXT);
    assert!(last_error().contains("location of the account has 2900 bytes of at most "), "{}", last_error());
    // this call does without
    other.location = c"".as_ptr();
    assert_eq!(unsafe { microsip_dial(phone, account, far.as_ptr(), &other, &mut call) }, MICROSIP_OK);
    other.location_use = MICROSIP_LOCATION_FOLLOWS;
    assert_eq!(unsafe { microsip_dial(phone, account, far.as_ptr(), &other, &mut call) }, MICROSIP_E_ARG);
    // refusals, and ends
    let reason = text_of(250);
    for (reason, part) in [
        (reason.as_c_str(), "o->reason has 250 bytes of at most 22"),
        (c"a\nb", "o->reason is \"a?b\": has control characters"),
    ] {
        let mut o = options();
        o.reason = reason.as_ptr();
        assert_eq!(unsafe { microsip_hangup(phone, call, &o) }, MICROSIP_E_TEXT);
        assert!(last_error().contains(part), "{}", last_error());
    }
    let mut rules: microsip_rules = unsafe { core::mem::zeroed() };
    rules.size = size_of::<microsip_rules>() as u32;
    let deny = text_of(1500);
    for (deny, part) in [
        (deny.as_c_str(), "rules->deny has 1500 bytes of at most 1024: with the other texts"),
        (c"a\nb", "rules->deny is \"a?b\": has control characters"),
    ] {
        rules.deny = deny.as_ptr();
        assert_eq!(unsafe { microsip_rules_set(phone, account, &rules) }, MICROSIP_E_TEXT);
        assert!(last_error().contains(part), "{}", last_error());
    }
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

fn text_of(len: usize) -> CString {
    CString::new("x".repeat(len)).unwrap()
}

fn large_enough() -> &'static CStr {
    Box::leak(text_of(2900).into_boxed_c_str())
}
