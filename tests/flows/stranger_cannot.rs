//! A stranger cannot make it ring, have it answer, have it dial, set it up anew, learn its software, get a digest, move its media, or
//! change its identity: over datagrams and over streams, outside a dialog and with requests that pretend to be of one. A
//! test for each.

use crate::digest::SDP;
use crate::server::{Seen, Server, pass, registered, registering, state};
use crate::strangers::request;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AUTO_ALL, AUTO_HEADER, AUTO_LIST, AccountChange, AccountId, AccountState, CallId, CallState, CallText, Flow, Lamp,
    RuleNumbers, Rules, Taken, TransferPolicy, Transmit, Transport, Via, WatcherPolicy,
};
use microsip_core::wire::rtp;
use microsip_tests::{EventKind, Lab, Peer, sdp};
use std::net::SocketAddr;

const STRANGER: &str = "10.0.0.66:5060";

/// The ways by which a stranger comes: a datagram, a stream.
fn ways() -> [Flow; 2] {
    let remote = STRANGER.parse().unwrap();
    [
        Flow::Udp { socket: 0, remote },
        Flow::Stream { slot: 3, generation: 1, transport: Transport::Tcp, remote, socket: 0 },
    ]
}

/// A stranger says something; all SIP that leaves within a second, to anybody.
fn say(lab: &mut Lab, flow: Flow, text: &str) -> Vec<(SocketAddr, String)> {
    let mut sent = Vec::new();
    let mut room = vec![0; 4096];
    let until = lab.now + Duration::from_secs(1);
    let now = lab.now;
    assert_eq!(lab.ends[0].phone.handle_sip(now, flow, text.as_bytes()), Taken::Bytes(text.len()));
    loop {
        let now = lab.now;
        match lab.ends[0].phone.poll_transmit(now, &mut room) {
            Transmit::Packet { via: Via::Sip(flow), len } => {
                sent.push((flow.remote(), String::from_utf8_lossy(&room[..len]).into_owned()));
            }
            Transmit::Packet { .. } => {}
            Transmit::Needs(needed) => panic!("{needed}"),
            Transmit::Nothing => {
                let Some(at) = lab.ends[0].phone.poll_timeout().filter(|at| *at <= until) else { break };
                lab.now = at.max(lab.now);
                let now = lab.now;
                lab.ends[0].phone.handle_timeout(now);
            }
        }
    }
    sent
}

/// Nothing goes to the stranger, whatever it says.
#[track_caller]
fn gets_nothing(lab: &mut Lab, flow: Flow, text: &str) {
    let sent = say(lab, flow, text);
    assert!(sent.iter().all(|(to, _)| to.ip() != flow.remote().ip()), "{text}\n{sent:#?}");
}

/// A phone that is registered, and has a call by way of its registrar: the peer, our tag, the call.
fn in_a_call() -> (Lab, Peer, CallId) {
    let (mut lab, ..) = registered();
    let mut peer = Peer::new(&mut lab, "10.0.0.9:40000", 0);
    peer.call(&mut lab, 0);
    let call = lab.ends[0].last_call();
    (lab, peer, call)
}

/// A request that pretends to be of the peer's dialog: all is right but our tag, or its own, or the Call-ID.
fn pretended(peer: &mut Peer, method: &str, extra: &str, body: &str) -> Vec<String> {
    let contact = format!("Contact: <sip:mallory@{STRANGER}>\r\n{extra}");
    let text = peer.request(method, &contact, body);
    let (ours, theirs) = (peer.theirs.clone(), peer.tag.clone());
    let last = if ours.ends_with('0') { "1" } else { "0" };
    let guessed = format!("{}{last}", &ours[..ours.len() - 1]);
    vec![
        text.replace(&ours, &guessed),
        text.replace(&format!(";tag={ours}"), ""),
        text.replace(&format!(";tag={theirs}"), ";tag=other"),
        text.replace("Call-ID: ", "Call-ID: x"),
    ]
}

#[test]
fn make_it_ring() {
    for flow in ways() {
        let (mut lab, ..) = registered();
        let from = flow.remote();
        for (nth, uri) in ["sip:anna@10.0.0.1", "sip:anna@example.org", "sip:10.0.0.1", "sip:anna@10.0.0.1;mkey=0"]
            .into_iter()
            .enumerate()
        {
            gets_nothing(&mut lab, flow, &request("INVITE", from, uri, nth as u32));
        }
        assert_eq!(lab.ends[0].phone.calls().count(), 0);
        assert!(lab.ends[0].events.iter().all(|event| event.kind == EventKind::Account));
        assert_eq!(lab.ends[0].phone.counters().strangers, 4);
    }
}

