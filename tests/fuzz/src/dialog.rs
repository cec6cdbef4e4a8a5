//! A whole phone, led through calls by the input: a peer that answers, asks, lies and mumbles, an application that does what it likes, and time.
//!
//! The input is a row of steps: what to do, an argument, and how to spoil what the peer says. What a peer says is built from what the phone said
//! last, so that dialogs come about and the wrong bytes meet a phone in the midst of one.

use bumpalo::Bump;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use microsip_core::base::time::{Duration, Instant};
use microsip_core::media::G711;
use microsip_core::phone::{
    AccountConfig, AccountId, Bus, CallId, Capacity, Component, DialOptions, Flow, Lender, MediaId, Phone, Reply, Setup, Source, Storage,
    Taken, Target, Transmit, Usage, Via, Wish, WishId,
};
use microsip_core::wire::sip::{Message, Name};

const HERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 5060);
const THERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), 5070);
const FLOW: Flow = Flow::Udp { socket: 0, remote: THERE };
const SDP: &str = "v=0\r\no=p 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\nm=audio 7000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n";
const NAMED: &str =
    "v=0\r\no=p 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 media.phones.test\r\nt=0 0\r\nm=audio 7000 RTP/AVP 0 8 101\r\na=sendonly \r\n";
/// Steps of one input; what comes behind them is not looked at.
const STEPS: usize = 64;
/// More packets than this from one step is an amplifier.
const MOST_PACKETS: usize = 64;

/// Where the storage lies: it goes with the input.
struct Block<'a>(&'a Bump);

impl<'a> Lender<'a> for Block<'a> {
    fn lend<T: Clone + 'a>(&mut self, count: usize, empty: T) -> Option<&'a mut [T]> {
        let block: &'a Bump = self.0;
        Some(block.alloc_slice_fill_clone(count, &empty))
    }
}

struct World<'a> {
    phone: Phone<'a>,
    now: Instant,
    account: AccountId,
    /// What the phone sent last: a request, a response.
    asked: Vec<u8>,
    answered: Vec<u8>,
    media: Option<MediaId>,
    /// Fails the way that the argument says.
    mood: u8,
    /// Wishes whose answers wait: the driver is slow.
    held: Vec<(WishId, bool)>,
    /// Ports that are open, and whether the device is.
    ports: i32,
    device: bool,
}

fn header(bytes: &[u8], name: Name) -> String {
    let value = Message::parse(bytes).ok().and_then(|message| message.header(name).map(<[u8]>::to_vec)).unwrap_or_default();
    String::from_utf8_lossy(&value).into_owned()
}

impl<'a> World<'a> {
    fn new(seed: u8, block: &'a Bump) -> Option<Self> {
        let capacity = Capacity::metal(2, 1, 1500);
        let storage = Storage::lend(&capacity, &mut Block(block))?;
        let now = Instant::from_micros(1_000_000);
        let setup = Setup { seed: [seed | 1; 32], rate: 8000, epoch_ms: 0, user_agent: "", allow_direct: true, direct_user: "", mark: 0 };
        let mut phone = Phone::new(storage, &capacity, &setup, now).ok()?;
        phone.socket_up(0, HERE);
        let config = AccountConfig {
            uri: "sip:anna@phones.test",
            password: "secret",
            no_register: seed & 0x80 != 0,
            media_any_host: seed & 0x40 != 0,
            ..AccountConfig::default()
        };
        let account = phone.account_add(now, &config).ok()?;
        Some(Self {
            phone,
            now,
            account,
            asked: Vec::new(),
            answered: Vec::new(),
            media: None,
            mood: 0,
            held: Vec::new(),
            ports: 0,
            device: false,
        })
    }

