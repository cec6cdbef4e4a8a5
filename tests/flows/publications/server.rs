//! A registrar that takes publications (RFC 3903 §6), and forgets nothing of what it saw.

use crate::digest::right;
use crate::server::{PASSWORD, REGISTRAR, Seen, Server, account_with, anna, register, until};
use microsip_core::base::time::Instant;
use microsip_core::phone::{AccountConfig, AccountId, AccountState, Capacity};
use microsip_tests::Lab;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The habits of such a server.
#[derive(Clone, Copy, Default)]
pub(crate) struct Mode {
    /// The seconds that it grants; 0: as many as it is asked for.
    pub(crate) grants: u32,
    /// It challenges each PUBLISH.
    pub(crate) challenges: bool,
    /// Its 2xx have no entity tag.
    pub(crate) nameless: bool,
    /// It answers the retransmission after so many seconds only; 0: at once.
    pub(crate) seconds: u64,
}

/// The state of a server.
#[derive(Default)]
pub(crate) struct State {
    /// The tag of what it keeps, and the end of that.
    pub(crate) kept: Vec<(String, Instant)>,
    /// Tags given.
    count: u32,
    /// The next PUBLISHes get these, with further lines, and change nothing.
    pub(crate) refusals: Vec<(u16, String)>,
    /// REGISTERs get nothing.
    pub(crate) is_dead: bool,
    /// REGISTERs get 403.
    pub(crate) is_locked: bool,
    since: Option<Instant>,
    /// The response to each PUBLISH, by its branch: a repetition gets it again.
    responses: HashMap<String, Vec<u8>>,
}

/// A server that takes publications.
pub(crate) struct Compositor {
    pub(crate) server: Server,
    pub(crate) state: Rc<RefCell<State>>,
}

impl Compositor {
    /// A registered account of the first phone there. `by_itself`: it publishes without a word.
    pub(super) fn registered(mode: Mode, by_itself: bool) -> (Lab, AccountId, Self) {
        Self::with(mode, by_itself, |capacity| capacity)
    }

    /// The same with another capacity.
    pub(super) fn with(
        mode: Mode,
        by_itself: bool,
        capacity: impl FnOnce(Capacity) -> Capacity,
    ) -> (Lab, AccountId, Self) {
        let config = AccountConfig { publish: by_itself, ..anna() };
        let (mut lab, account) = account_with(capacity(Capacity::host(4, 2, 2048)), &[REGISTRAR], config);
        let mut made = Self::new(&mut lab, mode);
        register(&mut lab, account);
        until(&mut lab, &mut made.server, "registered", |lab, _| {
            lab.ends[0].phone.account_info(account).unwrap().state == AccountState::Registered
        });
        (lab, account, made)
    }

    /// Such a server.
    pub(crate) fn new(lab: &mut Lab, mode: Mode) -> Self {
        let state = Rc::new(RefCell::new(State::default()));
        let shared = Rc::clone(&state);
        let server = Server::new(lab, REGISTRAR, move |seen, _| shared.borrow_mut().respond(seen, mode));
        Self { server, state }
    }

    /// The publications that it keeps.
    pub(crate) fn kept(&self) -> usize {
        self.state.borrow().kept.len()
    }

    /// The PUBLISHes that came, each once.
    pub(super) fn asked(&self) -> Vec<&Seen> {
        let mut all = self.server.all("PUBLISH");
        all.dedup_by_key(|seen| seen.branch());
        all
    }

    /// The next PUBLISH is refused.
    pub(crate) fn refuse(&self, status: u16, lines: &str) {
        self.state.borrow_mut().refusals.push((status, lines.into()));
    }
}

impl State {
    fn respond(&mut self, seen: &Seen, mode: Mode) -> Vec<Vec<u8>> {
        match seen.start() {
            _ if self.is_dead => vec![],
            "REGISTER" if self.is_locked => vec![seen.response(403, "")],
            "REGISTER" => vec![seen.bound(300)],
            "PUBLISH" => {
                let since = *self.since.get_or_insert(seen.at);
                if seen.at.since(since).secs() < mode.seconds {
                    return vec![];
                }
                self.since = None;
                if let Some(known) = self.responses.get(&seen.branch()) {
                    return vec![known.clone()];
                }
                let response = self.publish(seen, mode);
                self.responses.insert(seen.branch(), response.clone());
                vec![response]
            }
            _ => vec![],
        }
    }

    // rfc3903#6
    fn publish(&mut self, seen: &Seen, mode: Mode) -> Vec<u8> {
        if mode.challenges && !right(seen, "Authorization", "anna", PASSWORD) {
            let nonce = format!("n{}", self.count);
            let asks = format!("WWW-Authenticate: Digest realm=\"example.org\", nonce=\"{nonce}\", qop=\"auth\"\r\n");
            self.count += 1;
            return seen.response(401, &asks);
        }
        if !self.refusals.is_empty() {
            let (status, lines) = self.refusals.remove(0);
            return seen.response(status, &lines);
        }
        let asked: u32 = seen.header("Expires").unwrap().parse().unwrap();
        let granted = if mode.grants == 0 { asked } else { asked.min(mode.grants) };
        let has_body = seen.header("Content-Length") != Some("0");
        self.kept.retain(|(_, ends)| *ends > seen.at);
        match seen.header("SIP-If-Match") {
            None if !has_body || asked == 0 => return seen.response(400, ""),
            None => {}
            Some(tag) => match self.kept.iter().position(|(kept, _)| kept == tag) {
                None => return seen.response(412, ""),
                Some(at) => {
                    self.kept.remove(at);
                }
            },
        }
        self.count += 1;
        let tag = format!("tag-{}", self.count);
        if asked > 0 {
            let ends = seen.at + microsip_core::base::time::Duration::from_secs(granted.into());
            self.kept.push((tag.clone(), ends));
        }
        let named = if mode.nameless { String::new() } else { format!("SIP-ETag: {tag}\r\n") };
        seen.response(200, &format!("Expires: {granted}\r\n{named}"))
    }
}
