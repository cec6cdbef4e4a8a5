//! Registering and staying registered, with a registrar that says what it likes.

use crate::server::{
    REGISTRAR, SECOND, Server, account, anna, pass, register, registered, registering, run, state, told, told_state, unregister, until,
};
use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{AccountConfig, AccountState, Cause};

fn expires_in(lab: &microsip_tests::Lab, account: microsip_core::phone::AccountId) -> u64 {
    let at = lab.ends[0].phone.account_info(account).unwrap().expires;
    if at == Instant::NEVER { 0 } else { (at.since(lab.now).micros() + 500_000) / 1_000_000 }
}

#[test]
fn a_register_says_who_where_and_how_long() {
    // rfc3261#10.2
    let (lab, account, server) = registered();
    let seen = server.last("REGISTER");
    assert!(seen.text.starts_with("REGISTER sip:example.org SIP/2.0\r\n"), "{}", seen.text);
    assert_eq!(seen.header("To"), Some("<sip:anna@example.org>"));
    assert!(seen.header("From").unwrap().starts_with("<sip:anna@example.org>;tag="));
    assert_eq!(seen.header("Expires"), Some("300"));
    assert_eq!(seen.header("CSeq"), Some("1 REGISTER"));
    // the Contact's user is random, of 64 bits: only the registrar knows it
    let contact = seen.header("Contact").unwrap();
    let user = contact.strip_prefix("<sip:").unwrap().split('@').next().unwrap();
    assert!(user.len() == 16 && user.bytes().all(|digit| digit.is_ascii_hexdigit()), "{contact}");
    assert!(contact.ends_with("@10.0.0.1:5060>") || contact.ends_with("@10.0.0.1>"), "{contact}");
    let info = lab.ends[0].phone.account_info(account).unwrap();
    assert_eq!((info.state, info.sip_code, info.result, info.tag), (AccountState::Registered, 200, Cause::Normal, 41));
    let events = told(&lab);
    assert_eq!(events.last().unwrap().state, AccountState::Registered as u32);
    assert!(events.iter().all(|event| event.tag == 41 && event.account == account));
}

#[test]
fn the_lifetime_is_the_contacts_then_the_answers_then_what_was_asked() {
    // rfc3261#10.2.4
    for (lines, with_contact, lifetime) in [
        ("Contact: CONTACT;expires=120\r\nExpires: 600\r\n", true, 120),
        ("Expires: 600\r\nContact: CONTACT\r\n", true, 600),
        ("Contact: CONTACT\r\n", true, 300),
        ("", false, 300),
        ("Expires: 90\r\n", false, 90),
        ("Contact: <sip:other@10.0.0.77>;expires=3600, CONTACT;expires=77\r\n", true, 77),
        ("m: <sip:other@10.0.0.77>;expires=3600\r\nm: CONTACT;q=0.7;EXPIRES=77\r\n", true, 77),
    ] {
        let (mut lab, account, mut server) =
            registering(move |seen, _| vec![seen.answer(200, &lines.replace("CONTACT", seen.header("Contact").unwrap()))]);
        until(&mut lab, &mut server, "registered", |lab, _| state(lab) == AccountState::Registered);
        assert_eq!(expires_in(&lab, account), lifetime, "{lines} {with_contact}");
    }
}

#[test]
fn a_registrar_that_binds_nothing_has_refused() {
    for lines in ["Contact: <sip:other@10.0.0.77>;expires=3600\r\n", "Contact: CONTACT;expires=0\r\n", "Expires: 0\r\n"] {
        let (mut lab, _, mut server) =
            registering(move |seen, _| vec![seen.answer(200, &lines.replace("CONTACT", seen.header("Contact").unwrap()))]);
        pass(&mut lab, &mut server, 1);
        let told = told(&lab);
        let last = told.last().unwrap();
        assert_eq!((last.state, last.result), (AccountState::Failed as u32, Cause::Protocol), "{lines}");
    }
}

