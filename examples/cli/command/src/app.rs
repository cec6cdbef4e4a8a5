//! The one event loop of every command: the phone's events, deadlines and keys. A command is a [`Job`]; each of its
//! calls is a [`Talk`].

mod room;
mod several;
mod told;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::abi::{
    MICROSIP_E_TIMEOUT, MICROSIP_INVITE, MICROSIP_KEPT, MICROSIP_SUB_ACTIVE, MICROSIP_SUB_RETRYING,
    MICROSIP_TXT_REASON, MICROSIP_UNREAD,
};
use crate::event::{AccountState, CallState, Event, Happened};
use crate::interrupt;
use crate::keys::Keys;
use crate::output::Output;
use crate::phone::{AccountTexts, Failure, Handle, Id, Source, Text, strerror};
use crate::session::{Exit, Session, Stop, Tracer, advised, ended, poisoned};
use crate::talk::{Talk, unless_gone};
use crate::verb::{KEYS, Verb, keys_of_several};
pub(crate) use room::Room;
use several::Several;

/// The time of a polite end: BYE and unregistering, with a retransmission or two.
pub(crate) const GRACE: Duration = Duration::from_secs(3);
/// The time beyond that for the phone's own last event.
const BEYOND: Duration = Duration::from_millis(500);
/// The time that a registration may take.
const REGISTER: Duration = Duration::from_secs(35);

/// A command: its part of the handling of events. The loop does the rest.
pub(crate) trait Job<'a> {
    /// The account is registered, or there is none: it begins.
    fn ready(&mut self, app: &mut App<'a>) -> Result<(), Stop>;

    /// A call comes in.
    fn incoming(&mut self, app: &mut App<'a>, call: Id) -> Result<(), Stop>;

    /// It has more than one call at a time.
    fn several(&self) -> bool {
        false
    }

    /// It calls the last target again, by a key.
    fn redials(&self) -> bool {
        false
    }

    /// That key: only where it is told of.
    fn redial(&mut self, app: &mut App<'a>) {
        app.output.say("redial", || json!({ "redialled": false }), "only `call` dials again");
    }

    /// Its own next deadline.
    fn next(&self) -> Option<Instant> {
        None
    }

    /// That deadline may have come.
    fn due(&mut self, _app: &mut App<'a>, _now: Instant) {}

    /// A call of the loop is over.
    fn over(&mut self, app: &mut App<'a>, done: Result<(), Stop>) {
        app.finish(done);
    }

    /// An event of a call that is not the loop's: one that was refused, unless the command takes
    /// its own.
    fn happened(&mut self, app: &mut App<'a>, event: Event) {
        if matches!(event.what, Happened::Call { state: CallState::Ended, .. }) {
            app.phone.release(event.call);
        }
    }

    /// The far end of a call wants us to call somebody else, and waits for a few seconds.
    fn refer(&mut self, app: &mut App<'a>, _from: Id, refer: Id) {
        app.refuse_refer(refer);
    }

    /// It takes the messages that come: the loop does not show and accept them.
    fn takes_messages(&self) -> bool {
        false
    }

    /// Everything has ended.
    fn closed(&mut self, _app: &mut App<'a>) {}
}

/// The state of the loop's work.
#[derive(Clone, Copy)]
enum Phase {
    /// Registering, with the deadline.
    Registering(Instant),
    Serving,
    /// Ending, with the deadline.
    Closing(Instant),
}

/// Input of the loop.
enum Input {
    Event(Event),
    Keys(Vec<u8>),
    /// A deadline.
    Due,
}

/// A key that is held: any other one lets it go, whatever call that one is for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Press {
    #[default]
    No,
    /// The next digit's.
    Next,
    /// In this call.
    Held(Id),
}

/// State of the loop.
pub(crate) struct App<'a> {
    pub(crate) phone: Handle,
    pub(crate) output: &'a Output,
    pub(crate) account: Id,
    uri: String,
    calls: BTreeMap<Id, Talk<'a>>,
    pub(crate) several: Several<'a>,
    keys: Option<Keys>,
    press: Press,
    phase: Phase,
    /// The result of the command.
    done: Result<(), Stop>,
    over: bool,
    /// The registrar has confirmed that the registration is over.
    pub(crate) unregistered: bool,
    lost: u32,
    pub(crate) tracer: Option<Arc<Tracer>>,
}

/// Registers the account, if there is one, and does the job until it is done or Ctrl-C ends it.
pub(crate) fn run<'a>(
    session: Session,
    output: &'a Output,
    account: Option<AccountTexts>,
    job: &mut dyn Job<'a>,
) -> Result<(), Stop> {
    let mut app = App {
        phone: session.phone(),
        output,
        account: 0,
        uri: String::new(),
        calls: BTreeMap::new(),
        several: Several::new(job.several(), job.redials()),
        keys: None,
        press: Press::No,
        phase: Phase::Serving,
        done: Ok(()),
        over: false,
        unregistered: false,
        lost: 0,
        tracer: session.tracer(),
    };
    if let Err(stop) = app.begin(account, job) {
        app.finish(Err(stop));
    }
    while !app.over {
        app.turn(job);
    }
    job.closed(&mut app);
    app.done
}

