#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| microsip_fuzz::subscription(bytes));
