//! The life of a REFER, in each role: a far end that refers us, is referred and notifies, and takes the place of its own
//! calls, in any order and form; the application transfers, follows, refuses, or does nothing; the network fails between.
//!
//! The input is a row of steps, as for the target `session`.

use crate::session::{described, named, pick};
use crate::world::{FLOW, PASSWORD, World, header};
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountChange, AccountConfig, AccountId, CallId, DialOptions, MessageId, MessageText, Source, TransferOptions,
    TransferPolicy, TransferTo,
};
use microsip_core::wire::sip::Name;

/// Steps of one input; bytes behind them are not read.
const STEPS: usize = 96;

/// The number of its last request, and its last message.
struct Far {
    number: u32,
    last: Vec<u8>,
}

/// A value of Refer-To, whatever the far end makes of it.
fn target(world: &World<'_>, number: u8) -> String {
    match number & 7 {
        0 | 1 => "<sip:carol@127.0.0.2:5070>".to_owned(),
        2 => format!("<sip:carol@127.0.0.2:5070?Replaces={}&Require=replaces>", escaped(&own_call(world, number >> 3))),
        3 => format!("<sip:anna@127.0.0.1:5060?Replaces={}>", escaped(&own_call(world, number >> 3))),
        4 => "<tel:+4930>, <sip:x@y>".to_owned(),
        5 => "<sip:carol@elsewhere.test;method=INVITE?X-Evil=1&Replaces=a%0D%0AX-Evil:1>".to_owned(),
        6 => "<sip:x@y?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2&Referred-By=%3Csip:z%3E>".to_owned(),
        _ => named(number),
    }
}

fn escaped(text: &str) -> String {
    text.replace(';', "%3B").replace('=', "%3D").replace('@', "%40")
}

/// The far end's name of a call of its with the phone.
fn own_call(world: &World<'_>, number: u8) -> String {
    let to = header(&world.answered, Name::To);
    let tag = to.split("tag=").nth(1).unwrap_or("0");
    let early = if number & 4 == 0 { "" } else { ";early-only" };
    match number & 3 {
        0 | 1 => format!("{};to-tag={tag};from-tag=p{early}", header(&world.answered, Name::CallId)),
        2 => {
            let (from, id) = (header(&world.invite, Name::From), header(&world.invite, Name::CallId));
            format!("{id};to-tag={};from-tag=q0{early}", from.split("tag=").nth(1).unwrap_or("0"))
        }
        _ => format!("c{};to-tag={tag};from-tag=0", number >> 3),
    }
}

fn referring(world: &World<'_>, argument: u8, spoil: u8) -> String {
    let by = match spoil >> 5 {
        0..=3 => String::new(),
        4 => "Refer-Sub: false\r\n".to_owned(),
        5 => format!("Referred-By: {};cid=\"1@x\"\r\n", named(spoil)),
        6 => format!(
            "Target-Dialog: {}\r\n",
            own_call(world, spoil).replace("to-tag", "remote-tag").replace("from-", "local-")
        ),
        _ => format!("Refer-Sub: FALSE ;x\r\nRefer-To: {}\r\n", target(world, spoil)),
    };
    format!("Refer-To: {}\r\nContact: <sip:peer@127.0.0.2:5070>\r\n{by}", target(world, argument))
}

/// The lines of a NOTIFY, and its body.
fn notification(world: &World<'_>, argument: u8, spoil: u8) -> (String, &'static str) {
    let number = header(&world.asked, Name::CSeq);
    let event = match argument & 7 {
        0..=3 => "refer".to_owned(),
        4 | 5 => format!("refer;id={}", number.split(' ').next().unwrap_or("1")),
        6 => "refer;id=4294967296".to_owned(),
        _ => "presence".to_owned(),
    };
    let state = pick(
        &["active;expires=60", "terminated;reason=noresource", "pending", "terminated", "", "active;expires=x"],
        usize::from(argument >> 3 & 7),
    );
    let body = pick(
        &[
            "SIP/2.0 100 Trying\r\n",
            "SIP/2.0 180 Ringing\r\n",
            "SIP/2.0 200 OK\r\n",
            "SIP/2.0 486 Busy Here\r\nX-Evil: 1\r\n",
            "",
            "SIP/2.0 999",
            "\r\n\r\nSIP/2.0 603 \u{1b}[2J",
            "INVITE sip:a SIP/2.0",
        ],
        usize::from(spoil >> 5),
    );
    let kind = if argument & 0x40 == 0 { "message/sipfrag;version=2.0" } else { "text/plain" };
    let kind = if body.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
    (format!("Event: {event}\r\nSubscription-State: {state}\r\nContact: <sip:peer@127.0.0.2:5070>\r\n{kind}"), body)
}