    fn drain(&mut self) {
        let mut buffer = [0u8; 2048];
        let mut packets = 0;
        while let Transmit::Packet { via, len } = self.phone.poll_transmit(self.now, &mut buffer) {
            packets += 1;
            assert!(packets <= MOST_PACKETS, "one step drew more than {MOST_PACKETS} packets");
            let bytes = buffer.get(..len).unwrap_or_default();
            if matches!(via, Via::Sip(_)) && len > 4 {
                assert!(Message::parse(bytes).is_ok(), "the phone sent what it cannot read itself: {:?}", String::from_utf8_lossy(bytes));
                let kept = if bytes.starts_with(b"SIP/2.0") { &mut self.answered } else { &mut self.asked };
                *kept = bytes.to_vec();
            }
        }
        let mut wishes = 0;
        loop {
            let (id, reply) = match self.phone.poll_wish() {
                Some(Wish::Locate { id, .. }) => (id, true),
                Some(Wish::OpenMedia { id, media, .. }) => {
                    self.media = Some(media);
                    (id, false)
                }
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
            wishes += 1;
            assert!(wishes <= MOST_PACKETS, "one step drew more than {MOST_PACKETS} wishes");
            if self.mood & 7 == 5 && self.held.len() < 8 {
                self.held.push((id, reply));
            } else {
                self.grant(id, reply);
            }
        }
        for _ in 0..MOST_PACKETS {
            if self.phone.poll_event().is_none() {
                return;
            }
        }
        unreachable_events();
    }

    /// Answers a wish for addresses, or for ports.
    fn grant(&mut self, id: WishId, addresses: bool) {
        let second = Flow::Udp { socket: 0, remote: SocketAddr::new(THERE.ip(), 5071) };
        let hops = [Target { flow: FLOW, priority: 0, weight: 0 }, Target { flow: second, priority: 1, weight: 0 }];
        let reply = match (addresses, self.mood & 7) {
            (_, 7) => Reply::Failed(microsip_core::phone::Failure::Unreachable),
            (true, 6) => Reply::Hops(&[]),
            (true, 4) => Reply::Hops(hops.get(..1).unwrap_or_default()),
            (true, _) => Reply::Hops(&hops),
            (false, _) => Reply::Media { rtp: 4000, rtcp: 4001 },
        };
        self.ports += i32::from(matches!(reply, Reply::Media { .. }));
        self.phone.handle_reply(self.now, id, reply);
    }

    /// The driver has caught up.
    fn catch_up(&mut self) {
        for (id, addresses) in core::mem::take(&mut self.held) {
            self.grant(id, addresses);
        }
    }

    /// What a peer says: spoilt, if the step says so, and handed in until it is taken.
    fn say(&mut self, text: &str, spoil: u8) {
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
        self.hear(&bytes);
    }

    fn hear(&mut self, bytes: &[u8]) {
        for _ in 0..4 {
            if self.phone.handle_sip(self.now, FLOW, bytes) != Taken::Drain {
                break;
            }
            self.drain();
        }
    }

    fn request(&self, method: &str, argument: u8, body: &str) -> String {
        let (number, cseq) = (argument & 3, (argument >> 2) & 7);
        let tag = header(&self.answered, Name::To);
        let to = if argument & 0x40 != 0 && tag.contains("tag=") { tag } else { "<sip:microsip@127.0.0.1>".to_owned() };
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        format!(
            "{method} sip:microsip@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKf{number}{cseq}{};rport\r\nMax-Forwards: {}\r\n\
             From: <sip:peer@127.0.0.2>;tag=p{number}\r\nTo: {to}\r\nCall-ID: c{number}\r\nCSeq: {cseq} {method}\r\nContact: <sip:peer@127.0.0.2:5070>\r\n\
             {kind}Content-Length: {}\r\n\r\n{body}",
            if method == "ACK" || method == "CANCEL" { "INVITE" } else { method },
            argument & 0x7f,
            body.len()
        )
    }

    fn response(&self, argument: u8, body: &str) -> String {
        const CODES: [u16; 16] = [100, 180, 183, 200, 200, 202, 302, 401, 407, 404, 423, 481, 486, 487, 491, 503];
        let code = CODES.get(usize::from(argument & 15)).copied().unwrap_or(200);
        let fields: String = [Name::Via, Name::From, Name::CallId, Name::CSeq]
            .iter()
            .map(|name| format!("{}: {}\r\n", name.text(), header(&self.asked, *name)))
            .collect();
        let to = header(&self.asked, Name::To);
        let tag = if to.contains("tag=") || code == 100 { String::new() } else { format!(";tag=q{}", argument >> 5) };
        let more = match code {
            401 => {
                "WWW-Authenticate: Digest realm=\"phones.test\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256\r\nWWW-Authenticate: Digest realm=\"phones.test\", nonce=\"n\"\r\n"
            }
            407 => "Proxy-Authenticate: Digest realm=\"phones.test\", nonce=\"m\", stale=true\r\n",
            423 => "Min-Expires: 4000000000\r\n",
            503 => "Retry-After: 5\r\n",
            302 => "Contact: <sip:other@127.0.0.3>, <tel:+1>\r\n",
            _ if self.asked.starts_with(b"REGISTER") => {
                &format!("Contact: {};expires={}\r\n", header(&self.asked, Name::Contact), u32::from(argument >> 4) * 40)
            }
            _ => "Contact: <sip:peer@127.0.0.2:5070>;expires=30\r\nRecord-Route: <sip:127.0.0.2:5070;lr>, <sip:127.0.0.9>\r\n",
        };
        format!(
            "SIP/2.0 {code} X\r\n{fields}To: {to}{tag}\r\n{more}Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        for _ in 0..10_000 {
            match self.phone.poll_timeout() {
                Some(due) if due <= end => {
                    self.now = self.now.max(due);
                    self.phone.handle_timeout(self.now);
                    self.drain();
                }
                _ => {
                    self.now = end;
                    self.phone.handle_timeout(self.now);
                    return self.drain();
                }
            }
        }
        spinning(self.now);
    }

    fn command(&mut self, argument: u8) {
        let call = self.phone.calls().nth(usize::from(argument >> 6 & 1)).unwrap_or(CallId::NONE);
        let now = self.now;
        // A command may be refused: that is an answer, not a failure.
        let _ = match argument & 15 {
            0 => self.phone.dial(now, AccountId::NONE, "sip:peer@127.0.0.2:5070", &DialOptions::default()).map(drop),
            1 => self
                .phone
                .dial(now, self.account, "sip:bob@phones.test", &DialOptions { source: Source::Echo, ..DialOptions::default() })
                .map(drop),
            2 => self.phone.answer(now, call, 180),
            3 => self.phone.answer(now, call, 183),
            4 | 5 => self.phone.answer(now, call, 200),
            6 => self.phone.reject(now, call, 0),
            7 | 8 => self.phone.hangup(now, call),
            9 => self.phone.register(now, self.account, 7),
            10 => self.phone.unregister(now, self.account, 8),
            11 => self.phone.send_digits(now, call, "1,2#", u64::from(argument >> 7)),
            12 => self.phone.set_source(now, call, Source::Echo),
            13 => self.phone.set_mute(call, true),
            14 => {
                self.phone.handle_local_changed(now);
                Ok(())
            }
            _ => {
                self.phone.handle_flow_failed(now, FLOW);
                Ok(())
            }
        };
    }

    fn step(&mut self, what: u8, argument: u8, spoil: u8, rest: &[u8]) {
        let sdp = if spoil & 16 != 0 { NAMED } else { SDP };
        match what % 16 {
            0 => {
                if spoil & 16 != 0 {
                    self.catch_up();
                }
                self.pass(Duration::from_millis(u64::from(argument) * 20));
            }
            1 => self.pass(Duration::from_secs(u64::from(argument))),
            2 => self.say(&self.request("INVITE", argument, sdp), spoil),
            3 => self.say(&self.request("INVITE", argument, ""), spoil),
            4 => self.say(&self.request("ACK", argument, if argument & 0x80 != 0 { sdp } else { "" }), spoil),
            5 => self.say(&self.request("BYE", argument, ""), spoil),
            6 => self.say(&self.request("CANCEL", argument, ""), spoil),
            7 => self.say(&self.request("OPTIONS", argument, ""), spoil),
            8 => self.say(&self.response(argument, ""), spoil),
            9 | 10 => self.say(&self.response(argument, sdp), spoil),
            11 | 12 => self.command(argument),
            13 => {
                let length = usize::from(argument).min(rest.len());
                self.hear(rest.get(..length).unwrap_or_default());
            }
            14 => {
                if let Some(media) = self.media {
                    let length = usize::from(argument).min(rest.len());
                    let from = SocketAddr::new(THERE.ip(), 7000 + u16::from(spoil & 3));
                    let component = if spoil & 1 == 1 { Component::Rtcp } else { Component::Rtp };
                    self.phone.handle_media(self.now, media, component, from, rest.get(..length).unwrap_or_default());
                }
            }
            _ => {
                let (input, mut out) = ([99i16; 80], [0i16; 80]);
                for _ in 0..argument & 15 {
                    self.now += Duration::from_millis(10);
                    let _ = self.phone.audio(self.now, Bus::Device, &mut G711, &mut (), &input, &mut out);
                    for _ in 0..MOST_PACKETS {
                        if !self.phone.audio(self.now, Bus::Own, &mut G711, &mut (), &[], &mut []) {
                            break;
                        }
                    }
                }
            }
        }
        self.drain();
    }
}

#[allow(clippy::panic)]
fn spinning(now: Instant) {
    panic!("timeouts come due for ever at {now:?}");
}

#[allow(clippy::panic)]
fn unreachable_events() {
    panic!("one step told more than {MOST_PACKETS} events");
}

/// Steps of three bytes each; what a step needs more, it takes from what follows. In the end everything is hung up, and nothing may be left.
pub fn dialog(bytes: &[u8]) {
    let Some((&seed, mut rest)) = bytes.split_first() else { return };
    let block = Bump::new();
    let Some(mut world) = World::new(seed, &block) else { return };
    for _ in 0..STEPS {
        let [what, argument, spoil, behind @ ..] = rest else { break };
        world.mood = spoil >> 5;
        world.step(*what, *argument, *spoil & 31, behind);
        let taken = if matches!(what % 16, 13 | 14) { usize::from(*argument).min(behind.len()) } else { 0 };
        rest = behind.get(taken..).unwrap_or_default();
    }
    world.mood = 0;
    world.catch_up();
    world.phone.shutdown(world.now);
    world.drain();
    // Three minutes of ringing, where no slot was free for a CANCEL; 64·T1 for what is under way, again for a BYE behind it, and some.
    world.pass(Duration::from_secs(300));
    assert!(world.phone.is_idle(), "300 s after everything was hung up, the phone is not idle");
    assert_eq!(world.phone.calls().count(), 0, "300 s after everything was hung up, a call is left");
    assert_eq!(world.phone.in_use(), Usage::default(), "300 s after everything was hung up, slots are kept");
    assert_eq!(world.phone.poll_timeout(), None, "300 s after everything was hung up, something is waited for");
    assert_eq!((world.ports, world.device), (0, false), "300 s after everything was hung up, ports or the device are open");
}
