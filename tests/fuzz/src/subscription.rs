//! The life of subscriptions: a far end that accepts, refuses, challenges, forks and notifies, in any order and form; the
//! application subscribes, takes back and releases; the network fails between. However fast the far end answers, a minute
//! has a bounded number of SUBSCRIBEs.
//!
//! The input is a row of steps, as for the target `session`.

use crate::session::{described, pick};
use crate::world::{ELSEWHERE, FLOW, PASSWORD, THERE, World, header};
use core::fmt::Write as _;
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountConfig, AccountId, NewSubscription, Package, Resource, SubscriptionId, SubscriptionState, SubscriptionText,
};
use microsip_core::wire::sip::Name;

/// Steps of one input; bytes behind them are not read.
const STEPS: usize = 96;
/// Subscriptions at a time.
const SLOTS: u32 = 2;
/// SUBSCRIBEs of a minute at most: of each subscription one each five seconds, one at once and three for a 423, each at
/// two addresses, and of each four more for challenges.
const A_MINUTE: usize = SLOTS as usize * (12 + 1 + 1 + 3) * 2 * 5;

const TEXTS: [SubscriptionText; 8] = [
    SubscriptionText::RemoteUri,
    SubscriptionText::Replaces,
    SubscriptionText::ContentType,
    SubscriptionText::Note,
    SubscriptionText::EntryUri,
    SubscriptionText::EntryName,
    SubscriptionText::EntryResource,
    SubscriptionText::EntryReason,
];

/// The far end of all subscriptions.
struct Far {
    number: u32,
    /// The version of its next document.
    version: u32,
    last: Vec<u8>,
}

/// A number, as far ends write it.
fn seconds(choice: u8) -> &'static str {
    pick(&["600", "0", "1", "60", "4294967295", "99999999999", "x", "90"], usize::from(choice & 7))
}

/// Lines of a response.
fn lines(choice: u8, status: u16) -> String {
    let mut lines = String::new();
    if choice & 1 == 0 {
        lines.push_str("Contact: <sip:peer@127.0.0.2:5070>\r\n");
    }
    let _ = match status {
        401 => write!(
            lines,
            "WWW-Authenticate: Digest realm=\"phones.test\", nonce=\"n{choice}\", qop=\"auth\"{}\r\n",
            if choice & 2 == 0 { "" } else { ", stale=true" }
        ),
        423 => write!(lines, "Min-Expires: {}\r\n", 60 + 600 * u32::from(choice)),
        300.. => write!(lines, "Retry-After: {}\r\n", seconds(choice >> 1)),
        _ => write!(lines, "Expires: {}\r\n", seconds(choice >> 1)),
    };
    lines
}

/// A document, of one kind or of none.
fn document(package: u8, number: u32, choice: u8) -> (&'static str, String) {
    let state = pick(&["early", "confirmed", "terminated", "trying", "odd"], usize::from(choice >> 3 & 7));
    match package & 7 {
        0..=2 => {
            let mut list = String::new();
            for nth in 0..(choice & 7) * 8 {
                let _ = write!(
                    list,
                    "<dialog id='{}' call-id='c' local-tag='l' remote-tag='r'><state>{state}</state><remote><identity \
                     display='&lt;{nth}'>sip:x@y</identity></remote></dialog>",
                    u32::from(nth) + number % 3
                );
            }
            let whole = if choice & 0x40 == 0 { "full" } else { "partial" };
            let text = format!("<dialog-info version='{number}' state='{whole}' entity='sip:x'>{list}</dialog-info>");
            ("application/dialog-info+xml", text)
        }
        3 | 4 => {
            ("application/simple-message-summary", format!("Messages-Waiting: yes\r\nVoice-Message: {number}/2\r\n"))
        }
        5 => {
            let basic = if choice & 1 == 0 { "open" } else { "closed" };
            let text = format!(
                "<presence entity='sip:x'><tuple id='t'><status><basic>{basic}</basic></status><note>{}</note></tuple></presence>",
                "n".repeat(usize::from(choice) * 2)
            );
            ("application/pidf+xml", text)
        }
        6 if choice & 1 == 0 => ("text/plain", "x".repeat(usize::from(choice))),
        6 => ("multipart/related;boundary=b", list(number, choice, "b", true)),
        _ => ("", String::new()),
    }
}

