//! Reports, sources, and leaving.
use super::*;

#[test]
fn nothing_but_one_bye_goes_after_the_stop() {
    let mut call = Call::new();
    call.run(1000);
    call.near.stream.send_digit(b'1', 100);
    call.near.stream.stop(call.now);
    call.near.drain(call.now);
    assert_eq!(call.near.sent.len(), 1);
    let (transmit, packet) = call.near.sent.pop().unwrap();
    assert_eq!((transmit.component, transmit.to), (Component::Rtcp, address("192.0.2.2:5001")));
    assert!(
        rtcp::Compound::parse(&packet)
            .unwrap()
            .any(|packet| matches!(packet, rtcp::Packet::Bye { sources } if sources.contains(1111)))
    );
    for n in 0..2000 {
        let now = call.now + Duration::from_millis(n * 10);
        call.near.quantum(now, &[9; 80]);
        call.near.take(now, far(), &voice(2222, n as u16));
    }
    assert!(call.near.sent.is_empty());
    assert_eq!(call.near.stream.next_timeout(), Instant::NEVER);
    // the other side learns it
    call.far.take(call.now, address("192.0.2.1:4001"), &packet);
    assert!(call.far.stream.stats(call.now).peer_left);
}

#[test]
fn who_has_sent_nothing_says_no_bye() {
    let mut side = Side::new(&config(far(), 1));
    side.stream.stop(Instant::from_millis(200));
    side.drain(Instant::ZERO);
    assert!(side.sent.is_empty());
}

#[test]
fn another_source_takes_over_after_two_packets() {
    let mut side = Side::new(&config(far(), 1));
    side.take(Instant::ZERO, far(), &voice(7, 0));
    side.take(Instant::ZERO, far(), &voice(8, 500));
    assert_eq!(side.stream.stats(Instant::ZERO).received_packets, 1);
    side.take(Instant::ZERO, far(), &voice(7, 1));
    side.take(Instant::ZERO, far(), &voice(8, 501));
    side.take(Instant::ZERO, far(), &voice(8, 502));
    let stats = side.stream.stats(Instant::ZERO);
    assert_eq!((stats.received_packets, stats.lost, stats.ring_ms), (3, 0, 20));
}

#[test]
fn a_colliding_source_is_changed_once_with_a_bye() {
    let mut side = Side::new(&config(far(), 7));
    side.quantum(Instant::ZERO, &[0; 80]);
    side.quantum(Instant::ZERO, &[0; 80]);
    side.sent.clear();
    side.take(Instant::ZERO, far(), &voice(7, 0));
    side.drain(Instant::ZERO);
    let (transmit, packet) = side.sent.pop().unwrap();
    assert_eq!(transmit.component, Component::Rtcp);
    assert!(
        rtcp::Compound::parse(&packet)
            .unwrap()
            .any(|packet| matches!(packet, rtcp::Packet::Bye { sources } if sources.contains(7)))
    );
    side.quantum(Instant::ZERO, &[0; 80]);
    side.quantum(Instant::ZERO, &[0; 80]);
    let ours = rtp::Packet::parse(&side.sent.pop().unwrap().1).unwrap().ssrc;
    assert_ne!(ours, 7);
    // a mirror follows: it is heard, and we change no more
    side.take(Instant::ZERO, far(), &voice(ours, 1));
    side.take(Instant::ZERO, far(), &voice(ours, 2));
    side.drain(Instant::ZERO);
    assert!(side.sent.is_empty());
    assert_eq!(side.stream.stats(Instant::ZERO).received_packets, 2);
}

#[test]
fn reports_tell_loss_jitter_and_round_trip() {
    let mut call = Call::new();
    call.delay = Duration::from_millis(30);
    call.loss = 10;
    call.run(30_000);
    let near = call.near.stream.stats(call.now);
    let far = call.far.stream.stats(call.now);
    assert!((3..=12).contains(&near.reports_received), "{}", near.reports_received);
    assert!((100..200).contains(&far.lost), "{}", far.lost);
    assert!((50..200).contains(&near.remote_lost), "{}", near.remote_lost);
    assert!((8..50).contains(&near.remote_fraction_lost), "{}", near.remote_fraction_lost);
    assert!((59_000..72_000).contains(&near.rtt_us), "{}", near.rtt_us);
    assert!((59_000..72_000).contains(&far.rtt_us), "{}", far.rtt_us);
    assert_eq!(far.jitter_us, 0);
}

/// The round trip when a report of ours from 2 s comes back at 3 s in a report that lay this long there.
fn round_trip(delay_ms: u64) -> u32 {
    let mut side = Side::new(&config(far(), 1));
    let report = rtcp::Report {
        ssrc: 1,
        fraction_lost: 0,
        lost: 0,
        highest_sequence: 0,
        jitter: 0,
        last_report: 2 << 16,
        delay: (delay_ms * 65536 / 1000) as u32,
    };
    let mut room = [0; 64];
    let mut to = crate::base::cursor::Cursor::new(&mut room);
    rtcp::write_report(&mut to, 7, None, Some(&report));
    side.stream.handle_rtcp(Instant::from_micros(3_000_000), address("192.0.2.2:5001"), to.written());
    side.stream.stats(Instant::ZERO).rtt_us
}

#[test]
fn a_trip_shorter_than_the_peers_clock_ticks_is_no_unknown_one() {
    // rfc3550#6.4.1: a peer that counts its delay in milliseconds may name one that is longer than the whole trip
    assert!((1..50).contains(&round_trip(1000)));
    assert!((1..50).contains(&round_trip(1001)));
    assert!((19_000..21_000).contains(&round_trip(980)));
    // but not by this much: the round trip stays unknown
    assert_eq!(round_trip(2000), 0);
    assert_eq!(round_trip(100_000), 0);
}

#[test]
fn report_times_are_spread() {
    let mut times = Vec::new();
    for cname in 0..50u64 {
        let side = Side::new(&StreamConfig { cname, ..config(far(), 1) });
        times.push(side.stream.next_timeout().millis());
    }
    // rfc3550#A.7: half of 5 s, times 0.5 to 1.5, by e - 1.5
    assert!(times.iter().all(|ms| (1026..=3078).contains(ms)), "{times:?}");
    times.sort_unstable();
    assert!(times[49] - times[0] > 1000);
}
