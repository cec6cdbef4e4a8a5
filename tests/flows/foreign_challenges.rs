//! Challenges that are not the account's: a far end, a stranger or another domain gets no credentials, and its realm is
//! not learnt.

use crate::credentials::{ask, has_credentials, realm, refused_realm};
use crate::digest::{SDP, dial, part, right};
use crate::server::{PASSWORD, REGISTRAR, Seen, Server, account, anna, pass, register, run, state};
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, AccountId, AccountState, CallState, Cause, DialOptions, Source};
use microsip_tests::{EventKind, Lab, Options};

#[test]
fn a_far_end_behind_the_own_proxy_gets_no_answer_to_its_challenge() {
    // the proxy forwards the called party's challenge: a realm that is not the account's, however similar
    for (status, asks) in [(401, "WWW-Authenticate"), (407, "Proxy-Authenticate")] {
        for foreign in ["foreign.test", "*", "", "EXAMPLE.ORG", "example.org ", "example.org, other"] {
            for configured in ["", "example.org"] {
                let (mut lab, account) = account(&[REGISTRAR], AccountConfig { realms: configured, ..anna() });
                let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| match seen.start() {
                    "REGISTER" if !has_credentials(seen) => {
                        vec![seen.response(401, &ask("WWW-Authenticate", "example.org"))]
                    }
                    "REGISTER" => vec![seen.bound(300)],
                    "INVITE" => vec![seen.response(status, &ask(asks, foreign))],
                    _ => vec![],
                });
                register(&mut lab, account);
                pass(&mut lab, &mut server, 1);
                for target in ["sip:bob@example.org", "sip:bob@10.0.0.9"] {
                    dial(&mut lab, account, target);
                    pass(&mut lab, &mut server, 1);
                }
                let invites = server.all("INVITE");
                assert_eq!(invites.len(), 2, "{foreign}");
                assert!(
                    server.seen.iter().filter(|seen| seen.start() != "REGISTER").all(|seen| !has_credentials(seen)),
                    "{foreign}"
                );
                assert!(lab.ends[0].phone.counters().refused_challenges >= 1);
                if !foreign.is_empty() {
                    assert_eq!(refused_realm(&lab, account).as_deref(), Some(foreign));
                }
                assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Realm);
            }
        }
    }
}

/// A call to `target` that its proxy challenged, and whose far end has this Contact; its BYE is challenged by `bye`.
fn challenged_bye(config: AccountConfig<'static>, contact: &'static str, bye: (u16, &'static str)) -> (Lab, Server) {
    challenged_on_the_way(config, contact, "", bye)
}

/// The same, with routes that stand behind the proxy's.
fn challenged_on_the_way(
    config: AccountConfig<'static>,
    contact: &'static str,
    behind: &'static str,
    bye: (u16, &'static str),
) -> (Lab, Server) {
    let (mut lab, account) = account(&[REGISTRAR], config);
    let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| match seen.start() {
        "INVITE" if !has_credentials(seen) => vec![seen.response(407, &ask("Proxy-Authenticate", "example.org"))],
        "INVITE" => {
            vec![seen.response_with(
                200,
                &format!("Contact: <sip:bob@{contact}>\r\nRecord-Route: {behind}<sip:10.0.0.9;lr>\r\n"),
                SDP,
            )]
        }
        "BYE" if !seen.text.contains("nonce=\"chosen\"") => {
            let name = if bye.0 == 401 { "WWW-Authenticate" } else { "Proxy-Authenticate" };
            vec![seen.response(
                bye.0,
                &format!("{name}: Digest realm=\"example.org\", nonce=\"chosen\", qop=\"auth\"{}\r\n", bye.1),
            )]
        }
        "BYE" => vec![seen.response(200, "")],
        _ => vec![],
    });
    let call = dial(&mut lab, account, "sip:bob@example.org");
    pass(&mut lab, &mut server, 1);
    assert!(lab.ends[0].reached(CallState::Connected), "{}", microsip_tests::ladder::draw(&lab));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    pass(&mut lab, &mut server, 60);
    assert!(lab.ends[0].phone.is_idle());
    (lab, server)
}

#[test]
fn a_far_end_that_challenges_a_bye_with_our_realm_gets_no_answer() {
    // its nonce would be hashed with our password: it could guess that at leisure
    for status in [401, 407] {
        for stale in ["", ", stale=true"] {
            for contact in ["10.0.0.66", "example.net", "bob.example.org.example.net", "[2001:db8::66]"] {
                let (lab, server) = challenged_bye(anna(), contact, (status, stale));
                assert_eq!(server.all("BYE").len(), 1, "{contact}");
                assert_eq!(lab.ends[0].phone.counters().refused_challenges, 1);
                assert!(lab.ends[0].events.iter().any(|event| event.kind == EventKind::Challenge));
            }
        }
    }
    // the account's own server, by name or by address, may
    for contact in ["10.0.0.9", "10.0.0.9:5080", "example.org", "pbx.test"] {
        let (_, server) = challenged_bye(
            AccountConfig { proxy: "sip:10.0.0.9", registrar: "sip:pbx.test", ..anna() },
            contact,
            (401, ""),
        );
        assert_eq!(server.all("BYE").len(), 2, "{contact}");
        assert!(right(server.last("BYE"), "Authorization", "anna", PASSWORD));
    }
}

#[test]
fn a_far_end_does_not_choose_the_next_nonce() {
    // rfc7616#3.5: only the registrar's responses are asked for it
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| {
        match seen.start() {
        "REGISTER" if !has_credentials(seen) => vec![seen.response(407, &ask("Proxy-Authenticate", "example.org"))],
        "REGISTER" => vec![seen.bound(300)],
        "INVITE" if !has_credentials(seen) => vec![seen.response(407, &ask("Proxy-Authenticate", "example.org"))],
        "INVITE" => vec![seen.response_with(
            200,
            "Contact: <sip:bob@10.0.0.66>\r\nRecord-Route: <sip:10.0.0.9;lr>\r\nProxy-Authentication-Info: nextnonce=\"evil\"\r\n",
            SDP,
        )],
        "ACK" => vec![],
        _ => vec![seen.response(200, "Proxy-Authentication-Info: nextnonce=\"evil\"\r\n")],
    }
    });
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    let calls = [dial(&mut lab, account, "sip:bob@example.org"), dial(&mut lab, account, "sip:carla@example.org")];
    pass(&mut lab, &mut server, 1);
    for call in calls {
        let now = lab.now;
        lab.ends[0].phone.hangup(now, call).unwrap();
        pass(&mut lab, &mut server, 1);
    }
    pass(&mut lab, &mut server, 400);
    assert_eq!(server.all("BYE").len(), 2);
    assert!(server.seen.iter().all(|seen| part(seen, "Proxy-Authorization", "nonce") != "evil"));
}

