//! # microsip: the telephone as a library
//!
//! The C ABI over `microsip-core`, in two families: `microsip_engine_*` over the caller's memory (any target),
//! and `microsip_*`, the host runtime (feature `host`). The header is `include/microsip.h`.
#![cfg_attr(not(any(feature = "host", test)), no_std)]

#[cfg(feature = "host")]
#[doc(hidden)]
pub mod host;
