//! A phone has two threads of its own, registered or in a call; the thread of names comes when a name is asked for.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

mod echo;
mod host;

use echo::call;
use host::{phone, until};
use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::phone::*;

/// The library's threads, by name.
fn threads() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")).ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| name.starts_with("microsip-"))
        .collect();
    names.sort();
    names
}

fn hang_up(near: u64, far: u64, call: u64) {
    assert_eq!(unsafe { microsip_hangup(near, call, core::ptr::null()) }, MICROSIP_OK);
    until(near, MICROSIP_EV_CALL, MICROSIP_ENDED);
    until(far, MICROSIP_EV_CALL, MICROSIP_ENDED);
}

/// A thread has its name a moment after it began, and is gone a moment after it ended.
fn wait_for(what: &str, holds: impl Fn(&[String]) -> bool) {
    let begin = std::time::Instant::now();
    while !holds(&threads()) {
        assert!(begin.elapsed().as_secs() < 60, "{what}: {:?}", threads());
        std::thread::yield_now();
    }
}

#[test]
fn two_threads_a_phone_and_one_for_names_when_they_are_asked_for() {
    let (near, far) = (phone(|_| ()), phone(|_| ()));
    let (call_by_address, two_each) =
        (call(near, far, "127.0.0.1"), ["microsip-engine", "microsip-engine", "microsip-errand", "microsip-errand"]);
    wait_for("two each", |names| names == two_each);
    hang_up(near, far, call_by_address);
    let call_by_name = call(near, far, "localhost");
    wait_for("one for names", |names| names.iter().filter(|name| *name == "microsip-names").count() == 1);
    hang_up(near, far, call_by_name);
    // destroyed while the names' thread lingers
    assert_eq!(microsip_destroy(near), MICROSIP_OK);
    wait_for("the other phone's", |names| names == ["microsip-engine", "microsip-errand"]);
    assert_eq!(microsip_destroy(far), MICROSIP_OK);
    wait_for("none", <[String]>::is_empty);
}
