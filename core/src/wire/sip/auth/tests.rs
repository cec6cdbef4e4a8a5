use super::*;

#[test]
fn reads_a_challenge() {
    let challenge = AuthParams::new(
        b"Digest realm=\"a, \\\"b\\\"\", nonce = \"n==\",qop=\"auth,auth-int\" , algorithm=SHA-256,, stale=TRUE",
    );
    assert!(challenge.is_digest());
    assert_eq!(challenge.get(b"REALM"), Some(&b"a, \\\"b\\\""[..]));
    assert_eq!(challenge.get(b"nonce"), Some(&b"n=="[..]));
    assert_eq!(challenge.get(b"qop"), Some(&b"auth,auth-int"[..]));
    assert_eq!(challenge.get(b"algorithm"), Some(&b"SHA-256"[..]));
    assert_eq!(challenge.get(b"stale"), Some(&b"TRUE"[..]));
    assert_eq!(challenge.get(b"opaque"), None);
}

#[test]
fn reads_what_has_no_scheme() {
    let info = AuthParams::new(b"nextnonce=\"x\", nc=00000001");
    assert_eq!(
        (info.scheme(), info.get(b"nc"), info.get(b"nextnonce")),
        (&b""[..], Some(&b"00000001"[..]), Some(&b"x"[..]))
    );
    assert_eq!(AuthParams::new(b"Negotiate").scheme(), b"Negotiate");
    assert_eq!(AuthParams::new(b"").count(), 0);
}

#[test]
fn debug_keeps_secrets() {
    let shown = std::format!("{:?}", AuthParams::new(b"Digest response=\"0123456789abcdef\""));
    assert!(!shown.contains("0123"), "{shown}");
}
