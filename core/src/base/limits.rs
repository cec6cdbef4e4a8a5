//! Every number that limits something: its reason, and what it costs.
//!
//! Capacities of pools are chosen at run time on a host (`phone::Capacity`); here stand the numbers that are part of the code.

/// Headers that one message may carry; more is 400. RFC 4475's largest valid message has 30. 8 bytes each on the stack.
pub const HEADERS: usize = 64;
