//! Direct INVITEs, by the host that they came from: each source may have so many under way.

use super::{Server, Transactions};
use crate::base::slots::Handle;
use crate::base::table::Hasher;
use crate::phone::Flow;
use crate::phone::context::Context;
use crate::sip::server::State;
use core::net::IpAddr;

impl Transactions<'_> {
    /// This source has reached its limit of INVITEs. `others`: the calls that its REFERs began count as well.
    pub(in crate::phone) fn is_source_busy(&self, cx: &Context<'_>, flow: Flow, others: usize) -> bool {
        let most = cx.fixed.direct_per_source;
        self.of_source(cx, flow).filter(|handle| !self.is_refused(*handle)).take(most).count() + others >= most
    }

    /// The source that a flow leads to, as a number.
    #[cfg(any(feature = "refer", feature = "notify"))]
    pub(in crate::phone) fn source(cx: &Context<'_>, flow: Flow) -> u64 {
        source_of(cx, flow)
    }

    /// Of a source at its limit: an INVITE that is refused and only waits for its ACK.
    pub(in crate::phone) fn refused_of_busy(&self, cx: &Context<'_>, flow: Flow) -> Option<Handle> {
        let most = cx.fixed.direct_per_source;
        let refused = self.of_source(cx, flow).find(|handle| self.is_refused(*handle));
        refused.filter(|_| self.of_source(cx, flow).take(most).count() == most)
    }

    /// Direct INVITEs that have no final response or no ACK yet. It walks the pool.
    pub(in crate::phone) fn directs(&self) -> impl Iterator<Item = (Handle, &Server)> {
        self.servers.iter().filter(|(_, server)| server.is_counted())
    }

    /// The INVITEs of the source that a flow leads to.
    fn of_source(&self, cx: &Context<'_>, flow: Flow) -> impl Iterator<Item = Handle> + '_ {
        let requests = self.servers.capacity() as u32;
        let slots = self.server_table.find(source_of(cx, flow)).filter_map(move |slot| slot.checked_sub(requests));
        slots.filter_map(|index| self.servers.handle_at(index))
    }

    fn is_refused(&self, handle: Handle) -> bool {
        self.server_state(handle) == Some(State::Completed)
    }

    /// The index of a transaction in the table by its source: behind those by request.
    fn source_slot(&self, handle: Handle) -> u32 {
        self.servers.capacity() as u32 + handle.index
    }

    /// Counts a direct INVITE.
    pub(super) fn count_source(&mut self, cx: &Context<'_>, handle: Handle, flow: Flow) {
        let slot = self.source_slot(handle);
        self.server_table.insert(source_of(cx, flow), slot);
    }

    /// Ends its count.
    pub(super) fn forget_source(&mut self, handle: Handle) {
        let slot = self.source_slot(handle);
        self.server_table.remove(slot);
    }
}

/// The hash of the host that a flow leads to. Of IPv6, a host has a network of 64 bits (rfc4291#2.5.4).
pub(in crate::phone) fn source_of(cx: &Context<'_>, flow: Flow) -> u64 {
    let [_, key] = cx.keys;
    let hash = Hasher::new(key);
    match flow.remote().ip().to_canonical() {
        IpAddr::V4(four) => hash.with(&four.octets()).finish(),
        IpAddr::V6(six) => hash.with(six.octets().first_chunk::<8>().unwrap_or(&[0; 8])).finish(),
    }
}
