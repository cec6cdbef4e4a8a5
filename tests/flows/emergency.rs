//! Calls for help in an emergency: how they are addressed, what does not concern them, and their call back.

mod full;
mod others;

use crate::server::anna;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountConfig, AccountId, CallId, CallState, CommandError, DialOptions, FORWARD_ALWAYS, Privacy, RuleNumbers,
    Rules, Switch,
};
use microsip_tests::{Lab, Options, Peer, Sip};

const REGISTRAR: &str = "10.0.0.9:5060";

/// A phone with an account at a server that says nothing by itself.
fn behind(config: &AccountConfig<'_>) -> (Lab, Peer, AccountId) {
    let mut lab = Lab::new(&[Options::default()]);
    let now = lab.now;
    let account = lab.ends[0].phone.account_add(now, config).unwrap();
    let server = Peer::new(&mut lab, REGISTRAR, 0);
    (lab, server, account)
}

fn config() -> AccountConfig<'static> {
    AccountConfig { registrar: "sip:10.0.0.9", no_register: true, emergency: "112", dial_plan: "0x.", ..anna() }
}

fn dial(lab: &mut Lab, account: AccountId, target: &str, options: &DialOptions<'_>) -> Result<CallId, CommandError> {
    let now = lab.now;
    let call = lab.ends[0].phone.dial(now, account, target, options);
    lab.drain();
    call
}

/// The server answers a call.
fn answered(lab: &mut Lab, server: &mut Peer, start: &str) -> Sip {
    let invite = server.wait(lab, start);
    let body = server.sdp();
    server.respond(lab, &invite, 200, &body);
    server.wait(lab, "ACK");
    lab.run_for(Duration::from_millis(10));
    invite
}

fn rules(lab: &mut Lab, numbers: RuleNumbers) {
    let rules = Rules { numbers, forward_to: Some("sip:other@example.org"), ..Rules::default() };
    lab.ends[0].phone.set_rules(AccountId::NONE, &rules).unwrap();
}

/// A call by another peer; the status of its first response that is more than a 100.
fn call_back(lab: &mut Lab, at: &mut Peer) -> u16 {
    at.number += 1;
    at.call_id = format!("{}+", at.call_id);
    at.theirs.clear();
    at.target = format!("sip:anna@{}", at.phone);
    let before = at.all(lab, "SIP/2.0").len();
    let invite = at.invite(lab);
    lab.run_for(Duration::from_millis(500));
    let status =
        at.all(lab, "SIP/2.0").into_iter().skip(before).map(|response| response.status()).find(|code| *code > 100);
    let status = status.unwrap_or(0);
    if status >= 300 {
        let refusal = at.all(lab, &format!("SIP/2.0 {status}")).pop().unwrap();
        at.ack_refusal(lab, &invite, &refusal);
    } else if status > 0 {
        let cancel = at.request("CANCEL", "", "");
        at.send(lab, &cancel);
        let refusal = at.wait(lab, "SIP/2.0 487");
        at.ack_refusal(lab, &invite, &refusal);
    }
    lab.run_for(Duration::from_millis(10));
    status
}

#[test]
fn a_service_goes_by_the_accounts_own_server() {
    for proxy in ["", "sip:10.0.0.9:5060"] {
        for target in ["urn:service:sos", "URN:service:sos.fire"] {
            let (mut lab, mut server, account) = behind(&AccountConfig { proxy, ..config() });
            let headers = "Geolocation: <https://lis.example.org/1>\r\nGeolocation-Routing: yes\r\n";
            dial(&mut lab, account, target, &DialOptions { headers, ..DialOptions::default() }).unwrap();
            let invite = answered(&mut lab, &mut server, "INVITE");
            assert_eq!((invite.uri(), invite.header("To")), (target.to_owned(), format!("<{target}>")));
            let route = if proxy.is_empty() { "<sip:10.0.0.9;lr>" } else { "<sip:10.0.0.9:5060;lr>" };
            assert_eq!(invite.headers("Route"), [route]);
            assert_eq!(invite.header("Geolocation"), "<https://lis.example.org/1>");
            assert_eq!(invite.header("Geolocation-Routing"), "yes");
            let call = lab.ends[0].last_call();
            // who answers is addressed as it wants to be
            let bye = server.be_hung_up(&mut lab, 0, call);
            assert_eq!(bye.uri(), format!("sip:peer@{REGISTRAR}"));
            lab.assert_settled();
        }
    }
    let (mut lab, _, account) = behind(&config());
    for wrong in ["urn:service:", "urn:service:sos.", "urn:service:so s", "urn:service:-sos", "urn:other:sos"] {
        assert!(dial(&mut lab, account, wrong, &DialOptions::default()).is_err(), "{wrong}");
    }
    let alone = dial(&mut lab, AccountId::NONE, "urn:service:sos", &DialOptions::default());
    assert_eq!(alone, Err(CommandError::NoAccount));
}

