//! Secrets are in no output that a log could hold.

use crate::digest::{CHALLENGE, dial, part};
use crate::server::{PASSWORD, REGISTRAR, Server, account, anna, pass, register, state};
use microsip_core::base::cursor::Cursor;
use microsip_core::phone::{AccountConfig, AccountState, AccountText, Capacity, Setup};
use microsip_tests::{Lab, Options};

/// As text, and as a list of numbers, which is how bytes are shown.
fn shows(output: &str, secret: &str) -> bool {
    let numbers = secret.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ");
    let lines = secret.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(",\n");
    let stripped: String = output.split_whitespace().collect::<Vec<_>>().join("\n");
    output.contains(secret) || output.contains(&numbers) || stripped.contains(&lines)
}

#[test]
fn no_debug_output_shows_a_password_or_its_hash() {
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, nth| {
        vec![if nth == 0 {
            seen.response(401, CHALLENGE)
        } else if seen.start() == "INVITE" {
            seen.response(180, "")
        } else {
            seen.bound(300)
        }]
    });
    let look = |lab: &Lab| {
        let end = &lab.ends[0];
        let info = end.phone.account_info(account).unwrap();
        format!("{:?}{:#?}{:?}{info:?}{:?}{:?}{:?}", end.phone, end.phone, end.events, anna(), end, lab)
    };
    let mut outputs = vec![look(&lab)];
    register(&mut lab, account);
    outputs.push(look(&lab));
    pass(&mut lab, &mut server, 1);
    assert_eq!(state(&lab), AccountState::Registered);
    outputs.push(look(&lab));
    dial(&mut lab, account, "sip:bob@example.org");
    outputs.push(look(&lab));
    pass(&mut lab, &mut server, 2);
    outputs.push(look(&lab));
    let answered = server.seen.iter().find(|seen| seen.header("Authorization").is_some()).unwrap();
    let response = part(answered, "Authorization", "response");
    let contact = answered.parameter("Contact", "mkey").unwrap();
    assert_eq!((response.len(), contact.len()), (32, 16));
    for output in &outputs {
        for secret in [PASSWORD, &response, &contact, &u64::from_str_radix(&contact, 16).unwrap().to_string()] {
            assert!(!shows(output, secret), "{secret} is in {output}");
        }
    }
}

#[test]
fn no_debug_output_of_a_phones_settings_shows_a_secret() {
    let setup = Setup { seed: [171; 32], allow_direct: true, ..Setup::default() };
    assert!(!format!("{setup:?}{setup:#?}").contains("171"));
    let config = AccountConfig { username: "user-x", realms: "realm-x", ..anna() };
    assert!(!shows(&format!("{config:?}{config:#?}"), PASSWORD));
}

#[test]
fn no_getter_gives_a_password_back() {
    let (lab, account) = account(&[REGISTRAR], anna());
    for which in [AccountText::Uri, AccountText::RefusedRealm] {
        let mut buffer = [0; 2000];
        let mut out = Cursor::new(&mut buffer);
        let _ = lab.ends[0].phone.account_text(account, which, &mut out);
        assert!(!shows(&String::from_utf8_lossy(out.written()), PASSWORD));
    }
}

#[test]
fn no_message_shows_a_password() {
    let (mut lab, account) = account(&[REGISTRAR], anna());
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, nth| {
        vec![if nth == 0 { seen.response(401, CHALLENGE) } else { seen.bound(300) }]
    });
    register(&mut lab, account);
    pass(&mut lab, &mut server, 400);
    assert!(lab.sent.len() > 3);
    assert!(lab.sent.iter().all(|sent| !shows(&sent.text, PASSWORD)));
}

#[test]
fn texts_of_an_account_are_what_they_were() {
    let (lab, account) = account(&[REGISTRAR], anna());
    let mut buffer = [0; 100];
    let mut out = Cursor::new(&mut buffer);
    lab.ends[0].phone.account_text(account, AccountText::Uri, &mut out).unwrap();
    assert_eq!(out.written(), b"sip:anna@example.org");
    // a buffer that is too small gets the length that the text needs
    let mut small = [0; 4];
    let mut out = Cursor::new(&mut small);
    lab.ends[0].phone.account_text(account, AccountText::Uri, &mut out).unwrap();
    assert_eq!(out.needed(), 20);
    assert!(lab.ends[0].phone.account_text(account, AccountText::RefusedRealm, &mut Cursor::new(&mut [0; 9])).is_err());
}

#[test]
fn texts_that_would_break_a_message_are_refused() {
    let mut lab = Lab::new(&[Options { capacity: Capacity::host(2, 1, 2048), ..Options::default() }]);
    let now = lab.now;
    let long = "x".repeat(5000);
    for config in [
        AccountConfig { uri: "", ..anna() },
        AccountConfig { uri: "anna", ..anna() },
        AccountConfig { uri: "sip:example.org", ..anna() },
        AccountConfig { uri: "tel:+123", ..anna() },
        AccountConfig { uri: "sip:anna@example.org?Subject=x", ..anna() },
        AccountConfig { uri: "sip:anna@example.org\r\nEvil: x", ..anna() },
        AccountConfig { uri: "sip:anna@example.org>;evil", ..anna() },
        AccountConfig { uri: "sip:an na@example.org", ..anna() },
        AccountConfig { registrar: "http://x", ..anna() },
        AccountConfig { registrar: "sip:x>y", ..anna() },
        AccountConfig { proxy: "sip:x\r\n", ..anna() },
        AccountConfig { proxy: "no uri", ..anna() },
        AccountConfig { username: "a\nb", ..anna() },
        AccountConfig { password: "a\r\nb", ..anna() },
        AccountConfig { realms: "a\0b", ..anna() },
        AccountConfig { display_name: "a\r\nb", ..anna() },
        AccountConfig { password: &long, ..anna() },
    ] {
        assert!(lab.ends[0].phone.account_add(now, &config).is_err(), "{config:?} {}", config.registrar);
    }
    // and none of them took a slot
    lab.ends[0].phone.account_add(now, &AccountConfig { display_name: "Anna \"the\" \\ Ä", ..anna() }).unwrap();
    assert_eq!(lab.ends[0].phone.accounts().count(), 1);
}

#[test]
fn a_display_name_is_quoted() {
    let (mut lab, account) = account(&[REGISTRAR], AccountConfig { display_name: "Anna \"the\" \\ Ä", ..anna() });
    let mut server = Server::new(&mut lab, REGISTRAR, |seen, _| vec![seen.bound(300)]);
    register(&mut lab, account);
    pass(&mut lab, &mut server, 1);
    assert!(
        server.seen[0].header("From").unwrap().starts_with("\"Anna \\\"the\\\" \\\\ Ä\" <sip:anna@example.org>;tag="),
        "{}",
        server.seen[0].text
    );
}
