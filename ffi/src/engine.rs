//! The engine family: the core over the caller's memory, without threads, sockets, clock or heap. One caller at a time, never from an interrupt.

#![allow(non_camel_case_types, reason = "named as in C")]
#![allow(clippy::missing_safety_doc, reason = "the header's comment is the contract: pointers are NULL or valid for the call")]

pub mod commands;
pub mod last;

use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use crate::block::{ALIGN, Carving, Counting};
use crate::engine_types::*;
use crate::ops::{self, Done};
use core::ffi::{c_char, c_void};
use core::mem::size_of;
use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use core::sync::atomic::{AtomicBool, Ordering};
use microsip_core::base::time::Instant;
use microsip_core::media::G711;
use microsip_core::phone::{
    Bus, Capacity, Component, Failure, Flow, Lender, MediaId, Phone, Reply, Setup, SetupError, Storage, Target, Transmit, Transport, Via,
    Wish, WishId,
};

use last::{Head, head_of, refuse};

/// The port of SIP (RFC 3261 §19.1.2).
const SIP_PORT: u16 = 5060;
/// Of the ask for local addresses: no wish of the core's has that number.
const LOCAL_ASK: u64 = 1;
/// "microsip" in ASCII: what lies at the start of an engine that was made.
const MAGIC: u64 = 0x6d69_6372_6f73_6970;
/// Samples of a quantum at the highest rate.
const QUANTUM: usize = 480;
/// What is said without a microphone: in flash, not on the stack.
static SILENCE: [i16; QUANTUM] = [0; QUANTUM];

/// A call's media ports, by the call's slot.
#[derive(Clone, Copy)]
struct Media {
    media: MediaId,
    /// The wish to open them, until it is answered.
    wish: WishId,
}

/// A name that is being resolved.
#[derive(Clone, Copy)]
struct Asked {
    wish: WishId,
    port: u16,
}

/// An engine in the caller's memory. It is never moved.
pub struct microsip_engine {
    head: Head,
    busy: AtomicBool,
    poisoned: bool,
    local_asked: bool,
    /// Something was answered within, so there may be more to send.
    again: bool,
    closing: bool,
    closed: bool,
    rtp_port_min: u16,
    quantum: u16,
    /// Stands in the ids that this engine gives out.
    mark: u8,
    /// The latest time that was told.
    latest: Instant,
    /// IPv4 and IPv6: the core's sockets 0 and 1.
    locals: [Option<SocketAddr>; 2],
    media: &'static mut [Media],
    asked: &'static mut [Asked],
    codecs: G711,
    phone: Phone<'static>,
}

struct Plan {
    capacity: Capacity,
    rate: u32,
    rtp_port_min: u16,
}

fn plan(config: &microsip_engine_config) -> Result<Plan, Fail> {
    let number = |value: u32, default: u32| if value == 0 { default } else { value };
    let wrong = |argument, value: u32, fix| Fail::new(MICROSIP_E_ARG, argument, Value::Number(i64::from(value)), fix);
    let (calls, accounts, message) = (number(config.max_calls, 1), number(config.max_accounts, 1), number(config.max_message, 1500));
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
    let first = number(config.rtp_port_min, 4000);
    if first % 2 != 0 || first + calls * 2 > 65_536 {
        return Err(wrong("c->rtp_port_min", first, "is odd, or leaves too few ports above it"));
    }
    if config.flags & !MICROSIP_ALLOW_DIRECT != 0 || config.reserved != 0 || !config.reserved_text.is_null() {
        return Err(Fail::new(
            MICROSIP_E_NEWER,
            "c->flags",
            Value::Number(i64::from(config.flags)),
            "has bits that this library does not know",
        ));
    }
    Ok(Plan { capacity: Capacity::metal(calls, accounts, message), rate, rtp_port_min: first as u16 })
}

