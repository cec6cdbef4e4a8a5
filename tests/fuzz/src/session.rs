//! A phone in calls that the far end changes, over datagrams and streams, while the application holds, offers anew,
//! confers and sets rules; the network fails in between.
//!
//! The input is a row of steps, as for the target `dialog`; but requests of the peer are those of a dialog that is
//! there, so that changes meet changes.

use crate::world::{FLOW, PASSWORD, SECOND, THERE, World, header, stream_to};
use core::net::SocketAddr;
use microsip_core::base::time::Duration;
use microsip_core::media::{Codec, CodecOrder};
use microsip_core::phone::{
    AUTO_ALL, AUTO_HEADER, AccountConfig, AccountId, CallId, DialOptions, FORWARD_ALWAYS, FORWARD_BUSY,
    FORWARD_NO_ANSWER, Member, MemberChange, Privacy, Refresher, Reliable, Reoffer, RuleNumbers, Rules, SessionTimer,
    Source, Switch, TimerMode,
};
use microsip_core::wire::sdp::Direction;
use microsip_core::wire::sip::Name;

/// Steps of one input; bytes behind them are not read.
const STEPS: usize = 96;

/// A description by its number: directions, another port or address, held in the old way, a host by its name, a line
/// that is rejected, no format of ours.
pub(crate) fn described(number: u8) -> String {
    if (56..60).contains(&number) {
        return parts(number);
    }
    let (address, port, formats, way) = match number % 12 {
        0 | 1 => ("127.0.0.2", 7000, "0 8 101", "sendrecv"),
        2 => ("127.0.0.2", 7000, "8 101", "sendonly"),
        3 => ("127.0.0.2", 7000, "0 101", "inactive"),
        4 => ("127.0.0.2", 7000, "0", "recvonly"),
        5 => ("127.0.0.2", 7002, "0 8 101", "sendrecv"),
        6 => ("127.0.0.9", 7000, "0 8 101", "sendrecv"),
        7 => ("0.0.0.0", 7000, "0 8 101", "sendrecv"),
        8 => ("127.0.0.2", 0, "0 8 101", "sendrecv"),
        9 => ("127.0.0.2", 7000, "97", "sendrecv"),
        10 => ("media.phones.test", 7000, "0 8 101", "sendonly"),
        _ => return String::new(),
    };
    format!(
        "v=0\r\no=p 1 {number} IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP {formats}\r\na=rtpmap:101 telephone-event/8000\r\na={way}\r\n"
    )
}

/// A body of parts by its number: a description beside a part that must be understood, among alternatives, too deep,
/// and without an end.
fn parts(number: u8) -> String {
    let sdp = format!("Content-Type: application/sdp\r\n\r\n{}", described(0));
    let around = |kind, boundary, inner: &str| {
        format!(
            "Content-Type: multipart/{kind};boundary={boundary}\r\n\r\n--{boundary}\r\n{inner}\r\n--{boundary}--\r\n"
        )
    };
    let inner = match number & 3 {
        0 => format!("Content-Disposition: icon;handling=required\r\n\r\nx\r\n--b\r\n{sdp}"),
        1 => around("alternative", "c", &sdp),
        2 => around("mixed", "c", &around("mixed", "d", &sdp)),
        _ => return format!("--b\r\n{sdp}\r\n--bb--\r\n"),
    };
    format!("--b\r\n{inner}\r\n--b--\r\n")
}

/// The type of a body.
fn kind_of(body: &str) -> &'static str {
    match body.get(..3) {
        None => "",
        Some("--b") => "Content-Type: multipart/mixed;boundary=b\r\n",
        Some(_) => "Content-Type: application/sdp\r\n",
    }
}

/// Names that a far end gives itself and others: with an identity in a fold, a terminal's commands, bytes that are no
/// UTF-8 (after [`Far::say`]), a name as long as a dialog's block.
pub(crate) fn named(number: u8) -> String {
    match number & 7 {
        0 => "<sip:boss@phones.test>".to_owned(),
        1 => "\"a\r\n b\" <sip:boss@phones.test;x=\"\x1b[2J\">".to_owned(),
        2 => "\"a\n X-Evil: 1\" <sip:boss@phones.test>".to_owned(),
        3 => format!("\"{}\" <sip:boss@phones.test>", "long ".repeat(usize::from(number >> 3) * 4)),
        4 => format!("<sip:{}@phones.test>", "b".repeat(usize::from(number >> 3) * 16)),
        5 => "\"\u{7f}\u{202e}\\\"\\\\\" <tel:+4930>".to_owned(),
        6 => "Zo\u{eb} <sip:zoe@phones.test>".to_owned(),
        _ => "<sips:boss@phones.test?X-Evil=1>".to_owned(),
    }
}

