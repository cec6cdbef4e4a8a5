//! The known hop dies: some requests go on elsewhere, and some end (rfc3263#4.3).

use crate::digest::{CHALLENGE, SDP, right};
use crate::server::{PASSWORD, REGISTRAR, Server, account, anna, pass, register};
use crate::strangers::request;
use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{
    AccountId, AccountState, CallId, CallState, Cause, DialOptions, Flow, Reply, Source, Taken, Target, Transport, Wish,
};
use microsip_tests::{Lab, Options, Peer, ladder};

/// A connected call whose far end has this Contact.
fn connected(contact: &str) -> (Lab, Peer, CallId) {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.contact = contact.into();
    peer.be_called(&mut lab, 0);
    let call = lab.ends[0].last_call();
    (lab, peer, call)
}

#[test]
fn a_bye_whose_hop_died_goes_to_the_names_next_address() {
    let (mut lab, peer, call) = connected("sip:peer@far.example");
    let mut second = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    lab.names.insert("far.example".into(), vec![peer.at, second.at]);
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    let bye = second.wait(&mut lab, "BYE");
    // the first had all its time
    assert_eq!(
        (lab.now.since(now), peer.all(&lab, "BYE").len()),
        (Duration::from_millis(32_001), 11),
        "{}",
        ladder::draw(&lab)
    );
    assert_ne!(bye.header("Via"), peer.all(&lab, "BYE")[0].header("Via"), "a new transaction has a new branch");
    assert_eq!(bye.header("CSeq"), peer.all(&lab, "BYE")[0].header("CSeq"));
    second.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
    assert_eq!(second.all(&lab, "BYE").len(), 1);
}

#[test]
fn a_bye_that_is_refused_with_503_goes_on_too() {
    let (mut lab, mut peer, call) = connected("sip:peer@far.example");
    let mut second = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    lab.names.insert("far.example".into(), vec![peer.at, second.at]);
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    let bye = peer.wait(&mut lab, "BYE");
    peer.respond(&mut lab, &bye, 503, "");
    let bye = second.wait(&mut lab, "BYE");
    second.respond(&mut lab, &bye, 503, "");
    lab.assert_settled();
    assert_eq!((peer.all(&lab, "BYE").len(), second.all(&lab, "BYE").len()), (1, 1));
}

#[test]
fn a_bye_ends_when_its_hop_has_no_other_address() {
    for names in [vec![], vec!["10.0.0.9:5060"]] {
        let (mut lab, peer, call) = connected("sip:peer@far.example");
        lab.names.insert("far.example".into(), names.iter().map(|at| at.parse().unwrap()).collect());
        let now = lab.now;
        lab.ends[0].phone.hangup(now, call).unwrap();
        lab.run_for(Duration::from_secs(60));
        assert_eq!(peer.all(&lab, "BYE").len(), 11);
        lab.assert_settled();
    }
}

#[test]
fn where_a_far_ends_name_leads_is_not_the_accounts_own() {
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| match seen.start() {
        "ACK" | "BYE" => vec![],
        _ if !right(seen, "Authorization", "anna", PASSWORD) => vec![seen.response(401, CHALLENGE)],
        "REGISTER" => vec![seen.bound(300)],
        _ => vec![seen.response_with(200, "Contact: <sip:bob@far.example>\r\n", SDP)],
    });
    let mut far = Server::new(&mut lab, "10.0.0.7:5060", |seen, _| vec![seen.response(401, CHALLENGE)]);
    lab.names.insert("far.example".into(), vec![far.address]);
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    let call = crate::digest::dial(&mut lab, account, "bob");
    pass(&mut lab, &mut server, 1);
    assert!(lab.ends[0].reached(CallState::Connected), "{}", ladder::draw(&lab));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    pass(&mut lab, &mut server, 31);
    assert!(server.last("BYE").header("Authorization").is_some());
    pass(&mut lab, &mut far, 2);
    assert_eq!((far.all("BYE").len(), far.last("BYE").header("Authorization")), (1, None), "{}", ladder::draw(&lab));
    // nor may it call the account
    let before = lab.ends[0].phone.counters().strangers;
    let text = request("INVITE", far.address, "sip:anna@10.0.0.1", 1);
    lab.send_raw(far.address, lab.ends[0].address, text.as_bytes());
    pass(&mut lab, &mut far, 1);
    assert_eq!(lab.ends[0].phone.counters().strangers, before + 1);
}

fn stream(slot: u16, remote: &str) -> Flow {
    Flow::Stream { slot, generation: 1, transport: Transport::Tcp, remote: remote.parse().unwrap(), socket: 0 }
}

