//! The engine's thread: sockets, deadlines and ticks. From `create` on it takes no memory, and it never waits for
//! another thread.

mod drain;
mod receive;
mod streams;
mod tick;

use crate::abi::code::*;
use crate::abi::types::*;
use crate::host::audio::pace::Pacer;
use crate::host::errands::Opened;
use crate::host::link::Link;
use crate::host::network;
use crate::host::ports::Ports;
use crate::host::ready::Keys;
use crate::host::shared::Shared;
use crate::host::signal::lock;
use crate::host::sockets::Sockets;
use crate::host::stream::{Streams, Tcp};
use core::panic::AssertUnwindSafe;
use core::sync::atomic::Ordering;
use core::time::Duration;
use microsip_core::base::time::Instant;
use microsip_core::media::catch_up::Timer;
use microsip_core::phone::{Bus, Phone};
use std::io;
use std::net::UdpSocket;
use std::panic::catch_unwind;
use std::sync::Arc;

/// Datagrams read from one socket before the others have their turn: a flood on one does not silence the calls.
const BATCH: usize = 32;
/// The largest datagram.
const DATAGRAM: usize = 65_535;
/// Keys of media sockets begin here.
const MEDIA_KEYS: usize = 1 << 16;
/// The key of the system's notices about addresses; SIP's sockets are far below.
const LINK_KEY: usize = MEDIA_KEYS - 1;
/// Keys of streams begin here, above those of listening sockets.
const STREAM_KEYS: usize = 1 << 10;

/// State of the engine's thread alone.
pub(crate) struct Engine {
    shared: Arc<Shared>,
    sockets: Sockets,
    streams: Streams<Tcp>,
    /// Until then no connection is accepted: there was no descriptor for one.
    deaf_until: Option<Instant>,
    /// The class of service of streams.
    dscp: u8,
    link: Option<Link>,
    ports: Ports,
    /// Out of here only while it is walked.
    keys: Option<Keys>,
    received: Box<[u8]>,
    sending: Box<[u8]>,
    input: Vec<i16>,
    output: Vec<i16>,
    /// The own buses' next quantum.
    tick: Option<Timer>,
    /// The device bus: its clock, and the device once the errands thread has opened it; until then silence.
    device: Option<(Option<Opened>, Pacer)>,
    /// The core wants the ring device, which opens then.
    ring_at: Option<Instant>,
    /// It was asked for.
    rings: bool,
    /// The ring device, once it is open.
    ring: Option<(Opened, Pacer)>,
    timeout: Option<Instant>,
    /// The time of this turn: the clock is read when the wait is over, not for each packet.
    now: Instant,
}

impl Engine {
    pub(crate) fn new(
        shared: Arc<Shared>,
        (sockets, streams, dscp): (Sockets, Streams<Tcp>, u8),
        link: Option<Link>,
        ports: Ports,
    ) -> Result<Self, io::Error> {
        for (number, socket) in sockets.iter().enumerate() {
            if let Some(socket) = socket {
                network::watch(&shared.ready, socket, number)?;
            }
        }
        // where it cannot be watched, nothing but the automatism is lost
        let link = link.filter(|link| shared.network.follows() && shared.ready.add(link.socket(), LINK_KEY).is_ok());
        let quantum = shared.rate as usize / 100;
        Ok(Self {
            sockets,
            streams,
            deaf_until: None,
            dscp,
            link,
            ports,
            keys: Some(Keys::new()),
            received: vec![0; DATAGRAM].into_boxed_slice(),
            sending: vec![0; DATAGRAM].into_boxed_slice(),
            input: vec![0; quantum],
            output: vec![0; quantum],
            tick: None,
            device: None,
            ring_at: None,
            rings: false,
            ring: None,
            timeout: None,
            now: shared.clock.now(),
            shared,
        })
    }

    /// The thread.
    pub(crate) fn run(mut self) {
        let result = catch_unwind(AssertUnwindSafe(|| {
            while self.turn() {}
            self.last_words();
        }));
        if result.is_err() {
            self.shared.poison();
        }
        // sockets close here; the device goes back to its own thread
        if let Some((Some(opened), _)) = self.device.take() {
            self.shared.errands.give_back(opened);
        }
        if let Some((opened, _)) = self.ring.take() {
            self.shared.errands.give_back(opened);
        }
    }

