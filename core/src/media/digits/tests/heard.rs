//! Digits until they are fetched.

use super::*;
use crate::base::time::Instant;

fn at(ms: u64) -> Instant {
    Instant::from_millis(ms)
}

#[test]
fn digits_that_nobody_fetches_push_out_the_oldest() {
    let mut heard = HeardDigits::EMPTY;
    for digit in b'0'..=b'9' {
        heard.end(at(u64::from(digit)), digit, 100, DigitMethod::Info);
    }
    assert_eq!((heard.take_lost(), heard.take_lost()), (2, 0));
    let told: std::vec::Vec<_> = core::iter::from_fn(|| heard.poll(at(1000))).collect();
    assert!(told.iter().all(|(digit, over)| digit.ms == 100 && *over == at(digit.digit.into())));
    assert!(told.iter().map(|(digit, _)| digit.digit).eq(b'2'..=b'9'));
}

#[test]
fn a_beginning_is_told_once_and_not_behind_its_end() {
    let mut heard = HeardDigits::EMPTY;
    heard.begin(at(100), b'5', DigitMethod::Events);
    assert!(heard.waits());
    assert_eq!((heard.poll(at(200)), heard.poll_begun(at(200))), (None, Some((b'5', DigitMethod::Events, at(100)))));
    assert!(!heard.waits() && heard.poll_begun(at(200)).is_none());
    heard.end(at(3000), b'5', 2900, DigitMethod::Events);
    assert_eq!(heard.poll(at(3000)).map(|(digit, over)| (digit.digit, digit.ms, over)), Some((b'5', 2900, at(3000))));
    heard.begin(at(4000), b'6', DigitMethod::Events);
    heard.end(at(4100), b'6', 100, DigitMethod::Events);
    assert!(heard.poll_begun(at(4100)).is_none() && heard.poll(at(4100)).is_some() && !heard.waits());
}

#[cfg(any(feature = "info", feature = "hear-keys"))]
fn told(heard: &mut HeardDigits, now: u64) -> std::vec::Vec<(char, DigitMethod)> {
    core::iter::from_fn(|| heard.poll(at(now))).map(|(digit, _)| (digit.digit as char, digit.method)).collect()
}

#[test]
#[cfg(any(feature = "info", feature = "hear-keys"))]
fn a_press_that_comes_by_two_ways_is_told_once() {
    use DigitMethod::{Events, Info, InfoPlain, Tones};
    for (first, second) in [(Events, Info), (Info, Events), (Tones, InfoPlain), (Info, Tones), (Events, Tones)] {
        let mut heard = HeardDigits::EMPTY;
        // 5 twice, and 6: each by both, the second way later than the next press by the first
        for (ms, digit, method) in [
            (0, b'5', first),
            (200, b'5', first),
            (250, b'5', second),
            (400, b'6', first),
            (450, b'5', second),
            (900, b'6', second),
            (3000, b'6', first),
        ] {
            heard.begin(at(ms), digit, method);
            heard.end(at(ms), digit, 100, method);
        }
        assert_eq!(told(&mut heard, 3000), [('5', first), ('5', first), ('6', first), ('6', first)]);
        assert!(heard.poll_begun(at(3000)).is_none());
    }
}

#[test]
#[cfg(any(feature = "info", feature = "hear-keys"))]
fn another_way_later_or_the_same_way_again_is_another_press() {
    use DigitMethod::{Events, Info, InfoPlain};
    let mut heard = HeardDigits::EMPTY;
    heard.end(at(1000), b'5', 100, Events);
    heard.end(at(1200), b'5', 100, Events);
    assert_eq!(told(&mut heard, 1200).len(), 2);
    heard.end(at(3300), b'5', 0, Info);
    assert_eq!(told(&mut heard, 3300), [('5', Info)], "more than two seconds later");
    // both bodies of INFO are one way
    heard.end(at(3400), b'5', 0, InfoPlain);
    heard.end(at(3500), b'6', 0, Events);
    assert_eq!(told(&mut heard, 3500), [('5', InfoPlain), ('6', Events)]);
}
