//! Memory for the core: counted, taken once, carved. The host takes it from the allocator, the engine family from its
//! caller.

use core::marker::PhantomData;
use core::mem::{align_of, size_of};
use microsip_core::base::zeroed::Zeroed;
use microsip_core::phone::Lender;

/// All of our memory is aligned to this.
pub(crate) const ALIGN: usize = 8;

/// Carves slices out of a zeroed block.
pub(crate) struct Carving<'a> {
    block: *mut u8,
    bytes: usize,
    wanted: usize,
    lent: PhantomData<&'a mut [u8]>,
}

impl Carving<'_> {
    /// Without a block: nothing but empty slices is lent, and what they would take is counted.
    pub(crate) const fn counting() -> Self {
        Self { block: core::ptr::null_mut(), bytes: 0, wanted: 0, lent: PhantomData }
    }

    /// # Safety
    /// `block` is aligned to [`ALIGN`], all zero, and its `bytes` are used by nothing else for the lifetime.
    pub(crate) const unsafe fn new(block: *mut u8, bytes: usize) -> Self {
        Self { block, bytes, wanted: 0, lent: PhantomData }
    }

    /// The bytes of all that was to be lent. Where there are fewer, slices are missing.
    pub(crate) const fn wanted(&self) -> usize {
        self.wanted
    }

    /// Room for `count` values of `size` bytes, aligned since every piece's length is a multiple of ALIGN, and still
    /// zero; NULL where there is none. `inline(never)`: a board would pay for it with each slice.
    #[inline(never)]
    fn piece(&mut self, size: usize, count: usize) -> *mut u8 {
        let start = self.wanted;
        let bytes = size.saturating_mul(count).checked_next_multiple_of(ALIGN).unwrap_or(usize::MAX);
        self.wanted = start.saturating_add(bytes);
        if self.wanted > self.bytes {
            return core::ptr::null_mut();
        }
        // SAFETY: so many bytes are in the block.
        unsafe { self.block.add(start) }
    }
}

impl<'a> Lender<'a> for Carving<'a> {
    fn lend<T: Clone + 'a>(&mut self, count: usize, empty: T) -> &'a mut [T] {
        const { assert!(align_of::<T>() <= ALIGN) };
        let start = self.piece(size_of::<T>(), count).cast::<T>();
        if start.is_null() {
            return &mut [];
        }
        for index in 0..count {
            // SAFETY: within the piece just taken.
            unsafe { start.add(index).write(empty.clone()) };
        }
        // SAFETY: `count` values were just written, and the piece is lent only once.
        unsafe { core::slice::from_raw_parts_mut(start, count) }
    }

    fn zeroed<T: Zeroed + 'a>(&mut self, count: usize) -> &'a mut [T] {
        const { assert!(align_of::<T>() <= ALIGN) };
        let start = self.piece(size_of::<T>(), count).cast::<T>();
        if start.is_null() {
            return &mut [];
        }
        // SAFETY: the block is zero, which is a value of T: core alone implements Zeroed. The piece is lent only
        // once.
        unsafe { core::slice::from_raw_parts_mut(start, count) }
    }

    fn is_short(&self) -> bool {
        !self.block.is_null() && self.wanted > self.bytes
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
