//! `microsip answer`: waits for a call, and answers or refuses it.

use std::sync::Arc;

use serde_json::json;

use crate::abi::MICROSIP_E_STATE;
use crate::args::{Answer, Show};
use crate::event::{CallState, Happened};
use crate::interrupt::interrupted;
use crate::output::Output;
use crate::phone::{Failure, Handle, Id, Text};
use crate::session::{Session, Stop, account, here, poisoned};
use crate::talk::{Talk, ready};

pub(crate) fn run(show: &Show, output: &Arc<Output>, answer: &Answer) -> Result<(), Stop> {
    let account = account(&answer.account)?;
    let mut session = Session::open(show, output, &answer.network, 2, answer.sound.null_audio, true)?;
    ready(session.phone(), &answer.sound)?;
    session.register(output, account)?;
    let phone = session.phone();
    let address = here(phone).map(|address| address.to_string()).unwrap_or_default();
    output.say("listening", json!({ "address": address }), &format!("waiting for a call at {address}; Ctrl-C ends it"));
    let mut done = Ok(());
    while let Some(call) = next_call(&session, output)? {
        done = take(phone, output, call, answer);
        if !answer.forever || interrupted() {
            break;
        }
        if let Err(stop) = &done {
            output.problem(&stop.text, stop.exit as u8);
        }
    }
    session.close();
    done
}

/// The next incoming call; none once Ctrl-C was pressed.
fn next_call(session: &Session, output: &Output) -> Result<Option<Id>, Stop> {
    let phone = session.phone();
    while let Some(event) = phone.next_event(None)? {
        match event.what {
            Happened::Call { state: CallState::Incoming, .. } => {
                let from = phone.call_text(event.call, Text::RemoteUri);
                output.say("call", json!({ "call": event.call, "state": "incoming", "from": from }), &format!("call from {from}"));
                return Ok(Some(event.call));
            }
            Happened::Account { state, sip_code, result } => session.account_changed(output, state, sip_code, result),
            Happened::Challenge(result) => session.challenged(output, result),
            Happened::Closed => return Ok(None),
            Happened::Poisoned => return Err(poisoned()),
            _ => {}
        }
    }
    Ok(None)
}

/// A caller may have given up before we did what we were going to do: the ended event, which is on its way, tells.
pub(crate) fn unless_gone(done: Result<(), Failure>) -> Result<(), Failure> {
    done.or_else(|failure| if failure.code == MICROSIP_E_STATE { Ok(()) } else { Err(failure) })
}

fn take(phone: Handle, output: &Output, call: Id, answer: &Answer) -> Result<(), Stop> {
    let talk = Talk::new(phone, output, call, &answer.sound);
    match answer.code {
        code @ (180 | 183) => {
            unless_gone(phone.answer(call, code))?;
            talk.accept_after(answer.after).run()
        }
        code @ 300.. => {
            unless_gone(phone.reject(call, code))?;
            talk.refused().run()
        }
        code => {
            unless_gone(phone.answer(call, code))?;
            talk.run()
        }
    }
}
