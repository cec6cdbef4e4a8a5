//! The engine's thread: sockets, deadlines and ticks. From `create` on it takes no memory, and it never waits for another thread.

use super::audio::duplex::Duplex;
use super::audio::pace::Pacer;
use super::icmp;
use super::link::Link;
use super::names::{self, Asked, NAME, Question};
use super::network::{self, Change};
use super::ports::Ports;
use super::ready::Keys;
use super::shared::{Core, Shared};
use super::signal::lock;
use super::sockets::Sockets;
use crate::abi::code::*;
use crate::abi::types::*;
use core::net::IpAddr;
use core::panic::AssertUnwindSafe;
use core::sync::atomic::Ordering;
use core::time::Duration;
use microsip_core::base::time::Instant;
use microsip_core::phone::{Bus, Component, Failure, Flow, MediaId, Phone, Reply, Transmit, Via, Wish, WishId};
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
/// The key of the system's word about addresses; SIP's sockets are far below.
const LINK_KEY: usize = MEDIA_KEYS - 1;
/// Microseconds of a quantum.
const QUANTUM_US: u64 = 10_000;
/// Quanta that a late timer makes up for; beyond, time is skipped: a burst helps nobody.
const CATCH_UP: u64 = 3;

/// What the engine's thread owns alone.
pub(crate) struct Engine {
    shared: Arc<Shared>,
    sockets: Sockets,
    link: Option<Link>,
    ports: Ports,
    /// Out of here only while it is walked.
    keys: Option<Keys>,
    received: Box<[u8]>,
    sending: Box<[u8]>,
    input: Vec<i16>,
    output: Vec<i16>,
    /// The own buses' next quantum.
    tick: Option<Instant>,
    /// The device bus: its clock, and the device once the errands thread has opened it; until then silence.
    device: Option<(Option<Duplex>, Pacer)>,
    timeout: Option<Instant>,
}

/// A wish, copied out from under the lock.
#[expect(clippy::large_enum_variant, reason = "one lives at a time, on the stack: a box would be memory")]
enum Wanted {
    Locate(Question),
    Open(WishId, MediaId, IpAddr),
    Close(MediaId),
    Device(bool),
}

fn copied(wish: Wish<'_>) -> Wanted {
    match wish {
        Wish::Locate { id, host, port, transport } => {
            let mut name = [0u8; NAME];
            // a name that does not fit is none
            let len = name.get_mut(..host.len()).map_or(0, |room| {
                room.copy_from_slice(host.as_bytes());
                host.len()
            });
            Wanted::Locate(Question { wish: id, host: name, len: len as u16, port, transport })
        }
        Wish::OpenMedia { id, media, local } => Wanted::Open(id, media, local),
        Wish::CloseMedia { media } => Wanted::Close(media),
        Wish::AudioOn => Wanted::Device(true),
        Wish::AudioOff => Wanted::Device(false),
    }
}

impl Engine {
    pub(crate) fn new(shared: Arc<Shared>, sockets: Sockets, link: Option<Link>, ports: Ports) -> Result<Self, io::Error> {
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
            link,
            ports,
            keys: Some(Keys::new()),
            received: vec![0; DATAGRAM].into_boxed_slice(),
            sending: vec![0; DATAGRAM].into_boxed_slice(),
            input: vec![0; quantum],
            output: vec![0; quantum],
            tick: None,
            device: None,
            timeout: None,
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
        if let Some((Some(duplex), _)) = self.device.take() {
            self.shared.errands.give_back(duplex);
        }
    }

    fn now(&self) -> Instant {
        self.shared.clock.now()
    }

    fn with<R>(&self, act: impl FnOnce(&mut Phone<'static>, Instant) -> R) -> R {
        let mut core = lock(&self.shared.core);
        // read under the lock, so that the core's time never runs backwards
        let now = self.shared.clock.now();
        act(&mut core.phone, now)
    }

    /// One round: waits, takes in, ticks, drains. False: it is over.
    fn turn(&mut self) -> bool {
        let wait = self.wait();
        let Some(keys) = &mut self.keys else { return false };
        if let Err(error) = self.shared.ready.wait(keys, wait)
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.shared.log(MICROSIP_LOG_ERROR, format_args!("waiting for sockets failed: {error}"));
            std::thread::sleep(Duration::from_millis(10));
        }
        if self.shared.is_poisoned() || self.shared.is_quitting() {
            return false;
        }
        #[cfg(test)]
        assert!(!self.shared.fault.load(Ordering::Acquire), "a fault on purpose");
        self.take_in();
        if self.timeout.is_some_and(|at| at <= self.now()) {
            self.with(Phone::handle_timeout);
        }
        self.tick_all();
        self.drain();
        self.settle();
        true
    }