/// A list of parties, of which some have a document of one kind, none, or one that another has too.
fn list(number: u32, choice: u8, boundary: &str, outer: bool) -> String {
    let (mut rows, mut parts) = (String::new(), String::new());
    for nth in 0..u32::from(choice >> 1 & 7) * 6 {
        let (name, which) = (nth + number % 3, (nth as u8).wrapping_mul(37) ^ choice);
        let state = pick(&["active", "active", "active", "pending", "terminated"], usize::from(which & 7));
        let (kind, text) = match which >> 5 {
            7 if outer => ("multipart/related;boundary=bb".to_owned(), list(number, which, "bb", false)),
            package => {
                let (kind, text) = document(package % 6, number, choice & 0xc8 | which & 0x11);
                (kind.to_owned(), text)
            }
        };
        let _ = write!(
            rows,
            "<resource uri='sip:{name}@x'><name>{nth}</name><instance id='{}' state='{state}' cid='{}'/></resource>",
            which & 1,
            name & 0x1e
        );
        let _ = write!(parts, "--{boundary}\r\nContent-ID: <{name}>\r\nContent-Type: {kind}\r\n\r\n{text}\r\n");
    }
    let whole = choice & 0x40 == 0;
    format!(
        "--{boundary}\r\nContent-Type: application/rlmi+xml\r\n\r\n<list uri='sip:x' version='{number}' fullState='{whole}'>\
         {rows}</list>\r\n{parts}--{boundary}--\r\n"
    )
}

impl Far {
    fn say(&mut self, world: &mut World<'_>, text: &str, spoil: u8) {
        let mut bytes = text.as_bytes().to_vec();
        self.last.clone_from(&bytes);
        let behind = text.find("\r\nFrom").unwrap_or_default();
        if spoil & 7 == 7
            && let Some(byte) = bytes.get_mut(behind + usize::from(spoil) * 7 % (text.len() - behind).max(1))
        {
            *byte = spoil.rotate_left(3);
        }
        world.hear_from(if spoil & 0x38 == 0x38 { ELSEWHERE } else { THERE }, &bytes);
    }

    /// A SUBSCRIBE of the phone: the last, or one before it.
    fn subscribe(world: &World<'_>, back: u8) -> Vec<u8> {
        world.subscribes.iter().rev().nth(usize::from(back & 3)).map(|(_, bytes)| bytes.clone()).unwrap_or_default()
    }

    fn respond(&mut self, world: &mut World<'_>, subscribe: &[u8], (argument, spoil): (u8, u8)) {
        const CODES: [u16; 16] = [200, 200, 200, 202, 401, 403, 404, 407, 408, 423, 480, 481, 489, 503, 302, 100];
        let code = CODES.get(usize::from(argument & 15)).copied().unwrap_or(200);
        let fields: String = [Name::Via, Name::From, Name::CallId, Name::CSeq]
            .iter()
            .map(|name| format!("{}: {}\r\n", name.text(), header(subscribe, *name)))
            .collect();
        let to = header(subscribe, Name::To);
        let tag = if to.contains("tag=") { String::new() } else { format!(";tag=q{}", argument >> 6) };
        let text = format!(
            "SIP/2.0 {code} X\r\n{fields}To: {to}{tag}\r\n{}Content-Length: 0\r\n\r\n",
            lines(argument >> 4 | spoil & 0xf0, code)
        );
        self.say(world, &text, spoil & 7);
    }

