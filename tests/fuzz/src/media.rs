//! RTP and RTCP, read alone and by a stream that is in a call.

use core::hint::black_box;
use core::net::{Ipv4Addr, SocketAddr};
use microsip_core::base::limits;
use microsip_core::base::time::{Duration, Instant};
use microsip_core::media::detect::KeyDetector;
use microsip_core::media::{CodecList, G711, Stream, StreamBuffers, StreamConfig, StreamStats};
use microsip_core::wire::{dtmf, rtcp as reports, rtp as packets};

const STRIDE: usize = limits::RING_HEADER + 160;

/// The input, cut into datagrams: a length byte before each (its lowest bits say which socket), the rest as it is.
fn datagrams(mut bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    core::iter::from_fn(move || {
        let (&length, rest) = bytes.split_first()?;
        let (datagram, behind) = rest.split_at_checked(usize::from(length)).unwrap_or((rest, &[]));
        bytes = behind;
        Some((length, datagram))
    })
}

fn talking() -> Stream {
    let remote = SocketAddr::from((Ipv4Addr::LOCALHOST, 4000));
    let config = StreamConfig {
        remote_rtp: remote,
        remote_rtcp: SocketAddr::from((Ipv4Addr::LOCALHOST, 4001)),
        receive: CodecList::built_in(),
        dtmf_send: Some(101),
        send: true,
        receive_audio: true,
        ssrc: 7,
        ..StreamConfig::EMPTY
    };
    let mut stream = Stream::EMPTY;
    stream.start(Instant::from_micros(1_000_000), &config);
    stream
}

fn hear(bytes: &[u8], as_report: bool) {
    let mut stream = talking();
    let (mut ring, mut out, mut sent) = ([0u8; STRIDE * 8], [0i16; 80], [0u8; 256]);
    let (mut payload, mut history) = ([0u8; 160], [0i16; limits::HISTORY]);
    let (mut seconds, mut keys) = ([0u16; 4], [KeyDetector::default()]);
    let mut now = Instant::from_micros(1_000_000);
    let from = SocketAddr::from((Ipv4Addr::LOCALHOST, if as_report { 4001 } else { 4000 }));
    let (mut heard, mut quanta, mut digits) = (0, 0, 0);
    for (length, datagram) in datagrams(bytes) {
        heard += 1;
        let mut buffers = StreamBuffers {
            ring: &mut ring,
            stride: STRIDE,
            payload: &mut payload,
            history: &mut history,
            seconds: &mut seconds,
            keys: &mut keys,
        };
        if as_report {
            stream.handle_rtcp(now, from, datagram);
        } else {
            stream.handle_rtp(now, from, datagram, &mut buffers);
        }
        if length & 1 == 1 {
            now += Duration::from_millis(10);
            quanta += 1;
            stream.send_quantum(&mut G711, &[0; 80], &mut buffers);
            stream.receive_quantum(now, &mut G711, &mut out, &mut buffers);
            stream.handle_timeout(now);
            assert!(stream.next_timeout() > now, "a deadline that was handled is still due");
            // For any input, a quantum sends no more than a packet of voice, one of events, and a report or two.
            let drawn = (0..16).take_while(|_| stream.poll_transmit(now, buffers.payload, &mut sent).is_some()).count();
            assert!(drawn < 8, "one quantum drew {drawn} packets");
            digits += u32::from(stream.poll_digit(now).is_some());
        }
        counts_hold(&stream.stats(now), heard, quanta);
    }
    assert!(digits <= heard, "{digits} digits from {heard} packets");
}

/// The counters of packets stay below the packets that came, and those of sound below the sound played.
fn counts_hold(stats: &StreamStats, heard: u32, quanta: u32) {
    let odd = [stats.duplicate, stats.overflow, stats.oversize, stats.unknown_type, stats.strangers, stats.malformed];
    let all = [stats.received_packets, stats.late, stats.reordered, stats.reports_received];
    assert!(odd.iter().chain(&all).all(|count| *count <= heard), "more packets than the {heard} that came: {stats:?}");
    assert!(
        stats.sent_packets <= quanta && stats.concealed_ms <= 10 * quanta && stats.spliced <= quanta,
        "after {quanta} quanta: {stats:?}"
    );
}

/// RTP and telephone-events.
pub fn rtp(bytes: &[u8]) {
    if let Some(packet) = packets::Packet::parse(bytes) {
        assert!(packet.payload.len() + 12 <= bytes.len(), "a payload is longer than its packet");
        if let Some(event) = dtmf::Event::parse(packet.payload) {
            black_box(event.bytes());
        }
    }
    black_box(packets::is_rtcp(bytes));
    hear(bytes, false);
}

/// RTCP compounds.
pub fn rtcp(bytes: &[u8]) {
    if let Some(compound) = reports::Compound::parse(bytes) {
        for packet in compound {
            match packet {
                reports::Packet::SenderReport { reports, .. } | reports::Packet::ReceiverReport { reports, .. } => {
                    black_box(reports.count());
                }
                reports::Packet::Name { cname, .. } => {
                    black_box(cname.len());
                }
                reports::Packet::Bye { sources } => {
                    black_box(sources.contains(7));
                }
            }
        }
    }
    hear(bytes, true);
}
