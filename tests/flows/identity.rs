//! The caller as others see it, and the hosts that are believed about it; header lines of the application's.

use crate::server::{anna, registered};
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Duration;
use microsip_core::phone::{
    AccountChange, AccountConfig, AccountId, CallId, CallState, CallText, CommandError, DialOptions, Privacy, Transport,
};
use microsip_tests::{Lab, Options, Peer, Sip};

/// A phone with an account whose proxy is a peer.
fn behind(config: AccountConfig<'_>) -> (Lab, Peer) {
    behind_with(Options::default(), config)
}

fn behind_with(options: Options, config: AccountConfig<'_>) -> (Lab, Peer) {
    let mut lab = Lab::new(&[options]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let now = lab.now;
    let config = AccountConfig { proxy: "sip:10.0.0.9", no_register: true, ..config };
    lab.ends[0].phone.account_add(now, &config).unwrap();
    (lab, peer)
}

fn dial(lab: &mut Lab, peer: &mut Peer, options: &DialOptions<'_>) -> Sip {
    let (now, account) = (lab.now, lab.ends[0].phone.accounts().next().unwrap());
    lab.ends[0].phone.dial(now, account, "bob", options).unwrap();
    lab.drain();
    peer.wait(lab, "INVITE")
}

fn asserted(lab: &Lab, call: CallId) -> Result<String, CommandError> {
    let mut room = [0u8; 256];
    let mut out = Cursor::new(&mut room);
    lab.ends[0].phone.call_text(call, CallText::AssertedUri, &mut out)?;
    Ok(String::from_utf8(out.written().to_vec()).unwrap())
}

#[test]
fn an_anonymous_call_names_nobody() {
    let config = AccountConfig { privacy: Privacy::Anonymous, identity: "sip:anna@example.org", ..anna() };
    let (mut lab, mut peer) = behind(config);
    let invite = dial(&mut lab, &mut peer, &DialOptions::default());
    assert!(invite.header("From").starts_with("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag="));
    assert_eq!((invite.header("Privacy"), invite.header("Contact")), ("id".into(), "<sip:10.0.0.1:5060>".into()));
    assert_eq!(invite.header("P-Preferred-Identity"), "<sip:anna@example.org>");
    // a call may be an exception
    let (mut lab, mut peer) = behind(config);
    let invite = dial(&mut lab, &mut peer, &DialOptions { privacy: Privacy::None, ..DialOptions::default() });
    assert!(invite.header("From").contains("<sip:anna@example.org>"), "{}", invite.header("From"));
    assert!(invite.headers("Privacy").is_empty());
    assert_eq!(invite.header("Contact"), "<sip:anna@10.0.0.1:5060>");
}

#[test]
fn another_from_without_a_name_takes_the_one_of_its_call() {
    let config = AccountConfig { display_name: "Anna", ..anna() };
    for (caller, display_name, from) in [
        ("sip:firm@example.org", "", "<sip:firm@example.org>;tag="),
        ("sip:firm@example.org", "The Firm", "\"The Firm\" <sip:firm@example.org>;tag="),
        ("\"Desk\" <sip:firm@example.org>", "The Firm", "\"Desk\" <sip:firm@example.org>;tag="),
    ] {
        let (mut lab, mut peer) = behind(config);
        let invite = dial(&mut lab, &mut peer, &DialOptions { caller, display_name, ..DialOptions::default() });
        assert!(invite.header("From").starts_with(from), "{}", invite.header("From"));
    }
}

#[test]
fn an_anonymous_call_names_nobody_in_its_responses() {
    let config = AccountConfig { privacy: Privacy::Anonymous, ..anna() };
    for method in ["INVITE", "UPDATE"] {
        let (mut lab, mut peer) = behind(config);
        let invite = dial(&mut lab, &mut peer, &DialOptions::default());
        let body = peer.sdp();
        peer.respond(&mut lab, &invite, 200, &body);
        peer.wait(&mut lab, "ACK");
        let contact = format!("Contact: <{}>\r\n", peer.contact);
        let text = peer.request(method, if method == "UPDATE" { &contact } else { "" }, &body);
        peer.send(&mut lab, &text);
        // rfc3323#4.1.1.3
        assert_eq!(peer.wait(&mut lab, "SIP/2.0 200").header("Contact"), "<sip:10.0.0.1:5060>", "{method}");
    }
}

#[test]
fn a_call_has_another_from_and_another_identity() {
    let (mut lab, mut peer) = behind(anna());
    let options = DialOptions {
        caller: "\"Zoë \\\"Z\\\"\" <sip:zoe@example.org>",
        identity: "\"Zoë\" <sip:zoe@example.org>",
        privacy: Privacy::Id,
        ..DialOptions::default()
    };
    let invite = dial(&mut lab, &mut peer, &options);
    assert!(
        invite.header("From").starts_with("\"Zoë \\\"Z\\\"\" <sip:zoe@example.org>;tag="),
        "{}",
        invite.header("From")
    );
    assert_eq!(invite.header("P-Preferred-Identity"), "\"Zoë\" <sip:zoe@example.org>");
    assert_eq!(invite.header("Privacy"), "id");
    let (now, account) = (lab.now, lab.ends[0].phone.accounts().next().unwrap());
    for caller in ["zoe", "sip:a@b\r\nX: y", "<sip:a@b>;tag=1", "mailto:a@b", "\"a <sip:a@b>"] {
        let options = DialOptions { caller, ..DialOptions::default() };
        assert_eq!(lab.ends[0].phone.dial(now, account, "bob", &options), Err(CommandError::Uri), "{caller}");
    }
}

#[test]
fn a_preferred_identity_goes_to_the_own_server_alone() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.7:5060", 0);
    let now = lab.now;
    let config = AccountConfig { identity: "sip:anna@example.org", no_register: true, ..anna() };
    let account = lab.ends[0].phone.account_add(now, &config).unwrap();
    lab.ends[0].phone.dial(now, account, "sip:bob@10.0.0.7", &DialOptions::default()).unwrap();
    lab.drain();
    assert!(peer.wait(&mut lab, "INVITE").headers("P-Preferred-Identity").is_empty());
}

