//! The flows of RFC 3665 section 3 that need no proxy: message by message.

use microsip_core::base::time::Duration;
use microsip_core::phone::CallState;
use microsip_tests::{Lab, Options, Peer, sdp};

/// Who sent what, in order: `1` is the first phone's.
fn flow(lab: &Lab) -> Vec<String> {
    let line = |text: &str| text.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let short = |text: &str| {
        if text.starts_with("SIP/2.0") { line(text).replace("SIP/2.0 ", "") } else { text.split(' ').next().unwrap().to_owned() }
    };
    lab.sent.iter().map(|sent| format!("{} {}", sent.from.ip().to_string().rsplit('.').next().unwrap(), short(&sent.text))).collect()
}

fn ringing() -> Lab {
    let mut lab = Lab::pair();
    lab.dial(0, "sip:bob@10.0.0.2");
    lab.run_until("it rings", |lab| lab.ends[0].reached(CallState::Early));
    lab
}

#[test]
fn successful_session_establishment() {
    // rfc3665#3.1
    let mut lab = ringing();
    let (call, now) = (lab.ends[1].last_call(), lab.now);
    lab.ends[1].phone.answer(now, call, 200).unwrap();
    lab.run_for(Duration::from_secs(1));
    let (call, now) = (lab.ends[1].last_call(), lab.now);
    lab.ends[1].phone.hangup(now, call).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(flow(&lab), ["1 INVITE", "2 180", "2 200", "1 ACK", "2 BYE", "1 200"]);
}

#[test]
fn session_with_re_invite() {
    // rfc3665#3.7: the called side's address changes
    let mut lab = Lab::new(&[Options::default()]);
    let mut bob = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    bob.be_called(&mut lab, 0);
    bob.contact = "sip:bob@10.0.0.9:5060".into();
    let text = bob.request("INVITE", "", &sdp("192.0.2.201", 47_172, ""));
    bob.send(&mut lab, &text);
    bob.wait(&mut lab, "SIP/2.0 200");
    bob.ack(&mut lab, "");
    lab.run_for(Duration::from_secs(1));
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.drain();
    assert_eq!(flow(&lab), ["1 INVITE", "1 ACK", "1 200", "1 BYE"]);
    assert!(lab.media_sent[&"192.0.2.201:47172".parse().unwrap()] > 40);
}

#[test]
fn unsuccessful_no_answer() {
    // rfc3665#3.8
    let mut lab = ringing();
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_for(Duration::from_secs(1));
    assert_eq!(flow(&lab), ["1 INVITE", "2 180", "1 CANCEL", "2 200", "2 487", "1 ACK"]);
}

#[test]
fn unsuccessful_busy_and_unavailable() {
    // rfc3665#3.9, #3.11
    for code in [486, 480] {
        let mut lab = ringing();
        let (call, now) = (lab.ends[1].last_call(), lab.now);
        lab.ends[1].phone.reject(now, call, code).unwrap();
        lab.run_for(Duration::from_secs(1));
        assert_eq!(flow(&lab), ["1 INVITE".to_owned(), "2 180".into(), format!("2 {code}"), "1 ACK".into()]);
    }
}

#[test]
fn unsuccessful_no_response() {
    // rfc3665#3.10: here the network has nobody at all
    let mut lab = Lab::new(&[Options::default()]);
    lab.dial(0, "sip:bob@192.0.2.9");
    lab.run_until("ended", |lab| lab.ends[0].ended().is_some());
    assert_eq!(flow(&lab), vec!["1 INVITE"; 7]);
}
