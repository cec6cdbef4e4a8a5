//! Offers that cross: glare, refusals for now, and a bad network.

use super::*;
use microsip_core::phone::{AccountId, RuleNumbers, Rules, Switch};

#[test]
fn glare_is_resolved_by_the_owner_of_the_call_id() {
    // rfc3261#14.1: 2.1 to 4 s for the owner, up to 2 s for the other, in steps of 10 ms
    for (ours, range) in [(true, 2100..=4000), (false, 0..=2000)] {
        let (mut lab, mut peer) = connected(ours);
        hold(&mut lab, true, 1);
        let offer = peer.wait(&mut lab, "INVITE");
        // theirs crosses ours
        let text = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, "sendonly"));
        peer.send(&mut lab, &text);
        let refusal = peer.wait(&mut lab, "SIP/2.0 491");
        peer.ack_refusal(&mut lab, &text, &refusal);
        let at = lab.now;
        peer.respond(&mut lab, &offer, 491, "");
        peer.wait(&mut lab, "ACK");
        assert!(done(&lab).is_empty());
        let again = peer.wait(&mut lab, "INVITE");
        let waited = since(at, &again) - 2;
        assert!(range.contains(&waited) && waited.is_multiple_of(10), "{waited}");
        assert_eq!((way(&again), edition(&again)), (way(&offer), edition(&offer)));
        accept(&mut lab, &mut peer, &again, "recvonly");
        assert_eq!(done(&lab), [(1, Cause::Normal, 0)]);
        finish(lab, peer);
    }
}

#[test]
fn an_answer_to_their_offer_may_settle_ours() {
    // rfc6337#5.3: after the 491 theirs comes first, and our answer says what we want
    let (mut lab, mut peer) = connected(true);
    hold(&mut lab, true, 1);
    let offer = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &offer, 491, "");
    peer.wait(&mut lab, "ACK");
    assert_eq!(way(&their_offer(&mut lab, &mut peer, "sendrecv")), "sendonly");
    assert_eq!((media(&lab), done(&lab)), (MEDIA_SENDING + MEDIA_HOLDING, vec![(1, Cause::Normal, 0)]));
    peer.silence(&mut lab, "INVITE", Duration::from_secs(10));
    finish(lab, peer);
}

#[test]
fn their_offers_wait_while_ours_is_out() {
    // rfc3311#5.2, rfc6337#4.3
    for by_update in [false, true] {
        let (mut lab, mut peer) = connected(true);
        if by_update {
            reoffer(&mut lab, Reoffer { by_update: Some(true), ..Reoffer::default() }, 0);
            let offer = peer.wait(&mut lab, "UPDATE");
            accept(&mut lab, &mut peer, &offer, "");
        }
        hold(&mut lab, true, 1);
        let offer = peer.wait(&mut lab, if by_update { "UPDATE" } else { "INVITE" });
        let update = peer.request("UPDATE", "", &sdp("10.0.0.9", 40_000, "sendonly"));
        peer.send(&mut lab, &update);
        peer.wait(&mut lab, "SIP/2.0 491");
        let invite = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, "sendonly"));
        peer.send(&mut lab, &invite);
        let refusal = peer.wait(&mut lab, "SIP/2.0 491");
        peer.ack_refusal(&mut lab, &invite, &refusal);
        accept(&mut lab, &mut peer, &offer, "recvonly");
        assert_eq!(media(&lab), MEDIA_SENDING + MEDIA_HOLDING);
        finish(lab, peer);
    }
}

#[test]
fn a_refusal_with_a_time_is_tried_again_then() {
    // rfc3261#14.2
    let (mut lab, mut peer) = connected(true);
    hold(&mut lab, true, 1);
    let offer = peer.wait(&mut lab, "INVITE");
    let at = lab.now;
    peer.respond_with(&mut lab, &offer, 500, "Retry-After: 3\r\n", "");
    peer.wait(&mut lab, "ACK");
    let again = peer.wait(&mut lab, "INVITE");
    assert_eq!(since(at, &again) - 2, 3000);
    accept(&mut lab, &mut peer, &again, "recvonly");
    assert_eq!(done(&lab), [(1, Cause::Normal, 0)]);
    finish(lab, peer);
}