/// Everything that lies in the block, in the order of the carving.
struct Lent<'a> {
    storage: Storage<'a>,
    media: &'a mut [Media],
    asked: &'a mut [Asked],
}

fn lend<'a>(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Option<Lent<'a>> {
    Some(Lent {
        storage: Storage::lend(capacity, lender)?,
        media: lender.lend(capacity.calls as usize, Media { media: MediaId::NONE, wish: WishId::NONE })?,
        asked: lender.lend((capacity.calls + capacity.accounts) as usize, Asked { wish: WishId::NONE, port: 0 })?,
    })
}

const SIZE: usize = size_of::<microsip_engine>().next_multiple_of(ALIGN);

fn bytes_of(capacity: &Capacity) -> Result<usize, Fail> {
    let mut counting = Counting { bytes: SIZE };
    lend(capacity, &mut counting).map(|_| counting.bytes).ok_or(Fail::new(
        MICROSIP_E_ARG,
        "c->max_calls",
        Value::Number(i64::from(capacity.calls)),
        "needs more memory than a block can have",
    ))
}

/// Of a seed: two engines differ in it but for one case in 256.
fn mark_of(seed: &[u8; 32]) -> u8 {
    seed.iter().fold(0, |mark: u8, byte| mark.wrapping_mul(31).wrapping_add(*byte))
}

/// The guard of an entry that has no engine yet.
fn guard(act: impl FnOnce() -> Done) -> i32 {
    #[cfg(feature = "host")]
    let done = std::panic::catch_unwind(core::panic::AssertUnwindSafe(act)).unwrap_or(Err(Fail::new(
        MICROSIP_E_POISONED,
        "the library",
        Value::None,
        "met a fault of its own",
    )));
    #[cfg(not(feature = "host"))]
    let done = act();
    done.err().map_or(MICROSIP_OK, |fail| fail.code)
}

/// The guard of every other entry: a pointer to no engine, a re-entry and a poisoned engine are codes, and so is a panic where it can be caught.
fn with(function: &'static str, engine: *mut microsip_engine, act: impl FnOnce(&mut microsip_engine) -> Done) -> i32 {
    let head = match head_of(engine) {
        Ok(head) => head,
        Err(code) => return code,
    };
    // SAFETY: as there.
    if unsafe { (&raw const (*head).magic).read() } != MAGIC {
        return MICROSIP_E_STALE;
    }
    // SAFETY: an engine was made there; a flag may be looked at by whoever comes.
    let busy = unsafe { &(*engine).busy };
    if busy.swap(true, Ordering::Acquire) {
        return MICROSIP_E_REENTRY;
    }
    let code = guard(|| {
        // SAFETY: the flag says that nobody else is within.
        let engine = unsafe { &mut *engine };
        let done = if engine.poisoned {
            Err(Fail::new(MICROSIP_E_POISONED, "e", Value::None, "met a fault of the library: init it anew"))
        } else {
            // cleared on the way out; a panic leaves it
            engine.poisoned = true;
            let done = act(engine).map_err(|fail| fail.for_mark(engine.mark));
            engine.poisoned = false;
            done
        };
        if let Err(fail) = done
            && fail.code < 0
        {
            engine.head.last = Some((function, fail));
        }
        done
    });
    busy.store(false, Ordering::Release);
    code
}

fn command(
    function: &'static str,
    engine: *mut microsip_engine,
    now_us: u64,
    act: impl FnOnce(&mut Phone<'static>, Instant) -> Done,
) -> i32 {
    with(function, engine, |engine| {
        let now = engine.at(now_us);
        act(&mut engine.phone, now)
    })
}

fn begin(function: &'static str, engine: *mut microsip_engine, now_us: u64, act: impl FnOnce(&mut Phone<'static>, Instant) -> Done) -> i32 {
    with(function, engine, |engine| {
        if engine.closing {
            return Err(Fail::new(MICROSIP_E_CLOSED, "e", Value::None, "has been shut down"));
        }
        let now = engine.at(now_us);
        act(&mut engine.phone, now)
    })
}

