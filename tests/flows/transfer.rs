//! We transfer a call (RFC 3515, 5589): what leaves, each outcome of the REFER and of its NOTIFYs, and what becomes of the
//! calls.

mod bye;
mod ringing;

use microsip_core::base::limits::{TRANSFER_MS, TRANSFER_SILENT_MS, TRANSFER_WHOLE_MS};
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountConfig, AccountId, CallId, CallState, Cause, CommandError, EndCause, EndedBy, SessionTimer, TimerMode,
    TransferOptions, TransferState, TransferTo,
};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip, Told};

const DORA: &str = "sip:dora@10.0.0.33:5060";

/// A phone in a call with a peer.
fn talking() -> (Lab, Peer, CallId) {
    let mut lab = Lab::new(&[Options::default()]);
    let mut bob = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    bob.call(&mut lab, 0);
    let call = lab.ends[0].last_call();
    (lab, bob, call)
}

fn options() -> TransferOptions<'static> {
    TransferOptions { token: 9, ..TransferOptions::default() }
}

fn transfer(
    lab: &mut Lab,
    call: CallId,
    to: TransferTo<'_>,
    options: &TransferOptions<'_>,
) -> Result<(), CommandError> {
    let now = lab.now;
    let done = lab.ends[0].phone.transfer(now, call, to, options);
    lab.drain();
    done
}

/// The far end has the REFER.
fn referred(lab: &mut Lab, bob: &mut Peer, call: CallId) -> Sip {
    transfer(lab, call, TransferTo::Target(DORA), &options()).unwrap();
    bob.wait(lab, "REFER")
}

/// The same, and has accepted it.
fn accepted() -> (Lab, Peer, CallId, Sip) {
    let (mut lab, mut bob, call) = talking();
    let refer = referred(&mut lab, &mut bob, call);
    bob.respond(&mut lab, &refer, 202, "");
    lab.run_for(Duration::from_millis(20));
    (lab, bob, call, refer)
}

fn notify_text(bob: &mut Peer, event: &str, state: &str, body: &str) -> String {
    let kind = if body.is_empty() { "" } else { "Content-Type: message/sipfrag;version=2.0\r\n" };
    let lines = format!("Event: {event}\r\nSubscription-State: {state}\r\nContact: <{}>\r\n{kind}", bob.contact);
    bob.request("NOTIFY", &lines, body)
}

/// A NOTIFY of the far end's. Gives the status of its response.
fn notify(lab: &mut Lab, bob: &mut Peer, state: &str, body: &str) -> u16 {
    notify_of(lab, bob, "refer", state, body)
}

fn notify_of(lab: &mut Lab, bob: &mut Peer, event: &str, state: &str, body: &str) -> u16 {
    let text = notify_text(bob, event, state, body);
    bob.send(lab, &text);
    bob.wait(lab, "SIP/2.0 ").status()
}

fn told(lab: &Lab, kind: EventKind) -> Vec<Told> {
    lab.ends[0].events.iter().filter(|told| told.kind == kind).copied().collect()
}

/// The states of the transfer with their statuses.
fn steps(lab: &Lab) -> Vec<(u32, u16)> {
    let steps = told(lab, EventKind::Transfer);
    assert!(steps.iter().all(|step| step.token == 9), "each has the token");
    steps.iter().map(|step| (step.state, step.sip_code)).collect()
}

/// The ends of the command.
fn dones(lab: &Lab) -> Vec<(u64, u16, Cause)> {
    told(lab, EventKind::Done).iter().map(|done| (done.token, done.sip_code, done.result)).collect()
}

fn ended(lab: &Lab, call: CallId) -> Option<Told> {
    lab.ends[0].events.iter().find(|told| told.call == call && told.call_is(CallState::Ended)).copied()
}

fn is_up(lab: &Lab, call: CallId) -> bool {
    lab.ends[0].phone.call_info(call).is_ok_and(|info| info.state == CallState::Connected)
}

const PENDING: u32 = TransferState::Pending as u32;
const TRYING: u32 = TransferState::Trying as u32;
const RINGING: u32 = TransferState::Ringing as u32;
const DONE: u32 = TransferState::Done as u32;
const FAILED: u32 = TransferState::Failed as u32;

/// The transfer failed so, and the call goes on as it was.
fn given_back(lab: &mut Lab, bob: &mut Peer, call: CallId, code: u16, result: Cause) {
    assert_eq!(steps(lab).last(), Some(&(FAILED, code)));
    assert_eq!(dones(lab), [(9, code, result)]);
    assert!(is_up(lab, call) && bob.all(lab, "BYE").is_empty(), "the call is as it was");
    let info = lab.ends[0].phone.call_info(call).unwrap();
    assert!(info.media && !info.holding && !info.held, "with its sound");
    bob.be_hung_up(lab, 0, call);
    lab.assert_settled();
}

