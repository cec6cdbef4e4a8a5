//! A recording: the tick's [`Recorder`], and the errands thread's [`RecorderFile`].

use std::fs::{File, OpenOptions};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use super::{FileCode, FileError};
use crate::host::audio::ring::{Reader, Wake, Writer, ring};

/// Seconds a recording's ring holds while the disk is slow.
const RING_SECONDS: usize = 4;
/// A WAV header counts bytes in 32 bits; a recording stops short of that.
const FILE_BYTES: u64 = u32::MAX as u64 - 4096;

fn failed(path: &Path, error: hound::Error) -> FileError {
    match error {
        hound::Error::IoError(error) => FileError::io(path, &error, true),
        other => FileError::format(path, &other.to_string()),
    }
}

/// The sides of a call that are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mix {
    /// Both directions in one channel.
    Mono,
    /// Only the sound that went to the peer.
    Said,
    /// Only the sound that came from the peer.
    Heard,
    /// Our sound left, the peer's right.
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

/// The state of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recording {
    /// Call again when woken.
    Running,
    /// The recorder has gone and the file is complete.
    Finished,
    /// The file took no more. Returned once; then Finished.
    Failed(FileError),
}

/// Opens (and empties) the file for 16 bit PCM. `wake` is called when half a second has gathered, and at the end.
///
/// # Errors
/// The path cannot be written.
pub fn record(path: &Path, rate: u32, mix: Mix, wake: Option<Wake>) -> Result<(Recorder, RecorderFile), FileError> {
    let channels: u16 = if mix == Mix::Stereo { 2 } else { 1 };
    let spec =
        hound::WavSpec { channels, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)
        .map_err(|e| FileError::io(path, &e, true))?;
    let mut wav = hound::WavWriter::new(BufWriter::new(file), spec).map_err(|e| failed(path, e))?;
    wav.flush().map_err(|e| failed(path, e))?;
    let second = rate as usize * usize::from(channels);
    let (writer, reader) = ring(second * RING_SECONDS, second / 2, wake);
    let file = RecorderFile { ring: reader, wav: Some(wav), path: path.to_path_buf(), bytes: 0, lost: 0 };
    Ok((Recorder { ring: writer, mix }, file))
}

impl Recorder {
    /// One piece of both directions, of equal length. For the tick: copies into the ring; when the disk is more than
    /// four seconds behind, the oldest goes and is counted.
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
    /// Writes the gathered samples and brings the header up to date. May block on the disk.
    pub fn drain(&mut self) -> Recording {
        // Read before the ring is emptied: samples pushed before the end are then surely seen.
        let ended = self.ring.is_closed();
        match self.write_all() {
            Err(error) => {
                // The written samples stay; the header was right at the last flush.
                self.wav = None;
                Recording::Failed(error)
            }
            Ok(()) if !ended && self.wav.is_some() => Recording::Running,
            Ok(()) => match self.wav.take().map(hound::WavWriter::finalize) {
                Some(Err(error)) => Recording::Failed(failed(&self.path, error)),
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
                return Err(FileError::new(
                    FileCode::Full,
                    &self.path,
                    why,
                    "start a new recording; this one is complete up to here",
                ));
            }
            for sample in piece.iter().take(count) {
                wav.write_sample(*sample).map_err(|e| failed(&self.path, e))?;
            }
        }
        self.lost = self.ring.overrun();
        wav.flush().map_err(|e| failed(&self.path, e))
    }

    /// Samples that were lost because the disk was too slow.
    #[must_use]
    pub fn lost(&self) -> usize {
        self.lost
    }

    /// The file's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}
