//! A scripted server at a socket of no phone: it sees requests and sends the responses that a test makes.

use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{AccountConfig, AccountId, AccountState, Capacity};
use microsip_tests::{EventKind, Lab, Options, Told, ladder};
use std::net::SocketAddr;

/// The address of the registrar of `example.org`.
pub(crate) const REGISTRAR: &str = "10.0.0.9:5060";
/// Its second address, where it has one.
pub(crate) const SECOND: &str = "10.0.0.8:5060";
/// The password of every account here: it must never be seen.
pub(crate) const PASSWORD: &str = "sesame-open-7";

/// A SIP message that came to a server.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The time of its arrival.
    pub(crate) at: Instant,
    /// Its source.
    pub(crate) from: SocketAddr,
    /// All of it.
    pub(crate) text: String,
}

impl Seen {
    /// `REGISTER`, or a response's status.
    pub(crate) fn start(&self) -> &str {
        let mut words = self.text.split(' ');
        match words.next() {
            Some("SIP/2.0") => words.next().unwrap_or_default(),
            word => word.unwrap_or_default(),
        }
    }

    /// The request's URI.
    pub(crate) fn uri(&self) -> &str {
        self.text.split(' ').nth(1).unwrap_or_default()
    }

    /// The value of the first header with this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.text, name)
    }

    /// A header's parameter, without quotes.
    pub(crate) fn parameter(&self, name: &str, parameter: &str) -> Option<String> {
        parameter_of(self.header(name)?, parameter)
    }

    /// CSeq's number.
    pub(crate) fn number(&self) -> u32 {
        self.header("CSeq").unwrap().split(' ').next().unwrap().parse().unwrap()
    }

    /// The branch of the top Via.
    pub(crate) fn branch(&self) -> String {
        self.parameter("Via", "branch").unwrap()
    }

    /// A response to it, with further header lines. The To tag is `far`.
    pub(crate) fn response(&self, status: u16, lines: &str) -> Vec<u8> {
        self.response_with(status, lines, "")
    }

    /// A response with a session description.
    pub(crate) fn response_with(&self, status: u16, lines: &str, body: &str) -> Vec<u8> {
        let mut out = format!("SIP/2.0 {status} Because\r\n");
        for line in self.text.split("\r\n").skip(1) {
            let Some((name, value)) = line.split_once(':') else { break };
            match name {
                "Via" => {
                    out += &format!("{line};received={};rport={}\r\n", self.from.ip(), self.from.port())
                        .replace(";rport;", ";")
                }
                "To" if !value.contains("tag=") && status > 100 => out += &format!("{line};tag=far\r\n"),
                "From" | "To" | "Call-ID" | "CSeq" | "Record-Route" => out += &format!("{line}\r\n"),
                _ => {}
            }
        }
        out += lines;
        if !body.is_empty() {
            out += "Content-Type: application/sdp\r\n";
        }
        out += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
        out.into_bytes()
    }

    /// A registrar's lines in the response to a REGISTER that it takes: the Contact with this lifetime.
    pub(crate) fn bound(&self, expires: u32) -> Vec<u8> {
        let contact = self.header("Contact").unwrap_or_default();
        if self.header("Expires") == Some("0") {
            return self.response(200, "");
        }
        self.response(200, &format!("Contact: {contact};expires={expires}\r\n"))
    }
}

/// The value of a message's first header with this name.
pub(crate) fn header<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let head = text.split("\r\n\r\n").next()?;
    head.split("\r\n")
        .skip(1)
        .find_map(|line| line.split_once(": ").filter(|(found, _)| *found == name).map(|(_, value)| value.trim()))
}

/// A parameter in a value, without quotes.
pub(crate) fn parameter_of(value: &str, parameter: &str) -> Option<String> {
    value.split([';', ',', ' ']).find_map(|piece| {
        let (name, value) = piece.trim().split_once('=')?;
        (name == parameter).then(|| value.trim_matches(['"', '>', '<']).to_owned())
    })
}

/// Makes the responses to a request; `usize` is the number of requests before it.
pub(crate) type Script = Box<dyn FnMut(&Seen, usize) -> Vec<Vec<u8>>>;

/// A scripted server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Vec<Seen>,
    /// Keepalives that came, and when.
    pub(crate) keepalives: Vec<Instant>,
    read: usize,
    pub(crate) script: Script,
}

impl Server {
    pub(crate) fn new(
        lab: &mut Lab,
        address: &str,
        script: impl FnMut(&Seen, usize) -> Vec<Vec<u8>> + 'static,
    ) -> Self {
        let address = lab.open_raw(address);
        Self { address, seen: Vec::new(), keepalives: Vec::new(), read: 0, script: Box::new(script) }
    }

