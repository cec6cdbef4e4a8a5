use super::*;
use crate::base::{
    cursor::Cursor,
    rng::Rng,
    text::{Packer, Span},
};
use std::{format, string::String, vec, vec::Vec};

fn written(answer: &Authorization<'_>) -> String {
    let mut buffer = [0; 1024];
    let mut out = Cursor::new(&mut buffer);
    answer.write(&mut out);
    String::from_utf8(out.written().to_vec()).unwrap()
}

fn written_with(answer: &Authorization<'_>, cnonce: &str) -> String {
    let mut buffer = [0; 1024];
    let mut out = Cursor::new(&mut buffer);
    answer.write_with(cnonce.as_bytes(), &mut out);
    String::from_utf8(out.written().to_vec()).unwrap()
}

fn register<'a>(challenge: &'a Challenge<'a>) -> Authorization<'a> {
    Authorization {
        challenge,
        username: b"bob",
        password: b"zanzibar",
        method: b"REGISTER",
        uri: b"sip:biloxi.com",
        body: b"",
        nc: 1,
        cnonce: 0x0a4f_113b_0000_0001,
    }
}

#[test]
fn a_challenge_is_read_into_its_fields() {
    let value = b"Digest realm=\"atlanta.com\", domain=\"sip:ss1.carrier.com\", qop=\"auth,auth-int\",\r\n nonce=\"f84f1cec41e6cbe5aea9c8e88d359\", \
                  opaque=\"\", stale=FALSE, algorithm=MD5";
    assert_eq!(
        Challenge::parse(value).unwrap(),
        Challenge {
            realm: b"atlanta.com",
            nonce: b"f84f1cec41e6cbe5aea9c8e88d359",
            opaque: Some(b""),
            algorithm: Algorithm::Md5,
            qop_auth: true,
            qop_auth_int: true,
            qop_none: false,
            stale: false,
            userhash: false,
        }
    );
}

#[test]
fn a_challenge_in_unusual_dress_is_read() {
    // Case, white space round `=`, no quotes where there should be, quotes where there should be none, unknown
    // parameters.
    let value =
        b" dIGEST  REALM = \"a \\\"b\\\" c\" ,NONCE=abc/+==,, Algorithm=\"sha-256\" , x-y=\"1,2\", Stale=\"TRUE\"  ";
    let challenge = Challenge::parse(value).unwrap();
    assert_eq!(challenge.realm, b"a \\\"b\\\" c");
    assert_eq!(challenge.nonce, b"abc/+==");
    assert_eq!(challenge.algorithm, Algorithm::Sha256);
    assert!(challenge.qop_none && challenge.stale && !challenge.qop_auth);
    assert_eq!(challenge.opaque, None);
    // rfc7616#3.3: an unknown qop option is passed over, not fatal.
    let challenge = Challenge::parse(b"Digest realm=\"r\", nonce=\"n\", qop=\"token, AUTH\"").unwrap();
    assert!(challenge.qop_auth && !challenge.qop_auth_int && !challenge.qop_none);
}

#[test]
fn what_cannot_be_answered_is_no_challenge() {
    for value in [
        &b""[..],
        b"Digest",
        b"Digest realm=\"r\"",
        b"Digest nonce=\"n\"",
        b"Basic realm=\"r\", nonce=\"n\"",
        b"Digest realm=\"r\", nonce=\"n\", algorithm=MD4",
        b"Digest realm=\"r\", nonce=\"n\", qop=\"other\"",
        b"Digest realm=\"r, nonce=\"n\"",
        b"Digest realm=\"r\", nonce=\"n",
        b"Digest realm=\"r\", nonce=\"n\\\"",
        b"Digest realm=\"r\", nonce=",
        // The right realm must not be guessed.
        b"Digest realm=\"r\", nonce=\"n\", realm=\"s\"",
        // A text that would break a line of ours when it is written back.
        b"Digest realm=\"r\r\nFrom: x\", nonce=\"n\"",
        b"Digest realm=\"r\", nonce=\"n\0\"",
        b"=\"\"",
    ] {
        assert_eq!(Challenge::parse(value), None, "{}", value.escape_ascii());
    }
}

// rfc8760#2.4
#[test]
fn the_strongest_of_an_allowed_realm_is_chosen() {
    let values: [&[u8]; 6] = [
        b"Bearer abc",
        b"Digest realm=\"evil\", nonce=\"0\", algorithm=SHA-512-256",
        b"Digest realm=\"home\", nonce=\"1\", algorithm=MD5",
        b"Digest realm=\"home\", nonce=\"2\", algorithm=SHA-999",
        b"Digest realm=\"home\", nonce=\"3\", algorithm=SHA-256, qop=\"auth\", Digest realm=\"proxy\", nonce=\"4\", algorithm=SHA-512-256",
        b"Digest realm=\"home\", nonce=\"5\", algorithm=SHA-256-sess",
    ];
    let choose = |realms: &[&[u8]]| {
        strongest(values.iter().copied(), |challenge| realms.contains(&challenge.realm))
            .map(|challenge| challenge.nonce)
    };
    assert_eq!(choose(&[b"home"]), Some(&b"3"[..]));
    assert_eq!(choose(&[b"home", b"proxy"]), Some(&b"3"[..]));
    assert_eq!(choose(&[b"proxy"]), Some(&b"4"[..]));
    assert_eq!(choose(&[b"evil"]), Some(&b"0"[..]));
    assert_eq!(choose(&[]), None);
    assert_eq!(choose(&[b"Home"]), None);
}

