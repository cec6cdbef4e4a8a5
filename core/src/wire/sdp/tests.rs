use super::*;
use crate::base::{
    limits::{SDP_FORMATS, SDP_LINES, SDP_MEDIA},
    rng::Rng,
};
use std::{format, string::String, vec::Vec};

const OFFER: &[u8] = b"v=0\r\n\
o=alice 2890844526 2890844527 IN IP4 host.atlanta.example.com\r\n\
s=-\r\n\
c=IN IP4 192.0.2.10\r\n\
t=0 0\r\n\
a=sendonly\r\n\
a=group:BUNDLE 0 1\r\n\
m=audio 49170/2 RTP/AVP 0 8 97 101\r\n\
c=IN IP6 2001:db8::1\r\n\
a=rtpmap:0 PCMU/8000\r\n\
a=rtpmap:8 PCMA/8000/1\r\n\
a=rtpmap:97 opus/48000/2\r\n\
a=fmtp:97 useinbandfec=1; stereo=0\r\n\
a=rtpmap:101 telephone-event/8000\r\n\
a=fmtp:101 0-15\r\n\
a=ptime:20\r\n\
a=maxptime:60\r\n\
a=rtcp:53020 IN IP4 126.16.64.4\r\n\
a=rtcp-mux\r\n\
a=inactive\r\n\
m=video 51372 RTP/AVP 31\r\n\
a=rtpmap:31 H261/90000\r\n";

fn one(body: &str) -> Result<Session<'_>, SdpError> {
    Session::parse(body.as_bytes())
}

fn audio<'a>(body: &'a str) -> Media<'a> {
    one(body).unwrap().media().next().unwrap()
}

#[test]
fn a_description_is_read_into_its_fields() {
    let session = Session::parse(OFFER).unwrap();
    assert_eq!(
        session.origin(),
        Origin {
            user: b"alice",
            session_id: 2_890_844_526,
            version: 2_890_844_527,
            host: b"IN IP4 host.atlanta.example.com"
        }
    );
    assert_eq!(session.time, Some(&b"0 0"[..]));
    assert_eq!(session.connection(), Some(Address::Ip("192.0.2.10".parse().unwrap())));
    assert_eq!(session.direction(), Direction::SendOnly);
    assert_eq!(session.attributes().nth(1).unwrap(), Attribute { name: b"group", value: b"BUNDLE 0 1" });
    assert_eq!(session.attributes().count(), 2);
    assert_eq!(session.media_count(), 2);
    assert_eq!(session.media().count(), 2);

    let audio = session.media().next().unwrap();
    assert_eq!((audio.kind, audio.port, audio.ports, audio.proto), (&b"audio"[..], 49170, 2, &b"RTP/AVP"[..]));
    assert_eq!(audio.formats().collect::<Vec<_>>(), [&b"0"[..], b"8", b"97", b"101"]);
    assert_eq!(audio.payload_types().collect::<Vec<_>>(), [0, 8, 97, 101]);
    assert_eq!(audio.traits().connection, Some(Address::Ip("2001:db8::1".parse().unwrap())));
    assert_eq!(audio.direction(), Direction::Inactive);
    assert_eq!((audio.traits().ptime, audio.traits().max_ptime), (Some(20), Some(60)));
    assert_eq!(audio.rtpmap(0).unwrap(), RtpMap { name: b"PCMU", clock: 8000, channels: 1 });
    assert_eq!(audio.rtpmap(8).unwrap(), RtpMap { name: b"PCMA", clock: 8000, channels: 1 });
    assert_eq!(audio.rtpmap(97).unwrap(), RtpMap { name: b"opus", clock: 48000, channels: 2 });
    assert_eq!(audio.rtpmap(9), None);
    assert_eq!(audio.fmtp(97), Some(&b"useinbandfec=1; stereo=0"[..]));
    assert_eq!(audio.fmtp(101), Some(&b"0-15"[..]));
    assert_eq!(audio.fmtp(0), None);
    assert_eq!(
        audio.traits().rtcp,
        Some(Rtcp { port: 53020, address: Some(Address::Ip("126.16.64.4".parse().unwrap())) })
    );
    assert!(audio.traits().rtcp_mux);
    assert_eq!(audio.attribute(b"maxptime"), Some(&b"60"[..]));
    assert_eq!(audio.attribute(b"rtcp-mux"), Some(&b""[..]));
    assert_eq!(audio.attribute(b"crypto"), None);

    let video = session.media().nth(1).unwrap();
    assert_eq!((video.kind, video.port, video.ports), (&b"video"[..], 51372, 1));
    assert_eq!(video.traits().connection, session.connection());
    // rfc8866#6.7: the session's direction holds where a section has none.
    assert_eq!(video.direction(), Direction::SendOnly);
    assert_eq!((video.traits().rtcp, video.traits().rtcp_mux, video.traits().ptime), (None, false, None));
}

