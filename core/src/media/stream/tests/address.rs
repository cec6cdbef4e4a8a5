//! The target of media, and the sources from which it is taken.
use super::*;

#[test]
fn no_more_than_400_ms_go_to_an_address_that_confirmed_nothing() {
    for ptime_ms in [10, 20, 30, 60] {
        let mut side = Side::new(&StreamConfig { confirmed: false, ptime_ms, ..config(far(), 1) });
        for n in 0..600 {
            side.quantum(Instant::from_millis(n * 10), &[5; 80]);
        }
        let ms = side.sent.len() * usize::from(ptime_ms);
        assert!(ms <= limits::UNCONFIRMED_MEDIA_MS as usize && ms > 340, "{ms}");
        assert!(side.sent.iter().all(|(transmit, _)| transmit.component == Component::Rtp), "nor reports");
        side.sent.clear();
        side.stream.confirm();
        for n in 600..700 {
            side.quantum(Instant::from_millis(n * 10), &[5; 80]);
        }
        assert_eq!(
            side.sent.iter().filter(|sent| sent.0.component == Component::Rtp).count(),
            1000 / usize::from(ptime_ms)
        );
        assert!(rtp::Packet::parse(&side.sent[0].1).unwrap().marker, "a talk spurt begins");
    }
}

#[test]
fn a_packet_of_voice_earns_its_length() {
    let mut side = Side::new(&StreamConfig { confirmed: false, ..config(far(), 1) });
    let sent = |side: &mut Side, from: u64| {
        side.sent.clear();
        (from..from + 100).for_each(|n| side.quantum(Instant::from_millis(n * 10), &[5; 80]));
        side.sent.iter().filter(|sent| sent.0.component == Component::Rtp).count()
    };
    assert_eq!(sent(&mut side, 0), 20);
    side.take(at(1000), address("203.0.113.9:9"), &voice(7, 0));
    assert_eq!(sent(&mut side, 100), 0, "a stranger's earns nothing");
    side.take(at(2000), far(), &voice(7, 0));
    side.take(at(2000), far(), &voice(7, 1));
    assert_eq!(sent(&mut side, 200), 2);
    // no more is earned than the first 400 ms
    (2..200).for_each(|n| side.take(at(3000), far(), &voice(7, n)));
    assert_eq!(sent(&mut side, 300), 20);
}

#[cfg(feature = "rtcp")]
#[test]
fn a_report_on_our_source_confirms_the_address() {
    let mut side = Side::new(&StreamConfig { confirmed: false, ..config(far(), 1) });
    for (source, confirms) in [(2, false), (1, true)] {
        let about = rtcp::Report { ssrc: source, ..rtcp::Report::default() };
        let mut room = [0; 64];
        let mut to = crate::base::cursor::Cursor::new(&mut room);
        rtcp::write_report(&mut to, 7, None, Some(&about));
        side.stream.handle_rtcp(at(4000), address("192.0.2.2:5001"), to.written());
        assert_eq!(side.stream.stats(Instant::ZERO).confirmed, confirms);
    }
}

fn ip(text: &str) -> Option<core::net::IpAddr> {
    Some(text.parse().unwrap())
}

