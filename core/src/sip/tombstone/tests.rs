use std::{vec, vec::Vec};

use super::{Keys, Owed, Own, Responded, Tombstone, Tombstones};
use crate::base::time::{Duration, Instant};

const NOW: Instant = Instant::from_millis(5000);

fn responded(status: u16) -> Responded {
    Responded { own: Own::Tag(77), status, detail: 3, retry_after: 9 }
}

const fn keys(base: u64, key: u64) -> Keys {
    Keys { base, key, direct: false }
}

#[test]
fn direct_ones_give_way_first_and_push_out_nothing_but_their_like() {
    let mut slots = [Tombstone::default(); 4];
    let mut stones = Tombstones::new(&mut slots);
    let direct = |key| Keys { direct: true, ..keys(0, key) };
    stones.bury(NOW, direct(1), responded(200));
    for key in 2..=4 {
        stones.bury(NOW + Duration::from_millis(key), keys(0, key), responded(200));
    }
    stones.bury(NOW + Duration::from_millis(9), direct(5), responded(486));
    let found =
        |stones: &mut Tombstones<'_>| (1..=6).filter(|key| stones.find(NOW, 0, *key).is_some()).collect::<Vec<_>>();
    assert_eq!(found(&mut stones), [2, 3, 4, 5]);
    assert_eq!(stones.find(NOW, 0, 5), Some(Owed::Response(responded(486))), "whose it is does not show");
    stones.bury(NOW + Duration::from_millis(10), keys(0, 6), responded(200));
    assert_eq!(found(&mut stones), [2, 3, 4, 6], "newer, and yet the direct one goes");
    stones.bury(NOW + Duration::from_millis(11), direct(1), responded(200));
    assert_eq!(found(&mut stones), [2, 3, 4, 6]);
    let later = NOW + Duration::from_secs(33);
    stones.bury(later, direct(1), responded(200));
    assert!(stones.find(later, 0, 1).is_some(), "what is over is nobody's");
}

#[test]
fn it_has_32_bytes() {
    assert_eq!(size_of::<Tombstone>(), 32);
}

#[test]
fn a_min_se_and_a_tag_are_told_apart_whatever_their_numbers() {
    let mut slots = [Tombstone::default(); 8];
    let mut stones = Tombstones::new(&mut slots);
    for own in [Own::Tag(0), Own::Tag(90), Own::Tag(u64::MAX), Own::MinSe(0), Own::MinSe(90), Own::MinSe(u32::MAX)] {
        for status in [0, 100, 200, 422, 699] {
            let response = Responded { own, ..responded(status) };
            stones.bury(NOW, keys(0, 1), response);
            let expected = if status == 0 { Owed::Nothing } else { Owed::Response(response) };
            assert_eq!(stones.find(NOW, 0, 1), Some(expected));
        }
    }
}

#[test]
fn it_remembers_for_64_t1() {
    let mut slots = [Tombstone::default(); 8];
    let mut stones = Tombstones::new(&mut slots);
    stones.bury(NOW, keys(0, 1), responded(200));
    stones.bury(NOW, keys(0, 3), Responded::default());
    let later = NOW + Duration::from_micros(31_999_999);
    assert_eq!(stones.find(later, 0, 1), Some(Owed::Response(responded(200))));
    assert_eq!(stones.find(later, 0, 3), Some(Owed::Nothing));
    assert_eq!(stones.find(later, 0, 2), None);
    assert_eq!(stones.find(NOW + Duration::from_secs(32), 0, 1), None);
}

#[test]
fn the_oldest_neighbour_gives_way_and_a_key_stands_once() {
    let mut slots = [Tombstone::default(); 4];
    let mut stones = Tombstones::new(&mut slots);
    for key in 1..=4 {
        stones.bury(NOW + Duration::from_millis(key), keys(0, key), responded(200));
    }
    stones.bury(NOW + Duration::from_millis(9), keys(0, 1), responded(481));
    stones.bury(NOW + Duration::from_millis(10), keys(0, 5), responded(200));
    let found: Vec<u64> = (1..=5).filter(|key| stones.find(NOW, 0, *key).is_some()).collect();
    assert_eq!(found, [1, 3, 4, 5]);
    assert_eq!(stones.find(NOW, 0, 1), Some(Owed::Response(responded(481))));
}

#[test]
fn few_places_do_no_harm() {
    for count in 0..4 {
        let mut slots = vec![Tombstone::default(); count];
        let mut stones = Tombstones::new(&mut slots);
        stones.bury(NOW, keys(0, u64::MAX), responded(200));
        assert_eq!(stones.find(NOW, 0, u64::MAX).is_some(), count > 0);
    }
}

#[test]
fn a_request_is_known_by_whatever_way_its_copies_come() {
    // rfc3261#8.2.2.2
    let mut slots = [Tombstone::default(); 8];
    let mut stones = Tombstones::new(&mut slots);
    assert!(!stones.has(NOW, 0));
    let request = 0x1234_5678_0000_0003;
    stones.bury(NOW, keys(request, 1), responded(486));
    assert!(stones.has(NOW, request) && stones.find(NOW, request, 2).is_none());
    assert!(!stones.has(NOW, request + (1 << 32)), "of the same set");
    assert!(stones.has(NOW + Duration::from_micros(4_999_999), request));
    assert!(!stones.has(NOW + Duration::from_secs(5), request), "timer I");
}
