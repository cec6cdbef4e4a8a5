//! A phone and its driver for targets that lead a whole phone, and the conditions that hold for any input: messages
//! that are sent can be read, show no password and no credentials that were not asked for, and stay in bounds; time
//! goes on; calls end once; in the end no slot is used.

use bumpalo::Bump;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::{Duration, Instant};
use microsip_core::media::G711;
use microsip_core::phone::{
    AccountConfig, AccountId, Bus, CallId, CallList, CallState, CallText, Capacity, CommandError, Component, EventKind,
    Failure, Flow, Lender, MediaId, Phone, Reply, Setup, Storage, SubscriptionId, SubscriptionState, Taken, Target,
    Transmit, Transport, Usage, Via, Which, Wish, WishId,
};
use microsip_core::wire::sip::{Message, Name};
use std::collections::{BTreeMap, BTreeSet};

/// The first address of the phone.
pub(crate) const HERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 5060);
/// The first address of the account's server, which is the peer in calls too.
pub(crate) const THERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), 5070);
/// Its second one.
pub(crate) const SECOND: SocketAddr = SocketAddr::new(THERE.ip(), 5071);
/// The address of every other name.
pub(crate) const ELSEWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 9)), 5060);
pub(crate) const FLOW: Flow = Flow::Udp { socket: 0, remote: THERE };

/// A stream of the peer's.
pub(crate) const fn stream_to(remote: SocketAddr, generation: u16) -> Flow {
    Flow::Stream { slot: 1, generation, transport: Transport::Tcp, remote, socket: 0 }
}

/// No byte of it is ever sent.
pub(crate) const PASSWORD: &str = "sesame-open-7";
/// More packets, wishes or events than this from one step is an amplifier.
pub(crate) const MOST: usize = 64;

/// Tens of milliseconds after which no tone of a refusal sounds any more: it has five seconds, and fades.
const TONE_OUT: u32 = 600;

/// Texts of a call.
const TEXTS: [CallText; 8] = [
    CallText::RemoteUri,
    CallText::RemoteName,
    CallText::LocalUri,
    CallText::Reason,
    CallText::CallId,
    CallText::UserAgent,
    CallText::AssertedUri,
    CallText::Warning,
];

/// The allocator of the storage, which goes with the input.
struct Block<'a>(&'a Bump);

impl<'a> Lender<'a> for Block<'a> {
    fn lend<T: Clone + 'a>(&mut self, count: usize, empty: T) -> &'a mut [T] {
        let block: &'a Bump = self.0;
        block.alloc_slice_fill_clone(count, &empty)
    }

    fn is_short(&self) -> bool {
        false
    }
}

pub(crate) struct World<'a> {
    pub(crate) phone: Phone<'a>,
    pub(crate) now: Instant,
    pub(crate) account: AccountId,
    /// The socket that is up, and its address.
    pub(crate) socket: u8,
    pub(crate) here: SocketAddr,
    /// The last request and the last response of the phone.
    pub(crate) asked: Vec<u8>,
    pub(crate) answered: Vec<u8>,
    /// The REGISTERs that it sent, each once, and where each went first; and the INVITE that it sent last.
    pub(crate) registers: Vec<(Instant, SocketAddr, Vec<u8>)>,
    pub(crate) invite: Vec<u8>,
    /// The NOTIFY that it sent last.
    pub(crate) notify: Vec<u8>,
    pub(crate) media: Option<MediaId>,
    /// Streams can be opened.
    pub(crate) streams: bool,
    /// The kind of reply by which the driver fails.
    pub(crate) mood: u8,
    /// Wishes whose replies wait, with the addresses found: the driver is slow.
    held: Vec<(WishId, Option<Vec<SocketAddr>>)>,
    /// Ports that are open, and whether the device is.
    ports: i32,
    device: bool,
    /// Call-IDs of which the account's server challenged a request.
    challenged: BTreeSet<Vec<u8>>,
    /// The states that events named of each call; the number of ended calls lost before their event; the time of the
    /// last fetch.
    told: BTreeMap<u64, CallState>,
    lost: usize,
    heard: Instant,
    /// The number of commands given, and the tokens of those whose end has no event yet.
    commands: u64,
    tokens: BTreeSet<u64>,
    /// The SUBSCRIBEs that it sent, each once; the subscriptions that were taken back, which have no further events; and
    /// those whose end was told.
    pub(crate) subscribes: Vec<(Instant, Vec<u8>)>,
    pub(crate) taken_back: BTreeSet<u64>,
    over: BTreeSet<u64>,
    /// The input knows the password, so an echo of the input may hold it.
    leaked: bool,
}

