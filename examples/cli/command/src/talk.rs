//! One call from dialling or answering to its end: plays, records, sends digits, hangs up in time, and reports its end.

mod effective;
mod happened;
mod offers;
mod ready;
mod report;
mod shown;
mod transfer;

pub(crate) use effective::{Side, effective};
pub(crate) use ready::{at_a_time, files, one_recording, ready, rings};
pub(crate) use report::{mos, numbers};

use offers::Offer;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::abi::{MICROSIP_DEV_INPUT, MICROSIP_DEV_RING, MICROSIP_E_STATE};
use crate::args::{Course, Sound};
use crate::output::Output;
use crate::phone::{Failure, Handle, Id, Text};
use crate::session::{Exit, Stop, advised};
use crate::verb::Verb;

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
    course: &'a Course,
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
    /// The times of our offers have begun.
    offers_begun: bool,
    /// Offers whose time came before the far end took them: they go behind the answer.
    behind: Vec<Offer>,
    /// The time at which we are somebody else.
    identify_at: Option<Instant>,
    /// The time of our transfer; it is under way.
    transfer_at: Option<Instant>,
    transferring: bool,
    /// The codecs that the key goes through, and the next one.
    codecs: Vec<&'a str>,
    next_codec: usize,
    /// The number of the call among several, which its lines begin with; of a sole one they begin with nothing.
    number: u32,
    label: String,
    /// The command's calls are in one conference.
    in_room: bool,
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
    /// With these words.
    reason: Option<String>,
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
            course: &sound.course,
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
            offers_begun: false,
            behind: Vec::new(),
            identify_at: None,
            transfer_at: None,
            transferring: false,
            codecs: USUAL.to_vec(),
            next_codec: 1,
            number: 0,
            label: String::new(),
            in_room: false,
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
            reason: None,
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

    pub(crate) fn refused(mut self, reason: Option<&str>) -> Self {
        (self.refused, self.reason) = (true, reason.map(str::to_owned));
        self
    }

    /// It is the call of this number; one of several: its lines say so. `in_room`: these are in one conference.
    pub(crate) fn numbered(mut self, number: u32, several: bool, in_room: bool) -> Self {
        (self.number, self.in_room) = (number, in_room);
        self.label = if several { format!("{number}: ") } else { String::new() };
        self
    }

    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    pub(crate) fn came_in(&self) -> bool {
        self.incoming
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
        let offers = [self.hold_at, self.resume_at, self.reoffer_at, self.identify_at, self.transfer_at];
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
            self.offer(Offer::Hold);
        }
        if over(&mut self.resume_at) {
            self.hold(false);
        }
        if over(&mut self.reoffer_at) {
            self.offer(Offer::Media);
        }
        if over(&mut self.identify_at) {
            self.offer(Offer::Identity);
        }
        if over(&mut self.transfer_at) {
            self.transfer(SCRIPTED);
        }
        if over(&mut self.end_at) {
            self.hang_up();
        }
        if over(&mut self.levels_at) {
            self.levels(now);
        }
    }

    /// It is up.
    pub(crate) fn is_up(&self) -> bool {
        self.connected.is_some()
    }

    /// A command for the call; one that does not fit its state is ignored.
    pub(crate) fn command(&mut self, verb: Verb) {
        let rings = self.rings_here();
        match verb {
            Verb::Digit(digit) if self.connected.is_some() => {
                let sent = self.phone.digits(self.call, &digit.to_string(), self.course.digits_by, 0);
                self.told(sent);
            }
            Verb::Mute if self.connected.is_some() => self.mute(),
            // before the answer, too: an error says what it waits for
            Verb::Hold if self.connected.is_some() || self.rings => self.hold(!self.holding),
            Verb::Codec if self.connected.is_some() || self.rings => {
                let next = self.codecs.get(self.next_codec % self.codecs.len().max(1)).copied();
                self.next_codec += 1;
                self.reoffer(next);
            }
            Verb::Identify if rings || self.rings || self.connected.is_some() => self.identify(),
            Verb::Transfer if self.connected.is_some() => self.transfer(0),
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

    /// A digit is pressed, and held from now on; false: it is not, on hold, say.
    pub(crate) fn hold_digit(&self, digit: char) -> bool {
        self.told(self.phone.digit_start(self.call, digit, self.course.digits_by))
    }

    /// A command that does not fit is told, and the call goes on.
    fn told(&self, done: Result<(), Failure>) -> bool {
        done.map_err(|failure| self.line(&failure.text)).is_ok()
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
        if self.told(self.phone.hold(self.call, on)) {
            self.holding = on;
        }
    }

    fn reoffer(&self, codecs: Option<&str>) {
        self.told(self.phone.reoffer(self.call, codecs));
    }

    /// Its end is [`crate::event::Happened::Identified`].
    fn identify(&self) {
        let Some(caller) = &self.course.identify_as else {
            return self.line("who are we now? give --identify-as sip:user@domain");
        };
        if let Err(failure) = self.phone.identify(self.call, caller) {
            let fields = || json!({ "call": self.call, "sip_code": 0, "result": failure.code });
            self.say("identify_failed", fields, &failure.text); // its far end does not take it, say
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
        let reason = self.course.bye_reason.as_deref().unwrap_or_default();
        if let Err(failure) = self.phone.hangup(self.call, reason) {
            self.line(&format!("cannot hang up: {failure}")); // it has ended by itself; its event is on the way
        }
    }

    fn fail(&mut self, failure: Failure) {
        self.trouble.get_or_insert(failure.into());
        self.hang_up();
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
        // of a conference it is the command that records the whole
        if let Some(path) = self.recording() {
            self.phone.record(self.call, path, self.course.both)?;
        }
        if let Some(path) = &self.course.play {
            self.phone.play(self.call, path)?;
            self.playing = true;
        }
        Ok(())
    }

    /// The file that holds this call alone.
    fn recording(&self) -> Option<&'a Path> {
        self.course.record.as_deref().filter(|_| !self.in_room)
    }

    /// The work at the moment the call is connected.
    fn begin(&mut self) -> Result<(), Failure> {
        if !self.begun {
            self.begin_sound()?;
        }
        if let Some(tone) = self.course.tone {
            self.phone.tone_play(self.call, tone, self.course.tone_for)?;
        }
        if let Some(digits) = self.dtmf {
            self.phone.digits(self.call, digits, self.course.digits_by, SCRIPTED)?;
            self.sending = true;
        }
        // the file may have been played before the answer
        if self.course.play.is_some() {
            self.finished();
        }
        Ok(())
    }

    /// File and digits are done; without `--for` that ends the call.
    fn finished(&mut self) {
        let busy = self.playing || self.sending || self.transferring || self.transfer_at.is_some();
        if self.connected.is_some() && !busy && self.course.length.is_none() {
            self.end_at.get_or_insert(Instant::now() + TAIL);
        }
    }

    fn say(&self, kind: &str, fields: impl FnOnce() -> serde_json::Value, text: &str) {
        let text = if text.is_empty() { String::new() } else { format!("{}{text}", self.label) };
        self.output.say(kind, fields, &text);
    }

    fn line(&self, text: &str) {
        self.output.line(&format!("{}{text}", self.label));
    }
}

/// A caller may have given up before our command: the ended event, which is on its way, reports that.
pub(crate) fn unless_gone(done: Result<(), Failure>) -> Result<(), Failure> {
    done.or_else(|failure| if failure.code == MICROSIP_E_STATE { Ok(()) } else { Err(failure) })
}
