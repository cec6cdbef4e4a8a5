//! What takes its time: devices are opened and closed here, recordings written, files that are played read, large
//! things freed, and the thread of names started, on a thread of its own.

use super::audio::device::{NULL, Side};
use super::audio::duplex::{self, Duplex, Keeper, News, Wakes};
use super::audio::wav::{Feed, Feeding, RecorderFile, Recording};
use super::names;
use super::shared::Shared;
use super::signal::lock;
use crate::abi::code::*;
use crate::abi::types::*;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::thread::{JoinHandle, Thread};
use std::time::Instant;

/// Old devices that wait to be closed; the engine gives back at most one for each change.
const OLD: usize = 64;
/// A change of network comes in pieces, an address goes and others come: what comes within this time is one change.
const SETTLE: Duration = Duration::from_millis(250);

/// A recording's file, and the command that it was begun with.
struct File {
    call: u64,
    token: u64,
    file: RecorderFile,
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

/// What waits for the errands thread.
pub(crate) struct Errands {
    state: Mutex<State>,
    thread: OnceLock<Thread>,
    /// Something is to be done. The thread's own token is not enough: cpal parks on this thread too, and would swallow
    /// it.
    poked: AtomicBool,
    /// The system says that an address came or went.
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

    /// The engine's: what was opened for it.
    pub(crate) fn take_new(&self) -> Option<Duplex> {
        lock(&self.state).new.take()
    }

    /// The engine's: to be freed where that may take its time.
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

    /// Calls the thread from a device's thread: no lock, no memory.
    pub(crate) fn waker(shared: &Arc<Shared>) -> Arc<dyn Fn() + Send + Sync> {
        let weak: Weak<Shared> = Arc::downgrade(shared);
        Arc::new(move || {
            if let Some(shared) = weak.upgrade() {
                shared.errands.wake();
            }
        })
    }
}

/// The thread of names, which comes and goes.
#[derive(Default)]
struct NamesThread(Option<JoinHandle<()>>);

impl NamesThread {
    fn start_if_wanted(&mut self, shared: &Arc<Shared>) {
        if !shared.names.wants_thread() {
            return;
        }
        // the one before has ended, or is about to
        self.join(shared);
        match names::spawn(shared) {
            Ok(thread) => self.0 = Some(thread),
            Err(_) => {
                shared.log(
                    MICROSIP_LOG_ERROR,
                    format_args!("names cannot be looked up: the system gives no more threads"),
                );
                shared.names.no_thread();
                shared.wake();
            }
        }
    }