    /// How long nothing is due; `None`: until something comes.
    fn wait(&self) -> Option<Duration> {
        let device = self.device.as_ref().map(|(_, pacer)| Instant::from_micros(pacer.next()));
        let closing = Some(self.shared.closing.load(Ordering::Acquire))
            .filter(|at| *at != u64::MAX && !self.shared.closed.load(Ordering::Acquire))
            .map(Instant::from_micros);
        let at = [self.timeout, self.tick, device, closing].into_iter().flatten().min()?;
        // longer than a day is for ever, and fits every system's clock
        Some(Duration::from_micros(at.since(self.now()).micros().min(86_400_000_000)))
    }

    /// Sockets that came and went.
    fn take_network(&mut self) {
        let Some(Change { gone, new }) = self.shared.network.take() else { return };
        for ((number, place), new) in self.sockets.iter_mut().enumerate().zip(new) {
            if gone & 1 << number != 0
                && let Some(old) = place.take()
            {
                self.shared.ready.remove(&old);
            }
            if new.is_some() {
                *place = new;
            }
        }
    }

    fn socket(&self, number: usize) -> Option<&UdpSocket> {
        self.sockets.get(number)?.as_ref()
    }

    fn take_in(&mut self) {
        self.take_network();
        let Some(keys) = self.keys.take() else { return };
        // SIP first: an answer opens the stream for the packets that came with it
        for key in keys.iter().filter(|key| *key < MEDIA_KEYS) {
            if key != LINK_KEY {
                self.read_sip(key);
            } else if let Some(link) = &self.link {
                link.drain();
                self.shared.errands.network();
            }
        }
        for key in keys.iter().filter_map(|key| key.checked_sub(MEDIA_KEYS)) {
            self.read_media(key / 2, if key % 2 == 0 { Component::Rtp } else { Component::Rtcp });
        }
        self.keys = Some(keys);
        while let Some(answer) = self.shared.names.answer() {
            self.reply_names(&answer);
        }
        if let Some(duplex) = self.shared.errands.take_new() {
            match &mut self.device {
                // the timer that stood in goes on: an odd tick would shift what is heard against what is said
                Some((place, _)) => {
                    let old = place.replace(duplex);
                    if let Some(old) = old {
                        self.shared.errands.give_back(old);
                    }
                }
                // no longer wanted
                None => self.shared.errands.give_back(duplex),
            }
        }
    }

    fn reply_names(&self, answer: &names::Answer) {
        let locals = self.shared.locals();
        // the network may have changed while the name was looked up
        let mut hops = answer.hops.iter().flatten().filter_map(|hop| match locals.of(hop.flow.socket()) {
            Some(_) => Some(*hop),
            None => locals.hop(hop.flow.remote(), hop.priority, hop.weight),
        });
        let Some(first) = hops.next() else {
            self.with(|phone, now| phone.handle_reply(now, answer.wish, Reply::Failed(answer.failure)));
            return;
        };
        let mut list = [first; names::HOPS];
        let mut count = 1;
        for (place, hop) in list.iter_mut().skip(1).zip(hops) {
            *place = hop;
            count += 1;
        }
        let list = list.get(..count).unwrap_or_default();
        self.with(|phone, now| phone.handle_reply(now, answer.wish, Reply::Hops(list)));
    }

