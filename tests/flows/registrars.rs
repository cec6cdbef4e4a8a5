//! The address that a registration goes to: of several, of dead ones, of ones that moved, and when the host moves.

use crate::server::{
    REGISTRAR, SECOND, Server, account, anna, pass, register, registered, registering, run, state, told, unregister,
    until,
};
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, AccountState, Cause, Flow, Reply, Target, Wish};

#[test]
fn a_name_that_does_not_resolve_is_tried_again() {
    let (mut lab, account) = account(&[], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    let last = *told(&lab).last().unwrap();
    assert_eq!((last.state, last.result), (AccountState::Failed as u32, Cause::Name));
    lab.names.insert("example.org".into(), vec![REGISTRAR.parse().unwrap()]);
    pass(&mut lab, &mut server, 31);
    assert_eq!(state(&lab), AccountState::Registered);
}

#[test]
fn a_silent_address_gives_way_to_the_next_one_after_four_seconds() {
    // rfc3263#4.3: another transaction with another branch, the same request
    let (mut lab, account) = account(&[REGISTRAR, SECOND], anna());
    let mut first = Server::new(&mut lab, REGISTRAR, |_, _| vec![]);
    let mut second = Server::new(&mut lab, SECOND, |seen, _| vec![seen.bound(300)]);
    let begun = lab.now;
    register(&mut lab, account);
    run(&mut lab, &mut [&mut first, &mut second], Duration::from_secs(6));
    assert_eq!(state(&lab), AccountState::Registered);
    let (old, new) = (first.all("REGISTER")[0], second.all("REGISTER")[0]);
    assert_eq!((new.at.since(begun).micros() + 500_000) / 1_000_000, 4);
    assert_eq!((old.number(), old.header("Call-ID")), (new.number(), new.header("Call-ID")));
    assert_ne!(old.branch(), new.branch());
    // a living address is kept
    run(&mut lab, &mut [&mut first, &mut second], Duration::from_secs(300));
    assert!(first.all("REGISTER").iter().all(|seen| seen.at.since(begun).micros() < 5_000_000));
    assert_eq!(second.all("REGISTER").len(), 2);
    assert_eq!(first.keepalives.len(), 0);
    assert!(second.keepalives.len() > 10);
}

#[test]
fn a_busy_address_gives_way_at_once() {
    // rfc3261#21.5.4, rfc3263#4.3
    let (mut lab, account) = account(&[REGISTRAR, SECOND], anna());
    let mut first = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.response(503, "Retry-After: 900\r\n")]);
    let mut second = Server::new(&mut lab, SECOND, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    run(&mut lab, &mut [&mut first, &mut second], Duration::from_millis(50));
    assert_eq!(state(&lab), AccountState::Registered);
    let (old, new) = (first.all("REGISTER")[0], second.all("REGISTER")[0]);
    assert_eq!(old.number(), new.number());
    assert_ne!(old.branch(), new.branch());
}

