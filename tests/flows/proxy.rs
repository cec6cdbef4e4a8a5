//! An outbound proxy is the first route of every request (rfc3261#8.1.2), and responses find their way through NATs
//! (rfc3581).

use crate::digest::{SDP, dial};
use crate::server::{REGISTRAR, Server, account, anna, pass, register, registered, state};
use crate::strangers::request;
use microsip_core::base::limits::TARGET;
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountChange, AccountConfig, AccountState, CallState, CommandError, DialOptions};
use microsip_tests::{Lab, ladder};

#[test]
fn every_request_goes_to_the_proxy_with_a_route() {
    for (proxy, route) in [("sip:10.0.0.9", "<sip:10.0.0.9;lr>"), ("sip:10.0.0.9:5060;lr", "<sip:10.0.0.9:5060;lr>")] {
        let (mut lab, account) = account(&[], AccountConfig { proxy, ..anna() });
        let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| {
            match seen.start() {
            "REGISTER" => vec![seen.bound(300)],
            "INVITE" => vec![seen.response_with(
                200,
                "Contact: <sip:bob@192.0.2.7>\r\nRecord-Route: <sip:10.0.0.9;lr;far>\r\nRecord-Route: <sip:10.0.0.9;lr;near>\r\n",
                SDP,
            )],
            "ACK" => vec![],
            _ => vec![seen.response(200, "")],
        }
        });
        register(&mut lab, account);
        pass(&mut lab, &mut server, 1);
        assert_eq!(state(&lab), AccountState::Registered);
        let seen = server.last("REGISTER");
        assert_eq!((seen.uri(), seen.header("Route")), ("sip:example.org", Some(route)));
        let call = dial(&mut lab, account, "sip:bob@example.net");
        pass(&mut lab, &mut server, 1);
        assert!(lab.ends[0].reached(CallState::Connected), "{}", ladder::draw(&lab));
        let seen = server.last("INVITE");
        assert_eq!((seen.uri(), seen.header("Route")), ("sip:bob@example.net", Some(route)));
        // rfc3261#12.1.2: in the dialog the recorded routes, from near to far, and no other
        let seen = server.last("ACK");
        let routes = seen.header("Route").unwrap().replace(' ', "");
        assert_eq!(
            (seen.uri(), routes.as_str()),
            ("sip:bob@192.0.2.7", "<sip:10.0.0.9;lr;near>,<sip:10.0.0.9;lr;far>")
        );
        let now = lab.now;
        lab.ends[0].phone.hangup(now, call).unwrap();
        pass(&mut lab, &mut server, 1);
        assert_eq!(server.last("BYE").header("Route").unwrap().replace(' ', ""), routes);
    }
}

