//! The same transactions over a stream: nothing is sent twice but the 2xx (rfc3261#17, #18.3, #13.3.1.4).

use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{Cause, Flow, Taken, Transmit, Transport, Usage, Via};
use microsip_tests::{Lab, Options, Peer};

fn flow() -> Flow {
    Flow::Stream {
        slot: 3,
        generation: 1,
        transport: Transport::Tcp,
        remote: "10.0.0.9:33000".parse().unwrap(),
        socket: 0,
    }
}

/// The bytes that leave over the stream now.
fn sent(lab: &mut Lab, now: Instant) -> Vec<String> {
    let mut room = vec![0; 4000];
    let mut out = Vec::new();
    loop {
        match lab.ends[0].phone.poll_transmit(now, &mut room) {
            Transmit::Packet { via: Via::Sip(via), len } => {
                assert_eq!(via, flow());
                out.push(String::from_utf8_lossy(&room[..len]).into_owned());
            }
            Transmit::Packet { .. } => {}
            Transmit::Needs(needed) => panic!("{needed}"),
            Transmit::Nothing => return out,
        }
    }
}

/// Runs the phone's own timers. Returns the messages sent, with the milliseconds after `from`.
fn run(lab: &mut Lab, from: Instant, for_ms: u64) -> Vec<(u64, String)> {
    let until = from + Duration::from_millis(for_ms);
    let mut out = Vec::new();
    while let Some(at) = lab.ends[0].phone.poll_timeout().filter(|at| *at <= until) {
        let at = at.max(lab.now);
        lab.now = at;
        lab.ends[0].phone.handle_timeout(at);
        for text in sent(lab, at) {
            out.push((at.millis() - from.millis(), text.lines().next().unwrap().to_owned()));
        }
    }
    lab.now = until;
    out
}

fn give(lab: &mut Lab, text: &str) -> Vec<String> {
    let now = lab.now;
    assert_eq!(lab.ends[0].phone.handle_sip(now, flow(), text.as_bytes()), Taken::Bytes(text.len()));
    sent(lab, now)
}

/// A stream's driver as it is meant: gives the bytes it holds, drops the bytes taken, keeps a partial message, and
/// skips as many as it must.
#[derive(Default)]
struct Driver {
    held: Vec<u8>,
    skip: usize,
    closed: bool,
}

impl Driver {
    /// Bytes arrive. Returns the responses.
    fn arrive(&mut self, lab: &mut Lab, bytes: &[u8]) -> Vec<String> {
        let now = lab.now;
        let mut out = Vec::new();
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        self.held.extend_from_slice(&bytes[skipped..]);
        while !self.held.is_empty() && !self.closed {
            match lab.ends[0].phone.handle_sip(now, flow(), &self.held) {
                Taken::Bytes(taken) => {
                    let dropped = taken.min(self.held.len());
                    self.skip += taken - dropped;
                    self.held.drain(..dropped);
                }
                Taken::Drain => {
                    let drained = sent(lab, now);
                    assert!(!drained.is_empty(), "there is something to drain");
                    out.extend(drained);
                }
                Taken::NeedMore => break,
                Taken::Close => self.closed = true,
            }
        }
        out.extend(sent(lab, now));
        out
    }
}

fn ringing() -> (Lab, Peer, String) {
    let mut lab = Lab::new(&[Options::default()]);
    lab.ends[0].grant = false;
    let mut peer = Peer::new(&mut lab, "10.0.0.9:33000", 0);
    let body = peer.sdp();
    let text = peer.request("INVITE", "", &body).replace("SIP/2.0/UDP", "SIP/2.0/TCP");
    // in pieces
    let now = lab.now;
    for cut in [1, 50, 300, text.len() - 1] {
        assert_eq!(lab.ends[0].phone.handle_sip(now, flow(), &text.as_bytes()[..cut]), Taken::NeedMore);
    }
    let out = give(&mut lab, &text);
    assert!(out.len() == 1 && out[0].starts_with("SIP/2.0 180"), "{out:?}");
    assert!(out[0].contains(";transport=tcp>"), "{}", out[0]);
    lab.drain();
    (lab, peer, text)
}

