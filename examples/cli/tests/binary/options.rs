//! Options of a call, on each command that has calls.

use super::*;

const OPTIONS: [&str; 14] = [
    "--hold-after",
    "1s",
    "--hold-for",
    "300ms",
    "--session-expires",
    "2m",
    "--codec",
    "PCMA",
    "--header",
    "X-Mark: seven",
    "--100rel",
    "required",
    "--dtmf",
    "5",
];

/// The first message that came, of those that begin so.
fn received<'a>(told: &'a [Value], start: &str, has: &str) -> &'a str {
    let messages = told.iter().filter(|object| object["type"] == "trace" && object["way"] == "received");
    let mut messages = messages.map(|object| object["message"].as_str().unwrap());
    messages.find(|message| message.starts_with(start) && message.contains(has)).unwrap_or_else(|| panic!("no {start}"))
}

/// The far end is put on hold and taken off it, and gets the digit.
fn held_and_rung(told: &[Value]) {
    let held: Vec<bool> = told.iter().filter_map(|object| object["held"].as_bool()).collect();
    assert_eq!(held, [true, false], "{told:?}");
    assert!(told.iter().any(|object| object["type"] == "digit" && object["digit"] == "5"), "{told:?}");
}

#[test]
fn calls_that_come_in_take_the_options() {
    let rows: [&[&str]; 2] = [
        &["echo", "--early", "--after", "100ms", "--for", "5s", "--null-audio"],
        &["answer", "--early", "--after", "100ms", "--for", "5s", "--null-audio"],
    ];
    for row in rows {
        let near = Listening::start(&[row, &["--listen", "127.0.0.1:0"], &OPTIONS].concat());
        let target = format!("sip:near@{}", near.address);
        let output = run(microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--json", "--trace"]));
        assert_eq!(output.status.code(), Some(0), "{row:?}: {}\n{}", out(&output), err(&output));
        let told = objects(&out(&output));
        let (early, answer) =
            (received(&told, "SIP/2.0 183", "CSeq: 1 INVITE"), received(&told, "SIP/2.0 200", "CSeq: 1 INVITE"));
        assert!(early.contains("Require: 100rel") && early.contains("RSeq: "), "{early}");
        for wanted in ["X-Mark: seven", "Session-Expires: 120"] {
            assert!(answer.contains(wanted), "{row:?}: no {wanted} in {answer}");
        }
        assert!(early.contains("PCMA/8000") && !early.contains("PCMU/8000"), "{early}");
        held_and_rung(&told);
    }
}

#[test]
fn a_call_takes_the_options() {
    let far = Listening::start(&["answer", "--null-audio", "--listen", "127.0.0.1:0", "--early", "--trace"]);
    let target = format!("sip:far@{}", far.address);
    let mut call = microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--for", "5s", "--early"]);
    call.args(OPTIONS);
    let output = run(call);
    assert_eq!(output.status.code(), Some(0), "{}\n{}", out(&output), err(&output));
    assert!(out(&output).contains("early media"), "{}", out(&output));
    let (_, told) = far.finished();
    let invite = received(&told, "INVITE ", "");
    for wanted in ["X-Mark: seven", "Session-Expires: 120", "Require: 100rel", "PCMA/8000"] {
        assert!(invite.contains(wanted), "no {wanted} in {invite}");
    }
    assert!(!invite.contains("PCMU/8000"), "{invite}");
    held_and_rung(&told);
}

/// The account file's, and an option before it.
#[test]
fn digits_last_as_long_as_they_are_to() {
    let file = Scratch::new("digits-account");
    for (options, ms) in [(&[][..], 250), (&["--digit-length", "400ms"][..], 400)] {
        let far = Listening::start(&["answer", "--null-audio", "--listen", "127.0.0.1:0"]);
        let account =
            format!("uri = sip:anna@{}\ndigit_length = 250ms\ndigit_gap = 100ms\ndigit_level = 20\n", far.address);
        std::fs::write(&file.0, account).unwrap();
        let mut call = microsip(&["call", "far", "--null-audio", "--listen", "127.0.0.1:0", "--no-register"]);
        call.args(["--account-file", file.path(), "--dtmf", "12", "--for", "3s"]).args(options);
        let output = run(call);
        assert_eq!(output.status.code(), Some(0), "{}\n{}", out(&output), err(&output));
        let (_, told) = far.finished();
        let digits: Vec<_> = told.iter().filter(|object| object["type"] == "digit").collect();
        assert_eq!(digits.iter().map(|digit| digit["ms"].as_u64()).collect::<Vec<_>>(), [Some(ms); 2], "{digits:?}");
    }
}

/// Its far end sees no more of a caller than it said, without an account.
#[test]
fn a_direct_call_hides_or_names_its_caller() {
    for (options, name, from, more) in [
        (
            &["--privacy", "anonymous"][..],
            "Anonymous",
            "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>",
            "Privacy: id",
        ),
        (&["--display-name", "Anna B"], "Anna B", "From: \"Anna B\" <sip:", ""),
        (&["--caller", "Carl <sip:carl@example.org>"], "Carl", "From: Carl <sip:carl@example.org>", ""),
    ] {
        let far = Listening::start(&["answer", "--null-audio", "--listen", "127.0.0.1:0", "--trace"]);
        let target = format!("sip:far@{}", far.address);
        let mut call = microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--for", "200ms"]);
        call.args(options);
        let output = run(call);
        assert_eq!(output.status.code(), Some(0), "{}\n{}", out(&output), err(&output));
        let (_, told) = far.finished();
        let incoming = told.iter().find(|object| object["state"] == "incoming").unwrap();
        assert_eq!(incoming["name"], name, "{incoming}");
        let invite = received(&told, "INVITE ", "");
        assert!(invite.contains(from) && invite.contains(more), "{options:?}: {invite}");
    }
}

#[test]
fn a_call_says_where_its_caller_is() {
    let file = std::env::temp_dir().join(format!("microsip-place-{}.xml", std::process::id()));
    std::fs::write(&file, "<presence entity=\"pres:me\"/>").unwrap();
    let far = Listening::start(&["answer", "--null-audio", "--listen", "127.0.0.1:0", "--trace"]);
    let target = format!("sip:far@{}", far.address);
    let mut call = microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--for", "200ms"]);
    call.args(["--location", file.to_str().unwrap(), "--location-use", "routing,follows"]);
    let output = run(call);
    assert_eq!(output.status.code(), Some(0), "{}\n{}", out(&output), err(&output));
    let (_, told) = far.finished();
    let invite = received(&told, "INVITE ", "");
    for wanted in ["Geolocation: <cid:", "Geolocation-Routing: yes", "<presence entity=\"pres:me\"/>", "m=audio"] {
        assert!(invite.contains(wanted), "no {wanted} in {invite}");
    }
    std::fs::remove_file(&file).unwrap();
    let output = run(microsip(&["call", &target, "--null-audio", "--location", file.to_str().unwrap()]));
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
    assert!(err(&output).contains("--location"), "{}", err(&output));
}

#[test]
fn calls_tell_their_session_timer_and_the_headers_that_are_asked_for() {
    let far = Listening::start(&[
        "answer",
        "--null-audio",
        "--listen",
        "127.0.0.1:0",
        "--header",
        "X-Desk: seven",
        "--show-header",
        "X-Queue",
        "--for",
        "10s",
    ]);
    let target = format!("sip:far@{}", far.address);
    let mut call = microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--for", "200ms", "--json"]);
    call.args(["--session-expires", "2m", "--header", "X-Queue: blue", "--show-header", "X-Desk"]);
    let output = run(call);
    assert_eq!(output.status.code(), Some(0), "{}\n{}", out(&output), err(&output));
    let ours = objects(&out(&output));
    let (_, theirs) = far.finished();
    let header = |told: &[Value]| told.iter().find(|object| object["type"] == "header").unwrap()["value"].clone();
    assert_eq!((header(&ours), header(&theirs)), ("seven".into(), "blue".into()));
    for told in [&ours, &theirs] {
        let connected = told.iter().find(|object| object["state"] == "connected").unwrap();
        assert_eq!(connected["session_expires"], 120, "{connected}");
        assert!(["us", "them"].contains(&connected["session_refresher"].as_str().unwrap()), "{connected}");
    }
}

#[test]
fn those_who_are_called_hear_each_other_in_a_conference_that_is_recorded() {
    let whole = Scratch::new("conference-whole.wav");
    let tones = [600.0, 950.0].map(|hertz| (hertz, Scratch::new(&format!("conference-said-{hertz}.wav"))));
    let ends = tones.each_ref().map(|(hertz, tone)| {
        write_tone(&tone.0, *hertz, 4.0);
        let heard = Scratch::new(&format!("conference-heard-{hertz}.wav"));
        let end = Listening::start(&[
            "answer",
            "--null-audio",
            "--listen",
            "127.0.0.1:0",
            "--play",
            tone.path(),
            "--record",
            heard.path(),
            "--for",
            "5s",
        ]);
        (end, heard)
    });
    let targets = ends.each_ref().map(|(end, _)| format!("sip:end@{}", end.address));
    let mut call = microsip(&["call", "--conference", "--null-audio", "--listen", "127.0.0.1:0"]);
    call.args(["--record", whole.path()]).args(&targets);
    let output = run(call);
    assert_eq!(output.status.code(), Some(0), "{}\n{}", out(&output), err(&output));
    for (at, (end, heard)) in ends.into_iter().enumerate() {
        assert_eq!(end.finished().0, Some(0));
        assert!(shared_ms(&heard.0, tones[1 - at].0) >= 700, "end {at} does not hear the other");
        assert_eq!(shared_ms(&heard.0, tones[at].0), 0, "end {at} hears itself");
    }
    for (hertz, _) in &tones {
        assert!(shared_ms(&whole.0, *hertz) >= 700, "no {hertz} Hz in the recording");
    }
}

/// The library alone knows which headers are its own: a caller finds it out, and neither it nor we wait.
#[test]
fn an_echo_that_cannot_answer_says_so_and_refuses_its_caller() {
    for more in [&[][..], &["--early", "--after", "0s"], &["--record", "/dev/null", "--calls", "1"]] {
        let mut command = microsip(&["echo", "--listen", "127.0.0.1:0", "--header", "Via: x"]);
        let mut child = command.args(more).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let address = line.split("echo at ").nth(1).unwrap().split(',').next().unwrap();
        let target = format!("sip:echo@{address}");
        let output =
            run(microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--answer-within", "9s"]));
        assert_eq!(output.status.code(), Some(1), "{more:?}: {}\n{}", out(&output), err(&output));
        child.kill().unwrap();
        let told = err(&child.wait_with_output().unwrap());
        assert!(
            told.contains("--header has \"Via\": names a header that the library writes itself"),
            "{more:?}: {told}"
        );
    }
}

/// A log that nobody reads for a while: what the log had no room for is counted where it was.
#[test]
fn a_trace_says_how_much_of_it_is_missing() {
    const REQUESTS: usize = 1500;
    let mut echo = Listening::start(&["echo", "--listen", "127.0.0.1:0", "--trace"]);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let here = socket.local_addr().unwrap();
    let mut ask = |number: usize| {
        let padding = "x".repeat(400);
        let request = format!(
            "OPTIONS sip:echo@{0} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{number}\r\nMax-Forwards: 70\r\n\
             From: <sip:a@{here}>;tag=1\r\nTo: <sip:echo@{0}>\r\nCall-ID: {number}\r\nCSeq: 1 OPTIONS\r\n\
             Subject: {padding}\r\nContent-Length: 0\r\n\r\n",
            echo.address
        );
        socket.send_to(request.as_bytes(), &echo.address).unwrap();
        socket.recv(&mut [0; 4096]).unwrap();
    };
    (0..REQUESTS).for_each(&mut ask);
    let (mut shown, mut missing, mut asked) = (0, 0, REQUESTS);
    while shown + missing < 2 * asked {
        let mut line = String::new();
        assert!(echo.lines.read_line(&mut line).unwrap() > 0);
        let told: Value = serde_json::from_str(&line).unwrap();
        shown += 1;
        missing += told["missing"].as_u64().unwrap() as usize;
        // there is room again: the next message brings the count
        if asked == REQUESTS && shown > 200 {
            ask(asked);
            asked += 1;
        }
    }
    assert!(missing > 100, "{missing} of {shown}");
}
