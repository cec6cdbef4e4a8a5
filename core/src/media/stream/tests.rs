#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
mod address;
mod banks;
mod clocks;
mod digits;
#[cfg(feature = "rtcp")]
mod reports;

use super::*;
use crate::base::limits;
use crate::base::rng::Rng;
use crate::base::time::Duration;
use crate::media::codec::tests::samples::Bank;
use crate::media::detect::{self, Detector};
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

/// What a stream is lent.
struct Memory {
    ring: Vec<u8>,
    stride: usize,
    payload: Vec<u8>,
    history: Vec<i16>,
}

impl Memory {
    fn lent(&mut self) -> StreamBuffers<'_> {
        StreamBuffers {
            ring: &mut self.ring,
            stride: self.stride,
            payload: &mut self.payload,
            history: &mut self.history,
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
        };
        Self { stream, bank: Bank::default(), memory, heard: Vec::new(), sent: Vec::new() }
    }

    fn take(&mut self, now: Instant, from: SocketAddr, packet: &[u8]) {
        self.stream.handle_rtp(now, from, packet, &mut self.memory.lent());
    }

    /// 10 ms: hears, says, and its packets are collected.
    fn quantum(&mut self, now: Instant, pcm: &[i16]) {
        let mut out = std::vec![0; pcm.len()];
        self.stream.handle_timeout(now);
        self.stream.receive_quantum(now, &mut self.bank, &mut out, &mut self.memory.lent());
        self.heard.extend(&out);
        self.stream.send_quantum(&mut self.bank, pcm, &mut self.memory.lent());
        self.drain(now);
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

    /// Both speak a codec, at its own rate.
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
            generator: Generator::new(Tone { frequencies: [440, 0], level: 8000, cadence: [0; 4] }, near_rate),
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
fn a_tone_said_here_is_heard_there() {
    let mut call = Call::new();
    call.run(3000);
    let mut detector = Detector::new(440, 8000);
    detector.feed(&call.far.heard);
    assert!(detector.heard_ms() >= 2940, "{}", detector.heard_ms());
    let (near, far) = (call.near.stream.stats(call.now), call.far.stream.stats(call.now));
    assert_eq!((near.sent_packets, far.received_packets), (150, 150));
    assert_eq!((near.sent_bytes, far.received_bytes), (24_000, 24_000));
    assert_eq!((far.lost, far.late, far.concealed_ms, far.strangers, far.malformed), (0, 0, 0, 0, 0));
    assert!((7500..8300).contains(&near.level_in) && (7500..8300).contains(&far.level_out));
    assert_eq!(near.level_out, 0);
}

#[test]
fn every_pair_of_rates_understands_each_other() {
    for near_rate in [8000, 16_000, 48_000] {
        for far_rate in [8000, 16_000, 48_000] {
            let mut call = Call::at(near_rate, far_rate);
            call.run(1000);
            let mut detector = Detector::new(440, far_rate);
            detector.feed(&call.far.heard);
            assert!(detector.heard_ms() >= 940, "{near_rate} to {far_rate}: {}", detector.heard_ms());
            let peak = call.far.stream.stats(call.now).level_out;
            assert!((7200..8800).contains(&peak), "{near_rate} to {far_rate}: {peak}");
        }
    }
}

#[test]
fn a_packet_is_what_rfc_3550_says() {
    let mut side = Side::new(&config(far(), 0x0102_0304));
    side.quantum(Instant::ZERO, &[0; 80]);
    assert!(side.sent.is_empty());
    side.quantum(Instant::from_millis(10), &[0; 80]);
    let (transmit, packet) = side.sent.pop().unwrap();
    assert_eq!(transmit, MediaTransmit { component: Component::Rtp, to: far(), len: 172 });
    // marker on the first of a talk spurt; sequence 65530; timestamp -400
    assert_eq!(packet[..12], [0x80, 0x80, 0xff, 0xfa, 0xff, 0xff, 0xfe, 0x70, 1, 2, 3, 4]);
    assert_eq!(packet[12..], [0xff; 160]);
    side.quantum(Instant::from_millis(20), &[0; 80]);
    side.quantum(Instant::from_millis(30), &[0; 80]);
    let (_, packet) = side.sent.pop().unwrap();
    assert_eq!(packet[..12], [0x80, 0x00, 0xff, 0xfb, 0xff, 0xff, 0xff, 0x10, 1, 2, 3, 4]);
}

#[test]
fn every_packet_time_is_kept() {
    for ptime_ms in [10, 20, 30, 40, 60] {
        let mut side = Side::new(&StreamConfig { ptime_ms, ..config(far(), 1) });
        for n in 0..12 {
            side.quantum(Instant::from_millis(n * 10), &[0; 80]);
        }
        assert_eq!(side.sent.len(), 120 / usize::from(ptime_ms));
        assert!(side.sent.iter().all(|(transmit, _)| transmit.len == 12 + usize::from(ptime_ms) * 8));
    }
}

#[test]
fn a_short_buffer_gets_the_length_and_nothing_changes() {
    let mut side = Side::new(&config(far(), 1));
    let mut none = [0u8; 20];
    for _ in 0..2 {
        side.stream.send_quantum(&mut side.bank, &[5; 80], &mut side.memory.lent());
    }
    for _ in 0..3 {
        assert_eq!(side.stream.poll_transmit(Instant::ZERO, &side.memory.payload, &mut none).unwrap().len, 172);
        assert!(side.stream.owes());
    }
    assert_eq!(none, [0; 20]);
    side.drain(Instant::ZERO);
    assert_eq!(side.stream.stats(Instant::ZERO).sent_packets, 1);
}

#[test]
fn a_packet_that_nobody_fetches_is_replaced() {
    let mut side = Side::new(&config(far(), 1));
    for _ in 0..6 {
        side.stream.send_quantum(&mut side.bank, &[5; 80], &mut side.memory.lent());
    }
    side.drain(Instant::ZERO);
    let stats = side.stream.stats(Instant::ZERO);
    assert_eq!((stats.sent_packets, stats.unsent), (1, 2));
    let packet = rtp::Packet::parse(&side.sent[0].1).unwrap();
    assert_eq!(packet.timestamp, 0u32.wrapping_sub(400).wrapping_add(320), "the newest");
}

#[test]
fn a_direction_without_sending_sends_nothing_and_time_goes_on() {
    let mut side = Side::new(&StreamConfig { send: false, ..config(far(), 1) });
    for n in 0..10 {
        side.quantum(Instant::from_millis(n * 10), &[5; 80]);
    }
    assert!(side.sent.is_empty());
    side.stream.update(Instant::from_millis(100), &config(far(), 99));
    for n in 10..12 {
        side.quantum(Instant::from_millis(n * 10), &[5; 80]);
    }
    let packet = rtp::Packet::parse(&side.sent[0].1).unwrap();
    assert_eq!((packet.ssrc, packet.sequence, packet.marker), (1, 65_530, true), "source and sequence go on");
    assert_eq!(packet.timestamp, 400, "the pause is in the timestamp");
}

#[test]
fn a_direction_without_receiving_is_silence() {
    let mut side = Side::new(&StreamConfig { receive_audio: false, ..config(far(), 1) });
    let mut loud = voice(7, 0);
    loud[12..].fill(0x80);
    side.take(Instant::ZERO, far(), &loud);
    side.quantum(Instant::ZERO, &[0; 80]);
    assert_eq!(side.heard, [0; 80]);
    assert_eq!(side.stream.stats(Instant::ZERO).received_packets, 1);
}

#[test]
fn what_is_not_agreed_or_not_rtp_is_counted() {
    let mut side = Side::new(&config(far(), 1));
    let mut other = voice(7, 0);
    other[1] = 18;
    side.take(Instant::ZERO, far(), &other);
    side.take(Instant::ZERO, far(), b"hello");
    side.take(Instant::ZERO, far(), &[]);
    side.take(Instant::ZERO, far(), &[0x80, 200, 0, 9, 1, 2]);
    let stats = side.stream.stats(Instant::ZERO);
    // the last is a report, which an engine without reports does not read
    assert_eq!(
        (stats.unknown_type, stats.malformed, stats.received_packets),
        (1, 2 + u32::from(cfg!(feature = "rtcp")), 0)
    );
}

#[test]
fn unknown_types_and_comfort_noise_keep_their_place() {
    let mut side = Side::new(&config(far(), 1));
    for nth in 0..6u16 {
        let mut packet = voice(7, nth);
        match nth {
            2 => packet[1] = 13,
            3 => packet[1] = 96,
            _ => {}
        }
        side.take(Instant::ZERO, far(), &packet);
        side.quantum(Instant::ZERO, &[0; 80]);
        side.quantum(Instant::ZERO, &[0; 80]);
    }
    let stats = side.stream.stats(Instant::ZERO);
    assert_eq!((stats.lost, stats.unknown_type, stats.received_packets), (0, 1, 6));
}

#[test]
fn doubles_are_counted_and_played_once() {
    let mut side = Side::new(&config(far(), 1));
    for nth in [0, 1, 1, 3, 2, 2, 0] {
        side.take(Instant::ZERO, far(), &voice(7, nth));
    }
    let stats = side.stream.stats(Instant::ZERO);
    assert_eq!((stats.received_packets, stats.duplicate, stats.reordered, stats.lost, stats.ring_ms), (4, 3, 1, 0, 80));
}

#[test]
fn jitter_is_measured_and_played_over() {
    let mut call = Call::new();
    call.jitter_us = 40_000;
    call.run(60_000);
    let far = call.far.stream.stats(call.now);
    assert!((8_000..20_000).contains(&far.jitter_us), "{}", far.jitter_us);
    assert!(far.depth_ms >= 20 && far.depth_ms <= 80, "{}", far.depth_ms);
    assert!(far.late < 60, "{}", far.late);
    let mut detector = Detector::new(440, 8000);
    detector.feed(&call.far.heard[8000..]);
    assert!(detector.heard_ms() > 55_000, "{}", detector.heard_ms());
}

#[test]
fn the_voice_holds_the_size_that_firmware_counts_on() {
    assert!(size_of::<Stream>() <= 2256, "{}", size_of::<Stream>());
}

#[test]
fn rubbish_does_no_harm() {
    let mut random = Rng::new(&[9; 32]);
    let mut side = Side::new(&config(far(), 1));
    for n in 0..20_000u64 {
        let mut packet: Vec<u8> = (0..random.below(200)).map(|_| random.next_u32() as u8).collect();
        if let [first, second, ..] = &mut packet[..] {
            if random.below(4) > 0 {
                *first = 0x80 | (*first & 0x3f);
            }
            if random.below(4) > 0 {
                *second = [0, 8, 101, 200, 201][random.below(5) as usize];
            }
        }
        let now = Instant::from_millis(n * 10);
        side.take(now, far(), &packet);
        side.quantum(now, &[100; 80]);
        while side.stream.poll_digit().is_some() {}
        side.sent.clear();
    }
}

#[test]
fn a_far_end_that_mirrors_is_heard_within_30_ms() {
    let mut side = Side::new(&config(far(), 7));
    for quantum in 0..200u64 {
        let now = Instant::from_millis(quantum * 10);
        // one loud quantum, in either place of a packet
        side.quantum(now, &[if matches!(quantum, 100 | 151) { 20_000 } else { 0 }; 80]);
        for (transmit, packet) in core::mem::take(&mut side.sent) {
            if transmit.component == Component::Rtp {
                side.take(now, far(), &packet);
            }
        }
    }
    let loud: Vec<_> = side
        .heard
        .chunks_exact(80)
        .enumerate()
        .filter(|(_, pcm)| pcm[40] > 10_000)
        .map(|(quantum, _)| quantum)
        .collect();
    // its end leaves the loudspeaker at most 30 ms after its beginning came to the microphone
    assert_eq!(loud, [102, 153]);
    let stats = side.stream.stats(Instant::ZERO);
    assert_eq!((stats.late, stats.depth_ms), (0, 0));
}