impl<'a> App<'a> {
    /// Takes a call into the loop.
    pub(crate) fn talk(&mut self, talk: Talk<'a>) {
        let number = self.free_number();
        let talk = talk.numbered(number, self.several.on, self.several.room.is_some());
        if talk.came_in() {
            talk.show_headers(MICROSIP_INVITE);
        }
        self.calls.insert(talk.call(), talk);
    }

    pub(crate) fn has_call(&self) -> bool {
        !self.calls.is_empty()
    }

    /// The number of its calls.
    pub(crate) fn calls(&self) -> u32 {
        self.calls.len() as u32
    }

    /// Keys are commands from now on, where there is a terminal, or `any` input is taken.
    pub(crate) fn listen_to_keys(&mut self, any: bool) {
        self.keys = Keys::open(any);
    }

    /// Keys are read.
    pub(crate) fn has_keys(&self) -> bool {
        self.keys.is_some()
    }

    /// Prints the keys, where they are read.
    pub(crate) fn tell_keys(&self, keys: &str) {
        if self.has_keys() {
            self.output.line(keys);
        }
    }

    /// The keys of a call that is up: of several calls once.
    fn tell_all_keys(&mut self) {
        if !self.several.told {
            self.tell_keys(KEYS);
            if self.several.on {
                self.several.told = true;
                self.tell_keys(keys_of_several(self.several.redials));
            }
        }
    }

    /// Ends the command with this result; calls and registrations are ended politely.
    pub(crate) fn finish(&mut self, done: Result<(), Stop>) {
        if !matches!(self.phase, Phase::Closing(_)) {
            self.done = done;
            self.phase = Phase::Closing(Instant::now() + GRACE + BEYOND);
            let _ = self.phone.shutdown(GRACE); // Ctrl-C may have asked for it already
        }
    }

    /// Prints a call that came in.
    pub(crate) fn announce(&self, call: Id) {
        let (phone, from) = (self.phone, self.phone.party(call));
        let (by, why) = (phone.call_text(call, Text::Diversion), phone.call_text(call, Text::DiversionReason));
        let text = format!("{}call from {}{}", self.label(), from, forwarded(&by, &why));
        let fields = || {
            json!({
                "call": call, "state": "incoming", "from": from.uri, "name": from.name,
                "forwarded_by": by, "forwarded_for": why,
            })
        };
        self.output.say("call", fields, &text);
    }

    /// Refuses a call, and prints it.
    pub(crate) fn refuse(&self, call: Id, code: u32, why: &str) {
        let from = self.phone.party(call);
        if self.phone.reject(call, code).is_err() {
            // the caller gave up, or the phone itself refused it: no ports for its media, say
            let fields = || json!({ "call": call, "state": "missed", "from": from.uri, "name": from.name });
            self.output.say("call", fields, &format!("call from {} was over at once", from));
            return;
        }
        let fields =
            || json!({ "call": call, "state": "refused", "from": from.uri, "name": from.name, "sip_code": code });
        self.output.say("call", fields, &format!("call from {} refused with {code}: {why}", from));
    }

