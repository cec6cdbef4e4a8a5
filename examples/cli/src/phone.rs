//! A thin safe layer over the C functions: the variables of a C host are a value here that ends with its scope. The
//! command line's `unsafe` is here, and in its system calls: a limit (`echo`), signals (`interrupt`, `keys`).

use std::ffi::{CStr, CString, c_char, c_void};
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::path::Path;
use std::ptr::null;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::abi as c;
use crate::event::Event;
use crate::output::{complain, object};
use crate::words;

/// A call, an account or a phone; 0 is none.
pub(crate) type Id = u64;

/// A refusal of a C function: its code, and the last error's text.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) code: i32,
    pub(crate) text: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A SIP message as the log had it.
#[derive(Clone, Debug)]
pub(crate) struct Traced {
    /// The time by this process's clock.
    pub(crate) at: Instant,
    /// We sent it.
    pub(crate) sent: bool,
    /// The far address.
    pub(crate) peer: SocketAddr,
    pub(crate) bytes: Vec<u8>,
}

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
    /// Samples a second; 0: the library's.
    pub(crate) rate: u32,
    /// Calls from and to any host, without an account.
    pub(crate) direct: bool,
    /// Seconds, 0: the library's, MICROSIP_NONE: never; and MICROSIP_LOST_*, or 0.
    pub(crate) media_timeout: u32,
    pub(crate) media_lost: u32,
    pub(crate) log: u32,
    /// The log's lines are JSON.
    pub(crate) json: bool,
    pub(crate) trace: Option<Sender<Traced>>,
}

/// Sources of the sound that the far end hears.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Source {
    Device = c::MICROSIP_SRC_DEVICE as isize,
    Pcm = c::MICROSIP_SRC_PCM as isize,
    Echo = c::MICROSIP_SRC_ECHO as isize,
}

/// A text of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Text {
    RemoteUri = c::MICROSIP_TXT_REMOTE_URI as isize,
    Reason = c::MICROSIP_TXT_REASON as isize,
    Codec = c::MICROSIP_TXT_CODEC as isize,
}

/// Directions of devices.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Direction {
    Input = c::MICROSIP_DEV_INPUT as isize,
    Output = c::MICROSIP_DEV_OUTPUT as isize,
}

/// A call in numbers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Stats {
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) lost: u64,
    pub(crate) late: u64,
    pub(crate) duplicate: u64,
    pub(crate) concealed_ms: u64,
    pub(crate) jitter_us: u32,
    pub(crate) rtt_us: u32,
    /// Peaks, 0..=32767: of the sound that we send, and of the sound that we hear.
    pub(crate) level_in: u32,
    pub(crate) level_out: u32,
    /// Mean opinion scores in hundredths; 0 is unknown: in all, lately, as the far end hears us.
    pub(crate) mos_x100: u32,
    pub(crate) mos_lately_x100: u32,
    pub(crate) remote_mos_x100: u32,
}

