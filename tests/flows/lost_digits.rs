//! A digit whose end packets never come has its event all the same: one, three packet times after its last packet.

use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::Source;
use microsip_core::wire::rtp;
use microsip_tests::{EventKind, Lab, Options, Peer};
use std::net::SocketAddr;

const MEDIA: &str = "10.0.0.9:40000";

/// A call whose far end has pressed 7 for 100 ms (rfc4733#2.5.1.1), and none of its end packets came; the sequence
/// number goes on at 6.
fn pressed() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let call = lab.ends[0].last_call();
    lab.ends[0].phone.set_source(call, Source::Silence).unwrap();
    for nth in 1..=5 {
        send(&mut lab, 101, nth, 9000, &[7, 10, ((nth * 160) >> 8) as u8, (nth * 160) as u8]);
        if nth < 5 {
            lab.run_for(Duration::from_millis(20));
        }
    }
    (lab, peer)
}

fn send(lab: &mut Lab, payload_type: u8, sequence: u16, timestamp: u32, payload: &[u8]) {
    let mut packet = vec![0; 12];
    rtp::write_header(&mut packet, payload_type, sequence == 1, sequence, timestamp, 7).unwrap();
    packet.extend_from_slice(payload);
    let from: SocketAddr = lab.open_raw(MEDIA);
    let to = lab.ends[0].media.values().next().unwrap().0;
    lab.send_raw(from, to, &packet);
    lab.run_for(Duration::from_millis(1));
}

fn digits(lab: &Lab) -> String {
    let digits = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Digit);
    digits.map(|event| char::from_u32(event.value).unwrap()).collect()
}

/// Runs until the digit has its event.
fn ended_at(lab: &mut Lab) -> Instant {
    lab.run_until("the digit", |lab| !digits(lab).is_empty());
    lab.now
}

/// Its end packets come late.
fn late_end(lab: &mut Lab) {
    for nth in 6..9 {
        send(lab, 101, nth, 9000, &[7, 0x80 | 10, 3, 0xc0]);
        lab.run_for(Duration::from_millis(20));
    }
}

#[test]
fn in_silence_a_digit_ends_three_packet_times_after_its_last_packet() {
    // rfc4733#2.5.2.2
    let (mut lab, _) = pressed();
    let last = lab.now;
    assert_eq!(ended_at(&mut lab).since(last), Duration::from_millis(60));
    late_end(&mut lab);
    lab.run_for(Duration::from_secs(2));
    assert_eq!(digits(&lab), "7");
}

#[test]
fn voice_from_behind_it_ends_it_at_once() {
    let (mut lab, _) = pressed();
    let last = lab.now;
    lab.run_for(Duration::from_millis(19));
    send(&mut lab, 0, 6, 9800, &[0xff; 160]);
    assert_eq!(ended_at(&mut lab).since(last), Duration::from_millis(20));
    late_end(&mut lab);
    lab.run_for(Duration::from_secs(2));
    assert_eq!(digits(&lab), "7");
}

#[test]
fn the_end_of_the_call_ends_it_too() {
    let (mut lab, mut peer) = pressed();
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    lab.run_for(Duration::from_secs(2));
    assert_eq!(digits(&lab), "7");
    let ended = lab.ends[0].events.iter().position(|event| event.kind == EventKind::Call && event.state == 5).unwrap();
    assert_eq!(lab.ends[0].events[ended - 1].kind, EventKind::Digit, "before the call's last event");
}

#[test]
fn the_next_digit_is_another() {
    let (mut lab, _) = pressed();
    lab.run_for(Duration::from_millis(300));
    for nth in 6..9 {
        send(&mut lab, 101, nth, 20_000, &[7, 0x80 | 10, 3, 0xc0]);
    }
    lab.run_for(Duration::from_secs(1));
    assert_eq!(digits(&lab), "77");
}
