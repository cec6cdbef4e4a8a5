//! Challenges of the requests of a call: INVITE, its ACK, BYE.

use super::*;

/// Takes calls whose INVITE answers the challenge, in a header; every BYE too when `bye`.
fn proxy(bye: bool) -> impl FnMut(&Seen, usize) -> Vec<Vec<u8>> {
    const ASK: &str = "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"px\", qop=\"auth\"\r\n";
    move |seen, _| match seen.start() {
        "REGISTER" => vec![seen.bound(300)],
        "INVITE" if right(seen, "Proxy-Authorization", "anna", PASSWORD) => {
            vec![seen.response(100, ""), seen.response_with(200, "Contact: <sip:bob@10.0.0.9>\r\n", SDP)]
        }
        "INVITE" => vec![seen.response(407, ASK)],
        "BYE" if bye && part(seen, "Proxy-Authorization", "nonce") != "py" => {
            vec![seen.response(407, "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"py\", qop=\"auth\"\r\n")]
        }
        "BYE" => vec![seen.response(200, "")],
        _ => vec![],
    }
}

#[test]
fn an_invite_is_challenged_by_a_proxy_and_its_ack_carries_the_same_credentials() {
    // rfc3261#22.3, #22.1, #13.2.2.4
    let (mut lab, account, mut server) = registering(proxy(false));
    pass(&mut lab, &mut server, 1);
    let call = dial(&mut lab, account, "sip:bob@example.org");
    until(&mut lab, &mut server, "connected", |lab, _| lab.ends[0].reached(CallState::Connected));
    pass(&mut lab, &mut server, 1);
    let invites = server.all("INVITE");
    assert_eq!(invites.len(), 2);
    assert_eq!(invites[0].number() + 1, invites[1].number());
    assert_eq!(invites[0].header("Call-ID"), invites[1].header("Call-ID"));
    assert_eq!(invites[0].header("From"), invites[1].header("From"), "the same call, the same tag");
    assert_ne!(invites[0].branch(), invites[1].branch());
    let acks = server.all("ACK");
    assert_eq!(acks.len(), 2, "{}", microsip_tests::ladder::draw(&lab));
    // rfc3261#17.1.1.3: the ACK of the refusal has the refused one's branch and number
    assert_eq!((acks[0].branch(), acks[0].number()), (invites[0].branch(), invites[0].number()));
    // and that of the 2xx its own branch, the INVITE's number, and the very same credentials
    assert_ne!(acks[1].branch(), invites[1].branch());
    assert_eq!(acks[1].number(), invites[1].number());
    assert_eq!(acks[1].header("Proxy-Authorization"), invites[1].header("Proxy-Authorization"));
    assert_eq!(acks[1].uri(), "sip:bob@10.0.0.9");
    // BYE uses the nonce at once, its count goes on
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    pass(&mut lab, &mut server, 1);
    let byes = server.all("BYE");
    assert_eq!(byes.len(), 1);
    assert_eq!(part(byes[0], "Proxy-Authorization", "nc"), "00000002");
    assert!(right(byes[0], "Proxy-Authorization", "anna", PASSWORD));
    // the next call is asked anew, with the same nonce
    dial(&mut lab, account, "sip:carla@example.org");
    pass(&mut lab, &mut server, 1);
    assert_eq!(server.all("INVITE").len(), 4);
    assert_eq!(server.all("INVITE")[2].header("Proxy-Authorization"), None);
    assert_eq!(part(server.last("INVITE"), "Proxy-Authorization", "nc"), "00000003");
}

