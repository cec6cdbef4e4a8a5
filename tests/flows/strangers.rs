//! An account's own hosts may send requests to it. Every other source is counted and gets nothing, not even a refusal.

use crate::digest::SDP;
use crate::server::{REGISTRAR, SECOND, Server, account, anna, pass, register, registered, state};
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, AccountId, AccountState, Capacity};
use microsip_tests::{EventKind, Lab, Options, ladder};
use std::net::SocketAddr;

/// An INVITE (or another method) from somewhere, for a user.
pub(crate) fn request(method: &str, from: SocketAddr, uri: &str, nth: u32) -> String {
    let body = if method == "INVITE" { SDP } else { "" };
    let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
    format!(
        "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bKx{nth};rport\r\nMax-Forwards: 70\r\n\
         From: <sip:mallory@{from}>;tag=m{nth}\r\nTo: <{uri}>\r\nCall-ID: c{nth}@{from}\r\nCSeq: 1 {method}\r\n\
         Contact: <sip:mallory@{from}>\r\n{kind}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Sends a request. Returns the status of its final or ringing response, if there is one.
pub(crate) fn asked(lab: &mut Lab, from: &str, request: &str) -> Option<u16> {
    let from = lab.open_raw(from);
    let to = lab.ends[0].address;
    let before = lab.raw[&from].len();
    lab.send_raw(from, to, request.as_bytes());
    lab.run_for(Duration::from_millis(20));
    let came = lab.raw[&from].iter().skip(before).map(|(_, _, bytes)| String::from_utf8_lossy(bytes));
    let same = |text: &str, name| crate::server::header(text, name) == crate::server::header(request, name);
    let response =
        came.into_iter().find(|text| text.starts_with("SIP/2.0") && same(text, "Call-ID") && same(text, "CSeq"))?;
    response.split(' ').nth(1).map(|status| status.parse().unwrap())
}

fn contact_of(server: &Server) -> String {
    server.seen[0].header("Contact").unwrap().trim_matches(['<', '>']).to_owned()
}

fn calls(lab: &Lab) -> usize {
    lab.ends[0].phone.calls().count()
}

#[test]
fn the_registrars_address_may_call_whatever_its_port() {
    let (mut lab, account, server) = registered();
    for (nth, from) in ["10.0.0.9:5060", "10.0.0.9:40000"].into_iter().enumerate() {
        let text = request("INVITE", from.parse().unwrap(), &contact_of(&server), nth as u32);
        assert_eq!(asked(&mut lab, from, &text), Some(180));
        let call = lab.ends[0].last_call();
        assert_eq!(lab.ends[0].phone.call_info(call).unwrap().account, account);
    }
    assert_eq!(lab.ends[0].phone.counters().strangers, 0);
}

#[test]
fn any_address_that_the_registrars_name_stands_for_may_call() {
    let (mut lab, account) = account(&[REGISTRAR, SECOND, "10.0.0.7:5080"], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    for (nth, from) in [SECOND, "10.0.0.7:5080", "10.0.0.7:1234"].into_iter().enumerate() {
        let text = request("INVITE", from.parse().unwrap(), "sip:anna@10.0.0.1", nth as u32);
        assert_eq!(asked(&mut lab, from, &text), Some(180), "{from}");
    }
    let text = request("INVITE", "10.0.0.6:5060".parse().unwrap(), "sip:anna@10.0.0.1", 77);
    assert_eq!(asked(&mut lab, "10.0.0.6:5060", &text), None);
}

/// An account of this Contact's user, registered, with the target that its registrar knows.
fn known_as(contact_user: &'static str) -> (Lab, AccountId, Server, String) {
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { contact_user, ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| match seen.start() {
        "REGISTER" => vec![seen.bound(300)],
        "INVITE" => vec![seen.response_with(200, "Contact: <sip:bob@10.0.0.9>\r\n", SDP)],
        _ => vec![],
    });
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered);
    let contact = contact_of(&server);
    (lab, account, server, contact)
}

#[test]
fn the_secret_that_only_register_carried_is_a_key() {
    for (contact_user, user) in [("", "anna"), ("desk-7", "desk-7"), ("*", "")] {
        let (mut lab, account, mut server, contact) = known_as(contact_user);
        let target = contact.strip_prefix("sip:").unwrap();
        let (said, rest) = target.split_once('@').unwrap();
        let secret = match user {
            "" => said,
            user => {
                assert_eq!(said, user);
                rest.split_once(";mkey=").unwrap().1
            }
        };
        assert!(secret.len() == 16 && u64::from_str_radix(secret, 16).is_ok(), "{contact}");
        assert_eq!(rest.split(';').next(), Some("10.0.0.1:5060"));
        let from = "10.0.0.66:5060";
        // its To is the address that was dialled
        let text = request("INVITE", from.parse().unwrap(), &contact, 1)
            .replace(&format!("To: <{contact}>"), "To: <sip:anna@example.org>");
        assert_eq!(asked(&mut lab, from, &text), Some(180));
        let call = lab.ends[0].last_call();
        assert_eq!(lab.ends[0].phone.call_info(call).unwrap().account, account);
        // with one digit changed, or without it, the request is a stranger's
        let at = contact.find(secret).unwrap();
        let digit = if secret.starts_with('0') { "1" } else { "0" };
        let mut wrong = contact.clone();
        wrong.replace_range(at..=at, digit);
        let bare = contact.replace(&format!(";mkey={secret}"), "").replace(secret, "anna");
        for (nth, uri) in [wrong, bare.clone(), format!("{bare};mkey="), format!("{bare};mkey")].iter().enumerate() {
            let text = request("INVITE", from.parse().unwrap(), uri, 2 + nth as u32);
            assert_eq!(asked(&mut lab, from, &text), None, "{uri}");
        }
        // no message that others see carries it: neither our responses nor our calls
        let now = lab.now;
        lab.ends[0].phone.answer(now, call, 200).unwrap();
        lab.run_for(Duration::from_millis(20));
        crate::digest::dial(&mut lab, account, "sip:bob@example.org");
        pass(&mut lab, &mut server, 1);
        let shown: Vec<_> = lab.sent.iter().filter(|sent| !sent.text.starts_with("REGISTER")).collect();
        assert!(
            shown.iter().any(|sent| sent.text.starts_with("SIP/2.0 200"))
                && shown.iter().any(|sent| sent.text.starts_with("INVITE"))
        );
        let wanted = format!("Contact: <sip:{}@10.0.0.1:5060>", if user.is_empty() { "anna" } else { user });
        for sent in shown {
            assert!(!sent.text.contains(secret), "{}", sent.text);
            assert!(!sent.text.contains("Contact: ") || sent.text.contains(&wanted), "{}", sent.text);
        }
    }
}

#[test]
fn a_registrar_that_drops_the_parameter_still_reaches_the_account() {
    for user in ["anna", "desk-7"] {
        let (mut lab, account, _, contact) = known_as(if user == "anna" { "" } else { user });
        let bare = contact.split(';').next().unwrap().to_owned();
        let text = request("INVITE", REGISTRAR.parse().unwrap(), &bare, 1);
        assert_eq!(asked(&mut lab, REGISTRAR, &text), Some(180));
        assert_eq!(lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap().account, account);
        let text = request("INVITE", "10.0.0.66:5060".parse().unwrap(), &bare, 2);
        assert_eq!(asked(&mut lab, "10.0.0.66:5060", &text), None);
    }
}

#[test]
fn a_stranger_gets_nothing_whatever_it_sends() {
    let (mut lab, _, server) = registered();
    let sent = lab.sent.len();
    let from = "10.0.0.66:5060";
    let address: SocketAddr = from.parse().unwrap();
    let mut messages: Vec<String> = [
        "INVITE",
        "OPTIONS",
        "BYE",
        "CANCEL",
        "ACK",
        "REGISTER",
        "SUBSCRIBE",
        "MESSAGE",
        "NOTIFY",
        "REFER",
        "PUBLISH",
        "NONSENSE",
    ]
    .iter()
    .enumerate()
    .map(|(nth, method)| request(method, address, "sip:anna@10.0.0.1", nth as u32))
    .collect();
    // requests that would get 400, 416, 420, 505, 481, 483 if they came from an account's host
    let invite = request("INVITE", address, "sip:anna@10.0.0.1", 50);
    messages.push(invite.replace("Max-Forwards: 70", "Max-Forwards: 0"));
    messages.push(invite.replace("Max-Forwards: 70", "Require: 100rel, future"));
    messages.push(invite.replace(" SIP/2.0\r\nVia", " SIP/3.0\r\nVia"));
    messages.push(invite.replace("CSeq: 1 INVITE", "CSeq: x"));
    messages.push(invite.replace("sip:anna@10.0.0.1 SIP", "http://anna SIP"));
    messages
        .push(invite.replace("To: <sip:anna@10.0.0.1>", "To: <sip:anna@10.0.0.1>;tag=0000000000016d7e8f9a0b1c2d3e"));
    messages.push(invite.replace("To: <sip:anna@10.0.0.1>", "To: <sip:anna@10.0.0.1>;tag=x"));
    for text in &messages {
        assert_eq!(asked(&mut lab, from, text), None, "{text}");
    }
    lab.run_for(Duration::from_secs(10));
    let own = |text: &str| text.trim().is_empty() || text.starts_with("REGISTER");
    assert!(lab.sent[sent..].iter().all(|sent| own(&sent.text)), "{}", ladder::draw(&lab));
    assert_eq!(
        lab.ends[0].phone.counters().strangers as usize + lab.ends[0].phone.counters().malformed as usize,
        messages.len()
    );
    assert!(lab.ends[0].events.iter().all(|event| event.kind == EventKind::Account));
    assert_eq!(calls(&lab), 0);
    let _ = server;
}

#[test]
fn before_any_registration_every_source_is_a_stranger() {
    let (mut lab, _) = account(&[REGISTRAR], anna());
    let text = request("INVITE", REGISTRAR.parse().unwrap(), "sip:anna@10.0.0.1", 1);
    assert_eq!(asked(&mut lab, REGISTRAR, &text), None);
}

#[test]
fn a_contact_that_is_taken_back_opens_nothing_any_more() {
    let (mut lab, account, mut server) = registered();
    let contact = contact_of(&server);
    crate::server::unregister(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Unregistered);
    let text = request("INVITE", "10.0.0.66:5060".parse().unwrap(), &contact, 1);
    assert_eq!(asked(&mut lab, "10.0.0.66:5060", &text), None);
}

#[test]
fn direct_calls_come_from_anywhere_where_they_are_allowed() {
    let mut lab = Lab::new(&[Options { capacity: Capacity::host(4, 2, 2048), ..Options::default() }]);
    let from = "10.0.0.66:5060";
    let text = request("INVITE", from.parse().unwrap(), "sip:whoever@10.0.0.1", 1);
    assert_eq!(asked(&mut lab, from, &text), Some(180));
    let info = lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap();
    assert_eq!(info.account, AccountId::NONE);
    assert_eq!(lab.ends[0].phone.counters().strangers, 0);
    let text = request("OPTIONS", from.parse().unwrap(), "sip:whoever@10.0.0.1", 2);
    assert_eq!(asked(&mut lab, from, &text), Some(200));
}

#[test]
fn of_two_accounts_at_one_registrar_the_one_that_is_called_is_meant() {
    let (mut lab, first) = account(&[REGISTRAR], anna());
    let now = lab.now;
    let second = lab.ends[0]
        .phone
        .account_add(now, &AccountConfig { uri: "sip:otto@example.org", ..AccountConfig::default() })
        .unwrap();
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, first);
    register(&mut lab, second);
    pass(&mut lab, &mut server, 1);
    let contacts: Vec<String> =
        server.seen.iter().map(|seen| seen.header("Contact").unwrap().trim_matches(['<', '>']).to_owned()).collect();
    for (nth, (uri, wanted)) in
        [("sip:otto@10.0.0.1", second), ("sip:anna@10.0.0.1", first), (&contacts[1], second), (&contacts[0], first)]
            .into_iter()
            .enumerate()
    {
        let text = request("INVITE", REGISTRAR.parse().unwrap(), uri, nth as u32);
        assert_eq!(asked(&mut lab, REGISTRAR, &text), Some(180));
        assert_eq!(lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap().account, wanted, "{uri}");
    }
}

#[test]
fn a_far_end_that_we_called_may_send_requests_in_its_dialog() {
    // it is in a dialog of ours: our tag, with its random bits, names it
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut far = Server::new(&mut lab, "10.0.0.66:5060", |seen, _| match seen.start() {
        "INVITE" => vec![seen.response_with(200, "Contact: <sip:bob@10.0.0.66>\r\n", SDP)],
        "ACK" => vec![],
        _ => vec![seen.response(200, "")],
    });
    crate::digest::dial(&mut lab, account, "sip:bob@10.0.0.66");
    pass(&mut lab, &mut far, 1);
    let invite = far.last("INVITE").clone();
    let bye = format!(
        "BYE sip:anna@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.66;branch=z9hG4bKbye\r\nMax-Forwards: 70\r\nFrom: {};tag=far\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n",
        invite.header("To").unwrap(),
        invite.header("From").unwrap(),
        invite.header("Call-ID").unwrap()
    );
    // with another Call-ID it is a stranger's
    assert_eq!(asked(&mut lab, "10.0.0.66:5060", &bye.replace("Call-ID: ", "Call-ID: x")), None);
    assert_eq!(asked(&mut lab, "10.0.0.66:5060", &bye.replace("tag=far", "tag=near")), None);
    assert_eq!(asked(&mut lab, "10.0.0.66:5060", &bye), Some(200));
    assert!(lab.ends[0].ended().is_some());
    // its repetition gets the same response (timer J), though the dialog is gone
    assert_eq!(asked(&mut lab, "10.0.0.66:5060", &bye), Some(200), "{}", ladder::draw(&lab));
}
