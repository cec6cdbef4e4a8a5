//! `microsip demo`: two phones in one process call each other over loopback UDP. Each plays a tone and listens for the
//! other's, each sends digits; the call is shown as a ladder while it runs, and the demo succeeds only if everything
//! arrived.

use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::args::{Demo, Show};
use crate::cutter::Cutter;
use crate::event::{CallState, Event, Happened};
use crate::ladder::{self, Ladder};
use crate::output::Output;
use crate::phone::{Failure, Handle, Id, Invitation, Options, Phone, Source, Stats, Text, Traced, missing};
use crate::session::{Exit, Stop, advised, ended, poisoned};
use crate::talk::{mos, numbers};
use crate::tone::{Generator, Listener, Tone};

/// Samples a second of both phones.
const RATE: u32 = 8000;
/// The whole demo.
const ALL: Duration = Duration::from_secs(15);
/// Voice and digits.
const TALK: Duration = Duration::from_secs(5);
/// The time for which it rings: long enough to be seen in the ladder.
const BELL: Duration = Duration::from_millis(150);
/// Voice before the first digit.
const FIRST: Duration = Duration::from_millis(700);
/// The part of a tone that must be recognised.
const ENOUGH_MS: u32 = 500;

/// One of the two sides.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Side {
    Alice,
    Bob,
}

/// One of the two phones, and its state in the demo.
struct Party {
    name: &'static str,
    phone: Handle,
    call: Id,
    /// Its tone; the other listens for it.
    plays: Tone,
    says: &'static str,
    /// Digits of the other that arrived here.
    digits: String,
    connected: bool,
    ended: Option<(u32, i32)>,
    stats: Stats,
    ears: Arc<Mutex<Option<Listener>>>,
}

/// Messages to the main loop.
enum News {
    Happened(Side, Event),
    /// The tone of the other side has been recognised.
    Heard(Side, Instant),
    Traced(Traced),
    Gone(Failure),
}

pub(crate) fn run(_show: &Show, output: &Arc<Output>, demo: &Demo) -> Result<(), Stop> {
    let (sender, news) = channel();
    let (trace, traced) = channel();
    let (alice, bob) = (create(Some(trace))?, create(None)?);
    let (here, there) = (alice.local_address(false)?, bob.local_address(false)?);
    let cutter = if demo.cut_media {
        Some(Cutter::between(here, there).map_err(|error| Stop::new(Exit::CallFailed, error))?)
    } else {
        None
    };
    let target = format!("sip:bob@{}", cutter.as_ref().map_or(there, Cutter::address));

    let stop = Arc::new(AtomicBool::new(false));
    let mut threads = vec![forward_traces(traced, sender.clone())];
    threads.extend(
        [(Side::Alice, *alice), (Side::Bob, *bob)].map(|(side, phone)| forward_events(side, phone, sender.clone())),
    );

    let ladder = Ladder::new(Instant::now());
    output.line(&ladder.head(&format!("alice {here}"), &format!("bob {there}")));
    let mut play = Play {
        output,
        ladder,
        alice: Party::new("alice", *alice, Tone(440, 620), "1,2#"),
        bob: Party::new("bob", *bob, Tone(350, 800), "*9A"),
        stop: Arc::clone(&stop),
        sender,
        threads: Vec::new(),
        answer_at: None,
        digits_at: None,
        talk_until: None,
        media_failed: false,
    };
    play.alice.call = alice.dial(0, Some(&target), Source::Pcm, &Invitation::default())?;
    let done = play.perform(&news);
    stop.store(true, Ordering::Relaxed);
    threads.append(&mut play.threads);
    let (one, two) = (alice, bob);
    drop((one, two)); // wakes the forwarders with "closed"
    for thread in threads {
        let _ = thread.join(); // a thread that panicked has printed it
    }
    done?;
    play.judge()
}

