use super::*;
use crate::base::rng::Rng;
use std::vec::Vec;

const SENDER: SenderInfo = SenderInfo { ntp: 0x0102_0304_0506_0708, rtp: 0x1122_3344, packets: 5, bytes: 800 };
const REPORT: Report = Report {
    ssrc: 0xaabb_ccdd,
    fraction_lost: 64,
    lost: -2,
    highest_sequence: 0x0001_fffe,
    jitter: 17,
    last_report: 0x0304_0506,
    delay: 0x0001_8000,
};

/// SR, SDES with a CNAME, BYE.
const COMPOUND: [u8; 76] = [
    0x81, 200, 0, 12, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 0x11, 0x22, 0x33, 0x44, 0, 0, 0, 5, 0, 0, 3, 0x20, //
    0xaa, 0xbb, 0xcc, 0xdd, 64, 0xff, 0xff, 0xfe, 0, 1, 0xff, 0xfe, 0, 0, 0, 17, 3, 4, 5, 6, 0, 1, 0x80, 0, //
    0x81, 202, 0, 3, 0, 0, 0, 9, 1, 4, b'n', b'a', b'm', b'e', 0, 0, //
    0x81, 203, 0, 1, 0, 0, 0, 9,
];

#[test]
fn a_compound_both_ways() {
    let mut room = [0; 100];
    let mut to = Cursor::new(&mut room);
    write_report(&mut to, 9, Some(&SENDER), Some(&REPORT));
    write_name(&mut to, 9, b"name");
    write_bye(&mut to, 9);
    assert_eq!(to.written(), COMPOUND);

    let mut packets = Compound::parse(&COMPOUND).unwrap();
    let Some(Packet::SenderReport { ssrc: 9, sender: SENDER, reports }) = packets.next() else { panic!("no SR") };
    assert_eq!(reports.collect::<Vec<_>>(), [REPORT]);
    assert_eq!(packets.next(), Some(Packet::Name { ssrc: 9, cname: b"name" }));
    let Some(Packet::Bye { sources }) = packets.next() else { panic!("no BYE") };
    assert!(sources.contains(9) && !sources.contains(0x0900_0000));
    assert_eq!(packets.next(), None);
}

#[test]
fn a_receiver_report_both_ways() {
    let mut room = [0; 100];
    let mut to = Cursor::new(&mut room);
    write_report(&mut to, 7, None, None);
    assert_eq!(to.written(), [0x80, 201, 0, 1, 0, 0, 0, 7]);
    let mut packets = Compound::parse(&[0x80, 201, 0, 1, 0, 0, 0, 7]).unwrap();
    let Some(Packet::ReceiverReport { ssrc: 7, mut reports }) = packets.next() else { panic!("no RR") };
    assert_eq!(reports.next(), None);
}

#[test]
fn names_of_every_length_end_on_a_word() {
    for length in 0..300 {
        let name = std::vec![b'x'; length];
        let mut room = [0; 400];
        let mut to = Cursor::new(&mut room);
        write_report(&mut to, 7, None, None);
        write_name(&mut to, 7, &name);
        let bytes = to.written();
        assert_eq!(bytes.len() % 4, 0);
        // rfc3550#6.5: at least one zero byte ends the items
        assert_eq!(bytes.last(), Some(&0));
        let told = Compound::parse(bytes).unwrap().nth(1);
        assert_eq!(told, Some(Packet::Name { ssrc: 7, cname: &name[..length.min(255)] }));
    }
}

#[test]
fn lost_packets_are_clamped_to_24_bits() {
    for (lost, told) in [(i32::MAX, 0x7f_ffff), (i32::MIN, -0x80_0000), (-1, -1), (0, 0), (77, 77)] {
        let mut room = [0; 100];
        let mut to = Cursor::new(&mut room);
        write_report(&mut to, 7, None, Some(&Report { lost, ..REPORT }));
        let Some(Packet::ReceiverReport { mut reports, .. }) = Compound::parse(to.written()).unwrap().next() else {
            panic!("no RR")
        };
        assert_eq!(reports.next().unwrap().lost, told);
    }
}

#[test]
fn unknown_packets_are_skipped() {
    let mut bytes = std::vec![0x80, 201, 0, 1, 0, 0, 0, 7];
    bytes.extend([0x80, 207, 0, 2, 0, 0, 0, 7, 1, 2, 3, 4]); // XR
    bytes.extend([0x81, 206, 0, 0]); // feedback, nothing in it
    bytes.extend([0x80, 202, 0, 0]); // SDES without a chunk
    bytes.extend([0xa1, 203, 0, 2, 0, 0, 0, 7, 0, 0, 0, 4]); // a padded BYE, last
    let packets: Vec<_> = Compound::parse(&bytes).unwrap().collect();
    assert_eq!(packets.len(), 2);
    assert!(matches!(packets[1], Packet::Bye { sources } if sources.contains(7)));
}

#[test]
fn what_does_not_add_up_is_refused() {
    // rfc3550#A.2
    let refused = |bytes: &[u8]| assert!(Compound::parse(bytes).is_none(), "{bytes:?}");
    refused(&[]);
    refused(&[0x80]);
    refused(&[0x80, 202, 0, 1, 0, 0, 0, 7]); // no report first
    refused(&[0x40, 201, 0, 1, 0, 0, 0, 7]); // version
    refused(&[0xa0, 201, 0, 1, 0, 0, 0, 7]); // padding on the first
    refused(&[0x80, 201, 0, 2, 0, 0, 0, 7]); // longer than it is
    refused(&[0x80, 201, 0, 1, 0, 0, 0, 7, 0x80]); // a rest
    refused(&[0x80, 201, 0, 1, 0, 0, 0, 7, 0x40, 203, 0, 0]); // version of the second
    refused(&[0x80, 201, 0, 1, 0, 0, 0, 7, 0xa1, 203, 0, 1, 0, 0, 0, 4, 0x80, 203, 0, 0]); // padding in the middle
}

#[test]
fn counts_beyond_the_body_give_nothing() {
    // an RR that says it has 31 blocks, an SR cut short, a BYE of 31, an SDES item longer than its packet
    let mut bytes = std::vec![0x9f, 201, 0, 1, 0, 0, 0, 7];
    bytes.extend([0x80, 200, 0, 1, 0, 0, 0, 7]);
    bytes.extend([0x9f, 203, 0, 1, 0, 0, 0, 7]);
    bytes.extend([0x81, 202, 0, 2, 0, 0, 0, 7, 1, 200, 0, 0]);
    assert_eq!(Compound::parse(&bytes).unwrap().count(), 0);
}

#[test]
fn any_bytes_are_stood() {
    let mut random = Rng::new(&[2; 32]);
    for _ in 0..100_000 {
        let mut bytes = COMPOUND;
        for _ in 0..=random.below(4) {
            bytes[random.below(76) as usize] = random.next_u32() as u8;
        }
        let length = 4 * random.below(20) as usize;
        if let Some(compound) = Compound::parse(&bytes[..length.min(76)]) {
            for packet in compound {
                if let Packet::SenderReport { reports, .. } | Packet::ReceiverReport { reports, .. } = packet {
                    assert!(reports.count() <= 31);
                }
            }
        }
    }
}
