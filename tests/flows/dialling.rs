//! What people type, and whom it calls.

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
fn a_number_goes_without_what_only_helps_to_read_it() {
    // rfc3966#5.1.1: visual separators
    for (typed, called) in [
        ("+49 30-123 (45)", "sip:+493012345@example.org"),
        ("030/123.45", "sip:03012345@example.org"),
        (" (555) 010 0 ", "sip:5550100@example.org"),
        ("*43#", "sip:*43%23@example.org"),
        ("* 43 #", "sip:*43%23@example.org"),
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
fn what_is_no_number_and_no_address_is_refused() {
    for typed in
        ["", " ", "( )", "bob b", "+49 30 x", "12 34@example.org", "12\t34", "<12>", "http://x", "https:x", "mailto:bob", "urn:service:sos"]
    {
        let (mut lab, _, account) = lab();
        assert!(matches!(dial(&mut lab, account, typed), Err(CommandError::Uri)), "{typed:?}");
        assert!(dial(&mut lab, AccountId::NONE, typed).is_err(), "{typed:?}");
    }
    // nobody completes it
    let (mut lab, ..) = lab();
    assert!(matches!(dial(&mut lab, AccountId::NONE, "+49 30-123 (45)"), Err(CommandError::NoAccount)));
}
