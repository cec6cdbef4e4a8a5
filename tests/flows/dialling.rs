//! Texts as people type them, and the URIs that they call.

use microsip_core::phone::{AccountConfig, AccountId, CommandError, DialOptions, Source};
use microsip_tests::{Lab, Options, Peer};

fn lab() -> (Lab, Peer, AccountId) {
    let mut lab = Lab::new(&[Options::default()]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.names.insert("example.org".into(), vec![peer.at]);
    let config = AccountConfig { uri: "sip:anna@example.org", no_register: true, ..AccountConfig::default() };
    let now = lab.now;
    let account = lab.ends[0].phone.account_add(now, &config).unwrap();
    (lab, peer, account)
}

fn dial(lab: &mut Lab, account: AccountId, target: &str) -> Result<(), CommandError> {
    let (now, options) = (lab.now, DialOptions { source: Source::Silence, ..DialOptions::default() });
    lab.ends[0].phone.dial(now, account, target, &options).map(|_| lab.drain())
}

#[test]
fn a_number_goes_without_visual_separators() {
    // rfc3966#5.1.1: visual separators
    for (typed, called) in [
        ("+49 30-123 (45)", "sip:+493012345@example.org"),
        // a plus says that it is a number, whatever follows
        ("+1-800-FLOWERS", "sip:+1800FLOWERS@example.org"),
        ("030/123.45", "sip:03012345@example.org"),
        (" (555) 010 0 ", "sip:5550100@example.org"),
        ("*43#", "sip:*43%23@example.org"),
        ("* 43 #", "sip:*43%23@example.org"),
        // as it is copied from a page
        ("\u{a0}030\u{202f}12 34\u{a0}", "sip:0301234@example.org"),
        ("\u{202a}\u{200b}+4930\u{a0}12\u{202c}\u{feff}", "sip:+493012@example.org"),
        ("1\u{b2}", "sip:1%C2%B2@example.org"),
        // names and addresses stay as they are
        ("bob", "sip:bob@example.org"),
        ("bob.b-1", "sip:bob.b-1@example.org"),
        ("x(1)", "sip:x(1)@example.org"),
        ("10.0.0.7", "sip:10.0.0.7@example.org"),
        ("1-2.3@example.org", "sip:1-2.3@example.org"),
        ("sip:1-2.3@example.org", "sip:1-2.3@example.org"),
        // rfc3261#19.1.6: as it stands
        ("tel:+49-30-12345", "sip:+49-30-12345@example.org;user=phone"),
    ] {
        let (mut lab, mut peer, account) = lab();
        dial(&mut lab, account, typed).unwrap_or_else(|error| panic!("{typed}: {error:?}"));
        assert_eq!(peer.wait(&mut lab, "INVITE").uri(), called, "{typed}");
    }
}

#[test]
fn a_text_that_is_no_number_and_no_address_is_refused() {
    for typed in [
        "",
        " ",
        "( )",
        "bob b",
        "12 34@example.org",
        "12\t34",
        "<12>",
        "http://x",
        "https:x",
        "mailto:bob",
        "urn:isbn:1",
        "urn:service:",
    ] {
        let (mut lab, _, account) = lab();
        assert!(matches!(dial(&mut lab, account, typed), Err(CommandError::Uri)), "{typed:?}");
        assert!(dial(&mut lab, AccountId::NONE, typed).is_err(), "{typed:?}");
    }
    // nothing completes it
    let (mut lab, ..) = lab();
    assert!(matches!(dial(&mut lab, AccountId::NONE, "+49 30-123 (45)"), Err(CommandError::NoAccount)));
}

#[test]
fn a_name_addr_is_called() {
    for (typed, called) in [
        ("<sip:bob@example.org>", "sip:bob@example.org"),
        ("\"Bob, B\" <sip:bob@example.org;x=y>", "sip:bob@example.org;x=y"),
        (" Bob B <sip:bob@example.org> ", "sip:bob@example.org"),
        ("<tel:+49-30-12345>", "sip:+49-30-12345@example.org;user=phone"),
        // rfc3261#19.1.5: the method is ours to choose, and stands in no request line
        ("sip:bob@example.org;method=INVITE", "sip:bob@example.org"),
        ("<sip:bob@example.org;method=INVITE;x=y>", "sip:bob@example.org;x=y"),
    ] {
        let (mut lab, mut peer, account) = lab();
        dial(&mut lab, account, typed).unwrap_or_else(|error| panic!("{typed}: {error:?}"));
        let invite = peer.wait(&mut lab, "INVITE");
        assert_eq!((invite.uri().as_str(), invite.header("To")), (called, format!("<{called}>")), "{typed}");
    }
    for typed in [
        "<sip:bob@example.org",
        "sip:bob@example.org>",
        "<sip:bob@example.org> x",
        "<sip:bob@example.org>;tag=1",
        "<bob>",
        "<>",
        "<sip:a@example.org><sip:b@example.org>",
        "<mailto:bob@example.org>",
        "sip:bob@example.org;method=MESSAGE",
        "<sip:bob@example.org?Subject=x>",
    ] {
        let (mut lab, _, account) = lab();
        assert!(matches!(dial(&mut lab, account, typed), Err(CommandError::Uri)), "{typed:?}");
    }
}

/// An account at a host and port, and what is dialled: whether the INVITE goes to the account's server, or else where
/// the URI says.
#[test]
fn another_port_or_transport_of_the_accounts_host_is_not_the_accounts_server() {
    for (uri, registrar, proxy, dialled, to) in [
        ("sip:anna@10.0.0.9:5060", "", "", "sip:carol@10.0.0.9:5080", "10.0.0.9:5080"),
        ("sip:anna@10.0.0.9", "", "", "sip:carol@10.0.0.9:5080", "10.0.0.9:5080"),
        ("sip:anna@10.0.0.9:5080", "", "", "sip:carol@10.0.0.9:5060", "10.0.0.9:5060"),
        ("sip:anna@10.0.0.9:5080", "", "", "sip:carol@10.0.0.9", "10.0.0.9:5080"),
        ("sip:anna@10.0.0.9:5080", "", "", "carol", "10.0.0.9:5080"),
        ("sip:anna@10.0.0.9", "", "", "sip:carol@10.0.0.9:5060", "10.0.0.9:5060"),
        // the account's server is its registrar
        ("sip:anna@10.0.0.9", "sip:10.0.0.9:5080", "", "sip:carol@10.0.0.9", "10.0.0.9:5080"),
        ("sip:anna@10.0.0.9", "sip:10.0.0.9:5080", "", "sip:carol@10.0.0.9:5080", "10.0.0.9:5080"),
        ("sip:anna@10.0.0.9", "sip:10.0.0.9:5080", "", "sip:carol@10.0.0.9:5060", "10.0.0.9:5060"),
        ("sip:anna@example.org", "sip:10.0.0.9:5080", "", "sip:carol@example.org", "10.0.0.9:5080"),
        ("sip:anna@example.org", "sip:10.0.0.9:5080", "", "sip:carol@example.org;maddr=10.0.0.9", "10.0.0.9:5060"),
        // an outbound proxy gets every request
        ("sip:anna@10.0.0.9", "", "sip:10.0.0.9:5080", "sip:carol@10.0.0.9:5070", "10.0.0.9:5080"),
    ] {
        let mut lab = Lab::new(&[Options::default()]);
        lab.names.insert("example.org".into(), vec!["10.0.0.9:5070".parse().unwrap()]);
        let now = lab.now;
        let config = AccountConfig { uri, registrar, proxy, no_register: true, ..AccountConfig::default() };
        let account = lab.ends[0].phone.account_add(now, &config).unwrap();
        // once with a way that has to be found, once with one that is known
        for _ in 0..2 {
            dial(&mut lab, account, dialled).unwrap();
            let sent = lab.sent.iter().rfind(|sent| sent.text.starts_with("INVITE")).unwrap();
            assert_eq!(sent.to.to_string(), to, "{uri} {registrar} {proxy} {dialled}");
        }
    }
}

#[test]
fn credentials_do_not_go_to_another_port_of_the_accounts_host() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5080", 0);
    let now = lab.now;
    let config = AccountConfig {
        uri: "sip:anna@10.0.0.9",
        password: "x",
        realms: "r",
        no_register: true,
        ..AccountConfig::default()
    };
    let account = lab.ends[0].phone.account_add(now, &config).unwrap();
    dial(&mut lab, account, "sip:carol@10.0.0.9:5080").unwrap();
    let invite = peer.wait(&mut lab, "INVITE");
    peer.respond_with(&mut lab, &invite, 401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n", "");
    peer.wait(&mut lab, "ACK");
    peer.silence(&mut lab, "INVITE", microsip_core::base::time::Duration::from_secs(1));
}