// rfc5589#6.2, rfc3515#4.1
#[test]
fn a_blind_transfer_goes_its_way_step_by_step() {
    let (mut lab, mut bob, call) = talking();
    let refer = referred(&mut lab, &mut bob, call);
    assert_eq!(refer.header("Refer-To"), format!("<{DORA}>"));
    assert_eq!(refer.header("Referred-By"), "<sip:bob@10.0.0.1:5060>", "rfc3892#2.1: as the call names us");
    assert!(!refer.contact().is_empty(), "rfc3515#2.2");
    assert!(!refer.to_tag().is_empty() && refer.headers("Refer-Sub").is_empty());
    assert!(steps(&lab).is_empty());
    bob.respond(&mut lab, &refer, 202, "");
    lab.run_for(Duration::from_millis(20));
    assert_eq!(notify(&mut lab, &mut bob, "active;expires=60", "SIP/2.0 100 Trying\r\n"), 200);
    assert_eq!(notify(&mut lab, &mut bob, "active;expires=60", "SIP/2.0 180 Ringing\r\n"), 200);
    assert!(is_up(&lab, call) && dones(&lab).is_empty(), "until they talk");
    assert_eq!(notify(&mut lab, &mut bob, "terminated;reason=noresource", "SIP/2.0 200 OK\r\n"), 200);
    let bye = bob.wait(&mut lab, "BYE");
    bob.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_millis(50));
    assert_eq!(steps(&lab), [(PENDING, 202), (TRYING, 100), (RINGING, 180), (DONE, 200)]);
    assert_eq!(dones(&lab), [(9, 200, Cause::Normal)]);
    let end = ended(&lab, call).unwrap();
    assert_eq!((end.cause, end.ended_by, end.result), (EndCause::Transferred, EndedBy::Application, Cause::Normal));
    let last = lab.ends[0].events.iter().rposition(|told| told.kind == EventKind::Done).unwrap();
    assert!(lab.ends[0].events[last + 1..].iter().any(|told| told.call_is(CallState::Ended)), "the end comes last");
    lab.assert_settled();
}

// rfc5589#7: the far end of one call takes the place that we have in the other
#[test]
fn an_attended_transfer_ends_both_calls() {
    let (mut lab, mut bob, call) = talking();
    let mut carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    carol.contact = "sip:carol@10.0.0.10:5060;x=1".into();
    carol.be_called(&mut lab, 0);
    let with = lab.ends[0].last_call();
    transfer(&mut lab, call, TransferTo::Call(with), &options()).unwrap();
    let refer = bob.wait(&mut lab, "REFER");
    let to = refer.header("Refer-To");
    let wanted = format!("{}%3Bto-tag%3D{}%3Bfrom-tag%3D{}", carol.call_id, carol.tag, carol.theirs);
    assert_eq!(to, format!("<{}?Replaces={wanted}>", carol.contact), "as the far end of the other call sees it");
    for (first, to) in
        [(call, TransferTo::Target(DORA)), (with, TransferTo::Call(call)), (call, TransferTo::Call(with))]
    {
        assert_eq!(transfer(&mut lab, first, to, &options()), Err(CommandError::State), "one at a time");
    }
    bob.respond(&mut lab, &refer, 202, "");
    notify(&mut lab, &mut bob, "active", "SIP/2.0 100 Trying\r\n");
    notify(&mut lab, &mut bob, "terminated", "SIP/2.0 200 OK\r\n");
    for peer in [&mut bob, &mut carol] {
        let bye = peer.wait(&mut lab, "BYE");
        peer.respond(&mut lab, &bye, 200, "");
    }
    lab.run_for(Duration::from_millis(50));
    for call in [call, with] {
        assert_eq!(ended(&lab, call).unwrap().cause, EndCause::Transferred);
    }
    lab.assert_settled();
}

// rfc3261#19.1.1, #19.1.5: a Contact's own headers and method are of no Refer-To, which has the Replaces there
#[test]
fn a_contact_with_headers_is_named_without_them() {
    for contact in
        ["sip:carol@10.0.0.10:5060;x=1?Subject=a&Priority=b", "sip:carol@10.0.0.10:5060;method=INVITE;x=1?a=b"]
    {
        let (mut lab, mut bob, call) = talking();
        let mut carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
        carol.contact = contact.into();
        carol.be_called(&mut lab, 0);
        let with = lab.ends[0].last_call();
        transfer(&mut lab, call, TransferTo::Call(with), &options()).unwrap();
        let to = bob.wait(&mut lab, "REFER").header("Refer-To");
        assert!(to.starts_with("<sip:carol@10.0.0.10:5060;x=1?Replaces="), "{to}");
    }
}

