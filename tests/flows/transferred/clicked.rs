//! A REFER in no dialog: the server of the account has us dial, and nobody else.

use super::*;

/// A REFER in no dialog, from there.
fn click(from: &str, nth: u32, lines: &str) -> String {
    let text = request("REFER", from.parse().unwrap(), "sip:anna@10.0.0.1", nth);
    text.replacen("Content-Length", &format!("{lines}Content-Length"), 1)
}

const TO: &str = "Refer-To: <sip:carol@10.0.0.10:5060>\r\n";

/// A phone whose account has found its server.
pub(super) fn with_account(refer: TransferPolicy, direct: bool) -> (Lab, AccountId) {
    let config = AccountConfig { refer, trusted: "10.5.0.1", ..anna() };
    let (mut lab, id) = if direct {
        let mut lab = Lab::new(&[Options { transfers: (refer, refer), ..Options::default() }]);
        lab.names.insert("example.org".into(), vec![REGISTRAR.parse().unwrap()]);
        let now = lab.now;
        let id = lab.ends[0].phone.account_add(now, &config).unwrap();
        (lab, id)
    } else {
        account_with(Capacity { messages: 4, ..Capacity::host(4, 2, 2048) }, &[REGISTRAR], config)
    };
    let now = lab.now;
    lab.open_raw(REGISTRAR);
    lab.ends[0].phone.register(now, id, 0).unwrap();
    lab.run_for(Duration::from_millis(50));
    (lab, id)
}

fn last_of(lab: &Lab, start: &str) -> String {
    lab.raw_texts(REGISTRAR.parse().unwrap()).into_iter().rev().find(|text| text.starts_with(start)).unwrap()
}

/// Agrees to the last NOTIFY; gives it.
fn agree(lab: &mut Lab) -> String {
    lab.run_for(Duration::from_millis(50));
    let notify = last_of(lab, "NOTIFY");
    let mut out = "SIP/2.0 200 OK\r\n".to_owned();
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        out += &format!("{name}: {}\r\n", header(&notify, name).unwrap());
    }
    let at = REGISTRAR.parse().unwrap();
    let to = lab.ends[0].address;
    lab.send_raw(at, to, format!("{out}Content-Length: 0\r\n\r\n").as_bytes());
    lab.run_for(Duration::from_millis(20));
    notify
}

// rfc3515#2.4.4: a dialog of its own
#[test]
fn the_accounts_server_has_us_dial() {
    let (mut lab, id) = with_account(TransferPolicy::Inherited, false);
    let mut carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    assert_eq!(asked(&mut lab, REGISTRAR, &click(REGISTRAR, 7, TO)), None, "it is asked");
    let event = told(&lab, EventKind::Refer)[0];
    assert_eq!((event.account, event.call), (id, CallId::NONE));
    let options = DialOptions { refer: came(&lab), source: Source::Silence, ..DialOptions::default() };
    let now = lab.now;
    let new = lab.ends[0].phone.dial(now, id, "", &options).unwrap();
    lab.drain();
    let notify = agree(&mut lab);
    let ok = last_of(&lab, "SIP/2.0 200");
    let tag = header(&ok, "To").unwrap().split("tag=").nth(1).unwrap().to_owned();
    assert!(header(&ok, "Contact").is_some());
    assert!(header(&notify, "From").unwrap().ends_with(&tag), "the dialog is that of the response");
    assert_eq!(header(&notify, "To"), Some("<sip:mallory@10.0.0.9:5060>;tag=m7"));
    assert_eq!(header(&notify, "Event"), Some("refer"));
    assert!(notify.ends_with("SIP/2.0 100 Trying\r\n"));
    let invite = carol.wait(&mut lab, "INVITE");
    assert!(invite.header("From").contains("anna@example.org"));
    let sdp = carol.sdp();
    carol.respond(&mut lab, &invite, 180, "");
    assert!(agree(&mut lab).ends_with("SIP/2.0 180 Ringing\r\n"));
    carol.respond(&mut lab, &invite, 200, &sdp);
    carol.wait(&mut lab, "ACK");
    let last = agree(&mut lab);
    assert_eq!(header(&last, "Subscription-State"), Some("terminated;reason=noresource"));
    assert_eq!(lab.ends[0].phone.in_use().dialogs, 1, "its dialog is over with it");
    // a repetition gets the same response
    assert_eq!(asked(&mut lab, REGISTRAR, &click(REGISTRAR, 7, TO)), Some(200));
    assert_eq!(last_of(&lab, "SIP/2.0 200"), ok);
    carol.be_hung_up(&mut lab, 0, new);
}

