//! News that come by themselves, whatever the command does: messages, and the words of the account's server.

use crate::abi as c;
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

    /// A watcher came, or does not watch any more.
    pub(super) fn watcher(&self, watcher: Id, state: u32, package: u32, result: i32) {
        let uri = self.phone.text_of(watcher, c::MICROSIP_TXT_REMOTE_URI, 0);
        let name = self.phone.text_of(watcher, c::MICROSIP_TXT_REMOTE_NAME, 0);
        let (event, of) = match package {
            c::MICROSIP_PRESENCE => ("presence", "our presence"),
            c::MICROSIP_MESSAGE_SUMMARY => ("message-summary", "our mailbox"),
            _ => ("dialog", "our calls"),
        };
        let (said, text) = match state {
            c::MICROSIP_SUB_PENDING => ("pending", format!("{uri} would watch {of}")),
            c::MICROSIP_SUB_ACTIVE => ("active", format!("{uri} watches {of}")),
            _ if result == c::MICROSIP_OK => ("ended", format!("{uri} watches {of} no more")),
            _ => ("ended", format!("{uri} watches {of} no more: it cannot be told, or does not want to be")),
        };
        let fields = || json!({ "watcher": watcher, "uri": uri, "name": name, "event": event, "state": said });
        self.output.say("watcher", fields, &text);
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
