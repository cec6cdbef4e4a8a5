//! Requests that are large, or odd, and get a response all the same: at once with the fault, or in full.

use crate::digest::SDP;
use crate::strangers::asked;
use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Capacity};
use microsip_tests::{Lab, Options, Peer};
use std::net::SocketAddr;

const FROM: &str = "10.0.0.9:5060";

fn phone(message: u32) -> Lab {
    Lab::new(&[Options { capacity: Capacity::host(4, 2, message), ..Options::default() }])
}

/// An INVITE with so many Vias below its own, each so long, and further lines.
fn invite(nth: u32, vias: usize, host: usize, extra: &str, body: &str) -> String {
    let below: String = (0..vias)
        .map(|nth| format!("Via: SIP/2.0/UDP {}{nth}.example;branch=z9hG4bKp{nth}\r\n", "h".repeat(host)))
        .collect();
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!(
        "INVITE sip:bob@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {FROM};branch=z9hG4bKtop{nth};rport\r\n{below}Max-Forwards: 70\r\n\
         From: <sip:peer@{FROM}>;tag=f{nth}\r\nTo: <sip:bob@10.0.0.1>\r\nCall-ID: c{nth}\r\nCSeq: 1 INVITE\r\n\
         Contact: <sip:peer@{FROM}>\r\n{extra}{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn rang(lab: &Lab) -> bool {
    lab.ends[0].reached(CallState::Incoming)
}

fn last(lab: &Lab, start: &str) -> Option<String> {
    let at: SocketAddr = FROM.parse().unwrap();
    let mut texts = lab.raw[&at].iter().map(|(_, _, bytes)| String::from_utf8_lossy(bytes).into_owned());
    texts.rfind(|text| text.starts_with(start))
}

/// An INVITE of any size that fits rings and can be accepted, or is refused at once; and each response fits.
#[test]
fn an_invite_rings_and_can_be_accepted_or_is_refused_at_once() {
    const MESSAGE: usize = 4096;
    let lines = |count: usize| "a=x-pad:0123456789012345678901234567890123456789\r\n".repeat(count);
    let (mut accepted, mut ours, mut refused) = (0, 0, Vec::new());
    for nth in 0..600 {
        // from a plain one to those that are nothing but Vias
        let (vias, host, pad) = (nth % 50, nth / 50 * 5, (nth * 7) % 40 * (nth % 2));
        let body = format!("{SDP}{}", lines(pad));
        let text = invite(nth as u32, vias, host, "", &body);
        if text.len() > MESSAGE {
            continue;
        }
        let echoed = text.len() - body.len();
        let mut lab = phone(MESSAGE as u32);
        let status = asked(&mut lab, FROM, &text);
        assert_eq!(rang(&lab), status == Some(180), "{nth}: {status:?}");
        if status == Some(180) {
            accepted += 1;
            let (now, call) = (lab.now, lab.ends[0].last_call());
            lab.ends[0].phone.answer(now, call, 200).unwrap();
            lab.run_for(Duration::from_millis(10));
            let ok = last(&lab, "SIP/2.0 200").unwrap_or_else(|| panic!("{nth}: no 200 for {} bytes", text.len()));
            assert_eq!(ok.matches("Via: ").count(), vias + 1);
            assert!(ok.ends_with("\r\n") && ok.contains("m=audio"));
            ours = ours.max(ok.len() - echoed);
        } else {
            assert_eq!(status, Some(513), "{nth}: {} bytes", text.len());
            refused.push(echoed);
        }
        let longest = lab.raw[&FROM.parse().unwrap()].iter().map(|(_, _, bytes)| bytes.len()).max().unwrap();
        assert!(longest <= MESSAGE, "{nth}: {longest}");
    }
    assert!(accepted > 150 && refused.len() > 5, "{accepted} {}", refused.len());
    // a 200 would have been longer than a message: what it repeats and what we add, numbers with all their digits
    let fits = refused.iter().find(|echoed| *echoed + ours + 50 <= MESSAGE);
    assert_eq!(fits, None, "with {ours} bytes of ours it fits in {MESSAGE}");
}

/// rfc4475#3.1.1.7 has 34 of them.
#[test]
fn thirty_four_vias_are_echoed_in_order() {
    let mut lab = phone(4096);
    let text = invite(1, 33, 10, "", SDP);
    assert_eq!(asked(&mut lab, FROM, &text), Some(180));
    let ringing = last(&lab, "SIP/2.0 180").unwrap();
    let vias = |text: &str| {
        text.split("\r\n").filter(|line| line.starts_with("Via: ")).skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(vias(&ringing), vias(&text));
}

#[test]
fn an_invite_that_a_board_cannot_accept_is_refused_at_once_too() {
    for vias in 0..20 {
        let mut lab = Lab::new(&[Options { capacity: Capacity::metal(2, 1, 1500), ..Options::default() }]);
        let text = invite(1, vias, 20, "", SDP);
        let status = asked(&mut lab, FROM, &text);
        if text.len() > 1500 {
            break;
        }
        let (now, call) = (lab.now, lab.ends[0].last_call());
        if status == Some(180) {
            lab.ends[0].phone.answer(now, call, 200).unwrap();
            lab.run_for(Duration::from_millis(10));
            assert!(last(&lab, "SIP/2.0 200").is_some(), "{vias}");
        } else {
            assert_eq!((status, rang(&lab)), (Some(513), false), "{vias}");
        }
    }
}

#[test]
fn a_re_invite_that_cannot_be_accepted_gets_513_and_the_call_lives() {
    let mut lab = phone(2048);
    let mut peer = Peer::new(&mut lab, FROM, 0);
    peer.call(&mut lab, 0);
    let body = peer.sdp();
    let with = |pad: usize| format!("Via: SIP/2.0/UDP {}.example;branch=z9hG4bKx\r\n", "h".repeat(pad));
    let plain = peer.clone().request("INVITE", &with(0), &body).len();
    let text = peer.request("INVITE", &with(2047 - plain), &body);
    assert_eq!(text.len(), 2047);
    assert_eq!(asked(&mut lab, FROM, &text), Some(513));
    let info = lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap();
    assert_eq!(info.state, CallState::Connected);
    let text = peer.request("INVITE", "", &body);
    assert_eq!(asked(&mut lab, FROM, &text), Some(200));
}

/// The fields that a response repeats may stand behind the last one that is indexed.
#[test]
fn more_header_fields_than_are_indexed_get_400() {
    for (lines, status) in [(50, Some(180)), (57, Some(400)), (120, Some(400))] {
        let mut lab = phone(8192);
        let text = invite(1, 2, 3, "", SDP);
        let (first, rest) = text.split_once("Via: SIP/2.0/UDP hhh0").unwrap();
        let text = format!("{first}{}Via: SIP/2.0/UDP hhh0{rest}", "X-Pad: 1\r\n".repeat(lines));
        assert_eq!(asked(&mut lab, FROM, &text), status, "{lines}");
        assert_eq!(rang(&lab), status == Some(180));
        let response = lab.raw[&FROM.parse().unwrap()].last().unwrap().2.clone();
        let response = String::from_utf8(response).unwrap();
        for line in [
            "Via: SIP/2.0/UDP hhh0",
            "Via: SIP/2.0/UDP hhh1",
            "From: <sip:peer@",
            "To: <sip:bob@10.0.0.1>;tag=",
            "CSeq: 1 INVITE\r\n",
        ] {
            assert!(response.contains(line), "{line} is not in {response}");
        }
    }
}

/// rfc3261#20.1, #21.4.7
#[test]
fn an_invite_whose_sender_takes_no_session_description_gets_406() {
    for (accept, status) in [
        ("", 180),
        ("Accept: application/sdp\r\n", 180),
        ("Accept: Application/SDP;level=1\r\n", 180),
        ("Accept: */*\r\n", 180),
        ("Accept: application/*;q=0.2\r\n", 180),
        ("Accept: application/isup, application/sdp\r\n", 180),
        ("Accept: application/isup\r\nAccept: application/sdp\r\n", 180),
        ("Accept: */*;q=0, application/sdp\r\n", 180),
        ("Accept:\r\n", 406),
        ("Accept: application/isup\r\n", 406),
        ("Accept: text/*\r\n", 406),
        ("Accept: application/sdp;q=0\r\n", 406),
        ("Accept: application/sdp;q=0.000, */*\r\n", 406),
        ("Accept: application/*;q=0, */*\r\n", 406),
    ] {
        let mut lab = phone(2048);
        assert_eq!(asked(&mut lab, FROM, &invite(1, 0, 0, accept, SDP)), Some(status), "{accept}");
        // without a body it would have to take our offer
        assert_eq!(asked(&mut lab, FROM, &invite(2, 0, 0, accept, "")), Some(status), "{accept}");
    }
}

/// RFC 2543 wanted no Contact: requests go to the URI in From.
#[test]
fn an_invite_without_contact_is_taken_and_from_says_where_requests_go() {
    let mut lab = phone(2048);
    let mut peer = Peer::new(&mut lab, FROM, 0);
    peer.contact = String::new();
    peer.own = format!("<sip:old@{FROM}>");
    peer.call(&mut lab, 0);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.hangup(now, call).unwrap();
    let bye = peer.wait(&mut lab, "BYE");
    assert_eq!(bye.uri(), format!("sip:old@{FROM}"));
    // a re-INVITE without one leaves the target where it is
    let mut peer = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    peer.call(&mut lab, 0);
    peer.contact = String::new();
    let body = peer.sdp();
    let text = peer.request("INVITE", "", &body);
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 200");
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_millis(20));
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.hangup(now, call).unwrap();
    assert_eq!(peer.wait(&mut lab, "BYE").uri(), "sip:peer@10.0.0.8:5060");
    // a From that is no SIP URI leads nowhere
    let mut peer = Peer::new(&mut lab, "10.0.0.7:5060", 0);
    peer.contact = String::new();
    peer.own = "<tel:+4930>".to_owned();
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 400");
}