#[test]
fn auth_int_alone_is_not_answered_for_an_invite() {
    // rfc7616#3.4.3: a digest over an empty body would be a wrong one
    const ALONE: &str = "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"int\", qop=\"auth-int\"\r\n";
    const WITH_LESS: &str =
        "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"less\", qop=\"auth\", algorithm=MD5\r\n";
    for (lines, invites) in [(ALONE.to_owned(), 1), (format!("{ALONE}{WITH_LESS}"), 2)] {
        let asked = lines.clone();
        let (mut lab, account, mut server) = registering(move |seen, _| match seen.start() {
            "ACK" => vec![],
            "REGISTER" if part(seen, "Authorization", "qop") == "auth-int" => vec![seen.bound(300)],
            "REGISTER" => vec![seen.response(401, ALONE)],
            _ if right(seen, "Authorization", "anna", PASSWORD) && part(seen, "Authorization", "qop") == "auth" => {
                vec![seen.response_with(200, "Contact: <sip:bob@10.0.0.9>\r\n", SDP)]
            }
            _ => vec![seen.response(401, &asked)],
        });
        pass(&mut lab, &mut server, 1);
        // a REGISTER has no body: the digest is over an empty one
        let text = hash("MD5", &format!("REGISTER:sip:example.org:{}", hash("MD5", "")));
        let get = |name: &str| part(server.last("REGISTER"), "Authorization", name);
        let middle = format!("int:{}:{}:auth-int", get("nc"), get("cnonce"));
        let secret = hash("MD5", &format!("anna:example.org:{PASSWORD}"));
        assert_eq!(get("response"), hash("MD5", &format!("{secret}:{middle}:{text}")));
        dial(&mut lab, account, "sip:bob@example.org");
        pass(&mut lab, &mut server, 1);
        let all = server.all("INVITE");
        assert_eq!((all.len(), all[0].header("Authorization")), (invites, None), "{lines}");
        if invites == 1 {
            assert_eq!(
                (lab.ends[0].ended().unwrap().result, lab.ends[0].phone.counters().refused_challenges),
                (Cause::Scheme, 1)
            );
            assert!(lab.ends[0].events.iter().any(|event| event.kind == EventKind::Challenge));
        } else {
            assert!(lab.ends[0].reached(CallState::Connected));
        }
    }
}

#[test]
fn an_ack_for_a_repeated_2xx_is_the_same() {
    let (mut lab, account, mut server) = registering(proxy(false));
    pass(&mut lab, &mut server, 1);
    dial(&mut lab, account, "sip:bob@example.org");
    pass(&mut lab, &mut server, 1);
    let repeated = server.last("INVITE").clone();
    lab.send_raw(
        server.address,
        lab.ends[0].address,
        &repeated.response_with(200, "Contact: <sip:bob@10.0.0.9>\r\n", SDP),
    );
    pass(&mut lab, &mut server, 1);
    let acks = server.all("ACK");
    assert_eq!(acks.len(), 3);
    assert_eq!(acks[1].text, acks[2].text);
}

#[test]
fn a_bye_that_is_challenged_is_sent_again() {
    let (mut lab, account, mut server) = registering(proxy(true));
    pass(&mut lab, &mut server, 1);
    let call = dial(&mut lab, account, "sip:bob@example.org");
    pass(&mut lab, &mut server, 1);
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    pass(&mut lab, &mut server, 1);
    let byes = server.all("BYE");
    assert_eq!(byes.len(), 2, "{}", microsip_tests::ladder::draw(&lab));
    assert_eq!(byes[0].number() + 1, byes[1].number());
    assert!(right(byes[1], "Proxy-Authorization", "anna", PASSWORD));
    pass(&mut lab, &mut server, 60);
    assert!(lab.ends[0].phone.is_idle());
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal);
}

#[test]
fn a_call_with_a_wrong_password_ends_with_that_cause() {
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { password: "wrong", ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, proxy(false));
    dial(&mut lab, account, "sip:bob@example.org");
    pass(&mut lab, &mut server, 60);
    assert_eq!(server.all("INVITE").len(), 2);
    let ended = lab.ends[0].ended().unwrap();
    assert_eq!((ended.result, ended.sip_code), (Cause::Auth, 407));
    assert_eq!(server.all("ACK").len(), 2);
    assert!(lab.ends[0].phone.is_idle());
}

#[test]
fn a_challenge_in_a_ringing_call_is_not_a_new_ring() {
    // the 407 comes twice, for its ACK was lost: it is acknowledged twice and answered once
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut script = proxy(false);
    let mut server = Server::new(&mut lab, REGISTRAR, move |seen, nth| {
        let responses = script(seen, nth);
        if nth == 0 { vec![responses[0].clone(), responses[0].clone()] } else { responses }
    });
    dial(&mut lab, account, "sip:bob@example.org");
    pass(&mut lab, &mut server, 40);
    assert_eq!(server.all("INVITE").len(), 2);
    assert_eq!(server.all("ACK").len(), 3);
    assert!(lab.ends[0].reached(CallState::Connected));
    assert_eq!(lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Challenge).count(), 0);
}

#[test]
fn a_cancelled_call_answers_no_challenge() {
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |_, _| vec![]);
    let call = dial(&mut lab, account, "sip:bob@example.org");
    lab.run_for(Duration::from_millis(10));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    server.script = Box::new(proxy(false));
    pass(&mut lab, &mut server, 60);
    assert_eq!(
        server.all("INVITE").iter().map(|seen| seen.number()).max(),
        Some(1),
        "{}",
        microsip_tests::ladder::draw(&lab)
    );
    assert!(lab.ends[0].ended().is_some());
    assert!(lab.ends[0].phone.is_idle());
}
