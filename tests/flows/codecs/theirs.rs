//! Formats of a far end that we have not, as stereo is, and packets of the length that it wants.

use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::media::Codec;
use microsip_core::phone::{CallText, Source};
use microsip_core::wire::rtp;
use microsip_tests::{Lab, Peer, Sip};

/// A description with these formats and lines.
fn formats(formats: &str, lines: &str) -> String {
    format!(
        "v=0\r\no=peer 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 40000 RTP/AVP {formats}\r\n{lines}"
    )
}

/// The lines of a description that begin so.
fn lines<'b>(body: &'b str, start: &str) -> Vec<&'b str> {
    body.lines().filter(|line| line.starts_with(start)).collect()
}

/// A peer offers this to a phone that has every codec, and has its answer.
fn offered(lab: &mut Lab, peer: &mut Peer, body: &str) -> Sip {
    let invite = peer.request("INVITE", "", body);
    peer.send(lab, &invite);
    lab.run_for(Duration::from_millis(50));
    let last = lab.ends[0].phone.calls().last();
    if let Some(call) = last {
        let now = lab.now;
        lab.ends[0].phone.set_source(call, Source::Silence).unwrap();
        lab.ends[0].phone.answer(now, call, 200).unwrap();
        let ok = peer.wait(lab, "SIP/2.0 200");
        peer.learn(&ok);
        peer.ack(lab, "");
        return ok;
    }
    let refusal = peer.wait(lab, "SIP/2.0 4");
    peer.ack_refusal(lab, &invite, &refusal);
    refusal
}

fn all(rate: u32) -> microsip_tests::Options {
    super::speaking(
        &[Codec::L16At44, Codec::L16At48, Codec::L16At16, Codec::L16At8, Codec::G722, Codec::Pcmu, Codec::Pcma],
        rate,
    )
}

// rfc3551#6: 10 is L16 in stereo, 11 in mono. Our sound is mono, and two channels read as one would be noise.
#[test]
fn stereo_is_passed_over() {
    for (offer, rtpmaps, answer, named) in [
        ("10 0", "", "0", "PCMU/8000"),
        ("10 11", "", "11", "L16/44100"),
        ("10 11 8", "a=rtpmap:10 L16/44100/2\r\na=rtpmap:11 L16/44100\r\n", "11", "L16/44100"),
        ("96 97", "a=rtpmap:96 L16/48000/2\r\na=rtpmap:97 L16/48000/1\r\n", "97", "L16/48000"),
        ("96 8", "a=rtpmap:96 L16/16000/2\r\n", "8", "PCMA/8000"),
        // the number is its own where a line says so
        ("11 0", "a=rtpmap:11 L16/44100/2\r\n", "0", "PCMU/8000"),
        ("10 8", "a=rtpmap:10 L16/44100/1\r\n", "10", "L16/44100"),
    ] {
        let mut lab = Lab::new(&[all(48_000)]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let ok = offered(&mut lab, &mut peer, &formats(offer, rtpmaps));
        assert_eq!(ok.status(), 200, "{offer}");
        let body = ok.body();
        let line = lines(&body, "m=audio ");
        assert_eq!(line[0].split("RTP/AVP ").nth(1).unwrap().split(' ').next(), Some(answer), "{offer}: {body}");
        assert!(!body.contains("/2\r\n"), "{body}");
        let call = lab.ends[0].last_call();
        let (mut room, wanted) = ([0; 32], named.as_bytes());
        let mut out = Cursor::new(&mut room);
        lab.ends[0].phone.call_text(call, CallText::Codec, &mut out).unwrap();
        assert_eq!(out.written(), wanted, "{offer}");
        // a packet of two channels is of no format that was agreed on
        let stereo: u8 = offer.split(' ').next().unwrap().parse().unwrap();
        if stereo.to_string() != answer {
            lab.run_for(Duration::from_millis(100));
            let port = lines(&body, "m=audio ")[0].split(' ').nth(1).unwrap().parse().unwrap();
            let from = std::net::SocketAddr::from(([10, 0, 0, 9], 40_000));
            let _ = lab.open_raw("10.0.0.9:40000");
            let to = std::net::SocketAddr::new(lab.ends[0].address.ip(), port);
            for at in 0..5u8 {
                let mut packet = vec![0x80, stereo, 0, at, 0, 0, at, 0, 1, 2, 3, 4];
                packet.extend([0x40; 640]);
                lab.send_raw(from, to, &packet);
                lab.run_for(Duration::from_millis(10));
            }
            let stats = lab.ends[0].phone.call_stats(lab.now, call).unwrap();
            assert_eq!((stats.unknown_type, stats.received_packets), (5, 0), "{offer}");
        }
        peer.be_hung_up(&mut lab, 0, call);
        lab.assert_settled();
    }
    // nothing else
    for rtpmaps in ["", "a=rtpmap:10 L16/44100/2\r\n"] {
        let mut lab = Lab::new(&[all(48_000)]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let refusal = offered(&mut lab, &mut peer, &formats("10", rtpmaps));
        assert_eq!(refusal.status(), 488);
        lab.assert_settled();
    }
}

// rfc8866#6.4: the far end says what it wants to get, and what it can take at most
#[test]
fn packets_are_as_long_as_the_far_end_says() {
    const USUAL: &[Codec] = &[Codec::Pcmu, Codec::Pcma, Codec::G722];
    const LARGE: &[Codec] = &[Codec::Pcmu, Codec::L16At8, Codec::L16At48];
    for (codecs, format, says, ms, bytes) in [
        (USUAL, "0", "", 20, 160),
        (USUAL, "0", "a=ptime:10\r\n", 10, 80),
        (USUAL, "0", "a=ptime:30\r\n", 30, 240),
        (USUAL, "8", "a=ptime:60\r\n", 60, 480),
        (USUAL, "8", "a=ptime:40\r\na=maxptime:30\r\n", 30, 240),
        (USUAL, "0", "a=maxptime:10\r\n", 10, 80),
        (USUAL, "0", "a=maxptime:25\r\n", 20, 160),
        (USUAL, "9", "a=ptime:30\r\n", 30, 240),
        (USUAL, "9", "a=maxptime:10\r\n", 10, 80),
        // 20 ms would be 1920 bytes, more than a packet of ours may have
        (LARGE, "118", "a=rtpmap:118 L16/48000\r\na=ptime:20\r\n", 10, 960),
        (LARGE, "115", "a=rtpmap:115 L16/8000\r\na=ptime:20\r\na=maxptime:10\r\n", 10, 160),
        // a wish, that stays within our own a=maxptime
        (LARGE, "0", "a=ptime:30\r\n", 20, 160),
    ] {
        let mut lab = Lab::new(&[super::speaking(codecs, 8000)]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let ok = offered(&mut lab, &mut peer, &formats(format, says));
        assert_eq!(ok.status(), 200, "{format} {says}");
        let media = lab.open_raw("10.0.0.9:40000");
        lab.run_for(Duration::from_millis(605));
        let came: Vec<_> = lab.raw[&media].iter().filter(|(_, _, bytes)| !rtp::is_rtcp(bytes)).cloned().collect();
        for (_, _, packet) in &came {
            assert_eq!(rtp::Packet::parse(packet).unwrap().payload.len(), bytes, "{format} {says}");
        }
        let expected = 600 / ms;
        assert!((expected - 1..=expected + 1).contains(&came.len()), "{format} {says}: {} packets", came.len());
        let call = lab.ends[0].last_call();
        peer.be_hung_up(&mut lab, 0, call);
        lab.assert_settled();
    }
}
