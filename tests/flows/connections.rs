//! Streams that the core wishes for: connected when their turn comes, refused, found dead by a ping; and requests that are
//! too long for a datagram.

use crate::server::{REGISTRAR, account, anna, register, state};
use microsip_core::base::limits::{CONNECT_MS, PING, PONG_S};
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountId, AccountState, CallId, Cause, Component, DialOptions, Failure, Flow, Reply, Source, Taken, Target,
    Transmit, Transport, Via, Wish, WishId,
};
use microsip_tests::{EventKind, Lab, Options, Peer};
use std::net::SocketAddr;

const FAR: &str = "10.0.0.9:5060";

fn stream(slot: u16, remote: SocketAddr) -> Flow {
    Flow::Stream { slot, generation: 1, transport: Transport::Tcp, remote, socket: 0 }
}

/// A driver with streams: names stand for `found`, and each wish for a stream is noted.
struct Driver {
    found: Vec<Flow>,
    wished: Vec<(WishId, SocketAddr)>,
    closed: Vec<Flow>,
    sent: Vec<(Flow, String)>,
}

impl Driver {
    fn new(lab: &mut Lab, found: &[Flow]) -> Self {
        lab.ends[0].grant = false;
        lab.ends[0].prompt = false;
        Self { found: found.to_vec(), wished: vec![], closed: vec![], sent: vec![] }
    }

    /// Does all wishes but those for streams, and takes what leaves.
    fn go(&mut self, lab: &mut Lab) {
        let now = lab.now;
        let end = &mut lab.ends[0];
        let mut room = vec![0; 8192];
        loop {
            match end.phone.poll_wish() {
                Some(Wish::Locate { id, .. }) => {
                    let targets: Vec<Target> = (0..)
                        .zip(&self.found)
                        .map(|(priority, flow)| Target { flow: *flow, priority, weight: 0, lifetime: 60 })
                        .collect();
                    end.phone.handle_reply(now, id, Reply::Hops(&targets));
                }
                Some(Wish::Connect { id, remote, transport, socket }) => {
                    assert_eq!((transport, socket), (Transport::Tcp, 0));
                    self.wished.push((id, remote));
                }
                Some(Wish::Disconnect { flow }) => self.closed.push(flow),
                Some(Wish::OpenMedia { id, media, local }) => {
                    let (rtp, rtcp) = end.open_media(media, local);
                    end.phone.handle_reply(now, id, Reply::Media { rtp, rtcp });
                }
                Some(Wish::CloseMedia { media }) => drop(end.media.remove(&media.raw())),
                Some(Wish::AudioOn | Wish::AudioOff) => {}
                None => match end.phone.poll_transmit(now, &mut room) {
                    Transmit::Packet { via: Via::Sip(flow), len } => {
                        self.sent.push((flow, String::from_utf8_lossy(&room[..len]).into_owned()));
                    }
                    Transmit::Packet { via: Via::Media { component, .. }, .. } => assert_eq!(component, Component::Rtp),
                    Transmit::Needs(needed) => panic!("{needed}"),
                    Transmit::Nothing => return,
                },
            }
        }
    }

    fn reply(&mut self, lab: &mut Lab, nth: usize, reply: Reply<'_>) {
        let now = lab.now;
        lab.ends[0].phone.handle_reply(now, self.wished[nth].0, reply);
        self.go(lab);
    }

    /// Time passes, and deadlines with it.
    fn run(&mut self, lab: &mut Lab, length: Duration) {
        let until = lab.now + length;
        while let Some(at) = lab.ends[0].phone.poll_timeout().filter(|at| *at <= until) {
            lab.now = at.max(lab.now);
            let now = lab.now;
            lab.ends[0].phone.handle_timeout(now);
            self.go(lab);
        }
        lab.now = until;
    }

    /// Bytes come over a stream.
    fn hear(&mut self, lab: &mut Lab, flow: Flow, bytes: &str) {
        let now = lab.now;
        assert_eq!(lab.ends[0].phone.handle_sip(now, flow, bytes.as_bytes()), Taken::Bytes(bytes.len()));
        self.go(lab);
    }

    fn last(&self) -> (Flow, &str) {
        let (flow, text) = self.sent.last().expect("something was sent");
        (*flow, text)
    }
}

