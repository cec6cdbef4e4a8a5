//! The surroundings of every command: a phone, its trace and Ctrl-C; and its end, in words and as a code.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use parking_lot::{Mutex, MutexGuard};
use serde_json::json;

use crate::abi::{
    MICROSIP_E_ARG, MICROSIP_E_AUTH, MICROSIP_E_BLOCKED, MICROSIP_E_DEVICE, MICROSIP_E_NAME, MICROSIP_E_NO_CODEC,
    MICROSIP_E_NO_PASSWORD, MICROSIP_E_PORT_IN_USE, MICROSIP_E_REALM, MICROSIP_E_TEXT, MICROSIP_E_TIMEOUT,
    MICROSIP_E_UNREACHABLE, MICROSIP_E_UNSUPPORTED, MICROSIP_E_URI, MICROSIP_LOST_END, MICROSIP_LOST_TELL,
    MICROSIP_MESSAGES_ASK, MICROSIP_NONE, MICROSIP_REFRESHER_EITHER, MICROSIP_REFRESHER_THEM, MICROSIP_REFRESHER_US,
    MICROSIP_RELIABLE_OFF, MICROSIP_RELIABLE_REQUIRED, MICROSIP_RELIABLE_SUPPORTED, MICROSIP_TCP,
    MICROSIP_TIMER_ALWAYS, MICROSIP_TIMER_OFF, MICROSIP_TIMER_REQUIRED, MICROSIP_TIMER_SUPPORTED, MICROSIP_UDP,
};
use crate::account;
use crate::app::GRACE;
use crate::args::{Account, Lost, Network, Refer, Refresher, Reliable, Show, Silence, TimerUse, Transport, Watchers};
use crate::digits::DigitLook;
use crate::interrupt;
use crate::ladder::{self, Ladder};
use crate::output::Output;
use crate::phone::{AccountTexts, Beside, Failure, Handle, Id, Options, Phone, Traced, missing, strerror};

/// Exit codes of the process. 7 (no instance) is kept for commands to a running phone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Exit {
    Ok = 0,
    CallFailed = 1,
    Usage = 2,
    Registration = 3,
    NoAnswer = 4,
    NoMedia = 5,
    Device = 6,
    /// Standard output could not be written.
    Output = 8,
}

/// The end of a command that failed.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) exit: Exit,
    pub(crate) text: String,
    /// The SIP status behind it; 0: there was none.
    pub(crate) sip_code: u32,
    /// The library's result; 0: it was not the library's.
    pub(crate) result: i32,
    /// The call that it is about; 0: none.
    pub(crate) call: Id,
    /// It has been printed.
    pub(crate) told: bool,
}

impl Stop {
    pub(crate) fn new(exit: Exit, text: impl fmt::Display) -> Self {
        Self { exit, text: text.to_string(), sip_code: 0, result: 0, call: 0, told: false }
    }

    /// The end of a registration, a call or another request, with a remedy where there is one.
    pub(crate) fn of(exit: Exit, text: &str, sip_code: u32, result: i32) -> Self {
        // what the far end does not know is no fault of the address
        let unknown = result == MICROSIP_E_UNSUPPORTED && sip_code != 0;
        let text = if unknown { text.to_owned() } else { advised(text, result) };
        Self { sip_code, result, ..Self::new(exit, text) }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        let exit = match failure.code {
            MICROSIP_E_DEVICE => Exit::Device,
            // the texts come from the command line or the account file
            MICROSIP_E_URI | MICROSIP_E_TEXT | MICROSIP_E_ARG | MICROSIP_E_NO_CODEC | MICROSIP_E_BLOCKED => Exit::Usage,
            _ => Exit::CallFailed,
        };
        // its text says already which port it is that another program has
        let ported = failure.code == MICROSIP_E_PORT_IN_USE;
        let text = if ported { failure.text } else { advised(&failure.text, failure.code) };
        Self { result: failure.code, ..Self::new(exit, text) }
    }
}

