//! rfc3261#12.1.2, #13.2.2.4: one INVITE, several that answer.

use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Cause};
use microsip_tests::{Lab, Options, Peer, Sip, sdp};

/// A forking proxy at 10.0.0.9 with two branches behind it; all that the branches say comes through it.
struct Fork {
    lab: Lab,
    proxy: Peer,
    left: Peer,
    right: Peer,
    invite: Sip,
}

fn fork() -> Fork {
    let mut lab = Lab::new(&[Options::default()]);
    let mut proxy = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut left = Peer::new(&mut lab, "10.0.0.21:5060", 0);
    let mut right = Peer::new(&mut lab, "10.0.0.22:5060", 0);
    left.tag = "left".into();
    right.tag = "right".into();
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = proxy.wait(&mut lab, "INVITE");
    Fork { lab, proxy, left, right, invite }
}

fn media_to(lab: &mut Lab, to: &str) -> u64 {
    lab.media_sent.get(&to.parse().unwrap()).copied().unwrap_or_default()
}

#[test]
fn early_media_goes_to_the_branch_that_answered_last() {
    let mut f = fork();
    f.left.answer(&mut f.lab, &f.invite, 183, &sdp("10.0.0.21", 4000, ""));
    f.lab.run_for(Duration::from_millis(200));
    assert!(media_to(&mut f.lab, "10.0.0.21:4000") > 5);
    f.right.answer(&mut f.lab, &f.invite, 183, &sdp("10.0.0.22", 4000, ""));
    f.lab.run_for(Duration::from_millis(20));
    let before = media_to(&mut f.lab, "10.0.0.21:4000");
    f.lab.run_for(Duration::from_millis(200));
    assert!(media_to(&mut f.lab, "10.0.0.22:4000") > 5);
    assert_eq!(media_to(&mut f.lab, "10.0.0.21:4000"), before);
    // the first one wins after all
    f.left.answer(&mut f.lab, &f.invite, 200, &sdp("10.0.0.21", 4000, ""));
    let ack = f.left.wait(&mut f.lab, "ACK");
    assert_eq!((ack.to_tag(), ack.uri()), ("left".into(), f.left.contact.clone()));
    f.lab.run_for(Duration::from_millis(200));
    assert!(media_to(&mut f.lab, "10.0.0.21:4000") > before + 5);
    assert_eq!(f.lab.ends[0].phone.in_use().dialogs, 1, "the other early dialog is gone");
    let call = f.lab.ends[0].last_call();
    let now = f.lab.now;
    f.lab.ends[0].phone.hangup(now, call).unwrap();
    let bye = f.left.wait(&mut f.lab, "BYE");
    assert_eq!(bye.to_tag(), "left");
    f.left.answer(&mut f.lab, &bye, 200, "");
    f.lab.assert_settled();
}

#[test]
fn a_second_2xx_is_acknowledged_and_ended() {
    let mut f = fork();
    f.left.answer(&mut f.lab, &f.invite, 180, "");
    f.right.answer(&mut f.lab, &f.invite, 180, "");
    f.left.answer(&mut f.lab, &f.invite, 200, &sdp("10.0.0.21", 4000, ""));
    f.right.answer(&mut f.lab, &f.invite, 200, &sdp("10.0.0.22", 4000, ""));
    let ack = f.right.wait(&mut f.lab, "ACK");
    assert_eq!((ack.to_tag(), ack.number(), ack.uri()), ("right".into(), f.invite.number(), f.right.contact.clone()));
    let bye = f.right.wait(&mut f.lab, "BYE");
    assert_eq!((bye.to_tag(), bye.number()), ("right".into(), f.invite.number() + 1));
    f.right.answer(&mut f.lab, &bye, 200, "");
    // its ACK was lost: acknowledged again, not ended again
    f.lab.run_for(Duration::from_millis(500));
    f.right.answer(&mut f.lab, &f.invite, 200, &sdp("10.0.0.22", 4000, ""));
    f.right.wait(&mut f.lab, "ACK");
    f.right.silence(&mut f.lab, "BYE", Duration::from_secs(5));
    assert_eq!(f.right.times(&f.lab, "ACK").len(), 2);
    // the winner is not disturbed
    assert_eq!(f.left.all(&f.lab, "ACK").len(), 1);
    assert_eq!(f.left.all(&f.lab, "BYE").len(), 0);
    assert!(f.lab.ends[0].reached(CallState::Connected) && f.lab.ends[0].ended().is_none());
    f.lab.run_for(Duration::from_secs(40));
    assert_eq!(f.lab.ends[0].phone.in_use().dialogs, 1);
    let call = f.lab.ends[0].last_call();
    let now = f.lab.now;
    f.lab.ends[0].phone.hangup(now, call).unwrap();
    let bye = f.left.wait(&mut f.lab, "BYE");
    f.left.answer(&mut f.lab, &bye, 200, "");
    f.lab.assert_settled();
}