fn dial(lab: &mut Lab, headers: &str) -> CallId {
    let now = lab.now;
    let options = DialOptions { source: Source::Silence, headers, ..DialOptions::default() };
    lab.ends[0].phone.dial(now, AccountId::NONE, "sip:bob@far.example", &options).unwrap()
}

fn far() -> SocketAddr {
    FAR.parse().unwrap()
}

fn to_open() -> Flow {
    Flow::to_open(Transport::Tcp, far(), 0)
}

fn udp(remote: &str) -> Flow {
    Flow::Udp { socket: 0, remote: remote.parse().unwrap() }
}

/// Header lines that make an INVITE too long for a datagram.
fn long() -> String {
    format!("X-Long: {}\r\n", "x".repeat(900))
}

#[test]
fn a_stream_is_opened_before_its_request_is_sent() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut driver = Driver::new(&mut lab, &[to_open()]);
    dial(&mut lab, "");
    driver.go(&mut lab);
    assert_eq!((driver.wished.len(), driver.wished[0].1, driver.sent.len()), (1, far(), 0));
    driver.run(&mut lab, Duration::from_secs(5));
    assert_eq!(driver.sent.len(), 0, "no transaction runs yet");
    driver.reply(&mut lab, 0, Reply::Flow(stream(7, far())));
    let (flow, text) = driver.last();
    assert_eq!(flow, stream(7, far()));
    assert!(text.starts_with("INVITE ") && text.contains("Via: SIP/2.0/TCP 10.0.0.1:5060;rport"), "{text}");
    assert!(text.contains("Contact: <sip:microsip@10.0.0.1:5060;transport=tcp>"), "{text}");
    driver.run(&mut lab, Duration::from_secs(20));
    assert_eq!(driver.sent.len(), 1, "nothing is sent twice there");
    // an answer that comes twice, and one to a wish that is gone, do nothing
    driver.reply(&mut lab, 0, Reply::Failed(Failure::Unreachable));
    driver.reply(&mut lab, 0, Reply::Flow(stream(8, far())));
    assert_eq!(driver.sent.len(), 1);
}

#[test]
fn a_stream_that_cannot_be_opened_is_followed_by_the_next_address() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut driver = Driver::new(&mut lab, &[to_open(), udp("10.0.0.8:5060")]);
    dial(&mut lab, "");
    driver.go(&mut lab);
    driver.reply(&mut lab, 0, Reply::Failed(Failure::Unreachable));
    assert_eq!(driver.last().0, udp("10.0.0.8:5060"));
    assert!(driver.last().1.contains("Via: SIP/2.0/UDP "));
    // nor is a stream that is none
    dial(&mut lab, "");
    driver.go(&mut lab);
    driver.reply(&mut lab, 1, Reply::Flow(to_open()));
    assert_eq!((driver.last().0, driver.wished.len()), (udp("10.0.0.8:5060"), 2));
}

#[test]
fn a_stream_that_never_comes_is_waited_for_as_long_as_is_written() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut driver = Driver::new(&mut lab, &[to_open(), udp("10.0.0.8:5060")]);
    dial(&mut lab, "");
    driver.go(&mut lab);
    driver.run(&mut lab, Duration::from_millis(3999));
    assert_eq!(driver.sent.len(), 0);
    driver.run(&mut lab, Duration::from_millis(1));
    assert_eq!(driver.last().0, udp("10.0.0.8:5060"), "four seconds while another address remains");
    // an only one has longer
    let mut lab = Lab::new(&[Options::default()]);
    let mut driver = Driver::new(&mut lab, &[to_open()]);
    dial(&mut lab, "");
    driver.go(&mut lab);
    driver.run(&mut lab, Duration::from_millis(CONNECT_MS - 1));
    lab.drain();
    assert!(lab.ends[0].ended().is_none());
    lab.ends[0].prompt = false;
    driver.run(&mut lab, Duration::from_millis(1));
    lab.drain();
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Timeout);
    lab.ends[0].grant = true;
    lab.assert_settled();
}

#[test]
fn a_call_that_is_hung_up_while_its_stream_is_opened_is_over() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut driver = Driver::new(&mut lab, &[to_open()]);
    let call = dial(&mut lab, "");
    driver.go(&mut lab);
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    driver.go(&mut lab);
    driver.reply(&mut lab, 0, Reply::Flow(stream(7, far())));
    assert_eq!(driver.sent.len(), 0);
    lab.ends[0].grant = true;
    lab.assert_settled();
}

