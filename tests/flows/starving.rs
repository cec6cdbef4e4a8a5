//! Where direct calls are allowed, strangers must not take the room that an account's callers need.

use crate::server::{REGISTRAR, Server, anna, register, state, until};
use crate::strangers::{asked, request};
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountId, AccountState, CallId, CallState, Capacity, Cause, Flow, Taken, Transmit, Transport, Via,
};
use microsip_tests::{EventKind, Lab, Options, Told, ladder};
use std::net::SocketAddr;

/// A phone that allows direct calls, with an account that is registered.
fn open_phone(capacity: Capacity) -> (Lab, AccountId, Server) {
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    lab.names.insert("example.org".into(), vec![REGISTRAR.parse().unwrap()]);
    let now = lab.now;
    let account = lab.ends[0].phone.account_add(now, &anna()).unwrap();
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    until(&mut lab, &mut server, "registered", |lab, _| state(lab) == AccountState::Registered);
    (lab, account, server)
}

fn stranger(nth: u32) -> String {
    format!("10.0.{}.{}:5060", 1 + nth / 200, 1 + nth % 200)
}

fn invite_from(from: &str, nth: u32) -> String {
    request("INVITE", from.parse().unwrap(), "sip:anna@10.0.0.1", nth)
}

/// A stranger's INVITE, each from another address. Returns the status of the first response.
fn strange_invite(lab: &mut Lab, nth: u32) -> Option<u16> {
    asked(lab, &stranger(nth), &invite_from(&stranger(nth), nth))
}

/// An INVITE from the registrar's address.
fn own_invite(lab: &mut Lab, nth: u32) -> Option<u16> {
    asked(lab, REGISTRAR, &invite_from(REGISTRAR, 10_000 + nth))
}

fn live(lab: &Lab) -> Vec<CallId> {
    let phone = &lab.ends[0].phone;
    phone.calls().filter(|call| phone.call_info(*call).unwrap().state != CallState::Ended).collect()
}

fn ends(lab: &Lab) -> Vec<Told> {
    let ended = |event: &&Told| event.kind == EventKind::Call && event.state == CallState::Ended as u32;
    lab.ends[0].events.iter().filter(ended).copied().collect()
}

fn answer(lab: &mut Lab, call: CallId) {
    let now = lab.now;
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    lab.drain();
}

/// The messages that came to an address and begin so.
fn came(lab: &Lab, at: &str, start: &str) -> Vec<String> {
    let at: SocketAddr = at.parse().unwrap();
    let texts = lab.raw[&at].iter().map(|(_, _, bytes)| String::from_utf8_lossy(bytes).into_owned());
    texts.filter(|text| text.starts_with(start)).collect()
}

/// The ACK of a 2xx, or of a refusal: a new branch makes it one of a 2xx.
fn ack(response: &str, invite: &str, branch: Option<&str>) -> String {
    let to = crate::server::header(response, "To").unwrap();
    let old = crate::server::header(invite, "To").unwrap();
    let head = invite
        .split("Contact:")
        .next()
        .unwrap()
        .replace("INVITE", "ACK")
        .replace(&format!("To: {old}"), &format!("To: {to}"));
    let head = match branch {
        Some(branch) => head.replace("branch=z9hG4bK", &format!("branch=z9hG4bK{branch}")),
        None => head,
    };
    format!("{head}Content-Length: 0\r\n\r\n")
}

/// A stranger calls, is answered and acknowledges.
fn talk(lab: &mut Lab, nth: u32) -> CallId {
    let (from, invite) = (stranger(nth), invite_from(&stranger(nth), nth));
    assert_eq!(asked(lab, &from, &invite), Some(180));
    let call = lab.ends[0].last_call();
    answer(lab, call);
    lab.run_for(Duration::from_millis(5));
    let ok = came(lab, &from, "SIP/2.0 200").pop().unwrap();
    lab.send_raw(from.parse().unwrap(), lab.ends[0].address, ack(&ok, &invite, Some("ack")).as_bytes());
    lab.run_for(Duration::from_millis(5));
    call
}

