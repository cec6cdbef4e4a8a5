//! State that a phone's threads share: the core behind its mutex, the queues between the threads, and the flags of its
//! end.

use super::audio::device::Device;
use super::errands::Errands;
use super::hooks::Hooks;
use super::names::Names;
use super::network::Network;
use super::ready::Ready;
use super::signal::{Signal, lock};
use super::slots::{Slot, Slots, Target};
use super::sockets::Locals;
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value};
use crate::block::Block;
use crate::ops;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use microsip_core::base::time::Instant;
use microsip_core::media::BuiltIn;
use microsip_core::phone::{CallId, CallState, ConferenceId, Phone};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::thread::JoinHandle;

mod log;
mod network;

/// Events of the host's own (devices, networks, failures) that wait to be fetched; the oldest give way and are counted.
/// 96 bytes each.
const HOST_EVENTS: usize = 256;
/// Commands of the host's own (play, record) whose end is not fetched yet: their ends never give way, one more is
/// refused. 96 bytes each.
const HOST_COMMANDS: usize = 256;

/// The clock of one phone: microseconds since its creation.
#[derive(Clone, Copy)]
pub(crate) struct Clock(std::time::Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(std::time::Instant::now())
    }

    pub(crate) fn now(self) -> Instant {
        Instant::from_micros(u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

/// The threads of a phone, in the order in which they end.
#[derive(Default)]
pub(crate) struct Threads {
    pub(crate) engine: Option<JoinHandle<()>>,
    pub(crate) errands: Option<JoinHandle<()>>,
    pub(crate) hooks: Option<JoinHandle<()>>,
}

/// The state behind the phone's one mutex. It is held for one core call only.
pub(crate) struct Core {
    /// Dropped before the block that it lies in.
    pub(crate) phone: Phone<'static>,
    /// The latest time that the phone was told.
    pub(crate) latest: Instant,
    pub(crate) slots: Slots,
    pub(crate) codecs: BuiltIn<'static>,
    /// SIP's sockets: those that the phone knows, too.
    pub(crate) locals: Locals,
    /// A device is wanted. The device itself, by which the bus ticks, belongs to the engine thread.
    pub(crate) _block: Block,
}

impl Core {
    /// A time to tell the phone, whose time never runs backwards: a command may have come since a thread read the clock.
    pub(crate) fn time(&mut self, read: Instant) -> Instant {
        self.latest = self.latest.max(read);
        self.latest
    }
}

struct HostEvents {
    queue: VecDeque<microsip_event>,
    lost: u32,
    /// The number of events that gave way since the beginning.
    lost_in_all: u32,
    /// Ends of commands with a token.
    done: VecDeque<microsip_event>,
    /// Commands with a token whose end was not fetched yet.
    owed: usize,
    /// CLOSED or POISONED: comes when all others have been fetched.
    last: Option<microsip_event>,
    /// It has been fetched.
    over: bool,
}

/// The state that all threads of a phone see.
pub(crate) struct Shared {
    pub(crate) id: u64,
    pub(crate) clock: Clock,
    pub(crate) rate: u32,
    pub(crate) pcm_samples: usize,
    pub(crate) callback: bool,
    pub(crate) core: Mutex<Core>,
    pub(crate) ready: Ready,
    pub(crate) network: Network,
    pub(crate) events: Signal,
    /// The core has events; set and cleared under the core's lock.
    pub(crate) pending: AtomicBool,
    host_events: Mutex<HostEvents>,
    pub(crate) hooks: Hooks,
    pub(crate) names: Arc<Names>,
    pub(crate) errands: Errands,
    /// A tick has moved PCM; waiters count themselves, so that a tick without them costs nothing.
    pub(crate) pcm_moved: (Mutex<u64>, Condvar, AtomicU32),
    poisoned: AtomicBool,
    pub(crate) quit: AtomicBool,
    /// The end of a shutdown's grace, in microseconds; `u64::MAX`: none was asked for.
    pub(crate) closing: AtomicU64,
    pub(crate) closed: AtomicBool,
    /// Makes the engine's thread panic, for a test.
    #[cfg(test)]
    pub(crate) fault: AtomicBool,
    pub(crate) threads: parking_lot::Mutex<Threads>,
    /// Snapshots of the machine's devices: inputs, outputs.
    pub(crate) devices: parking_lot::Mutex<[Vec<Device>; 2]>,
    /// The file in place of the usual ring.
    pub(crate) ring_file: parking_lot::Mutex<Option<PathBuf>>,
}

/// The parts that `create` has made.
pub(crate) struct Parts {
    pub(crate) id: u64,
    pub(crate) clock: Clock,
    pub(crate) rate: u32,
    pub(crate) pcm_samples: usize,
    pub(crate) callback: bool,
    pub(crate) core: Core,
    pub(crate) ready: Ready,
    pub(crate) network: Network,
    pub(crate) hooks: Hooks,
    pub(crate) names: Arc<Names>,
    pub(crate) errands: Errands,
}

impl Shared {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            id: parts.id,
            clock: parts.clock,
            rate: parts.rate,
            pcm_samples: parts.pcm_samples,
            callback: parts.callback,
            core: Mutex::new(parts.core),
            ready: parts.ready,
            network: parts.network,
            events: Signal::new(),
            pending: AtomicBool::new(false),
            host_events: Mutex::new(HostEvents {
                queue: VecDeque::with_capacity(HOST_EVENTS),
                lost: 0,
                lost_in_all: 0,
                done: VecDeque::with_capacity(HOST_COMMANDS),
                owed: 0,
                last: None,
                over: false,
            }),
            hooks: parts.hooks,
            names: parts.names,
            errands: parts.errands,
            pcm_moved: (Mutex::new(0), Condvar::new(), AtomicU32::new(0)),
            poisoned: AtomicBool::new(false),
            quit: AtomicBool::new(false),
            closing: AtomicU64::new(u64::MAX),
            closed: AtomicBool::new(false),
            #[cfg(test)]
            fault: AtomicBool::new(false),
            threads: parking_lot::Mutex::new(Threads::default()),
            devices: parking_lot::Mutex::new([Vec::new(), Vec::new()]),
            ring_file: parking_lot::Mutex::new(None),
        }
    }

    /// The engine is to look again: a command was given.
    pub(crate) fn wake(&self) {
        self.ready.wake();
    }

    pub(crate) fn is_poisoned(&self) -> bool {
        self.poisoned.load(Ordering::Acquire)
    }

    pub(crate) fn is_quitting(&self) -> bool {
        self.quit.load(Ordering::Acquire)
    }

    /// A fault of our own: this phone can only be destroyed.
    pub(crate) fn poison(&self) {
        if self.poisoned.swap(true, Ordering::AcqRel) {
            return;
        }
        self.last_event(MICROSIP_EV_POISONED, MICROSIP_E_POISONED);
        self.hooks.signal.raise();
        self.wake_pcm();
        self.wake();
    }

    fn blank(&self, r#type: u32) -> microsip_event {
        microsip_event { r#type, phone: self.id, time_us: self.clock.now().micros(), ..microsip_event::default() }
    }

    /// An event of the host's own. Takes no memory.
    pub(crate) fn push_event(&self, event: microsip_event) {
        let mut host = lock(&self.host_events);
        if host.queue.len() >= HOST_EVENTS {
            host.queue.pop_front();
            host.lost = host.lost.saturating_add(1);
            host.lost_in_all = host.lost_in_all.saturating_add(1);
        }
        host.queue.push_back(event);
        drop(host);
        self.events.raise();
    }

    /// Events that gave way because they were not fetched.
    pub(crate) fn lost_events(&self) -> u32 {
        lock(&self.host_events).lost_in_all
    }

    /// Keeps room for the end of a command with that token.
    pub(crate) fn owe_done(&self, token: u64) -> Result<(), Fail> {
        let mut host = lock(&self.host_events);
        if token != 0 && host.owed >= HOST_COMMANDS {
            return Err(Fail::new(
                MICROSIP_E_FULL,
                "token",
                Value::Number(token as i64),
                "could not be told the end: fetch events first",
            ));
        }
        host.owed += usize::from(token != 0);
        Ok(())
    }

    /// The command was refused after all.
    pub(crate) fn forgo_done(&self, token: u64) {
        lock(&self.host_events).owed -= usize::from(token != 0);
    }

    /// A command of the host's own has ended. Without a token only a failure has an event.
    pub(crate) fn done(&self, op: u32, call: u64, token: u64, result: i32) {
        let (owner, tag) = self.owner_and_tag(call);
        let event = microsip_event { object: call, owner, tag, token, op, result, ..self.blank(MICROSIP_EV_DONE) };
        if token != 0 {
            lock(&self.host_events).done.push_back(event);
            self.events.raise();
        } else if !matches!(result, MICROSIP_OK | MICROSIP_E_CANCELLED) {
            self.push_event(event);
        }
    }

    /// Of a call or a conference; 0 where it is gone.
    fn owner_and_tag(&self, target: u64) -> (u64, u64) {
        let core = lock(&self.core);
        if let Ok(conference) = ConferenceId::from_raw(target) {
            return (0, core.phone.conference_tag(conference).unwrap_or(0));
        }
        let info = CallId::from_raw(target).ok().and_then(|call| core.phone.call_info(call).ok());
        info.map_or((0, 0), |info| (info.account.raw(), info.tag))
    }

    /// Queues the event for the end of a file that played in a slot which no call has any more.
    pub(crate) fn dropped(&self, slot: Option<&Slot>) {
        if let Some((slot, playing)) = slot.and_then(|slot| slot.playing.as_ref().map(|playing| (slot, playing)))
            && !playing.over
        {
            self.done(MICROSIP_OP_PLAY, slot.target, playing.token, MICROSIP_E_CANCELLED);
        }
    }

    /// `value`: MICROSIP_DEV_*.
    pub(crate) fn device_event(&self, value: u32, result: i32) {
        self.push_event(microsip_event { value, result, ..self.blank(MICROSIP_EV_DEVICE) });
    }

    pub(crate) fn network_event(&self, value: u32, result: i32) {
        self.push_event(microsip_event { value, result, ..self.blank(MICROSIP_EV_NETWORK) });
    }

    /// The last event of all.
    pub(crate) fn last_event(&self, r#type: u32, result: i32) {
        let event = microsip_event { result, ..self.blank(r#type) };
        let mut host = lock(&self.host_events);
        if host.last.is_none() || r#type == MICROSIP_EV_POISONED {
            host.last = Some(event);
        }
        drop(host);
        self.events.raise();
    }

    /// The next event, `None` when there is none now; an error when there will be none any more.
    pub(crate) fn fetch_event(&self) -> Result<Option<microsip_event>, i32> {
        if self.is_quitting() {
            return Err(MICROSIP_E_CLOSED);
        }
        if !self.is_poisoned() {
            let (event, slot, more) = self.fetch_core();
            if slot.is_some() {
                self.wake_pcm(); // waits for this call's PCM are over
            }
            self.dropped(slot.as_ref());
            drop(slot);
            if more {
                self.events.pass_on();
            }
            if event.is_some() {
                return Ok(event);
            }
        }
        let mut host = lock(&self.host_events);
        if host.lost > 0 {
            let value = core::mem::take(&mut host.lost);
            return Ok(Some(microsip_event { value, ..self.blank(MICROSIP_EV_LOST) }));
        }
        let when = |queue: &VecDeque<microsip_event>| queue.front().map_or(u64::MAX, |event| event.time_us);
        let earlier = when(&host.done) <= when(&host.queue);
        let first = if earlier { host.done.pop_front() } else { host.queue.pop_front() };
        if let Some(event) = first {
            host.owed -= usize::from(earlier);
            return Ok(Some(event));
        }
        if host.owed > 0 && !self.is_poisoned() && !self.is_quitting() {
            return Ok(None); // the last event comes behind all ends
        }
        if host.over {
            return Err(if self.is_poisoned() { MICROSIP_E_POISONED } else { MICROSIP_E_CLOSED });
        }
        if host.last.is_some() {
            host.over = true;
        }
        Ok(host.last)
    }

    fn fetch_core(&self) -> (Option<microsip_event>, Option<Slot>, bool) {
        let mut core = lock(&self.core);
        let Some(event) = core.phone.poll_event() else {
            self.pending.store(false, Ordering::Release);
            return (None, None, false);
        };
        let ended = event.call_state() == Some(CallState::Ended);
        let slot = if ended { core.slots.silence(Target::Call(event.call)) } else { None };
        (Some(ops::event::of(&event, self.id)), slot, core.phone.has_event())
    }

    /// Wakes those who wait for PCM, or for room for it.
    pub(crate) fn wake_pcm(&self) {
        let (moved, changed, waiters) = &self.pcm_moved;
        if waiters.load(Ordering::Acquire) > 0 {
            *lock(moved) += 1;
            changed.notify_all();
        }
    }

    /// Calls the errands thread from a device's thread: no lock, no memory.
    pub(crate) fn errand_waker(self: &Arc<Self>) -> Arc<dyn Fn() + Send + Sync> {
        let weak: Weak<Self> = Arc::downgrade(self);
        Arc::new(move || {
            if let Some(shared) = weak.upgrade() {
                shared.errands.wake();
            }
        })
    }
}
