//! rfc3261#8.1.3.4: a redirection is followed, a bounded number of times.

use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Capacity, Cause};
use microsip_tests::{Lab, Options, Peer};

fn lab() -> (Lab, Peer, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let first = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let second = Peer::new(&mut lab, "10.0.0.10:5070", 0);
    (lab, first, second)
}

#[test]
fn a_302_leads_to_its_contact() {
    let (mut lab, mut first, mut second) = lab();
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = first.wait(&mut lab, "INVITE");
    // an early dialog before it leaves no trace in the next try
    first.record_routes = vec!["<sip:192.0.2.1;lr>".into()];
    first.respond(&mut lab, &invite, 180, "");
    first.respond_with(
        &mut lab,
        &invite,
        302,
        "Contact: <sip:low@10.0.0.99>;q=0.3\r\nContact: <sip:moved@10.0.0.10:5070>;q=0.9\r\n",
        "",
    );
    let ack = first.wait(&mut lab, "ACK");
    assert_eq!(ack.uri(), invite.uri());
    let next = second.wait(&mut lab, "INVITE");
    assert_eq!(
        (next.uri(), next.headers("Route"), next.to_tag()),
        ("sip:moved@10.0.0.10:5070".into(), Vec::new(), String::new())
    );
    // rfc3261#8.1.3.4: Call-ID, To and From stay, the number and the branch are new
    for name in ["Call-ID", "To", "From"] {
        assert_eq!(next.headers(name), invite.headers(name), "{name}");
    }
    assert_eq!(next.number(), invite.number() + 1);
    assert_ne!(next.branch(), invite.branch());
    let body = second.sdp();
    second.respond(&mut lab, &next, 200, &body);
    second.wait(&mut lab, "ACK");
    assert!(lab.ends[0].reached(CallState::Connected));
    // a 302 that comes again is acknowledged again
    first.respond_with(&mut lab, &invite, 302, "Contact: <sip:moved@10.0.0.10:5070>\r\n", "");
    first.wait(&mut lab, "ACK");
    let bye = second.request("BYE", "", "");
    second.send(&mut lab, &bye);
    second.wait(&mut lab, "SIP/2.0 200");
    lab.assert_settled();
}

#[test]
fn a_ring_of_redirections_ends() {
    let (mut lab, mut first, _) = lab();
    lab.dial(0, "sip:peer@10.0.0.9");
    for _ in 0..6 {
        let invite = first.wait(&mut lab, "INVITE");
        first.respond_with(&mut lab, &invite, 302, "Contact: <sip:peer@10.0.0.9>\r\n", "");
        first.wait(&mut lab, "ACK");
    }
    first.silence(&mut lab, "INVITE", Duration::from_secs(1));
    let ended = *lab.ends[0].ended().unwrap();
    assert_eq!((ended.sip_code, ended.result), (302, Cause::Refused));
    lab.assert_settled();
}

#[test]
fn a_redirection_that_finds_no_room_ends_the_call() {
    let capacity = Capacity { dialog_text: 300, ..Options::default().capacity };
    let mut lab = Lab::new(&[Options { capacity, ..Options::default() }]);
    let mut first = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = first.wait(&mut lab, "INVITE");
    let oversize = lab.ends[0].phone.counters().oversize;
    let moved = format!("Contact: <sip:{}@10.0.0.10>\r\n", "m".repeat(200));
    first.respond_with(&mut lab, &invite, 302, &moved, "");
    first.silence(&mut lab, "INVITE", Duration::from_secs(1));
    let ended = *lab.ends[0].ended().unwrap();
    assert_eq!((ended.sip_code, ended.result), (302, Cause::Refused));
    assert_eq!(lab.ends[0].phone.counters().oversize, oversize + 1, "the reason is counted");
    lab.assert_settled();
}

