//! Values that all-zero memory holds already: storage that a system hands out zeroed is not written for them, so pages
//! that are never used are never taken.

/// Only core implements it: the lender of memory relies on that.
pub(crate) mod sealed {
    pub trait Sealed {}
}

/// All-zero bytes are a valid value, the same as its default: integers, and structs of them and of bools.
pub trait Zeroed: Clone + Default + sealed::Sealed {}

macro_rules! zeroed {
    ($($kind:ty),+) => {$(
        impl $crate::base::zeroed::sealed::Sealed for $kind {}
        impl $crate::base::zeroed::Zeroed for $kind {}
    )+};
}
pub(crate) use zeroed;

zeroed!(u8, u16, u32, i16, i32);
