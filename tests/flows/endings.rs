//! The end of a call, its author and its reason: in the event of its end, and in the call's numbers until that is
//! fetched.

use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Capacity, Cause, EndCause, EndedBy};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip, ladder};

type End = (EndedBy, EndCause, Cause, u16);

/// The end of the one call that there was.
#[track_caller]
fn end(lab: &Lab) -> End {
    let ends: Vec<_> = lab.ends[0]
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Call && event.state == CallState::Ended as u32)
        .collect();
    assert_eq!(ends.len(), 1, "{}", ladder::draw(lab));
    let event = ends[0];
    let others = lab.ends[0].events.iter().filter(|event| event.state != CallState::Ended as u32);
    assert!(others.into_iter().all(|event| event.ended_by == EndedBy::Nobody && event.cause == EndCause::None));
    (event.ended_by, event.cause, event.result, event.sip_code)
}

fn phone() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options { capacity: Capacity::host(4, 2, 2048), ..Options::default() }]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    (lab, peer)
}

/// A call comes in and rings; something is done. Returns its end.
fn incoming(act: impl FnOnce(&mut Lab, &mut Peer)) -> End {
    let (mut lab, mut peer) = phone();
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    act(&mut lab, &mut peer);
    lab.run_for(Duration::from_secs(1));
    end(&lab)
}

/// A call leaves; something is done with its INVITE. Returns its end.
fn outgoing(act: impl FnOnce(&mut Lab, &mut Peer, &Sip)) -> End {
    let (mut lab, mut peer) = phone();
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    act(&mut lab, &mut peer, &invite);
    lab.run_for(Duration::from_secs(1));
    end(&lab)
}

fn hangup(lab: &mut Lab) {
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.drain();
}

#[test]
fn an_incoming_call_that_is_missed() {
    let cancel = |extra: &'static str| {
        incoming(|lab, peer| {
            let text = peer.request("CANCEL", extra, "");
            peer.send(lab, &text);
        })
    };
    let missed = (EndedBy::Remote, EndCause::Cancelled, Cause::Cancelled, 487);
    assert_eq!(cancel(""), missed);
    assert_eq!(cancel("Reason: Q.850;cause=16\r\n"), missed);
    assert_eq!(cancel("Reason: SIP;cause=486;text=\"Busy\"\r\n"), missed);
    // rfc3326#3.1
    let elsewhere = (EndedBy::Remote, EndCause::Elsewhere, Cause::Cancelled, 487);
    assert_eq!(cancel("Reason: SIP ;cause=200 ;text=\"Call completed elsewhere\"\r\n"), elsewhere);
    // exchanges that write no status
    assert_eq!(cancel("Reason: Q.850;cause=26;text=\"x\"\r\n"), elsewhere);
    assert_eq!(cancel("Reason: SIP;text=\"Call Completed Elsewhere\"\r\n"), elsewhere);
    assert_eq!(cancel("Reason: Q.850;cause=16;text=\"answered elsewhere\"\r\n"), elsewhere);
    // refused at another phone for all of them
    let refused = |cause| (EndedBy::Remote, cause, Cause::Cancelled, 487);
    assert_eq!(cancel("Reason: SIP;cause=603;text=\"Declined\"\r\n"), refused(EndCause::Declined));
    assert_eq!(cancel("Reason: SIP;cause=600;text=\"Busy Everywhere\"\r\n"), refused(EndCause::Busy));
    assert_eq!(cancel("Reason: Q.850;cause=26, sip;text=\"a, b\";cause=200\r\n"), elsewhere);
    // its INVITE runs out
    let (mut lab, mut peer) = phone();
    let body = peer.sdp();
    let text = peer.request("INVITE", "Expires: 5\r\n", &body);
    peer.send(&mut lab, &text);
    lab.run_for(Duration::from_secs(6));
    assert_eq!(end(&lab), (EndedBy::Library, EndCause::NoAnswer, Cause::Timeout, 487));
    // rfc3261#15.1.2: a BYE before the answer
    let early = incoming(|lab, peer| {
        let ringing = peer.all(lab, "SIP/2.0 180").remove(0);
        peer.learn(&ringing);
        let text = peer.request("BYE", "", "");
        peer.send(lab, &text);
    });
    assert_eq!(early, missed);
}

#[test]
fn an_incoming_call_that_we_refuse() {
    let by = EndedBy::Application;
    for (code, cause) in [
        (486, EndCause::Busy),
        (600, EndCause::Busy),
        (603, EndCause::Declined),
        (403, EndCause::Declined),
        (480, EndCause::NoAnswer),
        (404, EndCause::NotFound),
        (302, EndCause::Redirected),
        (488, EndCause::Media),
        (503, EndCause::Server),
        (405, EndCause::Unsupported),
        (501, EndCause::Unsupported),
        (489, EndCause::Unsupported),
    ] {
        let refused = incoming(|lab, _| {
            let (now, call) = (lab.now, lab.ends[0].last_call());
            lab.ends[0].phone.reject(now, call, code).unwrap();
        });
        assert_eq!(refused, (by, cause, Cause::Refused, code));
    }
    assert_eq!(incoming(|lab, _| hangup(lab)), (by, EndCause::Busy, Cause::Refused, 486));
    let closed = incoming(|lab, _| {
        let now = lab.now;
        lab.ends[0].phone.shutdown(now);
    });
    assert_eq!(closed, (by, EndCause::Shutdown, Cause::Refused, 486));
}

