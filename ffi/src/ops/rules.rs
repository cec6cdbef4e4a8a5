//! Rules for incoming calls.

use super::{Done, account_id, range};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use microsip_core::phone::{AccountChange, AccountId, CommandError, Phone, RuleNumbers, Rules, Switch};

/// A switch of rules.
fn switch(value: u32, argument: &'static str) -> Result<Switch, Fail> {
    Ok(match super::switch(value, argument)? {
        None => Switch::Unset,
        Some(false) => Switch::Off,
        Some(true) => Switch::On,
    })
}

/// A set of flags, or none.
fn set(value: u32, known: u32, argument: &'static str) -> Result<u32, Fail> {
    if value == MICROSIP_NONE || value & !known == 0 {
        Ok(value)
    } else {
        Err(range(argument, value, "has bits that this library does not know"))
    }
}

/// Rules of the caller's.
///
/// # Safety
/// Pointers as the C function documents them; its texts live as long as they are used.
pub(crate) unsafe fn said<'c>(r: *const microsip_rules, argument: &'static str) -> Result<Rules<'c>, Fail> {
    // SAFETY: this and the following: by the C function's contract.
    let given = unsafe { pointer::read(r, argument)? };
    if given.reserved != 0 {
        return Err(Fail::new(MICROSIP_E_NEWER, "rules->reserved", Value::None, "is not 0: use MICROSIP_ZERO on it"));
    }
    let numbers = RuleNumbers {
        same_party: switch(given.same_party, "rules->same_party")?,
        call_waiting: switch(given.call_waiting, "rules->call_waiting")?,
        anonymous: switch(given.anonymous, "rules->anonymous")?,
        dnd: switch(given.dnd, "rules->dnd")?,
        single: switch(given.single, "rules->single")?,
        redirect: switch(given.redirect, "rules->redirect")?,
        max_calls: given.max_calls,
        dnd_code: given.dnd_code,
        forward: set(given.forward, 7, "rules->forward")?,
        auto_answer: set(given.auto_answer, 7 | MICROSIP_AUTO_BEEP | MICROSIP_AUTO_WHEN_IDLE, "rules->auto_answer")?,
        forward_s: given.forward_s,
        auto_answer_s: given.auto_answer_s,
        ring_s: given.ring_s,
        max_duration_s: given.max_duration_s,
        decide_ms: given.decide_ms,
        callback_s: given.callback_s,
    };
    // SAFETY: as above.
    unsafe {
        Ok(Rules {
            numbers,
            forward_to: text::optional(given.forward_to, "rules->forward_to")?,
            forward_busy_to: text::optional(given.forward_busy_to, "rules->forward_busy_to")?,
            forward_no_answer_to: text::optional(given.forward_no_answer_to, "rules->forward_no_answer_to")?,
            auto_answer_from: text::optional(given.auto_answer_from, "rules->auto_answer_from")?,
            deny: text::optional(given.deny, "rules->deny")?,
            allow: text::optional(given.allow, "rules->allow")?,
        })
    }
}

/// Gives rules to the phone (no account) or to an account.
pub(crate) fn give(phone: &mut Phone<'_>, owner: AccountId, rules: &Rules<'_>) -> Done {
    let given = phone.set_rules(owner, rules);
    given.map_err(|error| wrong(phone, owner, rules, &AccountChange::default(), error))
}

/// They could be given, once the account is changed so.
pub(crate) fn check(phone: &Phone<'_>, account: AccountId, rules: &Rules<'_>, change: &AccountChange<'_>) -> Done {
    phone.check_rules(account, rules, change).map_err(|error| match error {
        CommandError::Stale => Fail::command(error, "account", Value::Id(account.raw())),
        CommandError::Plan => Fail::command(error, "a->dial_plan", Value::text(change.dial_plan.unwrap_or_default())),
        _ => wrong(phone, account, rules, change, error),
    })
}

