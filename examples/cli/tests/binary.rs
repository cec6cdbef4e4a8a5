//! The binary as people run it: exit codes, texts, JSON lines, and sound that arrives.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

use std::f64::consts::TAU;
use std::io::{BufRead, BufReader, Write};
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

fn microsip(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_microsip"));
    command.args(arguments).env_remove("MICROSIP_PASSWORD").stdin(Stdio::null());
    command
}

/// Runs to the end; a program that hangs fails the test.
fn run(mut command: Command, limit: Duration) -> Output {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > limit {
            child.kill().unwrap();
            panic!("not over after {limit:?}: {command:?}\n{:?}", child.wait_with_output());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().unwrap()
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

    /// Ctrl-C, and what it said until its end.
    #[cfg(unix)]
    fn interrupt(mut self) -> (Option<i32>, Vec<Value>) {
        // SAFETY: our own child, not waited for yet.
        unsafe { libc::kill(self.child.id() as i32, libc::SIGINT) };
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
        total / window.len() as f64 > 90_000.0 && power > 0.75 * total
    });
    hits.count() as u32 * 100
}

#[test]
fn the_demo_succeeds_and_shows_a_ladder() {
    let output = run(microsip(&["demo"]), Duration::from_secs(20));
    let text = out(&output);
    assert_eq!(output.status.code(), Some(0), "{text}\n{}", err(&output));
    for part in [
        "INVITE sip:bob@",
        "180 Ringing (INVITE)",
        "200 OK (INVITE)",
        "├─ ACK",
        "├─ BYE",
        "200 OK (BYE)",
        "digits 12#",
        "digits *9A",
        "packets sent",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

#[test]
fn the_demo_fails_when_no_media_arrives() {
    let output = run(microsip(&["demo", "--cut-media"]), Duration::from_secs(20));
    assert_eq!(output.status.code(), Some(5), "{}\n{}", out(&output), err(&output));
    assert!(err(&output).contains("did not reach"), "{}", err(&output));
}

#[test]
fn the_demo_speaks_json() {
    let output = run(microsip(&["demo", "--json"]), Duration::from_secs(20));
    let objects = objects(&out(&output));
    for kind in ["trace", "tone", "digit", "arrived", "stats", "result"] {
        assert!(objects.iter().any(|object| object["type"] == kind), "no {kind}");
    }
    assert_eq!(objects.last().unwrap()["ok"], true);
}

#[test]
fn a_closed_port_is_a_failed_call_with_a_clear_text() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    drop(socket);
    let start = Instant::now();
    let output = run(
        microsip(&["call", &format!("sip:nobody@127.0.0.1:{port}"), "--null-audio", "--listen", "127.0.0.1:0"]),
        Duration::from_secs(40),
    );
    assert!(matches!(output.status.code(), Some(1 | 4)), "{}\n{}", out(&output), err(&output));
    assert!(err(&output).contains("check host and port"), "{}", err(&output));
    assert!(start.elapsed() < Duration::from_secs(35));
}

#[test]
fn an_echo_sends_back_what_a_call_plays() {
    let (tone, back) = (Scratch::new("tone.wav"), Scratch::new("back.wav"));
    write_tone(&tone.0, 600.0, 1.5);
    let echo = Listening::start(&["echo", "--listen", "127.0.0.1:0", "--null-audio"]);
    let target = format!("sip:echo@{}", echo.address);
    let mut call = microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--json", "--dtmf", "1,2"]);
    call.args(["--play", tone.path(), "--record", back.path(), "--for", "2s"]);
    let output = run(call, Duration::from_secs(20));
    assert_eq!(output.status.code(), Some(0), "{}\n{}", out(&output), err(&output));
    let objects = objects(&out(&output));
    let ended = objects.iter().rfind(|object| object["type"] == "call").unwrap();
    assert_eq!(ended["state"], "ended");
    assert!(ended["received"].as_u64().unwrap() > 50, "{ended}");
    assert!(
        objects.iter().any(|object| object["type"] == "played")
            && objects.iter().any(|object| object["type"] == "digits_sent")
    );
    let heard = heard_ms(&back.0, 600.0);
    assert!(heard >= 700, "only {heard} ms of the tone came back");
    #[cfg(unix)]
    {
        let (code, said) = echo.interrupt();
        assert_eq!(code, Some(0));
        assert!(
            said.iter().any(|object| object["type"] == "call" && object["state"] == "ended" && object["result"] == 0),
            "{said:?}"
        );
    }
}

#[test]
fn answer_takes_a_call_and_hears_it_and_a_trace_shows_it() {
    let (tone, heard) = (Scratch::new("say.wav"), Scratch::new("heard.wav"));
    write_tone(&tone.0, 450.0, 1.2);
    let mut answer = Listening::start(&[
        "answer",
        "--listen",
        "127.0.0.1:0",
        "--null-audio",
        "--record",
        heard.path(),
        "--code",
        "180",
        "--after",
        "200ms",
    ]);
    let target = format!("sip:answer@{}", answer.address);
    let call =
        microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--trace", "--play", tone.path()]);
    let output = run(call, Duration::from_secs(20));
    let text = out(&output);
    assert_eq!(output.status.code(), Some(0), "{text}\n{}", err(&output));
    for part in ["├─ INVITE sip:answer@", "180 Ringing (INVITE)", "Call-ID", "SDP audio at 127.0.0.1", "├─ BYE"]
    {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    assert_eq!(answer.child.wait().unwrap().code(), Some(0));
    assert!(heard_ms(&heard.0, 450.0) >= 700);
}

#[test]
fn a_refused_call_is_a_failed_call() {
    let answer = Listening::start(&["answer", "--listen", "127.0.0.1:0", "--null-audio", "--code", "486"]);
    let target = format!("sip:busy@{}", answer.address);
    let output = run(microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0"]), Duration::from_secs(20));
    assert_eq!(output.status.code(), Some(1), "{}", out(&output));
    assert!(err(&output).contains("486"), "{}", err(&output));
}

#[test]
fn a_far_end_that_does_not_answer_is_no_answer() {
    let answer =
        Listening::start(&["answer", "--listen", "127.0.0.1:0", "--null-audio", "--code", "180", "--after", "30s"]);
    let target = format!("sip:slow@{}", answer.address);
    let output = run(
        microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--ring", "500ms"]),
        Duration::from_secs(10),
    );
    assert_eq!(output.status.code(), Some(4), "{}\n{}", out(&output), err(&output));
}

#[test]
fn a_registration_that_nobody_answers_fails_as_one() {
    let password = Scratch::new("password");
    std::fs::File::create(&password.0).unwrap().write_all(b"secret-word\n").unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    drop(socket);
    let uri = format!("sip:anna@127.0.0.1:{port}");
    let mut command = microsip(&[
        "register",
        "--once",
        "--uri",
        &uri,
        "--password-file",
        password.path(),
        "--listen",
        "127.0.0.1:0",
        "--trace",
        "--log",
        "4",
    ]);
    command.env("MICROSIP_PASSWORD", "secret-word");
    let output = run(command, Duration::from_secs(45));
    assert_eq!(output.status.code(), Some(3), "{}\n{}", out(&output), err(&output));
    assert!(!out(&output).contains("secret-word") && !err(&output).contains("secret-word"));
}

#[test]
fn usage_errors_end_with_two() {
    for arguments in [
        &["call"][..],
        &["call", "sip:x", "--dtmf", "12x"],
        &["call", "http://x", "--null-audio", "--listen", "127.0.0.1:0"],
        &["register", "--password", "secret"],
        &["register"],
        &["echo", "--listen", "everywhere"],
        &["register", "--uri", "sip:a@b", "--password-file", "/nonexistent/password"],
        &["register", "--uri", "nonsense", "--listen", "127.0.0.1:0"],
        &["call", "two words", "--null-audio", "--listen", "127.0.0.1:0"],
        &["call", "100", "--null-audio", "--listen", "127.0.0.1:0"],
        &["echo", "--listen", "203.0.113.7:5060"],
    ] {
        let output = run(microsip(arguments), Duration::from_secs(10));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", err(&output));
        let text = err(&output);
        assert!(
            !text.is_empty() && !text.contains("->") && !text.to_lowercase().contains("microsip_"),
            "it speaks C: {text}"
        );
        // the same for programs
        let output = run(microsip(&[arguments, &["--json"]].concat()), Duration::from_secs(10));
        let told = objects(&out(&output)).pop().unwrap();
        assert_eq!(
            (output.status.code(), &told["type"], &told["exit"]),
            (Some(2), &Value::from("error"), &Value::from(2)),
            "{told}"
        );
        assert!(!told["text"].as_str().unwrap().is_empty() && err(&output).is_empty(), "{}", err(&output));
    }
}

#[test]
fn the_command_names_its_own_options() {
    for (arguments, wanted) in [
        (
            &["register", "--uri", "nonsense", "--listen", "127.0.0.1:0"][..],
            "microsip: --uri \"nonsense\" is no address",
        ),
        (
            &["call", "100", "--null-audio", "--listen", "127.0.0.1:0"],
            "give --uri sip:user@domain, or write a whole address",
        ),
        (
            &["call", "http://x", "--null-audio", "--listen", "127.0.0.1:0"],
            "the address \"http://x\" is no address: write sip:user@host",
        ),
        (&["echo", "--listen", "203.0.113.7:5060"], "--listen \"203.0.113.7:5060\" is no address of this machine"),
    ] {
        let text = err(&run(microsip(arguments), Duration::from_secs(10)));
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
}

/// Whatever is asked for: what cannot be written is not done.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output_ends_with_a_code() {
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["devices"],
        &["call", "--json"],
        &["echo", "--listen", "127.0.0.1:0"],
        &["answer", "--listen", "127.0.0.1:0", "--null-audio", "--json"],
    ] {
        let mut command = microsip(arguments);
        command.stdout(std::fs::File::options().write(true).open("/dev/full").unwrap()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let start = Instant::now();
        while child.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < Duration::from_secs(20), "{arguments:?} goes on");
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(child.wait().unwrap().code(), Some(8), "{arguments:?}");
    }
}

/// A password without end is no password.
#[cfg(unix)]
#[test]
fn a_password_file_without_end_ends() {
    let arguments =
        ["register", "--uri", "sip:a@127.0.0.1:9", "--password-file", "/dev/zero", "--listen", "127.0.0.1:0"];
    let output = run(microsip(&arguments), Duration::from_secs(10));
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("longer than 1024 bytes"), "{}", err(&output));
}

#[test]
fn a_port_in_use_says_so() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let taken = socket.local_addr().unwrap().to_string();
    let output = run(microsip(&["echo", "--listen", &taken]), Duration::from_secs(10));
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("--listen"), "{}", err(&output));
}

