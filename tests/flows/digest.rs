//! Digest: 401 and 407, three algorithms, nonces and their counts. The server here computes the digest for itself.

mod calls;
mod nonces;
mod refused;

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

/// Challenges a REGISTER without credentials for this nonce, and binds one that has them.
fn asks(lines: &'static str, header: &'static str, status: u16) -> impl FnMut(&Seen, usize) -> Vec<Vec<u8>> {
    move |seen, _| {
        vec![if right(seen, header, "anna", PASSWORD) { seen.bound(300) } else { seen.response(status, lines) }]
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
            seen.response(407, proxy)
        } else if !right(seen, "Authorization", "anna", PASSWORD) {
            seen.response(401, CHALLENGE)
        } else {
            seen.bound(300)
        }]
    });
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered);
    assert_eq!(server.seen.len(), 3);
}

#[test]
fn a_wrong_password_ends_after_one_try() {
    // one try for each realm and nonce
    let (mut lab, account, mut server) = registering(|seen, nth| {
        assert!(nth == 0 || !right(seen, "Authorization", "anna", "the right one"));
        vec![seen.response(401, &CHALLENGE.replace("n1", &format!("n{nth}")))]
    });
    pass(&mut lab, &mut server, 24 * 3600);
    assert_eq!(server.seen.len(), 2);
    let last = *told(&lab).last().unwrap();
    assert_eq!((last.state, last.result, last.sip_code), (AccountState::Failed as u32, Cause::Auth, 401));
    assert_eq!(lab.ends[0].phone.poll_timeout(), None);
    // only the application begins the next try
    register(&mut lab, account);
    pass(&mut lab, &mut server, 60);
    assert!(server.seen.len() <= 4);
}

#[test]
fn a_password_of_any_characters_is_hashed_as_it_is() {
    let password = "p\"a\\s:s äöü%41 ";
    let config = AccountConfig { username: "a\"n\\na", password, ..anna() };
    let (mut lab, account) = account(&[REGISTRAR], config);
    let mut server = Server::new(&mut lab, REGISTRAR, move |seen, nth| {
        if nth == 0 {
            return vec![seen.response(401, CHALLENGE)];
        }
        let value = seen.header("Authorization").unwrap();
        assert!(value.contains("username=\"a\\\"n\\\\na\""), "{value}");
        let get = |name| part(seen, "Authorization", name);
        let first = hash("MD5", &format!("a\"n\\na:example.org:{password}"));
        let second = hash("MD5", "REGISTER:sip:example.org");
        let wanted = hash("MD5", &format!("{first}:n1:{}:{}:auth:{second}", get("nc"), get("cnonce")));
        vec![if get("response") == wanted { seen.bound(300) } else { seen.response(403, "") }]
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
            seen.response(200, "")
        } else {
            seen.response(401, "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"other\", qop=\"auth\"\r\n")
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
