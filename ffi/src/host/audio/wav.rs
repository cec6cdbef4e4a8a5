//! WAV files in and out: a [`Player`] for the tick, a [`Recorder`] for the tick with its [`RecorderFile`] for the errands thread.
//!
//! A file to be played is read whole when it is opened, as mono at the phone's rate, so that the tick only copies. A recording
//! goes through a ring; the errands thread empties it into the file and brings the header up to date each time, so that
//! a crash leaves a file that plays up to the last half second.

use core::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::resample::Resampler;
use super::ring::{Reader, Wake, Writer, ring};

#[cfg(test)]
mod tests;

/// The longest recording or announcement kept in memory: 64 MB, which is 70 minutes at 8 kHz and 35 at 16 kHz.
pub const PLAY_BYTES: u64 = 64 << 20;
/// Seconds a recording's ring holds while the disk is slow.
const RING_SECONDS: usize = 4;
/// A WAV header counts bytes in 32 bits; a recording stops short of that.
const FILE_BYTES: u64 = u32::MAX as u64 - 4096;

/// What went wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileCode {
    /// There is no such file or directory.
    Missing,
    /// It is there, but may not be opened.
    Denied,
    /// Not a WAV file, or one of a kind that is not read.
    Format,
    /// Longer than [`PLAY_BYTES`] of samples.
    TooLong,
    /// The disk is full or the recording has reached the format's limit.
    Full,
    /// Any other failure of the file system.
    Io,
}

/// A file's failure: a code, and a text that names the file, the reason and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// What kind.
    pub code: FileCode,
    /// For people.
    pub text: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl core::error::Error for FileError {}

impl FileError {
    fn new(code: FileCode, path: &Path, why: impl fmt::Display, hint: &str) -> Self {
        Self { code, text: format!("{}: {why}; {hint}", path.display()) }
    }

    fn io(path: &Path, error: &io::Error, writing: bool) -> Self {
        let (code, hint) = match error.kind() {
            io::ErrorKind::NotFound if writing => (FileCode::Missing, "create the directory first"),
            io::ErrorKind::NotFound => (FileCode::Missing, "check the path"),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => (FileCode::Denied, "check who may use this path"),
            io::ErrorKind::IsADirectory => (FileCode::Denied, "this is a directory, name a file in it"),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                (FileCode::Full, "make room or record elsewhere; what was written so far is kept")
            }
            _ => (FileCode::Io, "the file system refused; try another place"),
        };
        Self::new(code, path, error, hint)
    }

    fn wav(path: &Path, error: hound::Error, writing: bool) -> Self {
        match error {
            hound::Error::IoError(error) if writing || !is_end(&error) => Self::io(path, &error, writing),
            other => Self::new(
                FileCode::Format,
                path,
                format_args!("not a WAV file that can be read ({other})"),
                "convert it to 16-bit PCM WAV, for example with: sox in.mp3 -b 16 out.wav",
            ),
        }
    }
}

/// What [`Player::fill`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Played {
    /// Samples of the file that were put in; behind them is silence.
    pub samples: usize,
    /// The file, all its rounds included, has been played out. Stays true.
    pub finished: bool,
}

/// A WAV file ready to be played. Free it on a thread that may call the allocator.
#[derive(Clone)]
pub struct Player {
    samples: Arc<[i16]>,
    at: usize,
    rounds: Option<u32>,
}

