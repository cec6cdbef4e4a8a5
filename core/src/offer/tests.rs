mod addresses;
mod codecs;
mod lines;

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
        several: false,
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
        Agreed { remote_rtp: at("192.0.2.2:6000"), remote_rtcp: at("192.0.2.2:6001"), several: true, ..expected }
    );
    // An unchanged offer gets an unchanged answer.
    assert_eq!(answered(OURS, &theirs).unwrap(), (agreed, text));
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

#[test]
fn what_leads_nowhere_is_refused_with_its_code() {
    use OfferError::*;
    let named = if cfg!(feature = "sdp-hosts") { HostName } else { UnsupportedAddress };
    for (offer, error, status, warning) in [
        (String::from("nonsense"), Malformed(SdpError::Line), 400, 399),
        (String::new(), Malformed(SdpError::NoVersion), 400, 399),
        (peer("m=audio x RTP/AVP 0\r\n"), Malformed(SdpError::Media), 400, 399),
        (peer("m=audio 9 RTP/AVP 0\r\n").replace("c=IN IP4 198.51.100.9\r\n", ""), NoAddress, 400, 399),
        (peer(""), NoAudio, 488, 304),
        (peer("m=video 9 RTP/AVP 31\r\n"), NoAudio, 488, 304),
        // A fax instead of the voice.
        (peer("m=audio 0 RTP/AVP 0\r\nm=image 9 udptl t38\r\n"), NoAudio, 488, 304),
        (peer("m=video 0 RTP/AVP 31\r\n"), NoAudio, 488, 304),
        (peer("m=audio 9 RTP/AVP 9 18 101\r\na=rtpmap:101 telephone-event/8000\r\n"), NoCommonCodec, 488, 305),
        (peer("m=audio 9 RTP/AVP\r\n"), NoCommonCodec, 488, 305),
        (peer("m=audio 9 RTP/SAVP 0\r\n"), UnsupportedTransport, 488, 302),
        (peer("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"), UnsupportedTransport, 488, 302),
        (peer("m=audio 9 RTP/AVP 0\r\nc=IN IP4 phone.example.com\r\n"), named, 488, named.warning()),
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

// rfc3264#7
#[test]
fn an_answer_may_be_odd() {
    // Fewer codecs, another order: we send by theirs, and take all that we offered.
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
    // more codecs, where there are some
    let more = 4 * CODECS - 16;
    assert!(size_of::<Agreed>() <= 112 + more, "{}", size_of::<Agreed>());
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
