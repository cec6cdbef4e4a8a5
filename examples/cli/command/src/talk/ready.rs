//! The needs of a call, looked at before any phone rings: devices, and files.

use std::fmt;
use std::fs::{File, remove_file};
use std::io;
use std::path::Path;

use crate::args::{Course, Sound};
use crate::phone::{Direction, Handle};
use crate::session::{Exit, Stop};

/// Devices that are not there, and files that cannot be played or written, are found before any phone rings.
pub(crate) fn ready(phone: Handle, sound: &Sound) -> Result<(), Stop> {
    devices(phone, sound)?;
    files(phone, &sound.course)
}

/// The files alone, where no device is opened.
pub(crate) fn files(phone: Handle, course: &Course) -> Result<(), Stop> {
    if let Some(path) = &course.play {
        phone.play_check(path).map_err(|why| Stop::new(Exit::Usage, format!("cannot play: {why}")))?;
    }
    if let Some(path) = &course.hold_music {
        phone
            .hold_music(path)
            .map_err(|why| Stop::new(Exit::Usage, format!("cannot play {} on hold: {why}", path.display())))?;
    }
    if let Some(path) = &course.record {
        writable(path)
            .map_err(|error| Stop::new(Exit::Usage, format!("cannot record to {}: {error}", path.display())))?;
    }
    Ok(())
}

/// One file holds one call, or the whole of a conference.
pub(crate) fn one_recording(course: &Course, calls: u32, conference: bool) -> Result<(), Stop> {
    if course.record.is_some() && calls > 1 && !conference {
        return Err(Stop::new(
            Exit::Usage,
            "--record keeps one call, or a --conference: leave it out, or take one call at a time",
        ));
    }
    Ok(())
}

/// A limit of calls, in words.
pub(crate) fn at_a_time(calls: u32) -> String {
    if calls == 1 { "one call at a time".to_owned() } else { format!("{calls} calls at a time") }
}

fn writable(path: &Path) -> io::Result<()> {
    let new = !path.exists();
    File::options().append(true).create(true).open(path)?;
    if new {
        let _ = remove_file(path); // it is made when there is something to record
    }
    Ok(())
}

/// Chooses the devices that were named; one that is not there is found before any phone rings.
fn devices(phone: Handle, sound: &Sound) -> Result<(), Stop> {
    choose(phone, Direction::Input, "input", sound.input.as_deref())?;
    choose(phone, Direction::Output, "output", sound.output.as_deref())
}

/// Tones of a country; and the ring and its device.
pub(crate) fn rings(
    phone: Handle,
    country: Option<&str>,
    ring: Option<&Path>,
    device: Option<&str>,
) -> Result<(), Stop> {
    choose(phone, Direction::Ring, "ring", device)?;
    if let Some(path) = ring {
        phone
            .tones(None, ring)
            .map_err(|why| Stop::new(Exit::Usage, format!("cannot ring with {}: {why}", path.display())))?;
    }
    let Some(country) = country else { return Ok(()) };
    phone.tones(Some(country), None).map_err(|_| {
        let there = phone.countries().join(", ");
        Stop::new(Exit::Usage, format!("--tones {country}: no such country; there are {there}, and none"))
    })
}

fn choose(phone: Handle, direction: Direction, side: &str, name: Option<&str>) -> Result<(), Stop> {
    let Some(name) = name else { return Ok(()) };
    let gone = |why: &dyn fmt::Display| Stop::new(Exit::Device, format!("audio {side} device {name}: {why}"));
    let there = |(id, title): &(String, String)| {
        id == name || title == name || id.split_once(':').is_some_and(|(_, id)| id == name)
    };
    match (name.strip_prefix("wav:").map(Path::new), direction) {
        (Some(path), Direction::Input) => phone.play_check(path).map_err(|why| gone(&why))?,
        (Some(path), Direction::Output | Direction::Ring) => writable(path).map_err(|why| gone(&why))?,
        (None, _) if name == "null" || phone.devices(direction, true)?.iter().any(there) => {}
        (None, _) => {
            let mut all: Vec<String> = phone.devices(direction, false)?.into_iter().map(|(id, _)| id).collect();
            all.extend(["null".to_owned(), "wav:F.wav".to_owned()]);
            return Err(gone(&format_args!("not there; what there is: {}", all.join(", "))));
        }
    }
    phone.set_device(direction, name)?;
    Ok(())
}