// rfc8866#5
#[test]
fn line_ends_may_be_bare_and_the_last_may_lack_one() {
    let bare: Vec<u8> = OFFER.iter().copied().filter(|byte| *byte != b'\r').collect();
    let session = Session::parse(&bare[..bare.len() - 1]).unwrap();
    assert_eq!(session.media_count(), 2);
    assert_eq!(session.media().nth(1).unwrap().rtpmap(31).unwrap().name, b"H261");
    let mut blank = OFFER.to_vec();
    blank.extend_from_slice(b"\r\n\r\n");
    assert_eq!(Session::parse(&blank).unwrap().media_count(), 2);
}

#[test]
fn addresses_of_every_kind_are_read() {
    let at = |c: &str| match audio(&format!("v=0\no=- 1 1 IN IP4 h\nm=audio 1 RTP/AVP 0\nc={c}\n"))
        .traits()
        .connection
        .unwrap()
    {
        Address::Ip(ip) => format!("{ip}"),
        Address::Name(name) => String::from_utf8(name.to_vec()).unwrap(),
        Address::OtherNetwork => "network".into(),
        Address::OtherKind => "kind".into(),
    };
    assert_eq!(at("IN IP4 0.0.0.0"), "0.0.0.0");
    assert_eq!(at("IN IP4 233.252.0.1/127/3"), "233.252.0.1");
    assert_eq!(at("IN IP6 ff00::db8:0:101/3"), "ff00::db8:0:101");
    assert_eq!(at("in ip4 192.0.2.1"), "192.0.2.1");
    assert_eq!(at("IN IP4 phone.example.com"), "phone.example.com");
    assert_eq!(at("IN IP6 Phone-1.my_net.example.com."), "Phone-1.my_net.example.com.");
    // texts that are no name, or not of their declared kind
    let long = format!("IN IP4 {}", "a.".repeat(126) + "b");
    assert_eq!(at(&long).len(), 253);
    for (value, what) in [
        ("IN IP4 1.2.3.400", "kind"),
        ("IN IP4 010.2.3.4", "kind"),
        ("IN IP4 a..b", "kind"),
        ("IN IP4 a b", "a"),
        ("IN IP4 a/b", "a"),
        ("IN IP4 user@host", "kind"),
        ("IN IP4 [2001:db8::1]", "kind"),
        ("IN IP4 2001:db8::1", "kind"),
        ("IN IP6 127.0.0.1", "kind"),
        ("IN IP7 127.0.0.1", "kind"),
        ("IN IP7 phone.example.com", "kind"),
        ("IN E164 host", "kind"),
        ("ATM NSAP 47.0091", "network"),
        ("TN RFC2543 +358-400-1111111", "network"),
    ] {
        assert_eq!(at(value), what, "{value}");
    }
    assert_eq!(at(&format!("IN IP4 {}.com", "a".repeat(64))), "kind");
    assert_eq!(at(&format!("{long}d")), "kind");
}

#[test]
fn what_is_wrong_is_said() {
    for (body, error) in [
        ("", SdpError::NoVersion),
        ("\r\n", SdpError::NoVersion),
        ("o=- 1 1 IN IP4 h\n", SdpError::NoVersion),
        ("v=1\no=- 1 1 IN IP4 h\n", SdpError::Version),
        ("v=0\ns=-\n", SdpError::NoOrigin),
        ("v=0\nm=audio 1 RTP/AVP 0\no=- 1 1 IN IP4 h\n", SdpError::NoOrigin),
        ("v=0\no=- 1 1 IN IP4 h\nc=IN IP4\n", SdpError::Connection),
        ("v=0\no=- 1 1 IN IP4 h\nm=audio 1 RTP/AVP 0\nc=IN\n", SdpError::Connection),
        ("v=0\no=- 1 1 IN IP4 h\nm=audio\n", SdpError::Media),
        ("v=0\no=- 1 1 IN IP4 h\nm=audio 65536 RTP/AVP 0\n", SdpError::Media),
        ("v=0\no=- 1 1 IN IP4 h\nm=audio -1 RTP/AVP 0\n", SdpError::Media),
        ("v=0\no=- 1 1 IN IP4 h\nm=audio 1/x RTP/AVP 0\n", SdpError::Media),
        ("v=0\no=- 1 1 IN IP4 h\nm=audio 1\n", SdpError::Media),
        ("v=0\no=- 1 1 IN IP4 h\nm=audio 1 RTP/AVP \u{e4}\n", SdpError::Media),
        ("v=0\no=- 1 1 IN IP4 h\nnonsense\n", SdpError::Line),
        ("v=0\no=- 1 1 IN IP4 h\nX=y\n", SdpError::Line),
        ("v=0\no=- 1 1 IN IP4 h\ns=a\0b\n", SdpError::Line),
        ("hello", SdpError::Line),
    ] {
        assert_eq!(one(body).map(|_| ()), Err(error), "{body:?}");
        assert!(!error.reason().is_empty());
    }
}

