//! An engine or a phone of the host family, with a far end that a test writes: the commands of both by one name, and
//! all that their getters tell.
#![allow(unused_unsafe, reason = "some commands take no pointer")]
#![allow(dead_code, reason = "each test uses its part")]

use core::ffi::{CStr, c_char};
use core::fmt::Write;
use core::time::Duration;
use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::engine::*;
use microsip::phone::*;
use std::collections::BTreeSet;
use std::net::UdpSocket;
use std::sync::Mutex;
use std::time::Instant;

/// A busy machine may take its time; where the message comes, this costs nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// A struct of the header with its size, and nothing else.
pub(crate) fn zeroed<T>() -> T {
    let mut made = core::mem::MaybeUninit::<T>::zeroed();
    // SAFETY: the structs of the header begin with their size, and zero is a value of each of their members.
    unsafe {
        made.as_mut_ptr().cast::<u32>().write(size_of::<T>() as u32);
        made.assume_init()
    }
}

/// Records a function's result, once, in the file that MICROSIP_SEEN names: tests/abi/seen.py holds them against the
/// header.
pub(crate) fn seen(function: &str, result: i32) -> i32 {
    static SEEN: Mutex<BTreeSet<(String, i32)>> = Mutex::new(BTreeSet::new());
    if let Ok(path) = std::env::var("MICROSIP_SEEN") {
        let mut seen = SEEN.lock().unwrap();
        if seen.insert((function.to_owned(), result)) {
            let mut file = std::fs::File::options().create(true).append(true).open(path).unwrap();
            std::io::Write::write_all(&mut file, format!("{function} {result}\n").as_bytes()).unwrap();
        }
    }
    result
}

pub(crate) struct Board {
    memory: Vec<u64>,
    pub(crate) e: *mut microsip_engine,
    pub(crate) now: u64,
    sent: Vec<String>,
    events: Vec<microsip_event>,
    events_off: bool,
}

pub(crate) struct Desk {
    pub(crate) id: u64,
    far: UdpSocket,
    _media: UdpSocket,
    events: Vec<microsip_event>,
    events_off: bool,
}

pub(crate) enum World {
    Engine(Board),
    Host(Desk),
}

/// `both! { name(engine's function, host's; arguments) }`
macro_rules! both {
    ($($name:ident($engine:ident, $host:ident; $($argument:ident: $type:ty),*);)*) => {
        impl World {
            $(pub(crate) fn $name(&self, $($argument: $type),*) -> i32 {
                // SAFETY: the tests pass what outlives the call.
                match self {
                    Self::Engine(board) => seen(stringify!($engine), unsafe { $engine(board.e, board.now, $($argument),*) }),
                    Self::Host(desk) => seen(stringify!($host), unsafe { $host(desk.id, $($argument),*) }),
                }
            })*
        }
    };
}

