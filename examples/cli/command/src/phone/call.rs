//! Calls and conferences: commands, numbers and texts.

use std::fmt;
use std::ptr::null;
use std::time::Duration;

use super::texts::{check, pointer, read_text, text};
use super::{Failure, Handle, Id, c};
use crate::digits::DigitsBy;
use crate::end::End;

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
    RemoteName = c::MICROSIP_TXT_REMOTE_NAME as isize,
    LocalUri = c::MICROSIP_TXT_LOCAL_URI as isize,
    Reason = c::MICROSIP_TXT_REASON as isize,
    Codec = c::MICROSIP_TXT_CODEC as isize,
    Warning = c::MICROSIP_TXT_WARNING as isize,
    /// The one who forwarded it last, and why.
    Diversion = c::MICROSIP_TXT_DIVERSION as isize,
    DiversionReason = c::MICROSIP_TXT_DIVERSION_REASON as isize,
    /// Of a REFER: whom it asks us to call, and who asks.
    ReferTo = c::MICROSIP_TXT_REFER_TO as isize,
    ReferredBy = c::MICROSIP_TXT_REFERRED_BY as isize,
    /// Of the phone: the target that was dialled last.
    Dialled = c::MICROSIP_TXT_DIALLED as isize,
}

/// The far end of a call.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Party {
    pub(crate) uri: String,
    /// Empty: it has none.
    pub(crate) name: String,
}

impl fmt::Display for Party {
    /// For people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { uri, name } = self;
        if name.is_empty() { f.write_str(uri) } else { write!(f, "{name} <{uri}>") }
    }
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

/// The settings of a call that is placed; what is `None` or 0 is the account's.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Invitation<'a> {
    /// Header lines, each with its end.
    pub(crate) headers: &'a str,
    pub(crate) display_name: Option<&'a str>,
    /// From, a URI with or without a name.
    pub(crate) caller: Option<&'a str>,
    /// MICROSIP_PRIVACY_*.
    pub(crate) privacy: u32,
    /// A document.
    pub(crate) location: Option<&'a str>,
    /// MICROSIP_LOCATION_*.
    pub(crate) location_use: u32,
    /// A call of the target's whose place it is to take, as a lamp names it.
    pub(crate) pickup: Option<&'a str>,
}

impl Handle {
    /// `target`: none, for the last one again.
    pub(crate) fn dial(
        self,
        account: Id,
        target: Option<&str>,
        source: Source,
        with: &Invitation,
    ) -> Result<Id, Failure> {
        let headers = text(with.headers)?;
        let [target, name, caller, location, pickup] =
            [target, with.display_name, with.caller, with.location, with.pickup]
                .map(|given| given.map(text).transpose());
        let (target, name, caller, location, pickup) = (target?, name?, caller?, location?, pickup?);
        let mut options = no_options();
        options.source = source as u32;
        options.headers = headers.as_ptr();
        options.display_name = pointer(name.as_ref());
        options.caller = pointer(caller.as_ref());
        options.privacy = with.privacy;
        options.location = pointer(location.as_ref());
        options.location_use = with.location_use;
        options.pickup = pointer(pickup.as_ref());
        let mut call = 0;
        // SAFETY: target and options live until the call has copied them.
        check(unsafe { c::microsip_dial(self.0, account, pointer(target.as_ref()), &raw const options, &raw mut call) })
            .map(|()| call)
    }

    /// The target that was dialled last; empty: none is kept.
    pub(crate) fn dialled(self) -> String {
        self.call_text(c::MICROSIP_SELF, Text::Dialled)
    }

    /// Calls whom a REFER asks for.
    pub(crate) fn follow(self, refer: Id, source: Source) -> Result<Id, Failure> {
        let mut options = no_options();
        (options.source, options.refer) = (source as u32, refer);
        let mut call = 0;
        // SAFETY: the options live until the call has copied them.
        check(unsafe { c::microsip_dial(self.0, 0, null(), &raw const options, &raw mut call) }).map(|()| call)
    }

    /// Refuses a REFER.
    pub(crate) fn refuse_refer(self, refer: Id, code: u32) -> Result<(), Failure> {
        check(c::microsip_message_answer(self.0, refer, code))
    }