// rfc3261#18.1.1
#[test]
fn a_request_too_long_for_a_datagram_goes_by_a_stream() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut driver = Driver::new(&mut lab, &[udp(FAR)]);
    dial(&mut lab, &long());
    driver.go(&mut lab);
    assert_eq!((driver.wished.len(), driver.wished[0].1, driver.sent.len()), (1, far(), 0));
    driver.reply(&mut lab, 0, Reply::Flow(stream(7, far())));
    let (flow, text) = driver.last();
    assert_eq!(flow, stream(7, far()));
    assert!(text.len() > 1300 && text.contains("Via: SIP/2.0/TCP ") && text.contains(";transport=tcp>"), "{text}");
    assert!(text.contains("CSeq: 1 INVITE"), "{text}");
    // a short one does not
    let mut lab = Lab::new(&[Options::default()]);
    let mut driver = Driver::new(&mut lab, &[udp(FAR)]);
    dial(&mut lab, "X-Short: x\r\n");
    driver.go(&mut lab);
    assert_eq!((driver.wished.len(), driver.last().0), (0, udp(FAR)));
}

// rfc3261#18.1.1: where the stream fails, the datagram is tried after all
#[test]
fn a_long_request_goes_by_the_datagram_where_there_is_no_stream() {
    for failure in [Failure::Unreachable, Failure::Unsupported, Failure::Port] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut driver = Driver::new(&mut lab, &[udp(FAR), udp("10.0.0.8:5060")]);
        dial(&mut lab, &long());
        driver.go(&mut lab);
        driver.reply(&mut lab, 0, Reply::Failed(failure));
        let (flow, text) = driver.last();
        assert_eq!((flow, text.contains("Via: SIP/2.0/UDP ")), (udp(FAR), true));
        // and its other addresses are still there
        driver.run(&mut lab, Duration::from_secs(4));
        assert_eq!(driver.last().0, udp("10.0.0.8:5060"));
        assert_eq!(driver.wished.len(), 1);
    }
    // the application is told, once for each time that it leaves so
    let mut lab = Lab::new(&[Options::default()]);
    let mut driver = Driver::new(&mut lab, &[udp(FAR), udp("10.0.0.8:5060")]);
    let call = dial(&mut lab, &long());
    driver.go(&mut lab);
    let told = |lab: &mut Lab| {
        lab.drain();
        let events = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Datagram);
        events.map(|event| (event.call, event.value as usize)).collect::<Vec<_>>()
    };
    assert_eq!(told(&mut lab), [], "nothing has left yet");
    driver.reply(&mut lab, 0, Reply::Failed(Failure::Unreachable));
    let bytes = driver.last().1.len();
    assert_eq!(told(&mut lab), [(call, bytes)]);
    driver.run(&mut lab, Duration::from_secs(4));
    assert_eq!((driver.last().0, told(&mut lab).len()), (udp("10.0.0.8:5060"), 2));
    // a connection that breaks before anything was heard, too
    let mut lab = Lab::new(&[Options::default()]);
    let mut driver = Driver::new(&mut lab, &[udp(FAR)]);
    dial(&mut lab, &long());
    driver.go(&mut lab);
    driver.reply(&mut lab, 0, Reply::Flow(stream(7, far())));
    let now = lab.now;
    lab.ends[0].phone.handle_flow_failed(now, stream(7, far()));
    driver.go(&mut lab);
    assert_eq!(driver.last().0, udp(FAR));
}

/// A 200 to a REGISTER.
fn bound(text: &str) -> String {
    let wanted = ["Via:", "From:", "To:", "Call-ID:", "CSeq:", "Contact:"];
    let lines: Vec<&str> = text.lines().filter(|line| wanted.iter().any(|name| line.starts_with(name))).collect();
    format!("SIP/2.0 200 OK\r\n{}\r\nExpires: 3600\r\nContent-Length: 0\r\n\r\n", lines.join("\r\n"))
}

