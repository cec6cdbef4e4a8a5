//! The parties that are watched, until all are over, or the time is.

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::{Common, Package, shown};
use crate::abi as c;
use crate::app::{App, Job};
use crate::body;
use crate::event::{Event, Happened};
use crate::interrupt::interrupted;
use crate::phone::{Id, Watch, Watching};
use crate::session::{Exit, Stop, ended};

/// A party.
struct Party {
    subscription: Id,
    uri: String,
    /// Something was told: what is shown of it, so that the same is not shown twice.
    told: Option<Value>,
    /// Of a list: the same of each of its parties, by URI.
    listed: Vec<(String, Value)>,
    /// It was printed that each change is told.
    active: bool,
    /// It was printed that somebody has to agree first.
    pending: bool,
    over: bool,
}

pub(super) struct Look<'a> {
    common: &'a Common,
    package: &'a Package,
    watch: Watch<'a>,
    parties: Vec<Party>,
    until: Option<Instant>,
    on: bool,
    /// The end of the first that failed.
    failed: Option<Stop>,
}

/// A step of a subscription, to be printed.
struct Step<'s> {
    subscription: Id,
    uri: &'s str,
    state: &'s str,
    of: Watching,
    /// The words of the far end; empty: there were none.
    reason: &'s str,
}

/// The end of a subscription, for people and as an exit code.
fn verdict(step: &Step) -> Stop {
    let (uri, code, result) = (step.uri, step.of.sip_code, step.of.result);
    let how = ended(code, step.reason, result);
    let (exit, text) = match code {
        // it was accepted, and a notification ended it (rfc6665#4.1.3)
        _ if result == c::MICROSIP_OK => {
            let why = if step.reason.is_empty() { String::new() } else { format!(": {}", step.reason) };
            return Stop::new(Exit::CallFailed, format!("{uri} ended the subscription{why}"));
        }
        408 | 480 => (Exit::NoAnswer, format!("{uri} was not reached: {how}")),
        0 if result == c::MICROSIP_E_TIMEOUT => (Exit::NoAnswer, format!("no answer from {uri}: {how}")),
        0 => (Exit::CallFailed, format!("{uri} was not asked: {how}")),
        _ => (Exit::CallFailed, format!("{uri} refused the subscription: {how}")),
    };
    Stop::of(exit, &text, code, result)
}

/// A document came, and nothing of it is known.
fn unread(uri: &str) -> String {
    format!("{uri} told something that cannot be read: it is none of this event's documents, or is broken; see --trace")
}

impl Party {
    /// Shows the parties of a list of which something changed, and those that are not in it any more.
    fn show_listed(&mut self, app: &App<'_>, package: &Package, parties: &[shown::Listed]) {
        let before = std::mem::take(&mut self.listed);
        let known = |listed: &[(String, Value)], uri: &str, value: Option<&Value>| {
            listed.iter().any(|(one, told)| one == uri && value.is_none_or(|value| told == value))
        };
        for party in parties {
            let mut told = named(self.subscription, &party.uri, package);
            told.insert("list".to_owned(), json!(self.uri));
            told.extend(party.fields.clone());
            let told = Value::Object(told);
            if !known(&before, &party.uri, Some(&told)) {
                app.output.say("notify", || told.clone(), &format!("{}: {}", party.uri, party.words));
            }
            self.listed.push((party.uri.clone(), told));
        }
        for (uri, _) in before.iter().filter(|(uri, _)| !known(&self.listed, uri, None)) {
            let mut told = named(self.subscription, uri, package);
            told.insert("list".to_owned(), json!(self.uri));
            told.insert("lamp".to_owned(), json!(shown::lamp(c::MICROSIP_LAMP_UNKNOWN)));
            told.insert("reason".to_owned(), json!("removed"));
            app.output.say("notify", || Value::Object(told), &format!("{uri}: not in the list any more"));
        }
    }

    /// All that it told is a document that cannot be read.
    fn cannot_be_read(&self, app: &App<'_>) -> bool {
        self.told.is_none() && app.phone.watching(self.subscription).is_some_and(|of| of.unread != 0)
    }
}

