//! Hosts and networks that an account trusts: a provider that rings from other addresses than its registrar's.

use crate::digest::dial;
use crate::server::{PASSWORD, REGISTRAR, Server, account, anna, pass, register, run};
use crate::strangers::{asked, request};
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, Capacity, CommandError};
use microsip_tests::{Lab, Options};

fn trusting(list: &'static str) -> AccountConfig<'static> {
    AccountConfig { trusted: list, ..anna() }
}

/// An INVITE to the account's user from there. Returns the account of its call.
fn rings(lab: &mut Lab, from: &str, nth: u32) -> bool {
    let text = request("INVITE", from.parse().unwrap(), "sip:anna@10.0.0.1", nth);
    let Some(status) = asked(lab, from, &text) else { return false };
    assert_eq!(status, 180);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    let account = lab.ends[0].phone.call_info(call).unwrap().account;
    assert_eq!(lab.ends[0].phone.accounts().next(), Some(account));
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_for(Duration::from_secs(40));
    true
}

#[test]
fn networks_and_addresses_are_let_in_before_anything_is_registered() {
    let (mut lab, _) = account(&[REGISTRAR], trusting("10.9.0.0/16, 10.8.0.1"));
    assert!(rings(&mut lab, "10.9.200.1:5060", 1) && rings(&mut lab, "10.8.0.1:40000", 2));
    assert!(!rings(&mut lab, "10.8.0.2:5060", 3) && !rings(&mut lab, "10.10.0.1:5060", 4));
    assert_eq!(lab.ends[0].phone.counters().strangers, 2);
}

#[test]
fn names_are_looked_up_one_after_the_other_and_followed() {
    let mut lab = Lab::new(&[Options { direct: false, ..Options::default() }]);
    lab.names.insert("sbc.example".into(), vec!["10.7.0.1:5060".parse().unwrap(), "10.7.0.2:5060".parse().unwrap()]);
    lab.names.insert("two.example".into(), vec!["10.6.0.1:5060".parse().unwrap()]);
    let now = lab.now;
    lab.ends[0].phone.account_add(now, &trusting("sbc.example, 10.5.0.1, two.example")).unwrap();
    lab.drain();
    for (nth, from) in ["10.7.0.1:5080", "10.7.0.2:5060", "10.6.0.1:5060", "10.5.0.1:5060"].into_iter().enumerate() {
        assert!(rings(&mut lab, from, nth as u32), "{from}");
    }
    // one moves, the other's look-up fails: that changes nothing
    lab.names.insert("sbc.example".into(), vec!["10.7.0.9:5060".parse().unwrap()]);
    lab.names.remove("two.example");
    lab.run_for(Duration::from_secs(600));
    for (nth, (from, in_)) in
        [("10.7.0.1:5060", false), ("10.7.0.9:5060", true), ("10.6.0.1:5060", true)].into_iter().enumerate()
    {
        assert_eq!(rings(&mut lab, from, 10 + nth as u32), in_, "{from}");
    }
    // it is tried again soon
    lab.names.insert("two.example".into(), vec!["10.6.0.2:5060".parse().unwrap()]);
    lab.run_for(Duration::from_secs(60));
    assert!(rings(&mut lab, "10.6.0.2:5060", 20) && !rings(&mut lab, "10.6.0.1:5060", 21));
}

#[test]
fn a_name_that_is_not_known_yet_is_found_when_the_network_is_there() {
    let mut lab = Lab::new(&[Options { direct: false, ..Options::default() }]);
    let now = lab.now;
    lab.ends[0].phone.account_add(now, &trusting("sbc.example")).unwrap();
    lab.drain();
    assert!(!rings(&mut lab, "10.7.0.1:5060", 1));
    lab.names.insert("sbc.example".into(), vec!["10.7.0.1:5060".parse().unwrap()]);
    let now = lab.now;
    lab.ends[0].phone.handle_local_changed(now);
    lab.drain();
    assert!(rings(&mut lab, "10.7.0.1:5060", 2));
}

#[test]
fn trust_gives_no_credentials_away() {
    let (mut lab, account) = account(&[REGISTRAR], trusting("10.0.0.66"));
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| {
        let asks = "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n\", qop=\"auth\"\r\n";
        vec![if seen.header("Authorization").is_none() { seen.response(401, asks) } else { seen.bound(300) }]
    });
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    let mut far = Server::new(&mut lab, "10.0.0.66:5060", |seen, _| {
        let asks = "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"m\", qop=\"auth\"\r\n";
        if seen.start() == "ACK" { vec![] } else { vec![seen.response(401, asks)] }
    });
    dial(&mut lab, account, "sip:bob@10.0.0.66");
    run(&mut lab, &mut [&mut server, &mut far], Duration::from_secs(5));
    assert_eq!(far.all("INVITE").len(), 1);
    assert!(lab.sent.iter().all(|sent| !sent.text.contains(PASSWORD)));
    assert!(lab.sent.iter().filter(|sent| sent.to == far.address).all(|sent| !sent.text.contains("Authorization")));
}

#[test]
fn a_malformed_list_is_refused_and_no_account_is_added() {
    let mut lab =
        Lab::new(&[Options { capacity: Capacity { trusted: 0, ..Capacity::metal(2, 1, 1500) }, ..Options::default() }]);
    let now = lab.now;
    let mut add = |list| lab.ends[0].phone.account_add(now, &trusting(list));
    assert_eq!(add("10.0.0.0/33"), Err(CommandError::Hosts));
    // this capacity has no room for the addresses of names
    assert_eq!(add("sbc.example"), Err(CommandError::Unsupported));
    assert!(add("10.0.0.0/8").is_ok());
}

#[test]
fn the_next_account_of_a_slot_does_not_inherit_its_trust() {
    let mut lab = Lab::new(&[Options { direct: false, ..Options::default() }]);
    lab.names.insert("sbc.example".into(), vec!["10.7.0.1:5060".parse().unwrap()]);
    let now = lab.now;
    let first = lab.ends[0].phone.account_add(now, &trusting("sbc.example")).unwrap();
    lab.drain();
    lab.ends[0].phone.account_remove(now, first).unwrap();
    lab.drain();
    lab.ends[0].phone.account_add(now, &trusting("other.example")).unwrap();
    lab.drain();
    assert!(!rings(&mut lab, "10.7.0.1:5060", 1));
}
