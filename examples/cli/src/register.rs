//! `microsip register`: an account stays registered until Ctrl-C, or is registered once to see that it works.

use std::sync::Arc;

use serde_json::json;

use crate::args::{Register, Show};
use crate::event::{AccountState, Happened};
use crate::output::Output;
use crate::session::{Exit, Session, Stop, ended, poisoned};

pub(crate) fn run(show: &Show, output: &Arc<Output>, register: &Register) -> Result<(), Stop> {
    let mut session = Session::open(show, output, &register.network, 1, true, false)?;
    session.register(output, &register.account)?;
    if session.account == 0 {
        return Err(Stop::new(Exit::Usage, "no account: give --uri sip:user@domain or --account-file F"));
    }
    if !register.once {
        watch(&session, output)?;
    }
    session.close();
    output.say("account", json!({ "state": "unregistered" }), "unregistered");
    Ok(())
}

/// Tells what becomes of the registration, until Ctrl-C.
fn watch(session: &Session, output: &Output) -> Result<(), Stop> {
    while let Some(event) = session.phone().next_event(None)? {
        match event.what {
            Happened::Account { state, sip_code, result } => {
                let name = match state {
                    AccountState::Registered => "registered",
                    AccountState::Registering => continue,
                    AccountState::Unregistered => "unregistered",
                    AccountState::Failed => "failed",
                    AccountState::Unknown => "unknown",
                };
                let text = if state == AccountState::Failed {
                    format!("registration failed: {}", ended(sip_code, "", result))
                } else {
                    name.to_owned()
                };
                output.say("account", json!({ "state": name, "sip_code": sip_code, "result": result }), &text);
            }
            Happened::Challenge => session.challenged(output),
            Happened::Closed => break,
            Happened::Poisoned => return Err(poisoned()),
            _ => {}
        }
    }
    Ok(())
}
