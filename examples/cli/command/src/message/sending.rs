//! Messages that are sent: one after the other, each once the one before it has its end.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use serde_json::json;

use super::Message;
use super::texts::{Body, given, lines};
use crate::abi as c;
use crate::account::lines as header_lines;
use crate::app::{App, Job};
use crate::event::{Event, Happened};
use crate::interrupt::interrupted;
use crate::phone::Id;
use crate::session::{Exit, Stop, ended};

/// The time between two looks at standard input while nothing is under way: shorter than a person notices.
const LOOK: Duration = Duration::from_millis(20);
/// A body that with the headers of a common request may be longer than 1300 bytes, which go by TCP or not at all
/// (RFC 3428 §8).
const LONG: usize = 800;
/// The time for which notices are waited for, behind the last message.
const NOTICES: Duration = Duration::from_secs(10);

pub(super) struct Send<'a> {
    message: &'a Message,
    waiting: VecDeque<Vec<u8>>,
    lines: Option<Receiver<Body>>,
    /// More than one is, or may be, sent: each is told with its number.
    several: bool,
    /// The last one that has left, or is leaving.
    number: u64,
    under_way: bool,
    /// The bytes of its body.
    length: usize,
    /// Sending has begun, and its end has not.
    on: bool,
    /// The end of the first that failed.
    failed: Option<Stop>,
    /// Those whose notices are waited for, with their numbers.
    awaited: Vec<(Id, u64)>,
    /// All is sent: notices are waited for until then.
    until: Option<Instant>,
}

impl<'a> Send<'a> {
    pub(super) fn new(message: &'a Message) -> Result<Self, Stop> {
        let waiting: VecDeque<_> = given(message).map_err(|text| Stop::new(Exit::Usage, text))?.into();
        Ok(Self {
            message,
            several: message.lines || waiting.len() > 1,
            waiting,
            lines: None,
            number: 0,
            under_way: false,
            length: 0,
            on: false,
            failed: None,
            awaited: Vec::new(),
            until: None,
        })
    }

