//! Calls of every kind, led through a lab by a script, and a hash of every byte that was sent: two builds that send the
//! same have the same hash.
//!
//! Nothing here asserts. A peer that waits in vain goes on to the next call, so the script runs on any build, and the
//! hashes say whether the builds differ.

mod calls;
mod peers;
mod servers;

use crate::lab::{Lab, Packet};
use crate::peer::{Peer, Sip};
use crate::phone::Options;
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, AccountId, CallId, Capacity, DialOptions, Source};
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};
use std::net::SocketAddr;
use std::rc::Rc;

/// The registrar and proxy of `example.org`.
const SERVER: &str = "10.0.0.9:5060";
/// Another address of `example.org`, from which no response comes.
const DEAD: &str = "10.0.0.8:5060";
/// A peer that is called.
const LEFT: &str = "10.0.0.21:5060";
/// Another one: the other branch of a fork, the target of a redirection.
const RIGHT: &str = "10.0.0.22:5070";

/// A kind of call: its name, and how it is played.
pub type Kind = (&'static str, fn(&mut World));

/// Every kind of call by its name. A run takes them in turn.
pub const KINDS: &[Kind] = &[
    ("the caller hangs up", calls::caller_hangs_up),
    ("the called party hangs up", calls::called_hangs_up),
    ("refused by the called party", calls::refused),
    ("cancelled while it rings", calls::cancelled),
    ("two at once, ended by one command", calls::two_at_once),
    ("over a bad network", calls::bad_network),
    ("a peer calls, holds and resumes", peers::held),
    ("a peer calls without an offer", peers::late_offer),
    ("a peer cancels", peers::cancels),
    ("a peer never acknowledges", peers::never_acknowledges),
    ("requests that fit nowhere", peers::strange_requests),
    ("the host moves in a call", peers::host_moves),
    ("given up before anything was heard", servers::given_up),
    ("no response comes", servers::no_response),
    ("a fork, both branches answer", servers::forked),
    ("redirected", servers::redirected),
    ("refused by a server", servers::refused),
    ("challenged, the BYE too", servers::challenged),
    ("the first address is dead", servers::dead_address),
    ("registered anew", servers::registered_anew),
];

/// A call of signalling alone, for counting instructions.
pub const PLAIN: &[Kind] = &[("plain", calls::plain)];

/// The packets sent.
#[derive(Debug, Default)]
pub struct Record {
    hash: DefaultHasher,
    /// SIP messages and keepalives.
    pub sip: u64,
    /// RTP and RTCP packets.
    pub media: u64,
    /// Everything sent as lines of text, for comparing two builds; `None`: not kept.
    pub lines: Option<Vec<String>>,
}

impl Record {
    /// The hash of all times, addresses and bytes.
    pub fn hash(&self) -> u64 {
        self.hash.finish()
    }

    fn add(&mut self, packet: &Packet) {
        let head = format!("{} {} > {}", packet.at.micros(), packet.from, packet.to);
        self.hash.write(head.as_bytes());
        self.hash.write_usize(packet.bytes.len());
        self.hash.write(&packet.bytes);
        // RTP and RTCP begin with version 2.
        let media = packet.bytes.first().is_some_and(|byte| byte >> 6 == 2);
        *(if media { &mut self.media } else { &mut self.sip }) += 1;
        if let Some(lines) = &mut self.lines {
            let text = if media {
                packet.bytes.iter().map(|byte| format!("{byte:02x}")).collect()
            } else {
                packet.bytes.escape_ascii().to_string().replace("\\r\\n", "\\r\\n\n    ")
            };
            lines.push(format!("{head} {text}"));
        }
    }

    fn note(&mut self, text: String) {
        if let Some(lines) = &mut self.lines {
            lines.push(text);
        }
    }
}

/// Two phones, a server, peers; and the number of the call that the script is at.
#[derive(Debug)]
pub struct World {
    lab: Lab,
    account: AccountId,
    nth: u32,
    /// The number of messages of each peer that were looked at.
    read: HashMap<SocketAddr, usize>,
    /// REGISTERs that came to the server since the call began.
    registers: u32,
    record: Rc<RefCell<Record>>,
}

/// Runs so many calls of the kinds named, in turn.
pub fn run(count: u32, kinds: &[Kind], keep_lines: bool) -> Record {
    let record = Rc::new(RefCell::new(Record { lines: keep_lines.then(Vec::new), ..Record::default() }));
    let mut world = World::new(Rc::clone(&record));
    for (nth, (name, play)) in (0..count).zip(kinds.iter().cycle()) {
        world.begin(nth, name);
        play(&mut world);
        world.settle();
    }
    world.record.borrow_mut().note("the end".to_owned());
    world.finish();
    drop(world);
    Rc::into_inner(record).unwrap().into_inner()
}

impl World {
    fn new(record: Rc<RefCell<Record>>) -> Self {
        let options = Options { capacity: Capacity::host(4, 2, 2048), ..Options::default() };
        let mut lab = Lab::new(&[options.clone(), options]);
        for address in [SERVER, DEAD, LEFT, RIGHT] {
            lab.open_raw(address);
        }
        lab.names.insert("example.org".into(), vec![SERVER.parse().unwrap()]);
        let kept = Rc::clone(&record);
        lab.filter = Some(Box::new(move |packet| {
            kept.borrow_mut().add(packet);
            true
        }));
        let config = AccountConfig {
            uri: "sip:anna@example.org",
            password: "sesame",
            expires: 120,
            keepalive: 20,
            ..AccountConfig::default()
        };
        let now = lab.now;
        let account = lab.ends[0].phone.account_add(now, &config).unwrap();
        Self { lab, account, nth: 0, read: HashMap::new(), registers: 0, record }
    }

    fn begin(&mut self, nth: u32, name: &str) {
        self.nth = nth;
        self.registers = 0;
        self.record.borrow_mut().note(format!("call {nth}: {name}"));
        self.read.clear();
        self.lab.sent.clear();
        self.lab.raw.values_mut().for_each(Vec::clear);
        for end in &mut self.lab.ends {
            end.events.clear();
            end.sound.heard.clear();
            end.sound.play = 300 + nth * 10 % 700;
        }
        if nth == 0 {
            let now = self.lab.now;
            let _ = self.lab.ends[0].phone.register(now, self.account, 0);
            self.pass(100);
        }
    }

    /// The number of rounds that every kind was played before.
    fn round(&self) -> usize {
        self.nth as usize / KINDS.len()
    }

    /// Ends the calls that are left, and lets half a second pass.
    fn settle(&mut self) {
        let now = self.lab.now;
        for end in &mut self.lab.ends {
            end.phone.hangup_all(now);
        }
        self.pass(500);
    }

    fn finish(&mut self) {
        let now = self.lab.now;
        for end in &mut self.lab.ends {
            end.phone.shutdown(now);
        }
        self.pass(70_000);
    }

    /// Lets time pass. Peers accept requests in a dialog, and the server serves REGISTER.
    fn pass(&mut self, ms: u64) {
        let until = self.lab.now + Duration::from_millis(ms);
        loop {
            let more = self.lab.step(until);
            let served = self.serve();
            if !more && !served {
                break;
            }
        }
        self.lab.now = until;
    }

    fn serve(&mut self) -> bool {
        let mut places: Vec<SocketAddr> = self.lab.raw.keys().copied().collect();
        places.sort();
        let mut served = false;
        for place in places {
            let read = self.read.get(&place).copied().unwrap_or(0);
            let came: Vec<Sip> = self.lab.raw[&place]
                .iter()
                .skip(read)
                .map(|(at, from, bytes)| Sip { at: *at, from: *from, bytes: bytes.clone() })
                .collect();
            self.read.insert(place, read + came.len());
            for sip in came.iter().filter(|sip| sip.bytes.first().is_some_and(u8::is_ascii_alphabetic)) {
                let text = sip.text();
                let mut peer = self.peer(place);
                peer.tag = String::new();
                if text.starts_with("REGISTER ") && place == SERVER.parse().unwrap() {
                    self.register(&mut peer, sip);
                } else if text.starts_with("BYE ") || text.starts_with("CANCEL ") {
                    self.bye(&mut peer, sip);
                } else if text.starts_with("INVITE ") && !sip.to_tag().is_empty() {
                    let body = peer.sdp();
                    peer.respond(&mut self.lab, sip, 200, &body);
                } else {
                    continue;
                }
                served = true;
            }
        }
        served
    }

    /// A peer at this address, with a dialog of its own.
    fn peer(&mut self, at: SocketAddr) -> Peer {
        let mut peer = Peer::new(&mut self.lab, &at.to_string(), 0);
        peer.call_id = format!("{}-{}", self.nth, at.port());
        peer.tag = format!("t{}-{}", self.nth, at.port());
        peer
    }

    fn peer_at(&mut self, at: &str) -> Peer {
        self.peer(at.parse().unwrap())
    }

    /// The last message that came to a peer and begins so, since the call began.
    fn last(&self, peer: &Peer, start: &str) -> Option<Sip> {
        peer.all(&self.lab, start).pop()
    }

    fn dial(&mut self, end: usize, uri: &str) -> CallId {
        let now = self.lab.now;
        let options = DialOptions { source: Source::Application, tag: u64::from(self.nth), ..DialOptions::default() };
        let call = self.lab.ends[end].phone.dial(now, AccountId::NONE, uri, &options);
        self.lab.drain();
        call.unwrap_or_default()
    }

    fn dial_by_account(&mut self, target: &str) -> CallId {
        let now = self.lab.now;
        let options =
            DialOptions { source: Source::Application, headers: "X-Script: yes\r\n", ..DialOptions::default() };
        let call = self.lab.ends[0].phone.dial(now, self.account, target, &options);
        self.lab.drain();
        call.unwrap_or_default()
    }

    /// The call of a phone's last event gets this status; from 300 on it is refused.
    fn give_status(&mut self, end: usize, code: u16) {
        let now = self.lab.now;
        let call = self.lab.ends[end].last_call();
        let phone = &mut self.lab.ends[end].phone;
        let _ = if code < 300 { phone.answer(now, call, code) } else { phone.reject(now, call, code) };
        self.pass(50);
    }

    fn hang_up(&mut self, end: usize, call: CallId) {
        let now = self.lab.now;
        let _ = self.lab.ends[end].phone.hangup(now, call);
        self.pass(100);
    }
}
