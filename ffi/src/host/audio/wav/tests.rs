use core::sync::atomic::{AtomicU32, Ordering};
use std::path::PathBuf;

use super::super::resample::tests::tone_snr;
use super::{Feed, Feeding, FileCode, FileError, Mix, Player, Recording, check, load, open, record};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

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

/// Both halves in one hand.
struct Playing(Player, Option<Feed>);

impl Playing {
    fn open(path: &Path, rate: u32, times: u32) -> Result<Self, FileError> {
        open(path, rate, times, None).map(|(player, feed)| Self(player, feed))
    }

    fn fill(&mut self, out: &mut [i16]) -> (usize, bool) {
        if self.1.as_mut().is_some_and(|feed| !matches!(feed.tend(Instant::now()), Feeding::Until(_))) {
            self.1 = None;
        }
        let played = self.0.fill(out);
        assert!(!played.failed);
        (played.samples, played.finished)
    }
}

fn play_all(player: &mut Playing) -> Vec<i16> {
    let (mut out, mut piece) = (Vec::new(), [0i16; 160]);
    for _ in 0..100_000 {
        let (samples, finished) = player.fill(&mut piece);
        out.extend_from_slice(&piece[..samples]);
        if finished {
            break;
        }
    }
    out
}

fn played(path: &Path) -> Vec<i16> {
    play_all(&mut Playing::open(path, 8_000, 1).unwrap_or_else(|error| panic!("{error}")))
}

fn write<T: hound::Sample + Copy>(path: &Path, rate: u32, channels: u16, bits: u16, float: bool, samples: &[T]) {
    let sample_format = if float { hound::SampleFormat::Float } else { hound::SampleFormat::Int };
    let mut wav = hound::WavWriter::create(
        path,
        hound::WavSpec { channels, sample_rate: rate, bits_per_sample: bits, sample_format },
    )
    .unwrap();
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
    let mut player = Playing::open(&file.0, 8_000, 1).unwrap();
    assert_eq!(play_all(&mut player), sound);
    assert_eq!(player.fill(&mut [1; 80]), (0, true));
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
    // Neither is dropped: the file on the disk now is as after a crash.
    let mut player = Playing::open(&file.0, 8_000, 1).unwrap();
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
        assert_eq!(play_all(&mut Playing::open(&file.0, 8_000, 1).unwrap()), [16_384, -16_384, 0], "{bits} bit");
    }
    let file = Temporary::new("float.wav");
    write(&file.0, 8_000, 2, 32, true, &[0.5f32, 0.25, -1.0, -1.0, 4.0, 4.0]);
    assert_eq!(play_all(&mut Playing::open(&file.0, 8_000, 1).unwrap()), [12_288, -32_768, 32_767]);
}

#[test]
fn rounds_follow_each_other_without_a_gap() {
    let file = Temporary::new("loop.wav");
    write(&file.0, 8_000, 1, 16, false, &[1i16, 2, 3]);
    assert_eq!(play_all(&mut Playing::open(&file.0, 8_000, 3).unwrap()), [1, 2, 3, 1, 2, 3, 1, 2, 3]);
    let mut endless = Playing::open(&file.0, 8_000, 0).unwrap();
    let mut out = [0; 7];
    assert_eq!(endless.fill(&mut out), (7, false));
    assert_eq!(out, [1, 2, 3, 1, 2, 3, 1]);
    let mut once = Playing::open(&file.0, 8_000, 1).unwrap();
    let mut out = [9; 5];
    assert_eq!(once.fill(&mut out), (3, true));
    assert_eq!(out, [1, 2, 3, 0, 0]);
}