impl Player {
    /// Reads the file: 8, 16, 24 or 32 bit integer or 32 bit float, any number of channels (mixed to one), any rate.
    /// `times` rounds are played, 0 is without end. Blocks for the reading.
    ///
    /// # Errors
    /// The file is missing, unreadable, no WAV, or too long.
    pub fn open(path: &Path, rate: u32, times: u32) -> Result<Self, FileError> {
        let file = File::open(path).map_err(|e| FileError::io(path, &e, false))?;
        if file.metadata().is_ok_and(|m| m.is_dir()) {
            return Err(FileError::io(path, &io::ErrorKind::IsADirectory.into(), false));
        }
        let mut wav = hound::WavReader::new(BufReader::new(file)).map_err(|e| FileError::wav(path, e, false))?;
        let spec = wav.spec();
        let frames = u64::from(wav.duration());
        if !(1_000..=768_000).contains(&spec.sample_rate) {
            let why = format_args!("a rate of {} Hz", spec.sample_rate);
            return Err(FileError::new(FileCode::Format, path, why, "the rate must lie between 1 and 768 kHz; is the file damaged?"));
        }
        let samples = frames * u64::from(rate) / u64::from(spec.sample_rate);
        if samples * 2 > PLAY_BYTES {
            let why = format_args!("{samples} samples at {rate} Hz need {} MB, the limit is {} MB", samples >> 19, PLAY_BYTES >> 20);
            return Err(FileError::new(FileCode::TooLong, path, why, "cut the file, or write it into the call as PCM"));
        }
        let mut mono = Mono::new(spec.channels, spec.sample_rate, rate, samples);
        match spec.sample_format {
            hound::SampleFormat::Float => {
                for sample in wav.samples::<f32>() {
                    let Some(sample) = unless_cut(sample, path)? else { break };
                    mono.add(sample * 32_768.0);
                }
            }
            hound::SampleFormat::Int => {
                let scale = 32_768.0 / (1u64 << spec.bits_per_sample.clamp(1, 32).saturating_sub(1)) as f32;
                for sample in wav.samples::<i32>() {
                    let Some(sample) = unless_cut(sample, path)? else { break };
                    mono.add(sample as f32 * scale);
                }
            }
        }
        let samples: Arc<[i16]> = mono.finish().into();
        if samples.is_empty() {
            return Err(FileError::new(FileCode::Format, path, "holds no sound", "choose a file with samples in it"));
        }
        Ok(Self { samples, at: 0, rounds: if times == 0 { None } else { Some(times) } })
    }

    /// Puts the next piece into `out` and silence behind the end. For the tick: copies, nothing else.
    pub fn fill(&mut self, out: &mut [i16]) -> Played {
        let mut done = 0;
        while let Some(rest) = out.get_mut(done..).filter(|rest| !rest.is_empty()) {
            if self.rounds == Some(0) {
                rest.fill(0);
                break;
            }
            let piece = self.samples.get(self.at..).unwrap_or_default();
            let count = piece.len().min(rest.len());
            for (to, from) in rest.iter_mut().zip(piece) {
                *to = *from;
            }
            done += count;
            self.at += count;
            if self.at >= self.samples.len() {
                self.at = 0;
                self.rounds = self.rounds.map(|left| left.saturating_sub(1));
            }
        }
        Played { samples: done, finished: self.rounds == Some(0) }
    }

    /// Samples of one round, at the phone's rate.
    #[must_use]
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Never true: an empty file is refused when it is opened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }
}

/// A file that ends before its header says so is played as far as it goes.
fn unless_cut<T>(sample: Result<T, hound::Error>, path: &Path) -> Result<Option<T>, FileError> {
    match sample {
        Ok(sample) => Ok(Some(sample)),
        Err(hound::Error::IoError(error)) if is_end(&error) => Ok(None),
        Err(error) => Err(FileError::wav(path, error, false)),
    }
}

/// hound reports a short read as `Other`.
fn is_end(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::Other)
}

/// Interleaved samples in, one channel at the phone's rate out.
struct Mono {
    channels: u16,
    sum: f32,
    seen: u16,
    resampler: Option<Resampler>,
    out: Vec<i16>,
    want: usize,
}

impl Mono {
    fn new(channels: u16, from: u32, to: u32, expected: u64) -> Self {
        let want = usize::try_from(expected).unwrap_or(0);
        let resampler = (from != to).then(|| Resampler::new(from, to));
        Self { channels: channels.max(1), sum: 0.0, seen: 0, resampler, out: Vec::with_capacity(want), want }
    }

    fn add(&mut self, sample: f32) {
        self.sum += sample;
        self.seen += 1;
        if self.seen == self.channels {
            let sample = self.sum / f32::from(self.channels);
            (self.sum, self.seen) = (0.0, 0);
            let Self { out, want, .. } = self;
            match &mut self.resampler {
                None => out.push(to_i16(sample)),
                Some(resampler) => resampler.push(sample, |value| {
                    if out.len() < *want {
                        out.push(to_i16(value));
                    }
                }),
            }
        }
    }

    /// Lets the filter's delay run out.
    fn finish(mut self) -> Vec<i16> {
        let tail = self.resampler.as_ref().map_or(0, Resampler::delay);
        self.channels = 1;
        (self.sum, self.seen) = (0.0, 0);
        for _ in 0..tail {
            self.add(0.0);
        }
        self.out
    }
}

/// To the nearest sample, held within the range.
pub(super) fn to_i16(value: f32) -> i16 {
    value.round() as i16
}

/// What of a call is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mix {
    /// Both directions in one channel.
    Mono,
    /// Only what went to the peer.
    Said,
    /// Only what came from the peer.
    Heard,
    /// Said left, heard right.
    Stereo,
}

