//! Messages: sent in their order, printed as they come, and what becomes of each.

use super::*;
use std::net::SocketAddr;

/// The lines of a request that its response repeats.
pub(crate) fn echoed(request: &str) -> String {
    let names = ["Via", "From", "To", "Call-ID", "CSeq", "Record-Route"];
    request.split_inclusive("\r\n").filter(|line| names.contains(&line.split(':').next().unwrap())).collect()
}

pub(crate) fn far() -> (UdpSocket, String) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let uri = format!("sip:bob@{}", socket.local_addr().unwrap());
    (socket, uri)
}

/// The next request of a method, and where it came from.
pub(crate) fn hears(socket: &UdpSocket, method: &str) -> (String, SocketAddr) {
    let mut buffer = [0; 65_536];
    loop {
        let (length, from) = match socket.recv_from(&mut buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            received => received.unwrap_or_else(|error| panic!("no {method}: {error}")),
        };
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if text.starts_with(method) {
            return (text, from);
        }
    }
}

/// The objects of this type that our command printed.
pub(crate) fn of_type(objects: &[Value], kind: &str) -> Vec<Value> {
    objects.iter().filter(|object| object["type"] == kind).cloned().collect()
}

#[test]
fn messages_come_in_their_order_and_each_is_told_at_both_ends() {
    let taking = Listening::start(&["message", "--receive", "--listen", "127.0.0.1:0", "--count", "5"]);
    let to = format!("sip:anna@{}", taking.address);
    let body = Scratch::new("message.json");
    std::fs::write(&body.0, "{\"a\":1}").unwrap();
    let sent = |arguments: &[&str], input: &str| {
        let mut command = microsip(&["message", &to, "--listen", "127.0.0.1:0"]);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", out(&output));
        out(&output)
    };
    let said = sent(&["one", "grüße,\nzwei"], "");
    assert!(said.contains(&format!("message 2: {to} keeps it until it is read: 202")), "{said}");
    let told = objects(&sent(&["--lines", "--json"], "three\r\n\nfour"));
    let states: Vec<_> = told.iter().map(|told| (told["number"].as_u64().unwrap(), told["state"].as_str())).collect();
    let wanted = [(1, "sending"), (1, "stored"), (2, "sending"), (2, "stored")];
    assert_eq!(states, wanted.map(|(number, state)| (number, Some(state))));
    sent(&["--file", body.path(), "--type", "application/json"], "");
    let (code, told) = taking.finished();
    assert_eq!(code, Some(0), "{told:?}");
    let got = of_type(&told, "message");
    let texts: Vec<_> = got.iter().map(|message| message["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["one", "grüße,\nzwei", "three", "four", "{\"a\":1}"]);
    assert_eq!((&got[4]["content_type"], &got[4]["bytes"]), (&"application/json".into(), &7.into()));
    assert_eq!((&got[0]["number"], &got[0]["state"], &got[0]["to"]), (&1.into(), &"received".into(), &(*to).into()));
}

#[test]
fn notices_are_asked_for_and_given() {
    let taking = Listening::start(&["message", "--receive", "--notices", "--listen", "127.0.0.1:0", "--count", "2"]);
    let to = format!("sip:anna@{}", taking.address);
    let output = run(microsip(&["message", &to, "one", "two", "--notices", "--json", "--listen", "127.0.0.1:0"]));
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    let told = of_type(&objects(&out(&output)), "message");
    for number in [1, 2] {
        let states: Vec<_> =
            told.iter().filter(|one| one["number"] == number).map(|one| one["state"].clone()).collect();
        let at =
            |state: &str| states.iter().position(|one| one == state).unwrap_or_else(|| panic!("{state}: {states:?}"));
        assert!(at("sending") < at("stored") && at("delivered") < at("displayed"), "{states:?}");
    }
    let (code, told) = taking.finished();
    let texts: Vec<_> = of_type(&told, "message").iter().map(|message| message["text"].clone()).collect();
    assert_eq!((code, texts), (Some(0), vec!["one".into(), "two".into()]));
    // one who tells nothing
    let taking = Listening::start(&["message", "--receive", "--listen", "127.0.0.1:0", "--count", "1"]);
    let to = format!("sip:anna@{}", taking.address);
    let output = run(microsip(&["message", &to, "one", "--notices", "--for", "1s", "--listen", "127.0.0.1:0"]));
    assert_eq!(output.status.code(), Some(0), "it was accepted all the same");
    assert!(out(&output).contains("no notice came in time"), "{}", out(&output));
    assert_eq!(of_type(&taking.finished().1, "message")[0]["text"], "one", "out of its envelope");
}

#[test]
fn who_writes_is_told() {
    let taking = Listening::start(&["message", "--receive", "--listen", "127.0.0.1:0", "--count", "1"]);
    let to = format!("sip:anna@{}", taking.address);
    let body = "<isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\"><state>active</state></isComposing>";
    // a direct sender is known by its address
    let at = far().0.local_addr().unwrap().to_string();
    let typed = ["message", &to, body, "--type", "application/im-iscomposing+xml", "--listen", &at];
    assert_eq!(run(microsip(&typed)).status.code(), Some(0));
    assert_eq!(run(microsip(&["message", &to, "hello", "--listen", &at])).status.code(), Some(0));
    let (code, told) = taking.finished();
    let states: Vec<_> = of_type(&told, "composing").iter().map(|one| one["state"].clone()).collect();
    assert_eq!((code, states), (Some(0), vec!["active".into(), "idle".into()]));
    assert_eq!(of_type(&told, "message").len(), 1, "it is no message for people");
}

#[test]
fn all_of_standard_input_is_one_message_and_bytes_have_a_type() {
    let taking = Listening::start(&["message", "--receive", "--listen", "127.0.0.1:0", "--count", "2"]);
    let to = format!("sip:anna@{}", taking.address);
    let image = Scratch::new("image");
    std::fs::write(&image.0, b"\x89PNG\0").unwrap();
    let mut command = microsip(&["message", &to, "-", "--listen", "127.0.0.1:0"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"one\ntwo\n").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let output = run(microsip(&["message", &to, "--file", image.path(), "--listen", "127.0.0.1:0"]));
    assert_eq!(output.status.code(), Some(2), "bytes without a type");
    assert!(err(&output).contains("no UTF-8 text: say what it is with --type"), "{}", err(&output));
    let typed = ["message", &to, "--file", image.path(), "--type", "image/png", "--listen", "127.0.0.1:0"];
    assert_eq!(run(microsip(&typed)).status.code(), Some(0));
    let got = of_type(&taking.finished().1, "message");
    assert_eq!((&got[0]["text"], &got[1]["hex"]), (&"one\ntwo\n".into(), &"89504e4700".into()));
}

/// The end of the command at a far end that answers each message with a status of this list; none: with nothing.
fn answered(statuses: &[&str], arguments: &[&str]) -> (Output, Vec<String>) {
    let (socket, to) = far();
    let mut command = microsip(&["message", &to, "--listen", "127.0.0.1:0"]);
    let child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut heard = Vec::new();
    for status in statuses {
        let (request, from) = hears(&socket, "MESSAGE ");
        let response = format!("SIP/2.0 {status}\r\n{}Content-Length: 0\r\n\r\n", echoed(&request));
        socket.send_to(response.as_bytes(), from).unwrap();
        heard.push(request);
    }
    (child.wait_with_output().unwrap(), heard)
}

#[test]
fn the_end_of_a_message_is_an_exit_code_and_words() {
    for (status, exit, words) in [
        ("200 OK", 0, "accepted it: 200"),
        ("202 Accepted", 0, "keeps it until it is read: 202"),
        ("403 Forbidden", 1, "refused it: 403"),
        ("404 Not Found", 1, "refused it: 404"),
        ("480 Gone", 4, "was not reached: 480"),
    ] {
        let (output, heard) = answered(&[status], &["hello", "--header", "X-Mood: good"]);
        assert_eq!(output.status.code(), Some(exit), "{status}: {}", err(&output));
        assert!((out(&output) + &err(&output)).contains(words), "{status}: {} {}", out(&output), err(&output));
        assert!(heard[0].contains("\r\nX-Mood: good\r\n") && heard[0].ends_with("\r\n\r\nhello"), "{}", heard[0]);
    }
    // one that is refused does not stop the others, and the first fault is the command's
    let (output, _) = answered(&["200 OK", "486 Busy Here", "200 OK"], &["a", "b", "c", "--json"]);
    let told = objects(&out(&output));
    let states = of_type(&told, "message");
    let ends: Vec<_> = states.iter().filter(|told| told["state"] != "sending").collect();
    let codes: Vec<_> = ends.iter().map(|told| (told["sip_code"].as_u64(), told["state"].as_str())).collect();
    assert_eq!(codes, [(Some(200), Some("accepted")), (Some(486), Some("refused")), (Some(200), Some("accepted"))]);
    let faults = of_type(&told, "error");
    assert_eq!((output.status.code(), faults.len(), &faults[0]["sip_code"]), (Some(1), 1, &486.into()));
}

#[test]
fn one_that_nobody_takes_stops_those_behind_it() {
    let (_socket, port) = closed();
    let output = run(microsip(&[
        "message",
        &format!("sip:x@127.0.0.1:{port}"),
        "a",
        "b",
        "c",
        "--listen",
        "127.0.0.1:0",
        "--json",
    ]));
    let told = objects(&out(&output));
    let messages = of_type(&told, "message");
    let last = messages.last().unwrap();
    assert_eq!((&last["state"], &last["messages"]), (&"unsent".into(), &2.into()), "{told:?}");
    assert_eq!((output.status.code(), of_type(&told, "error").len()), (Some(1), 1), "{told:?}");
}

#[test]
fn a_policy_answers_once_a_message_is_printed() {
    for (arguments, exit) in [(&["--policy", "answer"][..], 0), (&["--policy", "answer", "--code", "486"], 1)] {
        let start = ["message", "--receive", "--listen", "127.0.0.1:0", "--count", "1"];
        let taking = Listening::start(&[&start, arguments].concat());
        let output = run(microsip(&["message", &format!("sip:x@{}", taking.address), "hello", "--json"]));
        let told = objects(&out(&output));
        assert_eq!((output.status.code(), told[1]["sip_code"] == 202), (Some(exit), false), "{told:?}");
        let (code, told) = taking.finished();
        assert_eq!((code, of_type(&told, "message").len()), (Some(0), 1), "{told:?}");
    }
}

#[test]
fn waiting_ends_with_its_time_and_says_what_is_missing() {
    let start = ["message", "--receive", "--listen", "127.0.0.1:0", "--for", "200ms"];
    let (code, told) = Listening::start(&start).finished();
    assert_eq!((code, of_type(&told, "error").len()), (Some(0), 0), "{told:?}");
    let (code, told) = Listening::start(&[&start[..], &["--count", "2"]].concat()).finished();
    let faults = of_type(&told, "error");
    assert_eq!((code, faults[0]["exit"].as_u64()), (Some(4), Some(4)), "{told:?}");
    assert!(faults[0]["text"].as_str().unwrap().contains("0 of 2 messages"), "{told:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_before_the_answer_is_a_failure_and_behind_the_last_message_none() {
    let (socket, to) = far();
    let mut command = microsip(&["message", &to, "hello", "--listen", "127.0.0.1:0"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    hears(&socket, "MESSAGE ");
    // SAFETY: our own child, not waited for yet.
    unsafe { libc::kill(child.id() as i32, libc::SIGINT) };
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", out(&output));
    assert!(err(&output).contains("interrupted before"), "{}", err(&output));
    let (code, _) = Listening::start(&["message", "--receive", "--listen", "127.0.0.1:0"]).interrupt();
    assert_eq!(code, Some(0));
}

#[test]
fn what_cannot_be_sent_is_refused_before_anything_leaves() {
    let (socket, to) = far();
    let empty = Scratch::new("empty-message");
    std::fs::write(&empty.0, "").unwrap();
    for (arguments, wanted) in [
        (&[&*to][..], "nothing to send: write the text behind the address"),
        (&[&to, ""], "the text is empty"),
        (&[&to, "--file", empty.path()], "is empty: a message needs a text"),
        (&[&to, "--file", "/nonexistent/x"], "cannot read /nonexistent/x"),
        (&[&to, "x", "--type", "plain"], "\"plain\" is no type: write text/plain"),
        (&[&to, "x", "--header", "X-A 1"], "write \"Name: value\""),
        (&[&to, "x", "--count", "2"], "they go with --receive"),
        (&[&to, "x", "--policy", "store"], "they go with --receive"),
        (&[&to, "x", "--file", empty.path()], "cannot be used with"),
        (&[&to, "-", "-"], "that comes once"),
        (&[&to, "-", "--uri", "sip:a@127.0.0.1", "--password-stdin"], "use --password-file or MICROSIP_PASSWORD"),
        (&["--receive", &to], "cannot be used with"),
        (&["--receive", "--code", "486"], "--code goes with --policy answer"),
        (&["--receive", "--policy", "answer", "--code", "100"], "use 200 or another status"),
        (&["--receive", "--count", "0"], "0 is not in"),
        (&["100", "x"], "give --uri sip:user@domain, or write a whole address"),
        (&["http://x", "x"], "the address \"http://x\" is no address"),
        (&[&to, "x", "--header", "Via: x"], "--header"),
        (&[], "<URI>"),
    ] {
        let output = run(microsip(&[&["message", "--listen", "127.0.0.1:0"], arguments].concat()));
        let text = err(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(text.contains(wanted), "{arguments:?}: {text}");
        let text = text.replace("MICROSIP_PASSWORD", "");
        assert!(!text.contains("->") && !text.to_lowercase().contains("microsip_"), "it speaks C: {text}");
    }
    let long = Scratch::new("long-message");
    std::fs::write(&long.0, "x".repeat(59_990)).unwrap();
    let output = run(microsip(&["message", &to, "--file", long.path(), "--listen", "127.0.0.1:0"]));
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
    assert!(
        err(&output).contains("59990 bytes of at most") && !err(&output).contains("max_message"),
        "{}",
        err(&output)
    );
    socket.set_nonblocking(true).unwrap();
    assert!(socket.recv(&mut [0; 100]).is_err(), "something left");
}
