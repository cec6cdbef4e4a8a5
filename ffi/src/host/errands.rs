//! Work that takes its time, for a thread of its own: devices are opened and closed, recordings written, files that are
//! played read, large things freed, and the thread of names started, on a thread of its own.

use super::audio::device::{NULL, Name, Side};
use super::audio::duplex::Duplex;
use super::audio::wav::{Feed, Player, RecorderFile};
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

/// The places where devices are: microphone and loudspeaker of the calls, and the ring device.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    Calls,
    Ring,
}

/// A device that is open, for the engine.
pub(crate) struct Opened {
    pub(crate) duplex: Duplex,
    /// On the ring device: the file that is the ring.
    pub(crate) ring: Option<Player>,
}

/// A place's device, as the errands thread is to open or close it.
pub(crate) struct Outlet {
    /// It is to be open.
    pub(crate) wanted: bool,
    /// Wanted or not, or its names, anew.
    pub(crate) changed: bool,
    /// Of its microphone and its loudspeaker.
    pub(crate) names: [String; 2],
}

impl Outlet {
    /// It is to be opened now, and that may take its time.
    pub(crate) fn opens(&self) -> bool {
        self.changed && self.wanted && self.names.iter().any(|name| name.as_str() != NULL)
    }
}

#[derive(Default)]
struct Wanted {
    /// The core wants a device there.
    wanted: bool,
    /// Wanted or names changed.
    changed: bool,
    /// Opened, for the engine.
    new: Option<Opened>,
}

struct State {
    calls: Wanted,
    ring: Wanted,
    /// Microphone and loudspeaker as the application chose them.
    names: [String; 2],
    /// The ring device as the application chose it; `None`: where the loudspeaker is.
    ring_name: Option<String>,
    old: Vec<Opened>,
    files: Vec<File>,
    feeds: Vec<Feed>,
    quit: bool,
}

impl State {
    fn at(&mut self, place: Place) -> &mut Wanted {
        match place {
            Place::Calls => &mut self.calls,
            Place::Ring => &mut self.ring,
        }
    }

    /// The ring device's name: of a loudspeaker that is a file or nothing there is no ring.
    fn ring_device(&self) -> String {
        let [_, output] = &self.names;
        match (&self.ring_name, Name::parse(output)) {
            (Some(name), _) => name.clone(),
            (None, Name::Card(_)) => output.clone(),
            (None, _) => NULL.to_owned(),
        }
    }
}

/// Work that the errands thread has taken.
pub(crate) struct Work {
    pub(crate) quit: bool,
    pub(crate) calls: Outlet,
    pub(crate) ring: Outlet,
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
    pub(crate) fn new(input: String, output: String, ring: Option<String>) -> Self {
        let state = State {
            calls: Wanted::default(),
            ring: Wanted::default(),
            names: [input, output],
            ring_name: ring,
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

    /// A device is wanted there now, or not any more.
    pub(crate) fn device(&self, place: Place, wanted: bool) {
        let mut state = lock(&self.state);
        let at = state.at(place);
        (at.wanted, at.changed) = (wanted, true);
        drop(state);
        self.wake();
    }

    /// Other devices.
    pub(crate) fn name(&self, side: Side, name: String) {
        let mut state = lock(&self.state);
        let [input, output] = &mut state.names;
        let place = if side == Side::Input { input } else { output };
        let old = core::mem::replace(place, name);
        state.calls.changed = true;
        state.ring.changed |= side == Side::Output && state.ring_name.is_none();
        drop(state);
        drop(old);
        self.wake();
    }

    /// Another ring device; `None`: where the loudspeaker is.
    pub(crate) fn ring_name(&self, name: Option<String>) {
        let mut state = lock(&self.state);
        let old = core::mem::replace(&mut state.ring_name, name);
        state.ring.changed = true;
        drop(state);
        drop(old);
        self.wake();
    }

    /// The engine's: a device that was opened for it.
    pub(crate) fn take_new(&self, place: Place) -> Option<Opened> {
        lock(&self.state).at(place).new.take()
    }

    /// The engine's: a value to be freed on a thread that may take its time.
    pub(crate) fn give_back(&self, opened: Opened) {
        let mut state = lock(&self.state);
        if state.old.len() < OLD {
            state.old.push(opened);
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
    pub(crate) fn take(&self, closing: &mut Vec<Opened>) -> Work {
        self.poked.store(false, Ordering::Release);
        let mut state = lock(&self.state);
        let quit = state.quit;
        core::mem::swap(&mut state.old, closing);
        let (names, ring) = (state.names.clone(), [NULL.to_owned(), state.ring_device()]);
        let mut outlet = |place, names| {
            let at = state.at(place);
            Outlet { wanted: at.wanted && !quit, changed: core::mem::take(&mut at.changed), names }
        };
        let (calls, ring) = (outlet(Place::Calls, names), outlet(Place::Ring, ring));
        Work { quit, calls, ring, files: core::mem::take(&mut state.files), feeds: core::mem::take(&mut state.feeds) }
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
    pub(crate) fn hand_over(&self, place: Place, opened: Opened) -> Option<Opened> {
        lock(&self.state).at(place).new.replace(opened)
    }
}