#[test]
fn sixteen_invites_that_ring_leave_room_for_the_account() {
    let (mut lab, account, _server) = open_phone(Capacity::host(16, 2, 2048));
    let rang = (0..16).filter(|nth| strange_invite(&mut lab, *nth) == Some(180)).count();
    assert_eq!(rang, 12, "a quarter is kept for the account");
    for nth in 0..4 {
        assert_eq!(own_invite(&mut lab, nth), Some(180), "{}", ladder::draw(&lab));
        assert_eq!(lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap().account, account);
    }
    assert_eq!(live(&lab).len(), 16, "no call had to give way");
}

#[test]
fn sixteen_answered_calls_that_nobody_acknowledges_leave_room_for_the_account() {
    let (mut lab, _, _server) = open_phone(Capacity::host(16, 2, 2048));
    for nth in 0..16 {
        if strange_invite(&mut lab, nth) == Some(180) {
            let call = lab.ends[0].last_call();
            answer(&mut lab, call);
        }
    }
    assert_eq!(own_invite(&mut lab, 0), Some(180));
    // a minute later our BYEs get no response, and more strangers have come
    for nth in 16..64 {
        lab.run_for(Duration::from_secs(1));
        if strange_invite(&mut lab, nth) == Some(180) {
            let call = lab.ends[0].last_call();
            answer(&mut lab, call);
        }
        assert_eq!(own_invite(&mut lab, nth), Some(180), "{nth}");
        let call = lab.ends[0].last_call();
        let now = lab.now;
        lab.ends[0].phone.hangup(now, call).unwrap();
        lab.run_for(Duration::from_millis(5));
        let busy = came(&lab, REGISTRAR, "SIP/2.0 486").pop().unwrap();
        let text = ack(&busy, &invite_from(REGISTRAR, 10_000 + nth), None);
        lab.send_raw(REGISTRAR.parse().unwrap(), lab.ends[0].address, text.as_bytes());
    }
}

#[test]
fn beyond_what_is_kept_the_oldest_direct_call_that_is_not_up_gives_way() {
    let (mut lab, _, _server) = open_phone(Capacity::host(16, 2, 2048));
    let calls: Vec<CallId> = (0..12)
        .map(|nth| {
            assert_eq!(strange_invite(&mut lab, nth), Some(180));
            lab.ends[0].last_call()
        })
        .collect();
    answer(&mut lab, calls[1]); // and its ACK does not come
    for nth in 0..16 {
        assert_eq!(own_invite(&mut lab, nth), Some(180), "{nth}\n{}", ladder::draw(&lab));
    }
    lab.run_for(Duration::from_millis(20));
    let gone: Vec<CallId> = ends(&lab).iter().map(|event| event.call).collect();
    assert_eq!(gone, calls, "oldest first");
    assert!(ends(&lab).iter().all(|event| event.result == Cause::Full && event.sip_code == 486));
    for nth in [0, 2, 11] {
        // rfc3261#21.4.24: busy here; a repetition of the INVITE gets the same response
        let refusal = came(&lab, &stranger(nth), "SIP/2.0 486").pop().unwrap();
        assert!(refusal.contains("CSeq: 1 INVITE\r\n") && refusal.contains(&format!("Call-ID: c{nth}@")));
        assert_eq!(strange_invite(&mut lab, nth), Some(486));
        // its ACK is absorbed
        let sent = lab.sent.len();
        let text = ack(&refusal, &invite_from(&stranger(nth), nth), None);
        lab.send_raw(stranger(nth).parse().unwrap(), lab.ends[0].address, text.as_bytes());
        lab.run_for(Duration::from_millis(20));
        assert!(!lab.sent[sent..].iter().any(|sent| sent.to.to_string() == stranger(nth)));
    }
    // rfc3261#15: no BYE before the ACK
    assert!(came(&lab, &stranger(1), "BYE").is_empty());
    assert_eq!(live(&lab).len(), 16);
    // the account's own calls do not give way to each other
    assert_eq!(own_invite(&mut lab, 99), Some(486));
}

#[test]
fn invites_and_cancels_without_an_ack_leave_room_for_the_account() {
    let (mut lab, _, _server) = open_phone(Capacity::host(16, 2, 2048));
    for nth in 0..60 {
        let _ = strange_invite(&mut lab, nth);
        let cancel = request("CANCEL", stranger(nth).parse().unwrap(), "sip:anna@10.0.0.1", nth);
        let _ = asked(&mut lab, &stranger(nth), &cancel);
    }
    for nth in 0..16 {
        assert_eq!(own_invite(&mut lab, nth), Some(180), "{nth}\n{}", ladder::draw(&lab));
    }
}

