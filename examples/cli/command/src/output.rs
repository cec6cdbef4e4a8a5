//! Output: plain lines, JSON lines, or progress in place on a terminal. All threads print through here.

use parking_lot::Mutex;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use crate::args::Show;
use crate::interrupt;
use crate::session::Stop;
use crate::terminal;

/// Version of the JSON lines: fields are only added while it stays.
const VERSION: u32 = 1;

/// The output of the process.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
    quiet: bool,
    terminal: bool,
    start: Instant,
    /// Lines of the progress text that stands at the terminal's end.
    progress: Mutex<usize>,
    /// The error after which nothing can be written.
    broken: OnceLock<io::Error>,
}

impl Output {
    pub(crate) fn new(show: &Show) -> Self {
        let terminal = !show.json && !show.quiet && io::stdout().is_terminal();
        Self {
            json: show.json,
            quiet: show.quiet,
            terminal,
            start: Instant::now(),
            progress: Mutex::new(0),
            broken: OnceLock::new(),
        }
    }

    /// Progress in place makes sense here.
    pub(crate) fn in_place(&self) -> bool {
        self.terminal
    }

    pub(crate) fn start(&self) -> Instant {
        self.start
    }

    /// Prints an event: an object of these fields with `--json`, a line otherwise (none for an empty text).
    pub(crate) fn say(&self, kind: &str, fields: impl FnOnce() -> Value, text: &str) {
        if self.json {
            self.print(&object(kind, fields()));
        } else if !self.quiet && !text.is_empty() {
            self.print(text);
        }
    }

    /// A line for people only.
    pub(crate) fn line(&self, text: &str) {
        if !self.json && !self.quiet {
            self.print(text);
        }
    }

    /// A text, of one line or more, that the next one replaces; only on a terminal.
    pub(crate) fn progress(&self, text: &str) {
        if self.terminal {
            let mut standing = self.progress.lock();
            let mut out = io::stdout().lock();
            let text = clipped(text, terminal::width());
            let clear = erased(*standing);
            let written = write!(out, "{clear}{text}").and_then(|()| out.flush());
            *standing = text.split('\n').count();
            drop(out);
            drop(standing);
            self.wrote(written);
        }
    }

    /// A fault and its remedy: on standard error, or as an object with `--json`.
    pub(crate) fn problem(&self, stop: &Stop) {
        if self.broken.get().is_some() {
            return; // that is the fault, and the command says so at its end
        }
        let text = &stop.text;
        if self.json {
            return self.print(&error(stop));
        }
        let mut standing = self.progress.lock();
        if std::mem::take(&mut *standing) > 0 {
            let _ = writeln!(io::stdout());
        }
        complain(&format!("microsip: {text}"));
    }

    fn print(&self, text: &str) {
        if self.broken.get().is_some() {
            return;
        }
        let width = if self.terminal { terminal::width() } else { None };
        let mut standing = self.progress.lock();
        let mut out = io::stdout().lock();
        let clear = erased(std::mem::take(&mut *standing));
        let written = writeln!(out, "{clear}{}", clipped(text, width)).and_then(|()| out.flush());
        drop(out);
        drop(standing);
        self.wrote(written);
    }

    /// A command that cannot write ends, and its calls end with BYE.
    fn wrote(&self, written: io::Result<()>) {
        if let Err(error) = written
            && self.broken.set(error).is_ok()
        {
            interrupt::unread();
        }
    }

    /// The failure of a command whose output could not be written.
    pub(crate) fn broken(&self) -> Option<&io::Error> {
        self.broken.get()
    }
}

/// The sequence that takes so many lines off the terminal's end.
fn erased(lines: usize) -> String {
    match lines {
        0 => String::new(),
        1 => "\r\x1b[K".to_owned(),
        _ => format!("\r\x1b[{}A\x1b[J", lines - 1),
    }
}

/// A fault, as an object.
pub(crate) fn error(stop: &Stop) -> String {
    let Stop { exit, text, sip_code, result, call, .. } = stop;
    let mut fields = json!({ "text": text, "exit": *exit as u8, "sip_code": sip_code, "result": result });
    if let (Some(fields), true) = (fields.as_object_mut(), *call != 0) {
        fields.insert("call".to_owned(), json!(call));
    }
    object("error", fields)
}

/// The text with no line wider than the terminal; all of it where the width is not known.
fn clipped(text: &str, width: Option<usize>) -> Cow<'_, str> {
    let Some(width) = width.filter(|width| text.lines().any(|line| line.chars().count() > *width)) else {
        return text.into();
    };
    let lines: Vec<String> = text.split('\n').map(|line| shorten(line, width)).collect();
    lines.join("\n").into()
}

/// A text that ends in … where there is no room for all of it.
pub(crate) fn shorten(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

/// Such characters command a terminal, or turn the order of a line round (Unicode's controls of direction).
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Mostly there is nothing of it.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// A text of the network's, which anybody may have chosen, for people: what steers is a dot.
pub(crate) fn harmless(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { text.replace(steers, "·") }
}

/// A line on standard error; nothing where that is closed.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// One JSON line: version, type, wall-clock milliseconds, and the fields.
pub(crate) fn object(kind: &str, fields: Value) -> String {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    let mut all = Map::new();
    all.insert("v".to_owned(), json!(VERSION));
    all.insert("type".to_owned(), json!(kind));
    all.insert("time_ms".to_owned(), json!(time));
    if let Value::Object(fields) = fields {
        all.extend(fields);
    }
    unsteered(Value::Object(all).to_string())
}

/// JSON need not escape what steers beyond ASCII, but a terminal may be what reads it.
fn unsteered(json: String) -> String {
    if is_plain(&json) || !json.contains(steers) {
        return json;
    }
    json.chars().fold(String::with_capacity(json.len()), |mut out, c| {
        if steers(c) {
            let _ = write!(out, "\\u{:04x}", u32::from(c)); // writing to a String cannot fail
        } else {
            out.push(c);
        }
        out
    })
}

/// A peak (0..=32767) as a bar of ten cells over 50 dB.
pub(crate) fn meter(peak: u32) -> String {
    let decibel = if peak == 0 { -60.0 } else { 20.0 * (f64::from(peak.min(32767)) / 32767.0).log10() };
    let cells = ((decibel + 50.0) / 5.0).clamp(0.0, 10.0).ceil() as usize;
    "▮".repeat(cells) + &"▯".repeat(10 - cells)
}

#[cfg(test)]
#[path = "output/tests.rs"]
mod tests;
