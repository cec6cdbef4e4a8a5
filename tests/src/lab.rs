//! The lab itself: time jumps to the next thing that happens.

use crate::phone::{End, Options};
use crate::repeating::{Outcome, Repeating};
use crate::told::{EventKind, Told};
use microsip_core::base::rng::Rng;
use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{
    AccountId, CallId, CallState, Component, DialOptions, EndCause, Failure, Flow, Reply, Source, Taken, Target,
    Transmit, Usage, Via, Wish,
};
use std::collections::HashMap;
use std::net::SocketAddr;

/// The network's treatment of packets. Chances are out of 1000.
#[derive(Clone, Copy, Debug)]
pub struct Network {
    /// Chance of a loss.
    pub loss: u32,
    /// Chance of a double.
    pub double: u32,
    /// Shortest way, in milliseconds.
    pub delay_ms: u64,
    /// And this many microseconds.
    pub delay_us: u64,
    /// Up to this much longer, at random: packets overtake each other.
    pub jitter_ms: u64,
}

impl Default for Network {
    fn default() -> Self {
        Self { loss: 0, double: 0, delay_ms: 1, delay_us: 0, jitter_ms: 0 }
    }
}

/// A packet on its way.
#[derive(Clone, Debug)]
pub struct Packet {
    /// The time of its arrival.
    pub at: Instant,
    order: u64,
    /// Its source.
    pub from: SocketAddr,
    /// Its target.
    pub to: SocketAddr,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A SIP message that was sent, for the ladder and for tests.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The time at which it was sent.
    pub at: Instant,
    /// Its sender.
    pub from: SocketAddr,
    /// Its receiver.
    pub to: SocketAddr,
    /// The message.
    pub text: String,
}

/// A change of a host's network in the middle of a flow.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    /// So many packets have left before it.
    pub after: usize,
    /// The phone.
    pub end: usize,
    /// Its new socket and address; it may be the same socket, at another address.
    pub to: (u8, SocketAddr),
    /// The time that it has no network for; none: it has the new one at once.
    pub nowhere: Duration,
}

/// Decides about a packet: false takes it away.
pub type Filter = Box<dyn FnMut(&Packet) -> bool>;

/// Steps at one time that are too many.
const STANDING: u32 = 10_000;

/// Phones, strangers' sockets, and the network between them.
pub struct Lab {
    /// The time.
    pub now: Instant,
    /// The phones.
    pub ends: Vec<End>,
    /// The network.
    pub network: Network,
    /// Packets on their way.
    pub air: Vec<Packet>,
    /// Everything SIP that was sent.
    pub sent: Vec<Sent>,
    /// The number of media packets sent, by target.
    pub media_sent: HashMap<SocketAddr, u64>,
    /// The packets that came to sockets of no phone.
    pub raw: HashMap<SocketAddr, Vec<(Instant, SocketAddr, Vec<u8>)>>,
    /// Commands that a test gave to each call and that none has taken.
    pub in_vain: usize,
    /// The addresses of names.
    pub names: HashMap<String, Vec<SocketAddr>>,
    /// Decides which packets are lost.
    pub filter: Option<Filter>,
    /// Ticks run.
    pub audio: bool,
    /// The longest wait for a condition.
    pub patience: Duration,
    /// Packets that have left.
    pub launched: usize,
    /// A change of network to come.
    pub moves: Option<Move>,
    /// The time of the last one.
    pub moved: Option<Instant>,
    /// The end of a time without a network, and the change that ends it.
    nowhere: Option<(Instant, Move)>,
    /// Sockets of no phone that have heard from a phone at its new address, and go on there.
    followed: HashMap<(SocketAddr, SocketAddr), SocketAddr>,
    /// The former addresses of a phone that has moved.
    former: HashMap<SocketAddr, SocketAddr>,
    repeating: Option<Repeating>,
    /// Steps since time went on.
    standing: u32,
    rng: Rng,
    order: u64,
    next_tick: Instant,
    /// Room for one packet of a phone.
    buffer: Vec<u8>,
}