#[test]
fn what_is_lacking_but_harmless_is_borne() {
    // No s=, no t=, unknown letters, an m= line without formats, numbers beyond 64 bits, double spaces.
    let session = one("v=0\no=-  99999999999999999999999  1 IN IP4 h\nz=x\nm=audio  9  RTP/AVP\n").unwrap();
    assert_eq!(session.origin().session_id, u64::MAX);
    assert_eq!(session.time, None);
    assert_eq!(session.media().next().unwrap().formats().count(), 0);
    assert_eq!(session.media().next().unwrap().traits().connection, None);
    assert_eq!(one("v=0\no=- 1 1 IN IP4 h\n").unwrap().media_count(), 0);
}

#[test]
fn odd_attributes_are_passed_over() {
    let media = audio(
        "v=0\no=- 1 1 IN IP4 h\na=ptime:30\nm=audio 9 RTP/AVP 0 999 x 128 4294967296\na=ptime:0\na=maxptime:x\na=rtcp:99999\na=rtcp\na=\na=:\n\
         a=rtpmap:0\na=rtpmap:0 PCMU\na=rtpmap: 8 PCMA/8000\na=rtpmap:9 /8000\na=rtpmap:96 L16/44100/300\na=ptime:20.5\n",
    );
    assert_eq!((media.traits().ptime, media.traits().max_ptime, media.traits().rtcp), (Some(20), None, None));
    assert_eq!(media.payload_types().collect::<Vec<_>>(), [0]);
    assert_eq!(media.rtpmap(8).unwrap().name, b"PCMA");
    for payload_type in [0, 9, 96] {
        assert_eq!(media.rtpmap(payload_type), None);
    }
    // The session's packet time holds where a section has none.
    assert_eq!(audio("v=0\no=- 1 1 IN IP4 h\na=ptime:30\nm=audio 9 RTP/AVP 0\n").traits().ptime, Some(30));
}

#[test]
fn what_is_too_much_is_refused_or_passed_over() {
    let head = String::from("v=0\no=- 1 1 IN IP4 h\n");
    let lines = |count: usize| head.clone() + &"m=audio 9 RTP/AVP 0\n".repeat(count);
    assert_eq!(one(&lines(SDP_MEDIA)).unwrap().media().count(), SDP_MEDIA);
    assert_eq!(one(&lines(SDP_MEDIA + 1)).map(|_| ()), Err(SdpError::TooManyMedia));
    let attributes = |count: usize| head.clone() + "m=audio 9 RTP/AVP 0\n" + &"a=x\n".repeat(count);
    assert!(one(&attributes(SDP_LINES - 3)).is_ok());
    assert_eq!(one(&attributes(SDP_LINES - 2)).map(|_| ()), Err(SdpError::TooManyLines));
    let formats = format!("{head}m=audio 9 RTP/AVP{}\n", " 0".repeat(SDP_FORMATS * 2));
    assert_eq!(one(&formats).unwrap().media().next().unwrap().formats().count(), SDP_FORMATS);
}

#[test]
fn directions_mirror_and_meet() {
    use Direction::{Inactive, ReceiveOnly, SendOnly, SendReceive};
    for (direction, mirror) in
        [(SendReceive, SendReceive), (SendOnly, ReceiveOnly), (ReceiveOnly, SendOnly), (Inactive, Inactive)]
    {
        assert_eq!(direction.mirror(), mirror);
        assert_eq!(direction.and(SendReceive), direction);
        assert_eq!(direction.and(Inactive), Inactive);
        assert_eq!(Direction::of(direction.name().as_bytes()), Some(direction));
    }
    assert_eq!(SendOnly.and(ReceiveOnly), Inactive);
}

