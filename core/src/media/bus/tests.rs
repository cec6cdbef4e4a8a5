#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
use super::*;

#[test]
fn everybody_hears_all_but_themselves() {
    let mut sum = [99i32; 2];
    let members = [[100i16, -1], [200, -2], [400, -4]];
    let mut mixer = Mixer::new(&mut sum);
    members.iter().for_each(|pcm| mixer.add(pcm));
    let mut out = [0; 2];
    for (own, heard) in members.iter().zip([[600, -6], [500, -5], [300, -3]]) {
        mixer.without(own, &mut out);
        assert_eq!(out, heard);
        let mut in_place = *own;
        mixer.replace(&mut in_place);
        assert_eq!(in_place, heard);
    }
    mixer.all(&mut out);
    assert_eq!(out, [700, -7]);
}

#[test]
fn loud_members_saturate_once_at_the_end() {
    let mut sum = [0i32; 1];
    let mut mixer = Mixer::new(&mut sum);
    for pcm in [[30_000i16], [30_000], [-30_000]] {
        mixer.add(&pcm);
    }
    let mut out = [0; 1];
    mixer.without(&[-30_000], &mut out);
    assert_eq!(out, [i16::MAX]);
    mixer.without(&[30_000], &mut out);
    assert_eq!(out, [0]);
    let mut sum = [0i32; 1];
    let mut mixer = Mixer::new(&mut sum);
    for _ in 0..100_000 {
        mixer.add(&[i16::MIN]);
    }
    mixer.all(&mut out);
    assert_eq!(out, [i16::MIN]);
}
