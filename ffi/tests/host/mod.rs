//! A phone of the host family on loopback, and its events.

use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::phone::*;

/// A busy machine may take its time; where the event comes, this costs nothing.
const PATIENCE_MS: u32 = 60_000;

/// `change`: the settings of this one.
pub(crate) fn phone(change: impl FnOnce(&mut microsip_config)) -> u64 {
    let mut config: microsip_config = unsafe { core::mem::zeroed() };
    config.size = size_of::<microsip_config>() as u32;
    config.flags = MICROSIP_NULL_AUDIO | MICROSIP_ALLOW_DIRECT;
    config.bind = c"127.0.0.1:0".as_ptr();
    change(&mut config);
    let mut phone = 0;
    assert_eq!(unsafe { microsip_create(MICROSIP_ABI_VERSION, &config, &mut phone) }, MICROSIP_OK);
    phone
}

pub(crate) fn next(phone: u64) -> microsip_event {
    let mut event = microsip_event { size: size_of::<microsip_event>() as u32, ..Default::default() };
    assert_eq!(unsafe { microsip_event_next(phone, &mut event, PATIENCE_MS) }, MICROSIP_OK, "no event");
    event
}

#[allow(dead_code)] // not each test waits for one kind
pub(crate) fn until(phone: u64, kind: u32, state: u32) -> microsip_event {
    loop {
        let event = next(phone);
        if event.r#type == kind && (kind != MICROSIP_EV_CALL || event.state == state) {
            return event;
        }
    }
}