fn call(lab: &Lab) -> microsip_core::phone::CallId {
    lab.ends[0].phone.calls().next().unwrap()
}

#[test]
fn a_refusal_is_sent_once_and_waits_for_its_ack() {
    let (mut lab, _, _) = ringing();
    let (now, call) = (lab.now, call(&lab));
    lab.ends[0].fetch = false;
    lab.ends[0].phone.reject(now, call, 486).unwrap();
    assert_eq!(sent(&mut lab, now).len(), 1);
    assert_eq!(run(&mut lab, now, 60_000), []);
    lab.drain();
    lab.ends[0].fetch = true;
    lab.drain();
    lab.drain();
    assert_eq!(lab.ends[0].phone.in_use(), Usage::default());
}

#[test]
fn a_2xx_is_repeated_there_too() {
    // rfc3261#13.3.1.4: behind the next hop may be datagrams
    let (mut lab, _, _) = ringing();
    lab.ends[0].grant = true;
    lab.drain();
    let (now, call) = (lab.now, call(&lab));
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    assert!(sent(&mut lab, now)[0].starts_with("SIP/2.0 200"));
    let out = run(&mut lab, now, 33_000);
    let times: Vec<u64> = out.iter().filter(|(_, line)| line.starts_with("SIP/2.0 200")).map(|(at, _)| *at).collect();
    assert_eq!(times, [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    assert_eq!(out.last().unwrap().0, 32_000);
    assert!(out.last().unwrap().1.starts_with("BYE "));
    assert_eq!(run(&mut lab, now + Duration::from_secs(33), 60_000), [], "BYE is sent once");
}

#[test]
fn a_stream_that_cannot_be_read_on_is_to_be_closed() {
    // a bad Content-Length, none at all, and a header section that is longer than any message may be
    let endless = format!("INVITE sip:a@b SIP/2.0\r\nSubject: {}", "x".repeat(5000));
    for broken in ["INVITE sip:a@b SIP/2.0\r\nContent-Length: x\r\n\r\n", "INVITE sip:a@b SIP/2.0\r\n\r\n", &endless] {
        let (mut lab, _, _) = ringing();
        let now = lab.now;
        assert_eq!(lab.ends[0].phone.handle_sip(now, flow(), broken.as_bytes()), Taken::Close);
        assert_eq!(lab.ends[0].phone.counters().malformed, 1);
        assert_eq!(sent(&mut lab, now), Vec::<String>::new());
    }
}

#[test]
fn a_message_that_is_too_long_is_refused_and_skipped() {
    // rfc3261#21.5.7, #18.3
    for step in [1, 700, 100_000] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:33000", 0);
        let long = peer.request("NOTIFY", "Content-Type: text/plain\r\n", &"\r\n".repeat(3000));
        let good = peer.request("OPTIONS", "", "");
        let stream = format!("{long}{good}\r\n\r\n");
        let (mut driver, mut out) = (Driver::default(), Vec::new());
        for bytes in stream.as_bytes().chunks(step) {
            out.extend(driver.arrive(&mut lab, bytes));
            assert!(driver.held.len() < 2048 + step, "no more than a message is held");
        }
        assert!(!driver.closed);
        assert_eq!(out.len(), 3, "{out:?}");
        assert!(out[0].starts_with("SIP/2.0 513 Message Too Large\r\n") && out[0].contains("NOTIFY\r\n"), "{}", out[0]);
        assert!(out[1].starts_with("SIP/2.0 200 OK\r\n") && out[1].contains("OPTIONS\r\n"), "{}", out[1]);
        assert_eq!(out[2], "\r\n");
        assert_eq!((lab.ends[0].phone.counters().oversize, lab.ends[0].phone.counters().malformed), (1, 0));
    }
}

#[test]
fn a_call_outlives_a_message_that_is_too_long() {
    let (mut lab, mut peer, _) = ringing();
    lab.ends[0].grant = true;
    lab.drain();
    let (now, call) = (lab.now, call(&lab));
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = sent(&mut lab, now).remove(0);
    peer.theirs =
        ok.split("To: ").nth(1).unwrap().split(";tag=").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
    let mut driver = Driver::default();
    let ack = peer.request("ACK", "", "");
    assert_eq!(driver.arrive(&mut lab, ack.as_bytes()), Vec::<String>::new());
    // an ACK and a response get no response, other messages do
    let body = format!("v=0\r\n{}", "a=x\r\n".repeat(2000));
    for (what, status) in [("INVITE", "513"), ("ACK", ""), ("INFO", "513"), ("SIP/2.0", "")] {
        let mut text = peer.request(if status.is_empty() { "ACK" } else { what }, "", &body);
        if what == "SIP/2.0" {
            text = format!("SIP/2.0 200 OK{}", &text[text.find("\r\n").unwrap()..]);
        }
        let out = driver.arrive(&mut lab, text.as_bytes());
        let statuses: Vec<&str> = out.iter().map(|text| &text[8..11]).collect();
        assert_eq!(statuses, if status.is_empty() { vec![] } else { vec![status] }, "{what}");
    }
    let bye = peer.request("BYE", "", "");
    assert!(driver.arrive(&mut lab, bye.as_bytes())[0].starts_with("SIP/2.0 200"));
    assert_eq!(lab.ends[0].phone.counters().oversize, 4);
}

#[test]
fn a_ping_gets_its_pong() {
    // rfc5626#4.4.1: at once, and a stranger's too, for its connection is there
    let mut lab = Lab::new(&[Options { direct: false, ..Options::default() }]);
    let mut driver = Driver::default();
    assert_eq!(driver.arrive(&mut lab, b"\r\n\r\n"), ["\r\n"]);
    // two pings and a request, and a ping that comes in two parts
    let mut peer = Peer::new(&mut lab, "10.0.0.9:33000", 0);
    let options = peer.request("OPTIONS", "", "");
    assert_eq!(driver.arrive(&mut lab, format!("\r\n\r\n\r\n\r\n{options}\r\n\r").as_bytes()), ["\r\n", "\r\n"]);
    assert_eq!(driver.arrive(&mut lab, b"\n"), ["\r\n"]);
    assert_eq!(lab.ends[0].phone.counters().strangers, 1);
    // a line end before a message is nothing
    let options = peer.request("OPTIONS", "", "");
    assert_eq!(driver.arrive(&mut lab, format!("\r\n{options}").as_bytes()), Vec::<String>::new());
    assert!(driver.held.is_empty());
    // not on datagrams: there RFC 5626 uses STUN
    let now = lab.now;
    let datagram = Flow::Udp { socket: 0, remote: "10.0.0.9:33000".parse().unwrap() };
    assert_eq!(lab.ends[0].phone.handle_sip(now, datagram, b"\r\n\r\n"), Taken::Bytes(4));
    assert_eq!(sent(&mut lab, now), Vec::<String>::new());
}

#[test]
fn our_bye_over_a_broken_stream_takes_another_way_and_ends() {
    let (mut lab, mut peer, _) = ringing();
    lab.ends[0].grant = true;
    lab.drain();
    let (now, call) = (lab.now, call(&lab));
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = sent(&mut lab, now).remove(0);
    let tag = ok.split("To: ").nth(1).unwrap().split(";tag=").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
    peer.theirs = tag;
    let ack = peer.request("ACK", "", "");
    assert_eq!(give(&mut lab, &ack), Vec::<String>::new());
    lab.ends[0].phone.hangup(now, call).unwrap();
    assert!(sent(&mut lab, now)[0].starts_with("BYE "));
    lab.ends[0].phone.handle_flow_failed(now, flow());
    lab.drain();
    lab.drain();
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal);
    // the driver has no stream there any more, and says so
    assert_eq!(lab.count("BYE"), 1);
    assert!(lab.sent.last().unwrap().text.contains("Via: SIP/2.0/UDP "));
    // no response comes there either
    lab.assert_settled();
}
