//! Refusals: rfc3261#8.2, #11, #21, with the same response to the same request.

use crate::server::{REGISTRAR, account, anna, register};
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, AccountState, CallState, Cause, DialOptions, Failure};
use microsip_tests::{Lab, Options, Peer, Sip};

fn lab() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    (lab, peer)
}

/// Sends a request twice. Returns the response, which has to be the same both times.
fn ask(lab: &mut Lab, peer: &mut Peer, text: &str) -> Sip {
    peer.send(lab, text);
    let first = peer.wait(lab, "SIP/2.0");
    lab.run_for(Duration::from_millis(500));
    peer.send(lab, text);
    let again = peer.wait(lab, "SIP/2.0");
    assert_eq!(first.bytes, again.bytes, "a repeated request gets the same response");
    first
}

/// Our methods, as each feature brings them.
const ALLOWED: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, PRACK, INFO, MESSAGE, NOTIFY, SUBSCRIBE, REFER";

#[test]
fn each_fault_has_its_status() {
    let cases: &[(&str, &str, &str, u16, &str, &str)] = &[
        // method, extra headers, body, status, header, its value
        ("FOO", "", "", 501, "Allow", ALLOWED),      // rfc3261#8.2.1
        ("REGISTER", "", "", 405, "Allow", ALLOWED), // rfc3261#21.4.6
        ("REGISTER", "", "", 405, "Allow", ALLOWED),
        ("BYE", "", "", 481, "", ""), // rfc3261#15.1.2
        ("INVITE", "Require: 100rel, nothing\r\n", "", 420, "Unsupported", "nothing"), // rfc3261#8.2.2.3
        ("OPTIONS", "Require: nothing\r\n", "", 420, "Unsupported", "nothing"),
        ("INVITE", "Content-Type: text/plain\r\n", "hello", 415, "Accept", "application/sdp, multipart/mixed"), // rfc3261#8.2.3
        ("INVITE", "Content-Encoding: gzip\r\n", "x", 415, "Accept-Encoding", "identity"),
        ("INVITE", "Content-Type: application/sdp\r\n", "v=1\r\n", 400, "", ""),
        ("INVITE", "Content-Type: application/sdp\r\n", "garbage", 400, "", ""), // a description that is none
        // rfc3261#13.3.1.3: with a Warning
        (
            "INVITE",
            "Content-Type: application/sdp\r\n",
            "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 18\r\n",
            488,
            "Warning",
            "305 10.0.0.1 \"No common audio format\"",
        ),
        ("OPTIONS", "", "", 200, "Accept-Encoding", "identity"), // rfc3261#11.2
        ("OPTIONS", "", "", 200, "Accept-Language", "en"),
        ("OPTIONS", "", "", 200, "Allow", ALLOWED),
        ("INVITE", "Max-Forwards: seventy\r\n", "", 400, "", ""),
        ("INVITE", "Contact: <sip:one@1.1.1.1>\r\nContact: <sip:two@1.1.1.1>\r\n", "", 400, "", ""), // rfc3261#8.1.1.8
        ("OPTIONS", "", "", 200, "Accept", "application/sdp, multipart/mixed"),                      // rfc3261#11.2
    ];
    for (method, extra, body, status, name, value) in cases {
        let (mut lab, mut peer) = lab();
        let text = peer.request(method, extra, body);
        let response = ask(&mut lab, &mut peer, &text);
        assert_eq!(response.status(), *status, "{method} {extra}\n{}", response.text());
        assert_eq!(response.to_tag().len(), 28, "{method}");
        if !name.is_empty() {
            assert_eq!(response.header(name), *value, "{method} {extra}");
        }
        assert!(lab.ends[0].events.is_empty());
        lab.assert_settled();
    }
}

#[test]
fn a_bad_uri_or_version_has_its_status() {
    for (target, version, status) in [
        ("mailto:bob@example.com", "SIP/2.0", 416), // rfc3261#8.2.2.1
        ("sips:bob@10.0.0.1", "SIP/2.0", 416),      // rfc3261#26.2.2: that would have to come over TLS
        ("sip:", "SIP/2.0", 400),
        ("sip:bob@10.0.0.1?Subject=x", "SIP/2.0", 400), // rfc3261#19.1.1
        ("sip:bob@10.0.0.1", "SIP/7.0", 505),
    ] {
        let (mut lab, mut peer) = lab();
        peer.target = target.into();
        let text = peer.request("OPTIONS", "", "").replacen(" SIP/2.0\r\n", &format!(" {version}\r\n"), 1);
        assert_eq!(ask(&mut lab, &mut peer, &text).status(), status, "{target} {version}");
    }
}

