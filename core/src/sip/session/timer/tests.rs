use super::*;
use crate::base::cursor::Cursor;
use std::borrow::ToOwned;
use std::format;
use std::string::String;

const ASKS: Wanted =
    Wanted { runs: true, alone: true, required: false, expires: 1800, least: SHORTEST, refresher: None };

fn at(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

fn written(lines: &Lines) -> String {
    let mut room = [0; 200];
    let mut out = Cursor::new(&mut room);
    let mut writer = Writer::new(&mut out);
    lines.write(&mut writer);
    if lines.required() {
        writer.header_bytes(Name::Require, TAG);
    }
    String::from_utf8(out.written().to_vec()).unwrap().replace("\r\n", "|")
}

/// A request or response that has these header lines.
fn heard(lines: &str) -> Heard {
    let text = format!(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\n\
         Call-ID: 1\r\nCSeq: 1 INVITE\r\n{lines}Content-Length: 0\r\n\r\n"
    );
    Heard::of(&Message::parse(text.as_bytes()).unwrap())
}

#[test]
fn a_message_is_read() {
    assert_eq!(heard(""), Heard::default());
    let all =
        heard("Supported: 100rel, Timer\r\nx: 1800 ;a=b;Refresher=UAS\r\nMin-SE: 120;x\r\nAllow: INVITE,UPDATE\r\n");
    let expected = Heard {
        expires: Some(1800),
        by_client: Some(false),
        least: Some(120),
        knows: true,
        requires: false,
        updates: Some(true),
        renames: false,
    };
    assert_eq!(all, expected);
    assert_eq!(heard("Require: timer\r\nAllow: INVITE, UPDATED\r\n").updates, Some(false));
    assert!(heard("Require: timer\r\n").requires && heard("Require: timer\r\n").knows);
    for wrong in ["Session-Expires: soon;refresher=uac\r\n", "Session-Expires:\r\n", "Session-Expires: 99999999999\r\n"]
    {
        assert_eq!((heard(wrong).expires, heard(wrong).by_client), (None, None), "{wrong}");
    }
    assert_eq!(heard("Session-Expires: 90;refresher=both\r\n").by_client, None);
}

#[test]
fn the_client_asks_and_hears_the_terms() {
    // rfc4028#7.1, #7.2, table 2
    for (said, interval, refresher, mutual) in [
        ("Require: timer\r\nSession-Expires: 1200;refresher=uac\r\n", 1200, Side::Us, true),
        ("Require: timer\r\nSession-Expires: 1200;refresher=uas\r\n", 1200, Side::Them, true),
        // nobody knows timers: it is for our benefit alone
        ("", 1800, Side::Us, false),
        // no session is shorter than the shortest
        ("Require: timer\r\nSession-Expires: 1;refresher=uac\r\n", 90, Side::Us, true),
    ] {
        let mut timer = Timer::wanting(ASKS);
        assert_eq!(written(&timer.request(true)), "Session-Expires: 1800|");
        timer.answered(at(10), &heard(said), true);
        assert_eq!(timer.terms(), Terms { interval, refresher, mutual }, "{said}");
        assert_eq!(timer.expires(), at(10 + u64::from(interval)));
        // rfc4028#7.4: the next keeps interval and role
        let role = if refresher == Side::Us { "uac" } else { "uas" };
        assert_eq!(written(&timer.request(true)), format!("Session-Expires: {interval};refresher={role}|"));
        assert_eq!(written(&timer.request(false)), "");
    }
}

#[test]
fn steps() {
    for (interval, half, last) in [(1800, 900, 1768), (90, 45, 60), (120, 60, 88), (96, 48, 64), (91, 45, 61)] {
        let mut timer = Timer::wanting(Wanted { expires: interval, ..ASKS });
        assert_eq!((timer.first_step(), timer.last_moment()), (Instant::NEVER, Instant::NEVER));
        timer.answered(at(0), &heard(""), true);
        assert_eq!(timer.first_step().millis() / 1000, half, "at half");
        assert_eq!(timer.last_moment(), at(last), "rfc4028#10");
        let said = format!("Session-Expires: {interval};refresher=uas\r\n");
        timer.answered(at(0), &heard(&said), false);
        assert_eq!(timer.first_step(), at(last), "they refresh");
    }
    let mut timer = Timer::wanting(ASKS);
    timer.answered(at(0), &heard(""), true);
    assert_eq!(timer.next_step(at(900)), at(1334));
    assert_eq!(timer.next_step(at(1334)), at(1551));
    assert_eq!(timer.next_step(at(1720)), at(1768), "no further try would be answered");
}

#[test]
fn larger_min_ses_are_followed_three_times() {
    let mut timer = Timer::wanting(ASKS);
    assert!(!timer.raise(None));
    assert!(timer.raise(Some(1900)));
    assert_eq!(written(&timer.request(true)), "Session-Expires: 1900|Min-SE: 1900|");
    assert!(!timer.raise(Some(1900)) && !timer.raise(Some(100)));
    assert!(timer.raise(Some(2000)) && timer.raise(Some(2100)) && !timer.raise(Some(2200)));
    assert_eq!(written(&timer.request(true)), "Session-Expires: 2100|Min-SE: 2100|");
    // rfc4028#7.4: once there is a dialog, only what its own path wants counts
    timer.answered(at(0), &heard("Session-Expires: 2100;refresher=uac\r\n"), true);
    assert_eq!(written(&timer.request(true)), "Session-Expires: 2100;refresher=uac|");
    assert!(timer.raise(Some(2400)));
    assert_eq!(written(&timer.request(true)), "Session-Expires: 2400;refresher=uac|Min-SE: 2400|");
    timer.answered(at(0), &heard("Session-Expires: 2400;refresher=uac\r\n"), false);
    assert_eq!(written(&timer.request(true)), "Session-Expires: 2400;refresher=uac|Min-SE: 2400|");
    let mut none = Timer::NONE;
    assert!(!none.raise(Some(200)), "it did not ask");
}

#[test]
fn the_server_answers() {
    // rfc4028#9
    let knows = "Supported: timer\r\n";
    for (said, answer) in [
        // table 2
        ("Session-Expires: 600\r\n".to_owned(), "Session-Expires: 600;refresher=uas|"),
        (format!("{knows}Session-Expires: 600\r\n"), "Session-Expires: 600;refresher=uac|Require: timer|"),
        (
            format!("{knows}Session-Expires: 600;refresher=uac\r\n"),
            "Session-Expires: 600;refresher=uac|Require: timer|",
        ),
        (
            format!("{knows}Session-Expires: 600;refresher=uas\r\n"),
            "Session-Expires: 600;refresher=uas|Require: timer|",
        ),
        // reduced to what we want, but not below Min-SE
        (format!("{knows}Session-Expires: 7200\r\n"), "Session-Expires: 1800;refresher=uac|Require: timer|"),
        (
            format!("{knows}Session-Expires: 7200\r\nMin-SE: 3600\r\n"),
            "Session-Expires: 3600;refresher=uac|Require: timer|",
        ),
        // it does not ask, and we do
        (knows.to_owned(), "Session-Expires: 1800;refresher=uac|Require: timer|"),
        (format!("{knows}Min-SE: 2000\r\n"), "Session-Expires: 2000;refresher=uac|Require: timer|"),
        (String::new(), "Session-Expires: 1800;refresher=uas|"),
        // one that knows no timers cannot be refused, and is not refreshed more often than may be
        ("Session-Expires: 5\r\n".to_owned(), "Session-Expires: 90;refresher=uas|"),
    ] {
        let mut timer = Timer::wanting(ASKS);
        assert_eq!(timer.hear(&heard(&said)), Ok(()), "{said}");
        assert_eq!(written(&timer.response()), answer, "{said}");
        assert_eq!(timer.terms().interval, 0, "it has not left yet");
        timer.accept(at(5));
        assert!(timer.terms().interval > 0 && timer.expires() > at(5));
        assert_eq!(written(&timer.response()), answer, "and again");
    }
    let mut timer = Timer::wanting(Wanted { least: 300, ..ASKS });
    assert_eq!(timer.hear(&heard("Supported: timer\r\nSession-Expires: 299\r\n")), Err(300));
    assert_eq!(timer.hear(&heard("Supported: timer\r\nSession-Expires: 300\r\n")), Ok(()));
    assert_eq!(written(&timer.request(true)), "Session-Expires: 1800|Min-SE: 300|");
}

#[test]
fn without_a_wish_only_those_who_require_it_have_one() {
    let mut timer = Timer::NONE;
    // rfc4028#7.1: it is known all the same, so an answer may bring one
    let lines = timer.request(true);
    assert_eq!((written(&lines), lines.supported()), (String::new(), true));
    assert_eq!(timer.hear(&heard("Supported: timer\r\nSession-Expires: 60\r\n")), Ok(()));
    assert_eq!(timer.response(), Lines::default());
    timer.answered(at(0), &heard(""), true);
    assert_eq!(timer.terms().interval, 0);
    timer.answered(at(0), &heard("Session-Expires: 600;refresher=uac\r\n"), true);
    assert_eq!(timer.terms(), Terms { interval: 600, refresher: Side::Us, mutual: true });
    let mut timer = Timer::NONE;
    assert_eq!(timer.hear(&heard("Require: timer\r\nSession-Expires: 60\r\n")), Err(90));
    assert_eq!(timer.hear(&heard("Require: timer\r\nSession-Expires: 600\r\n")), Ok(()));
    assert_eq!(written(&timer.response()), "Session-Expires: 600;refresher=uac|Require: timer|");
    timer.accept(at(0));
    // rfc4028#9: the last success had none
    assert_eq!(timer.hear(&heard("Supported: timer\r\n")), Ok(()));
    assert_eq!(written(&timer.response()), "Session-Expires: 600;refresher=uac|Require: timer|");
}

#[test]
fn the_roles_stay() {
    let mut timer = Timer::wanting(Wanted { refresher: Some(Side::Us), ..ASKS });
    assert_eq!(written(&timer.request(true)), "Session-Expires: 1800;refresher=uac|");
    timer.hear(&heard("Supported: timer\r\nSession-Expires: 600\r\n")).unwrap();
    assert_eq!(written(&timer.response()), "Session-Expires: 600;refresher=uas|Require: timer|");
    timer.accept(at(0));
    // a refresh of theirs that names nobody, or changes the interval
    timer.hear(&heard("Supported: timer\r\nSession-Expires: 3600\r\n")).unwrap();
    assert_eq!(written(&timer.response()), "Session-Expires: 3600;refresher=uas|Require: timer|");
    timer.hear(&heard("Supported: timer\r\n")).unwrap();
    assert_eq!(written(&timer.response()), "Session-Expires: 600;refresher=uas|Require: timer|");
    timer.stand_down();
    assert_eq!((timer.terms().interval, timer.expires()), (0, Instant::NEVER));
    assert_eq!(written(&timer.request(true)), "");
}