/// Dials; its name stands for these.
fn dial(lab: &mut Lab, flows: &[Flow]) -> (CallId, String) {
    lab.ends[0].grant = false;
    let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
    let now = lab.now;
    let call = lab.ends[0].phone.dial(now, AccountId::NONE, "sip:peer@far.example;transport=tcp", &options).unwrap();
    let Some(Wish::Locate { id, .. }) = lab.ends[0].phone.poll_wish() else { panic!("nothing to locate") };
    let targets: Vec<Target> = flows
        .iter()
        .enumerate()
        .map(|(rank, flow)| Target { flow: *flow, priority: rank as u16, weight: 0, lifetime: 0 })
        .collect();
    lab.ends[0].phone.handle_reply(now, id, Reply::Hops(&targets));
    lab.ends[0].grant = true;
    lab.drain();
    (call, lab.sent.last().unwrap().text.clone())
}

fn respond(lab: &mut Lab, now: Instant, flow: Flow, request: &str, status: u16) {
    respond_with(lab, now, flow, request, status, "");
}

fn respond_with(lab: &mut Lab, now: Instant, flow: Flow, request: &str, status: u16, body: &str) {
    let mut out = format!("SIP/2.0 {status} As Scripted\r\n");
    for line in request.split("\r\n\r\n").next().unwrap().split("\r\n").skip(1) {
        if ["Via:", "From:", "Call-ID:", "CSeq:"].iter().any(|name| line.starts_with(name)) {
            out += &format!("{line}\r\n");
        } else if line.starts_with("Contact:") && request.starts_with("REGISTER") {
            out += &format!("{line};expires=300\r\n");
        } else if line.starts_with("To:") {
            out += &format!("{line};tag=far\r\n");
        }
    }
    if request.starts_with("INVITE") {
        out += "Contact: <sip:peer@10.0.0.9;transport=tcp>\r\n";
    }
    out += &format!("Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    assert_eq!(lab.ends[0].phone.handle_sip(now, flow, out.as_bytes()), Taken::Bytes(out.len()));
    lab.drain();
}

#[test]
fn a_call_that_rings_over_a_stream_that_is_gone_ends() {
    let mut lab = Lab::new(&[Options::default()]);
    let (first, second) = (stream(3, "10.0.0.9:5060"), stream(4, "10.0.0.8:5060"));
    let (_, invite) = dial(&mut lab, &[first, second]);
    let now = lab.now;
    respond(&mut lab, now, first, &invite, 180);
    assert!(lab.ends[0].reached(CallState::Early));
    lab.ends[0].phone.handle_flow_failed(now, second);
    lab.drain();
    assert!(lab.ends[0].ended().is_none(), "another stream than its own");
    lab.ends[0].phone.handle_flow_failed(now, first);
    lab.drain();
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Unreachable);
    assert_eq!(lab.count("INVITE"), 1, "it may ring: it is not begun anew elsewhere");
    lab.assert_settled();
}

#[test]
fn a_bye_over_a_stream_that_is_gone_opens_another() {
    let mut lab = Lab::new(&[Options::default()]);
    let first = stream(3, "10.0.0.9:5060");
    let (call, invite) = dial(&mut lab, &[first]);
    let now = lab.now;
    respond_with(&mut lab, now, first, &invite, 200, SDP);
    assert!(lab.ends[0].reached(CallState::Connected), "{}", ladder::draw(&lab));
    lab.ends[0].grant = false;
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.drain();
    lab.ends[0].phone.handle_flow_failed(now, first);
    let mut wish = lab.ends[0].phone.poll_wish();
    while let Some(Wish::CloseMedia { media }) = wish {
        let _ = lab.ends[0].media.remove(&media.raw());
        wish = lab.ends[0].phone.poll_wish();
    }
    assert!(!wish.as_ref().unwrap().is_of_a_description());
    let Some(Wish::Locate { id, host: "10.0.0.9", .. }) = wish else { panic!("{wish:?}") };
    let again = Flow::Stream { slot: 3, generation: 2, transport: Transport::Tcp, remote: first.remote(), socket: 0 };
    lab.ends[0].phone.handle_reply(
        now,
        id,
        Reply::Hops(&[Target { flow: again, priority: 0, weight: 0, lifetime: 0 }]),
    );
    lab.ends[0].grant = true;
    lab.drain();
    assert_eq!(lab.count("BYE"), 2);
    let bye = lab.sent.last().unwrap().text.clone();
    respond(&mut lab, now, again, &bye, 200);
    lab.assert_settled();
}

