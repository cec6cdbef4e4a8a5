use super::forwarder;
use std::string::String;

fn told(lines: &str, nth: usize) -> Option<(String, String)> {
    let invite = std::format!("INVITE sip:me@a SIP/2.0\r\n{lines}\r\n");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    forwarder(invite.as_bytes(), nth).map(|(uri, reason)| (text(uri), text(reason)))
}

fn is(uri: &str, reason: &str) -> Option<(String, String)> {
    Some((uri.into(), reason.into()))
}

#[test]
fn diversions_are_read_from_the_top() {
    let lines = "Diversion: \"A, B\" <sip:ab@example.org>;reason=no-answer;counter=2, <tel:+491>;reason=\"user-busy\"\r\n\
                 DIVERSION: <sip:c@example.org>\r\n";
    assert_eq!(told(lines, 0), is("sip:ab@example.org", "no-answer"));
    assert_eq!(told(lines, 1), is("tel:+491", "user-busy"));
    assert_eq!(told(lines, 2), is("sip:c@example.org", ""));
    assert_eq!(told(lines, 3), None);
    assert_eq!(told("Diversion: (\r\n", 0), None);
}

/// rfc7044#5.1 has such a list.
#[test]
fn a_history_is_read_from_the_bottom() {
    let lines = "History-Info: <sip:UserA@ims.example.com?Reason=SIP%3Bcause%3D302>;index=1;foo=bar,\r\n \
                 <sip:UserB@example.com?Privacy=history&Reason=SIP%3Bcause%3D486>;index=1.1\r\n\
                 History-Info: <sip:45432@192.168.0.3>;index=1.2;rc=1.1\r\n";
    assert_eq!(told(lines, 0), is("sip:UserB@example.com", "user-busy"));
    assert_eq!(told(lines, 1), is("sip:UserA@ims.example.com", "unconditional"));
    assert_eq!(told(lines, 2), None);
    assert_eq!(told("History-Info: <sip:a@b?Reason=Q.850>;index=1\r\n", 0), is("sip:a@b", "unknown"));
    assert_eq!(told("", 0), None);
}
