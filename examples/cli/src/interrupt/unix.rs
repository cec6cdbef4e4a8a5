//! A signal writes to a pipe; whoever waits for events waits for the pipe too. No thread.

use std::io::{self, Read};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

/// The end that is read.
static PIPE: OnceLock<UnixStream> = OnceLock::new();

/// From now on the first signal is told by [`wait`], and the second ends the process.
pub(super) fn watch() -> io::Result<()> {
    let (read, write) = UnixStream::pair()?;
    read.set_nonblocking(true)?;
    let again = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // in this order: the first signal finds the flag down, and puts it up
        flag::register_conditional_shutdown(signal, 130, Arc::clone(&again))?;
        flag::register(signal, Arc::clone(&again))?;
        low_level::pipe::register(signal, write.try_clone()?)?;
    }
    let _ = PIPE.set(read); // only one session watches
    Ok(())
}

pub(super) fn watched() -> bool {
    PIPE.get().is_some()
}

/// Waits until the descriptor can be read, a signal came (then true), or the time has come.
pub(super) fn wait(descriptor: RawFd, until: Option<Instant>) -> bool {
    let Some(mut pipe) = PIPE.get() else { return false };
    let ms = until
        .map_or(-1, |until| i32::try_from(until.saturating_duration_since(Instant::now()).as_micros().div_ceil(1000)).unwrap_or(i32::MAX));
    let mut watched = [descriptor, pipe.as_raw_fd()].map(|fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 });
    // SAFETY: two entries of ours.
    unsafe { libc::poll(watched.as_mut_ptr(), watched.len() as libc::nfds_t, ms) };
    matches!(pipe.read(&mut [0; 8]), Ok(count) if count > 0)
}
