//! The transactions below scripted peers: what a peer sends is sent again, and what comes to it again is absorbed, as
//! RFC 3261 and RFC 3262 demand. So a script reads the same over a network that loses.

use microsip_core::base::time::{Duration, Instant};
use microsip_core::wire::sip::{Message, Start};
use std::collections::{BTreeMap, HashSet};
use std::net::SocketAddr;

/// rfc3261#17.1.1.1: the estimate of a round trip, and the longest time between two of the same.
const T1: Duration = Duration::from_millis(500);
const T2: Duration = Duration::from_millis(4000);
/// rfc3261#17.1.1.2: after 64 times T1 nobody is there.
const PATIENCE: Duration = Duration::from_millis(64 * 500);

/// A transaction at one peer: its branch, and the method of its number (an ACK's is the INVITE's).
type Key = (SocketAddr, String, String);

/// Bytes, and where they go.
type Outgoing = (SocketAddr, Vec<u8>);

/// A message that leaves until it is answered.
#[derive(Clone, Debug)]
struct Repeated {
    to: SocketAddr,
    bytes: Vec<u8>,
    next: Instant,
    wait: Duration,
    until: Instant,
    /// rfc3261#17.1.1.2: the time doubles without a limit.
    doubles: bool,
}

impl Repeated {
    fn new(now: Instant, to: SocketAddr, bytes: &[u8], doubles: bool) -> Self {
        Self { to, bytes: bytes.to_vec(), next: now + T1, wait: T1, until: now + PATIENCE, doubles }
    }

    fn left(&mut self, now: Instant) {
        self.wait = if self.doubles { self.wait + self.wait } else { (self.wait + self.wait).min(T2) };
        self.next = now + self.wait;
    }
}

/// The transactions of all peers of a lab.
#[derive(Debug, Default)]
pub(crate) struct Repeating {
    /// Requests of peers' that have no response that ends their repetition.
    asked: BTreeMap<Key, Repeated>,
    /// INVITEs of peers', for the ACK of a refusal.
    invites: BTreeMap<Key, Vec<u8>>,
    /// ACKs of peers', by Call-ID, number and To tag, which a 2xx that comes again gets again.
    acks: BTreeMap<(SocketAddr, String, u32, String), Outgoing>,
    /// The last response to each request that came.
    answered: BTreeMap<Key, Outgoing>,
    /// Final responses to INVITEs without an ACK, and reliable provisional ones without a PRACK (by their RSeq).
    owed: BTreeMap<(Key, String), Repeated>,
    /// Messages that came: requests, and responses by their status, To tag and RSeq.
    came: HashSet<(Key, String)>,
    /// Requests of peers' without a final response, by their first line.
    open: BTreeMap<Key, String>,
    outcome: Outcome,
}

/// The outcome of peers' requests, and of their final responses to INVITEs.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Outcome {
    /// Requests that got a final response.
    pub answered: usize,
    /// Requests that got none, by their first line.
    pub unanswered: Vec<String>,
    /// Final responses to INVITEs that got no ACK, and reliable provisional ones without a PRACK, by their first line.
    pub unacknowledged: Vec<String>,
}

/// The fields by which messages belong together.
struct Parts {
    request: bool,
    status: u16,
    method: String,
    branch: String,
    number: u32,
    call_id: String,
    to_tag: String,
    reliable: String,
    prack: String,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The value of a header, by its full name.
fn field(bytes: &[u8], name: &str) -> String {
    let all = text(bytes);
    let head = all.split("\r\n\r\n").next().unwrap_or_default();
    let mut fields = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    fields
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().to_owned())
        .unwrap_or_default()
}

fn first_line(bytes: &[u8]) -> String {
    text(bytes).split("\r\n").next().unwrap_or_default().to_owned()
}

impl Parts {
    fn of(bytes: &[u8]) -> Option<Self> {
        let message = Message::parse(bytes).ok()?;
        let cseq = message.cseq().ok()?;
        let (request, status) = match message.start() {
            Start::Request { .. } => (true, 0),
            Start::Response { status, .. } => (false, status),
        };
        Some(Self {
            request,
            status,
            method: field(bytes, "CSeq").split_whitespace().nth(1).unwrap_or_default().to_owned(),
            branch: text(message.via().ok()?.branch()?),
            number: cseq.number,
            call_id: field(bytes, "Call-ID"),
            to_tag: message.to().ok().and_then(|to| to.tag()).map(text).unwrap_or_default(),
            reliable: field(bytes, "RSeq"),
            prack: field(bytes, "RAck").split_whitespace().next().unwrap_or_default().to_owned(),
        })
    }

    fn key(&self, at: SocketAddr) -> Key {
        let method = if self.method == "ACK" { "INVITE" } else { &self.method };
        (at, self.branch.clone(), method.to_owned())
    }
}

