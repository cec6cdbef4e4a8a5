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
