//! The events of a call.

use std::time::Instant;

use serde_json::json;

use super::{LEVELS, SCRIPTED, Talk};
use crate::abi::{MICROSIP_E_STATE, MICROSIP_MEDIA_HELD, MICROSIP_MEDIA_HOLDING};
use crate::digits::DigitsBy;
use crate::event::{CallState, Event, Happened};
use crate::phone::{Text, strerror};
use crate::session::{Exit, Stop, advised, ended};

impl Talk<'_> {
    pub(crate) fn happened(&mut self, event: Event) {
        match event.what {
            Happened::Call { state, sip_code, .. } => self.state(state, sip_code),
            Happened::Digit { digit, by, ms } => {
                let by = by.map_or("unknown", DigitsBy::name);
                self.say(
                    "digit",
                    || json!({ "call": self.call, "digit": digit.to_string(), "by": by, "ms": ms }),
                    &format!("digit {digit} ({by})"),
                );
            }
            // people are told once, when it is over
            Happened::DigitBegun { digit, by } => {
                let by = by.map_or("unknown", DigitsBy::name);
                self.say("digit_begun", || json!({ "call": self.call, "digit": digit.to_string(), "by": by }), "");
            }
            Happened::DigitSent { digit, by, left } => {
                let by = by.map_or("unknown", DigitsBy::name);
                self.say(
                    "digit_sent",
                    || json!({ "call": self.call, "digit": digit.to_string(), "by": by, "left": left }),
                    &format!("sent {digit} ({by})"),
                );
            }
            Happened::DigitsSent { sip_code, result } if result < 0 => {
                let text = match (sip_code, result) {
                    (0, MICROSIP_E_STATE) => {
                        "not all digits could be sent: the call ended or was put on hold".to_owned()
                    }
                    (0, result) => advised("not all digits could be sent", result),
                    (sip_code, _) => format!("not all digits could be sent: the far end refused INFO with {sip_code}"),
                };
                let fields = || json!({ "call": self.call, "sip_code": sip_code, "result": result });
                self.say("digits_lost", fields, &text);
                if event.token == SCRIPTED {
                    self.sending = false;
                    self.finished();
                }
            }
            // those of a key
            Happened::DigitsSent { .. } if event.token != SCRIPTED => {}
            Happened::DigitsSent { .. } => {
                self.sending = false;
                self.say("digits_sent", || json!({ "call": self.call }), "digits sent");
                self.finished();
            }
            Happened::Played(result) if result < 0 => {
                let text = format!("the file could not be played to its end: {}", strerror(result));
                self.trouble.get_or_insert(Stop::new(Exit::CallFailed, text));
                self.playing = false;
                self.finished();
            }
            Happened::Played(_) => {
                self.playing = false;
                self.say("played", || json!({ "call": self.call }), "played");
                self.finished();
            }
            Happened::RecordFailed(result) => {
                let text = advised("the recording could not be written", result);
                self.trouble.get_or_insert(Stop::new(Exit::CallFailed, text));
            }
            Happened::Silent if !self.unheard => self.silence(true),
            Happened::Media(media) => {
                if self.unheard {
                    self.silence(false);
                }
                self.media(media);
                self.early_media();
            }
            Happened::Identity => {
                let party = self.phone.party(self.call);
                let text = party.to_string();
                let fields = || json!({ "call": self.call, "uri": party.uri, "name": party.name });
                self.say("identity", fields, &format!("the far end is {text} now"));
            }
            Happened::Identified { sip_code, result } if result < 0 => {
                self.offer_failed("identify_failed", "another identity", sip_code, result);
            }
            Happened::Identified { .. } => {
                let uri = self.phone.call_text(self.call, Text::LocalUri);
                let fields = || json!({ "call": self.call, "uri": uri });
                self.say("identified", fields, &format!("the far end knows us as {uri} now"));
            }
            Happened::Transfer { state, sip_code, result } => {
                self.transfer_step(state, (sip_code, result), event.token)
            }
            Happened::Transferred { sip_code, result } => self.transfer_over(result, sip_code, event.token),
            Happened::HoldFailed { sip_code, result } => {
                self.holding = self.media & MICROSIP_MEDIA_HOLDING != 0;
                self.offer_failed("hold_failed", "the hold", sip_code, result);
            }
            Happened::Reoffered { sip_code, result } if result < 0 => {
                self.offer_failed("reoffer_failed", "other media", sip_code, result);
            }
            Happened::Reoffered { .. } => {
                let codec = self.phone.call_text(self.call, Text::Codec);
                let fields = || json!({ "call": self.call, "codec": codec });
                self.say("reoffered", fields, &format!("the media was offered anew: {codec}"));
            }
            _ => {}
        }
    }

    /// An offer of ours came to nothing: the side by which, and the reason.
    fn offer_failed(&self, kind: &str, offer: &str, sip_code: u32, result: i32) {
        let (reason, warning) = if sip_code == 0 {
            (String::new(), String::new())
        } else {
            (self.phone.call_text(self.call, Text::Reason), self.phone.call_text(self.call, Text::Warning))
        };
        let mut text = if sip_code == 0 {
            format!("{offer} could not be offered: {}", strerror(result))
        } else {
            format!("the far end refused {offer}: {}", ended(sip_code, &reason, result))
        };
        if !warning.is_empty() {
            text = format!("{text} ({warning})");
        }
        let fields = || json!({ "call": self.call, "sip_code": sip_code, "reason": reason, "warning": warning, "result": result });
        self.say(kind, fields, &text);
    }

    fn silence(&mut self, silent: bool) {
        self.unheard = silent;
        let text = if silent { "the far end sends no sound any more" } else { "the far end sends sound again" };
        self.say("media", || json!({ "call": self.call, "silent": silent }), text);
    }

    fn state(&mut self, state: CallState, sip_code: u32) {
        let name = match state {
            CallState::Early => "ringing",
            CallState::Connected => "connected",
            CallState::Calling | CallState::Incoming | CallState::Ended | CallState::Unknown => return,
        };
        if state == CallState::Early {
            if sip_code >= 300 {
                return; // its end is on the way, and tells that
            }
            self.rings = true;
            // the last reason may be that of a later response by now, so the phrase is read from this one
            let line = self.phone.header(self.call, sip_code, "");
            let reason = line.splitn(3, ' ').nth(2).unwrap_or_default();
            self.say(
                "call",
                || json!({ "call": self.call, "state": name, "sip_code": sip_code }),
                format!("{sip_code} {reason}").trim_end(),
            );
            if self.course.offers_early && sip_code == 183 {
                self.begin_offers();
            }
            return self.early_media();
        }
        if self.connected.is_some() {
            return;
        }
        let (now, codec) = (Instant::now(), self.phone.call_text(self.call, Text::Codec));
        self.connected = Some(now);
        self.answer_by = None;
        let timer = self.phone.session_timer(self.call);
        let side = timer.map(|(_, them)| if them { "them" } else { "us" });
        let fields = || {
            json!({
                "call": self.call, "state": name, "sip_code": sip_code, "codec": codec,
                "session_expires": timer.map(|(seconds, _)| seconds), "session_refresher": side,
            })
        };
        let refreshed = timer.map_or_else(String::new, |(seconds, them)| {
            format!(", refreshed by {} within {seconds} s", if them { "the far end" } else { "us" })
        });
        let heard = if codec.is_empty() { "no audio" } else { &codec };
        self.say("call", fields, &format!("connected, {heard}{refreshed}"));
        if !self.incoming {
            self.show_headers(sip_code);
        }
        if let Err(failure) = self.begin() {
            return self.fail(failure);
        }
        self.end_at = self.course.length.map(|length| now + length);
        self.begin_offers();
        self.transfer_at = self.course.transfer_after.map(|time| now + time);
        self.offer_behind();
        self.levels_at = self.output.json.then(|| now + LEVELS);
    }

    /// The times of our offers begin.
    fn begin_offers(&mut self) {
        if !core::mem::replace(&mut self.offers_begun, true) {
            let now = Instant::now();
            self.hold_at = self.course.hold_after.map(|time| now + time);
            self.reoffer_at = self.course.reoffer_after.map(|time| now + time);
            self.identify_at = self.course.identify_after.map(|time| now + time);
        }
    }

    /// Shows the headers that were asked for, of a message of the far end's: a status, or MICROSIP_INVITE.
    pub(crate) fn show_headers(&self, message: u32) {
        for name in &self.course.show_header {
            let value = self.phone.header(self.call, message, name);
            let fields = || json!({ "call": self.call, "name": name, "value": value });
            self.say(
                "header",
                fields,
                &if value.is_empty() { format!("no {name}") } else { format!("{name}: {value}") },
            );
        }
    }

    /// Holds of ours and of the far end's are told apart.
    fn media(&mut self, now: u32) {
        let changed = core::mem::replace(&mut self.media, now) ^ now;
        for (bit, name, begins, ends) in [
            (MICROSIP_MEDIA_HOLDING, "holding", "the far end is on hold", "the far end is no longer on hold"),
            (MICROSIP_MEDIA_HELD, "held", "the far end put us on hold", "the far end resumed the call"),
        ] {
            if changed & bit != 0 {
                let on = now & bit != 0;
                self.say(name, || json!({ "call": self.call, name: on }), if on { begins } else { ends });
            }
        }
    }
}
