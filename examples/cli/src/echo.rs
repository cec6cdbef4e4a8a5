//! `microsip echo`: answers every call and echoes its sound.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::app::{self, App, Job};
use crate::args::{Echo, Show};
use crate::event::{CallState, Event, Happened};
use crate::output::Output;
use crate::phone::{Id, Source, Text};
use crate::session::{Session, Stop, account, ended, listening};
use crate::talk::mos;

pub(crate) fn run(show: &Show, output: &Arc<Output>, echo: &Echo) -> Result<(), Stop> {
    raise_descriptor_limit();
    let account = account(&echo.account)?;
    let session = Session::open(show, output, &echo.network, echo.max_calls, true, true)?; // an echo needs no device
    let conference = if echo.conference { Some(session.phone().conference()?) } else { None };
    let mut say = Say {
        calls: echo.max_calls,
        quiet: show.quiet,
        conference,
        early: echo.early,
        accepting: VecDeque::new(),
        from: HashMap::new(),
    };
    app::run(session, output, account, &mut say)
}

struct Say {
    calls: u32,
    quiet: bool,
    /// All calls are in it, and hear each other instead of themselves.
    conference: Option<Id>,
    /// The time of early media before the answer.
    early: Option<Duration>,
    /// Calls with early media, and the time of their answer: the next is the first.
    accepting: VecDeque<(Instant, Id)>,
    /// The caller, while the call lasts.
    from: HashMap<Id, String>,
}

impl<'a> Job<'a> for Say {
    fn ready(&mut self, app: &mut App<'a>) -> Result<(), Stop> {
        let what = if self.conference.is_some() { "conference at" } else { "echo at" };
        listening(app.phone, app.output, what, &format!(", up to {} calls at once", self.calls));
        Ok(())
    }

    fn incoming(&mut self, app: &mut App<'a>, call: Id) -> Result<(), Stop> {
        // A caller may be gone before we answer: its ended event follows.
        let begun = match self.conference {
            Some(conference) => app.phone.join(conference, call),
            None => app.phone.source(call, Source::Echo),
        };
        let code = if self.early.is_some() { 183 } else { 200 };
        let _ = begun.and_then(|()| app.phone.answer(call, code, ""));
        self.accepting.extend(self.early.map(|time| (Instant::now() + time, call)));
        if !self.quiet {
            self.from.insert(call, app.phone.call_text(call, Text::RemoteUri));
        }
        Ok(())
    }

    fn next(&self) -> Option<Instant> {
        self.accepting.front().map(|(at, _)| *at)
    }

    fn due(&mut self, app: &mut App<'a>, now: Instant) {
        while let Some((_, call)) = self.accepting.front().copied().filter(|(at, _)| *at <= now) {
            self.accepting.pop_front();
            let _ = app.phone.answer(call, 200, ""); // it may be gone
        }
    }

    fn happened(&mut self, app: &mut App<'a>, event: Event) {
        let Happened::Call { state: CallState::Ended, sip_code, result } = event.what else { return };
        if self.quiet {
            return app.phone.release(event.call);
        }
        let (phone, call) = (app.phone, event.call);
        let from = self.from.remove(&call).unwrap_or_default();
        let (stats, end) = (phone.stats(call).unwrap_or_default(), phone.end(call));
        let talked = phone.talked(call).unwrap_or_default();
        let how = match result {
            0 => String::new(),
            _ => format!(", {}", ended(sip_code, &phone.call_text(call, Text::Reason), result)),
        };
        let text = format!(
            "{from}: {:.1} s, {} packets in, {} out, {} lost{how}",
            talked.as_secs_f64(),
            stats.received,
            stats.sent,
            stats.lost
        );
        let fields = || {
            json!({
                "call": call, "from": from, "state": "ended", "sip_code": sip_code, "result": result,
                "cause": end.cause(), "ended_by": end.side(),
                "talked_ms": talked.as_millis() as u64, "sent": stats.sent, "received": stats.received, "lost": stats.lost,
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