/// A text, with a remedy where the command line has one.
pub(crate) fn advised(text: &str, code: i32) -> String {
    match code {
        MICROSIP_E_PORT_IN_USE => {
            format!(
                "{text}\n  its media has no pair of ports: give a wider --rtp-port MIN-MAX, or a higher `ulimit -n`"
            )
        }
        MICROSIP_E_DEVICE => format!("{text}\n  see `microsip devices`, or go without with --null-audio"),
        MICROSIP_E_NAME => format!("{text}\n  check the name, or write the address: sip:user@192.0.2.1:5060"),
        MICROSIP_E_UNREACHABLE => {
            format!("{text}\n  nothing listens there, or there is no way to it: check host and port")
        }
        MICROSIP_E_UNSUPPORTED => {
            format!("{text}\n  SIP goes over UDP and TCP: write sip:, with ;transport=tcp or without")
        }
        MICROSIP_E_AUTH => format!(
            "{text}\n  check --username, and the password (--password-file, MICROSIP_PASSWORD or --password-stdin)"
        ),
        MICROSIP_E_NO_PASSWORD => format!("{text}\n  give it: --password-file, MICROSIP_PASSWORD or --password-stdin"),
        MICROSIP_E_REALM => format!("{text}\n  if the password is meant for that realm, say so with --realm"),
        MICROSIP_E_TIMEOUT => {
            format!("{text}\n  nobody answers at that address: check host and port, and whether UDP gets through")
        }
        _ => text.to_owned(),
    }
}

/// An end in words: the SIP status where there was one, the library's text for the result.
pub(crate) fn ended(sip_code: u32, reason: &str, result: i32) -> String {
    match (sip_code, reason) {
        (0, _) if result == 0 => "hung up".to_owned(),
        (0, _) => strerror(result),
        (code, "") => format!("{code} ({})", strerror(result)),
        (code, reason) => format!("{code} {reason}"),
    }
}

/// The rate at which nothing of these codecs is lost: 8000, 16000 or 48000.
fn rate_of(codecs: Option<&str>) -> u32 {
    let names = codecs.unwrap_or_default().split([',', ' ']);
    let rate = |name: &str| match name.to_ascii_uppercase().as_str() {
        name if name.starts_with("G722") || name.starts_with("L16/16000") => 16_000,
        name if name.starts_with("L16/44100") || name.starts_with("L16/48000") => 48_000,
        _ => 8000,
    };
    names.map(rate).max().unwrap_or(8000)
}

/// Messages, INFO and REFERs at once: each waits in a slot until it is shown, and a REFER that is refused is told by its.
const MESSAGES: u32 = 16;

/// The work beside calls of every command that has them: messages that come are shown, and accepted.
pub(crate) fn showing() -> Beside {
    Beside { policy: MICROSIP_MESSAGES_ASK, messages: MESSAGES, ..Beside::default() }
}

/// A phone with its trace, and its end.
pub(crate) struct Session {
    phone: Option<Phone>,
    handle: Handle,
    tracer: Option<(Arc<Tracer>, JoinHandle<()>)>,
}

/// As the library has it; 0: its own choice.
pub(crate) const fn number(transport: Option<Transport>) -> u32 {
    match transport {
        None => 0,
        Some(Transport::Udp) => MICROSIP_UDP,
        Some(Transport::Tcp) => MICROSIP_TCP,
    }
}

/// Length, gap and level of digits.
fn look(network: &Network) -> DigitLook {
    DigitLook::new(network.digit_length, network.digit_gap, network.digit_level)
}

/// MICROSIP_TIMER_*, seconds of Session-Expires and Min-SE, MICROSIP_REFRESHER_*; 0: the library's.
fn session_timer(network: &Network) -> [u32; 4] {
    let mode = network.session_timer.map_or(0, |which| match which {
        TimerUse::Off => MICROSIP_TIMER_OFF,
        TimerUse::Supported => MICROSIP_TIMER_SUPPORTED,
        TimerUse::Always => MICROSIP_TIMER_ALWAYS,
        TimerUse::Required => MICROSIP_TIMER_REQUIRED,
    });
    let side = network.refresher.map_or(0, |side| match side {
        Refresher::Either => MICROSIP_REFRESHER_EITHER,
        Refresher::Us => MICROSIP_REFRESHER_US,
        Refresher::Them => MICROSIP_REFRESHER_THEM,
    });
    [mode, network.session_expires.unwrap_or(0), network.min_se.unwrap_or(0), side]
}