#[test]
fn one_source_takes_no_more_than_its_share() {
    let (mut lab, _, _server) = open_phone(Capacity { direct_per_source: 3, ..Capacity::host(16, 2, 2048) });
    let responses: Vec<_> = (0..5)
        .map(|nth| {
            let from = format!("10.0.3.3:{}", 5060 + nth);
            asked(&mut lab, &from, &invite_from(&from, 300 + nth))
        })
        .collect();
    assert_eq!(responses, [Some(180), Some(180), Some(180), Some(486), Some(486)], "whatever its port");
    assert_eq!(strange_invite(&mut lab, 1), Some(180), "another host is not meant");
    // the limit counts calls that are not up: an acknowledged one is the application's own choice
    let first = live(&lab)[0];
    answer(&mut lab, first);
    lab.run_for(Duration::from_millis(5));
    let ok = came(&lab, "10.0.3.3:5060", "SIP/2.0 200").pop().unwrap();
    let text = ack(&ok, &invite_from("10.0.3.3:5060", 300), Some("ack"));
    lab.send_raw("10.0.3.3:5060".parse().unwrap(), lab.ends[0].address, text.as_bytes());
    lab.run_for(Duration::from_millis(5));
    assert_eq!(asked(&mut lab, "10.0.3.3:5060", &invite_from("10.0.3.3:5060", 310)), Some(180));
    assert_eq!(asked(&mut lab, "10.0.3.3:5060", &invite_from("10.0.3.3:5060", 311)), Some(486));
    // of refused calls that only wait for their ACK, one gives way: nothing is lost with it
    for call in live(&lab) {
        let now = lab.now;
        lab.ends[0].phone.hangup(now, call).unwrap();
    }
    lab.drain();
    for nth in 0..9 {
        assert_eq!(asked(&mut lab, "10.0.3.3:5060", &invite_from("10.0.3.3:5060", 312 + nth)), Some(180));
        let now = lab.now;
        let call = lab.ends[0].last_call();
        lab.ends[0].phone.hangup(now, call).unwrap();
        lab.drain();
    }
    assert!(lab.ends[0].phone.in_use().servers <= 4, "three of this one, one of the other");
}

#[test]
fn of_ipv6_a_source_is_a_network_of_64_bits() {
    let capacity = Capacity { direct_per_source: 1, ..Capacity::host(4, 2, 2048) };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let at: SocketAddr = "[2001:db8::1]:5060".parse().unwrap();
    let now = lab.now;
    lab.ends[0].move_to(now, Some((0, at)));
    let mut try_from = |from: &str, nth| {
        let invite = request("INVITE", from.parse().unwrap(), "sip:anna@[2001:db8::1]", nth);
        let lines = ["c=IN IP4 10.0.0.9", "c=IN IP6 2001:db8:1::5"];
        assert!(invite.contains(lines[0]));
        asked(&mut lab, from, &invite.replace(lines[0], lines[1]))
    };
    assert_eq!(try_from("[2001:db8:1::5]:5060", 1), Some(180));
    assert_eq!(try_from("[2001:db8:1::6]:5060", 2), Some(486));
    assert_eq!(try_from("[2001:db8:1:0:ffff::6]:5060", 3), Some(486));
    assert_eq!(try_from("[2001:db8:1:1::5]:5060", 4), Some(180));
}

#[test]
fn with_one_slot_a_stranger_that_rings_gives_way_and_one_that_talks_stays() {
    let (mut lab, account, _server) = open_phone(Capacity::metal(1, 1, 1500));
    assert_eq!(strange_invite(&mut lab, 1), Some(180));
    assert_eq!(own_invite(&mut lab, 1), Some(180), "{}", ladder::draw(&lab));
    assert_eq!(lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap().account, account);
    assert_eq!(came(&lab, &stranger(1), "SIP/2.0 486").len(), 1);
    let now = lab.now;
    let call = lab.ends[0].last_call();
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_for(Duration::from_secs(40));
    talk(&mut lab, 2);
    assert_eq!(own_invite(&mut lab, 2), Some(486));
}

