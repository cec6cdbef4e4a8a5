//! A registration led through whatever a registrar, its imitators and a network can do to it, and an application that
//! gives commands in between.
//!
//! The input is a row of steps, as for a dialog. A response is made from the REGISTER that the phone sent last, so that
//! the phone takes it.

use crate::world::{PASSWORD, SECOND, THERE, World, header};
use core::net::SocketAddr;
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, AccountId, AccountState, CallId, Cause, DialOptions, Flow};
use microsip_core::wire::sip::Name;

/// Steps of one input; bytes behind them are not read.
const STEPS: usize = 48;
/// Minutes that a registrar works in one input: a fuzzer has more than one input to try.
const MINUTES: u64 = 30;
/// More REGISTERs than this in a minute is a storm: the shortest binding, of one second, is refreshed at its half.
const STORM: usize = 2 * 60 + 10;

/// The statuses of responses to a REGISTER.
const STATUS: [u16; 16] = [200, 200, 200, 401, 401, 407, 423, 302, 403, 404, 408, 480, 500, 503, 600, 100];

/// Lines of a 2xx and of a 3xx. `{C}` is the Contact that the phone sent, `{U}` its user.
const BINDINGS: [&str; 16] = [
    "Contact: {C};expires=60\r\n",
    "",
    "Contact: <sip:anna@198.51.100.7:40001;ob>;expires=300\r\n",
    "Contact: <sip:{U}@127.0.0.8:40404>;expires=3600, {C};expires=2\r\n",
    "Contact: {C};expires=0\r\n",
    "Contact: {C};expires=1\r\n",
    "Contact: {C};expires=4294967295\r\n",
    "Contact: {C};expires=99999999999999999999\r\n",
    "Contact: {C};expires=-1\r\nExpires: 0\r\n",
    "{70}Contact: {C};expires=30\r\n",
    "Contact: *\r\nExpires: 7200\r\n",
    "Expires: 1\r\n",
    "Contact: <sip:{U}@203.0.113.5:61000;transport=udp>;expires=120;+sip.instance=\"<urn:x>\"\r\nService-Route: <sip:127.0.0.9;lr>\r\n",
    "m: \"x, y\" <sip:{U}@127.0.0.1:5060>;q=0.1;expires=\"30\"\r\nPath: <sip:127.0.0.9;lr>\r\n",
    "Contact: junk<<\r\nContact: {C}\r\n",
    "Authentication-Info: nextnonce=\"next\", qop=auth, rspauth=\"0\"\r\nContact: {C};expires=5\r\n",
];

/// Challenges. `{N}` grows with each.
const CHALLENGES: [&str; 16] = [
    "realm=\"phones.test\", nonce=\"{N}\", qop=\"auth\", algorithm=SHA-256",
    "realm=\"phones.test\", nonce=\"same\"",
    "realm=\"foreign.test\", nonce=\"x\", algorithm=MD5",
    "realm=\"*\", nonce=\"x\"",
    "realm=\"phones.test\", nonce=\"{300}\"",
    "realm=\"phones.test\", nonce=\"{100}\", opaque=\"{100}{N}\"",
    "realm=\"phones.test\", nonce=\"{N}\", stale=true, qop=\"auth,auth-int\"",
    "realm=\"phones.test\", nonce=\"{N}\", qop=\"auth-int\"",
    "realm=\"phones.test\", nonce=\"{N}\", algorithm=SHA-9",
    "realm=\"phones.test\"",
    "realm=\"\", nonce=\"\", opaque=\"\"",
    "realm=\"ph\\\"ones\", nonce=\"\\\\\", domain=\"sip:x sip:y\"",
    "realm=\"phones.test\", nonce=\"{N}\", algorithm=MD5-sess, qop=\"auth\", charset=UTF-8, userhash=true",
    "realm=\"other{N}.test\", nonce=\"{N}\", stale=TRUE",
    "realm=phones.test, nonce={N}, qop=auth, stale",
    "",
];

/// Lines of refusals.
const LATER: [&str; 8] = [
    "",
    "Retry-After: 0\r\n",
    "Retry-After: 1\r\n",
    "Retry-After: 4294967295\r\n",
    "Retry-After: 99999999999999999999\r\n",
    "Retry-After: 120 (in two minutes);duration=60\r\n",
    "Retry-After: -1\r\nWarning: 399 x \"y\"\r\n",
    "Retry-After: soon\r\n",
];

