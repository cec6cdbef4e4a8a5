//! A phone that cannot be made leaves nothing behind: each member of its configuration is wrong once. One test alone in
//! its program, which counts threads and descriptors.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used, clippy::too_many_lines)]

mod world;

use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::phone::*;
use world::{c, header, members, zeroed};

/// The descriptors and the threads of this process.
fn held() -> [usize; 2] {
    ["/proc/self/fd", "/proc/self/task"].map(|path| std::fs::read_dir(path).unwrap().count())
}

/// A phone that cannot be made leaves no thread and no descriptor, and writes nothing.
#[test]
fn a_phone_that_cannot_be_made_leaves_nothing() {
    let header = header();
    let callbacks = ["on_event", "event_user", "on_log", "log_user"];
    let mut tried: Vec<String> =
        [&callbacks[..], &["direct_reserve", "direct_per_source", "messages_reserve", "messages_per_source"]]
            .concat()
            .into_iter()
            .map(Into::into)
            .collect();
    let mut wrong = Vec::new();
    let long = std::ffi::CString::new("y".repeat(1200)).unwrap();
    let mut rules: microsip_rules = zeroed();
    rules.forward_to = c(c"mailto:a@b");
    macro_rules! config {
        ($($member:ident = $bad:expr => $code:expr),* $(,)?) => {
            $(
                let mut config: microsip_config = zeroed();
                config.bind = c(c"127.0.0.1:0");
                config.flags = MICROSIP_NULL_AUDIO;
                config.$member = $bad;
                let (mut phone, before) = (77, held());
                let code = unsafe { microsip_create(MICROSIP_ABI_VERSION, &config, &mut phone) };
                if (code, phone) != ($code, 77) || before != held() {
                    wrong.push(format!("{}: {code} instead of {}, {phone}, {before:?} {:?}", stringify!($member), $code, held()));
                }
                tried.push(stringify!($member).to_owned());
            )*
        };
    }
    config!(
        size = 3 => MICROSIP_E_SIZE, max_calls = 1 << 30 => MICROSIP_E_ARG, max_accounts = 1 << 30 => MICROSIP_E_ARG, max_message = 1 << 30 => MICROSIP_E_ARG,
        rate = 44_100 => MICROSIP_E_ARG, flags = 1 << 30 => MICROSIP_E_NEWER, rtp_port_min = 70_000 => MICROSIP_E_ARG, rtp_port_max = 70_000 => MICROSIP_E_ARG,
        log_level = 9 => MICROSIP_E_ARG, pcm_ms = 1 << 30 => MICROSIP_E_ARG, event_size = 4 => MICROSIP_E_SIZE, transports = 64 => MICROSIP_E_NEWER,
        bind = c(c"localhost") => MICROSIP_E_ARG, bind = c(c"\xff") => MICROSIP_E_TEXT, user_agent = c(c"a\nb") => MICROSIP_E_TEXT, user_agent = long.as_ptr() => MICROSIP_E_TEXT,
        input = c(c"\xff") => MICROSIP_E_TEXT, output = c(c"\xff") => MICROSIP_E_TEXT, ring = c(c"\xff") => MICROSIP_E_TEXT, sip_dscp = 64 => MICROSIP_E_ARG, media_dscp = 64 => MICROSIP_E_ARG,
        media_timeout = 65_536 => MICROSIP_E_ARG, media_lost = 3 => MICROSIP_E_ARG, max_conferences = 1 << 30 => MICROSIP_E_ARG, focus = 3 => MICROSIP_E_ARG, codecs = c(c"SPEEX") => MICROSIP_E_NO_CODEC,
        quality_seconds = 65_535 => MICROSIP_E_ARG, reserved = 1 => MICROSIP_E_NEWER, rules = &rules => MICROSIP_E_URI, reliable = 9 => MICROSIP_E_ARG, replaces = 4 => MICROSIP_E_ARG,
        own_order = 3 => MICROSIP_E_ARG, single_codec = 3 => MICROSIP_E_ARG, dtmf = 9 => MICROSIP_E_ARG, dtmf_ms = 39 => MICROSIP_E_ARG, dtmf_gap_ms = 2501 => MICROSIP_E_ARG, dtmf_level_db = 64 => MICROSIP_E_ARG, session_timer = 9 => MICROSIP_E_ARG,
        session_expires = 89 => MICROSIP_E_ARG, min_se = 89 => MICROSIP_E_ARG, session_refresher = 9 => MICROSIP_E_ARG,
        max_messages = 1 << 30 => MICROSIP_E_ARG, messages = 9 => MICROSIP_E_ARG, max_subscriptions = 1 << 30 => MICROSIP_E_ARG, refer = 4 => MICROSIP_E_ARG,
        info_packages = c(c"a,,b") => MICROSIP_E_TEXT, reserved_packages = c(c"x") => MICROSIP_E_NEWER,
        max_watchers = 20_001 => MICROSIP_E_ARG, watchers = 4 => MICROSIP_E_ARG, watcher_details = 3 => MICROSIP_E_ARG, notices = 9 => MICROSIP_E_ARG,
    );
    let missing: Vec<_> =
        members(&header, "microsip_config").into_iter().filter(|member| !tried.contains(member)).collect();
    assert!(missing.is_empty() && wrong.is_empty(), "no trial of {missing:?}\n{}", wrong.join("\n"));
}