both! {
    account_add(microsip_engine_account_add, microsip_account_add; a: *const microsip_account, account: *mut u64);
    account_update(microsip_engine_account_update, microsip_account_update; account: u64, a: *const microsip_account);
    account_remove(microsip_engine_account_remove, microsip_account_remove; account: u64);
    account_register(microsip_engine_account_register, microsip_account_register; account: u64, token: u64);
    account_unregister(microsip_engine_account_unregister, microsip_account_unregister; account: u64, token: u64);
    account_publish(microsip_engine_account_publish, microsip_account_publish; account: u64, p: *const microsip_presence, token: u64);
    account_info_get(microsip_engine_account_info_get, microsip_account_info_get; account: u64, out: *mut microsip_account_info);
    account_mailbox_get(microsip_engine_account_mailbox_get, microsip_account_mailbox_get; account: u64, index: u32, out: *mut microsip_entry);
    dial(microsip_engine_dial, microsip_dial; account: u64, uri: *const c_char, o: *const microsip_options, call: *mut u64);
    answer(microsip_engine_answer, microsip_answer; call: u64, code: u32, o: *const microsip_options);
    reject(microsip_engine_reject, microsip_reject; call: u64, code: u32, o: *const microsip_options);
    hangup(microsip_engine_hangup, microsip_hangup; call: u64, o: *const microsip_options);
    hold(microsip_engine_hold, microsip_hold; call: u64, on: u32, token: u64);
    identify(microsip_engine_identify, microsip_identify; call: u64, caller: *const c_char, token: u64);
    reoffer(microsip_engine_reoffer, microsip_reoffer; call: u64, m: *const microsip_media, token: u64);
    transfer(microsip_engine_transfer, microsip_transfer; call: u64, uri: *const c_char, consult: u64, o: *const microsip_options, token: u64);
    call_info_get(microsip_engine_call_info_get, microsip_call_info_get; call: u64, out: *mut microsip_call_info);
    digits(microsip_engine_digits, microsip_digits; call: u64, digits: *const c_char, o: *const microsip_digit_options, token: u64);
    digit_start(microsip_engine_digit_start, microsip_digit_start; call: u64, digit: u32, o: *const microsip_digit_options, token: u64);
    digit_stop(microsip_engine_digit_stop, microsip_digit_stop; call: u64);
    rules_set(microsip_engine_rules_set, microsip_rules_set; owner: u64, rules: *const microsip_rules);
    rules_get(microsip_engine_rules_get, microsip_rules_get; owner: u64, out: *mut microsip_rules);
    conference_create(microsip_engine_conference_create, microsip_conference_create; tag: u64, conference: *mut u64);
    member_set(microsip_engine_conference_member_set, microsip_conference_member_set; conference: u64, member: u64, m: *const microsip_member);
    member_remove(microsip_engine_conference_member_remove, microsip_conference_member_remove; conference: u64, member: u64);
    member_get(microsip_engine_conference_member_get, microsip_conference_member_get; conference: u64, member: u64, out: *mut microsip_member);
    source_set(microsip_engine_source_set, microsip_source_set; target: u64, source: u32);
    music_set(microsip_engine_music_set, microsip_music_set; target: u64, music: u32, path: *const c_char);
    mute_set(microsip_engine_mute_set, microsip_mute_set; target: u64, on: u32);
    volume_set(microsip_engine_volume_set, microsip_volume_set; target: u64, dev: u32, percent: u32);
    tones_set(microsip_engine_tones_set, microsip_tones_set; t: *const microsip_tones);
    tones_get(microsip_engine_tones_get, microsip_tones_get; out: *mut microsip_tones);
    tone_start(microsip_engine_tone_start, microsip_tone_start; tone: u32);
    tone_play(microsip_engine_tone_play, microsip_tone_play; target: u64, tone: u32, ms: u32, token: u64);
    tone_stop(microsip_engine_tone_stop, microsip_tone_stop; target: u64);
    tag_set(microsip_engine_tag_set, microsip_tag_set; object: u64, tag: u64);
    id_release(microsip_engine_id_release, microsip_id_release; object: u64);
    log_set(microsip_engine_log_set, microsip_log_set; level: u32);
    info_get(microsip_engine_info_get, microsip_info_get; out: *mut microsip_info);
    counters_get(microsip_engine_counters_get, microsip_counters_get; out: *mut microsip_counters);
    ids_get(microsip_engine_ids_get, microsip_ids_get; kind: u32, owner: u64, ids: *mut u64, cap: u32, needed: *mut u32);
    address_get(microsip_engine_address_get, microsip_address_get; which: u32, out: *mut microsip_addr);
    call_quality_get(microsip_engine_call_quality_get, microsip_call_quality_get; call: u64, mos: *mut u32, cap: u32, needed: *mut u32, each: *mut u32);
    message_send(microsip_engine_message_send, microsip_message_send; owner: u64, m: *const microsip_message, token: u64, message: *mut u64);
    message_answer(microsip_engine_message_answer, microsip_message_answer; message: u64, code: u32);
    message_notice(microsip_engine_message_notice, microsip_message_notice; message: u64, state: u32);
    message_composing(microsip_engine_message_composing, microsip_message_composing; owner: u64, uri: *const c_char, state: u32);
    message_info_get(microsip_engine_message_info_get, microsip_message_info_get; message: u64, out: *mut microsip_message_info);
    subscription_add(microsip_engine_subscription_add, microsip_subscription_add; account: u64, s: *const microsip_subscription, subscription: *mut u64);
    subscription_remove(microsip_engine_subscription_remove, microsip_subscription_remove; subscription: u64);
    subscription_info_get(microsip_engine_subscription_info_get, microsip_subscription_info_get; subscription: u64, out: *mut microsip_subscription_info);
    subscription_entry_get(microsip_engine_subscription_entry_get, microsip_subscription_entry_get; subscription: u64, index: u32, out: *mut microsip_entry);
    watcher_answer(microsip_engine_watcher_answer, microsip_watcher_answer; watcher: u64, code: u32);
    watcher_info_get(microsip_engine_watcher_info_get, microsip_watcher_info_get; watcher: u64, out: *mut microsip_watcher_info);
    mailbox_set(microsip_engine_mailbox_set, microsip_mailbox_set; account: u64, entry: *const microsip_entry);
    text_get(microsip_engine_text_get, microsip_text_get; object: u64, which: u32, index: u32, buf: *mut c_char, cap: u32, needed: *mut u32);
}

