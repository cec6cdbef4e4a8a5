//! Counters that saturate: faults of the network are counted, never returned as errors.

/// Adds one, staying at the top.
#[cfg_attr(target_os = "none", inline(never))] // on a board flash is dearer
pub fn up(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}
