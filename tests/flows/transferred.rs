//! We are asked to call somebody else (RFC 3515): by the far end of a call, or by the account's own server in none. Who
//! may ask, what we dial, and what the sender of the REFER is told.

mod asking;
mod attacked;
mod clicked;
mod limits;
mod planned;

use crate::replaces::{following, name_of};
use crate::server::{REGISTRAR, account_with, anna, header};
use crate::strangers::{asked, request};
use microsip_core::base::cursor::Cursor;
use microsip_core::base::limits::REPORT_MS;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountConfig, AccountId, CallId, CallState, Capacity, Cause, CommandError, DialOptions, EndCause, MessageId,
    MessageState, MessageText, Source, TransferPolicy,
};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip, Told};

fn asking() -> Options {
    Options { transfers: (TransferPolicy::Ask, TransferPolicy::Follow), ..Options::default() }
}

/// A phone in a call with a peer, and another peer, who is to be called.
fn talking(options: Options) -> (Lab, Peer, Peer, CallId) {
    let mut lab = Lab::new(&[options]);
    let mut bob = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    bob.call(&mut lab, 0);
    let call = lab.ends[0].last_call();
    (lab, bob, carol, call)
}

const CAROL: &str = "<sip:carol@10.0.0.10:5060>";

pub(crate) fn refer(lab: &mut Lab, bob: &mut Peer, to: &str, more: &str) -> Sip {
    let lines = format!("Refer-To: {to}\r\nContact: <{}>\r\n{more}", bob.contact);
    let text = bob.request("REFER", &lines, "");
    bob.send(lab, &text);
    let at = lab.now;
    Sip { at, from: bob.at, bytes: text.into_bytes() }
}

fn told(lab: &Lab, kind: EventKind) -> Vec<Told> {
    lab.ends[0].events.iter().filter(|told| told.kind == kind).copied().collect()
}

fn came(lab: &Lab) -> MessageId {
    told(lab, EventKind::Refer).last().expect("a REFER").message
}

fn follow(lab: &mut Lab, refer: MessageId) -> Result<CallId, CommandError> {
    let options = DialOptions { refer, source: Source::Silence, ..DialOptions::default() };
    let now = lab.now;
    let call = lab.ends[0].phone.dial(now, AccountId::NONE, "", &options);
    lab.drain();
    call
}

