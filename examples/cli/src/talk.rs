//! One call from dialling or answering to its end: plays, records, sends digits, hangs up in time, and reports its end.

mod ready;
mod report;

pub(crate) use ready::{at_a_time, one_recording, ready, rings};
pub(crate) use report::{mos, numbers};

use std::time::{Duration, Instant};

use serde_json::json;

use crate::abi::{
    MICROSIP_DEV_INPUT, MICROSIP_DEV_RING, MICROSIP_E_STATE, MICROSIP_MEDIA_HELD, MICROSIP_MEDIA_HOLDING,
};
use crate::args::Sound;
use crate::digits::DigitsBy;
use crate::event::{CallState, Event, Happened};
use crate::interrupt::interrupted;
use crate::list::{Row, clock};
use crate::output::{Output, meter};
use crate::phone::{Failure, Handle, Id, Text, strerror};
use crate::session::{Exit, Stop, advised, ended};
use crate::verb::Verb;
use report::{fields, no_media, verdict};

/// The interval of levels as JSON.
const LEVELS: Duration = Duration::from_secs(1);
/// Time for the far end's sound after our last: an echo comes back in this time.
const TAIL: Duration = Duration::from_millis(300);
/// The token of the digits that the command line names; those of keys have none.
const SCRIPTED: u64 = 1;
/// The codecs without `--codec`.
const USUAL: [&str; 2] = ["PCMU", "PCMA"];

/// A call under way.
pub(crate) struct Talk<'a> {
    phone: Handle,
    output: &'a Output,
    call: Id,
    sound: &'a Sound,
    dtmf: Option<&'a str>,
    /// The deadline of the far end's answer.
    answer_by: Option<Instant>,
    /// The time of our 200, until which we ring, and its header lines.
    accept_at: Option<Instant>,
    headers: String,
    connected: Option<Instant>,
    /// Playing and recording have begun.
    begun: bool,
    playing: bool,
    /// Digits of the command line that are being sent.
    sending: bool,
    muted: bool,
    /// Our last command was to hold.
    holding: bool,
    /// The times at which we hold and resume.
    hold_at: Option<Instant>,
    resume_at: Option<Instant>,
    /// The time at which we offer anew.
    reoffer_at: Option<Instant>,
    /// The codecs that the key goes through, and the next one.
    codecs: Vec<&'a str>,
    next_codec: usize,
    /// The number of the call among several, which its lines begin with; of a sole one they begin with nothing.
    number: u32,
    label: String,
    /// The far end has been told of it, or has told us so: it rings.
    rings: bool,
    /// The set of MICROSIP_MEDIA_* that was printed last.
    media: u32,
    /// The time of our hang-up.
    end_at: Option<Instant>,
    levels_at: Option<Instant>,
    gave_up: bool,
    /// Sides whose device was opened, MICROSIP_DEV_*.
    opened: u32,
    /// The missing device has been reported.
    silent: bool,
    /// The far end's silence has been reported.
    unheard: bool,
    /// The call came in.
    incoming: bool,
    /// We refused the call: its end is a success.
    refused: bool,
    /// A fault on our side while connected.
    trouble: Option<Stop>,
}

impl<'a> Talk<'a> {
    pub(crate) fn new(phone: Handle, output: &'a Output, call: Id, sound: &'a Sound) -> Self {
        Self {
            phone,
            output,
            call,
            sound,
            dtmf: None,
            answer_by: None,
            accept_at: None,
            headers: String::new(),
            connected: None,
            begun: false,
            playing: false,
            sending: false,
            muted: false,
            holding: false,
            hold_at: None,
            resume_at: None,
            reoffer_at: None,
            codecs: USUAL.to_vec(),
            next_codec: 1,
            number: 0,
            label: String::new(),
            rings: false,
            media: 0,
            end_at: None,
            levels_at: None,
            gave_up: false,
            opened: 0,
            silent: false,
            unheard: false,
            incoming: false,
            refused: false,
            trouble: None,
        }
    }

    /// The codecs of `--codec`.
    pub(crate) fn codecs(mut self, list: Option<&'a str>) -> Self {
        if let Some(list) = list {
            self.codecs = list.split([',', ' ']).filter(|word| !word.is_empty()).collect();
        }
        self
    }

    pub(crate) fn dtmf(mut self, digits: Option<&'a str>) -> Self {
        self.dtmf = digits;
        self
    }

    pub(crate) fn answer_within(mut self, ring: Duration) -> Self {
        self.answer_by = Some(Instant::now() + ring);
        self
    }

