//! Codecs, their payload types, events and packet times.
use super::*;

fn broad() -> Local {
    Local { codecs: CodecList::of(&[Codec::Framed, Codec::Pcmu]), ..local() }
}

const BROAD: &str = "m=audio 4000 RTP/AVP 110 0 111 101\r\n\
a=rtpmap:110 x-framed/48000/2\r\n\
a=fmtp:110 useinbandfec=1\r\n\
a=rtpmap:0 PCMU/8000\r\n\
a=rtpmap:111 telephone-event/48000\r\n\
a=fmtp:111 0-15\r\n\
a=rtpmap:101 telephone-event/8000\r\n\
a=fmtp:101 0-15\r\n\
a=ptime:20\r\n\
a=maxptime:60\r\n\
a=sendrecv\r\n";

// rfc4733#2.1
#[test]
fn each_clock_has_its_events() {
    assert!(offered(&broad(), &OfferState::EMPTY).ends_with(BROAD));
    let (agreed, text) = answered(&peer(BROAD), &broad()).unwrap();
    assert!(text.ends_with(BROAD), "{text}");
    assert_eq!((agreed.codec, agreed.payload_type, agreed.dtmf_send), (Codec::Framed, 110, Some(111)));
    assert_eq!(events(&agreed), [(111, 48_000), (101, 8000)]);
    assert_eq!(accept_answer(text.as_bytes(), &broad(), &OfferState::EMPTY).unwrap().dtmf_send, Some(111));
}

#[test]
fn the_codec_that_is_sent_decides_which_events_are() {
    let agreed = |lines: &str| accept_answer(peer(lines).as_bytes(), &broad(), &OfferState::EMPTY).unwrap();
    // the other clock's events do not go with this voice
    let answer = agreed("m=audio 9 RTP/AVP 110 101\r\na=rtpmap:110 x-framed/48000/2\r\n");
    assert_eq!((answer.codec, answer.dtmf_send), (Codec::Framed, None));
    let answer = agreed("m=audio 9 RTP/AVP 0 110 111 101\r\n");
    assert_eq!((answer.codec, answer.dtmf_send), (Codec::Pcmu, Some(101)));
    // every format that was offered may come, whichever we send
    assert_eq!(answer.receive_types, broad().codecs);
}

// rfc8866#6.6
#[test]
fn a_dynamic_codec_is_known_by_name_clock_and_channels() {
    let codec = |map: &str| {
        let offer = peer(&format!("m=audio 9 RTP/AVP 97 0\r\na=rtpmap:97 {map}\r\n"));
        answered(&offer, &broad()).unwrap().0.codec
    };
    assert_eq!(codec("X-Framed/48000/2"), Codec::Framed);
    for other in ["x-framed/48000", "x-framed/16000/2", "x-frames/48000/2"] {
        assert_eq!(codec(other), Codec::Pcmu, "{other}");
    }
    // as G.722: the clock in the description is not the sample rate
    let split = Local { codecs: CodecList::of(&[Codec::Split]), ..local() };
    let offer = peer("m=audio 9 RTP/AVP 9\r\na=rtpmap:9 x-split/8000\r\n");
    assert_eq!(answered(&offer, &split).unwrap().0.payload_type, 9);
}

#[test]
fn packets_hold_whole_frames() {
    let ptime = |wished: u8| {
        let offer = peer(&format!("m=audio 9 RTP/AVP 97\r\na=rtpmap:97 x-framed/48000/2\r\na=ptime:{wished}\r\n"));
        answered(&offer, &broad()).unwrap().0.ptime_ms
    };
    assert_eq!([10, 20, 30, 40, 50, 60, 100].map(ptime), [20, 20, 20, 40, 40, 60, 60]);
}

