//! Transfers by the command: of a call, of two calls, and the one who is transferred.

use super::*;

fn start(arguments: &[&str]) -> Listening {
    let listen = ["--listen", "127.0.0.1:0", "--null-audio"];
    Listening::start(&[arguments, listen.as_slice()].concat())
}

/// A call to it, and what follows.
fn call(target: &Listening, more: &[&str]) -> Command {
    let mut call = microsip(&["call", &format!("sip:x@{}", target.address), "--null-audio", "--listen", "127.0.0.1:0"]);
    call.args(more);
    call
}

/// The states of a kind of object, in their order.
fn states(said: &[Value], kind: &str) -> Vec<String> {
    let of_kind = said.iter().filter(|object| object["type"] == kind);
    of_kind.map(|object| object["state"].as_str().unwrap_or_default().to_owned()).collect()
}

fn end(said: &[Value]) -> &Value {
    said.iter().rfind(|object| object["type"] == "call" && object["state"] == "ended").unwrap()
}

#[test]
fn the_far_end_of_a_call_goes_on_with_another() {
    let (tone, heard) = (Scratch::new("transferred.wav"), Scratch::new("new-party.wav"));
    write_tone(&tone.0, 600.0, 2.0);
    let new = start(&["answer", "--record", heard.path()]);
    let goes = start(&["answer", "--refer", "follow", "--play", tone.path()]);
    let to = format!("sip:new@{}", new.address);
    let output = run(call(&goes, &["--json", "--transfer-to", &to, "--transfer-after", "300ms"]));
    assert_eq!(output.status.code(), Some(0), "{}\n{}", out(&output), err(&output));
    let said = objects(&out(&output));
    let steps = states(&said, "transfer");
    assert_eq!(steps.last().map(String::as_str), Some("done"), "{steps:?}");
    assert_eq!((&end(&said)["cause"], &end(&said)["ended_by"]), (&"transferred".into(), &"application".into()));
    let (code, said) = goes.finished();
    let calling = said.iter().find(|object| object["state"] == "calling").unwrap_or_else(|| panic!("{said:?}"));
    assert_eq!((code, calling["to"].as_str()), (Some(0), Some(&*to)), "{said:?}");
    assert!(
        calling["referred_by"].as_str().unwrap().starts_with("sip:") && calling["instead_of"].is_u64(),
        "{calling}"
    );
    let (code, said) = new.finished();
    assert_eq!(code, Some(0), "{said:?}");
    assert!(heard_ms(&heard.0, 600.0) >= 500, "{said:?}");
}

/// A caller has the room to follow, and to tell that it did not.
#[test]
fn a_caller_follows_or_says_that_it_does_not() {
    for follows in [true, false] {
        let new = start(&["answer", "--for", "300ms"]);
        let to = format!("sip:new@{}", new.address);
        let asks = start(&["answer", "--transfer-to", &to, "--transfer-after", "300ms"]);
        let output = run(call(&asks, if follows { &["--json", "--refer", "follow"] } else { &["--json"] }));
        assert_eq!(output.status.code(), Some(0), "{}\n{}", out(&output), err(&output));
        let said = objects(&out(&output));
        let (code, told) = asks.finished();
        if follows {
            assert!(said.iter().any(|object| object["state"] == "calling" && object["to"] == *to), "{said:?}");
            assert_eq!((code, states(&told, "transfer").last().map(String::as_str)), (Some(0), Some("done")));
            let (code, told) = new.finished();
            assert_eq!(code, Some(0), "{told:?}");
        } else {
            let refused = said.iter().find(|object| object["type"] == "refer").unwrap_or_else(|| panic!("{said:?}"));
            assert_eq!((&refused["to"], &refused["sip_code"]), (&json!(to), &json!(603)), "{refused}");
            // the error has the numbers of the step
            let [step, error] = ["transfer", "error"].map(|kind| told.iter().rfind(|object| object["type"] == kind));
            let numbers = |object: Option<&Value>| object.map(|of| (of["sip_code"].as_i64(), of["result"].as_i64()));
            assert_eq!((code, numbers(error)), (Some(1), numbers(step)), "{told:?}");
            assert_eq!(numbers(error).and_then(|(code, _)| code), Some(603), "{told:?}");
        }
    }
}

