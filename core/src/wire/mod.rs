//! Bytes to meaning and back: no state, no time.
