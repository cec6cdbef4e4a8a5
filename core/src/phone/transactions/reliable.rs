//! Reliable provisional responses of ours (RFC 3262): one is out at a time, until its PRACK.

use super::Transactions;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::context::Context;
use crate::phone::reliable::{Asked, Reliability};
use crate::sip::server::{Prack, State};
use crate::wire::sip::{Method, RAck};

/// The state of an INVITE's reliable provisional responses.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::phone) struct Reliably {
    /// By the INVITE.
    pub(super) asked: Asked,
    pub(super) which: Reliability,
    /// The number of its INVITE.
    pub(super) invite: u32,
    /// The number of the last one; 0: there was none.
    rseq: u32,
    /// The response that is written is one.
    written: bool,
    /// The last one has a description.
    described: bool,
}

impl Reliably {
    pub(super) const EMPTY: Self = Self::of(0);

    /// Of an INVITE with this number.
    pub(super) const fn of(invite: u32) -> Self {
        Self { asked: Asked::No, which: Reliability::Never, invite, rseq: 0, written: false, described: false }
    }
}

impl Transactions<'_> {
    /// The responses to an INVITE that are reliable.
    pub(in crate::phone) fn reliability(&self, handle: Handle) -> Reliability {
        self.servers.get(handle).map_or(Reliability::Never, |server| server.reliably.which)
    }

    /// The extension in an INVITE.
    pub(in crate::phone) fn asked_reliably(&self, handle: Handle) -> Asked {
        self.servers.get(handle).map_or(Asked::No, |server| server.reliably.asked)
    }

    /// From now on these are.
    pub(in crate::phone) fn set_reliability(&mut self, handle: Handle, asked: Asked, which: Reliability) {
        if let Some(server) = self.servers.get_mut(handle) {
            server.reliably.asked = asked;
            server.reliably.which = which;
        }
    }

    /// The number of a response with this status that is to be written; `None`: it is not reliable.
    pub(in crate::phone) fn next_rseq(
        &self,
        cx: &mut Context<'_>,
        handle: Handle,
        code: u16,
        described: bool,
    ) -> Option<u32> {
        let Reliably { which, rseq, .. } = self.servers.get(handle)?.reliably;
        let reliable = match which {
            Reliability::Never => false,
            Reliability::Described => described,
            Reliability::Always => true,
        };
        // rfc3262#3: the first from 1 to 2^31 - 1, each further one greater by one
        let next = if rseq == 0 { (cx.rng.next_u32() >> 1).max(1) } else { rseq.wrapping_add(1) };
        (reliable && (101..200).contains(&code)).then_some(next)
    }

    /// A response is written, with this number if it is reliable.
    pub(in crate::phone) fn written_reliably(&mut self, handle: Handle, rseq: Option<u32>, described: bool) {
        let Some(server) = self.servers.get_mut(handle) else { return };
        server.reliably.written = rseq.is_some();
        if let Some(rseq) = rseq {
            server.reliably.rseq = rseq;
            server.reliably.described = described;
        }
    }

    /// The response that leaves is repeated until its PRACK, if it is reliable.
    pub(super) fn respond_reliably(&mut self, now: Instant, handle: Handle) {
        if let Some(server) = self.servers.get_mut(handle).filter(|server| server.reliably.written) {
            server.transaction.handle_reliable(now);
        }
    }

    /// The last provisional response to an INVITE is reliable, and its PRACK has not come.
    pub(in crate::phone) fn awaits_prack(&self, handle: Handle) -> bool {
        self.servers.get(handle).is_some_and(|server| server.transaction.prack() == Prack::Awaited)
    }

    /// A response with this status waits for the PRACK of the one before. rfc3262#3: one provisional response is out at
    /// a time, and a 2xx waits for one with a description.
    pub(in crate::phone) fn waits_for_prack(&self, handle: Handle, code: u16) -> bool {
        self.servers.get(handle).is_some_and(|server| {
            server.state() == State::Proceeding
                && server.transaction.prack() == Prack::Awaited
                && (code < 200 || server.reliably.described)
        })
    }

    /// A PRACK in this dialog is for the last provisional response to this INVITE (rfc3262#3). Gives whether that one
    /// has a description.
    pub(in crate::phone) fn is_pracked(&self, handle: Handle, dialog: Handle, rack: &RAck<'_>) -> Option<bool> {
        let server = self.servers.get(handle).filter(|server| server.served.dialog == dialog)?;
        let Reliably { invite, rseq, described, .. } = server.reliably;
        let matches = server.transaction.prack() == Prack::Awaited
            && (rack.number, rack.cseq.number, rack.cseq.method) == (rseq, invite, Method::Invite);
        matches.then_some(described)
    }

    /// The last provisional response to an INVITE, by its number and the INVITE's, if its PRACK has not come.
    pub(in crate::phone) fn unheard(&self, handle: Handle) -> Option<(u32, u32)> {
        let server = self.servers.get(handle).filter(|server| server.transaction.prack() == Prack::Awaited)?;
        Some((server.reliably.rseq, server.reliably.invite))
    }

    /// Its PRACK came.
    pub(in crate::phone) fn take_prack(&mut self, cx: &mut Context<'_>, now: Instant, handle: Handle) {
        if let Some(server) = self.servers.get_mut(handle) {
            server.transaction.handle_prack(now);
        }
        self.wake_server(cx, handle);
    }
}
