#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
use super::*;
use std::{println, vec, vec::Vec};

/// Counts what is lent, a line for each slice.
#[derive(Default)]
struct Count {
    bytes: usize,
    lines: Vec<(usize, usize)>,
}

impl<'a> Lender<'a> for Count {
    fn lend<T: Clone + 'a>(&mut self, count: usize, _empty: T) -> Option<&'a mut [T]> {
        self.bytes += count * size_of::<T>();
        self.lines.push((count, size_of::<T>()));
        Some(&mut [])
    }
}

#[test]
fn a_desk_phone_fits_its_budget() {
    let mut count = Count::default();
    Storage::lend(&Capacity::metal(2, 1, 1500), &mut count).unwrap();
    println!("{} bytes: {:?}; phone {}", count.bytes, count.lines, size_of::<crate::phone::Phone<'_>>());
    // 32 KB less receive and transmit buffer (one, 1500) and 5 KB of stack
    assert!(count.bytes + size_of::<crate::phone::Phone<'_>>() <= 32 * 1024 - 1500 - 5 * 1024, "{}", count.bytes);
}

#[test]
fn counting_and_carving_agree() {
    struct Boxes(usize);
    impl<'a> Lender<'a> for Boxes {
        fn lend<T: Clone + 'a>(&mut self, count: usize, empty: T) -> Option<&'a mut [T]> {
            self.0 += count * size_of::<T>();
            Some(std::boxed::Box::leak(vec![empty; count].into_boxed_slice()))
        }
    }
    let (mut count, mut boxes) = (Count::default(), Boxes(0));
    Storage::lend(&Capacity::host(4, 2, 2048), &mut count).unwrap();
    Storage::lend(&Capacity::host(4, 2, 2048), &mut boxes).unwrap();
    assert_eq!(count.bytes, boxes.0);
}
