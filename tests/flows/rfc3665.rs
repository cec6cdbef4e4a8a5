//! The flows of RFC 3665 section 3, each by its number: every message with its sender and receiver, in order, on the
//! legs that a user agent sees.
//!
//! Proxies are scripted peers at addresses of their own. Their messages to each other are left out, for no user agent
//! sees them. Where the RFC's Alice does what we do not (an INVITE without a description), the comment says so.

use crate::digest::{SDP, dial};
use crate::server::{Seen, Server, account, anna, pass};
use core::cell::RefCell;
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, AccountId, CallState, Cause};
use microsip_tests::{Lab, Options, Peer, sdp};
use std::rc::Rc;

const ALICE: &str = "10.0.0.1";
const BOB: &str = "10.0.0.2";
const PROXY_1: &str = "10.0.0.11:5060";
const PROXY_2: &str = "10.0.0.12:5060";

/// Every SIP message from now on, as `sender > receiver: message`.
pub(crate) type Log = Rc<RefCell<Vec<String>>>;

/// Writes down every message. An address without a name is called by its last number.
pub(crate) fn watch(lab: &mut Lab, names: &'static [(&'static str, &'static str)]) -> Log {
    let log = Log::default();
    let written = Rc::clone(&log);
    let name = move |ip: String| {
        let known = names.iter().find(|(address, _)| address.split(':').next() == Some(&ip));
        known.map_or_else(|| ip.rsplit('.').next().unwrap().to_owned(), |(_, name)| (*name).to_owned())
    };
    lab.filter = Some(Box::new(move |packet| {
        let text = String::from_utf8_lossy(&packet.bytes);
        let mut words = text.split(' ');
        let what = match (words.next(), words.next()) {
            (Some("SIP/2.0"), Some(status)) => status,
            (Some(method), Some(_)) if text.contains(" SIP/2.0\r\n") => method,
            _ => return true, // media, a keepalive
        };
        let (from, to) = (name(packet.from.ip().to_string()), name(packet.to.ip().to_string()));
        written.borrow_mut().push(format!("{from} > {to}: {what}"));
        true
    }));
    log
}

/// The messages of a leg: `>` from its first end, `<` to it.
pub(crate) fn leg(ends: (&str, &str), messages: &[&str]) -> Vec<String> {
    let line = |message: &&str| match message.split_once(' ') {
        Some((">", what)) => format!("{} > {}: {what}", ends.0, ends.1),
        Some((_, what)) => format!("{} > {}: {what}", ends.1, ends.0),
        None => panic!("{message}"),
    };
    messages.iter().map(line).collect()
}

/// Two phones that call each other without a proxy; the first rings at the second.
fn ringing() -> (Lab, Log) {
    let mut lab = Lab::pair();
    let log = watch(&mut lab, &[(ALICE, "alice"), (BOB, "bob")]);
    lab.dial(0, "sip:bob@10.0.0.2");
    lab.run_until("it rings", |lab| lab.ends[0].reached(CallState::Early));
    (lab, log)
}

#[test]
fn successful_session_establishment() {
    // rfc3665#3.1
    let (mut lab, log) = ringing();
    let (call, now) = (lab.ends[1].last_call(), lab.now);
    lab.ends[1].phone.answer(now, call, 200).unwrap();
    lab.run_for(Duration::from_secs(1));
    let (call, now) = (lab.ends[1].last_call(), lab.now);
    lab.ends[1].phone.hangup(now, call).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(*log.borrow(), leg(("alice", "bob"), &["> INVITE", "< 180", "< 200", "> ACK", "< BYE", "> 200"]));
}

const VIA_PROXY: &[(&str, &str)] = &[(ALICE, "alice"), (PROXY_1, "proxy 1"), (PROXY_2, "proxy 2")];

/// The line that a proxy between Alice and Bob writes into the INVITE's success.
const FAR: &str =
    "Contact: <sip:bob@192.0.2.201>\r\nRecord-Route: <sip:ss2.biloxi.example.com;lr>, <sip:10.0.0.11;lr>\r\n";

fn proxy_asks(realm: &str) -> String {
    format!("Proxy-Authenticate: Digest realm=\"{realm}\", nonce=\"{realm}-1\", qop=\"auth\"\r\n")
}

/// A request has credentials for this realm, among others perhaps.
fn has_credentials(seen: &Seen, realm: &str) -> bool {
    let lines = seen.text.split("\r\n").filter(|line| line.starts_with("Proxy-Authorization: Digest"));
    lines.filter(|line| line.contains(&format!("realm=\"{realm}\""))).count() == 1
}

