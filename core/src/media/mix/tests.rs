//! One sum for all.

use super::{Own, add, lay, smooth, whole};
use crate::media::gain::{Gain, Ramp};

const ONE: Ramp = Ramp::ONE;

/// Three sounds of five samples.
const SOUNDS: [[i16; 5]; 3] = [[1, 2, 3, 4, 5], [100, -200, 300, -400, 500], [32_767, 32_767, -32_768, 0, 7]];

#[test]
fn each_hears_all_others_and_not_itself() {
    let mut sum = [0; 5];
    for sound in &SOUNDS {
        assert_eq!(add(&mut sum, sound, ONE), sound[4]);
    }
    let mut said = [10i16; 5];
    assert_eq!(lay(&mut said, &sum, Own { pcm: &SOUNDS[0], gain: ONE }, ONE), 507);
    assert_eq!(said, [32_767, 32_577, -32_458, -390, 517], "at full scale where it is louder");
    let mut said = [0i16; 5];
    lay(&mut said, &sum, Own { pcm: &SOUNDS[2], gain: ONE }, ONE);
    assert_eq!(said, [101, -198, 303, -396, 505], "its own is taken out to the last bit, loud as it is");
    let mut all = [0i16; 5];
    whole(&sum, &mut all);
    assert_eq!(all, [32_767, 32_569, -32_465, -396, 512]);
}

#[test]
fn gains_are_taken_out_as_they_were_put_in() {
    let mut gain = Gain::RISING;
    gain.set(50);
    for _ in 0..3 {
        let ramp = gain.step();
        let (mut sum, mut said) = ([7; 5], [0i16; 5]);
        let last = add(&mut sum, &SOUNDS[1], ramp);
        assert_eq!(last, 250, "a ramp ends at its gain");
        lay(&mut said, &sum, Own { pcm: &SOUNDS[1], gain: ramp }, ONE);
        assert_eq!(said, [7; 5]);
        assert_eq!(lay(&mut said, &sum, Own { pcm: &SOUNDS[1], gain: ramp }, Ramp::SILENT), 0);
        assert_eq!(said, [7; 5], "the deaf hear nothing");
    }
    assert_eq!(add(&mut [0; 5], &SOUNDS[1], Ramp::SILENT), 0);
}

#[test]
fn a_step_is_led_to_zero() {
    let mut sum = [0; 80];
    smooth(&mut sum, 8000);
    assert_eq!((sum[0], sum[79]), (7900, 0));
    assert!(sum.windows(2).all(|pair| pair[0] - pair[1] == 100));
    smooth(&mut [], 1);
    let mut loud = [0; 3];
    smooth(&mut loud, i32::MAX);
    assert_eq!(loud[2], 0);
}
