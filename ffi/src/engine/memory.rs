//! An engine in the caller's memory: its size, and its making.

use super::flows::Stream;
use super::last::{Head, refuse};
use super::{Asked, MAGIC, Media, SIZE, guard, microsip_engine};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use crate::block::{ALIGN, Carving};
use core::ffi::c_void;
use core::mem::size_of;
use core::sync::atomic::AtomicBool;
use microsip_core::base::features;
use microsip_core::base::limits::{LOCATION, PRESENCE_NOTE};
use microsip_core::base::time::Instant;
use microsip_core::media::{BuiltIn, CodecList, CodecMemory};
use microsip_core::phone::{Capacity, CommandError, Lender, MediaId, Phone, Setup, SetupError, Storage, Trace, WishId};

// as microsip_engine_config.log_records says
const _: () = assert!(size_of::<Trace>() <= 128);

struct Plan {
    capacity: Capacity,
    codecs: CodecList,
    rate: u32,
    rtp_port_min: u16,
    flows: u32,
}

/// # Safety
/// Texts as the C function documents them.
unsafe fn plan(config: &microsip_engine_config) -> Result<Plan, Fail> {
    let number = |value: u32, default: u32| if value == 0 { default } else { value };
    // what this library is built without gets no room
    let with = |built: bool, value: u32| if built { value } else { 0 };
    let wrong = |argument, value: u32, fix| Fail::new(MICROSIP_E_ARG, argument, Value::Number(i64::from(value)), fix);
    let (calls, accounts, message) =
        (number(config.max_calls, 1), number(config.max_accounts, 1), number(config.max_message, 1500));
    if calls > 4096 || accounts > 4096 {
        return Err(wrong("c->max_calls or c->max_accounts", calls.max(accounts), "is above 4096"));
    }
    if !(1000..=60_000).contains(&message) {
        return Err(wrong("c->max_message", message, "is not within 1000 to 60000"));
    }
    let rate = number(config.rate, 8000);
    if !matches!(rate, 8000 | 16_000 | 48_000) {
        return Err(wrong("c->rate", rate, "is none of 8000, 16000 and 48000"));
    }
    if rate != 8000 && !features::RESAMPLE {
        let fix = "needs the feature resample, which this library was built without: 8000 needs none";
        return Err(Fail::new(MICROSIP_E_UNSUPPORTED, "c->rate", Value::Number(i64::from(rate)), fix));
    }
    let first = number(config.rtp_port_min, 4000);
    if first % 2 != 0 || first.saturating_add(calls * 2) > 65_536 {
        return Err(wrong("c->rtp_port_min", first, "is odd, or leaves too few ports above it"));
    }
    if features::CONFERENCE && config.max_conferences > 4096 {
        return Err(wrong("c->max_conferences", config.max_conferences, "is above 4096"));
    }
    let most = config.max_messages.max(config.max_subscriptions).max(config.max_watchers);
    let asks = config.max_messages | config.messages | config.messages_reserve | config.messages_per_source;
    let messages = if features::MESSAGE { 0 } else { asks };
    let subscriptions = if features::SUBSCRIBE { 0 } else { config.max_subscriptions };
    let watchers = if features::NOTIFY { 0 } else { config.max_watchers | config.watchers | config.watcher_details };
    let transfers = if features::REFER { 0 } else { config.refer | config.replaces };
    if !(features::PUBLISH || features::NOTIFY) && config.max_publications | config.presence_note_bytes != 0 {
        let argument = "c->max_publications or c->presence_note_bytes";
        return Err(Fail::command(CommandError::Unsupported, argument, Value::None));
    }
    if features::PUBLISH && config.max_publications > 4096 {
        return Err(wrong("c->max_publications", config.max_publications, "is above 4096"));
    }
    if config.presence_note_bytes as usize > PRESENCE_NOTE {
        return Err(wrong("c->presence_note_bytes", config.presence_note_bytes, "is above 128"));
    }
    if messages | subscriptions | transfers | watchers != 0 {
        let argument = "c->messages, c->max_messages, c->messages_reserve, c->messages_per_source, c->max_subscriptions, c->refer, \
                        c->replaces, c->max_watchers, c->watchers or c->watcher_details";
        return Err(Fail::command(CommandError::Unsupported, argument, Value::None));
    }
    if (features::MESSAGE || features::SUBSCRIBE || features::NOTIFY) && most > 4096 {
        return Err(wrong("c->max_messages, c->max_subscriptions or c->max_watchers", most, "is above 4096"));
    }
    if !features::IMDN && config.notices != 0 {
        return Err(Fail::command(CommandError::Unsupported, "c->notices", Value::None));
    }
    if features::SUBSCRIBE && config.subscription_bytes > 60_000 {
        return Err(wrong("c->subscription_bytes", config.subscription_bytes, "is above 60000"));
    }
    if features::TRACE && config.log_records > 4096 {
        return Err(wrong("c->log_records", config.log_records, "is above 4096"));
    }
    if features::STREAM && config.max_flows > 4096 {
        return Err(wrong("c->max_flows", config.max_flows, "is above 4096"));
    }
    if config.max_flows > 0 && !features::STREAM {
        let fix = "needs the feature stream, which this library was built without";
        let value = Value::Number(i64::from(config.max_flows));
        return Err(Fail::new(MICROSIP_E_UNSUPPORTED, "c->max_flows", value, fix));
    }
    if features::RULES && config.rule_bytes > 2048 {
        return Err(wrong("c->rule_bytes", config.rule_bytes, "is above 2048"));
    }
    if features::IDENTITY && config.kept_bytes > 60_000 {
        return Err(wrong("c->kept_bytes", config.kept_bytes, "is above 60000"));
    }
    if features::IDENTITY && config.location_bytes as usize > LOCATION {
        return Err(wrong("c->location_bytes", config.location_bytes, "is above 4096"));
    }
    if features::QUALITY && config.quality_seconds > 65_534 {
        return Err(wrong("c->quality_seconds", config.quality_seconds, "is above 65534"));
    }
    let hear_keys = config.flags & MICROSIP_HEAR_KEYS != 0;
    if hear_keys && !features::HEAR_KEYS {
        let fix = "has MICROSIP_HEAR_KEYS, which needs the feature hear-keys, which this library was built without";
        return Err(Fail::new(MICROSIP_E_UNSUPPORTED, "c->flags", Value::Number(i64::from(config.flags)), fix));
    }
    if config.flags & !(MICROSIP_ALLOW_DIRECT | MICROSIP_HEAR_KEYS) != 0 {
        return Err(Fail::new(
            MICROSIP_E_NEWER,
            "c->flags",
            Value::Number(i64::from(config.flags)),
            "has bits that this library does not know",
        ));
    }
    // SAFETY: by contract.
    let codecs = unsafe { crate::ops::codecs::chosen(config.codecs, "c->codecs")? };
    let codecs = codecs.and_then(|order| order.list()).unwrap_or(CodecList::built_in());
    let capacity = Capacity::metal(calls, accounts, message).direct(config.direct_reserve, config.direct_per_source);
    Ok(Plan {
        capacity: Capacity {
            traces: with(features::TRACE, config.log_records),
            seconds: with(features::QUALITY, config.quality_seconds),
            rule_text: with(features::RULES, config.rule_bytes),
            history: with(features::IDENTITY, config.kept_bytes),
            location: with(features::IDENTITY, config.location_bytes),
            quantum: rate / 100,
            hear_keys,
            messages_reserve: with(features::MESSAGE, config.messages_reserve),
            messages_per_source: with(features::MESSAGE, config.messages_per_source),
            conferences: with(features::CONFERENCE, config.max_conferences),
            subscription_text: with(features::SUBSCRIBE, number(config.subscription_bytes, 256)),
            subscription_body: with(features::SUBSCRIBE, number(config.subscription_bytes, 256)),
            publications: with(features::PUBLISH, config.max_publications),
            presence_note: with(features::PUBLISH || features::NOTIFY, config.presence_note_bytes),
            ..capacity
        }
        .writing(with(features::MESSAGE, config.max_messages))
        .watching(with(features::SUBSCRIBE, config.max_subscriptions))
        .watched(with(features::NOTIFY, config.max_watchers))
        .speaking(&codecs),
        codecs,
        rate,
        rtp_port_min: first as u16,
        flows: with(features::STREAM, config.max_flows),
    })
}