/// Options that would have no effect are a mistake.
fn effective(network: &Network) -> Result<(), Stop> {
    let timed = network.session_expires.is_some() || network.min_se.is_some() || network.refresher.is_some();
    for (wrong, text) in [
        (
            network.media_lost.is_some() && network.media_timeout == Some(Silence::Never),
            "--media-lost is for a far end that is given up, and --media-timeout never gives none up: leave one of them out",
        ),
        (
            timed && network.session_timer == Some(TimerUse::Off),
            "--session-timer off runs none: leave out --session-expires, --min-se and --refresher",
        ),
    ] {
        if wrong {
            return Err(Stop::new(Exit::Usage, text));
        }
    }
    Ok(())
}

/// A command without calls has no use for their options.
pub(crate) fn no_calls(network: &Network) -> Result<(), Stop> {
    let text = |option| format!("{option} is for calls, and this command has none: leave it out");
    network.of_calls().map_or(Ok(()), |option| Err(Stop::new(Exit::Usage, text(option))))
}

impl Session {
    pub(crate) fn open(
        show: &Show,
        output: &Arc<Output>,
        network: &Network,
        max_calls: u32,
        null_audio: bool,
        anybody: bool,
    ) -> Result<Self, Stop> {
        Self::beside(show, output, network, max_calls, null_audio, anybody, showing())
    }

    /// One that has other work beside calls, without a device for them.
    pub(crate) fn without_calls(
        show: &Show,
        output: &Arc<Output>,
        network: &Network,
        anybody: bool,
        work: Beside,
    ) -> Result<Self, Stop> {
        no_calls(network)?;
        Self::beside(show, output, network, 1, true, anybody, work)
    }

    /// One for calls that has other work too, or longer messages.
    pub(crate) fn beside(
        show: &Show,
        output: &Arc<Output>,
        network: &Network,
        max_calls: u32,
        null_audio: bool,
        anybody: bool,
        beside: Beside,
    ) -> Result<Self, Stop> {
        effective(network)?;
        let options = Options {
            bind: network.listen.map(|listen| listen.address),
            transports: number(network.listen.and_then(|listen| listen.transport)),
            max_calls,
            rtp_port: network.rtp_port,
            media_timeout: match network.media_timeout {
                None => 0,
                Some(Silence::Seconds(seconds)) => seconds,
                Some(Silence::Never) => MICROSIP_NONE,
            },
            media_lost: match network.media_lost {
                None => 0,
                Some(Lost::End) => MICROSIP_LOST_END,
                Some(Lost::Tell) => MICROSIP_LOST_TELL,
            },
            reliable: match network.reliable {
                None => 0,
                Some(Reliable::Off) => MICROSIP_RELIABLE_OFF,
                Some(Reliable::Supported) => MICROSIP_RELIABLE_SUPPORTED,
                Some(Reliable::Required) => MICROSIP_RELIABLE_REQUIRED,
            },
            refers: network.refer == Some(Refer::Follow),
            watched: network.watchers == Some(Watchers::Follow),
            info_packages: network.info_packages.clone(),
            digits: look(network),
            session_timer: session_timer(network),
            beside,
            null_audio,
            codecs: network.codec.clone(),
            single_codec: network.single_codec,
            own_order: network.own_order,
            rate: rate_of(network.codec.as_deref()),
            direct: anybody,
            log: show.log,
            json: show.json,
            fetched: show.trace,
            ..Options::default()
        };
        let created = Instant::now();
        let phone = Phone::create(options)?;
        let handle = *phone;
        interrupt::ends(handle, GRACE)
            .map_err(|error| Stop::new(Exit::CallFailed, format!("cannot watch for Ctrl-C: {error}")))?;
        let tracer = show.trace.then(|| {
            // of a phone that listens everywhere, each message may leave from another address
            let one = network.listen.filter(|listen| !listen.address.ip().is_unspecified());
            let us = one.and_then(|_| here(handle)).map_or_else(|| "us".to_owned(), |us| format!("us {us}"));
            let (output, log) = (Arc::clone(output), show.log > 0);
            let tracer = Arc::new(Tracer { phone: handle, output, created, us, log, printed: Mutex::default() });
            let own = Arc::clone(&tracer);
            let thread = thread::spawn(move || {
                while own.phone.log_waits() {
                    own.catch_up();
                }
            });
            (tracer, thread)
        });
        Ok(Self { phone: Some(phone), handle, tracer })
    }

    pub(crate) fn phone(&self) -> Handle {
        self.handle
    }

