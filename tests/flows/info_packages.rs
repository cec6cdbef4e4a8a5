//! Packages of INFO (RFC 6086): what each side says that it takes, and what is sent and comes by it.

use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountChange, AccountConfig, AccountId, CallId, CallState, CallText, Capacity, Cause, CommandError, DialOptions,
    EndCause, MessageId, MessagePolicy, MessageState, MessageText, NewMessage, Setup, SetupError,
};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip, Told, ladder};

const PEER: &str = "sip:bob@10.0.0.9:5060";

fn lab_with(packages: Option<&'static str>) -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options { info_packages: packages, ..Options::default() }]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    (lab, peer)
}

/// A call of ours that the peer answers with these header lines; its INVITE.
fn dialled(lab: &mut Lab, peer: &mut Peer, options: &DialOptions<'_>, extra: &str) -> Sip {
    let now = lab.now;
    lab.ends[0].phone.dial(now, AccountId::NONE, PEER, options).unwrap();
    lab.drain();
    let invite = peer.wait(lab, "INVITE");
    let body = peer.sdp();
    peer.respond_with(lab, &invite, 200, extra, &body);
    peer.wait(lab, "ACK");
    invite
}

/// A call of the peer's with these header lines, which is answered; the responses 180 and 200.
fn called(lab: &mut Lab, peer: &mut Peer, extra: &str) -> [Sip; 2] {
    let body = peer.sdp();
    let invite = peer.request("INVITE", extra, &body);
    peer.send(lab, &invite);
    let ringing = peer.wait(lab, "SIP/2.0 180");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    lab.drain();
    let answered = peer.wait(lab, "SIP/2.0 200");
    peer.learn(&answered);
    peer.ack(lab, "");
    lab.run_for(Duration::from_millis(10));
    [ringing, answered]
}

fn send(lab: &mut Lab, new: &NewMessage<'_>) -> Result<MessageId, CommandError> {
    let (now, call) = (lab.now, lab.ends[0].last_call());
    let sent = lab.ends[0].phone.message_send_in_call(now, call, new);
    lab.drain();
    sent
}

fn of(package: &str) -> NewMessage<'_> {
    NewMessage { package, token: 7, body: b"<x/>", content_type: "application/x+xml", ..NewMessage::default() }
}

fn events(lab: &Lab, kind: EventKind) -> Vec<Told> {
    lab.ends[0].events.iter().filter(|event| event.kind == kind).copied().collect()
}

fn sent(lab: &Lab) -> Vec<(u64, u16, Cause)> {
    events(lab, EventKind::Sent).iter().map(|event| (event.token, event.sip_code, event.result)).collect()
}

