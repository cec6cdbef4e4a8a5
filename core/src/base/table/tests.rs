use super::Hasher;

fn hash(texts: &[&[u8]]) -> u64 {
    texts.iter().fold(Hasher::new((1, 2)), |hash, text| hash.with(text)).finish()
}

/// A count that is kept in one byte lets the end of a text move by 256 bytes.
#[test]
fn where_a_long_text_ends_counts() {
    let (c, t, x) = ([b'c'; 71], [b't'; 255], [b'x'; 20]);
    let one = hash(&[&c, &[&t[..], b"G", &x].concat()]);
    let other = hash(&[&[&c[..], b"G", &t].concat(), &x]);
    assert_ne!(one, other);
    let zeros = [0; 1024];
    for len in 240..=1024 {
        for other in (len % 8..len).step_by(8) {
            assert_ne!(hash(&[&zeros[..len]]), hash(&[&zeros[..other]]), "{len} {other}");
        }
    }
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
