//! The reason of an engine's failed call: in a sentence with the feature `sentences`, by the result's words without it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use microsip::abi::about::microsip_features;
use microsip::abi::code::*;
use microsip::abi::types::*;
use microsip::engine::*;

const BLOCK: usize = 100_000;

fn config(seed: u8) -> microsip_engine_config {
    // SAFETY: zero is a value of each of its members.
    let mut config: microsip_engine_config = unsafe { core::mem::zeroed() };
    config.size = size_of::<microsip_engine_config>() as u32;
    config.seed[31] = seed;
    config
}

fn init(memory: &mut Vec<u64>, seed: u8) -> (i32, *mut microsip_engine) {
    init_with(memory, config(seed))
}

fn init_with(memory: &mut Vec<u64>, config: microsip_engine_config) -> (i32, *mut microsip_engine) {
    *memory = vec![0; BLOCK / 8];
    let mut engine = core::ptr::null_mut();
    let place = memory.as_mut_ptr().cast();
    // SAFETY: all of it outlives the call.
    let result = unsafe {
        microsip_engine_init(MICROSIP_ABI_VERSION, place, BLOCK as u32, &raw const config, 1, &raw mut engine)
    };
    (result, engine)
}

fn last_error(engine: *mut microsip_engine) -> String {
    let (mut text, mut needed) = ([0u8; 512], 0);
    // SAFETY: the buffer has as many bytes.
    assert_eq!(
        unsafe { microsip_engine_last_error(engine, text.as_mut_ptr().cast(), 512, &raw mut needed) },
        MICROSIP_OK
    );
    String::from_utf8(text[..needed as usize - 1].to_vec()).unwrap()
}

fn says(engine: *mut microsip_engine, sentence: &str, result: &str) {
    let wanted = if cfg!(feature = "sentences") { sentence } else { result };
    assert_eq!(last_error(engine), wanted);
}

#[test]
fn an_engine_that_could_not_be_made_says_why() {
    let mut memory = Vec::new();
    assert_eq!(init(&mut memory, 0).0, MICROSIP_E_ARG);
    says(
        memory.as_mut_ptr().cast(),
        "microsip_engine_init: c->seed is all zero: fill it with true randomness (an argument is out of its range, -6)",
        "an argument is out of its range (-6)",
    );
}

/// By its size already, so that a block is not provided for nothing.
#[test]
fn a_rate_that_needs_the_resampler_is_refused_without_it() {
    for rate in [8000, 16_000, 48_000] {
        let refused = rate != 8000 && microsip_features() & MICROSIP_HAS_RESAMPLE == 0;
        let wanted = if refused { MICROSIP_E_UNSUPPORTED } else { MICROSIP_OK };
        let (config, mut bytes) = (microsip_engine_config { rate, ..config(7) }, 0);
        // SAFETY: both outlive the call.
        assert_eq!(unsafe { microsip_engine_size_get(&raw const config, &raw mut bytes) }, wanted, "{rate}");
        let mut memory = Vec::new();
        assert_eq!(init_with(&mut memory, config).0, wanted, "{rate}");
        if refused {
            says(
                memory.as_mut_ptr().cast(),
                &format!(
                    "microsip_engine_init: c->rate is {rate}: needs the feature resample, which this library was built \
                     without: 8000 needs none (not supported by this build, this platform or the far end, -15)"
                ),
                "not supported by this build, this platform or the far end (-15)",
            );
        }
    }
}

#[test]
fn a_failed_call_says_why_and_one_that_succeeds_changes_nothing() {
    let mut memory = Vec::new();
    let (result, engine) = init(&mut memory, 7);
    assert_eq!(result, MICROSIP_OK);
    assert_eq!(last_error(engine), "");
    assert_eq!(microsip_engine_mute_set(engine, 2, 77, 1), MICROSIP_E_ARG);
    assert_eq!(microsip_engine_timeout(engine, 3), MICROSIP_OK);
    says(
        engine,
        "microsip_engine_mute_set: target is 0x4d: is no id: use one that the library gave out (an argument is out of its \
         range, -6)",
        "an argument is out of its range (-6)",
    );
}

/// By the id's mark, which is looked at without its sentence, too.
#[test]
fn another_engines_id_is_told_from_one_that_is_gone() {
    let (mut one, mut other) = (Vec::new(), Vec::new());
    let (first, second) = (init(&mut one, 1).1, init(&mut other, 2).1);
    let mut call = 0;
    // SAFETY: all of it outlives the call.
    let dialled =
        unsafe { microsip_engine_dial(first, 2, 0, c"sip:anna@192.0.2.1".as_ptr(), core::ptr::null(), &raw mut call) };
    assert_eq!(dialled, MICROSIP_OK);
    assert_eq!(microsip_engine_mute_set(second, 2, call, 1), MICROSIP_E_FOREIGN);
    says(
        second,
        &format!(
            "microsip_engine_mute_set: call is {call:#x}: was given out by another phone, or by one that is gone: pass \
             it to its own (the id is another phone's, -16)"
        ),
        "the id is another phone's (-16)",
    );
}
