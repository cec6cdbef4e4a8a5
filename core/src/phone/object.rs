//! Each object with deadlines or owed output has a number, so that one heap and one queue serve all kinds.

use super::capacity::Capacity;
use crate::base::features;

/// An object with a deadline, or with owed output.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Object {
    Request(u32),
    Server(u32),
    Dialog(u32),
    Call(u32),
    Account(u32),
    Conference(u32),
    Message(u32),
    Subscription(u32),
    #[cfg(feature = "notify")]
    Watcher(u32),
    Publication(u32),
    Stream(u32),
    /// The calls, for those who watch them.
    #[cfg(feature = "notify")]
    Watched,
}

/// The numbers of each kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Objects {
    servers: u32,
    dialogs: u32,
    calls: u32,
    accounts: u32,
    conferences: u32,
    messages: u32,
    subscriptions: u32,
    #[cfg(feature = "notify")]
    watchers: u32,
    publications: u32,
    streams: u32,
    #[cfg(feature = "notify")]
    watched: u32,
}

impl Objects {
    pub(crate) const fn new(capacity: &Capacity) -> Self {
        let servers = capacity.requests;
        let dialogs = servers + capacity.servers;
        let calls = dialogs + capacity.dialogs;
        let accounts = calls + capacity.calls;
        let conferences = accounts + capacity.accounts;
        let messages = conferences + capacity.conferences() as u32;
        let subscriptions = messages + capacity.messages() as u32;
        let publications = subscriptions + capacity.subscriptions() as u32;
        let watchers = publications + capacity.publications() as u32;
        let streams = watchers + capacity.watchers() as u32;
        Self {
            servers,
            dialogs,
            calls,
            accounts,
            conferences,
            messages,
            subscriptions,
            publications,
            #[cfg(feature = "notify")]
            watchers,
            streams,
            #[cfg(feature = "notify")]
            watched: streams + capacity.calls,
        }
    }

    pub(crate) const fn number(&self, object: Object) -> u32 {
        match object {
            Object::Request(index) => index,
            Object::Server(index) => self.servers + index,
            Object::Dialog(index) => self.dialogs + index,
            Object::Call(index) => self.calls + index,
            Object::Account(index) => self.accounts + index,
            Object::Conference(index) => self.conferences + index,
            Object::Message(index) => self.messages + index,
            Object::Subscription(index) => self.subscriptions + index,
            #[cfg(feature = "notify")]
            Object::Watcher(index) => self.watchers + index,
            Object::Publication(index) => self.publications + index,
            Object::Stream(index) => self.streams + index,
            #[cfg(feature = "notify")]
            Object::Watched => self.watched,
        }
    }

    /// Calls, accounts, conferences, messages, subscriptions, publications and watchers have numbers of their own, for they
    /// alone have events.
    pub(crate) const fn teller(&self, object: Object) -> u32 {
        self.number(object).saturating_sub(self.calls)
    }

    /// The call, account, conference, message, subscription, publication or watcher that has this number.
    pub(crate) const fn telling(&self, number: u32) -> Object {
        self.object(self.calls + number)
    }

    pub(crate) const fn object(&self, number: u32) -> Object {
        if number < self.servers {
            Object::Request(number)
        } else if number < self.dialogs {
            Object::Server(number - self.servers)
        } else if number < self.calls {
            Object::Dialog(number - self.dialogs)
        } else if number < self.accounts {
            Object::Call(number - self.calls)
        } else if number < self.conferences {
            Object::Account(number - self.accounts)
        } else if features::CONFERENCE && number < self.messages {
            Object::Conference(number - self.conferences)
        } else if features::MESSAGE && number < self.subscriptions {
            Object::Message(number - self.messages)
        } else {
            #[cfg(feature = "notify")]
            if number >= self.watched {
                return Object::Watched;
            } else if number >= self.watchers && number < self.streams {
                return Object::Watcher(number - self.watchers);
            }
            if features::SUBSCRIBE && number < self.publications {
                Object::Subscription(number - self.subscriptions)
            } else if features::PUBLISH && number < self.streams {
                Object::Publication(number - self.publications)
            } else {
                Object::Stream(number - self.streams)
            }
        }
    }
}
