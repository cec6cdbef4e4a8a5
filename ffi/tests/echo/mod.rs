//! A call to an echo between two phones of the host family.

use crate::host::until;
use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::phone::*;
use std::ffi::CString;

/// A call from one phone to the other, at this address, whose far end is an echo. It is up. Gives the caller's.
pub(crate) fn call(near: u64, far: u64, host: &str) -> u64 {
    let mut address = microsip_addr::default();
    assert_eq!(unsafe { microsip_address_get(far, MICROSIP_ADDRESS_V4, &mut address) }, MICROSIP_OK);
    let uri = CString::new(format!("sip:x@{host}:{}", address.port)).unwrap();
    let mut call = 0;
    assert_eq!(unsafe { microsip_dial(near, 0, uri.as_ptr(), core::ptr::null(), &mut call) }, MICROSIP_OK);
    let incoming = until(far, MICROSIP_EV_CALL, MICROSIP_INCOMING).object;
    assert_eq!(microsip_source_set(far, incoming, MICROSIP_SRC_ECHO), MICROSIP_OK);
    assert_eq!(unsafe { microsip_answer(far, incoming, 200, core::ptr::null()) }, MICROSIP_OK);
    until(near, MICROSIP_EV_CALL, MICROSIP_CONNECTED);
    call
}