#[test]
fn mutated_descriptions_never_panic() {
    const SPICE: &[u8] = b"\r\n =:/am0v9\0\xff-";
    let mut rng = Rng::new(&[3; 32]);
    for _ in 0..20_000 {
        let mut body = OFFER.to_vec();
        for _ in 0..=rng.below(5) {
            if body.is_empty() {
                break;
            }
            let at = rng.below(body.len() as u32) as usize;
            let byte = SPICE[rng.below(SPICE.len() as u32) as usize];
            match rng.below(5) {
                0 => body.insert(at, byte),
                1 => body[at] = byte,
                2 => {
                    body.remove(at);
                }
                3 => body.truncate(at.max(1)),
                _ => {
                    let piece = body[at..].iter().copied().take(40).collect::<Vec<_>>();
                    body.splice(at..at, piece);
                }
            }
        }
        let Ok(session) = Session::parse(&body) else { continue };
        // A description that was judged once reads the same again.
        assert_eq!(session.media().count(), session.media_count());
        for media in session.media() {
            for payload_type in media.payload_types() {
                let _ = (media.rtpmap(payload_type), media.fmtp(payload_type));
            }
            assert!(!media.kind.is_empty() && !media.proto.is_empty());
            assert!(
                media
                    .attributes()
                    .all(|attribute| !attribute.name.contains(&b'\n') && !attribute.value.contains(&b'\n'))
            );
        }
    }
}

// rfc8866#5.2
#[test]
fn an_origin_is_read_as_far_as_it_goes() {
    let read = |line: &str| {
        let body = format!("v=0\r\n{line}\r\nm=audio 9 RTP/AVP 0\r\n");
        let origin = one(&body).unwrap().origin();
        (
            String::from_utf8(origin.user.to_vec()).unwrap(),
            origin.session_id,
            origin.version,
            String::from_utf8(origin.host.to_vec()).unwrap(),
        )
    };
    let is = |user: &str, id, version, host: &str| (user.into(), id, version, host.into());
    assert_eq!(read("o= 77 1 IN IP4 192.0.2.1"), is("", 77, 1, "IN IP4 192.0.2.1"));
    assert_eq!(read("o=- -1 1 IN IP4 192.0.2.1"), is("-", 0, 1, "IN IP4 192.0.2.1"));
    assert_eq!(read("o=- 1 1"), is("-", 1, 1, ""));
    assert_eq!(read("o=- 1.5 x IN IP4 h "), is("-", 1, 0, "IN IP4 h"));
    assert_eq!(read("o=me"), is("me", 0, 0, ""));
    assert_eq!(read("o="), is("", 0, 0, ""));
}

#[test]
fn white_space_at_the_end_of_a_line_means_nothing() {
    for space in [" ", "\t", "  \t ", "\r"] {
        let spaced: String =
            OFFER.split(|byte| *byte == b'\n').map(|line| String::from_utf8(line.to_vec()).unwrap()).fold(
                String::new(),
                |out, line| if line.is_empty() { out } else { out + line.trim_end() + space + "\r\n" },
            );
        let (plain, spaced) = (Session::parse(OFFER).unwrap(), Session::parse(spaced.as_bytes()).unwrap());
        assert_eq!(
            (plain.origin(), plain.time, plain.connection()),
            (spaced.origin(), spaced.time, spaced.connection())
        );
        assert_eq!(plain.direction(), spaced.direction());
        assert!(plain.attributes().eq(spaced.attributes()));
        for (plain, spaced) in plain.media().zip(spaced.media()) {
            assert_eq!(
                (plain.kind, plain.port, plain.ports, plain.proto),
                (spaced.kind, spaced.port, spaced.ports, spaced.proto)
            );
            assert!(
                plain.formats().eq(spaced.formats())
                    && plain.notes().eq(spaced.notes())
                    && plain.attributes().eq(spaced.attributes())
            );
            assert_eq!(plain.traits(), spaced.traits());
        }
    }
    // and a line of nothing else is none
    assert_eq!(one("v=0\r\no=- 1 1 IN IP4 h\r\n \t\r\nm=audio 9 RTP/AVP 0\r\n").unwrap().media_count(), 1);
}