// rfc5626#4.4.1
#[test]
fn a_stream_whose_pongs_stay_away_is_closed_and_registered_anew() {
    let (mut lab, account) = account(&[], anna());
    let remote: SocketAddr = REGISTRAR.parse().unwrap();
    let mut driver = Driver::new(&mut lab, &[Flow::to_open(Transport::Tcp, remote, 0)]);
    register(&mut lab, account);
    driver.go(&mut lab);
    driver.reply(&mut lab, 0, Reply::Flow(stream(1, remote)));
    let text = bound(driver.last().1);
    driver.hear(&mut lab, stream(1, remote), &text);
    lab.drain();
    assert_eq!(state(&lab), AccountState::Registered);
    // one that never answers pings is left alone: not all servers do
    driver.run(&mut lab, Duration::from_secs(u64::from(PING) + 30));
    assert_eq!((driver.last().1, driver.closed.len(), driver.wished.len()), ("\r\n\r\n", 0, 1));
    // one that did has ten seconds from then on
    driver.hear(&mut lab, stream(1, remote), "\r\n");
    let before = driver.sent.len();
    driver.run(&mut lab, Duration::from_secs(u64::from(PING) - 30));
    assert_eq!(driver.sent.len(), before + 1);
    driver.hear(&mut lab, stream(1, remote), "\r\n");
    driver.run(&mut lab, Duration::from_secs(u64::from(PING) + PONG_S - 1));
    assert_eq!((driver.closed.len(), driver.wished.len()), (0, 1));
    driver.run(&mut lab, Duration::from_secs(1));
    assert_eq!((&driver.closed[..], driver.wished.len()), (&[stream(1, remote)][..], 2));
    driver.reply(&mut lab, 1, Reply::Flow(stream(2, remote)));
    let (flow, text) = driver.last();
    assert_eq!((flow, text.starts_with("REGISTER ")), (stream(2, remote), true));
    let text = bound(text);
    driver.hear(&mut lab, stream(2, remote), &text);
    lab.drain();
    assert_eq!(state(&lab), AccountState::Registered);
}

// rfc3261#18.2.2
#[test]
fn a_response_whose_stream_is_gone_goes_to_where_its_sender_listens() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut driver = Driver::new(&mut lab, &[]);
    let mut peer = Peer::new(&mut lab, FAR, 0);
    let body = peer.sdp();
    let invite = peer.request("INVITE", "", &body).replace("SIP/2.0/UDP", "SIP/2.0/TCP");
    let accepted = stream(3, "10.0.0.9:40001".parse().unwrap());
    driver.hear(&mut lab, accepted, &invite);
    assert!(driver.last().1.starts_with("SIP/2.0 180"), "{}", driver.last().1);
    lab.drain();
    let now = lab.now;
    lab.ends[0].phone.handle_flow_failed(now, accepted);
    driver.go(&mut lab);
    assert_eq!(driver.wished.len(), 0, "nothing is to be sent yet");
    let call = lab.ends[0].phone.calls().next().unwrap();
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    driver.go(&mut lab);
    assert_eq!((driver.wished.len(), driver.wished[0].1), (1, far()));
    driver.reply(&mut lab, 0, Reply::Flow(stream(4, far())));
    let (flow, text) = driver.last();
    assert_eq!((flow, text.starts_with("SIP/2.0 200")), (stream(4, far()), true), "{text}");
    // where there is none, it is lost, and tried again with the next repetition
    let sent = driver.sent.len();
    lab.ends[0].phone.handle_flow_failed(now, stream(4, far()));
    driver.run(&mut lab, Duration::from_millis(500));
    driver.reply(&mut lab, 1, Reply::Failed(Failure::Unreachable));
    driver.run(&mut lab, Duration::from_millis(1000));
    assert_eq!((driver.sent.len(), driver.wished.len()), (sent, 3));
}

#[test]
fn an_accounts_way_holds_as_long_as_dns_says() {
    for (lifetime, after, looks) in [(60, 59, 1), (60, 61, 2), (1, 29, 1), (1, 31, 2), (0, 599, 1), (86_400, 601, 2)] {
        let (mut lab, account) = account(&[], anna());
        lab.ends[0].grant = false;
        let mut count = 0;
        for _ in 0..2 {
            let now = lab.now;
            lab.ends[0].phone.dial(now, account, "bob", &DialOptions::default()).unwrap();
            while let Some(wish) = lab.ends[0].phone.poll_wish() {
                if let Wish::Locate { id, .. } = wish {
                    count += 1;
                    let target = Target { flow: udp(REGISTRAR), priority: 0, weight: 0, lifetime };
                    lab.ends[0].phone.handle_reply(now, id, Reply::Hops(&[target]));
                }
            }
            lab.now += Duration::from_secs(after);
        }
        assert_eq!(count, looks, "{lifetime} s, after {after} s");
    }
}