    fn to(&self) -> &'a str {
        self.message.target.as_deref().unwrap_or_default()
    }

    fn label(&self) -> String {
        if self.several { format!("message {}: ", self.number) } else { String::new() }
    }

    /// The next body; none: there are no more, or none yet.
    fn next_body(&mut self) -> Option<Vec<u8>> {
        if let Some(body) = self.waiting.pop_front() {
            return Some(body);
        }
        match self.lines.as_ref()?.try_recv() {
            Ok(Ok(body)) => return Some(body),
            Ok(Err(wrong)) => {
                self.fail(Stop::new(Exit::Usage, wrong));
                self.lines = None;
            }
            Err(TryRecvError::Disconnected) => self.lines = None,
            Err(TryRecvError::Empty) => {}
        }
        None
    }

    fn fail(&mut self, stop: Stop) {
        self.failed.get_or_insert(stop);
    }

    fn go_on(&mut self, app: &mut App<'a>) {
        if !self.on || self.under_way || self.until.is_some() {
            return;
        }
        match self.next_body() {
            Some(body) => {
                self.number += 1;
                if let Err(stop) = self.send(app, &body) {
                    self.fail(stop);
                    self.stop(app);
                }
            }
            None if self.lines.is_none() => self.stop(app),
            None => {}
        }
    }

    fn stop(&mut self, app: &mut App<'a>) {
        if self.failed.is_none() && !self.awaited.is_empty() && self.until.is_none() {
            self.until = Some(Instant::now() + self.message.length.unwrap_or(NOTICES));
            return;
        }
        self.on = false;
        app.finish(self.failed.take().map_or(Ok(()), Err));
    }

    fn send(&mut self, app: &App<'a>, body: &[u8]) -> Result<(), Stop> {
        let (message, to, number) = (self.message, self.to(), self.number);
        // its MESSAGE is shown behind this
        let tracer = app.tracer.clone();
        let held = tracer.as_ref().map(|tracer| tracer.hold());
        let headers = header_lines(&message.header);
        let notices = if message.notices { c::MICROSIP_WANT_DELIVERY | c::MICROSIP_WANT_DISPLAY } else { 0 };
        let content = (message.kind.as_deref(), headers.as_str(), body);
        let id = app.phone.message_send(app.account, to, content, notices, number)?;
        if message.notices {
            self.awaited.push((id, number));
        }
        (self.under_way, self.length) = (true, body.len());
        let uri = app.phone.text_of(id, c::MICROSIP_TXT_REMOTE_URI, 0);
        let whole = if uri.is_empty() || uri == to { String::new() } else { format!(" as {uri}") };
        let fields = || json!({ "message": id, "number": number, "state": "sending", "to": to, "uri": uri, "bytes": body.len() });
        app.output.say("message", fields, &format!("{}sending to {to}{whole}", self.label()));
        drop(held);
        Ok(())
    }

    /// A notice of one that was sent.
    fn delivery(&mut self, app: &mut App<'a>, id: Id, state: u32) {
        let Some(number) = self.awaited.iter().find(|(awaited, _)| *awaited == id).map(|(_, number)| *number) else {
            return;
        };
        let (word, text, last) = became(state);
        let name = app.phone.text_of(id, c::MICROSIP_TXT_MESSAGE_ID, 0);
        let label = if self.several { format!("message {number}: ") } else { String::new() };
        let fields = || json!({ "message": id, "number": number, "state": word, "message_id": name });
        app.output.say("message", fields, &format!("{label}{text}"));
        if last {
            self.awaited.retain(|(awaited, _)| *awaited != id);
        }
        if self.on && self.until.is_some() && self.awaited.is_empty() {
            self.stop(app);
        }
    }

    /// Its end. One that nobody answered stops the others: they would wait as long, each.
    fn over(&mut self, app: &mut App<'a>, id: Id, sip_code: u32, result: i32) {
        self.under_way = false;
        let reason = app.phone.text_of(id, c::MICROSIP_TXT_REASON, 0);
        let uri = app.phone.text_of(id, c::MICROSIP_TXT_REMOTE_URI, 0);
        let uri = if uri.is_empty() { self.to().to_owned() } else { uri };
        let (number, label) = (self.number, self.label());
        let state = match (result, sip_code) {
            (0, 202) => "stored",
            (0, _) => "accepted",
            (c::MICROSIP_E_REFUSED | c::MICROSIP_E_AUTH, _) => "refused",
            _ => "failed",
        };
        let text = match state {
            "stored" => format!("{label}{uri} keeps it until it is read: {sip_code} {reason}"),
            "accepted" => format!("{label}{uri} accepted it: {sip_code} {reason}"),
            _ => String::new(), // told as the fault it is
        };
        let fields = || {
            json!({
                "message": id, "number": number, "state": state, "uri": uri, "sip_code": sip_code, "reason": reason,
                "result": result,
            })
        };
        app.output.say("message", fields, text.trim_end());
        if let Some(mut stop) = unless_accepted(&label, &uri, sip_code, &reason, result, self.length) {
            self.awaited.retain(|(awaited, _)| *awaited != id);
            if self.several {
                app.output.problem(&stop);
                stop.told = true;
            }
            let silent = matches!(sip_code, 0 | 408);
            self.fail(stop);
            if silent {
                let left = self.waiting.len();
                if left > 0 || self.lines.is_some() {
                    let more = if left > 0 { format!("{left} more") } else { "what follows".to_owned() };
                    let fields = || json!({ "state": "unsent", "messages": left });
                    app.output.say("message", fields, &format!("not sent: {more}, for {uri} is not there"));
                }
                return self.stop(app);
            }
        }
        self.go_on(app);
    }
}

/// The words of MICROSIP_NOTICE_*, for programs and for people, and whether nothing more is to come.
const fn became(state: u32) -> (&'static str, &'static str, bool) {
    match state {
        c::MICROSIP_NOTICE_DELIVERED => ("delivered", "it was delivered", false),
        c::MICROSIP_NOTICE_DISPLAYED => ("displayed", "it was displayed", true),
        c::MICROSIP_NOTICE_FAILED => ("undelivered", "it could not be delivered", true),
        c::MICROSIP_NOTICE_PROCESSED => ("processed", "it is on its way", false),
        c::MICROSIP_NOTICE_FORBIDDEN => ("untold", "its recipient does not tell", true),
        _ => ("unknown", "what became of it is not known", true),
    }
}