/// An account, ready for the library. The password is in no Debug output.
#[derive(Default)]
pub(crate) struct AccountTexts {
    pub(crate) uri: String,
    pub(crate) registrar: Option<String>,
    pub(crate) proxy: Option<String>,
    /// Comma separated.
    pub(crate) realms: Option<String>,
    pub(crate) trusted: Option<String>,
    /// MICROSIP_PRIVACY_*; 0: everything is shown.
    pub(crate) privacy: u32,
    pub(crate) identity: Option<String>,
    pub(crate) dial_plan: Option<String>,
    pub(crate) dial_prefix: Option<String>,
    pub(crate) emergency: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) contact_user: Option<String>,
    /// MICROSIP_UDP or MICROSIP_TCP; 0: the library's choice.
    pub(crate) transport: u32,
    pub(crate) expires: u32,
    pub(crate) no_register: bool,
    pub(crate) media_any_host: bool,
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
        let agent = text(concat!("microsip/", env!("CARGO_PKG_VERSION")))?;
        // SAFETY: all-zero is a valid microsip_config: integers, null pointers and absent hooks.
        let mut config: c::microsip_config = unsafe { std::mem::zeroed() };
        config.size = size_of::<c::microsip_config>() as u32;
        config.event_size = size_of::<c::microsip_event>() as u32;
        config.max_calls = options.max_calls;
        config.flags = if options.null_audio { c::MICROSIP_NULL_AUDIO } else { 0 }
            | if options.direct { c::MICROSIP_ALLOW_DIRECT } else { 0 };
        (config.rtp_port_min, config.rtp_port_max) =
            options.rtp_port.map_or((0, 0), |(min, max)| (min.into(), max.into()));
        let sip = if options.trace.is_some() { c::MICROSIP_LOG_SIP } else { 0 };
        // without --log, errors go nowhere: they come as results
        config.log_level = if sip != 0 { options.log.max(c::MICROSIP_LOG_ERROR) | sip } else { options.log };
        (config.media_timeout, config.media_lost) = (options.media_timeout, options.media_lost);
        config.transports = options.transports;
        config.bind = pointer(bind.as_ref());
        config.codecs = pointer(codecs.as_ref());
        config.rate = options.rate;
        config.user_agent = agent.as_ptr();
        let mut log = None;
        if config.log_level > 0 {
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

    pub(crate) fn account_add(self, account: &AccountTexts) -> Result<Id, Failure> {
        let uri = text(&account.uri)?;
        let optional = |text: &Option<String>| text.as_deref().map(self::text).transpose();
        let registrar = optional(&account.registrar)?;
        let proxy = optional(&account.proxy)?;
        let realms = optional(&account.realms)?;
        let username = optional(&account.username)?;
        let password = optional(&account.password)?;
        let display_name = optional(&account.display_name)?;
        let contact_user = optional(&account.contact_user)?;
        let trusted = optional(&account.trusted)?;
        let identity = optional(&account.identity)?;
        let dial_plan = optional(&account.dial_plan)?;
        let dial_prefix = optional(&account.dial_prefix)?;
        let emergency = optional(&account.emergency)?;
        // SAFETY: all-zero is a valid microsip_account.
        let mut entry: c::microsip_account = unsafe { std::mem::zeroed() };
        entry.size = size_of::<c::microsip_account>() as u32;
        entry.expires = account.expires;
        entry.transport = account.transport;
        let switch = |on| if on { c::MICROSIP_ON } else { c::MICROSIP_OFF };
        entry.registers = switch(!account.no_register);
        entry.media_any_host = switch(account.media_any_host);
        entry.uri = uri.as_ptr();
        entry.registrar = pointer(registrar.as_ref());
        entry.proxy = pointer(proxy.as_ref());
        entry.realms = pointer(realms.as_ref());
        entry.username = pointer(username.as_ref());
        entry.password = pointer(password.as_ref());
        entry.display_name = pointer(display_name.as_ref());
        entry.contact_user = pointer(contact_user.as_ref());
        entry.trusted = pointer(trusted.as_ref());
        entry.privacy = account.privacy;
        entry.identity = pointer(identity.as_ref());
        entry.dial_plan = pointer(dial_plan.as_ref());
        entry.dial_prefix = pointer(dial_prefix.as_ref());
        entry.emergency = pointer(emergency.as_ref());
        let mut id = 0;
        // SAFETY: the texts live until the call has copied them.
        check(unsafe { c::microsip_account_add(self.0, &raw const entry, &raw mut id) }).map(|()| id)
    }

    /// Rules for incoming calls of which none is set.
    pub(crate) fn no_rules(self) -> c::microsip_rules {
        // SAFETY: all-zero is a valid microsip_rules.
        let mut rules: c::microsip_rules = unsafe { std::mem::zeroed() };
        rules.size = size_of::<c::microsip_rules>() as u32;
        rules
    }

    /// Sets the phone's rules for incoming calls.
    pub(crate) fn rules(
        self,
        mut rules: c::microsip_rules,
        forward: Option<&str>,
        deny: &str,
        allow: &str,
    ) -> Result<(), Failure> {
        let forward = forward.map(text).transpose()?;
        let (deny, allow) = (text(deny)?, text(allow)?);
        rules.forward_to = pointer(forward.as_ref());
        (rules.deny, rules.allow) = (deny.as_ptr(), allow.as_ptr());
        // SAFETY: the texts live until the call has copied them.
        check(unsafe { c::microsip_rules_set(self.0, c::MICROSIP_SELF, &raw const rules) })
    }

    /// The rule that ended a call; 0: none.
    pub(crate) fn ended_by_rule(self, call: Id) -> u32 {
        let mut info = c::microsip_call_info {
            size: size_of::<c::microsip_call_info>() as u32,
            ..c::microsip_call_info::default()
        };
        // SAFETY: a struct of its own size.
        let code = unsafe { c::microsip_call_info_get(self.0, call, &raw mut info) };
        if code == 0 { info.rule } else { 0 }
    }

    /// The realm of the challenge that was refused last.
    pub(crate) fn refused_realm(self, account: Id) -> String {
        let which = c::MICROSIP_TXT_REALM;
        // SAFETY: the library writes at most `cap` bytes to `buf`.
        read_text(|buf, cap, needed| unsafe { c::microsip_text_get(self.0, account, which, 0, buf, cap, needed) })
            .unwrap_or_default()
    }

    pub(crate) fn dial(self, account: Id, target: &str, source: Source, headers: &str) -> Result<Id, Failure> {
        let (target, headers) = (text(target)?, text(headers)?);
        // SAFETY: all-zero is a valid microsip_options.
        let mut options: c::microsip_options = unsafe { std::mem::zeroed() };
        options.size = size_of::<c::microsip_options>() as u32;
        options.source = source as u32;
        options.headers = headers.as_ptr();
        let mut call = 0;
        // SAFETY: target and options live until the call has copied them.
        check(unsafe { c::microsip_dial(self.0, account, target.as_ptr(), &raw const options, &raw mut call) })
            .map(|()| call)
    }

    pub(crate) fn answer(self, call: Id, code: u32) -> Result<(), Failure> {
        // SAFETY: no options.
        check(unsafe { c::microsip_answer(self.0, call, code, null()) })
    }

    pub(crate) fn reject(self, call: Id, code: u32) -> Result<(), Failure> {
        // SAFETY: no options.
        check(unsafe { c::microsip_reject(self.0, call, code, null()) })
    }

    pub(crate) fn hangup(self, call: Id) -> Result<(), Failure> {
        // SAFETY: no options.
        check(unsafe { c::microsip_hangup(self.0, call, null()) })
    }

    /// An empty conference.
    pub(crate) fn conference(self) -> Result<Id, Failure> {
        let mut conference = 0;
        // SAFETY: `conference` is ours.
        check(unsafe { c::microsip_conference_create(self.0, 0, &raw mut conference) }).map(|()| conference)
    }

    /// A call joins a conference.
    pub(crate) fn join(self, conference: Id, call: Id) -> Result<(), Failure> {
        // SAFETY: no part.
        check(unsafe { c::microsip_conference_member_set(self.0, conference, call, null()) })
    }

    /// The person at this end joins a conference.
    pub(crate) fn join_oneself(self, conference: Id) -> Result<(), Failure> {
        self.join(conference, c::MICROSIP_SELF)
    }

    pub(crate) fn source(self, call: Id, source: Source) -> Result<(), Failure> {
        check(c::microsip_source_set(self.0, call, source as u32))
    }

    pub(crate) fn mute(self, call: Id, on: bool) -> Result<(), Failure> {
        check(c::microsip_mute_set(self.0, call, u32::from(on)))
    }

    /// A failure is [`crate::event::Happened::HoldFailed`].
    pub(crate) fn hold(self, call: Id, on: bool) -> Result<(), Failure> {
        check(c::microsip_hold(self.0, call, u32::from(on), 0))
    }

    /// Its end is [`crate::event::Happened::DigitsSent`], with that token.
    pub(crate) fn digits(self, call: Id, digits: &str, token: u64) -> Result<(), Failure> {
        let digits = text(digits)?;
        // SAFETY: `digits` lives until the call has copied it.
        check(unsafe { c::microsip_digits(self.0, call, digits.as_ptr(), 0, token) })
    }

    /// Releases an ended call. One that gave way already is no failure.
    pub(crate) fn release(self, call: Id) {
        c::microsip_id_release(self.0, call);
    }

    /// Its end is [`crate::event::Happened::Played`].
    pub(crate) fn play(self, call: Id, path: &Path) -> Result<(), Failure> {
        let path = text(&path.to_string_lossy())?;
        let sound = sound(&path, c::MICROSIP_PLAY_NOW);
        // SAFETY: `path` lives until the call has copied it.
        check(unsafe { c::microsip_sound_play(self.0, call, &raw const sound, 1) })
    }

    /// Checks that a file could be played.
    pub(crate) fn play_check(self, path: &Path) -> Result<(), Failure> {
        let path = text(&path.to_string_lossy())?;
        let sound = sound(&path, c::MICROSIP_PLAY_CHECK);
        // SAFETY: `path` lives until the call has read it.
        check(unsafe { c::microsip_sound_play(self.0, c::MICROSIP_SELF, &raw const sound, 0) })
    }

    /// Records the far end, or both sides: the near end left, the far end right.
    pub(crate) fn record(self, call: Id, path: &Path, both: bool) -> Result<(), Failure> {
        let sides = if both { c::MICROSIP_SIDES_STEREO } else { c::MICROSIP_SIDES_HEARD };
        let path = text(&path.to_string_lossy())?;
        // SAFETY: `path` lives until the call has copied it.
        check(unsafe { c::microsip_record_start(self.0, call, path.as_ptr(), sides, 0) })
    }

    pub(crate) fn stats(self, call: Id) -> Result<Stats, Failure> {
        // SAFETY: all-zero is a valid microsip_stats.
        let mut stats: c::microsip_stats = unsafe { std::mem::zeroed() };
        stats.size = size_of::<c::microsip_stats>() as u32;
        // SAFETY: `stats` is ours, with its size set.
        check(unsafe { c::microsip_call_stats_get(self.0, call, &raw mut stats) })?;
        Ok(Stats {
            sent: stats.sent,
            received: stats.received,
            lost: stats.lost,
            late: stats.late,
            duplicate: stats.duplicate,
            concealed_ms: stats.concealed_ms,
            jitter_us: stats.jitter_us,
            rtt_us: stats.rtt_us,
            level_in: stats.level_in,
            level_out: stats.level_out,
            mos_x100: stats.mos_x100,
            mos_lately_x100: stats.mos_lately_x100,
            remote_mos_x100: stats.remote_mos_x100,
        })
    }

    /// Mean opinion scores of the call's seconds in hundredths, and the seconds that each stands for.
    pub(crate) fn quality(self, call: Id) -> Result<(Vec<u32>, u32), Failure> {
        // what the configuration's default keeps
        let (mut values, mut needed, mut each) = (vec![0; 600], 0, 1);
        // SAFETY: the library writes at most `cap` values.
        check(unsafe {
            let cap = values.len() as u32;
            c::microsip_call_quality_get(self.0, call, values.as_mut_ptr(), cap, &raw mut needed, &raw mut each)
        })?;
        values.truncate(needed as usize);
        Ok((values, each))
    }

    /// The time for which the call has been connected, or was.
    pub(crate) fn talked(self, call: Id) -> Option<Duration> {
        // SAFETY: all-zero is a valid microsip_call_info.
        let mut info: c::microsip_call_info = unsafe { std::mem::zeroed() };
        info.size = size_of::<c::microsip_call_info>() as u32;
        // SAFETY: `info` is ours, with its size set.
        check(unsafe { c::microsip_call_info_get(self.0, call, &raw mut info) }).ok()?;
        let set = |time: u64| (time != 0 && time != u64::MAX).then_some(time);
        Some(Duration::from_micros(set(info.ended_us)?.saturating_sub(set(info.connected_us)?)))
    }

    /// A text of a call; empty where there is none.
    pub(crate) fn call_text(self, call: Id, which: Text) -> String {
        // SAFETY: the library writes at most `cap` bytes to `buf`.
        read_text(|buf, cap, needed| unsafe { c::microsip_text_get(self.0, call, which as u32, 0, buf, cap, needed) })
            .unwrap_or_default()
    }

    /// Writes as much of `pcm` as fits, waiting at most `wait` for room for all of it.
    pub(crate) fn pcm_write(self, call: Id, pcm: &[i16], wait: Duration) -> Result<usize, Failure> {
        let (mut taken, wait) = (0, u32::try_from(wait.as_millis()).unwrap_or(u32::MAX));
        // SAFETY: pointer and length are of one slice.
        let code = unsafe { c::microsip_pcm_write(self.0, call, pcm.as_ptr(), pcm.len() as u32, wait, &raw mut taken) };
        if code == c::MICROSIP_NOTHING { Ok(0) } else { check(code).map(|()| taken as usize) }
    }

    /// Reads the sound heard, at most `pcm` full, waiting at most `wait` for all of it.
    pub(crate) fn pcm_read(self, call: Id, pcm: &mut [i16], wait: Duration) -> Result<usize, Failure> {
        let (mut got, wait) = (0, u32::try_from(wait.as_millis()).unwrap_or(u32::MAX));
        // SAFETY: pointer and length are of one slice.
        let code =
            unsafe { c::microsip_pcm_read(self.0, call, pcm.as_mut_ptr(), pcm.len() as u32, wait, &raw mut got) };
        if code == c::MICROSIP_NOTHING { Ok(0) } else { check(code).map(|()| got as usize) }
    }

    /// The device of one direction; calls open it.
    pub(crate) fn set_device(self, direction: Direction, id: &str) -> Result<(), Failure> {
        let id = text(id)?;
        // SAFETY: `id` lives until the call has copied it.
        check(unsafe { c::microsip_device_set(self.0, direction as u32, id.as_ptr()) })
    }

    /// Id and name of each device of one direction; all: of ALSA's plugins, too.
    pub(crate) fn devices(self, direction: Direction, all: bool) -> Result<Vec<(String, String)>, Failure> {
        let (mut count, plugins) = (0, if all { c::MICROSIP_DEV_ALL } else { 0 });
        // SAFETY: `count` is ours.
        check(unsafe { c::microsip_device_scan(self.0, direction as u32 | plugins, &raw mut count) })?;
        let one = |n: u32, which| {
            let index = (direction as u32) << 16 | n;
            // SAFETY: the library writes at most `cap` bytes to `buf`.
            read_text(|buf, cap, needed| unsafe {
                c::microsip_text_get(self.0, c::MICROSIP_SELF, which, index, buf, cap, needed)
            })
        };
        (0..count).map(|n| Ok((one(n, c::MICROSIP_TXT_DEVICE_ID)?, one(n, c::MICROSIP_TXT_DEVICE_NAME)?))).collect()
    }
}