// rfc3264#8.3.2
#[test]
fn a_later_offer_keeps_the_numbers() {
    let offer =
        peer("m=audio 9 RTP/AVP 101 8 97\r\na=rtpmap:101 x-framed/48000/2\r\na=rtpmap:97 telephone-event/48000\r\n");
    let (agreed, _) = answered(&offer, &broad()).unwrap();
    let again = broad().continuing(&agreed);
    let text = offered(&again, &agreed.lines);
    // 101 means the codec in this session, so the events at 8 kHz take another number
    assert!(text.contains("m=audio 4000 RTP/AVP 101 0 97 127\r\n"), "{text}");
    assert!(text.contains("a=rtpmap:127 telephone-event/8000\r\n"), "{text}");
}

#[test]
fn codecs_are_known_by_map_or_by_number() {
    let codecs = |lines: &str| -> Result<Vec<(Codec, u8)>, OfferError> {
        let (agreed, _) = answered(&peer(lines), &local())?;
        assert_eq!(
            agreed.receive_types.entries()[0],
            CodecEntry { codec: agreed.codec, payload_type: agreed.payload_type, events: agreed.dtmf_send }
        );
        Ok(agreed.receive_types.entries().iter().map(|entry| (entry.codec, entry.payload_type)).collect())
    };
    use Codec::{Pcma, Pcmu};
    // rfc3551#6: static numbers need no map, and rfc3264#6.1: the offer's order is kept.
    assert_eq!(codecs("m=audio 9 RTP/AVP 8 0\r\n"), Ok([(Pcma, 8), (Pcmu, 0)].to_vec()));
    // rfc8866#6.6: names are compared without case; a map may give any number a meaning.
    assert_eq!(
        codecs("m=audio 9 RTP/AVP 97 0\r\na=rtpmap:97 pcma/8000/1\r\na=rtpmap:0 Pcmu/8000\r\n"),
        Ok([(Pcma, 97), (Pcmu, 0)].to_vec())
    );
    // Another clock, two channels or another name are other formats.
    for map in ["PCMU/16000", "PCMU/8000/2", "G722/8000"] {
        assert_eq!(
            codecs(&format!("m=audio 9 RTP/AVP 0\r\na=rtpmap:0 {map}\r\n")),
            Err(OfferError::NoCommonCodec),
            "{map}"
        );
    }
    // A dynamic number without a map means nothing in an offer, not even our own.
    assert_eq!(codecs("m=audio 9 RTP/AVP 97 101 0\r\n"), Ok([(Pcmu, 0)].to_vec()));
    // Doubles, and more than there is room for.
    assert_eq!(codecs("m=audio 9 RTP/AVP 0 0 0\r\n"), Ok([(Pcmu, 0)].to_vec()));
    let many: String = (96..110).map(|number| format!("a=rtpmap:{number} PCMU/8000\r\n")).collect();
    assert_eq!(codecs(&format!("m=audio 9 RTP/AVP 96 97 98 99 100 101 102 103 104\r\n{many}")).unwrap().len(), CODECS);
    // Only the codecs that the application chose.
    let alaw = Local { codecs: CodecList::of(&[Pcma]), ..local() };
    assert_eq!(answered(&peer("m=audio 9 RTP/AVP 0 8\r\n"), &alaw).unwrap().0.codec, Pcma);
    assert_eq!(answered(&peer("m=audio 9 RTP/AVP 0\r\n"), &alaw).map(|_| ()), Err(OfferError::NoCommonCodec));
    // RTP/AVPF is answered as RTP/AVPF.
    assert!(answered(&peer("m=audio 9 RTP/AVPF 0\r\n"), &local()).unwrap().1.contains("m=audio 4000 RTP/AVPF 0\r\n"));
}