#[test]
fn a_registration_over_a_stream_that_is_gone_is_bound_anew_at_once() {
    // rfc5626#4.4.1
    let (mut lab, account) = account(&[], anna());
    lab.ends[0].grant = false;
    register(&mut lab, account);
    for generation in 1..4 {
        let Some(Wish::Locate { id, .. }) = lab.ends[0].phone.poll_wish() else { panic!("nothing to locate") };
        let remote = REGISTRAR.parse().unwrap();
        let flow = Flow::Stream { slot: 1, generation, transport: Transport::Tcp, remote, socket: 0 };
        let now = lab.now;
        lab.ends[0].phone.handle_reply(now, id, Reply::Hops(&[Target { flow, priority: 0, weight: 0, lifetime: 0 }]));
        lab.drain();
        assert_eq!(lab.count("REGISTER"), usize::from(generation));
        let text = lab.sent.last().unwrap().text.clone();
        respond(&mut lab, now, flow, &text, 200);
        assert_eq!(crate::server::state(&lab), AccountState::Registered);
        // the pong of our keepalives is not taken for half of a ping
        assert_eq!(lab.ends[0].phone.handle_sip(now, flow, b"\r\n"), Taken::Bytes(2));
        assert_eq!(lab.ends[0].phone.handle_sip(now, stream(9, "10.0.0.9:5060"), b"\r\n"), Taken::NeedMore);
        lab.ends[0].phone.handle_flow_failed(now, stream(9, "10.0.0.9:5060"));
        assert!(lab.ends[0].phone.poll_wish().is_none(), "another stream than its own");
        lab.now += Duration::from_secs(30);
        let now = lab.now;
        lab.ends[0].phone.handle_flow_failed(now, flow);
    }
}

#[test]
fn a_stream_that_closes_as_soon_as_it_is_bound_is_opened_ever_more_rarely() {
    // rfc5626#4.5; each of them brings a success, which resets nothing at once
    let (mut lab, account) = account(&[], anna());
    lab.ends[0].grant = false;
    register(&mut lab, account);
    let mut lost = lab.now;
    let mut generation = 0;
    let mut bind = |lab: &mut Lab, lives: u64| {
        generation += 1;
        let id = loop {
            lab.drain();
            match lab.ends[0].phone.poll_wish() {
                Some(Wish::Locate { id, .. }) => break id,
                _ => lab.now = lab.ends[0].phone.poll_timeout().expect("it is tried again").max(lab.now),
            }
            let now = lab.now;
            lab.ends[0].phone.handle_timeout(now);
        };
        let (now, remote) = (lab.now, REGISTRAR.parse().unwrap());
        let waited = now.since(lost).millis();
        let flow = Flow::Stream { slot: 1, generation, transport: Transport::Tcp, remote, socket: 0 };
        lab.ends[0].phone.handle_reply(now, id, Reply::Hops(&[Target { flow, priority: 0, weight: 0, lifetime: 0 }]));
        lab.drain();
        let text = lab.sent.last().unwrap().text.clone();
        respond(lab, now, flow, &text, 200);
        assert_eq!(crate::server::state(lab), AccountState::Registered);
        lab.now += Duration::from_secs(lives);
        lost = lab.now;
        lab.ends[0].phone.handle_flow_failed(lost, flow);
        waited
    };
    let waits: Vec<u64> = (0..9).map(|_| bind(&mut lab, 1)).collect();
    assert_eq!(waits[..2], [0, 0], "the first loss may be chance");
    for (nth, wait) in waits[2..].iter().enumerate() {
        let whole = (30_000u64 << nth).min(1_800_000);
        assert!((whole / 2..=whole).contains(wait), "wait {nth} was {wait} ms of {whole}");
    }
    let told = crate::server::told(&lab);
    assert!(told.iter().any(|event| event.result == Cause::Unreachable), "{told:?}");
    // a stream that lasts resets the waits
    bind(&mut lab, 30);
    assert_eq!([bind(&mut lab, 1), bind(&mut lab, 1)], [0, 0]);
    assert!(bind(&mut lab, 1) >= 15_000);
}

#[test]
fn a_call_without_any_response_goes_to_the_next_stream() {
    let mut lab = Lab::new(&[Options::default()]);
    let (first, second) = (stream(3, "10.0.0.9:5060"), stream(4, "10.0.0.8:5060"));
    dial(&mut lab, &[first, second]);
    let now = lab.now;
    lab.ends[0].phone.handle_flow_failed(now, first);
    lab.drain();
    assert_eq!((lab.count("INVITE"), lab.sent.last().unwrap().to), (2, second.remote()));
    assert!(lab.ends[0].ended().is_none());
}

#[test]
fn an_icmp_error_does_not_end_a_call_that_was_heard_to_ring() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_millis(10));
    let now = lab.now;
    lab.ends[0].phone.handle_flow_failed(now, Flow::Udp { socket: 0, remote: peer.at });
    lab.drain();
    assert!(lab.ends[0].ended().is_none());
}

