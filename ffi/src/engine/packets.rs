//! Datagrams in and out.

use super::{microsip_engine, with};
use crate::abi::addr::{needs_addr, to_addr};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer};
use crate::dscp;
use core::net::SocketAddr;
use microsip_core::base::features;
use microsip_core::base::time::Instant;
use microsip_core::phone::{Component, Flow, Taken, Transmit, Via};

impl microsip_engine {
    fn transmit(&mut self, now: Instant, room: &mut [u8]) -> Result<microsip_out, (Fail, u32)> {
        let mut sent = self.phone.poll_transmit(now, room);
        let mut number = 0;
        // what is for a stream that is gone goes another way, or fails
        while let Transmit::Packet { via: Via::Sip(flow), .. } = sent
            && features::STREAM
            && flow.is_reliable()
        {
            if let Some(known) = self.number_of(flow) {
                number = known;
                break;
            }
            self.phone.handle_flow_failed(now, flow);
            sent = self.phone.poll_transmit(now, room);
        }
        match sent {
            Transmit::Nothing => Err((Fail::NOTHING, 0)),
            Transmit::Needs(len) => Err((
                Fail::new(
                    MICROSIP_E_BUFFER,
                    "cap",
                    Value::Number(room.len() as i64),
                    "is too small: o->len says how many bytes",
                ),
                len as u32,
            )),
            Transmit::Packet { via, len } => {
                let mut out = microsip_out { len: len as u32, ..microsip_out::default() };
                match via {
                    Via::Sip(flow) => {
                        out.kind = MICROSIP_OUT_SIP;
                        out.flow = number;
                        out.dscp = u32::from(dscp::SIP);
                        out.remote = to_addr(flow.remote());
                        out.local = self
                            .locals
                            .get(usize::from(flow.socket()))
                            .copied()
                            .flatten()
                            .map(to_addr)
                            .unwrap_or_default();
                    }
                    Via::Media { media, component, to } => {
                        out.kind = if component == Component::Rtp { MICROSIP_OUT_RTP } else { MICROSIP_OUT_RTCP };
                        out.dscp = u32::from(dscp::MEDIA);
                        out.remote = to_addr(to);
                        let port =
                            self.rtp_port_min + media.slot() as u16 * 2 + u16::from(component == Component::Rtcp);
                        let local = self.locals.get(usize::from(to.is_ipv6())).copied().flatten();
                        out.local = local.map(|local| to_addr(SocketAddr::new(local.ip(), port))).unwrap_or_default();
                    }
                }
                Ok(out)
            }
        }
    }

    fn media(&mut self, now: Instant, local_port: u32, from: SocketAddr, bytes: &mut [u8]) {
        let Some(offset) = local_port.checked_sub(u32::from(self.rtp_port_min)) else { return };
        let component = if offset % 2 == 0 { Component::Rtp } else { Component::Rtcp };
        if let Some(entry) = self.media.get(offset as usize / 2).filter(|entry| !entry.media.is_none()) {
            self.phone.handle_media(now, entry.media, component, from, bytes);
        }
    }
}

/// The flow that bytes came over. Apart, so that the struct is off the stack when the core works.
///
/// # Safety
/// As [`pointer::read`].
#[inline(never)]
unsafe fn came_by(engine: &microsip_engine, from: *const microsip_origin) -> Result<Flow, Fail> {
    // SAFETY: by contract.
    let path = unsafe { pointer::read(from, "from")? };
    if features::STREAM && path.flow != 0 {
        let fix = "is no stream that is up";
        let wrong = Fail::new(MICROSIP_E_ARG, "from->flow", Value::Number(i64::from(path.flow)), fix);
        return engine.flow_of(path.flow).ok_or(wrong);
    }
    let remote = needs_addr(&path.remote, "from->remote")?;
    Ok(Flow::Udp { socket: microsip_engine::socket_for(remote), remote })
}

/// A SIP datagram came, from->remote to from->local; or bytes lie there that came over the stream from->flow. One that
/// is no SIP, or belongs to no call or account, is counted and no error. *taken (may be NULL): the number of bytes that
/// are done with; of a stream's give the rest then, again and again. It may be more than len there: the rest of a
/// message that is too long is to be dropped as it comes. A stream's pings are answered.
/// MICROSIP_DRAIN: none was taken, for a response waits to be sent; drain microsip_engine_poll_transmit, then give the
/// bytes again, or drop them, if they are a datagram. MICROSIP_MORE: a stream's message is not complete; give its bytes
/// again with more, for which a buffer of max_message is enough. MICROSIP_CLOSE: a stream cannot be read on; close it,
/// and tell MICROSIP_FLOW_DOWN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_sip(
    e: *mut microsip_engine,
    now_us: u64,
    from: *const microsip_origin,
    p: *const u8,
    len: u32,
    taken: *mut u32,
) -> i32 {
    with("microsip_engine_sip", e, |engine| {
        // SAFETY: by contract.
        let (flow, bytes) = unsafe { (came_by(engine, from)?, pointer::slice(p, len, "p")?) };
        let now = engine.at(now_us);
        match engine.phone.handle_sip(now, flow, bytes) {
            Taken::Bytes(count) => {
                // SAFETY: by contract.
                unsafe { pointer::put(taken, u32::try_from(count).unwrap_or(u32::MAX)) };
                Ok(())
            }
            Taken::Drain => Err(Fail::DRAIN),
            Taken::NeedMore => Err(Fail::MORE),
            Taken::Close => Err(Fail::CLOSE),
        }
    })
}

/// An RTP or RTCP datagram came to that local port. Its bytes may be changed. One that belongs to no call is counted
/// and no error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_media(
    e: *mut microsip_engine,
    now_us: u64,
    local_port: u32,
    from: *const microsip_addr,
    p: *mut u8,
    len: u32,
) -> i32 {
    with("microsip_engine_media", e, |engine| {
        // SAFETY: by contract.
        let bytes = unsafe { pointer::slice_mut(p, len, "p")? };
        let from = pointer::must(from.cast_mut(), "from")?;
        // SAFETY: not NULL.
        let from = needs_addr(&unsafe { from.read_unaligned() }, "from")?;
        let now = engine.at(now_us);
        engine.media(now, local_port, from, bytes);
        Ok(())
    })
}

/// The next packet to send into buf, voice first; o->len is its length. Call it until there is none, after every input
/// and command. buf: room for the packet. o: its way and its length; its size must be set. MICROSIP_NOTHING: there is
/// none. MICROSIP_E_BUFFER: o->len bytes are needed, and it stays.
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
