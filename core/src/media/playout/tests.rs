use super::*;
#[cfg(feature = "conceal")]
use crate::media::codec::tests::samples::Bank;
use crate::media::codec::{G711, ulaw_encode};
use crate::media::sine;
use std::vec::Vec;

const STRIDE: usize = 172;

/// A reader over 8 cells, and a peer that sends a tone in packets of 20 ms.
struct Bench {
    playout: Playout,
    memory: Vec<u8>,
    history: Vec<i16>,
    heard: Vec<i16>,
    ptime: u32,
}

impl Bench {
    fn new() -> Self {
        Self {
            playout: Playout::EMPTY,
            memory: std::vec![0; 8 * STRIDE],
            history: std::vec![0; 390],
            heard: Vec::new(),
            ptime: 20,
        }
    }

    /// The nth packet comes.
    fn packet(&mut self, nth: u32) {
        self.packet_at(0x1_0000 + nth, nth * self.ptime * 8);
    }

    fn packet_at(&mut self, sequence: u32, timestamp: u32) {
        let payload: Vec<u8> = (0..self.ptime * 8).map(|n| ulaw_encode(tone(timestamp.wrapping_add(n)))).collect();
        let mut cells = Cells::new(&mut self.memory, STRIDE);
        self.playout.insert(&mut cells, sequence, timestamp, Some((0, Codec::Pcmu, &payload)));
    }

    /// 10 ms pass; the peak of what was heard.
    fn quantum(&mut self) -> i16 {
        let mut out = [0i16; 80];
        let mut cells = Cells::new(&mut self.memory, STRIDE);
        assert_eq!(self.playout.prepare(&cells, &CodecList::built_in()), 80);
        pull(&mut self.playout, &mut cells, &mut self.history, &mut out);
        self.heard.extend(out);
        out.iter().copied().max().unwrap()
    }

    fn packet_time(&mut self, nth: u32) {
        self.packet(nth);
        for _ in 0..self.ptime / 10 {
            self.quantum();
        }
    }
}

fn pull(playout: &mut Playout, cells: &mut Cells<'_>, history: &mut [i16], out: &mut [i16]) {
    let types = CodecList::built_in();
    playout.pull(&mut Means { cells, codecs: &mut G711, stream: 0, types: &types, history }, out);
}

/// 400 Hz: a period of 20 samples.
fn tone(timestamp: u32) -> i16 {
    (sine::wave(timestamp.wrapping_mul(sine::advance(400, 8000))) / 4) as i16
}

/// The largest step between neighbours; a clean tone of this level and pitch has about 2560.
fn roughest(heard: &[i16]) -> i32 {
    heard.windows(2).map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs()).max().unwrap()
}

/// All that came was played, at its turn.
fn nothing_was_missed(counts: &PlayoutCounts) {
    let heard = Heard { played: counts.heard.played, ..Heard::NOTHING };
    assert_eq!(*counts, PlayoutCounts { heard, ..PlayoutCounts::default() });
}

#[test]
fn the_first_packet_is_played_at_once_and_unchanged() {
    let mut bench = Bench::new();
    assert_eq!(bench.quantum(), 0);
    bench.heard.clear();
    for nth in 0..50 {
        bench.packet_time(nth);
    }
    let expected: Vec<i16> = (0..8000).map(|n| crate::media::codec::ulaw_decode(ulaw_encode(tone(n)))).collect();
    assert!(bench.heard == expected);
    nothing_was_missed(bench.playout.counts());
    assert_eq!(bench.playout.waiting_ms(), 0);
}

#[test]
fn a_late_packet_is_played_whole_and_the_delay_grows() {
    let mut bench = Bench::new();
    for nth in 0..10 {
        bench.packet_time(nth);
    }
    bench.quantum(); // packet 10 is 10 ms late
    bench.packet(10);
    bench.quantum();
    bench.packet(11); // on its own time
    assert_eq!(bench.playout.counts().late, 1);
    assert_eq!(bench.playout.depth_ms(), 10);
    assert_eq!(bench.playout.waiting_ms(), 30);
    assert_eq!(bench.playout.counts().concealed_ms, 10);
    // from now on a packet that is 10 ms late is in time
    for nth in 12..30 {
        bench.quantum();
        bench.quantum();
        bench.packet(nth);
    }
    assert_eq!(bench.playout.counts().late, 1);
    assert_eq!(bench.playout.counts().concealed_ms, 10);
    assert!(roughest(&bench.heard) < 4000, "{}", roughest(&bench.heard));
}