#[test]
fn a_redirection_to_another_domain_takes_nothing_unasked_along() {
    // over the own proxy, which then lets the call through: the credentials of the first INVITE stay behind
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { proxy: "sip:10.0.0.9", ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| match seen.start() {
        "ACK" => vec![],
        _ if seen.uri() == "sip:bob@example.net" => {
            vec![seen.response_with(200, "Contact: <sip:bob@10.0.0.66>\r\nRecord-Route: <sip:10.0.0.9;lr>\r\n", SDP)]
        }
        "INVITE" if !has_credentials(seen) => vec![seen.response(401, &ask("WWW-Authenticate", "example.org"))],
        "INVITE" => vec![seen.response(302, "Contact: <sip:bob@example.net>\r\n")],
        _ => vec![seen.response(200, "")],
    });
    let call = dial(&mut lab, account, "sip:bob@example.org");
    pass(&mut lab, &mut server, 1);
    assert!(lab.ends[0].reached(CallState::Connected), "{}", microsip_tests::ladder::draw(&lab));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    pass(&mut lab, &mut server, 1);
    assert_eq!(server.all("INVITE").len(), 3);
    for seen in [server.last("INVITE"), server.last("ACK"), server.last("BYE")] {
        assert!(!has_credentials(seen), "{}", seen.text);
    }
}

#[test]
fn a_stranger_called_from_an_account_gets_no_answer_to_its_challenge() {
    for header in [401, 407] {
        let (mut lab, account) = account(&[REGISTRAR], anna());
        let mut server = Server::new(&mut lab, REGISTRAR, realm("example.org", 401));
        register(&mut lab, account);
        pass(&mut lab, &mut server, 1);
        // it even names the account's own realm
        let mut stranger = Server::new(&mut lab, "10.0.0.66:5060", realm("example.org", header));
        dial(&mut lab, account, "sip:mallory@10.0.0.66");
        run(&mut lab, &mut [&mut server, &mut stranger], Duration::from_secs(60));
        assert_eq!(stranger.all("INVITE").len(), 1);
        assert!(stranger.seen.iter().all(|seen| !seen.text.contains("uthorization:")));
        let ended = lab.ends[0].ended().unwrap();
        assert_eq!((ended.result, ended.sip_code), (Cause::Realm, header));
        assert_eq!(refused_realm(&lab, account).as_deref(), Some("example.org"));
    }
}

