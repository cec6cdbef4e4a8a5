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
