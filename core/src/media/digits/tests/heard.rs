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
    heard.begin(at(100), b'5');
    assert!(heard.waits());
    assert_eq!((heard.poll(at(200)), heard.poll_begun(at(200))), (None, Some((b'5', at(100)))));
    assert!(!heard.waits() && heard.poll_begun(at(200)).is_none());
    heard.end(at(3000), b'5', 2900, DigitMethod::Events);
    assert_eq!(heard.poll(at(3000)).map(|(digit, over)| (digit.digit, digit.ms, over)), Some((b'5', 2900, at(3000))));
    heard.begin(at(4000), b'6');
    heard.end(at(4100), b'6', 100, DigitMethod::Events);
    assert!(heard.poll_begun(at(4100)).is_none() && heard.poll(at(4100)).is_some() && !heard.waits());
}