#[test]
fn a_direct_call_answers_no_challenge() {
    let mut lab = Lab::new(&[Options::default()]);
    let now = lab.now;
    lab.ends[0].phone.account_add(now, &anna()).unwrap();
    let mut stranger = Server::new(&mut lab, "10.0.0.66:5060", realm("example.org", 401));
    let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
    lab.ends[0].phone.dial(now, AccountId::NONE, "sip:x@10.0.0.66", &options).unwrap();
    pass(&mut lab, &mut stranger, 60);
    assert_eq!(stranger.all("INVITE").len(), 1);
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::NoPassword);
}

#[test]
fn a_realm_that_register_did_not_bring_is_answered_in_no_call() {
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, realm("first", 401));
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered);
    server.script = Box::new(realm("second", 407));
    dial(&mut lab, account, "sip:bob@example.org");
    pass(&mut lab, &mut server, 1);
    assert!(!lab.ends[0].reached(CallState::Connected));
    assert!(server.seen.iter().all(|seen| part(seen, "Proxy-Authorization", "realm") != "second"));
    assert_eq!(refused_realm(&lab, account).as_deref(), Some("second"));
    // a proxy before the registrar, which asks for the REGISTER too, is learnt
    let mut script = realm("first", 401);
    server.script = Box::new(move |seen, nth| {
        if part(seen, "Proxy-Authorization", "realm") == "second" || seen.start() == "ACK" {
            return script(seen, nth);
        }
        vec![seen.response(407, &ask("Proxy-Authenticate", "second"))]
    });
    pass(&mut lab, &mut server, 300);
    assert_eq!(state(&lab), AccountState::Registered);
    dial(&mut lab, account, "sip:bob@example.org");
    pass(&mut lab, &mut server, 1);
    assert!(lab.ends[0].reached(CallState::Connected), "{}", microsip_tests::ladder::draw(&lab));
}

#[test]
fn a_call_to_another_domain_teaches_no_realm() {
    // over the account's own proxy, but for another domain
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { proxy: "sip:10.0.0.9", ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, realm("evil", 407));
    dial(&mut lab, account, "sip:mallory@example.net");
    pass(&mut lab, &mut server, 60);
    assert_eq!(server.all("INVITE").len(), 1);
    assert_eq!(refused_realm(&lab, account).as_deref(), Some("evil"));
    // the account's own realm is answered there
    let mut script = realm("example.org", 407);
    server.script = Box::new(move |seen, nth| script(seen, nth));
    dial(&mut lab, account, "sip:mallory@example.net");
    pass(&mut lab, &mut server, 1);
    assert!(lab.ends[0].reached(CallState::Connected));
}

#[test]
fn credentials_for_the_registrar_are_not_carried_to_other_domains() {
    // Authorization is read by the far end, and a proxy passes it on
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { proxy: "sip:10.0.0.9", ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, realm("example.org", 401));
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    server.script = Box::new(|seen, _| match seen.start() {
        "INVITE" => {
            vec![seen.response_with(
                200,
                "Contact: <sip:mallory@10.0.0.66>\r\nRecord-Route: <sip:10.0.0.9;lr>\r\n",
                SDP,
            )]
        }
        "ACK" => vec![],
        _ => vec![seen.response(200, "")],
    });
    let call = dial(&mut lab, account, "sip:mallory@example.net");
    pass(&mut lab, &mut server, 1);
    assert!(lab.ends[0].reached(CallState::Connected));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    pass(&mut lab, &mut server, 1);
    for method in ["INVITE", "ACK", "BYE"] {
        assert_eq!(server.last(method).header("Authorization"), None, "{}", server.last(method).text);
    }
}

#[test]
fn nothing_is_learnt_inside_a_dialog() {
    for no_register in [false, true] {
        let (mut lab, account) = account(&[REGISTRAR], AccountConfig { no_register, ..anna() });
        let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| match seen.start() {
            "INVITE" => vec![seen.response_with(200, "Contact: <sip:bob@10.0.0.9>\r\n", SDP)],
            "ACK" => vec![],
            _ => vec![seen.response(401, &ask("WWW-Authenticate", "inside"))],
        });
        let call = dial(&mut lab, account, "sip:bob@example.org");
        pass(&mut lab, &mut server, 1);
        assert!(lab.ends[0].reached(CallState::Connected));
        let now = lab.now;
        lab.ends[0].phone.hangup(now, call).unwrap();
        pass(&mut lab, &mut server, 60);
        assert_eq!(server.all("BYE").len(), 1);
        assert_eq!(refused_realm(&lab, account).as_deref(), Some("inside"));
        assert!(lab.ends[0].phone.is_idle());
    }
}

