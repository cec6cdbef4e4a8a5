//! Digest: 401 and 407, three algorithms, nonces and their counts. The server here works out the answer for itself.

use crate::server::{
    PASSWORD, REGISTRAR, Seen, Server, account, anna, parameter_of, pass, register, registering, state, told, until,
};
use md5::Digest as _;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountConfig, AccountId, AccountState, AccountText, CallState, Capacity, Cause, DialOptions, Source,
};
use microsip_tests::{EventKind, Lab};

pub(crate) fn hash(algorithm: &str, text: &str) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match algorithm.trim_end_matches("-sess") {
        "MD5" => hex(&md5::Md5::digest(text)),
        "SHA-256" => hex(&sha2::Sha256::digest(text)),
        "SHA-512-256" => hex(&sha2::Sha512_256::digest(text)),
        other => panic!("{other}"),
    }
}

/// A header's credentials, taken apart.
pub(crate) fn part(seen: &Seen, header: &str, name: &str) -> String {
    let value = seen.header(header).unwrap_or_default();
    parameter_of(value.strip_prefix("Digest ").unwrap_or(value), name).unwrap_or_default()
}

/// The response is what rfc7616#3.4.1 makes of the password, in a header that stands there once.
#[track_caller]
pub(crate) fn right(seen: &Seen, header: &str, user: &str, password: &str) -> bool {
    if seen.header(header).is_none() {
        return false;
    }
    let get = |name: &str| part(seen, header, name);
    let algorithm = if get("algorithm").is_empty() { "MD5".into() } else { get("algorithm") };
    let method = if seen.start() == "ACK" { "INVITE" } else { seen.start() };
    let first = hash(&algorithm, &format!("{user}:{}:{password}", get("realm")));
    let second = hash(&algorithm, &format!("{method}:{}", get("uri")));
    let middle = if get("qop").is_empty() {
        get("nonce")
    } else {
        format!("{}:{}:{}:{}", get("nonce"), get("nc"), get("cnonce"), get("qop"))
    };
    assert_eq!(get("username"), user);
    if !get("qop").is_empty() {
        // rfc7616#3.4: eight digits; a client nonce that is not empty
        assert_eq!(get("nc").len(), 8);
        assert!(get("cnonce").len() >= 16, "{}", get("cnonce"));
    }
    get("response") == hash(&algorithm, &format!("{first}:{middle}:{second}"))
}

pub(crate) const CHALLENGE: &str =
    "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n1\", qop=\"auth\", algorithm=MD5\r\n";

/// Challenges what has no credentials for this nonce, and binds what answers it.
fn asks(lines: &'static str, header: &'static str, status: u16) -> impl FnMut(&Seen, usize) -> Vec<Vec<u8>> {
    move |seen, _| {
        vec![if right(seen, header, "anna", PASSWORD) { seen.bound(300) } else { seen.answer(status, lines) }]
    }
}

#[test]
fn each_algorithm_is_answered() {
    // rfc8760#2.1, rfc7616#3.3
    for (lines, algorithm, qop) in [
        ("WWW-Authenticate: Digest realm=\"example.org\", nonce=\"abc\", qop=\"auth\"\r\n", "MD5", "auth"),
        ("WWW-Authenticate: Digest realm=\"example.org\", nonce=\"abc\"\r\n", "MD5", ""),
        (
            "WWW-Authenticate: Digest realm=\"example.org\",nonce=\"abc\",qop=\"auth,auth-int\",algorithm=SHA-256,opaque=\"o=1;x\"\r\n",
            "SHA-256",
            "auth",
        ),
        (
            "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"abc\", qop=\"auth\", algorithm=SHA-512-256\r\n",
            "SHA-512-256",
            "auth",
        ),
        ("WWW-Authenticate: Digest realm=example.org, nonce=abc, algorithm=md5, qop=auth\r\n", "MD5", "auth"),
    ] {
        let (mut lab, _, mut server) = registering(asks(lines, "Authorization", 401));
        pass(&mut lab, &mut server, 1);
        assert_eq!(state(&lab), AccountState::Registered, "{lines}{}", server.last("REGISTER").text);
        let all = server.all("REGISTER");
        assert_eq!(all.len(), 2);
        // rfc3261#22.2: the same request, its number one higher
        assert_eq!((all[0].number() + 1, all[0].header("Call-ID")), (all[1].number(), all[1].header("Call-ID")));
        assert_eq!(all[0].header("From"), all[1].header("From"));
        let said = part(all[1], "Authorization", "algorithm");
        assert!(said.is_empty() && algorithm == "MD5" || said == algorithm, "{said}");
        assert_eq!(part(all[1], "Authorization", "qop"), qop);
        assert_eq!(part(all[1], "Authorization", "uri"), "sip:example.org");
        assert!(
            !lines.contains("opaque") || all[1].header("Authorization").unwrap().contains("opaque=\"o=1;x\""),
            "given back unchanged"
        );
    }
}

