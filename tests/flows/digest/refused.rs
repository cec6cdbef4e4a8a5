//! Challenges that get no answer: each reason has its own result, and a challenge that is too long is one of them.

use super::*;

/// The realm and the reason in the challenge event; nothing when there was none.
fn refused(lab: &Lab, account: AccountId) -> Option<(String, Cause)> {
    let event = lab.ends[0].events.iter().rev().find(|event| event.kind == EventKind::Challenge)?;
    let mut buffer = [0; 2000];
    let mut out = microsip_core::base::cursor::Cursor::new(&mut buffer);
    let _ = lab.ends[0].phone.account_text(account, AccountText::RefusedRealm, &mut out);
    Some((String::from_utf8(out.written().to_vec()).unwrap(), event.result))
}

#[test]
fn each_reason_for_answering_no_challenge_has_its_own_result() {
    let ask = |realm: &str, more: &str| format!("WWW-Authenticate: Digest realm=\"{realm}\", nonce=\"a\"{more}\r\n");
    let long = ask("example.org", &format!(", opaque=\"{}\"", "o".repeat(1100)));
    for (lines, realm, cause) in [
        (String::new(), "", Cause::Scheme),
        ("WWW-Authenticate: Basic realm=\"example.org\"\r\n".into(), "", Cause::Scheme),
        (ask("example.org", ", algorithm=FUTURE-9"), "", Cause::Scheme),
        ("WWW-Authenticate: Digest nonce=\"a\"\r\n".into(), "", Cause::Scheme),
        (ask("example.org", ", qop=\"auth-future\""), "", Cause::Scheme),
        (ask("foreign.test", ""), "foreign.test", Cause::Realm),
        (long.clone(), "example.org", Cause::ChallengeSize),
        (long + &ask("foreign.test", ""), "example.org", Cause::ChallengeSize),
        (ask("example.org", ""), "example.org", Cause::Auth),
        (ask("example.org", ", stale=true"), "example.org", Cause::Auth),
    ] {
        for status in [401, 407] {
            let lines = if status == 407 { lines.replace("WWW-", "Proxy-") } else { lines.clone() };
            let (mut lab, account) = account(&[REGISTRAR], AccountConfig { realms: "example.org", ..anna() });
            let said = lines.clone();
            let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| vec![seen.response(status, &said)]);
            register(&mut lab, account);
            pass(&mut lab, &mut server, 24 * 3600);
            // and none of them is tried again by itself
            let answered = usize::from(cause == Cause::Auth);
            assert!(server.seen.len() == 1 + answered || lines.contains("stale") && server.seen.len() == 5, "{lines}");
            assert_eq!((state(&lab), told(&lab).last().unwrap().result), (AccountState::Failed, cause), "{lines}");
            assert_eq!(refused(&lab, account), Some((realm.to_owned(), cause)), "{lines}");
            assert_eq!(lab.ends[0].phone.poll_timeout(), None);
            // the same of a call
            let mut server = Server::new(&mut lab, "10.0.0.10:5060", |_, _| vec![]);
            let said = lines.clone();
            server.script = Box::new(
                move |seen, _| if seen.start() == "ACK" { vec![] } else { vec![seen.response(status, &said)] },
            );
            lab.names.insert("example.org".into(), vec![server.address]);
            let now = lab.now;
            lab.ends[0].phone.handle_local_changed(now);
            dial(&mut lab, account, "sip:bob@example.org");
            pass(&mut lab, &mut server, 60);
            assert_eq!(lab.ends[0].ended().unwrap().result, cause, "{lines}");
        }
    }
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { password: "", ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| vec![seen.response(401, CHALLENGE)]);
    register(&mut lab, account);
    pass(&mut lab, &mut server, 24 * 3600);
    assert_eq!((server.seen.len(), told(&lab).last().unwrap().result), (1, Cause::NoPassword));
    assert_eq!(refused(&lab, account), Some(("example.org".to_owned(), Cause::NoPassword)));
}

