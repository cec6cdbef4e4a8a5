//! A file of an hour is read while it plays: the cost before its first sound does not grow with its length.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]

mod echo;
mod host;
mod sound;

use host::phone;
use microsip::abi::code::*;
use microsip::phone::*;
use sound::sound;
use std::ffi::CString;
use std::io::Write;
use std::path::Path;

/// A header, and 60 MB of silence behind it.
fn write_long(path: &Path, channels: u16, rate: u32) {
    let bytes = 60_000_000u32;
    let mut head = Vec::new();
    head.extend_from_slice(b"RIFF");
    head.extend_from_slice(&(bytes + 36).to_le_bytes());
    head.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0");
    head.extend_from_slice(&channels.to_le_bytes());
    head.extend_from_slice(&rate.to_le_bytes());
    head.extend_from_slice(&(rate * u32::from(channels) * 2).to_le_bytes());
    head.extend_from_slice(&(channels * 2).to_le_bytes());
    head.extend_from_slice(b"\x10\0data");
    head.extend_from_slice(&bytes.to_le_bytes());
    let mut file = std::fs::File::create(path).unwrap();
    file.write_all(&head).unwrap();
    file.set_len(u64::from(bytes) + 44).unwrap();
}

/// Milliseconds of the processor, and the most memory in kilobytes, so far.
fn used() -> (i64, i64) {
    // SAFETY: a struct of that kind is written.
    let usage = unsafe {
        let mut usage: libc::rusage = core::mem::zeroed();
        assert_eq!(libc::getrusage(libc::RUSAGE_SELF, &raw mut usage), 0);
        usage
    };
    let ms = |time: libc::timeval| time.tv_sec * 1000 + time.tv_usec / 1000;
    (ms(usage.ru_utime) + ms(usage.ru_stime), usage.ru_maxrss)
}

#[test]
fn a_long_file_costs_no_more_than_a_short_one_before_it_is_heard() {
    let path = std::env::temp_dir().join(format!("microsip-long-{}.wav", std::process::id()));
    let name = CString::new(path.to_str().unwrap()).unwrap();
    let (near, far) = (phone(|_| ()), phone(|_| ()));
    let call = echo::call(near, far, "127.0.0.1");
    for (channels, rate) in [(2, 48_000), (1, 8_000)] {
        write_long(&path, channels, rate);
        let before = used();
        assert_eq!(unsafe { microsip_sound_play(near, call, &sound(name.as_ptr(), 0), 6) }, MICROSIP_OK);
        let after = used();
        let (ms, kb) = (after.0 - before.0, after.1 - before.1);
        println!("60 MB, {channels} channels at {rate} Hz, before the first sound: {ms} ms of the processor, {kb} kB");
        assert!(ms < 1500 && kb < 8192, "{ms} ms, {kb} kB");
        assert_eq!(microsip_sound_stop(near, call), MICROSIP_OK);
    }
    for phone in [near, far] {
        assert_eq!(microsip_destroy(phone), MICROSIP_OK);
    }
    std::fs::remove_file(path).unwrap();
}
