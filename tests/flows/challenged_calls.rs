//! rfc3261#22.2: an INVITE that is challenged is sent anew, whatever happened before, even with the fewest slots.

use microsip_core::phone::{
    AccountConfig, CallState, Cause, DialOptions, EventKind, Flow, MediaTimeout, Source, Taken, WhenLost,
};
use microsip_tests::{Lab, Options, Peer, Sip};

pub(crate) const CHALLENGE: &str = "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n1\", qop=\"auth\"\r\n";
const HEADERS: &str = "Subject: door\r\nX-Floor: 3\r\n";

/// All but what a new transaction with credentials changes (rfc3261#22.2).
fn rest(request: &Sip) -> Vec<String> {
    let changes = ["Via:", "CSeq:", "Proxy-Authorization:"];
    let text = request.text();
    let kept = text.split("\r\n").filter(|line| !changes.iter().any(|name| line.starts_with(name)));
    kept.map(str::to_owned).collect()
}

/// A phone with this many slots of a request and of a dialog.
fn slots(requests: u32, dialogs: u32) -> Options {
    let mut options = Options::default();
    options.capacity.requests = requests;
    options.capacity.dialogs = dialogs;
    options.media_timeout = MediaTimeout { seconds: 20, lost: WhenLost::Inherit };
    options
}

/// A call by an account, whose server is the peer.
fn dialled(options: Options) -> (Lab, Peer) {
    let mut lab = Lab::new(&[options]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.names.insert("example.org".into(), vec![peer.at]);
    let config = AccountConfig {
        uri: "sip:anna@example.org",
        password: "secret",
        realms: "example.org",
        no_register: true,
        ..AccountConfig::default()
    };
    let now = lab.now;
    let account = lab.ends[0].phone.account_add(now, &config).unwrap();
    let options = DialOptions { source: Source::Silence, headers: HEADERS, ..DialOptions::default() };
    lab.ends[0].phone.dial(now, account, "bob", &options).unwrap();
    lab.drain();
    (lab, peer)
}

/// Such a call that is up, with this route.
pub(crate) fn answered(options: Options, route: &str) -> (Lab, Peer) {
    let (mut lab, mut peer) = dialled(options);
    let invite = peer.wait(&mut lab, "INVITE");
    peer.record_routes = vec![route.to_owned()];
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 200, &body);
    peer.wait(&mut lab, "ACK");
    (lab, peer)
}

/// The peer hangs up, and no slot stays in use.
#[track_caller]
fn finish(mut lab: Lab, mut peer: Peer) {
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    lab.assert_settled();
}

#[test]
fn with_one_request_slot_the_refusal_is_acknowledged_all_the_same() {
    let (mut lab, mut peer) = dialled(slots(1, 1));
    let first = peer.wait(&mut lab, "INVITE");
    peer.respond_with(&mut lab, &first, 407, CHALLENGE, "");
    let ack = peer.wait(&mut lab, "ACK");
    assert_eq!((ack.branch(), ack.number()), (first.branch(), first.number()));
    let second = peer.wait(&mut lab, "INVITE");
    assert_eq!(second.number(), first.number() + 1);
    assert!(second.header("Proxy-Authorization").contains("nonce=\"n1\""));
    // its description and the application's lines too: the session is the same one
    assert_eq!(rest(&second), rest(&first));
    assert!(second.text().contains(HEADERS) && second.body().contains("\r\no=- "), "{}", second.text());
    let body = peer.sdp();
    peer.respond(&mut lab, &second, 200, &body);
    peer.wait(&mut lab, "ACK");
    assert!(lab.ends[0].reached(CallState::Connected));
    finish(lab, peer);
}

#[test]
fn an_early_dialog_before_the_challenge_leaves_no_trace() {
    let (mut lab, mut peer) = dialled(slots(4, 4));
    let first = peer.wait(&mut lab, "INVITE");
    peer.record_routes = vec!["<sip:192.0.2.1;lr>".into()];
    let body = peer.sdp();
    peer.respond(&mut lab, &first, 183, &body);
    peer.tag = "another".into();
    peer.respond(&mut lab, &first, 183, &body);
    peer.respond_with(&mut lab, &first, 407, CHALLENGE, "");
    let ack = peer.wait(&mut lab, "ACK");
    assert_eq!((ack.uri(), ack.headers("Route")), (first.uri(), first.headers("Route")));
    let second = peer.wait(&mut lab, "INVITE");
    assert_eq!(
        (second.uri(), second.to_tag(), second.headers("Route")),
        (first.uri(), String::new(), first.headers("Route"))
    );
    assert_eq!(lab.ends[0].phone.in_use().dialogs, 1);
    peer.record_routes.clear();
    peer.respond(&mut lab, &second, 200, &body);
    let ack = peer.wait(&mut lab, "ACK");
    assert_eq!((ack.uri(), ack.number(), ack.to_tag()), (peer.contact.clone(), second.number(), peer.tag.clone()));
    finish(lab, peer);
}

#[test]
fn a_challenged_bye_needs_no_second_slot() {
    let (mut lab, mut peer) = answered(slots(1, 1), "<sip:10.0.0.9;lr>");
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.hangup(now, call).unwrap();
    let bye = peer.wait(&mut lab, "BYE");
    peer.respond_with(&mut lab, &bye, 407, CHALLENGE, "");
    let again = peer.wait(&mut lab, "BYE");
    assert_eq!(again.number(), bye.number() + 1);
    assert!(again.header("Proxy-Authorization").contains("nonce=\"n1\""));
    peer.respond(&mut lab, &again, 200, "");
    lab.assert_settled();
}

#[test]
fn a_challenged_bye_keeps_its_reason() {
    let (mut lab, mut peer) = answered(slots(1, 1), "<sip:10.0.0.9;lr>");
    lab.audio = false;
    lab.run_until("the end", |lab| lab.ends[0].ended().is_some());
    let bye = peer.wait(&mut lab, "BYE");
    assert_eq!(bye.headers("Reason"), ["Q.850;cause=102;text=\"No media\""]);
    peer.respond_with(&mut lab, &bye, 407, CHALLENGE, "");
    let again = peer.wait(&mut lab, "BYE");
    assert_eq!((again.number(), rest(&again)), (bye.number() + 1, rest(&bye)));
    peer.respond(&mut lab, &again, 200, "");
    lab.assert_settled();
}

#[test]
fn a_removed_account_goes_once_the_event_of_its_challenge_is_fetched() {
    let (mut lab, mut peer) = dialled(slots(4, 4));
    let first = peer.wait(&mut lab, "INVITE");
    let foreign = CHALLENGE.replace("example.org", "elsewhere.example");
    let text = peer.response_text(&first, 407, &foreign, "");
    let (now, flow) = (lab.now, Flow::Udp { socket: 0, remote: peer.at });
    let phone = &mut lab.ends[0].phone;
    let account = phone.accounts().next().unwrap();
    assert_eq!(phone.handle_sip(now, flow, text.as_bytes()), Taken::Bytes(text.len()));
    phone.account_remove(now, account).unwrap();
    assert!(phone.account_info(account).is_ok(), "the event of its challenge is not fetched yet");
    let mut challenges = 0;
    while let Some(event) = phone.poll_event() {
        challenges += usize::from(event.kind == EventKind::Challenge(Cause::Realm));
    }
    assert_eq!(challenges, 1);
    assert!(phone.account_info(account).is_err(), "it is gone, and its slot is free");
}
