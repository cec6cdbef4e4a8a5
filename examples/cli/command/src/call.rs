//! `microsip call`: places a call.

mod pickup;

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use crate::abi as c;
use crate::account::{lines, privacy};
use crate::app::{self, App, Job, Room};
use crate::args::{Call, LocationUse, Show};
use crate::event::{CallState, Event, Happened};
use crate::output::Output;
use crate::phone::{Beside, Failure, Id, Invitation, Source, Text};
use crate::session::{Exit, Session, Stop, account, showing};
use crate::talk::{Side, Talk, at_a_time, effective, one_recording, ready, rings};
use crate::verb::KEYS_RINGING;
use pickup::{Pickup, Ringing};

pub(crate) fn run(show: &Show, output: &Arc<Output>, call: &Call) -> Result<(), Stop> {
    let account = account(&call.account, &call.network, true)?;
    let targets = call.target.len() as u32;
    let calls = call.calls.unwrap_or(if call.pickup { 1 } else { targets });
    if calls < targets && !call.pickup {
        let text =
            format!("--calls {calls} is less than the {targets} calls that are placed; leave it out, or raise it");
        return Err(Stop::new(Exit::Usage, text));
    }
    one_recording(&call.sound.course, calls, call.conference)?;
    let digits = call.target.iter().any(|target| target.contains(','));
    effective(&call.sound.course, &call.network, account.as_ref(), Side::Caller { digits })?;
    if account.is_none()
        && let Some(name) = call.target.iter().find(|target| is_bare_name(target))
    {
        let text = format!(
            "{name} is a name without a host, and there is no account whose domain completes it: write sip:{name}@host, \
             or give --uri; sip:{name} calls the host of that name"
        );
        return Err(Stop::new(Exit::Usage, text));
    }
    if [LocationUse::Routing, LocationUse::NoRouting].iter().all(|one| call.location_use.contains(one)) {
        let text = "--location-use says both routing and no-routing: servers on the way may read it, or not";
        return Err(Stop::new(Exit::Usage, text));
    }
    let location = call.location.as_deref().map(read_location).transpose()?;
    // the document is as long again as a usual message
    let longest = if location.is_some() { 2 * MESSAGE } else { 0 };
    let watched = if call.pickup { targets } else { 0 };
    let work = Beside { subscriptions: watched, longest, ..showing() };
    let session = Session::beside(show, output, &call.network, calls + 2, call.sound.null_audio, false, work)?;
    ready(session.phone(), &call.sound)?;
    rings(session.phone(), call.sound.tones.as_deref(), None, None)?;
    app::run(session, output, account, &mut Place { call, calls, location, failed: None, pickup: Pickup::default() })
}

/// Neither an address nor a host with a domain nor a number: a person's name, as an account completes it.
fn is_bare_name(target: &str) -> bool {
    let name = target.split(',').next().unwrap_or_default().trim();
    let letters = name.chars().any(char::is_alphabetic);
    letters && !name.contains([':', '@', '.', '[', '<']) && !name.eq_ignore_ascii_case("localhost")
}

/// The library's bytes for a message.
const MESSAGE: u32 = 4096;

/// The document of a file.
fn read_location(path: &Path) -> Result<String, Stop> {
    let wrong = |why: &dyn std::fmt::Display| {
        Stop::new(Exit::Usage, format!("--location {}: {why}; name a file with a PIDF-LO document", path.display()))
    };
    match std::fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => Err(wrong(&"it is empty")),
        Ok(text) => Ok(text),
        Err(error) => Err(wrong(&error)),
    }
}

/// A set of MICROSIP_LOCATION_*.
fn uses(call: &Call) -> u32 {
    call.location_use.iter().fold(0, |set, one| {
        set | match one {
            LocationUse::Routing => c::MICROSIP_LOCATION_ROUTING,
            LocationUse::NoRouting => c::MICROSIP_LOCATION_NO_ROUTING,
            LocationUse::Follows => c::MICROSIP_LOCATION_FOLLOWS,
        }
    })
}

struct Place<'a> {
    call: &'a Call,
    /// So many at once.
    calls: u32,
    /// The document of --location.
    location: Option<String>,
    /// The end of the first that failed.
    failed: Option<Stop>,
    /// The parties of --pickup, until one rings.
    pickup: Pickup,
}

