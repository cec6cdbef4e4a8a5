//! Arguments, files and devices that cannot be used: each is found before any call is made, and named.

use super::*;

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
        &["call", "sip:a@127.0.0.1:9", "sip:b@127.0.0.1:9", "--calls", "1", "--null-audio"],
        &["call", "sip:a@127.0.0.1:9", "--null-audio", "--identity", "sip:b@127.0.0.1"],
        &["call", "sip:a@127.0.0.1:9", "--null-audio", "--digit-length", "10ms"],
        &["call", "sip:a@127.0.0.1:9", "--null-audio", "--listen", "127.0.0.1:0", "--codec", "OPUS"],
        &["call", "sip:a@127.0.0.1:9", "--null-audio", "--listen", "127.0.0.1:0", "--header", "X-A 1"],
        &["call", "sip:a@127.0.0.1:9", "--null-audio", "--listen", "127.0.0.1:0", "--caller", "nobody"],
        &["answer", "--null-audio", "--listen", "127.0.0.1:0", "--forward", "http://x"],
        &["answer", "--null-audio", "--privacy", "id"],
        &["answer", "--null-audio", "--contact", "sip:a@127.0.0.1"],
        &["answer", "--null-audio", "--code", "302"],
        &["answer", "--null-audio", "--reason", "Gone home"],
        &["answer", "--null-audio", "--after", "3s"],
        &["answer", "--null-audio", "--code", "486", "--early"],
        &["answer", "--null-audio", "--code", "486", "--dtmf", "1"],
        &["answer", "--null-audio", "--allow", "100"],
        &["echo", "--listen", "127.0.0.1:0", "--header", "X-A 1"],
        &["answer", "--null-audio", "--listen", "127.0.0.1:0", "--header", "X A: 1"],
        &["register", "--uri", "sip:a@127.0.0.1:9", "--register-header", ": 1"],
        &["call", "sip:a@127.0.0.1:9", "--null-audio", "--uri", "sip:a@127.0.0.1:9", "--call-header", "X-A"],
        &["call", "sip:a@127.0.0.1:9", "--null-audio", "--dtmf", "012345678901234567890123456789012"],
        &["answer", "--null-audio", "--code", "180", "--forward-no-answer", "sip:a@127.0.0.1"],
        &["answer", "--null-audio", "--code", "180", "--after", "20s", "--forward-no-answer", "sip:a@127.0.0.1"],
        &["answer", "--null-audio", "--auto-answer", "all", "--header", "X-A: 1"],
        &["answer", "--null-audio", "--auto-answer", "all", "--early"],
        &["answer", "--null-audio", "--auto-answer", "all", "--code", "180", "--after", "1s"],
        &["answer", "--null-audio", "--auto-answer", "all", "--code", "486", "--reason", "Gone"],
        &["call", "sip:a@127.0.0.1:9", "--null-audio", "--transfer-to", "sip:x y", "--transfer-after", "1s"],
        &["answer", "--null-audio", "--transfer-to", "http://x", "--transfer-after", "1s"],
        &["answer", "--null-audio", "--transfer-to", "101", "--transfer-after", "1s"],
        &["call", "sip:a@127.0.0.1:9", "--null-audio", "--transfer-to", "sip:b@127.0.0.1"],
        &["tones", "--for", "1s"],
        &["tones", "--tones", "DE"],
        &["tones", "--output", "null"],
        &["tones", "--ring-device", "null"],
        &["tones", "--ring", "/dev/null"],
        &["tones", "busy", "--output", "null", "--ring", "/dev/null"],
        &["tones", "busy", "--output", "null", "--ring-device", "null"],
        &["tones", "ring", "--output", "null", "--ring-device", "null"],
        &["tones", "beep", "--output", "null", "--for", "1s"],
        &["answer", "--null-audio", "--listen", "127.0.0.1:0", "--media-timeout", "never", "--media-lost", "tell"],
        &["call", "sip:a@127.0.0.1:9", "--null-audio", "--session-timer", "off", "--session-expires", "10m"],
        &["call", "sip:a@127.0.0.1:9", "--null-audio", "--session-timer", "off", "--min-se", "2m"],
        &["echo", "--listen", "127.0.0.1:0", "--session-timer", "off", "--refresher", "us"],
        &["answer", "--input", "null", "--output", "null", "--ring", "ring.wav"],
        &["answer", "--input", "null", "--output", "null", "--ring-device", "null", "--code", "486"],
        &["answer", "--null-audio", "--ring", "ring.wav", "--code", "180"],
        &["answer", "--input", "null", "--output", "null", "--code", "180", "--ring", "ring.wav", "--tones", "none"],
        &["call", "sip:a@127.0.0.1:9", "--null-audio", "--identify-after", "1s"],
        &["register", "--uri", "sip:a@127.0.0.1:9", "--no-register"],
        &["message", "sip:a@127.0.0.1:9"],
        &["message", "sip:a@127.0.0.1:9", "x", "--type", "text"],
        &["message", "--receive", "--policy", "store", "--code", "200"],
        &["subscribe", "sip:a@127.0.0.1:9"],
        &["subscribe", "sip:a@127.0.0.1:9", "--event", "a b"],
        &["subscribe", "sip:a@127.0.0.1:9", "--event", "dialog", "--accept", "a/b"],
        &["presence", "100", "--listen", "127.0.0.1:0"],
        &["presence", "sip:a@127.0.0.1:9", "--subscription-expires", "1500ms"],
    ] {
        let output = run(microsip(arguments));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", err(&output));
        let text = err(&output);
        assert!(
            !text.is_empty() && !text.contains("->") && !text.to_lowercase().contains("microsip_"),
            "it speaks C: {text}"
        );
        // the same for programs
        let output = run(microsip(&[arguments, &["--json"]].concat()));
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
            "microsip: --uri \"nonsense\" is no SIP URI: write sip:user@host",
        ),
        (
            &["call", "100", "--null-audio", "--listen", "127.0.0.1:0"],
            "give --uri sip:user@domain, or write a whole address",
        ),
        (
            &["call", "http://x", "--null-audio", "--listen", "127.0.0.1:0"],
            "the address \"http://x\" is no address: write sip:user@host",
        ),
        (
            &["call", "sip:a@127.0.0.1:9", "--null-audio", "--listen", "127.0.0.1:0", "--codec", "OPUS"],
            "--codec \"OPUS\" names no codec",
        ),
        (
            &["call", "sip:a@127.0.0.1:9", "--null-audio", "--listen", "127.0.0.1:0", "--header", "X-A 1"],
            "\"X-A 1\" is no header line: write \"Name: value\"",
        ),
        (
            &["answer", "--null-audio", "--code", "180", "--forward-no-answer", "sip:a@127.0.0.1"],
            "--forward-no-answer waits for --forward-after, and the call is answered before that: after 2 s; give --after more than 20 s",
        ),
        (
            &["answer", "--null-audio", "--listen", "127.0.0.1:0", "--forward", "http://x"],
            "--forward \"http://x\" is no list of SIP URIs",
        ),
        (&["call", "sip:a@127.0.0.1:9", "--realm", "x"], "--realm is an account's"),
        (&["echo", "--listen", "203.0.113.7:5060"], "--listen \"203.0.113.7:5060\" is no address of this machine"),
    ] {
        let text = err(&run(microsip(arguments)));
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
}