fn from_addr(addr: &microsip_addr, port: u16) -> Option<SocketAddr> {
    let port = if addr.port == 0 { port } else { addr.port };
    match addr.family {
        4 => {
            let [a, b, c, d, ..] = addr.ip;
            Some(SocketAddr::new(Ipv4Addr::new(a, b, c, d).into(), port))
        }
        6 => Some(SocketAddrV6::new(Ipv6Addr::from(addr.ip), port, 0, addr.scope).into()),
        _ => None,
    }
}

fn to_addr(address: SocketAddr) -> microsip_addr {
    let mut ip = [0u8; 16];
    let (family, scope) = match address {
        SocketAddr::V4(v4) => {
            ip.iter_mut().zip(v4.ip().octets()).for_each(|(to, from)| *to = from);
            (4, 0)
        }
        SocketAddr::V6(v6) => {
            ip = v6.ip().octets();
            (6, v6.scope_id())
        }
    };
    microsip_addr { family, port: address.port(), scope, ip }
}

fn needs_addr(addr: &microsip_addr, argument: &'static str) -> Result<SocketAddr, Fail> {
    from_addr(addr, 0).ok_or(Fail::new(MICROSIP_E_ARG, argument, Value::Number(i64::from(addr.family)), "(its family): is neither 4 nor 6"))
}

impl microsip_engine {
    /// The time as it is told; it never runs backwards.
    fn at(&mut self, now_us: u64) -> Instant {
        self.latest = self.latest.max(Instant::from_micros(now_us));
        self.latest
    }

    fn socket_for(remote: SocketAddr) -> u8 {
        u8::from(remote.is_ipv6())
    }

    fn hop(&self, remote: SocketAddr) -> Option<Target> {
        let socket = Self::socket_for(remote);
        self.locals.get(usize::from(socket)).copied().flatten()?;
        Some(Target { flow: Flow::Udp { socket, remote }, priority: 0, weight: 0 })
    }

    fn answer(&mut self, now: Instant, wish: WishId, reply: Reply<'_>) {
        self.phone.handle_reply(now, wish, reply);
        self.again = true;
    }

    fn set_locals(&mut self, now: Instant, list: &[microsip_addr]) {
        let before = self.locals;
        self.locals = [None; 2];
        for local in list.iter().filter_map(|addr| from_addr(addr, SIP_PORT)) {
            if let Some(place) = self.locals.get_mut(usize::from(local.is_ipv6())) {
                *place = Some(local);
            }
        }
        for (socket, (old, new)) in (0u8..).zip(before.into_iter().zip(self.locals)) {
            match new {
                Some(local) if old != new => self.phone.socket_up(socket, local),
                None if old.is_some() => self.phone.socket_down(now, socket),
                _ => {}
            }
        }
        if before != [None; 2] && before != self.locals {
            self.phone.handle_local_changed(now);
        }
    }

    fn hops(&mut self, now: Instant, wish: WishId, list: &[microsip_addr], port: u16) {
        let mut found = list.iter().filter_map(|addr| from_addr(addr, port)).filter_map(|remote| self.hop(remote));
        let Some(first) = found.next() else {
            drop(found);
            self.answer(now, wish, Reply::Failed(if list.is_empty() { Failure::Name } else { Failure::Unreachable }));
            return;
        };
        let mut hops = [first; 4];
        let mut count = 1;
        for (place, hop) in hops.iter_mut().skip(1).zip(found) {
            *place = hop;
            count += 1;
        }
        self.answer(now, wish, Reply::Hops(hops.get(..count).unwrap_or_default()));
    }

