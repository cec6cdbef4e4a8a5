//! An account is changed in place: its settings change, its id and its binding stay, and it registers anew only where
//! that is needed.

use crate::credentials::{ask, refused_realm};
use crate::server::{PASSWORD, REGISTRAR, SECOND, Server, account, anna, pass, register, registered, state, until};
use crate::strangers::{asked, request};
use microsip_core::base::cursor::Cursor;
use microsip_core::phone::{
    AccountChange, AccountConfig, AccountState, AccountText, Cause, CommandError, Flow, MediaTimeout, Op, Reply,
    Target, Wish, WishId,
};
use microsip_tests::{EventKind, Lab, Options};
use std::net::SocketAddr;

/// Changes the only account.
fn change(lab: &mut Lab, change: AccountChange<'_>) -> Result<(), CommandError> {
    let (now, account) = (lab.now, lab.ends[0].phone.accounts().next().unwrap());
    let done = lab.ends[0].phone.account_update(now, account, &change);
    lab.drain();
    done
}

#[test]
fn a_setting_that_no_registrar_sees_is_changed_without_a_register() {
    let (mut lab, account, mut server) = registered();
    let before = server.all("REGISTER").len();
    let quiet = AccountChange {
        display_name: Some("Anna B"),
        trusted: Some("192.0.2.0/24"),
        media_any_host: Some(true),
        media_timeout: MediaTimeout { seconds: 5, ..MediaTimeout::default() },
        tag: 99,
        keepalive: u32::MAX,
        ..AccountChange::default()
    };
    change(&mut lab, quiet).unwrap();
    pass(&mut lab, &mut server, 20);
    assert_eq!(server.all("REGISTER").len(), before);
    let info = lab.ends[0].phone.account_info(account).unwrap();
    assert_eq!((info.state, info.tag), (AccountState::Registered, 99));
    pass(&mut lab, &mut server, 300);
    assert_eq!(
        server.last("REGISTER").header("From").unwrap().split(';').next(),
        Some("\"Anna B\" <sip:anna@example.org>")
    );
}

#[test]
fn the_right_credentials_are_tried_at_once() {
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { password: "wrong", ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| {
        vec![if seen.parameter("Authorization", "username").as_deref() == Some("anna.b") {
            seen.bound(300)
        } else {
            seen.response(401, "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n\", qop=\"auth\"\r\n")
        }]
    });
    register(&mut lab, account);
    until(&mut lab, &mut server, "refused", |lab, _| state(lab) == AccountState::Failed);
    let tries = server.all("REGISTER").len();
    pass(&mut lab, &mut server, 3600);
    assert_eq!(server.all("REGISTER").len(), tries, "only the application can help");
    change(&mut lab, AccountChange { username: Some("anna.b"), password: Some(PASSWORD), ..AccountChange::default() })
        .unwrap();
    until(&mut lab, &mut server, "registered", |lab, _| state(lab) == AccountState::Registered);
    assert_eq!(lab.ends[0].phone.account_info(account).unwrap().result, Cause::Normal);
}

#[test]
fn another_uri_takes_its_defaults_along() {
    let (mut lab, account, mut server) = registered();
    change(&mut lab, AccountChange { uri: Some("sip:otto@example.org"), ..AccountChange::default() }).unwrap();
    until(&mut lab, &mut server, "a REGISTER", |_, server| server.last("REGISTER").text.contains("sip:otto@"));
    let seen = server.last("REGISTER");
    assert_eq!(seen.header("To"), Some("<sip:otto@example.org>"));
    assert!(seen.header("Contact").unwrap().starts_with("<sip:otto@"), "{}", seen.text);
    assert_eq!(lab.ends[0].phone.accounts().next(), Some(account));
}

#[test]
fn another_registrar_is_asked_and_the_first_no_more() {
    let (mut lab, _, mut server) = registered();
    let mut second = Server::new(&mut lab, SECOND, |seen, _| vec![seen.bound(300)]);
    let before = server.all("REGISTER").len();
    change(&mut lab, AccountChange { registrar: Some("sip:10.0.0.8:5060"), ..AccountChange::default() }).unwrap();
    until(&mut lab, &mut second, "registered", |lab, server| {
        !server.all("REGISTER").is_empty() && state(lab) == AccountState::Registered
    });
    assert!(second.last("REGISTER").text.starts_with("REGISTER sip:10.0.0.8:5060 "));
    server.serve(&mut lab);
    assert_eq!(server.all("REGISTER").len(), before);
}

