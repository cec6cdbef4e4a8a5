//! An allocator that counts.

use core::alloc::{GlobalAlloc, Layout};
use std::alloc::System;

/// The system's allocator, and a function that is called each time it is used.
pub(crate) struct Counting(pub(crate) fn());

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        (self.0)();
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        (self.0)();
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        (self.0)();
        unsafe { System.realloc(pointer, layout, size) }
    }
}
