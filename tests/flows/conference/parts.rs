//! A member's part: silent, deaf, its loudness; and what is refused.

use super::{AS_IT_IS, Bridge, TONES, but, peak};
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountId, CallId, Capacity, CommandError, ConferenceId, DialOptions, Member, MemberChange, Source,
};
use microsip_tests::{Lab, Options};

#[test]
fn a_member_is_silent_or_deaf_or_louder() {
    let mut bridge = Bridge::new(Source::Silence);
    let conference = bridge.full();
    let members = [0, 1, 2].map(|call| Member::Call(bridge.ours[call]));
    bridge.set(conference, members[0], &MemberChange { silent: Some(true), ..AS_IT_IS });
    bridge.set(conference, members[1], &MemberChange { deaf: Some(true), ..AS_IT_IS });
    let part = |bridge: &Bridge, member| bridge.lab.ends[0].phone.conference_member(conference, member).unwrap();
    assert_eq!(bridge.far_ends_hear(), [vec![620, 950, 1480], vec![], vec![620, 1480], vec![620, 950]]);
    assert!(part(&bridge, members[0]).silent && !part(&bridge, members[0]).deaf && part(&bridge, members[1]).deaf);
    assert!(!part(&bridge, members[0]).talking && part(&bridge, members[1]).talking);
    assert!((7000..9000).contains(&part(&bridge, members[0]).level), "its level is that of its own sound");
    // a value that is not given stays
    bridge.set(conference, members[0], &MemberChange { silent: Some(false), ..AS_IT_IS });
    bridge.set(conference, members[1], &MemberChange { gain_percent: Some(50), ..AS_IT_IS });
    bridge.lab.run_for(Duration::from_secs(1));
    let said = bridge.said(2);
    let said = &said[said.len() - 4000..];
    assert!((3500..4500).contains(&peak(said, 620, 8000)) && (7000..9000).contains(&peak(said, 440, 8000)));
    assert!(part(&bridge, members[1]).deaf && part(&bridge, members[1]).gain_percent == 50);
    // who comes anew begins anew
    bridge.remove(conference, 1);
    bridge.join(conference, 1);
    assert_eq!(bridge.far_ends_hear(), TONES.map(but));
}

#[test]
fn its_own_source_is_laid_over_what_a_member_hears_but_no_device_and_no_echo() {
    for source in [Source::Device, Source::Echo, Source::Application] {
        let mut bridge = Bridge::new(source);
        bridge.lab.ends[0].sound.play = if source == Source::Application { super::PERSON } else { 0 };
        bridge.full();
        let mut expected = TONES.map(but);
        if source == Source::Application {
            // one source of four, in turns: only the first call is asked for
            bridge.lab.run_for(Duration::from_secs(1));
            let said = bridge.said(0);
            assert!(said[said.len() - 4000..].iter().any(|sample| *sample != 0));
            continue;
        }
        assert_eq!(bridge.far_ends_hear(), expected, "{source:?}");
        expected.iter_mut().for_each(Vec::clear);
    }
}

#[test]
fn what_cannot_be_is_refused_by_name_and_changes_nothing() {
    let mut bridge = Bridge::new(Source::Silence);
    let now = bridge.lab.now;
    let (ours, member) = (bridge.ours.clone(), Member::Call(bridge.ours[0]));
    let phone = &mut bridge.lab.ends[0].phone;
    let (first, second) = (phone.conference_create(0).unwrap(), phone.conference_create(0).unwrap());
    assert_eq!(phone.conference_create(0), Err(CommandError::Full));
    assert_eq!(phone.conferences().collect::<Vec<_>>(), [first, second]);
    assert_eq!(phone.conference_member(first, member), Err(CommandError::Nothing), "it is in none");
    assert_eq!(phone.conference_member_remove(now, first, member), Err(CommandError::Nothing));
    assert_eq!(phone.conference_member_remove(now, first, Member::Person), Err(CommandError::Nothing));
    let loud = MemberChange { gain_percent: Some(401), ..AS_IT_IS };
    assert_eq!(phone.conference_member_set(now, first, member, &loud), Err(CommandError::Range));
    assert_eq!(phone.conference_members(first).count(), 0);
    let none = Member::Call(CallId::NONE);
    assert_eq!(phone.conference_member_set(now, first, none, &AS_IT_IS), Err(CommandError::Stale));
    phone.conference_member_set(now, first, member, &AS_IT_IS).unwrap();
    assert_eq!(phone.conference_member(second, member), Err(CommandError::Nothing), "it is in the other");
    phone.conference_release(now, first).unwrap();
    assert_eq!(phone.conference_release(now, first), Err(CommandError::Stale));
    assert_eq!(phone.conference_member_set(now, first, member, &AS_IT_IS), Err(CommandError::Stale));
    assert_eq!(phone.conference_hangup(now, first), Err(CommandError::Stale));
    assert_eq!(phone.conference_set_tag(first, 1), Err(CommandError::Stale));
    assert!(phone.call_info(ours[0]).unwrap().conference.is_none(), "it goes on alone");
    assert_ne!(phone.conference_create(0).unwrap(), first, "its slot is free, its name is not");
    bridge.lab.ends[0].keep = true;
    bridge.lab.ends[0].phone.hangup(now, ours[0]).unwrap();
    bridge.lab.run_for(Duration::from_secs(1));
    let phone = &mut bridge.lab.ends[0].phone;
    assert_eq!(phone.conference_member_set(now, second, member, &AS_IT_IS), Err(CommandError::State));

    let capacity = Capacity { conferences: 0, ..Options::default().capacity };
    let mut bridge = Bridge::at(Source::Silence, &[8000; 5], capacity);
    let phone = &mut bridge.lab.ends[0].phone;
    assert_eq!(phone.conference_create(0), Err(CommandError::Unsupported));
    assert_eq!(phone.conference_member_set(now, ConferenceId::NONE, member, &AS_IT_IS), Err(CommandError::Stale));
}

#[test]
fn a_focus_says_so_in_the_contact_of_its_dialogs() {
    let mut lab = Lab::new(&[Options { focus: true, ..Options::default() }, Options::default()]);
    for (from, to) in [(0, 1), (1, 0)] {
        let (now, target) = (lab.now, format!("sip:x@10.0.0.{}", to + 1));
        lab.ends[from].phone.dial(now, AccountId::NONE, &target, &DialOptions::default()).unwrap();
        lab.run_for(Duration::from_millis(100));
        let (now, call) = (lab.now, lab.ends[to].last_call());
        lab.ends[to].phone.answer(now, call, 200).unwrap();
        lab.run_for(Duration::from_millis(100));
    }
    let mut contacts = [0; 2];
    for sent in &lab.sent {
        let Some(contact) = sent.text.lines().find(|line| line.starts_with("Contact:")) else { continue };
        let ours = sent.from == lab.ends[0].address;
        assert_eq!(contact.ends_with(">;isfocus"), ours, "{contact}");
        contacts[usize::from(ours)] += 1;
    }
    assert!(contacts[0] >= 3 && contacts[1] >= 3, "INVITE, 180 and 200 of each");
}
