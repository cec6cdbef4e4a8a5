//! `microsip call`: places a call.

use std::sync::Arc;

use serde_json::json;

use crate::args::{Call, Show};
use crate::output::Output;
use crate::phone::Source;
use crate::session::{Session, Stop, account};
use crate::talk::{Talk, ready};

pub(crate) fn run(show: &Show, output: &Arc<Output>, call: &Call) -> Result<(), Stop> {
    let account = account(&call.account)?;
    let mut session = Session::open(show, output, &call.network, 2, call.sound.null_audio, false)?;
    ready(session.phone(), &call.sound)?;
    session.register(output, account)?;
    let done = talk(&session, output, call);
    session.close();
    done
}

fn talk(session: &Session, output: &Output, call: &Call) -> Result<(), Stop> {
    let phone = session.phone();
    let id = phone.dial(session.account, &call.target, Source::Device)?;
    output.say("call", json!({ "call": id, "state": "calling", "to": call.target }), &format!("calling {}", call.target));
    Talk::new(phone, output, id, &call.sound).dtmf(call.dtmf.as_deref()).answer_within(call.ring).run()
}