#[test]
fn a_late_offer_has_what_we_want() {
    // rfc6337#5.3: offer in the 200, answer in the ACK
    let (mut lab, mut peer) = connected(true);
    held(&mut lab, &mut peer, true, "sendonly", "recvonly");
    let text = peer.request("INVITE", "", "");
    peer.send(&mut lab, &text);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(way(&ok), "sendonly");
    // a command waits for the ACK
    hold(&mut lab, false, 4);
    peer.silence(&mut lab, "INVITE", Duration::from_millis(300));
    peer.ack(&mut lab, &sdp("10.0.0.9", 40_000, "recvonly"));
    let back = peer.wait(&mut lab, "INVITE");
    assert_eq!(way(&back), "sendrecv");
    accept(&mut lab, &mut peer, &back, "");
    assert_eq!((media(&lab), done(&lab)), (BOTH, vec![(4, Cause::Normal, 0)]));
    finish(lab, peer);
}

#[test]
fn a_repeated_update_gets_the_same_bytes_while_we_hold() {
    let (mut lab, mut peer) = connected(true);
    let update = peer.request("UPDATE", "", &sdp("10.0.0.9", 40_000, "recvonly"));
    peer.send(&mut lab, &update);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    held(&mut lab, &mut peer, true, "sendonly", "recvonly");
    peer.send(&mut lab, &update);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0 200").text(), ok.text());
    assert_eq!(media(&lab), MEDIA_SENDING + MEDIA_HOLDING);
    finish(lab, peer);
}

#[test]
fn the_call_ends_when_nobody_responds() {
    // rfc3261#12.2.1.2
    for status in [0, 408, 481] {
        let (mut lab, mut peer) = connected(true);
        hold(&mut lab, true, 1);
        let offer = peer.wait(&mut lab, "INVITE");
        if status > 0 {
            peer.respond(&mut lab, &offer, status, "");
        }
        lab.run_until("the end", |lab| lab.ends[0].ended().is_some());
        assert_eq!(done(&lab), [(1, Cause::Cancelled, 0)]);
        lab.run_for(Duration::from_secs(80));
        lab.assert_settled();
    }
}

/// Two phones whose users press hold and resume as they like, at a bad network: in the end both agree, and all is free.
#[test]
fn two_phones_agree_in_the_end_whatever_is_lost() {
    for seed in 1..=10 {
        let mut lab = Lab::pair().seed(seed);
        let first = lab.dial(0, "sip:b@10.0.0.2");
        lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
        let (second, now) = (lab.ends[1].last_call(), lab.now);
        lab.ends[1].phone.answer(now, second, 200).unwrap();
        lab.run_until("both talk", |lab| lab.ends[0].reached(CallState::Connected));
        lab.run_for(Duration::from_secs(1));
        lab.network.loss = 200;
        lab.audio = false;
        let calls = [first, second];
        // at the same time, and one after the other
        for (turn, on) in [true, true, false, true, false].into_iter().enumerate() {
            for (end, call) in calls.into_iter().enumerate() {
                if turn % 2 == 0 || end == usize::from(seed % 2 == 0) {
                    let now = lab.now;
                    let token = turn as u64 * 2 + end as u64 + 1;
                    let taken = lab.ends[end].phone.hold(now, call, on, token);
                    let ended = lab.ends[end].ended().map(|end| (end.result, end.sip_code, end.cause, end.ended_by));
                    assert!(taken.is_ok(), "seed {seed}, end {end}: {ended:?}\n{}", ladder::draw(&lab));
                }
            }
            lab.run_for(Duration::from_millis(u64::from(seed) * 700));
        }
        lab.run_for(Duration::from_secs(100));
        for (end, call) in calls.into_iter().enumerate() {
            let ended = lab.ends[end].ended().map(|end| (end.result, end.sip_code, end.cause));
            assert!(ended.is_none(), "seed {seed}, end {end}: {ended:?}\n{}", ladder::draw(&lab));
            let info = lab.ends[end].phone.call_info(call).unwrap();
            assert_eq!((info.ways, info.holding), (BOTH, false), "seed {seed}, end {end}\n{}", ladder::draw(&lab));
        }
        lab.network.loss = 0;
        let now = lab.now;
        lab.ends[0].phone.hangup(now, first).unwrap();
        lab.run_for(Duration::from_secs(40));
        for end in &lab.ends {
            let told = end.events.iter().filter(|event| event.kind == EventKind::Done).count();
            assert!(told >= 3, "each command has its end");
        }
        lab.assert_settled();
    }
}

