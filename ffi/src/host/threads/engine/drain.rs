//! Output: packets, and the core's wishes.

use super::{Engine, MEDIA_KEYS};
use crate::abi::types::*;
use crate::host::audio::pace::Pacer;
use crate::host::errands::Place;
use crate::host::names::{self, Asked, NAME, Question};
use crate::host::signal::lock;
use core::net::{IpAddr, SocketAddr};
use microsip_core::phone::{Failure, Flow, MediaId, Reply, Transmit, Transport, Via, Wish, WishId};
use std::io;

/// A wish, copied out from under the lock.
#[expect(clippy::large_enum_variant, reason = "one lives at a time, on the stack: a box would be memory")]
enum Wanted {
    Locate(Question),
    Open(WishId, MediaId, IpAddr),
    Close(MediaId),
    Device(bool),
    Connect(WishId, SocketAddr, Transport, u8),
    Disconnect(Flow),
}

fn copied(wish: Wish<'_>) -> Wanted {
    match wish {
        Wish::Locate { id, host, port, transport, described } => {
            let mut name = [0u8; NAME];
            // a name that does not fit is none
            let len = name.get_mut(..host.len()).map_or(0, |room| {
                room.copy_from_slice(host.as_bytes());
                host.len()
            });
            Wanted::Locate(Question { wish: id, host: name, len: len as u16, port, transport, described })
        }
        Wish::OpenMedia { id, media, local } => Wanted::Open(id, media, local),
        Wish::CloseMedia { media } => Wanted::Close(media),
        Wish::Connect { id, remote, transport, socket } => Wanted::Connect(id, remote, transport, socket),
        Wish::Disconnect { flow } => Wanted::Disconnect(flow),
        Wish::AudioOn => Wanted::Device(true),
        Wish::AudioOff => Wanted::Device(false),
    }
}

impl Engine {
    /// Sends the owed packets and fulfils the wishes, until neither is left.
    pub(super) fn drain(&mut self) {
        loop {
            self.send_all();
            let mut any = false;
            while let Some(wanted) = self.wanted() {
                any = true;
                self.grant(wanted);
            }
            if !any {
                return;
            }
        }
    }

    fn wanted(&self) -> Option<Wanted> {
        lock(&self.shared.core).phone.poll_wish().map(copied)
    }

    /// Sends the owed packets.
    pub(super) fn send_all(&mut self) {
        while self.send_one() {}
    }

    fn send_one(&mut self) -> bool {
        let mut core = lock(&self.shared.core);
        let now = core.time(self.now);
        let sent = core.phone.poll_transmit(now, &mut self.sending);
        drop(core);
        let Transmit::Packet { via, len } = sent else { return false };
        self.take_network();
        let bytes = self.sending.get(..len).unwrap_or_default();
        match via {
            Via::Media { media, component, to } => {
                if let Some(socket) = self.ports.of(media, component) {
                    let _ = socket.send_to(bytes, to);
                }
            }
            Via::Sip(flow) if flow.is_reliable() => self.send_by_stream(flow, len),
            Via::Sip(flow) => {
                let to = flow.remote();
                self.shared.trace(true, to, bytes);
                let number = usize::from(flow.socket());
                let Some(socket) = self.socket(number) else {
                    // its address is gone
                    self.with(|phone, now| phone.handle_flow_failed(now, flow));
                    return true;
                };
                let mut result = socket.send_to(bytes, to);
                if result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
                    // that is about an earlier datagram, perhaps to another far end
                    self.read_errors(number);
                    result = socket.send_to(bytes, to);
                }
                // a full socket buffer is a lost datagram; any other error is a dead flow
                if let Err(error) = result
                    && !matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted | io::ErrorKind::ConnectionRefused
                    )
                {
                    self.with(|phone, now| phone.handle_flow_failed(now, flow));
                }
            }
        }
        true
    }

    fn grant(&mut self, wanted: Wanted) {
        match wanted {
            Wanted::Locate(question) => {
                if let Some(answer) = names::literal(&question, &self.shared.locals()) {
                    self.reply_names(&answer);
                    return;
                }
                match self.shared.names.ask(question) {
                    Asked::Heard => {}
                    Asked::NobodyThere => self.shared.errands.wake(),
                    Asked::Full => {
                        self.with(|phone, now| phone.handle_reply(now, question.wish, Reply::Failed(Failure::Name)))
                    }
                }
            }
            Wanted::Open(wish, media, local) => match self.open_media(media, local) {
                Ok((rtp, rtcp)) => self.with(|phone, now| phone.handle_reply(now, wish, Reply::Media { rtp, rtcp })),
                Err(failure) => {
                    self.shared.log(
                        MICROSIP_LOG_WARNING,
                        format_args!(
                            "no media ports at {local}: the limit on open files, or the port range, is too small"
                        ),
                    );
                    self.with(|phone, now| phone.handle_reply(now, wish, Reply::Failed(failure)));
                }
            },
            Wanted::Close(media) => self.close_media(media),
            Wanted::Connect(wish, remote, transport, socket) => {
                let reply = self.connect(wish, remote, transport, socket);
                if let Some(reply) = reply {
                    self.with(|phone, now| phone.handle_reply(now, wish, reply));
                }
            }
            Wanted::Disconnect(flow) => {
                if let Some(slot) = self.streams.find(flow) {
                    self.close_stream(slot, "does not answer pings");
                }
            }
            Wanted::Device(on) => {
                if on && self.device.is_none() {
                    self.end_ring();
                    // a real device takes its time to open: until then, silence with the timer as its clock
                    self.device = Some((None, Pacer::new(self.now)));
                } else if !on && let Some((Some(opened), _)) = self.device.take() {
                    self.shared.errands.give_back(opened);
                }
                self.shared.errands.device(Place::Calls, on);
            }
        }
    }

    fn open_media(&mut self, media: MediaId, local: IpAddr) -> Result<(u16, u16), Failure> {
        let ports = self.ports.open(media, local)?;
        let key = MEDIA_KEYS + media.slot() * 2;
        let watched = self.ports.get(media.slot()).is_some_and(|pair| {
            [(key, &pair.rtp), (key + 1, &pair.rtcp)]
                .into_iter()
                .all(|(key, socket)| self.shared.ready.add(socket, key).is_ok())
        });
        if !watched {
            self.close_media(media);
            return Err(Failure::Port);
        }
        Ok(ports)
    }

    fn close_media(&mut self, media: MediaId) {
        if let Some(pair) = self.ports.close(media) {
            self.shared.ready.remove(&pair.rtp);
            self.shared.ready.remove(&pair.rtcp);
        }
    }
}
