//! A conference of two calls and the person: they join, are muted, leave, come back, and all hang up.

use super::{Flow, answer_all, dial, flow, over, rings, talks, up};
use microsip_core::base::time::Duration;
use microsip_core::phone::{CallId, Member, MemberChange};
use microsip_tests::{EventKind, Lab};

pub(super) const FLOWS: [Flow; 1] = [flow("conference", conference, |lab| talks(lab, 0) == 2 && joins(lab) >= 3)];

const AS_IT_IS: MemberChange = MemberChange { silent: None, deaf: None, gain_percent: None };

fn joins(lab: &Lab) -> usize {
    lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Member && event.state == 1).count()
}

fn conference(lab: &mut Lab) {
    for end in [1, 2] {
        dial(lab, 0, &format!("sip:x@10.0.0.{}", end + 1));
        rings(lab, end, 1);
        answer_all(lab, end);
        up(lab, end, 1);
    }
    up(lab, 0, 2);
    let (now, calls) = (lab.now, lab.ends[0].phone.calls().collect::<Vec<CallId>>());
    if let Ok(room) = lab.ends[0].phone.conference_create(0) {
        lab.audio = true;
        let phone = &mut lab.ends[0].phone;
        for call in &calls {
            let _ = phone.conference_member_set(now, room, Member::Call(*call), &AS_IT_IS);
        }
        lab.run_for(Duration::from_millis(200));
        for call in calls.iter().take(1) {
            let (now, phone) = (lab.now, &mut lab.ends[0].phone);
            let silent = MemberChange { silent: Some(true), gain_percent: Some(50), ..AS_IT_IS };
            let _ = phone.conference_member_set(now, room, Member::Call(*call), &silent);
            let _ = phone.conference_member_remove(now, room, Member::Call(*call));
            lab.run_for(Duration::from_millis(100));
            let (now, phone) = (lab.now, &mut lab.ends[0].phone);
            let _ = phone.conference_member_set(now, room, Member::Call(*call), &AS_IT_IS);
        }
        lab.run_for(Duration::from_millis(200));
        lab.audio = false;
        over(lab, 0, &mut []);
        let now = lab.now;
        let _ = lab.ends[0].phone.conference_release(now, room);
    }
    over(lab, 0, &mut []);
}
