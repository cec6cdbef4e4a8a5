//! `microsip register`: an account stays registered until Ctrl-C, or is registered once as a check.

use std::sync::Arc;

use serde_json::json;

use crate::app::{self, App, Job};
use crate::args::{Register, Show};
use crate::output::Output;
use crate::phone::Id;
use crate::session::{Exit, Session, Stop, account, no_calls, publishing};

pub(crate) fn run(show: &Show, output: &Arc<Output>, register: &Register) -> Result<(), Stop> {
    let account = publishing(account(&register.account, &register.network, false)?, register.publish)?;
    if account.is_none() {
        return Err(Stop::new(Exit::Usage, "no account: give --uri sip:user@domain or --account-file F"));
    }
    if register.account.no_register {
        return Err(Stop::new(
            Exit::Usage,
            "--no-register leaves nothing to do: leave it out, or use `microsip answer`",
        ));
    }
    no_calls(&register.network)?;
    let session = Session::open(show, output, &register.network, 1, true, false)?;
    app::run(session, output, account, &mut Stay { once: register.once, registered: false })
}

struct Stay {
    once: bool,
    registered: bool,
}

impl<'a> Job<'a> for Stay {
    fn ready(&mut self, app: &mut App<'a>) -> Result<(), Stop> {
        self.registered = true;
        if self.once {
            app.finish(Ok(()));
        }
        Ok(())
    }

    fn incoming(&mut self, app: &mut App<'a>, call: Id) -> Result<(), Stop> {
        app.refuse(call, 480, "`microsip answer` and `microsip echo` take calls");
        Ok(())
    }

    fn closed(&mut self, app: &mut App<'a>) {
        if self.registered && !app.unregistered {
            let text = "the registrar did not confirm that the registration is over: it ends by itself";
            app.output.say("account", || json!({ "state": "unknown" }), text);
        }
    }
}
