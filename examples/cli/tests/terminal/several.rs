//! Several calls on one terminal: their list, the chosen one, and those that ring.

use super::*;

/// Calls to both ends, by this terminal.
fn call_both(ends: [&Far; 2], columns: u16) -> Terminal {
    let targets = ends.map(|far| format!("sip:far@{}", far.address));
    let mut near =
        Terminal::start(&["call", &targets[0], &targets[1], "--null-audio", "--listen", "127.0.0.1:0"], columns);
    near.see("1: connected");
    near.see("2: connected");
    near
}

#[test]
fn a_held_key_is_let_go_by_any_other_key() {
    let mut ends = [Far::start(&["echo"]), Far::start(&["answer", "--null-audio"])];
    let mut near = call_both([&ends[0], &ends[1]], 120);
    // they concern other calls, all of them, or none
    for key in ["n", "p", "l", "?", "d", "j", "a", "r", "m", "+"] {
        near.press("+5");
        assert_eq!(ends[1].told("digit_begun")["digit"], "5", "{key}");
        near.press(key);
        // a far end gives a key up that nobody lets go, after many seconds
        let heard = ends[1].told("digit");
        assert!(heard["digit"] == "5" && heard["ms"].as_u64() < Some(8000), "{key}: {heard}");
        if key == "n" {
            near.press("p");
        }
        if key == "p" {
            near.press("n");
        }
    }
}

#[test]
fn several_calls_are_listed_and_keys_go_to_the_chosen_one() {
    let (mut first, mut second) = (Far::start(&["answer", "--null-audio"]), Far::start(&["answer", "--null-audio"]));
    let mut near = call_both([&first, &second], 120);
    near.see("n next call");
    near.see(">  2  00:");
    // the second one is the last that came, so it is held; then the first one
    near.press("h");
    assert_eq!(second.told("held")["held"], true);
    near.see("on hold");
    near.press("n");
    near.see(">  1  00:");
    near.press("h");
    assert_eq!(first.told("held")["held"], true);
    near.press("h");
    assert_eq!(first.told("held")["held"], false);
    near.press("p");
    near.see("2: chosen");
    near.press("hj");
    assert_eq!(second.told("held")["held"], false);
    near.see("2: joined the conference");
    near.see("talking, in the conference");
    near.press("nj");
    near.see("1: joined the conference");
    near.press("j");
    near.see("1: left the conference");
    near.press("q");
    assert_eq!(waited(&mut first.child).code(), Some(0));
    near.see("1: ended");
    near.press("q");
    let (code, seen) = near.end();
    assert_eq!(code, Some(0), "{seen}");
    assert_eq!(waited(&mut second.child).code(), Some(0));
}

#[test]
fn a_key_calls_the_last_target_again() {
    let far = Far::start(&["echo"]);
    let target = format!("sip:far@{}", far.address);
    let mut near = Terminal::start(&["call", &target, "--calls", "2", "--null-audio", "--listen", "127.0.0.1:0"], 120);
    near.see("1: connected");
    near.see("d dial again");
    near.press("d");
    near.see(&format!("2: calling {target}"));
    near.see("2: connected");
    near.press("d");
    near.see("not dialled again: ");
    near.press("q");
    near.see("2: ended");
    near.press("q");
    let (code, seen) = near.end();
    assert_eq!(code, Some(0), "{seen}");
}

#[test]
fn no_line_of_a_list_is_wider_than_the_terminal() {
    let ends = [Far::start(&["echo"]), Far::start(&["echo"])];
    let mut near = call_both([&ends[0], &ends[1]], 40);
    near.see(">  2  00:");
    near.press("n");
    near.see(">  1  00:");
    near.press("q");
    near.see("1: ended");
    near.press("q");
    let (code, seen) = near.end();
    assert_eq!(code, Some(0), "{seen}");
    // a list is taken off by as many lines up as it has beyond one
    assert!(seen.contains("\r\x1b[2A\x1b[J"), "{seen}");
    let plain = ["\x1b[K", "\x1b[J", "\x1b[1A", "\x1b[2A"].iter().fold(seen, |text, code| text.replace(code, ""));
    for line in plain.split(['\r', '\n']) {
        assert!(line.chars().count() <= 40, "{line:?}");
    }
}

