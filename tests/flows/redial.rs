//! The last target is called again: that of an account, and that of all calls.

use crate::server::anna;
use microsip_core::phone::{AccountConfig, AccountId, Capacity, CommandError, DialOptions, Redial, Source};
use microsip_tests::{Lab, Options, Peer};

/// A phone with an account whose plan has a rule, and its proxy.
fn phone() -> (Lab, Peer, AccountId) {
    let mut lab = Lab::new(&[Options { capacity: Capacity::host(2, 2, 2048), ..Options::default() }]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let account = add(&mut lab, "<8:1555>x.|0x.");
    (lab, peer, account)
}

fn add(lab: &mut Lab, dial_plan: &str) -> AccountId {
    let proxy = "sip:10.0.0.9";
    let config = AccountConfig { proxy, no_register: true, dial_plan, emergency: "112", ..anna() };
    let now = lab.now;
    lab.ends[0].phone.account_add(now, &config).unwrap()
}

fn dial(lab: &mut Lab, account: AccountId, target: &str) -> Result<(), CommandError> {
    let (now, options) = (lab.now, DialOptions { source: Source::Silence, ..DialOptions::default() });
    lab.ends[0].phone.dial(now, account, target, &options).map(|_| lab.drain())
}

/// Dials what was dialled last.
fn again(lab: &mut Lab, account: AccountId) -> Result<(), CommandError> {
    let last = lab.ends[0].phone.redial(account)?;
    dial(lab, last.account(), last.target())
}

fn last(lab: &Lab, account: AccountId) -> Result<(AccountId, String), CommandError> {
    lab.ends[0].phone.redial(account).map(|last: Redial| (last.account(), last.target().to_owned()))
}

#[test]
fn a_number_is_called_again_by_its_account_and_its_rules() {
    let (mut lab, mut peer, account) = phone();
    assert_eq!(last(&lab, AccountId::NONE), Err(CommandError::Nothing));
    assert_eq!(again(&mut lab, account), Err(CommandError::Nothing));
    dial(&mut lab, account, "8123-45,,99#").unwrap();
    let first = peer.wait(&mut lab, "INVITE");
    assert_eq!(first.uri(), "sip:155512345@example.org");
    peer.respond(&mut lab, &first, 486, "");
    // as it was given, without the digits behind it
    assert_eq!(last(&lab, AccountId::NONE), Ok((account, "8123-45".into())));
    again(&mut lab, AccountId::NONE).unwrap();
    let second = peer.wait(&mut lab, "INVITE");
    assert_eq!((second.uri(), second.header("From").contains("anna")), (first.uri(), true));
    assert_ne!(second.header("Call-ID"), first.header("Call-ID"));
}

#[test]
fn the_last_of_all_is_another_than_that_of_an_account() {
    let (mut lab, mut peer, account) = phone();
    dial(&mut lab, account, "0301").unwrap();
    let invite = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &invite, 486, "");
    dial(&mut lab, AccountId::NONE, "sip:bob@10.0.0.9").unwrap();
    let invite = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &invite, 486, "");
    assert_eq!(last(&lab, AccountId::NONE), Ok((AccountId::NONE, "sip:bob@10.0.0.9".into())));
    assert_eq!(last(&lab, account), Ok((account, "0301".into())));
    // a number for help is kept as any other
    dial(&mut lab, account, "112").unwrap();
    assert_eq!(last(&lab, AccountId::NONE), Ok((account, "112".into())));
}

#[test]
fn what_was_not_dialled_is_not_kept() {
    let (mut lab, _peer, account) = phone();
    dial(&mut lab, account, "0301").unwrap();
    assert_eq!(dial(&mut lab, account, "77"), Err(CommandError::Blocked));
    assert_eq!(dial(&mut lab, account, "sip:bob b@x"), Err(CommandError::Uri));
    dial(&mut lab, account, "0302").unwrap();
    assert_eq!(dial(&mut lab, account, "0303"), Err(CommandError::Full));
    assert_eq!(last(&lab, account), Ok((account, "0302".into())));
}

#[test]
fn it_goes_with_its_account() {
    let (mut lab, mut peer, account) = phone();
    dial(&mut lab, account, "0301").unwrap();
    let invite = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &invite, 486, "");
    let now = lab.now;
    lab.ends[0].phone.account_remove(now, account).unwrap();
    lab.drain();
    assert_eq!(last(&lab, account), Err(CommandError::Stale));
    assert_eq!(last(&lab, AccountId::NONE), Err(CommandError::Nothing));
    let next = add(&mut lab, "");
    assert_eq!(last(&lab, next), Err(CommandError::Nothing));
}
