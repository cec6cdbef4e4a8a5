//! The far end is to call somebody else.

use std::time::Instant;

use serde_json::json;

use super::{SCRIPTED, Talk};
use crate::event::TransferState;
use crate::phone::{Id, strerror};
use crate::session::{Exit, Stop};

impl Talk<'_> {
    /// The address of --transfer-to.
    pub(crate) fn transfers_to(&self) -> Option<&str> {
        self.course.transfer_to.as_deref()
    }

    /// To that address. `token`: of its end.
    pub(super) fn transfer(&mut self, token: u64) {
        let Some(to) = self.course.transfer_to.as_deref() else { return };
        let done = self.phone.transfer(self.call, Some(to), 0, token);
        match done {
            Ok(()) => self.transferring = true,
            Err(failure) if token == SCRIPTED => self.fail(failure),
            Err(failure) => self.line(&failure.text),
        }
    }

    /// To the far end of another call.
    pub(crate) fn bring_together(&mut self, other: Id) {
        let done = self.phone.transfer(self.call, None, other, 0);
        self.transferring |= self.told(done);
    }

    pub(super) fn transfer_step(&self, state: TransferState, (sip_code, result): (u32, i32), token: u64) {
        let to = self.transfers_to().unwrap_or("the other call");
        let text = match state {
            TransferState::Pending => format!("asked to call {to}"),
            TransferState::Trying => format!("the far end calls {to}"),
            TransferState::Ringing => format!("{to} rings"),
            TransferState::Done => "transferred: they talk".to_owned(),
            // its failure is told with the end of the call
            TransferState::Failed if self.ends_with(token) => String::new(),
            TransferState::Failed => format!("{}; the call goes on", failed(sip_code, result)),
            TransferState::Unknown => return,
        };
        let fields = || json!({ "call": self.call, "state": state.name(), "sip_code": sip_code, "result": result });
        self.say("transfer", fields, &text);
    }

    /// It is over. One that the command line wanted is a failed call where it failed.
    pub(super) fn transfer_over(&mut self, result: i32, sip_code: u32, token: u64) {
        self.transferring = false;
        if result < 0 && token == SCRIPTED {
            let stop = Stop { sip_code, result, ..Stop::new(Exit::CallFailed, failed(sip_code, result)) };
            self.trouble.get_or_insert(stop);
        }
        if result < 0 && self.ends_with(token) {
            self.end_at.get_or_insert(Instant::now());
        }
    }

    /// The call ends with a transfer that fails: the command line wanted it, and says no other end.
    fn ends_with(&self, token: u64) -> bool {
        token == SCRIPTED && self.course.length.is_none()
    }
}

fn failed(sip_code: u32, result: i32) -> String {
    match sip_code {
        0 => format!("the transfer failed: {}", strerror(result)),
        code => format!("the transfer failed: {code} ({})", strerror(result)),
    }
}
