use super::*;
use std::format;

fn of(lines: &str) -> u32 {
    let text = format!(
        "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c;branch=z9hG4bK1\r\nFrom: <sip:c@d>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n{lines}\r\n\r\n"
    );
    alert_of(&Message::parse(text.as_bytes()).unwrap()).0
}

#[test]
fn names_of_rfc_7462() {
    for (line, wanted) in [
        ("X-Other: 1", 0),
        ("Alert-Info: <urn:alert:service:normal>", 0),
        ("Alert-Info: <urn:alert:source:internal>", ALERT_INTERNAL),
        ("Alert-Info: <URN:Alert:Source:External>", ALERT_EXTERNAL | 2),
        ("Alert-Info: <urn:alert:source:external:vip@example>", ALERT_EXTERNAL | 2),
        ("Alert-Info: <urn:alert:source:externally>", 0),
        ("Alert-Info: <urn:alert:source:vip@example>", 0),
        ("Alert-Info: <urn:alert:priority:high>, <urn:alert:source:internal>", ALERT_HIGH | ALERT_INTERNAL | 3),
        ("Alert-Info: <urn:alert:source:external>, <urn:alert:priority:high>", ALERT_EXTERNAL | ALERT_HIGH | 2),
        ("Alert-Info: <urn:alert:priority:low>\r\nAlert-Info: <urn:alert:priority:high>", ALERT_LOW),
        ("Alert-Info: <urn:alert:duration:short>", ALERT_SHORT | 5),
        ("Alert-Info: <urn:alert:duration:long>,<urn:alert:delay:yes>", ALERT_LONG | ALERT_DELAYED),
        ("Alert-Info: <urn:alert:service:recall:hold>", ALERT_HELD | 4),
        ("Alert-Info: <urn:alert:service:recall:transfer>", ALERT_TRANSFERRED | 4),
        ("Alert-Info: <urn:alert:service:recall:callback>", ALERT_CALLBACK | 4),
        ("Alert-Info: <urn:alert:service:forward>;appearance=2", ALERT_FORWARDED),
        ("Alert-Info: <urn:alert:service:call-waiting>", ALERT_WAITING),
        ("Alert-Info: <urn:alert:source:friend>", ALERT_FRIEND),
        ("Alert-Info: <urn:alert:source:family>", ALERT_FAMILY),
        ("Alert-Info: <urn:alert:>", 0),
        ("Alert-Info: <urn:alert", 0),
    ] {
        assert_eq!(of(line), wanted, "{line}");
    }
}

#[test]
fn texts_of_exchanges() {
    for (line, wanted) in [
        ("Alert-Info: <http://127.0.0.1/Bellcore-dr3>", 3),
        ("Alert-Info: <Bellcore-dr1>", 1),
        ("Alert-Info: Bellcore-dr5", 5),
        ("Alert-Info: <http://www.example.com>;info=Bellcore-dr8", 8),
        ("Alert-Info: <http://www.example.com>;info=\"bellcore-DR2\"", 2),
        ("Alert-Info: <http://x/Bellcore-dr9>", 0),
        ("Alert-Info: <http://x/Bellcore-dr0>", 0),
        ("Alert-Info: <http://x/Bellcore-dr12>", 0),
        ("Alert-Info: <http://x/Bellcore-dr>", 0),
        ("Alert-Info: <http://www.example.com>;info=alert-internal;x-line-id=0", ALERT_INTERNAL),
        ("Alert-Info: ;info=alert-external", ALERT_EXTERNAL | 2),
        ("Alert-Info: <http://127.0.0.1>;info=alert-autoanswer", 0),
        ("Alert-Info: <http://127.0.0.1/ring.wav>", 0),
        ("Alert-Info: <urn:alert:source:external>, <http://x/Bellcore-dr4>", ALERT_EXTERNAL | 2),
        ("Alert-Info: <http://x/Bellcore-dr4>, <urn:alert:source:external>", ALERT_EXTERNAL | 4),
    ] {
        assert_eq!(of(line), wanted, "{line}");
    }
}
