//! Counters that saturate: what the network did to us is counted, never returned as an error.

/// Adds one, staying at the top.
pub fn up(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}
