//! Memory for the core: counted, taken once, carved. The host takes it from the allocator, the engine family from its
//! caller.

use core::marker::PhantomData;
use core::mem::{align_of, size_of};
use microsip_core::base::zeroed::Zeroed;
use microsip_core::phone::Lender;

/// All of our memory is aligned to this.
pub(crate) const ALIGN: usize = 8;

/// Counts the bytes that would be lent.
pub(crate) struct Counting {
    pub(crate) bytes: usize,
}

impl<'a> Lender<'a> for Counting {
    fn lend<T: Clone + 'a>(&mut self, count: usize, _empty: T) -> Option<&'a mut [T]> {
        if align_of::<T>() > ALIGN {
            return None;
        }
        self.bytes = self.bytes.checked_add(size_of::<T>().checked_mul(count)?)?.checked_next_multiple_of(ALIGN)?;
        Some(&mut [])
    }
}

/// Carves slices out of a zeroed block.
pub(crate) struct Carving<'a> {
    at: *mut u8,
    left: usize,
    lent: PhantomData<&'a mut [u8]>,
}

impl Carving<'_> {
    /// # Safety
    /// `block` is aligned to [`ALIGN`], all zero, and its `bytes` are used by nothing else for the lifetime.
    pub(crate) const unsafe fn new(block: *mut u8, bytes: usize) -> Self {
        Self { at: block, left: bytes, lent: PhantomData }
    }

    /// Room for `count` values, aligned since every piece's length is a multiple of ALIGN; still zero.
    fn piece<T>(&mut self, count: usize) -> Option<*mut T> {
        if align_of::<T>() > ALIGN {
            return None;
        }
        let bytes = size_of::<T>().checked_mul(count)?.checked_next_multiple_of(ALIGN)?;
        self.left = self.left.checked_sub(bytes)?;
        let start = self.at.cast::<T>();
        // SAFETY: `left` said that so many bytes are in the block.
        self.at = unsafe { self.at.add(bytes) };
        Some(start)
    }
}

impl<'a> Lender<'a> for Carving<'a> {
    fn lend<T: Clone + 'a>(&mut self, count: usize, empty: T) -> Option<&'a mut [T]> {
        let start = self.piece::<T>(count)?;
        for index in 0..count {
            // SAFETY: within the piece just taken.
            unsafe { start.add(index).write(empty.clone()) };
        }
        // SAFETY: `count` values were just written, and the piece is lent only once.
        Some(unsafe { core::slice::from_raw_parts_mut(start, count) })
    }

    fn zeroed<T: Zeroed + 'a>(&mut self, count: usize) -> Option<&'a mut [T]> {
        let start = self.piece::<T>(count)?;
        // SAFETY: the block is zero, which is a value of T: core alone implements Zeroed. The piece is lent only
        // once.
        Some(unsafe { core::slice::from_raw_parts_mut(start, count) })
    }
}

/// Memory from the allocator, given back when dropped.
#[cfg(feature = "host")]
pub(crate) struct Block {
    pub(crate) start: *mut u8,
    layout: core::alloc::Layout,
}

// SAFETY: plain memory, owned.
#[cfg(feature = "host")]
unsafe impl Send for Block {}

#[cfg(feature = "host")]
impl Block {
    pub(crate) fn new(bytes: usize) -> Option<Self> {
        let layout = core::alloc::Layout::from_size_align(bytes.max(ALIGN), ALIGN).ok()?;
        // SAFETY: the size is not zero.
        let start = unsafe { std::alloc::alloc_zeroed(layout) };
        (!start.is_null()).then_some(Self { start, layout })
    }
}

#[cfg(feature = "host")]
impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: from `alloc_zeroed` with this layout.
        unsafe { std::alloc::dealloc(self.start, self.layout) };
    }
}

#[cfg(test)]
mod tests;