    fn reply(&mut self, now: Instant, reply: &microsip_reply) -> Done {
        let list = reply.addr.get(..reply.count as usize).ok_or(Fail::new(
            MICROSIP_E_ARG,
            "r->count",
            Value::Number(i64::from(reply.count)),
            "is above 4",
        ))?;
        if reply.ask == LOCAL_ASK || (reply.ask == 0 && reply.result == MICROSIP_OK) {
            if !list.is_empty() {
                self.set_locals(now, list);
            }
            return Ok(());
        }
        if reply.ask == 0 {
            for remote in list.iter().filter_map(|addr| from_addr(addr, SIP_PORT)) {
                self.phone.handle_flow_failed(now, Flow::Udp { socket: Self::socket_for(remote), remote });
            }
            return Ok(());
        }
        let wish = WishId::from_raw(reply.ask).map_err(|error| Fail::id("r->ask", reply.ask, error))?;
        if let Some((slot, entry)) = self.media.iter_mut().enumerate().find(|(_, entry)| entry.wish == wish) {
            entry.wish = WishId::NONE;
            let rtp = self.rtp_port_min + (slot * 2) as u16;
            let answer = if reply.result == MICROSIP_OK { Reply::Media { rtp, rtcp: rtp + 1 } } else { Reply::Failed(Failure::Port) };
            self.answer(now, wish, answer);
            return Ok(());
        }
        let Some(asked) = self.asked.iter_mut().find(|asked| asked.wish == wish) else { return Ok(()) };
        asked.wish = WishId::NONE;
        let port = asked.port;
        match reply.result {
            MICROSIP_OK => self.hops(now, wish, list, port),
            MICROSIP_E_UNREACHABLE => self.answer(now, wish, Reply::Failed(Failure::Unreachable)),
            MICROSIP_E_UNSUPPORTED => self.answer(now, wish, Reply::Failed(Failure::Unsupported)),
            _ => self.answer(now, wish, Reply::Failed(Failure::Name)),
        }
        Ok(())
    }

    /// Fills in the next ask; false when there is none. Wishes that need no driver are granted within.
    fn ask(&mut self, now: Instant, ask: &mut microsip_ask) -> bool {
        if !self.local_asked {
            self.local_asked = true;
            ask.kind = MICROSIP_ASK_LOCAL;
            ask.ask = LOCAL_ASK;
            return true;
        }
        while let Some(wish) = self.phone.poll_wish() {
            match wish {
                Wish::AudioOn => ask.kind = MICROSIP_ASK_AUDIO_ON,
                Wish::AudioOff => ask.kind = MICROSIP_ASK_AUDIO_OFF,
                Wish::CloseMedia { media } => {
                    ask.kind = MICROSIP_ASK_CLOSE_MEDIA;
                    ask.port = u32::from(self.rtp_port_min) + media.slot() as u32 * 2;
                    if let Some(entry) = self.media.get_mut(media.slot()) {
                        *entry = Media { media: MediaId::NONE, wish: WishId::NONE };
                    }
                }
                Wish::OpenMedia { id, media, local } => {
                    ask.kind = MICROSIP_ASK_OPEN_MEDIA;
                    ask.ask = id.raw();
                    ask.port = u32::from(self.rtp_port_min) + media.slot() as u32 * 2;
                    ask.addr = to_addr(SocketAddr::new(local, ask.port as u16));
                    if let Some(entry) = self.media.get_mut(media.slot()) {
                        *entry = Media { media, wish: id };
                    }
                }
                Wish::Locate { id, host, port, transport } => {
                    let literal = microsip_core::wire::ip(host.as_bytes());
                    let short = host.len() < ask.name.len();
                    for (place, byte) in ask.name.iter_mut().zip(host.bytes()) {
                        *place = byte as c_char;
                    }
                    if !matches!(transport, None | Some(Transport::Udp)) {
                        self.answer(now, id, Reply::Failed(Failure::Unsupported));
                    } else if let Some(ip) = literal {
                        self.hops(now, id, &[to_addr(SocketAddr::new(ip, port.unwrap_or(SIP_PORT)))], SIP_PORT);
                    } else if let Some(place) = self.asked.iter_mut().find(|asked| asked.wish.is_none()).filter(|_| short) {
                        *place = Asked { wish: id, port: port.unwrap_or(SIP_PORT) };
                        ask.kind = MICROSIP_ASK_RESOLVE;
                        ask.ask = id.raw();
                        ask.port = u32::from(port.unwrap_or(0));
                    } else {
                        self.answer(now, id, Reply::Failed(Failure::Name));
                    }
                    if ask.kind == 0 {
                        ask.name = [0; 256];
                    }
                }
            }
            if ask.kind != 0 {
                return true;
            }
        }
        false
    }

