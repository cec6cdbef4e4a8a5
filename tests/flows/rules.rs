//! Rules for incoming calls: who is let in, who is sent away and why, and what is answered without a person.

use crate::server::{REGISTRAR, Server, account, anna, register, registered};
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AUTO_ALL, AUTO_HEADER, AUTO_LIST, AUTO_WHEN_IDLE, AccountConfig, AccountId, CallState, Cause, CommandError,
    EndCause, EndedBy, FORWARD_ALWAYS, FORWARD_BUSY, FORWARD_NO_ANSWER, Rule, RuleNumbers, Rules, Switch,
};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip, Told, ladder};

const CALLER: &str = "10.0.0.9:5060";
const NONE: RuleNumbers = RuleNumbers::UNSET;

/// The phone has these rules.
pub(crate) fn set(lab: &mut Lab, end: usize, numbers: RuleNumbers) {
    lab.ends[end].phone.set_rules(AccountId::NONE, &Rules { numbers, ..Rules::default() }).unwrap();
}

/// A phone with rules, and a peer that calls it.
fn phone(rules: &Rules<'_>) -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let peer = Peer::new(&mut lab, CALLER, 0);
    lab.ends[0].phone.set_rules(AccountId::NONE, rules).unwrap();
    (lab, peer)
}

fn with(numbers: RuleNumbers) -> Rules<'static> {
    Rules { numbers, ..Rules::default() }
}

/// The peer calls, and is refused; its response.
fn refused(lab: &mut Lab, peer: &mut Peer, status: u16) -> Sip {
    let invite = peer.invite(lab);
    let response = peer.wait(lab, "SIP/2.0 ");
    assert_eq!(response.status(), status, "{}", ladder::draw(lab));
    peer.ack_refusal(lab, &invite, &response);
    response
}

/// The events of calls.
fn told(lab: &Lab) -> Vec<Told> {
    lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Call).copied().collect()
}

/// The one event of a call that a rule has not let in.
#[track_caller]
fn sent_away(lab: &Lab, rule: Rule, status: u16, cause: EndCause) {
    let event = *told(lab).last().unwrap();
    let both = 1 << CallState::Incoming as u32 | 1 << CallState::Ended as u32;
    assert_eq!((event.state, event.reached), (CallState::Ended as u32, both));
    assert_eq!((event.ended_by, event.value, event.sip_code, event.cause), (EndedBy::Rule, rule as u32, status, cause));
}

#[test]
fn do_not_disturb_refuses_and_tells_the_missed_call() {
    let (mut lab, mut peer) = phone(&with(RuleNumbers { dnd: Switch::On, ..NONE }));
    refused(&mut lab, &mut peer, 486);
    sent_away(&lab, Rule::DoNotDisturb, 486, EndCause::Busy);
    assert_eq!(told(&lab).len(), 1);
    // nothing rang, and no media port was opened
    assert_eq!((lab.count("SIP/2.0 180"), lab.ends[0].media.len()), (0, 0));
    set(&mut lab, 0, RuleNumbers { dnd_code: 603, ..NONE });
    refused(&mut lab, &mut peer, 603);
    sent_away(&lab, Rule::DoNotDisturb, 603, EndCause::Declined);
    set(&mut lab, 0, RuleNumbers { dnd: Switch::Off, ..NONE });
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.reject(now, call, 0).unwrap();
    lab.assert_settled();
}

#[test]
fn the_rule_stays_readable_in_the_call() {
    let (mut lab, mut peer) = phone(&with(RuleNumbers { dnd: Switch::On, ..NONE }));
    lab.ends[0].keep = true;
    refused(&mut lab, &mut peer, 486);
    let info = lab.ends[0].phone.call_info(lab.ends[0].last_call()).unwrap();
    assert_eq!((info.rule, info.ended_by, info.incoming), (Some(Rule::DoNotDisturb), EndedBy::Rule, true));
}

