//! The end of a call: its side and its cause, in words and for JSON.

use crate::abi as c;

/// The end of a call, as the header numbers it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct End {
    /// MICROSIP_CAUSE_*.
    pub(crate) cause: u32,
    /// MICROSIP_BY_*.
    pub(crate) by: u32,
}

/// Causes: for JSON, and for people.
const CAUSES: &[(u32, &str, &str)] = &[
    (c::MICROSIP_CAUSE_NORMAL, "normal", "hung up"),
    (c::MICROSIP_CAUSE_BUSY, "busy", "busy"),
    (c::MICROSIP_CAUSE_DECLINED, "declined", "declined"),
    (c::MICROSIP_CAUSE_NO_ANSWER, "no_answer", "no answer"),
    (c::MICROSIP_CAUSE_CANCELLED, "cancelled", "given up before an answer"),
    (c::MICROSIP_CAUSE_ELSEWHERE, "elsewhere", "answered at another phone"),
    (c::MICROSIP_CAUSE_REDIRECTED, "redirected", "redirected"),
    (c::MICROSIP_CAUSE_TRANSFERRED, "transferred", "transferred"),
    (c::MICROSIP_CAUSE_REPLACED, "replaced", "replaced by another call"),
    (c::MICROSIP_CAUSE_NOT_FOUND, "not_found", "not found"),
    (c::MICROSIP_CAUSE_MEDIA, "media", "no media that both ends can"),
    (c::MICROSIP_CAUSE_MEDIA_LOST, "media_lost", "no media came any more"),
    (c::MICROSIP_CAUSE_EXPIRED, "expired", "its time was over"),
    (c::MICROSIP_CAUSE_NETWORK, "network", "the network did not carry it"),
    (c::MICROSIP_CAUSE_AUTH, "auth", "credentials were asked for or refused"),
    (c::MICROSIP_CAUSE_SERVER, "server", "a fault at the server or the far end"),
    (c::MICROSIP_CAUSE_FULL, "full", "a limit of this phone"),
    (c::MICROSIP_CAUSE_SHUTDOWN, "shutdown", "this phone was shut down"),
    (c::MICROSIP_CAUSE_EMERGENCY, "emergency", "it gave way to a call for help"),
    (c::MICROSIP_CAUSE_UNSUPPORTED, "unsupported", "something that the far end does not do"),
];

/// The causes that are somebody's act.
const ACTS: [u32; 5] = [
    c::MICROSIP_CAUSE_NORMAL,
    c::MICROSIP_CAUSE_DECLINED,
    c::MICROSIP_CAUSE_CANCELLED,
    c::MICROSIP_CAUSE_REDIRECTED,
    c::MICROSIP_CAUSE_TRANSFERRED,
];

/// Sides: for JSON, and for people.
const SIDES: &[(u32, &str, &str)] = &[
    (c::MICROSIP_BY_APPLICATION, "application", "us"),
    (c::MICROSIP_BY_REMOTE, "remote", "the far end"),
    (c::MICROSIP_BY_RULE, "rule", "a rule"),
    (c::MICROSIP_BY_LIBRARY, "library", "the library"),
];

fn names(table: &[(u32, &'static str, &'static str)], number: u32) -> (&'static str, &'static str) {
    table.iter().find(|row| row.0 == number).map_or(("", ""), |row| (row.1, row.2))
}

impl End {
    /// The cause, for JSON.
    pub(crate) fn cause(self) -> &'static str {
        names(CAUSES, self.cause).0
    }

    /// The side, for JSON.
    pub(crate) fn side(self) -> &'static str {
        names(SIDES, self.by).0
    }

    /// Both for people: "hung up by the far end". A cause that nobody wanted stands alone.
    pub(crate) fn words(self) -> String {
        match (names(CAUSES, self.cause).1, names(SIDES, self.by).1) {
            ("", _) | (_, "") => String::new(),
            // a timer's cause says it all
            (cause, _) if self.by == c::MICROSIP_BY_LIBRARY || !ACTS.contains(&self.cause) => cause.to_owned(),
            (cause, side) => format!("{cause} by {side}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_has_words() {
        let words = |cause, by| End { cause, by }.words();
        assert_eq!(words(c::MICROSIP_CAUSE_NORMAL, c::MICROSIP_BY_REMOTE), "hung up by the far end");
        assert_eq!(words(c::MICROSIP_CAUSE_MEDIA_LOST, c::MICROSIP_BY_LIBRARY), "no media came any more");
        assert_eq!(words(c::MICROSIP_CAUSE_MEDIA, c::MICROSIP_BY_REMOTE), "no media that both ends can");
        assert_eq!(words(c::MICROSIP_CAUSE_BUSY, c::MICROSIP_BY_REMOTE), "busy");
        assert_eq!((words(0, 1), words(1, 77)), (String::new(), String::new()));
        let end = End { cause: c::MICROSIP_CAUSE_ELSEWHERE, by: c::MICROSIP_BY_REMOTE };
        assert_eq!((end.cause(), end.side()), ("elsewhere", "remote"));
    }

    /// A cause or a side that the header has and that has no words here would be an empty text.
    #[test]
    fn each_end_of_the_header_has_words() {
        let header = include_str!("../../../../include/microsip.h");
        let count = |prefix: &str, table: &[(u32, &'static str, &'static str)]| {
            let defined = header.lines().filter_map(|line| line.strip_prefix("#define ")?.strip_prefix(prefix));
            let numbers: Vec<u32> = defined.map(|line| line.split(' ').nth(1).unwrap().parse().unwrap()).collect();
            assert!(numbers.iter().all(|number| !names(table, *number).0.is_empty()), "{prefix}: {numbers:?}");
            numbers.len()
        };
        assert_eq!(count("MICROSIP_CAUSE_", CAUSES), CAUSES.len());
        assert_eq!(count("MICROSIP_BY_", SIDES), SIDES.len());
    }
}