#[test]
fn a_name_that_is_too_long_is_refused_and_nothing_leaves() {
    let (mut lab, mut bob, call) = talking();
    let mut carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    for len in [100, 340, 400] {
        carol.call_id = format!("{}@x", "%".repeat(len));
        carol.theirs.clear();
        carol.call(&mut lab, 0);
        let with = lab.ends[0].last_call();
        let done = transfer(&mut lab, call, TransferTo::Call(with), &options());
        let fits = len == 100;
        assert_eq!(done, if fits { Ok(()) } else { Err(CommandError::Text) }, "{len}");
        if fits {
            let refer = bob.wait(&mut lab, "REFER");
            assert!(refer.header("Refer-To").contains(&"%25".repeat(len)));
            bob.respond(&mut lab, &refer, 603, "");
        } else {
            bob.silence(&mut lab, "REFER", Duration::from_millis(100));
        }
        carol.be_hung_up(&mut lab, 0, with);
    }
    assert!(is_up(&lab, call));
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

// rfc5589#7: the party that is called learns of it first
#[test]
fn the_other_partys_bye_is_part_of_the_transfer() {
    let (mut lab, mut bob, call) = talking();
    let mut carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    carol.be_called(&mut lab, 0);
    let with = lab.ends[0].last_call();
    transfer(&mut lab, call, TransferTo::Call(with), &options()).unwrap();
    let refer = bob.wait(&mut lab, "REFER");
    bob.respond(&mut lab, &refer, 200, "");
    let bye = carol.request("BYE", "", "");
    carol.send(&mut lab, &bye);
    carol.wait(&mut lab, "SIP/2.0 200");
    let end = ended(&lab, with).unwrap();
    assert_eq!((end.cause, end.ended_by), (EndCause::Transferred, EndedBy::Remote));
    assert!(is_up(&lab, call));
    notify(&mut lab, &mut bob, "terminated", "SIP/2.0 200 OK\r\n");
    let bye = bob.wait(&mut lab, "BYE");
    bob.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_millis(50));
    assert_eq!(dones(&lab), [(9, 200, Cause::Normal)]);
    lab.assert_settled();
}

#[test]
fn a_refused_refer_gives_the_call_back() {
    for (code, result) in [
        (603, Cause::Refused),
        (405, Cause::Refused),
        (501, Cause::Refused),
        (420, Cause::Refused),
        (491, Cause::Refused),
    ] {
        let (mut lab, mut bob, call) = talking();
        let refer = referred(&mut lab, &mut bob, call);
        bob.respond(&mut lab, &refer, code, "");
        lab.run_for(Duration::from_millis(50));
        assert_eq!(steps(&lab), [(FAILED, code)]);
        given_back(&mut lab, &mut bob, call, code, result);
    }
}

// rfc5057#5.1: the far end has no such call
#[test]
fn a_refer_that_finds_no_call_ends_it() {
    let (mut lab, mut bob, call) = talking();
    let refer = referred(&mut lab, &mut bob, call);
    bob.respond(&mut lab, &refer, 481, "");
    let bye = bob.wait(&mut lab, "BYE");
    bob.respond(&mut lab, &bye, 481, "");
    lab.run_for(Duration::from_millis(50));
    assert_eq!(dones(&lab), [(9, 481, Cause::Refused)]);
    assert_eq!(ended(&lab, call).unwrap().sip_code, 481);
    lab.assert_settled();
}

#[test]
fn a_refer_without_response_gives_the_call_back() {
    let (mut lab, mut bob, call) = talking();
    referred(&mut lab, &mut bob, call);
    lab.run_until("its end", |lab| !dones(lab).is_empty());
    given_back(&mut lab, &mut bob, call, 0, Cause::Timeout);
}

// rfc3515#2.4.5: the new party is busy, does not answer, is unknown
/// The far end has the REFER when the phone is somewhere else, over another socket.
fn moved() -> (Lab, Peer, CallId) {
    let (mut lab, mut bob, call) = talking();
    referred(&mut lab, &mut bob, call);
    let (now, new) = (lab.now, "10.0.0.31:5060".parse().unwrap());
    lab.ends[0].move_to(now, Some((1, new)));
    bob.phone = new;
    let again = bob.wait(&mut lab, "INVITE");
    let body = bob.sdp();
    bob.respond(&mut lab, &again, 200, &body);
    bob.wait(&mut lab, "ACK");
    // its next repetition finds no socket
    lab.run_for(Duration::from_secs(2));
    (lab, bob, call)
}

