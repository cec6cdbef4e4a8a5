//! Addresses of the phone, and changes of network.

use super::with_shared;
use crate::abi::addr::to_addr;
use crate::abi::types::*;
use crate::abi::{Fail, pointer};
use crate::host::sockets;
use crate::ops;

/// The SIP address to tell others: that of the first interface that leaves the machine, else of loopback. which:
/// MICROSIP_ADDRESS_V4 or _V6. MICROSIP_NOTHING: there is none of that family. out:
/// Filled by the function.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_address_get(phone: microsip_id, which: u32, out: *mut microsip_addr) -> i32 {
    with_shared("microsip_address_get", phone, |shared| {
        let place = pointer::must(out, "out")?;
        let address = shared.locals().shown(ops::phone::is_v6(which)?).ok_or(Fail::NOTHING)?;
        // SAFETY: not NULL.
        unsafe { pointer::put(place, to_addr(address)) };
        Ok(())
    })
}

/// The machine's addresses may have changed (another network, a cable, a tunnel): they are read anew before this
/// returns, from any thread. Sockets of addresses that are gone are closed, new addresses get theirs, those that stayed
/// are not touched; when any came or went, accounts register anew at once, calls whose address is gone go on from
/// another, and MICROSIP_EV_NETWORK follows. On Linux the phone notices by itself, a quarter of a second later.
/// MICROSIP_NOTHING: nothing has changed, or config->bind chose an address. MICROSIP_E_PORT_IN_USE: a new address's
/// port is taken; the others do.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_network_changed(phone: microsip_id) -> i32 {
    with_shared("microsip_network_changed", phone, |shared| {
        if shared.read_network(sockets::interface_addresses)? { Ok(()) } else { Err(Fail::NOTHING) }
    })
}