/// Every command whose output cannot be written ends with its code.
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
        &["message", "--receive", "--listen", "127.0.0.1:0"],
        &["message", "sip:nobody@127.0.0.1:9", "hello", "--listen", "127.0.0.1:0"],
        &["presence", "sip:nobody@127.0.0.1:9", "--watch", "--listen", "127.0.0.1:0"],
        &["call", "sip:nobody@127.0.0.1:9", "--listen", "127.0.0.1:0", "--null-audio"],
    ] {
        let mut command = microsip(arguments);
        command.stdout(std::fs::File::options().write(true).open("/dev/full").unwrap()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let start = Instant::now();
        while child.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < PATIENCE, "{arguments:?} goes on");
            std::thread::sleep(Duration::from_millis(10));
        }
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(8), "{arguments:?}");
        let complaint = err(&ended);
        assert!(complaint.lines().count() <= 1 && !complaint.contains("interrupted"), "{complaint}");
    }
}

#[test]
fn a_port_in_use_names_the_option() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let taken = socket.local_addr().unwrap().to_string();
    let output = run(microsip(&["echo", "--listen", &taken]));
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("--listen"), "{}", err(&output));
}

/// A far end that counts the INVITEs, and sends nothing.
fn silent() -> (UdpSocket, String) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_nonblocking(true).unwrap();
    let target = format!("sip:nobody@{}", socket.local_addr().unwrap());
    (socket, target)
}