/// The beginning of what is shown of a party.
fn named(subscription: Id, uri: &str, package: &Package) -> Map<String, Value> {
    let fields = [("subscription", json!(subscription)), ("uri", json!(uri)), ("event", json!(package.name()))];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

impl<'a> Look<'a> {
    pub(super) fn new(common: &'a Common, package: &'a Package, watch: Watch<'a>) -> Self {
        Self { common, package, watch, parties: Vec::new(), until: None, on: false, failed: None }
    }

    fn ask(&mut self, app: &App<'a>, target: &str) -> Result<(), Stop> {
        // its SUBSCRIBE is shown behind this
        let tracer = app.tracer.clone();
        let held = tracer.as_ref().map(|tracer| tracer.hold());
        let subscription = app.phone.subscribe(app.account, target, &self.watch)?;
        let uri = app.phone.text_of(subscription, c::MICROSIP_TXT_REMOTE_URI, 0);
        let uri = if uri.is_empty() { target.to_owned() } else { uri };
        let step = Step { subscription, uri: &uri, state: "asking", of: Watching::default(), reason: "" };
        self.say(app, &step, &format!("asking {uri}"));
        drop(held);
        self.parties.push(Party {
            subscription,
            uri,
            told: None,
            listed: Vec::new(),
            active: false,
            pending: false,
            over: false,
        });
        Ok(())
    }

    fn say(&self, app: &App<'a>, step: &Step, text: &str) {
        let fields = || {
            json!({
                "subscription": step.subscription, "uri": step.uri, "event": self.package.name(), "state": step.state,
                "sip_code": step.of.sip_code, "result": step.of.result, "reason": step.reason,
            })
        };
        app.output.say("subscription", fields, text);
    }

    /// Shows what is known of the party with this index now, unless it was shown.
    fn show(&mut self, app: &App<'a>, at: usize, of: &Watching) {
        let Some(party) = self.parties.get_mut(at) else { return };
        let (phone, id, uri, package) = (app.phone, party.subscription, &party.uri.clone(), self.package);
        let mut told = named(id, uri, package);
        let text = if let Package::Other(_) = package {
            let (kind, content) = (phone.text_of(id, c::MICROSIP_TXT_CONTENT_TYPE, 0), phone.body(id));
            body::fields(&mut told, &kind, &content);
            body::words(uri, &kind, &content)
        } else if of.list {
            let entries = phone.entries(id);
            let parties = shown::parties(package, &entries);
            told.insert("parties".to_owned(), json!(parties.len()));
            told.insert("left_out".to_owned(), json!(of.left_out));
            party.show_listed(app, package, &parties);
            format!("{uri}: {}", shown::list(parties.len(), of.left_out))
        } else {
            let entries = phone.entries(id);
            shown::fields(&mut told, package, of, &entries);
            format!("{uri}: {}", shown::words(package, of, &entries))
        };
        let told = Value::Object(told);
        // a refresh tells what there is once more
        if party.told.as_ref() != Some(&told) {
            app.output.say("notify", || told.clone(), &text);
            party.told = Some(told);
        }
    }

    fn fail(&mut self, app: &App<'a>, mut stop: Stop) {
        if self.parties.len() > 1 {
            app.output.problem(&stop);
            stop.told = true;
        }
        self.failed.get_or_insert(stop);
    }

    /// The party with this index is watched no more: the far end has ended it, or it has failed.
    fn end(&mut self, app: &mut App<'a>, at: usize, failed: Option<Stop>) {
        if let Some(party) = self.parties.get_mut(at) {
            party.over = true;
            app.phone.unsubscribe(party.subscription); // one that has failed for now would be tried again
        }
        if let Some(stop) = failed {
            self.fail(app, stop);
        }
        if self.parties.iter().all(|party| party.over) {
            self.finish(app);
        }
    }

    fn finish(&mut self, app: &mut App<'a>) {
        self.on = false;
        app.finish(self.failed.take().map_or(Ok(()), Err));
    }

    /// The state of a subscription changed.
    fn changed(&mut self, app: &mut App<'a>, at: usize, state: u32) {
        let Some(party) = self.parties.get_mut(at) else { return };
        let id = party.subscription;
        let Some(of) = app.phone.watching(id) else { return };
        let (uri, reason) = (party.uri.clone(), app.phone.text_of(id, c::MICROSIP_TXT_REASON, 0));
        let step = |state| Step { subscription: id, uri: &uri, state, of, reason: &reason };
        match state {
            c::MICROSIP_SUB_ACTIVE if !std::mem::replace(&mut party.active, true) => {
                let text = if self.watch.once { String::new() } else { format!("watching {uri}") };
                self.say(app, &step("active"), &text);
            }
            c::MICROSIP_SUB_PENDING if !std::mem::replace(&mut party.pending, true) => {
                self.say(app, &step("pending"), &format!("{uri} has not agreed yet"));
            }
            c::MICROSIP_SUB_RETRYING if of.notified => {
                (party.active, party.pending) = (false, false);
                let why = match (of.result, &*reason) {
                    (c::MICROSIP_OK, "") => "it has ended for a time".to_owned(),
                    (c::MICROSIP_OK, reason) => format!("it has ended for a time, {reason}"),
                    (result, reason) => ended(of.sip_code, reason, result),
                };
                self.say(app, &step("retrying"), &format!("{uri} is not watched: {why}; it is tried again"));
            }
            // the first try came to nothing: as with a registration, that is the end
            c::MICROSIP_SUB_RETRYING => {
                self.say(app, &step("failed"), "");
                self.end(app, at, Some(verdict(&step("failed"))));
            }
            c::MICROSIP_SUB_ENDED => {
                let told = party.told.is_some();
                self.say(app, &step("ended"), "");
                let fetched = self.watch.once && of.result == c::MICROSIP_OK;
                let party = self.parties.get(at);
                if fetched && party.is_some_and(|party| party.cannot_be_read(app)) {
                    return self.end(app, at, Some(Stop::new(Exit::NoAnswer, unread(&uri))));
                }
                if fetched && !told {
                    // a notification without a body: nothing is known
                    self.show(app, at, &of);
                }
                self.end(app, at, (!fetched).then(|| verdict(&step("ended"))));
            }
            _ => {}
        }
        // the end says it by itself
        if of.unread != 0 && matches!(state, c::MICROSIP_SUB_PENDING | c::MICROSIP_SUB_ACTIVE) {
            self.say(app, &step("unread"), &unread(&uri));
        }
    }
}

impl<'a> Job<'a> for Look<'a> {
    fn ready(&mut self, app: &mut App<'a>) -> Result<(), Stop> {
        self.on = true;
        self.until = self.common.length.map(|length| Instant::now() + length);
        self.common.target.iter().try_for_each(|target| self.ask(app, target))
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
        let silent = self
            .parties
            .iter()
            .filter(|party| !party.over && party.told.is_none() && (!party.active || party.cannot_be_read(app)));
        let silent: Vec<_> = silent
            .map(|party| {
                if party.cannot_be_read(app) {
                    return Stop::new(Exit::NoAnswer, unread(&party.uri));
                }
                let what = if party.pending { "has not agreed" } else { "told nothing" };
                Stop::new(Exit::NoAnswer, format!("{} {what} in time; --for TIME waits longer", party.uri))
            })
            .collect();
        for stop in silent {
            self.fail(app, stop);
        }
        self.finish(app); // with it the phone takes back what it watches
    }

    fn happened(&mut self, app: &mut App<'a>, event: Event) {
        let of = |party: &Party| party.subscription == event.object && !party.over;
        // the end of what Ctrl-C takes back is no news
        let Some(at) = self.parties.iter().position(of).filter(|_| self.on && !interrupted()) else { return };
        match event.what {
            Happened::Notified => {
                if let Some(of) = app.phone.watching(event.object) {
                    self.show(app, at, &of);
                }
            }
            Happened::Subscription { state } => self.changed(app, at, state),
            _ => {}
        }
    }

    /// Ctrl-C ends what is watched; before anything was told that is a failure.
    fn closed(&mut self, app: &mut App<'a>) {
        if self.on && interrupted() {
            let silent = self.parties.iter().any(|party| party.told.is_none() && !party.active && !party.over);
            let failed = self.failed.take();
            let failed =
                failed.or_else(|| silent.then(|| Stop::new(Exit::CallFailed, "interrupted before anything was told")));
            app.finish(failed.map_or(Ok(()), Err));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_says_how_it_ended() {
        let end = |sip_code, result, reason| {
            let of = Watching { sip_code, result, ..Watching::default() };
            verdict(&Step { subscription: 1, uri: "sip:x", state: "ended", of, reason })
        };
        assert_eq!(end(403, c::MICROSIP_E_REFUSED, "").exit, Exit::CallFailed);
        assert_eq!(end(489, c::MICROSIP_E_UNSUPPORTED, "").exit, Exit::CallFailed);
        assert_eq!(end(480, c::MICROSIP_E_REFUSED, "").exit, Exit::NoAnswer);
        assert_eq!(end(0, c::MICROSIP_E_TIMEOUT, "").exit, Exit::NoAnswer);
        assert_eq!(end(0, c::MICROSIP_E_UNREACHABLE, "").exit, Exit::CallFailed);
        let over = end(200, 0, "noresource");
        assert_eq!((over.exit, &*over.text), (Exit::CallFailed, "sip:x ended the subscription: noresource"));
    }
}