#[test]
fn of_two_slots_one_is_kept_for_the_account() {
    let (mut lab, _, _server) = open_phone(Capacity::metal(2, 1, 1500));
    talk(&mut lab, 1);
    assert_eq!(strange_invite(&mut lab, 2), Some(486));
    assert_eq!(
        asked(&mut lab, &stranger(3), &request("OPTIONS", stranger(3).parse().unwrap(), "sip:anna@10.0.0.1", 3)),
        Some(486)
    );
    assert_eq!(own_invite(&mut lab, 1), Some(180));
}

#[test]
fn without_an_account_nothing_is_kept() {
    let mut lab = Lab::new(&[Options { capacity: Capacity::host(4, 2, 2048), ..Options::default() }]);
    for nth in 0..4 {
        assert_eq!(strange_invite(&mut lab, nth), Some(180));
    }
    assert_eq!(strange_invite(&mut lab, 4), Some(486));
}

#[test]
fn a_flood_of_options_takes_nothing() {
    let (mut lab, _, _server) = open_phone(Capacity::host(16, 2, 2048));
    for nth in 0..500 {
        let options = request("OPTIONS", stranger(nth).parse().unwrap(), "sip:anna@10.0.0.1", nth);
        assert_eq!(asked(&mut lab, &stranger(nth), &options), Some(200));
    }
    assert_eq!(lab.ends[0].phone.in_use(), microsip_core::phone::Usage::default());
    assert_eq!(own_invite(&mut lab, 0), Some(180));
}

#[test]
fn strangers_that_never_respond_to_our_byes_leave_room_for_the_account() {
    let (mut lab, _, _server) = open_phone(Capacity::host(16, 2, 2048));
    for nth in 0..30 {
        let from = stranger(nth);
        if asked(&mut lab, &from, &invite_from(&from, nth)) != Some(180) {
            continue;
        }
        let call = lab.ends[0].last_call();
        answer(&mut lab, call);
        lab.run_for(Duration::from_millis(5));
        let ok = came(&lab, &from, "SIP/2.0 200").pop().unwrap();
        let text = ack(&ok, &invite_from(&from, nth), Some("ack"));
        lab.send_raw(from.parse().unwrap(), lab.ends[0].address, text.as_bytes());
        lab.run_for(Duration::from_millis(5));
        if nth < 8 {
            let now = lab.now;
            lab.ends[0].phone.hangup(now, call).unwrap();
            lab.drain();
        }
    }
    for nth in 0..4 {
        assert_eq!(own_invite(&mut lab, nth), Some(180), "{nth}\n{}", ladder::draw(&lab));
    }
}

#[test]
fn re_invites_of_strangers_do_not_take_the_accounts_transactions() {
    let (mut lab, _, _server) = open_phone(Capacity { servers: 6, ..Capacity::host(8, 2, 2048) });
    let mut refused = 0;
    for nth in 0..6 {
        talk(&mut lab, nth);
    }
    for nth in 0..6 {
        let from = stranger(nth);
        let ok = came(&lab, &from, "SIP/2.0 200").pop().unwrap();
        let to = crate::server::header(&ok, "To").unwrap();
        let again = invite_from(&from, nth)
            .replace("To: <sip:anna@10.0.0.1>", &format!("To: {to}"))
            .replace("CSeq: 1 ", "CSeq: 2 ")
            .replace("branch=z9hG4bK", "branch=z9hG4bKagain");
        refused += u32::from(asked(&mut lab, &from, &again) == Some(500));
    }
    assert_eq!(refused, 2);
    for nth in 0..2 {
        assert_eq!(own_invite(&mut lab, nth), Some(180), "{nth}");
    }
}

#[test]
fn tombstones_of_an_accounts_call_are_not_pushed_out_by_strangers() {
    let (mut lab, _, _server) = open_phone(Capacity { tombstones: 16, ..Capacity::host(4, 2, 2048) });
    assert_eq!(own_invite(&mut lab, 0), Some(180));
    let call = lab.ends[0].last_call();
    answer(&mut lab, call);
    lab.run_for(Duration::from_millis(5));
    let invite = invite_from(REGISTRAR, 10_000);
    let ok = came(&lab, REGISTRAR, "SIP/2.0 200").pop().unwrap();
    lab.send_raw(REGISTRAR.parse().unwrap(), lab.ends[0].address, ack(&ok, &invite, Some("ack")).as_bytes());
    lab.run_for(Duration::from_millis(5));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.drain();
    for nth in 0..200 {
        let text = invite_from(&stranger(nth), nth);
        let _ = asked(&mut lab, &stranger(nth), &text.replace("m=audio", "m=x-audio"));
        let _ = strange_invite(&mut lab, 1000 + nth);
    }
    let before = lab.ends[0].events.len();
    assert_eq!(
        asked(&mut lab, REGISTRAR, &invite),
        None,
        "the network's copy of an INVITE that was acknowledged does not ring"
    );
    assert!(!lab.ends[0].events[before..].iter().any(|event| event.kind == EventKind::Call));
}