#[test]
fn the_strongest_algorithm_that_we_know_is_chosen() {
    // rfc8760#2.4, in whatever order they stand
    for (order, wanted) in [
        (&["MD5", "SHA-256", "SHA-512-256"][..], "SHA-512-256"),
        (&["SHA-256", "MD5"], "SHA-256"),
        (&["FUTURE-9", "MD5"], "MD5"),
        (&["SHA-512-256", "FUTURE-9", "SHA-256"], "SHA-512-256"),
    ] {
        let lines: String = order
            .iter()
            .map(|algorithm| {
                format!("WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n-{algorithm}\", qop=\"auth\", algorithm={algorithm}\r\n")
            })
            .collect();
        let lines: &'static str = lines.leak();
        let (mut lab, _, mut server) = registering(asks(lines, "Authorization", 401));
        pass(&mut lab, &mut server, 1);
        let last = server.last("REGISTER");
        assert_eq!(part(last, "Authorization", "nonce"), format!("n-{wanted}"));
        assert_eq!(last.text.matches("\r\nAuthorization:").count(), 1, "one challenge of one realm is answered");
        assert_eq!(state(&lab), AccountState::Registered);
    }
}

/// The realm and the reason in the challenge event; nothing when there was none.
fn refused(lab: &Lab, account: AccountId) -> Option<(String, Cause)> {
    let event = lab.ends[0].events.iter().rev().find(|event| event.kind == EventKind::Challenge)?;
    let mut buffer = [0; 2000];
    let mut out = microsip_core::base::cursor::Cursor::new(&mut buffer);
    let _ = lab.ends[0].phone.account_text(account, AccountText::RefusedRealm, &mut out);
    Some((String::from_utf8(out.written().to_vec()).unwrap(), event.result))
}

#[test]
fn each_reason_for_giving_no_answer_is_told_apart() {
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
            let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| vec![seen.answer(status, &said)]);
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
            server.script =
                Box::new(move |seen, _| if seen.start() == "ACK" { vec![] } else { vec![seen.answer(status, &said)] });
            lab.names.insert("example.org".into(), vec![server.address]);
            let now = lab.now;
            lab.ends[0].phone.handle_local_changed(now);
            dial(&mut lab, account, "sip:bob@example.org");
            pass(&mut lab, &mut server, 60);
            assert_eq!(lab.ends[0].ended().unwrap().result, cause, "{lines}");
        }
    }
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { password: "", ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| vec![seen.answer(401, CHALLENGE)]);
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
            _ if !right(seen, "Authorization", "anna", PASSWORD) => vec![seen.answer(401, &ask)],
            "REGISTER" => vec![seen.bound(300)],
            _ => vec![seen.answer_with(200, "Contact: <sip:bob@10.0.0.9>\r\n", SDP)],
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
fn a_challenge_that_is_too_long_takes_no_others_place() {
    // the size is the phone's to choose; of two algorithms the stronger one that fits is answered
    let capacity = Capacity { challenge: 64, ..Capacity::host(4, 2, 4096) };
    let (mut lab, account) = crate::server::account_with(capacity, &[REGISTRAR], anna());
    let long = format!("WWW-Authenticate: Digest realm=\"example.org\", nonce=\"{}\", qop=\"auth\"", "n".repeat(60));
    let both = format!("{long}, algorithm=SHA-256\r\n{CHALLENGE}");
    let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| {
        vec![if right(seen, "Authorization", "anna", PASSWORD) { seen.bound(300) } else { seen.answer(401, &both) }]
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
        "INVITE" => vec![seen.answer(401, &alone)],
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
fn credentials_that_leave_no_room_in_the_message_are_called_so() {
    let capacity = Capacity { challenge: 1024, ..Capacity::host(4, 2, 1024) };
    let (mut lab, account) = crate::server::account_with(capacity, &[REGISTRAR], anna());
    let ask =
        format!("WWW-Authenticate: Digest realm=\"example.org\", nonce=\"{}\", qop=\"auth\"\r\n", "n".repeat(500));
    let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| vec![seen.answer(401, &ask)]);
    register(&mut lab, account);
    pass(&mut lab, &mut server, 3600);
    assert_eq!((server.seen.len(), told(&lab).last().unwrap().result), (1, Cause::ChallengeSize));
}

#[test]
fn a_proxys_challenge_is_answered_in_its_own_header() {
    // rfc3261#22.3
    let lines = "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"p\", qop=\"auth\", algorithm=SHA-256\r\n";
    let (mut lab, _, mut server) = registering(asks(lines, "Proxy-Authorization", 407));
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered);
    assert_eq!(server.seen.len(), 2);
    assert!(server.seen[1].header("Authorization").is_none());
}

