//! The log of a phone: each failure leaves a line with its reason, and no line holds a secret.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

mod host;

use core::ffi::{CStr, c_char, c_void};
use core::time::Duration;
use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::phone::*;
use std::ffi::CString;
use std::net::UdpSocket;
use std::sync::Mutex;
use std::time::Instant;

/// The password of every account here.
const PASSWORD: &CStr = c"Zw3rg-Sch4ufel";

type Lines = Mutex<Vec<(u32, String)>>;

unsafe extern "C" fn keep(user: *mut c_void, log: *const microsip_log, line: *const c_char) {
    let (lines, log) = unsafe { (&*user.cast::<Lines>(), &*log) };
    let line = unsafe { CStr::from_ptr(line) }.to_str().unwrap().to_owned();
    assert_eq!((log.size as usize, log.len as usize), (size_of::<microsip_log>(), line.len()));
    lines.lock().unwrap().push((log.level, line));
}

/// A phone that keeps a log.
fn logging(flags: u32) -> (u64, &'static Lines) {
    let lines: &'static Lines = Box::leak(Box::default());
    let phone = host::phone(|config| {
        config.flags = MICROSIP_NULL_AUDIO | flags;
        config.log_level = MICROSIP_LOG_INFO;
        config.on_log = Some(keep);
        config.log_user = core::ptr::from_ref(lines).cast_mut().cast();
    });
    (phone, lines)
}

fn add(phone: u64, registrar: &str, registers: u32) -> u64 {
    let registrar = CString::new(registrar).unwrap();
    let mut account: microsip_account = unsafe { core::mem::zeroed() };
    account.size = size_of::<microsip_account>() as u32;
    (account.uri, account.registrar, account.password) =
        (c"sip:anna@example.org".as_ptr(), registrar.as_ptr(), PASSWORD.as_ptr());
    account.registers = registers;
    let mut id = 0;
    assert_eq!(unsafe { microsip_account_add(phone, &account, &mut id) }, MICROSIP_OK);
    id
}

/// Waits for a line with these words. Returns its level, and all lines.
fn wait(lines: &Lines, words: &str) -> u32 {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let all = lines.lock().unwrap().clone();
        assert!(all.iter().all(|(_, line)| !line.contains(PASSWORD.to_str().unwrap())), "{all:?}");
        if let Some((level, _)) = all.iter().find(|(_, line)| line.contains(words)) {
            return *level;
        }
        assert!(Instant::now() < end, "no line says {words:?}: {all:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_wrong_password_leaves_a_line_and_its_reason_phrase() {
    let registrar = UdpSocket::bind("127.0.0.1:0").unwrap();
    let at = registrar.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let mut room = [0; 4096];
        for _ in 0..2 {
            let (len, from) = registrar.recv_from(&mut room).unwrap();
            let text = String::from_utf8_lossy(&room[..len]).into_owned();
            let wanted = ["Via", "From", "To", "Call-ID", "CSeq"];
            let echo: String =
                text.split_inclusive("\r\n").filter(|line| wanted.contains(&line.split(':').next().unwrap())).collect();
            let echo = echo.replace("To: <sip:anna@example.org>", "To: <sip:anna@example.org>;tag=x");
            let challenge =
                "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n\", qop=\"auth\", algorithm=MD5\r\n";
            let answer = format!("SIP/2.0 401 Who Are You\r\n{echo}{challenge}Content-Length: 0\r\n\r\n");
            registrar.send_to(answer.as_bytes(), from).unwrap();
        }
    });
    let (phone, lines) = logging(0);
    let account = add(phone, &format!("sip:{at}"), 0);
    let level = wait(
        lines,
        "account sip:anna@example.org: registration refused: 401 Who Are You: user name or password is wrong; not tried again",
    );
    assert_eq!(level, MICROSIP_LOG_ERROR);
    assert_eq!(wait(lines, "not given: user name or password is wrong (realm example.org)"), MICROSIP_LOG_WARNING);
    let (mut text, mut needed) = ([0u8; 64], 0);
    let code =
        unsafe { microsip_text_get(phone, account, MICROSIP_TXT_REASON, 0, text.as_mut_ptr().cast(), 64, &mut needed) };
    assert_eq!((code, &text[..needed as usize]), (MICROSIP_OK, &b"Who Are You\0"[..]));
    server.join().unwrap();
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