impl<'a> Place<'a> {
    /// `target`: none, for the last one again. `rings`: a call of the target's to be taken.
    fn dial(&self, app: &mut App<'a>, target: Option<&str>, rings: Option<&Ringing>) -> Result<(), Failure> {
        let call = self.call;
        let headers = lines(&call.header);
        let mut invitation = Invitation {
            headers: &headers,
            caller: call.caller.as_deref(),
            location: self.location.as_deref(),
            location_use: uses(call),
            pickup: rings.map(|rings| &*rings.name),
            ..Invitation::default()
        };
        if app.account == 0 {
            invitation.privacy = privacy(call.account.privacy);
            invitation.display_name = call.account.display_name.as_deref();
        }
        // its INVITE is shown behind this
        let tracer = app.tracer.clone();
        let held = tracer.as_ref().map(|tracer| tracer.hold());
        let id = app.phone.dial(app.account, target, Source::Device, &invitation)?;
        let (uri, last) = (app.phone.call_text(id, Text::RemoteUri), app.phone.dialled());
        let target = target.unwrap_or(&last);
        let text = if let Some(rings) = rings {
            format!("{}taking the call of {target} from {}", app.label(), rings.at)
        } else if uri.is_empty() || uri == target {
            format!("{}calling {target}", app.label())
        } else {
            format!("{}calling {target} as {uri}", app.label())
        };
        let fields = || {
            let mut fields = json!({ "call": id, "state": "calling", "to": target, "uri": uri });
            if let (Some(rings), Some(fields)) = (rings, fields.as_object_mut()) {
                fields.insert("taken_from".to_owned(), json!(rings.at));
            }
            fields
        };
        app.output.say("call", fields, &text);
        drop(held);
        let talk = Talk::new(app.phone, app.output, id, &call.sound).codecs(call.network.codec.as_deref());
        app.talk(talk.dtmf(call.sound.course.dtmf.as_deref()).answer_within(call.ring));
        Ok(())
    }
}

impl<'a> Job<'a> for Place<'a> {
    fn ready(&mut self, app: &mut App<'a>) -> Result<(), Stop> {
        let call = self.call;
        app.listen_to_keys(call.sound.course.keys);
        if call.conference {
            app.several.room = Some(Room::open(app.phone, &call.sound.course, true)?);
        }
        if call.pickup {
            return Ok(call.target.iter().try_for_each(|target| self.pickup.ask(app, target))?);
        }
        Ok(call.target.iter().try_for_each(|target| self.dial(app, Some(target), None))?)
    }

    fn redials(&self) -> bool {
        true
    }

    fn redial(&mut self, app: &mut App<'a>) {
        let failed = if app.calls() < self.calls {
            self.dial(app, None, None).err().map(|failure| failure.text)
        } else {
            Some(at_a_time(self.calls))
        };
        if let Some(why) = failed {
            app.output.say(
                "redial",
                || json!({ "redialled": false, "reason": why }),
                &format!("not dialled again: {why}"),
            );
        }
    }

    fn several(&self) -> bool {
        self.calls > 1
    }

    /// One that comes in beside ours rings until a key answers it.
    fn incoming(&mut self, app: &mut App<'a>, call: Id) -> Result<(), Stop> {
        // one that takes another's place is up, or needs no more room than that
        let replaces = app.phone.replaces(call) != 0;
        if app.calls() >= self.calls && !replaces {
            app.refuse(call, 486, &at_a_time(self.calls));
            return Ok(());
        }
        app.announce(call);
        if !replaces {
            app.tell_keys(KEYS_RINGING);
        }
        let talk = Talk::new(app.phone, app.output, call, &self.call.sound).incoming();
        app.talk(talk.codecs(self.call.network.codec.as_deref()));
        Ok(())
    }

    /// News of the parties that are asked what rings there.
    fn happened(&mut self, app: &mut App<'a>, event: Event) {
        match event.what {
            Happened::Notified => {
                let Some(rings) = self.pickup.told(app, event.object) else { return };
                if let Err(failure) = self.dial(app, Some(&rings.from), Some(&rings)) {
                    app.finish(Err(failure.into()));
                }
            }
            Happened::Subscription { state: c::MICROSIP_SUB_ENDED | c::MICROSIP_SUB_RETRYING } => {
                if let Some(stop) = self.pickup.ended(app, event.object) {
                    app.finish(Err(stop));
                }
            }
            Happened::Call { state: CallState::Ended, .. } => app.phone.release(event.call),
            _ => {}
        }
    }

    fn refer(&mut self, app: &mut App<'a>, from: Id, refer: Id) {
        let Some(id) = app.follow(from, refer, Source::Device) else { return };
        let call = self.call;
        let talk = Talk::new(app.phone, app.output, id, &call.sound).codecs(call.network.codec.as_deref());
        app.talk(talk.dtmf(call.sound.course.dtmf.as_deref()).answer_within(call.ring));
    }

    /// It ends with the last of them, as the first that failed did.
    fn over(&mut self, app: &mut App<'a>, done: Result<(), Stop>) {
        if let Err(mut stop) = done {
            app.output.problem(&stop);
            stop.told = true;
            self.failed.get_or_insert(stop);
        }
        if !app.has_call() {
            app.finish(self.failed.take().map_or(Ok(()), Err));
        }
    }
}
