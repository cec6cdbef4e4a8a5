//! The command line, as clap reads it. A password is never an argument: every user of the machine could read it.

mod values;

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, CommandFactory, Parser, Subcommand};

use crate::digits::{DigitsBy, digit_gap, digit_length, digit_level, digits};
use crate::message::Message;
use crate::rules::Rules;
use crate::subscribe::{Presence, Subscribe};
use crate::tone_file::ToneFile;
use crate::tones::Tones;
pub(crate) use values::*;

const AFTER: &str = "\
Exit codes: 0 ok, 1 the call, message or subscription failed, 2 usage,
            3 registration failed, 4 no answer,
            5 no media, 6 the audio device that was named is not there,
            7 no instance (kept for commands to a running phone),
            8 standard output could not be written (it is full, or nobody reads it)

Examples:
  microsip demo                                        two phones, one call, no server, no sound card
  microsip echo --listen 127.0.0.1:5070                answer everybody, say what they say
  microsip call sip:echo@127.0.0.1:5070 --null-audio --play hello.wav --record back.wav
  microsip register --account-file ~/.microsip/account --once
  microsip message sip:bob@192.0.2.2 'Lunch?' --uri sip:anna@example.org
  microsip subscribe 101 102 --event dialog --account-file ~/.microsip/account
  microsip call --pickup 102 --account-file ~/.microsip/account";

#[derive(Debug, Parser)]
#[command(name = "microsip", version, about = "The telephone as a library, on the command line", after_help = AFTER)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) show: Show,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The options of [`Network`] that are about calls alone, by the names of their fields.
pub(crate) const CALLS_ALONE: [&str; 16] = [
    "rtp_port",
    "codec",
    "single_codec",
    "own_order",
    "media_timeout",
    "media_lost",
    "refer",
    "info_packages",
    "reliable",
    "digit_length",
    "digit_gap",
    "digit_level",
    "session_timer",
    "session_expires",
    "min_se",
    "refresher",
];

/// The command line, whose commands without calls show no options of calls. These are known there all the same, so that
/// the error about one says why.
pub(crate) fn command() -> clap::Command {
    ["register", "message", "subscribe", "presence"].into_iter().fold(Arguments::command(), |whole, name| {
        whole.mut_subcommand(name, |own| {
            // who publishes watches nobody
            let own = match name {
                "presence" => own.mut_arg("target", |target| target.required(false).required_unless_present("publish")),
                _ => own,
            };
            CALLS_ALONE.into_iter().fold(own, |own, option| own.mut_arg(option, |option| option.hide(true)))
        })
    })
}

/// The form of the output.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Show {
    /// Print one JSON object a line ("v": 1, each with its "type")
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Show the SIP messages as a live ladder
    #[cfg_attr(not(feature = "trace"), doc = "(as they are: built without the feature `trace`, which decodes them)")]
    #[arg(long, global = true)]
    pub(crate) trace: bool,
    /// Print errors only
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// The library's log on standard error: 1 errors, 2 warnings, 3 what happens, 4 how it came about
    #[arg(long, global = true, value_name = "LEVEL", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=4))]
    pub(crate) log: u32,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Two phones call each other over loopback: tones both ways, digits, statistics, shown as a ladder
    Demo(Demo),
    /// Answer every call and send back what is heard
    Echo(Echo),
    /// Place a call
    Call(Call),
    /// Wait for a call
    Answer(Answer),
    /// Register an account and stay registered
    Register(Register),
    /// Send messages, or print those that come
    Message(Message),
    /// Watch a state of others: presence, their calls, their mailboxes, or any other package
    Subscribe(Subscribe),
    /// Fetch the presence of others, or watch it: `subscribe --event presence` in short
    Presence(Presence),
    /// List the audio devices
    Devices(Devices),
    /// Write a WAV file with a tone, to be played into a call
    Tone(ToneFile),
    /// List the countries whose tones there are, or play one of these tones
    Tones(Tones),
    /// Print what makes a shell complete this command's arguments
    #[cfg(feature = "documents")]
    Completions(crate::documents::Completions),
    /// Print this command's page of the manual
    #[cfg(feature = "documents")]
    Man(crate::documents::Man),
}