#[test]
fn an_address_that_dies_later_gives_way_too() {
    let (mut lab, account) = account(&[REGISTRAR, SECOND], anna());
    let mut first = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    let mut second = Server::new(&mut lab, SECOND, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    run(&mut lab, &mut [&mut first, &mut second], Duration::from_secs(10));
    assert_eq!(state(&lab), AccountState::Registered);
    first.script = Box::new(|_, _| vec![]);
    run(&mut lab, &mut [&mut first, &mut second], Duration::from_secs(290));
    assert_eq!(state(&lab), AccountState::Registered, "{}", microsip_tests::ladder::draw(&lab));
    assert_eq!(second.all("REGISTER").len(), 1);
    assert!(told(&lab).iter().all(|event| event.state != AccountState::Failed as u32), "its registration never lapsed");
}

#[test]
fn a_registrar_that_moves_in_dns_is_followed() {
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut old = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    let mut new = Server::new(&mut lab, SECOND, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    run(&mut lab, &mut [&mut old, &mut new], Duration::from_secs(1));
    // a name server that is away changes nothing
    lab.names.clear();
    run(&mut lab, &mut [&mut old, &mut new], Duration::from_secs(1800));
    assert_eq!((state(&lab), new.seen.len()), (AccountState::Registered, 0));
    // the name has both, and the old one last: that is a move, too
    for (addresses, here) in [([SECOND, REGISTRAR], 1), ([REGISTRAR, SECOND], 0)] {
        lab.names.insert("example.org".into(), addresses.iter().map(|address| address.parse().unwrap()).collect());
        run(&mut lab, &mut [&mut old, &mut new], Duration::from_secs(1200));
        let before = [old.seen.len(), new.seen.len()];
        run(&mut lab, &mut [&mut old, &mut new], Duration::from_secs(600));
        let grown = [old.seen.len() > before[0], new.seen.len() > before[1]];
        assert_eq!(grown, [here == 0, here == 1], "{addresses:?}");
    }
    assert!(told(&lab).iter().all(|event| event.state != AccountState::Failed as u32));
    assert_eq!(state(&lab), AccountState::Registered);
}

#[test]
fn a_binding_is_taken_back_where_it_was_made() {
    let (mut lab, account, mut old) = registered();
    let new = Server::new(&mut lab, SECOND, |seen, _| vec![seen.bound(300)]);
    // the way was found ten minutes ago, and the next refresh has not come yet
    pass(&mut lab, &mut old, 620);
    lab.names.insert("example.org".into(), vec![new.address]);
    let before = old.seen.len();
    unregister(&mut lab, account);
    pass(&mut lab, &mut old, 1);
    assert_eq!((old.seen.len(), old.last("REGISTER").header("Expires")), (before + 1, Some("0")));
    assert_eq!(state(&lab), AccountState::Unregistered);
}

#[test]
fn a_registration_stays_where_it_is_among_equals() {
    let (mut lab, account) = account(&[], anna());
    lab.ends[0].grant = false;
    register(&mut lab, account);
    let equal = |remote: &str| Target {
        flow: Flow::Udp { socket: 0, remote: remote.parse().unwrap() },
        priority: 0,
        weight: 1,
        lifetime: 0,
    };
    let mut servers =
        [REGISTRAR, SECOND].map(|address| Server::new(&mut lab, address, |seen, _| vec![seen.bound(300)]));
    let mut looked = 0;
    for _ in 0..400 {
        if let Some(Wish::Locate { id, .. }) = lab.ends[0].phone.poll_wish() {
            let now = lab.now;
            lab.ends[0].phone.handle_reply(now, id, Reply::Hops(&[equal(REGISTRAR), equal(SECOND)]));
            looked += 1;
        }
        let [first, second] = &mut servers;
        run(&mut lab, &mut [first, second], Duration::from_secs(30));
    }
    let registers = servers.map(|server| server.seen.len());
    assert!(looked > 10 && registers.contains(&0), "{looked} look-ups, {registers:?}");
}

#[test]
fn one_address_alone_is_not_hurried() {
    let (mut lab, _, mut server) = registered();
    server.script = Box::new(|_, _| vec![]);
    pass(&mut lab, &mut server, 300);
    // the refresh is repeated as rfc3261#17.1.2.2 says, in one transaction
    let branches: std::collections::HashSet<String> =
        server.all("REGISTER").iter().skip(1).map(|seen| seen.branch()).collect();
    assert_eq!(branches.len(), 1, "{}", microsip_tests::ladder::draw(&lab));
}

#[test]
fn a_flow_that_fails_gives_way_at_once() {
    let (mut lab, account) = account(&[REGISTRAR, SECOND], anna());
    let mut second = Server::new(&mut lab, SECOND, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    let (now, remote) = (lab.now, REGISTRAR.parse().unwrap());
    lab.ends[0].phone.handle_flow_failed(now, Flow::Udp { socket: 0, remote });
    pass(&mut lab, &mut second, 1);
    assert_eq!(state(&lab), AccountState::Registered);
}

#[test]
fn a_change_of_the_hosts_addresses_rebinds_at_once() {
    let (mut lab, _, mut server) = registered();
    let now = lab.now;
    let moved = "10.0.0.31:5060".parse().unwrap();
    lab.ends[0].phone.socket_up(0, moved);
    lab.ends[0].address = moved;
    lab.ends[0].phone.handle_local_changed(now);
    pass(&mut lab, &mut server, 1);
    assert_eq!(server.seen.len(), 2);
    assert!(server.seen[1].header("Contact").unwrap().contains("@10.0.0.31"), "{}", server.seen[1].text);
    assert!(server.seen[1].header("Via").unwrap().contains("10.0.0.31"));
    assert_eq!(state(&lab), AccountState::Registered);
}

#[test]
fn a_change_of_addresses_while_registering_begins_anew() {
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| {
        // responses to the old address are not taken
        if seen.header("Via").unwrap().contains("10.0.0.31") { vec![seen.bound(300)] } else { vec![] }
    });
    register(&mut lab, account);
    pass(&mut lab, &mut server, 2);
    let moved = "10.0.0.31:5060".parse().unwrap();
    lab.ends[0].phone.socket_up(0, moved);
    lab.ends[0].address = moved;
    let now = lab.now;
    lab.ends[0].phone.handle_local_changed(now);
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered, "{}", microsip_tests::ladder::draw(&lab));
    let numbers: std::collections::HashSet<u32> = server.seen.iter().map(crate::server::Seen::number).collect();
    assert_eq!(numbers.len(), 2, "another request, another number");
}

#[test]
fn a_change_of_addresses_after_a_failure_tries_at_once() {
    let (mut lab, _, mut server) = registering(|seen, nth| if nth < 11 { vec![] } else { vec![seen.bound(300)] });
    pass(&mut lab, &mut server, 33);
    assert_eq!(state(&lab), AccountState::Failed);
    let now = lab.now;
    lab.ends[0].phone.handle_local_changed(now);
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered);
}

