use super::*;
use crate::host::threads::names::gate;
use core::ffi::c_void;
use core::time::Duration;
use std::sync::{Barrier, Mutex, mpsc};

fn phone() -> u64 {
    phone_with(None, core::ptr::null_mut())
}

fn phone_with(on_event: microsip_event_fn, event_user: *mut c_void) -> u64 {
    let config = microsip_config {
        on_event,
        event_user,
        size: size_of::<microsip_config>() as u32,
        flags: MICROSIP_NULL_AUDIO,
        bind: c"127.0.0.1:0".as_ptr(),
        // SAFETY: zero is valid in all of it.
        ..unsafe { core::mem::zeroed() }
    };
    let mut phone = 0;
    // SAFETY: all of it is there.
    assert_eq!(unsafe { microsip_create(MICROSIP_ABI_VERSION, &raw const config, &raw mut phone) }, MICROSIP_OK);
    phone
}

fn next(phone: u64, wait_ms: u32) -> (i32, microsip_event) {
    let mut event = microsip_event { size: size_of::<microsip_event>() as u32, ..microsip_event::default() };
    // SAFETY: an event is there.
    (unsafe { microsip_event_next(phone, &raw mut event, wait_ms) }, event)
}

fn dial_to(phone: u64, target: &core::ffi::CStr) -> i32 {
    let mut call = 0;
    // SAFETY: all of it is there.
    unsafe { microsip_dial(phone, 0, target.as_ptr(), core::ptr::null(), &raw mut call) }
}

fn dial(phone: u64) -> i32 {
    dial_to(phone, c"sip:a@127.0.0.1:9")
}