#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// Let no media through, to show that the demo notices (it must exit 5)
    #[arg(long, hide = true)]
    pub(crate) cut_media: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Echo {
    #[command(flatten)]
    pub(crate) network: Network,
    /// Publish the account's presence while it is registered (RFC 3903): open, and on the phone while a call is up
    #[arg(long)]
    pub(crate) publish: bool,
    /// Number of calls at once
    #[arg(long = "calls", alias = "max-calls", value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub(crate) max_calls: u32,
    /// No sound device (an echo never opens one; accepted for symmetry with `call`)
    #[arg(long)]
    pub(crate) null_audio: bool,
    /// No echo: all calls hear each other, in one conference; --record keeps the whole of it
    #[arg(long)]
    pub(crate) conference: bool,
    /// Let a caller hear itself before the answer: a 183 that brings early media, and the 200 after --after
    #[arg(long)]
    pub(crate) early: bool,
    /// Time of early media before the 200; less than ten minutes [default: 2s]
    #[arg(long, value_name = "TIME", value_parser = ringing, requires = "early")]
    pub(crate) after: Option<Duration>,
    /// Header line of the responses, "Name: value" (repeated)
    #[arg(long, value_name = "LINE", value_parser = header_line)]
    pub(crate) header: Vec<String>,
    #[command(flatten)]
    pub(crate) course: Course,
    #[command(flatten)]
    pub(crate) account: Account,
}

#[derive(Args, Debug)]
pub(crate) struct Call {
    /// The address to call: sip:user@host[:port], or a number that the account's domain completes. Several are called at
    /// once, and on a terminal listed
    #[arg(required = true)]
    pub(crate) target: Vec<String>,
    /// Calls at once, those that come in while it lasts among them [default: as many as it places]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(crate) calls: Option<u32>,
    /// All its calls are in one conference with this end; --record keeps the whole of it
    #[arg(long)]
    pub(crate) conference: bool,
    /// Take the call that rings at the target's phone, instead of calling there: its state is asked for (dialog, RFC 4235),
    /// and its caller to talk with us (Replaces, RFC 3891). Of several targets the first at which one rings
    #[arg(long, conflicts_with_all = ["conference", "calls", "location"])]
    pub(crate) pickup: bool,
    #[command(flatten)]
    pub(crate) network: Network,
    #[command(flatten)]
    pub(crate) sound: Sound,
    /// Header line of the INVITE, "Name: value" (repeated)
    #[arg(long, value_name = "LINE", value_parser = header_line)]
    pub(crate) header: Vec<String>,
    /// From, a URI with or without a name [default: the account's]
    #[arg(long, value_name = "URI")]
    pub(crate) caller: Option<String>,
    /// Where the caller is: a file with a PIDF-LO document, which goes with the INVITE (RFC 6442)
    #[arg(long, value_name = "FILE")]
    pub(crate) location: Option<PathBuf>,
    /// The use of that document: servers may read it to find who is called, or not, or it goes to whom a redirection
    /// names, too [default: routing for a call for help, which goes everywhere]
    #[arg(long, value_name = "USE", value_delimiter = ',', requires = "location")]
    pub(crate) location_use: Vec<LocationUse>,
    /// Give up when no answer came for so long
    #[arg(long = "answer-within", alias = "ring", value_name = "TIME", default_value = "60s", value_parser = duration)]
    pub(crate) ring: Duration,
    #[command(flatten)]
    pub(crate) account: Account,
}

