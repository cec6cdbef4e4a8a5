//! The challenges that are answered, and the servers that get credentials: the account's own servers alone. Hashes that
//! leak are passwords that are guessed at leisure.

use crate::digest::{SDP, dial, part, right};
use crate::server::{PASSWORD, REGISTRAR, Seen, Server, account, anna, pass, register, state};
use microsip_core::base::cursor::Cursor;
use microsip_core::phone::{AccountConfig, AccountId, AccountState, AccountText, CallState};
use microsip_tests::{EventKind, Lab};

pub(crate) fn ask(header: &str, realm: &str) -> String {
    format!("{header}: Digest realm=\"{realm}\", nonce=\"n-{realm}\", qop=\"auth\"\r\n")
}

/// The realm that a challenge event names.
pub(crate) fn refused_realm(lab: &Lab, account: AccountId) -> Option<String> {
    lab.ends[0].events.iter().find(|event| event.kind == EventKind::Challenge)?;
    let mut buffer = [0; 100];
    let mut out = Cursor::new(&mut buffer);
    lab.ends[0].phone.account_text(account, AccountText::RefusedRealm, &mut out).ok()?;
    Some(String::from_utf8(out.written().to_vec()).unwrap())
}

/// Challenges with this realm every request that has no credentials for it.
pub(crate) fn realm(realm: &'static str, status: u16) -> impl FnMut(&Seen, usize) -> Vec<Vec<u8>> {
    let (asks, carries) = if status == 401 {
        ("WWW-Authenticate", "Authorization")
    } else {
        ("Proxy-Authenticate", "Proxy-Authorization")
    };
    move |seen, _| match seen.start() {
        "ACK" => vec![],
        _ if part(seen, carries, "realm") != realm => vec![seen.response(status, &ask(asks, realm))],
        "REGISTER" => vec![seen.bound(300)],
        "INVITE" => vec![seen.response_with(200, "Contact: <sip:bob@10.0.0.9>\r\n", SDP)],
        _ => vec![seen.response(200, "")],
    }
}

#[test]
fn a_realm_learnt_by_register_serves_calls() {
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, realm("asterisk", 401));
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered);
    dial(&mut lab, account, "sip:bob@example.org");
    pass(&mut lab, &mut server, 1);
    assert!(lab.ends[0].reached(CallState::Connected));
    assert!(right(server.last("INVITE"), "Authorization", "anna", PASSWORD));
    assert_eq!(server.all("INVITE").len(), 2);
    assert!(!has_credentials(server.all("INVITE")[0]), "nothing is sent unasked");
}

pub(crate) fn has_credentials(seen: &Seen) -> bool {
    seen.text.contains("uthorization:")
}

#[test]
fn credentials_for_the_registrar_stand_in_no_call() {
    // rfc3261#22.2, #26.1: a proxy that forwards credentials for the registrar gives them to the called party, in the
    // own domain too
    for (status, asks) in [(401, "WWW-Authenticate"), (407, "Proxy-Authenticate")] {
        let (mut lab, account) = account(&[REGISTRAR], anna());
        let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| match seen.start() {
            "REGISTER" if !has_credentials(seen) => vec![seen.response(status, &ask(asks, "example.org"))],
            "REGISTER" => vec![seen.bound(300)],
            "INVITE" => vec![seen.response_with(200, "Contact: <sip:bob@10.0.0.9>\r\n", SDP)],
            "ACK" => vec![],
            _ => vec![seen.response(200, "")],
        });
        register(&mut lab, account);
        pass(&mut lab, &mut server, 1);
        assert_eq!(state(&lab), AccountState::Registered);
        let call = dial(&mut lab, account, "sip:bob@example.org");
        pass(&mut lab, &mut server, 400);
        assert!(lab.ends[0].reached(CallState::Connected));
        let now = lab.now;
        lab.ends[0].phone.hangup(now, call).unwrap();
        pass(&mut lab, &mut server, 1);
        for method in ["INVITE", "ACK", "BYE"] {
            assert!(!has_credentials(server.last(method)), "{status}: {}", server.last(method).text);
        }
        // a refresh goes to the registrar alone, and is challenged once
        assert!(server.all("REGISTER").len() > 2);
        assert!(server.all("REGISTER").iter().skip(1).all(|seen| has_credentials(seen)));
    }
}