fn theirs(lab: &Lab, call: CallId) -> Result<String, CommandError> {
    let mut room = [0; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.call_text(call, CallText::Packages, &mut out)?;
    Ok(String::from_utf8_lossy(out.written()).into_owned())
}

fn package(lab: &Lab, message: MessageId) -> Result<String, CommandError> {
    let mut room = [0; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.message_text(message, MessageText::Package, &mut out)?;
    Ok(String::from_utf8_lossy(out.written()).into_owned())
}

/// The peer sends an INFO with these header lines.
fn inform(lab: &mut Lab, peer: &mut Peer, extra: &str, body: &str) {
    let text = peer.request("INFO", extra, body);
    peer.send(lab, &text);
    lab.run_for(Duration::from_millis(10));
}

fn answer(lab: &mut Lab, message: MessageId, status: u16) -> Result<(), CommandError> {
    let now = lab.now;
    let answered = lab.ends[0].phone.message_answer(now, message, status);
    lab.drain();
    answered
}

#[track_caller]
fn finish(mut lab: Lab, mut peer: Peer) {
    assert!(lab.ends[0].ended().is_none(), "{}", ladder::draw(&lab));
    let call = lab.ends[0].last_call();
    peer.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

// rfc6086#5.2.3
#[test]
fn a_call_of_ours_says_what_it_takes_and_learns_what_the_far_end_takes() {
    for (phone, call, said) in [
        (Some("foo, bar"), None, Some("foo, bar")),
        (Some("foo"), Some("x-one,*, x-two"), Some("x-one, x-two")),
        (Some("foo"), Some(""), Some("")),
        (None, Some("*"), Some("")),
        (Some(""), None, Some("")),
        (None, None, None),
    ] {
        let (mut lab, mut peer) = lab_with(phone);
        let options = DialOptions { info_packages: call, ..DialOptions::default() };
        let invite = dialled(&mut lab, &mut peer, &options, "Recv-Info: alpha, beta;level=2\r\nRecv-Info: gamma\r\n");
        assert_eq!(invite.headers("Recv-Info"), said.map(str::to_owned).into_iter().collect::<Vec<_>>());
        let known = said.map(|_| "alpha, beta;level=2, gamma".to_owned()).ok_or(CommandError::Nothing);
        assert_eq!(theirs(&lab, lab.ends[0].last_call()), known);
        finish(lab, peer);
    }
}

#[test]
fn a_call_that_comes_is_told_where_it_asks() {
    for (ours, asks, says) in [
        (Some("foo"), "Recv-Info: alpha\r\n", Some("foo")),
        (Some("foo"), "Recv-Info:\r\n", Some("foo")),
        (Some(""), "Recv-Info: alpha\r\n", Some("")),
        // rfc6086#5.2.3: not in a response to a request without one
        (Some("foo"), "", None),
        (None, "Recv-Info: alpha\r\n", None),
    ] {
        let (mut lab, mut peer) = lab_with(ours);
        let [ringing, answered] = called(&mut lab, &mut peer, asks);
        assert!(ringing.headers("Recv-Info").is_empty(), "not in a response that is not reliable");
        assert_eq!(answered.headers("Recv-Info"), says.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{asks}");
        let known = match (ours, asks) {
            (None, _) | (_, "") => Err(CommandError::Nothing),
            (_, "Recv-Info:\r\n") => Ok(String::new()),
            _ => Ok("alpha".to_owned()),
        };
        assert_eq!(theirs(&lab, lab.ends[0].last_call()), known);
        finish(lab, peer);
    }
}

// rfc6086#5.2.2, #5.2.4
#[test]
fn what_the_far_end_takes_changes_with_what_is_not_refused() {
    let (mut lab, mut peer) = lab_with(Some("foo"));
    called(&mut lab, &mut peer, "Recv-Info: alpha\r\n");
    let call = lab.ends[0].last_call();
    assert_eq!(theirs(&lab, call).unwrap(), "alpha");
    // without a word all stays
    let body = peer.sdp();
    for (method, extra, body, status, listed, now) in [
        ("INVITE", "", body.as_str(), 200, &[][..], "alpha"),
        ("INVITE", "Recv-Info: beta, gamma\r\n", &body, 200, &["foo"], "beta, gamma"),
        ("INVITE", "Recv-Info: delta\r\n", &body.replace("RTP/AVP 0 8", "RTP/AVP 96 97"), 488, &[], "beta, gamma"),
        ("UPDATE", "Recv-Info: epsilon\r\n", "", 200, &["foo"], "epsilon"),
        ("UPDATE", "Recv-Info: zeta\r\nRequire: unheard-of\r\n", "", 420, &[], "epsilon"),
        ("UPDATE", "", "", 200, &[], "epsilon"),
        ("INVITE", "Recv-Info: \r\n", &body, 200, &["foo"], ""),
    ] {
        let contact = if method == "UPDATE" { format!("Contact: <{}>\r\n", peer.contact) } else { String::new() };
        let text = peer.request(method, &format!("{contact}{extra}"), body);
        peer.send(&mut lab, &text);
        let response = peer.wait(&mut lab, "SIP/2.0");
        assert_eq!(
            (response.status(), response.headers("Recv-Info")),
            (status, listed.iter().map(|&l| l.into()).collect())
        );
        if method == "INVITE" {
            peer.ack(&mut lab, "");
        } else {
            // a repetition gets the same
            peer.send(&mut lab, &text);
            assert_eq!(peer.wait(&mut lab, "SIP/2.0").text(), response.text());
        }
        lab.run_for(Duration::from_millis(10));
        assert_eq!(theirs(&lab, call).unwrap(), now, "{method} {extra}");
    }
    finish(lab, peer);
}

// rfc6086#4.2.1
#[test]
fn an_info_of_a_package_leaves_where_the_far_end_takes_it() {
    let (mut lab, mut peer) = lab_with(Some(""));
    dialled(&mut lab, &mut peer, &DialOptions::default(), "Recv-Info: foo, bar;x=1\r\n");
    for refused in ["Foo", "baz", "fo"] {
        assert_eq!(send(&mut lab, &of(refused)), Err(CommandError::Untaken), "{refused}: rfc6086#7.2");
    }
    for wrong in ["foo, bar", "fo o", ";x=1", "foo\r\nX: y", "\u{e9}"] {
        assert_eq!(send(&mut lab, &of(wrong)), Err(CommandError::Packages), "{wrong:?}");
    }
    let headers = NewMessage { headers: "Content-Disposition: render\r\n", ..of("foo") };
    assert_eq!(send(&mut lab, &headers), Err(CommandError::HeaderOwned));
    let first = send(&mut lab, &NewMessage { headers: "X-Own: 1\r\n", ..of("foo;level=3") }).unwrap();
    send(&mut lab, &NewMessage { body: b"", content_type: "", token: 8, ..of("bar") }).unwrap();
    send(&mut lab, &NewMessage { body: b"hello", token: 9, ..NewMessage::default() }).unwrap();
    let info = peer.wait(&mut lab, "INFO");
    assert_eq!(info.header("Info-Package"), "foo;level=3");
    assert_eq!(info.header("Content-Disposition"), "Info-Package", "rfc6086#4.3.1");
    assert_eq!((info.header("Content-Type").as_str(), info.body().as_str()), ("application/x+xml", "<x/>"));
    assert_eq!((info.header("X-Own").as_str(), info.headers("Contact").len()), ("1", 0));
    assert!(info.headers("Recv-Info").is_empty(), "rfc6086#4.2.1");
    assert_eq!(package(&lab, first).unwrap(), "foo;level=3");
    let told = lab.ends[0].phone.message_info(first).unwrap();
    assert_eq!((told.info, told.incoming, told.state), (true, false, MessageState::Sending));
    // one at a time, and a MESSAGE of the same call behind them
    peer.silence(&mut lab, "MESSAGE", Duration::from_millis(200));
    assert_eq!(peer.all(&lab, "INFO").len(), 1);
    peer.respond(&mut lab, &info, 200, "");
    let second = peer.wait(&mut lab, "INFO");
    assert_eq!((second.header("Info-Package").as_str(), second.number()), ("bar", info.number() + 1));
    assert!(second.headers("Content-Disposition").is_empty() && second.headers("Content-Type").is_empty());
    peer.respond(&mut lab, &second, 469, "");
    let message = peer.wait(&mut lab, "MESSAGE");
    peer.respond(&mut lab, &message, 200, "");
    lab.run_until("their ends", |lab| sent(lab).len() == 3);
    assert_eq!(sent(&lab), [(7, 200, Cause::Normal), (8, 469, Cause::Refused), (9, 200, Cause::Normal)]);
    finish(lab, peer);
}

#[test]
fn one_without_a_package_needs_no_leave() {
    let (mut lab, mut peer) = lab_with(None);
    dialled(&mut lab, &mut peer, &DialOptions::default(), "");
    assert_eq!(send(&mut lab, &of("foo")), Err(CommandError::Untaken));
    send(&mut lab, &of("*")).unwrap();
    let info = peer.wait(&mut lab, "INFO");
    assert!(info.headers("Info-Package").is_empty() && info.headers("Content-Disposition").is_empty());
    assert_eq!(info.body(), "<x/>");
    peer.respond(&mut lab, &info, 415, "");
    lab.run_until("its end", |lab| sent(lab).len() == 1);
    assert_eq!(sent(&lab), [(7, 415, Cause::Refused)]);
    let now = lab.now;
    let direct = lab.ends[0].phone.message_send(now, AccountId::NONE, PEER, &of("*"));
    assert_eq!(direct, Err(CommandError::Packages), "rfc6086#4.2.1: not outside a call");
    finish(lab, peer);
}

#[test]
fn silence_ends_an_info_and_481_its_call() {
    let (mut lab, mut peer) = lab_with(Some(""));
    dialled(&mut lab, &mut peer, &DialOptions::default(), "Recv-Info: foo\r\n");
    send(&mut lab, &of("foo")).unwrap();
    lab.run_until("its end", |lab| sent(lab).len() == 1);
    assert_eq!(sent(&lab), [(7, 0, Cause::Timeout)]);
    assert!(lab.ends[0].ended().is_none(), "an INFO that nobody answers ends nothing");
    let before = peer.all(&lab, "INFO").pop().unwrap();
    send(&mut lab, &of("foo")).unwrap();
    send(&mut lab, &NewMessage { token: 8, ..of("foo") }).unwrap();
    send(&mut lab, &NewMessage { body: b"hello", token: 9, ..NewMessage::default() }).unwrap();
    lab.run_for(Duration::from_millis(100));
    let info = peer.all(&lab, "INFO").pop().unwrap();
    assert_eq!(info.number(), before.number() + 1);
    peer.respond(&mut lab, &info, 481, "");
    lab.run_until("the end", |lab| lab.ends[0].ended().is_some() && sent(lab).len() == 4);
    // those that waited leave no more: there is no dialog for them
    assert_eq!(sent(&lab)[1..], [(7, 481, Cause::Refused), (8, 0, Cause::State), (9, 0, Cause::State)]);
    assert_eq!(peer.all(&lab, "INFO").pop().unwrap().number(), info.number());
    assert!(peer.all(&lab, "MESSAGE").is_empty());
    let ended = lab.ends[0].ended().unwrap();
    assert_eq!((ended.sip_code, ended.cause), (481, EndCause::Network));
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn one_that_comes_is_a_message_and_the_application_answers_it() {
    let (mut lab, mut peer) = lab_with(Some("foo, bar"));
    called(&mut lab, &mut peer, "Recv-Info:\r\n");
    let extra = "Info-Package: bar;n=1\r\nContent-Type: a/b\r\nContent-Disposition: Info-Package\r\n";
    for (status, result) in [(0, 200), (415, 415)] {
        let seen = events(&lab, EventKind::Message).len();
        let text = peer.request("INFO", extra, "body");
        peer.send(&mut lab, &text);
        lab.run_for(Duration::from_millis(10));
        let told = events(&lab, EventKind::Message)[seen];
        assert_eq!((told.state, told.call), (MessageState::Unread as u32, lab.ends[0].last_call()));
        let info = lab.ends[0].phone.message_info(told.message).unwrap();
        assert_eq!((info.info, info.refer, info.incoming, info.len), (true, false, true, 4));
        assert_eq!(package(&lab, told.message).unwrap(), "bar;n=1");
        assert_eq!(lab.ends[0].phone.message_body(told.message).unwrap(), b"body");
        // a repetition is shown once
        peer.send(&mut lab, &text);
        lab.run_for(Duration::from_millis(10));
        assert_eq!(events(&lab, EventKind::Message).len(), seen + 1);
        answer(&mut lab, told.message, status).unwrap();
        let response = peer.wait(&mut lab, "SIP/2.0");
        assert_eq!(response.status(), result);
        assert!(response.headers("Recv-Info").is_empty());
        peer.send(&mut lab, &text);
        assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), result);
    }
    finish(lab, peer);
}

// rfc6086#4.2.2
#[test]
fn a_package_that_is_not_taken_gets_469_with_those_that_are() {
    for (ours, listed) in [(Some("foo,bar"), "foo, bar"), (Some("*"), ""), (None, "")] {
        let (mut lab, mut peer) = lab_with(ours);
        called(&mut lab, &mut peer, "");
        for name in ["baz", "FOO", "", "*"] {
            let text = peer.request("INFO", &format!("Info-Package: {name}\r\nContent-Type: a/b\r\n"), "x");
            peer.send(&mut lab, &text);
            let response = peer.wait(&mut lab, "SIP/2.0");
            let taken = name == "*" && ours == Some("*");
            assert!(!taken || response.status() == 469, "no package is called so");
            assert_eq!((response.status(), response.headers("Recv-Info")), (469, vec![listed.to_owned()]), "{name}");
            peer.send(&mut lab, &text);
            assert_eq!(peer.wait(&mut lab, "SIP/2.0").text(), response.text(), "a repetition gets the same");
        }
        assert!(events(&lab, EventKind::Message).is_empty());
        finish(lab, peer);
    }
}

#[test]
fn one_without_a_package_is_told_where_that_was_asked_for() {
    for (ours, told) in [(Some("foo, *"), true), (Some("*"), true), (Some("foo"), false), (None, false)] {
        let (mut lab, mut peer) = lab_with(ours);
        called(&mut lab, &mut peer, "");
        inform(&mut lab, &mut peer, "Content-Type: application/media_control+xml\r\n", "<media_control/>");
        let came = events(&lab, EventKind::Message);
        assert_eq!(came.len(), usize::from(told));
        if let Some(came) = came.first() {
            assert_eq!(package(&lab, came.message), Err(CommandError::Nothing));
            answer(&mut lab, came.message, 0).unwrap();
        }
        assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), if told { 200 } else { 415 });
        // rfc3261#21.4.13: the fault of a coded one is its coding, and not its type
        for package in ["", "Info-Package: foo\r\n"] {
            let extra = format!("{package}Content-Type: a/b\r\nContent-Encoding: gzip\r\n");
            let taken = ours.is_some_and(|ours| ours.contains(if package.is_empty() { '*' } else { 'f' }));
            inform(&mut lab, &mut peer, &extra, "x");
            let refused = peer.wait(&mut lab, "SIP/2.0 4");
            let coding = (refused.status(), refused.header("Accept"), refused.header("Accept-Encoding"));
            if taken || package.is_empty() {
                assert_eq!(coding, (415, "*/*".into(), "identity".into()), "{ours:?} {package}");
            } else {
                assert_eq!(refused.status(), 469, "{ours:?} {package}");
            }
        }
        // digits, and one that says nothing, are what they were
        inform(&mut lab, &mut peer, "Content-Type: application/dtmf-relay\r\n", "Signal=5\r\nDuration=160\r\n");
        assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), 200);
        inform(&mut lab, &mut peer, "", "");
        assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), 200);
        assert_eq!(events(&lab, EventKind::Digit).len(), 1);
        assert_eq!(events(&lab, EventKind::Message).len(), usize::from(told));
        finish(lab, peer);
    }
}