/// A far end that was not told to follow refuses; a transfer that the command line wanted is then a failed call.
#[test]
fn a_transfer_that_is_refused_is_a_failed_call() {
    for (more, goes_on) in [(&[][..], false), (&["--for", "1500ms"][..], true)] {
        let stays = start(&["answer"]);
        let to = ["--transfer-to", "sip:nobody@127.0.0.1:9", "--transfer-after", "300ms"];
        let output = run(call(&stays, &[&to, more].concat()));
        assert_eq!(output.status.code(), Some(1), "{}\n{}", out(&output), err(&output));
        assert!(err(&output).contains("the transfer failed: 603"), "{}", err(&output));
        assert_eq!(out(&output).contains("the call goes on"), goes_on, "{}", out(&output));
        let (code, said) = stays.finished();
        let refused = said.iter().find(|object| object["type"] == "refer").unwrap_or_else(|| panic!("{said:?}"));
        assert_eq!(
            (code, refused["followed"].as_bool(), refused["sip_code"].as_u64()),
            (Some(0), Some(false), Some(603))
        );
        assert_eq!(refused["to"], "sip:nobody@127.0.0.1:9");
        let talked = end(&said)["talked_ms"].as_u64().unwrap();
        assert_eq!(talked >= 1200, goes_on, "{talked} ms");
    }
}

/// The key brings the far ends of both calls together; the call that takes another's place needs no more room than that.
#[test]
fn a_key_brings_two_far_ends_together() {
    let stays = start(&["answer", "--refer", "follow"]);
    let goes = start(&["answer", "--refer", "follow", "--for", "5s"]);
    let mut call = call(&goes, &["--keys", "--json", "--for", "30s"]);
    call.arg(format!("sip:y@{}", stays.address));
    let mut child = call.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut keys, mut lines) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut said = Vec::new();
    while said.iter().filter(|object: &&Value| object["state"] == "connected").count() < 2 {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).unwrap() > 0, "{said:?}");
        said.push(serde_json::from_str(&line).unwrap());
    }
    // the first call is transferred to the second
    keys.write_all(b"pt").unwrap();
    let rest: Vec<String> = lines.lines().map(Result::unwrap).collect();
    said.extend(objects(&rest.join("\n")));
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said:?}");
    assert_eq!(states(&said, "transfer").last().map(String::as_str), Some("done"), "{said:?}");
    let ends: Vec<&Value> = said.iter().filter(|object| object["state"] == "ended").collect();
    assert!(ends.len() == 2 && ends.iter().all(|end| end["cause"] == "transferred"), "{ends:?}");
    let (code, said) = goes.finished();
    assert_eq!(
        (code, states(&said, "call").iter().filter(|state| *state == "connected").count()),
        (Some(0), 2),
        "{said:?}"
    );
    let (code, said) = stays.finished();
    assert_eq!(code, Some(0), "{said:?}");
    let replaced = said.iter().filter(|object| object["cause"] == "replaced").count();
    assert_eq!((replaced, states(&said, "call").iter().filter(|state| *state == "ended").count()), (1, 2), "{said:?}");
}

#[test]
fn options_of_transfers_belong_together() {
    let output = run(microsip(&["call", "sip:x@127.0.0.1:9", "--transfer-after", "1s"]));
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
    assert!(err(&output).contains("--transfer-to"), "{}", err(&output));
    let output = run(microsip(&["answer", "--code", "486", "--refer", "follow"]));
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
    assert!(err(&output).contains("leave out --refer"), "{}", err(&output));
}
