//! What a second of G.711 costs: `cargo run --release -p microsip-core --example media_bench`.
//!
//! Two streams talk to each other, each encodes, packs, unpacks, orders and decodes; what is printed is one stream's share, both ways, for one second
//! of audio at ptime 20. The best of several runs: the others measured the machine's other work.
#![allow(clippy::print_stdout, clippy::std_instead_of_core)]

use core::hint::black_box;
use core::net::SocketAddr;
use microsip_core::base::time::{Duration, Instant};
use microsip_core::media::{Codec, G711, Stream, StreamBuffers, StreamConfig};
use std::time::Instant as Clock;

const STRIDE: usize = 172;
const SECONDS: u64 = 200;
const BUDGET_US: f64 = 40.0;

struct Side {
    stream: Stream,
    ring: [u8; 8 * STRIDE],
    address: SocketAddr,
}

impl Side {
    fn new(own: &str, remote: &str, codec: Codec, rate: u32, ssrc: u32) -> Self {
        let payload_type = if codec == Codec::Pcma { 8 } else { 0 };
        let remote: SocketAddr = remote.parse().unwrap_or_else(|_| unreachable!());
        let config = StreamConfig {
            remote_rtp: remote,
            remote_rtcp: remote,
            codec,
            payload_type,
            receive: [Some((0, Codec::Pcmu)), Some((8, Codec::Pcma)), None, None],
            send: true,
            receive_audio: true,
            rate,
            ssrc,
            confirmed: true,
            ..StreamConfig::EMPTY
        };
        let mut stream = Stream::EMPTY;
        stream.start(Instant::ZERO, &config);
        Self { stream, ring: [0; 8 * STRIDE], address: own.parse().unwrap_or_else(|_| unreachable!()) }
    }

    fn quantum(&mut self, now: Instant, pcm: &[i16], out: &mut [i16]) {
        let mut buffers = StreamBuffers { ring: &mut self.ring, stride: STRIDE };
        self.stream.receive_quantum(now, &mut G711, out, &mut buffers);
        self.stream.send_quantum(now, &mut G711, pcm);
    }
}

/// One call for [`SECONDS`]; microseconds of CPU for a stream's second. Each `lose`th packet is lost (0: none).
fn run(codec: Codec, rate: u32, lose: u32) -> f64 {
    let mut near = Side::new("192.0.2.1:4000", "192.0.2.2:5000", codec, rate, 1);
    let mut far = Side::new("192.0.2.2:5000", "192.0.2.1:4000", codec, rate, 2);
    let samples = rate as usize / 100;
    // speech-like: a few periods of something uneven
    let mut noise = 1u32;
    let pcm: Vec<i16> = (0..rate as usize)
        .map(|n| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((n % 73) as i16 - 36) * 200 + (noise >> 20) as i16 - 2048
        })
        .collect();
    let mut out = vec![0i16; samples];
    let mut buffer = [0u8; 512];
    let mut packets = 0u32;
    let begun = Clock::now();
    for quantum in 0..SECONDS * 100 {
        let now = Instant::ZERO + Duration::from_millis(10).times(quantum);
        let at = (quantum as usize % 100) * samples;
        let piece = pcm.get(at..at + samples).unwrap_or_default();
        near.quantum(now, black_box(piece), &mut out);
        black_box(&out);
        far.quantum(now, black_box(piece), &mut out);
        black_box(&out);
        pass(now, &mut near, &mut far, &mut buffer, &mut packets, lose);
        pass(now, &mut far, &mut near, &mut buffer, &mut packets, lose);
    }
    let micros = begun.elapsed().as_secs_f64() * 1e6;
    assert!(lose > 0 || near.stream.stats(Instant::ZERO).concealed_ms == 0, "the bench lost sound");
    assert!(u64::from(packets) >= SECONDS * 100 - 2, "the bench lost packets");
    micros / SECONDS as f64 / 2.0
}

fn pass(now: Instant, from: &mut Side, to: &mut Side, buffer: &mut [u8], packets: &mut u32, lose: u32) {
    while let Some(transmit) = from.stream.poll_transmit(now, buffer) {
        *packets += 1;
        if lose > 0 && packets.is_multiple_of(lose) {
            continue;
        }
        let packet = buffer.get(..transmit.len).unwrap_or_default();
        let mut buffers = StreamBuffers { ring: &mut to.ring, stride: STRIDE };
        to.stream.handle_rtp(now, from.address, packet, &mut buffers);
    }
}

fn best(codec: Codec, rate: u32, lose: u32) -> f64 {
    (0..7).map(|_| run(codec, rate, lose)).fold(f64::INFINITY, f64::min)
}

fn main() {
    println!("G.711 stream both ways with jitter ring, microseconds of CPU for a second of audio (budget {BUDGET_US}):");
    for (name, codec, rate, lose) in [
        ("PCMU, engine 8 kHz", Codec::Pcmu, 8000, 0),
        ("PCMA, engine 8 kHz", Codec::Pcma, 8000, 0),
        ("PCMU, engine 8 kHz, 5 % lost", Codec::Pcmu, 8000, 20),
        ("PCMU, engine 16 kHz", Codec::Pcmu, 16_000, 0),
        ("PCMU, engine 48 kHz", Codec::Pcmu, 48_000, 0),
    ] {
        let micros = best(codec, rate, lose);
        let verdict = match (rate, lose) {
            (8000, 0) if micros <= BUDGET_US => "kept".into(),
            (8000, 0) => format!("MISSED by {:.1}", micros - BUDGET_US),
            _ => String::new(),
        };
        println!("{name:32} {micros:8.2} {verdict}");
    }
    println!("a stream is {} bytes, its firmware ring {}", size_of::<Stream>(), 8 * STRIDE);
}
