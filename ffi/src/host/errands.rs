//! Work that takes its time, for a thread of its own: devices are opened and closed, recordings written, files that are
//! played read, large things freed, and the thread of names started, on a thread of its own.

use super::audio::device::Side;
use super::audio::duplex::Duplex;
use super::audio::wav::{Feed, RecorderFile};
use super::signal::lock;
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread::Thread;

/// Old devices that wait to be closed; the engine gives back at most one for each change.
pub(crate) const OLD: usize = 64;

/// A recording's file, and the command that it was begun with.
pub(crate) struct File {
    pub(crate) call: u64,
    pub(crate) token: u64,
    pub(crate) file: RecorderFile,
}

struct State {
    /// The core wants a device.
    wanted: bool,
    /// Names as the application chose them.
    names: [String; 2],
    /// Wanted or names changed.
    changed: bool,
    /// Opened, for the engine.
    new: Option<Duplex>,
    old: Vec<Duplex>,
    files: Vec<File>,
    feeds: Vec<Feed>,
    quit: bool,
}

/// Work that the errands thread has taken.
pub(crate) struct Work {
    pub(crate) quit: bool,
    pub(crate) wanted: bool,
    /// Chosen anew, or wanted anew.
    pub(crate) names: Option<[String; 2]>,
    pub(crate) files: Vec<File>,
    pub(crate) feeds: Vec<Feed>,
}

/// Work that waits for the errands thread.
pub(crate) struct Errands {
    state: Mutex<State>,
    thread: OnceLock<Thread>,
    /// There is work. The thread's own token is not enough: cpal parks on this thread too, and would swallow it.
    poked: AtomicBool,
    /// The system reports that an address came or went.
    network: AtomicBool,
}

impl Errands {
    pub(crate) fn new(input: String, output: String) -> Self {
        let state = State {
            wanted: false,
            names: [input, output],
            changed: false,
            new: None,
            old: Vec::with_capacity(OLD),
            files: Vec::new(),
            feeds: Vec::new(),
            quit: false,
        };
        Self {
            state: Mutex::new(state),
            thread: OnceLock::new(),
            poked: AtomicBool::new(false),
            network: AtomicBool::new(false),
        }
    }

    pub(crate) fn wake(&self) {
        self.poked.store(true, Ordering::Release);
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// The device bus has members now, or has none any more.
    pub(crate) fn device(&self, wanted: bool) {
        let mut state = lock(&self.state);
        state.wanted = wanted;
        state.changed = true;
        drop(state);
        self.wake();
    }

    /// Other devices.
    pub(crate) fn name(&self, side: Side, name: String) {
        let mut state = lock(&self.state);
        let [input, output] = &mut state.names;
        let place = if side == Side::Input { input } else { output };
        let old = core::mem::replace(place, name);
        state.changed = true;
        drop(state);
        drop(old);
        self.wake();
    }

    /// The engine's: a device that was opened for it.
    pub(crate) fn take_new(&self) -> Option<Duplex> {
        lock(&self.state).new.take()
    }

    /// The engine's: a value to be freed on a thread that may take its time.
    pub(crate) fn give_back(&self, duplex: Duplex) {
        let mut state = lock(&self.state);
        if state.old.len() < OLD {
            state.old.push(duplex);
        }
        drop(state);
        self.wake();
    }

    /// A recording's file.
    pub(crate) fn record(&self, call: u64, token: u64, file: RecorderFile) {
        lock(&self.state).files.push(File { call, token, file });
        self.wake();
    }

    /// A file that is played.
    pub(crate) fn feed(&self, feed: Feed) {
        lock(&self.state).feeds.push(feed);
        self.wake();
    }

    /// The machine's addresses are to be read anew.
    pub(crate) fn network(&self) {
        self.network.store(true, Ordering::Release);
        self.wake();
    }

    pub(crate) fn end(&self) {
        lock(&self.state).quit = true;
        self.wake();
    }

    /// The errands thread's: registers it as the one that is woken.
    pub(crate) fn begin(&self) {
        let _ = self.thread.set(std::thread::current());
    }

    /// The errands thread's: its work, and `closing` gets the devices that are to be closed. The list that the engine
    /// pushes to keeps its room, for both have the same.
    pub(crate) fn take(&self, closing: &mut Vec<Duplex>) -> Work {
        self.poked.store(false, Ordering::Release);
        let mut state = lock(&self.state);
        let quit = state.quit;
        let changed = core::mem::take(&mut state.changed);
        core::mem::swap(&mut state.old, closing);
        Work {
            quit,
            wanted: state.wanted && !quit,
            names: changed.then(|| state.names.clone()),
            files: core::mem::take(&mut state.files),
            feeds: core::mem::take(&mut state.feeds),
        }
    }

    /// The errands thread's: work came since it took the last.
    pub(crate) fn is_poked(&self) -> bool {
        self.poked.load(Ordering::Acquire)
    }

    /// The errands thread's: the system reported that an address came or went.
    pub(crate) fn take_network(&self) -> bool {
        self.network.swap(false, Ordering::AcqRel)
    }

    /// The errands thread's: a device that was opened for the engine. One that it has not fetched is handed back, to be
    /// closed without the lock.
    pub(crate) fn hand_over(&self, duplex: Duplex) -> Option<Duplex> {
        lock(&self.state).new.replace(duplex)
    }
}
