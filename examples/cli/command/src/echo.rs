//! `microsip echo`: answers every call and echoes its sound.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::account::lines;
use crate::answer::FOLLOWS;
use crate::app::{self, App, Job, Room};
use crate::args::{Course, Echo, Show, Sound};
use crate::event::{CallState, Event, Happened};
use crate::output::Output;
use crate::phone::{Failure, Handle, Id, Source, Text};
use crate::session::{Session, Stop, account, ended, listening, publishing};
use crate::talk::{Side, Talk, effective, files, mos, one_recording, unless_gone};

pub(crate) fn run(show: &Show, output: &Arc<Output>, echo: &Echo) -> Result<(), Stop> {
    raise_descriptor_limit();
    let account = publishing(account(&echo.account, &echo.network, false)?, echo.publish)?;
    one_recording(&echo.course, echo.max_calls, echo.conference)?;
    effective(&echo.course, &echo.network, account.as_ref(), Side::Called)?;
    let session = Session::open(show, output, &echo.network, echo.max_calls, true, true)?; // an echo needs no device
    files(session.phone(), &echo.course)?;
    let sound = Sound { null_audio: true, early: echo.early, course: echo.course.clone(), ..Sound::default() };
    let mut say = Say {
        echo,
        sound: &sound,
        headers: lines(&echo.header),
        quiet: show.quiet,
        watched: output.in_place() || echo.course != Course::default() || echo.network.refer.is_some(),
        room: None,
        accepting: VecDeque::new(),
    };
    app::run(session, output, account, &mut say)
}

/// The time of early media without `--after`.
const EARLY: Duration = Duration::from_secs(2);

struct Say<'a> {
    echo: &'a Echo,
    sound: &'a Sound,
    /// Header lines of the responses.
    headers: String,
    quiet: bool,
    /// The calls are the loop's: somebody looks at them, or has something to do with each. Else one line at its end is
    /// all that a call costs.
    watched: bool,
    /// The conference, unless it is the loop's.
    room: Option<Room<'a>>,
    /// Calls with early media, and the time of their answer: the next is the first.
    accepting: VecDeque<(Instant, Id)>,
}

impl Say<'_> {
    /// The time of early media.
    fn after(&self) -> Option<Duration> {
        self.echo.early.then(|| self.echo.after.unwrap_or(EARLY))
    }

    /// 183 brings early media; the 200 follows.
    fn answer(&self, phone: Handle, call: Id) -> Result<(), Failure> {
        phone.answer(call, if self.echo.early { 183 } else { 200 }, &self.headers)
    }

    /// A caller that cannot be answered is told so, and we are; one that is gone is no fault.
    fn or_refuse(&self, app: &App<'_>, call: Id, done: Result<(), Failure>) {
        if let Err(failure) = unless_gone(done) {
            app.output.problem(&failure.into());
            let _ = app.phone.reject(call, 500); // it may be gone by now
        }
    }
}

impl<'a> Job<'a> for Say<'a> {
    fn ready(&mut self, app: &mut App<'a>) -> Result<(), Stop> {
        app.listen_to_keys(self.echo.course.keys);
        self.watched |= app.has_keys();
        app.several.on = self.watched;
        let what = if self.echo.conference { "conference at" } else { "echo at" };
        if self.echo.conference {
            let room = Some(Room::open(app.phone, &self.sound.course, false)?);
            *(if self.watched { &mut app.several.room } else { &mut self.room }) = room;
        }
        listening(app.phone, app.output, what, &format!(", up to {} calls at once", self.echo.max_calls));
        Ok(())
    }

    fn several(&self) -> bool {
        self.watched
    }

    fn incoming(&mut self, app: &mut App<'a>, call: Id) -> Result<(), Stop> {
        // A caller may be gone before we answer: its ended event follows.
        let begun = match &mut self.room {
            Some(room) => room.enter(app.phone, call),
            None if self.echo.conference => Ok(()),
            None => app.phone.source(call, Source::Echo),
        };
        self.or_refuse(app, call, begun.and_then(|()| self.answer(app.phone, call)));
        if self.watched {
            app.announce(call);
            let talk = Talk::new(app.phone, app.output, call, self.sound).incoming();
            let talk = talk.codecs(self.echo.network.codec.as_deref()).dtmf(self.echo.course.dtmf.as_deref());
            app.talk(match self.after() {
                Some(time) => talk.accept_after(time, self.headers.clone()),
                None => talk,
            });
            return Ok(());
        }
        self.accepting.extend(self.after().map(|time| (Instant::now() + time, call)));
        Ok(())
    }

    /// It goes on with the others.
    fn over(&mut self, app: &mut App<'a>, done: Result<(), Stop>) {
        if let Err(stop) = done {
            app.output.problem(&stop);
        }
    }

    fn next(&self) -> Option<Instant> {
        self.accepting.front().map(|(at, _)| *at)
    }

    fn due(&mut self, app: &mut App<'a>, now: Instant) {
        while let Some((_, call)) = self.accepting.front().copied().filter(|(at, _)| *at <= now) {
            self.accepting.pop_front();
            self.or_refuse(app, call, app.phone.answer(call, 200, &self.headers));
        }
    }

    fn refer(&mut self, app: &mut App<'a>, from: Id, refer: Id) {
        let Some(call) = app.follow(from, refer, Source::Echo) else { return };
        let talk = Talk::new(app.phone, app.output, call, self.sound).answer_within(FOLLOWS);
        let talk = talk.codecs(self.echo.network.codec.as_deref());
        app.talk(talk.dtmf(self.echo.course.dtmf.as_deref()));
    }

    fn happened(&mut self, app: &mut App<'a>, event: Event) {
        let Happened::Call { state: CallState::Ended, sip_code, result } = event.what else { return };
        if self.quiet {
            return app.phone.release(event.call);
        }
        let (phone, call) = (app.phone, event.call);
        let (from, stats) = (phone.party(call), phone.stats(call).unwrap_or_default());
        let talked = phone.talked(call).unwrap_or_default().as_millis() as u64;
        let how = match result {
            0 => String::new(),
            _ => format!(", {}", ended(sip_code, &phone.call_text(call, Text::Reason), result)),
        };
        let text = format!(
            "{from}: {}.{} s, {} packets in, {} out, {} lost{how}",
            talked / 1000,
            talked % 1000 / 100,
            stats.received,
            stats.sent,
            stats.lost
        );
        let fields = || {
            let end = phone.end(call);
            json!({
                "call": call, "from": from.uri, "name": from.name, "state": "ended", "sip_code": sip_code, "result": result,
                "cause": end.cause(), "ended_by": end.side(),
                "talked_ms": talked, "sent": stats.sent, "received": stats.received, "lost": stats.lost,
                "mos": mos(stats.mos_x100), "remote_mos": mos(stats.remote_mos_x100),
            })
        };
        app.output.say("call", fields, &text);
        phone.release(call);
    }
}

/// A call needs two descriptors (RTP, RTCP); the library never touches the process's limit, so the program does.
#[cfg(unix)]
fn raise_descriptor_limit() {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is ours, and both calls only read and write it.
    unsafe {
        if libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) == 0 {
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit);
        }
    }
}

#[cfg(not(unix))]
fn raise_descriptor_limit() {}