impl core::fmt::Debug for Lab {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Lab").field("now", &self.now).field("ends", &self.ends.len()).finish_non_exhaustive()
    }
}

/// It may be told behind the end of the call that it belongs to: a command's end, and what came by MESSAGE or REFER.
const fn ends_alone(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Done
            | EventKind::Sent
            | EventKind::Message
            | EventKind::Composing
            | EventKind::Delivery
            | EventKind::Refer
    )
}

impl Lab {
    /// Phones with these options, at 10.0.0.1, 10.0.0.2 …, port 5060.
    pub fn new(options: &[Options]) -> Self {
        let now = Instant::from_millis(1000);
        let ends = options
            .iter()
            .enumerate()
            .map(|(place, options)| {
                End::new(SocketAddr::from(([10, 0, 0, place as u8 + 1], 5060)), options, place as u8 + 1, now)
            })
            .collect();
        Self {
            now,
            ends,
            network: Network::default(),
            air: Vec::new(),
            sent: Vec::new(),
            media_sent: HashMap::new(),
            raw: HashMap::new(),
            in_vain: 0,
            names: HashMap::new(),
            filter: None,
            audio: true,
            patience: Duration::from_secs(120),
            moves: None,
            moved: None,
            nowhere: None,
            followed: HashMap::new(),
            former: HashMap::new(),
            repeating: None,
            standing: 0,
            launched: 0,
            rng: Rng::new(&[77; 32]),
            order: 0,
            next_tick: now,
            buffer: vec![0; 65_535],
        }
    }

    /// Two phones that may call each other directly.
    pub fn pair() -> Self {
        Self::new(&[Options::default(), Options::default()])
    }

    /// Another seed for the network.
    pub fn seed(mut self, seed: u8) -> Self {
        self.rng = Rng::new(&[seed.max(1); 32]);
        self
    }

    /// Messages of sockets of no phone are repeated from here on, and those that come to them again are absorbed, as a
    /// network that loses demands.
    pub fn repeat(mut self) -> Self {
        self.repeating = Some(Repeating::default());
        self
    }

    /// The outcome of the requests that sockets of no phone sent, where they are repeated.
    pub fn outcome(&self) -> Outcome {
        self.repeating.as_ref().map(Repeating::outcome).unwrap_or_default()
    }

    /// A socket of no phone.
    pub fn open_raw(&mut self, address: &str) -> SocketAddr {
        let address: SocketAddr = address.parse().unwrap();
        self.raw.entry(address).or_default();
        address
    }

    /// Sends bytes from a socket of no phone (or from anywhere).
    pub fn send_raw(&mut self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        if let Some(repeating) = &mut self.repeating {
            repeating.sent(self.now, from, to, bytes);
        }
        self.launch(from, to, bytes.to_vec());
        self.drain();
    }

    /// Repetitions that are due leave.
    fn send_again(&mut self) {
        let due = self.repeating.as_mut().map(|repeating| repeating.due(self.now)).unwrap_or_default();
        for (from, to, bytes) in due {
            self.launch(from, to, bytes);
        }
    }

