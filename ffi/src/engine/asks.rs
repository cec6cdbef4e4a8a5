//! Asks of the engine, and the replies of its driver.

use super::{Asked, Media, SIP_PORT, microsip_engine, with};
use crate::abi::addr::{from_addr, to_addr};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer};
use crate::ops::{self, Done};
use core::ffi::c_char;
use core::net::SocketAddr;
use microsip_core::base::features;
use microsip_core::base::time::Instant;
use microsip_core::phone::{Failure, Flow, MediaId, Reply, Target, Transport, Wish, WishId};

/// Of the ask for local addresses: no wish of the core's has that number.
const LOCAL_ASK: u64 = 1;

impl microsip_engine {
    /// `None`: it cannot be reached from here.
    fn hop(&self, remote: SocketAddr, transport: Transport) -> Option<Target> {
        let socket = Self::socket_for(remote);
        self.locals.get(usize::from(socket)).copied().flatten()?;
        let flow = match transport {
            stream if features::STREAM && stream != Transport::Udp => Flow::to_open(stream, remote, socket),
            _ => Flow::Udp { socket, remote },
        };
        Some(Target { flow, priority: 0, weight: 0, lifetime: 0 })
    }

    /// It can be sent by this transport.
    fn speaks(&self, transport: Transport) -> bool {
        match transport {
            Transport::Udp => true,
            stream => features::STREAM && stream == Transport::Tcp && self.has_streams(),
        }
    }