/// rfc3325#9.1
#[test]
fn the_own_proxy_alone_is_believed_about_a_caller() {
    let (mut lab, mut peer) = behind(anna());
    dial(&mut lab, &mut peer, &DialOptions::default()); // its address is known from here on
    for (lines, uri) in [
        ("P-Asserted-Identity: \"Bob\" <sip:+491@example.org>, <tel:+491>\r\n", Ok("sip:+491@example.org".to_owned())),
        (
            "Remote-Party-ID: \"Bob\" <sip:2@example.org>;party=calling;screen=yes\r\n",
            Ok("sip:2@example.org".to_owned()),
        ),
        ("Remote-Party-ID: <sip:2@example.org>;party=called\r\n", Err(CommandError::Nothing)),
        ("", Err(CommandError::Nothing)),
    ] {
        let (mut lab, mut peer) = behind(anna());
        dial(&mut lab, &mut peer, &DialOptions::default());
        let mut proxy = Peer::new(&mut lab, "10.0.0.9:5062", 0);
        let body = proxy.sdp();
        let invite = proxy.request("INVITE", lines, &body);
        proxy.send(&mut lab, &invite);
        proxy.wait(&mut lab, "SIP/2.0 180");
        let call = lab.ends[0].last_call();
        assert!(!lab.ends[0].phone.call_info(call).unwrap().account.is_none(), "{lines}");
        assert_eq!(asserted(&lab, call), uri, "{lines}");
    }
    let mut stranger = Peer::new(&mut lab, "10.0.0.66:5060", 0);
    let body = stranger.sdp();
    let invite = stranger.request("INVITE", "P-Asserted-Identity: <sip:boss@example.org>\r\n", &body);
    stranger.send(&mut lab, &invite);
    stranger.wait(&mut lab, "SIP/2.0 180");
    let call = lab.ends[0].last_call();
    assert_eq!(lab.ends[0].phone.call_info(call).unwrap().account, AccountId::NONE);
    assert_eq!(asserted(&lab, call), Err(CommandError::Nothing));
    assert!(lab.ends[0].reached(CallState::Incoming));
}

/// A proxy takes the identity out of a caller's header fields, and lets bodies pass as they are.
#[test]
fn an_identity_in_a_body_is_none() {
    for end in ["\r\n", "\n"] {
        let (mut lab, mut peer) = behind(anna());
        let invite = dial(&mut lab, &mut peer, &DialOptions::default());
        let body = peer.sdp();
        peer.respond(&mut lab, &invite, 200, &body);
        peer.wait(&mut lab, "ACK");
        let body = format!(
            "-\r\nRemote-Party-ID: <sip:boss@example.org>\r\n\r\n--x\r\nContent-Type: application/sdp\r\n\r\n{body}--x--\r\n"
        );
        let update = peer.request("UPDATE", "Content-Type: multipart/mixed;boundary=x\r\n", &body);
        let (head, body) = update.split_once("\r\n\r\n").unwrap();
        peer.send(&mut lab, &format!("{}{end}{end}{body}", head.replace("\r\n", end)));
        peer.wait(&mut lab, "SIP/2.0 200");
        let call = lab.ends[0].last_call();
        assert_eq!(asserted(&lab, call), Err(CommandError::Nothing), "{end:?}");
    }
}

