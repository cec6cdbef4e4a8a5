//! Transfers between three phones: blind, by a consultation, to one that is busy, by a peer, by a server's click; and a call
//! whose place another takes, up or ringing.

use super::{
    Flow, answer_all, asks, called, calls_in, causes, dial, dial_with, done, heard, meanwhile, over, rings, served,
    talking, talks, told_each, up, wait,
};
use crate::replaces::following;
use microsip_core::phone::{
    AccountConfig, AccountId, CallId, CallState, DialOptions, EndCause, TransferOptions, TransferPolicy, TransferTo,
};
use microsip_tests::{Lab, Peer};

const fn flow(name: &'static str, play: fn(&mut Lab), right: fn(&Lab) -> bool) -> Flow {
    Flow { options: following, ..super::flow(name, play, right) }
}

pub(super) const FLOWS: [Flow; 8] = [
    flow("transferred", blind, |lab| {
        served(lab, 0) == 1 && causes(lab, 0, EndCause::Transferred) == 1 && talks(lab, 2) == 1
    }),
    flow("transferred with a consultation", attended, |lab| {
        served(lab, 0) == 1 && causes(lab, 0, EndCause::Transferred) == 2 && causes(lab, 2, EndCause::Replaced) == 1
    }),
    flow("transferred while it rings", ringing, |lab| {
        served(lab, 0) == 1 && causes(lab, 0, EndCause::Transferred) == 2 && causes(lab, 2, EndCause::Replaced) == 1
    }),
    flow("transferred in vain", refused, |lab| served(lab, 0) == 0 && talks(lab, 0) == 1 && talks(lab, 2) == 0),
    flow("replaced", replaced, |lab| causes(lab, 0, EndCause::Replaced) == 1 && talks(lab, 0) == 2),
    flow("picked up", picked_up, |lab| {
        causes(lab, 0, EndCause::Replaced) == 1 && causes(lab, 1, EndCause::Elsewhere) == 1 && talks(lab, 2) == 1
    }),
    flow("handed over by a peer", handed_over, |lab| talks(lab, 0) == 2 && talks(lab, 2) == 1 && last_told(lab) == 200),
    flow("dialled by a click", clicked, |lab| talks(lab, 0) == 1 && talks(lab, 2) == 1 && last_told(lab) == 200),
];

/// The first phone's first call is transferred.
fn transfer(lab: &mut Lab, to: TransferTo<'_>) {
    let first = lab.ends[0].phone.calls().next().unwrap_or(CallId::NONE);
    told_each(lab, 0, |phone, now, call, token| {
        let options = TransferOptions { token, ..TransferOptions::default() };
        call == first && phone.transfer(now, call, to, &options).is_ok()
    });
}

fn blind(lab: &mut Lab) {
    talking(lab);
    transfer(lab, TransferTo::Target("sip:c@10.0.0.3"));
    rings(lab, 2, 1);
    answer_all(lab, 2);
    done(lab, &mut []);
    up(lab, 1, 1);
    over(lab, 2, &mut []);
    over(lab, 0, &mut []);
}

fn attended(lab: &mut Lab) {
    talking(lab);
    dial(lab, 0, "sip:c@10.0.0.3");
    rings(lab, 2, 1);
    answer_all(lab, 2);
    up(lab, 0, 2);
    let second = lab.ends[0].phone.calls().nth(1).unwrap_or(CallId::NONE);
    transfer(lab, TransferTo::Call(second));
    done(lab, &mut []);
    wait(lab, |lab| causes(lab, 2, EndCause::Replaced) == 1);
    over(lab, 1, &mut []);
    over(lab, 0, &mut []);
}

fn ringing(lab: &mut Lab) {
    talking(lab);
    dial(lab, 0, "sip:c@10.0.0.3");
    rings(lab, 2, 1);
    let second = lab.ends[0].phone.calls().nth(1).unwrap_or(CallId::NONE);
    transfer(lab, TransferTo::Call(second));
    answer_all(lab, 2);
    done(lab, &mut []);
    wait(lab, |lab| causes(lab, 2, EndCause::Replaced) == 1);
    over(lab, 1, &mut []);
    over(lab, 0, &mut []);
}

fn refused(lab: &mut Lab) {
    talking(lab);
    transfer(lab, TransferTo::Target("sip:c@10.0.0.3"));
    rings(lab, 2, 1);
    super::each(lab, 2, |phone, now, call| phone.reject(now, call, 486).is_ok());
    done(lab, &mut []);
    over(lab, 0, &mut []);
}