    fn read_sip(&mut self, number: usize) {
        let mut buffer = core::mem::take(&mut self.received);
        for turn in 0..BATCH {
            let first = turn == 0;
            let Some(socket) = self.socket(number) else { break };
            let (len, remote) = match socket.recv_from(&mut buffer) {
                Ok(received) => received,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    // readiness without a datagram is an error that waits
                    if first {
                        self.read_errors(number);
                    }
                    break;
                }
                Err(_) => {
                    self.read_errors(number);
                    continue;
                }
            };
            let bytes = buffer.get(..len).unwrap_or_default();
            self.shared.trace(false, remote, bytes);
            let flow = Flow::Udp { socket: number as u8, remote };
            let took = self.with(|phone, now| phone.handle_sip(now, flow, bytes));
            if took == 0 && len > 0 {
                // back-pressure: what is owed goes out first
                self.drain();
                self.with(|phone, now| phone.handle_sip(now, flow, bytes));
            }
        }
        self.received = buffer;
    }

    /// rfc3261#18.4: an ICMP error is the end of a way.
    fn read_errors(&self, number: usize) {
        let Some(socket) = self.socket(number) else { return };
        for _ in 0..BATCH {
            let Some(remote) = icmp::next(socket) else { return };
            self.with(|phone, now| phone.handle_flow_failed(now, Flow::Udp { socket: number as u8, remote }));
        }
    }

    fn read_media(&mut self, slot: usize, component: Component) {
        // one a wake: media comes singly, and asking whether there is more costs as much as reading it; what is left is told at once
        let Some(pair) = self.ports.get(slot) else { return };
        let media = pair.media;
        let socket = if component == Component::Rtp { &pair.rtp } else { &pair.rtcp };
        let Ok((len, from)) = socket.recv_from(&mut self.received) else { return };
        let bytes = self.received.get(..len).unwrap_or_default();
        self.with(|phone, now| phone.handle_media(now, media, component, from, bytes));
    }

    fn tick_all(&mut self) {
        let now = self.now();
        if let Some(at) = self.tick
            && at <= now
        {
            let behind = now.since(at).micros() / QUANTUM_US + 1;
            for _ in 0..behind.min(CATCH_UP) {
                self.tick_own();
            }
            let next = at + microsip_core::base::time::Duration::from_micros(behind * QUANTUM_US);
            self.tick = Some(next);
        }
        self.tick_device();
        self.after_tick();
    }

    fn tick_own(&mut self) {
        loop {
            let mut core = lock(&self.shared.core);
            let Core { phone, slots, codecs, .. } = &mut *core;
            // up to 64 calls a lock, so that it is held briefly; the others follow in the same quantum
            if !phone.audio(self.shared.clock.now(), Bus::Own, codecs, slots, &[], &mut []) {
                return;
            }
        }
    }

    fn tick_device(&mut self) {
        let now = self.now().micros();
        let Some((duplex, pacer)) = &mut self.device else { return };
        let (clocked, ready) = duplex.as_ref().map_or((false, 0), |duplex| (duplex.clocked_by_input(), duplex.ready()));
        for _ in 0..pacer.due(now, clocked, ready) {
            match duplex {
                Some(duplex) => {
                    duplex.capture(&mut self.input);
                }
                None => self.input.fill(0),
            }
            let mut core = lock(&self.shared.core);
            let Core { phone, slots, codecs, .. } = &mut *core;
            phone.audio(self.shared.clock.now(), Bus::Device, codecs, slots, &self.input, &mut self.output);
            drop(core);
            if let Some(duplex) = duplex {
                duplex.play(&self.output);
            }
        }
    }

    /// Tells what the ticks have brought about.
    fn after_tick(&self) {
        loop {
            let mut core = lock(&self.shared.core);
            let moved = core::mem::take(&mut core.slots.moved);
            let played = core.slots.played.pop();
            drop(core);
            if moved {
                self.shared.wake_pcm();
            }
            let Some(played) = played else { return };
            let tag = self.shared.tag_of(played.call);
            self.shared.file_event(MICROSIP_EV_PLAYED, played.call, tag, played.token, MICROSIP_OK);
        }
    }

    /// Sends what is owed and does what is wished, until neither is left.
    fn drain(&mut self) {
        loop {
            while self.send_one() {}
            let mut any = false;
            while let Some(wanted) = self.with(|phone, _| phone.poll_wish().map(copied)) {
                any = true;
                self.grant(wanted);
            }
            if !any {
                return;
            }
        }
    }

    fn send_one(&mut self) -> bool {
        let mut core = lock(&self.shared.core);
        let sent = core.phone.poll_transmit(self.shared.clock.now(), &mut self.sending);
        drop(core);
        let Transmit::Packet { via, len } = sent else { return false };
        self.take_network();
        let bytes = self.sending.get(..len).unwrap_or_default();
        match via {
            Via::Media { media, component, to } => {
                if let Some(socket) = self.ports.of(media, component) {
                    let _ = socket.send_to(bytes, to);
                }
            }
            Via::Sip(flow) => {
                let to = flow.remote();
                self.shared.trace(true, to, bytes);
                let number = usize::from(flow.socket());
                let Some(socket) = self.socket(number) else {
                    // its address is gone
                    self.with(|phone, now| phone.handle_flow_failed(now, flow));
                    return true;
                };
                let mut result = socket.send_to(bytes, to);
                if result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
                    // that is about an earlier datagram, perhaps to another far end
                    self.read_errors(number);
                    result = socket.send_to(bytes, to);
                }
                // a full socket buffer is a lost datagram; all else is a dead way
                if let Err(error) = result
                    && !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted | io::ErrorKind::ConnectionRefused)
                {
                    self.with(|phone, now| phone.handle_flow_failed(now, flow));
                }
            }
        }
        true
    }

    fn grant(&mut self, wanted: Wanted) {
        match wanted {
            Wanted::Locate(question) => {
                if let Some(answer) = names::literal(&question, &self.shared.locals()) {
                    self.reply_names(&answer);
                    return;
                }
                match self.shared.names.ask(question) {
                    Asked::Heard => {}
                    Asked::NobodyThere => self.shared.errands.wake(),
                    Asked::Full => self.with(|phone, now| phone.handle_reply(now, question.wish, Reply::Failed(Failure::Name))),
                }
            }
            Wanted::Open(wish, media, local) => match self.open_media(media, local) {
                Ok((rtp, rtcp)) => self.with(|phone, now| phone.handle_reply(now, wish, Reply::Media { rtp, rtcp })),
                Err(failure) => {
                    self.shared.log(
                        MICROSIP_LOG_WARNING,
                        format_args!("no media ports at {local}: {failure:?}; the limit on open files, or the port range, is too small"),
                    );
                    self.with(|phone, now| phone.handle_reply(now, wish, Reply::Failed(failure)));
                }
            },
            Wanted::Close(media) => self.close_media(media),
            Wanted::Device(on) => {
                if on && self.device.is_none() {
                    // a real device takes its time to open: until then, silence with the timer as its clock
                    self.device = Some((None, Pacer::new(self.now().micros())));
                } else if !on && let Some((Some(duplex), _)) = self.device.take() {
                    self.shared.errands.give_back(duplex);
                }
                self.shared.errands.device(on);
            }
        }
    }

    fn open_media(&mut self, media: MediaId, local: IpAddr) -> Result<(u16, u16), Failure> {
        let ports = self.ports.open(media, local)?;
        let key = MEDIA_KEYS + media.slot() * 2;
        let watched = self.ports.get(media.slot()).is_some_and(|pair| {
            [(key, &pair.rtp), (key + 1, &pair.rtcp)].into_iter().all(|(key, socket)| self.shared.ready.add(socket, key).is_ok())
        });
        if !watched {
            self.close_media(media);
            return Err(Failure::Port);
        }
        Ok(ports)
    }

    fn close_media(&mut self, media: MediaId) {
        if let Some(pair) = self.ports.close(media) {
            self.shared.ready.remove(&pair.rtp);
            self.shared.ready.remove(&pair.rtcp);
        }
    }

    /// Looks at what is next, and tells who waits.
    fn settle(&mut self) {
        let shared = Arc::clone(&self.shared);
        let closing = shared.closing.load(Ordering::Acquire);
        let mut core = lock(&shared.core);
        let phone = &mut core.phone;
        self.timeout = phone.poll_timeout();
        let tick = phone.wants_tick();
        let better = [phone.poll_tick(Bus::Own), phone.poll_tick(Bus::Device)];
        let told = phone.has_event();
        let fresh = told && !shared.pending.swap(true, Ordering::AcqRel);
        let idle = closing != u64::MAX && phone.is_idle();
        drop(core);
        if !tick {
            self.tick = None;
        } else if self.tick.is_none() {
            self.tick = Some(self.now());
        }
        let [own, device] = better;
        if own.is_some() && tick {
            self.tick = own;
        }
        if let (Some(at), Some((duplex, pacer))) = (device, &mut self.device)
            && !duplex.as_ref().is_some_and(Duplex::clocked_by_input)
        {
            pacer.move_to(at.micros());
        }
        if fresh {
            shared.events.raise();
        }
        if told || !tick {
            shared.wake_pcm(); // a call may have ended that somebody waits for
        }
        if closing != u64::MAX && !shared.closed.load(Ordering::Acquire) {
            let late = self.now().micros() >= closing;
            if idle || late {
                shared.closed.store(true, Ordering::Release);
                shared.last_event(MICROSIP_EV_CLOSED, if idle { MICROSIP_OK } else { MICROSIP_E_TIMEOUT });
                shared.wake_pcm();
            }
        }
    }

    /// Destroyed: each call gets its BYE or CANCEL, once, and nobody is waited for.
    fn last_words(&mut self) {
        if !self.shared.is_poisoned() {
            self.with(Phone::shutdown);
            self.drain();
            // a core call ends a bounded number of calls
            while self.with(|phone, _| phone.poll_timeout() == Some(Instant::ZERO)) {
                self.with(Phone::handle_timeout);
                self.drain();
            }
        }
    }
}
