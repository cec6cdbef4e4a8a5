use super::*;
use crate::phone::understood::OURS;

#[test]
fn allow_names_each_row_once_in_the_words_of_the_wire() {
    let names: std::vec::Vec<_> = METHODS.iter().map(|row| row.name).collect();
    assert_eq!(OURS.allow, names.join(", ").as_bytes());
    for name in &names {
        assert!(!matches!(Method::parse(name.as_bytes()), Method::Other(_)), "{name}");
        assert!(takes(Method::parse(name.as_bytes())).is_some());
        assert_eq!(names.iter().filter(|other| *other == name).count(), 1);
    }
    // rfc3261#8.2.1, #21.4.6
    assert!(takes(Method::Register).is_none() && takes(Method::Other(b"FOO")).is_none());
    assert_eq!((refusal(Method::Register), refusal(Method::Other(b"FOO"))), (405, 501));
}
