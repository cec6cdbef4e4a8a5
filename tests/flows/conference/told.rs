//! Events of conferences: who joined, who left, who talks.

use super::{AS_IT_IS, Bridge};
use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Member, MemberChange, Source};
use microsip_tests::EventKind;

/// The member events since the last look, with the calls by their numbers: (conference's tag, member, joined).
fn members(bridge: &mut Bridge) -> Vec<(u64, Option<usize>, bool)> {
    bridge.lab.run_for(Duration::from_millis(20));
    let events = core::mem::take(&mut bridge.lab.ends[0].events);
    let of = |member| bridge.ours.iter().position(|call| member == Some(Member::Call(*call)));
    let told = events.iter().filter(|event| event.kind == EventKind::Member);
    told.map(|event| (event.tag, of(event.member), event.state == 1)).collect()
}

#[test]
fn joining_leaving_and_changing_places_is_told() {
    let mut bridge = Bridge::new(Source::Silence);
    members(&mut bridge);
    let phone = &mut bridge.lab.ends[0].phone;
    let (first, second) = (phone.conference_create(11).unwrap(), phone.conference_create(0).unwrap());
    phone.conference_set_tag(second, 22).unwrap();
    bridge.join(first, 0);
    bridge.join(first, 1);
    bridge.set(first, Member::Person, &AS_IT_IS);
    assert_eq!(members(&mut bridge), [(11, Some(0), true), (11, Some(1), true), (11, None, true)]);
    bridge.join(first, 0);
    assert_eq!(members(&mut bridge), [], "it is there");
    bridge.join(second, 0);
    bridge.set(second, Member::Person, &AS_IT_IS);
    let told = [(11, Some(0), false), (22, Some(0), true), (11, None, false), (22, None, true)];
    assert_eq!(members(&mut bridge), told);
    // there and back before anyone looked
    bridge.join(first, 0);
    bridge.join(second, 0);
    assert_eq!(members(&mut bridge), []);
    let now = bridge.lab.now;
    bridge.lab.ends[0].phone.conference_release(now, second).unwrap();
    let mut told = members(&mut bridge);
    told.sort_unstable();
    assert_eq!(told, [(0, None, false), (0, Some(0), false)], "the conference is gone");
}

#[test]
fn a_call_that_ends_is_told_to_have_left_before_its_end() {
    let mut bridge = Bridge::new(Source::Silence);
    let conference = bridge.full();
    members(&mut bridge);
    let now = bridge.lab.now;
    bridge.lab.ends[2].phone.hangup(now, bridge.theirs[1]).unwrap();
    bridge.lab.run_for(Duration::from_millis(100));
    let ours = bridge.ours[1];
    let events = &bridge.lab.ends[0].events;
    let left = events.iter().position(|event| event.member == Some(Member::Call(ours)) && event.state == 0).unwrap();
    let ended = events.iter().position(|event| event.call == ours && event.call_is(CallState::Ended)).unwrap();
    assert!(left < ended && events[left].conference == conference);
}

#[test]
fn the_talker_is_told() {
    let mut bridge = Bridge::new(Source::Silence);
    bridge.lab.ends[1..].iter_mut().for_each(|end| end.sound.play = 0);
    bridge.lab.run_for(Duration::from_secs(1));
    let conference = bridge.full();
    bridge.set(conference, Member::Person, &AS_IT_IS);
    let now = bridge.lab.now;
    bridge.lab.ends[0].phone.conference_member_remove(now, conference, Member::Person).unwrap();
    bridge.lab.run_for(Duration::from_secs(1));
    // one talks, another coughs, then talks on; nobody does; one that talks leaves
    for (talks, ms) in [(1, 2000), (3, 150), (1, 1000), (2, 1500), (0, 2500), (4, 1000)] {
        for (nth, end) in bridge.lab.ends.iter_mut().enumerate() {
            end.sound.play = if nth == talks { 440 } else { 0 };
        }
        bridge.lab.run_for(Duration::from_millis(ms));
    }
    bridge.remove(conference, 3);
    bridge.lab.run_for(Duration::from_millis(500));
    let events = bridge.lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Talker);
    let talkers: Vec<_> = events.map(|event| event.member).collect();
    let call = |nth: usize| Some(Member::Call(bridge.ours[nth]));
    assert_eq!(talkers, [call(0), call(1), None, call(3), None]);
    // one that the others do not hear does not talk
    bridge.join(conference, 3);
    bridge.set(conference, Member::Call(bridge.ours[3]), &MemberChange { silent: Some(true), ..AS_IT_IS });
    bridge.lab.ends[0].events.clear();
    bridge.lab.run_for(Duration::from_millis(500));
    assert!(bridge.lab.ends[0].events.iter().all(|event| event.kind != EventKind::Talker));
}