    /// The SIP messages that came to a socket of no phone.
    pub fn raw_texts(&self, at: SocketAddr) -> Vec<String> {
        self.raw[&at].iter().map(|(_, _, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect()
    }

    /// The change of network that is due.
    fn change(&mut self) {
        if let Some((_, change)) = self.nowhere.take_if(|(until, _)| *until <= self.now) {
            self.settle_at(change);
        }
        let Some(change) = self.moves.take_if(|change| change.after <= self.launched) else { return };
        if change.nowhere == Duration::ZERO {
            self.settle_at(change);
        } else {
            self.nowhere = Some((self.now + change.nowhere, change));
            self.ends[change.end].move_to(self.now, None);
        }
    }

    fn settle_at(&mut self, Move { end, to, .. }: Move) {
        self.moved = Some(self.now);
        self.former.insert(self.ends[end].address, to.1);
        self.ends[end].move_to(self.now, Some(to));
    }

    fn launch(&mut self, from: SocketAddr, to: SocketAddr, bytes: Vec<u8>) {
        // whoever heard from the new address sends there (rfc3261#12.2.2)
        let to = self.followed.get(&(from, to)).copied().unwrap_or(to);
        self.launched += 1;
        let mut packet = Packet { at: self.now, order: 0, from, to, bytes };
        if self.filter.as_mut().is_some_and(|filter| !filter(&packet)) {
            return;
        }
        if self.rng.below(1000) < self.network.loss {
            return;
        }
        let copies = if self.rng.below(1000) < self.network.double { 2 } else { 1 };
        for _ in 0..copies {
            let late = self.network.delay_ms + u64::from(self.rng.below(self.network.jitter_ms as u32 + 1));
            self.order += 1;
            packet.at = self.now + Duration::from_millis(late) + Duration::from_micros(self.network.delay_us);
            packet.order = self.order;
            self.air.push(packet.clone());
        }
    }

    /// Takes out the packets, wishes and events of every phone, until all are quiet.
    pub fn drain(&mut self) {
        let mut buffer = core::mem::take(&mut self.buffer);
        for place in 0..self.ends.len() {
            loop {
                let mut quiet = true;
                loop {
                    let end = &mut self.ends[place];
                    match end.phone.poll_transmit(self.now, &mut buffer) {
                        Transmit::Packet { via, len } => {
                            quiet = false;
                            let bytes = buffer[..len].to_vec();
                            match via {
                                Via::Sip(flow) if end.socket != Some(flow.socket()) => {
                                    end.phone.handle_flow_failed(self.now, flow)
                                }
                                Via::Sip(flow) => {
                                    let (from, to) = (end.address, flow.remote());
                                    self.sent.push(Sent {
                                        at: self.now,
                                        from,
                                        to,
                                        text: String::from_utf8_lossy(&bytes).into_owned(),
                                    });
                                    self.launch(from, to, bytes);
                                }
                                Via::Media { media, component, to } => {
                                    let Some((rtp, rtcp)) = end.media.get(&media.raw()).copied() else { continue };
                                    if rtp.ip().is_unspecified() {
                                        continue;
                                    }
                                    *self.media_sent.entry(to).or_default() += 1;
                                    self.launch(if component == Component::Rtp { rtp } else { rtcp }, to, bytes);
                                }
                            }
                        }
                        Transmit::Needs(needed) => panic!("needs {needed}"),
                        Transmit::Nothing => break,
                    }
                }
                while self.grant(place) {
                    quiet = false;
                }
                quiet &= !self.fetch(place);
                if quiet {
                    break;
                }
            }
        }
        self.buffer = buffer;
    }

    /// Fetches events, up to the end of a call, which can be read until the next fetch.
    fn fetch(&mut self, place: usize) -> bool {
        let (now, end) = (self.now, &mut self.ends[place]);
        if !end.fetch {
            end.prompt = false;
            return false;
        }
        if !end.keep {
            end.over.drain(..).for_each(|call| end.phone.release(call).unwrap_or_default());
        }
        let mut any = false;
        while let Some(event) = end.phone.poll_event() {
            any = true;
            let told = Told::new(&event, now);
            // each event has the time of its cause, within a tick: of what is handled now, or of a command given
            // since the fetch before
            let late = told.at <= now && now.since(told.at) <= Duration::from_millis(10);
            assert!(late || !end.prompt && told.at <= now, "{told:?} has the time of something else, at {now:?}");
            // and it names an object that can be read, whose end was not told before; but for ends of commands, and of
            // calls that had to give way, which outlive their objects
            let gave_way =
                matches!(told.cause, EndCause::Full | EndCause::Emergency | EndCause::Cancelled | EndCause::Replaced);
            let outlives = ends_alone(told.kind) || gave_way;
            assert!(
                told.call == CallId::NONE || outlives || end.phone.call_info(told.call).is_ok(),
                "{told:?} names nothing"
            );
            let over = end.events.iter().any(|before| before.call == told.call && before.call_is(CallState::Ended));
            let outlives = ends_alone(told.kind);
            assert!(told.call == CallId::NONE || outlives || !over, "{told:?} comes behind an end");
            end.events.push(told);
            if told.call_is(CallState::Ended) {
                end.over.push(told.call);
                return true;
            }
        }
        end.prompt = true;
        any
    }

    /// Does one wish of a phone.
    fn grant(&mut self, place: usize) -> bool {
        let now = self.now;
        let end = &mut self.ends[place];
        enum Todo {
            Hops(microsip_core::phone::WishId, Vec<SocketAddr>),
            Open(microsip_core::phone::WishId, microsip_core::phone::MediaId, std::net::IpAddr),
            Close(u64),
            Device(bool),
            Connect(microsip_core::phone::WishId),
            Nothing,
        }
        if !end.grant {
            return false;
        }
        let todo = match end.phone.poll_wish() {
            None => return false,
            Some(Wish::Locate { id, host, port, .. }) => {
                let found = match host.parse() {
                    Ok(ip) => vec![SocketAddr::new(ip, port.unwrap_or(5060))],
                    Err(_) => self.names.get(host).cloned().unwrap_or_default(),
                };
                Todo::Hops(id, found)
            }
            Some(Wish::OpenMedia { id, media, local }) => Todo::Open(id, media, local),
            Some(Wish::CloseMedia { media }) => Todo::Close(media.raw()),
            Some(Wish::Connect { id, .. }) => Todo::Connect(id),
            Some(Wish::Disconnect { .. }) => Todo::Nothing,
            Some(Wish::AudioOn) => Todo::Device(true),
            Some(Wish::AudioOff) => Todo::Device(false),
        };
        match todo {
            Todo::Hops(id, found) if found.is_empty() => end.phone.handle_reply(now, id, Reply::Failed(Failure::Name)),
            Todo::Hops(id, found) => {
                let Some(socket) = end.socket else {
                    end.phone.handle_reply(now, id, Reply::Failed(Failure::Unreachable));
                    return true;
                };
                let targets: Vec<Target> = found
                    .into_iter()
                    .enumerate()
                    .map(|(rank, remote)| Target {
                        flow: Flow::Udp { socket, remote },
                        priority: rank as u16,
                        weight: 0,
                        lifetime: 0,
                    })
                    .collect();
                end.phone.handle_reply(now, id, Reply::Hops(&targets));
            }
            Todo::Open(id, _, _) if end.no_ports => end.phone.handle_reply(now, id, Reply::Failed(Failure::Port)),
            Todo::Open(id, _, local) if local != end.address.ip() => {
                end.phone.handle_reply(now, id, Reply::Failed(Failure::Unreachable))
            }
            Todo::Open(id, media, local) => {
                let (rtp, rtcp) = end.open_media(media, local);
                end.phone.handle_reply(now, id, Reply::Media { rtp, rtcp });
            }
            Todo::Close(media) => {
                end.media.remove(&media);
            }
            Todo::Device(on) => end.device = on,
            Todo::Connect(id) => end.phone.handle_reply(now, id, Reply::Failed(Failure::Unsupported)),
            Todo::Nothing => {}
        }
        true
    }

    /// The time of the next deadline, packet or tick.
    fn next(&self) -> Option<Instant> {
        let air = self.air.iter().map(|packet| packet.at).min();
        let timers = self.ends.iter().filter_map(|end| end.phone.poll_timeout()).min();
        let ticking = self.audio && self.ends.iter().any(|end| end.phone.wants_tick() || end.phone.device_wanted());
        let tick = ticking.then(|| self.next_tick.max(self.now));
        let again = self.repeating.as_ref().and_then(Repeating::next);
        let back = self.nowhere.as_ref().map(|(until, _)| *until);
        [air, timers, tick, again, back].into_iter().flatten().min()
    }

    /// One step of time. False when nothing will ever happen.
    pub fn step(&mut self, until: Instant) -> bool {
        self.drain();
        let Some(at) = self.next().filter(|at| *at <= until) else { return false };
        self.standing = if at > self.now { 0 } else { self.standing + 1 };
        assert!(self.standing < STANDING, "time stands still: a deadline that has passed is not served");
        self.now = self.now.max(at);
        self.change();
        self.deliver();
        self.send_again();
        for place in 0..self.ends.len() {
            self.ends[place].phone.handle_timeout(self.now);
        }
        if self.audio && self.next_tick <= self.now {
            self.next_tick = self.now + Duration::from_millis(10);
            for place in 0..self.ends.len() {
                self.ends[place].tick(self.now);
                self.drain();
            }
        }
        self.drain();
        true
    }

    fn deliver(&mut self) {
        loop {
            let due = self
                .air
                .iter()
                .enumerate()
                .filter(|(_, packet)| packet.at <= self.now)
                .min_by_key(|(_, packet)| (packet.at, packet.order));
            let Some((place, _)) = due else { return };
            let mut packet = self.air.swap_remove(place);
            self.arrive(&mut packet);
            self.drain();
        }
    }

    fn arrive(&mut self, packet: &mut Packet) {
        if let Some(raw) = self.raw.get_mut(&packet.to) {
            for (old, _) in self.former.iter().filter(|(_, new)| **new == packet.from) {
                self.followed.insert((packet.to, *old), packet.from);
            }
            let (again, new) = match &mut self.repeating {
                Some(repeating) => repeating.came(packet.to, packet.from, &packet.bytes),
                None => (None, true),
            };
            if new {
                raw.push((self.now, packet.from, packet.bytes.clone()));
            }
            if let Some((to, bytes)) = again {
                self.launch(packet.to, to, bytes);
            }
            return;
        }
        let now = self.now;
        for place in 0..self.ends.len() {
            let end = &mut self.ends[place];
            if end.address == packet.to
                && let Some(socket) = end.socket
            {
                let flow = Flow::Udp { socket, remote: packet.from };
                let mut taken = end.phone.handle_sip(now, flow, &packet.bytes);
                if taken == Taken::Drain {
                    // the response of a call that gave way leaves first
                    self.drain();
                    taken = self.ends[place].phone.handle_sip(now, flow, &packet.bytes);
                }
                assert_eq!(taken, Taken::Bytes(packet.bytes.len()), "a drained phone takes a datagram");
                return;
            }
            if let Some((media, component)) = end.media_at(packet.to) {
                end.phone.handle_media(now, media, component, packet.from, &mut packet.bytes);
                return;
            }
        }
    }

    /// Lets time pass.
    pub fn run_for(&mut self, duration: Duration) {
        let until = self.now + duration;
        while self.step(until) {}
        self.now = until;
    }

    /// Lets time pass until a condition holds. Panics, with the ladder, when it does not in time.
    #[track_caller]
    pub fn run_until(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let until = self.now + self.patience;
        loop {
            self.drain();
            if holds(self) {
                return;
            }
            assert!(self.step(until), "{what}: it never came to be\n{}", crate::ladder::draw(self));
        }
    }

    /// A phone calls directly; the sound is silence.
    #[track_caller]
    pub fn dial(&mut self, end: usize, uri: &str) -> CallId {
        let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
        let call = self.ends[end].phone.dial(self.now, AccountId::NONE, uri, &options).expect("dialled");
        self.drain();
        call
    }

    /// Every slot is free and no deadline is left, once the lingering transactions have run out.
    #[track_caller]
    pub fn assert_settled(&mut self) {
        self.run_for(Duration::from_secs(70));
        // what has ended and only waits to be read
        for end in &mut self.ends {
            let over: Vec<_> = end.phone.watchers().collect();
            over.into_iter().for_each(|watcher| end.phone.watcher_release(watcher).unwrap_or_default());
        }
        for (place, end) in self.ends.iter().enumerate() {
            let used = end.phone.in_use();
            assert_eq!(used, Usage::default(), "phone {place} keeps slots\n{}", crate::ladder::draw(self));
            assert!(
                end.phone.is_idle() && end.phone.poll_timeout().is_none(),
                "phone {place} waits\n{}",
                crate::ladder::draw(self)
            );
            assert!(end.media.is_empty(), "phone {place} keeps ports");
        }
    }

    /// The number of messages sent that begin so.
    pub fn count(&self, start: &str) -> usize {
        self.sent.iter().filter(|sent| sent.text.starts_with(start)).count()
    }
}