#[test]
fn a_listed_number_passes_the_plan_and_shows_who_calls() {
    let (mut lab, mut server, account) = behind(&AccountConfig { privacy: Privacy::Anonymous, ..config() });
    assert_eq!(dial(&mut lab, account, "113", &DialOptions::default()), Err(CommandError::Blocked));
    dial(&mut lab, account, "1-1-2", &DialOptions { privacy: Privacy::Id, ..DialOptions::default() }).unwrap();
    let invite = answered(&mut lab, &mut server, "INVITE");
    assert_eq!(invite.uri(), "sip:112@example.org");
    assert!(invite.header("From").contains("sip:anna@example.org"), "{}", invite.text());
    assert!(invite.headers("Privacy").is_empty());
    let call = lab.ends[0].last_call();
    server.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

// The far end of a lamp names both the call that rings there and its caller: no pickup is a call for help by that.
#[test]
fn a_call_for_help_takes_no_other_calls_place() {
    let (mut lab, mut server, account) = behind(&AccountConfig { dial_plan: "", ..config() });
    let replaces = DialOptions { replaces: "c1;to-tag=r1;from-tag=l1;early-only", ..DialOptions::default() };
    for target in ["112", "sip:112@example.org", "<sip:1-1-2@10.0.0.9;user=phone>", "urn:service:sos", "tel:112"] {
        assert_eq!(dial(&mut lab, account, target, &replaces), Err(CommandError::Help), "{target}");
        assert_eq!(lab.ends[0].phone.calls().count(), 0, "{target}");
    }
    dial(&mut lab, account, "113", &replaces).unwrap();
    let invite = server.wait(&mut lab, "INVITE");
    assert!(!invite.header("Replaces").is_empty(), "{}", invite.text());
    server.respond(&mut lab, &invite, 486, "");
    lab.run_for(Duration::from_secs(1));
    dial(&mut lab, account, "112", &DialOptions::default()).unwrap();
    answered(&mut lab, &mut server, "INVITE sip:112");
    let call = lab.ends[0].last_call();
    server.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

// A program that makes URIs by itself asks for the same help as a person who types the number.
#[test]
fn a_listed_number_is_one_in_whatever_form_it_is_dialled() {
    let calls = |target: &str| {
        let (mut lab, mut server, account) = behind(&AccountConfig { privacy: Privacy::Anonymous, ..config() });
        dial(&mut lab, account, target, &DialOptions::default()).unwrap();
        let invite = answered(&mut lab, &mut server, "INVITE");
        let call = lab.ends[0].last_call();
        server.be_hung_up(&mut lab, 0, call);
        rules(&mut lab, RuleNumbers { dnd: Switch::On, ..RuleNumbers::default() });
        let status = call_back(&mut lab, &mut server);
        lab.assert_settled();
        (invite.headers("Privacy").is_empty() && invite.header("From").contains("sip:anna@"), status == 180)
    };
    for target in [
        "112",
        "tel:112",
        "tel:1-1-2;phone-context=example.org",
        "112@example.org",
        "sip:112@example.org",
        "sip:112@example.org,5",
        "SIP:112@EXAMPLE.org;user=phone",
        "sip:1.1-2;phone-context=a@example.org;user=phone",
        "sip:%311%32@example.org:5060",
        "\"Help\" <sip:112@example.org>",
    ] {
        assert_eq!(calls(target), (true, true), "{target}");
    }
    for target in ["sip:112@10.0.0.9", "sip:0112@example.org", "sip:112x@example.org", "sip:example.org", "0112"] {
        assert_eq!(calls(target), (false, false), "{target}");
    }
}

#[test]
fn the_call_back_rings_through_the_rules() {
    for dnd in [true, false] {
        let (mut lab, mut server, account) = behind(&config());
        let numbers = if dnd {
            RuleNumbers { dnd: Switch::On, call_waiting: Switch::Off, decide_ms: 9000, ..RuleNumbers::UNSET }
        } else {
            RuleNumbers { forward: FORWARD_ALWAYS, ..RuleNumbers::UNSET }
        };
        rules(&mut lab, RuleNumbers { callback_s: 600, ..numbers });
        // the account's hop is known once it was used
        dial(&mut lab, account, "0", &DialOptions::default()).unwrap();
        answered(&mut lab, &mut server, "INVITE sip:0@");
        let call = lab.ends[0].last_call();
        server.be_hung_up(&mut lab, 0, call);
        lab.run_for(Duration::from_secs(40));
        let mut back = server.clone();
        let refused = if dnd { 0 } else { 302 };
        assert_eq!(call_back(&mut lab, &mut back), refused, "nobody has asked for help");
        lab.run_for(Duration::from_secs(40));
        dial(&mut lab, account, "112", &DialOptions::default()).unwrap();
        answered(&mut lab, &mut server, "INVITE sip:112@");
        assert_eq!(call_back(&mut lab, &mut back), 180, "while it lasts");
        let call = lab.ends[0]
            .phone
            .calls()
            .find(|call| lab.ends[0].phone.call_info(*call).is_ok_and(|info| info.state == CallState::Connected));
        server.be_hung_up(&mut lab, 0, call.unwrap());
        lab.run_for(Duration::from_secs(590));
        assert_eq!(call_back(&mut lab, &mut back), 180, "not long behind it");
        // another's is as it always was
        let mut other = Peer::new(&mut lab, "10.0.0.77:5060", 0);
        assert_ne!(call_back(&mut lab, &mut other), 180);
        lab.run_for(Duration::from_secs(40));
        assert_eq!(call_back(&mut lab, &mut back), refused, "later");
    }
}

#[test]
fn no_rule_ends_it() {
    let (mut lab, mut server, account) = behind(&config());
    let numbers = RuleNumbers { single: Switch::On, max_duration_s: 20, ..RuleNumbers::UNSET };
    rules(&mut lab, numbers);
    dial(&mut lab, account, "urn:service:sos", &DialOptions::default()).unwrap();
    answered(&mut lab, &mut server, "INVITE urn:service:sos");
    let help = lab.ends[0].last_call();
    // another call is answered, which ends all others
    let mut other = Peer::new(&mut lab, "10.0.0.77:5060", 0);
    other.call_id = "another".into();
    other.call(&mut lab, 0);
    lab.run_for(Duration::from_secs(25));
    let state = |lab: &Lab, call| lab.ends[0].phone.call_info(call).map(|info| info.state);
    assert_eq!(state(&lab, help), Ok(CallState::Connected));
    let bye = other.wait(&mut lab, "BYE");
    assert_eq!(bye.message().call_id().ok(), Some(b"another".as_slice()), "its time was over");
    other.respond(&mut lab, &bye, 200, "");
    server.be_hung_up(&mut lab, 0, help);
}

#[test]
fn a_host_that_is_only_let_in_calls_back_as_anybody() {
    let (mut lab, mut server, account) = behind(&AccountConfig { trusted: "10.0.0.77", ..config() });
    rules(&mut lab, RuleNumbers { forward: FORWARD_ALWAYS, ..RuleNumbers::UNSET });
    dial(&mut lab, account, "112", &DialOptions::default()).unwrap();
    answered(&mut lab, &mut server, "INVITE sip:112@");
    let help = lab.ends[0].last_call();
    // the account's caller, but not by the account's own server
    let mut other = Peer::new(&mut lab, "10.0.0.77:5060", 0);
    assert_eq!(call_back(&mut lab, &mut other), 302);
    let told = lab.ends[0].events.iter().rfind(|event| event.call_is(CallState::Ended)).unwrap();
    assert_eq!(told.account, account);
    let mut back = server.clone();
    assert_eq!(call_back(&mut lab, &mut back), 180);
    server.be_hung_up(&mut lab, 0, help);
    lab.assert_settled();
}

/// A call by the account's server that is up; the call, and the server as it is in that.
fn called_back(lab: &mut Lab, server: &Peer) -> (CallId, Peer) {
    let mut back = server.clone();
    back.call_id = "back".into();
    back.theirs.clear();
    back.target = format!("sip:anna@{}", back.phone);
    back.call(lab, 0);
    (lab.ends[0].last_call(), back)
}

#[test]
fn two_calls_for_help_leave_each_other_alone_and_so_does_a_later_call() {
    let (mut lab, mut server, account) = behind(&config());
    rules(&mut lab, RuleNumbers { single: Switch::Unset, max_duration_s: 20, ..RuleNumbers::UNSET });
    dial(&mut lab, account, "112", &DialOptions::default()).unwrap();
    answered(&mut lab, &mut server, "INVITE sip:112@");
    let (first, mut one) = (lab.ends[0].last_call(), server.clone());
    dial(&mut lab, account, "urn:service:sos", &DialOptions::default()).unwrap();
    answered(&mut lab, &mut server, "INVITE urn:service:sos");
    let second = lab.ends[0].last_call();
    lab.run_for(Duration::from_secs(25));
    let info = |lab: &Lab, call| lab.ends[0].phone.call_info(call).unwrap();
    for call in [first, second] {
        assert_eq!((info(&lab, call).state, info(&lab, call).holding), (CallState::Connected, false));
    }
    one.be_hung_up(&mut lab, 0, first);
    server.be_hung_up(&mut lab, 0, second);
    lab.assert_settled();
}

#[test]
fn no_rule_holds_or_ends_the_call_back() {
    let (mut lab, mut server, account) = behind(&config());
    rules(&mut lab, RuleNumbers { single: Switch::Unset, max_duration_s: 20, ..RuleNumbers::UNSET });
    dial(&mut lab, account, "112", &DialOptions::default()).unwrap();
    answered(&mut lab, &mut server, "INVITE sip:112@");
    let help = lab.ends[0].last_call();
    server.be_hung_up(&mut lab, 0, help);
    let (back, mut server_back) = called_back(&mut lab, &server);
    // another call comes up, which holds those that there are
    dial(&mut lab, account, "0", &DialOptions::default()).unwrap();
    answered(&mut lab, &mut server, "INVITE sip:0@");
    lab.run_for(Duration::from_secs(15));
    let info = lab.ends[0].phone.call_info(back).unwrap();
    assert_eq!((info.state, info.holding), (CallState::Connected, false));
    lab.run_for(Duration::from_secs(15));
    assert_eq!(lab.ends[0].phone.call_info(back).unwrap().state, CallState::Connected);
    server_back.be_hung_up(&mut lab, 0, back);
}

#[test]
fn another_accounts_call_for_help_takes_no_call_back_away() {
    let (mut lab, mut server, account) = behind(&config());
    rules(&mut lab, RuleNumbers { dnd: Switch::On, ..RuleNumbers::UNSET });
    let now = lab.now;
    let other = AccountConfig { uri: "sip:other@other.example", registrar: "sip:10.0.0.8", ..config() };
    let other = lab.ends[0].phone.account_add(now, &other).unwrap();
    dial(&mut lab, account, "112", &DialOptions::default()).unwrap();
    answered(&mut lab, &mut server, "INVITE sip:112@");
    let help = lab.ends[0].last_call();
    server.be_hung_up(&mut lab, 0, help);
    // it fails at once
    let mut elsewhere = Peer::new(&mut lab, "10.0.0.8:5060", 0);
    dial(&mut lab, other, "112", &DialOptions::default()).unwrap();
    let invite = elsewhere.wait(&mut lab, "INVITE");
    elsewhere.respond(&mut lab, &invite, 404, "");
    lab.run_for(Duration::from_millis(100));
    assert_eq!(call_back(&mut lab, &mut server.clone()), 180);
}
