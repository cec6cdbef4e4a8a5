//! IPv6 from Via to RTP (RFC 5118, RFC 4566): references in brackets where SIP wants them, bare where SDP does.

use microsip_core::base::time::Duration;
use microsip_core::phone::CallState;
use microsip_tests::Lab;
use std::net::SocketAddr;

fn lab() -> Lab {
    let mut lab = Lab::pair();
    for (index, end) in lab.ends.iter_mut().enumerate() {
        let address: SocketAddr = format!("[2001:db8::{}]:5060", index + 1).parse().unwrap();
        end.address = address;
        end.phone.socket_up(0, address);
    }
    lab
}

#[test]
fn a_call_over_ipv6() {
    let mut lab = lab();
    lab.dial(0, "sip:bob@[2001:db8::2]");
    lab.run_until("it rings", |lab| lab.ends[1].reached(CallState::Incoming));
    let (now, call) = (lab.now, lab.ends[1].last_call());
    lab.ends[1].phone.answer(now, call, 200).unwrap();
    lab.run_for(Duration::from_secs(2));
    assert!(
        lab.ends[0].reached(CallState::Connected) && lab.ends[1].reached(CallState::Connected),
        "{}",
        microsip_tests::ladder::draw(&lab)
    );
    let invite = &lab.sent.iter().find(|sent| sent.text.starts_with("INVITE")).unwrap().text;
    // rfc3261#25.1 IPv6reference, rfc5118#4.5
    assert!(
        invite.starts_with("INVITE sip:bob@[2001:db8::2] SIP/2.0\r\nVia: SIP/2.0/UDP [2001:db8::1]:5060;"),
        "{invite}"
    );
    assert!(invite.contains("Contact: <sip:microsip@[2001:db8::1]:5060>"), "{invite}");
    assert!(invite.contains("c=IN IP6 2001:db8::1\r\n"), "{invite}");
    let ok = &lab.sent.iter().find(|sent| sent.text.starts_with("SIP/2.0 200")).unwrap().text;
    assert!(ok.contains(";received=2001:db8::1;rport=5060"), "{ok}");
    for (to, from) in [(0, 1), (1, 0)] {
        let port = *lab.ends[to].media.values().next().unwrap();
        assert!(lab.media_sent.get(&port.0).copied().unwrap_or(0) > 80, "{from} to {to}: {:?}", lab.media_sent);
    }
    let call = lab.ends[0].last_call();
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.run_until("both ended", |lab| lab.ends[0].ended().is_some() && lab.ends[1].ended().is_some());
    lab.assert_settled();
}
