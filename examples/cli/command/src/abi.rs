//! The exported C functions, structs and numbers, in one place, as `microsip.h` has them for a C host.

pub(crate) use microsip::abi::about::*;
pub(crate) use microsip::abi::code::*;
pub(crate) use microsip::abi::types::*;
pub(crate) use microsip::phone::*;