/// Refused rules: the member that is at fault.
fn wrong(
    phone: &Phone<'_>,
    owner: AccountId,
    rules: &Rules<'_>,
    change: &AccountChange<'_>,
    error: CommandError,
) -> Fail {
    match error {
        CommandError::Range => range("rules->dnd_code", rules.numbers.dnd_code, "is not within 400 to 699"),
        CommandError::Nowhere => {
            Fail::command(error, "rules->forward", Value::Number(i64::from(rules.numbers.forward)))
        }
        CommandError::Text if cfg!(feature = "sentences") => {
            let texts = [
                ("rules->forward_to", rules.forward_to),
                ("rules->forward_busy_to", rules.forward_busy_to),
                ("rules->forward_no_answer_to", rules.forward_no_answer_to),
                ("rules->auto_answer_from", rules.auto_answer_from),
                ("rules->deny", rules.deny),
                ("rules->allow", rules.allow),
            ]
            .map(|(argument, text)| (argument, text.unwrap_or_default()));
            let fix = "with the other texts of these rules there is no room for it: shorten it";
            super::texts::with_controls(&texts)
                .unwrap_or_else(|| super::texts::together(&texts, phone.text_rooms().rules, fix))
        }
        CommandError::Unsupported => {
            let fix = "needs the feature rules, or an engine that was made with rule_bytes";
            Fail::new(MICROSIP_E_UNSUPPORTED, "rules", Value::None, fix)
        }
        CommandError::Uri | CommandError::NoAccount | CommandError::Blocked => {
            let targets = [
                ("rules->forward_to", rules.forward_to),
                ("rules->forward_busy_to", rules.forward_busy_to),
                ("rules->forward_no_answer_to", rules.forward_no_answer_to),
            ];
            // each alone
            let wrong = targets.into_iter().find(|(_, forward_to)| {
                let alone = Rules { forward_to: *forward_to, ..Rules::default() };
                phone.check_rules(owner, &alone, change) == Err(error)
            });
            let (argument, text) = wrong.unwrap_or(("rules", None));
            let value = Value::text(text.unwrap_or_default());
            if error == CommandError::Blocked {
                return Fail::command(error, argument, value);
            }
            Fail::new(MICROSIP_E_URI, argument, value, "is no list of SIP URIs and numbers")
        }
        _ => Fail::command(error, "owner", Value::Id(owner.raw())),
    }
}

/// MICROSIP_SELF or 0, the phone; or an account.
fn owner_of(raw: u64) -> Result<AccountId, Fail> {
    if raw == MICROSIP_SELF || raw == 0 { Ok(AccountId::NONE) } else { account_id(raw) }
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn rules_set(phone: &mut Phone<'_>, owner: u64, r: *const microsip_rules) -> Done {
    // SAFETY: by contract.
    let rules = unsafe { said(r, "rules")? };
    give(phone, owner_of(owner)?, &rules)
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn rules_get(phone: &Phone<'_>, owner: u64, out: *mut microsip_rules) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let numbers =
        phone.rule_numbers(owner_of(owner)?).map_err(|error| Fail::command(error, "owner", Value::Id(owner)))?;
    out.put(microsip_rules {
        size: 0,
        same_party: numbers.same_party as u32,
        call_waiting: numbers.call_waiting as u32,
        max_calls: numbers.max_calls,
        anonymous: numbers.anonymous as u32,
        dnd: numbers.dnd as u32,
        dnd_code: numbers.dnd_code,
        forward: numbers.forward,
        auto_answer: numbers.auto_answer,
        forward_s: numbers.forward_s,
        auto_answer_s: numbers.auto_answer_s,
        ring_s: numbers.ring_s,
        max_duration_s: numbers.max_duration_s,
        single: numbers.single as u32,
        redirect: numbers.redirect as u32,
        decide_ms: numbers.decide_ms,
        callback_s: numbers.callback_s,
        reserved: 0,
        forward_to: core::ptr::null(),
        forward_busy_to: core::ptr::null(),
        forward_no_answer_to: core::ptr::null(),
        auto_answer_from: core::ptr::null(),
        deny: core::ptr::null(),
        allow: core::ptr::null(),
    });
    Ok(())
}