    /// Calls whom a REFER in that call asks for, and prints it. Gives the new call.
    pub(crate) fn follow(&self, from: Id, refer: Id, source: Source) -> Option<Id> {
        let [to, by] = [Text::ReferTo, Text::ReferredBy].map(|which| self.phone.call_text(refer, which));
        // its INVITE is shown behind this
        let tracer = self.tracer.clone();
        let held = tracer.as_ref().map(|tracer| tracer.hold());
        match self.phone.follow(refer, source) {
            Ok(call) => {
                let fields = || {
                    json!({
                        "call": call, "state": "calling", "to": to, "uri": to, "referred_by": by, "instead_of": from,
                    })
                };
                self.output.say("call", fields, &format!("{}transferred: calling {to}", self.label()));
                drop(held);
                Some(call)
            }
            Err(failure) => {
                drop(held);
                let _ = self.phone.refuse_refer(refer, 480); // its time may be over
                let fields = || json!({ "call": from, "to": to, "referred_by": by, "followed": false });
                self.output.say("refer", fields, &format!("not transferred to {to}: {failure}"));
                None
            }
        }
    }

    /// Refuses a REFER that waits.
    pub(crate) fn refuse_refer(&self, refer: Id) {
        let _ = self.phone.refuse_refer(refer, 603); // its time may be over
    }

    /// The far end wanted us to call somebody else, and was refused.
    fn refused_refer(&self, from: Id, refer: Id, sip_code: u32) {
        let [to, by] = [Text::ReferTo, Text::ReferredBy].map(|which| self.phone.call_text(refer, which));
        let fields = || json!({ "call": from, "to": to, "referred_by": by, "followed": false, "sip_code": sip_code });
        let text = format!("the far end wants us to call {to}: refused; --refer follow does it");
        self.output.say("refer", fields, &text);
    }

    fn begin(&mut self, account: Option<AccountTexts>, job: &mut dyn Job<'a>) -> Result<(), Stop> {
        if let Some(texts) = account {
            self.account = self.phone.account_add(&texts)?;
            self.uri.clone_from(&texts.uri);
            if !texts.no_register {
                self.phase = Phase::Registering(Instant::now() + REGISTER);
                return Ok(());
            }
        }
        job.ready(self)
    }

    /// Handles the deadlines that are due, then takes the next input.
    fn turn(&mut self, job: &mut dyn Job<'a>) {
        let now = Instant::now();
        match self.phase {
            Phase::Registering(until) if until <= now => {
                let text = advised("the registrar did not answer in time", MICROSIP_E_TIMEOUT);
                self.finish(Err(Stop::new(Exit::Registration, text)));
            }
            Phase::Closing(until) if until <= now => {
                self.over = true;
                return;
            }
            _ => {}
        }
        for call in self.calls.values_mut() {
            call.due(now);
        }
        job.due(self, now);
        self.draw(now);
        match self.wait(job.next()) {
            Ok(Input::Due) => {}
            Ok(Input::Keys(bytes)) => Verb::typed(&bytes).for_each(|verb| self.key(verb, job)),
            Ok(Input::Event(event)) => {
                if let Some(tracer) = &self.tracer {
                    tracer.catch_up();
                }
                if let Err(stop) = self.happened(event, job) {
                    self.finish(Err(stop));
                }
            }
            Err(failure) => {
                self.finish(Err(failure.into()));
                self.over = true;
            }
        }
    }

