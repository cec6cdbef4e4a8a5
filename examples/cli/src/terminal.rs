//! The terminal: how wide it is.

/// Columns of the terminal that standard output is; `None` where it is none, or they are not known.
#[cfg(unix)]
pub(crate) fn width() -> Option<usize> {
    rustix::termios::tcgetwinsize(std::io::stdout())
        .ok()
        .map(|size| usize::from(size.ws_col))
        .filter(|columns| *columns > 0)
}

/// Not asked for here: the console wraps what is too long.
#[cfg(not(unix))]
pub(crate) fn width() -> Option<usize> {
    None
}
