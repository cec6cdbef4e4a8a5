//! A phone led through calls by the input: a peer that sends valid and broken requests and responses, an application
//! that gives any command, and time.
//!
//! The input is a row of steps: an action, an argument, and a way to spoil the peer's message. The message is built
//! from the one that the phone sent last, so that dialogs come about and the wrong bytes meet a phone in the midst of
//! one.

use crate::world::{FLOW, PASSWORD, THERE, World, header};
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, AccountId, CallId, DialOptions, Source};
use microsip_core::wire::sip::Name;

const SDP: &str = "v=0\r\no=p 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\nm=audio 7000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n";
const NAMED: &str = "v=0\r\no=p 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 media.phones.test\r\nt=0 0\r\nm=audio 7000 RTP/AVP 0 8 101\r\na=sendonly \r\n";
/// Steps of one input; bytes behind them are not read.
const STEPS: usize = 64;

/// An INFO of a package, where a field that it does not need stands.
const PACKAGE: &str = "Info-Package: foo\r\nX";

/// A message whose sender lists INFO packages, where the step says so: names of the lengths that the bytes behind it say.
/// It is of a far end with short texts of its own, so that the list is most of them.
fn listed(message: &str, spoil: u8, rest: &[u8]) -> String {
    if spoil & 16 == 0 {
        return message.to_owned();
    }
    let names: Vec<_> = rest.iter().take(24).map(|length| "p".repeat(usize::from(*length))).collect();
    let message = message.replace("Contact: <sip:peer@", "Contact: <sip:p@");
    let routes = "Record-Route: <sip:127.0.0.2:5070;lr>, <sip:127.0.0.9>\r\n";
    message.replace(routes, "").replacen(
        "Content-Length",
        &format!("Recv-Info: {}\r\nContent-Length", names.join(",")),
        1,
    )
}

impl World<'_> {
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
            _ if self.asked.starts_with(b"REGISTER") => &format!(
                "Contact: {};expires={}\r\n",
                header(&self.asked, Name::Contact),
                u32::from(argument >> 4) * 40
            ),
            _ => {
                "Contact: <sip:peer@127.0.0.2:5070>;expires=30\r\nRecord-Route: <sip:127.0.0.2:5070;lr>, <sip:127.0.0.9>\r\n"
            }
        };
        format!(
            "SIP/2.0 {code} X\r\n{fields}To: {to}{tag}\r\n{more}Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    fn order(&mut self, argument: u8) {
        let call = self.phone.calls().nth(usize::from(argument >> 6 & 1)).unwrap_or(CallId::NONE);
        let (now, account) = (self.now, self.account);
        // A command may be refused: that is a result, not a failure.
        let _ = match argument & 15 {
            0 => self.phone.dial(now, AccountId::NONE, "sip:peer@127.0.0.2:5070", &DialOptions::default()).map(drop),
            1 => self
                .phone
                .dial(
                    now,
                    account,
                    "sip:bob@phones.test",
                    &DialOptions { source: Source::Echo, ..DialOptions::default() },
                )
                .map(drop),
            2 => self.phone.answer(now, call, 180),
            3 => self.phone.answer(now, call, 183),
            4 | 5 => self.phone.answer(now, call, 200),
            6 => self.phone.reject(now, call, 0),
            7 | 8 => self.phone.hangup(now, call),
            9 => self.command(|phone, token| phone.register(now, account, token)),
            10 => self.command(|phone, token| phone.unregister(now, account, token)),
            11 => self.command(|phone, token| phone.send_digits(now, call, "1,2#", token)),
            12 => self.phone.set_source(call, Source::Echo),
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
            2 => self.say(THERE, &self.request("INVITE", argument, sdp), spoil),
            3 => self.say(THERE, &listed(&self.request("INVITE", argument, ""), spoil, rest), spoil),
            4 => self.say(THERE, &self.request("ACK", argument, if argument & 0x80 != 0 { sdp } else { "" }), spoil),
            5 => self.say(THERE, &self.request("BYE", argument, ""), spoil),
            6 => self.say(THERE, &self.request("CANCEL", argument, ""), spoil),
            7 if spoil & 16 != 0 => {
                let info = self.request("INFO", argument, "x").replace("application/sdp", "a/b");
                self.say(THERE, &info.replace("Contact", if argument & 0x20 == 0 { "X" } else { PACKAGE }), spoil);
            }
            7 => self.say(THERE, &self.request("OPTIONS", argument, ""), spoil),
            8 => self.say(THERE, &listed(&self.response(argument, ""), spoil, rest), spoil),
            9 | 10 => self.say(THERE, &self.response(argument, sdp), spoil),
            11 | 12 => self.order(argument),
            13 => {
                let length = usize::from(argument).min(rest.len());
                self.hear(rest.get(..length).unwrap_or_default());
            }
            14 => {
                let mut packet = rest.get(..usize::from(argument)).unwrap_or(rest).to_vec();
                self.hear_media(spoil, &mut packet);
            }
            _ => {
                for _ in 0..argument & 15 {
                    self.sound();
                }
            }
        }
        self.drain();
    }
}

/// Steps of three bytes each; what a step needs more, it takes from what follows. In the end everything is hung up, and
/// nothing may be left.
pub fn dialog(bytes: &[u8]) {
    let Some((&seed, mut rest)) = bytes.split_first() else { return };
    let block = bumpalo::Bump::new();
    let config = AccountConfig {
        uri: "sip:anna@phones.test",
        password: PASSWORD,
        no_register: seed & 0x80 != 0,
        media_any_host: seed & 0x40 != 0,
        ..AccountConfig::default()
    };
    let Some(mut world) = World::new(seed, bytes, &config, &block) else { return };
    for _ in 0..STEPS {
        let [what, argument, spoil, behind @ ..] = rest else { break };
        world.mood = spoil >> 5;
        world.step(*what, *argument, *spoil & 31, behind);
        let taken = if matches!(what % 16, 13 | 14) { usize::from(*argument).min(behind.len()) } else { 0 };
        rest = behind.get(taken..).unwrap_or_default();
    }
    world.end();
}