#[test]
fn a_long_challenge_is_answered() {
    // real ones have tickets in their nonce or opaque; a computer keeps 1024 bytes of texts
    for (nonce, opaque) in [(300, 0), (100, 150), (900, 0), (11, 990), (1013, 0)] {
        let nonce = "n".repeat(nonce);
        let ask = format!(
            "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"{nonce}\", opaque=\"{}\", qop=\"auth\"\r\n",
            "o".repeat(opaque)
        );
        let (mut lab, account) = crate::server::account_with(Capacity::host(4, 2, 4096), &[REGISTRAR], anna());
        let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| match seen.start() {
            "ACK" => vec![],
            _ if !right(seen, "Authorization", "anna", PASSWORD) => vec![seen.response(401, &ask)],
            "REGISTER" => vec![seen.bound(300)],
            _ => vec![seen.response_with(200, "Contact: <sip:bob@10.0.0.9>\r\n", SDP)],
        });
        register(&mut lab, account);
        pass(&mut lab, &mut server, 1);
        assert_eq!(state(&lab), AccountState::Registered);
        assert_eq!(part(server.last("REGISTER"), "Authorization", "nonce"), nonce);
        assert_eq!(part(server.last("REGISTER"), "Authorization", "opaque").len(), opaque);
        dial(&mut lab, account, "sip:bob@example.org");
        pass(&mut lab, &mut server, 1);
        assert!(lab.ends[0].reached(CallState::Connected));
    }
}

#[test]
fn a_challenge_that_is_too_long_does_not_displace_another() {
    // the size is the phone's to choose; of two algorithms the stronger one that fits is answered
    let capacity = Capacity { challenge: 64, ..Capacity::host(4, 2, 4096) };
    let (mut lab, account) = crate::server::account_with(capacity, &[REGISTRAR], anna());
    let long = format!("WWW-Authenticate: Digest realm=\"example.org\", nonce=\"{}\", qop=\"auth\"", "n".repeat(60));
    let both = format!("{long}, algorithm=SHA-256\r\n{CHALLENGE}");
    let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| {
        vec![if right(seen, "Authorization", "anna", PASSWORD) { seen.bound(300) } else { seen.response(401, &both) }]
    });
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered);
    assert_eq!((server.seen.len(), refused(&lab, account)), (2, None));
    // a call is asked by the long one alone; the registrar's is still there for the refresh
    let mut script = asks(CHALLENGE, "Authorization", 401);
    let alone = format!("{long}\r\n");
    server.script = Box::new(move |seen, nth| match seen.start() {
        "ACK" => vec![],
        "INVITE" => vec![seen.response(401, &alone)],
        _ => script(seen, nth),
    });
    dial(&mut lab, account, "sip:bob@example.org");
    pass(&mut lab, &mut server, 300);
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::ChallengeSize);
    assert_eq!(refused(&lab, account), Some(("example.org".to_owned(), Cause::ChallengeSize)));
    assert_eq!((server.all("INVITE").len(), server.all("REGISTER").len()), (1, 3));
    assert_eq!(part(server.last("REGISTER"), "Authorization", "nonce"), "n1");
}

#[test]
fn credentials_that_leave_no_room_in_the_message_are_a_challenge_size_failure() {
    let capacity = Capacity { challenge: 1024, ..Capacity::host(4, 2, 1024) };
    let (mut lab, account) = crate::server::account_with(capacity, &[REGISTRAR], anna());
    let ask =
        format!("WWW-Authenticate: Digest realm=\"example.org\", nonce=\"{}\", qop=\"auth\"\r\n", "n".repeat(500));
    let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| vec![seen.response(401, &ask)]);
    register(&mut lab, account);
    pass(&mut lab, &mut server, 3600);
    assert_eq!((server.seen.len(), told(&lab).last().unwrap().result), (1, Cause::ChallengeSize));
}
