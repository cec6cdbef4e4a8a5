//! Two streams talk to each other: G.711 or G.722 both ways through jitter rings, at 20 ms, without sockets.

use core::net::{Ipv4Addr, SocketAddr};
use microsip_core::base::limits;
use microsip_core::base::time::{Duration, Instant};
use microsip_core::media::{BuiltIn, Codec, CodecList, CodecMemory, Component, Stream, StreamBuffers, StreamConfig};

const STRIDE: usize = limits::RING_HEADER + 160;

/// CPU time of this thread so far, in nanoseconds, as Linux counts it.
pub(crate) fn cpu_ns() -> u64 {
    std::fs::read_to_string("/proc/self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok())
        .unwrap_or(0)
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

fn config(codec: Codec, stream: u32, remote: u16) -> StreamConfig {
    StreamConfig {
        stream,
        remote_rtp: address(remote),
        remote_rtcp: address(remote + 1),
        codec,
        payload_type: codec.static_type().unwrap_or_default(),
        receive: CodecList::of(&[codec]),
        rate: codec.rate(),
        send: true,
        receive_audio: true,
        ssrc: 77 + stream,
        cname: 5,
        confirmed: true,
        ..StreamConfig::EMPTY
    }
}

/// The memory that a stream is lent.
struct Memory {
    ring: [u8; STRIDE * 16],
    payload: [u8; 160],
    history: [i16; limits::HISTORY],
}

impl Memory {
    const fn new() -> Self {
        Self { ring: [0; STRIDE * 16], payload: [0; 160], history: [0; limits::HISTORY] }
    }

    fn lent(&mut self) -> StreamBuffers<'_> {
        StreamBuffers {
            ring: &mut self.ring,
            stride: STRIDE,
            payload: &mut self.payload,
            history: &mut self.history,
            seconds: &mut [],
            keys: &mut [],
        }
    }
}

/// `seconds` of audio; prints microseconds of CPU for one second of one stream, both directions.
pub(crate) fn both_ways(seconds: u32, codec: Codec) -> bool {
    let (mut left, mut right) = (Stream::EMPTY, Stream::EMPTY);
    let (mut left_memory, mut right_memory) = (Memory::new(), Memory::new());
    let mut now = Instant::from_micros(1_000_000);
    left.start(now, &config(codec, 0, 4002));
    right.start(now, &config(codec, 1, 4000));
    let mut memory = [CodecMemory::default(); 2];
    let bank = &mut BuiltIn::new(&mut memory);
    let mut voice = vec![0i16; codec.rate() as usize / 100];
    for (n, sample) in voice.iter_mut().enumerate() {
        *sample = ((n as i16) % 20 - 10) * 800;
    }
    let mut out = voice.clone();
    let mut packet = [0u8; 256];
    let start = cpu_ns();
    for _ in 0..seconds.saturating_mul(100) {
        now += Duration::from_millis(10);
        left.send_quantum(bank, &voice, &mut left_memory.lent());
        right.send_quantum(bank, &voice, &mut right_memory.lent());
        while let Some(sent) = left.poll_transmit(now, &left_memory.payload, &mut packet) {
            let bytes = packet.get(..sent.len).unwrap_or_default();
            match sent.component {
                Component::Rtp => right.handle_rtp(now, address(4000), bytes, &mut right_memory.lent()),
                Component::Rtcp => right.handle_rtcp(now, address(4001), bytes),
            }
        }
        while let Some(sent) = right.poll_transmit(now, &right_memory.payload, &mut packet) {
            let bytes = packet.get(..sent.len).unwrap_or_default();
            match sent.component {
                Component::Rtp => left.handle_rtp(now, address(4002), bytes, &mut left_memory.lent()),
                Component::Rtcp => left.handle_rtcp(now, address(4003), bytes),
            }
        }
        left.receive_quantum(now, bank, &mut out, &mut left_memory.lent());
        right.receive_quantum(now, bank, &mut out, &mut right_memory.lent());
        left.handle_timeout(now);
        right.handle_timeout(now);
    }
    let spent = cpu_ns().saturating_sub(start);
    println!("{:.2}", spent as f64 / 1000.0 / f64::from(seconds.max(1)) / 2.0);
    let (here, there) = (left.stats(now), right.stats(now));
    let wanted = seconds.saturating_mul(50).saturating_sub(5);
    let fine = |stats: &microsip_core::media::StreamStats| stats.received_packets >= wanted && stats.concealed_ms < 100;
    if !(fine(&here) && fine(&there)) {
        eprintln!("the streams did not hear each other: {here:?} {there:?}");
        return false;
    }
    true
}