#[test]
fn any_rate_becomes_the_phones_with_a_clean_tone() {
    for (from, to) in [(44_100u32, 8_000u32), (44_100, 16_000), (48_000, 16_000), (8_000, 48_000), (22_050, 8_000)] {
        let file = Temporary::new("rate.wav");
        let tone = |n: u32| 10_000.0 * (2.0 * core::f64::consts::PI * 1_000.0 * f64::from(n) / f64::from(from)).sin();
        write(&file.0, from, 1, 16, false, &(0..from).map(|n| tone(n).round() as i16).collect::<Vec<_>>());
        let out = play_all(&mut Playing::open(&file.0, to, 1).unwrap());
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
    assert_eq!(play_all(&mut Playing::open(&file.0, 8_000, 1).unwrap()), [5; 700]);
}

#[test]
fn bad_files_are_clear_errors() {
    let code = |path: &Path| Playing::open(path, 8_000, 1).err().map(|e| (e.code, e.text));
    let (kind, text) = code(Path::new("/nowhere/hello.wav")).unwrap();
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
    let file = Temporary::new("mp3.wav");
    std::fs::write(&file.0, wav(&fmt(85, 1, 8_000, 1, 0), b"data", 4, &[0; 4])).unwrap();
    let (kind, text) = code(&file.0).unwrap();
    assert!(kind == FileCode::Format && text.contains("compressed, in a format of number 85"), "{text}");

    let error = |path: &str| record(Path::new(path), 8_000, Mix::Mono, None).err().unwrap();
    let missing = error("/nowhere/out.wav");
    assert_eq!(missing.code, FileCode::Missing);
    assert!(missing.text.contains("create the directory"), "{missing}");
    assert_eq!(error("/").code, FileCode::Denied);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_once() {
    // hound seeks back to mend its header, which /dev/full allows.
    let opened = record(Path::new("/dev/full"), 8_000, Mix::Said, None);
    match opened {
        Err(error) => assert_eq!(error.code, FileCode::Full, "{error}"),
        Ok((mut recorder, mut file)) => {
            recorder.push(&[1; 8_000], &[]);
            assert!(matches!(file.drain(), Recording::Failed(error) if error.code == FileCode::Full));
            assert_eq!(file.drain(), Recording::Finished);
        }
    }
}

/// The body of a `fmt ` chunk.
fn fmt(tag: u16, channels: u16, rate: u32, width: u16, bits: u16) -> Vec<u8> {
    let frame = width * channels;
    let mut body = Vec::new();
    for part in
        [&tag.to_le_bytes()[..], &channels.to_le_bytes(), &rate.to_le_bytes(), &(rate * u32::from(frame)).to_le_bytes()]
    {
        body.extend_from_slice(part);
    }
    body.extend_from_slice(&frame.to_le_bytes());
    body.extend_from_slice(&bits.to_le_bytes());
    body
}

/// A chunk with the pad byte that an odd length asks for.
fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = [&name[..], &(body.len() as u32).to_le_bytes(), body].concat();
    if body.len() % 2 == 1 {
        chunk.push(0);
    }
    chunk
}

/// A file with that description, and samples behind a size of the test's choice.
fn wav(description: &[u8], name: &[u8; 4], size: u32, samples: &[u8]) -> Vec<u8> {
    let rest = [b"WAVE", &chunk(b"fmt ", description)[..], name, &size.to_le_bytes(), samples].concat();
    [b"RIFF", &(rest.len() as u32).to_le_bytes()[..], &rest].concat()
}

const SAMPLES: [u8; 8] = [1, 0, 2, 0, 3, 0, 0xff, 0xff];

#[test]
fn sizes_that_a_pipe_left_open_play_to_the_end_of_the_file() {
    let file = Temporary::new("pipe.wav");
    for size in [0u32, 0x7fff_f000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] {
        for riff in [0u32, size, size.wrapping_add(36)] {
            let mut bytes = wav(&fmt(1, 1, 8_000, 2, 16), b"data", size, &SAMPLES);
            bytes[4..8].copy_from_slice(&riff.to_le_bytes());
            std::fs::write(&file.0, bytes).unwrap();
            assert_eq!(played(&file.0), [1, 2, 3, -1], "data {size:#x}, RIFF {riff:#x}");
        }
    }
    // a header that is right: bytes behind the samples are none of them
    let tail = [&SAMPLES[..4], &chunk(b"LIST", b"INFOIART")].concat();
    std::fs::write(&file.0, wav(&fmt(1, 1, 8_000, 2, 16), b"data", 4, &tail)).unwrap();
    assert_eq!(played(&file.0), [1, 2]);
    std::fs::write(&file.0, wav(&fmt(1, 1, 8_000, 2, 16), b"data", 0, &chunk(b"LIST", b"INFOIART"))).unwrap();
    assert_eq!(Playing::open(&file.0, 8_000, 1).err().map(|e| e.code), Some(FileCode::Format));
}

#[test]
fn a_chunk_of_odd_length_has_a_pad_byte() {
    let file = Temporary::new("odd.wav");
    for list in [&b"INFOI"[..], b"INFO", b"x", b""] {
        let description = chunk(b"fmt ", &fmt(1, 1, 8_000, 2, 16));
        let rest = [b"WAVE", &chunk(b"LIST", list)[..], &description, &chunk(b"fact", list), &chunk(b"data", &SAMPLES)]
            .concat();
        std::fs::write(&file.0, [b"RIFF", &(rest.len() as u32).to_le_bytes()[..], &rest].concat()).unwrap();
        assert_eq!(played(&file.0), [1, 2, 3, -1], "{} bytes", list.len());
    }
}

/// WAVE_FORMAT_EXTENSIBLE.
fn extensible(tag: u16, width: u16, valid: u16) -> Vec<u8> {
    let guid = [&tag.to_le_bytes()[..], &[0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]].concat();
    [&fmt(0xfffe, 1, 8_000, width, width * 8)[..], &[22, 0], &valid.to_le_bytes(), &[4, 0, 0, 0], &guid].concat()
}

#[test]
fn valid_bits_are_the_upper_ones_of_their_container() {
    let file = Temporary::new("valid.wav");
    for (tag, width, valid, sample) in [
        (1, 4, 24, &0x4000_0000i32.to_le_bytes()[..]),
        (1, 4, 32, &0x4000_0000i32.to_le_bytes()),
        (1, 3, 20, &[0, 0, 0x40]),
        (1, 2, 12, &[0, 0x40]),
        (1, 1, 8, &[192]),
        (3, 4, 32, &0.5f32.to_le_bytes()),
        (3, 8, 64, &0.5f64.to_le_bytes()),
    ] {
        std::fs::write(&file.0, wav(&extensible(tag, width, valid), b"data", u32::from(width), sample)).unwrap();
        assert_eq!(played(&file.0), [16_384], "{valid} in {} bits", width * 8);
    }
    // without the extension: 24 bits in four bytes
    std::fs::write(&file.0, wav(&fmt(1, 1, 8_000, 4, 24), b"data", 4, &(-0x4000_0000i32).to_le_bytes())).unwrap();
    assert_eq!(played(&file.0), [-16_384]);
    for (width, bits) in [(0, 16), (5, 40), (1, 16), (2, 24)] {
        std::fs::write(&file.0, wav(&fmt(1, 1, 8_000, width, bits), b"data", 8, &SAMPLES)).unwrap();
        assert_eq!(
            Playing::open(&file.0, 8_000, 1).err().map(|e| e.code),
            Some(FileCode::Format),
            "{bits} bits in {width} bytes"
        );
    }
}

// g711: 0x55 ^ 0x80 and 0xff are the smallest positive steps; 0x80 and 0xaa the largest ones
#[test]
fn g711_is_read_in_both_laws() {
    let file = Temporary::new("g711.wav");
    std::fs::write(&file.0, wav(&fmt(7, 1, 8_000, 1, 8), b"data", 3, &[0xff, 0x80, 0x00])).unwrap();
    assert_eq!(played(&file.0), [0, 32_124, -32_124]);
    std::fs::write(&file.0, wav(&fmt(6, 1, 8_000, 1, 8), b"data", 3, &[0xd5, 0xaa, 0x2a])).unwrap();
    assert_eq!(played(&file.0), [8, 32_256, -32_256]);
}

#[test]
fn a_long_file_is_read_while_it_plays_and_none_of_it_is_lost() {
    let file = Temporary::new("minutes.wav");
    let sound: Vec<i16> = (0..8_000 * 60).map(|n| (n % 30_011) as i16).collect();
    write(&file.0, 8_000, 1, 16, false, &sound);
    let (mut player, feed) = open(&file.0, 8_000, 1, None).unwrap();
    let mut feed = Some(feed.expect("a minute does not lie ready at once"));
    let (mut all, mut piece, mut finished, mut turns) = (Vec::new(), [0; 80], false, 0);
    while !finished {
        let now = Instant::now();
        match feed.as_mut().map(|feed| feed.tend(now)) {
            // from a full ring on it has two seconds, and wants to be called no sooner
            Some(Feeding::Until(at)) => assert!((1_900..2_100).contains(&(at - now).as_millis()), "{:?}", at - now),
            Some(Feeding::Finished) => feed = None,
            Some(Feeding::Failed(error)) => panic!("{error}"),
            None => {}
        }
        turns += 1;
        for _ in 0..200 {
            let played = player.fill(&mut piece);
            all.extend_from_slice(&piece[..played.samples]);
            finished = played.finished;
            if finished {
                break;
            }
            assert_eq!(played.samples, 80);
        }
    }
    assert!(all == sound, "{} of {} samples", all.len(), sound.len());
    assert!(turns > 10);
}

// four seconds lie ready at once; beyond them a feed reads on
#[test]
fn a_sound_of_any_length_is_loaded_as_a_whole() {
    for (frames, from, to) in [
        (1, 8_000u32, 8_000u32),
        (31_999, 8_000, 8_000),
        (32_000, 8_000, 8_000),
        (32_001, 8_000, 8_000),
        (80_000, 8_000, 8_000),
        (441_000, 44_100, 8_000),
        (80_000, 8_000, 48_000),
    ] {
        let file = Temporary::new("load.wav");
        let sound: Vec<i16> = (0..frames).map(|n| (n % 30_011) as i16).collect();
        write(&file.0, from, 1, 16, false, &sound);
        let (done, waits) = std::sync::mpsc::channel();
        let path = file.0.clone();
        std::thread::spawn(move || done.send(load(&path, to)));
        let loaded = waits.recv_timeout(core::time::Duration::from_secs(20)).expect("it goes round for ever").unwrap();
        assert_eq!(loaded.len() as u64, frames as u64 * u64::from(to) / u64::from(from), "{frames} at {from}");
        assert!(from != to || *loaded == *sound, "{frames}");
    }
}

#[test]
fn a_feed_that_comes_late_costs_silence_and_no_sound() {
    let file = Temporary::new("late.wav");
    let sound: Vec<i16> = (1..=8_000 * 6).map(|n| (n % 30_011) as i16).collect();
    write(&file.0, 8_000, 1, 16, false, &sound);
    let (mut player, feed) = open(&file.0, 8_000, 1, None).unwrap();
    let mut feed = feed.unwrap();
    assert_eq!(feed.late_ms(), 0);
    let mut all = vec![1; 8_000 * 5];
    let first = player.fill(&mut all);
    assert!(!first.finished && first.samples >= 8_000 * 4 && all[first.samples..].iter().all(|sample| *sample == 0));
    assert_eq!((feed.late_ms(), feed.late_ms()), ((8_000 * 5 - first.samples).div_ceil(8), 0));
    assert_eq!(feed.tend(Instant::now()), Feeding::Finished);
    drop(feed);
    let mut rest = vec![0; 8_000 * 2];
    let last = player.fill(&mut rest);
    assert!(last.finished);
    assert_eq!([&all[..first.samples], &rest[..last.samples]].concat(), sound);
}

#[test]
fn a_player_that_goes_ends_its_feed() {
    let file = Temporary::new("gone.wav");
    write(&file.0, 8_000, 1, 16, false, &[1i16; 8_000 * 10]);
    let woken = Arc::new(AtomicU32::new(0));
    let wakes = Arc::clone(&woken);
    let (player, feed) = open(&file.0, 8_000, 0, Some(Arc::new(move || wakes.store(1, Ordering::Relaxed)))).unwrap();
    let mut feed = feed.unwrap();
    assert!(matches!(feed.tend(Instant::now()), Feeding::Until(_)));
    drop(player);
    assert_eq!((woken.load(Ordering::Relaxed), feed.tend(Instant::now())), (1, Feeding::Finished));
}

#[test]
fn what_lies_over_is_mixed_and_held_within_the_range() {
    let file = Temporary::new("over.wav");
    let sound: Vec<i16> = (0..400i32).map(|n| (n * 100 - 20_000) as i16).collect();
    write(&file.0, 8_000, 1, 16, false, &sound);
    let (mut player, _) = open(&file.0, 8_000, 1, None).unwrap();
    let mut out = [20_000; 480];
    let played = player.mix(&mut out);
    assert_eq!((played.samples, played.finished), (400, true));
    let wanted: Vec<i16> = sound.iter().map(|sample| sample.saturating_add(20_000)).chain([20_000; 80]).collect();
    assert_eq!(out[..], wanted);
}

/// A disk that gives up in the middle.
struct Broken(std::io::Cursor<Vec<u8>>);

impl std::io::Read for Broken {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.0.position() >= 100_000 { Err(std::io::ErrorKind::TimedOut.into()) } else { self.0.read(into) }
    }
}

