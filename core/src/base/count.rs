//! Counters that saturate: faults of the network are counted, never returned as errors.

/// Adds one, staying at the top.
pub fn up(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}
