#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
use super::*;

/// G.711's tables 2a/2b: a segment's first decision value and its step, on the 14-bit scale; the value decoded is the
/// middle of the interval.
fn ulaw_by_definition(sample: i16) -> u8 {
    // rows of the table: number of intervals, step, first decision value
    let magnitude = i32::from(if sample < 0 { !sample } else { sample }) >> 2;
    let mut first = 0;
    let mut code = 0u8;
    let mut found = 0x7f;
    'search: for segment in 0..8 {
        let (count, step) = if segment == 0 { (15, 2) } else { (16, 2 << segment) };
        if segment == 0 {
            if magnitude < 1 {
                found = 0;
                break;
            }
            first = 1;
            code = 1;
        }
        for _ in 0..count {
            if magnitude < first + step {
                found = code;
                break 'search;
            }
            first += step;
            code = code.saturating_add(1);
        }
    }
    let signed = if sample < 0 { found } else { found | 0x80 };
    signed ^ 0x7f
}

fn alaw_by_definition(sample: i16) -> u8 {
    let magnitude = i32::from(if sample < 0 { !sample } else { sample }) >> 3;
    let mut first = 0;
    let mut code = 0u8;
    for segment in 0..8 {
        let step = if segment < 2 { 2 } else { 2 << (segment - 1) };
        for _ in 0..16 {
            if magnitude >= first && magnitude < first + step {
                return (code | if sample < 0 { 0 } else { 0x80 }) ^ 0x55;
            }
            first += step;
            code += 1;
        }
    }
    panic!("{sample} is beyond the table");
}

#[test]
fn every_sample_is_encoded_as_the_tables_say() {
    for sample in i16::MIN..=i16::MAX {
        assert_eq!(ulaw_encode(sample), ulaw_by_definition(sample), "µ-law {sample}");
        assert_eq!(alaw_encode(sample), alaw_by_definition(sample), "A-law {sample}");
    }
}

#[test]
fn every_byte_comes_back() {
    for byte in 0..=255u8 {
        let ulaw = ulaw_encode(ulaw_decode(byte));
        // µ-law has two zeros; the negative one decodes to 0, which is encoded as the positive one
        assert_eq!(ulaw, if byte == 0x7f { 0xff } else { byte });
        assert_eq!(alaw_encode(alaw_decode(byte)), byte);
    }
}

#[test]
fn known_values() {
    // G.711 tables 1 and 2: outermost values 8031 (14 bits) and 4032 (13 bits)
    assert_eq!((ulaw_decode(0x80), ulaw_decode(0x00)), (8031 << 2, -(8031 << 2)));
    assert_eq!((alaw_decode(0x80 ^ 0x2a), alaw_decode(0x2a)), (4032 << 3, -(4032 << 3)));
    assert_eq!((ulaw_encode(0), alaw_encode(0)), (0xff, 0xd5));
    assert_eq!((alaw_decode(0xd5), alaw_decode(0x55)), (8, -8));
}

#[test]
fn the_bank_encodes_and_decodes_what_fits() {
    let mut out = [0u8; 3];
    assert_eq!(G711.encode(0, Codec::Pcmu, &[0, 1000, -1000, 5], &mut out), 3);
    assert_eq!(out, [0xff, ulaw_encode(1000), ulaw_encode(-1000)]);
    let mut pcm = [0i16; 8];
    assert_eq!(G711.decode(0, Codec::Pcma, &[0xd5, 0x55], &mut pcm), 2);
    assert_eq!(&pcm[..2], [8, -8]);
}