#[derive(Args, Debug)]
#[command(group = ArgGroup::new("how-many").args(["once", "forever"]))]
pub(crate) struct Answer {
    #[command(flatten)]
    pub(crate) network: Network,
    /// Publish the account's presence while it is registered (RFC 3903): open, and on the phone while a call is up
    #[arg(long)]
    pub(crate) publish: bool,
    #[command(flatten)]
    pub(crate) sound: Sound,
    /// SIP status of the answer: 200, or 180 or 183 (then 200 after --after), or 300 to 699 to refuse
    #[arg(long, value_name = "CODE", default_value_t = 200, value_parser = answer_code)]
    pub(crate) code: u32,
    /// Header line of the response, "Name: value" (repeated)
    #[arg(long, value_name = "LINE", value_parser = header_line)]
    pub(crate) header: Vec<String>,
    /// Words behind the status of a refusal: --code 480 --reason "Gone home"
    #[arg(long, value_name = "WORDS")]
    pub(crate) reason: Option<String>,
    /// Where a refusal with 300 to 399 sends the caller, the most wanted first: 200, sip:a@example.com
    #[arg(long, value_name = "TARGETS")]
    pub(crate) contact: Option<String>,
    /// Time to ring before the 200 when --code is 180 or 183, or with --early; less than ten minutes [default: 2s]
    #[arg(long, value_name = "TIME", value_parser = ringing)]
    pub(crate) after: Option<Duration>,
    /// One call, then end (this is the default)
    #[arg(long)]
    pub(crate) once: bool,
    /// Answer one call after another
    #[arg(long)]
    pub(crate) forever: bool,
    /// Calls at once, of which a terminal shows the list; keys go to the chosen one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(crate) calls: Option<u32>,
    /// Answer up to 16 calls at once (--calls), all in one conference with this end; it ends with the last of them, and
    /// --record keeps the whole of it
    #[arg(long)]
    pub(crate) conference: bool,
    /// Ring with this WAV file; with --code 180, --code 183 or --early
    #[arg(long, value_name = "F.wav", conflicts_with = "null_audio")]
    pub(crate) ring: Option<PathBuf>,
    /// Ring on this device, by its id or name in `microsip devices`; null, or wav:F.wav. By default where the
    /// loudspeaker is
    #[arg(long, value_name = "DEVICE", conflicts_with = "null_audio")]
    pub(crate) ring_device: Option<String>,
    #[command(flatten)]
    pub(crate) rules: Rules,
    #[command(flatten)]
    pub(crate) account: Account,
}

#[derive(Args, Debug)]
pub(crate) struct Register {
    #[command(flatten)]
    pub(crate) network: Network,
    /// Publish the account's presence while it is registered (RFC 3903): open, and on the phone while a call is up
    #[arg(long)]
    pub(crate) publish: bool,
    /// Register, print the result, unregister, end
    #[arg(long)]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) account: Account,
}

