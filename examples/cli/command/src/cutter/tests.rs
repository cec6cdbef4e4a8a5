use super::*;

#[test]
fn only_the_audio_port_and_the_length_change() {
    let before =
        b"INVITE sip:a SIP/2.0\r\nContent-Length: 30\r\nX: 1\r\n\r\nv=0\r\nm=audio 4000 RTP/AVP 0\r\na=rtcp:4001\r\n";
    let after = b"INVITE sip:a SIP/2.0\r\nContent-Length: 30\r\nX: 1\r\n\r\nv=0\r\nm=audio 9 RTP/AVP 0\r\n".to_vec();
    let text = String::from_utf8(redirected(before, 9)).unwrap();
    assert_eq!(text, String::from_utf8(after).unwrap().replace("Length: 30", "Length: 26"));
    assert_eq!(redirected(b"SIP/2.0 180 Ringing\r\n\r\n", 9), b"SIP/2.0 180 Ringing\r\n\r\n");
}
