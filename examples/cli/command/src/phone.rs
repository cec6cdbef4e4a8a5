//! A thin safe layer over the C functions: the variables of a C host are a value here that ends with its scope. The
//! command line's `unsafe` is here, and in its system calls: a limit (`echo`), signals (`interrupt`, `keys`).

mod account;
mod call;
mod log;
mod message;
mod sound;
mod subscription;
mod texts;

pub(crate) use account::{AccountTexts, OwnPresence};
pub(crate) use call::{Invitation, Party, Source, Stats, Text};
pub(crate) use log::{Traced, missing};
pub(crate) use sound::Direction;
pub(crate) use subscription::{Entry, Watch, Watching};
pub(crate) use texts::{Failure, strerror};

use std::net::SocketAddr;
use std::sync::mpsc::Sender;
use std::time::Duration;

use crate::abi as c;
use crate::digits::DigitLook;
use crate::event::Event;
use log::{Log, on_log};
use texts::{check, pointer, socket_address, text};

/// Any object of the library, or a phone; 0 is none.
pub(crate) type Id = u64;

/// The calls of a person's phone, at most: `--calls`, one that is refused, and one to whom a call is transferred. A larger one
/// is a server for all comers.
const OWN_COUNT: u32 = 66;

/// The settings of a phone.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) bind: Option<SocketAddr>,
    /// A set of MICROSIP_UDP and MICROSIP_TCP; 0: the library's.
    pub(crate) transports: u32,
    pub(crate) max_calls: u32,
    pub(crate) rtp_port: Option<(u16, u16)>,
    pub(crate) null_audio: bool,
    /// In order, as the library reads it.
    pub(crate) codecs: Option<String>,
    pub(crate) single_codec: bool,
    pub(crate) own_order: bool,
    /// Samples a second; 0: the library's.
    pub(crate) rate: u32,
    /// Calls from and to any host, without an account.
    pub(crate) direct: bool,
    /// Seconds, 0: the library's, MICROSIP_NONE: never; and MICROSIP_LOST_*, or 0.
    pub(crate) media_timeout: u32,
    pub(crate) media_lost: u32,
    /// MICROSIP_RELIABLE_*; 0: the library's.
    pub(crate) reliable: u32,
    /// A REFER waits for the command, and a call may take the place of another; else REFERs are refused, and the place of a
    /// call is an account's server's to give.
    pub(crate) refers: bool,
    /// Others may watch our calls, our presence and our mailbox.
    pub(crate) watched: bool,
    /// Packages of INFO that calls take; none: nothing is said of packages.
    pub(crate) info_packages: Option<String>,
    pub(crate) digits: DigitLook,
    /// MICROSIP_TIMER_*, seconds (Session-Expires, Min-SE), MICROSIP_REFRESHER_*; 0: the library's.
    pub(crate) session_timer: [u32; 4],
    pub(crate) beside: Beside,
    pub(crate) log: u32,
    /// The log's lines are JSON.
    pub(crate) json: bool,
    pub(crate) trace: Option<Sender<Traced>>,
    /// The log has SIP messages, and is fetched.
    pub(crate) fetched: bool,
}

/// The work of a phone beside calls.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Beside {
    /// MICROSIP_MESSAGES_*, for those that come; 0: they are refused.
    pub(crate) policy: u32,
    /// Messages and subscriptions at once.
    pub(crate) messages: u32,
    pub(crate) subscriptions: u32,
    /// Bytes of one SIP message; 0: the library's.
    pub(crate) longest: u32,
}

/// An id that other threads may hold: every function takes any thread, and a destroyed phone's id is a result code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handle(Id);

/// A phone; destroyed with its scope.
pub(crate) struct Phone {
    handle: Handle,
    /// The target of the log's hook; given back once the phone is destroyed and calls its hook no more.
    log: Option<*mut Log>,
}

impl Drop for Phone {
    fn drop(&mut self) {
        c::microsip_destroy(self.handle.0); // returns when no hook runs any more
        if let Some(log) = self.log {
            // SAFETY: made by Box::into_raw in `create`, and the phone that knew it is gone.
            drop(unsafe { Box::from_raw(log) });
        }
    }
}

impl std::ops::Deref for Phone {
    type Target = Handle;
    fn deref(&self) -> &Handle {
        &self.handle
    }
}