impl std::io::Seek for Broken {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_file_that_cannot_be_read_on_plays_what_was_read_and_says_so() {
    let bytes = wav(&fmt(1, 1, 8_000, 2, 16), b"data", 200_000, &[1; 200_000]);
    let broken = Box::new(Broken(std::io::Cursor::new(bytes)));
    let (mut player, feed) = super::play::start(broken, Path::new("x.wav"), 8_000, 1, None).unwrap();
    let mut feed = feed.unwrap();
    let mut out = vec![0; 30_000];
    assert_eq!(player.fill(&mut out).samples, 30_000);
    assert!(
        matches!(feed.tend(Instant::now()), Feeding::Failed(error) if error.code == FileCode::Io && error.text.starts_with("x.wav: "))
    );
    drop(feed);
    let last = player.fill(&mut out);
    assert!(last.finished && last.failed && last.samples > 10_000, "{last:?}");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_when_it_is_opened_and_never_to_check_it() {
    let pipe = Temporary::new("fifo.wav");
    let made = std::process::Command::new("mkfifo").arg(&pipe.0).status().unwrap();
    assert!(made.success());
    assert_eq!(check(&pipe.0, 8_000), Ok(()));
    let path = pipe.0.clone();
    let bytes = wav(&fmt(1, 1, 8_000, 2, 16), b"data", 0xffff_ffff, &SAMPLES);
    let writer = std::thread::spawn(move || std::fs::File::create(path).unwrap().write_all(&bytes).unwrap());
    let mut twice = Playing::open(&pipe.0, 8_000, 2).unwrap();
    writer.join().unwrap();
    assert_eq!(play_all(&mut twice), [1, 2, 3, -1, 1, 2, 3, -1]);
}

#[test]
fn a_sound_too_short_for_one_sample_does_not_go_round_for_ever() {
    // 5 frames at 48 kHz are less than a sample at 8 kHz: no round would ever fill anything
    for times in [0, 1, u32::MAX] {
        for (frames, rate) in [(1u32, 768_000u32), (5, 48_000)] {
            let file = Temporary::new("short.wav");
            let mut bytes = b"RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00".to_vec();
            bytes.extend_from_slice(&rate.to_le_bytes());
            bytes.extend_from_slice(&(rate * 2).to_le_bytes());
            bytes.extend_from_slice(b"\x02\x00\x10\x00data");
            bytes.extend_from_slice(&(frames * 2).to_le_bytes());
            bytes.extend(core::iter::repeat_n(0x11u8, frames as usize * 2));
            std::fs::write(&file.0, bytes).unwrap();
            let (done, waits) = std::sync::mpsc::channel();
            let path = file.0.clone();
            std::thread::spawn(move || done.send(open(&path, 8_000, times, None).map(drop)));
            let opened = waits.recv_timeout(core::time::Duration::from_secs(20)).expect("it goes round for ever");
            assert!(matches!(opened, Err(FileError { code: FileCode::Format, .. })) || opened.is_ok(), "{opened:?}");
        }
    }
}
