//! The next packet to send: voice first, then SIP in the order in which it was owed.

use super::dialogs::Leg;
use super::object::Object;
use super::{Phone, Transmit, Via};
use crate::base::cursor::Cursor;
use crate::base::time::Instant;

/// A keepalive: two line ends (rfc5626#4.4.1); on datagrams no pong is waited for.
const KEEPALIVE: &[u8] = b"\r\n\r\n";

impl Phone<'_> {
    /// The next packet, written into `buffer`. Call it until it returns `Nothing`.
    pub fn poll_transmit(&mut self, now: Instant, buffer: &mut [u8]) -> Transmit {
        self.hear(now);
        let voice = self.lower.media.poll_voice(&mut self.lower.cx, now, buffer);
        if voice != Transmit::Nothing {
            return voice;
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
                #[cfg(feature = "stream")]
                // it is wished for
                Some((_, flow)) if !flow.is_open() => Transmit::Nothing,
                Some((bytes, flow)) => {
                    let sent = Transmit::copy(bytes, flow, buffer);
                    #[cfg(feature = "message")]
                    if matches!(sent, Transmit::Packet { .. }) {
                        self.lower.transactions.response_left(&mut self.lower.cx, index);
                    }
                    sent
                }
                None => Transmit::Nothing,
            },
            Object::Dialog(index) => {
                let Some(handle) = self.lower.dialogs.at(index) else { return Transmit::Nothing };
                if !self.lower.dialogs.get(handle).is_some_and(Leg::owes_ack) {
                    return Transmit::Nothing;
                }
                let mut out = Cursor::new(buffer);
                let Some(flow) = self.lower.render_ack(handle, &mut out) else {
                    // its socket is gone: there is no way for it
                    self.lower.ack_left(handle);
                    return Transmit::Nothing;
                };
                match out.finish() {
                    Ok(len) => {
                        self.lower.ack_left(handle);
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
            Object::Call(_)
            | Object::Conference(_)
            | Object::Message(_)
            | Object::Subscription(_)
            | Object::Publication(_)
            | Object::Stream(_) => Transmit::Nothing,
            #[cfg(feature = "notify")]
            Object::Watcher(_) | Object::Watched => Transmit::Nothing,
        }
    }
}
