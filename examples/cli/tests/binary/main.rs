//! The binary as people run it: exit codes, texts, JSON lines, and sound that arrives.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

mod calls;
mod demo;
mod messages;
mod options;
mod registrations;
mod settings;
mod states;
mod transfers;
mod usage;

use std::f64::consts::TAU;
use std::io::{BufRead, BufReader, Write};
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

fn microsip(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_microsip"));
    command.args(arguments).env_remove("MICROSIP_PASSWORD").stdin(Stdio::null());
    command
}

/// A busy machine may take its time; where the condition comes, this costs nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs to the end; a program that hangs fails the test.
fn run(mut command: Command) -> Output {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("not over after {PATIENCE:?}: {command:?}\n{:?}", child.wait_with_output());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().unwrap()
}

/// A port at which nobody listens, for as long as the socket lives: it is connected elsewhere, so what comes from others is refused.
fn closed() -> (UdpSocket, u16) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect("127.0.0.1:9").unwrap();
    let port = socket.local_addr().unwrap().port();
    (socket, port)
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn objects(text: &str) -> Vec<Value> {
    let objects: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect();
    for object in &objects {
        assert_eq!(object["v"], 1, "{object}");
        assert!(object["type"].is_string() && object["time_ms"].is_u64(), "{object}");
    }
    objects
}

/// A file of this test's own; gone with the value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{}", std::process::id(), name));
        Self(folder)
    }
    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A program that listens; ended with the value.
struct Listening {
    child: Child,
    address: String,
    lines: BufReader<std::process::ChildStdout>,
}

impl Listening {
    fn start(arguments: &[&str]) -> Self {
        let mut child = microsip(arguments).arg("--json").stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        assert_eq!(said["type"], "listening", "{line}");
        let address = said["address"].as_str().unwrap().to_owned();
        Self { child, address, lines }
    }

    /// Ctrl-C. Returns the exit code and the objects printed until the end.
    #[cfg(unix)]
    fn interrupt(self) -> (Option<i32>, Vec<Value>) {
        // SAFETY: our own child, not waited for yet.
        unsafe { libc::kill(self.child.id() as i32, libc::SIGINT) };
        self.finished()
    }

    /// Waits for its end. Returns the exit code and the objects printed until then.
    fn finished(mut self) -> (Option<i32>, Vec<Value>) {
        let text: Vec<String> = (&mut self.lines).lines().map(Result::unwrap).collect();
        (self.child.wait().unwrap().code(), objects(&text.join("\n")))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn write_tone(path: &Path, hz: f64, seconds: f64) {
    let spec =
        hound::WavSpec { channels: 1, sample_rate: 8000, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut file = hound::WavWriter::create(path, spec).unwrap();
    for i in 0..(8000.0 * seconds) as u32 {
        file.write_sample((9000.0 * (TAU * hz * f64::from(i) / 8000.0).sin()) as i16).unwrap();
    }
    file.finalize().unwrap();
}

/// Milliseconds of a file in which the tone is most of the sound.
fn heard_ms(path: &Path, hz: f64) -> u32 {
    ms_with(path, hz, 0.75)
}

/// Milliseconds of a file in which the tone is a good part of the sound, beside another one.
fn shared_ms(path: &Path, hz: f64) -> u32 {
    ms_with(path, hz, 0.2)
}

fn ms_with(path: &Path, hz: f64, share: f64) -> u32 {
    let mut file = hound::WavReader::open(path).unwrap();
    assert_eq!(file.spec().channels, 1);
    let rate = f64::from(file.spec().sample_rate);
    let pcm: Vec<f64> = file.samples::<i16>().map(|s| f64::from(s.unwrap())).collect();
    let window = (rate / 10.0) as usize;
    let hits = pcm.chunks_exact(window).filter(|window| {
        let total: f64 = window.iter().map(|s| s * s).sum();
        let part = |wave: fn(f64) -> f64| {
            window.iter().enumerate().map(|(i, s)| s * wave(TAU * hz * i as f64 / rate)).sum::<f64>()
        };
        let power = (part(f64::cos).powi(2) + part(f64::sin).powi(2)) * 2.0 / window.len() as f64;
        total / window.len() as f64 > 90_000.0 && power > share * total
    });
    hits.count() as u32 * 100
}
