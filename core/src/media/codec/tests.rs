pub(crate) mod samples;

use super::*;
use crate::base::limits::CODECS;

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
    let mut packet = [0u8; 7];
    let mut encode = |nth, pcm: &[i16]| {
        let encoded = G711.encode(0, Codec::Pcmu, Part { nth, of: 2 }, pcm, &mut packet);
        (encoded, packet)
    };
    assert_eq!(encode(0, &[0, 1000, -1000, 5]).0, Encoded::Incomplete);
    let [thousand, less] = [1000, -1000].map(ulaw_encode);
    // the second part is longer than the room that is left
    assert_eq!(encode(1, &[1000; 4]), (Encoded::Packet(7), [0xff, thousand, less, 0xfe, thousand, thousand, thousand]));
    assert_eq!(encode(9, &[1000; 4]).0, Encoded::Packet(7), "no room at all");
    let mut pcm = [0i16; 8];
    assert_eq!(G711.decode(0, Codec::Pcma, Coded::Payload(&[0xd5, 0x55]), &mut pcm), 2);
    assert_eq!(&pcm[..2], [8, -8]);
    let missing = Coded::Missing { next: Some(&[0xd5]), before: 1 };
    assert_eq!(G711.decode(0, Codec::Pcma, missing, &mut pcm), 0, "the stream conceals");
}

#[test]
fn the_table_holds_together() {
    let mut numbers = std::vec::Vec::new();
    for (nth, codec) in Codec::ALL.iter().enumerate() {
        assert_eq!(*codec as usize, nth, "rows are found by their codec's number");
        assert!(matches!(codec.rate(), 8000 | 16_000 | 44_100 | 48_000), "{}", codec.name());
        assert_eq!((codec.clock() % 100, codec.frame_ms() % 10), (0, 0), "{}", codec.name());
        assert_eq!(codec.ticks_of(codec.quantum_samples()), codec.quantum_ticks());
        assert_eq!(codec.samples_of(codec.quantum_ticks()), codec.quantum_samples());
        let entry = codec.entry();
        assert!(entry.payload_type < 128 && entry.events.is_some_and(|number| (96..128).contains(&number)));
        numbers.push(entry.payload_type);
        for other in Codec::ALL {
            let same = other.clock() == codec.clock();
            assert_eq!(entry.events == other.entry().events, same, "a number of events for each clock");
            assert_ne!(entry.events, Some(other.entry().payload_type));
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), Codec::ALL.len());
    // rfc3551#6
    assert_eq!(
        (Codec::Pcmu.static_type(), Codec::Pcma.static_type(), Codec::Framed.static_type()),
        (Some(0), Some(8), None)
    );
}

// rfc3551#4.5.2
#[test]
fn ticks_are_not_samples() {
    assert_eq!((Codec::Split.ticks_of(160), Codec::Split.samples_of(80)), (80, 160));
    assert_eq!((Codec::Split.ticks(&[0; 160]), Codec::Linear.ticks(&[0; 1920])), (160, 960));
    assert_eq!((Codec::Framed.ticks(&[0; 6]), Codec::Framed.tick_bytes()), (1920, None));
}

#[test]
fn a_codec_list_is_bounded() {
    let mut list = CodecList::built_in();
    let entry = |payload_type| CodecEntry { codec: Codec::Pcmu, payload_type, events: None };
    assert!(!list.push(entry(8)) && !list.push(entry(101)), "a number has one meaning");
    for payload_type in 110..110 + CODECS as u8 - 2 {
        assert!(list.push(entry(payload_type)));
    }
    assert!(!list.push(entry(120)));
    assert_eq!(list.entries().len(), CODECS);
    assert_eq!(list.events().collect::<std::vec::Vec<_>>(), [(101, 8000)]);
}

// rfc3264#8.3.2
#[test]
fn a_session_keeps_its_numbers() {
    let entry = |codec, payload_type, events| CodecEntry { codec, payload_type, events };
    let own = CodecList::of(&[Codec::Framed, Codec::Split, Codec::Pcmu]);
    let mut used = CodecList::EMPTY;
    // the peer's numbers: ours for one codec mean another of its own
    used.push(entry(Codec::Pcmu, 0, Some(110)));
    used.push(entry(Codec::Pcma, 112, Some(110)));
    assert_eq!(
        own.continuing(&used).entries(),
        [entry(Codec::Framed, 127, Some(111)), entry(Codec::Split, 126, Some(110)), entry(Codec::Pcmu, 0, Some(110)),]
    );
    assert_eq!(own.continuing(&CodecList::EMPTY), own);
    assert_eq!(own.continuing(&own), own);
    // a list without events has none later either
    assert_eq!(own.without_events().continuing(&used).events().count(), 0);
}