/// A far end that counts the INVITEs, and says nothing.
fn silent() -> (UdpSocket, String) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_nonblocking(true).unwrap();
    let target = format!("sip:nobody@{}", socket.local_addr().unwrap());
    (socket, target)
}

#[test]
fn files_that_cannot_be_used_are_found_before_anybody_is_called() {
    let (socket, target) = silent();
    let text = Scratch::new("text.wav");
    std::fs::write(&text.0, "this is no sound").unwrap();
    let (whole, cut, empty) = (Scratch::new("whole.wav"), Scratch::new("cut.wav"), Scratch::new("empty.wav"));
    write_tone(&whole.0, 440.0, 0.0);
    let header = std::fs::read(&whole.0).unwrap();
    std::fs::write(&cut.0, &header[..20]).unwrap();
    std::fs::write(&empty.0, &header).unwrap();
    let unused = Scratch::new("unused.wav");
    for files in [
        &["--play", "/nonexistent/x.wav"][..],
        &["--play", text.path()],
        &["--play", "/"],
        &["--play", cut.path()],
        &["--play", empty.path()],
        &["--record", "/nonexistent/x.wav"],
        &["--record", "/"],
        &["--record", unused.path(), "--play", "/nonexistent/x.wav"],
    ] {
        let mut command = microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0"]);
        command.args(files);
        let output = run(command, Duration::from_secs(10));
        assert_eq!(output.status.code(), Some(2), "{files:?}: {}", err(&output));
        assert!(files.iter().any(|file| err(&output).contains(file)), "{}", err(&output));
    }
    assert!(socket.recv(&mut [0; 4096]).is_err() && !unused.0.exists());
}