// rfc4733#2.4.1
#[test]
fn digits_go_where_they_are_understood() {
    let digits =
        |lines: &str| answered(&peer(&format!("m=audio 9 RTP/AVP 0 100 96\r\n{lines}")), &local()).unwrap().0.dtmf_send;
    assert_eq!(digits("a=rtpmap:96 telephone-event/8000\r\n"), Some(96));
    for list in ["0-15", "0-16", "0-11", "0-9,10,11", "0-15,66,70", "events=0-15", "junk", "", "0-5, 6-255"] {
        assert_eq!(digits(&format!("a=rtpmap:100 TELEPHONE-EVENT/8000\r\na=fmtp:100 {list}\r\n")), Some(100), "{list}");
    }
    for list in ["66,70", "0-9", "9-0", "255-0"] {
        assert_eq!(digits(&format!("a=rtpmap:100 telephone-event/8000\r\na=fmtp:100 {list}\r\n")), None, "{list}");
    }
    // Of another clock than the voice; the one of the right clock is found behind it.
    assert_eq!(digits("a=rtpmap:100 telephone-event/48000\r\n"), None);
    assert_eq!(digits("a=rtpmap:100 telephone-event/48000\r\na=rtpmap:96 telephone-event/8000\r\n"), Some(96));
    let deaf = Local { codecs: local().codecs.without_events(), ..local() };
    let (agreed, text) = answered(OURS, &deaf).unwrap();
    assert_eq!((agreed.dtmf_send, events(&agreed)), (None, Vec::new()));
    assert!(!text.contains("telephone-event"));
}

#[test]
fn packet_times_stay_within_what_both_can() {
    let ptime = |attributes: &str| accepted(&format!("m=audio 9 RTP/AVP 0\r\n{attributes}")).ptime_ms;
    for (attributes, expected) in [
        ("", 20),
        ("a=ptime:30\r\n", 30),
        ("a=ptime:10\r\n", 10),
        ("a=ptime:5\r\n", 10),
        ("a=ptime:25\r\n", 20),
        ("a=ptime:0\r\n", 20),
        ("a=ptime:x\r\n", 20),
        ("a=ptime:60\r\n", 60),
        ("a=ptime:200\r\n", 60),
        ("a=ptime:65535\r\n", 60),
        ("a=maxptime:10\r\n", 10),
        ("a=ptime:40\r\na=maxptime:30\r\n", 30),
    ] {
        assert_eq!(ptime(attributes), expected, "{attributes}");
    }
}

#[test]
fn a_codec_is_found_behind_many_others() {
    // rfc3551#6: there are 128 payload types
    let many: String = (96..128).map(|number| format!(" {number}")).collect();
    for (formats, codec) in [(format!("{many} 0"), Codec::Pcmu), (format!("{} 8", " 9".repeat(127)), Codec::Pcma)] {
        let (agreed, _) = answered(&peer(&format!("m=audio 9 RTP/AVP{formats}\r\n")), &local()).unwrap();
        assert_eq!(agreed.codec, codec);
    }
}

#[cfg(feature = "codecs")]
#[test]
fn an_answer_may_be_in_our_order_and_have_one_codec() {
    const BOTH: &str = "m=audio 9 RTP/AVP 8 0 99\r\na=rtpmap:99 telephone-event/8000\r\n";
    let ours = |own_order, single| Local { answering: Answering { own_order, single }, ..local() };
    for (own_order, single, expected) in [
        (None, None, &[8, 0][..]),
        (Some(true), Some(false), &[0, 8]),
        (None, Some(true), &[8]),
        (Some(true), Some(true), &[0]),
    ] {
        let (agreed, text) = answered(&peer(BOTH), &ours(own_order, single)).unwrap();
        let types: Vec<u8> = agreed.receive_types.entries().iter().map(|entry| entry.payload_type).collect();
        assert_eq!((types.as_slice(), agreed.payload_type), (expected, expected[0]));
        assert_eq!((agreed.dtmf_send, agreed.several), (Some(99), false));
        let list: Vec<String> = expected.iter().map(|number| format!("{number} ")).collect();
        assert!(text.contains(&format!("RTP/AVP {}99\r\n", list.concat())), "{text}");
    }
    // answers of theirs are read as they are
    let single = ours(Some(true), Some(true));
    let read = |lines: &str| accept_answer(peer(lines).as_bytes(), &single, &OfferState::EMPTY).unwrap();
    let both = read(BOTH);
    assert_eq!((both.codec, both.several), (Codec::Pcma, true));
    for one in ["m=audio 9 RTP/AVP 0\r\n", "m=audio 9 RTP/AVP 0 97\r\na=rtpmap:97 PCMU/8000\r\n"] {
        assert!(!read(one).several, "{one}");
    }
}