#[test]
fn a_call_that_is_up_is_ended_by_either_side() {
    let talk = |act: fn(&mut Lab, &mut Peer)| {
        let (mut lab, mut peer) = phone();
        peer.call(&mut lab, 0);
        act(&mut lab, &mut peer);
        lab.run_for(Duration::from_secs(1));
        end(&lab)
    };
    let bye = |lab: &mut Lab, peer: &mut Peer| {
        let text = peer.request("BYE", "", "");
        peer.send(lab, &text);
    };
    assert_eq!(talk(bye), (EndedBy::Remote, EndCause::Normal, Cause::Normal, 200));
    assert_eq!(talk(|lab, _| hangup(lab)), (EndedBy::Application, EndCause::Normal, Cause::Normal, 200));
    let close = |lab: &mut Lab, _: &mut Peer| {
        let now = lab.now;
        lab.ends[0].phone.shutdown(now);
    };
    assert_eq!(talk(close), (EndedBy::Application, EndCause::Shutdown, Cause::Normal, 200));
    // no ACK comes
    let unheard = incoming(|lab, _| {
        let (now, call) = (lab.now, lab.ends[0].last_call());
        lab.ends[0].phone.answer(now, call, 200).unwrap();
        lab.run_for(Duration::from_secs(40));
    });
    assert_eq!(unheard, (EndedBy::Library, EndCause::Network, Cause::Timeout, 408));
}

#[test]
fn an_outgoing_call_that_is_refused() {
    let by = EndedBy::Remote;
    for (code, cause, result) in [
        (486, EndCause::Busy, Cause::Refused),
        (600, EndCause::Busy, Cause::Refused),
        (603, EndCause::Declined, Cause::Refused),
        (403, EndCause::Declined, Cause::Refused),
        (480, EndCause::NoAnswer, Cause::Refused),
        (408, EndCause::NoAnswer, Cause::Timeout),
        (404, EndCause::NotFound, Cause::Refused),
        (410, EndCause::NotFound, Cause::Refused),
        (484, EndCause::NotFound, Cause::Refused),
        (604, EndCause::NotFound, Cause::Refused),
        (300, EndCause::Redirected, Cause::Refused),
        (488, EndCause::Media, Cause::Codec),
        (500, EndCause::Server, Cause::Refused),
        (420, EndCause::Unsupported, Cause::Refused),
        (487, EndCause::Cancelled, Cause::Refused),
        (401, EndCause::Auth, Cause::NoPassword),
    ] {
        let refused = outgoing(|lab, peer, invite| peer.respond(lab, invite, code, ""));
        assert_eq!(refused, (by, cause, result, code));
    }
}

#[test]
fn an_outgoing_call_that_is_not_answered() {
    // given up while it rings
    let cancelled = outgoing(|lab, peer, invite| {
        peer.respond(lab, invite, 180, "");
        lab.run_for(Duration::from_millis(20));
        hangup(lab);
        peer.wait(lab, "CANCEL");
        peer.respond(lab, invite, 487, "");
    });
    assert_eq!(cancelled, (EndedBy::Application, EndCause::Cancelled, Cause::Normal, 487));
    // it rings for too long
    let rang = outgoing(|lab, peer, invite| {
        peer.respond(lab, invite, 180, "");
        lab.run_for(Duration::from_secs(181));
        peer.wait(lab, "CANCEL");
        peer.respond(lab, invite, 487, "");
    });
    assert_eq!(rang, (EndedBy::Library, EndCause::NoAnswer, Cause::Timeout, 487));
    // no response comes
    let silent = outgoing(|lab, _, _| lab.run_for(Duration::from_secs(40)));
    assert_eq!(silent.0, EndedBy::Library);
    assert_eq!((silent.1, silent.2), (EndCause::Network, Cause::Timeout));
    // a 2xx without a usable answer
    let deaf = outgoing(|lab, peer, invite| peer.respond(lab, invite, 200, "v=0"));
    assert_eq!(deaf, (EndedBy::Library, EndCause::Media, Cause::Codec, 488));
    // no such name
    let (mut lab, _peer) = phone();
    lab.dial(0, "sip:peer@nowhere.example");
    lab.run_for(Duration::from_secs(1));
    assert_eq!(end(&lab), (EndedBy::Library, EndCause::Network, Cause::Name, 0));
}

/// A call that is being given up has its numbers once it is over, and not before.
#[test]
fn the_calls_numbers_are_those_of_its_event() {
    let (mut lab, mut peer) = phone();
    let call = lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &invite, 180, "");
    lab.run_for(Duration::from_millis(20));
    lab.ends[0].fetch = false;
    hangup(&mut lab);
    peer.wait(&mut lab, "CANCEL");
    let said = |lab: &Lab| lab.ends[0].phone.call_info(call).map(|info| (info.ended_by, info.cause)).unwrap();
    assert_eq!(said(&lab), (EndedBy::Nobody, EndCause::None));
    peer.respond(&mut lab, &invite, 487, "");
    lab.run_for(Duration::from_millis(20));
    assert_eq!(said(&lab), (EndedBy::Application, EndCause::Cancelled));
    lab.ends[0].fetch = true;
    lab.drain();
    assert_eq!(end(&lab), (EndedBy::Application, EndCause::Cancelled, Cause::Normal, 487));
}

/// The numbers cross the C ABI.
#[test]
fn the_numbers_are_those_of_the_header() {
    assert_eq!(
        [EndedBy::Application as u32, EndedBy::Remote as u32, EndedBy::Rule as u32, EndedBy::Library as u32],
        [1, 2, 3, 4]
    );
    assert_eq!(
        [EndCause::Normal as u32, EndCause::Cancelled as u32, EndCause::Network as u32, EndCause::Shutdown as u32],
        [1, 5, 14, 18]
    );
}