#[test]
fn requests_that_go_straight_to_the_far_end_carry_no_credentials() {
    // a proxy that does not stay on the way: the dialog's next hop is the callee itself
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| {
        vec![if part(seen, "Proxy-Authorization", "realm").is_empty() {
            seen.response(407, &ask("Proxy-Authenticate", "example.org"))
        } else {
            seen.response_with(200, "Contact: <sip:bob@10.0.0.66>\r\n", SDP)
        }]
    });
    let mut callee = Server::new(&mut lab, "10.0.0.66:5060", |seen, _| match seen.start() {
        "ACK" => vec![],
        _ => vec![seen.response(401, &ask("WWW-Authenticate", "example.org"))],
    });
    let call = dial(&mut lab, account, "sip:bob@example.org");
    run(&mut lab, &mut [&mut server, &mut callee], Duration::from_secs(1));
    assert!(lab.ends[0].reached(CallState::Connected), "{}", microsip_tests::ladder::draw(&lab));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    run(&mut lab, &mut [&mut server, &mut callee], Duration::from_secs(1));
    assert_eq!(callee.seen.iter().map(Seen::start).collect::<Vec<_>>(), ["ACK", "BYE"]);
    assert!(callee.seen.iter().all(|seen| !seen.text.contains("uthorization:")), "{}", callee.last("BYE").text);
}

#[test]
fn a_redirection_to_elsewhere_takes_no_credentials_along() {
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| match seen.start() {
        "ACK" => vec![],
        _ if part(seen, "Authorization", "realm").is_empty() => {
            vec![seen.response(401, &ask("WWW-Authenticate", "example.org"))]
        }
        _ => vec![seen.response(302, "Contact: <sip:bob@10.0.0.66>\r\n")],
    });
    let mut elsewhere = Server::new(&mut lab, "10.0.0.66:5060", realm("example.org", 401));
    dial(&mut lab, account, "sip:bob@example.org");
    run(&mut lab, &mut [&mut server, &mut elsewhere], Duration::from_secs(60));
    assert_eq!(server.all("INVITE").len(), 2);
    assert_eq!(elsewhere.all("INVITE").len(), 1);
    assert!(elsewhere.seen.iter().all(|seen| !seen.text.contains("uthorization:")));
}

#[test]
fn a_challenge_that_did_not_come_from_the_own_hop_is_not_answered() {
    // the called party has seen our Via and could send us such a 401 past the proxy; its nonce is not to be hashed
    for (ours, tries) in [(true, 2), (false, 1)] {
        let (mut lab, account) = account(&[REGISTRAR], anna());
        let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| match seen.start() {
            "REGISTER" => vec![seen.bound(300)],
            _ => vec![],
        });
        register(&mut lab, account);
        pass(&mut lab, &mut server, 1);
        dial(&mut lab, account, "sip:bob@example.org");
        lab.run_for(Duration::from_millis(100));
        server.serve(&mut lab);
        let invite = server.last("INVITE").clone();
        let challenge = invite.response(401, &ask("WWW-Authenticate", "example.org"));
        let from = if ours { REGISTRAR } else { "10.0.0.66:5060" };
        let from = lab.open_raw(from);
        lab.send_raw(from, invite.from, &challenge);
        lab.run_for(Duration::from_millis(100));
        server.serve(&mut lab);
        assert_eq!(server.all("INVITE").len(), tries);
        assert_eq!(
            server.all("INVITE").iter().filter(|seen| seen.header("Authorization").is_some()).count(),
            tries - 1
        );
        assert_eq!(lab.ends[0].phone.counters().refused_challenges, 2 - tries as u32);
    }
}

#[test]
fn a_far_end_that_names_our_server_and_has_requests_sent_to_itself_gets_no_answer() {
    // its Contact and the routes behind our proxy are its own words: the BYE would come to it
    for (contact, behind) in [
        ("example.org;maddr=10.0.0.66", ""),
        ("10.0.0.9;maddr=10.0.0.66", ""),
        ("example.org", "<sip:10.0.0.66;lr>, "),
        ("example.org", "<sip:example.org;lr;maddr=10.0.0.66>, "),
        ("example.org", "<sip:10.0.0.66;lr>, <sip:10.0.0.9;lr>, "),
    ] {
        let (lab, server) = challenged_on_the_way(anna(), contact, behind, (407, ", stale=true"));
        assert_eq!(server.all("BYE").len(), 1, "{contact} {behind}");
        assert_eq!(lab.ends[0].phone.counters().refused_challenges, 1);
    }
    let (_, server) = challenged_on_the_way(anna(), "example.org", "<sip:10.0.0.9:5070;lr>, ", (407, ""));
    assert_eq!(server.all("BYE").len(), 2);
}
