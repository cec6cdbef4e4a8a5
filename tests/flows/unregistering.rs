//! A binding is taken back (Expires: 0): by command, at the end, with its account; and commands while a REGISTER runs.

use crate::server::{
    REGISTRAR, Server, account, anna, pass, register, registered, state, told, told_state, unregister,
};
use microsip_core::base::time::Instant;
use microsip_core::phone::AccountState;

fn expires_in(lab: &microsip_tests::Lab, account: microsip_core::phone::AccountId) -> u64 {
    let at = lab.ends[0].phone.account_info(account).unwrap().expires;
    if at == Instant::NEVER { 0 } else { (at.since(lab.now).micros() + 500_000) / 1_000_000 }
}

#[test]
fn unregistering_takes_the_binding_back() {
    // rfc3261#10.2.2
    let (mut lab, account, mut server) = registered();
    unregister(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    let last = server.last("REGISTER");
    assert_eq!((last.header("Expires"), last.number()), (Some("0"), 2));
    assert_eq!(last.header("Contact"), server.seen[0].header("Contact"));
    assert_eq!(state(&lab), AccountState::Unregistered);
    assert_eq!(told_state(&lab), AccountState::Unregistered as u32);
    pass(&mut lab, &mut server, 3600);
    assert_eq!(server.seen.len(), 2);
    assert_eq!(server.keepalives.len(), 0);
    assert_eq!(lab.ends[0].phone.poll_timeout(), None);
}

#[test]
fn shutdown_unregisters() {
    let (mut lab, account, mut server) = registered();
    let now = lab.now;
    lab.ends[0].phone.shutdown(now);
    assert!(!lab.ends[0].phone.is_idle());
    pass(&mut lab, &mut server, 1);
    assert_eq!(server.last("REGISTER").header("Expires"), Some("0"));
    assert!(lab.ends[0].phone.is_idle());
    assert_eq!(lab.ends[0].phone.poll_timeout(), None);
    let now = lab.now;
    assert!(lab.ends[0].phone.register(now, account, 0).is_err());
}

#[test]
fn shutdown_does_not_wait_for_ever_for_a_silent_registrar() {
    let (mut lab, _, mut server) = registered();
    server.script = Box::new(|_, _| vec![]);
    let now = lab.now;
    lab.ends[0].phone.shutdown(now);
    pass(&mut lab, &mut server, 33);
    assert!(lab.ends[0].phone.is_idle());
    assert_eq!(lab.ends[0].phone.poll_timeout(), None);
}

#[test]
fn an_account_that_is_removed_unregisters_first_and_its_slot_is_free_then() {
    let (mut lab, account, mut server) = registered();
    let now = lab.now;
    lab.ends[0].phone.account_remove(now, account).unwrap();
    assert!(lab.ends[0].phone.account_remove(now, account).is_err());
    assert_eq!(lab.ends[0].phone.accounts().count(), 0);
    pass(&mut lab, &mut server, 1);
    assert_eq!(server.last("REGISTER").header("Expires"), Some("0"));
    assert!(lab.ends[0].phone.account_info(account).is_err(), "it is gone");
    let now = lab.now;
    for _ in 0..2 {
        lab.ends[0].phone.account_add(now, &anna()).unwrap();
    }
    assert!(lab.ends[0].phone.account_add(now, &anna()).is_err());
    assert_eq!(lab.ends[0].phone.poll_timeout(), None);
}

#[test]
fn an_account_that_is_removed_while_it_registers_leaves_no_binding() {
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    let now = lab.now;
    lab.ends[0].phone.account_remove(now, account).unwrap();
    pass(&mut lab, &mut server, 2);
    assert_eq!(server.seen.iter().map(|seen| seen.header("Expires").unwrap()).collect::<Vec<_>>(), ["300", "0"]);
    assert!(lab.ends[0].phone.account_info(account).is_err(), "it is gone");
    assert!(lab.ends[0].phone.is_idle());
}

#[test]
fn a_command_during_a_register_is_done_after_it() {
    // unregistered while the REGISTER is on its way: the registrar binds, so it needs another
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    unregister(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(server.seen.iter().map(|seen| seen.header("Expires").unwrap()).collect::<Vec<_>>(), ["300", "0"]);
    assert_eq!(state(&lab), AccountState::Unregistered);
    assert!(
        told(&lab).iter().all(|event| event.reached & (1 << AccountState::Registered as u32) == 0),
        "{:?}",
        told(&lab)
    );
    // registered while the un-REGISTER is on its way
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    unregister(&mut lab, account);
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(
        server.seen.iter().map(|seen| seen.header("Expires").unwrap()).collect::<Vec<_>>(),
        ["300", "0", "300", "0", "300"]
    );
    assert_eq!(state(&lab), AccountState::Registered);
    assert_eq!(expires_in(&lab, account), 299);
}

#[test]
fn a_registration_taken_back_before_the_name_is_resolved_sends_nothing() {
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    let now = lab.now;
    lab.ends[0].phone.register(now, account, 0).unwrap();
    lab.ends[0].phone.unregister(now, account, 0).unwrap();
    pass(&mut lab, &mut server, 5);
    assert_eq!(server.seen.len(), 0);
    assert_eq!(state(&lab), AccountState::Unregistered);
    assert!(lab.ends[0].phone.is_idle());
}