fn sound(path: &CStr, mode: u32) -> c::microsip_sound {
    c::microsip_sound { size: size_of::<c::microsip_sound>() as u32, loops: 0, mode, reserved: 0, path: path.as_ptr() }
}

/// The library's words for a result code.
pub(crate) fn strerror(code: i32) -> String {
    static_text(c::microsip_strerror(code))
}

fn check(code: i32) -> Result<(), Failure> {
    if code >= 0 {
        return Ok(());
    }
    // SAFETY: the library writes at most `cap` bytes to `buf`.
    let last = read_text(|buf, cap, needed| unsafe { c::microsip_last_error(buf, cap, needed) });
    let text = last.ok().filter(|text| !text.is_empty()).map_or_else(|| strerror(code), |text| words::spoken(&text));
    Err(Failure { code, text })
}

/// Reads a text the way C does: once for its length where a first buffer is too small.
fn read_text(mut get: impl FnMut(*mut c_char, u32, *mut u32) -> i32) -> Result<String, Failure> {
    let (mut buffer, mut needed) = (vec![0u8; 256], 0u32);
    let mut code = get(buffer.as_mut_ptr().cast(), buffer.len() as u32, &raw mut needed);
    if code == c::MICROSIP_E_BUFFER {
        buffer.resize(needed as usize, 0);
        code = get(buffer.as_mut_ptr().cast(), buffer.len() as u32, &raw mut needed);
    }
    if code != c::MICROSIP_OK {
        return Err(Failure { code, text: strerror(code) });
    }
    let text = CStr::from_bytes_until_nul(&buffer).unwrap_or_default();
    Ok(text.to_string_lossy().into_owned())
}

