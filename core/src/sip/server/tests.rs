use std::vec::Vec;

use super::{Expiry, Server, State};
use crate::base::time::{Duration, Instant};

const START: Instant = Instant::from_millis(10_000);

fn server(reliable: bool) -> Server {
    Server::start(START, reliable, Duration::from_millis(200))
}

/// Lets the timers run for two minutes. Returns their actions with the times.
fn run(mut server: Server) -> Vec<(u64, Expiry)> {
    let mut out = Vec::new();
    while server.deadline().since(START) < Duration::from_secs(121) && server.deadline() != Instant::NEVER {
        let at = server.deadline();
        assert_eq!(server.handle_timeout(Instant::from_micros(at.micros() - 1)), Expiry::Nothing);
        out.push((at.since(START).millis(), server.handle_timeout(at)));
    }
    out
}

/// Timer G, and the 2xx's own.
const TIMES: [u64; 10] = [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];

fn repeated(end: Expiry) -> Vec<(u64, Expiry)> {
    TIMES.iter().map(|at| (*at, Expiry::Resend)).chain([(32_000, end)]).collect()
}

#[test]
fn trying_leaves_after_200_ms_unless_something_has() {
    // rfc3261#17.2.1
    assert_eq!(run(server(false)), [(200, Expiry::Trying)]);
    for status in [100, 180, 200, 486] {
        let mut server = server(false);
        server.handle_response(START, status);
        assert!(run(server).iter().all(|(_, expiry)| *expiry != Expiry::Trying), "{status}");
    }
}

#[test]
fn ringing_is_repeated_each_minute() {
    // rfc3261#13.3.1.1
    let mut server = server(false);
    server.handle_response(START, 180);
    assert_eq!(run(server), [(60_000, Expiry::Resend), (120_000, Expiry::Resend)]);
}

#[test]
fn a_refusal_is_repeated_by_g_until_h() {
    // rfc3261#17.2.1
    let mut server = server(false);
    server.handle_response(START, 486);
    assert_eq!(server.state(), State::Completed);
    assert_eq!(run(server), repeated(Expiry::Over));
}

#[test]
fn on_streams_a_refusal_is_not_repeated() {
    let mut server = server(true);
    server.handle_response(START, 486);
    assert_eq!(run(server), [(32_000, Expiry::Over)]);
}

#[test]
fn a_2xx_is_repeated_on_both() {
    // rfc3261#13.3.1.4
    for reliable in [true, false] {
        let mut server = server(reliable);
        server.handle_response(START, 200);
        assert_eq!(server.state(), State::Accepted);
        assert_eq!(run(server), repeated(Expiry::Unacknowledged));
    }
}

#[test]
fn another_request_is_tried_late_and_kept_for_timer_j() {
    // rfc4320#4.1: no 100 before its sender's timer E has come to T2
    assert_eq!(run(Server::start_other(START, false)), [(3500, Expiry::Trying)]);
    // rfc3261#17.2.2: nothing is sent by itself; repetitions get the response for 64 T1
    for (reliable, kept) in [(false, 32_000), (true, 5000)] {
        for status in [200, 481] {
            let mut server = Server::start_other(START, reliable);
            server.handle_response(START, 100);
            assert_eq!(server.deadline(), Instant::NEVER);
            server.handle_response(START, status);
            assert_eq!(server.state(), State::Completed, "{status}");
            assert_eq!(run(server), [(kept, Expiry::Over)]);
        }
    }
}
