//! Names are looked up on a thread of their own: the system's resolver blocks for as long as it likes. The errands
//! thread starts it when a name is asked for, and it ends when none has been for a while; while errands itself may be
//! held up by a device or a disk, it stands by.
//!
//! No end waits for a look-up. While one is under way the thread owns nothing of the phone but these queues; a phone
//! that ends meanwhile lets the thread go, and the late answer goes nowhere.

use super::shared::Shared;
use super::signal::lock;
use super::sockets::{Locals, SIP_PORT};
use super::srv::Resolver;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use microsip_core::phone::{Failure, Target, Transport, WishId};
use std::collections::VecDeque;
use std::net::ToSocketAddrs;
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;

#[cfg(test)]
pub(crate) mod gate;
#[cfg(test)]
mod tests;

/// The longest name: a host name of DNS has 253 bytes.
pub(crate) const NAME: usize = 256;
/// Places that a name may stand for; the core takes no more.
pub(crate) const HOPS: usize = 8;

/// A question.
#[derive(Clone, Copy)]
pub(crate) struct Question {
    pub(crate) wish: WishId,
    pub(crate) host: [u8; NAME],
    pub(crate) len: u16,
    pub(crate) port: Option<u16>,
    pub(crate) transport: Option<Transport>,
}

impl Question {
    pub(crate) fn host(&self) -> &str {
        self.host.get(..usize::from(self.len)).and_then(|name| core::str::from_utf8(name).ok()).unwrap_or_default()
    }
}

/// What was found.
#[derive(Clone, Copy)]
pub(crate) struct Answer {
    pub(crate) wish: WishId,
    pub(crate) hops: [Option<Target>; HOPS],
    pub(crate) failure: Failure,
}

/// How long the thread stays for the next question: a registrar's look-ups come in a row.
const LINGER: Duration = Duration::from_secs(10);

struct State {
    questions: VecDeque<Question>,
    answers: VecDeque<Answer>,
    quit: bool,
    /// There is a thread, or one begins.
    thread: bool,
    /// It has to stand by.
    kept: bool,
    /// It is with the system's resolver, which comes back when it likes.
    looking: bool,
}

/// What became of a question.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Asked {
    Heard,
    /// It waits, and the errands thread has to start the thread.
    NobodyThere,
    /// There is no room for it.
    Full,
}

/// The queues between the engine and the resolver's thread; they never grow.
pub(crate) struct Names {
    state: Mutex<State>,
    asked: Condvar,
}

impl Names {
    /// Room for as many questions as the core can have wishes.
    pub(crate) fn new(room: usize) -> Self {
        let state = State {
            questions: VecDeque::with_capacity(room),
            answers: VecDeque::with_capacity(room),
            quit: false,
            thread: false,
            kept: false,
            looking: false,
        };
        Self { state: Mutex::new(state), asked: Condvar::new() }
    }

    /// Asks. A wish in the same slot as one that still waits has taken its place: nobody wants to know that one any
    /// more. So a far end that names one host after the other cannot fill the queue.
    pub(crate) fn ask(&self, question: Question) -> Asked {
        let mut state = lock(&self.state);
        state.questions.retain(|waiting| waiting.wish.slot() != question.wish.slot());
        if state.questions.len() + state.answers.len() >= state.questions.capacity() {
            return Asked::Full;
        }
        state.questions.push_back(question);
        let asked = if state.thread { Asked::Heard } else { Asked::NobodyThere };
        drop(state);
        self.asked.notify_one();
        asked
    }

    /// A thread has to stand by, whether or not a name is asked for.
    pub(crate) fn keep(&self, kept: bool) {
        lock(&self.state).kept = kept;
    }

    /// True: the caller has to start the thread.
    pub(crate) fn wants_thread(&self) -> bool {
        let mut state = lock(&self.state);
        let wanted = !state.thread && !state.quit && (state.kept || !state.questions.is_empty());
        state.thread |= wanted;
        wanted
    }

    /// It could not be started: what was asked stays unknown.
    pub(crate) fn no_thread(&self) {
        let mut state = lock(&self.state);
        state.thread = false;
        while let Some(question) = state.questions.pop_front() {
            state.answers.push_back(Answer { wish: question.wish, hops: [None; HOPS], failure: Failure::Name });
        }
    }