#[test]
fn a_reordered_packet_is_played_in_order_if_there_is_time() {
    let mut bench = Bench::new();
    for nth in 0..5 {
        bench.packet_time(nth);
    }
    bench.packet(6);
    bench.packet(5);
    for _ in 0..4 {
        bench.quantum();
    }
    let expected: Vec<i16> = (0..7 * 160).map(|n| crate::media::codec::ulaw_decode(ulaw_encode(tone(n)))).collect();
    assert!(bench.heard == expected);
    assert_eq!(bench.playout.counts().late, 0);
}

#[test]
fn a_packet_that_comes_when_its_turn_is_over_asks_for_more_delay() {
    let mut bench = Bench::new();
    for nth in 0..5 {
        bench.packet_time(nth);
    }
    // packet 5 is missing; 6 takes its turn
    bench.quantum();
    bench.quantum();
    bench.packet(6);
    bench.quantum();
    bench.packet(5);
    assert_eq!(bench.playout.counts().late, 1);
    assert_eq!(bench.playout.depth_ms(), 30, "it would have been in time 30 ms later");
    bench.quantum();
    assert_eq!(bench.playout.counts().spliced, 1);
}

#[test]
fn a_lost_packet_is_concealed_for_its_own_length_only() {
    let mut bench = Bench::new();
    for nth in 0..10 {
        bench.packet_time(nth);
    }
    bench.quantum();
    bench.quantum(); // 10 never comes
    for nth in 11..20 {
        bench.packet_time(nth);
    }
    assert_eq!(bench.playout.counts().concealed_ms, 20);
    assert_eq!(bench.playout.waiting_ms(), 0);
    assert_eq!(bench.playout.depth_ms(), 0);
    assert_eq!(bench.playout.counts().late, 0);
    assert!(roughest(&bench.heard) < 4000, "{}", roughest(&bench.heard));
    // the tone is still there in the gap
    let gap = &bench.heard[1600..1920];
    assert!(gap.iter().copied().max().unwrap() > 6000);
}

#[test]
fn what_came_before_anybody_listened_is_skipped() {
    let mut bench = Bench::new();
    for nth in 0..6 {
        bench.packet(nth);
    }
    bench.quantum();
    assert_eq!(bench.heard[1], crate::media::codec::ulaw_decode(ulaw_encode(tone(5 * 160 + 1))));
    assert_eq!(bench.playout.waiting_ms(), 10);
}

#[test]
fn a_silence_of_the_peer_is_no_lateness() {
    let mut bench = Bench::new();
    for nth in 0..5 {
        bench.packet_time(nth);
    }
    for _ in 0..100 {
        bench.quantum();
    }
    assert_eq!(bench.heard.last(), Some(&0));
    // the next in sequence, a second later by its timestamp
    bench.packet_at(0x1_0000 + 5, 5 * 160 + 8000);
    assert!(bench.quantum() > 1000);
    assert_eq!((bench.playout.counts().late, bench.playout.depth_ms()), (0, 0));
    assert_eq!(bench.playout.counts().concealed_ms, 60);
}

#[test]
fn sequence_numbers_and_timestamps_wrap() {
    let mut bench = Bench::new();
    let (sequence, timestamp) = (0x1_fffdu32, 0u32.wrapping_sub(480));
    for nth in 0..10u32 {
        bench.packet_at(sequence + nth, timestamp.wrapping_add(nth * 160));
        bench.quantum();
        bench.quantum();
    }
    nothing_was_missed(bench.playout.counts());
    assert_eq!(bench.heard.len(), 1600);
    assert!(roughest(&bench.heard) < 3500);
}