#[derive(Args, Debug)]
pub(crate) struct Devices {
    /// ALSA's plugins, too
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Network {
    /// Local SIP address and port; tcp:ADDR:PORT or udp:ADDR:PORT for that transport alone
    #[arg(long, value_name = "[TRANSPORT:]ADDR:PORT", value_parser = listen)]
    pub(crate) listen: Option<Listen>,
    /// UDP ports for media, two for each call: the first one, or MIN-MAX [default: 4000-65535]
    #[arg(long, value_name = "MIN[-MAX]", value_parser = ports)]
    pub(crate) rtp_port: Option<(u16, u16)>,
    /// Codecs in order, the most wanted first; those that are not named are off: G722,PCMA,PCMU,L16/16000
    /// [default: PCMU,PCMA]. Sound goes in and out at the highest of their rates
    #[arg(long, value_name = "LIST")]
    pub(crate) codec: Option<String>,
    /// A call has one codec: answers name one, and an offer that names one follows an answer with several
    #[arg(long)]
    pub(crate) single_codec: bool,
    /// Answers are in the order of our codecs, not in the caller's
    #[arg(long)]
    pub(crate) own_order: bool,
    /// Give a far end up that sends no media for so long (in whole seconds), or `never` [default: 60s]
    #[arg(long, value_name = "TIME", value_parser = silence)]
    pub(crate) media_timeout: Option<Silence>,
    /// End the call then, or tell it only [default: end]
    #[arg(long, value_name = "WHAT")]
    pub(crate) media_lost: Option<Lost>,
    /// A far end that wants us to call somebody else (REFER): `follow` calls that one and goes on there, and lets a call
    /// take the place of ours (RFC 3891); `refuse` stays [default: refuse]
    #[arg(long, value_name = "WHAT")]
    pub(crate) refer: Option<Refer>,
    /// Others who would watch our calls, our presence or our mailbox (RFC 6665), and come by the account's server, from a host
    /// that it trusts, or, where anybody may call, from anywhere: `follow` lets them in, `refuse` stays [default: refuse]
    #[arg(long, value_name = "WHAT")]
    pub(crate) watchers: Option<Watchers>,
    /// Packages of INFO that calls take (RFC 6086), "foo, bar"; "*": INFO without one. They are shown as they come
    #[arg(long, value_name = "NAMES")]
    pub(crate) info_packages: Option<String>,
    /// Provisional responses that are acknowledged (100rel, PRACK) [default: supported]
    #[arg(long = "100rel", value_name = "WHICH")]
    pub(crate) reliable: Option<Reliable>,
    /// The length of a digit that is sent, 40ms to 20s; the account file's otherwise [default: 160ms]
    #[arg(long, value_name = "TIME", value_parser = digit_length)]
    pub(crate) digit_length: Option<Duration>,
    /// The silence behind a digit that is sent, 40ms to 2.5s; the account file's otherwise [default: 50ms]
    #[arg(long, value_name = "TIME", value_parser = digit_gap)]
    pub(crate) digit_gap: Option<Duration>,
    /// The power of a digit that is sent, 0 to 63 dB below 0 dBm0; the account file's otherwise [default: 10]
    #[arg(long, value_name = "DB", value_parser = digit_level)]
    pub(crate) digit_level: Option<u32>,
    /// Session timers (RFC 4028): off; supported, where the far end or a proxy knows them; always, where it does not
    /// too; required of the far end [default: supported]
    #[arg(long, value_name = "WHICH")]
    pub(crate) session_timer: Option<TimerUse>,
    /// A call that is not refreshed for so long is over, in whole seconds, at least 90s [default: 30m]
    #[arg(long, value_name = "TIME", value_parser = session)]
    pub(crate) session_expires: Option<u32>,
    /// The shortest such time that is taken of others [default: 90s]
    #[arg(long, value_name = "TIME", value_parser = session)]
    pub(crate) min_se: Option<u32>,
    /// The side that refreshes, where that is ours to choose [default: either]
    #[arg(long, value_name = "SIDE")]
    pub(crate) refresher: Option<Refresher>,
}

#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Sound {
    /// No sound device: a clock that hears silence
    #[arg(long)]
    pub(crate) null_audio: bool,
    /// Microphone, by its id or name in `microsip devices`; null, or wav:F.wav. When it is not there, nothing is called
    /// (exit code 6)
    #[arg(long, value_name = "DEVICE", conflicts_with = "null_audio")]
    pub(crate) input: Option<String>,
    /// Loudspeaker, likewise
    #[arg(long, value_name = "DEVICE", conflicts_with = "null_audio")]
    pub(crate) output: Option<String>,
    /// Tones of this country, as DE (ringback, busy, congestion, call waiting, the ring's rhythm), or `none` [default: those
    /// that ITU-T recommends]
    #[arg(long, value_name = "COUNTRY")]
    pub(crate) tones: Option<String>,
    /// Play and record from early media on, not from the answer; `answer` begins with a 183 that brings it, and its 200
    /// follows after --after
    #[arg(long)]
    pub(crate) early: bool,
    #[command(flatten)]
    pub(crate) course: Course,
}

