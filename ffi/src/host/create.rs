//! The making and unmaking of a phone of the host family.

use super::audio::device::NULL;
use super::errands::Errands;
use super::hooks::{EVENT_ROOM, Hooks};
use super::link::Link;
use super::names::Names;
use super::network::Network;
use super::ports::Ports;
use super::ready::Ready;
use super::shared::{Clock, Core, Parts, Shared, Threads};
use super::signal::lock;
use super::slots::Slots;
use super::sockets::{self, Locals, Opened, Transports};
use super::stream::Streams;
use super::table;
use super::threads::engine::Engine;
use super::threads::errands;
use crate::abi::code::*;
use crate::abi::pointer::Sized32;
use crate::abi::types::*;
use crate::abi::{Fail, Value, text};
use crate::block::{Block, Carving};
use crate::dscp;
use core::ffi::c_char;
use core::sync::atomic::Ordering;
use microsip_core::base::{features, limits};
use microsip_core::media::digits::DigitSettings;
use microsip_core::media::{BuiltIn, CodecList, CodecMemory};
use microsip_core::offer::Answering;
use microsip_core::phone::{
    AccountId, Capacity, CommandError, Lender, MediaTimeout, MessagePolicy, NoticePolicy, Phone, Reliable, Rules,
    SessionTimer, Setup, SetupError, Storage, Tones, TransferPolicy, WatcherPolicy, tone,
};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::SystemTime;

/// The configuration, checked, with its defaults.
struct Plan<'c> {
    calls: u32,
    accounts: u32,
    message: u32,
    rate: u32,
    flags: u32,
    ports: (u16, u16),
    /// Classes of service: SIP's, media's; 0 is none.
    dscp: (u8, u8),
    pcm_ms: u32,
    bind: Option<&'c str>,
    transports: Transports,
    user_agent: &'c str,
    /// There is a log.
    logs: bool,
    direct: (u32, u32),
    quality_seconds: u32,
    media_timeout: MediaTimeout,
    rules: Option<Rules<'c>>,
    conferences: u32,
    messages: u32,
    message_policy: MessagePolicy,
    info_packages: Option<&'c str>,
    notices: NoticePolicy,
    /// Those that are left to ours, and those of one source, as the capacity has them.
    messages_left: (u32, u32),
    subscriptions: u32,
    /// Those at once, their treatment, and whether they are told who talks to whom.
    watchers: (u32, WatcherPolicy, Option<bool>),
    /// Of REFER, and of Replaces.
    transfers: (TransferPolicy, TransferPolicy),
    focus: bool,
    reliable: Reliable,
    digits: DigitSettings,
    session_timer: SessionTimer,
    codecs: CodecList,
    answering: Answering,
    input: String,
    output: String,
    ring: Option<String>,
}

fn within(
    argument: &'static str,
    value: u32,
    default: u32,
    range: core::ops::RangeInclusive<u32>,
    fix: &'static str,
) -> Result<u32, Fail> {
    match value {
        0 => Ok(default),
        value if range.contains(&value) => Ok(value),
        value => Err(Fail::new(MICROSIP_E_ARG, argument, Value::Number(i64::from(value)), fix)),
    }
}

/// Messages, subscriptions or watchers at once.
fn slots(argument: &'static str, value: u32) -> Result<u32, Fail> {
    if value == MICROSIP_NONE { Ok(0) } else { within(argument, value, 16, 1..=20_000, "is not within 1 to 20000") }
}

/// A class of service; 0 is none.
fn class(argument: &'static str, value: u32, default: u8) -> Result<u8, Fail> {
    if value == MICROSIP_NONE {
        return Ok(0);
    }
    within(argument, value, u32::from(default), 1..=63, "is not within 1 to 63").map(|value| value as u8)
}

/// A set of MICROSIP_UDP and MICROSIP_TCP.
fn transports(set: u32) -> Result<Transports, Fail> {
    let all = MICROSIP_UDP | if features::STREAM { MICROSIP_TCP } else { 0 };
    let wrong = |code, fix| Err(Fail::new(code, "config->transports", Value::Number(i64::from(set)), fix));
    match set {
        0 => Ok(Transports { udp: true, tcp: features::STREAM }),
        set if set & !all == 0 => Ok(Transports { udp: set & MICROSIP_UDP != 0, tcp: set & MICROSIP_TCP != 0 }),
        set if set & !(MICROSIP_UDP | MICROSIP_TCP | MICROSIP_TLS) != 0 => {
            wrong(MICROSIP_E_NEWER, "has bits that this library does not know")
        }
        _ => wrong(MICROSIP_E_UNSUPPORTED, "has a transport that this library is built without"),
    }
}

