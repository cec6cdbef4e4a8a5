//! News that come by themselves, whatever the command does: messages, and the words of the account's server.

use serde_json::{Map, Value, json};

use super::App;
use crate::message::receiving;
use crate::phone::Id;
use crate::subscribe::{Package, shown};

impl App<'_> {
    /// Prints a message that came, and accepts it: it was shown.
    pub(super) fn message(&self, message: Id) {
        receiving::show(self, message, None);
        self.phone.release(message);
    }

    /// Prints what waits in the account's mailbox.
    pub(super) fn mailbox(&self) {
        let (told, entries, uri) = self.phone.mailbox(self.account);
        let package = Package::MessageSummary;
        let fields = || {
            let mut fields = Map::new();
            shown::fields(&mut fields, &package, &told, &entries);
            fields.insert("account".to_owned(), json!(uri));
            fields.remove("left_out"); // a mailbox has room for all its classes
            Value::Object(fields)
        };
        let of = if uri.is_empty() { String::new() } else { format!(" {uri}") };
        self.output.say("mailbox", fields, &format!("mailbox{of}: {}", shown::words(&package, &told, &entries)));
    }

    /// The account's server wants its settings to be read again.
    pub(super) fn check_sync(&self, reboot: Option<bool>) {
        let text = match reboot {
            None => "the server wants the settings to be read again",
            Some(true) => "the server wants the settings to be read again, and the phone to begin anew",
            Some(false) => "the server wants the settings to be read again, without a new beginning",
        };
        self.output.say("check_sync", || json!({ "reboot": reboot }), text);
    }
}
