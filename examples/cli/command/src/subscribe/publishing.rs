//! `microsip presence --publish`: presence of our own, published until the time is over or Ctrl-C takes it back.

use std::time::Instant;

use clap::ValueEnum;

use super::Presence;
use crate::abi as c;
use crate::app::{App, Job};
use crate::event::{CallState, Event, Happened};
use crate::phone::{Id, OwnPresence};
use crate::session::{Exit, Stop, ended};

/// The token of the one command.
const TOKEN: u64 = 1;

/// The state that is published.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Open {
    Open,
    Closed,
}

/// The activity that is published.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Activity {
    Away,
    Busy,
    Phone,
    Other,
}

pub(super) struct Publishing<'a> {
    wanted: &'a Presence,
    until: Option<Instant>,
}

impl<'a> Publishing<'a> {
    pub(super) const fn new(wanted: &'a Presence) -> Self {
        Self { wanted, until: None }
    }
}

impl<'a> Job<'a> for Publishing<'a> {
    fn ready(&mut self, app: &mut App<'a>) -> Result<(), Stop> {
        let Presence { publish, activity, note, .. } = self.wanted;
        let own = OwnPresence {
            state: if *publish == Some(Open::Closed) { c::MICROSIP_LAMP_CLOSED } else { c::MICROSIP_LAMP_OPEN },
            activity: match activity {
                None => 0,
                Some(Activity::Away) => c::MICROSIP_ACTIVITY_AWAY,
                Some(Activity::Busy) => c::MICROSIP_ACTIVITY_BUSY,
                Some(Activity::Phone) => c::MICROSIP_ACTIVITY_PHONE,
                Some(Activity::Other) => c::MICROSIP_ACTIVITY_OTHER,
            },
            note: note.as_deref().unwrap_or_default(),
        };
        app.phone.publish(app.account, &own, TOKEN)?;
        self.until = self.wanted.common.length.map(|length| Instant::now() + length);
        Ok(())
    }

    fn incoming(&mut self, app: &mut App<'a>, call: Id) -> Result<(), Stop> {
        app.refuse(call, 480, "`microsip answer` and `microsip echo` take calls; with --publish they publish, too");
        Ok(())
    }

    fn next(&self) -> Option<Instant> {
        self.until
    }

    fn due(&mut self, app: &mut App<'a>, now: Instant) {
        if self.until.is_some_and(|until| until <= now) {
            self.until = None;
            app.finish(Ok(()));
        }
    }

    fn happened(&mut self, app: &mut App<'a>, event: Event) {
        match event.what {
            // a first try that comes to nothing is the end; later ones are tried again
            Happened::Published { sip_code, result } if event.token == TOKEN && result != c::MICROSIP_OK => {
                let how = ended(sip_code, &app.published_reason(), result);
                let exit = if sip_code == 0 { Exit::NoAnswer } else { Exit::CallFailed };
                app.finish(Err(Stop::of(exit, &format!("the presence was not published: {how}"), sip_code, result)));
            }
            Happened::Call { state: CallState::Ended, .. } => app.phone.release(event.call),
            _ => {}
        }
    }
}
