//! Ctrl-C: the first ends calls with BYE and unregisters, the second ends the process at once.

use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::keys::{self, Keys};
use crate::phone::Handle;
use crate::session::Exit;

#[cfg(not(unix))]
#[path = "interrupt/other.rs"]
mod system;
#[cfg(unix)]
#[path = "interrupt/unix.rs"]
mod system;

/// The end of a wait.
#[derive(Default)]
struct Woken {
    signal: bool,
    key: bool,
}

/// Ctrl-C was pressed.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// The phone that Ctrl-C ends, and the time that its end may take.
static ENDING: OnceLock<(Handle, Duration)> = OnceLock::new();

/// The first phone of the process is ended by Ctrl-C.
pub(crate) fn ends(phone: Handle, grace: Duration) -> io::Result<()> {
    if ENDING.set((phone, grace)).is_ok() { system::watch() } else { Ok(()) }
}

pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

fn interrupted_now() {
    if INTERRUPTED.swap(true, Ordering::Relaxed)
        || ENDING.get().is_none_or(|(phone, grace)| phone.shutdown(*grace).is_err())
    {
        keys::restore();
        std::process::exit(130);
    }
}

/// Output is broken: this acts as a first Ctrl-C, and ends at once where no phone has anything to end.
pub(crate) fn unread() {
    INTERRUPTED.store(true, Ordering::Relaxed);
    if ENDING.get().is_none_or(|(phone, grace)| phone.shutdown(*grace).is_err()) {
        keys::restore();
        std::process::exit(Exit::Output as i32);
    }
}

/// The wait for events has to be [`wait`], for Ctrl-C comes with them.
pub(crate) fn watched() -> bool {
    system::watched()
}

/// Waits until the phone's descriptor can be read, a key was pressed (then true), Ctrl-C came, or the time has come.
pub(crate) fn wait(descriptor: isize, keys: Option<&Keys>, until: Option<Instant>) -> bool {
    #[cfg(unix)]
    let descriptor = i32::try_from(descriptor).unwrap_or(-1);
    let Woken { signal, key } = system::wait(descriptor, keys.is_some(), until);
    if signal {
        interrupted_now();
    }
    key
}