#[test]
fn a_full_ring_drops_the_oldest() {
    let mut bench = Bench::new();
    bench.packet_time(0);
    for nth in 1..13 {
        bench.packet(nth);
    }
    assert_eq!(bench.playout.counts().overflow, 4);
    assert_eq!(bench.playout.waiting_ms(), 160);
    bench.quantum();
    // packet 5 is heard next
    assert_eq!(bench.heard[161], crate::media::codec::ulaw_decode(ulaw_encode(tone(5 * 160 + 1))));
}

#[test]
fn delay_that_nothing_needs_is_taken_out_slowly() {
    let mut bench = Bench::new();
    // three packets at once: 40 ms too much
    bench.packet_time(0);
    bench.packet(1);
    bench.packet(2);
    for nth in 3..900 {
        bench.packet_time(nth);
    }
    assert_eq!(bench.playout.waiting_ms(), 0);
    assert_eq!(bench.playout.counts().spliced, 4);
    assert_eq!((bench.playout.counts().late, bench.playout.counts().concealed_ms), (0, 0));
    assert!(roughest(&bench.heard) < 3500, "{}", roughest(&bench.heard));
}

#[test]
fn a_faster_peer_is_followed() {
    let mut bench = Bench::new();
    // 1 % faster: a packet each 19.8 ms
    let mut nth = 0;
    for quantum in 0..12_000u64 {
        while nth * 19_800 <= quantum * 10_000 {
            bench.packet(nth as u32);
            nth += 1;
        }
        bench.quantum();
    }
    assert!(bench.playout.waiting_ms() < 60, "{}", bench.playout.waiting_ms());
    assert_eq!(bench.playout.counts().overflow, 0);
    let spliced = bench.playout.counts().spliced;
    assert!((100..=125).contains(&spliced), "120 s at 1 % are 120 pieces: {spliced}");
}

#[test]
fn a_slower_peer_is_followed() {
    let mut bench = Bench::new();
    let mut nth = 0;
    for quantum in 0..12_000u64 {
        while nth * 20_200 <= quantum * 10_000 {
            bench.packet(nth as u32);
            nth += 1;
        }
        bench.quantum();
    }
    assert!(bench.playout.waiting_ms() < 60, "{}", bench.playout.waiting_ms());
    let concealed = bench.playout.counts().concealed_ms;
    assert!((1100..=1300).contains(&concealed), "120 s at 1 % are 1200 ms: {concealed}");
}

#[test]
fn packets_of_all_lengths_are_played() {
    for ptime in [10, 20, 30, 40, 60] {
        let mut bench = Bench::new();
        bench.ptime = ptime;
        for nth in 0..30 {
            bench.packet_time(nth);
        }
        let expected: Vec<i16> =
            (0..30 * ptime * 8).map(|n| crate::media::codec::ulaw_decode(ulaw_encode(tone(n)))).collect();
        assert!(bench.heard == expected, "{ptime} ms");
        nothing_was_missed(bench.playout.counts());
    }
}

#[test]
fn a_peer_may_change_its_packet_time() {
    let mut bench = Bench::new();
    for nth in 0..10 {
        bench.packet_time(nth);
    }
    // 30 ms from now on, which needs two cells a packet
    for nth in 0..10u32 {
        bench.ptime = 30;
        bench.packet_at(0x1_0000 + 10 + nth, 1600 + nth * 240);
        for _ in 0..3 {
            bench.quantum();
        }
    }
    let expected: Vec<i16> = (0..4000).map(|n| crate::media::codec::ulaw_decode(ulaw_encode(tone(n)))).collect();
    assert!(bench.heard == expected);
}

#[test]
fn a_packet_longer_than_half_of_the_ring_is_refused() {
    let mut bench = Bench::new();
    bench.ptime = 100;
    bench.packet(0);
    assert_eq!(bench.playout.counts().oversize, 1);
    assert_eq!(bench.quantum(), 0);
}