fn text(lab: &Lab, message: MessageId, which: MessageText) -> String {
    let mut room = [0; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.message_text(message, which, &mut out).unwrap();
    String::from_utf8_lossy(out.written()).into_owned()
}

fn ended(lab: &Lab, call: CallId) -> Option<Told> {
    lab.ends[0].events.iter().find(|told| told.call == call && told.call_is(CallState::Ended)).copied()
}

fn is_up(lab: &Lab, call: CallId) -> bool {
    lab.ends[0].phone.call_info(call).is_ok_and(|info| info.state == CallState::Connected)
}

/// The next NOTIFY, which is agreed to: its state and its body.
fn notified(lab: &mut Lab, bob: &mut Peer) -> (String, String) {
    let notify = bob.wait(lab, "NOTIFY");
    bob.respond(lab, &notify, 200, "");
    assert_eq!(notify.header("Content-Type"), "message/sipfrag;version=2.0");
    assert!(!notify.contact().is_empty(), "rfc6665#8.2.1");
    (notify.header("Subscription-State"), notify.body())
}

/// The far end hangs the first call up, and the phone the second.
fn settle(lab: &mut Lab, bob: &mut Peer, carol: &mut Peer, new: CallId) {
    let bye = bob.request("BYE", "", "");
    bob.send(lab, &bye);
    bob.wait(lab, "SIP/2.0 200");
    carol.be_hung_up(lab, 0, new);
    lab.assert_settled();
}

// rfc3515#2.4.4, #2.4.5, rfc5589#6.2
#[test]
fn a_refer_is_followed_and_each_step_is_told() {
    let (mut lab, mut bob, mut carol, call) = talking(asking());
    let asked = refer(&mut lab, &mut bob, CAROL, "Referred-By: <sip:bob@biloxi.example>;cid=1\r\n");
    lab.run_for(Duration::from_millis(20));
    assert!(bob.all(&lab, "SIP/2.0 2").iter().all(|sip| !sip.header("CSeq").contains("REFER")), "it waits");
    let event = told(&lab, EventKind::Refer)[0];
    assert_eq!((event.state, event.sip_code, event.call), (MessageState::Unread as u32, 0, call));
    let message = came(&lab);
    assert_eq!(text(&lab, message, MessageText::ReferTo), "sip:carol@10.0.0.10:5060");
    assert_eq!(text(&lab, message, MessageText::ReferredBy), "sip:bob@biloxi.example");
    assert!(lab.ends[0].phone.message_info(message).unwrap().refer);
    assert!(told(&lab, EventKind::Message).is_empty(), "it is no message");
    let new = follow(&mut lab, message).unwrap();
    let ok = bob.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.header("CSeq").contains("REFER"), "rfc6665#8.3.1: 200");
    assert!(!ok.contact().is_empty() && ok.headers("Refer-Sub").is_empty());
    let notify = bob.wait(&mut lab, "NOTIFY");
    assert_eq!(notify.header("Event"), format!("refer;id={}", asked.number()));
    assert_eq!(notify.body(), "SIP/2.0 100 Trying\r\n", "at once");
    assert!(notify.header("Subscription-State").starts_with("active;expires="));
    let invite = carol.wait(&mut lab, "INVITE");
    assert_eq!(invite.uri(), "sip:carol@10.0.0.10:5060");
    assert_eq!(invite.header("Referred-By"), "<sip:bob@biloxi.example>;cid=1", "rfc3892#2.2");
    assert!(invite.headers("Replaces").is_empty());
    carol.respond(&mut lab, &invite, 180, "");
    bob.silence(&mut lab, "NOTIFY sip:nobody", Duration::from_millis(100));
    let first = bob.all(&lab, "NOTIFY")[0].bytes.clone();
    assert!(bob.all(&lab, "NOTIFY").iter().all(|other| other.bytes == first), "one at a time");
    bob.respond(&mut lab, &notify, 200, "");
    let (state, body) = notified(&mut lab, &mut bob);
    assert_eq!((state.starts_with("active"), body.as_str()), (true, "SIP/2.0 180 Ringing\r\n"));
    let sdp = carol.sdp();
    carol.respond(&mut lab, &invite, 200, &sdp);
    carol.wait(&mut lab, "ACK");
    assert_eq!(notified(&mut lab, &mut bob), ("terminated;reason=noresource".into(), "SIP/2.0 200 OK\r\n".into()));
    let info = lab.ends[0].phone.call_info(new).unwrap();
    assert_eq!((info.state, info.refer), (CallState::Connected, message));
    assert!(is_up(&lab, call), "its sender ends that");
    bob.silence(&mut lab, "NOTIFY", Duration::from_secs(1));
    settle(&mut lab, &mut bob, &mut carol, new);
}

// rfc5589#7.3
#[test]
fn a_replaces_in_the_target_is_taken_over() {
    for requires in [false, true] {
        let (mut lab, mut bob, mut carol, _) = talking(asking());
        let more = if requires { "&Require=replaces" } else { "" };
        let to = format!(
            "<sip:carol@10.0.0.10:5060?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2{more}&Subject=x&Route=%3Csip:evil%3E>"
        );
        refer(&mut lab, &mut bob, &to, "");
        lab.run_for(Duration::from_millis(20));
        let message = came(&lab);
        assert_eq!(text(&lab, message, MessageText::ReferTo), "sip:carol@10.0.0.10:5060");
        let new = follow(&mut lab, message).unwrap();
        notified(&mut lab, &mut bob);
        let invite = carol.wait(&mut lab, "INVITE");
        assert_eq!(invite.header("Replaces"), "a@b;to-tag=1;from-tag=2");
        assert_eq!(invite.lists("Require", "replaces"), requires);
        assert!(invite.headers("Subject").is_empty() && invite.headers("Route").is_empty(), "rfc3261#19.1.5");
        let sdp = carol.sdp();
        carol.respond(&mut lab, &invite, 200, &sdp);
        carol.wait(&mut lab, "ACK");
        notified(&mut lab, &mut bob);
        settle(&mut lab, &mut bob, &mut carol, new);
    }
}

