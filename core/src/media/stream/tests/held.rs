//! Keys that are held and let go.
use super::*;

/// The events that a side has sent: marker, timestamp since the first, and payload.
fn told(side: &Side) -> Vec<(bool, u32, Event)> {
    let packets = side.sent.iter().filter(|sent| !rtp::is_rtcp(&sent.1));
    let packets = packets.map(|sent| rtp::Packet::parse(&sent.1).unwrap()).filter(|packet| packet.payload_type == 101);
    let mut told: Vec<_> =
        packets.map(|packet| (packet.marker, packet.timestamp, Event::parse(packet.payload).unwrap())).collect();
    let first = told.first().map_or(0, |told| told.1);
    told.iter_mut().for_each(|told| told.1 = told.1.wrapping_sub(first));
    told
}

fn pass(side: &mut Side, quanta: u64) {
    for n in 0..quanta {
        side.quantum(Instant::from_millis(n * 10), &[0; 80]);
    }
}

#[test]
fn a_key_lasts_until_it_is_let_go() {
    let mut side = Side::new(&config(far(), 1));
    assert!(side.stream.hold_digit(b'7', 0) && side.stream.holds_digit());
    pass(&mut side, 50);
    assert!(told(&side).iter().all(|told| !told.2.end) && !side.stream.digits_idle());
    assert!(side.stream.let_go());
    pass(&mut side, 30);
    let told = told(&side);
    assert!(told[0].0 && told[1..].iter().all(|told| !told.0));
    assert!(told.iter().all(|told| told.1 == 0), "one timestamp");
    let end = Event { code: 7, end: true, volume: 10, duration: 510 * 8 };
    assert_eq!(told.iter().filter(|told| told.2 == end).count(), 3, "rfc4733#2.5.1.4");
    assert!(side.stream.digits_idle() && !side.stream.holds_digit());
    assert!(!side.stream.let_go(), "none is held");
}

#[test]
fn a_key_that_is_let_go_at_once_is_long_enough_to_be_heard() {
    let mut side = Side::new(&config(far(), 1));
    side.stream.hold_digit(b'1', 0);
    pass(&mut side, 1);
    side.stream.let_go();
    pass(&mut side, 30);
    assert_eq!(told(&side).last().unwrap().2.duration, 320);
}

#[test]
fn a_key_whose_turn_has_not_come_has_the_length_of_other_digits() {
    let mut side = Side::new(&config(far(), 1));
    assert!(side.stream.send_digit(b'1', 100) && side.stream.hold_digit(b'2', 200));
    assert!(!side.stream.hold_digit(b'3', 0), "one at a time");
    assert!(side.stream.let_go());
    assert!(side.stream.hold_digit(b'3', 0));
    pass(&mut side, 100);
    side.stream.let_go();
    pass(&mut side, 30);
    let ends: Vec<_> =
        told(&side).iter().filter(|told| told.2.end).map(|told| (told.2.code, told.2.duration)).collect();
    assert_eq!((ends[0], ends[3]), ((1, 800), (2, 1600)));
    assert!(ends[6].0 == 3 && ends[6].1 > 4000, "{ends:?}");
}

#[test]
fn a_key_goes_in_segments_where_its_duration_is_full() {
    // rfc4733#2.5.1.3
    let mut side = Side::new(&config(far(), 1));
    side.stream.hold_digit(b'9', 0);
    pass(&mut side, 2000);
    side.stream.let_go();
    pass(&mut side, 30);
    let told = told(&side);
    assert!(told[0].0 && told[1..].iter().all(|told| !told.0), "one marker in all");
    let full: Vec<_> = told.iter().filter(|told| told.2.duration == 0xffff).collect();
    assert_eq!(full.iter().map(|told| told.1).collect::<Vec<_>>(), [0, 0xffff]);
    assert!(full.iter().all(|told| !told.2.end));
    let (end, whole) = (told.last().unwrap(), 20_010 * 8);
    assert_eq!((end.1, u32::from(end.2.duration)), (2 * 0xffff, whole - 2 * 0xffff));
    // it is one digit for who takes it, whichever packet about the segments' ends is lost
    let edges = told.iter().enumerate().filter(|(_, told)| told.2.end || !(400..0xfe00).contains(&told.2.duration));
    for lost in edges.map(|(nth, _)| nth) {
        let mut peer = Side::new(&config(near(), 2));
        let mut now = Instant::ZERO;
        let events = side.sent.iter().filter(|(_, packet)| !rtp::is_rtcp(packet) && packet.len() == 16);
        for (nth, (_, packet)) in events.enumerate() {
            if nth != lost {
                peer.take(now, near(), packet);
            }
            now += Duration::from_millis(20);
        }
        assert_eq!((peer.digit(), peer.digit()), (Some((b'9', 20_010)), None), "without packet {lost}");
    }
}

#[test]
#[cfg(feature = "tones")]
fn a_key_is_a_tone_for_who_takes_no_events() {
    let mut side = Side::new(&StreamConfig { dtmf_send: None, ..config(far(), 1) });
    side.stream.hold_digit(b'5', 0);
    pass(&mut side, 100);
    side.stream.let_go();
    pass(&mut side, 30);
    let voice = side.sent.iter().filter(|sent| !rtp::is_rtcp(&sent.1));
    let packets: Vec<_> = voice.map(|sent| rtp::Packet::parse(&sent.1).unwrap().payload.to_vec()).collect();
    let is_key = |payload: &[u8]| {
        let pcm: Vec<i16> = payload.iter().map(|code| crate::media::codec::ulaw_decode(*code)).collect();
        crate::media::detect::key(&pcm, 8000) == Some(b'5')
    };
    let keys: Vec<bool> = packets.iter().map(|payload| is_key(payload)).collect();
    assert_eq!(keys.iter().filter(|is| **is).count(), 50, "{keys:?}");
    assert!(keys[..50].iter().all(|is| *is));
}

#[test]
fn a_key_that_nobody_lets_go_is_let_go() {
    let mut side = Side::new(&config(far(), 1));
    side.stream.hold_digit(b'1', 0);
    pass(&mut side, 60_100);
    assert!(side.stream.digits_idle() && !side.stream.holds_digit());
}

#[test]
fn a_stream_that_ends_or_changes_its_clock_forgets_the_key() {
    let mut side = Side::new(&config(far(), 1));
    side.stream.hold_digit(b'1', 0);
    pass(&mut side, 50);
    side.stream.stop(Instant::from_millis(500));
    assert!(!side.stream.holds_digit() && !side.stream.let_go());
    let (mut call, other) = at_two_clocks(200);
    call.near.stream.hold_digit(b'1', 0);
    call.run(200);
    call.near.stream.update(call.now, &other);
    call.run(200);
    assert!(!call.near.stream.holds_digit() && call.near.stream.digits_idle());
}