#[test]
fn an_update_while_a_register_is_under_way_is_registered_after_it() {
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    change(&mut lab, AccountChange { expires: 120, ..AccountChange::default() }).unwrap();
    until(&mut lab, &mut server, "a second one", |_, server| server.all("REGISTER").len() == 2);
    let asked: Vec<_> = server.all("REGISTER").iter().map(|seen| seen.header("Expires").unwrap().to_owned()).collect();
    assert_eq!(asked, ["300", "120"]);
    pass(&mut lab, &mut server, 30);
    assert_eq!(server.all("REGISTER").len(), 2);
}

#[test]
fn an_un_register_under_way_goes_the_new_way_and_ends_its_command() {
    // the account registers no more, or only its binding is taken back
    for registers in [Some(false), None] {
        let (mut lab, account, _first) = registered();
        let mut second = Server::new(&mut lab, SECOND, |seen, _| vec![seen.bound(300)]);
        change(&mut lab, AccountChange { registers, ..AccountChange::default() }).unwrap();
        let now = lab.now;
        lab.ends[0].phone.unregister(now, account, 7).unwrap();
        lab.drain();
        // the first registrar does not respond
        change(&mut lab, AccountChange { registrar: Some("sip:10.0.0.8:5060"), ..AccountChange::default() }).unwrap();
        pass(&mut lab, &mut second, 5);
        let told = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Done);
        let told: Vec<_> = told.map(|event| (event.op, event.token, event.result, event.sip_code)).collect();
        assert_eq!(told, [(Some(Op::Unregister), 7, Cause::Normal, 200)], "{registers:?}");
        assert_eq!(state(&lab), AccountState::Unregistered);
        let asked: Vec<_> = second.all("REGISTER").iter().map(|seen| seen.header("Expires").unwrap()).collect();
        assert_eq!(asked, ["0"]);
    }
}

#[test]
fn an_account_can_stop_registering_and_begin_again() {
    let (mut lab, account, mut server) = registered();
    change(&mut lab, AccountChange { registers: Some(false), ..AccountChange::default() }).unwrap();
    until(&mut lab, &mut server, "taken back", |lab, _| state(lab) == AccountState::Unregistered);
    let now = lab.now;
    assert_eq!(lab.ends[0].phone.register(now, account, 0), Err(CommandError::State));
    change(&mut lab, AccountChange { registers: Some(true), ..AccountChange::default() }).unwrap();
    until(&mut lab, &mut server, "registered", |lab, _| state(lab) == AccountState::Registered);
}

#[test]
fn a_change_that_is_refused_changes_nothing() {
    let (mut lab, account, mut server) = registered();
    let long = "x".repeat(2000);
    for (wrong, why) in [
        (AccountChange { uri: Some("anna"), ..AccountChange::default() }, CommandError::Uri),
        (AccountChange { uri: Some(""), ..AccountChange::default() }, CommandError::Uri),
        (AccountChange { registrar: Some("nowhere://"), ..AccountChange::default() }, CommandError::Uri),
        (AccountChange { display_name: Some(&long), ..AccountChange::default() }, CommandError::Text),
        (AccountChange { password: Some("a\nb"), ..AccountChange::default() }, CommandError::Text),
        (AccountChange { trusted: Some("10.0.0.0/99"), ..AccountChange::default() }, CommandError::Hosts),
    ] {
        assert_eq!(change(&mut lab, AccountChange { tag: 5, ..wrong }), Err(why));
    }
    assert_eq!(lab.ends[0].phone.account_info(account).unwrap().tag, 41);
    let before = server.all("REGISTER").len();
    pass(&mut lab, &mut server, 300);
    let seen = server.last("REGISTER");
    assert!(server.all("REGISTER").len() > before && seen.text.contains("To: <sip:anna@example.org>"), "{}", seen.text);
}

