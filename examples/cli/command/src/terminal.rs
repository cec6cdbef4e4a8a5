//! The terminal's size.

/// Columns of the terminal of standard output; `None` where it is no terminal, or they are not known.
#[cfg(unix)]
pub(crate) fn width() -> Option<usize> {
    rustix::termios::tcgetwinsize(std::io::stdout())
        .ok()
        .map(|size| usize::from(size.ws_col))
        .filter(|columns| *columns > 0)
}

/// Lines of that terminal, likewise.
#[cfg(unix)]
pub(crate) fn height() -> Option<usize> {
    rustix::termios::tcgetwinsize(std::io::stdout()).ok().map(|size| usize::from(size.ws_row)).filter(|rows| *rows > 0)
}

/// Not known here: a long list scrolls.
#[cfg(not(unix))]
pub(crate) fn height() -> Option<usize> {
    None
}

/// Not known here: the console wraps long lines.
#[cfg(not(unix))]
pub(crate) fn width() -> Option<usize> {
    None
}
