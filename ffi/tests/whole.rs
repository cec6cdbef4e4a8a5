//! A command that fails changes nothing: each argument and member of each command of the header is wrong once, beside
//! others that are good and new. An engine's memory is then the same to the byte, but for its last error; of a host's
//! phone all getters tell the same, and nothing was sent or told.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used, clippy::too_many_lines)]

#[path = "whole/scene.rs"]
mod scene;
#[path = "whole/trials.rs"]
mod trials;
mod world;

use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::engine::*;
use microsip::phone::*;
use scene::Scene;
use std::collections::{BTreeMap, BTreeSet};
use trials::{Trials, common, of_engines, of_hosts};
use world::{World, c, functions, header, members, zeroed};

/// Members and arguments of which each value is a good one, or that a caller does not set.
const FREE: &[(&str, &[&str])] = &[
    ("microsip_account", &["expires", "keepalive", "tag"]),
    ("microsip_presence", &["expires"]),
    ("microsip_options", &["tag"]),
    (
        "microsip_rules",
        &["max_calls", "forward_s", "auto_answer_s", "ring_s", "max_duration_s", "decide_ms", "callback_s"],
    ),
    ("microsip_member", &["level", "talking"]),
    ("microsip_sound", &["loops"]),
    ("microsip_message", &["tag"]),
    ("microsip_subscription", &["expires", "tag"]),
    ("microsip_entry", &["lamp", "activity", "called", "new_messages", "old_messages", "resource"]),
    ("microsip_reply", &["result", "priority", "weight", "lifetime"]),
    // the engine takes its own side from the family of the far end's
    (
        "microsip_engine_config",
        &["epoch_ms", "direct_reserve", "direct_per_source", "messages_reserve", "messages_per_source"],
    ),
    ("microsip_flow", &["result", "local"]),
    ("microsip_origin", &["local"]),
    (
        "arguments",
        &[
            "phone",
            "e",
            "now_us",
            "token",
            "tag",
            "wait_ms",
            "ms",
            "samples",
            "len",
            "taken",
            "local_port",
            "mic",
            "speaker",
            "o",
            "m",
            "s",
            "r",
            "f",
            "t",
        ],
    ),
];

/// The functions that are no commands: they tell, wait, or have nothing that could be wrong beside their phone.
const OTHERS: &[&str] = &[
    "last_error",
    "shutdown",
    "destroy",
    "network_changed",
    "hangup_all",
    "timeout",
    "event_next",
    "log_next",
    "poll_event",
    "poll_timeout",
    "poll_ask",
    "poll_log",
    "poll_transmit",
    // tests of their own, below
    "create",
    "init",
];

fn free(of: &str) -> BTreeSet<String> {
    FREE.iter()
        .filter(|(name, _)| *name == of)
        .flat_map(|(_, free)| free.iter())
        .map(|word| (*word).to_owned())
        .collect()
}

/// Each command of the header has its trials, and each argument and member of it that could be wrong.
#[test]
fn each_argument_and_member_of_each_command_is_tried() {
    let header = header();
    let mut tried: BTreeMap<(bool, &str), BTreeSet<&str>> = BTreeMap::new();
    for (engine, trials) in [(true, common()), (false, common()), (true, of_engines()), (false, of_hosts())] {
        for trial in &trials.all {
            tried.entry((engine, trial.command)).or_default().insert(trial.wrong);
        }
    }
    let mut missing = Vec::new();
    for (name, parameters) in functions(&header) {
        let bare = name.strip_prefix("microsip_").unwrap();
        let (engine, bare) = bare.strip_prefix("engine_").map_or((false, bare), |bare| (true, bare));
        if bare.ends_with("_get") || OTHERS.contains(&bare) {
            continue;
        }
        let Some(tried) = tried.get(&(engine, bare)) else {
            missing.push(name);
            continue;
        };
        for (kind, argument) in &parameters {
            let of = kind.strip_prefix("const struct ").map(|kind| kind.trim_end_matches([' ', '*']));
            let wanted = match of {
                Some("microsip_addr") | None if free("arguments").contains(argument) => continue,
                Some("microsip_addr") | None => vec![argument.clone()],
                Some(of) => members(&header, of).into_iter().filter(|member| !free(of).contains(member)).collect(),
            };
            missing.extend(
                wanted.iter().filter(|word| !tried.contains(word.as_str())).map(|word| format!("{name}: {word}")),
            );
        }
    }
    assert!(missing.is_empty(), "no trial of {missing:#?}");
}

