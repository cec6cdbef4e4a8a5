//! `MICROSIP_ENGINE_BYTES` of the header is an upper bound of `microsip_engine_size_get`, and not a wasteful one.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::expect_used)]
use microsip::abi::types::microsip_engine_config;
use microsip::engine::microsip_engine_size_get;

fn size(calls: u32, accounts: u32, message: u32) -> u32 {
    size_with(calls, accounts, message, 0)
}

fn size_with(calls: u32, accounts: u32, message: u32, flags: u32) -> u32 {
    // SAFETY: all-zero is a valid configuration.
    let mut config: microsip_engine_config = unsafe { core::mem::zeroed() };
    config.size = size_of::<microsip_engine_config>() as u32;
    (config.max_calls, config.max_accounts, config.max_message) = (calls, accounts, message);
    config.seed = [1; 32];
    config.flags = flags;
    let mut bytes = 0;
    assert_eq!(unsafe { microsip_engine_size_get(&config, &mut bytes) }, 0);
    bytes
}

/// The macro as it stands in the header.
fn macro_bytes(calls: u32, accounts: u32, message: u32) -> u32 {
    let header = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../include/microsip.h")).unwrap();
    let from = header.find("#define MICROSIP_ENGINE_BYTES").unwrap();
    let text: String = header[from..].lines().nth(1).unwrap().chars().filter(|c| !c.is_whitespace()).collect();
    let numbers: Vec<u32> = text.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    let [base, call, account, copies, one] = numbers[..] else { panic!("the macro has another shape: {text}") };
    assert_eq!(
        text,
        format!("({base}u+(calls)*{call}u+(accounts)*{account}u+(message)*({copies}u*(calls)+(accounts)+{one}u))")
    );
    base + calls * call + accounts * account + message * (copies * calls + accounts + one)
}

/// Percent of the need that the macro may give beyond it. The header is the same for all libraries, so it has the
/// memory of features that a library for a board is built without (38.01 % of 100 calls without any); boards declare
/// their memory by it, so there is a bound for them too.
const WASTE: u32 = if cfg!(feature = "host") { 20 } else { 39 };

#[test]
fn the_literal_bound_holds_and_wastes_little() {
    for calls in [1, 2, 3, 4, 16, 100] {
        for accounts in [1, 2, 10] {
            for message in [1000, 1400, 1500, 4096] {
                let (needed, bound) = (size(calls, accounts, message), macro_bytes(calls, accounts, message));
                assert!(
                    needed <= bound,
                    "{calls} calls, {accounts} accounts, {message} bytes need {needed}, the macro gives {bound}"
                );
                assert!(
                    bound <= needed + needed * WASTE / 100,
                    "{calls} calls, {accounts} accounts, {message} bytes need {needed}, the macro wastes up to {bound}"
                );
            }
        }
    }
}

#[test]
#[cfg(feature = "hear-keys")]
fn keys_are_listened_for_in_as_much_memory_as_the_header_says() {
    let flag = microsip::abi::types::MICROSIP_HEAR_KEYS;
    for calls in [1, 100] {
        let more = size_with(calls, 1, 1500, flag) - size(calls, 1, 1500);
        assert!((400..=480).contains(&(more / calls)), "{more} bytes for {calls} calls");
    }
}