    fn transmit(&mut self, now: Instant, room: &mut [u8]) -> Result<microsip_out, (Fail, u32)> {
        match self.phone.poll_transmit(now, room) {
            Transmit::Nothing => Err((Fail::NOTHING, 0)),
            Transmit::Needs(len) => Err((
                Fail::new(MICROSIP_E_BUFFER, "cap", Value::Number(room.len() as i64), "is too small: o->len says how many bytes"),
                len as u32,
            )),
            Transmit::Packet { via, len } => {
                let mut out = microsip_out { len: len as u32, ..microsip_out::default() };
                match via {
                    Via::Sip(flow) => {
                        out.kind = MICROSIP_OUT_SIP;
                        // CS3, for signalling (RFC 4594 §4.2)
                        out.dscp = 24;
                        out.remote = to_addr(flow.remote());
                        out.local = self.locals.get(usize::from(flow.socket())).copied().flatten().map(to_addr).unwrap_or_default();
                    }
                    Via::Media { media, component, to } => {
                        out.kind = if component == Component::Rtp { MICROSIP_OUT_RTP } else { MICROSIP_OUT_RTCP };
                        // EF, for telephony (RFC 4594 §4.1)
                        out.dscp = 46;
                        out.remote = to_addr(to);
                        let port = self.rtp_port_min + media.slot() as u16 * 2 + u16::from(component == Component::Rtcp);
                        let local = self.locals.get(usize::from(to.is_ipv6())).copied().flatten();
                        out.local = local.map(|local| to_addr(SocketAddr::new(local.ip(), port))).unwrap_or_default();
                    }
                }
                Ok(out)
            }
        }
    }

    fn media(&mut self, now: Instant, local_port: u32, from: SocketAddr, bytes: &[u8]) {
        let Some(offset) = local_port.checked_sub(u32::from(self.rtp_port_min)) else { return };
        let component = if offset % 2 == 0 { Component::Rtp } else { Component::Rtcp };
        if let Some(entry) = self.media.get(offset as usize / 2).filter(|entry| !entry.media.is_none()) {
            self.phone.handle_media(now, entry.media, component, from, bytes);
        }
    }

    fn audio(&mut self, now: Instant, mic: &[i16], speaker: &mut [i16], samples: usize) -> Done {
        let quantum = usize::from(self.quantum);
        if samples == 0 || !samples.is_multiple_of(quantum) || samples / quantum > 16 {
            return Err(Fail::new(
                MICROSIP_E_ARG,
                "samples",
                Value::Number(samples as i64),
                "is no multiple of 10 ms (rate / 100), or above 160 ms",
            ));
        }
        let silence = SILENCE.get(..quantum).unwrap_or_default();
        let mut mic = mic.chunks(quantum);
        let mut speaker = speaker.chunks_mut(quantum);
        for _ in 0..samples / quantum {
            let input = mic.next().unwrap_or(silence);
            match speaker.next() {
                Some(output) => self.tick(now, input, output),
                None => self.tick_unheard(now, input),
            }
        }
        Ok(())
    }

    fn tick(&mut self, now: Instant, input: &[i16], output: &mut [i16]) {
        self.phone.audio(now, Bus::Device, &mut self.codecs, &mut (), input, output);
        while self.phone.audio(now, Bus::Own, &mut self.codecs, &mut (), &[], &mut []) {}
    }