// rfc3515#2.4.4: the response to the REFER goes to where the phone was, and the NOTIFYs to where it is
#[test]
fn a_host_that_moves_hears_how_its_transfer_goes() {
    for (last, wanted) in [(200, Cause::Normal), (486, Cause::Refused)] {
        let (mut lab, mut bob, call) = moved();
        assert!(dones(&lab).is_empty(), "it is not known yet");
        assert_eq!(notify(&mut lab, &mut bob, "active;expires=60", "SIP/2.0 180 Ringing\r\n"), 200);
        let body = format!("SIP/2.0 {last} So\r\n");
        assert_eq!(notify(&mut lab, &mut bob, "terminated;reason=noresource", &body), 200);
        assert_eq!(dones(&lab), [(9, last, wanted)]);
        if last == 200 {
            let bye = bob.wait(&mut lab, "BYE");
            bob.respond(&mut lab, &bye, 200, "");
            lab.run_for(Duration::from_millis(50));
            assert_eq!(ended(&lab, call).unwrap().cause, EndCause::Transferred);
            lab.assert_settled();
        } else {
            given_back(&mut lab, &mut bob, call, last, wanted);
        }
    }
    // nothing is told: it never came, or nobody knows; a BYE is a hang-up like any other
    let (mut lab, mut bob, call) = moved();
    lab.run_for(Duration::from_millis(TRANSFER_SILENT_MS));
    given_back(&mut lab, &mut bob, call, 0, Cause::Timeout);
    let (mut lab, mut bob, call) = moved();
    let bye = bob.request("BYE", "", "");
    bob.send(&mut lab, &bye);
    bob.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(dones(&lab), [(9, 0, Cause::Cancelled)]);
    assert_eq!(ended(&lab, call).unwrap().cause, EndCause::Normal);
    lab.assert_settled();
}

#[test]
fn a_new_party_that_refuses_gives_the_call_back() {
    for code in [302, 404, 486, 487, 503, 603] {
        let (mut lab, mut bob, call, _) = accepted();
        notify(&mut lab, &mut bob, "active", "SIP/2.0 100 Trying\r\n");
        notify(&mut lab, &mut bob, "terminated;reason=noresource", &format!("SIP/2.0 {code} No\r\n"));
        given_back(&mut lab, &mut bob, call, code, Cause::Refused);
    }
}

#[test]
fn a_subscription_that_ends_without_a_result_gives_the_call_back() {
    for body in ["", "SIP/2.0 180 Ringing\r\n"] {
        let (mut lab, mut bob, call, _) = accepted();
        notify(&mut lab, &mut bob, "terminated;reason=timeout", body);
        given_back(&mut lab, &mut bob, call, 0, Cause::Timeout);
    }
}

#[test]
fn silence_gives_the_call_back() {
    let (mut lab, mut bob, call, _) = accepted();
    let at = lab.now;
    lab.run_until("its end", |lab| !dones(lab).is_empty());
    let silent = lab.now.since(at).millis();
    assert!((TRANSFER_SILENT_MS - 100..=TRANSFER_SILENT_MS).contains(&silent), "{silent}");
    given_back(&mut lab, &mut bob, call, 0, Cause::Timeout);
    // and behind a first step
    let (mut lab, mut bob, call, _) = accepted();
    notify(&mut lab, &mut bob, "active", "SIP/2.0 180 Ringing\r\n");
    let at = lab.now;
    lab.patience = Duration::from_secs(400);
    lab.run_until("its end", |lab| !dones(lab).is_empty());
    let silent = lab.now.since(at).millis();
    assert!((TRANSFER_MS - 100..=TRANSFER_MS).contains(&silent), "{silent}");
    // rfc6665#4.1.3: what comes then is of no subscription
    assert_eq!(notify(&mut lab, &mut bob, "terminated", "SIP/2.0 200 OK\r\n"), 481);
    given_back(&mut lab, &mut bob, call, 0, Cause::Timeout);
}