#[test]
fn a_repeated_invite_of_a_refused_call_gets_the_same() {
    let (mut lab, mut peer) = phone(&with(RuleNumbers { dnd: Switch::On, ..NONE }));
    let invite = peer.invite(&mut lab);
    let first = peer.wait(&mut lab, "SIP/2.0 486");
    peer.send(&mut lab, &invite);
    let again = peer.wait(&mut lab, "SIP/2.0 486");
    assert_eq!(first.bytes, again.bytes);
    assert_eq!(told(&lab).len(), 1);
}

#[test]
fn a_second_call_waits_or_does_not() {
    let (mut lab, mut first) = phone(&with(RuleNumbers { call_waiting: Switch::Off, ..NONE }));
    first.call(&mut lab, 0);
    let mut second = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    refused(&mut lab, &mut second, 486);
    sent_away(&lab, Rule::Waiting, 486, EndCause::Busy);
    set(&mut lab, 0, RuleNumbers { call_waiting: Switch::On, max_calls: 2, ..NONE });
    second.call(&mut lab, 0);
    let mut third = Peer::new(&mut lab, "10.0.0.11:5060", 0);
    refused(&mut lab, &mut third, 486);
    sent_away(&lab, Rule::Limit, 486, EndCause::Busy);
    // the calls that were there go on
    assert_eq!(lab.count("BYE"), 0);
}

#[test]
fn a_party_calls_twice_or_does_not() {
    let (mut lab, mut first) = phone(&with(RuleNumbers { same_party: Switch::Off, ..NONE }));
    first.call(&mut lab, 0);
    let mut again = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    again.own = "\"Again\" <sip:peer@10.0.0.9:5060;user=phone>".into();
    refused(&mut lab, &mut again, 486);
    sent_away(&lab, Rule::SameParty, 486, EndCause::Busy);
    again.own = "<sip:peer2@10.0.0.9:5060>".into();
    again.call(&mut lab, 0);
}

#[test]
fn anonymous_and_denied_callers_are_sent_away() {
    let numbers = RuleNumbers { anonymous: Switch::Off, ..NONE };
    let rules = Rules { numbers, deny: Some("1??, *@bad.example"), allow: Some("112"), ..Rules::default() };
    let (mut lab, mut peer) = phone(&rules);
    for (from, status, rule) in [
        ("\"Anonymous\" <sip:anonymous@anonymous.invalid>", 433, Rule::Anonymous),
        ("<sip:Anonymous@pbx.example>", 433, Rule::Anonymous),
        ("<sip:123@pbx.example>", 486, Rule::Deny),
        ("<sip:%3123@pbx.example>", 486, Rule::Deny),
        ("<sip:x@BAD.example:5070>", 486, Rule::Deny),
    ] {
        peer.own = from.into();
        refused(&mut lab, &mut peer, status);
        let cause = if status == 433 { EndCause::Declined } else { EndCause::Busy };
        sent_away(&lab, rule, status, cause);
    }
    peer.own = "<sip:112@pbx.example>".into();
    peer.call(&mut lab, 0);
}

#[test]
fn calls_are_forwarded_to_one_or_several() {
    let numbers = RuleNumbers { forward: FORWARD_ALWAYS, ..NONE };
    let rules = Rules { numbers, forward_to: Some("sip:a@10.0.0.7, <sip:b@10.0.0.8>"), ..Rules::default() };
    let (mut lab, mut peer) = phone(&rules);
    let body = peer.sdp();
    let text = peer.request("INVITE", "Diversion: <sip:first@x.example>;reason=user-busy\r\n", &body);
    peer.send(&mut lab, &text);
    let moved = peer.wait(&mut lab, "SIP/2.0 302");
    assert_eq!(moved.headers("Contact"), ["<sip:a@10.0.0.7>;q=1.0", "<sip:b@10.0.0.8>;q=0.9"]);
    assert_eq!(
        moved.headers("Diversion"),
        ["<sip:bob@10.0.0.1:5060>;reason=unconditional;counter=1", "<sip:first@x.example>;reason=user-busy"]
    );
    peer.ack_refusal(&mut lab, &text, &moved);
    sent_away(&lab, Rule::Forward, 302, EndCause::Redirected);
    lab.assert_settled();
}