#[test]
fn packets_that_are_no_tens_of_milliseconds_are_joined() {
    let mut bench = Bench::new();
    // 5 ms packets, two a quantum, and one of them split unevenly
    let mut at = 0;
    for (nth, samples) in [40u32, 40, 40, 40, 100, 60].into_iter().enumerate() {
        let payload: Vec<u8> = (0..samples).map(|n| ulaw_encode(tone(at + n))).collect();
        let mut cells = Cells::new(&mut bench.memory, STRIDE);
        bench.playout.insert(&mut cells, 0x1_0000 + nth as u32, at, Some((0, Codec::Pcmu, &payload)));
        at += samples;
        if nth == 1 {
            bench.quantum();
        }
    }
    for _ in 0..3 {
        bench.quantum();
    }
    let expected: Vec<i16> = (0..320).map(|n| crate::media::codec::ulaw_decode(ulaw_encode(tone(n)))).collect();
    assert!(bench.heard == expected);
}

#[test]
fn the_codec_may_change_between_packets() {
    let mut bench = Bench::new();
    bench.packet(0);
    bench.quantum();
    let payload: Vec<u8> = (0..160u32).map(|n| crate::media::codec::alaw_encode(tone(160 + n))).collect();
    let mut cells = Cells::new(&mut bench.memory, STRIDE);
    bench.playout.insert(&mut cells, 0x1_0001, 160, Some((8, Codec::Pcma, &payload)));
    for _ in 0..4 {
        bench.quantum();
    }
    assert!(roughest(&bench.heard) < 3500);
    assert_eq!(bench.playout.codec(), Codec::Pcma);
}

#[test]
#[cfg(feature = "conceal")]
fn a_codec_of_another_rate_is_not_blended_with_what_was_invented_before() {
    let mut bench = Bench::new();
    bench.history = std::vec![0; 6 * 390];
    bench.packet_time(0);
    bench.packet_time(1);
    assert!(bench.quantum() > 1000, "invented");
    let (mut bank, types) = (Bank::default(), CodecList::of(&[Codec::Pcmu, Codec::Framed]));
    let mut cells = Cells::new(&mut bench.memory, STRIDE);
    bench.playout.insert(&mut cells, 0x1_0002, 7_000_000, Some((110, Codec::Framed, &[50, 0, 0x5a])));
    assert_eq!(bench.playout.prepare(&cells, &types), 480);
    let mut out = [1i16; 480];
    let history = &mut bench.history;
    let mut means = Means { cells: &mut cells, codecs: &mut bank, stream: 0, types: &types, history };
    assert!(bench.playout.pull(&mut means, &mut out));
    assert_eq!(out, [6400; 480]);
}

#[test]
fn no_memory_is_silence() {
    let mut playout = Playout::EMPTY;
    let mut out = [1i16; 80];
    let mut cells = Cells::new(&mut [], 172);
    playout.insert(&mut cells, 1, 0, Some((0, Codec::Pcmu, &[0; 160])));
    pull(&mut playout, &mut cells, &mut [], &mut out);
    assert_eq!(out, [0; 80]);
    assert_eq!(playout.counts().oversize, 1);
}

/// On any network, memory stays in order and sound keeps its bounds.
#[test]
fn a_bad_network_does_no_harm() {
    let mut random = crate::base::rng::Rng::new(&[7; 32]);
    let mut bench = Bench::new();
    let mut waiting: Vec<(u64, u32)> = Vec::new();
    for quantum in 0..20_000u64 {
        if quantum % 2 == 0 && random.below(10) > 0 {
            waiting.push((quantum + u64::from(random.below(6)), (quantum / 2) as u32));
            if random.below(20) == 0 {
                waiting.push((quantum + 3, (quantum / 2) as u32));
            }
        }
        let (now, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(at, _)| *at <= quantum);
        waiting = later;
        for (_, nth) in now {
            bench.packet(nth);
        }
        bench.quantum();
        assert!(bench.playout.waiting_ms() <= 200);
    }
    assert!(bench.playout.counts().late < 200, "{:?}", bench.playout.counts());
    assert!(roughest(&bench.heard) < 9000, "{}", roughest(&bench.heard));
}