#[test]
fn a_change_that_does_not_fit_shows_nothing_of_its_texts() {
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { realms: "example.org", ..anna() });
    let mut server =
        Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.response(401, &ask("WWW-Authenticate", "foreign.test"))]);
    register(&mut lab, account);
    until(&mut lab, &mut server, "refused", |lab, _| state(lab) == AccountState::Failed);
    let reason = |lab: &Lab| {
        let mut buffer = [0; 300];
        let mut out = Cursor::new(&mut buffer);
        lab.ends[0].phone.account_text(account, AccountText::Reason, &mut out).unwrap();
        String::from_utf8(out.written().to_vec()).unwrap()
    };
    let before = reason(&lab);
    assert_eq!(refused_realm(&lab, account).as_deref(), Some("foreign.test"));
    let (secret, long) = ("s".repeat(400), "x".repeat(2000));
    let wrong = AccountChange { password: Some(&secret), display_name: Some(&long), ..AccountChange::default() };
    assert_eq!(change(&mut lab, wrong), Err(CommandError::Text));
    assert_eq!(refused_realm(&lab, account).as_deref(), Some("foreign.test"));
    assert_eq!(reason(&lab), before);
}

#[test]
fn a_registrar_after_the_other_may_have_a_realm_of_its_own() {
    let (mut lab, account) = account(&[REGISTRAR], anna());
    register(&mut lab, account);
    for (nth, realm) in ["first", "second", "third", "fourth"].into_iter().enumerate() {
        let at = format!("10.0.2.{nth}:5060");
        let mut server = Server::new(&mut lab, &at, move |seen, _| {
            vec![if seen.parameter("Authorization", "realm").as_deref() == Some(realm) {
                seen.bound(300)
            } else {
                seen.response(401, &ask("WWW-Authenticate", realm))
            }]
        });
        change(&mut lab, AccountChange { registrar: Some(&format!("sip:{at}")), ..AccountChange::default() }).unwrap();
        pass(&mut lab, &mut server, 5);
        assert_eq!(state(&lab), AccountState::Registered, "{realm}");
        // no credentials for another registrar go to this one
        assert_eq!(server.seen[0].header("Authorization"), None, "{realm}");
    }
}

/// The wish to look up a name.
fn sought(lab: &mut Lab, name: &str) -> WishId {
    loop {
        match lab.ends[0].phone.poll_wish() {
            Some(Wish::Locate { id, host, .. }) if host == name => return id,
            Some(_) => {}
            None => panic!("{name} is not looked up"),
        }
    }
}

fn found(lab: &mut Lab, id: WishId, at: &str) {
    let (now, remote): (_, SocketAddr) = (lab.now, at.parse().unwrap());
    let target = Target { flow: Flow::Udp { socket: 0, remote }, priority: 0, weight: 0, lifetime: 0 };
    lab.ends[0].phone.handle_reply(now, id, Reply::Hops(&[target]));
}

#[test]
fn a_registrar_that_was_looked_up_for_another_is_not_asked() {
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut first = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    let mut second = Server::new(&mut lab, SECOND, |seen, _| vec![seen.bound(300)]);
    lab.ends[0].grant = false;
    register(&mut lab, account);
    let id = sought(&mut lab, "example.org");
    lab.names.insert("new.test".into(), vec![SECOND.parse().unwrap()]);
    change(&mut lab, AccountChange { registrar: Some("sip:new.test"), ..AccountChange::default() }).unwrap();
    found(&mut lab, id, REGISTRAR);
    lab.ends[0].grant = true;
    pass(&mut lab, &mut second, 5);
    first.serve(&mut lab);
    assert_eq!((first.seen.len(), second.all("REGISTER").len()), (0, 1));
    assert_eq!(state(&lab), AccountState::Registered);
}

#[test]
fn hosts_that_were_looked_up_before_a_change_are_not_trusted() {
    let mut lab = Lab::new(&[Options { direct: false, ..Options::default() }]);
    lab.ends[0].grant = false;
    let now = lab.now;
    lab.ends[0].phone.account_add(now, &AccountConfig { trusted: "old.test", ..anna() }).unwrap();
    let id = sought(&mut lab, "old.test");
    change(&mut lab, AccountChange { trusted: Some("new.test"), ..AccountChange::default() }).unwrap();
    found(&mut lab, id, "10.7.0.1:5060");
    let id = sought(&mut lab, "new.test");
    found(&mut lab, id, "10.7.0.2:5060");
    lab.ends[0].grant = true;
    for (nth, (from, answer)) in [("10.7.0.1:5060", None), ("10.7.0.2:5060", Some(180))].into_iter().enumerate() {
        let text = request("INVITE", from.parse().unwrap(), "sip:anna@10.0.0.1", nth as u32);
        assert_eq!(asked(&mut lab, from, &text), answer, "{from}");
    }
}
