//! Copies that cannot panic. Those of the standard library do where lengths differ, and the code for that, with the names
//! of the files that it would tell, took 1.5 KB of a board's flash.

use core::ops::Range;

/// Copies as many values as both have.
// one copy of the loop is shorter than a call's checks in thirty places
#[cfg_attr(target_pointer_width = "32", inline(never))]
pub(crate) fn copy<T: Copy>(from: &[T], to: &mut [T]) {
    let count = from.len().min(to.len());
    if let (Some(from), Some(to)) = (from.get(..count), to.get_mut(..count)) {
        to.copy_from_slice(from);
    }
}

/// Copies a part of a list to another place in it; the two may overlap. False: one of them is not within the list, which
/// is as it was.
#[cfg_attr(target_pointer_width = "32", inline(never))]
pub(crate) fn copy_within<T: Copy>(list: &mut [T], from: Range<usize>, to: usize) -> bool {
    let fits = from.start <= from.end
        && from.end <= list.len()
        && list.len().checked_sub(from.end - from.start).is_some_and(|last| to <= last);
    if fits {
        list.copy_within(from, to);
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_copied_as_both_have() {
        let mut room = [0u8; 4];
        copy(&[1, 2], &mut room);
        assert_eq!(room, [1, 2, 0, 0]);
        copy(&[9; 6], &mut room);
        assert_eq!(room, [9; 4]);
    }

    #[test]
    fn no_part_outside_a_list_is_moved() {
        let mut list = [1u8, 2, 3, 4, 5];
        assert!(copy_within(&mut list, 0..4, 1));
        assert_eq!(list, [1, 1, 2, 3, 4]);
        assert!(copy_within(&mut list, 5..5, 5) && copy_within(&mut list, 1..5, 0));
        assert_eq!(list, [1, 2, 3, 4, 4]);
        let outside = [(0..5, 1), (0..6, 0), (4..6, 0), (Range { start: 3, end: 2 }, 0), (0..1, usize::MAX)];
        assert!(outside.into_iter().all(|(from, to)| !copy_within(&mut list, from, to)));
        assert_eq!(list, [1, 2, 3, 4, 4]);
    }
}
