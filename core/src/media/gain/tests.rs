use super::*;

fn after(percent: u16, pcm: [i16; 4]) -> [i16; 4] {
    let mut gain = Gain::EMPTY;
    gain.set(percent);
    gain.apply(&mut [0; 80]); // the change
    let mut pcm = pcm;
    gain.apply(&mut pcm);
    pcm
}

#[test]
fn percents() {
    let pcm = [0, 1000, -1000, i16::MAX];
    assert_eq!(after(100, pcm), pcm);
    assert_eq!(after(0, pcm), [0; 4]);
    assert_eq!(after(50, pcm), [0, 500, -500, 16_383]);
    assert_eq!(after(400, pcm), [0, 4000, -4000, i16::MAX]);
    assert_eq!(after(400, [i16::MIN, -9000, 9000, 1]), [i16::MIN, i16::MIN, i16::MAX, 4]);
    assert_eq!(after(u16::MAX, pcm), after(400, pcm));
}

#[test]
fn mute_fades_and_remembers_the_volume() {
    let mut gain = Gain::EMPTY;
    gain.mute(true);
    let mut pcm = [8000; 80];
    gain.apply(&mut pcm);
    assert!(pcm.windows(2).all(|pair| pair[1] <= pair[0] && pair[0] - pair[1] <= 101), "no click");
    assert_eq!(pcm[79], 0);
    let mut pcm = [8000; 80];
    gain.apply(&mut pcm);
    assert_eq!(pcm, [0; 80]);
    assert!(gain.muted());
    gain.mute(false);
    gain.apply(&mut pcm);
    let mut pcm = [8000; 80];
    gain.apply(&mut pcm);
    assert_eq!((pcm, gain.percent()), ([8000; 80], 100));
    gain.apply(&mut []);
}

#[test]
fn the_level_is_of_the_last_100_ms() {
    let mut level = Level::EMPTY;
    level.feed(&[5, -300, 200]);
    assert_eq!(level.peak(), 300);
    level.feed(&[i16::MIN]);
    assert_eq!(level.peak(), 32_767);
    for _ in 0..20 {
        level.feed(&[7]);
    }
    assert_eq!(level.peak(), 7);
}
