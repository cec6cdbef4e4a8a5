//! The state that a subscription was told, in words and for JSON.

use serde_json::{Map, Value, json};

use super::Package;
use crate::abi as c;
use crate::phone::{Entry, Party, Watching};

/// Lamps: for JSON.
const LAMPS: [(u32, &str); 8] = [
    (c::MICROSIP_LAMP_UNKNOWN, "unknown"),
    (c::MICROSIP_LAMP_CLOSED, "closed"),
    (c::MICROSIP_LAMP_OPEN, "open"),
    (c::MICROSIP_LAMP_IDLE, "idle"),
    (c::MICROSIP_LAMP_TRYING, "trying"),
    (c::MICROSIP_LAMP_RINGING, "ringing"),
    (c::MICROSIP_LAMP_BUSY, "busy"),
    (c::MICROSIP_LAMP_HELD, "held"),
];

/// Activities: for JSON, and for people.
const ACTIVITIES: [(u32, &str, &str); 4] = [
    (c::MICROSIP_ACTIVITY_AWAY, "away", "away"),
    (c::MICROSIP_ACTIVITY_BUSY, "busy", "busy"),
    (c::MICROSIP_ACTIVITY_PHONE, "phone", "in a call"),
    (c::MICROSIP_ACTIVITY_OTHER, "other", ""),
];

/// Classes of messages, as the header numbers them: for JSON, and for people.
const CLASSES: [(u32, &str, &str); 6] = [
    (1, "voice", "voice"),
    (2, "fax", "fax"),
    (3, "pager", "pager"),
    (4, "multimedia", "multimedia"),
    (5, "text", "text"),
    (6, "none", "unsorted"),
];

pub(super) fn lamp(number: u32) -> &'static str {
    LAMPS.iter().find(|row| row.0 == number).map_or("unknown", |row| row.1)
}

fn names(table: &[(u32, &'static str, &'static str)], number: u32) -> (&'static str, &'static str) {
    table.iter().find(|row| row.0 == number).map_or(("", ""), |row| (row.1, row.2))
}

/// The state that was told, for people.
pub(crate) fn words(package: &Package, told: &Watching, entries: &[Entry]) -> String {
    let mut text = match package {
        Package::Presence => presence(told, entries),
        Package::Dialog => dialogs(told, entries),
        Package::MessageSummary => mailbox(told, entries),
        Package::Other(_) => String::new(),
    };
    if told.left_out > 0 {
        text += &format!("; {} more, for which there was no room", told.left_out);
    }
    text
}

fn presence(told: &Watching, entries: &[Entry]) -> String {
    let notes = entries.iter().map(|entry| &*entry.note).filter(|note| !note.is_empty());
    let activity = names(&ACTIVITIES, told.value).1;
    let more = Some(activity).filter(|words| !words.is_empty()).map(str::to_owned);
    [lamp(told.lamp).to_owned()]
        .into_iter()
        .chain(more)
        .chain(notes.map(|note| format!("\"{note}\"")))
        .collect::<Vec<_>>()
        .join(", ")
}

fn dialogs(told: &Watching, entries: &[Entry]) -> String {
    let calls = entries.iter().map(|entry| {
        let party = Party { uri: entry.uri.clone(), name: entry.name.clone() };
        let does = match (entry.lamp, entry.called) {
            (c::MICROSIP_LAMP_TRYING, _) => "calls",
            (c::MICROSIP_LAMP_RINGING, _) => "is called by",
            (c::MICROSIP_LAMP_BUSY, _) => "talks to",
            (c::MICROSIP_LAMP_HELD, _) => "holds",
            _ => "has a call with",
        };
        if entry.uri.is_empty() { format!("{does} somebody") } else { format!("{does} {party}") }
    });
    let calls: Vec<String> = calls.collect();
    if calls.is_empty() { lamp(told.lamp).to_owned() } else { format!("{}: {}", lamp(told.lamp), calls.join("; ")) }
}

