use std::sync::Arc;
use std::time::Instant;

use super::super::device::{DeviceCode, Side};
use super::super::ring::ring;
use super::{Duplex, INPUT_LOST, News, OUTPUT_LOST, Wakes, open, open_anyway};

fn wakes() -> Wakes {
    Wakes { captured: Arc::new(|| {}), errand: Arc::new(|| {}) }
}

#[test]
fn null_is_silence_and_a_timer() {
    let (mut duplex, mut keeper) = open("null", "null", 16_000, &wakes()).unwrap();
    let mut pcm = [7; 160];
    assert_eq!(duplex.capture(&mut pcm), 0);
    assert_eq!(pcm, [0; 160]);
    duplex.play(&[1; 160]);
    assert!(!duplex.clocked_by_input());
    assert_eq!((duplex.ready(), duplex.faults(), duplex.lost()), (0, 0, (0, 0)));
    // Nothing to look after, so nothing wakes an idle phone.
    assert_eq!(keeper.tend(Instant::now(), &mut |news| panic!("{news:?}")), None);
}

#[test]
fn files_as_devices() {
    let path = |name: &str| std::env::temp_dir().join(format!("microsip-{}-{name}", std::process::id()));
    let (from, to) = (path("in.wav"), path("out.wav"));
    let (mut recorder, mut file) = super::wav::record(&from, 8_000, super::wav::Mix::Said, None).unwrap();
    recorder.push(&[1, 2, 3], &[]);
    drop(recorder);
    file.drain();

    let (mut duplex, mut keeper) =
        open(&format!("wav:{}", from.display()), &format!("wav:{}", to.display()), 8_000, &wakes()).unwrap();
    let mut pcm = [0; 7];
    assert_eq!(duplex.capture(&mut pcm), 7);
    assert_eq!(pcm, [1, 2, 3, 1, 2, 3, 1]);
    assert!(!duplex.clocked_by_input());
    duplex.play(&pcm);
    drop(duplex);
    keeper.tend(Instant::now(), &mut |news| panic!("{news:?}"));
    let mut back = [0; 8];
    assert_eq!(super::wav::open(&to, 8_000, 1, None).unwrap().0.fill(&mut back).samples, 7);
    assert_eq!(back, [1, 2, 3, 1, 2, 3, 1, 0]);
    for path in [from, to] {
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn what_is_not_there_is_an_error_or_news() {
    let error = open("wav:/nowhere/in.wav", "null", 8_000, &wakes()).err().unwrap();
    assert_eq!((error.code, error.side), (DeviceCode::Missing, Side::Input));
    assert!(error.text.contains("/nowhere/in.wav"), "{error}");
    let error = open("null", "no-such-card", 8_000, &wakes()).err().unwrap();
    assert_eq!((error.code, error.side), (DeviceCode::Missing, Side::Output));
    assert!(error.text.contains("no-such-card") && error.text.contains("null, wav:PATH"), "{error}");

    let mut news = Vec::new();
    let (mut duplex, _keeper) =
        open_anyway("no-such-card", "wav:/nowhere/out.wav", 8_000, &wakes(), &mut |n| news.push(n));
    assert!(matches!(&news[..], [News::Lost(a), News::Lost(b)] if a.side == Side::Input && b.side == Side::Output));
    assert_eq!(duplex.faults(), INPUT_LOST | OUTPUT_LOST);
    assert!(!duplex.clocked_by_input());
    let mut pcm = [7; 80];
    assert_eq!(duplex.capture(&mut pcm), 0);
    assert_eq!(pcm, [0; 80]);
    duplex.play(&pcm);
}

#[test]
fn the_applications_own_engine_as_the_device() {
    let ((mut microphone, input), (output, mut loudspeaker)) = (ring(1_600, 80, None), ring(1_600, 80, None));
    let mut duplex = Duplex::of_rings(input, output, 8_000);
    assert!(duplex.clocked_by_input());
    for count in [3, 408, 29] {
        microphone.push(&vec![9; count]);
    }
    assert_eq!(duplex.ready(), 5);
    let mut pcm = [0; 80];
    assert_eq!(duplex.capture(&mut pcm), 80);
    assert_eq!((pcm, duplex.ready()), ([9; 80], 4));
    duplex.play(&[4; 80]);
    assert_eq!(loudspeaker.read(&mut [0; 100]), 80);
}
