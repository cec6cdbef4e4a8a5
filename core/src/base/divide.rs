//! Numbers of 64 bits divided by small ones. A machine of 32 bits has no instruction for it, and what its compiler brings
//! instead takes any divisor, and 900 bytes of flash.

/// The largest divisor: a rest of less is a digit of eight bits short of a word.
const MOST: u32 = 1 << 24;

/// `number / by`, and the rest. `by` is a clock rate, a power of ten: of 0, and of more than 2^24, it is the nearest number
/// that is within.
#[cfg_attr(target_pointer_width = "32", inline(never))]
#[must_use]
pub(crate) const fn divide(number: u64, by: u32) -> (u64, u32) {
    let by = if by > MOST { MOST } else { by };
    let by = if by == 0 { 1 } else { by };
    if cfg!(target_pointer_width = "64") {
        return (number / by as u64, (number % by as u64) as u32);
    }
    in_digits(number, by)
}

/// As on paper, in digits of eight bits: each is a division of 32 bits.
const fn in_digits(number: u64, by: u32) -> (u64, u32) {
    let (mut quotient, mut rest, mut digits) = (number, 0, 0);
    while digits < u64::BITS / 8 {
        let part = rest << 8 | (quotient >> 56) as u32;
        quotient = quotient << 8 | (part / by) as u64;
        rest = part % by;
        digits += 1;
    }
    (quotient, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_digits_is_the_division_of_the_machine() {
        let edges = [0, 1, 7, 9, 10, 255, 256, 999, 1000, 1001, 7999, 8000, 44_100, 65_535, 65_536, 999_999, 1_000_000];
        let large =
            [MOST as u64 - 1, MOST as u64, u32::MAX as u64, 1 << 32, (1 << 56) - 1, 1 << 56, u64::MAX - 1, u64::MAX];
        for number in edges.into_iter().chain(large) {
            for by in edges.into_iter().chain(large).filter(|by| (1..=u64::from(MOST)).contains(by)) {
                let expected = (number / by, (number % by) as u32);
                assert_eq!(in_digits(number, by as u32), expected, "{number} / {by}");
                assert_eq!(divide(number, by as u32), expected, "{number} / {by}");
            }
        }
    }

    #[test]
    fn no_divisor_panics() {
        assert_eq!(divide(9, 0), (9, 0));
        assert_eq!(divide(1 << 30, u32::MAX), (64, 0));
    }
}
