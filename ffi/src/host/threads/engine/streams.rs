//! Streams: connected, accepted, read, written, and closed when their time is over.

use super::{BATCH, Engine, STREAM_KEYS};
use crate::abi::types::*;
use crate::host::network::LISTENER_KEYS;
use crate::host::stream::{Accepted, Connected, DEAF, End, Tcp};
use core::net::{IpAddr, SocketAddr};
use microsip_core::phone::{Failure, Flow, Reply, Taken, Transport, WishId};
use std::io;

impl Engine {
    /// Opens a stream for a wish, or finds one. `None`: the reply follows.
    pub(super) fn connect(
        &mut self,
        wish: WishId,
        remote: SocketAddr,
        transport: Transport,
        socket: u8,
    ) -> Option<Reply<'static>> {
        let locals = self.shared.locals();
        if transport != Transport::Tcp || !locals.transports.tcp {
            return Some(Reply::Failed(Failure::Unsupported));
        }
        match self.streams.reach(wish, remote, socket) {
            Connected::Flow(flow) => return Some(Reply::Flow(flow)),
            Connected::Waits => return None,
            Connected::Full => return Some(Reply::Failed(Failure::Port)),
            Connected::Missing => {}
        }
        let Some(local) = locals.of(socket) else { return Some(Reply::Failed(Failure::Unreachable)) };
        if self.streams.is_full() {
            self.make_room(None);
        }
        let tcp = match Tcp::connect(local.ip(), remote, self.dscp) {
            Ok(tcp) => tcp,
            Err(error) => {
                self.shared.log(MICROSIP_LOG_INFO, format_args!("no connection to {remote}: {error}"));
                return Some(Reply::Failed(Failure::Unreachable));
            }
        };
        let now = self.now;
        let Some(slot) = self.streams.open(now, tcp, remote, socket, Some(wish)) else {
            self.shared.log(MICROSIP_LOG_WARNING, format_args!("no stream is left for {remote}"));
            return Some(Reply::Failed(Failure::Port));
        };
        if !self.watch(slot, true) {
            self.streams.close(slot);
            let _ = self.streams.waited(slot);
            return Some(Reply::Failed(Failure::Port));
        }
        None
    }

    fn watch(&self, slot: usize, writes: bool) -> bool {
        let Some(tcp) = self.streams.carrier(slot) else { return false };
        let (ready, key) = (&self.shared.ready, STREAM_KEYS + slot);
        ready.add(tcp.socket(), key).is_ok() && (!writes || ready.change(tcp.socket(), key, true, true).is_ok())
    }

    /// Connections that wait at a listening socket.
    pub(super) fn accept(&mut self, number: usize) {
        for _ in 0..BATCH {
            let Some(listener) = self.sockets.get(number).and_then(|socket| socket.as_ref()?.listener.as_ref()) else {
                return;
            };
            let (socket, remote) = match listener.accept() {
                Ok(accepted) => accepted,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // one that was gone before it was accepted
                Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted) => {
                    continue;
                }
                Err(error) => {
                    self.shared.log(MICROSIP_LOG_WARNING, format_args!("accepting a connection failed: {error}"));
                    self.listen(false);
                    self.deaf_until = Some(self.now + DEAF);
                    return;
                }
            };
            match self.streams.judge(remote) {
                Accepted::Yes => {}
                // a source that has too many takes nothing from others
                Accepted::TooMany => self.make_room(Some(remote.ip())),
                Accepted::Full => self.make_room(None),
            }
            if self.streams.judge(remote) != Accepted::Yes {
                // closed at once: other streams are not touched
                self.shared.log(MICROSIP_LOG_DEBUG, format_args!("a connection from {remote} is one too many"));
                continue;
            }
            let now = self.now;
            let Ok(tcp) = Tcp::accepted(socket, remote, self.dscp) else { continue };
            let Some(slot) = self.streams.open(now, tcp, remote, number as u8, None) else { continue };
            if !self.watch(slot, false) {
                self.streams.close(slot);
            }
        }
    }

    /// Listening sockets are watched, or not.
    fn listen(&self, on: bool) {
        for (number, socket) in self.sockets.iter().enumerate() {
            if let Some(listener) = socket.as_ref().and_then(|socket| socket.listener.as_ref()) {
                let _ = self.shared.ready.change(listener, LISTENER_KEYS + number, on, false);
            }
        }
    }

    /// The accepted stream that was silent for longest gives way: of all, or of one source.
    fn make_room(&mut self, from: Option<IpAddr>) {
        if let Some(slot) = self.streams.quietest(self.now, from) {
            self.fail_stream(slot, "gives way to a new one");
        }
    }

    /// A stream's socket is ready.
    pub(super) fn serve_stream(&mut self, slot: usize) {
        let now = self.now;
        match self.streams.begin(now, slot) {
            Err(error) => {
                if let Some(remote) = self.streams.flow(slot).map(|flow| flow.remote()) {
                    self.shared.log(MICROSIP_LOG_INFO, format_args!("no connection to {remote}: {error}"));
                }
                self.fail_stream(slot, "could not be opened");
                return;
            }
            Ok(true) => {
                if let Some(flow) = self.streams.flow(slot) {
                    self.shared.log(MICROSIP_LOG_DEBUG, format_args!("connected to {}", flow.remote()));
                    while let Some(wish) = self.streams.waited(slot) {
                        self.with(|phone, now| phone.handle_reply(now, wish, Reply::Flow(flow)));
                    }
                }
            }
            Ok(false) if !self.streams.is_up(slot) => return,
            Ok(false) => {}
        }
        let mut served = self.streams.flush(now, slot);
        // so many at once, before the others have their turn
        for _ in 0..BATCH {
            if served.is_err() {
                break;
            }
            match self.streams.read(now, slot) {
                Ok(true) => served = self.take_messages(slot),
                Ok(false) => break,
                Err(end) => served = Err(end),
            }
        }
        match served {
            Ok(()) => self.follow(slot),
            Err(end) => self.fail_stream(slot, reason(end)),
        }
    }

    /// Gives the core what came, message by message.
    fn take_messages(&mut self, slot: usize) -> Result<(), End> {
        let mut drained = 0;
        loop {
            let Some(flow) = self.streams.flow(slot) else { return Ok(()) };
            let bytes = self.streams.input(slot);
            if bytes.is_empty() {
                return Ok(());
            }
            match self.with(|phone, now| phone.handle_sip(now, flow, bytes)) {
                Taken::Bytes(count) => {
                    let bytes = self.streams.input(slot);
                    self.shared.trace(false, flow.remote(), bytes.get(..count.min(bytes.len())).unwrap_or_default());
                    self.streams.taken(slot, count);
                    drained = 0;
                }
                // one response may have waited before it came, and one may have to leave before its own
                Taken::Drain if drained < 2 => {
                    self.drain();
                    drained += 1;
                }
                Taken::NeedMore => {
                    let now = self.now;
                    return if self.streams.lacks(now, slot) { Ok(()) } else { Err(End::Closed) };
                }
                Taken::Drain | Taken::Close => return Err(End::Unreadable),
            }
        }
    }

    /// Its socket is watched for what it waits for.
    fn follow(&mut self, slot: usize) {
        if let Some(writes) = self.streams.take_change(slot)
            && let Some(tcp) = self.streams.carrier(slot)
        {
            let _ = self.shared.ready.change(tcp.socket(), STREAM_KEYS + slot, true, writes);
        }
    }

    /// Sends what lies in the buffer.
    pub(super) fn send_by_stream(&mut self, flow: Flow, len: usize) {
        let Some(slot) = self.streams.find(flow) else {
            self.with(|phone, now| phone.handle_flow_failed(now, flow));
            return;
        };
        let now = self.now;
        let bytes = self.sending.get(..len).unwrap_or_default();
        self.shared.trace(true, flow.remote(), bytes);
        match self.streams.push(now, slot, bytes) {
            Ok(()) => self.follow(slot),
            Err(end) => self.fail_stream(slot, reason(end)),
        }
    }

    /// A stream is over: those that wait for it, and the core, hear of it.
    fn fail_stream(&mut self, slot: usize, why: &str) {
        let up = self.streams.is_up(slot);
        let Some(flow) = self.close_stream(slot, why) else { return };
        while let Some(wish) = self.streams.waited(slot) {
            self.with(|phone, now| phone.handle_reply(now, wish, Reply::Failed(Failure::Unreachable)));
        }
        if up {
            self.with(|phone, now| phone.handle_flow_failed(now, flow));
        }
    }

    /// Closes a stream of which the core knows.
    pub(super) fn close_stream(&mut self, slot: usize, why: &str) -> Option<Flow> {
        let flow = self.streams.flow(slot)?;
        let tcp = self.streams.close(slot)?;
        self.shared.ready.remove(tcp.socket());
        self.shared.log(MICROSIP_LOG_DEBUG, format_args!("the stream with {} {why}", flow.remote()));
        Some(flow)
    }

    /// Local addresses are gone, and with them the streams from there: a bit for each.
    pub(super) fn leave_streams(&mut self, gone: u16) {
        for number in (0..16u8).filter(|number| gone & 1 << number != 0) {
            while let Some(slot) = self.streams.of_socket(number) {
                self.fail_stream(slot, "has lost its local address");
            }
        }
    }

    /// Streams whose time is over are closed, and listening sockets are heard again.
    pub(super) fn watch_streams(&mut self) {
        let now = self.now;
        while let Some(slot) = self.streams.overdue(now) {
            self.fail_stream(slot, "was late");
        }
        if self.deaf_until.is_some_and(|until| until <= now) {
            self.deaf_until = None;
            self.listen(true);
        }
    }
}

const fn reason(end: End) -> &'static str {
    match end {
        End::Closed => "was closed",
        End::Slow => "takes too little, and its room is full",
        End::Unreadable => "cannot be read on",
    }
}