/// Gives the addresses of the next name that is looked up, past all other wishes.
fn locate(lab: &mut Lab, flow: Flow) {
    let now = lab.now;
    let id = loop {
        match lab.ends[0].phone.poll_wish() {
            Some(Wish::Locate { id, .. }) => break id,
            Some(Wish::CloseMedia { media }) => drop(lab.ends[0].media.remove(&media.raw())),
            other => panic!("nothing to locate: {other:?}"),
        }
    };
    lab.ends[0].phone.handle_reply(now, id, Reply::Hops(&[Target { flow, priority: 0, weight: 0, lifetime: 0 }]));
}

/// An account that is bound over this stream.
fn bound_over(flow: Flow) -> (Lab, AccountId) {
    let (mut lab, account) = account(&[], anna());
    lab.ends[0].grant = false;
    register(&mut lab, account);
    locate(&mut lab, flow);
    lab.drain();
    respond_to_last(&mut lab, flow, "REGISTER", 200);
    assert_eq!(crate::server::state(&lab), AccountState::Registered);
    lab.now += Duration::from_secs(30);
    (lab, account)
}

/// Responds to the newest request of this method.
fn respond_to_last(lab: &mut Lab, flow: Flow, method: &str, status: u16) {
    let text = lab.sent.iter().rfind(|sent| sent.text.starts_with(method)).unwrap().text.clone();
    let now = lab.now;
    respond(lab, now, flow, &text, status);
}

#[test]
fn a_stream_that_is_gone_under_a_call_is_opened_anew_for_its_account() {
    // rfc5626#4.4.1: whatever else waits on the stream
    for rings in [false, true] {
        let first = stream(1, REGISTRAR);
        let (mut lab, account) = bound_over(first);
        lab.ends[0].grant = true;
        crate::digest::dial(&mut lab, account, "sip:bob@example.org");
        lab.drain();
        assert_eq!(lab.count("INVITE"), 1);
        if rings {
            respond_to_last(&mut lab, first, "INVITE", 180);
        }
        lab.ends[0].grant = false;
        let now = lab.now;
        lab.ends[0].phone.handle_flow_failed(now, first);
        let second = stream(2, REGISTRAR);
        locate(&mut lab, second);
        lab.drain();
        assert_eq!(lab.count("REGISTER"), 2, "{}", ladder::draw(&lab));
        respond_to_last(&mut lab, second, "REGISTER", 200);
        assert_eq!(crate::server::state(&lab), AccountState::Registered);
        assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Unreachable);
    }
}

#[test]
fn a_refresh_over_a_stream_that_is_gone_is_sent_anew_at_once() {
    // rfc5626#4.4.1
    let first = stream(1, REGISTRAR);
    let (mut lab, account) = bound_over(first);
    register(&mut lab, account);
    assert_eq!(lab.count("REGISTER"), 2);
    let now = lab.now;
    lab.ends[0].phone.handle_flow_failed(now, first);
    let at = lab.ends[0].phone.poll_timeout().unwrap();
    assert!(at <= now, "{at:?}");
    lab.ends[0].phone.handle_timeout(now);
    locate(&mut lab, stream(2, REGISTRAR));
    lab.drain();
    assert_eq!(lab.count("REGISTER"), 3);
}

#[test]
fn a_binding_stays_on_its_stream_when_calls_take_another() {
    // rfc5626#4.4.1: the way was looked up again for a call
    let (first, second) = (stream(1, REGISTRAR), stream(2, REGISTRAR));
    let (mut lab, account) = bound_over(first);
    let end = lab.now + Duration::from_secs(600);
    let mut answered = 1;
    while let Some(at) = lab.ends[0].phone.poll_timeout().filter(|at| *at < end) {
        lab.now = at.max(lab.now);
        let now = lab.now;
        lab.ends[0].phone.handle_timeout(now);
        lab.drain();
        if lab.count("REGISTER") > answered {
            answered += 1;
            respond_to_last(&mut lab, first, "REGISTER", 200);
        }
    }
    lab.now = end;
    crate::digest::dial(&mut lab, account, "sip:bob@example.org");
    locate(&mut lab, second);
    lab.ends[0].grant = true;
    lab.drain();
    assert_eq!((lab.count("INVITE"), lab.count("REGISTER")), (1, answered));
    lab.ends[0].phone.handle_flow_failed(end, first);
    lab.drain();
    assert_eq!(lab.count("REGISTER"), answered + 1, "{}", ladder::draw(&lab));
    assert!(lab.ends[0].ended().is_none(), "the call goes on over its own stream");
}