#[test]
fn a_proxy_and_a_registrar_may_both_ask() {
    let proxy = "Proxy-Authenticate: Digest realm=\"proxy.example.org\", nonce=\"p\", qop=\"auth\"\r\n";
    let (mut lab, _, mut server) = registering(move |seen, _| {
        vec![if !right(seen, "Proxy-Authorization", "anna", PASSWORD) {
            seen.answer(407, proxy)
        } else if !right(seen, "Authorization", "anna", PASSWORD) {
            seen.answer(401, CHALLENGE)
        } else {
            seen.bound(300)
        }]
    });
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered);
    assert_eq!(server.seen.len(), 3);
}

#[test]
fn the_nonce_is_used_again_and_its_count_goes_up() {
    // rfc7616#3.4: no second challenge for what the nonce still serves
    let (mut lab, _, mut server) = registering(asks(CHALLENGE, "Authorization", 401));
    pass(&mut lab, &mut server, 1500);
    let counts: Vec<String> = server.seen.iter().skip(1).map(|seen| part(seen, "Authorization", "nc")).collect();
    let wanted: Vec<String> = (1..=counts.len()).map(|count| format!("{count:08x}")).collect();
    assert_eq!(counts, wanted);
    assert!(counts.len() > 4);
    let mut nonces: Vec<String> =
        server.seen.iter().skip(1).map(|seen| part(seen, "Authorization", "cnonce")).collect();
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), counts.len(), "each with a client nonce of its own");
}

#[test]
fn a_nonce_that_is_given_twice_is_counted_on() {
    // rfc7616#3.4: the same count with the same nonce is a replay. Two calls at once are challenged with one nonce.
    let (mut lab, account, mut server) = registering(|seen, _| match seen.start() {
        "REGISTER" => vec![seen.bound(300)],
        "INVITE" if seen.header("Proxy-Authorization").is_some() => vec![seen.answer(486, "")],
        "INVITE" => {
            vec![seen.answer(407, "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"one\", qop=\"auth\"\r\n")]
        }
        _ => vec![],
    });
    pass(&mut lab, &mut server, 1);
    dial(&mut lab, account, "sip:bob@example.org");
    dial(&mut lab, account, "sip:carla@example.org");
    pass(&mut lab, &mut server, 1);
    let answered = server.all("INVITE").into_iter().filter(|seen| seen.header("Proxy-Authorization").is_some());
    let mut counts: Vec<String> = answered.map(|seen| part(seen, "Proxy-Authorization", "nc")).collect();
    counts.sort();
    assert_eq!(counts, ["00000001", "00000002"]);
}

