//! `microsip tone`: a WAV file to be played, where there is none at hand.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use crate::output::Output;
use crate::session::{Exit, Stop};
use crate::tone::{Generator, Tone};

/// Samples a second: the rate of every telephone.
const RATE: u32 = 8000;

#[derive(Args, Debug)]
pub(crate) struct ToneFile {
    /// File to write: one channel, 16 bits, 8000 samples a second
    pub(crate) file: PathBuf,
    /// The pitch in Hz
    #[arg(long, value_name = "HZ", default_value_t = 440, value_parser = clap::value_parser!(u32).range(20..=3900))]
    pub(crate) hz: u32,
    /// Length: 10s, 500ms; an hour at most
    #[arg(long = "for", value_name = "TIME", default_value = "3s", value_parser = length)]
    pub(crate) length: Duration,
}

fn length(text: &str) -> Result<Duration, String> {
    let time = crate::args::duration(text)?;
    if time <= Duration::from_secs(3600) { Ok(time) } else { Err(format!("\"{text}\" is more than an hour")) }
}

pub(crate) fn run(output: &Arc<Output>, wanted: &ToneFile) -> Result<(), Stop> {
    let path = &wanted.file;
    write(wanted).map_err(|error| Stop::new(Exit::Usage, format!("{}: {error}", path.display())))?;
    let (name, ms) = (path.display().to_string(), wanted.length.as_millis() as u64);
    output.say(
        "tone-file",
        || json!({ "file": name, "hz": wanted.hz, "ms": ms }),
        &format!("{name}: {} Hz for {ms} ms", wanted.hz),
    );
    Ok(())
}

fn write(wanted: &ToneFile) -> Result<(), hound::Error> {
    let format =
        hound::WavSpec { channels: 1, sample_rate: RATE, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut file = hound::WavWriter::create(&wanted.file, format)?;
    let mut tone = Generator::new(Tone(wanted.hz, wanted.hz), RATE);
    let mut left = wanted.length.as_millis() as u64 * u64::from(RATE) / 1000;
    let mut piece = [0i16; 80];
    while left > 0 {
        tone.fill(&mut piece);
        let count = left.min(piece.len() as u64);
        for sample in piece.iter().take(count as usize) {
            file.write_sample(*sample)?;
        }
        left -= count;
    }
    file.finalize()
}

#[cfg(test)]
#[path = "tone_file/tests.rs"]
mod tests;