impl Repeating {
    /// A peer sends this.
    pub(crate) fn sent(&mut self, now: Instant, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        let Some(parts) = Parts::of(bytes) else { return };
        let key = parts.key(from);
        if !parts.request {
            self.answered.insert(key.clone(), (to, bytes.to_vec()));
            let reliable = (101..200).contains(&parts.status) && !parts.reliable.is_empty();
            if parts.method == "INVITE" && (parts.status >= 200 || reliable) {
                // rfc3261#13.3.1.4, #17.2.1; rfc3262#3
                let mark = if reliable { parts.reliable } else { String::new() };
                self.owed.insert((key, mark), Repeated::new(now, to, bytes, reliable));
            }
        } else if parts.method == "ACK" {
            self.acks.insert((from, parts.call_id, parts.number, parts.to_tag), (to, bytes.to_vec()));
        } else {
            if parts.method == "INVITE" {
                self.invites.insert(key.clone(), bytes.to_vec());
            }
            if !self.asked.contains_key(&key) {
                self.open.insert(key.clone(), first_line(bytes));
            }
            self.asked.entry(key).or_insert_with(|| Repeated::new(now, to, bytes, parts.method == "INVITE"));
        }
    }

    /// This came to a peer. What is to be sent at once, and whether the script sees it.
    pub(crate) fn came(&mut self, at: SocketAddr, from: SocketAddr, bytes: &[u8]) -> (Option<Outgoing>, bool) {
        let Some(parts) = Parts::of(bytes) else { return (None, true) };
        let key = parts.key(at);
        if !parts.request {
            return self.response(at, from, bytes, &parts, key);
        }
        match &*parts.method {
            "ACK" => {
                // of a refusal on its branch, of a success by the number of its INVITE
                let acked = |owed: &Repeated| {
                    Parts::of(&owed.bytes).is_some_and(|sent| {
                        sent.call_id == parts.call_id && sent.number == parts.number && sent.to_tag == parts.to_tag
                    })
                };
                self.owed.retain(|((place, ..), _), owed| *place != at || !acked(owed));
            }
            "PRACK" => self.owed.retain(|((place, ..), mark), owed| {
                *place != at || *mark != parts.prack || field(&owed.bytes, "Call-ID") != parts.call_id
            }),
            _ => {}
        }
        let new = self.came.insert((key.clone(), parts.method.clone()));
        (if new { None } else { self.answered.get(&key).cloned().filter(|_| parts.method != "ACK") }, new)
    }

    fn response(
        &mut self,
        at: SocketAddr,
        from: SocketAddr,
        bytes: &[u8],
        parts: &Parts,
        key: Key,
    ) -> (Option<Outgoing>, bool) {
        let invite = parts.method == "INVITE";
        if parts.status >= 200 {
            self.asked.remove(&key);
            self.outcome.answered += usize::from(self.open.remove(&key).is_some());
        } else if let Some(asked) = self.asked.get_mut(&key) {
            if invite {
                // rfc3261#17.1.1.2: it is not repeated any more; its end is the script's to wait for
                self.asked.remove(&key);
            } else {
                asked.wait = T2;
            }
        }
        let mark = format!("{} {} {}", parts.status, parts.to_tag, parts.reliable);
        let new = self.came.insert((key.clone(), mark));
        let again = if invite && parts.status >= 300 {
            // rfc3261#17.1.1.3
            self.invites.get(&key).map(|request| (from, acknowledgement(request, bytes)))
        } else if invite && parts.status >= 200 && !new {
            self.acks.get(&(at, parts.call_id.clone(), parts.number, parts.to_tag.clone())).cloned()
        } else {
            None
        };
        (again, new)
    }

    /// The outcome of it all.
    pub(crate) fn outcome(&self) -> Outcome {
        Outcome { unanswered: self.open.values().cloned().collect(), ..self.outcome.clone() }
    }

    /// The time of the next repetition.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.asked.values().chain(self.owed.values()).map(|each| each.next).min()
    }

    /// Messages that are due now, each with its sender.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<(SocketAddr, SocketAddr, Vec<u8>)> {
        let (mut out, outcome) = (Vec::new(), &mut self.outcome);
        self.asked.retain(|_, each| each.until > now);
        self.owed.retain(|_, each| {
            let over = each.until <= now;
            outcome.unacknowledged.extend(over.then(|| first_line(&each.bytes)));
            !over
        });
        let asked = self.asked.iter_mut().map(|((at, ..), each)| (*at, each));
        for (at, each) in asked.chain(self.owed.iter_mut().map(|(((at, ..), _), each)| (*at, each))) {
            if each.next <= now {
                each.left(now);
                each.next = each.next.min(each.until);
                out.push((at, each.to, each.bytes.clone()));
            }
        }
        out
    }
}

/// The ACK of a refusal: its INVITE's Request-URI, Via, From, Call-ID, routes and number, and the refusal's To.
pub(crate) fn acknowledgement(invite: &[u8], refusal: &[u8]) -> Vec<u8> {
    let invite = text(invite);
    let mut out = String::new();
    for line in invite.split("\r\n\r\n").next().unwrap_or_default().split("\r\n") {
        let keeps = ["Via:", "From:", "Call-ID:", "Max-Forwards:", "Route:"].iter().any(|name| line.starts_with(name));
        if line.starts_with("INVITE ") {
            out += &format!("{}\r\n", line.replacen("INVITE", "ACK", 1));
        } else if line.starts_with("CSeq:") {
            out += &format!("{}\r\n", line.replace("INVITE", "ACK"));
        } else if keeps {
            out += &format!("{line}\r\n");
        }
    }
    out += &format!("To: {}\r\nContent-Length: 0\r\n\r\n", field(refusal, "To"));
    out.into_bytes()
}
