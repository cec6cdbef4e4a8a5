//! Digits of every method, both ways.

use super::{Flow, asks, called, done, each, ends_it, flow, over, served, talking, talks, told_each, wait};
use microsip_core::base::time::Duration;
use microsip_core::media::digits::{DigitMethod, DigitSettings};
use microsip_core::phone::tone::{TONE_BEEP, TONE_BUSY, TONE_DIAL};
use microsip_core::phone::{Cause, MessagePolicy, NewMessage, Op, ToneTarget};
use microsip_tests::{EventKind, Lab, Options};

pub(super) const FLOWS: [Flow; 7] = [
    flow("digits", digits, |lab| talks(lab, 0) == 1 && heard(lab, 1) == 5),
    flow("digits cut off", cut_off, |lab| talks(lab, 1) == 1 && lab.count("INFO") >= 2 && served(lab, 0) == 0),
    flow("keys held", held, |lab| talks(lab, 0) == 1 && heard(lab, 1) >= 1),
    flow("digits by INFO", by_info, |lab| talks(lab, 0) == 1 && heard(lab, 0) == 2),
    Flow {
        options: || Options { info_packages: Some("foo"), messages: MessagePolicy::Store, ..Options::default() },
        ..flow("packages", packages, |lab| talks(lab, 0) == 1 && [0, 1].iter().all(|end| came(lab, *end) == 2))
    },
    flow("tones", tones, |lab| {
        talks(lab, 0) == 1 && toned(lab, Cause::Normal) == 2 && toned(lab, Cause::Cancelled) == 1
    }),
    flow("a tone through a hold", toned_on_hold, |lab| talks(lab, 0) == 1 && toned(lab, Cause::Normal) == 1),
];

fn heard(lab: &Lab, end: usize) -> usize {
    lab.ends[end].events.iter().filter(|event| event.kind == EventKind::Digit).count()
}

fn send(lab: &mut Lab, end: usize, digits: &str, method: DigitMethod) {
    let settings = DigitSettings { ms: 200, gap_ms: 100, level: Some(20), ..method.into() };
    told_each(lab, end, |phone, now, call, token| phone.send_digits_by(now, call, digits, settings, token).is_ok());
}

/// Both send, by all methods at once; their clock is the media's.
fn pressed(lab: &mut Lab) -> bool {
    if !talking(lab) {
        return false;
    }
    lab.audio = true;
    lab.run_for(Duration::from_millis(300));
    for (digits, method) in [
        ("1", DigitMethod::Info),
        ("2w3", DigitMethod::Auto),
        ("4", DigitMethod::InfoPlain),
        ("5", DigitMethod::Tones),
        ("6", DigitMethod::Info),
    ] {
        send(lab, 0, digits, method);
        send(lab, 1, digits, method);
    }
    true
}

fn digits(lab: &mut Lab) {
    if pressed(lab) {
        done(lab, &mut []);
        lab.run_for(Duration::from_secs(1));
        lab.audio = false;
        over(lab, 0, &mut []);
    }
}

/// The call ends while an INFO is on its way and others wait; the end whose INFO came too late may hear of it by 481.
fn cut_off(lab: &mut Lab) {
    if pressed(lab) {
        lab.run_for(Duration::from_millis(30));
        lab.audio = false;
        over(lab, 1, &mut []);
    }
}

/// A key is held for a second; the call ends while the next one is.
fn held(lab: &mut Lab) {
    if !talking(lab) {
        return;
    }
    lab.audio = true;
    for digit in *b"67" {
        told_each(lab, 0, |phone, now, call, token| {
            phone.press_digit(now, call, digit, DigitSettings::NONE, token).is_ok()
        });
        lab.run_for(Duration::from_secs(1));
        if digit == b'6' {
            each(lab, 0, |phone, now, call| phone.release_digit(now, call).is_ok());
            done(lab, &mut []);
        }
    }
    lab.audio = false;
    over(lab, 1, &mut []);
}

/// Two digits, one that is none, and a body that is not known.
fn by_info(lab: &mut Lab) {
    let Some(mut peer) = called(lab, "") else { return };
    let relay = "Content-Type: application/dtmf-relay\r\n";
    for (kind, body) in [
        (relay, "Signal=5\r\nDuration=160\r\n"),
        ("Content-Type: application/dtmf\r\n", "7"),
        (relay, "Signal=five\r\n"),
        ("Content-Type: text/plain\r\n", "5"),
    ] {
        asks(lab, &mut peer, "INFO", kind, body);
    }
    ends_it(lab, &mut peer);
}

/// The INFO that came to an end.
fn came(lab: &Lab, end: usize) -> usize {
    lab.ends[end].events.iter().filter(|event| event.kind == EventKind::Message).count()
}

/// Both send two INFO of a package that both take, with a re-INVITE between them, and release what came.
fn packages(lab: &mut Lab) {
    if !talking(lab) {
        return;
    }
    for body in ["one", "two"] {
        for end in [0, 1] {
            told_each(lab, end, |phone, now, call, token| {
                let new = NewMessage { token, package: "foo", body: body.as_bytes(), ..NewMessage::default() };
                phone.message_send_in_call(now, call, &new).is_ok()
            });
        }
        // a re-INVITE would overtake an INFO that was lost, which the far end refuses then (rfc3261#12.2.2)
        done(lab, &mut []);
        told_each(lab, 0, |phone, now, call, token| phone.hold(now, call, body == "one", token).is_ok());
        done(lab, &mut []);
    }
    over(lab, 1, &mut []);
    let now = lab.now;
    for phone in lab.ends.iter_mut().map(|end| &mut end.phone) {
        for message in phone.messages().collect::<Vec<_>>() {
            let _ = phone.message_release(now, message); // those of ours that were not fetched stay
        }
    }
}

/// The tones of the first end that ended so.
fn toned(lab: &Lab, result: Cause) -> usize {
    let ends = lab.ends[0].events.iter().filter(|event| event.op == Some(Op::Tone));
    ends.filter(|event| event.result == result).count()
}

fn play(lab: &mut Lab, tone: u32, ms: u32) {
    told_each(lab, 0, |phone, now, call, token| phone.play_tone(now, ToneTarget::Call(call), tone, ms, token).is_ok());
}

/// Two that play to their end, and one that the call's end stops.
fn tones(lab: &mut Lab) {
    if !talking(lab) {
        return;
    }
    lab.audio = true;
    for (tone, ms) in [(TONE_DIAL, 300), (TONE_BEEP, 0)] {
        play(lab, tone, ms);
        done(lab, &mut []);
    }
    play(lab, TONE_BUSY, 0);
    lab.run_for(Duration::from_millis(500));
    lab.audio = false;
    over(lab, 1, &mut []);
}

/// The far end holds while a tone plays: it goes on behind that.
fn toned_on_hold(lab: &mut Lab) {
    if !talking(lab) {
        return;
    }
    lab.audio = true;
    play(lab, TONE_DIAL, 800);
    lab.run_for(Duration::from_millis(200));
    for on in [true, false] {
        told_each(lab, 1, |phone, now, call, token| phone.hold(now, call, on, token).is_ok());
        wait(lab, |lab| {
            let holds = lab.ends[1].events.iter().filter(|event| event.op == Some(Op::Hold));
            holds.count() > usize::from(!on)
        });
        lab.run_for(Duration::from_secs(1));
    }
    done(lab, &mut []);
    lab.audio = false;
    over(lab, 0, &mut []);
}
