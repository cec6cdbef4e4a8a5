//! rfc3261#12.1.2, #13.2.2.4: one INVITE, several dialogs.

use microsip_core::base::time::Duration;
use microsip_core::phone::trace::{Pool, What};
use microsip_core::phone::{AccountId, CallState, Capacity, Cause, DialOptions, MEDIA_SENDING};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip, sdp};

/// A forking proxy at 10.0.0.9 with two branches behind it; all their messages come through it.
struct Fork {
    lab: Lab,
    proxy: Peer,
    left: Peer,
    right: Peer,
    invite: Sip,
}

fn fork() -> Fork {
    fork_of(Options::default())
}

fn fork_of(options: Options) -> Fork {
    let mut lab = Lab::new(&[options]);
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

// The header lines of an INVITE are not written again once its 2xx is there. They leave their room to the far end's
// texts, so a call that could be dialled does not end by being answered.
#[test]
fn long_header_lines_make_room_for_an_answer() {
    let route = format!("<sip:{}@10.0.0.9;lr>", "r".repeat(120));
    for early in [0, 180, 183] {
        let capacity = Capacity { dialog_text: 640, ..Options::default().capacity };
        let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
        let mut far = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let headers = format!("X-Long: {}\r\n", "x".repeat(400));
        let (now, options) = (lab.now, DialOptions { headers: &headers, ..DialOptions::default() });
        let call = lab.ends[0].phone.dial(now, AccountId::NONE, "sip:peer@10.0.0.9", &options).unwrap();
        lab.drain();
        let invite = far.wait(&mut lab, "INVITE");
        assert!(invite.text().contains(headers.trim()));
        let lines = format!("Record-Route: {route}\r\n");
        if early > 0 {
            far.respond_with(&mut lab, &invite, early, &lines, "");
        }
        far.respond_with(&mut lab, &invite, 200, &lines, &sdp("10.0.0.9", 4000, ""));
        let ack = far.wait(&mut lab, "ACK");
        assert!(ack.text().contains(&format!("Route: {route}\r\n")), "{}", ack.text());
        assert_eq!(lab.ends[0].phone.call_info(call).unwrap().state, CallState::Connected, "behind {early}");
        let now = lab.now;
        lab.ends[0].phone.hangup(now, call).unwrap();
        let bye = far.wait(&mut lab, "BYE");
        assert!(bye.text().contains(&format!("Route: {route}\r\n")) && !bye.text().contains("X-Long"));
    }
}

// Routes of a 2xx that find no room: the call is not up by texts that nobody sent. Its ACK and its BYE go the way that
// the early dialog had, so that the far end knows that it is over.
#[test]
fn a_2xx_whose_routes_do_not_fit_ends_the_call_the_way_it_came() {
    let long = (0..4).map(|at| format!("Record-Route: <sip:{at}{}@10.0.0.9;lr>\r\n", "r".repeat(90)));
    let long = long.collect::<String>();
    for (early, contact) in [("Record-Route: <sip:short@10.0.0.9;lr>\r\n", "peer"), ("", "another")] {
        let capacity = Capacity { dialog_text: 440, ..Options::default().capacity };
        let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
        let mut far = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        lab.dial(0, "sip:peer@10.0.0.9");
        let invite = far.wait(&mut lab, "INVITE");
        far.respond_with(&mut lab, &invite, 180, early, "");
        let first = far.contact.clone();
        far.contact = format!("sip:{contact}@10.0.0.9:5060");
        far.respond_with(&mut lab, &invite, 200, &long, &sdp("10.0.0.9", 4000, ""));
        let routes =
            early.strip_prefix("Record-Route: ").map(|route| vec![route.trim().to_owned()]).unwrap_or_default();
        for request in ["ACK", "BYE"] {
            let came = far.wait(&mut lab, request);
            assert_eq!((came.uri(), came.headers("Route")), (first.clone(), routes.clone()), "{request}");
            assert_eq!(came.to_tag(), far.tag);
            if request == "BYE" {
                far.respond(&mut lab, &came, 200, "");
            }
        }
        assert!(!lab.ends[0].reached(CallState::Connected));
        assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Full);
        assert!(lab.ends[0].phone.counters().oversize > 0);
        lab.assert_settled();
    }
}

