//! Rules for incoming calls, from the command line to the library.

use clap::{Args, ValueEnum};

use crate::abi as c;
use crate::args::duration;
use crate::phone::{Failure, Handle, Id};

/// Rules for incoming calls: the library obeys them before this command sees a call.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Rules for incoming calls")]
pub(crate) struct Rules {
    /// Do not disturb: refuse every call, with 486 or this status
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = "486", value_parser = clap::value_parser!(u32).range(400..=699))]
    pub(crate) dnd: Option<u32>,
    /// Send every caller on with 302 to these addresses, the most wanted first
    #[arg(long, value_name = "TARGETS")]
    pub(crate) forward: Option<String>,
    /// Send callers on likewise while as many calls are here as --calls lets in
    #[arg(long, value_name = "TARGETS")]
    pub(crate) forward_busy: Option<String>,
    /// Send callers on likewise when nobody has answered after --forward-after
    #[arg(long, value_name = "TARGETS")]
    pub(crate) forward_no_answer: Option<String>,
    /// Time of ringing until then, in whole seconds [default: 20s]
    #[arg(long, value_name = "TIME", value_parser = seconds, requires = "forward_no_answer")]
    pub(crate) forward_after: Option<u32>,
    /// Answer without a person: every call (then --code does not count), or those whose headers ask for it by way of
    /// the account's server
    #[arg(long, value_name = "WHICH")]
    pub(crate) auto_answer: Option<Auto>,
    /// Beep when a call is answered without a person
    #[arg(long, requires = "auto_answer")]
    pub(crate) beep: bool,
    /// Refuse these callers: 100, 2??, *@example.com (repeated or comma separated)
    #[arg(long, value_name = "CALLERS", value_delimiter = ',')]
    pub(crate) deny: Vec<String>,
    /// Let these callers in though --deny names them
    #[arg(long, value_name = "CALLERS", value_delimiter = ',')]
    pub(crate) allow: Vec<String>,
    /// Refuse callers who hide, with 433
    #[arg(long)]
    pub(crate) no_anonymous: bool,
}

/// A time in whole seconds.
fn seconds(text: &str) -> Result<u32, String> {
    let time = duration(text)?;
    match u32::try_from(time.as_secs()) {
        Ok(seconds @ 1..=599) if time.subsec_nanos() == 0 => Ok(seconds),
        _ => Err(format!("\"{text}\" is not within 1 to 599 whole seconds")),
    }
}

/// The calls that are answered without a person.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Auto {
    All,
    Header,
}

impl Rules {
    /// Gives them to the phone, which takes so many calls.
    pub(crate) fn give(&self, phone: Handle, calls: u32) -> Result<(), Failure> {
        let switch = |on| if on { c::MICROSIP_ON } else { 0 };
        let mut rules = phone.no_rules();
        rules.dnd = switch(self.dnd.is_some());
        rules.dnd_code = self.dnd.unwrap_or(0);
        rules.anonymous = if self.no_anonymous { c::MICROSIP_OFF } else { 0 };
        rules.forward = [
            (self.forward.is_some(), c::MICROSIP_FORWARD_ALWAYS),
            (self.forward_busy.is_some(), c::MICROSIP_FORWARD_BUSY),
            (self.forward_no_answer.is_some(), c::MICROSIP_FORWARD_NO_ANSWER),
        ]
        .into_iter()
        .filter(|(given, _)| *given)
        .fold(0, |set, (_, flag)| set | flag);
        rules.max_calls = if self.forward_busy.is_some() { calls } else { 0 };
        rules.forward_s = self.forward_after.unwrap_or(0);
        rules.auto_answer = match self.auto_answer {
            None => 0,
            Some(Auto::All) => c::MICROSIP_AUTO_ALL,
            Some(Auto::Header) => c::MICROSIP_AUTO_HEADER,
        } | if self.beep { c::MICROSIP_AUTO_BEEP } else { 0 };
        let to = [&self.forward, &self.forward_busy, &self.forward_no_answer].map(Option::as_deref);
        phone.rules(rules, to, &self.deny.join(","), &self.allow.join(","))
    }
}

/// The rule that ended a call, in words; `None`: no rule did.
pub(crate) fn rule_of(phone: Handle, call: Id) -> Option<&'static str> {
    Some(match phone.ended_by_rule(call) {
        c::MICROSIP_RULE_SAME => "its party calls already",
        c::MICROSIP_RULE_WAITING => "call waiting is off",
        c::MICROSIP_RULE_LIMIT => "limit of calls",
        c::MICROSIP_RULE_ANONYMOUS => "its caller hides",
        c::MICROSIP_RULE_DENY => "its caller is denied",
        c::MICROSIP_RULE_DND => "do not disturb",
        c::MICROSIP_RULE_FORWARD => "forwarded",
        c::MICROSIP_RULE_RING => "it rang too long",
        c::MICROSIP_RULE_DURATION => "it lasted too long",
        c::MICROSIP_RULE_ITSELF => "this phone called itself",
        c::MICROSIP_RULE_ANSWER_MODE => "its caller takes no answer by hand",
        _ => return None,
    })
}