#[test]
fn a_call_that_goes_round_is_not_sent_round_again() {
    let numbers = RuleNumbers { forward: FORWARD_ALWAYS, ..NONE };
    let (mut lab, mut peer) = phone(&Rules { numbers, forward_to: Some("sip:a@10.0.0.7"), ..Rules::default() });
    let body = peer.sdp();
    let text = peer.request("INVITE", &"Diversion: <sip:x@y>\r\n".repeat(5), &body);
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 180");
}

/// rfc5806#9.2.4: the diversions of a call are the sum of the counters.
#[test]
fn a_call_that_goes_round_is_found_out_by_a_phone_that_keeps_no_messages() {
    for kept in [true, false] {
        let mut options = Options::default();
        if !kept {
            options.capacity.history = 0;
        }
        let mut lab = Lab::new(&[options]);
        let mut peer = Peer::new(&mut lab, CALLER, 0);
        let numbers = RuleNumbers { forward: FORWARD_ALWAYS, ..NONE };
        let rules = Rules { numbers, forward_to: Some("sip:a@10.0.0.7"), ..Rules::default() };
        lab.ends[0].phone.set_rules(AccountId::NONE, &rules).unwrap();
        let mut lines = String::new();
        let mut times = 0;
        loop {
            peer.call_id = format!("round-{times}");
            let body = peer.sdp();
            let text = peer.request("INVITE", &lines, &body);
            peer.send(&mut lab, &text);
            let response = peer.wait(&mut lab, "SIP/2.0 ");
            if response.status() == 180 {
                break;
            }
            assert_eq!(response.status(), 302);
            peer.ack_refusal(&mut lab, &text, &response);
            // the phone that it was sent to does the same, and so it comes back
            lines = response.headers("Diversion").iter().map(|value| format!("Diversion: {value}\r\n")).collect();
            times += 1;
            assert!(times < 20, "it goes round for ever");
        }
        assert_eq!(times, 5, "{kept}");
        let counted: u32 =
            lines.split("counter=").skip(1).map(|rest| rest.lines().next().unwrap().parse::<u32>().unwrap()).sum();
        assert_eq!(counted, 5);
    }
}

#[test]
fn a_busy_phone_forwards() {
    let numbers = RuleNumbers { call_waiting: Switch::Off, forward: FORWARD_BUSY, ..NONE };
    let rules = Rules { numbers, forward_busy_to: Some("sip:busy@10.0.0.7"), ..Rules::default() };
    let (mut lab, mut peer) = phone(&rules);
    peer.call(&mut lab, 0);
    let mut second = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    let moved = refused(&mut lab, &mut second, 302);
    assert_eq!(moved.header("Contact"), "<sip:busy@10.0.0.7>;q=1.0");
    assert!(moved.header("Diversion").contains(";reason=user-busy;"));
}

#[test]
fn nobody_answers_so_it_is_forwarded() {
    let numbers = RuleNumbers { forward: FORWARD_NO_ANSWER, forward_s: 7, ..NONE };
    let rules = Rules { numbers, forward_to: Some("sip:late@10.0.0.7"), ..Rules::default() };
    let (mut lab, mut peer) = phone(&rules);
    let invite = peer.invite(&mut lab);
    let rang = peer.wait(&mut lab, "SIP/2.0 180");
    let moved = peer.wait(&mut lab, "SIP/2.0 302");
    assert_eq!((moved.at.millis() - rang.at.millis()) / 100, 70);
    assert!(moved.header("Diversion").contains(";reason=no-answer;"));
    peer.ack_refusal(&mut lab, &invite, &moved);
    let events = told(&lab);
    // it rang here, so it was told before
    assert_eq!(events.iter().map(|event| event.state).collect::<Vec<_>>(), [2, 5]);
    assert_eq!((events[1].ended_by, events[1].value), (EndedBy::Rule, Rule::Forward as u32));
    lab.assert_settled();
}