    pub(super) fn answer(&mut self, now: Instant, wish: WishId, reply: Reply<'_>) {
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

    fn hops(&mut self, now: Instant, wish: WishId, reply: &microsip_reply, asked: Asked) {
        // a board without streams does not pay for ranks and transports
        let number = |list: &[u32; 4], at: usize| if features::STREAM { list.get(at).copied().unwrap_or(0) } else { 0 };
        let mut found = reply.addr.iter().take(reply.count as usize).enumerate().filter_map(|(at, addr)| {
            let transport = match number(&reply.transport, at) {
                _ if !features::STREAM => Transport::Udp,
                0 => asked.transport.unwrap_or_default(),
                MICROSIP_UDP => Transport::Udp,
                MICROSIP_TCP => Transport::Tcp,
                _ => return None,
            };
            let hop = self.hop(from_addr(addr, asked.port)?, transport).filter(|_| self.speaks(transport))?;
            let small = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
            let (priority, weight) = (small(number(&reply.priority, at)), small(number(&reply.weight, at)));
            Some(Target { priority, weight, lifetime: number(&reply.lifetime, at), ..hop })
        });
        let Some(first) = found.next() else {
            drop(found);
            let failure = if reply.count == 0 { Failure::Name } else { Failure::Unreachable };
            self.answer(now, wish, Reply::Failed(failure));
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
        if reply.flow != 0 {
            return Err(Fail::new(MICROSIP_E_NEWER, "r->flow", Value::None, "is not 0: use MICROSIP_ZERO"));
        }
        for addr in list {
            crate::abi::addr::needs_addr(addr, "r->addr")?;
        }
        if features::STREAM
            && let Some(other) = reply.transport.iter().find(|one| **one & !(MICROSIP_UDP | MICROSIP_TCP) != 0)
        {
            let fix = "is neither 0, MICROSIP_UDP nor MICROSIP_TCP";
            return Err(Fail::new(MICROSIP_E_ARG, "r->transport", Value::Number(i64::from(*other)), fix));
        }
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
            let answer = if reply.result == MICROSIP_OK {
                Reply::Media { rtp, rtcp: rtp + 1 }
            } else {
                Reply::Failed(Failure::Port)
            };
            self.answer(now, wish, answer);
            return Ok(());
        }
        let Some(asked) = self.asked.iter_mut().find(|asked| asked.wish == wish) else { return Ok(()) };
        asked.wish = WishId::NONE;
        let asked = *asked;
        match reply.result {
            MICROSIP_OK => self.hops(now, wish, reply, asked),
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
                // a core without streams wishes for none: a board does not pay for what follows
                Wish::Connect { .. } | Wish::Disconnect { .. } if !features::STREAM => {}
                Wish::Connect { id, remote, transport, .. } => match self.flow_to(remote) {
                    _ if !self.speaks(transport) => self.answer(now, id, Reply::Failed(Failure::Unsupported)),
                    Some(flow) => self.answer(now, id, Reply::Flow(flow)),
                    None => {
                        ask.kind = MICROSIP_ASK_CONNECT;
                        ask.ask = id.raw();
                        ask.addr = to_addr(remote);
                        ask.transport = MICROSIP_TCP;
                    }
                },
                Wish::Disconnect { flow } => {
                    if let Some(number) = self.forget_stream(flow) {
                        ask.kind = MICROSIP_ASK_DISCONNECT;
                        ask.flow = number;
                    }
                }
                Wish::AudioOn => (ask.kind, ask.target) = (MICROSIP_ASK_AUDIO_ON, MICROSIP_SELF),
                Wish::AudioOff => (ask.kind, ask.target) = (MICROSIP_ASK_AUDIO_OFF, MICROSIP_SELF),
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
                Wish::Locate { id, host, port, transport, .. } => {
                    let literal = microsip_core::wire::ip(host.as_bytes());
                    let short = host.len() < ask.name.len();
                    for (place, byte) in ask.name.iter_mut().zip(host.bytes()) {
                        *place = byte as c_char;
                    }
                    if !self.speaks(transport.unwrap_or_default()) {
                        self.answer(now, id, Reply::Failed(Failure::Unsupported));
                    } else if let Some(ip) = literal {
                        let remote = SocketAddr::new(ip, port.unwrap_or(SIP_PORT));
                        match self.hop(remote, transport.unwrap_or_default()) {
                            Some(hop) => self.answer(now, id, Reply::Hops(&[hop])),
                            None => self.answer(now, id, Reply::Failed(Failure::Unreachable)),
                        }
                    } else if let Some(place) =
                        self.asked.iter_mut().find(|asked| asked.wish.is_none()).filter(|_| short)
                    {
                        *place = Asked { wish: id, port: port.unwrap_or(SIP_PORT), transport };
                        ask.kind = MICROSIP_ASK_RESOLVE;
                        ask.ask = id.raw();
                        ask.port = u32::from(port.unwrap_or(0));
                        ask.transport = match transport {
                            None => 0,
                            Some(stream) if features::STREAM && stream != Transport::Udp => MICROSIP_TCP,
                            Some(_) => MICROSIP_UDP,
                        };
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
        let rings = features::TONES && self.phone.ring_wanted().is_some();
        if features::TONES && rings != self.rings {
            self.rings = rings;
            ask.kind = if rings { MICROSIP_ASK_AUDIO_ON } else { MICROSIP_ASK_AUDIO_OFF };
            ask.target = MICROSIP_RING;
            return true;
        }
        false
    }
}

/// The reply to an ask, at any later time; a reply that is not waited for any more is ignored. With ask 0 it is news:
/// local addresses have changed (result 0; all of them), or a far end is unreachable (an error; its address, as in an
/// ICMP error).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_reply(e: *mut microsip_engine, now_us: u64, r: *const microsip_reply) -> i32 {
    with("microsip_engine_reply", e, |engine| {
        // SAFETY: by contract.
        let reply = unsafe { pointer::read(r, "r")? };
        let now = engine.at(now_us);
        engine.reply(now, &reply)
    })
}

/// The next ask of the engine (ask->size must be set). Call it until there is none, after every input and command.
/// MICROSIP_NOTHING: there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_poll_ask(e: *mut microsip_engine, now_us: u64, ask: *mut microsip_ask) -> i32 {
    with("microsip_engine_poll_ask", e, |engine| {
        // SAFETY: by contract.
        let out = unsafe { pointer::Out::check(ask, "ask")? };
        let now = engine.at(now_us);
        // one copy of it on the stack: a name that is an address is dialled from within
        let mut found = microsip_ask {
            size: 0,
            kind: 0,
            ask: 0,
            flow: 0,
            port: 0,
            addr: microsip_addr::default(),
            name: [0; 256],
            transport: 0,
            reserved: 0,
            target: 0,
        };
        if !engine.ask(now, &mut found) {
            return Err(Fail::NOTHING);
        }
        out.put_copy(&found);
        Ok(())
    })
}

/// As microsip_address_get.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_address_get(
    e: *mut microsip_engine,
    now_us: u64,
    which: u32,
    out: *mut microsip_addr,
) -> i32 {
    with("microsip_engine_address_get", e, |engine| {
        let place = pointer::must(out, "out")?;
        engine.at(now_us);
        let address =
            engine.locals.get(usize::from(ops::phone::is_v6(which)?)).copied().flatten().ok_or(Fail::NOTHING)?;
        // SAFETY: not NULL.
        unsafe { pointer::put(place, to_addr(address)) };
        Ok(())
    })
}
