//! The messages of a test as a ladder, for people.

use crate::lab::Lab;
use std::fmt::Write as _;

/// Draws everything SIP that was sent.
pub fn draw(lab: &Lab) -> String {
    let mut out = String::new();
    for sent in &lab.sent {
        let line = sent.text.lines().next().unwrap_or("(keepalive)");
        let _ = writeln!(out, "{:>9} ms  {} -> {}  {line}", sent.at.millis(), sent.from, sent.to);
    }
    out
}
