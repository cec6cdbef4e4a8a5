use super::*;

#[test]
fn they_turn_by_one() {
    let mut list = [1, 2, 3, 4];
    last_to_front(&mut list);
    assert_eq!(list, [4, 1, 2, 3]);
    first_to_back(&mut list);
    assert_eq!(list, [1, 2, 3, 4]);
    first_to_back(&mut list);
    assert_eq!(list, [2, 3, 4, 1]);
    let mut none: [u8; 0] = [];
    last_to_front(&mut none);
    first_to_back(&mut none);
}