#[test]
fn the_nonce_that_a_server_wants_next_is_used_next() {
    // rfc7616#3.5 nextnonce: one nonce a request, and no challenge but the first
    let (mut lab, _, mut server) = registering(|seen, nth| {
        if !right(seen, "Authorization", "anna", PASSWORD) || part(seen, "Authorization", "nonce") != format!("n{nth}")
        {
            let wanted = nth + 1;
            return vec![seen.answer(
                401,
                &format!("WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n{wanted}\", opaque=\"o\", qop=\"auth\"\r\n"),
            )];
        }
        let answer = String::from_utf8(seen.bound(300)).unwrap();
        let info =
            format!("\r\nAuthentication-Info: qop=auth, nextnonce=\"n{}\", nc=00000001\r\nContent-Length", nth + 1);
        vec![answer.replace("\r\nContent-Length", &info).into_bytes()]
    });
    pass(&mut lab, &mut server, 1500);
    assert_eq!(state(&lab), AccountState::Registered);
    assert!(server.seen.len() >= 6);
    assert_eq!(server.seen.iter().filter(|seen| seen.header("Authorization").is_none()).count(), 1);
    for (nth, seen) in server.seen.iter().enumerate().skip(1) {
        assert_eq!(
            (part(seen, "Authorization", "nonce"), part(seen, "Authorization", "nc")),
            (format!("n{nth}"), "00000001".into())
        );
        assert_eq!(part(seen, "Authorization", "opaque"), "o");
    }
}

#[test]
fn a_nonce_that_is_too_old_is_replaced() {
    // rfc7616#3.3 stale
    let (mut lab, _, mut server) = registering(|seen, nth| {
        let stale = "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n2\", qop=\"auth\", stale=true\r\n";
        vec![match (nth, part(seen, "Authorization", "nonce").as_str()) {
            (_, "n2") => seen.bound(300),
            (0, _) => seen.answer(401, CHALLENGE),
            _ => seen.answer(401, stale),
        }]
    });
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered);
    assert_eq!(server.seen.len(), 3);
    let last = server.last("REGISTER");
    assert_eq!(part(last, "Authorization", "nc"), "00000001", "a new nonce is counted anew");
    assert!(right(last, "Authorization", "anna", PASSWORD));
    // another nonce at the refresh, without a word of staleness: the one that was tried is only old
    server.script = Box::new(|seen, _| {
        let third = "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n3\", qop=\"auth\"\r\n";
        vec![if part(seen, "Authorization", "nonce") == "n3" { seen.bound(300) } else { seen.answer(401, third) }]
    });
    pass(&mut lab, &mut server, 300);
    assert_eq!(state(&lab), AccountState::Registered);
    assert_eq!(server.seen.len(), 5);
}

#[test]
fn a_server_for_which_every_nonce_is_stale_is_left() {
    let (mut lab, _, mut server) = registering(|seen, nth| {
        vec![seen.answer(
            401,
            &format!("WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n{nth}\", qop=\"auth\", stale=true\r\n"),
        )]
    });
    pass(&mut lab, &mut server, 3600);
    assert!(server.seen.len() <= 6, "{}", server.seen.len());
    assert_eq!((state(&lab), told(&lab).last().unwrap().result), (AccountState::Failed, Cause::Auth));
}

#[test]
fn a_wrong_password_ends_after_one_try() {
    // HOUSE: one try for each realm and nonce
    let (mut lab, account, mut server) = registering(|seen, nth| {
        assert!(nth == 0 || !right(seen, "Authorization", "anna", "the right one"));
        vec![seen.answer(401, &CHALLENGE.replace("n1", &format!("n{nth}")))]
    });
    pass(&mut lab, &mut server, 24 * 3600);
    assert_eq!(server.seen.len(), 2);
    let last = *told(&lab).last().unwrap();
    assert_eq!((last.state, last.result, last.sip_code), (AccountState::Failed as u32, Cause::Auth, 401));
    assert_eq!(lab.ends[0].phone.poll_timeout(), None);
    // only when it is told to
    register(&mut lab, account);
    pass(&mut lab, &mut server, 60);
    assert!(server.seen.len() <= 4);
}

#[test]
fn a_password_with_everything_in_it_is_hashed_as_it_is() {
    let password = "p\"a\\s:s äöü%41 ";
    let config = AccountConfig { username: "a\"n\\na", password, ..anna() };
    let (mut lab, account) = account(&[REGISTRAR], config);
    let mut server = Server::new(&mut lab, REGISTRAR, move |seen, nth| {
        if nth == 0 {
            return vec![seen.answer(401, CHALLENGE)];
        }
        let value = seen.header("Authorization").unwrap();
        assert!(value.contains("username=\"a\\\"n\\\\na\""), "{value}");
        let get = |name| part(seen, "Authorization", name);
        let first = hash("MD5", &format!("a\"n\\na:example.org:{password}"));
        let second = hash("MD5", "REGISTER:sip:example.org");
        let wanted = hash("MD5", &format!("{first}:n1:{}:{}:auth:{second}", get("nc"), get("cnonce")));
        vec![if get("response") == wanted { seen.bound(300) } else { seen.answer(403, "") }]
    });
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered);
}