#[test]
fn a_named_device_that_is_not_there_is_found_before_anybody_is_called() {
    let (socket, target) = silent();
    for (side, value) in [
        ("--input", "no such card"),
        ("--output", "alsa:hw:CARD=none,DEV=9"),
        ("--input", "wav:/nonexistent/x.wav"),
        ("--output", "wav:/nonexistent/x.wav"),
    ] {
        let output = run(microsip(&["call", &target, side, value, "--listen", "127.0.0.1:0"]), Duration::from_secs(20));
        assert_eq!(output.status.code(), Some(6), "{value}: {}", err(&output));
        assert!(err(&output).contains(value), "{}", err(&output));
    }
    assert!(socket.recv(&mut [0; 4096]).is_err(), "somebody was called");
    let both = run(microsip(&["call", &target, "--input", "null", "--null-audio"]), Duration::from_secs(10));
    assert_eq!(both.status.code(), Some(2));
}

#[test]
fn a_transport_that_is_not_here_is_not_called_unreachable() {
    for target in ["sips:a@127.0.0.1", "sip:a@127.0.0.1:9;transport=tcp"] {
        let output =
            run(microsip(&["call", target, "--null-audio", "--listen", "127.0.0.1:0"]), Duration::from_secs(10));
        assert_eq!(output.status.code(), Some(1));
        assert!(err(&output).contains("UDP"), "{}", err(&output));
    }
}

