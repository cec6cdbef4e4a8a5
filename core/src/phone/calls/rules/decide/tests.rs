use super::{Facts, InForce, Next, Then, Verdict, Why, decide};
use crate::phone::calls::rules::header::Insists;
use crate::phone::calls::rules::pattern::Caller;
use crate::phone::rule::{
    AUTO_ALL, AUTO_HEADER, AUTO_LIST, AUTO_WHEN_IDLE, FORWARD_ALWAYS, FORWARD_BUSY, FORWARD_NO_ANSWER, Rule,
    RuleNumbers, Switch,
};

const NONE: RuleNumbers = RuleNumbers::UNSET;
const FACTS: Facts<'static> = Facts {
    caller: Caller { user: b"100", host: b"example.com" },
    anonymous: false,
    account: true,
    same: false,
    others: 0,
    diverted: 0,
    asks: None,
    insists: Insists::Not,
};
const TO: [&[u8]; 6] = [b"all", b"busy", b"late", b"100", b"", b""];

fn of(numbers: RuleNumbers, texts: [&[u8]; 6], facts: Facts<'_>) -> Verdict {
    decide(&InForce { numbers, texts }, &facts)
}

fn next(after_s: u32, then: Then) -> Verdict {
    Verdict::Ring(Some(Next { after_s, then }))
}

#[test]
fn nothing_given_rings() {
    let crowd = Facts { same: true, others: 9, anonymous: true, asks: Some(0), ..FACTS };
    assert_eq!(of(NONE, [b""; 6], crowd), Verdict::Ring(None));
}

#[test]
fn each_rule_refuses_in_its_order() {
    let all = RuleNumbers {
        same_party: Switch::Off,
        call_waiting: Switch::Off,
        max_calls: 1,
        anonymous: Switch::Off,
        dnd: Switch::On,
        dnd_code: 603,
        ..NONE
    };
    let lists: [&[u8]; 6] = [b"", b"", b"", b"", b"1??", b""];
    let mut rules = all;
    let mut facts = Facts { same: true, others: 1, anonymous: true, ..FACTS };
    assert_eq!(of(rules, lists, facts), Verdict::Refuse(486, Rule::SameParty));
    facts.same = false;
    assert_eq!(of(rules, lists, facts), Verdict::Refuse(486, Rule::Waiting));
    rules.call_waiting = Switch::On;
    assert_eq!(of(rules, lists, facts), Verdict::Refuse(486, Rule::Limit));
    facts.others = 0;
    assert_eq!(of(rules, lists, facts), Verdict::Refuse(433, Rule::Anonymous));
    facts.anonymous = false;
    assert_eq!(of(rules, lists, facts), Verdict::Refuse(486, Rule::Deny));
    // who is allowed is not denied, but does not disturb either
    assert_eq!(of(rules, [b"", b"", b"", b"", b"1??", b"100"], facts), Verdict::Refuse(603, Rule::DoNotDisturb));
    rules.dnd_code = 0;
    assert_eq!(of(rules, [b""; 6], facts), Verdict::Refuse(486, Rule::DoNotDisturb));
    rules.dnd = Switch::Off;
    assert_eq!(of(rules, [b""; 6], facts), Verdict::Ring(None));
}

#[test]
fn calls_are_forwarded() {
    let forward = |forward| RuleNumbers { forward, ..NONE };
    assert_eq!(of(forward(FORWARD_ALWAYS), TO, FACTS), Verdict::Forward(Why::Always));
    assert_eq!(of(forward(FORWARD_NO_ANSWER), TO, FACTS), next(20, Then::Forward));
    assert_eq!(of(forward(FORWARD_BUSY), TO, FACTS), Verdict::Ring(None));
    assert_eq!(of(forward(u32::MAX), TO, FACTS), Verdict::Ring(None));
    // to nobody, or round in a circle
    assert_eq!(of(forward(FORWARD_ALWAYS), [b""; 6], FACTS), Verdict::Ring(None));
    assert_eq!(of(forward(FORWARD_ALWAYS), TO, Facts { diverted: 5, ..FACTS }), Verdict::Ring(None));
    let busy = RuleNumbers { call_waiting: Switch::Off, ..forward(FORWARD_BUSY) };
    let crowd = Facts { others: 1, ..FACTS };
    assert_eq!(of(busy, TO, crowd), Verdict::Forward(Why::Busy));
    assert_eq!(of(busy, [b""; 6], crowd), Verdict::Refuse(486, Rule::Waiting));
    let rules = InForce { numbers: busy, texts: [b"all", b"", b"late", b"", b"", b""] };
    assert_eq!(rules.targets(Why::Busy), b"all");
    assert_eq!(rules.targets(Why::NoAnswer), b"late");
}