    pub(crate) fn accept_after(mut self, time: Duration, headers: String) -> Self {
        self.accept_at = Some(Instant::now() + time);
        self.headers = headers;
        self
    }

    pub(crate) fn incoming(mut self) -> Self {
        self.incoming = true;
        self
    }

    pub(crate) fn refused(mut self) -> Self {
        self.refused = true;
        self
    }

    /// It is the call of this number; one of several: its lines say so.
    pub(crate) fn numbered(mut self, number: u32, several: bool) -> Self {
        self.number = number;
        self.label = if several { format!("{number}: ") } else { String::new() };
        self
    }

    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// It rings here.
    pub(crate) fn rings_here(&self) -> bool {
        self.incoming && self.connected.is_none()
    }

    pub(crate) fn call(&self) -> Id {
        self.call
    }

    /// The next deadline.
    pub(crate) fn next(&self) -> Option<Instant> {
        let offers = [self.hold_at, self.resume_at, self.reoffer_at];
        let times = [self.answer_by, self.accept_at, self.end_at, self.levels_at].into_iter().chain(offers);
        times.flatten().min()
    }

    pub(crate) fn due(&mut self, now: Instant) {
        let over = |at: &mut Option<Instant>| at.take_if(|at| *at <= now).is_some();
        if over(&mut self.answer_by) {
            self.gave_up = true;
            self.hang_up();
        }
        if over(&mut self.accept_at) {
            self.accept();
        }
        if over(&mut self.hold_at) {
            self.hold(true);
            self.resume_at = self.sound.hold_for.map(|time| now + time);
        }
        if over(&mut self.resume_at) {
            self.hold(false);
        }
        if over(&mut self.reoffer_at) {
            self.reoffer(self.sound.reoffer_codec.as_deref());
        }
        if over(&mut self.end_at) {
            self.hang_up();
        }
        if over(&mut self.levels_at) {
            self.levels(now);
        }
    }

    /// A command for the call; one that does not fit its state is ignored.
    pub(crate) fn command(&mut self, verb: Verb) {
        let rings = self.rings_here();
        match verb {
            Verb::Digit(digit) if self.connected.is_some() => {
                if let Err(failure) = self.phone.digits(self.call, &digit.to_string(), self.sound.digits_by, 0) {
                    self.line(&failure.text); // on hold, say
                }
            }
            Verb::Mute if self.connected.is_some() => self.mute(),
            Verb::Hold if self.connected.is_some() => self.hold(!self.holding),
            Verb::Codec if self.connected.is_some() => {
                let next = self.codecs.get(self.next_codec % self.codecs.len().max(1)).copied();
                self.next_codec += 1;
                self.reoffer(next);
            }
            Verb::Answer if rings => {
                self.accept_at = None;
                self.accept();
            }
            Verb::Reject if rings => {
                self.accept_at = None;
                match unless_gone(self.phone.reject(self.call, 486)) {
                    Ok(()) => self.refused = true,
                    Err(failure) => self.fail(failure),
                }
            }
            Verb::Hangup => self.hang_up(),
            // one that does not fit, or concerns more than this call
            _ => {}
        }
    }

    fn mute(&mut self) {
        if self.phone.mute(self.call, !self.muted).is_ok() {
            self.muted = !self.muted;
            let text = if self.muted { "muted" } else { "no longer muted" };
            self.say("muted", || json!({ "call": self.call, "muted": self.muted }), text);
        }
    }

    fn hold(&mut self, on: bool) {
        self.resume_at = None;
        match self.phone.hold(self.call, on) {
            Ok(()) => self.holding = on,
            Err(failure) => self.line(&failure.text), // it ends, say
        }
    }

    fn reoffer(&self, codecs: Option<&str>) {
        if let Err(failure) = self.phone.reoffer(self.call, codecs) {
            self.line(&failure.text); // it ends, say
        }
    }

    /// Holds of ours and of the far end's are told apart.
    fn media(&mut self, now: u32) {
        let changed = core::mem::replace(&mut self.media, now) ^ now;
        for (bit, name, begins, ends) in [
            (MICROSIP_MEDIA_HOLDING, "holding", "the far end is on hold", "the far end is no longer on hold"),
            (MICROSIP_MEDIA_HELD, "held", "the far end put us on hold", "the far end resumed the call"),
        ] {
            if changed & bit != 0 {
                let on = now & bit != 0;
                self.say(name, || json!({ "call": self.call, name: on }), if on { begins } else { ends });
            }
        }
    }