    /// Transfers a call to a target, or (none) to the far end of another call. `token`: of its end.
    pub(crate) fn transfer(self, call: Id, to: Option<&str>, consult: Id, token: u64) -> Result<(), Failure> {
        let to = to.map(text).transpose()?;
        // SAFETY: the text lives until the call has copied it.
        check(unsafe { c::microsip_transfer(self.0, call, pointer(to.as_ref()), consult, null(), token) })
    }

    /// The call that this one takes the place of, or is to take; 0: none.
    pub(crate) fn replaces(self, call: Id) -> Id {
        self.call_info(call).replaces
    }

    /// `headers`: header lines of the response, each with its end.
    pub(crate) fn answer(self, call: Id, code: u32, headers: &str) -> Result<(), Failure> {
        let headers = text(headers)?;
        let mut options = no_options();
        options.headers = headers.as_ptr();
        // SAFETY: the texts live until the call has copied them.
        check(unsafe { c::microsip_answer(self.0, call, code, &raw const options) })
    }

    pub(crate) fn reject(self, call: Id, code: u32) -> Result<(), Failure> {
        // SAFETY: no options.
        check(unsafe { c::microsip_reject(self.0, call, code, null()) })
    }

    /// Refuses with header lines, a phrase, and where the caller is sent (empty: none).
    pub(crate) fn reject_with(
        self,
        call: Id,
        code: u32,
        headers: &str,
        reason: &str,
        contacts: &str,
    ) -> Result<(), Failure> {
        let (headers, reason, contacts) = (text(headers)?, text(reason)?, text(contacts)?);
        let mut options = no_options();
        (options.headers, options.reason) = (headers.as_ptr(), reason.as_ptr());
        options.contacts = contacts.as_ptr();
        // SAFETY: the texts live until the call has copied them.
        check(unsafe { c::microsip_reject(self.0, call, code, &raw const options) })
    }