#[test]
fn a_late_2xx_whose_routes_do_not_fit_is_ended_too() {
    let long = (0..4).map(|at| format!("Record-Route: <sip:{at}{}@10.0.0.9;lr>\r\n", "r".repeat(90)));
    let long = long.collect::<String>();
    let capacity = Capacity { dialog_text: 440, ..Options::default().capacity };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let mut far = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = far.wait(&mut lab, "INVITE");
    far.respond(&mut lab, &invite, 180, "");
    far.respond(&mut lab, &invite, 486, "");
    far.wait(&mut lab, "ACK");
    // rfc6026#7.2: a proxy forwards the 2xx of a branch behind its refusal
    far.respond_with(&mut lab, &invite, 200, &long, &sdp("10.0.0.9", 4000, ""));
    let ack = far.wait(&mut lab, "ACK");
    let bye = far.wait(&mut lab, "BYE");
    for came in [&ack, &bye] {
        assert_eq!((came.uri(), came.headers("Route")), (far.contact.clone(), Vec::new()));
    }
    far.respond(&mut lab, &bye, 200, "");
    assert!(lab.ends[0].phone.counters().oversize > 0);
    lab.assert_settled();
}

#[test]
fn early_media_goes_to_the_branch_that_responded_last() {
    let mut f = fork();
    f.left.respond(&mut f.lab, &f.invite, 183, &sdp("10.0.0.21", 4000, ""));
    f.lab.run_for(Duration::from_millis(200));
    assert!(media_to(&mut f.lab, "10.0.0.21:4000") > 5);
    f.right.respond(&mut f.lab, &f.invite, 183, &sdp("10.0.0.22", 4000, ""));
    f.lab.run_for(Duration::from_millis(20));
    let before = media_to(&mut f.lab, "10.0.0.21:4000");
    f.lab.run_for(Duration::from_millis(200));
    assert!(media_to(&mut f.lab, "10.0.0.22:4000") > 5);
    assert_eq!(media_to(&mut f.lab, "10.0.0.21:4000"), before);
    // the first one wins after all
    f.left.respond(&mut f.lab, &f.invite, 200, &sdp("10.0.0.21", 4000, ""));
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
    f.left.respond(&mut f.lab, &bye, 200, "");
    f.lab.assert_settled();
}

#[test]
fn a_second_2xx_is_acknowledged_and_ended() {
    let mut f = fork();
    f.left.respond(&mut f.lab, &f.invite, 180, "");
    f.right.respond(&mut f.lab, &f.invite, 180, "");
    f.left.respond(&mut f.lab, &f.invite, 200, &sdp("10.0.0.21", 4000, ""));
    f.right.respond(&mut f.lab, &f.invite, 200, &sdp("10.0.0.22", 4000, ""));
    let ack = f.right.wait(&mut f.lab, "ACK");
    assert_eq!((ack.to_tag(), ack.number(), ack.uri()), ("right".into(), f.invite.number(), f.right.contact.clone()));
    let bye = f.right.wait(&mut f.lab, "BYE");
    assert_eq!((bye.to_tag(), bye.number()), ("right".into(), f.invite.number() + 1));
    f.right.respond(&mut f.lab, &bye, 200, "");
    // its ACK was lost: acknowledged again, not ended again
    f.lab.run_for(Duration::from_millis(500));
    f.right.respond(&mut f.lab, &f.invite, 200, &sdp("10.0.0.22", 4000, ""));
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
    f.left.respond(&mut f.lab, &bye, 200, "");
    f.lab.assert_settled();
}

