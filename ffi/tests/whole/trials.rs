//! Each command of the header with each of its arguments and members wrong once.

use crate::scene::Scene;
use crate::world::{World, c, zeroed};
use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::engine::*;
use microsip::phone::*;

/// One member or argument of a command is wrong, the others are good; the command, and what it returns.
pub(crate) type Act = Box<dyn Fn(&Scene) -> i32>;
pub(crate) struct Trial {
    pub(crate) command: &'static str,
    pub(crate) wrong: &'static str,
    pub(crate) code: i32,
    pub(crate) act: Act,
}

/// The trials of the commands that both families have, or that one of them has alone.
#[derive(Default)]
pub(crate) struct Trials {
    pub(crate) all: Vec<Trial>,
    /// That nothing but what is tried is wrong: each command with all of it good.
    pub(crate) good: Vec<(&'static str, Act)>,
}

/// `each!(trials, "command", base, |scene, value| call; member = bad => code, ...)`: the struct that `base` makes, with
/// one member changed.
macro_rules! each {
    ($trials:ident, $command:literal, $base:expr, |$scene:ident, $given:ident| $call:expr; $($member:ident = $bad:expr => $code:expr),* $(,)?) => {
        $trials.good.push(($command, Box::new(move |$scene: &Scene| { let $given = &$base; $call })));
        $trials.all.push(Trial { command: $command, wrong: "size", code: MICROSIP_E_SIZE, act: Box::new(move |$scene: &Scene| {
            let mut made = $base;
            made.size = 3;
            let $given = &made;
            $call
        }) });
        $($trials.all.push(Trial { command: $command, wrong: stringify!($member), code: $code, act: Box::new(move |$scene: &Scene| {
            let mut made = $base;
            made.$member = $bad;
            let $given = &made;
            $call
        }) });)*
    };
}

/// `bad!(trials, "command", argument => code: |scene| call, ...)`
macro_rules! bad {
    ($trials:ident, $command:literal; $($argument:ident => $code:expr, |$scene:ident| $call:expr);* $(;)?) => {
        $($trials.all.push(Trial { command: $command, wrong: stringify!($argument), code: $code, act: Box::new(move |$scene: &Scene| $call) });)*
    };
}

const LONG: &[u8; 1200] = &{
    let mut text = [b'y'; 1200];
    text[1199] = 0;
    text
};
/// An id of that kind which names nothing here.
fn gone(scene: &Scene, kind: u64) -> u64 {
    kind << 48 | (scene.up & (0xff << 40)) | (1 << 20) | 7
}

fn long() -> *const core::ffi::c_char {
    LONG.as_ptr().cast()
}

fn options() -> microsip_options {
    let mut o: microsip_options = zeroed();
    (o.source, o.tag, o.dtmf, o.reliable) = (MICROSIP_SRC_SILENCE, 77, MICROSIP_DTMF_INFO, MICROSIP_RELIABLE_SUPPORTED);
    (o.headers, o.codecs) = (c(c"X-New: 1\r\n"), c(c"PCMA"));
    (o.session_timer, o.session_expires) = (MICROSIP_TIMER_ALWAYS, 600);
    o.session_refresher = MICROSIP_REFRESHER_US;
    o
}

fn to_dial() -> microsip_options {
    let mut o = options();
    (o.display_name, o.caller, o.identity) = (c(c"New"), c(c"sip:new@example.org"), c(c"sip:id@example.org"));
    (o.privacy, o.min_se) = (MICROSIP_PRIVACY_ID, 100);
    o
}

fn to_end(contacts: bool) -> microsip_options {
    let mut o: microsip_options = zeroed();
    (o.headers, o.reason) = (c(c"X-New: 1\r\n"), c(c"Lunch"));
    if contacts {
        o.contacts = c(c"sip:dave@example.org");
    }
    o
}

fn rules() -> microsip_rules {
    let mut r: microsip_rules = zeroed();
    (r.same_party, r.call_waiting, r.max_calls, r.anonymous) = (MICROSIP_OFF, MICROSIP_OFF, 9, MICROSIP_OFF);
    (r.dnd, r.dnd_code, r.forward, r.auto_answer) = (MICROSIP_ON, 480, MICROSIP_FORWARD_BUSY, MICROSIP_AUTO_LIST);
    (r.forward_s, r.auto_answer_s, r.ring_s, r.max_duration_s) = (5, 6, 7, 8);
    (r.single, r.redirect, r.decide_ms, r.callback_s) = (MICROSIP_ON, MICROSIP_OFF, 90, 91);
    (r.forward_to, r.forward_busy_to) = (c(c"sip:a@example.org"), c(c"sip:b@example.org"));
    (r.forward_no_answer_to, r.auto_answer_from) = (c(c"sip:c@example.org"), c(c"*@example.org"));
    (r.deny, r.allow) = (c(c"eve"), c(c"bob"));
    r
}

fn update() -> microsip_account {
    let mut a: microsip_account = zeroed();
    (a.expires, a.registers, a.keepalive, a.tag) = (999, MICROSIP_OFF, 20, 88);
    (a.uri, a.registrar, a.proxy) = (c(c"sip:new@example.net"), c(c"sip:10.0.0.8"), c(c"sip:10.0.0.7"));
    (a.username, a.password, a.display_name) = (c(c"newuser"), c(c"newpassword"), c(c"New"));
    (a.realms, a.contact_user, a.trusted) = (c(c"newrealm"), c(c"desk"), c(c"192.0.2.0/24"));
    (a.media_any_host, a.media_timeout, a.media_lost) = (MICROSIP_ON, 30, MICROSIP_LOST_TELL);
    (a.transport, a.codecs, a.dial_plan) = (MICROSIP_UDP, c(c"PCMA"), c(c"x."));
    (a.dial_prefix, a.emergency, a.identity) = (c(c"0049"), c(c"110"), c(c"sip:id@example.org"));
    (a.privacy, a.dtmf, a.reliable) = (MICROSIP_PRIVACY_ID, MICROSIP_DTMF_INFO, MICROSIP_RELIABLE_OFF);
    (a.headers, a.call_headers) = (c(c"X-Reg: 1\r\n"), c(c"X-Call: 1\r\n"));
    (a.own_order, a.single_codec) = (MICROSIP_ON, MICROSIP_ON);
    (a.session_timer, a.session_expires, a.min_se) = (MICROSIP_TIMER_ALWAYS, 700, 95);
    (a.session_refresher, a.messages) = (MICROSIP_REFRESHER_US, MICROSIP_MESSAGES_STORE);
    (a.refer, a.replaces, a.notices) = (MICROSIP_POLICY_FOLLOW, MICROSIP_POLICY_ASK, MICROSIP_NOTICES_DELIVERY);
    static RULES: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    a.rules = *RULES.get_or_init(|| Box::leak(Box::new(rules())) as *const microsip_rules as usize) as *const _;
    a
}

/// Rules with a target that cannot be called.
fn bad_rules() -> *const microsip_rules {
    Box::leak(Box::new(microsip_rules { forward_busy_to: c(c"mailto:a@b"), ..rules() }))
}

/// The commands of both families.
pub(crate) fn common() -> Trials {
    let mut t = Trials::default();
    for round in 0..2 {
        let add = round == 0;
        let name = if add { "account_add" } else { "account_update" };
        macro_rules! of_account {
            ($command:literal, |$scene:ident, $given:ident| $call:expr) => {
                each!(t, $command, update(), |$scene, $given| $call;
                    registers = 3 => MICROSIP_E_ARG, uri = c(c"nonsense") => MICROSIP_E_URI, uri = c(c"\xff") => MICROSIP_E_TEXT,
                    uri = long() => MICROSIP_E_URI, registrar = c(c"two words") => MICROSIP_E_URI, proxy = c(c"two words") => MICROSIP_E_URI,
                    username = long() => MICROSIP_E_TEXT, username = c(c"\n") => MICROSIP_E_TEXT, password = long() => MICROSIP_E_TEXT, password = c(c"\x01") => MICROSIP_E_TEXT,
                    display_name = long() => MICROSIP_E_TEXT, realms = long() => MICROSIP_E_TEXT, contact_user = c(c"a@b") => MICROSIP_E_TEXT,
                    media_any_host = 3 => MICROSIP_E_ARG, media_timeout = 65_536 => MICROSIP_E_ARG, media_lost = 3 => MICROSIP_E_ARG, transport = 9 => MICROSIP_E_ARG,
                    trusted = c(c"192.0.2.0/99") => MICROSIP_E_ARG, codecs = c(c"SPEEX") => MICROSIP_E_NO_CODEC, codecs = c(c"L16/48000") => MICROSIP_E_NO_CODEC,
                    dial_plan = c(c"(((") => MICROSIP_E_ARG, dial_prefix = long() => MICROSIP_E_TEXT, emergency = long() => MICROSIP_E_ARG, emergency = c(c"112,") => MICROSIP_E_ARG, emergency = c(c"112;911") => MICROSIP_E_ARG,
                    rules = bad_rules() => MICROSIP_E_URI, privacy = 9 => MICROSIP_E_ARG, dtmf = 9 => MICROSIP_E_ARG, dtmf_ms = 39 => MICROSIP_E_ARG, dtmf_gap_ms = 2501 => MICROSIP_E_ARG, dtmf_level_db = 64 => MICROSIP_E_ARG,
                    identity = c(c"nobody") => MICROSIP_E_URI,
                    headers = c(c"Via: x\r\n") => MICROSIP_E_TEXT, call_headers = c(c"no line") => MICROSIP_E_TEXT, location = c(c"\xff") => MICROSIP_E_TEXT, location = c(c"<a>\x01</a>") => MICROSIP_E_TEXT,
                    reliable = 9 => MICROSIP_E_ARG, own_order = 3 => MICROSIP_E_ARG, single_codec = 3 => MICROSIP_E_ARG,
                    session_timer = 9 => MICROSIP_E_ARG, session_expires = 89 => MICROSIP_E_ARG, min_se = 89 => MICROSIP_E_ARG, session_refresher = 9 => MICROSIP_E_ARG,
                    messages = 9 => MICROSIP_E_ARG, refer = 9 => MICROSIP_E_ARG, replaces = 9 => MICROSIP_E_ARG, watchers = 9 => MICROSIP_E_ARG, watcher_details = 3 => MICROSIP_E_ARG, notices = 9 => MICROSIP_E_ARG, publish = 9 => MICROSIP_E_ARG, reserved_publish = 1 => MICROSIP_E_NEWER,
                    info_packages = c(c"a,,b") => MICROSIP_E_TEXT, info_packages = long() => MICROSIP_E_TEXT, info_packages = c(c"\xff") => MICROSIP_E_TEXT, reserved_packages = c(c"x") => MICROSIP_E_NEWER);
            };
        }
        if add {
            of_account!("account_add", |scene, given| scene.world.account_add(given, &mut 0));
        } else {
            of_account!("account_update", |scene, given| scene.world.account_update(scene.account, given));
        }
        assert!(t.all.iter().any(|trial| trial.command == name));
    }
    bad!(t, "account_add";
        account => MICROSIP_E_NULL, |scene| scene.world.account_add(&update(), core::ptr::null_mut());
        a => MICROSIP_E_NULL, |scene| scene.world.account_add(core::ptr::null(), &mut 0));
    bad!(t, "account_update";
        account => MICROSIP_E_STALE, |scene| scene.world.account_update(gone(scene, 2), &update());
        a => MICROSIP_E_NULL, |scene| scene.world.account_update(scene.account, core::ptr::null()));
    bad!(t, "account_add";
    media_lost => MICROSIP_E_ARG, |scene| {
        scene.world.account_add(&microsip_account { media_timeout: MICROSIP_NONE, ..update() }, &mut 0)
    });
    bad!(t, "account_update";
    media_lost => MICROSIP_E_ARG, |scene| {
        scene.world.account_update(scene.account, &microsip_account { media_timeout: MICROSIP_NONE, ..update() })
    });
    bad!(t, "account_remove"; account => MICROSIP_E_STALE, |scene| scene.world.account_remove(gone(scene, 2)));
    bad!(t, "account_register"; account => MICROSIP_E_STALE, |scene| scene.world.account_register(gone(scene, 2), 1));
    let told = || {
        let mut p: microsip_presence = zeroed();
        (p.state, p.activity, p.expires, p.on_phone) = (MICROSIP_LAMP_CLOSED, MICROSIP_ACTIVITY_AWAY, 99, MICROSIP_ON);
        p.note = c(c"back at three");
        p
    };
    each!(t, "account_publish", told(), |scene, given| scene.world.account_publish(scene.account, given, 1);
        state = 9 => MICROSIP_E_ARG, activity = 9 => MICROSIP_E_ARG, on_phone = 3 => MICROSIP_E_ARG, reserved = 1 => MICROSIP_E_NEWER,
        note = long() => MICROSIP_E_TEXT, note = c(c"a\nb") => MICROSIP_E_TEXT, note = c(c"\xff") => MICROSIP_E_TEXT);
    bad!(t, "account_publish"; account => MICROSIP_E_STALE, |scene| scene.world.account_publish(gone(scene, 2), &told(), 1));
    bad!(t, "account_unregister"; account => MICROSIP_E_STALE, |scene| scene.world.account_unregister(gone(scene, 2), 1));

    each!(t, "dial", to_dial(), |scene, given| scene.world.dial(scene.account, c(c"sip:new@example.org"), given, &mut 0);
        source = 99 => MICROSIP_E_ARG, display_name = c(c"\xff") => MICROSIP_E_TEXT, display_name = long() => MICROSIP_E_TEXT,
        headers = c(c"X: 1") => MICROSIP_E_TEXT, headers = c(c"Via: x\r\n") => MICROSIP_E_TEXT, codecs = c(c"SPEEX") => MICROSIP_E_NO_CODEC,
        codecs = c(c"L16/48000") => MICROSIP_E_NO_CODEC, caller = c(c"nobody") => MICROSIP_E_URI, identity = c(c"nobody") => MICROSIP_E_URI,
        reason = c(c"Lunch") => MICROSIP_E_ARG, privacy = 9 => MICROSIP_E_ARG, dtmf = 9 => MICROSIP_E_ARG, dtmf_ms = 39 => MICROSIP_E_ARG, dtmf_gap_ms = 2501 => MICROSIP_E_ARG, dtmf_level_db = 64 => MICROSIP_E_ARG,
        info_packages = c(c"a b") => MICROSIP_E_TEXT, info_packages = c(c"\xff") => MICROSIP_E_TEXT, reliable = 9 => MICROSIP_E_ARG, no_progress = 1 => MICROSIP_E_ARG,
        refer = gone(scene, 7) => MICROSIP_E_STALE, refer = scene.message => MICROSIP_E_STATE, refer = scene.account => MICROSIP_E_KIND,
        replaces = gone(scene, 3) => MICROSIP_E_STALE, replaces = scene.rings => MICROSIP_E_STATE, replaces = scene.over => MICROSIP_E_STATE,
        pickup = c(c"a;to-tag=1") => MICROSIP_E_TEXT, pickup = c(c"\xff") => MICROSIP_E_TEXT,
        location_use = 3 << 10 => MICROSIP_E_ARG, location_use = 1 => MICROSIP_E_ARG, display_name = c(c"a\r\nb") => MICROSIP_E_TEXT, dtmf_ms = 45 => MICROSIP_E_ARG, contacts = c(c"sip:a@b") => MICROSIP_E_ARG, location = c(c"\xff") => MICROSIP_E_TEXT, location = c(c"<a>\x01</a>") => MICROSIP_E_TEXT,
        session_timer = 9 => MICROSIP_E_ARG, session_expires = 89 => MICROSIP_E_ARG, min_se = 89 => MICROSIP_E_ARG, session_refresher = 9 => MICROSIP_E_ARG);
    bad!(t, "dial";
    account => MICROSIP_E_STALE, |scene| scene.world.dial(gone(scene, 2), c(c"sip:new@example.org"), &to_dial(), &mut 0);
    uri => MICROSIP_E_URI, |scene| scene.world.dial(scene.account, c(c"mailto:a@b"), &to_dial(), &mut 0);
    uri => MICROSIP_E_TEXT, |scene| scene.world.dial(scene.account, c(c"\xff"), &to_dial(), &mut 0);
    uri => MICROSIP_E_STATE, |scene| scene.world.dial(scene.account, core::ptr::null(), &to_dial(), &mut 0);
    call => MICROSIP_E_NULL, |scene| scene.world.dial(scene.account, c(c"sip:new@example.org"), &to_dial(), core::ptr::null_mut());
    // together they find no room
    headers => MICROSIP_E_TEXT, |scene| {
        let lines = std::ffi::CString::new(format!("X: {}\r\n", "z".repeat(1150))).unwrap();
        let o = microsip_options { headers: lines.as_ptr(), ..to_dial() };
        scene.world.dial(scene.account, c(c"sip:new@example.org"), &o, &mut 0)
    };
    call => MICROSIP_E_NULL, |scene| scene.world.dial(0, c(c"sip:new@example.org"), core::ptr::null(), core::ptr::null_mut());
    // a call takes one place, and a pickup says whom it calls
    pickup => MICROSIP_E_ARG, |scene| {
        let o = microsip_options { replaces: scene.up, pickup: c(c"a;to-tag=1;from-tag=2"), ..to_dial() };
        scene.world.dial(0, c(c"sip:new@example.org"), &o, &mut 0)
    };
    uri => MICROSIP_E_NULL, |scene| {
        scene.world.dial(0, core::ptr::null(), &microsip_options { pickup: c(c"a;to-tag=1;from-tag=2"), ..to_dial() }, &mut 0)
    });
    t.good.push((
        "dial",
        Box::new(|scene| {
            scene.world.dial(0, core::ptr::null(), &microsip_options { replaces: scene.up, ..to_dial() }, &mut 0)
        }),
    ));
    t.good.push((
        "dial",
        Box::new(|scene| {
            let o = microsip_options { pickup: c(c"a;to-tag=1;from-tag=2"), ..to_dial() };
            scene.world.dial(0, c(c"sip:new@example.org"), &o, &mut 0)
        }),
    ));

    each!(t, "answer", options(), |scene, given| scene.world.answer(scene.rings, 200, given);
        source = 99 => MICROSIP_E_ARG, display_name = c(c"New") => MICROSIP_E_ARG, headers = c(c"X: 1") => MICROSIP_E_TEXT,
        headers = c(c"Via: x\r\n") => MICROSIP_E_TEXT, codecs = c(c"SPEEX") => MICROSIP_E_NO_CODEC, codecs = c(c"L16/8000") => MICROSIP_E_NO_CODEC,
        caller = c(c"sip:a@b") => MICROSIP_E_ARG, identity = c(c"sip:a@b") => MICROSIP_E_ARG, reason = c(c"Lunch") => MICROSIP_E_ARG, privacy = 1 => MICROSIP_E_ARG,
        dtmf = 9 => MICROSIP_E_ARG, dtmf_ms = 39 => MICROSIP_E_ARG, dtmf_gap_ms = 2501 => MICROSIP_E_ARG, dtmf_level_db = 64 => MICROSIP_E_ARG, info_packages = c(c"x") => MICROSIP_E_ARG,
        no_progress = 1 => MICROSIP_E_ARG, refer = 1 => MICROSIP_E_ARG, replaces = 1 => MICROSIP_E_ARG, pickup = c(c"x") => MICROSIP_E_ARG,
        reliable = 9 => MICROSIP_E_ARG, reliable = MICROSIP_RELIABLE_REQUIRED => MICROSIP_E_UNSUPPORTED, location_use = 1 => MICROSIP_E_ARG,
        contacts = c(c"sip:a@b") => MICROSIP_E_ARG, location = c(c"x") => MICROSIP_E_ARG, session_timer = 9 => MICROSIP_E_ARG, session_expires = 89 => MICROSIP_E_ARG,
        min_se = 100 => MICROSIP_E_ARG, session_refresher = 9 => MICROSIP_E_ARG);
    bad!(t, "answer";
    call => MICROSIP_E_STALE, |scene| scene.world.answer(gone(scene, 3), 200, &options());
    call => MICROSIP_E_STATE, |scene| scene.world.answer(scene.up, 200, &options());
    call => MICROSIP_E_STATE, |scene| scene.world.answer(scene.over, 200, &options());
    code => MICROSIP_E_ARG, |scene| scene.world.answer(scene.rings, 199, &options());
    headers => MICROSIP_E_TEXT, |scene| {
        let lines = std::ffi::CString::new(format!("X: {}\r\n", "z".repeat(4000))).unwrap();
        scene.world.answer(scene.rings, 200, &microsip_options { headers: lines.as_ptr(), ..options() })
    });

    each!(t, "reject", to_end(true), |scene, given| scene.world.reject(scene.rings, 302, given);
        source = 1 => MICROSIP_E_ARG, tag = 1 => MICROSIP_E_ARG, display_name = c(c"New") => MICROSIP_E_ARG, headers = c(c"X: 1") => MICROSIP_E_TEXT,
        codecs = c(c"PCMA") => MICROSIP_E_ARG, caller = c(c"sip:a@b") => MICROSIP_E_ARG, identity = c(c"sip:a@b") => MICROSIP_E_ARG, reason = c(c"a\nb") => MICROSIP_E_TEXT,
        reason = long() => MICROSIP_E_TEXT, privacy = 1 => MICROSIP_E_ARG, dtmf = 1 => MICROSIP_E_ARG, dtmf_ms = 40 => MICROSIP_E_ARG, dtmf_gap_ms = 40 => MICROSIP_E_ARG, dtmf_level_db = 1 => MICROSIP_E_ARG, info_packages = c(c"x") => MICROSIP_E_ARG, no_progress = 1 => MICROSIP_E_ARG, refer = 1 => MICROSIP_E_ARG, replaces = 1 => MICROSIP_E_ARG, pickup = c(c"x") => MICROSIP_E_ARG,
        reliable = 1 => MICROSIP_E_ARG, location_use = 1 => MICROSIP_E_ARG,
        contacts = c(c"mailto:a@b") => MICROSIP_E_URI, contacts = c(c"sip:a@b, mailto:a@b") => MICROSIP_E_URI, location = c(c"x") => MICROSIP_E_ARG, session_timer = 1 => MICROSIP_E_ARG,
        session_expires = 90 => MICROSIP_E_ARG, min_se = 90 => MICROSIP_E_ARG, session_refresher = 1 => MICROSIP_E_ARG);
    bad!(t, "reject";
        call => MICROSIP_E_STATE, |scene| scene.world.reject(scene.up, 302, &to_end(true));
        code => MICROSIP_E_ARG, |scene| scene.world.reject(scene.rings, 200, &to_end(true));
        code => MICROSIP_E_ARG, |scene| scene.world.reject(scene.rings, 486, &to_end(true)));

    each!(t, "hangup", to_end(false), |scene, given| scene.world.hangup(scene.up, given);
        source = 1 => MICROSIP_E_ARG, tag = 1 => MICROSIP_E_ARG, display_name = c(c"New") => MICROSIP_E_ARG, headers = c(c"X: 1") => MICROSIP_E_TEXT,
        headers = c(c"Reason: x\r\n") => MICROSIP_E_TEXT, codecs = c(c"PCMA") => MICROSIP_E_ARG, caller = c(c"sip:a@b") => MICROSIP_E_ARG, identity = c(c"sip:a@b") => MICROSIP_E_ARG,
        reason = c(c"a\nb") => MICROSIP_E_TEXT, reason = long() => MICROSIP_E_TEXT, privacy = 1 => MICROSIP_E_ARG, dtmf = 1 => MICROSIP_E_ARG, dtmf_ms = 40 => MICROSIP_E_ARG, dtmf_gap_ms = 40 => MICROSIP_E_ARG, dtmf_level_db = 1 => MICROSIP_E_ARG, info_packages = c(c"x") => MICROSIP_E_ARG, no_progress = 1 => MICROSIP_E_ARG, refer = 1 => MICROSIP_E_ARG, replaces = 1 => MICROSIP_E_ARG, pickup = c(c"x") => MICROSIP_E_ARG,
        reliable = 1 => MICROSIP_E_ARG,
        location_use = 1 => MICROSIP_E_ARG, contacts = c(c"sip:a@b") => MICROSIP_E_ARG, location = c(c"x") => MICROSIP_E_ARG, session_timer = 1 => MICROSIP_E_ARG,
        session_expires = 90 => MICROSIP_E_ARG, min_se = 90 => MICROSIP_E_ARG, session_refresher = 1 => MICROSIP_E_ARG);
    bad!(t, "hangup";
        call => MICROSIP_E_STATE, |scene| scene.world.hangup(scene.over, &to_end(false));
        o => MICROSIP_E_ARG, |scene| scene.world.hangup(scene.conference, &to_end(false)));

    let to_transfer = || microsip_options { headers: c(c"X-New: 1\r\n"), no_progress: MICROSIP_ON, ..zeroed() };
    each!(t, "transfer", to_transfer(), |scene, given| scene.world.transfer(scene.up, c(c"sip:new@example.org"), 0, given, 4);
        source = 1 => MICROSIP_E_ARG, tag = 1 => MICROSIP_E_ARG, display_name = c(c"New") => MICROSIP_E_ARG, headers = c(c"X: 1") => MICROSIP_E_TEXT,
        headers = c(c"Refer-To: x\r\n") => MICROSIP_E_TEXT, codecs = c(c"PCMA") => MICROSIP_E_ARG, caller = c(c"sip:a@b") => MICROSIP_E_ARG, identity = c(c"sip:a@b") => MICROSIP_E_ARG,
        reason = c(c"Lunch") => MICROSIP_E_ARG, privacy = 1 => MICROSIP_E_ARG, dtmf = 1 => MICROSIP_E_ARG, dtmf_ms = 40 => MICROSIP_E_ARG, dtmf_gap_ms = 40 => MICROSIP_E_ARG, dtmf_level_db = 1 => MICROSIP_E_ARG,
        reliable = 1 => MICROSIP_E_ARG, location_use = 1 => MICROSIP_E_ARG, contacts = c(c"sip:a@b") => MICROSIP_E_ARG, location = c(c"x") => MICROSIP_E_ARG,
        session_timer = 1 => MICROSIP_E_ARG, session_expires = 90 => MICROSIP_E_ARG, min_se = 90 => MICROSIP_E_ARG, session_refresher = 1 => MICROSIP_E_ARG,
        no_progress = 3 => MICROSIP_E_ARG, refer = 1 => MICROSIP_E_ARG, replaces = 1 => MICROSIP_E_ARG, pickup = c(c"x") => MICROSIP_E_ARG, info_packages = c(c"x") => MICROSIP_E_ARG);
    bad!(t, "transfer";
    call => MICROSIP_E_STALE, |scene| scene.world.transfer(gone(scene, 3), c(c"sip:new@example.org"), 0, &to_transfer(), 4);
    call => MICROSIP_E_STATE, |scene| scene.world.transfer(scene.rings, c(c"sip:new@example.org"), 0, &to_transfer(), 4);
    call => MICROSIP_E_STATE, |scene| scene.world.transfer(scene.over, c(c"sip:new@example.org"), 0, &to_transfer(), 4);
    uri => MICROSIP_E_URI, |scene| scene.world.transfer(scene.up, c(c"mailto:a@b"), 0, &to_transfer(), 4);
    uri => MICROSIP_E_TEXT, |scene| scene.world.transfer(scene.up, c(c"\xff"), 0, &to_transfer(), 4);
    uri => MICROSIP_E_NULL, |scene| scene.world.transfer(scene.up, core::ptr::null(), 0, &to_transfer(), 4);
    uri => MICROSIP_E_ARG, |scene| scene.world.transfer(scene.up, c(c"sip:new@example.org"), scene.rings, &to_transfer(), 4);
    consult => MICROSIP_E_STALE, |scene| scene.world.transfer(scene.up, core::ptr::null(), gone(scene, 3), &to_transfer(), 4);
    consult => MICROSIP_E_KIND, |scene| scene.world.transfer(scene.up, core::ptr::null(), scene.account, &to_transfer(), 4);
    consult => MICROSIP_E_STATE, |scene| scene.world.transfer(scene.up, core::ptr::null(), scene.rings, &to_transfer(), 4);
    consult => MICROSIP_E_STATE, |scene| scene.world.transfer(scene.up, core::ptr::null(), scene.over, &to_transfer(), 4);
    consult => MICROSIP_E_ARG, |scene| scene.world.transfer(scene.up, core::ptr::null(), scene.up, &to_transfer(), 4);
    // no request of this phone has room for it
    headers => MICROSIP_E_TEXT, |scene| {
        let lines = std::ffi::CString::new(format!("X: {}\r\n", "z".repeat(6000))).unwrap();
        let o = microsip_options { headers: lines.as_ptr(), ..to_transfer() };
        scene.world.transfer(scene.up, c(c"sip:new@example.org"), 0, &o, 4)
    });

    let settings = || microsip_digit_options { dtmf: MICROSIP_DTMF_RTP, ..zeroed() };
    let media = || microsip_media { direction: MICROSIP_RECVONLY, update: MICROSIP_ON, codecs: c(c"PCMA"), ..zeroed() };
    each!(t, "reoffer", media(), |scene, given| scene.world.reoffer(scene.up, given, 4);
        direction = 9 => MICROSIP_E_ARG, update = 3 => MICROSIP_E_ARG, reserved = 1 => MICROSIP_E_NEWER,
        codecs = c(c"SPEEX") => MICROSIP_E_NO_CODEC, codecs = c(c"L16/48000") => MICROSIP_E_NO_CODEC);
    bad!(t, "reoffer"; call => MICROSIP_E_STATE, |scene| scene.world.reoffer(scene.rings, &media(), 4));
    bad!(t, "hold";
        call => MICROSIP_E_STATE, |scene| scene.world.hold(scene.rings, 1, 4);
        on => MICROSIP_E_ARG, |scene| scene.world.hold(scene.up, 3, 4));
    bad!(t, "identify";
    call => MICROSIP_E_UNSUPPORTED, |scene| scene.world.identify(scene.rings, c(c"sip:new@example.org"), 4);
    call => MICROSIP_E_STATE, |scene| scene.world.identify(scene.over, c(c"sip:new@example.org"), 4);
    caller => MICROSIP_E_URI, |scene| scene.world.identify(scene.up, c(c"nobody"), 4);
    caller => MICROSIP_E_TEXT, |scene| {
        let uri = std::ffi::CString::new(format!("sip:{}@example.org", "z".repeat(6000))).unwrap();
        scene.world.identify(scene.up, uri.as_ptr(), 4)
    });
    bad!(t, "digits";
        call => MICROSIP_E_STATE, |scene| scene.world.digits(scene.rings, c(c"12"), core::ptr::null(), 4);
        digits => MICROSIP_E_ARG, |scene| scene.world.digits(scene.up, c(c"12x"), core::ptr::null(), 4);
        digits => MICROSIP_E_FULL, |scene| scene.world.digits(scene.up, c(c"123456789012345678901234567890123"), core::ptr::null(), 4));
    each!(t, "digits", settings(), |scene, given| scene.world.digits(scene.up, c(c"12"), given, 4);
        dtmf = 9 => MICROSIP_E_ARG, dtmf_ms = 39 => MICROSIP_E_ARG, dtmf_gap_ms = 2501 => MICROSIP_E_ARG, dtmf_level_db = 64 => MICROSIP_E_ARG, reserved = 1 => MICROSIP_E_NEWER);
    bad!(t, "digit_start";
        call => MICROSIP_E_STATE, |scene| scene.world.digit_start(scene.rings, 49, core::ptr::null(), 4);
        digit => MICROSIP_E_ARG, |scene| scene.world.digit_start(scene.up, 49 + 256, core::ptr::null(), 4));
    each!(t, "digit_start", settings(), |scene, given| scene.world.digit_start(scene.up, 49, given, 4);
        dtmf = 9 => MICROSIP_E_ARG, dtmf_ms = 39 => MICROSIP_E_ARG, dtmf_gap_ms = 2501 => MICROSIP_E_ARG, dtmf_level_db = 64 => MICROSIP_E_ARG, reserved = 1 => MICROSIP_E_NEWER);
    bad!(t, "digit_stop"; call => MICROSIP_E_STALE, |scene| scene.world.digit_stop(gone(scene, 3)));

    each!(t, "rules_set", rules(), |scene, given| scene.world.rules_set(scene.account, given);
        same_party = 3 => MICROSIP_E_ARG, call_waiting = 3 => MICROSIP_E_ARG, anonymous = 3 => MICROSIP_E_ARG, dnd = 3 => MICROSIP_E_ARG, dnd_code = 399 => MICROSIP_E_ARG,
        forward = 8 => MICROSIP_E_ARG, auto_answer = 8 => MICROSIP_E_ARG, single = 3 => MICROSIP_E_ARG, redirect = 3 => MICROSIP_E_ARG,
        forward_to = c(c"mailto:a@b") => MICROSIP_E_URI, forward_busy_to = c(c"mailto:a@b") => MICROSIP_E_URI, forward_no_answer_to = c(c"mailto:a@b") => MICROSIP_E_URI,
        forward_to = c(c"\x01") => MICROSIP_E_TEXT, auto_answer_from = c(c"\x01") => MICROSIP_E_TEXT, deny = long() => MICROSIP_E_TEXT, allow = c(c"\x01") => MICROSIP_E_TEXT, reserved = 1 => MICROSIP_E_NEWER);
    // none is left: neither its own, nor the phone's
    bad!(t, "rules_set";
        forward => MICROSIP_E_ARG, |scene| {
            let none = microsip_rules { forward_to: c(c""), forward_busy_to: c(c""), ..rules() };
            scene.world.rules_set(scene.account, &none)
        };
        forward => MICROSIP_E_ARG, |scene| {
            scene.world.rules_set(MICROSIP_SELF, &microsip_rules { forward: MICROSIP_FORWARD_ALWAYS, ..zeroed() })
        };
        owner => MICROSIP_E_STALE, |scene| scene.world.rules_set(gone(scene, 2), &rules());
        owner => MICROSIP_E_KIND, |scene| scene.world.rules_set(scene.up, &rules());
        rules => MICROSIP_E_NULL, |scene| scene.world.rules_set(scene.account, core::ptr::null()));

    bad!(t, "conference_create"; conference => MICROSIP_E_NULL, |scene| scene.world.conference_create(4, core::ptr::null_mut()));
    // a call that is no member yet would be one, and the others would not hear it
    let part = || microsip_member { silent: MICROSIP_ON, deaf: MICROSIP_ON, gain_percent: 50, ..zeroed() };
    each!(t, "conference_member_set", part(), |scene, given| scene.world.member_set(scene.conference, scene.rings, given);
        silent = 3 => MICROSIP_E_ARG, deaf = 3 => MICROSIP_E_ARG, gain_percent = 401 => MICROSIP_E_ARG, gain_percent = 65_636 => MICROSIP_E_ARG);
    bad!(t, "conference_member_set";
        conference => MICROSIP_E_STALE, |scene| scene.world.member_set(gone(scene, 6), scene.rings, &part());
        member => MICROSIP_E_STALE, |scene| scene.world.member_set(scene.conference, gone(scene, 3), &part());
        member => MICROSIP_E_STATE, |scene| scene.world.member_set(scene.conference, scene.over, &part()));
    bad!(t, "conference_member_remove";
        conference => MICROSIP_E_STALE, |scene| scene.world.member_remove(gone(scene, 6), scene.up);
        member => MICROSIP_NOTHING, |scene| scene.world.member_remove(scene.conference, scene.rings));

    bad!(t, "source_set";
        target => MICROSIP_E_STALE, |scene| scene.world.source_set(gone(scene, 3), 2);
        source => MICROSIP_E_ARG, |scene| scene.world.source_set(scene.up, 9));
    bad!(t, "music_set";
        target => MICROSIP_E_STALE, |scene| scene.world.music_set(gone(scene, 3), MICROSIP_MUSIC_PCM, core::ptr::null());
        target => MICROSIP_E_STATE, |scene| scene.world.music_set(scene.over, MICROSIP_MUSIC_PCM, core::ptr::null());
        music => MICROSIP_E_ARG, |scene| scene.world.music_set(scene.up, 9, core::ptr::null());
        path => MICROSIP_E_ARG, |scene| scene.world.music_set(scene.up, MICROSIP_MUSIC_PCM, scene.wav.as_ptr());
        path => MICROSIP_E_ARG, |scene| scene.world.music_set(scene.up, MICROSIP_MUSIC_FILE, core::ptr::null()));
    bad!(t, "mute_set";
        target => MICROSIP_E_STALE, |scene| scene.world.mute_set(gone(scene, 3), 1);
        on => MICROSIP_E_ARG, |scene| scene.world.mute_set(scene.up, 3));
    bad!(t, "volume_set";
        target => MICROSIP_E_STALE, |scene| scene.world.volume_set(gone(scene, 3), 1, 50);
        dev => MICROSIP_E_ARG, |scene| scene.world.volume_set(scene.up, 9, 50);
        dev => MICROSIP_E_ARG, |scene| scene.world.volume_set(scene.up, MICROSIP_DEV_RING, 50);
        percent => MICROSIP_E_ARG, |scene| scene.world.volume_set(scene.up, 1, 401);
        percent => MICROSIP_E_ARG, |scene| scene.world.volume_set(MICROSIP_SELF, MICROSIP_DEV_RING, 401));
    let tones = || microsip_tones { play: MICROSIP_NONE, refusal_ms: 70, country: c(c"FR"), ..zeroed() };
    each!(t, "tones_set", tones(), |scene, given| scene.world.tones_set(given);
        play = 1 << 9 => MICROSIP_E_ARG, refusal_ms = 60_001 => MICROSIP_E_ARG, reserved = 1 => MICROSIP_E_NEWER, country = c(c"??") => MICROSIP_E_ARG);
    bad!(t, "tones_set"; t => MICROSIP_E_NULL, |scene| scene.world.tones_set(core::ptr::null()));
    bad!(t, "tone_start"; tone => MICROSIP_E_ARG, |scene| scene.world.tone_start(9));
    bad!(t, "tone_play";
        target => MICROSIP_E_STALE, |scene| scene.world.tone_play(gone(scene, 3), MICROSIP_TONE_BUSY, 0, 4);
        target => MICROSIP_E_KIND, |scene| scene.world.tone_play(scene.account, MICROSIP_TONE_BUSY, 0, 4);
        target => MICROSIP_E_STATE, |scene| scene.world.tone_play(scene.over, MICROSIP_TONE_BUSY, 0, 4);
        target => MICROSIP_E_ARG, |scene| scene.world.tone_play(MICROSIP_SELF, MICROSIP_TONE_BUSY, 0, 4);
        ms => MICROSIP_E_ARG, |scene| scene.world.tone_play(scene.up, MICROSIP_TONE_BUSY, 86_400_001, 4);
        tone => MICROSIP_E_ARG, |scene| scene.world.tone_play(scene.up, MICROSIP_TONE_RING, 0, 4));
    bad!(t, "tone_stop"; target => MICROSIP_E_STALE, |scene| scene.world.tone_stop(gone(scene, 3)));
    bad!(t, "tag_set"; object => MICROSIP_E_STALE, |scene| scene.world.tag_set(gone(scene, 3), 4));
    bad!(t, "id_release";
        object => MICROSIP_E_STATE, |scene| scene.world.id_release(scene.up);
        object => MICROSIP_E_STALE, |scene| scene.world.id_release(gone(scene, 6)));
    bad!(t, "log_set"; level => MICROSIP_E_ARG, |scene| scene.world.log_set(9));

    let text = || {
        let mut m: microsip_message = zeroed();
        (m.len, m.tag, m.body) = (2, 66, c(c"yo").cast());
        (m.uri, m.content_type, m.headers) = (c(c"sip:new@example.org"), c(c"text/plain"), c(c"X-New: 1\r\n"));
        m
    };
    each!(t, "message_send", text(), |scene, given| scene.world.message_send(scene.account, given, 4, &mut 0);
        len = 60_001 => MICROSIP_E_ARG, uri = c(c"mailto:a@b") => MICROSIP_E_URI, uri = c(c"\xff") => MICROSIP_E_TEXT, uri = core::ptr::null() => MICROSIP_E_KIND,
        content_type = c(c"text") => MICROSIP_E_TEXT, content_type = long() => MICROSIP_E_TEXT, content_type = c(c"\xff") => MICROSIP_E_TEXT,
        body = core::ptr::null() => MICROSIP_E_NULL, headers = c(c"X: 1") => MICROSIP_E_TEXT, headers = c(c"Via: x\r\n") => MICROSIP_E_TEXT,
        package = c(c"foo") => MICROSIP_E_ARG, package = c(c"") => MICROSIP_E_ARG, package = c(c"\xff") => MICROSIP_E_TEXT, reserved = c(c"x") => MICROSIP_E_NEWER,
        notices = 4 => MICROSIP_E_ARG, reserved_notices = 1 => MICROSIP_E_NEWER);
    bad!(t, "message_send";
    package => MICROSIP_E_STATE, |scene| {
        let m = microsip_message { uri: core::ptr::null(), package: c(c"foo"), ..text() };
        scene.world.message_send(scene.up, &m, 4, &mut 0)
    };
    package => MICROSIP_E_TEXT, |scene| {
        let m = microsip_message { uri: core::ptr::null(), package: c(c"foo, bar"), ..text() };
        scene.world.message_send(scene.up, &m, 4, &mut 0)
    };
    owner => MICROSIP_E_STALE, |scene| scene.world.message_send(gone(scene, 2), &text(), 4, &mut 0);
    owner => MICROSIP_E_STATE, |scene| {
        scene.world.message_send(scene.rings, &microsip_message { uri: core::ptr::null(), ..text() }, 4, &mut 0)
    };
    // its id need not be wanted
    message => MICROSIP_E_STALE, |scene| scene.world.message_send(gone(scene, 2), &text(), 4, core::ptr::null_mut());
    m => MICROSIP_E_NULL, |scene| scene.world.message_send(0, core::ptr::null(), 4, &mut 0);
    // no message of this phone has room for it
    body => MICROSIP_E_TEXT, |scene| {
        let m = microsip_message { len: 20_000, body: [b'x'; 20_000].as_ptr().cast(), ..text() };
        scene.world.message_send(scene.account, &m, 4, &mut 0)
    });
    bad!(t, "message_answer";
        message => MICROSIP_E_STALE, |scene| scene.world.message_answer(gone(scene, 7), 200);
        message => MICROSIP_E_STATE, |scene| scene.world.message_answer(scene.message, 200);
        code => MICROSIP_E_ARG, |scene| scene.world.message_answer(scene.message, 199));
    bad!(t, "message_notice";
        message => MICROSIP_E_STALE, |scene| scene.world.message_notice(gone(scene, 7), MICROSIP_NOTICE_DISPLAYED);
        message => MICROSIP_E_STATE, |scene| scene.world.message_notice(scene.message, MICROSIP_NOTICE_DISPLAYED);
        state => MICROSIP_E_ARG, |scene| scene.world.message_notice(scene.message, MICROSIP_NOTICE_FAILED));
    let writes = c(c"sip:new@example.org");
    bad!(t, "message_composing";
        owner => MICROSIP_E_STALE, |scene| scene.world.message_composing(gone(scene, 2), writes, MICROSIP_COMPOSING_ACTIVE);
        owner => MICROSIP_E_STATE, |scene| scene.world.message_composing(scene.rings, core::ptr::null(), MICROSIP_COMPOSING_ACTIVE);
        uri => MICROSIP_E_KIND, |scene| scene.world.message_composing(scene.account, core::ptr::null(), MICROSIP_COMPOSING_ACTIVE);
        uri => MICROSIP_E_URI, |scene| scene.world.message_composing(scene.account, c(c"mailto:a@b"), MICROSIP_COMPOSING_ACTIVE);
        state => MICROSIP_E_ARG, |scene| scene.world.message_composing(scene.account, writes, 3));

    let watched = || {
        let mut s: microsip_subscription = zeroed();
        (s.package, s.expires, s.once, s.tag) = (MICROSIP_OTHER, 99, MICROSIP_ON, 55);
        (s.uri, s.event, s.accept) = (c(c"sip:new@example.org"), c(c"x-state"), c(c"text/plain"));
        s.headers = c(c"X-New: 1\r\n");
        s
    };
    each!(t, "subscription_add", watched(), |scene, given| scene.world.subscription_add(scene.account, given, &mut 0);
        package = 9 => MICROSIP_E_ARG, once = 3 => MICROSIP_E_ARG, uri = core::ptr::null() => MICROSIP_E_NULL, uri = c(c"mailto:a@b") => MICROSIP_E_URI,
        uri = c(c"\xff") => MICROSIP_E_TEXT, event = c(c"two words") => MICROSIP_E_TEXT, event = core::ptr::null() => MICROSIP_E_TEXT, event = long() => MICROSIP_E_TEXT,
        accept = c(c"\n") => MICROSIP_E_TEXT, accept = long() => MICROSIP_E_TEXT, headers = c(c"X: 1") => MICROSIP_E_TEXT, headers = c(c"Via: x\r\n") => MICROSIP_E_TEXT);
    bad!(t, "subscription_add";
        account => MICROSIP_E_STALE, |scene| scene.world.subscription_add(gone(scene, 2), &watched(), &mut 0);
        s => MICROSIP_E_NULL, |scene| scene.world.subscription_add(scene.account, core::ptr::null(), &mut 0);
        subscription => MICROSIP_E_NULL, |scene| scene.world.subscription_add(scene.account, &watched(), core::ptr::null_mut()));
    bad!(t, "subscription_remove";
        subscription => MICROSIP_E_STALE, |scene| scene.world.subscription_remove(gone(scene, 8));
        subscription => MICROSIP_E_KIND, |scene| scene.world.subscription_remove(scene.account));

    bad!(t, "watcher_answer";
        watcher => MICROSIP_E_STALE, |scene| scene.world.watcher_answer(gone(scene, 9), 200);
        watcher => MICROSIP_E_KIND, |scene| scene.world.watcher_answer(scene.account, 200);
        code => MICROSIP_E_ARG, |scene| scene.world.watcher_answer(gone(scene, 9), 199);
        code => MICROSIP_E_ARG, |scene| scene.world.watcher_answer(gone(scene, 9), 700);
        code => MICROSIP_E_ARG, |scene| scene.world.watcher_answer(gone(scene, 9), 65_736));

    let counted = || {
        let mut entry: microsip_entry = zeroed();
        (entry.message_class, entry.new_messages, entry.new_urgent, entry.old_messages) = (1, 2, 1, 3);
        entry
    };
    each!(t, "mailbox_set", counted(), |scene, given| scene.world.mailbox_set(scene.account, given);
        message_class = 0 => MICROSIP_E_ARG, message_class = 7 => MICROSIP_E_ARG, new_urgent = 3 => MICROSIP_E_ARG,
        old_urgent = 4 => MICROSIP_E_ARG);
    bad!(t, "mailbox_set";
        account => MICROSIP_E_STALE, |scene| scene.world.mailbox_set(gone(scene, 2), &counted());
        account => MICROSIP_E_KIND, |scene| scene.world.mailbox_set(scene.up, &counted()));
    t
}

/// Those that an engine has alone.
pub(crate) fn of_engines() -> Trials {
    fn board(scene: &Scene) -> (*mut microsip_engine, u64) {
        let World::Engine(board) = &scene.world else { unreachable!() };
        (board.e, board.now)
    }
    let mut t = Trials::default();
    let addr = |last| {
        let mut addr = microsip_addr { family: 4, port: 5060, ..Default::default() };
        (addr.ip[0], addr.ip[3]) = (10, last);
        addr
    };
    let reply = move || {
        let mut r: microsip_reply = zeroed();
        (r.count, r.addr[0], r.addr[1]) = (2, addr(33), addr(34));
        r
    };
    let two = move |wrong: microsip_addr| [addr(33), wrong, microsip_addr::default(), microsip_addr::default()];
    each!(t, "reply", reply(), |scene, given| unsafe { microsip_engine_reply(board(scene).0, board(scene).1, given) };
        ask = 12_345 => MICROSIP_E_ARG, flow = 1 => MICROSIP_E_NEWER, count = 5 => MICROSIP_E_ARG,
        addr = two(microsip_addr { family: 9, ..addr(34) }) => MICROSIP_E_ARG, transport = [0, 8, 0, 0] => MICROSIP_E_ARG);
    let flow = move || microsip_flow {
        flow: 5,
        state: MICROSIP_FLOW_UP,
        transport: MICROSIP_TCP,
        remote: addr(35),
        ..zeroed()
    };
    each!(t, "flow", flow(), |scene, given| unsafe { microsip_engine_flow(board(scene).0, board(scene).1, given) };
        flow = 0 => MICROSIP_E_ARG, ask = 12_345 => MICROSIP_E_ARG, state = 9 => MICROSIP_E_ARG, transport = MICROSIP_TLS => MICROSIP_E_ARG,
        reserved = 1 => MICROSIP_E_NEWER,
        remote = microsip_addr { family: 9, ..addr(35) } => MICROSIP_E_ARG);
    let origin = move || microsip_origin { remote: addr(9), ..zeroed() };
    const PING: &[u8] =
        b"OPTIONS sip:anna@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKp\r\nFrom: <sip:b@b>;tag=p\r\n\
        To: <sip:anna@10.0.0.1>\r\nCall-ID: p\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
    each!(t, "sip", origin(), |scene, given| unsafe {
            microsip_engine_sip(board(scene).0, board(scene).1, given, PING.as_ptr(), PING.len() as u32, core::ptr::null_mut())
        };
        flow = 99 => MICROSIP_E_ARG,
        remote = microsip_addr { family: 9, ..addr(9) } => MICROSIP_E_ARG);
    bad!(t, "sip"; p => MICROSIP_E_NULL, |scene| unsafe {
        microsip_engine_sip(board(scene).0, board(scene).1, &origin(), core::ptr::null(), 4, core::ptr::null_mut())
    });
    bad!(t, "media";
    from => MICROSIP_E_ARG, |scene| unsafe {
        let from = microsip_addr { family: 9, ..addr(9) };
        microsip_engine_media(board(scene).0, board(scene).1, 4000, &from, [0u8; 20].as_mut_ptr(), 20)
    };
    p => MICROSIP_E_NULL, |scene| unsafe {
        microsip_engine_media(board(scene).0, board(scene).1, 4000, &addr(9), core::ptr::null_mut(), 20)
    });
    bad!(t, "audio";
    target => MICROSIP_E_ARG, |scene| unsafe {
        microsip_engine_audio(board(scene).0, board(scene).1, 99, core::ptr::null(), core::ptr::null_mut(), 80)
    };
    samples => MICROSIP_E_ARG, |scene| unsafe {
        microsip_engine_audio(board(scene).0, board(scene).1, MICROSIP_SELF, core::ptr::null(), core::ptr::null_mut(), 81)
    });
    bad!(t, "music_set"; path => MICROSIP_E_UNSUPPORTED, |scene| {
        scene.world.music_set(scene.up, MICROSIP_MUSIC_FILE, scene.wav.as_ptr())
    });
    bad!(t, "tones_set"; ring_path => MICROSIP_E_UNSUPPORTED, |scene| {
        scene.world.tones_set(&microsip_tones { play: MICROSIP_NONE, ring_path: scene.wav.as_ptr(), ..zeroed() })
    });
    t
}

/// Those that a host has alone, and those that do more on one.
pub(crate) fn of_hosts() -> Trials {
    fn id(scene: &Scene) -> u64 {
        let World::Host(desk) = &scene.world else { unreachable!() };
        desk.id
    }
    let mut t = Trials::default();
    const NOWHERE: &core::ffi::CStr = c"/nowhere/there.wav";
    bad!(t, "music_set";
        path => MICROSIP_E_FILE, |scene| scene.world.music_set(scene.up, MICROSIP_MUSIC_FILE, c(NOWHERE));
        path => MICROSIP_E_FORMAT, |scene| scene.world.music_set(MICROSIP_SELF, MICROSIP_MUSIC_FILE, c(c"/dev/null")));
    let tones = || microsip_tones { play: MICROSIP_NONE, refusal_ms: 70, country: c(c"FR"), ..zeroed() };
    bad!(t, "tones_set";
        ring_path => MICROSIP_E_FILE, |scene| scene.world.tones_set(&microsip_tones { ring_path: c(NOWHERE), ..tones() });
        ring_path => MICROSIP_E_FORMAT, |scene| scene.world.tones_set(&microsip_tones { ring_path: c(c"/etc/passwd"), ..tones() }));
    let sound = |path| microsip_sound { loops: 1, path, ..zeroed() };
    each!(t, "sound_play", sound(scene.wav.as_ptr()), |scene, given| unsafe { microsip_sound_play(id(scene), scene.up, given, 4) };
        mode = 9 => MICROSIP_E_ARG, reserved = 1 => MICROSIP_E_NEWER, path = c(NOWHERE) => MICROSIP_E_FILE, path = c(c"/dev/null") => MICROSIP_E_FORMAT,
        path = core::ptr::null() => MICROSIP_E_NULL);
    bad!(t, "sound_play"; target => MICROSIP_E_STATE, |scene| unsafe { microsip_sound_play(id(scene), scene.over, &sound(scene.wav.as_ptr()), 4) });
    bad!(t, "sound_stop"; target => MICROSIP_E_STATE, |scene| microsip_sound_stop(id(scene), scene.over));
    bad!(t, "record_start";
        target => MICROSIP_E_STATE, |scene| unsafe { microsip_record_start(id(scene), scene.over, scene.wav.as_ptr(), 0, 4) };
        sides => MICROSIP_E_ARG, |scene| unsafe { microsip_record_start(id(scene), scene.up, scene.wav.as_ptr(), 9, 4) };
        path => MICROSIP_E_FILE, |scene| unsafe { microsip_record_start(id(scene), scene.up, c(NOWHERE), 0, 4) });
    bad!(t, "record_stop"; target => MICROSIP_E_STALE, |scene| microsip_record_stop(id(scene), gone(scene, 3)));
    bad!(t, "pcm_write";
        target => MICROSIP_E_STATE, |scene| unsafe { microsip_pcm_write(id(scene), scene.up, [0; 80].as_ptr(), 80, 0, &mut 0) };
        target => MICROSIP_E_STATE, |scene| unsafe { microsip_pcm_write(id(scene), scene.over, [0; 80].as_ptr(), 80, 0, &mut 0) };
        pcm => MICROSIP_E_NULL, |scene| unsafe { microsip_pcm_write(id(scene), scene.up, core::ptr::null(), 80, 0, &mut 0) };
        taken => MICROSIP_E_NULL, |scene| unsafe { microsip_pcm_write(id(scene), scene.up, [0; 80].as_ptr(), 80, 0, core::ptr::null_mut()) });
    bad!(t, "pcm_read";
        target => MICROSIP_E_STATE, |scene| unsafe { microsip_pcm_read(id(scene), scene.over, [0; 80].as_mut_ptr(), 80, 0, &mut 0) };
        pcm => MICROSIP_E_NULL, |scene| unsafe { microsip_pcm_read(id(scene), scene.up, core::ptr::null_mut(), 80, 0, &mut 0) };
        got => MICROSIP_E_NULL, |scene| unsafe { microsip_pcm_read(id(scene), scene.up, [0; 80].as_mut_ptr(), 80, 0, core::ptr::null_mut()) });
    bad!(t, "device_set";
        dev => MICROSIP_E_ARG, |scene| unsafe { microsip_device_set(id(scene), 9, c(c"null")) };
        id => MICROSIP_E_TEXT, |scene| unsafe { microsip_device_set(id(scene), 1, c(c"\xff")) });
    bad!(t, "device_scan";
        dev => MICROSIP_E_ARG, |scene| unsafe { microsip_device_scan(id(scene), 9, &mut 0) };
        count => MICROSIP_E_NULL, |scene| unsafe { microsip_device_scan(id(scene), 1, core::ptr::null_mut()) });
    t
}