fn create(trace: Option<Sender<Traced>>) -> Result<Phone, Stop> {
    let bind = "127.0.0.1:0".parse().ok();
    Ok(Phone::create(Options { bind, max_calls: 2, null_audio: true, direct: true, trace, ..Options::default() })?)
}

fn forward_events(side: Side, phone: Handle, sender: Sender<News>) -> JoinHandle<()> {
    thread::spawn(move || {
        loop {
            let news = match phone.next_event(None) {
                Ok(None) => continue,
                Ok(Some(event)) => News::Happened(side, event),
                Err(failure) => News::Gone(failure),
            };
            let last = matches!(news, News::Gone(_));
            if sender.send(news).is_err() || last {
                return;
            }
        }
    })
}

fn forward_traces(traced: Receiver<Traced>, sender: Sender<News>) -> JoinHandle<()> {
    thread::spawn(move || {
        for message in traced {
            if sender.send(News::Traced(message)).is_err() {
                return;
            }
        }
    })
}

/// Plays one side's tone and listens for the other's, until told to stop or the call is over.
fn voice(
    side: Side,
    phone: Handle,
    call: Id,
    plays: Tone,
    ears: Arc<Mutex<Option<Listener>>>,
    stop: Arc<AtomicBool>,
    sender: Sender<News>,
) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut mouth = Generator::new(plays, RATE);
        let (mut out, mut waiting, mut heard) = ([0i16; 160], 0, [0i16; 160]);
        while !stop.load(Ordering::Relaxed) {
            loop {
                if waiting == 0 {
                    mouth.fill(&mut out);
                    waiting = out.len();
                }
                let rest = out.get(out.len() - waiting..).unwrap_or_default();
                match phone.pcm_write(call, rest, Duration::ZERO) {
                    Ok(0) => break,
                    Ok(taken) => waiting -= taken.min(waiting),
                    Err(_) => return, // the call is over
                }
            }
            let Ok(got) = phone.pcm_read(call, &mut heard, Duration::from_millis(20)) else { return };
            let mut ears = ears.lock();
            let first = ears.as_mut().is_some_and(|ears| ears.hear(heard.get(..got).unwrap_or_default()));
            if first && sender.send(News::Heard(side, Instant::now())).is_err() {
                return;
            }
        }
    })
}

impl Party {
    fn new(name: &'static str, phone: Handle, plays: Tone, says: &'static str) -> Self {
        let ears = Arc::new(Mutex::new(None));
        Self {
            name,
            phone,
            call: 0,
            plays,
            says,
            digits: String::new(),
            connected: false,
            ended: None,
            stats: Stats::default(),
            ears,
        }
    }

    fn heard_ms(&self) -> u32 {
        self.ears.lock().as_ref().map_or(0, Listener::heard_ms)
    }
}

/// The digits that are to arrive, without the pauses.
fn spoken(digits: &str) -> String {
    digits.chars().filter(|digit| *digit != ',').collect()
}

struct Play<'a> {
    output: &'a Output,
    ladder: Ladder,
    alice: Party,
    bob: Party,
    stop: Arc<AtomicBool>,
    sender: Sender<News>,
    threads: Vec<JoinHandle<()>>,
    answer_at: Option<Instant>,
    digits_at: Option<Instant>,
    talk_until: Option<Instant>,
    media_failed: bool,
}