// rfc5373#4.5.1
#[test]
fn a_required_way_of_answering_is_kept_to() {
    let auto = |auto_answer| RuleNumbers { auto_answer, ..NONE };
    let automatic = Facts { asks: Some(3), insists: Insists::Automatic, ..FACTS };
    let refused = Verdict::Refuse(403, Rule::AnswerMode);
    assert_eq!(of(auto(AUTO_HEADER), TO, automatic), next(3, Then::Answer));
    assert_eq!(of(auto(AUTO_HEADER | AUTO_WHEN_IDLE), TO, Facts { others: 1, ..automatic }), refused);
    // its server did not bring it, so nothing answers it
    assert_eq!(of(auto(AUTO_HEADER), TO, Facts { asks: None, ..automatic }), refused);
    assert_eq!(of(auto(AUTO_HEADER | AUTO_ALL), TO, Facts { asks: None, ..automatic }), next(0, Then::Answer));
    // headers that are not obeyed are not known
    assert_eq!(of(NONE, TO, automatic), Verdict::Ring(None));
    let manual = Facts { insists: Insists::Manual, ..FACTS };
    assert_eq!(of(auto(AUTO_ALL), TO, manual), Verdict::Ring(None));
}

#[test]
fn calls_are_answered() {
    let auto = |auto_answer| RuleNumbers { auto_answer, ..NONE };
    let asked = Facts { asks: Some(3), ..FACTS };
    assert_eq!(of(auto(AUTO_ALL), TO, FACTS), next(0, Then::Answer));
    assert_eq!(of(auto(AUTO_LIST), TO, FACTS), next(0, Then::Answer));
    assert_eq!(of(auto(AUTO_HEADER), TO, FACTS), Verdict::Ring(None));
    assert_eq!(of(auto(AUTO_HEADER), TO, asked), next(3, Then::Answer));
    assert_eq!(of(NONE, TO, asked), Verdict::Ring(None));
    // a name that anybody may write is no proof
    assert_eq!(of(auto(AUTO_LIST), TO, Facts { account: false, ..FACTS }), Verdict::Ring(None));
    assert_eq!(
        of(auto(AUTO_LIST), TO, Facts { caller: Caller { user: b"1", host: b"" }, ..FACTS }),
        Verdict::Ring(None)
    );
    assert_eq!(of(auto(AUTO_ALL | AUTO_WHEN_IDLE), TO, Facts { others: 1, ..FACTS }), Verdict::Ring(None));
    let late = RuleNumbers { auto_answer_s: 5, ..auto(AUTO_ALL | AUTO_HEADER) };
    assert_eq!(of(late, TO, asked), next(5, Then::Answer));
}

#[test]
fn the_shortest_time_counts() {
    let rules = |auto_answer_s, forward_s, ring_s| RuleNumbers {
        auto_answer: AUTO_ALL,
        forward: FORWARD_NO_ANSWER,
        auto_answer_s,
        forward_s,
        ring_s,
        ..NONE
    };
    assert_eq!(of(rules(4, 5, 6), TO, FACTS), next(4, Then::Answer));
    assert_eq!(of(rules(5, 5, 6), TO, FACTS), next(5, Then::Forward));
    assert_eq!(of(rules(7, 8, 6), TO, FACTS), next(6, Then::Stop));
    let now = RuleNumbers { forward: FORWARD_ALWAYS, auto_answer: AUTO_ALL, ..NONE };
    assert_eq!(of(now, TO, FACTS), Verdict::Forward(Why::Always));
}

#[test]
fn without_rules_every_call_rings() {
    let rules = InForce { numbers: NONE, texts: [b""; 6] };
    let odd = Facts { anonymous: true, same: true, others: 9, diverted: 9, asks: Some(0), ..FACTS };
    assert!(rules.are_none());
    assert_eq!(decide(&rules, &odd), Verdict::Ring(None));
    assert!(!InForce { texts: TO, ..rules }.are_none());
    assert!(!InForce { numbers: RuleNumbers { decide_ms: 1, ..NONE }, ..rules }.are_none());
}