impl Far {
    fn say(&mut self, world: &mut World<'_>, text: &str, spoil: u8) {
        let mut bytes = text.as_bytes().to_vec();
        self.last.clone_from(&bytes);
        // behind the Vias, which a response has to repeat as they are
        let behind = text.find("\r\nFrom").unwrap_or_default();
        if spoil & 3 == 3
            && let Some(byte) = bytes.get_mut(behind + usize::from(spoil) * 7 % (text.len() - behind).max(1))
        {
            *byte = spoil.rotate_left(3);
        }
        world.hear(&bytes);
    }

    fn ask(&mut self, world: &mut World<'_>, method: &str, choice: u8, lines: &str, body: &str, spoil: u8) {
        self.number += u32::from(!matches!(method, "ACK" | "CANCEL"));
        let text = world.peer_request(method, self.number, choice, lines, body);
        self.say(world, &text, spoil);
    }

    fn wish(world: &mut World<'_>, argument: u8, spoil: u8) {
        let calls: Vec<CallId> = world.phone.calls().collect();
        let call = pick(&calls, usize::from(argument >> 7));
        let other = pick(&calls, usize::from(argument >> 6 & 1));
        let (now, account) = (world.now, if argument & 0x20 == 0 { world.account } else { AccountId::NONE });
        let refers: Vec<MessageId> = world.phone.messages().collect();
        let refer = pick(&refers, usize::from(argument >> 6 & 1));
        // a command may be refused: that is a result, not a failure
        let _ = match argument & 15 {
            0..=2 => {
                let to = match argument & 3 {
                    0 => TransferTo::Target("sip:carol@127.0.0.2:5070"),
                    1 => TransferTo::Target("dora"),
                    _ => TransferTo::Call(other),
                };
                let no_progress = spoil & 0x80 != 0;
                world.command(|phone, token| {
                    let options = TransferOptions { token, no_progress, headers: "X-More: 1\r\n" };
                    phone.transfer(now, call, to, &options)
                })
            }
            3..=6 => {
                let target = if argument & 0x10 == 0 { "" } else { "sip:dora@127.0.0.2:5070" };
                let options = DialOptions { refer, source: Source::Silence, ..DialOptions::default() };
                world.phone.dial(now, account, target, &options).map(drop)
            }
            7 => world.phone.message_answer(now, refer, u16::from(spoil) * 3),
            8 => world.phone.message_release(now, refer),
            9 | 10 => world.phone.answer(now, call, if spoil & 1 == 0 { 200 } else { 180 }),
            11 => world.phone.hangup(now, call),
            12 => {
                let replaces = if spoil & 0x80 == 0 { "" } else { "a@b;to-tag=1;from-tag=2" };
                let options = DialOptions { replaces, source: Source::Silence, ..DialOptions::default() };
                world.phone.dial(now, account, "sip:bob@127.0.0.2:5070", &options).map(drop)
            }
            13 => world.command(|phone, token| phone.hold(now, call, spoil & 1 == 0, token)),
            14 => world.phone.reject(now, call, 0),
            _ => {
                let policy = |bits: u8| {
                    let all = [TransferPolicy::Ask, TransferPolicy::Follow, TransferPolicy::Refuse];
                    pick(&all, usize::from(bits & 3))
                };
                let change =
                    AccountChange { refer: policy(spoil), replaces: policy(spoil >> 2), ..AccountChange::default() };
                world.phone.account_update(now, world.account, &change)
            }
        };
    }

