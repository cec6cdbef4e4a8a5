//! The bodies of messages to send: arguments, files, standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use super::{LONGEST, Message};

/// A body, or the reason why there is none.
pub(super) type Body = Result<Vec<u8>, String>;

/// Everything there is to read, up to what a message can be.
fn whole(from: impl Read, name: &str, typed: bool) -> Body {
    let mut body = Vec::new();
    let read = from.take(u64::from(LONGEST) + 1).read_to_end(&mut body);
    read.map_err(|error| format!("cannot read {name}: {error}"))?;
    checked(body, name, typed)
}

fn checked(body: Vec<u8>, name: &str, typed: bool) -> Body {
    if body.is_empty() {
        Err(format!("{name} is empty: a message needs a text"))
    } else if body.len() > LONGEST as usize {
        Err(format!("{name} is longer than {LONGEST} bytes, the most that a message holds"))
    } else if !typed && std::str::from_utf8(&body).is_err() {
        Err(format!("{name} is no UTF-8 text: say what it is with --type"))
    } else {
        Ok(body)
    }
}

fn file(path: &Path, typed: bool) -> Body {
    let name = path.display().to_string();
    let opened = File::open(path).map_err(|error| format!("cannot read {name}: {error}"))?;
    whole(opened, &name, typed)
}

/// The bodies that are known at once, in their order.
pub(super) fn given(message: &Message) -> Result<Vec<Vec<u8>>, String> {
    let typed = message.kind.is_some();
    let text = |text: &String| match text.as_str() {
        "-" => whole(io::stdin().lock(), "standard input", typed),
        text => checked(text.as_bytes().to_vec(), "the text", typed),
    };
    message.text.iter().map(text).chain(message.file.iter().map(|path| file(path, typed))).collect()
}

/// The lines of standard input, each as it comes. The thread ends with the input, or with the process.
pub(super) fn lines(typed: bool) -> Receiver<Body> {
    let (into, out) = sync_channel(1);
    thread::spawn(move || {
        let mut input = BufReader::new(io::stdin());
        for number in 1.. {
            let next = line(&mut input, &format!("line {number}"), typed).transpose();
            let Some(next) = next else { return };
            let wrong = next.is_err();
            if next.as_ref().is_ok_and(Vec::is_empty) {
                continue;
            }
            if into.send(next).is_err() || wrong {
                return;
            }
        }
    });
    out
}

/// The next line without its end, which may be empty; none: there are no more.
fn line(input: &mut impl BufRead, name: &str, typed: bool) -> Result<Option<Vec<u8>>, String> {
    let mut line = Vec::new();
    let read = input.by_ref().take(u64::from(LONGEST) + 3).read_until(b'\n', &mut line);
    if read.map_err(|error| format!("cannot read standard input: {error}"))? == 0 {
        return Ok(None);
    }
    while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        line.pop();
    }
    if line.is_empty() { Ok(Some(line)) } else { checked(line, name, typed).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_one_by_one_without_their_ends() {
        let mut input = &b"one\r\n\ntwo"[..];
        let mut next = || line(&mut input, "line", false).unwrap().map(|line| String::from_utf8(line).unwrap());
        assert_eq!((next().as_deref(), next().as_deref()), (Some("one"), Some("")));
        assert_eq!((next().as_deref(), next()), (Some("two"), None));
    }

    #[test]
    fn a_body_is_refused_with_the_remedy() {
        let wrong = |body: &[u8], typed| whole(body, "f", typed).unwrap_err();
        assert!(wrong(b"", false).contains("is empty"));
        assert!(wrong(b"\xff", false).contains("--type"));
        assert!(wrong(&vec![b'a'; LONGEST as usize + 1], true).contains("60000"));
        assert_eq!(whole(&b"\xff"[..], "f", true), Ok(vec![0xff]));
        assert!(line(&mut &vec![b'a'; LONGEST as usize + 9][..], "line 1", false).unwrap_err().contains("line 1"));
    }
}
