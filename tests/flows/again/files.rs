//! Each file of behaviour has its flow in the list, or a reason for having none.

use super::flows;

/// The files whose behaviour the flows run through again: with the flows of the list that do.
const RUN: &[(&str, &[&str])] = &[
    ("added", &["anonymous, with lines", "sent elsewhere"]),
    ("basic_call", &["answered", "three"]),
    ("bye", &["both hang up", "three"]),
    ("cancel", &["cancelled", "early media given up"]),
    ("challenged_calls", &["challenged"]),
    ("conference", &["conference"]),
    ("connected", &["identity changes"]),
    ("descriptions", &["no answer without audio", "re-invited"]),
    ("digest", &["registered", "challenged"]),
    ("early_update", &["updated early", "updated early and given up", "updated early in a branch"]),
    ("forking", &["forked", "reliable branches"]),
    ("emergency", &["help where all is taken"]),
    ("hangup", &["both hang up", "cancelled", "refused", "shut down"]),
    ("digit_settings", &["digits", "keys held"]),
    ("held_keys", &["keys held"]),
    ("hold", &["held", "held by UPDATE", "both hold"]),
    ("identity", &["anonymous, with lines", "identity changes"]),
    ("instant_messages", &["messages both ways", "messages kept", "messages in a call"]),
    ("info", &["digits", "digits cut off", "digits by INFO"]),
    ("info_packages", &["packages"]),
    ("late_offer", &["late offer"]),
    ("location", &["with a location", "with a location through a challenge and elsewhere"]),
    ("named_hosts", &["hosts in offers"]),
    ("network", &["moved", "refreshed elsewhere"]),
    ("options", &["options"]),
    ("played_tones", &["tones", "a tone through a hold"]),
    ("redirect", &["redirected", "sent elsewhere"]),
    ("refusals", &["refused", "unknown dialogs", "do not disturb"]),
    ("registration", &["registered"]),
    ("reinvite", &["re-invited"]),
    ("reliable", &["early media", "early media given up", "reliable branches", "a late offer and a PRACK", "no PRACK"]),
    ("renamed", &["our identity changes"]),
    ("reoffer", &["moved", "both hold"]),
    ("replaces", &["replaced", "picked up", "transferred with a consultation"]),
    ("rules", &["forwarded", "forwarded unanswered", "do not disturb", "answered for a while"]),
    (
        "session_timers",
        &[
            "refreshed",
            "refreshed through a hold",
            "refreshed elsewhere",
            "refreshed by the far end",
            "not refreshed",
            "422 three times",
            "422 four times",
            "too short for us",
        ],
    ),
    (
        "transfer",
        &["transferred", "transferred with a consultation", "transferred while it rings", "transferred in vain"],
    ),
    ("transferred", &["transferred", "transferred in vain", "handed over by a peer", "dialled by a click"]),
    ("publications", &["published", "published by itself", "published through refusals"]),
    (
        "subscriptions",
        &[
            "a mailbox watched",
            "a line watched",
            "a list watched",
            "watched elsewhere",
            "a state fetched",
            "a watch ended by the far end",
            "a watch refused",
        ],
    ),
    ("watchers", &["watched through a call", "watched by a phone", "watched by leave", "watched by nobody any more"]),
    ("update", &["offered by UPDATE", "refreshed by the far end"]),
];
const ROOM: &str = "its pools are its subject";
const LOSS: &str = "its losses are its subject, packet by packet or at random";
const SERVER: &str = "a registrar's responses or a name's addresses are its subject; \"registered\" has the requests";
const TEXT: &str = "one message and its reading are its subject: nothing follows that could be lost";
const SOUND: &str = "sound is its subject, at a clock's pace: what is lost of it is not sent again";
const EVENTS: &str = "what is told of flows that are in the list is its subject";
const WAITS: &str = "times between messages are its subject: a loss would change them";
const STRANGER: &str = "a stranger gets nothing, with loss or without";
const DRIVER: &str = "its driver is its subject, and the network is as it is elsewhere";
const STREAM: &str = "over streams nothing is lost";

