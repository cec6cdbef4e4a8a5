use super::*;
use crate::base::rng::Rng;
use std::{format, string::String};

/// Every text of up to `longest` pieces of these, some thousand times.
fn texts(seed: u8, pieces: &[&str], longest: u32, mut each: impl FnMut(&str)) {
    let mut rng = Rng::new(&[seed; 32]);
    for _ in 0..60_000 {
        let text: String =
            (0..rng.below(longest + 1)).map(|_| pieces[rng.below(pieces.len() as u32) as usize]).collect();
        each(&text);
    }
}

#[test]
fn addresses_are_what_the_standard_library_takes_them_for() {
    let mut good = 0;
    let mut compare = |text: &str| {
        assert_eq!(ip(text.as_bytes()), text.parse().ok(), "{text:?}");
        good += u32::from(ip(text.as_bytes()).is_some());
    };
    texts(1, &["0", "1", "25", "255", "256", "01", ".", ".", ".", ".1", "9."], 9, &mut compare);
    texts(
        2,
        &["0:", "1:", "ffff:", ":", "::", "2001:db8:", "a", "0", "12345", "1.2.3.4", "1.2.3", "g", "00a:"],
        10,
        &mut compare,
    );
    for text in [
        "::",
        "::1",
        "1::",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1:2:3:4:5:6:1.2.3.4",
        "::ffff:1.2.3.4",
        "1::8:1.2.3.4",
    ] {
        compare(text);
        compare(&format!("{text}:"));
        compare(&format!(":{text}"));
        compare(&format!("{text}1"));
    }
    assert!(good > 1000, "{good}");
}

#[test]
fn searches_find_what_a_walk_finds() {
    let pieces = [
        "a",
        "bcdefgh",
        "0123456789abcdef",
        "\r",
        "\n",
        "\t",
        ">",
        " ",
        "\u{7f}",
        "\u{e4}",
        "\u{0}",
        "\u{e}",
        "~!~!~!~!~!~!~!~!~!",
    ];
    texts(3, &pieces, 8, |text| {
        let bytes = text.as_bytes();
        let walk = |odd: &dyn Fn(u8) -> bool| bytes.iter().position(|byte| odd(*byte));
        assert_eq!(near(bytes, b'>'), walk(&|byte| byte == b'>'), "{text:?}");
        assert_eq!(control(bytes), walk(&|byte| byte < 14), "{text:?}");
        assert_eq!(printable(bytes, b' '), walk(&|byte| !(b' '..=b'~').contains(&byte)).is_none(), "{text:?}");
        let stop = walk(&|byte| byte == b'>' || !matches!(byte, b'#'..=b'~'));
        assert_eq!(visible_until(bytes, b'>'), stop.filter(|at| bytes[*at] == b'>'), "{text:?}");
    });
}
