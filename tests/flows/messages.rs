//! The messages that came for a call: which are kept, for how long, and how they are named.

use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::{CallId, CallText, CommandError, DialOptions, Which};
use microsip_core::wire::sip::Method;
use microsip_tests::{EventKind, Lab, Options, Peer};

fn header(lab: &Lab, call: CallId, which: Which, name: &str) -> Result<String, CommandError> {
    let mut room = [0u8; 1024];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.call_header(call, which, name, 0, &mut out)?;
    Ok(String::from_utf8(out.written().to_vec()).unwrap())
}

fn mark(lab: &Lab, call: CallId, which: Which) -> Result<String, CommandError> {
    header(lab, call, which, "X-Mark")
}

/// The peer calls with a mark, and is answered.
fn called(lab: &mut Lab, peer: &mut Peer, lines: &str) -> CallId {
    let body = peer.sdp();
    let invite = peer.request("INVITE", lines, &body);
    peer.send(lab, &invite);
    peer.wait(lab, "SIP/2.0 180");
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(lab, "SIP/2.0 200");
    peer.learn(&ok);
    peer.ack(lab, "");
    lab.run_for(Duration::from_millis(10));
    call
}

#[test]
fn each_message_of_a_call_that_came_in_can_be_read() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let call = called(&mut lab, &mut peer, "X-Mark: invite\r\n");
    let contact = format!("Contact: <{}>\r\n", peer.contact);
    let update = peer.request("UPDATE", &format!("{contact}X-Mark: update\r\n"), "");
    peer.send(&mut lab, &update);
    peer.wait(&mut lab, "SIP/2.0 200");
    let info = peer.request("INFO", "X-Mark: info\r\n", "");
    peer.send(&mut lab, &info);
    peer.wait(&mut lab, "SIP/2.0 200");
    let body = peer.sdp();
    let again = peer.request("INVITE", "X-Mark: again\r\n", &body);
    peer.send(&mut lab, &again);
    peer.wait(&mut lab, "SIP/2.0 200");
    let ack = peer.request("ACK", "X-Mark: ack\r\n", "");
    peer.send(&mut lab, &ack);
    lab.run_for(Duration::from_millis(10));
    lab.ends[0].fetch = false;
    let bye = peer.request("BYE", "X-Mark: bye\r\n", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    let marks = [
        (Which::First, "invite"),
        (Which::Request(Method::Update), "update"),
        (Which::Request(Method::Info), "info"),
        (Which::Request(Method::Invite), "again"),
        (Which::Request(Method::Ack), "ack"),
        (Which::Request(Method::Bye), "bye"),
        (Which::Last, "bye"),
        (Which::Nth(0), "invite"),
        (Which::Nth(2), "update"),
    ];
    for (which, expected) in marks {
        assert_eq!(mark(&lab, call, which).as_deref(), Ok(expected), "{which:?}");
    }
    assert_eq!(mark(&lab, call, Which::Request(Method::Cancel)), Err(CommandError::Nothing));
    assert_eq!(mark(&lab, call, Which::Nth(7)), Err(CommandError::Nothing));
    // a message without a name of a field is its first line
    assert!(header(&lab, call, Which::Request(Method::Info), "").unwrap().starts_with("INFO sip:"));
    lab.ends[0].fetch = true;
    lab.assert_settled();
}

#[test]
fn a_response_is_there_with_the_event_that_it_causes() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let now = lab.now;
    let id = lab.ends[0].phone.dial(now, Default::default(), "sip:bob@10.0.0.9", &DialOptions::default()).unwrap();
    lab.drain();
    let invite = peer.wait(&mut lab, "INVITE");
    for (status, body) in [(180, String::new()), (183, String::new()), (200, peer.sdp())] {
        peer.respond_with(&mut lab, &invite, status, &format!("X-Mark: {status}\r\n"), &body);
        lab.run_for(Duration::from_millis(10));
        let told = lab.ends[0].events.iter().rfind(|event| event.kind == EventKind::Call).unwrap();
        assert_eq!(told.sip_code, status, "{:?}", told.state);
        assert_eq!(mark(&lab, id, Which::Response(told.sip_code)).unwrap(), status.to_string());
    }
    assert_eq!(mark(&lab, id, Which::Response(180)).unwrap(), "180", "it is kept behind the others");
    peer.wait(&mut lab, "ACK");
    let bye = peer.be_hung_up(&mut lab, 0, id);
    assert!(bye.text().starts_with("BYE"));
    assert_eq!(mark(&lab, id, Which::First), Err(CommandError::Stale), "it is released");
}

