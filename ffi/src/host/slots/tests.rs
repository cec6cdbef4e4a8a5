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

/// The music of a call on hold in so many quanta.
fn held(slots: &mut Slots, call: CallId, quanta: usize) -> Vec<i16> {
    let quantum = |_| {
        let mut pcm = [0; 80];
        slots.hold(call, &mut pcm);
        pcm
    };
    (0..quanta).flat_map(quantum).collect()
}

#[test]
fn music_goes_round_and_begins_anew_with_each_hold() {
    let calls = [1u64, 2].map(|slot| CallId::from_raw(3 << 48 | 1 << 20 | (slot - 1)).unwrap());
    let mut slots = Slots::new(2, 1);
    let sound = |from: i16| Some((from..from + 100).collect::<Arc<[i16]>>());
    slots.set_music(None, sound(1));
    let round: Vec<i16> = (1..=100).cycle().take(240).collect();
    assert_eq!(held(&mut slots, calls[0], 3), round);
    // each call has its own place in it
    assert_eq!(held(&mut slots, calls[1], 1), round[..80]);
    assert_eq!(held(&mut slots, calls[0], 1)[0], 41);
    slots.say(calls[0], Source::Silence, &mut [0; 80]);
    assert_eq!(held(&mut slots, calls[0], 1), round[..80]);
    // one of a call's own goes before it, until all get another
    slots.set_music(Some(calls[0]), sound(1001));
    assert_eq!(held(&mut slots, calls[0], 1)[40], 1021);
    assert!(held(&mut slots, calls[1], 1)[0] < 200);
    assert_eq!(slots.set_music(None, sound(2001)).len(), 2);
    assert!(held(&mut slots, calls[0], 1)[0] > 2000);
    // the application's PCM, and a call that has gone
    let (mut write, read) = ring(1000, usize::MAX, None);
    write.write(&[7; 80]);
    slots.claim(Target::Call(calls[1])).unwrap().0.outgoing = Some(Outgoing { write, read });
    slots.set_music(Some(calls[1]), None);
    assert!(!slots.moved);
    assert_eq!(held(&mut slots, calls[1], 2), [[7; 80], [0; 80]].concat());
    assert!(slots.moved);
    slots.set_music(Some(calls[0]), sound(3001));
    assert!(slots.silence(Target::Call(calls[0])).is_some_and(|slot| slot.music.is_some()));
    assert!((2001..2101).contains(&held(&mut slots, calls[0], 1)[0]));
}
