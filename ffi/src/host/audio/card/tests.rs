use super::super::resample::tests::tone_snr;
use super::super::ring::ring;
use super::{Capture, Device, Playback, mark_plugins};

const TURN: f64 = 2.0 * core::f64::consts::PI;

/// Pieces as sound systems hand them out: 3 to 408 frames.
fn pieces() -> impl Iterator<Item = usize> {
    [3usize, 408, 22, 22, 5, 441, 132, 17, 256, 64].into_iter().cycle()
}

#[test]
fn capture_in_odd_pieces_becomes_quanta_with_a_clean_tone() {
    for (card, rate) in [(44_100u32, 8_000u32), (44_100, 16_000), (48_000, 16_000), (48_000, 48_000), (16_000, 8_000)] {
        let (writer, mut reader) = ring(rate as usize / 5, rate as usize / 100, None);
        let mut capture = Capture::new(card, rate, writer);
        let (mut heard, mut quantum, mut n) = (Vec::new(), vec![0i16; rate as usize / 100], 0u32);
        for frames in pieces() {
            for _ in 0..frames {
                capture.add((0.3 * (TURN * 1_000.0 * f64::from(n) / f64::from(card)).sin()) as f32);
                n += 1;
            }
            capture.flush();
            while reader.len() >= quantum.len() {
                assert_eq!(reader.read(&mut quantum), quantum.len());
                heard.extend(quantum.iter().map(|s| f64::from(*s)));
            }
            if n > card {
                break;
            }
        }
        assert_eq!(reader.overrun(), 0);
        let (amplitude, snr) = tone_snr(&heard[rate as usize / 5..rate as usize * 4 / 5], rate, 1_000.0);
        assert!((amplitude - 0.3 * 32_768.0).abs() < 20.0 && snr > 65.0, "{card}->{rate}: {amplitude}, {snr} dB");
    }
}

#[test]
fn capture_saturates() {
    let (writer, mut reader) = ring(64, 1, None);
    let mut capture = Capture::new(8_000, 8_000, writer);
    for sample in [2.0, -2.0, 0.5, f32::NAN] {
        capture.add(sample);
    }
    capture.flush();
    let mut out = [0; 4];
    reader.read(&mut out);
    assert_eq!(out, [32_767, -32_768, 16_384, 0]);
}

/// Plays a tone for so many seconds to a card whose clock is off by `ppm`; hands back its last second and the underruns
/// of all but the first.
fn play(rate: u32, card: u32, ppm: i64, seconds: u64, frames: usize) -> (Vec<f64>, usize, usize) {
    let (mut writer, reader) = ring(rate as usize / 5, usize::MAX, None);
    let mut playback = Playback::new(rate, card, reader);
    let (mut tick, mut turn, mut n) = (0u64, 0u64, 0u32);
    let (mut out, mut early) = (Vec::new(), 0);
    let turn_ns = frames as u64 * 1_000_000_000_000_000 / (u64::from(card) * (1_000_000 + ppm) as u64);
    for time in (0..seconds * 1_000_000_000).step_by(250_000) {
        if time >= tick {
            tick += 10_000_000;
            let quantum: Vec<i16> = (0..rate / 100)
                .map(|_| {
                    n += 1;
                    (10_000.0 * (TURN * 1_000.0 * f64::from(n) / f64::from(rate)).sin()).round() as i16
                })
                .collect();
            writer.push(&quantum);
        }
        if time >= turn {
            turn += turn_ns;
            playback.begin(frames);
            for _ in 0..frames {
                let sample = f64::from(playback.next());
                if time >= (seconds - 1) * 1_000_000_000 {
                    out.push(sample * 32_768.0);
                }
            }
        }
        if time == 1_000_000_000 {
            early = writer.underrun();
        }
    }
    (out, writer.underrun() - early, writer.overrun())
}

#[test]
fn playback_follows_the_cards_clock() {
    for (rate, card, ppm, frames) in [
        (16_000, 44_100, 0, 441),
        (16_000, 44_100, 500, 441),
        (16_000, 44_100, -500, 441),
        (8_000, 48_000, 1_000, 480),
        (8_000, 48_000, -1_000, 480),
        (48_000, 48_000, 200, 1_024),
        (16_000, 16_000, -200, 160),
    ] {
        let (out, underruns, overruns) = play(rate, card, ppm, 12, frames);
        assert_eq!((underruns, overruns), (0, 0), "{rate}->{card}, {ppm} ppm, {frames} frames");
        // The trimming moves the pitch by up to a thousandth, slowly: looked at in pieces of 10 ms it is one tone.
        for piece in out.chunks_exact(card as usize / 100) {
            let (amplitude, snr) = tone_snr(piece, card, 1_000.0 / (1.0 + ppm as f64 / 1e6));
            assert!(
                (amplitude - 10_000.0).abs() < 100.0 && snr > 27.0,
                "{rate}->{card}, {ppm} ppm: {amplitude}, {snr} dB"
            );
        }
    }
}

#[test]
fn playback_without_sound_is_silence_and_begins_again_by_itself() {
    let (mut writer, reader) = ring(3_200, usize::MAX, None);
    let mut playback = Playback::new(16_000, 16_000, reader);
    let turn = |playback: &mut Playback| {
        playback.begin(160);
        (0..160).map(|_| playback.next()).fold(0.0f32, |peak, sample| peak.max(sample.abs()))
    };
    assert_eq!(turn(&mut playback), 0.0);
    // Nothing until there is enough for a late quantum.
    writer.push(&[9_000; 160]);
    assert_eq!(turn(&mut playback), 0.0);
    writer.push(&[9_000; 160]);
    assert!(turn(&mut playback) > 0.2);
    assert!(turn(&mut playback) > 0.2);
    turn(&mut playback);
    assert_eq!(turn(&mut playback), 0.0);
    writer.push(&[9_000; 480]);
    assert!(turn(&mut playback) > 0.2);
    // A whole ring is too late to be heard: it is cut down to what is needed.
    writer.push(&[9_000; 3_000]);
    turn(&mut playback);
    assert!(writer.len() <= 320, "{}", writer.len());
}

#[test]
fn what_people_can_choose_is_told_from_alsas_plugins() {
    let kept = |ids: &[&str]| -> Vec<String> {
        let device = |id: &&str| Device {
            id: (*id).to_owned(),
            name: String::new(),
            input: true,
            output: true,
            default_input: false,
            default_output: id.ends_with("jack"),
            plugin: false,
        };
        let mut all: Vec<Device> = ids.iter().map(device).collect();
        mark_plugins(&mut all);
        all.into_iter().filter(|device| !device.plugin).map(|device| device.id).collect()
    };
    let card =
        ["alsa:hw:CARD=0,DEV=0", "alsa:hw:CARD=PCH,DEV=0", "alsa:plughw:CARD=PCH,DEV=0", "alsa:dmix:CARD=PCH,DEV=0"];
    assert_eq!(kept(&card), ["alsa:hw:CARD=PCH,DEV=0"]);
    assert_eq!(kept(&["alsa:hw:CARD=0,DEV=0", "alsa:plughw:CARD=0,DEV=0"]), ["alsa:hw:CARD=0,DEV=0"]);
    let others = [
        "alsa:default",
        "alsa:sysdefault:CARD=PCH",
        "alsa:surround51:CARD=PCH,DEV=0",
        "alsa:pulse",
        "alsa:jack",
        "pulseaudio:x",
    ];
    assert_eq!(kept(&others), ["alsa:default", "alsa:pulse", "alsa:jack", "pulseaudio:x"]);
}