/// The course of a call that is up.
#[derive(Args, Clone, Debug, Default, PartialEq)]
pub(crate) struct Course {
    /// Play this WAV file once the call is connected; the call ends after it, unless --for says how long
    #[arg(long, value_name = "F.wav")]
    pub(crate) play: Option<PathBuf>,
    /// Play this tone of the country (--tones) to the far end once the call is connected, over what it hears else, until
    /// the call ends, unless --tone-for says how long: dial, ringback, busy, congestion, waiting, a key (0-9 * # A-D), or
    /// beep, which is over by itself
    #[arg(long, value_name = "TONE", value_parser = call_tone)]
    pub(crate) tone: Option<u32>,
    /// The length of that tone, a day at most
    #[arg(long, value_name = "TIME", value_parser = tone_length, requires = "tone")]
    pub(crate) tone_for: Option<Duration>,
    /// Record the far end into this WAV file
    #[arg(long, value_name = "F.wav")]
    pub(crate) record: Option<PathBuf>,
    /// Record both sides: left what we say, right what we hear
    #[arg(long, requires = "record")]
    pub(crate) both: bool,
    /// Put the far end on hold so long after the answer
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) hold_after: Option<Duration>,
    /// Resume when it has been on hold for so long
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "hold_after")]
    pub(crate) hold_for: Option<Duration>,
    /// Play this WAV file, over and over, to a far end that is on hold; without it, nothing is heard there
    #[arg(long, value_name = "F.wav")]
    pub(crate) hold_music: Option<PathBuf>,
    /// Offer the media anew so long after the answer
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) reoffer_after: Option<Duration>,
    /// With these codecs and no others, as --codec has them
    #[arg(long, value_name = "LIST", requires = "reoffer_after")]
    pub(crate) reoffer_codec: Option<String>,
    /// The times of --hold-after, --reoffer-after and --identify-after begin with the first 183 (of a call that comes in,
    /// ours), and the far end is asked before the answer where it takes that then (UPDATE, RFC 3311); else behind it
    #[arg(long)]
    pub(crate) offers_early: bool,
    /// Tell the far end that we are somebody else so long after the answer (RFC 4916)
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "identify_as")]
    pub(crate) identify_after: Option<Duration>,
    /// Our address then, a URI with or without a name; without --identify-after the key i tells it
    #[arg(long, value_name = "URI", value_parser = identity)]
    pub(crate) identify_as: Option<String>,
    /// Have the far end call this address instead of us: so long after the answer (--transfer-after), or by the key t
    #[arg(long, value_name = "URI", value_parser = whom)]
    pub(crate) transfer_to: Option<String>,
    /// Transfer the call so long after the answer; a transfer that fails ends it, unless --for says how long it lasts
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "transfer_to")]
    pub(crate) transfer_after: Option<Duration>,
    /// Digits to send once connected: 0-9 * # A-D, a comma or p waits a second, w half a second
    #[arg(long, value_name = "DIGITS", value_parser = digits)]
    pub(crate) dtmf: Option<String>,
    /// The method of digits, of --dtmf and of keys; the account file's otherwise, else auto
    #[arg(long, value_name = "METHOD")]
    pub(crate) digits_by: Option<DigitsBy>,
    /// Hang up so long after the answer: 10s, 500ms, 2m
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    pub(crate) length: Option<Duration>,
    /// Show this header of what the far end sent: of its INVITE, or of its answer (repeated)
    #[arg(long, value_name = "NAME")]
    pub(crate) show_header: Vec<String>,
    /// Take keys from standard input though it is no terminal
    #[arg(long)]
    pub(crate) keys: bool,
    /// Reason that the far end is given when we hang up
    #[arg(long, value_name = "WORDS")]
    pub(crate) bye_reason: Option<String>,
}