#[test]
fn a_proxy_may_call_for_the_account() {
    let (mut lab, account) = account(&[], AccountConfig { proxy: "sip:10.0.0.9", ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    let text = request("INVITE", server.address, "sip:anna@10.0.0.1", 1);
    lab.send_raw(server.address, lab.ends[0].address, text.as_bytes());
    pass(&mut lab, &mut server, 1);
    assert_eq!(server.last("180").header("CSeq"), Some("1 INVITE"));
}

/// Sends an OPTIONS with this Via from `10.0.0.9:40000`. Returns the target of the response and its Via.
fn response_to(via: &str) -> (Lab, Option<(std::net::SocketAddr, String)>) {
    let (mut lab, _, _) = registered();
    let from = lab.open_raw("10.0.0.9:40000");
    let text = request("OPTIONS", from, "sip:anna@10.0.0.1", 1);
    let old = text.split("\r\n").find(|line| line.starts_with("Via")).unwrap().to_owned();
    let before = lab.sent.len();
    lab.send_raw(from, lab.ends[0].address, text.replace(&old, &format!("Via: SIP/2.0/UDP {via}")).as_bytes());
    lab.run_for(Duration::from_millis(20));
    let response =
        lab.sent.get(before).map(|sent| (sent.to, crate::server::header(&sent.text, "Via").unwrap().to_owned()));
    (lab, response)
}

#[test]
fn a_response_goes_where_the_via_says() {
    for (via, to, said) in [
        // rfc3581#4: with rport, back to where it came from; both are written down
        (
            "10.0.0.9:5060;rport;branch=z9hG4bKa",
            "10.0.0.9:40000",
            "SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKa;received=10.0.0.9;rport=40000",
        ),
        (
            "192.168.1.7;branch=z9hG4bKb;rport",
            "10.0.0.9:40000",
            "SIP/2.0/UDP 192.168.1.7;branch=z9hG4bKb;received=10.0.0.9;rport=40000",
        ),
        // rfc3261#18.2.1, #18.2.2: without it, to the address it came from and the port of sent-by
        ("10.0.0.9:5070;branch=z9hG4bKc", "10.0.0.9:5070", "SIP/2.0/UDP 10.0.0.9:5070;branch=z9hG4bKc"),
        (
            "pc.example.org:5070;branch=z9hG4bKd",
            "10.0.0.9:5070",
            "SIP/2.0/UDP pc.example.org:5070;branch=z9hG4bKd;received=10.0.0.9",
        ),
        (
            "pc.example.org;branch=z9hG4bKe",
            "10.0.0.9:5060",
            "SIP/2.0/UDP pc.example.org;branch=z9hG4bKe;received=10.0.0.9",
        ),
        // received and rport that the sender wrote itself are not used
        (
            "10.9.9.9;received=10.7.7.7;rport=1;branch=z9hG4bKf",
            "10.0.0.9:40000",
            "SIP/2.0/UDP 10.9.9.9;branch=z9hG4bKf;received=10.0.0.9;rport=40000",
        ),
    ] {
        let (lab, response) = response_to(via);
        assert_eq!(response, Some((to.parse().unwrap(), said.to_owned())), "{via}\n{}", ladder::draw(&lab));
    }
}

#[test]
fn an_invites_responses_go_where_its_via_says_too() {
    let (mut lab, _, _) = registered();
    let from = lab.open_raw("10.0.0.9:40000");
    let responses = lab.open_raw("10.0.0.9:5070");
    let text = request("INVITE", from, "sip:anna@10.0.0.1", 1)
        .replace("10.0.0.9:40000;branch=z9hG4bKx1;rport", "10.0.0.9:5070;branch=z9hG4bKx1");
    lab.send_raw(from, lab.ends[0].address, text.as_bytes());
    lab.run_for(Duration::from_millis(20));
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    lab.run_for(Duration::from_secs(2));
    let texts = lab.raw_texts(responses);
    assert!(texts[0].starts_with("SIP/2.0 180") && texts[1].starts_with("SIP/2.0 200"), "{}", ladder::draw(&lab));
    // it is repeated there until its ACK
    assert!(texts.len() >= 3 && texts[1] == texts[2]);
    assert_eq!(lab.raw[&from].len(), 0);
}

#[test]
fn our_requests_ask_for_rport() {
    let (_, _, server) = registered();
    assert!(server.seen[0].header("Via").unwrap().contains(";rport;"), "{}", server.seen[0].text);
}

#[test]
fn a_proxy_that_no_call_could_take_is_refused_with_its_account() {
    // with `<`, `;lr` and `>` it is as long as a route of ours may be
    let longest = format!("sip:10.0.0.9;x={}", "x".repeat(TARGET - 5 - "sip:10.0.0.9;x=".len()));
    let (mut lab, account) = account(&[], AccountConfig { proxy: &longest, ..anna() });
    let now = lab.now;
    lab.ends[0].phone.dial(now, account, "sip:bob@example.net", &DialOptions::default()).unwrap();
    lab.run_for(Duration::from_secs(1));
    let invite = lab.sent.iter().find(|sent| sent.text.starts_with("INVITE")).unwrap();
    assert!(invite.text.contains(&format!("\r\nRoute: <{longest};lr>\r\n")), "{}", invite.text);
    let longer = format!("{longest}x");
    let phone = &mut lab.ends[0].phone;
    assert_eq!(phone.account_add(now, &AccountConfig { proxy: &longer, ..anna() }), Err(CommandError::Text));
    let change = AccountChange { proxy: Some(&longer), ..AccountChange::default() };
    assert_eq!(phone.account_update(now, account, &change), Err(CommandError::Text));
    // one that is loose already needs no room for saying so
    let loose = format!("sip:10.0.0.9;lr;x={}", "x".repeat(TARGET - 2 - "sip:10.0.0.9;lr;x=".len()));
    let change = AccountChange { proxy: Some(&loose), ..AccountChange::default() };
    phone.account_update(now, account, &change).unwrap();
}
