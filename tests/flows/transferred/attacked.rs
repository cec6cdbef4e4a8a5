//! Far ends that mean harm: what a REFER, a NOTIFY or a Replaces of theirs cannot do.

use super::*;
use microsip_core::phone::{EndedBy, TransferOptions, TransferTo};

fn escaped(name: &str) -> String {
    name.replace('=', "%3D").replace(';', "%3B").replace('@', "%40")
}

/// The calls that are not over.
fn calls(lab: &Lab) -> usize {
    let phone = &lab.ends[0].phone;
    phone.calls().filter(|call| phone.call_info(*call).is_ok_and(|info| info.state != CallState::Ended)).count()
}

/// The phone answers whatever rings, as one without a person does.
fn answers_all(lab: &mut Lab) {
    let now = lab.now;
    for call in lab.ends[0].phone.calls().collect::<Vec<_>>() {
        let _ = lab.ends[0].phone.answer(now, call, 200); // those that do not ring
    }
    lab.drain();
}

// A phone that talks with itself would do so for ever, for its media comes; and the next REFER takes two more slots.
#[test]
fn it_has_nobody_talk_with_himself() {
    let (mut lab, mut bob, _, call) = talking(following());
    let us = lab.ends[0].address;
    let name = escaped(&name_of(&bob));
    for to in [
        format!("<sip:us@{us}>"),
        format!("<sip:{us}>"),
        format!("<sip:us@{us}?Replaces={name}>"),
        format!("<sip:us@{us}?Replaces={name}&Require=replaces>"),
        format!("<sip:us@{us}?Replaces={name}%3Bearly-only>"),
    ] {
        refer(&mut lab, &mut bob, &to, "Refer-Sub: false\r\n");
        for _ in 0..30 {
            lab.run_for(Duration::from_millis(100));
            answers_all(&mut lab);
        }
        assert_eq!(calls(&lab), 1, "{to}");
        assert!(is_up(&lab, call), "{to}: the call goes on");
    }
    // with rules or without: it is refused before it takes a slot
    let calls = lab.ends[0].events.iter().filter(|event| event.call_is(CallState::Ended));
    let ends: Vec<_> = calls.map(|event| (event.ended_by, event.sip_code)).collect();
    assert_eq!(ends, [(EndedBy::Remote, 482); 5], "those that were dialled, and no other");
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

// An INVITE that a server brings back has one more Via, and its Replaces is followed without a question.
#[test]
fn its_own_server_brings_no_replaces_of_its_own_back() {
    let (mut lab, id) = clicked::with_account(TransferPolicy::Follow, false);
    let server: std::net::SocketAddr = REGISTRAR.parse().unwrap();
    let mut bob = Peer::new(&mut lab, REGISTRAR, 0);
    bob.target = "sip:anna@10.0.0.1:5060".into();
    bob.call(&mut lab, 0);
    let call = lab.ends[0].last_call();
    assert_eq!(lab.ends[0].phone.call_info(call).unwrap().account, id);
    let name = escaped(&name_of(&bob));
    refer(&mut lab, &mut bob, &format!("<sip:anna@example.org?Replaces={name}>"), "Refer-Sub: false\r\n");
    let invite = bob.wait(&mut lab, "INVITE sip:anna@example.org");
    assert!(!invite.header("Replaces").is_empty());
    // it is the server's turn
    let back = invite.text().replacen("INVITE sip:anna@example.org", "INVITE sip:anna@10.0.0.1:5060", 1).replacen(
        "Via:",
        "Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKback\r\nVia:",
        1,
    );
    let us = lab.ends[0].address;
    lab.send_raw(server, us, back.as_bytes());
    lab.run_for(Duration::from_millis(50));
    let refused = bob.all(&lab, "SIP/2.0 482");
    assert_eq!(refused.len(), 1, "it calls itself");
    bob.respond(&mut lab, &invite, 482, "");
    lab.run_for(Duration::from_millis(50));
    assert!(is_up(&lab, call) && calls(&lab) == 1);
}

// rfc3261#19.1.5: of the headers in a URI none but Replaces becomes one of ours
#[test]
fn it_writes_no_header_into_our_request() {
    let (mut lab, mut bob, mut carol, call) = talking(following());
    let evil = "Body=v%3D0&Route=%3Csip%3Aevil.test%3E&From=%3Csip%3Ax%40y%3E&Contact=%3Csip%3Ax%40y%3E\
                &Call-ID=fixed&X-Evil=1&Subject=evil&Content-Type=text%2Fevil&Record-Route=%3Csip%3Aevil.test%3E\
                &Authorization=evil&P-Asserted-Identity=evil&Max-Forwards=0";
    for to in [
        format!("<sip:carol@10.0.0.10:5060?{evil}>"),
        format!("<sip:carol@10.0.0.10:5060;method=INVITE?{evil}>"),
        format!("<sip:carol@10.0.0.10:5060?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2&{evil}>"),
    ] {
        refer(&mut lab, &mut bob, &to, "Refer-Sub: false\r\nReferred-By: <sip:evil@evil.test?X-Evil=2>\r\n");
        let invite = carol.wait(&mut lab, "INVITE");
        assert_eq!(invite.uri(), "sip:carol@10.0.0.10:5060", "{to}");
        let text = invite.text();
        let line = |line: &&str| !line.starts_with("Referred-By:");
        let evil = text.split("\r\n").filter(line).find(|line| line.contains("vil") || line.contains("x@y"));
        assert_eq!(evil, None, "{to}");
        assert!(invite.headers("Route").is_empty() && invite.header("Max-Forwards") == "70", "{text}");
        carol.respond(&mut lab, &invite, 486, "");
        lab.run_for(Duration::from_secs(1));
    }
    // other schemes, other methods, other places for them
    for (to, code) in [
        ("<sips:carol@10.0.0.10>", 416),
        ("<urn:service:sos>", 416),
        ("<mailto:carol@example.org>", 416),
        ("<SIP:carol@10.0.0.10;METHOD=bye>", 603),
        ("<sip:carol@10.0.0.10;method=%52EFER>", 603),
        ("<tel:+4930>", 400),
        ("<tel:112>", 400),
        ("<sip:carol@10.0.0.10\0>", 400),
        ("<sip:>", 400),
        ("<>", 400),
        ("", 400),
        ("*", 400),
    ] {
        let number = refer(&mut lab, &mut bob, to, "").number();
        lab.run_for(Duration::from_millis(50));
        let response = bob.all(&lab, "SIP/2.0 ").into_iter().find(|sip| sip.number() == number).map(|sip| sip.status());
        assert_eq!(response, Some(code), "{to}");
    }
    assert_eq!((calls(&lab), carol.all(&lab, "INVITE").len()), (1, 3));
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

// Each policy, and a thousand REFERs: no slot is lost, and others are heard meanwhile.
#[test]
fn a_flood_takes_nothing_from_others() {
    for policy in [TransferPolicy::Refuse, TransferPolicy::Ask, TransferPolicy::Follow] {
        let options = Options { transfers: (policy, policy), ..Options::default() };
        let (mut lab, mut bob, mut carol, call) = talking(options);
        lab.audio = false;
        let mut dora = Peer::new(&mut lab, "10.0.0.11:5060", 0);
        for nth in 0..1000 {
            refer(&mut lab, &mut bob, &format!("<sip:x{nth}@10.0.0.66>"), "Refer-Sub: false\r\n");
            if nth % 10 == 0 {
                lab.run_for(Duration::from_millis(1));
            }
        }
        // while it goes on
        dora.invite(&mut lab);
        let ringing = dora.wait(&mut lab, "SIP/2.0 ");
        assert_eq!(ringing.status(), 180, "{policy:?}: another caller");
        let message = carol.request("MESSAGE", "Content-Type: text/plain\r\n", "hello");
        carol.send(&mut lab, &message);
        lab.run_for(Duration::from_secs(1));
        assert_eq!(told(&lab, EventKind::Message).len(), 1, "{policy:?}: another's message");
        assert!(is_up(&lab, call) && calls(&lab) <= 3, "{policy:?}");
        let now = lab.now;
        lab.ends[0].phone.hangup_all(now);
        for _ in 0..50 {
            lab.run_for(Duration::from_secs(1));
            [&mut bob, &mut carol, &mut dora].into_iter().for_each(|peer| peer.oblige(&mut lab));
        }
        lab.assert_settled();
    }
}

// Many dialogs of one host, each with a REFER that waits for an answer.
#[test]
fn a_flood_from_many_dialogs_leaves_room_for_an_invite() {
    let capacity = Capacity { messages: 16, ..Capacity::host(8, 2, 2048) };
    let mut lab = Lab::new(&[Options { capacity, ..asking() }]);
    lab.audio = false;
    let mut peers: Vec<Peer> = (0..6).map(|nth| Peer::new(&mut lab, &format!("10.0.0.9:{}", 5060 + nth), 0)).collect();
    for peer in &mut peers {
        peer.call(&mut lab, 0);
    }
    for peer in &mut peers {
        refer(&mut lab, peer, CAROL, "");
    }
    lab.run_for(Duration::from_millis(50));
    let mut dora = Peer::new(&mut lab, "10.0.0.11:5060", 0);
    dora.invite(&mut lab);
    assert_eq!(dora.wait(&mut lab, "SIP/2.0 ").status(), 180);
    lab.run_for(Duration::from_secs(6));
    assert!(told(&lab, EventKind::Refer).iter().filter(|told| told.state == MessageState::Over as u32).count() >= 1);
    let now = lab.now;
    lab.ends[0].phone.hangup_all(now);
    for _ in 0..50 {
        lab.run_for(Duration::from_secs(1));
        peers.iter_mut().chain([&mut dora]).for_each(|peer| peer.oblige(&mut lab));
    }
    lab.assert_settled();
}

/// The phone transfers its call, and the peer accepts that.
fn transfer(lab: &mut Lab, bob: &mut Peer, call: CallId) {
    let options = TransferOptions { token: 9, ..TransferOptions::default() };
    let now = lab.now;
    lab.ends[0].phone.transfer(now, call, TransferTo::Target("sip:dora@10.0.0.33"), &options).unwrap();
    lab.drain();
    let asked = bob.wait(lab, "REFER");
    bob.respond(lab, &asked, 202, "");
    lab.run_for(Duration::from_millis(20));
}

/// A NOTIFY of a transfer in a dialog of the peer's; the status of its response.
fn notify(lab: &mut Lab, peer: &mut Peer, kind: &str, body: &[u8]) -> u16 {
    let lines = format!(
        "Event: refer\r\nSubscription-State: active;expires=60\r\nContact: <{}>\r\nContent-Type: {kind}\r\n",
        peer.contact
    );
    let text = peer.request("NOTIFY", &lines, "");
    let mut bytes = text.replace("Content-Length: 0", &format!("Content-Length: {}", body.len())).into_bytes();
    bytes.extend_from_slice(body);
    lab.send_raw(peer.at, peer.phone, &bytes);
    let number = peer.number;
    lab.run_for(Duration::from_millis(20));
    let responses = peer.all(lab, "SIP/2.0 ");
    responses.iter().find(|sip| sip.number() == number && sip.header("CSeq").contains("NOTIFY")).map_or(0, Sip::status)
}

// rfc3420: what is no status line of a response changes nothing, and ends nothing
#[test]
fn a_fragment_of_any_kind_is_read_or_refused() {
    let (mut lab, mut bob, _, call) = talking(Options::default());
    transfer(&mut lab, &mut bob, call);
    let sipfrag = "message/sipfrag";
    let long = [b"SIP/2.0 180 ".as_slice(), &[b'x'; 900]].concat();
    for (kind, body, code) in [
        (sipfrag, b"SIP/2.0 99 x".as_slice(), 400),
        (sipfrag, b"SIP/2.0 700 x", 400),
        (sipfrag, b"SIP/2.0 2000 OK", 400),
        (sipfrag, b"SIP/2.0 0200 OK", 400),
        (sipfrag, b"SIP/2.0 -20 OK", 400),
        (sipfrag, b"SIP/2.0200 OK", 400),
        (sipfrag, b"HTTP/1.1 200 OK", 400),
        (sipfrag, b"INVITE sip:a@b SIP/2.0\r\n\r\nSIP/2.0 200 OK", 400),
        (sipfrag, b"\0\0\0\0\xff\xfe", 400),
        (sipfrag, b"\r\n\r\n\r\n", 400),
        (sipfrag, b"SIP/2.0 ", 400),
        (sipfrag, b"SIP/2.0 2", 400),
        ("text/plain", b"SIP/2.0 200 OK", 415),
        ("message/sip", b"SIP/2.0 200 OK", 415),
        ("application/dialog-info+xml", b"<dialog-info/>", 415),
        ("multipart/mixed;boundary=x", b"--x\r\nContent-Type: message/sipfrag\r\n\r\nSIP/2.0 200 OK\r\n--x--", 415),
        // these say that it goes on
        (sipfrag, b"SIP/2.0 183 \xf0\x9f\x98\x80\0", 200),
        ("MESSAGE/SIPFRAG; Version=3", b"sip/2.0 180\r\nFrom: <sip:evil@x>\r\n", 200),
        (sipfrag, &long, 200),
    ] {
        assert_eq!(notify(&mut lab, &mut bob, kind, body), code, "{kind} {}", String::from_utf8_lossy(body));
        assert!(is_up(&lab, call));
    }
    assert!(told(&lab, EventKind::Done).is_empty(), "it is under way");
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

// A NOTIFY in another dialog of the same far end is not of this transfer, and Replaces names calls alone.
#[test]
fn a_notify_elsewhere_and_a_name_of_no_call_do_nothing() {
    let (mut lab, mut bob, mut carol, call) = talking(following());
    let mut other = Peer::new(&mut lab, "10.0.0.9:5061", 0);
    other.call(&mut lab, 0);
    let second = lab.ends[0].last_call();
    transfer(&mut lab, &mut bob, call);
    assert_eq!(notify(&mut lab, &mut other, "message/sipfrag", b"SIP/2.0 200 OK"), 481);
    // a guessed tag, and none
    for theirs in ["0123456789abcdef", ""] {
        let mut forged = bob.clone();
        forged.theirs = theirs.into();
        forged.number += 50;
        assert_eq!(notify(&mut lab, &mut forged, "message/sipfrag", b"SIP/2.0 200 OK"), 481, "{theirs:?}");
    }
    assert!(is_up(&lab, call) && is_up(&lab, second) && told(&lab, EventKind::Done).is_empty());
    // the leg of a message of ours, while it waits for its response
    let now = lab.now;
    let new = microsip_core::phone::NewMessage { body: b"x", ..Default::default() };
    lab.ends[0].phone.message_send(now, AccountId::NONE, "sip:carol@10.0.0.10:5060", &new).unwrap();
    lab.drain();
    let message = carol.wait(&mut lab, "MESSAGE");
    let name = format!("{};to-tag={};from-tag={}", message.header("Call-ID"), message.from_tag(), "x");
    let guesses = [
        name,
        format!("{};to-tag={};from-tag=other", bob.call_id, bob.theirs),
        format!("{};to-tag=0;from-tag={}", bob.call_id, bob.tag),
        format!("other;to-tag={};from-tag={}", bob.theirs, bob.tag),
    ];
    for name in guesses {
        let mut dora = Peer::new(&mut lab, "10.0.0.11:5060", 0);
        dora.call_id = format!("dora-{}", name.len());
        crate::replaces::replace(&mut lab, &mut dora, &name);
        lab.run_for(Duration::from_millis(20));
        assert_eq!(dora.all(&lab, "SIP/2.0 ").pop().map(|sip| sip.status()), Some(481), "{name}");
    }
    assert!(is_up(&lab, call) && is_up(&lab, second));
}

// Both refer each other at the same time: both are answered, and nothing of either is left.
#[test]
fn two_that_transfer_each_other_both_end() {
    let mut lab = Lab::new(&[following(), following(), following()]);
    lab.audio = false;
    lab.dial(0, "sip:bob@10.0.0.2");
    lab.run_until("ringing", |lab| lab.ends[1].reached(CallState::Incoming));
    let (theirs, now) = (lab.ends[1].last_call(), lab.now);
    lab.ends[1].phone.answer(now, theirs, 200).unwrap();
    lab.run_until("up", |lab| lab.ends[0].reached(CallState::Connected) && lab.ends[1].reached(CallState::Connected));
    lab.run_for(Duration::from_secs(1));
    let now = lab.now;
    for end in [0, 1] {
        let call = lab.ends[end].last_call();
        let options = TransferOptions { token: 9, ..TransferOptions::default() };
        lab.ends[end].phone.transfer(now, call, TransferTo::Target("sip:c@10.0.0.3"), &options).unwrap();
    }
    lab.drain();
    for _ in 0..100 {
        lab.run_for(Duration::from_millis(100));
        let now = lab.now;
        for call in lab.ends[2].phone.calls().collect::<Vec<_>>() {
            let _ = lab.ends[2].phone.answer(now, call, 200);
        }
    }
    for end in [0, 1] {
        let dones = lab.ends[end].events.iter().filter(|told| told.kind == EventKind::Done && told.token == 9).count();
        assert_eq!(dones, 1, "phone {end}");
    }
    let now = lab.now;
    lab.ends.iter_mut().for_each(|end| end.phone.hangup_all(now));
    lab.assert_settled();
}