    fn join(&mut self, shared: &Shared) {
        if let Some(thread) = self.0.take() {
            shared.names.join(thread);
        }
    }
}

/// The thread.
pub(crate) fn run(shared: &Arc<Shared>) {
    let _ = shared.errands.thread.set(std::thread::current());
    let weak = Arc::downgrade(shared);
    let captured: Arc<dyn Fn() + Send + Sync> = Arc::new(move || {
        if let Some(shared) = weak.upgrade() {
            shared.wake();
        }
    });
    let wakes = Wakes { captured, errand: Errands::waker(shared) };
    let mut resolver = NamesThread::default();
    let mut keeper: Option<Keeper> = None;
    let mut running: Vec<File> = Vec::new();
    let mut feeding: Vec<Feed> = Vec::new();
    let mut closing: Vec<Duplex> = Vec::with_capacity(OLD);
    let mut settled: Option<Instant> = None;
    loop {
        shared.errands.poked.store(false, Ordering::Release);
        let mut state = lock(&shared.errands.state);
        let quit = state.quit;
        let changed = core::mem::take(&mut state.changed);
        let wanted = state.wanted && !quit;
        let names = changed.then(|| state.names.clone());
        let (files, feeds) = (core::mem::take(&mut state.files), core::mem::take(&mut state.feeds));
        // the list that the engine pushes to keeps its room
        core::mem::swap(&mut state.old, &mut closing);
        drop(state);
        // a device or a disk may hold us up from here on, and then nobody could start the thread of names
        let opening = names.as_ref().is_some_and(|names| wanted && names.iter().any(|name| name.as_str() != NULL));
        shared.names.keep(
            opening
                || keeper.as_ref().is_some_and(Keeper::tends)
                || !running.is_empty()
                || !files.is_empty()
                || !feeds.is_empty(),
        );
        resolver.start_if_wanted(shared);
        closing.clear();
        running.extend(files);
        feeding.extend(feeds);

        if let Some([input, output]) = names {
            keeper = None;
            if wanted {
                keeper = open(shared, &input, &output, &wakes);
            }
        }
        let mut tell = |news| told(shared, news);
        let tended = keeper.as_mut().and_then(|keeper| keeper.tend(Instant::now(), &mut tell));
        running.retain_mut(|file| drained(shared, file));
        let mut fed = None;
        feeding.retain_mut(|feed| keep_earliest(&mut fed, feed_more(shared, feed)));
        shared.names.keep(keeper.as_ref().is_some_and(Keeper::tends) || !running.is_empty() || !feeding.is_empty());
        if quit {
            // the recorders are gone by now, so every file is complete
            for file in &mut running {
                while drained(shared, file) {}
            }
            resolver.join(shared);
            return;
        }
        if shared.errands.network.swap(false, Ordering::AcqRel) && settled.is_none() {
            settled = Some(Instant::now() + SETTLE);
        }
        if settled.take_if(|at| *at <= Instant::now()).is_some() {
            shared.notice_network();
        }
        if shared.errands.poked.load(Ordering::Acquire) {
            continue;
        }
        match tended.into_iter().chain(fed).chain(settled).min() {
            Some(at) => {
                std::thread::park_timeout(at.saturating_duration_since(Instant::now()).max(Duration::from_millis(1)))
            }
            None => std::thread::park(),
        }
    }
}

fn open(shared: &Shared, input: &str, output: &str, wakes: &Wakes) -> Option<Keeper> {
    let (duplex, keeper) = duplex::open_anyway(input, output, shared.rate, wakes, &mut |news| told(shared, news));
    for (side, name, lost) in [(Side::Input, input, duplex::INPUT_LOST), (Side::Output, output, duplex::OUTPUT_LOST)] {
        if name != NULL && duplex.faults() & lost == 0 {
            let shown = if name.is_empty() { "(the default)" } else { name };
            shared.log(MICROSIP_LOG_INFO, format_args!("audio {} device {shown} is open", side.name()));
            shared.device_event(side, MICROSIP_OK);
        }
    }
    let unfetched = lock(&shared.errands.state).new.replace(duplex);
    drop(unfetched);
    shared.wake();
    Some(keeper)
}

fn told(shared: &Shared, news: News) {
    match news {
        News::Lost(error) => {
            shared.log(MICROSIP_LOG_WARNING, format_args!("{error}"));
            shared.device_event(error.side, MICROSIP_E_DEVICE);
        }
        News::Back(side, name) => {
            shared.log(MICROSIP_LOG_INFO, format_args!("audio {} device {name} is back", side.name()));
            shared.device_event(side, MICROSIP_OK);
        }
    }
}

/// Writes what has gathered; false when there is no more to come.
fn drained(shared: &Shared, file: &mut File) -> bool {
    let result = match file.file.drain() {
        Recording::Running => return true,
        Recording::Finished => MICROSIP_OK,
        Recording::Failed(error) => {
            shared.log(MICROSIP_LOG_ERROR, format_args!("{}", error.text));
            MICROSIP_E_FILE
        }
    };
    shared.done(MICROSIP_OP_RECORD, file.call, file.token, result);
    false
}

/// Reads on in a file that is played; when it is to be read on again, `None` when there is no more to come.
fn feed_more(shared: &Shared, feed: &mut Feed) -> Option<Instant> {
    let late = feed.late_ms();
    if late > 0 {
        shared.log(
            MICROSIP_LOG_WARNING,
            format_args!("{}: {late} ms of silence, for it was read too slowly", feed.path().display()),
        );
    }
    match feed.tend(Instant::now()) {
        Feeding::Until(at) => Some(at),
        Feeding::Finished => None,
        // its player tells the application, once it has played what was read
        Feeding::Failed(error) => {
            shared.log(MICROSIP_LOG_ERROR, format_args!("{error}"));
            None
        }
    }
}

/// Keeps the earlier of two times; false: there is no second one.
fn keep_earliest(earliest: &mut Option<Instant>, at: Option<Instant>) -> bool {
    *earliest = [*earliest, at].into_iter().flatten().min();
    at.is_some()
}