/// The files without a flow in the list, and the reason of each.
const ALONE: &[(&str, &str)] = &[
    ("account_update", SERVER),
    ("again", "it is this"),
    ("bad_network", LOSS),
    ("capacity", ROOM),
    ("client_timers", WAITS),
    ("codecs", "its descriptions are its subject; \"re-invited\" and \"held\" have the exchange"),
    ("commands", SERVER),
    ("connections", STREAM),
    ("credentials", SERVER),
    ("dead_hops", WAITS),
    ("dialling", TEXT),
    ("driver", DRIVER),
    ("endings", EVENTS),
    ("events", EVENTS),
    ("foreign_challenges", SERVER),
    ("forwarded", TEXT),
    ("composing", WAITS),
    ("inbox", ROOM),
    ("ipv6", TEXT),
    ("keys_heard", SOUND),
    ("lost_digits", LOSS),
    ("lost_packets", LOSS),
    ("media", SOUND),
    ("media_hosts", SOUND),
    ("messages", EVENTS),
    ("messages_hold", "its losses, its full slots and its changes of network are its subject"),
    ("numbers", TEXT),
    ("notices", "its losses are among its tests; each is a message, and these have a list of their own there"),
    ("outbox", ROOM),
    ("proxy", "its routes are its subject; \"challenged\" and \"identity changes\" go by a proxy"),
    ("quality", SOUND),
    ("quoted", TEXT),
    ("redial", TEXT),
    ("registrars", SERVER),
    ("rfc2543", TEXT),
    ("rfc3665", "each message of its flows is compared; the same flows are in the list by their kind"),
    ("rfc3665_registration", SERVER),
    ("ringback", SOUND),
    ("round_trip", SOUND),
    ("routes", TEXT),
    ("secrets", EVENTS),
    ("sent", "a script by which builds are compared"),
    ("server", "a server for tests"),
    ("server_timers", WAITS),
    ("silent_peer", WAITS),
    ("sizes", TEXT),
    ("sleep", WAITS),
    ("sound", SOUND),
    ("stalls", SOUND),
    ("starving", ROOM),
    ("stranger_cannot", STRANGER),
    ("strangers", STRANGER),
    ("streams", STREAM),
    ("talk_off", SOUND),
    ("tones", SOUND),
    ("trace", EVENTS),
    ("trusted", SERVER),
    ("unregistering", SERVER),
    ("unsolicited", TEXT),
    ("where_responses_go", TEXT),
    ("wild_peer", "it sends anything, in any order, with pools of any size"),
    ("wild_users", "they press anything, over a bad network, with pools that are too small"),
    ("wishes", DRIVER),
];

#[test]
fn each_file_has_its_flow_or_its_reason() {
    let files: Vec<&str> =
        include_str!("../main.rs").lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
    let known: Vec<&str> = flows().map(|flow| flow.name).collect();
    for (file, named) in RUN.iter() {
        assert!(!named.is_empty(), "{file} has no flow");
        for name in *named {
            assert!(known.contains(name), "{file}: there is no flow \"{name}\"");
        }
    }
    let mut listed: Vec<&str> = RUN.iter().map(|(file, _)| *file).chain(ALONE.iter().map(|(file, _)| *file)).collect();
    for file in &files {
        let count = listed.iter().filter(|listed| *listed == file).count();
        assert_eq!(count, 1, "tests/flows/{file}.rs: name the flows of `again` that run it, or why none does");
    }
    listed.retain(|file| !files.contains(file));
    assert!(listed.is_empty(), "no such files: {listed:?}");
    let run = RUN.len();
    println!("{} flows, for {run} of {} files; {} have a reason", known.len(), files.len(), ALONE.len());
}

#[test]
fn no_two_flows_have_one_name() {
    let mut names: Vec<&str> = flows().map(|flow| flow.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
