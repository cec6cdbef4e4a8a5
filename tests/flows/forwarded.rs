//! The ones who forwarded a call before it came (RFC 5806, RFC 7044), and the targets of a redirection.

use crate::server::anna;
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::{AccountConfig, AccountId, CallId, CallList, CommandError, DialOptions};
use microsip_tests::{Lab, Options, Peer};

/// A phone with an account, whose proxy has an INVITE of it.
fn behind() -> (Lab, Peer, AccountId, CallId) {
    let mut lab = Lab::new(&[Options::default()]);
    let now = lab.now;
    let config = AccountConfig { proxy: "sip:10.0.0.9", no_register: true, ..anna() };
    let account = lab.ends[0].phone.account_add(now, &config).unwrap();
    let mut proxy = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let call = lab.ends[0].phone.dial(now, account, "bob", &DialOptions::default()).unwrap();
    lab.drain();
    proxy.wait(&mut lab, "INVITE");
    (lab, proxy, account, call)
}

fn nth(lab: &Lab, call: CallId, which: CallList, nth: u32) -> Result<String, CommandError> {
    let mut room = [0u8; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.call_list(call, which, nth, &mut out)?;
    Ok(String::from_utf8(out.written().to_vec()).unwrap())
}

const FORWARDED: &str = "Diversion: <sip:desk@example.org>;reason=no-answer;counter=1\r\n\
                         Diversion: \"Hall\" <sip:hall@example.org>;reason=unconditional\r\n";

#[test]
fn the_own_proxy_says_who_forwarded_a_call() {
    let (mut lab, _, _, _) = behind();
    let mut caller = Peer::new(&mut lab, "10.0.0.9:5062", 0);
    let body = caller.sdp();
    let invite = caller.request("INVITE", FORWARDED, &body);
    caller.send(&mut lab, &invite);
    caller.wait(&mut lab, "SIP/2.0 180");
    let call = lab.ends[0].last_call();
    for (place, uri, reason) in [(0, "sip:desk@example.org", "no-answer"), (1, "sip:hall@example.org", "unconditional")]
    {
        assert_eq!(nth(&lab, call, CallList::Diversion, place).as_deref(), Ok(uri));
        assert_eq!(nth(&lab, call, CallList::DiversionReason, place).as_deref(), Ok(reason));
    }
    assert_eq!(nth(&lab, call, CallList::Diversion, 2), Err(CommandError::Nothing));
    assert_eq!(nth(&lab, call, CallList::Contact, 0), Err(CommandError::Nothing));
}

#[test]
fn a_stranger_says_nothing_of_a_way() {
    let (mut lab, _, _, _) = behind();
    let mut stranger = Peer::new(&mut lab, "10.0.0.66:5060", 0);
    let body = stranger.sdp();
    let invite = stranger.request("INVITE", FORWARDED, &body);
    stranger.send(&mut lab, &invite);
    stranger.wait(&mut lab, "SIP/2.0 180");
    let call = lab.ends[0].last_call();
    assert_eq!(nth(&lab, call, CallList::Diversion, 0), Err(CommandError::Nothing));
    assert_eq!(nth(&lab, call, CallList::DiversionReason, 0), Err(CommandError::Nothing));
}

#[test]
fn the_targets_of_a_redirection_can_be_read() {
    let (mut lab, mut proxy, account, first) = behind();
    lab.ends[0].keep = true;
    let now = lab.now;
    lab.ends[0].phone.hangup(now, first).unwrap();
    let call = lab.ends[0].phone.dial(now, account, "carol", &DialOptions::default()).unwrap();
    lab.drain();
    let invite = proxy.wait(&mut lab, "INVITE sip:carol@");
    let contacts =
        "Contact: <sip:a@example.org>;q=0.2, \"B, C\" <mailto:b@example.org>\r\nContact: <sips:c@example.org>\r\n";
    proxy.respond_with(&mut lab, &invite, 380, contacts, "");
    proxy.wait(&mut lab, "ACK");
    lab.run_for(Duration::from_millis(10));
    for (place, uri) in [(0, "sip:a@example.org"), (1, "mailto:b@example.org"), (2, "sips:c@example.org")] {
        assert_eq!(nth(&lab, call, CallList::Contact, place).as_deref(), Ok(uri));
    }
    assert_eq!(nth(&lab, call, CallList::Contact, 3), Err(CommandError::Nothing));
    assert_eq!(nth(&lab, call, CallList::Diversion, 0), Err(CommandError::Nothing));
}