#[test]
fn have_it_answer() {
    for flow in ways() {
        let (mut lab, ..) = registered();
        let numbers = RuleNumbers { auto_answer: AUTO_ALL + AUTO_HEADER + AUTO_LIST, ..RuleNumbers::UNSET };
        let rules = Rules { numbers, auto_answer_from: Some("*"), ..Rules::default() };
        lab.ends[0].phone.set_rules(AccountId::NONE, &rules).unwrap();
        let asks = "Answer-Mode: Auto;require\r\nPriv-Answer-Mode: Auto\r\nX-AUTOANSWER: TRUE\r\n\
            Call-Info: <sip:pbx>;answer-after=0\r\nAlert-Info: <http://x>;info=alert-autoanswer\r\nContact: ";
        let text = request("INVITE", flow.remote(), "sip:anna@10.0.0.1", 1).replace("Contact: ", asks);
        gets_nothing(&mut lab, flow, &text);
        assert_eq!((lab.ends[0].phone.calls().count(), lab.ends[0].media.len()), (0, 0));
    }
}

// Each policy is to follow, and it is in vain though it knows the call's name as its far end does (from a lamp, or the wire).
#[test]
fn have_it_dial() {
    for flow in ways() {
        let (mut lab, mut peer, call) = in_a_call();
        let account = lab.ends[0].phone.accounts().next().unwrap();
        let (now, follow) = (lab.now, TransferPolicy::Follow);
        let change = AccountChange { refer: follow, replaces: follow, ..AccountChange::default() };
        lab.ends[0].phone.account_update(now, account, &change).unwrap();
        let name = format!("{};to-tag={};from-tag={}", peer.call_id, peer.theirs, peer.tag);
        let about = name.replace("to-tag", "local-tag").replace("from-tag", "remote-tag");
        let before = lab.ends[0].events.len();
        let to = format!("Refer-To: <sip:mallory@{STRANGER}>\r\n");
        let mut nth = 0;
        for (method, lines) in [
            ("REFER", to.clone()),
            ("REFER", format!("{to}Target-Dialog: {about}\r\nSupported: tdialog\r\n")),
            ("REFER", format!("{to}Refer-Sub: false\r\nReferred-By: <sip:anna@example.org>\r\n")),
            ("INVITE", format!("Replaces: {name}\r\nRequire: replaces\r\n")),
            ("INVITE", format!("Replaces: {name};early-only\r\n")),
            ("INVITE", format!("Join: {name}\r\n")),
        ] {
            for uri in ["sip:anna@10.0.0.1", "sip:anna@example.org", "sip:anna@10.0.0.1;mkey=0000000000000000"] {
                nth += 1;
                let text = request(method, flow.remote(), uri, nth);
                gets_nothing(&mut lab, flow, &text.replacen("Content-Length", &format!("{lines}Content-Length"), 1));
            }
            for text in pretended(&mut peer, method, &lines, "") {
                gets_nothing(&mut lab, flow, &text);
            }
        }
        lab.drain();
        assert_eq!(lab.ends[0].events.len(), before, "{:?}", lab.ends[0].events.last());
        let phone = &lab.ends[0].phone;
        assert_eq!((phone.calls().count(), phone.messages().count()), (1, 0));
        assert!(phone.call_info(call).is_ok_and(|info| info.state == CallState::Connected), "the call goes on");
    }
}

#[test]
fn set_it_up_anew() {
    for flow in ways() {
        let (mut lab, mut peer, _) = in_a_call();
        let account = lab.ends[0].phone.accounts().next().unwrap();
        let before = lab.ends[0].events.len();
        let kind = "Content-Type: application/simple-message-summary\r\n";
        let body = "Messages-Waiting: yes\r\nVoice-Message: 5/0\r\n";
        let mut nth = 0;
        for (event, kind, body) in [("check-sync;reboot=true", "", ""), ("message-summary", kind, body)] {
            let lines = format!("Event: {event}\r\nSubscription-State: active\r\n{kind}");
            let ends = format!("{lines}Content-Length: {}\r\n\r\n{body}", body.len());
            for uri in ["sip:anna@10.0.0.1", "sip:anna@example.org", "sip:anna@10.0.0.1;mkey=0000000000000000"] {
                nth += 1;
                let text = request("NOTIFY", flow.remote(), uri, nth);
                gets_nothing(&mut lab, flow, &text.replace("Content-Length: 0\r\n\r\n", &ends));
            }
            for text in pretended(&mut peer, "NOTIFY", &lines, body) {
                gets_nothing(&mut lab, flow, &text);
            }
        }
        lab.drain();
        assert_eq!(lab.ends[0].events.len(), before, "{:?}", lab.ends[0].events.last());
        assert_eq!(lab.ends[0].phone.mailbox_info(account).unwrap().lamp, Lamp::Unknown);
    }
}