#[test]
fn it_is_refreshed_before_it_ends_in_the_same_call_with_a_higher_number() {
    // rfc3261#10.2.4, #10.2: the same Call-ID, CSeq one higher
    let (mut lab, _, mut server) = registered();
    pass(&mut lab, &mut server, 3600);
    let all = server.all("REGISTER");
    assert!(all.len() >= 12, "{}", all.len());
    for pair in all.windows(2) {
        assert_eq!(pair[0].header("Call-ID"), pair[1].header("Call-ID"));
        assert_eq!(pair[0].header("Contact"), pair[1].header("Contact"));
        assert_eq!(pair[0].number() + 1, pair[1].number());
        assert_ne!(pair[0].branch(), pair[1].branch());
        let gap = pair[1].at.since(pair[0].at).micros() / 1_000_000;
        assert!((230..=295).contains(&gap), "refreshed after {gap} s of 300");
    }
    assert_eq!(state(&lab), AccountState::Registered);
    // an application is not told of what does not change
    let told = told(&lab).iter().filter(|event| event.state == AccountState::Registered as u32).count();
    assert!(told <= all.len(), "{told}");
}

#[test]
fn short_lifetimes_are_refreshed_in_time_too() {
    for lifetime in [3, 10, 20, 60] {
        let (mut lab, _, mut server) = registering(move |seen, _| vec![seen.bound(lifetime)]);
        pass(&mut lab, &mut server, 200);
        for pair in server.all("REGISTER").windows(2) {
            let gap = pair[1].at.since(pair[0].at).micros() / 1000;
            assert!(gap < u64::from(lifetime) * 1000 && gap >= u64::from(lifetime) * 400, "{gap} ms of {lifetime} s");
        }
        assert_eq!(state(&lab), AccountState::Registered);
    }
}

#[test]
fn an_interval_that_is_too_brief_is_raised_to_what_is_wanted() {
    // rfc3261#10.2.8, #21.4.17
    let (mut lab, account, mut server) = registering(|seen, _| {
        let asked: u32 = seen.header("Expires").unwrap().parse().unwrap();
        vec![if asked < 1800 { seen.answer(423, "Min-Expires: 1800\r\n") } else { seen.bound(asked) }]
    });
    until(&mut lab, &mut server, "registered", |lab, _| state(lab) == AccountState::Registered);
    assert_eq!(server.all("REGISTER").iter().map(|seen| seen.header("Expires").unwrap()).collect::<Vec<_>>(), ["300", "1800"]);
    assert_eq!(server.all("REGISTER")[1].number(), 2);
    assert_eq!(expires_in(&lab, account), 1800);
}

#[test]
fn a_registrar_that_keeps_raising_is_not_followed_for_ever() {
    let (mut lab, _, mut server) = registering(|seen, _| {
        let asked: u32 = seen.header("Expires").unwrap().parse().unwrap();
        vec![seen.answer(423, &format!("Min-Expires: {}\r\n", asked.saturating_mul(2)))]
    });
    pass(&mut lab, &mut server, 10);
    assert!(server.all("REGISTER").len() <= 4, "{}", server.all("REGISTER").len());
    assert_eq!(told_state(&lab), AccountState::Failed as u32);
    // and one that wants less than was asked, or does not say what it wants, has refused
    for lines in ["Min-Expires: 60\r\n", "", "Min-Expires: none\r\n"] {
        let (mut lab, _, mut server) = registering(move |seen, _| vec![seen.answer(423, lines)]);
        pass(&mut lab, &mut server, 10);
        assert_eq!(server.all("REGISTER").len(), 1);
        assert_eq!(state(&lab), AccountState::Failed);
    }
}