    /// Takes in the requests since the last time, and responds to them.
    pub(crate) fn serve(&mut self, lab: &mut Lab) {
        while let Some((at, from, bytes)) = lab.raw[&self.address].get(self.read).cloned() {
            self.read += 1;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if text.trim().is_empty() {
                self.keepalives.push(at);
                continue;
            }
            let seen = Seen { at, from, text };
            let responses = (self.script)(&seen, self.seen.len());
            self.seen.push(seen);
            for response in responses {
                lab.send_raw(self.address, from, &response);
            }
        }
    }

    /// The requests with this method.
    pub(crate) fn all(&self, method: &str) -> Vec<&Seen> {
        self.seen.iter().filter(|seen| seen.start() == method).collect()
    }

    /// The last message with this method or status.
    #[track_caller]
    pub(crate) fn last(&self, method: &str) -> &Seen {
        self.seen.iter().rev().find(|seen| seen.start() == method).unwrap_or_else(|| panic!("no {method} came"))
    }
}

/// Lets time pass, with servers that respond.
pub(crate) fn run(lab: &mut Lab, servers: &mut [&mut Server], time: Duration) {
    let until = lab.now + time;
    loop {
        let went_on = lab.step(until);
        for server in servers.iter_mut() {
            server.serve(lab);
        }
        if !went_on && lab.air.iter().all(|packet| packet.at > until) {
            break;
        }
    }
    lab.now = until;
}

/// Lets seconds pass.
pub(crate) fn pass(lab: &mut Lab, server: &mut Server, seconds: u64) {
    run(lab, &mut [server], Duration::from_secs(seconds));
}

/// Lets time pass until a condition holds, at most ten minutes.
#[track_caller]
pub(crate) fn until(lab: &mut Lab, server: &mut Server, what: &str, mut holds: impl FnMut(&Lab, &Server) -> bool) {
    let end = lab.now + Duration::from_secs(600);
    lab.drain();
    loop {
        server.serve(lab);
        if holds(lab, server) {
            return;
        }
        assert!(lab.step(end), "{what}: it never came to be\n{}", ladder::draw(lab));
    }
}

/// One phone with an account at `example.org`, which the given addresses stand for. The phone does no direct calls.
pub(crate) fn account(addresses: &[&str], config: AccountConfig<'_>) -> (Lab, AccountId) {
    account_with(Capacity::host(4, 2, 2048).watched(8), addresses, config)
}

/// The same, with capacities of its own.
pub(crate) fn account_with(capacity: Capacity, addresses: &[&str], config: AccountConfig<'_>) -> (Lab, AccountId) {
    let mut lab = Lab::new(&[Options { direct: false, capacity, ..Options::default() }]);
    lab.names.insert("example.org".into(), addresses.iter().map(|address| address.parse().unwrap()).collect());
    let now = lab.now;
    let account = lab.ends[0].phone.account_add(now, &config).unwrap();
    (lab, account)
}

/// `sip:anna@example.org` with its password.
pub(crate) fn anna() -> AccountConfig<'static> {
    AccountConfig { uri: "sip:anna@example.org", password: PASSWORD, tag: 41, ..AccountConfig::default() }
}

/// An account that registers, and its server, which follows the script.
pub(crate) fn registering(script: impl FnMut(&Seen, usize) -> Vec<Vec<u8>> + 'static) -> (Lab, AccountId, Server) {
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let server = Server::new(&mut lab, REGISTRAR, script);
    register(&mut lab, account);
    (lab, account, server)
}

/// An account that is registered, for 300 s, and its server, which accepts each refresh.
pub(crate) fn registered() -> (Lab, AccountId, Server) {
    let (mut lab, account, mut server) = registering(|seen, _| vec![seen.bound(300)]);
    until(&mut lab, &mut server, "registered", |lab, _| state(lab) == AccountState::Registered);
    (lab, account, server)
}

pub(crate) fn register(lab: &mut Lab, account: AccountId) {
    let now = lab.now;
    lab.ends[0].phone.register(now, account, 0).unwrap();
    lab.drain();
}

pub(crate) fn unregister(lab: &mut Lab, account: AccountId) {
    let now = lab.now;
    lab.ends[0].phone.unregister(now, account, 0).unwrap();
    lab.drain();
}

/// The state of the first account.
pub(crate) fn state(lab: &Lab) -> AccountState {
    let phone = &lab.ends[0].phone;
    let first = phone.accounts().next().unwrap();
    phone.account_info(first).unwrap().state
}

/// The account's events.
pub(crate) fn told(lab: &Lab) -> Vec<Told> {
    lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Account).copied().collect()
}

/// The state in the last event.
pub(crate) fn told_state(lab: &Lab) -> u32 {
    told(lab).last().map_or(0, |event| event.state)
}