/// The value of a header of the first message that begins so and has this.
fn field(lab: &Lab, start: &str, has: &str, name: &str) -> String {
    let sent = lab.sent.iter().find(|sent| sent.text.starts_with(start) && sent.text.contains(has));
    sent.and_then(|sent| crate::server::header(&sent.text, name)).unwrap_or_default().to_owned()
}

/// The name of the first phone's call, as its response says it: as from a lamp.
fn name_in(lab: &Lab, response: &str) -> String {
    let tag = |name: &str| field(lab, response, "INVITE", name).split("tag=").nth(1).unwrap_or_default().to_owned();
    format!("{};to-tag={};from-tag={}", field(lab, response, "INVITE", "Call-ID"), tag("From"), tag("To"))
}

fn replaced(lab: &mut Lab) {
    talking(lab);
    let name = name_in(lab, "SIP/2.0 200");
    let options = DialOptions { replaces: &name, ..DialOptions::default() };
    dial_with(lab, 2, AccountId::NONE, "sip:a@10.0.0.1", options);
    meanwhile(lab, &mut [], |lab| causes(lab, 0, EndCause::Replaced) == 1 && causes(lab, 1, EndCause::Normal) == 1);
    over(lab, 2, &mut []);
    over(lab, 0, &mut []);
}

/// The call rings at the second phone, and the third one takes it.
fn picked_up(lab: &mut Lab) {
    if dial(lab, 0, "sip:bob@10.0.0.2") && rings(lab, 1, 1) {
        wait(lab, |lab| lab.ends[0].reached(CallState::Early));
        let name = format!("{};early-only", name_in(lab, "SIP/2.0 180"));
        let options = DialOptions { replaces: &name, ..DialOptions::default() };
        dial_with(lab, 2, AccountId::NONE, "sip:a@10.0.0.1", options);
        up(lab, 2, 1);
        wait(lab, |lab| lab.ends[1].events.iter().any(|event| event.call_is(CallState::Ended)));
    }
    over(lab, 2, &mut []);
    over(lab, 0, &mut []);
}

/// The status that a NOTIFY of the first phone told last.
fn last_told(lab: &Lab) -> u16 {
    let told = lab.sent.iter().rfind(|sent| sent.text.starts_with("NOTIFY ") && sent.from == lab.ends[0].address);
    let line = told.and_then(|sent| sent.text.split("\r\n\r\nSIP/2.0 ").nth(1)).unwrap_or_default();
    line.get(..3).and_then(|code| code.parse().ok()).unwrap_or_default()
}

/// A peer has the first phone call the third one, and hangs up once it has been told that they talk.
fn handed_over(lab: &mut Lab) {
    if let Some(mut bob) = called(lab, "") {
        asks(lab, &mut bob, "REFER", "Contact: <sip:bob@10.0.0.9>\r\nRefer-To: <sip:c@10.0.0.3:5060>\r\n", "");
        let mut peers = [&mut bob];
        meanwhile(lab, &mut peers, |lab| calls_in(lab, 2, CallState::Incoming) == 1);
        answer_all(lab, 2);
        meanwhile(lab, &mut peers, |lab| last_told(lab) == 200);
        over(lab, 0, &mut peers);
    }
    over(lab, 2, &mut []);
}

/// The server of the first phone's account has it call the third one.
fn clicked(lab: &mut Lab) {
    let config = AccountConfig {
        uri: "sip:anna@10.0.0.9",
        registrar: "sip:10.0.0.9",
        refer: TransferPolicy::Follow,
        ..AccountConfig::default()
    };
    let now = lab.now;
    let account = lab.ends[0].phone.account_add(now, &config);
    if account.is_ok() {
        let mut server = Peer::new(lab, "10.0.0.9:5060", 0);
        let _ = lab.ends[0].phone.register(now, account.unwrap_or_default(), 0); // where it has room for it
        lab.drain();
        if let Some(register) = heard(lab, &server, "REGISTER", 0) {
            let bound = format!("Contact: <{}>;expires=3600\r\n", register.contact());
            server.respond_with(lab, &register, 200, &bound, "");
        }
        let lines = "Contact: <sip:10.0.0.9:5060>\r\nRefer-To: <sip:c@10.0.0.3:5060>\r\n";
        asks(lab, &mut server, "REFER", lines, "");
        let mut peers = [&mut server];
        meanwhile(lab, &mut peers, |lab| calls_in(lab, 2, CallState::Incoming) == 1);
        answer_all(lab, 2);
        meanwhile(lab, &mut peers, |lab| last_told(lab) == 200);
        over(lab, 0, &mut peers);
    }
    over(lab, 2, &mut []);
    if let Ok(account) = account {
        let now = lab.now;
        let _ = lab.ends[0].phone.account_remove(now, account); // it is there
        lab.drain();
    }
}
