//! Names are looked up on a thread of their own: the system's resolver blocks for as long as it likes. The errands
//! thread starts it when a name is asked for, and it ends when none has been for a while; while errands itself may be
//! held up by a device or a disk, it stands by.
//!
//! No end waits for a look-up. While one is under way the thread owns nothing of the phone but these queues; a phone
//! that ends meanwhile lets the thread go, and the late reply goes nowhere.

use super::signal::lock;
use super::sockets::{Found, Locals, SIP_PORT};
use super::srv::HOPS;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use microsip_core::phone::{Failure, Target, Transport, WishId};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

#[cfg(test)]
mod tests;

/// The longest name: a host name of DNS has 253 bytes.
pub(crate) const NAME: usize = 256;

/// A question.
#[derive(Clone, Copy)]
pub(crate) struct Question {
    pub(crate) wish: WishId,
    pub(crate) host: [u8; NAME],
    pub(crate) len: u16,
    pub(crate) port: Option<u16>,
    pub(crate) transport: Option<Transport>,
    /// It is the host of a far end's description.
    pub(crate) described: bool,
}

impl Question {
    pub(crate) fn host(&self) -> &str {
        self.host.get(..usize::from(self.len)).and_then(|name| core::str::from_utf8(name).ok()).unwrap_or_default()
    }
}

impl Question {
    /// The transport where neither the URI nor DNS chooses one (rfc3263#4.1): UDP, if there is some.
    pub(crate) fn transport(&self, locals: &Locals) -> Transport {
        let usual = if locals.transports.udp { Transport::Udp } else { Transport::Tcp };
        self.transport.unwrap_or(usual)
    }
}

/// The reply to a question.
#[derive(Clone, Copy)]
pub(crate) struct Answer {
    pub(crate) wish: WishId,
    pub(crate) hops: [Option<Target>; HOPS],
    pub(crate) failure: Failure,
}

/// The time that the thread stays for the next question: a registrar's look-ups come in a row.
const LINGER: Duration = Duration::from_secs(10);

struct State {
    questions: VecDeque<Question>,
    answers: VecDeque<Answer>,
    quit: bool,
    /// There is a thread, or one begins.
    thread: bool,
    /// It has to stand by.
    kept: bool,
    /// It is with the system's resolver, which may take any time.
    looking: bool,
}

/// The outcome of a question.
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

    /// Asks. A wish in the same slot as one that still waits replaces it: the old one is not needed any more. So a far
    /// end that names one host after the other cannot fill the queue. Hosts of descriptions come behind all others: whoever
    /// calls chooses them, and a name server that lets each wait for seconds would hold up the registrar's.
    pub(crate) fn ask(&self, question: Question) -> Asked {
        let mut state = lock(&self.state);
        state.questions.retain(|waiting| waiting.wish.slot() != question.wish.slot());
        if state.questions.len() + state.answers.len() >= state.questions.capacity() {
            return Asked::Full;
        }
        let described = state.questions.iter().position(|waiting| waiting.described && !question.described);
        let place = described.unwrap_or(state.questions.len());
        state.questions.insert(place, question);
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

    /// It could not be started: the names stay unknown.
    pub(crate) fn no_thread(&self) {
        let mut state = lock(&self.state);
        state.thread = false;
        while let Some(question) = state.questions.pop_front() {
            state.answers.push_back(Answer { wish: question.wish, hops: [None; HOPS], failure: Failure::Name });
        }
    }

    /// The next reply.
    pub(crate) fn answer(&self) -> Option<Answer> {
        lock(&self.state).answers.pop_front()
    }

    /// The thread's next question; `None`: it is to end.
    pub(crate) fn next(&self) -> Option<Question> {
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

    pub(crate) fn is_over(&self) -> bool {
        lock(&self.state).quit
    }

    /// The resolver came back; false: its result is not needed, and the phone may be gone.
    pub(crate) fn is_back(&self) -> bool {
        let mut state = lock(&self.state);
        state.looking = false;
        !state.quit
    }

    /// The thread's: its result.
    pub(crate) fn found(&self, answer: Answer) {
        lock(&self.state).answers.push_back(answer);
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
    let address = SocketAddr::new(ip, question.port.unwrap_or(SIP_PORT));
    let transport = question.transport(locals);
    let found = Found { address, transport, priority: 0, weight: 0, lifetime: 0 };
    Some(to_hops(question, core::iter::once(found), locals))
}

pub(crate) fn to_hops(question: &Question, found: impl Iterator<Item = Found>, locals: &Locals) -> Answer {
    let mut answer = Answer { wish: question.wish, hops: [None; HOPS], failure: Failure::Name };
    let here = match question.transport {
        None | Some(Transport::Udp) => true,
        Some(Transport::Tcp) => locals.transports.tcp,
        Some(Transport::Tls) => false,
    };
    if !here {
        answer.failure = Failure::Unsupported;
        return answer;
    }
    let mut places = answer.hops.iter_mut();
    for found in found {
        answer.failure = Failure::Unreachable;
        if let Some(hop) = locals.hop(&found) {
            let Some(place) = places.next() else { break };
            *place = Some(hop);
        }
    }
    answer
}
