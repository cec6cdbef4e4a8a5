//! The calls of a watched phone (RFC 4235).

use super::*;
use DialogState::{Confirmed, Early, Terminated, Trying};
use microsip_core::phone::{Capacity, DialOptions, Source};

/// The phone is watched, and was told of no call yet.
fn begun() -> (Lab, Peer) {
    begun_with(Options::default())
}

fn begun_with(options: Options) -> (Lab, Peer) {
    let (mut lab, mut peer) =
        watched_with(Options { watchers: (WatcherPolicy::Follow, options.watchers.1), ..options });
    accepted(&mut lab, &mut peer, "dialog", "600");
    assert_eq!(dialogs(&notified(&mut lab, &mut peer)), (0, true, vec![]));
    lab.run_for(Duration::from_secs(2));
    (lab, peer)
}

// rfc4235#3.7, #4.1
#[test]
fn a_call_that_comes_is_told_from_its_ring_to_its_end() {
    let (mut lab, mut peer) = begun();
    let (mut caller, ringing) = ring(&mut lab, "10.0.0.5:5060");
    let at = lab.now;
    let rings = notified(&mut lab, &mut peer);
    assert!(lab.now.since(at).millis() < 200, "at once");
    assert_eq!(dialogs(&rings), (1, false, vec![Early]));
    let body = rings.body();
    let mut document = dialog_info::Document::parse(body.as_bytes()).unwrap();
    let dialog = document.next_dialog().unwrap().unwrap();
    let plain = |text: microsip_core::wire::body::xml::Text<'_>| {
        let mut room = [0; 256];
        let mut out = Cursor::new(&mut room);
        text.write(&mut out);
        String::from_utf8_lossy(out.written()).into_owned()
    };
    assert_eq!(dialog.called, Some(true));
    assert_eq!(plain(dialog.call_id), caller.call_id);
    assert_eq!((plain(dialog.local_tag), plain(dialog.remote_tag)), (ringing.to_tag(), caller.tag.clone()));
    assert_eq!(plain(dialog.remote.identity), caller.own.trim_matches(['<', '>']));
    assert_eq!(plain(dialog.remote.target), caller.contact);
    assert_eq!(plain(dialog.local.target), ringing.contact());
    // the answer follows within the second, and is told when that is over
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    lab.drain();
    let success = caller.wait(&mut lab, "SIP/2.0 200");
    caller.learn(&success);
    caller.ack(&mut lab, "");
    peer.silence(&mut lab, "NOTIFY", Duration::from_millis(500));
    let up = notified(&mut lab, &mut peer);
    assert!((950..1500).contains(&up.at.since(rings.at).millis()), "rfc4235#3.10");
    assert_eq!(dialogs(&up), (2, false, vec![Confirmed]));
    lab.run_for(Duration::from_secs(2));
    // both hold and resume: the lamp of hold
    let now = lab.now;
    lab.ends[0].phone.hold(now, call, true, 0).unwrap();
    lab.drain();
    let offer = caller.wait(&mut lab, "INVITE");
    caller.respond(&mut lab, &offer, 200, &microsip_tests::sdp("10.0.0.5", 40_000, "recvonly"));
    let held = notified(&mut lab, &mut peer);
    assert!(held.body().contains("<param pname=\"+sip.rendering\" pval=\"no\"/>"), "{}", held.body());
    lab.run_for(Duration::from_secs(2));
    let text = caller.request("BYE", "", "");
    caller.send(&mut lab, &text);
    let over = notified(&mut lab, &mut peer);
    assert_eq!(dialogs(&over).2, [Terminated]);
    assert!(!over.body().contains("call-id"), "an end says no more: {}", over.body());
    // a refresh names it no more
    assert_eq!(subscribe(&mut lab, &mut peer, "dialog", "600", "").status(), 200);
    assert_eq!(dialogs(&notified(&mut lab, &mut peer)).2, []);
    finish(lab, peer, "dialog");
}

#[test]
fn a_call_of_ours_is_told_and_what_changes_in_a_second_is_one() {
    let (mut lab, mut peer) = begun();
    let mut called = Peer::new(&mut lab, "10.0.0.5:5060", 0);
    let (now, options) = (lab.now, DialOptions { source: Source::Silence, ..DialOptions::default() });
    let call = lab.ends[0].phone.dial(now, AccountId::NONE, "sip:bob@10.0.0.5:5060", &options).unwrap();
    lab.drain();
    assert_eq!(dialogs(&notified(&mut lab, &mut peer)), (1, false, vec![Trying]));
    let invite = called.wait(&mut lab, "INVITE");
    called.respond(&mut lab, &invite, 180, "");
    let sdp = called.sdp();
    called.respond(&mut lab, &invite, 200, &sdp);
    let up = notified(&mut lab, &mut peer);
    assert_eq!(dialogs(&up), (2, false, vec![Confirmed]), "it rang for a moment only");
    assert!(
        up.body().contains("direction=\"initiator\"") && up.body().contains(&format!("remote-tag=\"{}\"", called.tag))
    );
    lab.run_for(Duration::from_secs(2));
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.drain();
    called.oblige(&mut lab);
    assert_eq!(dialogs(&notified(&mut lab, &mut peer)), (3, false, vec![Terminated]));
    finish(lab, peer, "dialog");
}