/// Alice, whose outbound proxy is proxy 1 or what the name stands for; she is not registered.
fn alice(proxy: &'static str) -> (Lab, AccountId, Log) {
    let (mut lab, account) = account(&[], AccountConfig { proxy, no_register: true, ..anna() });
    lab.names.insert("ss.example.org".into(), vec![PROXY_1.parse().unwrap(), PROXY_2.parse().unwrap()]);
    let log = watch(&mut lab, VIA_PROXY);
    (lab, account, log)
}

/// A request of the far end in the dialog that this INVITE made, through the proxy.
fn from_bob(lab: &mut Lab, proxy: &Server, invite: &Seen, method: &str) {
    let text = format!(
        "{method} {} SIP/2.0\r\nVia: SIP/2.0/UDP {};branch=z9hG4bKp1\r\nVia: SIP/2.0/UDP 10.0.0.12;branch=z9hG4bKp2\r\nVia: SIP/2.0/UDP 192.0.2.201;branch=z9hG4bKb\r\n\
        Max-Forwards: 68\r\nFrom: {};tag=far\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: 1 {method}\r\nContent-Length: 0\r\n\r\n",
        invite.header("Contact").unwrap().trim_matches(['<', '>']),
        proxy.address,
        invite.header("To").unwrap(),
        invite.header("From").unwrap(),
        invite.header("Call-ID").unwrap(),
    );
    lab.send_raw(proxy.address, lab.ends[0].address, text.as_bytes());
}

/// The proxy challenges, rings and answers.
fn through() -> impl FnMut(&Seen, usize) -> Vec<Vec<u8>> {
    |seen, _| match seen.start() {
        "INVITE" if !has_credentials(seen, "example.org") => vec![seen.response(407, &proxy_asks("example.org"))],
        "INVITE" => vec![seen.response(100, ""), seen.response(180, FAR), seen.response_with(200, FAR, SDP)],
        _ => vec![],
    }
}

#[test]
fn session_establishment_through_two_proxies() {
    // rfc3665#3.2, Alice's leg
    let (mut lab, account, log) = alice("sip:10.0.0.11");
    let mut proxy = Server::new(&mut lab, PROXY_1, through());
    dial(&mut lab, account, "sip:bob@biloxi.example.com");
    pass(&mut lab, &mut proxy, 1);
    let invite = proxy.last("INVITE").clone();
    from_bob(&mut lab, &proxy, &invite, "BYE");
    pass(&mut lab, &mut proxy, 1);
    let said = ["> INVITE", "< 407", "> ACK", "> INVITE", "< 100", "< 180", "< 200", "> ACK", "< BYE", "> 200"];
    assert_eq!(*log.borrow(), leg(("alice", "proxy 1"), &said));
    // F1 and F4 go by the route that is known beforehand, F15 by those that were recorded, backwards
    assert!(proxy.all("INVITE").iter().all(|invite| invite.header("Route") == Some("<sip:10.0.0.11;lr>")));
    let ack = proxy.last("ACK");
    assert_eq!(ack.uri(), "sip:bob@192.0.2.201");
    assert_eq!(ack.header("Route").unwrap().replace(' ', ""), "<sip:10.0.0.11;lr>,<sip:ss2.biloxi.example.com;lr>");
    // F21 goes back by all the Vias of the BYE
    assert_eq!(proxy.last("200").text.matches("\r\nVia: ").count(), 3);
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal);
}

#[test]
fn session_establishment_through_two_proxies_at_the_called_side() {
    // rfc3665#3.2, Bob's leg
    let mut lab = Lab::new(&[Options::default()]);
    let log = watch(&mut lab, &[(ALICE, "bob"), (PROXY_2, "proxy 2")]);
    let mut proxy = Peer::new(&mut lab, PROXY_2, 0);
    proxy.record_routes = vec!["<sip:10.0.0.12;lr>".into(), "<sip:ss1.atlanta.example.com;lr>".into()];
    proxy.contact = "sip:alice@client.atlanta.example.com".into();
    let vias = "SIP/2.0/UDP 10.0.0.12;branch=z9hG4bKp2\r\nVia: SIP/2.0/UDP 10.0.0.11;branch=z9hG4bKp1;received=192.0.2.111\r\nVia: SIP/2.0/UDP 192.0.2.101;branch=z9hG4bKa";
    let body = proxy.sdp();
    proxy.number = 1;
    let invite = proxy.request_with("INVITE", vias, "", &body);
    proxy.send(&mut lab, &invite);
    let rings = proxy.wait(&mut lab, "SIP/2.0 180");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = proxy.wait(&mut lab, "SIP/2.0 200");
    for response in [&rings, &ok] {
        assert_eq!(response.headers("Via").len(), 3);
        assert_eq!(response.headers("Record-Route").join(",").replace(' ', ""), proxy.record_routes.join(","));
    }
    proxy.learn(&ok);
    proxy.ack(&mut lab, "");
    lab.run_for(Duration::from_secs(1));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    let bye = proxy.wait(&mut lab, "BYE");
    assert_eq!(bye.uri(), "sip:alice@client.atlanta.example.com");
    assert_eq!(bye.headers("Route").join(",").replace(' ', ""), proxy.record_routes.join(","));
    proxy.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_secs(1));
    assert_eq!(*log.borrow(), leg(("proxy 2", "bob"), &["> INVITE", "< 180", "< 200", "> ACK", "< BYE", "> 200"]));
    lab.assert_settled();
}

