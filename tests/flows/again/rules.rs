//! Rules for incoming calls: forwarding, refusals, answers without a person.

use super::{Flow, dial, ends, flow, is_over, over, rings, talks, up, wait};
use microsip_core::phone::{AUTO_ALL, AccountId, Cause, FORWARD_ALWAYS, FORWARD_NO_ANSWER, RuleNumbers, Rules, Switch};
use microsip_tests::Lab;

pub(super) const FLOWS: [Flow; 4] = [
    flow("forwarded", |lab| forwarded(lab, FORWARD_ALWAYS), |lab| talks(lab, 0) == 1 && talks(lab, 2) == 1),
    flow(
        "forwarded unanswered",
        |lab| forwarded(lab, FORWARD_NO_ANSWER),
        |lab| talks(lab, 0) == 1 && talks(lab, 2) == 1,
    ),
    flow("do not disturb", refused, |lab| ends(lab, 0, Cause::Refused) == 2),
    flow("answered for a while", for_a_while, |lab| talks(lab, 0) == 1 && talks(lab, 1) == 1),
];

const NONE: RuleNumbers = RuleNumbers::UNSET;

fn set(lab: &mut Lab, end: usize, rules: &Rules<'_>) -> bool {
    lab.ends[end].phone.set_rules(AccountId::NONE, rules).is_ok()
}

/// The second phone forwards to the third, which answers by itself.
fn forwarded(lab: &mut Lab, when: u32) {
    let there = Rules { numbers: RuleNumbers { auto_answer: AUTO_ALL, ..NONE }, ..Rules::default() };
    let numbers = RuleNumbers { forward: when, forward_s: 3, ..NONE };
    let here = Rules { numbers, forward_to: Some("sip:carol@10.0.0.3"), ..Rules::default() };
    if set(lab, 2, &there) && set(lab, 1, &here) && dial(lab, 0, "sip:bob@10.0.0.2") {
        up(lab, 0, 1);
        up(lab, 2, 1);
        over(lab, 0, &mut []);
    }
}

/// Do not disturb, and then a caller who is denied.
fn refused(lab: &mut Lab) {
    let dnd = Rules { numbers: RuleNumbers { dnd: Switch::On, dnd_code: 480, ..NONE }, ..Rules::default() };
    let denied =
        Rules { numbers: RuleNumbers { dnd: Switch::Off, ..NONE }, deny: Some("*@10.0.0.1"), ..Rules::default() };
    for rules in [dnd, denied] {
        if set(lab, 1, &rules) && dial(lab, 0, "sip:bob@10.0.0.2") {
            wait(lab, is_over);
        }
    }
}

/// It rings, is answered by itself, and ends when it has lasted long enough.
fn for_a_while(lab: &mut Lab) {
    let numbers = RuleNumbers { auto_answer: AUTO_ALL, auto_answer_s: 2, max_duration_s: 5, ..NONE };
    if set(lab, 1, &Rules { numbers, ..Rules::default() }) && dial(lab, 0, "sip:bob@10.0.0.2") {
        rings(lab, 1, 1);
        up(lab, 1, 1);
        wait(lab, is_over);
    }
}
