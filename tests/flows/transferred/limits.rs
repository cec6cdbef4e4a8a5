//! The limits of a REFER: one call at a time in each dialog, of the slots that direct calls have, and no time for ever.

use super::*;

// every slot of requests is in use when it ends
#[test]
fn a_report_ends_though_no_slot_is_free_at_its_time() {
    let capacity = Capacity { requests: 2, messages: 4, ..Capacity::host(4, 2, 2048) };
    let (mut lab, mut bob, mut carol, _) = talking(Options { capacity, ..following() });
    let mut dora = Peer::new(&mut lab, "10.0.0.11:5060", 0);
    lab.audio = false;
    refer(&mut lab, &mut bob, CAROL, "");
    notified(&mut lab, &mut bob);
    let invite = carol.wait(&mut lab, "INVITE");
    let begun = lab.now;
    carol.respond(&mut lab, &invite, 180, "");
    notified(&mut lab, &mut bob);
    while lab.now.since(begun).millis() + 60_000 < REPORT_MS {
        lab.run_for(Duration::from_secs(50));
        carol.respond(&mut lab, &invite, 180, "");
    }
    lab.dial(0, "sip:dora@10.0.0.11:5060");
    let second = dora.wait(&mut lab, "INVITE");
    dora.respond(&mut lab, &second, 180, "");
    lab.run_for(Duration::from_secs(90));
    assert!(lab.now.since(begun).millis() > REPORT_MS + 10_000);
    bob.silence(&mut lab, "NOTIFY", Duration::from_millis(10));
    dora.respond(&mut lab, &second, 486, "");
    let free = lab.now;
    lab.patience = Duration::from_secs(60);
    assert_eq!(notified(&mut lab, &mut bob), ("terminated;reason=timeout".into(), "SIP/2.0 180 Ringing\r\n".into()));
    assert!(lab.now.since(free).millis() < 35_000, "as soon as the refused INVITE has gone");
    bob.silence(&mut lab, "NOTIFY", Duration::from_secs(40));
}

// the slot of a call that has ended and whose sender does not answer a NOTIFY: the last one is sent instead of that, and
// leaves the dial its request
#[test]
fn a_report_that_is_left_takes_no_slot_from_the_call_that_follows() {
    let capacity = Capacity { requests: 2, messages: 4, ..Capacity::host(2, 2, 2048) };
    let (mut lab, mut bob, mut carol, _) = talking(Options { capacity, ..following() });
    let mut dora = Peer::new(&mut lab, "10.0.0.11:5060", 0);
    lab.audio = false;
    refer(&mut lab, &mut bob, CAROL, "");
    bob.wait(&mut lab, "NOTIFY");
    let invite = carol.wait(&mut lab, "INVITE");
    carol.respond(&mut lab, &invite, 404, "");
    carol.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_millis(10));
    lab.dial(0, "sip:dora@10.0.0.11:5060");
    dora.wait(&mut lab, "INVITE");
    let last = bob.all(&lab, "NOTIFY").pop().unwrap();
    assert_eq!(last.header("Subscription-State"), "terminated;reason=noresource");
    assert_eq!(last.body(), "SIP/2.0 404 Not Found\r\n");
}

/// The status that a peer got to its REFER.
fn asked_to(lab: &mut Lab, peer: &mut Peer, to: &str, more: &str) -> u16 {
    let asked = refer(lab, peer, to, more).number();
    lab.run_for(Duration::from_millis(50));
    for notify in peer.all(lab, "NOTIFY") {
        peer.respond(lab, &notify, 481, "");
    }
    lab.run_for(Duration::from_millis(50));
    peer.all(lab, "SIP/2.0 ").iter().rev().find(|sip| sip.number() == asked).map_or(0, Sip::status)
}

/// The calls that a peer was asked to take.
fn invited(lab: &Lab, peer: &Peer) -> usize {
    let names =
        peer.all(lab, "INVITE").iter().map(|sip| sip.header("Call-ID")).collect::<std::collections::BTreeSet<_>>();
    names.len()
}

