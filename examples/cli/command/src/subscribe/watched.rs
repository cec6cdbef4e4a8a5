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
    /// It was printed that each change is told.
    active: bool,
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

/// The end of a subscription, for people and as an exit code.
fn verdict(party: &str, told: bool, of: &Watching, reason: &str) -> Stop {
    let (code, result) = (of.sip_code, of.result);
    let how = ended(code, reason, result);
    match code {
        // rfc6665#4.2.2: it was accepted, and a notification ended it
        _ if result == c::MICROSIP_OK => {
            let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            Stop::new(Exit::CallFailed, format!("{party} ended the subscription{why}"))
        }
        408 | 480 => Stop::of(Exit::NoAnswer, &format!("{party} was not reached: {how}"), code, result),
        0 if result == c::MICROSIP_E_TIMEOUT && of.notified && !told => {
            Stop::of(Exit::NoAnswer, &format!("{party} told nothing: {how}"), code, result)
        }
        0 if result == c::MICROSIP_E_TIMEOUT => {
            Stop::of(Exit::NoAnswer, &format!("no answer from {party}: {how}"), code, result)
        }
        0 => Stop::of(Exit::CallFailed, &format!("{party} was not asked: {how}"), code, result),
        200..=299 => Stop::of(Exit::NoAnswer, &format!("{party} took the subscription, and told nothing"), code, 0),
        _ => Stop::of(Exit::CallFailed, &format!("{party} refused the subscription: {how}"), code, result),
    }
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
        self.say(app, subscription, &uri, "asking", &Watching::default(), "", &format!("asking {uri}"));
        drop(held);
        self.parties.push(Party { subscription, uri, told: None, active: false, over: false });
        Ok(())
    }

    #[allow(clippy::too_many_arguments)]
    fn say(&self, app: &App<'a>, subscription: Id, uri: &str, state: &str, of: &Watching, reason: &str, text: &str) {
        let fields = || {
            json!({
                "subscription": subscription, "uri": uri, "event": self.package.name(), "state": state,
                "sip_code": of.sip_code, "result": of.result, "reason": reason,
            })
        };
        app.output.say("subscription", fields, text);
    }

    /// Shows what is known of the party with this index now, unless it was shown.
    fn show(&mut self, app: &App<'a>, at: usize, of: &Watching) {
        let Some(party) = self.parties.get_mut(at) else { return };
        let (phone, id, uri, package) = (app.phone, party.subscription, &party.uri, self.package);
        let mut told = Map::new();
        for (name, value) in [("subscription", json!(id)), ("uri", json!(uri)), ("event", json!(package.name()))] {
            told.insert(name.to_owned(), value);
        }
        let text = if let Package::Other(_) = package {
            let (kind, content) = (phone.text_of(id, c::MICROSIP_TXT_CONTENT_TYPE, 0), phone.body(id));
            body::fields(&mut told, &kind, &content);
            body::words(uri, &kind, &content)
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
        let reason = app.phone.text_of(id, c::MICROSIP_TXT_REASON, 0);
        let uri = party.uri.clone();
        match state {
            c::MICROSIP_SUB_ACTIVE if !std::mem::replace(&mut party.active, true) => {
                let text = if self.watch.once { String::new() } else { format!("watching {uri}") };
                self.say(app, id, &uri, "active", &of, "", &text);
            }
            c::MICROSIP_SUB_RETRYING if of.notified => {
                party.active = false;
                let why = if reason.is_empty() && of.result == 0 {
                    "the far end ended it for a time".to_owned()
                } else {
                    ended(of.sip_code, &reason, of.result)
                };
                let text = format!("{uri} is not watched: {why}; it is tried again");
                self.say(app, id, &uri, "retrying", &of, &reason, &text);
            }
            // the first try came to nothing: as with a registration, that is the end
            c::MICROSIP_SUB_RETRYING => {
                self.say(app, id, &uri, "failed", &of, &reason, "");
                let stop = verdict(&uri, false, &of, &reason);
                self.end(app, at, Some(stop));
            }
            c::MICROSIP_SUB_ENDED => {
                let told = party.told.is_some();
                self.say(app, id, &uri, "ended", &of, &reason, "");
                let fetched = self.watch.once && of.result == c::MICROSIP_OK;
                if fetched && !told {
                    // a notification without a body: nothing is known
                    self.show(app, at, &of);
                }
                let stop = (!fetched).then(|| verdict(&uri, told, &of, &reason));
                self.end(app, at, stop);
            }
            _ => {}
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
        let silent = self.parties.iter().filter(|party| !party.over && !party.active && party.told.is_none());
        let silent: Vec<_> = silent
            .map(|party| {
                let notified = app.phone.watching(party.subscription).is_some_and(|of| of.notified);
                // it has notified that somebody has to agree first
                let what = if notified { "has not agreed" } else { "told nothing" };
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
        let of = |sip_code, result, notified| Watching { sip_code, result, notified, ..Watching::default() };
        let exit = |of: Watching| verdict("sip:x", false, &of, "").exit;
        assert_eq!(exit(of(403, c::MICROSIP_E_REFUSED, false)), Exit::CallFailed);
        assert_eq!(exit(of(489, c::MICROSIP_E_REFUSED, false)), Exit::CallFailed);
        assert_eq!(exit(of(480, c::MICROSIP_E_REFUSED, false)), Exit::NoAnswer);
        assert_eq!(exit(of(0, c::MICROSIP_E_TIMEOUT, false)), Exit::NoAnswer);
        assert_eq!(exit(of(0, c::MICROSIP_E_UNREACHABLE, false)), Exit::CallFailed);
        let over = verdict("sip:x", true, &of(200, 0, true), "noresource");
        assert_eq!((over.exit, &*over.text), (Exit::CallFailed, "sip:x ended the subscription: noresource"));
    }
}