#[test]
fn ringing_has_an_end() {
    let (mut lab, mut peer) = phone(&with(RuleNumbers { ring_s: 30, ..NONE }));
    let invite = peer.invite(&mut lab);
    let rang = peer.wait(&mut lab, "SIP/2.0 180");
    let gone = peer.wait(&mut lab, "SIP/2.0 480");
    assert_eq!((gone.at.millis() - rang.at.millis()) / 100, 300);
    peer.ack_refusal(&mut lab, &invite, &gone);
    let event = *told(&lab).last().unwrap();
    assert_eq!(
        (event.ended_by, event.value, event.cause, event.result),
        (EndedBy::Rule, Rule::Ring as u32, EndCause::NoAnswer, Cause::Timeout)
    );
    lab.assert_settled();
}

#[test]
fn talking_has_an_end() {
    let (mut lab, mut peer) = phone(&with(RuleNumbers { max_duration_s: 60, ..NONE }));
    peer.call(&mut lab, 0);
    let up = lab.now;
    let bye = peer.wait(&mut lab, "BYE");
    assert_eq!((bye.at.since(up).millis() + 50) / 100, 600);
    peer.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_millis(100));
    let event = *told(&lab).last().unwrap();
    assert_eq!((event.ended_by, event.value, event.cause), (EndedBy::Rule, Rule::Duration as u32, EndCause::Expired));
    // one of ours too
    let call = lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 200, &body);
    let bye = peer.wait(&mut lab, "BYE");
    peer.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_millis(100));
    let event = *told(&lab).last().unwrap();
    assert_eq!((event.call, event.value), (call, Rule::Duration as u32));
    lab.assert_settled();
}

#[test]
fn every_call_is_answered_after_its_delay() {
    let (mut lab, mut peer) = phone(&with(RuleNumbers { auto_answer: AUTO_ALL, auto_answer_s: 3, ..NONE }));
    peer.invite(&mut lab);
    let rang = peer.wait(&mut lab, "SIP/2.0 180");
    let answered = peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!((answered.at.millis() - rang.at.millis()) / 100, 30);
    peer.learn(&answered);
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_secs(1));
    assert!(lab.ends[0].reached(CallState::Connected));
}

#[test]
fn an_answer_before_the_rules_time_counts() {
    let numbers = RuleNumbers { auto_answer: AUTO_ALL, auto_answer_s: 3, ring_s: 2, ..NONE };
    let (mut lab, mut peer) = phone(&with(numbers));
    peer.call(&mut lab, 0);
    lab.run_for(Duration::from_secs(10));
    assert_eq!((lab.count("BYE"), lab.count("SIP/2.0 480")), (0, 0));
}

#[test]
fn answering_one_ends_the_others_where_it_is_asked_for() {
    let (mut lab, mut first) = phone(&with(RuleNumbers { single: Switch::On, ..NONE }));
    first.call(&mut lab, 0);
    let mut second = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    let invite = second.invite(&mut lab);
    second.wait(&mut lab, "SIP/2.0 180");
    // it waits: nothing has ended
    assert_eq!(lab.count("BYE"), 0);
    let mut third = Peer::new(&mut lab, "10.0.0.11:5060", 0);
    third.call(&mut lab, 0);
    first.wait(&mut lab, "BYE");
    let busy = second.wait(&mut lab, "SIP/2.0 486");
    second.ack_refusal(&mut lab, &invite, &busy);
    lab.run_for(Duration::from_secs(1));
    let up = lab.ends[0]
        .phone
        .calls()
        .filter(|call| lab.ends[0].phone.call_info(*call).is_ok_and(|info| info.state == CallState::Connected));
    assert_eq!(up.count(), 1);
}