/// Everything that lies in the block, in the order of the carving.
struct Lent<'a> {
    storage: Storage<'a>,
    media: &'a mut [Media],
    asked: &'a mut [Asked],
    streams: &'a mut [Stream],
    codecs: &'a mut [CodecMemory],
    music: &'a mut [i16],
}

/// `inline(never)`: what counts and what makes an engine share it.
#[inline(never)]
fn lend<'a>(plan: &Plan, lender: &mut Carving<'a>) -> Lent<'a> {
    let capacity = &plan.capacity;
    Lent {
        storage: Storage::lent(capacity, lender),
        media: lender.lend(capacity.calls as usize, Media { media: MediaId::NONE, wish: WishId::NONE }),
        asked: lender.lend(
            (capacity.calls + capacity.accounts) as usize,
            Asked { wish: WishId::NONE, port: 0, transport: None },
        ),
        streams: lender.lend(if features::STREAM { plan.flows as usize } else { 0 }, Stream::EMPTY),
        codecs: lender.zeroed(if plan.codecs.remembers() { capacity.calls as usize } else { 0 }),
        music: if features::REOFFER { lender.zeroed(capacity.quantum as usize) } else { &mut [] },
    }
}

fn bytes_of(plan: &Plan) -> Result<usize, Fail> {
    let mut counting = Carving::counting();
    if plan.capacity.is_valid() {
        lend(plan, &mut counting);
        if let Some(bytes) = counting.wanted().checked_add(SIZE) {
            return Ok(bytes);
        }
    }
    let calls = Value::Number(i64::from(plan.capacity.calls));
    Err(Fail::new(MICROSIP_E_ARG, "c->max_calls", calls, "needs more memory than a block can have"))
}