// rfc3261#26.2.2: what a sips: names gets no request in clear, be its account's server the way to it
#[test]
fn a_sips_target_is_not_called_in_clear() {
    for (uri, target) in [("", "sips:bob@example.org"), ("sips:anna@example.org", "sip:bob@example.org")] {
        let config = if uri.is_empty() { anna() } else { AccountConfig { uri, ..anna() } };
        let (mut lab, account) = account(&[REGISTRAR], config);
        let now = lab.now;
        lab.ends[0].phone.dial(now, account, target, &DialOptions::default()).unwrap();
        lab.assert_settled();
        let end = lab.ends[0].events.iter().find(|event| event.call_is(CallState::Ended)).unwrap();
        assert_eq!(end.result, Cause::Unsupported, "{target}");
        assert!(lab.sent.is_empty(), "{target}: nothing leaves");
    }
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { uri: "sips:anna@example.org", ..anna() });
    register(&mut lab, account);
    lab.run_for(Duration::from_secs(2));
    let info = lab.ends[0].phone.account_info(account).unwrap();
    assert_eq!((info.state, info.result), (AccountState::Failed, Cause::Unsupported));
    assert!(lab.sent.is_empty(), "nothing leaves");
}

#[test]
fn a_sips_route_is_refused_for_our_contact_could_not_be_one() {
    // rfc3261#12.1.1
    for (routes, status) in [
        (vec!["<sips:p@10.0.0.9;lr>"], 416),
        (vec!["<sips:p@10.0.0.9;lr>", "<sip:q@10.0.0.9;lr>"], 416),
        (vec!["<sip:p@10.0.0.9;lr>", "<sips:q@10.0.0.9;lr>"], 180),
    ] {
        let (mut lab, mut peer) = lab();
        peer.record_routes = routes.into_iter().map(str::to_owned).collect();
        let body = peer.sdp();
        let text = peer.request("INVITE", "", &body);
        assert_eq!(ask(&mut lab, &mut peer, &text).status(), status);
    }
}

#[test]
fn max_forwards_0_is_enough_for_us() {
    // rfc3261#16.3: 483 is for elements that would forward the request; a phone is its destination
    let (mut lab, mut peer) = lab();
    let text = peer.request("OPTIONS", "", "").replace("Max-Forwards: 70", "Max-Forwards: 0");
    assert_eq!(ask(&mut lab, &mut peer, &text).status(), 200);
}

#[test]
fn a_body_that_may_be_ignored_is() {
    // rfc3261#8.2.3, #20.11: handling=optional
    let (mut lab, mut peer) = lab();
    let text = peer.request(
        "INVITE",
        "Content-Type: text/plain\r\nContent-Disposition: render;handling=optional\r\n",
        "hello",
    );
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 180");
}

#[test]
fn a_description_may_be_a_part_of_the_body() {
    // rfc5621#4.2: gateways and emergency callers send multipart bodies
    let (mut lab, mut peer) = lab();
    let parts = |sdp: &str| {
        format!(
            "--b-1\r\nContent-Type: application/isup;version=nxv3\r\nContent-Disposition: signal;handling=optional\r\n\r\n\x01\x02\r\n\
             --b-1\r\nContent-Type: application/sdp\r\n\r\n{sdp}\r\n--b-1--\r\n"
        )
    };
    let mixed = "Content-Type: multipart/mixed;boundary=\"b-1\"\r\n";
    let (body, plain) = (parts(&peer.sdp()), peer.sdp());
    let invite = peer.request("INVITE", mixed, &body);
    peer.send(&mut lab, &invite);
    peer.wait(&mut lab, "SIP/2.0 180");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.body().contains("m=audio") && ok.header("Content-Type") == "application/sdp", "{}", ok.text());
    peer.learn(&ok);
    peer.ack(&mut lab, "");
    let alternative = format!(
        "--b-1\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b-1\r\nContent-Type: multipart/alternative;boundary=in\r\n\r\n\
         --in\r\nContent-Type: application/sdp\r\n\r\n{plain}\r\n--in\r\nContent-Type: application/sdpng\r\n\r\n<x/>\r\n--in--\r\n\
         --b-1--\r\n"
    );
    // a new offer, a bad one, and bad bodies
    for (kind, body, status) in [
        (mixed, parts(&plain), 200),
        (mixed, parts(&plain.replace("RTP/AVP 0 8", "RTP/AVP 18")), 488),
        (mixed, parts("").replace("sdp", "x"), 415),
        // rfc5621#8.4: a part that must be understood; #4.1: a description among its alternatives
        (mixed, parts(&plain).replace("optional", "required"), 415),
        (mixed, parts(&plain).replace("--b-1--", "--b-1"), 400),
        (mixed, alternative.clone(), 200),
        ("Content-Type: multipart/mixed\r\n", parts(&plain), 400),
        ("Content-Type: multipart/mixed\r\nContent-Disposition: render;handling=optional\r\n", parts(&plain), 200),
    ] {
        let invite = peer.request("INVITE", kind, &body);
        peer.send(&mut lab, &invite);
        let response = peer.wait(&mut lab, "SIP/2.0");
        assert_eq!(response.status(), status, "{}", response.text());
        if status == 200 {
            peer.ack(&mut lab, "")
        } else {
            peer.ack_refusal(&mut lab, &invite, &response)
        }
        lab.run_for(Duration::from_millis(10));
    }
    peer.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