    fn with<R>(&self, act: impl FnOnce(&mut Phone<'static>, Instant) -> R) -> R {
        let mut core = lock(&self.shared.core);
        let now = core.time(self.now);
        act(&mut core.phone, now)
    }

    /// One round: waits, receives, ticks, drains. False: it is over.
    fn turn(&mut self) -> bool {
        let wait = self.wait();
        let Some(keys) = &mut self.keys else { return false };
        if let Err(error) = self.shared.ready.wait(keys, wait)
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.shared.log(MICROSIP_LOG_ERROR, format_args!("waiting for sockets failed: {error}"));
            std::thread::sleep(Duration::from_millis(10));
        }
        self.now = self.shared.clock.now();
        if self.shared.is_poisoned() || self.shared.is_quitting() {
            return false;
        }
        #[cfg(test)]
        assert!(!self.shared.fault.load(Ordering::Acquire), "a fault on purpose");
        self.take_in();
        if self.timeout.is_some_and(|at| at <= self.now) {
            self.with(Phone::handle_timeout);
        }
        self.watch_streams();
        self.tick_all();
        self.drain();
        self.settle();
        true
    }

    /// The time until the next deadline; `None`: there is none.
    fn wait(&self) -> Option<Duration> {
        let device = self.device.as_ref().map(|(_, pacer)| pacer.next());
        let closing = Some(self.shared.closing.load(Ordering::Acquire))
            .filter(|at| *at != u64::MAX && !self.shared.closed.load(Ordering::Acquire))
            .map(Instant::from_micros);
        let tick = self.tick.map(|timer| timer.next());
        let ring = self.ring.as_ref().map(|(_, pacer)| pacer.next()).or(self.ring_at.filter(|_| !self.rings));
        let times = [self.timeout, tick, device, ring, closing, self.streams.next(), self.deaf_until];
        let at = times.into_iter().flatten().min()?;
        // longer than a day is for ever, and fits every system's clock
        Some(Duration::from_micros(at.since(self.shared.clock.now()).micros().min(86_400_000_000)))
    }

    fn socket(&self, number: usize) -> Option<&UdpSocket> {
        self.sockets.get(number)?.as_ref()?.udp.as_ref()
    }

    /// Handles events and endings, and wakes the threads that wait for them.
    fn settle(&mut self) {
        let shared = Arc::clone(&self.shared);
        let closing = shared.closing.load(Ordering::Acquire);
        let mut core = lock(&shared.core);
        let phone = &mut core.phone;
        self.timeout = phone.poll_timeout();
        let tick = phone.wants_tick();
        let rings = phone.ring_wanted().is_some();
        let better = [phone.poll_tick(Bus::Own), phone.poll_tick(Bus::Device)];
        let told = phone.has_event();
        let fresh = told && !shared.pending.swap(true, Ordering::AcqRel);
        let idle = closing != u64::MAX && phone.is_idle();
        let traced = phone.has_trace();
        drop(core);
        if traced {
            shared.log_traces();
        }
        if !tick {
            self.tick = None;
        } else if self.tick.is_none() {
            self.tick = Some(Timer::new(self.now));
        }
        let [own, device] = better;
        if let (Some(at), Some(timer)) = (own, &mut self.tick) {
            timer.move_to(at);
        }
        self.settle_ring(rings);
        if let (Some(at), Some((opened, pacer))) = (device, &mut self.device)
            && !opened.as_ref().is_some_and(|opened| opened.duplex.clocked_by_input())
        {
            pacer.move_to(at);
        }
        if fresh {
            shared.events.raise();
        }
        if told || !tick {
            shared.wake_pcm(); // a call may have ended whose PCM a thread waits for
        }
        if closing != u64::MAX && !shared.closed.load(Ordering::Acquire) {
            let late = self.now.micros() >= closing;
            if idle || late {
                shared.closed.store(true, Ordering::Release);
                // files that still play and recordings end here, with their events
                let files = |index| lock(&shared.core).slots.silence_slot(index);
                (0..).map_while(files).for_each(|slot| shared.dropped(Some(&slot)));
                shared.last_event(MICROSIP_EV_CLOSED, if idle { MICROSIP_OK } else { MICROSIP_E_TIMEOUT });
                shared.wake_pcm();
            }
        }
    }

    /// Destroyed: each call gets its BYE or CANCEL, once, and no response is waited for.
    fn last_words(&mut self) {
        if !self.shared.is_poisoned() {
            self.with(Phone::shutdown);
            self.drain();
            // a core call ends a bounded number of calls
            while self.with(|phone, _| phone.poll_timeout() == Some(Instant::ZERO)) {
                self.with(Phone::handle_timeout);
                self.drain();
            }
            self.shared.log_traces();
        }
    }
}
