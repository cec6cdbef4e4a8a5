#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

mod codecs;

use super::*;
use crate::{
    base::{cursor::Cursor, limits::CODECS, rng::Rng},
    media::CodecEntry,
    wire::sdp::Session,
};
use std::{format, string::String, vec::Vec};

fn local() -> Local {
    Local { version: 7, ..Local::new("192.0.2.1".parse().unwrap(), 4000, 42) }
}

fn local6() -> Local {
    Local { version: 7, ..Local::new("2001:db8::1".parse().unwrap(), 4000, 42) }
}

fn offered(local: &Local, state: &OfferState) -> String {
    let mut buffer = [0; 2048];
    let mut out = Cursor::new(&mut buffer);
    write_offer(local, state, &mut out);
    String::from_utf8(out.written().to_vec()).unwrap()
}

fn answered(offer: &str, local: &Local) -> Result<(Agreed, String), OfferError> {
    let mut buffer = [0; 4096];
    let mut out = Cursor::new(&mut buffer);
    let agreed = answer(offer.as_bytes(), local, &mut out);
    let text = String::from_utf8(out.written().to_vec()).unwrap();
    match agreed {
        Ok(agreed) => Ok((agreed, text)),
        Err(error) => {
            assert_eq!(text, "", "an error writes nothing");
            Err(error)
        }
    }
}

/// A peer's description with these lines after its head.
fn peer(lines: &str) -> String {
    format!("v=0\r\no=- 1 1 IN IP4 198.51.100.9\r\ns=-\r\nc=IN IP4 198.51.100.9\r\nt=0 0\r\n{lines}")
}

fn accepted(lines: &str) -> Agreed {
    accept_answer(peer(lines).as_bytes(), &local(), &OfferState::EMPTY).unwrap()
}

/// The payload types of the peer's digits, with their clocks.
fn events(agreed: &Agreed) -> Vec<(u8, u32)> {
    agreed.receive_types.events().collect()
}

fn at(address: &str) -> SocketAddr {
    address.parse().unwrap()
}

const OURS: &str = "v=0\r\n\
o=- 42 7 IN IP4 192.0.2.1\r\n\
s=-\r\n\
c=IN IP4 192.0.2.1\r\n\
t=0 0\r\n\
m=audio 4000 RTP/AVP 0 8 101\r\n\
a=rtpmap:0 PCMU/8000\r\n\
a=rtpmap:8 PCMA/8000\r\n\
a=rtpmap:101 telephone-event/8000\r\n\
a=fmtp:101 0-15\r\n\
a=ptime:20\r\n\
a=maxptime:60\r\n\
a=sendrecv\r\n";

#[test]
fn an_offer_is_these_bytes() {
    assert_eq!(offered(&local(), &OfferState::EMPTY), OURS);
    let other = Local {
        rtcp_port: 5001,
        direction: Direction::SendOnly,
        codecs: CodecList::of(&[Codec::Pcma]).without_events(),
        ptime_ms: 30,
        ..local6()
    };
    assert_eq!(
        offered(&other, &OfferState::EMPTY),
        "v=0\r\no=- 42 7 IN IP6 2001:db8::1\r\ns=-\r\nc=IN IP6 2001:db8::1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n\
         a=ptime:30\r\na=maxptime:60\r\na=rtcp:5001\r\na=sendonly\r\n"
    );
}