    fn accept(&mut self) {
        if let Err(failure) = unless_gone(self.phone.answer(self.call, 200, &self.headers)) {
            self.fail(failure);
        }
    }

    /// A device that was named must open; without one, the call goes on in silence, and one line reports it.
    pub(crate) fn device(&mut self, which: u32, result: i32) {
        if which == MICROSIP_DEV_RING {
            return; // a call goes on without its ring
        }
        let input = which == MICROSIP_DEV_INPUT;
        let (side, name) = if input { ("input", &self.sound.input) } else { ("output", &self.sound.output) };
        if result >= 0 {
            self.opened |= which;
        } else if let (Some(name), 0) = (name, self.opened & which) {
            self.trouble.get_or_insert(Stop::new(
                Exit::Device,
                advised(&format!("audio {side} device {name} cannot be opened"), result),
            ));
            self.hang_up();
        } else if !core::mem::replace(&mut self.silent, true) {
            let text = advised("no sound device: the call goes on in silence", result);
            self.say("audio_device", || json!({ "result": result, "text": text }), &text);
        }
    }

    fn hang_up(&mut self) {
        let reason = self.sound.bye_reason.as_deref().unwrap_or_default();
        if let Err(failure) = self.phone.hangup(self.call, reason) {
            self.line(&format!("cannot hang up: {failure}")); // it has ended by itself; its event is on the way
        }
    }

    fn fail(&mut self, failure: Failure) {
        self.trouble.get_or_insert(failure.into());
        self.hang_up();
    }

    pub(crate) fn happened(&mut self, event: Event) {
        match event.what {
            Happened::Call { state, sip_code, .. } => self.state(state, sip_code),
            Happened::Digit { digit, by, ms } => {
                let by = by.map_or("unknown", DigitsBy::name);
                self.say(
                    "digit",
                    || json!({ "call": self.call, "digit": digit.to_string(), "by": by, "ms": ms }),
                    &format!("digit {digit} ({by})"),
                );
            }
            Happened::DigitSent { digit, by, left } => {
                let by = by.map_or("unknown", DigitsBy::name);
                self.say(
                    "digit_sent",
                    || json!({ "call": self.call, "digit": digit.to_string(), "by": by, "left": left }),
                    &format!("sent {digit} ({by})"),
                );
            }
            Happened::DigitsSent { sip_code, result } if result < 0 => {
                let text = match (sip_code, result) {
                    (0, MICROSIP_E_STATE) => {
                        "not all digits could be sent: the call ended or was put on hold".to_owned()
                    }
                    (0, result) => advised("not all digits could be sent", result),
                    (sip_code, _) => format!("not all digits could be sent: the far end refused INFO with {sip_code}"),
                };
                let fields = || json!({ "call": self.call, "sip_code": sip_code, "result": result });
                self.say("digits_lost", fields, &text);
                if event.token == SCRIPTED {
                    self.sending = false;
                    self.finished();
                }
            }
            // those of a key
            Happened::DigitsSent { .. } if event.token != SCRIPTED => {}
            Happened::DigitsSent { .. } => {
                self.sending = false;
                self.say("digits_sent", || json!({ "call": self.call }), "digits sent");
                self.finished();
            }
            Happened::Played(result) if result < 0 => {
                let text = format!("the file could not be played to its end: {}", strerror(result));
                self.trouble.get_or_insert(Stop::new(Exit::CallFailed, text));
                self.playing = false;
                self.finished();
            }
            Happened::Played(_) => {
                self.playing = false;
                self.say("played", || json!({ "call": self.call }), "played");
                self.finished();
            }
            Happened::RecordFailed(result) => {
                let text = advised("the recording could not be written", result);
                self.trouble.get_or_insert(Stop::new(Exit::CallFailed, text));
            }
            Happened::Silent if !self.unheard => self.silence(true),
            Happened::Media(media) => {
                if self.unheard {
                    self.silence(false);
                }
                self.media(media);
                self.early_media();
            }
            Happened::Identity => {
                let (uri, name) = (
                    self.phone.call_text(self.call, Text::RemoteUri),
                    self.phone.call_text(self.call, Text::RemoteName),
                );
                let text = if name.is_empty() { uri.clone() } else { format!("{name} <{uri}>") };
                let fields = || json!({ "call": self.call, "uri": uri, "name": name });
                self.output.say("identity", fields, &format!("the far end is {text} now"));
            }
            Happened::HoldFailed { sip_code, result } => {
                self.holding = self.media & MICROSIP_MEDIA_HOLDING != 0;
                self.offer_failed("hold_failed", "the hold", sip_code, result);
            }
            Happened::Reoffered { sip_code, result } if result < 0 => {
                self.offer_failed("reoffer_failed", "other media", sip_code, result);
            }
            Happened::Reoffered { .. } => {
                let codec = self.phone.call_text(self.call, Text::Codec);
                let fields = || json!({ "call": self.call, "codec": codec });
                self.say("reoffered", fields, &format!("the media was offered anew: {codec}"));
            }
            _ => {}
        }
    }