    /// `reason`: for the far end; empty: none.
    pub(crate) fn hangup(self, call: Id, reason: &str) -> Result<(), Failure> {
        let reason = text(reason)?;
        let mut options = no_options();
        options.reason = reason.as_ptr();
        // SAFETY: the text lives until the call has copied it.
        check(unsafe { c::microsip_hangup(self.0, call, &raw const options) })
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

    /// A call leaves a conference; one that is not in it stays as it is.
    pub(crate) fn part(self, conference: Id, call: Id) -> Result<(), Failure> {
        check(c::microsip_conference_member_remove(self.0, conference, call))
    }

    /// The conference that a call is in; 0: none.
    pub(crate) fn conference_of(self, call: Id) -> Id {
        let size = size_of::<c::microsip_call_info>() as u32;
        let mut info = c::microsip_call_info { size, ..c::microsip_call_info::default() };
        // SAFETY: a struct of its own size.
        let code = unsafe { c::microsip_call_info_get(self.0, call, &raw mut info) };
        if code == c::MICROSIP_OK { info.conference } else { 0 }
    }

    /// The person at this end joins a conference.
    pub(crate) fn join_oneself(self, conference: Id) -> Result<(), Failure> {
        self.join(conference, c::MICROSIP_SELF)
    }

    /// The person at this end leaves a conference.
    pub(crate) fn part_oneself(self, conference: Id) -> Result<(), Failure> {
        self.part(conference, c::MICROSIP_SELF)
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

    /// Offers the media anew, with these codecs. Its end is [`crate::event::Happened::Reoffered`].
    pub(crate) fn reoffer(self, call: Id, codecs: Option<&str>) -> Result<(), Failure> {
        let codecs = codecs.map(text).transpose()?;
        let codecs = pointer(codecs.as_ref());
        let size = size_of::<c::microsip_media>() as u32;
        let media = c::microsip_media { size, direction: 0, update: 0, reserved: 0, codecs };
        // SAFETY: the text lives until the call has read it.
        check(unsafe { c::microsip_reoffer(self.0, call, &raw const media, 1) })
    }

    /// Its end is [`crate::event::Happened::Identified`].
    pub(crate) fn identify(self, call: Id, caller: &str) -> Result<(), Failure> {
        let caller = text(caller)?;
        // SAFETY: the text lives until the call has copied it.
        check(unsafe { c::microsip_identify(self.0, call, caller.as_ptr(), 1) })
    }

    /// Its end is [`crate::event::Happened::DigitsSent`], with that token. `by`: the method; `None`: the account's.
    pub(crate) fn digits(self, call: Id, digits: &str, by: Option<DigitsBy>, token: u64) -> Result<(), Failure> {
        let digits = text(digits)?;
        let options = by_method(by);
        // SAFETY: both live until the call has read them.
        check(unsafe { c::microsip_digits(self.0, call, digits.as_ptr(), &raw const options, token) })
    }

    /// Presses a key, which is held; `by` as of [`Handle::digits`].
    pub(crate) fn digit_start(self, call: Id, digit: char, by: Option<DigitsBy>) -> Result<(), Failure> {
        let options = by_method(by);
        // SAFETY: the options live until the call has read them.
        check(unsafe { c::microsip_digit_start(self.0, call, digit.into(), &raw const options, 0) })
    }

    /// Lets it go; it may be over already.
    pub(crate) fn digit_stop(self, call: Id) {
        c::microsip_digit_stop(self.0, call);
    }

    /// Releases an ended call. One that gave way already is no failure.
    pub(crate) fn release(self, call: Id) {
        c::microsip_id_release(self.0, call);
    }

    /// A call in numbers; all 0: it is not there any more.
    fn call_info(self, call: Id) -> c::microsip_call_info {
        let mut info = c::microsip_call_info {
            size: size_of::<c::microsip_call_info>() as u32,
            ..c::microsip_call_info::default()
        };
        // SAFETY: a struct of its own size.
        let code = unsafe { c::microsip_call_info_get(self.0, call, &raw mut info) };
        if code == 0 { info } else { c::microsip_call_info::default() }
    }

    /// The seconds within which its session is refreshed, and whether the far end does that; none: no timer runs.
    pub(crate) fn session_timer(self, call: Id) -> Option<(u32, bool)> {
        let info = self.call_info(call);
        (info.session_expires > 0)
            .then_some((info.session_expires, info.session_refresher == c::MICROSIP_REFRESHER_THEM))
    }

    pub(crate) fn party(self, call: Id) -> Party {
        Party { uri: self.call_text(call, Text::RemoteUri), name: self.call_text(call, Text::RemoteName) }
    }

    /// The rule that ended a call; 0: none.
    pub(crate) fn ended_by_rule(self, call: Id) -> u32 {
        self.call_info(call).rule
    }

    /// The end of a call: its cause and its side.
    pub(crate) fn end(self, call: Id) -> End {
        let info = self.call_info(call);
        End { cause: info.cause, by: info.ended_by }
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
        let info = self.call_info(call);
        let set = |time: u64| (time != 0 && time != u64::MAX).then_some(time);
        Some(Duration::from_micros(set(info.ended_us)?.saturating_sub(set(info.connected_us)?)))
    }

    /// A text of a call; empty where there is none.
    pub(crate) fn call_text(self, call: Id, which: Text) -> String {
        // SAFETY: the library writes at most `cap` bytes to `buf`.
        read_text(|buf, cap, needed| unsafe { c::microsip_text_get(self.0, call, which as u32, 0, buf, cap, needed) })
            .unwrap_or_default()
    }
}

impl Handle {
    /// A header of a call's message (a status, or MICROSIP_INVITE and its like); empty where there is none.
    pub(crate) fn header(self, call: Id, message: u32, name: &str) -> String {
        let Ok(name) = text(name) else { return String::new() };
        // SAFETY: the name outlives the call, and the library writes at most `cap` bytes to `buf`.
        read_text(|buf, cap, needed| unsafe {
            c::microsip_header_get(self.0, call, message, name.as_ptr(), 0, buf, cap, needed)
        })
        .unwrap_or_default()
    }
}

/// Options of which none is set.
fn no_options() -> c::microsip_options {
    // SAFETY: all-zero is a valid microsip_options.
    let mut options: c::microsip_options = unsafe { std::mem::zeroed() };
    options.size = size_of::<c::microsip_options>() as u32;
    options
}

/// Settings of digits that name a method alone, or nothing.
fn by_method(by: Option<DigitsBy>) -> c::microsip_digit_options {
    c::microsip_digit_options {
        size: size_of::<c::microsip_digit_options>() as u32,
        dtmf: by.map_or(0, DigitsBy::number),
        dtmf_ms: 0,
        dtmf_gap_ms: 0,
        dtmf_level_db: 0,
        reserved: 0,
    }
}