#[test]
fn an_unreachable_host_and_an_unknown_name_leave_a_line_each() {
    // connected elsewhere, so what comes from others is refused; and nobody else can have its port
    let refusing = UdpSocket::bind("127.0.0.1:0").unwrap();
    refusing.connect("127.0.0.1:9").unwrap();
    let closed = refusing.local_addr().unwrap();
    let (phone, lines) = logging(0);
    add(phone, &format!("sip:{closed}"), 0);
    add(phone, "sip:nobody.invalid", MICROSIP_ON);
    let unreachable =
        format!("account sip:anna@example.org: registration failed: unreachable: sip:{closed}; next try in ");
    assert_eq!(wait(lines, &unreachable), MICROSIP_LOG_WARNING);
    assert_eq!(
        wait(lines, "the look-up failed: sip:nobody.invalid: the name could not be resolved"),
        MICROSIP_LOG_WARNING
    );
    assert_eq!(
        wait(lines, "registration failed: the name could not be resolved: sip:nobody.invalid; next try in "),
        MICROSIP_LOG_WARNING
    );
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

#[test]
fn a_stranger_and_a_call_leave_lines() {
    let (phone, lines) = logging(0);
    add(phone, "sip:127.0.0.1:9", MICROSIP_OFF);
    let mut to = microsip_addr::default();
    assert_eq!(unsafe { microsip_address_get(phone, MICROSIP_ADDRESS_V4, &mut to) }, MICROSIP_OK);
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    let from = stranger.local_addr().unwrap();
    let invite = format!(
        "INVITE sip:anna@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bKa\r\nFrom: <sip:m@{from}>;tag=m\r\nTo: <sip:anna@127.0.0.1>\r\n\
         Call-ID: a\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContact: <sip:m@{from}>\r\nContent-Length: 0\r\n\r\n"
    );
    stranger.send_to(invite.as_bytes(), ("127.0.0.1", to.port)).unwrap();
    let ignored = format!(
        "account sip:anna@example.org: request from {from} (INVITE) ignored: not an address of the account's; add it to "
    );
    assert_eq!(wait(lines, &ignored), MICROSIP_LOG_INFO);
    // a password that stands in a URI is a secret too
    let mut call = 0;
    let uri = CString::new(format!("sip:bob:{}@{from}", PASSWORD.to_str().unwrap())).unwrap();
    assert_eq!(unsafe { microsip_dial(phone, 0, uri.as_ptr(), core::ptr::null(), &mut call) }, MICROSIP_OK);
    wait(lines, &format!("call to sip:bob@{from}: begun"));
    assert_eq!(unsafe { microsip_hangup(phone, call, core::ptr::null()) }, MICROSIP_OK);
    assert_eq!(host::until(phone, MICROSIP_EV_CALL, MICROSIP_ENDED).object, call);
    wait(lines, &format!("call to sip:bob@{from}: ended by the application: given up"));
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

/// Fetches the next record and its text.
fn next(phone: u64, wait_ms: u32) -> (i32, microsip_log, String) {
    let mut log = microsip_log { size: size_of::<microsip_log>() as u32, ..microsip_log::default() };
    let mut room = [0u8; 4096];
    let code = unsafe { microsip_log_next(phone, &mut log, room.as_mut_ptr().cast(), room.len() as u32, wait_ms) };
    let text = CStr::from_bytes_until_nul(&room).unwrap().to_str().unwrap().to_owned();
    (code, log, text)
}

#[test]
fn a_log_is_fetched_with_whole_messages_and_no_secret() {
    let phone = host::phone(|config| {
        config.flags = MICROSIP_NULL_AUDIO;
        config.log_level = MICROSIP_LOG_INFO | MICROSIP_LOG_SIP;
    });
    let registrar = UdpSocket::bind("127.0.0.1:0").unwrap();
    let at = registrar.local_addr().unwrap();
    add(phone, &format!("sip:{at}"), MICROSIP_ON);
    loop {
        let (code, log, text) = next(phone, 60_000);
        assert_eq!(code, MICROSIP_OK);
        assert!(!text.contains(PASSWORD.to_str().unwrap()), "{text}");
        if log.level == MICROSIP_LOG_SIP {
            assert_eq!((log.sent, log.peer.port, log.len as usize), (1, at.port(), text.len()));
            assert!(text.starts_with("REGISTER sip:"), "{text}");
            break;
        }
    }
    // too small a buffer: it stays
    assert_eq!(microsip_log_set(phone, MICROSIP_LOG_SIP), MICROSIP_OK);
    while next(phone, 0).0 == MICROSIP_OK {}
    let (mut log, mut small) = (microsip_log { size: 64, ..microsip_log::default() }, [1u8; 8]);
    let fetch = |log: &mut microsip_log, room: &mut [u8], wait| unsafe {
        microsip_log_next(phone, log, room.as_mut_ptr().cast(), room.len() as u32, wait)
    };
    assert_eq!(fetch(&mut log, &mut small, 60_000), MICROSIP_E_BUFFER);
    let mut large = vec![1u8; log.len as usize + 1];
    assert_eq!(fetch(&mut log, &mut large, 0), MICROSIP_OK);
    assert!(large.starts_with(b"REGISTER") && large.ends_with(&[0]));
    // the end wakes a thread that waits
    let waiting = std::thread::spawn(move || {
        while next(phone, MICROSIP_FOREVER).0 == MICROSIP_OK {}
        next(phone, 0).0
    });
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
    assert_eq!(waiting.join().unwrap(), MICROSIP_E_CLOSED);
}

#[test]
fn a_phone_without_a_log_says_so() {
    let phone = host::phone(|config| config.flags = MICROSIP_NULL_AUDIO);
    assert_eq!(next(phone, 0).0, MICROSIP_E_STATE);
    assert_eq!(microsip_log_set(phone, MICROSIP_LOG_INFO), MICROSIP_E_STATE);
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
    let (phone, _) = logging(0);
    assert_eq!(next(phone, 0).0, MICROSIP_E_STATE);
    assert_eq!(microsip_log_set(phone, 77), MICROSIP_E_ARG);
    assert_eq!(microsip_log_set(phone, MICROSIP_LOG_DEBUG), MICROSIP_OK);
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

#[test]
fn an_account_is_updated_in_place() {
    let (phone, _) = logging(0);
    let registrar = UdpSocket::bind("127.0.0.1:0").unwrap();
    registrar.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let account = add(phone, "sip:127.0.0.1:9", MICROSIP_OFF);
    let at = CString::new(format!("sip:{}", registrar.local_addr().unwrap())).unwrap();
    let mut change: microsip_account = unsafe { core::mem::zeroed() };
    change.size = size_of::<microsip_account>() as u32;
    (change.registrar, change.registers, change.tag) = (at.as_ptr(), MICROSIP_ON, 7);
    assert_eq!(unsafe { microsip_account_update(phone, account, &change) }, MICROSIP_OK);
    let mut room = [0; 4096];
    let (len, _) = registrar.recv_from(&mut room).unwrap();
    let text = String::from_utf8_lossy(&room[..len]);
    assert!(text.starts_with("REGISTER sip:") && text.contains("To: <sip:anna@example.org>"), "{text}");
    let mut info: microsip_account_info = unsafe { core::mem::zeroed() };
    info.size = size_of::<microsip_account_info>() as u32;
    assert_eq!(unsafe { microsip_account_info_get(phone, account, &mut info) }, MICROSIP_OK);
    assert_eq!((info.tag, info.state, info.retry_us, info.cause), (7, MICROSIP_REGISTERING, u64::MAX, 0));
    change.registers = 3;
    assert_eq!(unsafe { microsip_account_update(phone, account, &change) }, MICROSIP_E_ARG);
    (change.registers, change.uri) = (0, c"no address".as_ptr());
    assert_eq!(unsafe { microsip_account_update(phone, account, &change) }, MICROSIP_E_URI);
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

#[test]
fn a_device_leaves_a_line_when_it_opens_and_when_it_cannot() {
    let path = std::env::temp_dir().join(format!("microsip-log-{}.wav", std::process::id()));
    let output = CString::new(format!("wav:{}", path.display())).unwrap();
    let lines: &'static Lines = Box::leak(Box::default());
    let phone = host::phone(|config| {
        config.flags = MICROSIP_ALLOW_DIRECT;
        (config.input, config.output) = (c"wav:/nonexistent/x.wav".as_ptr(), output.as_ptr());
        config.log_level = MICROSIP_LOG_INFO;
        config.on_log = Some(keep);
        config.log_user = core::ptr::from_ref(lines).cast_mut().cast();
    });
    let far = host::phone(|_| ());
    let mut to = microsip_addr::default();
    assert_eq!(unsafe { microsip_address_get(far, MICROSIP_ADDRESS_V4, &mut to) }, MICROSIP_OK);
    let uri = CString::new(format!("sip:x@127.0.0.1:{}", to.port)).unwrap();
    let mut call = 0;
    assert_eq!(unsafe { microsip_dial(phone, 0, uri.as_ptr(), core::ptr::null(), &mut call) }, MICROSIP_OK);
    let there = host::until(far, MICROSIP_EV_CALL, MICROSIP_INCOMING).object;
    assert_eq!(unsafe { microsip_answer(far, there, 200, core::ptr::null()) }, MICROSIP_OK);
    assert_eq!(wait(lines, &format!("audio output device {} is open", output.to_str().unwrap())), MICROSIP_LOG_INFO);
    assert_eq!(wait(lines, "/nonexistent/x.wav"), MICROSIP_LOG_WARNING);
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
    assert_eq!(microsip_destroy(far), MICROSIP_OK);
    std::fs::remove_file(path).unwrap();
}
