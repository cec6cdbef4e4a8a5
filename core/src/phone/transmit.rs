//! What is sent next: voice first, then SIP in the order in which it was owed.

use super::object::Object;
use super::{Component, MediaId, Phone, Transmit, Via};
use crate::base::cursor::Cursor;
use crate::base::time::Instant;

/// A keepalive: two line ends (rfc5626#4.4.1); no answer is waited for on datagrams.
const KEEPALIVE: &[u8] = b"\r\n\r\n";

impl Phone<'_> {
    /// The next packet, written into `buffer`. Call it until it says `Nothing`.
    pub fn poll_transmit(&mut self, now: Instant, buffer: &mut [u8]) -> Transmit {
        self.hear(now);
        while let Some(index) = self.lower.media.voices.first() {
            let Some(stream) = self.lower.media.streams.get_mut(index as usize) else { break };
            let sent = stream.poll_transmit(now, buffer);
            match (sent, self.calls.slots.handle_at(index)) {
                (Some(sent), Some(call)) => {
                    if sent.len > buffer.len() {
                        return Transmit::Needs(sent.len);
                    }
                    if !stream.owes() {
                        self.lower.media.voices.pop();
                    }
                    self.schedule(Object::Stream(index));
                    let component = match sent.component {
                        crate::media::Component::Rtp => Component::Rtp,
                        crate::media::Component::Rtcp => Component::Rtcp,
                    };
                    return Transmit::Packet {
                        via: Via::Media { media: MediaId(call), component, to: sent.to },
                        len: sent.len,
                    };
                }
                _ => {
                    self.lower.media.voices.pop();
                    self.schedule(Object::Stream(index));
                }
            }
        }
        match self.lower.transactions.transmit_reply(buffer) {
            Transmit::Nothing => {}
            sent => return sent,
        }
        while let Some(number) = self.lower.cx.owed.first() {
            let sent = self.transmit_of(self.lower.cx.objects.object(number), buffer);
            if matches!(sent, Transmit::Needs(_)) {
                return sent;
            }
            self.lower.cx.owed.pop();
            if sent != Transmit::Nothing {
                return sent;
            }
        }
        Transmit::Nothing
    }

    fn transmit_of(&mut self, object: Object, buffer: &mut [u8]) -> Transmit {
        match object {
            Object::Request(index) => match self.lower.transactions.owed_request(index) {
                Some((bytes, flow)) => Transmit::copy(bytes, flow, buffer),
                None => Transmit::Nothing,
            },
            Object::Server(index) => match self.lower.transactions.owed_response(index) {
                Some((bytes, flow)) => Transmit::copy(bytes, flow, buffer),
                None => Transmit::Nothing,
            },
            Object::Dialog(index) => {
                let Some(handle) = self.lower.dialogs.at(index) else { return Transmit::Nothing };
                if !self.lower.dialogs.get(handle).is_some_and(|dialog| dialog.ack_owed) {
                    return Transmit::Nothing;
                }
                let mut out = Cursor::new(buffer);
                let Some(flow) = self.render_ack(handle, &mut out) else {
                    // its socket is gone: there is no way for it
                    self.ack_left(handle);
                    return Transmit::Nothing;
                };
                match out.finish() {
                    Ok(len) => {
                        self.ack_left(handle);
                        Transmit::Packet { via: Via::Sip(flow), len }
                    }
                    Err(needed) => Transmit::Needs(needed.0),
                }
            }
            Object::Account(index) => {
                let Some(handle) = self.lower.accounts.handle_at(index) else { return Transmit::Nothing };
                let Some(flow) = self.lower.accounts.keepalive(handle) else { return Transmit::Nothing };
                let sent = Transmit::copy(KEEPALIVE, flow, buffer);
                if !matches!(sent, Transmit::Needs(_)) {
                    self.lower.accounts.keepalive_sent(handle);
                }
                sent
            }
            Object::Call(_) | Object::Stream(_) => Transmit::Nothing,
        }
    }
}
