//! A call's end: its numbers, and the exit code that it means.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::Talk;
use crate::abi::{MICROSIP_CAUSE_REPLACED, MICROSIP_E_TIMEOUT};
use crate::end::End;
use crate::interrupt::interrupted;
use crate::phone::{Id, Stats, Text};
use crate::session::{Exit, Stop, ended};

/// The response to a call that lacks an extension.
const EXTENSION_REQUIRED: u32 = 421;

/// The extensions that a far end requires, and the option that offers them.
fn extension(names: &str) -> String {
    match names {
        "" => "the far end requires an extension that was not offered".to_owned(),
        "100rel" => "the far end requires 100rel; try --100rel supported".to_owned(),
        "timer" => "the far end requires timer; try --session-timer supported".to_owned(),
        names => format!("the far end requires {names}"),
    }
}

fn no_media(path: &Path) -> Stop {
    Stop::new(
        Exit::NoMedia,
        format!(
            "no media came from the far end, so {} holds silence\n  check that UDP reaches the media ports",
            path.display()
        ),
    )
}

/// A call's numbers in two lines.
pub(crate) fn numbers(stats: &Stats) -> String {
    format!(
        "{} packets sent, {} received, {} lost, {} late, {} twice\n          {} ms concealed, jitter {:.1} ms, round trip {:.1} ms{}{}",
        stats.sent,
        stats.received,
        stats.lost,
        stats.late,
        stats.duplicate,
        stats.concealed_ms,
        f64::from(stats.jitter_us) / 1000.0,
        f64::from(stats.rtt_us) / 1000.0,
        mos(stats.mos_x100).map_or_else(String::new, |mos| format!("\n          quality {mos:.2} of 5 (MOS)")),
        mos(stats.remote_mos_x100).map_or_else(String::new, |mos| format!(", {mos:.2} at the far end lately")),
    )
}

/// A mean opinion score, if it is known.
pub(crate) fn mos(hundredths: u32) -> Option<f64> {
    (hundredths > 0).then(|| f64::from(hundredths) / 100.0)
}

fn fields(
    call: Id,
    sip_code: u32,
    result: i32,
    (reason, warning): (&str, &str),
    end: End,
    talked: Duration,
    stats: &Stats,
) -> serde_json::Value {
    json!({
        "call": call, "state": "ended", "sip_code": sip_code, "reason": reason, "warning": warning, "result": result,
        "cause": end.cause(), "ended_by": end.side(), "talked_ms": talked.as_millis() as u64,
        "sent": stats.sent, "received": stats.received, "lost": stats.lost, "late": stats.late, "duplicate": stats.duplicate,
        "concealed_ms": stats.concealed_ms, "jitter_us": stats.jitter_us, "rtt_us": stats.rtt_us,
        "mos": mos(stats.mos_x100), "remote_mos": mos(stats.remote_mos_x100),
    })
}

/// The exit code of a finished call.
fn verdict(
    connected: bool,
    gave_up: bool,
    interrupted: bool,
    sip_code: u32,
    result: i32,
    how: &str,
) -> Result<(), Stop> {
    match (connected, sip_code) {
        (true, _) if result == 0 || interrupted => Ok(()),
        (true, _) => Err(Stop::of(Exit::CallFailed, &format!("the call broke off: {how}"), sip_code, result)),
        (false, _) if interrupted => Err(Stop::new(Exit::CallFailed, "interrupted before anybody answered")),
        (false, _) if gave_up => {
            Err(Stop::new(Exit::NoAnswer, "nobody answered in time; --answer-within TIME waits longer"))
        }
        (false, 408 | 480 | 487) => Err(Stop::of(Exit::NoAnswer, &format!("no answer: {how}"), sip_code, result)),
        (false, _) if result == MICROSIP_E_TIMEOUT => {
            Err(Stop::of(Exit::NoAnswer, &format!("no answer: {how}"), sip_code, result))
        }
        (false, _) => Err(Stop::of(Exit::CallFailed, &format!("the call failed: {how}"), sip_code, result)),
    }
}

impl Talk<'_> {
    /// The ended event is the last moment at which its statistics can be read.
    pub(crate) fn over(self, sip_code: u32, result: i32) -> Result<(), Stop> {
        let (call, label) = (self.call, self.label.clone());
        self.ended(sip_code, result).map_err(|stop| Stop { text: format!("{label}{}", stop.text), call, ..stop })
    }

    fn ended(mut self, sip_code: u32, result: i32) -> Result<(), Stop> {
        let reason = self.reason.take().unwrap_or_else(|| self.phone.call_text(self.call, Text::Reason));
        let stats = self.phone.stats(self.call).unwrap_or_default();
        let talked = self.connected.map_or(Duration::ZERO, |since| since.elapsed());
        let (end, warning) = (self.phone.end(self.call), self.phone.call_text(self.call, Text::Warning));
        let mut how = ended(sip_code, &reason, result);
        if !warning.is_empty() {
            how = format!("{how} ({warning})");
        }
        if sip_code == EXTENSION_REQUIRED {
            how = format!("{how}: {}", extension(&self.phone.header(self.call, sip_code, "Require")));
        }
        // of a call that was up, the last response is an old success
        let why = if self.connected.is_some() && sip_code < 300 { end.words() } else { how.clone() };
        let done = self.done((sip_code, result), end, &why, stats.received > 0);
        if self.connected.is_some() {
            let text = format!(
                "ended after {:.1} s: {}{}\n          {}",
                talked.as_secs_f64(),
                end.words(),
                // a BYE may say more than that
                if matches!(&*reason, "" | "OK") { String::new() } else { format!(", \"{reason}\"") },
                numbers(&stats)
            );
            let quality = self.phone.quality(self.call).unwrap_or_default();
            let fields = || {
                let mut fields = fields(self.call, sip_code, result, (&reason, &warning), end, talked, &stats);
                if let Some(fields) = fields.as_object_mut() {
                    fields.insert("mos_seconds".into(), quality.0.iter().map(|second| mos(*second)).collect());
                    fields.insert("mos_seconds_each".into(), quality.1.into());
                }
                fields
            };
            self.say("call", fields, &text);
        } else {
            self.say(
                "call",
                || fields(self.call, sip_code, result, (&reason, &warning), end, talked, &stats),
                // a failure is told once, with its remedy
                &if done.is_err() { String::new() } else { not_connected(&how, &end.words()) },
            );
        }
        done
    }

    /// The meaning of the end to the command.
    fn done(&mut self, (sip_code, result): (u32, i32), end: End, why: &str, heard: bool) -> Result<(), Stop> {
        if let Some(trouble) = self.trouble.take() {
            return Err(trouble);
        }
        // its far end goes on in the call that took its place
        if self.refused || end.cause == MICROSIP_CAUSE_REPLACED {
            return Ok(());
        }
        if let Some(path) = self.recording().filter(|_| self.connected.is_some() && !heard) {
            return Err(no_media(path));
        }
        verdict(self.connected.is_some(), self.gave_up, interrupted(), sip_code, result, why)
    }
}

/// The end of a call that never was up; a cause that says the same again is left out.
fn not_connected(how: &str, cause: &str) -> String {
    let said = cause.is_empty() || how.to_lowercase().contains(cause);
    if said { format!("not connected: {how}") } else { format!("not connected: {how}; {cause}") }
}

#[cfg(test)]
#[path = "report/tests.rs"]
mod tests;