pub(crate) const CALLS: u32 = 3;
pub(crate) const ACCOUNTS: u32 = 2;

pub(crate) fn engine_config() -> microsip_engine_config {
    let mut config: microsip_engine_config = zeroed();
    config.flags = MICROSIP_ALLOW_DIRECT;
    (config.max_calls, config.max_accounts, config.max_message) = (CALLS, ACCOUNTS, 1500);
    (config.direct_reserve, config.direct_per_source) = (MICROSIP_NONE, MICROSIP_NONE);
    (config.max_flows, config.max_conferences, config.rule_bytes, config.kept_bytes) = (2, 2, 512, 600);
    (config.max_messages, config.max_subscriptions, config.max_watchers) = (3, 2, 2);
    (config.max_publications, config.presence_note_bytes) = (2, 64);
    config.seed = [7; 32];
    config
}

impl World {
    /// An engine in memory of the test's.
    pub(crate) fn engine(config: &microsip_engine_config) -> Self {
        let (mut bytes, mut e) = (0, core::ptr::null_mut());
        // SAFETY: all of it outlives the calls, and the memory is not moved.
        unsafe {
            assert_eq!(microsip_engine_size_get(config, &mut bytes), MICROSIP_OK);
            let mut memory = vec![0; bytes as usize / 8 + 1];
            let made = microsip_engine_init(MICROSIP_ABI_VERSION, memory.as_mut_ptr().cast(), bytes, config, 1, &mut e);
            assert_eq!(made, MICROSIP_OK);
            let mut world =
                Self::Engine(Board { memory, e, now: 1, sent: Vec::new(), events: Vec::new(), events_off: false });
            world.turn();
            world
        }
    }

    /// A phone on loopback.
    pub(crate) fn host(change: impl FnOnce(&mut microsip_config)) -> Self {
        let mut config: microsip_config = zeroed();
        config.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
        config.bind = c"127.0.0.1:0".as_ptr();
        (config.max_calls, config.max_accounts, config.max_conferences) = (CALLS, ACCOUNTS, 2);
        (config.direct_reserve, config.direct_per_source) = (MICROSIP_NONE, MICROSIP_NONE);
        change(&mut config);
        let mut id = 0;
        // SAFETY: both outlive the call.
        assert_eq!(unsafe { microsip_create(MICROSIP_ABI_VERSION, &config, &mut id) }, MICROSIP_OK);
        let far = UdpSocket::bind("127.0.0.1:0").unwrap();
        let media = UdpSocket::bind("127.0.0.1:0").unwrap();
        far.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        Self::Host(Desk { id, far, _media: media, events: Vec::new(), events_off: false })
    }