unsafe fn plan<'c>(config: &microsip_config) -> Result<Plan<'c>, Fail> {
    let port_min = within("config->rtp_port_min", config.rtp_port_min, 4000, 1..=65_534, "is no port from 1 to 65534")?;
    let port_max =
        within("config->rtp_port_max", config.rtp_port_max, 65_535, 1..=65_535, "is no port from 1 to 65535")?;
    if port_max < port_min.next_multiple_of(2) + 1 {
        return Err(Fail::new(
            MICROSIP_E_ARG,
            "config->rtp_port_max",
            Value::Number(i64::from(port_max)),
            "leaves no pair of an even and an odd port above rtp_port_min",
        ));
    }
    let known = MICROSIP_NULL_AUDIO | MICROSIP_NO_NETWORK | MICROSIP_ALLOW_DIRECT;
    if config.reserved != 0 {
        let fix = "is not 0: use MICROSIP_ZERO on the configuration";
        return Err(Fail::new(MICROSIP_E_NEWER, "config->reserved", Value::Number(i64::from(config.reserved)), fix));
    }
    if config.flags & !known != 0 {
        return Err(Fail::new(
            MICROSIP_E_NEWER,
            "config->flags",
            Value::Number(i64::from(config.flags)),
            "has bits that this library does not know",
        ));
    }
    if config.event_size != 0 && !(microsip_event::LEAST as u32..=EVENT_ROOM).contains(&config.event_size) {
        return Err(Fail::new(
            MICROSIP_E_SIZE,
            "config->event_size",
            Value::Number(i64::from(config.event_size)),
            "is not sizeof(microsip_event)",
        ));
    }
    if !matches!(config.rate, 0 | 8000 | 16_000 | 48_000) {
        return Err(Fail::new(
            MICROSIP_E_ARG,
            "config->rate",
            Value::Number(i64::from(config.rate)),
            "is none of 8000, 16000 and 48000",
        ));
    }
    // SAFETY: texts by the C function's contract.
    let device = |text: *const c_char, argument| unsafe {
        Ok(match text::optional(text, argument)? {
            Some(name) => name.to_owned(),
            None if config.flags & MICROSIP_NULL_AUDIO != 0 => NULL.to_owned(),
            None => String::new(),
        })
    };
    Ok(Plan {
        calls: within("config->max_calls", config.max_calls, 16, 1..=20_000, "is not within 1 to 20000")?,
        accounts: within("config->max_accounts", config.max_accounts, 4, 1..=20_000, "is not within 1 to 20000")?,
        message: within("config->max_message", config.max_message, 4096, 1024..=60_000, "is not within 1024 to 60000")?,
        rate: if config.rate == 0 { 8000 } else { config.rate },
        flags: config.flags,
        direct: (config.direct_reserve, config.direct_per_source),
        logs: crate::ops::phone::log_level(config.log_level, "config->log_level")? != 0 || config.on_log.is_some(),
        rules: if config.rules.is_null() {
            None
        } else {
            // SAFETY: by the C function's contract.
            Some(unsafe { crate::ops::rules::said(config.rules, "config->rules")? })
        },
        media_timeout: crate::ops::media::timeout(
            (config.media_timeout, config.media_lost),
            ("config->media_timeout", "config->media_lost"),
        )?,
        conferences: if config.max_conferences == MICROSIP_NONE {
            0
        } else {
            within("config->max_conferences", config.max_conferences, 2, 1..=20_000, "is not within 1 to 20000")?
        },
        messages: slots("config->max_messages", config.max_messages)?,
        messages_left: (config.messages_reserve, config.messages_per_source),
        message_policy: crate::ops::message::policy(config.messages, "config->messages")?,
        // SAFETY: texts by the C function's contract.
        info_packages: unsafe {
            crate::ops::message::packages(
                (config.info_packages, config.reserved_packages),
                ("config->info_packages", "config->reserved_packages"),
            )?
        },
        notices: crate::ops::message::notices(config.notices, "config->notices")?,
        subscriptions: slots("config->max_subscriptions", config.max_subscriptions)?,
        watchers: (
            slots("config->max_watchers", config.max_watchers)?,
            crate::ops::watcher::policy(config.watchers, "config->watchers")?,
            crate::ops::watcher::details(config.watcher_details, "config->watcher_details")?,
        ),
        transfers: (
            crate::ops::policy::policy(config.refer, "config->refer")?,
            crate::ops::policy::policy(config.replaces, "config->replaces")?,
        ),
        focus: crate::ops::switch(config.focus, "config->focus")?.unwrap_or(false),
        session_timer: crate::ops::timers::said!(config, "config->")?,
        reliable: crate::ops::reliable::wish(config.reliable, "config->reliable")?,
        digits: crate::ops::digits::said!(config, "config->")?,
        ports: (port_min as u16, port_max as u16),
        dscp: (
            class("config->sip_dscp", config.sip_dscp, dscp::SIP)?,
            class("config->media_dscp", config.media_dscp, dscp::MEDIA)?,
        ),
        // SAFETY: texts by the C function's contract.
        codecs: unsafe { crate::ops::codecs::chosen(config.codecs, "config->codecs")? }
            .and_then(|order| order.list())
            .unwrap_or(CodecList::built_in()),
        answering: crate::ops::codecs::answering(
            (config.own_order, config.single_codec),
            ("config->own_order", "config->single_codec"),
        )?,
        pcm_ms: within("config->pcm_ms", config.pcm_ms, 200, 20..=10_000, "is not within 20 to 10000")?,
        transports: transports(config.transports)?,
        quality_seconds: match config.quality_seconds {
            MICROSIP_NONE => 0,
            asked => within(
                "config->quality_seconds",
                asked,
                limits::QUALITY_SECONDS,
                1..=65_534,
                "is not within 1 to 65534",
            )?,
        },
        // SAFETY: texts by the C function's contract.
        bind: unsafe { text::optional(config.bind, "config->bind")? },
        // SAFETY: as above.
        user_agent: unsafe { text::or_empty(config.user_agent, "config->user_agent")? },
        input: device(config.input, "config->input")?,
        output: device(config.output, "config->output")?,
        // SAFETY: as above.
        ring: unsafe { text::optional(config.ring, "config->ring")? }
            .filter(|name| !name.is_empty())
            .map(str::to_owned),
    })
}

