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
        ("X-A: 1", MICROSIP_E_TEXT, "o->headers has a line that is not \"Name: value\\r\\n\""),
        ("X-A: 1\n", MICROSIP_E_TEXT, "o->headers has a line that is not"),
        ("Via: SIP/2.0/UDP x\r\n", MICROSIP_E_TEXT, "o->headers names a header that the library writes itself"),
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
    assert_eq!(unsafe { microsip_digits(phone, call, c"12x".as_ptr(), 0, 7) }, MICROSIP_E_ARG);
    assert!(
        last_error().contains("digits is \"12x\": holds what is no digit: 0 to 9, * # A B C D"),
        "{}",
        last_error()
    );
    assert_eq!(unsafe { microsip_hangup(phone, call, core::ptr::null()) }, MICROSIP_OK);
    assert_eq!(until(phone, MICROSIP_EV_CALL, MICROSIP_ENDED).object, call);
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