impl Phone {
    pub(crate) fn create(options: Options) -> Result<Self, Failure> {
        let bind = options.bind.map(|address| text(&address.to_string())).transpose()?;
        let codecs = options.codecs.map(|codecs| text(&codecs)).transpose()?;
        let packages = options.info_packages.map(|names| text(&names)).transpose()?;
        let agent = text(concat!("microsip/", env!("CARGO_PKG_VERSION")))?;
        // SAFETY: all-zero is a valid microsip_config: integers, null pointers and absent hooks.
        let mut config: c::microsip_config = unsafe { std::mem::zeroed() };
        config.size = size_of::<c::microsip_config>() as u32;
        config.event_size = size_of::<c::microsip_event>() as u32;
        config.max_calls = options.max_calls;
        config.flags = if options.null_audio { c::MICROSIP_NULL_AUDIO } else { 0 }
            | if options.direct { c::MICROSIP_ALLOW_DIRECT } else { 0 };
        // the command counts its calls itself, and tells those that it refuses
        (config.direct_reserve, config.direct_per_source) =
            if options.max_calls <= OWN_COUNT { (c::MICROSIP_NONE, c::MICROSIP_NONE) } else { (0, 0) };
        (config.rtp_port_min, config.rtp_port_max) =
            options.rtp_port.map_or((0, 0), |(min, max)| (min.into(), max.into()));
        let sip = if options.trace.is_some() || options.fetched { c::MICROSIP_LOG_SIP } else { 0 };
        // without --log, errors go nowhere: they come as results
        config.log_level = if sip != 0 { options.log.max(c::MICROSIP_LOG_ERROR) | sip } else { options.log };
        (config.media_timeout, config.media_lost) = (options.media_timeout, options.media_lost);
        config.transports = options.transports;
        config.reliable = options.reliable;
        let Beside { policy, messages, subscriptions, longest } = options.beside;
        // where nothing shows a message, whoever sends one is told so; and no memory waits for what is not there
        config.messages = if policy == 0 { c::MICROSIP_MESSAGES_REFUSE } else { policy };
        let room = |count: u32| if count == 0 { c::MICROSIP_NONE } else { count };
        (config.max_messages, config.max_subscriptions) = (room(messages), room(subscriptions));
        config.max_message = longest;
        (config.refer, config.replaces) = if options.refers {
            (c::MICROSIP_POLICY_ASK, c::MICROSIP_POLICY_FOLLOW)
        } else {
            (c::MICROSIP_POLICY_REFUSE, 0)
        };
        (config.watchers, config.max_watchers) =
            if options.watched { (c::MICROSIP_POLICY_FOLLOW, 0) } else { (0, c::MICROSIP_NONE) };
        let DigitLook { ms, gap_ms, level_db } = options.digits;
        (config.dtmf_ms, config.dtmf_gap_ms, config.dtmf_level_db) = (ms, gap_ms, level_db);
        [config.session_timer, config.session_expires, config.min_se, config.session_refresher] = options.session_timer;
        config.bind = pointer(bind.as_ref());
        config.codecs = pointer(codecs.as_ref());
        config.info_packages = pointer(packages.as_ref());
        config.single_codec = if options.single_codec { c::MICROSIP_ON } else { 0 };
        config.own_order = if options.own_order { c::MICROSIP_ON } else { 0 };
        config.rate = options.rate;
        config.user_agent = agent.as_ptr();
        let mut log = None;
        if config.log_level > 0 && !options.fetched {
            let to = Box::into_raw(Box::new(Log { lines: options.log > 0, json: options.json, trace: options.trace }));
            config.on_log = Some(on_log);
            config.log_user = to.cast();
            log = Some(to);
        }
        let mut id = 0;
        // SAFETY: the config and its texts outlive the call; the hook's pointer outlives the phone (see Drop).
        let code = unsafe { c::microsip_create(c::MICROSIP_ABI_VERSION, &raw const config, &raw mut id) };
        let phone = Self { handle: Handle(id), log };
        check(code).map(|()| phone)
    }
}

impl Handle {
    pub(crate) fn event_descriptor(self) -> Result<isize, Failure> {
        let mut descriptor = 0;
        // SAFETY: `descriptor` is ours.
        check(unsafe { c::microsip_event_descriptor_get(self.0, &raw mut descriptor) }).map(|()| descriptor)
    }

    /// The next event; none when the time is over. Ends with the Closed event, then with an error.
    pub(crate) fn next_event(self, wait: Option<Duration>) -> Result<Option<Event>, Failure> {
        let wait = wait
            .map_or(c::MICROSIP_FOREVER, |wait| u32::try_from(wait.as_micros().div_ceil(1000)).unwrap_or(u32::MAX - 1));
        // SAFETY: all-zero is a valid event.
        let mut event: c::microsip_event = unsafe { std::mem::zeroed() };
        event.size = size_of::<c::microsip_event>() as u32;
        // SAFETY: `event` is ours, with its size set.
        match unsafe { c::microsip_event_next(self.0, &raw mut event, wait) } {
            c::MICROSIP_NOTHING => Ok(None),
            code => check(code).map(|()| Some(Event::read(&event))),
        }
    }

    pub(crate) fn shutdown(self, grace: Duration) -> Result<(), Failure> {
        check(c::microsip_shutdown(self.0, u32::try_from(grace.as_millis()).unwrap_or(u32::MAX)))
    }

    pub(crate) fn local_address(self, v6: bool) -> Result<SocketAddr, Failure> {
        let which = if v6 { c::MICROSIP_ADDRESS_V6 } else { c::MICROSIP_ADDRESS_V4 };
        let mut address = c::microsip_addr { family: 0, port: 0, scope: 0, ip: [0; 16] };
        // SAFETY: `address` is ours.
        check(unsafe { c::microsip_address_get(self.0, which, &raw mut address) }).map(|()| socket_address(&address))
    }
}
