//! Calls between two phones.

use super::World;
use crate::lab::Network;
use microsip_core::phone::CallId;

const OTHER: &str = "sip:bob@10.0.0.2";

/// A call from one phone to the other that is up. Gives the caller's.
fn up(w: &mut World, early: bool) -> CallId {
    let call = w.dial(0, OTHER);
    w.pass(100);
    if early {
        w.give_status(1, 183);
        w.pass(100);
    }
    w.give_status(1, 200);
    w.pass(300);
    call
}

pub(super) fn plain(w: &mut World) {
    w.lab.audio = false;
    let call = w.dial(0, OTHER);
    w.pass(10);
    w.give_status(1, 200);
    w.hang_up(0, call);
}

pub(super) fn caller_hangs_up(w: &mut World) {
    let call = up(w, false);
    let now = w.lab.now;
    let _ = w.lab.ends[0].phone.send_digits(now, call, "1,#", 0);
    w.pass(3000);
    w.hang_up(0, call);
}

pub(super) fn called_hangs_up(w: &mut World) {
    up(w, true);
    let theirs = w.lab.ends[1].last_call();
    let _ = w.lab.ends[1].phone.set_mute(theirs, true);
    w.pass(200);
    let _ = w.lab.ends[1].phone.set_mute(theirs, false);
    w.pass(6000);
    w.hang_up(1, theirs);
}

pub(super) fn refused(w: &mut World) {
    w.dial(0, OTHER);
    w.pass(100);
    w.give_status(1, [486, 603, 480, 404][w.round() % 4]);
}

pub(super) fn cancelled(w: &mut World) {
    let call = w.dial(0, OTHER);
    w.pass(200);
    w.hang_up(0, call);
}

pub(super) fn two_at_once(w: &mut World) {
    w.dial(0, OTHER);
    w.pass(50);
    w.give_status(1, 200);
    w.dial(1, "sip:anna@10.0.0.1");
    w.pass(50);
    w.give_status(0, 200);
    w.dial(0, "sip:nobody@10.0.0.21");
    w.pass(400);
    let now = w.lab.now;
    w.lab.ends[0].phone.hangup_all(now);
    w.pass(100);
}

pub(super) fn bad_network(w: &mut World) {
    w.lab.network = Network { loss: 250, double: 100, delay_ms: 20, delay_us: 0, jitter_ms: 60 };
    let call = up(w, w.round().is_multiple_of(2));
    w.pass(2000);
    w.hang_up(0, call);
    w.pass(40_000);
    w.lab.network = Network::default();
}