// a far end that says for ever that it tries
#[test]
fn a_transfer_does_not_go_on_for_ever() {
    let (mut lab, mut bob, call, _) = accepted();
    lab.audio = false;
    let begun = lab.now;
    while dones(&lab).is_empty() {
        notify(&mut lab, &mut bob, "active;expires=60", "SIP/2.0 100 Trying\r\n");
        assert!(lab.now.since(begun).millis() < 2 * TRANSFER_WHOLE_MS, "it goes on");
        lab.run_for(Duration::from_secs(150));
    }
    let end = told(&lab, EventKind::Done)[0].at.since(begun).millis();
    assert!((TRANSFER_WHOLE_MS - 100..=TRANSFER_WHOLE_MS).contains(&end), "{end}");
    assert_eq!(notify(&mut lab, &mut bob, "terminated", "SIP/2.0 200 OK\r\n"), 481);
    given_back(&mut lab, &mut bob, call, 0, Cause::Timeout);
    // and the next one has all its time
    let (mut lab, mut bob, call, _) = accepted();
    lab.run_for(Duration::from_secs(20));
    notify(&mut lab, &mut bob, "terminated", "SIP/2.0 486 Busy Here\r\n");
    let refer = referred(&mut lab, &mut bob, call);
    let begun = lab.now;
    bob.respond(&mut lab, &refer, 202, "");
    lab.run_until("its end", |lab| dones(lab).len() == 2);
    let silent = lab.now.since(begun).millis();
    assert!((TRANSFER_SILENT_MS - 100..=TRANSFER_SILENT_MS + 100).contains(&silent), "{silent}");
}

// rfc4028#10: the deadline of a transfer that is over stood before that of the refresh
#[test]
fn a_transfer_that_fails_takes_no_other_deadline_along() {
    let session_timer = SessionTimer { mode: TimerMode::Always, expires: 90, ..SessionTimer::INHERITED };
    let mut lab = Lab::new(&[Options { session_timer, ..Options::default() }]);
    lab.audio = false;
    lab.patience = Duration::from_secs(60);
    let mut bob = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    bob.call(&mut lab, 0);
    let call = lab.ends[0].last_call();
    let refer = referred(&mut lab, &mut bob, call);
    bob.respond(&mut lab, &refer, 202, "");
    lab.run_for(Duration::from_secs(1));
    notify(&mut lab, &mut bob, "terminated", "SIP/2.0 486 Busy Here\r\n");
    let refresh = bob.wait(&mut lab, "INVITE");
    assert!(!refresh.header("Session-Expires").is_empty());
    assert!(is_up(&lab, call));
}

// rfc3515#2.4.4: NOTIFY may be faster than the response
#[test]
fn a_notify_that_overtakes_the_response_counts() {
    let (mut lab, mut bob, call) = talking();
    let refer = referred(&mut lab, &mut bob, call);
    notify(&mut lab, &mut bob, "active", "SIP/2.0 180 Ringing\r\n");
    bob.respond(&mut lab, &refer, 202, "");
    lab.run_for(Duration::from_secs(40));
    assert_eq!(steps(&lab), [(RINGING, 180)], "the step is no step back");
    notify(&mut lab, &mut bob, "terminated", "SIP/2.0 200 OK\r\n");
    let bye = bob.wait(&mut lab, "BYE");
    bob.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_millis(50));
    assert_eq!(dones(&lab), [(9, 200, Cause::Normal)]);
    assert!(ended(&lab, call).is_some());
    lab.assert_settled();
    // even the last one
    let (mut lab, mut bob, call) = talking();
    let refer = referred(&mut lab, &mut bob, call);
    notify(&mut lab, &mut bob, "terminated", "SIP/2.0 200 OK\r\n");
    bob.respond(&mut lab, &refer, 202, "");
    let bye = bob.wait(&mut lab, "BYE");
    bob.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_millis(50));
    assert_eq!(steps(&lab), [(DONE, 200)]);
    assert!(ended(&lab, call).is_some());
    lab.assert_settled();
}

