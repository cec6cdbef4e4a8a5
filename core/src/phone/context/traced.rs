//! Records of events, and of the limits that are reached.

use super::Context;
use crate::base::count;
use crate::phone::Flow;
use crate::phone::trace::{About, IS_MADE, Pool, What};

impl Context<'_> {
    /// Records an event.
    #[inline]
    pub(in crate::phone) fn trace(&mut self, about: About, what: What) {
        if IS_MADE {
            self.traces.push(self.latest, about, &what);
        }
    }

    /// Records that a message could not be read.
    #[inline(never)]
    pub(in crate::phone) fn trace_malformed(&mut self, flow: Flow, reason: &'static str) {
        self.trace(About::Phone, What::Malformed { from: flow.remote(), reason });
    }

    /// Records that a limit was reached.
    #[inline(never)]
    pub(in crate::phone) fn trace_full(&mut self, pool: Pool) {
        self.trace(About::Phone, What::Full(pool));
    }

    /// A text or a message does not fit into its buffer.
    #[inline(never)]
    pub(in crate::phone) fn too_long(&mut self) {
        count::up(&mut self.counters.oversize);
        self.trace_full(Pool::Message);
    }
}
