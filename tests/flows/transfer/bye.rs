//! The far end of a call that we transfer hangs up before it tells a result.

use super::*;

/// A phone whose one far end was to be brought together with another, accepted that, and hung up. Gives the other one, the
/// call that is over, and the one that goes on.
fn left_behind() -> (Lab, Peer, CallId, CallId) {
    let (mut lab, mut bob, call) = talking();
    let mut carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    carol.be_called(&mut lab, 0);
    let with = lab.ends[0].last_call();
    transfer(&mut lab, call, TransferTo::Call(with), &options()).unwrap();
    let refer = bob.wait(&mut lab, "REFER");
    bob.respond(&mut lab, &refer, 202, "");
    let bye = bob.request("BYE", "", "");
    bob.send(&mut lab, &bye);
    bob.wait(&mut lab, "SIP/2.0 200");
    (lab, carol, call, with)
}

// rfc5589#6.1: there are far ends that hang up at once
#[test]
fn a_bye_behind_the_acceptance_is_a_success() {
    let (mut lab, mut bob, call, _) = accepted();
    let bye = bob.request("BYE", "", "");
    bob.send(&mut lab, &bye);
    bob.wait(&mut lab, "SIP/2.0 200");
    let end = ended(&lab, call).unwrap();
    assert_eq!((end.cause, end.ended_by), (EndCause::Transferred, EndedBy::Remote));
    assert_eq!((steps(&lab).last(), dones(&lab)), (Some(&(DONE, 200)), vec![(9, 200, Cause::Normal)]));
    assert_eq!(notify(&mut lab, &mut bob, "terminated", "SIP/2.0 200 OK\r\n"), 481);
    lab.assert_settled();
    // before it, it is not
    let (mut lab, mut bob, call) = talking();
    referred(&mut lab, &mut bob, call);
    let bye = bob.request("BYE", "", "");
    bob.send(&mut lab, &bye);
    bob.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(ended(&lab, call).unwrap().cause, EndCause::Normal);
    assert_eq!(dones(&lab), [(9, 0, Cause::Cancelled)]);
    lab.assert_settled();
}

// the call with the other party ends as well: by its BYE, for the far end takes our place there, or by ours
#[test]
fn a_bye_behind_the_acceptance_ends_the_other_call_too() {
    for it_hangs_up in [true, false] {
        let (mut lab, mut carol, call, with) = left_behind();
        let left = lab.now;
        assert_eq!(ended(&lab, call).unwrap().cause, EndCause::Transferred);
        assert_eq!(dones(&lab), [(9, 200, Cause::Normal)]);
        // rfc3891#3: a call that has ended is nobody's to replace
        carol.silence(&mut lab, "BYE", Duration::from_millis(TRANSFER_SILENT_MS - 1000));
        assert!(is_up(&lab, with));
        if it_hangs_up {
            let bye = carol.request("BYE", "", "");
            carol.send(&mut lab, &bye);
            carol.wait(&mut lab, "SIP/2.0 200");
        } else {
            let bye = carol.wait(&mut lab, "BYE");
            let waited = lab.now.since(left).millis();
            assert!((TRANSFER_SILENT_MS - 100..=TRANSFER_SILENT_MS + 100).contains(&waited), "{waited}");
            carol.respond(&mut lab, &bye, 200, "");
            lab.run_for(Duration::from_millis(50));
        }
        let end = ended(&lab, with).unwrap();
        let by = if it_hangs_up { EndedBy::Remote } else { EndedBy::Application };
        assert_eq!((end.cause, end.ended_by, end.result), (EndCause::Transferred, by, Cause::Normal));
        assert_eq!(steps(&lab), [(PENDING, 202), (DONE, 200)], "one transfer");
        lab.assert_settled();
    }
}

// a command on the call that was to go keeps it
#[test]
fn the_other_call_may_be_transferred_before_it_ends() {
    for consult in [false, true] {
        let (mut lab, mut carol, _, with) = left_behind();
        let mut dora = Peer::new(&mut lab, "10.0.0.33:5060", 0);
        dora.call(&mut lab, 0);
        let third = lab.ends[0].last_call();
        let (first, peer) = if consult { (third, &mut dora) } else { (with, &mut carol) };
        let to = if consult { TransferTo::Call(with) } else { TransferTo::Target(DORA) };
        transfer(&mut lab, first, to, &options()).unwrap();
        let refer = peer.wait(&mut lab, "REFER");
        peer.respond(&mut lab, &refer, 202, "");
        for _ in 0..3 {
            lab.run_for(Duration::from_secs(20));
            notify(&mut lab, peer, "active", "SIP/2.0 180 Ringing\r\n");
        }
        notify(&mut lab, peer, "terminated", "SIP/2.0 486 Busy Here\r\n");
        assert_eq!(dones(&lab), [(9, 200, Cause::Normal), (9, 486, Cause::Refused)]);
        assert!(is_up(&lab, with) && is_up(&lab, third));
        carol.be_hung_up(&mut lab, 0, with);
        dora.be_hung_up(&mut lab, 0, third);
        lab.assert_settled();
    }
}
