//! WAV files in and out: a [`Player`] for the tick with its [`Feed`] for the errands thread, and a [`Recorder`] with
//! its [`RecorderFile`].
//!
//! Between the two halves lies a ring, so that the tick only copies. The errands thread reads a file that is played in
//! blocks and converts them to mono at the phone's rate. It empties a recording's ring into the file and brings the
//! header up to date each time, so that a crash leaves a file that plays up to the last half second.

use core::fmt;
use std::io;
use std::path::Path;

mod play;
mod record;
mod riff;
#[cfg(test)]
mod tests;

pub use play::{Feed, Feeding, Played, Player, check, load, open};
pub use record::{Mix, Recorder, RecorderFile, Recording, record};

/// Faults of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileCode {
    /// There is no such file or directory.
    Missing,
    /// It is there, but may not be opened.
    Denied,
    /// Not a WAV file, or one of a kind that is not read.
    Format,
    /// The disk is full or the recording has reached the format's limit.
    Full,
    /// Any other failure of the file system.
    Io,
}

/// A file's failure: a code, and a text that names the file, the reason and the remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// The kind.
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
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                (FileCode::Denied, "check who may use this path")
            }
            io::ErrorKind::IsADirectory => (FileCode::Denied, "this is a directory, name a file in it"),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                (FileCode::Full, "make room or record elsewhere; what was written so far is kept")
            }
            _ => (FileCode::Io, "the file system refused; try another place"),
        };
        Self::new(code, path, error, hint)
    }

    fn format(path: &Path, why: &str) -> Self {
        let why = format_args!("not a WAV file that can be read ({why})");
        Self::new(
            FileCode::Format,
            path,
            why,
            "convert it to 16-bit PCM WAV, for example with: sox in.mp3 -b 16 out.wav",
        )
    }
}

/// To the nearest sample, held within the range.
pub(super) fn to_i16(value: f32) -> i16 {
    value.round() as i16
}
