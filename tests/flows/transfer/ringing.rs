//! A transfer to a call that only rings (rfc5589#7.6): it is asked for once that is up, and no CANCEL races with its answer.

use super::*;
use microsip_core::phone::{Capacity, EndOptions};

/// A phone in a call with Bob that rings at Carol: both calls, and Carol's INVITE.
fn ringing_with(capacity: Capacity) -> (Lab, [Peer; 2], [CallId; 2], Sip) {
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    lab.audio = false;
    let mut bob = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    bob.call(&mut lab, 0);
    let call = lab.ends[0].last_call();
    let mut carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    carol.contact = "sip:carol@10.0.0.10:5060;x=1".into();
    lab.dial(0, "sip:carol@10.0.0.10:5060");
    let invite = carol.wait(&mut lab, "INVITE");
    carol.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_millis(20));
    let with = lab.ends[0].last_call();
    (lab, [bob, carol], [call, with], invite)
}

fn ringing() -> (Lab, [Peer; 2], [CallId; 2], Sip) {
    ringing_with(Options::default().capacity)
}

fn answers(lab: &mut Lab, carol: &mut Peer, invite: &Sip) {
    let sdp = carol.sdp();
    carol.respond(lab, invite, 200, &sdp);
    carol.wait(lab, "ACK");
}

fn refused(lab: &mut Lab, call: CallId, code: u16, result: Cause) {
    assert_eq!((steps(lab), dones(lab)), (vec![(FAILED, code)], vec![(9, code, result)]));
    assert!(is_up(lab, call), "the call is as it was");
}

#[test]
fn it_is_asked_for_when_the_other_party_answers() {
    let (mut lab, [mut bob, mut carol], [call, with], invite) = ringing();
    let wish = TransferOptions { headers: "X-Way: semi\r\n", ..options() };
    transfer(&mut lab, call, TransferTo::Call(with), &wish).unwrap();
    for (first, to) in
        [(call, TransferTo::Target(DORA)), (with, TransferTo::Call(call)), (call, TransferTo::Call(with))]
    {
        assert_eq!(transfer(&mut lab, first, to, &options()), Err(CommandError::State), "one at a time");
    }
    bob.silence(&mut lab, "REFER", Duration::from_secs(20));
    assert!(steps(&lab).is_empty() && dones(&lab).is_empty());
    // nobody was asked, so nobody has anything to tell
    assert_eq!(notify(&mut lab, &mut bob, "terminated", "SIP/2.0 200 OK\r\n"), 481);
    answers(&mut lab, &mut carol, &invite);
    let refer = bob.wait(&mut lab, "REFER");
    let to = refer.header("Refer-To");
    let wanted = format!("{}%3Bto-tag%3D{}%3Bfrom-tag%3D{}", carol.call_id, carol.tag, carol.theirs);
    assert_eq!(to, format!("<{}?Replaces={wanted}>", carol.contact), "by the tag of its answer");
    assert_eq!(refer.header("X-Way"), "semi");
    assert_eq!(refer.header("Referred-By"), "<sip:bob@10.0.0.1:5060>");
    assert!(is_up(&lab, with) && carol.all(&lab, "BYE").is_empty(), "it is heard until they talk");
    bob.respond(&mut lab, &refer, 202, "");
    notify(&mut lab, &mut bob, "active", "SIP/2.0 100 Trying\r\n");
    // Bob's INVITE takes our place there
    let bye = carol.request("BYE", "", "");
    carol.send(&mut lab, &bye);
    carol.wait(&mut lab, "SIP/2.0 200");
    notify(&mut lab, &mut bob, "terminated", "SIP/2.0 200 OK\r\n");
    let bye = bob.wait(&mut lab, "BYE");
    assert!(bye.headers("X-Way").is_empty());
    bob.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_millis(50));
    assert_eq!(steps(&lab), [(PENDING, 202), (TRYING, 100), (DONE, 200)]);
    assert_eq!(dones(&lab), [(9, 200, Cause::Normal)]);
    for call in [call, with] {
        assert_eq!(ended(&lab, call).unwrap().cause, EndCause::Transferred);
    }
    lab.assert_settled();
}