    fn wait(&mut self, job: Option<Instant>) -> Result<Input, Failure> {
        let phase = match self.phase {
            Phase::Registering(until) | Phase::Closing(until) => Some(until),
            Phase::Serving => None,
        };
        let until =
            self.calls.values().filter_map(Talk::next).chain(phase).chain(job).chain(self.several.draw_at).min();
        loop {
            // where a signal or a key is waited for too, the phone is polled without a wait
            let watched = interrupt::watched();
            let wait = if watched {
                Some(Duration::ZERO)
            } else {
                until.map(|until| until.saturating_duration_since(Instant::now()))
            };
            if let Some(event) = self.phone.next_event(wait)? {
                return Ok(Input::Event(event));
            }
            if until.is_some_and(|until| until <= Instant::now()) {
                return Ok(Input::Due);
            }
            if watched && interrupt::wait(self.phone.event_descriptor()?, self.keys.as_ref(), until) {
                match self.keys.as_ref().and_then(Keys::read) {
                    Some(bytes) => return Ok(Input::Keys(bytes)),
                    None => self.keys = None, // the terminal is gone
                }
            }
        }
    }

    fn happened(&mut self, event: Event, job: &mut dyn Job<'a>) -> Result<(), Stop> {
        match event.what {
            Happened::Closed => self.closed(),
            Happened::Poisoned => {
                self.finish(Err(poisoned()));
                self.over = true;
            }
            Happened::Account { state, sip_code, result } => return self.account(state, sip_code, result, job),
            Happened::Challenge(result) => self.challenged(result),
            Happened::Network { addresses, result } => self.moved(addresses, result),
            Happened::Datagram { bytes } => {
                let text =
                    format!("a request of {bytes} bytes went by UDP, for nothing takes TCP there: it may be lost");
                self.output.say("datagram", || json!({ "call": event.call, "bytes": bytes }), &text);
            }
            Happened::LocationLeft { bytes } => {
                let text = format!(
                    "the call for help left without --location: its {bytes} bytes found no room, or were refused"
                );
                self.output.say("location_left", || json!({ "call": event.call, "bytes": bytes }), &text);
            }
            Happened::Lost(count) => {
                self.lost += count;
                let text = format!("{} events came faster than they were read", self.lost);
                self.output.say("lost", || json!({ "events": self.lost }), &text);
            }
            Happened::Member { conference, member, joined } => {
                let fields = || json!({ "conference": conference, "call": member, "joined": joined });
                self.output.say("member", fields, "");
            }
            Happened::Talker { conference, member } => {
                self.output.say("talker", || json!({ "conference": conference, "call": member }), "");
            }
            Happened::Publication { state, sip_code, result } => self.published(state, sip_code, result),
            Happened::Refer { refer, waits: true, .. } if matches!(self.phase, Phase::Serving) => {
                job.refer(self, event.call, refer);
            }
            Happened::Refer { refer, waits: true, .. } => self.refuse_refer(refer),
            Happened::Refer { refer, sip_code, .. } if sip_code >= 300 => {
                self.refused_refer(event.call, refer, sip_code);
            }
            Happened::Refer { .. } => {}
            Happened::Message { state } if !job.takes_messages() => {
                // one that was given up meanwhile was told so
                if matches!(state, MICROSIP_UNREAD | MICROSIP_KEPT) {
                    self.message(event.object);
                }
            }
            Happened::Watcher { state, package, result } => self.watcher(event.object, state, package, result),
            // a command that is at its end has no time for them, and one that only registers no use
            Happened::Mailbox => {
                if matches!(self.phase, Phase::Serving) {
                    self.mailbox();
                }
            }
            Happened::CheckSync { reboot } => {
                if matches!(self.phase, Phase::Serving) {
                    self.check_sync(reboot);
                }
            }
            Happened::Device { which, result } => self.calls.values_mut().for_each(|call| call.device(which, result)),
            Happened::Call { state: CallState::Incoming, .. } if !self.calls.contains_key(&event.call) => {
                match self.phase {
                    Phase::Serving => return job.incoming(self, event.call),
                    Phase::Registering(_) | Phase::Closing(_) => drop(self.phone.reject(event.call, 480)),
                }
            }
            Happened::Call { state: CallState::Ended, sip_code, result } => match self.calls.remove(&event.call) {
                Some(call) => {
                    let done = call.over(sip_code, result);
                    self.phone.release(event.call);
                    job.over(self, done);
                }
                None => job.happened(self, event),
            },
            _ => match self.calls.get_mut(&event.call) {
                Some(call) => {
                    let connected = matches!(event.what, Happened::Call { state: CallState::Connected, .. });
                    if connected && let Some(room) = &mut self.several.room {
                        unless_gone(room.enter(self.phone, event.call))?;
                    }
                    call.happened(event);
                    if connected {
                        self.tell_all_keys();
                    }
                }
                None => job.happened(self, event),
            },
        }
        Ok(())
    }