    /// A request in the dialog of a SUBSCRIBE.
    fn ask(
        &mut self,
        world: &mut World<'_>,
        method: &str,
        (subscribe, tag): (&[u8], u8),
        (more, body): (&str, &str),
        spoil: u8,
    ) {
        self.number += 1;
        let (number, to) = (self.number, header(subscribe, Name::To));
        let tag = if to.contains("tag=") { String::new() } else { format!(";tag=q{}", tag & 3) };
        let text = format!(
            "{method} sip:anna@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.2:5070;branch=z9hG4bKs{number}{method};rport\r\n\
             Max-Forwards: 70\r\nFrom: {to}{tag}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {number} {method}\r\n\
             Contact: <sip:peer@127.0.0.2:5070>\r\n{more}Content-Length: {}\r\n\r\n{body}",
            header(subscribe, Name::From),
            header(subscribe, Name::CallId),
            body.len()
        );
        self.say(world, &text, spoil);
    }

    fn notify(&mut self, world: &mut World<'_>, subscribe: &[u8], (argument, spoil): (u8, u8), package: u8) {
        let reason = pick(
            &[
                "",
                ";reason=deactivated",
                ";reason=timeout",
                ";reason=probation;retry-after=0",
                ";reason=giveup;retry-after=1",
            ],
            usize::from(spoil >> 5),
        );
        let state = match argument & 7 {
            0 | 1 => format!("active;expires={}", seconds(argument >> 3)),
            2 => "active".to_owned(),
            3 => "pending".to_owned(),
            4 | 5 => format!("terminated{reason}"),
            6 => format!("terminated;reason={}", if argument & 8 == 0 { "rejected" } else { "noresource" }),
            _ => ";".to_owned(),
        };
        let event = header(subscribe, Name::Event);
        let event = if package & 0x18 == 0x18 { "x;id=9".to_owned() } else { event };
        // each follows the last, but for those that do not
        self.version = match package >> 5 {
            0..=4 => self.version.wrapping_add(1),
            5 => self.version.wrapping_add(2),
            6 => self.version,
            _ => 0,
        };
        let (kind, body) = document(package, self.version, argument.rotate_left(4) ^ spoil);
        let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
        let lines = format!("Event: {event}\r\nSubscription-State: {state}\r\n{kind}");
        self.ask(world, "NOTIFY", (subscribe, argument >> 6), (&lines, &body), spoil & 0x1f);
    }

    fn wish(world: &mut World<'_>, argument: u8, spoil: u8) {
        let all: Vec<SubscriptionId> = world.phone.subscriptions().collect();
        let one = pick(&all, usize::from(argument >> 7));
        let (now, account) = (world.now, if argument & 0x40 == 0 { world.account } else { AccountId::NONE });
        // a command may be refused: that is a result, not a failure
        match argument & 7 {
            0..=3 => {
                let package = pick(
                    &[Package::Dialog, Package::MessageSummary, Package::Presence, Package::Other],
                    spoil as usize & 3,
                );
                let other = package == Package::Other;
                let new = NewSubscription {
                    package,
                    expires: pick(&[0, 1, 60, u32::MAX], usize::from(spoil >> 2 & 3)),
                    once: spoil & 0x30 == 0x30,
                    event: if other { "x;id=3" } else { "" },
                    accept: if other && spoil & 0x40 != 0 { "a/b, c/d" } else { "" },
                    headers: if spoil & 0x80 == 0 { "" } else { "X-More: 1\r\n" },
                    tag: 1,
                };
                let target = if argument & 0x20 == 0 { "sip:box@127.0.0.2:5070" } else { "sip:box@phones.test" };
                let _ = world.phone.subscription_add(now, account, target, &new);
            }
            4 | 5 => {
                if world.phone.subscription_remove(now, one).is_ok() {
                    world.taken_back.insert(one.raw());
                }
            }
            6 => {
                let _ = world.phone.subscription_release(one);
            }
            _ => match spoil & 3 {
                0 => world.phone.handle_flow_failed(now, FLOW),
                1 | 2 => world.phone.handle_local_changed(now),
                _ => {
                    let _ = world.phone.register(now, world.account, 0);
                }
            },
        }
    }

