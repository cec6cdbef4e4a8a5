//! `microsip subscribe` and `microsip presence`: prints a state of others, once or as it changes; or publishes our own.

mod publishing;
pub(crate) mod shown;
mod watched;

use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use crate::abi as c;
use crate::account::lines;
use crate::app;
use crate::args::{Account, Network, Show, duration, header_line};
use crate::message::{LONGEST, content_type};
use crate::output::Output;
use crate::phone::{Beside, Watch};
use crate::session::{Exit, Session, Stop, account};

/// The most parties that are watched at once: as many as the library takes.
const MOST: usize = 20_000;

/// The bytes of a package's name, and of the types of its bodies: as many as the library takes.
const LONGEST_NAME: usize = 105;

/// A package of events.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Package {
    Presence,
    Dialog,
    MessageSummary,
    /// Its bodies are printed as they are.
    Other(String),
}

impl Package {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Presence => "presence",
            Self::Dialog => "dialog",
            Self::MessageSummary => "message-summary",
            Self::Other(name) => name,
        }
    }

    fn number(&self) -> u32 {
        match self {
            Self::Presence => c::MICROSIP_PRESENCE,
            Self::Dialog => c::MICROSIP_DIALOG,
            Self::MessageSummary => c::MICROSIP_MESSAGE_SUMMARY,
            Self::Other(_) => c::MICROSIP_OTHER,
        }
    }
}

/// The options that both commands take.
#[derive(Args, Debug)]
pub(crate) struct Common {
    /// The parties: URIs, or numbers or names where --uri completes them; all are watched at once
    #[arg(value_name = "URI", required = true)]
    pub(crate) target: Vec<String>,
    /// End after so long; a party of whom nothing was told by then is exit code 4
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    pub(crate) length: Option<Duration>,
    /// The time that is asked for at once, 10s to 24h; it is refreshed for as long as it is watched [default: 1h]
    #[arg(long, value_name = "TIME", value_parser = lifetime)]
    pub(crate) subscription_expires: Option<u32>,
    /// Header line of the SUBSCRIBEs, "Name: value" (repeated)
    #[arg(long, value_name = "LINE", value_parser = header_line)]
    pub(crate) header: Vec<String>,
    #[command(flatten)]
    pub(crate) network: Network,
    #[command(flatten)]
    pub(crate) account: Account,
}

#[derive(Args, Debug)]
pub(crate) struct Subscribe {
    /// The state: presence, dialog (the calls of a party), message-summary (a mailbox), or another package, whose bodies
    /// are printed as they are: reg, conference, "x;id=3"
    #[arg(long, value_name = "PACKAGE", value_parser = package)]
    pub(crate) event: Package,
    /// Types of the bodies of another package, comma separated
    #[arg(long, value_name = "TYPES", value_parser = types)]
    pub(crate) accept: Option<String>,
    /// Fetch the state once, and end
    #[arg(long, conflicts_with = "subscription_expires")]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Args, Debug)]
pub(crate) struct Presence {
    /// Go on, and print each change, until Ctrl-C or --for; without it the state is fetched once
    #[arg(long)]
    pub(crate) watch: bool,
    /// Publish our own presence (RFC 3903) until Ctrl-C or --for, without an address: the account can be reached, or cannot
    #[arg(long, value_name = "STATE", conflicts_with_all = ["target", "watch", "subscription_expires", "header"])]
    pub(crate) publish: Option<publishing::Open>,
    /// Our activity
    #[arg(long, value_name = "ACTIVITY", requires = "publish")]
    pub(crate) activity: Option<publishing::Activity>,
    /// A note for people, at most 128 bytes
    #[arg(long, value_name = "TEXT", requires = "publish", value_parser = note)]
    pub(crate) note: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// A note: as long as the library takes, and on one line.
fn note(text: &str) -> Result<String, String> {
    if text.len() > 128 {
        return Err(format!("it has {} bytes: write 128 at most", text.len()));
    }
    if text.chars().any(char::is_control) {
        return Err("it has control characters: write one line of text".to_owned());
    }
    Ok(text.to_owned())
}

/// A package's name, perhaps with its id.
fn package(text: &str) -> Result<Package, String> {
    let (name, id) = text.split_once(';').map_or((text, None), |(name, id)| (name, Some(id)));
    let token = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte))
    };
    let id = id.is_none_or(|id| id.trim().strip_prefix("id=").is_some_and(token));
    match text {
        "presence" => Ok(Package::Presence),
        "dialog" => Ok(Package::Dialog),
        "message-summary" => Ok(Package::MessageSummary),
        _ if token(name) && id && text.len() <= LONGEST_NAME => Ok(Package::Other(text.to_owned())),
        _ => Err(format!(
            "\"{text}\" is no package: use presence, dialog, message-summary, or another one's name, as reg or \"x;id=3\""
        )),
    }
}

