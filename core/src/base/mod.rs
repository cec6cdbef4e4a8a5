//! The base of everything else; it knows nothing above itself.

pub mod blocks;
pub(crate) mod copying;
pub mod count;
pub mod cursor;
pub(crate) mod divide;
pub mod due;
pub mod features;
pub mod limits;
pub mod rng;
pub(crate) mod rotate;
pub mod slots;
pub mod table;
pub mod text;
pub mod time;
pub mod zeroed;
