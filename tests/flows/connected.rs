//! Connected identity (RFC 4916, RFC 3325): the far end of a call becomes another, or gets a name.

use crate::server::anna;
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, CallId, CallText, DialOptions};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip};

/// A phone with an account, and its proxy, which has refused a call: so the phone knows where it is.
fn behind() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let now = lab.now;
    let config = AccountConfig { proxy: "sip:10.0.0.9", no_register: true, ..anna() };
    let account = lab.ends[0].phone.account_add(now, &config).unwrap();
    let proxy = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut first = proxy.clone();
    lab.ends[0].phone.dial(now, account, "nobody", &DialOptions::default()).unwrap();
    lab.drain();
    let invite = first.wait(&mut lab, "INVITE");
    first.respond(&mut lab, &invite, 404, "");
    first.wait(&mut lab, "ACK");
    (lab, proxy)
}

/// The phone dials by its account; the INVITE has come to the proxy.
fn dialled() -> (Lab, Peer, Sip) {
    let (mut lab, mut proxy) = behind();
    let (now, account) = (lab.now, lab.ends[0].phone.accounts().next().unwrap());
    lab.ends[0].phone.dial(now, account, "bob", &DialOptions::default()).unwrap();
    lab.drain();
    let invite = proxy.wait(&mut lab, "INVITE sip:bob@");
    (lab, proxy, invite)
}

fn text(lab: &Lab, call: CallId, which: CallText) -> String {
    let mut room = [0u8; 256];
    let mut out = Cursor::new(&mut room);
    match lab.ends[0].phone.call_text(call, which, &mut out) {
        Ok(()) => String::from_utf8(out.written().to_vec()).unwrap(),
        Err(error) => format!("{error:?}"),
    }
}

/// The name and the URI of the last call's far end, and the number of events about them.
fn shown(lab: &Lab) -> (String, String, usize) {
    let call = lab.ends[0].last_call();
    let told = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Identity);
    (text(lab, call, CallText::RemoteName), text(lab, call, CallText::RemoteUri), told.count())
}

fn is(name: &str, uri: &str, told: usize) -> (String, String, usize) {
    (name.into(), uri.into(), told)
}

fn hang_up(mut lab: Lab, mut peer: Peer) {
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    lab.assert_settled();
}

#[test]
fn responses_say_who_rings_and_who_answers() {
    let (mut lab, mut proxy, invite) = dialled();
    assert!(invite.lists("Supported", "from-change"), "{}", invite.text());
    assert_eq!(shown(&lab), is("Nothing", "sip:bob@example.org", 0));
    proxy.respond_with(&mut lab, &invite, 180, "P-Asserted-Identity: \"Bob B\" <sip:bob@example.org>\r\n", "");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(shown(&lab), is("Bob B", "sip:bob@example.org", 1));
    // the same again is no news
    proxy.respond_with(&mut lab, &invite, 180, "P-Asserted-Identity: \"Bob B\" <sip:bob@example.org>\r\n", "");
    lab.run_for(Duration::from_millis(10));
    assert_eq!(shown(&lab), is("Bob B", "sip:bob@example.org", 1));
    // a colleague takes it
    let body = proxy.sdp();
    let asserted = "Remote-Party-ID: \"Carol\" <sip:carol@example.org>;party=called;screen=yes\r\n";
    proxy.respond_with(&mut lab, &invite, 200, asserted, &body);
    let ack = proxy.wait(&mut lab, "ACK");
    assert_eq!(shown(&lab), is("Carol", "sip:carol@example.org", 2));
    let call = lab.ends[0].last_call();
    assert_eq!(text(&lab, call, CallText::AssertedUri), "sip:carol@example.org");
    // the dialog's own URI is another matter
    assert!(ack.header("To").starts_with("<sip:bob@example.org>"), "{}", ack.header("To"));
    let bye = proxy.be_hung_up(&mut lab, 0, call);
    assert!(bye.header("To").starts_with("<sip:bob@example.org>"), "{}", bye.header("To"));
}