    /// The next answer.
    pub(crate) fn answer(&self) -> Option<Answer> {
        lock(&self.state).answers.pop_front()
    }

    /// The thread's next question; `None`: it is to end.
    fn next(&self) -> Option<Question> {
        let mut state = lock(&self.state);
        loop {
            if state.quit {
                return None;
            }
            if let Some(question) = state.questions.pop_front() {
                state.looking = true;
                return Some(question);
            }
            let (again, waited) = self.asked.wait_timeout(state, LINGER).unwrap_or_else(PoisonError::into_inner);
            state = again;
            if waited.timed_out() && state.questions.is_empty() && !state.kept {
                state.thread = false;
                return None;
            }
        }
    }

    pub(crate) fn end(&self) {
        lock(&self.state).quit = true;
        self.asked.notify_all();
    }

    fn is_over(&self) -> bool {
        lock(&self.state).quit
    }

    /// The resolver came back; false: nobody waits for what it found, and the phone may be gone.
    fn is_back(&self) -> bool {
        let mut state = lock(&self.state);
        state.looking = false;
        !state.quit
    }

    /// Waits for the thread's end, but not for the resolver.
    pub(crate) fn join(&self, thread: JoinHandle<()>) {
        let state = lock(&self.state);
        // decided under the lock: one that comes back later finds that all is over
        let let_go = state.quit && state.looking;
        drop(state);
        if !let_go {
            let _ = thread.join();
        }
    }
}

/// An address that is written as such needs no look-up.
pub(crate) fn literal(question: &Question, locals: &Locals) -> Option<Answer> {
    let ip: IpAddr = question.host().parse().ok()?;
    Some(to_hops(question, core::iter::once((SocketAddr::new(ip, question.port.unwrap_or(SIP_PORT)), 0, 0)), locals))
}

fn to_hops(question: &Question, found: impl Iterator<Item = (SocketAddr, u16, u16)>, locals: &Locals) -> Answer {
    let mut answer = Answer { wish: question.wish, hops: [None; HOPS], failure: Failure::Name };
    if !matches!(question.transport, None | Some(Transport::Udp)) {
        answer.failure = Failure::Unsupported;
        return answer;
    }
    let mut places = answer.hops.iter_mut();
    for (address, priority, weight) in found {
        answer.failure = Failure::Unreachable;
        if let Some(hop) = locals.hop(address, priority, weight) {
            let Some(place) = places.next() else { break };
            *place = Some(hop);
        }
    }
    answer
}

/// Asks the system. `over`: nobody wants to know any more.
fn look_up(question: &Question, resolver: &Resolver, over: impl Fn() -> bool) -> Vec<(SocketAddr, u16, u16)> {
    let host = question.host();
    #[cfg(test)]
    gate::pass(host);
    let mut found = Vec::new();
    // rfc3263#4.2: SRV only where the URI names no port
    if question.port.is_none() {
        for server in resolver.servers(host) {
            if over() {
                return found;
            }
            for address in (server.host.as_str(), server.port).to_socket_addrs().into_iter().flatten() {
                found.push((address, server.priority, server.weight));
            }
        }
    }
    if found.is_empty() && !over() {
        found.extend(
            (host, question.port.unwrap_or(SIP_PORT))
                .to_socket_addrs()
                .into_iter()
                .flatten()
                .map(|address| (address, 0, 0)),
        );
    }
    found.dedup();
    found
}

/// The thread of names.
pub(crate) fn run(names: &Names, phone: &Weak<Shared>) {
    let resolver = Resolver::new();
    while let Some(question) = names.next() {
        let found = look_up(&question, &resolver, || names.is_over());
        if !names.is_back() {
            return;
        }
        let Some(shared) = phone.upgrade() else { return };
        // the order of the system's policy (RFC 6724) becomes a priority where SRV gave none
        let answer = to_hops(&question, found.into_iter(), &shared.locals());
        lock(&names.state).answers.push_back(answer);
        shared.wake();
    }
}

/// Starts it.
pub(crate) fn spawn(shared: &Arc<Shared>) -> std::io::Result<JoinHandle<()>> {
    let (names, phone) = (Arc::clone(&shared.names), Arc::downgrade(shared));
    std::thread::Builder::new().name("microsip-names".to_owned()).spawn(move || run(&names, &phone))
}