    pub(crate) fn is_host(&self) -> bool {
        matches!(self, Self::Host(_))
    }

    /// The far end's address, ours, and the far end's port of media.
    pub(crate) fn far(&self) -> String {
        match self {
            Self::Engine(_) => "10.0.0.9:5060".into(),
            Self::Host(desk) => desk.far.local_addr().unwrap().to_string(),
        }
    }

    pub(crate) fn own(&self) -> String {
        match self {
            Self::Engine(_) => "10.0.0.1:5060".into(),
            Self::Host(desk) => {
                let mut at = microsip_addr::default();
                assert_eq!(unsafe { microsip_address_get(desk.id, MICROSIP_ADDRESS_V4, &mut at) }, MICROSIP_OK);
                format!("127.0.0.1:{}", at.port)
            }
        }
    }

    fn media_port(&self) -> u16 {
        match self {
            Self::Engine(_) => 9000,
            Self::Host(desk) => desk._media.local_addr().unwrap().port(),
        }
    }

    /// The engine's driver: replies to its asks, takes what it sends and its events.
    pub(crate) fn turn(&mut self) {
        let Self::Engine(board) = self else { return };
        let ip = |last| {
            let mut addr = microsip_addr { family: 4, port: 5060, ..Default::default() };
            (addr.ip[0], addr.ip[3]) = (10, last);
            addr
        };
        // SAFETY: all of it outlives the calls.
        unsafe {
            microsip_engine_timeout(board.e, board.now);
            let mut ask: microsip_ask = zeroed();
            while microsip_engine_poll_ask(board.e, board.now, &mut ask) == MICROSIP_OK {
                let mut reply: microsip_reply = zeroed();
                (reply.ask, reply.count) = (ask.ask, 1);
                reply.addr[0] = ip(if ask.kind == MICROSIP_ASK_LOCAL { 1 } else { 9 });
                if ask.ask != 0 {
                    assert_eq!(microsip_engine_reply(board.e, board.now, &reply), MICROSIP_OK);
                }
                ask = zeroed();
            }
            let (mut out, mut bytes) = (zeroed::<microsip_out>(), [0; 2000]);
            while microsip_engine_poll_transmit(board.e, board.now, &mut out, bytes.as_mut_ptr(), 2000) == MICROSIP_OK {
                if out.kind == MICROSIP_OUT_SIP {
                    board.sent.push(String::from_utf8_lossy(&bytes[..out.len as usize]).into_owned());
                }
                out = zeroed();
            }
            let mut event: microsip_event = zeroed();
            while microsip_engine_poll_event(board.e, board.now, &mut event) == MICROSIP_OK {
                board.events.push(event);
                event = zeroed();
            }
        }
    }

    /// The far end sends a message.
    pub(crate) fn deliver(&mut self, text: &str) {
        let (own, far) = (self.own(), self.far());
        match self {
            Self::Engine(board) => {
                let mut from: microsip_origin = zeroed();
                from.remote = microsip_addr { family: 4, port: 5060, ..Default::default() };
                (from.remote.ip[0], from.remote.ip[3]) = (10, 9);
                // SAFETY: all of it outlives the call.
                let done = unsafe {
                    microsip_engine_sip(
                        board.e,
                        board.now,
                        &from,
                        text.as_ptr(),
                        text.len() as u32,
                        core::ptr::null_mut(),
                    )
                };
                assert_eq!((done, far.as_str()), (MICROSIP_OK, "10.0.0.9:5060"));
                self.turn();
            }
            Self::Host(desk) => {
                desk.far.send_to(text.as_bytes(), own).unwrap();
            }
        }
    }