#[test]
fn watch_it() {
    for flow in ways() {
        let (mut lab, mut peer, _) = in_a_call();
        let (now, account) = (lab.now, lab.ends[0].phone.accounts().next().unwrap());
        let change = AccountChange { watchers: WatcherPolicy::Follow, ..AccountChange::default() };
        lab.ends[0].phone.account_update(now, account, &change).unwrap();
        let mut nth = 0;
        for event in ["dialog", "presence", "message-summary", "refer"] {
            let lines = format!("Event: {event}\r\nExpires: 600\r\n");
            for uri in ["sip:anna@10.0.0.1", "sip:anna@example.org", "sip:anna@10.0.0.1;mkey=0000000000000000"] {
                nth += 1;
                let text = request("SUBSCRIBE", flow.remote(), uri, nth);
                gets_nothing(&mut lab, flow, &text.replace("Contact: ", &format!("{lines}Contact: ")));
            }
            for text in pretended(&mut peer, "SUBSCRIBE", &lines, "") {
                gets_nothing(&mut lab, flow, &text);
            }
        }
        assert_eq!(lab.ends[0].phone.watchers().count(), 0);
    }
}

#[test]
fn learn_its_software() {
    for flow in ways() {
        let (mut lab, mut peer, _) = in_a_call();
        let from = flow.remote();
        for (nth, method) in [
            "OPTIONS",
            "REGISTER",
            "SUBSCRIBE",
            "PUBLISH",
            "NOTIFY",
            "REFER",
            "MESSAGE",
            "UPDATE",
            "INFO",
            "PRACK",
            "NONSENSE",
        ]
        .iter()
        .enumerate()
        {
            gets_nothing(&mut lab, flow, &request(method, from, "sip:anna@10.0.0.1", nth as u32));
        }
        let text = request("OPTIONS", from, "sip:anna@10.0.0.1", 50);
        for (right, wrong) in [
            ("Max-Forwards: 70", "Max-Forwards: 0"),
            ("Max-Forwards: 70", "Require: future"),
            (" SIP/2.0\r\nVia", " SIP/3.0\r\nVia"),
            ("CSeq: 1", "CSeq: x"),
            ("sip:anna@10.0.0.1 SIP", "sips:anna@10.0.0.1 SIP"),
        ] {
            gets_nothing(&mut lab, flow, &text.replace(right, wrong));
        }
        for method in
            ["OPTIONS", "INFO", "BYE", "INVITE", "UPDATE", "PRACK", "MESSAGE", "SUBSCRIBE", "NOTIFY", "NONSENSE"]
        {
            for text in pretended(&mut peer, method, "", "") {
                gets_nothing(&mut lab, flow, &text);
            }
        }
        if flow.is_reliable() {
            // one that is too long gets no 513; a ping has its pong, which says nothing
            let long = request("INVITE", from, "sip:anna@10.0.0.1", 60).replace(SDP, &"v".repeat(5000));
            let long = long.replace(&format!("Content-Length: {}", SDP.len()), "Content-Length: 5000");
            gets_nothing(&mut lab, flow, &long);
            assert_eq!(say(&mut lab, flow, "\r\n\r\n"), [(from, "\r\n".to_owned())]);
        }
    }
}

#[test]
fn get_a_digest() {
    let challenge = |kind: &str| format!("{kind}: Digest realm=\"example.org\", nonce=\"abc\", qop=\"auth\"\r\n");
    for status in [401, 407] {
        let line = challenge(if status == 401 { "WWW-Authenticate" } else { "Proxy-Authenticate" });
        // a call of ours leads to the stranger, which challenges the INVITE, and all requests behind it
        let (mut lab, account, mut server) = registering(|seen, _| vec![seen.bound(300)]);
        pass(&mut lab, &mut server, 1);
        assert_eq!(state(&lab), AccountState::Registered);
        let asked = line.clone();
        let mut far = Server::new(&mut lab, STRANGER, move |seen, count| match (seen.start(), count) {
            ("ACK", _) => vec![],
            ("INVITE", 1..) => vec![seen.response_with(200, "Contact: <sip:bob@10.0.0.66>\r\n", SDP)],
            _ => vec![seen.response(status, &asked)],
        });
        crate::digest::dial(&mut lab, account, "sip:bob@10.0.0.66");
        pass(&mut lab, &mut far, 2);
        assert_eq!(far.all("INVITE").len(), 1, "it is not tried with credentials");
        crate::digest::dial(&mut lab, account, "sip:bob@10.0.0.66");
        pass(&mut lab, &mut far, 2);
        let (call, now) = (lab.ends[0].last_call(), lab.now);
        lab.ends[0].phone.hold(now, call, true, 1).unwrap();
        far.script = Box::new(move |seen, _| match seen.start() {
            "ACK" => vec![],
            _ => vec![seen.response(status, &line)],
        });
        pass(&mut lab, &mut far, 2);
        let by_update = microsip_core::phone::Reoffer { by_update: Some(true), ..Default::default() };
        let now = lab.now;
        lab.ends[0].phone.reoffer(now, call, &by_update, 2).unwrap();
        pass(&mut lab, &mut far, 2);
        let now = lab.now;
        lab.ends[0].phone.hangup(now, call).unwrap();
        pass(&mut lab, &mut far, 2);
        for method in ["INVITE", "UPDATE", "BYE"] {
            assert!(!far.all(method).is_empty(), "{method}");
        }
        assert!(far.seen.iter().all(|seen| !seen.text.contains("uthorization: ")));
    }
    // a response to a REGISTER, from elsewhere, whatever it knows of it
    for flow in ways() {
        let (mut lab, account, server) = registered();
        let now = lab.now;
        lab.ends[0].phone.register(now, account, 1).unwrap();
        lab.run_for(Duration::from_millis(1));
        let mut room = vec![0; 4096];
        while let Transmit::Packet { .. } = lab.ends[0].phone.poll_transmit(now, &mut room) {}
        let sent = lab.sent.iter().rev().find(|sent| sent.text.starts_with("REGISTER")).unwrap().text.clone();
        let seen = Seen { at: now, from: server.address, text: sent };
        let text = String::from_utf8(seen.response(401, &challenge("WWW-Authenticate"))).unwrap();
        for (_, text) in say(&mut lab, flow, &text) {
            assert!(!text.contains("abc"), "{text}");
        }
    }
}