#[test]
fn two_of_us_agree() {
    let theirs = Local::new("192.0.2.2".parse().unwrap(), 6000, 1);
    let (agreed, text) = answered(OURS, &theirs).unwrap();
    let expected = Agreed {
        remote_rtp: at("192.0.2.1:4000"),
        remote_rtcp: at("192.0.2.1:4001"),
        codec: Codec::Pcmu,
        payload_type: 0,
        receive_types: CodecList::built_in(),
        dtmf_send: Some(101),
        send: true,
        receive: true,
        ptime_ms: 20,
        held: false,
        lines: OfferState::of(OURS.as_bytes()).unwrap(),
    };
    assert_eq!(agreed, expected);
    assert_eq!(
        accept_answer(text.as_bytes(), &local(), &OfferState::EMPTY).unwrap(),
        Agreed { remote_rtp: at("192.0.2.2:6000"), remote_rtcp: at("192.0.2.2:6001"), ..expected }
    );
    // An unchanged offer gets an unchanged answer.
    assert_eq!(answered(OURS, &theirs).unwrap(), (agreed, text));
}

// rfc3264#6
#[test]
fn other_lines_stay_in_place_with_port_0() {
    let (agreed, text) = answered(
        "v=0\no=jdoe 1 1 IN IP4 198.51.100.9\ns=talk\nc=IN IP4 198.51.100.9\nt=2873397496 2873404696\nm=video 51372 RTP/AVP 31 34\n\
         a=rtpmap:31 H261/90000\nm=audio 49170 RTP/SAVP 0\nm=audio 49172 RTP/AVP 97 8 96 0\na=rtpmap:97 opus/48000/2\na=rtpmap:96 Telephone-Event/8000\n\
         m=audio 49180 RTP/AVP 0\nm=x-holo 5 foo/bar a b\n",
        &local(),
    )
    .unwrap();
    assert_eq!(
        text,
        "v=0\r\no=- 42 7 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=2873397496 2873404696\r\nm=video 0 RTP/AVP 31 34\r\n\
         m=audio 0 RTP/SAVP 0\r\nm=audio 4000 RTP/AVP 8 0 96\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\na=ptime:20\r\na=maxptime:60\r\na=sendrecv\r\nm=audio 0 RTP/AVP 0\r\n\
         m=x-holo 0 foo/bar a b\r\n"
    );
    assert_eq!((agreed.codec, agreed.payload_type), (Codec::Pcma, 8));
    assert_eq!((agreed.dtmf_send, events(&agreed)), (Some(96), [(96, 8000)].to_vec()));
    assert_eq!(agreed.remote_rtp, at("198.51.100.9:49172"));
    assert_eq!((agreed.lines.len(), agreed.lines.audio()), (5, 2));

    // rfc3264#8: our later offer keeps the places and rfc3264#8.3.2 the numbers.
    let again = Local { version: 8, direction: Direction::SendOnly, ..local() }.continuing(&agreed);
    assert_eq!(
        offered(&again, &agreed.lines),
        "v=0\r\no=- 42 8 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=video 0 RTP/AVP 0\r\nm=audio 0 RTP/SAVP 0\r\n\
         m=audio 4000 RTP/AVP 0 8 96\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\n\
         a=ptime:20\r\na=maxptime:60\r\na=sendonly\r\nm=audio 0 RTP/AVP 0\r\nm=application 0 RTP/AVP 0\r\n"
    );
}

// rfc3264#6.1
#[test]
fn directions_are_answered_by_their_mirror() {
    use Direction::{Inactive, ReceiveOnly, SendOnly, SendReceive};
    // Offered, wanted by us, answered, and whether we are held.
    for (theirs, ours, expected, held) in [
        ("sendrecv", SendReceive, SendReceive, false),
        ("sendonly", SendReceive, ReceiveOnly, true),
        ("recvonly", SendReceive, SendOnly, false),
        ("inactive", SendReceive, Inactive, true),
        ("sendrecv", SendOnly, SendOnly, false),
        ("sendonly", SendOnly, Inactive, true),
        ("recvonly", SendOnly, SendOnly, false),
        ("recvonly", ReceiveOnly, Inactive, false),
        ("x", SendReceive, SendReceive, false),
    ] {
        let local = Local { direction: ours, ..local() };
        for offer in [
            peer(&format!("m=audio 9 RTP/AVP 0\r\na={theirs}\r\n")),
            peer(&format!("a={theirs}\r\nm=audio 9 RTP/AVP 0\r\n")),
        ] {
            let (agreed, text) = answered(&offer, &local).unwrap();
            assert!(text.ends_with(&format!("a={}\r\n", expected.name())), "{theirs}: {text}");
            assert_eq!(
                (agreed.send, agreed.receive, agreed.held),
                (expected.sends(), expected.receives(), held),
                "{theirs}"
            );
            let agreed = accept_answer(offer.as_bytes(), &local, &OfferState::EMPTY).unwrap();
            assert_eq!(
                (agreed.send, agreed.receive, agreed.held),
                (expected.sends(), expected.receives(), held),
                "{theirs}"
            );
        }
    }
}