/// Ends that have an event, and the number of those lost.
fn ends_and_losses(lab: &mut Lab) -> (Vec<CallId>, u64) {
    lab.ends[0].fetch = true;
    lab.drain();
    let lost = lab.ends[0]
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Lost)
        .map(|event| u64::from(event.value))
        .sum();
    (ends(lab).iter().map(|event| event.call).collect(), lost)
}

#[test]
fn the_end_of_a_call_that_gave_way_outlives_the_call_that_it_gave_way_to() {
    // its successor is refused because it is too long; or is given up, and gives way to the next before any fetch
    for too_long in [true, false] {
        let (mut lab, _, _server) = open_phone(Capacity::metal(1, 1, 1500));
        assert_eq!(strange_invite(&mut lab, 1), Some(180));
        let first = lab.ends[0].last_call();
        lab.ends[0].fetch = false;
        let invite = invite_from(REGISTRAR, 10_001);
        if too_long {
            let long = invite.replace(
                "Max-Forwards",
                &format!("Record-Route: <sip:{}@10.0.0.9;lr>\r\nMax-Forwards", "x".repeat(700)),
            );
            assert_eq!(asked(&mut lab, REGISTRAR, &long), Some(513));
            assert_eq!(ends_and_losses(&mut lab), (vec![], 1));
            continue;
        }
        assert_eq!(asked(&mut lab, REGISTRAR, &invite), Some(180));
        let cancel = request("CANCEL", REGISTRAR.parse().unwrap(), "sip:anna@10.0.0.1", 10_001);
        assert_eq!(asked(&mut lab, REGISTRAR, &cancel), Some(200));
        let refusal = came(&lab, REGISTRAR, "SIP/2.0 487").pop().unwrap();
        let text = ack(&refusal, &invite, None);
        asked(&mut lab, REGISTRAR, &text);
        assert_eq!(own_invite(&mut lab, 2), Some(180));
        let (told, lost) = ends_and_losses(&mut lab);
        assert_eq!((told.contains(&first), lost), (false, 2), "both are lost");
    }
}

#[test]
fn a_direct_caller_that_gives_way_hears_it_though_the_other_is_refused() {
    let (mut lab, _, _server) = open_phone(Capacity::host(1, 2, 2048));
    assert_eq!(strange_invite(&mut lab, 0), Some(180));
    // an INVITE of the account's that is too long is refused after room was made for it
    let route = format!("Max-Forwards: 70\r\nRecord-Route: <sip:{}@10.0.0.9;lr>\r\n", "x".repeat(1500));
    let long = invite_from(REGISTRAR, 10_000).replace("Max-Forwards: 70\r\n", &route);
    assert_eq!(asked(&mut lab, REGISTRAR, &long), Some(513));
    lab.run_for(Duration::from_millis(500));
    assert_eq!(came(&lab, &stranger(0), "SIP/2.0 486").len(), 1);
    assert_eq!(asked(&mut lab, REGISTRAR, &long), Some(513), "its repetition is answered");
}

