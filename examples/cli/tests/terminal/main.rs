//! The command on a terminal: keys in a call, lines that fit, and a terminal that is put back at every end.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

mod lines;
mod several;

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A busy machine may take its time; where the condition comes, this costs nothing.
const PATIENCE: Duration = Duration::from_secs(60);

fn waited(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("it goes on");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The command with a terminal of its own, whose lines are read on a thread.
struct Terminal {
    child: Child,
    keyboard: File,
    /// Ours too, so that the terminal's modes can be read when the command is gone.
    slave: Option<OwnedFd>,
    screen: Receiver<String>,
    seen: String,
}

impl Terminal {
    fn start(arguments: &[&str], columns: u16) -> Self {
        let (mut master, mut slave) = (0, 0);
        let size = libc::winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: two numbers of ours are written, and each becomes one owner's.
        let (master, slave) = unsafe {
            assert_eq!(
                libc::openpty(&raw mut master, &raw mut slave, std::ptr::null_mut(), std::ptr::null(), &raw const size),
                0
            );
            (File::from_raw_fd(master), OwnedFd::from_raw_fd(slave))
        };
        let end = || Stdio::from(slave.try_clone().unwrap());
        let mut command = Command::new(env!("CARGO_BIN_EXE_microsip"));
        command.args(arguments).stdin(end()).stdout(end()).stderr(end());
        // SAFETY: only system calls that may be made after a fork.
        unsafe {
            command.pre_exec(|| {
                if libc::setsid() < 0 || libc::ioctl(0, libc::TIOCSCTTY, 0) < 0 {
                    return Err(std::io::Error::last_os_error());
                }
                Ok(())
            });
        }
        let child = command.spawn().unwrap();
        let (sender, screen) = channel();
        let mut reader = master.try_clone().unwrap();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count) = reader.read(&mut bytes) {
                if count == 0 || sender.send(String::from_utf8_lossy(&bytes[..count]).into_owned()).is_err() {
                    return;
                }
            }
        });
        Self { child, keyboard: master, slave: Some(slave), screen, seen: String::new() }
    }

    fn see(&mut self, text: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.seen.contains(text) {
            match self.screen.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(more) => self.seen += &more,
                Err(_) => panic!("no {text:?} in {:?}", self.seen),
            }
        }
    }

    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// True: lines are gathered and echoed, as a shell wants it.
    fn is_cooked(&self) -> bool {
        let slave = self.slave.as_ref().unwrap().as_raw_fd();
        // SAFETY: a struct of that kind is written.
        let modes = unsafe {
            let mut modes: libc::termios = std::mem::zeroed();
            assert_eq!(libc::tcgetattr(slave, &raw mut modes), 0);
            modes
        };
        modes.c_lflag & (libc::ICANON | libc::ECHO) == libc::ICANON | libc::ECHO
    }

    /// Stopped by a signal, and not continued.
    fn is_stopped(&self) -> bool {
        let state = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // proc(5): the state follows the name in parentheses
        state.rsplit_once(") ").unwrap().1.starts_with('T')
    }

    fn wait_for(&self, condition: &str, holds: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            assert!(start.elapsed() < PATIENCE, "no {condition}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn signal(&self, signal: i32) {
        // SAFETY: our own child, not waited for yet.
        assert_eq!(unsafe { libc::kill(self.child.id() as i32, signal) }, 0);
    }

    fn end(mut self) -> (Option<i32>, String) {
        let status = waited(&mut self.child);
        assert!(self.is_cooked(), "the terminal is not as it was");
        // the last one that held the terminal: its screen ends with what was written last
        self.slave = None;
        self.seen.extend(self.screen.iter());
        (status.code(), self.seen.clone())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The far end, without a terminal.
struct Far {
    child: Child,
    lines: BufReader<ChildStdout>,
    address: String,
}

impl Far {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_microsip"));
        command.args(arguments).args(["--listen", "127.0.0.1:0", "--json"]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut far = Self { child, lines, address: String::new() };
        far.address = far.told("listening")["address"].as_str().unwrap().to_owned();
        far
    }

    fn told(&mut self, kind: &str) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "no {kind}");
            let value: Value = serde_json::from_str(&line).unwrap();
            if value["type"] == kind {
                return value;
            }
        }
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn call(far: &Far, columns: u16) -> Terminal {
    let target = format!("sip:far@{}", far.address);
    Terminal::start(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0"], columns)
}

#[test]
fn keys_are_digits_mute_and_hang_up_in_a_call() {
    let mut far = Far::start(&["answer", "--null-audio"]);
    let mut near = call(&far, 100);
    near.see("keys: 0-9");
    assert!(!near.is_cooked());
    near.press("7#x\x1b[A");
    assert_eq!(
        (far.told("digit")["digit"].clone(), far.told("digit")["digit"].clone()),
        (Value::from("7"), Value::from("#"))
    );
    near.press("+9");
    assert_eq!(far.told("digit_begun")["digit"], "9");
    assert!(near.child.try_wait().unwrap().is_none());
    near.press("+m");
    assert_eq!(far.told("digit")["digit"], "9");
    near.see("muted");
    near.press("m");
    near.see("no longer muted");
    near.press("c");
    near.see("the media was offered anew: PCMA/8000");
    near.press("c");
    near.see("the media was offered anew: PCMU/8000");
    // the digits of keys do not end the call as those of the command line do
    assert!(near.child.try_wait().unwrap().is_none());
    near.press("q");
    let (code, seen) = near.end();
    assert_eq!(code, Some(0), "{seen}");
    assert_eq!(waited(&mut far.child).code(), Some(0));
}

#[test]
fn a_call_that_rings_is_answered_or_rejected_by_a_key() {
    for (key, code) in [("a", 0), ("r", 1)] {
        let mut ringing = Terminal::start(
            &["answer", "--null-audio", "--listen", "127.0.0.1:0", "--code", "180", "--after", "300s"],
            100,
        );
        ringing.see("Ctrl-C ends it");
        let address = ringing.seen.split("call at ").nth(1).unwrap().split(';').next().unwrap().to_owned();
        let target = format!("sip:here@{address}");
        let mut caller = Command::new(env!("CARGO_BIN_EXE_microsip"));
        caller.args(["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--for", "200ms"]);
        let mut caller = caller.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        ringing.see("keys: a answer");
        ringing.press(key);
        assert_eq!(waited(&mut caller).code(), Some(code), "{key}");
        let (ended, seen) = ringing.end();
        assert_eq!(ended, Some(0), "{seen}");
    }
}

#[test]
fn the_terminal_is_put_back_by_signals() {
    let far = Far::start(&["echo"]);
    let mut polite = call(&far, 100);
    polite.see("keys: 0-9");
    polite.signal(libc::SIGTERM);
    assert_eq!(polite.end().0, Some(0));

    // while it is stopped, and when it goes on; a SIGCONT before the stop would be lost, and the stop would stay
    let mut stopped = call(&far, 100);
    stopped.see("keys: 0-9");
    stopped.signal(libc::SIGTSTP);
    stopped.wait_for("a stop", Terminal::is_stopped);
    assert!(stopped.is_cooked(), "a shell finds the terminal as it was");
    stopped.signal(libc::SIGCONT);
    stopped.wait_for("keys again", |terminal| !terminal.is_cooked());
    stopped.press("q");
    assert_eq!(stopped.end().0, Some(0));

    // the second one does not wait for the far end
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let target = format!("sip:nobody@{}", silent.local_addr().unwrap());
    let mut hasty = Terminal::start(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0"], 100);
    hasty.see("calling");
    hasty.wait_for("keys", |terminal| !terminal.is_cooked());
    hasty.signal(libc::SIGINT);
    std::thread::sleep(Duration::from_millis(20));
    if hasty.child.try_wait().unwrap().is_none() {
        hasty.signal(libc::SIGINT);
    }
    assert!(matches!(hasty.end().0, Some(1 | 130)));

    let mut quit = call(&far, 100);
    quit.see("keys: 0-9");
    quit.signal(libc::SIGQUIT);
    assert_eq!(quit.end().0, None, "ended by the signal");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let mut far = Far::start(&["answer", "--null-audio"]);
    let target = format!("sip:far@{}", far.address);
    let mut near = Terminal::start(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--trace"], 40);
    near.see("keys: 0-9");
    near.see("they");
    near.press("q");
    let (code, seen) = near.end();
    assert_eq!(code, Some(0), "{seen}");
    for line in seen.replace("\x1b[K", "").split(['\r', '\n']) {
        assert!(line.chars().count() <= 40, "{line:?}");
    }
    assert!(seen.contains('…'));
    assert_eq!(waited(&mut far.child).code(), Some(0));
}