    /// The next message of the phone that begins so.
    pub(crate) fn sent(&mut self, start: &str) -> String {
        let begun = Instant::now();
        loop {
            self.turn();
            match self {
                Self::Engine(board) => {
                    if let Some(at) = board.sent.iter().position(|text| text.starts_with(start)) {
                        return board.sent.remove(at);
                    }
                    assert!(begun.elapsed() < PATIENCE, "no {start} in {:?}", board.sent);
                    board.now += 10_000;
                }
                Self::Host(desk) => {
                    let mut bytes = [0; 4096];
                    let text = desk.far.recv(&mut bytes).map(|len| String::from_utf8_lossy(&bytes[..len]).into_owned());
                    if let Ok(text) = text
                        && text.starts_with(start)
                    {
                        return text;
                    }
                    assert!(begun.elapsed() < PATIENCE, "no {start}");
                }
            }
        }
    }

    /// The next event that fits; those before it are let go.
    pub(crate) fn until(&mut self, fits: impl Fn(&microsip_event) -> bool) -> microsip_event {
        let begun = Instant::now();
        loop {
            self.turn();
            match self {
                Self::Engine(board) => {
                    if let Some(at) = board.events.iter().position(&fits) {
                        let event = board.events[at];
                        board.events.drain(..=at);
                        return event;
                    }
                    board.now += 10_000;
                }
                Self::Host(desk) => {
                    let mut event: microsip_event = zeroed();
                    // SAFETY: it outlives the call.
                    if unsafe { microsip_event_next(desk.id, &mut event, 1000) } == MICROSIP_OK && fits(&event) {
                        return event;
                    }
                }
            }
            assert!(begun.elapsed() < PATIENCE, "no such event");
        }
    }

    pub(crate) fn call_event(&mut self, state: u32) -> microsip_event {
        self.until(|event| event.r#type == MICROSIP_EV_CALL && event.state == state)
    }

    /// Messages and events until now are let go.
    pub(crate) fn forget(&mut self) {
        let _ = self.noise();
    }

    /// Messages and events since this was asked last.
    pub(crate) fn noise(&mut self) -> Vec<String> {
        self.turn();
        let mut noise = Vec::new();
        match self {
            Self::Engine(board) => {
                noise.append(&mut board.sent);
                noise.extend(board.events.drain(..).map(|event| format!("{event:?}")));
            }
            Self::Host(desk) => {
                desk.far.set_nonblocking(true).unwrap();
                let mut bytes = [0; 4096];
                while let Ok(len) = desk.far.recv(&mut bytes) {
                    noise.push(String::from_utf8_lossy(&bytes[..len]).into_owned());
                }
                desk.far.set_nonblocking(false).unwrap();
                let mut event: microsip_event = zeroed();
                // SAFETY: it outlives the call.
                while unsafe { microsip_event_next(desk.id, &mut event, 0) } == MICROSIP_OK {
                    noise.push(format!("{event:?}"));
                }
            }
        }
        noise
    }

    /// The bytes of an engine; none of a host.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let Self::Engine(board) = self else { return Vec::new() };
        // SAFETY: the engine lies there, and no call of it runs.
        let all = unsafe { core::slice::from_raw_parts(board.memory.as_ptr().cast::<u8>(), board.memory.len() * 8) };
        all.to_vec()
    }

