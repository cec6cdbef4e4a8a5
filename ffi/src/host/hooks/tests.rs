use super::{LINE, redact};
use crate::abi::text::line;

fn shown(message: &str) -> String {
    let mut clean = Vec::new();
    redact(message.as_bytes(), &mut clean);
    String::from_utf8(clean).unwrap()
}

#[test]
fn credentials_are_not_shown_and_all_else_is() {
    let message = "REGISTER sip:a SIP/2.0\r\nAuthorization: Digest username=\"u\",\r\n response=\"0123\"\r\nTo: <sip:a>\r\n\r\nAuthorization: body";
    assert_eq!(
        shown(message),
        "REGISTER sip:a SIP/2.0\r\nAuthorization: Digest (not shown)\r\nTo: <sip:a>\r\n\r\nAuthorization: body"
    );
}

#[test]
fn any_case_and_spacing_of_the_name_is_found() {
    let message = "INVITE sip:a SIP/2.0\r\npROXY-authorization \t: Digest response=\"0123\"\r\nFrom: x\r\n\r\n";
    assert_eq!(shown(message), "INVITE sip:a SIP/2.0\r\npROXY-authorization: Digest (not shown)\r\nFrom: x\r\n\r\n");
}

#[test]
fn keys_are_not_shown() {
    let info = "INFO sip:a SIP/2.0\r\nContent-Type: application/dtmf-relay\r\n\r\n";
    assert_eq!(shown(&format!("{info}Signal=5\r\nDuration=160\r\n")), format!("{info}(not shown)\r\n"));
    assert_eq!(shown(info), info);
    let other = "MESSAGE sip:a SIP/2.0\r\n\r\nSignal=5";
    assert_eq!(shown(other), other);
}

#[test]
fn a_message_that_is_cut_in_its_credentials_shows_none() {
    assert_eq!(shown("INVITE sip:a SIP/2.0\r\nAuthorization: Digest response=\"0"), "INVITE sip:a SIP/2.0\r\n");
    assert_eq!(
        shown("INVITE sip:a SIP/2.0\r\nAuthorization: Digest a=b,\r\n response=\"0"),
        "INVITE sip:a SIP/2.0\r\nAuthorization: Digest (not shown)\r\n"
    );
    assert_eq!(shown("INVITE sip:a SIP/2.0\r\nFrom: x"), "INVITE sip:a SIP/2.0\r\nFrom: x");
}

#[test]
fn a_long_line_is_not_cut_within_a_character_and_has_no_holes() {
    let mut room = [0; LINE];
    assert_eq!(line(&mut room, format_args!("a {}", 1)), b"a 1");
    for before in LINE - 14..=LINE + 5 {
        let whole = format!("{}äöü🎵", "x".repeat(before));
        let cut = str::from_utf8(line(&mut room, format_args!("so: {whole} {}", "and more"))).unwrap();
        assert!(format!("so: {whole} and more").starts_with(cut) && cut.len() > LINE - 4, "{before}: {}", cut.len());
    }
}
