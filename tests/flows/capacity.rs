//! Every flow again with each pool cut short: no panic, a defined outcome, nothing left behind.

mod digits;
mod early;
mod lingering;
mod offers;

use crate::digest::{SDP, right};
use crate::server::{PASSWORD, REGISTRAR, Server, anna, pass};
use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{AccountId, AccountState, CallId, CallState, Capacity, DialOptions, Phone, Source};
use microsip_tests::{EventKind, Lab, Network, Options, Peer, ladder, sdp};

/// A flow of two phones; refusals of full pools are passed over.
type Flow = fn(&mut Lab);

fn dial(lab: &mut Lab, from: usize, uri: &str) {
    let (now, options) = (lab.now, DialOptions { source: Source::Silence, ..DialOptions::default() });
    let _ = lab.ends[from].phone.dial(now, AccountId::NONE, uri, &options);
    lab.drain();
}

fn each(lab: &mut Lab, end: usize, act: impl Fn(&mut Phone<'static>, Instant, CallId) -> bool) {
    let (now, calls) = (lab.now, lab.ends[end].phone.calls().collect::<Vec<_>>());
    for call in calls {
        act(&mut lab.ends[end].phone, now, call);
    }
    lab.drain();
}

fn answer_all(lab: &mut Lab, end: usize) {
    each(lab, end, |phone, now, call| phone.answer(now, call, 200).is_ok());
    lab.run_for(Duration::from_millis(300));
}

fn hangup_all(lab: &mut Lab, end: usize) {
    each(lab, end, |phone, now, call| phone.hangup(now, call).is_ok());
    lab.run_for(Duration::from_millis(300));
}

fn answered(lab: &mut Lab) {
    dial(lab, 0, "sip:bob@10.0.0.2");
    lab.run_for(Duration::from_millis(300));
    answer_all(lab, 1);
    hangup_all(lab, 0);
}

fn three_calls_both_ways(lab: &mut Lab) {
    dial(lab, 0, "sip:bob@10.0.0.2");
    dial(lab, 1, "sip:bob@10.0.0.1");
    dial(lab, 0, "sip:bob@10.0.0.2");
    lab.run_for(Duration::from_millis(300));
    answer_all(lab, 1);
    answer_all(lab, 0);
    hangup_all(lab, 1);
    hangup_all(lab, 0);
}

fn cancelled(lab: &mut Lab) {
    dial(lab, 0, "sip:bob@10.0.0.2");
    dial(lab, 0, "sip:bob@10.0.0.2");
    lab.run_for(Duration::from_millis(300));
    hangup_all(lab, 0);
}

fn refused(lab: &mut Lab) {
    dial(lab, 0, "sip:bob@10.0.0.2");
    dial(lab, 0, "sip:bob@10.0.0.2");
    lab.run_for(Duration::from_millis(300));
    each(lab, 1, |phone, now, call| phone.reject(now, call, 486).is_ok());
    lab.run_for(Duration::from_millis(300));
}

fn forked(lab: &mut Lab) {
    let mut left = Peer::new(lab, "10.0.0.9:5060", 0);
    let mut right = Peer::new(lab, "10.0.0.10:5060", 0);
    (left.tag, right.tag) = ("left".into(), "right".into());
    dial(lab, 0, "sip:peer@10.0.0.9");
    lab.run_for(Duration::from_millis(10));
    let Some(invite) = left.all(lab, "INVITE").pop() else { return };
    for status in [183, 200, 200] {
        for peer in [&mut left, &mut right] {
            let body = sdp(&peer.at.ip().to_string(), 4000, "");
            peer.respond(lab, &invite, status, &body);
        }
    }
    lab.run_for(Duration::from_millis(10));
    hangup_all(lab, 0);
}

fn redirected(lab: &mut Lab) {
    let mut peer = Peer::new(lab, "10.0.0.9:5060", 0);
    dial(lab, 0, "sip:peer@10.0.0.9");
    lab.run_for(Duration::from_millis(10));
    let Some(invite) = peer.all(lab, "INVITE").pop() else { return };
    peer.respond(lab, &invite, 180, "");
    peer.respond_with(lab, &invite, 302, "Contact: <sip:bob@10.0.0.2>\r\n", "");
    lab.run_for(Duration::from_millis(300));
    answer_all(lab, 1);
    hangup_all(lab, 1);
}

fn reinvited(lab: &mut Lab) {
    let mut peer = Peer::new(lab, "10.0.0.9:5060", 0);
    peer.invite(lab);
    lab.run_for(Duration::from_millis(10));
    answer_all(lab, 0);
    let Some(ok) = peer.all(lab, "SIP/2.0 200").pop() else { return };
    peer.learn(&ok);
    peer.ack(lab, "");
    for body in [sdp("10.0.0.9", 4000, "sendonly"), String::new(), "garbage".into()] {
        let text = peer.request("INVITE", "", &body);
        peer.send(lab, &text);
        lab.run_for(Duration::from_millis(10));
        peer.ack(lab, &body);
    }
    let text = peer.request("OPTIONS", "", "");
    peer.send(lab, &text);
    lab.run_for(Duration::from_millis(10));
    hangup_all(lab, 0);
}

/// A registrar and proxy that challenges each request, and an account there; none where it finds no slot.
fn challenged_proxy(lab: &mut Lab) -> Option<(Server, AccountId)> {
    lab.names.insert("example.org".into(), vec![REGISTRAR.parse().unwrap()]);
    let server = Server::new(lab, REGISTRAR, |seen, index| {
        let invite = seen.start() == "INVITE" || seen.start() == "BYE";
        let (name, header, status) = if invite {
            ("Proxy-Authenticate", "Proxy-Authorization", 407)
        } else {
            ("WWW-Authenticate", "Authorization", 401)
        };
        let asks = format!("{name}: Digest realm=\"example.org\", nonce=\"n{index}\", qop=\"auth\"\r\n");
        let known = || right(seen, header, "anna", PASSWORD);
        match seen.start() {
            "REGISTER" | "INVITE" | "BYE" if !known() => vec![seen.response(status, &asks)],
            "REGISTER" => vec![seen.bound(300)],
            "INVITE" => vec![seen.response(180, ""), seen.response_with(200, "Contact: <sip:bob@10.0.0.9>\r\n", SDP)],
            "BYE" => vec![seen.response(200, "")],
            _ => vec![],
        }
    });
    let now = lab.now;
    let account = lab.ends[0].phone.account_add(now, &anna()).ok()?;
    Some((server, account))
}

/// A flow of such an account.
fn with_account(lab: &mut Lab, act: impl Fn(&mut Lab, AccountId, &mut Server)) {
    let Some((mut server, account)) = challenged_proxy(lab) else { return };
    act(lab, account, &mut server);
    let now = lab.now;
    lab.ends[0].phone.account_remove(now, account).unwrap();
    pass(lab, &mut server, 5);
}

fn registered(lab: &mut Lab) {
    with_account(lab, |lab, account, server| {
        for _ in 0..2 {
            let now = lab.now;
            lab.ends[0].phone.register(now, account, 0).unwrap();
            pass(lab, server, 2);
        }
        pass(lab, server, 300);
    });
}

fn challenged(lab: &mut Lab) {
    with_account(lab, |lab, account, server| {
        for _ in 0..2 {
            let (now, options) = (lab.now, DialOptions { source: Source::Silence, ..DialOptions::default() });
            let _ = lab.ends[0].phone.dial(now, account, "bob", &options);
            pass(lab, server, 1);
        }
        hangup_all(lab, 0);
        pass(lab, server, 2);
    });
}

fn shut_down(lab: &mut Lab) {
    dial(lab, 0, "sip:bob@10.0.0.2");
    dial(lab, 1, "sip:bob@10.0.0.1");
    lab.run_for(Duration::from_millis(300));
    let now = lab.now;
    lab.ends[0].phone.shutdown(now);
    lab.run_for(Duration::from_millis(300));
    let now = lab.now;
    lab.ends[1].phone.shutdown(now);
}

const FLOWS: [(&str, Flow); 10] = [
    ("answered", answered),
    ("three", three_calls_both_ways),
    ("cancelled", cancelled),
    ("refused", refused),
    ("forked", forked),
    ("redirected", redirected),
    ("re-invited", reinvited),
    ("registered", registered),
    ("challenged", challenged),
    ("shut down", shut_down),
];

/// Each flow: those of this file, of offers, of early media, and of digits.
fn flows() -> impl Iterator<Item = (&'static str, Flow)> {
    FLOWS.into_iter().chain(offers::FLOWS).chain(early::FLOWS).chain(digits::FLOWS)
}

const BAD: Network = Network { loss: 100, double: 100, delay_ms: 2, delay_us: 0, jitter_ms: 50 };

fn run(name: &str, capacity: Capacity, flow: Flow, bad: bool) {
    run_at(name, capacity, flow, bad.then_some((BAD, 77)));
}

/// `network`: a bad one, with its seed.
fn run_at(name: &str, capacity: Capacity, flow: Flow, network: Option<(Network, u8)>) {
    let options = Options { capacity, ..Options::default() };
    let mut lab = Lab::new(&[options.clone(), options]);
    if let Some((network, seed)) = network {
        lab = lab.seed(seed);
        lab.network = network;
        lab.audio = false;
    }
    flow(&mut lab);
    // both hang up in any state, and every timer runs out
    for _ in 0..4 {
        lab.run_for(Duration::from_secs(40));
        hangup_all(&mut lab, 0);
        hangup_all(&mut lab, 1);
    }
    lab.network = Network::default();
    for end in &lab.ends {
        let count = |state: CallState| {
            end.events.iter().filter(|event| event.kind == EventKind::Call && event.state == state as u32).count()
        };
        let calls: std::collections::HashSet<u64> =
            end.events.iter().filter(|event| event.kind == EventKind::Call).map(|event| event.call.raw()).collect();
        assert_eq!(
            count(CallState::Ended),
            calls.len(),
            "{name} {capacity:?}: each call that was told has ended\n{}",
            ladder::draw(&lab)
        );
        let mut told: Vec<u64> = end.events.iter().filter(|event| event.token > 0).map(|event| event.token).collect();
        told.sort_unstable();
        assert_eq!(
            told,
            end.taken,
            "{name} {capacity:?}: each command that was taken has its end, once\n{}",
            ladder::draw(&lab)
        );
    }
    lab.assert_settled();
}

#[test]
fn each_pool_cut_to_nothing_and_upwards() {
    for (name, flow) in flows() {
        for bad in [false, true] {
            for size in 0..4 {
                let cut = |change: fn(&mut Capacity, u32)| {
                    let mut capacity = Capacity::host(4, 2, 2048);
                    change(&mut capacity, size);
                    capacity
                };
                run(name, cut(|capacity, size| capacity.accounts = size), flow, bad);
                run(name, cut(|capacity, size| capacity.account_text = 20 + 40 * size), flow, bad);
                run(name, cut(|capacity, size| capacity.calls = size), flow, bad);
                run(name, cut(|capacity, size| capacity.dialogs = size), flow, bad);
                run(name, cut(|capacity, size| capacity.requests = size.max(1)), flow, bad);
                run(name, cut(|capacity, size| capacity.servers = size.max(1)), flow, bad);
                run(name, cut(|capacity, size| capacity.commands = size.max(1)), flow, bad);
                run(name, cut(|capacity, size| capacity.tombstones = 4 + 4 * size), flow, bad);
                run(name, cut(|capacity, size| capacity.history = 50 * size), flow, bad);
                run(name, cut(|capacity, size| capacity.dialog_text = 60 + 40 * size), flow, bad);
                run(name, cut(|capacity, size| capacity.message = 512 + 100 * size), flow, bad);
                run(name, Capacity::metal(size.max(1), 1, 1500), flow, bad);
            }
        }
    }
}

/// Each fifth packet is lost: each call ends, each command is told its end, and no slot stays taken.
#[test]
fn each_flow_where_a_fifth_of_the_packets_is_lost() {
    let lossy = Network { loss: 200, double: 50, delay_ms: 5, delay_us: 0, jitter_ms: 100 };
    for (name, flow) in flows() {
        for seed in 1..=20 {
            run_at(name, Capacity::host(4, 2, 2048), flow, Some((lossy, seed)));
        }
    }
}

/// The flows with an account do what their names say, where no pool is cut.
#[test]
fn with_room_for_all_the_account_registers_and_calls() {
    let told = |flow: Flow, kind: EventKind, state: u32| {
        let mut lab = Lab::pair();
        flow(&mut lab);
        lab.ends[0].events.iter().any(|event| event.kind == kind && event.reached & (1 << state) != 0)
    };
    assert!(told(registered, EventKind::Account, AccountState::Registered as u32));
    assert!(told(challenged, EventKind::Call, CallState::Connected as u32));
}

/// A command over all calls does a bounded part at once, so that a driver's lock is held shortly; the rest is due at
/// once.
#[test]
fn two_hundred_calls_end_by_one_command() {
    let options = Options { capacity: Capacity::host(200, 1, 2048).direct(0, u32::MAX), ..Options::default() };
    let mut lab = Lab::new(&[options.clone(), options]);
    lab.audio = false;
    for _ in 0..200 {
        lab.dial(0, "sip:bob@10.0.0.2");
    }
    lab.run_for(Duration::from_millis(500));
    let ringing: Vec<_> = lab.ends[1].phone.calls().collect();
    let now = lab.now;
    // half of them talk, half ring
    for call in ringing.iter().step_by(2) {
        lab.ends[1].phone.answer(now, *call, 200).unwrap();
    }
    lab.drain();
    lab.run_for(Duration::from_millis(500));
    let now = lab.now;
    lab.ends[0].phone.hangup_all(now);
    // a call that comes after the command is not ended by it
    let later = lab.dial(0, "sip:bob@10.0.0.2");
    // a CANCEL that finds no request slot is tried again each second
    lab.run_for(Duration::from_secs(5));
    let left = |lab: &Lab, end: usize| {
        let phone = &lab.ends[end].phone;
        phone.calls().filter(|call| phone.call_info(*call).unwrap().state != CallState::Ended).count()
    };
    assert_eq!((left(&lab, 0), left(&lab, 1)), (1, 1));
    assert_ne!(lab.ends[0].phone.call_info(later).unwrap().state, CallState::Ended);
    assert_eq!((lab.count("BYE"), lab.count("CANCEL")), (100, 100));
    let now = lab.now;
    lab.ends[1].phone.shutdown(now);
    lab.drain();
    lab.assert_settled();
}
