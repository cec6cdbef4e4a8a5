//! Registering and staying registered, with a registrar that gives any response.

use crate::server::{
    REGISTRAR, Server, account, anna, pass, register, registered, registering, state, told, told_state, unregister,
    until,
};
use microsip_core::base::time::{Duration, Instant};
use microsip_core::phone::{AccountConfig, AccountState, Capacity, Cause};

fn expires_in(lab: &microsip_tests::Lab, account: microsip_core::phone::AccountId) -> u64 {
    let at = lab.ends[0].phone.account_info(account).unwrap().expires;
    if at == Instant::NEVER { 0 } else { (at.since(lab.now).micros() + 500_000) / 1_000_000 }
}

#[test]
fn a_register_has_the_account_its_contact_and_a_lifetime() {
    // rfc3261#10.2
    let (lab, account, server) = registered();
    let seen = server.last("REGISTER");
    assert!(seen.text.starts_with("REGISTER sip:example.org SIP/2.0\r\n"), "{}", seen.text);
    assert_eq!(seen.header("To"), Some("<sip:anna@example.org>"));
    assert!(seen.header("From").unwrap().starts_with("<sip:anna@example.org>;tag="));
    assert_eq!(seen.header("Expires"), Some("300"));
    assert_eq!(seen.header("CSeq"), Some("1 REGISTER"));
    // the Contact's user is the account's; a parameter holds a secret of 64 bits, which only the registrar knows
    let contact = seen.header("Contact").unwrap();
    let secret = contact.strip_prefix("<sip:anna@10.0.0.1:5060;mkey=").unwrap().strip_suffix('>').unwrap();
    assert!(secret.len() == 16 && secret.bytes().all(|digit| digit.is_ascii_hexdigit()), "{contact}");
    let info = lab.ends[0].phone.account_info(account).unwrap();
    assert_eq!((info.state, info.sip_code, info.result, info.tag), (AccountState::Registered, 200, Cause::Normal, 41));
    let events = told(&lab);
    assert_eq!(events.last().unwrap().state, AccountState::Registered as u32);
    assert!(events.iter().all(|event| event.tag == 41 && event.account == account));
}

#[test]
fn the_lifetime_is_the_contacts_then_the_responses_then_the_one_asked_for() {
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
        let (mut lab, account, mut server) = registering(move |seen, _| {
            vec![seen.response(200, &lines.replace("CONTACT", seen.header("Contact").unwrap()))]
        });
        until(&mut lab, &mut server, "registered", |lab, _| state(lab) == AccountState::Registered);
        assert_eq!(expires_in(&lab, account), lifetime, "{lines} {with_contact}");
    }
}

#[test]
fn a_200_without_a_binding_is_a_failure_with_growing_waits() {
    // a 200 that is itself the failure does not begin the waits anew (rfc5626#4.5)
    for lines in
        ["Contact: CONTACT;expires=0\r\n", "Expires: 0\r\n", "Contact: CONTACT;expires=0, CONTACT;expires=0\r\n"]
    {
        let (mut lab, _, mut server) = registering(move |seen, _| {
            vec![seen.response(200, &lines.replace("CONTACT", seen.header("Contact").unwrap()))]
        });
        pass(&mut lab, &mut server, 24 * 3600);
        assert_eq!(
            (told(&lab)[1].state, told(&lab)[1].result),
            (AccountState::Failed as u32, Cause::Protocol),
            "{lines}"
        );
        let times: Vec<u64> = server.all("REGISTER").iter().map(|seen| seen.at.millis()).collect();
        for (nth, pair) in times.windows(2).enumerate() {
            let whole = (30_000u64 << nth.min(10)).min(1_800_000);
            assert!(
                (whole / 2..=whole + 10).contains(&(pair[1] - pair[0])),
                "wait {nth} was {} ms of {whole}",
                pair[1] - pair[0]
            );
        }
        assert!(times.len() > 50);
    }
}