#[test]
fn a_merged_request_gets_482() {
    // rfc3261#8.2.2.2
    let (mut lab, mut peer) = lab();
    let first = peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    let merged = first.replace("branch=z9hG4bK", "branch=z9hG4bKother");
    assert_eq!(ask(&mut lab, &mut peer, &merged).status(), 482);
    let incoming = lab.ends[0].events.iter().filter(|event| event.state == CallState::Incoming as u32).count();
    assert_eq!(incoming, 1);
}

#[test]
fn a_merged_request_gets_482_when_the_first_copy_is_dealt_with_too() {
    // rfc3261#8.2.2.2: the other way of a fork may be slower than our final response
    for code in [486, 200] {
        let (mut lab, mut peer) = lab();
        let first = peer.invite(&mut lab);
        peer.wait(&mut lab, "SIP/2.0 180");
        let (now, call) = (lab.now, lab.ends[0].last_call());
        if code == 200 {
            lab.ends[0].phone.answer(now, call, code).unwrap();
            let ok = peer.wait(&mut lab, "SIP/2.0 200");
            peer.learn(&ok);
            peer.ack(&mut lab, "");
        } else {
            lab.ends[0].phone.reject(now, call, code).unwrap();
            let refusal = peer.wait(&mut lab, "SIP/2.0 486");
            peer.ack_refusal(&mut lab, &first, &refusal);
        }
        lab.run_for(Duration::from_secs(4));
        let merged = first.replace("branch=z9hG4bK", "branch=z9hG4bKother");
        assert_eq!(ask(&mut lab, &mut peer, &merged).status(), 482);
        let incoming = lab.ends[0].events.iter().filter(|event| event.state == CallState::Incoming as u32).count();
        assert_eq!(incoming, 1);
        // rfc3261#17.2.1 timer I: after that no transaction is left, and a hunting proxy may try us again
        lab.run_for(Duration::from_secs(2));
        assert_eq!(ask(&mut lab, &mut peer, &merged.replace("z9hG4bKother", "z9hG4bKlater")).status(), 180);
    }
}

#[test]
fn a_merged_request_gets_482_after_a_refusal_for_want_of_a_slot() {
    let options = Options {
        capacity: microsip_core::phone::Capacity { calls: 0, ..Options::default().capacity },
        ..Options::default()
    };
    let mut lab = Lab::new(&[options]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let first = peer.invite(&mut lab);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), 486);
    assert_eq!(ask(&mut lab, &mut peer, &first.replace("branch=z9hG4bK", "branch=z9hG4bKother")).status(), 482);
}

#[test]
fn the_method_is_inspected_before_the_scheme_and_require() {
    // rfc3261#8.2, #8.2.1: 405 is a MUST
    let cases = [("REGISTER", 405, 405), ("PUBLISH", 405, 405), ("FOO", 501, 501), ("OPTIONS", 420, 416)];
    for connected in [false, true] {
        for (method, required, secured) in cases {
            let (mut lab, mut peer) = lab();
            if connected {
                peer.call(&mut lab, 0);
            }
            let text = peer.request(method, "Require: eventlist\r\n", "");
            assert_eq!(ask(&mut lab, &mut peer, &text).status(), required, "{method} in a dialog: {connected}");
            let text = peer.request(method, "", "").replace(&format!("{method} sip:"), &format!("{method} sips:"));
            assert_eq!(ask(&mut lab, &mut peer, &text).status(), secured, "{method} in a dialog: {connected}");
        }
    }
}