    /// Apart, so that a board with a loudspeaker needs no stack for what nobody hears.
    #[inline(never)]
    fn tick_unheard(&mut self, now: Instant, input: &[i16]) {
        let mut unheard = [0i16; QUANTUM];
        self.tick(now, input, unheard.get_mut(..usize::from(self.quantum)).unwrap_or_default());
    }
}

/// How many bytes an engine of that configuration takes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_size(c: *const microsip_engine_config, bytes: *mut u32) -> i32 {
    guard(|| {
        // SAFETY: by contract.
        let config = unsafe { pointer::read(c, "c")? };
        let place = pointer::must(bytes, "bytes")?;
        let needed = u32::try_from(bytes_of(&plan(&config)?.capacity)?)
            .map_err(|_| Fail::new(MICROSIP_E_ARG, "c", Value::None, "needs 4 GiB or more"))?;
        // SAFETY: not NULL.
        unsafe { pointer::put(place, needed) };
        Ok(())
    })
}

/// Makes an engine in the caller's memory, which is aligned to 8 and stays where it is. It is the address of mem. Where it fails, microsip_engine_last_error
/// of mem tells why.
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
        let (config, agent) = unsafe {
            let config = pointer::read(c, "c")?;
            let agent = text::or_empty(config.user_agent, "c->user_agent")?;
            (config, agent)
        };
        let plan = plan(&config)?;
        if !(mem as usize).is_multiple_of(ALIGN) {
            return Err(Fail::new(MICROSIP_E_ARG, "mem", Value::None, "is not aligned to 8"));
        }
        let needed = bytes_of(&plan.capacity)?;
        if (bytes as usize) < needed {
            return Err(Fail::new(MICROSIP_E_BUFFER, "bytes", Value::Number(i64::from(bytes)), "is less than microsip_engine_size says"));
        }
        let short = Fail::new(MICROSIP_E_BUFFER, "bytes", Value::Number(i64::from(bytes)), "is less than microsip_engine_size says");
        // SAFETY: the caller lends the block; the engine lies before what is carved.
        let mut carving = unsafe { Carving::new(mem.add(SIZE), needed - SIZE) };
        let lent = lend(&plan.capacity, &mut carving).ok_or(short)?;
        let setup = Setup {
            seed: config.seed,
            rate: plan.rate,
            epoch_ms: config.epoch_ms,
            user_agent: agent,
            allow_direct: config.flags & MICROSIP_ALLOW_DIRECT != 0,
            direct_user: "",
            mark: mark_of(&config.seed),
        };
        let phone = Phone::new(lent.storage, &plan.capacity, &setup, Instant::from_micros(now_us)).map_err(|error| match error {
            SetupError::Seed => Fail::new(MICROSIP_E_ARG, "c->seed", Value::None, "is all zero: fill it with true randomness"),
            SetupError::Text => {
                Fail::new(MICROSIP_E_TEXT, "c->user_agent", Value::text(agent), "is longer than 64 bytes or has control characters")
            }
            SetupError::Rate | SetupError::Capacity => {
                Fail::new(MICROSIP_E_ARG, "c", Value::None, "has numbers that no engine can be made from")
            }
        })?;
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
                rtp_port_min: plan.rtp_port_min,
                quantum: (plan.rate / 100) as u16,
                mark: mark_of(&config.seed),
                latest: Instant::from_micros(now_us),
                locals: [None; 2],
                media: lent.media,
                asked: lent.asked,
                codecs: G711,
                phone,
            });
            pointer::put(place, engine);
        }
        Ok(())
    };
    guard(|| act().inspect_err(|fail| refuse(mem.cast(), bytes, *fail)))
}

