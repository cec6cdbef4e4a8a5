//! Where a caller is, by value: a document in the INVITE, beside the description (RFC 6442).

use crate::challenged_calls::CHALLENGE;
use crate::server::anna;
use microsip_core::media::CodecOrder;
use microsip_core::phone::{
    AccountChange, AccountConfig, AccountId, CallState, Capacity, CommandError, DialOptions, Longest, Reliable, Source,
};
use microsip_core::wire::sip::Parts;
use microsip_tests::{EventKind, Lab, Options, Peer, Sip};

/// As RFC 5491 has it, in short.
const PLACE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n\
    <presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"pres:anna@example.org\"><tuple id=\"a\"><status>\
    <geopriv xmlns=\"urn:ietf:params:xml:ns:pidf:geopriv10\"><location-info><Point \
    xmlns=\"http://www.opengis.net/gml\" srsName=\"urn:ogc:def:crs:EPSG::4326\"><pos>52.52 13.40</pos></Point>\
    </location-info><usage-rules/></geopriv></status></tuple></presence>\r\n";
const ELSEWHERE: &str = "<presence/>";
/// One has more bytes than a host keeps.
fn too_long() -> CommandError {
    CommandError::Location { most: Longest::new(4096) }
}

fn located(location: &str) -> DialOptions<'_> {
    DialOptions { location: Some(location), source: Source::Silence, ..DialOptions::default() }
}

/// A phone with an account, whose server is the peer.
fn behind(config: &AccountConfig<'_>, capacity: Capacity) -> (Lab, Peer, AccountId) {
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.names.insert("example.org".into(), vec![peer.at]);
    let (now, realms) = (lab.now, "example.org");
    let config = AccountConfig { no_register: true, emergency: "112", realms, ..*config };
    let account = lab.ends[0].phone.account_add(now, &config).unwrap();
    (lab, peer, account)
}

fn dial(lab: &mut Lab, account: AccountId, to: &str, options: &DialOptions<'_>) -> Result<(), CommandError> {
    let now = lab.now;
    let dialled = lab.ends[0].phone.dial(now, account, to, options);
    lab.drain();
    dialled.map(|_| ())
}

/// The document of an INVITE, which its header names, and whether servers may read it. Its first part is a description.
#[track_caller]
fn place_of(invite: &Sip) -> Option<(String, bool)> {
    let message = invite.message();
    let kind = message.content_type().unwrap();
    if kind.is(b"application", b"sdp") {
        assert!(invite.headers("Geolocation").is_empty() && invite.headers("Geolocation-Routing").is_empty());
        return None;
    }
    assert!(kind.is(b"multipart", b"mixed"), "{}", invite.text());
    let mut parts = Parts::new(&kind, message.body()).unwrap();
    let sdp = parts.next().unwrap();
    assert!(sdp.content_type.unwrap().is(b"application", b"sdp"));
    assert!(sdp.body.starts_with(b"v=0\r\n") && sdp.body.ends_with(b"\r\n"), "{}", invite.text());
    let place = parts.next().unwrap();
    assert!(place.content_type.unwrap().is(b"application", b"pidf+xml"));
    assert!(parts.next().is_none() && message.body().ends_with(b"--\r\n"), "rfc2046#5.1.1");
    let head = std::str::from_utf8(place.head).unwrap();
    // rfc6442#4.1, rfc5621#9.4: the header refers to the part
    let id = head.split("Content-ID: <").nth(1).unwrap().split('>').next().unwrap();
    assert_eq!(invite.header("Geolocation"), format!("<cid:{id}>"));
    assert!(head.contains("Content-Disposition: by-reference;handling=optional\r\n"), "{head}");
    let routing = invite.headers("Geolocation-Routing");
    assert!(routing == ["yes"] || routing == ["no"], "rfc6442#4.2: one of these, once: {routing:?}");
    Some((String::from_utf8(place.body.to_vec()).unwrap(), routing == ["yes"]))
}

fn host() -> Capacity {
    Capacity::host(4, 1, 4096)
}

