//! Offers at their times. One that the far end does not take before the answer goes behind it.

use std::time::Instant;

use serde_json::json;

use super::Talk;
use crate::abi::MICROSIP_E_STATE;
use crate::phone::Failure;

/// An offer of the command line's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Offer {
    Hold,
    Media,
    Identity,
}

impl Offer {
    const fn name(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Media => "reoffer",
            Self::Identity => "identify",
        }
    }
}

impl Talk<'_> {
    /// Its time has come.
    pub(super) fn offer(&mut self, offer: Offer) {
        let done = match offer {
            Offer::Hold => self.phone.hold(self.call, true),
            Offer::Media => self.phone.reoffer(self.call, self.course.reoffer_codec.as_deref()),
            Offer::Identity => match &self.course.identify_as {
                Some(caller) => self.phone.identify(self.call, caller),
                None => Ok(()), // no time of its own without it
            },
        };
        match done {
            Ok(()) if offer == Offer::Hold => {
                self.holding = true;
                self.resume_at = self.course.hold_for.map(|time| Instant::now() + time);
            }
            Ok(()) => {}
            Err(failure) if failure.code == MICROSIP_E_STATE && self.connected.is_none() => {
                self.behind.push(offer);
                let fields = || json!({ "call": self.call, "offer": offer.name(), "reason": failure.text });
                self.say("offer_waits", fields, &format!("{} waits for the answer: {}", offer.name(), failure.text));
            }
            Err(failure) => self.offer_refused(offer, &failure),
        }
    }

    /// The call is up: what waited for that goes now.
    pub(super) fn offer_behind(&mut self) {
        for offer in std::mem::take(&mut self.behind) {
            self.offer(offer);
        }
    }

    /// The library does not send it; the call goes on.
    fn offer_refused(&self, offer: Offer, failure: &Failure) {
        let fields = || json!({ "call": self.call, "sip_code": 0, "result": failure.code, "reason": failure.text });
        self.say(&format!("{}_failed", offer.name()), fields, &failure.text);
    }
}