    /// The phone has ended: by the command, or by Ctrl-C.
    fn closed(&mut self) {
        self.over = true;
        self.done = match (self.phase, core::mem::replace(&mut self.done, Ok(()))) {
            (Phase::Registering(_), _) => {
                Err(Stop::new(Exit::Registration, "interrupted before the registration was done"))
            }
            (Phase::Serving, _) if self.has_call() => Err(Stop::new(Exit::CallFailed, "interrupted")),
            (_, done) => done,
        };
    }

    fn account(&mut self, state: AccountState, sip_code: u32, result: i32, job: &mut dyn Job<'a>) -> Result<(), Stop> {
        match (self.phase, state) {
            (Phase::Registering(_), AccountState::Registered) => {
                let fields = || json!({ "state": "registered", "uri": self.uri, "sip_code": sip_code });
                self.output.say("account", fields, &format!("registered {}", self.uri));
                self.phase = Phase::Serving;
                return job.ready(self);
            }
            (Phase::Registering(_), AccountState::Failed) => {
                let text = format!("cannot register {}: {}", self.uri, ended(sip_code, "", result));
                return Err(Stop::of(Exit::Registration, &text, sip_code, result));
            }
            // it never was registered
            (Phase::Closing(_), AccountState::Unregistered) if matches!(&self.done, Err(stop) if stop.exit == Exit::Registration) =>
            {
                return Ok(());
            }
            (Phase::Registering(_), _) | (_, AccountState::Registering) => return Ok(()),
            _ => {}
        }
        self.unregistered = state == AccountState::Unregistered && result == 0;
        let name = state.name();
        let failed = state == AccountState::Failed;
        let text =
            if failed { format!("registration failed: {}", ended(sip_code, "", result)) } else { name.to_owned() };
        self.output.say("account", || json!({ "state": name, "sip_code": sip_code, "result": result }), &text);
        Ok(())
    }

    /// Prints why a challenge got no credentials, or none that were accepted.
    fn challenged(&self, result: i32) {
        let realm = self.phone.refused_realm(self.account);
        let text = format!("the server asks for the password of \"{realm}\": {}", strerror(result));
        self.output.say("challenge", || json!({ "realm": realm, "result": result }), &advised(&text, result));
    }

    /// The words of the refusal of our last PUBLISH.
    pub(crate) fn published_reason(&self) -> String {
        self.phone.text_of(self.account, MICROSIP_TXT_REASON, 1)
    }

    /// Prints what became of our own presence.
    fn published(&self, state: u32, sip_code: u32, result: i32) {
        let reason = self.published_reason();
        let how = ended(sip_code, &reason, result);
        let (name, text) = match state {
            MICROSIP_SUB_ACTIVE => ("active", "presence published".to_owned()),
            MICROSIP_SUB_RETRYING => ("retrying", format!("presence not published: {how}; it is tried again")),
            _ if result == 0 => ("ended", "presence taken back".to_owned()),
            _ => ("ended", format!("presence not published: {how}")),
        };
        let fields = || json!({ "state": name, "sip_code": sip_code, "result": result, "reason": reason });
        self.output.say("publication", fields, &text);
    }

    /// The machine's addresses have changed.
    fn moved(&self, addresses: u32, result: i32) {
        let alone = if result < 0 { ", none of which leaves this machine" } else { "" };
        let text = format!("the network changed: {addresses} local addresses{alone}");
        self.output.say("network", || json!({ "addresses": addresses, "result": result }), &text);
    }
}

/// The one who forwarded a call, and why, where that is known.
fn forwarded(by: &str, why: &str) -> String {
    match (by, why) {
        ("", _) => String::new(),
        (by, "") => format!(", forwarded by {by}"),
        (by, why) => format!(", forwarded by {by} ({why})"),
    }
}
