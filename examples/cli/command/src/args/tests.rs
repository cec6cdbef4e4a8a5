use super::*;
use clap::error::ErrorKind;

fn parse(line: &str) -> Result<Arguments, clap::Error> {
    Arguments::try_parse_from(line.split_whitespace())
}

#[test]
fn the_declaration_holds_together() {
    command().debug_assert();
}

#[test]
fn a_call_takes_all_it_can() {
    let line = "microsip call sip:bob@x --play a.wav --record b.wav --dtmf 1,,2 --for 10s --null-audio --json --uri sip:a@x --password-file p";
    let Command::Call(call) = parse(line).unwrap().command else { panic!("no call") };
    assert_eq!(call.target, ["sip:bob@x"]);
    assert_eq!(call.sound.course.dtmf.as_deref(), Some("1,,2"));
    assert_eq!(call.sound.course.length, Some(Duration::from_secs(10)));
    assert!(call.sound.null_audio);
    assert_eq!(call.account.uri.as_deref(), Some("sip:a@x"));
}

#[test]
fn a_pickup_takes_one_call_of_several_parties() {
    let Command::Call(call) = parse("microsip call --pickup 101 102 --null-audio").unwrap().command else {
        panic!("no call")
    };
    assert!(call.pickup && call.target.len() == 2);
    for line in ["--pickup 101 --conference", "--pickup 101 --calls 2", "--pickup 101 --location f", "--pickup"] {
        assert!(parse(&format!("microsip call {line}")).is_err(), "{line}");
    }
}

#[test]
fn a_password_is_never_an_argument() {
    for line in [
        "microsip register --password secret",
        "microsip call sip:x --password=secret",
        "microsip register --uri sip:a@x -p secret",
    ] {
        assert_eq!(parse(line).unwrap_err().kind(), ErrorKind::UnknownArgument, "{line}");
    }
    let both = "microsip register --uri sip:a@x --password-file f --password-stdin";
    assert_eq!(parse(both).unwrap_err().kind(), ErrorKind::ArgumentConflict);
}

#[test]
fn wrong_values_say_what_is_right() {
    let error = |line| parse(line).unwrap_err().to_string();
    assert!(error("microsip call sip:x --dtmf 1x2").contains("\"x\" is no digit"));
    assert!(error("microsip call sip:x --tone ring").contains("is no tone for a call; use dial"));
    assert!(error("microsip call sip:x --digit-gap 10ms").contains("40ms to 2.5s"));
    assert!(error("microsip call sip:x --digit-level 99").contains("0 to 63, dB below 0 dBm0"));
    assert!(error("microsip call sip:x --for soon").contains("write 500ms, 10s"));
    assert!(error("microsip echo --listen here").contains("127.0.0.1:5060"));
    assert!(error("microsip answer --code 404x").contains("300 to 699"));
    assert!(error("microsip answer --once --forever").contains("cannot be used with"));
}

#[test]
fn times_have_units() {
    for (text, ms) in [("10s", 10_000), ("500ms", 500), ("2m", 120_000), ("1.5", 1500), ("1h", 3_600_000)] {
        assert_eq!(duration(text), Ok(Duration::from_millis(ms)), "{text}");
    }
    for text in ["", "s", "-1s", "1d", "nan", "inf", "1e30s"] {
        assert!(duration(text).is_err(), "{text}");
    }
}

#[test]
fn digits_are_checked_before_the_call() {
    assert_eq!(digits("0123456789*#ABCDabcd,pPwW"), Ok("0123456789*#ABCDabcd,pPwW".to_owned()));
    assert!(digits(&"1".repeat(32)).is_ok());
    assert!(digits(&"1".repeat(33)).unwrap_err().contains("32"));
    assert!(digits("").is_err() && digits("1 2").is_err() && digits("E").is_err());
}