/// Of a seed: two engines differ in it but for one case in 256.
fn mark_of(seed: &[u8; 32]) -> u8 {
    seed.iter().fold(0, |mark: u8, byte| mark.wrapping_mul(31).wrapping_add(*byte))
}

/// The bytes that an engine of that configuration takes (c->size must be set). MICROSIP_E_ARG, _NEWER: a member of c.
/// MICROSIP_E_UNSUPPORTED: its rate or max_flows, in a library without the feature resample or stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_size_get(c: *const microsip_engine_config, bytes: *mut u32) -> i32 {
    guard(|| {
        // SAFETY: by contract.
        let config = unsafe { pointer::read(c, "c")? };
        let place = pointer::must(bytes, "bytes")?;
        // SAFETY: by contract.
        let plan = unsafe { plan(&config)? };
        let needed = u32::try_from(bytes_of(&plan)?)
            .map_err(|_| Fail::new(MICROSIP_E_ARG, "c", Value::None, "needs 4 GiB or more"))?;
        // SAFETY: not NULL.
        unsafe { pointer::put(place, needed) };
        Ok(())
    })
}

/// The configuration of an engine that is to be made.
///
/// `inline(never)`: keeps the caller's struct off a board's deepest stack path.
///
/// # Safety
/// Pointers as the C function documents them; its texts live as long as they are used.
#[inline(never)]
unsafe fn said<'c>(c: *const microsip_engine_config) -> Result<(Plan, Setup<'c>), Fail> {
    // SAFETY: this and the following: by the C function's contract.
    let config = unsafe { pointer::read(c, "c")? };
    // SAFETY: as above.
    let (plan, agent) = unsafe { (plan(&config)?, text::or_empty(config.user_agent, "c->user_agent")?) };
    let setup = Setup {
        codecs: plan.codecs,
        answering: crate::ops::codecs::answering(
            (config.own_order, config.single_codec),
            ("c->own_order", "c->single_codec"),
        )?,
        codec_memory: false,
        seed: config.seed,
        rate: plan.rate,
        epoch_ms: config.epoch_ms,
        user_agent: agent,
        allow_direct: config.flags & MICROSIP_ALLOW_DIRECT != 0,
        media_timeout: crate::ops::media::timeout(
            (config.media_timeout, config.media_lost),
            ("c->media_timeout", "c->media_lost"),
        )?,
        session_timer: crate::ops::timers::said!(config, "c->")?,
        direct_user: "",
        focus: features::CONFERENCE && crate::ops::switch(config.focus, "c->focus")?.unwrap_or(false),
        reliable: crate::ops::reliable::wish(config.reliable, "c->reliable")?,
        messages: crate::ops::message::policy(config.messages, "c->messages")?,
        // SAFETY: by contract.
        info_packages: unsafe {
            crate::ops::message::packages(
                (config.info_packages, config.reserved_packages),
                ("c->info_packages", "c->reserved_packages"),
            )?
        },
        notices: crate::ops::message::notices(config.notices, "c->notices")?,
        refer: crate::ops::policy::policy(config.refer, "c->refer")?,
        replaces: crate::ops::policy::policy(config.replaces, "c->replaces")?,
        watchers: crate::ops::watcher::policy(config.watchers, "c->watchers")?,
        watcher_details: crate::ops::watcher::details(config.watcher_details, "c->watcher_details")?,
        digits: crate::ops::digits::said!(config, "c->")?,
        mark: mark_of(&config.seed),
    };
    Ok((plan, setup))
}

