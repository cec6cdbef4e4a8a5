use super::*;

const ONE: &[u8] = b"MESSAGE sip:a@b SIP/2.0\r\nl:\r\n 5\r\nX-Content-Length: 9\r\nCONTENT-LENGTH : 5\r\n\r\nhello";

#[test]
fn cuts_at_every_arrival() {
    let mut stream = ONE.to_vec();
    stream.extend_from_slice(b"\r\n\r\nSIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n");
    let mut cutter = Cutter::default();
    for end in 0..ONE.len() {
        assert_eq!(cutter.cut(&stream[..end], 200), Frame::Need, "{end}");
        assert_eq!(cut(&stream[..end], 200), Frame::Need, "{end}");
    }
    assert_eq!(cutter.cut(&stream, 200), Frame::Message(ONE.len()));
    let rest = &stream[ONE.len()..];
    // rfc5626#4.4.1
    assert_eq!(cutter.cut(&rest[..1], 200), Frame::Need);
    assert_eq!(cutter.cut(&rest[..2], 200), Frame::Need);
    assert_eq!(cutter.cut(&rest[2..], 200), Frame::LineEnd(2));
    assert_eq!(cutter.cut(rest, 200), Frame::Ping(4));
    assert_eq!(cutter.cut(&rest[4..], 200), Frame::Message(rest.len() - 4));
}

#[test]
fn knows_when_a_stream_is_lost() {
    assert_eq!(cut(ONE, ONE.len() - 1), Frame::TooLong { head: ONE.len() - 5, total: ONE.len() });
    assert_eq!(cut(ONE, ONE.len()), Frame::Message(ONE.len()));
    assert_eq!(cut(&ONE[..40], 40), Frame::Broken);
    // known before the body has come
    assert_eq!(cut(b"A b SIP/2.0\r\nl: 999999\r\n\r\n", 1000), Frame::TooLong { head: 26, total: 1_000_025 });
    for broken in [
        &b"A b SIP/2.0\r\nVia: x\r\n\r\n"[..],
        b"A b SIP/2.0\r\nl: -1\r\n\r\n",
        b"A b SIP/2.0\r\nl: 1\r\nContent-Length: 2\r\n\r\n",
        b"A b SIP/2.0\r\nl: 99999999999999999999999\r\n\r\n",
        b"A b SIP/2.0\r\nl: 4294967296\r\n\r\n",
        b"A b SIP/2.0\r\nl: five\r\n\r\n",
        b"A b SIP/2.0\r\nl\r\n\r\n",
    ] {
        assert_eq!(cut(broken, 1000), Frame::Broken, "{:?}", core::str::from_utf8(broken));
    }
}
