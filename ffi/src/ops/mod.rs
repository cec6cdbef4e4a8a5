//! The commands and getters that both families share, by subject: arguments from C in, one core call, results to C out.
//!
//! Each checks all of its pointers before it does anything, and writes out-parameters only when it succeeded.

pub(crate) mod account;
pub(crate) mod call;
pub(crate) mod codecs;
pub(crate) mod conference;
pub(crate) mod digits;
pub(crate) mod event;
pub(crate) mod media;
pub(crate) mod message;
pub(crate) mod object;
mod options;
pub(crate) mod phone;
pub(crate) mod policy;
pub(crate) mod presence;
pub(crate) mod reliable;
pub(crate) mod rules;
pub(crate) mod subscription;
mod texts;
pub(crate) mod timers;
pub(crate) mod tones;
pub(crate) mod transfer;
pub(crate) mod watcher;

use crate::abi::code::{MICROSIP_E_ARG, MICROSIP_E_CLOSED, MICROSIP_E_STATE};
use crate::abi::types::{MICROSIP_OFF, MICROSIP_ON, MICROSIP_SELF};
use crate::abi::{Fail, Value};
use microsip_core::phone::{
    AccountId, CallId, CommandError, ConferenceId, IdError, MessageId, SubscriptionId, WatcherId,
};

pub(crate) type Done = Result<(), Fail>;

pub(crate) fn call_id(raw: u64) -> Result<CallId, Fail> {
    CallId::from_raw(raw).map_err(|error| Fail::id("call", raw, error))
}

/// A call; or MICROSIP_SELF, which stands for all of them.
fn call_or_self(raw: u64) -> Result<CallId, Fail> {
    if raw == MICROSIP_SELF {
        Ok(CallId::NONE)
    } else {
        CallId::from_raw(raw).map_err(|error| Fail::id("target", raw, error))
    }
}

/// An object with an id of its own.
pub(crate) enum Any {
    Call(CallId),
    Account(AccountId),
    Conference(ConferenceId),
    Message(MessageId),
    Subscription(SubscriptionId),
    Watcher(WatcherId),
    Phone,
}

pub(crate) fn any(raw: u64) -> Result<Any, Fail> {
    if raw == MICROSIP_SELF {
        return Ok(Any::Phone);
    }
    if let Ok(conference) = ConferenceId::from_raw(raw) {
        return Ok(Any::Conference(conference));
    }
    if let Ok(message) = MessageId::from_raw(raw) {
        return Ok(Any::Message(message));
    }
    if let Ok(subscription) = SubscriptionId::from_raw(raw) {
        return Ok(Any::Subscription(subscription));
    }
    if let Ok(watcher) = WatcherId::from_raw(raw) {
        return Ok(Any::Watcher(watcher));
    }
    match CallId::from_raw(raw) {
        Ok(call) => Ok(Any::Call(call)),
        Err(IdError::WrongKind) => {
            AccountId::from_raw(raw).map(Any::Account).map_err(|error| Fail::id("object", raw, error))
        }
        Err(error) => Err(Fail::id("object", raw, error)),
    }
}

pub(crate) fn account_id(raw: u64) -> Result<AccountId, Fail> {
    AccountId::from_raw(raw).map_err(|error| Fail::id("account", raw, error))
}

fn range(argument: &'static str, value: u32, fix: &'static str) -> Fail {
    Fail::new(MICROSIP_E_ARG, argument, Value::Number(i64::from(value)), fix)
}

/// A switch; `None`: not set.
pub(crate) fn switch(value: u32, argument: &'static str) -> Result<Option<bool>, Fail> {
    match value {
        0 => Ok(None),
        MICROSIP_OFF => Ok(Some(false)),
        MICROSIP_ON => Ok(Some(true)),
        _ => Err(range(argument, value, "is neither 0, MICROSIP_OFF nor MICROSIP_ON")),
    }
}

/// A switch that is an argument: it has no default.
fn on(value: u32) -> Result<bool, Fail> {
    match value {
        MICROSIP_ON => Ok(true),
        0 | MICROSIP_OFF => Ok(false),
        _ => Err(range("on", value, "is neither MICROSIP_ON (1) nor MICROSIP_OFF (2, or 0)")),
    }
}

fn status(code: u32, fix: &'static str) -> Result<u16, Fail> {
    u16::try_from(code).map_err(|_| range("code", code, fix))
}

/// A refused command on the object that `argument` names.
pub(crate) fn refused(argument: &'static str, raw: u64) -> impl FnOnce(CommandError) -> Fail {
    move |error| Fail::command(error, argument, Value::Id(raw))
}

/// The refusal of a command that begins something, by a phone that ends.
pub(crate) const fn shut_down(argument: &'static str, raw: u64) -> Fail {
    Fail::new(MICROSIP_E_CLOSED, argument, Value::Id(raw), "begins nothing more: the phone was shut down")
}

/// A call that is over.
pub(crate) const ENDED: &str = "is MICROSIP_ENDED: it can only be read and released";

/// The refusal of a command on a call that is over.
pub(crate) const fn ended(argument: &'static str, call: u64) -> Fail {
    Fail::new(MICROSIP_E_STATE, argument, Value::Id(call), ENDED)
}
