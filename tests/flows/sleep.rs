//! A phone that has nothing to do sleeps: every wake-up has a reason.

use crate::server::{REGISTRAR, Server, account, anna, pass, register, registered, state};
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, AccountState};
use microsip_tests::Lab;

/// The number of times that a driver wakes up without a packet, in this time.
fn wake_ups(lab: &mut Lab, server: &mut Server, time: Duration) -> u32 {
    let until = lab.now + time;
    let mut count = 0;
    loop {
        lab.drain();
        server.serve(lab);
        let timer = lab.ends[0].phone.poll_timeout();
        let packet = lab.air.iter().map(|packet| packet.at).min();
        let Some(next) = [timer, packet].into_iter().flatten().min().filter(|next| *next <= until) else { break };
        if packet.is_none_or(|at| at > next) {
            count += 1;
        }
        assert!(lab.step(next), "time stands still at {next:?}");
        assert_ne!(lab.ends[0].phone.poll_timeout(), Some(next), "a deadline that has passed is still there");
    }
    lab.now = until;
    count
}

#[test]
fn an_idle_phone_waits_for_nothing() {
    let (lab, account) = account(&[REGISTRAR], anna());
    assert_eq!(lab.ends[0].phone.poll_timeout(), None);
    assert!(!lab.ends[0].phone.wants_tick() && !lab.ends[0].phone.device_wanted());
    let _ = account;
}

#[test]
fn a_registered_phone_wakes_for_its_keepalives_and_refreshes_only() {
    let (mut lab, _, mut server) = registered();
    let before = server.keepalives.len();
    let count = wake_ups(&mut lab, &mut server, Duration::from_secs(3600));
    let (keepalives, refreshes) = (server.keepalives.len() - before, server.all("REGISTER").len() - 1);
    // rfc5626#4.4.1: every 15 s over the registered flow; a refresh begins its 15 s anew
    assert!((220..=240).contains(&keepalives), "{keepalives}");
    assert!(server.keepalives.windows(2).all(|pair| pair[1].since(pair[0]).micros() <= 31_000_000));
    assert_eq!(refreshes, 13);
    assert!(
        count as usize <= keepalives + refreshes,
        "{count} wake-ups for {keepalives} keepalives and {refreshes} refreshes"
    );
}

#[test]
fn keepalives_can_be_rarer_or_left_out() {
    for (keepalive, fewest, most) in [(60, 50, 60), (u32::MAX, 0, 0)] {
        let (mut lab, account) = account(&[REGISTRAR], AccountConfig { keepalive, expires: 3600, ..anna() });
        let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(3600)]);
        register(&mut lab, account);
        pass(&mut lab, &mut server, 1);
        assert_eq!(state(&lab), AccountState::Registered);
        let count = wake_ups(&mut lab, &mut server, Duration::from_secs(3500));
        let keepalives = server.keepalives.len();
        assert!((fewest..=most).contains(&keepalives), "{keepalives}");
        assert!(count as usize <= keepalives, "{count}");
    }
}

#[test]
fn a_keepalive_is_two_line_ends_over_the_registered_flow() {
    let (mut lab, _, mut server) = registered();
    pass(&mut lab, &mut server, 20);
    let raw = &lab.raw[&server.address];
    assert!(raw.iter().any(|(_, from, bytes)| bytes == b"\r\n\r\n" && *from == lab.ends[0].address));
    // keepalives of the other side are no messages, and count as no error
    let before = *lab.ends[0].phone.counters();
    for bytes in [&b"\r\n\r\n"[..], b"\r\n", b"\0\0\0\0"] {
        lab.send_raw(server.address, lab.ends[0].address, bytes);
    }
    lab.run_for(Duration::from_millis(10));
    let after = *lab.ends[0].phone.counters();
    assert!(after.malformed <= before.malformed + 1, "{}", after.malformed);
}

#[test]
fn a_call_that_is_over_leaves_no_timer_behind() {
    let mut lab = Lab::pair();
    let now = lab.now;
    let options =
        microsip_core::phone::DialOptions { source: microsip_core::phone::Source::Silence, ..Default::default() };
    let call = lab.ends[0].phone.dial(now, microsip_core::phone::AccountId::NONE, "sip:x@10.0.0.2", &options).unwrap();
    lab.run_until("it rings", |lab| lab.ends[1].reached(microsip_core::phone::CallState::Incoming));
    let (now, theirs) = (lab.now, lab.ends[1].last_call());
    lab.ends[1].phone.answer(now, theirs, 200).unwrap();
    lab.run_for(Duration::from_secs(1));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_for(Duration::from_secs(40));
    assert!(lab.ends.iter().all(|end| end.phone.poll_timeout().is_none() && !end.phone.wants_tick()));
}