/// The bytes that differ: their number, the first and the last.
fn differ(before: &[u8], after: &[u8]) -> String {
    let changed: Vec<usize> = (0..after.len()).filter(|at| before[*at] != after[*at]).collect();
    match (changed.first(), changed.last()) {
        (Some(first), Some(last)) => format!("changed {} bytes from {first} to {last}", changed.len()),
        _ => String::new(),
    }
}

fn try_all(mut scene: Scene, trials: impl IntoIterator<Item = Trials>) {
    let mut wrong = Vec::new();
    let mut told = scene.world.told();
    for trials in trials {
        for trial in &trials.all {
            let before = scene.bytes();
            let family = if scene.world.is_host() { "" } else { "engine_" };
            let code = world::seen(&format!("microsip_{family}{}", trial.command), (trial.act)(&scene));
            let what = format!("{} with a wrong {}", trial.command, trial.wrong);
            if code != trial.code {
                wrong.push(format!("{what}: {code} instead of {}: {}", trial.code, scene.world.last_error()));
            }
            // whoever reads it looks at that member first; a body and its length are one value
            let error = scene.world.last_error();
            let blamed = error.split([':', '"']).nth(1).unwrap_or_default().split(" is ").next().unwrap_or_default();
            let right = blamed.contains(trial.wrong) || (blamed.contains("->len") && trial.wrong == "body");
            if blamed.contains("->") && !right {
                wrong.push(format!("{what}, another member is blamed: {error}"));
            }
            // the state that the object is in, and what is legal, not a word about states
            if code == MICROSIP_E_STATE && scene.world.last_error().contains("look at its info") {
                wrong.push(format!("{what}: {}", scene.world.last_error()));
            }
            let changed = differ(&before, &scene.bytes());
            if !changed.is_empty() {
                wrong.push(format!("{what} {changed}: {}", scene.world.last_error()));
            }
            let (noise, now) = (scene.world.noise(), scene.world.told());
            if !noise.is_empty() || now != told {
                let news = now.lines().filter(|line| !told.contains(line)).collect::<Vec<_>>().join("\n");
                wrong.push(format!("{what}: {noise:?} {news}"));
            }
            if scene.world.is_host() {
                told = now;
            }
            scene.world.put_back(&before);
        }
        // what was tried is good but for what is wrong in it; an engine's bytes make it undone
        let undone = !scene.world.is_host();
        for (command, act) in trials.good.iter().filter(|_| undone) {
            let before = scene.world.bytes();
            let code = act(&scene);
            if code != MICROSIP_OK {
                wrong.push(format!("{command} with all that is good: {code}: {}", scene.world.last_error()));
            }
            if before == scene.world.bytes() {
                wrong.push(format!("{command} with all that is good changed nothing"));
            }
            scene.world.put_back(&before);
        }
    }
    if scene.world.is_host() {
        std::thread::sleep(core::time::Duration::from_millis(500));
        let noise = scene.world.noise();
        if !noise.is_empty() {
            wrong.push(format!("later: {noise:?}"));
        }
    }
    let _ = std::fs::remove_file(scene.wav.to_str().unwrap());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_command_that_fails_leaves_an_engine_as_it_was_to_the_byte() {
    try_all(Scene::new(World::engine(&world::engine_config())), [common(), of_engines()]);
}

#[test]
fn a_command_that_fails_leaves_a_phone_as_it_was() {
    try_all(Scene::new(World::host(|config| config.log_level = MICROSIP_LOG_ERROR)), [common(), of_hosts()]);
}

/// A file is not begun for a recording whose end could not be told.
#[test]
fn a_recording_that_is_one_too_many_leaves_its_file_as_it_was() {
    let scene = Scene::new(World::host(|_| ()));
    let World::Host(desk) = &scene.world else { unreachable!() };
    let mut sound: microsip_sound = zeroed();
    sound.path = scene.wav.as_ptr();
    // each replaces the one before it, whose end waits to be fetched
    let (mut count, mut code) = (0, MICROSIP_OK);
    while code == MICROSIP_OK && count < 10_000 {
        count += 1;
        code =
            world::seen("microsip_sound_play", unsafe { microsip_sound_play(desk.id, scene.up, &sound, 1000 + count) });
    }
    assert_eq!(code, MICROSIP_E_FULL);
    let path = scene.wav.to_str().unwrap();
    let before = std::fs::read(path).unwrap();
    let code = unsafe { microsip_record_start(desk.id, scene.up, scene.wav.as_ptr(), 0, 5) };
    assert_eq!(world::seen("microsip_record_start", code), MICROSIP_E_FULL);
    assert!(before == std::fs::read(path).unwrap());
    let _ = std::fs::remove_file(path);
}

/// An engine that cannot be made leaves the memory that it was to lie in to the one that lies there.
#[test]
fn an_engine_that_cannot_be_made_leaves_the_one_that_is_there() {
    let header = header();
    let scene = Scene::new(World::engine(&world::engine_config()));
    let World::Engine(board) = &scene.world else { unreachable!() };
    let mut tried = free("microsip_engine_config");
    let mut wrong = Vec::new();
    macro_rules! config {
        ($($member:ident = $bad:expr => $code:expr),* $(,)?) => {
            $(
                let mut config = world::engine_config();
                config.$member = $bad;
                let (mut bytes, mut other, before) = (77, core::ptr::null_mut(), scene.bytes());
                let size = unsafe { microsip_engine_size_get(&config, &mut bytes) };
                let room = scene.world.bytes().len() as u32;
                let code = unsafe { microsip_engine_init(MICROSIP_ABI_VERSION, board.e.cast(), room, &config, 9, &mut other) };
                // it asks for what makes an engine larger alone
                let size_too = size == MICROSIP_OK || size == code && bytes == 77;
                if code != $code || !other.is_null() || before != scene.bytes() || !size_too {
                    wrong.push(format!("{}: {code} and {size} instead of {} {}", stringify!($member), $code, differ(&before, &scene.bytes())));
                }
                tried.insert(stringify!($member).to_owned());
            )*
        };
    }
    config!(
        size = 3 => MICROSIP_E_SIZE, max_calls = 1 << 30 => MICROSIP_E_ARG, max_accounts = 1 << 30 => MICROSIP_E_ARG, max_message = 1 << 30 => MICROSIP_E_ARG,
        rate = 44_100 => MICROSIP_E_ARG, rtp_port_min = 70_000 => MICROSIP_E_ARG, flags = 1 << 30 => MICROSIP_E_NEWER, log_records = 4097 => MICROSIP_E_ARG,
        seed = [0; 32] => MICROSIP_E_ARG, user_agent = c(c"a\nb") => MICROSIP_E_TEXT, codecs = c(c"SPEEX") => MICROSIP_E_NO_CODEC, media_timeout = 65_536 => MICROSIP_E_ARG,
        media_lost = 3 => MICROSIP_E_ARG, max_flows = 4097 => MICROSIP_E_ARG, quality_seconds = 65_535 => MICROSIP_E_ARG, max_conferences = 1 << 30 => MICROSIP_E_ARG,
        focus = 3 => MICROSIP_E_ARG, rule_bytes = 2049 => MICROSIP_E_ARG, kept_bytes = 60_001 => MICROSIP_E_ARG, reliable = 9 => MICROSIP_E_ARG, location_bytes = 4097 => MICROSIP_E_ARG,
        own_order = 3 => MICROSIP_E_ARG, single_codec = 3 => MICROSIP_E_ARG, dtmf = 9 => MICROSIP_E_ARG, dtmf_ms = 39 => MICROSIP_E_ARG, dtmf_gap_ms = 39 => MICROSIP_E_ARG, dtmf_level_db = 64 => MICROSIP_E_ARG, session_timer = 9 => MICROSIP_E_ARG,
        session_expires = 89 => MICROSIP_E_ARG, min_se = 89 => MICROSIP_E_ARG, session_refresher = 9 => MICROSIP_E_ARG,
        max_messages = 4097 => MICROSIP_E_ARG, messages = 9 => MICROSIP_E_ARG, max_subscriptions = 4097 => MICROSIP_E_ARG, subscription_bytes = 60_001 => MICROSIP_E_ARG,
        info_packages = c(c"a,,b") => MICROSIP_E_TEXT, reserved_packages = c(c"x") => MICROSIP_E_NEWER,
        refer = 9 => MICROSIP_E_ARG, replaces = 9 => MICROSIP_E_ARG, max_watchers = 4097 => MICROSIP_E_ARG, watchers = 9 => MICROSIP_E_ARG,
        watcher_details = 3 => MICROSIP_E_ARG, notices = 9 => MICROSIP_E_ARG,
        max_publications = 4097 => MICROSIP_E_ARG, presence_note_bytes = 129 => MICROSIP_E_ARG,
    );
    let missing: Vec<_> =
        members(&header, "microsip_engine_config").into_iter().filter(|member| !tried.contains(member)).collect();
    assert!(missing.is_empty() && wrong.is_empty(), "no trial of {missing:?}\n{}", wrong.join("\n"));
}
