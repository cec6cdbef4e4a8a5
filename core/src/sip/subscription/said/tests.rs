use super::*;

// rfc6665#8.2.3
#[test]
fn states_are_read() {
    for (value, said) in [
        ("active;expires=3600", Some(Said::Active(Some(3600)))),
        (" Active ", Some(Said::Active(None))),
        ("pending ; expires=9", Some(Said::Pending(Some(9)))),
        ("terminated;reason=probation;retry-after=2", Some(Said::Terminated(Reason::Probation, Some(2)))),
        ("TERMINATED;Reason=NoResource", Some(Said::Terminated(Reason::NoResource, None))),
        ("terminated;reason=whatever", Some(Said::Terminated(Reason::Other, None))),
        ("terminated", Some(Said::Terminated(Reason::Other, None))),
        ("active;expires=99999999999", Some(Said::Active(None))),
        ("waiting;expires=5", Some(Said::Active(Some(5)))),
        ("", None),
        (";expires=5", None),
    ] {
        assert_eq!(Said::parse(value.as_bytes()), said, "{value}");
    }
}