/// Where a datagram came from. Apart, so that the struct is off the stack when the core works.
///
/// # Safety
/// As [`pointer::read`].
#[inline(never)]
unsafe fn came_by(from: *const microsip_path) -> Result<Flow, Fail> {
    // SAFETY: by contract.
    let path = unsafe { pointer::read(from, "from")? };
    let remote = needs_addr(&path.remote, "from->remote")?;
    Ok(Flow::Udp { socket: microsip_engine::socket_for(remote), remote })
}

/// A SIP datagram came. MICROSIP_NOTHING: it was not taken; drain microsip_engine_poll_transmit, then give it again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_sip(
    e: *mut microsip_engine,
    now_us: u64,
    from: *const microsip_path,
    p: *const u8,
    len: u32,
) -> i32 {
    with("microsip_engine_sip", e, |engine| {
        // SAFETY: by contract.
        let (flow, bytes) = unsafe { (came_by(from)?, pointer::slice(p, len, "p")?) };
        let now = engine.at(now_us);
        let took = engine.phone.handle_sip(now, flow, bytes);
        if took == 0 && len > 0 { Err(Fail::NOTHING) } else { Ok(()) }
    })
}

/// An RTP or RTCP datagram came to that local port.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_media(
    e: *mut microsip_engine,
    now_us: u64,
    local_port: u32,
    from: *const microsip_addr,
    p: *const u8,
    len: u32,
) -> i32 {
    with("microsip_engine_media", e, |engine| {
        // SAFETY: by contract.
        let bytes = unsafe { pointer::slice(p, len, "p")? };
        let from = pointer::must(from.cast_mut(), "from")?;
        // SAFETY: not NULL.
        let from = needs_addr(&unsafe { from.read_unaligned() }, "from")?;
        let now = engine.at(now_us);
        engine.media(now, local_port, from, bytes);
        Ok(())
    })
}

/// The answer to an ask; or, with ask 0, news: local addresses have changed (result 0), a far end is unreachable (an error).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_reply(e: *mut microsip_engine, now_us: u64, r: *const microsip_reply) -> i32 {
    with("microsip_engine_reply", e, |engine| {
        // SAFETY: by contract.
        let reply = unsafe { pointer::read(r, "r")? };
        let now = engine.at(now_us);
        engine.reply(now, &reply)
    })
}

/// Time has passed. Too early or too often does no harm.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_timeout(e: *mut microsip_engine, now_us: u64) -> i32 {
    command("microsip_engine_timeout", e, now_us, |phone, now| {
        phone.handle_timeout(now);
        Ok(())
    })
}

/// The next packet to send, voice first. MICROSIP_NOTHING: there is none. MICROSIP_E_BUFFER: o->len bytes are needed, and it stays.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_poll_transmit(
    e: *mut microsip_engine,
    now_us: u64,
    o: *mut microsip_out,
    buf: *mut u8,
    cap: u32,
) -> i32 {
    with("microsip_engine_poll_transmit", e, |engine| {
        // SAFETY: by contract.
        let (out, room) = unsafe { (pointer::Out::check(o, "o")?, pointer::slice_mut(buf, cap, "buf")?) };
        let now = engine.at(now_us);
        match engine.transmit(now, room) {
            Ok(packet) => {
                out.put(packet);
                Ok(())
            }
            Err((fail, len)) => {
                if fail.code == MICROSIP_E_BUFFER {
                    out.put(microsip_out { len, ..microsip_out::default() });
                } else {
                    engine.again = false;
                }
                Err(fail)
            }
        }
    })
}