    /// Its trace, if it has one.
    pub(crate) fn tracer(&self) -> Option<Arc<Tracer>> {
        self.tracer.as_ref().map(|(tracer, _)| Arc::clone(tracer))
    }

    fn end(&mut self) {
        let tracer = self.tracer.take();
        if let Some((tracer, _)) = &tracer {
            tracer.catch_up();
        }
        drop(self.phone.take()); // with it the wait for its log ends
        if let Some((_, thread)) = tracer {
            let _ = thread.join(); // one that panicked has printed it
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end();
    }
}

/// The account that the options name. It is read first, for its password may have to be waited for.
/// `dials`: see [`account::read`].
pub(crate) fn account(options: &Account, network: &Network, dials: bool) -> Result<Option<AccountTexts>, Stop> {
    let mut read = account::read(options, dials).map_err(|text| Stop::new(Exit::Usage, text))?;
    // an option goes before the account file
    if let Some(texts) = &mut read {
        texts.digits = look(network).or(texts.digits);
    }
    Ok(read)
}

/// The same account, which publishes its presence by itself if that is wanted.
pub(crate) fn publishing(mut account: Option<AccountTexts>, wanted: bool) -> Result<Option<AccountTexts>, Stop> {
    match &mut account {
        Some(texts) => texts.publish = wanted,
        None if wanted => {
            let text = "--publish is for an account: give --uri sip:user@domain or --account-file F";
            return Err(Stop::new(Exit::Usage, text));
        }
        None => {}
    }
    Ok(account)
}

/// The library caught a bug of its own: nothing more can be done with the phone.
pub(crate) fn poisoned() -> Stop {
    Stop::new(
        Exit::CallFailed,
        "the library stopped after an internal error; please report it with the output of --log 3",
    )
}

/// Our SIP address, for people.
fn here(phone: Handle) -> Option<SocketAddr> {
    phone.local_address(false).or_else(|_| phone.local_address(true)).ok()
}

/// Prints the address at which calls are taken.
pub(crate) fn listening(phone: Handle, output: &Output, what: &str, more: &str) {
    let address = here(phone).map(|address| address.to_string()).unwrap_or_default();
    output.say("listening", || json!({ "address": address }), &format!("{what} {address}{more}; Ctrl-C ends it"));
}

/// The SIP messages of a phone on their way to the output; with `--log`, its lines too.
pub(crate) struct Tracer {
    phone: Handle,
    output: Arc<Output>,
    created: Instant,
    us: String,
    /// Lines were asked for, too.
    log: bool,
    /// The lock of who prints.
    printed: Mutex<Printed>,
}

/// The state of a trace's output.
#[derive(Default)]
pub(crate) struct Printed {
    /// The head of the ladder.
    head: bool,
    /// Records that the log had no room for, before lines that were not asked for.
    missing: u32,
}

impl Tracer {
    /// Prints what has been logged until now. An event is told behind the messages that brought it about.
    pub(crate) fn catch_up(&self) {
        let mut printed = self.printed.lock();
        while let Some(record) = self.phone.log_next() {
            match record.message(self.created) {
                Some(mut message) => {
                    message.missing = message.missing.saturating_add(std::mem::take(&mut printed.missing));
                    self.show(&message, &mut printed.head);
                }
                None if self.log => record.print(self.output.json),
                None => printed.missing = printed.missing.saturating_add(record.missing()),
            }
        }
    }

    /// Nothing is printed while this is held.
    pub(crate) fn hold(&self) -> MutexGuard<'_, Printed> {
        self.printed.lock()
    }

    fn show(&self, message: &Traced, begun: &mut bool) {
        let Traced { at, sent, peer, bytes, missing: lost } = message;
        if self.output.json {
            let decoded = ladder::decode(bytes);
            let way = if *sent { "sent" } else { "received" };
            let fields = || {
                json!({
                    "way": way, "peer": peer.to_string(), "label": decoded.label,
                    "message": String::from_utf8_lossy(bytes), "missing": lost,
                })
            };
            return self.output.say("trace", fields, "");
        }
        let ladder = Ladder::new(self.output.start());
        if !std::mem::replace(begun, true) {
            self.output.line(&ladder.head(&self.us, "them"));
        }
        if *lost > 0 {
            self.output.line(&ladder.note(*at, missing(*lost).trim_start()));
        }
        self.output.line(&ladder::lines(&ladder, *at, *sent, *peer, bytes).join("\n"));
    }
}
