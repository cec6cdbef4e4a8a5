//! Identities that change in a call, calls that hide theirs, and header lines of the application's.

use super::{
    Flow, answer_all, asks, called, dial, dial_with, done, each, flow, heard, over, rings, talks, told_each, up, wait,
};
use crate::challenged_calls::CHALLENGE;
use crate::server::anna;
use microsip_core::phone::{AccountConfig, AccountId, DialOptions, EndOptions, Privacy};
use microsip_tests::{EventKind, Lab, Peer};

pub(super) const FLOWS: [Flow; 6] = [
    flow("identity changes", changes, |lab| talks(lab, 0) == 1 && told(lab) >= 2),
    flow("our identity changes", renamed, |lab| talks(lab, 0) == 1 && lab.count("UPDATE") > 0),
    flow("anonymous, with lines", hidden, |lab| {
        talks(lab, 0) == 1 && lab.sent.iter().any(|sent| sent.text.contains("X-Why: done"))
    }),
    flow("with a location", located, |lab| talks(lab, 0) == 1 && places(lab) == 1),
    flow("with a location through a challenge and elsewhere", located_on, |lab| talks(lab, 0) == 1 && places(lab) == 3),
    flow("sent elsewhere", sent_elsewhere, |lab| talks(lab, 0) == 1 && talks(lab, 2) == 1),
];

fn told(lab: &Lab) -> usize {
    lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Identity).count()
}

/// A phone whose account's proxy is a peer.
fn behind(lab: &mut Lab) -> Option<(Peer, AccountId)> {
    let proxy = Peer::new(lab, "10.0.0.9:5060", 0);
    let config = AccountConfig { proxy: "sip:10.0.0.9", no_register: true, ..anna() };
    let now = lab.now;
    let account = lab.ends[0].phone.account_add(now, &config).ok()?;
    Some((proxy, account))
}

/// The account is taken back once its calls are over.
fn without(lab: &mut Lab, account: AccountId) {
    let now = lab.now;
    lab.ends[0].phone.account_remove(now, account).unwrap();
    lab.drain();
}

/// A call by the proxy, which it answers with these lines.
fn through(lab: &mut Lab, proxy: &mut Peer, account: AccountId, options: DialOptions<'_>, lines: &str) -> Option<()> {
    dial_with(lab, 0, account, "bob", options).then_some(())?;
    let invite = heard(lab, proxy, "INVITE", 0)?;
    let body = proxy.sdp();
    proxy.respond(lab, &invite, 180, "");
    proxy.respond_with(lab, &invite, 200, lines, &body);
    up(lab, 0, 1).then_some(())
}

const PLACE: &str = "<presence/>";

/// The INVITEs that have a document whole, each counted once, however often it was sent.
fn places(lab: &Lab) -> usize {
    let number = |text: &str| text.lines().find(|line| line.starts_with("CSeq: ")).map(str::to_owned);
    let has = |text: &str| {
        text.starts_with("INVITE ")
            && text.contains("\r\nGeolocation: <cid:")
            && text.contains(&format!("@pidf.invalid>\r\n\r\n{PLACE}\r\n--"))
            && text.ends_with("--\r\n")
    };
    let with = lab.sent.iter().map(|sent| sent.text.as_str()).filter(|text| has(text));
    with.filter_map(number).collect::<std::collections::HashSet<_>>().len()
}

/// The account's proxy challenges, then sends the call on; each try has the document.
fn located_on(lab: &mut Lab) {
    let mut proxy = Peer::new(lab, "10.0.0.9:5060", 0);
    let config = AccountConfig { proxy: "sip:10.0.0.9", no_register: true, realms: "example.org", ..anna() };
    let now = lab.now;
    let Ok(account) = lab.ends[0].phone.account_add(now, &config) else { return };
    let options = DialOptions { location: Some(PLACE), location_follows: true, ..DialOptions::default() };
    if dial_with(lab, 0, account, "bob", options) {
        sent_on(lab, &mut proxy);
    }
    over(lab, 0, &mut [&mut proxy]);
    without(lab, account);
}

