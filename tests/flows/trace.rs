//! The records of a phone for a log: each kind once, in order, with its reason, and no more of them than a person can
//! read.

use crate::server::{
    PASSWORD, REGISTRAR, SECOND, Server, account, account_with, anna, pass, register, registered, registering,
};
use crate::strangers::{asked, request};
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::trace::{About, Level, Pool, Rule, Trace, What};
use microsip_core::phone::{
    AccountConfig, AccountId, AccountText, CallState, Capacity, Cause, DialOptions, EndCause, EndedBy, Failure,
    MediaTimeout, Source, WhenLost,
};
use microsip_core::wire::rtp;
use microsip_core::wire::sip::Method;
use microsip_tests::peer::{Peer, sdp};
use microsip_tests::{Lab, Options};
use std::net::SocketAddr;

/// The records since the last look.
fn traces(lab: &mut Lab) -> Vec<Trace> {
    let all: Vec<_> = core::iter::from_fn(|| lab.ends[0].phone.poll_trace()).collect();
    assert!(!lab.ends[0].phone.has_trace());
    assert!(all.is_sorted_by_key(|trace| trace.at), "{all:?}");
    all
}

fn whats(lab: &mut Lab) -> Vec<What> {
    traces(lab).iter().map(|trace| trace.what).collect()
}

fn text(lab: &Lab, account: AccountId, which: AccountText) -> Option<String> {
    let mut room = [0; 128];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.account_text(account, which, &mut out).ok()?;
    Some(String::from_utf8_lossy(out.written()).into_owned())
}