// rfc3515#2.4.6
#[test]
fn the_number_in_the_event_is_that_of_the_refer() {
    let (mut lab, mut bob, call, first) = accepted();
    let number = first.number();
    assert_eq!(notify_of(&mut lab, &mut bob, &format!("refer;id={number}"), "active", "SIP/2.0 100 Trying\r\n"), 200);
    assert_eq!(notify_of(&mut lab, &mut bob, &format!("refer;id={}", number + 1), "active", ""), 481);
    assert_eq!(notify_of(&mut lab, &mut bob, "refer;id=x", "active", ""), 481);
    assert_eq!(notify_of(&mut lab, &mut bob, "presence", "active", ""), 481);
    notify(&mut lab, &mut bob, "terminated", "SIP/2.0 486 Busy Here\r\n");
    // a second one has a number of its own, and what is said of the first is not its
    let second = referred(&mut lab, &mut bob, call);
    bob.respond(&mut lab, &second, 202, "");
    assert_eq!(notify_of(&mut lab, &mut bob, &format!("refer;id={number}"), "terminated", "SIP/2.0 200 OK\r\n"), 481);
    let event = format!("refer;id={}", second.number());
    assert_eq!(notify_of(&mut lab, &mut bob, &event, "terminated", "SIP/2.0 603 Decline\r\n"), 200);
    assert_eq!(dones(&lab), [(9, 486, Cause::Refused), (9, 603, Cause::Refused)]);
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

#[test]
fn a_notify_that_cannot_be_read_is_refused_and_changes_nothing() {
    let (mut lab, mut bob, call, _) = accepted();
    for (lines, body, code) in [
        ("Event: refer\r\nContent-Type: message/sipfrag\r\n", "SIP/2.0 200 OK\r\n", 400),
        ("Event: refer\r\nSubscription-State: active\r\nContent-Type: text/plain\r\n", "SIP/2.0 200 OK\r\n", 415),
        (
            "Event: refer\r\nSubscription-State: active\r\nContent-Type: message/sipfrag\r\n",
            "INVITE sip:a SIP/2.0",
            400,
        ),
        ("Event: refer\r\nSubscription-State: active\r\nContent-Type: message/sipfrag\r\n", "SIP/2.0 20", 400),
        (
            "Event: refer\r\nSubscription-State: active\r\nContent-Type: message/sipfrag\r\nContent-Encoding: gzip\r\n",
            "SIP/2.0 200 OK\r\n",
            415,
        ),
        ("Subscription-State: active\r\n", "", 481),
    ] {
        let text = bob.request("NOTIFY", lines, body);
        bob.send(&mut lab, &text);
        assert_eq!(bob.wait(&mut lab, "SIP/2.0 ").status(), code, "{lines}{body}");
    }
    assert_eq!(steps(&lab), [(PENDING, 202)]);
    notify(&mut lab, &mut bob, "terminated", "SIP/2.0 486 Busy Here\r\n");
    given_back(&mut lab, &mut bob, call, 486, Cause::Refused);
}

// rfc3515#2.4.6: without a number it is of the first REFER of a dialog, whose end we did not wait for
#[test]
fn what_is_said_late_of_a_transfer_is_not_of_the_next() {
    for (gone, late) in [
        (true, "SIP/2.0 200 OK\r\n"),
        (true, "SIP/2.0 486 Busy Here\r\n"),
        (false, "SIP/2.0 486 Busy Here\r\n"),
        (false, ""),
    ] {
        let (mut lab, mut bob, call, _) = accepted();
        lab.audio = false;
        if gone {
            lab.run_until("our patience", |lab| !dones(lab).is_empty());
        } else {
            notify(&mut lab, &mut bob, "active", "SIP/2.0 486 Busy Here\r\n");
        }
        let first = dones(&lab);
        let second = referred(&mut lab, &mut bob, call);
        bob.respond(&mut lab, &second, 202, "");
        assert_eq!(notify(&mut lab, &mut bob, "active", "SIP/2.0 180 Ringing\r\n"), 481);
        assert_eq!(notify(&mut lab, &mut bob, "terminated", late), 481, "{late}");
        assert_eq!(dones(&lab), first, "{late}");
        let event = format!("refer;id={}", second.number());
        assert_eq!(notify_of(&mut lab, &mut bob, &event, "active", "SIP/2.0 180 Ringing\r\n"), 200);
        // the first one is over now: there are far ends that number none
        assert_eq!(notify(&mut lab, &mut bob, "terminated", "SIP/2.0 603 Decline\r\n"), 200);
        assert_eq!(dones(&lab).last(), Some(&(9, 603, Cause::Refused)));
        bob.be_hung_up(&mut lab, 0, call);
        lab.assert_settled();
    }
    // a REFER that may not have come opened none
    let (mut lab, mut bob, call) = talking();
    referred(&mut lab, &mut bob, call);
    lab.run_until("its end", |lab| !dones(lab).is_empty());
    let second = referred(&mut lab, &mut bob, call);
    bob.respond(&mut lab, &second, 202, "");
    assert_eq!(notify(&mut lab, &mut bob, "terminated", "SIP/2.0 603 Decline\r\n"), 200);
    assert_eq!(dones(&lab), [(9, 0, Cause::Timeout), (9, 603, Cause::Refused)]);
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
    // it came before the next one left
    let (mut lab, mut bob, call, _) = accepted();
    notify(&mut lab, &mut bob, "active", "SIP/2.0 486 Busy Here\r\n");
    assert_eq!(notify(&mut lab, &mut bob, "terminated", ""), 481);
    let second = referred(&mut lab, &mut bob, call);
    bob.respond(&mut lab, &second, 202, "");
    assert_eq!(notify(&mut lab, &mut bob, "terminated", "SIP/2.0 603 Decline\r\n"), 200);
    assert_eq!(dones(&lab), [(9, 486, Cause::Refused), (9, 603, Cause::Refused)]);
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

#[test]
fn our_hang_up_gives_the_transfer_up() {
    let (mut lab, mut bob, call, _) = accepted();
    bob.be_hung_up(&mut lab, 0, call);
    assert_eq!((steps(&lab).last(), dones(&lab)), (Some(&(FAILED, 0)), vec![(9, 0, Cause::Cancelled)]));
    assert_eq!(ended(&lab, call).unwrap().cause, EndCause::Normal);
    lab.assert_settled();
}

#[test]
fn the_other_call_may_end_and_the_transfer_goes_on() {
    let (mut lab, mut bob, call) = talking();
    let mut carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    carol.be_called(&mut lab, 0);
    let with = lab.ends[0].last_call();
    transfer(&mut lab, call, TransferTo::Call(with), &options()).unwrap();
    let refer = bob.wait(&mut lab, "REFER");
    bob.respond(&mut lab, &refer, 202, "");
    carol.be_hung_up(&mut lab, 0, with);
    assert_eq!(ended(&lab, with).unwrap().cause, EndCause::Normal, "it was our wish");
    notify(&mut lab, &mut bob, "terminated", "SIP/2.0 481 No Call\r\n");
    given_back(&mut lab, &mut bob, call, 481, Cause::Refused);
}

// rfc4488#4
#[test]
fn without_progress_the_acceptance_is_the_end() {
    let wish = TransferOptions { no_progress: true, ..options() };
    for agrees in [true, false] {
        let (mut lab, mut bob, call) = talking();
        transfer(&mut lab, call, TransferTo::Target(DORA), &wish).unwrap();
        let refer = bob.wait(&mut lab, "REFER");
        assert_eq!(refer.header("Refer-Sub"), "false");
        assert!(refer.lists("Supported", "norefersub"), "{}", refer.text());
        bob.respond_with(&mut lab, &refer, 202, if agrees { "Refer-Sub: false\r\n" } else { "" }, "");
        if !agrees {
            notify(&mut lab, &mut bob, "terminated", "SIP/2.0 200 OK\r\n");
        }
        let bye = bob.wait(&mut lab, "BYE");
        bob.respond(&mut lab, &bye, 200, "");
        lab.run_for(Duration::from_millis(50));
        assert_eq!(dones(&lab), [(9, if agrees { 202 } else { 200 }, Cause::Normal)]);
        assert_eq!(ended(&lab, call).unwrap().cause, EndCause::Transferred);
        lab.assert_settled();
    }
}

#[test]
fn commands_that_cannot_be_are_refused_and_send_nothing() {
    let (mut lab, mut bob, call) = talking();
    let with = |headers| TransferOptions { headers, ..options() };
    for (target, error) in [
        ("", CommandError::Uri),
        ("+4912345", CommandError::NoAccount),
        ("sip:dora@10.0.0.3?Replaces=x", CommandError::Uri),
        ("http://x", CommandError::Uri),
    ] {
        assert_eq!(transfer(&mut lab, call, TransferTo::Target(target), &options()), Err(error), "{target}");
    }
    for (headers, error) in [
        ("X", CommandError::HeaderLine),
        ("Refer-To: <sip:x>\r\n", CommandError::HeaderOwned),
        ("Referred-By: <sip:x>\r\n", CommandError::HeaderOwned),
        ("Refer-Sub: false\r\n", CommandError::HeaderOwned),
        ("Contact: <sip:x>\r\n", CommandError::HeaderOwned),
    ] {
        assert_eq!(transfer(&mut lab, call, TransferTo::Target(DORA), &with(headers)), Err(error), "{headers}");
    }
    let long = format!("X-Long: {}\r\n", "y".repeat(2048));
    assert_eq!(transfer(&mut lab, call, TransferTo::Target(DORA), &with(&long)), Err(CommandError::Text));
    assert_eq!(transfer(&mut lab, call, TransferTo::Call(call), &options()), Err(CommandError::State));
    assert_eq!(transfer(&mut lab, CallId::NONE, TransferTo::Target(DORA), &options()), Err(CommandError::Stale));
    assert_eq!(transfer(&mut lab, call, TransferTo::Call(CallId::NONE), &options()), Err(CommandError::Stale));
    let ringing = lab.dial(0, "sip:peer@10.0.0.10:5060");
    assert_eq!(transfer(&mut lab, ringing, TransferTo::Target(DORA), &options()), Err(CommandError::State));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, ringing).unwrap();
    assert_eq!(transfer(&mut lab, call, TransferTo::Call(ringing), &options()), Err(CommandError::State));
    bob.silence(&mut lab, "REFER", Duration::from_millis(100));
    transfer(&mut lab, call, TransferTo::Target(DORA), &with("X-Reason: lunch\r\n")).unwrap();
    let refer = bob.wait(&mut lab, "REFER");
    assert_eq!(refer.header("X-Reason"), "lunch");
    bob.respond(&mut lab, &refer, 603, "");
    lab.run_for(Duration::from_millis(50));
    given_back(&mut lab, &mut bob, call, 603, Cause::Refused);
}

#[test]
fn a_number_is_completed_by_the_calls_account() {
    use crate::server::{REGISTRAR, account, anna};
    use crate::strangers::{asked, request};
    let config = AccountConfig { dial_plan: "[1-9]xx", no_register: true, ..anna() };
    let (mut lab, _) = account(&[REGISTRAR], config);
    let dial = microsip_core::phone::DialOptions::default();
    let (now, id) = (lab.now, lab.ends[0].phone.accounts().next().unwrap_or(AccountId::NONE));
    let out = lab.ends[0].phone.dial(now, id, "100", &dial).unwrap();
    lab.drain();
    let at = REGISTRAR.parse().unwrap();
    assert_eq!(asked(&mut lab, REGISTRAR, &request("INVITE", at, "sip:anna@10.0.0.1", 1)), Some(180));
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    assert_ne!(call, out);
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    lab.run_for(Duration::from_millis(50));
    assert_eq!(transfer(&mut lab, call, TransferTo::Target("0800"), &options()), Err(CommandError::Blocked));
    transfer(&mut lab, call, TransferTo::Target("201"), &options()).unwrap();
    lab.run_for(Duration::from_millis(50));
    let refer = lab.raw_texts(at).into_iter().find(|text| text.starts_with("REFER")).unwrap();
    assert_eq!(crate::server::header(&refer, "Refer-To"), Some("<sip:201@example.org>"));
    assert_eq!(crate::server::header(&refer, "Referred-By"), Some("<sip:anna@10.0.0.1>"));
}

// all three parties are ours (rfc5589#7.3 and #6.2)
#[test]
fn it_works_between_phones_of_ours() {
    use crate::replaces::following;
    for attended in [false, true] {
        let mut lab = Lab::new(&[following(), following(), following()]);
        let first = lab.dial(0, "sip:b@10.0.0.2:5060");
        lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
        let (theirs, now) = (lab.ends[1].last_call(), lab.now);
        lab.ends[1].phone.answer(now, theirs, 200).unwrap();
        lab.run_until("it is up", |lab| lab.ends[0].reached(CallState::Connected));
        let second = attended.then(|| {
            let second = lab.dial(0, "sip:c@10.0.0.3:5060");
            lab.run_until("it rings", |lab| lab.ends[2].reached(CallState::Incoming));
            let (theirs, now) = (lab.ends[2].last_call(), lab.now);
            lab.ends[2].phone.answer(now, theirs, 200).unwrap();
            lab.run_until("it is up", |lab| is_up(lab, second));
            second
        });
        let to = second.map_or(TransferTo::Target("sip:c@10.0.0.3:5060"), TransferTo::Call);
        transfer(&mut lab, first, to, &options()).unwrap();
        if !attended {
            lab.run_until("it rings there", |lab| lab.ends[2].reached(CallState::Incoming));
            lab.run_until("told so", |lab| steps(lab).last() == Some(&(RINGING, 180)));
            let (theirs, now) = (lab.ends[2].last_call(), lab.now);
            lab.ends[2].phone.answer(now, theirs, 200).unwrap();
        }
        lab.run_until("it is done", |lab| !dones(lab).is_empty() && ended(lab, first).is_some());
        assert_eq!(dones(&lab), [(9, 200, Cause::Normal)], "{}", microsip_tests::ladder::draw(&lab));
        lab.run_for(Duration::from_secs(2));
        let up = |end: usize| {
            let phone = &lab.ends[end].phone;
            phone.calls().filter(|call| phone.call_info(*call).unwrap().state == CallState::Connected).count()
        };
        assert_eq!((up(0), up(1), up(2)), (0, 1, 1), "{}", microsip_tests::ladder::draw(&lab));
        let now = lab.now;
        lab.ends[1].phone.hangup_all(now);
        lab.assert_settled();
    }
}
