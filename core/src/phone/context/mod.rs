//! All rooms' common ground: chance, keys, sockets, counters, the heap of deadlines, and the queues of what is owed.

pub(super) mod done;
mod traced;

use super::Counters;
use super::fixed::Fixed;
use super::object::{Object, Objects};
use super::trace::Traces;
use crate::base::due::{Due, Owed};
use crate::base::rng::Rng;
use crate::base::time::Instant;
use core::net::{IpAddr, SocketAddr};
use done::{Command, Link};

/// All rooms' common ground: chance, keys, sockets, counters, the heap of deadlines, and the queues of what is owed.
pub(super) struct Context<'a> {
    pub(super) fixed: Fixed,
    pub(super) objects: Objects,
    pub(super) rng: Rng,
    /// Keys of the tables' hash, and of nonces of ours.
    pub(super) keys: [(u64, u64); 2],
    pub(super) sockets: &'a mut [Option<SocketAddr>],
    pub(super) due: Due<'a>,
    /// SIP that is to be sent.
    pub(super) owed: Owed<'a>,
    /// There are watchers: calls that change are noted.
    #[cfg(feature = "notify")]
    pub(super) watched: bool,
    /// Calls that have changed since those who watch us were looked at.
    #[cfg(feature = "notify")]
    pub(super) changed: Owed<'a>,
    /// Calls, then accounts, then conferences, with an event.
    pub(super) events: Owed<'a>,
    pub(super) wishes: Owed<'a>,
    /// The driver's latest time: events are stamped with it.
    pub(super) latest: Instant,
    /// Commands whose end has not been fetched.
    pub(super) commands: &'a mut [Command],
    /// Ended commands of objects that are gone: the first of a list.
    pub(super) orphans: Link,
    /// Objects and digits that gave way, and the time of the last.
    pub(super) lost: u32,
    pub(super) lost_at: Instant,
    pub(super) closing: bool,
    /// The log.
    pub(super) traces: Traces<'a>,
    pub(super) counters: Counters,
}

impl Context<'_> {
    pub(super) fn local_of(&self, socket: u8) -> Option<SocketAddr> {
        self.sockets.get(usize::from(socket)).copied().flatten()
    }

    /// A local socket has this address.
    pub(super) fn has_address(&self, ip: IpAddr) -> bool {
        self.sockets.iter().flatten().any(|local| local.ip() == ip)
    }

    /// Bytes of the longest address that a local socket may have, as it is written.
    #[cfg(feature = "identity")]
    pub(super) fn address_len(&self) -> usize {
        let only_v4 = self.sockets.iter().flatten().all(SocketAddr::is_ipv4);
        if only_v4 { "255.255.255.255".len() } else { "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]".len() }
    }

    /// An object's deadline; [`Instant::NEVER`]: none.
    pub(super) fn wake(&mut self, object: Object, at: Instant) {
        self.due.set(self.objects.number(object), at);
    }

    /// An object has SIP to send.
    pub(super) fn owe(&mut self, object: Object) {
        self.owed.push(self.objects.number(object));
    }

    /// True: an object has SIP to send.
    pub(super) fn owes(&self, object: Object) -> bool {
        self.owed.has(self.objects.number(object))
    }

    /// A call, an account or a conference has an event.
    pub(super) fn tell(&mut self, object: Object) {
        self.events.push(self.objects.teller(object));
        #[cfg(feature = "notify")]
        if self.watched {
            self.note_change(object);
        }
    }

    /// A call that may have changed is looked at when time is next served, which is at once.
    #[cfg(feature = "notify")]
    #[cold]
    fn note_change(&mut self, object: Object) {
        if let Object::Call(index) = object {
            self.changed.push(index);
            self.wake(Object::Watched, self.latest);
        }
    }

    /// So many objects or digits gave way, which is to have an event.
    pub(super) fn lose(&mut self, count: u32) {
        if count > 0 {
            self.lost = self.lost.saturating_add(count);
            self.lost_at = self.latest;
        }
    }

    /// An object has a wish.
    pub(super) fn wish(&mut self, object: Object) {
        self.wishes.push(self.objects.number(object));
    }

    /// Its wish has not been polled yet.
    pub(super) fn wishes_for(&self, object: Object) -> bool {
        self.wishes.has(self.objects.number(object))
    }
}