    /// An offer of ours came to nothing: the side by which, and the reason.
    fn offer_failed(&self, kind: &str, offer: &str, sip_code: u32, result: i32) {
        let (reason, warning) = if sip_code == 0 {
            (String::new(), String::new())
        } else {
            (self.phone.call_text(self.call, Text::Reason), self.phone.call_text(self.call, Text::Warning))
        };
        let mut text = if sip_code == 0 {
            format!("{offer} could not be offered: {}", strerror(result))
        } else {
            format!("the far end refused {offer}: {}", ended(sip_code, &reason, result))
        };
        if !warning.is_empty() {
            text = format!("{text} ({warning})");
        }
        let fields = || json!({ "call": self.call, "sip_code": sip_code, "reason": reason, "warning": warning, "result": result });
        self.say(kind, fields, &text);
    }

    fn silence(&mut self, silent: bool) {
        self.unheard = silent;
        let text = if silent { "the far end sends no sound any more" } else { "the far end sends sound again" };
        self.say("media", || json!({ "call": self.call, "silent": silent }), text);
    }

    fn state(&mut self, state: CallState, sip_code: u32) {
        let reason = self.phone.call_text(self.call, Text::Reason);
        let name = match state {
            CallState::Early => "ringing",
            CallState::Connected => "connected",
            CallState::Calling | CallState::Incoming | CallState::Ended | CallState::Unknown => return,
        };
        if state == CallState::Early {
            self.rings = true;
            self.say(
                "call",
                || json!({ "call": self.call, "state": name, "sip_code": sip_code }),
                format!("{sip_code} {reason}").trim_end(),
            );
            return self.early_media();
        }
        if self.connected.is_some() {
            return;
        }
        let (now, codec) = (Instant::now(), self.phone.call_text(self.call, Text::Codec));
        self.connected = Some(now);
        self.answer_by = None;
        let fields = || json!({ "call": self.call, "state": name, "sip_code": sip_code, "codec": codec });
        self.say("call", fields, &format!("connected, {}", if codec.is_empty() { "no audio" } else { &codec }));
        if let Err(failure) = self.begin() {
            return self.fail(failure);
        }
        self.end_at = self.sound.length.map(|length| now + length);
        self.hold_at = self.sound.hold_after.map(|time| now + time);
        self.reoffer_at = self.sound.reoffer_after.map(|time| now + time);
        self.levels_at = self.output.json.then(|| now + LEVELS);
    }

    /// The call may have media before its answer.
    fn early_media(&mut self) {
        let wanted = self.sound.early && !self.begun && self.connected.is_none();
        if !wanted || self.phone.call_text(self.call, Text::Codec).is_empty() {
            return;
        }
        self.say("early_media", || json!({ "call": self.call }), "early media");
        if let Err(failure) = self.begin_sound() {
            self.fail(failure);
        }
    }

    fn begin_sound(&mut self) -> Result<(), Failure> {
        self.begun = true;
        if let Some(path) = &self.sound.record {
            self.phone.record(self.call, path, self.sound.both)?;
        }
        if let Some(path) = &self.sound.play {
            self.phone.play(self.call, path)?;
            self.playing = true;
        }
        Ok(())
    }

    /// The work at the moment the call is connected.
    fn begin(&mut self) -> Result<(), Failure> {
        if !self.begun {
            self.begin_sound()?;
        }
        if let Some(digits) = self.dtmf {
            self.phone.digits(self.call, digits, self.sound.digits_by, SCRIPTED)?;
            self.sending = true;
        }
        // the file may have been played before the answer
        if self.sound.play.is_some() {
            self.finished();
        }
        Ok(())
    }

    /// File and digits are done; without `--for` that ends the call.
    fn finished(&mut self) {
        if self.connected.is_some() && !self.playing && !self.sending && self.sound.length.is_none() {
            self.end_at.get_or_insert(Instant::now() + TAIL);
        }
    }

