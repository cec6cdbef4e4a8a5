//! Session descriptions as peers write them, and those that are refused.

use microsip_core::base::time::Duration;
use microsip_core::media::{Codec, CodecList};
use microsip_core::phone::CallState;
use microsip_tests::{Lab, Options, Peer, sdp};

fn peer(lab: &mut Lab) -> Peer {
    Peer::new(lab, "10.0.0.9:5060", 0)
}

/// A description of the peer's with another `o=` line, `c=` value and `m=` lines.
fn description(origin: &str, connection: &str, lines: &str) -> String {
    format!("v=0\r\no={origin}\r\ns=-\r\nc={connection}\r\nt=0 0\r\n{lines}")
}

const AUDIO: &str = "m=audio 40000 RTP/AVP 0\r\n";

fn invite(lab: &mut Lab, peer: &mut Peer, body: &str) -> (String, String) {
    let text = peer.request("INVITE", "", body);
    peer.send(lab, &text);
    let came = peer.wait(lab, "SIP/2.0 ");
    (text, came.text())
}

#[test]
fn white_space_behind_a_line_means_nothing() {
    for space in [" ", "\t", " \t "] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = peer(&mut lab);
        // every line has it, v= among them
        let spaced: String = peer.sdp().lines().map(|line| format!("{line}{space}\r\n")).collect();
        let (_, came) = invite(&mut lab, &mut peer, &spaced);
        assert!(came.starts_with("SIP/2.0 180"), "{came}");
        let (call, now) = (lab.ends[0].last_call(), lab.now);
        lab.ends[0].phone.answer(now, call, 200).unwrap();
        let ok = peer.wait(&mut lab, "SIP/2.0 200");
        peer.learn(&ok);
        peer.ack(&mut lab, "");
        for (says, answer, held) in
            [("sendonly", "recvonly", true), ("inactive", "inactive", true), ("sendrecv", "sendrecv", false)]
        {
            let body = sdp("10.0.0.9", 40_000, &format!("{says}{space}"));
            let text = peer.request("INVITE", "", &body);
            peer.send(&mut lab, &text);
            let ok = peer.wait(&mut lab, "SIP/2.0 200");
            assert!(ok.text().contains(&format!("a={answer}\r\n")), "{says}: {}", ok.text());
            peer.ack(&mut lab, "");
            lab.run_for(Duration::from_millis(50));
            assert_eq!(lab.ends[0].phone.call_info(call).unwrap().held, held);
        }
    }
}

#[test]
fn any_origin_is_taken() {
    for origin in
        [" 77 1 IN IP4 192.0.2.1", "- -1 1 IN IP4 192.0.2.1", "- 1 1", "x", "- 99999999999999999999999 x IN IP4 h"]
    {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = peer(&mut lab);
        let (_, came) = invite(&mut lab, &mut peer, &description(origin, "IN IP4 10.0.0.9", AUDIO));
        assert!(came.starts_with("SIP/2.0 180"), "{origin}: {came}");
        let (call, now) = (lab.ends[0].last_call(), lab.now);
        lab.ends[0].phone.answer(now, call, 200).unwrap();
        // ours has no user and an address
        assert!(peer.wait(&mut lab, "SIP/2.0 200").text().contains("\r\no=- "));
    }
}

#[test]
fn nobody_is_rung_for_an_offer_without_a_codec_of_ours() {
    for (codec, other) in [(Codec::Pcmu, "8"), (Codec::Pcma, "0")] {
        let mut lab = Lab::new(&[Options { codecs: CodecList::of(&[codec]), ..Options::default() }]);
        let mut peer = peer(&mut lab);
        let lines = AUDIO.replace("AVP 0", &format!("AVP {other}"));
        let (_, came) = invite(&mut lab, &mut peer, &description("- 1 1 IN IP4 h", "IN IP4 10.0.0.9", &lines));
        assert!(came.starts_with("SIP/2.0 488"), "{codec:?}: {came}");
        assert!(lab.ends[0].events.is_empty());
    }
}