/// Lines of a 423, whose registrar finds the interval too brief.
const LEAST: [&str; 8] = ["", "0", "1", "600", "4294967295", "99999999999999999999", "-1", "x"];

fn one_of<'t>(table: &[&'t str], index: u8) -> &'t str {
    table.get(usize::from(index) % table.len().max(1)).copied().unwrap_or_default()
}

/// A request's status, tag and header lines as a response. `lines` stand in it as they are.
fn response(request: &[u8], status: u16, lines: &str) -> String {
    let fields: String = [Name::Via, Name::From, Name::CallId, Name::CSeq]
        .iter()
        .map(|name| format!("{}: {}\r\n", name.text(), header(request, *name)))
        .collect();
    let to = header(request, Name::To);
    let tag = if to.contains("tag=") || status == 100 { "" } else { ";tag=r" };
    format!("SIP/2.0 {status} X\r\n{fields}To: {to}{tag}\r\n{lines}Content-Length: 0\r\n\r\n")
}

impl World<'_> {
    /// Replaces the braces in a line by texts that only this phone knows, and by long ones.
    fn filled(&self, text: &str, request: &[u8]) -> String {
        let mut pieces = text.split('{');
        let mut out = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (brace, rest) = piece.split_once('}').unwrap_or(("", piece));
            match brace {
                "C" => out += &header(request, Name::Contact),
                "U" => out += header(request, Name::Contact).split(['@', ':']).nth(1).unwrap_or_default(),
                "N" => out += &self.registers.len().to_string(),
                "70" => out.extend((0..70).map(|n| format!("Contact: <sip:anna@198.51.100.{n}>;expires=9\r\n"))),
                _ => out += &"n".repeat(brace.parse().unwrap_or(0).min(2000)),
            }
            out += rest;
        }
        out
    }

    /// The lines of a response: `which` is a row of the table that goes with its status.
    fn lines(&self, status: u16, which: u8, request: &[u8]) -> String {
        let lines = match status {
            200..=399 => one_of(&BINDINGS, which).to_owned(),
            401 | 407 => {
                let name = if status == 401 { "WWW-Authenticate" } else { "Proxy-Authenticate" };
                let challenge = |which| format!("{name}: Digest {}\r\n", one_of(&CHALLENGES, which));
                // now and then a second one, and one of an unknown scheme
                let more = if which & 16 == 0 {
                    String::new()
                } else {
                    format!("{name}: Basic realm=\"x\"\r\n{}", challenge(which + 7))
                };
                challenge(which) + &more
            }
            423 => format!("Min-Expires: {}\r\n", one_of(&LEAST, which)),
            _ => one_of(&LATER, which).to_owned(),
        };
        self.filled(&lines, request)
    }

    /// Sends a response to a REGISTER: the last, or the one `back` before it.
    fn answer(&mut self, from: SocketAddr, back: usize, status: u16, lines: Option<&str>, which: u8, spoil: u8) {
        let Some((_, _, request)) = self.registers.iter().rev().nth(back).cloned() else { return };
        let lines = lines.map_or_else(|| self.lines(status, which, &request), |lines| self.filled(lines, &request));
        self.say(from, &response(&request, status, &lines), spoil);
    }

    /// A registrar works for so many minutes, and gives every REGISTER the same response, at once.
    fn serve(&mut self, minutes: u64, status: u16, which: u8) {
        let (start, end) = (self.registers.len(), self.now + Duration::from_secs(minutes * 60));
        let mut served = self.registers.len().saturating_sub(1);
        let most = STORM * (minutes as usize + 1);
        loop {
            while served < self.registers.len() {
                let from = self.registers.get(served).map_or(THERE, |(_, to, _)| *to);
                let back = self.registers.len() - 1 - served;
                served += 1;
                self.answer(from, back, status, None, which, 0);
                self.drain();
                let sent = self.registers.len() - start;
                assert!(sent <= most, "{sent} REGISTERs in {minutes} minutes of {status} with {which}");
            }
            if !self.next(end) {
                return;
            }
        }
    }

    /// The host moves to another network or another socket.
    fn move_host(&mut self, argument: u8) {
        if argument & 1 == 0 {
            self.phone.socket_down(self.now, self.socket);
        }
        self.socket = argument >> 1 & 1;
        self.here = SocketAddr::from(([127, 0, 1, argument >> 2 & 3], 5060 + u16::from(argument >> 4)));
        self.phone.socket_up(self.socket, self.here);
        self.phone.handle_local_changed(self.now);
    }

    fn manage(&mut self, argument: u8, config: &AccountConfig<'_>) {
        let (now, account) = (self.now, self.account);
        let call = self.phone.calls().next().unwrap_or(CallId::NONE);
        let flow = Flow::Udp { socket: self.socket, remote: if argument & 16 == 0 { THERE } else { SECOND } };
        // A command may be refused: that is a result, not a failure.
        let _ = match argument & 15 {
            0..=2 => self.command(|phone, token| phone.register(now, account, token)),
            3 => self.phone.keep_registered(now, account),
            4 | 5 => self.command(|phone, token| phone.unregister(now, account, token)),
            6 | 7 => self.phone.dial(now, account, "bob", &DialOptions::default()).map(drop),
            8 => self.phone.hangup(now, call),
            9 => self.phone.answer(now, call, 200),
            10 => self.phone.account_remove(now, account),
            11 => self.phone.account_add(now, config).map(|account| self.account = account),
            12 => {
                self.phone.handle_flow_failed(now, flow);
                Ok(())
            }
            13 => {
                self.phone.handle_local_changed(now);
                Ok(())
            }
            14 => self.phone.dial(now, AccountId::NONE, "sip:x@127.0.0.2:5070", &DialOptions::default()).map(drop),
            _ => {
                self.catch_up();
                Ok(())
            }
        };
    }

    /// The server, or a stranger, sends a request to the Contact that was registered.
    fn ask(&mut self, argument: u8, spoil: u8) {
        const METHODS: [&str; 8] = ["INVITE", "OPTIONS", "NOTIFY", "BYE", "CANCEL", "ACK", "REGISTER", "MESSAGE"];
        let method = one_of(&METHODS, argument);
        let contact = self.registers.last().map(|(_, _, request)| header(request, Name::Contact)).unwrap_or_default();
        let target = contact.split(['<', '>']).nth(1).unwrap_or("sip:anna@127.0.0.1").to_owned();
        let from = if argument & 0x40 == 0 { THERE } else { SocketAddr::from(([127, 0, 0, 66], 5060)) };
        let number = argument >> 3 & 7;
        let text = format!(
            "{method} {target} SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bKs{number};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:peer@phones.test>;tag=p{number}\r\nTo: <sip:anna@phones.test>\r\nCall-ID: s{number}\r\nCSeq: 1 {method}\r\n\
             Contact: <sip:peer@{from}>\r\nContent-Length: 0\r\n\r\n"
        );
        self.say(from, &text, spoil);
    }

    fn register_step(&mut self, what: u8, argument: u8, spoil: u8, rest: &[u8], config: &AccountConfig<'_>) {
        let status = STATUS.get(usize::from(argument & 15)).copied().unwrap_or(200);
        let (begun, before) = (self.now, self.registers.len());
        let text = String::from_utf8_lossy(rest.get(..usize::from(argument).min(rest.len())).unwrap_or_default());
        match what % 16 {
            0 => self.pass(Duration::from_millis(u64::from(argument) * 20)),
            1 => self.pass(Duration::from_secs(u64::from(argument))),
            2 => self.pass(Duration::from_secs(u64::from(argument) * 60)),
            3 | 4 => self.answer(THERE, 0, status, None, spoil, 0),
            5 => self.answer(THERE, 0, status, None, argument >> 4, spoil),
            6 => self.answer(SECOND, usize::from(argument >> 6), status, None, spoil, 0),
            7 => {
                // an imitator that has seen the REGISTER changes nothing
                let before = self.stand();
                self.answer(SocketAddr::from(([127, 0, 0, 66], 5070)), 0, status, None, spoil, 0);
                self.drain();
                assert_eq!(self.stand(), before, "a response from another address was taken");
            }
            // lines of the input's own in a response that is otherwise in order
            8 => self.answer(THERE, 0, 200, Some(&text), 0, 0),
            9 => self.answer(THERE, 0, STATUS.get(usize::from(spoil & 15)).copied().unwrap_or(401), Some(&text), 0, 0),
            10 => self.hear(rest.get(..usize::from(argument).min(rest.len())).unwrap_or_default()),
            11 | 12 => self.manage(argument, config),
            13 => self.move_host(argument),
            14 => self.ask(argument, spoil),
            _ => {
                let invite = core::mem::take(&mut self.invite);
                if !invite.is_empty() {
                    let lines = self.lines(status, spoil, &invite);
                    self.say(THERE, &response(&invite, status, &lines), 0);
                }
            }
        }
        self.drain();
        let (sent, minutes) = (self.registers.len() - before, self.now.since(begun).micros() / 60_000_000);
        // a try at two addresses and a wait of at least 15 s (rfc5626#4.5), whatever responses came before
        assert!(sent as u64 <= 4 + 10 * minutes, "{sent} REGISTERs in {minutes} minutes without a response");
        self.goes_on();
    }

    /// The account's state, and the number of REGISTERs sent.
    fn stand(&self) -> Option<(AccountState, Cause, u16, usize)> {
        let info = self.phone.account_info(self.account).ok()?;
        Some((info.state, info.result, info.sip_code, self.registers.len()))
    }

    /// An account that is registered, or can still become so, has a deadline.
    fn goes_on(&self) {
        let Some((state, cause, ..)) = self.stand() else { return };
        let waits = self.phone.poll_timeout().is_some() || self.is_awaited();
        // only failures of the credentials are not tried again by themselves
        let hopes = matches!(state, AccountState::Registered | AccountState::Registering)
            || state == AccountState::Failed && !cause.is_about_credentials();
        assert!(waits || !hopes, "no deadline is set: {:?}", self.stand());
        // an event says that a binding lapsed, whatever its refresh waits for (rfc3261#10.2.1.1)
        let lapsed = self.phone.account_info(self.account).is_ok_and(|info| info.expires < self.now);
        assert!(state != AccountState::Registered || !lapsed, "registered, though the binding lapsed");
    }

    /// An account that failed and can still register tries again within about an hour, whatever Retry-After said.
    fn tries_again(&mut self) {
        let before = self.stand();
        let Some((AccountState::Failed, cause, _, sent)) = before else { return };
        self.pass(Duration::from_secs(4000));
        assert!(
            cause.is_about_credentials() || self.registers.len() > sent,
            "in more than an hour nothing was tried: {before:?}"
        );
    }
}

