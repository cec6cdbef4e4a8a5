//! `microsip register`: an account stays registered until Ctrl-C, or is registered once as a check.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::app::{self, App, Job};
use crate::args::{Register, Show};
use crate::event::{CallState, Event, Happened};
use crate::output::Output;
use crate::phone::Id;
use crate::session::{Exit, Session, Stop, account, no_calls};
use crate::subscribe::{Package, shown};

pub(crate) fn run(show: &Show, output: &Arc<Output>, register: &Register) -> Result<(), Stop> {
    let account = account(&register.account, &register.network, false)?;
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

/// Prints what waits in the account's mailbox.
fn mailbox(app: &App<'_>) {
    let (told, entries, uri) = app.phone.mailbox(app.account);
    let package = Package::MessageSummary;
    let fields = || {
        let mut fields = Map::new();
        shown::fields(&mut fields, &package, &told, &entries);
        fields.insert("account".to_owned(), json!(uri));
        fields.remove("left_out"); // a mailbox has room for all its classes
        Value::Object(fields)
    };
    let of = if uri.is_empty() { String::new() } else { format!(" {uri}") };
    app.output.say("mailbox", fields, &format!("mailbox{of}: {}", shown::words(&package, &told, &entries)));
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

    /// The account's server says by itself what waits, and that the settings are to be read again.
    fn happened(&mut self, app: &mut App<'a>, event: Event) {
        match event.what {
            // one that is registered for a moment has none, whether its server is quick or not
            Happened::Mailbox if !self.once => mailbox(app),
            Happened::CheckSync { reboot } if !self.once => {
                let text = match reboot {
                    None => "the server wants the settings to be read again",
                    Some(true) => "the server wants the settings to be read again, and the phone to begin anew",
                    Some(false) => "the server wants the settings to be read again, without a new beginning",
                };
                app.output.say("check_sync", || json!({ "reboot": reboot }), text);
            }
            Happened::Call { state: CallState::Ended, .. } => app.phone.release(event.call),
            _ => {}
        }
    }

    fn closed(&mut self, app: &mut App<'a>) {
        if self.registered && !app.unregistered {
            let text = "the registrar did not confirm that the registration is over: it ends by itself";
            app.output.say("account", || json!({ "state": "unknown" }), text);
        }
    }
}
