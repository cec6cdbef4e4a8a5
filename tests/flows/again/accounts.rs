//! Accounts: a registrar and proxy that challenges each request.

use super::{Flow, dial_with, flow, hangup_all, is_over, talks};
use crate::digest::{SDP, right};
use crate::server::{PASSWORD, REGISTRAR, Server, anna, pass};
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountId, AccountState, DialOptions};
use microsip_tests::{EventKind, Lab};

pub(super) const FLOWS: [Flow; 2] = [
    flow("registered", registered, |lab| told(lab, AccountState::Registered)),
    flow("challenged", challenged, |lab| talks(lab, 0) == 2),
];

fn told(lab: &Lab, state: AccountState) -> bool {
    lab.ends[0].events.iter().any(|event| event.kind == EventKind::Account && event.reached & (1 << state as u32) != 0)
}

/// A registrar and proxy that challenges each request, and an account there; none where it finds no slot.
pub(crate) fn challenged_proxy(lab: &mut Lab) -> Option<(Server, AccountId)> {
    lab.names.insert("example.org".into(), vec![REGISTRAR.parse().unwrap()]);
    let server = Server::new(lab, REGISTRAR, |seen, index| {
        let invite = seen.start() == "INVITE" || seen.start() == "BYE";
        let (name, header, status) = if invite {
            ("Proxy-Authenticate", "Proxy-Authorization", 407)
        } else {
            ("WWW-Authenticate", "Authorization", 401)
        };
        let asks = format!("{name}: Digest realm=\"example.org\", nonce=\"n{index}\", qop=\"auth\"\r\n");
        let known = || right(seen, header, "anna", PASSWORD);
        match seen.start() {
            "REGISTER" | "INVITE" | "BYE" if !known() => vec![seen.response(status, &asks)],
            "REGISTER" => vec![seen.bound(300)],
            "INVITE" => vec![seen.response(180, ""), seen.response_with(200, "Contact: <sip:bob@10.0.0.9>\r\n", SDP)],
            "BYE" => vec![seen.response(200, "")],
            _ => vec![],
        }
    });
    let now = lab.now;
    let account = lab.ends[0].phone.account_add(now, &anna()).ok()?;
    Some((server, account))
}

/// Time passes, with the server, until a condition holds, for 40 s at most.
fn served(lab: &mut Lab, server: &mut Server, holds: impl Fn(&Lab) -> bool) {
    for _ in 0..400 {
        if holds(lab) {
            return;
        }
        crate::server::run(lab, &mut [server], Duration::from_millis(100));
    }
}

/// A flow of such an account.
fn with_account(lab: &mut Lab, act: impl Fn(&mut Lab, AccountId, &mut Server)) {
    let Some((mut server, account)) = challenged_proxy(lab) else { return };
    act(lab, account, &mut server);
    let now = lab.now;
    lab.ends[0].phone.account_remove(now, account).unwrap();
    pass(lab, &mut server, 5);
}

fn registered(lab: &mut Lab) {
    with_account(lab, |lab, account, server| {
        for _ in 0..2 {
            let now = lab.now;
            let _ = lab.ends[0].phone.register(now, account, 0);
            served(lab, server, |lab| told(lab, AccountState::Registered));
        }
        pass(lab, server, 300);
    });
}

fn challenged(lab: &mut Lab) {
    with_account(lab, |lab, account, server| {
        let calls = (0..2).filter(|_| dial_with(lab, 0, account, "bob", DialOptions::default())).count();
        served(lab, server, |lab| super::calls_in(lab, 0, microsip_core::phone::CallState::Connected) >= calls);
        hangup_all(lab, 0);
        served(lab, server, is_over);
        pass(lab, server, 35);
    });
}
