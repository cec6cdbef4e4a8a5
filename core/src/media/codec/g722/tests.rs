//! Against what an independent implementation made of the same input. The sums are of libg722 1.2.8 (public domain,
//! held to the ITU's own sequences by its authors).

use super::*;
use std::vec;
use std::vec::Vec;

const PCM: u64 = 0x2f1a_190c_7b50_dd0c;
const ENCODED: u64 = 0x0c1b_ec0e_3c3d_792d;
const DECODED: u64 = 0x54e6_3b4d_22e2_3d37;
const WILD: u64 = 0xf6db_380a_69d8_0257;

/// Random numbers of 31 bits.
fn numbers(mut state: u64) -> impl FnMut() -> u32 {
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    }
}

/// 1.2 seconds of noise and square waves in pieces of 10 ms, each at another of twelve levels, with silence between.
fn signal() -> Vec<i16> {
    let mut number = numbers(1);
    let mut pcm = Vec::new();
    for piece in 0..120 {
        for nth in 0..160 {
            let level = piece % 12;
            let noise = ((number() & 0xffff) as i32 - 32_768) >> level;
            let square = if nth / (piece % 16 + 1) % 2 == 1 { 32_767 >> level } else { -(32_767 >> level) };
            pcm.push(match piece {
                _ if piece % 29 == 28 => 0,
                _ if piece % 7 == 3 => square as i16,
                _ => noise as i16,
            });
        }
    }
    pcm
}

/// FNV-1a of 64 bits.
fn sum(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn bytes_of(pcm: &[i16]) -> impl Iterator<Item = u8> + '_ {
    pcm.iter().flat_map(|sample| sample.to_le_bytes())
}

fn encoded(pcm: &[i16]) -> Vec<u8> {
    let mut bytes = vec![0; pcm.len() / 2];
    let count = G722::default().encode(pcm, &mut bytes);
    assert_eq!(count, bytes.len());
    bytes
}

fn decoded(bytes: &[u8]) -> Vec<i16> {
    let mut pcm = vec![0; bytes.len() * 2];
    let count = G722::default().decode(bytes, &mut pcm);
    assert_eq!(count, pcm.len());
    pcm
}

#[test]
fn the_memory_of_a_stream_is_small() {
    assert_eq!(size_of::<G722>(), 240);
}

#[test]
fn every_bit_is_another_implementations() {
    let pcm = signal();
    assert_eq!(sum(bytes_of(&pcm)), PCM, "the signal itself");
    let bytes = encoded(&pcm);
    assert_eq!(sum(bytes.iter().copied()), ENCODED);
    assert_eq!(sum(bytes_of(&decoded(&bytes))), DECODED);
}

/// A sender that is no G.722 encoder drives every scale and predictor to its limits.
#[test]
fn any_bytes_are_decoded_alike() {
    let mut number = numbers(2);
    let wild: Vec<u8> = (0..8000).map(|_| number() as u8).collect();
    assert_eq!(sum(bytes_of(&decoded(&wild))), WILD);
}

#[test]
fn pieces_make_the_same_as_the_whole() {
    let pcm = &signal()[..8000];
    let whole = encoded(pcm);
    let (mut memory, mut bytes, mut heard) = (G722::EMPTY, vec![0; whole.len()], Vec::new());
    let mut at = 0;
    for pairs in [1, 80, 7, 200, 79, 81].into_iter().cycle() {
        let end = (at + pairs).min(whole.len());
        assert_eq!(memory.encode(&pcm[at * 2..end * 2], &mut bytes[at..end]), end - at);
        let mut piece = vec![0; (end - at) * 2];
        assert_eq!(memory.decode(&bytes[at..end], &mut piece), piece.len());
        heard.extend(piece);
        at = end;
        if at == whole.len() {
            break;
        }
    }
    assert!(bytes == whole && heard == decoded(&whole));
}

#[test]
fn rooms_that_are_too_small_hold_what_they_can() {
    let (mut memory, mut bytes, mut pcm) = (G722::EMPTY, [0; 3], [0; 5]);
    assert_eq!(memory.encode(&[1; 160], &mut bytes), 3);
    assert_eq!(memory.encode(&[1; 5], &mut bytes), 2);
    assert_eq!(memory.decode(&[0x5a; 80], &mut pcm), 4);
    assert_eq!((memory.encode(&[], &mut bytes), memory.decode(&[], &mut pcm)), (0, 0));
    let part = |nth| Part { nth, of: 2 };
    let mut packet = [0; 120];
    assert_eq!(memory.encode_part(part(0), &[5; 160], &mut packet), Encoded::Incomplete);
    assert_eq!(memory.encode_part(part(1), &[5; 160], &mut packet), Encoded::Packet(120));
    assert_eq!(memory.encode_part(part(9), &[5; 160], &mut packet), Encoded::Packet(120), "no room at all");
    assert_eq!(memory.decode_part(Coded::Missing { next: None, before: 0 }, &mut pcm), 0, "the stream conceals");
}

/// Decibels of a tone against what is left of it when its own copy, as late as the two filters make it, is taken away.
fn noise_distance(hertz: f64, level: f64) -> f64 {
    const DELAY: usize = 22;
    let tone = |nth: usize| (nth as f64 * hertz / 16_000.0 * core::f64::consts::TAU).sin() * level;
    let pcm: Vec<i16> = (0..6000).map(|nth| tone(nth) as i16).collect();
    let heard = decoded(&encoded(&pcm));
    let (mut signal, mut noise) = (0.0, 0.0);
    for nth in 1600..6000 {
        let said = f64::from(pcm[nth - DELAY]);
        signal += said * said;
        noise += (said - f64::from(heard[nth])).powi(2);
    }
    10.0 * (signal / noise).log10()
}

#[test]
fn tones_come_through_well_below_their_level() {
    for hertz in [300.0, 1000.0, 2000.0, 3300.0] {
        let distance = [300.0, 3000.0, 20_000.0].map(|level| noise_distance(hertz, level));
        assert!(distance.iter().all(|it| *it > 30.0), "{hertz} Hz: {distance:?}");
    }
    for hertz in [5000.0, 6500.0] {
        let distance = [300.0, 3000.0, 20_000.0].map(|level| noise_distance(hertz, level));
        assert!(distance.iter().all(|it| *it > 10.0), "{hertz} Hz: {distance:?}");
    }
}