#[test]
fn it_is_not_tried_before_retry_after() {
    // rfc3261#20.33, #21.5.4
    for (status, line) in [
        (503, "Retry-After: 120\r\n"),
        (500, "Retry-After: 120 (maintenance);duration=60\r\n"),
        (486, "Retry-After: 120;duration=3600\r\n"),
    ] {
        let (mut lab, _, mut server) =
            registering(move |seen, nth| vec![if nth == 0 { seen.answer(status, line) } else { seen.bound(300) }]);
        pass(&mut lab, &mut server, 119);
        assert_eq!(server.all("REGISTER").len(), 1);
        assert_eq!(told(&lab).last().unwrap().sip_code, status);
        pass(&mut lab, &mut server, 3);
        assert_eq!(server.all("REGISTER").len(), 2);
        assert_eq!(state(&lab), AccountState::Registered);
    }
}

#[test]
fn failures_are_tried_again_with_waits_that_double_at_random() {
    // rfc5626#4.5
    let mut firsts = Vec::new();
    for seed in 0..6 {
        let (mut lab, account) = account(&[REGISTRAR], anna());
        // another number of random bits used: another phone
        for _ in 0..seed {
            let now = lab.now;
            let other =
                lab.ends[0].phone.account_add(now, &AccountConfig { uri: "sip:x@example.net", ..AccountConfig::default() }).unwrap();
            lab.ends[0].phone.account_remove(now, other).unwrap();
        }
        let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.answer(500, "")]);
        register(&mut lab, account);
        pass(&mut lab, &mut server, 24 * 3600);
        let times: Vec<u64> = server.all("REGISTER").iter().map(|seen| seen.at.millis()).collect();
        let gaps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        for (nth, gap) in gaps.iter().enumerate() {
            let whole = (30_000u64 << nth.min(10)).min(1_800_000);
            assert!((whole / 2..=whole + 10).contains(gap), "wait {nth} was {gap} ms of {whole}");
        }
        assert!(gaps.len() > 50, "{}", gaps.len());
        firsts.push(gaps[0]);
    }
    firsts.sort_unstable();
    firsts.dedup();
    assert!(firsts.len() > 3, "the waits of phones are spread: {firsts:?}");
}

#[test]
fn a_success_forgets_the_failures() {
    let (mut lab, account, mut server) = registering(|seen, nth| vec![if nth == 3 { seen.bound(100) } else { seen.answer(500, "") }]);
    until(&mut lab, &mut server, "the fourth", |_, server| server.seen.len() == 4);
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered);
    until(&mut lab, &mut server, "the fifth, the refresh", |_, server| server.seen.len() == 5);
    let failed = lab.now;
    until(&mut lab, &mut server, "the sixth", |_, server| server.seen.len() == 6);
    assert!(lab.now.since(failed).micros() <= 31_000_000, "the first wait again");
    let _ = account;
}

#[test]
fn a_silent_registrar_is_a_failure_and_is_tried_again() {
    // rfc3261#17.1.2.2: eleven tries in 32 s on datagrams
    let (mut lab, _, mut server) = registering(|_, _| vec![]);
    pass(&mut lab, &mut server, 33);
    let all = server.all("REGISTER");
    assert_eq!(all.len(), 11, "{}", microsip_tests::ladder::draw(&lab));
    assert!(all.iter().all(|seen| seen.text == all[0].text), "byte for byte");
    let last = *told(&lab).last().unwrap();
    assert_eq!((last.state, last.result, last.sip_code), (AccountState::Failed as u32, Cause::Timeout, 0));
    server.script = Box::new(|seen, _| vec![seen.bound(300)]);
    pass(&mut lab, &mut server, 31);
    assert_eq!(state(&lab), AccountState::Registered);
}

