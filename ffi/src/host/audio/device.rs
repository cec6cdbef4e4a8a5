//! The sound devices, the meaning of their names, and the error when one is not there.
//!
//! A device is named by text: `""` the system's default · `"null"` silence with a clock · `"wav:PATH"` a file that is
//! played in rounds (input) or recorded (output) · anything else an id from [`super::list`], such as
//! `"alsa:hw:CARD=PCH,DEV=0"`.

use core::fmt;
use std::path::PathBuf;

use super::wav::{FileCode, FileError};

/// The name of the device that is none.
pub const NULL: &str = "null";

/// An end of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The microphone.
    Input,
    /// The loudspeaker.
    Output,
}

impl Side {
    /// The word for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }
}

/// Faults of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceCode {
    /// No device of this name, or no device at all.
    Missing,
    /// It is there, but another program has it.
    Busy,
    /// It is there, but may not be used.
    Denied,
    /// It offers no sample format that we can use.
    Format,
    /// It was running and went away or stopped delivering.
    Lost,
    /// The `wav:` file behind it failed.
    File,
    /// Any other failure of the sound system.
    System,
}

/// A device's failure: a code, and a text that names the device, the reason and the devices that there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceError {
    /// The kind.
    pub code: DeviceCode,
    /// The end of the device.
    pub side: Side,
    /// For people.
    pub text: String,
}

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl core::error::Error for DeviceError {}

impl DeviceError {
    pub(super) fn new(code: DeviceCode, side: Side, name: &str, why: impl fmt::Display) -> Self {
        let shown = if name.is_empty() { "(the default)" } else { name };
        Self { code, side, text: format!("audio {} device {shown}: {why}", side.name()) }
    }

    pub(super) fn file(side: Side, error: FileError) -> Self {
        let code = if error.code == FileCode::Missing { DeviceCode::Missing } else { DeviceCode::File };
        Self { code, side, text: format!("audio {} device: {}", side.name(), error.text) }
    }

    /// No such device: the text lists those that there are.
    pub(super) fn missing(side: Side, name: &str, devices: &[Device]) -> Self {
        let there = devices.iter().filter(|device| device.has(side) && !device.plugin).map(|device| device.id.as_str());
        let there: Vec<&str> = there.chain([NULL, "wav:PATH"]).collect();
        Self::new(DeviceCode::Missing, side, name, format_args!("not there; what there is: {}", there.join(", ")))
    }
}

/// Bit in [`super::duplex::Duplex::faults`]: the input is lost (or was never there); it is silent until it is back.
pub const INPUT_LOST: u32 = 1;
/// Bit in [`super::duplex::Duplex::faults`]: the output is lost; its sound is discarded until it is back.
pub const OUTPUT_LOST: u32 = 2;

/// News of a device, for the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A device went away or failed; the null device stands in.
    Lost(DeviceError),
    /// A device of that side is back (its name as it was asked for).
    Back(Side, String),
}

/// One device of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id, by which it is opened; survives restarts as far as the system's own names do.
    pub id: String,
    /// For people.
    pub name: String,
    /// It can be a microphone.
    pub input: bool,
    /// It can be a loudspeaker.
    pub output: bool,
    /// `""` opens it now, as an input.
    pub default_input: bool,
    /// `""` opens it now, as an output.
    pub default_output: bool,
    /// A name of ALSA's for a card that is listed by itself, or for a loudspeaker arrangement: it can be opened, but is
    /// not offered as a choice.
    pub plugin: bool,
}

impl Device {
    /// True: it has that end.
    #[must_use]
    pub fn has(&self, side: Side) -> bool {
        match side {
            Side::Input => self.input,
            Side::Output => self.output,
        }
    }
}

/// The meaning of a device's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// Silence with a clock.
    Null,
    /// A file.
    Wav(PathBuf),
    /// A sound card by its id, or the default one.
    Card(String),
}

impl Name {
    /// Any text is a name; a missing card is found when it is opened.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.strip_prefix("wav:") {
            Some(path) => Self::Wav(path.into()),
            None if text == NULL => Self::Null,
            None => Self::Card(text.into()),
        }
    }
}
