//! Streams of an engine: its driver opens and accepts them, and the core knows them by slots of a table.

use super::{microsip_engine, with};
use crate::abi::addr::needs_addr;
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer};
use crate::ops::Done;
use core::net::{Ipv4Addr, SocketAddr};
use microsip_core::base::features;
use microsip_core::base::time::Instant;
use microsip_core::phone::{Failure, Flow, Reply, Transport, WishId};

/// A stream of the driver's.
#[derive(Clone, Copy)]
pub(super) struct Stream {
    /// The driver's number; 0: the slot is free.
    number: u32,
    remote: SocketAddr,
    /// Tells it from the stream before: a driver may give its number again.
    generation: u16,
    socket: u8,
}

// as microsip_engine_config.max_flows says
const _: () = assert!(size_of::<Stream>() <= 48);

impl Stream {
    pub(super) const EMPTY: Self = Self {
        number: 0,
        remote: SocketAddr::new(core::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0),
        generation: 0,
        socket: 0,
    };

    const fn flow(&self, slot: usize) -> Flow {
        let Self { remote, generation, socket, .. } = *self;
        Flow::Stream { slot: slot as u16, generation, transport: Transport::Tcp, remote, socket }
    }
}

impl microsip_engine {
    fn streams_up(&self) -> impl Iterator<Item = (u32, Flow)> {
        let up = self.streams.iter().enumerate().filter(|(_, stream)| stream.number != 0);
        up.map(|(slot, stream)| (stream.number, stream.flow(slot)))
    }

    /// There can be streams.
    pub(super) fn has_streams(&self) -> bool {
        features::STREAM && !self.streams.is_empty()
    }

    /// The stream with the driver's number.
    pub(super) fn flow_of(&self, number: u32) -> Option<Flow> {
        self.streams_up().find(|(known, _)| *known == number).map(|(_, flow)| flow)
    }

    /// The driver's number of a stream that is there.
    pub(super) fn number_of(&self, flow: Flow) -> Option<u32> {
        self.streams_up().find(|(_, known)| *known == flow).map(|(number, _)| number)
    }

    /// A stream to exactly this far end.
    pub(super) fn flow_to(&self, remote: SocketAddr) -> Option<Flow> {
        self.streams_up().find(|(_, flow)| flow.remote() == remote).map(|(_, flow)| flow)
    }

    /// A stream is not known any more. Gives its number.
    pub(super) fn forget_stream(&mut self, flow: Flow) -> Option<u32> {
        let number = self.number_of(flow)?;
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.number == number) {
            stream.number = 0;
        }
        Some(number)
    }

    fn stream_up(&mut self, now: Instant, told: &microsip_flow, wish: Option<WishId>) -> Done {
        let wrong =
            |argument, value: u32, fix| Fail::new(MICROSIP_E_ARG, argument, Value::Number(i64::from(value)), fix);
        if told.flow == 0 {
            return Err(wrong("f->flow", 0, "is no number of a stream: those begin at 1"));
        }
        if !matches!(told.transport, 0 | MICROSIP_TCP) {
            return Err(wrong("f->transport", told.transport, "is not MICROSIP_TCP"));
        }
        let remote = needs_addr(&told.remote, "f->remote")?;
        // a driver that gives a number again without a word of its end: what comes now is not from the first far end
        if let Some(old) = self.flow_of(told.flow).filter(|old| old.remote() != remote) {
            self.stream_gone(now, old);
        }
        if self.flow_of(told.flow).is_none() {
            let Some(place) = self.streams.iter_mut().find(|stream| stream.number == 0) else {
                if let Some(wish) = wish {
                    self.answer(now, wish, Reply::Failed(Failure::Port));
                }
                let fix = "finds no free slot: close it, or raise max_flows";
                return Err(Fail::new(MICROSIP_E_FULL, "f->flow", Value::Number(i64::from(told.flow)), fix));
            };
            let generation = place.generation.wrapping_add(1).max(1);
            *place = Stream { number: told.flow, remote, generation, socket: Self::socket_for(remote) };
        }
        if let (Some(wish), Some(flow)) = (wish, self.flow_of(told.flow)) {
            self.answer(now, wish, Reply::Flow(flow));
        }
        Ok(())
    }

    fn stream_down(&mut self, now: Instant, told: &microsip_flow, wish: Option<WishId>) {
        if let Some(wish) = wish {
            let unsupported = told.result == MICROSIP_E_UNSUPPORTED;
            let failure = if unsupported { Failure::Unsupported } else { Failure::Unreachable };
            self.answer(now, wish, Reply::Failed(failure));
        }
        if let Some(flow) = self.flow_of(told.flow) {
            self.stream_gone(now, flow);
        }
    }

    fn stream_gone(&mut self, now: Instant, flow: Flow) {
        self.forget_stream(flow);
        self.phone.handle_flow_failed(now, flow);
        self.again = true;
    }
}

/// News of a stream: one was opened for MICROSIP_ASK_CONNECT, or could not be; one was accepted; one is full or gone.
/// A stream that is not known any more is no error. Bytes that come over it go to microsip_engine_sip with its number,
/// and microsip_engine_poll_transmit gives those that leave. MICROSIP_E_ARG: a member of f. MICROSIP_E_FULL: max_flows
/// are up; close it. MICROSIP_E_UNSUPPORTED: a library without streams, or max_flows is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_flow(e: *mut microsip_engine, now_us: u64, f: *const microsip_flow) -> i32 {
    with("microsip_engine_flow", e, |engine| {
        // SAFETY: by contract.
        let told = unsafe { pointer::read(f, "f")? };
        let now = engine.at(now_us);
        if !engine.has_streams() {
            let fix = "are not there: max_flows is 0, or the library is built without them";
            return Err(Fail::new(MICROSIP_E_UNSUPPORTED, "streams", Value::None, fix));
        }
        if told.reserved != 0 {
            return Err(Fail::new(MICROSIP_E_NEWER, "f->reserved", Value::None, "is not 0: use MICROSIP_ZERO"));
        }
        let wish = match told.ask {
            0 => None,
            ask => Some(WishId::from_raw(ask).map_err(|error| Fail::id("f->ask", ask, error))?),
        };
        match told.state {
            MICROSIP_FLOW_UP => engine.stream_up(now, &told, wish),
            MICROSIP_FLOW_DOWN | MICROSIP_FLOW_FULL => {
                engine.stream_down(now, &told, wish);
                Ok(())
            }
            state => {
                Err(Fail::new(MICROSIP_E_ARG, "f->state", Value::Number(i64::from(state)), "is no MICROSIP_FLOW_*"))
            }
        }
    })
}