#[test]
fn nobody_else_has_us_dial_in_no_dialog() {
    // strangers: silence
    let (mut lab, _) = with_account(TransferPolicy::Follow, false);
    assert_eq!(asked(&mut lab, "10.0.0.66:5060", &click("10.0.0.66:5060", 1, TO)), None);
    assert_eq!(lab.ends[0].phone.counters().strangers, 1);
    assert!(told(&lab, EventKind::Refer).is_empty());
    // a host that may call may not have us call
    assert_eq!(asked(&mut lab, "10.5.0.1:5060", &click("10.5.0.1:5060", 2, TO)), Some(603));
    // and who calls directly neither, whatever the policy
    let (mut lab, _) = with_account(TransferPolicy::Follow, true);
    assert_eq!(asked(&mut lab, "10.0.0.66:5060", &click("10.0.0.66:5060", 3, TO)), Some(603));
    assert_eq!(lab.ends[0].phone.calls().count(), 0);
}

#[test]
fn a_click_needs_no_telling() {
    let (mut lab, _) = with_account(TransferPolicy::Follow, false);
    let mut carol = Peer::new(&mut lab, "10.0.0.10:5060", 0);
    let lines = format!("{TO}Refer-Sub: false\r\n");
    assert_eq!(asked(&mut lab, REGISTRAR, &click(REGISTRAR, 1, &lines)), Some(200));
    assert_eq!(header(&last_of(&lab, "SIP/2.0 200"), "Refer-Sub"), Some("false"));
    let invite = carol.wait(&mut lab, "INVITE");
    assert_eq!(lab.ends[0].phone.in_use().dialogs, 1);
    carol.respond(&mut lab, &invite, 603, "");
    lab.run_for(Duration::from_secs(40));
    assert!(!lab.raw_texts(REGISTRAR.parse().unwrap()).iter().any(|text| text.starts_with("NOTIFY")));
    assert_eq!(lab.ends[0].phone.in_use().dialogs, 0);
}

// rfc4538#4
#[test]
fn a_target_dialog_names_the_call_that_it_is_about() {
    let (mut lab, _) = with_account(TransferPolicy::Ask, false);
    let at = REGISTRAR.parse().unwrap();
    assert_eq!(asked(&mut lab, REGISTRAR, &request("INVITE", at, "sip:anna@10.0.0.1", 1)), Some(180));
    let call = lab.ends[0].last_call();
    let tag = header(&last_of(&lab, "SIP/2.0 180"), "To").unwrap().split("tag=").nth(1).unwrap().to_owned();
    for (nth, (name, about)) in [
        (format!("c1@{REGISTRAR};local-tag=m1;remote-tag={tag}"), call),
        (format!("c1@{REGISTRAR};local-tag=m2;remote-tag={tag}"), CallId::NONE),
        (format!("c1@{REGISTRAR};remote-tag={tag}"), CallId::NONE),
    ]
    .into_iter()
    .enumerate()
    {
        let lines = format!("{TO}Target-Dialog: {name}\r\nRequire: tdialog\r\n");
        assert_eq!(asked(&mut lab, REGISTRAR, &click(REGISTRAR, 10 + nth as u32, &lines)), None, "it is asked");
        assert_eq!(told(&lab, EventKind::Refer).last().unwrap().call, about, "{name}");
    }
}