/// Steps of three bytes each; what a step needs more, it takes from what follows. In the end the account is taken back,
/// and nothing may be left.
pub fn registration(bytes: &[u8]) {
    let [seed, options, rest @ ..] = bytes else { return };
    let mut rest = rest;
    let block = bumpalo::Bump::new();
    let config = AccountConfig {
        uri: "sip:anna@phones.test",
        password: PASSWORD,
        realms: if options & 1 == 0 { "" } else { "phones.test, other.test" },
        expires: if options & 2 == 0 { 0 } else { 3600 },
        keepalive: if options & 4 == 0 { 0 } else { u32::MAX },
        no_register: options & 8 != 0,
        ..AccountConfig::default()
    };
    let Some(mut world) = World::new(*seed, bytes, &config, &block) else { return };
    let mut minutes = MINUTES;
    let _ = world.phone.keep_registered(world.now, world.account);
    world.drain();
    for _ in 0..STEPS {
        let [what, argument, spoil, behind @ ..] = rest else { break };
        world.mood = if what & 0x80 == 0 { 0 } else { spoil >> 5 };
        if what % 32 == 31 {
            let on_duty = u64::from(*spoil >> 5 << 1).min(minutes);
            minutes -= on_duty;
            world.serve(on_duty, STATUS.get(usize::from(argument & 15)).copied().unwrap_or(200), *spoil & 31);
        } else {
            world.register_step(*what, *argument, *spoil & 31, behind, &config);
        }
        let taken = if matches!(what % 16, 8..=10) { usize::from(*argument).min(behind.len()) } else { 0 };
        rest = behind.get(taken..).unwrap_or_default();
    }
    // time without any response: an account that can still register goes on trying
    world.mood = 0;
    world.catch_up();
    world.pass(Duration::from_secs(200));
    world.goes_on();
    world.tries_again();
    world.end();
}
