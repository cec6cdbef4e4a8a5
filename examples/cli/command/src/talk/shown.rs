//! A call that is up, as it is shown.

use std::time::Instant;

use serde_json::json;

use super::report::mos;
use super::{LEVELS, Talk};
use crate::abi::MICROSIP_MEDIA_HELD;
use crate::list::{Row, clock};
use crate::output::meter;
use crate::phone::Text;

impl Talk<'_> {
    pub(super) fn levels(&mut self, now: Instant) {
        let Ok(stats) = self.phone.stats(self.call) else { return };
        let fields = || json!({ "call": self.call, "sent_peak": stats.level_in, "heard_peak": stats.level_out, "lost": stats.lost, "mos": mos(stats.mos_lately_x100) });
        self.say("level", fields, "");
        self.levels_at = Some(now + LEVELS);
    }

    /// The levels of a call that is up, in a line.
    pub(crate) fn meter(&self, now: Instant) -> Option<String> {
        let (stats, since) = (self.phone.stats(self.call).ok()?, self.connected?);
        let (mouth, ear) = (meter(stats.level_in), meter(stats.level_out));
        Some(format!("{}  we {mouth}  they {ear}  lost {}", clock(now - since), stats.lost))
    }

    /// Its line in the list of calls.
    pub(crate) fn row(&self, now: Instant, chosen: bool) -> Row {
        let state = match (self.connected, self.incoming, self.rings) {
            (None, true, _) => "rings here",
            (None, false, true) => "rings there",
            (None, false, false) => "calling",
            _ => match (self.holding, self.media & MICROSIP_MEDIA_HELD != 0) {
                (false, false) => "talking",
                (true, false) => "on hold",
                (false, true) => "we are on hold",
                (true, true) => "both on hold",
            },
        };
        Row {
            call: self.call,
            number: self.number,
            chosen,
            state,
            muted: self.muted,
            conference: self.phone.conference_of(self.call) != 0,
            talked: self.connected.map(|since| now - since),
            peer: self.phone.party(self.call),
            codec: self.phone.call_text(self.call, Text::Codec),
            mos_x100: self.phone.stats(self.call).unwrap_or_default().mos_lately_x100,
        }
    }
}