/// Makes an engine in the caller's memory, which is aligned to 8, stays where it is, and is the engine's as long as it
/// is used; *e is its address. abi: MICROSIP_ABI_VERSION. bytes: at least the size from microsip_engine_size_get. There
/// is nothing to destroy: stop calling, or make it anew. Ask the engine then for its first asks: it wants to know its
/// local addresses. Where it fails, microsip_engine_last_error of mem has the reason. MICROSIP_E_ABI: another header's
/// version. MICROSIP_E_BUFFER: too few bytes. MICROSIP_E_ARG: mem is not aligned, the seed is all zero, or a number of
/// c is out of its range. MICROSIP_E_UNSUPPORTED: its rate, in a library without the feature resample; or
/// c->info_packages in an engine without messages.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_init(
    abi: u32,
    mem: *mut c_void,
    bytes: u32,
    c: *const microsip_engine_config,
    now_us: u64,
    e: *mut *mut microsip_engine,
) -> i32 {
    let act = || {
        let place = pointer::must(e, "e")?;
        let mem = pointer::must(mem, "mem")?.cast::<u8>();
        if abi != MICROSIP_ABI_VERSION {
            return Err(Fail::new(MICROSIP_E_ABI, "abi", Value::Number(i64::from(abi)), "is not this library's"));
        }
        // SAFETY: by contract.
        let (plan, setup) = unsafe { said(c)? };
        if !(mem as usize).is_multiple_of(ALIGN) {
            return Err(Fail::new(MICROSIP_E_ARG, "mem", Value::None, "is not aligned to 8"));
        }
        let needed = bytes_of(&plan)?;
        let short = Fail::new(
            MICROSIP_E_BUFFER,
            "bytes",
            Value::Number(i64::from(bytes)),
            "is less than microsip_engine_size_get says",
        );
        if (bytes as usize) < needed {
            return Err(short);
        }
        let wrong = |error| match error {
            SetupError::Seed => {
                Fail::new(MICROSIP_E_ARG, "c->seed", Value::None, "is all zero: fill it with true randomness")
            }
            SetupError::Text => Fail::new(
                MICROSIP_E_TEXT,
                "c->user_agent",
                Value::text(setup.user_agent),
                "is longer than 64 bytes or has control characters",
            ),
            SetupError::Rate | SetupError::Capacity | SetupError::Digits => {
                Fail::new(MICROSIP_E_ARG, "c", Value::None, "has numbers that no engine can be made from")
            }
            SetupError::Timer => Fail::command(CommandError::Timer, "c", Value::None),
            SetupError::Packages | SetupError::Unheld => {
                let held = error == SetupError::Packages;
                let error = if held { CommandError::Packages } else { CommandError::Unheld };
                Fail::command(error, "c->info_packages", Value::text(setup.info_packages.unwrap_or_default()))
            }
        };
        // nothing is refused behind this: an engine that lives there is over
        let checked = setup.check(&plan.capacity).map_err(wrong)?;
        // SAFETY: the caller lends the block; the engine lies before what is carved, which is zeroed first: it may have
        // been used before.
        let mut carving = unsafe {
            mem.add(SIZE).write_bytes(0, needed - SIZE);
            Carving::new(mem.add(SIZE), needed - SIZE)
        };
        // not short: the same code has counted
        let lent = lend(&plan, &mut carving);
        let engine = mem.cast::<microsip_engine>();
        // SAFETY: aligned, and SIZE bytes are there.
        unsafe {
            engine.write(microsip_engine {
                head: Head { magic: MAGIC, last: None },
                busy: AtomicBool::new(false),
                poisoned: false,
                local_asked: false,
                again: false,
                closing: false,
                closed: false,
                rings: false,
                music_given: false,
                rtp_port_min: plan.rtp_port_min,
                quantum: (plan.rate / 100) as u16,
                mark: setup.mark,
                log_level: MICROSIP_LOG_DEBUG as u8,
                latest: Instant::from_micros(now_us),
                locals: [None; 2],
                media: lent.media,
                asked: lent.asked,
                streams: lent.streams,
                codecs: BuiltIn::new(lent.codecs),
                music: lent.music,
                phone: Phone::checked(lent.storage, &plan.capacity, &setup, checked, Instant::from_micros(now_us)),
            });
            pointer::put(place, engine);
        }
        Ok(())
    };
    guard(|| act().inspect_err(|fail| refuse(mem.cast(), bytes, *fail)))
}
