//! A member whose far end is on hold: it stays a member, hears its music alone, and nobody hears it.

use super::{AS_IT_IS, Bridge, TONES, but, peak, tones};
use microsip_core::base::time::Duration;
use microsip_core::phone::{Member, Music, Source};

/// Whole periods in 100 ms.
const MUSIC: u32 = 1770;

fn hold(bridge: &mut Bridge, call: usize, on: bool) {
    let now = bridge.lab.now;
    bridge.lab.ends[0].phone.hold(now, bridge.ours[call], on, 0).unwrap();
}

/// The far end of the first call hears the music and no member.
fn hears_music_alone(bridge: &Bridge) -> bool {
    let sound = &bridge.lab.ends[1].sound;
    let pcm = &sound.heard[&bridge.theirs[0].raw()];
    let last = &pcm[pcm.len() - sound.rate() as usize / 2..];
    tones(last, sound.rate()).is_empty() && (6800..9200).contains(&peak(last, MUSIC, sound.rate()))
}

/// The tones of the others with the first one gone.
fn without_first() -> Vec<Vec<u32>> {
    let rest = |tone: u32| but(tone).into_iter().filter(|other| *other != TONES[0]).collect();
    TONES[1..].iter().copied().map(rest).collect()
}

#[test]
fn a_member_on_hold_hears_its_music_and_the_others_talk_on() {
    for music in [Music::Source, Music::Silence, Music::Application] {
        let mut bridge = Bridge::new(Source::Silence);
        bridge.lab.ends[0].sound.music = MUSIC;
        bridge.lab.ends[0].phone.set_hold_music(bridge.ours[0], music).unwrap();
        let plays = music == Music::Application;
        // one that is on hold joins
        hold(&mut bridge, 0, true);
        bridge.lab.run_for(Duration::from_millis(100));
        let conference = bridge.full();
        let heard = bridge.far_ends_hear();
        assert_eq!((heard[0].clone(), heard[1..].to_vec()), (vec![], without_first()), "{music:?}");
        assert_eq!(hears_music_alone(&bridge), plays);
        let member = Member::Call(bridge.ours[0]);
        assert_eq!(bridge.lab.ends[0].phone.conference_members(conference).count(), 4);
        let part = bridge.lab.ends[0].phone.conference_member(conference, member).unwrap();
        assert!(!part.talking && !part.silent, "{part:?}");
        // nothing of the music is in the whole
        let whole = &bridge.lab.ends[0].sound.whole[&conference.raw()];
        assert!(peak(&whole[whole.len() - 4000..], MUSIC, 8000) < 400);
        // it leaves: nothing changes for it
        bridge.remove(conference, 0);
        let heard = bridge.far_ends_hear();
        assert_eq!((heard[0].clone(), heard[1..].to_vec()), (vec![], without_first()), "{music:?}");
        assert_eq!(hears_music_alone(&bridge), plays);
        // resumed, it is alone
        hold(&mut bridge, 0, false);
        let heard = bridge.far_ends_hear();
        assert_eq!((heard[0].clone(), heard[1..].to_vec()), (vec![], without_first()), "{music:?}");
        assert!(!hears_music_alone(&bridge));
        // back in, then on hold as a member, and resumed as one
        bridge.join(conference, 0);
        assert_eq!(bridge.far_ends_hear(), TONES.map(but), "{music:?}");
        hold(&mut bridge, 0, true);
        let heard = bridge.far_ends_hear();
        assert_eq!((heard[0].clone(), heard[1..].to_vec()), (vec![], without_first()), "{music:?}");
        assert_eq!(hears_music_alone(&bridge), plays);
        hold(&mut bridge, 0, false);
        assert_eq!(bridge.far_ends_hear(), TONES.map(but), "{music:?}");
        bridge.set(conference, member, &AS_IT_IS);
    }
}

#[test]
fn a_hold_makes_no_step_for_the_others() {
    let mut bridge = Bridge::new(Source::Silence);
    // low tones: their samples lie close together, and a cut would be seen
    for (end, tone) in bridge.lab.ends[1..].iter_mut().zip([90, 120, 150, 190]) {
        end.sound.play = tone;
    }
    bridge.full();
    bridge.lab.run_for(Duration::from_secs(1));
    let largest = |pcm: &[i16]| pcm.windows(2).map(|pair| pair[1].abs_diff(pair[0])).max().unwrap_or(0);
    let now = |bridge: &Bridge| [1, 2, 3].map(|call| bridge.said(call).len() - 1);
    let from = now(&bridge).map(|now| now - 7000);
    let usual = [0, 1, 2].map(|at| largest(&bridge.said(at + 1)[from[at]..]));
    let from = now(&bridge);
    for round in 0..12 {
        hold(&mut bridge, 0, round % 2 == 0);
        // at every phase of the tones
        bridge.lab.run_for(Duration::from_millis(250 + round % 7 * 10));
        for at in 0..3 {
            let most = largest(&bridge.said(at + 1)[from[at]..]);
            assert!(
                most <= usual[at],
                "in round {round}, member {}: a step of {most}, where tones have {}",
                at + 1,
                usual[at]
            );
        }
    }
}
