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
        ("the file's format is not known", "the file's format is not known"),
    ] {
        assert_eq!(spoken(c), ours);
    }
}
