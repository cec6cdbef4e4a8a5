#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
use core::sync::atomic::{AtomicU32, Ordering};
use std::path::PathBuf;

use super::super::resample::tests::tone_snr;
use super::{FileCode, Mix, Played, Player, Recording, record};

/// A path of our own, removed at the end.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self(std::env::temp_dir().join(format!("microsip-{}-{number}-{name}", std::process::id())))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn play_all(player: &mut Player) -> Vec<i16> {
    let (mut out, mut piece) = (Vec::new(), [0i16; 160]);
    for _ in 0..100_000 {
        let played = player.fill(&mut piece);
        out.extend_from_slice(&piece[..played.samples]);
        if played.finished {
            break;
        }
    }
    out
}

fn write<T: hound::Sample + Copy>(path: &std::path::Path, rate: u32, channels: u16, bits: u16, float: bool, samples: &[T]) {
    let sample_format = if float { hound::SampleFormat::Float } else { hound::SampleFormat::Int };
    let mut wav =
        hound::WavWriter::create(path, hound::WavSpec { channels, sample_rate: rate, bits_per_sample: bits, sample_format }).unwrap();
    for sample in samples {
        wav.write_sample(*sample).unwrap();
    }
    wav.finalize().unwrap();
}

#[test]
fn recorded_sound_plays_back_the_same() {
    let file = Temporary::new("round.wav");
    let sound: Vec<i16> = (0..4_000).map(|n| ((n * 7_919) % 65_536 - 32_768) as i16).collect();
    let (mut recorder, mut errand) = record(&file.0, 8_000, Mix::Said, None).unwrap();
    for piece in sound.chunks(80) {
        recorder.push(piece, &[0; 80]);
    }
    assert_eq!(errand.drain(), Recording::Running);
    drop(recorder);
    assert_eq!(errand.drain(), Recording::Finished);
    assert_eq!(errand.lost(), 0);
    let mut player = Player::open(&file.0, 8_000, 1).unwrap();
    assert_eq!(play_all(&mut player), sound);
    assert_eq!(player.fill(&mut [1; 80]), Played { samples: 0, finished: true });
    // The bytes themselves: RIFF, length, PCM, one channel, 8000 Hz, 16 bit.
    let bytes = std::fs::read(&file.0).unwrap();
    let at = bytes.len() - 8_000;
    assert_eq!(&bytes[..4], b"RIFF");
    assert_eq!(u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize, bytes.len() - 8);
    assert_eq!(&bytes[8..16], b"WAVEfmt ");
    assert_eq!(&bytes[20..36], [1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0]);
    assert_eq!(&bytes[at - 8..at], [b'd', b'a', b't', b'a', 0x40, 0x1f, 0, 0]);
}

#[test]
fn every_mix_holds_what_it_says() {
    let (said, heard) = ([100i16, 200, 30_000], [1i16, 2, 3_000]);
    for (mix, expect) in [
        (Mix::Said, vec![100, 200, 30_000]),
        (Mix::Heard, vec![1, 2, 3_000]),
        (Mix::Mono, vec![101, 202, 32_767]),
        (Mix::Stereo, vec![100, 1, 200, 2, 30_000, 3_000]),
    ] {
        let file = Temporary::new("mix.wav");
        let (mut recorder, mut errand) = record(&file.0, 16_000, mix, None).unwrap();
        recorder.push(&said, &heard);
        drop(recorder);
        assert_eq!(errand.drain(), Recording::Finished);
        let mut wav = hound::WavReader::open(&file.0).unwrap();
        assert_eq!(wav.spec().channels, if mix == Mix::Stereo { 2 } else { 1 });
        assert_eq!(wav.samples::<i16>().map(Result::unwrap).collect::<Vec<_>>(), expect);
    }
}

#[test]
fn long_pieces_keep_their_order_in_stereo() {
    let file = Temporary::new("long.wav");
    let (said, heard): (Vec<i16>, Vec<i16>) = (0..480).map(|n| (n, -n)).unzip();
    let (mut recorder, mut errand) = record(&file.0, 48_000, Mix::Stereo, None).unwrap();
    recorder.push(&said, &heard);
    drop(recorder);
    errand.drain();
    let all: Vec<i16> = hound::WavReader::open(&file.0).unwrap().samples().map(Result::unwrap).collect();
    assert_eq!(all, (0..480).flat_map(|n| [n, -n]).collect::<Vec<i16>>());
}

#[test]
fn a_crash_leaves_a_file_that_plays() {
    let file = Temporary::new("crash.wav");
    let (mut recorder, mut errand) = record(&file.0, 8_000, Mix::Heard, None).unwrap();
    for _ in 0..100 {
        recorder.push(&[0; 80], &[1_234; 80]);
        errand.drain();
    }
    // Neither is dropped: what is on the disk now is what a crash leaves.
    let mut player = Player::open(&file.0, 8_000, 1).unwrap();
    assert_eq!(play_all(&mut player), vec![1_234; 8_000]);
    core::mem::forget((recorder, errand));
}

#[test]
fn a_slow_disk_loses_the_oldest_and_counts() {
    let file = Temporary::new("slow.wav");
    let (mut recorder, mut errand) = record(&file.0, 8_000, Mix::Said, None).unwrap();
    for n in 0..600i16 {
        recorder.push(&[n; 80], &[0; 80]);
    }
    drop(recorder);
    assert_eq!(errand.drain(), Recording::Finished);
    let all: Vec<i16> = hound::WavReader::open(&file.0).unwrap().samples().map(Result::unwrap).collect();
    assert_eq!((all.len() + errand.lost(), all.last()), (48_000, Some(&599)));
}

