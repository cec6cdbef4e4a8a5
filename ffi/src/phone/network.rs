//! Where the phone is reached, and what the network did to it.

use super::{read, with_shared};
use crate::abi::types::*;
use crate::abi::{Fail, pointer};
use crate::host::hooks::addr_of;
use crate::host::{ports, sockets};
use crate::ops;

/// The SIP address to tell others: that of the first interface that leaves the machine, else of loopback. v6: 0 IPv4, 1 IPv6.
/// MICROSIP_NOTHING: there is none of that family.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_local_address(phone: microsip_id, v6: u32, out: *mut microsip_addr) -> i32 {
    with_shared("microsip_local_address", phone, |shared| {
        let place = pointer::must(out, "out")?;
        let address = shared.locals().shown(v6 != 0).ok_or(Fail::NOTHING)?;
        // SAFETY: not NULL.
        unsafe { pointer::put(place, addr_of(address)) };
        Ok(())
    })
}

/// The machine's addresses may have changed (another network, a cable, a tunnel): they are read anew before this returns, from any thread. Sockets of
/// addresses that are gone are closed, new addresses get theirs, those that stayed are not touched; when any came or went, accounts register anew at
/// once, calls whose address is gone go on from another, and MICROSIP_EV_NETWORK tells it. On Linux the phone notices by itself, a quarter of a second later.
/// MICROSIP_NOTHING: nothing has changed, or config->bind chose an address. MICROSIP_E_PORT_IN_USE: a new address's port is taken; the others do.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_network_changed(phone: microsip_id) -> i32 {
    with_shared("microsip_network_changed", phone, |shared| {
        if shared.read_network(sockets::interface_addresses)? { Ok(()) } else { Err(Fail::NOTHING) }
    })
}

/// How many more calls this process's limit on descriptors allows now (a call takes two), at most max_calls. The library never raises limits; a call
/// beyond it ends with MICROSIP_E_PORT_IN_USE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_calls_possible(phone: microsip_id, calls: *mut u32) -> i32 {
    with_shared("microsip_calls_possible", phone, |shared| {
        let place = pointer::must(calls, "calls")?;
        // SAFETY: not NULL.
        unsafe { pointer::put(place, ports::calls_possible().min(shared.max_calls)) };
        Ok(())
    })
}

/// What the network did to the phone since its creation, and what gave way. out->size must be set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_counters_get(phone: microsip_id, out: *mut microsip_counters) -> i32 {
    // SAFETY: by contract.
    read("microsip_counters_get", phone, |phone, _| unsafe { ops::counters(phone, out) })
}