fn at(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

/// The target of the next voice packet.
fn goes(side: &mut Side, now: Instant) -> SocketAddr {
    side.sent.clear();
    side.quantum(now, &[0; 80]);
    side.quantum(now, &[0; 80]);
    side.sent.iter().find(|sent| sent.0.component == Component::Rtp).unwrap().0.to
}

/// Packets taken, and those of strangers.
fn counts(side: &Side) -> (u32, u32) {
    let stats = side.stream.stats(Instant::ZERO);
    (stats.received_packets, stats.strangers)
}

#[test]
fn another_port_of_the_same_host_is_taken_at_once_and_the_negotiated_one_wins_back() {
    // rfc4961#3
    let mut side = Side::new(&config(far(), 1));
    side.take(at(0), address("192.0.2.2:6000"), &voice(7, 0));
    assert_eq!(goes(&mut side, at(0)), address("192.0.2.2:6000"));
    side.take(at(0), far(), &voice(7, 1));
    assert_eq!((goes(&mut side, at(0)), counts(&side)), (far(), (2, 0)));
    // which now is the peer's; the other port is a stranger's
    side.take(at(0), address("192.0.2.2:6000"), &voice(7, 2));
    assert_eq!((goes(&mut side, at(0)), counts(&side)), (far(), (2, 1)));
}

#[test]
fn a_host_that_nobody_vouches_for_is_never_taken() {
    for negotiated in [
        "192.0.2.2:4000",
        "[2001:db8::2]:4000",
        "192.168.1.2:4000",
        "100.64.0.9:4000",
        "169.254.1.1:4000",
        "[fd00::2]:4000",
    ] {
        let mut side = Side::new(&config(address(negotiated), 1));
        side.stream.vouch(&Vouched { signals: ip("198.51.100.9"), ..Vouched::NONE });
        for nth in 0..500 {
            side.take(at(u64::from(nth) * 20), address("198.51.100.7:7000"), &voice(7, nth));
        }
        assert_eq!(counts(&side), (0, 500));
        assert_eq!(goes(&mut side, at(10_000)), address(negotiated));
    }
}

#[test]
fn a_host_that_is_vouched_for_is_taken_at_its_first_packet_whatever_its_port() {
    let other = address("198.51.100.7:7000");
    for hosts in [
        Vouched { signals: ip("198.51.100.7"), ..Vouched::NONE },
        Vouched { received: ip("198.51.100.7"), ..Vouched::NONE },
        Vouched { contact: ip("::ffff:198.51.100.7"), ..Vouched::NONE },
    ] {
        let mut side = Side::new(&config(address("192.168.1.2:4000"), 1));
        side.stream.vouch(&hosts);
        side.take(at(0), address("203.0.113.9:9"), &voice(8, 0));
        side.take(at(0), other, &voice(7, 0));
        side.take(at(0), address("203.0.113.9:9"), &voice(8, 1));
        assert_eq!((goes(&mut side, at(0)), counts(&side)), (other, (1, 2)));
        // back in its own network: the negotiated address wins
        side.take(at(0), address("192.168.1.2:4000"), &voice(7, 1));
        assert_eq!((goes(&mut side, at(0)), counts(&side)), (address("192.168.1.2:4000"), (2, 2)));
    }
}

#[test]
fn what_a_newer_message_does_not_say_stays_vouched_for() {
    let mut side = Side::new(&config(address("192.168.1.2:4000"), 1));
    side.stream.vouch(&Vouched {
        signals: ip("203.0.113.1"),
        received: ip("198.51.100.7"),
        contact: ip("198.51.100.8"),
    });
    side.stream.vouch(&Vouched { signals: ip("203.0.113.2"), received: None, contact: ip("198.51.100.9") });
    for (from, taken) in [("203.0.113.1:1", 0), ("198.51.100.8:1", 0), ("198.51.100.7:1", 1)] {
        side.take(at(0), address(from), &voice(7, 1));
        assert_eq!(counts(&side).0, taken, "{from}");
    }
}

#[test]
fn any_host_is_taken_by_permission_only_after_silence_and_two_packets_in_sequence() {
    let (private, other) = (address("192.168.1.2:4000"), address("198.51.100.7:7000"));
    let mut side = Side::new(&StreamConfig { any_host: true, ..config(private, 1) });
    side.stream.vouch(&Vouched { signals: ip("198.51.100.9"), ..Vouched::NONE });
    for nth in 0..25 {
        side.take(at(u64::from(nth) * 20), other, &voice(7, nth));
    }
    assert_eq!(counts(&side), (0, 25), "half a second for the peer to begin");
    side.take(at(500), other, &voice(7, 25));
    side.take(at(510), address("203.0.113.9:9"), &voice(8, 1));
    side.take(at(520), other, &voice(7, 26));
    assert_eq!(counts(&side).0, 0, "not two in sequence");
    side.take(at(540), other, &voice(7, 27));
    assert_eq!((goes(&mut side, at(540)), counts(&side).0), (other, 1));
    // a host that is vouched for takes it from there at once, and keeps it
    side.take(at(560), address("198.51.100.9:5"), &voice(9, 1));
    side.take(at(580), address("198.51.100.9:5"), &voice(9, 2));
    side.take(at(580), other, &voice(7, 28));
    assert_eq!((goes(&mut side, at(580)), counts(&side).0), (address("198.51.100.9:5"), 3));
    // and the negotiated address from that one
    side.take(at(600), private, &voice(10, 1));
    side.take(at(620), private, &voice(10, 2));
    assert_eq!(goes(&mut side, at(620)), private);
}

#[cfg(feature = "rtcp")]
#[test]
fn a_peer_that_was_heard_moves_only_after_it_was_silent() {
    // a NAT that restarts gives the peer another port
    let mut side = Side::new(&config(far(), 1));
    side.take(at(0), far(), &voice(7, 0));
    for nth in 1..25 {
        side.take(at(u64::from(nth) * 20), address("192.0.2.2:6000"), &voice(7, nth));
        side.take(at(u64::from(nth) * 20), address("198.51.100.7:7000"), &voice(9, nth));
    }
    assert_eq!((goes(&mut side, at(480)), counts(&side)), (far(), (1, 48)));
    side.take(at(500), address("192.0.2.2:6000"), &voice(7, 25));
    side.take(at(520), address("198.51.100.7:7000"), &voice(9, 26));
    side.take(at(520), address("192.0.2.2:6000"), &voice(7, 26));
    assert_eq!((goes(&mut side, at(520)), counts(&side)), (address("192.0.2.2:6000"), (2, 50)));
}

/// A receiver report.
#[cfg(feature = "rtcp")]
fn report() -> Vec<u8> {
    let mut room = [0; 100];
    let mut to = crate::base::cursor::Cursor::new(&mut room);
    rtcp::write_report(&mut to, 9, None, None);
    rtcp::write_name(&mut to, 9, b"far");
    to.written().to_vec()
}

/// The target of the next report.
#[cfg(feature = "rtcp")]
fn reports_go(side: &mut Side, now: Instant) -> SocketAddr {
    side.sent.clear();
    side.stream.handle_timeout(now);
    side.drain(now);
    side.sent.iter().find(|sent| sent.0.component == Component::Rtcp).unwrap().0.to
}

#[cfg(feature = "rtcp")]
#[test]
fn reports_follow_the_same_rule() {
    let private = address("192.168.1.2:4000");
    let mut side = Side::new(&StreamConfig { any_host: true, ..config(private, 1) });
    side.stream.vouch(&Vouched { received: ip("198.51.100.7"), ..Vouched::NONE });
    for from in ["203.0.113.9:4001", "203.0.113.9:9"] {
        side.stream.handle_rtcp(at(0), address(from), &report());
    }
    assert_eq!(
        (side.stream.stats(at(0)).reports_received, counts(&side).1),
        (0, 2),
        "no other host, whatever is permitted"
    );
    assert_eq!(reports_go(&mut side, at(10_000)), address("192.168.1.2:4001"));
    side.stream.handle_rtcp(at(10_000), address("198.51.100.7:77"), &report());
    assert_eq!(reports_go(&mut side, at(20_000)), address("198.51.100.7:77"));
    side.stream.handle_rtcp(at(20_000), address("198.51.100.7:78"), &report());
    assert_eq!(reports_go(&mut side, at(30_000)), address("198.51.100.7:77"), "the first one shows the way");
    // voice from there leaves it so
    side.take(at(30_000), address("198.51.100.7:76"), &voice(7, 0));
    assert_eq!(reports_go(&mut side, at(40_000)), address("198.51.100.7:77"));
    // and the negotiated address wins back
    side.stream.handle_rtcp(at(40_000), address("192.168.1.2:4001"), &report());
    assert_eq!(reports_go(&mut side, at(50_000)), address("192.168.1.2:4001"));
    // from the one that showed the way, too
    let mut side = Side::new(&config(private, 1));
    side.stream.vouch(&Vouched { received: ip("198.51.100.7"), ..Vouched::NONE });
    side.stream.handle_rtcp(at(0), address("198.51.100.7:77"), &report());
    assert_eq!(reports_go(&mut side, at(10_000)), address("198.51.100.7:77"));
    side.stream.handle_rtcp(at(10_000), address("192.168.1.2:4001"), &report());
    assert_eq!(reports_go(&mut side, at(20_000)), address("192.168.1.2:4001"));
}

#[cfg(feature = "rtcp")]
#[test]
fn reports_move_along_with_voice() {
    let mut side = Side::new(&config(far(), 1));
    side.take(at(0), address("192.0.2.2:6000"), &voice(7, 0));
    assert_eq!(reports_go(&mut side, at(10_000)), address("192.0.2.2:6001"));
    side.take(at(10_000), far(), &voice(7, 1));
    assert_eq!(reports_go(&mut side, at(20_000)), address("192.0.2.2:5001"));
    // one port for both (rfc5761)
    let mut side = Side::new(&StreamConfig { remote_rtcp: far(), ..config(far(), 1) });
    side.take(at(0), address("192.0.2.2:6000"), &voice(7, 0));
    assert_eq!(reports_go(&mut side, at(10_000)), address("192.0.2.2:6000"));
}

#[test]
fn a_new_offer_opens_the_address_again() {
    let mut side = Side::new(&config(far(), 1));
    side.take(Instant::ZERO, address("192.0.2.2:6000"), &voice(7, 0));
    // the same address again: the learnt one holds until a packet shows another
    side.stream.update(Instant::ZERO, &config(far(), 1));
    side.quantum(Instant::ZERO, &[0; 80]);
    side.quantum(Instant::ZERO, &[0; 80]);
    assert_eq!(side.sent.pop().unwrap().0.to, address("192.0.2.2:6000"));
    side.take(Instant::ZERO, far(), &voice(7, 1));
    side.quantum(Instant::ZERO, &[0; 80]);
    side.quantum(Instant::ZERO, &[0; 80]);
    assert_eq!(side.sent.pop().unwrap().0.to, far());
    // another address: there at once, unconfirmed if the call says so
    let third = address("198.51.100.1:3000");
    side.stream.update(Instant::ZERO, &StreamConfig { confirmed: false, ..config(third, 1) });
    side.quantum(Instant::ZERO, &[0; 80]);
    side.quantum(Instant::ZERO, &[0; 80]);
    assert_eq!(side.sent.pop().unwrap().0.to, third);
    assert!(!side.stream.stats(Instant::ZERO).confirmed);
}