    /// An engine's bytes are those again.
    pub(crate) fn put_back(&mut self, bytes: &[u8]) {
        let Self::Engine(board) = self else { return };
        // SAFETY: as many bytes lie there, and no call of it runs.
        unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), board.memory.as_mut_ptr().cast::<u8>(), bytes.len()) };
    }

    pub(crate) fn last_error(&self) -> String {
        let (mut text, mut needed) = ([0u8; 512], 0);
        // SAFETY: the room is as large as is said.
        let done = unsafe {
            match self {
                Self::Engine(board) => microsip_engine_last_error(board.e, text.as_mut_ptr().cast(), 512, &mut needed),
                Self::Host(_) => microsip_last_error(text.as_mut_ptr().cast(), 512, &mut needed),
            }
        };
        assert_eq!(done, MICROSIP_OK);
        String::from_utf8_lossy(&text[..needed as usize - 1]).into_owned()
    }

    pub(crate) fn text(&self, object: u64, which: u32) -> String {
        let (mut text, mut needed) = ([0u8; 600], 0);
        match self.text_get(object, which, 0, text.as_mut_ptr().cast(), 600, &mut needed) {
            MICROSIP_OK => String::from_utf8_lossy(&text[..needed as usize - 1]).into_owned(),
            code => format!("({code})"),
        }
    }

    pub(crate) fn ids(&self, kind: u32, owner: u64) -> Vec<u64> {
        let (mut ids, mut needed) = ([0; 16], 0);
        assert_eq!(self.ids_get(kind, owner, ids.as_mut_ptr(), 16, &mut needed), MICROSIP_OK);
        ids[..needed as usize].to_vec()
    }

    /// All that the getters tell, but for what time changes.
    pub(crate) fn told(&self) -> String {
        let mut told = String::new();
        let (mut info, mut tones) = (zeroed::<microsip_info>(), zeroed::<microsip_tones>());
        assert_eq!((self.info_get(&mut info), self.tones_get(&mut tones)), (MICROSIP_OK, MICROSIP_OK));
        writeln!(told, "{info:?}\ntones {} {}", tones.play, tones.refusal_ms).unwrap();
        let texts = [MICROSIP_TXT_COUNTRY, MICROSIP_TXT_DIALLED].map(|which| self.text(MICROSIP_SELF, which));
        writeln!(told, "{texts:?}\nrules {}", self.rules(MICROSIP_SELF)).unwrap();
        for account in self.ids(MICROSIP_KIND_ACCOUNT, 0) {
            let mut info: microsip_account_info = zeroed();
            assert_eq!(self.account_info_get(account, &mut info), MICROSIP_OK);
            let texts = [MICROSIP_TXT_LOCAL_URI, MICROSIP_TXT_REASON, MICROSIP_TXT_REALM, MICROSIP_TXT_DIALLED]
                .map(|which| self.text(account, which));
            writeln!(told, "{info:?} {texts:?} rules {}", self.rules(account)).unwrap();
        }
        for call in self.ids(MICROSIP_KIND_CALL, 0) {
            let mut info: microsip_call_info = zeroed();
            assert_eq!(self.call_info_get(call, &mut info), MICROSIP_OK);
            let texts = (1..8).chain([9, 10, 12, 32, 33]).map(|which| self.text(call, which));
            writeln!(told, "{info:?} {:?}", texts.collect::<Vec<_>>()).unwrap();
        }
        for conference in self.ids(MICROSIP_KIND_CONFERENCE, 0) {
            for member in self.ids(MICROSIP_KIND_CALL, conference) {
                let mut part: microsip_member = zeroed();
                assert_eq!(self.member_get(conference, member, &mut part), MICROSIP_OK);
                writeln!(told, "{conference:x} {member:x} {} {} {}", part.silent, part.deaf, part.gain_percent)
                    .unwrap();
            }
        }
        for message in self.ids(MICROSIP_KIND_MESSAGE, 0) {
            let mut info: microsip_message_info = zeroed();
            assert_eq!(self.message_info_get(message, &mut info), MICROSIP_OK);
            writeln!(told, "{info:?} {}", self.text(message, MICROSIP_TXT_REMOTE_URI)).unwrap();
        }
        for subscription in self.ids(MICROSIP_KIND_SUBSCRIPTION, 0) {
            let (mut info, mut entry) = (zeroed::<microsip_subscription_info>(), zeroed::<microsip_entry>());
            assert_eq!(self.subscription_info_get(subscription, &mut info), MICROSIP_OK);
            let found = self.subscription_entry_get(subscription, 0, &mut entry);
            writeln!(told, "{info:?} {found} {entry:?} {}", self.text(subscription, MICROSIP_TXT_REMOTE_URI)).unwrap();
        }
        for watcher in self.ids(MICROSIP_KIND_WATCHER, 0) {
            let mut info: microsip_watcher_info = zeroed();
            assert_eq!(self.watcher_info_get(watcher, &mut info), MICROSIP_OK);
            writeln!(told, "{info:?} {}", self.text(watcher, MICROSIP_TXT_REMOTE_URI)).unwrap();
        }
        told
    }

    fn rules(&self, owner: u64) -> String {
        let mut rules: microsip_rules = zeroed();
        assert_eq!(self.rules_get(owner, &mut rules), MICROSIP_OK);
        let r = &rules;
        let numbers = [
            [r.same_party, r.call_waiting, r.max_calls, r.anonymous, r.dnd, r.dnd_code, r.forward, r.auto_answer],
            [r.forward_s, r.auto_answer_s, r.ring_s, r.max_duration_s, r.single, r.redirect, r.decide_ms, r.callback_s],
        ];
        format!("{numbers:?}")
    }

    /// The far end takes no telephone-events from now on, in calls that come in.
    pub(crate) fn without_events(&mut self) {
        let (Self::Engine(Board { events_off, .. }) | Self::Host(Desk { events_off, .. })) = self;
        *events_off = true;
    }

    /// A call comes in, directly; `supported`: the options that its far end knows.
    pub(crate) fn invite(&mut self, id: &str, supported: &str) -> (u64, String) {
        let (far, own, port) = (self.far(), self.own(), self.media_port());
        let host = far.split(':').next().unwrap();
        let (Self::Engine(Board { events_off, .. }) | Self::Host(Desk { events_off, .. })) = self;
        let (kinds, map) = if *events_off { ("0 8", "") } else { ("0 8 101", "a=rtpmap:101 telephone-event/8000\r\n") };
        let sdp = format!(
            "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP {kinds}\r\n{map}"
        );
        let head = format!(
            "From: <sip:bob@{far}>;tag={id}\r\nCall-ID: {id}\r\nMax-Forwards: 70\r\nContact: <sip:bob@{far}>\r\n"
        );
        self.deliver(&format!(
            "INVITE sip:anna@{own} SIP/2.0\r\nVia: SIP/2.0/UDP {far};branch=z9hG4bK{id}\r\n{head}To: <sip:anna@{own}>\r\n\
             CSeq: 1 INVITE\r\nSupported: {supported}\r\nAllow: INVITE, ACK, BYE, CANCEL, UPDATE, INFO\r\n\
             Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}",
            sdp.len()
        ));
        let call = self.call_event(MICROSIP_INCOMING).object;
        (call, head)
    }

    /// A message comes in, directly.
    pub(crate) fn message(&mut self, id: &str) -> u64 {
        let (far, own) = (self.far(), self.own());
        self.deliver(&format!(
            "MESSAGE sip:anna@{own} SIP/2.0\r\nVia: SIP/2.0/UDP {far};branch=z9hG4bK{id}\r\nFrom: <sip:bob@{far}>;tag={id}\r\n\
             To: <sip:anna@{own}>\r\nCall-ID: {id}\r\nCSeq: 1 MESSAGE\r\nMax-Forwards: 70\r\nContent-Type: text/plain\r\n\
             Content-Length: 2\r\n\r\nhi"
        ));
        self.until(|event| event.r#type == MICROSIP_EV_MESSAGE).object
    }

    /// A REFER comes in, directly and in no call: it is told, and refused.
    pub(crate) fn refer(&mut self, id: &str) -> u64 {
        let (far, own) = (self.far(), self.own());
        self.deliver(&format!(
            "REFER sip:anna@{own} SIP/2.0\r\nVia: SIP/2.0/UDP {far};branch=z9hG4bK{id}\r\nFrom: <sip:bob@{far}>;tag={id}\r\n\
             To: <sip:anna@{own}>\r\nCall-ID: {id}\r\nCSeq: 1 REFER\r\nMax-Forwards: 70\r\nContact: <sip:bob@{far}>\r\n\
             Refer-To: <sip:carol@{far}>\r\nContent-Length: 0\r\n\r\n"
        ));
        self.until(|event| event.r#type == MICROSIP_EV_REFER).object
    }

    /// A call that has been answered, and acknowledged.
    pub(crate) fn connected(&mut self, id: &str, supported: &str) -> u64 {
        let (call, head) = self.invite(id, supported);
        assert_eq!(self.answer(call, 200, core::ptr::null()), MICROSIP_OK);
        let ok = self.sent("SIP/2.0 200");
        let (far, own) = (self.far(), self.own());
        self.deliver(&format!(
            "ACK sip:anna@{own} SIP/2.0\r\nVia: SIP/2.0/UDP {far};branch=z9hG4bKack{id}\r\n{head}{}CSeq: 1 ACK\r\n\
             Content-Length: 0\r\n\r\n",
            lines(&ok, &["To"])
        ));
        self.call_event(MICROSIP_CONNECTED);
        call
    }

    /// The far end responds to a request.
    pub(crate) fn respond(&mut self, request: &str, status: &str, more: &str) {
        let echo = lines(request, &["Via", "From", "Call-ID", "CSeq"]);
        let to = lines(request, &["To"]);
        let tag = if to.contains(";tag=") { to } else { format!("{};tag=far\r\n", to.trim_end()) };
        self.deliver(&format!("SIP/2.0 {status}\r\n{echo}{tag}{more}Content-Length: 0\r\n\r\n"));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Self::Host(desk) = self {
            assert_eq!(microsip_destroy(desk.id), MICROSIP_OK);
        }
    }
}

/// The lines of these headers.
pub(crate) fn lines(text: &str, names: &[&str]) -> String {
    text.split_inclusive("\r\n").filter(|line| names.contains(&line.split(':').next().unwrap())).collect()
}

/// The header, as it is committed.
pub(crate) fn header() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../include/microsip.h")).unwrap()
}