/// The first message counts as a call's first however little of it is kept: what a far end says later, over a way of its
/// own, is not what the proxy has asserted.
#[test]
fn a_later_message_does_not_become_the_first() {
    let mut options = Options::default();
    options.capacity.history = 512;
    let (mut lab, mut proxy) = behind_with(options, anna());
    dial(&mut lab, &mut proxy, &DialOptions::default()); // its address is known from here on
    let mut proxy = Peer::new(&mut lab, "10.0.0.9:5062", 0);
    proxy.target = format!("sip:anna;x={}@10.0.0.1", "x".repeat(600));
    proxy.call_without_ack(&mut lab, 0);
    let call = lab.ends[0].last_call();
    let ack = proxy.request("ACK", "P-Asserted-Identity: <sip:boss@example.org>\r\n", "");
    proxy.at = lab.open_raw("10.0.0.66:5060");
    proxy.send(&mut lab, &ack);
    lab.run_for(Duration::from_secs(1));
    assert_eq!(lab.count("SIP/2.0 200"), 1);
    assert_eq!(asserted(&lab, call), Err(CommandError::Nothing));
}

#[test]
fn header_lines_of_an_account_stand_in_its_invites_and_registers() {
    let (mut lab, mut peer) = behind(AccountConfig { call_headers: "X-Line: 1\r\n", ..anna() });
    let options = DialOptions { headers: "X-Call: 2\r\n", ..DialOptions::default() };
    let invite = dial(&mut lab, &mut peer, &options);
    assert_eq!((invite.header("X-Line"), invite.header("X-Call")), ("1".into(), "2".into()));
    let now = lab.now;
    let account = lab.ends[0].phone.accounts().next().unwrap();
    for (lines, error) in [
        ("X-A: 1", CommandError::HeaderLine),
        ("X-A: 1\n", CommandError::HeaderLine),
        ("X-A: a\0b\r\n", CommandError::HeaderLine),
        ("X-A: 1\r\n\r\nINVITE", CommandError::HeaderLine),
        ("Via: x\r\n", CommandError::HeaderOwned),
        ("l: 0\r\n", CommandError::HeaderOwned),
    ] {
        let change = AccountChange { call_headers: Some(lines), ..AccountChange::default() };
        assert_eq!(lab.ends[0].phone.account_update(now, account, &change), Err(error), "{lines:?}");
    }
    let change = AccountChange { headers: Some("Expires: 5\r\n"), ..AccountChange::default() };
    assert_eq!(lab.ends[0].phone.account_update(now, account, &change), Err(CommandError::HeaderOwned));
    let (mut lab, account, mut server) = registered();
    let now = lab.now;
    let change = AccountChange { headers: Some("X-Line: 1\r\n"), display_name: Some("A"), ..AccountChange::default() };
    lab.ends[0].phone.account_update(now, account, &change).unwrap();
    lab.ends[0].phone.keep_registered(now, account).unwrap();
    crate::server::pass(&mut lab, &mut server, 2);
    assert_eq!(server.last("REGISTER").header("X-Line"), Some("1"));
}

/// The transport of an account is told to its server.
#[test]
fn a_number_is_dialled_with_the_accounts_transport() {
    let (mut lab, _) = behind(AccountConfig { transport: Some(Transport::Tcp), ..anna() });
    let (now, account) = (lab.now, lab.ends[0].phone.accounts().next().unwrap());
    for (typed, uri) in [
        ("123", "sip:123@example.org;transport=tcp"),
        ("tel:123", "sip:123@example.org;user=phone;transport=tcp"),
        ("sip:123@example.org", "sip:123@example.org"),
    ] {
        let call = lab.ends[0].phone.dial(now, account, typed, &DialOptions::default()).unwrap();
        let mut room = [0u8; 256];
        let mut out = Cursor::new(&mut room);
        lab.ends[0].phone.call_text(call, CallText::RemoteUri, &mut out).unwrap();
        assert_eq!(core::str::from_utf8(out.written()).unwrap(), uri);
    }
}