/// The fault of a message that was not accepted.
fn unless_accepted(label: &str, uri: &str, sip_code: u32, reason: &str, result: i32, length: usize) -> Option<Stop> {
    if result == c::MICROSIP_OK {
        return None;
    }
    let how = ended(sip_code, reason, result);
    Some(match sip_code {
        _ if interrupted() => Stop::new(Exit::CallFailed, format!("{label}interrupted before {uri} answered")),
        408 | 480 => Stop::of(Exit::NoAnswer, &format!("{label}{uri} was not reached: {how}"), sip_code, result),
        0 if result == c::MICROSIP_E_TIMEOUT => {
            Stop::of(Exit::NoAnswer, &format!("{label}no answer from {uri}: {how}"), sip_code, result)
        }
        0 if result == c::MICROSIP_E_UNREACHABLE && length > LONG => {
            let text = format!(
                "{label}not sent to {uri}: {how}\n  a message of more than 1300 bytes with its headers goes by TCP, and \
                 nothing takes TCP there: send less, or check host and port"
            );
            Stop { result, ..Stop::new(Exit::CallFailed, text) }
        }
        0 => Stop::of(Exit::CallFailed, &format!("{label}not sent to {uri}: {how}"), sip_code, result),
        _ => Stop::of(Exit::CallFailed, &format!("{label}{uri} refused it: {how}"), sip_code, result),
    })
}

impl<'a> Job<'a> for Send<'a> {
    fn ready(&mut self, app: &mut App<'a>) -> Result<(), Stop> {
        self.on = true;
        if self.message.lines {
            self.lines = Some(lines(self.message.kind.is_some()));
        }
        self.go_on(app);
        Ok(())
    }

    fn incoming(&mut self, app: &mut App<'a>, call: Id) -> Result<(), Stop> {
        app.refuse(call, 480, "`microsip answer` and `microsip echo` take calls");
        Ok(())
    }

    fn next(&self) -> Option<Instant> {
        if self.until.is_some() {
            return self.until.filter(|_| self.on);
        }
        (self.on && !self.under_way && self.lines.is_some()).then(|| Instant::now() + LOOK)
    }

    fn due(&mut self, app: &mut App<'a>, now: Instant) {
        if self.on && self.until.is_some_and(|until| until <= now) {
            let text = "no notice came in time of what became of it; --for TIME waits longer";
            app.output.say("message", || json!({ "state": "unknown", "messages": self.awaited.len() }), text);
            return self.stop(app);
        }
        self.go_on(app);
    }

    fn happened(&mut self, app: &mut App<'a>, event: Event) {
        if let Happened::Delivery { state } = event.what {
            return self.delivery(app, event.object, state);
        }
        if let Happened::Sent { sip_code, result } = event.what
            && event.token == self.number
            && self.under_way
        {
            self.over(app, event.object, sip_code, result);
        }
    }

    /// Ctrl-C came before the end of what was sent.
    fn closed(&mut self, app: &mut App<'a>) {
        if self.on && interrupted() {
            let text = if self.under_way { "interrupted before the message was answered" } else { "interrupted" };
            let over = !self.under_way && self.waiting.is_empty();
            let failed = self.failed.take().or_else(|| (!over).then(|| Stop::new(Exit::CallFailed, text)));
            app.finish(failed.map_or(Ok(()), Err));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_says_what_became_of_it() {
        let exit = |sip_code, result| unless_accepted("", "sip:x", sip_code, "", result, 10).map(|stop| stop.exit);
        assert_eq!((exit(200, 0), exit(202, 0)), (None, None));
        assert_eq!(exit(486, c::MICROSIP_E_REFUSED), Some(Exit::CallFailed));
        assert_eq!(exit(480, c::MICROSIP_E_REFUSED), Some(Exit::NoAnswer));
        assert_eq!(exit(0, c::MICROSIP_E_TIMEOUT), Some(Exit::NoAnswer));
        assert_eq!(exit(0, c::MICROSIP_E_UNREACHABLE), Some(Exit::CallFailed));
        let long = unless_accepted("", "sip:x", 0, "", c::MICROSIP_E_UNREACHABLE, 3000).unwrap();
        assert!(long.text.contains("goes by TCP"), "{}", long.text);
    }
}
