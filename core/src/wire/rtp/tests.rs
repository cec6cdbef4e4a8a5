use super::*;
use crate::base::rng::Rng;
use std::vec::Vec;

const PLAIN: [u8; 14] = [0x80, 0x88, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 0xca, 0xfe, 0xba, 0xbe, 0xd5, 0x55];

#[test]
fn a_plain_packet_both_ways() {
    let packet = Packet::parse(&PLAIN).unwrap();
    let expected = Packet {
        payload_type: 8,
        marker: true,
        sequence: 0x1234,
        timestamp: 0xdead_beef,
        ssrc: 0xcafe_babe,
        payload: &[0xd5, 0x55],
    };
    assert_eq!(packet, expected);
    let mut bytes = [0; 14];
    assert_eq!(write_header(&mut bytes, 8, true, 0x1234, 0xdead_beef, 0xcafe_babe), Some(HEADER_LEN));
    bytes[12..].copy_from_slice(packet.payload);
    assert_eq!(bytes, PLAIN);
    assert_eq!(write_header(&mut bytes[..11], 8, true, 0, 0, 0), None);
}

#[test]
fn sources_extension_and_padding_are_passed_over() {
    // rfc3550#5.1: padding, extension and two contributing sources
    let mut bytes: Vec<u8> = PLAIN[..12].to_vec();
    bytes[0] = 0x80 | 0x20 | 0x10 | 2;
    bytes.extend([1, 1, 1, 1, 2, 2, 2, 2]);
    bytes.extend([0xbe, 0xde, 0, 1, 0x10, 0xaa, 0, 0]);
    bytes.extend([7, 8, 9, 0, 0, 3]);
    assert_eq!(Packet::parse(&bytes).unwrap().payload, [7, 8, 9]);
    // nothing but padding
    bytes.truncate(28);
    bytes.extend([0, 2]);
    assert_eq!(Packet::parse(&bytes).unwrap().payload, []);
}

#[test]
fn what_does_not_add_up_is_refused() {
    let with = |first: u8, tail: &[u8]| {
        let mut bytes: Vec<u8> = PLAIN[..12].to_vec();
        bytes[0] = first;
        bytes.extend(tail);
        Packet::parse(&bytes).is_some()
    };
    assert!(with(0x80, &[]));
    assert!(!with(0x40, &[1])); // version 1
    assert!(!with(0x00, &[1]));
    assert!(!with(0x81, &[1, 2, 3])); // a contributing source cut short
    assert!(!with(0x90, &[0, 0, 0])); // an extension cut short
    assert!(!with(0x90, &[0, 0, 0, 1, 9, 9, 9]));
    assert!(!with(0x90, &[0, 0, 0xff, 0xff, 9, 9, 9, 9]));
    assert!(!with(0xa0, &[])); // padding without a count
    assert!(!with(0xa0, &[0]));
    assert!(!with(0xa0, &[1, 2, 4])); // more padding than there is
    assert!(with(0xa0, &[1, 2, 3]));
    for length in 0..12 {
        assert_eq!(Packet::parse(&PLAIN[..length]), None);
    }
}

#[test]
fn reports_are_told_apart() {
    // rfc5761#4
    assert!(is_rtcp(&[0x80, 200, 0, 6]) && is_rtcp(&[0x81, 203]));
    assert!(!is_rtcp(&PLAIN) && !is_rtcp(&[0x80]) && !is_rtcp(&[]) && !is_rtcp(&[0, 200]));
    let mut bytes = PLAIN;
    bytes[1] = 200;
    assert_eq!(Packet::parse(&bytes), None);
}

#[test]
fn any_bytes_are_stood() {
    let mut random = Rng::new(&[1; 32]);
    for _ in 0..100_000 {
        let mut bytes: Vec<u8> = (0..random.below(40)).map(|_| random.next_u32() as u8).collect();
        if let Some(first) = bytes.first_mut() {
            *first = 0x80 | (*first & 0x3f);
        }
        if let Some(packet) = Packet::parse(&bytes) {
            assert!(packet.payload.len() + HEADER_LEN <= bytes.len());
        }
    }
}