#[test]
fn every_kind_of_sample_is_read() {
    for (bits, value) in [(8u16, 64i32), (16, 16_384), (24, 4_194_304), (32, 1_073_741_824)] {
        let file = Temporary::new("bits.wav");
        write(&file.0, 8_000, 1, bits, false, &[value, -value, 0]);
        assert_eq!(play_all(&mut Player::open(&file.0, 8_000, 1).unwrap()), [16_384, -16_384, 0], "{bits} bit");
    }
    let file = Temporary::new("float.wav");
    write(&file.0, 8_000, 2, 32, true, &[0.5f32, 0.25, -1.0, -1.0, 4.0, 4.0]);
    assert_eq!(play_all(&mut Player::open(&file.0, 8_000, 1).unwrap()), [12_288, -32_768, 32_767]);
}

#[test]
fn rounds_follow_each_other_without_a_gap() {
    let file = Temporary::new("loop.wav");
    write(&file.0, 8_000, 1, 16, false, &[1i16, 2, 3]);
    assert_eq!(play_all(&mut Player::open(&file.0, 8_000, 3).unwrap()), [1, 2, 3, 1, 2, 3, 1, 2, 3]);
    let mut endless = Player::open(&file.0, 8_000, 0).unwrap();
    let mut out = [0; 7];
    assert_eq!(endless.fill(&mut out), Played { samples: 7, finished: false });
    assert_eq!(out, [1, 2, 3, 1, 2, 3, 1]);
    let mut once = Player::open(&file.0, 8_000, 1).unwrap();
    let mut out = [9; 5];
    assert_eq!(once.fill(&mut out), Played { samples: 3, finished: true });
    assert_eq!(out, [1, 2, 3, 0, 0]);
}

#[test]
fn any_rate_becomes_the_phones_with_a_clean_tone() {
    for (from, to) in [(44_100u32, 8_000u32), (44_100, 16_000), (48_000, 16_000), (8_000, 48_000), (22_050, 8_000)] {
        let file = Temporary::new("rate.wav");
        let tone = |n: u32| 10_000.0 * (2.0 * core::f64::consts::PI * 1_000.0 * f64::from(n) / f64::from(from)).sin();
        write(&file.0, from, 1, 16, false, &(0..from).map(|n| tone(n).round() as i16).collect::<Vec<_>>());
        let out = play_all(&mut Player::open(&file.0, to, 1).unwrap());
        assert_eq!(out.len(), to as usize);
        let middle: Vec<f64> = out[to as usize / 5..to as usize * 4 / 5].iter().map(|s| f64::from(*s)).collect();
        let (amplitude, snr) = tone_snr(&middle, to, 1_000.0);
        assert!((amplitude - 10_000.0).abs() < 20.0 && snr > 70.0, "{from}->{to}: {amplitude}, {snr} dB");
    }
}

#[test]
fn a_cut_file_plays_as_far_as_it_goes() {
    let file = Temporary::new("cut.wav");
    write(&file.0, 8_000, 1, 16, false, &[5i16; 1_000]);
    let bytes = std::fs::read(&file.0).unwrap();
    std::fs::write(&file.0, &bytes[..bytes.len() - 600]).unwrap();
    assert_eq!(play_all(&mut Player::open(&file.0, 8_000, 1).unwrap()), [5; 700]);
}

#[test]
fn bad_files_are_clear_errors() {
    let code = |path: &std::path::Path| Player::open(path, 8_000, 1).err().map(|e| (e.code, e.text));
    let (kind, text) = code(std::path::Path::new("/nowhere/hello.wav")).unwrap();
    assert_eq!(kind, FileCode::Missing);
    assert!(text.contains("/nowhere/hello.wav") && text.contains("check the path"), "{text}");
    assert_eq!(code(&std::env::temp_dir()).unwrap().0, FileCode::Denied);
    for bytes in [&b""[..], b"RIFF", b"ID3\x03 this is an MP3 and not a WAV at all", &[0u8; 100]] {
        let file = Temporary::new("bad.wav");
        std::fs::write(&file.0, bytes).unwrap();
        let (kind, text) = code(&file.0).unwrap();
        assert_eq!(kind, FileCode::Format);
        assert!(text.contains("sox"), "{text}");
    }
    let file = Temporary::new("empty.wav");
    write::<i16>(&file.0, 8_000, 1, 16, false, &[]);
    assert_eq!(code(&file.0).unwrap().0, FileCode::Format);
    // A header that promises 2 GB at 8 kHz.
    let file = Temporary::new("long.wav");
    write(&file.0, 8_000, 1, 16, false, &[5i16; 10]);
    let mut bytes = std::fs::read(&file.0).unwrap();
    let at = bytes.len() - 24;
    bytes[at..at + 4].copy_from_slice(&0x7fff_fff0u32.to_le_bytes());
    std::fs::write(&file.0, bytes).unwrap();
    assert_eq!(code(&file.0).unwrap().0, FileCode::TooLong);

    let error = |path: &str| record(std::path::Path::new(path), 8_000, Mix::Mono, None).err().unwrap();
    let missing = error("/nowhere/out.wav");
    assert_eq!(missing.code, FileCode::Missing);
    assert!(missing.text.contains("create the directory"), "{missing}");
    assert_eq!(error("/").code, FileCode::Denied);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_once() {
    // hound seeks back to mend its header, which /dev/full allows.
    let opened = record(std::path::Path::new("/dev/full"), 8_000, Mix::Said, None);
    match opened {
        Err(error) => assert_eq!(error.code, FileCode::Full, "{error}"),
        Ok((mut recorder, mut file)) => {
            recorder.push(&[1; 8_000], &[]);
            assert!(matches!(file.drain(), Recording::Failed(error) if error.code == FileCode::Full));
            assert_eq!(file.drain(), Recording::Finished);
        }
    }
}
