use super::*;
use crate::host::audio::ring::ring;
use crate::host::audio::wav::{self, Mix};

#[test]
fn a_file_lies_over_the_source_which_goes_on() {
    let path = std::env::temp_dir().join(format!("microsip-over-{}.wav", std::process::id()));
    let (mut recorder, mut file) = wav::record(&path, 8_000, Mix::Said, None).unwrap();
    recorder.push(&[100; 120], &[]);
    drop(recorder);
    file.drain();
    let (player, _) = wav::open(&path, 8_000, 1, None).unwrap();
    std::fs::remove_file(path).unwrap();
    let call = CallId::from_raw(3 << 48 | 1 << 20).unwrap();
    let mut slots = Slots::new(2, 0);
    let (slot, _) = slots.claim(Target::Call(call)).unwrap();
    let (mut write, read) = ring(1000, usize::MAX, None);
    write.write(&(0..240).collect::<Vec<i16>>());
    slot.outgoing = Some(Outgoing { write, read });
    slot.playing = Some(Playing { player, token: 7, over: false });

    let said: Vec<i16> = (0..3)
        .flat_map(|_| {
            let mut pcm = [0; 80];
            slots.say(call, Source::Application, &mut pcm);
            pcm
        })
        .collect();
    let wanted: Vec<i16> = (0..240).map(|n| if n < 120 { n + 100 } else { n }).collect();
    assert_eq!(said, wanted);
    let played = slots.played.pop().unwrap();
    assert_eq!((played.target, played.token, played.result), (call.raw(), 7, MICROSIP_OK));
    assert!(slots.played.is_empty());
}