#[test]
fn on_a_stream_too_both_hear_it_where_one_gave_way_and_the_other_is_refused() {
    let (mut lab, _, _server) = open_phone(Capacity::host(1, 2, 2048));
    assert_eq!(strange_invite(&mut lab, 0), Some(180));
    let route = format!("Max-Forwards: 70\r\nRecord-Route: <sip:{}@10.0.0.9;lr>\r\n", "x".repeat(1500));
    let long = invite_from(REGISTRAR, 10_000).replace("Max-Forwards: 70\r\n", &route).replace("/UDP", "/TCP");
    let remote = REGISTRAR.parse().unwrap();
    let flow = Flow::Stream { slot: 3, generation: 1, transport: Transport::Tcp, remote, socket: 0 };
    let now = lab.now;
    // nothing is repeated on a stream: the driver gives the same bytes again
    assert_eq!(lab.ends[0].phone.handle_sip(now, flow, long.as_bytes()), Taken::Drain);
    lab.drain();
    assert_eq!(lab.ends[0].phone.handle_sip(now, flow, long.as_bytes()), Taken::Bytes(long.len()));
    let mut room = [0; 4096];
    let Transmit::Packet { via, len } = lab.ends[0].phone.poll_transmit(now, &mut room) else { panic!() };
    assert_eq!(via, Via::Sip(flow));
    assert!(room[..len].starts_with(b"SIP/2.0 513 "), "{}", String::from_utf8_lossy(&room[..len]));
    assert_eq!(lab.ends[0].phone.counters().oversize, 1, "it is counted once");
    lab.run_for(Duration::from_millis(500));
    assert_eq!(came(&lab, &stranger(0), "SIP/2.0 486").len(), 1);
}

/// A stranger's message, which waits for its answer.
fn strange_message(lab: &mut Lab, nth: u32) {
    let from = stranger(nth);
    assert_eq!(asked(lab, &from, &request("MESSAGE", from.parse().unwrap(), "sip:anna@10.0.0.1", 500 + nth)), None);
}

/// It is answered, and its sender learns that.
fn accept_message(lab: &mut Lab, nth: u32) {
    let message = lab.ends[0].phone.messages().next().unwrap();
    let now = lab.now;
    lab.ends[0].phone.message_answer(now, message, 200).unwrap();
    lab.drain();
    lab.run_for(Duration::from_millis(5));
    let responses = came(lab, &stranger(nth), "SIP/2.0");
    assert!(matches!(&responses[..], [ok] if ok.starts_with("SIP/2.0 200")), "{responses:?}");
    assert!(crate::server::header(&responses[0], "To").unwrap().contains(";tag="), "{responses:?}");
}

// the limit of a source is one of INVITEs
#[test]
fn who_writes_may_call_before_the_message_is_answered() {
    let (mut lab, _, _server) = open_phone(Capacity { direct_reserve: 0, ..Capacity::metal(2, 1, 1500) }.writing(4));
    strange_message(&mut lab, 1);
    assert_eq!(
        asked(&mut lab, &stranger(1), &request("OPTIONS", stranger(1).parse().unwrap(), "sip:anna@10.0.0.1", 3)),
        Some(200)
    );
    assert_eq!(strange_invite(&mut lab, 1), Some(180));
    assert_eq!(
        asked(&mut lab, &stranger(1), &invite_from(&stranger(1), 2)),
        Some(486),
        "a second call is one too many"
    );
}

// a message frees no call, and its application has still to answer it
#[test]
fn a_message_that_waits_does_not_give_way_to_a_call() {
    let (mut lab, _, _server) = open_phone(Capacity::metal(1, 1, 1500).writing(4));
    assert_eq!(own_invite(&mut lab, 1), Some(180));
    let call = lab.ends[0].last_call();
    answer(&mut lab, call);
    strange_message(&mut lab, 1);
    let options = request("OPTIONS", REGISTRAR.parse().unwrap(), "sip:anna@10.0.0.1", 20_000);
    assert_eq!(asked(&mut lab, REGISTRAR, &options), Some(486), "what an INVITE would get");
    assert_eq!(own_invite(&mut lab, 2), Some(486));
    assert!(came(&lab, &stranger(1), "SIP/2.0").is_empty(), "{}", ladder::draw(&lab));
    accept_message(&mut lab, 1);
}

// of a message and a call that rings, the call gives way
#[test]
fn a_call_gives_way_and_a_message_before_it_stays() {
    let (mut lab, account, _server) = open_phone(Capacity::metal(1, 1, 1500).writing(4));
    strange_message(&mut lab, 1);
    assert_eq!(strange_invite(&mut lab, 2), Some(180));
    assert_eq!(own_invite(&mut lab, 1), Some(180), "{}", ladder::draw(&lab));
    assert_eq!(lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap().account, account);
    assert_eq!(came(&lab, &stranger(2), "SIP/2.0 486").len(), 1);
    accept_message(&mut lab, 1);
}