/// While a password is waited for, there is nothing yet that a first Ctrl-C would have to end.
#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_wait_for_a_password() {
    let mut command =
        microsip(&["register", "--uri", "sip:a@127.0.0.1:9", "--password-stdin", "--listen", "127.0.0.1:0"]);
    // a script that runs tests in the background has them ignore the signal, and that is inherited
    // SAFETY: a call that POSIX allows between fork and exec.
    unsafe {
        std::os::unix::process::CommandExt::pre_exec(&mut command, || {
            libc::signal(libc::SIGINT, libc::SIG_DFL);
            Ok(())
        })
    };
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(200)); // either side of this the signal ends it
    // SAFETY: our own child, not waited for yet.
    unsafe { libc::kill(child.id() as i32, libc::SIGINT) };
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(5), "it waits on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// As in `microsip call … --json | head -3`: the call is not left standing at the far end.
#[test]
fn a_reader_that_goes_away_ends_the_call_with_bye() {
    let mut answer = Listening::start(&["answer", "--listen", "127.0.0.1:0", "--null-audio"]);
    let target = format!("sip:answer@{}", answer.address);
    let mut call = microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--json"]);
    let mut child = call.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("connected") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0);
    }
    drop(lines);
    drop(child.stderr.take());
    let said: Vec<String> = (&mut answer.lines).lines().map(Result::unwrap).collect();
    let ended = objects(&said.join("\n")).pop().unwrap();
    assert_eq!((&ended["state"], &ended["result"]), (&Value::from("ended"), &Value::from(0)), "{ended}");
    assert_eq!(answer.child.wait().unwrap().code(), Some(0));
    assert_eq!(child.wait().unwrap().code(), Some(8));
}

#[test]
fn devices_are_listed_or_none_are() {
    let output = run(microsip(&["devices"]), Duration::from_secs(20));
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).contains("input") && out(&output).contains("output"));
    let output = run(microsip(&["devices", "--json"]), Duration::from_secs(20));
    objects(&out(&output));
}