impl Play<'_> {
    fn party(&mut self, side: Side) -> &mut Party {
        match side {
            Side::Alice => &mut self.alice,
            Side::Bob => &mut self.bob,
        }
    }

    /// From the INVITE to both ended events.
    fn perform(&mut self, news: &Receiver<News>) -> Result<(), Stop> {
        let end = Instant::now() + ALL;
        while self.alice.ended.is_none() || self.bob.ended.is_none() {
            self.due()?;
            let next = [self.answer_at, self.digits_at, self.talk_until].into_iter().flatten().fold(end, Instant::min);
            match news.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(News::Traced(message)) => self.show(&message),
                Ok(News::Heard(side, at)) => self.heard(side, at),
                Ok(News::Happened(side, event)) => self.happened(side, event)?,
                Ok(News::Gone(failure)) => return Err(failure.into()),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Stop::new(Exit::CallFailed, "the phones fell silent"));
                }
                Err(RecvTimeoutError::Timeout) if Instant::now() >= end => {
                    return Err(Stop::new(
                        Exit::CallFailed,
                        format!("the demo was not over after {} s", ALL.as_secs()),
                    ));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.finish()?;
        }
        while let Ok(News::Traced(message)) = news.recv_timeout(Duration::from_millis(20)) {
            self.show(&message); // the last response's line may be on its way still
        }
        Ok(())
    }

    fn due(&mut self) -> Result<(), Stop> {
        let now = Instant::now();
        if self.answer_at.take_if(|at| *at <= now).is_some() {
            self.bob.phone.answer(self.bob.call, 200, "")?;
        }
        if self.digits_at.take_if(|at| *at <= now).is_some() {
            self.alice.phone.digits(self.alice.call, self.alice.says, None, 0)?;
            self.bob.phone.digits(self.bob.call, self.bob.says, None, 0)?;
        }
        if self.talk_until.take_if(|at| *at <= now).is_some() {
            self.media_failed = true;
            self.note(now, "nothing more to wait for");
            self.hang_up()?;
        }
        Ok(())
    }

    fn happened(&mut self, side: Side, event: Event) -> Result<(), Stop> {
        let now = Instant::now();
        match event.what {
            Happened::Call { state: CallState::Incoming, .. } if side == Side::Bob => {
                self.bob.call = event.call;
                self.bob.phone.source(event.call, Source::Pcm)?;
                self.answer_at = Some(now + BELL); // the library has sent 180 already
            }
            Happened::Call { state: CallState::Connected, .. } => {
                self.party(side).connected = true;
                self.listen(side);
                if self.alice.connected && self.bob.connected && self.talk_until.is_none() {
                    self.digits_at = Some(now + FIRST);
                    self.talk_until = Some(now + TALK);
                }
            }
            Happened::Call { state: CallState::Ended, sip_code, result } => {
                let party = self.party(side);
                party.ended = Some((sip_code, result));
                let reason = party.phone.call_text(event.call, Text::Reason);
                if !party.connected {
                    let how = ended(sip_code, &reason, result);
                    return Err(Stop::new(Exit::CallFailed, advised(&format!("the call failed: {how}"), result)));
                }
            }
            Happened::Digit { digit, .. } => {
                self.party(side).digits.push(digit);
                let name = if side == Side::Alice { "bob" } else { "alice" };
                let text =
                    if side == Side::Alice { format!("◀ digit {digit}") } else { format!("digit {digit} ▶") };
                self.output.say(
                    "digit",
                    || json!({ "from": name, "digit": digit.to_string() }),
                    &self.ladder.note(now, &text),
                );
            }
            Happened::Poisoned => return Err(poisoned()),
            _ => {}
        }
        Ok(())
    }

    fn listen(&mut self, side: Side) {
        let wanted = if side == Side::Alice { self.bob.plays } else { self.alice.plays };
        let (stop, sender) = (Arc::clone(&self.stop), self.sender.clone());
        let party = self.party(side);
        *party.ears.lock() = Some(Listener::new(wanted, RATE));
        let thread = voice(side, party.phone, party.call, party.plays, Arc::clone(&party.ears), stop, sender);
        self.threads.push(thread);
    }

    /// The tones and digits have all arrived: the call may end.
    fn finish(&mut self) -> Result<(), Stop> {
        let whole = |to: &Party, from: &Party| to.heard_ms() >= ENOUGH_MS && to.digits == spoken(from.says);
        if self.talk_until.is_some() && whole(&self.alice, &self.bob) && whole(&self.bob, &self.alice) {
            self.talk_until = None;
            self.hang_up()?;
        }
        Ok(())
    }

    fn hang_up(&mut self) -> Result<(), Stop> {
        for party in [&mut self.alice, &mut self.bob] {
            party.stats = party.phone.stats(party.call)?; // before the end: a forwarder releases the ended call at once
        }
        Ok(self.alice.phone.hangup(self.alice.call, "")?)
    }

    fn heard(&mut self, side: Side, at: Instant) {
        let (from, text) = match side {
            Side::Alice => (&self.bob, format!("◀ ♪ {} + {} Hz", self.bob.plays.0, self.bob.plays.1)),
            Side::Bob => (&self.alice, format!("{} + {} Hz ♪ ▶", self.alice.plays.0, self.alice.plays.1)),
        };
        let fields = || json!({ "from": from.name, "hz": [from.plays.0, from.plays.1] });
        self.output.say("tone", fields, &self.ladder.note(at, &text));
    }

    fn note(&self, at: Instant, text: &str) {
        self.output.line(&self.ladder.note(at, text));
    }

    fn show(&self, message: &Traced) {
        let label = ladder::label(&message.bytes);
        let since = message.at.saturating_duration_since(self.output.start()).as_micros() as u64;
        let from = if message.sent { "alice" } else { "bob" };
        let fields = || json!({ "from": from, "at_us": since, "label": label, "missing": message.missing });
        let label = format!("{label}{}", missing(message.missing));
        self.output.say("trace", fields, &self.ladder.arrow(message.at, message.sent, &label));
    }

    /// The packets that arrived, in numbers; true: all did.
    fn judge(&self) -> Result<(), Stop> {
        self.output.line("");
        let mut missing = Vec::new();
        for (to, from) in [(&self.bob, &self.alice), (&self.alice, &self.bob)] {
            let (heard, wanted) = (to.heard_ms(), spoken(from.says));
            let ok = heard >= ENOUGH_MS && to.digits == wanted;
            let text = format!(
                "{} {:<5} ▶ {:<5} tone {} + {} Hz recognised for {heard} ms, digits {}",
                if ok { "✓" } else { "✗" },
                from.name,
                to.name,
                from.plays.0,
                from.plays.1,
                if to.digits.is_empty() { "none" } else { &to.digits },
            );
            let fields = || json!({ "from": from.name, "to": to.name, "tone_ms": heard, "digits": to.digits, "wanted": wanted, "ok": ok });
            self.output.say("arrived", fields, &text);
            if heard < ENOUGH_MS {
                missing.push(format!("the tone of {} did not reach {}", from.name, to.name));
            }
            if to.digits != wanted {
                missing.push(format!("of the digits {wanted} of {}, {} got \"{}\"", from.name, to.name, to.digits));
            }
        }
        for party in [&self.alice, &self.bob] {
            let stats = &party.stats;
            let fields = || {
                json!({
                    "of": party.name, "sent": stats.sent, "received": stats.received, "lost": stats.lost, "late": stats.late,
                    "duplicate": stats.duplicate, "concealed_ms": stats.concealed_ms, "jitter_us": stats.jitter_us, "rtt_us": stats.rtt_us,
                    "mos": mos(stats.mos_x100), "remote_mos": mos(stats.remote_mos_x100),
                })
            };
            self.output.say("stats", fields, &format!("  {:<5}   {}", party.name, numbers(stats)));
        }
        let broken =
            [&self.alice, &self.bob].into_iter().find_map(|party| party.ended.filter(|(_, result)| *result != 0));
        self.output.say("result", || json!({ "ok": missing.is_empty() && broken.is_none() && !self.media_failed }), "");
        if !missing.is_empty() {
            return Err(Stop::new(
                Exit::NoMedia,
                format!("{}\n  is UDP filtered on the loopback interface?", missing.join("; ")),
            ));
        }
        match broken {
            Some((sip_code, result)) => {
                Err(Stop::new(Exit::CallFailed, format!("the call broke off: {}", ended(sip_code, "", result))))
            }
            None => Ok(()),
        }
    }
}
