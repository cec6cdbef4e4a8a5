//! Nonces: counted, replaced, and given up when each is called stale.

use super::*;

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
        "INVITE" if seen.header("Proxy-Authorization").is_some() => vec![seen.response(486, "")],
        "INVITE" => {
            vec![
                seen.response(407, "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"one\", qop=\"auth\"\r\n"),
            ]
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
            return vec![seen.response(
                401,
                &format!("WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n{wanted}\", opaque=\"o\", qop=\"auth\"\r\n"),
            )];
        }
        let response = String::from_utf8(seen.bound(300)).unwrap();
        let info =
            format!("\r\nAuthentication-Info: qop=auth, nextnonce=\"n{}\", nc=00000001\r\nContent-Length", nth + 1);
        vec![response.replace("\r\nContent-Length", &info).into_bytes()]
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
            (0, _) => seen.response(401, CHALLENGE),
            _ => seen.response(401, stale),
        }]
    });
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered);
    assert_eq!(server.seen.len(), 3);
    let last = server.last("REGISTER");
    assert_eq!(part(last, "Authorization", "nc"), "00000001", "a new nonce is counted anew");
    assert!(right(last, "Authorization", "anna", PASSWORD));
    // another nonce at the refresh, without `stale`: the nonce that was tried is only old
    server.script = Box::new(|seen, _| {
        let third = "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n3\", qop=\"auth\"\r\n";
        vec![if part(seen, "Authorization", "nonce") == "n3" { seen.bound(300) } else { seen.response(401, third) }]
    });
    pass(&mut lab, &mut server, 300);
    assert_eq!(state(&lab), AccountState::Registered);
    assert_eq!(server.seen.len(), 5);
}

#[test]
fn a_server_for_which_every_nonce_is_stale_is_left() {
    let (mut lab, _, mut server) = registering(|seen, nth| {
        vec![seen.response(
            401,
            &format!("WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n{nth}\", qop=\"auth\", stale=true\r\n"),
        )]
    });
    pass(&mut lab, &mut server, 3600);
    assert!(server.seen.len() <= 6, "{}", server.seen.len());
    assert_eq!((state(&lab), told(&lab).last().unwrap().result), (AccountState::Failed, Cause::Auth));
}