/// The tick's half of a recording. When it is dropped the file is completed.
pub struct Recorder {
    ring: Writer,
    mix: Mix,
}

/// The errands thread's half of a recording.
pub struct RecorderFile {
    ring: Reader,
    wav: Option<hound::WavWriter<BufWriter<File>>>,
    path: PathBuf,
    bytes: u64,
    lost: usize,
}

/// How a recording stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recording {
    /// Call again when woken.
    Running,
    /// The recorder has gone and the file is complete.
    Finished,
    /// The file took no more. Said once; then Finished.
    Failed(FileError),
}

/// Opens (and empties) the file for 16 bit PCM. `wake` is called when half a second has gathered, and at the end.
///
/// # Errors
/// The path cannot be written.
pub fn record(path: &Path, rate: u32, mix: Mix, wake: Option<Wake>) -> Result<(Recorder, RecorderFile), FileError> {
    let channels: u16 = if mix == Mix::Stereo { 2 } else { 1 };
    let spec = hound::WavSpec { channels, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let file = OpenOptions::new().write(true).create(true).truncate(true).open(path).map_err(|e| FileError::io(path, &e, true))?;
    let mut wav = hound::WavWriter::new(BufWriter::new(file), spec).map_err(|e| FileError::wav(path, e, true))?;
    wav.flush().map_err(|e| FileError::wav(path, e, true))?;
    let second = rate as usize * usize::from(channels);
    let (writer, reader) = ring(second * RING_SECONDS, second / 2, wake);
    let file = RecorderFile { ring: reader, wav: Some(wav), path: path.to_path_buf(), bytes: 0, lost: 0 };
    Ok((Recorder { ring: writer, mix }, file))
}

impl Recorder {
    /// One piece of both directions, of equal length. For the tick: copies into the ring; when the disk is more than four
    /// seconds behind, the oldest goes and is counted.
    pub fn push(&mut self, said: &[i16], heard: &[i16]) {
        match self.mix {
            Mix::Said => self.ring.push(said),
            Mix::Heard => self.ring.push(heard),
            Mix::Mono | Mix::Stereo => {
                let mut piece = [0i16; 320];
                for (said, heard) in said.chunks(160).zip(heard.chunks(160)) {
                    let pairs = said.iter().zip(heard);
                    let count = if self.mix == Mix::Stereo {
                        for (to, (said, heard)) in piece.chunks_exact_mut(2).zip(pairs.clone()) {
                            to.copy_from_slice(&[*said, *heard]);
                        }
                        pairs.len() * 2
                    } else {
                        for (to, (said, heard)) in piece.iter_mut().zip(pairs.clone()) {
                            *to = said.saturating_add(*heard);
                        }
                        pairs.len()
                    };
                    self.ring.push(piece.get(..count).unwrap_or_default());
                }
            }
        }
    }
}

impl RecorderFile {
    /// Writes what has gathered and brings the header up to date. May block on the disk.
    pub fn drain(&mut self) -> Recording {
        // Read before the ring is emptied: what was pushed before the end is then surely seen.
        let ended = self.ring.is_closed();
        match self.write_all() {
            Err(error) => {
                // Whatever was written stays; the header was right at the last flush.
                self.wav = None;
                Recording::Failed(error)
            }
            Ok(()) if !ended && self.wav.is_some() => Recording::Running,
            Ok(()) => match self.wav.take().map(hound::WavWriter::finalize) {
                Some(Err(error)) => Recording::Failed(FileError::wav(&self.path, error, true)),
                _ => Recording::Finished,
            },
        }
    }

    fn write_all(&mut self) -> Result<(), FileError> {
        let Some(wav) = &mut self.wav else { return Ok(()) };
        let mut piece = [0i16; 1024];
        loop {
            let count = self.ring.read(&mut piece);
            if count == 0 {
                break;
            }
            self.bytes += count as u64 * 2;
            if self.bytes > FILE_BYTES {
                let why = "a WAV file holds at most 4 GB";
                return Err(FileError::new(FileCode::Full, &self.path, why, "start a new recording; this one is complete up to here"));
            }
            for sample in piece.iter().take(count) {
                wav.write_sample(*sample).map_err(|e| FileError::wav(&self.path, e, true))?;
            }
        }
        self.lost = self.ring.overrun();
        wav.flush().map_err(|e| FileError::wav(&self.path, e, true))
    }

    /// Samples that were lost because the disk was too slow.
    #[must_use]
    pub fn lost(&self) -> usize {
        self.lost
    }

    /// Where it is written.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}