#[test]
fn the_application_decides_before_the_rules_do() {
    let numbers = RuleNumbers { decide_ms: 2000, dnd: Switch::On, ..NONE };
    let (mut lab, mut peer) = phone(&with(numbers));
    let invite = peer.invite(&mut lab);
    lab.run_for(Duration::from_millis(500));
    // it is told, and does not ring; the caller knows that it arrived
    assert_eq!((told(&lab).len(), lab.count("SIP/2.0 180"), lab.count("SIP/2.0 100")), (1, 0, 1));
    let refusal = peer.wait(&mut lab, "SIP/2.0 486");
    peer.ack_refusal(&mut lab, &invite, &refusal);
    let event = *told(&lab).last().unwrap();
    assert_eq!((event.ended_by, event.value), (EndedBy::Rule, Rule::DoNotDisturb as u32));
    // it takes the call all the same
    peer.invite(&mut lab);
    lab.run_for(Duration::from_millis(500));
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let answered = peer.wait(&mut lab, "SIP/2.0 200");
    peer.learn(&answered);
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_secs(5));
    assert!(lab.ends[0].reached(CallState::Connected));
    assert_eq!(lab.count("BYE"), 0);
    // or has it ring
    let mut other = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    other.invite(&mut lab);
    lab.run_for(Duration::from_millis(500));
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.answer(now, call, 180).unwrap();
    other.wait(&mut lab, "SIP/2.0 180");
    other.silence(&mut lab, "SIP/2.0 486", Duration::from_secs(10));
}

/// An INVITE of the account's caller with this header.
fn asking(lab: &mut Lab, from: &str, line: &str) -> Peer {
    let mut peer = Peer::new(lab, from, 0);
    peer.target = "sip:anna@10.0.0.1".into();
    let body = peer.sdp();
    let text = peer.request("INVITE", line, &body);
    peer.send(lab, &text);
    peer
}

#[test]
fn the_accounts_server_may_ask_for_an_answer() {
    let (mut lab, account, _server) = registered();
    let numbers = RuleNumbers { auto_answer: AUTO_HEADER, ..NONE };
    lab.ends[0].phone.set_rules(account, &with(numbers)).unwrap();
    let mut peer = asking(&mut lab, "10.0.0.9:40000", "Call-Info: <sip:pbx>;answer-after=2\r\n");
    let rang = peer.wait(&mut lab, "SIP/2.0 180");
    let answered = peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!((answered.at.millis() - rang.at.millis()) / 100, 20);
}

// rfc5373#4.5.1
#[test]
fn a_caller_that_takes_no_answer_by_hand_is_answered_or_refused() {
    for (auto_answer, status) in [(AUTO_HEADER, "SIP/2.0 200"), (AUTO_HEADER | AUTO_WHEN_IDLE, "SIP/2.0 403")] {
        let (mut lab, account, _server) = registered();
        lab.ends[0].phone.set_rules(account, &with(RuleNumbers { auto_answer, ..NONE })).unwrap();
        let mut other = asking(&mut lab, "10.0.0.9:40001", "");
        other.wait(&mut lab, "SIP/2.0 180");
        let mut peer = asking(&mut lab, "10.0.0.9:40000", "Answer-Mode: Auto;require\r\n");
        peer.wait(&mut lab, status);
    }
}