#[test]
fn a_document_goes_with_the_description() {
    let (mut lab, mut peer, account) = behind(&anna(), host());
    for (to, routing, seen) in [
        ("bob", None, false),
        ("bob", Some(true), true),
        // the servers on the way of a call for help find by it who is called
        ("112", None, true),
        ("urn:service:sos", None, true),
        ("112", Some(false), false),
    ] {
        dial(&mut lab, account, to, &DialOptions { location_routing: routing, ..located(PLACE) }).unwrap();
        let invite = peer.wait(&mut lab, "INVITE");
        assert_eq!(place_of(&invite), Some((PLACE.into(), seen)), "{to}");
        // rfc3261#22.2: all that changes is the number and the credentials
        peer.respond_with(&mut lab, &invite, 407, CHALLENGE, "");
        let again = peer.wait(&mut lab, "INVITE");
        assert!(!again.header("Proxy-Authorization").is_empty());
        assert_eq!(again.body(), invite.body());
        assert_eq!(place_of(&again), Some((PLACE.into(), seen)), "{to}");
        let body = peer.sdp();
        peer.respond(&mut lab, &again, 200, &body);
        peer.wait(&mut lab, "ACK");
        let call = lab.ends[0].phone.calls().last().unwrap();
        assert_eq!(lab.ends[0].phone.call_info(call).unwrap().state, CallState::Connected);
        peer.theirs.clear();
        let now = lab.now;
        lab.ends[0].phone.hold(now, call, true, 0).unwrap();
        lab.drain();
        // what was said once is not said again
        let hold = peer.wait(&mut lab, "INVITE");
        assert_eq!(place_of(&hold), None);
        let body = microsip_tests::sdp("10.0.0.9", 40_000, "recvonly");
        peer.respond(&mut lab, &hold, 200, &body);
        peer.wait(&mut lab, "ACK");
        peer.be_hung_up(&mut lab, 0, call);
    }
    lab.assert_settled();
}

#[test]
fn it_is_for_whom_was_called() {
    for (to, follows, goes) in [("bob", false, false), ("bob", true, true), ("112", false, true)] {
        let (mut lab, mut peer, account) = behind(&anna(), host());
        let mut other = Peer::new(&mut lab, "10.0.0.10:5060", 0);
        dial(&mut lab, account, to, &DialOptions { location_follows: follows, ..located(PLACE) }).unwrap();
        let invite = peer.wait(&mut lab, "INVITE");
        assert!(place_of(&invite).is_some());
        peer.respond_with(&mut lab, &invite, 302, "Contact: <sip:other@10.0.0.10>\r\n", "");
        let next = other.wait(&mut lab, "INVITE");
        assert_eq!(place_of(&next).is_some(), goes, "{to}");
        other.respond(&mut lab, &next, 486, "");
        lab.assert_settled();
    }
}

#[test]
fn an_account_has_one_for_its_calls() {
    let (mut lab, mut peer, account) = behind(&AccountConfig { location: ELSEWHERE, ..anna() }, host());
    let mut place = |lab: &mut Lab, options: &DialOptions<'_>| {
        dial(lab, account, "bob", options).unwrap();
        let invite = peer.wait(lab, "INVITE");
        peer.respond(lab, &invite, 486, "");
        place_of(&invite).map(|(place, _)| place)
    };
    let own = DialOptions { location: None, ..located("") };
    assert_eq!(place(&mut lab, &own).as_deref(), Some(ELSEWHERE));
    assert_eq!(place(&mut lab, &located(PLACE)).as_deref(), Some(PLACE));
    // an empty one keeps the account's to itself, in this call alone
    assert_eq!(place(&mut lab, &located("")), None);
    assert_eq!(place(&mut lab, &own).as_deref(), Some(ELSEWHERE));
    let now = lab.now;
    for new in [PLACE, ""] {
        let change = AccountChange { location: Some(new), ..AccountChange::default() };
        lab.ends[0].phone.account_update(now, account, &change).unwrap();
        assert_eq!(place(&mut lab, &own).unwrap_or_default(), new);
    }
    // one that is not changed stays, and one that does not fit changes nothing
    let change = AccountChange { location: Some(ELSEWHERE), ..AccountChange::default() };
    lab.ends[0].phone.account_update(now, account, &change).unwrap();
    let long = "x".repeat(4097);
    let change = AccountChange { location: Some(&long), ..AccountChange::default() };
    assert_eq!(lab.ends[0].phone.account_update(now, account, &change), Err(too_long()));
    let change = AccountChange { display_name: Some("Anna"), ..AccountChange::default() };
    lab.ends[0].phone.account_update(now, account, &change).unwrap();
    assert_eq!(place(&mut lab, &own).as_deref(), Some(ELSEWHERE));
    lab.assert_settled();
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let (mut lab, _, account) = behind(&anna(), host());
    let long = "x".repeat(4097);
    let refused = dial(&mut lab, account, "bob", &located(&long));
    assert!(
        matches!(refused, Err(CommandError::Location { most }) if (1000..4096).contains(&most.bytes())),
        "{refused:?}"
    );
    // XML has no other controls than these
    for (text, known) in [("<a>\t\r\n</a>", true), ("<a>\u{1}</a>", false), ("\u{1b}", false)] {
        let change = AccountChange { location: Some(text), ..AccountChange::default() };
        let now = lab.now;
        assert_eq!(lab.ends[0].phone.account_update(now, account, &change).is_ok(), known, "{text:?}");
        if !known {
            assert_eq!(dial(&mut lab, account, "bob", &located(text)), Err(CommandError::Text), "{text:?}");
        }
    }
    let twice = DialOptions { headers: "geolocation-routing: yes\r\n", ..located(PLACE) };
    assert_eq!(dial(&mut lab, account, "bob", &twice), Err(CommandError::HeaderOwned));
    assert_eq!(lab.ends[0].phone.calls().count(), 0);
    // a board that was given no room
    let (mut lab, _, account) = behind(&anna(), Capacity { location: 0, ..host() });
    assert_eq!(dial(&mut lab, account, "bob", &located(PLACE)), Err(CommandError::Unsupported));
}