fn mailbox(told: &Watching, entries: &[Entry]) -> String {
    let urgent = |count: u32| if count > 0 { format!(" ({count} urgent)") } else { String::new() };
    let classes = entries.iter().map(|entry| {
        let [new, old, new_urgent, old_urgent] = entry.messages;
        let class = names(&CLASSES, entry.message_class).1;
        format!("{class} {new} new{}, {old} old{}", urgent(new_urgent), urgent(old_urgent))
    });
    let head = match (told.lamp, told.value) {
        (c::MICROSIP_LAMP_OPEN, 0) => "something new waits".to_owned(),
        (c::MICROSIP_LAMP_UNKNOWN, _) => "unknown".to_owned(),
        (_, 0) => "no new messages".to_owned(),
        (_, 1) => "1 new message".to_owned(),
        (_, new) => format!("{new} new messages"),
    };
    [head].into_iter().chain(classes).collect::<Vec<_>>().join("; ")
}

/// A party of a list.
pub(super) struct Listed {
    pub(super) uri: String,
    pub(super) fields: Map<String, Value>,
    pub(super) words: String,
}

/// The parties of a list, each with what is of it behind it.
pub(super) fn parties(package: &Package, entries: &[Entry]) -> Vec<Listed> {
    let mut rest = entries;
    let mut found = Vec::new();
    while let Some((row, behind)) = rest.split_first() {
        let count = behind.iter().take_while(|entry| entry.resource == 0).count();
        let (parts, later) = behind.split_at(count);
        rest = later;
        let value = match package {
            Package::Presence => row.activity,
            Package::MessageSummary => row.messages.first().copied().unwrap_or_default(),
            _ => 0,
        };
        let told = Watching { lamp: row.lamp, value, ..Watching::default() };
        let own = if matches!(package, Package::Presence) { std::slice::from_ref(row) } else { parts };
        let known = row.reason.is_empty();
        let mut into = Map::new();
        fields(&mut into, package, &told, own);
        into.remove("left_out");
        into.insert("name".to_owned(), json!(row.name));
        into.insert("reason".to_owned(), json!(row.reason));
        let text = match row.resource {
            _ if !known => format!("unknown, {}", row.reason),
            c::MICROSIP_RESOURCE_LIST => format!("{}, of a list", lamp(row.lamp)),
            _ => words(package, &told, own),
        };
        found.push(Listed { uri: row.of.clone(), fields: into, words: text });
    }
    found
}

/// A list as a whole, for people.
pub(super) fn list(parties: usize, left_out: u32) -> String {
    let mut text = match parties {
        0 => "a list without anybody".to_owned(),
        1 => "a list of one party".to_owned(),
        _ => format!("a list of {parties} parties"),
    };
    if left_out > 0 {
        text += &format!("; {left_out} more entries, for which there was no room");
    }
    text
}

/// The same for JSON.
pub(crate) fn fields(into: &mut Map<String, Value>, package: &Package, told: &Watching, entries: &[Entry]) {
    let mut put = |name: &str, value: Value| into.insert(name.to_owned(), value);
    if matches!(package, Package::Other(_)) {
        return;
    }
    put("lamp", json!(lamp(told.lamp)));
    match package {
        Package::Presence => {
            let first = entries.first();
            put("activity", json!(names(&ACTIVITIES, told.value).0));
            put("note", json!(first.map(|entry| &entry.note)));
            put("contact", json!(first.map(|entry| &entry.uri)));
        }
        Package::Dialog => {
            let call = |entry: &Entry| {
                json!({
                    "state": lamp(entry.lamp), "called": entry.called, "party": entry.uri, "name": entry.name,
                    "replaces": entry.replaces,
                })
            };
            put("calls", entries.iter().map(call).collect());
        }
        _ => {
            let class = |entry: &Entry| {
                let [new, old, new_urgent, old_urgent] = entry.messages;
                json!({
                    "class": names(&CLASSES, entry.message_class).0, "new": new, "old": old, "new_urgent": new_urgent,
                    "old_urgent": old_urgent,
                })
            };
            put("new", json!(told.value));
            put("account", json!(entries.first().map(|entry| &entry.uri)));
            put("messages", entries.iter().map(class).collect());
        }
    }
    put("left_out", json!(told.left_out));
}

#[cfg(test)]
#[path = "shown/tests.rs"]
mod tests;
