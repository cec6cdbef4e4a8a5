use super::Hasher;

fn hash(texts: &[&[u8]]) -> u64 {
    texts.iter().fold(Hasher::new((1, 2)), |hash, text| hash.with(text)).finish()
}

#[test]
fn where_a_text_ends_counts() {
    let different: &[&[&[u8]]] = &[
        &[b"ab", b"c"],
        &[b"a", b"bc"],
        &[b"abc"],
        &[b"abc", b""],
        &[b"", b"abc"],
        &[b""],
        &[b"", b""],
        &[b"\0"],
        &[b"\0\0"],
        &[b"abcdefgh"],
        &[b"abcdefgh", b""],
        &[b"abcdefgh\0"],
        &[b"a\xff", b"b"],
        &[b"a", b"\xffb"],
    ];
    for (at, one) in different.iter().enumerate() {
        assert_eq!(hash(one), hash(one));
        for other in different.iter().skip(at + 1) {
            assert_ne!(hash(one), hash(other), "{one:?} {other:?}");
        }
    }
    assert_ne!(hash(&[b"abc"]), Hasher::new((1, 3)).with(b"abc").finish());
}
