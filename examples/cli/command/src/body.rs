//! Bodies of messages and notifications, for people and for JSON.

use serde_json::{Map, Value, json};

use crate::output::harmless;

/// The body as a text; none: it is no UTF-8, or holds what no text does.
fn text_of(body: &[u8]) -> Option<&str> {
    std::str::from_utf8(body).ok().filter(|text| !text.contains('\0'))
}

/// For people: behind a head that says whose it is; lines beyond the first are below it.
pub(crate) fn words(head: &str, kind: &str, body: &[u8]) -> String {
    let Some(text) = text_of(body) else {
        return format!("{head}: {} bytes of {}", body.len(), if kind.is_empty() { "no type" } else { kind });
    };
    let lines: Vec<String> = text.lines().map(|line| harmless(&line.replace('\t', "    "))).collect();
    match lines.as_slice() {
        [] => format!("{head}: empty"),
        [line] => format!("{head}: {line}"),
        lines => lines.iter().fold(format!("{head}:"), |text, line| text + "\n  " + line),
    }
}

/// For JSON: its type and length, and the text, or else the bytes as hexadecimal digits.
pub(crate) fn fields(into: &mut Map<String, Value>, kind: &str, body: &[u8]) {
    into.insert("content_type".to_owned(), json!(kind));
    into.insert("bytes".to_owned(), json!(body.len()));
    match text_of(body) {
        Some(text) => into.insert("text".to_owned(), json!(text)),
        None => {
            let hex = body.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            into.insert("hex".to_owned(), json!(hex))
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_shown_as_a_text_where_it_is_one() {
        assert_eq!(words("from x", "text/plain", b"hello\r\n"), "from x: hello");
        assert_eq!(words("from x", "text/plain", b"one\r\n\ttwo\x1b[2J"), "from x:\n  one\n      two\u{b7}[2J");
        assert_eq!(words("from x", "image/png", b"\x89PNG"), "from x: 4 bytes of image/png");
        assert_eq!(words("from x", "", b""), "from x: empty");
    }

    #[test]
    fn json_has_the_text_or_the_bytes() {
        let of = |body: &[u8]| {
            let mut map = Map::new();
            fields(&mut map, "a/b", body);
            Value::Object(map)
        };
        assert_eq!(of("grüß\n".as_bytes()), json!({ "content_type": "a/b", "bytes": 7, "text": "grüß\n" }));
        assert_eq!(of(b"\xff\x00"), json!({ "content_type": "a/b", "bytes": 2, "hex": "ff00" }));
    }
}