#[test]
fn a_party_that_does_not_answer_gives_the_call_back() {
    for (code, result) in [(486, Cause::Refused), (404, Cause::Refused), (408, Cause::Timeout)] {
        let (mut lab, [mut bob, mut carol], [call, with], invite) = ringing();
        transfer(&mut lab, call, TransferTo::Call(with), &options()).unwrap();
        carol.respond(&mut lab, &invite, code, "");
        lab.run_for(Duration::from_millis(50));
        refused(&mut lab, call, code, result);
        assert!(bob.all(&lab, "REFER").is_empty());
        // and it may be tried again
        let refer = referred(&mut lab, &mut bob, call);
        bob.respond(&mut lab, &refer, 603, "");
        lab.run_for(Duration::from_millis(50));
        bob.be_hung_up(&mut lab, 0, call);
        lab.assert_settled();
    }
}

#[test]
fn our_hang_up_of_either_call_gives_it_up() {
    for first in [true, false] {
        let (mut lab, [mut bob, mut carol], [call, with], invite) = ringing();
        transfer(&mut lab, call, TransferTo::Call(with), &options()).unwrap();
        if first {
            bob.be_hung_up(&mut lab, 0, call);
            assert_eq!((steps(&lab), dones(&lab)), (vec![(FAILED, 0)], vec![(9, 0, Cause::Cancelled)]));
            answers(&mut lab, &mut carol, &invite);
            assert!(is_up(&lab, with), "it is nobody's party any more");
            carol.be_hung_up(&mut lab, 0, with);
            assert_eq!(ended(&lab, with).unwrap().cause, EndCause::Normal);
        } else {
            let now = lab.now;
            lab.ends[0].phone.hangup(now, with).unwrap();
            let cancel = carol.wait(&mut lab, "CANCEL");
            carol.respond(&mut lab, &cancel, 200, "");
            carol.respond(&mut lab, &invite, 487, "");
            lab.run_for(Duration::from_millis(50));
            refused(&mut lab, call, 487, Cause::Cancelled);
            bob.be_hung_up(&mut lab, 0, call);
        }
        lab.assert_settled();
    }
}

// the lines of a REFER that never leaves are given up, and none but those
#[test]
fn the_header_lines_of_a_hang_up_leave_though_a_transfer_waits() {
    let (mut lab, [mut bob, mut carol], [call, with], invite) = ringing();
    let wish = TransferOptions { headers: "X-Way: semi\r\n", ..options() };
    transfer(&mut lab, call, TransferTo::Call(with), &wish).unwrap();
    let end = EndOptions { reason: "lunch", headers: "X-End: yes\r\n", ..EndOptions::default() };
    let now = lab.now;
    lab.ends[0].phone.hangup_with(now, call, &end).unwrap();
    lab.drain();
    let bye = bob.wait(&mut lab, "BYE");
    assert_eq!((bye.header("X-End"), bye.header("Reason")), ("yes".into(), "Q.850;cause=16;text=\"lunch\"".into()));
    assert!(bye.headers("X-Way").is_empty());
    bob.respond(&mut lab, &bye, 200, "");
    assert_eq!(dones(&lab), [(9, 0, Cause::Cancelled)]);
    answers(&mut lab, &mut carol, &invite);
    carol.be_hung_up(&mut lab, 0, with);
    lab.assert_settled();
}

