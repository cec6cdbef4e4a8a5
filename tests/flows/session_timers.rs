//! RFC 4028: a call is refreshed, by either side, and ends when it is not.

mod crossing;
mod ends;
mod intervals;
mod losses;
mod refreshes;
mod wanted;

use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{
    AccountId, CallInfo, CallState, Cause, CommandError, DialOptions, EndCause, EndedBy, Refresher, SessionTimer,
    TimerMode,
};
use microsip_tests::{Lab, Options, Peer, Sip, ladder, sdp};

/// A phone whose sessions last so long, for its own benefit too. No sound: it would take the tests' time, and decides nothing.
fn phone(expires: u32) -> Options {
    timed(SessionTimer { mode: TimerMode::Always, expires, ..SessionTimer::INHERITED })
}

fn timed(session_timer: SessionTimer) -> Options {
    Options { session_timer, ..Options::default() }
}

fn lab(options: &Options) -> (Lab, Peer) {
    let mut lab = Lab::new(std::slice::from_ref(options));
    lab.audio = false;
    lab.patience = Duration::from_secs(2000);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    (lab, peer)
}

fn info(lab: &Lab) -> CallInfo {
    lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap()
}

/// The phone calls the peer, whose 200 has these header lines; gives the INVITE.
fn calls(lab: &mut Lab, peer: &mut Peer, lines: &str) -> Sip {
    lab.dial(0, "sip:peer@10.0.0.9:5060");
    let invite = peer.wait(lab, "INVITE");
    let body = peer.sdp();
    peer.respond_with(lab, &invite, 200, lines, &body);
    peer.wait(lab, "ACK");
    invite
}

/// The peer calls the phone, with these header lines in its INVITE; gives the 200.
fn is_called(lab: &mut Lab, peer: &mut Peer, lines: &str) -> Sip {
    let body = peer.sdp();
    let text = peer.request("INVITE", lines, &body);
    peer.send(lab, &text);
    peer.wait(lab, "SIP/2.0 180");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(lab, "SIP/2.0 200");
    peer.learn(&ok);
    peer.ack(lab, "");
    lab.run_for(Duration::from_millis(10));
    ok
}

fn seconds(from: Instant, to: Instant) -> u64 {
    (to.since(from).millis() + 500) / 1000
}

fn origin(sip: &Sip) -> String {
    sip.body().lines().find(|line| line.starts_with("o=")).unwrap_or_default().to_owned()
}

/// The peer hangs up, and nothing is left.
#[track_caller]
fn finish(mut lab: Lab, mut peer: Peer) {
    assert!(lab.ends[0].ended().is_none(), "{}", ladder::draw(&lab));
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    lab.assert_settled();
}

/// The call ends by its session timer so many seconds after this, with a BYE that says so.
#[track_caller]
fn assert_expires(mut lab: Lab, mut peer: Peer, since: Instant, after: u64) {
    lab.run_until("the end", |lab| lab.ends[0].ended().is_some());
    let ended = lab.ends[0].ended().unwrap();
    assert_eq!((ended.result, ended.cause, ended.ended_by), (Cause::Expired, EndCause::Expired, EndedBy::Library));
    assert_eq!(seconds(since, ended.at), after);
    let bye = peer.wait(&mut lab, "BYE");
    assert_eq!(bye.header("Reason"), "Q.850;cause=102;text=\"Session timer expired\"");
    assert_eq!(bye.header("Supported"), "timer");
    peer.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
}
