use super::steers;

/// The command has the same set.
#[test]
fn the_characters_that_steer_are_those_of_the_command() {
    let all: Vec<char> = (0..=0x0010_ffff).filter_map(char::from_u32).filter(|c| steers(*c)).collect();
    let wanted = include_str!("steers.txt").split_whitespace().flat_map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let number = |text| u32::from_str_radix(text, 16).unwrap();
        (number(first)..=number(last)).filter_map(char::from_u32)
    });
    assert_eq!(all, wanted.collect::<Vec<char>>());
}