/// The account. A password comes by file, by `MICROSIP_PASSWORD` or by standard input.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Account")]
pub(crate) struct Account {
    /// Address of record, sip:user@domain
    #[arg(long = "uri", alias = "from", value_name = "URI")]
    pub(crate) uri: Option<String>,
    /// Registrar, sip:host[:port]; the domain of --uri otherwise
    #[arg(long, value_name = "URI")]
    pub(crate) registrar: Option<String>,
    /// Outbound proxy, sip:host[:port]
    #[arg(long, value_name = "URI")]
    pub(crate) proxy: Option<String>,
    /// Transport to the registrar or proxy, where their URIs name none; what DNS says otherwise, else udp
    #[arg(long, value_name = "WHICH")]
    pub(crate) transport: Option<Transport>,
    /// Realm to answer, and no other (repeated or comma separated); the domain's and the registrar's otherwise
    #[arg(long, value_name = "REALM", value_delimiter = ',')]
    pub(crate) realm: Vec<String>,
    /// Hosts and networks whose calls are the account's too: 10.0.0.0/8, sbc.example (repeated or comma separated)
    #[arg(long, value_name = "HOSTS", value_delimiter = ',')]
    pub(crate) trust: Vec<String>,
    /// Numbers that may be dialled, and what becomes of them: "<+:00>x.|x.", "(911|[2-9]xxxxxx)"
    #[arg(long, value_name = "PLAN")]
    pub(crate) dial_plan: Option<String>,
    /// Put before numbers of more than three digits, in the place of their +
    #[arg(long, value_name = "DIGITS")]
    pub(crate) dial_prefix: Option<String>,
    /// Numbers that neither plan nor prefix concerns: 112 (repeated or comma separated)
    #[arg(long, value_name = "NUMBER", value_delimiter = ',')]
    pub(crate) emergency: Vec<String>,
    /// Show nobody who calls: `id` asks proxies to keep it to themselves, `anonymous` leaves it out of From, too
    #[arg(long, value_name = "WHAT")]
    pub(crate) privacy: Option<Privacy>,
    /// The identity that the proxy may assert: a URI with or without a name
    #[arg(long, value_name = "URI")]
    pub(crate) identity: Option<String>,
    /// Header line of its REGISTERs, "Name: value" (repeated)
    #[arg(long, value_name = "LINE", value_parser = header_line)]
    pub(crate) register_header: Vec<String>,
    /// Header line of all its INVITEs, likewise
    #[arg(long, value_name = "LINE", value_parser = header_line)]
    pub(crate) call_header: Vec<String>,
    /// User name for digest; the user of --uri otherwise
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// User part of the Contact; the user of --uri otherwise, `*`: random digits
    #[arg(long, value_name = "NAME")]
    pub(crate) contact_user: Option<String>,
    /// Name shown to others
    #[arg(long, value_name = "NAME")]
    pub(crate) display_name: Option<String>,
    /// Wished lifetime of the registration in seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) expires: Option<u32>,
    /// Do not register; the account is used for calls only
    #[arg(long, conflicts_with_all = ["expires", "register_header"])]
    pub(crate) no_register: bool,
    /// Take media from any host, while no host vouched for sends: for peers behind a NAT that no signalling shows
    #[arg(long)]
    pub(crate) media_any_host: bool,
    /// File whose first line is the password (or set MICROSIP_PASSWORD)
    #[arg(long, value_name = "F", conflicts_with = "password_stdin")]
    pub(crate) password_file: Option<PathBuf>,
    /// Read the password from the first line of standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// File of `name = value` lines: uri, registrar, proxy, realm, trust, username, password, password_file,
    /// display_name, contact_user, transport, expires, media_any_host, dial_plan, dial_prefix, emergency, digits_by,
    /// digit_length, digit_gap, digit_level, privacy, identity, register_header, call_header (these two repeated)
    #[arg(long, alias = "account", value_name = "F")]
    pub(crate) account_file: Option<PathBuf>,
}

#[cfg(test)]
#[path = "args/tests.rs"]
mod tests;
