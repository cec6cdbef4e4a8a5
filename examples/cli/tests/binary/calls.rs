//! Calls between two programs: their ends, and the sound heard.

use super::*;

#[test]
fn a_closed_port_is_a_failed_call_with_a_clear_text() {
    let (_closed, port) = closed();
    let output =
        run(microsip(&["call", &format!("sip:nobody@127.0.0.1:{port}"), "--null-audio", "--listen", "127.0.0.1:0"]));
    assert!(matches!(output.status.code(), Some(1 | 4)), "{}\n{}", out(&output), err(&output));
    assert!(err(&output).contains("check host and port"), "{}", err(&output));
}

#[test]
fn an_echo_sends_back_what_a_call_plays() {
    let (tone, back) = (Scratch::new("tone.wav"), Scratch::new("back.wav"));
    write_tone(&tone.0, 600.0, 1.5);
    let echo = Listening::start(&["echo", "--listen", "127.0.0.1:0", "--null-audio"]);
    let target = format!("sip:echo@{}", echo.address);
    let mut call = microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--json", "--dtmf", "1,2"]);
    call.args(["--play", tone.path(), "--record", back.path(), "--for", "2s"]);
    let output = run(call);
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
fn a_call_plays_a_tone_of_a_country() {
    let heard = Scratch::new("tone-of-a-country.wav");
    let mut answer = Listening::start(&[
        "answer",
        "--listen",
        "127.0.0.1:0",
        "--null-audio",
        "--record",
        heard.path(),
        "--code",
        "200",
    ]);
    let target = format!("sip:answer@{}", answer.address);
    let mut call = microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--for", "2s"]);
    call.args(["--tone", "dial", "--tones", "DE"]);
    let output = run(call);
    assert_eq!(output.status.code(), Some(0), "{}\n{}", out(&output), err(&output));
    assert_eq!(answer.child.wait().unwrap().code(), Some(0));
    let heard = heard_ms(&heard.0, 425.0);
    assert!((700..2500).contains(&heard), "{heard} ms of the tone");
}

#[test]
fn a_far_end_on_hold_hears_the_music() {
    let (music, heard) = (Scratch::new("music.wav"), Scratch::new("held.wav"));
    write_tone(&music.0, 600.0, 0.5);
    let mut answer = Listening::start(&[
        "answer",
        "--listen",
        "127.0.0.1:0",
        "--null-audio",
        "--record",
        heard.path(),
        "--code",
        "200",
    ]);
    let target = format!("sip:answer@{}", answer.address);
    let mut call = microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--for", "4s"]);
    call.args(["--hold-after", "200ms", "--hold-for", "2s", "--hold-music", music.path()]);
    let output = run(call);
    assert_eq!(output.status.code(), Some(0), "{}\n{}", out(&output), err(&output));
    assert_eq!(answer.child.wait().unwrap().code(), Some(0));
    // over and over, while it is on hold and no longer
    let heard = heard_ms(&heard.0, 600.0);
    assert!((700..3000).contains(&heard), "{heard} ms of the music");
}

#[test]
fn answer_takes_a_call_records_it_and_a_trace_shows_it() {
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
    let output = run(call);
    let text = out(&output);
    assert_eq!(output.status.code(), Some(0), "{text}\n{}", err(&output));
    for part in ["├─ INVITE sip:answer@", "180 Ringing (INVITE)", "Call-ID", "SDP audio at 127.0.0.1", "├─ BYE"]
    {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("no {part:?} in\n{text}"));
    assert!(at("200 OK (INVITE)") < at("connected, "), "an event stands before the message that brought it:\n{text}");
    assert!(at("calling sip:answer@") < at("├─ INVITE"), "{text}");
    assert_eq!(answer.child.wait().unwrap().code(), Some(0));
    assert!(heard_ms(&heard.0, 450.0) >= 700);
}

#[test]
fn answer_rings_with_a_file_on_a_device_of_its_own() {
    let (melody, ring) = (Scratch::new("melody.wav"), Scratch::new("ring.wav"));
    write_tone(&melody.0, 700.0, 1.0);
    let device = format!("wav:{}", ring.path());
    let mut answer = Listening::start(&[
        "answer",
        "--listen",
        "127.0.0.1:0",
        "--input",
        "null",
        "--output",
        "null",
        "--ring",
        melody.path(),
        "--ring-device",
        &device,
        "--tones",
        "DE",
        "--code",
        "180",
        "--after",
        "3s",
        "--for",
        "200ms",
    ]);
    let target = format!("sip:answer@{}", answer.address);
    let output = run(microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0"]));
    assert_eq!(output.status.code(), Some(0), "{}\n{}", out(&output), err(&output));
    assert_eq!(answer.child.wait().unwrap().code(), Some(0));
    let heard = heard_ms(&ring.0, 700.0);
    assert!(heard >= 700, "it rang for {heard} ms only");
}

#[test]
fn the_tones_of_a_country_are_played_and_listed() {
    for (tone, device, hertz) in
        [("busy", "--output", 425.0), ("dial", "--output", 425.0), ("ring", "--ring-device", 700.0)]
    {
        let (heard, melody) = (Scratch::new(&format!("tone-{tone}.wav")), Scratch::new(&format!("melody-{tone}.wav")));
        write_tone(&melody.0, 700.0, 1.0);
        let device = [device, &format!("wav:{}", heard.path())];
        let ring = if tone == "ring" { &["--ring", melody.path()][..] } else { &[] };
        let output = run(microsip(&[&["tones", tone, "--tones", "DE", "--for", "5s"], &device[..], ring].concat()));
        assert_eq!(output.status.code(), Some(0), "{tone}: {}\n{}", out(&output), err(&output));
        assert!(heard_ms(&heard.0, hertz) >= 400, "{tone}: {} ms", heard_ms(&heard.0, hertz));
    }
    // a beep is over by itself
    let heard = Scratch::new("tone-beep.wav");
    let beep = run(microsip(&["tones", "beep", "--output", &format!("wav:{}", heard.path())]));
    assert_eq!((beep.status.code(), out(&beep).as_str()), (Some(0), "beep\n"), "{}", err(&beep));
    assert!(hound::WavReader::open(&heard.0).unwrap().duration() < 3 * 8000, "it goes on");
    let countries = run(microsip(&["tones"]));
    assert!(out(&countries).contains("DE") && out(&countries).contains("US"), "{}", out(&countries));
}

#[test]
fn callers_hear_each_other_in_a_conference_and_not_themselves() {
    for command in ["echo", "answer"] {
        let files = ["one.wav", "two.wav"].map(|name| Scratch::new(&format!("{command}-heard-{name}")));
        let tones = [(600.0, Scratch::new("conf-600.wav")), (950.0, Scratch::new("conf-950.wav"))];
        let whole = Scratch::new(&format!("{command}-whole.wav"));
        let arguments = [command, "--listen", "127.0.0.1:0", "--null-audio", "--conference", "--record", whole.path()];
        let bridge = Listening::start(&arguments);
        let target = format!("sip:room@{}", bridge.address);
        let callers: Vec<_> = (tones.iter().zip(&files))
            .map(|((hertz, tone), file)| {
                write_tone(&tone.0, *hertz, 2.0);
                let mut call = microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--for", "2s"]);
                call.args(["--play", tone.path(), "--record", file.path()]);
                call.stdout(Stdio::null()).spawn().unwrap()
            })
            .collect();
        for mut caller in callers {
            assert_eq!(caller.wait().unwrap().code(), Some(0), "{command}");
        }
        for (own, other) in [(0, 1), (1, 0)] {
            let heard = [own, other].map(|nth: usize| heard_ms(&files[own].0, tones[nth].0));
            assert!(
                heard[0] == 0 && heard[1] >= 700,
                "{command}: caller {own} heard {heard:?} ms of itself and the other"
            );
        }
        #[cfg(unix)]
        {
            assert_eq!(if command == "echo" { bridge.interrupt() } else { bridge.finished() }.0, Some(0), "{command}");
            for (hertz, _) in tones {
                assert!(shared_ms(&whole.0, hertz) >= 700, "{command}: no {hertz} Hz in the recording");
            }
        }
    }
}

#[test]
fn a_refused_call_is_a_failed_call() {
    let answer = Listening::start(&["answer", "--listen", "127.0.0.1:0", "--null-audio", "--code", "486"]);
    let target = format!("sip:busy@{}", answer.address);
    let output = run(microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0"]));
    assert_eq!(output.status.code(), Some(1), "{}", out(&output));
    assert!(err(&output).contains("486"), "{}", err(&output));
    // the refusal follows at once, and its words are not those of the 180
    assert!(out(&output).contains("180 Ringing"), "{}", out(&output));
}

/// Each failure of several calls is told once, and says which it is; a refusal of our own has our words.
#[test]
fn ends_say_which_call_it_was_and_why() {
    for json in [false, true] {
        let refusal = ["answer", "--listen", "127.0.0.1:0", "--null-audio", "--code", "480", "--reason", "Gone home"];
        let ends = [(); 2].map(|()| Listening::start(&refusal));
        let targets = ends.each_ref().map(|end| format!("sip:away@{}", end.address));
        let mut call = microsip(&["call", "--null-audio", "--listen", "127.0.0.1:0"]);
        call.args(&targets).args(json.then_some("--json"));
        let output = run(call);
        assert_eq!(output.status.code(), Some(4), "{}\n{}", out(&output), err(&output));
        if json {
            let told = objects(&out(&output));
            let named: Vec<_> = told.iter().filter(|told| told["type"] == "error").map(|told| &told["call"]).collect();
            assert!(named.len() == 2 && named.iter().all(|call| call.is_u64()) && named[0] != named[1], "{told:?}");
        } else {
            let text = err(&output);
            for number in ["1: ", "2: "] {
                let line = format!("microsip: {number}no answer: 480 Gone home");
                assert_eq!(text.matches(&line).count(), 1, "{text}");
            }
            assert!(!out(&output).contains("480 Gone home"), "it is told twice: {}", out(&output));
        }
        for end in ends {
            let (_, told) = end.finished();
            assert!(told.iter().any(|told| told["state"] == "ended" && told["reason"] == "Gone home"), "{told:?}");
        }
    }
}

#[test]
fn a_rule_refuses_a_call_or_sends_it_on_and_says_which_it_was() {
    let elsewhere = Listening::start(&["answer", "--listen", "127.0.0.1:0", "--null-audio"]);
    let forward = format!("sip:elsewhere@{}", elsewhere.address);
    let rows: [(&[&str], i32, u32, &str); 3] = [
        (&["--dnd", "603"], 1, 603, "do not disturb"),
        (&["--deny", "*@127.0.0.1", "--allow", "somebody"], 1, 486, "its caller is denied"),
        (&["--forward", &forward], 0, 302, "forwarded"),
    ];
    for (rule, exit, sip_code, said) in rows {
        let answer = Listening::start(&[&["answer", "--listen", "127.0.0.1:0", "--null-audio"], rule].concat());
        let target = format!("sip:busy@{}", answer.address);
        let output = run(microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--for", "200ms"]));
        assert_eq!(output.status.code(), Some(exit), "{rule:?}: {}\n{}", out(&output), err(&output));
        let (code, told) = answer.finished();
        assert_eq!(code, Some(0), "{rule:?}");
        let ended = told.iter().find(|object| object["state"] == "ended").unwrap();
        assert_eq!((ended["sip_code"].clone(), ended["rule"].clone()), (sip_code.into(), said.into()), "{ended}");
    }
    assert!(elsewhere.finished().1.iter().any(|object| object["state"] == "connected"));
}

#[test]
fn a_call_that_nobody_answers_is_sent_on() {
    let elsewhere = Listening::start(&["answer", "--listen", "127.0.0.1:0", "--null-audio"]);
    let forward = format!("sip:elsewhere@{}", elsewhere.address);
    let mut command = vec!["answer", "--listen", "127.0.0.1:0", "--null-audio", "--code", "180", "--after", "9m"];
    command.extend(["--forward-no-answer", &forward, "--forward-after", "1s"]);
    let answer = Listening::start(&command);
    let target = format!("sip:away@{}", answer.address);
    let output = run(microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--for", "200ms"]));
    assert_eq!(output.status.code(), Some(0), "{}\n{}", out(&output), err(&output));
    let (_, told) = answer.finished();
    assert!(told.iter().any(|object| object["sip_code"] == 302), "{told:?}");
    assert!(elsewhere.finished().1.iter().any(|object| object["state"] == "connected"));
}

/// Refused and ended calls of several are told with their number, and what nobody has room for is told, too.
#[test]
fn a_call_beyond_the_limit_is_told_or_sent_on() {
    for (options, code, state) in [(&[][..], 1, "refused"), (&["--forward-busy", "ELSEWHERE"], 0, "ended")] {
        let elsewhere = Listening::start(&["answer", "--listen", "127.0.0.1:0", "--null-audio"]);
        let forward = format!("sip:elsewhere@{}", elsewhere.address);
        let options: Vec<&str> =
            options.iter().map(|word| if *word == "ELSEWHERE" { &forward } else { *word }).collect();
        let answer = Listening::start(
            &[&["answer", "--listen", "127.0.0.1:0", "--null-audio", "--calls", "2"], &options[..]].concat(),
        );
        let target = format!("sip:busy@{}", answer.address);
        let mut first = Vec::new();
        for _ in 0..2 {
            let mut call = microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--json"]);
            let mut child = call.stdout(Stdio::piped()).spawn().unwrap();
            let mut lines = BufReader::new(child.stdout.take().unwrap());
            let mut line = String::new();
            while !line.contains("\"connected\"") {
                line.clear();
                assert!(lines.read_line(&mut line).unwrap() > 0);
            }
            first.push((child, lines));
        }
        let output = run(microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--for", "200ms"]));
        assert_eq!(output.status.code(), Some(code), "{}\n{}", out(&output), err(&output));
        for (mut child, _) in first {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        let mut answer = answer;
        let mut line = String::new();
        while !(line.contains(&format!("\"{state}\"")) && (line.contains("486") || line.contains("302"))) {
            line.clear();
            assert!(answer.lines.read_line(&mut line).unwrap() > 0, "{options:?}: it is not told");
        }
    }
}

#[test]
fn the_library_answers_where_it_is_told_to() {
    let answer = Listening::start(&[
        "answer",
        "--listen",
        "127.0.0.1:0",
        "--null-audio",
        "--code",
        "486",
        "--auto-answer",
        "all",
    ]);
    let target = format!("sip:anybody@{}", answer.address);
    let output = run(microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--for", "200ms"]));
    assert_eq!(output.status.code(), Some(0), "{}\n{}", out(&output), err(&output));
    assert_eq!(answer.finished().0, Some(0));
}

#[test]
fn a_far_end_that_does_not_answer_is_no_answer() {
    let answer =
        Listening::start(&["answer", "--listen", "127.0.0.1:0", "--null-audio", "--code", "180", "--after", "30s"]);
    let target = format!("sip:slow@{}", answer.address);
    let output =
        run(microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--answer-within", "500ms"]));
    assert_eq!(output.status.code(), Some(4), "{}\n{}", out(&output), err(&output));
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

/// By --identify-after, and by the key i; a caller says who it is, too.
#[test]
fn a_far_end_is_told_who_we_are_now() {
    let who = ["--identify-as", "\"Carol\" <sip:carol@example.org>"];
    let answer = Listening::start(&["answer", "--listen", "127.0.0.1:0", "--null-audio"]);
    let target = format!("sip:answer@{}", answer.address);
    let mut call = microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--json", "--for", "2s"]);
    call.args(["--identify-after", "200ms"]).args(who);
    let output = run(call);
    assert_eq!(output.status.code(), Some(0), "{}\n{}", out(&output), err(&output));
    let told = objects(&out(&output));
    let identified = told.iter().find(|object| object["type"] == "identified").expect("no end of it was told");
    assert_eq!(identified["uri"], "sip:carol@example.org", "{identified}");
    let (code, said) = answer.finished();
    assert_eq!(code, Some(0));
    let identity = said.iter().find(|object| object["type"] == "identity").expect("the far end was not told");
    assert_eq!((&identity["uri"], &identity["name"]), (&"sip:carol@example.org".into(), &"Carol".into()));

    let answer = Listening::start(&["answer", "--listen", "127.0.0.1:0", "--null-audio", "--for", "2s"]);
    let target = format!("sip:answer@{}", answer.address);
    let mut call = microsip(&["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--keys"]);
    call.args(who).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = call.spawn().unwrap();
    let (mut keys, mut lines) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut said = String::new();
    while !said.contains("connected") {
        assert!(lines.read_line(&mut said).unwrap() > 0, "{said}");
    }
    keys.write_all(b"i").unwrap();
    while lines.read_line(&mut said).unwrap() > 0 {}
    assert!(said.contains("knows us as sip:carol@example.org now"), "{said}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(answer.finished().0, Some(0));
}
