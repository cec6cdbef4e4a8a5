//! Messages on a terminal: each line that is typed is one, and leaves as it is typed.

use super::*;

#[test]
fn each_line_that_is_typed_is_a_message_until_the_input_ends() {
    let mut far = Far::start(&["message", "--receive"]);
    let to = format!("sip:far@{}", far.address);
    let mut near = Terminal::start(&["message", &to, "--lines", "--listen", "127.0.0.1:0"], 120);
    for (number, line) in ["hello", "grüße"].into_iter().enumerate() {
        near.press(&format!("{line}\n"));
        assert_eq!(far.told("message")["text"], line);
        near.see(&format!("message {}: {to} keeps it until it is read: 202", number + 1));
        assert!(near.is_cooked(), "the lines are the terminal's");
    }
    near.press("\x04"); // the end of the input
    let (code, seen) = near.end();
    assert_eq!(code, Some(0), "{seen}");
}

#[test]
fn ctrl_c_between_two_lines_ends_it_well() {
    let mut far = Far::start(&["message", "--receive"]);
    let to = format!("sip:far@{}", far.address);
    let mut near = Terminal::start(&["message", &to, "--lines", "--listen", "127.0.0.1:0"], 120);
    near.press("hello\n");
    assert_eq!(far.told("message")["text"], "hello");
    near.see("keeps it");
    near.press("\x03");
    let (code, seen) = near.end();
    assert_eq!(code, Some(0), "{seen}");
}

#[test]
fn what_steers_a_terminal_does_nothing_in_a_message() {
    let mut taking = Terminal::start(&["message", "--receive", "--count", "1", "--listen", "127.0.0.1:0"], 120);
    taking.see("waiting for messages at 127.0.0.1:");
    let at = taking.seen.rsplit_once("messages at ").unwrap().1.split(';').next().unwrap().to_owned();
    let to = format!("sip:far@{at}");
    let sent = Command::new(env!("CARGO_BIN_EXE_microsip"))
        .args(["message", &to, "one\r\n\x1b[2Jtwo\u{202e}", "--listen", "127.0.0.1:0", "--quiet"])
        .status()
        .unwrap();
    assert!(sent.success());
    let (code, seen) = taking.end();
    assert!(code == Some(0) && seen.contains("·[2Jtwo·") && !seen.contains('\x1b'), "{seen:?}");
}
