//! The lender of a phone's memory.

use crate::base::zeroed::Zeroed;

/// Lends storage: a driver carves it out of a block, boxes it, or only counts its size.
pub trait Lender<'a> {
    /// `count` values, each a copy of `empty`. Where there is no more room, none, and the lender is short from then on.
    fn lend<T: Clone + 'a>(&mut self, count: usize, empty: T) -> &'a mut [T];

    /// `count` values that all-zero bytes are: memory that is zeroed already need not be written, and where a system
    /// gives it page by page, is not even taken until it is used.
    fn zeroed<T: Zeroed + 'a>(&mut self, count: usize) -> &'a mut [T] {
        self.lend(count, T::default())
    }

    /// Fewer values were lent than were asked for: there is no storage then. One that only counts is not short.
    fn is_short(&self) -> bool;
}