#[test]
fn three_answers_are_one_call() {
    let mut f = fork();
    let mut third = Peer::new(&mut f.lab, "10.0.0.23:5060", 0);
    for peer in [&mut f.left, &mut f.right, &mut third] {
        let body = sdp(&peer.at.ip().to_string(), 4000, "");
        peer.answer(&mut f.lab, &f.invite, 200, &body);
    }
    for peer in [&mut f.right, &mut third] {
        peer.wait(&mut f.lab, "ACK");
        let bye = peer.wait(&mut f.lab, "BYE");
        peer.answer(&mut f.lab, &bye, 200, "");
    }
    assert_eq!(f.left.all(&f.lab, "ACK").len(), 1);
    // the winner hangs up while the losers linger
    f.left.theirs = f.invite.from_tag();
    let bye = f.left.request("BYE", "", "");
    f.left.send(&mut f.lab, &bye);
    f.left.wait(&mut f.lab, "SIP/2.0 200");
    f.lab.assert_settled();
}

#[test]
fn a_loser_that_never_answers_its_bye_leaves_nothing_behind() {
    let mut f = fork();
    f.left.answer(&mut f.lab, &f.invite, 200, &sdp("10.0.0.21", 4000, ""));
    f.right.answer(&mut f.lab, &f.invite, 200, &sdp("10.0.0.22", 4000, ""));
    f.lab.run_for(Duration::from_secs(60));
    assert_eq!(f.right.times(&f.lab, "BYE").len(), 11);
    assert_eq!(f.lab.ends[0].phone.in_use().dialogs, 1);
}

#[test]
fn a_refusal_ends_all_early_dialogs() {
    let mut f = fork();
    f.left.answer(&mut f.lab, &f.invite, 183, &sdp("10.0.0.21", 4000, ""));
    f.right.answer(&mut f.lab, &f.invite, 183, &sdp("10.0.0.22", 4000, ""));
    assert_eq!(f.proxy.all(&f.lab, "ACK").len(), 0);
    f.lab.run_for(Duration::from_millis(50));
    assert_eq!(f.lab.ends[0].phone.in_use().dialogs, 2);
    f.proxy.answer(&mut f.lab, &f.invite, 600, "");
    let ack = f.proxy.wait(&mut f.lab, "ACK");
    assert_eq!(ack.uri(), f.invite.uri());
    f.lab.run_until("ended", |lab| lab.ends[0].ended().is_some());
    assert_eq!((f.lab.ends[0].ended().unwrap().result, f.lab.ends[0].ended().unwrap().sip_code), (Cause::Refused, 600));
    f.lab.assert_settled();
}

#[test]
fn a_fork_that_finds_no_dialog_slot_is_not_followed() {
    let mut options = Options::default();
    options.capacity.dialogs = 1;
    let mut lab = Lab::new(&[options]);
    let mut proxy = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut right = Peer::new(&mut lab, "10.0.0.22:5060", 0);
    right.tag = "right".into();
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = proxy.wait(&mut lab, "INVITE");
    let body = proxy.sdp();
    proxy.answer(&mut lab, &invite, 183, &body);
    right.answer(&mut lab, &invite, 183, &body);
    proxy.answer(&mut lab, &invite, 200, &body);
    proxy.wait(&mut lab, "ACK");
    right.answer(&mut lab, &invite, 200, &body);
    right.silence(&mut lab, "ACK", Duration::from_secs(1));
    assert!(lab.ends[0].reached(CallState::Connected));
}

#[test]
fn the_winner_may_be_one_that_never_rang() {
    let mut f = fork();
    f.left.answer(&mut f.lab, &f.invite, 183, &sdp("10.0.0.21", 4000, ""));
    f.right.answer(&mut f.lab, &f.invite, 200, &sdp("10.0.0.22", 4000, ""));
    let ack = f.right.wait(&mut f.lab, "ACK");
    assert_eq!((ack.to_tag(), ack.uri()), ("right".into(), f.right.contact.clone()));
    // a request of the winner finds the dialog
    f.right.theirs = f.invite.from_tag();
    let bye = f.right.request("BYE", "", "");
    f.right.send(&mut f.lab, &bye);
    f.right.wait(&mut f.lab, "SIP/2.0 200");
    assert_eq!(f.lab.ends[0].ended().unwrap().result, Cause::Normal);
    f.lab.assert_settled();
}

#[test]
fn a_branch_that_lost_one_try_may_win_the_next() {
    // with one slot for requests the loser's BYE waits, while the next try runs
    let mut options = Options::default();
    options.capacity.requests = 1;
    let mut lab = Lab::new(&[options]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.dial(0, "sip:peer@10.0.0.9");
    let first = peer.wait(&mut lab, "INVITE");
    peer.answer_with(&mut lab, &first, 302, "Contact: <sip:again@10.0.0.9>\r\n", "");
    let second = peer.wait(&mut lab, "INVITE");
    peer.tag = "left".into();
    let body = peer.sdp();
    peer.answer(&mut lab, &first, 200, &body);
    assert_eq!(peer.wait(&mut lab, "ACK").to_tag(), "left");
    peer.answer(&mut lab, &second, 200, &body);
    peer.wait(&mut lab, "ACK");
    peer.silence(&mut lab, "BYE", Duration::from_secs(5));
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.hangup(now, call).unwrap();
    let bye = peer.wait(&mut lab, "BYE");
    peer.answer(&mut lab, &bye, 200, "");
    lab.assert_settled();
}
