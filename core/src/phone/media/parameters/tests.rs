//! Only codecs of the tests have parameters, so the lab cannot ask for them.

use crate::base::time::{Duration, Instant};
use crate::media::codec::tests::samples::Bank;
use crate::media::{Codec, CodecList};
use crate::phone::tests::support::{Nothing, START, flow, granted, phone, sent};
use crate::phone::{Bus, CallId, Capacity, DialOptions, Phone, Setup, Source};
use crate::wire::sip::{Message, Name};
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

struct World {
    phone: Phone<'static>,
    now: Instant,
    bank: Bank,
    hosts: u32,
}

fn world(parameters: u32) -> World {
    let capacity = Capacity { parameters, ..Capacity::host(2, 1, 4096) };
    let codecs = CodecList::of(&[Codec::Framed, Codec::Pcmu]);
    let setup = Setup { rate: 48_000, allow_direct: true, codecs, ..Setup::default() };
    World { phone: phone(&capacity, &setup), now: START, bank: Bank::default(), hosts: 0 }
}

impl World {
    /// Grants wishes until there are none; what leaves by then.
    fn drain(&mut self) -> Vec<String> {
        let (names, others) = granted(&mut self.phone, self.now);
        self.hosts += names;
        assert_eq!(others, [""; 0]);
        sent(&mut self.phone, self.now)
    }

    fn give(&mut self, text: &str) -> Vec<String> {
        let _ = self.phone.handle_sip(self.now, flow(9), text.as_bytes());
        self.drain()
    }

    /// The parameters that the bank gets with the next quanta.
    fn told(&mut self) -> Vec<(u32, Codec, String, String)> {
        for _ in 0..3 {
            self.now += Duration::from_millis(10);
            let _ = self.phone.audio(self.now, Bus::Own, &mut self.bank, &mut Nothing, &[], &mut []);
        }
        self.drain();
        core::mem::take(&mut self.bank.configured)
    }
}

fn body(formats: &str, host: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 96 0 97\r\n\
         a=rtpmap:96 x-framed/48000/2\r\na=rtpmap:97 x-framed/48000/2\r\n{formats}"
    )
}

fn message(start: &str, fields: &str, body: &str) -> String {
    format!("{start}\r\n{fields}Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn fields(number: u32, to: &str) -> String {
    format!(
        "Via: SIP/2.0/UDP 10.0.0.9:5060;rport;branch=z9hG4bK{number}\r\nFrom: <sip:b@10.0.0.9>;tag=b\r\nTo: {to}\r\n\
         Call-ID: c\r\nCSeq: {number} INVITE\r\nContact: <sip:b@10.0.0.9>\r\nMax-Forwards: 70\r\n"
    )
}

fn ours(theirs: &str) -> [(u32, Codec, String, String); 2] {
    let own = "useinbandfec=1".to_string();
    [(0, Codec::Pcmu, String::new(), String::new()), (0, Codec::Framed, own, theirs.to_string())]
}

fn called(parameters: u32, formats: &str) -> (World, String) {
    let mut world = world(parameters);
    world.give(&message("INVITE sip:a@10.0.0.1 SIP/2.0", &fields(1, "<sip:a@10.0.0.1>"), &body(formats, "10.0.0.9")));
    let call: CallId = world.phone.calls().next().unwrap();
    world.phone.set_source(call, Source::Silence).unwrap();
    world.phone.answer(world.now, call, 200).unwrap();
    let answer = world.drain().pop().unwrap();
    assert!(answer.starts_with("SIP/2.0 200"), "{answer}");
    (world, answer)
}

#[test]
fn the_bank_hears_what_both_sides_said_of_each_format() {
    let (mut world, answer) = called(256, "a=fmtp:97 other=1\r\na=fmtp:96 maxaveragebitrate=20000;usedtx=1\r\n");
    assert!(answer.contains("\r\na=fmtp:96 useinbandfec=1\r\n"), "{answer}");
    assert_eq!(world.told(), ours("maxaveragebitrate=20000;usedtx=1"));
    assert_eq!(world.told(), []);
    // a re-INVITE may say others, or none
    let message_of_answer = Message::parse(answer.as_bytes()).unwrap();
    let to = String::from_utf8(message_of_answer.header(Name::To).unwrap().to_vec()).unwrap();
    let ack = |number: u32| {
        let ack = fields(number, &to).replace("INVITE", "ACK");
        format!("ACK sip:a@10.0.0.1 SIP/2.0\r\n{ack}Content-Length: 0\r\n\r\n")
    };
    world.give(&ack(1));
    for (number, formats, theirs) in [(2, "a=fmtp:96 cbr=1\r\n", "cbr=1"), (3, "", "")] {
        world.give(&message("INVITE sip:a@10.0.0.1 SIP/2.0", &fields(number, &to), &body(formats, "10.0.0.9")));
        assert_eq!(world.told(), ours(theirs), "{formats}");
        world.give(&ack(number));
    }
}

#[test]
fn an_answer_counts_with_its_own_payload_types_and_after_its_host_is_found() {
    for host in ["10.0.0.9", "media.example"] {
        let mut world = world(256);
        let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
        world.phone.dial(world.now, crate::phone::AccountId::NONE, "sip:b@10.0.0.9", &options).unwrap();
        let invite = world.drain().pop().unwrap();
        assert!(invite.contains("\r\na=fmtp:110 useinbandfec=1\r\n"), "{invite}");
        let read = Message::parse(invite.as_bytes()).unwrap();
        let copy = |name: Name| String::from_utf8(read.header(name).unwrap().to_vec()).unwrap();
        let fields = format!(
            "Via: {}\r\nFrom: {}\r\nTo: {};tag=b\r\nCall-ID: {}\r\nCSeq: {}\r\nContact: <sip:b@10.0.0.9>\r\n",
            copy(Name::Via),
            copy(Name::From),
            copy(Name::To),
            copy(Name::CallId),
            copy(Name::CSeq)
        );
        world.give(&message("SIP/2.0 200 OK", &fields, &body("a=fmtp:96 stereo=0\r\n", host)));
        assert_eq!(world.told(), ours("stereo=0"), "{host}");
        assert_eq!(world.hosts, if host == "10.0.0.9" { 1 } else { 2 });
    }
}

#[test]
fn parameters_without_room_are_none_and_are_counted() {
    let long = "x".repeat(300);
    for (room, text) in [(0, "usedtx=1"), (9, "usedtx=1"), (4096, long.as_str())] {
        let (mut world, _) = called(room, &format!("a=fmtp:96 {text}\r\n"));
        assert_eq!(world.told(), ours(""), "{room}");
        assert_eq!(world.phone.counters().oversize, 1, "{room}");
    }
    let (mut world, _) = called(10, "a=fmtp:96 usedtx=1\r\n");
    assert_eq!(world.told(), ours("usedtx=1"));
    assert_eq!(world.phone.counters().oversize, 0);
}