fn core_of(plan: &Plan<'_>, locals: &Locals, clock: Clock, mark: u8) -> Result<(Core, u32), Fail> {
    let capacity = Capacity::host(plan.calls, plan.accounts, plan.message).direct(plan.direct.0, plan.direct.1);
    let (conferences, messages, subscriptions) = (plan.conferences, plan.messages, plan.subscriptions);
    let (messages_reserve, messages_per_source) = plan.messages_left;
    let capacity = Capacity { conferences, messages_reserve, messages_per_source, ..capacity };
    let capacity = capacity.writing(messages).watching(subscriptions).watched(plan.watchers.0);
    let capacity = capacity.speaking(&plan.codecs);
    let capacity = if plan.logs { capacity } else { Capacity { traces: 0, ..capacity } };
    let capacity = Capacity { seconds: plan.quality_seconds, ..capacity };
    let too_large = || {
        Fail::new(
            MICROSIP_E_FULL,
            "config->max_calls",
            Value::Number(i64::from(plan.calls)),
            "needs more memory than there is: lower it, or max_message",
        )
    };
    let mut counting = Carving::counting();
    Storage::lend(&capacity, &mut counting).ok_or_else(too_large)?;
    let streams = plan.calls as usize;
    let _: &mut [CodecMemory] = counting.zeroed(streams);
    let block = Block::new(counting.wanted()).ok_or_else(too_large)?;
    // SAFETY: the block is aligned, zeroed, ours, and lives beside the phone, which is dropped first.
    let mut carving = unsafe { Carving::new(block.start, counting.wanted()) };
    let storage = Storage::lend(&capacity, &mut carving).ok_or_else(too_large)?;
    let codecs = BuiltIn::new(carving.zeroed(streams));
    let mut seed = [0u8; 32];
    getrandom::fill(&mut seed).map_err(|_| {
        Fail::new(MICROSIP_E_UNSUPPORTED, "phone", Value::None, "cannot be made: the system gives no random numbers")
    })?;
    let start = seed.iter().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    let epoch_ms = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    let setup = Setup {
        codecs: plan.codecs,
        answering: plan.answering,
        codec_memory: true,
        seed,
        rate: plan.rate,
        epoch_ms,
        user_agent: plan.user_agent,
        allow_direct: plan.flags & MICROSIP_ALLOW_DIRECT != 0,
        media_timeout: plan.media_timeout,
        session_timer: plan.session_timer,
        direct_user: "",
        focus: plan.focus,
        reliable: plan.reliable,
        digits: plan.digits,
        messages: plan.message_policy,
        info_packages: plan.info_packages,
        notices: plan.notices,
        refer: plan.transfers.0,
        replaces: plan.transfers.1,
        watchers: plan.watchers.1,
        watcher_details: plan.watchers.2,
        mark,
    };
    let mut phone = Phone::new(storage, &capacity, &setup, clock.now()).map_err(|error| match error {
        SetupError::Text => Fail::new(
            MICROSIP_E_TEXT,
            "config->user_agent",
            Value::text(plan.user_agent),
            "is longer than 64 bytes or has control characters",
        ),
        SetupError::Timer => Fail::command(CommandError::Timer, "config", Value::None),
        SetupError::Packages | SetupError::Unheld => {
            let held = error == SetupError::Packages;
            let error = if held { CommandError::Packages } else { CommandError::Unheld };
            Fail::command(error, "config->info_packages", Value::text(plan.info_packages.unwrap_or_default()))
        }
        _ => too_large(),
    })?;
    for (number, local) in locals.numbered() {
        phone.socket_up(number, local);
    }
    if features::TONES {
        // a host has a device to ring on
        crate::ops::tones::give(&mut phone, &Tones { play: tone::PLAY_ALL, ..Tones::default() })?;
    }
    if let Some(rules) = &plan.rules {
        crate::ops::rules::give(&mut phone, AccountId::NONE, rules)?;
    }
    Ok((
        Core {
            phone,
            latest: clock.now(),
            slots: Slots::new(plan.calls as usize, plan.conferences as usize),
            codecs,
            locals: *locals,
            _block: block,
        },
        start,
    ))
}