fn text(text: &str) -> Result<CString, Failure> {
    CString::new(text)
        .map_err(|_| Failure { code: c::MICROSIP_E_TEXT, text: "a text contains a NUL byte; remove it".to_owned() })
}

fn pointer(text: Option<&CString>) -> *const c_char {
    text.map_or(null(), |text| text.as_ptr())
}

fn static_text(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: not null, and the library's static texts end with NUL.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

fn socket_address(address: &c::microsip_addr) -> SocketAddr {
    match (address.family, address.ip) {
        // a link-local address means nothing without its scope
        (6, bytes) => SocketAddrV6::new(Ipv6Addr::from(bytes), address.port, 0, address.scope).into(),
        (_, [a, b, c, d, ..]) => SocketAddrV4::new(Ipv4Addr::new(a, b, c, d), address.port).into(),
    }
}

/// Targets of the log: standard error for lines, as JSON or for people; a channel for SIP messages.
struct Log {
    /// Lines were asked for, too.
    lines: bool,
    json: bool,
    trace: Option<Sender<Traced>>,
}

unsafe extern "C" fn on_log(user: *mut c_void, log: *const c::microsip_log, text: *const c_char) {
    let at = Instant::now();
    // SAFETY: `user` is the Log that `create` boxed; the record and its text are valid for this call.
    let (to, log) = unsafe { (&*user.cast::<Log>(), &*log) };
    if log.level == c::MICROSIP_LOG_SIP {
        if let Some(trace) = &to.trace {
            // SAFETY: the text has so many bytes.
            let bytes = unsafe { std::slice::from_raw_parts(text.cast::<u8>(), log.len as usize) }.to_vec();
            // the reader is gone: nothing to show
            let _ = trace.send(Traced { at, sent: log.sent != 0, peer: socket_address(&log.peer), bytes });
        }
        return;
    }
    if !to.lines {
        return;
    }
    let text = static_text(text);
    if to.json {
        complain(&object("log", json!({ "level": log.level, "text": text, "missing": log.missing })));
    } else {
        let missing =
            if log.missing > 0 { format!(" ({} lines before it are missing)", log.missing) } else { String::new() };
        complain(&format!("log {}: {text}{missing}", log.level));
    }
}

#[cfg(test)]
#[path = "phone/tests.rs"]
mod tests;
