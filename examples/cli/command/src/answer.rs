//! `microsip answer`: waits for a call, and answers or refuses it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::account::lines;
use crate::app::{self, App, Job, Room};
use crate::args::{Answer, Course, Show};
use crate::event::{CallState, Event, Happened};
use crate::interrupt::interrupted;
use crate::output::Output;
use crate::phone::{Id, Source};
use crate::rules::{Auto, rule_of};
use crate::session::{Exit, Session, Stop, account, listening, publishing};
use crate::talk::{Side, Talk, at_a_time, effective as courses, one_recording, ready, rings, unless_gone};
use crate::verb::KEYS_RINGING;

pub(crate) fn run(show: &Show, output: &Arc<Output>, answer: &Answer) -> Result<(), Stop> {
    effective(answer).map_err(|text| Stop::new(Exit::Usage, text))?;
    let account = publishing(account(&answer.account, &answer.network, false)?, answer.publish)?;
    let calls = answer.calls.unwrap_or(if answer.conference { CALLS } else { 1 });
    one_recording(&answer.sound.course, calls, answer.conference)?;
    courses(&answer.sound.course, &answer.network, account.as_ref(), Side::Called)?;
    let session = Session::open(show, output, &answer.network, calls + 2, answer.sound.null_audio, true)?;
    ready(session.phone(), &answer.sound)?;
    rings(session.phone(), answer.sound.tones.as_deref(), answer.ring.as_deref(), answer.ring_device.as_deref())?;
    answer.rules.give(session.phone(), calls)?;
    app::run(session, output, account, &mut Wait { answer, calls })
}

/// Calls of a conference.
const CALLS: u32 = 16;
/// The time to ring without `--forward-after`: the library's.
const FORWARDS: Duration = Duration::from_secs(20);
/// The time for which a call that was transferred to somebody rings there.
pub(crate) const FOLLOWS: Duration = Duration::from_secs(60);
/// The time to ring without `--after`.
const RINGS: Duration = Duration::from_secs(2);

/// Options that would have no effect are a mistake.
fn effective(answer: &Answer) -> Result<(), String> {
    let (code, sound) = (answer.code, &answer.sound);
    // a rule that answers may leave some calls to --code
    let refuses = code >= 300 && answer.rules.auto_answer.is_none();
    let (moves, early) = ((300..400).contains(&code), sound.early);
    let rules = &answer.rules;
    // the library answers, and this command has no say
    let all = rules.auto_answer == Some(Auto::All);
    let ours = !answer.header.is_empty() || answer.reason.is_some() || answer.contact.is_some();
    let (answered, forwarded) =
        (answer.after.unwrap_or(RINGS), rules.forward_after.map_or(FORWARDS, |s| Duration::from_secs(s.into())));
    let late = format!(
        "--forward-no-answer waits for --forward-after, and the call is answered before that: after {} s; give --after \
         more than {} s",
        answered.as_secs_f64(),
        forwarded.as_secs()
    );
    let rings = (matches!(code, 180 | 183) || early) && !all;
    let own_ring = answer.ring.is_some() || answer.ring_device.is_some();
    for (wrong, text) in [
        (answer.contact.is_some() && !moves, "--contact goes with --code 300 to 399"),
        (answer.contact.is_none() && moves, "--code 300 to 399 sends callers on: say where to with --contact"),
        (answer.reason.is_some() && code < 300, "--reason goes with a refusal: --code 300 to 699"),
        (
            answer.after.is_some() && !(matches!(code, 180 | 183) || early),
            "--after goes with --code 180, --code 183 or --early",
        ),
        (
            answer.rules.forward_no_answer.is_some() && !(matches!(code, 180 | 183) || early),
            "--forward-no-answer needs a call that rings: --code 180 --after 30s",
        ),
        (rules.forward_no_answer.is_some() && !all && answered <= forwarded, &late),
        (
            all && (ours || early || answer.after.is_some()),
            "--auto-answer all answers each call at once: leave out --header, --reason, --contact, --early and --after",
        ),
        (
            own_ring && !rings,
            "--ring and --ring-device go with a call that rings: --code 180, --code 183 or --early, with --after",
        ),
        (
            answer.ring.is_some() && sound.tones.as_deref() == Some("none"),
            "--tones none plays no ring: leave out --ring, or name a country",
        ),
        (
            answer.network.refer.is_some() && refuses,
            "a --code from 300 on refuses the call, and who is refused transfers nobody: leave out --refer",
        ),
        (early && refuses, "--early brings media, and a --code from 300 on refuses the call: leave one of them out"),
        (
            sound.course != Course::default() && refuses,
            "a --code from 300 on refuses the call: leave out what it should do once it is up (--play, --for, --dtmf, …)",
        ),
        (
            !(answer.rules.allow.is_empty() || answer.rules.no_anonymous) && answer.rules.deny.is_empty(),
            "--allow lets in whom --deny or --no-anonymous would refuse: give one of these, too",
        ),
    ] {
        if wrong {
            return Err(text.to_owned());
        }
    }
    Ok(())
}

