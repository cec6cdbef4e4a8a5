//! The errands thread: devices are opened and closed here, recordings written, files that are played read, large things
//! freed, and the thread of names started.

use super::names;
use crate::abi::code::*;
use crate::abi::types::*;
use crate::host::audio::device::{INPUT_LOST, NULL, News, OUTPUT_LOST, Side};
use crate::host::audio::duplex::{self, Keeper, Wakes};
use crate::host::audio::wav::{self, Feed, Feeding, Player, Recording};
use crate::host::errands::{File, OLD, Opened, Outlet, Place, Work};
use crate::host::shared::Shared;
use core::time::Duration;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

/// A change of network comes in pieces, an address goes and others come: those within this time are one change.
const SETTLE: Duration = Duration::from_millis(250);

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
    shared.errands.begin();
    let weak = Arc::downgrade(shared);
    let captured: Arc<dyn Fn() + Send + Sync> = Arc::new(move || {
        if let Some(shared) = weak.upgrade() {
            shared.wake();
        }
    });
    let wakes = Wakes { captured, errand: shared.errand_waker() };
    let mut resolver = NamesThread::default();
    let mut keeper: Option<Keeper> = None;
    let mut ringer: Option<Keeper> = None;
    let mut running: Vec<File> = Vec::new();
    let mut feeding: Vec<Feed> = Vec::new();
    let mut closing: Vec<Opened> = Vec::with_capacity(OLD);
    let mut settled: Option<Instant> = None;
    loop {
        let Work { quit, calls, ring, files, feeds } = shared.errands.take(&mut closing);
        let tends = |keeper: &Option<Keeper>| keeper.as_ref().is_some_and(Keeper::tends);
        // a device or a disk may hold us up from here on, and then the thread of names could not be started
        shared.names.keep(
            calls.opens()
                || ring.opens()
                || tends(&keeper)
                || tends(&ringer)
                || !running.is_empty()
                || !files.is_empty()
                || !feeds.is_empty(),
        );
        resolver.start_if_wanted(shared);
        closing.clear();
        running.extend(files);
        feeding.extend(feeds);

        // closed before the calls' device opens: it may be the same, and such that plays one thing at a time
        if ring.changed {
            ringer = None;
        }
        if calls.changed {
            keeper = None;
            if calls.wanted {
                keeper = open(shared, Place::Calls, &calls, None, &wakes);
            }
        }
        if ring.opens() {
            let (player, feed) = ring_file(shared, &wakes);
            feeding.extend(feed);
            ringer = open(shared, Place::Ring, &ring, player, &wakes);
        }
        let tend = |keeper: &mut Option<Keeper>, place| {
            keeper.as_mut().and_then(|keeper| keeper.tend(Instant::now(), &mut |news| told(shared, place, news)))
        };
        let tended = [tend(&mut keeper, Place::Calls), tend(&mut ringer, Place::Ring)].into_iter().flatten().min();
        running.retain_mut(|file| drained(shared, file));
        let mut fed = None;
        feeding.retain_mut(|feed| keep_earliest(&mut fed, feed_more(shared, feed)));
        shared.names.keep(tends(&keeper) || tends(&ringer) || !running.is_empty() || !feeding.is_empty());
        if quit {
            // the recorders are gone by now, so every file is complete
            for file in &mut running {
                while drained(shared, file) {}
            }
            resolver.join(shared);
            return;
        }
        if shared.errands.take_network() && settled.is_none() {
            settled = Some(Instant::now() + SETTLE);
        }
        if settled.take_if(|at| *at <= Instant::now()).is_some() {
            shared.notice_network();
        }
        if shared.errands.is_poked() {
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

fn open(shared: &Shared, place: Place, outlet: &Outlet, ring: Option<Player>, wakes: &Wakes) -> Option<Keeper> {
    let [input, output] = &outlet.names;
    let mut tell = |news| told(shared, place, news);
    let (duplex, keeper) = duplex::open_anyway(input, output, shared.rate, wakes, &mut tell);
    for (side, name, lost) in [(Side::Input, input, INPUT_LOST), (Side::Output, output, OUTPUT_LOST)] {
        if name != NULL && duplex.faults() & lost == 0 {
            let shown = if name.is_empty() { "(the default)" } else { name };
            shared.log(MICROSIP_LOG_INFO, format_args!("audio {} device {shown} is open", word(place, side)));
            shared.device_event(number(place, side), MICROSIP_OK);
        }
    }
    drop(shared.errands.hand_over(place, Opened { duplex, ring }));
    shared.wake();
    Some(keeper)
}

/// The file that the application chose as its ring. One that cannot be read is told, and the usual ring stands in.
fn ring_file(shared: &Shared, wakes: &Wakes) -> (Option<Player>, Option<Feed>) {
    let path = shared.ring_file.lock().clone();
    let Some(path) = path else { return (None, None) };
    match wav::open(&path, shared.rate, 0, Some(Arc::clone(&wakes.errand))) {
        Ok((player, feed)) => (Some(player), feed),
        Err(error) => {
            shared.log(MICROSIP_LOG_WARNING, format_args!("{error}; the usual ring is played"));
            (None, None)
        }
    }
}

/// MICROSIP_DEV_*.
fn number(place: Place, side: Side) -> u32 {
    match (place, side) {
        (Place::Ring, _) => MICROSIP_DEV_RING,
        (Place::Calls, Side::Input) => MICROSIP_DEV_INPUT,
        (Place::Calls, Side::Output) => MICROSIP_DEV_OUTPUT,
    }
}

fn word(place: Place, side: Side) -> &'static str {
    if place == Place::Ring { "ring" } else { side.name() }
}

fn told(shared: &Shared, place: Place, news: News) {
    match news {
        News::Lost(error) => {
            shared.log(MICROSIP_LOG_WARNING, format_args!("{error}"));
            shared.device_event(number(place, error.side), MICROSIP_E_DEVICE);
        }
        News::Back(side, name) => {
            shared.log(MICROSIP_LOG_INFO, format_args!("audio {} device {name} is back", word(place, side)));
            shared.device_event(number(place, side), MICROSIP_OK);
        }
    }
}

/// Writes the gathered samples; false when there is no more to come.
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

/// Reads on in a file that is played. Returns the time of the next read; `None` when there is no more to come.
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
        // its player reports it, once it has played the part that was read
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
