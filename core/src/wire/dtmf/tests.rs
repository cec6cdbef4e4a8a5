use super::*;

#[test]
fn an_event_both_ways() {
    // rfc4733#2.3: event, end and volume, duration
    for (event, bytes) in [
        (Event { code: 1, end: false, volume: 7, duration: 0 }, [1, 7, 0, 0]),
        (Event { code: 11, end: true, volume: 63, duration: 0x1234 }, [11, 0xbf, 0x12, 0x34]),
        (Event { code: 255, end: false, volume: 0, duration: 0xffff }, [255, 0, 0xff, 0xff]),
    ] {
        assert_eq!(Event::parse(&bytes), Some(event));
        assert_eq!(event.bytes(), bytes);
        let mut room = [0; 5];
        assert_eq!(event.write(&mut room), Some(4));
        assert_eq!(room[..4], bytes);
        assert_eq!(event.write(&mut room[..3]), None);
    }
}

#[test]
fn the_reserved_bit_and_what_follows_are_ignored() {
    assert_eq!(Event::parse(&[5, 0x4a, 0, 160, 9, 9]), Some(Event { code: 5, end: false, volume: 10, duration: 160 }));
    assert_eq!(Event::parse(&[5, 0x4a, 0]), None);
}

#[test]
fn digits_and_their_events() {
    for (event, digit) in b"0123456789*#ABCD".iter().copied().enumerate() {
        assert_eq!(event_of(digit), Some(event as u8));
        assert_eq!(digit_of(event as u8), Some(digit));
    }
    assert_eq!(event_of(b'd'), Some(15));
    assert_eq!((event_of(b'E'), event_of(b','), digit_of(16), digit_of(255)), (None, None, None, None));
}

#[test]
#[cfg(feature = "info")]
fn bodies_of_info_are_read_as_telephones_write_them() {
    use super::info::Signal;
    let relay = |body: &str| Signal::parse(true, body.as_bytes()).map(|signal| (signal.digit, signal.ms));
    assert_eq!(relay("Signal=5\r\nDuration=160\r\n"), Some((Some(b'5'), 160)));
    assert_eq!(relay("Signal= 1\r\nDuration= 250"), Some((Some(b'1'), 250)), "Cisco's have a space");
    assert_eq!(relay("duration=90\nSIGNAL=d\n"), Some((Some(b'D'), 90)), "any order, case and end of line");
    assert_eq!(relay("Signal=*"), Some((Some(b'*'), 0)), "the length may be missing");
    for (number, digit) in (10..16).zip(*b"*#ABCD") {
        assert_eq!(relay(&std::format!("Signal={number}\r\n")), Some((Some(digit), 0)));
    }
    for flash in ["16", "flash", "hf", "FLASH"] {
        assert_eq!(relay(&std::format!("Signal={flash}\r\n")), Some((None, 0)), "{flash} is no digit, and no fault");
    }
    assert_eq!(relay("Signal=1\r\nDuration=99999\r\n"), Some((Some(b'1'), u16::MAX)));
    assert_eq!(relay("Signal=1\r\nX-More=yes\r\nno line of ours\r\n"), Some((Some(b'1'), 0)));
    for wrong in ["", "Duration=160", "Signal=", "Signal=17", "Signal=12345", "Signal=x", "Signal=1\r\nDuration=-5"] {
        assert_eq!(relay(wrong), None, "{wrong:?}");
    }
    let plain = |body: &str| Signal::parse(false, body.as_bytes()).map(|signal| signal.digit);
    assert_eq!(
        (plain("#"), plain(" 7\r\n"), plain("11"), plain("16")),
        (Some(Some(b'#')), Some(Some(b'7')), Some(Some(b'#')), Some(None))
    );
    assert_eq!((plain(""), plain("\r\n"), plain("12x"), plain("Signal=1")), (None, None, None, None));
}

#[test]
#[cfg(feature = "info")]
fn bodies_of_info_are_written_as_they_are_read() {
    use super::info::{Signal, write};
    use crate::base::cursor::Cursor;
    for digit in *b"0123456789*#ABCD" {
        for relay in [true, false] {
            let mut room = [0; 40];
            let mut out = Cursor::new(&mut room);
            write(relay, digit, 160, &mut out);
            let read = Signal::parse(relay, out.written());
            assert_eq!(read, Some(Signal { digit: Some(digit), ms: if relay { 160 } else { 0 } }));
        }
    }
}
