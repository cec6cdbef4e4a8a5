//! The flows of RFC 3665 section 2: registration.

use crate::digest::right;
use crate::rfc3665::{Log, leg, watch};
use crate::server::{PASSWORD, REGISTRAR, Seen, Server, account, anna, pass, register, registering, state, unregister};
use microsip_core::phone::{AccountConfig, AccountId, AccountState, Cause};
use microsip_tests::Lab;

const CHALLENGE: &str = "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n1\", qop=\"auth\"\r\n";
const REGISTRATION: &[(&str, &str)] = &[("10.0.0.1", "bob"), (REGISTRAR, "server")];

/// Challenges, and binds an account that knows the password.
fn registrar() -> impl FnMut(&Seen, usize) -> Vec<Vec<u8>> {
    |seen, _| {
        let known = right(seen, "Authorization", "anna", PASSWORD);
        vec![if known { seen.bound(300) } else { seen.response(401, CHALLENGE) }]
    }
}

#[test]
fn successful_new_registration() {
    // rfc3665#2.1
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let log = watch(&mut lab, REGISTRATION);
    let mut server = Server::new(&mut lab, REGISTRAR, registrar());
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(*log.borrow(), leg(("bob", "server"), &["> REGISTER", "< 401", "> REGISTER", "< 200"]));
    assert_eq!(state(&lab), AccountState::Registered);
    // the same Call-ID, the next number, and the same tag
    let [first, second] = server.all("REGISTER")[..] else { panic!("two") };
    assert_eq!(
        (first.header("Call-ID"), first.header("From"), first.number() + 1),
        (second.header("Call-ID"), second.header("From"), second.number())
    );
}

/// A registered account, and its messages from now on.
fn registered() -> (Lab, AccountId, Server, Log) {
    let (mut lab, account, mut server) = registering(registrar());
    pass(&mut lab, &mut server, 1);
    let log = watch(&mut lab, REGISTRATION);
    (lab, account, server, log)
}

#[test]
fn update_of_contact_list() {
    // rfc3665#2.2: a refresh carries its credentials unasked. The registrar's list has a binding that is not ours,
    // before it.
    let (mut lab, account, mut server, log) = registered();
    server.script = Box::new(|seen, _| {
        let contact = seen.header("Contact").unwrap();
        vec![seen.response(
            200,
            &format!("Contact: <mailto:anna@example.org>;expires=4294967295\r\nContact: {contact};expires=3600\r\n"),
        )]
    });
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(*log.borrow(), leg(("bob", "server"), &["> REGISTER", "< 200"]));
    assert!(right(server.last("REGISTER"), "Authorization", "anna", PASSWORD));
    let expires = lab.ends[0].phone.account_info(account).unwrap().expires;
    assert_eq!(expires.since(lab.now).millis() / 1000, 3599, "our binding's lifetime, not the other's");
}

// rfc3665#2.3, a REGISTER without Contact that asks for the bindings there are, is a provisioning tool's: a telephone
// learns them from the response to its own REGISTER, as above.

#[test]
fn cancellation_of_registration() {
    // rfc3665#2.4: an account takes back its own binding, not all of them (`Contact: *`): other telephones may ring too
    let (mut lab, account, mut server, log) = registered();
    unregister(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(*log.borrow(), leg(("bob", "server"), &["> REGISTER", "< 200"]));
    let last = server.last("REGISTER");
    assert_eq!((last.header("Expires"), last.header("Contact") != Some("*")), (Some("0"), true));
    assert!(right(last, "Authorization", "anna", PASSWORD));
    assert_eq!(state(&lab), AccountState::Unregistered);
}

#[test]
fn unsuccessful_registration() {
    // rfc3665#2.5
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { password: "wrong", ..anna() });
    let log = watch(&mut lab, REGISTRATION);
    let mut server = Server::new(&mut lab, REGISTRAR, registrar());
    register(&mut lab, account);
    pass(&mut lab, &mut server, 600);
    assert_eq!(*log.borrow(), leg(("bob", "server"), &["> REGISTER", "< 401", "> REGISTER", "< 401"]));
    let info = lab.ends[0].phone.account_info(account).unwrap();
    assert_eq!((info.state, info.result), (AccountState::Failed, Cause::Auth));
}
