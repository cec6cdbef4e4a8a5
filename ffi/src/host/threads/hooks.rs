//! The thread that calls the application's hooks, with no lock held.

use crate::abi::types::*;
use crate::host::hooks::Told;
use crate::host::shared::Shared;
use crate::host::table;
use core::ffi::c_void;
use core::sync::atomic::Ordering;

impl Shared {
    /// The callback thread.
    pub(crate) fn run_hooks(&self) {
        table::run_callbacks_of(self.id);
        let mut told = Told::default();
        let signal = if self.callback { &self.events } else { &self.hooks.signal };
        loop {
            let seen = signal.seen();
            let quit = self.hooks.quit.load(Ordering::Acquire);
            self.hooks.call(&mut told);
            if quit {
                return;
            }
            if self.callback
                && let Ok(Some(event)) = self.fetch_event()
            {
                self.deliver(event);
                continue;
            }
            signal.lower(seen);
            signal.wait(seen, None);
        }
    }

    fn deliver(&self, event: microsip_event) {
        /// As large as an event of a newer header may be: the rest is zero.
        #[repr(C)]
        struct Room {
            event: microsip_event,
            rest: [u64; 118],
        }
        let size = if self.hooks.event_size == 0 { size_of::<microsip_event>() as u32 } else { self.hooks.event_size };
        let room = Room { event: microsip_event { size, ..event }, rest: [0; 118] };
        if let Some(hook) = self.hooks.on_event {
            // SAFETY: the application's hook, its user pointer, and as many readable bytes as its event has.
            unsafe { hook(self.hooks.event_user as *mut c_void, (&raw const room).cast()) };
        }
        let _ = room.rest;
    }
}