#[test]
fn session_with_multiple_proxy_authentication() {
    // rfc3665#3.3. Our account has one password, so the second realm is one of its own domain.
    let (mut lab, account, log) = alice("sip:10.0.0.11");
    let mut proxy = Server::new(&mut lab, PROXY_1, |seen, _| match seen.start() {
        "INVITE" if !has_credentials(seen, "example.org") => vec![seen.response(407, &proxy_asks("example.org"))],
        "INVITE" if !has_credentials(seen, "edge.example.org") => {
            vec![seen.response(100, ""), seen.response(407, &proxy_asks("edge.example.org"))]
        }
        "INVITE" => vec![seen.response(100, ""), seen.response_with(200, FAR, SDP)],
        _ => vec![],
    });
    dial(&mut lab, account, "sip:bob@example.org");
    pass(&mut lab, &mut proxy, 1);
    let said =
        ["> INVITE", "< 407", "> ACK", "> INVITE", "< 100", "< 407", "> ACK", "> INVITE", "< 100", "< 200", "> ACK"];
    assert_eq!(*log.borrow(), leg(("alice", "proxy 1"), &said));
    // F11 and F19 answer both
    for message in [proxy.last("INVITE"), proxy.last("ACK")] {
        assert!(
            has_credentials(message, "example.org") && has_credentials(message, "edge.example.org"),
            "{}",
            message.text
        );
    }
}

#[test]
fn successful_session_with_proxy_failure() {
    // rfc3665#3.4. Ours does not wait for the end of timer B where another address is known: it moves on after 4 s of
    // silence.
    let (mut lab, account, log) = alice("sip:ss.example.org");
    lab.open_raw(PROXY_1);
    let mut second = Server::new(&mut lab, PROXY_2, |seen, _| match seen.start() {
        "INVITE" if !has_credentials(seen, "example.org") => vec![seen.response(407, &proxy_asks("example.org"))],
        "INVITE" => vec![
            seen.response(100, ""),
            seen.response(180, ""),
            seen.response_with(200, "Contact: <sip:bob@192.0.2.201>\r\nRecord-Route: <sip:10.0.0.12;lr>\r\n", SDP),
        ],
        _ => vec![],
    });
    dial(&mut lab, account, "sip:bob@biloxi.example.com");
    pass(&mut lab, &mut second, 6);
    let invite = second.last("INVITE").clone();
    from_bob(&mut lab, &second, &invite, "BYE");
    pass(&mut lab, &mut second, 1);
    let mut said = leg(("alice", "proxy 1"), &["> INVITE"; 4]);
    let there = ["> INVITE", "< 407", "> ACK", "> INVITE", "< 100", "< 180", "< 200", "> ACK", "< BYE", "> 200"];
    said.extend(leg(("alice", "proxy 2"), &there));
    assert_eq!(*log.borrow(), said);
}

#[test]
fn session_through_a_sip_alg() {
    // rfc3665#3.5: the gateway is the only one that Alice sees, for media too
    let (mut lab, account, log) = alice("sip:10.0.0.11");
    let mut gateway = Server::new(&mut lab, PROXY_1, |seen, _| match seen.start() {
        "INVITE" => {
            let contact = "Contact: <sip:bob@10.0.0.11>\r\nRecord-Route: <sip:10.0.0.11;lr>\r\n";
            vec![
                seen.response(100, ""),
                seen.response(180, contact),
                seen.response_with(200, contact, &SDP.replace("10.0.0.9", "10.0.0.11")),
            ]
        }
        "BYE" => vec![seen.response(200, "")],
        _ => vec![],
    });
    let call = dial(&mut lab, account, "sip:bob@biloxi.example.com");
    pass(&mut lab, &mut gateway, 1);
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    pass(&mut lab, &mut gateway, 1);
    let said = ["> INVITE", "< 100", "< 180", "< 200", "> ACK", "> BYE", "< 200"];
    assert_eq!(*log.borrow(), leg(("alice", "proxy 1"), &said));
    assert!(lab.media_sent[&"10.0.0.11:4000".parse().unwrap()] > 40);
}