#[test]
fn configured_realms_are_a_list() {
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { realms: "registrar.test , proxy.test", ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, realm("registrar.test", 401));
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered);
    for (asked, calls) in
        [("proxy.test", true), ("example.org", false), ("registrar.test , proxy.test", false), ("", false)]
    {
        server.seen.clear();
        server.script = Box::new(realm(asked, 407));
        if asked.is_empty() {
            server.script = Box::new(|seen, _| vec![seen.response(407, &ask("Proxy-Authenticate", ""))]);
        }
        let call = dial(&mut lab, account, "sip:bob@example.org");
        pass(&mut lab, &mut server, 1);
        let up = lab.ends[0].phone.call_info(call).is_ok_and(|info| info.state == CallState::Connected);
        assert_eq!((up, server.all("INVITE").len()), (calls, 1 + usize::from(calls)), "{asked}");
    }
}

#[test]
fn an_account_that_does_not_register_learns_one_realm_from_its_invite() {
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { no_register: true, ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, realm("asterisk", 401));
    for (asked, calls) in [("asterisk", true), ("evil", false), ("example.org", true), ("asterisk", true)] {
        server.seen.clear();
        server.script = Box::new(realm(asked, 401));
        let call = dial(&mut lab, account, "sip:bob@example.org");
        pass(&mut lab, &mut server, 1);
        let up = lab.ends[0].phone.call_info(call).is_ok_and(|info| info.state == CallState::Connected);
        assert_eq!(up, calls, "{asked}\n{}", microsip_tests::ladder::draw(&lab));
        let now = lab.now;
        let _ = lab.ends[0].phone.hangup(now, call);
        pass(&mut lab, &mut server, 40);
    }
}

#[test]
fn a_dialog_repeats_its_invites_credentials_whatever_nonce_came_since() {
    // rfc3261#22.3: a proxy that challenged the INVITE gets credentials in the BYE, with the newest nonce of its realm
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut asked = 0;
    let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| match seen.start() {
        "INVITE" if !has_credentials(seen) => {
            asked += 1;
            vec![seen.response(
                407,
                &format!("Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n{asked}\", qop=\"auth\"\r\n"),
            )]
        }
        "INVITE" => {
            vec![seen.response_with(200, "Contact: <sip:bob@10.0.0.66>\r\nRecord-Route: <sip:10.0.0.9;lr>\r\n", SDP)]
        }
        "ACK" => vec![],
        _ => vec![seen.response(200, "")],
    });
    let first = dial(&mut lab, account, "sip:bob@example.org");
    pass(&mut lab, &mut server, 1);
    let second = dial(&mut lab, account, "sip:carla@example.org");
    pass(&mut lab, &mut server, 1);
    assert_eq!(server.all("INVITE").len(), 4);
    for (call, count) in [(first, "00000002"), (second, "00000003")] {
        let now = lab.now;
        lab.ends[0].phone.hangup(now, call).unwrap();
        pass(&mut lab, &mut server, 1);
        let bye = server.last("BYE");
        assert!(right(bye, "Proxy-Authorization", "anna", PASSWORD));
        let got = (part(bye, "Proxy-Authorization", "nonce"), part(bye, "Proxy-Authorization", "nc"));
        assert_eq!(got, ("n2".to_owned(), count.to_owned()));
    }
}

#[test]
fn a_cancel_answers_no_challenge_and_carries_no_credentials() {
    // rfc3261#22.1: a CANCEL cannot be sent again, so a server must not challenge it
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| match seen.start() {
        "INVITE" if !has_credentials(seen) => vec![seen.response(407, &ask("Proxy-Authenticate", "example.org"))],
        "INVITE" => vec![seen.response(180, "")],
        "CANCEL" => vec![seen.response(407, &ask("Proxy-Authenticate", "example.org"))],
        _ => vec![],
    });
    let call = dial(&mut lab, account, "sip:bob@example.org");
    pass(&mut lab, &mut server, 1);
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    pass(&mut lab, &mut server, 60);
    assert_eq!(server.all("CANCEL").len(), 1);
    assert!(!has_credentials(server.last("CANCEL")));
}

