//! The phone is driven by the lab in `tests/`, which has all features; here is what it does without some of them.

pub(in crate::phone) mod support;

use super::{Bus, CallId, CallState, Capacity, CommandError, EventKind, Phone, Setup, Source};
use crate::base::features;
use crate::base::time::{Duration, Instant};
use crate::media::G711;
use crate::wire::sip::{Message, Name};
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;
use support::{Nothing, START, flow, granted, phone, sent};

struct World {
    phone: Phone<'static>,
    now: Instant,
    call: CallId,
    to: String,
}

/// A message of the far end's; it takes telephone-events, or does not.
fn message(start: &str, number: u32, to: &str, events: bool) -> String {
    let method = start.split(' ').next().unwrap();
    let body = match (method, events) {
        ("ACK", _) => "",
        (_, true) => "m=audio 40000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n",
        (_, false) => "m=audio 40000 RTP/AVP 0\r\n",
    };
    let head =
        if body.is_empty() { "" } else { "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\n" };
    format!(
        "{start}\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;rport;branch=z9hG4bK{method}{number}\r\n\
         From: <sip:b@10.0.0.9>;tag=b\r\nTo: {to}\r\nCall-ID: c\r\nCSeq: {number} {method}\r\n\
         Contact: <sip:b@10.0.0.9>\r\nMax-Forwards: 70\r\nContent-Type: application/sdp\r\n\
         Content-Length: {}\r\n\r\n{head}{body}",
        head.len() + body.len()
    )
}

/// A call that is up.
fn called(events: bool) -> World {
    let capacity = Capacity::host(2, 1, 4096);
    let phone = phone(&capacity, &Setup { allow_direct: true, ..Setup::default() });
    let mut world = World { phone, now: START, call: CallId::NONE, to: "<sip:a@10.0.0.1>".to_string() };
    world.invite(1, events);
    world
}

impl World {
    /// Grants wishes until there are none; what leaves by then.
    fn drain(&mut self) -> Vec<String> {
        granted(&mut self.phone, self.now);
        sent(&mut self.phone, self.now)
    }

    fn give(&mut self, text: &str) -> Vec<String> {
        let _ = self.phone.handle_sip(self.now, flow(9), text.as_bytes());
        self.drain()
    }

    /// The far end's INVITE, our answer, and its ACK.
    fn invite(&mut self, number: u32, events: bool) {
        let mut sent = self.give(&message("INVITE sip:a@10.0.0.1 SIP/2.0", number, &self.to, events));
        if number == 1 {
            self.call = self.phone.calls().next().unwrap();
            self.phone.set_source(self.call, Source::Silence).unwrap();
            self.phone.answer(self.now, self.call, 200).unwrap();
            sent = self.drain();
        }
        let answer = sent.pop().unwrap();
        assert!(answer.starts_with("SIP/2.0 200"), "{answer}");
        self.to =
            String::from_utf8(Message::parse(answer.as_bytes()).unwrap().header(Name::To).unwrap().to_vec()).unwrap();
        self.give(&message("ACK sip:a@10.0.0.1 SIP/2.0", number, &self.to, events));
    }

    fn sound(&mut self, quanta: u32) {
        for _ in 0..quanta {
            self.now += Duration::from_millis(10);
            let _ = self.phone.audio(self.now, Bus::Own, &mut G711, &mut Nothing, &[], &mut []);
        }
        self.drain();
    }

    /// The ends of commands.
    fn done(&mut self) -> Vec<String> {
        let events = core::iter::from_fn(|| self.phone.poll_event());
        events
            .filter(|event| matches!(event.kind, EventKind::Done { .. }))
            .map(|event| format!("{:?}", event.kind))
            .collect()
    }
}

#[test]
fn digits_that_nobody_could_hear_are_refused() {
    let refused = if features::TONES { Ok(()) } else { Err(CommandError::Unsupported) };
    let mut world = called(false);
    assert_eq!(world.phone.send_digits(world.now, world.call, "5", 1), refused);
    let mut world = called(true);
    assert_eq!(world.phone.send_digits(world.now, world.call, "5", 1), Ok(()));
}

#[test]
fn digits_that_wait_when_the_events_go_end_with_a_failure() {
    let mut world = called(true);
    assert_eq!(world.phone.send_digits(world.now, world.call, "12345", 1), Ok(()));
    world.sound(10);
    world.invite(2, false);
    world.sound(300);
    let done = world.done();
    assert_eq!(done.len(), 1);
    assert!(done[0].contains(if features::TONES { "Normal" } else { "State" }), "{done:?}");
}

#[test]
fn a_call_whose_address_is_gone_is_offered_anew_or_ends() {
    let mut world = called(true);
    world.phone.socket_down(world.now, 0);
    world.phone.socket_up(0, "10.0.0.2:5060".parse().unwrap());
    world.phone.handle_local_changed(world.now);
    let sent = world.drain();
    let state = world.phone.call_info(world.call).unwrap().state;
    let (method, wanted) = if features::REOFFER { ("INVITE", CallState::Connected) } else { ("BYE", CallState::Ended) };
    assert!(sent.iter().any(|sent| sent.starts_with(method)), "{sent:?}");
    assert_eq!(state, wanted);
}
