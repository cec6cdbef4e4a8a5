//! Time has passed: due deadlines are handled, a bounded number a call.

use super::Phone;
use super::object::Object;
use crate::base::limits::TIMEOUTS_A_CALL;
use crate::base::time::Instant;

impl Phone<'_> {
    /// Serves deadlines that have passed. Early and repeated calls do nothing; those left after a bounded number are
    /// due at once again.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.hear(now);
        for _ in 0..TIMEOUTS_A_CALL {
            let Some((_, number)) = self.lower.cx.due.first().filter(|(at, _)| *at <= now) else { return };
            // each sets its next deadline; one that does not has none
            self.lower.cx.due.set(number, Instant::NEVER);
            match self.lower.cx.objects.object(number) {
                Object::Request(index) => {
                    if let Some(handle) = self.lower.transactions.request_at(index) {
                        self.request_timeout(now, handle);
                    }
                }
                Object::Server(index) => {
                    if let Some(handle) = self.lower.transactions.server_at(index) {
                        self.calls.server_timeout(&mut self.lower, now, handle);
                    }
                }
                Object::Call(index) => {
                    if let Some(handle) = self.calls.handle_at(index) {
                        self.calls.call_timeout(&mut self.lower, now, handle);
                    }
                }
                Object::Account(index) => {
                    if let Some(handle) = self.lower.accounts.handle_at(index) {
                        self.account_timeout(now, handle);
                    }
                }
                Object::Stream(index) => {
                    if let Some((line, news)) = self.lower.media.due(&mut self.lower.cx, now, index) {
                        self.calls.take_news(&mut self.lower, now, line, news);
                    }
                }
                Object::Dialog(index) => {
                    if let Some(handle) = self.lower.dialogs.at(index) {
                        self.calls.dialog_timeout(&mut self.lower, now, handle);
                    }
                }
                #[cfg(feature = "message")]
                Object::Message(index) => self.messages.due(&mut self.lower, now, index),
                #[cfg(feature = "subscribe")]
                Object::Subscription(index) => self.subscriptions.due(&mut self.lower, now, index),
                #[cfg(feature = "notify")]
                Object::Watcher(index) => self.watchers.due(&mut self.lower, &self.calls, now, index),
                #[cfg(feature = "notify")]
                Object::Watched => self.watchers.look(&mut self.lower, &self.calls),
                #[cfg(feature = "publish")]
                Object::Publication(index) => self.publication_due(now, index),
                // they have no deadline
                _ => {}
            }
        }
    }
}