/// An INVITE that is sent has its document, whatever stands around it, and no call is refused that had room for some hundred
/// bytes more.
#[test]
fn one_that_an_invite_has_no_room_for_is_refused_at_once() {
    let lines = "X-Line: 0123456789\r\n".repeat(20);
    let wide = CodecOrder::read("PCMU,PCMA,G722,L16/8000,L16/16000,L16/44100,L16/48000").unwrap();
    let plain = anna();
    let accounts = [
        AccountConfig { password: "", ..plain },
        plain,
        AccountConfig { proxy: "sip:10.0.0.9;transport=udp;hide", display_name: "Anna of the long name", ..plain },
        AccountConfig { call_headers: &lines, codecs: wide, reliable: Reliable::Required, ..plain },
    ];
    for (case, config) in accounts.iter().enumerate() {
        let capacity = Capacity { payload: 960, ..Capacity::host(4, 1, 3500) };
        let (mut lab, mut peer, account) = behind(config, capacity);
        let mut sent = 0;
        for len in (0..=3500).rev().step_by(7) {
            let place = "x".repeat(len);
            let now = lab.now;
            let dialled = lab.ends[0].phone.dial(now, account, "bob", &located(&place));
            let Ok(_) = dialled else {
                let Err(CommandError::Location { most }) = dialled else { panic!("{case}: {dialled:?}") };
                assert!(len > most.bytes(), "{case}: {len} bytes are refused, {most:?} are not");
                continue;
            };
            lab.drain();
            let invite = peer.wait(&mut lab, "INVITE");
            assert_eq!(place_of(&invite).map_or(0, |(place, _)| place.len()), len, "{case}");
            if sent == 0 {
                sent = invite.text().len();
                let (spare, credentials) = (3500 - sent, if config.password.is_empty() { 0 } else { 360 });
                assert!(spare < 250 + credentials, "{case}: {len} is the longest, and {spare} bytes are left");
            }
            peer.respond(&mut lab, &invite, 486, "");
            lab.drain();
            if len < 500 {
                break;
            }
        }
        assert!(sent > 0, "{case}");
        lab.assert_settled();
    }
}