#[test]
fn policies_of_messages() {
    // kept: 200, for rfc6086#4.2.2 knows no 202; refused are messages, not what was asked for
    for (messages, state) in [(MessagePolicy::Store, MessageState::Kept), (MessagePolicy::Refuse, MessageState::Unread)]
    {
        let options = Options { messages, info_packages: Some("foo"), ..Options::default() };
        let mut lab = Lab::new(&[options]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        called(&mut lab, &mut peer, "");
        inform(&mut lab, &mut peer, "Info-Package: foo\r\n", "");
        let told = events(&lab, EventKind::Message)[0];
        assert_eq!(told.state, state as u32);
        let now = lab.now;
        lab.ends[0].phone.message_release(now, told.message).unwrap();
        lab.drain();
        assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), 200);
        finish(lab, peer);
    }
}

// rfc5057#5.1: a 480 would be about the call
#[test]
fn one_that_nobody_answers_or_finds_no_room_gets_500() {
    let mut capacity = Options::default().capacity;
    capacity.messages = 2;
    capacity.messages_reserve = u32::MAX;
    let options = Options { capacity, info_packages: Some("foo"), ..Options::default() };
    let mut lab = Lab::new(&[options]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    called(&mut lab, &mut peer, "");
    inform(&mut lab, &mut peer, "Info-Package: foo\r\n", "");
    inform(&mut lab, &mut peer, "Info-Package: foo\r\n", "");
    let full = peer.wait(&mut lab, "SIP/2.0 5");
    assert_eq!(full.status(), 500, "half of two is what one host may have");
    let unread = peer.wait(&mut lab, "SIP/2.0 5");
    assert_eq!(unread.status(), 500);
    let over = events(&lab, EventKind::Message)[1];
    assert_eq!((over.state, over.sip_code, over.result), (MessageState::Over as u32, 500, Cause::Timeout));
    finish(lab, peer);
}

// rfc6086#5.2.2: who lists a package is prepared to receive it
#[test]
fn packages_without_a_slot_for_messages_are_refused() {
    let mut capacity = Options::default().capacity;
    capacity.messages = 0;
    let setup = Setup { seed: [1; 32], info_packages: Some("foo"), ..Setup::default() };
    assert_eq!(setup.check(&capacity).err(), Some(SetupError::Unheld));
    assert!(setup.check(&Options::default().capacity).is_ok());
    assert!(Setup { info_packages: Some(""), ..setup }.check(&capacity).is_ok());
    let mut lab = Lab::new(&[Options { capacity, info_packages: Some(""), ..Options::default() }]);
    let (now, phone) = (lab.now, &mut lab.ends[0].phone);
    for names in ["foo", "*"] {
        let options = DialOptions { info_packages: Some(names), ..DialOptions::default() };
        assert_eq!(phone.dial(now, AccountId::NONE, PEER, &options), Err(CommandError::Unheld));
        let config = AccountConfig { uri: "sip:me@10.0.0.9", info_packages: Some(names), ..AccountConfig::default() };
        assert_eq!(phone.account_add(now, &config), Err(CommandError::Unheld));
        let account = phone.account_add(now, &AccountConfig { info_packages: Some(""), ..config }).unwrap();
        let change = AccountChange { info_packages: Some(names), ..AccountChange::default() };
        assert_eq!(phone.account_update(now, account, &change), Err(CommandError::Unheld));
    }
}

#[test]
fn names_that_are_none_are_refused() {
    let (mut lab, peer) = lab_with(None);
    let now = lab.now;
    let long = "x".repeat(129);
    for wrong in ["a b", "a,,b", ",", "a;x=1", "\u{e4}", "a\r\n", long.as_str()] {
        let options = DialOptions { info_packages: Some(wrong), ..DialOptions::default() };
        assert_eq!(
            lab.ends[0].phone.dial(now, AccountId::NONE, PEER, &options),
            Err(CommandError::Packages),
            "{wrong:?}"
        );
    }
    let _ = peer;
    lab.assert_settled();
}

// rfc6086#4.2.1: each branch of a fork says its own
#[test]
fn the_branch_that_wins_has_its_own_packages() {
    let (mut lab, mut peer) = lab_with(Some("foo"));
    let now = lab.now;
    lab.ends[0].phone.dial(now, AccountId::NONE, PEER, &DialOptions::default()).unwrap();
    lab.drain();
    let invite = peer.wait(&mut lab, "INVITE");
    let body = peer.sdp();
    "first".clone_into(&mut peer.tag);
    peer.respond_with(&mut lab, &invite, 180, "Recv-Info: alpha\r\n", "");
    "second".clone_into(&mut peer.tag);
    peer.respond_with(&mut lab, &invite, 183, "Recv-Info: beta, gamma\r\n", "");
    lab.run_for(Duration::from_millis(20));
    // an INFO may come before the answer, from any branch
    inform(&mut lab, &mut peer, "Info-Package: foo\r\n", "");
    let told = events(&lab, EventKind::Message)[0];
    answer(&mut lab, told.message, 0).unwrap();
    assert_eq!(peer.wait(&mut lab, "SIP/2.0").status(), 200);
    peer.respond(&mut lab, &invite, 200, &body);
    peer.wait(&mut lab, "ACK");
    assert_eq!(theirs(&lab, lab.ends[0].last_call()).unwrap(), "beta, gamma");
    finish(lab, peer);
}

// A list is the far end's to choose, and the dialog's block is one for all texts: values behind the room for a list are
// not known, and nothing is sent that it might not take.
#[test]
fn a_long_list_is_known_as_far_as_there_is_room_for_one() {
    let long = "p".repeat(100);
    let many: String = (0..12).map(|n| format!("Recv-Info: {long}{n}\r\n")).collect();
    for (list, known) in [
        (many, format!("{long}0")),
        (format!("Recv-Info: foo;x={long}{long}, bar, {long}\r\n"), format!("bar, {long}")),
        (format!("Recv-Info: {}\r\n", "x,".repeat(500)), vec!["x"; 16].join(", ")),
    ] {
        let (mut lab, mut peer) = lab_with(Some("foo"));
        dialled(&mut lab, &mut peer, &DialOptions::default(), &list);
        assert_eq!(theirs(&lab, lab.ends[0].last_call()).unwrap(), known);
        assert_eq!(send(&mut lab, &of("foo")), Err(CommandError::Untaken));
        finish(lab, peer);
    }
}

/// The way of an INVITE that a far end has rung at, with a list of its own, to another one.
#[derive(Clone, Copy, Debug)]
enum Way {
    NextAddress,
    Redirected,
    OtherBranch,
}

/// The end of a call of ours that goes such a way, with blocks of so many bytes for texts.
fn outcome(way: Way, dialog_text: u32, list: &str) -> &'static str {
    let capacity = Capacity { dialog_text, ..Options::default().capacity };
    let mut lab = Lab::new(&[Options { capacity, info_packages: Some("foo"), ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut other = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    lab.names.insert("two.example".into(), vec![peer.at, other.at]);
    // the far end's own target is shorter than what was dialled, so its list finds room behind it
    let (now, uri) = (lab.now, format!("sip:{}@two.example", "l".repeat(60)));
    if lab.ends[0].phone.dial(now, AccountId::NONE, &uri, &DialOptions::default()).is_err() {
        return "not dialled";
    }
    lab.drain();
    lab.run_for(Duration::from_millis(50));
    let Some(invite) = peer.all(&lab, "INVITE").pop() else { return "not dialled" };
    peer.respond_with(&mut lab, &invite, 180, list, "");
    let body = other.sdp();
    match way {
        Way::NextAddress => peer.respond(&mut lab, &invite, 503, ""),
        Way::Redirected => {
            let moved = format!("Contact: <sip:{}@10.0.0.10>\r\n", "m".repeat(20));
            peer.respond_with(&mut lab, &invite, 302, &moved, "");
        }
        Way::OtherBranch => {
            "another".clone_into(&mut peer.tag);
            peer.contact = format!("sip:{}@10.0.0.9:5060", "c".repeat(60));
            peer.respond(&mut lab, &invite, 200, &body);
            lab.run_for(Duration::from_millis(50));
            return if lab.ends[0].reached(CallState::Connected) { "connected" } else { "full" };
        }
    }
    lab.run_for(Duration::from_millis(50));
    let Some(next) = other.all(&lab, "INVITE").pop() else { return "not followed" };
    assert_eq!((next.to_tag(), next.headers("Route")), (String::new(), Vec::new()), "{way:?} {dialog_text}");
    if matches!(way, Way::NextAddress) {
        assert_eq!(next.uri(), uri, "{dialog_text}");
    }
    other.respond(&mut lab, &next, 200, &body);
    lab.run_for(Duration::from_millis(50));
    if lab.ends[0].reached(CallState::Connected) { "connected" } else { "full" }
}

#[test]
fn what_one_far_end_lists_takes_no_room_from_another() {
    let lists = [
        format!("Recv-Info: {}\r\n", "p".repeat(20)),
        format!("Recv-Info: {}\r\n", "p".repeat(60)),
        format!("Recv-Info: {}\r\n", "p".repeat(120)),
        (0..10).map(|n| format!("Recv-Info: {}{n}\r\n", "p".repeat(100))).collect(),
    ];
    for way in [Way::NextAddress, Way::Redirected, Way::OtherBranch] {
        let mut seen = Vec::new();
        for dialog_text in (150..600).step_by(10) {
            let plain = outcome(way, dialog_text, "");
            for list in &lists {
                assert_eq!(outcome(way, dialog_text, list), plain, "{way:?} in {dialog_text} bytes with {list}");
            }
            seen.push(plain);
        }
        assert_eq!((seen.first(), seen.last()), (Some(&"not dialled"), Some(&"connected")), "{way:?}");
    }
}