#[test]
fn an_address_that_is_not_for_us_is_refused_with_its_warning() {
    // rfc3261#20.43: 300 another network, 301 another kind of address
    for (connection, warning) in [
        ("IN IP7 127.0.0.1", "301"),
        ("IN IP6 127.0.0.1", "301"),
        ("IN IP4 2001:db8::1", "301"),
        ("IN IP6 2001:db8::1", "301"),
        ("IN IP4 300.1.1.1", "301"),
        ("ATM NSAP 47.0091.8100", "300"),
        ("TN RFC2543 +358-400-1111111", "300"),
        ("IN IP4 255.255.255.255", "301"),
        ("IN IP4 127.255.255.255", "301"),
        ("IN IP4 240.0.0.1", "301"),
        ("IN IP4 224.2.1.1/127", "301"),
        ("IN IP4 0.0.0.1", "301"),
        ("IN IP6 ff02::1", "301"),
        ("IN IP6 ::ffff:255.255.255.255", "301"),
    ] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = peer(&mut lab);
        let (text, came) = invite(&mut lab, &mut peer, &description("- 1 1 IN IP4 h", connection, AUDIO));
        assert!(
            came.starts_with("SIP/2.0 488") && came.contains(&format!("Warning: {warning} ")),
            "{connection}: {came}"
        );
        let refusal = peer.all(&lab, "SIP/2.0 488").remove(0);
        peer.ack_refusal(&mut lab, &text, &refusal);
        assert!(lab.ends[0].events.is_empty());
        lab.assert_settled();
    }
}

#[test]
fn every_line_of_an_offer_has_its_answer() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = peer(&mut lab);
    let lines = "m=video 1 RTP/AVP 96 97\r\nm=image 2 udptl t38\r\nm=text 3 RTP/AVP 98\r\nm=audio 40000 RTP/AVP 0\r\nm=video 4 RTP/SAVPF 96\r\n\
                 m=message 5 TCP/MSRP *\r\nm=application 6 UDP/DTLS/SCTP webrtc-datachannel\r\nm=audio 7 RTP/AVP 0\r\nm=video 8 RTP/AVP 31\r\n";
    let (_, came) = invite(&mut lab, &mut peer, &description("- 1 1 IN IP4 h", "IN IP4 10.0.0.9", lines));
    assert!(came.starts_with("SIP/2.0 180"), "{came}");
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    let text = ok.text();
    let answered: Vec<&str> = text.lines().filter(|line| line.starts_with("m=")).collect();
    for (offered, answered) in lines.lines().map(str::trim).zip(&answered) {
        let (mut offered, mut answered) = (offered.split(' '), answered.split(' '));
        assert_eq!((offered.next(), offered.nth(1)), (answered.next(), answered.nth(1)));
    }
    let ports: Vec<&str> = answered.iter().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!(ports.len(), 9);
    assert!(ports.iter().enumerate().all(|(index, port)| (*port == "0") == (index != 3)), "{answered:?}");
}

#[test]
fn a_codec_may_stand_behind_many_others() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = peer(&mut lab);
    let many: String = (96..128).map(|number| format!(" {number}")).collect();
    let lines = format!("m=audio 40000 RTP/AVP{many} 0\r\n");
    let (_, came) = invite(&mut lab, &mut peer, &description("- 1 1 IN IP4 h", "IN IP4 10.0.0.9", &lines));
    assert!(came.starts_with("SIP/2.0 180"), "{came}");
}

#[test]
fn a_fax_is_refused_and_the_call_lives() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = peer(&mut lab);
    peer.call(&mut lab, 0);
    lab.run_for(Duration::from_millis(100));
    for lines in
        ["m=image 40002 udptl t38\r\na=T38FaxVersion:0\r\n", "m=audio 0 RTP/AVP 0\r\nm=image 40002 udptl t38\r\n"]
    {
        let text = peer.request("INVITE", "", &description("- 1 2 IN IP4 h", "IN IP4 10.0.0.9", lines));
        peer.send(&mut lab, &text);
        let refusal = peer.wait(&mut lab, "SIP/2.0 488");
        assert!(refusal.header("Warning").starts_with("304 "), "{}", refusal.text());
        peer.ack_refusal(&mut lab, &text, &refusal);
        let before = lab.media_sent[&"10.0.0.9:40000".parse().unwrap()];
        lab.run_for(Duration::from_millis(300));
        assert!(lab.media_sent[&"10.0.0.9:40000".parse().unwrap()] > before + 10, "the voice goes on");
        assert_eq!(lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap().state, CallState::Connected);
    }
}
