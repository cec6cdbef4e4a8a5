//! SDP offer and answer to what media will do.
