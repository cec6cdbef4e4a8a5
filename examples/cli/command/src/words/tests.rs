use super::*;

#[test]
fn members_are_options_and_values_stay_as_they_are() {
    for (c, ours) in [
        (
            "microsip_create: config->bind is \"config->bind: (uri)\": is used by another program: choose another port, or 0 for any (no port or descriptor is free, -101)",
            "--listen \"config->bind: (uri)\" is used by another program: choose another port, or 0 for any",
        ),
        (
            "microsip_create: config->rtp_port_max is 5000: leaves no pair of an even and an odd port above rtp_port_min (an argument is wrong, -3)",
            "--rtp-port is 5000: leaves no pair of an even and an odd port above the first one",
        ),
        (
            "microsip_dial: uri is \"100\": needs an account whose domain completes it: pass one, or write a whole URI (an argument is wrong, -3)",
            "the address \"100\" needs an account whose domain completes it: give --uri sip:user@domain, or write a whole address",
        ),
        (
            "microsip_create: phone needs a descriptor, and none is left: close some (every slot is in use, -10)",
            "this program needs a descriptor, and none is left: close some",
        ),
        (
            "microsip_sound_play: /tmp/uri/path (1)/phone: not a WAV file (x); convert it (-403)",
            "/tmp/uri/path (1)/phone: not a WAV file (x); convert it",
        ),
        (
            "microsip_dial: o->headers has a line that is not \"Name: value\\r\\n\": each needs a colon, and \\r\\n at its end (a text, -4)",
            "--header has a line that is not \"Name: value\": it needs a colon",
        ),
        (
            "microsip_dial: o->headers has \"uri\": names a header that the library writes itself, such as Via or Contact: leave it out (a text, -4)",
            "--header has \"uri\": names a header that the library writes itself, such as Via or Contact: leave it out",
        ),
        (
            "microsip_hold: call is 0x2000001: is MICROSIP_ENDED: it can only be read and released (a state, -8)",
            "call is over: it can only be read and released",
        ),
        (
            "microsip_digits: digits is \"1: (2)\": are more than can wait to be sent, 32 at once: send fewer, and the rest after MICROSIP_EV_DONE (every slot is in use, -10)",
            "--dtmf \"1: (2)\" are more than can wait to be sent, 32 at once: send fewer, and the rest later",
        ),
        (
            "microsip_subscription_add: s->event is \"a b\": is no name of a package, such as \"x\" or \"x;id=3\", which MICROSIP_OTHER needs (a text, -4)",
            "--event \"a b\" is no name of a package, such as \"x\" or \"x;id=3\", which another package needs",
        ),
        (
            "microsip_message_send: m->body has 59900 bytes of at most 59589: with its headers the message would be longer than max_message: send less, or set that higher (a text, -4)",
            "the body has 59900 bytes of at most 59589: with its headers the message would be too long: send less",
        ),
        (
            "microsip_account_add: a->emergency has \"112 911\": is no number for help: each has 0 to 9, * and #, behind a + or none, and a comma to the next, as in \"112,911\" (an argument is wrong, -3)",
            "--emergency has \"112 911\": is no number for help: each has 0 to 9, * and #, behind a + or none, and a comma to the next, as in \"112,911\"",
        ),
        ("the file's format is not known", "the file's format is not known"),
    ] {
        assert_eq!(spoken(c), ours);
    }
}

/// Faults that the command cannot make: its constants, sizes and threads are right, and it has no engine.
const OURS: [&str; 16] = [
    "is no set of MICROSIP_LOCATION_",
    "has another source, and no music of MICROSIP_MUSIC_PCM",
    "is no MICROSIP_",
    "is neither ",
    "is not MICROSIP_SELF",
    "is MICROSIP_SELF",
    "is not 0: use MICROSIP_ZERO",
    "is not NULL: use MICROSIP_ZERO",
    "is not sizeof(",
    "is for MICROSIP_MUSIC_FILE alone",
    "is not this library's",
    "is too small: l->len",
    "has a wrong size member",
    "has bits that are no MICROSIP_",
    "needs a host",
    "cannot be destroyed from within",
];

/// The sentences of the library, by its sources; the lines of its log are its own.
fn sentences(folder: &std::path::Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "engine" {
            sentences(&path, found);
        } else if name.ends_with(".rs") && !["engine.rs", "tests.rs", "code.rs", "words.rs"].contains(&name) {
            let text = std::fs::read_to_string(&path).unwrap();
            let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            // a literal may go on in the next line, and a quote may be a character
            let code = code.join("\n").replace("\\\"", "''").replace("'\"'", "''");
            let literals = code.split('"').skip(1).step_by(2);
            let joined = |text: &str| text.split("\\\n").map(str::trim_start).collect::<String>();
            found.extend(literals.map(joined).filter(|text| text.contains(' ')));
        }
    }
}

#[test]
fn no_sentence_of_the_library_speaks_c() {
    let mut all = Vec::new();
    let (folder, mut wrong) = (concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ffi/src"), Vec::new());
    sentences(folder.as_ref(), &mut all);
    assert!(all.iter().any(|text| text.contains("MICROSIP_ENDED")), "nothing was read");
    for fix in all.iter().filter(|fix| !OURS.iter().any(|ours| fix.starts_with(ours))) {
        let said = spoken(&format!("microsip_x: call is 0x1: {fix} (a kind, -3)"));
        if ["MICROSIP_", "microsip_", "->"].iter().any(|c| said.contains(c)) {
            wrong.push(said);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