#[test]
fn the_binding_that_is_most_like_ours_counts() {
    // rfc3261#10.2.4: our secret, then our user, then our host and port; with none of them a 2xx is a success all the
    // same
    for (contacts, lifetime) in [
        ("<sip:anna@198.51.100.7:40001;ob>;expires=120", 120),
        ("<sip:other@10.0.0.77>;expires=3600", 300),
        ("<sip:other@10.0.0.77>;expires=0", 300),
        ("*", 300),
        ("garbage", 300),
        ("<sip:other@10.0.0.1:5060>;expires=90", 90),
        ("<sip:other@10.0.0.1>;expires=90", 90),
        ("<sip:other@10.0.0.1:5070>;expires=90", 300),
        ("<sip:anna@10.0.0.77>;expires=3600, <sip:anna@10.0.0.1:5060>;expires=70", 70),
        ("<sip:anna@10.0.0.1:5060>;expires=70, <sip:anna@10.0.0.77>;expires=20", 70),
        ("<sip:anna@10.0.0.77>;expires=80, <sip:other@10.0.0.1:5060>;expires=20", 80),
        // of equals the one that ends first, but none that has ended
        ("<sip:anna@10.0.0.77>;expires=3600, <sip:anna@10.0.0.78>;expires=60, <sip:anna@10.0.0.79>;expires=0", 60),
        ("<sip:anna@10.0.0.79>;expires=0, <sip:anna@10.0.0.77>;expires=3600", 3600),
        // the same secret twice: the old port is not ours any more, in either order
        ("CONTACT:40404;expires=3600, CONTACT:5060;expires=2", 2),
        ("CONTACT:5060;expires=200, CONTACT:40404;expires=0", 200),
        ("<sip:anna@10.0.0.1:5060>;expires=40, CONTACT:40404;expires=100", 100),
    ] {
        let (mut lab, account, mut server) = registering(move |seen, _| {
            // CONTACT:PORT is what was sent, with that port
            let ours = |port: &str| {
                let sent = seen.header("Contact").unwrap();
                sent.replacen("10.0.0.1:5060", &format!("10.0.0.1:{port}"), 1)
            };
            let list = contacts.replace("CONTACT:40404", &ours("40404")).replace("CONTACT:5060", &ours("5060"));
            vec![seen.response(200, &format!("Contact: {list}\r\n"))]
        });
        pass(&mut lab, &mut server, 0);
        until(&mut lab, &mut server, "registered", |lab, _| state(lab) == AccountState::Registered);
        assert_eq!(expires_in(&lab, account), lifetime, "{contacts}");
        let before = server.seen.len();
        pass(&mut lab, &mut server, lifetime);
        assert!(server.seen.len() > before, "{contacts}: refreshed before its {lifetime} s are over");
    }
}

