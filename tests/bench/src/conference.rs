//! A hundred calls in one conference, or the same alone: packets in, the tick, packets out, without sockets and without
//! far ends.

use crate::lock::Pair;
use crate::media::cpu_ns;
use core::net::SocketAddr;
use microsip_core::base::time::Duration;
use microsip_core::media::G711;
use microsip_core::phone::{Bus, Component, MediaId, Member, MemberChange, Transmit};

/// Members of the conference.
const CALLS: u32 = 100;
/// A packet of RTP with 20 ms of G.711.
const PACKET: usize = 172;

/// A packet of one far end, 440 Hz louder or less.
fn packet(nth: usize) -> [u8; PACKET] {
    let mut packet = [0; PACKET];
    if let Some((head, payload)) = packet.split_at_mut_checked(12) {
        head.copy_from_slice(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, nth as u8 + 1]);
        for (at, byte) in payload.iter_mut().enumerate() {
            *byte = if (at + nth) % 18 < 9 { 0x9f } else { 0x1f };
        }
    }
    packet
}

/// The same as the far end's packet of this number.
fn stamped(mut packet: [u8; PACKET], number: u32) -> [u8; PACKET] {
    let [.., high, low] = number.to_be_bytes();
    let [a, b, c, d] = (number * 160).to_be_bytes();
    for (place, byte) in packet.iter_mut().skip(2).zip([high, low, a, b, c, d]) {
        *place = byte;
    }
    packet
}

/// So many seconds of audio; prints microseconds of CPU for one second of all calls.
pub(crate) fn members(seconds: u32, together: bool) -> bool {
    let Some(mut pair) = Pair::talking(CALLS, false) else { return false };
    let [bridge, far] = &mut pair.ends;
    let mut now = pair.now;
    if together {
        let Ok(room) = bridge.phone.conference_create(0) else { return false };
        let calls: Vec<_> = bridge.phone.calls().collect();
        for call in calls {
            if bridge.phone.conference_member_set(now, room, Member::Call(call), &MemberChange::default()).is_err() {
                return false;
            }
        }
    }
    // the ports of each call are those of the far end's call in the same place
    let port = |end: &microsip_tests::End, nth: u32| {
        let mut ports: Vec<(u64, SocketAddr)> = end.media.iter().map(|(id, (rtp, _))| (*id, *rtp)).collect();
        ports.sort_unstable_by_key(|(_, rtp)| rtp.port());
        ports.get(nth as usize).copied()
    };
    let lines: Vec<(MediaId, SocketAddr)> =
        (0..CALLS).filter_map(|nth| Some((MediaId::from_raw(port(bridge, nth)?.0).ok()?, port(far, nth)?.1))).collect();
    let mut buffer = [0u8; 2048];
    // made before the clock runs: they are the far ends' work
    let packets: Vec<_> = (0..lines.len()).map(packet).collect();
    let (mut sent, start) = (0u32, cpu_ns());
    for quantum in 0..seconds * 100 {
        now += Duration::from_millis(10);
        if quantum % 2 == 0 {
            for ((media, from), packet) in lines.iter().zip(&packets) {
                let mut packet = stamped(*packet, quantum / 2 + 1000);
                bridge.phone.handle_media(now, *media, Component::Rtp, *from, &mut packet);
            }
        }
        while bridge.phone.poll_timeout().is_some_and(|at| at <= now) {
            bridge.phone.handle_timeout(now);
        }
        while bridge.phone.audio(now, Bus::Own, &mut G711, &mut (), &[], &mut []) {}
        while let Transmit::Packet { .. } = bridge.phone.poll_transmit(now, &mut buffer) {
            sent += 1;
        }
    }
    println!("{:.0}", (cpu_ns() - start) as f64 / 1000.0 / f64::from(seconds.max(1)));
    let heard: u32 = bridge
        .phone
        .calls()
        .filter_map(|call| bridge.phone.call_stats(now, call).ok())
        .map(|stats| stats.received_packets)
        .sum();
    let wanted = seconds.saturating_mul(50 * CALLS) * 9 / 10;
    if heard < wanted || sent < wanted {
        eprintln!("{heard} packets were heard and {sent} sent, {wanted} are wanted");
        return false;
    }
    true
}