#[test]
fn several_challenges_in_one_value_are_told_apart() {
    let value = b"Basic realm=\"b\", Digest realm=\"r\", nonce=\"1\",Digest nonce=\"2\" , realm=\"s\", Negotiate";
    let found: Vec<_> = challenges(value).map(|challenge| (challenge.realm, challenge.nonce)).collect();
    assert_eq!(found, [(&b"r"[..], &b"1"[..]), (b"s", b"2")]);
}

// rfc2617#3.5
#[test]
fn the_example_of_rfc_2617_comes_out() {
    let challenge = Challenge::parse(
        b"Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
    )
    .unwrap();
    let answer = Authorization {
        challenge: &challenge,
        username: b"Mufasa",
        password: b"Circle Of Life",
        method: b"GET",
        uri: b"/dir/index.html",
        body: b"",
        nc: 1,
        cnonce: 0,
    };
    assert_eq!(
        written_with(&answer, "0a4f113b"),
        "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", \
         response=\"6629fae49393a05397450978507c4ef1\", algorithm=MD5, cnonce=\"0a4f113b\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\", \
         qop=auth, nc=00000001"
    );
}

// rfc7616#3.9.1
#[test]
fn the_examples_of_rfc_7616_come_out() {
    for (algorithm, response) in [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ] {
        let value = format!(
            "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
             nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
        );
        let challenge = Challenge::parse(value.as_bytes()).unwrap();
        let answer = Authorization {
            challenge: &challenge,
            username: b"Mufasa",
            password: b"Circle of Life",
            method: b"GET",
            uri: b"/dir/index.html",
            body: b"",
            nc: 1,
            cnonce: 0,
        };
        let text = written_with(&answer, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
        assert!(text.contains(&format!("response=\"{response}\", algorithm={algorithm}, ")), "{text}");
    }
}

// rfc7616#3.9.2. The RFC prints SHA-512 cut to 256 bits; these are the values of SHA-512/256 (checked with OpenSSL),
// which servers use.
#[test]
fn sha_512_256_and_a_hashed_name_come_out() {
    let challenge = Challenge::parse(
        b"Digest realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-512-256, nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", \
          opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS\", charset=UTF-8, userhash=true",
    )
    .unwrap();
    let answer = Authorization {
        challenge: &challenge,
        username: "J\u{e4}s\u{f8}n Doe".as_bytes(),
        password: b"Secret, or not?",
        method: b"GET",
        uri: b"/doe.json",
        body: b"",
        nc: 1,
        cnonce: 0,
    };
    let text = written_with(&answer, "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v");
    assert!(
        text.starts_with("Digest username=\"793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b\", "),
        "{text}"
    );
    assert!(text.contains("response=\"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5\""), "{text}");
    assert!(text.ends_with(", qop=auth, nc=00000001, userhash=true"), "{text}");
}

// rfc2617#3.2.2.1
#[test]
fn without_qop_neither_cnonce_nor_count_is_written() {
    let challenge =
        Challenge::parse(b"Digest realm=\"biloxi.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"").unwrap();
    assert_eq!(
        written(&register(&challenge)),
        format!(
            "Digest username=\"bob\", realm=\"biloxi.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"sip:biloxi.com\", \
             response=\"{}\", algorithm=MD5",
            md5(&format!(
                "{}:dcd98b7102dd2f0e8b11d0f600bfb0c093:{}",
                md5("bob:biloxi.com:zanzibar"),
                md5("REGISTER:sip:biloxi.com")
            ))
        )
    );
}

fn md5(text: &str) -> String {
    use ::md5::Digest as _;
    ::md5::Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

// rfc7616#3.4.2, rfc7616#3.4.3
#[test]
fn session_keys_and_auth_int_are_hashed_by_their_formulas() {
    let challenge = Challenge::parse(b"Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\", algorithm=MD5-sess").unwrap();
    let answer = Authorization { body: b"v=0\r\n", nc: 0x1f, ..register(&challenge) };
    let secret = md5(&format!("{}:n:0a4f113b00000001", md5("bob:r:zanzibar")));
    let request = md5(&format!("REGISTER:sip:biloxi.com:{}", md5("v=0\r\n")));
    let response = md5(&format!("{secret}:n:0000001f:0a4f113b00000001:auth-int:{request}"));
    assert_eq!(
        written(&answer),
        format!(
            "Digest username=\"bob\", realm=\"r\", nonce=\"n\", uri=\"sip:biloxi.com\", response=\"{response}\", algorithm=MD5-sess, \
             cnonce=\"0a4f113b00000001\", qop=auth-int, nc=0000001f"
        )
    );
    // A session key needs its cnonce even where there is no qop.
    let challenge = Challenge::parse(b"Digest realm=\"r\", nonce=\"n\", algorithm=MD5-sess").unwrap();
    assert!(written(&register(&challenge)).ends_with(", algorithm=MD5-sess, cnonce=\"0a4f113b00000001\""));
}

#[test]
fn a_name_is_escaped_and_can_end_no_line() {
    let challenge = Challenge::parse(b"Digest realm=\"r\", nonce=\"n\"").unwrap();
    let answer = Authorization { username: b"b\"o\\b\r\nX: y", ..register(&challenge) };
    assert!(written(&answer).starts_with("Digest username=\"b\\\"o\\\\bX: y\", realm="));
}

#[test]
fn a_password_is_in_no_output() {
    let challenge = Challenge::parse(b"Digest realm=\"r\", nonce=\"n\", qop=\"auth\"").unwrap();
    let answer = register(&challenge);
    assert!(!written(&answer).contains("zanzibar"));
    assert_eq!(format!("{answer:?}"), "Authorization(secret)");
}

#[test]
fn a_packed_challenge_is_the_same_challenge() {
    for value in [
        &b"Digest realm=\"r\", nonce=\"n\", qop=\"auth,auth-int\", opaque=\"\", stale=true, algorithm=SHA-512-256-sess, userhash=true"[..],
        b"Digest realm=\"\", nonce=\"\"",
    ] {
        let challenge = Challenge::parse(value).unwrap();
        let mut block = [0; 64];
        let packed = challenge.pack(&mut Packer::new(&mut block, 7)).unwrap();
        assert_eq!(packed.view(&block), challenge);
        assert!(!packed.is_empty());
        if !challenge.realm.is_empty() {
            assert_eq!(challenge.pack(&mut Packer::new(&mut block, 63)), None);
        }
    }
    assert!(PackedChallenge::EMPTY.is_empty());
    assert!(size_of::<PackedChallenge>() <= 3 * size_of::<Span>() + 2);
}

#[test]
fn algorithm_names_read_back() {
    for algorithm in Algorithm::ALL.iter().copied() {
        assert_eq!(Algorithm::of(algorithm.name().to_ascii_lowercase().as_bytes()), Some(algorithm));
    }
    assert_eq!(Algorithm::of(b""), None);
}

#[test]
fn a_cursor_too_small_only_counts() {
    let challenge = Challenge::parse(b"Digest realm=\"r\", nonce=\"n\", qop=\"auth\"").unwrap();
    let needed = written(&register(&challenge)).len();
    for room in 0..needed {
        let mut buffer = vec![0; room];
        let mut out = Cursor::new(&mut buffer);
        register(&challenge).write(&mut out);
        assert_eq!(out.needed(), needed);
    }
}

#[test]
fn mutated_challenges_never_panic_and_never_smuggle_a_line() {
    let seeds: [&[u8]; 3] = [
        b"Digest realm=\"atlanta.com\", qop=\"auth,auth-int\", nonce=\"f84f1c\\\"ec41\", opaque=\"x\", stale=FALSE, algorithm=MD5",
        b"Basic realm=\"b\", Digest realm=\"r\", nonce=\"1\",Digest nonce=\"2\" , realm=\"s\", Negotiate abc==",
        b"Digest\trealm=r,\r\n nonce=n,algorithm=\"SHA-256\",userhash=true",
    ];
    let mut rng = Rng::new(&[7; 32]);
    for round in 0..20_000usize {
        let mut value = seeds[round % seeds.len()].to_vec();
        for _ in 0..=rng.next_u64() % 4 {
            mutate(&mut value, &mut rng);
        }
        for challenge in challenges(&value) {
            let mut block = [0; 512];
            let packed = challenge.pack(&mut Packer::new(&mut block, 0)).unwrap();
            assert_eq!(packed.view(&block), challenge);
            let text = {
                let mut buffer = [0; 2048];
                let mut out = Cursor::new(&mut buffer);
                register(&challenge).write(&mut out);
                out.written().to_vec()
            };
            assert!(!text.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)));
            // Our text reads back as one scheme with the same realm and nonce.
            let again = Challenge::parse(&text).unwrap();
            assert_eq!((again.nonce, again.algorithm), (challenge.nonce, challenge.algorithm));
            assert_eq!(again.realm, challenge.realm);
        }
    }
}

fn mutate(value: &mut Vec<u8>, rng: &mut Rng) {
    const SPICE: &[u8] = b"\"\\,= \t\r\n\0aD;:/\xff";
    let at = (rng.next_u64() as usize) % (value.len() + 1);
    let byte = SPICE[(rng.next_u64() as usize) % SPICE.len()];
    match rng.next_u64() % 4 {
        0 => value.insert(at, byte),
        1 if at < value.len() => value[at] = byte,
        2 if at < value.len() => {
            value.remove(at);
        }
        _ => value.truncate(at),
    }
}