// whether its sender is told or not: one that wants no NOTIFY, or refuses it, has one call at a time as well
#[test]
fn one_call_at_a_time_though_nobody_is_told() {
    for more in ["Refer-Sub: false\r\n", ""] {
        let (mut lab, mut bob, mut carol, _) = talking(following());
        lab.audio = false;
        assert_eq!(asked_to(&mut lab, &mut bob, CAROL, more), 200);
        for _ in 0..10 {
            assert_eq!(asked_to(&mut lab, &mut bob, CAROL, more), 491);
        }
        let invite = carol.wait(&mut lab, "INVITE");
        carol.respond(&mut lab, &invite, 180, "");
        assert_eq!(asked_to(&mut lab, &mut bob, CAROL, more), 491, "it rings");
        assert_eq!(invited(&lab, &carol), 1);
        carol.respond(&mut lab, &invite, 486, "");
        lab.run_for(Duration::from_secs(1));
        // a second attempt (rfc3515#2.4.6)
        assert_eq!(asked_to(&mut lab, &mut bob, CAROL, more), 200);
        let second =
            carol.all(&lab, "INVITE").into_iter().find(|sip| sip.header("Call-ID") != invite.header("Call-ID"));
        let second = second.expect("another call");
        let sdp = carol.sdp();
        carol.respond(&mut lab, &second, 200, &sdp);
        lab.run_for(Duration::from_secs(1));
        assert_eq!(asked_to(&mut lab, &mut bob, "<sip:dora@10.0.0.11>", more), 200, "and when they talk");
    }
}

// nobody is asked while a call that was followed for the dialog is not up
#[test]
fn the_application_is_asked_for_one_at_a_time() {
    let (mut lab, mut bob, carol, _) = talking(asking());
    assert_eq!(asked_to(&mut lab, &mut bob, CAROL, "Refer-Sub: false\r\n"), 0, "it is asked");
    let message = came(&lab);
    follow(&mut lab, message).unwrap();
    assert_eq!(asked_to(&mut lab, &mut bob, CAROL, "Refer-Sub: false\r\n"), 491);
    assert_eq!((told(&lab, EventKind::Refer).len(), invited(&lab, &carol)), (1, 1));
}

/// A phone with an account, and direct calls that are followed.
fn with_account(capacity: Capacity) -> Lab {
    let mut lab = Lab::new(&[Options { capacity: capacity.writing(8), ..following() }]);
    lab.audio = false;
    lab.names.insert("example.org".into(), vec![REGISTRAR.parse().unwrap()]);
    let now = lab.now;
    let id = lab.ends[0].phone.account_add(now, &anna()).unwrap();
    lab.open_raw(REGISTRAR);
    lab.ends[0].phone.register(now, id, 0).unwrap();
    lab.run_for(Duration::from_millis(50));
    lab
}

// the slots that are left to the callers of accounts
#[test]
fn followed_calls_leave_the_reserve() {
    let mut lab = with_account(Capacity { direct_per_source: 4, direct_reserve: 1, ..Capacity::host(4, 2, 2048) });
    let mut bob = Peer::new(&mut lab, "10.0.0.20:5060", 0);
    bob.call(&mut lab, 0);
    for nth in 0..5u8 {
        let at = format!("10.0.0.{}:5060", 30 + nth);
        let mut other = Peer::new(&mut lab, &at, 0);
        let status = asked_to(&mut lab, &mut bob, &format!("<sip:x@{at}>"), "Refer-Sub: false\r\n");
        assert_eq!(status, if nth < 2 { 200 } else { 480 }, "{nth}");
        if let Some(invite) = other.all(&lab, "INVITE").first() {
            let sdp = other.sdp();
            other.respond(&mut lab, invite, 200, &sdp);
            lab.run_for(Duration::from_millis(50));
        }
    }
    assert_eq!(lab.ends[0].phone.calls().count(), 3);
    let last = *told(&lab, EventKind::Refer).last().unwrap();
    assert_eq!((last.state, last.sip_code, last.result), (MessageState::Over as u32, 480, Cause::Full), "and is told");
    let at = REGISTRAR.parse().unwrap();
    assert_eq!(asked(&mut lab, REGISTRAR, &request("INVITE", at, "sip:anna@10.0.0.1", 1)), Some(180));
}

