//! Codecs of other clocks than 8 kHz, with frames or parameters.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
use super::*;

fn broad() -> Local {
    Local { codecs: CodecList::of(&[Codec::Framed, Codec::Pcmu]), ..local() }
}

const OURS: &str = "m=audio 4000 RTP/AVP 110 0 111 101\r\n\
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
    assert!(offered(&broad(), &OfferState::EMPTY).ends_with(OURS));
    let (agreed, text) = answered(&peer(OURS), &broad()).unwrap();
    assert!(text.ends_with(OURS), "{text}");
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
    // whatever is sent, all that was offered may come
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
    // as G.722: the clock that the description tells is not the sample rate
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