// rfc3515#2.4.5: the status of the refusal is the result
#[test]
fn a_call_that_fails_is_told_and_leaves_the_first_one() {
    for code in [404, 486, 603] {
        let (mut lab, mut bob, mut carol, call) = talking(asking());
        refer(&mut lab, &mut bob, CAROL, "");
        lab.run_for(Duration::from_millis(20));
        let message = came(&lab);
        let new = follow(&mut lab, message).unwrap();
        notified(&mut lab, &mut bob);
        let invite = carol.wait(&mut lab, "INVITE");
        carol.respond(&mut lab, &invite, code, "");
        let (state, body) = notified(&mut lab, &mut bob);
        assert_eq!(state, "terminated;reason=noresource");
        assert!(body.starts_with(&format!("SIP/2.0 {code} ")), "{body}");
        assert_eq!(ended(&lab, new).unwrap().sip_code, code);
        assert!(is_up(&lab, call));
        bob.be_hung_up(&mut lab, 0, call);
        lab.assert_settled();
    }
}

#[test]
fn each_end_of_the_call_has_its_status() {
    // given up here
    let (mut lab, mut bob, mut carol, call) = talking(asking());
    refer(&mut lab, &mut bob, CAROL, "");
    lab.run_for(Duration::from_millis(20));
    let message = came(&lab);
    let new = follow(&mut lab, message).unwrap();
    notified(&mut lab, &mut bob);
    let invite = carol.wait(&mut lab, "INVITE");
    carol.respond(&mut lab, &invite, 180, "");
    notified(&mut lab, &mut bob);
    let now = lab.now;
    lab.ends[0].phone.hangup(now, new).unwrap();
    let cancel = carol.wait(&mut lab, "CANCEL");
    carol.respond(&mut lab, &cancel, 200, "");
    carol.respond(&mut lab, &invite, 487, "");
    assert_eq!(notified(&mut lab, &mut bob).1, "SIP/2.0 487 Request Terminated\r\n");
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
    // nobody there
    let (mut lab, mut bob, _, call) = talking(asking());
    refer(&mut lab, &mut bob, CAROL, "");
    lab.run_for(Duration::from_millis(20));
    let message = came(&lab);
    follow(&mut lab, message).unwrap();
    notified(&mut lab, &mut bob);
    assert_eq!(notified(&mut lab, &mut bob).1, "SIP/2.0 408 Request Timeout\r\n");
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
    // a name that is none
    let (mut lab, mut bob, _, call) = talking(asking());
    refer(&mut lab, &mut bob, "sip:x@nowhere.invalid", "");
    lab.run_for(Duration::from_millis(20));
    let message = came(&lab);
    follow(&mut lab, message).unwrap();
    notified(&mut lab, &mut bob);
    assert_eq!(notified(&mut lab, &mut bob).1, "SIP/2.0 404 Not Found\r\n");
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

#[test]
fn the_application_refuses_or_says_nothing() {
    let (mut lab, mut bob, mut carol, call) = talking(asking());
    for (answer, code) in [(0, 603), (486, 486)] {
        refer(&mut lab, &mut bob, CAROL, "");
        lab.run_for(Duration::from_millis(20));
        let (message, now) = (came(&lab), lab.now);
        for accepting in [200, 202] {
            assert_eq!(lab.ends[0].phone.message_answer(now, message, accepting), Err(CommandError::Range));
        }
        lab.ends[0].phone.message_answer(now, message, answer).unwrap();
        lab.drain();
        assert_eq!(bob.wait(&mut lab, "SIP/2.0 ").status(), code);
        assert_eq!(follow(&mut lab, message), Err(CommandError::State));
    }
    refer(&mut lab, &mut bob, CAROL, "");
    lab.run_for(Duration::from_millis(20));
    let (message, now) = (came(&lab), lab.now);
    lab.ends[0].phone.message_release(now, message).unwrap();
    lab.drain();
    assert_eq!(bob.wait(&mut lab, "SIP/2.0 ").status(), 603, "a release is no consent");
    let asked = refer(&mut lab, &mut bob, CAROL, "");
    assert_eq!(bob.wait(&mut lab, "SIP/2.0 4").status(), 480);
    assert!((5000..5100).contains(&lab.now.since(asked.at).millis()));
    let last = *told(&lab, EventKind::Refer).last().unwrap();
    assert_eq!((last.state, last.sip_code, last.result), (MessageState::Over as u32, 480, Cause::Timeout));
    carol.silence(&mut lab, "INVITE", Duration::from_millis(100));
    assert!(bob.all(&lab, "NOTIFY").is_empty() && is_up(&lab, call));
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

#[test]
fn a_policy_follows_at_once() {
    let (mut lab, mut bob, mut carol, call) = talking(following());
    lab.ends[0].phone.set_source(call, Source::Echo).unwrap();
    refer(&mut lab, &mut bob, CAROL, "");
    let ok = bob.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.header("CSeq").contains("REFER"));
    notified(&mut lab, &mut bob);
    let invite = carol.wait(&mut lab, "INVITE");
    let event = told(&lab, EventKind::Refer)[0];
    assert_eq!((event.state, event.sip_code, event.call), (MessageState::Over as u32, 200, call), "and is told");
    let new = lab.ends[0].events.iter().rev().find(|told| told.call_is(CallState::Calling)).unwrap().call;
    assert_eq!(lab.ends[0].phone.call_info(new).unwrap().source, Source::Echo, "its sound goes on");
    let sdp = carol.sdp();
    carol.respond(&mut lab, &invite, 200, &sdp);
    carol.wait(&mut lab, "ACK");
    notified(&mut lab, &mut bob);
    settle(&mut lab, &mut bob, &mut carol, new);
}

#[test]
fn a_policy_refuses_and_tells() {
    for policy in [TransferPolicy::Refuse, TransferPolicy::Inherited] {
        let options = Options { transfers: (policy, policy), ..Options::default() };
        let (mut lab, mut bob, mut carol, call) = talking(options);
        refer(&mut lab, &mut bob, CAROL, "");
        assert_eq!(bob.wait(&mut lab, "SIP/2.0 ").status(), 603);
        let event = told(&lab, EventKind::Refer)[0];
        assert_eq!((event.state, event.sip_code, event.call), (MessageState::Over as u32, 603, call));
        assert_eq!(text(&lab, event.message, MessageText::ReferTo), "sip:carol@10.0.0.10:5060");
        assert_eq!(follow(&mut lab, event.message), Err(CommandError::State));
        carol.silence(&mut lab, "INVITE", Duration::from_millis(100));
        bob.be_hung_up(&mut lab, 0, call);
        lab.assert_settled();
    }
}

// rfc3515#2.4.1, #2.4.2
#[test]
fn a_refer_that_cannot_be_followed_is_refused_at_once() {
    let (mut lab, mut bob, _, call) = talking(following());
    for (to, code) in [
        ("<sip:a@b>\r\nRefer-To: <sip:c@d>", 400),
        ("<sip:a@b>, <sip:c@d>", 400),
        ("<sip:>", 400),
        ("<http://example.org/>", 416),
        ("<sips:a@b>", 416),
        ("<sip:a@b;method=BYE>", 603),
        ("<sip:a@b?Replaces=x>", 400),
        ("<sip:a@b?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2%0D%0AX:y>", 400),
    ] {
        refer(&mut lab, &mut bob, to, "");
        assert_eq!(bob.wait(&mut lab, "SIP/2.0 ").status(), code, "{to}");
    }
    let text = bob.request("REFER", "", "");
    bob.send(&mut lab, &text);
    assert_eq!(bob.wait(&mut lab, "SIP/2.0 ").status(), 400);
    assert_eq!(lab.ends[0].phone.calls().count(), 1);
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

#[test]
fn one_at_a_time() {
    let (mut lab, mut bob, mut carol, _) = talking(asking());
    refer(&mut lab, &mut bob, CAROL, "");
    refer(&mut lab, &mut bob, "<sip:dora@10.0.0.11>", "");
    assert_eq!(bob.wait(&mut lab, "SIP/2.0 ").status(), 491, "the first one is not answered");
    let message = came(&lab);
    let new = follow(&mut lab, message).unwrap();
    notified(&mut lab, &mut bob);
    refer(&mut lab, &mut bob, "<sip:dora@10.0.0.11>", "");
    assert_eq!(bob.wait(&mut lab, "SIP/2.0 4").status(), 491, "its call is under way");
    let invite = carol.wait(&mut lab, "INVITE");
    let sdp = carol.sdp();
    carol.respond(&mut lab, &invite, 200, &sdp);
    carol.wait(&mut lab, "ACK");
    notified(&mut lab, &mut bob);
    lab.run_for(Duration::from_millis(50));
    let again = refer(&mut lab, &mut bob, CAROL, "");
    lab.run_for(Duration::from_millis(20));
    let (message, now) = (came(&lab), lab.now);
    lab.ends[0].phone.message_answer(now, message, 603).unwrap();
    lab.drain();
    assert_eq!(bob.wait(&mut lab, "SIP/2.0 6").number(), again.number());
    settle(&mut lab, &mut bob, &mut carol, new);
}

// rfc4488#4
#[test]
fn nobody_is_told_who_does_not_want_it() {
    let (mut lab, mut bob, mut carol, _) = talking(following());
    refer(&mut lab, &mut bob, CAROL, "Refer-Sub: false\r\nRequire: norefersub\r\n");
    let ok = bob.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(ok.header("Refer-Sub"), "false");
    let invite = carol.wait(&mut lab, "INVITE");
    let sdp = carol.sdp();
    carol.respond(&mut lab, &invite, 200, &sdp);
    carol.wait(&mut lab, "ACK");
    bob.silence(&mut lab, "NOTIFY", Duration::from_secs(1));
    let new = lab.ends[0].events.iter().rev().find(|told| told.call_is(CallState::Connected)).unwrap().call;
    settle(&mut lab, &mut bob, &mut carol, new);
}

// rfc3261#17.2.2
#[test]
fn a_repeated_refer_gets_the_same_and_calls_once() {
    let (mut lab, mut bob, mut carol, call) = talking(following());
    let text = refer(&mut lab, &mut bob, CAROL, "").text();
    let ok = bob.wait(&mut lab, "SIP/2.0 200");
    for _ in 0..3 {
        bob.send(&mut lab, &text);
        assert_eq!(bob.wait(&mut lab, "SIP/2.0 200").bytes, ok.bytes);
    }
    notified_late(&mut lab, &mut bob);
    let invite = carol.wait(&mut lab, "INVITE");
    carol.respond(&mut lab, &invite, 486, "");
    notified(&mut lab, &mut bob);
    assert_eq!(told(&lab, EventKind::Refer).len(), 1);
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

/// The first NOTIFY, which may have come before other messages that were waited for.
fn notified_late(lab: &mut Lab, bob: &mut Peer) {
    let first = bob.all(lab, "NOTIFY")[0].clone();
    bob.respond(lab, &first, 200, "");
    lab.run_for(Duration::from_millis(20));
}

// rfc6665#4.2.2: whoever does not know it is told no more, and the call goes on
#[test]
fn a_refused_or_unanswered_notify_ends_the_telling_alone() {
    for code in [481, 489, 500, 0] {
        let (mut lab, mut bob, mut carol, _) = talking(following());
        refer(&mut lab, &mut bob, CAROL, "");
        let notify = bob.wait(&mut lab, "NOTIFY");
        if code > 0 {
            bob.respond(&mut lab, &notify, code, "");
        }
        let invite = carol.wait(&mut lab, "INVITE");
        carol.respond(&mut lab, &invite, 180, "");
        lab.run_for(Duration::from_secs(35));
        let first = bob.all(&lab, "NOTIFY")[0].bytes.clone();
        let sdp = carol.sdp();
        carol.respond(&mut lab, &invite, 200, &sdp);
        carol.wait(&mut lab, "ACK");
        lab.run_for(Duration::from_secs(1));
        assert!(bob.all(&lab, "NOTIFY").iter().all(|other| other.bytes == first), "{code}");
        let new = lab.ends[0].events.iter().rev().find(|told| told.call_is(CallState::Connected)).unwrap().call;
        settle(&mut lab, &mut bob, &mut carol, new);
    }
}

// rfc5057#4.2: the subscription outlives the call that it came by
#[test]
fn a_sender_that_has_hung_up_is_told_all_the_same() {
    let (mut lab, mut bob, mut carol, call) = talking(following());
    refer(&mut lab, &mut bob, CAROL, "");
    notified(&mut lab, &mut bob);
    let bye = bob.request("BYE", "", "");
    bob.send(&mut lab, &bye);
    bob.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(ended(&lab, call).unwrap().cause, EndCause::Normal);
    lab.run_for(Duration::from_secs(3));
    let invite = carol.wait(&mut lab, "INVITE");
    let sdp = carol.sdp();
    carol.respond(&mut lab, &invite, 200, &sdp);
    carol.wait(&mut lab, "ACK");
    assert_eq!(notified(&mut lab, &mut bob).0, "terminated;reason=noresource");
    let new = lab.ends[0].events.iter().rev().find(|told| told.call_is(CallState::Connected)).unwrap().call;
    carol.be_hung_up(&mut lab, 0, new);
    lab.assert_settled();
}

#[test]
fn a_call_that_rings_for_ever_is_not_told_of_for_ever() {
    let (mut lab, mut bob, mut carol, call) = talking(following());
    refer(&mut lab, &mut bob, CAROL, "");
    notified(&mut lab, &mut bob);
    let invite = carol.wait(&mut lab, "INVITE");
    let begun = lab.now;
    carol.respond(&mut lab, &invite, 180, "");
    notified(&mut lab, &mut bob);
    while lab.now.since(begun).millis() + 60_000 < REPORT_MS {
        lab.run_for(Duration::from_secs(60));
        carol.respond(&mut lab, &invite, 180, "");
    }
    assert_eq!(notified(&mut lab, &mut bob), ("terminated;reason=timeout".into(), "SIP/2.0 180 Ringing\r\n".into()));
    let sdp = carol.sdp();
    carol.respond(&mut lab, &invite, 200, &sdp);
    carol.wait(&mut lab, "ACK");
    bob.silence(&mut lab, "NOTIFY", Duration::from_secs(1));
    let new = lab.ends[0].events.iter().rev().find(|told| told.call_is(CallState::Connected)).unwrap().call;
    bob.be_hung_up(&mut lab, 0, call);
    carol.be_hung_up(&mut lab, 0, new);
    lab.assert_settled();
}

#[test]
fn a_released_call_tells_its_end_before_it_goes() {
    let (mut lab, mut bob, mut carol, call) = talking(following());
    refer(&mut lab, &mut bob, CAROL, "");
    let first = bob.wait(&mut lab, "NOTIFY");
    let invite = carol.wait(&mut lab, "INVITE");
    // its end is fetched, and it is released, while the first NOTIFY has no response
    carol.respond(&mut lab, &invite, 486, "");
    lab.run_for(Duration::from_millis(50));
    let second = bob.all(&lab, "NOTIFY").into_iter().find(|sip| sip.bytes != first.bytes).expect("its end");
    assert!(second.body().starts_with("SIP/2.0 486"));
    assert_eq!(second.number(), first.number() + 1);
    bob.respond(&mut lab, &first, 200, "");
    bob.respond(&mut lab, &second, 200, "");
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

#[test]
fn without_a_free_slot_it_is_refused_and_the_call_stays() {
    let capacity = Capacity { calls: 1, messages: 4, direct_per_source: 4, ..Capacity::host(4, 2, 2048) };
    let (mut lab, mut bob, _, call) = talking(Options { capacity, ..following() });
    refer(&mut lab, &mut bob, CAROL, "");
    assert_eq!(bob.wait(&mut lab, "SIP/2.0 ").status(), 480);
    assert!(is_up(&lab, call));
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
    let capacity = Capacity { messages: 0, ..Capacity::host(4, 2, 2048) };
    let (mut lab, mut bob, _, call) = talking(Options { capacity, ..following() });
    refer(&mut lab, &mut bob, CAROL, "");
    assert_eq!(bob.wait(&mut lab, "SIP/2.0 ").status(), 480);
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

// the host moves while the far end is told
#[test]
fn a_host_that_moves_goes_on_telling() {
    // between two NOTIFYs, and before the response to one
    for agreed in [true, false] {
        moves_on(agreed);
    }
}

fn moves_on(agreed: bool) {
    let (mut lab, mut bob, mut carol, call) = talking(following());
    refer(&mut lab, &mut bob, CAROL, "");
    notified(&mut lab, &mut bob);
    let invite = carol.wait(&mut lab, "INVITE");
    carol.respond(&mut lab, &invite, 180, "");
    let ringing = bob.wait(&mut lab, "NOTIFY");
    if agreed {
        bob.respond(&mut lab, &ringing, 200, "");
        lab.run_for(Duration::from_millis(20));
    }
    let now = lab.now;
    lab.ends[0].move_to(now, Some((1, "10.0.1.1:5060".parse().unwrap())));
    bob.phone = lab.ends[0].address;
    carol.phone = bob.phone;
    for _ in 0..50 {
        lab.run_for(Duration::from_millis(100));
        bob.oblige(&mut lab);
        carol.oblige(&mut lab);
    }
    // a call that is not answered ends with its address (its response would go to its Via), and the far end learns it
    assert!(lab.ends[0].ended().is_some());
    let last = bob.all(&lab, "NOTIFY").into_iter().next_back().unwrap();
    assert!(last.header("Subscription-State").starts_with("terminated"), "{}", last.text());
    assert!(last.header("Contact").contains("10.0.1.1"), "from where it is now");
    assert!(is_up(&lab, call), "the first call goes on");
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    for _ in 0..20 {
        lab.run_for(Duration::from_millis(100));
        bob.oblige(&mut lab);
    }
    lab.assert_settled();
}

// rfc5057#4.2: the call that it came by is over, and its slot is needed
#[test]
fn the_new_call_may_take_the_slot_of_the_first_one() {
    let capacity = Capacity { calls: 1, messages: 4, direct_per_source: 4, ..Capacity::host(4, 2, 2048) };
    let (mut lab, mut bob, mut carol, _) = talking(Options { capacity, ..asking() });
    lab.ends[0].keep = true;
    refer(&mut lab, &mut bob, CAROL, "");
    let bye = bob.request("BYE", "", "");
    bob.send(&mut lab, &bye);
    bob.wait(&mut lab, "SIP/2.0 200");
    let message = came(&lab);
    let new = follow(&mut lab, message).unwrap();
    assert_eq!(notified(&mut lab, &mut bob).1, "SIP/2.0 100 Trying\r\n");
    let invite = carol.wait(&mut lab, "INVITE");
    carol.respond(&mut lab, &invite, 486, "");
    assert_eq!(notified(&mut lab, &mut bob).1, "SIP/2.0 486 Busy Here\r\n");
    lab.run_for(Duration::from_secs(1));
    lab.ends[0].phone.release(new).unwrap();
    lab.assert_settled();
}
