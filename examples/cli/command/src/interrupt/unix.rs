//! A signal writes to a pipe; the wait for events is a wait for the pipe too. No thread.

use std::io::{self, Read};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use super::Woken;
use crate::keys;

/// The end that is read.
static PIPE: OnceLock<UnixStream> = OnceLock::new();

/// From now on [`wait`] returns at the first signal, and the second ends the process.
pub(super) fn watch() -> io::Result<()> {
    let (read, write) = UnixStream::pair()?;
    read.set_nonblocking(true)?;
    let again = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // in this order: the first signal finds the flag down, and puts it up
        let second = Arc::clone(&again);
        let end = move || {
            if second.load(Ordering::SeqCst) {
                keys::restore();
                low_level::exit(130);
            }
        };
        // SAFETY: the handler runs atomics and calls that POSIX allows there (tcsetattr, _exit).
        unsafe { low_level::register(signal, end)? };
        flag::register(signal, Arc::clone(&again))?;
        low_level::pipe::register(signal, write.try_clone()?)?;
    }
    let _ = PIPE.set(read); // only one session watches
    Ok(())
}

pub(super) fn watched() -> bool {
    PIPE.get().is_some()
}

/// Waits until the descriptor can be read, a signal came, a key was pressed, or the time has come.
pub(super) fn wait(descriptor: RawFd, keys: bool, until: Option<Instant>) -> Woken {
    let Some(mut pipe) = PIPE.get() else { return Woken::default() };
    let ms = until.map_or(-1, |until| {
        i32::try_from(until.saturating_duration_since(Instant::now()).as_micros().div_ceil(1000)).unwrap_or(i32::MAX)
    });
    // poll ignores a negative one
    let input = if keys { libc::STDIN_FILENO } else { -1 };
    let mut watched =
        [descriptor, pipe.as_raw_fd(), input].map(|fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 });
    // SAFETY: three entries of ours.
    unsafe { libc::poll(watched.as_mut_ptr(), watched.len() as libc::nfds_t, ms) };
    let [_, _, input] = watched;
    Woken { signal: matches!(pipe.read(&mut [0; 8]), Ok(count) if count > 0), key: input.revents != 0 }
}