#[test]
fn a_list_of_a_hundred_bindings_is_read_to_its_end() {
    // rfc3261#10.3: all bindings stand in the response, in one field, in one each, folded or not; other fields that
    // are needed may stand behind them
    for (joint, last) in
        [("\r\nContact: ", true), (", ", true), (",\r\n ", true), ("\r\nm:\r\n\t", true), ("\r\nContact: ", false)]
    {
        for behind in [false, true] {
            let (mut lab, account) = crate::server::account_with(Capacity::host(4, 2, 8192), &[REGISTRAR], anna());
            let mut server = Server::new(&mut lab, REGISTRAR, move |seen, _| {
                let mut all: Vec<String> =
                    (0..100).map(|nth| format!("<sip:o{nth}@10.0.1.{nth}>;expires=3600")).collect();
                let ours = format!("{};expires=77", seen.header("Contact").unwrap());
                all.insert(if last { 100 } else { 0 }, ours);
                let response = String::from_utf8(seen.response(200, "")).unwrap();
                let contacts = format!("\r\nContact: {}", all.join(joint));
                let at =
                    if behind { response.find("\r\n").unwrap() } else { response.find("\r\nContent-Length").unwrap() };
                vec![format!("{}{contacts}{}", &response[..at], &response[at..]).into_bytes()]
            });
            register(&mut lab, account);
            pass(&mut lab, &mut server, 1);
            assert_eq!((state(&lab), server.seen.len()), (AccountState::Registered, 1), "{joint:?} {behind}");
            assert_eq!(expires_in(&lab, account), 76);
        }
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
    // a refresh that changes nothing makes no event
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
fn a_lifetime_of_a_second_is_refreshed_in_time_and_costs_no_more_than_two_messages_a_second() {
    // rfc3261#10.2.4: before the interval has elapsed
    let (mut lab, _, mut server) = registering(|seen, _| vec![seen.bound(1)]);
    pass(&mut lab, &mut server, 60);
    let all = server.all("REGISTER");
    for pair in all.windows(2) {
        let gap = pair[1].at.since(pair[0].at).millis();
        assert!((500..600).contains(&gap), "refreshed after {gap} ms");
    }
    // it is registered all the time, and nothing is told of it again
    let states: Vec<_> = told(&lab).iter().map(|event| event.state).collect();
    assert_eq!(states, [AccountState::Registering as u32, AccountState::Registered as u32]);
}

#[test]
fn an_interval_that_is_too_brief_is_raised_to_min_expires() {
    // rfc3261#10.2.8, #21.4.17
    let (mut lab, account, mut server) = registering(|seen, _| {
        let asked: u32 = seen.header("Expires").unwrap().parse().unwrap();
        vec![if asked < 1800 { seen.response(423, "Min-Expires: 1800\r\n") } else { seen.bound(asked) }]
    });
    until(&mut lab, &mut server, "registered", |lab, _| state(lab) == AccountState::Registered);
    assert_eq!(
        server.all("REGISTER").iter().map(|seen| seen.header("Expires").unwrap()).collect::<Vec<_>>(),
        ["300", "1800"]
    );
    assert_eq!(server.all("REGISTER")[1].number(), 2);
    assert_eq!(expires_in(&lab, account), 1800);
}

#[test]
fn a_registrar_that_keeps_raising_is_not_followed_for_ever() {
    let (mut lab, _, mut server) = registering(|seen, _| {
        let asked: u32 = seen.header("Expires").unwrap().parse().unwrap();
        vec![seen.response(423, &format!("Min-Expires: {}\r\n", asked.saturating_mul(2)))]
    });
    pass(&mut lab, &mut server, 10);
    assert!(server.all("REGISTER").len() <= 4, "{}", server.all("REGISTER").len());
    assert_eq!(told_state(&lab), AccountState::Failed as u32);
    // a registrar that wants less than was asked for, or names no interval, has refused
    for lines in ["Min-Expires: 60\r\n", "", "Min-Expires: none\r\n"] {
        let (mut lab, _, mut server) = registering(move |seen, _| vec![seen.response(423, lines)]);
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
            registering(move |seen, nth| vec![if nth == 0 { seen.response(status, line) } else { seen.bound(300) }]);
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
        // another number of random bits used stands for another phone
        for _ in 0..seed {
            let now = lab.now;
            let other = lab.ends[0]
                .phone
                .account_add(now, &AccountConfig { uri: "sip:x@example.net", ..AccountConfig::default() })
                .unwrap();
            lab.ends[0].phone.account_remove(now, other).unwrap();
        }
        let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.response(500, "")]);
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
    let (mut lab, account, mut server) =
        registering(|seen, nth| vec![if nth == 3 { seen.bound(100) } else { seen.response(500, "") }]);
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
fn a_refusal_that_a_person_has_to_lift_is_tried_again_rarely() {
    // rfc3261#21.4.4: not to be repeated as it is; but an account that is set up an hour later registers by itself
    for status in [403, 404, 405, 416, 420, 501, 604] {
        let (mut lab, account, mut server) =
            registering(move |seen, nth| vec![if nth < 6 { seen.response(status, "") } else { seen.bound(300) }]);
        pass(&mut lab, &mut server, 299);
        assert_eq!(server.all("REGISTER").len(), 1, "{status}");
        let last = *told(&lab).last().unwrap();
        assert_eq!((last.state, last.sip_code, last.result), (AccountState::Failed as u32, status, Cause::Refused));
        pass(&mut lab, &mut server, 12_500);
        assert!(server.seen.len() >= 7, "{status}");
        let times: Vec<u64> = server.all("REGISTER").iter().map(|seen| seen.at.millis()).collect();
        for (pair, whole) in times.windows(2).zip([300, 600, 1200, 2400, 3600, 3600]) {
            let gap = pair[1] - pair[0];
            assert!(
                (whole * 1000..=(whole * 1100).min(3_600_000) + 100).contains(&gap),
                "{status}: {gap} ms of {whole} s"
            );
        }
        pass(&mut lab, &mut server, 1);
        assert_eq!(state(&lab), AccountState::Registered);
        // the next failure is the first one again, and the application may try at once
        server.script = Box::new(move |seen, _| vec![seen.response(status, "")]);
        let before = server.seen.len();
        until(&mut lab, &mut server, "refused", |_, server| server.seen.len() == before + 1);
        pass(&mut lab, &mut server, 299);
        assert_eq!(server.seen.len(), before + 1);
        server.script = Box::new(|seen, _| vec![seen.bound(60)]);
        register(&mut lab, account);
        pass(&mut lab, &mut server, 1);
        assert_eq!(state(&lab), AccountState::Registered);
    }
}

#[test]
fn a_retry_after_of_days_is_an_hour() {
    for (status, line) in
        [(503, "Retry-After: 604800\r\n"), (404, "Retry-After: 4294967295\r\n"), (500, "Retry-After: 3601 (later)\r\n")]
    {
        let (mut lab, _, mut server) =
            registering(move |seen, nth| vec![if nth == 0 { seen.response(status, line) } else { seen.bound(300) }]);
        pass(&mut lab, &mut server, 3599);
        assert_eq!(server.seen.len(), 1, "{line}");
        pass(&mut lab, &mut server, 3);
        assert_eq!((server.seen.len(), state(&lab)), (2, AccountState::Registered), "{line}");
    }
}

#[test]
fn a_response_from_another_address_neither_stops_nor_registers_an_account() {
    // an attacker on the path knows the branch of a REGISTER
    for status in [200, 302, 401, 403, 404, 407, 423, 503] {
        let (mut lab, account) = account(&[REGISTRAR], anna());
        let mut server = Server::new(&mut lab, REGISTRAR, |_, _| vec![]);
        register(&mut lab, account);
        lab.run_for(Duration::from_millis(100));
        server.serve(&mut lab);
        let seen = server.last("REGISTER").clone();
        let lines = "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"x\"\r\nRetry-After: 3600\r\nMin-Expires: 100000\r\nExpires: 600\r\n";
        let forger = lab.open_raw("10.0.0.66:5060");
        lab.send_raw(forger, seen.from, &seen.response(status, lines));
        lab.run_for(Duration::from_millis(100));
        assert_eq!(state(&lab), AccountState::Registering, "{status}");
        assert_eq!(lab.ends[0].phone.counters().unmatched, 1);
        server.script = Box::new(|seen, _| vec![seen.bound(300)]);
        pass(&mut lab, &mut server, 2);
        assert_eq!(state(&lab), AccountState::Registered, "{status}");
        assert!(
            server
                .seen
                .iter()
                .all(|seen| seen.header("Authorization").is_none() && seen.header("Expires") == Some("300"))
        );
    }
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
    // rfc3261#10.2: no new one before the final response to the one before
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
fn registering_an_account_without_registration_is_an_error() {
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { no_register: true, ..anna() });
    let now = lab.now;
    assert!(lab.ends[0].phone.register(now, account, 0).is_err());
    lab.ends[0].phone.handle_local_changed(now);
    lab.ends[0].phone.shutdown(now);
    lab.run_for(Duration::from_secs(60));
    assert_eq!(lab.sent.len(), 0);
}

#[test]
fn a_lost_response_brings_a_retransmission() {
    let (mut lab, _, mut server) =
        registering(|seen, nth| if nth < 3 { vec![] } else { vec![seen.response(100, ""), seen.bound(300)] });
    pass(&mut lab, &mut server, 10);
    assert_eq!(server.seen.len(), 4);
    assert_eq!(state(&lab), AccountState::Registered);
}

#[test]
fn responses_to_no_request_of_ours_change_nothing() {
    let (mut lab, _, mut server) = registering(|seen, nth| {
        if nth > 0 {
            return vec![];
        }
        let response = String::from_utf8(seen.bound(300)).unwrap();
        vec![
            response.replace("branch=z9hG4bK", "branch=z9hG4bK0").into_bytes(),
            response.replace("1 REGISTER", "2 REGISTER").into_bytes(),
            response.replace("1 REGISTER", "1 INVITE").into_bytes(),
            response.replace("SIP/2.0 200", "SIP/2.0 99").into_bytes(),
        ]
    });
    pass(&mut lab, &mut server, 5);
    assert_eq!(state(&lab), AccountState::Registering);
    assert!(lab.ends[0].phone.counters().unmatched >= 3);
}

#[test]
fn a_refresh_that_failed_takes_nothing_back() {
    // rfc3261#10.2.4: the binding lasts as long as was granted, so its keepalives go on and it is taken back in the
    // end; when it has run out, there is nothing to take back
    for (wait, unregisters) in [(1, true), (60, false)] {
        let (mut lab, account, mut server) = registered();
        server.script = Box::new(|seen, _| {
            vec![seen.response(500, if seen.header("Expires") == Some("0") { "" } else { "Retry-After: 45\r\n" })]
        });
        until(&mut lab, &mut server, "failed", |lab, _| state(lab) == AccountState::Failed);
        let failed = lab.now;
        pass(&mut lab, &mut server, wait);
        assert_eq!(expires_in(&lab, account) > 0, unregisters);
        unregister(&mut lab, account);
        pass(&mut lab, &mut server, 1);
        assert_eq!(
            server.all("REGISTER").iter().filter(|seen| seen.header("Expires") == Some("0")).count(),
            usize::from(unregisters)
        );
        assert_eq!(state(&lab), AccountState::Unregistered);
        let after: Vec<_> = server.keepalives.iter().filter(|at| **at > failed).collect();
        assert!(after.len() >= usize::from(!unregisters), "{after:?}");
        assert!(lab.ends[0].phone.is_idle());
    }
}

#[test]
fn a_binding_whose_refresh_gets_no_response_lapses_with_an_event() {
    // rfc3261#10.2.1.1: what has expired is bound no longer, whether or not the refresh has been given up
    let (mut lab, _, mut server) = registering(|seen, _| vec![seen.bound(20)]);
    until(&mut lab, &mut server, "registered", |lab, _| state(lab) == AccountState::Registered);
    let bound = lab.now;
    server.script = Box::new(|_, _| vec![]);
    until(&mut lab, &mut server, "not registered", |lab, _| state(lab) != AccountState::Registered);
    let after = lab.now.since(bound).micros() / 1000;
    assert!((20_000..20_100).contains(&after), "{after} ms");
    assert_eq!(state(&lab), AccountState::Registering);
    // the refresh began at 15 s, and is given up after 64·T1
    until(&mut lab, &mut server, "failed", |lab, _| state(lab) == AccountState::Failed);
    assert!(lab.now.since(bound).micros() < 48_000_000);
    server.script = Box::new(|seen, _| vec![seen.bound(300)]);
    pass(&mut lab, &mut server, 31);
    assert_eq!(state(&lab), AccountState::Registered);
}