    fn levels(&mut self, now: Instant) {
        let Ok(stats) = self.phone.stats(self.call) else { return };
        let fields = || json!({ "call": self.call, "sent_peak": stats.level_in, "heard_peak": stats.level_out, "lost": stats.lost, "mos": mos(stats.mos_lately_x100) });
        self.say("level", fields, "");
        self.levels_at = Some(now + LEVELS);
    }

    /// The levels of a call that is up, in a line.
    pub(crate) fn meter(&self, now: Instant) -> Option<String> {
        let (stats, since) = (self.phone.stats(self.call).ok()?, self.connected?);
        let (mouth, ear) = (meter(stats.level_in), meter(stats.level_out));
        Some(format!("{}  we {mouth}  they {ear}  lost {}", clock(now - since), stats.lost))
    }

    /// Its line in the list of calls.
    pub(crate) fn row(&self, now: Instant, chosen: bool) -> Row {
        let state = match (self.connected, self.incoming, self.rings) {
            (None, true, _) => "rings here",
            (None, false, true) => "rings there",
            (None, false, false) => "calling",
            _ => match (self.holding, self.media & MICROSIP_MEDIA_HELD != 0) {
                (false, false) => "talking",
                (true, false) => "on hold",
                (false, true) => "we are on hold",
                (true, true) => "both on hold",
            },
        };
        Row {
            call: self.call,
            number: self.number,
            chosen,
            state,
            muted: self.muted,
            conference: self.phone.conference_of(self.call) != 0,
            talked: self.connected.map(|since| now - since),
            peer: self.phone.call_text(self.call, Text::RemoteUri),
            codec: self.phone.call_text(self.call, Text::Codec),
            mos_x100: self.phone.stats(self.call).unwrap_or_default().mos_lately_x100,
        }
    }

    fn say(&self, kind: &str, fields: impl FnOnce() -> serde_json::Value, text: &str) {
        let text = if text.is_empty() { String::new() } else { format!("{}{text}", self.label) };
        self.output.say(kind, fields, &text);
    }

    fn line(&self, text: &str) {
        self.output.line(&format!("{}{text}", self.label));
    }

    /// The ended event is the last moment at which its statistics can be read.
    pub(crate) fn over(self, sip_code: u32, result: i32) -> Result<(), Stop> {
        let reason = self.phone.call_text(self.call, Text::Reason);
        let stats = self.phone.stats(self.call).unwrap_or_default();
        let talked = self.connected.map_or(Duration::ZERO, |since| since.elapsed());
        let (end, warning) = (self.phone.end(self.call), self.phone.call_text(self.call, Text::Warning));
        let mut how = ended(sip_code, &reason, result);
        if !warning.is_empty() {
            how = format!("{how} ({warning})");
        }
        if self.connected.is_some() {
            let text = format!(
                "ended after {:.1} s: {}{}\n          {}",
                talked.as_secs_f64(),
                end.words(),
                // a BYE may say more than that
                if matches!(&*reason, "" | "OK") { String::new() } else { format!(", \"{reason}\"") },
                numbers(&stats)
            );
            let quality = self.phone.quality(self.call).unwrap_or_default();
            let fields = || {
                let mut fields = fields(self.call, sip_code, result, (&reason, &warning), end, talked, &stats);
                if let Some(fields) = fields.as_object_mut() {
                    fields.insert("mos_seconds".into(), quality.0.iter().map(|second| mos(*second)).collect());
                    fields.insert("mos_seconds_each".into(), quality.1.into());
                }
                fields
            };
            self.say("call", fields, &text);
        } else {
            self.say(
                "call",
                || fields(self.call, sip_code, result, (&reason, &warning), end, talked, &stats),
                &format!("not connected: {how}; {}", end.words()),
            );
        }
        if let Some(trouble) = self.trouble {
            return Err(trouble);
        }
        if self.refused {
            return Ok(());
        }
        let nothing_heard = self.connected.is_some() && stats.received == 0;
        if let Some(path) = self.sound.record.as_deref().filter(|_| nothing_heard) {
            return Err(no_media(path));
        }
        verdict(self.connected.is_some(), self.gave_up, interrupted(), sip_code, result, &how)
    }
}

/// A caller may have given up before our command: the ended event, which is on its way, reports that.
pub(crate) fn unless_gone(done: Result<(), Failure>) -> Result<(), Failure> {
    done.or_else(|failure| if failure.code == MICROSIP_E_STATE { Ok(()) } else { Err(failure) })
}