#[test]
fn a_configured_realm_is_the_only_one() {
    for configured in ["office", "*"] {
        let (mut lab, account) = account(&[REGISTRAR], AccountConfig { realms: configured, ..anna() });
        let mut server = Server::new(&mut lab, REGISTRAR, realm("example.org", 401));
        register(&mut lab, account);
        pass(&mut lab, &mut server, 60);
        assert_eq!(server.seen.len(), 1, "{configured} is no {}", "example.org");
        assert_eq!(state(&lab), AccountState::Failed);
        assert_eq!(refused_realm(&lab, account).as_deref(), Some("example.org"));
        assert_eq!(lab.ends[0].phone.counters().refused_challenges, 1);
    }
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { realms: "office", ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, realm("office", 401));
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered);
    assert_eq!(refused_realm(&lab, account), None);
}

#[test]
fn an_account_without_a_password_answers_nothing() {
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { password: "", ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, realm("example.org", 401));
    register(&mut lab, account);
    pass(&mut lab, &mut server, 60);
    assert!(server.seen.iter().all(|seen| seen.header("Authorization").is_none()), "{}", server.last("REGISTER").text);
    assert_eq!(state(&lab), AccountState::Failed);
}

#[test]
fn a_redirected_calls_ack_repeats_its_invites_credentials() {
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { proxy: "sip:10.0.0.9", ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| match seen.start() {
        "ACK" => vec![],
        _ if part(seen, "Proxy-Authorization", "realm").is_empty() => {
            vec![seen.response(407, &ask("Proxy-Authenticate", "example.org"))]
        }
        _ if seen.uri() == "sip:bob@example.org" => vec![seen.response(302, "Contact: <sip:bob@desk.example.org>\r\n")],
        _ => vec![seen.response_with(200, "Contact: <sip:bob@10.0.0.66>\r\nRecord-Route: <sip:10.0.0.9;lr>\r\n", SDP)],
    });
    dial(&mut lab, account, "sip:bob@example.org");
    pass(&mut lab, &mut server, 1);
    assert!(lab.ends[0].reached(CallState::Connected), "{}", microsip_tests::ladder::draw(&lab));
    let (invite, ack) = (server.last("INVITE"), server.last("ACK"));
    assert_eq!(invite.uri(), "sip:bob@desk.example.org");
    assert_eq!(part(invite, "Proxy-Authorization", "uri"), "sip:bob@desk.example.org");
    assert_eq!((ack.number(), ack.uri()), (invite.number(), "sip:bob@10.0.0.66"));
    assert_eq!(ack.header("Proxy-Authorization"), invite.header("Proxy-Authorization"));
}

#[test]
fn nonces_of_one_account_are_not_anothers() {
    let (mut lab, first) = account(&[REGISTRAR], anna());
    let now = lab.now;
    let second = lab.ends[0]
        .phone
        .account_add(now, &AccountConfig { uri: "sip:otto@example.org", password: "other", ..AccountConfig::default() })
        .unwrap();
    let mut server = Server::new(&mut lab, REGISTRAR, realm("example.org", 401));
    register(&mut lab, first);
    pass(&mut lab, &mut server, 1);
    register(&mut lab, second);
    pass(&mut lab, &mut server, 1);
    assert_eq!(server.seen.len(), 4);
    assert!(server.seen[2].header("Authorization").is_none());
    assert!(right(&server.seen[1], "Authorization", "anna", PASSWORD));
    assert!(right(&server.seen[3], "Authorization", "otto", "other"));
}

#[test]
fn a_registrar_that_has_moved_often_is_still_the_accounts_own() {
    // each nonce is good for one request, so each refresh is challenged over the hop that is known
    let (mut lab, account) = account(&[REGISTRAR], anna());
    register(&mut lab, account);
    for index in 0..12 {
        let mut nonce = 0;
        let script = move |seen: &Seen, _: usize| {
            let wanted = format!("n{index}-{nonce}");
            if part(seen, "Authorization", "nonce") == wanted {
                nonce += 1;
                return vec![seen.bound(300)];
            }
            vec![seen.response(
                401,
                &format!("WWW-Authenticate: Digest realm=\"example.org\", nonce=\"{wanted}\", qop=\"auth\"\r\n"),
            )]
        };
        let address = format!("10.0.1.{index}:5060");
        lab.names.insert("example.org".into(), vec![address.parse().unwrap()]);
        let now = lab.now;
        lab.ends[0].phone.handle_local_changed(now);
        let mut server = Server::new(&mut lab, &address, script);
        pass(&mut lab, &mut server, 600);
        assert_eq!(state(&lab), AccountState::Registered, "address {index}\n{}", microsip_tests::ladder::draw(&lab));
        assert!(server.all("REGISTER").len() >= 5, "{}", server.all("REGISTER").len());
    }
}

