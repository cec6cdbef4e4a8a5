//! Input: datagrams, names, devices, other sockets.

use super::{BATCH, Engine, LINK_KEY, MEDIA_KEYS, STREAM_KEYS};
use crate::host::audio::pace::Pacer;
use crate::host::errands::Place;
use crate::host::icmp;
use crate::host::names;
use crate::host::network::{self, Change, LISTENER_KEYS};
use crate::host::sockets::Found;
use crate::host::srv;
use microsip_core::phone::{Component, Flow, Reply, Taken};
use std::io;

impl Engine {
    /// Sockets that came and went.
    pub(super) fn take_network(&mut self) {
        let Some(Change { gone, new }) = self.shared.network.take() else { return };
        let mut left = 0u16;
        for ((number, place), new) in self.sockets.iter_mut().enumerate().zip(new) {
            if gone & 1 << number != 0
                && let Some(old) = place.take()
            {
                network::forget(&self.shared.ready, &old);
                left |= 1 << number;
            }
            if new.is_some() {
                *place = new;
            }
        }
        self.leave_streams(left);
    }

    pub(super) fn take_in(&mut self) {
        self.take_network();
        let Some(keys) = self.keys.take() else { return };
        // SIP first: a 2xx opens the stream for the packets that came with it
        for key in keys.iter().filter(|key| *key < MEDIA_KEYS) {
            match key {
                LINK_KEY => {
                    if let Some(link) = &self.link {
                        link.drain();
                        self.shared.errands.network();
                    }
                }
                STREAM_KEYS.. => self.serve_stream(key - STREAM_KEYS),
                LISTENER_KEYS.. => self.accept(key - LISTENER_KEYS),
                number => self.read_sip(number),
            }
        }
        for key in keys.iter().filter_map(|key| key.checked_sub(MEDIA_KEYS)) {
            self.read_media(key / 2, if key % 2 == 0 { Component::Rtp } else { Component::Rtcp });
        }
        self.keys = Some(keys);
        while let Some(answer) = self.shared.names.answer() {
            self.reply_names(&answer);
        }
        self.take_devices();
    }

    fn take_devices(&mut self) {
        let errands = &self.shared.errands;
        if let Some(opened) = errands.take_new(Place::Calls) {
            let old = match &mut self.device {
                // the timer that stood in goes on: an odd tick would shift the input against the output
                Some((place, _)) => place.replace(opened),
                // no longer wanted
                None => Some(opened),
            };
            old.into_iter().for_each(|old| errands.give_back(old));
        }
        if let Some(opened) = errands.take_new(Place::Ring) {
            let old = if self.rings {
                self.ring.replace((opened, Pacer::new(self.now))).map(|(old, _)| old)
            } else {
                Some(opened)
            };
            old.into_iter().for_each(|old| errands.give_back(old));
        }
    }

    pub(super) fn reply_names(&self, answer: &names::Answer) {
        let locals = self.shared.locals();
        // the network may have changed while the name was looked up
        let mut hops = answer.hops.iter().flatten().filter_map(|hop| match locals.of(hop.flow.socket()) {
            Some(_) => Some(*hop),
            None => locals.hop(&Found {
                address: hop.flow.remote(),
                transport: hop.flow.transport(),
                priority: hop.priority,
                weight: hop.weight,
                lifetime: hop.lifetime,
            }),
        });
        let Some(first) = hops.next() else {
            self.with(|phone, now| phone.handle_reply(now, answer.wish, Reply::Failed(answer.failure)));
            return;
        };
        let mut list = [first; srv::HOPS];
        let mut count = 1;
        for (place, hop) in list.iter_mut().skip(1).zip(hops) {
            *place = hop;
            count += 1;
        }
        let list = list.get(..count).unwrap_or_default();
        self.with(|phone, now| phone.handle_reply(now, answer.wish, Reply::Hops(list)));
    }

    fn read_sip(&mut self, number: usize) {
        let mut buffer = core::mem::take(&mut self.received);
        for turn in 0..BATCH {
            let first = turn == 0;
            let Some(socket) = self.socket(number) else { break };
            let (len, remote) = match socket.recv_from(&mut buffer) {
                Ok(received) => received,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    // readiness without a datagram is an error that waits
                    if first {
                        self.read_errors(number);
                    }
                    break;
                }
                Err(_) => {
                    self.read_errors(number);
                    continue;
                }
            };
            let bytes = buffer.get(..len).unwrap_or_default();
            self.shared.trace(false, remote, bytes);
            let flow = Flow::Udp { socket: number as u8, remote };
            let mut taken = self.with(|phone, now| phone.handle_sip(now, flow, bytes));
            // one response may have waited before it came, and one may have to leave before its own
            for _ in 0..2 {
                if taken != Taken::Drain {
                    break;
                }
                self.drain();
                taken = self.with(|phone, now| phone.handle_sip(now, flow, bytes));
            }
            debug_assert_eq!(taken, Taken::Bytes(len), "a drained phone takes a datagram");
        }
        self.received = buffer;
    }

    /// rfc3261#18.4: an ICMP error is the end of a flow.
    pub(super) fn read_errors(&self, number: usize) {
        let Some(socket) = self.socket(number) else { return };
        for _ in 0..BATCH {
            let Some(remote) = icmp::next(socket) else { return };
            self.with(|phone, now| phone.handle_flow_failed(now, Flow::Udp { socket: number as u8, remote }));
        }
    }

    fn read_media(&mut self, slot: usize, component: Component) {
        // one a wake: media comes singly, and asking whether there is more costs as much as reading it; the rest
        // wakes again at once
        let Some(pair) = self.ports.get(slot) else { return };
        let media = pair.media;
        let socket = if component == Component::Rtp { &pair.rtp } else { &pair.rtcp };
        let mut buffer = core::mem::take(&mut self.received);
        if let Ok((len, from)) = socket.recv_from(&mut buffer) {
            let bytes = buffer.get_mut(..len).unwrap_or_default();
            self.with(|phone, now| phone.handle_media(now, media, component, from, bytes));
        }
        self.received = buffer;
    }
}