fn spawn(
    shared: &Arc<Shared>,
    name: &str,
    body: impl FnOnce(Arc<Shared>) + Send + 'static,
) -> Result<JoinHandle<()>, Fail> {
    let own = Arc::clone(shared);
    std::thread::Builder::new().name(name.to_owned()).spawn(move || body(own)).map_err(|_| {
        Fail::new(MICROSIP_E_FULL, "phone", Value::None, "cannot be made: the system gives no more threads")
    })
}

/// Makes a phone and starts its threads.
///
/// # Safety
/// The configuration's texts are NUL-terminated.
pub(crate) unsafe fn create(config: &microsip_config) -> Result<u64, Fail> {
    // SAFETY: passed on.
    let plan = unsafe { plan(config)? };
    let id = table::reserve()?;
    make(config, &plan, id).inspect_err(|_| table::free(id))?;
    Ok(id)
}

fn make(config: &microsip_config, plan: &Plan<'_>, id: u64) -> Result<(), Fail> {
    let quiet = plan.flags & MICROSIP_NO_NETWORK != 0;
    // before the addresses are read: none comes in between
    let link = if quiet { None } else { Link::open() };
    let Opened { sockets, locals, follow } =
        if quiet { Opened::default() } else { sockets::open(plan.bind, plan.transports, plan.dscp.0)? };
    let streams = if locals.transports.tcp {
        Streams::new(plan.calls, plan.accounts, plan.message as usize)
    } else {
        Streams::none()
    };
    let clock = Clock::start();
    let (core, start) = core_of(plan, &locals, clock, table::mark(id))?;
    let ready = Ready::new().map_err(|_| sockets::no_descriptor("phone"))?;
    let shared = Arc::new(Shared::new(Parts {
        id,
        clock,
        rate: plan.rate,
        pcm_samples: plan.rate as usize * plan.pcm_ms as usize / 1000,
        callback: config.on_event.is_some(),
        core,
        ready,
        network: Network::new(follow, &locals),
        hooks: Hooks::new(config),
        names: Arc::new(Names::new(plan.calls as usize + plan.accounts as usize * 2 + 16)),
        errands: Errands::new(plan.input.clone(), plan.output.clone(), plan.ring.clone()),
    }));
    let ports = Ports::new(plan.calls as usize, plan.ports.0, plan.ports.1, start, plan.dscp.1);
    let engine = Engine::new(Arc::clone(&shared), (sockets, streams, plan.dscp.0), link, ports)
        .map_err(|_| sockets::no_descriptor("phone"))?;
    let mut threads = Threads::default();
    let started = (|| {
        threads.errands = Some(spawn(&shared, "microsip-errand", |shared| errands::run(&shared))?);
        if shared.hooks.any() {
            threads.hooks = Some(spawn(&shared, "microsip-call", |shared| shared.run_hooks())?);
        }
        threads.engine = Some(spawn(&shared, "microsip-engine", move |_| engine.run())?);
        Ok(())
    })();
    *shared.threads.lock() = threads;
    if let Err(error) = started {
        end(&shared);
        return Err(error);
    }
    table::live(id, shared);
    Ok(())
}

fn join(thread: Option<JoinHandle<()>>) {
    if let Some(thread) = thread {
        let _ = thread.join();
    }
}

/// Ends the threads: the engine sends its BYEs, a running callback is waited for, recordings are completed. The
/// system's resolver is not waited for.
pub(crate) fn end(shared: &Arc<Shared>) {
    shared.quit.store(true, Ordering::Release);
    shared.events.raise();
    shared.hooks.signal.raise();
    shared.wake_pcm();
    shared.names.end();
    shared.wake();
    let threads = core::mem::take(&mut *shared.threads.lock());
    join(threads.engine);
    let slots = lock(&shared.core).slots.clear();
    drop(slots);
    shared.errands.end();
    join(threads.errands);
    shared.end_hooks();
    join(threads.hooks);
}