/// The functions that the header declares: each with its parameters, a type and a name.
pub(crate) fn functions(header: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut found = Vec::new();
    for (at, _) in header.match_indices("\nint32_t microsip_") {
        let text = &header[at + 1..];
        let text = &text[..text.find(';').unwrap()];
        let (name, parameters) = text["int32_t ".len()..].split_once('(').unwrap();
        let parameters = parameters.trim_end_matches(')').split(',').map(|parameter| {
            let parameter = parameter.split_whitespace().collect::<Vec<_>>().join(" ");
            let start = parameter.rfind([' ', '*']).map_or(0, |at| at + 1);
            (parameter[..start].trim().to_owned(), parameter[start..].to_owned())
        });
        found.push((name.to_owned(), parameters.filter(|(kind, _)| !kind.is_empty()).collect()));
    }
    found
}

/// The members of a struct of the header.
pub(crate) fn members(header: &str, name: &str) -> Vec<String> {
    let text = header.split(&format!("typedef struct {name} {{")).nth(1).expect(name);
    let text = text.split(&format!("}} {name};")).next().unwrap();
    let mut code = String::new();
    for piece in text.split("/*") {
        code.push_str(piece.split("*/").last().unwrap());
    }
    let words = code.split(';').filter(|line| !line.trim().is_empty());
    words.map(|line| line.split('[').next().unwrap().rsplit([' ', '*']).next().unwrap().to_owned()).collect()
}

/// A text that C reads.
pub(crate) const fn c(text: &CStr) -> *const c_char {
    text.as_ptr()
}
