mod address;
mod banks;
mod clocks;
mod digits;
#[cfg(feature = "info")]
mod held;
#[cfg(feature = "info")]
mod manner;
mod packets;
#[cfg(feature = "rtcp")]
mod reports;
mod sound;
#[cfg(all(feature = "g722", feature = "l16"))]
mod wideband;

use super::*;
use crate::base::limits;
use crate::base::rng::Rng;
use crate::base::time::Duration;
use crate::media::codec::tests::samples::Bank;
use crate::media::detect::Detector;
use crate::media::tones::{Generator, Tone};
use crate::media::{Codec, CodecList};
use crate::wire::dtmf::Event;
#[cfg(feature = "rtcp")]
use crate::wire::rtcp;
use crate::wire::rtp;
use core::net::SocketAddr;
use std::vec::Vec;

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn near() -> SocketAddr {
    address("192.0.2.1:4000")
}

fn far() -> SocketAddr {
    address("192.0.2.2:5000")
}

fn config(remote: SocketAddr, ssrc: u32) -> StreamConfig {
    StreamConfig {
        remote_rtp: remote,
        remote_rtcp: SocketAddr::new(remote.ip(), remote.port() + 1),
        receive: CodecList::built_in(),
        dtmf_send: Some(101),
        send: true,
        receive_audio: true,
        ssrc,
        first_sequence: 65_530,
        first_timestamp: 0u32.wrapping_sub(400),
        cname: 0x0123_4567_89ab_cdef,
        confirmed: true,
        ..StreamConfig::EMPTY
    }
}

/// The memory that a stream is lent.
struct Memory {
    ring: Vec<u8>,
    stride: usize,
    payload: Vec<u8>,
    history: Vec<i16>,
    seconds: Vec<u16>,
    #[cfg(feature = "hear-keys")]
    keys: [crate::media::detect::KeyDetector; 1],
}

impl Memory {
    fn lent(&mut self) -> StreamBuffers<'_> {
        StreamBuffers {
            ring: &mut self.ring,
            stride: self.stride,
            payload: &mut self.payload,
            history: &mut self.history,
            seconds: &mut self.seconds,
            #[cfg(feature = "hear-keys")]
            keys: &mut self.keys,
        }
    }
}

/// A stream with its memory.
struct Side {
    stream: Stream,
    bank: Bank,
    memory: Memory,
    heard: Vec<i16>,
    sent: Vec<(MediaTransmit, Vec<u8>)>,
}

impl Side {
    fn new(config: &StreamConfig) -> Self {
        let mut stream = Stream::EMPTY;
        stream.start(Instant::ZERO, config);
        let codec = config.codec;
        let bytes = codec.tick_bytes().map_or(60, |bytes| bytes * codec.clock() as usize / 50);
        let stride = limits::RING_HEADER + bytes;
        let memory = Memory {
            ring: std::vec![0; 8 * stride],
            stride,
            payload: std::vec![0; 3 * bytes],
            history: std::vec![0; 6 * limits::HISTORY],
            seconds: std::vec![0; 4],
            #[cfg(feature = "hear-keys")]
            keys: Default::default(),
        };
        Self { stream, bank: Bank::default(), memory, heard: Vec::new(), sent: Vec::new() }
    }

    fn take(&mut self, now: Instant, from: SocketAddr, packet: &[u8]) {
        self.stream.handle_rtp(now, from, packet, &mut self.memory.lent());
    }

    /// 10 ms: receives, sends, and its packets are collected.
    fn quantum(&mut self, now: Instant, pcm: &[i16]) {
        let mut out = std::vec![0; pcm.len()];
        self.stream.handle_timeout(now);
        self.stream.receive_quantum(now, &mut self.bank, &mut out, &mut self.memory.lent());
        self.heard.extend(&out);
        self.stream.send_quantum(&mut self.bank, pcm, &mut self.memory.lent());
        self.drain(now);
    }

    /// The next digit that came, and its milliseconds.
    fn digit(&mut self) -> Option<(u8, u16)> {
        self.stream.poll_digit(Instant::ZERO).map(|(digit, _)| (digit.digit, digit.ms))
    }

    fn drain(&mut self, now: Instant) {
        let mut buffer = [0; 6000];
        while let Some(transmit) = self.stream.poll_transmit(now, &self.memory.payload, &mut buffer) {
            self.sent.push((transmit, buffer[..transmit.len].to_vec()));
        }
        assert!(!self.stream.owes());
    }
}

/// Two streams and a network between.
struct Call {
    near: Side,
    far: Side,
    now: Instant,
    delay: Duration,
    /// Percent.
    loss: u32,
    /// Every such packet to the far side is lost; 0: none.
    every: u32,
    /// Packets sent to the far side.
    sent: u32,
    jitter_us: u32,
    random: Rng,
    on_wire: Vec<(Instant, bool, Vec<u8>)>,
    generator: Generator,
}

impl Call {
    fn new() -> Self {
        Self::at(8000, 8000)
    }