#[test]
fn a_panic_on_the_engines_thread_is_one_last_event() {
    let phone = phone();
    let shared = table::find(phone).ok().unwrap();
    let waiter = std::thread::spawn(move || next(phone, MICROSIP_FOREVER));
    shared.fault.store(true, Ordering::Release);
    shared.wake();
    let (code, event) = waiter.join().unwrap();
    assert_eq!((code, event.r#type, event.phone), (MICROSIP_OK, MICROSIP_EV_POISONED, phone));
    assert_eq!(next(phone, 0).0, MICROSIP_E_POISONED);
    assert_eq!(dial(phone), MICROSIP_E_POISONED);
    assert_eq!(microsip_hangup_all(phone), MICROSIP_E_POISONED);
    drop(shared);
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

#[test]
fn a_panic_in_an_entry_poisons_the_phone_and_no_other() {
    let (phone, other) = (phone(), phone());
    assert_eq!(command("test", phone, |_, _| panic!("a fault")), MICROSIP_E_POISONED);
    assert_eq!(dial(phone), MICROSIP_E_POISONED);
    let (code, event) = next(phone, 1000);
    assert_eq!((code, event.r#type), (MICROSIP_OK, MICROSIP_EV_POISONED));
    assert_eq!(dial(other), MICROSIP_OK);
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
    assert_eq!(microsip_destroy(other), MICROSIP_OK);
}

#[test]
fn ids_stay_below_what_json_can_carry() {
    let phone = phone();
    assert!(phone > 0 && phone < 1 << 53);
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

#[test]
fn events_of_networks_and_devices_that_nobody_fetches_give_way_and_are_counted() {
    let phone = phone();
    let shared = table::find(phone).ok().unwrap();
    for count in 1..=300 {
        shared.network_event(count, MICROSIP_OK);
    }
    let (code, lost) = next(phone, 0);
    assert_eq!((code, lost.r#type), (MICROSIP_OK, MICROSIP_EV_LOST));
    let first = next(phone, 0).1;
    assert_eq!((first.r#type, first.value), (MICROSIP_EV_NETWORK, lost.value + 1));
    for count in first.value + 1..=300 {
        assert_eq!(next(phone, 0).1.value, count);
    }
    assert_eq!(next(phone, 0).0, MICROSIP_NOTHING);
    drop(shared);
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

#[test]
fn ends_of_commands_do_not_give_way_and_more_than_can_be_kept_are_refused() {
    let phone = phone();
    let shared = table::find(phone).ok().unwrap();
    let taken = (1..=300).take_while(|token| shared.owe_done(*token).is_ok()).count() as u64;
    assert!(taken >= 256 && shared.owe_done(0).is_ok(), "{taken}");
    for token in 1..=taken {
        shared.done(MICROSIP_OP_PLAY, 0, token, MICROSIP_OK);
    }
    // without a token a success has no event, nor has an end that the application asked for
    [MICROSIP_OK, MICROSIP_E_CANCELLED, MICROSIP_E_FILE]
        .iter()
        .for_each(|result| shared.done(MICROSIP_OP_PLAY, 0, 0, *result));
    for _ in 0..300 {
        shared.network_event(1, MICROSIP_OK);
    }
    let told: Vec<_> =
        core::iter::from_fn(|| Some(next(phone, 0)).filter(|next| next.0 == MICROSIP_OK)).map(|next| next.1).collect();
    let done = || told.iter().filter(|event| event.r#type == MICROSIP_EV_DONE);
    assert_eq!(
        done().filter(|event| event.token > 0).map(|event| event.token).collect::<Vec<_>>(),
        (1..=taken).collect::<Vec<_>>()
    );
    assert!(done().all(|event| event.op == MICROSIP_OP_PLAY) && shared.owe_done(1).is_ok(), "there is room again");
    shared.forgo_done(1);
    assert_eq!(next(phone, 0).0, MICROSIP_NOTHING);
    drop(shared);
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}

/// Destroys on another thread; false: that did not come back within five seconds.
fn destroyed_in_time(phone: u64) -> bool {
    let (done, seen) = mpsc::channel();
    std::thread::spawn(move || done.send(microsip_destroy(phone)));
    seen.recv_timeout(Duration::from_secs(5)).is_ok_and(|code| code == MICROSIP_OK)
}

#[test]
fn a_resolver_that_does_not_answer_holds_up_no_destroy() {
    let phone = phone();
    let names = Arc::downgrade(&table::find(phone).ok().unwrap().names);
    assert_eq!(dial_to(phone, c"sip:a@name.held"), MICROSIP_OK);
    gate::reached();
    let in_time = destroyed_in_time(phone);
    gate::open();
    assert!(in_time, "destroy waited for the resolver");
    // the late reply goes nowhere, and its thread ends
    let end = std::time::Instant::now() + Duration::from_secs(5);
    while names.strong_count() > 0 && std::time::Instant::now() < end {
        std::thread::yield_now();
    }
    assert_eq!(names.strong_count(), 0);
}

/// A callback's task, done once: when all are in theirs, destroy another phone, and keep its result.
struct Ring<'a> {
    all: &'a Barrier,
    victim: Mutex<u64>,
    told: mpsc::Sender<i32>,
}

unsafe extern "C" fn destroys(user: *mut c_void, _: *const microsip_event) {
    // SAFETY: the test's, which outlives the phones.
    let ring = unsafe { &*user.cast::<Ring<'_>>() };
    let victim = core::mem::take(&mut *ring.victim.lock().unwrap());
    if victim != 0 {
        ring.all.wait();
        let _ = ring.told.send(microsip_destroy(victim));
    }
}

/// As many phones, each of whose callbacks destroys the next one. Returns their results; with `outside` the first is
/// destroyed from elsewhere too.
fn in_a_ring(count: usize, outside: bool) -> Vec<i32> {
    let all: &'static Barrier = Box::leak(Box::new(Barrier::new(count + 1)));
    let (told, results) = mpsc::channel();
    let rings: Vec<_> = (0..count).map(|_| Ring { all, victim: Mutex::new(0), told: told.clone() }).collect();
    let rings: &'static [Ring<'static>] = Box::leak(rings.into_boxed_slice());
    let phones: Vec<u64> =
        rings.iter().map(|ring| phone_with(Some(destroys), (&raw const *ring).cast_mut().cast())).collect();
    for (at, ring) in rings.iter().enumerate() {
        *ring.victim.lock().unwrap() = phones[(at + 1) % count];
    }
    for phone in &phones {
        assert_eq!(dial(*phone), MICROSIP_OK);
    }
    let first = phones[0];
    let killer = std::thread::spawn(move || {
        all.wait();
        if outside { microsip_destroy(first) } else { MICROSIP_OK }
    });
    let mut codes: Vec<i32> = (0..count)
        .map(|_| results.recv_timeout(Duration::from_secs(5)).expect("the callbacks wait for each other for ever"))
        .collect();
    assert_eq!(killer.join().unwrap(), MICROSIP_OK);
    for phone in phones {
        assert!(destroyed_in_time(phone));
    }
    codes.sort_unstable();
    codes
}

#[test]
fn callbacks_that_destroy_each_others_phones_do_not_wait_for_ever() {
    assert_eq!(in_a_ring(1, false), [MICROSIP_E_REENTRY]);
    assert_eq!(in_a_ring(2, false), [MICROSIP_E_REENTRY, MICROSIP_OK]);
    assert_eq!(in_a_ring(3, false), [MICROSIP_E_REENTRY, MICROSIP_OK, MICROSIP_OK]);
    // one of them is being destroyed from elsewhere, which waits for its callback
    assert_eq!(in_a_ring(2, true), [MICROSIP_E_REENTRY, MICROSIP_OK]);
}

#[test]
fn rules_are_set_one_by_one_and_read() {
    let phone = phone();
    // SAFETY: all-zero is a valid microsip_rules.
    let mut rules: microsip_rules = unsafe { core::mem::zeroed() };
    rules.size = size_of::<microsip_rules>() as u32;
    // SAFETY: all of it is there.
    let set = |rules: &microsip_rules| unsafe { microsip_rules_set(phone, MICROSIP_SELF, rules) };
    rules.dnd = MICROSIP_ON;
    rules.deny = c"1*, *@bad.example".as_ptr();
    assert_eq!(set(&rules), MICROSIP_OK);
    (rules.dnd, rules.deny) = (0, core::ptr::null());
    (rules.ring_s, rules.forward) = (30, MICROSIP_NONE);
    assert_eq!(set(&rules), MICROSIP_OK);
    rules.dnd = 3;
    assert_eq!(set(&rules), MICROSIP_E_ARG);
    (rules.dnd, rules.forward) = (0, 8);
    assert_eq!(set(&rules), MICROSIP_E_ARG);
    (rules.forward, rules.dnd_code) = (0, 302);
    assert_eq!(set(&rules), MICROSIP_E_ARG);
    (rules.dnd_code, rules.forward_to) = (0, c"mailto:a@b".as_ptr());
    assert_eq!(set(&rules), MICROSIP_E_URI);
    let mut out = rules;
    // SAFETY: as above.
    assert_eq!(unsafe { microsip_rules_get(phone, MICROSIP_SELF, &raw mut out) }, MICROSIP_OK);
    assert_eq!((out.dnd, out.ring_s, out.forward, out.dnd_code), (MICROSIP_ON, 30, MICROSIP_NONE, 0));
    assert!(out.forward_to.is_null());
    assert_eq!(microsip_destroy(phone), MICROSIP_OK);
}