#[test]
fn a_refusal_that_time_cannot_help_is_final() {
    // rfc3261#21.4.4: 403 is not to be repeated
    for status in [403, 404, 405, 416, 420, 501, 604] {
        let (mut lab, account, mut server) =
            registering(move |seen, nth| vec![if nth == 0 { seen.answer(status, "") } else { seen.bound(60) }]);
        pass(&mut lab, &mut server, 24 * 3600);
        assert_eq!(server.all("REGISTER").len(), 1, "{status}");
        let last = *told(&lab).last().unwrap();
        assert_eq!((last.state, last.sip_code), (AccountState::Failed as u32, status));
        assert_eq!(last.result, if status == 403 { Cause::Auth } else { Cause::Refused });
        assert_eq!(lab.ends[0].phone.poll_timeout(), None, "nothing is waited for");
        // the application may try again
        register(&mut lab, account);
        pass(&mut lab, &mut server, 1);
        assert_eq!(state(&lab), AccountState::Registered);
    }
}

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
    // what is alive is kept
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
    let mut first = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.answer(503, "Retry-After: 900\r\n")]);
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
    // the name server is away, and nobody minds
    lab.names.clear();
    run(&mut lab, &mut [&mut old, &mut new], Duration::from_secs(1800));
    assert_eq!((state(&lab), new.seen.len()), (AccountState::Registered, 0));
    // both, and the old one is the last resort now: that is a move, too
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
    let equal = |remote: &str| microsip_core::phone::Target {
        flow: microsip_core::phone::Flow::Udp { socket: 0, remote: remote.parse().unwrap() },
        priority: 0,
        weight: 1,
    };
    let mut servers = [REGISTRAR, SECOND].map(|address| Server::new(&mut lab, address, |seen, _| vec![seen.bound(300)]));
    let mut looked = 0;
    for _ in 0..400 {
        if let Some(microsip_core::phone::Wish::Locate { id, .. }) = lab.ends[0].phone.poll_wish() {
            let now = lab.now;
            lab.ends[0].phone.handle_reply(now, id, microsip_core::phone::Reply::Hops(&[equal(REGISTRAR), equal(SECOND)]));
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
    let branches: std::collections::HashSet<String> = server.all("REGISTER").iter().skip(1).map(|seen| seen.branch()).collect();
    assert_eq!(branches.len(), 1, "{}", microsip_tests::ladder::draw(&lab));
}

#[test]
fn a_flow_that_fails_gives_way_at_once() {
    let (mut lab, account) = account(&[REGISTRAR, SECOND], anna());
    let mut second = Server::new(&mut lab, SECOND, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    let (now, remote) = (lab.now, REGISTRAR.parse().unwrap());
    lab.ends[0].phone.handle_flow_failed(now, microsip_core::phone::Flow::Udp { socket: 0, remote });
    pass(&mut lab, &mut second, 1);
    assert_eq!(state(&lab), AccountState::Registered);
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
    assert!(lab.ends[0].phone.register(now, account).is_err());
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
fn registering_again_refreshes_at_once() {
    let (mut lab, account, mut server) = registered();
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(server.all("REGISTER").len(), 2);
    assert_eq!(state(&lab), AccountState::Registered);
}

#[test]
fn registering_while_registering_sends_no_second_request() {
    // rfc3261#10.2: no new one before the answer to the one before
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    register(&mut lab, account);
    register(&mut lab, account);
    pass(&mut lab, &mut server, 5);
    assert_eq!(server.seen.len(), 1);
    assert_eq!(state(&lab), AccountState::Registered);
}

#[test]
fn what_is_wanted_meanwhile_is_done_afterwards() {
    // unregistered while the REGISTER is on its way: the registrar binds, so it must be told
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    unregister(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(server.seen.iter().map(|seen| seen.header("Expires").unwrap()).collect::<Vec<_>>(), ["300", "0"]);
    assert_eq!(state(&lab), AccountState::Unregistered);
    assert!(told(&lab).iter().all(|event| event.reached & (1 << AccountState::Registered as u32) == 0), "{:?}", told(&lab));
    // registered while the un-REGISTER is on its way
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    unregister(&mut lab, account);
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(server.seen.iter().map(|seen| seen.header("Expires").unwrap()).collect::<Vec<_>>(), ["300", "0", "300", "0", "300"]);
    assert_eq!(state(&lab), AccountState::Registered);
    assert_eq!(expires_in(&lab, account), 299);
}

#[test]
fn what_is_wanted_and_taken_back_before_the_name_is_resolved_sends_nothing() {
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    let now = lab.now;
    lab.ends[0].phone.register(now, account).unwrap();
    lab.ends[0].phone.unregister(now, account).unwrap();
    pass(&mut lab, &mut server, 5);
    assert_eq!(server.seen.len(), 0);
    assert_eq!(state(&lab), AccountState::Unregistered);
    assert!(lab.ends[0].phone.is_idle());
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
        // what came from the old address is answered to nobody
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
fn an_account_that_does_not_register_says_so() {
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { no_register: true, ..anna() });
    let now = lab.now;
    assert!(lab.ends[0].phone.register(now, account).is_err());
    lab.ends[0].phone.handle_local_changed(now);
    lab.ends[0].phone.shutdown(now);
    lab.run_for(Duration::from_secs(60));
    assert_eq!(lab.sent.len(), 0);
}

#[test]
fn a_registrar_elsewhere_is_asked_there() {
    let (mut lab, account) = account(&[], AccountConfig { registrar: "sip:10.0.0.9", expires: 900, ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(900)]);
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    let seen = server.last("REGISTER");
    assert_eq!((seen.uri(), seen.header("To"), seen.header("Expires")), ("sip:10.0.0.9", Some("<sip:anna@example.org>"), Some("900")));
    assert_eq!(state(&lab), AccountState::Registered);
}

#[test]
fn an_answer_that_is_lost_is_asked_for_again() {
    let (mut lab, _, mut server) = registering(|seen, nth| if nth < 3 { vec![] } else { vec![seen.answer(100, ""), seen.bound(300)] });
    pass(&mut lab, &mut server, 10);
    assert_eq!(server.seen.len(), 4);
    assert_eq!(state(&lab), AccountState::Registered);
}

#[test]
fn answers_that_are_not_ours_change_nothing() {
    let (mut lab, _, mut server) = registering(|seen, nth| {
        if nth > 0 {
            return vec![];
        }
        let answer = String::from_utf8(seen.bound(300)).unwrap();
        vec![
            answer.replace("branch=z9hG4bK", "branch=z9hG4bK0").into_bytes(),
            answer.replace("1 REGISTER", "2 REGISTER").into_bytes(),
            answer.replace("1 REGISTER", "1 INVITE").into_bytes(),
            answer.replace("SIP/2.0 200", "SIP/2.0 99").into_bytes(),
        ]
    });
    pass(&mut lab, &mut server, 5);
    assert_eq!(state(&lab), AccountState::Registering);
    assert!(lab.ends[0].phone.counters().unmatched >= 3);
}

#[test]
fn a_refresh_that_failed_takes_nothing_back() {
    // rfc3261#10.2.4: the binding lasts as long as was granted, so its keepalives go on and it is taken back in the end; when it has run
    // out, there is nothing to take back
    for (wait, unregisters) in [(1, true), (60, false)] {
        let (mut lab, account, mut server) = registered();
        server.script =
            Box::new(|seen, _| vec![seen.answer(500, if seen.header("Expires") == Some("0") { "" } else { "Retry-After: 45\r\n" })]);
        until(&mut lab, &mut server, "failed", |lab, _| state(lab) == AccountState::Failed);
        let failed = lab.now;
        pass(&mut lab, &mut server, wait);
        assert_eq!(expires_in(&lab, account) > 0, unregisters);
        unregister(&mut lab, account);
        pass(&mut lab, &mut server, 1);
        assert_eq!(server.all("REGISTER").iter().filter(|seen| seen.header("Expires") == Some("0")).count(), usize::from(unregisters));
        assert_eq!(state(&lab), AccountState::Unregistered);
        let after: Vec<_> = server.keepalives.iter().filter(|at| **at > failed).collect();
        assert!(after.len() >= usize::from(!unregisters) * 2, "{after:?}");
        assert!(lab.ends[0].phone.is_idle());
    }
}