#[test]
fn an_echo_takes_keys_and_lists_its_calls() {
    let mut near = Terminal::start(&["echo", "--null-audio", "--listen", "127.0.0.1:0"], 120);
    near.see("Ctrl-C ends it");
    let address = near.seen.split("echo at ").nth(1).unwrap().split(',').next().unwrap().to_owned();
    let target = format!("sip:echo@{address}");
    let mut far = |number: u32| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_microsip"));
        command.args(["call", &target, "--null-audio", "--listen", "127.0.0.1:0", "--for", "300s", "--json"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        near.see(&format!("{number}: connected"));
        Far { child, lines, address: String::new() }
    };
    let (mut first, mut second) = (far(1), far(2));
    near.see("keys: 0-9");
    near.see(">  2  00:");
    near.see("n next call");
    assert!(!near.seen.contains("dial again"), "an echo dials nobody");
    near.press("8");
    assert_eq!(second.told("digit")["digit"], "8");
    near.press("nh");
    assert_eq!(first.told("held")["held"], true);
    near.see("on hold");
    near.press("q");
    assert_eq!(waited(&mut first.child).code(), Some(0));
    near.see("1: ended");
    // it goes on with the others, and after them
    near.press("q");
    assert_eq!(waited(&mut second.child).code(), Some(0));
    near.see("2: ended");
    near.signal(libc::SIGINT);
    let (code, seen) = near.end();
    assert_eq!(code, Some(0), "{seen}");
}

#[test]
fn a_key_answers_the_call_that_rings_though_another_one_is_chosen() {
    let mut near = Terminal::start(
        &["answer", "--null-audio", "--listen", "127.0.0.1:0", "--calls", "2", "--code", "180", "--after", "300s"],
        120,
    );
    near.see("Ctrl-C ends it");
    let address = near.seen.split("call at ").nth(1).unwrap().split(';').next().unwrap().to_owned();
    let here = format!("sip:here@{address}");
    let mut call = |number: u32| {
        let mut caller = Command::new(env!("CARGO_BIN_EXE_microsip"));
        caller.args(["call", &here, "--null-audio", "--listen", "127.0.0.1:0", "--for", "300s"]);
        let caller = caller.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        near.see(&format!("{number}: call from"));
        caller
    };
    let (mut one, mut two) = (call(1), call(2));
    near.press("n");
    near.see("1: chosen");
    near.press("a");
    near.see("1: connected");
    // the chosen one is up, so the other is meant
    near.press("r");
    assert_eq!(waited(&mut two).code(), Some(1));
    near.see("2: not connected");
    near.press("q");
    assert_eq!(waited(&mut one).code(), Some(0));
    let (code, seen) = near.end();
    assert_eq!(code, Some(0), "{seen}");
}

#[test]
fn without_a_terminal_keys_come_by_a_pipe_and_the_list_is_plain() {
    let ends = [Far::start(&["echo"]), Far::start(&["echo"])];
    let targets = [0, 1].map(|at: usize| format!("sip:far@{}", ends[at].address));
    for json in [false, true] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_microsip"));
        command.args(["call", &targets[0], &targets[1], "--null-audio", "--listen", "127.0.0.1:0", "--keys"]);
        if json {
            command.arg("--json");
        }
        let mut near = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (mut keys, mut lines) = (near.stdin.take().unwrap(), BufReader::new(near.stdout.take().unwrap()).lines());
        let mut see = |words: &[&str]| {
            lines.by_ref().map(Result::unwrap).find(|line| words.iter().all(|word| line.contains(word))).unwrap()
        };
        for _ in 0..2 {
            see(if json { &["\"connected\""] } else { &[": connected"] });
        }
        keys.write_all(b"pl").unwrap();
        if json {
            let list: Value = serde_json::from_str(&see(&["\"calls\":["])).unwrap();
            let list = list["calls"].as_array().unwrap();
            let shown = |at: usize| (list[at]["number"].clone(), list[at]["chosen"].clone(), list[at]["state"].clone());
            assert_eq!(list.len(), 2);
            assert_eq!(shown(0), (1.into(), true.into(), "talking".into()));
            assert_eq!(shown(1), (2.into(), false.into(), "talking".into()));
            assert_eq!(list[1]["peer"], targets[1]);
        } else {
            see(&[">  1  00:", "talking", &targets[0], "PCMU/8000"]);
            see(&["   2  00:", "talking", &targets[1], "PCMU/8000"]);
        }
        keys.write_all(b"q").unwrap();
        see(if json { &["\"ended\""] } else { &["1: ended"] });
        keys.write_all(b"q").unwrap();
        see(if json { &["\"ended\""] } else { &["2: ended"] });
        assert_eq!(waited(&mut near).code(), Some(0));
    }
}
