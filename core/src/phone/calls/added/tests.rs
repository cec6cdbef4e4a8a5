use super::write_reason;
use crate::base::cursor::Cursor;
use std::string::String;

#[test]
fn reasons() {
    for (reason, line) in [
        ("", ""),
        ("The \"line\" is bad", "Reason: Q.850;cause=16;text=\"The \\\"line\\\" is bad\"\r\n"),
        ("SIP ;cause=200;text=\"a\"", "Reason: SIP ;cause=200;text=\"a\"\r\n"),
        ("done; cause=1", "Reason: done; cause=1\r\n"),
        ("it is; done", "Reason: Q.850;cause=16;text=\"it is; done\"\r\n"),
    ] {
        let mut room = [0; 128];
        let mut out = Cursor::new(&mut room);
        write_reason(&mut out, reason).unwrap();
        assert_eq!(String::from_utf8_lossy(out.written()), line);
    }
    assert!(write_reason(&mut Cursor::new(&mut []), "a\r\nVia: x").is_err());
}