#[test]
fn a_registration_is_recorded_from_its_look_up_to_its_end() {
    let (mut lab, account, mut server) = registered();
    let all = traces(&mut lab);
    assert!(all.iter().all(|trace| trace.about == About::Account(account)), "{all:?}");
    let [What::Locating, What::Located { count: 1 }, What::Registered { seconds: 300, again: false }] =
        all[..].iter().map(|t| t.what).collect::<Vec<_>>()[..]
    else {
        panic!("{all:?}");
    };
    assert_eq!(all.iter().map(Trace::level).collect::<Vec<_>>(), [Level::Debug, Level::Debug, Level::Info]);
    assert_eq!(text(&lab, account, AccountText::Reason).as_deref(), Some("Because"));
    assert_eq!(text(&lab, account, AccountText::NextHop).as_deref(), Some("sip:example.org"));
    // a refresh has the lowest level
    pass(&mut lab, &mut server, 300);
    let refreshes: Vec<_> =
        traces(&mut lab).into_iter().filter(|trace| matches!(trace.what, What::Registered { .. })).collect();
    assert!(!refreshes.is_empty());
    assert!(
        refreshes
            .iter()
            .all(|trace| trace.what == What::Registered { seconds: 300, again: true } && trace.level() == Level::Debug)
    );
    crate::server::unregister(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert_eq!(whats(&mut lab).last(), Some(&What::Unregistered));
}

#[test]
fn a_wrong_password_is_recorded_with_its_reason() {
    let challenge = "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n\", algorithm=MD5, qop=\"auth\"\r\n";
    let (mut lab, account, mut server) = registering(move |seen, _| vec![seen.response(401, challenge)]);
    pass(&mut lab, &mut server, 5);
    let all = traces(&mut lab);
    let failed: Vec<_> = all.iter().filter(|trace| trace.level() <= Level::Warning).map(|trace| trace.what).collect();
    let auth = What::RegistrationFailed { cause: Cause::Auth, sip_code: 401, next: None };
    assert_eq!(failed, [What::ChallengeRefused(Cause::Auth), auth]);
    assert_eq!(auth.level(), Level::Error, "a person has to help");
    assert_eq!(text(&lab, account, AccountText::Reason).as_deref(), Some("Because"));
    assert_eq!(text(&lab, account, AccountText::RefusedRealm).as_deref(), Some("example.org"));
    assert!(!format!("{all:?}").contains(PASSWORD));
}

#[test]
fn a_refusal_is_recorded_with_the_time_of_the_next_try() {
    let (mut lab, _, mut server) = registering(|seen, _| vec![seen.response(503, "Retry-After: 120\r\n")]);
    pass(&mut lab, &mut server, 1);
    let all = whats(&mut lab);
    let Some(What::RegistrationFailed { cause: Cause::Refused, sip_code: 503, next: Some(120..=121) }) = all.last()
    else {
        panic!("{all:?}");
    };
}

#[test]
fn a_silent_registrar_and_an_unknown_name_are_told_apart() {
    let (mut lab, silent) = account(&[REGISTRAR], anna());
    register(&mut lab, silent);
    lab.run_for(Duration::from_secs(40));
    let all = whats(&mut lab);
    assert!(
        matches!(all[2], What::RegistrationFailed { cause: Cause::Timeout, sip_code: 0, next: Some(_) }),
        "{all:?}"
    );
    assert_eq!(text(&lab, silent, AccountText::Reason), None, "no response came");
    let (mut lab, unknown) = account(&[], anna());
    register(&mut lab, unknown);
    let all = whats(&mut lab);
    assert_eq!(all[..2], [What::Locating, What::LocateFailed(Failure::Name)]);
    assert!(matches!(all[2], What::RegistrationFailed { cause: Cause::Name, sip_code: 0, next: Some(_) }), "{all:?}");
    assert_eq!(all[1].level(), Level::Warning);
}

#[test]
fn the_next_address_is_named() {
    let (mut lab, account) = account(&[REGISTRAR, SECOND], anna());
    let mut first = Server::new(&mut lab, REGISTRAR, |_, _| vec![]);
    let mut second = Server::new(&mut lab, SECOND, |_, _| vec![]);
    register(&mut lab, account);
    crate::server::run(&mut lab, &mut [&mut first, &mut second], Duration::from_secs(5));
    let next = if lab.sent[0].to == first.address { second.address } else { first.address };
    assert!(whats(&mut lab).contains(&What::FailedOver { to: next }));
}

#[test]
fn a_call_is_recorded_state_by_state_with_the_side_that_ended_it() {
    let mut lab = Lab::pair();
    let call = lab.dial(0, "sip:bob@10.0.0.2");
    lab.run_for(Duration::from_millis(100));
    let (now, other) = (lab.now, lab.ends[1].last_call());
    lab.ends[1].phone.answer(now, other, 200).unwrap();
    lab.run_for(Duration::from_millis(100));
    let now = lab.now;
    lab.ends[1].phone.hangup(now, other).unwrap();
    lab.run_for(Duration::from_millis(100));
    let all = traces(&mut lab);
    let calls: Vec<_> = all.iter().filter(|trace| matches!(trace.what, What::Call { .. })).collect();
    assert!(calls.iter().all(|trace| trace.about == About::Call(call) && trace.level() == Level::Info));
    let state = |state, sip_code, cause, ended_by| What::Call {
        state,
        incoming: false,
        sip_code,
        result: Cause::Normal,
        cause,
        ended_by,
    };
    let (none, nobody) = (EndCause::None, EndedBy::Nobody);
    assert_eq!(
        calls.iter().map(|trace| trace.what).collect::<Vec<_>>(),
        [
            state(CallState::Calling, 0, none, nobody),
            state(CallState::Early, 180, none, nobody),
            state(CallState::Connected, 200, none, nobody),
            state(CallState::Ended, 200, EndCause::Normal, EndedBy::Remote),
        ]
    );
    let theirs: Vec<_> = core::iter::from_fn(|| lab.ends[1].phone.poll_trace()).map(|trace| trace.what).collect();
    assert!(matches!(theirs[0], What::Call { state: CallState::Incoming, incoming: true, .. }), "{theirs:?}");
    assert!(matches!(theirs.last(), Some(What::Call { ended_by: EndedBy::Application, .. })), "{theirs:?}");
}

#[test]
fn a_call_to_an_unknown_name_is_recorded() {
    let mut lab = Lab::pair();
    let call = lab.dial(0, "sip:bob@nowhere.example.com");
    let all = traces(&mut lab);
    assert!(all.iter().all(|trace| trace.about == About::Call(call)), "{all:?}");
    let what: Vec<_> = all.iter().map(|trace| trace.what).collect();
    assert_eq!(what[1..3], [What::Locating, What::LocateFailed(Failure::Name)]);
    assert!(
        matches!(what[3], What::Call { state: CallState::Ended, result: Cause::Name, cause: EndCause::Network, .. }),
        "{what:?}"
    );
}

#[test]
fn a_stranger_is_recorded_with_the_setting_that_would_let_it_in() {
    let (mut lab, account, _server) = registered();
    traces(&mut lab);
    let (for_anna, for_nobody) = ("10.0.0.66:5060", "10.0.0.67:5060");
    for (nth, (from, uri)) in
        [(for_anna, "sip:anna@10.0.0.1"), (for_nobody, "sip:eve@10.0.0.1")].into_iter().enumerate()
    {
        assert_eq!(asked(&mut lab, from, &request("INVITE", from.parse().unwrap(), uri, nth as u32)), None);
    }
    let odd = "10.0.0.68:5060";
    assert_eq!(asked(&mut lab, odd, &request("DANCE", odd.parse().unwrap(), "sip:anna@10.0.0.1", 9)), None);
    let all: Vec<_> = traces(&mut lab).into_iter().map(|trace| (trace.about, trace.what)).collect();
    let stranger = |from: &str, method, rule| What::Stranger { from: from.parse().unwrap(), method, rule };
    assert_eq!(
        all,
        [
            (About::Account(account), stranger(for_anna, Method::Invite, Rule::Address)),
            (About::Phone, stranger(for_nobody, Method::Invite, Rule::Direct)),
            (About::Account(account), stranger(odd, Method::Other(b""), Rule::Address)),
        ]
    );
}

#[test]
fn the_limits_of_direct_calls_are_named() {
    let capacity = Capacity { direct_per_source: 1, direct_reserve: 2, ..Capacity::host(4, 2, 2048) };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let now = lab.now;
    lab.ends[0].phone.account_add(now, &AccountConfig { no_register: true, ..anna() }).unwrap();
    let mut ring = |from: &str, nth| {
        let status = asked(&mut lab, from, &request("INVITE", from.parse().unwrap(), "sip:bob@10.0.0.1", nth));
        (status, whats(&mut lab).into_iter().find(|what| !matches!(what, What::Call { .. })))
    };
    let kept_out =
        |from: &str, rule| Some(What::Stranger { from: from.parse().unwrap(), method: Method::Invite, rule });
    assert_eq!(ring("10.0.1.1:5060", 1), (Some(180), None));
    assert_eq!(ring("10.0.1.1:5062", 2), (Some(486), kept_out("10.0.1.1:5062", Rule::PerSource)));
    assert_eq!(ring("10.0.1.2:5060", 3), (Some(180), None));
    assert_eq!(ring("10.0.1.3:5060", 4), (Some(486), kept_out("10.0.1.3:5060", Rule::Reserve)));
}

#[test]
fn a_pool_that_is_full_is_named() {
    let capacity = Capacity { direct_reserve: 0, direct_per_source: 9, ..Capacity::host(1, 1, 2048) };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    for nth in 0..2u32 {
        let from = format!("10.0.1.{nth}:5060");
        asked(&mut lab, &from, &request("INVITE", from.parse().unwrap(), "sip:bob@10.0.0.1", nth));
    }
    let all = whats(&mut lab);
    assert_eq!(all.last(), Some(&What::Full(Pool::Calls)), "{all:?}");
    assert_eq!(What::Full(Pool::Calls).level(), Level::Warning);
}

#[test]
fn a_flood_leaves_a_record_for_each_source_and_second_and_the_rest_is_counted() {
    let (mut lab, _, _server) = registered();
    traces(&mut lab);
    let flood = |lab: &mut Lab, hosts: u32, each: u32| {
        for nth in 0..hosts * each {
            let from: SocketAddr = format!("10.0.7.{}:{}", nth % hosts, 5060 + nth).parse().unwrap();
            lab.open_raw(&from.to_string());
            let to = lab.ends[0].address;
            lab.send_raw(from, to, request("INVITE", from, "sip:anna@10.0.0.1", nth).as_bytes());
        }
        lab.run_for(Duration::from_millis(50));
    };
    flood(&mut lab, 1, 40);
    let first = traces(&mut lab);
    assert_eq!(first.len(), 1);
    // fetching changes nothing about it
    flood(&mut lab, 1, 10);
    assert_eq!(traces(&mut lab), []);
    lab.run_for(Duration::from_secs(1));
    flood(&mut lab, 1, 1);
    let again = traces(&mut lab);
    assert_eq!((again.len(), again[0].held_back), (1, 39 + 10 - first[0].held_back));
    // many forged sources do not fill the rest of the ring
    lab.run_for(Duration::from_secs(1));
    flood(&mut lab, 100, 2);
    assert_eq!(traces(&mut lab).len(), 8);
}

#[test]
fn the_oldest_gives_way_and_the_next_record_counts_the_lost() {
    let capacity = Capacity { traces: 3, ..Capacity::host(4, 2, 2048) };
    let (mut lab, account) = account_with(capacity, &[], anna());
    for _ in 0..2 {
        register(&mut lab, account);
        lab.run_for(Duration::from_millis(1));
    }
    let all = traces(&mut lab);
    assert_eq!(all.len(), 3);
    assert_eq!(all.iter().map(|trace| trace.lost).collect::<Vec<_>>(), [3, 0, 0]);
    assert!(matches!(all[2].what, What::RegistrationFailed { .. }), "{all:?}");
}

#[test]
fn without_room_nothing_is_recorded() {
    let capacity = Capacity { traces: 0, ..Capacity::host(4, 2, 2048) };
    let (mut lab, account) = account_with(capacity, &[], anna());
    register(&mut lab, account);
    assert_eq!(traces(&mut lab), []);
}

#[test]
fn an_unreadable_message_is_recorded_with_its_reason() {
    let mut lab = Lab::new(&[Options::default()]);
    let to = lab.ends[0].address;
    let flawed = request("INVITE", "10.0.5.2:5060".parse().unwrap(), "sip:bob@10.0.0.1", 1)
        .replace("CSeq: 1 INVITE", "CSeq: 1 BYE");
    for (from, bytes) in [("10.0.5.1:5060", "GET / HTTP/1.1\r\n\r\n"), ("10.0.5.2:5060", &flawed)] {
        let from = lab.open_raw(from);
        lab.send_raw(from, to, bytes.as_bytes());
    }
    lab.run_for(Duration::from_millis(20));
    let malformed = |from: &str, reason| What::Malformed { from: from.parse().unwrap(), reason };
    assert_eq!(
        whats(&mut lab),
        [
            malformed("10.0.5.1:5060", "the first line is no SIP start line"),
            malformed("10.0.5.2:5060", "CSeq names another method than the start line"),
        ]
    );
}

#[test]
fn another_source_of_media_is_recorded_taken_or_refused() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "198.51.100.7:5060", 0);
    let invite = peer.request("INVITE", "", &sdp("10.9.9.9", 40_000, ""));
    peer.send(&mut lab, &invite);
    peer.wait(&mut lab, "SIP/2.0 180");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.set_source(call, Source::Silence).unwrap();
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    peer.learn(&ok);
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_millis(20));
    traces(&mut lab);
    for sequence in 0..3u16 {
        for from in ["203.0.113.66:5000", "198.51.100.7:61000"] {
            let mut packet = vec![0x7f; 172];
            rtp::write_header(&mut packet, 0, false, sequence, u32::from(sequence) * 160, 7).unwrap();
            let (from, to) = (lab.open_raw(from), lab.ends[0].media.values().next().unwrap().0);
            lab.send_raw(from, to, &packet);
        }
        lab.run_for(Duration::from_millis(20));
    }
    let all = traces(&mut lab);
    assert!(all.iter().all(|trace| trace.about == About::Call(call)));
    let what: Vec<_> = all.iter().map(|trace| trace.what).collect();
    let (third, nat) = ("203.0.113.66:5000".parse().unwrap(), "198.51.100.7:61000".parse().unwrap());
    assert_eq!(what, [What::MediaRefused(third), What::MediaFrom(nat)]);
}

