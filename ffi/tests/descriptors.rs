//! A process that may open no more files has its own result, not that of a port in use.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::phone::*;

fn limit(files: u64) {
    let limit = libc::rlimit { rlim_cur: files, rlim_max: 1024 };
    // SAFETY: a struct of that kind is read.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
}

fn create(bind: *const core::ffi::c_char) -> (i32, String) {
    let mut config: microsip_config = unsafe { core::mem::zeroed() };
    config.size = size_of::<microsip_config>() as u32;
    config.flags = MICROSIP_NULL_AUDIO;
    config.bind = bind;
    let (mut phone, mut text, mut needed) = (0, [0u8; 512], 0);
    let code = unsafe { microsip_create(MICROSIP_ABI_VERSION, &config, &mut phone) };
    if code == MICROSIP_OK {
        assert_eq!(microsip_destroy(phone), MICROSIP_OK);
        return (code, String::new());
    }
    assert_eq!(unsafe { microsip_last_error(text.as_mut_ptr().cast(), 512, &mut needed) }, MICROSIP_OK);
    (code, String::from_utf8_lossy(&text[..needed as usize - 1]).into_owned())
}

#[test]
fn a_phone_for_which_no_descriptor_is_left_says_so() {
    for bind in [c"127.0.0.1:0".as_ptr(), core::ptr::null()] {
        let mut refused = 0;
        loop {
            limit(4 + refused);
            let (code, text) = create(bind);
            if code == MICROSIP_OK {
                break;
            }
            assert!(
                code == MICROSIP_E_FULL && text.contains("needs a descriptor"),
                "{code} with {} files: {text}",
                4 + refused
            );
            refused += 1;
        }
        assert!(refused > 0, "nothing was refused");
        limit(1024);
    }
}
