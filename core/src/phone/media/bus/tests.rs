//! Mixing.

use super::{BLOCK, mix_others};

#[test]
fn a_member_gets_its_source_and_the_others() {
    let samples = 2 * BLOCK + 5; // not whole blocks
    let mut all = std::vec![0i16; 3 * samples];
    for (nth, heard) in all.chunks_mut(samples).enumerate() {
        for (at, sample) in heard.iter_mut().enumerate() {
            *sample = (1000 * (nth as i16 + 1)) + at as i16;
        }
    }
    for (own, others) in [(0, 5000), (1, 4000), (2, 3000)] {
        let mut said = std::vec![7i16; samples];
        mix_others(&mut said, &all, own);
        for (at, sample) in said.iter().enumerate() {
            assert_eq!(i32::from(*sample), 7 + others + 2 * at as i32, "member {own}, sample {at}");
        }
    }
}

#[test]
fn what_is_too_loud_stays_at_full_scale_and_opposites_cancel() {
    let mut said = [20_000i16; 4];
    mix_others(
        &mut said,
        &[[0; 4], [30_000, -30_000, 32_767, -32_768], [30_000, -30_000, -32_768, 12_768]].concat(),
        0,
    );
    assert_eq!(said, [i16::MAX, i16::MIN, 19_999, 0]);
}