fn text(lab: &Lab, call: CallId, which: CallText) -> Result<String, CommandError> {
    let mut room = [0u8; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.call_text(call, which, &mut out)?;
    Ok(String::from_utf8(out.written().to_vec()).unwrap())
}

/// The peer sends INFO with these lines.
fn inform(lab: &mut Lab, peer: &mut Peer, lines: &str) {
    let info = peer.request("INFO", lines, "");
    peer.send(lab, &info);
    peer.wait(lab, "SIP/2.0 200");
}

const WORDS: &str = "Reason: SIP;cause=200;text=\"Not the end\"\r\nWarning: 399 a.example \"Not of it\"\r\n";

#[test]
fn the_words_of_an_end_are_those_of_the_message_that_ended_it() {
    let mut lab = Lab::new(&[Options::default()]);
    lab.ends[0].keep = true;
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    // we hang up
    let call = called(&mut lab, &mut peer, "");
    inform(&mut lab, &mut peer, WORDS);
    assert_eq!(text(&lab, call, CallText::Reason).as_deref(), Ok("OK"), "of the call that is up");
    assert_eq!(text(&lab, call, CallText::Warning), Err(CommandError::Nothing));
    peer.be_hung_up(&mut lab, 0, call);
    lab.run_for(Duration::from_millis(10));
    assert_eq!(text(&lab, call, CallText::Reason).as_deref(), Ok("OK"));
    assert_eq!(text(&lab, call, CallText::Warning), Err(CommandError::Nothing));
    // they do, with words
    let mut peer = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    let call = called(&mut lab, &mut peer, "");
    inform(&mut lab, &mut peer, WORDS);
    let bye = peer.request("BYE", "Reason: Q.850;cause=16;text=\"Done\"\r\n", "");
    peer.send(&mut lab, &bye);
    lab.run_for(Duration::from_millis(10));
    assert_eq!(text(&lab, call, CallText::Reason).as_deref(), Ok("Done"));
}

#[test]
fn the_words_of_a_refused_offer_stay_behind_other_messages() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let call = called(&mut lab, &mut peer, "");
    let now = lab.now;
    lab.ends[0].phone.hold(now, call, true, 1).unwrap();
    let offer = peer.wait(&mut lab, "INVITE");
    let warning = "Warning: 399 pbx.example \"Nobody holds me\"\r\n";
    peer.respond_with(&mut lab, &offer, 488, warning, "");
    peer.wait(&mut lab, "ACK");
    inform(&mut lab, &mut peer, WORDS);
    assert_eq!(text(&lab, call, CallText::Reason).as_deref(), Ok("As Scripted"));
    assert_eq!(text(&lab, call, CallText::Warning).as_deref(), Ok("Nobody holds me"));
    peer.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

#[test]
fn the_oldest_but_the_first_gives_way() {
    let options = Options::default();
    let history = 600;
    let capacity = microsip_core::phone::Capacity { history, ..options.capacity };
    let mut lab = Lab::new(&[Options { capacity, ..options }]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let call = called(&mut lab, &mut peer, "X-Mark: first\r\n");
    for number in 0..20 {
        // of 600 bytes and more: one that does not fit is cut behind a field
        let long = "x".repeat(number * 40);
        let info = peer.request("INFO", &format!("X-Mark: {number}\r\nX-Long: {long}\r\n"), "");
        peer.send(&mut lab, &info);
        peer.wait(&mut lab, "SIP/2.0 200");
        assert_eq!(mark(&lab, call, Which::Last).unwrap(), number.to_string());
        assert_eq!(mark(&lab, call, Which::First).unwrap(), "first");
        let kept: Vec<_> = (1..20).map_while(|nth| header(&lab, call, Which::Nth(nth), "").ok()).collect();
        assert!(kept.len() >= 2.min(number + 1) && kept.len() <= 3 * history as usize / 200, "{kept:?}");
    }
    assert_eq!(header(&lab, call, Which::Last, "X-Long"), Err(CommandError::Nothing), "it was cut");
    let oldest = mark(&lab, call, Which::Nth(1)).unwrap().parse::<u32>().unwrap();
    assert!((14..18).contains(&oldest), "{oldest}");
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    lab.assert_settled();
}
