//! `microsip call`: places a call.

use std::sync::Arc;

use serde_json::json;

use crate::account::lines;
use crate::app::{self, App, Job};
use crate::args::{Call, Show};
use crate::output::Output;
use crate::phone::{Id, Source, Text};
use crate::session::{Session, Stop, account};
use crate::talk::{Talk, ready};

pub(crate) fn run(show: &Show, output: &Arc<Output>, call: &Call) -> Result<(), Stop> {
    let account = account(&call.account)?;
    let session = Session::open(show, output, &call.network, 2, call.sound.null_audio, false)?;
    ready(session.phone(), &call.sound)?;
    app::run(session, output, account, &mut Place(call))
}

struct Place<'a>(&'a Call);

impl<'a> Job<'a> for Place<'a> {
    fn ready(&mut self, app: &mut App<'a>) -> Result<(), Stop> {
        let Self(call) = *self;
        let id = app.phone.dial(app.account, &call.target, Source::Device, &lines(&call.header))?;
        let uri = app.phone.call_text(id, Text::RemoteUri);
        app.output.say(
            "call",
            || json!({ "call": id, "state": "calling", "to": call.target, "uri": uri }),
            &if uri.is_empty() || uri == call.target {
                format!("calling {}", call.target)
            } else {
                format!("calling {} as {uri}", call.target)
            },
        );
        app.listen_to_keys();
        let talk = Talk::new(app.phone, app.output, id, &call.sound).codecs(call.network.codec.as_deref());
        app.talk(talk.dtmf(call.dtmf.as_deref()).answer_within(call.ring));
        Ok(())
    }

    fn incoming(&mut self, app: &mut App<'a>, call: Id) -> Result<(), Stop> {
        app.refuse(call, 486, "one call at a time");
        Ok(())
    }
}