    fn at(near_rate: u32, far_rate: u32) -> Self {
        Self::between(
            &StreamConfig { rate: near_rate, ..config(far(), 1111) },
            &StreamConfig { rate: far_rate, ..config(near(), 2222) },
        )
    }

    /// Both use a codec, at its own rate.
    fn speaking(codec: Codec, ptime_ms: u8) -> Self {
        let entry = codec.entry();
        let config = |remote, ssrc| StreamConfig {
            codec,
            payload_type: entry.payload_type,
            receive: CodecList::of(&[codec]),
            dtmf_send: entry.events,
            ptime_ms,
            rate: codec.rate(),
            ..config(remote, ssrc)
        };
        Self::between(&config(far(), 1111), &config(near(), 2222))
    }

    fn between(near_config: &StreamConfig, far_config: &StreamConfig) -> Self {
        let near_rate = near_config.rate;
        Self {
            near: Side::new(near_config),
            far: Side::new(far_config),
            every: 0,
            sent: 0,
            now: Instant::ZERO,
            delay: Duration::from_millis(5),
            loss: 0,
            jitter_us: 0,
            random: Rng::new(&[3; 32]),
            on_wire: Vec::new(),
            generator: Generator::new(Tone { frequencies: [440, 0], level: 8000 }, near_rate),
        }
    }

    fn run(&mut self, ms: u64) {
        for _ in 0..ms / 10 {
            let mut pcm = std::vec![0; self.near.stream.config().rate as usize / 100];
            self.generator.fill(&mut pcm);
            self.step(&pcm);
        }
    }

    /// The near side's clock gains 10 ms.
    fn extra(&mut self) {
        let mut pcm = std::vec![0; self.near.stream.config().rate as usize / 100];
        self.generator.fill(&mut pcm);
        self.near.quantum(self.now, &pcm);
    }

    /// The near side's clock loses 10 ms.
    fn pause(&mut self) {
        let silence = std::vec![0; self.far.stream.config().rate as usize / 100];
        self.far.quantum(self.now, &silence);
        self.now += Duration::from_millis(10);
    }

    /// 10 ms pass.
    fn step(&mut self, pcm: &[i16]) {
        self.near.quantum(self.now, pcm);
        let silence = std::vec![0; self.far.stream.config().rate as usize / 100];
        self.far.quantum(self.now, &silence);
        for (to_far, side) in [(true, &mut self.near), (false, &mut self.far)] {
            for (_, packet) in side.sent.drain(..) {
                self.sent += u32::from(to_far);
                let lost = to_far && self.every > 0 && self.sent.is_multiple_of(self.every);
                if !lost && self.random.below(100) >= self.loss {
                    let jitter = Duration::from_micros(u64::from(self.random.below(self.jitter_us + 1)));
                    self.on_wire.push((self.now + self.delay + jitter, to_far, packet));
                }
            }
        }
        let next = self.now + Duration::from_millis(10);
        self.on_wire.sort_by_key(|entry| entry.0);
        while self.on_wire.first().is_some_and(|entry| entry.0 < next) {
            let (at, to_far, packet) = self.on_wire.remove(0);
            let (side, from) = if to_far { (&mut self.far, near()) } else { (&mut self.near, far()) };
            let from = if rtp::is_rtcp(&packet) { SocketAddr::new(from.ip(), from.port() + 1) } else { from };
            side.take(at, from, &packet);
        }
        self.now = next;
    }
}

/// A packet of the far side, 20 ms of µ-law silence.
fn voice(ssrc: u32, nth: u16) -> Vec<u8> {
    let mut packet = std::vec![0xff; 172];
    rtp::write_header(&mut packet, 0, false, 1000 + nth, 5000 + u32::from(nth) * 160, ssrc);
    packet
}

fn event(nth: u16, timestamp: u32, marker: bool, event: Event) -> Vec<u8> {
    let mut packet = std::vec![0; 16];
    rtp::write_header(&mut packet, 101, marker, nth, timestamp, 2222);
    event.write(&mut packet[12..]).unwrap();
    packet
}

#[test]
fn the_voice_holds_the_size_that_firmware_counts_on() {
    assert!(size_of::<Stream>() <= 2256, "{}", size_of::<Stream>());
}

/// A call between phones of 48 kHz, in the codec that has a clock of 8 kHz, after so many
/// milliseconds; and the settings of the other codec.
fn at_two_clocks(ms: u64) -> (Call, StreamConfig) {
    let mut call = Call::speaking(Codec::Pcmu, 20);
    let all = CodecList::of(&[Codec::Pcmu, Codec::Framed]);
    for side in [&mut call.near, &mut call.far] {
        let config = StreamConfig { receive: all, rate: 48_000, ..*side.stream.config() };
        side.stream.start(call.now, &config);
    }
    call.generator = Generator::new(Tone { frequencies: [440, 0], level: 8000 }, 48_000);
    call.run(ms);
    let other =
        StreamConfig { codec: Codec::Framed, payload_type: 110, dtmf_send: Some(111), ..*call.near.stream.config() };
    (call, other)
}
