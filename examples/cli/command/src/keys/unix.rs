//! The terminal's line discipline: no line is gathered and nothing is echoed, but Ctrl-C and Ctrl-Z stay signals.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::getpgrp;
use rustix::stdio::stdin;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcsetattr};
use signal_hook::consts::{SIGQUIT, SIGTSTP};
use signal_hook::low_level;

/// As it was, and as it is while keys are read.
static MODES: OnceLock<(Termios, Termios)> = OnceLock::new();
/// Standard input is no terminal, and its bytes are keys all the same.
static PIPED: AtomicBool = AtomicBool::new(false);
/// Keys are read now.
static READING: AtomicBool = AtomicBool::new(false);

/// The terminal is ours to read: a job in the background that touched it would be stopped.
fn is_ours() -> bool {
    tcgetpgrp(stdin()).is_ok_and(|group| group == getpgrp())
}

pub(super) fn open(any: bool) -> bool {
    let Ok(before) = tcgetattr(stdin()) else {
        PIPED.store(any, Ordering::Relaxed);
        return any;
    };
    if !is_ours() {
        return false;
    }
    let mut modes = before.clone();
    modes.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
    modes.special_codes[SpecialCodeIndex::VMIN] = 1;
    modes.special_codes[SpecialCodeIndex::VTIME] = 0;
    if MODES.set((before, modes)).is_ok() {
        for signal in [SIGTSTP, SIGQUIT] {
            let end = move || {
                let reading = READING.load(Ordering::Relaxed);
                restore();
                let _ = low_level::emulate_default_handler(signal);
                // stopped, and continued
                if reading {
                    set();
                }
            };
            // SAFETY: the handler runs atomics and calls that POSIX allows there (tcgetpgrp, getpgrp,
            // tcsetattr, raise).
            let _ = unsafe { low_level::register(signal, end) };
        }
    }
    set()
}

/// Called by handlers of signals, too.
fn set() -> bool {
    let set =
        is_ours() && MODES.get().is_some_and(|(_, modes)| tcsetattr(stdin(), OptionalActions::Now, modes).is_ok());
    READING.store(set, Ordering::Relaxed);
    set
}

/// Puts the terminal back. Called by handlers of signals, too: it takes no lock and no memory.
pub(crate) fn restore() {
    // in the background it is the shell's, which has put it back
    if READING.swap(false, Ordering::Relaxed)
        && is_ours()
        && let Some((before, _)) = MODES.get()
    {
        let _ = tcsetattr(stdin(), OptionalActions::Now, before);
    }
}

pub(super) fn read() -> Option<Vec<u8>> {
    let mut bytes = [0; 64];
    if !PIPED.load(Ordering::Relaxed) && !is_ours() {
        return None;
    }
    match rustix::io::read(stdin(), &mut bytes) {
        Ok(count) if count > 0 => Some(bytes.get(..count).unwrap_or_default().to_vec()),
        Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => Some(Vec::new()),
        _ => None,
    }
}