#[test]
fn requests_of_the_own_proxy_change_the_far_end() {
    for method in ["UPDATE", "INVITE"] {
        let (mut lab, mut proxy) = behind();
        proxy.own = "\"Desk\" <sip:desk@example.org>".into();
        let ok = proxy.call_without_ack(&mut lab, 0);
        assert!(ok.lists("Supported", "from-change"), "{}", ok.text());
        proxy.ack(&mut lab, "");
        lab.run_for(Duration::from_millis(10));
        assert_eq!(shown(&lab), is("Desk", "sip:desk@example.org", 0));
        let change = |lab: &mut Lab, proxy: &mut Peer, lines: &str| {
            let contact = if method == "UPDATE" { format!("Contact: <{}>\r\n", proxy.contact) } else { String::new() };
            let body = if method == "INVITE" { proxy.sdp() } else { String::new() };
            let request = proxy.request(method, &format!("{contact}{lines}"), &body);
            proxy.send(lab, &request);
            proxy.wait(lab, "SIP/2.0 200");
            if method == "INVITE" {
                proxy.ack(lab, "");
            }
            lab.run_for(Duration::from_millis(10));
        };
        // the desk has put it through: the PBX says to whom, by a header
        change(&mut lab, &mut proxy, "P-Asserted-Identity: \"Lea\" <sip:lea@example.org>\r\n");
        assert_eq!(shown(&lab), is("Lea", "sip:lea@example.org", 1), "{method}");
        change(&mut lab, &mut proxy, "");
        assert_eq!(shown(&lab), is("Lea", "sip:lea@example.org", 1), "{method}: a refresh says nothing of it");
        // or by From (rfc4916#4.4.2), which is our To from then on
        proxy.own = "\"Max\" <sip:max@example.org>".into();
        change(&mut lab, &mut proxy, "");
        assert_eq!(shown(&lab), is("Max", "sip:max@example.org", 2), "{method}");
        let call = lab.ends[0].last_call();
        let bye = proxy.be_hung_up(&mut lab, 0, call);
        assert!(bye.header("To").starts_with("\"Max\" <sip:max@example.org>;tag="), "{}", bye.header("To"));
        assert_eq!(bye.to_tag(), proxy.tag);
    }
}

#[test]
fn a_refused_request_changes_nothing() {
    let (mut lab, mut proxy) = behind();
    proxy.own = "\"Desk\" <sip:desk@example.org>".into();
    proxy.call(&mut lab, 0);
    proxy.own = "\"Max\" <sip:max@example.org>".into();
    let body = "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nc=IN IP4 1.2.3.4\r\nt=0 0\r\nm=audio 9 RTP/AVP 97\r\na=rtpmap:97 speex/8000\r\n";
    let request = proxy.request("INVITE", "P-Asserted-Identity: \"Lea\" <sip:lea@example.org>\r\n", body);
    proxy.send(&mut lab, &request);
    let refusal = proxy.wait(&mut lab, "SIP/2.0 488");
    proxy.ack_refusal(&mut lab, &request, &refusal);
    lab.run_for(Duration::from_millis(10));
    assert_eq!(shown(&lab), is("Desk", "sip:desk@example.org", 0));
    hang_up(lab, proxy);
}