    fn step(&mut self, world: &mut World<'_>, (what, argument, spoil): (u8, u8, u8)) {
        let choice = argument & 0xc1;
        let body = described(argument >> 3);
        let contact = "Contact: <sip:peer@127.0.0.2:5070>\r\n";
        match what & 15 {
            0 => {
                world.catch_up();
                world.pass(Duration::from_millis(u64::from(argument) * 20));
            }
            1 => world.pass(Duration::from_secs(u64::from(argument))),
            2 => self.ask(world, "INVITE", argument & 0xc0 | 2, contact, &body, spoil),
            3 => {
                let lines = format!("{contact}Replaces: {}\r\n", own_call(world, spoil >> 2));
                self.ask(world, "INVITE", argument & 0xc0 | 2, &lines, &body, spoil);
            }
            4 => self.ask(world, "ACK", choice, "", "", 0),
            5 | 6 => self.ask(world, "REFER", choice, &referring(world, argument >> 1, spoil), "", spoil),
            7 => self.ask(world, "REFER", argument & 0xc0 | 2, &referring(world, argument, spoil), "", spoil),
            8 | 9 => {
                let (lines, body) = notification(world, argument, spoil);
                self.ask(world, "NOTIFY", what >> 4 & 1, &lines, body, spoil);
            }
            10 | 11 => {
                let more =
                    if spoil & 0x80 == 0 { contact.to_owned() } else { format!("{contact}Refer-Sub: false\r\n") };
                let body = if what & 16 == 0 { described(spoil >> 2) } else { String::new() };
                // to the last NOTIFY, or to what was asked last
                if what & 16 != 0 && !world.notify.is_empty() {
                    world.asked.clone_from(&world.notify);
                }
                let text = world.peer_response(argument, &more, &body);
                self.say(world, &text, spoil);
            }
            12 => {
                let method = pick(&["BYE", "CANCEL", "SUBSCRIBE", "MESSAGE"], usize::from(argument >> 1 & 3));
                self.ask(world, method, choice, "", "", spoil);
            }
            13 => match argument & 3 {
                0 => world.phone.handle_flow_failed(world.now, FLOW),
                1 => world.phone.handle_local_changed(world.now),
                _ => {
                    let last = self.last.clone();
                    world.hear(&last);
                }
            },
            _ => Self::wish(world, argument, spoil),
        }
        world.drain();
        world.read_texts();
        let mut room = [0u8; 2048];
        for message in world.phone.messages() {
            for which in
                [MessageText::ReferTo, MessageText::ReferredBy, MessageText::RemoteUri, MessageText::RemoteName]
            {
                let _ = world.phone.message_text(message, which, &mut Cursor::new(&mut room));
            }
        }
    }
}

/// Steps of three bytes each. In the end everything is hung up, and nothing may be left.
pub fn refer(bytes: &[u8]) {
    let Some((&seed, mut rest)) = bytes.split_first() else { return };
    let block = bumpalo::Bump::new();
    let policy = |bits: u8| pick(&[TransferPolicy::Inherited, TransferPolicy::Follow], usize::from(bits & 1));
    let config = AccountConfig {
        uri: "sip:anna@phones.test",
        password: PASSWORD,
        no_register: seed & 0x80 != 0,
        refer: policy(seed >> 5),
        replaces: policy(seed >> 6),
        ..AccountConfig::default()
    };
    let Some(mut world) = World::new(seed, bytes, &config, &block) else { return };
    let mut far = Far { number: 0, last: Vec::new() };
    // with a server that is known; without one its calls are direct
    if seed & 0x80 == 0 {
        let _ = world.phone.register(world.now, world.account, 0);
        world.drain();
        let contact = format!("Contact: {};expires=600\r\n", header(&world.asked, Name::Contact));
        let bound = world.peer_response(3, &contact, "");
        world.hear(bound.as_bytes());
        world.drain();
    }
    for _ in 0..STEPS {
        let [what, argument, spoil, behind @ ..] = rest else { break };
        world.mood = what >> 5;
        far.step(&mut world, (*what, *argument, *spoil));
        rest = behind;
    }
    for message in world.phone.messages().collect::<Vec<_>>() {
        let _ = world.phone.message_release(world.now, message);
    }
    world.end();
}