#[test]
fn session_via_redirect_and_proxy_servers() {
    // rfc3665#3.6, Alice's legs. Our INVITE has a description always; the called side of this flow is the next test.
    let mut lab = Lab::new(&[Options::default()]);
    let log = watch(&mut lab, &[(ALICE, "alice"), (PROXY_1, "redirect"), (PROXY_2, "proxy 3")]);
    let mut redirect = Peer::new(&mut lab, PROXY_1, 0);
    let mut proxy = Peer::new(&mut lab, PROXY_2, 0);
    lab.dial(0, "sip:bob@10.0.0.11");
    let invite = redirect.wait(&mut lab, "INVITE");
    redirect.respond_with(&mut lab, &invite, 302, "Contact: <sip:bob@10.0.0.12>\r\n", "");
    redirect.wait(&mut lab, "ACK");
    let invite = proxy.wait(&mut lab, "INVITE");
    let body = proxy.sdp();
    for (status, body) in [(100, ""), (180, ""), (200, &body)] {
        proxy.respond(&mut lab, &invite, status, body);
    }
    proxy.wait(&mut lab, "ACK");
    let bye = proxy.request("BYE", "", "");
    proxy.send(&mut lab, &bye);
    proxy.wait(&mut lab, "SIP/2.0 200");
    let mut said = leg(("alice", "redirect"), &["> INVITE", "< 302", "> ACK"]);
    said.extend(leg(("alice", "proxy 3"), &["> INVITE", "< 100", "< 180", "< 200", "> ACK", "< BYE", "> 200"]));
    let mut seen = log.borrow().clone();
    // the ACK of the 302 and the next INVITE leave together
    seen.sort_by_key(|line| line.contains("proxy 3"));
    assert_eq!(seen, said);
    lab.assert_settled();
}

#[test]
fn session_with_sdp_in_ack() {
    // rfc3665#3.6, Bob's leg: the offer stands in the 200, the answer in the ACK
    let mut lab = Lab::new(&[Options::default()]);
    let log = watch(&mut lab, &[(ALICE, "bob"), (PROXY_2, "proxy 3")]);
    let mut proxy = Peer::new(&mut lab, PROXY_2, 0);
    let invite = proxy.request("INVITE", "", "");
    proxy.send(&mut lab, &invite);
    assert_eq!(proxy.wait(&mut lab, "SIP/2.0 180").body(), "");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = proxy.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.body().contains("m=audio"));
    proxy.learn(&ok);
    let body = proxy.sdp();
    proxy.ack(&mut lab, &body);
    lab.run_for(Duration::from_secs(1));
    assert!(lab.ends[0].phone.call_stats(lab.now, call).unwrap().sent_packets > 40);
    proxy.be_hung_up(&mut lab, 0, call);
    assert_eq!(*log.borrow(), leg(("proxy 3", "bob"), &["> INVITE", "< 180", "< 200", "> ACK", "< BYE", "> 200"]));
    lab.assert_settled();
}

#[test]
fn session_with_re_invite() {
    // rfc3665#3.7: the called side's address changes; the proxy of the beginning is not on the way any more
    let mut lab = Lab::new(&[Options::default()]);
    let log = watch(&mut lab, &[(ALICE, "alice"), (PROXY_2, "proxy 2"), ("10.0.0.21", "bob"), ("10.0.0.22", "bob")]);
    let mut proxy = Peer::new(&mut lab, PROXY_2, 0);
    proxy.contact = "sip:bob@10.0.0.21:5060".into();
    lab.dial(0, "sip:bob@10.0.0.12");
    let invite = proxy.wait(&mut lab, "INVITE");
    let body = sdp("192.0.2.201", 47_172, "");
    for (status, body) in [(100, ""), (180, ""), (200, &body)] {
        proxy.respond(&mut lab, &invite, status, body);
    }
    let mut bob = proxy.clone();
    bob.at = lab.open_raw("10.0.0.21:5060");
    lab.run_for(Duration::from_millis(10));
    bob.at = lab.open_raw("10.0.0.22:5060");
    bob.contact = "sip:bob@10.0.0.22:5060".into();
    let text = bob.request("INVITE", "", &sdp("192.0.2.202", 47_174, "").replace("o=peer 1 47174", "o=peer 1 47999"));
    bob.send(&mut lab, &text);
    lab.run_for(Duration::from_millis(10));
    bob.ack(&mut lab, "");
    lab.run_for(Duration::from_secs(1));
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_for(Duration::from_millis(10));
    let bye = lab.raw_texts(bob.at).pop().unwrap();
    assert!(bye.starts_with("BYE sip:bob@10.0.0.22:5060 "), "{bye}");
    let mut said = leg(("alice", "proxy 2"), &["> INVITE", "< 100", "< 180", "< 200"]);
    said.extend(leg(("alice", "bob"), &["> ACK", "< INVITE", "> 200", "< ACK", "> BYE"]));
    assert_eq!(*log.borrow(), said);
    assert!(lab.media_sent[&"192.0.2.202:47174".parse().unwrap()] > 40);
}