/// rfc3325#9.1
#[test]
fn nobody_but_the_own_proxy_is_believed() {
    // a direct call: the far end may name itself, and asserts nothing
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.7:5060", 0);
    peer.own = "<sip:peer@10.0.0.7>".into();
    peer.call(&mut lab, 0);
    let contact = format!("Contact: <{}>\r\n", peer.contact);
    let lines = format!("{contact}P-Asserted-Identity: \"Boss\" <sip:boss@example.org>\r\n");
    let update = peer.request("UPDATE", &lines, "");
    peer.send(&mut lab, &update);
    peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(shown(&lab), is("Nothing", "sip:peer@10.0.0.7", 0));
    peer.own = "Peer <sip:peer@10.0.0.7>".into();
    let update = peer.request("UPDATE", &contact, "");
    peer.send(&mut lab, &update);
    peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(shown(&lab), is("Peer", "sip:peer@10.0.0.7", 1));
    hang_up(lab, peer);
    // a call by an account: a request that comes past the proxy names nobody
    let (mut lab, mut proxy) = behind();
    proxy.own = "\"Desk\" <sip:desk@example.org>".into();
    proxy.call(&mut lab, 0);
    let mut stranger = proxy.clone();
    stranger.own = "\"Boss\" <sip:boss@example.org>".into();
    stranger.at = "10.0.0.66:5060".parse().unwrap();
    lab.raw.entry(stranger.at).or_default();
    let contact = format!("Contact: <{}>\r\n", proxy.contact);
    let update = stranger.request("UPDATE", &format!("{contact}P-Asserted-Identity: <sip:boss@example.org>\r\n"), "");
    stranger.send(&mut lab, &update);
    lab.run_for(Duration::from_millis(10));
    assert_eq!(shown(&lab), is("Desk", "sip:desk@example.org", 0));
    proxy.number += 1;
    hang_up(lab, proxy);
}

#[test]
fn a_redirected_call_forgets_who_rang_before() {
    let (mut lab, mut proxy, invite) = dialled();
    proxy.respond_with(&mut lab, &invite, 180, "P-Asserted-Identity: \"Bob\" <sip:bob@example.org>\r\n", "");
    proxy.respond_with(&mut lab, &invite, 302, "Contact: <sip:carol@example.org>\r\n", "");
    proxy.wait(&mut lab, "ACK");
    let invite = proxy.wait(&mut lab, "INVITE");
    assert_eq!(shown(&lab).0, "Nothing");
    let body = proxy.sdp();
    proxy.respond_with(&mut lab, &invite, 200, "P-Asserted-Identity: \"Carol\" <sip:carol@example.org>\r\n", &body);
    proxy.wait(&mut lab, "ACK");
    assert_eq!((shown(&lab).0, shown(&lab).1), ("Carol".into(), "sip:carol@example.org".into()));
}

#[test]
fn an_identity_that_finds_no_room_is_not_shown() {
    let (mut lab, mut proxy, invite) = dialled();
    let long = "x".repeat(1600);
    proxy.respond_with(&mut lab, &invite, 180, &format!("P-Asserted-Identity: <sip:{long}@example.org>\r\n"), "");
    let body = proxy.sdp();
    proxy.respond_with(&mut lab, &invite, 200, "", &body);
    proxy.wait(&mut lab, "ACK");
    assert_eq!(shown(&lab), is("Nothing", "sip:bob@example.org", 0));
    let call = lab.ends[0].last_call();
    proxy.be_hung_up(&mut lab, 0, call);
}

#[test]
fn each_branch_of_a_fork_has_its_own_identity() {
    for (winner, expected) in
        [("left", is("Bob", "sip:bob@example.org", 1)), ("right", is("Carol", "sip:carol@example.org", 2))]
    {
        let (mut lab, mut proxy, invite) = dialled();
        for (tag, asserted) in [("left", "Bob\" <sip:bob@"), ("right", "Carol\" <sip:carol@")] {
            proxy.tag = tag.into();
            let line = format!("P-Asserted-Identity: \"{asserted}example.org>\r\n");
            proxy.respond_with(&mut lab, &invite, 180, &line, "");
            lab.run_for(Duration::from_millis(10));
            assert_eq!(shown(&lab), is("Bob", "sip:bob@example.org", 1), "{tag}");
        }
        proxy.tag = winner.into();
        let body = proxy.sdp();
        proxy.respond(&mut lab, &invite, 200, &body);
        proxy.wait(&mut lab, "ACK");
        lab.run_for(Duration::from_millis(10));
        assert_eq!(shown(&lab), expected, "{winner}");
        hang_up(lab, proxy);
    }
}