/// A proxy responds to the first try with a challenge, to the next with a redirection, and answers the last; `None`: one
/// did not come.
fn sent_on(lab: &mut Lab, proxy: &mut Peer) -> Option<()> {
    let mut before = 0;
    for (status, lines) in [(407, CHALLENGE), (302, "Contact: <sip:bob@10.0.0.2>\r\n"), (200, "")] {
        let next = |lab: &Lab| proxy.all(lab, "INVITE").into_iter().find(|sip| sip.number() > before);
        wait(lab, |lab| next(lab).is_some());
        let invite = next(lab)?;
        before = invite.number();
        let body = if status == 200 { proxy.sdp() } else { String::new() };
        proxy.respond_with(lab, &invite, status, lines, &body);
    }
    up(lab, 0, 1).then_some(())
}

fn located(lab: &mut Lab) {
    let options = DialOptions { location: Some(PLACE), ..DialOptions::default() };
    if dial_with(lab, 0, AccountId::NONE, "sip:bob@10.0.0.2", options) {
        rings(lab, 1, 1);
        answer_all(lab, 1);
        up(lab, 0, 1);
        over(lab, 0, &mut []);
    }
}

fn changes(lab: &mut Lab) {
    let Some((mut proxy, account)) = behind(lab) else { return };
    let lines = "P-Asserted-Identity: \"Bob\" <sip:bob@example.org>\r\n";
    if through(lab, &mut proxy, account, DialOptions::default(), lines).is_some() {
        for (method, name) in [("UPDATE", "Lea"), ("INVITE", "Max"), ("UPDATE", "Bob")] {
            let (contact, body) = if method == "UPDATE" {
                (format!("Contact: <{}>\r\n", proxy.contact), String::new())
            } else {
                (String::new(), proxy.sdp())
            };
            let lines = format!("{contact}P-Asserted-Identity: \"{name}\" <sip:{name}@example.org>\r\n");
            asks(lab, &mut proxy, method, &lines, &body);
        }
    }
    over(lab, 0, &mut [&mut proxy]);
    without(lab, account);
}

/// Twice, to a far end that takes it.
fn renamed(lab: &mut Lab) {
    let takes = "Supported: from-change\r\nAllow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n";
    let Some(mut peer) = called(lab, takes) else { return };
    for caller in ["\"Carol\" <sip:carol@example.org>", "<sip:dave@example.org>"] {
        told_each(lab, 0, |phone, now, call, token| phone.identify(now, call, caller, token).is_ok());
        done(lab, &mut [&mut peer]);
    }
    over(lab, 0, &mut [&mut peer]);
}

fn hidden(lab: &mut Lab) {
    let Some((mut proxy, account)) = behind(lab) else { return };
    let options = DialOptions { privacy: Privacy::Anonymous, headers: "X-Call: one\r\n", ..DialOptions::default() };
    through(lab, &mut proxy, account, options, "");
    each(lab, 0, |phone, now, call| {
        phone
            .hangup_with(
                now,
                call,
                &EndOptions { headers: "X-Why: done\r\n", reason: "enough", ..EndOptions::default() },
            )
            .is_ok()
    });
    over(lab, 0, &mut [&mut proxy]);
    without(lab, account);
}

fn sent_elsewhere(lab: &mut Lab) {
    if !dial(lab, 0, "sip:bob@10.0.0.2") || !rings(lab, 1, 1) {
        return;
    }
    each(lab, 1, |phone, now, call| {
        phone
            .reject_with(now, call, 302, &EndOptions { contacts: "sip:carol@10.0.0.3", ..EndOptions::default() })
            .is_ok()
    });
    wait(lab, |lab| super::calls_in(lab, 1, microsip_core::phone::CallState::Incoming) == 0);
    rings(lab, 2, 1);
    answer_all(lab, 2);
    up(lab, 0, 1);
    over(lab, 0, &mut []);
}
