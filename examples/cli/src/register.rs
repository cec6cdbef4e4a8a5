//! `microsip register`: an account stays registered until Ctrl-C, or is registered once to see that it works.

use std::sync::Arc;

use serde_json::json;

use crate::args::{Register, Show};
use crate::event::Happened;
use crate::output::Output;
use crate::session::{Exit, Session, Stop, account, poisoned};

pub(crate) fn run(show: &Show, output: &Arc<Output>, register: &Register) -> Result<(), Stop> {
    let account = account(&register.account)?;
    if account.is_none() {
        return Err(Stop::new(Exit::Usage, "no account: give --uri sip:user@domain or --account-file F"));
    }
    let mut session = Session::open(show, output, &register.network, 1, true, false)?;
    session.register(output, account)?;
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
            Happened::Account { state, sip_code, result } => session.account_changed(output, state, sip_code, result),
            Happened::Network { addresses, result } => session.moved(output, addresses, result),
            Happened::Challenge => session.challenged(output),
            Happened::Closed => break,
            Happened::Poisoned => return Err(poisoned()),
            _ => {}
        }
    }
    Ok(())
}