// rfc3264#8.4, rfc6337#5.4, rfc6157#3.1
#[test]
fn the_unspecified_address_holds() {
    let offer = "v=0\r\no=- 1 2 IN IP4 198.51.100.9\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n";
    let (agreed, text) = answered(offer, &local()).unwrap();
    assert_eq!((agreed.send, agreed.receive, agreed.held, agreed.accepted()), (false, true, true, true));
    assert_eq!(agreed.remote_rtp, at("0.0.0.0:9"));
    assert!(agreed.remote_rtcp.ip().is_unspecified());
    // The answer's direction follows the offer's, not its address.
    assert!(text.ends_with("a=sendrecv\r\n") && text.contains("c=IN IP4 192.0.2.1\r\n"), "{text}");
    for address in ["IP6 ::", "IP4 0.0.0.0", "IP6 nowhere.INVALID"] {
        let (agreed, _) = answered(&offer.replace("IP4 0.0.0.0", address), &local6()).unwrap();
        assert_eq!((agreed.send, agreed.held, agreed.remote_rtp), (false, true, at("[::]:9")), "{address}");
    }
}

#[test]
fn what_leads_nowhere_is_refused_with_its_code() {
    use OfferError::*;
    for (offer, error, status, warning) in [
        (String::from("nonsense"), Malformed(SdpError::Line), 400, 399),
        (String::new(), Malformed(SdpError::NoVersion), 400, 399),
        (peer("m=audio x RTP/AVP 0\r\n"), Malformed(SdpError::Media), 400, 399),
        (peer("m=audio 9 RTP/AVP 0\r\n").replace("c=IN IP4 198.51.100.9\r\n", ""), NoAddress, 400, 399),
        (peer(""), NoAudio, 488, 304),
        (peer("m=video 9 RTP/AVP 31\r\n"), NoAudio, 488, 304),
        // A fax in the place of the voice.
        (peer("m=audio 0 RTP/AVP 0\r\nm=image 9 udptl t38\r\n"), NoAudio, 488, 304),
        (peer("m=video 0 RTP/AVP 31\r\n"), NoAudio, 488, 304),
        (peer("m=audio 9 RTP/AVP 9 18 101\r\na=rtpmap:101 telephone-event/8000\r\n"), NoCommonCodec, 488, 305),
        (peer("m=audio 9 RTP/AVP\r\n"), NoCommonCodec, 488, 305),
        (peer("m=audio 9 RTP/SAVP 0\r\n"), UnsupportedTransport, 488, 302),
        (peer("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"), UnsupportedTransport, 488, 302),
        (peer("m=audio 9 RTP/AVP 0\r\nc=IN IP4 phone.example.com\r\n"), HostName, 488, 399),
        (peer("m=audio 9 RTP/AVP 0\r\nc=IN IP7 127.0.0.1\r\n"), UnsupportedAddress, 488, 301),
        (peer("m=audio 9 RTP/AVP 0\r\nc=IN IP6 127.0.0.1\r\n"), UnsupportedAddress, 488, 301),
        (peer("m=audio 9 RTP/AVP 0\r\nc=ATM NSAP 47.0091\r\n"), UnsupportedNetwork, 488, 300),
        (peer("m=audio 9 RTP/AVP 0\r\nc=IN IP6 2001:db8::9\r\n"), UnsupportedAddress, 488, 301),
        (peer("m=audio 9 RTP/AVP 0\r\nc=IN IP4 233.252.0.1/127\r\n"), UnsupportedAddress, 488, 301),
        (peer("m=audio 9 RTP/AVP 0\r\nc=IN IP4 255.255.255.255\r\n"), UnsupportedAddress, 488, 301),
        (peer("m=audio 9 RTP/AVP 0\r\nc=IN IP4 127.255.255.255\r\n"), UnsupportedAddress, 488, 301),
        (peer("m=audio 9 RTP/AVP 0\r\nc=IN IP4 240.0.0.1\r\n"), UnsupportedAddress, 488, 301),
        (peer("m=audio 9 RTP/AVP 0\r\nc=IN IP4 0.1.2.3\r\n"), UnsupportedAddress, 488, 301),
        (peer(&"m=audio 9 RTP/AVP 0\r\n".repeat(SDP_MEDIA + 1)), TooLarge, 488, 399),
    ] {
        assert_eq!(answered(&offer, &local()).map(|_| ()), Err(error), "{offer}");
        assert_eq!((error.status(), error.warning()), (status, warning));
        assert!(error.reason().bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'));
        let answer = accept_answer(offer.as_bytes(), &local(), &OfferState::EMPTY);
        if offer.contains("udptl") {
            // our audio refused where it stood is an answer
            assert!(answer.is_ok_and(|agreed| !agreed.accepted()));
        } else {
            assert_eq!(answer.map(|_| ()), Err(error), "{offer}");
        }
    }
}

// rfc3264#6: the lines of an answer are the offer's, one by one
#[test]
fn only_the_line_where_our_audio_stood_answers_it() {
    let ours = OfferState::of(peer("m=video 0 RTP/AVP 31\r\nm=audio 9 RTP/AVP 0\r\n").as_bytes()).unwrap();
    let read = |lines: &str, ours: &OfferState| accept_answer(peer(lines).as_bytes(), &local(), ours);
    // the first line was offered with port 0: whatever stands there now, our audio is the second
    let agreed = read("m=audio 1000 RTP/AVP 0\r\nm=audio 2000 RTP/AVP 8\r\nm=audio 3000 RTP/AVP 0\r\n", &ours).unwrap();
    assert_eq!((agreed.remote_rtp.port(), agreed.codec, agreed.lines), (2000, Codec::Pcma, ours));
    // refused where it stood is refused, though another line could carry it
    let agreed = read("m=audio 0 RTP/AVP 0\r\nm=audio 2000 RTP/AVP 0\r\n", &OfferState::EMPTY).unwrap();
    assert!(!agreed.accepted());
    // what was offered is not in the answer at all
    assert_eq!(read("m=audio 1000 RTP/AVP 0\r\n", &ours), Err(OfferError::NoAudio));
    assert_eq!(read("m=video 1000 RTP/AVP 31\r\n", &OfferState::EMPTY), Err(OfferError::NoAudio));
}

// rfc3264#8.2
#[test]
fn a_removed_stream_is_answered_by_port_0() {
    let offer = peer("m=audio 0 RTP/AVP 0 8\r\nm=video 0 RTP/AVP 31\r\n");
    let (agreed, text) = answered(&offer, &local()).unwrap();
    assert!(!agreed.accepted() && !agreed.send && !agreed.receive);
    assert!(text.ends_with("t=0 0\r\nm=audio 0 RTP/AVP 0 8\r\nm=video 0 RTP/AVP 31\r\n"), "{text}");
    assert_eq!(agreed.lines.len(), 2);
    assert!(!accept_answer(offer.as_bytes(), &local(), &OfferState::EMPTY).unwrap().accepted());
    // No c= line is needed for what is not in use.
    assert!(answered(&offer.replace("c=IN IP4 198.51.100.9\r\n", ""), &local()).is_ok());
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
    assert_eq!(codecs(&format!("m=audio 9 RTP/AVP 96 97 98 99 100 101 102\r\n{many}")).unwrap().len(), CODECS);
    // Only what we were told to use.
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

// rfc3605#2.1
#[test]
fn rtcp_goes_where_it_is_wanted() {
    let rtcp = |port: u16, attributes: &str| accepted(&format!("m=audio {port} RTP/AVP 0\r\n{attributes}")).remote_rtcp;
    assert_eq!(rtcp(9000, ""), at("198.51.100.9:9001"));
    assert_eq!(rtcp(9000, "a=rtcp:53020\r\n"), at("198.51.100.9:53020"));
    assert_eq!(rtcp(9000, "a=rtcp:53020 IN IP4 126.16.64.4\r\n"), at("126.16.64.4:53020"));
    // An address of no use leaves RTCP without one; a port of 0 says nothing.
    for address in ["IP6 2001:db8::1", "IP4 233.252.0.1", "IP4 0.0.0.0", "IP4 host.example.com"] {
        assert_eq!(rtcp(9000, &format!("a=rtcp:53020 IN {address}\r\n")).port(), 0, "{address}");
    }
    assert_eq!(rtcp(9000, "a=rtcp:0\r\n"), at("198.51.100.9:9001"));
    assert_eq!(rtcp(65535, "").port(), 0);
}

// rfc3264#7
#[test]
fn an_answer_may_be_odd() {
    // Fewer codecs, another order: what we send is theirs, what we take is all that we offered.
    let agreed = accepted("m=audio 9 RTP/AVP 8\r\n");
    assert_eq!(
        (agreed.codec, agreed.payload_type, agreed.dtmf_send, events(&agreed)),
        (Codec::Pcma, 8, None, [(101, 8000)].to_vec())
    );
    assert_eq!(agreed.receive_types, CodecList::built_in());
    // Other numbers for the same formats: we send theirs, and listen to ours (rfc3264#5.1).
    let agreed = accepted("m=audio 9 RTP/AVP 98 99\r\na=rtpmap:98 PCMA/8000\r\na=rtpmap:99 telephone-event/8000\r\n");
    assert_eq!((agreed.payload_type, agreed.dtmf_send, events(&agreed)), (98, Some(99), [(101, 8000)].to_vec()));
    // Formats and lines that we did not offer, and a missing map for a number of ours.
    let agreed = accepted("m=audio 9 RTP/AVP 18 9 0 101\r\na=rtpmap:9 G722/8000\r\nm=video 9 RTP/AVP 31\r\n");
    assert_eq!((agreed.codec, agreed.dtmf_send), (Codec::Pcmu, Some(101)));
    assert_eq!(
        accept_answer(peer("m=audio 9 RTP/AVP 18\r\n").as_bytes(), &local(), &OfferState::EMPTY),
        Err(OfferError::NoCommonCodec)
    );
    // We only send: an answer that would send all the same is not listened to.
    let holding = Local { direction: Direction::SendOnly, ..local() };
    let agreed = accept_answer(peer("m=audio 9 RTP/AVP 0\r\n").as_bytes(), &holding, &OfferState::EMPTY).unwrap();
    assert_eq!((agreed.send, agreed.receive), (true, false));
}

#[test]
fn an_offer_whose_time_is_no_time_gets_an_endless_one() {
    let offer = peer("m=audio 9 RTP/AVP 0\r\n").replace("t=0 0", "t=now");
    assert!(answered(&offer, &local()).unwrap().1.contains("\r\nt=0 0\r\n"));
}

// rfc3264#8
#[test]
fn a_fingerprint_looks_past_the_edition() {
    let next = offered(&Local { version: 8, ..local() }, &OfferState::EMPTY);
    assert_ne!(next, OURS);
    assert_eq!(fingerprint(next.as_bytes()), fingerprint(OURS.as_bytes()));
    let held = offered(&Local { direction: Direction::SendOnly, ..local() }, &OfferState::EMPTY);
    assert_ne!(fingerprint(held.as_bytes()), fingerprint(OURS.as_bytes()));
}

#[test]
fn what_was_agreed_is_small() {
    assert!(size_of::<Agreed>() <= 112, "{}", size_of::<Agreed>());
}

#[test]
fn mutated_offers_get_answers_that_can_be_read() {
    let seed = peer(
        "m=video 9 RTP/AVP 31\r\nm=audio 9000 RTP/AVP 8 0 96\r\na=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\na=ptime:30\r\na=rtcp:9005\r\n\
         a=sendonly\r\nm=image 0 udptl t38\r\n",
    );
    const SPICE: &[u8] = b"\r\n =:/am0v98\0\xff-";
    let mut rng = Rng::new(&[5; 32]);
    let mut good = 0;
    for _ in 0..20_000 {
        let mut offer = seed.clone().into_bytes();
        for _ in 0..=rng.below(3) {
            if offer.is_empty() {
                break;
            }
            let at = rng.below(offer.len() as u32) as usize;
            let byte = SPICE[rng.below(SPICE.len() as u32) as usize];
            match rng.below(4) {
                0 => offer.insert(at, byte),
                1 => offer[at] = byte,
                2 => {
                    offer.remove(at);
                }
                _ if rng.below(8) == 0 => offer.truncate(at),
                _ => {
                    let piece = offer[at..].iter().copied().take(30).collect::<Vec<_>>();
                    offer.splice(at..at, piece);
                }
            }
        }
        let mut buffer = [0; 4096];
        let mut out = Cursor::new(&mut buffer);
        let Ok(agreed) = answer(&offer, &local(), &mut out) else { continue };
        good += 1;
        let (ours, theirs) = (Session::parse(out.written()).unwrap(), Session::parse(&offer).unwrap());
        assert_eq!(ours.media_count(), theirs.media_count());
        for (place, (own, their)) in ours.media().zip(theirs.media()).enumerate() {
            assert_eq!((own.kind.to_ascii_lowercase(), own.proto), (their.kind.to_ascii_lowercase(), their.proto));
            assert_eq!(own.port != 0, agreed.accepted() && place == agreed.lines.audio());
        }
        assert!(matches!(agreed.ptime_ms, 10..=60));
        assert!(!agreed.send || !agreed.remote_rtp.ip().is_unspecified());
        let _ = accept_answer(&offer, &local(), &OfferState::EMPTY);
    }
    assert!(good > 5_000, "{good}");
}

// rfc8866#5.7
#[test]
fn a_host_name_is_looked_up_where_it_counts() {
    let offer = peer(
        "m=audio 7 RTP/SAVP 0\r\nm=audio 9 RTP/AVP 18 0\r\nc=IN IP4 media.example.com\r\na=rtcp:19 IN IP4 media.example.com\r\n",
    );
    assert_eq!(answered(&offer, &local()), Err(OfferError::HostName));
    assert_eq!(host_to_find(offer.as_bytes(), &local(), None), Some("media.example.com"));
    let found = |ip: &str| Local { found: Some(ip.parse().unwrap()), ..local() };
    let (agreed, _) = answered(&offer, &found("198.51.100.77")).unwrap();
    assert_eq!(
        (agreed.remote_rtp, agreed.remote_rtcp, agreed.send),
        (at("198.51.100.77:9"), at("198.51.100.77:19"), true)
    );
    // a name of its own for RTCP is not looked up too
    let other = offer.replace("19 IN IP4 media", "19 IN IP4 reports");
    assert_eq!(answered(&other, &found("198.51.100.77")).unwrap().0.remote_rtcp.port(), 0);
    // what was found must be one host's, of our family; unlike in c=, the unspecified address is no hold
    for ip in ["2001:db8::1", "233.252.0.1", "0.0.0.0", "127.255.255.255"] {
        let alone = offer.replace("m=audio 7 RTP/SAVP 0\r\n", "");
        assert_eq!(answered(&alone, &found(ip)).map(|_| ()), Err(OfferError::UnsupportedAddress), "{ip}");
    }
    // an answer's counts where our audio stood
    let ours = OfferState::of(peer("m=video 0 RTP/AVP 31\r\nm=audio 9 RTP/AVP 0\r\n").as_bytes()).unwrap();
    assert_eq!(accept_answer(offer.as_bytes(), &local(), &ours), Err(OfferError::HostName));
    assert_eq!(host_to_find(offer.as_bytes(), &local(), Some(&ours)), Some("media.example.com"));
    assert_eq!(
        accept_answer(offer.as_bytes(), &found("198.51.100.77"), &ours).unwrap().remote_rtp,
        at("198.51.100.77:9")
    );
    // none is looked up for a line that is not taken: another codec, no port, another one before it
    for lines in [
        "m=audio 9 RTP/AVP 18\r\nc=IN IP4 a.example\r\n",
        "m=audio 0 RTP/AVP 0\r\nc=IN IP4 a.example\r\n",
        "m=video 9 RTP/AVP 31\r\nc=IN IP4 a.example\r\n",
        "m=audio 9 RTP/AVP 0\r\nm=audio 9 RTP/AVP 0\r\nc=IN IP4 a.example\r\n",
        "m=audio 9 RTP/AVP 0\r\nc=IN IP6 nobody.invalid\r\n",
        "m=audio 9 RTP/AVP 0\r\nc=IN IP7 a.example\r\n",
        "m=audio 9 RTP/AVP 0\r\nc=IN IP4 300.1.1.1\r\n",
    ] {
        assert_ne!(answered(&peer(lines), &local()).map(|_| ()), Err(OfferError::HostName), "{lines}");
        assert_eq!(host_to_find(peer(lines).as_bytes(), &local(), None), None, "{lines}");
    }
}

// rfc3264#6, rfc3264#8
#[test]
fn as_many_lines_as_a_conference_has_are_answered_one_by_one() {
    let kinds =
        ["video 9 RTP/AVP 31", "image 9 udptl t38", "text 9 RTP/AVP 98", "audio 9 RTP/SAVP 0", "message 9 TCP/MSRP *"];
    let mut lines: Vec<&str> = kinds.iter().copied().cycle().take(SDP_MEDIA - 1).collect();
    lines.push("audio 9 RTP/AVP 0");
    let offer = peer(&lines.iter().map(|line| format!("m={line}\r\n")).collect::<String>());
    let (agreed, text) = answered(&offer, &local()).unwrap();
    let came = |text: &str| -> Vec<String> {
        text.lines().filter_map(|line| line.strip_prefix("m=")).map(String::from).collect()
    };
    let mut expected: Vec<String> = lines.iter().map(|line| line.replacen(" 9 ", " 0 ", 1)).collect();
    expected.pop();
    expected.push("audio 4000 RTP/AVP 0".into());
    assert_eq!(came(&text), expected);
    assert_eq!((agreed.lines.len(), agreed.lines.audio()), (SDP_MEDIA, SDP_MEDIA - 1));
    // a later offer of ours has them in their places
    let again = came(&offered(&local().continuing(&agreed), &agreed.lines));
    let kind = |line: &String| String::from(line.split(' ').next().unwrap());
    assert!(again.iter().map(kind).eq(expected.iter().map(kind)), "{again:?}");
    assert_eq!(again.iter().filter(|line| line.split(' ').nth(1) != Some("0")).count(), 1);
    assert!(again[0].ends_with(" RTP/AVP 0") && again[1].ends_with(" udptl t38") && again[4].ends_with(" TCP/MSRP *"));
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
