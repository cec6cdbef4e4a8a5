use super::*;
use std::{borrow::ToOwned, format};

#[test]
fn frequent_names_are_found_as_all_others_are() {
    for name in SHORT.into_iter().chain(LONG) {
        for text in [name.text().to_owned(), name.text().to_uppercase(), name.text().to_lowercase()] {
            let line = format!("{text}: one value");
            assert_eq!(Name::frequent(line.as_bytes()), Some((name, &b" one value"[..])), "{line}");
            // only the whole name is found: no control, no other sign, no byte more or less
            for at in 0..=text.len() {
                for odd in ["\0", "\r", " ", "x", ":", "\u{e4}"] {
                    let mut line = line.clone();
                    line.insert_str(at, odd);
                    let found = Name::frequent(line.as_bytes()).map(|(name, _)| name);
                    let token = line.split(':').next().unwrap_or_default();
                    let known = Some(Name::find(token.as_bytes()))
                        .filter(|name| token.len() > 1 && (SHORT.contains(name) || LONG.contains(name)));
                    assert_eq!(found, known, "{line:?}");
                }
            }
            assert_eq!(Name::frequent(&line.as_bytes()[..line.len().min(7)]), None);
            assert_eq!(Name::frequent(text.as_bytes()), None);
        }
    }
}