#[test]
fn files_that_cannot_be_used_are_found_before_any_call() {
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
        &["--hold-music", "/nonexistent/x.wav"],
        &["--hold-music", text.path()],
        &["--record", "/nonexistent/x.wav"],
        &["--record", "/"],
        &["--record", unused.path(), "--play", "/nonexistent/x.wav"],
    ] {
        let mut command = microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0"]);
        command.args(files);
        let output = run(command);
        assert_eq!(output.status.code(), Some(2), "{files:?}: {}", err(&output));
        assert!(files.iter().any(|file| err(&output).contains(file)), "{}", err(&output));
    }
    assert!(socket.recv(&mut [0; 4096]).is_err() && !unused.0.exists());
}

#[test]
fn a_named_device_that_is_not_there_is_found_before_any_call() {
    let (socket, target) = silent();
    for (side, value) in [
        ("--input", "no such card"),
        ("--output", "alsa:hw:CARD=none,DEV=9"),
        ("--input", "wav:/nonexistent/x.wav"),
        ("--output", "wav:/nonexistent/x.wav"),
    ] {
        let output = run(microsip(&["call", &target, side, value, "--listen", "127.0.0.1:0"]));
        assert_eq!(output.status.code(), Some(6), "{value}: {}", err(&output));
        assert!(err(&output).contains(value), "{}", err(&output));
    }
    assert!(socket.recv(&mut [0; 4096]).is_err(), "somebody was called");
    let both = run(microsip(&["call", &target, "--input", "null", "--null-audio"]));
    assert_eq!(both.status.code(), Some(2));
}

#[test]
fn a_ring_or_a_country_that_is_not_there_is_found_before_any_call() {
    for (option, value, code, said) in [
        ("--tones", "XX", 2, "there are AR, AT,"),
        ("--ring", "/nonexistent/ring.wav", 2, "/nonexistent/ring.wav"),
        ("--ring-device", "no such card", 6, "audio ring device no such card"),
    ] {
        let rings = ["answer", "--listen", "127.0.0.1:0", "--input", "null", "--code", "180", option, value];
        let output = run(microsip(&rings));
        assert_eq!(output.status.code(), Some(code), "{option}: {}", err(&output));
        assert!(err(&output).contains(said), "{}", err(&output));
    }
}

#[test]
fn a_transport_that_is_not_here_is_not_called_unreachable() {
    for target in ["sips:a@127.0.0.1", "sip:a@127.0.0.1:9;transport=tls"] {
        let output = run(microsip(&["call", target, "--null-audio", "--listen", "127.0.0.1:0"]));
        assert_eq!(output.status.code(), Some(1));
        assert!(err(&output).contains("UDP and TCP"), "{}", err(&output));
    }
}

#[test]
fn devices_are_listed_or_none_are() {
    let output = run(microsip(&["devices"]));
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).contains("input") && out(&output).contains("output"));
    let output = run(microsip(&["devices", "--json"]));
    objects(&out(&output));
}
