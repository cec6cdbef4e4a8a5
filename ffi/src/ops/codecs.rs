//! Choices of codecs, as texts.

use super::switch;
use crate::abi::code::*;
use crate::abi::{Fail, Value, text};
use core::ffi::c_char;
use microsip_core::base::features;
use microsip_core::media::CodecOrder;
use microsip_core::offer::Answering;
use microsip_core::phone::CommandError;

/// A choice; `None`: the text is NULL.
///
/// # Safety
/// As [`text::optional`].
pub(crate) unsafe fn chosen(codecs: *const c_char, argument: &'static str) -> Result<Option<CodecOrder>, Fail> {
    if !features::CODECS {
        let fix = "needs the feature codecs, which this library was built without";
        let none = codecs.is_null().then_some(None);
        return none.ok_or(Fail::new(MICROSIP_E_UNSUPPORTED, argument, Value::None, fix));
    }
    // SAFETY: passed on.
    let Some(list) = (unsafe { text::optional(codecs, argument)? }) else { return Ok(None) };
    CodecOrder::read(list).map(Some).map_err(|word| {
        let fix = "names no codec of this library: it may have PCMU, PCMA, G722, L16/8000, L16/16000, L16/44100 and \
                   L16/48000, between commas";
        Fail::new(MICROSIP_E_NO_CODEC, argument, Value::text(word), fix)
    })
}

/// The codecs of answers, by two switches.
pub(crate) fn answering(
    (own_order, single): (u32, u32),
    (own_order_is, single_is): (&'static str, &'static str),
) -> Result<Answering, Fail> {
    if !features::CODECS && own_order | single != 0 {
        return Err(Fail::command(CommandError::Unsupported, single_is, Value::None));
    }
    Ok(Answering { own_order: switch(own_order, own_order_is)?, single: switch(single, single_is)? })
}

/// The same of an account: an empty text puts it back to the phone's.
///
/// # Safety
/// As [`text::optional`].
pub(crate) unsafe fn of_account(codecs: *const c_char, argument: &'static str) -> Result<Option<CodecOrder>, Fail> {
    // SAFETY: a text has a first byte, if only its NUL.
    let is_empty = features::CODECS && !codecs.is_null() && unsafe { codecs.read() } == 0;
    // SAFETY: passed on.
    if is_empty { Ok(Some(CodecOrder::EMPTY)) } else { unsafe { chosen(codecs, argument) } }
}