#[test]
fn require_is_not_looked_at_in_ack_and_cancel() {
    // rfc3261#8.2.2.3: Require is not looked at in them
    let (mut lab, mut peer) = lab();
    let invite = peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    let cancel = peer.request("CANCEL", "Require: eventlist\r\n", "");
    peer.send(&mut lab, &cancel);
    peer.wait(&mut lab, "SIP/2.0 200");
    let refusal = peer.wait(&mut lab, "SIP/2.0 487");
    peer.ack_refusal(&mut lab, &invite, &refusal);
    lab.assert_settled();
}

#[test]
fn in_a_dialog_the_same_rules_hold() {
    let (mut lab, mut peer) = lab();
    peer.call(&mut lab, 0);
    for (method, extra, status) in [
        ("OPTIONS", "", 200),
        ("REGISTER", "", 405),
        ("SUBSCRIBE", "", 489),
        ("FOO", "", 501),
        ("OPTIONS", "Require: nothing\r\n", 420),
    ] {
        let text = peer.request(method, extra, "");
        let response = ask(&mut lab, &mut peer, &text);
        assert_eq!(response.status(), status, "{method}");
        if !matches!(status, 420 | 489) {
            assert_eq!(response.header("Allow"), ALLOWED);
        }
    }
    // rfc3261#12.2.2: a dialog that does not exist
    let good = std::mem::replace(&mut peer.theirs, "unknown".into());
    let text = peer.request("OPTIONS", "", "");
    assert_eq!(ask(&mut lab, &mut peer, &text).status(), 481);
    peer.theirs = good;
    let id = std::mem::replace(&mut peer.call_id, "another".into());
    let text = peer.request("BYE", "", "");
    assert_eq!(ask(&mut lab, &mut peer, &text).status(), 481);
    peer.call_id = id;
    let tag = std::mem::replace(&mut peer.tag, "another".into());
    let text = peer.request("BYE", "", "");
    assert_eq!(ask(&mut lab, &mut peer, &text).status(), 481);
    peer.tag = tag;
    assert!(lab.ends[0].ended().is_none());
    let text = peer.request("BYE", "", "");
    assert_eq!(ask(&mut lab, &mut peer, &text).status(), 200);
    lab.assert_settled();
}

#[test]
fn an_invite_refused_for_want_of_a_slot_does_not_ring_later() {
    let mut options = Options::default();
    options.capacity.calls = 1;
    let mut lab = Lab::new(&[options]);
    let mut first = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut second = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    first.call(&mut lab, 0);
    let text = second.invite(&mut lab);
    let busy = second.wait(&mut lab, "SIP/2.0 486");
    assert_eq!(lab.ends[0].phone.counters().refused_full, 1);
    second.ack_refusal(&mut lab, &text, &busy);
    let bye = first.request("BYE", "", "");
    first.send(&mut lab, &bye);
    first.wait(&mut lab, "SIP/2.0 200");
    lab.run_for(Duration::from_millis(10));
    // a copy that was delayed in the network
    second.send(&mut lab, &text);
    assert_eq!(second.wait(&mut lab, "SIP/2.0").bytes, busy.bytes);
    // rfc3261#11.2: OPTIONS gets the status that an INVITE would get
    let options = second.request("OPTIONS", "", "");
    second.send(&mut lab, &options);
    second.wait(&mut lab, "SIP/2.0 200");
    lab.assert_settled();
}

#[test]
fn options_get_486_while_we_are_busy() {
    let mut options = Options::default();
    options.capacity.calls = 1;
    let mut lab = Lab::new(&[options]);
    let mut first = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    first.call(&mut lab, 0);
    let mut second = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    let text = second.request("OPTIONS", "", "");
    assert_eq!(ask(&mut lab, &mut second, &text).status(), 486);
}

#[test]
fn options_get_the_status_that_an_invite_would_get() {
    // rfc3261#11.2: the same code, for a phone that is going too
    let (mut lab, mut peer) = lab();
    let now = lab.now;
    lab.ends[0].phone.shutdown(now);
    let options = peer.request("OPTIONS", "", "");
    assert_eq!(ask(&mut lab, &mut peer, &options).status(), 480);
    peer.call_id += "2";
    let body = peer.sdp();
    let invite = peer.request("INVITE", "", &body);
    assert_eq!(ask(&mut lab, &mut peer, &invite).status(), 480);
}