/// Lines about the far end and those who forwarded: one, of the proxy that the peer is.
fn identity(number: u8) -> String {
    let name = named(number >> 2);
    match number & 3 {
        0 => format!("P-Asserted-Identity: {name}, <tel:+1>\r\n"),
        1 => format!("Remote-Party-ID: {name};party=calling;screen=yes\r\nPrivacy: id\r\n"),
        2 => format!("Diversion: {name};reason=\"user-busy\"\r\nHistory-Info: {name};index=1\r\n"),
        _ => format!("Alert-Info: {name};info=alert-autoanswer\r\nReason: SIP;cause=200;text={name}\r\n"),
    }
}

/// Lines of a session timer.
fn timer(number: u8) -> String {
    let seconds = pick(&[1800, 90, 89, 0, u32::MAX, 100], usize::from(number & 7));
    let role = pick(&["", ";refresher=uac", ";refresher=uas", ";refresher=x"], usize::from(number >> 3 & 3));
    let knows = pick(&["", "Supported: timer\r\n", "Require: timer\r\n", "Min-SE: 4000\r\n"], usize::from(number >> 6));
    format!("Session-Expires: {seconds}{role}\r\n{knows}Allow: INVITE, UPDATE\r\n")
}

/// The one of these with that number; the first, where there is none.
pub(crate) fn pick<T: Copy + Default>(all: &[T], number: usize) -> T {
    all.get(number).or(all.first()).copied().unwrap_or_default()
}

/// A peer that calls and is called, and what it said last.
struct Far {
    /// Its last message, and the flow it came over.
    last: (microsip_core::phone::Flow, Vec<u8>),
    number: u32,
    /// The RAck of the phone's last reliable response.
    rack: String,
}