#[test]
fn who_talks_to_whom_may_be_kept_back() {
    let (mut lab, mut peer) =
        begun_with(Options { watchers: (WatcherPolicy::Follow, Some(false)), ..Options::default() });
    let (mut caller, _) = ring(&mut lab, "10.0.0.5:5060");
    let rings = notified(&mut lab, &mut peer);
    assert_eq!(dialogs(&rings), (1, false, vec![Early]));
    for told in ["call-id", "tag", "<remote>", "10.0.0.5"] {
        assert!(!rings.body().contains(told), "{}", rings.body());
    }
    let text = caller.request("CANCEL", "", "");
    caller.send(&mut lab, &text);
    assert_eq!(dialogs(&notified(&mut lab, &mut peer)).2, [Terminated]);
    finish(lab, peer, "dialog");
}

/// A document that does not fit goes on in the next one, and misses nothing.
#[test]
fn many_calls_take_several_documents() {
    let capacity = Capacity { ..Capacity::host(9, 2, 2048).watched(4) };
    let (mut lab, mut peer) =
        watched_with(Options { watchers: (WatcherPolicy::Follow, None), capacity, ..Options::default() });
    let callers: Vec<_> = (1..=7).map(|nth| ring(&mut lab, &format!("10.0.1.{nth}:5060")).0).collect();
    accepted(&mut lab, &mut peer, "dialog", "600");
    let (mut all, mut nth) = (Vec::new(), 0);
    while all.len() < callers.len() {
        let notify = notified(&mut lab, &mut peer);
        assert!(notify.bytes.len() <= 1300, "{}", notify.bytes.len());
        let (version, full, states) = dialogs(&notify);
        assert_eq!((version, full), (nth, nth == 0));
        assert!(!states.is_empty() && states.iter().all(|state| *state == Early));
        all.extend(notify.body().match_indices("call-id=\"").map(|(at, name)| {
            let rest = &notify.body()[at + name.len()..];
            rest[..rest.find('"').unwrap()].to_owned()
        }));
        nth += 1;
    }
    assert!(nth > 1, "they do not fit one");
    let mut ids: Vec<_> = callers.iter().map(|caller| caller.call_id.clone()).collect();
    ids.sort();
    all.sort();
    assert_eq!(all, ids);
    peer.silence(&mut lab, "NOTIFY", Duration::from_secs(3));
    let now = lab.now;
    lab.ends[0].phone.hangup_all(now);
    lab.drain();
    let over = notified(&mut lab, &mut peer);
    assert_eq!(dialogs(&over).2, [Terminated; 7], "ends are short");
    lab.run_for(Duration::from_secs(40));
    finish(lab, peer, "dialog");
}

/// Nothing follows a fetch, so it names all calls, if need be without their parties.
// rfc4235#3.2
#[test]
fn a_fetch_of_many_calls_names_them_all() {
    for (calls, details) in [(1, true), (9, false)] {
        let capacity = Capacity::host(12, 2, 2048).watched(4);
        let (mut lab, mut peer) =
            watched_with(Options { watchers: (WatcherPolicy::Follow, None), capacity, ..Options::default() });
        let callers: Vec<_> = (1..=calls).map(|nth| ring(&mut lab, &format!("10.0.1.{nth}:5060")).0).collect();
        accepted(&mut lab, &mut peer, "dialog", "0");
        let notify = notified(&mut lab, &mut peer);
        assert_eq!(dialogs(&notify), (0, true, vec![Early; callers.len()]));
        assert_eq!(notify.body().contains("call-id=\""), details, "{}", notify.body());
        let now = lab.now;
        lab.ends[0].phone.hangup_all(now);
        lab.drain();
        lab.run_for(Duration::from_secs(40));
        lab.assert_settled();
    }
}

/// An end that could not be told, for another call has the slot by now, is told by a whole document.
#[test]
fn a_slot_that_another_call_has_hides_no_end() {
    let capacity = Capacity { ..Capacity::host(1, 1, 2048).watched(4) };
    let (mut lab, mut peer) = begun_with(Options { capacity, ..Options::default() });
    let (mut caller, _) = ring(&mut lab, "10.0.0.5:5060");
    assert_eq!(dialogs(&notified(&mut lab, &mut peer)).2, [Early]);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.reject(now, call, 486).unwrap();
    lab.drain();
    let refusal = caller.wait(&mut lab, "SIP/2.0 486");
    let _ = refusal;
    let (_, _) = ring(&mut lab, "10.0.0.6:5060");
    let next = notified(&mut lab, &mut peer);
    assert_eq!(dialogs(&next), (2, true, vec![Early]), "the first is not there any more");
    assert!(next.body().contains("10.0.0.6") && !next.body().contains("10.0.0.5"));
    let now = lab.now;
    lab.ends[0].phone.hangup_all(now);
    lab.drain();
    assert_eq!(dialogs(&notified(&mut lab, &mut peer)).2, [Terminated]);
    finish(lab, peer, "dialog");
}
