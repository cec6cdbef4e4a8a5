//! Copies that cannot panic. Those of the standard library do where lengths differ, and the code for that, with the names
//! of the files that it would tell, took 2 KB of a board's flash.

use core::ops::Range;

/// Copies as many values as both have.
// a call is shorter than the checks at each caller
#[cfg_attr(target_pointer_width = "32", inline(never))]
pub(crate) fn copy<T: Copy>(from: &[T], to: &mut [T]) {
    let count = from.len().min(to.len());
    if let (Some(from), Some(to)) = (from.get(..count), to.get_mut(..count)) {
        to.copy_from_slice(from);
    }
}

/// Copies a part of a list to another place in it; the two may overlap. Where one of them is not within the list, nothing
/// is copied.
#[cfg_attr(target_pointer_width = "32", inline(never))]
pub(crate) fn copy_within<T: Copy>(list: &mut [T], from: Range<usize>, to: usize) {
    let count = from.end.saturating_sub(from.start);
    // in these words the compiler sees that nothing is left to panic for: the firmware's run.sh looks
    if count <= list.len() && from.start <= list.len() - count && to <= list.len() - count {
        list.copy_within(from.start..from.start + count, to);
    }
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
        copy_within(&mut list, 0..4, 1);
        assert_eq!(list, [1, 1, 2, 3, 4]);
        copy_within(&mut list, 1..5, 0);
        assert_eq!(list, [1, 2, 3, 4, 4]);
        for (from, to) in
            [(0..5, 1), (0..6, 0), (4..6, 0), (Range { start: 3, end: 2 }, 0), (0..1, usize::MAX), (5..5, 5)]
        {
            copy_within(&mut list, from, to);
        }
        assert_eq!(list, [1, 2, 3, 4, 4]);
    }
}
