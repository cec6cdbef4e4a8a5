//! # microsip: the telephone as a library
//!
//! The C ABI over `microsip-core`, in two families: `microsip_engine_*` over the caller's memory (any target),
//! and `microsip_*`, the host runtime (feature `host`). The header is `include/microsip.h`.
#![cfg_attr(not(any(feature = "host", test)), no_std)]
// A test may fail by a panic.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod abi;
mod block;
mod dscp;
pub mod engine;
#[cfg(feature = "host")]
#[doc(hidden)]
pub mod host;
mod ops;
#[cfg(feature = "host")]
pub mod phone;
mod words;

/// On bare metal a fault ends in the firmware's own hook, which does not return.
#[cfg(all(feature = "panic-handler", target_os = "none"))]
mod metal {
    unsafe extern "C" {
        /// Supplied by the firmware: it may log and reset. `line` is in the library's sources.
        fn microsip_panic_hook(line: u32);
    }

    #[panic_handler]
    fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
        // SAFETY: the firmware's own function.
        unsafe { microsip_panic_hook(info.location().map_or(0, core::panic::Location::line)) };
        loop {
            core::hint::spin_loop();
        }
    }
}
