//! Quoted strings where the grammar has none, as peers write them.

use microsip_core::base::cursor::Cursor;
use microsip_core::phone::{CallText, Cause};
use microsip_tests::{Lab, Options, Peer};

#[test]
fn a_quoted_parameter_in_a_contact_is_read_and_repeated() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.contact = "sip:peer@10.0.0.9:5060;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-aabbccddeeff>\";ob".into();
    peer.own = "\"\"unknown\"\" <sip:peer@10.0.0.9>".into();
    peer.call(&mut lab, 0);
    let call = lab.ends[0].last_call();
    let mut room = [0; 100];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.call_text(call, CallText::RemoteName, &mut out).unwrap();
    assert_eq!(out.written(), b"unknown");
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    let bye = peer.wait(&mut lab, "BYE");
    assert_eq!(bye.uri(), peer.contact);
    assert!(bye.header("To").starts_with(&peer.own), "{}", bye.text());
    peer.respond(&mut lab, &bye, 200, "");
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal);
    lab.assert_settled();
}

#[test]
fn routes_with_quoted_parameters_are_taken_whole() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.record_routes = vec!["<sip:10.0.0.9:5060;lr;x=\"<1>,<2>\">, <sip:p2.example.com;lr>".into()];
    peer.be_called(&mut lab, 0);
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_for(microsip_core::base::time::Duration::from_millis(10));
    let bye = lab.sent.iter().rev().find(|sent| sent.text.starts_with("BYE")).unwrap();
    assert!(
        bye.text.contains("Route: <sip:p2.example.com;lr>,<sip:10.0.0.9:5060;lr;x=\"<1>,<2>\">\r\n"),
        "{}",
        bye.text
    );
}

#[test]
fn a_contact_that_cannot_stand_in_a_request_line_is_refused() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.contact = "sip:peer@10.0.0.9;x=\"a b\"".into();
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 400");
}

#[test]
fn a_name_over_two_lines_is_one_in_the_ack_of_a_refusal() {
    // rfc3261#7.3.1: its second line is no header of its own
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.own = "\"a\r\n b\" <sip:peer@10.0.0.9>".into();
    peer.call(&mut lab, 0);
    let now = lab.now;
    lab.ends[0].move_to(now, Some((1, "10.0.0.31:5060".parse().unwrap())));
    lab.drain();
    let invite = peer.wait(&mut lab, "INVITE");
    let text = invite.text();
    let echo = text.split_once("\r\n").unwrap().1.split("Contact:").next().unwrap();
    let refusal = format!("SIP/2.0 488 Not Here\r\n{echo}Content-Length: 0\r\n\r\n");
    lab.send_raw(peer.at, invite.from, refusal.as_bytes());
    let ack = peer.wait(&mut lab, "ACK").text();
    let to = |text: &str| text.split("\r\nTo: ").nth(1).unwrap().split("\r\nCall-ID").next().unwrap().to_owned();
    assert_eq!(to(&ack), to(&text));
}