impl World<'_> {
    /// A request of the peer: in the dialog of its own INVITE, or of the phone's.
    pub(crate) fn peer_request(&self, method: &str, number: u32, choice: u8, more: &str, body: &str) -> String {
        let (ours, theirs) = (header(&self.invite, Name::From), header(&self.invite, Name::To));
        let branch = if matches!(method, "CANCEL" | "ACK") { "INVITE" } else { method };
        let (from, to, call_id) = if choice & 1 == 0 || ours.is_empty() {
            let to = header(&self.answered, Name::To);
            let to = if choice & 2 == 0 && to.contains("tag=") { to } else { "<sip:anna@127.0.0.1>".to_owned() };
            ("<sip:peer@127.0.0.2>;tag=p".to_owned(), to, format!("c{}", choice >> 6))
        } else {
            let tag = if theirs.contains("tag=") { String::new() } else { format!(";tag=q{}", choice >> 6) };
            (format!("{theirs}{tag}"), ours, header(&self.invite, Name::CallId))
        };
        let kind = if more.contains("Content-Type") { "" } else { kind_of(body) };
        format!(
            "{method} sip:anna@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKs{number}{branch};rport\r\n\
             Max-Forwards: 70\r\nFrom: {from}\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: {number} {method}\r\n{more}{kind}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    pub(crate) fn peer_response(&self, argument: u8, more: &str, body: &str) -> String {
        const CODES: [u16; 16] = [100, 180, 183, 200, 200, 200, 200, 302, 405, 422, 481, 488, 491, 401, 500, 503];
        let code = CODES.get(usize::from(argument & 15)).copied().unwrap_or(200);
        let fields: String = [Name::Via, Name::From, Name::CallId, Name::CSeq]
            .iter()
            .map(|name| format!("{}: {}\r\n", name.text(), header(&self.asked, *name)))
            .collect();
        let to = header(&self.asked, Name::To);
        let tag = if to.contains("tag=") || code == 100 { String::new() } else { format!(";tag=q{}", argument >> 6) };
        let retry = if code >= 500 { "Retry-After: 2\r\n" } else { "" };
        let kind = kind_of(body);
        format!(
            "SIP/2.0 {code} X\r\n{fields}To: {to}{tag}\r\n{more}{retry}{kind}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    fn wish(&mut self, argument: u8) {
        let call = self.phone.calls().nth(usize::from(argument >> 7)).unwrap_or(CallId::NONE);
        let (now, account) = (self.now, self.account);
        let conference = self.phone.conferences().next();
        let direction = [Direction::SendReceive, Direction::SendOnly, Direction::ReceiveOnly, Direction::Inactive];
        // a command may be refused: that is a result, not a failure
        let _ = match argument & 15 {
            0 | 1 => self.command(|phone, token| phone.hold(now, call, true, token)),
            2 | 3 => self.command(|phone, token| phone.hold(now, call, false, token)),
            4 | 5 => {
                let changes = Reoffer {
                    direction: direction.get(usize::from(argument >> 4 & 3)).copied(),
                    codecs: CodecOrder::of(if argument & 0x80 != 0 { &[Codec::Pcma] } else { &[] }),
                    by_update: Some(argument & 0x40 != 0),
                };
                self.command(|phone, token| phone.reoffer(now, call, &changes, token))
            }
            6 | 7 => self.phone.answer(now, call, if argument & 0x10 == 0 { 200 } else { 183 }),
            8 => self.phone.hangup(now, call),
            9 => self.phone.reject(now, call, 0),
            10 => {
                let reliable = if argument & 0x40 == 0 { Reliable::Inherited } else { Reliable::Required };
                let options = DialOptions { source: Source::Echo, reliable, ..DialOptions::default() };
                self.phone.dial(now, account, "sip:bob@phones.test", &options).map(drop)
            }
            11 => {
                let to = if argument & 0x10 == 0 {
                    "sip:peer@127.0.0.2:5070;transport=tcp"
                } else {
                    "sip:peer@127.0.0.2:5070"
                };
                let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
                self.phone.dial(now, AccountId::NONE, to, &options).map(drop)
            }
            12 => self.command(|phone, token| phone.send_digits(now, call, "1,2", token)),
            13 => self.phone.conference_create(1).map(drop),
            14 => match conference {
                Some(conference) => {
                    let member = if argument & 0x10 == 0 { Member::Call(call) } else { Member::Person };
                    if argument & 0x20 == 0 {
                        self.phone.conference_member_set(now, conference, member, &MemberChange::default())
                    } else {
                        self.phone.conference_member_remove(now, conference, member)
                    }
                }
                None => Ok(()),
            },
            _ => match conference {
                Some(conference) if argument & 0x10 == 0 => self.phone.conference_release(now, conference),
                Some(conference) => self.phone.conference_hangup(now, conference),
                None => Ok(()),
            },
        };
    }

    /// Wishes for what is to come, and every text.
    fn wish_more(&mut self, argument: u8, how: u8) {
        let call = self.phone.calls().nth(usize::from(argument >> 7)).unwrap_or(CallId::NONE);
        let (now, account) = (self.now, if argument & 0x40 == 0 { self.account } else { AccountId::NONE });
        let timer = SessionTimer {
            mode: pick(&[TimerMode::Supported, TimerMode::Always, TimerMode::Required, TimerMode::Off], how.into()),
            expires: pick(&[90, 100, 1800, 0], usize::from(how >> 2 & 3)),
            min_se: 90,
            refresher: pick(&[Refresher::Inherited, Refresher::Us, Refresher::Them], usize::from(how >> 4 & 3)),
        };
        let reliable = pick(&[Reliable::Off, Reliable::Supported, Reliable::Required], usize::from(how & 3));
        // a command may be refused: that is a result, not a failure
        let _ = match argument & 7 {
            0 => self.phone.call_set_session_timer(call, timer),
            1 => self.phone.call_set_reliable(call, reliable),
            2 | 3 => {
                let privacy = pick(&[Privacy::Inherited, Privacy::Id, Privacy::Anonymous], usize::from(how >> 6));
                let options =
                    DialOptions { source: Source::Echo, session_timer: timer, privacy, ..DialOptions::default() };
                self.phone.dial(now, account, "sip:bob@127.0.0.2:5070", &options).map(drop)
            }
            4 => self.phone.answer_with(now, call, if how & 1 == 0 { 200 } else { 183 }, "X-More: 1\r\n"),
            5 => self.phone.reject(now, call, 300 + u16::from(how)),
            6 => self.command(|phone, token| phone.send_digits(now, call, "12p3", token)),
            _ => {
                self.phone.hangup_all(now);
                Ok(())
            }
        };
    }

    fn rule(&mut self, argument: u8, owner: u8) {
        let switch = |bit: u8| if argument >> bit & 1 == 1 { Switch::On } else { Switch::Off };
        let numbers = RuleNumbers {
            call_waiting: switch(0),
            single: pick(&[Switch::Unset, Switch::Off, Switch::On], usize::from(argument >> 1) % 3),
            dnd: if argument == 0xff { Switch::On } else { Switch::Off },
            forward: pick(&[u32::MAX, FORWARD_ALWAYS, FORWARD_BUSY, FORWARD_NO_ANSWER], usize::from(argument >> 3 & 3)),
            auto_answer: pick(&[u32::MAX, AUTO_ALL, AUTO_HEADER, AUTO_ALL], usize::from(argument >> 5 & 3)),
            auto_answer_s: u32::from(owner & 3),
            max_duration_s: u32::from(owner >> 2 & 7) * 9,
            decide_ms: if owner & 0x40 == 0 { u32::MAX } else { 700 },
            forward_s: 3,
            ..RuleNumbers::UNSET
        };
        let rules =
            Rules { numbers, forward_to: Some("200, sip:b@127.0.0.9"), deny: Some("mallory, 9*"), ..Rules::default() };
        let owner = if owner & 0x80 == 0 { AccountId::NONE } else { self.account };
        let _ = self.phone.set_rules(owner, &rules);
    }
}

impl Far {
    fn say(&mut self, world: &mut World<'_>, text: &str, spoil: u8) {
        let flow = match spoil >> 2 & 7 {
            0..=2 => FLOW,
            3 => stream_to(THERE, 1),
            4 => stream_to(THERE, 2),
            5 => stream_to(SocketAddr::new(THERE.ip(), 33_000), 1),
            6 => stream_to(SECOND, 1),
            _ => microsip_core::phone::Flow::Udp { socket: 0, remote: SECOND },
        };
        let mut bytes = text.as_bytes().to_vec();
        if spoil & 3 == 3 {
            let at = usize::from(spoil) * 7 % bytes.len().max(1);
            if let Some(byte) = bytes.get_mut(at) {
                *byte = spoil.rotate_left(3);
            }
        }
        world.hear_by(flow, &bytes);
        self.last = (flow, bytes);
    }

    fn step(&mut self, world: &mut World<'_>, (what, argument, spoil): (u8, u8, u8), rest: &[u8]) {
        let body = described(argument >> 2);
        let target = match spoil >> 5 & 3 {
            0 | 1 => "Contact: <sip:peer@127.0.0.2:5070>\r\n",
            2 => "Contact: <sip:peer@127.0.0.2:5070;transport=tcp>\r\n",
            _ => {
                "Contact: <sip:peer@elsewhere.test>\r\nP-Asserted-Identity: <sip:boss@phones.test>\r\nAnswer-Mode: Auto\r\n"
            }
        };
        let fresh = self.number + 1;
        // with reliable provisional responses
        let reliably = what & 16 != 0;
        let rseq = header(&world.answered, Name::RSeq);
        if !rseq.is_empty() {
            self.rack = format!("{rseq} {}", header(&world.answered, Name::CSeq));
        }
        match what & 15 {
            0 => {
                if spoil & 16 != 0 {
                    world.catch_up();
                }
                world.pass(Duration::from_millis(u64::from(argument) * 20));
            }
            1 if reliably => world.pass(Duration::from_secs(u64::from(argument) * 15)),
            1 => world.pass(Duration::from_secs(u64::from(argument & 63))),
            2 | 3 => {
                self.number = fresh;
                let choice = if what & 15 == 2 { argument & 0xc0 | 2 } else { argument & 0xc1 };
                let extension = match (reliably, spoil & 0x80) {
                    (false, _) => "",
                    (true, 0) => "Supported: 100rel\r\n",
                    (true, _) => "Require: 100rel\r\n",
                };
                let more = match argument >> 2 & 3 {
                    2 if reliably => timer(argument),
                    3 if reliably => identity(argument ^ spoil),
                    _ => String::new(),
                };
                let lines = format!("{target}{extension}{more}");
                self.say(world, &world.peer_request("INVITE", fresh, choice, &lines, &body), spoil);
            }
            4 if reliably => {
                self.number = fresh;
                let digits =
                    ["Signal=5\r\nDuration=160\r\n", "Signal=#", "Signal=16\r\n", "Signal=\r\nSignal", "7", "xx"];
                let kind = pick(&["application/dtmf-relay", "application/dtmf", "text/x"], usize::from(spoil >> 5));
                let lines = format!("Content-Type: {kind}\r\n{target}");
                let body = pick(&digits, usize::from(argument >> 2 & 7));
                self.say(world, &world.peer_request("INFO", fresh, argument & 0xc1, &lines, body), spoil & 31);
            }
            4 => self.say(
                world,
                &world.peer_request("ACK", self.number, argument & 0xc1, "", if spoil & 1 == 0 { "" } else { &body }),
                spoil,
            ),
            5 | 6 => {
                self.number = fresh;
                let more = match (reliably, spoil & 0x80) {
                    (false, _) => String::new(),
                    (true, 0) => timer(argument ^ spoil),
                    (true, _) => identity(argument ^ spoil),
                };
                let body = if reliably && spoil & 1 == 0 { "" } else { &body };
                let text = world.peer_request("UPDATE", fresh, argument & 0xc1, &format!("{target}{more}"), body);
                // the far end may be named otherwise
                let ours = "From: <sip:peer@127.0.0.2>;";
                let text = if reliably { text.replacen(ours, &format!("From: {};", named(argument)), 1) } else { text };
                self.say(world, &text, spoil);
            }
            7 | 8 => {
                let authorized =
                    pick(&["", "P-Early-Media: inactive\r\n", "P-Early-Media: sendonly\r\n"], usize::from(spoil >> 6));
                let extension = match reliably {
                    false if spoil & 0x40 == 0 => String::new(),
                    false if spoil & 0x80 == 0 => timer(argument ^ spoil),
                    false => identity(argument ^ spoil),
                    true => format!("Require: 100rel\r\nRSeq: {}\r\n{authorized}", 1 + (argument >> 4 & 3)),
                };
                let lines = format!("{target}{extension}");
                self.say(world, &world.peer_response(argument, &lines, &described(spoil >> 3)), spoil & 31);
            }
            9 if reliably => {
                self.number = fresh;
                let rack = format!("RAck: {}\r\n", self.rack);
                let body = if argument & 0x20 == 0 { "" } else { &body };
                self.say(world, &world.peer_request("PRACK", fresh, argument & 0xc1, &rack, body), spoil);
            }
            9 => {
                let method = pick(&["BYE", "CANCEL", "OPTIONS", "ACK"], usize::from(argument >> 2 & 3));
                let number = if matches!(method, "BYE" | "OPTIONS") { fresh } else { self.number };
                self.number = number;
                self.say(world, &world.peer_request(method, number, argument & 0xc1, "", ""), spoil);
            }
            10 | 11 if reliably => world.wish_more(argument, spoil),
            10 | 11 => world.wish(argument),
            12 => world.rule(argument, spoil),
            13 => {
                // again, as a retransmission or by another way
                let (flow, bytes) = self.last.clone();
                let flow = if argument & 1 == 0 { flow } else { FLOW };
                world.hear_by(flow, &bytes);
            }
            14 => match argument & 3 {
                0 => world.phone.handle_flow_failed(world.now, FLOW),
                1 => world.phone.handle_flow_failed(world.now, stream_to(THERE, 1 + u16::from(argument >> 2 & 1))),
                2 => world.phone.handle_local_changed(world.now),
                _ => {
                    let length = usize::from(argument).min(rest.len());
                    world.hear_by(stream_to(THERE, 1), rest.get(..length).unwrap_or_default());
                }
            },
            _ => {
                if spoil & 4 == 0 {
                    let payload = pick(&[0, 8, 101, 101], usize::from(argument & 3));
                    let mut packet = vec![0x80, payload, 0, argument, 0, 0, argument, spoil];
                    packet.extend([1, 2, 3, 4, argument & 15, spoil & 0x80, 1, argument]);
                    world.hear_media(spoil, &mut packet);
                }
                world.sound();
            }
        }
        world.drain();
        world.read_texts();
    }
}

/// Steps of three bytes each. In the end everything is hung up, and nothing may be left.
pub fn session(bytes: &[u8]) {
    let Some((&seed, mut rest)) = bytes.split_first() else { return };
    let block = bumpalo::Bump::new();
    let config = AccountConfig {
        uri: "sip:anna@phones.test",
        password: PASSWORD,
        no_register: seed & 0x80 != 0,
        ..AccountConfig::default()
    };
    let Some(mut world) = World::new(seed, bytes, &config, &block) else { return };
    world.streams = true;
    let mut far = Far { last: (FLOW, Vec::new()), number: 0, rack: String::new() };
    for _ in 0..STEPS {
        let [what, argument, spoil, behind @ ..] = rest else { break };
        world.mood = what >> 5;
        far.step(&mut world, (*what, *argument, *spoil), behind);
        rest = behind;
    }
    world.end();
}