#[test]
fn move_its_media() {
    for flow in ways() {
        let (mut lab, mut peer, call) = in_a_call();
        let stolen = sdp("10.0.0.66", 6000, "");
        for method in ["INVITE", "UPDATE", "ACK", "PRACK"] {
            for text in pretended(&mut peer, method, "", &stolen) {
                gets_nothing(&mut lab, flow, &text);
            }
        }
        // nor with its own packets
        let port = lab.ends[0].media.values().next().unwrap().0;
        let from = lab.open_raw("10.0.0.66:6000");
        let sent = |lab: &Lab| lab.media_sent.get(&"10.0.0.9:40000".parse().unwrap()).copied().unwrap_or_default();
        let before = sent(&lab);
        for sequence in 0..100u16 {
            let mut packet = vec![0x7f; 172];
            rtp::write_header(&mut packet, 0, false, sequence, u32::from(sequence) * 160, 7).unwrap();
            lab.send_raw(from, port, &packet);
            lab.run_for(Duration::from_millis(20));
        }
        assert!(lab.raw[&from].is_empty());
        let stats = lab.ends[0].phone.call_stats(lab.now, call).unwrap();
        assert_eq!((stats.received_packets, stats.strangers), (0, 100));
        assert!(sent(&lab) >= before + 95, "it goes where it went");
        assert!(lab.ends[0].ended().is_none());
    }
}

#[test]
fn change_its_identity() {
    let text_of = |lab: &Lab, call, which| {
        let mut room = [0; 256];
        let mut out = microsip_core::base::cursor::Cursor::new(&mut room);
        let told = lab.ends[0].phone.call_text(call, which, &mut out);
        told.map(|()| String::from_utf8_lossy(out.written()).into_owned()).ok()
    };
    let boss = "P-Asserted-Identity: \"The Boss\" <sip:boss@example.org>\r\n\
        Remote-Party-ID: \"The Boss\" <sip:boss@example.org>;party=calling\r\n";
    for flow in ways() {
        let (mut lab, mut peer, call) = in_a_call();
        let shown = |lab: &Lab| {
            [CallText::RemoteUri, CallText::RemoteName, CallText::AssertedUri].map(|which| text_of(lab, call, which))
        };
        let before = shown(&lab);
        for method in ["INVITE", "UPDATE"] {
            for text in pretended(&mut peer, method, boss, &sdp("10.0.0.9", 40_000, "")) {
                gets_nothing(&mut lab, flow, &text);
            }
        }
        assert_eq!(shown(&lab), before);
    }
    // where strangers may call, their word about themselves is not taken for a proxy's
    for flow in ways() {
        let mut lab = Lab::new(&[microsip_tests::Options::default()]);
        let text = request("INVITE", flow.remote(), "sip:anna@10.0.0.1", 1);
        let text = text.replace("Contact: ", &format!("{boss}Contact: "));
        let sent = say(&mut lab, flow, &text);
        assert!(sent.iter().any(|(_, text)| text.starts_with("SIP/2.0 180")), "{sent:?}");
        let call = lab.ends[0].phone.calls().next().unwrap();
        assert_eq!(text_of(&lab, call, CallText::AssertedUri), None);
        assert_eq!(text_of(&lab, call, CallText::RemoteUri).as_deref(), Some("sip:mallory@10.0.0.66:5060"));
    }
}