/// The next event; it releases the one before. MICROSIP_NOTHING: there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_poll_event(e: *mut microsip_engine, ev: *mut microsip_event) -> i32 {
    with("microsip_engine_poll_event", e, |engine| {
        // SAFETY: by contract.
        let out = unsafe { pointer::Out::check(ev, "ev")? };
        if let Some(event) = engine.phone.poll_event() {
            let mut told = ops::event_of(&event, 0);
            if told.time_us == 0 {
                told.time_us = engine.latest.micros();
            }
            out.put(told);
            return Ok(());
        }
        if engine.closing && !engine.closed && engine.phone.is_idle() {
            engine.closed = true;
            out.put(microsip_event { r#type: MICROSIP_EV_CLOSED, ..microsip_event::default() });
            return Ok(());
        }
        Err(Fail::NOTHING)
    })
}

/// What the engine wants done. MICROSIP_NOTHING: nothing now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_poll_ask(e: *mut microsip_engine, ask: *mut microsip_ask) -> i32 {
    with("microsip_engine_poll_ask", e, |engine| {
        // SAFETY: by contract.
        let out = unsafe { pointer::Out::check(ask, "ask")? };
        let now = engine.latest;
        // one copy of it on the stack: a name that is an address is dialled from within
        let mut found = microsip_ask { size: 0, kind: 0, ask: 0, flow: 0, port: 0, addr: microsip_addr::default(), name: [0; 256] };
        if !engine.ask(now, &mut found) {
            return Err(Fail::NOTHING);
        }
        out.put_copy(&found);
        Ok(())
    })
}

/// When to call microsip_engine_timeout at the latest; 0: drain again now. MICROSIP_NOTHING: there is nothing to wait for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_poll_timeout(e: *mut microsip_engine, when_us: *mut u64) -> i32 {
    with("microsip_engine_poll_timeout", e, |engine| {
        let place = pointer::must(when_us, "when_us")?;
        let when = if engine.again { 0 } else { engine.phone.poll_timeout().ok_or(Fail::NOTHING)?.micros() };
        // SAFETY: not NULL.
        unsafe { pointer::put(place, when) };
        Ok(())
    })
}

/// One or more quanta of 10 ms: the microphone's in, the loudspeaker's out. NULL: silence, or unheard.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_audio(
    e: *mut microsip_engine,
    now_us: u64,
    mic: *const i16,
    speaker: *mut i16,
    samples: u32,
) -> i32 {
    with("microsip_engine_audio", e, |engine| {
        // SAFETY: by contract.
        let (mic, speaker) = unsafe {
            let mic: &[i16] = if mic.is_null() { &[] } else { pointer::slice(mic, samples, "mic")? };
            let speaker: &mut [i16] = if speaker.is_null() { &mut [] } else { pointer::slice_mut(speaker, samples, "speaker")? };
            (mic, speaker)
        };
        let now = engine.at(now_us);
        engine.audio(now, mic, speaker, samples as usize)
    })
}

/// wanted: 1 while any call has sound, so that microsip_engine_audio must be called every 10 ms; else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_audio_wanted(e: *mut microsip_engine, wanted: *mut u32) -> i32 {
    with("microsip_engine_audio_wanted", e, |engine| {
        let place = pointer::must(wanted, "wanted")?;
        // SAFETY: not NULL.
        unsafe { pointer::put(place, u32::from(engine.phone.wants_tick() || engine.phone.device_wanted())) };
        Ok(())
    })
}

/// As microsip_shutdown: MICROSIP_EV_CLOSED follows when calls and registrations have ended.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_shutdown(e: *mut microsip_engine, now_us: u64) -> i32 {
    with("microsip_engine_shutdown", e, |engine| {
        engine.closing = true;
        let now = engine.at(now_us);
        engine.phone.shutdown(now);
        Ok(())
    })
}

/// As microsip_local_address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_local_address(e: *mut microsip_engine, v6: u32, out: *mut microsip_addr) -> i32 {
    with("microsip_engine_local_address", e, |engine| {
        let place = pointer::must(out, "out")?;
        let address = engine.locals.get(usize::from(v6 != 0)).copied().flatten().ok_or(Fail::NOTHING)?;
        // SAFETY: not NULL.
        unsafe { pointer::put(place, to_addr(address)) };
        Ok(())
    })
}