    /// For a minute each SUBSCRIBE gets the same at once.
    fn storm(&mut self, world: &mut World<'_>, argument: u8, spoil: u8) {
        let until = world.now + Duration::from_secs(60);
        let before = world.subscribes.len();
        // beginning with the last one
        let mut seen = before.saturating_sub(1);
        loop {
            while let Some((_, subscribe)) = world.subscribes.get(seen) {
                let subscribe = subscribe.clone();
                seen += 1;
                assert!(seen <= before + A_MINUTE, "more than {A_MINUTE} SUBSCRIBEs in a minute");
                if spoil & 0x18 != 0 {
                    self.respond(world, &subscribe, (argument, spoil & 0xf0));
                    world.drain();
                }
                if spoil & 0x18 != 0x18 {
                    self.notify(world, &subscribe, (spoil & 0x3f | argument & 0xc0, argument & 0xe0), argument);
                    world.drain();
                }
            }
            if world.now >= until || !world.next(until) {
                break;
            }
        }
    }

    fn step(&mut self, world: &mut World<'_>, (what, argument, spoil): (u8, u8, u8)) {
        let subscribe = Self::subscribe(world, what >> 4);
        match what & 15 {
            0 => {
                world.catch_up();
                world.pass(Duration::from_millis(u64::from(argument) * 20));
            }
            1 => world.pass(Duration::from_secs(u64::from(argument))),
            2 => world.pass(Duration::from_secs(u64::from(argument) * 60)),
            3..=5 => Self::wish(world, argument, spoil),
            6..=8 => self.respond(world, &subscribe, (argument, spoil)),
            9..=12 => self.notify(world, &subscribe, (argument, spoil), spoil.rotate_left(3) ^ argument >> 2),
            13 => {
                let methods = ["BYE", "INVITE", "REFER", "MESSAGE", "SUBSCRIBE", "OPTIONS", "INFO"];
                let method = pick(&methods, usize::from(argument & 7));
                let lines = "Refer-To: <sip:carol@127.0.0.2:5070>\r\nEvent: dialog\r\n";
                let body = if method == "INVITE" { described(spoil) } else { String::new() };
                let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
                self.ask(world, method, (&subscribe, argument >> 6), (&format!("{lines}{kind}"), &body), spoil);
            }
            14 => {
                let last = self.last.clone();
                world.hear(&last);
            }
            _ => self.storm(world, argument, spoil),
        }
        world.drain();
        read(world);
    }
}

/// Each subscription's numbers, entries, texts and body.
fn read(world: &World<'_>) {
    let mut room = [0u8; 2048];
    for subscription in world.phone.subscriptions() {
        let Ok(info) = world.phone.subscription_info(subscription) else { continue };
        let mut count = 0;
        while world.phone.subscription_entry(subscription, count).is_ok() {
            for which in TEXTS {
                let _ = world.phone.subscription_text(subscription, which, count, &mut Cursor::new(&mut room));
            }
            count += 1;
        }
        assert_eq!(count, info.entries, "entries that can be read");
        assert!(count <= 128, "{count} entries");
        let first = world.phone.subscription_entry(subscription, 0).map(|entry| entry.resource != Resource::None);
        assert!(
            first.is_err() || first == Ok(info.list),
            "a list begins with a party, and nothing else does: {info:?}"
        );
        let _ = world.phone.subscription_body(subscription);
        if info.state == SubscriptionState::Active && !world.taken_back.contains(&subscription.raw()) {
            // it is refreshed, or it ends; nobody is waited for without a time
            assert!(world.phone.poll_timeout().is_some(), "an active one without a deadline: {info:?}");
        }
    }
}

/// Steps of three bytes each. In the end everything is taken back, and nothing may be left.
pub fn subscription(bytes: &[u8]) {
    let Some((&seed, mut rest)) = bytes.split_first() else { return };
    let block = bumpalo::Bump::new();
    let config = AccountConfig {
        uri: "sip:anna@phones.test",
        password: PASSWORD,
        no_register: seed & 0x80 != 0,
        ..AccountConfig::default()
    };
    let Some(mut world) = World::watching(seed, bytes, &config, &block, SLOTS) else { return };
    let mut far = Far { number: 0, version: 0, last: Vec::new() };
    for _ in 0..STEPS {
        let [what, argument, spoil, behind @ ..] = rest else { break };
        world.mood = what >> 5;
        far.step(&mut world, (*what, *argument, *spoil));
        rest = behind;
    }
    world.end();
}