#[test]
fn three_2xx_are_one_call() {
    let mut f = fork();
    let mut third = Peer::new(&mut f.lab, "10.0.0.23:5060", 0);
    for peer in [&mut f.left, &mut f.right, &mut third] {
        let body = sdp(&peer.at.ip().to_string(), 4000, "");
        peer.respond(&mut f.lab, &f.invite, 200, &body);
    }
    for peer in [&mut f.right, &mut third] {
        peer.wait(&mut f.lab, "ACK");
        let bye = peer.wait(&mut f.lab, "BYE");
        peer.respond(&mut f.lab, &bye, 200, "");
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
fn a_loser_that_never_responds_to_its_bye_leaves_nothing_behind() {
    let mut f = fork();
    f.left.respond(&mut f.lab, &f.invite, 200, &sdp("10.0.0.21", 4000, ""));
    f.right.respond(&mut f.lab, &f.invite, 200, &sdp("10.0.0.22", 4000, ""));
    f.lab.run_for(Duration::from_secs(60));
    assert_eq!(f.right.times(&f.lab, "BYE").len(), 11);
    assert_eq!(f.lab.ends[0].phone.in_use().dialogs, 1);
}

#[test]
fn a_refusal_ends_all_early_dialogs() {
    let mut f = fork();
    f.left.respond(&mut f.lab, &f.invite, 183, &sdp("10.0.0.21", 4000, ""));
    f.right.respond(&mut f.lab, &f.invite, 183, &sdp("10.0.0.22", 4000, ""));
    assert_eq!(f.proxy.all(&f.lab, "ACK").len(), 0);
    f.lab.run_for(Duration::from_millis(50));
    assert_eq!(f.lab.ends[0].phone.in_use().dialogs, 2);
    f.proxy.respond(&mut f.lab, &f.invite, 600, "");
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
    proxy.respond(&mut lab, &invite, 183, &body);
    right.respond(&mut lab, &invite, 183, &body);
    lab.run_for(Duration::from_millis(5));
    assert_eq!(full(&mut lab), (1, 1));
    proxy.respond(&mut lab, &invite, 200, &body);
    proxy.wait(&mut lab, "ACK");
    assert_eq!(full(&mut lab), (1, 0));
    lab.run_for(Duration::from_secs(1)); // records that are alike within a second are one
    right.respond(&mut lab, &invite, 200, &body);
    right.silence(&mut lab, "ACK", Duration::from_secs(1));
    assert_eq!(full(&mut lab), (2, 1));
    assert!(lab.ends[0].reached(CallState::Connected));
}

/// The counter of what a full pool refused, and the number of new records of a want of dialogs.
fn full(lab: &mut Lab) -> (u32, usize) {
    let phone = &mut lab.ends[0].phone;
    let records = core::iter::from_fn(|| phone.poll_trace());
    let records = records.filter(|trace| trace.what == What::Full(Pool::Dialogs)).count();
    (phone.counters().refused_full, records)
}

#[test]
fn the_winner_may_be_one_that_never_rang() {
    let mut f = fork();
    f.left.respond(&mut f.lab, &f.invite, 183, &sdp("10.0.0.21", 4000, ""));
    f.right.respond(&mut f.lab, &f.invite, 200, &sdp("10.0.0.22", 4000, ""));
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
    peer.respond_with(&mut lab, &first, 302, "Contact: <sip:again@10.0.0.9>\r\n", "");
    let second = peer.wait(&mut lab, "INVITE");
    peer.tag = "left".into();
    let body = peer.sdp();
    peer.respond(&mut lab, &first, 200, &body);
    assert_eq!(peer.wait(&mut lab, "ACK").to_tag(), "left");
    peer.respond(&mut lab, &second, 200, &body);
    peer.wait(&mut lab, "ACK");
    peer.silence(&mut lab, "BYE", Duration::from_secs(5));
    let call = lab.ends[0].last_call();
    peer.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

#[test]
fn a_provisional_response_without_a_tag_brings_early_media() {
    // rfc3261#12.1.2: a peer as old as RFC 2543 has a null tag
    for tag in ["", "late"] {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        peer.tag = String::new();
        lab.dial(0, "sip:peer@10.0.0.9");
        let invite = peer.wait(&mut lab, "INVITE");
        let body = peer.sdp();
        peer.respond(&mut lab, &invite, 183, &body);
        lab.run_for(Duration::from_millis(200));
        assert!(media_to(&mut lab, "10.0.0.9:40000") > 5, "early media");
        assert_eq!(lab.ends[0].phone.in_use().dialogs, 1);
        // the 2xx needs no description: that of its dialog holds, even when it has a tag by now
        peer.tag = tag.into();
        peer.respond(&mut lab, &invite, 200, "");
        assert_eq!(peer.wait(&mut lab, "ACK").to_tag(), tag);
        assert!(lab.ends[0].reached(CallState::Connected));
        assert_eq!(lab.ends[0].phone.in_use().dialogs, 1);
        let (call, now, before) = (lab.ends[0].last_call(), lab.now, media_to(&mut lab, "10.0.0.9:40000"));
        lab.run_for(Duration::from_millis(200));
        assert!(media_to(&mut lab, "10.0.0.9:40000") > before + 5);
        lab.ends[0].phone.hangup(now + Duration::from_millis(200), call).unwrap();
        let bye = peer.wait(&mut lab, "BYE");
        assert_eq!(bye.to_tag(), tag);
        peer.respond(&mut lab, &bye, 200, "");
        lab.assert_settled();
    }
}

#[test]
fn a_branch_without_a_tag_is_a_branch_of_its_own() {
    let mut f = fork();
    f.left.respond(&mut f.lab, &f.invite, 183, &sdp("10.0.0.21", 4000, ""));
    f.right.tag = String::new();
    f.right.respond(&mut f.lab, &f.invite, 183, &sdp("10.0.0.22", 4000, ""));
    f.lab.run_for(Duration::from_millis(200));
    assert!(media_to(&mut f.lab, "10.0.0.22:4000") > 5);
    assert_eq!(f.lab.ends[0].phone.in_use().dialogs, 2);
    f.right.tag = "late".into();
    f.right.respond(&mut f.lab, &f.invite, 200, "");
    let ack = f.right.wait(&mut f.lab, "ACK");
    assert_eq!((ack.to_tag(), ack.uri()), ("late".into(), f.right.contact.clone()));
    assert!(f.lab.ends[0].reached(CallState::Connected));
    assert_eq!(f.lab.ends[0].phone.in_use().dialogs, 1);
}

#[test]
fn a_challenge_forgets_what_an_untagged_branch_had_agreed_on() {
    // the INVITE is sent anew: its 2xx brings its own description, or none
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.tag = String::new();
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 183, &body);
    peer.respond_with(&mut lab, &invite, 302, "Contact: <sip:again@10.0.0.9>\r\n", "");
    let again = peer.wait(&mut lab, "INVITE");
    peer.tag = "new".into();
    peer.respond(&mut lab, &again, 200, "");
    peer.wait(&mut lab, "ACK");
    let bye = peer.wait(&mut lab, "BYE");
    peer.respond(&mut lab, &bye, 200, "");
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Codec);
    lab.assert_settled();
}

#[test]
fn a_2xx_without_a_description_is_heard_as_its_own_branch_had_agreed() {
    // the branch that was heard last is not the one whose 2xx comes; the first to ring is the call's own dialog, the
    // second is not
    for wins in ["left", "right"] {
        let mut f = fork();
        f.left.respond(&mut f.lab, &f.invite, 183, &sdp("10.0.0.21", 4000, "sendonly"));
        f.lab.run_for(Duration::from_millis(50));
        f.right.respond(&mut f.lab, &f.invite, 183, &sdp("10.0.0.22", 4000, ""));
        f.lab.run_for(Duration::from_millis(50));
        if wins == "right" {
            f.left.respond(&mut f.lab, &f.invite, 183, &sdp("10.0.0.21", 4000, "sendonly"));
            f.lab.run_for(Duration::from_millis(50));
        }
        let winner = if wins == "left" { &mut f.left } else { &mut f.right };
        winner.respond(&mut f.lab, &f.invite, 200, "");
        let ack = winner.wait(&mut f.lab, "ACK");
        assert_eq!((ack.to_tag(), ack.uri()), (wins.into(), winner.contact.clone()));
        assert!(f.lab.ends[0].reached(CallState::Connected));
        let (left, right) = (media_to(&mut f.lab, "10.0.0.21:4000"), media_to(&mut f.lab, "10.0.0.22:4000"));
        f.lab.run_for(Duration::from_millis(400));
        let (left, right) =
            (media_to(&mut f.lab, "10.0.0.21:4000") - left, media_to(&mut f.lab, "10.0.0.22:4000") - right);
        // a side that only sends gets no media
        assert_eq!((left, right > 10), (0, wins == "right"), "{wins}: {left}, {right}");
        let info = f.lab.ends[0].phone.call_info(f.lab.ends[0].last_call()).unwrap();
        assert_eq!(info.held, wins == "left");
        // and the application has an event
        let last = f.lab.ends[0].events.iter().rev().find(|event| event.kind == EventKind::Media).unwrap();
        assert_eq!(last.value & MEDIA_SENDING != 0, wins == "right");
    }
}

#[test]
fn a_2xx_of_a_branch_that_had_agreed_on_nothing_needs_a_description() {
    let mut f = fork();
    f.left.respond(&mut f.lab, &f.invite, 183, &sdp("10.0.0.21", 4000, ""));
    f.right.respond(&mut f.lab, &f.invite, 200, "");
    f.right.wait(&mut f.lab, "ACK");
    let bye = f.right.wait(&mut f.lab, "BYE");
    f.right.respond(&mut f.lab, &bye, 200, "");
    assert_eq!(f.lab.ends[0].ended().unwrap().result, Cause::Codec);
    f.lab.assert_settled();
}

#[test]
fn a_2xx_behind_a_refusal_is_acknowledged_and_ended() {
    // rfc6026#7.2: a proxy forwards a late 2xx of a branch, whether it had rung or not, after a refusal, a cancelled
    // call or a redirection
    for (rang, status) in [(false, 486), (true, 486), (false, 603), (true, 487), (false, 302)] {
        let mut f = fork();
        if rang {
            f.right.respond(&mut f.lab, &f.invite, 180, "");
        }
        if status == 487 {
            let (call, now) = (f.lab.ends[0].last_call(), f.lab.now);
            f.lab.run_for(Duration::from_millis(10));
            f.lab.ends[0].phone.hangup(now, call).unwrap();
            let cancel = f.proxy.wait(&mut f.lab, "CANCEL");
            f.proxy.respond(&mut f.lab, &cancel, 200, "");
        }
        let elsewhere = if status == 302 { "Contact: <sip:again@10.0.0.23>\r\n" } else { "" };
        f.proxy.respond_with(&mut f.lab, &f.invite, status, elsewhere, "");
        f.proxy.wait(&mut f.lab, "ACK");
        for late in [1, 9, 18] {
            f.lab.run_for(Duration::from_secs(late));
            f.right.respond(&mut f.lab, &f.invite, 200, &sdp("10.0.0.22", 4000, ""));
            let ack = f.right.wait(&mut f.lab, "ACK");
            assert_eq!(
                (ack.to_tag(), ack.number(), ack.uri()),
                ("right".into(), f.invite.number(), f.right.contact.clone()),
                "{status}"
            );
            if late == 1 {
                let bye = f.right.wait(&mut f.lab, "BYE");
                assert_eq!((bye.to_tag(), bye.number() > f.invite.number()), ("right".into(), true), "{status}");
                f.right.respond(&mut f.lab, &bye, 200, "");
            }
        }
        f.right.silence(&mut f.lab, "BYE", Duration::from_secs(5));
        assert_eq!(media_to(&mut f.lab, "10.0.0.22:4000"), 0);
        if status != 302 {
            assert!(!f.lab.ends[0].reached(CallState::Connected));
            f.lab.assert_settled();
        }
    }
}

/// A call that is given up before any response, and a 2xx without our branch: the INVITE is still under way.
fn given_up_and_answered() -> Fork {
    let mut f = fork();
    let (call, now) = (f.lab.ends[0].last_call(), f.lab.now);
    f.lab.ends[0].phone.hangup(now, call).unwrap();
    let text = f
        .left
        .response_text(&f.invite, 200, "", &sdp("10.0.0.21", 4000, ""))
        .replace(&f.invite.branch(), "z9hG4bK-other");
    f.left.send(&mut f.lab, &text);
    f.left.wait(&mut f.lab, "ACK");
    let bye = f.left.wait(&mut f.lab, "BYE");
    f.left.respond(&mut f.lab, &bye, 200, "");
    f
}

#[test]
fn a_call_that_was_given_up_is_acknowledged_again_when_its_2xx_comes_again() {
    let mut f = given_up_and_answered();
    f.left.respond(&mut f.lab, &f.invite, 200, &sdp("10.0.0.21", 4000, ""));
    f.left.wait(&mut f.lab, "ACK");
    f.left.silence(&mut f.lab, "BYE", Duration::from_secs(5));
    f.lab.assert_settled();
}

#[test]
fn two_branches_answer_a_call_that_was_given_up() {
    let mut f = given_up_and_answered();
    f.right.respond(&mut f.lab, &f.invite, 200, &sdp("10.0.0.22", 4000, ""));
    let ack = f.right.wait(&mut f.lab, "ACK");
    assert_eq!((ack.to_tag(), ack.number()), ("right".into(), f.invite.number()));
    let bye = f.right.wait(&mut f.lab, "BYE");
    assert_eq!(bye.to_tag(), "right");
    f.right.respond(&mut f.lab, &bye, 200, "");
    f.lab.assert_settled();
}

#[test]
fn a_loser_does_not_owe_the_bye_that_its_call_owes() {
    let mut options = Options::default();
    options.capacity.requests = 1;
    let mut f = fork_of(options);
    f.left.respond(&mut f.lab, &f.invite, 200, &sdp("10.0.0.21", 4000, ""));
    f.left.wait(&mut f.lab, "ACK");
    let one = f.lab.ends[0].last_call();
    let mut other = Peer::new(&mut f.lab, "10.0.0.10:5060", 0);
    other.call(&mut f.lab, 0);
    let two = f.lab.ends[0].last_call();
    // the only slot has the other call's BYE: this call's waits for its second try
    let now = f.lab.now;
    f.lab.ends[0].phone.hangup(now, two).unwrap();
    f.lab.ends[0].phone.hangup(now, one).unwrap();
    let bye = other.wait(&mut f.lab, "BYE");
    other.respond(&mut f.lab, &bye, 200, "");
    f.lab.run_for(Duration::from_millis(50));
    // rfc3261#13.2.2.4: meanwhile another branch answers
    f.right.respond(&mut f.lab, &f.invite, 200, &sdp("10.0.0.22", 4000, ""));
    let bye = f.right.wait(&mut f.lab, "BYE");
    f.right.respond(&mut f.lab, &bye, 200, "");
    let bye = f.left.wait(&mut f.lab, "BYE");
    f.left.respond(&mut f.lab, &bye, 200, "");
    f.right.silence(&mut f.lab, "BYE", Duration::from_secs(5));
    f.lab.assert_settled();
}

#[test]
fn the_far_end_of_each_branch_counts_its_own_requests() {
    // rfc3261#12.2.2: a number is too low behind a higher one of the same dialog
    let mut f = fork();
    f.left.respond(&mut f.lab, &f.invite, 200, &sdp("10.0.0.21", 4000, ""));
    f.left.wait(&mut f.lab, "ACK");
    f.left.theirs = f.invite.from_tag();
    for _ in 0..3 {
        let options = f.left.request("OPTIONS", "", "");
        f.left.send(&mut f.lab, &options);
        f.left.wait(&mut f.lab, "SIP/2.0 200");
    }
    f.right.respond(&mut f.lab, &f.invite, 200, &sdp("10.0.0.22", 4000, ""));
    f.right.wait(&mut f.lab, "ACK");
    f.right.theirs = f.invite.from_tag();
    let bye = f.right.request("BYE", "", "");
    f.right.send(&mut f.lab, &bye);
    f.right.wait(&mut f.lab, "SIP/2.0 200");
}

#[test]
fn branches_without_end_leave_room_for_other_calls() {
    // a called party may respond with any number of tags
    for status in [180, 200] {
        let mut f = fork();
        for nth in 0..40 {
            f.left.tag = format!("left{nth}");
            f.left.respond(&mut f.lab, &f.invite, status, &sdp("10.0.0.21", 4000, ""));
            f.lab.run_for(Duration::from_millis(5));
        }
        for nth in 0..3 {
            let mut other = Peer::new(&mut f.lab, &format!("10.0.1.{nth}:5060"), 0);
            other.invite(&mut f.lab);
            f.lab.run_for(Duration::from_millis(5));
            assert_eq!(other.all(&f.lab, "SIP/2.0 180").len(), 1, "{status} {nth}");
        }
    }
}