#[test]
fn no_server_slot_or_no_dialog_is_503() {
    for dialogs in [true, false] {
        let mut options = Options::default();
        if dialogs {
            options.capacity.dialogs = 1;
        } else {
            options.capacity.servers = 1;
        }
        let mut lab = Lab::new(&[options]);
        let mut first = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let mut second = Peer::new(&mut lab, "10.0.0.10:5060", 0);
        first.invite(&mut lab);
        first.wait(&mut lab, "SIP/2.0 180");
        let body = second.sdp();
        let text = second.request("INVITE", "", &body);
        let response = ask(&mut lab, &mut second, &text);
        assert_eq!((response.status(), response.header("Retry-After").is_empty()), (503, false));
        assert_eq!(lab.ends[0].phone.in_use().calls, 1);
        assert_eq!(lab.ends[0].phone.counters().refused_full, 1);
    }
}

#[test]
fn a_request_too_long_to_keep_gets_513() {
    // rfc3261#21.4.30
    let mut options = Options::default();
    options.capacity.message = 1024;
    let mut lab = Lab::new(&[options]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let body = peer.sdp();
    let extra = format!("Record-Route: <sip:10.0.0.9;lr;x={}>\r\n", "y".repeat(1200));
    let text = peer.request("INVITE", &extra, &body);
    assert_eq!(ask(&mut lab, &mut peer, &text).status(), 513);
    assert_eq!(lab.ends[0].phone.counters().oversize, 1);
    lab.assert_settled();
}

#[test]
fn without_media_ports_an_incoming_call_gets_503() {
    let (mut lab, mut peer) = lab();
    lab.ends[0].no_ports = true;
    let text = peer.invite(&mut lab);
    let refusal = peer.wait(&mut lab, "SIP/2.0 503");
    assert_eq!((lab.ends[0].ended().unwrap().result, lab.ends[0].ended().unwrap().sip_code), (Cause::Port, 503));
    peer.ack_refusal(&mut lab, &text, &refusal);
    lab.assert_settled();
}

#[test]
fn without_media_ports_an_outgoing_call_ends_before_it_began() {
    let (mut lab, peer) = lab();
    lab.ends[0].no_ports = true;
    lab.dial(0, "sip:peer@10.0.0.9");
    lab.run_until("ended", |lab| lab.ends[0].ended().is_some());
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Port);
    assert!(peer.all(&lab, "INVITE").is_empty());
    lab.assert_settled();
}

#[test]
fn a_name_without_addresses_ends_the_call() {
    let (mut lab, _) = lab();
    lab.dial(0, "sip:peer@nowhere.example");
    lab.run_until("ended", |lab| lab.ends[0].ended().is_some());
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Name);
    assert_ne!(Failure::Name, Failure::Port);
    lab.assert_settled();
}

#[test]
fn each_status_can_be_given_and_is_in_the_callers_event() {
    for code in [300, 404, 480, 486, 500, 603, 699] {
        let mut lab = Lab::pair();
        lab.dial(0, "sip:bob@10.0.0.2");
        lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
        let (call, now) = (lab.ends[1].last_call(), lab.now);
        for wrong in [1, 200, 299, 700] {
            assert!(lab.ends[1].phone.reject(now, call, wrong).is_err());
        }
        lab.ends[1].phone.reject(now, call, code).unwrap();
        assert!(lab.ends[1].phone.reject(now, call, code).is_err(), "once");
        lab.run_until("ended", |lab| lab.ends[0].ended().is_some() && lab.ends[1].ended().is_some());
        let (ours, theirs) = (*lab.ends[0].ended().unwrap(), *lab.ends[1].ended().unwrap());
        assert_eq!(
            (ours.sip_code, ours.result, theirs.sip_code, theirs.result),
            (code, Cause::Refused, code, Cause::Refused)
        );
        assert_eq!(lab.count("ACK"), 1);
        lab.assert_settled();
    }
}

#[test]
fn the_status_of_a_refusal_names_the_cause() {
    for (status, cause) in [
        (404, Cause::Refused),
        (408, Cause::Timeout),
        (488, Cause::Codec),
        (415, Cause::Codec),
        (606, Cause::Codec),
        (401, Cause::NoPassword),
        (407, Cause::NoPassword),
        (500, Cause::Refused),
        (603, Cause::Refused),
    ] {
        let (mut lab, mut peer) = lab();
        lab.dial(0, "sip:peer@10.0.0.9");
        let invite = peer.wait(&mut lab, "INVITE");
        peer.respond(&mut lab, &invite, status, "");
        peer.wait(&mut lab, "ACK");
        lab.run_until("ended", |lab| lab.ends[0].ended().is_some());
        assert_eq!((lab.ends[0].ended().unwrap().sip_code, lab.ends[0].ended().unwrap().result), (status, cause));
        lab.assert_settled();
    }
}