#[test]
fn unsuccessful_no_answer() {
    // rfc3665#3.8: at both ends
    let (mut lab, log) = ringing();
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(*log.borrow(), leg(("alice", "bob"), &["> INVITE", "< 180", "> CANCEL", "< 200", "< 487", "> ACK"]));
}

/// Alice's leg where the far end does not answer: the proxy's responses after 100, and Alice's requests after them.
fn unanswered(says: &'static [u16], hangs_up: bool) -> (Vec<String>, Cause, u16) {
    let (mut lab, account, log) = alice("sip:10.0.0.11");
    let mut invite = None;
    let mut proxy = Server::new(&mut lab, PROXY_1, move |seen, _| match seen.start() {
        "INVITE" => {
            invite = Some(seen.clone());
            core::iter::once(&100).chain(says).map(|status| seen.response(*status, "")).collect()
        }
        "CANCEL" => vec![seen.response(200, ""), invite.as_ref().unwrap().response(487, "")],
        _ => vec![],
    });
    let call = dial(&mut lab, account, "sip:bob@biloxi.example.com");
    pass(&mut lab, &mut proxy, 1);
    if hangs_up {
        let now = lab.now;
        lab.ends[0].phone.hangup(now, call).unwrap();
    }
    pass(&mut lab, &mut proxy, 1);
    let ended = *lab.ends[0].ended().unwrap();
    let said = log.borrow().clone();
    (said, ended.result, ended.sip_code)
}

#[test]
fn unsuccessful_calls_through_proxies() {
    let at = |said: &[&str]| leg(("alice", "proxy 1"), said);
    // rfc3665#3.8
    let said = at(&["> INVITE", "< 100", "< 180", "> CANCEL", "< 200", "< 487", "> ACK"]);
    assert_eq!(unanswered(&[180], true), (said, Cause::Normal, 487));
    // rfc3665#3.9
    assert_eq!(unanswered(&[486], false), (at(&["> INVITE", "< 100", "< 486", "> ACK"]), Cause::Refused, 486));
    // rfc3665#3.10: the proxy got no response
    assert_eq!(unanswered(&[480], false), (at(&["> INVITE", "< 100", "< 480", "> ACK"]), Cause::Refused, 480));
    // rfc3665#3.11: it rings, and is then unavailable
    assert_eq!(
        unanswered(&[180, 480], false),
        (at(&["> INVITE", "< 100", "< 180", "< 480", "> ACK"]), Cause::Refused, 480)
    );
}

#[test]
fn unsuccessful_busy_and_unavailable() {
    // rfc3665#3.9, #3.11: at both ends; ours rings before a person says busy
    for code in [486, 480] {
        let (mut lab, log) = ringing();
        let (call, now) = (lab.ends[1].last_call(), lab.now);
        lab.ends[1].phone.reject(now, call, code).unwrap();
        lab.run_for(Duration::from_secs(1));
        assert_eq!(*log.borrow(), leg(("alice", "bob"), &["> INVITE", "< 180", &format!("< {code}"), "> ACK"]));
    }
}

#[test]
fn unsuccessful_no_response() {
    // rfc3665#3.10: without a proxy Alice herself sends it seven times
    let mut lab = Lab::new(&[Options::default()]);
    let log = watch(&mut lab, &[(ALICE, "alice"), ("192.0.2.9", "bob")]);
    lab.dial(0, "sip:bob@192.0.2.9");
    lab.run_until("ended", |lab| lab.ends[0].ended().is_some());
    assert_eq!(*log.borrow(), leg(("alice", "bob"), &["> INVITE"; 7]));
}