#[test]
fn a_registrar_elsewhere_is_asked_there() {
    let (mut lab, account) = account(&[], AccountConfig { registrar: "sip:10.0.0.9", expires: 900, ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(900)]);
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    let seen = server.last("REGISTER");
    assert_eq!(
        (seen.uri(), seen.header("To"), seen.header("Expires")),
        ("sip:10.0.0.9", Some("<sip:anna@example.org>"), Some("900"))
    );
    assert_eq!(state(&lab), AccountState::Registered);
}

#[test]
fn the_contacts_user_is_the_accounts() {
    // several public ones refuse a Contact of another user
    for status in [403, 404, 409] {
        let (mut lab, _, mut server) = registering(move |seen, _| {
            let fine = seen.header("Contact").unwrap().starts_with("<sip:anna@");
            vec![if fine { seen.bound(300) } else { seen.response(status, "") }]
        });
        pass(&mut lab, &mut server, 1);
        assert_eq!((state(&lab), server.seen.len()), (AccountState::Registered, 1));
    }
}

#[test]
fn a_contacts_user_that_would_break_its_uri_is_refused() {
    for contact_user in ["a@b", "a>b", "a b", "a\"b", "ä", "a\r\nb", "a:b"] {
        let mut lab = microsip_tests::Lab::new(&[microsip_tests::Options::default()]);
        let now = lab.now;
        assert!(
            lab.ends[0].phone.account_add(now, &AccountConfig { contact_user, ..anna() }).is_err(),
            "{contact_user}"
        );
    }
}

#[test]
fn the_look_up_behind_a_failed_address_has_its_own_time() {
    let (mut lab, account) = account(&[REGISTRAR, SECOND], anna());
    let mut first = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    let mut second = Server::new(&mut lab, SECOND, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    until(&mut lab, &mut first, "registered", |lab, _| state(lab) == AccountState::Registered);
    // the refresh goes over the address that is known; its name stands for another, too
    until(&mut lab, &mut first, "a refresh", |lab, _| lab.count("REGISTER") == 2);
    let (now, remote) = (lab.now, REGISTRAR.parse().unwrap());
    lab.ends[0].grant = false;
    first.script = Box::new(|_, _| vec![]);
    lab.ends[0].phone.handle_flow_failed(now, Flow::Udp { socket: 0, remote });
    let Some(Wish::Locate { id, .. }) = lab.ends[0].phone.poll_wish() else { panic!("nothing to locate") };
    run(&mut lab, &mut [&mut first, &mut second], Duration::from_secs(10));
    assert_eq!(state(&lab), AccountState::Registered);
    let (now, flow) = (lab.now, Flow::Udp { socket: 0, remote: second.address });
    lab.ends[0].phone.handle_reply(now, id, Reply::Hops(&[Target { flow, priority: 0, weight: 0, lifetime: 0 }]));
    run(&mut lab, &mut [&mut first, &mut second], Duration::from_secs(1));
    assert_eq!((second.all("REGISTER").len(), state(&lab)), (1, AccountState::Registered));
    assert!(told(&lab).iter().all(|event| event.result == Cause::Normal), "{:?}", told(&lab));
}
