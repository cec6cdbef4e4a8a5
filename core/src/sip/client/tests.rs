use std::{vec, vec::Vec};

use super::{Client, Expiry, Heard, State};
use crate::base::time::{Duration, Instant};

const START: Instant = Instant::from_millis(10_000);

/// Lets the timers run. Returns the milliseconds of each retransmission, and the time and kind of the end.
fn run(mut client: Client) -> (Vec<u64>, Option<(u64, Expiry)>) {
    let mut sent = Vec::new();
    for _ in 0..50 {
        let at = client.deadline();
        if at == Instant::NEVER {
            return (sent, None);
        }
        // early calls do nothing
        assert_eq!(client.handle_timeout(Instant::from_micros(at.micros() - 1)), Expiry::Nothing);
        match client.handle_timeout(at) {
            Expiry::Resend => sent.push(at.since(START).millis()),
            Expiry::Nothing => panic!("due and nothing to do"),
            end => return (sent, Some((at.since(START).millis(), end))),
        }
    }
    panic!("it never ends");
}

#[test]
fn an_invite_on_datagrams() {
    // rfc3261#17.1.1.2: A doubles, B is 64·T1
    let client = Client::start(START, true, false);
    assert_eq!(run(client), (vec![500, 1500, 3500, 7500, 15_500, 31_500], Some((32_000, Expiry::TimedOut))));
}

#[test]
fn others_on_datagrams() {
    // rfc3261#17.1.2.2: E doubles up to T2, F is 64·T1
    let client = Client::start(START, false, false);
    let times = vec![500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
    assert_eq!(run(client), (times, Some((32_000, Expiry::TimedOut))));
}

#[test]
fn on_streams_nothing_is_sent_again() {
    for invite in [true, false] {
        let mut client = Client::start(START, invite, true);
        assert_eq!(run(client), (vec![], Some((32_000, Expiry::TimedOut))));
        // K is 0 there; D is not, for another branch's 2xx may come behind a refusal
        client.handle_response(START, 486);
        let over = if invite { START + super::D } else { START };
        assert_eq!(client.deadline(), over);
        assert_eq!(client.handle_timeout(over), Expiry::Over);
    }
}

#[test]
fn a_provisional_response() {
    let mut invite = Client::start(START, true, false);
    assert_eq!(invite.handle_response(START, 100), Heard::Pass);
    assert_eq!((invite.state(), run(invite)), (State::Proceeding, (vec![], None)));
    let mut other = Client::start(START, false, false);
    other.handle_response(START, 100);
    // the running E stays, those after it are T2
    assert_eq!(run(other).0, [500, 4500, 8500, 12_500, 16_500, 20_500, 24_500, 28_500]);
}

#[test]
fn a_refused_invite_acknowledges_and_absorbs() {
    // rfc3261#17.1.1.2: Completed, timer D
    let mut client = Client::start(START, true, false);
    assert_eq!(client.handle_response(START, 486), Heard::PassAndAck);
    assert_eq!(client.handle_response(START, 486), Heard::Ack);
    assert_eq!(client.handle_response(START, 180), Heard::Absorb);
    assert_eq!(client.handle_response(START, 200), Heard::Absorb);
    assert_eq!(run(client), (vec![], Some((32_000, Expiry::Over))));
}

#[test]
fn others_absorb_for_t4() {
    let mut client = Client::start(START, false, false);
    assert_eq!(client.handle_response(START, 401), Heard::Pass);
    assert_eq!(client.handle_response(START, 401), Heard::Absorb);
    assert_eq!(run(client), (vec![], Some((5000, Expiry::Over))));
}

#[test]
fn a_2xx_to_an_invite_is_its_users_business() {
    // rfc6026#7.2
    let mut client = Client::start(START, true, false);
    assert_eq!(client.handle_response(START, 200), Heard::Pass);
    assert_eq!((client.state(), client.deadline()), (State::Terminated, Instant::NEVER));
}

#[test]
fn a_cancelled_one_is_bounded_whatever_comes() {
    // rfc3261#9.1
    let mut client = Client::start(START, true, false);
    client.handle_response(START, 180);
    client.handle_given_up(START);
    client.handle_given_up(START + Duration::from_secs(20));
    assert_eq!(client.deadline().since(START), Duration::from_secs(32));
    client.handle_cancelled(START + Duration::from_secs(1));
    client.handle_response(START, 180);
    assert_eq!(run(client), (vec![], Some((33_000, Expiry::TimedOut))));
}
