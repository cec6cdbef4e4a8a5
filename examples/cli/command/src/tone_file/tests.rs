use super::*;
use crate::tone::Listener;

#[test]
fn a_tone_file_has_its_pitch_and_length() {
    let file = std::env::temp_dir().join(format!("microsip-tone-{}.wav", std::process::id()));
    write(&ToneFile { file: file.clone(), hz: 620, length: Duration::from_millis(505) }).unwrap();
    let mut wav = hound::WavReader::open(&file).unwrap();
    let pcm: Vec<i16> = wav.samples().map(Result::unwrap).collect();
    std::fs::remove_file(&file).unwrap();
    assert_eq!((wav.spec().channels, wav.spec().sample_rate, pcm.len()), (1, 8000, 4040));
    let mut listener = Listener::new(Tone(620, 620), RATE);
    listener.hear(&pcm);
    assert_eq!(listener.heard_ms(), 500);
}

#[test]
fn a_missing_folder_is_a_failure() {
    let lost = ToneFile { file: "/no/such/folder/x.wav".into(), hz: 440, length: Duration::from_secs(1) };
    assert!(write(&lost).is_err());
}