#[test]
fn ringing_cannot_last_longer_than_in_the_library() {
    assert_eq!(ringing("9m"), Ok(Duration::from_secs(540)));
    for long in ["10m", "600", "1h"] {
        assert!(ringing(long).unwrap_err().contains("ten minutes"), "{long}");
    }
}

#[test]
fn media_ports_are_a_first_one_or_a_range_with_room_for_a_call() {
    for (text, range) in [
        ("4000", (4000, 65_535)),
        ("4000-4001", (4000, 4001)),
        ("5001-5003", (5001, 5003)),
        ("65534", (65_534, 65_535)),
    ] {
        assert_eq!(ports(text), Ok(range), "{text}");
    }
    for text in ["", "-", "4000-", "4000-4000", "5001-5002", "65535", "80-90", "4000-3000", "4000-70000", "many"] {
        assert!(ports(text).is_err(), "{text}");
    }
}

#[test]
fn a_silent_far_end_is_given_up_after_whole_seconds_or_never() {
    assert_eq!(silence("never"), Ok(Silence::Never));
    for (text, seconds) in [("30s", 30), ("1", 1), ("5m", 300), ("65535", 65_535)] {
        assert_eq!(silence(text), Ok(Silence::Seconds(seconds)), "{text}");
    }
    for text in ["0", "1500ms", "65536", "1d", "soon"] {
        assert!(silence(text).is_err(), "{text}");
    }
}

#[test]
fn an_identity_is_an_address_with_or_without_a_name() {
    for good in
        ["sip:anna@example.org", "SIPS:anna@example.org", "tel:+49301", "Anna <sip:a@b>", "\"Anna B\" <sip:a@b;x=1>"]
    {
        assert_eq!(identity(good), Ok(good.to_owned()));
    }
    for bad in [
        "",
        "nonsense",
        "anna",
        "sip:",
        "mailto:a@b",
        "Anna <sip:a@b",
        "Anna sip:a@b",
        "<a@b>",
        "sip:a b@c",
        "\"A\nB\" <sip:a@b>",
    ] {
        assert!(identity(bad).unwrap_err().contains("write sip:user@host"), "{bad}");
    }
    assert!(parse("microsip call sip:a@b --identify-after 1s --identify-as nonsense").is_err());
}

#[test]
fn a_tone_lasts_a_day_at_most() {
    assert_eq!(tone_length("300ms"), Ok(Duration::from_millis(300)));
    for wrong in ["0", "25h", "0.1ms", "long"] {
        assert!(tone_length(wrong).is_err(), "{wrong}");
    }
    assert!(parse("microsip call sip:a@b --tone-for 1s").is_err());
    assert!(parse("microsip call sip:a@b --tone busy --tone-for 1s").is_ok());
}

#[test]
fn commands_without_calls_show_and_take_no_options_of_calls() {
    let options = [
        "--rtp-port 4000",
        "--codec PCMA",
        "--single-codec",
        "--own-order",
        "--media-timeout 5s",
        "--media-lost end",
        "--refer follow",
        "--info-packages foo",
        "--100rel off",
        "--digit-length 100ms",
        "--digit-gap 100ms",
        "--digit-level 3",
        "--session-timer off",
        "--session-expires 90s",
        "--min-se 90s",
        "--refresher us",
    ];
    let mut whole = command();
    whole.build();
    for name in ["register", "message", "subscribe", "presence", "call", "echo"] {
        let help = whole.find_subcommand_mut(name).unwrap().render_long_help().to_string();
        for option in options {
            let option = option.split(' ').next().unwrap();
            assert_eq!(help.contains(option), matches!(name, "call" | "echo"), "{name} {option}");
        }
        assert!(help.contains("--listen"), "{name}");
    }
    for line in options {
        let Command::Register(register) = parse(&format!("microsip register {line}")).unwrap().command else {
            panic!("not register")
        };
        assert_eq!(register.network.of_calls(), line.split(' ').next(), "{line}");
    }
    assert_eq!(options.len(), CALLS_ALONE.len());
}
