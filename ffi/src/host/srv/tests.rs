use super::*;

const QUESTION: &[u8] = b"\x12\x34\x01\x00\0\x01\0\0\0\0\0\0\x04_sip\x04_udp\x07example\x03com\0\0\x21\0\x01";

/// Two servers, the second preferred.
fn reply() -> Vec<u8> {
    let mut bytes = QUESTION.to_vec();
    bytes[2] = 0x81;
    bytes[3] = 0x80;
    bytes[7] = 2;
    for (priority, port, host) in [(20u8, 5070u16, b"\x01b\xc0\x16"), (10, 5060, b"\x01a\xc0\x16")] {
        bytes.extend(b"\xc0\x0c\0\x21\0\x01\0\0\0\x3c\0\x0a");
        bytes.extend([0, priority, 0, 5]);
        bytes.extend(port.to_be_bytes());
        bytes.extend(host);
    }
    bytes
}

#[test]
fn the_question_is_as_on_the_wire() {
    assert_eq!(question(0x1234, "example.com", Transport::Udp).unwrap(), QUESTION);
    assert_eq!(question(0x1234, "example.com.", Transport::Udp).unwrap(), QUESTION);
}

// rfc2782
#[test]
fn servers_come_in_the_order_of_their_priority() {
    let found = answer(0x1234, "example.com", Transport::Udp, &reply()).unwrap();
    assert_eq!(found[0], Server { host: "a.example.com".into(), port: 5060, priority: 10, weight: 5, lifetime: 60 });
    assert_eq!(found[1], Server { host: "b.example.com".into(), port: 5070, priority: 20, weight: 5, lifetime: 60 });
    assert_eq!(found.len(), 2);
}

#[test]
fn what_answers_another_question_is_none() {
    assert_eq!(answer(0x1235, "example.com", Transport::Udp, &reply()), None);
    assert_eq!(answer(0x1234, "example.org", Transport::Udp, &reply()), None);
    assert_eq!(answer(0x1234, "example.com", Transport::Udp, QUESTION), None);
    for end in 0..reply().len() {
        let _ = answer(0x1234, "example.com", Transport::Udp, &reply()[..end]);
    }
}

#[test]
fn a_name_without_a_dot_is_not_asked_for() {
    assert_eq!(Resolver::new().servers("localhost", Transport::Udp), []);
}
