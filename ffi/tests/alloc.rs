//! From the moment `microsip_create` has returned, the engine's thread takes no memory and gives none back: through a
//! whole call, registration's timers and the tick, counted by an allocator that looks at the thread.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

mod counting;
mod sound;

use core::cell::Cell;
use core::sync::atomic::{AtomicUsize, Ordering};
use counting::Counting;
use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::phone::*;
use sound::sound;

static ENGINE: AtomicUsize = AtomicUsize::new(0);
static OTHERS: AtomicUsize = AtomicUsize::new(0);
/// Counting goes on from here: the threads have begun.
static ON: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// 0 unknown, 1 the engine's thread, 2 another.
    static WHO: Cell<u8> = const { Cell::new(0) };
}

#[cfg(target_os = "linux")]
fn is_engine() -> bool {
    WHO.with(|who| {
        if who.get() == 0 {
            let mut name = [0u8; 16];
            // the system's own name of the thread: asking Rust's would take memory
            unsafe { libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr()) };
            who.set(if name.starts_with(b"microsip-engine") { 1 } else { 2 });
        }
        who.get() == 1
    })
}

fn count() {
    if ON.load(Ordering::Relaxed) != 0 {
        let engine = is_engine();
        if engine { &ENGINE } else { &OTHERS }.fetch_add(1, Ordering::Relaxed);
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting(count);

unsafe extern "C" fn on_log(_: *mut core::ffi::c_void, _: *const microsip_log, _: *const core::ffi::c_char) {}

fn phone(bind: &core::ffi::CStr) -> u64 {
    let mut config: microsip_config = unsafe { core::mem::zeroed() };
    config.size = size_of::<microsip_config>() as u32;
    config.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
    config.bind = bind.as_ptr();
    config.on_log = Some(on_log);
    config.log_level = MICROSIP_LOG_INFO | MICROSIP_LOG_SIP;
    let mut phone = 0;
    assert_eq!(unsafe { microsip_create(MICROSIP_ABI_VERSION, &config, &mut phone) }, MICROSIP_OK);
    phone
}

/// Waits until the engine's thread works: it answers a question.
fn begins(phone: u64) {
    let mut at = microsip_addr::default();
    assert_eq!(unsafe { microsip_address_get(phone, MICROSIP_ADDRESS_V4, &mut at) }, MICROSIP_OK);
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(core::time::Duration::from_secs(60))).unwrap();
    let me = socket.local_addr().unwrap();
    let options = format!(
        "OPTIONS sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bKbegins\r\nMax-Forwards: 70\r\nFrom: <sip:b@{me}>;tag=b\r\n\
         To: <sip:a@127.0.0.1>\r\nCall-ID: begins\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    );
    socket.send_to(options.as_bytes(), ("127.0.0.1", at.port)).unwrap();
    let mut response = [0; 2048];
    let len = socket.recv(&mut response).expect("no response to OPTIONS");
    assert!(response[..len].starts_with(b"SIP/2.0 200"));
}

fn until(phone: u64, kind: u32, state: u32) -> microsip_event {
    let mut event = microsip_event { size: size_of::<microsip_event>() as u32, ..Default::default() };
    loop {
        assert_eq!(
            unsafe { microsip_event_next(phone, &mut event, 60_000) },
            MICROSIP_OK,
            "event {kind}, state {state}"
        );
        if event.r#type == kind && (kind != MICROSIP_EV_CALL || event.state == state) {
            return event;
        }
    }
}

#[test]
fn the_engine_takes_no_memory_for_a_whole_call() {
    let folder = std::env::temp_dir().join(format!("microsip-alloc-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let played = folder.join("played.wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::create(&played, spec).unwrap();
    (0..16_000 / 5).for_each(|_| wav.write_sample(1000i16).unwrap());
    wav.finalize().unwrap();
    let played = std::ffi::CString::new(played.to_str().unwrap()).unwrap();
    let (a, b) = (phone(c"127.0.0.1:0"), phone(c"127.0.0.1:0"));
    begins(a);
    begins(b);
    ON.store(1, Ordering::Relaxed);
    let mut account = 0;
    let mut given: microsip_account = unsafe { core::mem::zeroed() };
    given.size = size_of::<microsip_account>() as u32;
    given.uri = c"sip:100@127.0.0.1:9".as_ptr();
    assert_eq!(unsafe { microsip_account_add(a, &given, &mut account) }, MICROSIP_OK);
    let mut address = microsip_addr::default();
    assert_eq!(unsafe { microsip_address_get(b, MICROSIP_ADDRESS_V4, &mut address) }, MICROSIP_OK);
    for host in ["127.0.0.1", "localhost"] {
        let uri = std::ffi::CString::new(format!("sip:x@{host}:{}", address.port)).unwrap();
        let mut out = 0;
        assert_eq!(unsafe { microsip_dial(a, 0, uri.as_ptr(), core::ptr::null(), &mut out) }, MICROSIP_OK);
        let incoming = until(b, MICROSIP_EV_CALL, MICROSIP_INCOMING).object;
        assert_eq!(microsip_source_set(b, incoming, MICROSIP_SRC_ECHO), MICROSIP_OK);
        assert_eq!(unsafe { microsip_answer(b, incoming, 200, core::ptr::null()) }, MICROSIP_OK);
        until(a, MICROSIP_EV_CALL, MICROSIP_CONNECTED);
        assert_eq!(unsafe { microsip_digits(a, out, c"12".as_ptr(), core::ptr::null(), 12) }, MICROSIP_OK);
        until(b, MICROSIP_EV_DIGIT, 0);
        until(a, MICROSIP_EV_DONE, 0);
        assert_eq!(unsafe { microsip_sound_play(a, out, &sound(played.as_ptr(), 0), 6) }, MICROSIP_OK);
        until(a, MICROSIP_EV_DONE, 0);
        // one that goes round without end needs its file read again and again, and is stopped by the end of the call
        assert_eq!(unsafe { microsip_sound_play(a, out, &sound(played.as_ptr(), MICROSIP_FOREVER), 6) }, MICROSIP_OK);
        std::thread::sleep(core::time::Duration::from_millis(300));
        assert_eq!(unsafe { microsip_hangup(a, out, core::ptr::null()) }, MICROSIP_OK);
        until(a, MICROSIP_EV_CALL, MICROSIP_ENDED);
        until(b, MICROSIP_EV_CALL, MICROSIP_ENDED);
    }
    std::thread::sleep(core::time::Duration::from_millis(200));
    let engine = ENGINE.load(Ordering::Relaxed);
    ON.store(0, Ordering::Relaxed);
    assert!(OTHERS.load(Ordering::Relaxed) > 0, "the counter counts nothing");
    assert_eq!(engine, 0, "allocations and releases on the engine's thread");
    assert_eq!(microsip_destroy(a), MICROSIP_OK);
    assert_eq!(microsip_destroy(b), MICROSIP_OK);
    std::fs::remove_dir_all(&folder).unwrap();
    std::thread::spawn(nor_for_a_change_of_network).join().unwrap();
}

/// In a network of this thread's own, and of those that come from it: an address comes and goes, which the phone
/// notices by itself.
fn nor_for_a_change_of_network() {
    let ip =
        |words: &[&str]| std::process::Command::new("ip").args(words).output().is_ok_and(|done| done.status.success());
    if unsafe { libc::unshare(libc::CLONE_NEWNET) } != 0 || !ip(&["link", "set", "lo", "up"]) {
        return println!(
            "\nNOT CHECKED: memory in a change of network (SKIPPED): no network namespace can be made here, or `ip` is missing\n"
        );
    }
    let phone = phone(c"0.0.0.0:0");
    begins(phone);
    ON.store(1, Ordering::Relaxed);
    let engine = ENGINE.load(Ordering::Relaxed);
    for (word, addresses) in [("add", 2), ("del", 1), ("add", 2)] {
        assert!(ip(&["address", word, "192.0.2.1/32", "dev", "lo"]));
        let event = until(phone, MICROSIP_EV_NETWORK, 0);
        assert_eq!(
            (event.value, event.result),
            (addresses, if addresses == 2 { MICROSIP_OK } else { MICROSIP_E_UNREACHABLE })
        );
    }
    let mut address = microsip_addr::default();
    assert_eq!(unsafe { microsip_address_get(phone, MICROSIP_ADDRESS_V4, &mut address) }, MICROSIP_OK);
    assert_eq!(address.ip[..4], [192, 0, 2, 1]);
    // reported by hand: nothing has changed meanwhile
    assert_eq!(microsip_network_changed(phone), MICROSIP_NOTHING);
    assert_eq!(microsip_shutdown(phone, 1000), MICROSIP_OK);
    until(phone, MICROSIP_EV_CLOSED, 0);
    let engine = ENGINE.load(Ordering::Relaxed) - engine;
    ON.store(0, Ordering::Relaxed);
    assert_eq!(engine, 0, "allocations and releases on the engine's thread");
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}