#[test]
fn a_redirection_that_leads_nowhere_ends_the_call() {
    for contact in [
        "",
        "Contact: <mailto:bob@example.com>\r\n",
        "Contact: *\r\n",
        "Contact: <sip:bob@10.0.0.9?Route=x>\r\n",
        "Contact: <sip:bob@10.0.0.9;method=BYE>\r\n",
        "Contact: junk<<\r\n",
    ] {
        let (mut lab, mut first, _) = lab();
        lab.dial(0, "sip:peer@10.0.0.9");
        let invite = first.wait(&mut lab, "INVITE");
        first.respond_with(&mut lab, &invite, 301, contact, "");
        first.wait(&mut lab, "ACK");
        lab.run_until("ended", |lab| lab.ends[0].ended().is_some());
        assert_eq!(lab.ends[0].ended().unwrap().sip_code, 301);
        lab.assert_settled();
    }
}

#[test]
fn a_call_that_was_given_up_is_not_redirected() {
    let (mut lab, mut first, second) = lab();
    let call = lab.dial(0, "sip:peer@10.0.0.9");
    let invite = first.wait(&mut lab, "INVITE");
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    first.respond_with(&mut lab, &invite, 302, "Contact: <sip:moved@10.0.0.10:5070>\r\n", "");
    first.wait(&mut lab, "ACK");
    lab.run_until("ended", |lab| lab.ends[0].ended().is_some());
    assert!(second.all(&lab, "INVITE").is_empty());
    lab.assert_settled();
}

#[test]
fn a_redirection_works_with_one_request_slot() {
    let mut options = Options::default();
    options.capacity.requests = 1;
    let mut lab = Lab::new(&[options]);
    let mut first = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut second = Peer::new(&mut lab, "10.0.0.10:5070", 0);
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = first.wait(&mut lab, "INVITE");
    first.respond_with(&mut lab, &invite, 302, "Contact: <sip:moved@10.0.0.10:5070>\r\n", "");
    first.wait(&mut lab, "ACK");
    let next = second.wait(&mut lab, "INVITE");
    second.respond(&mut lab, &next, 486, "");
    second.wait(&mut lab, "ACK");
    lab.assert_settled();
}

/// rfc3261#19.1.5
#[test]
fn a_contacts_method_does_not_stay_in_the_request_line() {
    let (mut lab, mut first, mut second) = lab();
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = first.wait(&mut lab, "INVITE");
    first.respond_with(&mut lab, &invite, 302, "Contact: <sip:moved@10.0.0.10:5070;method=INVITE;x=y>\r\n", "");
    let next = second.wait(&mut lab, "INVITE");
    assert_eq!(next.uri(), "sip:moved@10.0.0.10:5070;x=y");
    // nor does that of a peer's Contact, in the dialog
    second.contact = "sip:peer@10.0.0.10:5070;method=INVITE?Subject=x".into();
    let body = second.sdp();
    second.respond(&mut lab, &next, 200, &body);
    assert_eq!(second.wait(&mut lab, "ACK").uri(), "sip:peer@10.0.0.10:5070");
}

#[test]
fn a_302_to_another_port_of_the_accounts_host_goes_there() {
    use microsip_core::phone::{AccountConfig, DialOptions};
    let mut lab = Lab::new(&[Options::default()]);
    let mut server = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut other = Peer::new(&mut lab, "10.0.0.9:5080", 0);
    let now = lab.now;
    let config = AccountConfig { uri: "sip:anna@10.0.0.9:5060", no_register: true, ..AccountConfig::default() };
    let account = lab.ends[0].phone.account_add(now, &config).unwrap();
    lab.ends[0].phone.dial(now, account, "carol", &DialOptions::default()).unwrap();
    let invite = server.wait(&mut lab, "INVITE");
    server.respond_with(&mut lab, &invite, 302, "Contact: <sip:carol@10.0.0.9:5080>\r\n", "");
    server.wait(&mut lab, "ACK");
    assert_eq!(other.wait(&mut lab, "INVITE").uri(), "sip:carol@10.0.0.9:5080");
    // and back
    let invite = other.all(&lab, "INVITE").remove(0);
    other.respond_with(&mut lab, &invite, 302, "Contact: <sip:carl@10.0.0.9>\r\n", "");
    assert_eq!(server.wait(&mut lab, "INVITE").uri(), "sip:carl@10.0.0.9");
}