/// Types, each as in [`content_type`].
fn types(text: &str) -> Result<String, String> {
    if text.len() > LONGEST_NAME {
        return Err(format!("\"{text}\" is longer than {LONGEST_NAME} bytes: name fewer types"));
    }
    text.split(',').try_for_each(|kind| content_type(kind.trim()).map(drop)).map(|()| text.to_owned())
}

/// A time for which a subscription is asked: the library asks for no less, and refreshes each day.
fn lifetime(text: &str) -> Result<u32, String> {
    let time = duration(text)?;
    match u32::try_from(time.as_secs()) {
        Ok(seconds @ 10..=86_400) if time.subsec_nanos() == 0 => Ok(seconds),
        _ => Err(format!("\"{text}\" is not within 10 s and a day, in whole seconds; write 60s, 10m or 1h")),
    }
}

pub(crate) fn subscribe(show: &Show, output: &Arc<Output>, wanted: &Subscribe) -> Result<(), Stop> {
    if wanted.accept.is_some() && !matches!(wanted.event, Package::Other(_)) {
        let text = format!("--accept is for another package; {} brings the type of its bodies", wanted.event.name());
        return Err(Stop::new(Exit::Usage, text));
    }
    run(show, output, &wanted.common, &wanted.event, wanted.accept.as_deref(), wanted.once)
}

pub(crate) fn presence(show: &Show, output: &Arc<Output>, wanted: &Presence) -> Result<(), Stop> {
    if wanted.publish.is_some() {
        let common = &wanted.common;
        let Some(account) = account(&common.account, &common.network, false)? else {
            return Err(Stop::new(Exit::Usage, "no account: give --uri sip:user@domain or --account-file F"));
        };
        let session = Session::without_calls(show, output, &common.network, false, Beside::default())?;
        return app::run(session, output, Some(account), &mut publishing::Publishing::new(wanted));
    }
    let lasts = wanted.common.subscription_expires.is_some();
    if lasts && !wanted.watch {
        let text = "--subscription-expires is for a state that is watched: give --watch, too";
        return Err(Stop::new(Exit::Usage, text));
    }
    run(show, output, &wanted.common, &Package::Presence, None, !wanted.watch)
}

fn run(
    show: &Show,
    output: &Arc<Output>,
    common: &Common,
    package: &Package,
    accept: Option<&str>,
    once: bool,
) -> Result<(), Stop> {
    let targets = common.target.len();
    if targets > MOST {
        return Err(Stop::new(Exit::Usage, format!("{targets} are more than can be watched at once, {MOST}")));
    }
    let account = account(&common.account, &common.network, false)?;
    let work = Beside { subscriptions: targets as u32, longest: LONGEST, ..Beside::default() };
    let session = Session::without_calls(show, output, &common.network, false, work)?;
    let headers = lines(&common.header);
    let watch = Watch {
        package: package.number(),
        event: if let Package::Other(name) = package { Some(name) } else { None },
        accept,
        expires: common.subscription_expires.unwrap_or(0),
        once,
        headers: &headers,
    };
    app::run(session, output, account, &mut watched::Look::new(common, package, watch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_known_or_has_a_name() {
        assert_eq!(package("dialog"), Ok(Package::Dialog));
        assert_eq!(package("message-summary"), Ok(Package::MessageSummary));
        assert_eq!(package("x;id=3"), Ok(Package::Other("x;id=3".to_owned())));
        for wrong in ["", "two words", "x;id", "x;id=", "x;y=1", "a,b", "x\r\nY: 1", &"x".repeat(106)] {
            assert!(package(wrong).unwrap_err().contains("use presence, dialog"), "{wrong}");
        }
    }

    #[test]
    fn a_note_is_one_line() {
        assert_eq!(note("back at 3 <&> \u{e4}").as_deref(), Ok("back at 3 <&> \u{e4}"));
        assert!(note(&"n".repeat(128)).is_ok() && note(&"n".repeat(129)).unwrap_err().contains("129 bytes"));
        assert!(note("a\nb").unwrap_err().contains("one line"));
    }

    #[test]
    fn types_and_times_are_checked_before_anything_is_asked() {
        assert!(types("application/reginfo+xml, text/plain").is_ok());
        assert!(types("application/reginfo+xml,").is_err() && types("xml").is_err());
        assert!(types(&["a/b"; 27].join(",")).unwrap_err().contains("105 bytes"));
        assert_eq!((lifetime("10m"), lifetime("10"), lifetime("24h")), (Ok(600), Ok(10), Ok(86_400)));
        for wrong in ["0", "9", "10.5s", "25h", "soon"] {
            assert!(lifetime(wrong).is_err(), "{wrong}");
        }
    }
}