/// With credentials, too. A call for help is more than where it comes from.
#[test]
fn a_call_for_help_goes_without_one_that_is_too_long() {
    for (len, challenged) in [(4097, false), (3800, false), (2500, true)] {
        let (mut lab, mut peer, account) = behind(&anna(), Capacity::host(4, 1, 4096));
        let place = "x".repeat(len);
        dial(&mut lab, account, "112", &located(&place)).unwrap();
        let mut invite = peer.wait(&mut lab, "INVITE");
        assert_eq!(place_of(&invite).is_some(), challenged, "{len}");
        if challenged {
            let nonce = "n".repeat(700);
            let asked = format!("Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"{nonce}\"\r\n");
            peer.respond_with(&mut lab, &invite, 407, &asked, "");
            invite = peer.wait(&mut lab, "INVITE");
            assert!(!invite.header("Proxy-Authorization").is_empty());
            assert_eq!(place_of(&invite), None, "{len}");
        }
        let left: Vec<u32> = lab.ends[0]
            .events
            .iter()
            .filter(|event| event.kind == EventKind::LocationLeft)
            .map(|event| event.value)
            .collect();
        assert_eq!(left, [len as u32]);
        let body = peer.sdp();
        peer.respond(&mut lab, &invite, 200, &body);
        peer.wait(&mut lab, "ACK");
        let call = lab.ends[0].last_call();
        assert_eq!(lab.ends[0].phone.call_info(call).unwrap().state, CallState::Connected);
        peer.be_hung_up(&mut lab, 0, call);
        lab.assert_settled();
    }
}

/// rfc3261#8.1.3.5, #21.4.11, #21.4.13, #21.5.7, rfc6442#4.3: the body may be the reason. It is left out once, and of a call for help alone.
#[test]
fn a_call_for_help_goes_again_without_one_that_is_refused() {
    for status in [413, 415, 424, 513, 486] {
        for to in ["112", "bob"] {
            let (mut lab, mut peer, account) = behind(&anna(), host());
            dial(&mut lab, account, to, &located(PLACE)).unwrap();
            let invite = peer.wait(&mut lab, "INVITE");
            assert!(place_of(&invite).is_some());
            peer.respond(&mut lab, &invite, status, "");
            let left = |lab: &Lab| {
                let told = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::LocationLeft);
                told.map(|event| event.value).collect::<Vec<_>>()
            };
            // the time is that of the refusal, however late the event is fetched
            lab.ends[0].fetch = false;
            lab.run_for(microsip_core::base::time::Duration::from_millis(100));
            let refused = lab.now;
            lab.run_for(microsip_core::base::time::Duration::from_millis(1500));
            lab.ends[0].fetch = true;
            lab.drain();
            if let Some(told) = lab.ends[0].events.iter().find(|event| event.kind == EventKind::LocationLeft) {
                assert!(told.at <= refused && refused.since(told.at).millis() < 100, "{:?} {refused:?}", told.at);
            }
            if to == "bob" || status == 486 {
                lab.run_until("over", |lab| lab.ends[0].reached(CallState::Ended));
                assert_eq!(left(&lab), [] as [u32; 0], "{status} {to}");
                lab.assert_settled();
                continue;
            }
            let again = peer.wait(&mut lab, "INVITE");
            assert_eq!(place_of(&again), None, "{status}");
            assert_eq!(again.header("Call-ID"), invite.header("Call-ID"));
            assert_eq!(left(&lab), [PLACE.len() as u32], "{status}");
            if status == 513 {
                // there is nothing more to leave out
                peer.respond(&mut lab, &again, status, "");
                lab.run_until("over", |lab| lab.ends[0].reached(CallState::Ended));
            } else {
                let body = peer.sdp();
                peer.respond(&mut lab, &again, 200, &body);
                peer.wait(&mut lab, "ACK");
                let call = lab.ends[0].last_call();
                assert_eq!(lab.ends[0].phone.call_info(call).unwrap().state, CallState::Connected);
                peer.be_hung_up(&mut lab, 0, call);
            }
            lab.assert_settled();
        }
    }
}

/// The far end is such a phone: it takes the description out of the body.
#[test]
fn a_phone_takes_such_a_call() {
    let mut lab = Lab::pair();
    dial(&mut lab, AccountId::NONE, "sip:bob@10.0.0.2", &located(PLACE)).unwrap();
    lab.run_until("ringing", |lab| lab.ends[1].reached(CallState::Incoming));
    let (now, call) = (lab.now, lab.ends[1].last_call());
    lab.ends[1].phone.answer(now, call, 200).unwrap();
    lab.run_until("up", |lab| lab.ends[0].reached(CallState::Connected));
    let now = lab.now;
    lab.ends[0].phone.hangup_all(now);
    lab.assert_settled();
}