#[test]
fn unregistering_is_challenged_too() {
    let (mut lab, account, mut server) = registering(asks(CHALLENGE, "Authorization", 401));
    pass(&mut lab, &mut server, 1);
    server.script = Box::new(move |seen, _| {
        assert_eq!(seen.header("Expires"), Some("0"));
        vec![if part(seen, "Authorization", "nonce") == "other" {
            seen.answer(200, "")
        } else {
            seen.answer(401, "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"other\", qop=\"auth\"\r\n")
        }]
    });
    crate::server::unregister(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Unregistered);
    assert!(lab.ends[0].phone.is_idle());
}

/// A description of a far end at `10.0.0.9:4000`.
pub(crate) const SDP: &str = "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";

pub(crate) fn dial(lab: &mut Lab, account: AccountId, target: &str) -> microsip_core::phone::CallId {
    let now = lab.now;
    let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
    let call = lab.ends[0].phone.dial(now, account, target, &options).unwrap();
    lab.drain();
    call
}

/// Takes calls whose INVITE answers the challenge, in a header; every BYE too when `bye`.
fn proxy(bye: bool) -> impl FnMut(&Seen, usize) -> Vec<Vec<u8>> {
    const ASK: &str = "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"px\", qop=\"auth\"\r\n";
    move |seen, _| match seen.start() {
        "REGISTER" => vec![seen.bound(300)],
        "INVITE" if right(seen, "Proxy-Authorization", "anna", PASSWORD) => {
            vec![seen.answer(100, ""), seen.answer_with(200, "Contact: <sip:bob@10.0.0.9>\r\n", SDP)]
        }
        "INVITE" => vec![seen.answer(407, ASK)],
        "BYE" if bye && part(seen, "Proxy-Authorization", "nonce") != "py" => {
            vec![seen.answer(407, "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"py\", qop=\"auth\"\r\n")]
        }
        "BYE" => vec![seen.answer(200, "")],
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
fn who_wants_an_invites_body_hashed_gets_no_answer() {
    // rfc7616#3.4.3: a digest over an empty body would be a wrong one
    const ALONE: &str = "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"int\", qop=\"auth-int\"\r\n";
    const WITH_LESS: &str =
        "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"less\", qop=\"auth\", algorithm=MD5\r\n";
    for (lines, invites) in [(ALONE.to_owned(), 1), (format!("{ALONE}{WITH_LESS}"), 2)] {
        let asked = lines.clone();
        let (mut lab, account, mut server) = registering(move |seen, _| match seen.start() {
            "ACK" => vec![],
            "REGISTER" if part(seen, "Authorization", "qop") == "auth-int" => vec![seen.bound(300)],
            "REGISTER" => vec![seen.answer(401, ALONE)],
            _ if right(seen, "Authorization", "anna", PASSWORD) && part(seen, "Authorization", "qop") == "auth" => {
                vec![seen.answer_with(200, "Contact: <sip:bob@10.0.0.9>\r\n", SDP)]
            }
            _ => vec![seen.answer(401, &asked)],
        });
        pass(&mut lab, &mut server, 1);
        // a REGISTER has no body, so that is what is hashed
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
fn an_ack_that_is_asked_for_again_is_the_same() {
    let (mut lab, account, mut server) = registering(proxy(false));
    pass(&mut lab, &mut server, 1);
    dial(&mut lab, account, "sip:bob@example.org");
    pass(&mut lab, &mut server, 1);
    let repeated = server.last("INVITE").clone();
    lab.send_raw(
        server.address,
        lab.ends[0].address,
        &repeated.answer_with(200, "Contact: <sip:bob@10.0.0.9>\r\n", SDP),
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
        let answers = script(seen, nth);
        if nth == 0 { vec![answers[0].clone(), answers[0].clone()] } else { answers }
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