#[test]
fn a_stranger_does_not_make_it_answer() {
    let headers = "Answer-Mode: Auto\r\nX-AUTOANSWER: 1\r\nAlert-Info: <x>;info=alert-autoanswer\r\n";
    let rules = Rules {
        numbers: RuleNumbers { auto_answer: AUTO_HEADER | AUTO_LIST, ..NONE },
        auto_answer_from: Some("*"),
        ..Rules::default()
    };
    // a direct call, where these are let in
    let (mut lab, _) = phone(&rules);
    let mut peer = asking(&mut lab, "10.0.0.12:5060", headers);
    peer.wait(&mut lab, "SIP/2.0 180");
    peer.silence(&mut lab, "SIP/2.0 200", Duration::from_secs(20));
    // a host that the account lets in, but that is not its server: its headers are nothing, the list is the account's
    let (mut lab, id) = account(&[REGISTRAR], AccountConfig { trusted: "10.0.0.66", ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, id);
    server.serve(&mut lab);
    let numbers = RuleNumbers { auto_answer: AUTO_HEADER, ..NONE };
    lab.ends[0].phone.set_rules(id, &with(numbers)).unwrap();
    let mut peer = asking(&mut lab, "10.0.0.66:5060", headers);
    peer.wait(&mut lab, "SIP/2.0 180");
    peer.silence(&mut lab, "SIP/2.0 200", Duration::from_secs(20));
    // a host that is not let in gets nothing
    let mut peer = asking(&mut lab, "10.0.0.67:5060", headers);
    peer.silence(&mut lab, "SIP/2.0", Duration::from_secs(5));
}

#[test]
fn a_stranger_neither_makes_it_ring_nor_learns_what_it_is() {
    let (mut lab, id, _server) = registered();
    let rules = Rules {
        numbers: RuleNumbers { forward: FORWARD_ALWAYS, dnd: Switch::On, ..NONE },
        forward_to: Some("sip:secret@10.0.0.7"),
        ..Rules::default()
    };
    lab.ends[0].phone.set_rules(id, &rules).unwrap();
    let before = told(&lab).len();
    for method in ["INVITE", "OPTIONS", "BYE", "CANCEL", "MESSAGE", "SUBSCRIBE", "REGISTER"] {
        let mut peer = Peer::new(&mut lab, "10.0.0.67:5060", 0);
        peer.target = "sip:anna@10.0.0.1".into();
        let body = if method == "INVITE" { peer.sdp() } else { String::new() };
        let text = peer.request(method, "", &body);
        peer.send(&mut lab, &text);
        lab.run_for(Duration::from_secs(1));
        assert!(peer.all(&lab, "").is_empty(), "{method}");
    }
    assert_eq!(told(&lab).len(), before);
    assert!(lab.ends[0].phone.counters().strangers >= 6);
}

#[test]
fn an_accounts_rules_stand_over_the_phones() {
    let (mut lab, account, _server) = registered();
    set(&mut lab, 0, RuleNumbers { dnd: Switch::On, ring_s: 30, ..NONE });
    let own = RuleNumbers { dnd: Switch::Off, ..NONE };
    lab.ends[0].phone.set_rules(account, &Rules { numbers: own, deny: Some("1*"), ..Rules::default() }).unwrap();
    let force = lab.ends[0].phone.rule_numbers(account).unwrap();
    assert_eq!((force.dnd, force.ring_s), (Switch::Off, 30));
    assert_eq!(lab.ends[0].phone.rule_numbers(AccountId::NONE).unwrap().dnd, Switch::On);
    // an empty text is given up
    let change = Rules { deny: Some(""), ..Rules::default() };
    lab.ends[0].phone.set_rules(account, &change).unwrap();
    let mut peer = asking(&mut lab, "10.0.0.9:40000", "");
    peer.wait(&mut lab, "SIP/2.0 180");
    // an account that takes the slot has rules of its own
    let now = lab.now;
    lab.ends[0].phone.account_remove(now, account).unwrap();
    assert_eq!(lab.ends[0].phone.rule_numbers(account), Err(CommandError::Stale));
}

#[test]
fn wrong_rules_change_nothing() {
    let (mut lab, _) = phone(&with(RuleNumbers { dnd: Switch::On, ..NONE }));
    let phone = &mut lab.ends[0].phone;
    let off = RuleNumbers { dnd: Switch::Off, ..NONE };
    let long = "1".repeat(1100);
    for (rules, error) in [
        (Rules { numbers: off, forward_to: Some("mailto:a@b"), ..Rules::default() }, CommandError::Uri),
        (Rules { numbers: off, deny: Some("1\r\nX: y"), ..Rules::default() }, CommandError::Text),
        (Rules { numbers: off, deny: Some(&long), ..Rules::default() }, CommandError::Text),
        (Rules { numbers: RuleNumbers { dnd_code: 302, ..off }, ..Rules::default() }, CommandError::Range),
    ] {
        assert_eq!(phone.set_rules(AccountId::NONE, &rules), Err(error));
        assert_eq!(phone.rule_numbers(AccountId::NONE).unwrap().dnd, Switch::On);
    }
}

#[test]
fn redirections_are_followed_or_not_and_some_never() {
    for (numbers, status) in [(RuleNumbers { redirect: Switch::Off, ..NONE }, 302), (NONE, 305), (NONE, 380)] {
        let (mut lab, mut peer) = phone(&with(numbers));
        lab.dial(0, "sip:peer@10.0.0.9");
        let invite = peer.wait(&mut lab, "INVITE");
        peer.respond_with(&mut lab, &invite, status, "Contact: <sip:moved@10.0.0.10:5070>\r\n", "");
        peer.wait(&mut lab, "ACK");
        peer.silence(&mut lab, "INVITE", Duration::from_secs(5));
        let event = *told(&lab).last().unwrap();
        assert_eq!((event.ended_by, event.cause, event.sip_code), (EndedBy::Remote, EndCause::Redirected, status));
        lab.assert_settled();
    }
}

#[test]
fn a_phone_that_calls_itself_through_a_proxy_is_refused() {
    let (mut lab, account, _server) = registered();
    set(&mut lab, 0, RuleNumbers { auto_answer: AUTO_ALL, ..NONE });
    lab.ends[0].keep = true;
    let proxy = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let read = lab.raw[&proxy.at].len();
    let now = lab.now;
    let options = microsip_core::phone::DialOptions::default();
    let call = lab.ends[0].phone.dial(now, account, "anna", &options).unwrap();
    // the proxy sends each INVITE back to the phone's binding, and each response back to the caller: the phone
    let via = "Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKproxy\r\n";
    let mut at = read;
    for _ in 0..200 {
        lab.step(now + Duration::from_secs(3));
        while let Some((_, _, bytes)) = lab.raw[&proxy.at].get(at).cloned() {
            at += 1;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let (first, rest) = text.split_once("\r\n").unwrap();
            if first.starts_with("INVITE") {
                proxy.send(&mut lab, &format!("INVITE sip:anna@10.0.0.1 SIP/2.0\r\n{via}{rest}"));
            } else if first.starts_with("SIP/2.0") && !first.contains("100") {
                let lines = rest.split("\r\n").filter(|line| !line.contains("z9hG4bKproxy")).collect::<Vec<_>>();
                proxy.send(&mut lab, &format!("{first}\r\n{}", lines.join("\r\n")));
            }
        }
    }
    let ends: Vec<_> = told(&lab).into_iter().filter(|event| event.state == CallState::Ended as u32).collect();
    assert_eq!(ends.len(), 2, "{}", ladder::draw(&lab));
    for event in ends {
        assert_eq!(event.sip_code, 482);
        if event.call == call {
            assert_eq!(event.ended_by, EndedBy::Remote);
        } else {
            assert_eq!((event.ended_by, event.value), (EndedBy::Rule, Rule::Itself as u32));
        }
    }
    assert!(!lab.ends[0].reached(CallState::Connected));
}

#[test]
fn fifty_phones_answer_and_call_the_next() {
    const PHONES: usize = 50;
    let mut lab = Lab::new(&vec![Options::default(); PHONES]);
    lab.audio = false;
    for end in 0..PHONES {
        set(&mut lab, end, RuleNumbers { auto_answer: AUTO_ALL, ..NONE });
    }
    for end in 0..PHONES {
        let next = lab.ends[(end + 1) % PHONES].address;
        lab.dial(end, &format!("sip:next@{next}"));
    }
    lab.run_for(Duration::from_secs(2));
    for end in &lab.ends {
        let infos: Vec<_> = end.phone.calls().map(|call| end.phone.call_info(call).unwrap()).collect();
        assert_eq!(infos.len(), 2);
        assert!(infos.iter().all(|info| info.state == CallState::Connected));
        assert_eq!(infos.iter().filter(|info| info.incoming).count(), 1);
    }
    assert_eq!((lab.count("INVITE"), lab.count("SIP/2.0 200"), lab.count("ACK")), (PHONES, PHONES, PHONES));
}
