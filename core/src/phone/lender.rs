//! The lender of a phone's memory.

use crate::base::zeroed::Zeroed;

/// Lends storage: a driver carves it out of a block, boxes it, or only counts its size.
pub trait Lender<'a> {
    /// `count` values, each a copy of `empty`; `None` when there is no more room.
    fn lend<T: Clone + 'a>(&mut self, count: usize, empty: T) -> Option<&'a mut [T]>;

    /// `count` values that all-zero bytes are: memory that is zeroed already need not be written, and where a system
    /// gives it page by page, is not even taken until it is used.
    fn zeroed<T: Zeroed + 'a>(&mut self, count: usize) -> Option<&'a mut [T]> {
        self.lend(count, T::default())
    }
}
