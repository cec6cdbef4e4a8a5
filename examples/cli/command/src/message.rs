//! `microsip message`: sends messages, or prints those that come.

pub(crate) mod receiving;
mod sending;
mod texts;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{ArgGroup, Args, ValueEnum};

use crate::abi as c;
use crate::app;
use crate::args::{Account, Network, Show, duration, header_line};
use crate::output::Output;
use crate::phone::Beside;
use crate::session::{Exit, Session, Stop, account};

/// Bytes of one SIP message: as long as the library takes one, for its body may be a file.
pub(crate) const LONGEST: u32 = 60_000;

/// The treatment of messages that come.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Policy {
    /// The sender is told that it is kept (202), then it is printed
    Store,
    /// It is printed, then the sender is told --code
    Answer,
}

#[derive(Args, Debug)]
#[command(group = ArgGroup::new("content").args(["text", "file", "lines"]))]
pub(crate) struct Message {
    /// The party that it is for: a URI, or a number or name where --uri completes it
    #[arg(value_name = "URI", required_unless_present = "receive")]
    pub(crate) target: Option<String>,
    /// Its text, - for all of standard input; several are sent in their order
    #[arg(value_name = "TEXT")]
    pub(crate) text: Vec<String>,
    /// The body is this file (repeated: one message each)
    #[arg(long, value_name = "F")]
    pub(crate) file: Vec<PathBuf>,
    /// Each line of standard input is a message, sent as it comes; empty ones are passed over
    #[arg(long)]
    pub(crate) lines: bool,
    /// Type of the body [default: text/plain;charset=UTF-8]
    #[arg(long = "type", value_name = "TYPE", value_parser = content_type)]
    pub(crate) kind: Option<String>,
    /// Header line of the request, "Name: value" (repeated)
    #[arg(long, value_name = "LINE", value_parser = header_line)]
    pub(crate) header: Vec<String>,
    /// Ask whether it was delivered and displayed, and wait for that (--for, 10s); with --receive, tell those who ask
    #[arg(long)]
    pub(crate) notices: bool,
    /// Print the messages that come, until Ctrl-C, --for or --count
    #[arg(long, conflicts_with_all = ["target", "text", "file", "lines", "kind", "header"])]
    pub(crate) receive: bool,
    /// End after so long; before --count messages came that is exit code 4. With --notices: wait so long for them
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    pub(crate) length: Option<Duration>,
    /// End when so many came
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) count: Option<u32>,
    /// The treatment of those that come [default: store]
    #[arg(long, value_name = "WHICH")]
    pub(crate) policy: Option<Policy>,
    /// SIP status of --policy answer, 200 to 699 [default: 200]
    #[arg(long, value_name = "CODE", value_parser = message_code)]
    pub(crate) code: Option<u32>,
    #[command(flatten)]
    pub(crate) network: Network,
    #[command(flatten)]
    pub(crate) account: Account,
}

/// A type and a subtype, perhaps with parameters.
pub(crate) fn content_type(text: &str) -> Result<String, String> {
    let token = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte))
    };
    let (kind, parameters) = text.split_once(';').unwrap_or((text, "charset"));
    let whole = kind.trim_end().split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype));
    if whole && !parameters.is_empty() && !text.bytes().any(|byte| byte.is_ascii_control()) && text.len() <= 127 {
        Ok(text.to_owned())
    } else {
        Err(format!("\"{text}\" is no type: write text/plain, application/json or \"text/html;charset=UTF-8\""))
    }
}

fn message_code(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(code @ 200..=699) => Ok(code),
        _ => Err(format!("\"{text}\" ends no message: use 200 or another status up to 699")),
    }
}

pub(crate) fn run(show: &Show, output: &Arc<Output>, message: &Message) -> Result<(), Stop> {
    effective(message).map_err(|text| Stop::new(Exit::Usage, text))?;
    if message.receive {
        let account = account(&message.account, &message.network, false)?;
        let policy = match message.policy {
            None | Some(Policy::Store) => c::MICROSIP_MESSAGES_STORE,
            Some(Policy::Answer) => c::MICROSIP_MESSAGES_ASK,
        };
        let work = Beside { policy, messages: receiving::AT_ONCE, longest: LONGEST, ..Beside::default() };
        let session = Session::without_calls(show, output, &message.network, true, work)?;
        return app::run(session, output, account, &mut receiving::Take::new(message));
    }
    let mut send = sending::Send::new(message)?;
    let account = account(&message.account, &message.network, false)?;
    // one is under way at a time, and the one before it may not be over yet
    let messages = if message.notices { receiving::AT_ONCE } else { 2 };
    // notices are messages that come, of whom nobody knows from where
    let policy = if message.notices { c::MICROSIP_MESSAGES_ASK } else { 0 };
    let work = Beside { policy, messages, longest: LONGEST, ..Beside::default() };
    let session = Session::without_calls(show, output, &message.network, message.notices, work)?;
    app::run(session, output, account, &mut send)
}

/// Options that would have no effect are a mistake.
fn effective(message: &Message) -> Result<(), String> {
    let standard_input = message.lines || message.text.iter().any(|text| text == "-");
    let twice = message.text.iter().filter(|text| *text == "-").count() > 1;
    let waits = message.length.is_some() && !message.notices;
    let takes = waits || message.count.is_some() || message.policy.is_some() || message.code.is_some();
    for (wrong, text) in [
        (
            takes && !message.receive,
            "--for, --count, --policy and --code are for messages that come: they go with --receive, without an address",
        ),
        (
            !message.receive && message.text.is_empty() && message.file.is_empty() && !message.lines,
            "nothing to send: write the text behind the address, or give --file F, - for standard input, or --lines",
        ),
        (
            standard_input && message.account.password_stdin,
            "standard input brings the message, so --password-stdin cannot read it: use --password-file or MICROSIP_PASSWORD",
        ),
        (twice, "- is all of standard input, and that comes once: write it once, or use --lines"),
        (
            message.code.is_some() && message.policy != Some(Policy::Answer),
            "--code goes with --policy answer: those that are kept have been told so (202)",
        ),
    ] {
        if wrong {
            return Err(text.to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_two_halves() {
        for right in ["text/plain", "text/plain; charset=UTF-8", "application/im-iscomposing+xml", "message/cpim"] {
            assert_eq!(content_type(right).as_deref(), Ok(right));
        }
        for wrong in
            ["", "text", "text/", "/plain", "te xt/plain", "text/plain;", "text/plain\r\nX: 1", &"a/b".repeat(50)]
        {
            assert!(content_type(wrong).unwrap_err().contains("write text/plain"), "{wrong}");
        }
    }

    #[test]
    fn a_message_ends_with_a_final_status() {
        assert_eq!((message_code("200"), message_code("486")), (Ok(200), Ok(486)));
        for wrong in ["100", "199", "700", "ok", ""] {
            assert!(message_code(wrong).is_err(), "{wrong}");
        }
    }
}