struct Wait<'a> {
    answer: &'a Answer,
    /// So many at once.
    calls: u32,
}

impl<'a> Job<'a> for Wait<'a> {
    fn ready(&mut self, app: &mut App<'a>) -> Result<(), Stop> {
        app.listen_to_keys(self.answer.sound.course.keys);
        if self.answer.conference {
            app.several.room = Some(Room::open(app.phone, &self.answer.sound.course, true)?);
        }
        listening(app.phone, app.output, "waiting for a call at", "");
        Ok(())
    }

    fn several(&self) -> bool {
        self.calls > 1
    }

    fn incoming(&mut self, app: &mut App<'a>, call: Id) -> Result<(), Stop> {
        // one that takes another's place needs no more room than that
        if app.calls() >= self.calls && app.phone.replaces(call) == 0 {
            app.refuse(call, 486, &at_a_time(self.calls));
            return Ok(());
        }
        app.announce(call);
        let answer = self.answer;
        let talk = Talk::new(app.phone, app.output, call, &answer.sound).incoming();
        let talk = talk.codecs(answer.network.codec.as_deref()).dtmf(answer.sound.course.dtmf.as_deref());
        let headers = lines(&answer.header);
        app.talk(match if answer.sound.early && answer.code == 200 { 183 } else { answer.code } {
            // the library answers
            _ if answer.rules.auto_answer == Some(Auto::All) => talk,
            code @ (180 | 183) => {
                unless_gone(app.phone.answer(call, code, &headers))?;
                app.tell_keys(KEYS_RINGING);
                talk.accept_after(answer.after.unwrap_or(RINGS), headers)
            }
            code @ 300.. => {
                let (reason, contacts) = (answer.reason.as_deref(), answer.contact.as_deref());
                let refused = app.phone.reject_with(
                    call,
                    code,
                    &headers,
                    reason.unwrap_or_default(),
                    contacts.unwrap_or_default(),
                );
                unless_gone(refused)?;
                talk.refused(reason)
            }
            code => {
                unless_gone(app.phone.answer(call, code, &headers))?;
                talk
            }
        });
        Ok(())
    }

    fn refer(&mut self, app: &mut App<'a>, from: Id, refer: Id) {
        let Some(call) = app.follow(from, refer, Source::Device) else { return };
        let talk = Talk::new(app.phone, app.output, call, &self.answer.sound).answer_within(FOLLOWS);
        let talk = talk.codecs(self.answer.network.codec.as_deref());
        app.talk(talk.dtmf(self.answer.sound.course.dtmf.as_deref()));
    }

    fn happened(&mut self, app: &mut App<'a>, event: Event) {
        let Happened::Call { state: CallState::Ended, sip_code, .. } = event.what else { return };
        let (phone, call) = (app.phone, event.call);
        let from = phone.party(call);
        let rule = rule_of(phone, call);
        phone.release(call);
        if let Some(rule) = rule {
            let fields = || {
                json!({
                    "call": call, "state": "ended", "from": from.uri, "name": from.name, "sip_code": sip_code,
                    "rule": rule,
                })
            };
            app.output.say("call", fields, &format!("call from {} refused with {sip_code}: {rule}", from));
            self.over(app, Ok(()));
        }
    }

    fn over(&mut self, app: &mut App<'a>, done: Result<(), Stop>) {
        let others = app.has_call();
        if !(self.answer.forever || others) || interrupted() {
            app.finish(done);
        } else if let Err(stop) = done {
            app.output.problem(&stop);
        }
    }
}
