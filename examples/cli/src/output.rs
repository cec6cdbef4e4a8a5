//! What is shown, and how: plain lines, JSON lines, or progress in place on a terminal. All threads print through here.

use parking_lot::Mutex;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use crate::args::Show;
use crate::interrupt;

/// Version of the JSON lines: fields are only added while it stays.
const VERSION: u32 = 1;

/// The way out.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
    quiet: bool,
    terminal: bool,
    start: Instant,
    /// A progress text stands on the terminal's current line.
    progress: Mutex<bool>,
    /// Nobody reads any more.
    deaf: AtomicBool,
}

impl Output {
    pub(crate) fn new(show: &Show) -> Self {
        let terminal = !show.json && !show.quiet && io::stdout().is_terminal();
        Self {
            json: show.json,
            quiet: show.quiet,
            terminal,
            start: Instant::now(),
            progress: Mutex::new(false),
            deaf: AtomicBool::new(false),
        }
    }

    /// Progress in place makes sense here.
    pub(crate) fn in_place(&self) -> bool {
        self.terminal
    }

    pub(crate) fn start(&self) -> Instant {
        self.start
    }

    /// Something that happened: an object with `--json`, a line otherwise (none for an empty text).
    pub(crate) fn say(&self, kind: &str, fields: Value, text: &str) {
        if self.json {
            self.print(&object(kind, fields));
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

    /// A text that the next one replaces; only on a terminal.
    pub(crate) fn progress(&self, text: &str) {
        if self.terminal {
            let mut standing = self.progress.lock();
            let mut out = io::stdout().lock();
            let _ = write!(out, "\r\x1b[K{text}").and_then(|()| out.flush()); // a closed terminal has nobody to tell
            *standing = true;
        }
    }

    /// What went wrong, and what to do: on standard error, and as an object with `--json`.
    pub(crate) fn problem(&self, text: &str, exit: u8) {
        if self.json {
            self.print(&object("error", json!({ "text": text, "exit": exit })));
        }
        let mut standing = self.progress.lock();
        if std::mem::take(&mut *standing) {
            let _ = writeln!(io::stdout());
        }
        complain(&format!("microsip: {text}"));
    }

    fn print(&self, text: &str) {
        if self.deaf.load(Ordering::Relaxed) {
            return;
        }
        let mut standing = self.progress.lock();
        let mut out = io::stdout().lock();
        let clear = if std::mem::take(&mut *standing) { "\r\x1b[K" } else { "" };
        let written = writeln!(out, "{clear}{text}").and_then(|()| out.flush());
        drop(out);
        drop(standing);
        if written.is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) && !self.deaf.swap(true, Ordering::Relaxed) {
            interrupt::unread(); // the reader has seen enough; the far end of a call has to be told
        }
    }
}

/// A line on standard error; where that is closed there is nobody to tell.
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
    Value::Object(all).to_string()
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
