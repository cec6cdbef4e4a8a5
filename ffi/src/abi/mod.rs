//! The border to C: numbers, structs, texts, and their guards.

pub mod about;
pub(crate) mod addr;
pub mod code;
pub(crate) mod fail;
pub(crate) mod pointer;
pub(crate) mod text;
pub mod types;

pub(crate) use fail::{Fail, Value};