// rfc5589#7.6, figure 13: the other party answers in spite of the CANCEL
#[test]
fn an_answer_that_crosses_our_cancel_asks_nobody() {
    let (mut lab, [mut bob, mut carol], [call, with], invite) = ringing();
    transfer(&mut lab, call, TransferTo::Call(with), &options()).unwrap();
    let now = lab.now;
    lab.ends[0].phone.hangup(now, with).unwrap();
    answers(&mut lab, &mut carol, &invite);
    let bye = carol.wait(&mut lab, "BYE");
    carol.respond(&mut lab, &bye, 200, "");
    let cancel = carol.all(&lab, "CANCEL")[0].clone();
    carol.respond(&mut lab, &cancel, 200, "");
    bob.silence(&mut lab, "REFER", Duration::from_secs(1));
    assert_eq!(dones(&lab), [(9, 487, Cause::Cancelled)]);
    bob.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

#[test]
fn the_far_ends_bye_is_no_transfer_before_it_was_asked() {
    let (mut lab, [mut bob, mut carol], [call, with], invite) = ringing();
    transfer(&mut lab, call, TransferTo::Call(with), &options()).unwrap();
    let bye = bob.request("BYE", "", "");
    bob.send(&mut lab, &bye);
    bob.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(ended(&lab, call).unwrap().cause, EndCause::Normal);
    assert_eq!(dones(&lab), [(9, 0, Cause::Cancelled)]);
    answers(&mut lab, &mut carol, &invite);
    carol.be_hung_up(&mut lab, 0, with);
    lab.assert_settled();
}

// a hold that was refused before takes the last slot of requests when it is answered
#[test]
fn it_is_asked_for_as_soon_as_a_slot_is_free() {
    let capacity = Capacity { requests: 3, ..Capacity::host(4, 2, 2048) };
    let (mut lab, [mut bob, mut carol], [call, with], invite) = ringing_with(capacity);
    let takes = "Allow: INVITE, ACK, BYE, CANCEL, PRACK, UPDATE\r\n";
    let sdp = carol.sdp();
    carol.respond_with(&mut lab, &invite, 183, &format!("{}{takes}", crate::reliable::lines(1)), &sdp);
    let prack = carol.wait(&mut lab, "PRACK");
    carol.respond(&mut lab, &prack, 200, "");
    lab.run_for(Duration::from_millis(10));
    transfer(&mut lab, call, TransferTo::Call(with), &options()).unwrap();
    let now = lab.now;
    lab.ends[0].phone.hold(now, with, true, 0).unwrap();
    lab.drain();
    let update = carol.wait(&mut lab, "UPDATE");
    carol.respond(&mut lab, &update, 405, "");
    lab.run_for(Duration::from_millis(10));
    let mut others = ["10.0.0.11:5060", "10.0.0.12:5060"].map(|at| Peer::new(&mut lab, at, 0));
    for other in &mut others {
        lab.dial(0, &format!("sip:x@{}", other.at));
        let invite = other.wait(&mut lab, "INVITE");
        other.respond(&mut lab, &invite, 180, "");
    }
    lab.run_for(Duration::from_millis(20));
    carol.respond_with(&mut lab, &invite, 200, takes, "");
    carol.wait(&mut lab, "ACK");
    bob.silence(&mut lab, "REFER", Duration::from_secs(3));
    assert!(carol.all(&lab, "INVITE").iter().any(|sip| !sip.to_tag().is_empty()), "the hold has it");
    assert!(is_up(&lab, with) && dones(&lab).is_empty());
    carol.oblige(&mut lab);
    lab.run_for(Duration::from_millis(50));
    let refer = bob.wait(&mut lab, "REFER");
    bob.respond(&mut lab, &refer, 603, "");
    lab.run_for(Duration::from_millis(50));
    assert_eq!(steps(&lab), [(FAILED, 603)]);
}

#[test]
fn header_lines_that_find_no_room_are_refused() {
    let (mut lab, [mut bob, mut carol], [call, with], invite) = ringing();
    let long = format!("X-Long: {}\r\n", "y".repeat(2048));
    let wish = TransferOptions { headers: &long, ..options() };
    assert_eq!(transfer(&mut lab, call, TransferTo::Call(with), &wish), Err(CommandError::Text));
    answers(&mut lab, &mut carol, &invite);
    bob.silence(&mut lab, "REFER", Duration::from_secs(1));
    // a call that comes in and rings is not the far end's to be handed over
    let mut dora = Peer::new(&mut lab, "10.0.0.33:5060", 0);
    dora.invite(&mut lab);
    dora.wait(&mut lab, "SIP/2.0 180");
    let rings = lab.ends[0].last_call();
    assert_eq!(transfer(&mut lab, call, TransferTo::Call(rings), &options()), Err(CommandError::State));
}