/// A registrar that challenges, and then believes everything or nothing; it ends with the process.
fn registrar(believes: bool) -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let request = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if !request.starts_with("REGISTER ") {
                continue; // a keepalive
            }
            let keep = ["via:", "from:", "to:", "call-id:", "cseq:", "contact:"];
            let echoed: String = request
                .lines()
                .filter(|line| keep.iter().any(|name| line.to_ascii_lowercase().starts_with(name)))
                .map(|line| format!("{line}\r\n"))
                .collect();
            let known = believes && request.contains("Authorization: Digest username=\"anna\"");
            let expires = if request.contains("Expires: 0") || request.contains("expires=0") { 0 } else { 300 };
            let answer = if known {
                format!("SIP/2.0 200 OK\r\n{echoed}Expires: {expires}\r\nContent-Length: 0\r\n\r\n")
            } else {
                let challenge = "Digest realm=\"127.0.0.1\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\"";
                format!(
                    "SIP/2.0 401 Unauthorized\r\n{echoed}WWW-Authenticate: {challenge}\r\nContent-Length: 0\r\n\r\n"
                )
            };
            let _ = socket.send_to(answer.as_bytes(), from);
        }
    });
    port
}

#[test]
fn an_account_registers_once_and_a_wrong_password_says_what_to_check() {
    for (believes, exit) in [(true, 0), (false, 3)] {
        let uri = format!("sip:anna@127.0.0.1:{}", registrar(believes));
        let mut command = microsip(&["register", "--once", "--uri", &uri, "--listen", "127.0.0.1:0", "--trace"]);
        command.env("MICROSIP_PASSWORD", "secret-word");
        let output = run(command, Duration::from_secs(20));
        let (said, complained) = (out(&output), err(&output));
        assert_eq!(output.status.code(), Some(exit), "{said}\n{complained}");
        assert!(said.contains("401 Unauthorized (REGISTER)") && !said.contains("secret-word"), "{said}");
        if believes {
            assert!(said.contains(&format!("registered {uri}")) && said.contains("unregistered"), "{said}");
        } else {
            assert!(complained.contains("--password-file"), "{complained}");
        }
    }
}

/// One that rings for ever at a program that takes no calls helps nobody.
#[test]
fn register_refuses_a_call_and_says_so() {
    let (socket, port) = {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        (socket, port)
    };
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let uri = format!("sip:anna@127.0.0.1:{port}");
    let mut command = microsip(&["register", "--uri", &uri, "--listen", "127.0.0.1:0", "--json"]);
    let mut child = command.env("MICROSIP_PASSWORD", "x").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut buffer = [0; 4096];
    let (length, from) = socket.recv_from(&mut buffer).unwrap();
    let request = String::from_utf8_lossy(&buffer[..length]).into_owned();
    let header = |name: &str| request.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    let echoed: String =
        ["Via:", "From:", "To:", "Call-ID:", "CSeq:", "Contact:"].iter().map(|name| header(name) + "\r\n").collect();
    socket
        .send_to(format!("SIP/2.0 200 OK\r\n{echoed}Expires: 300\r\nContent-Length: 0\r\n\r\n").as_bytes(), from)
        .unwrap();
    let contact = header("Contact:").split(['<', '>']).nth(1).unwrap().to_owned();
    let invite = format!(
        "INVITE {contact} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKr\r\nMax-Forwards: 70\r\nFrom: <sip:bob@127.0.0.1:{port}>;tag=b\r\n\
         To: <{uri}>\r\nCall-ID: r\r\nCSeq: 1 INVITE\r\nContact: <sip:bob@127.0.0.1:{port}>\r\nContent-Length: 0\r\n\r\n"
    );
    socket.send_to(invite.as_bytes(), from).unwrap();
    loop {
        let (length, _) = socket.recv_from(&mut buffer).unwrap();
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        assert!(!text.starts_with("SIP/2.0 2"), "{text}");
        if text.starts_with("SIP/2.0 480 ") {
            break;
        }
    }
    let mut line = String::new();
    while !line.contains("refused") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0);
    }
    let told: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&told["type"], &told["sip_code"]), (&Value::from("call"), &Value::from(480)), "{told}");
    child.kill().unwrap();
    child.wait().unwrap();
}