// INVITEs of a host and the calls that its REFERs began, together
#[test]
fn followed_calls_count_for_their_source() {
    let capacity = Capacity { direct_per_source: 2, ..Capacity::host(8, 2, 2048) }.writing(8);
    let mut lab = Lab::new(&[Options { capacity, ..following() }]);
    lab.audio = false;
    let carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    // ports of one host, and another host
    let mut peers: Vec<_> = ["10.0.0.9:5061", "10.0.0.9:5062", "10.0.0.9:5063", "10.0.0.12:5060"]
        .into_iter()
        .map(|at| Peer::new(&mut lab, at, 0))
        .collect();
    for peer in &mut peers {
        peer.call(&mut lab, 0);
    }
    let mut statuses = Vec::new();
    for peer in &mut peers {
        statuses.push(asked_to(&mut lab, peer, CAROL, "Refer-Sub: false\r\n"));
    }
    assert_eq!(statuses, [200, 200, 480, 200]);
    assert_eq!(invited(&lab, &carol), 3);
    for (at, status) in [("10.0.0.9:5064", 486), ("10.0.0.12:5064", 180)] {
        let mut another = Peer::new(&mut lab, at, 0);
        another.invite(&mut lab);
        assert_eq!(another.wait(&mut lab, "SIP/2.0 ").status(), status, "{at}");
    }
    // when they are over, it may again
    lab.run_for(Duration::from_secs(35));
    assert_eq!(asked_to(&mut lab, &mut peers[2], CAROL, "Refer-Sub: false\r\n"), 200);
}

// a REFER's 200 is repeated for 32 s, and holds no slot that somebody else needs meanwhile
#[test]
fn refers_that_were_answered_leave_the_slots_of_invites() {
    let capacity = Capacity { direct_reserve: 0, direct_per_source: 2, ..Capacity::metal(2, 1, 1500) }.writing(1);
    let (mut lab, mut bob, mut carol, _) = talking(Options { capacity, ..following() });
    lab.audio = false;
    let mut seen = 0;
    for _ in 0..5 {
        assert_eq!(asked_to(&mut lab, &mut bob, CAROL, "Refer-Sub: false\r\n"), 200);
        let invites = carol.all(&lab, "INVITE");
        assert!(invites.len() > seen, "it is followed");
        seen = invites.len();
        carol.respond(&mut lab, invites.last().unwrap(), 404, "");
        lab.run_for(Duration::from_millis(50));
        seen = seen.max(carol.all(&lab, "INVITE").len());
    }
    let mut dora = Peer::new(&mut lab, "10.0.0.11:5060", 0);
    dora.invite(&mut lab);
    assert_eq!(dora.wait(&mut lab, "SIP/2.0 ").status(), 180, "{}", microsip_tests::ladder::draw(&lab));
}

// rfc3261#17.2.2: a repetition gets the same status and tag, though its transaction gave way
#[test]
fn a_refer_whose_slot_was_needed_is_answered_again() {
    for more in ["", "Refer-Sub: false\r\n"] {
        let capacity = Capacity { servers: 1, messages: 4, ..Capacity::host(4, 2, 2048) };
        let (mut lab, mut bob, mut carol, _) = talking(Options { capacity, ..following() });
        lab.audio = false;
        let lines = format!("Refer-To: {CAROL}\r\nContact: <{}>\r\n{more}", bob.contact);
        let text = bob.request("REFER", &lines, "");
        bob.send(&mut lab, &text);
        let ok = bob.wait(&mut lab, "SIP/2.0 200");
        if more.is_empty() {
            notified(&mut lab, &mut bob);
        }
        carol.wait(&mut lab, "INVITE");
        bob.send(&mut lab, &text);
        assert_eq!(bob.wait(&mut lab, "SIP/2.0 200").bytes, ok.bytes, "its transaction repeats it");
        let mut dora = Peer::new(&mut lab, "10.0.0.11:5060", 0);
        dora.invite(&mut lab);
        assert_eq!(dora.wait(&mut lab, "SIP/2.0 ").status(), 180);
        bob.send(&mut lab, &text);
        let again = bob.wait(&mut lab, "SIP/2.0 ");
        assert_eq!((again.status(), again.to_tag()), (200, ok.to_tag()), "{}", again.text());
        assert_eq!((again.contact(), again.headers("Refer-Sub")), (ok.contact(), ok.headers("Refer-Sub")));
        assert_eq!(lab.ends[0].phone.in_use().servers, 1);
        lab.run_for(Duration::from_millis(50));
        assert_eq!(invited(&lab, &carol), 1, "and is followed once");
    }
}
