//! The list of calls: a line for each, plain text.

use std::time::Duration;

use serde_json::{Value, json};

use crate::phone::{Id, Party};
use crate::talk::mos;

/// A call as the list shows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    pub(crate) call: Id,
    /// By which people name it; it stays for as long as the call.
    pub(crate) number: u32,
    /// Commands go to this one.
    pub(crate) chosen: bool,
    pub(crate) state: &'static str,
    pub(crate) muted: bool,
    pub(crate) conference: bool,
    /// The time since its answer.
    pub(crate) talked: Option<Duration>,
    pub(crate) peer: Party,
    pub(crate) codec: String,
    /// Its mean opinion score lately, in hundredths; 0 is unknown.
    pub(crate) mos_x100: u32,
}

impl Row {
    fn words(&self) -> String {
        let marks = [(self.conference, ", in the conference"), (self.muted, ", muted")];
        let marks = marks.into_iter().filter(|(on, _)| *on).map(|(_, words)| words);
        [self.state].into_iter().chain(marks).collect()
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "call": self.call, "number": self.number, "chosen": self.chosen, "state": self.state, "muted": self.muted,
            "conference": self.conference, "talked_s": self.talked.map(|talked| talked.as_secs()), "peer": self.peer.uri,
            "name": self.peer.name, "codec": self.codec, "mos": mos(self.mos_x100),
        })
    }
}

/// Minutes and seconds.
pub(crate) fn clock(talked: Duration) -> String {
    format!("{:02}:{:02}", talked.as_secs() / 60, talked.as_secs() % 60)
}

/// The list, in at most so many lines: of a longer one the part around the chosen call.
pub(crate) fn lines(rows: &[Row], room: usize) -> String {
    let words: Vec<String> = rows.iter().map(Row::words).collect();
    let wide = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default();
    let state = wide(&mut words.iter().map(|words| words.chars().count()));
    let peers: Vec<String> = rows.iter().map(|row| row.peer.to_string()).collect();
    let peer = wide(&mut peers.iter().map(|peer| peer.chars().count()));
    let lines = rows.iter().zip(&words).zip(&peers).map(|((row, words), party)| {
        let (mark, time) = (if row.chosen { '>' } else { ' ' }, row.talked.map_or_else(String::new, clock));
        let quality = mos(row.mos_x100).map_or_else(String::new, |mos| format!("{mos:.1}"));
        let line =
            format!("{mark}{:>3}  {time:>5}  {words:state$}  {party:peer$}  {}  {quality}", row.number, row.codec);
        line.trim_end().to_owned()
    });
    let mut lines: Vec<String> = lines.collect();
    if lines.len() > room.max(2) {
        let shown = room.max(2) - 1; // the last line counts those that are left out
        let chosen = rows.iter().position(|row| row.chosen).unwrap_or_default();
        let first = chosen.saturating_sub(shown / 2).min(lines.len() - shown);
        let left = lines.len() - shown;
        lines = lines.drain(first..first + shown).collect();
        lines.push(format!("     and {left} more"));
    }
    lines.join("\n")
}

#[cfg(test)]
#[path = "list/tests.rs"]
mod tests;
