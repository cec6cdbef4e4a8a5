//! Messages that come: printed, and answered as the policy says.

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::{Message, Policy};
use crate::abi as c;
use crate::app::{App, Job};
use crate::body;
use crate::event::{Event, Happened};
use crate::output::harmless;
use crate::phone::{Id, Party};
use crate::session::{Exit, Stop, listening};

/// Messages that wait to be printed; more are refused (480) until they are.
pub(super) const AT_ONCE: u32 = 64;

pub(super) struct Take<'a> {
    message: &'a Message,
    taken: u32,
    until: Option<Instant>,
    /// It waits for messages.
    on: bool,
}

impl<'a> Take<'a> {
    pub(super) fn new(message: &'a Message) -> Self {
        Self { message, taken: 0, until: None, on: false }
    }

    fn end(&mut self, app: &mut App<'a>, done: Result<(), Stop>) {
        self.on = false;
        app.finish(done);
    }
}

/// Prints a message that came, or an INFO of a call; `number`: its place among those that were waited for.
pub(crate) fn show(app: &App<'_>, id: Id, number: Option<u32>) {
    let phone = app.phone;
    let (info, call) = phone.of_call(id);
    let package = if info { phone.text_of(id, c::MICROSIP_TXT_PACKAGE, 0) } else { String::new() };
    let [uri, name, to, kind] = [
        c::MICROSIP_TXT_REMOTE_URI,
        c::MICROSIP_TXT_REMOTE_NAME,
        c::MICROSIP_TXT_LOCAL_URI,
        c::MICROSIP_TXT_CONTENT_TYPE,
    ]
    .map(|which| phone.text_of(id, which, 0));
    let (body, from) = (phone.body(id), Party { uri, name });
    let fields = || {
        let mut fields = Map::new();
        let number = number.map(|number| ("number", json!(number)));
        let call = (call != 0).then(|| ("call", json!(call)));
        let package = info.then(|| ("package", json!(package)));
        for (name, value) in number.into_iter().chain(call).chain(package).chain([
            ("message", json!(id)),
            ("state", json!("received")),
            ("from", json!(from.uri)),
            ("name", json!(from.name)),
            ("to", json!(to)),
        ]) {
            fields.insert(name.to_owned(), value);
        }
        body::fields(&mut fields, &kind, &body);
        Value::Object(fields)
    };
    let (event, what) = match (info, package.as_str()) {
        (false, _) => ("message", "message".to_owned()),
        (true, "") => ("info", "INFO".to_owned()),
        (true, package) => ("info", format!("INFO {}", harmless(package))),
    };
    app.output.say(event, fields, &body::words(&format!("{what} from {from}"), &kind, &body));
}

impl<'a> Job<'a> for Take<'a> {
    fn ready(&mut self, app: &mut App<'a>) -> Result<(), Stop> {
        self.on = true;
        self.until = self.message.length.map(|length| Instant::now() + length);
        listening(app.phone, app.output, "waiting for messages at", "");
        Ok(())
    }

    fn incoming(&mut self, app: &mut App<'a>, call: Id) -> Result<(), Stop> {
        app.refuse(call, 480, "`microsip answer` and `microsip echo` take calls");
        Ok(())
    }

    fn next(&self) -> Option<Instant> {
        self.until.filter(|_| self.on)
    }

    fn due(&mut self, app: &mut App<'a>, now: Instant) {
        if !self.on || self.until.is_none_or(|until| until > now) {
            return;
        }
        let done = match self.message.count {
            Some(count) => {
                let text = format!("{} of {count} messages came in time; --for TIME waits longer", self.taken);
                Err(Stop::new(Exit::NoAnswer, text))
            }
            None => Ok(()),
        };
        self.end(app, done);
    }

    fn takes_messages(&self) -> bool {
        true
    }

    fn happened(&mut self, app: &mut App<'a>, event: Event) {
        let id = event.object;
        if let Happened::Composing { active } = event.what
            && self.on
        {
            return composing(app, id, active);
        }
        let Happened::Message { state } = event.what else { return };
        // one that was given up meanwhile was told so; behind the last one nobody looks
        if !self.on || !matches!(state, c::MICROSIP_UNREAD | c::MICROSIP_KEPT) {
            return;
        }
        self.taken += 1;
        show(app, id, Some(self.taken));
        if self.message.policy == Some(Policy::Answer)
            && let Err(failure) = app.phone.message_answer(id, self.message.code.unwrap_or(200))
        {
            app.output.problem(&failure.into());
        }
        if self.message.notices {
            for state in [c::MICROSIP_NOTICE_DELIVERED, c::MICROSIP_NOTICE_DISPLAYED] {
                // one that was refused is told nothing, and who does not want to be known cannot be
                let _ = app.phone.message_notice(id, state);
            }
        }
        if self.message.policy != Some(Policy::Answer) {
            app.phone.release(id);
        }
        if Some(self.taken) == self.message.count {
            self.end(app, Ok(()));
        }
    }
}

/// A far end writes, or does not any more.
fn composing(app: &App<'_>, id: Id, active: bool) {
    let [uri, name] =
        [c::MICROSIP_TXT_REMOTE_URI, c::MICROSIP_TXT_REMOTE_NAME].map(|which| app.phone.text_of(id, which, 0));
    let from = Party { uri, name };
    let text = if active { format!("{from} is writing") } else { format!("{from} is not writing any more") };
    let fields = || json!({ "from": from.uri, "name": from.name, "state": if active { "active" } else { "idle" } });
    app.output.say("composing", fields, &text);
}