pub(crate) fn header(bytes: &[u8], name: Name) -> String {
    let value =
        Message::parse(bytes).ok().and_then(|message| message.header(name).map(<[u8]>::to_vec)).unwrap_or_default();
    String::from_utf8_lossy(&value).into_owned()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

impl<'a> World<'a> {
    pub(crate) fn new(seed: u8, input: &[u8], config: &AccountConfig<'_>, block: &'a Bump) -> Option<Self> {
        Self::watching(seed, input, config, block, 0)
    }

    /// The same with so many subscriptions.
    pub(crate) fn watching(
        seed: u8,
        input: &[u8],
        config: &AccountConfig<'_>,
        block: &'a Bump,
        subscriptions: u32,
    ) -> Option<Self> {
        let capacity =
            Capacity { conferences: 1, rule_text: 256, history: 512, messages: 2, ..Capacity::metal(2, 1, 1500) };
        let capacity = capacity.watching(subscriptions);
        let storage = Storage::lend(&capacity, &mut Block(block))?;
        let now = Instant::from_micros(1_000_000);
        let setup =
            Setup { seed: [seed | 1; 32], allow_direct: true, info_packages: Some("foo,*"), ..Setup::default() };
        let mut phone = Phone::new(storage, &capacity, &setup, now).ok()?;
        phone.socket_up(0, HERE);
        let account = phone.account_add(now, config).ok()?;
        Some(Self {
            phone,
            now,
            account,
            socket: 0,
            here: HERE,
            asked: Vec::new(),
            answered: Vec::new(),
            registers: Vec::new(),
            invite: Vec::new(),
            notify: Vec::new(),
            media: None,
            streams: false,
            mood: 0,
            held: Vec::new(),
            ports: 0,
            device: false,
            challenged: BTreeSet::new(),
            told: BTreeMap::new(),
            lost: 0,
            heard: now,
            commands: 0,
            tokens: BTreeSet::new(),
            subscribes: Vec::new(),
            taken_back: BTreeSet::new(),
            over: BTreeSet::new(),
            leaked: holds(input, PASSWORD),
        })
    }

    /// Takes out the packets, wishes and events of the phone, until it is quiet.
    pub(crate) fn drain(&mut self) {
        let mut done = 0;
        loop {
            let before = done;
            self.transmit(&mut done);
            self.do_wishes(&mut done);
            if done == before {
                break;
            }
        }
        self.hear_events();
    }

    fn transmit(&mut self, packets: &mut usize) {
        let mut buffer = [0u8; 2048];
        while let Transmit::Packet { via, len } = self.phone.poll_transmit(self.now, &mut buffer) {
            *packets += 1;
            assert!(*packets <= MOST, "one step drew more than {MOST} packets and wishes");
            let bytes = buffer.get(..len).unwrap_or_default();
            assert!(
                self.leaked || !holds(bytes, PASSWORD),
                "the password was sent: {:?}",
                String::from_utf8_lossy(bytes)
            );
            if let Via::Sip(flow) = via
                && len > 4
            {
                self.sent(flow, bytes);
            }
        }
    }

    fn sent(&mut self, flow: Flow, bytes: &[u8]) {
        let shown = String::from_utf8_lossy(bytes);
        let Ok(message) = Message::parse(bytes) else {
            broken("the phone sent a message that it cannot read itself", &shown);
            return;
        };
        // no field of ours was a part of somebody's name
        assert!(message.field_named(b"X-Evil").is_none(), "a field that is not ours: {shown}");
        // a refusal repeats the headers of what it refuses
        if message.status().is_none_or(|status| status < 300) {
            assert_eq!(message.check().err(), None, "the phone sent a message that it would refuse: {shown}");
        }
        if bytes.starts_with(b"SIP/2.0") {
            self.answered = bytes.to_vec();
            return;
        }
        // rfc3261#22.2, #22.3: credentials go to the account's own server, and only in a call that it challenged; in a
        // REGISTER unasked too
        let credentials =
            [Name::Authorization, Name::ProxyAuthorization].iter().any(|name| message.header(*name).is_some());
        let register = bytes.starts_with(b"REGISTER ");
        if credentials {
            let asked = self.challenged.contains(message.header(Name::CallId).unwrap_or_default());
            assert!(register || asked, "credentials that nobody asked for: {shown}");
            assert!([THERE, SECOND].contains(&flow.remote()), "credentials to {}: {shown}", flow.remote());
        }
        if register && self.registers.last().is_none_or(|(_, _, last)| last != bytes) {
            self.registers.push((self.now, flow.remote(), bytes.to_vec()));
        }
        if bytes.starts_with(b"INVITE ") {
            self.invite = bytes.to_vec();
        }
        if bytes.starts_with(b"SUBSCRIBE ") && self.subscribes.iter().rev().take(8).all(|(_, before)| before != bytes) {
            self.subscribes.push((self.now, bytes.to_vec()));
        }
        if bytes.starts_with(b"NOTIFY ") {
            self.notify = bytes.to_vec();
        }
        self.asked = bytes.to_vec();
    }

    fn do_wishes(&mut self, wishes: &mut usize) {
        loop {
            let (id, places) = match self.phone.poll_wish() {
                Some(Wish::Locate { id, host, port, .. }) => (id, Some(places(host, port))),
                Some(Wish::OpenMedia { id, media, .. }) => {
                    self.media = Some(media);
                    (id, None)
                }
                Some(Wish::Connect { id, remote, .. }) => {
                    *wishes += 1;
                    let open = self.streams && self.mood & 7 != 7;
                    let flow = stream_to(remote, 1 + u16::from(self.mood & 1));
                    let reply = if open { Reply::Flow(flow) } else { Reply::Failed(Failure::Unreachable) };
                    self.phone.handle_reply(self.now, id, reply);
                    continue;
                }
                Some(Wish::Disconnect { .. }) => continue,
                Some(Wish::CloseMedia { .. }) => {
                    self.ports -= 1;
                    continue;
                }
                Some(wish) => {
                    let on = matches!(wish, Wish::AudioOn);
                    assert_ne!(self.device, on, "the device is opened or closed twice");
                    self.device = on;
                    continue;
                }
                None => break,
            };
            *wishes += 1;
            assert!(*wishes <= MOST, "one step drew more than {MOST} packets and wishes");
            if self.mood & 7 == 5 && self.held.len() < 8 {
                self.held.push((id, places));
            } else {
                self.grant(id, places.as_deref());
            }
        }
    }

    /// Replies to a wish for addresses, or for ports.
    fn grant(&mut self, id: WishId, places: Option<&[SocketAddr]>) {
        let hops: Vec<Target> = places
            .unwrap_or_default()
            .iter()
            .zip(0..)
            .map(|(remote, priority)| Target {
                flow: Flow::Udp { socket: self.socket, remote: *remote },
                priority,
                weight: 0,
                lifetime: 0,
            })
            .collect();
        let reply = match (places, self.mood & 7) {
            (_, 7) => Reply::Failed(Failure::Unreachable),
            (Some(_), 6) => Reply::Hops(&[]),
            (Some(_), 4) => Reply::Hops(hops.get(..1).unwrap_or_default()),
            (Some(_), _) => Reply::Hops(&hops),
            (None, _) => Reply::Media { rtp: 4000, rtcp: 4001 },
        };
        self.ports += i32::from(matches!(reply, Reply::Media { .. }));
        self.phone.handle_reply(self.now, id, reply);
    }

    /// The driver has caught up.
    pub(crate) fn catch_up(&mut self) {
        for (id, places) in core::mem::take(&mut self.held) {
            self.grant(id, places.as_deref());
        }
    }

    /// The driver owes a reply.
    pub(crate) const fn is_awaited(&self) -> bool {
        !self.held.is_empty()
    }

    /// An event has the time of its cause, a call's events come in the order of its states, none comes behind
    /// its end, and a command ends once.
    fn hear_events(&mut self) {
        for _ in 0..MOST {
            let Some(event) = self.phone.poll_event() else {
                self.heard = self.now;
                return;
            };
            assert!(
                self.heard <= event.at && event.at <= self.now,
                "the time of something else, since {:?}: {event:?}",
                self.heard
            );
            match event.kind {
                EventKind::Call { state, .. } => {
                    let before = self.told.insert(event.call.raw(), state);
                    assert!(
                        before.is_none_or(|before| before < CallState::Ended && before <= state),
                        "{before:?} came before: {event:?}"
                    );
                    // the others stay readable until their slots are needed
                    if state == CallState::Ended && event.call.raw() & 1 == 0 {
                        let released = self.phone.release(event.call);
                        // stale: its slot was needed before its end could be told
                        assert!(matches!(released, Ok(()) | Err(CommandError::Stale)), "{released:?}: {event:?}");
                    }
                }
                EventKind::Done { token, .. } if token != 0 => {
                    assert!(self.tokens.remove(&token), "the end of no command: {event:?}")
                }
                EventKind::Notify { subscription, .. } | EventKind::Subscription { subscription, .. } => {
                    let name = subscription.raw();
                    assert!(!self.taken_back.contains(&name), "it was taken back: {event:?}");
                    assert!(!self.over.contains(&name), "its end was told: {event:?}");
                    if let EventKind::Subscription { state: SubscriptionState::Ended, .. } = event.kind {
                        self.over.insert(name);
                    }
                }
                EventKind::Lost(lost) => self.lost += lost as usize,
                _ => {}
            }
        }
        broken("one step made more events than", &MOST.to_string());
    }

    /// Reads every text of every call. What they are is the far end's business; they are bounded and read.
    pub(crate) fn read_texts(&self) {
        let mut room = [0u8; 2048];
        for call in self.phone.calls() {
            for which in TEXTS {
                let _ = self.phone.call_text(call, which, &mut Cursor::new(&mut room));
            }
            for (which, nth) in [CallList::Diversion, CallList::DiversionReason, CallList::Contact].iter().zip(0..) {
                let _ = self.phone.call_list(call, *which, nth & 1, &mut Cursor::new(&mut room));
            }
            let _ = self.phone.call_header(call, Which::Last, "Reason", 0, &mut Cursor::new(&mut room));
        }
    }

    /// Gives a command with a token of its own. Its end must have an event if the phone took it.
    pub(crate) fn command(
        &mut self,
        give: impl FnOnce(&mut Phone<'a>, u64) -> Result<(), CommandError>,
    ) -> Result<(), CommandError> {
        self.commands += 1;
        let taken = give(&mut self.phone, self.commands);
        if taken.is_ok() {
            self.tokens.insert(self.commands);
        }
        taken
    }

    /// Gives bytes of the account's server, until they are taken.
    pub(crate) fn hear(&mut self, bytes: &[u8]) {
        self.hear_from(THERE, bytes);
    }

    /// Gives bytes of some address.
    pub(crate) fn hear_from(&mut self, remote: SocketAddr, bytes: &[u8]) {
        if let Ok(message) = Message::parse(bytes)
            && [THERE, SECOND].contains(&remote)
            && matches!(message.status(), Some(401 | 407))
            && let Some(call) = message.header(Name::CallId)
        {
            self.challenged.insert(call.to_vec());
        }
        self.hear_by(Flow::Udp { socket: self.socket, remote }, bytes);
    }

    /// Gives bytes that came over a flow, until they are taken.
    pub(crate) fn hear_by(&mut self, flow: Flow, bytes: &[u8]) {
        let mut rest = bytes;
        for _ in 0..MOST {
            match self.phone.handle_sip(self.now, flow, rest) {
                Taken::Drain => self.drain(),
                Taken::Bytes(taken) if flow.is_reliable() && taken < rest.len() => {
                    rest = rest.get(taken..).unwrap_or_default();
                }
                Taken::Close => {
                    self.phone.handle_flow_failed(self.now, flow);
                    break;
                }
                Taken::Bytes(_) | Taken::NeedMore => break,
            }
        }
    }

    /// Gives a message of some address, spoilt if the step says so.
    pub(crate) fn say(&mut self, from: SocketAddr, text: &str, spoil: u8) {
        let mut bytes = text.as_bytes().to_vec();
        if spoil & 1 == 1 {
            let at = usize::from(spoil) * 7 % bytes.len().max(1);
            if let Some(byte) = bytes.get_mut(at) {
                *byte = spoil.rotate_left(3);
            }
        }
        if spoil & 3 == 3 {
            bytes.truncate(usize::from(spoil) * 5);
        }
        self.hear_from(from, &bytes);
    }

    /// Goes to the next deadline before `end`. False: there is none, and it is `end`. A deadline of this moment is done
    /// in a bounded number of calls.
    pub(crate) fn next(&mut self, end: Instant) -> bool {
        let due = self.phone.poll_timeout().filter(|due| *due <= end);
        self.now = due.unwrap_or(end).max(self.now);
        for _ in 0..MOST {
            self.phone.handle_timeout(self.now);
            self.drain();
            if self.phone.poll_timeout().is_none_or(|due| due > self.now) {
                return due.is_some();
            }
        }
        broken("the same moment is due for ever", &format!("{:?}", self.now));
        false
    }

    /// A packet comes to the port of the call's media, if it is open: from one of the peer's ports.
    pub(crate) fn hear_media(&mut self, port: u8, packet: &mut [u8]) {
        let Some(media) = self.media else { return };
        let from = SocketAddr::new(THERE.ip(), 7000 + u16::from(port & 3));
        let component = if port & 1 == 1 { Component::Rtcp } else { Component::Rtp };
        self.phone.handle_media(self.now, media, component, from, packet);
    }

    /// Ten milliseconds of sound, in and out.
    pub(crate) fn sound(&mut self) {
        let (input, mut out) = ([99i16; 80], [0i16; 80]);
        self.now += Duration::from_millis(10);
        let _ = self.phone.audio(self.now, Bus::Device, &mut G711, &mut (), &input, &mut out);
        for _ in 0..MOST {
            if !self.phone.audio(self.now, Bus::Own, &mut G711, &mut (), &[], &mut []) {
                break;
            }
        }
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        for _ in 0..10_000 {
            if !self.next(end) {
                return;
            }
        }
        broken("timeouts come due for ever", &format!("{:?}", self.now));
    }

    /// Hangs up everything. The peers are silent from here on, and after a while no slot is used.
    pub(crate) fn end(&mut self) {
        self.mood = 0;
        self.catch_up();
        self.phone.shutdown(self.now);
        self.drain();
        // Three minutes of ringing, where no slot was free for a CANCEL; 64·T1 for what is under way, again for a BYE
        // behind it, and some.
        self.pass(Duration::from_secs(300));
        // A device that is open asks for sound: a refusal's tone ends by what is taken of it.
        for _ in 0..TONE_OUT {
            if !self.device {
                break;
            }
            self.sound();
            self.drain();
        }
        assert!(self.phone.is_idle(), "300 s after everything was hung up, the phone is not idle");
        let left: Vec<CallId> = self.phone.calls().collect();
        left.into_iter().for_each(|call| {
            assert_eq!(self.phone.release(call), Ok(()), "300 s after everything was hung up, a call is up")
        });
        let watched: Vec<SubscriptionId> = self.phone.subscriptions().collect();
        watched.into_iter().for_each(|subscription| {
            assert_eq!(
                self.phone.subscription_release(subscription),
                Ok(()),
                "300 s after everything was taken back, a subscription goes on"
            )
        });
        assert_eq!(self.phone.in_use(), Usage::default(), "300 s after everything was hung up, slots are kept");
        assert_eq!(self.phone.poll_timeout(), None, "300 s after everything was hung up, a deadline is set");
        assert_eq!(
            (self.ports, self.device),
            (0, false),
            "300 s after everything was hung up, ports or the device are open"
        );
        let untold = self.told.values().filter(|state| **state != CallState::Ended).count();
        assert!(untold <= self.lost, "the end of a call has no event: {:?}", self.told);
        assert!(self.tokens.is_empty(), "the ends of commands have no events: {:?}", self.tokens);
    }
}

/// The addresses of a name.
fn places(host: &str, port: Option<u16>) -> Vec<SocketAddr> {
    match host.parse() {
        Ok(IpAddr::V4(ip)) => vec![SocketAddr::from((ip, port.unwrap_or(5060))), SECOND],
        Ok(IpAddr::V6(_)) => Vec::new(),
        Err(_) if host == "phones.test" => vec![THERE, SECOND],
        Err(_) => vec![ELSEWHERE],
    }
}

#[allow(clippy::panic)]
pub(crate) fn broken(what: &str, which: &str) {
    panic!("{what} {which}");
}
