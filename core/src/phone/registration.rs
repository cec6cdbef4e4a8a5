//! Accounts register: their requests are made, and their outcomes are handed on.

use super::accounts::{Registered, Todo};
use super::trace::{About, What};
use super::transactions::request::{Owner, Sending};
use super::{AccountId, Cause, Flow, Phone};
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::wire::sip::Message;

impl Phone<'_> {
    /// Sends a REGISTER, unless one is under way: the next one follows when that one ends.
    pub(super) fn send_register(&mut self, now: Instant, handle: Handle) {
        let Some(hop) = self.lower.accounts.registers(&mut self.lower.cx, now, handle) else { return };
        let request = self.lower.new_request(Owner::Account(handle), Sending::Register);
        if self.lower.accounts.begun(&mut self.lower.cx, now, handle, request) {
            self.lower.accounts.tell(&mut self.lower.cx, handle);
        }
        if let Some(request) = request {
            let asking = self.lower.go(now, request, hop.map(|hop| (hop.flow(), true)));
            self.asked(now, asking);
        }
    }

    /// REGISTER has its final response.
    pub(super) fn register_response(
        &mut self,
        now: Instant,
        handle: Handle,
        request: Handle,
        flow: Flow,
        response: &Message<'_>,
        status: u16,
    ) {
        if status < 200 {
            return;
        }
        self.lower.end_request(request);
        let way = (flow, self.lower.cx.local_of(flow.socket()));
        let outcome = self.lower.accounts.responded(&mut self.lower.cx, now, handle, way, (response, status));
        self.registered(now, handle, outcome);
    }

    /// REGISTER failed without a final response.
    pub(super) fn register_failed(&mut self, now: Instant, handle: Handle, cause: Cause) {
        let outcome = self.lower.accounts.failed(&mut self.lower.cx, now, handle, cause);
        self.registered(now, handle, outcome);
    }

    pub(super) fn registered(&mut self, now: Instant, handle: Handle, outcome: Registered) {
        let what = match outcome {
            Registered::Nothing => return,
            Registered::Again => {
                self.send_register(now, handle);
                return;
            }
            Registered::Bound { seconds, again } => What::Registered { seconds, again },
            Registered::Unbound => What::Unregistered,
            Registered::Failed { cause, sip_code, next } => What::RegistrationFailed { cause, sip_code, next },
        };
        self.lower.cx.trace(About::Account(AccountId(handle)), what);
        self.lower.accounts.tell(&mut self.lower.cx, handle);
        #[cfg(feature = "publish")]
        self.registration_changed(now, handle, outcome);
        self.calls.leave(&mut self.lower, handle);
    }

    /// A timer of an account.
    pub(super) fn account_timeout(&mut self, now: Instant, handle: Handle) {
        loop {
            match self.lower.accounts.due(&mut self.lower.cx, now, handle) {
                Todo::Nothing => return,
                Todo::Lapsed => {
                    self.lower.accounts.tell(&mut self.lower.cx, handle);
                    #[cfg(feature = "publish")]
                    self.settle_publication(now, handle);
                }
                Todo::Register => self.send_register(now, handle),
                #[cfg(feature = "stream")]
                Todo::Fail(flow) => self.handle_flow_failed(now, flow),
            }
        }
    }
}
