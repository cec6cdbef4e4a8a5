//! `microsip register`: an account stays registered until Ctrl-C, or is registered once to see that it works.

use std::sync::Arc;

use serde_json::json;

use crate::args::{Register, Show};
use crate::event::{AccountState, Happened};
use crate::output::Output;
use crate::session::{Exit, Session, Stop, account, poisoned};

pub(crate) fn run(show: &Show, output: &Arc<Output>, register: &Register) -> Result<(), Stop> {
    let account = account(&register.account)?;
    if account.is_none() {
        return Err(Stop::new(Exit::Usage, "no account: give --uri sip:user@domain or --account-file F"));
    }
    let mut session = Session::open(show, output, &register.network, 1, true, false)?;
    session.register(output, account)?;
    let told = !register.once && watch(&session, output)?;
    let over = session.close();
    if over {
        output.say("account", json!({ "state": "unregistered" }), "unregistered");
    } else if !told {
        let text = "the registrar did not confirm that the registration is over: it ends by itself";
        output.say("account", json!({ "state": "unknown" }), text);
    }
    Ok(())
}

/// Tells what becomes of the registration, until Ctrl-C. True: it has told that it is over.
fn watch(session: &Session, output: &Output) -> Result<bool, Stop> {
    let mut over = false;
    while let Some(event) = session.phone().next_event(None)? {
        match event.what {
            Happened::Account { state, sip_code, result } => {
                over = state == AccountState::Unregistered && result == 0;
                session.account_changed(output, state, sip_code, result);
            }
            Happened::Network { addresses, result } => session.moved(output, addresses, result),
            Happened::Challenge(result) => session.challenged(output, result),
            Happened::Closed => break,
            Happened::Poisoned => return Err(poisoned()),
            _ => {}
        }
    }
    Ok(over)
}