#[test]
fn a_realm_that_is_known_is_answered_before_one_that_could_be_learnt() {
    // rfc3261#22.2: of two realms only the known one is sure to be the account's
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let lines = ask("WWW-Authenticate", "elsewhere.example") + &ask("WWW-Authenticate", "example.org");
    let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| {
        vec![if part(seen, "Authorization", "realm") == "example.org" {
            seen.bound(300)
        } else {
            seen.response(401, &lines)
        }]
    });
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered);
    assert!(server.all("REGISTER").iter().all(|seen| part(seen, "Authorization", "realm") != "elsewhere.example"));
}

#[test]
fn two_proxies_on_the_way_may_both_ask() {
    // rfc3261#22.3: each in its turn, with a realm of its own; neither is forgotten for the other
    for registrar_asks in [false, true] {
        let (mut lab, account) =
            account(&[REGISTRAR], AccountConfig { realms: "example.org, edge.example.org", ..anna() });
        let has_credentials_for = |seen: &Seen, name: &str, realm: &str| {
            seen.text.split("\r\n").any(|line| {
                line.starts_with(&format!("{name}: Digest")) && line.contains(&format!("realm=\"{realm}\""))
            })
        };
        let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| match seen.start() {
            "REGISTER" if registrar_asks && !has_credentials_for(seen, "Authorization", "example.org") => {
                vec![seen.response(401, &ask("WWW-Authenticate", "example.org"))]
            }
            "REGISTER" => vec![seen.bound(300)],
            "INVITE" | "BYE" if !has_credentials_for(seen, "Proxy-Authorization", "example.org") => {
                vec![seen.response(407, &ask("Proxy-Authenticate", "example.org"))]
            }
            "INVITE" | "BYE" if !has_credentials_for(seen, "Proxy-Authorization", "edge.example.org") => {
                vec![seen.response(407, &ask("Proxy-Authenticate", "edge.example.org"))]
            }
            "INVITE" => vec![seen.response_with(200, "Contact: <sip:bob@10.0.0.9>\r\n", SDP)],
            "BYE" => vec![seen.response(200, "")],
            _ => vec![],
        });
        register(&mut lab, account);
        pass(&mut lab, &mut server, 1);
        for calls in 1..4 {
            let call = dial(&mut lab, account, "sip:bob@example.org");
            pass(&mut lab, &mut server, 1);
            assert!(
                lab.ends[0].phone.call_info(call).is_ok_and(|info| info.state == CallState::Connected),
                "{calls}\n{}",
                microsip_tests::ladder::draw(&lab)
            );
            let now = lab.now;
            lab.ends[0].phone.hangup(now, call).unwrap();
            pass(&mut lab, &mut server, 1);
        }
        // each call is challenged anew, by each of the two; its BYE has the INVITE's credentials at once
        assert_eq!((server.all("INVITE").len(), server.all("BYE").len()), (9, 3));
        pass(&mut lab, &mut server, 900);
        assert_eq!(state(&lab), AccountState::Registered);
    }
}

#[test]
fn a_fork_that_gathers_two_realms_gets_both() {
    // rfc3261#22.3: both challenges stand in one 407 until both are answered
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| {
        let lines = seen.text.split("\r\n").filter(|line| line.starts_with("Proxy-Authorization: Digest"));
        match (seen.start(), lines.count()) {
            ("REGISTER", 0) => vec![seen.response(407, &ask("Proxy-Authenticate", "branch.example"))],
            ("REGISTER", _) => vec![seen.bound(300)],
            ("INVITE", 0 | 1) => {
                vec![seen.response(
                    407,
                    &(ask("Proxy-Authenticate", "branch.example") + &ask("Proxy-Authenticate", "example.org")),
                )]
            }
            ("INVITE", _) => vec![seen.response_with(200, "Contact: <sip:bob@10.0.0.9>\r\n", SDP)],
            _ => vec![],
        }
    });
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    dial(&mut lab, account, "sip:bob@example.org");
    pass(&mut lab, &mut server, 1);
    assert!(lab.ends[0].reached(CallState::Connected), "{}", microsip_tests::ladder::draw(&lab));
    assert!(server.all("INVITE").len() <= 3);
}
