//! The terminal's width.

/// Columns of the terminal of standard output; `None` where it is no terminal, or they are not known.
#[cfg(unix)]
pub(crate) fn width() -> Option<usize> {
    rustix::termios::tcgetwinsize(std::io::stdout())
        .ok()
        .map(|size| usize::from(size.ws_col))
        .filter(|columns| *columns > 0)
}

/// Not known here: the console wraps long lines.
#[cfg(not(unix))]
pub(crate) fn width() -> Option<usize> {
    None
}
