//! The tick and a card's callbacks take no memory and give none back, counted by an allocator.
#![cfg(feature = "host")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    clippy::std_instead_of_core
)]

mod counting;

use core::cell::Cell;
use std::sync::Arc;

use counting::Counting;
use microsip::host::audio::duplex::{Duplex, Wakes, open};
use microsip::host::audio::pace::Pacer;
use microsip::host::audio::resample::Resampler;
use microsip::host::audio::ring::ring;
use microsip::host::audio::wav::{self, Mix, record};
use microsip_core::base::time::Instant;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    COUNT.with(|count| count.set(count.get() + 1));
}

#[global_allocator]
static ALLOCATOR: Counting = Counting(count);

#[test]
fn ticks_and_callbacks_take_no_memory() {
    let path = |name: &str| std::env::temp_dir().join(format!("microsip-{}-{name}.wav", std::process::id()));
    let wakes = Wakes { captured: Arc::new(|| {}), errand: Arc::new(|| {}) };
    let output = format!("wav:{}", path("device").display());
    let (mut files, keeper) = open("null", &output, 16_000, &wakes).unwrap();
    let (mut recorder, file) = record(&path("stereo"), 16_000, Mix::Stereo, Some(wakes.errand)).unwrap();
    let (mut microphone, input) = ring(3_200, 160, Some(wakes.captured));
    let (output, mut loudspeaker) = ring(3_200, 160, None);
    let mut card = Duplex::of_rings(input, output, 16_000);
    // The output file of the null device is empty so far: something to play comes from the recorder's own test data.
    let (mut source, mut written) = record(&path("played"), 16_000, Mix::Said, None).unwrap();
    source.push(&[1_000; 160], &[]);
    written.drain();
    let (mut player, feed) = wav::open(&path("played"), 16_000, 0, None).unwrap();
    assert!(feed.is_some());
    let (mut into, mut out_of) = (Resampler::new(44_100, 16_000), Resampler::new(16_000, 44_100));
    let mut pacer = Pacer::new(Instant::ZERO);
    let (mut heard, mut said) = ([0i16; 160], [0i16; 160]);

    assert!(COUNT.get() > 0, "the counter counts nothing");
    let before = COUNT.get();
    for turn in 0..500u64 {
        // The card's callbacks …
        for n in 0..441 {
            into.push((n * 37 % 1_000) as f32, |value| microphone.push(&[value as i16]));
        }
        for _ in 0..441 {
            out_of.trim((turn % 100) as i32);
            let mut sample = [0];
            let _ = out_of.pull(|| if loudspeaker.read(&mut sample) == 1 { f32::from(sample[0]) } else { 0.0 });
        }
        // … and the tick.
        let now = Instant::from_millis(turn * 10);
        for _ in 0..pacer.due(now, card.clocked_by_input(), card.ready(), 0).run {
            card.capture(&mut heard);
            files.capture(&mut said);
            player.fill(&mut said);
            player.mix(&mut said);
            recorder.push(&said, &heard);
            card.play(&said);
            files.play(&heard);
        }
    }
    let taken = COUNT.get() - before;
    drop((files, keeper, recorder, file, source, written, player, feed));
    for name in ["device", "stereo", "played"] {
        std::fs::remove_file(path(name)).unwrap();
    }
    assert_eq!(taken, 0);
}