#[test]
fn a_far_end_that_has_fallen_silent_is_recorded_where_its_call_goes_on() {
    let media_timeout = MediaTimeout { seconds: 20, lost: WhenLost::Tell };
    let mut lab = Lab::new(&[Options { media_timeout, ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let call = lab.ends[0].last_call();
    traces(&mut lab);
    lab.audio = false;
    lab.run_for(Duration::from_secs(60));
    let all: Vec<_> = traces(&mut lab).iter().map(|trace| (trace.about, trace.what, trace.level())).collect();
    assert_eq!(all, [(About::Call(call), What::MediaSilent, Level::Warning)]);
}

#[test]
fn a_change_of_the_network_is_recorded() {
    let (mut lab, _, mut server) = registered();
    traces(&mut lab);
    let now = lab.now;
    lab.ends[0].phone.handle_local_changed(now);
    pass(&mut lab, &mut server, 1);
    assert_eq!(whats(&mut lab)[0], What::NetworkChanged { sockets: 1 });
}

#[test]
fn every_request_slot_in_use_is_recorded() {
    let capacity = Capacity { requests: 1, ..Capacity::host(4, 2, 2048) };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let options = DialOptions { source: Source::Silence, ..DialOptions::default() };
    let now = lab.now;
    lab.ends[0].phone.dial(now, AccountId::NONE, "sip:bob@10.0.0.77", &options).unwrap();
    assert!(lab.ends[0].phone.dial(now, AccountId::NONE, "sip:bob@10.0.0.78", &options).is_err());
    assert!(whats(&mut lab).contains(&What::Full(Pool::Requests)));
}