#[test]
fn on_hold_nobody_hears_the_other() {
    // what the far end hears changes at once; here the device says the same number all the time
    let mut lab = Lab::pair();
    let first = lab.dial(0, "sip:b@10.0.0.2");
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    let (second, now) = (lab.ends[1].last_call(), lab.now);
    lab.ends[1].phone.answer(now, second, 200).unwrap();
    lab.run_for(Duration::from_secs(1));
    let now = lab.now;
    lab.ends[0].phone.hold(now, first, true, 1).unwrap();
    lab.run_for(Duration::from_millis(300));
    let held = lab.ends[1].phone.call_info(second).unwrap();
    assert_eq!((held.held, held.holding, held.ways), (true, false, MEDIA_RECEIVING + MEDIA_HELD));
    let holding = lab.ends[0].phone.call_info(first).unwrap();
    assert_eq!((holding.held, holding.holding, holding.ways), (false, true, MEDIA_SENDING + MEDIA_HOLDING));
    let count = |lab: &Lab, ip: [u8; 4]| -> u64 {
        lab.media_sent.iter().filter(|(to, _)| to.ip() == std::net::IpAddr::from(ip)).map(|(_, sent)| sent).sum()
    };
    let before = (count(&lab, [10, 0, 0, 1]), count(&lab, [10, 0, 0, 2]));
    lab.run_for(Duration::from_secs(1));
    let during = (count(&lab, [10, 0, 0, 1]) - before.0, count(&lab, [10, 0, 0, 2]) - before.1);
    assert!(during.0 <= 1 && during.1 >= 49, "{during:?} packets to the holding and to the held side");
    let now = lab.now;
    lab.ends[0].phone.hold(now, first, false, 2).unwrap();
    lab.run_for(Duration::from_millis(300));
    let before = (count(&lab, [10, 0, 0, 1]), count(&lab, [10, 0, 0, 2]));
    lab.run_for(Duration::from_secs(1));
    let after = (count(&lab, [10, 0, 0, 1]) - before.0, count(&lab, [10, 0, 0, 2]) - before.1);
    assert!(after.0 >= 49 && after.1 >= 49, "{after:?}");
    let now = lab.now;
    lab.ends[0].phone.hangup(now, first).unwrap();
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn a_repeated_2xx_of_our_re_invite_is_acknowledged_each_time_on_either_side() {
    // rfc3261#13.2.2.4
    for ours in [true, false] {
        let (mut lab, mut peer) = connected(ours);
        hold(&mut lab, true, 1);
        let offer = peer.wait(&mut lab, "INVITE");
        let ok = peer.response_text(&offer, 200, "", &sdp("10.0.0.9", 40_000, "recvonly"));
        for _ in 0..3 {
            peer.send(&mut lab, &ok);
            assert_eq!(peer.wait(&mut lab, "ACK").number(), offer.number());
        }
        peer.silence(&mut lab, "BYE", Duration::from_secs(1));
        finish(lab, peer);
    }
}

#[test]
fn a_call_that_is_answered_or_resumed_holds_the_others_where_that_is_asked_for() {
    for asked in [true, false] {
        let mut lab = Lab::new(&[Options::default()]);
        if asked {
            let numbers = RuleNumbers { single: Switch::Off, ..RuleNumbers::UNSET };
            lab.ends[0].phone.set_rules(AccountId::NONE, &Rules { numbers, ..Rules::default() }).unwrap();
        }
        let mut first = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        let mut second = Peer::new(&mut lab, "10.0.0.10:5060", 0);
        first.call(&mut lab, 0);
        let one = lab.ends[0].last_call();
        second.call(&mut lab, 0);
        let other = lab.ends[0].last_call();
        if asked {
            let offer = first.wait(&mut lab, "INVITE");
            assert_eq!(way(&offer), "sendonly");
            accept(&mut lab, &mut first, &offer, "recvonly");
            let now = lab.now;
            lab.ends[0].phone.hold(now, one, false, 0).unwrap();
            lab.drain();
            let back = first.wait(&mut lab, "INVITE");
            assert_eq!(way(&back), "sendrecv");
            accept(&mut lab, &mut first, &back, "");
            let offer = second.wait(&mut lab, "INVITE");
            accept(&mut lab, &mut second, &offer, "recvonly");
            let holding = [one, other].map(|call| lab.ends[0].phone.call_info(call).unwrap().holding);
            assert_eq!(holding, [false, true]);
        } else {
            first.silence(&mut lab, "INVITE", Duration::from_secs(1));
        }
        first.be_hung_up(&mut lab, 0, one);
        second.be_hung_up(&mut lab, 0, other);
        lab.run_for(Duration::from_secs(40));
        lab.assert_settled();
    }
}
