use super::*;

#[test]
fn an_object_is_one_line_with_version_and_type() {
    let line = object("call", json!({ "state": "connected", "text": "a\nb" }));
    assert!(!line.contains('\n'));
    let value: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((value["v"].as_u64(), value["type"].as_str()), (Some(1), Some("call")));
    assert_eq!(value["text"], "a\nb");
}

#[test]
fn the_meter_goes_from_silence_to_full() {
    assert_eq!(meter(0), "▯▯▯▯▯▯▯▯▯▯");
    assert_eq!(meter(32767), "▮▮▮▮▮▮▮▮▮▮");
    assert_eq!(meter(u32::MAX).chars().count(), 10);
    assert!(meter(3000).contains('▮') && meter(3000).contains('▯'));
}

#[test]
fn lines_are_clipped_to_the_width() {
    assert_eq!(clipped("äbcdef\nxy", Some(4)), "äbc…\nxy");
    assert_eq!(clipped("abcd\nxy", Some(4)), "abcd\nxy");
    assert_eq!(clipped("abcdef", None), "abcdef");
}

#[test]
fn no_text_in_an_object_commands_a_terminal() {
    let text = "\u{9b}2J \u{7f} \u{85} \u{202e} \u{2028} \u{1b}[A ä";
    let line = object("trace", json!({ "message": text }));
    assert!(!line.contains(steers), "{line:?}");
    assert!(line.contains("\\u009b2J") && line.contains('ä'), "{line}");
    let value: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value["message"], text);
}

/// The library's log has the same set.
#[test]
fn the_characters_that_steer_are_those_of_the_library() {
    let all: Vec<char> = (0..=0x0010_ffff).filter_map(char::from_u32).filter(|c| steers(*c)).collect();
    let wanted = include_str!("../../../../../ffi/src/words/steers.txt");
    assert_eq!(all, wanted.split_whitespace().flat_map(range).collect::<Vec<char>>());
}

fn range(text: &str) -> impl Iterator<Item = char> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let number = |text| u32::from_str_radix(text, 16).unwrap();
    (number(first)..=number(last)).filter_map(char::from_u32)
}
