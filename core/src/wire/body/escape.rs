//! Text as it stands in XML: markup and what XML has not are written otherwise, so that any bytes make a document that
//! can be read.

use crate::base::cursor::Cursor;

/// U+FFFD, which stands for what XML has not.
const REPLACEMENT: &str = "\u{fffd}";

/// Writes text between tags, or as the value of an attribute in either kind of quotes. A byte takes six at most.
pub fn put(out: &mut Cursor<'_>, text: &[u8]) {
    for chunk in text.utf8_chunks() {
        let mut room = [0; 4];
        for character in chunk.valid().chars() {
            out.put_str(match character {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&apos;",
                // a reader makes spaces of them where they stand as themselves in an attribute
                '\t' => "&#9;",
                '\n' => "&#10;",
                '\r' => "&#13;",
                // not even by its number
                '\0'..=' ' if character != ' ' => REPLACEMENT,
                '\u{fffe}' | '\u{ffff}' => REPLACEMENT,
                other => other.encode_utf8(&mut room),
            });
        }
        if !chunk.invalid().is_empty() {
            out.put_str(REPLACEMENT);
        }
    }
}
